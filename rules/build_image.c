/*
 * From the model that rules/lib/image.lua made to the image. The model is ours and sound, so that a
 * wrong type is a bug; only memory can be short. Everything that can raise an error of Lua happens
 * inside of one protected call.
 */
#include "build.h"

#include "../engine/base/memory.h"
#include "reader.h"

#define IMAGE_BYTES_MAX ((size_t)512 * 1024 * 1024)

/* What the protected call works on. */
struct work {
	struct build *build;
	struct built *built;
	enum status status; /* why an error was raised, if not by Lua */
	struct fault *fault;
};

static struct work *
work_of(lua_State *lua)
{
	return lua_touserdata(lua, 1);
}

static struct arena *
arena_of(lua_State *lua)
{
	return &work_of(lua)->built->image.arena;
}

static void
raise(lua_State *lua, enum status status)
{
	work_of(lua)->status = status;
	luaL_error(lua, "the image can't be made");
}

/* The numbers of a list in a field; all there can be if there is none. */
static struct zone_set
get_zones(lua_State *lua)
{
	struct zone_set set;
	if (!reader_has(lua, "zones")) {
		memset(&set, 0xff, sizeof set);
		return set;
	}
	memset(&set, 0, sizeof set);
	uint32_t count = reader_open(lua, "zones");
	for (uint32_t i = 0; i < count; i++) {
		reader_entry(lua, i);
		lua_Integer zone = lua_tointeger(lua, -1);
		must(zone >= 0 && zone < IMAGE_ZONES_MAX);
		set.bits[zone / 64] |= UINT64_C(1) << (zone % 64);
		reader_close(lua);
	}
	reader_close(lua);
	return set;
}

/* NULL if nothing is converted. */
static const struct convert *
get_convert(lua_State *lua)
{
	if (!reader_has(lua, "convert"))
		return NULL;
	struct convert *convert = reader_take(lua, arena_of(lua), 1, sizeof *convert);
	lua_getfield(lua, -1, "convert");
	convert->each = reader_integer(lua, "each");
	convert->as = reader_integer(lua, "as");
	must(convert->each > 0 && convert->as > 0);
	reader_close(lua);
	return convert;
}

static enum cycle
get_cycle(lua_State *lua, const char *field)
{
	struct text name = reader_text(lua, arena_of(lua), field);
	if (text_equal(name, TEXT("day")))
		return CYCLE_DAY;
	must(text_equal(name, TEXT("month")) || text_equal(name, TEXT("year")));
	return text_equal(name, TEXT("month")) ? CYCLE_MONTH : CYCLE_YEAR;
}

static enum rounding
get_rounding(lua_State *lua, const char *field)
{
	enum rounding mode = ROUND_HALF_UP;
	must(rounding_parse(reader_text(lua, arena_of(lua), field), &mode));
	return mode;
}

/* Zone maps. */

/* Rows of prefixes while a table is made: they are many, and not kept. */
struct prefix_rows {
	struct prefix_row *rows;
	size_t count;
};

static struct prefix_rows
new_rows(lua_State *lua, size_t count)
{
	/* A block of Lua's is given back whatever happens; it lies on the stack below the list. */
	struct prefix_rows rows = { lua_newuserdatauv(lua, count * sizeof *rows.rows + 1, 0), 0 };
	lua_insert(lua, -2);
	return rows;
}

static struct prefix_table *
make_table(lua_State *lua, const struct prefix_rows *rows)
{
	struct work *work = work_of(lua);
	struct prefix_table *table;
	enum status status = prefix_table_new(rows->rows, rows->count, &table, work->fault);
	if (status != STATUS_OK)
		raise(lua, status);
	work->built->prefix_bytes += prefix_table_bytes(table);
	return table;
}

