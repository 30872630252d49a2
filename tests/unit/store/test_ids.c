/*
 * Ids in memory: hashes, generations, what is sealed and what is not; and how ids are opened.
 */
#include "../../../engine/base/memory.h"
#include "ids_case.h"

#include <fcntl.h>

/* ---- generations ---- */

static void
scope_and_id_make_the_hash_and_neither_runs_into_the_other(void **state)
{
	(void)state;
	struct hash128 a = ids_hash(1, TEXT("ab"), TEXT("c"));
	struct hash128 b = ids_hash(1, TEXT("a"), TEXT("bc"));
	struct hash128 c = ids_hash(2, TEXT("ab"), TEXT("c"));
	struct hash128 d = ids_hash(1, TEXT("ab"), TEXT("c"));
	assert_memory_not_equal(&a, &b, sizeof a);
	assert_memory_not_equal(&a, &c, sizeof a);
	assert_memory_equal(&a, &d, sizeof a);
}

static void
an_id_is_absent_until_it_is_added_and_then_found(void **state)
{
	(void)state;
	open_ids();
	uint64_t position = 77;
	assert_int_equal(ids_probe(ids, hash_of(1), UINT64_MAX, &position), IDS_ABSENT);
	assert_int_equal(position, 77);
	ids_add(ids, hash_of(1), 10, TODAY);
	ids_prefetch(ids, hash_of(1));
	assert_int_equal(ids_probe(ids, hash_of(1), UINT64_MAX, &position), IDS_FOUND);
	assert_int_equal(position, 10);
	assert_int_equal(ids_probe(ids, hash_of(2), UINT64_MAX, &position), IDS_ABSENT);
	close_ids();
}

static void
attempts_and_colliding_ids_are_all_kept_newest_first(void **state)
{
	(void)state;
	open_ids();
	/* 255 of one hash fill many lines of the index; neighbours share the tag or the line. */
	struct hash128 hash = { 0x7777000000000001, 0x8000000000000005 };
	struct hash128 same_tag = { 0x7777000000000002, 0x8000000000000005 };
	struct hash128 same_line = { 0x1234000000000001, 0x8000000000000005 };
	for (uint64_t i = 1; i <= 255; i++) {
		ids_add(ids, hash, 10 * i, TODAY);
		ids_add(ids, hash, 10 * i, TODAY);
		ids_add(ids, same_tag, 10 * i + 1, TODAY);
	}
	ids_add(ids, same_line, 9000, TODAY);
	assert_int_equal(stats_now().in_memory, 2 * 255 + 1);
	for (int sealed = 0; sealed < 3; sealed++) {
		uint64_t before = UINT64_MAX;
		for (uint64_t i = 255; i > 0; i--) {
			uint64_t position = 0;
			assert_true(look_up(hash, before, &position));
			assert_int_equal(position, 10 * i);
			before = position;
			assert_true(look_up(same_tag, 10 * i + 2, &position));
			assert_int_equal(position, 10 * i + 1);
		}
		uint64_t position = 0;
		assert_false(look_up(hash, before, &position));
		assert_true(look_up(same_line, UINT64_MAX, &position));
		assert_int_equal(position, 9000);
		/* The same from memory, from a sealed generation, and from a run. */
		if (sealed == 0)
			ids_seal(ids);
		else
			run_all_jobs(TODAY);
	}
	assert_int_equal(stats_now().in_runs, 2 * 255 + 1);
	close_ids();
}

static void
a_full_generation_is_sealed_and_what_is_unsealed_is_told_exactly(void **state)
{
	(void)state;
	open_ids();
	uint64_t full = options.generation_count_max;
	assert_int_equal(ids_unsealed_from(ids), UINT64_MAX);
	assert_null(ids_job_next(ids, TODAY, AGE_MAX));
	add_range(1, full - 1);
	assert_null(ids_job_next(ids, TODAY, AGE_MAX));
	uint64_t view_number = ids_view_number(ids);
	add_range(full, 1);
	assert_true(ids_view_number(ids) != view_number);
	assert_int_equal(ids_unsealed_from(ids), 10);

	struct ids_job *job = ids_job_next(ids, TODAY, AGE_MAX);
	assert_non_null(job);
	add_range(full + 1, 5);
	assert_int_equal(ids_job_run(job, &fault), STATUS_OK);
	assert_int_equal(ids_unsealed_from(ids), 10);
	assert_known(1, full + 5);
	view_number = ids_view_number(ids);
	ids_job_done(ids, job, true);
	assert_true(ids_view_number(ids) != view_number);
	assert_int_equal(ids_unsealed_from(ids), 10 * (full + 1));
	assert_known(1, full + 5);

	ids_seal(ids);
	assert_int_equal(ids_unsealed_from(ids), 10 * (full + 1));
	run_all_jobs(TODAY);
	assert_int_equal(ids_unsealed_from(ids), UINT64_MAX);
	assert_known(1, full + 5);
	assert_unknown(full + 6, 1000);
	assert_int_equal(stats_now().in_memory, 0);
	assert_int_equal(stats_now().in_runs, full + 5);
	close_ids();
}

