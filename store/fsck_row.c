/*
 * The row of frames, as fsck walks it (see fsck.h). journal.h says under "Where the row ends" which
 * frame is the next one and what is damage. The verdict on an end is journal_scan's, begun at the
 * last good frame; what is added here is that a damage gets a name, and that the walk goes on
 * behind it.
 */
#include "fsck_parts.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "archive.h"
#include "segment.h"

#include <inttypes.h>

#define WINDOW_BYTES ((size_t)4 * 1024 * 1024)

struct row {
	struct fsck *fsck;
	struct segment_list list;
	struct journal_head head; /* behind the last good frame */
	bool chain_known;         /* false: the frame at the head is taken as it is */
	bool boundary_seen;       /* the applied boundary was passed */

	struct segment_reader file;
	uint64_t number;
	uint8_t *window;
	size_t room;
	uint64_t offset; /* of the window in the file */
	size_t size;
	uint64_t named; /* damage of archives before this position was told */
};

/* What lies at a position. */
struct sight {
	bool is_block;  /* there are bytes enough for a header */
	bool is_header; /* of this folder, sound, wherever it was written for */
	bool is_whole;  /* and in its place, and its entries are sound */
	struct fault why;
	struct frame frame;
	uint64_t chain;
	struct bytes bytes; /* in the window */
};

/* ---- reading ---- */

