/* Writing answers on a thread of its own (see sender.h). */
#include "sender.h"

#include "base/memory.h"
#include "base/must.h"
#include "base/thread.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/socket.h>

STAILQ_HEAD(sending_row, sending);

struct sender {
	void (*done)(void *context);
	void *context;
	uv_async_t wake;
	pthread_t thread;
	struct sending_row given; /* the loop's own, until sender_go */
	struct sending_row taken; /* the loop's own, from the thread */

	pthread_mutex_t lock;
	pthread_cond_t posted;
	bool stopping;
	struct sending_row queued;
	struct sending_row finished;
	atomic_bool has_finished; /* so that the loop need not lock to see that there is nothing */
};

/* The first, taken out of the row, or NULL. */
static struct sending *
row_take(struct sending_row *row)
{
	struct sending *sending = STAILQ_FIRST(row);
	if (sending != NULL)
		STAILQ_REMOVE_HEAD(row, next);
	return sending;
}

/* ---- the thread ---- */

static void
send_one(struct sending *sending)
{
	ssize_t sent;
	do {
		sent = send(sending->fd, sending->bytes.data, sending->bytes.size,
			MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (sent < 0 && errno == EINTR);
	sending->sent = sent > 0 ? (size_t)sent : 0;
	sending->os_error = sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK ? errno : 0;
}

static void *
thread_main(void *context)
{
	struct sender *sender = context;
	pthread_mutex_lock(&sender->lock);
	for (;;) {
		struct sending *sending = row_take(&sender->queued);
		if (sending == NULL && sender->stopping)
			break;
		if (sending == NULL) {
			pthread_cond_wait(&sender->posted, &sender->lock);
			continue;
		}
		pthread_mutex_unlock(&sender->lock);
		send_one(sending);
		bool is_whole = sending->sent == sending->bytes.size;
		pthread_mutex_lock(&sender->lock);
		STAILQ_INSERT_TAIL(&sender->finished, sending, next);
		atomic_store_explicit(&sender->has_finished, true, memory_order_release);
		if (!is_whole || sending->hurried)
			uv_async_send(&sender->wake);
	}
	pthread_mutex_unlock(&sender->lock);
	return NULL;
}

/* ---- the loop ---- */

static void
woken(uv_async_t *wake)
{
	struct sender *sender = wake->data;
	sender->done(sender->context);
}

static void
wake_closed(uv_handle_t *wake)
{
	struct sender *sender = wake->data;
	pthread_cond_destroy(&sender->posted);
	pthread_mutex_destroy(&sender->lock);
	memory_free(sender);
}

enum status
sender_open(struct sender **sender, uv_loop_t *loop, void (*done)(void *context), void *context,
	struct fault *fault)
{
	struct sender *opened = memory_new_zeroed(1, sizeof *opened);
	if (opened == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for the sender of answers");
	opened->done = done;
	opened->context = context;
	STAILQ_INIT(&opened->given);
	STAILQ_INIT(&opened->taken);
	STAILQ_INIT(&opened->queued);
	STAILQ_INIT(&opened->finished);
	pthread_mutex_init(&opened->lock, NULL);
	pthread_cond_init(&opened->posted, NULL);
	int code = uv_async_init(loop, &opened->wake, woken);
	must(code == 0);
	opened->wake.data = opened;
	code = thread_start(&opened->thread, "sender", THREAD_EQUAL, thread_main, opened);
	if (code != 0) {
		uv_close((uv_handle_t *)&opened->wake, wake_closed);
		return fault_system(fault, code, "starting the sender of answers");
	}
	*sender = opened;
	return STATUS_OK;
}

void
sender_close(struct sender *sender)
{
	if (sender == NULL)
		return;
	pthread_mutex_lock(&sender->lock);
	sender->stopping = true;
	pthread_cond_signal(&sender->posted);
	pthread_mutex_unlock(&sender->lock);
	pthread_join(sender->thread, NULL);
	uv_close((uv_handle_t *)&sender->wake, wake_closed);
}

void
sender_give(struct sender *sender, struct sending *sending)
{
	must(sending->bytes.size > 0);
	sending->sent = 0;
	sending->os_error = 0;
	sending->hurried = false;
	STAILQ_INSERT_TAIL(&sender->given, sending, next);
}

void
sender_go(struct sender *sender)
{
	if (STAILQ_EMPTY(&sender->given))
		return;
	pthread_mutex_lock(&sender->lock);
	STAILQ_CONCAT(&sender->queued, &sender->given);
	pthread_cond_signal(&sender->posted);
	pthread_mutex_unlock(&sender->lock);
}

struct sending *
sender_take(struct sender *sender)
{
	if (STAILQ_EMPTY(&sender->taken) &&
		atomic_load_explicit(&sender->has_finished, memory_order_acquire)) {
		pthread_mutex_lock(&sender->lock);
		STAILQ_CONCAT(&sender->taken, &sender->finished);
		atomic_store_explicit(&sender->has_finished, false, memory_order_relaxed);
		pthread_mutex_unlock(&sender->lock);
	}
	return row_take(&sender->taken);
}

void
sender_hurry(struct sender *sender, struct sending *sending)
{
	if (sending->hurried)
		return;
	pthread_mutex_lock(&sender->lock);
	sending->hurried = true;
	/* It may be done already, and then the thread does not come back to it. */
	if (!STAILQ_EMPTY(&sender->finished))
		uv_async_send(&sender->wake);
	pthread_mutex_unlock(&sender->lock);
}
