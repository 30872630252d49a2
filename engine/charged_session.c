/*
 * What a session was charged in all (see charged.h): the sum of what its requests did, from the one
 * that closed it back to the reserve. Each entry names the one that changed the session's record
 * before, so nothing is searched for.
 */
#include "charged.h"

#include "payers.h"
#include "unpriced_session.h"

#include "base/must.h"

#include <string.h>

#include "../store/journal.h"

/* Distinct balances and counters of one session; a refund is one entry, too. */
#define SUMS_MAX ENTRY_EFFECTS_MAX
enum { ONE_BYTES_MAX = 8 << 20 };

/* What all requests moved on a record. */
struct moved_sum {
	struct bytes key;
	struct text unit;
	int64_t moved;
	bool is_units;   /* a balance of units: it is counted as an allowance is */
	int64_t made_ms; /* when that first was */
	size_t turn; /* of a balance: the higher, the sooner it gets its money back; 0: it did not pay */
};

/* A part, as its last request that was priced has it. */
struct last_report {
	struct text part, service;
	enum unit unit;
	bool has_unit;
	int64_t used;
	struct price_line *lines;
	size_t line_count;
};

struct session_sum {
	struct arena *arena;
	struct arena entry; /* what is needed while one entry is read */
	struct fault *fault;
	struct moved_sum *balances, *counters;
	size_t balance_count, counter_count;
	size_t turn;
	struct last_report reports[SESSION_PARTS_MAX];
	struct last_report unused; /* of a session of one part, if none was priced */
	size_t report_count;
	struct text subscription;
	int64_t began_ms;
};

/* ---- sums ---- */

static struct moved_sum *
sum_of(struct session_sum *reading, struct moved_sum *sums, size_t *count, struct bytes key)
{
	for (size_t i = 0; i < *count; i++) {
		if (bytes_equal(sums[i].key, key))
			return &sums[i];
	}
	struct text copy = arena_copy_text(
		reading->arena, (struct text){ (const char *)key.data, key.size });
	if (copy.data == NULL || *count == SUMS_MAX)
		return NULL;
	sums[*count] = (struct moved_sum){ .key = bytes_of_text(copy) };
	return &sums[(*count)++];
}

static enum status
no_memory(struct session_sum *reading)
{
	return fault_set(reading->fault, STATUS_MEMORY, "no memory for what a session took");
}

static enum status
corrupt(struct session_sum *reading, const char *what)
{
	return fault_set(reading->fault, STATUS_CORRUPT,
		"the entry is not that of a session's request: %s", what);
}

/* Of one entry; what it holds is no movement. */
static enum status
sum_effects(struct session_sum *reading, const struct entry *entry)
{
	struct bytes rest = entry->effect_bytes;
	struct effect effect;
	for (size_t i = 0; effect_next(&rest, &effect); i++) {
		struct text unit;
		int64_t moved = charged_moved_on(entry, i, &unit);
		bool balance = effect.table == TABLE_BALANCE;
		if (!balance && (effect.table != TABLE_COUNTER || moved == 0))
			continue;
		struct moved_sum *sum = balance
			? sum_of(reading, reading->balances, &reading->balance_count, effect.key)
			: sum_of(reading, reading->counters, &reading->counter_count, effect.key);
		if (sum == NULL)
			return no_memory(reading);
		if (balance) {
			unit = balance_read(effect.value).unit;
			sum->is_units = balance_read(effect.value).kind == BALANCE_UNITS;
		}
		if (sum->unit.data == NULL)
			sum->unit = arena_copy_text(reading->arena, unit);
		if (sum->unit.data == NULL)
			return no_memory(reading);
		if (moved != 0)
			sum->made_ms = entry->made_ms;
		if (__builtin_add_overflow(sum->moved, moved, &sum->moved))
			return corrupt(reading, "it moves too much");
	}
	return STATUS_OK;
}

/*
 * Who paid last gets its money first. Entries come newest first, so a balance has its turn by the
 * newest that it paid for, and in that behind those that paid later.
 */
static void
give_turns(struct session_sum *reading, const struct unpriced_request *request, struct text account)
{
	for (size_t i = request->payer_count; i-- > 0;) {
		const struct unpriced_payer *payer = &request->payers[i];
		struct record_key key;
		key_of_balance(
			&key, payer->account.size > 0 ? payer->account : account, payer->balance);
		for (size_t j = 0; j < reading->balance_count; j++) {
			struct moved_sum *sum = &reading->balances[j];
			if (sum->turn == 0 &&
				bytes_equal(sum->key, (struct bytes){ key.data, key.size }))
				sum->turn = ++reading->turn;
		}
	}
}

