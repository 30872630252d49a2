/* Priced answers back to facts (see unpriced.h). */
#include "unpriced_parts.h"

/* ---- lines ---- */

/* Units that a balance paid, as rules name it. */
static bool
name_own_units(struct unpricing *unpricing, struct text balance, struct price_part *part)
{
	if (balance.size == 0)
		return true;
	part->allowance = arena_print(unpricing->arena, OWN_UNITS_LABEL "%.*s", TEXT_ARGS(balance));
	return part->allowance.size > 0 || unpriced_no_memory(unpricing);
}

static bool
read_part(struct unpricing *unpricing, const msgpack_object *map, const struct decision *table,
	struct price_part *part)
{
	int64_t tier = 0, row = 0;
	*part = (struct price_part){
		.band = stored_text(map, "band"),
		.allowance = stored_text(map, "allowance"),
	};
	if (!name_own_units(unpricing, stored_text(map, "balance"), part))
		return false;
	if (!stored_integer(map, "units", &part->units) ||
		!stored_money(map, "price", &part->price) ||
		(stored_find(map, "tier") != NULL && !stored_integer(map, "tier", &tier)) ||
		tier < 0 || tier > UINT32_MAX)
		return unpriced_corrupt(unpricing, "a part");
	part->tier = (uint32_t)tier;
	if (stored_find(map, "row") == NULL)
		return true;
	if (stored_integer(map, "row", &row))
		part->row = unpriced_row(table, row);
	return part->row > 0 || unpriced_corrupt(unpricing, "its release has no such row");
}

/* The tariff of a version of a package; NULL if there is none. */
static const struct tariff *
find_tariff(const struct package *package, struct text id)
{
	for (uint32_t i = 0; i < package->tariff_count; i++)
		if (text_equal(package->tariffs[i].id, id))
			return &package->tariffs[i];
	return NULL;
}

/* The version of a package at an instant. */
static bool
find_version(
	struct unpricing *unpricing, struct text id, int64_t ms, const struct package **version)
{
	const struct image *image = unpricing->image;
	uint32_t first, count;
	if (!image_package(image, id, &first, &count))
		return unpriced_corrupt(unpricing, "its release has no such package");
	for (uint32_t i = first; i < first + count; i++)
		if (ms >= image->packages[i].from_ms && ms < image->packages[i].till_ms) {
			*version = &image->packages[i];
			return true;
		}
	return unpriced_corrupt(unpricing, "its release has no such version");
}

/* What the image says of the line: the version of its package at that time, and the tariff in it. */
static bool
find_rule(struct unpricing *unpricing, struct price_line *line, const struct tariff **tariff)
{
	const struct package *version;
	if (!find_version(unpricing, line->package, line->version_ms, &version))
		return false;
	*tariff = find_tariff(version, line->tariff);
	line->package = version->id;
	line->version_ms = version->from_ms;
	return *tariff != NULL || unpriced_corrupt(unpricing, "its release has no such tariff");
}

static bool
read_parts(struct unpricing *unpricing, const msgpack_object *map, struct price_line *line)
{
	const msgpack_object *list = stored_array(map, "parts");
	if (list == NULL)
		return unpriced_corrupt(unpricing, "a line without parts");
	line->part_count = list->via.array.size;
	if (line->part_count == 0)
		return true;
	struct price_part *parts = arena_take(unpricing->arena, line->part_count * sizeof *parts);
	if (parts == NULL)
		return unpriced_no_memory(unpricing);
	for (size_t i = 0; i < line->part_count; i++)
		if (!read_part(unpricing, &list->via.array.ptr[i], line->table, &parts[i]))
			return false;
	line->parts = parts;
	return true;
}

