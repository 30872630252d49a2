/*
 * One event while it is rated: what the files of the rating engine share. Only they include this;
 * rate.h is for everybody else.
 *
 *   rate.c      the event's service and zone, then each component, then the lines
 *   choice.c    which tariff prices a component at an instant
 *   runs.c      how many units, in which bands, at what price
 *   pools.c     which of them are free
 *   own.c       which of them the customer has units of its own for
 *   grants.c    how much an allowance gives in a cycle
 *   left.c      what is left of it, where no event asks
 *   counted.c   whether what was counted still counts
 *   notices.c   what a charge crosses, and what is due
 *   refunding.c what a refund gives back
 *   tiers.c     what those cost that are paid, where that depends on how many they are
 *   discounts.c what comes off
 *   caps.c      limits before anything is priced, caps when all is
 *   prices.c    prices that stand in tables
 *   unused.c    why a discount took nothing
 *   tariff_change.c when usage that goes on has another tariff
 *   nearest.c   what was near when nothing did
 *
 * Functions that return bool return false when the rating has ended early: refused, cold or faulty,
 * as *rating tells.
 */
#ifndef SUANPAN_RATING_H
#define SUANPAN_RATING_H

#include "discounts.h"

/* A version of a package, and while it is both held and in force: from_ms ≤ t < till_ms. */
struct held {
	const struct package *package;
	int64_t from_ms;
	int64_t till_ms;
	const struct holding *holding;
};

#define NO_POOL UINT32_MAX

/* What prices a component at an instant (tariff NULL: nothing), unchanged until till_ms. */
struct choice {
	const struct package *package;
	const struct tariff *tariff;
	int64_t till_ms;
	const struct holding *holding;
};

/* Whose an allowance or a meter is: a version of a package, and how that is held. */
struct owner {
	const struct package *package;
	const struct holding *holding;
};

/* For whom it counts: the group, if it is shared and the package is held by one. */
static inline struct text
owner_group(const struct owner *owner, bool shared)
{
	return shared ? owner->holding->group : (struct text){ NULL, 0 };
}

/* The counter of an allowance or meter in one cycle, and how far this event has moved it. */
struct pool {
	const void *counts; /* the allowance or meter */
	bool money;
	enum unit unit; /* of what is no money */
	struct cycle_span cycle;
	struct counter_name name;
	int64_t used_before;
	int64_t used;
	uint32_t turn;     /* of those that units were taken from, the first is 1; else 0 */
	struct text label; /* "package.allowance", once units were taken */
};

/* An allowance, in one cycle, that a run of units may use. */
struct use {
	int64_t amount;
	size_t pool;
	const struct convert *convert; /* of the allowance */
	size_t member;                 /* the pool of what a member takes, or NO_POOL */
	int64_t member_cap;
	bool own; /* the customer's own units */
};

/* The pools of a tariff's tiers, as places in rating->pools, or NO_POOL. */
struct tally {
	uint32_t counted;
	uint32_t charged;
};

/* A line that grows. */
struct draft {
	const struct package *package;
	const struct tariff *tariff;
	struct tally tally; /* volume tiers over a cycle: the line is for one cycle */
	int64_t counted;    /* units that are paid, for tiers that ask the line */
	struct price_part *parts;
	size_t part_count;
	size_t part_room;
	struct money setup;
	struct money recount;
	struct money paid;  /* the sum of the parts */
	struct money gross; /* within minimum and maximum, not rounded */
	int128 off;         /* picos that discounts take, if there are some */
};

/* Positions from … till - 1 of the event. */
struct span {
	int64_t from;
	int64_t till;
};

struct span_list {
	struct span *list;
	size_t count;
	size_t room;
};

enum answer { NOT_ASKED, ANSWER_NO, ANSWER_YES };

struct rating {
	const struct rate_question *question;
	const struct image *image;
	const struct usage *usage;
	struct arena *arena;
	struct fault *fault;

	uint32_t service;
	const struct zone_map *map; /* NULL: the service has no zones */
	uint32_t zone;
	struct text zone_name;

	int64_t quantity; /* of the event, as its service counts it */
	/*
	 * Where in the event something is, is a position: milliseconds since its beginning if it
	 * lasts; else units, and all of them happen at its instant.
	 */
	bool lasts;
	int64_t unit_length; /* of a unit of the service, in positions */
	int64_t end;         /* position; 1 for quantity 0, which has no units */
	int64_t till_ms;     /* of the event; at_ms + 1 if it does not last */

