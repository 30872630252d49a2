/*
 * What the files that read stored answers share: unpriced.c reads prices, unpriced_refund.c refunds
 * and refusals, unpriced_due.c what fell due. An answer is unpacked as a whole, and then its values
 * are asked for by name; a value that is absent, or is something else, is told apart only where that
 * matters.
 */
#ifndef SUANPAN_UNPRICED_PARTS_H
#define SUANPAN_UNPRICED_PARTS_H

#include "unpriced.h"

#include <msgpack.h>

enum { UNPRICED_ZONE_BYTES = 4 * 1024 };

/* What one reading carries along. */
struct unpricing {
	const struct image *image;
	int64_t at_ms;
	struct arena *arena;
	struct fault *fault;
	enum status status; /* of what could not be read */
};

/* Both are false, for who returns it: what is stored is not what it should be; there is no memory. */
bool unpriced_corrupt(struct unpricing *unpricing, const char *what);
bool unpriced_no_memory(struct unpricing *unpricing);

/*
 * Unpacks an answer and has it read; `read` may be half written unless it is STATUS_OK. `reading` is
 * false if it has set the status.
 */
typedef bool (*unpriced_reading)(
	struct unpricing *unpricing, const msgpack_object *answer, void *read);
enum status unpriced_answer(
	struct unpricing *unpricing, struct bytes answer, unpriced_reading reading, void *read);

/*
 * An answer or event as objects, whose texts point into its bytes. STATUS_CORRUPT: it is not one
 * message of MessagePack; STATUS_MEMORY.
 */
enum status
stored_unpack(struct bytes answer, msgpack_zone *zone, msgpack_object *object, struct fault *fault);

/* The value of a name; NULL if there is none, or the map is none. */
const msgpack_object *stored_find(const msgpack_object *map, const char *name);
/* A text; none if it is absent or something else. */
struct text stored_text(const msgpack_object *map, const char *name);
/* Money that may be absent, which is 0. False if it is no money. */
bool stored_money(const msgpack_object *map, const char *name, struct money *amount);
/* An integer of 64 bits; false if it is absent or something else. */
bool stored_integer(const msgpack_object *map, const char *name, int64_t *number);
bool stored_integer_of(const msgpack_object *value, int64_t *number);
/* NULL if it is absent or something else. */
const msgpack_object *stored_array(const msgpack_object *map, const char *name);

/* Of an object that is no text, none. */
struct text stored_text_of(const msgpack_object *value);

/*
 * The lines of a price, which `unpricing` says when its usage began: as pricing->lines, all there
 * is of them; as charge->lines, what they cost and by which rule, without asking an image.
 */
bool
unpriced_lines(struct unpricing *unpricing, const msgpack_object *map, struct pricing *pricing);
bool unpriced_costs(
	struct unpricing *unpricing, const msgpack_object *map, struct unpriced_charge *charge);
/* Why something was refused; none if the map does not say it. */
void unpriced_why(const msgpack_object *map, struct unpriced_refusal *refusal);

/* The row of a table that stands in this line of its file, from 1; 0: there is none. */
uint32_t unpriced_row(const struct decision *table, int64_t line);
/* "package.tariff", or another rule of a package: no id has a dot. */
bool unpriced_rule(struct text name, struct text *package, struct text *rule);
/* The tax of a line, whose code the image has; *read stays as it is if the line has none. */
bool
unpriced_tax(struct unpricing *unpricing, const msgpack_object *map, const struct price_tax **read);

#endif
