/* Which rules apply to a top-up, and what they give (see topups.h). */
#include "topups.h"

#include "schedule.h"

#include "../engine/base/must.h"
#include "../engine/base/ratio.h"

#define WHOLE 1000000

const char *
topup_verdict_name(enum topup_verdict verdict)
{
	static const char *const names[] = { "given", "too_little", "used_up", "lapsed", "no_end",
		"outranked" };
	must(verdict < sizeof names / sizeof names[0]);
	return names[verdict];
}

static bool
has_bonus(const struct topup *topup)
{
	return topup->amount.micros > 0 || topup->parts_per_million > 0;
}

/* False if it is more than money can be. */
static bool
bonus_of(const struct topup *topup, struct money paid, struct money *bonus)
{
	struct ratio part, exact, rounded;
	*bonus = topup->amount;
	if (topup->parts_per_million == 0)
		return true;
	return ratio_make(topup->parts_per_million, WHOLE, &part) &&
		ratio_multiply(ratio_of_money(paid), part, &exact) &&
		ratio_round(exact, ratio_of_money((struct money){ topup->round_step }),
			topup->round_mode, &rounded) &&
		ratio_to_money(rounded, bonus);
}

/* Where it is counted how often a customer had a rule that is limited. */
static struct counter_name
counter_of(const struct topup_question *question, const struct topup *topup)
{
	struct counter_name name = { .package = TOPUPS_COUNTED, .allowance = topup->id };
	if (topup->each_cycle)
		name.cycle = (int32_t)image_cycle(question->image, topup->every, question->at_ms)
				     .first_day;
	return name;
}

/* Whatever others do. */
static enum topups_outcome
judge_alone(const struct topup_question *question, struct topup_judged *judged)
{
	const struct topup *topup = judged->topup;
	if (money_compare(question->amount, topup->at_least) < 0) {
		judged->verdict = TOPUP_TOO_LITTLE;
		return TOPUPS_JUDGED;
	}
	if (!bonus_of(topup, question->amount, &judged->bonus))
		return TOPUPS_OVERFLOW;
	judged->till_ms = stored_till_ms(question->image, &topup->gift, question->at_ms);
	judged->counter = counter_of(question, topup);
	if (topup->is_limited &&
		question->facts.counter(question->facts.context, &judged->counter, &judged->had) ==
			FACT_COLD)
		return TOPUPS_COLD;
	if (judged->had > 0)
		judged->verdict = TOPUP_USED_UP;
	else if (has_bonus(topup) && !topup->to_balance && judged->till_ms <= question->now_ms)
		judged->verdict = TOPUP_LAPSED;
	else if (!has_bonus(topup) && !question->expires)
		judged->verdict = TOPUP_NO_END;
	else
		judged->verdict = TOPUP_GIVEN;
	return TOPUPS_JUDGED;
}

/* Is a rule to be judged before another? Those alike stay as the image has them. */
static bool
comes_before(const struct topup *a, const struct topup *b)
{
	int order = money_compare(a->at_least, b->at_least);
	return order > 0 || (order == 0 && a->is_limited && !b->is_limited);
}

/* Those that are in force, in the order in which they are judged. */
static size_t
list_rules(const struct topup_question *question, struct topup_judged list[TOPUPS_MAX])
{
	const struct image *image = question->image;
	size_t count = 0;
	must(image->topup_count <= TOPUPS_MAX);
	for (uint32_t i = 0; i < image->topup_count; i++) {
		const struct topup *topup = &image->topups[i];
		if (question->at_ms < topup->from_ms || topup->till_ms <= question->at_ms)
			continue;
		size_t place = count++;
		for (; place > 0 && comes_before(topup, list[place - 1].topup); place--)
			list[place] = list[place - 1];
		list[place] = (struct topup_judged){ .topup = topup };
	}
	return count;
}

enum topups_outcome
topups_judge(
	const struct topup_question *question, struct topup_judged list[TOPUPS_MAX], size_t *count)
{
	bool has_best = false;
	must(question->amount.micros > 0);
	*count = list_rules(question, list);
	for (size_t i = 0; i < *count; i++) {
		enum topups_outcome outcome = judge_alone(question, &list[i]);
		if (outcome != TOPUPS_JUDGED)
			return outcome;
		if (list[i].verdict != TOPUP_GIVEN || list[i].topup->adds)
			continue;
		if (has_best)
			list[i].verdict = TOPUP_OUTRANKED;
		has_best = true;
	}
	return TOPUPS_JUDGED;
}
