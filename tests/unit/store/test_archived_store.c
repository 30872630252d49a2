/*
 * A store whose old segments are archived is the same store: to those who read, to a rebuild, and
 * to fsck.
 */
#include "../../../store/archive.h"
#include "../../../store/fsck.h"
#include "living_case.h"

static int
set_up_archiving(void **state)
{
	set_up(state);
	living.settings.archive_after_ms = 0;
	return 0;
}

/* Random work until some segments are archived; gives the place and how many. */
static uint64_t
work_until_archived(struct journal_place *place)
{
	struct random random = { random_seed("archived store") };
	struct store_stats stats;
	uint64_t next_id = 0;
	open_it();
	open_accounts(50);
	do {
		for (int i = 0; i < 200; i++)
			do_task(bank_random_task(&random, 50, &next_id));
		settle();
		store_stats(living.store, &stats);
		assert_int_equal(stats.archive.failures, 0);
		assert_true(stats.decided < (uint64_t)200 << 20);
	} while (stats.archive.segments < 3);
	*place = store_place(living.store);
	close_it();
	return stats.archive.segments;
}

static void
found(void *context, const struct fsck_finding *finding)
{
	(void)context;
	printf("             %s: %s\n", finding->where, finding->what);
}

static struct fsck_report
check(void)
{
	struct fsck_options options = { .found = found };
	struct fsck_report report;
	struct fault fault;
	if (fsck_run(data, &options, &report, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	return report;
}

static void
replay_and_rebuild_give_what_there_was(void **state)
{
	(void)state;
	struct journal_place place;
	struct database_meta meta;
	work_until_archived(&place);
	replay(&place);
	assert_true(database_agrees(data, &naive, &meta));
	remove_part("state");
	remove_part("ids");
	open_it();
	assert_true(living_agrees(&living, &naive));
	close_it();
}

static void
fsck_reads_archives_too(void **state)
{
	(void)state;
	struct journal_place place;
	uint64_t archived = work_until_archived(&place);
	struct fsck_report report = check();
	assert_int_equal(report.findings, 0);
	assert_true(report.segments > archived && report.entries > 0);
}

static void
fsck_names_a_damaged_archive(void **state)
{
	(void)state;
	static const size_t places[] = { 3, 60, 4000 };
	struct journal_place place;
	struct buffer content;
	char path[DISK_PATH_MAX];
	work_until_archived(&place);
	archive_path(&place, 1, path);
	buffer_init(&content, 16 << 20);
	assert_int_equal(disk_read_file(path, &content, NULL), STATUS_OK);
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		struct bytes bytes = { content.data, content.size };
		content.data[places[i]] ^= 4;
		assert_int_equal(disk_write_file(path, bytes, NULL), STATUS_OK);
		content.data[places[i]] ^= 4;
		struct fsck_report report = check();
		assert_true(report.counts[FSCK_ARCHIVE_DAMAGED] > 0);
	}
	assert_int_equal(disk_write_file(path, (struct bytes){ content.data, content.size }, NULL),
		STATUS_OK);
	buffer_release(&content);
	assert_int_equal(check().findings, 0);
}

#define TEST_ARCHIVING(name) cmocka_unit_test_setup_teardown(name, set_up_archiving, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_ARCHIVING(replay_and_rebuild_give_what_there_was),
		TEST_ARCHIVING(fsck_reads_archives_too),
		TEST_ARCHIVING(fsck_names_a_damaged_archive),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
