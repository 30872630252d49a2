/*
 * The rule of a time zone for the years after its table ends: the POSIX TZ string in the footer of
 * a TZif file, as RFC 8536 (3.3) narrows it, such as "CET-1CEST,M3.5.0,M10.5.0/3". Used by
 * zoneinfo.c.
 */
#ifndef SUANPAN_ZONERULE_H
#define SUANPAN_ZONERULE_H

#include "bytes.h"

/* A day of each year and a time on it; the time may be up to a week before or after that day. */
struct zone_rule_day {
	enum { ZONE_DAY_OF_WEEK, ZONE_DAY_WITHOUT_LEAP, ZONE_DAY_WITH_LEAP } kind;
	int32_t month; /* of ZONE_DAY_OF_WEEK: 1 to 12 */
	int32_t week;  /* … 1 to 5, 5 is the last one */
	int32_t day; /* … weekday 0 to 6; else 1 to 365 without leap days, or 0 to 365 with them */
	int32_t second; /* of the local time in force before the change, counted from that day's
			   midnight */
};

struct zone_rule {
	int32_t standard_s; /* local = UTC + offset */
	int32_t summer_s;   /* the other offset, if the zone has one: has_summer */
	bool has_summer;
	struct zone_rule_day begin;
	struct zone_rule_day end;
};

struct zone_change {
	int64_t at_ms;
	int32_t offset_s; /* from then on */
};

/* False if the text is anything else. Offsets are within ±26 hours. */
bool zone_rule_parse(struct text text, struct zone_rule *rule);

/* The two changes of a year of a rule that has_summer, the earlier first. */
void zone_rule_changes(const struct zone_rule *rule, int32_t year, struct zone_change changes[2]);

#endif
