#include "preview.h"

#include "../engine/base/must.h"
#include "sell_state.h"

struct foreseeing {
	const struct sell_question *question;
	const int64_t *starts_ms;
	struct arena *arena;
	struct fault *fault;
	struct sell_state before, after;
	struct preview_bill *bills;
	uint32_t bill_count;
	struct preview *preview;
};

/* What becomes of the parameters of an item. */
struct changes {
	const struct due_change *list;
	size_t count;
};

static enum status
out_of_memory(struct foreseeing *foreseeing)
{
	return fault_set(foreseeing->fault, STATUS_MEMORY, "no memory to foretell a bill");
}

/* From when till when an item is there; empty if it never is. */
static struct sell_span
span_of(const struct sell_state *state, uint32_t item)
{
	struct sell_span span = { INT64_MAX, INT64_MIN };
	for (uint32_t i = 0; i < state->count; i++) {
		const struct stay *stay = &state->stays[i];
		if (stay->item != item)
			continue;
		span.from_ms = stay->span.from_ms < span.from_ms ? stay->span.from_ms
								 : span.from_ms;
		span.till_ms = stay->span.till_ms > span.till_ms ? stay->span.till_ms
								 : span.till_ms;
	}
	return span;
}

static const struct sell_item *
item_of(const struct sell_question *question, uint32_t item)
{
	return item < question->held_count ? &question->held[item]
					   : &question->wanted[item - question->held_count].item;
}

/* Are two packages held together: on a line, or at all where one is on none? */
static bool
share_a_line(const struct sell_item *item, const struct stay *stay)
{
	for (uint32_t i = 0; i < item->line_count; i++)
		for (uint32_t j = 0; j < stay->line_count; j++)
			if (text_equal(item->lines[i].id, stay->lines[j].id))
				return true;
	return item->line_count == 0 || stay->line_count == 0;
}

/* What is held besides an item: stays of others on its lines. False without memory. */
static bool
find_besides(struct foreseeing *foreseeing, const struct sell_state *state, uint32_t item,
	struct due_question *question)
{
	const struct sell_item *own = item_of(foreseeing->question, item);
	struct holding *besides = arena_take_zeroed(
		foreseeing->arena, state->count, sizeof *besides);
	for (uint32_t i = 0; besides != NULL && i < state->count; i++) {
		const struct stay *stay = &state->stays[i];
		const struct sell_item *other = item_of(foreseeing->question, stay->item);
		if (stay->item != item && share_a_line(own, stay))
			besides[question->besides_count++] = (struct holding){
				.package = other->package,
				.from_ms = stay->span.from_ms,
				.till_ms = stay->span.till_ms
			};
	}
	question->besides = besides;
	return besides != NULL;
}

static bool
is_own_fact(const struct sell_item *item, struct text name)
{
	for (uint32_t i = 0; i < item->fact_count; i++)
		if (text_equal(item->facts[i].value.name, name))
			return true;
	return false;
}

/* The facts of an item, and those of the order that it has none of its own for. */
static bool
set_facts(const struct foreseeing *foreseeing, const struct sell_item *item,
	struct due_question *question)
{
	const struct sell_question *order = foreseeing->question;
	size_t count = 0;
	struct due_fact *facts = arena_take(foreseeing->arena,
		((size_t)order->formula_fact_count + item->fact_count) * sizeof *facts + 1);
	if (facts == NULL)
		return false;
	for (uint32_t i = 0; i < item->fact_count; i++)
		facts[count++] = item->facts[i];
	for (uint32_t i = 0; i < order->formula_fact_count; i++)
		if (!is_own_fact(item, order->formula_facts[i].value.name))
			facts[count++] = order->formula_facts[i];
	question->facts = facts;
	question->fact_count = count;
	return true;
}

