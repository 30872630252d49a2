#include "entry.h"

#include "../engine/base/digest.h"
#include "../engine/base/must.h"

/* Where the fields lie; entry.h draws them. */
enum {
	AT_SIZE = 0,
	AT_CHECKSUM = 4,
	AT_FINGERPRINT = 8,
	AT_INSTANT = 16,
	AT_MADE = 24,
	AT_RELEASE = 32,
	AT_KIND = 40,
	AT_ATTEMPT = 41,
	AT_SCOPE_SIZE = 42,
	AT_ID_SIZE = 43,
	AT_EFFECT_COUNT = 44,
	AT_POSTING_COUNT = 46,
	AT_EVENT_SIZE = 48,
	AT_ANSWER_SIZE = 52,
};
_Static_assert(AT_ANSWER_SIZE + 4 == ENTRY_HEADER_BYTES, "the header ends with the answer's size");

enum {
	EFFECT_HEADER_BYTES = 10,
	KEY_BYTES_MAX = 255,
	VALUE_BYTES_MAX = 65535,
};
_Static_assert(
	ENTRY_EFFECTS_MAX <= POSTING_BOOK, "a side that names an effect is not the mark of a book");

/* Names in postings are shorter than 128 bytes, so that the varint of their length is one byte. */
#define NAME_LENGTH_BYTES 1
_Static_assert(POSTING_BOOK_BYTES_MAX < 128 && POSTING_UNIT_BYTES_MAX < 128, "one byte of length");

const char *
entry_kind_name(enum entry_kind kind)
{
	switch (kind) {
	case ENTRY_CHARGE:
		return "charge";
	case ENTRY_REFUSAL:
		return "refusal";
	case ENTRY_TOPUP:
		return "topup";
	case ENTRY_PUT:
		return "put";
	case ENTRY_RELEASE:
		return "release";
	case ENTRY_ADJUSTMENT:
		return "adjustment";
	case ENTRY_TRANSFER:
		return "transfer";
	case ENTRY_REFUND:
		return "refund";
	case ENTRY_EXPIRY:
		return "expiry";
	case ENTRY_SESSION:
		return "session";
	case ENTRY_DUE:
		return "due";
	case ENTRY_STORED:
		return "stored";
	case ENTRY_NOTICE:
		return "notice";
	}
	return NULL;
}

/* Seven bits a byte, rounded up: for 1 to 64 bits this is (bits + 6) / 7 without a division. */
static size_t
varint_size(uint64_t value)
{
	size_t bits = 64 - (size_t)__builtin_clzll(value | 1);
	return (bits * 9 + 64) / 64;
}

/* Is the unit left out, because the posting before had the same? Mostly it is the same text, too.
 */
static bool
repeats_unit(const struct posting *postings, size_t i)
{
	if (i == 0 || postings[i].unit.size != postings[i - 1].unit.size)
		return false;
	return postings[i].unit.data == postings[i - 1].unit.data ||
		text_equal(postings[i].unit, postings[i - 1].unit);
}

static size_t
posting_size(const struct posting *postings, size_t i)
{
	const struct posting *posting = &postings[i];
	size_t size = 1 + varint_size(zigzag_encode(posting->amount)) + NAME_LENGTH_BYTES;
	if (posting->side == POSTING_BOOK)
		size += NAME_LENGTH_BYTES + posting->book.size;
	if (!repeats_unit(postings, i))
		size += posting->unit.size;
	return size;
}

size_t
entry_size(const struct entry *entry)
{
	must(entry->effect_count <= ENTRY_EFFECTS_MAX);
	must(entry->posting_count <= ENTRY_POSTINGS_MAX);
	size_t size = ENTRY_HEADER_BYTES + entry->scope.size + entry->id.size + entry->event.size +
		entry->answer.size;
	for (size_t i = 0; i < entry->effect_count; i++) {
		const struct effect *effect = &entry->effects[i];
		size += EFFECT_HEADER_BYTES + effect->key.size + effect->value.size;
	}
	for (size_t i = 0; i < entry->posting_count; i++)
		size += posting_size(entry->postings, i);
	return size_round_up(size, 8);
}

static uint8_t *
put_name(uint8_t *at, struct text name)
{
	*at = (uint8_t)name.size;
	return put_bytes(at + NAME_LENGTH_BYTES, name.data, name.size);
}

