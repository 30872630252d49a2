/*
 * price.due: what a package that is held costs besides usage, from what the client says of it. It
 * reads nothing but the release in force, and changes nothing.
 */
#include "call.h"
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
				given_or(asking, given[i].till, INT64_MAX) };
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
pack_name_day(struct pack *pack, const char *name, int64_t day)
{
	char text[DUE_DAY_TEXT_MAX];
	due_day_format(day, text);
	pack_name_string(pack, name, text);
}

/* A decimal, or a fraction where that does not end. */
static void
pack_name_exact(struct pack *pack, const char *name, struct ratio value)
{
	char text[RATIO_TEXT_MAX];
	pack_name_text(pack, name, (struct text){ text, ratio_format(value, text) });
}

static void
pack_reason(struct pack *pack, const struct due_reason *reason)
{
	bool has_row = reason->table != NULL;
	pack_map(pack, 1u + 2u * has_row);
	pack_name_text(pack, "say", reason->say);
	if (!has_row)
		return;
	pack_name_text(pack, "table", reason->table->id);
	pack_name_integer(pack, "row", reason->table->lines[reason->row]);
}

static void
pack_part(struct pack *pack, const struct due_part *part)
{
	bool by_day = part->cycle_days > 0;
	bool repeated = part->times > 1;
	pack_map(pack, 4u + by_day + repeated + (part->reason_count > 0));
	pack_name_day(pack, "from", part->from_day);
	pack_name_day(pack, "till", part->till_day);
	pack_name_exact(pack, "price", part->price);
	if (by_day)
		pack_name_integer(pack, "of", part->cycle_days);
	if (repeated)
		pack_name_integer(pack, "times", part->times);
	pack_name_integer(pack, "version", part->version_ms);
	if (part->reason_count == 0)
		return;
	pack_name(pack, "because");
	pack_array(pack, (uint32_t)part->reason_count);
	for (size_t i = 0; i < part->reason_count; i++)
		pack_reason(pack, &part->reasons[i]);
}

/* Of a line for leaving early. */
static void
pack_term(struct pack *pack, const struct due_term *term)
{
	bool shared = term->parts_per_million < DISCOUNT_WHOLE;
	bool falls = term->falls.micros > 0;
	pack_name(pack, "term");
	pack_map(pack, 2u + shared + falls);
	pack_name_day(pack, "till", term->till_day);
	pack_name_integer(pack, "months_begun", term->months_begun);
	if (shared)
		pack_name_money(
			pack, "percent", (struct money){ (int64_t)term->parts_per_million * 100 });
	if (falls)
		pack_name_money(pack, "falls", term->falls);
}

static void
pack_split(struct pack *pack, const struct due_line *line)
{
	pack_name(pack, "split");
	pack_array(pack, (uint32_t)line->share_count);
	for (size_t i = 0; i < line->share_count; i++) {
		const struct split *split = line->shares[i].split;
		pack_map(pack, 3);
		pack_name_text(pack, split->is_partner ? "partner" : "product", split->party);
		pack_name_money(
			pack, "percent", (struct money){ (int64_t)split->parts_per_million * 100 });
		pack_name_money(pack, "amount", line->shares[i].amount);
	}
}

/* "package.charge" */
static void
pack_name_charge(
	struct pack *pack, const char *name, const struct charge_name *charge, struct arena *arena)
{
	struct text rule = arena_print(
		arena, "%.*s.%.*s", TEXT_ARGS(charge->package), TEXT_ARGS(charge->charge));
	pack->full |= rule.data == NULL;
	if (rule.data != NULL)
		pack_name_text(pack, name, rule);
}

static void
pack_unowed(struct pack *pack, const struct due_pricing *pricing, struct arena *arena)
{
	pack_name(pack, "unowed");
	pack_array(pack, (uint32_t)pricing->unowed_count);
	for (size_t i = 0; i < pricing->unowed_count; i++) {
		const struct due_unowed *run = &pricing->unowed[i];
		pack_map(pack, 4);
		pack_name_charge(pack, "rule", &run->charge, arena);
		pack_name_day(pack, "from", run->from_day);
		pack_name_day(pack, "till", run->till_day);
		if (run->why.by.package.size > 0)
			pack_name_charge(pack, "by", &run->why.by, arena);
		else
			pack_name_text(pack, "group", run->why.group);
	}
}

static void
pack_line(struct pack *pack, const struct due_line *line, struct arena *arena)
{
	pack_map(pack,
		7u + (line->each > 0) + (line->term != NULL) + (line->tax != NULL) +
			(line->share_count > 0));
	pack_name_charge(pack, "rule", &(struct charge_name){ line->package, line->charge }, arena);
	if (line->each > 0)
		pack_name_integer(pack, "each", line->each);
	pack_name_day(pack, "from", line->from_day);
	pack_name_day(pack, "till", line->till_day);
	pack_name_day(pack, "due", line->due_day);
	pack_name_money(pack, "amount", line->amount);
	pack_name_exact(pack, "exact", line->exact);
	if (line->tax != NULL)
		priced_pack_tax(pack, line->tax);
	if (line->share_count > 0)
		pack_split(pack, line);
	if (line->term != NULL)
		pack_term(pack, line->term);
	pack_name(pack, "parts");
	pack_array(pack, (uint32_t)line->part_count);
	for (size_t i = 0; i < line->part_count; i++)
		pack_part(pack, &line->parts[i]);
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
		pack_line(&pack, &pricing->lines[i], call->arena);
	if (pricing->unowed_count > 0)
		pack_unowed(&pack, pricing, call->arena);
	pack_name_text(&pack, "release", (struct text){ asking->release->name, RELEASE_SHORT });
	pack.full |= !explain_due(asking->release->release, language, pricing, &text);
	pack_name_text(&pack, "text",
		text.size == 0 ? TEXT("") : (struct text){ (const char *)text.data, text.size });
	buffer_release(&text);
	return call_answer(call, pack_whole(&pack));
}

/* Why, in both languages; empty without memory. */
static struct text
refusal_sentence(const struct asking *asking)
{
	const struct release *release = asking->release->release;
	struct buffer buffer;
	struct text sentence = TEXT("");
	buffer_init(&buffer, EXPLANATION_BYTES_MAX);
	if (explain_due_refusal(release, TEXT("en"), &asking->pricing, &buffer) &&
		buffer_append_text(&buffer, TEXT(BILINGUAL_MARK)) &&
		explain_due_refusal(release, TEXT("zh"), &asking->pricing, &buffer))
		sentence = arena_copy_text(asking->call->arena,
			(struct text){ (const char *)buffer.data, buffer.size });
	buffer_release(&buffer);
	return sentence;
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
	struct text arguments[SAY_ARGUMENTS_MAX] = { refusal_sentence(asking) };
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
