/* Whose a session is, whether it is open, and what parts it has (see session.c). */
#include "group.h"
#include "session_parts.h"
#include "shard.h"

#include "base/must.h"

/* ---- beginning ---- */

void
session_begin(struct session_deciding *deciding, struct call *call,
	const struct session_params *params, enum session_request request)
{
	/* The parts are filled as they are found: clearing them all takes longer than a lookup. */
	deciding->call = call;
	deciding->params = params;
	deciding->request = request;
	deciding->release = NULL;
	deciding->overtaken = false;
	deciding->is_too_long = false;
	deciding->session.part_count = 0;
	deciding->work_count = 0;
	deciding->others = NULL;
	deciding->other_count = deciding->paying_count = 0;
	deciding->countings = NULL;
	deciding->counting_count = deciding->counting_room = 0;
	deciding->begun = 0;
	deciding->raised = (struct raised){ .count = 0 };
}

/* ---- who ---- */

static enum progress
lacks(struct session_deciding *deciding, enum found found, const struct subject_lack *lack,
	enum call_end *end)
{
	if (found == SUBJECT_FOUND)
		return GOES_ON;
	*end = found == SUBJECT_COLD ? call_wait_record(deciding->call, shelf_key_of(&lack->cold))
				     : session_refuse(deciding, lack->say, &lack->about, 1);
	return HAS_ENDED;
}

/* A new session is its subscription's, by the release that prices that now. */
static enum progress
find_new(struct session_deciding *deciding, enum call_end *end)
{
	const struct session_params *params = deciding->params;
	struct subject *subject = &deciding->subject;
	struct subject_lack lack;
	enum found found = subject_find(
		deciding->call, params->service_id, params->at_ms, subject, &lack);
	if (lacks(deciding, found, &lack, end) == HAS_ENDED)
		return HAS_ENDED;
	deciding->release = releases_for_session(
		deciding->call->shard->releases, &subject->subscription);
	struct text currency = deciding->release->image->currency;
	deciding->session = (struct session){
		.subscription = subject->subscription_id,
		.account = subject->subscription.account,
		.release = deciding->release->number,
		.began_ms = params->at_ms,
		.number = (uint32_t)params->number,
	};
	if (text_equal(subject->account.currency, currency))
		return GOES_ON;
	struct text arguments[] = { subject->account.currency, currency };
	*end = session_refuse(deciding, SAY_WRONG_CURRENCY, arguments, 2);
	return HAS_ENDED;
}

/* One that is open stays its subscription's and account's, whoever has the service id by now. */
enum progress
session_find_payer(struct session_deciding *deciding, enum call_end *end)
{
	struct subject *subject = &deciding->subject;
	struct subject_lack lack;
	enum found found = subject_find_subscription(
		deciding->call, deciding->session.subscription, subject, &lack);
	if (found == SUBJECT_FOUND) {
		subject->subscription.account = deciding->session.account;
		found = subject_find_account(
			deciding->call, deciding->session.account, subject, &lack);
	}
	return lacks(deciding, found, &lack, end);
}

/* The session's record, if it is open; one whose time is over is ended first. */
static enum progress
find_record(struct session_deciding *deciding, bool *is_open, enum call_end *end)
{
	struct call *call = deciding->call;
	struct bytes value;
	uint64_t version;
	key_of_session(&deciding->key, deciding->params->service_id, deciding->params->session);
	const struct record_name name = { TABLE_SESSION,
		{ deciding->key.data, deciding->key.size } };
	*is_open = false;
	switch (call_look(call, &call->warm.seen.session, name, &value, &version)) {
	case LOOKUP_COLD:
		*end = call_wait_record(call, shelf_key_of(&deciding->key));
		return HAS_ENDED;
	case LOOKUP_ABSENT:
		return GOES_ON;
	case LOOKUP_FOUND:
		break;
	}
	deciding->session = session_read(value);
	if (deciding->session.expires_ms <= call->shard->now_ms)
		return session_expire(deciding, end);
	*is_open = true;
	return GOES_ON;
}

enum progress
session_find(struct session_deciding *deciding, enum call_end *end)
{
	const struct session_params *params = deciding->params;
	struct text arguments[] = { params->session, params->service_id };
	bool begins = deciding->request == SESSION_RESERVE, is_open;
	if (find_record(deciding, &is_open, end) == HAS_ENDED)
		return HAS_ENDED;
	if (is_open == begins) {
		*end = session_refuse(
			deciding, begins ? SAY_SESSION_OPEN : SAY_UNKNOWN_SESSION, arguments, 2);
		return HAS_ENDED;
	}
	if (begins)
		return find_new(deciding, end);
	deciding->overtaken = params->number <= deciding->session.number;
	if (!deciding->overtaken)
		deciding->session.number = (uint32_t)params->number;
	return session_find_payer(deciding, end);
}

