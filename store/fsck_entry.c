/*
 * The entries of a frame, as fsck looks at them (see fsck.h): each for itself, and what it says of
 * the records that it changes.
 */
#include "fsck_parts.h"

#include "../engine/base/instant.h"
#include "../engine/base/must.h"
#include "../engine/base/zoneinfo.h"

#include <inttypes.h>

/* An entry that is being looked at. */
struct looked {
	struct fsck *fsck;
	uint64_t position;
	const struct entry *entry;
	struct hash128 keys[ENTRY_EFFECTS_MAX]; /* of the records it changes */
	int64_t sums[ENTRY_EFFECTS_MAX];        /* of the postings on each */
	bool existed[ENTRY_EFFECTS_MAX];        /* before the entry */
	uint64_t held;                          /* see fsck_held_change: 0 at the end */
	bool holds_unknown;
	uint64_t members; /* see fsck_members: 0 at the end */
	bool members_unknown;
};

static void
found(const struct looked *looked, enum fsck_name name, const struct effect *effect,
	const char *what)
{
	char where[FSCK_WHERE_MAX];
	char record[FSCK_WHERE_MAX];
	fsck_where(looked->fsck, looked->position, where);
	if (effect == NULL) {
		fsck_found(looked->fsck, name, where, "%s", what);
		return;
	}
	fsck_where_record(effect->table, effect->key, record);
	fsck_found(looked->fsck, name, where, "%s: %.600s.", what, record);
}

/* ---- postings ---- */

static bool
is_counted(const struct effect *effect)
{
	return effect->table == TABLE_BALANCE || effect->table == TABLE_COUNTER ||
		effect->table == TABLE_REFUND;
}

static bool
has_unit(const struct effect *effect, struct text unit)
{
	if (effect->table != TABLE_BALANCE || effect->value.size == 0)
		return true;
	return text_equal(balance_read(effect->value).unit, unit);
}

/* The postings on the effect of this index; false if their sum overflows. */
static bool
sum_postings(struct looked *looked, const struct effect *effect, size_t index)
{
	struct bytes rest = looked->entry->posting_bytes;
	struct posting posting = { 0 };
	looked->sums[index] = 0;
	while (posting_next(&rest, &posting)) {
		if (posting.side == POSTING_BOOK || posting.side != index)
			continue;
		if (!is_counted(effect))
			found(looked, FSCK_POSTING_SIDE, effect,
				"A posting moves a record that has no amount");
		else if (!has_unit(effect, posting.unit))
			found(looked, FSCK_POSTING_UNIT, effect,
				"A posting is in another unit than its balance");
		if (__builtin_add_overflow(
			    looked->sums[index], posting.amount, &looked->sums[index]))
			return false;
	}
	return true;
}

/* ---- records ---- */

static int64_t
amount_of(const struct effect *effect)
{
	if (effect->value.size == 0 || !is_counted(effect))
		return 0;
	return effect->table == TABLE_BALANCE   ? balance_read(effect->value).amount
		: effect->table == TABLE_REFUND ? refund_record_read(effect->value).money.micros
						: load_i64(effect->value.data);
}

/* Does the effect name the entry that changed its record before? */
static bool
follows(const struct looked *looked, const struct fsck_record *record, const struct effect *effect)
{
	uint64_t newest = record->newest & ~(uint64_t)FLAGS;
	uint64_t previous = effect->previous;
	if (newest != 0 && previous == newest)
		return true;
	/* A record that is not there has no history, or one that was forgotten with it. */
	if (previous == 0)
		return (record->newest & NEWEST_EXISTS) == 0;
	return previous < looked->position && previous > newest &&
		!fsck_is_on_disk(looked->fsck, previous);
}

/* Does the journal on the disk say what the record was before? What is new had nothing. */
static bool
knows_before(const struct fsck_record *record, const struct effect *effect)
{
	return effect->previous == 0 ||
		((record->newest & NEWEST_COUNTED) != 0 &&
			effect->previous == (record->newest & ~(uint64_t)FLAGS));
}

/* Is the amount what it was and the postings on it? Only where it is known what it was. */
static void
check_amount(const struct looked *looked, const struct fsck_record *record,
	const struct effect *effect, size_t index)
{
	int64_t before = effect->previous == 0 ? 0 : record->amount;
	int64_t after;
	if (!knows_before(record, effect))
		return;
	if (__builtin_add_overflow(before, looked->sums[index], &after) ||
		after != amount_of(effect))
		found(looked, FSCK_BALANCE_SUM, effect,
			"The new amount is not the one before and the postings on it");
}

