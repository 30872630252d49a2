/*
 * What a subscription's packages store for it: the schedules of its deposits and gifts, with the
 * balances that came of them (see agenda_parts.h). rules/schedule.h says what happens next, and what
 * an end does.
 */
#include "agenda_parts.h"

#include "base/digest.h"
#include "base/must.h"
#include "base/utf8.h"

enum { DATE_BYTES = 10 };

/* ---- the balances ---- */

/*
 * "package.deposit", and of what has an end the day on which it came behind another dot. Names that
 * are too long for that are a hash.
 */
static struct text
balance_stem(struct arena *arena, struct text package, struct text stored)
{
	struct text stem = arena_print(arena, "%.*s.%.*s", TEXT_ARGS(package), TEXT_ARGS(stored));
	if (stem.data == NULL || stem.size <= IDENTIFIER_BYTES_MAX - DATE_BYTES - 1)
		return stem;
	return arena_print(arena, "~%016llx", (unsigned long long)hash64(stem.data, stem.size, 0));
}

struct text
settling_balance_name(
	const struct settling *settling, const struct scheduled *event, struct text package)
{
	struct arena *arena = settling->call->arena;
	struct text stem = balance_stem(arena, package, event->stored->id);
	char day[DUE_DAY_TEXT_MAX];
	if (event->till_ms == INT64_MAX || stem.data == NULL)
		return stem;
	due_day_format(due_day(settling->release->image, event->at_ms), day);
	return arena_print(arena, "%.*s.%s", TEXT_ARGS(stem), day);
}

static bool
is_named(struct text name, struct text stem)
{
	size_t rest = name.size - stem.size;
	return name.size >= stem.size && memcmp(name.data, stem.data, stem.size) == 0 &&
		(rest == 0 || (rest == 1 + DATE_BYTES && name.data[stem.size] == '.'));
}

static bool
add_purse(struct settling *settling, size_t place, const struct stored *stored, struct text name)
{
	struct stored_purse *purse = &settling->purse_records[settling->stock.purse_count];
	struct bytes value;
	key_of_balance(&purse->key, settling->subject.subscription.account, name);
	if (!settling_find(settling, &purse->key, &value, &purse->version))
		return false;
	must(value.size > 0); /* written in one entry with its name */
	purse->name = name;
	purse->balance = balance_read(value);
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
	struct text package = settling->schedules[place].package->id;
	struct text stem = balance_stem(settling->call->arena, package, stored->id);
	if (stem.data == NULL)
		return settling_out_of_memory(settling);
	for (unsigned i = 0; i < account.balance_count; i++) {
		struct text name = field_read_text(&account.balances);
		if (is_named(name, stem) && !add_purse(settling, place, stored, name))
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
		const struct agenda_stored *found = find_progress(
			settled->item, package->stored[i].id);
		progress[i].paid_ms = found == NULL ? INT64_MAX : found->paid_ms;
		progress[i].given = found == NULL ? 0 : found->given;
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
		if (settling->held[i].item == NULL)
			continue;
		if (!make_schedule(settling, i))
			return false;
		const struct package *package = settling->schedules[i].package;
		for (uint32_t j = 0; package != NULL && j < package->stored_count; j++)
			if (!find_purses_of(settling, i, &package->stored[j]))
				return false;
	}
	return true;
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
		count = count < UINT8_MAX ? count : UINT8_MAX;
		item->stored = arena_take_zeroed(
			settling->call->arena, count, sizeof *item->stored);
		if (item->stored == NULL)
			return settling_out_of_memory(settling);
		for (uint32_t j = 0; j < count; j++)
			item->stored[j] = (struct agenda_stored){
				.id = schedule->package->stored[j].id,
				.paid_ms = schedule->progress[j].paid_ms,
				.given = schedule->progress[j].given,
			};
		item->stored_count = (uint8_t)count;
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
