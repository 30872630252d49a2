/*
 * fsck finds nothing in a whole folder, nor in what a kill leaves at any moment, and it writes
 * nothing. What it finds in a damaged one: test_fsck_files.c, test_fsck_entries.c,
 * test_fsck_state.c.
 */
#include "fsck_case.h"

/* ---- what is no damage ---- */

static void
whole_folder_is_clean_and_counted(void **state)
{
	(void)state;
	assert_clean();
	assert_true(report.entries > TASKS && report.frames > 30 && report.segments > 4);
	assert_true(report.runs > 0 && report.ids > TASKS / 2 && report.records > ACCOUNTS * 5);
	assert_int_equal(report.releases, 1);
}

static void
folder_without_its_state_is_clean(void **state)
{
	(void)state;
	char path[600];
	data_path("state", path);
	tree_remove(path);
	assert_clean();
	data_path("ids", path);
	tree_remove(path);
	assert_clean();
}

static void
journal_that_begins_later_is_clean(void **state)
{
	(void)state;
	remove_first_segment();
	assert_clean();
}

static void
torn_writes_behind_the_end_are_clean(void **state)
{
	(void)state;
	for (int round = 0; round < 6; round++) {
		tree_remove(data);
		tree_copy(base_killed, data);
		load_row();
		struct entry entry = forged_entry();
		static uint8_t answer[20000];
		entry.answer = (struct bytes){ answer, sizeof answer };
		memset(answer, 1 + round, sizeof answer);
		struct row_frame *one = row_append(&row, &entry);
		size_t kept = random_below(&chance, one->frame.size - 1);
		memset(one->at + kept, 0, one->frame.size - kept);
		if (round == 0)
			one->at[0] = 1;
		save_row();
		assert_clean();
	}
}

static void
what_a_kill_leaves_lying_about_is_clean(void **state)
{
	(void)state;
	static const char *const names[] = {
		"ids/00000000deadbeef.ids", "ids/00000000deadbeef.new", "journal/spare-77.filling",
		"journal/spare-78.segment",
		"releases/0123456789012345678901234567890123456789012345678901234567890123.bundle.new"
	};
	char path[600];
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		data_path(names[i], path);
		FILE *file = fopen(path, "wb");
		fputs("half", file);
		fclose(file);
	}
	assert_clean();
}

static void
folder_in_use_is_refused(void **state)
{
	(void)state;
	struct fault fault;
	living_init(&living, data);
	assert_int_equal(living_open(&living), STATUS_OK);
	assert_int_equal(check(&fault), STATUS_BUSY);
	assert_non_null(strstr(fault.text, "in use"));
	assert_int_equal(living_close(&living), STATUS_OK);
	assert_clean();
}

static void
other_folders_are_refused(void **state)
{
	(void)state;
	struct fault fault;
	tree_remove(data);
	assert_int_equal(check(&fault), STATUS_NOT_FOUND);
	mkdir(data, 0700);
	assert_int_equal(check(&fault), STATUS_NOT_FOUND);
}

static uint64_t tree_sum;

static int
add_file(const char *path, const struct stat *stat_buffer, int kind, struct FTW *place)
{
	(void)place;
	tree_sum = hash64(path, strlen(path),
		tree_sum + (uint64_t)stat_buffer->st_mtim.tv_nsec + (uint64_t)stat_buffer->st_size);
	struct buffer content;
	buffer_init(&content, 1 << 30);
	if (kind == FTW_F && disk_read_file(path, &content, NULL) == STATUS_OK)
		tree_sum = hash64(content.data, content.size, tree_sum);
	buffer_release(&content);
	return 0;
}

static uint64_t
sum_of_data(void)
{
	tree_sum = 0;
	nftw(data, add_file, 16, FTW_PHYS);
	return tree_sum;
}

static void
nothing_is_ever_written(void **state)
{
	(void)state;
	struct fault fault;
	uint64_t before = sum_of_data();
	assert_clean();
	assert_true(sum_of_data() == before);
	load_row();
	row.frames[8].at[100] ^= 1;
	save_row();
	before = sum_of_data();
	assert_int_equal(check(&fault), STATUS_OK);
	assert_true(report.findings > 0);
	assert_true(sum_of_data() == before);
}

static void
without_memory_it_is_said(void **state)
{
	(void)state;
	struct fault fault;
	uint64_t number = 1;
	unsigned failed = 0;
	for (;; number++) {
		memory_fail_at(number);
		enum status status = check(&fault);
		bool reached = memory_request_count() >= number;
		memory_fail_at(0);
		/* Also in the process that reads the state. Some requests are for comfort only. */
		assert_true(status == STATUS_MEMORY || (status == STATUS_OK && listed.count == 0));
		if (status == STATUS_OK && !reached)
			break;
		failed += status == STATUS_MEMORY;
	}
	printf("             %llu requests, %u failures told\n", (unsigned long long)number - 1,
		failed);
	assert_true(failed > 5);
}

/* ---- kills ---- */

static void
child_works(uint64_t seed, int to)
{
	struct random own = { seed };
	uint64_t next_id = seed >> 8;
	chance = own;
	living_init(&living, data);
	living.settings.checkpoint_ms = 10;
	if (living_open(&living) != STATUS_OK)
		_exit(1);
	if (write(to, "", 1) != 1)
		_exit(2);
	for (;;)
		load(50, &next_id);
}

static void
kills_at_any_moment_are_clean(void **state)
{
	(void)state;
	enum { KILLS = 20 };
	for (int round = 0; round < KILLS; round++) {
		int ends[2], ended;
		char begun;
		uint64_t seed = random_next(&chance);
		unsigned us = (unsigned)random_below(&chance, 60000);
		assert_int_equal(pipe(ends), 0);
		pid_t child = fork();
		if (child == 0)
			child_works(seed, ends[1]);
		close(ends[1]);
		/* Every third is killed while it opens. */
		if (round % 3 != 0)
			assert_int_equal(read(ends[0], &begun, 1), 1);
		usleep(us);
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &ended, 0), child);
		assert_true(WIFSIGNALED(ended));
		close(ends[0]);
		assert_clean();
	}
	printf("             %d kills, %llu entries: clean\n", KILLS,
		(unsigned long long)report.entries);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OF(clean, whole_folder_is_clean_and_counted),
		OF(killed, whole_folder_is_clean_and_counted),
		OF(clean, folder_without_its_state_is_clean),
		OF(killed, folder_without_its_state_is_clean),
		OF(clean, journal_that_begins_later_is_clean),
		OF(killed, torn_writes_behind_the_end_are_clean),
		OF(killed, what_a_kill_leaves_lying_about_is_clean),
		OF(killed, folder_in_use_is_refused),
		OF(clean, other_folders_are_refused),
		OF(killed, nothing_is_ever_written),
		OF(killed, without_memory_it_is_said),
		OF(killed, kills_at_any_moment_are_clean),
	};
	return cmocka_run_group_tests(tests, make_bases, remove_bases);
}
