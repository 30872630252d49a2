/*
 * From the model that rules/lib/image.lua made to the image. The model is ours and sound, so that a
 * wrong type is a bug; only memory can be short. Everything that can raise an error of Lua happens
 * inside of one protected call.
 */
#include "build.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"

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
	return *(struct work **)lua_touserdata(lua, 1);
}

static void
raise(lua_State *lua, enum status status)
{
	work_of(lua)->status = status;
	luaL_error(lua, "the image can't be made");
}

static void *
take(lua_State *lua, size_t count, size_t size)
{
	struct work *work = work_of(lua);
	void *taken = arena_take_zeroed(&work->built->image.arena, count, size);
	if (taken == NULL)
		raise(lua, fault_set(work->fault, STATUS_MEMORY, "no memory for the image"));
	return taken;
}

/* The value on the top as a text of the image's; pops it. */
static struct text
pop_text(lua_State *lua)
{
	struct text text;
	text.data = lua_tolstring(lua, -1, &text.size);
	must(text.data != NULL);
	text = arena_copy_text(&work_of(lua)->built->image.arena, text);
	if (text.data == NULL)
		raise(lua,
			fault_set(work_of(lua)->fault, STATUS_MEMORY, "no memory for the image"));
	lua_pop(lua, 1);
	return text;
}

/* Fields of the table on the top. */

static struct text
get_text(lua_State *lua, const char *field)
{
	lua_getfield(lua, -1, field);
	return pop_text(lua);
}

static int64_t
get_integer(lua_State *lua, const char *field)
{
	lua_getfield(lua, -1, field);
	must(lua_isinteger(lua, -1));
	int64_t value = lua_tointeger(lua, -1);
	lua_pop(lua, 1);
	return value;
}

static uint32_t
get_number(lua_State *lua, const char *field)
{
	int64_t value = get_integer(lua, field);
	must(value >= 0 && value <= UINT32_MAX);
	return (uint32_t)value;
}

static bool
has(lua_State *lua, const char *field)
{
	bool there = lua_getfield(lua, -1, field) != LUA_TNIL;
	lua_pop(lua, 1);
	return there;
}

static bool
get_flag(lua_State *lua, const char *field)
{
	lua_getfield(lua, -1, field);
	bool flag = lua_toboolean(lua, -1);
	lua_pop(lua, 1);
	return flag;
}

/* Pushes the list in a field; how many entries it has. */
static uint32_t
open_list(lua_State *lua, const char *field)
{
	must(lua_getfield(lua, -1, field) == LUA_TTABLE);
	size_t count = lua_rawlen(lua, -1);
	must(count < UINT32_MAX);
	return (uint32_t)count;
}

/* Pushes entry `index` (from 0) of the list on the top. */
static void
open_entry(lua_State *lua, uint32_t index)
{
	lua_rawgeti(lua, -1, (lua_Integer)index + 1);
}

static void
close_value(lua_State *lua)
{
	lua_pop(lua, 1);
}

static const struct text *
get_texts(lua_State *lua, const char *field, uint32_t *count)
{
	*count = open_list(lua, field);
	struct text *texts = take(lua, *count, sizeof *texts);
	for (uint32_t i = 0; i < *count; i++) {
		open_entry(lua, i);
		texts[i] = pop_text(lua);
	}
	close_value(lua);
	return texts;
}

/* The numbers of a list in a field; all there can be if there is none. */
static struct zone_set
get_zones(lua_State *lua)
{
	struct zone_set set;
	if (!has(lua, "zones")) {
		memset(&set, 0xff, sizeof set);
		return set;
	}
	memset(&set, 0, sizeof set);
	uint32_t count = open_list(lua, "zones");
	for (uint32_t i = 0; i < count; i++) {
		open_entry(lua, i);
		lua_Integer zone = lua_tointeger(lua, -1);
		must(zone >= 0 && zone < IMAGE_ZONES_MAX);
		set.bits[zone / 64] |= UINT64_C(1) << (zone % 64);
		close_value(lua);
	}
	close_value(lua);
	return set;
}

static enum unit
get_unit(lua_State *lua)
{
	struct text name = get_text(lua, "unit");
	for (enum unit unit = UNIT_SECOND; unit <= UNIT_ITEM; unit++)
		if (text_equal(name, text_of(unit_name(unit))))
			return unit;
	must_failed("a unit that is known", __FILE__, __LINE__, __func__);
}

