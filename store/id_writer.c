/*
 * Writing runs of ids (see id_run.h): three streams into one file, each forward only. Ids fill
 * blocks; a full block gives a fence; and as the line of the filter rises with the hash, a line is
 * finished when the first id of a later one comes.
 */
#include "id_run.h"

#include "../engine/base/clock.h"
#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "../engine/base/thread.h"

enum {
	FILTER_STREAM_BYTES = 256 * 1024,
	FENCE_STREAM_BYTES = 64 * 1024,
	BLOCK_STREAM_BYTES = 512 * 1024,
	/* What is synced at a time: the journal's frames wait behind it for less than 2 ms. */
	PIECE_BYTES = 512 * 1024,
	REST_MS_MAX = 50,
};

/* Bytes on their way to one part of the file. Each piece put divides the size, so none is ever
 * split. */
struct id_stream {
	uint8_t *data;
	size_t used;
	size_t size;
	uint64_t offset;   /* in the file, of data[0] */
	uint64_t checksum; /* chained over the pages written */
};

struct id_writer {
	struct disk_file file;
	struct id_place place;
	uint64_t number;
	uint64_t count_max;
	struct id_header header;
	struct id_stream filter;
	struct id_stream fences;
	struct id_stream blocks;
	uint64_t line_count;
	uint64_t line_number; /* of the line at hand */
	struct id_mask line;
	struct id_entry last; /* added before, if header.count > 0 */
	uint64_t unsynced_bytes;
	uint64_t piece_began_ns; /* monotonic */
	uint8_t *memory;         /* of the streams */
};

/* Makes a piece durable, so that no sync has much to do, and rests after it. */
static enum status
end_piece(struct id_writer *writer, struct fault *fault)
{
	enum status status = disk_sync(&writer->file, fault);
	if (status == STATUS_OK && writer->place.paced) {
		uint64_t took_ns = monotonic_ns() - writer->piece_began_ns;
		thread_rest(took_ns < REST_MS_MAX * MS_NS ? took_ns : REST_MS_MAX * MS_NS);
	}
	writer->unsynced_bytes = 0;
	writer->piece_began_ns = monotonic_ns();
	return status;
}

static enum status
stream_flush(struct id_writer *writer, struct id_stream *stream, struct fault *fault)
{
	must(stream->used % ID_BLOCK_BYTES == 0);
	if (stream->used == 0)
		return STATUS_OK;
	enum status status = disk_write(
		&writer->file, stream->data, stream->used, stream->offset, fault);
	if (status != STATUS_OK)
		return status;
	if (stream != &writer->blocks) /* blocks are covered one by one, by their fences */
		stream->checksum = id_pages_checksum(stream->checksum, stream->data, stream->used);
	stream->offset += stream->used;
	writer->unsynced_bytes += stream->used;
	stream->used = 0;
	return writer->unsynced_bytes < PIECE_BYTES ? STATUS_OK : end_piece(writer, fault);
}

/* A full stream is written when more comes, not before: what was just put can still be looked at.
 */
static enum status
stream_put(struct id_writer *writer, struct id_stream *stream, const void *data, size_t size,
	struct fault *fault)
{
	must(stream->size % size == 0 && stream->used + size <= stream->size + size);
	if (stream->used == stream->size) {
		enum status status = stream_flush(writer, stream, fault);
		if (status != STATUS_OK)
			return status;
	}
	memcpy(stream->data + stream->used, data, size);
	stream->used += size;
	return STATUS_OK;
}

/* Puts the finished line and empty ones, up to line `number`. */
static enum status
filter_advance(struct id_writer *writer, uint64_t number, struct fault *fault)
{
	must(writer->line_number <= number && number <= writer->line_count);
	while (writer->line_number < number) {
		enum status status = stream_put(
			writer, &writer->filter, &writer->line, sizeof writer->line, fault);
		if (status != STATUS_OK)
			return status;
		memset(&writer->line, 0, sizeof writer->line);
		writer->line_number++;
	}
	return STATUS_OK;
}