static uint8_t *
put_effect(uint8_t *at, const struct effect *effect)
{
	must(effect->key.size >= 1 && effect->key.size <= KEY_BYTES_MAX);
	must(effect->value.size <= VALUE_BYTES_MAX);
	must(effect->previous % 8 == 0 && effect->previous >> 51 == 0);
	at[0] = effect->table;
	at[1] = (uint8_t)effect->key.size;
	store_u16(at + 2, (uint16_t)effect->value.size);
	uint64_t previous = effect->previous / 8;
	store_u32(at + 4, (uint32_t)previous);
	store_u16(at + 8, (uint16_t)(previous >> 32));
	at = put_bytes(at + EFFECT_HEADER_BYTES, effect->key.data, effect->key.size);
	return put_bytes(at, effect->value.data, effect->value.size);
}

static uint8_t *
put_posting(uint8_t *at, const struct entry *entry, size_t i)
{
	const struct posting *posting = &entry->postings[i];
	must(posting->unit.size >= 1 && posting->unit.size <= POSTING_UNIT_BYTES_MAX);
	*at++ = posting->side;
	if (posting->side == POSTING_BOOK) {
		must(posting->book.size >= 1 && posting->book.size <= POSTING_BOOK_BYTES_MAX);
		at = put_name(at, posting->book);
	} else {
		must(posting->side < entry->effect_count);
	}
	at += varint_put(at, zigzag_encode(posting->amount));
	if (repeats_unit(entry->postings, i)) {
		*at = 0;
		return at + NAME_LENGTH_BYTES;
	}
	return put_name(at, posting->unit);
}

static void
put_header(uint8_t *at, const struct entry *entry)
{
	must(entry_kind_name(entry->kind) != NULL);
	must(entry->scope.size <= ENTRY_SCOPE_BYTES_MAX && entry->id.size <= ENTRY_ID_BYTES_MAX);
	must((entry->attempt > 0) == (entry->id.size > 0));
	must(entry->event.size <= ENTRY_BYTES_MAX && entry->answer.size <= ENTRY_BYTES_MAX);
	store_u64(at + AT_FINGERPRINT, entry->fingerprint);
	store_i64(at + AT_INSTANT, entry->at_ms);
	store_i64(at + AT_MADE, entry->made_ms);
	store_u64(at + AT_RELEASE, entry->release);
	at[AT_KIND] = (uint8_t)entry->kind;
	at[AT_ATTEMPT] = entry->attempt;
	at[AT_SCOPE_SIZE] = (uint8_t)entry->scope.size;
	at[AT_ID_SIZE] = (uint8_t)entry->id.size;
	store_u16(at + AT_EFFECT_COUNT, (uint16_t)entry->effect_count);
	store_u16(at + AT_POSTING_COUNT, (uint16_t)entry->posting_count);
	store_u32(at + AT_EVENT_SIZE, (uint32_t)entry->event.size);
	store_u32(at + AT_ANSWER_SIZE, (uint32_t)entry->answer.size);
}

struct bytes
entry_encode(const struct entry *entry, uint32_t key, uint8_t *at)
{
	must(entry->effect_count <= ENTRY_EFFECTS_MAX);
	must(entry->posting_count <= ENTRY_POSTINGS_MAX);
	put_header(at, entry);
	uint8_t *next = at + ENTRY_HEADER_BYTES;
	next = put_bytes(next, entry->scope.data, entry->scope.size);
	next = put_bytes(next, entry->id.data, entry->id.size);
	next = put_bytes(next, entry->event.data, entry->event.size);
	next = put_bytes(next, entry->answer.data, entry->answer.size);
	struct bytes effects = { next, 0 };
	for (size_t i = 0; i < entry->effect_count; i++)
		next = put_effect(next, &entry->effects[i]);
	effects.size = (size_t)(next - effects.data);
	for (size_t i = 0; i < entry->posting_count; i++)
		next = put_posting(next, entry, i);

	size_t size = size_round_up((size_t)(next - at), 8);
	must(size <= ENTRY_BYTES_MAX);
	memset(next, 0, size - (size_t)(next - at));
	store_u32(at + AT_SIZE, (uint32_t)size);
	store_u32(at + AT_CHECKSUM, crc32c(key, at + AT_FINGERPRINT, size - AT_FINGERPRINT));
	return effects;
}

