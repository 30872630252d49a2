/*
 * The image of a release: what a catalog's scripts declared, as plain data that prices usage
 * without running them. Built once by release.c from the tables the scripts left, immutable from
 * then on, shared between threads. All texts and arrays live in the image's arena and die with it.
 *
 * Only functions that a catalog wrote (`when`, `amount`) are not data: the image holds their
 * numbers, and a host (host.h) calls them.
 */
#ifndef SUANPAN_IMAGE_H
#define SUANPAN_IMAGE_H

#include "calendar.h"
#include "image_discount.h"
#include "image_dues.h"
#include "image_notice.h"
#include "image_price.h"
#include "image_sell.h"
#include "image_session.h"
#include "image_stored.h"
#include "image_tax.h"
#include "image_topup.h"
#include "prefix.h"

#include "../engine/base/arena.h"
#include "../engine/base/money.h"

#define IMAGE_ZONES_MAX 256
#define NO_FUNCTION (-1)
#define NO_INDEX UINT32_MAX

enum unit {
	UNIT_SECOND, /* usage that lasts: its units begin one after the other */
	UNIT_BYTE,   /* usage of an instant: all its units happen at `at` */
	UNIT_ITEM,
};
const char *unit_name(enum unit unit); /* "second", "byte", "item" */
bool unit_of_name(struct text name, enum unit *unit);

/* A set of zones of one zone map. */
struct zone_set {
	uint64_t bits[IMAGE_ZONES_MAX / 64];
};

static inline bool
zone_set_has(const struct zone_set *set, uint32_t zone)
{
	return (set->bits[zone / 64] >> (zone % 64) & 1) != 0;
}

/* Where usage goes to: digits of one field of the event → a zone. */
struct zone_map {
	struct text id;
	bool of_from; /* the digits are those of usage.from, else of usage.to */
	const struct text *zones;
	uint32_t zone_count;
	/* values below zone_count are zones; zone_count + k means: refuse, with reason texts[k] */
	struct prefix_table *prefixes;
	const struct text *refusals;
	uint32_t refusal_count;
	/*
	 * The caller's own area: how many leading digits of usage.from are its area code (value of
	 * the table, 0: none). NULL if the map has no such row. A number that begins with those
	 * digits has own_area_zone, as if the area code were one more prefix row; ties between
	 * equally long prefixes go to it.
	 */
	struct prefix_table *area_lengths;
	uint32_t own_area_zone;
};

/* An item counts by a number that the event says of it: 1 up to `whole`, else each block begun. */
struct block_count {
	struct text attribute; /* of the event */
	int64_t whole;
	int64_t block;
};

struct service {
	struct text id;
	enum unit unit;
	uint32_t zone_map;                   /* index, or NO_INDEX: zones are not asked */
	const struct block_count *count;     /* of items; NULL: each counts 1 */
	const struct session_terms *session; /* for everybody; NULL: nothing is said */
};

/* So many units of a service, or what has begun of them, are so many of another unit. */
struct convert {
	int64_t each; /* both 1 to 2^40 */
	int64_t as;
};

/* One that serves several services, or zones by several conversions, stands once for each. */
struct allowance {
	struct text id;
	uint32_t service;
	struct zone_set zones;         /* of the service's map; all bits set if it serves all */
	const struct convert *convert; /* NULL: it has units of the service */
	int64_t amount;
	enum unit unit; /* of the amount, and of what its counter counts */
	/*
	 * Given anew in each cycle; or once, when it begins to be held, and good for so many days,
	 * months or years, that day included: then its counter is named by that day.
	 */
	enum cycle every;
	uint32_t valid_count; /* 0: anew in each cycle */
	enum cycle valid_every;
	uint8_t carry_cycles;       /* what is left of a cycle serves so many more */
	bool first_by_day;          /* the cycle in which it begins gives the part of its days */
	bool shared;                /* by all members of a group that holds the package */
	int64_t member_cap;         /* then a member takes no more in a cycle; 0: no such bound */
	const struct meter *member; /* what a member took; NULL without a cap */
};

/*
 * What is counted over a cycle besides allowances, each in a counter of the store. The ids of all
 * that a package counts differ.
 */
