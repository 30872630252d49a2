/*
 * Suanpan, and the bare loop, which speaks the same: MessagePack-RPC. Besides the load it knows how
 * to prepare the subscriptions and to read their balances.
 */
#include "wire.h"

#include <stdio.h>

static bool
suanpan_setup(const char *script)
{
	(void)script;
	return true;
}

static bool
suanpan_greet(int fd)
{
	(void)fd;
	return true;
}

/* The names of things: a letter and the subscription's number, in 7 digits. */
static uint8_t *
put_name(uint8_t *at, char kind, uint64_t number)
{
	at = put_u8(put_u8(at, 0xa0 | SERVICE_BYTES), (unsigned char)kind);
	return put_digits(at, number, SERVICE_BYTES - 1);
}

static uint8_t *
put_call(uint8_t *at, const struct call *call)
{
	at = put_name(put_word(at, "service_id"), 's', call->subscription);
	at = put_word(put_word(at, "service"), "voice");
	at = put_to(put_u8(put_word(at, "to"), 0xa0 | TO_BYTES), call->to);
	at = put_u64(put_u8(put_word(at, "at"), 0xcf), (uint64_t)call->at_ms);
	return put_u32(put_u8(put_word(at, "seconds"), 0xce), call->seconds);
}

static uint8_t *
put_charge(uint8_t *at, const struct question *question)
{
	at = put_u8(put_word(at, "charge"), 0x91);
	at = put_word(put_u8(at, 0x86), "id");
	at = put_id(put_u8(at, 0xa0 | ID_BYTES), question);
	return put_call(at, &question->call);
}

static uint8_t *
put_rate(uint8_t *at, const struct question *question)
{
	at = put_u8(put_word(at, "rate"), 0x91);
	return put_call(put_u8(at, 0x85), &question->call);
}

/* The whole call is asked for; half of it is told, and the rest asked for; the rest is told. */
static uint8_t *
put_session(uint8_t *at, const struct question *question)
{
	const struct call *call = &question->call;
	uint32_t half = call->seconds / 2, rest = call->seconds - half;
	bool reserves = question->step == STEP_RESERVE, commits = question->step == STEP_COMMIT;
	at = reserves     ? put_word(at, "session.reserve")
		: commits ? put_word(at, "session.commit")
			  : put_word(at, "session.update");
	at = put_u8(put_u8(at, 0x91), 0x85);
	at = put_name(put_word(at, "service_id"), 's', call->subscription);
	at = put_id(put_u8(put_word(at, "session"), 0xa0 | ID_BYTES), question);
	at = put_u8(put_word(at, "number"), question->step);
	at = put_u64(put_u8(put_word(at, "at"), 0xcf), (uint64_t)call->at_ms);
	at = put_u8(put_u8(put_word(at, "parts"), 0x91), commits ? 0x82 : 0x83);
	at = reserves ? put_word(at, "service") : put_word(at, "part");
	at = put_word(at, "voice");
	if (reserves)
		at = put_to(put_u8(put_word(at, "to"), 0xa0 | TO_BYTES), call->to);
	else
		at = put_u32(put_u8(put_word(at, "used"), 0xce), commits ? rest : half);
	if (commits)
		return at;
	return put_u32(put_u8(put_word(at, "ask"), 0xce), reserves ? call->seconds : rest);
}

/* As a member of one group, or alone. */
static uint8_t *
put_subscription(uint8_t *at, uint64_t number, bool grouped)
{
	at = put_u8(put_u8(put_word(at, "subscription.put"), 0x91), 0x85);
	at = put_name(put_word(at, "subscription"), 'u', number);
	at = put_name(put_word(at, "account"), 'a', number);
	at = put_word(put_word(at, "product"), "line");
	at = put_name(put_u8(put_word(at, "service_ids"), 0x91), 's', number);
	at = put_u8(put_word(at, "packages"), 0x91);
	if (!grouped)
		return put_word(at, "bench_base");
	at = put_word(put_word(put_u8(at, 0x82), "package"), "bench_base");
	return put_word(put_word(at, "group"), "company");
}

