/* From the discounts of the model (rules/lib/image.lua) to those of the image. */
#include "build.h"

#include "../engine/base/must.h"
#include "reader.h"

static void
read_tiers(lua_State *lua, struct arena *arena, struct discount *discount)
{
	struct reader_list tiers = reader_list(lua, arena, "tiers", sizeof(struct discount_tier));
	must(tiers.count > 0);
	for (struct discount_tier *one; (one = reader_next(&tiers)) != NULL;) {
		one->up_to = reader_integer(lua, "up_to");
		one->parts_per_million = reader_number(lua, "parts");
		one->amount.micros = reader_integer(lua, "amount");
		must(one == tiers.items || one->up_to > one[-1].up_to);
		must(one->parts_per_million <= DISCOUNT_WHOLE && one->amount.micros >= 0);
	}
	discount->tiers = tiers.items;
	discount->tier_count = tiers.count;
	must(discount->tiers[tiers.count - 1].up_to == INT64_MAX);
}

static void
read_discount(lua_State *lua, struct arena *arena, const struct package *package,
	struct discount *discount)
{
	static const char *const stacks[] = { "best", "add", "alone" };
	discount->id = reader_text(lua, arena, "id");
	discount->say = reader_text(lua, arena, "say");
	discount->stack = (enum discount_stack)READER_CHOICE(lua, arena, "stack", stacks);
	discount->serves = build_serves(lua, arena, &discount->serve_count);
	discount->bands = reader_texts(lua, arena, "bands", &discount->band_count);
	discount->needs = reader_texts(lua, arena, "needs", &discount->need_count);
	discount->by_members = reader_flag(lua, "by_members");
	discount->when = reader_function(lua, "when");
	discount->counted = build_meter(lua, "counted", package);
	if (reader_has(lua, "round")) {
		lua_getfield(lua, -1, "round");
		discount->round_step = reader_integer(lua, "step");
		discount->round_mode = reader_rounding(lua, arena, "mode");
		reader_close(lua);
	}
	discount->line = reader_number(lua, "line");
	read_tiers(lua, arena, discount);
}

static const struct discount *
read_list(lua_State *lua, struct arena *arena, const struct package *package, const char *field,
	uint32_t *count)
{
	struct reader_list list = reader_list(lua, arena, field, sizeof(struct discount));
	for (struct discount *one; (one = reader_next(&list)) != NULL;)
		read_discount(lua, arena, package, one);
	*count = list.count;
	return list.items;
}

void
build_discounts(lua_State *lua, struct arena *arena, struct package *package)
{
	package->discounts = read_list(lua, arena, package, "discounts", &package->discount_count);
	package->bill_discounts = read_list(
		lua, arena, package, "bill_discounts", &package->bill_discount_count);
}
