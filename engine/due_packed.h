/* A line of what falls due, as answers and entries have it. */
#ifndef SUANPAN_DUE_PACKED_H
#define SUANPAN_DUE_PACKED_H

#include "pack.h"

#include "../rules/due.h"
#include "../rules/release.h"

void due_pack_line(struct pack *pack, const struct due_line *line, struct arena *arena);
/* "package.charge", as a pair of that name. */
void due_pack_charge(
	struct pack *pack, const char *name, const struct charge_name *charge, struct arena *arena);
void due_pack_day(struct pack *pack, const char *name, int64_t day);

/* Why something can't be priced, in both languages; empty without memory. */
struct text due_refusal_sentence(
	const struct release *release, const struct due_pricing *pricing, struct arena *arena);

#endif
