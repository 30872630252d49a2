/*
 * A session's request while it is decided: shared by session.c, which reads it, session_find.c, which
 * finds whom it is for, session_ask.c, which finds what it asks for, session_rate.c, which prices and
 * grants, session_count.c and session_pay.c, which know what of counters and balances is left, and
 * session_entry.c, which does what was decided, only.
 */
#ifndef SUANPAN_SESSION_PARTS_H
#define SUANPAN_SESSION_PARTS_H

#include "notice.h"
#include "once.h"
#include "payers.h"
#include "purses.h"
#include "subject.h"

#include "../rules/session_terms.h"
#include "../store/session_record.h"

enum session_request {
	SESSION_RESERVE = 1,
	SESSION_UPDATE,
	SESSION_COMMIT,
	SESSION_RELEASE,
	SESSION_EXPIRE, /* nobody's request: its time is over */
};

/* Why a part gets less than it asks for, or can't be priced. */
struct shortage {
	enum say say; /* SAY_COUNT: it does not */
	struct text arguments[SAY_ARGUMENTS_MAX];
	struct pay_too_low too_low;
};

/* A counter, as the journal has it and as the parts that were decided so far have left it. */
struct counting {
	struct record_key key;
	struct counter_name name;
	struct counter before;
	struct counter now;
	uint8_t unit; /* as in struct session_counter; known where a part counts */
	struct record_seen seen;
};

/* A part of the session, as it was, and then as it will be. */
struct part_work {
	struct session_part part;
	bool is_new;
	const struct session_part_params *asks; /* NULL: the request says nothing of it */
	struct session_terms terms;             /* by the catalog */
	bool is_asked;                          /* for more … */
	int64_t wanted;                         /* … so much */
	const struct attribute *attributes;
	struct session_counter *counters; /* part.counter_count of them, once it is touched */
	struct session_hold *holds;       /* likewise */
	struct payers payers;             /* other accounts that may pay for it before */
	struct purses purses;             /* that may pay for it besides the main balance */
	struct own_units *own;            /* balances of units that may, or did */
	size_t own_count;
	int64_t settled;        /* so much of it had been reported before */
	struct pricing pricing; /* of all that was used */
	bool is_priced;
	int64_t unpriced;     /* of what was used: nothing prices it */
	struct money charged; /* by this request */
	struct money unpaid;  /* of all that was used */
	struct money held;
	int64_t granted;   /* by this request */
	int64_t change_ms; /* within that; INT64_MAX: the tariff does not change */
	struct shortage shortage;
};

struct session_deciding {
	struct call *call;
	const struct session_params *params;
	enum session_request request;
	struct once once;
	const struct loaded_release *release;
	struct subject subject; /* the main balance as it will be */
	int64_t main_before;
	struct record_key key;
	struct session session;
	bool is_too_long; /* its record would be longer than one may be */
	bool overtaken;   /* a request with a higher number was decided before */
	struct holding *holdings;
	size_t holding_count;
	struct part_work works[SESSION_PARTS_MAX];
	size_t work_count;
	struct purse_held *others; /* balances besides the main one that change, as they will be */
	size_t other_count, other_room;
	size_t paying_count; /* of them, that pay; `turn` of each says in which order */
	unsigned begun;      /* of them, that are used for the first time */
	struct counting *countings;
	size_t counting_count, counting_room;
	struct raised raised;   /* what the request makes known */
	struct record_key cold; /* what is to be waited for */
};

/*
 * Sessions end at whole seconds, late rather than early: so the timers of a second lie together, and
 * a request that has to be decided again means the same one.
 */
static inline int64_t
session_whole_second(int64_t ms)
{
	return (ms + SECOND_MS - 1) / SECOND_MS * SECOND_MS;
}

/* Does the request tell that some of a part was used? */
static inline bool
session_reports(const struct session_deciding *deciding, const struct part_work *work)
{
	return deciding->request != SESSION_RESERVE && work->asks->used != NOT_GIVEN;
}

/* Is the session over with this request? */
static inline bool
session_closes(const struct session_deciding *deciding)
{
	return deciding->request >= SESSION_COMMIT;
}

/*
 * session_find.c. A request begins; is the session open, as it needs it, and whose is it? Its
 * subscription and account, its parts, and its timer, by when it is open if nothing more is heard.
 */
void session_begin(struct session_deciding *deciding, struct call *call,
	const struct session_params *params, enum session_request request);
enum progress session_find(struct session_deciding *deciding, enum call_end *end);
enum progress session_find_payer(struct session_deciding *deciding, enum call_end *end);
enum progress session_make_room(struct session_deciding *deciding, enum call_end *end);
enum progress session_find_parts(struct session_deciding *deciding, enum call_end *end);
enum progress session_find_timer(struct session_deciding *deciding, enum call_end *end);

/* session_expiry.c: ends the session of a request, whose time is over. */
enum progress session_expire(struct session_deciding *expired, enum call_end *end);

