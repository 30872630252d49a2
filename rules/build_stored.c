/*
 * Deposits, gifts and the order of paying, from the model that rules/lib/deposits.lua made to the
 * image (see build_image.c).
 */
#include "build.h"

#include "reader.h"

/* The place of the text in a field among some names. */
static uint32_t
get_choice(lua_State *lua, struct arena *arena, const char *field, const char *const names[],
	uint32_t count)
{
	struct text name = reader_text(lua, arena, field);
	uint32_t i = 0;
	while (!text_equal(name, text_of(names[i])))
		must(++i < count);
	return i;
}

static enum cycle
get_cycle(lua_State *lua, struct arena *arena, const char *field)
{
	static const char *const names[] = { "day", "month", "year" };
	return (enum cycle)get_choice(lua, arena, field, names, 3);
}

static void
read_instalments(lua_State *lua, struct arena *arena, struct stored *stored)
{
	stored->instalment_count = reader_open(lua, "instalments");
	struct instalment *list = reader_take(lua, arena, stored->instalment_count, sizeof *list);
	for (uint32_t i = 0; i < stored->instalment_count; i++) {
		reader_entry(lua, i);
		list[i].amount.micros = reader_integer(lua, "amount");
		list[i].times = reader_number(lua, "times");
		must(list[i].amount.micros > 0 && list[i].times > 0);
		reader_close(lua);
	}
	reader_close(lua);
	stored->instalments = list;
}

static void
read_pays(lua_State *lua, struct arena *arena, struct stored *stored)
{
	stored->serves = build_serves(lua, arena, &stored->serve_count);
	stored->all_charges = reader_flag(lua, "all_charges");
	stored->charge_count = reader_open(lua, "charges");
	struct charge_name *charges = reader_take(
		lua, arena, stored->charge_count, sizeof *charges);
	for (uint32_t i = 0; i < stored->charge_count; i++) {
		reader_entry(lua, i);
		charges[i].package = reader_text(lua, arena, "package");
		charges[i].charge = reader_text(lua, arena, "charge");
		reader_close(lua);
	}
	reader_close(lua);
	stored->charges = charges;
}

static void
read_stored(lua_State *lua, struct arena *arena, struct stored *stored)
{
	static const char *const kinds[] = { "cash", "deposit", "gift" };
	static const char *const firsts[] = { "next_cycle", "at_once", "same_day" };
	static const char *const cancels[] = { "cash", "forfeit", "keep" };
	stored->kind = (enum money_kind)get_choice(lua, arena, "kind", kinds, 3);
	stored->id = reader_text(lua, arena, "id");
	stored->with = reader_has(lua, "with") ? reader_number(lua, "with") : NO_INDEX;
	read_instalments(lua, arena, stored);
	stored->times = reader_number(lua, "times");
	stored->amount.micros = reader_integer(lua, "amount");
	stored->every = get_cycle(lua, arena, "every");
	stored->first = (enum stored_first)get_choice(lua, arena, "first", firsts, 3);
	if (reader_has(lua, "valid")) {
		lua_getfield(lua, -1, "valid");
		stored->valid_count = reader_number(lua, "count");
		stored->valid_every = get_cycle(lua, arena, "every");
		reader_close(lua);
	}
	read_pays(lua, arena, stored);
	stored->skipped = reader_flag(lua, "skipped");
	stored->by_package = reader_flag(lua, "by_package");
	stored->cancel = (enum on_cancel)get_choice(lua, arena, "cancel", cancels, 3);
	must(stored->times > 0 && stored->times <= STORED_TIMES_MAX);
}

void
build_stored(lua_State *lua, struct arena *arena, struct package *package)
{
	package->stored_count = reader_open(lua, "stored");
	struct stored *list = reader_take(lua, arena, package->stored_count, sizeof *list);
	for (uint32_t i = 0; i < package->stored_count; i++) {
		reader_entry(lua, i);
		read_stored(lua, arena, &list[i]);
		reader_close(lua);
	}
	reader_close(lua);
	package->stored = list;
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
