/* A shard: calls from their messages to their answers (see shard.h, call.h). */
#include "shard.h"

#include "batch.h"
#include "connection.h"
#include "timers.h"
#include "waits.h"

#include "base/memory.h"
#include "base/must.h"
#include "base/utf8.h"

#include <string.h>

/* Of libuv's four workers at most two do long work, so that what is cold is read meanwhile. */
enum { ARENA_BYTES_MAX = 256 << 20, ANSWER_BYTES_MAX = 16 << 20, WORKS_MAX = 2 };
/*
 * Of the params of calls that wait, before reading stops: they are few but long where catalogs are
 * published.
 */
enum { WAITING_BYTES_MAX = 64 << 20 };

/* ---- life ---- */

enum status
shard_open(struct shard **shard, const struct shard_settings *settings, uv_loop_t *loop,
	const struct store_events *events, struct fault *fault)
{
	struct shard *opened = memory_new_zeroed(1, sizeof *opened);
	if (opened == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for the shard");
	opened->settings = *settings;
	opened->loop = loop;
	arena_init(&opened->arena, ARENA_BYTES_MAX);
	buffer_init(&opened->answer, ANSWER_BYTES_MAX);
	buffer_init(&opened->scratch, ANSWER_BYTES_MAX);
	buffer_init(&opened->event, ANSWER_BYTES_MAX);
	opened->reader = params_reader_new();
	opened->waits = memory_new_zeroed(1, sizeof *opened->waits);
	enum status status = STATUS_OK;
	if (opened->reader == NULL || opened->waits == NULL)
		status = fault_set(fault, STATUS_MEMORY, "no memory for the shard");
	if (status == STATUS_OK)
		status = store_open(&opened->store, &settings->store, events, loop, fault);
	if (status == STATUS_OK) {
		shard_tick(opened);
		status = releases_open(
			&opened->releases, loop, opened->store, opened->now_ms, fault);
	}
	if (status == STATUS_OK)
		status = timers_open(&opened->timers, opened, fault);
	if (status == STATUS_OK)
		status = notice_keeper_open(&opened->notices, opened, fault);
	if (status != STATUS_OK) {
		shard_close(opened, NULL);
		return status;
	}
	*shard = opened;
	return STATUS_OK;
}

enum status
shard_close(struct shard *shard, struct fault *fault)
{
	if (shard == NULL)
		return STATUS_OK;
	must(shard->waits == NULL || shard->waits->count == 0);
	releases_close(shard->releases);
	notice_keeper_stop(shard->notices);
	enum status status = store_close(shard->store, fault);
	timers_close(shard->timers);
	notice_keeper_free(shard->notices);
	params_reader_free(shard->reader);
	memory_free(shard->waits);
	id_memo_release(&shard->memo);
	buffer_release(&shard->event);
	buffer_release(&shard->scratch);
	buffer_release(&shard->answer);
	arena_release(&shard->arena);
	memory_free(shard);
	return status;
}

void
shard_tick(struct shard *shard)
{
	int64_t now_ms = shard->settings.clock.now_ms(shard->settings.clock.context);
	store_set_now(shard->store, now_ms);
	shard->now_ms = store_now(shard->store);
	if (shard->releases != NULL)
		releases_settle(shard->releases, shard->now_ms);
}

bool
shard_is_pressed(const struct shard *shard)
{
	/*
	 * Those that are parked wait for their own clients, which are not read from meanwhile: that
	 * is nobody else's trouble.
	 */
	const struct shard_waits *waits = shard->waits;
	return waits->count - waits->parked >= shard->settings.waiting_max ||
		waits->bytes - waits->parked_bytes >= WAITING_BYTES_MAX;
}

void
shard_hurry(struct shard *shard)
{
	atomic_store(&shard->hurried, true);
}

size_t
shard_waiting(const struct shard *shard)
{
	return shard->waits->count;
}

/* ---- running ---- */

/* A call whose params were read, and are still packed in `packed` too. */
struct prepared {
	struct call call;
	struct bytes packed;
	bool is_item;
	void *params;
};

static bool
read_params(struct shard *shard, struct prepared *prepared, struct problem *problem)
{
	const struct method *method = prepared->call.method;
	bool is_timer = prepared->call.reply.timer != NULL;
	prepared->params = arena_take(
		&shard->arena, is_timer ? sizeof(struct timer_params) : method->params->size);
	if (prepared->params == NULL) {
		*problem = (struct problem){ .say = SAY_OUT_OF_MEMORY };
		return false;
	}
	if (is_timer) {
		timer_params_read(prepared->params, prepared->packed);
		return true;
	}
	struct reading reading = { shard->reader, &shard->arena, problem };
	if (prepared->is_item)
		return params_read_map(
			&reading, method->params, prepared->packed, prepared->params);
	return params_read(&reading, method, prepared->packed, prepared->params);
}

static struct text
scope_of(const struct method *method, const void *params)
{
	struct text none = { NULL, 0 };
	return method->in_order ? *(const struct text *)params : none;
}

/* Forgets the memory of the calls that were just run. Between two calls only. */
static void
forget(struct shard *shard)
{
	arena_clear(&shard->arena);
	params_reader_clear(shard->reader);
}

static void waiting_drive(struct shard *shard, struct waiting *waiting);

static void
want_done(struct want *want)
{
	struct waiting *waiting = want->context;
	struct shard *shard = waiting->call.shard;
	shard_tick(shard);
	waiting_drive(shard, waiting);
	forget(shard);
}

static void
work_called(uv_work_t *work)
{
	struct waiting *waiting = work->data;
	waiting->run_work(waiting->state);
}

static void
work_done(uv_work_t *work, int status)
{
	struct waiting *waiting = work->data;
	struct shard *shard = waiting->call.shard;
	must(status == 0);
	waiting->has_work = false;
	shard->waits->works_running--;
	shard_tick(shard);
	waiting_drive(shard, waiting);
	forget(shard);
}

/*
 * Has who asked gone away? What was not decided by then need not be: nobody was told of it, and who
 * asks again is served.
 */
static bool
is_unwanted(const struct call *call)
{
	if (call->reply.timer != NULL)
		return timer_is_unwanted(call->reply.timer);
	return connection_is_gone(call->reply.batch != NULL ? batch_connection(call->reply.batch)
							    : call->reply.connection);
}

/*
 * Runs a call; but an item whose batch's answer is full is not decided, since it could not be told.
 */
static enum call_end
run(struct call *call, const void *params)
{
	struct text full = BILINGUAL("the answer of this batch is full, send fewer items at a time",
		"这一批的应答已满，请减少每批的条数");
	if (call->reply.batch != NULL && batch_is_full(call->reply.batch))
		return call_error(call, SAY_OVERLOADED, &full, 1);
	return call->method->run(call, params);
}

/* Runs a call in its own memory. CALL_WAITS: what it waits for is under way. */
static enum call_end
waiting_run(struct shard *shard, struct waiting *waiting)
{
	struct problem problem;
	struct prepared prepared = { waiting->call, waiting->params, waiting->is_item, NULL };
	enum status status = waiting->want.status;
	waiting->call.seen = 0;
	waiting->has_want = false;
	if (is_unwanted(&waiting->call))
		return call_error(&waiting->call, SAY_OVERLOADED, NULL, 0);
	if (status != STATUS_OK)
		return call_failed(&waiting->call, status, &waiting->want.fault);
	if (!read_params(shard, &prepared, &problem))
		return call_problem(&waiting->call, &problem);
	if (run(&waiting->call, prepared.params) == CALL_ENDED)
		return CALL_ENDED;
	must(waiting->has_want != waiting->has_work);
	if (waiting->has_work) {
		work_row_add(&shard->waits->works, waiting);
	} else {
		buffer_release(&waiting->want.bytes);
		waiting->want.context = waiting;
		waiting->want.done = want_done;
		store_want(shard->store, &waiting->want);
	}
	return CALL_WAITS;
}

/* Runs a call, and when it is decided, those behind it, until one of them waits. */
static void
waiting_drive(struct shard *shard, struct waiting *waiting)
{
	while (waiting != NULL && waiting_run(shard, waiting) == CALL_ENDED) {
		struct waiting *heir = waits_remove(shard->waits, waiting);
		waiting_free(waiting);
		waiting = heir;
	}
}

bool
shard_turn(struct shard *shard)
{
	struct shard_waits *waits = shard->waits;
	struct waiting *waiting;
	while (waits->works_running < WORKS_MAX &&
		(waiting = work_row_take(&waits->works)) != NULL) {
		struct connection *connection = waiting->call.reply.connection;
		/* What others wait behind is not parked. */
		bool is_ordered = waiting->scope.size > 0;
		must(waiting->has_work && connection != NULL);
		if (connection_is_gone(connection)) {
			waiting->has_work = false;
			waiting_drive(shard, waiting);
		} else if (!is_ordered && connection_is_full(connection)) {
			connection_park(connection, waiting);
		} else {
			waiting->work.data = waiting;
			int code = uv_queue_work(
				shard->loop, &waiting->work, work_called, work_done);
			must(code == 0);
			waits->works_running++;
		}
	}
	releases_turn(shard->releases);
	notice_keeper_turn(shard->notices);
	return timers_turn(shard->timers);
}

/* Moves a call to memory of its own, to wait in front of its scope or behind others. */
static void
wait_or_queue(struct shard *shard, const struct prepared *prepared)
{
	struct waiting *waiting = waiting_new(&prepared->call, prepared->packed, prepared->is_item);
	if (waiting == NULL) {
		struct call call = prepared->call;
		call_error(&call, SAY_OUT_OF_MEMORY, NULL, 0);
		return;
	}
	shard->stats.waited++;
	/* The scope's bytes lie in the packed params, at the same place in the copy. */
	struct text scope = scope_of(prepared->call.method, prepared->params);
	if (scope.size > 0) {
		size_t offset = (size_t)((const uint8_t *)scope.data - prepared->packed.data);
		must(offset + scope.size <= waiting->params.size);
		waiting->scope = (struct text){ (const char *)waiting->params.data + offset,
			scope.size };
	}
	if (waits_add(shard->waits, waiting))
		waiting_drive(shard, waiting);
}

static void
run_first(struct shard *shard, struct prepared *prepared)
{
	struct call *call = &prepared->call;
	struct text scope = scope_of(call->method, prepared->params);
	bool somebody_waits = shard->waits->count > 0 && scope.size > 0 &&
		waits_front(shard->waits, scope) != NULL;
	id_memo_clear(&shard->memo);
	shard->memo.hash = call->warm.id;
	if (somebody_waits || run(call, prepared->params) == CALL_WAITS)
		wait_or_queue(shard, prepared);
}

/* All calls of a group: memory is fetched for all before any is run. */
static void
run_group(struct shard *shard, struct prepared *group, size_t count)
{
	for (unsigned step = 0; step < METHOD_WARM_STEPS; step++) {
		for (size_t i = 0; i < count; i++) {
			if (group[i].call.method->warm != NULL)
				group[i].call.method->warm(&group[i].call, group[i].params, step);
		}
	}
	for (size_t i = 0; i < count; i++)
		run_first(shard, &group[i]);
}

/* Reads the params of a call; on a problem the call is answered and gone. */
static bool
prepare(struct shard *shard, struct prepared *prepared)
{
	struct problem problem;
	shard->stats.calls++;
	if (read_params(shard, prepared, &problem))
		return true;
	call_problem(&prepared->call, &problem);
	return false;
}

static struct call
call_make(struct shard *shard, const struct method *method, struct reply_to reply)
{
	return (struct call){
		.shard = shard,
		.method = method,
		.arena = &shard->arena,
		.reply = reply,
		.memo = &shard->memo,
	};
}

/* Splits a batch and runs its items, a group at a time. */
static void
run_batch(struct shard *shard, const struct shard_message *message)
{
	struct packed_items items;
	struct problem problem;
	struct reading reading = { shard->reader, &shard->arena, &problem };
	struct reply_to reply = { .connection = message->connection,
		.msgid = message->message.msgid };
	struct call whole = call_make(shard, method_find(message->message.method), reply);
	if (!params_split(&reading, message->message.params, "items", BATCH_ITEMS_MAX, &items)) {
		call_problem(&whole, &problem);
		return;
	}
	struct batch *batch = batch_new(
		message->connection, message->message.msgid, (uint32_t)items.count);
	if (batch == NULL) {
		call_error(&whole, SAY_OUT_OF_MEMORY, NULL, 0);
		return;
	}
	for (size_t next = 0; next < items.count;) {
		struct prepared group[SHARD_GROUP_MAX];
		size_t size = 0;
		for (; size < SHARD_GROUP_MAX && next < items.count; next++) {
			struct reply_to slot = { .batch = batch, .slot = (uint32_t)next };
			group[size] = (struct prepared){ call_make(shard, method_charge(), slot),
				items.list[next], true, NULL };
			size += prepare(shard, &group[size]);
		}
		run_group(shard, group, size);
	}
}

void
shard_run(struct shard *shard, const struct shard_message *messages, size_t count)
{
	struct prepared group[SHARD_GROUP_MAX];
	size_t size = 0;
	must(count <= SHARD_GROUP_MAX);
	for (size_t i = 0; i < count; i++) {
		const struct message *message = &messages[i].message;
		const struct method *method = method_find(message->method);
		struct reply_to reply = { .connection = messages[i].connection,
			.msgid = message->msgid };
		if (method == NULL) {
			struct call call = call_make(shard, NULL, reply);
			struct text name = identifier_is_valid(message->method) ? message->method
										: TEXT("?");
			call_error(&call, SAY_UNKNOWN_METHOD, &name, 1);
			continue;
		}
		if (method_is_batch(method)) {
			run_group(shard, group, size); /* what came before is decided before */
			size = 0;
			run_batch(shard, &messages[i]);
			continue;
		}
		group[size] = (struct prepared){ call_make(shard, method, reply), message->params,
			false, NULL };
		size += prepare(shard, &group[size]);
	}
	run_group(shard, group, size);
	forget(shard);
	store_turn(shard->store, true);
}

void
shard_run_timer(struct shard *shard, struct timer *timer, struct bytes key)
{
	struct problem problem;
	struct reply_to reply = { .timer = timer };
	struct prepared prepared = { call_make(shard, timers_method(), reply), key, false, NULL };
	if (read_params(shard, &prepared, &problem))
		run_first(shard, &prepared);
	else
		call_problem(&prepared.call, &problem);
	forget(shard);
}
