/*
 * The entry of one thing that happens of an agenda: what it moves, how far the agenda has come by it,
 * and, if nothing else is due by now, when it is to be looked at next (see agenda_parts.h).
 */
#include "agenda_parts.h"
#include "due_packed.h"
#include "notice.h"
#include "pay.h"
#include "payers.h"
#include "posted.h"
#include "priced.h"

#include <string.h>

enum {
	AGENDA_BYTES_MAX = RECORD_VALUE_MAX,
	RECORDS_BESIDES =
		4, /* the main balance, the agenda, the timer that was and that which is */
};

/* ---- how far the agenda has come ---- */

/* The place of a charge in what was noted, as the last; the first makes room where there is none. */
static struct agenda_charge *
note_of(struct settling *settling, struct agenda_held *item, struct text charge)
{
	for (unsigned i = 0; i < item->charge_count; i++) {
		if (text_equal(item->charges[i].id, charge))
			return &item->charges[i];
	}
	struct agenda_charge *list = arena_take_zeroed(
		settling->call->arena, item->charge_count + 1u, sizeof *list);
	if (list == NULL)
		return NULL;
	unsigned drop = item->charge_count == UINT8_MAX;
	if (item->charge_count > drop)
		memcpy(list, item->charges + drop, (item->charge_count - drop) * sizeof *list);
	item->charges = list;
	item->charge_count = (uint8_t)(item->charge_count - drop + 1);
	list[item->charge_count - 1].id = charge;
	return &list[item->charge_count - 1];
}

static bool
note_charged(struct settling *settling, const struct falling *falling)
{
	struct agenda_held *item = settling->held[falling->place].item;
	struct agenda_charge *note = note_of(settling, item, falling->line->charge);
	if (note == NULL)
		return settling_out_of_memory(settling);
	note->cycle_day = (int32_t)falling->line->from_day;
	note->each = (uint32_t)falling->line->each;
	return true;
}

/* All is charged of the days whose lines are known, but for the lines that are left. */
static void
note_days(struct settling *settling)
{
	for (size_t i = 0; i < settling->held_count; i++) {
		struct settled *settled = &settling->held[i];
		int64_t day = settled->asked_day;
		if (settled->item == NULL)
			continue;
		for (size_t j = 0; j < settling->line_count; j++) {
			const struct falling *left = &settling->lines[j];
			if (left->place == i && left->line->due_day < day)
				day = left->line->due_day;
		}
		settled->item->billed_day = (int32_t)day;
	}
}

static bool
is_more_due(const struct settling *settling)
{
	int64_t now_ms = settling->call->shard->now_ms;
	struct scheduled event;
	if (settling->rests)
		return false;
	return !settling_knows_all(settling) ||
		(settling->line_count > 0 && settling->lines[0].at_ms <= now_ms) ||
		settling_next_stored(settling, &event);
}

/* ---- the records ---- */

static struct field_writer
write_agenda(const struct agenda *agenda, uint8_t *place)
{
	struct field_writer writer = fields_into(place, AGENDA_BYTES_MAX);
	agenda_write(&writer, agenda);
	return writer;
}

/*
 * Where there is no room for all, what can be done without goes, of one after the other: what is not
 * held any more, why something is stuck, which the log has, and then what was noted of charges, which
 * only wards off that one is charged twice.
 */
static struct bytes
agenda_value(struct settling *settling, uint8_t *place)
{
	struct agenda *agenda = &settling->agenda;
	struct field_writer writer = write_agenda(agenda, place);
	while (writer.full && agenda->held_count > settling->item_count) {
		agenda->held_count--;
		writer = write_agenda(agenda, place);
	}
	for (unsigned i = 0; writer.full && i < agenda->held_count; i++) {
		agenda->held[i].stuck = TEXT("");
		writer = write_agenda(agenda, place);
	}
	for (unsigned i = 0; writer.full && i < agenda->held_count; i++) {
		agenda->held[i].charge_count = 0;
		writer = write_agenda(agenda, place);
	}
	return fields_written(&writer);
}

static bool
add_timers(struct settling *settling, struct posted *posted, int64_t before_ms)
{
	int64_t next_ms = settling->agenda.next_ms;
	if (before_ms == next_ms)
		return true;
	if (before_ms != INT64_MAX) {
		struct timer_key timer = agenda_timer(settling->id, before_ms);
		struct record_key key;
		struct bytes value;
		uint64_t version;
		key_of_timer(&key, &timer);
		if (!settling_find(settling, &key, &value, &version))
			return false;
		if (value.size > 0 && !posted_timer_clear(posted, &timer))
			return settling_out_of_memory(settling);
	}
	if (next_ms == INT64_MAX)
		return true;
	struct timer_key timer = agenda_timer(settling->id, next_ms);
	return posted_timer_set(posted, &timer) || settling_out_of_memory(settling);
}

