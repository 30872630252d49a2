/*
 * What packages ask for besides usage, as plain data of the image: charges that recur or fall due
 * once, what is owed for leaving early, the parameters of packages, and the facts that formulas may ask for. Read by dues.c and
 * due_values.c; made by build_dues.c.
 */
#ifndef SUANPAN_IMAGE_DUES_H
#define SUANPAN_IMAGE_DUES_H

#include "image_tax.h"
#include "value.h"

enum charge_every { CHARGE_DAY, CHARGE_MONTH, CHARGE_YEAR, CHARGE_ONCE };

/* The share of a product or a partner in the lines of a charge. */
struct split {
	struct text party;
	bool is_partner;
	uint32_t parts_per_million;
};

/* A charge of a package, by name: any version of it. */
struct charge_name {
	struct text package;
	struct text charge;
};

/*
 * A charge of one version of a package. All versions that have a charge of this id agree in how
 * often it falls due, when in the cycle, whether by day, and how it is rounded.
 */
struct charge {
	struct text id;
	struct text say; /* key of the text that names its lines */
	enum charge_every every;
	bool ahead;  /* due when its cycle begins, else when it ends */
	bool by_day; /* each day of the cycle costs its part, else the cycle is owed whole */
	bool free_suspended; /* days of suspension cost nothing */
	bool by_package; /* a group owes it once, by the member that pays; else each member does */
	/* Of numerator / denominator cycles: 1 / 12 if a year's, every month. One of three: */
	struct money amount;
	uint32_t amount_param;   /* of the same version, a parameter of money; or NO_INDEX */
	int32_t amount_function; /* or NO_FUNCTION */
	int32_t numerator;
	int32_t denominator;
	/* How many it is owed for, each in a line of its own: a whole number. NO_INDEX both: one. */
	uint32_t each_param;
	uint32_t each_fact;         /* of the image */
	const struct text *reasons; /* keys of the texts of reasons that its formula may give */
	uint32_t reason_count;
	const struct tax *tax;      /* NULL: its lines have no tax code */
	const struct split *splits; /* which are the whole; none: its lines are not divided */
	uint32_t split_count;
	struct charge_name
		replaces;   /* whose place it takes (due.h); its package empty: no other's */
	int64_t round_step; /* micro-units, > 0 */
	enum rounding round_mode;
	uint32_t line; /* in its file */
};

/*
 * What is owed where a package is given up before its term is over: a part of what a charge would
 * cost for the rest of it, or an amount. The charge says what it is called, its amount and how it is
 * rounded.
 */
struct termination {
	struct charge charge;
	enum charge_every term_every; /* the term: so many days, months or years */
	int32_t term;
	uint32_t term_param;        /* a parameter that says its months; or NO_INDEX */
	struct text remaining;      /* id of a charge of the same version; empty: an amount */
	uint32_t parts_per_million; /* of what remains */
	bool each_month;            /* the amount is owed for each month that is left */
	struct money falls;         /* so much less for each month that has begun */
};

enum param_source { PARAM_ORDER, PARAM_EXTERNAL, PARAM_CONSTANT, PARAM_DERIVED };

/* A parameter of one version of a package. Those that are derived stand behind what they read. */
struct param {
	struct text id;
	enum value_kind kind;
	enum param_source source;
	struct value fallback;       /* VALUE_NONE: there is no default */
	const struct value *choices; /* none: any value of its kind */
	uint32_t choice_count;
	int32_t derive; /* functions, or NO_FUNCTION */
	int32_t check;
	struct text say; /* key of what is said where `check` says no */
	/* While what the order gave counts; before and after, the default does. */
	int64_t from_day;
	int64_t till_day;
	enum charge_every lasts_every;
	int32_t lasts; /* so many days, months or years from when the package is held; 0: no end */
};

/* Something that formulas may ask for, by "group.name". */
struct formula_fact {
	struct text name;
	enum value_kind kind;
	bool counts_members; /* where nobody says it, it is how many members the group has */
};

#endif
