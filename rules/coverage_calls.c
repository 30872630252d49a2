/* Outcomes of a catalog's functions: their calls pass by here, and are counted. */
#include "coverage_entries.h"

#include "../engine/base/memory.h"

static void
count(const struct coverage_calls *calls, enum call_outcome outcome, uint64_t hits[2], bool yes)
{
	if (outcome == CALL_DONE && !calls->paused)
		hits[yes]++;
}

static enum call_outcome
call_when(
	void *context, int32_t function, const struct usage *usage, bool *yes, struct text *problem)
{
	struct coverage_calls *calls = context;
	enum call_outcome outcome = calls->called.rate->when(
		calls->called.rate->context, function, usage, yes, problem);
	count(calls, outcome, calls->hits[function], *yes);
	return outcome;
}

static enum call_outcome
call_amount(void *context, int32_t function, const struct usage *usage, struct money *amount,
	struct text *problem)
{
	struct coverage_calls *calls = context;
	return calls->called.rate->amount(
		calls->called.rate->context, function, usage, amount, problem);
}

static enum call_outcome
call_derive(void *context, int32_t function, struct due_scope *scope,
	const struct due_wanted *wanted, struct value *value, struct text *problem)
{
	struct coverage_calls *calls = context;
	return calls->called.due->derive(
		calls->called.due->context, function, scope, wanted, value, problem);
}

static enum call_outcome
call_check(
	void *context, int32_t function, struct due_scope *scope, bool *yes, struct text *problem)
{
	struct coverage_calls *calls = context;
	enum call_outcome outcome = calls->called.due->check(
		calls->called.due->context, function, scope, yes, problem);
	count(calls, outcome, calls->hits[function], *yes);
	return outcome;
}

static enum call_outcome
call_due_amount(void *context, int32_t function, struct due_scope *scope, struct ratio *amount,
	struct text *problem)
{
	struct coverage_calls *calls = context;
	return calls->called.due->amount(
		calls->called.due->context, function, scope, amount, problem);
}

static enum call_outcome
call_condition(void *context, uint32_t function, const struct subject *subject, bool *yes,
	struct text *problem)
{
	struct coverage_calls *calls = context;
	enum call_outcome outcome = calls->called.subject->when(
		calls->called.subject->context, function, subject, yes, problem);
	count(calls, outcome, calls->condition_hits[function], *yes);
	return outcome;
}

bool
coverage_calls_init(struct coverage_calls *calls, const struct image *image,
	const struct coverage_called *called)
{
	uint32_t condition_count = image->selling->function_count;
	*calls = (struct coverage_calls){ .called = *called };
	calls->functions = (struct rate_functions){ calls, call_when, call_amount };
	calls->due_functions = (struct due_functions){ calls, call_derive, call_check,
		call_due_amount };
	calls->subject_functions = (struct subject_functions){ calls, call_condition };
	calls->hits = memory_new_zeroed((size_t)image->function_count + 1, sizeof *calls->hits);
	calls->condition_hits = memory_new_zeroed(
		(size_t)condition_count + 1, sizeof *calls->condition_hits);
	return calls->hits != NULL && calls->condition_hits != NULL;
}

void
coverage_calls_release(struct coverage_calls *calls)
{
	memory_free(calls->hits);
	memory_free(calls->condition_hits);
	calls->hits = calls->condition_hits = NULL;
}

static void
note_package(struct test_report *report, const struct coverage_calls *calls,
	const struct package *package)
{
	for (uint32_t i = 0; i < package->tariff_count; i++)
		if (package->tariffs[i].when != NO_FUNCTION)
			coverage_hit_outcomes(report, calls->hits[package->tariffs[i].when],
				"%.*s.%.*s.when", TEXT_ARGS(package->id),
				TEXT_ARGS(package->tariffs[i].id));
	for (uint32_t i = 0; i < package->discount_count; i++)
		if (package->discounts[i].when != NO_FUNCTION)
			coverage_hit_outcomes(report, calls->hits[package->discounts[i].when],
				"%.*s.%.*s.when", TEXT_ARGS(package->id),
				TEXT_ARGS(package->discounts[i].id));
	for (uint32_t i = 0; i < package->param_count; i++)
		if (package->params[i].check != NO_FUNCTION)
			coverage_hit_outcomes(report, calls->hits[package->params[i].check],
				"%.*s.%.*s.check", TEXT_ARGS(package->id),
				TEXT_ARGS(package->params[i].id));
}

static void
note_selling(struct test_report *report, const struct coverage_calls *calls,
	const struct selling *selling)
{
	for (uint32_t i = 0; i < selling->relation_count; i++) {
		const struct relation *relation = &selling->relations[i];
		if (relation->kind == RELATION_ELIGIBLE)
			coverage_hit_outcomes(report, calls->condition_hits[relation->when],
				"%.*s:%u.when", TEXT_ARGS(relation->file), relation->line);
	}
	for (uint32_t i = 0; i < selling->prompt_count; i++)
		if (selling->prompts[i].when != NO_FUNCTION)
			coverage_hit_outcomes(report,
				calls->condition_hits[selling->prompts[i].when], "%.*s.when",
				TEXT_ARGS(selling->prompts[i].id));
	for (uint32_t i = 0; i < selling->quiet_count; i++)
		coverage_hit_outcomes(report, calls->condition_hits[selling->quiets[i].when],
			"%.*s.when", TEXT_ARGS(selling->quiets[i].id));
}

void
coverage_note_calls(
	struct test_report *report, const struct image *image, const struct coverage_calls *calls)
{
	for (uint32_t i = 0; i < image->package_count; i++)
		note_package(report, calls, &image->packages[i]);
	note_selling(report, calls, image->selling);
}
