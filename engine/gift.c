/* Money that the server gives, to balances that it makes (see gift.h). */
#include "gift.h"

#include "base/must.h"
#include "shard.h"

#include <string.h>

/* What a new balance pays for, as its record has the list. */
static struct bytes
pays_value(const struct gift *gift, uint8_t place[BALANCE_VALUE_MAX])
{
	struct field_writer writer = fields_into(place, BALANCE_VALUE_MAX);
	for (uint32_t i = 0; i < gift->pays_count; i++)
		field_write_text(&writer, gift->pays[i]);
	return fields_written(&writer);
}

enum gift_outcome
gift_find(struct call *call, struct text account, struct text currency, struct gift *gift,
	enum call_end *end)
{
	struct bytes value;
	must(gift->amount.micros > 0 && gift->pays_count <= BALANCE_PAYS_MAX);
	key_of_balance(&gift->key, account, gift->name);
	struct shelf_key key = shelf_key_of(&gift->key);
	switch (call_find(call, key, &value, &gift->version)) {
	case LOOKUP_COLD:
		*end = call_wait_record(call, key);
		return GIFT_WAITS;
	case LOOKUP_FOUND:
		gift->balance = balance_read(value);
		break;
	case LOOKUP_ABSENT:
		gift->version = 0;
		gift->balance = (struct balance){
			.kind = BALANCE_GIFT, .unit = currency, .span = { INT64_MIN, gift->till_ms }
		};
		break;
	}
	return __builtin_add_overflow(
		       gift->balance.amount, gift->amount.micros, &gift->balance.amount)
		? GIFT_OVERFLOW
		: GIFT_FOUND;
}

bool
gift_post(struct posted *posted, const struct gift *gift, struct text book, int64_t now_ms)
{
	uint8_t pays[BALANCE_VALUE_MAX];
	struct bytes key = { gift->key.data, gift->key.size };
	struct balance balance = gift->balance;
	if (gift->version == 0) {
		balance.pays_count = (uint8_t)gift->pays_count;
		balance.pays = fields_of(pays_value(gift, pays));
	}
	if (!posted_balance(posted, key, balance, gift->version, now_ms))
		return false;
	posted_move(posted, gift->amount.micros, balance.unit, book);
	const struct timer_key timer = { balance.span.till_ms, TIMER_BALANCE,
		{ key.data, key.size } };
	return gift->version != 0 || balance.span.till_ms == INT64_MAX ||
		posted_timer_set(posted, &timer);
}

struct bytes
account_with_balances(struct bytes old, const struct text *names, size_t count, uint8_t *place)
{
	struct account account = account_read(old);
	struct field_writer writer = fields_into(place, ACCOUNT_VALUE_MAX);
	size_t before = (size_t)(account.balances.at - old.data) - 1; /* of the names' count */
	must(before < old.size && account.balance_count + count <= ACCOUNT_BALANCES_MAX);
	memcpy(place, old.data, before);
	writer.at += before;
	field_write_u8(&writer, (uint8_t)(account.balance_count + count));
	for (unsigned i = 0; i < account.balance_count; i++)
		field_write_text(&writer, field_read_text(&account.balances));
	for (size_t i = 0; i < count; i++)
		field_write_text(&writer, names[i]);
	return fields_written(&writer);
}

enum call_end
account_has_too_many(struct call *call)
{
	struct text why = arena_print(call->arena,
		BILINGUAL_STRING("an account has at most %d balances; use one that has expired",
			"每个账户最多 %d 个账本；请改用已过期的账本"),
		ACCOUNT_BALANCES_MAX, ACCOUNT_BALANCES_MAX);
	return call_error(call, SAY_IN_USE, &why, 1);
}
