/*
 * A notice as a CloudEvent 1.0 in structured JSON: one line. `source` and `id` name it for ever,
 * however often it is sent; `id` is the notice's cursor.
 */
#ifndef SUANPAN_CLOUD_EVENT_H
#define SUANPAN_CLOUD_EVENT_H

#include "../store/records.h"

struct cloud_event {
	const char *source; /* "/suanpan/" folder "/" shard */
	uint32_t shard;
	struct notice_key key;
	uint64_t version; /* position of the entry that raised it */
	struct notice_record notice;
};

/* data is NULL without memory; memory_free it. */
struct text cloud_event_write(const struct cloud_event *event);

#endif
