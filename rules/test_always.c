/*
 * Tries a claim on every usage of a range, the smallest first, and shows one that breaks it, shrunk
 * to the smallest that can be found from there.
 */
#include "explain.h"
#include "test_run.h"

#include "../engine/base/must.h"

#include <stdio.h>

/* Of all places where usage can be cut, so many are tried, evenly spread. */
#define CUTS_MAX 8

/* A usage that may break the claim, and the other quantity that it is compared with. */
struct trial {
	int64_t quantity;
	int64_t at_ms;
	struct text to;
	int64_t other; /* the smaller usage; or where it is cut */
};

struct trying {
	struct test_run *run;
	const struct test_case *test;
	const struct sweep *sweep;
	bool any_priced;
	bool failed; /* no memory, or a fault of the machine: what differs is noted */
};

static struct usage
usage_of(const struct trying *trying, const struct trial *trial, int64_t quantity)
{
	struct usage usage = trying->sweep->usage;
	usage.quantity = quantity;
	usage.at_ms = trial->at_ms;
	usage.to = trial->to;
	return usage;
}

/* Prices a usage in the world as it is; false without a pricing. */
static bool
price(struct trying *trying, const struct usage *usage, struct pricing *pricing)
{
	struct test_run *run = trying->run;
	struct fault fault = { 0 };
	arena_clear(&run->arena);
	if (world_price(&run->world, usage, &run->arena, pricing, &fault) == RATE_DONE) {
		trying->any_priced = trying->any_priced || pricing->refused == 0;
		return true;
	}
	trying->failed = true;
	test_differ(run, "fault", TEXT("-"), text_of(fault.text));
	return false;
}

/* Prices it in the world as it is before the test; false if it is refused, too. */
static bool
price_anew(struct trying *trying, const struct trial *trial, int64_t quantity, struct money *amount)
{
	struct usage usage = usage_of(trying, trial, quantity);
	struct pricing pricing;
	if (!test_begin(trying->run, &trying->test->beginning, trial->at_ms)) {
		trying->failed = true;
		return false;
	}
	if (!price(trying, &usage, &pricing) || pricing.refused != 0)
		return false;
	*amount = pricing.amount;
	return true;
}

/* What the two parts of a usage cost, one after the other; false if one is refused. */
static bool
price_parts(
	struct trying *trying, const struct trial *trial, struct money *first, struct money *second)
{
	struct usage usage = usage_of(trying, trial, trial->other);
	struct pricing pricing;
	if (!test_begin(trying->run, &trying->test->beginning, trial->at_ms)) {
		trying->failed = true;
		return false;
	}
	if (!price(trying, &usage, &pricing) || pricing.refused != 0)
		return false;
	*first = pricing.amount;
	if (!world_charge(&trying->run->world, &usage, &pricing))
		return false;
	if (usage.unit == UNIT_SECOND)
		usage.at_ms += usage.quantity * SECOND_MS;
	usage.quantity = trial->quantity - trial->other;
	if (usage.at_ms > INSTANT_MAX || !price(trying, &usage, &pricing) || pricing.refused != 0)
		return false;
	*second = pricing.amount;
	return true;
}

static bool
breaks_refused(struct trying *trying, const struct trial *trial)
{
	struct usage usage = usage_of(trying, trial, trial->quantity);
	struct pricing pricing;
	if (!test_begin(trying->run, &trying->test->beginning, trial->at_ms)) {
		trying->failed = true;
		return false;
	}
	return price(trying, &usage, &pricing) && pricing.refused != 0;
}

static bool
breaks_negative(struct trying *trying, const struct trial *trial)
{
	struct money amount;
	return price_anew(trying, trial, trial->quantity, &amount) && amount.micros < 0;
}

static bool
breaks_cheaper(struct trying *trying, const struct trial *trial)
{
	struct money more, less;
	return price_anew(trying, trial, trial->quantity, &more) &&
		price_anew(trying, trial, trial->other, &less) && money_compare(more, less) < 0;
}

static bool
breaks_parts(struct trying *trying, const struct trial *trial)
{
	struct money whole, first, second, sum, apart;
	if (!price_anew(trying, trial, trial->quantity, &whole) ||
		!price_parts(trying, trial, &first, &second))
		return false;
	if (!money_add(first, second, &sum) || !money_subtract(sum, whole, &apart))
		return true;
	return apart.micros > trying->sweep->within.micros ||
		apart.micros < -trying->sweep->within.micros;
}

