/*
 * Reading the row from one end to the other. journal.h says under "Where the row ends" which frame
 * is the next one, what is the end, and what is damage; the functions here follow it point by
 * point.
 */
#include "archive.h"
#include "journal.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "segment.h"

#include <inttypes.h>
#include <stdio.h>

/* What is read at once; more only for a frame that is larger. */
#define WINDOW_BYTES ((size_t)4 * 1024 * 1024)

struct scanner {
	const struct journal_scan *scan;
	struct journal_head head; /* behind the last good frame */
	bool chain_known;         /* false: a first frame at the head is taken as it is */
	struct segment_list list;

	/* The segment that is open and the stretch of it that is in memory. */
	struct segment_reader file;
	uint64_t number;
	uint8_t *window;
	size_t window_room;
	uint64_t window_offset; /* a multiple of DISK_BLOCK */
	size_t window_size;

	/* Why the frame at the head is not good, and whether it was looked at anew. */
	char reason[200];
	bool looked_twice;
};

/* A frame that was found whole, in its place, and next in the row. */
struct found {
	struct frame frame;
	uint64_t chain;
	struct bytes bytes; /* in the window */
};

static const struct journal_place *
place_of(const struct scanner *scanner)
{
	return &scanner->scan->place;
}

/*
 * The window
 */

static bool
segment_exists(const struct scanner *scanner, uint64_t number)
{
	const struct segment_list *list = &scanner->list;
	/* There is no gap; check_segments saw to it. */
	return list->segment_count > 0 && number >= list->segments[0] &&
		number <= list->segments[list->segment_count - 1];
}

static enum status
open_segment(struct scanner *scanner, uint64_t number, struct fault *fault)
{
	uint64_t size;
	segment_reader_close(&scanner->file);
	scanner->window_size = 0;
	enum status status = segment_reader_open(
		&scanner->file, place_of(scanner), number, DISK_READ_DIRECT, fault);
	if (status == STATUS_OK)
		status = segment_reader_size(&scanner->file, &size, fault);
	if (status != STATUS_OK)
		return status;
	if (size > place_of(scanner)->segment_bytes)
		return fault_set(fault, STATUS_CONFLICT,
			"%s has %" PRIu64 " bytes, but segments of this journal have %" PRIu64,
			scanner->file.file.path, size, place_of(scanner)->segment_bytes);
	scanner->number = number;
	return STATUS_OK;
}

static enum status
grow_window(struct scanner *scanner, size_t size, struct fault *fault)
{
	if (size <= scanner->window_room)
		return STATUS_OK;
	uint8_t *window = disk_memory_new(size);
	if (window == NULL)
		return fault_set(
			fault, STATUS_MEMORY, "no memory to read a frame of %zu bytes", size);
	memory_free(scanner->window);
	scanner->window = window;
	scanner->window_room = size;
	scanner->window_size = 0;
	return STATUS_OK;
}

/* Loads the window so that it starts at `offset`; what is there already is kept and not read again.
 */
static enum status
load_window(struct scanner *scanner, uint64_t offset, struct fault *fault)
{
	must(offset % DISK_BLOCK == 0);
	size_t kept = 0;
	uint64_t window_end = scanner->window_offset + scanner->window_size;
	if (offset >= scanner->window_offset && offset < window_end) {
		/* Whole blocks only: the read goes on at a block. */
		kept = (size_t)(window_end - offset) / DISK_BLOCK * DISK_BLOCK;
		memmove(scanner->window, scanner->window + (offset - scanner->window_offset), kept);
	}
	uint64_t left = place_of(scanner)->segment_bytes - (offset + kept);
	size_t wanted = scanner->window_room - kept;
	if (wanted > left)
		wanted = (size_t)left;
	size_t got = 0;
	scanner->window_offset = offset;
	scanner->window_size = kept;
	if (wanted == 0)
		return STATUS_OK;
	enum status status = segment_reader_read(
		&scanner->file, scanner->window + kept, wanted, offset + kept, &got, fault);
	if (status == STATUS_OK)
		scanner->window_size = kept + got;
	return status;
}

/*
 * `size` bytes from `offset` of segment `number`, which exists, or as many as the file has. They
 * stay until the next call.
 */