struct meter {
	struct text id;
	uint32_t service; /* whose usage moves it; NO_INDEX: that of several */
	enum cycle every;
	bool money;     /* counts micro-units */
	enum unit unit; /* else */
	bool shared;    /* for all members of a group that holds the package */
};

/* The price of one step in each band, in the catalog's currency. */
struct step {
	int64_t size;               /* in units of the service, or what they convert to, > 0 */
	const struct money *prices; /* one for each band; one without a calendar */
};

struct tier {
	int64_t up_to;              /* paid units, as of steps; INT64_MAX in the last */
	const struct money *prices; /* of one step, one for each band */
};

/*
 * A price by how much is paid for. Graduated: each unit has the price of the tier in which it
 * begins. Volume: all units have the price of the tier that their sum reaches.
 */
struct tiers {
	const struct tier *list; /* up_to rises */
	uint32_t count;          /* at least 1 */
	bool volume;
	const struct meter *counted; /* the units of a cycle; NULL: the line's alone */
	const struct meter *charged; /* volume over a cycle: what was charged for them */
};

/* One that serves several services, or zones by several conversions, stands once for each. */
#define TARIFF_USES_MAX 16
struct tariff {
	struct text id;
	uint32_t component; /* index in image.components */
	uint32_t service;
	struct zone_set zones;
	/* NULL: steps are of units of the service; else `as` is a whole number of steps. */
	const struct convert *convert;
	/* Functions or NO_FUNCTION, called at most once an event with the usage. */
	int32_t when;   /* false: the tariff does not apply */
	int32_t amount; /* gives the line's amount; then no set-up, steps, bands or allowances */
	const struct calendar *calendar; /* or NULL */
	const struct text *bands;        /* names of the calendar's bands */
	uint32_t band_count;             /* 1 and bands[0] = "" without a calendar */
	bool has_first;
	struct step first; /* the first step of an event where it differs */
	struct step next;
	const struct tiers
		*tiers; /* of the steps but the first; NULL: `next` has the price, or … */
	const struct price_table *prices; /* … the row of a table; NULL: none */
	struct money setup;               /* once an event with quantity > 0 */
	struct money minimum;             /* of the line; 0: none */
	struct money maximum;             /* of the line; 0: none */
	int64_t round_step;               /* micro-units, 0: not rounded */
	enum rounding round_mode;
	bool uses_any; /* all covering allowances of what is held, else only uses[] */
	bool uses_own; /* and the customer's own units */
	uint32_t uses[TARIFF_USES_MAX]; /* indexes of allowances of the same package version */
	uint32_t use_count;
	struct text refuse; /* key of a text: what no allowance pays for is refused; empty: paid */
	struct text say;    /* key of the text that names the line */
	const struct tax *tax; /* NULL: its lines have no tax code */
	uint32_t line;         /* in its file, for explanations */
};

/* Usage of a service in some of its zones. */
struct serve {
	uint32_t service;
	struct zone_set zones;
	const struct convert *convert; /* NULL: counted in units of the service */
};

/* In a cycle no more is charged than this, for all that it serves, whichever package prices it. */
struct cap {
	const struct meter *meter; /* of what was charged */
	struct money amount;
	const struct serve *serves; /* none: it serves everything */
	uint32_t serve_count;
};

/* Usage is refused once so much of it was in the cycle. */
struct limit {
	const struct meter *meter; /* of quantities, free or paid */
	int64_t amount;
	const struct serve *serves; /* at least one */
	uint32_t serve_count;
	struct text say; /* key of what the user is told */
};

/* One version of a package: valid for usage at from_ms ≤ t < till_ms. */
struct package {
	struct text id;
	uint32_t layer;          /* its rank: 0 wins */
	const struct text *over; /* ids of all packages of its layer that it wins over */
	uint32_t over_count;
	int64_t from_ms;
	int64_t till_ms;
	const struct tariff *tariffs; /* in written order */
	uint32_t tariff_count;
	const struct allowance *allowances;
	uint32_t allowance_count;
	const struct meter *meters;
	uint32_t meter_count;
	const struct cap *caps;
	uint32_t cap_count;
	const struct limit *limits;
	uint32_t limit_count;
	const struct discount *discounts; /* of events, in written order */
	uint32_t discount_count;
	const struct discount *bill_discounts;
	uint32_t bill_discount_count;
	const struct param *params;
	uint32_t param_count;
	const struct charge *charges; /* in written order */
	uint32_t charge_count;
	const struct termination *terminations; /* likewise */
	uint32_t termination_count;
	const struct stored *stored; /* deposits, then gifts, in written order */
	uint32_t stored_count;
	const struct notify *notices; /* in written order */
	uint32_t notice_count;
	const struct refund *refunds; /* likewise */
	uint32_t refund_count;
	const struct session_rule *sessions; /* likewise */
	uint32_t session_count;
	struct text file;
};

