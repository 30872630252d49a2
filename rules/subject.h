/*
 * What a condition of a catalog sees of a customer: one value `c`.
 *
 *   c.customer.FACT           what is known, by the names and kinds that the catalog declares: money,
 *                             whole number, text, boolean, date (as text)
 *   c.knows("FACT")           is it known?
 *   c.average("FACT", n)      of the n closed calendar months before that day; one that is missing
 *                             counts 0
 *   c.days_till("FACT")       local days from that day to a date
 *   c.holds("NAME")           a package, or plan.ID, offering.ID, product.ID
 *
 * A fact that is not known, or that is not what the catalog says it is, ends the condition with a
 * sentence: what is not known is never guessed. Facts come as texts and whole numbers by name;
 * those by month are called "FACT.2026-01", one each.
 */
#ifndef SUANPAN_SUBJECT_H
#define SUANPAN_SUBJECT_H

#include "rate.h"

enum subject_thing { SUBJECT_PARTY, SUBJECT_PRODUCT };

struct subject {
	const struct image *image;
	const struct attribute *facts; /* sorted by name */
	uint32_t fact_count;
	int64_t at_ms;
	/* Is it held then? `number` is of a party, or of a product. */
	bool (*holds)(const void *context, enum subject_thing thing, uint32_t number);
	const void *context;
};

/*
 * Is every fact one that the catalog declares, and of its kind? If not, *miss has its name (as
 * `tariff`) and the condition "fact_unknown", or "fact_kind" with its kind and what it is.
 */
bool subject_facts_fit(const struct image *image, const struct attribute *facts,
	uint32_t fact_count, struct near_miss *miss);

/* Calls conditions by their numbers; see host.h. */
struct subject_functions {
	void *context;
	enum call_outcome (*when)(void *context, uint32_t function, const struct subject *subject,
		bool *yes, struct text *problem);
};

#endif
