/* Delivering and removing notices (see notice_keeper.h). */
#include "notice_keeper.h"

#include "shard.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/must.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	PAGE_BYTES = 1 << 20,
	REMOVED_MAX = 200,     /* in one entry */
	LOOK_EVERY_MS = 60000, /* for what is too old */
	MARK_EVERY_MS = 1000,  /* while more is being delivered */
	TICK_MS = 1000,
};
_Static_assert(REMOVED_MAX <= ENTRY_EFFECTS_MAX && REMOVED_MAX <= RANGE_RECORDS_MAX,
	"an entry, and a page, hold them");

/* The key of a notice, in order of bytes; size 0: before all. */
struct mark {
	uint8_t data[NOTICE_KEY_BYTES];
	size_t size;
};

struct notice_keeper {
	struct shard *shard;
	struct store *store;
	struct webhook *webhook; /* NULL: there is none */
	uv_async_t wake;
	uv_timer_t tick;
	unsigned open_handles;
	bool stopping;

	struct mark acked;
	struct mark delivered; /* as it was written down */
	struct mark given;     /* to the webhook */

	bool waits; /* the want is under way */
	struct want want;
	struct range range;
	int64_t rests_till_ms; /* something went wrong */

	/* Feeding the webhook. */
	bool feeds;             /* there may be more to give */
	uint64_t feeds_behind;  /* when this is durable */
	uint64_t raised_before; /* what was raised when it looked last */
	int64_t marked_ms;

	/* Removing. */
	bool removes;
	int64_t looks_ms; /* for what is too old, next */
	uint64_t removed;
};

/* ---- marks ---- */

static struct bytes
mark_bytes(const struct mark *mark)
{
	return (struct bytes){ mark->data, mark->size };
}

static void
mark_set(struct mark *mark, struct bytes key)
{
	must(key.size == NOTICE_KEY_BYTES);
	memcpy(mark->data, key.data, key.size);
	mark->size = key.size;
}

static void
mark_set_key(struct mark *mark, const struct notice_key *notice)
{
	struct record_key key;
	key_of_notice(&key, notice);
	mark_set(mark, (struct bytes){ key.data, key.size });
}

/* Is the key at the mark or before it? */
static bool
mark_covers(const struct mark *mark, struct bytes key)
{
	return mark->size > 0 && bytes_compare(key, mark_bytes(mark)) <= 0;
}

static bool
visit_setting(void *context, struct bytes key, struct bytes value, uint64_t version)
{
	struct notice_keeper *keeper = context;
	struct text name = text_of_bytes(key);
	(void)version;
	if (value.size != NOTICE_KEY_BYTES)
		return true;
	if (text_equal(name, NOTICES_ACKED))
		mark_set(&keeper->acked, value);
	else if (text_equal(name, NOTICES_DELIVERED))
		mark_set(&keeper->delivered, value);
	return true;
}

/* ---- wanting ---- */

/* The keeper that waited; NULL if what it wanted could not be read: it tries again, later. */
static struct notice_keeper *
want_ended(struct want *want)
{
	struct notice_keeper *keeper = want->context;
	keeper->waits = false;
	if (want->status == STATUS_OK)
		return keeper;
	log_fault(LOG_WARN, "reading notices", &want->fault);
	keeper->rests_till_ms = keeper->shard->now_ms + TICK_MS;
	return NULL;
}

static void
begin_want(struct notice_keeper *keeper)
{
	keeper->waits = true;
	keeper->want.context = keeper;
	store_want(keeper->store, &keeper->want);
}

static void
want_page(struct notice_keeper *keeper, const struct mark *after, unsigned limit,
	void (*done)(struct want *want))
{
	struct range *range = &keeper->range;
	range->table = TABLE_NOTICE;
	range->limit = limit;
	range->after = (struct record_key){ .table = TABLE_NOTICE, .size = (uint8_t)after->size };
	memcpy(range->after.data, after->data, after->size);
	buffer_clear(&range->bytes);
	buffer_release(&keeper->want.bytes);
	keeper->want.kind = WANT_RANGE;
	keeper->want.range = range;
	keeper->want.done = done;
	begin_want(keeper);
}

static void
record_read(struct want *want)
{
	want_ended(want);
}

/* Reads a record, so that it can be changed in a later turn. */
static void
want_cold(struct notice_keeper *keeper, struct shelf_key key)
{
	buffer_release(&keeper->want.bytes);
	want_record(&keeper->want, key);
	keeper->want.done = record_read;
	begin_want(keeper);
}

/* ---- writing ---- */

