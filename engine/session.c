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
#include "session_parts.h"
#include "shard.h"

#include "base/digest.h"
#include "base/must.h"

#include <string.h>

/* ---- reading ---- */

static const struct session_part_params *
parts_of(const struct session_params *params)
{
	return params->parts.items;
}

/* A part is called like its service unless it says otherwise; size 0: it says neither. */
static struct text
part_id(const struct session_part_params *asks)
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
	pack_text(pack, part_id(asks));
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
	return (struct bytes){ buffer->data, pack_is_whole(&pack) ? buffer->size : 0 };
}

static enum progress
conflict(struct session_deciding *deciding, struct text say, enum call_end *end)
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
		struct text id = part_id(&list[i]);
		enum unit unit;
		if (id.size == 0)
			return conflict(deciding,
				BILINGUAL("a part needs `part` or `service`",
					"每个部分须给出 part 或 service"),
				end);
		for (size_t j = 0; j < i; j++) {
			if (text_equal(part_id(&list[j]), id))
				return conflict(deciding,
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
	struct call *call = deciding->call;
	struct buffer *scratch = &call->shard->scratch;
	buffer_clear(scratch);
	refusal_pack(scratch, call->arena, say, arguments, count, NULL);
	uint64_t release = deciding->release == NULL ? 0 : deciding->release->number;
	return once_refuse(call, &deciding->once, deciding->event, release,
		(struct bytes){ scratch->data, scratch->size });
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
static enum progress
find_open(struct session_deciding *deciding, enum call_end *end)
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

/* Is the session open, as the request needs it? */
static enum progress
find_session(struct session_deciding *deciding, enum call_end *end)
{
	const struct session_params *params = deciding->params;
	struct text arguments[] = { params->session, params->service_id };
	bool begins = deciding->request == SESSION_RESERVE;
	struct bytes value;
	uint64_t version;
	key_of_session(&deciding->key, params->service_id, params->session);
	const struct record_name name = { TABLE_SESSION,
		{ deciding->key.data, deciding->key.size } };
	switch (call_look(
		deciding->call, &deciding->call->warm.seen.session, name, &value, &version)) {
	case LOOKUP_COLD:
		*end = call_wait_record(deciding->call, shelf_key_of(&deciding->key));
		return HAS_ENDED;
	case LOOKUP_ABSENT:
		if (begins)
			return find_new(deciding, end);
		*end = session_refuse(deciding, SAY_UNKNOWN_SESSION, arguments, 2);
		return HAS_ENDED;
	case LOOKUP_FOUND:
		break;
	}
	if (begins) {
		*end = session_refuse(deciding, SAY_SESSION_OPEN, arguments, 2);
		return HAS_ENDED;
	}
	deciding->session = session_read(value);
	deciding->overtaken = params->number <= deciding->session.number;
	if (!deciding->overtaken)
		deciding->session.number = (uint32_t)params->number;
	return find_open(deciding, end);
}

/* Until when it is open if nothing is heard of it; what goes with the session is found. */
static enum progress
find_timer(struct session_deciding *deciding, enum call_end *end)
{
	const struct shard *shard = deciding->call->shard;
	struct session *session = &deciding->session;
	struct timer_key timer = { session->timer_ms, TIMER_SESSION,
		{ deciding->key.data, deciding->key.size } };
	struct record_key key;
	struct bytes value;
	uint64_t version;
	if (!session_closes(deciding) && !deciding->overtaken)
		session->expires_ms = shard->now_ms + session_validity_ms(deciding);
	if (deciding->request == SESSION_RESERVE ||
		(!session_closes(deciding) && session->expires_ms >= session->timer_ms))
		return GOES_ON;
	key_of_timer(&key, &timer);
	if (call_find(deciding->call, shelf_key_of(&key), &value, &version) != LOOKUP_COLD)
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
		return conflict(deciding,
			BILINGUAL("the session has no such part; a new one needs its `service`",
				"会话没有这个部分；新的部分须给出 service"),
			end);
	if (deciding->work_count == SESSION_PARTS_MAX)
		return conflict(deciding,
			BILINGUAL("a session has 8 parts at most", "一个会话最多 8 个部分"), end);
	if (asks->unit.data == NULL || !unit_of_name(asks->unit, &unit)) {
		uint32_t service = image_service(image, asks->service);
		unit = service == NO_INDEX ? UNIT_SECOND : image->services[service].unit;
	}
	*work = (struct part_work){
		.is_new = true,
		.asks = asks,
		.attributes = asks->with.items,
		.part = { .id = part_id(asks),
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
	work->part = session_part_read(parts, &deciding->session);
	*work = (struct part_work){ .part = work->part, .shortage.say = SAY_COUNT };
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
static enum progress
find_parts(struct session_deciding *deciding, enum call_end *end)
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
		const struct session_part_params *asks = &parts_of(params)[i];
		struct part_work *work = work_named(deciding, part_id(asks));
		if (work != NULL)
			work->asks = asks;
		else if (begin_part(deciding, asks, end) == HAS_ENDED)
			return HAS_ENDED;
	}
	return GOES_ON;
}

/* What deciding needs memory for. */
static enum progress
make_room(struct session_deciding *deciding, enum call_end *end)
{
	struct arena *arena = deciding->call->arena;
	size_t others = deciding->subject.account.balance_count - 1u;
	deciding->main_before = deciding->subject.balance.amount;
	if (others > 0)
		deciding->others = arena_take(arena, others * sizeof *deciding->others);
	if ((others == 0 || deciding->others != NULL) &&
		subject_holdings(&deciding->subject, deciding->release->image, arena,
			&deciding->holdings, &deciding->holding_count))
		return GOES_ON;
	*end = call_error(deciding->call, SAY_OUT_OF_MEMORY, NULL, 0);
	return HAS_ENDED;
}

/* ---- the calls ---- */

static void
begin(struct session_deciding *deciding, struct call *call, const struct session_params *params,
	enum session_request request)
{
	/* The parts are filled as they are found: clearing them all takes longer than a lookup. */
	deciding->call = call;
	deciding->params = params;
	deciding->request = request;
	deciding->release = NULL;
	deciding->overtaken = false;
	deciding->session.part_count = 0;
	deciding->work_count = 0;
	deciding->others = NULL;
	deciding->other_count = 0;
	deciding->countings = NULL;
	deciding->counting_count = deciding->counting_room = 0;
}

/* Time and id. */
static enum progress
check_once(struct session_deciding *deciding, char scope[SCOPE_BYTES_MAX], enum call_end *end)
{
	const struct session_params *params = deciding->params;
	struct bytes refusal;
	if (!once_in_window(deciding->call, params->at_ms, &refusal)) {
		*end = once_answer(deciding->call, refusal, true, false, 0);
		return HAS_ENDED;
	}
	deciding->event = pack_event(deciding);
	if (deciding->event.size == 0) {
		*end = call_error(deciding->call, SAY_OUT_OF_MEMORY, NULL, 0);
		return HAS_ENDED;
	}
	size_t size = once_session_scope(scope, params->service_id, (uint32_t)params->number);
	deciding->once = (struct once){
		.scope = { scope, size },
		.id = params->session,
		.attempt = 1,
		.fingerprint = hash64(deciding->event.data, deciding->event.size, ENTRY_SESSION),
		.at_ms = params->at_ms,
	};
	return once_check(deciding->call, &deciding->once, end) == ONCE_DECIDE ? GOES_ON
									       : HAS_ENDED;
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
	begin(&deciding, call, params, request);
	if (check_parts(&deciding, &end) == HAS_ENDED ||
		check_once(&deciding, scope, &end) == HAS_ENDED)
		return end;
	if (call_release(call) == NULL)
		return call_error(call, SAY_NO_RELEASE, NULL, 0);
	if (find_session(&deciding, &end) == HAS_ENDED ||
		session_find_release(&deciding, &end) == HAS_ENDED ||
		make_room(&deciding, &end) == HAS_ENDED ||
		find_parts(&deciding, &end) == HAS_ENDED ||
		session_find_wanted(&deciding, &end) == HAS_ENDED ||
		find_timer(&deciding, &end) == HAS_ENDED ||
		session_decide_parts(&deciding, &end) == HAS_ENDED)
		return end;
	if (session_closes(&deciding) && session_let_go(&deciding, &end) == HAS_ENDED)
		return end;
	if ((request == SESSION_RESERVE && check_grants(&deciding, &end) == HAS_ENDED) ||
		begin_balances(&deciding, &end) == HAS_ENDED)
		return end;
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
