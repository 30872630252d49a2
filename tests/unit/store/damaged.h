/*
 * A data folder made by a load, and the ways to damage a copy of it: the journal as frames in
 * memory that can be changed, forged with right checksums, and written back; LMDB and runs through
 * their own functions.
 */
#ifndef SUANPAN_TEST_DAMAGED_H
#define SUANPAN_TEST_DAMAGED_H

#include "living.h"

#include "../../../store/folder.h"
#include "../../../store/id_run.h"
#include "../../../store/segment.h"

#define ROW_SEGMENTS_MAX 64
#define ROW_FRAMES_MAX 8192
#define DAMAGED_MAP_BYTES ((uint64_t)256 << 20)

struct row_frame {
	struct frame frame;
	uint8_t *at; /* in its segment */
};

/* All segments of a journal, whole, and the frames of the row. */
struct row {
	struct journal_place place;
	uint8_t *segments[ROW_SEGMENTS_MAX];
	struct row_frame frames[ROW_FRAMES_MAX];
	size_t count;
	uint64_t end;   /* behind the last frame */
	uint64_t chain; /* of the last frame */
};

static inline uint8_t *
row_at(struct row *row, uint64_t position)
{
	uint8_t *segment = row->segments[journal_segment_of(&row->place, position)];
	return segment == NULL ? NULL : segment + journal_offset_of(&row->place, position);
}

static inline void
row_read_segment(struct row *row, uint64_t number)
{
	char path[DISK_PATH_MAX];
	segment_path(&row->place, number, path);
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		return;
	row->segments[number] = calloc(1, row->place.segment_bytes);
	if (fread(row->segments[number], 1, row->place.segment_bytes, file) == 0)
		abort();
	fclose(file);
}

static inline bool
row_take_frame(struct row *row, uint64_t position)
{
	struct row_frame *next = &row->frames[row->count];
	uint64_t chain;
	next->at = row_at(row, position);
	if (next->at == NULL ||
		frame_read((struct bytes){ next->at, FRAME_HEADER_BYTES }, row->place.folder,
			position, &next->frame, &chain, NULL) != STATUS_OK ||
		next->frame.previous != row->chain)
		return false;
	row->count++;
	row->chain = chain;
	row->end = position + size_round_up(next->frame.size, DISK_BLOCK);
	return true;
}

static inline void
row_load(struct row *row, const struct journal_place *place)
{
	memset(row, 0, sizeof *row);
	row->place = *place;
	row->chain = place->folder;
	for (uint64_t number = 0; number < ROW_SEGMENTS_MAX; number++)
		row_read_segment(row, number);
	for (;;) {
		if (row->count == ROW_FRAMES_MAX)
			abort();
		uint64_t next = (journal_segment_of(place, row->end) + 1) * place->segment_bytes;
		if (!row_take_frame(row, row->end) && !row_take_frame(row, next))
			break;
	}
}

static inline void
row_save(struct row *row)
{
	for (uint64_t number = 0; number < ROW_SEGMENTS_MAX; number++) {
		char path[DISK_PATH_MAX];
		if (row->segments[number] == NULL)
			continue;
		segment_path(&row->place, number, path);
		FILE *file = fopen(path, "wb");
		if (file == NULL ||
			fwrite(row->segments[number], 1, row->place.segment_bytes, file) !=
				row->place.segment_bytes)
			abort();
		fclose(file);
	}
}

static inline void
row_release(struct row *row)
{
	for (size_t i = 0; i < ROW_SEGMENTS_MAX; i++)
		free(row->segments[i]);
	memset(row, 0, sizeof *row);
}

/* Makes all checksums and chains right again, from a frame on. */
static inline void
row_seal(struct row *row, size_t from, bool entries_too)
{
	uint32_t key = frame_key(row->place.folder);
	for (size_t i = from; i < row->count; i++) {
		struct row_frame *one = &row->frames[i];
		size_t offset = FRAME_HEADER_BYTES;
		while (entries_too && offset < one->frame.size) {
			uint8_t *entry = one->at + offset;
			size_t size = load_u32(entry);
			store_u32(entry + 4, crc32c(key, entry + 8, size - 8));
			offset += size;
		}
		uint64_t chain = frame_seal(&one->frame, one->at);
		if (i + 1 < row->count)
			row->frames[i + 1].frame.previous = chain;
		row->chain = chain;
	}
}

/* One entry somewhere in the row, its views into the row's memory. */
struct spot {
	size_t frame;
	uint8_t *at;
	uint64_t position;
	struct entry entry;
};

/*
 * The first entry from a random place on (and then from the beginning) that `wanted` says yes to.
 */
static inline bool
row_find(struct row *row, struct random *random, bool (*wanted)(const struct spot *spot),
	struct spot *spot)
{
	size_t start = random_below(random, row->count);
	for (size_t i = 0; i < row->count; i++) {
		size_t index = (start + i) % row->count;
		struct row_frame *one = &row->frames[index];
		size_t offset = FRAME_HEADER_BYTES;
		while (offset < one->frame.size) {
			size_t size;
			*spot = (struct spot){ .frame = index,
				.at = one->at + offset,
				.position = one->frame.position + offset };
			if (entry_decode((struct bytes){ spot->at, one->frame.size - offset },
				    frame_key(row->place.folder), &spot->entry, &size,
				    NULL) != STATUS_OK)
				abort();
			if (wanted(spot))
				return true;
			offset += size;
		}
	}
	return false;
}