/* While more is due by now, the instant that is next stays as it is, if it has come. */
bool
settling_add_agenda(struct settling *settling, struct posted *posted)
{
	int64_t before_ms = settling->old.size == 0 ? INT64_MAX : agenda_next_ms(settling->old);
	uint8_t *place = arena_take(settling->call->arena, AGENDA_BYTES_MAX);
	struct bytes key = { settling->key.data, settling->key.size };
	if (place == NULL)
		return settling_out_of_memory(settling);
	note_days(settling);
	if (!settling_note_stored(settling))
		return false;
	if (!is_more_due(settling))
		settling->agenda.next_ms = settling_next_ms(settling);
	else if (settling->agenda.next_ms > settling->call->shard->now_ms)
		settling->agenda.next_ms = settling->call->shard->now_ms;
	struct bytes value = agenda_value(settling, place);
	if (settling->agenda.held_count == 0)
		value = (struct bytes){ NULL, 0 };
	return (posted_change(posted, TABLE_AGENDA, key, value) ||
		       settling_out_of_memory(settling)) &&
		add_timers(settling, posted, before_ms);
}

bool
settling_add_main(struct settling *settling, struct posted *posted, struct money amount)
{
	const struct subject *subject = &settling->subject;
	struct balance balance = subject->balance;
	struct bytes key = { subject->balance_key.data, subject->balance_key.size };
	balance.amount = amount.micros;
	return posted_balance(posted, key, balance, subject->balance_version,
		       settling->call->shard->now_ms) ||
		settling_out_of_memory(settling);
}

bool
settling_append(struct settling *settling, const struct posted *posted, struct entry *entry)
{
	uint64_t position;
	struct fault fault;
	entry->made_ms = settling->call->shard->now_ms;
	entry->release = settling->release->number;
	entry->scope = settling->id;
	enum status status = posted_store(posted, settling->call, entry, &position, &fault);
	if (status != STATUS_OK) {
		settling->end = call_failed(settling->call, status, &fault);
		return false;
	}
	call_saw(settling->call, position);
	return true;
}

bool
settling_move_on(struct settling *settling)
{
	struct posted posted;
	struct entry entry = { .kind = ENTRY_DUE };
	if (!posted_begin(&posted, settling->call->arena, RECORDS_BESIDES))
		return settling_out_of_memory(settling);
	return settling_add_agenda(settling, &posted) && settling_append(settling, &posted, &entry);
}

/* ---- a charge ---- */

/* Who pays for what fell due: other accounts, and balances besides the main one. */
struct paying {
	struct payers payers;
	struct purses purses;
};

static enum purses_outcome
read_paying(struct settling *settling, const struct falling *falling, struct paying *paying,
	struct record_key *cold)
{
	const struct subject *subject = &settling->subject;
	const struct payers_question question = {
		.usage = { .subject = subject,
			.service = TEXT(""),
			.zone = TEXT(""),
			.charge = { falling->line->package, falling->line->charge },
			.at_ms = falling->at_ms,
			.now_ms = falling->at_ms },
		.zone = settling->release->image->zone,
	};
	enum purses_outcome outcome = PURSES_READ;
	if (subject->subscription.payer_count > 0)
		outcome = payers_read(settling->call, &question, &paying->payers, cold);
	if (outcome == PURSES_READ && subject->account.balance_count > 1 &&
		!subject->account.frozen)
		outcome = purses_read(settling->call, &question.usage, &paying->purses, cold);
	return outcome;
}

static bool
find_paying(struct settling *settling, const struct falling *falling, struct paying *paying)
{
	struct record_key cold;
	*paying = (struct paying){ .payers = { .count = 0 } };
	switch (read_paying(settling, falling, paying, &cold)) {
	case PURSES_READ:
		return true;
	case PURSES_COLD:
		settling->end = call_wait_record(settling->call, shelf_key_of(&cold));
		return false;
	case PURSES_NO_MEMORY:
		break;
	}
	return settling_out_of_memory(settling);
}

/* It is owed: what the others do not pay, the main balance does, below its floor if need be. */
static enum pay_outcome
pay_line(struct settling *settling, const struct falling *falling, struct paying *paying,
	struct payment *payment)
{
	const struct subject *subject = &settling->subject;
	struct purses_terms terms = {
		.image = settling->release->image,
		.subject = subject,
		.cost = payers_pay(&paying->payers, falling->line->amount),
		.mode = SHORT_DEBT,
		.now_ms = falling->at_ms,
	};
	return paying->purses.count > 0
		? purses_pay(&terms, &paying->purses, payment)
		: pay(&subject->balance, subject->account.floor, terms.cost, terms.mode, payment);
}

