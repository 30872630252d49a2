/*
 * Ids on the disk: runs, their merges, the files that go, and the jobs that do all this.
 */
#include "../../../engine/base/memory.h"
#include "ids_case.h"

#include <errno.h>

/* ---- runs ---- */

static void
runs_are_merged_when_there_are_enough_of_one_size(void **state)
{
	(void)state;
	options.generation_count_max = 1 << 17;
	open_ids();
	make_run(1, 70000); /* of a larger class */
	for (uint64_t i = 0; i < 3; i++)
		make_run(70001 + 1000 * i, 1000);
	run_all_jobs(TODAY);
	assert_int_equal(stats_now().runs, 4);
	make_run(73001, 1000);
	run_all_jobs(TODAY);
	assert_int_equal(stats_now().runs, 2);
	assert_int_equal(stats_now().in_runs, 74000);
	assert_known(1, 74000);

	/* The merged run takes the place of its inputs: before the large one. */
	struct id_run_name names[4];
	assert_int_equal(ids_list(ids, names, 4), 2);
	assert_true(names[0].number > names[1].number);
	assert_int_equal(ids_list(ids, names, 0), 2);
	close_ids();
}

static void
files_that_a_merge_replaced_stay_until_a_list_without_them_is_durable(void **state)
{
	(void)state;
	open_ids();
	for (uint64_t i = 0; i < 3; i++)
		make_run(1 + 100 * i, 100);
	make_list_durable();
	make_run(301, 100);
	run_all_jobs(TODAY);
	assert_int_equal(stats_now().runs, 1);
	assert_int_equal(file_count(), 5);
	ids_listed(ids, listed, listed_count); /* the old list once more */
	run_all_jobs(TODAY);
	assert_int_equal(file_count(), 4); /* without the one that was in no list */

	struct ids_view *view = ids_view_take(ids);
	make_list_durable();
	assert_int_equal(file_count(), 4); /* the owner removes nothing itself */
	run_all_jobs(TODAY);
	assert_int_equal(file_count(), 1);
	ids_view_release(view);
	assert_known(1, 400);
	close_ids();
	open_ids();
	assert_known(1, 400);
	close_ids();
}

static void
files_of_merged_runs_stay_as_long_as_a_view_looks_at_them(void **state)
{
	(void)state;
	open_ids();
	for (uint64_t i = 0; i < 4; i++)
		make_run(1 + 100 * i, 100);
	struct ids_view *view = ids_view_take(ids);
	run_all_jobs(TODAY);
	make_list_durable();
	run_all_jobs(TODAY);
	assert_int_equal(file_count(), 5);
	for (uint64_t number = 1; number <= 400; number++) {
		bool found = false;
		uint64_t position = 0;
		assert_int_equal(
			ids_search(view, hash_of(number), UINT64_MAX, &found, &position, &fault),
			STATUS_OK);
		assert_true(found && position == 10 * number);
	}
	ids_view_release(view);
	run_all_jobs(TODAY);
	assert_int_equal(file_count(), 1);
	close_ids();
}

static void
the_newest_position_wins_wherever_it_lies(void **state)
{
	(void)state;
	open_ids();
	/* A later attempt in a later run, and, as after a replay, one position in two runs. */
	ids_add(ids, hash_of(1), 29, TODAY);
	ids_add(ids, hash_of(2), 40, TODAY);
	ids_seal(ids);
	run_all_jobs(TODAY);
	make_list_durable();
	close_ids();
	open_ids();
	ids_add(ids, hash_of(1), 30, TODAY);
	ids_add(ids, hash_of(2), 40, TODAY);
	ids_seal(ids);
	run_all_jobs(TODAY);
	assert_int_equal(stats_now().in_runs, 4);
	for (int merged = 0; merged < 2; merged++) {
		uint64_t position = 0;
		assert_true(look_up(hash_of(1), UINT64_MAX, &position));
		assert_int_equal(position, 30);
		assert_true(look_up(hash_of(1), position, &position));
		assert_int_equal(position, 29);
		assert_false(look_up(hash_of(1), position, &position));
		assert_true(look_up(hash_of(2), UINT64_MAX, &position));
		assert_int_equal(position, 40);
		assert_false(look_up(hash_of(2), position, &position));
		make_run(100 + 100 * (uint64_t)merged, 10);
		make_run(150 + 100 * (uint64_t)merged, 10);
		run_all_jobs(TODAY);
	}
	assert_int_equal(stats_now().in_runs, 43);
	close_ids();
}

