/* Timers, as fsck holds them against what they are about (see fsck.h). */
#include "fsck_parts.h"
#include "record_agenda.h"
#include "record_customer.h"

#include "../engine/base/must.h"

/* Whose timer it is, as a table. */
static uint8_t
table_of_owner(enum timer_kind kind)
{
	switch (kind) {
	case TIMER_BALANCE:
		return TABLE_BALANCE;
	case TIMER_SESSION:
		return TABLE_SESSION;
	case TIMER_SUBSCRIPTION:
		return TABLE_AGENDA;
	case TIMER_AGREEMENT:
		return TABLE_CUSTOMER;
	case TIMER_NOTICE:
	case TIMER_RELEASE:
		break;
	}
	return 0;
}

void
fsck_timer(struct fsck *fsck, const struct effect *effect, bool was_set)
{
	struct timer_key timer;
	if (effect->table != TABLE_TIMER || !key_is_of_timer(effect->key, &timer))
		return;
	struct fsck_record *owner = fsck_records_find(
		&fsck->records, fsck_record_key(table_of_owner(timer.kind), timer.owner));
	if (owner != NULL)
		owner->timers = (int16_t)(owner->timers + (effect->value.size > 0) - was_set);
}

bool
fsck_needs_timer(const struct effect *effect)
{
	if (effect->value.size == 0)
		return false;
	if (effect->table == TABLE_SESSION)
		return true;
	if (effect->table == TABLE_AGENDA)
		return agenda_next_ms(effect->value) != INT64_MAX;
	if (effect->table == TABLE_CUSTOMER)
		return customer_soon_ms(effect->value) != INT64_MAX;
	if (effect->table != TABLE_BALANCE)
		return false;
	const struct balance balance = balance_read(effect->value);
	return balance.span.till_ms != INT64_MAX && (balance.amount != 0 || balance.held != 0);
}

void
fsck_timers(struct fsck *fsck)
{
	char where[FSCK_WHERE_MAX];
	must(fsck->records.count <= fsck->records.room);
	for (size_t i = 0; fsck->gap_count == 0 && i < fsck->records.room; i++) {
		const struct fsck_record *record = &fsck->records.slots[i];
		bool is_wrong = record->timers > 1 || (record->needs_timer && record->timers < 1);
		if (record->newest == 0 || !record->is_whole || !is_wrong)
			continue;
		fsck_where_changed(fsck, record->newest & ~(uint64_t)FLAGS, record->key, where);
		fsck_found(fsck, FSCK_TIMER_MISSING, where,
			record->timers > 1 ? "It has two timers."
					   : "It is to end, and has no timer.");
	}
}
