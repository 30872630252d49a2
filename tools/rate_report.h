/* What became of a file, as a table for people and as one JSON object for programs. */
#ifndef SUANPAN_RATE_REPORT_H
#define SUANPAN_RATE_REPORT_H

#include "rate_file.h"

#include <jansson.h>

void rate_report_show(
	const struct rate_file_options *options, const struct rate_file_result *result, FILE *out);

/*
 * {source, complete, records, charged, skipped, duplicates, refused, failed, bad_rows, amount,
 * duplicate_amount, currency, by_zone: {zone: {count, amount}}, skipped_by_reason: {reason: count},
 * refused_by_code, failed_by_code: {code: {count, line, say}}, problems: [{line, column, name,
 * say}], seconds, per_second}. With prices only `priced` stands for `charged`.
 */
json_t *
rate_report_json(const struct rate_file_options *options, const struct rate_file_result *result);

#endif