static enum cycle
get_cycle(lua_State *lua)
{
	struct text name = get_text(lua, "every");
	if (text_equal(name, TEXT("day")))
		return CYCLE_DAY;
	must(text_equal(name, TEXT("month")) || text_equal(name, TEXT("year")));
	return text_equal(name, TEXT("month")) ? CYCLE_MONTH : CYCLE_YEAR;
}

static enum rounding
get_rounding(lua_State *lua, const char *field)
{
	enum rounding mode = ROUND_HALF_UP;
	must(rounding_parse(get_text(lua, field), &mode));
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
	bool exact = get_flag(lua, "exact");
	struct prefix_row row = {
		.digits_min = (uint8_t)get_number(lua, "digits_min"),
		.digits_max = (uint8_t)get_number(lua, "digits_max"),
		.value = get_number(lua, "value"),
	};
	uint32_t count = open_list(lua, "prefixes");
	for (uint32_t i = 0; i < count; i++) {
		open_entry(lua, i);
		row.prefix.data = lua_tolstring(lua, -1, &row.prefix.size);
		if (exact)
			row.digits_min = row.digits_max = (uint8_t)row.prefix.size;
		row.order = (uint32_t)rows->count;
		rows->rows[rows->count++] = row;
		close_value(lua);
	}
	close_value(lua);
}

static size_t
count_prefixes(lua_State *lua, uint32_t row_count)
{
	size_t count = 0;
	for (uint32_t i = 0; i < row_count; i++) {
		open_entry(lua, i);
		count += open_list(lua, "prefixes");
		close_value(lua);
		close_value(lua);
	}
	return count;
}

static struct prefix_table *
read_prefixes(lua_State *lua)
{
	uint32_t count = open_list(lua, "rows");
	struct prefix_rows rows = new_rows(lua, count_prefixes(lua, count));
	for (uint32_t i = 0; i < count; i++) {
		open_entry(lua, i);
		add_rows(lua, &rows);
		close_value(lua);
	}
	struct prefix_table *table = make_table(lua, &rows);
	close_value(lua);
	close_value(lua);
	return table;
}

/* How long the area code of a caller is, by the beginning of the number. */
static struct prefix_table *
read_areas(lua_State *lua)
{
	uint32_t count = open_list(lua, "areas");
	struct prefix_rows rows = new_rows(lua, count);
	for (uint32_t i = 0; i < count; i++) {
		open_entry(lua, i);
		struct prefix_row *row = &rows.rows[rows.count++];
		*row = (struct prefix_row){ .order = i, .value = get_number(lua, "digits") };
		lua_getfield(lua, -1, "prefix");
		row->prefix.data = lua_tolstring(lua, -1, &row->prefix.size);
		close_value(lua);
		close_value(lua);
	}
	struct prefix_table *table = make_table(lua, &rows);
	close_value(lua);
	close_value(lua);
	return table;
}

static void
read_zone_maps(lua_State *lua, struct image *image)
{
	uint32_t count = open_list(lua, "zone_maps");
	struct zone_map *maps = take(lua, count, sizeof *maps);
	image->zone_maps = maps;
	for (uint32_t i = 0; i < count; i++) {
		struct zone_map *map = &maps[i];
		open_entry(lua, i);
		image->zone_map_count = i + 1; /* so that what it has by now is freed with it */
		map->id = get_text(lua, "id");
		map->of_from = get_flag(lua, "of_from");
		map->zones = get_texts(lua, "zones", &map->zone_count);
		map->refusals = get_texts(lua, "refusals", &map->refusal_count);
		map->prefixes = read_prefixes(lua);
		if (has(lua, "own_area")) {
			map->own_area_zone = get_number(lua, "own_area");
			map->area_lengths = read_areas(lua);
		}
		close_value(lua);
	}
	close_value(lua);
}

