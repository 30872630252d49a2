/*
 * What a charge has taken of the records that its refund changes (see fsck_parts.h). A session is one
 * charge: what all its requests took, from the one that closed it back to the first; each names the
 * one that changed the session's record before.
 */
#include "fsck_parts.h"

#include <string.h>

/* What the postings of an entry move on a record; *changes: it changes that. False: too much. */
static bool
moved_by(const struct entry *entry, const struct effect *wanted, int64_t *moved, bool *changes)
{
	struct bytes effects = entry->effect_bytes, postings = entry->posting_bytes;
	struct effect effect;
	struct posting posting = { 0 };
	size_t index = 0;
	while (effect_next(&effects, &effect)) {
		if (effect.table == wanted->table && bytes_equal(effect.key, wanted->key))
			break;
		index++;
	}
	*changes = index < entry->effect_count;
	*moved = 0;
	while (*changes && posting_next(&postings, &posting)) {
		if (posting.side == index && __builtin_add_overflow(*moved, posting.amount, moved))
			return false;
	}
	return true;
}

static bool
is_money(const struct effect *effect)
{
	return effect->table == TABLE_BALANCE && effect->value.size > 0 &&
		balance_read(effect->value).kind != BALANCE_UNITS;
}

/* What an entry took from balances of money. */
static bool
add_paid(const struct entry *entry, struct fsck_taken *taken)
{
	struct bytes rest = entry->effect_bytes;
	struct effect effect;
	bool changes, fits = true;
	while (fits && effect_next(&rest, &effect)) {
		int64_t moved;
		if (is_money(&effect))
			fits = moved_by(entry, &effect, &moved, &changes) &&
				!__builtin_sub_overflow(taken->paid, moved, &taken->paid);
	}
	return fits;
}

static bool
add_entry(const struct entry *refund, const struct entry *entry, struct fsck_taken *taken)
{
	struct bytes rest = refund->effect_bytes;
	struct effect effect;
	bool fits = add_paid(entry, taken);
	for (size_t i = 0; fits && effect_next(&rest, &effect); i++) {
		int64_t moved;
		bool changes;
		fits = moved_by(entry, &effect, &moved, &changes) &&
			!__builtin_add_overflow(taken->moved[i], moved, &taken->moved[i]);
		taken->changes[i] |= fits && changes;
	}
	return fits;
}

/* The effect of an entry on a session's record. */
static bool
find_session(const struct entry *entry, struct effect *effect)
{
	struct bytes rest = entry->effect_bytes;
	while (effect_next(&rest, effect)) {
		if (effect->table == TABLE_SESSION)
			return true;
	}
	return false;
}

enum fsck_known
fsck_taken_of(struct fsck *fsck, const struct entry *refund, const struct entry *charge,
	struct fsck_taken *taken)
{
	struct entry entry = *charge;
	struct effect session;
	memset(taken, 0, sizeof *taken);
	if (entry.kind != ENTRY_SESSION)
		return add_entry(refund, &entry, taken) ? FSCK_KNOWN : FSCK_WRONG;
	/* What did not close the session is no charge. */
	if (!find_session(&entry, &session) || session.value.size > 0)
		return FSCK_WRONG;
	for (;;) {
		if (!add_entry(refund, &entry, taken))
			return FSCK_WRONG;
		if (session.previous == 0)
			return FSCK_KNOWN;
		if (session.previous < fsck->first || fsck_in_gap(fsck, session.previous) ||
			journal_read(&fsck->place, session.previous, &fsck->charge, &entry, NULL) !=
				STATUS_OK)
			return FSCK_UNKNOWN;
		if (!find_session(&entry, &session))
			return FSCK_WRONG;
		if (session.value.size == 0)
			return FSCK_KNOWN; /* another of the same name, which was closed before */
	}
}