	struct held *held; /* by layer, then as held; only what overlaps the event */
	size_t held_count;
	size_t held_room;
	bool bounded;     /* something that is held has caps or limits */
	bool discounted;  /* or discounts */
	uint8_t *answers; /* enum answer of each function that was asked `when` */
	struct pool *pools;
	size_t pool_count;
	size_t pool_room;
	uint32_t turns;   /* of pools so far */
	struct use *uses; /* of the run at hand */
	size_t use_count;
	size_t use_room;
	struct draft *drafts;
	size_t draft_count;
	size_t draft_room;
	uint32_t runs;

	struct money amount; /* of the lines that are finished */
	const struct price_line *lines;
	const struct consumption *consumptions;
	size_t consumption_count;

	/* How it ended, unless it is priced. */
	enum rate_outcome outcome;
	enum rate_refusal refused;
	struct near_miss nearest;
};

/* Where the lists begin: what a usual event needs takes nothing from the arena. */
struct scratch {
	struct held held[4];
	struct pool pools[2];
	struct use uses[4];
	struct draft drafts[2];
};

/* pools.c: one more use of a pool; NULL ends the rating. */
struct use *use_new(struct rating *rating, const struct pool *pool, int64_t amount,
	const struct convert *convert);

/* rate.c */
bool rating_refuse(struct rating *rating, enum rate_refusal why, const struct near_miss *nearest);
bool rating_out_of_memory(struct rating *rating);
/* A function's failure: `what` is the condition that it decides. */
bool rating_function_failed(
	struct rating *rating, enum call_outcome outcome, const struct near_miss *what);
/* A full list moves to where it has more room; NULL without memory, which ends the rating. */
void *rating_move(struct rating *rating, void *list, size_t *room, size_t size);

/* The list, with room for one more behind `count` elements; or NULL like rating_move. */
static inline void *
rating_grow(struct rating *rating, void *list, size_t count, size_t *room, size_t size)
{
	return count < *room ? list : rating_move(rating, list, room, size);
}

/* Does a tariff or allowance serve this event's service and zone? */
static inline bool
rating_serves(const struct rating *rating, uint32_t service, const struct zone_set *zones)
{
	return service == rating->service &&
		(rating->map == NULL || zone_set_has(zones, rating->zone));
}

/* Does one of them serve it, or are there none, which is everything? */
static inline bool
rating_serves_any(const struct rating *rating, const struct serve *serves, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (rating_serves(rating, serves[i].service, &serves[i].zones))
			return true;
	return count == 0;
}

/* choice.c */
bool held_gather(struct rating *rating);
/* Is rating->held[index] in force when the event begins? One that is held twice counts once. */
bool held_in_force(const struct rating *rating, size_t index);
/* Does the function `when` of a rule of the package say yes? It is asked once an event. */
bool when_ask(struct rating *rating, const struct package *package, struct text rule,
	int32_t function, bool *yes);
bool choice_make(struct rating *rating, uint32_t component, int64_t ms, struct choice *choice);

/*
 * pools.c: lists in rating->uses what units that begin at `ms` may use, in order; the list is good
 * until *till_ms, which it only lowers. Of one of them a step of `size` draws so much, or 0: it can't pay
 * for whole steps; then takes up to `wanted` units from it, each of which draws that.
 */
bool uses_gather(struct rating *rating, const struct choice *choice, int64_t ms, int64_t *till_ms);
int64_t use_draws(const struct use *use, const struct tariff *tariff, int64_t size);
bool use_take(struct rating *rating, const struct use *use, int64_t draws, int64_t wanted,
	int64_t *taken);

/*
 * own.c, which is asked only if the customer has units of its own: puts them among rating->uses, for
 * units that begin at a position, good until *till, which it only lowers; and the consumptions of an
 * event in the order in which they were begun.
 */
bool
own_gather(struct rating *rating, const struct tariff *tariff, int64_t position, int64_t *till);
void own_sort(struct rating *rating, struct consumption *list);

/*
 * grants.c: what an allowance gives in a cycle. Of an earlier cycle, the version that was in force
 * at its end says how much; NULL if there was none, or it was not held.
 */
int64_t grant_amount(const struct image *image, const struct owner *owner,
	const struct allowance *allowance, const struct cycle_span *cycle);
const struct allowance *grant_earlier(const struct image *image, const struct owner *owner,
	const struct allowance *allowance, const struct cycle_span *cycle);
/*
 * Of an allowance that is given once: while it is good, named by its first day; and the version of
 * it that was given, or NULL if the package did not have it then.
 */
struct cycle_span grant_validity(
	const struct image *image, const struct owner *owner, const struct allowance *allowance);
