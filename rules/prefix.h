/*
 * Prefix tables: from the digits of a number to a value, by the longest prefix that fits, over
 * hundreds of thousands of prefixes, in well under a microsecond. Built once, then immutable and
 * shared between threads.
 *
 * A row may also ask for a number of digits (of the whole number): "10 digits that begin with 800".
 * The longest prefix whose row's digits fit wins; among rows with the same prefix that fit, the one
 * with the lower order. An empty prefix fits every number.
 */
#ifndef SUANPAN_PREFIX_H
#define SUANPAN_PREFIX_H

#include "../engine/base/bytes.h"
#include "../engine/base/status.h"

#define PREFIX_DIGITS_MAX 32
#define PREFIX_ROWS_MAX 4000000

struct prefix_row {
	struct text prefix; /* digits 0 to 9 only, at most PREFIX_DIGITS_MAX */
	uint8_t digits_min; /* of the whole number; 0: any */
	uint8_t digits_max; /* inclusive; 0: any */
	uint32_t order;     /* written order, for ties */
	uint32_t value;
};

struct prefix_table;

/*
 * Builds the table. STATUS_INVALID names the row that is not digits, too long, has its digits
 * bounds crossed, or repeats an earlier row (same prefix and same digits) with another value. The
 * rows may be in any order and are not kept.
 */
enum status prefix_table_new(const struct prefix_row *rows, size_t count,
	struct prefix_table **table, struct fault *fault);
void prefix_table_free(struct prefix_table *table);

/*
 * The value for `digits` and how many of them matched; false if no row fits, or it is empty or not
 * all digits.
 */
bool
prefix_find(const struct prefix_table *table, struct text digits, uint32_t *value, size_t *matched);

size_t prefix_table_bytes(const struct prefix_table *table);

#endif