/* The fence of the block that ends where the stream of blocks stands. */
static enum status
fence_put(struct id_writer *writer, struct fault *fault)
{
	must(writer->blocks.used >= ID_BLOCK_BYTES && writer->blocks.used % ID_BLOCK_BYTES == 0);
	const uint8_t *block = writer->blocks.data + writer->blocks.used - ID_BLOCK_BYTES;
	struct id_fence fence = {
		.high = load_u64(block + 8),
		.checksum = hash64(block, ID_BLOCK_BYTES, writer->place.folder),
	};
	return stream_put(writer, &writer->fences, &fence, sizeof fence, fault);
}

static void
header_count(struct id_header *header, const struct id_entry *entry)
{
	if (header->count == 0) {
		header->position_min = header->position_max = entry->position;
		header->day_min = header->day_max = entry->day;
	}
	header->count++;
	if (entry->position < header->position_min)
		header->position_min = entry->position;
	if (entry->position > header->position_max)
		header->position_max = entry->position;
	if (entry->day < header->day_min)
		header->day_min = entry->day;
	if (entry->day > header->day_max)
		header->day_max = entry->day;
}

enum status
id_writer_add(struct id_writer *writer, const struct id_entry *entry, struct fault *fault)
{
	must(writer->header.count < writer->count_max);
	must(writer->header.count == 0 || id_entry_compare(&writer->last, entry) < 0);
	must(entry->reserved == 0);

	enum status status = filter_advance(
		writer, id_filter_line(writer->line_count, entry->hash), fault);
	if (status != STATUS_OK)
		return status;
	struct id_mask mask = id_mask_of(entry->hash);
	for (unsigned pair = 0; pair < ID_LINE_PAIRS; pair++)
		writer->line.pairs[pair] |= mask.pairs[pair];

	status = stream_put(writer, &writer->blocks, entry, sizeof *entry, fault);
	if (status != STATUS_OK)
		return status;
	header_count(&writer->header, entry);
	writer->last = *entry;
	return writer->header.count % ID_BLOCK_ENTRIES == 0 ? fence_put(writer, fault) : STATUS_OK;
}

static void
streams_init(struct id_writer *writer)
{
	uint64_t folder = writer->place.folder;
	uint64_t offset = ID_BLOCK_BYTES;
	uint8_t *data = writer->memory;
	writer->filter = (struct id_stream){ data, 0, FILTER_STREAM_BYTES, offset, folder };
	offset += writer->header.filter_bytes;
	data += FILTER_STREAM_BYTES;
	writer->fences = (struct id_stream){ data, 0, FENCE_STREAM_BYTES, offset, folder };
	offset += writer->header.fence_bytes;
	data += FENCE_STREAM_BYTES;
	writer->blocks = (struct id_stream){ data, 0, BLOCK_STREAM_BYTES, offset, folder };
}

enum status
id_writer_open(struct id_writer **writer, const struct id_place *place, uint64_t number,
	uint64_t count_max, struct fault *fault)
{
	must(count_max > 0 && count_max >> 40 == 0);
	struct id_writer *made = memory_new_zeroed(1, sizeof *made);
	uint8_t *memory = memory_new_aligned(
		ID_BLOCK_BYTES, FILTER_STREAM_BYTES + FENCE_STREAM_BYTES + BLOCK_STREAM_BYTES);
	if (made == NULL || memory == NULL) {
		memory_free(memory);
		memory_free(made);
		return fault_set(fault, STATUS_MEMORY, "no memory to write a run of ids");
	}
	uint64_t blocks_max = count_max / ID_BLOCK_ENTRIES + 1;
	made->memory = memory;
	made->place = *place;
	made->number = number;
	made->count_max = count_max;
	made->header.filter_bytes = id_filter_bytes(count_max);
	made->header.fence_bytes = size_round_up(
		blocks_max * sizeof(struct id_fence), ID_BLOCK_BYTES);
	made->line_count = made->header.filter_bytes / ID_LINE_BYTES;
	made->piece_began_ns = monotonic_ns();
	streams_init(made);

	char path[DISK_PATH_MAX];
	id_run_path_new(place, number, path);
	enum status status = disk_open(&made->file, path, DISK_WRITE, fault);
	if (status != STATUS_OK) {
		memory_free(memory);
		memory_free(made);
		return status;
	}
	*writer = made;
	return STATUS_OK;
}

