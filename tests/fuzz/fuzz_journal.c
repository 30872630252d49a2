/*
 * A segment made of the fuzzer's bytes, read by journal_scan, journal_read and journal_prove.
 * Nothing crashes, no frame of another folder is accepted, and no entry that was not put there.
 *
 * The input is a program: each step is an operation of one byte and its arguments, over a segment
 * that starts as zeros. It can put good frames, so that the fuzzer need not guess checksums, and
 * damage them.
 */
#include "../../engine/base/digest.h"
#include "../../engine/base/memory.h"
#include "../../engine/base/must.h"
#include "../../store/journal.h"
#include "../../store/segment.h"
#include "../unit/store/scratch.h"

#define FOLDER UINT64_C(0x5ca1ab1e0ddba11)
#define SEGMENT_BYTES ((size_t)1 << 20)
#define AREA_BYTES ((size_t)64 * 1024) /* of the segment, in which all happens */
#define FRAMES_MAX 32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *segment;
static struct journal_place place;
static char path[DISK_PATH_MAX];

/* What the program has put: position and checksum of each entry. */
static struct put {
	uint64_t position;
	uint32_t checksum;
} puts_made[FRAMES_MAX * 4];
static size_t put_count;

static char folder[256];

static void
remove_folder(void)
{
	scratch_remove(folder);
}

static void
set_up_once(void)
{
	if (segment != NULL)
		return;
	scratch_make_fast(folder);
	atexit(remove_folder);
	segment = memory_new(SEGMENT_BYTES);
	must(segment != NULL);
	memset(segment, 0, SEGMENT_BYTES);
	place = (struct journal_place){ .folder = FOLDER, .segment_bytes = SEGMENT_BYTES };
	snprintf(place.directory, sizeof place.directory, "%s", folder);
	segment_path(&place, 0, path);
}

/* The program, read byte by byte; zeros behind its end. */
struct program {
	const uint8_t *next;
	const uint8_t *end;
};

static uint8_t
take_byte(struct program *program)
{
	return program->next < program->end ? *program->next++ : 0;
}

static size_t
take_offset(struct program *program)
{
	size_t high = take_byte(program);
	return (high << 8 | take_byte(program)) % AREA_BYTES;
}

/* The next good frame of the row, or one that differs in a field that the fuzzer chose. */
static void
put_frame(struct program *program, struct frame *frame)
{
	uint8_t change = take_byte(program);
	uint32_t count = 1 + change % 4;
	size_t offset = frame->position % AREA_BYTES;
	uint8_t *at = segment + offset;
	size_t size = FRAME_HEADER_BYTES;
	struct frame made = *frame;
	for (uint32_t i = 0; i < count; i++) {
		struct sample sample;
		sample_make(&sample, take_byte(program));
		size_t entry_bytes = entry_size(&sample.entry);
		if (offset + size + entry_bytes > AREA_BYTES)
			return;
		entry_encode(&sample.entry, frame_key(FOLDER), at + size);
		if (put_count < sizeof puts_made / sizeof puts_made[0])
			puts_made[put_count++] = (struct put){ offset + size,
				load_u32(at + size + 4) };
		size += entry_bytes;
	}
	made.size = (uint32_t)size;
	made.count = count;
	made.position = offset;
	switch (change / 4) {
	case 1:
		made.folder ^= 1;
		break;
	case 2:
		made.epoch += 1;
		break;
	case 3:
		made.epoch -= 1;
		break;
	case 4:
		made.previous ^= 1;
		break;
	case 5:
		made.position += DISK_BLOCK;
		break;
	case 6:
		made.time_ms -= 1;
		break;
	case 7:
		made.count += 1;
		break;
	case 8:
		made.shard += 1;
		break;
	case 9:
		made.size += 8;
		break;
	default:
		break;
	}
	frame->previous = frame_seal(&made, at);
	frame->epoch = made.epoch;
	frame->time_ms = made.time_ms;
	frame->position = offset + size_round_up(size, DISK_BLOCK);
}

