/* Accounts and their balances (see records.h). */
#include "records.h"

#include "../engine/base/must.h"

/* ---- balances ---- */

const char *
balance_kind_name(enum balance_kind kind)
{
	switch (kind) {
	case BALANCE_CASH:
		return "cash";
	case BALANCE_GIFT:
		return "gift";
	case BALANCE_DEPOSIT:
		return "deposit";
	case BALANCE_UNITS:
		return "units";
	}
	return NULL;
}

/* Behind its span. */
enum {
	PAYS_FOR_SUBSCRIPTION = 4,
	PAYS_FOR_GROUP = 8,
	PAYS_NOTHING = 16,
	BEGINS_BY_USE = 32,
	USED_AGAIN = 64,
	IS_TOLD_OF = 128,
	BALANCE_FLAGS = PAYS_FOR_SUBSCRIPTION | PAYS_FOR_GROUP | PAYS_NOTHING | BEGINS_BY_USE |
		USED_AGAIN | IS_TOLD_OF,
};

struct balance
balance_read(struct bytes value)
{
	struct field_reader reader = fields_of(value);
	struct balance balance;
	uint8_t flags;
	balance.amount = field_read_i64(&reader);
	balance.held = field_read_i64(&reader);
	balance.earlier = field_read_u64(&reader);
	balance.day = field_read_u32(&reader);
	balance.kind = (enum balance_kind)field_read_u8(&reader);
	balance.unit = field_read_text(&reader);
	balance.span = field_read_span_flags(&reader, BALANCE_FLAGS, &flags);
	balance.frozen = (flags & PAYS_NOTHING) != 0;
	balance.user = (struct text){ NULL, 0 };
	balance.user_is_group = (flags & PAYS_FOR_GROUP) != 0;
	if (balance.user_is_group || (flags & PAYS_FOR_SUBSCRIPTION) != 0)
		balance.user = field_read_text(&reader);
	reader.bad |= balance.user_is_group && (flags & PAYS_FOR_SUBSCRIPTION) != 0;
	balance.first_use = (struct validity){ .count = 0 };
	if ((flags & BEGINS_BY_USE) != 0) {
		balance.first_use.count = field_read_u32(&reader);
		balance.first_use.every = (enum validity_every)field_read_u8(&reader);
	}
	balance.begun_ms = (flags & USED_AGAIN) != 0 ? field_read_i64(&reader) : 0;
	reader.bad |= (flags & USED_AGAIN) != 0 && balance.begun_ms == 0;
	balance.tells = (struct telling){ .low_count = 0 };
	if ((flags & IS_TOLD_OF) != 0)
		balance.tells = telling_read(&reader);
	balance.pays_count = 0;
	if (reader.at < reader.end) {
		balance.pays_count = field_read_u8(&reader);
		reader.bad |= balance.pays_count ==
			0; /* of what pays for everything there is no list */
	}
	balance.pays = reader;
	return balance;
}

void
balance_write(struct field_writer *writer, const struct balance *balance)
{
	field_write_i64(writer, balance->amount);
	field_write_i64(writer, balance->held);
	field_write_u64(writer, balance->earlier);
	field_write_u32(writer, balance->day);
	field_write_u8(writer, (uint8_t)balance->kind);
	field_write_text(writer, balance->unit);
	uint8_t flags = balance->frozen ? PAYS_NOTHING : 0;
	if (balance->user.size > 0)
		flags |= balance->user_is_group ? PAYS_FOR_GROUP : PAYS_FOR_SUBSCRIPTION;
	if (balance->first_use.count > 0)
		flags |= BEGINS_BY_USE;
	if (balance->begun_ms != 0)
		flags |= USED_AGAIN;
	if (telling_is_any(&balance->tells))
		flags |= IS_TOLD_OF;
	field_write_span_flags(writer, balance->span, flags);
	if (balance->user.size > 0)
		field_write_text(writer, balance->user);
	if (balance->first_use.count > 0) {
		field_write_u32(writer, balance->first_use.count);
		field_write_u8(writer, (uint8_t)balance->first_use.every);
	}
	if (balance->begun_ms != 0)
		field_write_i64(writer, balance->begun_ms);
	if (telling_is_any(&balance->tells))
		telling_write(writer, &balance->tells);
	if (balance->pays_count == 0)
		return;
	struct field_reader pays = balance->pays;
	field_write_u8(writer, balance->pays_count);
	for (unsigned i = 0; i < balance->pays_count; i++)
		field_write_text(writer, field_read_text(&pays));
}

void
balance_touch(struct balance *balance, uint64_t version, uint32_t day)
{
	if (balance->day == day)
		return;
	balance->earlier = version;
	balance->day = day;
}

/* ---- accounts ---- */

/* With its bill day. */
enum { BILL_DAY = 31, ACCOUNT_FROZEN = 32, ACCOUNT_TEMPORARY = 64, ACCOUNT_TELLS = 128 };
/* With the count of its balances. */
enum { ACCOUNT_HAS_UNITS = 128 };

struct account
account_read(struct bytes value)
{
	struct field_reader reader = fields_of(value);
	struct account account;
	account.customer = field_read_text(&reader);
	account.currency = field_read_text(&reader);
	account.zone = field_read_text(&reader);
	uint8_t day = field_read_u8(&reader);
	account.bill_day = day & BILL_DAY;
	account.frozen = (day & ACCOUNT_FROZEN) != 0;
	account.floor.micros = field_read_i64(&reader);
	account.temporary_floor.micros = 0;
	account.temporary_till_ms = INT64_MIN;
	if ((day & ACCOUNT_TEMPORARY) != 0) {
		account.temporary_floor.micros = field_read_i64(&reader);
		account.temporary_till_ms = field_read_i64(&reader);
	}
	account.tells = (struct telling){ .low_count = 0 };
	if ((day & ACCOUNT_TELLS) != 0)
		account.tells = telling_read(&reader);
	uint8_t count = field_read_u8(&reader);
	account.has_units = (count & ACCOUNT_HAS_UNITS) != 0;
	account.balance_count = (uint8_t)(count & ~ACCOUNT_HAS_UNITS);
	account.balances = reader;
	return account;
}

void
account_count_write(struct field_writer *writer, size_t balance_count, bool has_units)
{
	field_write_u8(writer, (uint8_t)(balance_count | (has_units ? ACCOUNT_HAS_UNITS : 0)));
}

void
account_write(struct field_writer *writer, const struct account *account)
{
	bool temporary = account->temporary_till_ms != INT64_MIN;
	struct field_reader names = account->balances;
	must(account->bill_day <= BILL_DAY && account->balance_count > 0 &&
		account->balance_count <= ACCOUNT_BALANCES_MAX);
	must(account->tells.full == 0 && account->tells.soon_ms == 0); /* a balance has those */
	field_write_text(writer, account->customer);
	field_write_text(writer, account->currency);
	field_write_text(writer, account->zone);
	field_write_u8(writer,
		(uint8_t)(account->bill_day | (account->frozen ? ACCOUNT_FROZEN : 0) |
			(temporary ? ACCOUNT_TEMPORARY : 0) |
			(telling_is_any(&account->tells) ? ACCOUNT_TELLS : 0)));
	field_write_i64(writer, account->floor.micros);
	if (temporary) {
		field_write_i64(writer, account->temporary_floor.micros);
		field_write_i64(writer, account->temporary_till_ms);
	}
	if (telling_is_any(&account->tells))
		telling_write(writer, &account->tells);
	account_count_write(writer, account->balance_count, account->has_units);
	for (unsigned i = 0; i < account->balance_count; i++)
		field_write_text(writer, field_read_text(&names));
}
