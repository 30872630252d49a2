/* Notices whose time has come (see notice_due.h). */
#include "notice_due.h"

#include "notice.h"
#include "shard.h"

#include "base/log.h"
#include "base/must.h"

enum {
	OTHER_EFFECTS = 2, /* of the entry: this timer's end, and the next timer */
	RAISED_MAX = ENTRY_EFFECTS_MAX - OTHER_EFFECTS,
	RAISED_BYTES_MAX = ENTRY_BYTES_MAX / 2,
};

/* A subscription whose packages are asked what they tell. */
struct asking {
	struct call *call;
	struct subject subject; /* the subscription alone */
	const struct loaded_release *release;
	struct rate_question question;
	struct record_key cold;
};

static enum fact
counter_fact(void *context, const struct counter_name *name, int64_t *used)
{
	struct asking *asking = context;
	struct bytes value;
	uint64_t version;
	*used = 0;
	subject_key_of_counter(&asking->cold, asking->subject.subscription_id, name);
	enum lookup found = call_find(asking->call, shelf_key_of(&asking->cold), &value, &version);
	if (found == LOOKUP_FOUND)
		*used = counter_read(value).used;
	return found == LOOKUP_COLD ? FACT_COLD : FACT_KNOWN;
}

/* False without memory. */
static bool
ask(struct asking *asking, struct call *call, struct text subscription, struct bytes value)
{
	struct holding *holdings;
	asking->call = call;
	asking->subject.subscription_id = subscription;
	asking->subject.subscription = subscription_read(value);
	asking->release = releases_for(call->shard->releases, &asking->subject.subscription);
	asking->question = (struct rate_question){ .image = asking->release->image,
		.facts = { asking, counter_fact } };
	if (!subject_holdings(&asking->subject, asking->release->image, call->arena, &holdings,
		    &asking->question.holding_count))
		return false;
	asking->question.holdings = holdings;
	return true;
}

/* The first after an instant; false: there is none. */
static bool
next_timer(const struct asking *asking, int64_t after_ms, struct timer_key *timer)
{
	*timer = (struct timer_key){
		.at_ms = notices_next_ms(&asking->question, after_ms),
		.kind = TIMER_NOTICE,
		.owner = bytes_of_text(asking->subject.subscription_id),
	};
	return timer->at_ms != INT64_MAX;
}

bool
notice_mark(
	struct putting *putting, struct text subscription, struct bytes value, enum call_end *end)
{
	struct call *call = putting->call;
	struct asking asking;
	struct timer_key timer;
	if (releases_active(call->shard->releases) == NULL)
		return true;
	if (!ask(&asking, call, subscription, value)) {
		*end = call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
		return false;
	}
	return !next_timer(&asking, call->shard->now_ms, &timer) ||
		put_timer(putting, &timer, true, end);
}

/* ---- the timer ---- */

/* No more than an entry can hold, of what very many packages tell at one instant. */
static void
bound(struct raised *raised, struct text subscription)
{
	size_t bytes = 0, count = 0;
	while (count < raised->count && count < RAISED_MAX && bytes < RAISED_BYTES_MAX) {
		bytes += raised->list[count].en.size + raised->list[count].zh.size;
		count++;
	}
	if (count < raised->count)
		log_event(LOG_WARN,
			"a subscription is told more at one instant than an entry holds left_out=%zu subscription=%.*s",
			raised->count - count, TEXT_ARGS(subscription));
	raised->count = count;
}

/* The next timer is set unless it is there already; false: *end is what to return. */
static bool
set_next(const struct asking *asking, int64_t after_ms, struct posted *posted, enum call_end *end)
{
	struct timer_key next;
	struct record_key key;
	struct bytes value;
	uint64_t version;
	if (!next_timer(asking, after_ms, &next))
		return true;
	key_of_timer(&key, &next);
	switch (call_find(asking->call, shelf_key_of(&key), &value, &version)) {
	case LOOKUP_FOUND:
		return true;
	case LOOKUP_COLD:
		*end = call_wait_record(asking->call, shelf_key_of(&key));
		return false;
	case LOOKUP_ABSENT:
		break;
	}
	if (posted_timer_set(posted, &next))
		return true;
	*end = call_error(asking->call, SAY_OUT_OF_MEMORY, NULL, 0);
	return false;
}

static enum call_end
tell(struct asking *asking, const struct timer_key *timer)
{
	struct call *call = asking->call;
	struct raised raised = { .count = 0 };
	const struct raising raising = { call, asking->subject.subscription.account,
		asking->subject.subscription_id, timer->at_ms };
	struct noting noting = { &raising, asking->release, NOTICE_ENDING, &raised };
	struct posted posted;
	struct fault fault;
	uint64_t position;
	enum call_end end;
	if (notices_due(&asking->question, timer->at_ms - 1, timer->at_ms, notice_note, &noting) ==
		FACT_COLD)
		return call_wait_record(call, shelf_key_of(&asking->cold));
	bound(&raised, raising.subscription);
	if (raised.no_memory || !posted_begin(&posted, call->arena, raised.count + OTHER_EFFECTS) ||
		!posted_timer_clear(&posted, timer))
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	if (!set_next(asking, timer->at_ms, &posted, &end))
		return end;
	if (!notice_post(&raised, call, &posted))
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	struct entry entry = {
		.kind = ENTRY_NOTICE,
		.at_ms = timer->at_ms,
		.made_ms = call->shard->now_ms,
		.scope = raising.subscription,
		.release = asking->release->number,
	};
	enum status status = posted_store(&posted, call, &entry, &position, &fault);
	return status == STATUS_OK ? call_answer_nobody(call) : call_failed(call, status, &fault);
}

/* A subscription is never removed, and what was in force stays so. */
enum call_end
notice_run_due(struct call *call, const struct timer_params *timer)
{
	struct asking asking;
	struct record_key key;
	struct bytes value;
	uint64_t version;
	key_of_text(&key, TABLE_SUBSCRIPTION, text_of_bytes(timer->key.owner));
	enum lookup found = call_find(call, shelf_key_of(&key), &value, &version);
	if (found == LOOKUP_COLD)
		return call_wait_record(call, shelf_key_of(&key));
	must(found == LOOKUP_FOUND && releases_active(call->shard->releases) != NULL);
	if (!ask(&asking, call, text_of_bytes(timer->key.owner), value))
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	return tell(&asking, &timer->key);
}
