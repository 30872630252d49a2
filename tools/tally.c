/* Counts and sums of a file's records (see tally.h). */
#include "tally.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"

enum { ARENA_BYTES_MAX = 64 << 20, ROOM_AT_FIRST = 16 };

void
tally_init(struct tally *tally)
{
	*tally = (struct tally){ .charged = 0 };
	arena_init(&tally->arena, ARENA_BYTES_MAX);
}

void
tally_release(struct tally *tally)
{
	memory_free(tally->zones.rows);
	memory_free(tally->reasons.rows);
	memory_free(tally->refusals.rows);
	memory_free(tally->failures.rows);
	arena_release(&tally->arena);
	tally_init(tally);
}

uint64_t
tally_records(const struct tally *tally)
{
	return tally->charged + tally->duplicates + tally->skipped + tally->refused +
		tally->failed + tally->bad;
}

/* ---- lists ---- */

/* Where the name is, or where it belongs. */
static size_t
place_of(const struct tally_list *list, struct text name, bool *found)
{
	size_t low = 0, high = list->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = text_compare(list->rows[middle].name, name);
		if (order == 0) {
			*found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*found = false;
	return low;
}

static bool
make_room(struct tally_list *list)
{
	if (list->count < list->room)
		return true;
	size_t room = list->room == 0 ? ROOM_AT_FIRST : list->room * 2;
	struct tally_row *rows = memory_resize(list->rows, room * sizeof rows[0]);
	if (rows == NULL)
		return false;
	list->rows = rows;
	list->room = room;
	return true;
}

/* The row of a name, made if it is new; NULL without memory. */
static struct tally_row *
row_of(struct tally *tally, struct tally_list *list, struct text name)
{
	bool found;
	size_t place = place_of(list, name, &found);
	if (found)
		return &list->rows[place];
	if (list->count >= TALLY_NAMES_MAX && !text_equal(name, TEXT("…")))
		return row_of(tally, list, TEXT("…"));
	struct text copied = arena_copy_text(&tally->arena, name);
	if (copied.data == NULL || !make_room(list))
		return NULL;
	memmove(&list->rows[place + 1], &list->rows[place],
		(list->count - place) * sizeof list->rows[0]);
	list->rows[place] = (struct tally_row){ .name = copied };
	list->count++;
	return &list->rows[place];
}

static enum status
no_memory(struct fault *fault)
{
	return fault_set(fault, STATUS_MEMORY, "no memory to count the records");
}

/* ---- records ---- */

static enum status
check_currency(struct tally *tally, struct text currency, struct fault *fault)
{
	if (tally->currency.size == 0) {
		struct text copied = arena_copy_text(&tally->arena, currency);
		if (copied.data == NULL)
			return no_memory(fault);
		tally->currency = copied;
	}
	if (!text_equal(tally->currency, currency))
		return fault_set(fault, STATUS_CONFLICT,
			"amounts came in %.*s and in %.*s, which can't be added",
			TEXT_ARGS(tally->currency), TEXT_ARGS(currency));
	return STATUS_OK;
}

enum status
tally_add_charge(struct tally *tally, const struct tally_charge *charge, struct fault *fault)
{
	struct money *total = charge->is_new ? &tally->amount : &tally->duplicate_amount;
	struct money sum, zone_sum;
	enum status status = check_currency(tally, charge->currency, fault);
	if (status != STATUS_OK)
		return status;
	if (!money_add(*total, charge->amount, &sum))
		return fault_set(
			fault, STATUS_LIMIT, "the sum of the amounts is larger than can be held");
	if (!charge->is_new) {
		tally->duplicates++;
		*total = sum;
		return STATUS_OK;
	}
	struct tally_row *row = row_of(tally, &tally->zones, charge->zone);
	if (row == NULL)
		return no_memory(fault);
	if (!money_add(row->amount, charge->amount, &zone_sum))
		return fault_set(
			fault, STATUS_LIMIT, "the sum of the amounts is larger than can be held");
	row->count++;
	row->amount = zone_sum;
	*total = sum;
	tally->charged++;
	return STATUS_OK;
}

enum status
tally_add_skipped(struct tally *tally, struct text reason, struct fault *fault)
{
	struct tally_row *row = row_of(tally, &tally->reasons, reason);
	if (row == NULL)
		return no_memory(fault);
	row->count++;
	tally->skipped++;
	return STATUS_OK;
}

/* A code, and the first sentence that came with it. */
static enum status
add_code(struct tally *tally, struct tally_list *list, const struct tally_row *record,
	struct fault *fault)
{
	struct tally_row *row = row_of(tally, list, record->name);
	if (row == NULL)
		return no_memory(fault);
	if (row->count == 0) {
		struct text sample = arena_copy_text(&tally->arena, record->sample);
		if (sample.data == NULL)
			return no_memory(fault);
		row->sample = sample;
		row->sample_line = record->sample_line;
	}
	row->count++;
	return STATUS_OK;
}

enum status
tally_add_refused(
	struct tally *tally, struct text code, struct text say, uint64_t line, struct fault *fault)
{
	const struct tally_row record = { .name = code, .sample = say, .sample_line = line };
	enum status status = add_code(tally, &tally->refusals, &record, fault);
	tally->refused += status == STATUS_OK;
	return status;
}

enum status
tally_add_failed(
	struct tally *tally, struct text code, struct text say, uint64_t line, struct fault *fault)
{
	const struct tally_row record = { .name = code, .sample = say, .sample_line = line };
	enum status status = add_code(tally, &tally->failures, &record, fault);
	tally->failed += status == STATUS_OK;
	return status;
}

enum status
tally_add_bad(struct tally *tally, const struct tally_problem *problem, struct fault *fault)
{
	if (tally->problem_count < TALLY_PROBLEMS_MAX) {
		struct tally_problem kept = *problem;
		kept.name = arena_copy_text(&tally->arena, problem->name);
		kept.what = arena_copy_text(&tally->arena, problem->what);
		if (kept.name.data == NULL || kept.what.data == NULL)
			return no_memory(fault);
		tally->problems[tally->problem_count++] = kept;
	}
	tally->bad++;
	return STATUS_OK;
}
