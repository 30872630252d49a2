/*
 * The nearest of the timers: the first of all keys in their order, of which there may be very many
 * more on the disk. Up to the *horizon* all are here, or were taken out; what lies behind it is to be
 * read by the page. So memory is that of a few pages, however many timers there are.
 *
 * A key that is here is a hint: its timer may be gone when its time comes, and then whoever takes it
 * finds nothing.
 */
#ifndef SUANPAN_NEAREST_H
#define SUANPAN_NEAREST_H

#include "../store/store.h"

#define NEAREST_MAX (4 * RANGE_RECORDS_MAX)

struct nearest_key {
	uint8_t size;
	uint8_t data[TIMER_KEY_MAX];
};

struct nearest {
	struct nearest_key *heap; /* NEAREST_MAX of them, the first of all on top */
	size_t count;
	struct record_key horizon; /* size 0: nothing was read yet */
	bool more;                 /* something may lie behind it */
};

bool nearest_init(struct nearest *nearest); /* false without memory */
void nearest_release(struct nearest *nearest);

/* A timer was set: it is kept if it lies before the horizon. */
void nearest_set(struct nearest *nearest, struct bytes key);

/* Is there so little that the next page should be read? */
bool nearest_wants_page(const struct nearest *nearest);
/*
 * What was read behind `after`. Nothing changes if that is not the horizon any more, since what lay
 * between was let go meanwhile, or if so many were set meanwhile that there is no room: it is read
 * again.
 */
void
nearest_add_page(struct nearest *nearest, const struct record_key *after, const struct range *page);

/* The first of all if it is due by now; views into it, until the next change. */
bool nearest_due(const struct nearest *nearest, int64_t now_ms, struct bytes *key);
void nearest_pop(struct nearest *nearest);
/* How many of those that are here are due. */
size_t nearest_count_due(const struct nearest *nearest, int64_t now_ms);

#endif
