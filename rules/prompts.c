#include "prompts.h"

#include "../engine/base/must.h"
#include "sell_state.h"

struct prompting {
	const struct prompt_question *question;
	const struct selling *selling;
	struct sell_question customer; /* whose facts and holdings conditions ask for */
	struct sell_state state;
	struct asking asking;
	struct arena *arena;
	struct prompt_verdict *verdict;
	struct prompt_skipped *skipped;
	const struct quiet *quiet; /* that holds; NULL */
	struct text quiet_problem; /* why it is not known whether one holds */
};

const char *
prompt_reason_name(enum prompt_reason reason)
{
	static const char *const names[] = { "quiet", "once", "declined", "accepted", "open",
		"held", "eligibility", "when", "lower", "more", "failed" };
	return names[reason];
}

static void
skip(struct prompting *prompting, const struct prompt *prompt, enum prompt_reason reason,
	struct text problem)
{
	prompting->skipped[prompting->verdict->skipped_count++] = (struct prompt_skipped){
		.prompt = prompt,
		.reason = problem.size > 0 ? PROMPT_FAILED : reason,
		.quiet = reason == PROMPT_QUIET && problem.size == 0 ? prompting->quiet : NULL,
		.problem = problem
	};
}

/* ---- who may be told ---- */

/* A quiet that holds, or of which that is not known. */
static enum status
find_quiet(struct prompting *prompting)
{
	for (uint32_t i = 0; i < prompting->selling->quiet_count; i++) {
		const struct quiet *quiet = &prompting->selling->quiets[i];
		bool yes;
		enum status status = sell_ask(
			&prompting->asking, quiet->when, &yes, &prompting->quiet_problem);
		if (status != STATUS_OK)
			return status;
		if (yes || prompting->quiet_problem.size > 0) {
			prompting->quiet = quiet;
			return STATUS_OK;
		}
	}
	return STATUS_OK;
}

static bool
is_quiet(const struct prompting *prompting, const struct prompt *prompt)
{
	uint32_t number = (uint32_t)(prompt - prompting->selling->prompts);
	return prompting->quiet != NULL && !number_list_has(prompting->quiet->except, number);
}

static int64_t
day_of(const struct prompting *prompting, int64_t ms)
{
	return image_cycle(prompting->question->image, CYCLE_DAY, ms).first_day;
}

/* Does what was shown or answered before stand against showing it? */
static bool
stands_against(const struct prompting *prompting, const struct prompt *prompt,
	const struct prompt_past *past, enum prompt_reason *reason)
{
	int64_t days = day_of(prompting, prompting->question->at_ms) -
		day_of(prompting, past->at_ms);
	*reason = PROMPT_ONCE;
	if (prompt->once)
		return true;
	switch (past->answer) {
	case PROMPT_SHOWN:
		*reason = PROMPT_OPEN;
		return prompt->show == SHOW_TASK && days < prompt->expires_days;
	case PROMPT_ACCEPTED:
		*reason = PROMPT_ACCEPTED_LATELY;
		return days < prompt->accepted_days;
	case PROMPT_DECLINED:
		*reason = PROMPT_DECLINED_LATELY;
		return days < prompt->declined_days;
	}
	return false;
}

/* Was it answered after it was shown then? */
static bool
is_answered(const struct prompting *prompting, const struct prompt_past *shown)
{
	const struct prompt_question *question = prompting->question;
	for (uint32_t i = 0; i < question->past_count; i++)
		if (question->past[i].answer != PROMPT_SHOWN &&
			question->past[i].at_ms >= shown->at_ms &&
			text_equal(question->past[i].prompt, shown->prompt))
			return true;
	return false;
}

static bool
was_lately(
	const struct prompting *prompting, const struct prompt *prompt, enum prompt_reason *reason)
{
	const struct prompt_question *question = prompting->question;
	for (uint32_t i = 0; i < question->past_count; i++) {
		const struct prompt_past *past = &question->past[i];
		if (!text_equal(past->prompt, prompt->id) ||
			(past->answer == PROMPT_SHOWN && !prompt->once &&
				is_answered(prompting, past)))
			continue;
		if (stands_against(prompting, prompt, past, reason))
			return true;
	}
	return false;
}

static bool
has_offer(const struct prompting *prompting, const struct prompt *prompt)
{
	for (uint32_t i = 0; i < prompting->state.count; i++) {
		const struct stay *stay = &prompting->state.stays[i];
		if (stay->span.till_ms > prompting->question->at_ms &&
			stay_has_any_party(stay, prompt->offer))
			return true;
	}
	return false;
}

/* May this customer buy what it offers? Of several, one is enough. */
static enum status
ask_eligible(
	struct prompting *prompting, const struct prompt *prompt, bool *yes, struct text *problem)
{
	*yes = prompt->offer.count == 0;
	for (uint32_t i = 0; i < prompt->offer.count && !*yes; i++) {
		struct number_list list = prompting->selling
						  ->relations_of[prompt->offer.numbers[i]];
		*yes = true;
		for (uint32_t j = 0; j < list.count && *yes; j++) {
			const struct relation *relation = &prompting->selling
								   ->relations[list.numbers[j]];
			if (relation->kind != RELATION_ELIGIBLE)
				continue;
			enum status status = sell_ask(
				&prompting->asking, relation->when, yes, problem);
			if (status != STATUS_OK)
				return status;
		}
	}
	if (*yes)
		problem->size = 0;
	return STATUS_OK;
}