/* The row of the zone map on the top. Its prefixes stay in the model while the rows are used. */
static void
add_rows(lua_State *lua, struct prefix_rows *rows)
{
	bool exact = reader_flag(lua, "exact");
	struct prefix_row row = {
		.digits_min = (uint8_t)reader_number(lua, "digits_min"),
		.digits_max = (uint8_t)reader_number(lua, "digits_max"),
		.value = reader_number(lua, "value"),
	};
	uint32_t count = reader_open(lua, "prefixes");
	for (uint32_t i = 0; i < count; i++) {
		reader_entry(lua, i);
		row.prefix.data = lua_tolstring(lua, -1, &row.prefix.size);
		if (exact)
			row.digits_min = row.digits_max = (uint8_t)row.prefix.size;
		row.order = (uint32_t)rows->count;
		rows->rows[rows->count++] = row;
		reader_close(lua);
	}
	reader_close(lua);
}

static size_t
count_prefixes(lua_State *lua, uint32_t row_count)
{
	size_t count = 0;
	for (uint32_t i = 0; i < row_count; i++) {
		reader_entry(lua, i);
		count += reader_open(lua, "prefixes");
		reader_close(lua);
		reader_close(lua);
	}
	return count;
}

static struct prefix_table *
read_prefixes(lua_State *lua)
{
	uint32_t count = reader_open(lua, "rows");
	struct prefix_rows rows = new_rows(lua, count_prefixes(lua, count));
	for (uint32_t i = 0; i < count; i++) {
		reader_entry(lua, i);
		add_rows(lua, &rows);
		reader_close(lua);
	}
	struct prefix_table *table = make_table(lua, &rows);
	reader_close(lua);
	reader_close(lua);
	return table;
}

/* How long the area code of a caller is, by the beginning of the number. */
static struct prefix_table *
read_areas(lua_State *lua)
{
	uint32_t count = reader_open(lua, "areas");
	struct prefix_rows rows = new_rows(lua, count);
	for (uint32_t i = 0; i < count; i++) {
		reader_entry(lua, i);
		struct prefix_row *row = &rows.rows[rows.count++];
		*row = (struct prefix_row){ .order = i, .value = reader_number(lua, "digits") };
		lua_getfield(lua, -1, "prefix");
		row->prefix.data = lua_tolstring(lua, -1, &row->prefix.size);
		reader_close(lua);
		reader_close(lua);
	}
	struct prefix_table *table = make_table(lua, &rows);
	reader_close(lua);
	reader_close(lua);
	return table;
}

static void
read_zone_maps(lua_State *lua, struct image *image)
{
	uint32_t count = reader_open(lua, "zone_maps");
	struct zone_map *maps = reader_take(lua, arena_of(lua), count, sizeof *maps);
	image->zone_maps = maps;
	for (uint32_t i = 0; i < count; i++) {
		struct zone_map *map = &maps[i];
		reader_entry(lua, i);
		image->zone_map_count = i + 1; /* so that what it has by now is freed with it */
		map->id = reader_text(lua, arena_of(lua), "id");
		map->of_from = reader_flag(lua, "of_from");
		map->zones = reader_texts(lua, arena_of(lua), "zones", &map->zone_count);
		map->refusals = reader_texts(lua, arena_of(lua), "refusals", &map->refusal_count);
		map->prefixes = read_prefixes(lua);
		if (reader_has(lua, "own_area")) {
			map->own_area_zone = reader_number(lua, "own_area");
			map->area_lengths = read_areas(lua);
		}
		reader_close(lua);
	}
	reader_close(lua);
}

static const struct block_count *
get_count(lua_State *lua)
{
	if (!reader_has(lua, "count"))
		return NULL;
	struct block_count *count = reader_take(lua, arena_of(lua), 1, sizeof *count);
	lua_getfield(lua, -1, "count");
	count->attribute = reader_text(lua, arena_of(lua), "of");
	count->whole = reader_integer(lua, "whole");
	count->block = reader_integer(lua, "block");
	must(count->whole > 0 && count->block > 0);
	reader_close(lua);
	return count;
}

