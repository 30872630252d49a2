/* What charges earned, and would have earned (see earnings.h). */
#include "earnings.h"

#include "../engine/base/digest.h"
#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#include <stdlib.h>
#include <string.h>

#define NAMES_BYTES_MAX ((size_t)1024 * 1024 * 1024)
#define ROOM_AT_FIRST 64

const char *
earnings_by_name(enum earnings_by by, bool zh)
{
	static const char *const names[EARNINGS_BY][2] = {
		[EARNINGS_PACKAGE] = { "package", "优惠包" },
		[EARNINGS_SEGMENT] = { "segment", "客户群" },
		[EARNINGS_ZONE] = { "zone", "计费区" },
		[EARNINGS_CUSTOMER] = { "customer", "客户" },
	};
	must(by < EARNINGS_BY);
	return names[by][zh];
}

void
earnings_init(struct earnings *earnings, struct text currency)
{
	*earnings = (struct earnings){ .currency = currency };
	arena_init(&earnings->arena, NAMES_BYTES_MAX);
}

static void
list_release(struct earnings_list *list)
{
	memory_free(list->rows);
	memory_free(list->slots);
	*list = (struct earnings_list){ 0 };
}

void
earnings_release(struct earnings *earnings)
{
	for (unsigned by = 0; by < EARNINGS_BY; by++)
		list_release(&earnings->by[by]);
	list_release(&earnings->refusals);
	arena_release(&earnings->arena);
}

/* ---- lists ---- */

/* Where the number of a name's row stands, or belongs: there is always a slot that is free. */
static uint32_t *
slot_of(const struct earnings_list *list, struct text name)
{
	size_t place = hash64(name.data, name.size, 0) & (list->slot_count - 1);
	while (list->slots[place] != 0 &&
		!text_equal(list->rows[list->slots[place] - 1].name, name))
		place = (place + 1) & (list->slot_count - 1);
	return &list->slots[place];
}

/* Twice as many rows, and twice as many slots as rows. */
static bool
widen(struct earnings_list *list)
{
	size_t room = list->room == 0 ? ROOM_AT_FIRST : list->room * 2;
	struct earning *rows = memory_resize(list->rows, room * sizeof *rows);
	if (rows == NULL)
		return false;
	list->rows = rows;
	uint32_t *slots = memory_new_zeroed(room * 2, sizeof *slots);
	if (slots == NULL)
		return false;
	memory_free(list->slots);
	list->slots = slots;
	list->slot_count = room * 2;
	list->room = room;
	for (size_t i = 0; i < list->count; i++)
		*slot_of(list, rows[i].name) = (uint32_t)i + 1;
	return true;
}

/* The row of a name, made if it is new; NULL without memory. */
static struct earning *
row_of(struct earnings *earnings, struct earnings_list *list, struct text name)
{
	if (list->count == list->room && !widen(list))
		return NULL;
	uint32_t *slot = slot_of(list, name);
	if (*slot != 0)
		return &list->rows[*slot - 1];
	struct text copied = name;
	if (name.size > 0)
		copied = arena_copy_text(&earnings->arena, name);
	if (name.size > 0 && copied.data == NULL)
		return NULL;
	list->rows[list->count] = (struct earning){ .name = copied };
	*slot = (uint32_t)++list->count;
	return &list->rows[list->count - 1];
}

/* ---- charges ---- */

static enum status
no_memory(struct fault *fault)
{
	return fault_set(fault, STATUS_MEMORY, "no memory to sum up the charges");
}

static enum status
add_up(struct earning *row, struct money was, struct money is, struct fault *fault)
{
	struct money was_sum, is_sum;
	if (!money_add(row->was, was, &was_sum) || !money_add(row->is, is, &is_sum))
		return fault_set(
			fault, STATUS_LIMIT, "the sum of the amounts is larger than can be held");
	row->was = was_sum;
	row->is = is_sum;
	return STATUS_OK;
}

/* One that was, or would be; `counted` where it is a charge of its own. */
struct addition {
	struct text name;
	struct money was;
	struct money is;
	bool counted;
};

static enum status
add_to(struct earnings *earnings, struct earnings_list *list, const struct addition *addition,
	struct fault *fault)
{
	struct earning *row = row_of(earnings, list, addition->name);
	if (row == NULL)
		return no_memory(fault);
	row->count += addition->counted;
	return add_up(row, addition->was, addition->is, fault);
}