static bool
has_segment(const struct row *row, uint64_t number)
{
	size_t low = 0;
	size_t high = row->list.segment_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (row->list.segments[middle] < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < row->list.segment_count && row->list.segments[low] == number;
}

static uint64_t
last_segment(const struct row *row)
{
	must(row->list.segment_count > 0);
	return row->list.segments[row->list.segment_count - 1];
}

/* Says once that a stretch of an archive can't be read. */
static void
name_archive(struct row *row, uint64_t offset, uint64_t size, const char *what)
{
	uint64_t position = row->number * row->fsck->place.segment_bytes + offset;
	char where[FSCK_WHERE_MAX];
	if (position < row->named)
		return;
	row->named = position + size;
	fsck_where(row->fsck, position, where);
	fsck_found(row->fsck, FSCK_ARCHIVE_DAMAGED, where, "%s", what);
}

static enum status
row_open(struct row *row, uint64_t number, struct fault *fault)
{
	struct fault why;
	segment_reader_close(&row->file);
	row->size = 0;
	row->number = number;
	enum status status = segment_reader_open(
		&row->file, &row->fsck->place, number, DISK_READ_DIRECT, &why);
	if (status == STATUS_CORRUPT) {
		name_archive(row, 0, row->fsck->place.segment_bytes,
			"Its header or its table is wrong, so that none of it can be read.");
		return STATUS_OK;
	}
	if (status != STATUS_OK && fault != NULL)
		*fault = why;
	return status;
}

/*
 * Fills the window from `offset` of the segment that is open. What can't be had of a damaged
 * archive is named, and zeros.
 */
static enum status
row_load(struct row *row, uint64_t offset, size_t size, struct fault *fault)
{
	row->offset = offset;
	row->size = 0;
	if (!segment_reader_is_open(&row->file)) {
		memset(row->window, 0, size);
		row->size = size;
		return STATUS_OK;
	}
	while (row->size < size) {
		uint64_t at = offset + row->size;
		size_t piece = ARCHIVE_PIECE_BYTES - (size_t)(at % ARCHIVE_PIECE_BYTES);
		size_t wanted = row->file.archive == NULL || size - row->size < piece
			? size - row->size
			: piece;
		size_t got = wanted;
		struct fault why;
		enum status status = segment_reader_read(
			&row->file, row->window + row->size, wanted, at, &got, &why);
		if (status == STATUS_CORRUPT) {
			name_archive(row, at, wanted, "A compressed piece of it is damaged.");
			memset(row->window + row->size, 0, wanted);
		} else if (status != STATUS_OK) {
			if (fault != NULL)
				*fault = why;
			return status;
		}
		row->size += got;
		if (got < wanted)
			break;
	}
	return STATUS_OK;
}

static enum status
row_make_room(struct row *row, size_t size, struct fault *fault)
{
	if (size <= row->room)
		return STATUS_OK;
	uint8_t *window = disk_memory_new(size);
	if (window == NULL)
		return fault_set(
			fault, STATUS_MEMORY, "no memory to read a frame of %zu bytes", size);
	memory_free(row->window);
	row->window = window;
	row->room = size;
	row->size = 0;
	return STATUS_OK;
}

/*
 * `size` bytes at a position whose segment exists, or as many as the file has. They stay until the
 * next call.
 */
static enum status
row_view(struct row *row, uint64_t position, size_t size, struct bytes *bytes, struct fault *fault)
{
	const struct journal_place *place = &row->fsck->place;
	uint64_t number = journal_segment_of(place, position);
	uint64_t offset = journal_offset_of(place, position);
	enum status status = STATUS_OK;
	must(offset % DISK_BLOCK == 0 && size <= place->segment_bytes - offset);
	if (row->number != number)
		status = row_open(row, number, fault);
	if (status == STATUS_OK)
		status = row_make_room(row, size_round_up(size, DISK_BLOCK), fault);
	if (status != STATUS_OK)
		return status;
	if (offset < row->offset || offset + size > row->offset + row->size) {
		uint64_t left = place->segment_bytes - offset;
		status = row_load(row, offset, left < row->room ? (size_t)left : row->room, fault);
		if (status != STATUS_OK)
			return status;
	}
	size_t there = (size_t)(row->offset + row->size - offset);
	*bytes = (struct bytes){ row->window + (offset - row->offset),
		there < size ? there : size };
	return STATUS_OK;
}

static enum status
unsupported(const struct row *row, uint64_t position, const struct fault *why, struct fault *fault)
{
	char where[FSCK_WHERE_MAX];
	fsck_where(row->fsck, position, where);
	return fault_set(fault, STATUS_UNSUPPORTED, "can't read %.300s: %.150s", where, why->text);
}

static enum status
look_at(struct row *row, uint64_t position, struct sight *sight, struct fault *fault)
{
	const struct journal_place *place = &row->fsck->place;
	*sight = (struct sight){ .is_block = false };
	if (!has_segment(row, journal_segment_of(place, position)))
		return STATUS_OK;
	enum status status = row_view(row, position, DISK_BLOCK, &sight->bytes, fault);
	if (status != STATUS_OK)
		return status;
	sight->is_block = sight->bytes.size >= FRAME_HEADER_BYTES;
	if (!sight->is_block)
		return STATUS_OK;
	status = frame_read_anywhere(
		sight->bytes, place->folder, &sight->frame, &sight->chain, &sight->why);
	if (status == STATUS_UNSUPPORTED)
		return unsupported(row, position, &sight->why, fault);
	sight->is_header = status == STATUS_OK;
	if (!sight->is_header || sight->frame.position != position ||
		sight->frame.size > place->segment_bytes - journal_offset_of(place, position))
		return STATUS_OK;
	status = row_view(row, position, sight->frame.size, &sight->bytes, fault);
	if (status != STATUS_OK)
		return status;
	sight->is_whole = sight->bytes.size == sight->frame.size &&
		frame_check_entries(&sight->frame, sight->bytes, &sight->why) == STATUS_OK;
	return STATUS_OK;
}

static bool
is_next(const struct row *row, const struct sight *sight)
{
	if (!sight->is_whole)
		return false;
	return row->chain_known ? sight->frame.previous == row->head.chain
				: sight->frame.position == row->head.position;
}

/* The next frame: at the head, or at the start of a later segment. */
static enum status
look_ahead(struct row *row, struct sight *sight, struct fault *fault)
{
	const struct journal_place *place = &row->fsck->place;
	enum status status = look_at(row, row->head.position, sight, fault);
	uint64_t number = journal_segment_of(place, row->head.position) + 1;
	for (; status == STATUS_OK && !is_next(row, sight) && has_segment(row, number); number++)
		status = look_at(row, number * place->segment_bytes, sight, fault);
	return status;
}

/* ---- damage ---- */

static bool
is_zero(struct bytes bytes)
{
	for (size_t i = 0; i < bytes.size; i++) {
		if (bytes.data[i] != 0)
			return false;
	}
	return true;
}

/*
 * Where the frame lay that is not good: at the head, or, if the owner had no room for it there, at
 * the start of the next segment. *sight is what is there.
 */
static enum status
find_damage(struct row *row, uint64_t *position, struct sight *sight, struct fault *fault)
{
	const struct journal_place *place = &row->fsck->place;
	uint64_t number = journal_segment_of(place, row->head.position) + 1;
	*position = row->head.position;
	enum status status = look_at(row, *position, sight, fault);
	bool was_used = sight->is_header || (sight->is_block && !is_zero(sight->bytes));
	if (status != STATUS_OK || was_used || !has_segment(row, number))
		return status;
	status = look_at(row, number * place->segment_bytes, sight, fault);
	if (status == STATUS_OK && sight->is_block && !sight->is_whole && !is_zero(sight->bytes)) {
		*position = number * place->segment_bytes;
		return STATUS_OK;
	}
	return status == STATUS_OK ? look_at(row, *position, sight, fault) : status;
}

/* Names what is wrong where a frame must be. */
static void
name_damage(
	struct row *row, uint64_t position, const struct sight *sight, const struct fault *verdict)
{
	struct fsck *fsck = row->fsck;
	const struct journal_place *place = &fsck->place;
	char where[FSCK_WHERE_MAX];
	fsck_where(fsck, position, where);
	if (!sight->is_block)
		fsck_found(fsck, FSCK_SEGMENT_SIZE, where, "The file ends where a frame must be.");
	else if (!sight->is_header && is_zero(sight->bytes))
		fsck_found(
			fsck, FSCK_FRAME_MISSING, where, "Here are zeros where a frame must be.");
	else if (!sight->is_header)
		fsck_found(fsck, FSCK_FRAME_HEADER, where, "No frame begins where one must: %s.",
			sight->why.text);
	else if (sight->frame.position != position)
		fsck_found(fsck, FSCK_FRAME_MISPLACED, where,
			"The frame was written for position %" PRIu64 ".", sight->frame.position);
	else if (sight->frame.size > place->segment_bytes - journal_offset_of(place, position))
		fsck_found(fsck, FSCK_FRAME_HEADER, where, "The frame is longer than its segment.");
	else if (sight->bytes.size < sight->frame.size)
		fsck_found(fsck, FSCK_SEGMENT_SIZE, where,
			"The file ends inside this frame of %u bytes.", sight->frame.size);
	else if (!sight->is_whole)
		fsck_found(fsck, FSCK_FRAME_CHECKSUM, where,
			"The checksum of the frame's %u entries is wrong.", sight->frame.count);
	else
		fsck_found(fsck, FSCK_FRAME_CHAIN, where,
			"The frame does not follow the one before: %s.", verdict->text);
}

static void
name_missing(struct row *row, uint64_t from, uint64_t till)
{
	for (uint64_t number = from; number < till; number++) {
		char path[DISK_PATH_MAX];
		if (has_segment(row, number))
			continue;
		segment_path(&row->fsck->place, number, path);
		fsck_found(row->fsck, FSCK_SEGMENT_MISSING, path,
			"The segment does not exist, but later ones do.");
	}
}

/* The next whole frame behind a damage that could be of this row. */
static enum status
find_again(struct row *row, struct sight *sight, bool *found, struct fault *fault)
{
	const struct journal_place *place = &row->fsck->place;
	uint64_t number = journal_segment_of(place, row->head.position);
	uint64_t offset = journal_offset_of(place, row->head.position);
	*found = false;
	for (; number <= last_segment(row); number++, offset = 0) {
		for (; has_segment(row, number) && offset < place->segment_bytes;
			offset += DISK_BLOCK) {
			enum status status = look_at(
				row, number * place->segment_bytes + offset, sight, fault);
			if (status != STATUS_OK)
				return status;
			if (!sight->is_block)
				break;
			*found = sight->is_whole && sight->frame.epoch >= row->head.epoch &&
				sight->frame.time_ms >= row->head.time_ms;
			if (*found)
				return STATUS_OK;
		}
	}
	return STATUS_OK;
}

/* ---- the boundary that LMDB stands for ---- */

/*
 * The first frame at or behind the boundary begins at `next`, and says that the chain value before
 * it is `chain`.
 */
static void
check_boundary_chain(struct row *row, uint64_t next, uint64_t chain)
{
	struct fsck *fsck = row->fsck;
	const struct journal_head *applied = &fsck->meta.applied;
	char where[FSCK_WHERE_MAX];
	row->boundary_seen = true;
	bool in_place = applied->position == row->head.position || applied->position == next ||
		(applied->position > row->head.position &&
			journal_offset_of(&fsck->place, applied->position) == 0);
	if ((in_place && applied->chain == chain) || fsck_in_gap(fsck, applied->position))
		return;
	fsck_where(fsck, applied->position, where);
	fsck_found(fsck, FSCK_APPLIED_CHAIN, where,
		"The state stands for the journal up to here, but it was made with another journal.");
}

/* Called before each frame is passed. */
static void
check_boundary(struct row *row, const struct frame *next)
{
	struct fsck *fsck = row->fsck;
	char where[FSCK_WHERE_MAX];
	if (fsck->reader == NULL)
		return;
	if (!row->boundary_seen && next->position >= fsck->meta.applied.position)
		check_boundary_chain(row, next->position, next->previous);
	fsck_where(fsck, next->position, where);
	if (fsck->meta.clean && next->position >= fsck->meta.applied.position &&
		fsck->report.counts[FSCK_CLEAN_MARK] == 0)
		fsck_found(fsck, FSCK_CLEAN_MARK, where,
			"The state says that the last end was a clean one, with nothing behind position %" PRIu64
			".",
			fsck->meta.applied.position);
	if (next->epoch > fsck->meta.epoch && fsck->report.counts[FSCK_EPOCH_BEHIND] == 0)
		fsck_found(fsck, FSCK_EPOCH_BEHIND, where,
			"The frame is of epoch %" PRIu64 ", but the state knows of %" PRIu64
			" only.",
			next->epoch, fsck->meta.epoch);
}

/* At the end of the row: was the boundary in it? */
static void
check_boundary_reached(struct row *row)
{
	struct fsck *fsck = row->fsck;
	const struct journal_head *applied = &fsck->meta.applied;
	char where[FSCK_WHERE_MAX];
	if (fsck->reader == NULL || row->boundary_seen || fsck_in_gap(fsck, applied->position))
		return;
	bool is_end = applied->position == row->head.position ||
		(applied->position > row->head.position && row->chain_known &&
			applied->chain == row->head.chain &&
			journal_offset_of(&fsck->place, applied->position) == 0);
	if (is_end) {
		check_boundary_chain(row, row->head.position,
			row->chain_known ? row->head.chain : applied->chain);
		return;
	}
	fsck_where(fsck, row->head.position, where);
	fsck_found(fsck, FSCK_APPLIED_AHEAD, where,
		"The journal ends here, but the state stands for it up to position %" PRIu64 ".",
		applied->position);
}

/* ---- walking ---- */

static enum status
pass(struct row *row, const struct sight *sight, struct fault *fault)
{
	struct fsck *fsck = row->fsck;
	const struct frame *frame = &sight->frame;
	char where[FSCK_WHERE_MAX];
	check_boundary(row, frame);
	if (frame->shard != fsck->place.shard || frame->epoch < row->head.epoch ||
		frame->time_ms < row->head.time_ms) {
		fsck_where(fsck, frame->position, where);
		fsck_found(fsck, FSCK_FRAME_ORDER, where,
			"The frame's shard, time or epoch can't follow those of the frame before.");
	}
	enum status status = fsck_frame(fsck, frame, sight->bytes, fault);
	uint64_t end = frame->position + size_round_up(frame->size, DISK_BLOCK);
	fsck_read(fsck, end - row->head.position);
	fsck->report.frames++;
	row->head = (struct journal_head){ end, sight->chain, frame->time_ms, frame->epoch };
	row->chain_known = true;
	return status;
}

/*
 * No frame follows: is that the end? If it is not, the damage is named, and *sight is the frame at
 * which the walk goes on; *ended if there is none.
 */
static enum status
end_or_damage(struct row *row, struct sight *sight, bool *ended, struct fault *fault)
{
	struct fsck *fsck = row->fsck;
	struct journal_scan scan = {
		.place = fsck->place,
		.from = row->head.position,
		.from_chain = row->chain_known ? row->head.chain : 0,
		.from_time_ms = row->head.time_ms,
		.from_epoch = row->head.epoch,
	};
	struct journal_head end;
	struct fault verdict;
	bool torn, again;
	enum status status = journal_scan(&scan, &end, &torn, &verdict);
	*ended = status == STATUS_OK;
	if (status == STATUS_OK)
		return STATUS_OK;
	if (status != STATUS_CORRUPT && status != STATUS_CONFLICT)
		return fault_set(fault, status, "%s", verdict.text);
	uint64_t missing = fsck->report.counts[FSCK_SEGMENT_MISSING];
	uint64_t number = journal_segment_of(&fsck->place, row->head.position);
	status = find_again(row, sight, &again, fault);
	if (status != STATUS_OK)
		return status;
	uint64_t resumed = again ? journal_segment_of(&fsck->place, sight->frame.position)
				 : last_segment(row);
	name_missing(row, number, resumed);
	if (fsck->report.counts[FSCK_SEGMENT_MISSING] == missing) {
		uint64_t position;
		struct sight damaged;
		status = find_damage(row, &position, &damaged, fault);
		if (status != STATUS_OK)
			return status;
		name_damage(row, position, &damaged, &verdict);
	}
	*ended = !again;
	if (again)
		status = look_at(row, sight->frame.position, sight, fault);
	uint64_t till = again ? sight->frame.position : UINT64_MAX;
	return status == STATUS_OK ? fsck_gap_add(fsck, row->head.position, till, fault) : status;
}

static enum status
walk(struct row *row, struct fault *fault)
{
	for (;;) {
		struct sight sight;
		bool ended = false;
		enum status status = look_ahead(row, &sight, fault);
		if (status == STATUS_OK && !is_next(row, &sight))
			status = end_or_damage(row, &sight, &ended, fault);
		if (status != STATUS_OK || ended)
			return status;
		status = pass(row, &sight, fault);
		if (status != STATUS_OK)
			return status;
	}
}

/* A segment that holds frames is whole; only those that were never used may be unfinished. */
static enum status
check_sizes(struct row *row, struct fault *fault)
{
	struct fsck *fsck = row->fsck;
	uint64_t wanted = fsck->place.segment_bytes;
	for (size_t i = 0; i < row->list.segment_count; i++) {
		struct segment_reader file;
		char path[DISK_PATH_MAX];
		uint64_t size;
		uint64_t number = row->list.segments[i];
		segment_path(&fsck->place, number, path);
		enum status status = segment_reader_open(
			&file, &fsck->place, number, DISK_READ, fault);
		if (status == STATUS_CORRUPT)
			continue; /* an archive, of which the damage was named */
		if (status == STATUS_OK)
			status = segment_reader_size(&file, &size, fault);
		segment_reader_close(&file);
		if (status != STATUS_OK)
			return status;
		if (size > wanted || (size < wanted && number * wanted < fsck->end.position))
			fsck_found(fsck, FSCK_SEGMENT_SIZE, path,
				"The file has %" PRIu64
				" bytes; segments of this journal have %" PRIu64 ".",
				size, wanted);
	}
	return STATUS_OK;
}

/* The journal may begin at a later segment than 0 only if the state stands for what came before. */
static void
check_start(struct row *row)
{
	struct fsck *fsck = row->fsck;
	char where[FSCK_WHERE_MAX];
	if (fsck->first == 0 || fsck->meta.applied.position >= fsck->first)
		return;
	fsck_where(fsck, fsck->first, where);
	if (fsck->reader != NULL)
		fsck_found(fsck, FSCK_SEGMENT_MISSING, where,
			"The journal begins here, but the state stands for it up to position %" PRIu64
			" only.",
			fsck->meta.applied.position);
	else if (fsck->report.counts[FSCK_STATE_DAMAGED] == 0 &&
		fsck->report.counts[FSCK_STATE_FOLDER] == 0)
		fsck_found(fsck, FSCK_STATE_MISSING, where,
			"There is no state, and the journal begins here: what came before is lost.");
}

static enum status
walk_list(struct row *row, struct fault *fault)
{
	struct fsck *fsck = row->fsck;
	if (row->list.segment_count == 0)
		return STATUS_OK;
	fsck->first = row->list.segments[0] * fsck->place.segment_bytes;
	row->head.position = fsck->first;
	if (fsck->first == 0) {
		row->head.chain = fsck->place.folder;
		row->chain_known = true;
	}
	fsck->report.segments = row->list.segment_count;
	check_start(row);
	enum status status = row_make_room(row, WINDOW_BYTES, fault);
	return status == STATUS_OK ? walk(row, fault) : status;
}

enum status
fsck_row(struct fsck *fsck, struct fault *fault)
{
	struct row row = { .fsck = fsck,
		.file = SEGMENT_READER_CLOSED,
		.number = UINT64_MAX,
		.head = { .chain = fsck->place.folder } };
	enum status status = segment_list_read(&row.list, &fsck->place, fault);
	if (status == STATUS_OK)
		status = walk_list(&row, fault);
	if (status == STATUS_OK) {
		fsck->end = row.head;
		fsck->report.journal_bytes = row.head.position - fsck->first;
		check_boundary_reached(&row);
		status = check_sizes(&row, fault);
	}
	segment_reader_close(&row.file);
	memory_free(row.window);
	segment_list_release(&row.list);
	return status;
}
