/* The schedule of what is due (see timers.h). */
#include "timers.h"

#include "agenda.h"
#include "agenda_walk.h"
#include "agreements.h"
#include "expiry.h"
#include "nearest.h"
#include "notice_due.h"
#include "session_expiry.h"
#include "shard.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/must.h"

#include <string.h>

/*
 * Of the thread's time, while clients call; the most of it in a turn; and the most of the journal that
 * may lie before a charge which comes now.
 */
enum { BUSY_SHARE = 8, TURN_NS_MAX = 500 * 1000, JOURNAL_BYTES_MAX = 64 * 1024 };
/* Clients that call do so in bursts: for so long after a call another is expected. */
#define BUSY_NS (50 * MS_NS)
enum { PAGE_BYTES_MAX = 256 * 1024, PAGE_AGAIN_MS = 1000 };

/* One that is under way, or waits to be tried again. */
struct timer {
	struct timers *timers;
	struct timer *next;
	int64_t not_before_ms; /* of one that is tried again */
	bool was_there;        /* when it ran */
	bool is_agenda;
	uint8_t key_size;
	uint8_t key[TIMER_KEY_MAX];
};

struct timers {
	struct shard *shard;
	struct nearest nearest;
	size_t under_way, agendas_under_way;
	int64_t begun_ms; /* of those that were begun, the latest instant */
	/* To be tried again: all after the same time, so they are in the order in which they ended. */
	struct timer *again_first, *again_last;
	size_t again_count;
	bool stopped;

	/* The page that is being read. */
	struct want want;
	struct range range;
	struct record_key after;
	bool is_reading;
	int64_t page_not_before_ms;

	/* What it has written since the journal was decided up to there, as long as that is not durable. */
	uint64_t journal_position;
	uint64_t journal_bytes;
	/* How long it may still work now, and what there was at the end of the last turn. */
	int64_t left_ns;
	uint64_t turn_ns;
	uint64_t calls;
	uint64_t called_ns; /* the end of the last turn that brought a call */
	uint64_t done;
};

/* ---- what each kind does ---- */

typedef enum call_end (*timer_run)(struct call *call, const struct timer_params *params);

static timer_run
run_of(enum timer_kind kind)
{
	switch (kind) {
	case TIMER_BALANCE:
		return expiry_run;
	case TIMER_SESSION:
		return session_run_timer;
	case TIMER_SUBSCRIPTION:
		return agenda_run;
	case TIMER_NOTICE:
		return notice_run_due;
	case TIMER_RELEASE:
		return agenda_walk_run;
	case TIMER_AGREEMENT:
		return agreements_run;
	}
	must_not_come_here("a timer is of one of these kinds");
}

void
timer_params_read(struct timer_params *params, struct bytes key)
{
	bool is_timer = key_is_of_timer(key, &params->key);
	must(is_timer);
	const struct bytes owner = params->key.owner;
	const uint8_t *zero = memchr(owner.data, 0, owner.size);
	params->scope = (struct text){ (const char *)owner.data,
		zero == NULL ? owner.size : (size_t)(zero - owner.data) };
}

/* Every timer's run: if it is still there, what its kind does. */
static enum call_end
run(struct call *call, const void *params)
{
	const struct timer_params *timer = params;
	struct record_key key;
	struct bytes value;
	uint64_t version;
	key_of_timer(&key, &timer->key);
	switch (call_find(call, shelf_key_of(&key), &value, &version)) {
	case LOOKUP_COLD:
		return call_wait_record(call, shelf_key_of(&key));
	case LOOKUP_ABSENT:
		return call_answer_nobody(call);
	case LOOKUP_FOUND:
		break;
	}
	call->reply.timer->was_there = true;
	return run_of(timer->key.kind)(call, timer);
}

const struct method *
timers_method(void)
{
	static const struct method timer = { .name = "timer", .run = run, .in_order = true };
	return &timer;
}

/* ---- one of them ---- */

