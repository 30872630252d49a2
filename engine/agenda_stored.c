/*
 * What a subscription's packages store for it: the schedules of its deposits and gifts, with the
 * balances that came of them (see agenda_parts.h). rules/schedule.h says what happens next, and what
 * an end does.
 */
#include "agenda_parts.h"

#include "base/digest.h"
#include "base/must.h"
#include "base/utf8.h"

#include <string.h>

enum { DATE_BYTES = 10 };

/* ---- the balances ---- */

/* A name that is too long to have a day behind it is a hash. */
static struct text
shortened(struct arena *arena, struct text stem)
{
	if (stem.size <= IDENTIFIER_BYTES_MAX - DATE_BYTES - 1)
		return stem;
	return arena_print(arena, "~%016llx", (unsigned long long)hash64(stem.data, stem.size, 0));
}

/* The name of one that came on a day. */
static struct text
dated(const struct settling *settling, struct text stem, int64_t at_ms)
{
	char day[DUE_DAY_TEXT_MAX];
	due_day_format(due_day(settling->release->image, at_ms), day);
	return arena_print(settling->call->arena, "%.*s.%s", TEXT_ARGS(stem), day);
}

bool
settling_name_balances(struct settling *settling, size_t place, const struct stored *stored,
	struct stored_names *names)
{
	struct arena *arena = settling->call->arena;
	const struct holding *holding = &settling->held[place].holding;
	names->user_is_group = stored->by_package && holding->group.size > 0;
	names->user = names->user_is_group ? holding->group : settling->id;
	struct text plain = arena_print(
		arena, "%.*s.%.*s", TEXT_ARGS(holding->package), TEXT_ARGS(stored->id));
	struct text own = arena_print(arena, "%.*s@%.*s", TEXT_ARGS(plain), TEXT_ARGS(names->user));
	names->stems[0] = shortened(arena, plain);
	names->stems[1] = shortened(arena, own);
	return (names->stems[0].data != NULL && names->stems[1].data != NULL) ||
		settling_out_of_memory(settling);
}

bool
settling_date_names(
	struct settling *settling, const struct scheduled *event, struct stored_names *names)
{
	for (size_t i = 0; event->till_ms != INT64_MAX && i < STORED_STEMS; i++) {
		names->stems[i] = dated(settling, names->stems[i], event->at_ms);
		if (names->stems[i].data == NULL)
			return settling_out_of_memory(settling);
	}
	return true;
}

bool
stored_is_own(const struct stored_names *names, const struct stored *stored,
	const struct balance *balance)
{
	enum balance_kind kind = stored->kind == MONEY_GIFT ? BALANCE_GIFT : BALANCE_DEPOSIT;
	return balance->kind == kind && balance->user_is_group == names->user_is_group &&
		text_equal(balance->user, names->user);
}

static bool
is_named(struct text name, struct text stem)
{
	size_t rest = name.size - stem.size;
	return name.size >= stem.size && memcmp(name.data, stem.data, stem.size) == 0 &&
		(rest == 0 || (rest == 1 + DATE_BYTES && name.data[stem.size] == '.'));
}

/* A balance that is called like those that come of something is one, if it is for the same user. */
static bool
add_purse(struct settling *settling, size_t place, const struct stored *stored,
	const struct stored_names *names, struct text name)
{
	struct stored_purse *purse = &settling->purse_records[settling->stock.purse_count];
	struct bytes value;
	key_of_balance(&purse->key, settling->subject.subscription.account, name);
	if (!settling_find(settling, &purse->key, &value, &purse->version))
		return false;
	must(value.size > 0); /* written in one entry with its name */
	purse->name = name;
	purse->balance = balance_read(value);
	if (!stored_is_own(names, stored, &purse->balance))
		return true;
	int64_t free_micros = purse->balance.amount - purse->balance.held;
	settling->purses[settling->stock.purse_count++] = (struct purse){
		.stored = stored,
		.holding = place,
		.amount = { free_micros > 0 ? free_micros : 0 },
		.till_ms = purse->balance.span.till_ms,
	};
	return true;
}