/* What the image says of a discount, whose package was held when the event began. */
static bool
find_discount(struct unpricing *unpricing, struct price_discount *discount)
{
	const struct package *version;
	if (!find_version(unpricing, discount->package, unpricing->at_ms, &version))
		return false;
	for (uint32_t i = 0; i < version->discount_count; i++)
		if (text_equal(version->discounts[i].id, discount->discount)) {
			discount->package = version->id;
			discount->discount = version->discounts[i].id;
			discount->say = version->discounts[i].say;
			return true;
		}
	return unpriced_corrupt(unpricing, "its release has no such discount");
}

static bool
read_discount(
	struct unpricing *unpricing, const msgpack_object *map, struct price_discount *discount)
{
	struct money percent;
	int64_t members = 0;
	*discount = (struct price_discount){ .off = { 0 } };
	if (!unpriced_rule(stored_text(map, "rule"), &discount->package, &discount->discount) ||
		!stored_money(map, "off", &discount->off) ||
		!stored_money(map, "percent", &percent) || percent.micros < 0 ||
		percent.micros > INT64_C(100) * DISCOUNT_WHOLE ||
		(stored_find(map, "members") != NULL &&
			!stored_integer(map, "members", &members)) ||
		members < 0 || members > UINT32_MAX)
		return unpriced_corrupt(unpricing, "a discount");
	discount->members = (uint32_t)members;
	discount->parts_per_million = (uint32_t)(percent.micros / 100);
	return find_discount(unpricing, discount);
}

static bool
read_discounts(struct unpricing *unpricing, const msgpack_object *map, struct price_line *line)
{
	const msgpack_object *list = stored_array(map, "discounts");
	if (list == NULL || list->via.array.size == 0)
		return true;
	size_t count = list->via.array.size;
	struct price_discount *discounts = arena_take(unpricing->arena, count * sizeof *discounts);
	if (discounts == NULL)
		return unpriced_no_memory(unpricing);
	for (size_t i = 0; i < count; i++)
		if (!read_discount(unpricing, &list->via.array.ptr[i], &discounts[i]))
			return false;
	line->discounts = discounts;
	line->discount_count = count;
	return true;
}

static bool
read_line(struct unpricing *unpricing, const msgpack_object *map, struct price_line *line)
{
	const struct tariff *tariff;
	*line = (struct price_line){ .zone = stored_text(map, "zone"),
		.cap = stored_text(map, "cap") };
	if (!unpriced_rule(stored_text(map, "rule"), &line->package, &line->tariff) ||
		!stored_money(map, "amount", &line->amount) ||
		!stored_money(map, "setup", &line->setup) ||
		!stored_money(map, "recount", &line->recount) ||
		!stored_money(map, "gross", &line->gross) ||
		!stored_money(map, "uncapped", &line->uncapped))
		return unpriced_corrupt(unpricing, "a line");
	if (!stored_integer(map, "version", &line->version_ms))
		line->version_ms = unpricing->at_ms;
	if (!find_rule(unpricing, line, &tariff))
		return false;
	line->tariff = tariff->id;
	line->say = tariff->say;
	line->table = tariff->prices == NULL ? NULL : tariff->prices->table;
	line->component = unpricing->image->components[tariff->component];
	return read_parts(unpricing, map, line) && read_discounts(unpricing, map, line) &&
		unpriced_tax(unpricing, map, &line->tax);
}

bool
unpriced_lines(struct unpricing *unpricing, const msgpack_object *map, struct pricing *pricing)
{
	const msgpack_object *list = stored_array(map, "lines");
	*pricing = (struct pricing){ .at_ms = unpricing->at_ms };
	if (list == NULL)
		return unpriced_corrupt(unpricing, "it has no price");
	pricing->line_count = list->via.array.size;
	struct price_line *lines = arena_take(
		unpricing->arena, (pricing->line_count + 1) * sizeof *lines);
	if (lines == NULL)
		return unpriced_no_memory(unpricing);
	for (size_t i = 0; i < pricing->line_count; i++)
		if (!read_line(unpricing, &list->via.array.ptr[i], &lines[i]))
			return false;
	pricing->lines = lines;
	if (pricing->line_count > 0)
		pricing->zone = lines[0].zone;
	return true;
}

