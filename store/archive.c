/* Archives (see archive.h). */
#include "archive.h"

#include "segment.h"

#include "../engine/base/digest.h"
#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <zstd.h>

static const char MAGIC[8] = "SPARCHV1";
enum {
	AT_FOLDER = 8,
	AT_NUMBER = 16,
	AT_SEGMENT_BYTES = 24,
	AT_CHECKSUM = 32,
	AT_TABLE = 40,
	SYNC_BYTES = 512 * 1024,
	LEVEL = 3, /* of zstd: a sixth of the bytes */
};

struct archive {
	uint64_t segment_bytes;
	size_t piece_count;
	uint8_t *head; /* of head_bytes(): header and table */
	ZSTD_DCtx *context;
	/* The piece that was unpacked last. */
	size_t piece;
	uint8_t *unpacked;
	uint8_t *packed;
};
#define NO_PIECE SIZE_MAX

/* ---- the head ---- */

static size_t
piece_count_of(uint64_t segment_bytes)
{
	must(segment_bytes % ARCHIVE_PIECE_BYTES == 0);
	return (size_t)(segment_bytes / ARCHIVE_PIECE_BYTES);
}

static size_t
head_bytes(size_t piece_count)
{
	return AT_TABLE + 8 * piece_count;
}

static uint64_t
head_checksum(const uint8_t *head, size_t piece_count)
{
	uint64_t folder = load_u64(head + AT_FOLDER);
	uint64_t fixed = hash64(head, AT_CHECKSUM, folder);
	return hash64(head + AT_TABLE, 8 * piece_count, fixed);
}

static uint64_t
piece_begin(const struct archive *archive, size_t piece)
{
	return piece == 0 ? head_bytes(archive->piece_count)
			  : load_u64(archive->head + AT_TABLE + 8 * (piece - 1));
}

static uint64_t
piece_end(const struct archive *archive, size_t piece)
{
	return load_u64(archive->head + AT_TABLE + 8 * piece);
}

static bool
head_is_valid(const struct archive *archive, const struct journal_place *place, uint64_t number)
{
	const uint8_t *head = archive->head;
	if (memcmp(head, MAGIC, sizeof MAGIC) != 0 || load_u64(head + AT_FOLDER) != place->folder ||
		load_u64(head + AT_NUMBER) != number ||
		load_u64(head + AT_SEGMENT_BYTES) != place->segment_bytes ||
		load_u64(head + AT_CHECKSUM) != head_checksum(head, archive->piece_count))
		return false;
	for (size_t i = 0; i < archive->piece_count; i++) {
		uint64_t begin = piece_begin(archive, i), end = piece_end(archive, i);
		if (end <= begin || end - begin > ZSTD_COMPRESSBOUND(ARCHIVE_PIECE_BYTES))
			return false;
	}
	return true;
}

void
archive_path(const struct journal_place *place, uint64_t number, char path[DISK_PATH_MAX])
{
	int length = snprintf(
		path, DISK_PATH_MAX, "%s/%016" PRIx64 ".archive", place->directory, number);
	must(length > 0 && length < DISK_PATH_MAX);
}

/* ---- reading ---- */

static void
archive_free(struct archive *archive)
{
	if (archive == NULL)
		return;
	ZSTD_freeDCtx(archive->context);
	memory_free(archive->head);
	memory_free(archive->unpacked);
	memory_free(archive->packed);
	memory_free(archive);
}

static struct archive *
archive_new(uint64_t segment_bytes)
{
	struct archive *archive = memory_new_zeroed(1, sizeof *archive);
	if (archive == NULL)
		return NULL;
	archive->segment_bytes = segment_bytes;
	archive->piece_count = piece_count_of(segment_bytes);
	archive->piece = NO_PIECE;
	archive->head = memory_new(head_bytes(archive->piece_count));
	archive->unpacked = memory_new(ARCHIVE_PIECE_BYTES);
	archive->packed = memory_new(ZSTD_COMPRESSBOUND(ARCHIVE_PIECE_BYTES));
	archive->context = ZSTD_createDCtx();
	if (archive->head == NULL || archive->unpacked == NULL || archive->packed == NULL ||
		archive->context == NULL) {
		archive_free(archive);
		return NULL;
	}
	return archive;
}