/* Those that came of one deposit or gift. */
static bool
find_purses_of(struct settling *settling, size_t place, const struct stored *stored)
{
	struct account account = settling->subject.account;
	struct stored_names names;
	if (!settling_name_balances(settling, place, stored, &names))
		return false;
	for (unsigned i = 0; i < account.balance_count; i++) {
		struct text name = field_read_text(&account.balances);
		bool named = is_named(name, names.stems[0]) || is_named(name, names.stems[1]);
		if (named && !add_purse(settling, place, stored, &names, name))
			return false;
	}
	return true;
}

/*
 * Of holdings of one package, one behind the other, the balances are those of the first that has not
 * ended, or else of the last: what an end leaves there stays with who holds the package next.
 */
static bool
has_purses(const struct settling *settling, size_t place)
{
	const struct schedule *own = &settling->schedules[place];
	for (size_t i = 0; i < settling->held_count; i++) {
		const struct schedule *other = &settling->schedules[i];
		bool before = other->from_ms < own->from_ms ||
			(other->from_ms == own->from_ms && i < place);
		if (i == place || other->package == NULL ||
			!text_equal(other->package->id, own->package->id))
			continue;
		if (own->ended ? !other->ended || !before : !other->ended && before)
			return false;
	}
	return true;
}

/* ---- schedules ---- */

static const struct agenda_stored *
find_progress(const struct agenda_held *item, struct text id)
{
	for (unsigned i = 0; i < item->stored_count; i++) {
		if (text_equal(item->stored[i].id, id))
			return &item->stored[i];
	}
	return NULL;
}

/* What is not to come any more counts as given: what would have come before it was put, or too long ago. */
static void
pass(const struct settling *settling, size_t place)
{
	struct schedule *schedule = &settling->schedules[place];
	const struct shard *shard = settling->call->shard;
	const struct stock stock = { schedule, 1, NULL, 0, NULL, 0 };
	bool since_ever = settling->held[place].holding.from_ms == INT64_MIN;
	int64_t first_ms = since_ever ? shard->now_ms + 1
				      : shard->now_ms - shard->settings.age_max_ms;
	struct scheduled event;
	while (schedule_next(&stock, &event) && event.at_ms < first_ms) {
		if (event.kind == SCHEDULED_END)
			schedule->ended = true;
		else
			schedule->progress[event.place].given++;
	}
}

static bool
make_schedule(struct settling *settling, size_t place)
{
	struct settled *settled = &settling->held[place];
	struct schedule *schedule = &settling->schedules[place];
	int64_t from_ms;
	const struct package *package = schedule_version(
		settling->release->image, &settled->holding, &from_ms);
	*schedule = (struct schedule){ .image = settling->release->image };
	if (package == NULL || package->stored_count == 0)
		return true;
	struct stored_progress *progress = arena_take_zeroed(
		settling->call->arena, package->stored_count, sizeof *progress);
	if (progress == NULL)
		return settling_out_of_memory(settling);
	for (uint32_t i = 0; i < package->stored_count; i++) {
		const struct stored *stored = &package->stored[i];
		const struct agenda_stored *found = find_progress(settled->item, stored->id);
		progress[i].paid_ms = found == NULL ? INT64_MAX : found->paid_ms;
		progress[i].given = found == NULL ? 0 : found->given;
		/* By a release that gives fewer than have come, all have. */
		if (progress[i].given > stored->times)
			progress[i].given = stored->times;
	}
	schedule->package = package;
	schedule->from_ms = from_ms;
	schedule->till_ms = settled->holding.till_ms;
	schedule->pays = holding_pays(&settled->holding);
	schedule->ended = settled->item->ended;
	schedule->progress = progress;
	if (settled->is_new)
		pass(settling, place);
	return true;
}

