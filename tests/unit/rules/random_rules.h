/* What tests with random calendars share: rules of which none is dead. */
#ifndef SUANPAN_TEST_RANDOM_RULES_H
#define SUANPAN_TEST_RANDOM_RULES_H

#include "../../../rules/calendar.h"

#include <string.h>

enum { RULES_DAY_MINUTES = 1440, RULES_WEEKDAYS = 7, RULES_NONE = 255 };

/* The first rule that is the first to match for no minute of any weekday and kind; `count`: none. */
static inline size_t
first_dead_rule(const struct calendar_rule *rules, size_t count)
{
	static uint8_t first[DAY_KINDS][RULES_WEEKDAYS][RULES_DAY_MINUTES];
	bool seen[RULES_NONE + 1] = { false };
	memset(first, RULES_NONE, sizeof first);
	for (size_t i = count; i-- > 0;) {
		size_t minutes = (size_t)(rules[i].till_minute - rules[i].from_minute);
		for (unsigned kind = 0; kind < DAY_KINDS; kind++)
			for (unsigned day = 0; day < RULES_WEEKDAYS; day++)
				if ((rules[i].kinds >> kind & 1) != 0 &&
					(rules[i].weekdays & WEEKDAY_BIT(day)) != 0)
					memset(&first[kind][day][rules[i].from_minute], (int)i,
						minutes);
	}
	for (size_t i = 0; i < sizeof first; i++)
		seen[(&first[0][0][0])[i]] = true;
	size_t dead = 0;
	while (dead < count && seen[dead])
		dead++;
	return dead;
}

/* Takes out the rules that can never match; how many are left. */
static inline size_t
drop_dead_rules(struct calendar_rule *rules, size_t count)
{
	for (size_t dead; (dead = first_dead_rule(rules, count)) < count; count--)
		memmove(&rules[dead], &rules[dead + 1], (count - dead - 1) * sizeof *rules);
	return count;
}

#endif
