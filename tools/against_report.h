/*
 * What a month would have earned by a catalog (against.h): for people in "en" or "zh", and as JSON.
 */
#ifndef SUANPAN_AGAINST_REPORT_H
#define SUANPAN_AGAINST_REPORT_H

#include "against.h"

#include <jansson.h>
#include <stdio.h>

void against_show(const struct against *against, bool zh, FILE *out);

/*
 * {month, currency, charges, was, is, priced_otherwise_then, lost: {charges, was, by_code:
 * [{name, charges, was}]}, packages: [{name, charges, was, is}], segments, zones, pay_more, pay_less}
 */
json_t *against_json(const struct against *against);

#endif
