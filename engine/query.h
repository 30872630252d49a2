/* What methods that read records have in common. */
#ifndef SUANPAN_QUERY_H
#define SUANPAN_QUERY_H

#include "call.h"

#include "../store/records.h"

/* A customer, account or subscription that must exist; false: *end is what to return. */
bool query_record(struct call *call, enum table table, struct text id, struct bytes *value,
	uint64_t *version, enum call_end *end);

/* The pairs "from" and "till", as far as a span has them; how many. */
void query_pack_span(struct pack *pack, struct span span);
uint32_t query_span_pairs(struct span span);
/* The pair "facts": each of them by itself, as a reader has them: span, named value. */
void query_pack_facts(struct pack *pack, struct field_reader facts, unsigned count);

/*
 * The pairs that say when somebody is to be told of money, of an account or a balance, whose amounts are
 * money or units; how many.
 */
void query_pack_telling(struct pack *pack, const struct telling *telling, bool money);
/* How long before: a pair of that name. */
void query_pack_lead(struct pack *pack, const char *name, struct validity lead);
uint32_t query_telling_pairs(const struct telling *telling);

#endif
