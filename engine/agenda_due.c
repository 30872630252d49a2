/*
 * What is due of a subscription by now, and when something may fall due next (see agenda_parts.h).
 *
 * Lines are asked for in windows of days, from the first day that was not charged yet; what falls
 * due on a day does so when the day begins, or when the package begins to be held within it.
 */
#include "agenda_parts.h"

#include "base/log.h"
#include "base/zoneinfo.h"

#include <string.h>

enum { WINDOW_DAYS = 100, STUCK_BYTES_MAX = 200, LINES_ROOM = 16 };

static int64_t
midnight(const struct settling *settling, int64_t day)
{
	return zoneinfo_local_to_utc(settling->release->image->zone, day * DAY_MS);
}

static int64_t
today(const struct settling *settling)
{
	return due_day(settling->release->image, settling->call->shard->now_ms);
}

/* ---- lines ---- */

static int64_t
falls_due_ms(const struct settling *settling, const struct settled *settled, int64_t day)
{
	int64_t ms = midnight(settling, day), from_ms = settled->holding.from_ms;
	bool begins = from_ms != INT64_MIN && due_day(settling->release->image, from_ms) == day;
	return begins && from_ms > ms ? from_ms : ms;
}

/* Does it fall due once, and not each day? Its cycle is then the day on which the package began. */
static bool
is_once(const struct image *image, const struct due_line *line)
{
	uint32_t first, count;
	if (line->till_day != line->from_day + 1 ||
		!image_package(image, line->package, &first, &count))
		return false;
	for (uint32_t i = first; i < first + count; i++) {
		const struct package *version = &image->packages[i];
		for (uint32_t j = 0; j < version->charge_count; j++) {
			if (text_equal(version->charges[j].id, line->charge))
				return version->charges[j].every == CHARGE_ONCE;
		}
	}
	return false;
}

static bool
was_charged(const struct image *image, const struct agenda_held *item, const struct due_line *line)
{
	const struct agenda_charge *note = NULL;
	for (unsigned i = 0; i < item->charge_count; i++) {
		if (text_equal(item->charges[i].id, line->charge))
			note = &item->charges[i];
	}
	if (note == NULL)
		return false;
	if (line->from_day == note->cycle_day || is_once(image, line))
		return line->each <= note->each;
	return line->from_day < note->cycle_day;
}

/* In order of time; of those alike, as they are held, then as written. */
static bool
add_line(struct settling *settling, size_t place, const struct due_line *line)
{
	const struct settled *settled = &settling->held[place];
	struct falling added = { line, place, falls_due_ms(settling, settled, line->due_day) };
	if (settling->line_count == settling->line_room) {
		size_t room = 2 * settling->line_room + LINES_ROOM;
		struct falling *lines = arena_take(settling->call->arena, room * sizeof *lines);
		if (lines == NULL)
			return settling_out_of_memory(settling);
		if (settling->line_count > 0)
			memcpy(lines, settling->lines, settling->line_count * sizeof *lines);
		settling->lines = lines;
		settling->line_room = room;
	}
	size_t at = settling->line_count++;
	for (; at > 0 && settling->lines[at - 1].at_ms > added.at_ms; at--)
		settling->lines[at] = settling->lines[at - 1];
	settling->lines[at] = added;
	return true;
}

/* What else is held, whose charges may replace some of these. */
static bool
find_besides(struct settling *settling, size_t place, struct due_question *question)
{
	struct holding *besides = arena_take(
		settling->call->arena, settling->held_count * sizeof *besides);
	size_t count = 0;
	if (besides == NULL)
		return settling_out_of_memory(settling);
	for (size_t i = 0; i < settling->held_count; i++) {
		if (i != place)
			besides[count++] = settling->held[i].holding;
	}
	question->besides = besides;
	question->besides_count = count;
	return true;
}

