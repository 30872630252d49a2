/* Calendars, from the model to the image (see build_image.h). */
#include "build_image.h"

static const struct special_day *
read_days(lua_State *lua, size_t *day_count)
{
	struct reader_list days = reader_list(
		lua, image_arena(lua), "days", sizeof(struct special_day));
	for (struct special_day *one; (one = reader_next(&days)) != NULL;) {
		one->day = reader_integer(lua, "day");
		one->kind = reader_integer(lua, "kind") == 1 ? DAY_HOLIDAY : DAY_WORKDAY;
	}
	*day_count = days.count;
	return days.items;
}

static struct calendar *
read_calendar(lua_State *lua, struct band_list *bands)
{
	struct image_work *work = image_work(lua);
	struct calendar_rule rules[CALENDAR_RULES_MAX];
	struct day_table days = { 0 };
	struct calendar *calendar;
	bands->bands = reader_texts(lua, image_arena(lua), "bands", &bands->count);
	uint32_t count = reader_open(lua, "rules");
	must(count <= CALENDAR_RULES_MAX);
	for (uint32_t i = 0; i < count; i++) {
		reader_entry(lua, i);
		rules[i] = (struct calendar_rule){
			.band = reader_number(lua, "band"),
			.weekdays = reader_number(lua, "weekdays"),
			.kinds = reader_number(lua, "kinds"),
			.from_minute = (int32_t)reader_integer(lua, "from"),
			.till_minute = (int32_t)reader_integer(lua, "till"),
		};
		reader_close(lua);
	}
	reader_close(lua);
	if (reader_has(lua, "days")) {
		days.days = read_days(lua, &days.count);
		days.first_year = (int32_t)reader_integer(lua, "first_year");
		days.last_year = (int32_t)reader_integer(lua, "last_year");
	}
	const struct calendar_form form = { rules, count, bands->count,
		days.days == NULL ? NULL : &days, work->built->zone };
	enum status status = calendar_new(&form, &calendar, work->fault);
	if (status != STATUS_OK)
		image_raise(lua, status);
	return calendar;
}

const struct band_list *
build_calendars(lua_State *lua, struct built *built)
{
	struct arena *arena = image_arena(lua);
	struct reader_list bands = reader_list(lua, arena, "calendars", sizeof(struct band_list));
	built->calendars = reader_take(lua, arena, bands.count, sizeof *built->calendars);
	for (struct band_list *one; (one = reader_next(&bands)) != NULL;) {
		struct calendar *calendar = read_calendar(lua, one);
		built->calendars[built->calendar_count++] = calendar;
	}
	return bands.items;
}