static void
no_id_comes_into_a_run_before_its_entry_is_durable(void **state)
{
	(void)state;
	open_ids();
	ids_set_durable(ids, 0);
	add_range(1, 5);
	ids_seal(ids);
	run_all_jobs(TODAY);
	ids_set_durable(ids, 50); /* the last one begins there */
	run_all_jobs(TODAY);
	assert_int_equal(stats_now().in_runs, 0);
	assert_known(1, 5);
	ids_set_durable(ids, 51);
	run_all_jobs(TODAY);
	assert_int_equal(stats_now().in_runs, 5);
	assert_known(1, 5);
	close_ids();
}

static void
sealing_without_ids_does_nothing(void **state)
{
	(void)state;
	open_ids();
	uint64_t view_number = ids_view_number(ids);
	ids_seal(ids);
	assert_int_equal(ids_view_number(ids), view_number);
	assert_null(ids_job_next(ids, TODAY, AGE_MAX));
	close_ids();
}

static void
a_disk_that_lags_behind_pushes_back_and_a_seal_asked_for_is_made_up_for(void **state)
{
	(void)state;
	open_ids();
	uint64_t full = options.generation_count_max;
	add_range(1, 3 * full);
	assert_false(ids_may_add(ids));
	assert_known(1, 3 * full);
	ids_seal(ids); /* can't be done now */

	struct ids_job *job = ids_job_next(ids, TODAY, AGE_MAX);
	assert_int_equal(ids_job_run(job, &fault), STATUS_OK);
	assert_false(ids_may_add(ids));
	ids_job_done(ids, job, true);
	assert_true(ids_may_add(ids));
	run_all_jobs(TODAY);
	assert_int_equal(ids_unsealed_from(ids), UINT64_MAX);
	add_range(3 * full + 1, 10);
	assert_known(1, 3 * full + 10);
	close_ids();
}

static void
memory_stays_the_same_however_many_generations_go_by(void **state)
{
	(void)state;
	open_ids();
	uint64_t full = options.generation_count_max;
	uint64_t memory = stats_now().memory_bytes;
	assert_in_range(memory, 3 * 48 * full, 3 * 48 * full + 4096);
	for (uint64_t round = 0; round < 20; round++) {
		add_range(1 + round * full, full);
		run_all_jobs(TODAY);
	}
	assert_int_equal(stats_now().memory_bytes, memory);
	assert_int_equal(stats_now().in_runs, 20 * full);
	assert_known(1, 20 * full);
	close_ids();
}

static void
a_generation_that_a_view_holds_is_not_used_anew(void **state)
{
	(void)state;
	options.generations_max = 1;
	open_ids();
	uint64_t full = options.generation_count_max;
	add_range(1, full);
	struct ids_view *view = ids_view_take(ids);
	run_all_jobs(TODAY);
	/* One table is current, and the other is written but held: nothing can be sealed. */
	add_range(1 + full, full);
	assert_false(ids_may_add(ids));
	for (uint64_t number = 1; number <= full; number++) {
		bool found = false;
		uint64_t position = 0;
		assert_int_equal(
			ids_search(view, hash_of(number), UINT64_MAX, &found, &position, NULL),
			STATUS_OK);
		assert_true(found);
		assert_int_equal(position, 10 * number);
	}
	ids_view_release(view);
	assert_true(ids_may_add(ids));
	add_range(1 + 2 * full, full);
	run_all_jobs(TODAY);
	assert_known(1, 3 * full);
	close_ids();
}

/* ---- opening ---- */

static void
make_file(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	close(fd);
}