static bool
read_pricing(struct unpricing *unpricing, const msgpack_object *answer, void *read)
{
	struct pricing *pricing = read;
	return unpriced_lines(unpricing, answer, pricing) &&
		(stored_money(answer, "amount", &pricing->amount) ||
			unpriced_corrupt(unpricing, "it has no price"));
}

/* ---- answers ---- */

enum status
unpriced_read(struct bytes answer, const struct image *image, int64_t at_ms, struct arena *arena,
	struct pricing *pricing, struct fault *fault)
{
	struct unpricing unpricing = { image, at_ms, arena, fault, STATUS_OK };
	struct pricing read;
	enum status status = unpriced_answer(&unpricing, answer, read_pricing, &read);
	if (status == STATUS_OK)
		*pricing = read;
	return status;
}

static bool
read_event(struct unpricing *unpricing, const msgpack_object *event, struct unpriced_charge *charge)
{
	int64_t unit;
	if (event->type != MSGPACK_OBJECT_ARRAY || event->via.array.size < 4)
		return unpriced_corrupt(unpricing, "its event is no usage");
	const msgpack_object *parts = event->via.array.ptr;
	if (parts[0].type != MSGPACK_OBJECT_STR || !stored_integer_of(&parts[2], &unit) ||
		unit < 0 || unit > UNIT_ITEM || !stored_integer_of(&parts[3], &charge->quantity) ||
		charge->quantity < 0)
		return unpriced_corrupt(unpricing, "its event is no usage");
	charge->service = (struct text){ parts[0].via.str.ptr, parts[0].via.str.size };
	charge->unit = (enum unit)unit;
	return true;
}

/* What a line cost, and by which rule. */
static bool
read_cost(struct unpricing *unpricing, const msgpack_object *map, struct price_line *line)
{
	*line = (struct price_line){ .zone = stored_text(map, "zone") };
	if (!unpriced_rule(stored_text(map, "rule"), &line->package, &line->tariff) ||
		!stored_money(map, "amount", &line->amount) || line->amount.micros < 0)
		return unpriced_corrupt(unpricing, "a line");
	if (!stored_integer(map, "version", &line->version_ms))
		line->version_ms = unpricing->at_ms;
	return true;
}

bool
unpriced_costs(
	struct unpricing *unpricing, const msgpack_object *map, struct unpriced_charge *charge)
{
	const msgpack_object *list = stored_array(map, "lines");
	if (list == NULL)
		return unpriced_corrupt(unpricing, "it has no price");
	struct price_line *lines = arena_take(
		unpricing->arena, (list->via.array.size + 1) * sizeof *lines);
	if (lines == NULL)
		return unpriced_no_memory(unpricing);
	for (size_t i = 0; i < list->via.array.size; i++)
		if (!read_cost(unpricing, &list->via.array.ptr[i], &lines[i]))
			return false;
	charge->lines = lines;
	charge->line_count = list->via.array.size;
	return true;
}

enum status
unpriced_read_charge(const struct stored_charge *stored, struct arena *arena,
	struct unpriced_charge *charge, struct fault *fault)
{
	struct unpricing unpricing = { NULL, stored->at_ms, arena, fault, STATUS_OK };
	struct unpriced_charge read;
	msgpack_object event, answer;
	msgpack_zone zone;
	if (!msgpack_zone_init(&zone, UNPRICED_ZONE_BYTES))
		return fault_set(fault, STATUS_MEMORY, "no memory for a stored charge");
	enum status status = stored_unpack(stored->event, &zone, &event, fault);
	if (status == STATUS_OK)
		status = stored_unpack(stored->answer, &zone, &answer, fault);
	if (status == STATUS_OK &&
		(!read_event(&unpricing, &event, &read) ||
			!unpriced_costs(&unpricing, &answer, &read)))
		status = unpricing.status;
	if (status == STATUS_OK)
		*charge = read;
	msgpack_zone_destroy(&zone);
	return status;
}
