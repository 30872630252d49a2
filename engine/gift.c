/* Money that the server gives, to balances that it makes (see gift.h). */
#include "gift.h"

#include "base/must.h"
#include "expiring.h"
#include "expiry.h"
#include "notice.h"
#include "shard.h"

#include <string.h>

/* What a balance pays for that begins, as its record has the list. */
static struct bytes
pays_value(const struct gift *gift, uint8_t place[BALANCE_VALUE_MAX])
{
	struct field_writer writer = fields_into(place, BALANCE_VALUE_MAX);
	for (uint32_t i = 0; i < gift->pays_count; i++)
		field_write_text(&writer, gift->pays[i]);
	return fields_written(&writer);
}

/* ---- which balance ---- */

/* The number in the name of one of its balances, from 1; 0: it is not its. */
static unsigned
number_of(const struct gift *gift, struct text name)
{
	size_t size = gift->stem.size;
	if (name.size < size || memcmp(name.data, gift->stem.data, size) != 0)
		return 0;
	if (name.size == size)
		return 1;
	unsigned number = 0;
	for (size_t i = size + 1; i < name.size; i++) {
		unsigned digit = (unsigned)(name.data[i] - '0');
		number = digit <= 9 && number < ACCOUNT_BALANCES_MAX ? 10 * number + digit : 0;
		if (number == 0)
			return 0;
	}
	return name.data[size] == '.' && number > 1 ? number : 0;
}

static bool
pays_same(const struct gift *gift, const struct balance *balance)
{
	struct field_reader pays = balance->pays;
	bool same = balance->pays_count == gift->pays_count;
	for (uint32_t i = 0; i < gift->pays_count && same; i++)
		same = text_equal(field_read_text(&pays), gift->pays[i]);
	return same;
}

/* Nobody has made anything else of it. */
static bool
is_gift(const struct balance *balance)
{
	return balance->kind == BALANCE_GIFT && balance->user.size == 0 && !balance->frozen &&
		balance->first_use.count == 0 && balance->span.from_ms == INT64_MIN;
}

/* While one is looked for. */
struct slots {
	struct call *call;
	struct text id;    /* the account's */
	uint64_t taken;    /* set of numbers, from 0 */
	struct text spare; /* one that can be used again; size 0: none */
	struct record_key cold;
};

enum looked { LOOKED_FITS, LOOKED_OTHER, LOOKED_COLD /* slots->cold is to be waited for */ };

static enum lookup
find(struct slots *slots, const struct record_key *key, struct bytes *value, uint64_t *version)
{
	enum lookup found = call_find(slots->call, shelf_key_of(key), value, version);
	if (found == LOOKUP_COLD)
		slots->cold = *key;
	return found;
}

/* Has it ended with nothing left, and the timer of that been? */
static enum looked
look_ended(struct slots *slots, const struct gift *gift)
{
	const struct balance *balance = &gift->balance;
	struct record_key timer_key;
	struct bytes value;
	uint64_t version;
	if (balance->span.till_ms > slots->call->shard->now_ms || balance->amount != 0 ||
		balance->held != 0)
		return LOOKED_OTHER;
	expiry_key(&timer_key, &gift->key, balance);
	switch (find(slots, &timer_key, &value, &version)) {
	case LOOKUP_COLD:
		return LOOKED_COLD;
	case LOOKUP_ABSENT:
		return LOOKED_FITS;
	case LOOKUP_FOUND:
		break;
	}
	return LOOKED_OTHER;
}

/* Looks at one of its balances. */
static enum looked
look(struct slots *slots, struct gift *gift, struct text name)
{
	struct bytes value;
	key_of_balance(&gift->key, slots->id, name);
	enum lookup found = find(slots, &gift->key, &value, &gift->version);
	if (found == LOOKUP_COLD)
		return LOOKED_COLD;
	must(found == LOOKUP_FOUND); /* written in one entry with its name */
	gift->balance = balance_read(value);
	if (!is_gift(&gift->balance))
		return LOOKED_OTHER;
	if (gift->balance.span.till_ms == gift->till_ms && pays_same(gift, &gift->balance))
		return LOOKED_FITS;
	if (slots->spare.size > 0)
		return LOOKED_OTHER;
	enum looked ended = look_ended(slots, gift);
	if (ended == LOOKED_FITS)
		slots->spare = name;
	return ended == LOOKED_COLD ? LOOKED_COLD : LOOKED_OTHER;
}

/* One that ends at the same instant; else gift->name stays empty. */
static enum looked
look_all(struct slots *slots, const struct account *account, struct gift *gift)
{
	struct field_reader names = account->balances;
	gift->name = TEXT("");
	for (unsigned i = 0; i < account->balance_count; i++) {
		struct text name = field_read_text(&names);
		unsigned number = number_of(gift, name);
		if (number == 0)
			continue;
		if (number <= ACCOUNT_BALANCES_MAX)
			slots->taken |= UINT64_C(1) << (number - 1);
		enum looked looked = look(slots, gift, name);
		if (looked == LOOKED_FITS)
			gift->name = name;
		if (looked != LOOKED_OTHER)
			return looked;
	}
	return LOOKED_OTHER;
}

