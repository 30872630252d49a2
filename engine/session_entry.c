/* What a request of a session answers, and its one entry (see session.c). */
#include "posted.h"
#include "priced.h"
#include "session_parts.h"
#include "shard.h"

#include "base/must.h"

/* ---- the answer ---- */

static const char *
outcome_of(enum session_request request)
{
	switch (request) {
	case SESSION_RESERVE:
	case SESSION_UPDATE:
		return "granted";
	case SESSION_COMMIT:
		return "charged";
	case SESSION_RELEASE:
		return "released";
	case SESSION_EXPIRE:
		break;
	}
	return "expired";
}

/* What a client is to do where less is granted than it asks for. */
static void
pack_final(struct pack *pack, const struct session_terms *terms)
{
	bool redirects = terms->final == FINAL_REDIRECT, restricts = terms->final == FINAL_RESTRICT;
	pack_name(pack, "final");
	pack_map(pack, 1u + redirects + restricts);
	pack_name_string(pack, "action", final_action_name(terms->final));
	if (redirects)
		pack_name_text(pack, "to", terms->address);
	if (!restricts)
		return;
	pack_name(pack, "services");
	pack_array(pack, terms->service_count);
	for (uint32_t i = 0; i < terms->service_count; i++)
		pack_text(pack, terms->services[i]);
}

/* One part that the request tells something of. */
static void
pack_part(struct session_deciding *deciding, const struct part_work *work, struct pack *pack)
{
	bool asked = work->is_asked, short_of = asked && work->granted < work->wanted;
	bool why = work->shortage.say != SAY_COUNT && (short_of || work->unpriced > 0);
	bool unpaid = work->unpaid.micros > 0, unpriced = work->unpriced > 0;
	bool priced = work->is_priced;
	bool change = work->granted > 0 && work->change_ms != INT64_MAX;
	bool others = session_holds_others(work);
	pack_map(pack,
		4u + asked + short_of + REFUSAL_WHY_PAIRS * why + change + unpaid + unpriced +
			priced + others);
	pack_name_text(pack, "part", work->part.id);
	if (asked)
		pack_name_integer(pack, "granted", work->granted);
	pack_name_integer(pack, "used", work->part.used);
	pack_name_money(pack, "charged", (struct money){ work->part.charged });
	pack_name_money(pack, "held", work->held);
	if (others)
		session_pack_holds(work, pack);
	if (short_of)
		pack_final(pack, &work->terms);
	if (why)
		refusal_pack_why(pack, deciding->call->arena, work->shortage.say,
			work->shortage.arguments, SAY_ARGUMENTS_MAX);
	if (change)
		pack_name_integer(pack, "change_at", work->change_ms);
	if (unpaid)
		pack_name_money(pack, "unpaid", work->unpaid);
	if (unpriced)
		pack_name_integer(pack, "unpriced", work->unpriced);
	if (priced) {
		must(deciding->release != NULL); /* that priced it */
		priced_pack_lines(
			pack, &work->pricing, deciding->release->image, deciding->call->arena);
	}
}

static void
pack_parts(struct session_deciding *deciding, struct pack *pack)
{
	uint32_t count = 0;
	for (size_t i = 0; i < deciding->work_count; i++)
		count += deciding->works[i].asks != NULL;
	pack_name(pack, "parts");
	pack_array(pack, count);
	for (size_t i = 0; i < deciding->work_count; i++) {
		if (deciding->works[i].asks != NULL)
			pack_part(deciding, &deciding->works[i], pack);
	}
}

/* Of all parts: what was charged now, and what is held. */
struct sums {
	struct money charged;
	struct money held;
};

static int64_t
held_of(const struct session_deciding *deciding, const struct part_work *work)
{
	struct field_reader holds = work->part.holds;
	int64_t held = 0;
	if (work->asks != NULL)
		return work->held.micros;
	for (unsigned i = 0; !session_closes(deciding) && i < work->part.hold_count; i++)
		held += session_hold_read(&holds).amount;
	return held;
}

static struct sums
sum_parts(const struct session_deciding *deciding)
{
	struct sums sums = { { 0 }, { 0 } };
	for (size_t i = 0; i < deciding->work_count; i++) {
		sums.charged.micros += deciding->works[i].charged.micros;
		sums.held.micros += held_of(deciding, &deciding->works[i]);
	}
	return sums;
}

static struct bytes
pack_answer(struct session_deciding *deciding)
{
	struct buffer *scratch = &deciding->call->shard->scratch;
	struct sums sums = sum_parts(deciding);
	bool open = !session_closes(deciding), tells = deciding->raised.count > 0,
	     others = deciding->paying_count > 0;
	struct money low;
	bool is_low = notice_is_low(&deciding->subject.account, &deciding->subject.balance,
		deciding->subject.balance.amount, &low);
	buffer_clear(scratch);
	struct pack pack = pack_into(scratch);
	pack_map(&pack, 6u + (deciding->release != NULL) + open + others + tells + is_low);
	pack_name_string(&pack, "outcome", outcome_of(deciding->request));
	pack_parts(deciding, &pack);
	pack_name_money(&pack, "charged", sums.charged);
	pack_name_money(&pack, "held", sums.held);
	pack_name_money(&pack, "balance", (struct money){ deciding->subject.balance.amount });
	pack_name_text(&pack, "currency", deciding->subject.account.currency);
	if (deciding->release != NULL)
		pack_name_text(
			&pack, "release", (struct text){ deciding->release->name, RELEASE_SHORT });
	if (open)
		pack_name_integer(&pack, "valid_till", deciding->session.expires_ms);
	if (others)
		session_pack_paid(deciding, &pack);
	if (tells)
		notice_pack(&pack, &deciding->raised);
	if (is_low)
		notice_pack_hint(&pack, low);
	return pack_whole(&pack);
}

