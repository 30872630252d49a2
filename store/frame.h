/*
 * A frame: one batch of entries, written with one write and made durable at once. Frames lie one
 * after the other in segments, each on a multiple of 4096 bytes, padded with zeros.
 *
 *    0  8  folder     random number of this data folder: bytes from elsewhere never look valid
 *    8  4  size       header and entries, without the padding
 *   12  4  count      of entries, 1 or more
 *   16  8  position   of this frame: segment number × segment size + offset in the segment
 *   24  8  epoch      of the owner; rises by one at every start
 *   32  8  time_ms    the shard's clock when the batch was closed; never falls
 *   40  8  previous   chain value of the frame before (the folder number for the very first)
 *   48  4  shard
 *   52  4  format     1
 *   56  4  entries    CRC32C of the entries, begun with the low half of the folder number
 *   60  4  header     CRC32C of bytes 0 … 59, begun likewise
 *   64     entries
 *
 * The chain value of a frame is XXH3-64 of its 64 header bytes, seeded with the folder number: it
 * covers the entries through their checksum, and all frames before through `previous`.
 *
 * A position is a byte address in one endless row of segments, so it says where the entry lies
 * without any index. Position 0 never names an entry: byte 0 is a frame's header.
 */
#ifndef SUANPAN_FRAME_H
#define SUANPAN_FRAME_H

#include "../engine/base/bytes.h"
#include "../engine/base/status.h"

#define FRAME_HEADER_BYTES 64
#define FRAME_FORMAT 1

struct frame {
	uint64_t folder;
	uint32_t size;
	uint32_t count;
	uint64_t position;
	uint64_t epoch;
	int64_t time_ms;
	uint64_t previous;
	uint32_t shard;
	uint32_t entries_crc;
};

/* The checksum key of a folder's frames and entries. */
static inline uint32_t
frame_key(uint64_t folder)
{
	return (uint32_t)folder;
}

/*
 * Writes the header at `at`, FRAME_HEADER_BYTES long, for the entries that lie behind it; fills
 * entries_crc. Returns the chain value.
 */
uint64_t frame_seal(struct frame *frame, uint8_t *at);

/*
 * Reads a header. STATUS_CORRUPT if it is not a header of this folder at this position; says why.
 * STATUS_UNSUPPORTED if it is one, but of a format of a later build: then what is here is neither
 * torn nor damaged. `bytes` must hold FRAME_HEADER_BYTES; the entries are not looked at. *chain is
 * the frame's chain value.
 */
enum status frame_read(struct bytes bytes, uint64_t folder, uint64_t position, struct frame *frame,
	uint64_t *chain, struct fault *fault);
/* The same wherever it was meant to lie: for finding frames that are not in their place. */
enum status frame_read_anywhere(struct bytes bytes, uint64_t folder, struct frame *frame,
	uint64_t *chain, struct fault *fault);
/* Checks the entries' checksum; `bytes` starts at the header and holds frame->size bytes. */
enum status frame_check_entries(const struct frame *frame, struct bytes bytes, struct fault *fault);

#endif
