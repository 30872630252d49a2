/* What a top-up gives besides what is paid in (see reward.h). */
#include "reward.h"

#include "base/must.h"
#include "shard.h"

#include <string.h>

/* ---- what the customer has had ---- */

struct asking {
	const struct reward_question *question;
	struct record_key cold;
};

static void
key_of_had(struct record_key *key, const struct reward_question *question,
	const struct counter_name *name)
{
	const struct counter_key counter = { .owner = question->subject->account.customer,
		.package = name->package,
		.allowance = name->allowance,
		.cycle = name->cycle };
	key_of_counter(key, &counter);
}

static enum fact
read_had(void *context, const struct counter_name *name, int64_t *had)
{
	struct asking *asking = context;
	struct record_key key;
	struct bytes value;
	uint64_t version;
	*had = 0;
	key_of_had(&key, asking->question, name);
	switch (call_find(asking->question->call, shelf_key_of(&key), &value, &version)) {
	case LOOKUP_FOUND:
		*had = counter_read(value).used;
		break;
	case LOOKUP_ABSENT:
		break;
	case LOOKUP_COLD:
		asking->cold = key;
		return FACT_COLD;
	}
	return FACT_KNOWN;
}

/* ---- which rules apply ---- */

static bool
is_gift(const struct topup_judged *judged)
{
	return judged->bonus.micros > 0 && !judged->topup->to_balance;
}

/* Has the balance that is topped up an end that could come later? */
static bool
expires(const struct reward_question *question)
{
	return question->till_ms != INT64_MAX;
}

static enum reward_outcome
no_memory(const struct reward_question *question, enum call_end *end)
{
	*end = call_error(question->call, SAY_OUT_OF_MEMORY, NULL, 0);
	return REWARD_ENDS;
}

/* Keeps those that give something, with room for what they need. */
static bool
keep_given(struct reward *reward, const struct topup_judged *list, size_t count)
{
	struct arena *arena = reward->question->call->arena;
	for (size_t i = 0; i < count; i++)
		reward->given_count += list[i].verdict == TOPUP_GIVEN;
	if (reward->given_count == 0)
		return true;
	reward->given = arena_take(arena, reward->given_count * sizeof *reward->given);
	reward->gifts = arena_take_zeroed(arena, reward->given_count, sizeof *reward->gifts);
	reward->new_names = arena_take(arena, reward->given_count * sizeof *reward->new_names);
	if (reward->given == NULL || reward->gifts == NULL || reward->new_names == NULL)
		return false;
	for (size_t i = 0, kept = 0; i < count; i++)
		if (list[i].verdict == TOPUP_GIVEN)
			reward->given[kept++] = list[i];
	return true;
}

static enum reward_outcome
judge(struct reward *reward, enum call_end *end)
{
	const struct reward_question *question = reward->question;
	struct topup_judged list[TOPUPS_MAX];
	size_t count;
	struct asking asking = { .question = question };
	const struct topup_question asked = { .image = reward->release->image,
		.amount = question->amount,
		.at_ms = question->at_ms,
		.now_ms = question->call->shard->now_ms,
		.expires = expires(question),
		.facts = { &asking, read_had } };
	switch (topups_judge(&asked, list, &count)) {
	case TOPUPS_COLD:
		*end = call_wait_record(question->call, shelf_key_of(&asking.cold));
		return REWARD_ENDS;
	case TOPUPS_OVERFLOW:
		return REWARD_OVERFLOW;
	case TOPUPS_JUDGED:
		break;
	}
	return keep_given(reward, list, count) ? REWARD_DECIDED : no_memory(question, end);
}

/* ---- what they give ---- */

static enum reward_outcome
find_gift(struct reward *reward, const struct topup_judged *judged, enum call_end *end)
{
	const struct reward_question *question = reward->question;
	struct gift *gift = &reward->gifts[reward->gift_count++];
	*gift = (struct gift){ .stem = arena_print(question->call->arena, "%.*s.%.*s",
				       TEXT_ARGS(TOPUPS_PACKAGE), TEXT_ARGS(judged->topup->id)),
		.amount = judged->bonus,
		.till_ms = judged->till_ms,
		.pays = judged->topup->pays,
		.pays_count = judged->topup->pays_count };
	if (gift->stem.data == NULL)
		return no_memory(question, end);
	switch (gift_find(
		question->call, question->account, &question->subject->account, gift, end)) {
	case GIFT_ENDS:
		return REWARD_ENDS;
	case GIFT_OVERFLOW:
		return REWARD_OVERFLOW;
	case GIFT_FOUND:
		break;
	}
	if (gift->is_new)
		reward->new_names[reward->new_count++] = gift->name;
	return REWARD_DECIDED;
}

/* Later by what one rule says. */
static bool
extend(struct reward *reward, const struct topup *topup)
{
	if (topup->extends_count == 0 || !expires(reward->question))
		return true;
	reward->till_ms = instant_later(reward->release->image->zone, reward->till_ms,
		topup->extends_every, topup->extends_count);
	return reward->till_ms <= INSTANT_MAX;
}