static void
opening_removes_runs_that_are_not_listed_and_nothing_else(void **state)
{
	(void)state;
	static const char *const foreign[] = { "notes.txt", "00000000000000ff.ids.bak",
		"00000000000000FF.ids", "0000000000000ff.ids" };
	static const char *const ours[] = { "00000000000000ff.ids", "00000000000000fe.new" };
	char path[1100];
	for (size_t i = 0; i < 6; i++) {
		snprintf(path, sizeof path, "%s/%s", options.directory,
			i < 4 ? foreign[i] : ours[i - 4]);
		make_file(path);
	}
	open_ids();
	assert_int_equal(file_count(), 4);
	make_run(1, 100);
	make_list_durable();
	/* Never a number again that was there before. */
	assert_true(listed[0].number > 0xff);
	make_run(101, 100);
	close_ids();
	snprintf(path, sizeof path, "%s/%016llx.new", options.directory,
		(unsigned long long)listed[0].number);
	make_file(path);
	assert_int_equal(file_count(), 7);
	open_ids();
	assert_int_equal(file_count(), 5);
	assert_known(1, 100);
	assert_unknown(101, 100);
	close_ids();
}

static void
a_listed_run_that_is_missing_or_damaged_stops_the_opening(void **state)
{
	(void)state;
	open_ids();
	make_run(1, 100);
	make_list_durable();
	make_run(101, 100); /* not listed */
	close_ids();
	char path[1100];
	char aside[1200];
	snprintf(path, sizeof path, "%s/%016llx.ids", options.directory,
		(unsigned long long)listed[0].number);
	snprintf(aside, sizeof aside, "%s.aside", path);
	assert_int_equal(rename(path, aside), 0);
	assert_int_equal(ids_open(&ids, &options, listed, listed_count, &fault), STATUS_NOT_FOUND);
	assert_null(ids);
	assert_non_null(strstr(fault.text, ".ids are missing; stop, move ids/ and state/ away"));
	assert_int_equal(file_count(), 2);
	assert_int_equal(rename(aside, path), 0);
	assert_int_equal(truncate(path, 8192), 0);
	assert_int_equal(ids_open(&ids, &options, listed, listed_count, &fault), STATUS_CORRUPT);
	assert_null(ids);
	assert_non_null(strstr(fault.text, "; stop, move ids/ and state/ away"));
	assert_int_equal(file_count(), 2);
}

static void
options_out_of_bounds_and_short_memory_are_statuses(void **state)
{
	(void)state;
	struct ids_options good = options;
	options.generation_count_max = IDS_GENERATION_COUNT_MIN - 1;
	assert_int_equal(ids_open(&ids, &options, NULL, 0, &fault), STATUS_LIMIT);
	options = good;
	options.generations_max = 0;
	assert_int_equal(ids_open(&ids, &options, NULL, 0, &fault), STATUS_LIMIT);
	options = good;
	options.merge_at = 1;
	assert_int_equal(ids_open(&ids, &options, NULL, 0, &fault), STATUS_LIMIT);
	options = good;
	assert_int_equal(ids_open(&ids, &options, listed, IDS_RUNS_MAX + 1, &fault), STATUS_LIMIT);
	uint64_t number = 1;
	enum status status;
	do {
		memory_fail_at(number++);
		status = ids_open(&ids, &options, NULL, 0, &fault);
		memory_fail_at(0);
		assert_true(status == STATUS_OK || status == STATUS_MEMORY);
	} while (status != STATUS_OK);
	assert_true(number > 7);
	close_ids();
	ids_close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(scope_and_id_make_the_hash_and_neither_runs_into_the_other),
		TEST(an_id_is_absent_until_it_is_added_and_then_found),
		TEST(attempts_and_colliding_ids_are_all_kept_newest_first),
		TEST(a_full_generation_is_sealed_and_what_is_unsealed_is_told_exactly),
		TEST(no_id_comes_into_a_run_before_its_entry_is_durable),
		TEST(sealing_without_ids_does_nothing),
		TEST(a_disk_that_lags_behind_pushes_back_and_a_seal_asked_for_is_made_up_for),
		TEST(memory_stays_the_same_however_many_generations_go_by),
		TEST(a_generation_that_a_view_holds_is_not_used_anew),
		TEST(opening_removes_runs_that_are_not_listed_and_nothing_else),
		TEST(a_listed_run_that_is_missing_or_damaged_stops_the_opening),
		TEST(options_out_of_bounds_and_short_memory_are_statuses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