/* A product with standard prices: everybody who has it holds that package, too. */
struct standard {
	struct text product;
	struct text package;
};

/* Does a version of a package ask for something besides usage, or store something? */
static inline bool
package_owes(const struct package *package)
{
	return package->charge_count + package->termination_count + package->stored_count > 0;
}

struct image {
	struct arena arena;
	struct text catalog; /* its id */
	struct text currency;
	const struct zoneinfo *zone;
	const struct service *services;
	uint32_t service_count;
	bool has_session_terms; /* a service or a package says how sessions run */
	const struct zone_map *zone_maps;
	uint32_t zone_map_count;
	const struct text *components;
	uint32_t component_count;
	uint32_t layer_count;
	struct pay_order pay_order;
	const struct package *packages; /* sorted by id, then from_ms */
	uint32_t package_count;
	const struct topup *topups; /* sorted by id, then from_ms */
	uint32_t topup_count;
	bool owes;         /* some of them do (package_owes) */
	bool asks_members; /* a discount of some goes by how many hold it together */
	const struct tax *taxes;
	uint32_t tax_count;
	const struct standard *standards; /* sorted by product */
	uint32_t standard_count;
	/* Open-addressed index of package ids: first version in packages + 1, or 0. */
	const uint32_t *package_slots;
	uint32_t package_slot_count; /* a power of two */
	bool tells;                  /* something is told when a charge crosses a threshold */
	bool tells_used_up;          /* of every allowance that is used up */
	/* The months of the zone, those of INSTANT_MIN and INSTANT_MAX included. */
	const struct cycle_span *months;
	uint32_t month_count;
	struct decision *const *decisions; /* tables that functions may ask, sorted by id */
	uint32_t decision_count;
	const struct formula_fact *facts; /* that formulas may ask for, sorted by name */
	uint32_t fact_count;
	const int64_t *table_days; /* on which a table asked by date may give another row, sorted */
	size_t table_day_count;
	uint32_t function_count;
	const struct selling *selling; /* NULL in images that were not built from scripts */
};

/* All versions of a package: *count of them from packages[*first]; false if the id is unknown. */
bool image_package(const struct image *image, struct text id, uint32_t *first, uint32_t *count);
/* What a version of a package gives or counts under an id, the first of all that stand for it; or NULL. */
const struct allowance *package_allowance(const struct package *package, struct text id);
const struct meter *package_meter(const struct package *package, struct text id);
/* Index of a decision table, or NO_INDEX. */
uint32_t image_decision(const struct image *image, struct text id);
/* The package with the standard prices of a product; empty if there is none. */
struct text image_standard(const struct image *image, struct text product);
/* Index of a service, or NO_INDEX. */
uint32_t image_service(const struct image *image, struct text id);
/* Index of a zone in the map of a service, or NO_INDEX, also of a service that is NO_INDEX. */
uint32_t image_zone(const struct image *image, uint32_t service, struct text id);
/* Is usage of a service, in a zone or in none (NO_INDEX), among what is served? */
bool image_serves(const struct serve *serves, uint32_t count, uint32_t service, uint32_t zone);
/* The same as cycle_at in the image's zone, but months are looked up. */
struct cycle_span image_cycle(const struct image *image, enum cycle every, int64_t ms);
/*
 * Fills package_slots and `tells` for the sorted packages, and months for the zone, which comes
 * last in building an image. False without memory.
 * Fills package_slots and `owes` for the sorted packages, and months for the zone, which comes last
 * in building an image. False without memory.
 */
bool image_index_packages(struct image *image);

#endif
