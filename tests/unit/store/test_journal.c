/*
 * Writing a journal: entries, the frames that they become, what is told of them meanwhile.
 */
#include "journal_case.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DISK_TEST(entries_become_durable_and_are_read_back),
		TEST(closing_makes_all_durable),
		TEST(frames_never_span_segments),
		TEST(what_comes_while_the_writer_is_busy_becomes_one_frame),
		TEST(full_batches_press_back_until_one_is_durable),
		TEST(entry_larger_than_a_batch_gets_a_frame_of_its_own),
		TEST(frame_carries_the_time_of_its_turn),
		TEST(progress_tells_the_batch_of_an_entry),
		TEST(room_shrinks_as_it_is_used),
		TEST(statistics_count_what_was_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
