/*
 * The methods, in one table: name, what each is for, its parameters with their types and limits,
 * its result, its errors. From this table come the checks of what clients send (params.h), `suanpan
 * help METHOD`, and the reference page. A method that is not here does not exist.
 */
#ifndef SUANPAN_METHOD_H
#define SUANPAN_METHOD_H

#include "say.h"

#include "../rules/rate.h"

enum field_type {
	FIELD_IDENTIFIER, /* struct text: 1 to 64 bytes, UTF-8, no control characters */
	FIELD_TEXT,       /* struct text: min to max bytes of UTF-8 */
	FIELD_INTEGER,    /* int64_t: min to max */
	FIELD_TIME,       /* int64_t milliseconds: an integer of them, or RFC 3339 with an offset */
	FIELD_MOMENT, /* struct moment: the same, or without an offset: a day or time in the catalog's zone */
	FIELD_MONEY,    /* struct money: decimal text, at most 6 decimals; min to max micro-units */
	FIELD_CURRENCY, /* struct text: three capital letters */
	FIELD_BOOLEAN,  /* bool */
	FIELD_CHOICE,   /* int: index in `choices` */
	FIELD_LIST,     /* struct list of `of`: min to max items */
	FIELD_FACTS,    /* struct facts: a map of names to texts and integers, at most max */
	FIELD_BYTES,    /* struct bytes: min to max */
	FIELD_MAP,      /* a map as `of` says, and its struct */
	/* only in results */
	FIELD_SAY, /* {en, zh} */
	FIELD_ANY,
};

struct list {
	void *items; /* array of what `of` describes, in the arena */
	size_t count;
};

struct facts {
	struct attribute *items; /* sorted by name */
	size_t count;
};

struct shape;

struct field {
	const char *name;
	enum field_type type;
	uint16_t offset; /* in the struct that the shape fills */
	bool required;
	int64_t min, max;
	const char *const *choices; /* ends with NULL */
	const struct shape *of;
	const char *en, *zh;
};

/*
 * A map with known fields, at most 64, and the struct it is read into. A field that was not there
 * reads as NOT_GIVEN (integers, times, money), a text or list without data, the first choice,
 * false, a map all of whose fields are so. A text stands for a map with only the first field, in a
 * list or where a map is asked for.
 */
#define NOT_GIVEN INT64_MIN

struct shape {
	const char *name;
	const struct field *fields;
	size_t field_count;
	size_t size;
};

struct call;
enum call_end {
	CALL_ENDED, /* answered, or an error was given */
	CALL_WAITS, /* call->want says for what; it will be run again from the start */
};

struct method {
	const char *name;
	const struct shape *params;
	const char *const *
		positional; /* names of the fields that may come as an array instead of a map; ends with NULL; at most 2 */
	const struct shape *result;
	const enum say *says; /* errors and refusals of its own; ends with SAY_COUNT */
	enum call_end (*run)(struct call *call, const void *params);
	/* Fetches memory that `run` will need, in METHOD_WARM_STEPS steps; may be NULL. */
	void (*warm)(struct call *call, const void *params, unsigned step);
	const char *en, *zh;
	/* Requests with the same first member of their params (a struct text) are decided in the order in which they came, also when one
	 * of them has to wait. */
	bool in_order;
};

#define METHOD_WARM_STEPS 6

/* NULL if there is none. */
const struct method *method_find(struct text name);
/*
 * charge, which is what each item of a batch is; and is it the batch? (It has no `run`: the shard
 * splits it.)
 */
const struct method *method_charge(void);
bool method_is_batch(const struct method *method);
/* All of them, in the order of the reference; *count how many. */
const struct method *const *methods_all(size_t *count);

/* The errors that any method may give; ends with SAY_COUNT. */
extern const enum say METHOD_COMMON_ERRORS[];

/* "an integer", "ein decimal text" … for messages and the reference. */
const char *field_type_name(enum field_type type, bool zh);

/* ---- what parameters become ---- */

enum short_mode { SHORT_REFUSE, SHORT_DEBT, SHORT_PARTIAL };

struct usage_params {
	struct text service_id;
	struct text id;
	int64_t attempt;
	struct text service;
	struct text to;
	int64_t at_ms;
	int64_t seconds;
	int64_t bytes;
	int64_t items;
	struct facts with;
	int short_mode;
	struct text why;
};

/* What a request of a session says of a part. */
struct session_part_params {
	struct text part;
	struct text service;
	struct text to;
	struct facts with;
	struct text unit;
	int64_t used;
	int64_t ask;
};

struct session_params {
	struct text service_id;
	struct text session;
	int64_t number;
	int64_t at_ms;
	int64_t validity_s;
	struct list parts; /* of struct session_part_params */
};

struct batch_params {
	struct list items; /* of struct usage_params */
};

struct dated_fact_params {
	struct moment from;
	struct moment till;
	struct facts with;
};

/* From when till when, of a package where it has an id. */
struct due_span_params {
	struct text id;
	struct moment from;
	struct moment till;
};

/* What a package costs besides usage. */
struct price_due_params {
	struct text package;
	struct moment from;
	struct moment till;
	struct moment held_from;
	struct moment held_till;
	struct text group;
	bool pays;
	struct list suspended; /* of struct due_span_params without ids */
	struct facts params;
	struct list facts;   /* of struct dated_fact_params */
	struct list besides; /* of struct due_span_params: packages, from when till when */
	int language;        /* 0 en, 1 zh */
};

struct hello_params {
	int language; /* 0 en, 1 zh */
	bool details;
	struct text client;
};

struct charge_get_params {
	struct text charge;
};

