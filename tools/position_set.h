/*
 * Which entries of the journal were counted already: a bit for each 64 bytes of it, since no entry
 * is shorter. So 100 million charges take some 60 MB.
 */
#ifndef SUANPAN_POSITION_SET_H
#define SUANPAN_POSITION_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct position_set {
	uint64_t first; /* positions below it are in no set */
	uint8_t *bits;
	size_t size; /* bytes */
};

void position_set_init(struct position_set *set, uint64_t first);
void position_set_release(struct position_set *set);

/* False if it was in it already, lies below `first`, or there is no memory for it. */
bool position_set_add(struct position_set *set, uint64_t position);

#endif
