/*
 * Rating: from one usage and what is held to a price, or to a refusal with its reason. It reads,
 * and changes nothing: the same image, holdings, counters and usage give the same pricing, byte for
 * byte.
 *
 * How an event is priced:
 *  1. Its zone is found once, by its service's zone map. A service that counts its items by what
 *     the event says of them makes its quantity of that.
 *  2. For each component of the catalog, the event is cut into stretches in which the same tariff
 *     applies. At the start of each unit the tariff is: among the packages held at that instant,
 *     the first layer that has one; in a package the first in written order whose service, zones
 *     and `when` fit. Of several packages of one layer that have one, that which is over all others;
 *     if there is none: refused, AMBIGUOUS_TARIFF.
 *  3. Units begin one after the other (seconds), or all at once (bytes, items). A unit that has
 *     begun is owed whole: its tariff, band and price are those of its first instant. Within a
 *     stretch and a band the units are counted in closed form: the time is that of the bands
 *     crossed, not of the units. The first unit of each component has the first step of its tariff,
 *     if that has one; no later unit has.
 *     A tariff that converts ("1 minute = 1 MB") cuts the event into what it converts: each that has
 *     begun makes all the steps that it converts to begin with it, and these are the units below.
 *  4. Units are taken from allowances first, in order, as long as a whole unit is left there in the
 *     cycle of the unit's first instant; the others are paid. The order is that of `uses`; or, if
 *     any may be used, by layer, then as held, then as written. Of an allowance that carries over,
 *     what is left of the earliest cycle goes first, as far as the package was held in it; how much
 *     a cycle gave is said by the version that was in force at its end. Of an allowance that is
 *     given once, the version says it that was in force when it began to be held. What is shared is
 *     counted for the group by which the package is held, and was given since the group held it; of
 *     that, a member takes no more than its cap in the cycle of the unit's first instant. A tariff that
 *     refuses what would have to be paid refuses the event as a whole.
 *     Units that the customer has of its own pay like those of an allowance, whatever allowances `uses` names;
 *     but where it names none (`uses = {}`), no units pay at all. What ends first goes first: own
 *     units stand before the first allowance that ends after them, one that carries over with the
 *     last cycle into which it does; of the own ones, whoever asks says the order.
 *     What is paid has the price of its tier, if the tariff has tiers: by the line alone, or by all
 *     that was paid for in the cycle of the unit's first instant. The first step that has a price
 *     of its own keeps it, and is counted.
 *  5. A line is one tariff's part of one event: set-up, units by band, minimum, maximum, then one
 *     rounding if the tariff says so. The set-up is that of the tariff of the component's first
 *     unit. A line whose amount a function gives has only minimum, maximum and rounding besides.
 *     Volume tiers over a cycle make a line for each cycle: what all units of the cycle cost by
 *     the tier that they reach, less what was charged for them so far, but never less than 0.
 *     Discounts that are held at `at` take their part before that rounding (discounts.h): of what
 *     the line would cost within its minimum and maximum, and never more than that. What volume
 *     tiers over a cycle count as charged is the line without its discounts.
 *  6. Last come the caps that are held at `at`: a line that has its amount costs no more than is
 *     left in each cap that serves the event, in the cycle of `at`.
 *  7. Where a tariff has a tax code, its line is split into net amount and tax, at the rate of `at`
 *     (tax.h); caps and what they count have no part in tax that is added.
 * Before anything is priced, a limit that is held at `at` and was reached in that cycle refuses the
 * event; the event that reaches it is priced whole.
 * A component that nothing prices during a part of the event is not charged for that part; but at
 * each instant at least one component must be priced, else the event is refused. Quantity 0 costs 0
 * and has a line without parts (and no set-up), if a tariff applies at `at`.
 */
#ifndef SUANPAN_RATE_H
#define SUANPAN_RATE_H

#include "image.h"
#include "tax.h"

struct attribute {
	struct text name;
	struct text text; /* data NULL: it is a number */
	int64_t number;
};

/* Usage that crosses more bands, tariffs and cycles, or lasts beyond INSTANT_MAX, is refused. */
#define RATE_RUNS_MAX 10000