/*
 * Are the day and the entry of an earlier day of a balance what they were, touched by this entry
 * (balance_touch)? One that was only put has neither.
 */
static void
check_day(
	const struct looked *looked, const struct fsck_record *record, const struct effect *effect)
{
	const struct balance after = balance_read(effect->value);
	const uint32_t today = (uint32_t)floor_divide(looked->entry->made_ms, DAY_MS);
	bool is_known = knows_before(record, effect);
	bool is_new = effect->previous == 0;
	struct balance touched = { .day = is_new ? 0 : record->day, .earlier = record->earlier };
	bool is_only_put = after.day == 0 && after.earlier == 0 && (!is_known || touched.day == 0);
	balance_touch(&touched, effect->previous, today);
	bool is_touched = after.day == today &&
		(is_known ? after.earlier == touched.earlier : after.earlier <= effect->previous);
	if (!is_only_put && !is_touched)
		found(looked, FSCK_BALANCE_DAY, effect,
			"The balance has another day than the entry, or not the right entry of an earlier day");
}

static void
check_amounts(const struct looked *looked, const struct fsck_record *record,
	const struct effect *effect, size_t index)
{
	if (is_counted(effect))
		check_amount(looked, record, effect, index);
	if (effect->table == TABLE_BALANCE && effect->value.size > 0)
		check_day(looked, record, effect);
}

/* What was in force before the entry was made stays as it was. */
static void
check_activation(const struct looked *looked, const struct effect *effect)
{
	int64_t at_ms;
	if (effect->table == TABLE_SETTING && key_is_of_activation(effect->key, &at_ms) &&
		at_ms < looked->entry->made_ms)
		found(looked, FSCK_ACTIVATION_PAST, effect,
			"The entry changes what was in force before it was made");
}

/* What the record is after this entry. */
static void
remember(const struct looked *looked, struct fsck_record *record, const struct effect *effect,
	bool is_sound)
{
	bool exists = effect->value.size > 0;
	bool is_applied = looked->position < looked->fsck->meta.applied.position;
	record->is_whole |= record->newest == 0 && effect->previous == 0;
	uint64_t ended = (record->newest & NEWEST_ENDED) |
		(!is_applied && !exists ? NEWEST_ENDED : 0);
	record->newest = looked->position | ended | (exists ? NEWEST_EXISTS : 0) |
		(is_sound ? NEWEST_COUNTED : 0);
	record->amount = is_sound ? amount_of(effect) : 0;
	record->needs_timer = is_sound && fsck_needs_timer(effect);
	record->held = is_sound ? fsck_held(effect) + fsck_members(effect) : 0;
	record->day = 0;
	record->earlier = 0;
	if (is_sound && exists && effect->table == TABLE_BALANCE) {
		const struct balance balance = balance_read(effect->value);
		record->day = balance.day;
		record->earlier = balance.earlier;
	}
	if (is_applied) {
		record->applied = looked->position | (exists ? APPLIED_EXISTS : 0);
		record->value_hash = hash64(effect->value.data, effect->value.size, effect->table);
	}
}

static bool
is_of_members(const struct effect *effect)
{
	return effect->table == TABLE_SUBSCRIPTION || effect->table == TABLE_MEMBER ||
		effect->table == TABLE_TALLY;
}

/* What the entry changes of what is held, and of who is a member, as far as it is known what was. */
static void
sum_held(struct looked *looked, const struct fsck_record *record, const struct effect *effect,
	struct hash128 key)
{
	bool is_new = effect->previous == 0;
	uint64_t before = is_new ? 0 : record->held;
	bool is_known = is_new || knows_before(record, effect);
	if (is_of_members(effect)) {
		looked->members += fsck_members(effect) - before;
		looked->members_unknown |= !is_known;
	} else if (is_known) {
		looked->held += fsck_held_change(effect, key, before);
	} else if (is_counted(effect) || effect->table == TABLE_SESSION) {
		looked->holds_unknown = true;
	}
}

