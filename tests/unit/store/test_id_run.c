#include "../../../engine/base/memory.h"
#include "../../../store/id_run.h"
#include "../../../store/ids.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>

#include <cmocka.h>

#define FOLDER UINT64_C(0x5eed)

static char folder[256];
static struct id_place place;
static struct fault fault;

static int
set_up(void **state)
{
	(void)state;
	scratch_make(folder);
	place = (struct id_place){ .directory = folder, .folder = FOLDER };
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	failures_end();
	scratch_remove(folder);
	return 0;
}

static int
compare(const void *a, const void *b)
{
	return id_entry_compare(a, b);
}

/* `count` random ids in the order of runs; positions and days vary. The caller frees them. */
static struct id_entry *
random_entries(struct random *random, size_t count)
{
	struct id_entry *entries = calloc(count, sizeof *entries);
	assert_non_null(entries);
	for (size_t i = 0; i < count; i++) {
		entries[i].hash.low = random_next(random);
		entries[i].hash.high = random_next(random);
		entries[i].position = 1000 + random_below(random, 1000000);
		entries[i].day = (int32_t)random_below(random, 1000) - 500;
	}
	qsort(entries, count, sizeof *entries, compare);
	return entries;
}

static enum status
try_write(uint64_t number, const struct id_entry *entries, size_t count)
{
	struct id_writer *writer = NULL;
	uint64_t bytes = 0;
	enum status status = id_writer_open(&writer, &place, number, count, &fault);
	for (size_t i = 0; status == STATUS_OK && i < count; i++)
		status = id_writer_add(writer, &entries[i], &fault);
	if (status == STATUS_OK)
		return id_writer_close(writer, &bytes, &fault);
	id_writer_abandon(writer);
	return status;
}

static const char *
path_of(uint64_t number)
{
	static char path[DISK_PATH_MAX];
	id_run_path(&place, number, path);
	return path;
}

static struct id_run *
open_run(uint64_t number)
{
	struct id_run *run = NULL;
	assert_int_equal(id_run_open(&run, path_of(number), FOLDER, &fault), STATUS_OK);
	return run;
}

static struct id_run *
make_run(uint64_t number, const struct id_entry *entries, size_t count)
{
	assert_int_equal(try_write(number, entries, count), STATUS_OK);
	return open_run(number);
}

static void
assert_found(struct id_run *run, struct hash128 hash, uint64_t before, uint64_t expected)
{
	bool found = false;
	uint64_t position = 0;
	assert_int_equal(id_run_search(run, hash, before, &found, &position, &fault), STATUS_OK);
	assert_true(found);
	assert_int_equal(position, expected);
}

static void
assert_absent(struct id_run *run, struct hash128 hash, uint64_t before)
{
	bool found = true;
	uint64_t position = 77;
	assert_int_equal(id_run_search(run, hash, before, &found, &position, &fault), STATUS_OK);
	assert_false(found);
	assert_int_equal(position, 77);
}

static size_t
file_count(void)
{
	size_t count = 0;
	DIR *directory = opendir(folder);
	assert_non_null(directory);
	for (struct dirent *item; (item = readdir(directory)) != NULL;)
		count += item->d_name[0] != '.';
	closedir(directory);
	return count;
}

static void
a_run_of_any_size_finds_each_of_its_ids_and_no_other(void **state)
{
	(void)state;
	static const size_t counts[] = { 1, 2, 127, 128, 129, 256, 4096, 50000 };
	struct random random = { random_seed("a run of any size") };
	for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
		size_t count = counts[c];
		struct id_entry *entries = random_entries(&random, count);
		struct id_run *run = make_run(c + 1, entries, count);
		assert_int_equal(run->header.count, count);
		for (size_t i = 0; i < count; i++) {
			struct id_mask mask = id_mask_of(entries[i].hash);
			assert_true(id_filter_maybe(&run->filter, entries[i].hash, &mask));
			assert_found(run, entries[i].hash, UINT64_MAX, entries[i].position);
			assert_absent(run, entries[i].hash, entries[i].position);
			assert_absent(run, entries[i].hash, 0);
		}
		for (size_t i = 0; i < 1000; i++) {
			struct hash128 hash = entries[random_below(&random, count)].hash;
			hash.low += 1 + random_below(&random, 1000);
			assert_absent(run, hash, UINT64_MAX);
			hash.high = random_next(&random);
			assert_absent(run, hash, UINT64_MAX);
		}
		assert_absent(run, (struct hash128){ 0, 0 }, UINT64_MAX);
		assert_absent(run, (struct hash128){ UINT64_MAX, UINT64_MAX }, UINT64_MAX);
		id_run_drop(run);
		free(entries);
	}
}

