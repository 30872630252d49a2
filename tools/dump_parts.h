/*
 * What the files that show records share (see dump_json.h): the values that all of them have, and each
 * table's record, which must be well-formed. Whoever gets a value owns it.
 */
#ifndef SUANPAN_DUMP_PARTS_H
#define SUANPAN_DUMP_PARTS_H

#include "../store/records.h"

#include <jansson.h>

/* ---- values ---- */

json_t *dump_time(int64_t ms); /* RFC 3339 in UTC */
json_t *dump_day(int64_t day); /* "2026-09-01" */
json_t *dump_number(uint64_t number);
/* An amount as its unit has it: money as decimal text, units as an integer. */
json_t *dump_amount(int64_t amount, struct text unit);
json_t *dump_texts(struct field_reader texts, unsigned count);
/* "from" and "till", where it begins or ends. */
void dump_set_span(json_t *object, struct span span);
/* How long before; nothing, if it is not said. */
void dump_set_lead(json_t *object, const char *name, struct validity lead);
/* When somebody is to be told of money whose unit this is. */
void dump_set_telling(json_t *object, const struct telling *telling, struct text unit);
/* Nothing, if it is empty. */
void dump_set_text(json_t *object, const char *name, struct text text);

/* ---- who there is: dump_parties.c ---- */

json_t *dump_customer(struct bytes value);
json_t *dump_account(struct bytes value);
json_t *dump_subscription(struct bytes value);
json_t *dump_service(struct bytes value);

/* What formulas may ask for, each by itself: span, named value. */
json_t *dump_facts(struct field_reader facts, unsigned count);

/* ---- groups: dump_group.c ---- */

json_t *dump_group(struct bytes value);
json_t *dump_member(struct bytes value);
json_t *dump_tally(struct bytes value);

/* ---- what is held: dump_held.c ---- */

json_t *dump_balance(struct bytes value);
json_t *dump_counter(struct bytes value);
json_t *dump_refund(struct bytes value);
json_t *dump_session(struct bytes value);
json_t *dump_agenda(struct bytes value);

#endif