/* session_release.c: by which release the session is rated; it may have to be loaded. */
enum progress session_find_release(struct session_deciding *deciding, enum call_end *end);

/*
 * session_ask.c: of each part its terms, and how much is asked for of it; how long the session stays
 * open without another request.
 */
enum progress session_find_wanted(struct session_deciding *deciding, enum call_end *end);
int64_t session_validity_ms(const struct session_deciding *deciding);

/*
 * session_rate.c. Both change nothing but *deciding: what the parts hold is taken back where the
 * request touches them, what was used is priced and paid, and what is asked for is granted and
 * held, in the order of the parts.
 */
enum progress session_decide_parts(struct session_deciding *deciding, enum call_end *end);
/* What the parts hold that the request did not touch is held no more. */
enum progress session_let_go(struct session_deciding *deciding, enum call_end *end);

/*
 * session_count.c. A counter as it is by now; false: it is cold, or there is no memory; what is then
 * to be returned, session_wait_for_cold says.
 */
bool session_find_counter(struct session_deciding *deciding, const struct counter_name *name,
	struct counting **found);
enum fact session_counter_fact(void *context, const struct counter_name *name, int64_t *used);
enum progress session_wait_for_cold(struct session_deciding *deciding, enum call_end *end);
enum progress session_no_memory(struct session_deciding *deciding, enum call_end *end);
/* What a part has counted itself of money that no price counts; there is room for it. */
struct session_counter *session_own_money(struct part_work *work, const struct counter_name *name);
/* Takes off what a part holds of counters and, if `used`, what it has counted; and counts it anew. */
enum progress session_take_back_counters(
	struct session_deciding *deciding, struct part_work *work, bool used, enum call_end *end);
enum progress session_count_anew(struct session_deciding *deciding, struct part_work *work,
	const struct pricing *granted, enum call_end *end);

/*
 * session_pay.c. What a part holds of balances is theirs again. Who may pay for it: then what they
 * pay, of which session_take_paid takes what is not the main balance's, adding it to *sum; or holds
 * what is granted.
 */
enum progress session_take_back_holds(
	struct session_deciding *deciding, struct part_work *work, enum call_end *end);
enum progress session_find_purses(struct session_deciding *deciding, struct part_work *work,
	struct text zone, enum call_end *end);
enum pay_outcome session_pay(struct session_deciding *deciding, struct part_work *work,
	struct money cost, enum short_mode mode, struct payment *payment);
enum progress session_take_paid(struct session_deciding *deciding, struct part_work *work,
	struct money *sum, enum call_end *end);
enum progress session_hold_money(struct session_deciding *deciding, struct part_work *work,
	struct money cost, enum call_end *end);

/*
 * session_paid.c. A balance besides the main one pays so much more; who pays in all, as the pair
 * "paid", where others do. Does a part hold something of others than the main balance? Then the pair
 * "held_of".
 */
void
session_note_paid(struct session_deciding *deciding, struct purse_held *other, struct money amount);
void session_pack_paid(const struct session_deciding *deciding, struct pack *pack);
bool session_holds_others(const struct part_work *work);
void session_pack_holds(const struct part_work *work, struct pack *pack);

/* session_pay.c: the balance of a hold as it will be, unless it is the main one. */
enum progress session_find_other(struct session_deciding *deciding, const struct session_hold *hold,
	struct purse_held **found, enum call_end *end);

/*
 * session_units.c. What a part had of balances of units, as its counters say, is theirs again, and
 * counted anew; then who may pay, as rules see it. Last, once for a request: what would go back to a
 * balance that has expired meanwhile is lost.
 */
enum progress session_take_back_units(struct session_deciding *deciding,
	const struct session_counter *own, bool used, enum call_end *end);
enum progress session_count_units(struct session_deciding *deciding, struct part_work *work,
	struct session_counter *own, enum call_end *end);
enum progress
session_find_units(struct session_deciding *deciding, struct part_work *work, enum call_end *end);
void session_settle_units(struct session_deciding *deciding);

/* session_tell.c: what the request makes known, once all is decided; false without memory. */
bool session_raise(struct session_deciding *deciding);

/* session_entry.c: everything was decided; makes the entry, which can only fail as a whole. */
enum call_end session_take(struct session_deciding *deciding);
/* The same where nobody is answered; and the session's timer is set to when it expires by now. */
enum status session_store(struct session_deciding *deciding, struct fault *fault);
enum status session_postpone(struct session_deciding *deciding, struct fault *fault);

/* session.c: what a part is called; nothing is decided of a request that contradicts itself. */
struct text session_part_id(const struct session_part_params *asks);
enum progress
session_conflict(struct session_deciding *deciding, struct text say, enum call_end *end);
/* Refuses the request as a whole. */
enum call_end session_refuse(struct session_deciding *deciding, enum say say,
	const struct text *arguments, size_t count);

#endif
