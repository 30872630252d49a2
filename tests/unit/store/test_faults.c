/*
 * Whatever fails, once, at whatever moment: the store stops or refuses and says why, opening it
 * again recovers, what was acknowledged is there, nothing is there twice, and fsck finds nothing. A
 * script is run again and again, and each time the next call of a kind fails, until a run ends in
 * which none was left to fail.
 *
 * Two scripts do the same work: one begins with nothing, one with a folder whose owner was killed.
 */
#include "living.h"

#include "../../../engine/base/log.h"
#include "../../../store/folder.h"
#include "../../../store/fsck.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>

#include <cmocka.h>

enum { ACCOUNTS = 3, FIRST_TASKS = 6, CHECKPOINT_TASK = 7, TASKS = 12, RUNS_MAX = 3000 };

static char scratch[256];
static char base[300];
static char data[300];
static struct living living;
static struct naive naive;
static bool has_checkpoints = true; /* beside the tasks; else all is written at the end */

/* What the script does, and what has become of it. */
struct progress {
	struct task task;
	uint64_t position; /* 0: not decided */
	bool acknowledged;
};
static struct progress tasks[TASKS];

/* ---- the script ---- */

static void
tasks_init(void)
{
	static const enum task_kind kinds[] = { TASK_OPEN, TASK_TOPUP, TASK_CHARGE, TASK_REFUSE };
	memset(tasks, 0, sizeof tasks);
	for (uint64_t i = 0; i < TASKS; i++) {
		struct task *task = &tasks[i].task;
		task->kind = i < ACCOUNTS ? TASK_OPEN : kinds[i % 4];
		task->account = i % ACCOUNTS;
		task->id = i + 1;
		task->amount = task->kind == TASK_REFUSE ? 0 : (int64_t)(1000 * (i + 1));
	}
}

static void
settings_init(void)
{
	living_init(&living, data);
	living.settings.segment_spares = 1;
	living.settings.batch_bytes_max = 64 * 1024;
	living.settings.records_bytes_max = (size_t)8 << 20;
	living.settings.map_bytes = (uint64_t)16 << 20;
	living.settings.checkpoint_ms = has_checkpoints ? 10 : 3600000;
	living.settings.sweep_ms = 0;
}

/* One task; what is refused for want of memory is sent again, once. */
static enum status
do_one(struct progress *one)
{
	enum status status = bank_do(&living, &one->task, &one->position);
	if (status == STATUS_MEMORY && living.store != NULL && !living.failed)
		status = bank_do(&living, &one->task, &one->position);
	if (status != STATUS_OK)
		one->position = 0;
	return status;
}

static void
acknowledge(void)
{
	for (size_t i = 0; i < TASKS; i++)
		tasks[i].acknowledged |= tasks[i].position != 0;
}

/* Until a checkpoint stands for all there is. */
static bool
wait_for_checkpoint(void)
{
	struct store_stats stats;
	struct timespec pause = { 0, 300000 };
	while (!living.failed) {
		store_stats(living.store, &stats);
		if (stats.applied >= stats.decided)
			return true;
		living_turn(&living, false); /* waiting, it would sleep until the store's timer */
		nanosleep(&pause, NULL);
	}
	return false;
}

static enum status
end_failed(void)
{
	struct fault fault = living.fault;
	enum status status = living_close(&living);
	if (status == STATUS_OK) { /* refused, and ended well all the same */
		living.fault = fault;
		return fault.status;
	}
	return status;
}

/* Does all tasks that are not there, and closes. */
static enum status
finish_tasks(void)
{
	for (size_t i = 0; i < TASKS; i++) {
		if (tasks[i].position != 0)
			continue;
		if (do_one(&tasks[i]) != STATUS_OK)
			return end_failed();
		if (i % 4 != 3)
			continue;
		if (!living_settle(&living))
			return end_failed();
		acknowledge();
		if (has_checkpoints && i == CHECKPOINT_TASK && !wait_for_checkpoint())
			return end_failed();
	}
	enum status status = living_close(&living);
	if (status == STATUS_OK)
		acknowledge();
	return status;
}

/* The status of the first failure. */
static enum status
run_script(void)
{
	memset(&living.fault, 0, sizeof living.fault);
	enum status status = living_open(&living);
	return status == STATUS_OK ? finish_tasks() : status;
}

/* ---- what must be so afterwards ---- */