static void
read_services(lua_State *lua, struct image *image)
{
	image->service_count = reader_open(lua, "services");
	struct service *services = reader_take(
		lua, arena_of(lua), image->service_count, sizeof *services);
	for (uint32_t i = 0; i < image->service_count; i++) {
		reader_entry(lua, i);
		services[i].id = reader_text(lua, arena_of(lua), "id");
		services[i].unit = reader_unit(lua, arena_of(lua));
		services[i].zone_map = reader_has(lua, "zone_map") ? reader_number(lua, "zone_map")
								   : NO_INDEX;
		services[i].count = get_count(lua);
		reader_close(lua);
	}
	reader_close(lua);
	image->services = services;
}

/* Calendars. */

struct band_list {
	const struct text *bands;
	uint32_t count;
};

static const struct special_day *
read_days(lua_State *lua, size_t *day_count)
{
	uint32_t count = reader_open(lua, "days");
	struct special_day *days = reader_take(lua, arena_of(lua), count, sizeof *days);
	for (uint32_t i = 0; i < count; i++) {
		reader_entry(lua, i);
		days[i].day = reader_integer(lua, "day");
		days[i].kind = reader_integer(lua, "kind") == 1 ? DAY_HOLIDAY : DAY_WORKDAY;
		reader_close(lua);
	}
	reader_close(lua);
	*day_count = count;
	return days;
}

static struct calendar *
read_calendar(lua_State *lua, struct band_list *bands)
{
	struct work *work = work_of(lua);
	struct calendar_rule rules[CALENDAR_RULES_MAX];
	struct day_table days = { 0 };
	struct calendar *calendar;
	bands->bands = reader_texts(lua, arena_of(lua), "bands", &bands->count);
	uint32_t count = reader_open(lua, "rules");
	must(count <= CALENDAR_RULES_MAX);
	for (uint32_t i = 0; i < count; i++) {
		reader_entry(lua, i);
		rules[i] = (struct calendar_rule){
			.band = reader_number(lua, "band"),
			.weekdays = reader_number(lua, "weekdays"),
			.kinds = reader_number(lua, "kinds"),
			.from_minute = (int32_t)reader_integer(lua, "from"),
			.till_minute = (int32_t)reader_integer(lua, "till"),
		};
		reader_close(lua);
	}
	reader_close(lua);
	if (reader_has(lua, "days")) {
		days.days = read_days(lua, &days.count);
		days.first_year = (int32_t)reader_integer(lua, "first_year");
		days.last_year = (int32_t)reader_integer(lua, "last_year");
	}
	enum status status = calendar_new(rules, count, bands->count,
		days.days == NULL ? NULL : &days, work->built->zone, &calendar, work->fault);
	if (status != STATUS_OK)
		raise(lua, status);
	return calendar;
}

/* The names of each calendar's bands, for the tariffs. */
static const struct band_list *
read_calendars(lua_State *lua, struct built *built)
{
	uint32_t count = reader_open(lua, "calendars");
	struct band_list *bands = reader_take(lua, arena_of(lua), count, sizeof *bands);
	built->calendars = reader_take(lua, arena_of(lua), count, sizeof *built->calendars);
	for (uint32_t i = 0; i < count; i++) {
		reader_entry(lua, i);
		built->calendars[i] = read_calendar(lua, &bands[i]);
		built->calendar_count = i + 1;
		reader_close(lua);
	}
	reader_close(lua);
	return bands;
}

/* Packages. */

/* The prices of a step, one for each band. */
static const struct money *
read_band_prices(lua_State *lua, uint32_t band_count)
{
	must(reader_open(lua, "prices") == band_count);
	struct money *prices = reader_take(lua, arena_of(lua), band_count, sizeof *prices);
	for (uint32_t i = 0; i < band_count; i++) {
		reader_entry(lua, i);
		prices[i].micros = lua_tointeger(lua, -1);
		reader_close(lua);
	}
	reader_close(lua);
	return prices;
}

/* The step in a field of the tariff on the top. */
static struct step
read_step(lua_State *lua, const char *field, uint32_t band_count)
{
	struct step step;
	lua_getfield(lua, -1, field);
	step.size = reader_integer(lua, "size");
	must(step.size > 0);
	step.prices = read_band_prices(lua, band_count);
	reader_close(lua);
	return step;
}