static void
again_add(struct timers *timers, struct timer *timer)
{
	timer->not_before_ms = timers->shard->now_ms + TIMERS_AGAIN_MS;
	timer->next = NULL;
	if (timers->again_last == NULL)
		timers->again_first = timer;
	else
		timers->again_last->next = timer;
	timers->again_last = timer;
	timers->again_count++;
}

static struct timer *
again_take(struct timers *timers)
{
	struct timer *timer = timers->again_first;
	if (timer == NULL || (!timers->stopped && timer->not_before_ms > timers->shard->now_ms))
		return NULL;
	timers->again_first = timer->next;
	if (timers->again_first == NULL)
		timers->again_last = NULL;
	timers->again_count--;
	return timer;
}

void
timer_ended(struct timer *timer)
{
	struct timers *timers = timer->timers;
	const struct shelf_key key = shelf_key(
		TABLE_TIMER, (struct bytes){ timer->key, timer->key_size });
	struct bytes value;
	uint64_t version;
	must(timers->under_way > 0 && timers->agendas_under_way >= timer->is_agenda);
	timers->under_way--;
	timers->agendas_under_way -= timer->is_agenda;
	if (store_find(timers->shard->store, key, &value, &version) != LOOKUP_ABSENT) {
		again_add(timers, timer);
		return;
	}
	timers->done += timer->was_there;
	memory_free(timer);
}

bool
timer_is_unwanted(const struct timer *timer)
{
	return timer->timers->stopped;
}

/*
 * What falls due is paid by what there is then: it waits for what came before it, and what comes
 * behind it waits for that. All else is independent of each other.
 */
static bool
must_wait(const struct timers *timers, const struct timer_key *key)
{
	return timers->under_way > 0 && key->at_ms > timers->begun_ms &&
		(key->kind == TIMER_SUBSCRIPTION || timers->agendas_under_way > 0);
}

/* The next that is due, to be begun; NULL: none is, or it waits, or there is no memory for it. */
static struct timer *
take_due(struct timers *timers)
{
	struct bytes key;
	struct timer_key read;
	struct timer *timer = again_take(timers);
	if (timer != NULL || !nearest_due(&timers->nearest, timers->shard->now_ms, &key))
		return timer;
	bool is_timer = key_is_of_timer(key, &read);
	must(is_timer);
	if (must_wait(timers, &read))
		return NULL;
	timer = memory_new_zeroed(1, sizeof *timer);
	if (timer == NULL)
		return NULL;
	timer->timers = timers;
	timer->is_agenda = read.kind == TIMER_SUBSCRIPTION;
	if (read.at_ms > timers->begun_ms)
		timers->begun_ms = read.at_ms;
	timer->key_size = (uint8_t)key.size;
	memcpy(timer->key, key.data, key.size);
	nearest_pop(&timers->nearest);
	return timer;
}

/* ---- pages ---- */

static void
page_read(struct want *want)
{
	struct timers *timers = want->context;
	timers->is_reading = false;
	if (want->status == STATUS_OK) {
		nearest_add_page(&timers->nearest, &timers->after, &timers->range);
	} else {
		log_fault(LOG_WARN, "reading what is due", &want->fault);
		timers->page_not_before_ms = timers->shard->now_ms + PAGE_AGAIN_MS;
	}
	buffer_release(&want->bytes);
}

static bool
read_page(struct timers *timers)
{
	if (timers->is_reading || !nearest_wants_page(&timers->nearest) ||
		timers->shard->now_ms < timers->page_not_before_ms)
		return false;
	timers->after = timers->range.after = timers->nearest.horizon;
	timers->want.kind = WANT_RANGE;
	timers->want.range = &timers->range;
	timers->want.context = timers;
	timers->want.done = page_read;
	timers->is_reading = true;
	store_want(timers->shard->store, &timers->want);
	return true;
}

static void
timer_was_set(void *context, struct bytes key)
{
	struct timers *timers = context;
	nearest_set(&timers->nearest, key);
}

/* ---- turns ---- */

