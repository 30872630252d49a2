#include "sell_state.h"

#include "../engine/base/must.h"

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static bool
same_line(const struct sell_line *a, const struct sell_line *b)
{
	return text_equal(a->id, b->id) && text_equal(a->product, b->product);
}

static bool
has_line(const struct sell_line *lines, uint32_t count, const struct sell_line *line)
{
	for (uint32_t i = 0; i < count; i++)
		if (same_line(&lines[i], line))
			return true;
	return false;
}

bool
stay_same_lines(const struct stay *a, const struct stay *b)
{
	if (a->line_count != b->line_count)
		return false;
	for (uint32_t i = 0; i < a->line_count; i++)
		if (!has_line(b->lines, b->line_count, &a->lines[i]))
			return false;
	return true;
}

const struct sell_line *
stay_line(const struct selling *selling, const struct stay *stay, struct text id,
	struct number_list products)
{
	for (uint32_t i = 0; i < stay->line_count; i++) {
		const struct sell_line *line = &stay->lines[i];
		if (text_equal(line->id, id) &&
			(products.count == 0 ||
				number_list_has(products, selling_product(selling, line->product))))
			return line;
	}
	return NULL;
}

static uint32_t
party_of(const struct selling *selling, enum party_kind kind, struct text id)
{
	return id.size == 0 ? NO_PARTY : selling_party(selling, kind, id);
}

static void
add_stay(struct sell_state *state, const struct sell_item *item, uint32_t number, uint32_t wanted)
{
	const struct selling *selling = state->question->image->selling;
	struct stay *stay = &state->stays[state->count];
	*stay = (struct stay){
		.item = number,
		.wanted = wanted,
		.package = party_of(selling, PARTY_PACKAGE, item->package),
		.plan = party_of(selling, PARTY_PLAN, item->plan),
		.offering = party_of(selling, PARTY_OFFERING, item->offering),
		.lines = item->lines,
		.line_count = item->line_count,
		.span = item->span,
	};
	if (stay->span.from_ms < stay->span.till_ms)
		state->count++;
}

/* The lines of the stay with those of the item besides, or without them. False without memory. */
static bool
change_lines(struct stay *stay, const struct sell_wanted *wanted, struct arena *arena)
{
	const struct sell_item *item = &wanted->item;
	struct sell_line *lines = arena_take(
		arena, ((size_t)stay->line_count + item->line_count) * sizeof *lines + 1);
	uint32_t count = 0;
	if (lines == NULL)
		return false;
	for (uint32_t i = 0; i < stay->line_count; i++)
		if (wanted->action == SELL_JOIN ||
			!has_line(item->lines, item->line_count, &stay->lines[i]))
			lines[count++] = stay->lines[i];
	for (uint32_t i = 0; wanted->action == SELL_JOIN && i < item->line_count; i++)
		if (!has_line(stay->lines, stay->line_count, &item->lines[i]))
			lines[count++] = item->lines[i];
	stay->lines = lines;
	stay->line_count = count;
	return true;
}

/* The stays of an item end, or have other lines, from at_ms on. False without memory. */
static bool
change_item(struct sell_state *state, uint32_t index, int64_t at_ms, struct arena *arena)
{
	const struct sell_wanted *wanted = &state->question->wanted[index];
	uint32_t kept = 0, count = state->count;
	struct stay split[2];
	uint32_t split_count = 0;
	for (uint32_t i = 0; i < count; i++) {
		struct stay stay = state->stays[i];
		if (stay.item != wanted->target || stay.span.till_ms <= at_ms) {
			state->stays[kept++] = stay;
			continue;
		}
		bool before = stay.span.from_ms < at_ms;
		if (before) {
			struct stay first = stay;
			first.span.till_ms = at_ms;
			if (wanted->action == SELL_CANCEL)
				first.wanted = index;
			state->stays[kept++] = first;
		}
		if (wanted->action == SELL_CANCEL)
			continue;
		stay.span.from_ms = later(stay.span.from_ms, at_ms);
		stay.wanted = index;
		if (!change_lines(&stay, wanted, arena))
			return false;
		if (before)
			split[split_count++] = stay;
		else
			state->stays[kept++] = stay;
	}
	must(split_count <= 1); /* the stays of an item do not overlap */
	for (uint32_t i = 0; i < split_count; i++)
		state->stays[kept++] = split[i];
	state->count = kept;
	return true;
}

bool
sell_state_make(const struct sell_question *question, const int64_t *starts_ms,
	uint32_t wanted_count, struct arena *arena, struct sell_state *state)
{
	must(question->held_count + question->wanted_count <= SELL_ITEMS_MAX);
	*state = (struct sell_state){ .question = question };
	state->stays = arena_take(
		arena, ((size_t)question->held_count + wanted_count + 1) * sizeof *state->stays);
	if (state->stays == NULL)
		return false;
	for (uint32_t i = 0; i < question->held_count; i++)
		add_stay(state, &question->held[i], i, NOBODY);
	for (uint32_t i = 0; i < wanted_count; i++) {
		const struct sell_wanted *wanted = &question->wanted[i];
		struct sell_item item = wanted->item;
		item.span.from_ms = starts_ms[i];
		if (wanted->dropped)
			continue;
		if (wanted->action == SELL_ADD)
			add_stay(state, &item, question->held_count + i, i);
		else if (wanted->action != SELL_CHANGE &&
			!change_item(state, i, starts_ms[i], arena))
			return false;
	}
	return true;
}

