#include "frame.h"

#include "../engine/base/digest.h"
#include "../engine/base/must.h"
#include "disk.h"
#include "entry.h"

/* Where the fields lie; frame.h draws them. */
enum {
	AT_FOLDER = 0,
	AT_SIZE = 8,
	AT_COUNT = 12,
	AT_POSITION = 16,
	AT_EPOCH = 24,
	AT_TIME = 32,
	AT_PREVIOUS = 40,
	AT_SHARD = 48,
	AT_FORMAT = 52,
	AT_ENTRIES = 56,
	AT_HEADER = 60,
};
_Static_assert(AT_HEADER + 4 == FRAME_HEADER_BYTES, "the header's checksum ends the header");
_Static_assert(FRAME_HEADER_BYTES % 8 == 0, "the first entry begins at a multiple of 8");

/* What any frame must satisfy, be it made here or read. */
static bool
is_valid(const struct frame *frame)
{
	return frame->position % DISK_BLOCK == 0 && frame->size % 8 == 0 && frame->count >= 1 &&
		frame->size >= FRAME_HEADER_BYTES + ENTRY_HEADER_BYTES &&
		frame->count <= (frame->size - FRAME_HEADER_BYTES) / ENTRY_HEADER_BYTES;
}

static uint32_t
entries_checksum(const struct frame *frame, const uint8_t *at)
{
	return crc32c(frame_key(frame->folder), at + FRAME_HEADER_BYTES,
		frame->size - FRAME_HEADER_BYTES);
}

static uint64_t
chain_value(uint64_t folder, const uint8_t *at)
{
	return hash64(at, FRAME_HEADER_BYTES, folder);
}

uint64_t
frame_seal(struct frame *frame, uint8_t *at)
{
	must(frame->folder != 0);
	must(is_valid(frame));
	frame->entries_crc = entries_checksum(frame, at);
	store_u64(at + AT_FOLDER, frame->folder);
	store_u32(at + AT_SIZE, frame->size);
	store_u32(at + AT_COUNT, frame->count);
	store_u64(at + AT_POSITION, frame->position);
	store_u64(at + AT_EPOCH, frame->epoch);
	store_i64(at + AT_TIME, frame->time_ms);
	store_u64(at + AT_PREVIOUS, frame->previous);
	store_u32(at + AT_SHARD, frame->shard);
	store_u32(at + AT_FORMAT, FRAME_FORMAT);
	store_u32(at + AT_ENTRIES, frame->entries_crc);
	store_u32(at + AT_HEADER, crc32c(frame_key(frame->folder), at, AT_HEADER));
	return chain_value(frame->folder, at);
}

static void
load_header(const uint8_t *at, struct frame *frame)
{
	*frame = (struct frame){
		.folder = load_u64(at + AT_FOLDER),
		.size = load_u32(at + AT_SIZE),
		.count = load_u32(at + AT_COUNT),
		.position = load_u64(at + AT_POSITION),
		.epoch = load_u64(at + AT_EPOCH),
		.time_ms = load_i64(at + AT_TIME),
		.previous = load_u64(at + AT_PREVIOUS),
		.shard = load_u32(at + AT_SHARD),
		.entries_crc = load_u32(at + AT_ENTRIES),
	};
}

enum status
frame_read_anywhere(struct bytes bytes, uint64_t folder, struct frame *frame, uint64_t *chain,
	struct fault *fault)
{
	must(bytes.size >= FRAME_HEADER_BYTES);
	must(folder != 0);
	const uint8_t *at = bytes.data;
	if (load_u64(at + AT_FOLDER) != folder)
		return fault_set(
			fault, STATUS_CORRUPT, "it does not begin with this folder's number");
	if (load_u32(at + AT_HEADER) != crc32c(frame_key(folder), at, AT_HEADER))
		return fault_set(
			fault, STATUS_CORRUPT, "the checksum of the frame's header is wrong");
	if (load_u32(at + AT_FORMAT) != FRAME_FORMAT)
		return fault_set(fault, STATUS_UNSUPPORTED,
			"the frame has format %u; this build knows format %d",
			load_u32(at + AT_FORMAT), FRAME_FORMAT);
	struct frame found;
	load_header(at, &found);
	if (!is_valid(&found))
		return fault_set(fault, STATUS_CORRUPT, "a frame of %u bytes can't hold %u entries",
			found.size, found.count);
	*frame = found;
	*chain = chain_value(folder, at);
	return STATUS_OK;
}

enum status
frame_read(struct bytes bytes, uint64_t folder, uint64_t position, struct frame *frame,
	uint64_t *chain, struct fault *fault)
{
	struct frame found;
	uint64_t value;
	enum status status = frame_read_anywhere(bytes, folder, &found, &value, fault);
	if (status != STATUS_OK)
		return status;
	if (found.position != position)
		return fault_set(fault, STATUS_CORRUPT, "the frame was written for position %llu",
			(unsigned long long)found.position);
	*frame = found;
	*chain = value;
	return STATUS_OK;
}

enum status
frame_check_entries(const struct frame *frame, struct bytes bytes, struct fault *fault)
{
	must(is_valid(frame));
	must(bytes.size >= frame->size);
	if (entries_checksum(frame, bytes.data) != frame->entries_crc)
		return fault_set(
			fault, STATUS_CORRUPT, "the checksum of the frame's entries is wrong");
	return STATUS_OK;
}
