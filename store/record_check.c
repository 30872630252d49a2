/* Is a record from a disk what it must be (see records.h)? Each function walks one whole value. */
#include "records.h"

#include "../engine/base/utf8.h"
#include "record_customer.h"
#include "record_group.h"
#include "session_record.h"

/* What is still to be read. */
static struct bytes
rest_of(const struct field_reader *reader)
{
	return (struct bytes){ reader->at, (size_t)(reader->end - reader->at) };
}
enum { UNIT_BYTES_MAX = 16 };

static void
walk_id(struct field_reader *reader)
{
	if (!identifier_is_valid(field_read_text(reader)))
		reader->bad = true;
}

static void
walk_span(struct field_reader *reader)
{
	struct span span = field_read_span(reader);
	if (span.from_ms >= span.till_ms)
		reader->bad = true;
}

/* One at the end, which may be absent; what is since ever has none. */
static void
walk_instant(struct field_reader *reader)
{
	if (reader->at != reader->end && field_read_i64(reader) == INT64_MIN)
		reader->bad = true;
}

static void
walk_named_value(struct field_reader *reader)
{
	if (!identifier_is_valid(named_value_read(reader).name))
		reader->bad = true;
}

static void
walk_agreement(struct field_reader *reader)
{
	struct agreement agreement = agreement_read(reader);
	if (!identifier_is_valid(agreement.id) ||
		agreement.span.from_ms >= agreement.span.till_ms || agreement.soon_ms < 0 ||
		agreement.soon_ms >= agreement.span.till_ms ||
		validity_every_name(agreement.before_end.every) == NULL)
		reader->bad = true;
}

static void
walk_customer(struct field_reader *reader)
{
	field_read_text(reader);
	field_read_text(reader);
	for (unsigned count = field_read_u8(reader); count > 0; count--)
		walk_named_value(reader);
	if (reader->at == reader->end)
		return;
	unsigned agreements = field_read_u8(reader);
	reader->bad |= agreements == 0 || agreements > CUSTOMER_AGREEMENTS_MAX;
	for (unsigned i = 0; i < agreements; i++)
		walk_agreement(reader);
}

static void
walk_account(struct field_reader *reader)
{
	struct account account = account_read(rest_of(reader));
	*reader = account.balances;
	if (!identifier_is_valid(account.customer) || !currency_is_valid(account.currency) ||
		account.bill_day < 1 || account.bill_day > 28 || account.floor.micros > 0 ||
		account.temporary_floor.micros > 0 || !telling_is_valid(&account.tells) ||
		account.tells.full != 0 || account.tells.soon_ms != 0 ||
		account.balance_count == 0 || account.balance_count > ACCOUNT_BALANCES_MAX)
		reader->bad = true;
	for (unsigned count = account.balance_count; count > 0; count--)
		walk_id(reader);
}

/* Names are ids; a group is one, and holds the package no later than its member does. */
static void
walk_package(struct field_reader *reader)
{
	struct package_held held = package_held_read(reader);
	if (!identifier_is_valid(held.package) || held.span.from_ms >= held.span.till_ms)
		reader->bad = true;
	for (unsigned i = 0; i < held.param_count; i++)
		walk_named_value(&held.params);
	for (unsigned i = 0; i < held.fact_count; i++) {
		walk_span(&held.facts);
		walk_named_value(&held.facts);
	}
	reader->bad |= held.params.bad || held.facts.bad;
	if (held.group.data == NULL)
		return;
	if (!identifier_is_valid(held.group) || held.group_from_ms > held.span.from_ms ||
		held.members > GROUP_MEMBERS_MAX)
		reader->bad = true;
}

static void
walk_payer(struct field_reader *reader)
{
	struct payer payer = payer_read(reader);
	if (!identifier_is_valid(payer.account) || payer.bound.micros < 0 ||
		payer.pays_count > BALANCE_PAYS_MAX)
		reader->bad = true;
	for (unsigned count = payer.pays_count; count > 0; count--)
		walk_id(&payer.pays);
	reader->bad |= payer.pays.bad;
}

