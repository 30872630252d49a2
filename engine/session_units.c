/*
 * Balances of units in a session (see session_parts.h, units.h). What a part took of one stands in its
 * list of counters, under OWN_UNITS_PACKAGE and the name of the balance, and what it may take yet is held
 * of the balance itself; both are theirs again before the part is priced anew.
 *
 * What it took before is there for all its units, and what there is besides only for those that were not
 * settled before: who tops up in the middle of a session does not pay twice for what he has paid.
 */
#include "session_parts.h"
#include "shard.h"
#include "units.h"

#include "base/must.h"

static bool
is_over(const struct session_deciding *deciding, const struct balance *balance)
{
	return balance->span.till_ms <= deciding->call->shard->now_ms;
}

static enum progress
find_balance(struct session_deciding *deciding, const struct session_counter *own,
	struct purse_held **found, enum call_end *end)
{
	const struct session_hold hold = { own->allowance, 0, false };
	return session_find_other(deciding, &hold, found, end);
}

static struct own_units *
own_named(struct part_work *work, struct text name)
{
	for (size_t i = 0; i < work->own_count; i++) {
		if (text_equal(work->own[i].name, name))
			return &work->own[i];
	}
	return NULL;
}

enum progress
session_take_back_units(struct session_deciding *deciding, const struct session_counter *own,
	bool used, enum call_end *end)
{
	struct purse_held *other;
	if (find_balance(deciding, own, &other, end) == HAS_ENDED)
		return HAS_ENDED;
	must(other->balance.held >= own->held);
	other->balance.held -= own->held;
	if (used) {
		other->balance.amount += own->used;
		other->charged.micros -= own->used;
	}
	return GOES_ON;
}

enum progress
session_count_units(struct session_deciding *deciding, struct part_work *work,
	struct session_counter *own, enum call_end *end)
{
	struct purse_held *other;
	const struct own_units *units = own_named(work, own->allowance);
	if (units != NULL)
		own->since = units->since;
	if (find_balance(deciding, own, &other, end) == HAS_ENDED)
		return HAS_ENDED;
	other->balance.amount -= own->used;
	other->charged.micros += own->used;
	other->balance.held += own->held;
	return GOES_ON;
}

void
session_settle_units(struct session_deciding *deciding)
{
	for (size_t i = 0; i < deciding->other_count; i++) {
		struct purse_held *other = &deciding->others[i];
		if (other->charged.micros >= 0 || !is_over(deciding, &other->balance))
			continue;
		must(other->balance.kind == BALANCE_UNITS);
		other->balance.amount += other->charged.micros;
		other->charged.micros = 0;
	}
}

/* ---- as rules see them ---- */

/* What ends first comes first. */
static void
own_insert(struct part_work *work, const struct own_units *one)
{
	size_t place = work->own_count++;
	for (; place > 0 && work->own[place - 1].till_ms > one->till_ms; place--)
		work->own[place] = work->own[place - 1];
	work->own[place] = *one;
}

/*
 * What the part had of a balance: of one that may pay no more, only what it took; what it held of one
 * that has expired is its own still.
 */
static enum progress
add_had(struct session_deciding *deciding, struct part_work *work,
	const struct session_counter *had, enum call_end *end)
{
	struct own_units *own = own_named(work, had->allowance);
	struct purse_held *other;
	if (own != NULL) {
		own->used = had->used;
		own->since = had->used > 0 ? had->since : work->part.used;
		own->left -= had->used;
		must(own->left >= 0);
		return GOES_ON;
	}
	if (find_balance(deciding, had, &other, end) == HAS_ENDED)
		return HAS_ENDED;
	own_insert(work,
		&(struct own_units){ .name = had->allowance,
			.used = had->used,
			.since = had->since,
			.left = is_over(deciding, &other->balance) ? had->held : 0,
			.till_ms = other->balance.span.till_ms });
	return GOES_ON;
}

static enum progress
read_units(struct session_deciding *deciding, struct part_work *work, struct units *units,
	enum call_end *end)
{
	const struct usage usage = { .service = work->part.service,
		.from = deciding->params->service_id,
		.to = work->part.to };
	const struct units_question question = {
		.subject = &deciding->subject,
		.image = deciding->release->image,
		.usage = &usage,
		.at_ms = deciding->params->at_ms,
		.now_ms = deciding->call->shard->now_ms,
		.changed = deciding->others,
		.changed_count = deciding->other_count,
	};
	switch (units_read(deciding->call, &question, units, &deciding->cold)) {
	case PURSES_READ:
		return GOES_ON;
	case PURSES_COLD:
		return session_wait_for_cold(deciding, end);
	case PURSES_NO_MEMORY:
		break;
	}
	return session_no_memory(deciding, end);
}

enum progress
session_find_units(struct session_deciding *deciding, struct part_work *work, enum call_end *end)
{
	struct field_reader counters = work->part.counters; /* as they were */
	struct units units;
	if (!deciding->subject.account.has_units || deciding->release == NULL)
		return GOES_ON;
	if (read_units(deciding, work, &units, end) == HAS_ENDED)
		return HAS_ENDED;
	size_t room = units.purses.count + work->part.counter_count + 1;
	work->own = arena_take(deciding->call->arena, room * sizeof *work->own);
	if (work->own == NULL)
		return session_no_memory(deciding, end);
	work->own_count = units.purses.count;
	for (size_t i = 0; i < units.purses.count; i++) {
		work->own[i] = units.own[i];
		work->own[i].since = work->part.used; /* as it was before this request */
	}
	for (unsigned i = 0; i < work->part.counter_count; i++) {
		const struct session_counter had = session_counter_read(&counters);
		if (counter_is_own(had.package) && add_had(deciding, work, &had, end) == HAS_ENDED)
			return HAS_ENDED;
	}
	return GOES_ON;
}
