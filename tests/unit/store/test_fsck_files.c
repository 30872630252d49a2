/*
 * fsck finds every damage to the files of a folder by its name, at its place, and tells it once:
 * frames and segments of the journal, releases, what is not ours.
 */
#include "fsck_case.h"

/* ---- frames ---- */

static void
flipped_bit_in_a_frame(void **state)
{
	(void)state;
	load_row();
	const struct row_frame *one = &row.frames[some_frame()];
	size_t offset = FRAME_HEADER_BYTES +
		random_below(&chance, one->frame.size - FRAME_HEADER_BYTES);
	one->at[offset] ^= (uint8_t)(1 << random_below(&chance, 8));
	save_row();
	assert_found_alone("frame_checksum");
}

/* The first frame of a segment, so that what is free in the one before lies between. */
static const struct row_frame *
some_first_frame(void)
{
	const struct row_frame *one;
	do
		one = &row.frames[some_frame()];
	while (one->frame.position == 0 || journal_offset_of(&row.place, one->frame.position) != 0);
	return one;
}

static void
damage_at_the_start_of_a_segment_is_found_there(void **state)
{
	(void)state;
	for (int round = 0; round < 2; round++) {
		char offset[40];
		load_row();
		const struct row_frame *one = some_first_frame();
		one->at[round == 0 ? FRAME_HEADER_BYTES + 10 : 10] ^= 1;
		snprintf(offset, sizeof offset, "(position %llu)",
			(unsigned long long)one->frame.position);
		save_row();
		assert_found_alone(round == 0 ? "frame_checksum" : "frame_header");
		assert_non_null(strstr(listed.list[0].where, offset));
		tree_remove(data);
		tree_copy(base_clean, data);
	}
}

static void
flipped_bit_in_a_header(void **state)
{
	(void)state;
	load_row();
	row.frames[some_frame()].at[random_below(&chance, FRAME_HEADER_BYTES)] ^= 4;
	save_row();
	assert_found_alone("frame_header");
}

static void
frame_that_chains_to_another(void **state)
{
	(void)state;
	load_row();
	struct row_frame *one = &row.frames[some_frame()];
	one->frame.previous ^= 1;
	frame_seal(&one->frame, one->at);
	save_row();
	assert_found("frame_chain");
}

static void
zeros_in_place_of_a_frame(void **state)
{
	(void)state;
	load_row();
	const struct row_frame *one = &row.frames[some_frame()];
	memset(one->at, 0, size_round_up(one->frame.size, DISK_BLOCK));
	save_row();
	assert_found_alone("frame_missing");
}

/* Two frames side by side that take as many blocks. */
static size_t
some_pair(void)
{
	for (;;) {
		size_t index = some_frame();
		const struct row_frame *one = &row.frames[index];
		size_t size = size_round_up(one->frame.size, DISK_BLOCK);
		if (size_round_up(one[1].frame.size, DISK_BLOCK) == size &&
			one[1].at == one->at + size)
			return index;
	}
}

static void
swapped_frames(void **state)
{
	(void)state;
	load_row();
	const struct row_frame *one = &row.frames[some_pair()];
	size_t size = size_round_up(one->frame.size, DISK_BLOCK);
	uint8_t *copy = malloc(size);
	memcpy(copy, one->at, size);
	memcpy(one->at, one[1].at, size);
	memcpy(one[1].at, copy, size);
	free(copy);
	save_row();
	assert_found_alone("frame_misplaced");
}

static void
frame_that_is_there_twice(void **state)
{
	(void)state;
	load_row();
	const struct row_frame *one = &row.frames[some_pair()];
	memcpy(one[1].at, one->at, size_round_up(one->frame.size, DISK_BLOCK));
	save_row();
	assert_found_alone("frame_misplaced");
}

static void
frame_whose_time_fell(void **state)
{
	(void)state;
	load_row();
	struct entry entry = forged_entry();
	struct row_frame *one = row_append(&row, &entry);
	one->frame.time_ms--;
	frame_seal(&one->frame, one->at);
	save_row();
	assert_found("frame_order");
}

static void
frame_that_counts_wrong(void **state)
{
	(void)state;
	load_row();
	struct entry entry = forged_entry();
	uint8_t answer[400] = { 0 };
	entry.answer = (struct bytes){ answer, sizeof answer };
	struct row_frame *one = row_append(&row, &entry);
	one->frame.count = 2;
	frame_seal(&one->frame, one->at);
	save_row();
	assert_found("frame_entries");
}

static void
segment_that_is_missing(void **state)
{
	(void)state;
	char path[DISK_PATH_MAX];
	struct journal_place place = place_of_data();
	segment_path(&place, 1 + random_below(&chance, 2), path);
	assert_int_equal(unlink(path), 0);
	assert_found_alone("segment_missing");
}

static void
segment_that_is_cut_short(void **state)
{
	(void)state;
	char path[DISK_PATH_MAX];
	struct journal_place place = place_of_data();
	segment_path(&place, 1 + random_below(&chance, 2), path);
	assert_int_equal(truncate(path, (off_t)(4096 + random_below(&chance, 700000))), 0);
	assert_found_alone("segment_size");
}

static void
segment_that_is_too_long(void **state)
{
	(void)state;
	char path[DISK_PATH_MAX];
	struct journal_place place = place_of_data();
	segment_path(&place, 1, path);
	assert_int_equal(truncate(path, (off_t)place.segment_bytes + 4096), 0);
	assert_found("segment_size");
}

