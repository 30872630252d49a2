/*
 * Whole lives of ids: lives that end at any call of the disk, lives of random events held against a
 * naive set, and one with threads that search all the while.
 */
#include "ids_case.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

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
	failures_end();
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
		TEST(after_a_crash_at_any_call_all_that_was_listed_is_known),
		TEST(it_agrees_with_a_naive_set_over_any_row_of_events),
		TEST(workers_search_while_the_owner_adds_seals_and_merges),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