/* ---- parts ---- */

static enum status
keep_report(struct session_sum *reading, const struct unpriced_report *report)
{
	struct last_report *last = &reading->reports[reading->report_count];
	size_t count = report->pricing.line_count;
	for (size_t i = 0; i < reading->report_count; i++) {
		if (text_equal(reading->reports[i].part, report->part))
			return STATUS_OK; /* a newer request priced more of it */
	}
	if (reading->report_count == SESSION_PARTS_MAX)
		return corrupt(reading, "it has too many parts");
	*last = (struct last_report){ .part = arena_copy_text(reading->arena, report->part),
		.service = arena_copy_text(reading->arena, report->service),
		.unit = report->unit,
		.has_unit = report->has_unit,
		.used = report->used,
		.lines = arena_take(reading->arena, (count + 1) * sizeof *last->lines),
		.line_count = count };
	if (last->part.data == NULL || last->service.data == NULL || last->lines == NULL)
		return no_memory(reading);
	for (size_t i = 0; i < count; i++) {
		struct price_line *line = &last->lines[i];
		*line = report->pricing.lines[i];
		line->package = arena_copy_text(reading->arena, line->package);
		line->tariff = arena_copy_text(reading->arena, line->tariff);
		line->zone = arena_copy_text(reading->arena, line->zone);
		if (line->package.data == NULL || line->tariff.data == NULL ||
			(line->zone.size > 0 && line->zone.data == NULL))
			return no_memory(reading);
	}
	reading->report_count++;
	return STATUS_OK;
}

/* ---- entries ---- */

bool
charged_session_effect(const struct entry *entry, struct effect *effect)
{
	struct bytes rest = entry->effect_bytes;
	while (effect_next(&rest, effect)) {
		if (effect->table == TABLE_SESSION)
			return true;
	}
	return false;
}

/* Adds an entry; `before` is the session as it was, NULL for the first. */
static enum status
add_entry(struct session_sum *reading, const struct entry *entry, const struct session *before)
{
	const struct stored_request stored = { entry->event, entry->answer, entry->at_ms, before };
	struct unpriced_request request;
	arena_clear(&reading->entry);
	enum status status = sum_effects(reading, entry);
	if (status == STATUS_OK)
		status = unpriced_read_session(
			&stored, NULL, &reading->entry, &request, reading->fault);
	if (status != STATUS_OK)
		return status;
	give_turns(reading, &request, charged_account(entry));
	for (size_t i = 0; i < request.report_count && status == STATUS_OK; i++) {
		if (request.reports[i].is_priced)
			status = keep_report(reading, &request.reports[i]);
	}
	return status;
}

enum status
charged_read_before(const struct journal_place *place, const struct entry *entry,
	struct buffer *bytes, struct entry *before, bool *is_first, struct fault *fault)
{
	struct effect effect;
	*is_first = true;
	if (!charged_session_effect(entry, &effect) || effect.previous == 0)
		return STATUS_OK;
	enum status status = journal_read(place, effect.previous, bytes, before, fault);
	if (status != STATUS_OK)
		return status;
	/* One of the same name may have been closed before this one began. */
	*is_first = !charged_session_effect(before, &effect) || effect.value.size == 0;
	return STATUS_OK;
}

/* A session of one part that nobody used: that is what it would have cost something for. */
static bool
keep_unused(struct session_sum *reading, const struct session *session)
{
	struct field_reader parts = session->parts;
	struct session_part part = session_part_read(&parts, session);
	if (session->part_count > 1)
		return true;
	reading->unused = (struct last_report){ .service = arena_copy_text(
							reading->arena, part.service),
		.unit = (enum unit)part.unit,
		.has_unit = true,
		.lines = arena_take(reading->arena, sizeof *reading->unused.lines) };
	return reading->unused.service.data != NULL && reading->unused.lines != NULL;
}

/* Whose it is, and since when, stays as it is. */
static bool
keep_session(struct session_sum *reading, const struct session *session)
{
	if (reading->subscription.data != NULL)
		return true;
	if (reading->report_count == 0 && !keep_unused(reading, session))
		return false;
	reading->began_ms = session->began_ms;
	reading->subscription = arena_copy_text(reading->arena, session->subscription);
	return reading->subscription.data != NULL;
}

