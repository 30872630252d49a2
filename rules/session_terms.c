/* On which terms a session runs (see session_terms.h). */
#include "session_terms.h"

#include "rating.h"

#include "../engine/base/must.h"

const char *
final_action_name(enum final_action action)
{
	static const char *const names[] = { NULL, "terminate", "redirect", "restrict" };
	must(action > FINAL_UNSAID && action < sizeof names / sizeof names[0]);
	return names[action];
}

/* In which layer each term was found, and who says it. */
struct ranks {
	uint32_t quota, valid, final;
	struct session_sources sources;
};

#define SAID_BY_NONE UINT32_MAX

static void
take_final(struct session_terms *terms, const struct session_terms *from)
{
	terms->final = from->final;
	terms->address = from->address;
	terms->services = from->services;
	terms->service_count = from->service_count;
}

/* What somebody of a layer says, where no layer as high has said it. */
static void
take(struct session_terms *terms, struct ranks *ranks, const struct session_terms *from,
	struct session_source source, uint32_t layer)
{
	if (from->quota > 0 && layer < ranks->quota) {
		terms->quota = from->quota;
		ranks->quota = layer;
		ranks->sources.quota = source;
	}
	if (from->valid_ms > 0 && layer < ranks->valid) {
		terms->valid_ms = from->valid_ms;
		ranks->valid = layer;
		ranks->sources.valid = source;
	}
	if (from->final != FINAL_UNSAID && layer < ranks->final) {
		take_final(terms, from);
		ranks->final = layer;
		ranks->sources.final = source;
	}
}

struct session_terms
session_terms_said(const struct session_question *question, struct session_sources *sources)
{
	const struct image *image = question->image;
	const struct session_terms *of_all = image->services[question->service].session;
	struct session_terms terms = { .final = FINAL_TERMINATE };
	struct ranks ranks = {
		.quota = SAID_BY_NONE, .valid = SAID_BY_NONE, .final = SAID_BY_NONE
	};
	for (size_t i = 0; i < question->holding_count; i++) {
		const struct holding *holding = &question->holdings[i];
		const struct package *package = package_version(
			image, holding->package, question->at_ms);
		if (package == NULL || question->at_ms < holding->from_ms ||
			question->at_ms >= holding->till_ms)
			continue;
		for (uint32_t j = 0; j < package->session_count; j++) {
			const struct session_rule *rule = &package->sessions[j];
			const struct session_source source = { package, rule };
			if (image_serves(rule->serves, rule->serve_count, question->service,
				    question->zone))
				take(&terms, &ranks, &rule->terms, source, package->layer);
		}
	}
	if (of_all != NULL)
		take(&terms, &ranks, of_all, (struct session_source){ NULL, NULL },
			SAID_BY_NONE - 1);
	*sources = ranks.sources;
	return terms;
}

struct session_terms
session_terms_of(const struct session_question *question)
{
	struct session_sources sources;
	return session_terms_said(question, &sources);
}