/* The meter whose place stands in a field; NULL if there is none. */
static const struct meter *
get_meter(lua_State *lua, const char *field, const struct package *package)
{
	if (!reader_has(lua, field))
		return NULL;
	uint32_t place = reader_number(lua, field);
	must(place < package->meter_count);
	return &package->meters[place];
}

/* The tiers of the tariff on the top. */
static const struct tiers *
read_tiers(lua_State *lua, const struct package *package, uint32_t band_count)
{
	struct tiers *tiers = reader_take(lua, arena_of(lua), 1, sizeof *tiers);
	lua_getfield(lua, -1, "tiers");
	tiers->volume = reader_flag(lua, "volume");
	tiers->counted = get_meter(lua, "counted", package);
	tiers->charged = get_meter(lua, "charged", package);
	tiers->count = reader_open(lua, "list");
	must(tiers->count > 0);
	struct tier *list = reader_take(lua, arena_of(lua), tiers->count, sizeof *list);
	for (uint32_t i = 0; i < tiers->count; i++) {
		reader_entry(lua, i);
		list[i].up_to = reader_integer(lua, "up_to");
		must(i == 0 || list[i].up_to > list[i - 1].up_to);
		list[i].prices = read_band_prices(lua, band_count);
		reader_close(lua);
	}
	must(list[tiers->count - 1].up_to == INT64_MAX);
	reader_close(lua);
	reader_close(lua);
	tiers->list = list;
	return tiers;
}

static int32_t
get_function(lua_State *lua, const char *field)
{
	return reader_has(lua, field) ? (int32_t)reader_integer(lua, field) : NO_FUNCTION;
}

static void
read_prices(lua_State *lua, struct tariff *tariff, const struct package *package,
	const struct band_list *bands)
{
	static const struct text no_band = { "", 0 };
	tariff->bands = &no_band;
	tariff->band_count = 1;
	if (reader_has(lua, "calendar")) {
		uint32_t calendar = reader_number(lua, "calendar");
		tariff->calendar = work_of(lua)->built->calendars[calendar];
		tariff->bands = bands[calendar].bands;
		tariff->band_count = bands[calendar].count;
	}
	if (tariff->amount != NO_FUNCTION)
		return;
	tariff->next = read_step(lua, "next", tariff->band_count);
	tariff->has_first = reader_has(lua, "first");
	if (tariff->has_first)
		tariff->first = read_step(lua, "first", tariff->band_count);
	if (reader_has(lua, "tiers"))
		tariff->tiers = read_tiers(lua, package, tariff->band_count);
}

static void
read_uses(lua_State *lua, struct tariff *tariff)
{
	tariff->uses_any = reader_flag(lua, "uses_any");
	tariff->use_count = reader_open(lua, "uses");
	must(tariff->use_count <= TARIFF_USES_MAX);
	for (uint32_t i = 0; i < tariff->use_count; i++) {
		reader_entry(lua, i);
		tariff->uses[i] = (uint32_t)lua_tointeger(lua, -1);
		reader_close(lua);
	}
	reader_close(lua);
}

static void
read_tariff(lua_State *lua, struct tariff *tariff, const struct package *package,
	const struct band_list *bands)
{
	tariff->id = reader_text(lua, arena_of(lua), "id");
	tariff->component = reader_number(lua, "component");
	tariff->service = reader_number(lua, "service");
	tariff->zones = get_zones(lua);
	tariff->convert = get_convert(lua);
	tariff->when = get_function(lua, "when");
	tariff->amount = get_function(lua, "amount");
	read_prices(lua, tariff, package, bands);
	tariff->setup.micros = reader_integer(lua, "setup");
	tariff->minimum.micros = reader_integer(lua, "minimum");
	tariff->maximum.micros = reader_integer(lua, "maximum");
	if (reader_has(lua, "round")) {
		lua_getfield(lua, -1, "round");
		tariff->round_step = reader_integer(lua, "step");
		tariff->round_mode = get_rounding(lua, "mode");
		reader_close(lua);
	}
	read_uses(lua, tariff);
	if (reader_has(lua, "refuse"))
		tariff->refuse = reader_text(lua, arena_of(lua), "refuse");
	tariff->say = reader_text(lua, arena_of(lua), "say");
	tariff->tax = build_tax_of(lua, &work_of(lua)->built->image);
	tariff->line = reader_number(lua, "line");
}

