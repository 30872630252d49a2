/*
 * How much the parts of a request ask for, and until when they are open: as it says, and where it does
 * not, as the catalog does (rules/session_terms.h).
 */
#include "session_parts.h"
#include "shard.h"

#include "base/must.h"

/* The terms of a part, as of its begin. Most catalogs say nothing, and nothing is looked up. */
static void
find_terms(struct session_deciding *deciding, struct part_work *work)
{
	const struct image *image = deciding->release->image;
	const struct session_part *part = &work->part;
	work->terms = (struct session_terms){ .final = FINAL_TERMINATE };
	if (!image->has_session_terms)
		return;
	uint32_t service = image_service(image, part->service);
	if (service == NO_INDEX)
		return;
	const struct session_question question = {
		.image = image,
		.holdings = deciding->holdings,
		.holding_count = deciding->holding_count,
		.service = service,
		.zone = rate_zone(image, service, deciding->params->service_id, part->to),
		.at_ms = part->at_ms,
	};
	work->terms = session_terms_of(&question);
}

/* Does the request ask for more of a part, however much? */
static bool
asks(const struct session_deciding *deciding, const struct part_work *work)
{
	if (work->asks == NULL || session_closes(deciding) || deciding->overtaken)
		return false;
	return deciding->request == SESSION_RESERVE || work->asks->ask != NOT_GIVEN;
}

/* A reserve that does not say how much it wants needs a quota. */
static enum progress
refuse_vague(struct session_deciding *deciding, const struct part_work *work, enum call_end *end)
{
	struct text service = work->part.service;
	struct text why = arena_print(deciding->call->arena,
		BILINGUAL_STRING(
			"say in `ask` how much is wanted: the catalog has no quota for %.*s",
			"请用 ask 说明请求的数量：目录没有规定 %.*s 的配额"),
		TEXT_ARGS(service), TEXT_ARGS(service));
	*end = call_error(deciding->call, SAY_FIELDS_CONFLICT, &why, 1);
	return HAS_ENDED;
}

enum progress
session_find_wanted(struct session_deciding *deciding, enum call_end *end)
{
	for (size_t i = 0; i < deciding->work_count; i++) {
		struct part_work *work = &deciding->works[i];
		find_terms(deciding, work);
		work->is_asked = asks(deciding, work);
		if (!work->is_asked)
			continue;
		bool says = work->asks->ask != NOT_GIVEN && work->asks->ask > 0;
		work->wanted = says ? work->asks->ask : work->terms.quota;
		if (work->wanted == 0 && deciding->request == SESSION_RESERVE)
			return refuse_vague(deciding, work, end);
	}
	return GOES_ON;
}

int64_t
session_validity_ms(const struct session_deciding *deciding)
{
	int64_t said_s = deciding->params->validity_s;
	int64_t least_ms = deciding->call->shard->settings.validity_max_ms;
	if (said_s != NOT_GIVEN)
		return said_s <= least_ms / SECOND_MS ? said_s * SECOND_MS : least_ms;
	for (size_t i = 0; i < deciding->work_count; i++) {
		int64_t valid_ms = deciding->works[i].terms.valid_ms;
		if (valid_ms > 0 && valid_ms < least_ms)
			least_ms = valid_ms;
	}
	return least_ms;
}
