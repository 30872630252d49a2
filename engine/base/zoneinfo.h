/*
 * Time zones: an IANA name, resolved from the system's compiled zone files (TZif, RFC 8536) into a
 * table of transitions, and from then on plain data that can be frozen into a release. The rule for
 * times after the last transition (the file's POSIX TZ string) is applied up to the year 2199.
 */
#ifndef SUANPAN_ZONEINFO_H
#define SUANPAN_ZONEINFO_H

#include "bytes.h"
#include "status.h"

struct zoneinfo; /* immutable; may be shared between threads */

/*
 * Reads `name` ("Asia/Shanghai") below `directory` (NULL: the system's, /usr/share/zoneinfo).
 * STATUS_INVALID for a name that cannot be one (it never leads out of the folder) or a file that is
 * no time zone, STATUS_NOT_FOUND, STATUS_MEMORY, STATUS_IO, STATUS_LIMIT for a path too long.
 */
enum status
zoneinfo_open(const char *directory, const char *name, struct zoneinfo **zone, struct fault *fault);
/*
 * The same from bytes that were frozen before (the content of the TZif file), which are copied. Any
 * name is taken. STATUS_INVALID, STATUS_MEMORY. Files that count leap seconds are invalid: our
 * instants do not.
 */
enum status
zoneinfo_read(struct text name, struct bytes tzif, struct zoneinfo **zone, struct fault *fault);
void zoneinfo_free(struct zoneinfo *zone);

struct text zoneinfo_name(const struct zoneinfo *zone);
/* The TZif bytes it was read from, for freezing. */
struct bytes zoneinfo_bytes(const struct zoneinfo *zone);

/*
 * A stretch of time with one offset: from_ms ≤ t < till_ms. The first is from INT64_MIN, the last
 * till INT64_MAX.
 */
struct zone_stretch {
	int64_t from_ms;
	int64_t till_ms;
	int32_t offset_ms; /* local = UTC + offset */
};

/*
 * The stretch that `ms` lies in. Never fails; times before the first transition have the first
 * offset.
 */
struct zone_stretch zoneinfo_stretch(const struct zoneinfo *zone, int64_t ms);

/*
 * A local wall-clock time (milliseconds since 1970-01-01T00:00 local) to an instant. Where the
 * clock was set back and the time happens twice: the first. Where it was set forward and the time
 * does not exist: the instant of the jump.
 */
int64_t zoneinfo_local_to_utc(const struct zoneinfo *zone, int64_t local_ms);

static inline int64_t
floor_divide(int64_t a, int64_t b)
{
	return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

#endif