/* ---- the entry ---- */

static bool
add_balances(struct session_deciding *deciding, struct posted *posted)
{
	const struct subject *subject = &deciding->subject;
	struct text currency = subject->account.currency;
	int64_t now_ms = deciding->call->shard->now_ms;
	struct bytes key = { subject->balance_key.data, subject->balance_key.size };
	if (!posted_balance(posted, key, subject->balance, subject->balance_version, now_ms))
		return false;
	posted->effects[posted->effect_count - 1].seen = deciding->call->warm.seen.balance;
	posted_move(
		posted, subject->balance.amount - deciding->main_before, currency, TEXT("revenue"));
	for (size_t i = 0; i < deciding->other_count; i++) {
		const struct purse_held *other = &deciding->others[i];
		key = (struct bytes){ other->key.data, other->key.size };
		if (!posted_balance(posted, key, other->balance, other->version, now_ms))
			return false;
		posted_move(posted, -other->charged.micros, other->balance.unit,
			purses_book(&other->balance));
		if (other->begins && !purses_post_end(posted, other))
			return false;
	}
	return true;
}

static bool
counter_changed(const struct counting *counting)
{
	return counting->now.used != counting->before.used ||
		counting->now.held != counting->before.held;
}

static bool
add_counters(struct session_deciding *deciding, struct posted *posted)
{
	for (size_t i = 0; i < deciding->counting_count; i++) {
		const struct counting *counting = &deciding->countings[i];
		bool money = counting->unit == SESSION_COUNTS_MONEY;
		uint8_t value[COUNTER_VALUE_MAX];
		if (!counter_changed(counting))
			continue;
		if (!posted_change(posted, TABLE_COUNTER,
			    (struct bytes){ counting->key.data, counting->key.size },
			    counter_write(value, counting->now)))
			return false;
		posted->effects[posted->effect_count - 1].seen = counting->seen;
		posted_move(posted, counting->now.used - counting->before.used,
			money ? deciding->subject.account.currency
			      : text_of(unit_name((enum unit)counting->unit)),
			money ? TEXT("counted") : TEXT("used"));
	}
	return true;
}

static void
write_part(const struct session_deciding *deciding, const struct part_work *work,
	struct field_writer *writer)
{
	if (!work->is_new) {
		field_write_bytes(writer, work->part.identity);
	} else {
		session_identity_write(writer, &deciding->session, &work->part);
		for (unsigned i = 0; i < work->part.attribute_count; i++) {
			const struct attribute *one = &work->attributes[i];
			session_attribute_write(writer,
				&(struct session_attribute){ one->name, one->text, one->number });
		}
	}
	if (work->asks == NULL)
		field_write_bytes(writer, work->part.progress);
	else
		session_progress_write(writer, &work->part, work->holds, work->counters);
}

static bool
add_session(struct session_deciding *deciding, struct posted *posted)
{
	struct shard *shard = deciding->call->shard;
	struct field_writer writer = fields_into(shard->record, sizeof shard->record);
	struct bytes key = { deciding->key.data, deciding->key.size }, value = { NULL, 0 };
	if (!session_closes(deciding)) {
		deciding->session.part_count = (uint8_t)deciding->work_count;
		session_write(&writer, &deciding->session);
		for (size_t i = 0; i < deciding->work_count; i++)
			write_part(deciding, &deciding->works[i], &writer);
		deciding->is_too_long = writer.full;
		if (writer.full)
			return false;
		value = fields_written(&writer);
	}
	if (!posted_change(posted, TABLE_SESSION, key, value))
		return false;
	posted->effects[posted->effect_count - 1].seen = deciding->call->warm.seen.session;
	return true;
}

static bool
clear_timer(const struct session_deciding *deciding, struct posted *posted,
	const struct timer_key *timer)
{
	if (!posted_timer_clear(posted, timer))
		return false;
	posted->effects[posted->effect_count - 1].seen = deciding->call->warm.seen.timer;
	return true;
}

/*
 * A session has one timer. One that is heard of again keeps it: when it comes, it is set to when
 * the session expires by then. But it never comes too late.
 */
static bool
add_timer(struct session_deciding *deciding, struct posted *posted)
{
	struct session *session = &deciding->session;
	struct timer_key timer = { session->timer_ms, TIMER_SESSION,
		{ deciding->key.data, deciding->key.size } };
	bool begins = deciding->request == SESSION_RESERVE;
	if (!begins && (session_closes(deciding) || session->expires_ms < session->timer_ms) &&
		!clear_timer(deciding, posted, &timer))
		return false;
	if (session_closes(deciding) || (!begins && session->expires_ms >= session->timer_ms))
		return true;
	timer.at_ms = session->timer_ms = session->expires_ms;
	return posted_timer_set(posted, &timer);
}