static void
several_damages(void **state)
{
	(void)state;
	load_row();
	row.frames[6].at[FRAME_HEADER_BYTES + 9] ^= 1;
	row.frames[row.count / 2].at[3] ^= 1;
	memset(row.frames[row.count - 8].at, 0, DISK_BLOCK);
	save_row();
	assert_found("frame_checksum");
	assert_found("frame_header");
	assert_found("frame_missing");
	if (listed.count != 3)
		show_findings();
	assert_int_equal(listed.count, 3);
}

/* ---- other files ---- */

static void
file_of_somebody_else(void **state)
{
	(void)state;
	static const char *const names[] = { "core", "journal/0000000000000000.segment.bak",
		"state/data.mdb.old", "ids/notes.txt", "releases/readme" };
	char path[600];
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		data_path(names[i], path);
		FILE *file = fopen(path, "wb");
		fclose(file);
		assert_found_alone("unknown_file");
		assert_non_null(strstr(listed.list[0].where, names[i]));
		unlink(path);
	}
	assert_clean();
}

static void
bundle_path(char path[900])
{
	char directory[600];
	data_path("releases", directory);
	DIR *stream = opendir(directory);
	struct dirent *item;
	while ((item = readdir(stream)) != NULL && item->d_name[0] == '.')
		;
	assert_non_null(item);
	snprintf(path, 900, "%s/%s", directory, item->d_name);
	closedir(stream);
}

static void
altered_release(void **state)
{
	(void)state;
	char path[900];
	bundle_path(path);
	flip(path, random_below(&chance, 8));
	assert_found_alone("release_altered");
}

static void
missing_release(void **state)
{
	(void)state;
	char path[900];
	bundle_path(path);
	assert_int_equal(unlink(path), 0);
	assert_found_alone("release_missing");
}

static void
draft_end(struct draft *draft, const struct record_key *key)
{
	struct bytes ignored;
	while (draft_find(draft, key, &ignored) == LOOKUP_COLD)
		living_wait_record(&living, key);
	draft_effect(draft, key, (struct bytes){ NULL, 0 });
}

/*
 * Behind the last checkpoint, deletes the release of that name, and what schedules it if that is
 * taken back; and is killed.
 */
static void
delete_and_die(const char *name, bool is_taken_back)
{
	struct draft draft;
	struct record_key key, activation_key;
	uint64_t position;
	pid_t child = fork();
	if (child == 0) {
		living_init(&living, data);
		living.settings.checkpoint_ms = 3600000;
		living.settings.behind_bytes_max = (uint64_t)1 << 30;
		if (living_open(&living) != STATUS_OK)
			_exit(1);
		key_of_text(&key, TABLE_RELEASE, (struct text){ name, RELEASE_NAME_BYTES });
		key_of_activation(&activation_key, SCHEDULED_MS);
		draft_begin(&draft, &living, ENTRY_RELEASE);
		draft_end(&draft, &key);
		if (is_taken_back)
			draft_end(&draft, &activation_key);
		if (store_append(living.store, &draft.entry, draft.effects, &position, NULL) !=
				STATUS_OK ||
			!living_settle(&living))
			_exit(2);
		raise(SIGKILL);
	}
	int ended;
	assert_int_equal(waitpid(child, &ended, 0), child);
	assert_true(WIFSIGNALED(ended));
}

/* The state still has it, but the journal's tail does not: nobody needs its bundle. */
static void
deleted_release(void **state)
{
	(void)state;
	char path[900];
	bundle_path(path);
	delete_and_die(strrchr(path, '/') + 1, true);
	assert_clean();
	assert_int_equal(unlink(path), 0);
	assert_clean();
}

static void
deleted_release_that_is_scheduled(void **state)
{
	(void)state;
	char path[900];
	bundle_path(path);
	delete_and_die(strrchr(path, '/') + 1, false);
	assert_found_alone("release_unknown");
	assert_non_null(strstr(listed.list[0].where, "setting activation:"));
}

static void
damaged_folder_file(void **state)
{
	(void)state;
	char path[600];
	data_path("folder", path);
	flip(path, 3);
	assert_found_alone("folder_file");
	unlink(path);
	assert_found_alone("folder_file");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OF(clean, flipped_bit_in_a_frame),
		OF(clean, damage_at_the_start_of_a_segment_is_found_there),
		OF(killed, flipped_bit_in_a_header),
		OF(clean, frame_that_chains_to_another),
		OF(clean, zeros_in_place_of_a_frame),
		OF(clean, swapped_frames),
		OF(clean, frame_that_is_there_twice),
		OF(clean, segment_that_is_missing),
		OF(clean, segment_that_is_cut_short),
		OF(clean, segment_that_is_too_long),
		OF(clean, several_damages),
		OF(killed, frame_whose_time_fell),
		OF(killed, frame_that_counts_wrong),
		OF(clean, file_of_somebody_else),
		OF(clean, altered_release),
		OF(clean, missing_release),
		OF(clean, deleted_release),
		OF(clean, deleted_release_that_is_scheduled),
		OF(clean, damaged_folder_file),
	};
	return cmocka_run_group_tests(tests, make_bases, remove_bases);
}