static enum status
archive_open(struct segment_reader *reader, const struct journal_place *place, uint64_t number,
	struct fault *fault)
{
	char path[DISK_PATH_MAX];
	size_t got;
	archive_path(place, number, path);
	enum status status = disk_open(&reader->file, path, DISK_READ, fault);
	if (status != STATUS_OK)
		return status;
	struct archive *archive = reader->archive = archive_new(place->segment_bytes);
	if (archive == NULL) {
		status = fault_set(fault, STATUS_MEMORY, "no memory to read %s", path);
		goto close;
	}
	size_t size = head_bytes(archive->piece_count);
	status = disk_read(&reader->file, archive->head, size, 0, &got, fault);
	if (status == STATUS_OK && (got < size || !head_is_valid(archive, place, number)))
		status = fault_set(fault, STATUS_CORRUPT,
			"%s is damaged, or not of this data folder; put it back from a backup",
			path);
	if (status == STATUS_OK)
		return STATUS_OK;
close:
	segment_reader_close(reader);
	return status;
}

static enum status
damaged(const struct segment_reader *reader, size_t piece, const char *what, struct fault *fault)
{
	return fault_set(fault, STATUS_CORRUPT,
		"%s is damaged in piece %zu (%s); put it back from a backup", reader->file.path,
		piece, what);
}

/* Makes a piece the one that is unpacked. */
static enum status
load_piece(struct segment_reader *reader, size_t piece, struct fault *fault)
{
	struct archive *archive = reader->archive;
	uint64_t begin = piece_begin(archive, piece);
	size_t size = (size_t)(piece_end(archive, piece) - begin), got;
	if (archive->piece == piece)
		return STATUS_OK;
	archive->piece = NO_PIECE;
	enum status status = disk_read(&reader->file, archive->packed, size, begin, &got, fault);
	if (status != STATUS_OK)
		return status;
	if (got < size)
		return damaged(reader, piece, "the file ends there", fault);
	size_t unpacked = ZSTD_decompressDCtx(
		archive->context, archive->unpacked, ARCHIVE_PIECE_BYTES, archive->packed, size);
	if (ZSTD_isError(unpacked))
		return damaged(reader, piece, ZSTD_getErrorName(unpacked), fault);
	if (unpacked != ARCHIVE_PIECE_BYTES)
		return damaged(reader, piece, "it is too short", fault);
	archive->piece = piece;
	return STATUS_OK;
}

static enum status
archive_read(struct segment_reader *reader, uint8_t *data, size_t size, uint64_t offset,
	struct fault *fault)
{
	while (size > 0) {
		size_t within = (size_t)(offset % ARCHIVE_PIECE_BYTES);
		size_t part = ARCHIVE_PIECE_BYTES - within < size ? ARCHIVE_PIECE_BYTES - within
								  : size;
		enum status status = load_piece(
			reader, (size_t)(offset / ARCHIVE_PIECE_BYTES), fault);
		if (status != STATUS_OK)
			return status;
		memcpy(data, reader->archive->unpacked + within, part);
		data += part;
		offset += part;
		size -= part;
	}
	return STATUS_OK;
}

/* ---- a segment, wherever it lies ---- */

enum status
segment_reader_open(struct segment_reader *reader, const struct journal_place *place,
	uint64_t number, enum disk_mode mode, struct fault *fault)
{
	char path[DISK_PATH_MAX];
	*reader = SEGMENT_READER_CLOSED;
	segment_path(place, number, path);
	enum status status = disk_open(&reader->file, path, mode, fault);
	if (status != STATUS_NOT_FOUND)
		return status;
	/* The archive is there before the segment's own file goes, so one of the two is found. */
	struct fault why;
	status = archive_open(reader, place, number, &why);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND && fault != NULL)
		*fault = why;
	return status;
}

