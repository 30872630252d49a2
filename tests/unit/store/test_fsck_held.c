/*
 * fsck holds what balances and counters hold against the sessions that hold it: forged entries, with
 * right checksums, behind the end of a journal.
 */
#include "fsck_case.h"

#include "../../../store/session_record.h"

enum { HELD = 750000, COUNTED = 60 };

/* An entry that opens a session with the balance and the counter that it holds of, and its timer. */
struct forged {
	struct entry entry;
	struct record_key keys[4];
	uint8_t places[3][200];
	struct effect effects[4];
};

static void
forged_effect(struct forged *forged, size_t index, struct bytes value)
{
	forged->effects[index] = (struct effect){ .table = forged->keys[index].table,
		.key = { forged->keys[index].data, forged->keys[index].size },
		.value = value };
}

static struct bytes
session_value(struct forged *forged, int64_t held, int64_t counted)
{
	static const struct session session = {
		.subscription = TEXT("S1"), .account = TEXT("A1"), .part_count = 1
	};
	const struct session_part part = { .id = TEXT("voice"),
		.service = TEXT("voice"),
		.to = TEXT(""),
		.hold_count = held > 0,
		.counter_count = 1 };
	const struct session_hold hold = { TEXT("spring"), held, false };
	const struct session_counter counter = {
		.package = TEXT("p"), .allowance = TEXT("a"), .cycle = 3, .held = counted
	};
	struct field_writer writer = fields_into(forged->places[2], sizeof forged->places[2]);
	session_write(&writer, &session);
	session_identity_write(&writer, &session, &part);
	session_progress_write(&writer, &part, &hold, &counter);
	return fields_written(&writer);
}

/* What the balance and the counter hold, and what the session says that it holds of them. */
struct holds {
	int64_t balance, counter;
	int64_t by_balance, by_counter;
};

static void
append_session(struct holds holds)
{
	const struct balance balance = { .held = holds.balance,
		.kind = BALANCE_GIFT,
		.unit = TEXT("CNY"),
		.span = SPAN_ALWAYS };
	struct forged forged;
	struct field_writer writer = fields_into(forged.places[0], sizeof forged.places[0]);
	load_row();
	forged.entry = forged_entry();
	key_of_balance(&forged.keys[0], TEXT("A1"), TEXT("spring"));
	key_of_counter(&forged.keys[1],
		&(struct counter_key){ TEXT("S1"), false, TEXT("p"), TEXT("a"), 3 });
	key_of_session(&forged.keys[2], TEXT("S1"), TEXT("s"));
	balance_write(&writer, &balance);
	forged_effect(&forged, 0, fields_written(&writer));
	forged_effect(
		&forged, 1, counter_write(forged.places[1], (struct counter){ 0, holds.counter }));
	forged_effect(&forged, 2, session_value(&forged, holds.by_balance, holds.by_counter));
	const struct timer_key timer = { 0, TIMER_SESSION,
		{ forged.keys[2].data, forged.keys[2].size } };
	key_of_timer(&forged.keys[3], &timer);
	forged_effect(&forged, 3, TIMER_VALUE);
	forged.entry.kind = ENTRY_SESSION;
	forged.entry.effects = forged.effects;
	forged.entry.effect_count = 4;
	row_append(&row, &forged.entry);
	save_row();
}

static void
what_a_session_says_it_holds_is_held(void **state)
{
	(void)state;
	append_session((struct holds){ HELD, COUNTED, HELD, COUNTED });
	assert_clean();
}

static void
balance_that_holds_more_than_its_sessions_is_found(void **state)
{
	(void)state;
	append_session((struct holds){ HELD + 1, COUNTED, HELD, COUNTED });
	assert_found_alone("held_sum");
}

static void
counter_that_holds_less_than_its_sessions_is_found(void **state)
{
	(void)state;
	append_session((struct holds){ HELD, COUNTED - 1, HELD, COUNTED });
	assert_found_alone("held_sum");
}

static void
session_that_holds_of_nobody_is_found(void **state)
{
	(void)state;
	append_session((struct holds){ 0, 0, HELD, COUNTED });
	assert_found_alone("held_sum");
}

static void
hold_of_another_record_than_the_session_says_is_found(void **state)
{
	(void)state;
	append_session((struct holds){ COUNTED, HELD, HELD, COUNTED });
	assert_found_alone("held_sum");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OF(killed, what_a_session_says_it_holds_is_held),
		OF(killed, balance_that_holds_more_than_its_sessions_is_found),
		OF(killed, counter_that_holds_less_than_its_sessions_is_found),
		OF(killed, session_that_holds_of_nobody_is_found),
		OF(killed, hold_of_another_record_than_the_session_says_is_found),
	};
	return cmocka_run_group_tests(tests, make_bases, remove_bases);
}