const struct allowance *grant_given(
	const struct image *image, const struct owner *owner, const struct allowance *allowance);
/* The version of a package at an instant; NULL if none was in force. */
const struct package *package_version(const struct image *image, struct text id, int64_t ms);
/* Steps to the cycle before; false at the beginning of time. */
bool cycle_step_back(const struct image *image, enum cycle every, struct cycle_span *cycle);

/* The pool of a meter in the cycle of an instant; NULL ends the rating. */
struct pool *
meter_pool(struct rating *rating, const struct owner *owner, const struct meter *meter, int64_t ms);

/*
 * tiers.c: opens the pools that a tariff's tiers ask for units that begin at `ms`, good until
 * *till_ms, which it only lowers.
 */
bool tiers_open(struct rating *rating, const struct choice *choice, int64_t ms, struct tally *tally,
	int64_t *till_ms);
/* The tier of the next unit, from 0, and how many of *units that follow lie in it. */
uint32_t tiers_cut(const struct tiers *tiers, int64_t counted, int64_t size, int64_t *units);
/* Prices a line of volume tiers once all its units are known. */
bool volume_price(struct rating *rating, struct draft *draft);
/* Notes what such a line costs, for the lines after it in the cycle. */
bool volume_note(struct rating *rating, const struct draft *draft, struct money amount);

/* Names a pool "package.id"; false without memory. */
bool pool_label(struct rating *rating, struct pool *pool);

/*
 * caps.c, which is asked only if rating->bounded: refuses what a limit that was reached forbids;
 * counts the event for the limits; makes a line cost no more than its caps leave, and counts what
 * it costs.
 */
bool limits_check(struct rating *rating);
bool limits_note(struct rating *rating);
bool caps_apply(struct rating *rating, struct price_line *line);

/*
 * discounts.c, which is asked only if rating->discounted: what comes off the lines. discount_check
 * finds the first condition that is not met.
 */
enum discount_condition {
	DISCOUNT_MET,
	DISCOUNT_SERVES,
	DISCOUNT_MEMBERS,
	DISCOUNT_NEEDS,
	DISCOUNT_WHEN
};
bool discount_check(struct rating *rating, const struct held *held, const struct discount *discount,
	enum discount_condition *unmet);
bool discount_is_on_band(const struct discount *discount, struct text band);
bool discounts_apply(struct rating *rating, struct price_line *lines);

/* prices.c: the price in the row that a unit has which begins at an instant in a band. */
struct table_price {
	struct money amount;
	uint32_t row; /* from 1; 0: the price stands in no table */
};
/* *till_ms becomes earlier if it may have another row from then on. */
bool table_price_find(struct rating *rating, const struct choice *choice, int64_t ms, uint32_t band,
	struct table_price *price, int64_t *till_ms);

/* runs.c: drafts lines for one component and appends where nothing prices it to *gaps. */
bool component_price(struct rating *rating, uint32_t component, struct span_list *gaps);

/* unused.c: why the discount that *miss names took nothing; its condition stays NULL if it did. */
bool unused_find(struct rating *rating, const struct pricing *pricing, struct near_miss *miss);

/* tariff_change.c: the first change within what is not done of the event, or INT64_MAX. */
bool change_find(struct rating *rating, int64_t *change_ms);

/* nearest.c: texts for what was wanted and got; data is NULL without memory. */
struct text near_zone_names(const struct rating *rating, const struct zone_set *set);
struct text near_instant(const struct rating *rating, const char *before, int64_t ms);
/* The first package that is held at the instant; empty if none is. */
struct text near_held_name(const struct rating *rating, int64_t ms);

/* nearest.c: each ends the rating with a refusal and what was nearest to a price. */
bool refuse_service(struct rating *rating);
bool refuse_digits(struct rating *rating, struct text digits);
bool refuse_tariff(struct rating *rating, int64_t ms);
bool refuse_overflow(struct rating *rating, const struct draft *draft /* or NULL */);
/* Not an amount, but what is counted ("units"), or the "parts" of the event, are too many. */
bool refuse_beyond(struct rating *rating, const char *what);
bool refuse_limit(struct rating *rating, const struct package *package, const struct limit *limit,
	int64_t counted);
/* The tariff does not round, and its discounts leave less than a micro-unit. */
bool refuse_fraction(struct rating *rating, const struct draft *draft);
bool refuse_calendar(struct rating *rating, const struct choice *choice, int64_t ms);
bool refuse_count(struct rating *rating, struct text attribute, const struct attribute *got);
bool refuse_units(struct rating *rating, const struct draft *draft, int64_t wanted, int64_t there);

#endif
