/* Sessions. */
#include "sample_records.h"

static void
what_a_session_holds_of_another_account_is_read_as_written(void **state)
{
	(void)state;
	const struct bytes key = bytes_of_text((struct text){ KEY("07715510000\0s1") });
	const struct session session = { .subscription = TEXT("line-1"),
		.account = TEXT("account-1"),
		.expires_ms = 1000,
		.timer_ms = 1000,
		.part_count = 1 };
	const struct session_part part = {
		.id = TEXT("voice"), .service = TEXT("voice"), .hold_count = 3
	};
	const struct session_hold holds[] = { { TEXT("main"), 5, false },
		{ TEXT("gift"), 6, false }, { TEXT("boss"), 7, true } };
	struct field_writer writer = start();
	session_write(&writer, &session);
	session_identity_write(&writer, &session, &part);
	session_progress_write(&writer, &part, holds, NULL);
	struct bytes value = fields_written(&writer);
	assert_true(record_is_valid(TABLE_SESSION, key, value));
	struct session read = session_read(value);
	struct session_part it = session_part_read(&read.parts, &read);
	assert_int_equal(it.hold_count, 3);
	for (size_t i = 0; i < 3; i++) {
		struct session_hold hold = session_hold_read(&it.holds);
		struct record_key made, wanted;
		assert_true(text_equal(hold.balance, holds[i].balance));
		assert_true(hold.amount == holds[i].amount && hold.by_payer == holds[i].by_payer);
		key_of_hold(&made, read.account, &hold);
		key_of_balance(&wanted, hold.by_payer ? TEXT("boss") : TEXT("account-1"),
			hold.by_payer ? TEXT("main") : hold.balance);
		assert_true(bytes_equal((struct bytes){ made.data, made.size },
			(struct bytes){ wanted.data, wanted.size }));
	}
}

static void
units_of_a_balance_are_counted_with_the_place_from_which_they_were_taken(void **state)
{
	(void)state;
	const struct session session = {
		.subscription = TEXT("line-1"), .account = TEXT("account-1"), .part_count = 1
	};
	const struct session_part part = {
		.id = TEXT("voice"), .service = TEXT("voice"), .counter_count = 2
	};
	const struct session_counter counters[] = {
		{ .package = SESSION_OWN_UNITS,
			.allowance = TEXT("pack"),
			.since = INT64_C(1) << 40,
			.used = 60,
			.held = 120 },
		{ .package = TEXT("p"), .allowance = TEXT("pack"), .cycle = 20500, .used = 1 },
	};
	struct field_writer writer = start();
	session_write(&writer, &session);
	session_identity_write(&writer, &session, &part);
	session_progress_write(&writer, &part, NULL, counters);
	struct bytes value = fields_written(&writer);
	struct session read = session_read(value);
	struct session_part it = session_part_read(&read.parts, &read);
	struct session_counter own = session_counter_read(&it.counters);
	struct session_counter other = session_counter_read(&it.counters);
	struct record_key made, wanted;
	assert_true(own.since == INT64_C(1) << 40 && own.cycle == 0);
	assert_true(own.used == 60 && own.held == 120);
	key_of_session_counter(&made, &read, &own);
	key_of_balance(&wanted, TEXT("account-1"), TEXT("pack"));
	assert_int_equal(made.table, TABLE_BALANCE);
	assert_true(bytes_equal((struct bytes){ made.data, made.size },
		(struct bytes){ wanted.data, wanted.size }));
	assert_true(other.since == 0 && other.cycle == 20500);
	key_of_session_counter(&made, &read, &other);
	assert_int_equal(made.table, TABLE_COUNTER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_session_holds_of_another_account_is_read_as_written),
		cmocka_unit_test(
			units_of_a_balance_are_counted_with_the_place_from_which_they_were_taken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
