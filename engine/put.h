/*
 * What the puts have in common: a put says what a record shall be, and changes what is not so yet,
 * in one entry. It never touches money, and needs no request id: put again, it finds everything as
 * it should be ("unchanged").
 */
#ifndef SUANPAN_PUT_H
#define SUANPAN_PUT_H

#include "call.h"

enum { PUT_VALUE_BYTES_MAX = 16 * 1024, PUT_EFFECTS_MAX = ENTRY_EFFECTS_MAX };

/* A put while it is decided. */
struct putting {
	struct call *call;
	struct effect effects[PUT_EFFECTS_MAX];
	size_t effect_count;
	uint64_t version; /* of the main record, before */
};

/*
 * A record by key: its value (empty if there is none) and version; false if it is cold and *end
 * says so.
 */
bool put_read(struct call *call, const struct record_key *key, struct bytes *value,
	uint64_t *version, enum call_end *end);

/*
 * Adds the effect that makes a record what it shall be, unless it is so already. Key and value are
 * copied to the arena; false without memory.
 */
bool put_change(struct putting *putting, const struct record_key *key, struct bytes old,
	struct bytes value);

/* A timer is set, or is not. False: *end is what to return. */
bool
put_timer(struct putting *putting, const struct timer_key *timer, bool is_set, enum call_end *end);

/*
 * Appends what is to change. A put that expects a version it does not find is a conflict, unless
 * everything is as it asks already: then it is the same put, sent again.
 */
enum call_end put_finish(struct putting *putting, struct text what, struct text id, int64_t expect);

/*
 * Is each of a list of struct get_params something that can be paid for: a service, or a service, a dot
 * and one of its zones, or what falls due (PURSES_ALL_CHARGES)? What nothing will ever be is a slip of
 * the pen. Without a catalog anything may come. False: *end says what is not.
 */
bool put_check_paid(struct call *call, const struct list *paid, enum call_end *end);

/* The payers of a subscription: may they be, and as its record has them. */
bool put_check_payers(struct call *call, const struct subscription_params *params,
	struct text currency, enum call_end *end);
void put_write_payers(struct field_writer *writer, const struct list *payers);

/* Names and what goes by them, as records have them: room for one, with a span; and one. */
enum { NAMED_BYTES_MAX = (1 + 64) + 1 + (1 + 255) + (1 + 8 + 8) };
struct named_value put_named_value(const struct attribute *attribute);

/*
 * Facts with dates, a list of struct held_fact_params: how many there are; do they hold for a while,
 * and are they not too many for a record (false: *end says so); and as records have them, each by
 * itself, behind their count (false without memory).
 */
size_t put_count_facts(const struct list *facts);
/*
 * Is a fact "params.NAME"? It says what a parameter of the package is from an instant on. No catalog
 * has facts of that group (rules/lib/params.lua).
 */
bool put_names_param(struct text fact, struct text *param);
bool put_check_facts(struct call *call, const struct list *facts, enum call_end *end);
bool put_read_facts(const struct list *facts, struct arena *arena, struct field_reader *read);

enum call_end put_not_found(struct call *call, struct text what, struct text id);

#endif