static enum status
view(struct scanner *scanner, uint64_t number, uint64_t offset, size_t size, struct bytes *bytes,
	struct fault *fault)
{
	must(offset + size <= place_of(scanner)->segment_bytes);
	enum status status = STATUS_OK;
	if (!segment_reader_is_open(&scanner->file) || scanner->number != number)
		status = open_segment(scanner, number, fault);
	if (status == STATUS_OK)
		status = grow_window(scanner, size_round_up(size, DISK_BLOCK), fault);
	if (status != STATUS_OK)
		return status;
	bool is_inside = offset >= scanner->window_offset &&
		offset + size <= scanner->window_offset + scanner->window_size;
	if (!is_inside)
		status = load_window(scanner, offset, fault);
	if (status != STATUS_OK)
		return status;
	size_t there = (size_t)(scanner->window_offset + scanner->window_size - offset);
	*bytes = (struct bytes){ scanner->window + (offset - scanner->window_offset),
		there < size ? there : size };
	return STATUS_OK;
}

/*
 * One frame
 */

/* Names the place of a damage and what is wrong there. */
static enum status
damaged(const struct scanner *scanner, uint64_t position, const char *what, struct fault *fault)
{
	const struct journal_place *place = place_of(scanner);
	char path[DISK_PATH_MAX];
	segment_path(place, journal_segment_of(place, position), path);
	return fault_set(fault, STATUS_CORRUPT,
		"the journal is damaged at byte %" PRIu64 " of %s: %s",
		journal_offset_of(place, position), path, what);
}

static enum status
unsupported(const struct scanner *scanner, uint64_t position, const struct fault *why,
	struct fault *fault)
{
	const struct journal_place *place = place_of(scanner);
	char path[DISK_PATH_MAX];
	segment_path(place, journal_segment_of(place, position), path);
	return fault_set(fault, STATUS_UNSUPPORTED, "can't read %s from byte %" PRIu64 " on: %s",
		path, journal_offset_of(place, position), why->text);
}

/* There is no good frame at the head, for this reason, which is told if it turns out to be damage.
 */
static enum status
not_good(struct scanner *scanner, uint64_t position, const char *reason)
{
	if (position == scanner->head.position)
		snprintf(scanner->reason, sizeof scanner->reason, "%.199s", reason);
	return STATUS_OK;
}

/* Was this header written by an owner that knew the last good frame, or a later one? */
static bool
could_follow(const struct journal_head *head, const struct frame *frame)
{
	return frame->position >= head->position && frame->epoch >= head->epoch &&
		frame->time_ms >= head->time_ms;
}

static bool
chains_to_head(const struct scanner *scanner, const struct frame *frame)
{
	if (!scanner->chain_known)
		return frame->position == scanner->head.position;
	return frame->previous == scanner->head.chain;
}

/*
 * Is the next frame of the row at `position`? *good tells; what is not good may be torn, or the
 * end. A frame that is next by its chain but breaks a law is damage at once: no crash makes such a
 * one.
 */
static enum status
look_at(struct scanner *scanner, uint64_t position, struct found *found, bool *good,
	struct fault *fault)
{
	const struct journal_place *place = place_of(scanner);
	uint64_t number = journal_segment_of(place, position);
	uint64_t offset = journal_offset_of(place, position);
	struct bytes bytes;
	struct fault why;
	*good = false;
	if (!segment_exists(scanner, number))
		return not_good(scanner, position, "the segment does not exist");
	enum status status = view(scanner, number, offset, DISK_BLOCK, &bytes, fault);
	if (status != STATUS_OK)
		return status;
	if (bytes.size < FRAME_HEADER_BYTES)
		return not_good(scanner, position, "the file ends here");
	status = frame_read(bytes, place->folder, position, &found->frame, &found->chain, &why);
	if (status == STATUS_UNSUPPORTED)
		return unsupported(scanner, position, &why, fault);
	if (status != STATUS_OK)
		return not_good(scanner, position, why.text);
	if (!chains_to_head(scanner, &found->frame))
		return not_good(scanner, position, "the frame does not follow the one before");
	if (found->frame.shard != place->shard)
		return damaged(scanner, position, "the frame is another shard's", fault);
	if (!could_follow(&scanner->head, &found->frame))
		return damaged(scanner, position, "the frame's time or epoch is less than the last",
			fault);
	if (found->frame.size > place->segment_bytes - offset)
		return damaged(scanner, position, "the frame is longer than its segment", fault);
	status = view(scanner, number, offset, found->frame.size, &found->bytes, fault);
	if (status != STATUS_OK)
		return status;
	if (found->bytes.size < found->frame.size)
		return not_good(scanner, position, "the file ends inside the frame");
	if (frame_check_entries(&found->frame, found->bytes, &why) != STATUS_OK)
		return not_good(scanner, position, why.text);
	*good = true;
	return STATUS_OK;
}

