/*
 * A call: one request on its way from the wire to its answer.
 *
 *   read ─► run ──────────────────────────────► answered (the answer leaves when its position is durable)
 *            │ something is cold, or takes long
 *            ▼
 *          waits ── the store or a worker is done ──► run again, from the start
 *
 * A method's `run` is written as if nothing was ever cold: whenever something is, it says so
 * (call_wait_*) and returns; it is run again when that is there. So between two runs nothing is
 * kept but the request's own bytes, what it has learnt about its id (memo), and the state of a long
 * piece of work that it gave to a worker.
 *
 * The first run happens in memory that is about to be reused, where no want can be registered:
 * call_wait_* then only returns CALL_WAITS; the shard moves the request to memory of its own and
 * runs it once more, to the same place.
 *
 * Thread: the shard's, except for the function given to call_work.
 */
#ifndef SUANPAN_CALL_H
#define SUANPAN_CALL_H

#include "method.h"
#include "pack.h"
#include "params.h"

#include "../store/store.h"

struct shard;
struct loaded_release;
struct connection;
struct batch;
struct timer;
struct waiting;

/* Where an answer goes: to a connection, a batch, or nowhere, if a timer is the reason of the call. */
struct reply_to {
	struct connection *connection;
	uint32_t msgid;
	struct batch *batch;
	uint32_t slot;
	struct timer *timer;
};

#define WARM_COUNTERS_MAX 4

/* Where the records of a charge were seen when they were fetched ahead. */
struct seen {
	struct record_seen service, subscription, account, balance, session, timer;
	struct record_seen counters[WARM_COUNTERS_MAX];
};

/* How far fetching ahead has come: what the next step looks at. */
struct warm {
	struct shelf_key first;
	uint64_t second; /* hash of another record */
	/* The subscription as it was read then, and where; valid until something is decided. */
	struct text subscription_id;
	struct subscription subscription;
	struct bytes subscription_value;
	uint64_t subscription_version;
	struct hash128 id;                    /* of the request's id */
	uint64_t session;                     /* hash of its session's record */
	uint64_t timer;                       /* and of that one's timer; 0: it is not needed */
	uint64_t counters[WARM_COUNTERS_MAX]; /* hashes of their records */
	unsigned counter_count;
	bool stopped;
	struct seen seen;
};

struct call {
	struct shard *shard;
	const struct method *method;
	struct arena *arena; /* until the end of this run */
	struct reply_to reply;
	struct waiting *waiting; /* NULL in the first run */
	struct id_memo *memo;
	uint64_t
		seen; /* the newest version of what was read: a read's answer waits until that is durable */
	struct warm warm;
};

/* How a step of a run ends. */
enum progress { GOES_ON, HAS_ENDED /* *end is what to return */ };

/* ---- answering: exactly once in a run that ends; then return what these return ---- */

/*
 * A result that is durable with the entry at `position`; the bytes are one packed value. None: there
 * was no memory to pack it, and the connection is closed, since an error would say that nothing was
 * decided.
 */
enum call_end call_answer_at(struct call *call, struct bytes result, uint64_t position);
/* A result of reading: leaves when everything that was seen is durable. None: OUT_OF_MEMORY. */
enum call_end call_answer(struct call *call, struct bytes result);
/* Of a timer's call: it has ended. */
enum call_end call_answer_nobody(struct call *call);
/* Nothing was decided. */
enum call_end
call_error(struct call *call, enum say say, const struct text *arguments, size_t count);
enum call_end call_problem(struct call *call, const struct problem *problem);
/* What a failing store operation means to the client; waits where that helps. */
enum call_end call_failed(struct call *call, enum status status, const struct fault *fault);
/* Rules could not decide: there was no memory, or a function of the catalog had no time. */
enum call_end call_rules_failed(struct call *call, const struct fault *fault);

/* A buffer for the result, empty; shared by all calls, so pack and answer in one run. */
struct buffer *call_buffer(struct call *call);

/* ---- waiting ---- */

