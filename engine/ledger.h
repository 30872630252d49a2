/*
 * One entry of the ledger, by the charge id that a client was given: what charge.get shows and
 * charge.explain explains. The shard finds out where it is, a worker reads it.
 */
#ifndef SUANPAN_LEDGER_H
#define SUANPAN_LEDGER_H

#include "call.h"

struct ledger_entry {
	struct journal_place place;
	uint64_t position;
	struct buffer bytes;
	struct entry entry; /* points into the bytes */
	enum status status; /* STATUS_NOT_FOUND: there is no entry at that place */
	struct fault fault;
};

/*
 * Where the entry is. LOOKUP_ABSENT: there is none of that name. LOOKUP_COLD: it is not durable yet,
 * and *end is what to return. Nothing is to be released before it was read.
 */
enum lookup
ledger_find(struct call *call, struct text charge, struct ledger_entry *ledger, enum call_end *end);
/* The same for who only answers: absent, too, *end is what to return. False: it is to be returned. */
bool ledger_begin(
	struct call *call, struct text charge, struct ledger_entry *ledger, enum call_end *end);
void ledger_release(struct ledger_entry *ledger);

/* On a worker: reads it. The place came from outside: it is proved before it is believed. */
void ledger_read(struct ledger_entry *ledger);

/*
 * What was given back of a charge so far, and which entry did so last: 0 if none did. False: *end is
 * what to return, for it is cold. On the shard's thread, once the entry was read.
 */
struct ledger_refund {
	struct refund_record given;
	uint64_t last;
};
bool ledger_find_refund(struct call *call, const struct ledger_entry *ledger,
	struct ledger_refund *refund, enum call_end *end);

/* Answers that the entry could not be read. */
enum call_end
ledger_failed(struct call *call, const struct ledger_entry *ledger, struct text charge);
enum call_end ledger_not_found(struct call *call, struct text charge);

#endif
