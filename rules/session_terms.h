/*
 * On which terms a session runs: how much is granted to a client that does not say how much it wants,
 * how long a grant is good for, and what is to be done at the last unit. A pure function of the
 * image and of what is held when the session begins.
 *
 * Each term is taken from the first layer in which a package that is held says it of such usage, in
 * that from the package that was held first, and in that from the first in written order; else from
 * the service.
 */
#ifndef SUANPAN_SESSION_TERMS_H
#define SUANPAN_SESSION_TERMS_H

#include "rate.h"

struct session_question {
	const struct image *image;
	const struct holding *holdings; /* of who uses it */
	size_t holding_count;
	uint32_t service;
	uint32_t zone; /* of the service's zone map; NO_INDEX: none, or not known */
	int64_t at_ms; /* when the session begins */
};

/*
 * Texts are those of the image. What nobody says is 0; but `final` is FINAL_TERMINATE then, never
 * unsaid.
 */
struct session_terms session_terms_of(const struct session_question *question);

/* Who says a term: a rule of a package; or, where that is NULL, the service, if it is said at all. */
struct session_source {
	const struct package *package;
	const struct session_rule *rule;
};
struct session_sources {
	struct session_source quota, valid, final;
};
/* The same terms, and who says each. */
struct session_terms
session_terms_said(const struct session_question *question, struct session_sources *sources);

/* "terminate", "redirect", "restrict" */
const char *final_action_name(enum final_action action);

#endif
