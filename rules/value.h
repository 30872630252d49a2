/*
 * Typed values that come from outside or from functions: parameters of an order, facts. Numbers are
 * exact fractions, so that what one function gives another gets as it was.
 */
#ifndef SUANPAN_VALUE_H
#define SUANPAN_VALUE_H

#include "../engine/base/arena.h"
#include "../engine/base/ratio.h"

enum value_kind {
	VALUE_NONE, /* there is none */
	VALUE_MONEY,
	VALUE_NUMBER,  /* a decimal */
	VALUE_INTEGER, /* of 64 bits */
	VALUE_TEXT,
	VALUE_DATE,    /* a day, since 1970 */
	VALUE_BOOLEAN, /* 0 or 1 */
};

struct value {
	enum value_kind kind;
	struct ratio number; /* of all kinds but texts */
	struct text text;
};

/* "money", "number", "integer", "text", "date", "boolean". */
const char *value_kind_name(enum value_kind kind);
bool value_kind_parse(struct text name, enum value_kind *kind);

struct value value_of_number(enum value_kind kind, int64_t number);
/* From text: "12.50", "0.15", "3", "2026-03-10", "true". False if it is no value of the kind. */
bool value_parse(enum value_kind kind, struct text text, struct value *value);
bool value_equal(const struct value *a, const struct value *b);
/* A number as value_parse reads it; the length. */
size_t value_write(const struct value *number, char text[RATIO_TEXT_MAX]);
/* As value_parse reads it, in the arena; data is NULL without memory. */
struct text value_text(const struct value *value, struct arena *arena);

#endif