enum call_end call_wait_record(struct call *call, struct shelf_key key);
enum call_end call_wait_id(struct call *call, struct text scope, struct text id);
enum call_end call_wait_durable(struct call *call, uint64_t position);
enum call_end call_wait_room(struct call *call);
/*
 * A page of an ordered table. The range is what call_state() is from then on; `drop` frees it when
 * the call ends. As with call_work, it can't be given in the first run.
 */
enum call_end call_wait_range(struct call *call, struct range *range, void (*drop)(void *range));

/*
 * A long piece of work on a worker. In the first run after it was given, call_state() is NULL: make
 * the state, and give it with call_work; when `work` has returned, the method is run again and
 * call_state() is that state. `drop` frees it when the call ends.
 */
void *call_state(const struct call *call);
bool
call_can_work(const struct call *call); /* false: return CALL_WAITS and do it in the next run */
enum call_end
call_work(struct call *call, void *state, void (*work)(void *state), void (*drop)(void *state));

/* ---- what is seen ---- */

/* What the answer tells of, the entry at `version` has made. */
void call_saw(struct call *call, uint64_t version);

/* The release in force, seen; NULL if there is none yet. */
const struct loaded_release *call_release(struct call *call);

/* Finds, and remembers what was seen. */
enum lookup
call_find(struct call *call, struct shelf_key key, struct bytes *value, uint64_t *version);
/* The same, beginning where the record was seen when it was fetched ahead. */
enum lookup call_look(struct call *call, const struct record_seen *seen, struct record_name name,
	struct bytes *value, uint64_t *version);

/* ---- the methods' runs, by file ---- */

enum call_end charge_run(struct call *call, const void *params);
enum call_end charge_run_rate(struct call *call, const void *params);
enum call_end charge_run_check(struct call *call, const void *params);
void charge_warm(struct call *call, const void *params, unsigned step);
enum call_end refund_run(struct call *call, const void *params);
enum call_end refund_run_cancel(struct call *call, const void *params);
enum call_end session_run_reserve(struct call *call, const void *params);
enum call_end session_run_update(struct call *call, const void *params);
enum call_end session_run_commit(struct call *call, const void *params);
enum call_end session_run_release(struct call *call, const void *params);
enum call_end session_run_get(struct call *call, const void *params);
void session_warm(struct call *call, const void *params, unsigned step);
enum call_end due_run_price(struct call *call, const void *params);
enum call_end movement_run_topup(struct call *call, const void *params);
enum call_end movement_run_adjust(struct call *call, const void *params);
enum call_end movement_run_transfer(struct call *call, const void *params);
enum call_end deposit_run_pay(struct call *call, const void *params);
enum call_end agenda_run_get(struct call *call, const void *params);
enum call_end put_run_customer(struct call *call, const void *params);
enum call_end put_run_account(struct call *call, const void *params);
enum call_end put_run_balance(struct call *call, const void *params);
enum call_end put_run_subscription(struct call *call, const void *params);
enum call_end put_run_group(struct call *call, const void *params);
enum call_end query_run_hello(struct call *call, const void *params);
enum call_end query_run_ping(struct call *call, const void *params);
enum call_end query_run_stats(struct call *call, const void *params);
enum call_end query_run_customer(struct call *call, const void *params);
enum call_end query_run_account(struct call *call, const void *params);
enum call_end query_run_subscription(struct call *call, const void *params);
enum call_end query_run_group(struct call *call, const void *params);
enum call_end query_run_balance(struct call *call, const void *params);
enum call_end history_run(struct call *call, const void *params);
enum call_end history_run_charge(struct call *call, const void *params);
enum call_end explain_run(struct call *call, const void *params);
enum call_end notice_run_list(struct call *call, const void *params);
enum call_end notice_run_ack(struct call *call, const void *params);
enum call_end release_run_publish(struct call *call, const void *params);
enum call_end release_run_list(struct call *call, const void *params);
enum call_end release_run_activate(struct call *call, const void *params);
enum call_end release_run_revert(struct call *call, const void *params);
enum call_end release_run_cancel(struct call *call, const void *params);
enum call_end release_run_history(struct call *call, const void *params);
enum call_end release_run_delete(struct call *call, const void *params);
enum call_end release_run_migrate(struct call *call, const void *params);
enum call_end release_run_diff(struct call *call, const void *params);

#endif
