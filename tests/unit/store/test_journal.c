#include "../../../engine/base/memory.h"
#include "../../../store/journal.h"
#include "../../../store/segment.h"
#include "writing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>

#include <cmocka.h>

static char folder[256];
static struct writing *writing;

static int
set_up_in(bool fast)
{
	if (fast)
		scratch_make_fast(folder);
	else
		scratch_make(folder);
	writing = malloc(sizeof *writing);
	writing_init(writing, folder);
	return 0;
}

static int
set_up(void **state)
{
	(void)state;
	return set_up_in(true);
}

/* On a disk, where O_DIRECT is the real one. */
static int
set_up_on_disk(void **state)
{
	(void)state;
	return set_up_in(false);
}

static int
tear_down(void **state)
{
	(void)state;
	for (int call = 0; call < DISK_CALL_COUNT; call++)
		disk_fail_at((enum disk_call)call, 0, 0);
	disk_pretend_free_bytes(UINT64_MAX);
	free(writing);
	scratch_remove(folder);
	return 0;
}

static void
open_at(const struct journal_head *head)
{
	struct fault fault;
	if (journal_open(&writing->journal, &writing->options, head, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
}

static void
open_new(void)
{
	struct journal_head head = writing_empty_head();
	open_at(&head);
}

static void
close_well(void)
{
	struct fault fault;
	if (journal_close(writing->journal, NULL, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	writing->journal = NULL;
}

/* Everything that was put must be there; returns the head. */
static struct journal_head
assert_all_there(void)
{
	struct comparison comparison;
	struct journal_head head;
	struct fault fault;
	bool torn;
	if (compare_with_scan(&writing->options.place, writing->known, writing->known_count,
		    &comparison, &head, &torn, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	assert_false(comparison.differs);
	assert_int_equal(comparison.seen, writing->known_count);
	assert_false(torn);
	return head;
}

/* Closes, scans, and opens again with the next epoch. */
static void
reopen(void)
{
	close_well();
	struct journal_head head = assert_all_there();
	writing->options.epoch++;
	open_at(&head);
}

static void
put_many(uint64_t from, size_t count, size_t batch)
{
	for (size_t i = 0; i < count; i++) {
		assert_true(writing_put_patiently(writing, from + i));
		if ((i + 1) % batch == 0)
			writing_flush(writing);
	}
	assert_true(writing_settle(writing));
}

static void
entries_become_durable_and_are_read_back(void **state)
{
	(void)state;
	open_new();
	assert_int_equal(journal_durable(writing->journal), 0);
	assert_int_equal(journal_decided(writing->journal), 0);
	put_many(1, 3000, 7); /* over several segments */
	uint64_t decided = journal_decided(writing->journal);
	assert_int_equal(journal_durable(writing->journal), decided);
	assert_true(decided > 2 * writing->options.place.segment_bytes);

	struct buffer buffer;
	buffer_init(&buffer, ENTRY_BYTES_MAX);
	for (size_t i = 0; i < writing->known_count; i += 37) {
		struct entry entry;
		struct fault fault;
		uint64_t position = writing->known[i].position;
		if (journal_read(&writing->options.place, position, &buffer, &entry, &fault))
			fail_msg("%s", fault.text);
		assert_int_equal(entry.at_ms, writing->known[i].number);
		assert_int_equal(buffer.size, writing->known[i].size);
		assert_int_equal(journal_prove(&writing->options.place, position, NULL), STATUS_OK);
	}
	buffer_release(&buffer);
	close_well();
	struct journal_head head = assert_all_there();
	assert_in_range(head.position, decided, decided + DISK_BLOCK - 1);
	assert_int_equal(head.epoch, 1);
}

static void
journal_goes_on_where_it_ended(void **state)
{
	(void)state;
	open_new();
	for (uint64_t run = 0; run < 12; run++) {
		put_many(run * 1000, 1 + run * 40, 5);
		reopen();
	}
	put_many(99000, 1, 1);
	close_well();
	assert_int_equal(assert_all_there().epoch, 13);
}

static void
closing_makes_all_durable(void **state)
{
	(void)state;
	open_new();
	for (uint64_t i = 0; i < 40; i++)
		assert_true(writing_put_patiently(writing, i));
	close_well(); /* no flush before */
	assert_all_there();
}

static void
journal_of_nothing_leaves_nothing_to_scan(void **state)
{
	(void)state;
	open_new();
	writing_flush(writing);
	reopen();
	close_well();
	struct journal_head head = assert_all_there();
	assert_int_equal(head.position, 0);
	assert_int_equal(head.chain, TEST_FOLDER);
	assert_int_equal(head.epoch, 0);
	assert_int_equal(journal_close(NULL, NULL, NULL), STATUS_OK);
}

static void
frames_never_span_segments(void **state)
{
	(void)state;
	open_new();
	put_many(1, 4000, 60);
	const struct journal_place *place = &writing->options.place;
	for (size_t i = 0; i < writing->known_count; i++) {
		const struct known *known = &writing->known[i];
		assert_int_equal(journal_segment_of(place, known->position),
			journal_segment_of(place, known->position + known->size - 1));
		/* The first entry of a segment is behind a frame's header. */
		if (i > 0 &&
			journal_segment_of(place, known->position) !=
				journal_segment_of(place, known[-1].position))
			assert_int_equal(
				journal_offset_of(place, known->position), FRAME_HEADER_BYTES);
	}
	close_well();
	assert_all_there();
}

/* Holds the writer up in `durable`, so that a test decides when it is busy. */
static sem_t gate;

static void
durable_behind_gate(void *context)
{
	sem_wait(&gate);
	writing_durable(context);
}

static void
what_comes_while_the_writer_is_busy_becomes_one_frame(void **state)
{
	(void)state;
	sem_init(&gate, 0, 0);
	writing->options.durable = durable_behind_gate;
	open_new();
	struct journal_stats stats;
	assert_true(writing_put(writing, 1));
	writing_flush(writing);
	while (journal_durable(writing->journal) == 0)
		usleep(100);
	/* The writer is held up behind the first frame; the second is handed over and waits there.
	 */
	assert_true(writing_put(writing, 2));
	writing_flush(writing);
	for (uint64_t i = 3; i < 10; i++) {
		assert_true(writing_put(writing, i));
		writing_flush(writing);
	}
	for (int i = 0; i < 100; i++)
		sem_post(&gate);
	assert_true(writing_settle(writing));
	journal_stats(writing->journal, &stats);
	assert_int_equal(stats.frames, 3);
	assert_int_equal(stats.entries, 9);
	close_well();
	assert_all_there();
	sem_destroy(&gate);
}

static void
full_batches_press_back_until_one_is_durable(void **state)
{
	(void)state;
	sem_init(&gate, 0, 0);
	writing->options.durable = durable_behind_gate;
	open_new();
	uint64_t number = 1;
	while (writing_put(writing, number)) {
		number++;
		usleep(10); /* let the writer take the first one */
	}
	/* One frame is written and held, and three batches are full behind it. */
	size_t full = writing->known_count;
	uint64_t decided = journal_decided(writing->journal);
	assert_true(decided > 3 * 60 * 1024);
	assert_false(writing_put(writing, number));
	assert_int_equal(journal_decided(writing->journal), decided);
	for (int i = 0; i < 1000; i++)
		sem_post(&gate);
	assert_true(writing_put_patiently(writing, number));
	assert_int_equal(writing->known_count, full + 1);
	assert_true(writing_settle(writing));
	close_well();
	assert_all_there();
	sem_destroy(&gate);
}

static void
entry_larger_than_a_batch_gets_a_frame_of_its_own(void **state)
{
	(void)state;
	static uint8_t event[ENTRY_BYTES_MAX];
	open_new();
	assert_true(writing_put_patiently(writing, 1));
	struct entry entry = { .kind = ENTRY_PUT,
		.event = { event, ENTRY_BYTES_MAX - ENTRY_HEADER_BYTES } };
	size_t size = entry_size(&entry);
	assert_int_equal(size, ENTRY_BYTES_MAX);
	uint64_t position;
	uint8_t *at = journal_reserve(writing->journal, size, &position);
	assert_non_null(at);
	entry_encode(&entry, frame_key(TEST_FOLDER), at);
	assert_int_equal(position % DISK_BLOCK, FRAME_HEADER_BYTES);
	assert_true(writing_put_patiently(writing, 2));
	assert_true(writing->known[1].position > position + size);
	assert_true(writing_settle(writing));
	struct journal_stats stats;
	journal_stats(writing->journal, &stats);
	assert_int_equal(stats.frames, 3);
	struct buffer buffer;
	struct entry found;
	buffer_init(&buffer, ENTRY_BYTES_MAX);
	assert_int_equal(
		journal_read(&writing->options.place, position, &buffer, &found, NULL), STATUS_OK);
	assert_int_equal(found.event.size, ENTRY_BYTES_MAX - ENTRY_HEADER_BYTES);
	buffer_release(&buffer);
	close_well();
}

static void
entry_can_be_peeked_at_before_and_after_it_is_durable(void **state)
{
	(void)state;
	open_new();
	struct bytes entry;
	assert_false(journal_peek(writing->journal, FRAME_HEADER_BYTES, &entry));
	for (uint64_t i = 1; i <= 20; i++)
		assert_true(writing_put(writing, i));
	for (int turn = 0; turn < 2; turn++) {
		for (size_t i = 0; i < writing->known_count; i++) {
			size_t size;
			uint8_t *expected = sample_encode(
				writing->known[i].number, frame_key(TEST_FOLDER), &size);
			assert_true(
				journal_peek(writing->journal, writing->known[i].position, &entry));
			assert_int_equal(entry.size, size);
			assert_memory_equal(entry.data, expected, size);
			free(expected);
		}
		assert_true(writing_settle(writing));
	}
	assert_false(journal_peek(writing->journal, 0, &entry));
	assert_false(journal_peek(writing->journal, journal_decided(writing->journal), &entry));
	/* Any position is answered, if not with an entry, and never with more than there is. */
	for (uint64_t at = 0; at < journal_decided(writing->journal) + 100; at++) {
		if (journal_peek(writing->journal, at, &entry))
			assert_true(entry.size <= journal_decided(writing->journal) - at);
	}
	put_many(100, 1000, 1);
	assert_false(journal_peek(writing->journal, writing->known[0].position, &entry));
	close_well();
}

static void
frame_carries_the_time_of_its_turn(void **state)
{
	(void)state;
	open_new();
	writing->now_ms = 5000;
	journal_set_time(writing->journal, 5000);
	while (journal_decided(writing->journal) < 100 * 1024) {
		/* The first batch fills up within the turn. */
		assert_true(writing_put_patiently(writing, writing->known_count));
	}
	close_well();
	assert_true(assert_all_there().time_ms >= 5000);
	struct buffer buffer;
	struct frame frame;
	uint64_t chain;
	buffer_init(&buffer, 1 << 20);
	char path[512];
	snprintf(path, sizeof path, "%s/0000000000000000.segment", folder);
	assert_int_equal(disk_read_file(path, &buffer, NULL), STATUS_OK);
	assert_int_equal(
		frame_read((struct bytes){ buffer.data, 64 }, TEST_FOLDER, 0, &frame, &chain, NULL),
		STATUS_OK);
	assert_int_equal(frame.time_ms, 5000);
	assert_int_equal(frame.shard, 2);
	buffer_release(&buffer);
}

/* Scans from where the journal says that one may; nothing that is not durable lies before. */
static void
assert_boundary_holds(size_t durable_before)
{
	struct journal_head boundary = journal_boundary(writing->journal);
	struct comparison comparison = { .known = writing->known,
		.known_count = writing->known_count };
	while (comparison.known_count > 0 && comparison.known->position < boundary.position) {
		comparison.known++;
		comparison.known_count--;
	}
	assert_true(writing->known_count - comparison.known_count >= durable_before);
	struct journal_scan scan = {
		.place = writing->options.place,
		.from = boundary.position,
		.from_chain = boundary.chain,
		.from_time_ms = boundary.time_ms,
		.from_epoch = boundary.epoch,
		.visit = comparison_visit,
		.context = &comparison,
	};
	struct journal_head head;
	struct fault fault;
	bool torn;
	if (journal_scan(&scan, &head, &torn, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	assert_false(comparison.differs);
}

static void
boundary_is_a_place_to_scan_from(void **state)
{
	(void)state;
	open_new();
	assert_boundary_holds(0);
	for (uint64_t i = 1; i < 1500; i++) {
		size_t durable_before = 0;
		uint64_t durable = journal_durable(writing->journal);
		while (durable_before < writing->known_count &&
			writing->known[durable_before].position < durable)
			durable_before++;
		if (i % 40 == 0)
			assert_boundary_holds(durable_before);
		assert_true(writing_put_patiently(writing, i));
		if (i % 7 == 0)
			writing_flush(writing);
	}
	assert_true(writing_settle(writing));
	assert_boundary_holds(writing->known_count);
	struct journal_head boundary = journal_boundary(writing->journal);
	struct journal_head end;
	assert_int_equal(journal_close(writing->journal, &end, NULL), STATUS_OK);
	assert_memory_equal(&end, &boundary, sizeof end);
	struct journal_head head = assert_all_there();
	assert_memory_equal(&end, &head, sizeof end);
	uint64_t segment_bytes = writing->options.place.segment_bytes;
	assert_in_range(journal_end_estimate(&writing->options.place), end.position,
		end.position + 2 * segment_bytes);
}

static bool
is_seen(void *context, const struct journal_visit *visit)
{
	*(uint64_t *)context = visit->position;
	return true;
}

static void
journal_can_be_scanned_while_it_is_written(void **state)
{
	(void)state;
	open_new();
	for (uint64_t i = 1; i < 3000; i++) {
		assert_true(writing_put_patiently(writing, i));
		writing_flush(writing);
		if (i % 10 != 0)
			continue;
		uint64_t durable = journal_durable(writing->journal);
		uint64_t last = 0;
		struct journal_scan scan = {
			.place = writing->options.place, .visit = is_seen, .context = &last
		};
		struct journal_head head;
		struct fault fault;
		bool torn;
		if (journal_scan(&scan, &head, &torn, &fault) != STATUS_OK)
			fail_msg("%s", fault.text);
		assert_true(head.position >= durable);
	}
	close_well();
	assert_all_there();
}

static void
progress_tells_the_batch_of_an_entry(void **state)
{
	(void)state;
	sem_init(&gate, 0, 0);
	writing->options.durable = durable_behind_gate;
	open_new();
	struct journal_progress progress = journal_progress(writing->journal);
	assert_int_equal(progress.batch, 1);
	assert_int_equal(progress.durable_batch, 0);
	for (uint64_t batch = 1; batch <= 3; batch++) {
		assert_true(writing_put(writing, batch));
		progress = journal_progress(writing->journal);
		assert_int_equal(progress.batch, batch);
		assert_true(progress.batch_position <= writing->known[batch - 1].position);
		if (batch > 1)
			assert_true(progress.batch_position > writing->known[batch - 2].position);
		if (batch == 3)
			break; /* the writer is held up behind the first, and has the second */
		writing_flush(writing);
		progress = journal_progress(writing->journal);
		assert_int_equal(progress.batch, batch + 1);
		assert_int_equal(progress.batch_position, journal_decided(writing->journal));
		while (journal_progress(writing->journal).durable_batch < 1)
			usleep(100);
	}
	assert_int_equal(journal_progress(writing->journal).durable_batch, 1);
	for (int i = 0; i < 100; i++)
		sem_post(&gate);
	assert_true(writing_settle(writing));
	assert_int_equal(journal_progress(writing->journal).durable_batch, 3);
	close_well();
	sem_destroy(&gate);
}

static void
room_shrinks_as_it_is_used(void **state)
{
	(void)state;
	writing->options.spares = 3;
	open_new();
	/* The current segment and three that are ready, each but for the largest frame. */
	size_t largest = size_round_up(FRAME_HEADER_BYTES + ENTRY_BYTES_MAX, DISK_BLOCK);
	uint64_t expected = 4 * (writing->options.place.segment_bytes - largest);
	for (int i = 0; i < 10000 && journal_room(writing->journal) < expected; i++)
		usleep(1000);
	assert_int_equal(journal_room(writing->journal), expected);
	assert_true(writing_put(writing, 1));
	assert_true(writing_settle(writing));
	assert_int_equal(journal_room(writing->journal), expected - DISK_BLOCK);
	assert_int_equal(journal_room_of_spares(writing->journal), expected / 4 * 3);
	close_well();
}

static void
full_disk_is_foreseen_and_service_returns_by_itself(void **state)
{
	(void)state;
	uint64_t segment_bytes = writing->options.place.segment_bytes;
	writing->options.reserve_bytes = 10 * segment_bytes;
	disk_pretend_free_bytes(11 * segment_bytes); /* for the first, and then no more */
	open_new();
	disk_pretend_free_bytes(11 * segment_bytes - 1);
	/* A spare may have been begun meanwhile; in the end there is no more room than was found.
	 */
	uint64_t number = 1;
	bool was_refused = false;
	for (; number < TEST_ENTRIES_MAX && !was_refused; number++) {
		uint64_t room = journal_room(writing->journal);
		while (!was_refused && !writing_put(writing, number)) {
			assert_true(writing_settle(writing));
			if (journal_room(writing->journal) == 0 && !writing_put(writing, number))
				was_refused = true;
			else
				break;
		}
		/* While there was room for a batch, it was not refused. */
		assert_false(was_refused && room > 64 * 1024);
	}
	assert_true(was_refused);
	assert_true(writing_settle(writing)); /* what was accepted is durable */
	while (sem_trywait(&writing->news) == 0)
		;
	disk_pretend_free_bytes(UINT64_MAX);
	assert_true(writing_wait(writing)); /* told without asking */
	assert_true(writing_put_patiently(writing, number));
	close_well();
	assert_all_there();
}

static void
assert_stops_announcing(int os_error, enum status expected)
{
	open_new();
	put_many(1, 50, 3);
	uint64_t durable = journal_durable(writing->journal);
	size_t durable_count = writing->known_count;
	assert_true(writing_put(writing, 1000));
	disk_fail_at(DISK_CALL_WRITE, 1, os_error);
	/* The keeper writes, too: whoever meets the failure, the journal stops. */
	while (atomic_load(&writing->failures) == 0) {
		writing_flush(writing);
		if (!writing_put(writing, 1001))
			usleep(100);
	}
	assert_false(writing_put(writing, 1002));
	writing_flush(writing);
	uint64_t last = journal_durable(writing->journal);
	struct fault fault = { 0 };
	assert_int_equal(journal_close(writing->journal, NULL, &fault), expected);
	assert_int_equal(fault.status, expected);
	assert_int_equal(writing->fault.status, expected);
	assert_non_null(strstr(fault.text, folder));
	assert_int_equal(atomic_load(&writing->failures), 1);
	assert_true(last >= durable);

	struct comparison comparison;
	struct journal_head head;
	bool torn;
	assert_int_equal(compare_with_scan(&writing->options.place, writing->known,
				 writing->known_count, &comparison, &head, &torn, &fault),
		STATUS_OK);
	assert_false(comparison.differs);
	assert_true(comparison.seen >= durable_count);
	assert_true(head.position >= last);
}

static void
failed_write_stops_the_journal(void **state)
{
	(void)state;
	assert_stops_announcing(EIO, STATUS_IO);
}

static void
short_write_stops_the_journal(void **state)
{
	(void)state;
	assert_stops_announcing(0, STATUS_IO);
}

static void
assert_open_refused(enum status expected, const struct journal_head *head)
{
	struct fault fault;
	struct journal *untouched = (struct journal *)folder;
	writing->journal = untouched;
	assert_int_equal(
		journal_open(&writing->journal, &writing->options, head, &fault), expected);
	assert_ptr_equal(writing->journal, untouched);
}

static void
impossible_options_are_refused(void **state)
{
	(void)state;
	struct journal_options good = writing->options;
	struct journal_head head = writing_empty_head();
	writing->options.place.segment_bytes = (1 << 20) - 4096;
	assert_open_refused(STATUS_INVALID, &head);
	writing->options.place.segment_bytes = 1 << 19;
	assert_open_refused(STATUS_INVALID, &head);
	writing->options = good;
	writing->options.batch_bytes_max = 64 * 1024 - 1;
	assert_open_refused(STATUS_INVALID, &head);
	writing->options.batch_bytes_max = (1 << 19) + 1;
	assert_open_refused(STATUS_INVALID, &head);
	writing->options = good;
	writing->options.spares = 0;
	assert_open_refused(STATUS_INVALID, &head);
	writing->options.spares = 9;
	assert_open_refused(STATUS_INVALID, &head);
	writing->options = good;
	writing->options.place.folder = 0;
	assert_open_refused(STATUS_INVALID, &head);
	writing->options = good;
	head.epoch = 1;
	assert_open_refused(STATUS_INVALID, &head);
	head = writing_empty_head();
	head.position = 8;
	assert_open_refused(STATUS_INVALID, &head);
	head.position = DISK_BLOCK;
	assert_open_refused(STATUS_NOT_FOUND, &head);
	head.position = writing->options.place.segment_bytes;
	assert_open_refused(STATUS_NOT_FOUND, &head);
}

static void
write_path_bytes(const char *name, const uint8_t *bytes, size_t size)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_int_equal(disk_write_file(path, (struct bytes){ bytes, size }, NULL), STATUS_OK);
}

static bool
path_exists(const char *name)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return disk_exists(path);
}

static void
a_start_may_use_the_reserve_for_its_one_segment(void **state)
{
	(void)state;
	struct fault fault;
	uint64_t segment_bytes = writing->options.place.segment_bytes;
	struct journal_head head = writing_empty_head();
	writing->options.reserve_bytes = 10 * segment_bytes;
	disk_pretend_free_bytes(segment_bytes - 1);
	assert_int_equal(
		journal_open(&writing->journal, &writing->options, &head, &fault), STATUS_FULL);
	disk_pretend_free_bytes(segment_bytes);
	open_new();
	put_many(1, 50, 3);
	close_well();
	assert_all_there();
	assert_true(path_exists("0000000000000000.segment"));
	assert_false(path_exists("0000000000000001.segment"));
}

static void
spares_of_an_earlier_run_are_used_and_scraps_removed(void **state)
{
	(void)state;
	uint8_t *old = malloc(1 << 20);
	memset(old, 0xa5, 1 << 20); /* not even zeros */
	write_path_bytes("spare-7.segment", old, 1 << 20);
	write_path_bytes("spare-9.segment", old, 1 << 20);
	write_path_bytes("spare-3.segment", old, 1 << 19);
	write_path_bytes("spare-4.filling", old, 1 << 19);
	write_path_bytes("spare-4.other", old, 1);
	disk_pretend_free_bytes(0);
	writing->options.spares = 2;
	open_new(); /* without a byte of room on the disk */
	assert_false(path_exists("spare-3.segment"));
	assert_false(path_exists("spare-4.filling"));
	assert_true(path_exists("spare-4.other"));
	assert_false(path_exists("spare-7.segment"));
	assert_true(path_exists("0000000000000000.segment"));
	assert_true(path_exists("0000000000000001.segment"));
	assert_true(journal_room(writing->journal) > 1 << 20);
	put_many(1, 500, 5);
	close_well();
	free(old);
	struct comparison comparison;
	struct journal_head head;
	bool torn;
	assert_int_equal(compare_with_scan(&writing->options.place, writing->known,
				 writing->known_count, &comparison, &head, &torn, NULL),
		STATUS_OK);
	assert_int_equal(comparison.seen, writing->known_count);
	assert_true(torn); /* what the file held before */
}

static void
segment_that_was_cut_is_made_whole(void **state)
{
	(void)state;
	open_new();
	put_many(1, 20, 2);
	close_well();
	struct journal_head head = assert_all_there();
	char path[512];
	snprintf(path, sizeof path, "%s/0000000000000000.segment", folder);
	assert_int_equal(truncate(path, (off_t)head.position - 100), 0);
	writing->options.epoch++;
	open_at(&head);
	struct stat found;
	assert_int_equal(stat(path, &found), 0);
	assert_int_equal(found.st_size, 1 << 20);
	put_many(100, 20, 2);
	close_well();
	assert_all_there();
}

static void
segment_of_another_size_is_refused(void **state)
{
	(void)state;
	writing->options.place.segment_bytes = 1 << 21;
	open_new();
	put_many(1, 20, 2);
	close_well();
	struct journal_head head = assert_all_there();
	writing->options.place.segment_bytes = 1 << 20;
	writing->options.epoch++;
	assert_open_refused(STATUS_CONFLICT, &head);
}

static void
owner_may_go_on_in_a_fresh_segment(void **state)
{
	(void)state;
	open_new();
	for (int run = 0; run < 5; run++) {
		put_many((uint64_t)run * 100, 10, 2);
		close_well();
		struct journal_head head = assert_all_there();
		uint64_t segment_bytes = writing->options.place.segment_bytes;
		head.position = (head.position / segment_bytes + 1) * segment_bytes;
		writing->options.epoch++;
		open_at(&head);
		assert_int_equal(journal_durable(writing->journal), head.position);
	}
	close_well();
	struct journal_head head = assert_all_there();
	assert_int_equal(journal_segment_of(&writing->options.place, head.position), 4);
}

static void
an_entry_in_a_damaged_frame_is_damaged_not_unknown(void **state)
{
	(void)state;
	open_new();
	for (uint64_t i = 0; i < 3; i++)
		put_many(1 + 20 * i, 20, 20);
	close_well();
	const struct journal_place *place = &writing->options.place;
	uint64_t at = writing->known[0].position;
	char path[DISK_PATH_MAX];
	struct fault fault;
	segment_path(place, journal_segment_of(place, at), path);
	FILE *file = fopen(path, "r+b");
	assert_non_null(file);
	fseek(file, (long)journal_offset_of(place, at) + 40, SEEK_SET);
	int byte = fgetc(file);
	fseek(file, -1, SEEK_CUR);
	fputc(byte ^ 1, file);
	fclose(file);
	assert_int_equal(journal_prove(place, at, &fault), STATUS_CORRUPT);
	assert_non_null(strstr(fault.text, "checksum"));
}

static void
reading_where_there_is_no_entry_is_refused(void **state)
{
	(void)state;
	open_new();
	put_many(1, 200, 20);
	const struct journal_place *place = &writing->options.place;
	struct buffer buffer;
	struct entry entry;
	buffer_init(&buffer, ENTRY_BYTES_MAX);
	uint64_t decided = journal_decided(writing->journal);
	uint64_t beyond = size_round_up(decided, DISK_BLOCK) + FRAME_HEADER_BYTES;
	static const uint64_t far = UINT64_C(1) << 40;
	assert_int_equal(journal_read(place, beyond, &buffer, &entry, NULL), STATUS_NOT_FOUND);
	assert_int_equal(journal_read(place, far + 64, &buffer, &entry, NULL), STATUS_NOT_FOUND);
	assert_int_equal(journal_read(place, 0, &buffer, &entry, NULL), STATUS_CORRUPT);
	assert_int_equal(journal_read(place, 65, &buffer, &entry, NULL), STATUS_CORRUPT);
	assert_int_equal(journal_prove(place, beyond, NULL), STATUS_NOT_FOUND);
	assert_int_equal(journal_prove(place, far + 64, NULL), STATUS_NOT_FOUND);
	size_t next = 0;
	for (uint64_t at = 0; at < decided; at += 8) {
		bool is_entry = next < writing->known_count && writing->known[next].position == at;
		enum status status = journal_prove(place, at, NULL);
		assert_int_equal(status, is_entry ? STATUS_OK : STATUS_NOT_FOUND);
		status = journal_read(place, at, &buffer, &entry, NULL);
		assert_true((status == STATUS_OK) == is_entry);
		next += is_entry;
	}
	assert_int_equal(next, writing->known_count);

	/* With another folder's number, no entry is one. */
	struct journal_place other = *place;
	other.folder ^= 1;
	for (size_t i = 0; i < writing->known_count; i++) {
		uint64_t at = writing->known[i].position;
		assert_int_equal(journal_read(&other, at, &buffer, &entry, NULL), STATUS_CORRUPT);
		assert_int_equal(journal_prove(&other, at, NULL), STATUS_NOT_FOUND);
	}
	buffer_release(&buffer);
	close_well();
}

/* Reading goes through the page cache, writing past it: what was cached before must not stay. */
static void
what_was_read_too_early_is_read_again(void **state)
{
	(void)state;
	open_new();
	const struct journal_place *place = &writing->options.place;
	struct buffer buffer;
	buffer_init(&buffer, ENTRY_BYTES_MAX);
	for (uint64_t i = 1; i < 300; i++) {
		struct entry entry;
		uint64_t next = size_round_up(journal_decided(writing->journal), DISK_BLOCK);
		/* The block of the next frame, and those that a cache reads ahead. */
		enum status status = journal_read(
			place, next + FRAME_HEADER_BYTES, &buffer, &entry, NULL);
		assert_int_equal(status, STATUS_NOT_FOUND);
		assert_true(writing_put_patiently(writing, i));
		assert_true(writing_settle(writing));
		uint64_t position = writing->known[i - 1].position;
		struct fault fault;
		if (journal_read(place, position, &buffer, &entry, &fault) != STATUS_OK)
			fail_msg("%s", fault.text);
		assert_int_equal(entry.at_ms, i);
	}
	buffer_release(&buffer);
	close_well();
}

static void
sound_entry_of_a_torn_frame_can_be_read_but_not_proved(void **state)
{
	(void)state;
	open_new();
	for (uint64_t i = 0; i < 20; i++)
		assert_true(writing_put(writing, i));
	assert_true(writing_settle(writing));
	close_well();
	const struct known *last = &writing->known[19];
	char path[512];
	snprintf(path, sizeof path, "%s/0000000000000000.segment", folder);
	FILE *file = fopen(path, "r+b");
	fseek(file, (long)last->position + 20, SEEK_SET);
	fputc(0x77, file);
	fclose(file);
	struct buffer buffer;
	struct entry entry;
	buffer_init(&buffer, ENTRY_BYTES_MAX);
	const struct journal_place *place = &writing->options.place;
	uint64_t sound = writing->known[3].position;
	assert_int_equal(
		journal_read(place, last->position, &buffer, &entry, NULL), STATUS_CORRUPT);
	assert_int_equal(journal_read(place, sound, &buffer, &entry, NULL), STATUS_OK);
	assert_int_equal(journal_prove(place, sound, NULL), STATUS_NOT_FOUND);
	buffer_release(&buffer);
}

static void
statistics_count_what_was_written(void **state)
{
	(void)state;
	open_new();
	put_many(1, 10, 1);
	struct journal_stats stats;
	journal_stats(writing->journal, &stats);
	uint64_t bytes = 0;
	for (size_t i = 0; i < writing->known_count; i++)
		bytes += writing->known[i].size;
	assert_int_equal(stats.entries, 10);
	assert_in_range(stats.frames, 1, 10);
	assert_int_equal(stats.bytes, bytes + stats.frames * FRAME_HEADER_BYTES);
	assert_int_equal(stats.padded_bytes % DISK_BLOCK, 0);
	assert_true(stats.padded_bytes >= stats.bytes);
	assert_true(stats.write_ns_max > 0 && stats.write_ns_total >= stats.write_ns_max);
	assert_true(stats.zero_filled_bytes >= writing->options.place.segment_bytes);
	close_well();
}

/*
 * A small life of a journal: opened, written over more than one segment, closed. Counts what was
 * announced; false if it could not be opened or failed.
 */
static bool
live(size_t *announced)
{
	struct journal_head head = writing_empty_head();
	struct fault fault;
	*announced = 0;
	if (journal_open(&writing->journal, &writing->options, &head, &fault) != STATUS_OK)
		return false;
	bool well = true;
	for (uint64_t i = 0; i < 1200 && well; i++) {
		well = writing_put_patiently(writing, i);
		if (i % 50 == 0)
			writing_flush(writing);
	}
	if (well)
		well = writing_settle(writing);
	uint64_t durable = journal_durable(writing->journal);
	if (journal_close(writing->journal, NULL, &fault) != STATUS_OK) {
		well = false;
	} else if (well) {
		*announced = writing->known_count;
		return true;
	}
	while (*announced < writing->known_count && writing->known[*announced].position < durable)
		(*announced)++;
	return well;
}

/* After a failed life: everything announced is there, and nothing that was never put. */
static void
assert_announced_is_kept(size_t announced)
{
	struct comparison comparison;
	struct journal_head head;
	struct fault fault;
	bool torn;
	if (compare_with_scan(&writing->options.place, writing->known, writing->known_count,
		    &comparison, &head, &torn, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	assert_false(comparison.differs);
	assert_true(comparison.seen >= announced);

	/* And a second life goes on behind it. */
	writing->known_count = comparison.seen;
	writing->options.epoch = head.epoch + 1;
	writing->now_ms = head.time_ms + 1;
	atomic_store(&writing->failures, 0);
	open_at(&head);
	put_many(500000, 30, 3);
	close_well();
	if (compare_with_scan(&writing->options.place, writing->known, writing->known_count,
		    &comparison, &head, &torn, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	assert_false(comparison.differs);
	assert_int_equal(comparison.seen, writing->known_count);
}

static void
fresh_folder(void)
{
	scratch_remove(folder);
	scratch_make_fast(folder);
	writing_init(writing, folder);
}

static void
no_failure_announces_what_is_not_durable(void **state)
{
	(void)state;
	static const struct {
		enum disk_call call;
		int os_error;
		const char *name;
	} kinds[] = {
		{ DISK_CALL_OPEN, EMFILE, "open" },
		{ DISK_CALL_WRITE, EIO, "write" },
		{ DISK_CALL_WRITE, 0, "short write" },
		{ DISK_CALL_WRITE, ENOSPC, "write without room" },
		{ DISK_CALL_SYNC, EIO, "sync" },
		{ DISK_CALL_NAME, EIO, "name" },
	};
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		uint64_t n = 1;
		uint64_t failed = 0;
		for (;; n++) {
			size_t announced;
			fresh_folder();
			disk_fail_at(kinds[i].call, n, kinds[i].os_error);
			bool well = live(&announced);
			bool was_reached = disk_call_count(kinds[i].call) >= n;
			disk_fail_at(kinds[i].call, 0, 0);
			failed += !well;
			assert_true(atomic_load(&writing->failures) <= 1);
			assert_announced_is_kept(announced);
			if (!was_reached) {
				assert_true(well);
				break;
			}
		}
		printf("             %s: N=%llu, %llu of them failed the journal\n", kinds[i].name,
			(unsigned long long)n, (unsigned long long)failed);
		assert_true(n > 1 && failed > 0);
	}
}

static void
no_memory_is_said_and_leaves_nothing_behind(void **state)
{
	(void)state;
	uint64_t n = 1;
	for (;; n++) {
		fresh_folder();
		struct journal_head head = writing_empty_head();
		struct fault fault;
		memory_fail_at(n);
		enum status status = journal_open(
			&writing->journal, &writing->options, &head, &fault);
		bool was_reached = memory_request_count() >= n;
		memory_fail_at(0);
		if (status == STATUS_OK) {
			put_many(1, 10, 1); /* what the keeper could not get, it gets later */
			close_well();
			assert_all_there();
		} else {
			assert_int_equal(status, STATUS_MEMORY);
		}
		if (!was_reached)
			break;
	}
	printf("             N=%llu\n", (unsigned long long)n);
	assert_true(n > 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define DISK_TEST(name) cmocka_unit_test_setup_teardown(name, set_up_on_disk, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DISK_TEST(entries_become_durable_and_are_read_back),
		DISK_TEST(journal_goes_on_where_it_ended),
		TEST(closing_makes_all_durable),
		TEST(journal_of_nothing_leaves_nothing_to_scan),
		TEST(frames_never_span_segments),
		TEST(what_comes_while_the_writer_is_busy_becomes_one_frame),
		TEST(full_batches_press_back_until_one_is_durable),
		TEST(entry_larger_than_a_batch_gets_a_frame_of_its_own),
		TEST(entry_can_be_peeked_at_before_and_after_it_is_durable),
		TEST(frame_carries_the_time_of_its_turn),
		TEST(boundary_is_a_place_to_scan_from),
		TEST(journal_can_be_scanned_while_it_is_written),
		TEST(progress_tells_the_batch_of_an_entry),
		TEST(room_shrinks_as_it_is_used),
		TEST(full_disk_is_foreseen_and_service_returns_by_itself),
		TEST(a_start_may_use_the_reserve_for_its_one_segment),
		TEST(failed_write_stops_the_journal),
		TEST(short_write_stops_the_journal),
		TEST(impossible_options_are_refused),
		TEST(spares_of_an_earlier_run_are_used_and_scraps_removed),
		DISK_TEST(segment_that_was_cut_is_made_whole),
		TEST(segment_of_another_size_is_refused),
		TEST(owner_may_go_on_in_a_fresh_segment),
		TEST(an_entry_in_a_damaged_frame_is_damaged_not_unknown),
		TEST(reading_where_there_is_no_entry_is_refused),
		DISK_TEST(what_was_read_too_early_is_read_again),
		TEST(sound_entry_of_a_torn_frame_can_be_read_but_not_proved),
		TEST(statistics_count_what_was_written),
		TEST(no_failure_announces_what_is_not_durable),
		TEST(no_memory_is_said_and_leaves_nothing_behind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