/* customer c0000001 – account a0000001 – subscription u0000001 – service id s0000001 */
static uint8_t *
put_question(uint8_t *at, const struct question *question)
{
	uint64_t number = question->number;
	switch (question->kind) {
	case QUESTION_CHARGE:
	case QUESTION_USE:
		return put_charge(at, question);
	case QUESTION_RATE:
		return put_rate(at, question);
	case QUESTION_SESSION:
		return put_session(at, question);
	case QUESTION_CUSTOMER:
		at = put_u8(put_u8(put_word(at, "customer.put"), 0x91), 0x81);
		return put_name(put_word(at, "customer"), 'c', number);
	case QUESTION_ACCOUNT:
		at = put_u8(put_u8(put_word(at, "account.put"), 0x91), 0x83);
		at = put_name(put_word(at, "account"), 'a', number);
		at = put_name(put_word(at, "customer"), 'c', number);
		return put_word(put_word(at, "currency"), "CNY");
	case QUESTION_SUBSCRIPTION:
	case QUESTION_GROUP:
		return put_subscription(at, number, question->kind == QUESTION_GROUP);
	case QUESTION_TOPUP:
		at = put_u8(put_u8(put_word(at, "balance.topup"), 0x91), 0x85);
		at = put_name(put_word(at, "id"), 't', number);
		at = put_name(put_word(at, "account"), 'a', number);
		at = put_u8(put_word(at, "amount"), 0xa0 | 12);
		at = put_literal(put_digits(at, START_BALANCE_YUAN, 9), ".00");
		at = put_word(put_word(at, "currency"), "CNY");
		return put_u64(put_u8(put_word(at, "at"), 0xcf), (uint64_t)question->call.at_ms);
	case QUESTION_BALANCE:
		break;
	}
	at = put_u8(put_u8(put_word(at, "balance.get"), 0x91), 0x81);
	return put_name(put_word(at, "account"), 'a', number);
}

static size_t
suanpan_ask(const struct question *question, uint8_t *start)
{
	uint8_t *at = put_u32(put_u8(put_u8(put_u8(start, 0x94), 0), 0xce), question->slot);
	return (size_t)(put_question(at, question) - start);
}

static void
read_error(struct answer *answer, const struct pack_value *error)
{
	answer->outcome = OUTCOME_ERROR;
	answer->text = error->text;
	answer->text_size = error->size;
}

/* The result map: of `outcome`, `repeat`, `amount` and `code` we make an answer, and step over the
 * rest. */
static void
read_map(struct pack *pack, int64_t pairs, struct answer *answer)
{
	bool repeat = false;
	for (int64_t i = 0; i < pairs && pack->at != NULL; i++) {
		struct pack_value key = pack_next(pack);
		if (pack_is(&key, "outcome")) {
			struct pack_value outcome = pack_next(pack);
			if (pack_is(&outcome, "refused"))
				answer->outcome = OUTCOME_REFUSED;
		} else if (pack_is(&key, "repeat")) {
			repeat = pack_next(pack).integer != 0;
		} else if (pack_is(&key, "amount") || pack_is(&key, "available") ||
			pack_is(&key, "charged")) {
			struct pack_value amount = pack_next(pack);
			if (amount.kind != PACK_TEXT ||
				!read_amount(amount.text, amount.size, &answer->amount_micros))
				read_error(answer, &key);
		} else if (pack_is(&key, "code")) {
			struct pack_value code = pack_next(pack);
			answer->text = code.text;
			answer->text_size = code.size;
		} else {
			pack_skip(pack);
		}
	}
	if (repeat && answer->outcome == OUTCOME_CHARGED)
		answer->outcome = OUTCOME_REPEAT;
}

/* [1, slot, nil, {...}] or [1, slot, "CODE: sentence", nil] */
static ptrdiff_t
suanpan_read(const uint8_t *data, size_t size, struct answer *answer)
{
	struct pack pack = { data, data + size };
	struct pack_value head = pack_next(&pack);
	struct pack_value type = pack_next(&pack);
	struct pack_value slot = pack_next(&pack);
	struct pack_value error = pack_next(&pack);
	*answer = (struct answer){ .outcome = OUTCOME_CHARGED, .slot = (uint32_t)slot.integer };
	if (pack.at == NULL)
		return 0;
	if (head.kind != PACK_ARRAY || head.integer != 4 || type.integer != 1)
		return ANSWER_NONSENSE;
	struct pack_value result = pack_next(&pack);
	if (result.kind == PACK_MAP) {
		read_map(&pack, result.integer, answer);
	} else {
		for (int64_t i = 0; result.kind == PACK_ARRAY && i < result.integer; i++)
			pack_skip(&pack);
	}
	if (pack.at == NULL)
		return 0;
	if (error.kind != PACK_NIL)
		read_error(answer, &error);
	return pack.at - data;
}

const struct driver driver_suanpan = {
	.name = "suanpan",
	.answers_in_order = false,
	.setup = suanpan_setup,
	.greet = suanpan_greet,
	.ask = suanpan_ask,
	.read = suanpan_read,
};