/* Does it break with one of the quantities that it can be compared with? Sets trial->other. */
static bool
breaks(struct trying *trying, struct trial *trial)
{
	const struct sweep *sweep = trying->sweep;
	switch (sweep->claim) {
	case NEVER_NEGATIVE:
		return breaks_negative(trying, trial);
	case NEVER_REFUSED:
		return breaks_refused(trying, trial);
	case MORE_NEVER_CHEAPER:
		trial->other = trial->quantity - sweep->quantity.every;
		return trial->other >= sweep->quantity.first && breaks_cheaper(trying, trial);
	case PARTS_MAKE_WHOLE:
		break;
	}
	int64_t cuts = trial->quantity > 0 ? (trial->quantity - 1) / sweep->split : 0;
	int64_t every = cuts / CUTS_MAX + 1;
	for (int64_t cut = 1; cut <= cuts && !trying->failed; cut += every) {
		trial->other = cut * sweep->split;
		if (breaks_parts(trying, trial))
			return true;
	}
	return false;
}

/* The first usage that breaks the claim: the smallest quantity, then the earliest time. */
static bool
find_broken(struct trying *trying, struct trial *trial)
{
	const struct sweep *sweep = trying->sweep;
	const struct stride *quantity = &sweep->quantity, *at_ms = &sweep->at_ms;
	for (int64_t n = quantity->first; n <= quantity->last; n += quantity->every)
		for (int64_t ms = at_ms->first; ms <= at_ms->last; ms += at_ms->every)
			for (uint32_t i = 0; i < sweep->to_count; i++) {
				*trial = (struct trial){ n, ms, sweep->to[i], 0 };
				if (breaks(trying, trial))
					return true;
				if (trying->failed)
					return false;
			}
	return false;
}

/* Two usages of which the larger is cheaper: two that differ by one. */
static void
shrink_pair(struct trying *trying, struct trial *trial)
{
	while (trial->quantity - trial->other > 1 && !trying->failed) {
		struct trial lower = *trial, upper = *trial;
		lower.quantity = upper.other = trial->other + (trial->quantity - trial->other) / 2;
		if (breaks_cheaper(trying, &lower))
			*trial = lower;
		else if (breaks_cheaper(trying, &upper))
			*trial = upper;
		else
			return; /* what lies between is refused */
	}
}

/* Does it break with the same two quantities? */
static bool
breaks_as_before(struct trying *trying, struct trial *trial)
{
	return trying->sweep->claim == MORE_NEVER_CHEAPER ? breaks_cheaper(trying, trial)
							  : breaks(trying, trial);
}

/* A smaller quantity or an earlier time between what was swept, by halves. */
static void
shrink(struct trying *trying, struct trial *trial)
{
	const struct sweep *sweep = trying->sweep;
	if (sweep->claim == MORE_NEVER_CHEAPER)
		shrink_pair(trying, trial);
	for (int64_t less = sweep->quantity.every / 2; less > 0;) {
		struct trial smaller = *trial;
		smaller.quantity -= less;
		bool broken = sweep->claim != MORE_NEVER_CHEAPER &&
			smaller.quantity >= sweep->quantity.first && breaks(trying, &smaller);
		if (broken)
			*trial = smaller;
		else
			less /= 2;
	}
	for (int64_t less = sweep->at_ms.every / SECOND_MS / 2; less > 0;) {
		struct trial earlier = *trial;
		earlier.at_ms -= less * SECOND_MS;
		if (earlier.at_ms >= sweep->at_ms.first && breaks_as_before(trying, &earlier))
			*trial = earlier;
		else
			less /= 2;
	}
}

/* As it would be written in a test: seconds = 181, at = "2026-09-18T12:00:00+08:00", to = "110" */
static bool
write_usage(const struct test_run *run, const struct usage *usage, struct buffer *out)
{
	char time[INSTANT_TEXT_MAX];
	int32_t offset_ms = zoneinfo_stretch(run->image->zone, usage->at_ms).offset_ms;
	instant_format(usage->at_ms, offset_ms / (int32_t)MINUTE_MS, time);
	return buffer_print(out, "%ss = %lld, at = \"%s\"", unit_name(usage->unit),
		       (long long)usage->quantity, time) &&
		(usage->to.size == 0 ||
			buffer_print(out, ", to = \"%.*s\"", TEXT_ARGS(usage->to))) &&
		buffer_append_text(out, TEXT("\n"));
}

