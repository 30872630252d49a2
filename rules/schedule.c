#include "schedule.h"

#include "../engine/base/must.h"

const char *
money_kind_name(enum money_kind kind)
{
	static const char *const names[MONEY_KINDS] = { "cash", "deposit", "gift" };
	must(kind < MONEY_KINDS);
	return names[kind];
}

const struct package *
schedule_version(const struct image *image, const struct holding *holding, int64_t *from_ms)
{
	uint32_t first, count;
	*from_ms = holding->from_ms;
	if (!image_package(image, holding->package, &first, &count))
		return NULL;
	/* No catalog had it before its first version. */
	if (*from_ms < image->packages[first].from_ms)
		*from_ms = image->packages[first].from_ms;
	for (uint32_t i = first; i < first + count; i++)
		if (image->packages[i].from_ms <= *from_ms && *from_ms < image->packages[i].till_ms)
			return &image->packages[i];
	return NULL;
}

static int64_t
instant_of_day(const struct image *image, int64_t day)
{
	return zoneinfo_local_to_utc(image->zone, day * DAY_MS);
}

/* When a deposit or gift begins; INT64_MAX: it has not. */
static int64_t
begin_ms(const struct schedule *schedule, uint32_t place)
{
	const struct stored *stored = &schedule->package->stored[place];
	if (stored->kind == MONEY_GIFT && stored->with == NO_INDEX)
		return schedule->from_ms;
	return schedule->progress[stored->kind == MONEY_GIFT ? stored->with : place].paid_ms;
}

/* When an instalment comes, counted from 1, of what began at `begin`. */
static int64_t
instalment_ms(
	const struct image *image, const struct stored *stored, int64_t begin, uint32_t number)
{
	enum cycle every = stored->first == FIRST_SAME_DAY ? CYCLE_DAY : stored->every;
	int64_t first_day = image_cycle(image, every, begin).first_day;
	if (stored->first == FIRST_AT_ONCE && number == 1)
		return begin;
	if (stored->first == FIRST_AT_ONCE)
		number--;
	return instant_of_day(image, day_later(first_day, stored->every, number));
}

int64_t
stored_till_ms(const struct image *image, const struct stored *stored, int64_t given_ms)
{
	if (stored->valid_count == 0)
		return INT64_MAX;
	int64_t day = image_cycle(image, CYCLE_DAY, given_ms).first_day;
	return instant_of_day(image, day_later(day, stored->valid_every, stored->valid_count));
}

static struct money
instalment_amount(const struct stored *stored, uint32_t number)
{
	const struct instalment *one = stored->instalments;
	must(number >= 1 && number <= stored->times);
	while (number > one->times) {
		number -= one->times;
		one++;
	}
	return one->amount;
}

static bool
was_suspended(const struct stock *stock, int64_t ms)
{
	for (size_t i = 0; i < stock->suspended_count; i++)
		if (stock->suspended[i].from_ms <= ms && ms < stock->suspended[i].till_ms)
			return true;
	return false;
}

/* In time, then by kind; of two that are alike in both the one that is offered first. */
static void
offer(const struct scheduled *event, struct scheduled *next, bool *found)
{
	if (*found &&
		(event->at_ms > next->at_ms ||
			(event->at_ms == next->at_ms && event->kind >= next->kind)))
		return;
	*next = *event;
	*found = true;
}

/* The next instalment of one deposit or gift. */
static void
offer_instalment(const struct stock *stock, size_t holding, uint32_t place, struct scheduled *next,
	bool *found)
{
	const struct schedule *schedule = &stock->schedules[holding];
	const struct stored *stored = &schedule->package->stored[place];
	uint32_t number = schedule->progress[place].given + 1;
	int64_t begin = begin_ms(schedule, place);
	if (number > stored->times || begin == INT64_MAX || schedule->waits ||
		(stored->by_package && !schedule->pays))
		return;
	struct scheduled event = {
		.at_ms = instalment_ms(schedule->image, stored, begin, number),
		.kind = stored->kind == MONEY_DEPOSIT ? SCHEDULED_RELEASE : SCHEDULED_GIFT,
		.holding = holding,
		.stored = stored,
		.place = place,
		.amount = instalment_amount(stored, number),
	};
	if (event.at_ms >= schedule->till_ms)
		return;
	event.till_ms = stored_till_ms(schedule->image, stored, event.at_ms);
	if (stored->skipped && was_suspended(stock, event.at_ms))
		event.kind = SCHEDULED_SKIP;
	offer(&event, next, found);
}

bool
schedule_next(const struct stock *stock, struct scheduled *next)
{
	bool found = false;
	for (size_t i = 0; i < stock->purse_count; i++) {
		const struct purse *purse = &stock->purses[i];
		struct scheduled expiry = { purse->till_ms, SCHEDULED_EXPIRY, i, purse->stored, 0,
			purse->amount, purse->till_ms };
		if (purse->amount.micros > 0 && purse->till_ms < INT64_MAX)
			offer(&expiry, next, &found);
	}
	for (size_t i = 0; i < stock->schedule_count; i++) {
		const struct schedule *schedule = &stock->schedules[i];
		struct scheduled end = { .at_ms = schedule->till_ms,
			.kind = SCHEDULED_END,
			.holding = i,
			.till_ms = schedule->till_ms };
		if (schedule->package == NULL || schedule->ended)
			continue;
		if (schedule->till_ms < INT64_MAX)
			offer(&end, next, &found);
		for (uint32_t j = 0; j < schedule->package->stored_count; j++)
			offer_instalment(stock, i, j, next, &found);
	}
	return found;
}

struct money
schedule_unreleased(const struct schedule *schedule, uint32_t place)
{
	const struct stored *stored = &schedule->package->stored[place];
	const struct stored_progress *progress = &schedule->progress[place];
	struct money left = { 0 };
	must(place < schedule->package->stored_count && progress->given <= stored->times);
	if (stored->kind != MONEY_DEPOSIT || progress->paid_ms == INT64_MAX || schedule->ended)
		return left;
	left = stored->amount;
	for (uint32_t number = 1; number <= progress->given; number++)
		must(money_subtract(left, instalment_amount(stored, number), &left));
	return left;
}

size_t
schedule_end(const struct stock *stock, size_t holding, struct ending *list)
{
	const struct schedule *schedule = &stock->schedules[holding];
	size_t count = 0;
	must(schedule->package != NULL && !schedule->ended);
	for (uint32_t i = 0; i < schedule->package->stored_count; i++) {
		const struct stored *stored = &schedule->package->stored[i];
		bool to_cash = stored->cancel == CANCEL_TO_CASH;
		struct money left = schedule_unreleased(schedule, i);
		if (left.micros > 0)
			list[count++] = (struct ending){ stored, NO_PURSE, left, to_cash };
		for (size_t j = 0; j < stock->purse_count; j++) {
			const struct purse *purse = &stock->purses[j];
			if (purse->stored == stored && purse->holding == holding &&
				purse->amount.micros > 0 && stored->cancel != CANCEL_KEEP)
				list[count++] = (struct ending){ stored, j, purse->amount,
					to_cash };
		}
	}
	return count;
}
