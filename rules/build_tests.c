/*
 * What the reading of tests asks of the release that is tested: the names of what it counts and of
 * what may be known, and its time zone. Without a release, nothing is the answer.
 */
#include "build.h"
#include "topups.h"

static const struct image *
image_of(lua_State *lua)
{
	const struct build *build = sandbox_of(lua)->owner;
	return build->image;
}

/* table["package.id"] = kind, in the table on the top */
static void
set_counter(lua_State *lua, struct text package, struct text id, const char *kind)
{
	lua_pushlstring(lua, package.data, package.size);
	lua_pushliteral(lua, ".");
	lua_pushlstring(lua, id.data, id.size);
	lua_concat(lua, 3);
	lua_pushstring(lua, kind);
	lua_rawset(lua, -3);
}

/* Pushes the table that is the answer; NULL: no release is tested, and there is none. */
static const struct image *
begin_answer(lua_State *lua)
{
	const struct image *image = image_of(lua);
	if (image == NULL)
		return NULL;
	luaL_checkstack(lua, 5, NULL);
	lua_newtable(lua);
	return image;
}

/* counters() → { ["package.id"] = "allowance" or "meter" } */
int
build_native_counters(lua_State *lua)
{
	const struct image *image = begin_answer(lua);
	if (image == NULL)
		return 0;
	for (uint32_t i = 0; i < image->package_count; i++) {
		const struct package *package = &image->packages[i];
		for (uint32_t j = 0; j < package->allowance_count; j++)
			set_counter(lua, package->id, package->allowances[j].id, "allowance");
		for (uint32_t j = 0; j < package->meter_count; j++)
			set_counter(lua, package->id, package->meters[j].id, "meter");
	}
	return 1;
}

/* stored() → { ["package.id"] = "deposit" or "gift", ["topup.id"] = "gift" } */
int
build_native_stored(lua_State *lua)
{
	const struct image *image = begin_answer(lua);
	if (image == NULL)
		return 0;
	for (uint32_t i = 0; i < image->package_count; i++) {
		const struct package *package = &image->packages[i];
		for (uint32_t j = 0; j < package->stored_count; j++)
			set_counter(lua, package->id, package->stored[j].id,
				money_kind_name(package->stored[j].kind));
	}
	for (uint32_t i = 0; i < image->topup_count; i++)
		set_counter(lua, TOPUPS_PACKAGE, image->topups[i].id, money_kind_name(MONEY_GIFT));
	return 1;
}

/* facts() → { ["site.tenants"] = "formula", ["customer.segment"] = "customer" or "by month" } */
int
build_native_facts(lua_State *lua)
{
	const struct image *image = begin_answer(lua);
	if (image == NULL)
		return 0;
	for (uint32_t i = 0; i < image->selling->fact_count; i++) {
		const struct fact_name *fact = &image->selling->facts[i];
		set_counter(lua, TEXT("customer"), fact->name,
			fact->kind == FACT_MONEY_BY_MONTH ? "by month" : "customer");
	}
	for (uint32_t i = 0; i < image->fact_count; i++) {
		lua_pushlstring(lua, image->facts[i].name.data, image->facts[i].name.size);
		lua_pushliteral(lua, "formula");
		lua_rawset(lua, -3);
	}
	return 1;
}

/* instant(ms, is_local) → ms since 1970, UTC */
int
build_native_instant(lua_State *lua)
{
	const struct image *image = image_of(lua);
	int64_t ms = luaL_checkinteger(lua, 1);
	if (image == NULL)
		return 0;
	if (lua_toboolean(lua, 2))
		ms = zoneinfo_local_to_utc(image->zone, ms);
	lua_pushinteger(lua, ms);
	return 1;
}

/*
 * later(ms, count, "second", "day", "month" or "year") → the instant so much later, nothing if we
 * know none. Days and longer are those of local time: a day later the clock on the wall is the same.
 */
int
build_native_later(lua_State *lua)
{
	const struct image *image = image_of(lua);
	int64_t ms = luaL_checkinteger(lua, 1);
	int64_t count = luaL_checkinteger(lua, 2);
	struct text every = text_of(luaL_checkstring(lua, 3));
	if (image == NULL || count < 0 || count > (INSTANT_MAX - INSTANT_MIN) / SECOND_MS)
		return 0;
	if (text_equal(every, TEXT("second"))) {
		ms += count * SECOND_MS;
	} else if (count * DAY_MS > INSTANT_MAX - INSTANT_MIN) {
		return 0;
	} else {
		ms = instant_later(image->zone, ms,
			text_equal(every, TEXT("day"))            ? CYCLE_DAY
				: text_equal(every, TEXT("year")) ? CYCLE_YEAR
								  : CYCLE_MONTH,
			count);
	}
	if (ms < INSTANT_MIN || ms > INSTANT_MAX)
		return 0;
	lua_pushinteger(lua, ms);
	return 1;
}