static void
the_newest_is_found_though_a_run_with_an_older_one_reaches_further(void **state)
{
	(void)state;
	options.generation_count_max = 1 << 17;
	open_ids();
	ids_add(ids, hash_of(0), 5, TODAY);
	make_run(1, 100);
	ids_add(ids, hash_of(0), 1005, TODAY);
	make_run(101, 70000); /* of a larger class: the merge goes around it */
	for (uint64_t i = 0; i < 3; i++)
		make_run(70101 + 100 * i, 100);
	run_all_jobs(TODAY);
	assert_int_equal(stats_now().runs, 2);
	uint64_t position = 0;
	assert_true(look_up(hash_of(0), UINT64_MAX, &position));
	assert_int_equal(position, 1005);
	assert_true(look_up(hash_of(0), position, &position));
	assert_int_equal(position, 5);
	assert_false(look_up(hash_of(0), position, &position));
	close_ids();
}

static void
ids_whose_day_is_past_are_dropped_by_merges_and_others_stay(void **state)
{
	(void)state;
	open_ids();
	int32_t first_day = TODAY - AGE_MAX;
	for (uint64_t run = 0; run < 4; run++) {
		for (uint64_t i = 0; i < 100; i++) {
			uint64_t number = 1 + 100 * run + i;
			int32_t day = first_day + (int32_t)(number % 2 == 0);
			ids_add(ids, hash_of(number), 10 * number, day);
		}
		ids_seal(ids);
		struct ids_job *job = ids_job_next(ids, TODAY, AGE_MAX);
		assert_int_equal(ids_job_run(job, &fault), STATUS_OK);
		ids_job_done(ids, job, true);
	}
	assert_int_equal(ids_dropped_before(ids), IDS_NONE_DROPPED);
	run_all_jobs(TODAY + 1);
	assert_int_equal(stats_now().in_runs, 200);
	assert_int_equal(ids_dropped_before(ids), first_day + 1);
	for (uint64_t number = 1; number <= 400; number++) {
		uint64_t position = 0;
		assert_int_equal(look_up(hash_of(number), UINT64_MAX, &position), number % 2 == 0);
	}
	close_ids();
}

static void
a_run_whose_days_are_all_past_goes_without_a_merge(void **state)
{
	(void)state;
	open_ids();
	make_run(1, 100);
	make_list_durable();
	uint64_t written = stats_now().written_bytes;
	uint64_t view_number = ids_view_number(ids);
	run_all_jobs(TODAY + AGE_MAX);
	assert_int_equal(ids_view_number(ids), view_number);
	assert_int_equal(ids_dropped_before(ids), IDS_NONE_DROPPED);
	assert_known(1, 100);
	run_all_jobs(TODAY + AGE_MAX + 1);
	assert_int_equal(ids_dropped_before(ids), TODAY + 1);
	assert_true(ids_view_number(ids) != view_number);
	assert_int_equal(stats_now().runs, 0);
	assert_int_equal(stats_now().written_bytes, written);
	assert_unknown(1, 100);
	assert_int_equal(file_count(), 1);
	make_list_durable();
	run_all_jobs(TODAY + AGE_MAX + 1);
	assert_int_equal(file_count(), 0);
	close_ids();
}