static void
ids_of_one_hash_are_found_newest_first_over_many_blocks(void **state)
{
	(void)state;
	/* Two hashes that differ in the low half alone, 400 ids each, between others. */
	enum { EACH = 400, OTHERS = 100 };
	struct random random = { 1 };
	size_t count = 2 * EACH + OTHERS;
	struct id_entry *entries = random_entries(&random, count);
	struct hash128 hashes[2] = { { 5, UINT64_MAX / 2 }, { 6, UINT64_MAX / 2 } };
	for (size_t i = 0; i < 2 * EACH; i++) {
		entries[i].hash = hashes[i / EACH];
		entries[i].position = 10 * (i % EACH + 1);
	}
	qsort(entries, count, sizeof *entries, compare);
	struct id_run *run = make_run(1, entries, count);
	for (size_t h = 0; h < 2; h++) {
		uint64_t before = UINT64_MAX;
		for (uint64_t i = EACH; i > 0; i--) {
			assert_found(run, hashes[h], before, 10 * i);
			assert_found(run, hashes[h], 10 * i + 1, 10 * i);
			before = 10 * i;
		}
		assert_absent(run, hashes[h], before);
	}
	assert_absent(run, (struct hash128){ 4, UINT64_MAX / 2 }, UINT64_MAX);
	assert_absent(run, (struct hash128){ 7, UINT64_MAX / 2 }, UINT64_MAX);
	id_run_drop(run);
	free(entries);
}

/* Fills a filter as large as one for `count` ids of the given class, and counts vain maybes in a
 * million. */
static unsigned
vain_maybes(uint64_t class_count, size_t count)
{
	uint64_t lines = count * id_filter_half_bits(class_count) / 2 / (8 * ID_LINE_BYTES);
	struct id_mask *memory = NULL;
	assert_int_equal(posix_memalign((void **)&memory, ID_LINE_BYTES, lines * ID_LINE_BYTES), 0);
	memset(memory, 0, lines * ID_LINE_BYTES);
	struct id_filter filter = { memory->pairs, lines };
	struct random random = { 99 };
	for (size_t i = 0; i < count; i++) {
		struct hash128 hash = { random_next(&random), random_next(&random) };
		struct id_mask mask = id_mask_of(hash);
		struct id_mask *line = &memory[id_filter_line(lines, hash)];
		for (unsigned pair = 0; pair < ID_LINE_PAIRS; pair++)
			line->pairs[pair] |= mask.pairs[pair];
	}
	unsigned maybes = 0;
	for (size_t i = 0; i < 1000000; i++) {
		struct hash128 hash = { random_next(&random), random_next(&random) };
		struct id_mask mask = id_mask_of(hash);
		maybes += id_filter_maybe(&filter, hash, &mask);
	}
	free(memory);
	return maybes;
}

static void
the_filter_says_maybe_in_vain_as_seldom_as_computed(void **state)
{
	(void)state;
	/* 10.5, 16 and 20 bits an id: 8,270, 909 and 260 in a million; 6 standard deviations
	 * around. */
	assert_in_range(vain_maybes(UINT64_C(17) << 20, 200000), 7500, 9000);
	assert_in_range(vain_maybes(UINT64_C(16) << 20, 200000), 700, 1100);
	assert_in_range(vain_maybes(UINT64_C(4) << 20, 200000), 160, 360);
	assert_true(id_filter_bytes(1) == 4096);
	assert_true(id_filter_bytes(UINT64_C(100) << 20) < (UINT64_C(132) << 20));
}

static void
a_run_that_was_removed_is_searched_until_it_is_dropped(void **state)
{
	(void)state;
	struct random random = { 2 };
	struct id_entry *entries = random_entries(&random, 1000);
	struct id_run *run = make_run(1, entries, 1000);
	id_run_hold(run);
	id_run_drop(run);
	assert_int_equal(disk_remove(path_of(1), NULL), STATUS_OK);
	for (size_t i = 0; i < 1000; i++)
		assert_found(run, entries[i].hash, UINT64_MAX, entries[i].position);
	id_run_drop(run);
	free(entries);
}

struct visited {
	const struct id_entry *entries;
	size_t count;
	size_t stop_after;
};

