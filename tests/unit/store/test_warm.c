/*
 * Warming: after a start, what is not in memory comes by itself, and what a whole table does not
 * have is known not to exist.
 */
#include "living_case.h"

/* A folder with so many accounts, closed and opened again. */
static void
open_with(uint64_t accounts)
{
	open_it();
	open_accounts(accounts);
	close_it();
	open_it();
}

static enum lookup
find(enum table table, const char *id)
{
	struct record_key key;
	struct bytes value;
	uint64_t version;
	key_of_text(&key, table, (struct text){ id, strlen(id) });
	return store_find(living.store, shelf_key_of(&key), &value, &version);
}

/* Turns until nothing has come for a while. */
static struct shelf_stats
settled(void)
{
	struct shelf_stats stats = shelf_stats(store_shelf(living.store));
	for (int quiet = 0; quiet < 20; quiet++) {
		size_t before = stats.records;
		uv_run(&living.loop, UV_RUN_NOWAIT);
		nanosleep(&(struct timespec){ 0, 2000000 }, NULL);
		stats = shelf_stats(store_shelf(living.store));
		if (stats.records != before)
			quiet = 0;
	}
	return stats;
}

static void
records_come_by_themselves_and_absence_is_known(void **state)
{
	(void)state;
	open_with(5000);
	assert_int_equal(find(TABLE_ACCOUNT, "account-4999"), LOOKUP_COLD);
	assert_int_equal(find(TABLE_ACCOUNT, "account-5000"), LOOKUP_COLD);
	settled();
	assert_int_equal(find(TABLE_ACCOUNT, "account-4999"), LOOKUP_FOUND);
	assert_int_equal(find(TABLE_ACCOUNT, "account-5000"), LOOKUP_ABSENT);
	assert_int_equal(find(TABLE_SUBSCRIPTION, "subscription-4999"), LOOKUP_FOUND);
	assert_int_equal(find(TABLE_SERVICE, "07710004999"), LOOKUP_FOUND);
	assert_int_equal(find(TABLE_SERVICE, "07710005000"), LOOKUP_ABSENT);
}

static void
customers_are_left_to_who_asks(void **state)
{
	(void)state;
	open_with(5000);
	struct shelf_stats stats = settled();
	assert_in_range(stats.records, 4 * 5000, 4 * 5000 + 2048);
	assert_int_equal(find(TABLE_CUSTOMER, "customer-999"), LOOKUP_COLD);
	assert_int_equal(find(TABLE_CUSTOMER, "customer-5000"), LOOKUP_COLD);
	struct record_key key;
	key_of_text(&key, TABLE_CUSTOMER, TEXT("customer-999"));
	assert_int_equal(living_wait_record(&living, &key), STATUS_OK);
	assert_int_equal(find(TABLE_CUSTOMER, "customer-999"), LOOKUP_FOUND);
}

static void
few_customers_all_come(void **state)
{
	(void)state;
	open_with(500);
	settled();
	assert_int_equal(find(TABLE_CUSTOMER, "customer-499"), LOOKUP_FOUND);
	assert_int_equal(find(TABLE_CUSTOMER, "customer-500"), LOOKUP_ABSENT);
}

static void
warming_ends_where_the_memory_does(void **state)
{
	(void)state;
	open_with(5000);
	close_it();
	living.settings.records_bytes_max = 1 << 20;
	open_it();
	struct shelf_stats stats = settled();
	assert_in_range(stats.bytes, 1, stats.bytes_max);
	assert_int_equal(find(TABLE_SERVICE, "07710004999"), LOOKUP_COLD);
	struct record_key key;
	key_of_text(&key, TABLE_SERVICE, TEXT("07710004999"));
	assert_int_equal(living_wait_record(&living, &key), STATUS_OK);
	assert_int_equal(find(TABLE_SERVICE, "07710004999"), LOOKUP_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(records_come_by_themselves_and_absence_is_known),
		TEST(customers_are_left_to_who_asks),
		TEST(few_customers_all_come),
		TEST(warming_ends_where_the_memory_does),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
