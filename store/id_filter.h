/*
 * The filter of a run: "surely not here" for most hashes that are not, without reading the run.
 *
 * It is a blocked Bloom filter: the hash chooses one line of 64 bytes (one cache miss) and in each
 * of the line's 8 words one bit. Absent is a hash of which any bit is clear.
 *
 * How often it says maybe in vain. With c bits an id, a line of 512 bits holds i ids with the
 * Poisson probability of mean 512/c; each of them sets one of 64 bits in every word, so
 *
 *   rate(c) = Σ_i Poisson(i; 512/c) · (1 − (63/64)^i)^8
 *
 *   c     10      10.5    12      14      16       20        24
 *   rate  1.05 %  0.83 %  0.42 %  0.19 %  0.091 %  0.026 %   0.009 %
 *
 * (F. Putze, P. Sanders, J. Singler, "Cache-, Hash- and Space-Efficient Bloom Filters", 2007,
 * equation for blocked filters; with one bit a word instead of 8 anywhere it is 1.04 times
 * theirs.)
 *
 * An id that was never seen asks every run, so the rates add up, and each maybe costs a read.
 * Therefore a small run, where bits are cheap, gets more of them: 20 up to 4 Mi ids, 16 up to 16
 * Mi, 10.5 above, where nearly all ids of a large store are (the reasoning of N. Dayan, M.
 * Athanassoulis, S. Idreos, "Monkey", SIGMOD 2017).
 *
 * The line is chosen by the high bits of the number that runs are sorted by. So a run that is
 * written in order makes its filter in order too, with no more memory than one line.
 */
#ifndef SUANPAN_ID_FILTER_H
#define SUANPAN_ID_FILTER_H

#include "../engine/base/digest.h"

#include <stdbool.h>
#include <stdint.h>

#define ID_LINE_WORDS 8
#define ID_LINE_BYTES 64

__extension__ typedef unsigned __int128 id_uint128;
/* Two words that the compiler handles at once, so that a line is looked at in straight code. */
typedef uint64_t id_pair __attribute__((vector_size(16)));
#define ID_LINE_PAIRS (ID_LINE_WORDS / 2)

struct id_filter {
	const id_pair *lines; /* ID_LINE_PAIRS each, aligned to ID_LINE_BYTES */
	uint64_t line_count;
};

/* The bits of one hash, the same in every filter. */
struct id_mask {
	id_pair pairs[ID_LINE_PAIRS];
};

/* Bits an id in a filter made for `count` ids, in halves. */
static inline uint64_t
id_filter_half_bits(uint64_t count)
{
	if (count <= UINT64_C(4) << 20)
		return 40;
	return count <= UINT64_C(16) << 20 ? 32 : 21;
}

/* Bytes of a filter for `count` ids (at most 2^50): whole pages of 4096. */
static inline uint64_t
id_filter_bytes(uint64_t count)
{
	uint64_t bytes = (count * id_filter_half_bits(count) + 15) / 16;
	return (bytes / 4096 + 1) * 4096;
}

/* One bit of a word: the low bits of `six` say which. */
static inline uint64_t
id_bit(uint64_t six)
{
	return UINT64_C(1) << (six & 63);
}

static inline struct id_mask
id_mask_of(struct hash128 hash)
{
	uint64_t low = hash.low;
	return (struct id_mask){ {
		{ id_bit(low), id_bit(low >> 6) },
		{ id_bit(low >> 12), id_bit(low >> 18) },
		{ id_bit(low >> 24), id_bit(low >> 30) },
		{ id_bit(low >> 36), id_bit(low >> 42) },
	} };
}

/* Which line: rises with hash.high. */
static inline uint64_t
id_filter_line(uint64_t line_count, struct hash128 hash)
{
	return (uint64_t)((id_uint128)hash.high * line_count >> 64);
}

static inline const id_pair *
id_filter_at(const struct id_filter *filter, struct hash128 hash)
{
	return filter->lines + ID_LINE_PAIRS * id_filter_line(filter->line_count, hash);
}

/* False: the hash is surely not in the run. `mask` is id_mask_of(hash). */
static inline bool
id_filter_maybe(const struct id_filter *filter, struct hash128 hash, const struct id_mask *mask)
{
	const id_pair *line = id_filter_at(filter, hash);
	const id_pair *bits = mask->pairs;
	id_pair missing = (bits[0] & ~line[0]) | (bits[1] & ~line[1]) | (bits[2] & ~line[2]) |
		(bits[3] & ~line[3]);
	return (missing[0] | missing[1]) == 0;
}

#endif