static bool
visit(void *context, struct hash128 hash, uint64_t position, int32_t day)
{
	struct visited *visited = context;
	const struct id_entry *entry = &visited->entries[visited->count++];
	assert_true(id_hash_equal(entry->hash, hash));
	assert_int_equal(entry->position, position);
	assert_int_equal(entry->day, day);
	return visited->count < visited->stop_after;
}

static void
a_check_visits_every_id_in_order_until_told_to_stop(void **state)
{
	(void)state;
	struct random random = { 3 };
	size_t count = 20000;
	struct id_entry *entries = random_entries(&random, count);
	id_run_drop(make_run(1, entries, count));
	struct visited all = { entries, 0, SIZE_MAX };
	assert_int_equal(ids_run_check(path_of(1), FOLDER, visit, &all, &fault), STATUS_OK);
	assert_int_equal(all.count, count);
	struct visited some = { entries, 0, 300 };
	assert_int_equal(ids_run_check(path_of(1), FOLDER, visit, &some, &fault), STATUS_OK);
	assert_int_equal(some.count, 300);
	assert_int_equal(ids_run_check(path_of(1), FOLDER, NULL, NULL, &fault), STATUS_OK);
	free(entries);
}

/* ---- damage ---- */

static void
flip(uint64_t number, off_t offset)
{
	int fd = open(path_of(number), O_RDWR);
	assert_true(fd >= 0);
	uint8_t byte;
	assert_int_equal(pread(fd, &byte, 1, offset), 1);
	byte ^= 0x10;
	assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
	close(fd);
}

static void
assert_not_opened(uint64_t number, uint64_t as_folder)
{
	struct id_run *run = NULL;
	assert_int_equal(id_run_open(&run, path_of(number), as_folder, &fault), STATUS_CORRUPT);
	assert_null(run);
	assert_non_null(strstr(fault.text, path_of(number)));
	assert_int_equal(
		ids_run_check(path_of(number), as_folder, NULL, NULL, NULL), STATUS_CORRUPT);
}

static void
damage_to_header_filter_or_fences_is_noticed_on_opening(void **state)
{
	(void)state;
	struct random random = { random_seed("damage to header") };
	struct id_entry *entries = random_entries(&random, 5000);
	struct id_run *run = make_run(1, entries, 5000);
	off_t blocks = (off_t)run->blocks_offset;
	id_run_drop(run);
	for (off_t offset = 0; offset < 88; offset++) {
		flip(1, offset);
		assert_not_opened(1, FOLDER);
		flip(1, offset);
	}
	for (int i = 0; i < 200; i++) {
		off_t offset = 4096 + (off_t)random_below(&random, (size_t)blocks - 4096);
		flip(1, offset);
		assert_not_opened(1, FOLDER);
		flip(1, offset);
	}
	assert_not_opened(1, FOLDER + 1);
	id_run_drop(open_run(1));
	free(entries);
}

static void
a_run_of_another_length_is_not_opened(void **state)
{
	(void)state;
	struct random random = { 4 };
	struct id_entry *entries = random_entries(&random, 5000);
	id_run_drop(make_run(1, entries, 5000));
	struct stat stat_made;
	assert_int_equal(stat(path_of(1), &stat_made), 0);
	static const off_t changes[] = { 4096, 1, -1, -4096 };
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		assert_int_equal(truncate(path_of(1), stat_made.st_size + changes[i]), 0);
		assert_not_opened(1, FOLDER);
	}
	for (off_t size = 0; size <= 16384; size += 2048) {
		assert_int_equal(truncate(path_of(1), size), 0);
		assert_not_opened(1, FOLDER);
	}
	free(entries);
}

static void
a_search_that_meets_a_damaged_block_says_so_and_others_go_on(void **state)
{
	(void)state;
	struct random random = { 5 };
	size_t count = 1280;
	struct id_entry *entries = random_entries(&random, count);
	struct id_run *run = make_run(1, entries, count);
	/* The last byte of block 3, which is padding of its last id. */
	flip(1, (off_t)run->blocks_offset + 4 * ID_BLOCK_BYTES - 1);
	for (size_t i = 0; i < count; i++) {
		/* The first id of block 4 is looked for in block 3 too: it might begin there. */
		bool touched = i / ID_BLOCK_ENTRIES == 3 || i == 4 * ID_BLOCK_ENTRIES;
		bool found = false;
		uint64_t position = 77;
		enum status status = id_run_search(
			run, entries[i].hash, UINT64_MAX, &found, &position, &fault);
		assert_int_equal(status, touched ? STATUS_CORRUPT : STATUS_OK);
		assert_int_equal(position, touched ? 77 : entries[i].position);
		assert_int_equal(found, !touched);
	}
	assert_int_equal(ids_run_check(path_of(1), FOLDER, NULL, NULL, &fault), STATUS_CORRUPT);
	struct id_merge merge = { place, 2, &run, 1, INT32_MIN };
	uint64_t bytes = 0;
	assert_int_equal(id_merge_run(&merge, &bytes, &fault), STATUS_CORRUPT);
	assert_int_equal(file_count(), 1);
	id_run_drop(run);
	free(entries);
}

