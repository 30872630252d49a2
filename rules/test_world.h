/*
 * Inside of testing: a subscription in memory, and its clock. It holds packages and keeps the
 * counters of all that they count; its usage goes through rate_usage, the same code as a live one,
 * and what that says was counted is counted here. What is known of customers and sites has the
 * time for which it holds. There may be other subscriptions beside it, the
 * members of its groups: each has a name, and one of them at a time is who does something.
 *
 * Texts are borrowed: they belong to the image, or to whoever says what is held.
 */
#ifndef SUANPAN_TEST_WORLD_H
#define SUANPAN_TEST_WORLD_H

#include "bill.h"
#include "notices.h"
#include "refunding.h"
#include "sell.h"
#include "wallet.h"

#include "../engine/base/buffer.h"

struct world_counter {
	struct counter_name name;
	struct text member; /* whose it is, unless it is a group's */
	int64_t used;
};

/* What fell due for a package that is held. */
struct world_fee {
	size_t holding;
	struct text package;
	struct text charge;
	int64_t each;      /* as in a due_line */
	int64_t cycle_day; /* the first of its cycle */
	int64_t due_day;
	struct money amount;
};

/*
 * Who holds something, what its order gave, and the first day on which what falls due for it is not
 * known.
 */
struct world_held {
	struct text member;
	int64_t due_from;
	struct sell_item item; /* its parameters and lines */
};

/* A parameter of something that is held became another. */
struct world_change {
	size_t holding;
	struct due_change change;
};

/* What a member's usage cost in a month, for one service in one zone. */
struct world_billed {
	struct text member;
	int64_t month_day; /* the first */
	struct bill_line line;
};

/* Something that is known: of one member, or, if that is empty, of all who have none of their own. */
struct world_fact {
	struct due_fact fact;
	struct text member;
};

/* What is kept of a usage that has a name, so that it can be refunded. */
struct world_charge {
	struct text name;
	uint32_t service, zone;
	int64_t at_ms, quantity;
	int64_t given; /* so much of it was given back */
	const struct refund_line *lines;
	size_t line_count;
	const struct refund_count *counts;
	size_t count_count;
	struct refund_payment *payments;
	const size_t *purses; /* of each payment, in the wallet */
	size_t payment_count;
};

/* What is kept of a session that is open; lists lie in `kept` of the world. */
struct world_session {
	struct usage usage; /* of which `quantity` was used */
	struct money charged;
	/* Lists of how much more it counted, used_after - used_before: by what was used and granted, */
	const struct consumption *counted;
	size_t counted_count;
	/* … and by what was used, when notices were told of it. */
	const struct consumption *told;
	size_t told_count;
};

struct world {
	const struct image *image;
	const struct rate_functions *functions;
	const struct due_functions *due_functions;
	struct test_report
		*report; /* where what falls due is counted, for coverage; NULL: nowhere */
	int64_t clock_ms;
	struct text member; /* who does something now; empty: whom the test is about */
	struct holding *holdings;
	struct world_held *held; /* of each holding */
	size_t holding_count;
	size_t holding_room;
	struct holding *own; /* what the member holds, where there are several */
	size_t own_room;
	struct world_change *changes;
	size_t change_count;
	size_t change_room;
	struct world_fact *facts;
	size_t fact_count;
	size_t fact_room;
	struct world_billed *billed;
	size_t billed_count;
	size_t billed_room;
	struct due_pricing refused; /* why what falls due had no price */
	struct world_fee *fees;     /* in the order in which they fell due */
	size_t fee_count;
	size_t fee_room;
	size_t fees_told; /* so many were expected already */
	struct world_counter *counters;
	size_t counter_count;
	size_t counter_room;
	struct money charged;   /* in all */
	struct wallet wallet;   /* what it is paid from */
	struct notice *notices; /* in the order in which they were told */
	size_t notice_count;
	size_t notice_room;
	size_t notices_told; /* so many were expected already */
	int64_t told_ms;     /* what is due by then was told */
	struct world_charge *charges;
	size_t charge_count;
	size_t charge_room;
	struct world_session session;
	struct arena kept; /* the lists of the charges and the session */
};