/*
 * Adds a frame of one entry behind the end, in a fresh segment if there is none for it; the row is
 * that of a folder that was killed.
 */
static inline struct row_frame *
row_append(struct row *row, const struct entry *entry)
{
	struct row_frame *last = &row->frames[row->count - 1];
	struct row_frame *one = &row->frames[row->count++];
	size_t size = FRAME_HEADER_BYTES + entry_size(entry);
	uint64_t left = row->place.segment_bytes - journal_offset_of(&row->place, row->end);
	if (left < size_round_up(size, DISK_BLOCK) || left == row->place.segment_bytes)
		row->end = (journal_segment_of(&row->place, last->frame.position) + 1) *
			row->place.segment_bytes;
	uint64_t number = journal_segment_of(&row->place, row->end);
	if (row->segments[number] == NULL)
		row->segments[number] = calloc(1, row->place.segment_bytes);
	one->at = row_at(row, row->end);
	one->frame = last->frame;
	one->frame.position = row->end;
	one->frame.size = (uint32_t)size;
	one->frame.count = 1;
	one->frame.previous = row->chain;
	memset(one->at, 0, size_round_up(size, DISK_BLOCK));
	entry_encode(entry, frame_key(row->place.folder), one->at + FRAME_HEADER_BYTES);
	row->chain = frame_seal(&one->frame, one->at);
	row->end += size_round_up(size, DISK_BLOCK);
	return one;
}

/* ---- LMDB ---- */

static inline struct database *
state_open(const char *directory)
{
	char path[1000];
	struct database *database;
	snprintf(path, sizeof path, "%s/state", directory);
	if (database_open(path, DAMAGED_MAP_BYTES, false, &database, NULL) != STATUS_OK)
		abort();
	return database;
}

static inline struct database_meta
state_meta(const char *directory)
{
	struct database *database = state_open(directory);
	struct database_reader *reader;
	struct database_meta meta;
	if (database_read_begin(database, &reader, NULL) != STATUS_OK ||
		database_read_meta(reader, &meta, NULL) != STATUS_OK)
		abort();
	database_read_end(reader);
	database_close(database);
	return meta;
}

static inline void
state_put_meta(const char *directory, const struct database_meta *meta)
{
	struct database *database = state_open(directory);
	struct database_writer *writer;
	if (database_write_begin(database, &writer, NULL) != STATUS_OK ||
		database_put_meta(writer, meta, NULL) != STATUS_OK ||
		database_commit(writer, NULL) != STATUS_OK)
		abort();
	database_close(database);
}

/* As the store would write it, so that the digest is right. */
static inline void
state_put(const char *directory, uint8_t table, struct bytes key, struct bytes value,
	uint64_t version)
{
	struct database *database = state_open(directory);
	struct database_writer *writer;
	if (database_write_begin(database, &writer, NULL) != STATUS_OK ||
		database_put(writer, table, key, value, version, NULL) != STATUS_OK ||
		database_commit(writer, NULL) != STATUS_OK)
		abort();
	database_close(database);
}

/* A record of the state, copied: the one of this number in its table. */
struct state_record {
	uint8_t key[RECORD_KEY_MAX];
	uint8_t value[RECORD_VALUE_MAX];
	size_t key_size, value_size;
	uint64_t version;
	size_t wanted, seen;
};

static inline bool
state_copy(void *context, struct bytes key, struct bytes value, uint64_t version)
{
	struct state_record *record = context;
	if (record->seen++ < record->wanted)
		return true;
	memcpy(record->key, key.data, key.size);
	memcpy(record->value, value.data, value.size);
	record->key_size = key.size;
	record->value_size = value.size;
	record->version = version;
	return false;
}

static inline void
state_get(const char *directory, uint8_t table, size_t number, struct state_record *record)
{
	struct database *database = state_open(directory);
	struct database_reader *reader;
	*record = (struct state_record){ .wanted = number };
	if (database_read_begin(database, &reader, NULL) != STATUS_OK ||
		database_each(reader, table, state_copy, record, NULL) != STATUS_OK ||
		record->key_size == 0)
		abort();
	database_read_end(reader);
	database_close(database);
}

/* ---- runs ---- */

#define RUN_IDS_MAX 200000
struct run_ids {
	struct id_entry ids[RUN_IDS_MAX];
	size_t count;
};

static inline bool
run_take(void *context, struct hash128 hash, uint64_t position, int32_t day)
{
	struct run_ids *run = context;
	if (run->count == RUN_IDS_MAX)
		abort();
	run->ids[run->count++] = (struct id_entry){
		.hash = hash, .position = position, .day = day
	};
	return true;
}

static inline void
run_read(const char *path, uint64_t folder, struct run_ids *run)
{
	run->count = 0;
	if (ids_run_check(path, folder, run_take, run, NULL) != STATUS_OK)
		abort();
}

static inline void
run_write(const struct id_place *place, uint64_t number, const struct run_ids *run)
{
	struct id_writer *writer;
	uint64_t bytes;
	if (id_writer_open(&writer, place, number, run->count, NULL) != STATUS_OK)
		abort();
	for (size_t i = 0; i < run->count; i++) {
		if (id_writer_add(writer, &run->ids[i], NULL) != STATUS_OK)
			abort();
	}
	if (id_writer_close(writer, &bytes, NULL) != STATUS_OK)
		abort();
}

#endif
