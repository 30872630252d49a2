/*
 * What the tests of fsck share. One folder is made by a load, once ended well and once killed; each
 * test has a copy of it, damages it in one way at a random place, and says what must be found.
 */
#ifndef SUANPAN_TEST_FSCK_CASE_H
#define SUANPAN_TEST_FSCK_CASE_H

#include "damaged.h"

#include "../../../store/fsck.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>

#include <cmocka.h>

enum { ACCOUNTS = 150, TASKS = 9000, TAIL_TASKS = 300, LISTED_MAX = 400 };

static char scratch[256];
static char base_clean[300], base_killed[300];
static char data[300];
static struct living living;
static struct random chance;
static struct row row;

/* ---- the folders ---- */

static inline void
do_task(struct task task)
{
	uint64_t position;
	if (bank_do(&living, &task, &position) != STATUS_OK) {
		fprintf(stderr, "%s\n", living.fault.text);
		abort();
	}
}

static inline void
load(size_t tasks, uint64_t *next_id)
{
	for (size_t i = 0; i < tasks; i++) {
		struct task task = bank_random_task(&chance, ACCOUNTS, next_id);
		task.at_ms = living.now_ms - (int64_t)random_below(&chance, 20) * LIVING_DAY_MS / 2;
		do_task(task);
		if (task.kind == TASK_REFUSE && random_below(&chance, 2) == 0) {
			task.kind = TASK_CHARGE;
			task.amount = 7;
			task.attempt = 2;
			do_task(task);
		}
		if (random_below(&chance, 8) == 0)
			living_turn(&living, false);
		if (i % 1000 == 0) {
			living.now_ms += LIVING_DAY_MS;
			living_turn(&living, false);
		}
	}
}

#define SCHEDULED_MS (LIVING_BEGAN_MS + 10000 * LIVING_DAY_MS)

/* A release with its bundle, and when it is to come into force, as the engine keeps them. */
static inline void
publish(const char *directory)
{
	static const char content[] = "a bundle";
	static struct draft draft;
	char name[SHA256_HEX + 1] = "", path[600];
	uint8_t digest[SHA256_BYTES], place[64], activation_place[128];
	struct record_key key, activation_key;
	struct bytes ignored;
	uint64_t position;
	const struct bytes bundle = { (const uint8_t *)content, sizeof content };
	struct field_writer writer = fields_into(place, sizeof place);
	const struct release_record release = {
		.size = sizeof content, .by = TEXT("me"), .catalog = TEXT("c")
	};
	sha256(bundle, digest);
	hex_encode(digest, sizeof digest, name);
	snprintf(path, sizeof path, "%s/releases", directory);
	if (disk_make_directory(path, NULL) != STATUS_OK)
		abort();
	snprintf(path, sizeof path, "%s/releases/%s.bundle", directory, name);
	if (disk_write_file(path, bundle, NULL) != STATUS_OK)
		abort();
	key_of_text(&key, TABLE_RELEASE, text_of(name));
	release_record_write(&writer, &release);
	draft_begin(&draft, &living, ENTRY_RELEASE);
	while (draft_find(&draft, &key, &ignored) == LOOKUP_COLD)
		living_wait_record(&living, &key);
	draft_effect(&draft, &key, fields_written(&writer));
	writer = fields_into(activation_place, sizeof activation_place);
	activation_record_write(&writer,
		&(struct activation_record){
			.release = text_of(name), .by = TEXT("me"), .since_ms = INT64_MIN });
	key_of_activation(&activation_key, SCHEDULED_MS);
	while (draft_find(&draft, &activation_key, &ignored) == LOOKUP_COLD)
		living_wait_record(&living, &activation_key);
	draft_effect(&draft, &activation_key, fields_written(&writer));
	while (store_append(living.store, &draft.entry, draft.effects, &position, NULL) ==
		STATUS_BUSY)
		living_turn(&living, true);
}

/* A load whose last part no checkpoint has seen, and no end. */
static inline void
load_and_die(const char *directory, uint64_t next_id)
{
	pid_t child = fork();
	if (child == 0) {
		living_init(&living, directory);
		living.settings.checkpoint_ms = 3600000;
		living.settings.behind_bytes_max = (uint64_t)1 << 30;
		if (living_open(&living) != STATUS_OK) {
			fprintf(stderr, "%s\n", living.fault.text);
			_exit(1);
		}
		load(TAIL_TASKS, &next_id);
		if (!living_settle(&living))
			_exit(2);
		raise(SIGKILL);
	}
	int ended;
	if (waitpid(child, &ended, 0) != child || !WIFSIGNALED(ended))
		abort();
}

static inline int
make_bases(void **state)
{
	(void)state;
	uint64_t next_id = 0;
	chance.state = random_seed("fsck");
	scratch_make_fast(scratch);
	snprintf(base_clean, sizeof base_clean, "%s/clean", scratch);
	snprintf(base_killed, sizeof base_killed, "%s/killed", scratch);
	snprintf(data, sizeof data, "%s/data", scratch);
	living_init(&living, base_clean);
	if (living_open(&living) != STATUS_OK)
		fail_msg("%s", living.fault.text);
	for (uint64_t account = 0; account < ACCOUNTS; account++)
		do_task((struct task){ .kind = TASK_OPEN, .account = account, .amount = 1000000 });
	publish(base_clean);
	load(TASKS, &next_id);
	if (living_close(&living) != STATUS_OK)
		fail_msg("%s", living.fault.text);
	tree_copy(base_clean, base_killed);
	load_and_die(base_killed, next_id);
	return 0;
}

