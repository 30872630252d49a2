/*
 * What an account, or a balance, says of when somebody is to be told of its money (engine/notice.h):
 * below which amounts, or percents of what there was, it is low; and how long before a balance ends.
 *
 * As it lies in a record (records.h): a byte, so many amounts (4 bits) and what follows them;
 * the amounts, 8 bytes each, falling; 16: list of percents, 1 byte each, falling; 32: how long before
 * an end, 4 bytes and 1 byte enum validity_every. Of a balance alone, 64: what it was full with,
 * 8 bytes; 128: when it is to be told that it ends soon, 8 bytes.
 */
#ifndef SUANPAN_RECORD_TELLING_H
#define SUANPAN_RECORD_TELLING_H

#include "fields.h"

enum validity_every { VALID_HOURS, VALID_DAYS, VALID_MONTHS, VALID_YEARS };
const char *validity_every_name(enum validity_every every); /* "hour" … */
struct validity {
	uint32_t count; /* 0: it is none */
	enum validity_every every;
};

#define LOWS_MAX 8 /* amounts, and as many percents */
#define PERCENT_MAX 99

struct telling {
	uint8_t low_count;          /* amounts at which it is low; mostly 0 */
	uint8_t percent_count;      /* percents of `full`; mostly 0 */
	struct validity before_end; /* so long before its end it is told of */
	const uint8_t *lows;        /* as the record has them: 8 bytes each, the highest first */
	const uint8_t *percents;    /* a byte each, 1 to PERCENT_MAX, the highest first */
	int64_t full;    /* what was there after money last came in; 0: percents say nothing */
	int64_t soon_ms; /* when its end is told of; 0: it is not, or was */
};

/* The amount at a place below low_count, or what the percent at one below percent_count is of `full`. */
int64_t telling_low(const struct telling *telling, unsigned place);
int64_t telling_percent_low(const struct telling *telling, unsigned place);

/* Are there any amounts, or percents? */
static inline bool
telling_has_lows(const struct telling *telling)
{
	return (telling->low_count | telling->percent_count) != 0;
}

/* Is there anything to be kept of it? */
bool telling_is_any(const struct telling *telling);

#define TELLING_BYTES_MAX (1 + LOWS_MAX * 8 + 1 + LOWS_MAX + 5 + 8 + 8)
struct telling telling_read(struct field_reader *reader);
void telling_write(struct field_writer *writer, const struct telling *telling);
/* In its order and within its bounds; for bytes from a disk. */
bool telling_is_valid(const struct telling *telling);

#endif
