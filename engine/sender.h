/*
 * The sender: a thread that writes answers to sockets. A write to a socket costs as much as
 * deciding several charges, since the system carries the bytes to the other side before it
 * returns; so when there are many, the loop gives them away and goes on.
 *
 * The loop owns each sending again once sender_take returned it. In between the thread reads its
 * bytes and uses its socket, which must stay open: who wants to close it waits.
 *
 *   loop: sender_give … sender_give, sender_go        thread: one send(2) each, never blocking
 *   loop, at its next turn: sender_take until NULL    what the socket did not take is in `sent`
 *
 * Nobody is woken when a sending is done, but for one that was not taken whole, or that the loop
 * hurries since it has something to do behind it.
 */
#ifndef SUANPAN_SENDER_H
#define SUANPAN_SENDER_H

#include "base/bytes.h"
#include "base/status.h"

#include <sys/queue.h>
#include <uv.h>

struct sending {
	STAILQ_ENTRY(sending) next;
	void *owner;
	int fd; /* does not block */
	struct bytes bytes;
	size_t sent;  /* when it is done: how many of them the socket took */
	int os_error; /* when it is done: why the socket is broken, or 0 */
	bool hurried;
};

struct sender;

/* `done` is called in the loop when there may be something to take that somebody waits for. */
enum status sender_open(struct sender **sender, uv_loop_t *loop, void (*done)(void *context),
	void *context, struct fault *fault);
/*
 * Ends the thread, when all that it was set to has been sent; its memory goes when the loop runs
 * once more. NULL is fine.
 */
void sender_close(struct sender *sender);

/* Gives a sending away; sender_go sets the thread to work on all that were given. */
void sender_give(struct sender *sender, struct sending *sending);
void sender_go(struct sender *sender);
/* One that is done, in the order given, or NULL. */
struct sending *sender_take(struct sender *sender);
/* Somebody waits for this one, which was given and not taken: `done` will be called for it. */
void sender_hurry(struct sender *sender, struct sending *sending);

#endif