static void
the_day_before_which_ids_were_dropped_never_falls(void **state)
{
	(void)state;
	options.dropped_before = TODAY + 1;
	open_ids();
	make_run(1, 100);
	make_list_durable();
	assert_int_equal(ids_dropped_before(ids), TODAY + 1);
	/* What is past by a clock that was set back says nothing of what had been dropped before. */
	ids_add(ids, hash_of(1000), 10000, TODAY - 10 * AGE_MAX);
	ids_seal(ids);
	run_all_jobs(TODAY - AGE_MAX);
	assert_int_equal(stats_now().runs, 1);
	assert_int_equal(ids_dropped_before(ids), TODAY + 1);
	close_ids();
}

/* ---- jobs ---- */

static void
a_write_and_a_merge_are_out_at_once_and_either_may_end_first(void **state)
{
	(void)state;
	for (int order = 0; order < 2; order++) {
		open_ids();
		for (uint64_t i = 0; i < 4; i++)
			make_run(1 + 100 * i, 100);
		struct ids_job *tidy = ids_job_next(ids, TODAY, AGE_MAX);
		assert_int_equal(ids_job_run(tidy, &fault), STATUS_OK);
		ids_job_done(ids, tidy, true);
		struct ids_job *merge = ids_job_next(ids, TODAY, AGE_MAX);
		assert_int_equal(ids_job_run(merge, &fault), STATUS_OK);
		assert_int_equal(file_count(), 5);
		add_range(401, 100);
		ids_seal(ids);
		struct ids_job *write = ids_job_next(ids, TODAY, AGE_MAX);
		assert_int_equal(ids_job_run(write, &fault), STATUS_OK);
		assert_int_equal(file_count(), 6);
		ids_job_done(ids, order == 0 ? write : merge, true);
		assert_known(1, 500);
		ids_job_done(ids, order == 0 ? merge : write, true);
		assert_known(1, 500);
		assert_int_equal(stats_now().runs, 2);
		close_ids();
	}
}

static void
a_job_that_failed_or_was_given_back_changes_nothing(void **state)
{
	(void)state;
	open_ids();
	add_range(1, 100);
	ids_seal(ids);
	struct ids_job *job = ids_job_next(ids, TODAY, AGE_MAX);
	ids_job_done(ids, job, false);
	job = ids_job_next(ids, TODAY, AGE_MAX);
	disk_fail_at(DISK_CALL_SYNC, 1, EIO);
	assert_int_equal(ids_job_run(job, &fault), STATUS_IO);
	ids_job_done(ids, job, false);
	assert_int_equal(ids_unsealed_from(ids), 10);
	assert_int_equal(stats_now().runs, 0);
	assert_int_equal(file_count(), 0);
	assert_known(1, 100);
	/* It succeeded, but the owner does not want it any more. */
	job = ids_job_next(ids, TODAY, AGE_MAX);
	assert_int_equal(ids_job_run(job, &fault), STATUS_OK);
	ids_job_done(ids, job, false);
	assert_int_equal(stats_now().runs, 0);
	run_all_jobs(TODAY);
	assert_int_equal(stats_now().runs, 1);
	assert_known(1, 100);
	close_ids();
}

static void
jobs_short_of_memory_fail_and_succeed_later(void **state)
{
	(void)state;
	open_ids();
	for (uint64_t i = 0; i < 4; i++)
		make_run(1 + 100 * i, 100);
	add_range(401, 100);
	ids_seal(ids);
	unsigned failures = 0;
	struct ids_job *job;
	uint64_t countdown = 1;
	while ((job = ids_job_next(ids, TODAY, AGE_MAX)) != NULL) {
		memory_fail_at(countdown);
		enum status status = ids_job_run(job, &fault);
		memory_fail_at(0);
		assert_true(status == STATUS_OK || status == STATUS_MEMORY);
		ids_job_done(ids, job, status == STATUS_OK);
		assert_known(1, 500);
		failures += status != STATUS_OK;
		countdown = status == STATUS_OK ? 1 : countdown + 1;
	}
	assert_true(failures >= 8);
	assert_int_equal(stats_now().runs, 1);
	make_run(501, 100); /* a new view is due */
	memory_fail_at(1);
	assert_null(ids_view_take(ids));
	memory_fail_at(0);
	close_ids();
}