/* Fills the last block and page of each stream, and writes all that is left. */
static enum status
streams_finish(struct id_writer *writer, struct fault *fault)
{
	static const uint8_t zeros[sizeof(struct id_fence)];
	struct id_stream *blocks = &writer->blocks;
	enum status status = STATUS_OK;
	size_t rest = blocks->used % ID_BLOCK_BYTES;
	if (rest != 0) {
		memset(blocks->data + blocks->used, 0, ID_BLOCK_BYTES - rest);
		blocks->used += ID_BLOCK_BYTES - rest;
		status = fence_put(writer, fault);
	}
	if (status == STATUS_OK)
		status = stream_flush(writer, blocks, fault);
	if (status == STATUS_OK)
		status = filter_advance(writer, writer->line_count, fault);
	if (status == STATUS_OK)
		status = stream_flush(writer, &writer->filter, fault);
	uint64_t fences_end = ID_BLOCK_BYTES + writer->header.filter_bytes +
		writer->header.fence_bytes;
	while (status == STATUS_OK && writer->fences.offset + writer->fences.used < fences_end)
		status = stream_put(writer, &writer->fences, zeros, sizeof zeros, fault);
	return status == STATUS_OK ? stream_flush(writer, &writer->fences, fault) : status;
}

/* The header last: without it, what was written is not a run. */
static enum status
header_write(struct id_writer *writer, struct fault *fault)
{
	struct id_header *header = &writer->header;
	must(header->count > 0);
	must(writer->filter.offset == ID_BLOCK_BYTES + header->filter_bytes);
	must(writer->fences.offset == writer->filter.offset + header->fence_bytes);
	header->filter_checksum = writer->filter.checksum;
	header->fence_checksum = writer->fences.checksum;
	uint8_t *page = writer->memory;
	id_header_encode(header, writer->place.folder, page);
	enum status status = disk_write(&writer->file, page, ID_BLOCK_BYTES, 0, fault);
	return status == STATUS_OK ? disk_sync(&writer->file, fault) : status;
}

static void
writer_free(struct id_writer *writer)
{
	disk_close(&writer->file);
	memory_free(writer->memory);
	memory_free(writer);
}

enum status
id_writer_close(struct id_writer *writer, uint64_t *bytes, struct fault *fault)
{
	char path[DISK_PATH_MAX];
	char path_new[DISK_PATH_MAX];
	id_run_path(&writer->place, writer->number, path);
	id_run_path_new(&writer->place, writer->number, path_new);
	enum status status = streams_finish(writer, fault);
	if (status == STATUS_OK)
		status = header_write(writer, fault);
	uint64_t size = writer->blocks.offset;
	const char *directory = writer->place.directory;
	writer_free(writer);

	const char *left = path_new;
	if (status == STATUS_OK)
		status = disk_rename(path_new, path, fault);
	if (status == STATUS_OK) {
		left = path;
		status = disk_sync_directory(directory, fault);
	}
	if (status != STATUS_OK) {
		/* What can't be removed now is removed when the folder is opened: nothing lists it.
		 */
		(void)disk_remove(left, NULL);
		return status;
	}
	*bytes = size;
	return STATUS_OK;
}

void
id_writer_abandon(struct id_writer *writer)
{
	if (writer == NULL)
		return;
	char path_new[DISK_PATH_MAX];
	id_run_path_new(&writer->place, writer->number, path_new);
	writer_free(writer);
	(void)disk_remove(path_new, NULL);
}