/* May it be shown? If not, it is skipped. */
static enum status
judge_one(struct prompting *prompting, const struct prompt *prompt, bool *shown)
{
	enum prompt_reason reason = PROMPT_QUIET;
	struct text problem = { NULL, 0 };
	enum status status = STATUS_OK;
	bool yes = true;
	*shown = false;
	if (is_quiet(prompting, prompt)) {
		skip(prompting, prompt, reason, prompting->quiet_problem);
		return STATUS_OK;
	}
	if (was_lately(prompting, prompt, &reason)) {
		skip(prompting, prompt, reason, problem);
		return STATUS_OK;
	}
	if (has_offer(prompting, prompt)) {
		skip(prompting, prompt, PROMPT_HELD, problem);
		return STATUS_OK;
	}
	reason = PROMPT_ELIGIBILITY;
	status = ask_eligible(prompting, prompt, &yes, &problem);
	if (status == STATUS_OK && yes && prompt->when != NO_FUNCTION) {
		reason = PROMPT_WHEN;
		status = sell_ask(&prompting->asking, prompt->when, &yes, &problem);
	}
	if (status == STATUS_OK && !yes)
		skip(prompting, prompt, reason, problem);
	*shown = yes;
	return status;
}

/* ---- in which order ---- */

static bool
is_for(const struct prompting *prompting, const struct prompt *prompt)
{
	const struct prompt_question *question = prompting->question;
	if (!prompt->retains)
		return (prompt->occasions >> question->occasion & 1) != 0;
	for (uint32_t i = 0; i < question->cancelled_count; i++)
		for (uint32_t j = 0; j < prompting->state.count; j++) {
			const struct stay *stay = &prompting->state.stays[j];
			if (stay->item == question->cancelled[i] &&
				stay_has_any_party(stay, prompt->parties))
				return question->occasion == OCCASION_CANCEL;
		}
	return false;
}

/* Retention offers first; by rank or priority, the highest first; then by id. */
static bool
comes_before(const struct prompt *a, const struct prompt *b)
{
	if (a->retains != b->retains)
		return a->retains;
	if (a->priority != b->priority)
		return a->priority > b->priority;
	return text_compare(a->id, b->id) < 0;
}

/* The prompts for the occasion, sorted; NULL without memory. */
static const struct prompt **
sorted_prompts(const struct prompting *prompting, uint32_t *count)
{
	const struct selling *selling = prompting->selling;
	const struct prompt **list = arena_take(
		prompting->arena, ((size_t)selling->prompt_count + 1) * sizeof(void *));
	*count = 0;
	for (uint32_t i = 0; list != NULL && i < selling->prompt_count; i++) {
		const struct prompt *prompt = &selling->prompts[i];
		uint32_t to = *count;
		if (!is_for(prompting, prompt))
			continue;
		for (; to > 0 && comes_before(prompt, list[to - 1]); to--)
			list[to] = list[to - 1];
		list[to] = prompt;
		*count += 1;
	}
	return list;
}

static void
give(struct prompting *prompting, const struct prompt *prompt)
{
	const struct prompt_question *question = prompting->question;
	struct prompt_verdict *verdict = prompting->verdict;
	int64_t day = day_of(prompting, question->at_ms) + prompt->expires_days;
	verdict->given[verdict->given_count++] = (struct prompt_given){ prompt,
		zoneinfo_local_to_utc(question->image->zone, day * DAY_MS) };
}

static enum status
judge_all(struct prompting *prompting)
{
	uint32_t count;
	const struct prompt **list = sorted_prompts(prompting, &count);
	const struct text none = { NULL, 0 };
	bool retained = false;
	prompting->skipped = arena_take(
		prompting->arena, ((size_t)count + 1) * sizeof *prompting->skipped);
	if (list == NULL || prompting->skipped == NULL)
		return fault_set(
			prompting->asking.fault, STATUS_MEMORY, "no memory to judge prompts");
	prompting->verdict->skipped = prompting->skipped;
	for (uint32_t i = 0; i < count; i++) {
		bool shown = false;
		enum status status = STATUS_OK;
		if (list[i]->retains && retained)
			skip(prompting, list[i], PROMPT_LOWER, none);
		else
			status = judge_one(prompting, list[i], &shown);
		if (status != STATUS_OK)
			return status;
		if (shown && prompting->verdict->given_count == PROMPTS_MAX)
			skip(prompting, list[i], PROMPT_MORE, none);
		else if (shown)
			give(prompting, list[i]);
		retained = retained || (shown && list[i]->retains);
	}
	return STATUS_OK;
}

enum status
prompt_judge(const struct prompt_question *question, struct arena *arena,
	struct prompt_verdict *verdict, struct fault *fault)
{
	struct prompting prompting = { .question = question,
		.selling = question->image->selling,
		.customer = { .image = question->image,
			.held = question->held,
			.held_count = question->held_count,
			.facts = question->facts,
			.fact_count = question->fact_count,
			.at_ms = question->at_ms,
			.functions = question->functions },
		.arena = arena,
		.verdict = verdict };
	must(question->at_ms >= INSTANT_MIN && question->at_ms <= INSTANT_MAX);
	*verdict = (struct prompt_verdict){ .given_count = 0 };
	verdict->refused = !subject_facts_fit(
		question->image, question->facts, question->fact_count, &verdict->nearest);
	if (verdict->refused)
		return STATUS_OK;
	if (!sell_state_make(&prompting.customer, NULL, 0, arena, &prompting.state))
		return fault_set(fault, STATUS_MEMORY, "no memory to judge prompts");
	prompting.asking = (struct asking){ { &prompting.state, question->at_ms, true }, arena,
		fault };
	enum status status = find_quiet(&prompting);
	return status == STATUS_OK ? judge_all(&prompting) : status;
}
