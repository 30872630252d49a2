/*
 * Sessions: usage that is granted in portions before it happens, and charged as it is reported.
 *
 *   reserve ─► open ─► update … ─► commit or release ─► closed
 *                │ nothing is heard of it until it expires
 *                └──────────────────────────────────► closed: what it held is let go
 *
 * An open session is a record (store/session_record.h); every request is one entry, which changes
 * that record, the balances and counters it takes from or holds of, and its timer. What is held
 * counts as spent for everybody else, so what was granted can be paid.
 *
 * Requests are known by session and number: a repeat is answered as the first time, also when the
 * session is closed. One whose number is lower than one decided before was overtaken: what it says
 * was used is charged, nothing more is granted, and the newest grant stands.
 *
 * Checks come in the order of the contract: time and id → is the session open? → existence, status
 * → price → balance.
 */
#include "agenda.h"
#include "session_parts.h"
#include "shard.h"

#include "base/must.h"

#include <string.h>

/* ---- reading ---- */

static const struct session_part_params *
parts_of(const struct session_params *params)
{
	return params->parts.items;
}

/* A part is called like its service unless it says otherwise; size 0: it says neither. */
struct text
session_part_id(const struct session_part_params *asks)
{
	struct text id = asks->part.data == NULL ? asks->service : asks->part;
	return id.data == NULL ? TEXT("") : id;
}

static void
pack_number(struct pack *pack, int64_t number)
{
	if (number == NOT_GIVEN)
		pack_nil(pack);
	else
		pack_integer(pack, number);
}

static void
pack_facts(struct pack *pack, const struct facts *facts)
{
	pack_map(pack, (uint32_t)facts->count);
	for (size_t i = 0; i < facts->count; i++) {
		pack_text(pack, facts->items[i].name);
		if (facts->items[i].text.data != NULL)
			pack_text(pack, facts->items[i].text);
		else
			pack_integer(pack, facts->items[i].number);
	}
}

static void
pack_part(struct pack *pack, const struct session_part_params *asks)
{
	bool described = asks->service.data != NULL;
	pack_array(pack, described ? 7 : 3);
	pack_text(pack, session_part_id(asks));
	pack_number(pack, asks->used);
	pack_number(pack, asks->ask);
	if (!described)
		return;
	pack_text(pack, asks->service);
	pack_text(pack, asks->to.data == NULL ? TEXT("") : asks->to);
	pack_text(pack, asks->unit.data == NULL ? TEXT("") : asks->unit);
	pack_facts(pack, &asks->with);
}

/*
 * The request in its one form, as it is journaled and fingerprinted: [what it is, number, validity,
 * parts], each part [part, used, ask], and behind these, where it says what the part is,
 * service, to, unit, {attributes}. Whose and when stand in the entry itself.
 */
static struct bytes
pack_event(const struct session_deciding *deciding)
{
	const struct session_params *params = deciding->params;
	struct buffer *buffer = &deciding->call->shard->event;
	buffer_clear(buffer);
	struct pack pack = pack_into(buffer);
	pack_array(&pack, 4);
	pack_unsigned(&pack, deciding->request);
	pack_integer(&pack, params->number);
	pack_number(&pack, params->validity_s);
	pack_array(&pack, (uint32_t)params->parts.count);
	for (size_t i = 0; i < params->parts.count; i++)
		pack_part(&pack, &parts_of(params)[i]);
	return pack_whole(&pack);
}

enum progress
session_conflict(struct session_deciding *deciding, struct text say, enum call_end *end)
{
	*end = call_error(deciding->call, SAY_FIELDS_CONFLICT, &say, 1);
	return HAS_ENDED;
}

/* Each part is named once, and its unit is one. */
static enum progress
check_parts(struct session_deciding *deciding, enum call_end *end)
{
	const struct session_part_params *list = parts_of(deciding->params);
	for (size_t i = 0; i < deciding->params->parts.count; i++) {
		struct text id = session_part_id(&list[i]);
		enum unit unit;
		if (id.size == 0)
			return session_conflict(deciding,
				BILINGUAL("a part needs `part` or `service`",
					"每个部分须给出 part 或 service"),
				end);
		for (size_t j = 0; j < i; j++) {
			if (text_equal(session_part_id(&list[j]), id))
				return session_conflict(deciding,
					BILINGUAL(
						"two parts have the same name; name one by `part`",
						"两个部分同名；请用 part 区分"),
					end);
		}
		if (list[i].unit.data == NULL || unit_of_name(list[i].unit, &unit))
			continue;
		struct text arguments[] = { TEXT("unit"), TEXT("second, byte, item") };
		*end = call_error(deciding->call, SAY_OUT_OF_RANGE, arguments, 2);
		return HAS_ENDED;
	}
	return GOES_ON;
}

