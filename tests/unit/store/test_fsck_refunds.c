/*
 * fsck holds refunds against the charges that they name: forged ones, with right checksums, behind
 * the end of a journal.
 */
#include "fsck_case.h"

#include "../../../store/session_record.h"

static bool
is_charge(const struct spot *spot)
{
	return spot->entry.kind == ENTRY_CHARGE && spot->entry.posting_count > 0;
}

static bool
is_topup(const struct spot *spot)
{
	return spot->entry.kind == ENTRY_TOPUP;
}

/* What a charge took from its balance, whose effect is the first. */
static int64_t
taken_by(const struct spot *spot)
{
	struct bytes rest = spot->entry.posting_bytes;
	struct posting posting = { 0 };
	int64_t taken = 0;
	while (posting_next(&rest, &posting))
		taken -= posting.side == 0 ? posting.amount : 0;
	return taken;
}

/* An entry that says what was given back of a charge, or of two. */
struct forged {
	struct entry entry;
	struct record_key keys[2];
	uint8_t places[2][24];
	struct effect effects[3];
	struct posting postings[4];
};

static void
forged_begin(struct forged *forged)
{
	memset(forged, 0, sizeof *forged);
	forged->entry = forged_entry();
	forged->entry.kind = ENTRY_REFUND;
	forged->entry.effects = forged->effects;
	forged->entry.postings = forged->postings;
}

static void
forged_post(struct forged *forged, int64_t amount, const char *unit)
{
	struct entry *entry = &forged->entry;
	struct posting *posting = &forged->postings[entry->posting_count];
	struct text name = { unit, strlen(unit) };
	posting[0] = (struct posting){
		.side = (uint8_t)(entry->effect_count - 1), .amount = amount, .unit = name
	};
	posting[1] = (struct posting){
		.side = POSTING_BOOK, .book = TEXT("refunded"), .amount = -amount, .unit = name
	};
	entry->posting_count += 2;
}

static void
forged_give(struct forged *forged, uint64_t charge, int64_t micros, int64_t posted)
{
	size_t index = forged->entry.effect_count++;
	struct field_writer writer = fields_into(
		forged->places[index], sizeof forged->places[index]);
	const struct refund_record refund = { { micros }, 1, { 0 } };
	key_of_refund(&forged->keys[index], charge);
	refund_record_write(&writer, &refund);
	forged->effects[index] = (struct effect){ .table = TABLE_REFUND,
		.key = { forged->keys[index].data, forged->keys[index].size },
		.value = fields_written(&writer) };
	if (posted != 0)
		forged_post(forged, posted, "CNY");
}

static void
append(const struct forged *forged)
{
	row_append(&row, &forged->entry);
	save_row();
}

static void
what_was_taken_may_be_given_back_whole(void **state)
{
	(void)state;
	struct forged forged;
	struct spot charge;
	load_row();
	assert_true(row_find(&row, &chance, is_charge, &charge));
	forged_begin(&forged);
	forged_give(&forged, charge.position, taken_by(&charge), taken_by(&charge));
	append(&forged);
	assert_clean();
}

static void
more_than_was_taken_is_found(void **state)
{
	(void)state;
	struct forged forged;
	struct spot charge;
	load_row();
	assert_true(row_find(&row, &chance, is_charge, &charge));
	forged_begin(&forged);
	forged_give(&forged, charge.position, taken_by(&charge) + 1, taken_by(&charge) + 1);
	append(&forged);
	assert_found_alone("refund_over");
}

static void
what_is_given_to_a_counter_that_nothing_took_from_is_found(void **state)
{
	(void)state;
	static const uint8_t value[8] = { 5 };
	struct forged forged;
	struct record_key key;
	struct spot charge;
	load_row();
	assert_true(row_find(&row, &chance, is_charge, &charge));
	key_of_counter(
		&key, &(struct counter_key){ TEXT("nobody"), false, TEXT("p"), TEXT("a"), 3 });
	forged_begin(&forged);
	forged_give(&forged, charge.position, 1, 1);
	forged.effects[forged.entry.effect_count++] = (struct effect){ .table = TABLE_COUNTER,
		.key = { key.data, key.size },
		.value = { value, sizeof value } };
	forged_post(&forged, 5, "second");
	append(&forged);
	assert_found_alone("refund_over");
}

static void
other_money_than_was_posted_is_found(void **state)
{
	(void)state;
	struct forged forged;
	struct spot charge;
	load_row();
	assert_true(row_find(&row, &chance, is_charge, &charge));
	forged_begin(&forged);
	forged_give(&forged, charge.position, taken_by(&charge), taken_by(&charge) - 1);
	append(&forged);
	assert_found_alone("balance_sum");
}

