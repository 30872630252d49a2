#include "../../../engine/base/memory.h"
#include "../../../store/ids.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>

#include <cmocka.h>

#define FOLDER UINT64_C(0xf01de4)
#define TODAY 20000
#define AGE_MAX 400

static char folder[256];
static struct ids *ids;
static struct ids_options options;
static struct id_run_name listed[IDS_RUNS_MAX]; /* the durable list of runs */
static size_t listed_count;
static struct fault fault;

static int
set_up(void **state)
{
	(void)state;
	scratch_make(folder);
	options = (struct ids_options){
		.folder = FOLDER,
		.generation_count_max = IDS_GENERATION_COUNT_MIN,
		.generations_max = 2,
		.merge_at = 4,
	};
	memcpy(options.directory, folder, sizeof folder);
	listed_count = 0;
	ids = NULL;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	for (int call = 0; call < DISK_CALL_COUNT; call++)
		disk_fail_at((enum disk_call)call, 0, 0);
	memory_fail_at(0);
	scratch_remove(folder);
	return 0;
}

static void
open_ids(void)
{
	assert_int_equal(ids_open(&ids, &options, listed, listed_count, &fault), STATUS_OK);
}

static void
close_ids(void)
{
	ids_close(ids);
	ids = NULL;
}

static size_t
file_count(void)
{
	size_t count = 0;
	DIR *directory = opendir(options.directory);
	assert_non_null(directory);
	for (struct dirent *item; (item = readdir(directory)) != NULL;)
		count += item->d_name[0] != '.';
	closedir(directory);
	return count;
}

/* The hash of id number `number`, as if of a request. */
static struct hash128
hash_of(uint64_t number)
{
	char text[32];
	int length = snprintf(text, sizeof text, "id-%llu", (unsigned long long)number);
	return ids_hash(FOLDER, TEXT("07715510000"), (struct text){ text, (size_t)length });
}

/* Adds `count` ids from number `first` on, each at ten times its number. */
static void
add_range(uint64_t first, uint64_t count)
{
	for (uint64_t number = first; number < first + count; number++) {
		assert_true(ids_may_add(ids));
		ids_add(ids, hash_of(number), 10 * number, TODAY);
	}
}

static size_t
run_all_jobs(int32_t today)
{
	size_t count = 0;
	struct ids_job *job;
	while ((job = ids_job_next(ids, today, AGE_MAX)) != NULL) {
		assert_int_equal(ids_job_run(job, &fault), STATUS_OK);
		ids_job_done(ids, job, true);
		count++;
	}
	return count;
}

/* What a checkpoint does at its end, when its last transaction is durable. */
static void
make_list_durable(void)
{
	listed_count = ids_list(ids, listed, IDS_RUNS_MAX);
	assert_true(listed_count <= IDS_RUNS_MAX);
	ids_listed(ids, listed, listed_count);
}

/* Probes, and searches if a filter says so: the newest candidate below `before`. */
static bool
look_up(struct hash128 hash, uint64_t before, uint64_t *position)
{
	enum ids_outcome outcome = ids_probe(ids, hash, before, position);
	if (outcome != IDS_MAYBE)
		return outcome == IDS_FOUND;
	bool found = false;
	struct ids_view *view = ids_view_take(ids);
	assert_non_null(view);
	assert_int_equal(ids_search(view, hash, before, &found, position, &fault), STATUS_OK);
	ids_view_release(view);
	return found;
}

static void
assert_known(uint64_t first, uint64_t count)
{
	for (uint64_t number = first; number < first + count; number++) {
		uint64_t position = 0;
		assert_true(look_up(hash_of(number), UINT64_MAX, &position));
		assert_int_equal(position, 10 * number);
		assert_false(look_up(hash_of(number), 10 * number, &position));
	}
}

static void
assert_unknown(uint64_t first, uint64_t count)
{
	for (uint64_t number = first; number < first + count; number++) {
		uint64_t position = 0;
		assert_false(look_up(hash_of(number), UINT64_MAX, &position));
	}
}

static struct ids_stats
stats_now(void)
{
	struct ids_stats stats;
	ids_stats(ids, &stats);
	return stats;
}

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

/* ---- runs ---- */