/* It waits, and why; the log says so once. */
static void
note_why(const struct settling *settling, struct agenda_held *item, struct text why)
{
	if (!text_equal(item->stuck, why))
		log_event(LOG_WARN, "due_stuck subscription=%.*s why=\"%.*s\"",
			TEXT_ARGS(settling->id), TEXT_ARGS(why));
	item->stuck = why;
}

/* It can't be priced; until it can, it holds up nothing else. */
static bool
note_stuck(struct settling *settling, struct agenda_held *item, const struct due_pricing *pricing)
{
	const struct near_miss *nearest = &pricing->nearest;
	struct text why = arena_print(settling->call->arena, "%s %.*s.%.*s: %s",
		due_refusal_code(pricing->refused), TEXT_ARGS(nearest->package),
		TEXT_ARGS(nearest->tariff), nearest->condition);
	if (why.data == NULL)
		return settling_out_of_memory(settling);
	if (why.size > STUCK_BYTES_MAX)
		why.size = STUCK_BYTES_MAX;
	note_why(settling, item, why);
	return true;
}

/* The lines of one holding that fall due before a day, from the first that was not charged. */
static bool
ask(struct settling *settling, size_t place, int64_t till_day)
{
	struct settled *settled = &settling->held[place];
	struct due_question question = {
		.image = settling->release->image,
		.holding = settled->holding,
		.period = { midnight(settling, settled->asked_day), midnight(settling, till_day) },
		.suspended = settling->suspended,
		.suspended_count = settling->suspended_count,
		.params = settled->params,
		.param_count = settled->param_count,
		.changes = settled->changes,
		.change_count = settled->change_count,
		.facts = settled->facts,
		.fact_count = settled->fact_count,
		.functions = host_due_functions(settling->release->host),
	};
	struct due_pricing pricing;
	struct fault fault;
	if (!find_besides(settling, place, &question))
		return false;
	if (due_falling(&question, settling->call->arena, &pricing, &fault) != DUE_DONE) {
		settling->end = call_rules_failed(settling->call, &fault);
		return false;
	}
	settled->stuck = pricing.refused != 0;
	if (settled->stuck)
		return note_stuck(settling, settled->item, &pricing);
	if (!settling_is_resting(settling, place))
		settled->item->stuck = TEXT("");
	for (size_t i = 0; i < pricing.line_count; i++) {
		if (!was_charged(question.image, settled->item, &pricing.lines[i]) &&
			!add_line(settling, place, &pricing.lines[i]))
			return false;
	}
	settled->asked_day = till_day;
	return true;
}

/* The earliest day from which on lines are not known. */
static int64_t
first_open_day(const struct settling *settling)
{
	int64_t day = INT64_MAX;
	for (size_t i = 0; i < settling->held_count; i++) {
		const struct settled *settled = &settling->held[i];
		if (settled->item != NULL && !settled->stuck && settled->asked_day < day)
			day = settled->asked_day;
	}
	return day;
}

bool
settling_knows_all(const struct settling *settling)
{
	return first_open_day(settling) > today(settling);
}

bool
settling_find_lines(struct settling *settling)
{
	int64_t end_day = today(settling) + 1;
	settling->line_count = 0;
	for (size_t i = 0; i < settling->held_count; i++) {
		struct settled *settled = &settling->held[i];
		settled->stuck = false;
		if (settled->item == NULL)
			continue;
		settled->asked_day = settled->item->billed_day;
		if (settling_is_resting(settling, i))
			note_why(settling, settled->item, settling->resting[i].why);
	}
	while (settling->line_count == 0 && !settling_knows_all(settling)) {
		int64_t till_day = first_open_day(settling) + WINDOW_DAYS;
		till_day = till_day < end_day ? till_day : end_day;
		for (size_t i = 0; i < settling->held_count; i++) {
			struct settled *settled = &settling->held[i];
			if (settled->item != NULL && !settled->stuck &&
				settled->asked_day < till_day && !ask(settling, i, till_day))
				return false;
		}
	}
	return true;
}

