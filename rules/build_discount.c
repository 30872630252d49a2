/* From the discounts of the model (rules/lib/image.lua) to those of the image. */
#include "build.h"

#include "../engine/base/must.h"
#include "reader.h"

static enum discount_stack
get_stack(lua_State *lua, struct arena *arena)
{
	struct text name = reader_text(lua, arena, "stack");
	if (text_equal(name, TEXT("best")))
		return STACK_BEST;
	must(text_equal(name, TEXT("add")) || text_equal(name, TEXT("alone")));
	return text_equal(name, TEXT("add")) ? STACK_ADD : STACK_ALONE;
}

static void
read_tiers(lua_State *lua, struct arena *arena, struct discount *discount)
{
	discount->tier_count = reader_open(lua, "tiers");
	must(discount->tier_count > 0);
	struct discount_tier *tiers = reader_take(lua, arena, discount->tier_count, sizeof *tiers);
	for (uint32_t i = 0; i < discount->tier_count; i++) {
		reader_entry(lua, i);
		tiers[i].up_to = reader_integer(lua, "up_to");
		tiers[i].parts_per_million = reader_number(lua, "parts");
		tiers[i].amount.micros = reader_integer(lua, "amount");
		must(i == 0 || tiers[i].up_to > tiers[i - 1].up_to);
		must(tiers[i].parts_per_million <= DISCOUNT_WHOLE && tiers[i].amount.micros >= 0);
		reader_close(lua);
	}
	must(tiers[discount->tier_count - 1].up_to == INT64_MAX);
	reader_close(lua);
	discount->tiers = tiers;
}

static void
read_discount(lua_State *lua, struct arena *arena, const struct package *package,
	struct discount *discount)
{
	discount->id = reader_text(lua, arena, "id");
	discount->say = reader_text(lua, arena, "say");
	discount->stack = get_stack(lua, arena);
	discount->serves = build_serves(lua, arena, &discount->serve_count);
	discount->bands = reader_texts(lua, arena, "bands", &discount->band_count);
	discount->needs = reader_texts(lua, arena, "needs", &discount->need_count);
	discount->by_members = reader_flag(lua, "by_members");
	discount->when = NO_FUNCTION;
	if (reader_has(lua, "when"))
		discount->when = (int32_t)reader_integer(lua, "when");
	if (reader_has(lua, "counted")) {
		uint32_t meter = reader_number(lua, "counted");
		must(meter < package->meter_count);
		discount->counted = &package->meters[meter];
	}
	if (reader_has(lua, "round")) {
		lua_getfield(lua, -1, "round");
		discount->round_step = reader_integer(lua, "step");
		must(rounding_parse(reader_text(lua, arena, "mode"), &discount->round_mode));
		reader_close(lua);
	}
	discount->line = reader_number(lua, "line");
	read_tiers(lua, arena, discount);
}

static const struct discount *
read_list(lua_State *lua, struct arena *arena, const struct package *package, const char *field,
	uint32_t *count)
{
	*count = reader_open(lua, field);
	struct discount *list = reader_take(lua, arena, *count, sizeof *list);
	for (uint32_t i = 0; i < *count; i++) {
		reader_entry(lua, i);
		read_discount(lua, arena, package, &list[i]);
		reader_close(lua);
	}
	reader_close(lua);
	return list;
}

void
build_discounts(lua_State *lua, struct arena *arena, struct package *package)
{
	package->discounts = read_list(lua, arena, package, "discounts", &package->discount_count);
	package->bill_discounts = read_list(
		lua, arena, package, "bill_discounts", &package->bill_discount_count);
}
