/*
 * Reading single entries, of which somebody has kept the position.
 */
#include "archive.h"
#include "journal.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#include <inttypes.h>

/* Most entries are shorter, so that one read gets them. */
#define FIRST_READ_BYTES 2048

/* An entry begins behind a frame's header, at a multiple of 8. */
static bool
may_be_entry(const struct journal_place *place, uint64_t position)
{
	return position % 8 == 0 && journal_offset_of(place, position) >= FRAME_HEADER_BYTES;
}

/* Fills `fault` with what is the matter at a position. */
static enum status
not_there(const struct journal_place *place, uint64_t position, enum status status,
	const char *what, struct fault *fault)
{
	return fault_set(fault, status, "no entry can be read at position %" PRIu64 " of %s: %s",
		position, place->directory, what);
}

static enum status
open_for_reading(const struct journal_place *place, uint64_t position, struct segment_reader *file,
	struct fault *fault)
{
	return segment_reader_open(
		file, place, journal_segment_of(place, position), DISK_READ, fault);
}

/* Reads `size` bytes at `position`, or what its segment holds of them, to the end of `into`. */
static enum status
read_more(const struct journal_place *place, struct segment_reader *file, uint64_t position,
	size_t size, struct buffer *into, struct fault *fault)
{
	uint64_t offset = journal_offset_of(place, position);
	size_t got;
	if (size > place->segment_bytes - offset)
		size = (size_t)(place->segment_bytes - offset);
	uint8_t *room = buffer_reserve(into, size);
	if (room == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for an entry of %zu bytes",
			into->size + size);
	enum status status = segment_reader_read(file, room, size, offset, &got, fault);
	if (status == STATUS_OK)
		buffer_grew(into, got);
	return status;
}

/* Fills `into` with the bytes from `position` on, as many as the entry says it has. */
static enum status
read_entry_bytes(const struct journal_place *place, struct segment_reader *file, uint64_t position,
	struct buffer *into, struct fault *fault)
{
	enum status status = read_more(place, file, position, FIRST_READ_BYTES, into, fault);
	if (status != STATUS_OK)
		return status;
	if (into->size < ENTRY_HEADER_BYTES || load_u64(into->data) == 0)
		return not_there(
			place, position, STATUS_NOT_FOUND, "nothing was written there", fault);
	size_t size = load_u32(into->data);
	if (size <= into->size || size > ENTRY_BYTES_MAX)
		return STATUS_OK; /* enough, or so wrong that decoding will say it */
	return read_more(place, file, position + into->size, size - into->size, into, fault);
}

enum status
journal_read(const struct journal_place *place, uint64_t position, struct buffer *into,
	struct entry *entry, struct fault *fault)
{
	must(place->folder != 0 && place->segment_bytes >= JOURNAL_SEGMENT_BYTES_MIN);
	buffer_clear(into);
	if (!may_be_entry(place, position))
		return not_there(place, position, STATUS_CORRUPT, "no entry begins there", fault);
	struct segment_reader file;
	enum status status = open_for_reading(place, position, &file, fault);
	if (status != STATUS_OK)
		return status;
	status = read_entry_bytes(place, &file, position, into, fault);
	segment_reader_close(&file);
	if (status != STATUS_OK)
		return status;
	struct bytes bytes = { into->data, into->size };
	struct fault why;
	size_t size;
	if (entry_decode(bytes, frame_key(place->folder), entry, &size, &why) != STATUS_OK)
		return not_there(place, position, STATUS_CORRUPT, why.text, fault);
	into->size = size;
	return STATUS_OK;
}

/*
 * Looks, block by block towards the start of the segment, for the header of the frame that holds
 * `position`, and its chain value. STATUS_NOT_FOUND if there is none.
 */
static enum status
find_frame(const struct journal_place *place, struct segment_reader *file, uint64_t position,
	struct frame *frame, uint64_t *chain, struct fault *fault)
{
	uint64_t start = position / DISK_BLOCK * DISK_BLOCK;
	for (;;) {
		uint8_t header[FRAME_HEADER_BYTES];
		size_t got;
		enum status status = segment_reader_read(
			file, header, sizeof header, journal_offset_of(place, start), &got, fault);
		if (status != STATUS_OK)
			return status;
		struct bytes bytes = { header, got };
		if (got == sizeof header &&
			frame_read(bytes, place->folder, start, frame, chain, NULL) == STATUS_OK)
			break;
		if (journal_offset_of(place, start) == 0)
			return not_there(
				place, position, STATUS_NOT_FOUND, "it is in no frame", fault);
		start -= DISK_BLOCK;
	}
	if (frame->shard != place->shard || position >= frame->position + frame->size ||
		frame->size > place->segment_bytes - journal_offset_of(place, frame->position))
		return not_there(place, position, STATUS_NOT_FOUND, "it is in no frame", fault);
	return STATUS_OK;
}

