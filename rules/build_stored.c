/*
 * Deposits, gifts and the order of paying, from the model that rules/lib/deposits.lua made to the
 * image (see build_image.h).
 */
#include "build.h"

#include "reader.h"

static void
read_instalments(lua_State *lua, struct arena *arena, struct stored *stored)
{
	struct reader_list list = reader_list(lua, arena, "instalments", sizeof(struct instalment));
	for (struct instalment *one; (one = reader_next(&list)) != NULL;) {
		one->amount.micros = reader_integer(lua, "amount");
		one->times = reader_number(lua, "times");
		must(one->amount.micros > 0 && one->times > 0);
	}
	stored->instalments = list.items;
	stored->instalment_count = list.count;
}

static void
read_pays(lua_State *lua, struct arena *arena, struct stored *stored)
{
	stored->serves = build_serves(lua, arena, &stored->serve_count);
	stored->all_charges = reader_flag(lua, "all_charges");
	struct reader_list charges = reader_list(lua, arena, "charges", sizeof(struct charge_name));
	for (struct charge_name *one; (one = reader_next(&charges)) != NULL;) {
		one->package = reader_text(lua, arena, "package");
		one->charge = reader_text(lua, arena, "charge");
	}
	stored->charges = charges.items;
	stored->charge_count = charges.count;
}

static void
read_stored(lua_State *lua, struct arena *arena, struct stored *stored)
{
	static const char *const kinds[] = { "cash", "deposit", "gift" };
	static const char *const firsts[] = { "next_cycle", "at_once", "same_day" };
	static const char *const cancels[] = { "cash", "forfeit", "keep" };
	stored->kind = (enum money_kind)READER_CHOICE(lua, arena, "kind", kinds);
	stored->id = reader_text(lua, arena, "id");
	stored->with = reader_has(lua, "with") ? reader_number(lua, "with") : NO_INDEX;
	read_instalments(lua, arena, stored);
	stored->times = reader_number(lua, "times");
	stored->amount.micros = reader_integer(lua, "amount");
	stored->every = reader_cycle(lua, arena, "every");
	stored->first = (enum stored_first)READER_CHOICE(lua, arena, "first", firsts);
	if (reader_has(lua, "valid")) {
		lua_getfield(lua, -1, "valid");
		stored->valid_count = reader_number(lua, "count");
		stored->valid_every = reader_cycle(lua, arena, "every");
		reader_close(lua);
	}
	read_pays(lua, arena, stored);
	stored->skipped = reader_flag(lua, "skipped");
	stored->by_package = reader_flag(lua, "by_package");
	stored->cancel = (enum on_cancel)READER_CHOICE(lua, arena, "cancel", cancels);
	must(stored->times > 0 && stored->times <= STORED_TIMES_MAX);
}

void
build_stored(lua_State *lua, struct arena *arena, struct package *package)
{
	struct reader_list list = reader_list(lua, arena, "stored", sizeof(struct stored));
	for (struct stored *one; (one = reader_next(&list)) != NULL;)
		read_stored(lua, arena, one);
	package->stored = list.items;
	package->stored_count = list.count;
}

void
build_pay_order(lua_State *lua, struct image *image)
{
	struct pay_order *order = &image->pay_order;
	lua_getfield(lua, -1, "pay_order");
	order->expiry_first = reader_flag(lua, "expiry_first");
	for (unsigned kind = 0; kind < MONEY_KINDS; kind++)
		order->rank[kind] = (uint8_t)reader_number(
			lua, money_kind_name((enum money_kind)kind));
	reader_close(lua);
}
