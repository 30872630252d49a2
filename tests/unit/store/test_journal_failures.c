/*
 * A journal whose disk is full or fails, or that finds no memory: what it announced is there.
 */
#include "../../../engine/base/memory.h"
#include "journal_case.h"

static void
full_disk_is_foreseen_and_service_returns_by_itself(void **state)
{
	(void)state;
	uint64_t segment_bytes = writing->options.place.segment_bytes;
	writing->options.reserve_bytes = 10 * segment_bytes;
	disk_pretend_free_bytes(11 * segment_bytes); /* for the first, and then no more */
	open_new();
	disk_pretend_free_bytes(11 * segment_bytes - 1);
	/* A spare may have been begun meanwhile; in the end there is no more room than was found.
	 */
	uint64_t number = 1;
	bool was_refused = false;
	for (; number < TEST_ENTRIES_MAX && !was_refused; number++) {
		uint64_t room = journal_room(writing->journal);
		while (!was_refused && !writing_put(writing, number)) {
			assert_true(writing_settle(writing));
			if (journal_room(writing->journal) == 0 && !writing_put(writing, number))
				was_refused = true;
			else
				break;
		}
		/* While there was room for a batch, it was not refused. */
		assert_false(was_refused && room > 64 * 1024);
	}
	assert_true(was_refused);
	assert_true(writing_settle(writing)); /* what was accepted is durable */
	while (sem_trywait(&writing->news) == 0)
		;
	disk_pretend_free_bytes(UINT64_MAX);
	assert_true(writing_wait(writing)); /* told without asking */
	assert_true(writing_put_patiently(writing, number));
	close_well();
	assert_all_there();
}

static void
assert_stops_announcing(int os_error, enum status expected)
{
	open_new();
	put_many(1, 50, 3);
	uint64_t durable = journal_durable(writing->journal);
	size_t durable_count = writing->known_count;
	assert_true(writing_put(writing, 1000));
	disk_fail_at(DISK_CALL_WRITE, 1, os_error);
	/* The keeper writes, too: whoever meets the failure, the journal stops. */
	while (atomic_load(&writing->failures) == 0) {
		writing_flush(writing);
		if (!writing_put(writing, 1001))
			usleep(100);
	}
	assert_false(writing_put(writing, 1002));
	writing_flush(writing);
	uint64_t last = journal_durable(writing->journal);
	struct fault fault = { 0 };
	assert_int_equal(journal_close(writing->journal, NULL, &fault), expected);
	assert_int_equal(fault.status, expected);
	assert_int_equal(writing->fault.status, expected);
	assert_non_null(strstr(fault.text, folder));
	assert_int_equal(atomic_load(&writing->failures), 1);
	assert_true(last >= durable);

	struct journal_head head;
	bool torn;
	struct comparison comparison = scan_and_compare(&head, &torn);
	assert_true(comparison.seen >= durable_count);
	assert_true(head.position >= last);
}

static void
failed_write_stops_the_journal(void **state)
{
	(void)state;
	assert_stops_announcing(EIO, STATUS_IO);
}

static void
short_write_stops_the_journal(void **state)
{
	(void)state;
	assert_stops_announcing(0, STATUS_IO);
}

/*
 * A small life of a journal: opened, written over more than one segment, closed. Counts what was
 * announced; false if it could not be opened or failed.
 */
static bool
live(size_t *announced)
{
	struct journal_head head = writing_empty_head();
	struct fault fault;
	*announced = 0;
	if (journal_open(&writing->journal, &writing->options, &head, &fault) != STATUS_OK)
		return false;
	bool well = true;
	for (uint64_t i = 0; i < 1200 && well; i++) {
		well = writing_put_patiently(writing, i);
		if (i % 50 == 0)
			writing_flush(writing);
	}
	if (well)
		well = writing_settle(writing);
	uint64_t durable = journal_durable(writing->journal);
	if (journal_close(writing->journal, NULL, &fault) != STATUS_OK) {
		well = false;
	} else if (well) {
		*announced = writing->known_count;
		return true;
	}
	while (*announced < writing->known_count && writing->known[*announced].position < durable)
		(*announced)++;
	return well;
}

/* After a failed life: everything announced is there, and nothing that was never put. */
static void
assert_announced_is_kept(size_t announced)
{
	struct journal_head head;
	bool torn;
	struct comparison comparison = scan_and_compare(&head, &torn);
	assert_true(comparison.seen >= announced);

	/* And a second life goes on behind it. */
	writing->known_count = comparison.seen;
	writing->options.epoch = head.epoch + 1;
	writing->now_ms = head.time_ms + 1;
	atomic_store(&writing->failures, 0);
	open_at(&head);
	put_many(500000, 30, 3);
	close_well();
	comparison = scan_and_compare(&head, &torn);
	assert_int_equal(comparison.seen, writing->known_count);
}

static void
fresh_folder(void)
{
	scratch_remove(folder);
	scratch_make_fast(folder);
	writing_init(writing, folder);
}

static void
no_failure_announces_what_is_not_durable(void **state)
{
	(void)state;
	static const struct {
		enum disk_call call;
		int os_error;
		const char *name;
	} kinds[] = {
		{ DISK_CALL_OPEN, EMFILE, "open" },
		{ DISK_CALL_WRITE, EIO, "write" },
		{ DISK_CALL_WRITE, 0, "short write" },
		{ DISK_CALL_WRITE, ENOSPC, "write without room" },
		{ DISK_CALL_SYNC, EIO, "sync" },
		{ DISK_CALL_NAME, EIO, "name" },
	};
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		uint64_t n = 1;
		uint64_t failed = 0;
		for (;; n++) {
			size_t announced;
			fresh_folder();
			disk_fail_at(kinds[i].call, n, kinds[i].os_error);
			bool well = live(&announced);
			bool was_reached = disk_call_count(kinds[i].call) >= n;
			disk_fail_at(kinds[i].call, 0, 0);
			failed += !well;
			assert_true(atomic_load(&writing->failures) <= 1);
			assert_announced_is_kept(announced);
			if (!was_reached) {
				assert_true(well);
				break;
			}
		}
		printf("             %s: N=%llu, %llu of them failed the journal\n", kinds[i].name,
			(unsigned long long)n, (unsigned long long)failed);
		assert_true(n > 1 && failed > 0);
	}
}

static void
no_memory_is_said_and_leaves_nothing_behind(void **state)
{
	(void)state;
	uint64_t n = 1;
	for (;; n++) {
		fresh_folder();
		struct journal_head head = writing_empty_head();
		struct fault fault;
		memory_fail_at(n);
		enum status status = journal_open(
			&writing->journal, &writing->options, &head, &fault);
		bool was_reached = memory_request_count() >= n;
		memory_fail_at(0);
		if (status == STATUS_OK) {
			put_many(1, 10, 1); /* what the keeper could not get, it gets later */
			close_well();
			assert_all_there();
		} else {
			assert_int_equal(status, STATUS_MEMORY);
		}
		if (!was_reached)
			break;
	}
	printf("             N=%llu\n", (unsigned long long)n);
	assert_true(n > 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(full_disk_is_foreseen_and_service_returns_by_itself),
		TEST(failed_write_stops_the_journal),
		TEST(short_write_stops_the_journal),
		TEST(no_failure_announces_what_is_not_durable),
		TEST(no_memory_is_said_and_leaves_nothing_behind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
