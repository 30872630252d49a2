/*
 * What the tests of the ids share: ids in a folder of their own for each test, the work on them
 * done one job after the other, and ids that are told by a number. Id number n lies at position 10 n.
 */
#ifndef SUANPAN_TEST_IDS_CASE_H
#define SUANPAN_TEST_IDS_CASE_H

#include "../../../store/ids.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>

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

static inline int
set_up(void **state)
{
	(void)state;
	scratch_make(folder);
	options = (struct ids_options){
		.folder = FOLDER,
		.generation_count_max = IDS_GENERATION_COUNT_MIN,
		.generations_max = 2,
		.merge_at = 4,
		.dropped_before = IDS_NONE_DROPPED,
	};
	memcpy(options.directory, folder, sizeof folder);
	listed_count = 0;
	ids = NULL;
	return 0;
}

static inline int
tear_down(void **state)
{
	(void)state;
	failures_end();
	scratch_remove(folder);
	return 0;
}

static inline void
open_ids(void)
{
	assert_int_equal(ids_open(&ids, &options, listed, listed_count, &fault), STATUS_OK);
}

static inline void
close_ids(void)
{
	ids_close(ids);
	ids = NULL;
}

static inline size_t
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
static inline struct hash128
hash_of(uint64_t number)
{
	char text[32];
	int length = snprintf(text, sizeof text, "id-%llu", (unsigned long long)number);
	return ids_hash(FOLDER, TEXT("07715510000"), (struct text){ text, (size_t)length });
}

/* Adds `count` ids from number `first` on, each at ten times its number. */
static inline void
add_range(uint64_t first, uint64_t count)
{
	for (uint64_t number = first; number < first + count; number++) {
		assert_true(ids_may_add(ids));
		ids_add(ids, hash_of(number), 10 * number, TODAY);
	}
}

static inline size_t
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
static inline void
make_list_durable(void)
{
	listed_count = ids_list(ids, listed, IDS_RUNS_MAX);
	assert_true(listed_count <= IDS_RUNS_MAX);
	ids_listed(ids, listed, listed_count);
}

/* Probes, and searches if a filter says so: the newest candidate below `before`. */
static inline bool
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

static inline void
assert_known(uint64_t first, uint64_t count)
{
	for (uint64_t number = first; number < first + count; number++) {
		uint64_t position = 0;
		assert_true(look_up(hash_of(number), UINT64_MAX, &position));
		assert_int_equal(position, 10 * number);
		assert_false(look_up(hash_of(number), 10 * number, &position));
	}
}

static inline void
assert_unknown(uint64_t first, uint64_t count)
{
	for (uint64_t number = first; number < first + count; number++) {
		uint64_t position = 0;
		assert_false(look_up(hash_of(number), UINT64_MAX, &position));
	}
}

static inline struct ids_stats
stats_now(void)
{
	struct ids_stats stats;
	ids_stats(ids, &stats);
	return stats;
}

/* Makes a run of `count` ids from number `first` on. */
static inline void
make_run(uint64_t first, uint64_t count)
{
	add_range(first, count);
	ids_seal(ids);
	struct ids_job *job = ids_job_next(ids, TODAY, AGE_MAX);
	assert_non_null(job);
	assert_int_equal(ids_job_run(job, &fault), STATUS_OK);
	ids_job_done(ids, job, true);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