static void
read_allowance(lua_State *lua, struct allowance *allowance, const struct package *package)
{
	allowance->id = reader_text(lua, arena_of(lua), "id");
	allowance->service = reader_number(lua, "service");
	allowance->zones = get_zones(lua);
	allowance->convert = get_convert(lua);
	allowance->amount = reader_integer(lua, "amount");
	allowance->unit = reader_unit(lua, arena_of(lua));
	if (reader_has(lua, "valid")) {
		lua_getfield(lua, -1, "valid");
		allowance->valid_count = reader_number(lua, "count");
		allowance->valid_every = get_cycle(lua, "every");
		reader_close(lua);
		allowance->every = CYCLE_DAY;
	} else {
		allowance->every = get_cycle(lua, "every");
	}
	allowance->carry_cycles = (uint8_t)reader_number(lua, "carry");
	allowance->first_by_day = reader_flag(lua, "first_by_day");
	allowance->shared = reader_flag(lua, "shared");
	allowance->member = get_meter(lua, "member", package);
	allowance->member_cap = allowance->member == NULL ? 0 : reader_integer(lua, "member_cap");
}

static void
read_meters(lua_State *lua, struct package *package)
{
	package->meter_count = reader_open(lua, "meters");
	struct meter *meters = reader_take(
		lua, arena_of(lua), package->meter_count, sizeof *meters);
	for (uint32_t i = 0; i < package->meter_count; i++) {
		reader_entry(lua, i);
		meters[i].id = reader_text(lua, arena_of(lua), "id");
		meters[i].service = reader_has(lua, "service") ? reader_number(lua, "service")
							       : NO_INDEX;
		meters[i].every = get_cycle(lua, "every");
		meters[i].money = reader_flag(lua, "money");
		meters[i].shared = reader_flag(lua, "shared");
		if (!meters[i].money)
			meters[i].unit = reader_unit(lua, arena_of(lua));
		reader_close(lua);
	}
	reader_close(lua);
	package->meters = meters;
}

const struct serve *
build_serves(lua_State *lua, struct arena *arena, uint32_t *count)
{
	*count = reader_open(lua, "serves");
	struct serve *serves = reader_take(lua, arena, *count, sizeof *serves);
	for (uint32_t i = 0; i < *count; i++) {
		reader_entry(lua, i);
		serves[i].service = reader_number(lua, "service");
		serves[i].zones = get_zones(lua);
		serves[i].convert = get_convert(lua);
		reader_close(lua);
	}
	reader_close(lua);
	return serves;
}

static void
read_caps(lua_State *lua, struct package *package)
{
	package->cap_count = reader_open(lua, "caps");
	struct cap *caps = reader_take(lua, arena_of(lua), package->cap_count, sizeof *caps);
	for (uint32_t i = 0; i < package->cap_count; i++) {
		reader_entry(lua, i);
		caps[i].meter = get_meter(lua, "meter", package);
		caps[i].amount.micros = reader_integer(lua, "amount");
		caps[i].serves = build_serves(lua, arena_of(lua), &caps[i].serve_count);
		reader_close(lua);
	}
	reader_close(lua);
	package->caps = caps;
}

static void
read_limits(lua_State *lua, struct package *package)
{
	package->limit_count = reader_open(lua, "limits");
	struct limit *limits = reader_take(
		lua, arena_of(lua), package->limit_count, sizeof *limits);
	for (uint32_t i = 0; i < package->limit_count; i++) {
		reader_entry(lua, i);
		limits[i].meter = get_meter(lua, "meter", package);
		limits[i].amount = reader_integer(lua, "amount");
		limits[i].serves = build_serves(lua, arena_of(lua), &limits[i].serve_count);
		limits[i].say = reader_text(lua, arena_of(lua), "say");
		must(limits[i].amount > 0 && limits[i].serve_count > 0);
		reader_close(lua);
	}
	reader_close(lua);
	package->limits = limits;
}

