/*
 * fsck finds by its name every damage to what is made of the journal: the runs of ids, the records
 * in LMDB, and what LMDB says of itself.
 */
#include "fsck_case.h"

static struct run_ids run;
static struct state_record record;

/* ---- ids ---- */

static void
some_run(char path[600])
{
	struct database_meta meta = state_meta(data);
	assert_true(meta.run_count > 0);
	snprintf(path, 600, "%s/ids/%016llx.ids", data, (unsigned long long)meta.runs[0].number);
}

static void
run_that_is_flipped(void **state)
{
	(void)state;
	char path[600];
	some_run(path);
	/*
	 * Its header's zeros and the padding behind the fences are covered by nothing and read by
	 * nobody.
	 */
	flip(path, 4096 * (1 + random_below(&chance, 2)) + random_below(&chance, 256));
	assert_found_alone("run_damaged");
}

static void
block_of_a_run_that_is_flipped(void **state)
{
	(void)state;
	char path[600];
	some_run(path);
	flip(path, size_of(path) - 1 - random_below(&chance, ID_BLOCK_BYTES));
	assert_found_alone("run_damaged");
}

static void
run_that_is_cut_short(void **state)
{
	(void)state;
	char path[600];
	some_run(path);
	assert_int_equal(truncate(path, (off_t)random_below(&chance, size_of(path))), 0);
	assert_found_alone("run_damaged");
}

static void
run_that_is_missing(void **state)
{
	(void)state;
	char path[600];
	some_run(path);
	assert_int_equal(unlink(path), 0);
	assert_found_alone("run_missing");
}

/* Reads a run, and writes it again after a change. */
static void
rewrite_run(void (*change)(void))
{
	struct database_meta meta = state_meta(data);
	struct journal_place place = place_of_data();
	char path[600], directory[600];
	some_run(path);
	data_path("ids", directory);
	run_read(path, place.folder, &run);
	change();
	const struct id_place ids = { .directory = directory, .folder = place.folder };
	run_write(&ids, meta.runs[0].number, &run);
}

static void
lose_one(void)
{
	size_t place = random_below(&chance, run.count);
	memmove(&run.ids[place], &run.ids[place + 1], (run.count - place - 1) * sizeof run.ids[0]);
	run.count--;
}

static void
invent_one(void)
{
	struct id_entry *last = &run.ids[run.count - 1];
	run.ids[run.count] = *last;
	run.ids[run.count++].hash.high++;
}

static void
move_one(void)
{
	run.ids[random_below(&chance, run.count)].day++;
}

static void
run_that_lacks_an_id(void **state)
{
	(void)state;
	rewrite_run(lose_one);
	assert_found_alone("id_missing");
	assert_int_equal(report.findings, 1);
}

static void
run_with_an_id_of_nobody(void **state)
{
	(void)state;
	rewrite_run(invent_one);
	assert_found_alone("run_entry");
	assert_int_equal(report.findings, 1);
}

static void
run_with_a_wrong_day(void **state)
{
	(void)state;
	rewrite_run(move_one);
	assert_found_alone("run_entry");
}

static void
list_that_lost_a_run(void **state)
{
	(void)state;
	struct database_meta meta = state_meta(data);
	meta.run_count--;
	state_put_meta(data, &meta);
	assert_found_alone("id_missing");
	assert_true(report.findings > FSCK_TOLD_MAX || report.findings == listed.count);
}

/* ---- the state ---- */

static void
flipped_value_in_the_state(void **state)
{
	(void)state;
	char path[600];
	static uint8_t pages[8 << 20];
	data_path("state/data.mdb", path);
	state_get(data, TABLE_CUSTOMER, random_below(&chance, ACCOUNTS), &record);
	FILE *file = fopen(path, "r+b");
	size_t size = fread(pages, 1, sizeof pages, file);
	unsigned flipped = 0;
	/* Old copies of the page are flipped with it. */
	for (uint8_t *at = pages;
		(at = memmem(at, size - (size_t)(at - pages), record.key, record.key_size)) != NULL;
		at++) {
		uint8_t *value = at + record.key_size + 8;
		if (memcmp(value, record.value, record.value_size) == 0) {
			value[1] ^= 1; /* the first letter of the segment: no table can tell */
			flipped++;
		}
	}
	assert_true(flipped > 0);
	rewind(file);
	fwrite(pages, 1, size, file);
	fclose(file);
	assert_found("state_digest");
	assert_found("state_value");
}

static void
pages_of_the_state_overwritten(void **state)
{
	(void)state;
	char path[600];
	data_path("state/data.mdb", path);
	uint64_t size = size_of(path);
	FILE *file = fopen(path, "r+b");
	/* The two pages at the front say where the trees begin. */
	for (uint64_t offset = 8192; offset < size; offset += 8) {
		uint64_t noise = random_next(&chance);
		fseek(file, (long)offset, SEEK_SET);
		fwrite(&noise, 1, sizeof noise, file);
	}
	fclose(file);
	assert_found_alone("state_damaged");
}

static void
state_that_is_cut_short(void **state)
{
	(void)state;
	char path[600];
	data_path("state/data.mdb", path);
	assert_int_equal(truncate(path, (off_t)(size_of(path) / 4)), 0);
	assert_found_alone("state_damaged");
}

