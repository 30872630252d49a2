/*
 * The end of a session of which nothing was heard: what it held is let go, nothing is charged. A
 * session has one timer, at the first instant at which it may expire. If something was heard of it
 * meanwhile, the timer is set to when it expires by then. Who comes before the timer ends it too.
 */
#include "session_expiry.h"

#include "session_parts.h"
#include "shard.h"

#include "base/must.h"

/* Its own number, when it expired, and no parts. */
static struct session_params
params_of(struct text service_id, struct text session)
{
	return (struct session_params){
		.service_id = service_id, .session = session, .validity_s = NOT_GIVEN
	};
}

static struct once
once_of(const struct session_deciding *deciding)
{
	return (struct once){ .scope = deciding->params->service_id,
		.at_ms = deciding->session.expires_ms };
}

/* The session is there. */
static enum progress
end_it(struct session_deciding *deciding, enum call_end *end)
{
	struct fault fault;
	if (session_find_payer(deciding, end) == HAS_ENDED ||
		session_make_room(deciding, end) == HAS_ENDED ||
		session_find_parts(deciding, end) == HAS_ENDED ||
		session_find_timer(deciding, end) == HAS_ENDED ||
		session_let_go(deciding, end) == HAS_ENDED)
		return HAS_ENDED;
	deciding->once = once_of(deciding);
	enum status status = session_store(deciding, &fault);
	if (status == STATUS_OK)
		return GOES_ON;
	*end = call_failed(deciding->call, status, &fault);
	return HAS_ENDED;
}

enum progress
session_expire(struct session_deciding *expired, enum call_end *end)
{
	struct session_deciding deciding;
	const struct session_params params = params_of(
		expired->params->service_id, expired->params->session);
	session_begin(&deciding, expired->call, &params, SESSION_EXPIRE);
	deciding.key = expired->key;
	deciding.session = expired->session;
	return end_it(&deciding, end);
}

enum call_end
session_run_timer(struct call *call, const struct timer_params *timer)
{
	struct session_deciding deciding;
	struct text service_id, session;
	struct bytes value;
	struct fault fault;
	uint64_t version;
	enum call_end end;
	bool is_session = key_is_of_session(timer->key.owner, &service_id, &session);
	must(is_session);
	const struct session_params params = params_of(service_id, session);
	session_begin(&deciding, call, &params, SESSION_EXPIRE);
	key_of_session(&deciding.key, service_id, session);
	enum lookup found = call_find(call, shelf_key_of(&deciding.key), &value, &version);
	if (found == LOOKUP_COLD)
		return call_wait_record(call, shelf_key_of(&deciding.key));
	must(found == LOOKUP_FOUND); /* a session that is closed has no timer */
	deciding.session = session_read(value);
	must(deciding.session.timer_ms == timer->key.at_ms);
	if (deciding.session.expires_ms <= call->shard->now_ms)
		return end_it(&deciding, &end) == HAS_ENDED ? end : call_answer_nobody(call);
	if (session_find_parts(&deciding, &end) == HAS_ENDED)
		return end;
	deciding.once = once_of(&deciding);
	enum status status = session_postpone(&deciding, &fault);
	return status == STATUS_OK ? call_answer_nobody(call) : call_failed(call, status, &fault);
}
