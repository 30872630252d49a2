/*
 * Charges, from the model that rules/lib/dues.lua made to the image (see build_image.c).
 */
#include "build.h"

#include "reader.h"

static enum charge_every
get_every(lua_State *lua, struct arena *arena)
{
	static const struct {
		const char *name;
		enum charge_every every;
	} names[] = { { "day", CHARGE_DAY }, { "month", CHARGE_MONTH }, { "year", CHARGE_YEAR },
		{ "once", CHARGE_ONCE } };
	struct text name = reader_text(lua, arena, "every");
	size_t i = 0;
	while (!text_equal(name, text_of(names[i].name))) {
		i++;
		must(i < sizeof names / sizeof names[0]);
	}
	return names[i].every;
}

static void
read_charge(lua_State *lua, struct arena *arena, struct charge *charge)
{
	charge->id = reader_text(lua, arena, "id");
	charge->say = reader_text(lua, arena, "say");
	charge->every = get_every(lua, arena);
	charge->ahead = reader_flag(lua, "ahead");
	charge->by_day = reader_flag(lua, "by_day");
	charge->free_suspended = reader_flag(lua, "free_suspended");
	charge->amount.micros = reader_integer(lua, "amount");
	charge->numerator = (int32_t)reader_integer(lua, "numerator");
	charge->denominator = (int32_t)reader_integer(lua, "denominator");
	charge->round_step = reader_integer(lua, "round_step");
	must(rounding_parse(reader_text(lua, arena, "round_mode"), &charge->round_mode));
	must(charge->round_step > 0 && charge->numerator > 0 && charge->denominator > 0);
	charge->line = reader_number(lua, "line");
}

void
build_charges(lua_State *lua, struct arena *arena, struct package *package)
{
	package->charge_count = reader_open(lua, "charges");
	struct charge *charges = reader_take(lua, arena, package->charge_count, sizeof *charges);
	for (uint32_t i = 0; i < package->charge_count; i++) {
		reader_entry(lua, i);
		read_charge(lua, arena, &charges[i]);
		reader_close(lua);
	}
	reader_close(lua);
	package->charges = charges;
}
