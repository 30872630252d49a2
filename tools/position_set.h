/*
 * Which entries of the journal were counted already: a bit for each 64 bytes of it, since no entry
 * is shorter. So 100 million charges take some 60 MB.
 */
#ifndef SUANPAN_POSITION_SET_H
#define SUANPAN_POSITION_SET_H

#include <stddef.h>
#include <stdint.h>

struct position_set {
	uint64_t first; /* positions below it are in no set */
	uint8_t *bits;
	size_t size; /* bytes */
};

void position_set_init(struct position_set *set, uint64_t first);
void position_set_release(struct position_set *set);

enum position_standing {
	POSITION_NEW,     /* and in the set from now on */
	POSITION_KNOWN,   /* was in it */
	POSITION_BEFORE,  /* lies below `first` */
	POSITION_NO_ROOM, /* no memory for it, or 512 GiB behind `first` */
};
enum position_standing position_set_add(struct position_set *set, uint64_t position);

#endif