static void
task_names(const struct task *task, char scope[32], char id[32])
{
	snprintf(scope, 32, "0771%07llu", (unsigned long long)task->account);
	snprintf(id, 32, "call-%llu", (unsigned long long)task->id);
}

/* Which tasks are in the journal. What was acknowledged must be, where it was said to be. */
static void
look_for_tasks(void)
{
	for (size_t i = 0; i < TASKS; i++) {
		char scope[32], id[32];
		task_names(&tasks[i].task, scope, id);
		uint64_t position = naive_id_place(&naive, text_of(scope), text_of(id))->position;
		if (tasks[i].acknowledged && position != tasks[i].position)
			fail_msg("task %zu was acknowledged at %llu and is at %llu", i,
				(unsigned long long)tasks[i].position,
				(unsigned long long)position);
		tasks[i].position = position;
	}
}

static void
assert_balances(void)
{
	for (uint64_t account = 0; account < ACCOUNTS; account++) {
		struct record_key key;
		int64_t expected = 0;
		for (size_t i = 0; i < TASKS; i++) {
			const struct task *task = &tasks[i].task;
			if (task->account == account)
				expected += task->kind == TASK_CHARGE ? -task->amount
								      : task->amount;
		}
		bank_balance_key(&key, account);
		const struct naive_record *record = naive_get(
			&naive, key.table, (struct bytes){ key.data, key.size });
		assert_non_null(record);
		assert_int_equal(balance_read((struct bytes){ record->value, record->size }).amount,
			expected);
	}
}

static void
tell_finding(void *context, const struct fsck_finding *finding)
{
	(void)context;
	printf("             %s: %s: %s\n", fsck_name(finding->name), finding->where,
		finding->what);
}