static struct bytes
pack_answer(struct settling *settling, const struct falling *falling, const struct paying *paying,
	const struct payment *payment, const struct raised *raised)
{
	struct buffer *scratch = &settling->call->shard->scratch;
	uint32_t others = payers_count_paid(&paying->payers, &paying->purses);
	buffer_clear(scratch);
	struct pack pack = pack_into(scratch);
	pack_map(&pack, 7u + (others > 0) + (raised->count > 0));
	pack_name_string(&pack, "outcome", "due");
	pack_name_text(&pack, "subscription", settling->id);
	pack_name_money(&pack, "amount", falling->line->amount);
	pack_name_text(&pack, "currency", settling->release->image->currency);
	pack_name(&pack, "lines");
	pack_array(&pack, 1);
	due_pack_line(&pack, falling->line, settling->call->arena);
	pack_name_text(&pack, "release", (struct text){ settling->release->name, RELEASE_SHORT });
	pack_name_money(&pack, "balance", payment->after);
	if (others > 0)
		payers_pack_paid(&pack, &paying->payers, &paying->purses, payment->charged);
	if (raised->count > 0)
		notice_pack(&pack, raised);
	return pack_whole(&pack);
}

/* What fell due: [package, charge, first day of its cycle, which of those that it is owed for]. */
static struct bytes
pack_event(struct settling *settling, const struct due_line *line)
{
	struct pack pack = pack_into(call_buffer(settling->call));
	pack_array(&pack, 4);
	pack_text(&pack, line->package);
	pack_text(&pack, line->charge);
	pack_integer(&pack, line->from_day);
	pack_integer(&pack, line->each);
	return pack_whole(&pack);
}

static bool
add_payments(struct settling *settling, struct posted *posted, const struct paying *paying,
	const struct payment *payment)
{
	int64_t now_ms = settling->call->shard->now_ms;
	struct text currency = settling->subject.account.currency;
	if (!settling_add_main(settling, posted, payment->after))
		return false;
	posted_move(posted, -payment->charged.micros, currency, TEXT("revenue"));
	return (payers_post(&paying->payers, posted, now_ms) &&
		       purses_post(&paying->purses, posted, now_ms)) ||
		settling_out_of_memory(settling);
}

/* What it makes known of balances that are low. */
static bool
raise_notices(struct settling *settling, const struct falling *falling, const struct paying *paying,
	const struct payment *payment, struct raised *raised)
{
	const struct subject *subject = &settling->subject;
	const struct raising raising = { settling->call, subject->subscription.account,
		settling->id, falling->at_ms };
	*raised = (struct raised){ .count = 0 };
	return (payers_raise(&paying->payers, &raising, raised) &&
		       purses_raise(&paying->purses, &raising, raised) &&
		       notice_raise_main(&raising, &subject->account, &subject->balance,
			       payment->after.micros, raised)) ||
		settling_out_of_memory(settling);
}

bool
settling_charge(struct settling *settling)
{
	const struct falling falling = settling->lines[0];
	struct paying paying;
	struct payment payment;
	struct posted posted;
	struct raised raised;
	if (!find_paying(settling, &falling, &paying))
		return false;
	if (pay_line(settling, &falling, &paying, &payment) != PAY_DONE)
		return settling_refuse(settling, TEXT("OVERFLOW"));
	if (purses_begin(settling->call, &settling->subject.account, &paying.purses,
		    &settling->end) == HAS_ENDED)
		return false;
	size_t records = RECORDS_BESIDES + 2 * paying.payers.count + paying.purses.count +
		paying.purses.begun;
	if (!raise_notices(settling, &falling, &paying, &payment, &raised))
		return false;
	records += raised.count;
	if (!posted_begin(&posted, settling->call->arena, records))
		return settling_out_of_memory(settling);
	settling->lines++;
	settling->line_count--;
	struct entry entry = {
		.kind = ENTRY_DUE,
		.at_ms = falling.at_ms,
		.event = pack_event(settling, falling.line),
		.answer = pack_answer(settling, &falling, &paying, &payment, &raised),
	};
	if (entry.event.size == 0 || entry.answer.size == 0)
		return settling_out_of_memory(settling);
	return add_payments(settling, &posted, &paying, &payment) &&
		note_charged(settling, &falling) && settling_add_agenda(settling, &posted) &&
		(notice_post(&raised, settling->call, &posted) ||
			settling_out_of_memory(settling)) &&
		settling_append(settling, &posted, &entry);
}