static enum reward_outcome
find_given(struct reward *reward, enum call_end *end)
{
	for (size_t i = 0; i < reward->given_count; i++) {
		const struct topup_judged *judged = &reward->given[i];
		if (!extend(reward, judged->topup))
			return REWARD_OVERFLOW;
		if (is_gift(judged)) {
			enum reward_outcome outcome = find_gift(reward, judged, end);
			if (outcome != REWARD_DECIDED)
				return outcome;
		} else if (!money_add(reward->bonus, judged->bonus, &reward->bonus)) {
			return REWARD_OVERFLOW;
		}
	}
	return REWARD_DECIDED;
}

/* New balances stand in the account's record. */
static enum reward_outcome
find_account(struct reward *reward, enum call_end *end)
{
	const struct reward_question *question = reward->question;
	struct record_key key;
	uint64_t version;
	if (reward->new_count == 0)
		return REWARD_DECIDED;
	if (question->subject->account.balance_count + reward->new_count > ACCOUNT_BALANCES_MAX) {
		*end = account_has_too_many(question->call);
		return REWARD_ENDS;
	}
	key_of_text(&key, TABLE_ACCOUNT, question->account);
	enum lookup found = call_find(
		question->call, shelf_key_of(&key), &reward->old_account, &version);
	must(found == LOOKUP_FOUND); /* in memory: it was looked up in this run */
	return REWARD_DECIDED;
}

enum reward_outcome
reward_decide(const struct reward_question *question, struct reward *reward, enum call_end *end)
{
	enum reward_outcome outcome;
	*reward = (struct reward){ .question = question,
		.release = call_release(question->call),
		.till_ms = question->till_ms };
	if (reward->release == NULL || reward->release->image->topup_count == 0 ||
		!text_equal(reward->release->image->currency, question->subject->account.currency))
		return REWARD_DECIDED;
	if ((outcome = judge(reward, end)) != REWARD_DECIDED ||
		(outcome = find_given(reward, end)) != REWARD_DECIDED)
		return outcome;
	return find_account(reward, end);
}

/* ---- the answer ---- */

uint32_t
reward_pairs(const struct reward *reward)
{
	return reward->given_count > 0;
}

static void
pack_given(const struct reward *reward, const struct topup_judged *judged, struct text balance,
	struct pack *pack)
{
	const struct release *release = reward->release->release;
	const struct topup *topup = judged->topup;
	bool bonus = judged->bonus.micros > 0, gift = is_gift(judged);
	bool extends = topup->extends_count > 0 && expires(reward->question);
	pack_map(pack, 2u + bonus + 2u * gift + extends);
	pack_name_text(pack, "rule", topup->id);
	pack_name(pack, "say");
	pack_map(pack, 2);
	pack_name_text(pack, "en", release_text(release, TEXT("en"), topup->say));
	pack_name_text(pack, "zh", release_text(release, TEXT("zh"), topup->say));
	if (bonus)
		pack_name_money(pack, "bonus", judged->bonus);
	if (gift) {
		pack_name_text(pack, "balance", balance);
		pack_name_integer(pack, "till", judged->till_ms);
	}
	if (extends)
		pack_name_text(pack, "extends", topup->extends);
}

void
reward_pack(const struct reward *reward, struct pack *pack)
{
	size_t gift = 0;
	if (reward->given_count == 0)
		return;
	pack_name(pack, "rules");
	pack_array(pack, (uint32_t)reward->given_count);
	for (size_t i = 0; i < reward->given_count; i++) {
		struct text balance = TEXT("");
		if (is_gift(&reward->given[i]))
			balance = reward->gifts[gift++].name;
		pack_given(reward, &reward->given[i], balance, pack);
	}
}

/* ---- the entry ---- */

size_t
reward_records(const struct reward *reward)
{
	return reward->given_count + GIFT_RECORDS * reward->gift_count + (reward->new_count > 0);
}

static bool
post_account(const struct reward *reward, struct posted *posted)
{
	struct record_key key;
	if (reward->new_count == 0)
		return true;
	uint8_t *place = arena_take(posted->arena, ACCOUNT_VALUE_MAX);
	key_of_text(&key, TABLE_ACCOUNT, reward->question->account);
	return place != NULL &&
		posted_change(posted, TABLE_ACCOUNT, (struct bytes){ key.data, key.size },
			account_with_balances(
				reward->old_account, reward->new_names, reward->new_count, place));
}

/* Once more. */
static bool
post_had(const struct reward *reward, const struct topup_judged *judged, struct posted *posted)
{
	struct record_key key;
	uint8_t value[COUNTER_VALUE_MAX];
	if (!judged->topup->is_limited)
		return true;
	key_of_had(&key, reward->question, &judged->counter);
	const struct counter counter = { .used = judged->had + 1 };
	if (!posted_change(posted, TABLE_COUNTER, (struct bytes){ key.data, key.size },
		    counter_write(value, counter)))
		return false;
	posted_move(posted, 1, text_of(unit_name(UNIT_ITEM)), TEXT("used"));
	return true;
}

bool
reward_post(const struct reward *reward, struct posted *posted)
{
	bool whole = true;
	for (size_t i = 0; i < reward->gift_count && whole; i++)
		whole = gift_post(posted, &reward->gifts[i], TEXT("bonus"),
			reward->question->call->shard->now_ms);
	whole = whole && post_account(reward, posted);
	for (size_t i = 0; i < reward->given_count && whole; i++)
		whole = post_had(reward, &reward->given[i], posted);
	return whole;
}