/* From the last entry to the first; two buffers hold an entry and the one before it in turn. */
static enum status
add_entries(struct session_sum *reading, const struct journal_place *place, struct entry entry,
	struct buffer buffers[2])
{
	for (unsigned turn = 0;; turn = 1 - turn) {
		struct entry before;
		struct effect effect;
		struct session session;
		bool is_first;
		enum status status = charged_read_before(
			place, &entry, &buffers[turn], &before, &is_first, reading->fault);
		if (status == STATUS_OK && !is_first) {
			bool is_session = charged_session_effect(&before, &effect);
			must(is_session);
			session = session_read(effect.value);
		}
		if (status == STATUS_OK)
			status = add_entry(reading, &entry, is_first ? NULL : &session);
		if (status != STATUS_OK || is_first)
			return status;
		if (!keep_session(reading, &session))
			return no_memory(reading);
		entry = before;
	}
}

/* ---- the sum ---- */

/* The counter of what another account paid in a month, if all that it paid was counted in one. */
static struct bytes
payer_counter(const struct session_sum *reading, const struct payment_made *payment)
{
	for (size_t i = 0; i < reading->counter_count; i++) {
		const struct moved_sum *sum = &reading->counters[i];
		struct text payer;
		if (payers_counter_is(sum->key, &payer) && text_equal(payer, payment->account) &&
			sum->moved == payment->amount.micros)
			return sum->key;
	}
	return (struct bytes){ NULL, 0 };
}

static enum status
add_payment(struct session_sum *reading, const struct moved_sum *sum, struct charged *charged)
{
	struct payment_made *payment = &charged->payments[charged->payment_count];
	*payment = (struct payment_made){
		.key = sum->key, .amount = { -sum->moved }, .made_ms = sum->made_ms
	};
	if (sum->moved > 0 || !key_is_of_balance(sum->key, &payment->account, &payment->name) ||
		(charged->payment_count > 0 && !text_equal(sum->unit, charged->currency)))
		return corrupt(reading, "it gives money");
	if (charged->payment_count++ == 0) {
		charged->account = payment->account;
		charged->currency = sum->unit;
	} else if (!text_equal(payment->account, charged->account)) {
		payment->counter = payer_counter(reading, payment);
	}
	return money_add(charged->paid, payment->amount, &charged->paid)
		? STATUS_OK
		: corrupt(reading, "its money is too much");
}

/* Is a balance to stand before another? Other accounts come first, and who is to wait for longest. */
static bool
stands_before(
	const struct charged *charged, const struct moved_sum *one, const struct moved_sum *other)
{
	struct text name, account, other_account;
	bool are_balances = key_is_of_balance(one->key, &account, &name) &&
		key_is_of_balance(other->key, &other_account, &name);
	must(are_balances);
	bool own = text_equal(account, charged->account);
	if (own != text_equal(other_account, charged->account))
		return !own;
	return one->turn > other->turn;
}

/* The main balance's first, also of 0; then those of others, as charged.h has them. */
static enum status
add_payments(struct session_sum *reading, struct charged *charged)
{
	if (reading->balance_count == 0)
		return corrupt(reading, "nobody paid");
	enum status status = add_payment(reading, &reading->balances[0], charged);
	for (size_t i = 2; i < reading->balance_count; i++) {
		struct moved_sum sum = reading->balances[i];
		size_t place = i;
		for (; place > 1 && stands_before(charged, &sum, &reading->balances[place - 1]);
			place--)
			reading->balances[place] = reading->balances[place - 1];
		reading->balances[place] = sum;
	}
	for (size_t i = 1; i < reading->balance_count && status == STATUS_OK; i++) {
		if (reading->balances[i].moved != 0 && !reading->balances[i].is_units)
			status = add_payment(reading, &reading->balances[i], charged);
	}
	return status;
}