static void
read_services(lua_State *lua, struct image *image)
{
	image->service_count = open_list(lua, "services");
	struct service *services = take(lua, image->service_count, sizeof *services);
	for (uint32_t i = 0; i < image->service_count; i++) {
		open_entry(lua, i);
		services[i].id = get_text(lua, "id");
		services[i].unit = get_unit(lua);
		services[i].zone_map =
			has(lua, "zone_map") ? get_number(lua, "zone_map") : NO_INDEX;
		close_value(lua);
	}
	close_value(lua);
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
	uint32_t count = open_list(lua, "days");
	struct special_day *days = take(lua, count, sizeof *days);
	for (uint32_t i = 0; i < count; i++) {
		open_entry(lua, i);
		days[i].day = get_integer(lua, "day");
		days[i].kind = get_integer(lua, "kind") == 1 ? DAY_HOLIDAY : DAY_WORKDAY;
		close_value(lua);
	}
	close_value(lua);
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
	bands->bands = get_texts(lua, "bands", &bands->count);
	uint32_t count = open_list(lua, "rules");
	must(count <= CALENDAR_RULES_MAX);
	for (uint32_t i = 0; i < count; i++) {
		open_entry(lua, i);
		rules[i] = (struct calendar_rule){
			.band = get_number(lua, "band"),
			.weekdays = get_number(lua, "weekdays"),
			.kinds = get_number(lua, "kinds"),
			.from_minute = (int32_t)get_integer(lua, "from"),
			.till_minute = (int32_t)get_integer(lua, "till"),
		};
		close_value(lua);
	}
	close_value(lua);
	if (has(lua, "days")) {
		days.days = read_days(lua, &days.count);
		days.first_year = (int32_t)get_integer(lua, "first_year");
		days.last_year = (int32_t)get_integer(lua, "last_year");
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
	uint32_t count = open_list(lua, "calendars");
	struct band_list *bands = take(lua, count, sizeof *bands);
	built->calendars = take(lua, count, sizeof *built->calendars);
	for (uint32_t i = 0; i < count; i++) {
		open_entry(lua, i);
		built->calendars[i] = read_calendar(lua, &bands[i]);
		built->calendar_count = i + 1;
		close_value(lua);
	}
	close_value(lua);
	return bands;
}

/* Packages. */

/* The step in a field of the tariff on the top. */
static struct step
read_step(lua_State *lua, const char *field, uint32_t band_count)
{
	struct step step;
	lua_getfield(lua, -1, field);
	step.size = get_integer(lua, "size");
	must(step.size > 0);
	must(open_list(lua, "prices") == band_count);
	struct money *prices = take(lua, band_count, sizeof *prices);
	for (uint32_t i = 0; i < band_count; i++) {
		open_entry(lua, i);
		prices[i].micros = lua_tointeger(lua, -1);
		close_value(lua);
	}
	close_value(lua);
	close_value(lua);
	step.prices = prices;
	return step;
}

static int32_t
get_function(lua_State *lua, const char *field)
{
	return has(lua, field) ? (int32_t)get_integer(lua, field) : NO_FUNCTION;
}

static void
read_prices(lua_State *lua, struct tariff *tariff, const struct band_list *bands)
{
	static const struct text no_band = { "", 0 };
	tariff->bands = &no_band;
	tariff->band_count = 1;
	if (has(lua, "calendar")) {
		uint32_t calendar = get_number(lua, "calendar");
		tariff->calendar = work_of(lua)->built->calendars[calendar];
		tariff->bands = bands[calendar].bands;
		tariff->band_count = bands[calendar].count;
	}
	if (tariff->amount != NO_FUNCTION)
		return;
	tariff->next = read_step(lua, "next", tariff->band_count);
	tariff->has_first = has(lua, "first");
	if (tariff->has_first)
		tariff->first = read_step(lua, "first", tariff->band_count);
}

static void
read_uses(lua_State *lua, struct tariff *tariff)
{
	tariff->uses_any = get_flag(lua, "uses_any");
	tariff->use_count = open_list(lua, "uses");
	must(tariff->use_count <= TARIFF_USES_MAX);
	for (uint32_t i = 0; i < tariff->use_count; i++) {
		open_entry(lua, i);
		tariff->uses[i] = (uint32_t)lua_tointeger(lua, -1);
		close_value(lua);
	}
	close_value(lua);
}

static void
read_tariff(lua_State *lua, struct tariff *tariff, const struct band_list *bands)
{
	tariff->id = get_text(lua, "id");
	tariff->component = get_number(lua, "component");
	tariff->service = get_number(lua, "service");
	tariff->zones = get_zones(lua);
	tariff->when = get_function(lua, "when");
	tariff->amount = get_function(lua, "amount");
	read_prices(lua, tariff, bands);
	tariff->setup.micros = get_integer(lua, "setup");
	tariff->minimum.micros = get_integer(lua, "minimum");
	tariff->maximum.micros = get_integer(lua, "maximum");
	if (has(lua, "round")) {
		lua_getfield(lua, -1, "round");
		tariff->round_step = get_integer(lua, "step");
		tariff->round_mode = get_rounding(lua, "mode");
		close_value(lua);
	}
	read_uses(lua, tariff);
	tariff->say = get_text(lua, "say");
	tariff->line = get_number(lua, "line");
}

static void
read_allowance(lua_State *lua, struct allowance *allowance)
{
	allowance->id = get_text(lua, "id");
	allowance->service = get_number(lua, "service");
	allowance->zones = get_zones(lua);
	allowance->amount = get_integer(lua, "amount");
	allowance->every = get_cycle(lua);
}

/* A local day begins at its first instant. */
static int64_t
get_day_ms(lua_State *lua, const char *field)
{
	int64_t day = get_integer(lua, field);
	return zoneinfo_local_to_utc(work_of(lua)->built->zone, day * DAY_MS);
}

static void
read_package(lua_State *lua, struct package *package, const struct band_list *bands)
{
	package->id = get_text(lua, "id");
	package->file = get_text(lua, "file");
	package->layer = get_number(lua, "layer");
	package->from_ms = get_day_ms(lua, "from");
	package->till_ms = has(lua, "till") ? get_day_ms(lua, "till") : INT64_MAX;
	package->tariff_count = open_list(lua, "tariffs");
	struct tariff *tariffs = take(lua, package->tariff_count, sizeof *tariffs);
	for (uint32_t i = 0; i < package->tariff_count; i++) {
		open_entry(lua, i);
		read_tariff(lua, &tariffs[i], bands);
		close_value(lua);
	}
	close_value(lua);
	package->tariffs = tariffs;
	package->allowance_count = open_list(lua, "allowances");
	struct allowance *allowances = take(lua, package->allowance_count, sizeof *allowances);
	for (uint32_t i = 0; i < package->allowance_count; i++) {
		open_entry(lua, i);
		read_allowance(lua, &allowances[i]);
		close_value(lua);
	}
	close_value(lua);
	package->allowances = allowances;
}

static void
read_packages(lua_State *lua, struct image *image, const struct band_list *bands)
{
	image->package_count = open_list(lua, "packages");
	struct package *packages = take(lua, image->package_count, sizeof *packages);
	for (uint32_t i = 0; i < image->package_count; i++) {
		open_entry(lua, i);
		read_package(lua, &packages[i], bands);
		close_value(lua);
	}
	close_value(lua);
	image->packages = packages;
	if (!image_index_packages(image))
		raise(lua,
			fault_set(work_of(lua)->fault, STATUS_MEMORY, "no memory for the image"));
}

/* Texts and functions. */

static void
read_language(lua_State *lua, struct release_language *language)
{
	language->id = get_text(lua, "language");
	uint32_t count = open_list(lua, "list") / 2;
	struct release_text *texts = take(lua, count, sizeof *texts);
	for (uint32_t i = 0; i < count; i++) {
		open_entry(lua, 2 * i);
		texts[i].key = pop_text(lua);
		open_entry(lua, 2 * i + 1);
		texts[i].text = pop_text(lua);
	}
	close_value(lua);
	language->texts = texts;
	language->text_count = count;
}

static void
read_languages(lua_State *lua, struct built *built)
{
	built->language_count = open_list(lua, "texts");
	struct release_language *languages = take(lua, built->language_count, sizeof *languages);
	for (uint32_t i = 0; i < built->language_count; i++) {
		open_entry(lua, i);
		read_language(lua, &languages[i]);
		close_value(lua);
	}
	close_value(lua);
	built->languages = languages;
}

static void
read_functions(lua_State *lua, struct built *built)
{
	uint32_t count = open_list(lua, "functions");
	struct release_function *functions = take(lua, count, sizeof *functions);
	for (uint32_t i = 0; i < count; i++) {
		open_entry(lua, i);
		functions[i].kind = text_equal(get_text(lua, "kind"), TEXT("when"))
					    ? FUNCTION_WHEN
					    : FUNCTION_AMOUNT;
		functions[i].round_step = get_integer(lua, "round_step");
		functions[i].round_mode = get_rounding(lua, "round_mode");
		close_value(lua);
	}
	close_value(lua);
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
	image->catalog = get_text(lua, "id");
	image->currency = get_text(lua, "currency");
	image->zone = built->zone;
	image->components = get_texts(lua, "components", &image->component_count);
	image->layers = get_texts(lua, "layers", &image->layer_count);
	built->instructions_call = get_number(lua, "instructions");
	read_zone_maps(lua, image);
	read_services(lua, image);
	const struct band_list *bands = read_calendars(lua, built);
	read_packages(lua, image, bands);
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
	struct work *reference = &work;
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
	lua_pushlightuserdata(lua, &reference);
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
	zoneinfo_free(built->zone);
	arena_release(&image->arena);
	memory_free(built);
}
