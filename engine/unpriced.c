/* Stored answers back to facts (see unpriced.h). */
#include "unpriced.h"

#include "scan.h"

#include <msgpack.h>
#include <string.h>

enum { ZONE_CHUNK_BYTES = 4 * 1024 };

/* What one reading carries along. */
struct unpricing {
	const struct image *image;
	int64_t at_ms;
	struct arena *arena;
	struct fault *fault;
	enum status status; /* of what could not be read */
};

static bool
corrupt(struct unpricing *unpricing, const char *what)
{
	unpricing->status = fault_set(
		unpricing->fault, STATUS_CORRUPT, "the stored answer can't be read: %s", what);
	return false;
}

/* ---- values ---- */

/* The value of a name; NULL if there is none. */
static const msgpack_object *
find(const msgpack_object *map, const char *name)
{
	size_t size = strlen(name);
	if (map == NULL || map->type != MSGPACK_OBJECT_MAP)
		return NULL;
	for (uint32_t i = 0; i < map->via.map.size; i++) {
		const msgpack_object *key = &map->via.map.ptr[i].key;
		if (key->type == MSGPACK_OBJECT_STR && key->via.str.size == size &&
			memcmp(key->via.str.ptr, name, size) == 0)
			return &map->via.map.ptr[i].val;
	}
	return NULL;
}

/* A text; none if it is absent or something else. */
static struct text
text_in(const msgpack_object *map, const char *name)
{
	const msgpack_object *value = find(map, name);
	if (value == NULL || value->type != MSGPACK_OBJECT_STR)
		return (struct text){ NULL, 0 };
	return (struct text){ value->via.str.ptr, value->via.str.size };
}

/* Money that may be absent, which is 0. False if it is no money. */
static bool
money_in(const msgpack_object *map, const char *name, struct money *amount)
{
	*amount = (struct money){ 0 };
	return find(map, name) == NULL || money_parse(text_in(map, name), amount);
}

static bool
integer_of(const msgpack_object *value, int64_t *number)
{
	*number = value->type == MSGPACK_OBJECT_POSITIVE_INTEGER ? (int64_t)value->via.u64
								 : value->via.i64;
	return value->type == MSGPACK_OBJECT_NEGATIVE_INTEGER ||
		(value->type == MSGPACK_OBJECT_POSITIVE_INTEGER && value->via.u64 <= INT64_MAX);
}

static bool
integer_in(const msgpack_object *map, const char *name, int64_t *number)
{
	const msgpack_object *value = find(map, name);
	return value != NULL && integer_of(value, number);
}

static const msgpack_object *
array_in(const msgpack_object *map, const char *name)
{
	const msgpack_object *value = find(map, name);
	return value != NULL && value->type == MSGPACK_OBJECT_ARRAY ? value : NULL;
}

/* ---- lines ---- */

/* The row of a table that stands in this line of its file, from 1; 0: there is none. */
static uint32_t
find_row(const struct decision *table, int64_t line)
{
	for (uint32_t row = 0; table != NULL && row < table->row_count; row++)
		if (table->lines[row] == line)
			return row + 1;
	return 0;
}

static bool
read_part(struct unpricing *unpricing, const msgpack_object *map, const struct decision *table,
	struct price_part *part)
{
	int64_t tier = 0, row = 0;
	*part = (struct price_part){
		.band = text_in(map, "band"),
		.allowance = text_in(map, "allowance"),
	};
	if (!integer_in(map, "units", &part->units) || !money_in(map, "price", &part->price) ||
		(find(map, "tier") != NULL && !integer_in(map, "tier", &tier)) || tier < 0 ||
		tier > UINT32_MAX)
		return corrupt(unpricing, "a part");
	part->tier = (uint32_t)tier;
	if (find(map, "row") == NULL)
		return true;
	if (integer_in(map, "row", &row))
		part->row = find_row(table, row);
	return part->row > 0 || corrupt(unpricing, "its release has no such row");
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
		return corrupt(unpricing, "its release has no such package");
	for (uint32_t i = first; i < first + count; i++)
		if (ms >= image->packages[i].from_ms && ms < image->packages[i].till_ms) {
			*version = &image->packages[i];
			return true;
		}
	return corrupt(unpricing, "its release has no such version");
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
	return *tariff != NULL || corrupt(unpricing, "its release has no such tariff");
}