/* What it has counted; where the end of it all is that it counted less, nothing can be given back. */
static enum status
add_counts(struct session_sum *reading, struct charged *charged)
{
	bool added = true;
	for (size_t i = 1; added && i < reading->balance_count; i++) {
		const struct moved_sum *sum = &reading->balances[i];
		if (sum->is_units && sum->moved < 0)
			added = charged_add_units(charged, sum->key, sum->moved, sum->unit);
	}
	for (size_t i = 0; added && i < reading->counter_count; i++) {
		const struct moved_sum *sum = &reading->counters[i];
		struct text payer;
		if (sum->moved > 0 && !payers_counter_is(sum->key, &payer))
			added = charged_add_count(charged, sum->key, sum->moved, sum->unit);
	}
	return added ? STATUS_OK : corrupt(reading, "a counter");
}

/*
 * A session of one part cost what that part's units did. What it paid beyond, for the price of less
 * was higher, is a line of its own, so that it can be given back. One of several parts is an item
 * that cost what was paid, as what fell due: its parts can't be told apart by who paid for them.
 */
static enum status
find_cost(struct session_sum *reading, struct charged *charged)
{
	struct last_report *report = reading->report_count == 0 ? &reading->unused
								: &reading->reports[0];
	bool alone = reading->report_count <= 1 && report->has_unit;
	int64_t sum = 0;
	struct price_line *lines = alone ? report->lines
					 : arena_take_zeroed(reading->arena, 1, sizeof *lines);
	if (lines == NULL)
		return no_memory(reading);
	charged->cost = (struct unpriced_charge){
		.service = alone ? report->service : TEXT(""),
		.unit = alone ? report->unit : UNIT_ITEM,
		.quantity = alone ? report->used : 1,
		.lines = lines,
		.line_count = alone ? report->line_count : 0,
	};
	for (size_t i = 0; i < charged->cost.line_count; i++)
		sum += lines[i].amount.micros; /* no more than the charge, which is held */
	if (sum < charged->paid.micros)
		lines[charged->cost.line_count++] = (struct price_line){
			.amount = { charged->paid.micros - sum }
		};
	charged->quantity = charged->cost.quantity > 0 ? charged->cost.quantity : 1;
	return STATUS_OK;
}

/* Its name, and whether it was closed by this entry. */
static enum status
find_session(struct session_sum *reading, const struct entry *last, struct charged *charged)
{
	struct effect effect;
	struct text service_id;
	if (!charged_session_effect(last, &effect) ||
		!key_is_of_session(effect.key, &service_id, &charged->session))
		return corrupt(reading, "it changes no session");
	charged->is_closed = effect.value.size == 0;
	return STATUS_OK;
}

static bool
reading_begin(struct session_sum *reading, struct charged *charged)
{
	struct arena *arena = reading->arena;
	reading->balances = arena_take(arena, SUMS_MAX * sizeof *reading->balances);
	reading->counters = arena_take(arena, SUMS_MAX * sizeof *reading->counters);
	charged->keys = arena_take(arena, 2 * SUMS_MAX * sizeof *charged->keys);
	charged->counts = arena_take(arena, 2 * SUMS_MAX * sizeof *charged->counts);
	charged->payments = arena_take(arena, SUMS_MAX * sizeof *charged->payments);
	return reading->balances != NULL && reading->counters != NULL && charged->keys != NULL &&
		charged->counts != NULL && charged->payments != NULL;
}

enum status
charged_read_session(const struct journal_place *place, const struct entry *last,
	struct arena *arena, struct charged *charged, struct fault *fault)
{
	struct session_sum reading = { .arena = arena, .fault = fault, .began_ms = last->at_ms };
	struct buffer buffers[2];
	must(last->kind == ENTRY_SESSION);
	*charged = (struct charged){ .made_ms = last->made_ms };
	enum status status = find_session(&reading, last, charged);
	if (status != STATUS_OK || !charged->is_closed)
		return status;
	if (!reading_begin(&reading, charged))
		return no_memory(&reading);
	arena_init(&reading.entry, ONE_BYTES_MAX);
	buffer_init(&buffers[0], ENTRY_BYTES_MAX);
	buffer_init(&buffers[1], ENTRY_BYTES_MAX);
	status = add_entries(&reading, place, *last, buffers);
	if (status == STATUS_OK)
		status = add_payments(&reading, charged);
	if (status == STATUS_OK)
		status = add_counts(&reading, charged);
	if (status == STATUS_OK)
		status = find_cost(&reading, charged);
	charged->at_ms = reading.began_ms;
	charged->subscription = reading.subscription;
	arena_release(&reading.entry);
	buffer_release(&buffers[0]);
	buffer_release(&buffers[1]);
	return status;
}
