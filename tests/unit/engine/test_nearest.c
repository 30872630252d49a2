/* The nearest timers, held against a list of all of them: whatever is set, taken and read by the page. */
#include "../../../engine/base/memory.h"
#include "../../../engine/nearest.h"
#include "../store/scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { TIMERS = 6000 };

/* Timer number i is due at i milliseconds; there it is, or it was done, or never set. */
static bool is_there[TIMERS];
static struct nearest nearest;
static struct range page;

static int
set_up(void **state)
{
	(void)state;
	memset(is_there, 0, sizeof is_there);
	buffer_init(&page.bytes, 1 << 20);
	return nearest_init(&nearest) ? 0 : 1;
}

static int
tear_down(void **state)
{
	(void)state;
	failures_end();
	nearest_release(&nearest);
	buffer_release(&page.bytes);
	return 0;
}

static void
key_of(struct record_key *key, size_t number)
{
	key_of_timer(key,
		&(struct timer_key){
			(int64_t)number, TIMER_SUBSCRIPTION, { (const uint8_t *)"s", 1 } });
}

static size_t
number_of(struct bytes key)
{
	struct timer_key timer;
	assert_true(key_is_of_timer(key, &timer));
	return (size_t)timer.at_ms;
}

static void
set(size_t number)
{
	struct record_key key;
	if (is_there[number])
		return;
	is_there[number] = true;
	key_of(&key, number);
	nearest_set(&nearest, (struct bytes){ key.data, key.size });
}

/* As the store fills one: version, size of the value, size of the key, key, value. */
static void
page_add(size_t number)
{
	struct record_key key;
	uint8_t head[11] = { [8] = 1 };
	key_of(&key, number);
	head[10] = key.size;
	assert_true(buffer_append(&page.bytes, head, sizeof head));
	assert_true(buffer_append(&page.bytes, key.data, key.size));
	assert_true(buffer_append(&page.bytes, TIMER_VALUE.data, TIMER_VALUE.size));
	page.last = key;
	page.count++;
}

/* What is there behind the horizon, a page of it. */
static void
read_page(void)
{
	struct bytes horizon = { nearest.horizon.data, nearest.horizon.size };
	size_t number = horizon.size == 0 ? 0 : number_of(horizon) + 1;
	page.count = 0;
	page.last = nearest.horizon;
	buffer_clear(&page.bytes);
	for (; number < TIMERS && page.count < RANGE_RECORDS_MAX; number++) {
		if (is_there[number])
			page_add(number);
	}
	page.more = number < TIMERS;
}

/* Takes all that are due by now, which must be the first of all there are, in order. */
static void
take_due(size_t now)
{
	struct bytes key;
	size_t first = 0;
	for (;;) {
		while (nearest_wants_page(&nearest)) {
			struct record_key after = nearest.horizon;
			read_page();
			nearest_add_page(&nearest, &after, &page);
		}
		if (!nearest_due(&nearest, (int64_t)now, &key))
			break;
		size_t number = number_of(key);
		for (; first < number; first++)
			assert_false(is_there[first]);
		is_there[number] = false;
		nearest_pop(&nearest);
	}
	for (; first <= now && first < TIMERS; first++)
		assert_false(is_there[first]);
}

static void
nothing_is_due_where_there_is_nothing(void **state)
{
	(void)state;
	struct bytes key;
	assert_true(nearest_wants_page(&nearest));
	take_due(TIMERS);
	assert_false(nearest_wants_page(&nearest));
	assert_false(nearest_due(&nearest, INT64_MAX, &key));
}

static void
all_come_in_the_order_of_time_however_they_were_set(void **state)
{
	(void)state;
	struct random random = { random_seed(
		"all_come_in_the_order_of_time_however_they_were_set") };
	for (int round = 0; round < 30; round++) {
		size_t now = random_below(&random, TIMERS);
		size_t count = random_below(&random, 2000);
		for (size_t i = 0; i < count; i++)
			set(random_below(&random, TIMERS));
		assert_true(nearest.count <= NEAREST_MAX);
		take_due(now);
	}
	take_due(TIMERS);
	for (size_t i = 0; i < TIMERS; i++)
		assert_false(is_there[i]);
}

static void
so_many_as_are_set_memory_does_not_grow(void **state)
{
	(void)state;
	take_due(0); /* it knows that there are none */
	assert_false(nearest.more);
	memory_fail_at(1);
	for (size_t i = TIMERS; i > 0; i--)
		set(i - 1);
	memory_fail_at(0);
	assert_true(nearest.count <= NEAREST_MAX);
	assert_true(nearest.more);
	take_due(TIMERS);
}

static void
page_that_was_read_before_the_horizon_drew_near_is_not_taken(void **state)
{
	(void)state;
	for (size_t i = 1000; i < 1000 + RANGE_RECORDS_MAX; i++)
		is_there[i] = true;
	is_there[3000] = true;
	struct record_key after = nearest.horizon;
	read_page();
	nearest_add_page(&nearest, &after, &page);
	assert_int_equal(nearest.count, RANGE_RECORDS_MAX);
	after = nearest.horizon;
	read_page();
	for (size_t i = 0; i < 1000; i++)
		set(i);
	assert_true(bytes_compare((struct bytes){ nearest.horizon.data, nearest.horizon.size },
			    (struct bytes){ after.data, after.size }) < 0);
	size_t count = nearest.count;
	nearest_add_page(&nearest, &after, &page);
	assert_int_equal(nearest.count, count);
	take_due(TIMERS);
	assert_false(is_there[3000]);
}

static void
due_ones_are_counted_as_far_as_they_are_known(void **state)
{
	(void)state;
	take_due(0);
	for (size_t i = 0; i < 20; i++)
		set(100 + i * 10);
	assert_int_equal(nearest_count_due(&nearest, 99), 0);
	assert_int_equal(nearest_count_due(&nearest, 100), 1);
	assert_int_equal(nearest_count_due(&nearest, 195), 10);
	assert_int_equal(nearest_count_due(&nearest, 5000), 20);
}

#define NEAREST_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		NEAREST_TEST(nothing_is_due_where_there_is_nothing),
		NEAREST_TEST(all_come_in_the_order_of_time_however_they_were_set),
		NEAREST_TEST(so_many_as_are_set_memory_does_not_grow),
		NEAREST_TEST(page_that_was_read_before_the_horizon_drew_near_is_not_taken),
		NEAREST_TEST(due_ones_are_counted_as_far_as_they_are_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
