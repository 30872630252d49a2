/*
 * Records: the tables of the store, the layout of each value, and how keys are made.
 *
 * A record is a key of 1 to 255 bytes and a value of up to 65,535 bytes. The encoded value is the
 * same in memory, in LMDB and in the journal. Numbers are little-endian; a text is one length byte
 * and its bytes; a list is a count byte and its elements; a span of time is a flag byte (1: has
 * from, 2: has till) and those of the two that it has, 8 bytes each.
 *
 *   customer      segment text, area text, list of facts: name text, kind byte (0 text, 1 integer), text or 8 bytes;
 *                 and its agreements, if it has any (record_customer.h)
 *   account       customer text, currency text, zone text, bill day 1 byte (5 bits of it; and 32: it is frozen; 64: it has
 *                 another floor for a while; 128: it says when somebody is to be told), floor 8 bytes (micro-units),
 *                 that other floor 8 bytes, till when 8 bytes, what it says of telling (record_telling.h),
 *                 list of texts: the names of its balances, the first is the main one; 128 is added to their count
 *                 where some of them are of units
 *   subscription  account text, product text, list of states: span, 1 byte enum subscription_state; where 128 is added
 *                 to the count of the states, a list of payers stands before the first of them: account text, flag
 *                 byte (1: it has a bound), bound 8 bytes (micro-units), list of texts as a balance's;
 *                 list of service ids: text, span; list of packages: text, span, and, if the flags of the span say so,
 *                 the group it is held by (4: text), since when (8: 8 bytes), by how many members (16: 4 bytes), of whom it is the one
 *                 that pays (32), its parameters (64: list of name text, kind byte (0 text, 1 integer), text or 8 bytes), what
 *                 formulas may ask (128: list of span and the same);
 *                 the instant of its terms, 8 bytes, if it has any. 128 added to the count of the packages: the groups by
 *                 which it holds them have it as a member (record_group.h); of one that was put before there were such
 *                 records they do not
 *   service       list: span, subscription text. Spans of one service id do not overlap.
 *   balance       amount 8 (micro-units, or units), held 8, earlier 8 (position of the newest entry of an earlier day), day 4 (of the newest
 *                 entry, days since 1970 UTC), kind 1 byte, unit text, span; if the flags of the span say so, the one
 *                 subscription (4: text) or group (8: text) it pays for, that it is frozen (16), how long it is
 *                 valid from its first use (32: so many, 4 bytes, of these, 1 byte enum validity_every), since
 *                 when it stands for what was given last (64: 8 bytes), and when somebody is to be told of it (128:
 *                 record_telling.h); and, if it pays for some usage only, the list of it: texts, "voice" or "voice.local"
 *   counter       used 8 bytes; and, if open sessions hold some more, held 8
 *   release       size 8, published_ms 8, by text, catalog text, why text
 *   setting       depends on the key; "activation:" and 20 digits, the instant (ms) from which on a release is in force:
 *                 release text (64 hex digits), by text, why text; and, if it is for subscriptions with such terms or
 *                 later ones only, an instant, 8 bytes
 *   refund        of a charge, whose position is the key, in 20 digits: the money that was given back of it 8
 *                 (micro-units), for how much of its usage 8 (as the event counts), and how much of the money was
 *                 asked for as an amount, whatever the usage 8
 *   timer         something is due: at which instant, of which kind and whose is all in the key; one byte 0
 *   session       an open one: see session_record.h
 *   group, member, tally
 *                 a group, who its members are, and how many they were when: see record_group.h
 *   notice        kind 1, made 8, at 8, texts: account, subscription, package, group, id, threshold, what is counted, its
 *                 unit; amount 8, used 8, till 8, the sentence in English and in Chinese: size 4 and text; and, if
 *                 the account is empty, the customer: text
 *
 * Reading a value never fails for values that were checked once when they came in (record_is_valid,
 * called on everything that comes from a disk).
 */
#ifndef SUANPAN_RECORDS_H
#define SUANPAN_RECORDS_H

#include "../engine/base/money.h"
#include "fields.h"
#include "record_telling.h"

enum table {
	TABLE_CUSTOMER = 1,
	TABLE_ACCOUNT,
	TABLE_SUBSCRIPTION,
	TABLE_SERVICE,
	TABLE_BALANCE,
	TABLE_COUNTER,
	TABLE_RELEASE,
	TABLE_SETTING,
	TABLE_REFUND,
	TABLE_TIMER,
	TABLE_SESSION,
	TABLE_AGENDA,
	TABLE_NOTICE,
	TABLE_GROUP,
	TABLE_MEMBER,
	TABLE_TALLY,
	TABLE_END,
};
const char *table_name(uint8_t table); /* "customer" …; NULL if there is no such table */

