#include "refunding.h"

#include "rating.h"

#include "../engine/base/must.h"

const char *
refund_refusal_code(enum refund_refusal refusal)
{
	static const char *const codes[] = { "", "ALREADY_REFUNDED", "MORE_THAN_CHARGED",
		"REFUND_TOO_LATE" };

	must(refusal <= REFUND_LATE);
	return codes[refusal];
}

/* The rule. */

static bool
serves_usage(const struct refund *rule, const struct refund_question *question)
{
	return rule->serve_count == 0 ||
		image_serves(rule->serves, rule->serve_count, question->service, question->zone);
}

static void
find_rule(const struct refund_question *question, struct refund_answer *answer)
{
	for (size_t i = 0; i < question->holding_count && !question->is_mistake; i++) {
		const struct holding *holding = &question->holdings[i];
		const struct package *package = package_version(
			question->image, holding->package, question->at_ms);

		if (package == NULL || question->at_ms < holding->from_ms ||
			question->at_ms >= holding->till_ms ||
			(answer->package != NULL && answer->package->layer <= package->layer))
			continue;
		for (uint32_t j = 0; j < package->refund_count; j++)
			if (serves_usage(&package->refunds[j], question)) {
				answer->package = package;
				answer->rule = &package->refunds[j];
				break;
			}
	}
}

static bool
is_late(const struct refund_question *question, const struct refund *rule)
{
	if (rule == NULL || rule->within_count == 0)
		return false;
	int64_t till_ms = rule->within_seconds
		? question->at_ms + (int64_t)rule->within_count * SECOND_MS
		: instant_later(question->image->zone, question->at_ms, rule->within_every,
			  rule->within_count);
	return question->now_ms >= till_ms;
}

/* Shares. */

/* So much of a whole, of which a part of the quantity is given back in all, rounded to steps. */
static int64_t
share_of(int64_t whole, int64_t part, int64_t quantity, int64_t step, enum rounding mode)
{
	int128 number = (int128)whole * part, size = (int128)quantity * step;
	int128 steps = number / size, rest = number % size;

	must(whole >= 0 && part >= 0 && part <= quantity && step > 0);
	if (part == quantity)
		return whole;
	const struct rounding_case here = { .is_odd = steps % 2 != 0,
		.against_half = rest * 2 > size ? 1 : -(rest * 2 < size) };
	if (rest > 0 && rounding_leaves_zero(mode, here))
		steps++;
	return steps * step < whole ? (int64_t)(steps * step) : whole;
}

static int64_t
share_of_lines(const struct refund_question *question, int64_t part)
{
	int64_t sum = 0;

	for (size_t i = 0; i < question->line_count; i++) {
		const struct refund_line *line = &question->lines[i];
		int64_t step = line->round_step > 0 ? line->round_step : 1;

		sum += share_of(line->amount.micros, part, question->quantity, step,
			line->round_step > 0 ? line->round_mode : ROUND_HALF_UP);
	}
	return sum; /* no more than the charge, which is held */
}

/* What a sum takes of one of several that it takes one after the other, behind so much. */
static int64_t
taken_of(int64_t sum, int64_t behind, int64_t amount)
{
	int64_t left = sum > behind ? sum - behind : 0;

	return left < amount ? left : amount;
}

/* Counters. */

static bool
is_held(const struct refund_question *question, const struct counter_name *name)
{
	for (size_t i = 0; i < question->holding_count; i++) {
		const struct holding *holding = &question->holdings[i];

		if (text_equal(holding->package, name->package) &&
			holding->from_ms <= question->now_ms &&
			question->now_ms < holding->till_ms &&
			(name->group.size == 0 || text_equal(holding->group, name->group)))
			return true;
	}
	return false;
}

static bool
is_over(const struct refund_question *question, const struct refund_count *count)
{
	if (counter_is_own(count->name.package))
		return count->is_over;
	return !is_held(question, &count->name) ||
		rate_count_state(question->image, &count->name, question->now_ms) != COUNT_RUNS;
}