static void
large_file_goes_in_several_jobs_and_others_get_their_turn_between(void **state)
{
	(void)state;
	const off_t bytes = (off_t)150 << 20; /* most of it a hole */
	open_ids();
	for (uint64_t i = 0; i < 4; i++)
		make_run(1 + 100 * i, 100);
	char path[512];
	snprintf(path, sizeof path, "%s/%016x.ids", folder, 0);
	assert_int_equal(truncate(path, bytes), 0);
	run_all_jobs(TODAY);
	make_list_durable();
	size_t parts = 0;
	bool there = true;
	for (struct ids_job *job; (job = ids_job_next(ids, TODAY, AGE_MAX)) != NULL;) {
		assert_int_equal(ids_job_run(job, &fault), STATUS_OK);
		ids_job_done(ids, job, true);
		parts += there;
		there = access(path, F_OK) == 0;
	}
	assert_in_range(parts, 3, 6); /* of 64 MiB; other files may have gone before */
	assert_int_equal(file_count(), 1);
	assert_known(1, 400);
	close_ids();
}

static void
without_a_durable_list_no_file_is_forgotten_and_work_goes_on_after_it(void **state)
{
	(void)state;
	open_ids();
	for (uint64_t i = 0; i < 4; i++)
		make_run(1 + i, 1);
	struct ids_job *tidy = ids_job_next(ids, TODAY, AGE_MAX);
	assert_int_equal(ids_job_run(tidy, &fault), STATUS_OK);
	ids_job_done(ids, tidy, true);
	struct ids_job *merge = ids_job_next(ids, TODAY, AGE_MAX);
	assert_non_null(merge);
	/* As many runs as there may be, all but the inputs of the merge past; one more must wait.
	 */
	int32_t past = TODAY - AGE_MAX - 1;
	for (uint64_t number = 5; number <= IDS_RUNS_MAX + 1; number++) {
		ids_add(ids, hash_of(number), 10 * number, past);
		ids_seal(ids);
		run_all_jobs(past);
	}
	assert_int_equal(stats_now().runs, IDS_RUNS_MAX);
	assert_int_equal(stats_now().in_memory, 1);
	/* Then it is written, and is past too, but the places that are left belong to the merge. */
	run_all_jobs(TODAY);
	assert_int_equal(stats_now().in_memory, 0);
	run_all_jobs(TODAY);
	assert_int_equal(stats_now().runs, 5);
	assert_int_equal(ids_job_run(merge, &fault), STATUS_OK);
	ids_job_done(ids, merge, true);
	assert_int_equal(file_count(), IDS_RUNS_MAX + 2); /* nothing was removed */
	run_all_jobs(TODAY);
	assert_int_equal(stats_now().runs, 2);
	make_list_durable();
	run_all_jobs(TODAY);
	assert_int_equal(stats_now().runs, 1);
	make_list_durable();
	run_all_jobs(TODAY);
	assert_int_equal(file_count(), 1);
	assert_known(1, 4);
	close_ids();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(runs_are_merged_when_there_are_enough_of_one_size),
		TEST(files_that_a_merge_replaced_stay_until_a_list_without_them_is_durable),
		TEST(files_of_merged_runs_stay_as_long_as_a_view_looks_at_them),
		TEST(the_newest_position_wins_wherever_it_lies),
		TEST(the_newest_is_found_though_a_run_with_an_older_one_reaches_further),
		TEST(ids_whose_day_is_past_are_dropped_by_merges_and_others_stay),
		TEST(a_run_whose_days_are_all_past_goes_without_a_merge),
		TEST(the_day_before_which_ids_were_dropped_never_falls),
		TEST(a_write_and_a_merge_are_out_at_once_and_either_may_end_first),
		TEST(a_job_that_failed_or_was_given_back_changes_nothing),
		TEST(jobs_short_of_memory_fail_and_succeed_later),
		TEST(large_file_goes_in_several_jobs_and_others_get_their_turn_between),
		TEST(without_a_durable_list_no_file_is_forgotten_and_work_goes_on_after_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
