/*
 * Reading and scanning what a journal has written, also while it goes on: where there is an entry,
 * where there is none, and where a frame is damaged.
 */
#include "../../../store/segment.h"
#include "journal_case.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(entry_can_be_peeked_at_before_and_after_it_is_durable),
		TEST(boundary_is_a_place_to_scan_from),
		TEST(journal_can_be_scanned_while_it_is_written),
		TEST(an_entry_in_a_damaged_frame_is_damaged_not_unknown),
		TEST(reading_where_there_is_no_entry_is_refused),
		DISK_TEST(what_was_read_too_early_is_read_again),
		TEST(sound_entry_of_a_torn_frame_can_be_read_but_not_proved),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