/* Is it that of an allowance, in whichever version, or of own units? */
static bool
is_grant(const struct refund_question *question, const struct refund_count *count)
{
	uint32_t first, versions;

	if (counter_is_own(count->name.package))
		return true;
	if (!image_package(question->image, count->name.package, &first, &versions))
		return false;
	for (uint32_t i = first; i < first + versions; i++)
		if (package_allowance(&question->image->packages[i], count->name.allowance) != NULL)
			return true;
	return false;
}

/* How much of a counter comes back once so much of the charge does. */
static int64_t
count_back(const struct refund_question *question, size_t place, int64_t part)
{
	const struct refund_count *count = &question->counts[place];
	int64_t sum = 0, behind = 0;

	if (count->money || !is_grant(question, count))
		return share_of(count->moved, part, question->quantity, 1, ROUND_DOWN);
	for (size_t i = 0; i < question->count_count; i++) {
		const struct refund_count *other = &question->counts[i];

		if (other->money || other->unit != count->unit || !is_grant(question, other))
			continue;
		sum += other->moved;
		behind += i > place ? other->moved : 0;
	}
	return taken_of(
		share_of(sum, part, question->quantity, 1, ROUND_DOWN), behind, count->moved);
}

static void
add_part(struct refund_part *list, size_t *count, size_t place, int64_t amount, bool lost)
{
	must(amount >= 0);
	if (amount > 0)
		list[(*count)++] = (struct refund_part){ place, amount, lost };
}

static void
give_counts(const struct refund_question *question, struct refund_answer *answer, int64_t part)
{
	enum refund_gives gives = answer->rule == NULL ? REFUND_ALL : answer->rule->gives;

	for (size_t i = 0; i < question->count_count; i++) {
		const struct refund_count *count = &question->counts[i];

		if (gives == (count->money ? REFUND_UNITS : REFUND_MONEY))
			continue;
		add_part(answer->counts, &answer->count_count, i,
			count_back(question, i, part) - count_back(question, i, question->given),
			is_over(question, count));
	}
}

static void
give_money(const struct refund_question *question, struct refund_answer *answer, int64_t part)
{
	int64_t before = share_of_lines(question, question->given);
	int64_t after = share_of_lines(question, part), behind = 0;

	if (answer->rule != NULL && answer->rule->gives == REFUND_UNITS)
		return;
	must(after >= before);
	answer->amount.micros = after - before;
	for (size_t i = question->payment_count; i-- > 0;) {
		const struct refund_payment *payment = &question->payments[i];
		int64_t paid = payment->amount.micros;

		add_part(answer->payments, &answer->payment_count, i,
			taken_of(after, behind, paid) - taken_of(before, behind, paid),
			payment->till_ms <= question->now_ms);
		behind += paid;
	}
}

bool
refund_answer(
	const struct refund_question *question, struct arena *arena, struct refund_answer *answer)
{
	int64_t left = question->quantity - question->given;

	must(question->quantity > 0 && question->given >= 0 && left >= 0 && question->wanted >= 0);
	*answer = (struct refund_answer){ 0 };
	find_rule(question, answer);
	if (left == 0)
		answer->refused = REFUND_DONE_ALREADY;
	else if (question->wanted > left)
		answer->refused = REFUND_BEYOND;
	else if (is_late(question, answer->rule))
		answer->refused = REFUND_LATE;
	if (answer->refused != 0)
		return true;
	answer->counts = arena_take(arena, (question->count_count + 1) * sizeof *answer->counts);
	answer->payments = arena_take(
		arena, (question->payment_count + 1) * sizeof *answer->payments);
	if (answer->counts == NULL || answer->payments == NULL)
		return false;
	answer->quantity = question->wanted > 0 ? question->wanted : left;
	give_counts(question, answer, question->given + answer->quantity);
	give_money(question, answer, question->given + answer->quantity);
	return true;
}

struct refund_line
refund_line_of(const struct image *image, const struct price_line *line)
{
	const struct package *package = package_version(image, line->package, line->version_ms);
	struct refund_line made = { .amount = line->amount };

	for (uint32_t i = 0; package != NULL && i < package->tariff_count; i++) {
		const struct tariff *tariff = &package->tariffs[i];

		if (text_equal(tariff->id, line->tariff)) {
			made.round_step = tariff->round_step;
			made.round_mode = tariff->round_mode;
			break;
		}
	}
	return made;
}
