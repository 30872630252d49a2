/*
 * price.due: what a package that is held costs besides usage, from what the client says of it. It
 * reads nothing but the release in force, and changes nothing.
 */
#include "call.h"
#include "due_packed.h"
#include "once.h"
#include "priced.h"
#include "shard.h"

#include "../rules/explain_due.h"

#include <stdio.h>

enum { EXPLANATION_BYTES_MAX = 4 << 20 };

/* One question and what came of it. */
struct asking {
	struct call *call;
	const struct price_due_params *params;
	const struct loaded_release *release;
	struct due_question question;
	struct due_pricing pricing;
};

/* An instant, of the zone of the catalog where it is none of its own. */
static int64_t
given_or(const struct asking *asking, struct moment given, int64_t otherwise)
{
	if (given.ms == NOT_GIVEN)
		return otherwise;
	return given.is_local ? zoneinfo_local_to_utc(asking->release->image->zone, given.ms)
			      : given.ms;
}

static bool
read_suspended(struct asking *asking)
{
	const struct list *list = &asking->params->suspended;
	const struct due_span_params *given = list->items;
	struct due_span *spans = arena_take_zeroed(asking->call->arena, list->count, sizeof *spans);
	if (spans == NULL)
		return false;
	for (size_t i = 0; i < list->count; i++)
		spans[i] = (struct due_span){ given_or(asking, given[i].from, INT64_MIN),
			given_or(asking, given[i].till, INT64_MAX) };
	asking->question.suspended = spans;
	asking->question.suspended_count = list->count;
	return true;
}

/* Each fact of each span by itself. */
static bool
read_facts(struct asking *asking)
{
	const struct list *list = &asking->params->facts;
	const struct dated_fact_params *given = list->items;
	size_t count = 0;
	for (size_t i = 0; i < list->count; i++)
		count += given[i].with.count;
	struct due_fact *facts = arena_take_zeroed(asking->call->arena, count, sizeof *facts);
	if (facts == NULL)
		return false;
	asking->question.facts = facts;
	asking->question.fact_count = count;
	for (size_t i = 0; i < list->count; i++)
		for (size_t j = 0; j < given[i].with.count; j++)
			*facts++ = (struct due_fact){ given[i].with.items[j],
				given_or(asking, given[i].from, INT64_MIN),
				given_or(asking, given[i].till, INT64_MAX), FACT_OWN };
	return true;
}

static bool
read_besides(struct asking *asking)
{
	const struct list *list = &asking->params->besides;
	const struct due_span_params *given = list->items;
	struct holding *besides = arena_take_zeroed(
		asking->call->arena, list->count, sizeof *besides);
	for (size_t i = 0; besides != NULL && i < list->count; i++)
		besides[i] = (struct holding){ .package = given[i].id,
			.from_ms = given_or(asking, given[i].from, INT64_MIN),
			.till_ms = given_or(asking, given[i].till, INT64_MAX) };
	asking->question.besides = besides;
	asking->question.besides_count = list->count;
	return besides != NULL;
}

/* What is not said of the holding: it begins with the period, and does not end. */
static bool
read_question(struct asking *asking)
{
	const struct price_due_params *params = asking->params;
	asking->question.image = asking->release->image;
	const struct due_span period = { given_or(asking, params->from, 0),
		given_or(asking, params->till, 0) };
	asking->question.holding = (struct holding){ .package = params->package,
		.from_ms = given_or(asking, params->held_from, period.from_ms),
		.till_ms = given_or(asking, params->held_till, INT64_MAX),
		.group = params->group,
		.pays = params->pays };
	asking->question.period = period;
	asking->question.params = params->params.items;
	asking->question.param_count = params->params.count;
	asking->question.functions = host_due_functions(asking->release->host);
	return read_suspended(asking) && read_facts(asking) && read_besides(asking);
}

static bool
period_is_sound(struct due_span period)
{
	return period.from_ms < period.till_ms &&
		period.till_ms - period.from_ms <= DUE_DAYS_MAX * DAY_MS &&
		period.from_ms >= INSTANT_MIN && period.till_ms <= INSTANT_MAX;
}

/* ---- the answer ---- */

static void
pack_unowed(struct pack *pack, const struct due_pricing *pricing, struct arena *arena)
{
	pack_name(pack, "unowed");
	pack_array(pack, (uint32_t)pricing->unowed_count);
	for (size_t i = 0; i < pricing->unowed_count; i++) {
		const struct due_unowed *run = &pricing->unowed[i];
		pack_map(pack, 4);
		due_pack_charge(pack, "rule", &run->charge, arena);
		due_pack_day(pack, "from", run->from_day);
		due_pack_day(pack, "till", run->till_day);
		if (run->why.by.package.size > 0)
			due_pack_charge(pack, "by", &run->why.by, arena);
		else
			pack_name_text(pack, "group", run->why.group);
	}
}