/* Until when it is open if nothing is heard of it; what goes with the session is found. */
enum progress
session_find_timer(struct session_deciding *deciding, enum call_end *end)
{
	const struct shard *shard = deciding->call->shard;
	struct session *session = &deciding->session;
	struct timer_key timer = { session->timer_ms, TIMER_SESSION,
		{ deciding->key.data, deciding->key.size } };
	struct record_key key;
	struct bytes value;
	uint64_t version;
	if (!session_closes(deciding) && !deciding->overtaken)
		session->expires_ms = session_whole_second(
			shard->now_ms + session_validity_ms(deciding));
	if (deciding->request == SESSION_RESERVE ||
		(!session_closes(deciding) && session->expires_ms >= session->timer_ms))
		return GOES_ON;
	key_of_timer(&key, &timer);
	const struct record_name name = { TABLE_TIMER, { key.data, key.size } };
	if (call_look(deciding->call, &deciding->call->warm.seen.timer, name, &value, &version) !=
		LOOKUP_COLD)
		return GOES_ON;
	*end = call_wait_record(deciding->call, shelf_key_of(&key));
	return HAS_ENDED;
}

/* ---- the parts ---- */

/* What is new begins now; its unit is that of its service unless it says another. */
static enum progress
begin_part(struct session_deciding *deciding, const struct session_part_params *asks,
	enum call_end *end)
{
	const struct image *image = deciding->release->image;
	struct part_work *work = &deciding->works[deciding->work_count];
	enum unit unit = UNIT_SECOND;
	if (asks->service.data == NULL)
		return session_conflict(deciding,
			BILINGUAL("the session has no such part; a new one needs its `service`",
				"会话没有这个部分；新的部分须给出 service"),
			end);
	if (deciding->work_count == SESSION_PARTS_MAX)
		return session_conflict(deciding,
			BILINGUAL("a session has 8 parts at most", "一个会话最多 8 个部分"), end);
	if (asks->unit.data == NULL || !unit_of_name(asks->unit, &unit)) {
		uint32_t service = image_service(image, asks->service);
		unit = service == NO_INDEX ? UNIT_SECOND : image->services[service].unit;
	}
	*work = (struct part_work){
		.is_new = true,
		.asks = asks,
		.attributes = asks->with.items,
		.part = { .id = session_part_id(asks),
			.service = asks->service,
			.to = asks->to.data == NULL ? TEXT("") : asks->to,
			.unit = (uint8_t)unit,
			.at_ms = deciding->params->at_ms,
			.attribute_count = (uint8_t)asks->with.count },
		.shortage.say = SAY_COUNT,
	};
	deciding->work_count++;
	return GOES_ON;
}

/* A part that is there, with its attributes as rules read them; false without memory. */
static bool
read_part(struct session_deciding *deciding, struct field_reader *parts)
{
	struct part_work *work = &deciding->works[deciding->work_count++];
	struct attribute *attributes = NULL;
	*work = (struct part_work){ .shortage.say = SAY_COUNT };
	work->part = session_part_read(parts, &deciding->session);
	if (work->part.attribute_count == 0)
		return true;
	struct field_reader rest = work->part.attributes;
	attributes = arena_take(
		deciding->call->arena, work->part.attribute_count * sizeof *attributes);
	for (unsigned i = 0; attributes != NULL && i < work->part.attribute_count; i++) {
		struct session_attribute one = session_attribute_read(&rest);
		attributes[i] = (struct attribute){ one.name, one.text, one.number };
	}
	work->attributes = attributes;
	return attributes != NULL;
}

static struct part_work *
work_named(struct session_deciding *deciding, struct text id)
{
	for (size_t i = 0; i < deciding->work_count; i++) {
		if (text_equal(deciding->works[i].part.id, id))
			return &deciding->works[i];
	}
	return NULL;
}

/* Those of the session, in order, then those that the request begins. */
enum progress
session_find_parts(struct session_deciding *deciding, enum call_end *end)
{
	const struct session_params *params = deciding->params;
	struct field_reader parts = deciding->session.parts;
	for (unsigned i = 0; i < deciding->session.part_count; i++) {
		if (read_part(deciding, &parts))
			continue;
		*end = call_error(deciding->call, SAY_OUT_OF_MEMORY, NULL, 0);
		return HAS_ENDED;
	}
	for (size_t i = 0; i < params->parts.count; i++) {
		const struct session_part_params *asks = &(
			(const struct session_part_params *)params->parts.items)[i];
		struct part_work *work = work_named(deciding, session_part_id(asks));
		if (work != NULL)
			work->asks = asks;
		else if (begin_part(deciding, asks, end) == HAS_ENDED)
			return HAS_ENDED;
	}
	return GOES_ON;
}

/* What deciding needs memory for. */
enum progress
session_make_room(struct session_deciding *deciding, enum call_end *end)
{
	struct arena *arena = deciding->call->arena;
	size_t others = deciding->subject.account.balance_count - 1u +
		deciding->subject.subscription.payer_count;
	bool prices = deciding->release != NULL;
	deciding->main_before = deciding->subject.balance.amount;
	if (others > 0)
		deciding->others = arena_take(arena, others * sizeof *deciding->others);
	deciding->other_room = others;
	if ((others == 0 || deciding->others != NULL) &&
		(!prices ||
			subject_holdings(&deciding->subject, deciding->release->image, arena,
				&deciding->holdings, &deciding->holding_count))) {
		bool knows = !prices || !deciding->release->image->asks_members ||
			group_count_members(deciding->call, deciding->holdings,
				deciding->holding_count, deciding->session.began_ms, end);
		return knows ? GOES_ON : HAS_ENDED;
	}
	*end = call_error(deciding->call, SAY_OUT_OF_MEMORY, NULL, 0);
	return HAS_ENDED;
}
