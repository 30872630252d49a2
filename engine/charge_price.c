/* What a charge asks the rules, and what they say (see charge.c). */
#include "charge_parts.h"
#include "group.h"
#include "priced.h"
#include "shard.h"

static enum fact
counter_fact(void *context, const struct counter_name *name, int64_t *used)
{
	struct deciding *deciding = context;
	struct record_key key;
	subject_key_of_counter(&key, deciding->subject.subscription_id, name);
	struct bytes value;
	struct counter counter;
	struct record_seen seen;
	switch (subject_find_counter(deciding->call, &key, &value, &seen)) {
	case LOOKUP_FOUND:
		counter = counter_read(value);
		deciding->holds_counters |= counter.held > 0;
		*used = counter.used + counter.held;
		return FACT_KNOWN;
	case LOOKUP_ABSENT:
		*used = 0;
		return FACT_KNOWN;
	case LOOKUP_COLD:
		break;
	}
	deciding->cold = key;
	return FACT_COLD;
}

struct holding *
charge_ask(struct deciding *deciding, struct rate_question *question)
{
	struct holding *holdings;
	*question = (struct rate_question){
		.image = deciding->release->image,
		.usage = &deciding->usage,
		.own = deciding->units.own,
		.own_count = deciding->units.purses.count,
		.facts = { deciding, counter_fact },
		.functions = host_functions(deciding->release->host),
	};
	if (!subject_holdings(&deciding->subject, question->image, deciding->call->arena, &holdings,
		    &question->holding_count))
		return NULL;
	question->holdings = holdings;
	return holdings;
}

bool
charge_ask_whole(struct deciding *deciding, struct rate_question *question, enum call_end *end)
{
	struct holding *holdings = charge_ask(deciding, question);
	if (holdings == NULL) {
		*end = call_error(deciding->call, SAY_OUT_OF_MEMORY, NULL, 0);
		return false;
	}
	return !question->image->asks_members ||
		group_count_members(deciding->call, holdings, question->holding_count,
			deciding->usage.at_ms, end);
}

/* The account's balances of units that may pay for it; most accounts have none. */
static enum progress
find_units(struct deciding *deciding, enum call_end *end)
{
	const struct units_question question = {
		.subject = &deciding->subject,
		.image = deciding->release->image,
		.usage = &deciding->usage,
		.at_ms = deciding->usage.at_ms,
		.now_ms = deciding->call->shard->now_ms,
	};
	switch (units_read(deciding->call, &question, &deciding->units, &deciding->cold)) {
	case PURSES_READ:
		return GOES_ON;
	case PURSES_COLD:
		*end = call_wait_record(deciding->call, shelf_key_of(&deciding->cold));
		return HAS_ENDED;
	case PURSES_NO_MEMORY:
		break;
	}
	*end = call_error(deciding->call, SAY_OUT_OF_MEMORY, NULL, 0);
	return HAS_ENDED;
}

static enum call_end
refuse_price(struct deciding *deciding)
{
	struct text arguments[SAY_ARGUMENTS_MAX];
	enum say say = priced_refusal(
		&deciding->pricing, deciding->release->release, deciding->call->arena, arguments);
	return charge_refuse(
		deciding, say, arguments, SAY_ARGUMENTS_MAX, &deciding->pricing.nearest);
}

enum progress
charge_price(struct deciding *deciding, enum call_end *end)
{
	struct call *call = deciding->call;
	struct rate_question question;
	struct fault fault;
	if (deciding->subject.account.has_units && find_units(deciding, end) == HAS_ENDED)
		return HAS_ENDED;
	if (!charge_ask_whole(deciding, &question, end))
		return HAS_ENDED;
	switch (rate_usage(&question, call->arena, &deciding->pricing, &fault)) {
	case RATE_COLD:
		*end = call_wait_record(call, shelf_key_of(&deciding->cold));
		return HAS_ENDED;
	case RATE_FAULT:
		*end = call_rules_failed(call, &fault);
		return HAS_ENDED;
	case RATE_DONE:
		break;
	}
	if (deciding->pricing.refused == 0)
		return GOES_ON;
	*end = refuse_price(deciding);
	return HAS_ENDED;
}

/* Who uses, who pays, and in which currency. */
