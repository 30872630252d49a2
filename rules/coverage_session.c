/* Coverage of the terms on which sessions run. */
#include "coverage_entries.h"

static const char *const term_names[] = {
	[TERM_QUOTA] = "quota", [TERM_VALID] = "valid", [TERM_FINAL] = "final"
};

static bool
says(const struct session_terms *terms, enum session_term term)
{
	switch (term) {
	case TERM_QUOTA:
		return terms->quota > 0;
	case TERM_VALID:
		return terms->valid_ms > 0;
	case TERM_FINAL:
		break;
	}
	return terms->final != FINAL_UNSAID;
}

bool
coverage_list_sessions(struct test_report *report, const struct package *package)
{
	for (uint32_t i = 0; i < package->session_count; i++) {
		const struct session_rule *rule = &package->sessions[i];
		for (enum session_term term = TERM_QUOTA; term <= TERM_FINAL; term++)
			if (says(&rule->terms, term) &&
				!coverage_add(report, COVERAGE_SESSION, "%.*s.%.*s.%s",
					TEXT_ARGS(package->id), TEXT_ARGS(rule->id),
					term_names[term]))
				return false;
	}
	return true;
}

bool
coverage_list_services(struct test_report *report, const struct image *image)
{
	for (uint32_t i = 0; i < image->service_count; i++) {
		const struct service *service = &image->services[i];
		for (enum session_term term = TERM_QUOTA;
			service->session != NULL && term <= TERM_FINAL; term++)
			if (says(service->session, term) &&
				!coverage_add(report, COVERAGE_SESSION, "%.*s.%s",
					TEXT_ARGS(service->id), term_names[term]))
				return false;
	}
	return true;
}

void
coverage_note_session(struct test_report *report, const struct service *service,
	const struct session_source *source, enum session_term term)
{
	if (source->rule != NULL)
		coverage_hit(report, COVERAGE_SESSION, 1, "%.*s.%.*s.%s",
			TEXT_ARGS(source->package->id), TEXT_ARGS(source->rule->id),
			term_names[term]);
	else
		coverage_hit(report, COVERAGE_SESSION, 1, "%.*s.%s", TEXT_ARGS(service->id),
			term_names[term]);
}
