/*
 * What a catalog says of selling, as plain data: part of the image (image.h), in its arena. Read by
 * whoever judges orders, prompts and life cycles; pricing never looks here.
 *
 * Relations are between parties: packages, plans and offerings, numbered in this order, each group
 * sorted by id. What has versions is listed by number, then from_ms; a version is in force at
 * from_ms ≤ t < till_ms.
 */
#ifndef SUANPAN_IMAGE_SELL_H
#define SUANPAN_IMAGE_SELL_H

#include "image_life.h"

#include "../engine/base/arena.h"
#include "../engine/base/instant.h"

enum fact_kind {
	FACT_MONEY,
	FACT_INTEGER,
	FACT_TEXT,
	FACT_BOOLEAN,
	FACT_DATE,
	FACT_MONEY_BY_MONTH
};

/* What may be known of a customer. */
struct fact_name {
	struct text name;
	enum fact_kind kind;
};

struct sell_span {
	int64_t from_ms;
	int64_t till_ms;
};

static inline bool
sell_span_has(struct sell_span span, int64_t ms)
{
	return span.from_ms <= ms && ms < span.till_ms;
}

/* Numbers of parties or products. */
struct number_list {
	const uint32_t *numbers;
	uint32_t count;
};

struct product_version {
	uint32_t product;
	struct sell_span span;
	bool ancillary;
	struct number_list under; /* products; its line must have one of them */
};

enum effective_kind {
	EFFECTIVE_NOW,        /* when it is accepted */
	EFFECTIVE_NEXT_CYCLE, /* with the next local month */
	EFFECTIVE_DATE,       /* on a day that the order names */
	EFFECTIVE_ACCEPTED,   /* so many local days after that of acceptance */
	EFFECTIVE_COMPLETED,  /* … or of completion */
};

struct effective {
	enum effective_kind kind;
	uint32_t days;
};

struct member {
	uint32_t product;
	uint32_t min, max;
};

#define NO_PARTY UINT32_MAX

/* What one version of a package says of selling it. */
struct terms {
	uint32_t party;
	const struct effective *modes; /* that an order may ask for; the first is the default */
	uint32_t mode_count;
	bool has_members; /* its lines are counted by product … */
	const struct member *members;
	uint32_t member_count;
	uint32_t same_as; /* … or are those of this package; NO_PARTY */
};

struct plan_version {
	uint32_t party;
	struct sell_span span;
	struct number_list packages;
};

struct offering_version {
	uint32_t party;
	struct sell_span span;
	struct number_list plans;
	bool by_agreement;
	const struct text *agreements; /* that list it */
	uint32_t agreement_count;
};

enum relation_kind { RELATION_REQUIRES, RELATION_EXCLUDES, RELATION_RECOMMENDS, RELATION_ELIGIBLE };

struct relation {
	enum relation_kind kind;
	struct number_list parties; /* each of them requires, recommends …; any two exclude */
	struct number_list needs;   /* one of these is required, or recommended */
	struct number_list only;    /* products whose lines it is about; none: whatever the lines */
	struct text say;            /* key of the text that tells why */
	int32_t when;               /* of RELATION_ELIGIBLE: number of its condition */
	struct text file;
	uint32_t line;
};

enum occasion {
	OCCASION_ACCEPT_ORDER,
	OCCASION_PAY_BILL,
	OCCASION_CANCEL, /* a request to cancel */
	OCCASION_ENQUIRY,
	OCCASION_DAILY, /* asked once a day for every customer */
};

enum prompt_show { SHOW_POPUP, SHOW_TASK, SHOW_MESSAGE };

/* A prompt, or a retention offer (prompts.h). */
struct prompt {
	struct text id;
	bool retains;
	struct number_list parties; /* that are retained */
	uint32_t occasions;         /* bits, by enum occasion; of a prompt */
	enum prompt_show show;
	struct number_list offer; /* parties; none: it offers nothing */
	uint32_t priority;        /* or rank */
	int32_t when;             /* number of its condition, or NO_FUNCTION */
	int32_t expires_days;
	int32_t declined_days; /* not again for so long; 0: at once */
	int32_t accepted_days;
	bool once;
	struct text say; /* key of its text */
};

/* While this holds, there are no prompts but these. */
struct quiet {
	struct text id;
	int32_t when;
	struct number_list except; /* prompts, by number */
	struct text say;
};

struct selling {
	const struct text *parties; /* their ids */
	uint32_t package_count, plan_count, offering_count;
	const struct text *products; /* ids, sorted */
	uint32_t product_count;
	const struct fact_name *facts; /* sorted by name */
	uint32_t fact_count;
	const struct product_version *product_versions;
	uint32_t product_version_count;
	const struct terms *terms; /* of each package version, as image.packages has them */
	const struct plan_version *plan_versions;
	uint32_t plan_version_count;
	const struct offering_version *offering_versions;
	uint32_t offering_version_count;
	const struct relation *relations; /* as written */
	uint32_t relation_count;
	/* By party: the relations among whose parties it is, as written. */
	const struct number_list *relations_of;
	const struct prompt *prompts; /* as written, then the retention offers */
	uint32_t prompt_count;
	const struct quiet *quiets;
	uint32_t quiet_count;
	const struct life_cycle *life_cycles; /* sorted by id */
	uint32_t life_cycle_count;
	uint32_t function_count; /* conditions */
};

enum party_kind { PARTY_PACKAGE, PARTY_PLAN, PARTY_OFFERING };

/* The number of a party, a product or a fact; NO_PARTY if there is none. */
uint32_t selling_party(const struct selling *selling, enum party_kind kind, struct text id);
uint32_t selling_product(const struct selling *selling, struct text id);
uint32_t selling_fact(const struct selling *selling, struct text name);

static inline enum party_kind
selling_party_kind(const struct selling *selling, uint32_t party)
{
	if (party < selling->package_count)
		return PARTY_PACKAGE;
	return party < selling->package_count + selling->plan_count ? PARTY_PLAN : PARTY_OFFERING;
}

static inline bool
number_list_has(struct number_list list, uint32_t number)
{
	for (uint32_t i = 0; i < list.count; i++)
		if (list.numbers[i] == number)
			return true;
	return false;
}

#endif