static void
refund_of_what_is_no_charge_is_found(void **state)
{
	(void)state;
	struct forged forged;
	struct spot topup;
	load_row();
	assert_true(row_find(&row, &chance, is_topup, &topup));
	forged_begin(&forged);
	forged_give(&forged, topup.position, 0, 0);
	append(&forged);
	assert_found_alone("refund_charge");
}

/*
 * Forged: a request of a session, which stays open or is closed; returns where it is. `previous` is
 * the one before, 0 for the first.
 */
static uint64_t
append_session(uint64_t previous, bool closes)
{
	uint8_t value[128];
	struct record_key key;
	struct field_writer writer = fields_into(value, sizeof value);
	const struct session session = { .subscription = TEXT("nobody"),
		.account = TEXT("nobody"),
		.number = 1,
		.part_count = 1 };
	const struct session_part part = {
		.id = TEXT("voice"), .service = TEXT("voice"), .to = TEXT("")
	};
	struct entry entry = forged_entry();
	entry.kind = ENTRY_SESSION;
	session_write(&writer, &session);
	session_identity_write(&writer, &session, &part);
	session_progress_write(&writer, &part, NULL, NULL);
	key_of_session(&key, TEXT("nobody"), TEXT("s"));
	const struct effect effect = { .table = TABLE_SESSION,
		.key = { key.data, key.size },
		.value = closes ? (struct bytes){ NULL, 0 } : fields_written(&writer),
		.previous = previous };
	entry.effects = &effect;
	entry.effect_count = 1;
	return row_append(&row, &entry)->frame.position + FRAME_HEADER_BYTES;
}

/* A session that took nothing, opened and closed; returns what is given back of it. */
static void
give_back_session(bool of_the_last, int64_t micros)
{
	struct forged forged;
	load_row();
	uint64_t first = append_session(0, false), last = append_session(first, true);
	forged_begin(&forged);
	forged_give(&forged, of_the_last ? last : first, micros, micros);
	append(&forged);
}

static void
a_session_may_be_given_back_by_what_closed_it(void **state)
{
	(void)state;
	give_back_session(true, 0);
	assert_clean();
}

static void
more_than_all_requests_of_a_session_took_is_found(void **state)
{
	(void)state;
	give_back_session(true, 1);
	assert_found_alone("refund_over");
}

static void
refund_of_a_session_by_what_did_not_close_it_is_found(void **state)
{
	(void)state;
	give_back_session(false, 0);
	assert_found_alone("refund_charge");
}

static void
refund_of_nothing_is_found(void **state)
{
	(void)state;
	struct forged forged;
	load_row();
	forged_begin(&forged);
	forged_give(&forged, row.end + 4096, 0, 0);
	append(&forged);
	assert_found_alone("refund_charge");
}

static void
refund_that_names_no_charge_or_two_is_found(void **state)
{
	(void)state;
	struct forged forged;
	struct spot charge, other;
	load_row();
	assert_true(row_find(&row, &chance, is_charge, &charge));
	do {
		assert_true(row_find(&row, &chance, is_charge, &other));
	} while (other.position == charge.position);
	forged_begin(&forged);
	row_append(&row, &forged.entry);
	forged_give(&forged, charge.position, 0, 0);
	forged_give(&forged, other.position, 0, 0);
	append(&forged);
	assert_found_alone("entry_kind");
	assert_int_equal(listed.count, 2);
}

static void
what_is_no_refund_and_says_so_is_found(void **state)
{
	(void)state;
	struct forged forged;
	struct spot charge;
	load_row();
	assert_true(row_find(&row, &chance, is_charge, &charge));
	forged_begin(&forged);
	forged.entry.kind = ENTRY_TOPUP;
	forged_give(&forged, charge.position, 1, 1);
	append(&forged);
	assert_found_alone("entry_kind");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OF(killed, what_was_taken_may_be_given_back_whole),
		OF(killed, more_than_was_taken_is_found),
		OF(killed, what_is_given_to_a_counter_that_nothing_took_from_is_found),
		OF(killed, other_money_than_was_posted_is_found),
		OF(killed, refund_of_what_is_no_charge_is_found),
		OF(killed, a_session_may_be_given_back_by_what_closed_it),
		OF(killed, more_than_all_requests_of_a_session_took_is_found),
		OF(killed, refund_of_a_session_by_what_did_not_close_it_is_found),
		OF(killed, refund_of_nothing_is_found),
		OF(killed, refund_that_names_no_charge_or_two_is_found),
		OF(killed, what_is_no_refund_and_says_so_is_found),
	};
	return cmocka_run_group_tests(tests, make_bases, remove_bases);
}