static void
assert_fsck_is_clean(void)
{
	const struct fsck_options options = { .found = tell_finding };
	struct fsck_report report;
	struct fault fault;
	if (fsck_run(data, &options, &report, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	assert_int_equal(report.findings, 0);
}

/* The journal as it lies on the disk; which tasks are in it. */
static void
replay(void)
{
	struct folder folder;
	struct fault fault;
	if (folder_open_existing(&folder, data, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	struct journal_place place = folder_journal(&folder);
	folder_close(&folder);
	naive_release(&naive);
	if (naive_replay(&naive, &place, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	assert_false(naive.wrong);
	look_for_tasks();
}

/* Opens again what a fault has left: what was acknowledged is there, and the rest can be done. */
static void
assert_recovers(void)
{
	struct database_meta meta;
	char path[600];
	snprintf(path, sizeof path, "%s/folder", data);
	if (disk_exists(path)) /* else nothing had been made yet */
		replay();
	if (living_open(&living) != STATUS_OK)
		fail_msg("%s", living.fault.text);
	assert_true(living_agrees(&living, &naive));
	if (finish_tasks() != STATUS_OK)
		fail_msg("%s", living.fault.text);
	replay();
	assert_balances();
	assert_true(database_agrees(data, &naive, &meta));
	assert_true(meta.clean);
	assert_fsck_is_clean();
}

/* ---- faults ---- */

struct kind {
	const char *name;
	void (*fail_at)(uint64_t countdown);
	uint64_t (*count)(void);
};

#define DISK_KIND(word, call, error) \
	static void fail_##word(uint64_t countdown) \
	{ \
		disk_fail_at(call, countdown, error); \
	} \
	static uint64_t count_##word(void) \
	{ \
		return disk_call_count(call); \
	}
DISK_KIND(open, DISK_CALL_OPEN, EIO)
DISK_KIND(write, DISK_CALL_WRITE, EIO)
DISK_KIND(short_write, DISK_CALL_WRITE, 0)
DISK_KIND(full_write, DISK_CALL_WRITE, ENOSPC)
DISK_KIND(read, DISK_CALL_READ, EIO)
DISK_KIND(sync, DISK_CALL_SYNC, EIO)
DISK_KIND(name, DISK_CALL_NAME, EIO)

static const struct kind KINDS[] = {
	{ "open", fail_open, count_open },
	{ "write", fail_write, count_write },
	{ "short write", fail_short_write, count_short_write },
	{ "full write", fail_full_write, count_full_write },
	{ "read", fail_read, count_read },
	{ "sync", fail_sync, count_sync },
	{ "name", fail_name, count_name },
	{ "LMDB", database_fail_at, database_call_count },
	{ "memory", memory_fail_at, memory_request_count },
};

static void
begin(bool killed)
{
	tree_remove(data);
	if (killed)
		tree_copy(base, data);
	tasks_init();
	settings_init();
}

/* What a killed owner had done counts as acknowledged: it was durable. */
static void
take_base(void)
{
	replay();
	for (size_t i = 0; i < FIRST_TASKS; i++)
		assert_true(tasks[i].position != 0);
	acknowledge();
}

/* One run with a fault. False: there was none left. */
static bool
run_with_fault(const struct kind *kind, bool killed, uint64_t number, unsigned *told)
{
	begin(killed);
	naive_release(&naive);
	naive_init(&naive);
	if (killed)
		take_base();
	kind->fail_at(number);
	enum status status = run_script();
	bool reached = kind->count() >= number;
	kind->fail_at(0);
	if (status != STATUS_OK) {
		assert_true(reached);
		/* A sentence that says what and where. */
		assert_int_equal(living.fault.status, status);
		assert_true(strlen(living.fault.text) > 15);
		(*told)++;
	}
	assert_recovers();
	return reached;
}

static void
every_call_may_fail(const struct kind *kind, bool killed)
{
	uint64_t number = 1;
	unsigned told = 0;
	has_checkpoints =
		!killed; /* what finds no room beside the tasks is tried again after a second, which takes its time */
	while (run_with_fault(kind, killed, number, &told))
		assert_true(++number < RUNS_MAX);
	printf("             %-11s %s: %llu calls failed, each once; %u times the store stopped or refused\n",
		kind->name, killed ? "after a kill" : "from nothing",
		(unsigned long long)number - 1, told);
	/* Who was killed may have named all that is needed, and left but a file to take away. */
	bool may_be_harmless = killed && kind->count == count_name;
	assert_true(told > 0 || may_be_harmless);
}

static void
every_call_may_fail_from_nothing(void **state)
{
	every_call_may_fail(*state, false);
}

static void
every_call_may_fail_after_a_kill(void **state)
{
	every_call_may_fail(*state, true);
}

/* ---- */

static void
die_halfway(void)
{
	pid_t child = fork();
	if (child == 0) {
		if (living_open(&living) != STATUS_OK)
			_exit(1);
		for (size_t i = 0; i < FIRST_TASKS; i++) {
			if (do_one(&tasks[i]) != STATUS_OK)
				_exit(2);
			if (i == FIRST_TASKS / 2) {
				living_settle(&living);
				wait_for_checkpoint();
				living.settings.checkpoint_ms = 3600000;
			}
		}
		living_settle(&living);
		raise(SIGKILL);
	}
	int ended;
	if (waitpid(child, &ended, 0) != child || !WIFSIGNALED(ended))
		abort();
}

static int
make_base(void **state)
{
	(void)state;
	log_set_level(LOG_ERROR);
	scratch_make_fast(scratch);
	snprintf(base, sizeof base, "%s/base", scratch);
	snprintf(data, sizeof data, "%s/data", scratch);
	tasks_init();
	settings_init();
	die_halfway();
	tree_copy(data, base);
	naive_init(&naive);
	return 0;
}

static int
remove_base(void **state)
{
	(void)state;
	naive_release(&naive);
	tree_remove(scratch);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++)
		KINDS[i].fail_at(0);
	living_close(&living);
	return 0;
}

#define BOTH(kind) \
	{ "every_" #kind "_may_fail_from_nothing", every_call_may_fail_from_nothing, NULL, end, \
		(void *)(uintptr_t)&KINDS[kind] }, \
	{ \
		"every_" #kind "_may_fail_after_a_kill", every_call_may_fail_after_a_kill, NULL, \
			end, (void *)(uintptr_t)&KINDS[kind] \
	}

enum { OPEN, WRITE, SHORT_WRITE, FULL_WRITE, READ, SYNC, NAME, LMDB_CALL, MEMORY };

int
main(void)
{
	const struct CMUnitTest all[] = {
		BOTH(OPEN),
		BOTH(WRITE),
		BOTH(SHORT_WRITE),
		BOTH(FULL_WRITE),
		BOTH(READ),
		BOTH(SYNC),
		BOTH(NAME),
		BOTH(LMDB_CALL),
		BOTH(MEMORY),
	};
	return cmocka_run_group_tests(all, make_base, remove_base);
}
