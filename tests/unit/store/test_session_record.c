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

/* An attribute of each kind, a hold of each kind, a counter of its own and one of a group. */
static struct bytes
write_rich(struct field_writer *writer)
{
	static const struct session session = { .subscription = { "line-1", 6 },
		.account = { "account-1", 9 },
		.began_ms = 500,
		.expires_ms = 1000,
		.timer_ms = 900,
		.part_count = 1 };
	static const struct session_part part = { .id = { "talk", 4 },
		.service = { "voice", 5 },
		.to = { "020", 3 },
		.at_ms = 700,
		.attribute_count = 2,
		.used = 300,
		.hold_count = 2,
		.counter_count = 2 };
	static const struct session_hold holds[] = { { { "main", 4 }, 5, false },
		{ { "boss", 4 }, 7, true } };
	static const struct session_counter counters[] = {
		{ .package = { "base", 4 }, .allowance = { "free", 4 }, .cycle = 20000, .used = 3 },
		{ .package = { "base", 4 },
			.allowance = { "cap", 3 },
			.group = { "family", 6 },
			.unit = SESSION_COUNTS_MONEY,
			.held = 9 },
	};
	session_write(writer, &session);
	session_identity_write(writer, &session, &part);
	session_attribute_write(
		writer, &(struct session_attribute){ .name = TEXT("apn"), .text = TEXT("net") });
	session_attribute_write(
		writer, &(struct session_attribute){ .name = TEXT("qos"), .number = -9 });
	session_progress_write(writer, &part, holds, counters);
	return fields_written(writer);
}

/* Each text that must be an id, the unit of a part and of a counter, what is held of a balance. */
static void
what_is_no_session_is_known_as_such(void **state)
{
	(void)state;
	struct field_writer writer = start();
	struct bytes value = write_rich(&writer);
	uint8_t *bytes = (uint8_t *)(uintptr_t)value.data;
	assert_true(value_is_valid(TABLE_SESSION, value));
	for (size_t size = 1; size < value.size; size++)
		assert_false(value_is_valid(TABLE_SESSION, (struct bytes){ bytes, size }));
	static const char *const IDS[] = { "line-1", "account-1", "talk", "voice", "apn", "qos",
		"boss", "base", "free", "cap", "family" };
	for (size_t i = 0; i < sizeof IDS / sizeof IDS[0]; i++) {
		uint8_t *id = memmem(bytes, value.size, IDS[i], strlen(IDS[i]));
		assert_non_null(id);
		uint8_t first = *id;
		*id = '\n';
		assert_false(value_is_valid(TABLE_SESSION, value));
		*id = first;
	}
	uint8_t *to = memmem(bytes, value.size, "020", 3);
	*to = '\n'; /* what is dialled may be anything */
	assert_true(value_is_valid(TABLE_SESSION, value));
	to[3] = 3; /* the unit */
	assert_false(value_is_valid(TABLE_SESSION, value));
	to[3] = 0;
	uint8_t *boss = memmem(bytes, value.size, "boss", 4);
	boss[4] = 0; /* nothing is held */
	assert_false(value_is_valid(TABLE_SESSION, value));
	boss[4] = 7;
	assert_true(value_is_valid(TABLE_SESSION, value));
	uint8_t *cap = memmem(bytes, value.size, "family", 6);
	cap[6 + 1] = 200; /* what it counts */
	assert_false(value_is_valid(TABLE_SESSION, value));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_session_holds_of_another_account_is_read_as_written),
		cmocka_unit_test(
			units_of_a_balance_are_counted_with_the_place_from_which_they_were_taken),
		cmocka_unit_test(what_is_no_session_is_known_as_such),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
