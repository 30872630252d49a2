/*
 * Turns of the loop: what is durable is told, what waits is served, and the checkpoint is moved on
 * (see store.h).
 */
#include "store_parts.h"

#include "../engine/base/clock.h"
#include "../engine/base/log.h"
#include "../engine/base/must.h"

enum {
	KIB = 1024,
	LINGER_BYTES = 64 * KIB, /* a batch of so many has company enough */
	QUIET_PART =
		12, /* of the time between checkpoints: after so long without work it is quiet */
	MAP_ALARM_PERCENT = 70,
};
#define LINGER_NS MS_NS

/* ---- the checkpoint ---- */

/* Has nothing been decided for a while? */
static bool
is_quiet(const struct store *store, uint64_t now_ns)
{
	return now_ns - store->decided_ns >= store->settings.checkpoint_ms * MS_NS / QUIET_PART;
}

/*
 * The fewer checkpoints, the fewer bytes a charge, for a page is written once for all charges that
 * changed it since; but a restart replays what lies behind. So they go by bytes of journal under
 * load, by time under light load, and at once when it is quiet.
 */
static bool
checkpoint_is_due(const struct store *store, uint64_t now_ns)
{
	struct shelf_stats records = shelf_stats(store->shelf);
	if (store->closing)
		return false;
	bool is_behind = journal_boundary(store->journal).position != store->meta.applied.position;
	bool is_time = now_ns - store->checkpoint_began_ns >= store->settings.checkpoint_ms * MS_NS;
	return (is_behind && (is_time || is_quiet(store, now_ns))) ||
		store_behind_bytes(store) > store->settings.behind_bytes_max / 3 ||
		records.kept_bytes > records.bytes_max / 4 || store->memory_is_short;
}

/*
 * How long the checkpoint under way may take: so long that the journal grows by three tenths of
 * what bounds it meanwhile, at the rate it has grown since the beginning, and at most as long as
 * the setting says. The less at a time, the less others feel: on two processors that half the top
 * rate keeps busy, p99 was 15 ms with checkpoints of 8 s and 11 ms with 16 s, twice as far apart.
 */
static uint64_t
checkpoint_spread_ms(const struct store *store, uint64_t elapsed_ms)
{
	uint64_t grown = journal_decided(store->journal) - store->checkpoint_began_position;
	uint64_t may_grow = store->settings.behind_bytes_max / 10 * 3;
	uint64_t spread_ms = store->settings.sweep_ms;
	if (grown / KIB == 0)
		return spread_ms;
	uint64_t until_grown_ms = elapsed_ms * (may_grow / KIB) / (grown / KIB);
	return until_grown_ms < spread_ms ? until_grown_ms : spread_ms;
}

/*
 * How long to rest between two chunks: not at all when somebody may soon have to wait for this
 * checkpoint, or when there is nobody to be disturbed.
 */
static uint64_t
checkpoint_pace_ns(const struct store *store, uint64_t now_ns)
{
	struct shelf_stats records = shelf_stats(store->shelf);
	struct checkpoint_stats checkpoint;
	if (store->closing || store->memory_is_short || is_quiet(store, now_ns) ||
		store_behind_bytes(store) > store->settings.behind_bytes_max / 4 * 3 ||
		records.kept_bytes > records.bytes_max / 8 * 3)
		return 0;
	checkpoint_stats(store->checkpoint, &checkpoint);
	uint64_t elapsed_ms = (now_ns - store->checkpoint_began_ns) / MS_NS;
	uint64_t spread_ms = checkpoint_spread_ms(store, elapsed_ms);
	uint64_t left_ms = spread_ms > elapsed_ms ? spread_ms - elapsed_ms : 0;
	return left_ms * MS_NS / (checkpoint.left / CHUNK_RECORDS_MAX + 1);
}

static void
checkpoint_ended(struct store *store)
{
	ids_listed(store->ids, store->meta.runs, store->meta.run_count);
	archiver_checkpoint(store->archiver, store->meta.applied.position);
	unsigned used = database_used_percent(store->database);
	store->map_is_full = used >= MAP_FULL_PERCENT;
	if (used >= MAP_ALARM_PERCENT)
		log_event(LOG_WARN,
			"the state's map is %u %% full; raise state.map and start again", used);
	store->memory_is_short = false;
	store->progressed = true;
	wants_starved(store);
}

/*
 * The disk or the map is full: new work is refused until a checkpoint has ended well; it is tried
 * again every second.
 */
static void
checkpoint_found_no_room(struct store *store, const struct fault *fault)
{
	store->map_is_full |= fault->os_error == 0; /* LMDB's own bound, not the disk's */
	if (store->closing)
		store_fail(store, fault); /* nobody waits for room now */
	else
		log_event(LOG_WARN, "a checkpoint waits for room: %s", fault->text);
}

