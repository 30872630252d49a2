/*
 * The rules for top-ups, from the model that rules/lib/topups.lua made to the image (see
 * build_image.h).
 */
#include "build_image.h"

static int64_t
get_day_ms(lua_State *lua, const char *field, int64_t otherwise)
{
	if (!reader_has(lua, field))
		return otherwise;
	return zoneinfo_local_to_utc(
		image_work(lua)->built->zone, reader_integer(lua, field) * DAY_MS);
}

/* So many days, months or years in a field that may be absent. */
static uint32_t
get_cycles(lua_State *lua, const char *field, enum cycle *every)
{
	if (!reader_has(lua, field))
		return 0;
	lua_getfield(lua, -1, field);
	uint32_t count = reader_number(lua, "count");
	*every = reader_cycle(lua, image_arena(lua), "every");
	reader_close(lua);
	return count;
}

static void
read_bonus(lua_State *lua, struct topup *topup)
{
	topup->amount.micros = reader_integer(lua, "amount");
	topup->parts_per_million = reader_integer(lua, "parts");
	if (reader_has(lua, "round")) {
		lua_getfield(lua, -1, "round");
		topup->round_step = reader_integer(lua, "step");
		topup->round_mode = reader_rounding(lua, image_arena(lua), "mode");
		reader_close(lua);
	}
	topup->to_balance = reader_flag(lua, "to_balance");
	must(topup->parts_per_million == 0 || topup->round_step > 0);
}

/* What the bonus is as a gift: as one that a package gives once. */
static void
read_gift(lua_State *lua, struct topup *topup)
{
	struct stored *gift = &topup->gift;
	gift->kind = MONEY_GIFT;
	gift->id = topup->id;
	gift->with = NO_INDEX;
	gift->valid_count = get_cycles(lua, "valid", &gift->valid_every);
	gift->serves = build_serves(lua, image_arena(lua), &gift->serve_count);
	topup->pays = reader_texts(lua, image_arena(lua), "pays", &topup->pays_count);
	gift->all_charges = topup->pays_count == 0;
}

static void
read_extension(lua_State *lua, struct topup *topup)
{
	topup->extends_count = get_cycles(lua, "extends", &topup->extends_every);
	if (topup->extends_count > 0)
		topup->extends = reader_text(lua, image_arena(lua), "extends_text");
}

static void
read_limit(lua_State *lua, struct topup *topup)
{
	topup->is_limited = reader_has(lua, "every");
	if (!topup->is_limited)
		return;
	topup->each_cycle = !text_equal(reader_text(lua, image_arena(lua), "every"), TEXT("once"));
	if (topup->each_cycle)
		topup->every = reader_cycle(lua, image_arena(lua), "every");
}

void
build_topups(lua_State *lua, struct image *image)
{
	struct reader_list list = reader_list(
		lua, image_arena(lua), "topups", sizeof(struct topup));
	must(list.count <= TOPUPS_MAX);
	for (struct topup *one; (one = reader_next(&list)) != NULL;) {
		one->id = reader_text(lua, image_arena(lua), "id");
		one->from_ms = get_day_ms(lua, "from", INT64_MIN);
		one->till_ms = get_day_ms(lua, "till", INT64_MAX);
		one->at_least.micros = reader_integer(lua, "at_least");
		read_bonus(lua, one);
		read_gift(lua, one);
		read_extension(lua, one);
		read_limit(lua, one);
		one->adds = reader_flag(lua, "adds");
		one->say = reader_text(lua, image_arena(lua), "say");
	}
	image->topups = list.items;
	image->topup_count = list.count;
}