static enum call_end
answer_price(struct asking *asking)
{
	struct call *call = asking->call;
	const struct due_pricing *pricing = &asking->pricing;
	struct text language = asking->params->language == 1 ? TEXT("zh") : TEXT("en");
	struct buffer text;
	buffer_init(&text, EXPLANATION_BYTES_MAX);
	struct pack pack = pack_into(call_buffer(call));
	pack_map(&pack, 6u + (pricing->unowed_count > 0));
	pack_name_string(&pack, "outcome", "priced");
	pack_name_money(&pack, "amount", pricing->amount);
	pack_name_text(&pack, "currency", asking->release->image->currency);
	pack_name(&pack, "lines");
	pack_array(&pack, (uint32_t)pricing->line_count);
	for (size_t i = 0; i < pricing->line_count; i++)
		due_pack_line(&pack, &pricing->lines[i], call->arena);
	if (pricing->unowed_count > 0)
		pack_unowed(&pack, pricing, call->arena);
	pack_name_text(&pack, "release", (struct text){ asking->release->name, RELEASE_SHORT });
	pack.full |= !explain_due(asking->release->release, language, pricing, &text);
	pack_name_text(&pack, "text",
		text.size == 0 ? TEXT("") : (struct text){ (const char *)text.data, text.size });
	buffer_release(&text);
	return call_answer(call, pack_whole(&pack));
}

static enum say
say_of(enum due_refusal refused)
{
	switch (refused) {
	case DUE_REFUSED_PACKAGE:
		return SAY_NOT_FOUND;
	case DUE_REFUSED_OVERFLOW:
		return SAY_OVERFLOW;
	case DUE_REFUSED_PARAMETER:
		return SAY_PARAMETER;
	case DUE_REFUSED_FACT:
		return SAY_FACT;
	case DUE_REFUSED_FUNCTION:
		return SAY_RULE_FAILED;
	}
	must_not_come_here("a refusal that this knows");
}

static enum call_end
answer_refusal(struct asking *asking)
{
	struct call *call = asking->call;
	const struct near_miss *nearest = &asking->pricing.nearest;
	struct buffer *scratch = &call->shard->scratch;
	enum say say = say_of(asking->pricing.refused);
	struct text arguments[SAY_ARGUMENTS_MAX] = { due_refusal_sentence(
		asking->release->release, &asking->pricing, call->arena) };
	if (say == SAY_NOT_FOUND) {
		struct text package[] = { SAY_PACKAGE, nearest->package };
		return call_error(call, say, package, 2);
	}
	if (say == SAY_RULE_FAILED) {
		arguments[0] = arena_print(call->arena, "%.*s.%.*s", TEXT_ARGS(nearest->package),
			TEXT_ARGS(nearest->tariff));
		arguments[3] = nearest->got;
	}
	buffer_clear(scratch);
	refusal_pack(scratch, call->arena, say, arguments, SAY_ARGUMENTS_MAX, nearest);
	return call_answer(call, (struct bytes){ scratch->data, scratch->size });
}

enum call_end
due_run_price(struct call *call, const void *params)
{
	struct asking asking = { .call = call, .params = params };
	struct fault fault;
	if (asking.params->pays && asking.params->group.size == 0) {
		struct text why = BILINGUAL("pays belongs to a group", "pays 须与 group 同写");
		return call_error(call, SAY_FIELDS_CONFLICT, &why, 1);
	}
	asking.release = call_release(call);
	if (asking.release == NULL)
		return call_error(call, SAY_NO_RELEASE, NULL, 0);
	if (!read_question(&asking))
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	if (!period_is_sound(asking.question.period)) {
		struct text why = arena_print(call->arena,
			BILINGUAL_STRING(
				"the period must end after it begins, %d days later at most, in the years 1900 to 2199",
				"时段的结束须晚于开始，至多 %d 天，并在 1900 至 2199 年之间"),
			DUE_DAYS_MAX, DUE_DAYS_MAX);
		return call_error(call, SAY_FIELDS_CONFLICT, &why, 1);
	}
	if (due_price(&asking.question, call->arena, &asking.pricing, &fault) != DUE_DONE)
		return call_rules_failed(call, &fault);
	return asking.pricing.refused == 0 ? answer_price(&asking) : answer_refusal(&asking);
}