static void
checkpoint_give(struct store *store)
{
	struct database_meta meta = store->meta;
	store_list_ids(store, &meta);
	checkpoint_give_meta(store->checkpoint, &meta);
	meta.applied = checkpoint_head(store->checkpoint);
	store->meta =
		meta; /* as it will be when CHECKPOINT_ENDED comes; nothing is removed before */
}

static void
checkpoint_move(struct store *store)
{
	uint64_t now_ns = monotonic_ns();
	if (journal_decided(store->journal) != store->decided_seen) {
		store->decided_seen = journal_decided(store->journal);
		store->decided_ns = now_ns;
	}
	if (checkpoint_is_idle(store->checkpoint)) {
		if (!checkpoint_is_due(store, now_ns))
			return;
		struct journal_head head = journal_boundary(store->journal);
		store->checkpoint_began_ns = now_ns;
		store->checkpoint_began_position = journal_decided(store->journal);
		ids_seal(store->ids);
		checkpoint_begin(store->checkpoint, store->shelf, &head);
	}
	struct checkpoint_now now = {
		.decided = journal_decided(store->journal),
		.durable = journal_durable(store->journal),
		.now_ns = now_ns,
		.chunk_ns = checkpoint_pace_ns(store, now_ns),
		.ids_sealed = ids_unsealed_from(store->ids),
	};
	struct fault fault = { 0 };
	switch (checkpoint_turn(store->checkpoint, &now, &fault)) {
	case CHECKPOINT_WAITING:
		break;
	case CHECKPOINT_WANTS_META:
		checkpoint_give(store);
		break;
	case CHECKPOINT_ENDED:
		checkpoint_ended(store);
		break;
	case CHECKPOINT_NO_ROOM:
		checkpoint_found_no_room(store, &fault);
		break;
	case CHECKPOINT_FAILED:
		store_fail(store, &fault);
		break;
	}
}

/* ---- a turn ---- */

static void
announce_durable(struct store *store)
{
	uint64_t durable = journal_durable(store->journal);
	if (durable == store->durable_seen)
		return;
	must(durable > store->durable_seen);
	store->durable_seen = durable;
	store->progressed = true;
	if (store->closing)
		return;
	store->events.durable(store->events.context);
	wants_durable(store, durable);
}

static void
tell_failure(struct store *store)
{
	if (!store->has_failed || store->failure_told || store->closing)
		return;
	store->failure_told = true;
	store->events.failed(store->events.context, &store->fault);
}

/*
 * Does the open batch wait for company? A frame costs a write, a sync and three changes of threads
 * whatever is in it. So as long as each turn brings more, a small batch waits for a millisecond at
 * most; when a turn brings nothing, all who ask wait for it, and it goes. (Measured with 64 clients:
 * an eighth more charges a second with one request in flight each, a twentieth more with 64, and
 * at half of that rate two thirds of the frames.)
 */
static bool
batch_lingers(struct store *store, bool more_to_come)
{
	struct journal_progress progress = journal_progress(store->journal);
	uint64_t decided = journal_decided(store->journal);
	uint64_t gathered_bytes = decided - progress.batch_position;
	bool brought_more = more_to_come || decided != store->decided_seen;
	if (gathered_bytes == 0 || gathered_bytes >= LINGER_BYTES || !brought_more)
		return false;
	if (store->linger_batch != progress.batch) {
		store->linger_batch = progress.batch;
		store->linger_began_ns = monotonic_ns();
	}
	return monotonic_ns() - store->linger_began_ns < LINGER_NS;
}

/*
 * A whole turn, which sets the timer again: the loop may find nothing else to do before it sleeps.
 */
static void
timer_called(uv_timer_t *timer)
{
	store_turn(timer->data, false);
}

/* When there is something to do without anybody asking. */
static void
set_timer(struct store *store, bool lingers)
{
	bool idle = checkpoint_is_idle(store->checkpoint) && store->rooms.first == NULL && !lingers;
	uint64_t due_ms = idle ? 200 : 2;
	if (uv_timer_get_due_in(&store->timer) > due_ms ||
		!uv_is_active((uv_handle_t *)&store->timer))
		uv_timer_start(&store->timer, timer_called, due_ms, 0);
}

bool
store_turn(struct store *store, bool more_to_come)
{
	if (store->has_failed) {
		tell_failure(store);
		return false;
	}
	announce_durable(store);
	bool lingers = batch_lingers(store, more_to_come);
	if (!lingers)
		journal_flush(store->journal, store->now_ms);
	if (more_to_come)
		return lingers;
	/* Room may come without news: a segment that is ready, a disk that somebody cleared. */
	if (store->rooms.first != NULL && !store->closing &&
		(store->progressed || store_admits(store, NULL) != STATUS_BUSY))
		wants_room(store);
	store->progressed = false;
	if (store->durables.first != NULL && !store->closing)
		wants_durable(store, store->durable_seen);
	wants_send(store);
	id_jobs_send(store);
	checkpoint_move(store);
	set_timer(store, lingers);
	return lingers;
}