struct usage {
	struct text service;
	struct text from;                   /* who used it: a service id */
	struct text to;                     /* may be empty */
	int64_t at_ms;                      /* INSTANT_MIN to INSTANT_MAX */
	int64_t quantity;                   /* ≥ 0, in units of the service */
	enum unit unit;                     /* as the client said; must be the service's */
	const struct attribute *attributes; /* sorted by name */
	size_t attribute_count;
};

/* The attribute of a name; NULL if the event has none. */
static inline const struct attribute *
usage_attribute(const struct usage *usage, struct text name)
{
	for (size_t i = 0; i < usage->attribute_count; i++)
		if (text_equal(usage->attributes[i].name, name))
			return &usage->attributes[i];
	return NULL;
}

/*
 * A package held by a subscription, from_ms ≤ t < till_ms: by itself, or as a member of a group that
 * holds it. Then what the package counts for all members together is counted for the group.
 */
struct holding {
	struct text package;
	int64_t from_ms;
	int64_t till_ms;
	struct text group;     /* empty: by itself, and the rest says nothing */
	int64_t group_from_ms; /* since when the group holds it, ≤ from_ms */
	uint32_t members;      /* of the group; 0: nobody said how many */
	bool pays;             /* of its members, the one who owes and gets what it does once */
};

/* How many hold the package together, by a group or by oneself; 0: nobody said. */
static inline uint32_t
holding_members(const struct holding *holding)
{
	return holding->group.size == 0 ? 1 : holding->members;
}

/* Does it owe and get what is so once for all who hold the package together? */
static inline bool
holding_pays(const struct holding *holding)
{
	return holding->group.size == 0 || holding->pays;
}

enum fact { FACT_KNOWN, FACT_COLD /* not in memory: the caller will load it and rate again */ };

/* What an allowance, or another meter, has counted in a cycle. Unknown counters are 0. */
struct counter_name {
	struct text package;
	struct text allowance; /* or meter */
	int32_t cycle;         /* cycle_span.first_day */
	struct text group;     /* whose it is; empty: the subscription's own */
};

struct rate_facts {
	void *context;
	enum fact (*counter)(void *context, const struct counter_name *name, int64_t *used);
};

enum call_outcome {
	CALL_DONE,
	CALL_FAILED, /* an error in it, or its budget of instructions or memory is used up: an answer */
	CALL_DEADLINE, /* too slow, or no memory: a fault of the machine, never an answer */
};

/*
 * Calls the functions of a catalog; rules/host.h has one. NULL where the image has none. *problem
 * is a sentence, valid until the next call, filled unless CALL_DONE.
 */
struct rate_functions {
	void *context;
	enum call_outcome (*when)(void *context, int32_t function, const struct usage *usage,
		bool *yes, struct text *problem);
	enum call_outcome (*amount)(void *context, int32_t function, const struct usage *usage,
		struct money *amount, struct text *problem);
};

/*
 * Units of the event's service that the customer has of its own, in a balance of the account. Whether
 * that may pay for the event, whoever asks has found out.
 */
struct own_units {
	struct text name; /* of the balance */
	int64_t used;     /* ≥ 0: what this event, which goes on, has taken before … */
	int64_t since;    /* … of units from this one on; 0: from the first */
	int64_t left;     /* besides, ≥ 0: it pays for nothing that was settled before */
	int64_t till_ms;  /* when they expire; INT64_MAX: never */
};

/*
 * As what they are counted: the counter of an allowance that has the name of the balance, of a
 * package that no catalog has. The cycle is 0.
 */
#define OWN_UNITS_PACKAGE TEXT("@balance")
static inline bool
counter_is_own(struct text package)
{
	return text_equal(package, OWN_UNITS_PACKAGE);
}

struct rate_question {
	const struct image *image;
	const struct usage *usage;
	/*
	 * So many of its units were used before, by an event that goes on: a limit asks whether it
	 * was reached by then. All of them: they are only told, and no limit is asked.
	 */
	int64_t done;
	const struct own_units *own; /* in the order in which they are used */
	size_t own_count;
	int64_t settled; /* so many of its units were priced before, when only own->used was there */
	const struct holding *holdings;
	size_t holding_count;
	struct rate_facts facts;
	const struct rate_functions *functions;
};

struct price_part {
	struct text band; /* empty without a calendar */
	struct text
		allowance; /* "package.allowance" if the units were free, or own_units_label; else empty */
	int64_t units;      /* steps begun */
	struct money price; /* of one; 0 if they were free */
	uint32_t tier;      /* of the tariff's tiers, from 1; 0: the price is of none */
	uint32_t row;       /* of the line's table, from 1; 0: the price is of none */
};