/* May pages of it be read in key order (store.h, WANT_RANGE)? Its records come and go by their order. */
static inline bool
table_is_ordered(uint8_t table)
{
	return table == TABLE_TIMER || table == TABLE_NOTICE || table == TABLE_MEMBER;
}

#define RECORD_KEY_MAX 255

/* Is this a well-formed value of that table, with a key it may have? For bytes from a disk. */
bool record_is_valid(uint8_t table, struct bytes key, struct bytes value);
/* The value alone, where the key was made by one of the functions below. */
bool value_is_valid(uint8_t table, struct bytes value);

/*
 * Where a record was seen in memory. Whether it is still there, and that it is this record, is
 * asked of the shelf (shelf.h); a zeroed one says nothing.
 */
struct record_seen {
	struct shelf_record *record;
};

/* A key that is being made, filled by one of the functions below. */
struct record_key {
	uint8_t table;
	uint8_t size;
	uint8_t data[RECORD_KEY_MAX];
};
void key_of_text(struct record_key *key, enum table table, struct text id); /* 1 to 64 bytes */
void key_of_balance(struct record_key *key, struct text account, struct text name);
bool key_is_of_balance(struct bytes key, struct text *account, struct text *name);

/* Whose counter it is, of what, in which cycle. */
struct counter_key {
	struct text owner; /* a subscription; of rules for top-ups a customer */
	bool by_group;     /* no, a group */
	struct text package;
	struct text allowance; /* or what tiers, a cap, a limit count */
	int32_t cycle;
};
/* The cycle comes first, so that a month's counters lie together and old ones can go together. */
void key_of_counter(struct record_key *key, const struct counter_key *counter);
bool key_is_of_counter(struct bytes key, struct counter_key *counter);
/* "owner/package.allowance/2026-03-01", the owner "group:…" if it is one; how long it is. */
#define COUNTER_TEXT_MAX 256
size_t counter_key_format(const struct counter_key *counter, char text[COUNTER_TEXT_MAX]);

/* What was counted in a cycle, and what open sessions may still add to it. */
struct counter {
	int64_t used;
	int64_t held; /* ≥ 0 */
};
#define COUNTER_VALUE_MAX 16
struct counter counter_read(struct bytes value);
/* At `place`, which has room for COUNTER_VALUE_MAX bytes. */
struct bytes counter_write(uint8_t *place, struct counter counter);

/*
 * A key as people know it: "account/main", "2026-09-21T04:00:00Z balance account/gift". False: its
 * table has no such keys.
 */
#define RECORD_TEXT_MAX 600
bool record_key_format(uint8_t table, struct bytes key, char text[RECORD_TEXT_MAX]);

/* What is known of a customer: a count, which is a byte, and so many named values. None: a value of no bytes. */
struct field_reader customer_facts(struct bytes value);

enum subscription_state { SUBSCRIPTION_ACTIVE, SUBSCRIPTION_SUSPENDED, SUBSCRIPTION_ENDED };
const char *subscription_state_name(enum subscription_state state); /* "active" … */

enum balance_kind { BALANCE_CASH, BALANCE_GIFT, BALANCE_DEPOSIT, BALANCE_UNITS };
const char *balance_kind_name(enum balance_kind kind); /* "cash" … */

struct balance {
	int64_t amount; /* micro-units, or units */
	int64_t held;
	uint64_t
		earlier; /* position of the newest entry that touched it on an earlier day, 0 if none */
	uint32_t day; /* of the newest entry; 0 if none */
	enum balance_kind kind;
	struct text unit; /* "CNY"; of BALANCE_UNITS "second", "byte" or "item", never changed */
	struct span span;
	struct text
		user; /* for whose usage alone it pays; size 0: for all that the account pays for */
	bool user_is_group; /* else it is a subscription */
	bool frozen;        /* it pays nothing for the time being */
	/* How long it is valid from its first use. Until then the span has no end, and then it has. */
	struct validity first_use;
	/*
	 * When it was used again for another gift, by the shard's clock: what was paid of it before
	 * does not come back to it. 0: never.
	 */
	int64_t begun_ms;
	struct telling tells;     /* when it is low, and that it ends */
	uint8_t pays_count;       /* 0: it pays for everything */
	struct field_reader pays; /* texts: a service, or a service, a dot and one of its zones */
};
#define BALANCE_PAYS_MAX 32
#define BALANCE_VALUE_MAX 2400
/* How many balances an account has at most; the first is "main". */
#define ACCOUNT_BALANCES_MAX 64
struct balance balance_read(struct bytes value);
void balance_write(struct field_writer *writer, const struct balance *balance);
/*
 * What a new entry of `day` makes of the two history fields, given the position of the entry before
 * (the record's version). The chain of `earlier` lets a search by date skip whole days.
 */
void balance_touch(struct balance *balance, uint64_t version, uint32_t day);