static void
walk_subscription(struct field_reader *reader)
{
	struct subscription subscription = subscription_read(rest_of(reader));
	walk_id(reader);
	walk_id(reader);
	if (subscription.payer_count > SUBSCRIPTION_PAYERS_MAX)
		reader->bad = true;
	for (unsigned count = subscription.payer_count; count > 0; count--)
		walk_payer(&subscription.payers);
	reader->bad |= subscription.payers.bad;
	if (!reader->bad)
		*reader = subscription.payers;
	for (unsigned count = subscription.state_count; count > 0; count--) {
		walk_span(reader);
		if (field_read_u8(reader) > SUBSCRIPTION_ENDED)
			reader->bad = true;
	}
	for (unsigned count = field_read_u8(reader); count > 0; count--) {
		walk_id(reader);
		walk_span(reader);
	}
	for (unsigned count = subscription.package_count; count > 0; count--)
		walk_package(&subscription.packages);
	if (reader->bad)
		return;
	*reader = subscription.packages;
	walk_instant(reader);
}

static void
walk_service(struct field_reader *reader)
{
	for (unsigned count = field_read_u8(reader); count > 0; count--) {
		walk_span(reader);
		walk_id(reader);
	}
}

static void
walk_balance(struct field_reader *reader)
{
	struct balance balance = balance_read(rest_of(reader));
	*reader = balance.pays;
	if (balance.kind > BALANCE_UNITS || balance.unit.size == 0 ||
		balance.unit.size > UNIT_BYTES_MAX ||
		balance.span.from_ms >= balance.span.till_ms ||
		balance.pays_count > BALANCE_PAYS_MAX)
		reader->bad = true;
	if (validity_every_name(balance.first_use.every) == NULL ||
		!telling_is_valid(&balance.tells) ||
		(balance.tells.soon_ms != 0 && balance.tells.soon_ms >= balance.span.till_ms))
		reader->bad = true;
	if (balance.user.data != NULL && !identifier_is_valid(balance.user))
		reader->bad = true;
	for (unsigned count = balance.pays_count; count > 0; count--)
		walk_id(reader);
}

/* What is held comes behind, if anything is. */
static void
walk_counter(struct field_reader *reader)
{
	field_read_i64(reader);
	if (reader->at != reader->end && field_read_i64(reader) <= 0)
		reader->bad = true;
}

static void
walk_release(struct field_reader *reader)
{
	field_read_u64(reader);
	field_read_i64(reader);
	for (int text = 0; text < 3; text++)
		field_read_text(reader);
}

static void
walk_refund(struct field_reader *reader)
{
	int64_t money = field_read_i64(reader);
	int64_t quantity = field_read_i64(reader);
	int64_t amounts = field_read_i64(reader);
	if (amounts < 0 || money < amounts || quantity < 0)
		reader->bad = true;
}

/* An id that may be empty. */
static void
walk_id_if_any(struct field_reader *reader)
{
	struct text id = field_read_text(reader);
	if (id.size > 0 && !identifier_is_valid(id))
		reader->bad = true;
}

static void
walk_notice(struct field_reader *reader)
{
	if (notice_kind_name((enum notice_kind)field_read_u8(reader)) == NULL)
		reader->bad = true;
	field_read_i64(reader);
	field_read_i64(reader);
	struct text account = field_read_text(reader);
	if (account.size > 0 && !identifier_is_valid(account))
		reader->bad = true;
	walk_id_if_any(reader); /* the subscription */
	walk_id_if_any(reader); /* the package */
	walk_id_if_any(reader); /* its group */
	walk_id_if_any(reader); /* its notify */
	if (field_read_text(reader).size == 0)
		reader->bad = true;
	walk_id_if_any(reader);
	if (field_read_text(reader).size > UNIT_BYTES_MAX)
		reader->bad = true;
	for (int number = 0; number < 3; number++)
		field_read_i64(reader);
	for (int sentence = 0; sentence < 2; sentence++)
		if (field_read_sentence(reader).size > NOTICE_SENTENCE_BYTES_MAX)
			reader->bad = true;
	if (account.size == 0)
		walk_id(reader); /* the customer */
}

static void
walk_agenda(struct field_reader *reader)
{
	field_read_i64(reader);
	for (unsigned held = field_read_u8(reader); held > 0; held--) {
		walk_id(reader);
		field_read_i64(reader);
		field_read_u32(reader);
		if (field_read_u8(reader) > 1)
			reader->bad = true;
		field_read_text(reader);
		for (unsigned count = field_read_u8(reader); count > 0; count--) {
			walk_id(reader);
			field_read_u32(reader);
			field_read_u32(reader);
		}
		for (unsigned count = field_read_u8(reader); count > 0; count--) {
			walk_id(reader);
			field_read_i64(reader);
			field_read_u32(reader);
		}
	}
}

