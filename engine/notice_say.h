/*
 * The sentences of notices that no catalog writes, in both languages, as a person reads them. They lie
 * in the arena; data is NULL without memory.
 */
#ifndef SUANPAN_NOTICE_SAY_H
#define SUANPAN_NOTICE_SAY_H

#include "releases.h"

#include "base/arena.h"

#include "../store/records.h"

/* A balance is low; `full` is what percents are of. */
void notice_say_low(struct notice_record *notice, int64_t full, struct arena *arena);

/* "7 days" */
struct text notice_lead_text(struct validity lead, struct arena *arena);
/* By how much the clock of a release's zone is ahead then; 0 without a release. */
int64_t notice_offset_ms(const struct loaded_release *release, int64_t ms);

/* A balance ends soon; `offset_ms` is that of the clock by which the instant is shown. */
void notice_say_expiring(struct notice_record *notice, int64_t offset_ms, struct arena *arena);
/* An agreement does, which has these names. */
void notice_say_agreement(struct notice_record *notice, struct text name_en, struct text name_zh,
	int64_t offset_ms, struct arena *arena);

#endif