/* Own units as an allowance: "@balance.NAME". The name is empty if it is an allowance. */
#define OWN_UNITS_LABEL "@balance."
static inline struct text
own_units_name(struct text allowance)
{
	size_t size = sizeof OWN_UNITS_LABEL - 1;
	if (allowance.size <= size || memcmp(allowance.data, OWN_UNITS_LABEL, size) != 0)
		return (struct text){ NULL, 0 };
	return (struct text){ allowance.data + size, allowance.size - size };
}

/* A discount that took something off a line. */
struct price_discount {
	struct text package;
	struct text discount;
	struct text say;
	uint32_t parts_per_million; /* of what it is on; 0: an amount */
	uint32_t members;           /* by whose number that is so much; 0: by no number */
	struct money off;           /* to the nearest micro-unit; the line's amount is exact */
};

struct price_line {
	struct text package;
	int64_t version_ms; /* when the version of the package begins that priced it */
	struct text tariff;
	struct text component;
	struct text zone; /* empty if the service has no zones */
	struct text say;
	const struct decision *table;   /* in which prices of its parts stand; NULL: none */
	const struct price_part *parts; /* in order of time; neighbours that are alike are one */
	size_t part_count;
	struct money setup; /* included in amount */
	/*
	 * Likewise, of volume tiers over a cycle: what the units before this event cost by the tier
	 * that is reached now, less what was charged for them.
	 */
	struct money recount;
	const struct price_discount *discounts;
	size_t discount_count;
	struct money gross;          /* before discounts and rounding; 0 if there are none */
	struct text cap;             /* "package.cap" that made the amount less, or empty */
	struct money uncapped;       /* what it was before, if one did */
	const struct price_tax *tax; /* NULL: the tariff has no tax code */
	struct money amount;
};

struct consumption {
	struct counter_name name;
	int64_t used_before;
	int64_t used_after;
	bool money;     /* micro-units of the catalog's currency */
	enum unit unit; /* else */
};

enum rate_refusal {
	REFUSED_NO_SERVICE = 1, /* the catalog has no such service */
	REFUSED_UNIT,           /* the quantity is in another unit than the service's */
	REFUSED_NO_ZONE,        /* the number fits no zone, or a refused one, or is not digits */
	REFUSED_NO_TARIFF,      /* nothing held prices it */
	REFUSED_CALENDAR,       /* a calendar does not cover the day */
	REFUSED_AMBIGUOUS,      /* two packages of one layer price it */
	REFUSED_OVERFLOW,       /* beyond what money can hold, or beyond RATE_RUNS_MAX */
	REFUSED_FUNCTION,       /* a function of the catalog failed or ran past its budget */
	REFUSED_LIMIT,          /* a limit was reached before the event */
	REFUSED_COUNT,          /* the event does not say what its items are counted by */
	REFUSED_UNITS,          /* what is paid in units only is more than there are */
};
/*
 * The code that a client sees: "NO_PRICE" (also where there is no service, unit, zone or count),
 * "CALENDAR_NOT_COVERED", "AMBIGUOUS_TARIFF", "OVERFLOW", "RULE_FAILED",
 * "LIMIT_REACHED", "TOO_FEW_UNITS".
 */
const char *rate_refusal_code(enum rate_refusal refusal);

/*
 * Why the nearest rule did not apply: "zone: wants local, got domestic". `wanted` and `got` are ids
 * and values, never sentences:
 *   unit, digits, zone, service     what the rule serves, what the usage has
 *   held       a package that would have priced it, one that is held (or nothing)
 *   date       ">= " or "< " and an instant, the instant of the usage
 *   when       "true", "false" or the problem
 *   calendar   the years covered, the day
 *   layer      two packages that both price it
 *   amount     the rule whose amount is too large to hold
 *   parts      the event crosses more bands, prices and cycles than RATE_RUNS_MAX
 *   units      what is counted over the cycle is too large to hold
 *   limit      its amount, what was counted
 *   fraction   "round": the tariff has none, and its discounts leave less than a micro-unit
 *   input      an input of the table of prices, what the event says of it (or nothing)
 *   count      the attribute that must be a whole number, what it is (or nothing)
 *   units      the steps of a run of units that are paid by allowances only, how many are there
 */