static bool
changes_held(const struct sell_wanted *wanted, uint32_t held)
{
	return wanted->action == SELL_CHANGE && !wanted->dropped && wanted->target == held;
}

const struct due_change *
sell_changes(const struct sell_question *question, const int64_t *starts_ms, uint32_t held,
	struct arena *arena, size_t *count)
{
	size_t room = 1;
	for (uint32_t i = 0; i < question->wanted_count; i++)
		if (changes_held(&question->wanted[i], held))
			room += question->wanted[i].item.param_count;
	struct due_change *changes = arena_take(arena, room * sizeof *changes);
	*count = 0;
	for (uint32_t i = 0; changes != NULL && i < question->wanted_count; i++) {
		const struct sell_wanted *wanted = &question->wanted[i];
		for (uint32_t j = 0; changes_held(wanted, held) && j < wanted->item.param_count;
			j++)
			changes[(*count)++] = (struct due_change){ wanted->item.params[j],
				starts_ms[i] };
	}
	return changes;
}

static bool
meets(const struct sell_state *state, const struct need *need, const struct stay *stay)
{
	if (stay->item == need->except)
		return false;
	if (need->parties.count > 0 && !stay_has_any_party(stay, need->parties))
		return false;
	return need->line.size == 0 ||
		stay_line(state->question->image->selling, stay, need->line, need->products) !=
		NULL;
}

bool
sell_state_gap(const struct sell_state *state, const struct need *need, struct sell_span span,
	struct sell_span *gap)
{
	int64_t at_ms = span.from_ms;
	while (at_ms < span.till_ms) {
		int64_t covered_ms = at_ms, next_ms = span.till_ms;
		for (uint32_t i = 0; i < state->count; i++) {
			const struct stay *stay = &state->stays[i];
			if (stay->span.till_ms <= at_ms || !meets(state, need, stay))
				continue;
			if (stay->span.from_ms <= at_ms)
				covered_ms = later(covered_ms, stay->span.till_ms);
			else
				next_ms = earlier(next_ms, stay->span.from_ms);
		}
		if (covered_ms == at_ms) {
			*gap = (struct sell_span){ at_ms, next_ms };
			return true;
		}
		at_ms = covered_ms;
	}
	return false;
}

uint32_t
package_version_at(const struct image *image, uint32_t package, int64_t ms)
{
	uint32_t first, count;
	if (package == NO_PARTY ||
		!image_package(image, image->selling->parties[package], &first, &count))
		return NO_INDEX;
	for (uint32_t i = first; i < first + count; i++)
		if (image->packages[i].from_ms <= ms && ms < image->packages[i].till_ms)
			return i;
	return NO_INDEX;
}

static bool
is_there(const struct held_at *held, const struct stay *stay)
{
	return held->or_later ? stay->span.till_ms > held->at_ms
			      : sell_span_has(stay->span, held->at_ms);
}

static bool
holds(const void *context, enum subject_thing thing, uint32_t number)
{
	const struct held_at *held = context;
	const struct selling *selling = held->state->question->image->selling;
	for (uint32_t i = 0; i < held->state->count; i++) {
		const struct stay *stay = &held->state->stays[i];
		if (!is_there(held, stay))
			continue;
		if (thing == SUBJECT_PARTY && stay_has_party(stay, number))
			return true;
		for (uint32_t j = 0; thing == SUBJECT_PRODUCT && j < stay->line_count; j++)
			if (selling_product(selling, stay->lines[j].product) == number)
				return true;
	}
	return false;
}

enum status
sell_ask(const struct asking *asking, int32_t function, bool *yes, struct text *problem)
{
	const struct sell_question *question = asking->held.state->question;
	struct subject subject = { question->image, question->facts, question->fact_count,
		asking->held.at_ms, holds, &asking->held };
	struct text why;
	must(question->functions != NULL);
	must(function >= 0);
	*yes = false;
	*problem = (struct text){ NULL, 0 };
	switch (question->functions->when(
		question->functions->context, (uint32_t)function, &subject, yes, &why)) {
	case CALL_DONE:
		break;
	case CALL_FAILED:
		*problem = arena_copy_text(asking->arena, why);
		if (problem->data == NULL)
			return fault_set(asking->fault, STATUS_MEMORY,
				"no memory for what a condition says");
		break;
	case CALL_DEADLINE:
		return fault_set(asking->fault, STATUS_BUSY, "a condition took too long: %.*s",
			TEXT_ARGS(why));
	}
	return STATUS_OK;
}