static void
run_program(struct program *program)
{
	struct frame frame = { .folder = FOLDER, .previous = FOLDER, .epoch = 3, .time_ms = 9 };
	for (int step = 0; step < FRAMES_MAX && program->next < program->end; step++) {
		switch (take_byte(program) % 6) {
		case 0: /* one byte */
			segment[take_offset(program)] = take_byte(program);
			break;
		case 1: { /* bytes as they are */
			size_t at = take_offset(program);
			size_t length = take_byte(program);
			while (length-- > 0 && at < AREA_BYTES)
				segment[at++] = take_byte(program);
			break;
		}
		case 2: { /* a block copied */
			size_t from = take_offset(program) / DISK_BLOCK * DISK_BLOCK;
			size_t to = take_offset(program) / DISK_BLOCK * DISK_BLOCK;
			memmove(segment + to, segment + from, DISK_BLOCK);
			break;
		}
		case 3: /* a frame somewhere else */
			frame.position = take_offset(program) / DISK_BLOCK * DISK_BLOCK;
			break;
		case 4: { /* a header of any content, with a right checksum */
			uint8_t *at = segment + take_offset(program) / DISK_BLOCK * DISK_BLOCK;
			for (size_t i = 8; i < 60; i++)
				at[i] ^= take_byte(program);
			store_u64(at, FOLDER);
			store_u32(at + 60, crc32c(frame_key(FOLDER), at, 60));
			break;
		}
		default:
			put_frame(program, &frame);
			break;
		}
	}
}

static bool
was_put(uint64_t position, const uint8_t *bytes)
{
	for (size_t i = 0; i < put_count; i++) {
		if (puts_made[i].position == position &&
			puts_made[i].checksum == load_u32(bytes + 4))
			return true;
	}
	return false;
}

static bool
check_visit(void *context, const struct journal_visit *visit)
{
	uint64_t *last = context;
	must(visit->frame->folder == FOLDER && visit->frame->shard == 0);
	must(visit->position > *last && visit->position >= visit->frame->position);
	must(was_put(visit->position, visit->bytes.data));
	*last = visit->position;
	return true;
}

static void
read_around(struct program *program)
{
	struct buffer buffer;
	struct entry entry;
	buffer_init(&buffer, ENTRY_BYTES_MAX);
	for (size_t i = 0; i < put_count + 4; i++) {
		uint64_t position = i < put_count ? puts_made[i].position : take_offset(program);
		enum status status = journal_read(&place, position, &buffer, &entry, NULL);
		must(status == STATUS_OK || status == STATUS_CORRUPT || status == STATUS_NOT_FOUND);
		enum status proof = journal_prove(&place, position, NULL);
		must(proof == STATUS_OK || proof == STATUS_NOT_FOUND);
	}
	buffer_release(&buffer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	set_up_once();
	memset(segment, 0, AREA_BYTES + DISK_BLOCK);
	put_count = 0;
	struct program program = { data, data + size };
	/* One byte more tells how much of the file there is. */
	size_t length = take_byte(&program) % 4 == 3 ? take_offset(&program) : AREA_BYTES;
	run_program(&program);
	FILE *file = fopen(path, "wb");
	must(file != NULL);
	must(fwrite(segment, 1, length, file) == length);
	must(fclose(file) == 0);

	uint64_t last = 0;
	struct journal_head head;
	struct fault fault;
	bool torn;
	struct journal_scan scan = { .place = place, .visit = check_visit, .context = &last };
	enum status status = journal_scan(&scan, &head, &torn, &fault);
	must(status == STATUS_OK || status == STATUS_CORRUPT || status == STATUS_UNSUPPORTED);
	if (status == STATUS_OK)
		must(head.position <= AREA_BYTES && head.position % DISK_BLOCK == 0);
	scan.from = take_offset(&program) / DISK_BLOCK * DISK_BLOCK;
	last = 0;
	journal_scan(&scan, &head, &torn, &fault);
	read_around(&program);
	return 0;
}
