/*
 * The runs of ids, as fsck holds them against the journal (see fsck.h). All runs and the ids behind
 * the applied boundary are walked together in the order of their hashes, so that what was decided
 * twice lies side by side.
 */
#include "fsck_parts.h"

#include "../engine/base/instant.h"
#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "../engine/base/zoneinfo.h"
#include "id_run.h"

#include <inttypes.h>
#include <stdlib.h>

enum { AGE_MAX_DAYS = 400, AGE_SLACK_DAYS = 3 };

struct source {
	struct id_run *run;
	struct id_cursor cursor; /* not begun without a buffer */
};

struct merging {
	struct fsck *fsck;
	struct source sources[IDS_RUNS_MAX];
	size_t count;
	size_t tail_next;
	bool is_whole;        /* every run of the list can be read */
	int64_t day_min;      /* older ones may have been dropped */
	struct id_entry last; /* the one before, if there was one */
	bool has_last;
	struct buffer bytes[2]; /* of entries of the journal */
};

/* ---- ids of entries ---- */

/* The day of an entry's event, as ids keep it. */
static int32_t
event_day(const struct entry *entry)
{
	return (int32_t)floor_divide(entry->at_ms, DAY_MS);
}

/*
 * The day, made if there is none yet; NULL without memory. Events come mostly in the order of days.
 */
static struct fsck_day *
day_of(struct fsck *fsck, int32_t day)
{
	size_t place = fsck->day_count;
	while (place > 0 && fsck->days[place - 1].day > day)
		place--;
	if (place > 0 && fsck->days[place - 1].day == day)
		return &fsck->days[place - 1];
	if (!fsck_list_grow(
		    (void **)&fsck->days, &fsck->day_room, fsck->day_count, sizeof *fsck->days))
		return NULL;
	memmove(&fsck->days[place + 1], &fsck->days[place],
		(fsck->day_count - place) * sizeof *fsck->days);
	fsck->days[place] = (struct fsck_day){ .day = day };
	fsck->day_count++;
	return &fsck->days[place];
}

static uint64_t
id_sum(struct hash128 hash, uint64_t position)
{
	const uint64_t parts[] = { hash.low, hash.high, position };
	return hash64(parts, sizeof parts, 0);
}

enum status
fsck_entry_id(struct fsck *fsck, uint64_t position, const struct entry *entry, struct fault *fault)
{
	struct hash128 hash = ids_hash(fsck->folder.number, entry->scope, entry->id);
	if (position < fsck->meta.applied.position) {
		struct fsck_day *day = day_of(fsck, event_day(entry));
		if (day == NULL)
			return fault_set(fault, STATUS_MEMORY, "no memory for the days of ids");
		day->entries++;
		day->entry_sum += id_sum(hash, position);
		return STATUS_OK;
	}
	if (!fsck_list_grow(
		    (void **)&fsck->tail, &fsck->tail_room, fsck->tail_count, sizeof *fsck->tail))
		return fault_set(fault, STATUS_MEMORY,
			"no memory for the %zu ids behind the applied boundary", fsck->tail_count);
	fsck->tail[fsck->tail_count++] = (struct fsck_id){ hash, position };
	return STATUS_OK;
}

static int
compare_ids(const void *a, const void *b)
{
	const struct fsck_id *left = a, *right = b;
	const struct id_entry first = { .hash = left->hash, .position = left->position };
	const struct id_entry second = { .hash = right->hash, .position = right->position };
	return id_entry_compare(&first, &second);
}

/* ---- runs ---- */

/* Opens and checks a run of the list, and puts a cursor at its beginning. */
static enum status
source_open(struct merging *merging, uint64_t number, struct fault *fault)
{
	struct fsck *fsck = merging->fsck;
	struct source *source = &merging->sources[merging->count];
	char directory[1000], path[DISK_PATH_MAX];
	struct fault why;
	folder_path(&fsck->folder, "ids", directory);
	const struct id_place place = { .directory = directory, .folder = fsck->folder.number };
	id_run_path(&place, number, path);
	*source = (struct source){ .run = NULL };
	fsck->report.runs++;
	enum status status = ids_run_check(path, place.folder, NULL, NULL, &why);
	if (status == STATUS_OK)
		status = id_run_open(&source->run, path, place.folder, &why);
	if (status == STATUS_OK)
		status = id_cursor_init(&source->cursor, source->run, &why);
	if (status == STATUS_OK) {
		fsck_read(fsck, source->run->header.count * sizeof(struct id_entry));
		merging->count++;
		return STATUS_OK;
	}
	if (source->run != NULL)
		id_run_drop(source->run);
	if (status == STATUS_MEMORY)
		return fault_set(fault, status, "%s", why.text);
	merging->is_whole = false;
	if (status == STATUS_NOT_FOUND)
		fsck_found(fsck, FSCK_RUN_MISSING, path,
			"The run is in the list of those in force, and not there.");
	else
		fsck_found(fsck, FSCK_RUN_DAMAGED, path, "%s.", why.text);
	return STATUS_OK;
}

