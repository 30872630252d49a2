/*
 * The sentences of notices that no catalog writes, in both languages, as a person reads them. They lie
 * in the arena; data is NULL without memory.
 */
#ifndef SUANPAN_NOTICE_SAY_H
#define SUANPAN_NOTICE_SAY_H

#include "../engine/base/arena.h"
#include "../store/records.h"

/* A balance is low; `full` is what percents are of. */
void notice_say_low(struct notice_record *notice, int64_t full, struct arena *arena);

/* A balance ends soon; `offset_ms` is that of the clock by which the instant is shown. */
void notice_say_expiring(struct notice_record *notice, int64_t offset_ms, struct arena *arena);

#endif
