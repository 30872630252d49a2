/*
 * The agreements of a customer, which stand behind its facts in its record (records.h), if it has any:
 * so many, 1 byte; of each its id, a text; its span; flags, 1 byte; 1: how long before its end that is
 * told, 4 bytes and 1 byte enum validity_every; 2: when it is going to be told, 8 bytes.
 */
#ifndef SUANPAN_RECORD_CUSTOMER_H
#define SUANPAN_RECORD_CUSTOMER_H

#include "record_telling.h"

#define CUSTOMER_AGREEMENTS_MAX 32

struct agreement {
	struct text id;
	struct span span;
	struct validity before_end; /* so long before its end it is told of */
	int64_t soon_ms;            /* when that is; 0: it is not, or was */
};
struct agreement agreement_read(struct field_reader *agreements);
void agreement_write(struct field_writer *writer, const struct agreement *agreement);

/* Those of a customer's record, one after the other; how many there are. */
struct customer_agreements {
	struct field_reader reader;
	unsigned count;
};
struct customer_agreements customer_agreements(struct bytes value);
/* The record without them, to which they can be added. */
struct bytes customer_before_agreements(struct bytes value);
/* When the first of them is told of that is to be; INT64_MAX: none is. */
int64_t customer_soon_ms(struct bytes value);

#endif