static void
sources_close(struct merging *merging)
{
	for (size_t i = 0; i < merging->count; i++) {
		id_cursor_release(&merging->sources[i].cursor);
		id_run_drop(merging->sources[i].run);
	}
}

/* ---- one id ---- */

/* Reads the entry that an id names; false if it has another id, or can't be read. */
static bool
read_entry(struct merging *merging, const struct id_entry *id, struct buffer *bytes,
	struct entry *entry)
{
	const struct fsck *fsck = merging->fsck;
	if (journal_read(&fsck->place, id->position, bytes, entry, NULL) != STATUS_OK ||
		entry->id.size == 0)
		return false;
	struct hash128 hash = ids_hash(fsck->folder.number, entry->scope, entry->id);
	return id_hash_equal(hash, id->hash);
}

/*
 * Two entries with one hash, `older` before `newer`: only a refusal may be decided again, as a
 * later attempt.
 */
static void
check_twice(struct merging *merging, const struct id_entry *older, const struct id_entry *newer)
{
	struct fsck *fsck = merging->fsck;
	struct entry first, second;
	char where[FSCK_WHERE_MAX];
	if (!fsck_is_on_disk(fsck, older->position) ||
		!read_entry(merging, older, &merging->bytes[0], &first) ||
		!read_entry(merging, newer, &merging->bytes[1], &second))
		return;
	if (!text_equal(first.scope, second.scope) || !text_equal(first.id, second.id))
		return;
	if (first.kind == ENTRY_REFUSAL && second.attempt > first.attempt)
		return;
	fsck_where(fsck, newer->position, where);
	fsck_found(fsck, FSCK_ID_TWICE, where,
		"The id \"%.*s\" was decided here, but was decided before at position %" PRIu64 ".",
		TEXT_ARGS(second.id), older->position);
}

static void
found_in_run(struct fsck *fsck, const struct id_entry *id)
{
	char where[FSCK_WHERE_MAX];
	fsck_where(fsck, id->position, where);
	fsck_found(fsck, FSCK_RUN_ENTRY, where,
		"The runs have an id with this position, but no entry here has it.");
}