/* A local day begins at its first instant. */
static int64_t
get_day_ms(lua_State *lua, const char *field)
{
	int64_t day = reader_integer(lua, field);
	return zoneinfo_local_to_utc(work_of(lua)->built->zone, day * DAY_MS);
}

static void
read_package(lua_State *lua, struct package *package, const struct band_list *bands)
{
	package->id = reader_text(lua, arena_of(lua), "id");
	package->file = reader_text(lua, arena_of(lua), "file");
	package->layer = reader_number(lua, "layer");
	package->over = reader_texts(lua, arena_of(lua), "over", &package->over_count);
	package->from_ms = get_day_ms(lua, "from");
	package->till_ms = reader_has(lua, "till") ? get_day_ms(lua, "till") : INT64_MAX;
	read_meters(lua, package);
	read_caps(lua, package);
	read_limits(lua, package);
	build_discounts(lua, arena_of(lua), package);
	build_charges(lua, &work_of(lua)->built->image, package);
	build_terminations(lua, &work_of(lua)->built->image, package);
	build_stored(lua, arena_of(lua), package);
	build_notices(lua, arena_of(lua), package);
	package->tariff_count = reader_open(lua, "tariffs");
	struct tariff *tariffs = reader_take(
		lua, arena_of(lua), package->tariff_count, sizeof *tariffs);
	for (uint32_t i = 0; i < package->tariff_count; i++) {
		reader_entry(lua, i);
		read_tariff(lua, &tariffs[i], package, bands);
		reader_close(lua);
	}
	reader_close(lua);
	package->tariffs = tariffs;
	package->allowance_count = reader_open(lua, "allowances");
	struct allowance *allowances = reader_take(
		lua, arena_of(lua), package->allowance_count, sizeof *allowances);
	for (uint32_t i = 0; i < package->allowance_count; i++) {
		reader_entry(lua, i);
		read_allowance(lua, &allowances[i], package);
		reader_close(lua);
	}
	reader_close(lua);
	package->allowances = allowances;
}

static void
read_packages(lua_State *lua, struct image *image, const struct band_list *bands)
{
	image->package_count = reader_open(lua, "packages");
	struct package *packages = reader_take(
		lua, arena_of(lua), image->package_count, sizeof *packages);
	for (uint32_t i = 0; i < image->package_count; i++) {
		reader_entry(lua, i);
		read_package(lua, &packages[i], bands);
		reader_close(lua);
	}
	reader_close(lua);
	image->packages = packages;
	if (!image_index_packages(image))
		sandbox_refuse_memory(lua);
}

static void
read_standards(lua_State *lua, struct image *image)
{
	image->standard_count = reader_open(lua, "standards");
	struct standard *standards = reader_take(
		lua, arena_of(lua), image->standard_count, sizeof *standards);
	for (uint32_t i = 0; i < image->standard_count; i++) {
		reader_entry(lua, i);
		standards[i].product = reader_text(lua, arena_of(lua), "id");
		standards[i].package = reader_text(lua, arena_of(lua), "standard");
		reader_close(lua);
	}
	reader_close(lua);
	image->standards = standards;
}

/* Texts and functions. */

static void
read_language(lua_State *lua, struct release_language *language)
{
	language->id = reader_text(lua, arena_of(lua), "language");
	uint32_t count = reader_open(lua, "list") / 2;
	struct release_text *texts = reader_take(lua, arena_of(lua), count, sizeof *texts);
	for (uint32_t i = 0; i < count; i++) {
		reader_entry(lua, 2 * i);
		texts[i].key = reader_pop_text(lua, arena_of(lua));
		reader_entry(lua, 2 * i + 1);
		texts[i].text = reader_pop_text(lua, arena_of(lua));
	}
	reader_close(lua);
	language->texts = texts;
	language->text_count = count;
}