static void
get_some(uint8_t table)
{
	state_get(data, table, random_below(&chance, ACCOUNTS), &record);
}

static void
put_changed(uint8_t table, uint64_t version)
{
	state_put(data, table, (struct bytes){ record.key, record.key_size },
		(struct bytes){ record.value, record.value_size }, version);
}

static void
other_value_in_the_state(void **state)
{
	(void)state;
	get_some(TABLE_BALANCE);
	store_i64(record.value, load_i64(record.value) + 1);
	put_changed(TABLE_BALANCE, record.version);
	assert_found_alone("state_value");
}

static void
other_version_in_the_state(void **state)
{
	(void)state;
	get_some(TABLE_BALANCE);
	put_changed(TABLE_BALANCE, record.version - 8);
	assert_found_alone("state_version");
}

static void
version_from_behind_the_end(void **state)
{
	(void)state;
	struct database_meta meta = state_meta(data);
	get_some(TABLE_BALANCE);
	put_changed(TABLE_BALANCE, meta.applied.position + 4096 + 64);
	assert_found_alone("state_version");
}

static void
record_that_the_state_lost(void **state)
{
	(void)state;
	get_some(TABLE_BALANCE);
	record.value_size = 0;
	put_changed(TABLE_BALANCE, record.version);
	assert_found_alone("state_lost");
}

static void
record_that_nobody_wrote(void **state)
{
	(void)state;
	get_some(TABLE_CUSTOMER);
	record.key[0] = 'K';
	put_changed(TABLE_CUSTOMER, record.version);
	assert_found_alone("state_extra");
}

static void
record_in_another_table(void **state)
{
	(void)state;
	get_some(TABLE_BALANCE);
	put_changed(TABLE_COUNTER, record.version);
	assert_found("state_malformed");
}

/* ---- what the state says of itself ---- */

static void
applied_ahead_of_the_journal(void **state)
{
	(void)state;
	struct database_meta meta = state_meta(data);
	meta.applied.position += 4096;
	state_put_meta(data, &meta);
	assert_found_alone("applied_ahead");
}

static void
last_segments_lost(void **state)
{
	(void)state;
	char path[DISK_PATH_MAX];
	struct journal_place place = place_of_data();
	for (uint64_t number = 3; number < 40; number++) {
		segment_path(&place, number, path);
		unlink(path);
	}
	assert_found("applied_ahead");
}

static void
applied_to_another_journal(void **state)
{
	(void)state;
	struct database_meta meta = state_meta(data);
	meta.applied.chain ^= 1;
	state_put_meta(data, &meta);
	assert_found_alone("applied_chain");
}

static void
state_of_another_folder(void **state)
{
	(void)state;
	struct database_meta meta = state_meta(data);
	meta.folder ^= 1;
	state_put_meta(data, &meta);
	assert_found_alone("state_folder");
}

static void
clean_mark_on_an_unclean_end(void **state)
{
	(void)state;
	struct database_meta meta = state_meta(data);
	meta.clean = true;
	state_put_meta(data, &meta);
	assert_found_alone("clean_mark");
}

static void
epoch_of_the_past(void **state)
{
	(void)state;
	struct database_meta meta = state_meta(data);
	meta.epoch--;
	state_put_meta(data, &meta);
	assert_found_alone("epoch_behind");
}

static void
no_state_and_no_beginning(void **state)
{
	(void)state;
	char path[600];
	remove_first_segment();
	data_path("state", path);
	tree_remove(path);
	assert_found_alone("state_missing");
}

static void
state_from_before_the_beginning(void **state)
{
	(void)state;
	struct journal_place place = place_of_data();
	struct database_meta meta = state_meta(data);
	meta.applied = (struct journal_head){ .chain = place.folder };
	state_put_meta(data, &meta);
	remove_first_segment();
	assert_found("segment_missing");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OF(clean, run_that_is_flipped),
		OF(clean, block_of_a_run_that_is_flipped),
		OF(clean, run_that_is_cut_short),
		OF(clean, run_that_is_missing),
		OF(clean, run_that_lacks_an_id),
		OF(clean, run_with_an_id_of_nobody),
		OF(clean, run_with_a_wrong_day),
		OF(clean, list_that_lost_a_run),
		OF(clean, flipped_value_in_the_state),
		OF(clean, pages_of_the_state_overwritten),
		OF(clean, state_that_is_cut_short),
		OF(clean, other_value_in_the_state),
		OF(clean, other_version_in_the_state),
		OF(clean, version_from_behind_the_end),
		OF(clean, record_that_the_state_lost),
		OF(clean, record_that_nobody_wrote),
		OF(clean, record_in_another_table),
		OF(clean, applied_ahead_of_the_journal),
		OF(clean, last_segments_lost),
		OF(clean, applied_to_another_journal),
		OF(clean, state_of_another_folder),
		OF(killed, clean_mark_on_an_unclean_end),
		OF(clean, epoch_of_the_past),
		OF(clean, no_state_and_no_beginning),
		OF(clean, state_from_before_the_beginning),
	};
	return cmocka_run_group_tests(tests, make_bases, remove_bases);
}