static enum status
check_id(struct merging *merging, const struct id_entry *id, bool in_tail, struct fault *fault)
{
	struct fsck *fsck = merging->fsck;
	fsck->report.ids++;
	if (merging->has_last && id_hash_equal(merging->last.hash, id->hash))
		check_twice(merging, id, &merging->last);
	merging->last = *id;
	merging->has_last = true;
	if (!fsck_is_on_disk(fsck, id->position))
		return STATUS_OK;
	if (id->position >= fsck->meta.applied.position) {
		if (!in_tail)
			found_in_run(fsck, id);
		return STATUS_OK;
	}
	struct fsck_day *day = day_of(fsck, id->day);
	if (day == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for the days of ids");
	day->in_runs++;
	day->run_sum += id_sum(id->hash, id->position);
	return STATUS_OK;
}

/* The first id of all sources that is left; false if none is. */
static bool
first_of(const struct merging *merging, struct id_entry *id)
{
	const struct fsck *fsck = merging->fsck;
	bool found = merging->tail_next < fsck->tail_count;
	if (found) {
		const struct fsck_id *tail = &fsck->tail[merging->tail_next];
		*id = (struct id_entry){ .hash = tail->hash, .position = tail->position };
	}
	for (size_t i = 0; i < merging->count; i++) {
		const struct id_entry *entry = merging->sources[i].cursor.entry;
		if (entry != NULL && (!found || id_entry_compare(entry, id) < 0)) {
			*id = *entry;
			found = true;
		}
	}
	return found;
}

/* Moves all sources past this id; it may be in several runs. */
static enum status
move_past(struct merging *merging, const struct id_entry *id, bool *in_tail, struct fault *fault)
{
	const struct fsck *fsck = merging->fsck;
	*in_tail = false;
	while (merging->tail_next < fsck->tail_count) {
		const struct fsck_id *tail = &fsck->tail[merging->tail_next];
		if (!id_hash_equal(tail->hash, id->hash) || tail->position != id->position)
			break;
		*in_tail = true;
		merging->tail_next++;
	}
	for (size_t i = 0; i < merging->count; i++) {
		struct id_cursor *cursor = &merging->sources[i].cursor;
		if (cursor->entry == NULL || id_entry_compare(cursor->entry, id) != 0)
			continue;
		enum status status = id_cursor_next(cursor, fault);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static enum status
merge(struct merging *merging, struct fault *fault)
{
	struct id_entry id;
	while (first_of(merging, &id)) {
		bool in_tail;
		enum status status = move_past(merging, &id, &in_tail, fault);
		if (status == STATUS_OK)
			status = check_id(merging, &id, in_tail, fault);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

/* ---- days of which the sums differ ---- */

static bool
differs(const struct merging *merging, int32_t day)
{
	const struct fsck *fsck = merging->fsck;
	for (size_t i = 0; i < fsck->day_count; i++) {
		if (fsck->days[i].day == day)
			return fsck->days[i].differs;
	}
	return false;
}

/* Does a run have this id, at this position? */
static bool
runs_have(struct merging *merging, struct hash128 hash, uint64_t position)
{
	for (size_t i = 0; i < merging->count; i++) {
		uint64_t at;
		bool has;
		if (id_run_search(merging->sources[i].run, hash, position + 1, &has, &at, NULL) ==
				STATUS_OK &&
			has && at == position)
			return true;
	}
	return false;
}

static bool
look_for_entry(void *context, const struct journal_visit *visit)
{
	struct merging *merging = context;
	struct fsck *fsck = merging->fsck;
	const struct entry *entry = visit->entry;
	char where[FSCK_WHERE_MAX];
	if (visit->position >= fsck->meta.applied.position)
		return false;
	if (entry->id.size == 0 || !differs(merging, event_day(entry)))
		return true;
	if (runs_have(merging, ids_hash(fsck->folder.number, entry->scope, entry->id),
		    visit->position))
		return true;
	fsck_where(fsck, visit->position, where);
	fsck_found(fsck, FSCK_ID_MISSING, where, "The id \"%.*s\" of this entry is in no run.",
		TEXT_ARGS(entry->id));
	return fsck_tells(fsck, FSCK_ID_MISSING);
}

static bool
look_for_id(void *context, struct hash128 hash, uint64_t position, int32_t day)
{
	struct merging *merging = context;
	struct fsck *fsck = merging->fsck;
	const struct id_entry id = { .hash = hash, .position = position };
	struct entry entry;
	if (position >= fsck->meta.applied.position || !differs(merging, day) ||
		!fsck_is_on_disk(fsck, position))
		return true;
	if (!read_entry(merging, &id, &merging->bytes[0], &entry) || event_day(&entry) != day)
		found_in_run(fsck, &id);
	return fsck_tells(fsck, FSCK_RUN_ENTRY);
}

/* Names each id of the days that differ, until enough were told. */
static void
name_differences(struct merging *merging)
{
	struct fsck *fsck = merging->fsck;
	struct journal_scan scan = { .place = fsck->place,
		.from = fsck->first,
		.visit = look_for_entry,
		.context = merging };
	struct journal_head head;
	bool torn;
	uint64_t before = fsck->report.findings;
	char where[FSCK_WHERE_MAX];
	/*
	 * A journal with damages is looked through up to the first of them; that there are ids
	 * missing is told in any case.
	 */
	if (fsck->first == 0)
		scan.from_chain = fsck->place.folder;
	enum status ignored = journal_scan(&scan, &head, &torn, NULL);
	(void)ignored;
	for (size_t i = 0; i < merging->count; i++)
		(void)ids_run_check(merging->sources[i].run->file.path, fsck->folder.number,
			look_for_id, merging, NULL);
	if (fsck->report.findings > before)
		return;
	folder_path(&fsck->folder, "ids", where);
	fsck_found(
		fsck, FSCK_ID_MISSING, where, "The runs do not have the same ids as the journal.");
}

static void
compare_days(struct merging *merging)
{
	struct fsck *fsck = merging->fsck;
	bool any = false;
	for (size_t i = 0; i < fsck->day_count; i++) {
		struct fsck_day *day = &fsck->days[i];
		day->differs = day->day >= merging->day_min &&
			(day->entries != day->in_runs || day->entry_sum != day->run_sum);
		any |= day->differs;
	}
	if (any)
		name_differences(merging);
}

/* ---- all of them ---- */

static enum status
check_all(struct merging *merging, struct fault *fault)
{
	struct fsck *fsck = merging->fsck;
	enum status status = STATUS_OK;
	for (size_t i = 0; i < fsck->meta.run_count && status == STATUS_OK; i++)
		status = source_open(merging, fsck->meta.runs[i].number, fault);
	if (status != STATUS_OK)
		return status;
	if (fsck->tail_count > 1)
		qsort(fsck->tail, fsck->tail_count, sizeof *fsck->tail, compare_ids);
	status = merge(merging, fault);
	/* If a run can't be read, its ids would all be named again. */
	if (status == STATUS_OK && merging->is_whole)
		compare_days(merging);
	return status;
}

enum status
fsck_ids(struct fsck *fsck, struct fault *fault)
{
	struct merging *merging = memory_new_zeroed(1, sizeof *merging);
	if (merging == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory to walk the runs of ids");
	int32_t age_days = fsck->options.age_max_days > 0 ? fsck->options.age_max_days
							  : AGE_MAX_DAYS;
	merging->fsck = fsck;
	merging->is_whole = true;
	merging->day_min = floor_divide(fsck->end.time_ms, DAY_MS) - age_days + AGE_SLACK_DAYS;
	if (merging->day_min < fsck->meta.ids_dropped_before)
		merging->day_min = fsck->meta.ids_dropped_before;
	buffer_init(&merging->bytes[0], ENTRY_BYTES_MAX);
	buffer_init(&merging->bytes[1], ENTRY_BYTES_MAX);
	enum status status = check_all(merging, fault);
	buffer_release(&merging->bytes[0]);
	buffer_release(&merging->bytes[1]);
	sources_close(merging);
	memory_free(merging);
	return status;
}
