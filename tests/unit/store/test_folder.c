#include "../../../store/folder.h"
#include "trees.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>

#include <cmocka.h>

enum { SEGMENT = 1 << 20 };

static char scratch[256];
static char path[300];
static struct folder folder;
static struct fault fault;

static int
set_up(void **state)
{
	(void)state;
	scratch_make_fast(scratch);
	snprintf(path, sizeof path, "%s/deep/data", scratch);
	folder.lock = -1;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	folder_close(&folder);
	tree_remove(scratch);
	return 0;
}

static void
make_it(void)
{
	if (folder_open(&folder, path, 3, SEGMENT, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
}

static void
write_file(const char *content)
{
	char name[320];
	snprintf(name, sizeof name, "%s/folder", path);
	FILE *file = fopen(name, "wb");
	fputs(content, file);
	fclose(file);
}

static void
folder_is_made_once_and_is_the_same_ever_after(void **state)
{
	(void)state;
	make_it();
	struct folder made = folder;
	assert_true(made.number != 0);
	assert_int_equal(made.shard, 3);
	assert_int_equal(made.segment_bytes, SEGMENT);
	folder_close(&folder);
	/* What is asked for later does not change what it is. */
	assert_int_equal(folder_open(&folder, path, 3, 8 * SEGMENT, &fault), STATUS_OK);
	assert_int_equal(folder.number, made.number);
	assert_int_equal(folder.segment_bytes, SEGMENT);
	folder_close(&folder);
	assert_int_equal(folder_open_existing(&folder, path, &fault), STATUS_OK);
	assert_int_equal(folder.number, made.number);
	assert_int_equal(folder.shard, 3);
}

static void
file_is_the_text_that_the_header_shows(void **state)
{
	(void)state;
	char name[320], content[512] = { 0 }, expected[512];
	make_it();
	snprintf(name, sizeof name, "%s/folder", path);
	FILE *file = fopen(name, "rb");
	size_t size = fread(content, 1, sizeof content - 1, file);
	fclose(file);
	snprintf(expected, sizeof expected,
		"Suanpan data folder\nformat 2\nfolder %016llx\nshard 3\nsegment_bytes 1048576\n",
		(unsigned long long)folder.number);
	assert_int_equal(size, strlen(expected));
	assert_string_equal(content, expected);
}

static void
parts_lie_in_the_folder(void **state)
{
	(void)state;
	char part[1000], expected[1000];
	make_it();
	struct journal_place place = folder_journal(&folder);
	snprintf(expected, sizeof expected, "%s/journal", path);
	assert_string_equal(place.directory, expected);
	assert_int_equal(place.folder, folder.number);
	assert_int_equal(place.segment_bytes, SEGMENT);
	assert_int_equal(place.shard, 3);
	folder_path(&folder, "state", part);
	snprintf(expected, sizeof expected, "%s/state", path);
	assert_string_equal(part, expected);
}

static void
folder_in_use_is_busy_here_and_in_another_process(void **state)
{
	(void)state;
	make_it();
	struct folder second;
	assert_int_equal(folder_open(&second, path, 3, SEGMENT, &fault), STATUS_BUSY);
	assert_non_null(strstr(fault.text, "another process"));
	assert_int_equal(folder_open_existing(&second, path, &fault), STATUS_BUSY);
	pid_t child = fork();
	if (child == 0) {
		/* The lock that came with the fork is the parent's; a new one is asked for. */
		enum status status = folder_open(&second, path, 3, SEGMENT, &fault);
		_exit(status == STATUS_BUSY ? 0 : 1);
	}
	int ended;
	assert_int_equal(waitpid(child, &ended, 0), child);
	assert_true(WIFEXITED(ended) && WEXITSTATUS(ended) == 0);
	folder_close(&folder);
	assert_int_equal(folder_open(&second, path, 3, SEGMENT, &fault), STATUS_OK);
	folder_close(&second);
	folder_close(&second); /* is fine */
}

static void
lock_goes_with_the_process_that_held_it(void **state)
{
	(void)state;
	int ready[2];
	char byte;
	assert_int_equal(pipe(ready), 0);
	pid_t child = fork();
	if (child == 0) {
		make_it();
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	struct folder second;
	assert_int_equal(folder_open(&second, path, 3, SEGMENT, &fault), STATUS_BUSY);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	assert_int_equal(folder_open(&second, path, 3, SEGMENT, &fault), STATUS_OK);
	folder_close(&second);
	close(ready[0]);
	close(ready[1]);
}

/* As of a server that was killed while it began a child process. */
static void
lock_that_is_let_go_of_soon_is_waited_for(void **state)
{
	(void)state;
	make_it();
	pid_t child = fork();
	if (child == 0) {
		usleep(100 * 1000);
		_exit(0); /* the lock that came with the fork goes with it */
	}
	close(folder.lock);
	folder.lock = -1;
	struct folder second;
	assert_int_equal(folder_open(&second, path, 3, SEGMENT, &fault), STATUS_OK);
	assert_int_equal(waitpid(child, NULL, 0), child);
	folder_close(&second);
}

static void
other_shard_is_a_conflict(void **state)
{
	(void)state;
	make_it();
	folder_close(&folder);
	assert_int_equal(folder_open(&folder, path, 4, SEGMENT, &fault), STATUS_CONFLICT);
	/* And it is not held. */
	assert_int_equal(folder_open(&folder, path, 3, SEGMENT, &fault), STATUS_OK);
}

static void
what_is_not_there_is_not_made_for_a_tool(void **state)
{
	(void)state;
	assert_int_equal(folder_open_existing(&folder, path, &fault), STATUS_NOT_FOUND);
	assert_false(disk_exists(path));
	mkdir(scratch, 0700);
	assert_int_equal(folder_open_existing(&folder, scratch, &fault), STATUS_NOT_FOUND);
	/* A folder that was copied without its lock is read, and no lock is made. */
	char lock[320];
	make_it();
	folder_close(&folder);
	snprintf(lock, sizeof lock, "%s/lock", path);
	unlink(lock);
	assert_int_equal(folder_open_existing(&folder, path, &fault), STATUS_OK);
	assert_false(disk_exists(lock));
}

static void
journal_without_its_folder_file_is_damage(void **state)
{
	(void)state;
	char name[320];
	make_it();
	folder_close(&folder);
	snprintf(name, sizeof name, "%s/journal", path);
	mkdir(name, 0700);
	snprintf(name, sizeof name, "%s/folder", path);
	unlink(name);
	assert_int_equal(folder_open(&folder, path, 3, SEGMENT, &fault), STATUS_CORRUPT);
	assert_false(disk_exists(name));
}

static void
file_that_is_not_ours_is_damage_and_one_of_another_format_unsupported(void **state)
{
	(void)state;
	static const char *const damaged[] = {
		"",
		"hello\n",
		"Suanpan data folder\nformat 2\nfolder 0000000000000001\nshard 3\n",
		"Suanpan data folder\nformat 2\nfolder 0000000000000001\nshard 3\nsegment_bytes 1048576\nmore",
		"Suanpan data folder\nformat 2\nfolder 0000000000000000\nshard 3\nsegment_bytes 1048576\n",
		"Suanpan data folder\nformat 2\nfolder 0000000000000001\nshard 3\nsegment_bytes 1000000\n",
		"Suanpan data folder\nformat 2\nfolder 0000000000000001\nshard 3\nsegment_bytes 4096\n",
		"Suanpan data folder\nformat 2\nfolder 0000000000000001\nshard 3\nsegment_bytes -1\n",
	};
	make_it();
	folder_close(&folder);
	for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
		write_file(damaged[i]);
		assert_int_equal(folder_open(&folder, path, 3, SEGMENT, &fault), STATUS_CORRUPT);
		assert_int_equal(folder_open_existing(&folder, path, &fault), STATUS_CORRUPT);
	}
	for (int format = FOLDER_FORMAT - 1; format <= FOLDER_FORMAT + 1; format += 2) {
		char content[200];
		snprintf(content, sizeof content,
			"Suanpan data folder\nformat %d\nfolder 0000000000000001\nshard 3\n"
			"segment_bytes 1048576\n",
			format);
		write_file(content);
		assert_int_equal(
			folder_open(&folder, path, 3, SEGMENT, &fault), STATUS_UNSUPPORTED);
		assert_non_null(strstr(
			fault.text, format < FOLDER_FORMAT ? "an earlier build" : "a later build"));
	}
}

static void
name_of_a_folder_has_a_bound(void **state)
{
	(void)state;
	char longest[1200];
	memset(longest, 'x', sizeof longest);
	longest[950] = '\0';
	assert_int_equal(folder_open(&folder, longest, 0, SEGMENT, &fault), STATUS_INVALID);
	assert_int_equal(folder_open(&folder, "", 0, SEGMENT, &fault), STATUS_INVALID);
}

static void
folder_that_could_not_be_made_whole_is_made_the_next_time(void **state)
{
	(void)state;
	static const enum disk_call calls[] = { DISK_CALL_OPEN, DISK_CALL_WRITE, DISK_CALL_SYNC,
		DISK_CALL_NAME };
	for (size_t i = 0; i < 4; i++) {
		for (uint64_t n = 1;; n++) {
			disk_fail_at(calls[i], n, 0);
			enum status status = folder_open(&folder, path, 3, SEGMENT, &fault);
			bool reached = disk_call_count(calls[i]) >= n;
			disk_fail_at(calls[i], 0, 0);
			if (!reached) {
				assert_int_equal(status, STATUS_OK);
				folder_close(&folder);
				break;
			}
			assert_int_not_equal(status, STATUS_OK);
			assert_int_equal(folder.lock, -1);
			assert_int_equal(folder_open(&folder, path, 3, SEGMENT, &fault), STATUS_OK);
			folder_close(&folder);
			tree_remove(path);
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(folder_is_made_once_and_is_the_same_ever_after),
		TEST(file_is_the_text_that_the_header_shows),
		TEST(parts_lie_in_the_folder),
		TEST(folder_in_use_is_busy_here_and_in_another_process),
		TEST(lock_goes_with_the_process_that_held_it),
		TEST(lock_that_is_let_go_of_soon_is_waited_for),
		TEST(other_shard_is_a_conflict),
		TEST(what_is_not_there_is_not_made_for_a_tool),
		TEST(journal_without_its_folder_file_is_damage),
		TEST(file_that_is_not_ours_is_damage_and_one_of_another_format_unsupported),
		TEST(name_of_a_folder_has_a_bound),
		TEST(folder_that_could_not_be_made_whole_is_made_the_next_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