struct charge_explain_params {
	struct text charge;
	int language; /* 0 en, 1 zh */
};

/* So long; count is NOT_GIVEN where it was not said. */
struct validity_params {
	int64_t count;
	int every;  /* as enum validity_every of store/records.h */
	int begins; /* 0 now, 1 with the first use */
};

struct agreement_params {
	struct text id;
	int64_t from_ms;
	int64_t till_ms;
	struct validity_params ends_soon;
};

struct customer_params {
	struct text customer;
	struct text segment;
	struct text area;
	struct facts facts;
	struct list agreements; /* of struct agreement_params */
	int64_t expect;
};

struct amount_params {
	struct money amount;
};

struct percent_params {
	int64_t percent;
};

/* When somebody is to be told of money. */
struct telling_params {
	struct list low_balance; /* of struct amount_params */
	struct list low_percent; /* of struct percent_params */
	struct validity_params expires_soon;
};

struct account_params {
	struct text account;
	struct text customer;
	struct text currency;
	struct text zone;
	int64_t bill_day;
	struct money floor;
	bool frozen;
	struct money temporary_floor;
	int64_t temporary_till_ms;
	struct telling_params tells;
	int64_t expect;
};

/* Facts of a package that is held, and while they hold. */
struct held_fact_params {
	struct facts with;
	int64_t from_ms;
	int64_t till_ms;
};

struct span_params {
	struct text id; /* service id, package */
	int64_t from_ms;
	int64_t till_ms;
	int state; /* of a state */
	/* Of a package that a group holds. */
	struct text group;
	int64_t group_from_ms;
	int64_t members;
	bool pays;
	/* Of any package. */
	struct facts params;
	struct list facts; /* of struct held_fact_params */
};

/* For whose usage alone a balance is; one of the two, or none. */
struct balance_for_params {
	struct text subscription;
	struct text group;
};

struct balance_put_params {
	struct text account;
	struct text balance;
	int kind;         /* 0 gift, 1 deposit, 2 units */
	struct text unit; /* of units */
	bool frozen;
	struct list pays; /* of struct get_params */
	struct balance_for_params user;
	int64_t from_ms;
	int64_t till_ms;
	struct validity_params valid;
	struct telling_params tells;
	int64_t expect;
};

/* Who pays for a subscription before its account does. */
struct payer_params {
	struct text account;
	struct list services; /* of struct get_params */
	struct money up_to;
};

struct subscription_params {
	struct text subscription;
	struct text account;
	struct text product;
	struct list service_ids; /* of struct span_params */
	struct list packages;
	struct list states;
	struct list payers; /* of struct payer_params */
	int64_t expect;
};

struct group_params {
	struct text group;
	int kind;
	struct text home;
	struct list facts; /* of struct held_fact_params */
	int64_t expect;
};

struct group_get_params {
	struct text group;
	struct text after;
	int64_t limit;
};

struct get_params {
	struct text id;
};

struct balance_params {
	struct text account;
	struct text subscription;
};

/* A gift with a top-up; none where no balance is named. */
struct bonus_params {
	struct text balance;
	struct money amount;
};

/* Of balance.topup, balance.adjust and balance.transfer; each has some of these. */
struct movement_params {
	struct text account;
	struct text balance;
	struct text to;
	struct text to_balance;
	struct text id;
	int64_t attempt;
	int64_t at_ms;
	/* One of them is given. */
	struct money amount;
	int64_t seconds;
	int64_t bytes;
	int64_t items;
	struct text currency; /* of the amount */
	int short_mode;
	struct text why;
	struct bonus_params bonus;
	struct validity_params extends;
};

struct notice_list_params {
	struct text after;
	int64_t limit;
};

struct notice_ack_params {
	struct text till;
};

struct deposit_params {
	struct text account;
	struct text id;
	int64_t attempt;
	int64_t at_ms;
	struct text subscription;
	struct text package;
	struct text deposit;
};

/* charge.cancel has no part. */
struct refund_params {
	struct text charge;
	struct text session;
	struct text id;
	int64_t attempt;
	int64_t at_ms;
	struct text account;
	struct money amount;
	struct text currency;
	int64_t seconds;
	int64_t bytes;
	int64_t items;
	struct text by;
	struct text why;
};

/* Of each balance a position and a comma. */
#define HISTORY_CURSOR_BYTES_MAX (ACCOUNT_BALANCES_MAX * 21)

struct history_params {
	struct text account;
	int64_t limit;
	struct text cursor;
	int64_t from_ms;
	int64_t till_ms;
	int kind; /* place in HISTORY_KINDS */
	struct text user;
};
extern const char *const HISTORY_KINDS[]; /* "all", then kinds of entries */

struct publish_params {
	struct bytes bundle;
	struct text by;
	struct text why;
	bool activate;
	bool despite_tests;
};

struct diff_params {
	struct text from;
	struct text to;
	struct bytes bundle;
	int language; /* 0 en, 1 zh */
	int64_t limit;
};

enum audience { AUDIENCE_EVERYONE, AUDIENCE_NEW };

struct activate_params {
	struct text release;
	struct text by;
	struct text why;
	int64_t at_ms;
	int audience;
	int64_t since_ms;
};

struct migrate_params {
	struct list subscriptions; /* of struct get_params */
	struct text by;
	struct text why;
	bool preview;
	int language; /* 0 en, 1 zh */
};

struct release_params {
	struct text release;
	struct text by;
	struct text why;
};

struct revert_params {
	struct text by;
	struct text why;
};

struct cancel_params {
	int64_t at_ms;
	struct text by;
	struct text why;
};

struct limit_params {
	int64_t limit;
};

#endif
