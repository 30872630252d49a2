/*
 * The newest value of each record while a journal is read from its beginning: what a charge found
 * when it was decided. Keys and values are copied. One thread.
 */
#ifndef SUANPAN_RECORDS_KEPT_H
#define SUANPAN_RECORDS_KEPT_H

#include "../engine/base/bytes.h"

struct kept_record;

struct records_kept {
	struct kept_record **slots; /* chains */
	size_t slot_count;          /* a power of two, or 0 */
	size_t count;
};

void records_kept_release(struct records_kept *records); /* of a zeroed or used one */
/* A value of size 0: the record ceases to exist. False without memory. */
bool
records_kept_set(struct records_kept *records, uint8_t table, struct bytes key, struct bytes value);
/* Valid until the record is set again. False if there is none. */
bool records_kept_get(
	const struct records_kept *records, uint8_t table, struct bytes key, struct bytes *value);

#endif