static inline int
remove_bases(void **state)
{
	(void)state;
	tree_remove(scratch);
	return 0;
}

/* ---- checking ---- */

struct listed {
	size_t count;
	struct {
		char name[40];
		char where[200];
		char what[200];
	} list[LISTED_MAX];
};

static struct listed listed;
static struct fsck_report report;
static uint64_t progress_last;

static inline void
list_finding(void *context, const struct fsck_finding *finding)
{
	(void)context;
	if (listed.count == LISTED_MAX)
		abort();
	snprintf(listed.list[listed.count].name, 40, "%s", fsck_name(finding->name));
	snprintf(listed.list[listed.count].where, 200, "%s", finding->where);
	snprintf(listed.list[listed.count++].what, 200, "%s", finding->what);
}

static inline void
take_progress(void *context, uint64_t done, uint64_t total)
{
	(void)context;
	assert_true(done >= progress_last && done <= total);
	progress_last = done;
}

static inline enum status
check(struct fault *fault)
{
	const struct fsck_options options = { .found = list_finding, .progress = take_progress };
	listed.count = 0;
	progress_last = 0;
	return fsck_run(data, &options, &report, fault);
}

static inline void
show_findings(void)
{
	for (size_t i = 0; i < listed.count; i++)
		printf("             %s: %s: %s\n", listed.list[i].name, listed.list[i].where,
			listed.list[i].what);
}

static inline void
assert_clean(void)
{
	struct fault fault;
	if (check(&fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	if (listed.count > 0)
		show_findings();
	assert_int_equal(listed.count, 0);
	assert_int_equal(report.findings, 0);
	assert_int_equal(progress_last, report.total);
}

static inline void
assert_found(const char *name)
{
	struct fault fault;
	if (check(&fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	for (size_t i = 0; i < listed.count; i++) {
		if (strcmp(listed.list[i].name, name) == 0)
			return;
	}
	show_findings();
	fail_msg("%s was not found", name);
}

/* Nothing else is: the damage is not told in several ways. */
static inline void
assert_found_alone(const char *name)
{
	assert_found(name);
	for (size_t i = 0; i < listed.count; i++) {
		if (strcmp(listed.list[i].name, name) != 0) {
			show_findings();
			fail_msg("%s was found besides", listed.list[i].name);
		}
	}
}

/* ---- places ---- */

static inline struct journal_place
place_of_data(void)
{
	struct folder folder;
	if (folder_open_existing(&folder, data, NULL) != STATUS_OK)
		abort();
	struct journal_place place = folder_journal(&folder);
	folder_close(&folder);
	return place;
}

static inline void
load_row(void)
{
	struct journal_place place = place_of_data();
	row_load(&row, &place);
	assert_true(row.count > 30 && journal_segment_of(&place, row.end) >= 4);
}

static inline void
save_row(void)
{
	row_save(&row);
	row_release(&row);
}

/* A frame that is not among the last, so that the row goes on behind it. */
static inline size_t
some_frame(void)
{
	return 5 + random_below(&chance, row.count - 10);
}

static inline void
data_path(const char *name, char path[600])
{
	snprintf(path, 600, "%s/%s", data, name);
}

static inline void
flip(const char *path, uint64_t offset)
{
	FILE *file = fopen(path, "r+b");
	assert_non_null(file);
	fseek(file, (long)offset, SEEK_SET);
	int c = fgetc(file);
	assert_true(c != EOF);
	fseek(file, (long)offset, SEEK_SET);
	fputc(c ^ (1 << random_below(&chance, 8)), file);
	fclose(file);
}

static inline uint64_t
size_of(const char *path)
{
	struct stat stat_buffer;
	assert_int_equal(stat(path, &stat_buffer), 0);
	return (uint64_t)stat_buffer.st_size;
}

static inline void
remove_first_segment(void)
{
	char path[DISK_PATH_MAX];
	struct journal_place place = place_of_data();
	segment_path(&place, 0, path);
	assert_int_equal(unlink(path), 0);
}

/* An entry behind the end of a folder that was killed. */
static inline struct entry
forged_entry(void)
{
	return (struct entry){ .kind = ENTRY_PUT,
		.made_ms = row.frames[row.count - 1].frame.time_ms };
}

/* ---- a copy for each test ---- */

static inline int
copy_base(const char *base)
{
	tree_remove(data);
	tree_copy(base, data);
	listed.count = 0;
	return 0;
}

static inline int
clean(void **state)
{
	(void)state;
	return copy_base(base_clean);
}

static inline int
killed(void **state)
{
	(void)state;
	return copy_base(base_killed);
}

static inline int
put_away(void **state)
{
	(void)state;
	memory_fail_at(0);
	row_release(&row);
	living_close(&living);
	return 0;
}

#define OF(base, name) cmocka_unit_test_setup_teardown(name, base, put_away)

#endif
