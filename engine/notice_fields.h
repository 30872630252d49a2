/*
 * What a notice tells, field by field, in the order in which every form of it has them: notice.list
 * packs them, the webhook posts them as a CloudEvent, the dump of a folder shows them. What its kind
 * has not is left out.
 *
 * Thread: any.
 */
#ifndef SUANPAN_NOTICE_FIELDS_H
#define SUANPAN_NOTICE_FIELDS_H

#include "../store/records.h"

enum notice_field_kind {
	NOTICE_FIELD_TEXT,
	NOTICE_FIELD_TIME,
	NOTICE_FIELD_MONEY,
	NOTICE_FIELD_UNITS,
};

struct notice_field {
	const char *name;
	enum notice_field_kind kind;
	struct text text;
	int64_t number; /* milliseconds, micro-units of the currency, or units */
};

enum { NOTICE_FIELDS_MAX = 16 };

/* Into room for NOTICE_FIELDS_MAX; how many there are. Texts are those of the notice. */
size_t notice_fields(const struct notice_record *notice, struct notice_field *fields);

#endif