/* Appends what the keeper does, which nobody has asked for. False: try again later. */
static bool
append(struct notice_keeper *keeper, struct effect *effects, size_t count)
{
	struct fault fault;
	uint64_t position;
	struct entry entry = {
		.kind = ENTRY_NOTICE,
		.made_ms = keeper->shard->now_ms,
		.effects = effects,
		.effect_count = count,
	};
	enum status status = store_append(keeper->store, &entry, effects, &position, &fault);
	if (status == STATUS_OK)
		return true;
	if (status != STATUS_BUSY && status != STATUS_FULL)
		log_fault(LOG_WARN, "keeping notices", &fault);
	keeper->rests_till_ms = keeper->shard->now_ms + TICK_MS;
	return false;
}

/* Writes down how far the webhook has come. */
static void
write_delivered(struct notice_keeper *keeper, const struct mark *delivered)
{
	struct record_key key;
	struct bytes value;
	uint64_t version;
	key_of_text(&key, TABLE_SETTING, NOTICES_DELIVERED);
	struct shelf_key wanted = shelf_key_of(&key);
	if (store_find(keeper->store, wanted, &value, &version) == LOOKUP_COLD) {
		want_cold(keeper, wanted);
		return;
	}
	struct effect effect = { .table = TABLE_SETTING,
		.key = { key.data, key.size },
		.value = mark_bytes(delivered) };
	if (append(keeper, &effect, 1)) {
		keeper->delivered = *delivered;
		keeper->marked_ms = keeper->shard->now_ms;
		keeper->removes = true;
	}
}

/* ---- delivering ---- */

/* Gives the webhook what of the page is durable. */
static void
page_to_give(struct want *want)
{
	struct notice_keeper *keeper = want_ended(want);
	struct range_record record;
	if (keeper == NULL || keeper->stopping)
		return;
	struct bytes rest = { keeper->range.bytes.data, keeper->range.bytes.size };
	keeper->feeds = keeper->range.more;
	while (range_next(&rest, &record)) {
		struct webhook_notice notice = { .version = record.version, .value = record.value };
		bool is_key = key_is_of_notice(record.key, &notice.key);
		must(is_key);
		if (record.version >= store_durable(keeper->store))
			keeper->feeds_behind = record.version;
		if (record.version >= store_durable(keeper->store) ||
			!webhook_give(keeper->webhook, &notice)) {
			keeper->feeds = true;
			return;
		}
		mark_set(&keeper->given, record.key);
	}
}

/* A step of delivering, if there is one to do; true: it was done. */
static bool
step_delivery(struct notice_keeper *keeper)
{
	struct webhook_progress progress = webhook_progress(keeper->webhook);
	struct mark done = { .size = 0 };
	if (progress.delivered + progress.given_up > 0) {
		mark_set_key(&done, &progress.last);
		bool is_due = progress.queued == 0 ||
			keeper->shard->now_ms - keeper->marked_ms >= MARK_EVERY_MS;
		if (is_due && !mark_covers(&keeper->delivered, mark_bytes(&done))) {
			write_delivered(keeper, &done);
			return true;
		}
	}
	if (keeper->raised_before != keeper->shard->notices_raised)
		keeper->feeds = true;
	if (!keeper->feeds || keeper->feeds_behind >= store_durable(keeper->store) ||
		progress.queued > WEBHOOK_QUEUE_MAX / 2)
		return false;
	keeper->raised_before = keeper->shard->notices_raised;
	want_page(keeper, &keeper->given, WEBHOOK_QUEUE_MAX - (unsigned)progress.queued,
		page_to_give);
	return true;
}

/* ---- removing ---- */

/* Has whoever is to have it had it, or is it too old? */
static bool
may_go(const struct notice_keeper *keeper, const struct range_record *record)
{
	const struct shard_settings *settings = &keeper->shard->settings;
	if (record->version >= store_durable(keeper->store))
		return false;
	if (keeper->shard->now_ms - notice_record_read(record->value).made_ms >
		settings->notices_keep_ms)
		return true;
	return mark_covers(&keeper->acked, record->key) &&
		(keeper->webhook == NULL || mark_covers(&keeper->delivered, record->key));
}

static void
page_to_remove(struct want *want)
{
	struct notice_keeper *keeper = want_ended(want);
	struct effect effects[REMOVED_MAX];
	size_t count = 0;
	struct range_record record;
	struct bytes value;
	uint64_t version;
	if (keeper == NULL || keeper->stopping)
		return;
	struct bytes rest = { keeper->range.bytes.data, keeper->range.bytes.size };
	while (range_next(&rest, &record) && may_go(keeper, &record)) {
		struct shelf_key key = shelf_key(TABLE_NOTICE, record.key);
		if (store_find(keeper->store, key, &value, &version) == LOOKUP_COLD) {
			if (count == 0) {
				want_cold(keeper, key);
				return;
			}
			break;
		}
		effects[count++] = (struct effect){ .table = TABLE_NOTICE, .key = record.key };
	}
	if (count == 0)
		keeper->removes = false;
	else if (append(keeper, effects, count))
		keeper->removed += count;
}