enum status
segment_reader_size(struct segment_reader *reader, uint64_t *size, struct fault *fault)
{
	must(segment_reader_is_open(reader));
	if (reader->archive == NULL)
		return disk_size(&reader->file, size, fault);
	*size = reader->archive->segment_bytes;
	return STATUS_OK;
}

enum status
segment_reader_read(struct segment_reader *reader, void *data, size_t size, uint64_t offset,
	size_t *got, struct fault *fault)
{
	must(segment_reader_is_open(reader));
	if (reader->archive == NULL)
		return disk_read(&reader->file, data, size, offset, got, fault);
	uint64_t left = offset < reader->archive->segment_bytes
		? reader->archive->segment_bytes - offset
		: 0;
	if (size > left)
		size = (size_t)left;
	enum status status = archive_read(reader, data, size, offset, fault);
	if (status == STATUS_OK)
		*got = size;
	return status;
}

void
segment_reader_close(struct segment_reader *reader)
{
	disk_close(&reader->file);
	archive_free(reader->archive);
	*reader = SEGMENT_READER_CLOSED;
}

/* ---- making ---- */

struct making {
	const struct journal_place *place;
	uint64_t number;
	struct disk_file from, to;
	struct archive *archive; /* for its memory, and to unpack again what was packed */
	uint8_t *piece;          /* as it is in the segment */
	ZSTD_CCtx *context;
	uint64_t written;  /* bytes of the archive so far */
	uint64_t unsynced; /* of these; no sync shall have much to do */
};

/* Packs what is in making->piece, and sees to it that the same comes out again. */
static enum status
pack_piece(struct making *making, size_t *packed, struct fault *fault)
{
	struct archive *archive = making->archive;
	size_t size = ZSTD_compress2(making->context, archive->packed,
		ZSTD_COMPRESSBOUND(ARCHIVE_PIECE_BYTES), making->piece, ARCHIVE_PIECE_BYTES);
	if (ZSTD_isError(size))
		return fault_set(fault, STATUS_MEMORY, "can't compress %s: %s", making->from.path,
			ZSTD_getErrorName(size));
	size_t again = ZSTD_decompressDCtx(
		archive->context, archive->unpacked, ARCHIVE_PIECE_BYTES, archive->packed, size);
	if (again != ARCHIVE_PIECE_BYTES || memcmp(archive->unpacked, making->piece, again) != 0)
		return fault_set(fault, STATUS_CORRUPT,
			"%s came out of compression otherwise than it went in: is the memory sound?",
			making->from.path);
	*packed = size;
	return STATUS_OK;
}

static enum status
archive_piece(struct making *making, size_t piece, struct fault *fault)
{
	size_t got, packed;
	enum status status = disk_read(&making->from, making->piece, ARCHIVE_PIECE_BYTES,
		(uint64_t)piece * ARCHIVE_PIECE_BYTES, &got, fault);
	if (status == STATUS_OK && got < ARCHIVE_PIECE_BYTES)
		status = fault_set(
			fault, STATUS_CORRUPT, "%s is shorter than a segment", making->from.path);
	if (status == STATUS_OK)
		status = pack_piece(making, &packed, fault);
	if (status == STATUS_OK)
		status = disk_write(
			&making->to, making->archive->packed, packed, making->written, fault);
	if (status != STATUS_OK)
		return status;
	making->written += packed;
	making->unsynced += packed;
	store_u64(making->archive->head + AT_TABLE + 8 * piece, making->written);
	if (making->unsynced < SYNC_BYTES)
		return STATUS_OK;
	making->unsynced = 0;
	return disk_sync(&making->to, fault);
}

static enum status
write_head(struct making *making, struct fault *fault)
{
	uint8_t *head = making->archive->head;
	size_t count = making->archive->piece_count;
	memcpy(head, MAGIC, sizeof MAGIC);
	store_u64(head + AT_FOLDER, making->place->folder);
	store_u64(head + AT_NUMBER, making->number);
	store_u64(head + AT_SEGMENT_BYTES, making->place->segment_bytes);
	store_u64(head + AT_CHECKSUM, head_checksum(head, count));
	must(head_is_valid(making->archive, making->place, making->number));
	return disk_write(&making->to, head, head_bytes(count), 0, fault);
}

