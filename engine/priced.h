/*
 * The priced part of an answer: lines, amounts, units and reasons in their one canonical encoding.
 * Whatever prices (charge, rate, tests, replay) uses this, so that "byte for byte" has a meaning.
 */
#ifndef SUANPAN_PRICED_H
#define SUANPAN_PRICED_H

#include "pack.h"
#include "say.h"

#include "../rules/rate.h"
#include "../rules/release.h"

/* The pairs that priced_pack writes into a map: amount, currency, lines, release. */
#define PRICED_PAIRS 4
#define RELEASE_SHORT 12 /* digits of a release's name in answers */
void priced_pack(struct pack *pack, const struct pricing *pricing, const struct image *image,
	const char release_name[64], struct arena *arena);

/* The lines alone, as the pair "lines". */
void priced_pack_lines(struct pack *pack, const struct pricing *pricing, const struct image *image,
	struct arena *arena);

/* The tax of a line, as the pair "tax". */
void priced_pack_tax(struct pack *pack, const struct price_tax *tax);

/* Why a discount took nothing (rate_unused), as the pair "unused". */
void priced_pack_unused(struct pack *pack, const struct near_miss *miss,
	const struct release *release, struct arena *arena);

/*
 * The code and arguments with which a refusal to price is said: rule, condition, wanted, got, and
 * the sentence of these.
 */
enum say priced_refusal(const struct pricing *pricing, const struct release *release,
	struct arena *arena, struct text arguments[SAY_ARGUMENTS_MAX]);

#endif