/* Do as many entries as the frame counts fill it exactly? Looked at before the first one is shown.
 */
static bool
entries_add_up(const struct found *found)
{
	const struct frame *frame = &found->frame;
	size_t offset = FRAME_HEADER_BYTES;
	for (uint32_t i = 0; i < frame->count; i++) {
		if (frame->size - offset < ENTRY_HEADER_BYTES)
			return false;
		size_t size = load_u32(found->bytes.data + offset);
		if (size < ENTRY_HEADER_BYTES || size % 8 != 0 || size > frame->size - offset)
			return false;
		offset += size;
	}
	return offset == frame->size;
}

/* Shows every entry of a good frame; *more is false if the visitor has seen enough. */
static enum status
visit_entries(struct scanner *scanner, const struct found *found, bool *more, struct fault *fault)
{
	const struct frame *frame = &found->frame;
	uint32_t key = frame_key(frame->folder);
	size_t offset = FRAME_HEADER_BYTES;
	if (!entries_add_up(found))
		return damaged(
			scanner, frame->position, "the frame's entries do not add up to it", fault);
	*more = true;
	for (uint32_t i = 0; i < frame->count && *more; i++) {
		struct bytes rest = { found->bytes.data + offset, frame->size - offset };
		struct fault why;
		struct entry entry;
		size_t size;
		if (entry_decode(rest, key, &entry, &size, &why) != STATUS_OK)
			return damaged(scanner, frame->position + offset, why.text, fault);
		rest.size = size;
		struct journal_visit visit = {
			.frame = frame,
			.position = frame->position + offset,
			.entry = &entry,
			.bytes = rest,
		};
		if (scanner->scan->visit != NULL)
			*more = scanner->scan->visit(scanner->scan->context, &visit);
		offset += size;
	}
	must(!*more || offset == frame->size);
	return STATUS_OK;
}

/* Moves the head behind a good frame. */
static void
pass_frame(struct scanner *scanner, const struct found *found)
{
	const struct frame *frame = &found->frame;
	must(frame->position >= scanner->head.position);
	must(frame->epoch >= scanner->head.epoch && frame->time_ms >= scanner->head.time_ms);
	scanner->head = (struct journal_head){
		.position = frame->position + size_round_up(frame->size, DISK_BLOCK),
		.chain = found->chain,
		.time_ms = frame->time_ms,
		.epoch = frame->epoch,
	};
	scanner->chain_known = true;
	scanner->looked_twice = false;
}

/*
 * The end
 */