static void
a_search_that_cannot_read_says_so(void **state)
{
	(void)state;
	struct random random = { 6 };
	struct id_entry *entries = random_entries(&random, 100);
	struct id_run *run = make_run(1, entries, 100);
	bool found = false;
	uint64_t position = 77;
	disk_fail_at(DISK_CALL_READ, 1, EIO);
	assert_int_equal(id_run_search(run, entries[9].hash, UINT64_MAX, &found, &position, &fault),
		STATUS_IO);
	assert_int_equal(position, 77);
	assert_found(run, entries[9].hash, UINT64_MAX, entries[9].position);
	id_run_drop(run);
	free(entries);
}

/* ---- merging ---- */

static void
a_merge_keeps_all_that_differs_and_nothing_twice(void **state)
{
	(void)state;
	struct random random = { random_seed("a merge keeps") };
	enum { RUNS = 5, EACH = 3000, ALL = RUNS * EACH };
	struct id_entry *all = random_entries(&random, ALL);
	/* A third of the ids share a hash with another, a third are there twice. */
	for (size_t i = 0; i + 1 < ALL; i += 3)
		all[i + 1].hash = all[i].hash;
	for (size_t i = 2; i < ALL; i += 6)
		all[random_below(&random, ALL)] = all[i];
	struct id_run *runs[RUNS];
	for (size_t r = 0; r < RUNS; r++) {
		/* Each run in order and without ids alike in itself, as they always are. */
		struct id_entry *part = &all[r * EACH];
		qsort(part, EACH, sizeof *part, compare);
		struct id_entry own[EACH];
		size_t count = 0;
		for (size_t i = 0; i < EACH; i++) {
			if (count == 0 || id_entry_compare(&own[count - 1], &part[i]) != 0)
				own[count++] = part[i];
		}
		runs[r] = make_run(r + 1, own, count);
	}
	uint64_t bytes = 0;
	struct id_merge merge = { place, 9, runs, RUNS, -100 };
	assert_int_equal(id_merge_run(&merge, &bytes, &fault), STATUS_OK);

	qsort(all, ALL, sizeof *all, compare);
	size_t expected = 0;
	for (size_t i = 0; i < ALL; i++) {
		if (all[i].day < -100)
			continue;
		if (expected == 0 || id_entry_compare(&all[expected - 1], &all[i]) != 0)
			all[expected++] = all[i];
	}
	assert_true(expected < ALL);
	struct visited visited = { all, 0, SIZE_MAX };
	assert_int_equal(ids_run_check(path_of(9), FOLDER, visit, &visited, &fault), STATUS_OK);
	assert_int_equal(visited.count, expected);
	struct id_run *merged = open_run(9);
	assert_int_equal(merged->blocks_offset + merged->block_count * ID_BLOCK_BYTES, bytes);
	assert_true(merged->header.day_min >= -100);
	id_run_drop(merged);
	for (size_t r = 0; r < RUNS; r++)
		id_run_drop(runs[r]);
	free(all);
}

static void
a_merge_that_leaves_nothing_makes_no_file(void **state)
{
	(void)state;
	struct random random = { 7 };
	struct id_entry *entries = random_entries(&random, 300);
	struct id_run *runs[2] = { make_run(1, entries, 300), make_run(2, entries, 300) };
	struct id_merge merge = { place, 3, runs, 2, 1000000 };
	uint64_t bytes = 77;
	assert_int_equal(id_merge_run(&merge, &bytes, &fault), STATUS_OK);
	assert_int_equal(bytes, 0);
	assert_int_equal(file_count(), 2);
	id_run_drop(runs[0]);
	id_run_drop(runs[1]);
	free(entries);
}

/* ---- failures ---- */