/* What falls due for an item of a state during all of the bills; refused, it is noted. */
static enum status
price_item(struct foreseeing *foreseeing, const struct sell_state *state, uint32_t number,
	const struct changes *changes, struct due_pricing *pricing)
{
	const struct sell_item *item = item_of(foreseeing->question, number);
	struct sell_span span = span_of(state, number);
	const struct zoneinfo *zone = foreseeing->question->image->zone;
	const struct preview_bill *last = &foreseeing->bills[foreseeing->bill_count - 1];
	struct due_question question = {
		.image = foreseeing->question->image,
		.holding = { .package = item->package,
			.from_ms = span.from_ms,
			.till_ms = span.till_ms },
		.period = { zoneinfo_local_to_utc(zone, foreseeing->bills[0].from_day * DAY_MS),
			zoneinfo_local_to_utc(zone, last->till_day * DAY_MS) },
		.params = item->params,
		.param_count = item->param_count,
		.changes = changes->list,
		.change_count = changes->count,
		.functions = foreseeing->question->due_functions,
	};
	*pricing = (struct due_pricing){ .line_count = 0 };
	if (span.from_ms >= span.till_ms)
		return STATUS_OK;
	if (!find_besides(foreseeing, state, number, &question) ||
		!set_facts(foreseeing, item, &question))
		return out_of_memory(foreseeing);
	if (due_falling(&question, foreseeing->arena, pricing, foreseeing->fault) != DUE_DONE)
		return foreseeing->fault->status;
	if (pricing->refused != 0 && foreseeing->preview->refused == 0) {
		foreseeing->preview->refused = pricing->refused;
		foreseeing->preview->nearest = pricing->nearest;
	}
	if (pricing->refused != 0)
		pricing->line_count = 0;
	return STATUS_OK;
}

static struct preview_bill *
bill_of(struct foreseeing *foreseeing, const struct due_line *line)
{
	uint32_t i = 0;
	while (line->due_day >= foreseeing->bills[i].till_day) {
		i++;
		must(i < foreseeing->bill_count);
	}
	return &foreseeing->bills[i];
}

/* Adds to a sum; past what money can hold, the preview is refused. */
static void
add(struct foreseeing *foreseeing, struct money *sum, struct money amount)
{
	if (!money_add(*sum, amount, sum))
		foreseeing->preview->refused = DUE_REFUSED_OVERFLOW;
}

/* ---- what is held ---- */

static enum status
sum_held(struct foreseeing *foreseeing, uint32_t item, bool with_order)
{
	const struct sell_question *question = foreseeing->question;
	struct changes changes = { NULL, 0 };
	struct due_pricing pricing;
	if (with_order)
		changes.list = sell_changes(
			question, foreseeing->starts_ms, item, foreseeing->arena, &changes.count);
	if (with_order && changes.list == NULL)
		return out_of_memory(foreseeing);
	enum status status = price_item(foreseeing,
		with_order ? &foreseeing->after : &foreseeing->before, item, &changes, &pricing);
	for (size_t i = 0; status == STATUS_OK && i < pricing.line_count; i++) {
		struct preview_bill *bill = bill_of(foreseeing, &pricing.lines[i]);
		add(foreseeing, with_order ? &bill->held_after : &bill->held_before,
			pricing.lines[i].amount);
	}
	return status;
}

static enum status
foresee_held(struct foreseeing *foreseeing)
{
	enum status status = STATUS_OK;
	for (uint32_t i = 0; i < foreseeing->question->held_count && status == STATUS_OK; i++) {
		status = sum_held(foreseeing, i, false);
		if (status == STATUS_OK)
			status = sum_held(foreseeing, i, true);
	}
	return status;
}

/* ---- what is added ---- */

/* A line stands behind those that fall due earlier, or as early. */
static void
insert_line(struct preview_line *lines, uint32_t count, struct preview_line line)
{
	uint32_t to = count;
	for (; to > 0 && lines[to - 1].line->due_day > line.line->due_day; to--)
		lines[to] = lines[to - 1];
	lines[to] = line;
}

static bool
is_once(const struct image *image, const struct due_line *line)
{
	uint32_t first, count;
	if (line->term != NULL)
		return true;
	image_package(image, line->package, &first, &count);
	for (uint32_t i = first; i < first + count; i++)
		for (uint32_t j = 0; j < image->packages[i].charge_count; j++)
			if (text_equal(image->packages[i].charges[j].id, line->charge))
				return image->packages[i].charges[j].every == CHARGE_ONCE;
	return false;
}