static void
read_languages(lua_State *lua, struct built *built)
{
	built->language_count = reader_open(lua, "texts");
	struct release_language *languages = reader_take(
		lua, arena_of(lua), built->language_count, sizeof *languages);
	for (uint32_t i = 0; i < built->language_count; i++) {
		reader_entry(lua, i);
		read_language(lua, &languages[i]);
		reader_close(lua);
	}
	reader_close(lua);
	built->languages = languages;
}

static enum function_kind
get_function_kind(lua_State *lua)
{
	static const char *const names[] = { "when", "amount", "derive", "check", "due" };
	struct text name = reader_text(lua, arena_of(lua), "kind");
	size_t i = 0;
	while (!text_equal(name, text_of(names[i]))) {
		i++;
		must(i < sizeof names / sizeof names[0]);
	}
	return (enum function_kind)i;
}

static void
read_functions(lua_State *lua, struct built *built)
{
	uint32_t count = reader_open(lua, "functions");
	struct release_function *functions = reader_take(
		lua, arena_of(lua), count, sizeof *functions);
	for (uint32_t i = 0; i < count; i++) {
		reader_entry(lua, i);
		functions[i].kind = get_function_kind(lua);
		functions[i].round_step = reader_integer(lua, "round_step");
		functions[i].round_mode = get_rounding(lua, "round_mode");
		reader_close(lua);
	}
	reader_close(lua);
	built->functions = functions;
	built->image.function_count = count;
}

/* Stack: where the work is, the model. */
static int
work_image(lua_State *lua)
{
	struct work *work = work_of(lua);
	struct built *built = work->built;
	struct image *image = &built->image;
	luaL_checkstack(lua, 40, NULL);
	image->catalog = reader_text(lua, arena_of(lua), "id");
	image->currency = reader_text(lua, arena_of(lua), "currency");
	image->zone = built->zone;
	image->components = reader_texts(lua, arena_of(lua), "components", &image->component_count);
	image->layer_count = reader_open(lua, "layers");
	reader_close(lua);
	built->instructions_call = reader_number(lua, "instructions");
	build_pay_order(lua, image);
	read_zone_maps(lua, image);
	read_services(lua, image);
	const struct band_list *bands = read_calendars(lua, built);
	build_taxes(lua, image);
	read_packages(lua, image, bands);
	read_standards(lua, image);
	build_tables(lua, built);
	build_selling(lua, built);
	build_facts(lua, image);
	build_table_days(lua, image);
	read_languages(lua, built);
	read_functions(lua, built);
	return 0;
}

enum status
build_image(struct build *build, struct built **built, struct fault *fault)
{
	lua_State *lua = build->sandbox->lua;
	struct built *made = memory_new_zeroed(1, sizeof *made);
	struct work work = { .build = build, .built = made, .fault = fault };
	if (made == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for a release");
	arena_init(&made->image.arena, IMAGE_BYTES_MAX);
	enum status status = zoneinfo_read(build->zone_name, build->zone_tzif, &made->zone, fault);
	if (status != STATUS_OK) {
		built_free(made);
		return status;
	}
	lua_pushcfunction(lua, work_image);
	lua_insert(lua, -2);
	lua_pushlightuserdata(lua, &work);
	lua_insert(lua, -2);
	enum sandbox_outcome outcome = sandbox_call(build->sandbox, 2, 0);
	if (outcome == SANDBOX_DONE) {
		*built = made;
		return STATUS_OK;
	}
	status = work.status != STATUS_OK ? work.status : build_stopped(build, outcome, fault);
	built_free(made);
	return status;
}

void
built_free(struct built *built)
{
	if (built == NULL)
		return;
	struct image *image = &built->image;
	for (uint32_t i = 0; i < image->zone_map_count; i++) {
		prefix_table_free(image->zone_maps[i].prefixes);
		prefix_table_free(image->zone_maps[i].area_lengths);
	}
	for (size_t i = 0; i < built->calendar_count; i++)
		calendar_free(built->calendars[i]);
	for (uint32_t i = 0; i < image->decision_count; i++)
		decision_free(built->decisions[i]);
	zoneinfo_free(built->zone);
	arena_release(&image->arena);
	memory_free(built);
}