/* "package.tariff", or another rule of a package: no id has a dot. */
static bool
split_rule(struct text name, struct text *package, struct text *rule)
{
	const char *dot = name.size == 0 ? NULL : memchr(name.data, '.', name.size);
	if (dot == NULL)
		return false;
	size_t size = (size_t)(dot - name.data);
	*package = (struct text){ name.data, size };
	*rule = (struct text){ dot + 1, name.size - size - 1 };
	return true;
}

static bool
no_memory(struct unpricing *unpricing)
{
	unpricing->status = fault_set(
		unpricing->fault, STATUS_MEMORY, "no memory for a stored answer");
	return false;
}

static bool
read_parts(struct unpricing *unpricing, const msgpack_object *map, struct price_line *line)
{
	const msgpack_object *list = array_in(map, "parts");
	if (list == NULL)
		return corrupt(unpricing, "a line without parts");
	line->part_count = list->via.array.size;
	if (line->part_count == 0)
		return true;
	struct price_part *parts = arena_take(unpricing->arena, line->part_count * sizeof *parts);
	if (parts == NULL)
		return no_memory(unpricing);
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
	return corrupt(unpricing, "its release has no such discount");
}

static bool
read_discount(
	struct unpricing *unpricing, const msgpack_object *map, struct price_discount *discount)
{
	struct money percent;
	int64_t members = 0;
	*discount = (struct price_discount){ .off = { 0 } };
	if (!split_rule(text_in(map, "rule"), &discount->package, &discount->discount) ||
		!money_in(map, "off", &discount->off) || !money_in(map, "percent", &percent) ||
		percent.micros < 0 || percent.micros > INT64_C(100) * DISCOUNT_WHOLE ||
		(find(map, "members") != NULL && !integer_in(map, "members", &members)) ||
		members < 0 || members > UINT32_MAX)
		return corrupt(unpricing, "a discount");
	discount->members = (uint32_t)members;
	discount->parts_per_million = (uint32_t)(percent.micros / 100);
	return find_discount(unpricing, discount);
}

static bool
read_discounts(struct unpricing *unpricing, const msgpack_object *map, struct price_line *line)
{
	const msgpack_object *list = array_in(map, "discounts");
	if (list == NULL || list->via.array.size == 0)
		return true;
	size_t count = list->via.array.size;
	struct price_discount *discounts = arena_take(unpricing->arena, count * sizeof *discounts);
	if (discounts == NULL)
		return no_memory(unpricing);
	for (size_t i = 0; i < count; i++)
		if (!read_discount(unpricing, &list->via.array.ptr[i], &discounts[i]))
			return false;
	line->discounts = discounts;
	line->discount_count = count;
	return true;
}

/* The tax of a line, whose code the image has. */
static bool
read_tax(struct unpricing *unpricing, const msgpack_object *map, const struct price_tax **read)
{
	const msgpack_object *found = find(map, "tax");
	struct money percent;
	if (found == NULL)
		return true;
	struct price_tax *tax = arena_take_zeroed(unpricing->arena, 1, sizeof *tax);
	if (tax == NULL)
		return no_memory(unpricing);
	if (!money_in(found, "percent", &percent) || !money_in(found, "net", &tax->net) ||
		!money_in(found, "amount", &tax->amount) || percent.micros < 0 ||
		percent.micros > INT64_C(100) * DISCOUNT_WHOLE)
		return corrupt(unpricing, "a tax");
	tax->parts_per_million = (uint32_t)(percent.micros / 100);
	for (uint32_t i = 0; i < unpricing->image->tax_count; i++)
		if (text_equal(unpricing->image->taxes[i].id, text_in(found, "code")))
			tax->tax = &unpricing->image->taxes[i];
	*read = tax;
	return tax->tax != NULL || corrupt(unpricing, "its release has no such tax code");
}

static bool
read_line(struct unpricing *unpricing, const msgpack_object *map, struct price_line *line)
{
	const struct tariff *tariff;
	*line = (struct price_line){ .zone = text_in(map, "zone"), .cap = text_in(map, "cap") };
	if (!split_rule(text_in(map, "rule"), &line->package, &line->tariff) ||
		!money_in(map, "amount", &line->amount) || !money_in(map, "setup", &line->setup) ||
		!money_in(map, "recount", &line->recount) ||
		!money_in(map, "gross", &line->gross) ||
		!money_in(map, "uncapped", &line->uncapped))
		return corrupt(unpricing, "a line");
	if (!integer_in(map, "version", &line->version_ms))
		line->version_ms = unpricing->at_ms;
	if (!find_rule(unpricing, line, &tariff))
		return false;
	line->tariff = tariff->id;
	line->say = tariff->say;
	line->table = tariff->prices == NULL ? NULL : tariff->prices->table;
	line->component = unpricing->image->components[tariff->component];
	return read_parts(unpricing, map, line) && read_discounts(unpricing, map, line) &&
		read_tax(unpricing, map, &line->tax);
}