/* A balance, the others, counters, the session, its old timer and its new one, what is made known. */
static size_t
record_count(const struct session_deciding *deciding)
{
	return 1 + deciding->other_count + deciding->begun + deciding->counting_count + 3 +
		deciding->raised.count;
}

/* Of how many other accounts a part holds something. */
static size_t
count_payers(const struct session_deciding *deciding, size_t place)
{
	const struct part_work *work = &deciding->works[place];
	struct field_reader holds = work->part.holds;
	size_t count = 0;
	for (unsigned i = 0; i < work->part.hold_count; i++)
		count += work->asks != NULL ? work->holds[i].by_payer
					    : session_hold_read(&holds).by_payer;
	return count;
}

/* Could the session be closed by one entry? All that it holds of may have to change then. */
static bool
can_be_closed(const struct session_deciding *deciding)
{
	size_t records = deciding->subject.account.balance_count + 3u +
		2u * deciding->subject.subscription.payer_count;
	for (size_t i = 0; i < deciding->work_count; i++)
		records += deciding->works[i].part.counter_count + count_payers(deciding, i);
	return records <= ENTRY_EFFECTS_MAX;
}

/* False without memory, or if the session is too long to be kept. */
static bool
make_entry(struct session_deciding *deciding, struct posted *posted, struct entry *entry)
{
	*entry = once_entry(&deciding->once, ENTRY_SESSION, deciding->call->shard->now_ms);
	entry->release = deciding->session.release;
	entry->answer = pack_answer(deciding);
	/* The timer comes before the session, which holds its instant. */
	return entry->answer.size > 0 &&
		posted_begin(posted, deciding->call->arena, record_count(deciding)) &&
		add_balances(deciding, posted) && add_counters(deciding, posted) &&
		add_timer(deciding, posted) && add_session(deciding, posted) &&
		notice_post(&deciding->raised, deciding->call, posted);
}

enum call_end
session_take(struct session_deciding *deciding)
{
	struct call *call = deciding->call;
	struct posted posted;
	struct entry entry;
	enum call_end end;
	bool is_open = !session_closes(deciding);
	if (record_count(deciding) > ENTRY_EFFECTS_MAX || (is_open && !can_be_closed(deciding)))
		return session_refuse(deciding, SAY_OVERFLOW, NULL, 0);
	bool made = make_entry(deciding, &posted, &entry);
	if (!made && deciding->is_too_long)
		return session_refuse(deciding, SAY_OVERFLOW, NULL, 0);
	if (!made)
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	enum status status = posted_append(&posted, call, &entry, &end);
	if (status == STATUS_LIMIT)
		return session_refuse(deciding, SAY_OVERFLOW, NULL, 0);
	call->shard->stats.sessions += status == STATUS_OK;
	return end;
}

static enum status
no_memory(struct fault *fault)
{
	return fault_set(fault, STATUS_MEMORY, "no memory for the end of a session");
}

enum status
session_store(struct session_deciding *deciding, struct fault *fault)
{
	struct posted posted;
	struct entry entry;
	uint64_t position;
	must(record_count(deciding) <= ENTRY_EFFECTS_MAX); /* can_be_closed saw to it */
	if (!make_entry(deciding, &posted, &entry))
		return no_memory(fault);
	return posted_store(&posted, deciding->call, &entry, &position, fault);
}

/* What is told of a session that stays open. */
static struct bytes
pack_open(const struct session_deciding *deciding)
{
	struct buffer *scratch = &deciding->call->shard->scratch;
	buffer_clear(scratch);
	struct pack pack = pack_into(scratch);
	pack_map(&pack, 2);
	pack_name_string(&pack, "outcome", "open");
	pack_name_integer(&pack, "valid_till", deciding->session.expires_ms);
	return pack_whole(&pack);
}

enum status
session_postpone(struct session_deciding *deciding, struct fault *fault)
{
	struct call *call = deciding->call;
	struct session *session = &deciding->session;
	struct timer_key timer = { session->timer_ms, TIMER_SESSION,
		{ deciding->key.data, deciding->key.size } };
	struct posted posted;
	uint64_t position;
	deciding->request = SESSION_UPDATE; /* it stays open */
	if (!posted_begin(&posted, call->arena, 3) || !posted_timer_clear(&posted, &timer))
		return no_memory(fault);
	timer.at_ms = session->timer_ms = session->expires_ms;
	if (!posted_timer_set(&posted, &timer) || !add_session(deciding, &posted))
		return no_memory(fault);
	struct entry entry = once_entry(&deciding->once, ENTRY_SESSION, call->shard->now_ms);
	entry.release = session->release;
	entry.answer = pack_open(deciding);
	if (entry.answer.size == 0)
		return no_memory(fault);
	return posted_store(&posted, call, &entry, &position, fault);
}