/* For how long it may work now. */
static void
allow_time(struct timers *timers, uint64_t now_ns)
{
	const struct shard_stats *stats = &timers->shard->stats;
	uint64_t elapsed_ns = now_ns - timers->turn_ns;
	if (stats->calls != timers->calls)
		timers->called_ns = now_ns;
	bool is_busy = now_ns - timers->called_ns < BUSY_NS;
	timers->calls = stats->calls;
	timers->turn_ns = now_ns;
	timers->left_ns += (int64_t)(elapsed_ns < SECOND_NS ? elapsed_ns : SECOND_NS) / BUSY_SHARE;
	if (!is_busy || timers->left_ns > TURN_NS_MAX)
		timers->left_ns = TURN_NS_MAX;
}

/* Is what it has written before on the disk by now, or little? */
static bool
journal_has_room(struct timers *timers)
{
	const struct store *store = timers->shard->store;
	if (store_durable(store) > timers->journal_position) {
		timers->journal_position = store_decided(store);
		timers->journal_bytes = 0;
	}
	return timers->journal_bytes < JOURNAL_BYTES_MAX;
}

static void
begin(struct timers *timers, struct timer *timer)
{
	uint64_t decided = store_decided(timers->shard->store);
	timers->under_way++;
	timers->agendas_under_way += timer->is_agenda;
	shard_run_timer(timers->shard, timer, (struct bytes){ timer->key, timer->key_size });
	timers->journal_bytes += store_decided(timers->shard->store) - decided;
}

bool
timers_turn(struct timers *timers)
{
	struct shard *shard = timers->shard;
	struct timer *timer;
	if (timers->stopped)
		return false;
	shard_tick(shard);
	bool has_begun = read_page(timers);
	uint64_t now_ns = monotonic_ns();
	allow_time(timers, now_ns);
	if (!store_is_at_ease(shard->store) || shard_is_pressed(shard))
		return has_begun;
	while (timers->left_ns > 0 && journal_has_room(timers) &&
		timers->under_way < TIMERS_UNDER_WAY && (timer = take_due(timers)) != NULL) {
		begin(timers, timer);
		uint64_t then_ns = monotonic_ns();
		timers->left_ns -= (int64_t)(then_ns - now_ns);
		now_ns = then_ns;
		has_begun = true;
	}
	return has_begun;
}

struct timers_stats
timers_stats(const struct timers *timers)
{
	int64_t now_ms = timers->shard->now_ms;
	struct timers_stats stats = {
		.done = timers->done,
		.under_way = timers->under_way,
		.to_repeat = timers->again_count,
		.due = nearest_count_due(&timers->nearest, now_ms),
	};
	struct bytes key;
	struct timer_key first;
	if (nearest_due(&timers->nearest, now_ms, &key) && key_is_of_timer(key, &first))
		stats.late_ms = now_ms - first.at_ms;
	return stats;
}

/* ---- life ---- */

enum status
timers_open(struct timers **timers, struct shard *shard, struct fault *fault)
{
	struct timers *opened = memory_new_zeroed(1, sizeof *opened);
	if (opened == NULL || !nearest_init(&opened->nearest)) {
		memory_free(opened);
		return fault_set(fault, STATUS_MEMORY, "no memory for timers");
	}
	opened->shard = shard;
	opened->range.table = TABLE_TIMER;
	opened->range.limit = RANGE_RECORDS_MAX;
	buffer_init(&opened->range.bytes, PAGE_BYTES_MAX);
	opened->turn_ns = monotonic_ns();
	store_watch_timers(shard->store, timer_was_set, opened);
	*timers = opened;
	return STATUS_OK;
}

void
timers_stop(struct timers *timers)
{
	timers->stopped = true;
}

void
timers_close(struct timers *timers)
{
	struct timer *timer;
	if (timers == NULL)
		return;
	must(timers->under_way == 0);
	timers->stopped = true;
	while ((timer = again_take(timers)) != NULL)
		memory_free(timer);
	buffer_release(&timers->want.bytes);
	buffer_release(&timers->range.bytes);
	nearest_release(&timers->nearest);
	memory_free(timers);
}
