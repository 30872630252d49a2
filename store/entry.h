/*
 * A journal entry: everything that one request did, in one run of bytes. It holds who asked (scope,
 * id, attempt, fingerprint), the normalised event, the release that priced it, the postings, the
 * new value of every record that changed, and the answer. So a repeat is answered from it, an
 * auditor reads it, and recovery applies it without rules or code of that day.
 *
 * Format, little-endian, sizes in bytes; an entry begins at a multiple of 8:
 *
 *    0  4  size        of the whole entry with padding, a multiple of 8
 *    4  4  checksum    CRC32C of bytes 8 … size, begun with the folder's key (see frame.h)
 *    8  8  fingerprint of the request (0 without an id)
 *   16  8  at_ms       when it happened (0 if the kind has no such time)
 *   24  8  made_ms     when it was decided, by the shard's clock
 *   32  8  release     first 8 bytes of the SHA-256 of the release that priced it, 0 if none
 *   40  1  kind        enum entry_kind
 *   41  1  attempt     1 to 255; 0 without an id
 *   42  1  scope_size  0 to 80
 *   43  1  id_size     0 to 64
 *   44  2  effect_count
 *   46  2  posting_count
 *   48  4  event_size
 *   52  4  answer_size
 *   56     scope, id, event, answer, effects, postings; then zeros to a multiple of 8
 *
 * An effect:
 *    0  1  table       enum table (records.h)
 *    1  1  key_size    1 to 255
 *    2  2  value_size  0: the record ceases to exist
 *    4  6  previous    position of the entry that changed this record last, divided by 8; 0 if it
 *                      did not exist. So each record's entries are a chain, newest first.
 *   10     key, value
 *
 * A posting:
 *    0  1  side        index of the effect whose record's amount it moves, or 255: a named book
 *    1     if side is 255: varint length and name of the book ("revenue", "topup", "used")
 *          varint zigzag amount: micro-units, or units
 *          varint length and name of the currency or unit; length 0: the same as the posting before
 *
 * The postings of an entry sum to zero for each currency or unit.
 *
 * There is one encoding of an entry: numbers are in their shortest form and a unit is named only
 * where it changes. So what decodes encodes again to the same bytes.
 */
#ifndef SUANPAN_ENTRY_H
#define SUANPAN_ENTRY_H

#include "../engine/base/bytes.h"
#include "../engine/base/digest.h"
#include "../engine/base/status.h"
#include "records.h"

enum entry_kind {
	ENTRY_CHARGE = 1, /* usage priced and paid */
	ENTRY_REFUSAL,    /* usage decided and refused: remembered, no effects */
	ENTRY_TOPUP,      /* money put on a balance */
	ENTRY_PUT,        /* a customer, account or subscription written */
	ENTRY_RELEASE,    /* a release published or activated */
	ENTRY_ADJUSTMENT, /* a balance set right, up or down */
	ENTRY_TRANSFER,   /* money moved from one account to another */
	ENTRY_REFUND,     /* a charge given back, whole or in part */
	ENTRY_EXPIRY,     /* what was left of a balance whose validity has ended */
	ENTRY_SESSION,    /* a session begun, reported, closed */
	ENTRY_DUE,        /* what falls due of a package that is held, charged on its date */
	ENTRY_STORED, /* a deposit paid in, released, a gift given; returned, forfeited, skipped */
	ENTRY_NOTICE, /* notices raised at a time; or acknowledged, delivered, removed */
};
const char *entry_kind_name(enum entry_kind kind); /* "charge" …; NULL if there is no such kind */

#define ENTRY_HEADER_BYTES 56
#define ENTRY_SCOPE_BYTES_MAX 80 /* an id of somebody, with a mark of what kind before it */
#define ENTRY_ID_BYTES_MAX 64
#define ENTRY_BYTES_MAX (256 * 1024)
#define ENTRY_EFFECTS_MAX 255
#define ENTRY_POSTINGS_MAX 1024

struct effect {
	uint8_t table;
	struct bytes key;
	struct bytes value;
	uint64_t previous;       /* position; 0: the record did not exist */
	struct record_seen seen; /* a hint, when encoding */
	bool is_new; /* when appending: it is known that there is none, though nobody looked */
};

#define POSTING_BOOK 255
#define POSTING_BOOK_BYTES_MAX 64
#define POSTING_UNIT_BYTES_MAX 16
struct posting {
	uint8_t side;     /* index of an effect, or POSTING_BOOK */
	struct text book; /* with POSTING_BOOK: its name, 1 to 64 bytes */
	int64_t amount;
	struct text unit; /* "CNY", "second": 1 to 16 bytes */
};

struct entry {
	enum entry_kind kind;
	uint8_t attempt;
	uint64_t fingerprint;
	int64_t at_ms;
	int64_t made_ms;
	uint64_t release;
	struct text scope;
	struct text id;
	struct hash128 id_hash; /* when appending: store_id_hash of them, or zeros: not known */
	struct bytes event;
	struct bytes answer;
	const struct effect *effects; /* when encoding */
	size_t effect_count;
	const struct posting *postings; /* when encoding */
	size_t posting_count;
	/* when decoding: where the encoded effects and postings lie, for the cursors below */
	struct bytes effect_bytes;
	struct bytes posting_bytes;
};

/*
 * Did it take money for something, so that it can be given back? What only moves an agenda on, since
 * nothing fell due, has no answer. Of a session, what closed it stands for all that its requests took.
 */
static inline bool
entry_charges(const struct entry *entry)
{
	return entry->kind == ENTRY_CHARGE || entry->kind == ENTRY_SESSION ||
		(entry->kind == ENTRY_DUE && entry->answer.size > 0);
}

/*
 * The encoded size, padding included. The entry must be within the bounds above, but for the size
 * itself: whoever makes entries of what comes from outside refuses one that is over
 * ENTRY_BYTES_MAX.
 */
size_t entry_size(const struct entry *entry);
/*
 * Writes exactly entry_size() bytes at `at`; `key` is the folder's checksum key. Returns where the
 * encoded effects lie, for effect_next.
 */
struct bytes entry_encode(const struct entry *entry, uint32_t key, uint8_t *at);

/*
 * Reads the entry at the start of `bytes` (which may go on after it). Checks sizes, checksum and
 * that effects and postings are well-formed, so that the cursors can't fail. STATUS_CORRUPT says
 * what is wrong. All views point into `bytes`.
 */
enum status entry_decode(
	struct bytes bytes, uint32_t key, struct entry *entry, size_t *size, struct fault *fault);

/* Walks what entry_decode has checked: `*rest` starts as effect_bytes; false at the end. */
bool effect_next(struct bytes *rest, struct effect *effect);
/* `*rest` starts as posting_bytes; *posting carries the unit to the next call, start with {0}. */
bool posting_next(struct bytes *rest, struct posting *posting);

/* Do the postings of a decoded entry sum to zero for each unit? Overflow counts as no. */
bool entry_is_balanced(const struct entry *entry);

#endif
