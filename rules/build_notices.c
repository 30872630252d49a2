/*
 * Notices and refunds of packages, from the model that rules/lib/notices.lua and refunds.lua made to
 * the image (see build_image.c).
 */
#include "build.h"

#include "reader.h"

static uint32_t
place_of(struct text name, const char *const names[], uint32_t count)
{
	uint32_t place = 0;
	while (!text_equal(name, text_of(names[place])))
		must(++place < count);
	return place;
}

static const char *const cycles[] = { "day", "month", "year" };

static const struct threshold *
read_thresholds(lua_State *lua, struct arena *arena, uint32_t *count)
{
	*count = reader_open(lua, "thresholds");
	struct threshold *list = reader_take(lua, arena, *count, sizeof *list);
	for (uint32_t i = 0; i < *count; i++) {
		reader_entry(lua, i);
		list[i].text = reader_text(lua, arena, "text");
		list[i].is_part = reader_has(lua, "parts");
		list[i].amount = reader_integer(lua, list[i].is_part ? "parts" : "amount");
		if (reader_has(lua, "every"))
			list[i].every = (enum cycle)place_of(
				reader_text(lua, arena, "every"), cycles, 3);
		must(list[i].amount >= 0);
		reader_close(lua);
	}
	reader_close(lua);
	return list;
}

static void
read_notify(lua_State *lua, struct arena *arena, struct notify *notify)
{
	static const char *const ways[] = { "left", "used", "before" };
	notify->id = reader_text(lua, arena, "id");
	notify->way = (enum notice_way)place_of(reader_text(lua, arena, "way"), ways, 3);
	if (reader_has(lua, "of"))
		notify->of = reader_text(lua, arena, "of");
	notify->thresholds = read_thresholds(lua, arena, &notify->threshold_count);
	notify->say = reader_text(lua, arena, "say");
	must(notify->of.size > 0 || notify->way == NOTICE_BEFORE);
}

static void
read_refund(lua_State *lua, struct arena *arena, struct refund *refund)
{
	static const char *const gives[] = { "all", "units", "money" };
	refund->id = reader_text(lua, arena, "id");
	refund->serves = build_serves(lua, arena, &refund->serve_count);
	if (reader_has(lua, "within")) {
		lua_getfield(lua, -1, "within");
		struct text every = reader_text(lua, arena, "every");
		refund->within_count = reader_number(lua, "count");
		refund->within_seconds = text_equal(every, TEXT("second"));
		if (!refund->within_seconds)
			refund->within_every = (enum cycle)place_of(every, cycles, 3);
		reader_close(lua);
	}
	refund->gives = (enum refund_gives)place_of(reader_text(lua, arena, "gives"), gives, 3);
	refund->say = reader_text(lua, arena, "say");
}

void
build_notices(lua_State *lua, struct arena *arena, struct package *package)
{
	package->notice_count = reader_open(lua, "notices");
	struct notify *notices = reader_take(lua, arena, package->notice_count, sizeof *notices);
	for (uint32_t i = 0; i < package->notice_count; i++) {
		reader_entry(lua, i);
		read_notify(lua, arena, &notices[i]);
		reader_close(lua);
	}
	reader_close(lua);
	package->notices = notices;
	package->refund_count = reader_open(lua, "refunds");
	struct refund *refunds = reader_take(lua, arena, package->refund_count, sizeof *refunds);
	for (uint32_t i = 0; i < package->refund_count; i++) {
		reader_entry(lua, i);
		read_refund(lua, arena, &refunds[i]);
		reader_close(lua);
	}
	reader_close(lua);
	package->refunds = refunds;
}