/* A usage, and why it costs what it costs. */
static bool
write_trial(struct trying *trying, const struct trial *trial, int64_t quantity)
{
	struct test_run *run = trying->run;
	struct usage usage = usage_of(trying, trial, quantity);
	struct pricing pricing;
	if (!write_usage(run, &usage, &run->text) ||
		!test_begin(run, &trying->test->beginning, trial->at_ms))
		return false;
	return !price(trying, &usage, &pricing) ||
		explain_pricing(run->release, run->options->language, &pricing, &run->text);
}

static struct text
amount_text(struct money amount, char text[MONEY_TEXT_MAX])
{
	return (struct text){ text, money_format(amount, text) };
}

static bool
show_cheaper(struct trying *trying, const struct trial *trial)
{
	struct money more = { 0 }, less = { 0 };
	char wanted[MONEY_TEXT_MAX + 3], got[MONEY_TEXT_MAX];
	price_anew(trying, trial, trial->quantity, &more);
	price_anew(trying, trial, trial->other, &less);
	struct text amount = amount_text(less, got);
	snprintf(wanted, sizeof wanted, ">= %.*s", TEXT_ARGS(amount));
	return test_differ(trying->run, "amount", text_of(wanted), amount_text(more, got)) &&
		write_trial(trying, trial, trial->other) &&
		write_trial(trying, trial, trial->quantity);
}

static bool
show_parts(struct trying *trying, const struct trial *trial)
{
	struct money whole = { 0 }, first = { 0 }, second = { 0 };
	char text[MONEY_TEXT_MAX], more[MONEY_TEXT_MAX], got[2 * MONEY_TEXT_MAX + 4];
	price_anew(trying, trial, trial->quantity, &whole);
	price_parts(trying, trial, &first, &second);
	struct text one = amount_text(first, text), two = amount_text(second, more);
	snprintf(got, sizeof got, "%.*s + %.*s", TEXT_ARGS(one), TEXT_ARGS(two));
	if (!test_differ(trying->run, "amount", amount_text(whole, text), text_of(got)))
		return false;
	snprintf(got, sizeof got, "%lld + %lld", (long long)trial->other,
		(long long)(trial->quantity - trial->other));
	return buffer_print(&trying->run->text, "%s\n", got) &&
		write_trial(trying, trial, trial->quantity);
}

static bool
show_one(struct trying *trying, const struct trial *trial)
{
	struct test_run *run = trying->run;
	struct usage usage = usage_of(trying, trial, trial->quantity);
	struct pricing pricing;
	char got[MONEY_TEXT_MAX];
	if (!test_begin(run, &trying->test->beginning, trial->at_ms))
		return false;
	if (!price(trying, &usage, &pricing))
		return true;
	bool noted = pricing.refused != 0
		? test_differ(
			  run, "refused", TEXT("-"), text_of(rate_refusal_code(pricing.refused)))
		: test_differ(run, "amount", TEXT(">= 0"), amount_text(pricing.amount, got));
	return noted && write_trial(trying, trial, trial->quantity);
}

static bool
show(struct trying *trying, const struct trial *trial)
{
	switch (trying->sweep->claim) {
	case MORE_NEVER_CHEAPER:
		return show_cheaper(trying, trial);
	case PARTS_MAKE_WHOLE:
		return show_parts(trying, trial);
	case NEVER_NEGATIVE:
	case NEVER_REFUSED:
		break;
	}
	return show_one(trying, trial);
}

/* A claim that was tried on nothing holds for nothing. */
static bool
show_nothing_priced(struct trying *trying)
{
	const struct sweep *sweep = trying->sweep;
	struct trial first = { sweep->quantity.first, sweep->at_ms.first, sweep->to[0], 0 };
	return show_one(trying, &first);
}

/* Tries it; what differs is noted. False without memory. */
static bool
try_all(struct trying *trying)
{
	struct trial trial;
	bool broken = find_broken(trying, &trial);
	bool shown = true;
	if (broken && !trying->failed) {
		shrink(trying, &trial);
		shown = show(trying, &trial);
	} else if (!trying->failed && !trying->any_priced) {
		shown = show_nothing_priced(trying);
	}
	return shown && (!trying->failed || trying->run->expected.size > 0);
}

bool
test_always_run(struct test_run *run, const struct test_case *test)
{
	struct trying trying = { .run = run, .test = test, .sweep = &test->sweep };
	struct test_result *result = test_result_add(run, test);
	must(test->sweep.to_count > 0 && test->sweep.quantity.every > 0);
	test_clear(run);
	if (result == NULL)
		return false;
	run->calls.paused = true;
	host_pause_rows(run->host, true);
	bool tried = try_all(&trying);
	run->calls.paused = false;
	host_pause_rows(run->host, false);
	return tried && (run->expected.size == 0 || test_failed(run, result));
}