/* The next frame, if its writer went on at the start of a later segment. Point 1. */
static enum status
look_in_later_segments(
	struct scanner *scanner, struct found *found, bool *good, struct fault *fault)
{
	const struct journal_place *place = place_of(scanner);
	*good = false;
	uint64_t number = journal_segment_of(place, scanner->head.position) + 1;
	for (; segment_exists(scanner, number) && !*good; number++) {
		enum status status = look_at(
			scanner, number * place->segment_bytes, found, good, fault);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static bool
is_zero(struct bytes bytes)
{
	uint64_t bits = 0;
	size_t i = 0;
	for (; i + sizeof bits <= bytes.size; i += sizeof bits)
		bits |= load_u64(bytes.data + i);
	for (; i < bytes.size; i++)
		bits |= bytes.data[i];
	return bits == 0;
}

/* Does a header that lies at `position` contradict that the row ends at the head? Point 2. */
static bool
contradicts(const struct scanner *scanner, uint64_t position, const struct frame *claim)
{
	if (!could_follow(&scanner->head, claim))
		return false;
	bool is_in_flight = position == scanner->head.position ||
		journal_offset_of(place_of(scanner), position) == 0;
	return !(is_in_flight && claim->position == position && chains_to_head(scanner, claim));
}

static enum status
report_contradiction(const struct scanner *scanner, uint64_t position, const struct frame *claim,
	struct fault *fault)
{
	const struct journal_place *place = place_of(scanner);
	char expected[DISK_PATH_MAX];
	char later[DISK_PATH_MAX];
	segment_path(place, journal_segment_of(place, scanner->head.position), expected);
	segment_path(place, journal_segment_of(place, position), later);
	return fault_set(fault, STATUS_CORRUPT,
		"the journal is damaged: no good frame follows at byte %" PRIu64
		" of %s (%s), but one "
		"that was written later (position %" PRIu64 ", epoch %" PRIu64
		") lies at byte %" PRIu64 " of %s. Nothing was changed",
		journal_offset_of(place, scanner->head.position), expected, scanner->reason,
		claim->position, claim->epoch, journal_offset_of(place, position),
		strrchr(later, '/') + 1);
}

/* Looks at each block of a segment from `offset` on, for contradictions and for anything at all. */
static enum status
search_segment(
	struct scanner *scanner, uint64_t number, uint64_t offset, bool *torn, struct fault *fault)
{
	const struct journal_place *place = place_of(scanner);
	for (; offset < place->segment_bytes; offset += DISK_BLOCK) {
		uint64_t position = number * place->segment_bytes + offset;
		struct frame claim;
		uint64_t chain;
		struct bytes bytes;
		enum status status = view(scanner, number, offset, DISK_BLOCK, &bytes, fault);
		if (status != STATUS_OK)
			return status;
		if (bytes.size < DISK_BLOCK)
			*torn = true;
		if (is_zero(bytes))
			continue;
		*torn = true;
		if (bytes.size < FRAME_HEADER_BYTES || load_u64(bytes.data) != place->folder)
			continue;
		struct fault why;
		status = frame_read_anywhere(bytes, place->folder, &claim, &chain, &why);
		if (status == STATUS_UNSUPPORTED)
			return unsupported(scanner, position, &why, fault);
		if (status == STATUS_OK && contradicts(scanner, position, &claim))
			return report_contradiction(scanner, position, &claim, fault);
	}
	return STATUS_OK;
}

/* No frame follows the head: is that the end of the row, or damage? */
static enum status
check_end(struct scanner *scanner, bool *torn, struct fault *fault)
{
	const struct journal_place *place = place_of(scanner);
	uint64_t number = journal_segment_of(place, scanner->head.position);
	uint64_t offset = journal_offset_of(place, scanner->head.position);
	*torn = false;
	for (; segment_exists(scanner, number); number++) {
		enum status status = search_segment(scanner, number, offset, torn, fault);
		if (status != STATUS_OK)
			return status;
		offset = 0;
	}
	return STATUS_OK;
}

/*
 * The row
 */

static enum status
missing(const struct journal_place *place, uint64_t number, struct fault *fault)
{
	char path[DISK_PATH_MAX];
	segment_path(place, number, path);
	return fault_set(fault, STATUS_CORRUPT, "the journal is damaged: %s is missing", path);
}

/* Lists the segments; from that of the first frame on, none may be missing between two others. */
static enum status
check_segments(struct scanner *scanner, struct fault *fault)
{
	const struct journal_place *place = place_of(scanner);
	uint64_t from = scanner->scan->from;
	uint64_t expected = journal_segment_of(place, from);
	enum status status = segment_list_read(&scanner->list, place, fault);
	if (status != STATUS_OK)
		return status;
	struct segment_list *list = &scanner->list;
	bool is_before_there = false;
	size_t first = 0;
	for (; first < list->segment_count && list->segments[first] < expected; first++)
		is_before_there = list->segments[first] + 1 == expected;
	/* Those before are not ours to judge. */
	list->segment_count -= first;
	if (first > 0)
		memmove(list->segments, list->segments + first,
			list->segment_count * sizeof list->segments[0]);
	for (size_t i = 0; i < list->segment_count; i++, expected++) {
		if (list->segments[i] != expected)
			return missing(place, expected, fault);
	}
	/* A row may end exactly where a segment does, before the next one is made. */
	bool may_be_empty = from == 0 || (is_before_there && journal_offset_of(place, from) == 0);
	if (list->segment_count == 0 && !may_be_empty)
		return missing(place, expected, fault);
	return STATUS_OK;
}

static enum status
scan_row(struct scanner *scanner, bool *torn, struct fault *fault)
{
	for (;;) {
		struct found found;
		bool good;
		bool more = true;
		enum status status = look_at(scanner, scanner->head.position, &found, &good, fault);
		if (status == STATUS_OK && !good)
			status = look_in_later_segments(scanner, &found, &good, fault);
		if (status != STATUS_OK)
			return status;
		if (!good) {
			status = check_end(scanner, torn, fault);
			if (status != STATUS_CORRUPT || scanner->looked_twice)
				return status;
			/* A writer may have moved on between two reads; damage stays. */
			scanner->looked_twice = true;
			scanner->window_size = 0;
			continue;
		}
		status = visit_entries(scanner, &found, &more, fault);
		if (status != STATUS_OK)
			return status;
		if (!more) {
			*torn = false;
			return STATUS_OK;
		}
		pass_frame(scanner, &found);
	}
}

enum status
journal_settle(const struct journal_place *place, uint64_t from, struct fault *fault)
{
	struct segment_list list;
	enum status status = segment_list_read(&list, place, fault);
	for (size_t i = 0; status == STATUS_OK && i < list.segment_count; i++) {
		struct segment_reader file;
		if (list.segments[i] < journal_segment_of(place, from))
			continue;
		status = segment_reader_open(&file, place, list.segments[i], DISK_READ, fault);
		if (status != STATUS_OK)
			break;
		status = disk_sync(&file.file, fault);
		segment_reader_close(&file);
	}
	if (status == STATUS_OK && list.segment_count > 0)
		status = disk_sync_directory(place->directory, fault);
	segment_list_release(&list);
	return status;
}

enum status
journal_scan(
	const struct journal_scan *scan, struct journal_head *head, bool *torn, struct fault *fault)
{
	const struct journal_place *place = &scan->place;
	must(place->folder != 0 && place->segment_bytes >= JOURNAL_SEGMENT_BYTES_MIN);
	must(scan->from % DISK_BLOCK == 0);
	struct scanner scanner = {
		.scan = scan,
		.head = { scan->from, scan->from_chain, scan->from_time_ms, scan->from_epoch },
		.chain_known = scan->from_chain != 0,
		.file = SEGMENT_READER_CLOSED,
	};
	/* The very first frame has nothing before it. */
	if (scan->from == 0) {
		scanner.head.chain = place->folder;
		scanner.chain_known = true;
	}
	bool found_torn = false;
	uint64_t window = place->segment_bytes < WINDOW_BYTES ? place->segment_bytes : WINDOW_BYTES;
	enum status status = check_segments(&scanner, fault);
	if (status == STATUS_OK)
		status = grow_window(&scanner, (size_t)window, fault);
	if (status == STATUS_OK)
		status = scan_row(&scanner, &found_torn, fault);
	segment_reader_close(&scanner.file);
	memory_free(scanner.window);
	segment_list_release(&scanner.list);
	if (status != STATUS_OK)
		return status;
	*head = scanner.head;
	*torn = found_torn;
	return STATUS_OK;
}

enum status
journal_first_segment(const struct journal_place *place, uint64_t *segment, struct fault *fault)
{
	struct segment_list list;
	enum status status = segment_list_read(&list, place, fault);
	if (status == STATUS_OK && list.segment_count == 0)
		status = fault_set(
			fault, STATUS_NOT_FOUND, "there is no journal in %s", place->directory);
	if (status == STATUS_OK)
		*segment = list.segments[0];
	segment_list_release(&list);
	return status;
}

uint64_t
journal_end_estimate(const struct journal_place *place)
{
	struct segment_list list;
	uint64_t end = 0;
	if (segment_list_read(&list, place, NULL) == STATUS_OK && list.segment_count > 0)
		end = (list.segments[list.segment_count - 1] + 1) * place->segment_bytes;
	segment_list_release(&list);
	return end;
}