static bool
has_package(const struct pricing *pricing, size_t lines, struct text package)
{
	for (size_t i = 0; i < lines; i++)
		if (text_equal(pricing->lines[i].package, package))
			return true;
	return false;
}

/* The lines of a pricing by their packages; each package counts a charge once. */
static enum status
add_packages(
	struct earnings *earnings, const struct pricing *pricing, bool was, struct fault *fault)
{
	enum status status = STATUS_OK;
	for (size_t i = 0; i < pricing->line_count && status == STATUS_OK; i++) {
		const struct price_line *line = &pricing->lines[i];
		struct addition addition = { .name = line->package };
		*(was ? &addition.was : &addition.is) = line->amount;
		addition.counted = was && !has_package(pricing, i, line->package);
		status = add_to(earnings, &earnings->by[EARNINGS_PACKAGE], &addition, fault);
	}
	return status;
}

static enum status
add_zones(struct earnings *earnings, const struct replayed *charge, struct fault *fault)
{
	struct earnings_list *list = &earnings->by[EARNINGS_ZONE];
	const struct addition was = { charge->was->zone, charge->was->amount, { 0 }, true };
	const struct addition is = { charge->is->zone, { 0 }, charge->is->amount, false };
	enum status status = add_to(earnings, list, &was, fault);
	if (status == STATUS_OK && charge->is->refused == 0)
		status = add_to(earnings, list, &is, fault);
	return status;
}

static enum status
add_refused(struct earnings *earnings, const struct replayed *charge, struct fault *fault)
{
	const struct addition addition = { text_of(rate_refusal_code(charge->is->refused)),
		charge->was->amount, { 0 }, true };
	if (charge->is->refused == 0)
		return STATUS_OK;
	earnings->refused++;
	if (!money_add(earnings->lost, charge->was->amount, &earnings->lost))
		return fault_set(
			fault, STATUS_LIMIT, "the sum of the amounts is larger than can be held");
	return add_to(earnings, &earnings->refusals, &addition, fault);
}

enum status
earnings_add(struct earnings *earnings, const struct replayed *charge, struct fault *fault)
{
	const struct pricing *was = charge->was, *is = charge->is;
	const struct addition of_segment = { charge->segment, was->amount, is->amount, true };
	const struct addition of_customer = { charge->customer, was->amount, is->amount, true };
	if (!text_equal(charge->image->currency, earnings->currency))
		return fault_set(fault, STATUS_CONFLICT,
			"charges in %.*s can't be compared with prices in %.*s",
			TEXT_ARGS(charge->image->currency), TEXT_ARGS(earnings->currency));
	earnings->total.count++;
	enum status status = add_up(&earnings->total, was->amount, is->amount, fault);
	if (status == STATUS_OK)
		status = add_packages(earnings, was, true, fault);
	if (status == STATUS_OK)
		status = add_packages(earnings, is, false, fault);
	if (status == STATUS_OK)
		status = add_to(earnings, &earnings->by[EARNINGS_SEGMENT], &of_segment, fault);
	if (status == STATUS_OK)
		status = add_zones(earnings, charge, fault);
	if (status == STATUS_OK)
		status = add_to(earnings, &earnings->by[EARNINGS_CUSTOMER], &of_customer, fault);
	if (status == STATUS_OK)
		status = add_refused(earnings, charge, fault);
	return status;
}

/* ---- order ---- */

struct money
earning_rise(const struct earning *earning)
{
	struct money rise = { 0 };
	bool fits = money_subtract(earning->is, earning->was, &rise);
	must(fits); /* both are sums of what nobody is paid for */
	return rise;
}

static int
compare_names(const void *left, const void *right)
{
	const struct earning *a = left, *b = right;
	return text_compare(a->name, b->name);
}

static int
compare_rises(const void *left, const void *right)
{
	int order = money_compare(earning_rise(right), earning_rise(left));
	return order != 0 ? order : compare_names(left, right);
}

void
earnings_sort(struct earnings *earnings)
{
	for (unsigned by = 0; by < EARNINGS_BY; by++) {
		struct earnings_list *list = &earnings->by[by];
		if (list->count > 0)
			qsort(list->rows, list->count, sizeof *list->rows,
				by == EARNINGS_CUSTOMER ? compare_rises : compare_names);
	}
	if (earnings->refusals.count > 0)
		qsort(earnings->refusals.rows, earnings->refusals.count,
			sizeof *earnings->refusals.rows, compare_names);
}