/* ---- refusing ---- */

enum call_end
session_refuse(
	struct session_deciding *deciding, enum say say, const struct text *arguments, size_t count)
{
	deciding->once.release = deciding->release == NULL ? 0 : deciding->release->number;
	return once_refuse_why(deciding->call, &deciding->once, say, arguments, count);
}

/* What is due of the subscription is done before what comes later. */
static enum progress
settle_agenda(struct session_deciding *deciding, enum call_end *end)
{
	const struct subject *subject = &deciding->subject;
	struct releases *releases = deciding->call->shard->releases;
	if (!releases_for(releases, &subject->subscription)->image->owes)
		return GOES_ON;
	switch (agenda_settle(deciding->call, deciding->session.subscription, end)) {
	case AGENDA_CLEAR:
		return GOES_ON;
	case AGENDA_MOVED:
		return session_find(deciding, end);
	case AGENDA_ENDED:
		break;
	}
	return HAS_ENDED;
}

/* ---- the calls ---- */

/* Time and id. */
static enum progress
check_once(struct session_deciding *deciding, char scope[SCOPE_BYTES_MAX], enum call_end *end)
{
	const struct session_params *params = deciding->params;
	size_t size = once_session_scope(scope, params->service_id, (uint32_t)params->number);
	deciding->once = (struct once){
		.scope = { scope, size },
		.id = params->session,
		.attempt = 1,
		.at_ms = params->at_ms,
		.event = pack_event(deciding),
	};
	return once_begin(deciding->call, &deciding->once, ENTRY_SESSION, end);
}

/* A reserve of which nothing can be granted opens nothing. */
static enum progress
check_grants(struct session_deciding *deciding, enum call_end *end)
{
	const struct part_work *first = &deciding->works[0];
	for (size_t i = 0; i < deciding->work_count; i++) {
		if (deciding->works[i].granted > 0)
			return GOES_ON;
	}
	must(first->shortage.say != SAY_COUNT);
	*end = session_refuse(
		deciding, first->shortage.say, first->shortage.arguments, SAY_ARGUMENTS_MAX);
	return HAS_ENDED;
}

/* What is valid from its first use, and was charged now, is valid from now on. */
static enum progress
begin_balances(struct session_deciding *deciding, enum call_end *end)
{
	session_settle_units(deciding);
	struct purses others = { .held = deciding->others, .count = deciding->other_count };
	enum progress progress = purses_begin(
		deciding->call, &deciding->subject.account, &others, end);
	deciding->begun = (unsigned)others.begun;
	return progress;
}

static enum call_end
run(struct call *call, const struct session_params *params, enum session_request request)
{
	struct session_deciding deciding;
	char scope[SCOPE_BYTES_MAX];
	enum call_end end;
	session_begin(&deciding, call, params, request);
	if (check_parts(&deciding, &end) == HAS_ENDED ||
		check_once(&deciding, scope, &end) == HAS_ENDED)
		return end;
	if (call_release(call) == NULL)
		return call_error(call, SAY_NO_RELEASE, NULL, 0);
	if (session_find(&deciding, &end) == HAS_ENDED ||
		settle_agenda(&deciding, &end) == HAS_ENDED ||
		session_find_release(&deciding, &end) == HAS_ENDED ||
		session_make_room(&deciding, &end) == HAS_ENDED ||
		session_find_parts(&deciding, &end) == HAS_ENDED ||
		session_find_wanted(&deciding, &end) == HAS_ENDED ||
		session_find_timer(&deciding, &end) == HAS_ENDED ||
		session_decide_parts(&deciding, &end) == HAS_ENDED)
		return end;
	if (session_closes(&deciding) && session_let_go(&deciding, &end) == HAS_ENDED)
		return end;
	if ((request == SESSION_RESERVE && check_grants(&deciding, &end) == HAS_ENDED) ||
		begin_balances(&deciding, &end) == HAS_ENDED)
		return end;
	if (!session_raise(&deciding))
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	return session_take(&deciding);
}

enum call_end
session_run_reserve(struct call *call, const void *params)
{
	return run(call, params, SESSION_RESERVE);
}

enum call_end
session_run_update(struct call *call, const void *params)
{
	return run(call, params, SESSION_UPDATE);
}

enum call_end
session_run_commit(struct call *call, const void *params)
{
	return run(call, params, SESSION_COMMIT);
}

enum call_end
session_run_release(struct call *call, const void *params)
{
	return run(call, params, SESSION_RELEASE);
}
