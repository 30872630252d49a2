/* Answering and waiting (see call.h). */
#include "call.h"

#include "batch.h"
#include "connection.h"
#include "shard.h"
#include "timers.h"
#include "waits.h"

#include "base/log.h"
#include "base/must.h"

enum call_end
call_answer_at(struct call *call, struct bytes result, uint64_t position)
{
	if (call->reply.timer != NULL)
		return call_answer_nobody(call);
	call->shard->stats.answers++;
	if (call->reply.batch != NULL)
		batch_answer(call->reply.batch, call->reply.slot, result, position);
	else if (result.size > 0)
		connection_answer(call->reply.connection, call->reply.msgid, result, position);
	else
		connection_error(call->reply.connection, call->reply.msgid, result, position);
	return CALL_ENDED;
}

enum call_end
call_answer(struct call *call, struct bytes result)
{
	if (result.size == 0)
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	return call_answer_at(call, result, call->seen);
}

enum call_end
call_answer_nobody(struct call *call)
{
	must(call->reply.timer != NULL);
	timer_ended(call->reply.timer);
	return CALL_ENDED;
}

enum call_end
call_error(struct call *call, enum say say, const struct text *arguments, size_t count)
{
	const struct reply_to *reply = &call->reply;
	if (reply->timer != NULL)
		return call_answer_nobody(call);
	struct pack pack = pack_into(call_buffer(call));
	call->shard->stats.errors++;
	if (reply->batch != NULL) {
		pack_map(&pack, 1);
		pack_name(&pack, "error");
	}
	const struct connection *connection = reply->batch != NULL ? batch_connection(reply->batch)
								   : reply->connection;
	connection_pack_error(connection, &pack, say, arguments, count);
	struct bytes error = pack_whole(&pack);
	if (reply->batch != NULL)
		batch_answer(reply->batch, reply->slot, error, call->seen);
	else
		connection_error(reply->connection, reply->msgid, error, call->seen);
	return CALL_ENDED;
}

enum call_end
call_problem(struct call *call, const struct problem *problem)
{
	return call_error(call, problem->say, problem->arguments, problem->count);
}

enum call_end
call_failed(struct call *call, enum status status, const struct fault *fault)
{
	struct text why = text_of(fault->text);
	switch (status) {
	case STATUS_BUSY:
		return call_wait_room(call);
	case STATUS_FULL:
		return call_error(call, SAY_DISK_FULL, NULL, 0);
	case STATUS_MEMORY:
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	case STATUS_OK:
		must_not_come_here("only a failure");
	case STATUS_IO:
	case STATUS_CORRUPT:
	case STATUS_LIMIT:
	case STATUS_INVALID:
	case STATUS_NOT_FOUND:
	case STATUS_CONFLICT:
	case STATUS_UNSUPPORTED:
		break;
	}
	log_fault(LOG_ERROR, call->method->name, fault);
	return call_error(call, SAY_INTERNAL, &why, 1);
}

enum call_end
call_rules_failed(struct call *call, const struct fault *fault)
{
	if (fault->status != STATUS_BUSY)
		return call_failed(call, fault->status, fault);
	struct text why = arena_print(call->arena,
		BILINGUAL_STRING("a function of the catalog had no time to run: %s",
			"目录中的函数未能及时运行：%s"),
		fault->text, fault->text);
	return call_error(call, SAY_OVERLOADED, &why, 1);
}

struct buffer *
call_buffer(struct call *call)
{
	buffer_clear(&call->shard->answer);
	return &call->shard->answer;
}

/* ---- waiting ---- */

/* The want to fill, or NULL in the first run, where nothing can be registered. */
static struct want *
want_to_fill(struct call *call)
{
	struct waiting *waiting = call->waiting;
	if (waiting == NULL)
		return NULL;
	must(!waiting->has_want && !waiting->has_work);
	waiting->has_want = true;
	return &waiting->want;
}

enum call_end
call_wait_record(struct call *call, struct shelf_key key)
{
	struct want *want = want_to_fill(call);
	if (want != NULL)
		want_record(want, key);
	return CALL_WAITS;
}

enum call_end
call_wait_id(struct call *call, struct text scope, struct text id)
{
	struct want *want = want_to_fill(call);
	if (want != NULL)
		want_id(want, scope, id, call->memo);
	return CALL_WAITS;
}

enum call_end
call_wait_durable(struct call *call, uint64_t position)
{
	struct want *want = want_to_fill(call);
	if (want != NULL) {
		want->kind = WANT_DURABLE;
		want->position = position;
	}
	return CALL_WAITS;
}

enum call_end
call_wait_room(struct call *call)
{
	struct want *want = want_to_fill(call);
	if (want != NULL)
		want->kind = WANT_ROOM;
	return CALL_WAITS;
}

enum call_end
call_wait_range(struct call *call, struct range *range, void (*drop)(void *range))
{
	struct waiting *waiting = call->waiting;
	must(waiting != NULL && waiting->state == NULL);
	struct want *want = want_to_fill(call);
	waiting->state = range;
	waiting->drop_state = drop;
	want->kind = WANT_RANGE;
	want->range = range;
	return CALL_WAITS;
}

void *
call_state(const struct call *call)
{
	return call->waiting == NULL ? NULL : call->waiting->state;
}

bool
call_can_work(const struct call *call)
{
	return call->waiting != NULL;
}

enum call_end
call_work(struct call *call, void *state, void (*work)(void *state), void (*drop)(void *state))
{
	struct waiting *waiting = call->waiting;
	must(waiting != NULL && !waiting->has_want && !waiting->has_work);
	must(waiting->state == NULL || waiting->state == state);
	waiting->state = state;
	waiting->run_work = work;
	waiting->drop_state = drop;
	waiting->has_work = true;
	return CALL_WAITS;
}

/* ---- what is seen ---- */

void
call_saw(struct call *call, uint64_t version)
{
	if (version > call->seen)
		call->seen = version;
}

const struct loaded_release *
call_release(struct call *call)
{
	const struct loaded_release *release = releases_active(call->shard->releases);
	if (release != NULL)
		call_saw(call, release->version);
	return release;
}

enum lookup
call_look(struct call *call, const struct record_seen *seen, struct record_name name,
	struct bytes *value, uint64_t *version)
{
	enum lookup found = shelf_look(seen, name, value, version);
	if (found == LOOKUP_COLD)
		return call_find(
			call, shelf_key((enum table)name.table, name.bytes), value, version);
	call_saw(call, *version);
	return found;
}

enum lookup
call_find(struct call *call, struct shelf_key key, struct bytes *value, uint64_t *version)
{
	enum lookup found = store_find(call->shard->store, key, value, version);
	if (found != LOOKUP_COLD)
		call_saw(call, *version);
	return found;
}