static bool
read_pricing(struct unpricing *unpricing, const msgpack_object *answer, struct pricing *pricing)
{
	const msgpack_object *list = array_in(answer, "lines");
	*pricing = (struct pricing){ .at_ms = unpricing->at_ms };
	if (list == NULL || !money_in(answer, "amount", &pricing->amount))
		return corrupt(unpricing, "it has no price");
	pricing->line_count = list->via.array.size;
	struct price_line *lines = arena_take(
		unpricing->arena, (pricing->line_count + 1) * sizeof *lines);
	if (lines == NULL)
		return no_memory(unpricing);
	for (size_t i = 0; i < pricing->line_count; i++)
		if (!read_line(unpricing, &list->via.array.ptr[i], &lines[i]))
			return false;
	pricing->lines = lines;
	if (pricing->line_count > 0)
		pricing->zone = lines[0].zone;
	return true;
}

/* ---- answers ---- */

/* Is it one message, so that what it says of its sizes can be believed? */
static bool
is_whole(struct bytes answer)
{
	const struct scan_limits limits = { answer.size, UINT32_MAX };
	struct scan scan;
	size_t size;
	scan_init(&scan);
	return scan_message(&scan, answer, &limits, &size) == SCAN_MESSAGE &&
		scan.problem == SCAN_FINE && size == answer.size;
}

/* An answer or event as objects, whose texts point into its bytes. */
static enum status
unpack(struct bytes answer, msgpack_zone *zone, msgpack_object *object, struct fault *fault)
{
	size_t offset = 0;
	object->type = MSGPACK_OBJECT_NIL;
	if (!is_whole(answer))
		return fault_set(fault, STATUS_CORRUPT, "what is stored is not MessagePack");
	switch (msgpack_unpack((const char *)answer.data, answer.size, &offset, zone, object)) {
	case MSGPACK_UNPACK_SUCCESS:
		return STATUS_OK;
	case MSGPACK_UNPACK_NOMEM_ERROR:
		return fault_set(fault, STATUS_MEMORY, "no memory for a stored answer");
	case MSGPACK_UNPACK_EXTRA_BYTES:
	case MSGPACK_UNPACK_CONTINUE:
	case MSGPACK_UNPACK_PARSE_ERROR:
		break;
	}
	return fault_set(fault, STATUS_CORRUPT, "what is stored is not MessagePack");
}

enum status
unpriced_read(struct bytes answer, const struct image *image, int64_t at_ms, struct arena *arena,
	struct pricing *pricing, struct fault *fault)
{
	struct unpricing unpricing = { image, at_ms, arena, fault, STATUS_OK };
	struct pricing read;
	msgpack_object object;
	msgpack_zone zone;
	if (!msgpack_zone_init(&zone, ZONE_CHUNK_BYTES))
		return fault_set(fault, STATUS_MEMORY, "no memory for a stored answer");
	enum status status = unpack(answer, &zone, &object, fault);
	if (status == STATUS_OK && !read_pricing(&unpricing, &object, &read))
		status = unpricing.status;
	if (status == STATUS_OK)
		*pricing = read;
	msgpack_zone_destroy(&zone);
	return status;
}

static bool
read_count(struct unpricing *unpricing, const msgpack_object *map, struct unpriced_count *count)
{
	const msgpack_object *back = find(map, "back");
	*count = (struct unpriced_count){ .counter = text_in(map, "counter"),
		.group = text_in(map, "group"),
		.unit = text_in(map, "unit"),
		.back = back != NULL && back->type == MSGPACK_OBJECT_BOOLEAN && back->via.boolean };
	bool is_amount = currency_is_valid(count->unit) ? money_in(map, "amount", &count->money)
							: integer_in(map, "amount", &count->amount);
	return (is_amount && count->counter.data != NULL) || corrupt(unpricing, "a counter");
}

