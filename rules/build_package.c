/*
 * Packages with their tariffs, allowances, caps and limits, from the model to the image (see
 * build_image.h).
 */
#include "build_image.h"

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
	struct convert *convert = reader_take(lua, image_arena(lua), 1, sizeof *convert);
	lua_getfield(lua, -1, "convert");
	convert->each = reader_integer(lua, "each");
	convert->as = reader_integer(lua, "as");
	must(convert->each > 0 && convert->as > 0);
	reader_close(lua);
	return convert;
}

const struct meter *
build_meter(lua_State *lua, const char *field, const struct package *package)
{
	if (!reader_has(lua, field))
		return NULL;
	uint32_t place = reader_number(lua, field);
	must(place < package->meter_count);
	return &package->meters[place];
}

/* The prices of a step, one for each band. */
static const struct money *
read_band_prices(lua_State *lua, uint32_t band_count)
{
	struct reader_list prices = reader_list(
		lua, image_arena(lua), "prices", sizeof(struct money));
	must(prices.count == band_count);
	for (struct money *one; (one = reader_next(&prices)) != NULL;)
		one->micros = lua_tointeger(lua, -1);
	return prices.items;
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

/* The tiers of the tariff on the top. */
static const struct tiers *
read_tiers(lua_State *lua, const struct package *package, uint32_t band_count)
{
	struct tiers *tiers = reader_take(lua, image_arena(lua), 1, sizeof *tiers);
	lua_getfield(lua, -1, "tiers");
	tiers->volume = reader_flag(lua, "volume");
	tiers->counted = build_meter(lua, "counted", package);
	tiers->charged = build_meter(lua, "charged", package);
	struct reader_list list = reader_list(lua, image_arena(lua), "list", sizeof(struct tier));
	must(list.count > 0);
	for (struct tier *one; (one = reader_next(&list)) != NULL;) {
		one->up_to = reader_integer(lua, "up_to");
		must(one == list.items || one->up_to > one[-1].up_to);
		one->prices = read_band_prices(lua, band_count);
	}
	reader_close(lua);
	tiers->list = list.items;
	tiers->count = list.count;
	must(tiers->list[tiers->count - 1].up_to == INT64_MAX);
	return tiers;
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
		tariff->calendar = image_work(lua)->built->calendars[calendar];
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
	tariff->prices = build_table_price(lua, &image_work(lua)->built->image, tariff);
}

static void
read_uses(lua_State *lua, struct tariff *tariff)
{
	tariff->uses_any = reader_flag(lua, "uses_any");
	tariff->uses_own = reader_flag(lua, "uses_own");
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
	tariff->id = reader_text(lua, image_arena(lua), "id");
	tariff->component = reader_number(lua, "component");
	tariff->service = reader_number(lua, "service");
	tariff->zones = get_zones(lua);
	tariff->convert = get_convert(lua);
	tariff->when = reader_function(lua, "when");
	tariff->amount = reader_function(lua, "amount");
	read_prices(lua, tariff, package, bands);
	tariff->setup.micros = reader_integer(lua, "setup");
	tariff->minimum.micros = reader_integer(lua, "minimum");
	tariff->maximum.micros = reader_integer(lua, "maximum");
	if (reader_has(lua, "round")) {
		lua_getfield(lua, -1, "round");
		tariff->round_step = reader_integer(lua, "step");
		tariff->round_mode = reader_rounding(lua, image_arena(lua), "mode");
		reader_close(lua);
	}
	read_uses(lua, tariff);
	if (reader_has(lua, "refuse"))
		tariff->refuse = reader_text(lua, image_arena(lua), "refuse");
	tariff->say = reader_text(lua, image_arena(lua), "say");
	tariff->tax = build_tax_of(lua, &image_work(lua)->built->image);
	tariff->line = reader_number(lua, "line");
}

static void
read_allowance(lua_State *lua, struct allowance *allowance, const struct package *package)
{
	allowance->id = reader_text(lua, image_arena(lua), "id");
	allowance->service = reader_number(lua, "service");
	allowance->zones = get_zones(lua);
	allowance->convert = get_convert(lua);
	allowance->amount = reader_integer(lua, "amount");
	allowance->unit = reader_unit(lua, image_arena(lua));
	if (reader_has(lua, "valid")) {
		lua_getfield(lua, -1, "valid");
		allowance->valid_count = reader_number(lua, "count");
		allowance->valid_every = reader_cycle(lua, image_arena(lua), "every");
		reader_close(lua);
		allowance->every = CYCLE_DAY;
	} else {
		allowance->every = reader_cycle(lua, image_arena(lua), "every");
	}
	allowance->carry_cycles = (uint8_t)reader_number(lua, "carry");
	allowance->first_by_day = reader_flag(lua, "first_by_day");
	allowance->shared = reader_flag(lua, "shared");
	allowance->member = build_meter(lua, "member", package);
	allowance->member_cap = allowance->member == NULL ? 0 : reader_integer(lua, "member_cap");
}

static void
read_meters(lua_State *lua, struct package *package)
{
	struct reader_list meters = reader_list(
		lua, image_arena(lua), "meters", sizeof(struct meter));
	for (struct meter *one; (one = reader_next(&meters)) != NULL;) {
		one->id = reader_text(lua, image_arena(lua), "id");
		one->service = reader_has(lua, "service") ? reader_number(lua, "service")
							  : NO_INDEX;
		one->every = reader_cycle(lua, image_arena(lua), "every");
		one->money = reader_flag(lua, "money");
		one->shared = reader_flag(lua, "shared");
		if (!one->money)
			one->unit = reader_unit(lua, image_arena(lua));
	}
	package->meters = meters.items;
	package->meter_count = meters.count;
}

const struct serve *
build_serves(lua_State *lua, struct arena *arena, uint32_t *count)
{
	struct reader_list serves = reader_list(lua, arena, "serves", sizeof(struct serve));
	for (struct serve *one; (one = reader_next(&serves)) != NULL;) {
		one->service = reader_number(lua, "service");
		one->zones = get_zones(lua);
		one->convert = get_convert(lua);
	}
	*count = serves.count;
	return serves.items;
}

static void
read_caps(lua_State *lua, struct package *package)
{
	struct reader_list caps = reader_list(lua, image_arena(lua), "caps", sizeof(struct cap));
	for (struct cap *one; (one = reader_next(&caps)) != NULL;) {
		one->meter = build_meter(lua, "meter", package);
		one->amount.micros = reader_integer(lua, "amount");
		one->serves = build_serves(lua, image_arena(lua), &one->serve_count);
	}
	package->caps = caps.items;
	package->cap_count = caps.count;
}

static void
read_limits(lua_State *lua, struct package *package)
{
	struct reader_list limits = reader_list(
		lua, image_arena(lua), "limits", sizeof(struct limit));
	for (struct limit *one; (one = reader_next(&limits)) != NULL;) {
		one->meter = build_meter(lua, "meter", package);
		one->amount = reader_integer(lua, "amount");
		one->serves = build_serves(lua, image_arena(lua), &one->serve_count);
		one->say = reader_text(lua, image_arena(lua), "say");
		must(one->amount > 0 && one->serve_count > 0);
	}
	package->limits = limits.items;
	package->limit_count = limits.count;
}

/* A local day begins at its first instant. */
static int64_t
get_day_ms(lua_State *lua, const char *field)
{
	int64_t day = reader_integer(lua, field);
	return zoneinfo_local_to_utc(image_work(lua)->built->zone, day * DAY_MS);
}

static void
read_package(lua_State *lua, struct package *package, const struct band_list *bands)
{
	package->id = reader_text(lua, image_arena(lua), "id");
	package->file = reader_text(lua, image_arena(lua), "file");
	package->layer = reader_number(lua, "layer");
	package->over = reader_texts(lua, image_arena(lua), "over", &package->over_count);
	package->from_ms = get_day_ms(lua, "from");
	package->till_ms = reader_has(lua, "till") ? get_day_ms(lua, "till") : INT64_MAX;
	read_meters(lua, package);
	read_caps(lua, package);
	read_limits(lua, package);
	build_discounts(lua, image_arena(lua), package);
	build_charges(lua, &image_work(lua)->built->image, package);
	build_terminations(lua, &image_work(lua)->built->image, package);
	build_stored(lua, image_arena(lua), package);
	build_notices(lua, image_arena(lua), package);
	build_sessions(lua, package);
	struct reader_list tariffs = reader_list(
		lua, image_arena(lua), "tariffs", sizeof(struct tariff));
	for (struct tariff *one; (one = reader_next(&tariffs)) != NULL;)
		read_tariff(lua, one, package, bands);
	package->tariffs = tariffs.items;
	package->tariff_count = tariffs.count;
	struct reader_list allowances = reader_list(
		lua, image_arena(lua), "allowances", sizeof(struct allowance));
	for (struct allowance *one; (one = reader_next(&allowances)) != NULL;)
		read_allowance(lua, one, package);
	package->allowances = allowances.items;
	package->allowance_count = allowances.count;
}

void
build_packages(lua_State *lua, struct image *image, const struct band_list *bands)
{
	struct reader_list packages = reader_list(
		lua, image_arena(lua), "packages", sizeof(struct package));
	for (struct package *one; (one = reader_next(&packages)) != NULL;)
		read_package(lua, one, bands);
	image->packages = packages.items;
	image->package_count = packages.count;
	if (!image_index_packages(image))
		sandbox_refuse_memory(lua);
}