/* All pieces, then the head that says where they are; durable. */
static enum status
write_archive(
	struct making *making, bool (*pace)(void *context), void *context, struct fault *fault)
{
	enum status status = disk_truncate(&making->to, 0, fault);
	making->written = head_bytes(making->archive->piece_count);
	for (size_t piece = 0; piece < making->archive->piece_count && status == STATUS_OK;
		piece++) {
		status = archive_piece(making, piece, fault);
		if (status == STATUS_OK && pace != NULL && !pace(context))
			status = fault_set(fault, STATUS_BUSY, "archiving was given up");
	}
	if (status == STATUS_OK)
		status = write_head(making, fault);
	if (status == STATUS_OK)
		status = disk_sync(&making->to, fault);
	return status;
}

static enum status
making_open(struct making *making, const char *path, const char *making_path, struct fault *fault)
{
	making->archive = archive_new(making->place->segment_bytes);
	making->piece = disk_memory_new(ARCHIVE_PIECE_BYTES);
	making->context = ZSTD_createCCtx();
	if (making->archive == NULL || making->piece == NULL || making->context == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory to archive %s", path);
	ZSTD_CCtx_setParameter(making->context, ZSTD_c_compressionLevel, LEVEL);
	ZSTD_CCtx_setParameter(making->context, ZSTD_c_checksumFlag, 1);
	enum status status = disk_open(&making->from, path, DISK_READ_DIRECT, fault);
	if (status == STATUS_OK)
		status = disk_open(&making->to, making_path, DISK_WRITE, fault);
	return status;
}

static void
making_close(struct making *making)
{
	disk_close(&making->from);
	disk_close(&making->to);
	archive_free(making->archive);
	memory_free(making->piece);
	ZSTD_freeCCtx(making->context);
}

/* What is being made of a segment, and what is left of it when that is done: nobody reads it. */
static void
archiving_path(const struct journal_place *place, uint64_t number, char path[DISK_PATH_MAX])
{
	int length = snprintf(
		path, DISK_PATH_MAX, "%s/%016" PRIx64 ".archiving", place->directory, number);
	must(length > 0 && length < DISK_PATH_MAX);
}

/* See disk_wear_down. */
static enum status
wear_down(const char *path, bool (*pace)(void *context), void *context, struct fault *fault)
{
	bool gone = false;
	enum status status = STATUS_OK;
	while (status == STATUS_OK && !gone) {
		status = disk_wear_down(path, &gone, fault);
		if (!gone && pace != NULL && !pace(context))
			break;
	}
	return status;
}

enum status
archive_make(const struct journal_place *place, uint64_t number, bool (*pace)(void *context),
	void *context, struct fault *fault)
{
	char path[DISK_PATH_MAX], making_path[DISK_PATH_MAX], done_path[DISK_PATH_MAX];
	struct making making = {
		.place = place, .number = number, .from = { .fd = -1 }, .to = { .fd = -1 }
	};
	segment_path(place, number, path);
	archive_path(place, number, done_path);
	archiving_path(place, number, making_path);
	if (!disk_exists(path))
		return fault_set(fault, STATUS_NOT_FOUND, "there is no %s", path);
	enum status status = making_open(&making, path, making_path, fault);
	bool begun = making.to.fd >= 0;
	if (status == STATUS_OK)
		status = write_archive(&making, pace, context, fault);
	making_close(&making);
	if (status != STATUS_OK) {
		/* What is left of it would only take room; the next round begins it anew. */
		if (begun)
			(void)disk_remove(making_path, NULL);
		return status;
	}
	status = disk_rename(making_path, done_path, fault);
	if (status == STATUS_OK)
		status = disk_sync_directory(place->directory, fault);
	if (status == STATUS_OK)
		status = disk_rename(path, making_path, fault);
	return status == STATUS_OK ? wear_down(making_path, pace, context, fault) : status;
}

void
archive_clean(const struct journal_place *place, uint64_t number)
{
	char path[DISK_PATH_MAX];
	archiving_path(place, number, path);
	(void)disk_remove(path, NULL);
}