struct account {
	struct text customer;
	struct text currency;
	struct text zone;
	uint8_t bill_day;
	struct money floor;           /* the balance may fall to this, 0 or negative */
	bool frozen;                  /* its balances pay nothing for the time being */
	struct money temporary_floor; /* before an instant it may fall to this, if that is lower */
	int64_t temporary_till_ms;    /* INT64_MIN: there is no such floor */
	struct telling
		tells;  /* when the main balance is low; that any other ends that says not when */
	bool has_units; /* some of its balances are of units */
	uint8_t balance_count;
	struct field_reader balances; /* texts */
};
struct account account_read(struct bytes value);
void account_write(struct field_writer *writer, const struct account *account);
/* The byte before the names of its balances, which says how many there are. */
void account_count_write(struct field_writer *writer, size_t balance_count, bool has_units);

static inline struct money
account_floor(const struct account *account, int64_t now_ms)
{
	bool lower = now_ms < account->temporary_till_ms &&
		money_compare(account->temporary_floor, account->floor) < 0;
	return lower ? account->temporary_floor : account->floor;
}

struct subscription {
	struct text account;
	struct text product;
	uint8_t payer_count;        /* other accounts that pay for its usage */
	struct field_reader payers; /* of payer */
	uint8_t state_count;
	struct field_reader states; /* span, u8 */
	uint8_t service_count;
	struct field_reader services; /* text, span */
	uint8_t package_count;
	bool is_member;               /* the groups by which it holds packages have it */
	struct field_reader packages; /* of package_held */
};
struct subscription subscription_read(struct bytes value);
struct text subscription_account(struct bytes value); /* its first field alone */

/* An account that pays for a subscription before that's own does. */
struct payer {
	struct text account;
	bool is_bounded;
	struct money bound;       /* in a calendar month, if it is */
	uint8_t pays_count;       /* 0: it pays for everything */
	struct field_reader pays; /* texts: a service, or a service, a dot and one of its zones */
};
#define SUBSCRIPTION_PAYERS_MAX 8
struct payer payer_read(struct field_reader *payers);
void payer_write(struct field_writer *writer, const struct payer *payer);
/* The first byte behind the product; the payers follow it, if there are any. */
void
subscription_counts_write(struct field_writer *writer, unsigned state_count, unsigned payer_count);
/* The byte before the packages. */
void
subscription_packages_write(struct field_writer *writer, unsigned package_count, bool is_member);

/* A package that a subscription holds, by itself or as a member of a group. */
struct package_held {
	struct text package;
	struct span span;
	struct text group;          /* size 0: none; then the rest says nothing */
	int64_t group_from_ms;      /* since when the group holds it */
	uint32_t members;           /* of the group; 0: nobody said how many */
	bool pays;                  /* of its members, the one who owes what it owes once */
	uint8_t param_count;        /* that the order gave */
	struct field_reader params; /* of named_value */
	uint8_t fact_count;         /* that formulas may ask for */
	struct field_reader facts;  /* span, named_value */
};
#define GROUP_MEMBERS_MAX 1000000
#define PACKAGE_VALUES_MAX 255 /* parameters of one that is held, or facts */
struct package_held package_held_read(struct field_reader *packages);
void package_held_write(struct field_writer *writer, const struct package_held *held);

/*
 * Since when it has the terms it has: a release that is for new subscriptions since then, or since
 * an earlier instant, is for it. INT64_MIN: since ever. Walks its packages, which stand before.
 */
int64_t subscription_terms(const struct subscription *subscription);
/* Without its terms, which come behind. */
struct bytes subscription_before_terms(struct bytes value);
/* From when till when it is not ended; in between it may be. None: from INT64_MAX to INT64_MIN. */
struct span subscription_life(const struct subscription *subscription);
/* The state at an instant; ENDED outside all spans. */
enum subscription_state subscription_state_at(const struct subscription *subscription, int64_t ms);

/* The subscription that held the service id at an instant; size 0 if none did. */
struct text service_holder(struct bytes value, int64_t ms);

/*
 * What was given back of a charge so far. A charge of which nothing was has no such record; that of
 * a charge that cost nothing, and was refunded, may hold zeros.
 */
struct refund_record {
	struct money money;
	int64_t quantity;
	struct money amounts; /* of the money, what was asked for as such */
};
struct refund_record refund_record_read(struct bytes value);
void refund_record_write(struct field_writer *writer, const struct refund_record *refund);
void key_of_refund(struct record_key *key, uint64_t charge);
bool key_is_of_refund(struct bytes key, uint64_t *charge);

/*
 * Something is due at an instant. The record is made and ended by the entries that make it necessary
 * and void, so it is as durable as what it is about, and never differs from that.
 */
