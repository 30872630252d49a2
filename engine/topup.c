/* balance.topup: money put on an account's main balance, once. */
#include "call.h"
#include "once.h"
#include "shard.h"
#include "subject.h"

#include "base/digest.h"
#include "base/instant.h"
#include "base/zoneinfo.h"

#include <string.h>

enum { BALANCE_BYTES_MAX = 128 };

struct topping {
	struct call *call;
	const struct topup_params *params;
	struct once once;
	struct bytes event;
	struct subject subject; /* its account and balance */
};

/* [amount, currency], as journaled and fingerprinted. */
static struct bytes
pack_event(struct topping *topping)
{
	struct buffer *buffer = &topping->call->shard->event;
	buffer_clear(buffer);
	struct pack pack = pack_into(buffer);
	pack_array(&pack, 2);
	pack_money(&pack, topping->params->amount);
	pack_text(&pack, topping->params->currency);
	return (struct bytes){ buffer->data, pack_is_whole(&pack) ? buffer->size : 0 };
}

static enum call_end
refuse(struct topping *topping, enum say say, const struct text *arguments, size_t count)
{
	struct buffer *scratch = &topping->call->shard->scratch;
	buffer_clear(scratch);
	refusal_pack(scratch, topping->call->arena, say, arguments, count, NULL);
	return once_refuse(topping->call, &topping->once, topping->event, 0,
		(struct bytes){ scratch->data, scratch->size });
}

static struct bytes
pack_topped_up(struct topping *topping, struct money after)
{
	struct buffer *scratch = &topping->call->shard->scratch;
	buffer_clear(scratch);
	struct pack pack = pack_into(scratch);
	pack_map(&pack, 4);
	pack_name_string(&pack, "outcome", "topped_up");
	pack_name_money(&pack, "amount", topping->params->amount);
	pack_name_text(&pack, "currency", topping->params->currency);
	pack_name_money(&pack, "balance", after);
	return (struct bytes){ scratch->data, pack_is_whole(&pack) ? scratch->size : 0 };
}

static enum call_end
put_money(struct topping *topping, struct money after)
{
	struct call *call = topping->call;
	struct balance balance = topping->subject.balance;
	uint8_t place[BALANCE_BYTES_MAX];
	struct field_writer writer = fields_into(place, sizeof place);
	int64_t amount = topping->params->amount.micros;
	uint64_t position;
	struct fault fault;
	balance.amount = after.micros;
	balance_touch(&balance, topping->subject.balance_version,
		(uint32_t)floor_divide(call->shard->now_ms, DAY_MS));
	balance_write(&writer, &balance);
	struct effect effect = {
		.table = TABLE_BALANCE,
		.key = { topping->subject.balance_key.data, topping->subject.balance_key.size },
		.value = fields_written(&writer),
	};
	struct text unit = topping->params->currency;
	struct posting postings[] = {
		{ .side = 0, .amount = amount, .unit = unit },
		{ .side = POSTING_BOOK, .book = TEXT("topup"), .amount = -amount, .unit = unit },
	};
	struct bytes answer = pack_topped_up(topping, after);
	if (answer.size == 0)
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	struct entry entry = {
		.kind = ENTRY_TOPUP,
		.attempt = topping->once.attempt,
		.fingerprint = topping->once.fingerprint,
		.at_ms = topping->once.at_ms,
		.made_ms = call->shard->now_ms,
		.scope = topping->once.scope,
		.id = topping->once.id,
		.event = topping->event,
		.answer = answer,
		.effects = &effect,
		.effect_count = 1,
		.postings = postings,
		.posting_count = 2,
	};
	enum status status = store_append(call->shard->store, &entry, &effect, &position, &fault);
	if (status != STATUS_OK)
		return call_failed(call, status, &fault);
	return once_answer(call, answer, false, false, position);
}

/* The account exists and the id is new: currency and amount decide. */
static enum call_end
decide(struct topping *topping)
{
	struct text currency = topping->subject.account.currency;
	struct money after;
	if (!text_equal(currency, topping->params->currency)) {
		struct text arguments[] = { currency, topping->params->currency };
		return refuse(topping, SAY_WRONG_CURRENCY, arguments, 2);
	}
	if (!money_add((struct money){ topping->subject.balance.amount }, topping->params->amount,
		    &after))
		return refuse(topping, SAY_OVERFLOW, NULL, 0);
	return put_money(topping, after);
}

enum call_end
topup_run(struct call *call, const void *params)
{
	struct topping topping = { .call = call, .params = params };
	enum call_end end;
	struct bytes refusal;
	if (!once_in_window(call, topping.params->at_ms, &refusal))
		return once_answer(call, refusal, true, false, 0);
	topping.event = pack_event(&topping);
	struct text scope = once_account_scope(call->arena, topping.params->account);
	if (topping.event.size == 0 || scope.data == NULL)
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	topping.once = (struct once){
		.scope = scope,
		.id = topping.params->id,
		.attempt = topping.params->attempt == NOT_GIVEN ? 1
								: (uint8_t)topping.params->attempt,
		.fingerprint = hash64(topping.event.data, topping.event.size, ENTRY_TOPUP),
		.at_ms = topping.params->at_ms,
	};
	if (once_check(call, &topping.once, &end) != ONCE_DECIDE)
		return end;
	enum say say;
	struct text about;
	struct record_key cold;
	switch (subject_find_account(
		call, topping.params->account, &topping.subject, &say, &about, &cold)) {
	case SUBJECT_COLD:
		return call_wait_record(call, shelf_key_of(&cold));
	case SUBJECT_REFUSED:
		return refuse(&topping, say, &about, 1);
	case SUBJECT_FOUND:
		break;
	}
	return decide(&topping);
}
