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

#endif