/* Takes `size` bytes from the front, which must be there. */
static struct bytes
take_bytes(struct bytes *rest, size_t size)
{
	struct bytes taken = { rest->data, size };
	rest->data += size;
	rest->size -= size;
	return taken;
}

/* A name of 0 to `size_max` bytes; false if it does not fit. */
static bool
take_name(struct bytes *rest, size_t size_max, struct text *name)
{
	if (rest->size < NAME_LENGTH_BYTES || rest->data[0] > size_max ||
		rest->data[0] > rest->size - NAME_LENGTH_BYTES)
		return false;
	size_t size = take_bytes(rest, NAME_LENGTH_BYTES).data[0];
	*name = text_of_bytes(take_bytes(rest, size));
	return true;
}

static bool
take_effect(struct bytes *rest, struct effect *effect)
{
	if (rest->size < EFFECT_HEADER_BYTES)
		return false;
	const uint8_t *at = rest->data;
	size_t key_size = at[1];
	size_t value_size = load_u16(at + 2);
	if (key_size < 1 || key_size + value_size > rest->size - EFFECT_HEADER_BYTES)
		return false;
	take_bytes(rest, EFFECT_HEADER_BYTES);
	effect->table = at[0];
	effect->previous = (load_u32(at + 4) | (uint64_t)load_u16(at + 8) << 32) * 8;
	effect->key = take_bytes(rest, key_size);
	effect->value = take_bytes(rest, value_size);
	return true;
}

/* `posting` holds the one before, or zeros. */
static bool
take_posting(struct bytes *rest, struct posting *posting)
{
	if (rest->size < 1)
		return false;
	struct text book = { NULL, 0 };
	struct text unit;
	uint64_t amount;
	uint8_t side = take_bytes(rest, 1).data[0];
	if (side == POSTING_BOOK) {
		if (!take_name(rest, POSTING_BOOK_BYTES_MAX, &book) || book.size == 0)
			return false;
	}
	size_t amount_size = varint_get(rest->data, rest->size, &amount);
	if (amount_size == 0)
		return false;
	take_bytes(rest, amount_size);
	if (!take_name(rest, POSTING_UNIT_BYTES_MAX, &unit))
		return false;
	/* There is one way to write an entry: the first unit is named, and a repeated one never. */
	if (unit.size == 0)
		unit = posting->unit;
	else if (text_equal(unit, posting->unit))
		return false;
	if (unit.size == 0)
		return false;
	*posting = (struct posting){ side, book, zigzag_decode(amount), unit };
	return true;
}

/* Splits off the bytes of all effects, each of them well-formed. */
static bool
take_effects(struct bytes *rest, struct entry *entry)
{
	const uint8_t *start = rest->data;
	struct effect effect;
	for (size_t i = 0; i < entry->effect_count; i++) {
		if (!take_effect(rest, &effect))
			return false;
	}
	entry->effect_bytes = (struct bytes){ start, (size_t)(rest->data - start) };
	return true;
}

static bool
take_postings(struct bytes *rest, struct entry *entry)
{
	const uint8_t *start = rest->data;
	struct posting posting = { 0 };
	for (size_t i = 0; i < entry->posting_count; i++) {
		if (!take_posting(rest, &posting))
			return false;
		if (posting.side != POSTING_BOOK && posting.side >= entry->effect_count)
			return false;
	}
	entry->posting_bytes = (struct bytes){ start, (size_t)(rest->data - start) };
	return true;
}

/* What is left behind the postings: less than 8 bytes, all zero. */
static bool
is_padding(struct bytes rest)
{
	uint64_t bits = 0;
	if (rest.size >= sizeof bits)
		return false;
	memcpy(&bits, rest.data, rest.size);
	return bits == 0;
}

