/* Records and journal entries as JSON, decoded by table (store/records.h, store/entry.h). Times are
 * RFC 3339 in UTC, money is decimal text. */
#ifndef SUANPAN_DUMP_JSON_H
#define SUANPAN_DUMP_JSON_H

#include "../store/journal.h"
#include "../store/records.h"

#include <jansson.h>

/* A key as text: "07715510000", "07715510000/main", "SUBSCRIPTION/PACKAGE.ALLOWANCE/2026-09-01". To
 * be freed; NULL without memory. */
char *record_key_text(uint8_t table, struct bytes key);

/* The fields of a value; null for one that has ceased to be; {"malformed": bytes} if it is not what
 * the table says. */
json_t *record_value_json(uint8_t table, struct bytes key, struct bytes value);

/* {table, key, version, value} */
struct dumped_record {
	uint8_t table;
	struct bytes key;
	struct bytes value;
	uint64_t version;
};
json_t *record_json(const struct dumped_record *record);

/*
 * {charge, made, kind, scope, id, attempt, at, release, fingerprint, event, answer, effects:
 * [{table, key, previous, value}], postings: [{book, amount, unit}], bytes}; what an entry has not
 * is left out.
 */
json_t *entry_json(uint32_t shard, const struct journal_visit *visit);

#endif