enum timer_kind {
	TIMER_BALANCE =
		1, /* its validity ends, or that is to be told; the owner is the balance's key */
	TIMER_SESSION,      /* its time is over; service id, zero byte, session id */
	TIMER_SUBSCRIPTION, /* its agenda has something; the subscription's id */
	TIMER_NOTICE,       /* something may be to be told of what ends; the subscription's id */
	TIMER_RELEASE,      /* what it asks anew is to be looked for; see engine/agenda_walk.h */
	TIMER_AGREEMENT,    /* it is to be told that an agreement ends; the customer's id */
};
const char *timer_kind_name(enum timer_kind kind); /* "balance" …; NULL if there is no such kind */

#define TIMER_OWNER_MAX 160
#define TIMER_KEY_MAX (8 + 1 + TIMER_OWNER_MAX)
struct timer_key {
	int64_t at_ms; /* ≥ 0 */
	enum timer_kind kind;
	struct bytes owner;
};
/* The instant comes first, in the order of bytes: so the order of keys is that of time. */
void key_of_timer(struct record_key *key, const struct timer_key *timer);
bool key_is_of_timer(struct bytes key, struct timer_key *timer);
/* What stands in every such record. */
extern const struct bytes TIMER_VALUE;

/*
 * What somebody is to be told, raised by the entry that made it true (engine/notice.h). Keys are in
 * the order in which notices were raised: `place` grows with each entry.
 */
struct notice_key {
	uint64_t place;
	uint16_t index; /* of several that one entry raised */
};
#define NOTICE_KEY_BYTES 10
void key_of_notice(struct record_key *key, const struct notice_key *notice);
bool key_is_of_notice(struct bytes key, struct notice_key *notice);
/* As clients know it, a cursor: 20 hexadecimal digits, whose order is that of keys; and a zero. */
#define NOTICE_TEXT_BYTES 20
void notice_key_format(const struct notice_key *notice, char text[NOTICE_TEXT_BYTES + 1]);
bool notice_key_parse(struct text text, struct notice_key *notice);

enum notice_kind {
	NOTICE_THRESHOLD = 1, /* what a package counts has come so far */
	NOTICE_LOW_BALANCE,   /* a balance has fallen so low */
	NOTICE_ENDING,        /* something ends so long from now: what is counted, or the package */
	NOTICE_USED_UP,       /* an allowance has nothing left */
	NOTICE_EXPIRING,      /* a balance ends so long from now */
	NOTICE_AGREEMENT_ENDING, /* an agreement of a customer does */
};
const char *notice_kind_name(enum notice_kind kind); /* "threshold" …; NULL if there is none */

#define NOTICE_SENTENCE_BYTES_MAX 4096
#define NOTICE_VALUE_MAX (11 * 1024)
struct notice_record {
	enum notice_kind kind;
	int64_t made_ms;
	int64_t at_ms;            /* of what raised it: the usage */
	struct text account;      /* empty: of the customer … */
	struct text customer;     /* … alone; else this is empty */
	struct text subscription; /* empty: of the account alone */
	struct text package;      /* likewise, and so on */
	struct text group;        /* that holds it, and for which it counts */
	struct text id;           /* of the package's notify */
	struct text threshold;    /* as it is written: "10%", "5.00" */
	struct text of;           /* what the package counts, or the balance */
	struct text unit;         /* a currency: amounts are micro-units */
	int64_t amount;           /* all there is of it, 0: it only counts; what the balance has */
	int64_t used;
	int64_t till_ms; /* when it ends; INT64_MAX: never */
	struct text en;
	struct text zh;
};
struct notice_record notice_record_read(struct bytes value);
void notice_record_write(struct field_writer *writer, const struct notice_record *notice);
/* Of the amount; 0 if more is used. */
static inline int64_t
notice_left(const struct notice_record *notice)
{
	return notice->amount > notice->used ? notice->amount - notice->used : 0;
}

#define RELEASE_NAME_BYTES 64 /* hexadecimal digits */

struct release_record {
	uint64_t size;
	int64_t published_ms;
	struct text by;
	struct text catalog;
	struct text why;
};
struct release_record release_record_read(struct bytes value);
void release_record_write(struct field_writer *writer, const struct release_record *release);

/*
 * A release is in force from the instant in the key on, until that of the next such record; the
 * instant may lie in the future. There is one an instant, so the history of what was in force is
 * kept whole, and what was to come into force can be replaced or taken back.
 */
struct activation_record {
	struct text release; /* its name */
	struct text by;
	struct text why;
	int64_t since_ms; /* for subscriptions with terms since then; INT64_MIN: for everyone */
};
struct activation_record activation_record_read(struct bytes value);
void
activation_record_write(struct field_writer *writer, const struct activation_record *activation);
void key_of_activation(struct record_key *key, int64_t at_ms); /* at_ms ≥ 0 */
bool key_is_of_activation(struct bytes key, int64_t *at_ms);

#endif