static void
a_write_that_fails_at_any_call_leaves_no_file(void **state)
{
	(void)state;
	struct random random = { 8 };
	size_t count = 100000; /* more than one step between two syncs */
	struct id_entry *entries = random_entries(&random, count);
	static const enum disk_call calls[] = { DISK_CALL_OPEN, DISK_CALL_WRITE, DISK_CALL_SYNC,
		DISK_CALL_NAME };
	for (size_t c = 0; c < sizeof calls / sizeof calls[0]; c++) {
		uint64_t number = 1;
		for (;; number++) {
			disk_fail_at(calls[c], number, calls[c] == DISK_CALL_WRITE ? 0 : EIO);
			enum status status = try_write(number, entries, count);
			disk_fail_at(calls[c], 0, 0);
			if (status == STATUS_OK)
				break;
			assert_int_equal(status, STATUS_IO);
			assert_int_equal(file_count(), 0);
		}
		assert_true(number > 1);
		id_run_drop(open_run(number));
		assert_int_equal(disk_remove(path_of(number), NULL), STATUS_OK);
	}
	free(entries);
}

static void
a_merge_that_fails_at_any_call_leaves_its_inputs_alone(void **state)
{
	(void)state;
	struct random random = { 9 };
	size_t count = 40000;
	struct id_entry *entries = random_entries(&random, count);
	struct id_run *runs[2] = { make_run(1, entries, count / 2),
		make_run(2, entries + count / 2, count / 2) };
	for (int call = 0; call < DISK_CALL_COUNT; call++) {
		for (uint64_t number = 1;; number++) {
			uint64_t bytes = 77;
			struct id_merge merge = { place, 9, runs, 2, INT32_MIN };
			disk_fail_at((enum disk_call)call, number, ENOSPC);
			enum status status = id_merge_run(&merge, &bytes, &fault);
			disk_fail_at((enum disk_call)call, 0, 0);
			if (status == STATUS_OK)
				break;
			assert_int_equal(status, STATUS_FULL);
			assert_int_equal(bytes, 77);
			assert_int_equal(file_count(), 2);
		}
		assert_int_equal(disk_remove(path_of(9), NULL), STATUS_OK);
	}
	id_run_drop(runs[0]);
	id_run_drop(runs[1]);
	free(entries);
}

static void
short_memory_is_a_status_and_changes_nothing(void **state)
{
	(void)state;
	struct random random = { 10 };
	struct id_entry *entries = random_entries(&random, 1000);
	struct id_run *run = make_run(1, entries, 1000);
	uint64_t bytes = 0;
	for (uint64_t number = 1;; number++) {
		struct id_merge merge = { place, 9, &run, 1, INT32_MIN };
		memory_fail_at(number);
		enum status status = id_merge_run(&merge, &bytes, &fault);
		memory_fail_at(0);
		if (status == STATUS_OK)
			break;
		assert_int_equal(status, STATUS_MEMORY);
		assert_int_equal(file_count(), 1);
	}
	struct id_run *again = NULL;
	memory_fail_at(1);
	assert_int_equal(id_run_open(&again, path_of(1), FOLDER, &fault), STATUS_MEMORY);
	memory_fail_at(0);
	assert_null(again);
	id_run_drop(run);
	free(entries);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST_CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST_CASE(a_run_of_any_size_finds_each_of_its_ids_and_no_other),
		TEST_CASE(ids_of_one_hash_are_found_newest_first_over_many_blocks),
		TEST_CASE(the_filter_says_maybe_in_vain_as_seldom_as_computed),
		TEST_CASE(a_run_that_was_removed_is_searched_until_it_is_dropped),
		TEST_CASE(a_check_visits_every_id_in_order_until_told_to_stop),
		TEST_CASE(damage_to_header_filter_or_fences_is_noticed_on_opening),
		TEST_CASE(a_run_of_another_length_is_not_opened),
		TEST_CASE(a_search_that_meets_a_damaged_block_says_so_and_others_go_on),
		TEST_CASE(a_search_that_cannot_read_says_so),
		TEST_CASE(a_merge_keeps_all_that_differs_and_nothing_twice),
		TEST_CASE(a_merge_that_leaves_nothing_makes_no_file),
		TEST_CASE(a_write_that_fails_at_any_call_leaves_no_file),
		TEST_CASE(a_merge_that_fails_at_any_call_leaves_its_inputs_alone),
		TEST_CASE(short_memory_is_a_status_and_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
