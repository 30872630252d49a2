/*
 * What stands against the parameters of an order (due_judge_params of due.h): a pricing ends with
 * the first of these, so each is asked for alone, and what would end the pricing is noted instead.
 */
#include <stdio.h>

#include "../engine/base/must.h"
#include "due_work.h"

/* Notes why it was refused, once for each parameter; false if it ended in another way. */
static bool
note(struct due *due, struct due_list *misses)
{
	const struct near_miss *known = misses->items;

	if (due->outcome != DUE_DONE)
		return false;
	for (size_t i = 0; i < misses->count; i++)
		if (text_equal(known[i].tariff, due->nearest.tariff))
			return true;
	struct near_miss *miss = due_list_add(due, misses, sizeof *miss);
	if (miss == NULL)
		return false;
	*miss = due->nearest;
	return true;
}

/* "2026-01-01..2026-03-31": both days are in it; an end that is open is left out. */
static struct text
life_text(struct due *due, struct days life)
{
	char from[DUE_DAY_TEXT_MAX] = "", last[DUE_DAY_TEXT_MAX] = "";

	if (life.from > due_day(due->image, INT64_MIN))
		due_day_format(life.from, from);
	if (life.till < due_day(due->image, INT64_MAX))
		due_day_format(life.till - 1, last);
	return arena_print(due->arena, "%s..%s", from, last);
}

/* What is given from a day on must be known, and count on some day. */
static bool
judge_given(struct due *due, struct text name, int64_t from, struct due_list *misses)
{
	struct near_miss miss = {
		.tariff = name, .condition = "param_unknown", .wanted = TEXT(""), .got = TEXT("")
	};

	for (uint32_t i = 0; i < due->version_count; i++)
		for (uint32_t j = 0; j < due->versions[i].param_count; j++) {
			const struct param *param = &due->versions[i].params[j];
			struct days life = param_life(due, param);

			if (!text_equal(param->id, name))
				continue;
			if (life.from < due->held.till && later(due->held.from, from) < life.till)
				return true;
			miss.condition = "param_lapsed";
			miss.wanted = life_text(due, life);
			if (miss.wanted.data == NULL)
				return due_out_of_memory(due);
		}
	due_refuse(due, DUE_REFUSED_PARAMETER, &miss);
	return note(due, misses);
}

static bool
judge_param(struct due *due, const struct param *param, struct due_scope *scope,
	struct value *value, struct due_list *misses)
{
	bool is = param_on(due, param, scope, value);

	if (!is)
		value->kind = VALUE_NONE;
	/* what can't be derived lacks something that is a finding of its own */
	else if (value->kind == VALUE_NONE && param->source != PARAM_DERIVED)
		is = values_missing(due, scope->version, param->id);
	return is || note(due, misses);
}

static bool
judge_day(struct due *due, const struct package *version, int64_t day, struct due_list *misses)
{
	struct value *values = arena_take_zeroed(due->arena, version->param_count, sizeof *values);
	struct due_scope scope = { .version = version, .params = values, .day = day };

	if (values == NULL)
		return due_out_of_memory(due);
	for (uint32_t i = 0; i < version->param_count; i++)
		if (!judge_param(due, &version->params[i], &scope, &values[i], misses))
			return false;
	for (uint32_t i = 0; i < version->param_count; i++)
		if (version->params[i].check != NO_FUNCTION && values[i].kind != VALUE_NONE &&
			!param_check(due, &version->params[i], &scope, &values[i]) &&
			!note(due, misses))
			return false;
	return true;
}

/* The days on which another version begins, or what is given begins or ceases to count. */
static bool
cut_days(struct due *due)
{
	for (uint32_t i = 0; i < due->version_count; i++) {
		const struct package *version = &due->versions[i];

		if (!due_cut_add(due, due_version_days(due, version)))
			return false;
		for (uint32_t j = 0; j < version->param_count; j++)
			if (!due_cut_add(due, param_life(due, &version->params[j])))
				return false;
	}
	for (size_t i = 0; i < due->question->change_count; i++) {
		int64_t day = due_day(due->image, due->question->changes[i].from_ms);

		if (!due_cut_add(due, (struct days){ day, day }))
			return false;
	}
	return true;
}

/* The first cut after a day, or `otherwise`; they are not sorted. */
static int64_t
cut_after(const struct due *due, int64_t day, int64_t otherwise)
{
	const int64_t *cuts = due->cuts.items;

	for (size_t i = 0; i < due->cuts.count; i++)
		if (cuts[i] > day && cuts[i] < otherwise)
			otherwise = cuts[i];
	return otherwise;
}

static const struct package *
version_on(const struct due *due, int64_t day)
{
	for (uint32_t i = 0; i < due->version_count; i++) {
		const struct package *version = &due->versions[i];

		if (has_day(due_version_days(due, version), day))
			return version;
	}
	return NULL;
}

/* What is given, by the order and by changes of it. */
static bool
judge_all_given(struct due *due, struct due_list *misses)
{
	const struct due_question *question = due->question;

	for (size_t i = 0; i < question->param_count; i++)
		if (!judge_given(due, question->params[i].name, due->held.from, misses))
			return false;
	for (size_t i = 0; i < question->change_count; i++) {
		const struct due_change *change = &question->changes[i];
		int64_t day = due_day(due->image, change->from_ms);

		if (!judge_given(due, change->param.name, day, misses))
			return false;
	}
	return true;
}

static bool
judge_days(struct due *due, struct due_list *misses)
{
	struct days held = { later(due->held.from, due->period.from), due->held.till };

	for (int64_t day = held.from; day < held.till; day = cut_after(due, day, held.till)) {
		const struct package *version = version_on(due, day);

		if (version != NULL && !judge_day(due, version, day, misses))
			return false;
	}
	return true;
}

enum due_outcome
due_judge_params(const struct due_question *question, struct arena *arena,
	struct due_misses *misses, struct fault *fault)
{
	struct due due = {
		.question = question, .image = question->image, .arena = arena, .fault = fault
	};
	struct due_list list = { NULL, 0, 0 };
	bool judged = due_open(&due) ? cut_days(&due) : note(&due, &list);

	if (!judged || !judge_all_given(&due, &list) || !judge_days(&due, &list))
		return DUE_FAULT;
	*misses = (struct due_misses){ list.items, list.count };
	return DUE_DONE;
}

enum due_outcome
due_judge_facts(const struct due_question *question, struct arena *arena,
	struct due_pricing *pricing, struct fault *fault)
{
	struct due due = {
		.question = question, .image = question->image, .arena = arena, .fault = fault
	};

	if (facts_read(&due))
		*pricing = (struct due_pricing){ .refused = 0 };
	else if (due.outcome == DUE_DONE)
		*pricing = (struct due_pricing){ .refused = due.refused, .nearest = due.nearest };
	return due.outcome;
}