static enum status
check_effect(struct looked *looked, const struct effect *effect, size_t index, struct fault *fault)
{
	struct fsck *fsck = looked->fsck;
	bool is_sound = record_is_valid(effect->table, effect->key, effect->value);
	looked->keys[index] = fsck_record_key(effect->table, effect->key);
	for (size_t other = 0; other < index; other++) {
		if (looked->keys[other].low == looked->keys[index].low &&
			looked->keys[other].high == looked->keys[index].high) {
			found(looked, FSCK_RECORD_TWICE, effect,
				"The entry changes a record twice");
			return STATUS_OK;
		}
	}
	if (!is_sound)
		found(looked, FSCK_RECORD_MALFORMED, effect,
			"The entry writes a record that is not well-formed");
	struct fsck_record *record = fsck_records_take(&fsck->records, looked->keys[index]);
	if (record == NULL)
		return fault_set(fault, STATUS_MEMORY,
			"no memory to hold what the journal says of its %zu records",
			fsck->records.count);
	if (is_sound && !sum_postings(looked, effect, index))
		found(looked, FSCK_BALANCE_SUM, effect, "The postings are too large to be summed");
	else if (!follows(looked, record, effect))
		found(looked, FSCK_PREVIOUS_CHAIN, effect,
			"The effect does not name the entry that changed its record before");
	else if (is_sound)
		check_amounts(looked, record, effect, index);
	if (is_sound)
		sum_held(looked, record, effect, looked->keys[index]);
	else
		looked->holds_unknown = looked->members_unknown = true;
	check_activation(looked, effect);
	looked->existed[index] = (record->newest & NEWEST_EXISTS) != 0;
	if (is_sound && looked->position >= fsck->meta.applied.position &&
		fsck_release(fsck, effect, true, fault) != STATUS_OK)
		return STATUS_MEMORY;
	remember(looked, record, effect, is_sound);
	return STATUS_OK;
}

/* ---- refunds ---- */

/*
 * Is what the refund moves on its record of that index no more than the charge has moved, the other
 * way? What it says was given back of the charge in all, is no more than that took from its balances.
 */
static bool
is_within(const struct looked *looked, const struct fsck_taken *taken, const struct effect *effect,
	size_t index)
{
	int64_t given = looked->sums[index], moved = taken->moved[index];
	if (effect->table == TABLE_REFUND)
		return amount_of(effect) <= taken->paid;
	return taken->changes[index] &&
		(moved > 0 ? given <= 0 && given >= -moved : given >= 0 && given <= -moved);
}

/* The effect that says of which charge it is; how many there are. */
static unsigned
find_refund(const struct entry *entry, struct effect *refund)
{
	struct bytes rest = entry->effect_bytes;
	struct effect effect;
	unsigned count = 0;
	while (effect_next(&rest, &effect)) {
		if (effect.table != TABLE_REFUND)
			continue;
		*refund = effect;
		count++;
	}
	return count;
}

/* A refund changes what its charge has changed. Of a charge that can't be read nothing is known. */
static void
check_refund(const struct looked *looked)
{
	struct fsck *fsck = looked->fsck;
	struct effect refund, effect;
	struct fsck_taken taken;
	struct entry charge;
	uint64_t position;
	bool is_refund = looked->entry->kind == ENTRY_REFUND;
	if (find_refund(looked->entry, &refund) != (is_refund ? 1 : 0)) {
		found(looked, FSCK_ENTRY_KIND, NULL,
			is_refund ? "A refund does not say of which charge it is."
				  : "What is no refund says what was given back of a charge.");
		return;
	}
	if (!is_refund || !key_is_of_refund(refund.key, &position) || position < fsck->first ||
		fsck_in_gap(fsck, position))
		return;
	if (position >= looked->position ||
		journal_read(&fsck->place, position, &fsck->charge, &charge, NULL) != STATUS_OK ||
		!entry_charges(&charge)) {
		found(looked, FSCK_REFUND_CHARGE, &refund, "A refund is of no charge");
		return;
	}
	enum fsck_known known = fsck_taken_of(fsck, looked->entry, &charge, &taken);
	if (known == FSCK_WRONG)
		found(looked, FSCK_REFUND_CHARGE, &refund, "A refund is of no charge");
	if (known != FSCK_KNOWN)
		return;
	struct bytes rest = looked->entry->effect_bytes;
	for (size_t i = 0; effect_next(&rest, &effect); i++) {
		if (is_counted(&effect) &&
			record_is_valid(effect.table, effect.key, effect.value) &&
			!is_within(looked, &taken, &effect, i))
			found(looked, FSCK_REFUND_OVER, &effect,
				"More is given back than the charge has taken");
	}
}

