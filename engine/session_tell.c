/* What a session's request makes known: thresholds that it crosses, a balance that is low (see notice.h). */
#include "session_parts.h"
#include "shard.h"

/*
 * What the request counts, of all its parts, as one pricing: thresholds are crossed by what counters
 * have been moved by, not by what the parts count in all.
 */
static bool
counted_now(const struct session_deciding *deciding, struct pricing *pricing)
{
	struct consumption *list = arena_take(
		deciding->call->arena, deciding->counting_count * sizeof *list);
	size_t count = 0;
	if (list == NULL)
		return false;
	for (size_t i = 0; i < deciding->counting_count; i++) {
		const struct counting *counting = &deciding->countings[i];
		bool money = counting->unit == SESSION_COUNTS_MONEY;
		if (counting->now.used <= counting->before.used)
			continue;
		list[count++] = (struct consumption){
			.name = counting->name,
			.used_before = counting->before.used,
			.used_after = counting->now.used,
			.money = money,
			.unit = money ? UNIT_ITEM : (enum unit)counting->unit,
		};
	}
	*pricing = (struct pricing){
		.at_ms = deciding->params->at_ms, .consumptions = list, .consumption_count = count
	};
	return true;
}

static bool
raise_crossed(struct session_deciding *deciding, const struct raising *raising)
{
	const struct rate_question question = {
		.image = deciding->release->image,
		.holdings = deciding->holdings,
		.holding_count = deciding->holding_count,
	};
	struct pricing pricing;
	if (!question.image->tells || deciding->counting_count == 0)
		return true;
	return counted_now(deciding, &pricing) &&
		notice_raise_crossed(
			raising, deciding->release, &question, &pricing, &deciding->raised);
}

/* Who pays from that balance for one of the parts; NULL: it is one of the own account's. */
static const struct payer_held *
payer_of(const struct session_deciding *deciding, const struct purse_held *other)
{
	const struct bytes wanted = { other->key.data, other->key.size };
	for (size_t i = 0; i < deciding->work_count; i++) {
		const struct payers *payers = &deciding->works[i].payers;
		for (size_t j = 0; j < payers->count; j++) {
			const struct record_key *key = &payers->held[j].key;
			if (bytes_equal((struct bytes){ key->data, key->size }, wanted))
				return &payers->held[j];
		}
	}
	return NULL;
}

/* Of the balances that pay besides the main one: what all parts together take of it is one fall. */
static bool
raise_others(struct session_deciding *deciding, const struct raising *raising)
{
	for (size_t i = 0; i < deciding->other_count; i++) {
		const struct purse_held *other = &deciding->others[i];
		const struct payer_held *payer = payer_of(deciding, other);
		struct balance before = other->balance;
		int64_t after = before.amount;
		before.amount += other->charged.micros;
		bool fits = payer != NULL
			? payer_raise(payer, &before, after, raising, &deciding->raised)
			: notice_raise_other(
				  raising, other->name, &before, after, &deciding->raised);
		if (!fits)
			return false;
	}
	return true;
}

bool
session_raise(struct session_deciding *deciding)
{
	const struct subject *subject = &deciding->subject;
	const struct raising raising = { deciding->call, deciding->session.account,
		deciding->session.subscription, deciding->params->at_ms };
	struct balance before = subject->balance;
	before.amount = deciding->main_before;
	return (deciding->release == NULL || raise_crossed(deciding, &raising)) &&
		raise_others(deciding, &raising) &&
		notice_raise_main(&raising, &subject->account, &before, subject->balance.amount,
			&deciding->raised);
}