void
world_init(struct world *world, const struct image *image, const struct rate_functions *functions);
void world_release(struct world *world);
/* Nothing held, counted or charged; memory is kept. */
void world_clear(struct world *world, int64_t clock_ms);

/* From now on this member is who does something. */
void world_be(struct world *world, struct text member);
/* From now on the member holds this, too. False without memory. */
bool world_hold(struct world *world, const struct holding *holding);
/* What its order gave what the member holds last. */
void world_give(struct world *world, const struct sell_item *item);
/*
 * A parameter of the package that the member holds at an instant, or will, becomes another then;
 * *held is false if there is none. False without memory.
 */
bool
world_change(struct world *world, struct text package, const struct due_change *change, bool *held);
/* A package ends at the clock's time, or never begins; false if the member did not hold it. */
bool world_end(struct world *world, struct text package);
/* Moves the clock, which never goes back. */
void world_move(struct world *world, int64_t clock_ms);

/*
 * The member's counter in the cycle of an instant, or that of the group by which it holds the
 * package; false if the package has no such counter.
 */
bool world_counter(const struct world *world, struct text package, struct text counter, int64_t ms,
	struct counter_name *name);
/* Sets a counter. False without memory. */
bool world_count(struct world *world, const struct counter_name *name, int64_t used);
/* What it has counted; 0 if nothing. */
int64_t world_used(const struct world *world, const struct counter_name *name);
/* What a counter has counted as text: an amount "45.00", or a number of units. */
size_t world_format(const struct world *world, const struct counter_name *name, int64_t value,
	char text[MONEY_TEXT_MAX]);
/* What an allowance has left at the clock's time, carried units included; 0 if it is not held. */
int64_t world_left(struct world *world, struct text package, struct text allowance);

/* test_bill.c: what comes off the member's bill of the clock's month, as of now; it lies in the arena. */
enum status world_bill(struct world *world, struct arena *arena, struct bill_discounts *discounts,
	struct fault *fault);
/*
 * Usage of that time cost so much, or less where some is given back. False without memory, or past
 * what money can hold.
 */
bool world_bill_add(struct world *world, int64_t at_ms, const struct bill_line *line);

/* test_told.c */
/* From now on this is known; what was known by that name ends when it begins. False without memory. */
bool world_tell(struct world *world, const struct world_fact *fact);
/*
 * What formulas may ask for, of a member; what conditions see of a customer at the clock's time,
 * sorted by name. They lie in the arena: NULL without memory.
 */
const struct due_fact *world_formula_facts(
	const struct world *world, struct text member, struct arena *arena, size_t *count);
const struct attribute *
world_customer_facts(const struct world *world, struct arena *arena, uint32_t *count);
/* What became of the parameters of a holding; NULL without memory. */
const struct due_change *
world_changes(const struct world *world, size_t holding, struct arena *arena, size_t *count);

/* What is held now owes nothing for days up to that of the clock. */
void world_owe_nothing(struct world *world);
/*
 * Charges what has fallen due up to the clock's time and was not charged before. False if
 * something has no price, as world->refused tells; else without memory, past what money can hold,
 * or with a fault of the machine, as *fault tells.
 */
bool world_fall_due(struct world *world, struct arena *arena, struct fault *fault);

/*
 * What the member holds and has counted, as a question without usage; good until the next one is
 * asked. False without memory.
 */
bool world_question(struct world *world, struct rate_question *question);
/* Prices a usage, and changes nothing. */
enum rate_outcome world_price(struct world *world, const struct usage *usage, struct arena *arena,
	struct pricing *pricing, struct fault *fault);
/* Counts what such a pricing uses and costs. False without memory, or past what money can hold. */
bool world_charge(struct world *world, const struct usage *usage, const struct pricing *pricing);

/*
 * What is held and counted at the clock's time, as lines in "zh" or "en"; false without room in the
 * buffer.
 */
bool world_describe(const struct world *world, struct text language, struct buffer *out);

#endif