static bool
read_counts(struct unpricing *unpricing, const msgpack_object *list, struct unpriced_refund *refund)
{
	struct unpriced_count *counts = arena_take(
		unpricing->arena, (list->via.array.size + 1) * sizeof *counts);
	if (counts == NULL)
		return no_memory(unpricing);
	for (size_t i = 0; i < list->via.array.size; i++)
		if (!read_count(unpricing, &list->via.array.ptr[i], &counts[i]))
			return false;
	refund->counts = counts;
	refund->count_count = list->via.array.size;
	return true;
}

static bool
read_refund(
	struct unpricing *unpricing, const msgpack_object *answer, struct unpriced_refund *refund)
{
	const msgpack_object *list = array_in(answer, "counters");
	*refund = (struct unpriced_refund){
		.cancelled = text_equal(text_in(answer, "outcome"), TEXT("cancelled")),
		.of = text_in(answer, "of"),
		.currency = text_in(answer, "currency"),
		.unit = text_in(answer, "unit"),
		.by = text_in(answer, "by"),
		.why = text_in(answer, "why"),
	};
	if (refund->of.data == NULL || list == NULL ||
		!money_in(answer, "amount", &refund->amount) ||
		!money_in(answer, "left", &refund->left) ||
		!integer_in(answer, "usage", &refund->usage) ||
		!integer_in(answer, "usage_left", &refund->usage_left))
		return corrupt(unpricing, "it is no refund");
	return read_counts(unpricing, list, refund);
}

enum status
unpriced_read_refund(struct bytes answer, struct arena *arena, struct unpriced_refund *refund,
	struct fault *fault)
{
	struct unpricing unpricing = { NULL, 0, arena, fault, STATUS_OK };
	struct unpriced_refund read;
	msgpack_object object;
	msgpack_zone zone;
	if (!msgpack_zone_init(&zone, ZONE_CHUNK_BYTES))
		return fault_set(fault, STATUS_MEMORY, "no memory for a stored answer");
	enum status status = unpack(answer, &zone, &object, fault);
	if (status == STATUS_OK && !read_refund(&unpricing, &object, &read))
		status = unpricing.status;
	if (status == STATUS_OK)
		*refund = read;
	msgpack_zone_destroy(&zone);
	return status;
}

static bool
read_event(struct unpricing *unpricing, const msgpack_object *event, struct unpriced_charge *charge)
{
	int64_t unit;
	if (event->type != MSGPACK_OBJECT_ARRAY || event->via.array.size < 4)
		return corrupt(unpricing, "its event is no usage");
	const msgpack_object *parts = event->via.array.ptr;
	if (parts[0].type != MSGPACK_OBJECT_STR || !integer_of(&parts[2], &unit) || unit < 0 ||
		unit > UNIT_ITEM || !integer_of(&parts[3], &charge->quantity) ||
		charge->quantity < 0)
		return corrupt(unpricing, "its event is no usage");
	charge->service = (struct text){ parts[0].via.str.ptr, parts[0].via.str.size };
	charge->unit = (enum unit)unit;
	return true;
}

/* What a line cost, and by which rule. */
static bool
read_cost(struct unpricing *unpricing, const msgpack_object *map, struct price_line *line)
{
	*line = (struct price_line){ .zone = text_in(map, "zone") };
	if (!split_rule(text_in(map, "rule"), &line->package, &line->tariff) ||
		!money_in(map, "amount", &line->amount) || line->amount.micros < 0)
		return corrupt(unpricing, "a line");
	if (!integer_in(map, "version", &line->version_ms))
		line->version_ms = unpricing->at_ms;
	return true;
}

static bool
read_costs(
	struct unpricing *unpricing, const msgpack_object *answer, struct unpriced_charge *charge)
{
	const msgpack_object *list = array_in(answer, "lines");
	if (list == NULL)
		return corrupt(unpricing, "it has no price");
	struct price_line *lines = arena_take(
		unpricing->arena, (list->via.array.size + 1) * sizeof *lines);
	if (lines == NULL)
		return no_memory(unpricing);
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
	if (!msgpack_zone_init(&zone, ZONE_CHUNK_BYTES))
		return fault_set(fault, STATUS_MEMORY, "no memory for a stored charge");
	enum status status = unpack(stored->event, &zone, &event, fault);
	if (status == STATUS_OK)
		status = unpack(stored->answer, &zone, &answer, fault);
	if (status == STATUS_OK &&
		(!read_event(&unpricing, &event, &read) || !read_costs(&unpricing, &answer, &read)))
		status = unpricing.status;
	if (status == STATUS_OK)
		*charge = read;
	msgpack_zone_destroy(&zone);
	return status;
}