static void
walk_group(struct field_reader *reader)
{
	struct group group = group_read(rest_of(reader));
	*reader = group.facts;
	if (group.home.size > 0 && !identifier_is_valid(group.home))
		reader->bad = true;
	for (unsigned count = group.fact_count; count > 0; count--) {
		walk_span(reader);
		walk_named_value(reader);
	}
}

static void
walk_member(struct field_reader *reader)
{
	unsigned count = field_read_u8(reader);
	reader->bad |= count == 0 || count > MEMBER_HOLDINGS_MAX;
	for (; count > 0; count--) {
		struct member_holding holding = member_holding_read(reader);
		if (!identifier_is_valid(holding.package) ||
			holding.span.from_ms >= holding.span.till_ms)
			reader->bad = true;
	}
}

/* Steps come one behind the other, and each changes the number. */
static void
walk_tally(struct field_reader *reader)
{
	struct bytes value = rest_of(reader);
	bool is_cut = value.size > 0 && value.data[0] != 0;
	struct tally_step step, before = { INT64_MIN, 0 };
	size_t count = 0;
	*reader = tally_steps(value);
	while (tally_next(reader, &step)) {
		bool follows = count > 0 ? step.from_ms > before.from_ms : true;
		bool changes = step.members != before.members || (count == 0 && is_cut);
		reader->bad |= !follows || !changes || ++count > TALLY_STEPS_MAX;
		before = step;
	}
	reader->bad |= count == 0;
}

static bool
activation_is_valid(struct bytes value)
{
	struct field_reader reader = fields_of(value);
	bool named = field_read_text(&reader).size == RELEASE_NAME_BYTES;
	field_read_text(&reader);
	field_read_text(&reader);
	walk_instant(&reader);
	return named && !reader.bad && reader.at == reader.end;
}

static bool
key_is_valid(uint8_t table, struct bytes key)
{
	struct text account, name;
	struct counter_key counter;
	struct timer_key timer;
	struct notice_key notice;
	uint64_t charge;
	if (key.size == 0 || key.size > RECORD_KEY_MAX)
		return false;
	if (table == TABLE_BALANCE)
		return key_is_of_balance(key, &account, &name);
	if (table == TABLE_COUNTER)
		return key_is_of_counter(key, &counter);
	if (table == TABLE_REFUND)
		return key_is_of_refund(key, &charge);
	if (table == TABLE_TIMER)
		return key_is_of_timer(key, &timer);
	if (table == TABLE_SESSION)
		return key_is_of_session(key, &account, &name);
	if (table == TABLE_NOTICE)
		return key_is_of_notice(key, &notice);
	if (table == TABLE_MEMBER)
		return key_is_of_member(key, &account, &name);
	return identifier_is_valid(text_of_bytes(key));
}

bool
record_is_valid(uint8_t table, struct bytes key, struct bytes value)
{
	int64_t at_ms;
	if (table == TABLE_SETTING && value.size > 0 && key_is_of_activation(key, &at_ms) &&
		!activation_is_valid(value))
		return false;
	return table_name(table) != NULL && key_is_valid(table, key) &&
		value_is_valid(table, value);
}

bool
value_is_valid(uint8_t table, struct bytes value)
{
	struct field_reader reader = fields_of(value);
	if (value.size > RECORD_VALUE_MAX)
		return false;
	if (value.size == 0)
		return true; /* the record ceased to exist */
	switch ((enum table)table) {
	case TABLE_CUSTOMER:
		walk_customer(&reader);
		break;
	case TABLE_ACCOUNT:
		walk_account(&reader);
		break;
	case TABLE_SUBSCRIPTION:
		walk_subscription(&reader);
		break;
	case TABLE_SERVICE:
		walk_service(&reader);
		break;
	case TABLE_BALANCE:
		walk_balance(&reader);
		break;
	case TABLE_COUNTER:
		walk_counter(&reader);
		break;
	case TABLE_RELEASE:
		walk_release(&reader);
		break;
	case TABLE_SETTING:
		return true;
	case TABLE_REFUND:
		walk_refund(&reader);
		break;
	case TABLE_TIMER:
		return bytes_equal(value, TIMER_VALUE);
	case TABLE_SESSION:
		session_walk(&reader);
		break;
	case TABLE_NOTICE:
		walk_notice(&reader);
		break;
	case TABLE_AGENDA:
		walk_agenda(&reader);
		break;
	case TABLE_GROUP:
		walk_group(&reader);
		break;
	case TABLE_MEMBER:
		walk_member(&reader);
		break;
	case TABLE_TALLY:
		walk_tally(&reader);
		break;
	case TABLE_END:
		return false;
	}
	return !reader.bad && reader.at == reader.end;
}