/* Makes a run of `count` ids from number `first` on. */
static void
make_run(uint64_t first, uint64_t count)
{
	add_range(first, count);
	ids_seal(ids);
	struct ids_job *job = ids_job_next(ids, TODAY, AGE_MAX);
	assert_non_null(job);
	assert_int_equal(ids_job_run(job, &fault), STATUS_OK);
	ids_job_done(ids, job, true);
}

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
a_view_taken_before_a_merge_still_finds_all_after_the_files_are_gone(void **state)
{
	(void)state;
	open_ids();
	for (uint64_t i = 0; i < 4; i++)
		make_run(1 + 100 * i, 100);
	struct ids_view *view = ids_view_take(ids);
	run_all_jobs(TODAY);
	make_list_durable();
	run_all_jobs(TODAY);
	assert_int_equal(file_count(), 1);
	for (uint64_t number = 1; number <= 400; number++) {
		bool found = false;
		uint64_t position = 0;
		assert_int_equal(
			ids_search(view, hash_of(number), UINT64_MAX, &found, &position, &fault),
			STATUS_OK);
		assert_true(found && position == 10 * number);
	}
	ids_view_release(view);
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
	run_all_jobs(TODAY + 1);
	assert_int_equal(stats_now().in_runs, 200);
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
	assert_known(1, 100);
	run_all_jobs(TODAY + AGE_MAX + 1);
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

/* ---- crashes ---- */

/*
 * A life that ends with call `countdown` of kind `call` failing, as if the power went: nothing is
 * done about it. All ids below `*durable` were in a durable list. Returns false if the life came to
 * its end without the failure.
 */
static bool
live_until(enum disk_call call, uint64_t countdown, uint64_t *durable)
{
	open_ids();
	uint64_t next = 1;
	bool alive = true;
	disk_fail_at(call, countdown, EIO);
	for (int round = 0; alive && round < 8; round++) {
		add_range(next, 50);
		next += 50;
		ids_seal(ids);
		struct ids_job *job;
		while (alive && (job = ids_job_next(ids, TODAY, AGE_MAX)) != NULL) {
			alive = ids_job_run(job, &fault) == STATUS_OK;
			ids_job_done(ids, job, alive);
		}
		if (alive && round % 2 == 1) {
			assert_int_equal(ids_unsealed_from(ids), UINT64_MAX);
			make_list_durable();
			*durable = next;
		}
	}
	disk_fail_at(call, 0, 0);
	close_ids();
	return !alive;
}

static void
after_a_crash_at_any_call_all_that_was_listed_is_known(void **state)
{
	(void)state;
	unsigned crashes = 0;
	for (int call = 0; call < DISK_CALL_COUNT; call++) {
		bool crashed = true;
		for (uint64_t countdown = 1; crashed; countdown++) {
			uint64_t durable = 1;
			listed_count = 0;
			crashed = live_until((enum disk_call)call, countdown, &durable);
			open_ids();
			assert_int_equal(file_count(), listed_count);
			assert_known(1, durable - 1);
			/* The journal gives the rest again, and goes on. */
			add_range(durable, 500 - durable);
			ids_seal(ids);
			run_all_jobs(TODAY);
			assert_known(1, 499);
			make_list_durable();
			run_all_jobs(TODAY);
			assert_int_equal(file_count(), listed_count);
			close_ids();
			crashes++;
		}
	}
	assert_true(crashes > 100);
}

/* ---- against a model ---- */

enum { MODEL_HASHES = 600, MODEL_POSITIONS = 20000, MODEL_STEPS = 60000 };

struct model_id {
	size_t hash;
	uint64_t position;
	int32_t day;
};

/* A naive set, and what the journal would give again after a crash. */
struct model {
	struct random random;
	struct hash128 hashes[MODEL_HASHES];
	struct model_id all[MODEL_POSITIONS]; /* position is the index plus 1 */
	size_t count;
	int32_t today;
	uint64_t replay_from;    /* that goes with the durable list */
	struct ids_job *jobs[3]; /* out */
	size_t job_count;
};

/* Hashes that collide in part: in the high half, in the low half, in the tag and the line, in the
 * line of the filter. */
static void
model_hashes(struct model *model)
{
	for (size_t i = 0; i < MODEL_HASHES; i++) {
		struct hash128 hash = { random_next(&model->random), random_next(&model->random) };
		if (i > 0 && i % 5 == 0)
			hash.high = model->hashes[i - 1].high;
		else if (i > 0 && i % 5 == 1)
			hash.low = model->hashes[i - 1].low;
		else if (i % 5 == 2)
			hash.high &= UINT64_C(0xff00000000000003);
		model->hashes[i] = hash;
	}
}

static void
model_add(struct model *model)
{
	if (model->count == MODEL_POSITIONS || !ids_may_add(ids))
		return;
	struct model_id *id = &model->all[model->count++];
	id->hash = random_below(&model->random, MODEL_HASHES);
	id->position = model->count;
	id->day = model->today - (int32_t)random_below(&model->random, 20);
	ids_add(ids, model->hashes[id->hash], id->position, id->day);
}

/* Walks all candidates of a hash. Those that are not past must all be there; none may be there that
 * was never added. */
static void
model_check_hash(struct model *model, size_t hash)
{
	uint64_t before = UINT64_MAX;
	for (size_t i = model->count; i > 0; i--) {
		const struct model_id *id = &model->all[i - 1];
		if (id->hash != hash)
			continue;
		bool past = id->day < model->today - AGE_MAX;
		uint64_t position = 0;
		bool found = look_up(model->hashes[hash], before, &position);
		if (past && (!found || position != id->position))
			continue; /* was dropped, as it may be */
		assert_true(found);
		assert_int_equal(position, id->position);
		before = position;
	}
	uint64_t position = 0;
	assert_false(look_up(model->hashes[hash], before, &position));
}

static void
model_job_end(struct model *model)
{
	if (model->job_count == 0)
		return;
	size_t chosen = random_below(&model->random, model->job_count);
	struct ids_job *job = model->jobs[chosen];
	model->jobs[chosen] = model->jobs[--model->job_count];
	size_t fate = random_below(&model->random, 10);
	if (fate == 0) {
		ids_job_done(ids, job, false);
		return;
	}
	if (fate == 1) {
		size_t call = random_below(&model->random, DISK_CALL_COUNT);
		disk_fail_at((enum disk_call)call, 1 + random_below(&model->random, 4), ENOSPC);
	}
	enum status status = ids_job_run(job, &fault);
	for (int call = 0; call < DISK_CALL_COUNT; call++)
		disk_fail_at((enum disk_call)call, 0, 0);
	assert_true(status == STATUS_OK || (fate == 1 && status == STATUS_FULL));
	ids_job_done(ids, job, status == STATUS_OK);
}

static void
model_job_begin(struct model *model)
{
	struct ids_job *job = ids_job_next(ids, model->today, AGE_MAX);
	if (job != NULL)
		model->jobs[model->job_count++] = job;
}

static void
model_checkpoint(struct model *model)
{
	listed_count = ids_list(ids, listed, IDS_RUNS_MAX);
	model->replay_from = ids_unsealed_from(ids);
	if (model->replay_from == UINT64_MAX)
		model->replay_from = model->count + 1;
	if (random_below(&model->random, 4) > 0) /* else a crash comes before */
		ids_listed(ids, listed, listed_count);
}

static void
model_reopen(struct model *model)
{
	while (model->job_count > 0)
		ids_job_done(ids, model->jobs[--model->job_count], false);
	close_ids();
	open_ids();
	assert_int_equal(file_count(), listed_count);
	for (uint64_t position = model->replay_from; position <= model->count; position++) {
		const struct model_id *id = &model->all[position - 1];
		if (!ids_may_add(ids))
			run_all_jobs(model->today);
		ids_add(ids, model->hashes[id->hash], id->position, id->day);
	}
}

static void
model_step(struct model *model)
{
	size_t kind = random_below(&model->random, 1000);
	if (kind < 500) {
		model_add(model);
	} else if (kind < 530) {
		ids_seal(ids);
	} else if (kind < 650) {
		model_job_begin(model);
	} else if (kind < 770) {
		model_job_end(model);
	} else if (kind < 785) {
		model_checkpoint(model);
	} else if (kind < 787) {
		model_reopen(model);
	} else if (kind < 790) {
		model->today += (int32_t)random_below(&model->random, 20);
	} else {
		model_check_hash(model, random_below(&model->random, MODEL_HASHES));
	}
}

static void
it_agrees_with_a_naive_set_over_any_row_of_events(void **state)
{
	(void)state;
	static struct model model;
	model = (struct model){ .today = TODAY, .replay_from = 1 };
	model.random.state = random_seed("against a naive set");
	options.merge_at = 2 + (unsigned)random_below(&model.random, 3);
	options.generations_max = 1 + random_below(&model.random, 3);
	model_hashes(&model);
	open_ids();
	for (size_t step = 0; step < MODEL_STEPS; step++)
		model_step(&model);
	while (model.job_count > 0)
		model_job_end(&model);
	ids_seal(ids);
	run_all_jobs(model.today);
	assert_int_equal(ids_unsealed_from(ids), UINT64_MAX);
	make_list_durable();
	run_all_jobs(model.today);
	assert_int_equal(file_count(), listed_count);
	for (size_t hash = 0; hash < MODEL_HASHES; hash++)
		model_check_hash(&model, hash);
	close_ids();
}

/* ---- threads ---- */

enum { SEARCHERS = 2, SEARCHED_IDS = 60000 };

/* One place where the owner lays a view, and a job, for others to take. */
struct exchange {
	pthread_mutex_t mutex;
	struct ids_view *view; /* the exchange's reference */
	uint64_t view_ids;     /* ids 1 … that many must be in it */
	struct ids_job *job;   /* to be run */
	bool job_ended;
	bool over;
	atomic_uint searches;
};

static void *
search_many(void *context)
{
	struct exchange *exchange = context;
	struct random random = { (uint64_t)(uintptr_t)&random };
	for (bool over = false; !over;) {
		pthread_mutex_lock(&exchange->mutex);
		struct ids_view *view = exchange->view;
		uint64_t view_ids = exchange->view_ids;
		exchange->view = NULL;
		over = exchange->over;
		pthread_mutex_unlock(&exchange->mutex);
		if (view == NULL) {
			sched_yield();
			continue;
		}
		for (size_t i = 0; i < 200 && view_ids > 0; i++) {
			uint64_t number = 1 + random_below(&random, view_ids);
			bool found = false;
			uint64_t position = 0;
			enum status status = ids_search(
				view, hash_of(number), UINT64_MAX, &found, &position, NULL);
			if (status != STATUS_OK || !found || position != 10 * number)
				abort();
			atomic_fetch_add(&exchange->searches, 1);
		}
		ids_view_release(view);
	}
	return NULL;
}

static void *
run_jobs(void *context)
{
	struct exchange *exchange = context;
	for (bool over = false; !over;) {
		pthread_mutex_lock(&exchange->mutex);
		struct ids_job *job = exchange->job_ended ? NULL : exchange->job;
		over = exchange->over;
		pthread_mutex_unlock(&exchange->mutex);
		if (job == NULL) {
			sched_yield();
			continue;
		}
		if (ids_job_run(job, NULL) != STATUS_OK)
			abort();
		pthread_mutex_lock(&exchange->mutex);
		exchange->job_ended = true;
		pthread_mutex_unlock(&exchange->mutex);
	}
	return NULL;
}

/* The owner's turn: takes what ended, lays out what is next. `number` ids were added; the view
 * lacks the current ones. */
static void
exchange_turn(struct exchange *exchange, uint64_t number)
{
	struct ids_view *old = NULL;
	struct ids_view *view = ids_view_take(ids);
	assert_non_null(view);
	/* A generation that is just full may still be the current one, which no view has. */
	uint64_t full = options.generation_count_max;
	uint64_t sealed = number == 0 ? 0 : (number - 1) / full * full;
	pthread_mutex_lock(&exchange->mutex);
	old = exchange->view;
	exchange->view = view;
	exchange->view_ids = sealed;
	if (exchange->job_ended) {
		ids_job_done(ids, exchange->job, true);
		exchange->job = NULL;
		exchange->job_ended = false;
	}
	if (exchange->job == NULL)
		exchange->job = ids_job_next(ids, TODAY, AGE_MAX);
	pthread_mutex_unlock(&exchange->mutex);
	if (old != NULL)
		ids_view_release(old);
}

static void
workers_search_while_the_owner_adds_seals_and_merges(void **state)
{
	(void)state;
	options.merge_at = 2;
	open_ids();
	struct exchange exchange = { .mutex = PTHREAD_MUTEX_INITIALIZER };
	pthread_t searchers[SEARCHERS];
	pthread_t runner;
	for (size_t i = 0; i < SEARCHERS; i++)
		assert_int_equal(pthread_create(&searchers[i], NULL, search_many, &exchange), 0);
	assert_int_equal(pthread_create(&runner, NULL, run_jobs, &exchange), 0);
	for (uint64_t number = 1; number <= SEARCHED_IDS; number++) {
		uint64_t position = 0;
		assert_true(ids_probe(ids, hash_of(number), UINT64_MAX, &position) != IDS_FOUND);
		while (!ids_may_add(ids))
			exchange_turn(&exchange, number - 1);
		ids_add(ids, hash_of(number), 10 * number, TODAY);
		if (number % 100 == 0)
			exchange_turn(&exchange, number);
		if (number % 10000 == 0)
			make_list_durable();
	}
	while (ids_unsealed_from(ids) != UINT64_MAX || atomic_load(&exchange.searches) < 10000) {
		ids_seal(ids);
		exchange_turn(&exchange, SEARCHED_IDS);
	}
	pthread_mutex_lock(&exchange.mutex);
	exchange.over = true;
	pthread_mutex_unlock(&exchange.mutex);
	for (size_t i = 0; i < SEARCHERS; i++)
		pthread_join(searchers[i], NULL);
	pthread_join(runner, NULL);
	if (exchange.view != NULL)
		ids_view_release(exchange.view);
	if (exchange.job != NULL)
		ids_job_done(ids, exchange.job, exchange.job_ended);
	assert_known(1, SEARCHED_IDS);
	close_ids();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST_CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST_CASE(scope_and_id_make_the_hash_and_neither_runs_into_the_other),
		TEST_CASE(an_id_is_absent_until_it_is_added_and_then_found),
		TEST_CASE(attempts_and_colliding_ids_are_all_kept_newest_first),
		TEST_CASE(a_full_generation_is_sealed_and_what_is_unsealed_is_told_exactly),
		TEST_CASE(no_id_comes_into_a_run_before_its_entry_is_durable),
		TEST_CASE(sealing_without_ids_does_nothing),
		TEST_CASE(a_disk_that_lags_behind_pushes_back_and_a_seal_asked_for_is_made_up_for),
		TEST_CASE(memory_stays_the_same_however_many_generations_go_by),
		TEST_CASE(a_generation_that_a_view_holds_is_not_used_anew),
		TEST_CASE(runs_are_merged_when_there_are_enough_of_one_size),
		TEST_CASE(files_that_a_merge_replaced_stay_until_a_list_without_them_is_durable),
		TEST_CASE(a_view_taken_before_a_merge_still_finds_all_after_the_files_are_gone),
		TEST_CASE(the_newest_position_wins_wherever_it_lies),
		TEST_CASE(the_newest_is_found_though_a_run_with_an_older_one_reaches_further),
		TEST_CASE(ids_whose_day_is_past_are_dropped_by_merges_and_others_stay),
		TEST_CASE(a_run_whose_days_are_all_past_goes_without_a_merge),
		TEST_CASE(a_write_and_a_merge_are_out_at_once_and_either_may_end_first),
		TEST_CASE(a_job_that_failed_or_was_given_back_changes_nothing),
		TEST_CASE(jobs_short_of_memory_fail_and_succeed_later),
		TEST_CASE(without_a_durable_list_no_file_is_forgotten_and_work_goes_on_after_it),
		TEST_CASE(opening_removes_runs_that_are_not_listed_and_nothing_else),
		TEST_CASE(a_listed_run_that_is_missing_or_damaged_stops_the_opening),
		TEST_CASE(options_out_of_bounds_and_short_memory_are_statuses),
		TEST_CASE(after_a_crash_at_any_call_all_that_was_listed_is_known),
		TEST_CASE(it_agrees_with_a_naive_set_over_any_row_of_events),
		TEST_CASE(workers_search_while_the_owner_adds_seals_and_merges),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
