/*
 * What a session's request fetches ahead: its id, the session with its timer, whose it is, and what
 * it may count.
 */
#include "session_parts.h"
#include "shard.h"

/* Its record, if that is in memory. */
static bool
session_in_memory(struct call *call, const struct session_params *params, struct session *session)
{
	struct record_key key;
	struct bytes value;
	uint64_t version;
	key_of_session(&key, params->service_id, params->session);
	const struct record_name name = { TABLE_SESSION, { key.data, key.size } };
	if (shelf_look(&call->warm.seen.session, name, &value, &version) != LOOKUP_FOUND)
		return false;
	*session = session_read(value);
	return true;
}

static void
warm_id(struct call *call, const struct session_params *params)
{
	struct store *store = call->shard->store;
	struct warm *warm = &call->warm;
	char scope[SCOPE_BYTES_MAX];
	struct record_key key;
	size_t size = once_session_scope(scope, params->service_id, (uint32_t)params->number);
	warm->id = store_id_hash(store, (struct text){ scope, size }, params->session);
	store_prefetch_id(store, warm->id);
	key_of_session(&key, params->service_id, params->session);
	warm->session = shelf_key_of(&key).hash;
	store_prefetch_slot(store, warm->session);
}

/* When its timer comes: that of a new session as it usually will be; of an open one, who closes it asks. */
static bool
find_timer_ms(struct call *call, const struct session_params *params, int64_t *at_ms)
{
	const struct shard *shard = call->shard;
	struct session session;
	*at_ms = session_whole_second(shard->now_ms + shard->settings.validity_max_ms);
	if (call->method->run == session_run_reserve)
		return true;
	if (call->method->run == session_run_update || !session_in_memory(call, params, &session))
		return false;
	*at_ms = session.timer_ms;
	return true;
}

static void
warm_timer(struct call *call, const struct session_params *params)
{
	struct warm *warm = &call->warm;
	struct record_key owner, key;
	int64_t at_ms;
	warm->timer = 0;
	if (!find_timer_ms(call, params, &at_ms))
		return;
	key_of_session(&owner, params->service_id, params->session);
	key_of_timer(&key, &(struct timer_key){ at_ms, TIMER_SESSION, { owner.data, owner.size } });
	warm->timer = shelf_key_of(&key).hash;
	store_prefetch_slot(call->shard->store, warm->timer);
}

/* A part is mostly called like its service: then what it counts is known without reading the session. */
static void
warm_counters(struct call *call, const struct session_params *params)
{
	const struct session_part_params *asks = params->parts.items;
	for (size_t i = 0; i < params->parts.count; i++) {
		struct text service = asks[i].service.data != NULL ? asks[i].service : asks[i].part;
		if (service.data != NULL)
			subject_warm_counters(call, service, params->at_ms);
	}
}

void
session_warm(struct call *call, const void *params, unsigned step)
{
	const struct session_params *session = params;
	struct store *store = call->shard->store;
	struct warm *warm = &call->warm;
	subject_warm(call, session->service_id, session->at_ms, step);
	switch (step) {
	case 0:
		warm_id(call, session);
		break;
	case 1:
		warm->seen.session = store_prefetch_record(store, warm->session);
		break;
	case 2:
		warm_timer(call, session);
		break;
	case 3:
		if (warm->timer != 0)
			warm->seen.timer = store_prefetch_record(store, warm->timer);
		break;
	case 4:
		warm_counters(call, session);
		break;
	default:
		subject_warm_counter_records(call);
		break;
	}
}