enum status
unpriced_read_refusal(struct bytes answer, struct unpriced_refusal *refusal, struct fault *fault)
{
	msgpack_object object;
	msgpack_zone zone;
	if (!msgpack_zone_init(&zone, ZONE_CHUNK_BYTES))
		return fault_set(fault, STATUS_MEMORY, "no memory for a stored answer");
	enum status status = unpack(answer, &zone, &object, fault);
	if (status == STATUS_OK) {
		const msgpack_object *say = find(&object, "say");
		struct unpriced_refusal read = {
			.code = text_in(&object, "code"),
			.en = text_in(say, "en"),
			.zh = text_in(say, "zh"),
		};
		if (read.code.data == NULL || read.en.data == NULL || read.zh.data == NULL)
			status = fault_set(
				fault, STATUS_CORRUPT, "the stored answer is no refusal");
		else
			*refusal = read;
	}
	msgpack_zone_destroy(&zone);
	return status;
}

/* ---- what fell due ---- */

static bool
day_in(const msgpack_object *map, const char *name, int64_t *day)
{
	struct date date;
	if (!date_parse(text_in(map, name), &date))
		return false;
	*day = day_of_date(date);
	return true;
}

/* "129", or a fraction: "2838/31". */
static bool
ratio_in(const msgpack_object *map, const char *name, struct ratio *value)
{
	struct text text = text_in(map, name);
	const char *slash = text.size == 0 ? NULL : memchr(text.data, '/', text.size);
	struct ratio below;
	if (slash == NULL)
		return ratio_parse(text, value);
	size_t size = (size_t)(slash - text.data);
	return ratio_parse((struct text){ text.data, size }, value) &&
		ratio_parse((struct text){ slash + 1, text.size - size - 1 }, &below) &&
		ratio_divide(*value, below, value);
}

static bool
read_reasons(struct unpricing *unpricing, const msgpack_object *map, struct due_part *part)
{
	const struct image *image = unpricing->image;
	const msgpack_object *list = array_in(map, "because");
	size_t count = list == NULL ? 0 : list->via.array.size;
	struct due_reason *reasons = arena_take_zeroed(unpricing->arena, count, sizeof *reasons);
	if (reasons == NULL)
		return no_memory(unpricing);
	for (size_t i = 0; i < count; i++) {
		const msgpack_object *one = &list->via.array.ptr[i];
		uint32_t table = image_decision(image, text_in(one, "table"));
		int64_t line;
		reasons[i].say = text_in(one, "say");
		if (table == NO_INDEX || !integer_in(one, "row", &line))
			continue;
		uint32_t row = find_row(image->decisions[table], line);
		reasons[i].table = row == 0 ? NULL : image->decisions[table];
		reasons[i].row = row == 0 ? 0 : row - 1;
	}
	part->reasons = reasons;
	part->reason_count = count;
	return true;
}

static bool
read_due_parts(struct unpricing *unpricing, const msgpack_object *map, struct due_line *line)
{
	const msgpack_object *list = array_in(map, "parts");
	size_t count = list == NULL ? 0 : list->via.array.size;
	struct due_part *parts = arena_take_zeroed(unpricing->arena, count, sizeof *parts);
	if (parts == NULL)
		return no_memory(unpricing);
	for (size_t i = 0; i < count; i++) {
		const msgpack_object *one = &list->via.array.ptr[i];
		if (!day_in(one, "from", &parts[i].from_day) ||
			!day_in(one, "till", &parts[i].till_day) ||
			!ratio_in(one, "price", &parts[i].price) ||
			!integer_in(one, "version", &parts[i].version_ms))
			return corrupt(unpricing, "a part of what fell due");
		integer_in(one, "of", &parts[i].cycle_days);
		integer_in(one, "times", &parts[i].times);
		if (!read_reasons(unpricing, one, &parts[i]))
			return false;
	}
	line->parts = parts;
	line->part_count = count;
	return true;
}

static bool
read_shares(struct unpricing *unpricing, const msgpack_object *map, struct due_line *line)
{
	const msgpack_object *list = array_in(map, "split");
	size_t count = list == NULL ? 0 : list->via.array.size;
	struct due_share *shares = arena_take_zeroed(unpricing->arena, count, sizeof *shares);
	struct split *splits = arena_take_zeroed(unpricing->arena, count, sizeof *splits);
	if (shares == NULL || splits == NULL)
		return no_memory(unpricing);
	for (size_t i = 0; i < count; i++) {
		const msgpack_object *one = &list->via.array.ptr[i];
		struct money percent;
		splits[i].is_partner = find(one, "partner") != NULL;
		splits[i].party = text_in(one, splits[i].is_partner ? "partner" : "product");
		if (!money_in(one, "percent", &percent) ||
			!money_in(one, "amount", &shares[i].amount))
			return corrupt(unpricing, "a share");
		splits[i].parts_per_million = (uint32_t)(percent.micros / 100);
		shares[i].split = &splits[i];
	}
	line->shares = shares;
	line->share_count = count;
	return true;
}