bool
settling_load_stock(struct settling *settling)
{
	struct arena *arena = settling->call->arena;
	size_t count = settling->held_count;
	size_t balances = settling->subject.account.balance_count;
	settling->schedules = arena_take_zeroed(arena, count, sizeof *settling->schedules);
	settling->purses = arena_take_zeroed(arena, balances, sizeof *settling->purses);
	settling->purse_records = arena_take_zeroed(
		arena, balances, sizeof *settling->purse_records);
	if (settling->schedules == NULL || settling->purses == NULL ||
		settling->purse_records == NULL)
		return settling_out_of_memory(settling);
	settling->stock = (struct stock){ settling->schedules, count, settling->purses, 0,
		settling->suspended, settling->suspended_count };
	for (size_t i = 0; i < count; i++) {
		const struct resting *resting = settling->resting;
		if (settling->held[i].item == NULL || (resting != NULL && resting[i].whole))
			continue;
		if (!make_schedule(settling, i))
			return false;
		settling->schedules[i].waits = settling_is_resting(settling, i);
	}
	for (size_t i = 0; i < count; i++) {
		const struct package *package = settling->schedules[i].package;
		if (package == NULL || !has_purses(settling, i))
			continue;
		for (uint32_t j = 0; j < package->stored_count; j++)
			if (!find_purses_of(settling, i, &package->stored[j]))
				return false;
	}
	return true;
}

/*
 * How far one has come. What the release in force has not, or gives fewer of, is kept as it was noted:
 * it counts again when that release is taken back.
 */
static void
note_one(struct agenda_held *item, struct text id, const struct stored_progress *progress)
{
	struct agenda_stored *note = NULL;
	for (unsigned i = 0; i < item->stored_count; i++) {
		if (text_equal(item->stored[i].id, id))
			note = &item->stored[i];
	}
	if (note == NULL && item->stored_count < UINT8_MAX) {
		note = &item->stored[item->stored_count++];
		*note = (struct agenda_stored){ .id = id };
	}
	if (note == NULL)
		return;
	note->paid_ms = progress->paid_ms;
	if (note->given < progress->given)
		note->given = progress->given;
}

bool
settling_note_stored(struct settling *settling)
{
	for (size_t i = 0; i < settling->held_count; i++) {
		const struct schedule *schedule = &settling->schedules[i];
		struct agenda_held *item = settling->held[i].item;
		if (item == NULL || schedule->package == NULL)
			continue;
		uint32_t count = schedule->package->stored_count;
		struct agenda_stored *list = arena_take_zeroed(
			settling->call->arena, item->stored_count + count, sizeof *list);
		if (list == NULL)
			return settling_out_of_memory(settling);
		if (item->stored_count > 0)
			memcpy(list, item->stored, item->stored_count * sizeof *list);
		item->stored = list;
		for (uint32_t j = 0; j < count; j++)
			note_one(item, schedule->package->stored[j].id, &schedule->progress[j]);
		item->ended = schedule->ended;
	}
	return true;
}

bool
settling_next_stored(const struct settling *settling, struct scheduled *event)
{
	return schedule_next(&settling->stock, event) &&
		event->at_ms <= settling->call->shard->now_ms;
}

int64_t
settling_next_stored_ms(const struct settling *settling)
{
	struct stock stock = settling->stock;
	struct scheduled event;
	stock.purse_count = 0; /* what expires has a timer of its own */
	return schedule_next(&stock, &event) ? event.at_ms : INT64_MAX;
}

bool
settling_let_rest(struct settling *settling, const struct scheduled *event, struct text why)
{
	bool is_expiry = event->kind == SCHEDULED_EXPIRY;
	size_t place = is_expiry ? settling->purses[event->holding].holding : event->holding;
	if (settling->resting == NULL)
		settling->resting = arena_take_zeroed(
			settling->call->arena, settling->held_count, sizeof *settling->resting);
	if (settling->resting == NULL)
		return settling_out_of_memory(settling);
	settling->resting[place].why = why;
	settling->resting[place].whole = is_expiry || event->kind == SCHEDULED_END;
	return true;
}