/* A name that the account does not have. */
static struct text
new_name(const struct slots *slots, const struct gift *gift)
{
	unsigned number = 1;
	while (number < ACCOUNT_BALANCES_MAX && (slots->taken >> (number - 1) & 1) != 0)
		number++;
	return number == 1
		? gift->stem
		: arena_print(slots->call->arena, "%.*s.%u", TEXT_ARGS(gift->stem), number);
}

/* A balance that begins: one that is used again, or a new one. */
static bool
begin(struct slots *slots, struct text currency, struct gift *gift)
{
	struct bytes value;
	gift->begins = true;
	gift->is_new = slots->spare.size == 0;
	gift->name = gift->is_new ? new_name(slots, gift) : slots->spare;
	gift->version = 0;
	gift->balance = (struct balance){ .kind = BALANCE_GIFT, .unit = currency };
	if (gift->name.data == NULL)
		return false;
	key_of_balance(&gift->key, slots->id, gift->name);
	if (!gift->is_new) {
		enum lookup found = find(slots, &gift->key, &value, &gift->version);
		must(found == LOOKUP_FOUND); /* it was, in this run */
		gift->balance = balance_read(value);
		gift->balance.begun_ms = slots->call->shard->now_ms;
	}
	gift->balance.span = (struct span){ INT64_MIN, gift->till_ms };
	return true;
}

enum gift_outcome
gift_find(struct call *call, struct text id, const struct account *account, struct gift *gift,
	enum call_end *end)
{
	struct slots slots = { .call = call, .id = id };
	must(gift->amount.micros > 0 && gift->pays_count <= BALANCE_PAYS_MAX);
	must(gift->stem.size > 0 && gift->stem.size <= GIFT_STEM_BYTES_MAX);
	gift->is_new = gift->begins = false;
	if (look_all(&slots, account, gift) == LOOKED_COLD) {
		*end = call_wait_record(call, shelf_key_of(&slots.cold));
		return GIFT_ENDS;
	}
	if (gift->name.size == 0 && !begin(&slots, account->currency, gift)) {
		*end = call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
		return GIFT_ENDS;
	}
	if (gift->begins && expiring_plan(call, account, &gift->balance, end) == HAS_ENDED)
		return GIFT_ENDS;
	return __builtin_add_overflow(
		       gift->balance.amount, gift->amount.micros, &gift->balance.amount)
		? GIFT_OVERFLOW
		: GIFT_FOUND;
}

/* ---- the entry ---- */

bool
gift_post(struct posted *posted, const struct gift *gift, struct text book, int64_t now_ms)
{
	uint8_t pays[BALANCE_VALUE_MAX];
	struct bytes key = { gift->key.data, gift->key.size };
	struct balance balance = gift->balance;
	if (gift->begins) {
		balance.pays_count = (uint8_t)gift->pays_count;
		balance.pays = fields_of(pays_value(gift, pays));
	}
	notice_fill(&balance.tells, &balance);
	if (!posted_balance(posted, key, balance, gift->version, now_ms))
		return false;
	posted_move(posted, gift->amount.micros, balance.unit, book);
	if (!gift->begins || gift->till_ms == INT64_MAX)
		return true;
	const struct timer_key timer = expiry_timer(key, &balance);
	return posted_timer_set(posted, &timer);
}

/* An account's record with more balances, which may be the first of units. */
static struct bytes
account_with(
	struct bytes old, const struct text *names, size_t count, bool has_units, uint8_t *place)
{
	struct account account = account_read(old);
	struct field_writer writer = fields_into(place, ACCOUNT_VALUE_MAX);
	size_t before = (size_t)(account.balances.at - old.data) - 1; /* of the names' count */
	must(before < old.size && account.balance_count + count <= ACCOUNT_BALANCES_MAX);
	memcpy(place, old.data, before);
	writer.at += before;
	account_count_write(&writer, account.balance_count + count, has_units);
	for (unsigned i = 0; i < account.balance_count; i++)
		field_write_text(&writer, field_read_text(&account.balances));
	for (size_t i = 0; i < count; i++)
		field_write_text(&writer, names[i]);
	return fields_written(&writer);
}

struct bytes
account_with_balances(struct bytes old, const struct text *names, size_t count, uint8_t *place)
{
	return account_with(old, names, count, account_read(old).has_units, place);
}

struct bytes
account_with_units(struct bytes old, struct text name, uint8_t *place)
{
	return account_with(old, &name, 1, true, place);
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
