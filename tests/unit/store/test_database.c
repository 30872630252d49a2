#include "../../../engine/base/digest.h"
#include "../../../engine/base/memory.h"
#include "../../../store/database.h"
#include "trees.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { MAP_BYTES = 64 << 20, KEYS_MAX = 400, CUSTOMER_KEYS = 200 };

static char folder[256];
static char path[300];
static struct database *database;
static struct fault fault;

static int
set_up(void **state)
{
	(void)state;
	scratch_make_fast(folder);
	snprintf(path, sizeof path, "%s/state", folder);
	database = NULL;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	database_fail_at(0);
	memory_fail_at(0);
	disk_pretend_free_bytes(UINT64_MAX);
	database_close(database);
	tree_remove(folder);
	return 0;
}

static void
open_it(void)
{
	if (database_open(path, MAP_BYTES, false, &database, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
}

static void
close_it(void)
{
	database_close(database);
	database = NULL;
}

static struct database_reader *
read_begin(void)
{
	struct database_reader *reader;
	if (database_read_begin(database, &reader, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	return reader;
}

static struct database_writer *
write_begin(void)
{
	struct database_writer *writer;
	if (database_write_begin(database, &writer, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	return writer;
}

static void
commit(struct database_writer *writer)
{
	if (database_commit(writer, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
}

static struct bytes
bytes_of(const char *string)
{
	return bytes_of_text(text_of(string));
}

static void
put_setting(struct database_writer *writer, const char *key, struct bytes value, uint64_t version)
{
	if (database_put(writer, TABLE_SETTING, bytes_of(key), value, version, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
}

static void
put_settings_now(const char *key, const char *value, uint64_t version)
{
	struct database_writer *writer = write_begin();
	put_setting(writer, key, bytes_of(value), version);
	commit(writer);
}

static bool
has_setting(struct database_reader *reader, const char *key, const char *expected,
	uint64_t expected_version)
{
	bool found;
	struct bytes value;
	uint64_t version;
	assert_int_equal(database_get(reader, TABLE_SETTING, bytes_of(key), &found, &value,
				 &version, &fault),
		STATUS_OK);
	return found && bytes_equal(value, bytes_of(expected)) && version == expected_version;
}

/* ---- claims ---- */

static void
new_one_stands_for_nothing(void **state)
{
	(void)state;
	struct database_meta meta;
	open_it();
	struct database_reader *reader = read_begin();
	assert_int_equal(database_read_meta(reader, &meta, &fault), STATUS_OK);
	static const struct database_meta nothing = { .ids_dropped_before = IDS_NONE_DROPPED };
	assert_memory_equal(&meta, &nothing, sizeof meta);
	for (uint8_t table = 1; table < TABLE_END; table++) {
		struct database_digest digest = { 7, 7 };
		assert_int_equal(database_read_digest(reader, table, &digest, &fault), STATUS_OK);
		assert_true(digest.count == 0 && digest.sum == 0);
	}
	database_read_end(reader);
}

static void
meta_comes_back_as_it_was_written_after_a_restart(void **state)
{
	(void)state;
	static const size_t counts[] = { 3, 0, IDS_RUNS_MAX, 1 };
	struct database_meta written, read;
	for (size_t i = 0; i < 4; i++) {
		memset(&written, 0, sizeof written);
		written.folder = 0x1234;
		written.applied = (struct journal_head){ 8192, 99, 1000, 5 };
		written.epoch = 6 + i;
		written.clean = i % 2 == 0;
		written.ids_dropped_before = 20000 - (int32_t)i;
		written.run_count = counts[i];
		for (size_t run = 0; run < counts[i]; run++)
			written.runs[run].number = 1000 - run;
		open_it();
		struct database_writer *writer = write_begin();
		assert_int_equal(database_put_meta(writer, &written, &fault), STATUS_OK);
		commit(writer);
		close_it();
		open_it();
		struct database_reader *reader = read_begin();
		assert_int_equal(database_read_meta(reader, &read, &fault), STATUS_OK);
		database_read_end(reader);
		close_it();
		assert_memory_equal(&read, &written, sizeof read);
	}
}

static void
record_is_there_when_committed_and_gone_when_removed(void **state)
{
	(void)state;
	open_it();
	put_settings_now("a", "first", 100);
	close_it();
	open_it();
	struct database_reader *reader = read_begin();
	assert_true(has_setting(reader, "a", "first", 100));
	assert_false(has_setting(reader, "b", "first", 100));
	database_read_end(reader);
	struct database_writer *writer = write_begin();
	put_setting(writer, "a", (struct bytes){ NULL, 0 }, 200);
	put_setting(writer, "never there", (struct bytes){ NULL, 0 }, 200);
	commit(writer);
	reader = read_begin();
	bool found = true;
	struct bytes value;
	uint64_t version;
	assert_int_equal(database_get(reader, TABLE_SETTING, bytes_of("a"), &found, &value,
				 &version, &fault),
		STATUS_OK);
	assert_false(found);
	database_read_end(reader);
}

static void
reader_sees_what_was_there_when_it_began(void **state)
{
	(void)state;
	open_it();
	put_settings_now("a", "old", 1);
	struct database_reader *before = read_begin();
	put_settings_now("a", "new", 2);
	struct database_reader *after = read_begin();
	assert_true(has_setting(before, "a", "old", 1));
	assert_true(has_setting(after, "a", "new", 2));
	database_read_end(after);
	database_read_end(before);
	database_read_end(NULL);
}

static void
what_was_aborted_never_was(void **state)
{
	(void)state;
	open_it();
	put_settings_now("a", "kept", 1);
	struct database_writer *writer = write_begin();
	put_setting(writer, "a", bytes_of("lost"), 2);
	database_abort(writer);
	database_abort(NULL);
	struct database_reader *reader = read_begin();
	assert_true(has_setting(reader, "a", "kept", 1));
	database_read_end(reader);
}

struct walk {
	size_t count;
	size_t stop_at;
	char last[64];
};

static bool
walk_in_order(void *context, struct bytes key, struct bytes value, uint64_t version)
{
	struct walk *walk = context;
	char name[64] = { 0 };
	memcpy(name, key.data, key.size);
	assert_true(strcmp(walk->last, name) < 0);
	assert_true(bytes_equal(key, value));
	assert_int_equal(version, 4096 + walk->count);
	memcpy(walk->last, name, sizeof name);
	return ++walk->count != walk->stop_at;
}

static void
walk_goes_in_key_order_until_it_is_told_to_stop(void **state)
{
	(void)state;
	open_it();
	struct database_writer *writer = write_begin();
	for (size_t i = 3000; i-- > 0;) {
		char name[32];
		snprintf(name, sizeof name, "key %08zu", i);
		put_setting(writer, name, bytes_of(name), 4096 + i);
	}
	commit(writer);
	struct database_reader *reader = read_begin();
	struct walk all = { 0 };
	assert_int_equal(
		database_each(reader, TABLE_SETTING, walk_in_order, &all, &fault), STATUS_OK);
	assert_int_equal(all.count, 3000);
	struct walk some = { .stop_at = 17 };
	assert_int_equal(
		database_each(reader, TABLE_SETTING, walk_in_order, &some, &fault), STATUS_OK);
	assert_int_equal(some.count, 17);
	struct walk none = { 0 };
	assert_int_equal(
		database_each(reader, TABLE_CUSTOMER, walk_in_order, &none, &fault), STATUS_OK);
	assert_int_equal(none.count, 0);
	database_read_end(reader);
}

static void
record_that_is_not_well_formed_is_corrupt_and_not_given(void **state)
{
	(void)state;
	bool found = false;
	struct bytes value;
	uint64_t version;
	open_it();
	struct database_writer *writer = write_begin();
	assert_int_equal(
		database_put(writer, TABLE_COUNTER, bytes_of("x"), bytes_of("y"), 1, &fault),
		STATUS_OK);
	commit(writer);
	struct database_reader *reader = read_begin();
	assert_int_equal(database_get(reader, TABLE_COUNTER, bytes_of("x"), &found, &value,
				 &version, &fault),
		STATUS_CORRUPT);
	assert_non_null(strstr(fault.text, "fsck"));
	assert_false(found);
	database_read_end(reader);
}

static void
map_that_is_full_is_a_status_and_a_larger_one_goes_on(void **state)
{
	(void)state;
	static uint8_t big[60000];
	char key[32];
	size_t committed = 0;
	assert_int_equal(database_open(path, 2 << 20, false, &database, &fault), STATUS_OK);
	enum status status = STATUS_OK;
	while (status == STATUS_OK) {
		struct database_writer *writer = write_begin();
		snprintf(key, sizeof key, "key %zu", committed);
		status = database_put(writer, TABLE_SETTING, bytes_of(key),
			(struct bytes){ big, sizeof big }, 1, &fault);
		if (status != STATUS_OK)
			database_abort(writer);
		else
			status = database_commit(writer, &fault);
		committed += status == STATUS_OK;
		assert_true(committed < 100);
	}
	assert_int_equal(status, STATUS_FULL);
	assert_non_null(strstr(fault.text, "raise state.map and"));
	assert_true(database_used_percent(database) > 80 && database_used_percent(database) <= 100);
	struct database_digest digest;
	struct database_reader *reader = read_begin();
	assert_int_equal(database_read_digest(reader, TABLE_SETTING, &digest, &fault), STATUS_OK);
	assert_int_equal(digest.count, committed);
	database_read_end(reader);
	close_it();
	open_it();
	assert_true(database_used_percent(database) < 10);
	put_settings_now("one more", "fits", 2);
}

static void
what_is_opened_to_be_read_is_not_made_and_not_changed(void **state)
{
	(void)state;
	assert_int_equal(database_open(path, MAP_BYTES, true, &database, &fault), STATUS_NOT_FOUND);
	assert_false(disk_exists(path));
	open_it();
	put_settings_now("a", "value", 1);
	close_it();
	char lock[320];
	snprintf(lock, sizeof lock, "%s/lock.mdb", path);
	unlink(lock);
	assert_int_equal(database_open(path, MAP_BYTES, true, &database, &fault), STATUS_OK);
	struct database_reader *reader = read_begin();
	assert_true(has_setting(reader, "a", "value", 1));
	database_read_end(reader);
	assert_false(disk_exists(lock));
}

static void
what_is_no_database_is_corrupt(void **state)
{
	(void)state;
	char data[320];
	open_it();
	close_it();
	snprintf(data, sizeof data, "%s/data.mdb", path);
	FILE *file = fopen(data, "r+b");
	for (int i = 0; i < 8192; i++)
		fputc(0xa5, file);
	fclose(file);
	assert_int_equal(database_open(path, MAP_BYTES, false, &database, &fault), STATUS_CORRUPT);
}

/* ---- digests, against a naive map ---- */

struct model_record {
	size_t size; /* 0: there is none */
	uint64_t version;
	uint64_t seed;
};

struct model {
	struct model_record records[KEYS_MAX];
};

static size_t
model_key(size_t number, uint8_t bytes[64], uint8_t *table)
{
	*table = number < CUSTOMER_KEYS ? TABLE_CUSTOMER : TABLE_SETTING;
	memset(bytes, 'x', 64);
	return (size_t)snprintf((char *)bytes, 64, "%zu", number * 7919 % 100003);
}

static struct bytes
model_value(const struct model_record *record)
{
	static uint8_t bytes[RECORD_VALUE_MAX + 8];
	for (size_t i = 0; i < record->size; i += 8)
		store_u64(bytes + i, record->seed + i);
	return (struct bytes){ bytes, record->size };
}

static size_t
model_size(struct random *random)
{
	size_t kind = random_below(random, 20);
	if (kind < 3)
		return 0;
	if (kind == 3)
		return 1 + random_below(random, RECORD_VALUE_MAX);
	if (kind < 6)
		return 1 + random_below(random, 5000);
	return 1 + random_below(random, 200);
}

struct recount {
	const struct model *model;
	uint8_t table;
	struct database_digest digest;
};

static bool
recount_visit(void *context, struct bytes key, struct bytes value, uint64_t version)
{
	struct recount *recount = context;
	recount->digest.count++;
	recount->digest.sum += database_record_hash(recount->table, key, value, version);
	return true;
}

/* The tables hold what the model holds, and their digests are what a recount gives. */
static void
assert_agrees(const struct model *model)
{
	struct database_reader *reader = read_begin();
	struct database_digest expected[TABLE_END] = { { 0, 0 } };
	for (size_t i = 0; i < KEYS_MAX; i++) {
		const struct model_record *record = &model->records[i];
		uint8_t bytes[64], table;
		struct bytes key = { bytes, model_key(i, bytes, &table) };
		struct bytes value = model_value(record);
		if (record->size == 0)
			continue;
		expected[table].count++;
		expected[table].sum += database_record_hash(table, key, value, record->version);
	}
	for (uint8_t table = 1; table < TABLE_END; table++) {
		struct recount recount = { model, table, { 0, 0 } };
		struct database_digest kept;
		assert_int_equal(
			database_each(reader, table, recount_visit, &recount, &fault), STATUS_OK);
		assert_int_equal(database_read_digest(reader, table, &kept, &fault), STATUS_OK);
		assert_memory_equal(&kept, &recount.digest, sizeof kept);
		assert_memory_equal(&kept, &expected[table], sizeof kept);
	}
	database_read_end(reader);
}

/*
 * A transaction of random puts and removals. Returns whether it was committed; only then is it in
 * *model.
 */
static bool
random_transaction(struct model *model, struct random *random, uint64_t version)
{
	static struct model draft;
	struct database_writer *writer;
	draft = *model;
	enum status status = database_write_begin(database, &writer, &fault);
	if (status != STATUS_OK)
		return false;
	for (size_t n = random_below(random, 60); n > 0 && status == STATUS_OK; n--) {
		size_t number = random_below(random, KEYS_MAX);
		struct model_record *record = &draft.records[number];
		uint8_t bytes[64], table;
		struct bytes key = { bytes, model_key(number, bytes, &table) };
		*record = (struct model_record){ model_size(random), version, random_next(random) };
		status = database_put(writer, table, key, model_value(record), version, &fault);
	}
	if (status != STATUS_OK || random_below(random, 8) == 0) {
		database_abort(writer);
		return false;
	}
	if (database_commit(writer, &fault) != STATUS_OK)
		return false;
	*model = draft;
	return true;
}

static void
digests_are_what_a_recount_gives_after_any_puts_removals_and_aborts(void **state)
{
	(void)state;
	static struct model model;
	struct random random = { random_seed("digests_are_what_a_recount_gives") };
	size_t committed = 0;
	memset(&model, 0, sizeof model);
	open_it();
	for (uint64_t version = 1; version <= 300; version++) {
		committed += random_transaction(&model, &random, version);
		if (version % 20 == 0)
			assert_agrees(&model);
		if (version % 70 == 0) {
			close_it();
			open_it();
		}
	}
	assert_true(committed > 200);
	assert_agrees(&model);
}

static void
digests_are_what_a_recount_gives_after_any_call_failed(void **state)
{
	(void)state;
	static struct model model;
	struct random random = { random_seed(
		"digests_are_what_a_recount_gives_after_any_call_failed") };
	size_t failed = 0;
	memset(&model, 0, sizeof model);
	open_it();
	for (uint64_t version = 1; version <= 400; version++) {
		database_fail_at(1 + random_below(&random, 130));
		failed += !random_transaction(&model, &random, version);
		database_fail_at(0);
		assert_agrees(&model);
	}
	assert_true(failed > 50);
}

/* Opens, writes, reads, closes; the status of the first call that failed. */
static enum status
whole_use(void)
{
	struct database_meta meta = { .folder = 5, .run_count = 1 };
	struct database_reader *reader;
	struct database_writer *writer;
	struct database_digest digest;
	struct bytes value;
	uint64_t version;
	bool found;
	enum status status = database_open(path, MAP_BYTES, false, &database, &fault);
	if (status != STATUS_OK)
		return status;
	status = database_write_begin(database, &writer, &fault);
	if (status == STATUS_OK) {
		status = database_put(
			writer, TABLE_SETTING, bytes_of("a"), bytes_of("b"), 1, &fault);
		if (status == STATUS_OK)
			status = database_put_meta(writer, &meta, &fault);
		if (status == STATUS_OK)
			status = database_commit(writer, &fault);
		else
			database_abort(writer);
	}
	if (status == STATUS_OK)
		status = database_read_begin(database, &reader, &fault);
	if (status != STATUS_OK)
		return status;
	status = database_read_meta(reader, &meta, &fault);
	if (status == STATUS_OK)
		status = database_get(
			reader, TABLE_SETTING, bytes_of("a"), &found, &value, &version, &fault);
	if (status == STATUS_OK)
		status = database_read_digest(reader, TABLE_SETTING, &digest, &fault);
	if (status == STATUS_OK) {
		struct recount recount = { NULL, TABLE_SETTING, { 0, 0 } };
		status = database_each(reader, TABLE_SETTING, recount_visit, &recount, &fault);
	}
	database_read_end(reader);
	return status;
}

static void
each_call_may_fail_and_the_next_use_is_whole(void **state)
{
	(void)state;
	uint64_t n = 1;
	for (;; n++) {
		database_fail_at(n);
		enum status status = whole_use();
		bool reached = database_call_count() >= n;
		database_fail_at(0);
		close_it();
		if (!reached) {
			assert_int_equal(status, STATUS_OK);
			break;
		}
		assert_int_equal(status, STATUS_IO);
		/* Nothing holds the lock of the one writer. */
		assert_int_equal(whole_use(), STATUS_OK);
		close_it();
		tree_remove(path);
	}
	printf("             each of %llu calls of LMDB failed once\n", (unsigned long long)n - 1);
	tree_remove(path);
	for (n = 1;; n++) {
		memory_fail_at(n);
		enum status status = whole_use();
		bool reached = memory_request_count() >= n;
		memory_fail_at(0);
		close_it();
		assert_int_equal(status, reached ? STATUS_MEMORY : STATUS_OK);
		if (!reached)
			break;
	}
}

/* LMDB says EIO of a write that a full disk has cut short. */
static void
only_a_write_that_fails_takes_a_disk_for_full(void **state)
{
	(void)state;
	struct database_reader *reader;
	struct bytes value;
	uint64_t version;
	bool found;
	open_it();
	disk_pretend_free_bytes(0);
	struct database_writer *writer = write_begin();
	put_setting(writer, "a", bytes_of("b"), 1);
	database_fail_at(1);
	assert_int_equal(database_commit(writer, &fault), STATUS_FULL);
	reader = read_begin();
	database_fail_at(1);
	assert_int_equal(database_get(reader, TABLE_SETTING, bytes_of("a"), &found, &value,
				 &version, &fault),
		STATUS_IO);
	database_read_end(reader);
	disk_pretend_free_bytes(UINT64_MAX);
	writer = write_begin();
	database_fail_at(4); /* behind the digest, the cursor and the search */
	assert_int_equal(
		database_put(writer, TABLE_SETTING, bytes_of("a"), bytes_of("b"), 1, &fault),
		STATUS_IO);
	database_abort(writer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(new_one_stands_for_nothing),
		TEST(meta_comes_back_as_it_was_written_after_a_restart),
		TEST(record_is_there_when_committed_and_gone_when_removed),
		TEST(reader_sees_what_was_there_when_it_began),
		TEST(what_was_aborted_never_was),
		TEST(walk_goes_in_key_order_until_it_is_told_to_stop),
		TEST(record_that_is_not_well_formed_is_corrupt_and_not_given),
		TEST(map_that_is_full_is_a_status_and_a_larger_one_goes_on),
		TEST(what_is_opened_to_be_read_is_not_made_and_not_changed),
		TEST(what_is_no_database_is_corrupt),
		TEST(digests_are_what_a_recount_gives_after_any_puts_removals_and_aborts),
		TEST(digests_are_what_a_recount_gives_after_any_call_failed),
		TEST(each_call_may_fail_and_the_next_use_is_whole),
		TEST(only_a_write_that_fails_takes_a_disk_for_full),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
