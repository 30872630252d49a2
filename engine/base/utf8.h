/*
 * Is this text what we accept? UTF-8 as RFC 3629 defines it: shortest forms only, no surrogates,
 * nothing beyond U+10FFFF.
 */
#ifndef SUANPAN_UTF8_H
#define SUANPAN_UTF8_H

#include "bytes.h"

bool utf8_is_valid(struct text text);
/* The first line, from 1, that is not UTF-8; 0 if all of them are. */
uint64_t utf8_wrong_line(struct text text);

/*
 * Valid UTF-8 without control characters (C0, DEL, C1), 1 to 64 bytes: a customer, account, request
 * id …
 */
#define IDENTIFIER_BYTES_MAX 64
bool identifier_is_valid(struct text text);

/* 1 or more characters 0 to 9. */
bool digits_are_valid(struct text text);

#endif