static void
sum_added(struct foreseeing *foreseeing, const struct preview_line *line)
{
	struct preview_bill *bill = bill_of(foreseeing, line->line);
	add(foreseeing, &bill->amount, line->line->amount);
	add(foreseeing, line->once ? &bill->one_off : &bill->recurring, line->line->amount);
	bill->line_count++;
}

/* The lines of all bills, one bill after the other. */
static enum status
foresee_added(struct foreseeing *foreseeing)
{
	const struct sell_question *question = foreseeing->question;
	struct due_pricing *pricings = arena_take_zeroed(
		foreseeing->arena, question->wanted_count, sizeof *pricings);
	size_t total = 0;
	uint32_t count = 0;
	enum status status = STATUS_OK;
	if (pricings == NULL)
		return out_of_memory(foreseeing);
	for (uint32_t i = 0; i < question->wanted_count && status == STATUS_OK; i++) {
		if (question->wanted[i].action != SELL_ADD)
			continue;
		status = price_item(foreseeing, &foreseeing->after, question->held_count + i,
			&(struct changes){ NULL, 0 }, &pricings[i]);
		total += pricings[i].line_count;
	}
	if (status != STATUS_OK)
		return status;
	struct preview_line *lines = arena_take(foreseeing->arena, total * sizeof *lines + 1);
	if (lines == NULL)
		return out_of_memory(foreseeing);
	for (uint32_t i = 0; i < question->wanted_count; i++)
		for (size_t j = 0; j < pricings[i].line_count; j++) {
			const struct due_line *line = &pricings[i].lines[j];
			struct preview_line added = { i, is_once(question->image, line), line };
			sum_added(foreseeing, &added);
			insert_line(lines, count++, added);
		}
	for (uint32_t i = 0; i < foreseeing->bill_count; i++) {
		foreseeing->bills[i].lines = lines;
		lines += foreseeing->bills[i].line_count;
	}
	return STATUS_OK;
}

/* The months, from that in which the first addition begins. */
static bool
make_bills(struct foreseeing *foreseeing)
{
	const struct sell_question *question = foreseeing->question;
	int64_t first_ms = INT64_MAX;
	foreseeing->bills = arena_take_zeroed(
		foreseeing->arena, foreseeing->bill_count, sizeof *foreseeing->bills);
	for (uint32_t i = 0; i < question->wanted_count; i++)
		if (question->wanted[i].action == SELL_ADD && !question->wanted[i].dropped &&
			foreseeing->starts_ms[i] < first_ms)
			first_ms = foreseeing->starts_ms[i];
	if (first_ms == INT64_MAX)
		first_ms = question->at_ms;
	for (uint32_t i = 0; foreseeing->bills != NULL && i < foreseeing->bill_count; i++) {
		struct cycle_span month = image_cycle(question->image, CYCLE_MONTH, first_ms);
		struct date first = date_of_day(month.first_day);
		foreseeing->bills[i].from_day = month.first_day;
		foreseeing->bills[i].till_day = month.first_day +
			month_days(first.year, first.month);
		first_ms = month.till_ms;
	}
	return foreseeing->bills != NULL;
}

enum status
sell_preview(const struct previewing *previewing, struct arena *arena, struct preview *preview,
	struct fault *fault)
{
	const struct sell_question *question = previewing->question;
	struct foreseeing foreseeing = { .question = question,
		.starts_ms = previewing->verdict->starts_ms,
		.arena = arena,
		.fault = fault,
		.bill_count = previewing->bill_count,
		.preview = preview };
	must(previewing->bill_count > 0 && previewing->bill_count <= PREVIEW_BILLS_MAX);
	*preview = (struct preview){ .bill_count = previewing->bill_count };
	if (!make_bills(&foreseeing) ||
		!sell_state_make(question, foreseeing.starts_ms, 0, arena, &foreseeing.before) ||
		!sell_state_make(question, foreseeing.starts_ms, question->wanted_count, arena,
			&foreseeing.after))
		return out_of_memory(&foreseeing);
	enum status status = foresee_held(&foreseeing);
	if (status == STATUS_OK)
		status = foresee_added(&foreseeing);
	preview->bills = foreseeing.bills;
	return status;
}
