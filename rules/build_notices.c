/*
 * Notices and refunds of packages, from the model that rules/lib/notices.lua and refunds.lua made to
 * the image (see build_image.h).
 */
#include "build.h"

#include "reader.h"

static const struct threshold *
read_thresholds(lua_State *lua, struct arena *arena, uint32_t *count)
{
	struct reader_list list = reader_list(lua, arena, "thresholds", sizeof(struct threshold));
	for (struct threshold *one; (one = reader_next(&list)) != NULL;) {
		one->text = reader_text(lua, arena, "text");
		one->is_part = reader_has(lua, "parts");
		one->amount = reader_integer(lua, one->is_part ? "parts" : "amount");
		if (reader_has(lua, "every"))
			one->every = reader_cycle(lua, arena, "every");
		must(one->amount >= 0);
	}
	*count = list.count;
	return list.items;
}

static void
read_notify(lua_State *lua, struct arena *arena, struct notify *notify)
{
	static const char *const ways[] = { "left", "used", "before" };
	notify->id = reader_text(lua, arena, "id");
	notify->way = (enum notice_way)READER_CHOICE(lua, arena, "way", ways);
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
			refund->within_every = reader_cycle(lua, arena, "every");
		reader_close(lua);
	}
	refund->gives = (enum refund_gives)READER_CHOICE(lua, arena, "gives", gives);
	refund->say = reader_text(lua, arena, "say");
}

void
build_notices(lua_State *lua, struct arena *arena, struct package *package)
{
	struct reader_list notices = reader_list(lua, arena, "notices", sizeof(struct notify));
	for (struct notify *one; (one = reader_next(&notices)) != NULL;)
		read_notify(lua, arena, one);
	package->notices = notices.items;
	package->notice_count = notices.count;
	struct reader_list refunds = reader_list(lua, arena, "refunds", sizeof(struct refund));
	for (struct refund *one; (one = reader_next(&refunds)) != NULL;)
		read_refund(lua, arena, one);
	package->refunds = refunds.items;
	package->refund_count = refunds.count;
}