/* Reads the fields of the header and what they bound; NULL, or what is wrong. */
static const char *
read_body(struct bytes bytes, struct entry *entry)
{
	const uint8_t *at = bytes.data;
	size_t scope_size = at[AT_SCOPE_SIZE];
	size_t id_size = at[AT_ID_SIZE];
	size_t event_size = load_u32(at + AT_EVENT_SIZE);
	size_t answer_size = load_u32(at + AT_ANSWER_SIZE);
	*entry = (struct entry){
		.kind = (enum entry_kind)at[AT_KIND],
		.attempt = at[AT_ATTEMPT],
		.fingerprint = load_u64(at + AT_FINGERPRINT),
		.at_ms = load_i64(at + AT_INSTANT),
		.made_ms = load_i64(at + AT_MADE),
		.release = load_u64(at + AT_RELEASE),
		.effect_count = load_u16(at + AT_EFFECT_COUNT),
		.posting_count = load_u16(at + AT_POSTING_COUNT),
	};
	if (entry_kind_name(entry->kind) == NULL)
		return "its kind is unknown";
	if (scope_size > ENTRY_SCOPE_BYTES_MAX || id_size > ENTRY_ID_BYTES_MAX)
		return "its scope or id is too long";
	if ((entry->attempt > 0) != (id_size > 0))
		return "only an id has an attempt, and every id has one";
	if (entry->effect_count > ENTRY_EFFECTS_MAX || entry->posting_count > ENTRY_POSTINGS_MAX)
		return "it has too many effects or postings";
	struct bytes rest = { at + ENTRY_HEADER_BYTES, bytes.size - ENTRY_HEADER_BYTES };
	if (scope_size + id_size + event_size + answer_size > rest.size)
		return "its parts are longer than the whole";
	entry->scope = text_of_bytes(take_bytes(&rest, scope_size));
	entry->id = text_of_bytes(take_bytes(&rest, id_size));
	entry->event = take_bytes(&rest, event_size);
	entry->answer = take_bytes(&rest, answer_size);
	if (!take_effects(&rest, entry))
		return "its effects are malformed";
	if (!take_postings(&rest, entry))
		return "its postings are malformed";
	return is_padding(rest) ? NULL : "bytes follow its postings";
}

enum status
entry_decode(
	struct bytes bytes, uint32_t key, struct entry *entry, size_t *size, struct fault *fault)
{
	if (bytes.size < ENTRY_HEADER_BYTES)
		return fault_set(
			fault, STATUS_CORRUPT, "an entry can't have %zu bytes", bytes.size);
	size_t whole = load_u32(bytes.data + AT_SIZE);
	if (whole < ENTRY_HEADER_BYTES || whole > ENTRY_BYTES_MAX || whole % 8 != 0 ||
		whole > bytes.size)
		return fault_set(fault, STATUS_CORRUPT,
			"an entry can't have %zu bytes where %zu are left", whole, bytes.size);
	uint32_t checksum = crc32c(key, bytes.data + AT_FINGERPRINT, whole - AT_FINGERPRINT);
	if (checksum != load_u32(bytes.data + AT_CHECKSUM))
		return fault_set(fault, STATUS_CORRUPT, "the checksum of the entry is wrong");
	struct entry found;
	const char *wrong = read_body((struct bytes){ bytes.data, whole }, &found);
	if (wrong != NULL)
		return fault_set(fault, STATUS_CORRUPT, "the entry is malformed: %s", wrong);
	*entry = found;
	*size = whole;
	return STATUS_OK;
}

bool
effect_next(struct bytes *rest, struct effect *effect)
{
	if (rest->size == 0)
		return false;
	bool taken = take_effect(rest, effect);
	must(taken);
	return true;
}

bool
posting_next(struct bytes *rest, struct posting *posting)
{
	if (rest->size == 0)
		return false;
	bool taken = take_posting(rest, posting);
	must(taken);
	return true;
}

/* Does everything that is counted in this unit sum to zero? */
static bool
unit_is_balanced(struct bytes postings, struct text unit)
{
	struct posting posting = { 0 };
	int64_t sum = 0;
	while (posting_next(&postings, &posting)) {
		if (!text_equal(posting.unit, unit))
			continue;
		if (__builtin_add_overflow(sum, posting.amount, &sum))
			return false;
	}
	return sum == 0;
}

bool
entry_is_balanced(const struct entry *entry)
{
	must(entry->effects == NULL && entry->postings == NULL);
	struct bytes rest = entry->posting_bytes;
	struct posting posting = { 0 };
	struct text unit = { NULL, 0 };
	/* A unit that returns later is summed again; entries have few units. */
	while (posting_next(&rest, &posting)) {
		if (text_equal(posting.unit, unit))
			continue;
		unit = posting.unit;
		if (!unit_is_balanced(entry->posting_bytes, unit))
			return false;
	}
	return true;
}
