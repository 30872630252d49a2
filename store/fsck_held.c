/*
 * What is held (see fsck.h): an entry changes what balances and counters hold by just as much as it
 * changes what open sessions say they hold of them. As both begin with nothing, what is held is what
 * the open sessions hold.
 *
 * Of a session only a sum is remembered: each amount times the hash of the record that it is held
 * of. So no value need be kept, and an amount that is held of the wrong record is found too.
 */
#include "fsck_parts.h"

#include "session_record.h"

static uint64_t
weight(const struct record_key *key)
{
	return fsck_record_key(key->table, (struct bytes){ key->data, key->size }).low;
}

static uint64_t
held_by_part(const struct session *session, struct session_part part)
{
	struct record_key key;
	uint64_t sum = 0;
	for (unsigned i = 0; i < part.hold_count; i++) {
		struct session_hold hold = session_hold_read(&part.holds);
		key_of_hold(&key, session->account, &hold);
		sum += (uint64_t)hold.amount * weight(&key);
	}
	for (unsigned i = 0; i < part.counter_count; i++) {
		struct session_counter counter = session_counter_read(&part.counters);
		key_of_session_counter(&key, session, &counter);
		sum += (uint64_t)counter.held * weight(&key);
	}
	return sum;
}

uint64_t
fsck_held(const struct effect *effect)
{
	uint64_t sum = 0;
	if (effect->value.size == 0)
		return 0;
	if (effect->table == TABLE_BALANCE)
		return (uint64_t)balance_read(effect->value).held;
	if (effect->table == TABLE_COUNTER)
		return (uint64_t)counter_read(effect->value).held;
	if (effect->table != TABLE_SESSION)
		return 0;
	struct session session = session_read(effect->value);
	for (unsigned i = 0; i < session.part_count; i++) {
		struct session_part part = session_part_read(&session.parts, &session);
		sum += held_by_part(&session, part);
	}
	return sum;
}

uint64_t
fsck_held_change(const struct effect *effect, struct hash128 key, uint64_t before)
{
	uint64_t change = fsck_held(effect) - before;
	return effect->table == TABLE_SESSION ? -change : change * key.low;
}
