/* What is no record: found whatever bytes there are, in every table. */
#include "sample_records.h"

struct sample_table {
	enum table table;
	struct bytes (*make)(void);
	const char *key;
	size_t key_size;
};

static const struct sample_table SAMPLES[] = {
	{ TABLE_CUSTOMER, sample_customer, KEY("customer-1") },
	{ TABLE_ACCOUNT, sample_account, KEY("account-1") },
	{ TABLE_SUBSCRIPTION, sample_subscription, KEY("subscription-1") },
	{ TABLE_SERVICE, sample_service, KEY("07715510000") },
	{ TABLE_BALANCE, sample_balance, KEY("account-1\0main") },
	{ TABLE_COUNTER, sample_counter, KEY("\x80\0\0\1subscription-1\0package\0minutes") },
	{ TABLE_RELEASE, sample_release, KEY("0123abcd") },
	{ TABLE_REFUND, sample_refund, KEY("00000000000000004160") },
	{ TABLE_AGENDA, sample_agenda, KEY("subscription-1") },
	{ TABLE_GROUP, sample_group, KEY("site-1") },
	{ TABLE_MEMBER, sample_member, KEY("site-1\0subscription-1") },
	{ TABLE_SESSION, sample_session, KEY("13900000001\0call-1") },
	{ TABLE_TIMER, sample_timer,
		KEY("\0\0\0\0\0\0\0\x7\x1"
		    "account-1\0gift") },
	{ TABLE_NOTICE, sample_customer_notice, KEY("\0\0\0\0\0\0\x10\x40\0\2") },
	{ TABLE_NOTICE, sample_notice, KEY("\0\0\0\0\0\0\x10\x40\0\1") },
};
#define SAMPLE_COUNT (sizeof SAMPLES / sizeof SAMPLES[0])

static struct bytes
sample_key(const struct sample_table *sample)
{
	return (struct bytes){ (const uint8_t *)sample->key, sample->key_size };
}

static void
what_is_written_field_by_field_is_valid_and_no_shorter_or_longer_value_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		const struct sample_table *sample = &SAMPLES[i];
		struct bytes value = sample->make();
		struct bytes key = sample_key(sample);
		uint8_t longer[PLACE_BYTES];
		assert_true(record_is_valid((uint8_t)sample->table, key, value));
		memcpy(longer, value.data, value.size);
		longer[value.size] = 0;
		assert_false(record_is_valid(
			(uint8_t)sample->table, key, (struct bytes){ longer, value.size + 1 }));
		for (size_t size = 1; size < value.size; size++) {
			/* Exactly so many bytes of memory, so that a read past them is seen. */
			uint8_t *shorter = malloc(size);
			memcpy(shorter, value.data, size);
			assert_false(record_is_valid(
				(uint8_t)sample->table, key, (struct bytes){ shorter, size }));
			free(shorter);
		}
	}
}

static void
end_of_a_record_is_valid_in_every_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++)
		assert_true(record_is_valid((uint8_t)SAMPLES[i].table, sample_key(&SAMPLES[i]),
			(struct bytes){ NULL, 0 }));
}

static void
setting_may_hold_anything_and_unknown_tables_hold_nothing(void **state)
{
	(void)state;
	struct bytes key = bytes_of_text(TEXT("active"));
	struct bytes value = bytes_of_text(TEXT("any bytes at all"));
	assert_true(record_is_valid(TABLE_SETTING, key, value));
	assert_false(record_is_valid(0, key, value));
	assert_false(record_is_valid(TABLE_END, key, value));
	assert_false(record_is_valid(255, key, value));
}

static void
value_beyond_the_bound_is_not_valid(void **state)
{
	(void)state;
	uint8_t *value = calloc(1, RECORD_VALUE_MAX + 1);
	struct bytes key = bytes_of_text(TEXT("active"));
	assert_true(record_is_valid(TABLE_SETTING, key, (struct bytes){ value, RECORD_VALUE_MAX }));
	assert_false(
		record_is_valid(TABLE_SETTING, key, (struct bytes){ value, RECORD_VALUE_MAX + 1 }));
	free(value);
}

/* Puts `byte` at `offset` of the sample's value and asks. */
static bool
valid_with(const struct sample_table *sample, size_t offset, uint8_t byte)
{
	struct bytes value = sample->make();
	place[offset] = byte;
	return record_is_valid((uint8_t)sample->table, sample_key(sample), value);
}

static void
fields_out_of_their_range_are_not_valid(void **state)
{
	(void)state;
	/* customer: kind of the first fact */
	assert_true(valid_with(&SAMPLES[0], 20, 0));
	assert_false(valid_with(&SAMPLES[0], 20, 2));
	/* account: the currency's letters, the day of the bill, the floor's sign, no balances */
	assert_false(valid_with(&SAMPLES[1], 12, '1'));
	assert_true(valid_with(&SAMPLES[1], 29, 28));
	assert_false(valid_with(&SAMPLES[1], 29, 29));
	assert_false(valid_with(&SAMPLES[1], 29, 0));
	assert_false(valid_with(&SAMPLES[1], 37, 0x7f));
	assert_false(valid_with(&SAMPLES[1], 38, 0));
	/* subscription: flags of a span, the state, a span that ends before it begins */
	assert_false(valid_with(&SAMPLES[2], 22, 4));
	assert_false(valid_with(&SAMPLES[2], 39, 3));
	assert_false(valid_with(&SAMPLES[2], 31 + 1, 0));
	/* balance: kind, unit, span */
	assert_false(valid_with(&SAMPLES[4], 28, BALANCE_UNITS + 1));
	assert_false(valid_with(&SAMPLES[4], 29, 0));
	assert_false(valid_with(&SAMPLES[4], 34, 3));
	/* refund: what was given back is not less than nothing */
	assert_false(valid_with(&SAMPLES[7], 7, 0x80));
	assert_false(valid_with(&SAMPLES[7], 15, 0x80));
	assert_false(valid_with(&SAMPLES[7], 23, 0x80));
	assert_false(valid_with(&SAMPLES[7], 23, 0x01)); /* more than all the money */
}

static void
random_bytes_never_make_the_walk_leave_the_value(void **state)
{
	(void)state;
	struct random random = { random_seed("random_bytes_never_make_the_walk_leave_the_value") };
	size_t valid = 0;
	for (int round = 0; round < 60000; round++) {
		const struct sample_table *sample = &SAMPLES[random_below(&random, SAMPLE_COUNT)];
		struct bytes value = sample->make();
		size_t size = value.size;
		for (size_t n = random_below(&random, 4); n > 0; n--)
			place[random_below(&random, size)] = (uint8_t)random_next(&random);
		if (random_below(&random, 2) == 0)
			size = 1 + random_below(&random, size);
		uint8_t *copy = malloc(size);
		memcpy(copy, place, size);
		valid += record_is_valid(
			(uint8_t)sample->table, sample_key(sample), (struct bytes){ copy, size });
		free(copy);
	}
	assert_true(valid > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_is_written_field_by_field_is_valid_and_no_shorter_or_longer_value_is),
		cmocka_unit_test(end_of_a_record_is_valid_in_every_table),
		cmocka_unit_test(setting_may_hold_anything_and_unknown_tables_hold_nothing),
		cmocka_unit_test(value_beyond_the_bound_is_not_valid),
		cmocka_unit_test(fields_out_of_their_range_are_not_valid),
		cmocka_unit_test(random_bytes_never_make_the_walk_leave_the_value),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