struct near_miss {
	struct text package;   /* empty: nothing was near */
	struct text tariff;    /* or limit */
	const char *condition; /* one of the above; static */
	struct text wanted;
	struct text got;
	struct text say; /* of a limit, and of units: the key of its text; else empty */
};

struct pricing {
	enum rate_refusal refused; /* 0: priced */
	struct near_miss nearest;  /* of a refusal; if priced, only its condition is set, to NULL */
	int64_t at_ms;             /* of the usage */
	struct text zone;
	struct money amount; /* sum of the lines */
	const struct price_line *lines;
	size_t line_count;
	const struct consumption *consumptions;
	size_t consumption_count;
};

enum rate_outcome {
	RATE_DONE, /* *pricing is filled: priced or refused */
	RATE_COLD, /* a fact was cold; nothing filled */
	RATE_FAULT, /* *fault: no room in the arena (STATUS_MEMORY), a deadline passed (STATUS_BUSY) */
};

/*
 * Names the counters of the allowances and meters that a package which is held has for a service at
 * an instant: what rating may soon ask for, so that it can be fetched ahead. An unknown package or
 * service has none.
 */
void rate_counters(const struct image *image, uint32_t service, const struct holding *holding,
	int64_t at_ms, void (*told)(void *context, const struct counter_name *name), void *context);

/* The zone of usage of a service; NO_INDEX: the service has none, or the usage is in none. */
uint32_t rate_zone(const struct image *image, uint32_t service, struct text from, struct text to);

/*
 * What an allowance of a package that the question's holdings hold has left at an instant, of all
 * cycles or purchases that serve then; 0 if it is not held, not in force, or has no such allowance.
 * The question needs no usage. FACT_COLD as the facts say.
 */
enum fact rate_left(const struct rate_question *question, struct text package,
	struct text allowance, int64_t ms, int64_t *left);

/* What an allowance has left, of which a member may have a cap. */
struct allowance_left {
	struct text package;
	struct text allowance;
	struct text group; /* for whose members it is left; empty: for the subscription alone */
	enum unit unit;
	int64_t left;
	bool capped;         /* a member takes no more in a cycle than its cap */
	int64_t member_left; /* of that */
};

/* Tells the same of all allowances that are held. If a fact is cold, some may have been told. */
enum fact rate_left_each(const struct rate_question *question, int64_t ms,
	void (*told)(void *context, const struct allowance_left *left), void *context);

/*
 * Does what was counted in a cycle still count at an instant, so that it can be given back? Of an
 * allowance that carries over, until no cycle takes from it; of one that was given once, as long as
 * it was good. COUNT_UNKNOWN: the package has none of that name then, or is not in force.
 */
enum count_state { COUNT_RUNS, COUNT_OVER, COUNT_UNKNOWN };
enum count_state
rate_count_state(const struct image *image, const struct counter_name *name, int64_t ms);

/* Texts in *pricing point into the image, the usage, the holdings or the arena. */
enum rate_outcome rate_usage(const struct rate_question *question, struct arena *arena,
	struct pricing *pricing, struct fault *fault);

/*
 * When the tariff changes during usage that lasts, of which question->done seconds have gone by: the
 * first instant behind these, and within the usage, from which on a unit would be priced by another
 * version of a package, another tariff, another band of its calendar, or another row of its table.
 * INT64_MAX: none. What is refused, or does not last, has no such instant either.
 */
enum rate_outcome rate_change(const struct rate_question *question, struct arena *arena,
	int64_t *change_ms, struct fault *fault);

/*
 * Why a discount took nothing off an event that is priced. *miss names it by package and tariff and
 * gets the first condition that is not met; NULL if it took something:
 *   discount   the catalog has none of that name
 *   held       its package, one that is held (or nothing)
 *   version    since when the version of its package is in force that does not have it, the usage
 *   service, zone, when   as above
 *   needs      a package that is not held
 *   paid       nothing was to be paid
 *   band       its bands, in which nothing was to be paid
 *   tier       nothing is taken off in the tier that is reached
 *   stack      "best", "add" or "alone", and what was taken instead
 * Functions are asked again; counters are not.
 */
enum rate_outcome rate_unused(const struct rate_question *question, const struct pricing *pricing,
	struct arena *arena, struct near_miss *miss, struct fault *fault);

#endif