/* Does one of the frame's entries begin at `position`? The frame is whole; its entries are not
 * trusted. */
static bool
begins_entry(const struct frame *frame, struct bytes bytes, uint64_t position)
{
	uint64_t wanted = position - frame->position;
	uint64_t offset = FRAME_HEADER_BYTES;
	while (offset < wanted) {
		uint32_t size = load_u32(bytes.data + offset);
		if (size < ENTRY_HEADER_BYTES || size % 8 != 0)
			return false;
		offset += size;
	}
	return offset == wanted;
}

/* Does a sound frame lie at `position` that comes behind the one with this chain value? */
static bool
is_next(const struct journal_place *place, struct segment_reader *file, uint64_t position,
	uint64_t chain)
{
	uint8_t header[FRAME_HEADER_BYTES];
	struct frame frame;
	uint64_t own_chain;
	size_t got;
	return segment_reader_read(file, header, sizeof header, journal_offset_of(place, position),
		       &got, NULL) == STATUS_OK &&
		got == sizeof header &&
		frame_read((struct bytes){ header, got }, place->folder, position, &frame,
			&own_chain, NULL) == STATUS_OK &&
		frame.previous == chain;
}

/*
 * Was the row continued behind this frame? Behind one that was torn, and that nobody was told of,
 * it was not.
 */
static bool
is_followed(const struct journal_place *place, struct segment_reader *file,
	const struct frame *frame, uint64_t chain)
{
	uint64_t next = size_round_up(frame->position + frame->size, DISK_BLOCK);
	uint64_t segment = journal_segment_of(place, frame->position);
	if (journal_segment_of(place, next) == segment && is_next(place, file, next, chain))
		return true;
	struct segment_reader beyond;
	if (segment_reader_open(&beyond, place, segment + 1, DISK_READ, NULL) != STATUS_OK)
		return false;
	bool found = is_next(place, &beyond, (segment + 1) * place->segment_bytes, chain);
	segment_reader_close(&beyond);
	return found;
}

/* Is the frame whole, and `position` the start of one of its entries? */
static enum status
check_frame(const struct journal_place *place, struct segment_reader *file,
	const struct frame *frame, uint64_t chain, uint64_t position, struct fault *fault)
{
	size_t got;
	uint8_t *memory = memory_new(frame->size);
	if (memory == NULL)
		return fault_set(
			fault, STATUS_MEMORY, "no memory for a frame of %u bytes", frame->size);
	struct bytes bytes = { memory, frame->size };
	enum status status = segment_reader_read(
		file, memory, frame->size, journal_offset_of(place, frame->position), &got, fault);
	struct fault why = { .text = "the file ends within its frame" };
	if (status == STATUS_OK &&
		(got < frame->size || frame_check_entries(frame, bytes, &why) != STATUS_OK))
		status = not_there(place, position,
			is_followed(place, file, frame, chain) ? STATUS_CORRUPT : STATUS_NOT_FOUND,
			why.text, fault);
	if (status == STATUS_OK && !begins_entry(frame, bytes, position))
		status = not_there(
			place, position, STATUS_NOT_FOUND, "no entry begins there", fault);
	memory_free(memory);
	return status;
}

enum status
journal_prove(const struct journal_place *place, uint64_t position, struct fault *fault)
{
	must(place->folder != 0 && place->segment_bytes >= JOURNAL_SEGMENT_BYTES_MIN);
	if (!may_be_entry(place, position))
		return not_there(place, position, STATUS_NOT_FOUND, "no entry begins there", fault);
	struct segment_reader file;
	struct frame frame;
	uint64_t chain;
	enum status status = open_for_reading(place, position, &file, fault);
	if (status != STATUS_OK)
		return status;
	status = find_frame(place, &file, position, &frame, &chain, fault);
	if (status == STATUS_OK)
		status = check_frame(place, &file, &frame, chain, position, fault);
	segment_reader_close(&file);
	return status;
}