static bool
read_term(struct unpricing *unpricing, const msgpack_object *map, struct due_line *line)
{
	const msgpack_object *found = find(map, "term");
	struct money percent;
	int64_t begun;
	if (found == NULL)
		return true;
	struct due_term *term = arena_take_zeroed(unpricing->arena, 1, sizeof *term);
	if (term == NULL)
		return no_memory(unpricing);
	if (!day_in(found, "till", &term->till_day) || !integer_in(found, "months_begun", &begun) ||
		!money_in(found, "percent", &percent) || !money_in(found, "falls", &term->falls))
		return corrupt(unpricing, "a term");
	term->months_begun = (int32_t)begun;
	term->parts_per_million = find(found, "percent") == NULL ? DISCOUNT_WHOLE
								 : (uint32_t)(percent.micros / 100);
	line->term = term;
	return true;
}

/* The text that names the lines of a charge, or of what is owed for leaving early. */
static struct text
due_say(const struct image *image, const struct due_line *line)
{
	uint32_t first, count;
	if (!image_package(image, line->package, &first, &count))
		return TEXT("");
	for (uint32_t i = first; i < first + count; i++) {
		const struct package *package = &image->packages[i];
		for (uint32_t j = 0; j < package->charge_count; j++)
			if (text_equal(package->charges[j].id, line->charge))
				return package->charges[j].say;
		for (uint32_t j = 0; j < package->termination_count; j++)
			if (text_equal(package->terminations[j].charge.id, line->charge))
				return package->terminations[j].charge.say;
	}
	return TEXT("");
}

static bool
read_due_line(struct unpricing *unpricing, const msgpack_object *map, struct due_line *line)
{
	*line = (struct due_line){ .each = 0 };
	if (!split_rule(text_in(map, "rule"), &line->package, &line->charge) ||
		!day_in(map, "from", &line->from_day) || !day_in(map, "till", &line->till_day) ||
		!day_in(map, "due", &line->due_day) || !money_in(map, "amount", &line->amount) ||
		!ratio_in(map, "exact", &line->exact))
		return corrupt(unpricing, "a line of what fell due");
	integer_in(map, "each", &line->each);
	line->say = due_say(unpricing->image, line);
	return read_due_parts(unpricing, map, line) && read_shares(unpricing, map, line) &&
		read_term(unpricing, map, line) && read_tax(unpricing, map, &line->tax);
}

static bool
read_dues(struct unpricing *unpricing, const msgpack_object *answer, struct due_pricing *pricing)
{
	const msgpack_object *list = array_in(answer, "lines");
	size_t count = list == NULL ? 0 : list->via.array.size;
	struct due_line *lines = arena_take_zeroed(unpricing->arena, count, sizeof *lines);
	if (lines == NULL)
		return no_memory(unpricing);
	*pricing = (struct due_pricing){ .lines = lines, .line_count = count };
	for (size_t i = 0; i < count; i++) {
		if (!read_due_line(unpricing, &list->via.array.ptr[i], &lines[i]))
			return false;
	}
	return money_in(answer, "amount", &pricing->amount) || corrupt(unpricing, "an amount");
}

enum status
unpriced_read_due(struct bytes answer, const struct image *image, struct arena *arena,
	struct due_pricing *pricing, struct fault *fault)
{
	struct unpricing unpricing = { image, 0, arena, fault, STATUS_OK };
	struct due_pricing read;
	msgpack_object object;
	msgpack_zone zone;
	if (!msgpack_zone_init(&zone, ZONE_CHUNK_BYTES))
		return fault_set(fault, STATUS_MEMORY, "no memory for a stored answer");
	enum status status = unpack(answer, &zone, &object, fault);
	if (status == STATUS_OK && !read_dues(&unpricing, &object, &read))
		status = unpricing.status;
	if (status == STATUS_OK)
		*pricing = read;
	msgpack_zone_destroy(&zone);
	return status;
}