bool
settling_stick(struct settling *settling, struct text why)
{
	settling->line_count = 0;
	settling->rests = true;
	for (size_t i = 0; i < settling->held_count; i++) {
		struct settled *settled = &settling->held[i];
		settled->stuck = settled->item != NULL;
		if (!settled->stuck)
			continue;
		settled->asked_day = settled->item->billed_day;
		note_why(settling, settled->item, why);
	}
	return settling_move_on(settling);
}

/* ---- what comes next ---- */

static void
offer(int64_t ms, int64_t now_ms, int64_t *next_ms)
{
	if (ms > now_ms && ms < *next_ms)
		*next_ms = ms;
}

/* What begins or ends at an instant counts from a day on that begins about then. */
static void
offer_around(const struct settling *settling, int64_t ms, int64_t *next_ms)
{
	int64_t now_ms = settling->call->shard->now_ms;
	if (ms < INSTANT_MIN || ms > INSTANT_MAX || ms + DAY_MS < now_ms)
		return;
	int64_t day = due_day(settling->release->image, ms);
	offer(ms, now_ms, next_ms);
	offer(midnight(settling, day), now_ms, next_ms);
	offer(midnight(settling, day + 1), now_ms, next_ms);
}

/* The first day of the next cycle of a charge; INT64_MAX: none comes. */
static int64_t
next_cycle_day(enum charge_every every, int64_t day)
{
	struct date date = date_of_day(day);
	switch (every) {
	case CHARGE_DAY:
		return day + 1;
	case CHARGE_MONTH:
		return day - date.day + 1 + month_days(date.year, date.month);
	case CHARGE_YEAR:
		return day_of_date((struct date){ date.year + 1, 1, 1 });
	case CHARGE_ONCE:
		break;
	}
	return INT64_MAX;
}

static void
offer_charges(const struct settling *settling, const struct package *version, int64_t *next_ms)
{
	int64_t now_ms = settling->call->shard->now_ms;
	offer_around(settling, version->from_ms, next_ms);
	offer_around(settling, version->till_ms, next_ms);
	for (uint32_t i = 0; i < version->charge_count; i++) {
		int64_t day = next_cycle_day(version->charges[i].every, today(settling));
		if (day != INT64_MAX)
			offer(midnight(settling, day), now_ms, next_ms);
	}
}

static void
offer_held(const struct settling *settling, const struct settled *settled, int64_t *next_ms)
{
	const struct image *image = settling->release->image;
	int64_t now_ms = settling->call->shard->now_ms;
	uint32_t first, count;
	offer_around(settling, settled->holding.from_ms, next_ms);
	offer_around(settling, settled->holding.till_ms, next_ms);
	if (settled->item == NULL || settled->holding.till_ms <= now_ms ||
		settled->holding.from_ms > now_ms ||
		!image_package(image, settled->holding.package, &first, &count))
		return;
	for (uint32_t i = first; i < first + count; i++)
		offer_charges(settling, &image->packages[i], next_ms);
}

int64_t
settling_next_ms(const struct settling *settling)
{
	int64_t next_ms = INT64_MAX, now_ms = settling->call->shard->now_ms;
	if (settling->item_count == 0)
		return next_ms;
	for (size_t i = 0; i < settling->held_count; i++) {
		const struct settled *settled = &settling->held[i];
		offer_held(settling, settled, &next_ms);
		if (settled->stuck || settling_is_resting(settling, i))
			offer(midnight(settling, today(settling) + 1), now_ms, &next_ms);
	}
	for (size_t i = 0; i < settling->suspended_count; i++) {
		offer_around(settling, settling->suspended[i].from_ms, &next_ms);
		offer_around(settling, settling->suspended[i].till_ms, &next_ms);
	}
	for (size_t i = 0; i < settling->line_count; i++)
		offer(settling->lines[i].at_ms, now_ms, &next_ms);
	offer(settling_next_stored_ms(settling), now_ms, &next_ms);
	return next_ms;
}