/* ---- timers ---- */

/* Whose they are may stand behind them in the entry. */
static void
count_timers(const struct looked *looked)
{
	struct bytes rest = looked->entry->effect_bytes;
	struct effect effect;
	for (size_t i = 0; effect_next(&rest, &effect); i++)
		fsck_timer(looked->fsck, &effect, looked->existed[i]);
}

/* ---- entries ---- */

static enum status
check_entry(struct fsck *fsck, const struct frame *frame, uint64_t position,
	const struct entry *entry, struct fault *fault)
{
	struct looked looked = { .fsck = fsck, .position = position, .entry = entry };
	struct bytes rest = entry->effect_bytes;
	struct effect effect;
	enum status status = STATUS_OK;
	if (entry->kind == ENTRY_REFUSAL && entry->effect_count + entry->posting_count > 0)
		found(&looked, FSCK_ENTRY_KIND, NULL, "A refusal changes something.");
	if (entry->made_ms > frame->time_ms || entry->made_ms < fsck->made_ms)
		found(&looked, FSCK_ENTRY_TIME, NULL,
			"The entry was made before the one before it, or after its frame was closed.");
	else
		fsck->made_ms = entry->made_ms;
	if (!entry_is_balanced(entry))
		found(&looked, FSCK_POSTINGS_UNBALANCED, NULL,
			"The postings of the entry do not sum to zero.");
	for (size_t i = 0; status == STATUS_OK && effect_next(&rest, &effect); i++)
		status = check_effect(&looked, &effect, i, fault);
	if (looked.held != 0 && !looked.holds_unknown)
		found(&looked, FSCK_HELD_SUM, NULL,
			"What balances and counters hold changes otherwise than what sessions hold of them.");
	if (looked.members != 0 && !looked.members_unknown)
		found(&looked, FSCK_MEMBERS, NULL,
			"What groups have of their members changes otherwise than what these hold by them.");
	if (status == STATUS_OK)
		count_timers(&looked);
	check_refund(&looked);
	if (status == STATUS_OK && entry->id.size > 0)
		status = fsck_entry_id(fsck, position, entry, fault);
	fsck->report.entries++;
	fsck->report.effects += entry->effect_count;
	return status;
}

/* The size that an entry gives itself, if it can be one of the rest; else all of the rest. */
static size_t
size_of_entry(struct bytes rest)
{
	if (rest.size < ENTRY_HEADER_BYTES)
		return rest.size;
	size_t size = load_u32(rest.data);
	return size < ENTRY_HEADER_BYTES || size % 8 != 0 || size > rest.size ? rest.size : size;
}

enum status
fsck_frame(struct fsck *fsck, const struct frame *frame, struct bytes bytes, struct fault *fault)
{
	char where[FSCK_WHERE_MAX];
	size_t offset = FRAME_HEADER_BYTES;
	uint32_t count = 0;
	must(bytes.size == frame->size);
	for (; count < frame->count && offset < frame->size; count++) {
		struct bytes rest = { bytes.data + offset, bytes.size - offset };
		uint64_t position = frame->position + offset;
		struct entry entry;
		struct fault why;
		size_t size;
		enum status status;
		if (entry_decode(rest, frame_key(frame->folder), &entry, &size, &why) ==
			STATUS_OK) {
			status = check_entry(fsck, frame, position, &entry, fault);
		} else {
			size = size_of_entry(rest);
			fsck_where(fsck, position, where);
			fsck_found(fsck, FSCK_ENTRY_MALFORMED, where, "An entry can't be read: %s.",
				why.text);
			status = fsck_gap_add(fsck, position, position + size, fault);
		}
		if (status != STATUS_OK)
			return status;
		offset += size;
	}
	if (count == frame->count && offset == frame->size)
		return STATUS_OK;
	fsck_where(fsck, frame->position, where);
	fsck_found(fsck, FSCK_FRAME_ENTRIES, where,
		"The frame's %u entries do not add up to its %u bytes.", frame->count, frame->size);
	return STATUS_OK;
}