void
notice_keeper_turn(struct notice_keeper *keeper)
{
	static const struct mark FIRST = { .size = 0 };
	int64_t now_ms = keeper->shard->now_ms;
	if (keeper->waits || keeper->stopping || now_ms < keeper->rests_till_ms)
		return;
	if (keeper->webhook != NULL && step_delivery(keeper))
		return;
	if (now_ms >= keeper->looks_ms) {
		keeper->looks_ms = now_ms + LOOK_EVERY_MS;
		keeper->removes = true;
	}
	if (keeper->removes)
		want_page(keeper, &FIRST, REMOVED_MAX, page_to_remove);
}

/* ---- what is known of them ---- */

void
notice_keeper_acked(struct notice_keeper *keeper, const struct notice_key *till)
{
	mark_set_key(&keeper->acked, till);
	keeper->removes = true;
}

bool
notice_keeper_last_acked(const struct notice_keeper *keeper, struct notice_key *till)
{
	return keeper->acked.size > 0 && key_is_of_notice(mark_bytes(&keeper->acked), till);
}

struct notice_stats
notice_keeper_stats(const struct notice_keeper *keeper)
{
	struct notice_stats stats = { .raised = keeper->shard->notices_raised,
		.removed = keeper->removed };
	if (keeper->webhook != NULL)
		stats.webhook = webhook_progress(keeper->webhook);
	return stats;
}

/* ---- life ---- */

/* On the webhook's thread. */
static void
wake_loop(void *context)
{
	struct notice_keeper *keeper = context;
	uv_async_send(&keeper->wake);
}

/* What is to be done is done at the end of the turn. */
static void
woken(uv_async_t *wake)
{
	(void)wake;
}

static void
ticked(uv_timer_t *tick)
{
	(void)tick;
}

static void
open_handles(struct notice_keeper *keeper)
{
	uv_loop_t *loop = keeper->shard->loop;
	uv_async_init(loop, &keeper->wake, woken);
	uv_timer_init(loop, &keeper->tick);
	keeper->wake.data = keeper->tick.data = keeper;
	keeper->open_handles = 2;
	uv_timer_start(&keeper->tick, ticked, TICK_MS, TICK_MS);
}

enum status
notice_keeper_open(struct notice_keeper **keeper, struct shard *shard, struct fault *fault)
{
	struct notice_keeper *opened = memory_new_zeroed(1, sizeof *opened);
	if (opened == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory to keep notices");
	opened->shard = shard;
	opened->store = shard->store;
	opened->feeds = true;
	buffer_init(&opened->range.bytes, PAGE_BYTES);
	open_handles(opened);
	enum status status = store_each(shard->store, TABLE_SETTING, visit_setting, opened, fault);
	opened->given = opened->delivered;
	struct webhook_events events = { opened, wake_loop };
	struct webhook_settings webhook = shard->settings.webhook;
	if (status == STATUS_OK && webhook.url[0] != '\0') {
		struct journal_place place = store_place(shard->store);
		webhook.shard = place.shard;
		snprintf(webhook.source, sizeof webhook.source, "/suanpan/%016" PRIx64 "/%" PRIu32,
			place.folder, place.shard);
		status = webhook_open(&opened->webhook, &webhook, &events, fault);
	}
	*keeper = opened; /* also of one that is to be freed */
	return status;
}

void
notice_keeper_stop(struct notice_keeper *keeper)
{
	struct webhook_progress last;
	struct mark done;
	if (keeper == NULL || keeper->stopping)
		return;
	keeper->stopping = true;
	if (keeper->webhook == NULL)
		return;
	webhook_close(keeper->webhook, &last);
	keeper->webhook = NULL;
	if (last.delivered + last.given_up == 0)
		return;
	mark_set_key(&done, &last.last);
	if (!keeper->waits && !mark_covers(&keeper->delivered, mark_bytes(&done)))
		write_delivered(keeper, &done);
}

static void
handle_closed(uv_handle_t *handle)
{
	struct notice_keeper *keeper = handle->data;
	keeper->open_handles--;
}

void
notice_keeper_free(struct notice_keeper *keeper)
{
	if (keeper == NULL)
		return;
	uv_close((uv_handle_t *)&keeper->wake, handle_closed);
	uv_close((uv_handle_t *)&keeper->tick, handle_closed);
	while (keeper->open_handles > 0)
		uv_run(keeper->shard->loop, UV_RUN_ONCE);
	buffer_release(&keeper->want.bytes);
	buffer_release(&keeper->range.bytes);
	memory_free(keeper);
}
