#include "../../../engine/base/digest.h"
#include "../../../store/entry.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define KEY 0x5eed1234u

/* Says what it decoded to, or fails the test. */
static struct entry
decode(const uint8_t *bytes, size_t size)
{
	struct entry entry;
	struct fault fault;
	size_t whole;
	if (entry_decode((struct bytes){ bytes, size }, KEY, &entry, &whole, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	assert_int_equal(whole, size);
	return entry;
}

/* Refused, for the given reason, and nothing was written to the outputs. */
static void
assert_refused(const uint8_t *bytes, size_t size, const char *because)
{
	struct entry entry, before;
	memset(&before, 0x5a, sizeof before);
	memcpy(&entry, &before, sizeof entry);
	struct fault fault = { 0 };
	size_t whole = 77;
	enum status status = entry_decode(
		(struct bytes){ bytes, size }, KEY, &entry, &whole, &fault);
	assert_int_equal(status, STATUS_CORRUPT);
	assert_int_equal(whole, 77);
	assert_memory_equal(&entry, &before, sizeof entry);
	if (strstr(fault.text, because) == NULL)
		fail_msg("expected “%s”, got “%s”", because, fault.text);
}

/* Makes the checksum right again after a test has changed the bytes. */
static void
reseal(uint8_t *bytes)
{
	store_u32(bytes + 4, crc32c(KEY, bytes + 8, load_u32(bytes) - 8));
}

static void
assert_text_equal(struct text a, struct text b)
{
	assert_int_equal(a.size, b.size);
	if (a.size > 0)
		assert_memory_equal(a.data, b.data, a.size);
}

static void
assert_same_entry(const struct entry *decoded, const struct sample *sample)
{
	const struct entry *entry = &sample->entry;
	assert_int_equal(decoded->kind, entry->kind);
	assert_int_equal(decoded->attempt, entry->attempt);
	assert_int_equal(decoded->fingerprint, entry->fingerprint);
	assert_int_equal(decoded->at_ms, entry->at_ms);
	assert_int_equal(decoded->made_ms, entry->made_ms);
	assert_int_equal(decoded->release, entry->release);
	assert_text_equal(decoded->scope, entry->scope);
	assert_text_equal(decoded->id, entry->id);
	assert_text_equal(text_of_bytes(decoded->event), text_of_bytes(entry->event));
	assert_text_equal(text_of_bytes(decoded->answer), text_of_bytes(entry->answer));

	struct bytes rest = decoded->effect_bytes;
	struct effect effect;
	size_t count = 0;
	for (; effect_next(&rest, &effect); count++) {
		const struct effect *expected = &sample->effects[count];
		assert_true(count < entry->effect_count);
		assert_int_equal(effect.table, expected->table);
		assert_int_equal(effect.previous, expected->previous);
		assert_text_equal(text_of_bytes(effect.key), text_of_bytes(expected->key));
		assert_text_equal(text_of_bytes(effect.value), text_of_bytes(expected->value));
	}
	assert_int_equal(count, entry->effect_count);

	struct posting posting = { 0 };
	rest = decoded->posting_bytes;
	for (count = 0; posting_next(&rest, &posting); count++) {
		const struct posting *expected = &sample->postings[count];
		assert_true(count < entry->posting_count);
		assert_int_equal(posting.side, expected->side);
		assert_int_equal(posting.amount, expected->amount);
		assert_text_equal(posting.book, expected->book);
		assert_text_equal(posting.unit, expected->unit);
	}
	assert_int_equal(count, entry->posting_count);
}

static void
every_entry_decodes_to_what_was_encoded(void **state)
{
	(void)state;
	uint64_t seed = random_seed(__func__);
	struct sample sample;
	for (uint64_t i = 0; i < 5000; i++) {
		size_t size;
		uint8_t *bytes = sample_encode(seed + i, KEY, &size);
		sample_make(&sample, seed + i);
		struct entry entry = decode(bytes, size);
		assert_same_entry(&entry, &sample);
		assert_true(entry_is_balanced(&entry));
		assert_int_equal(size % 8, 0);
		free(bytes);
	}
}

static void
entry_is_encoded_as_the_header_draws_it(void **state)
{
	(void)state;
	struct effect effect = {
		.table = 5,
		.key = bytes_of_text(TEXT("k1")),
		.value = bytes_of_text(TEXT("val")),
		.previous = UINT64_C(0x123456789ab) * 8,
	};
	struct posting postings[] = {
		{ 0, { NULL, 0 }, -3, TEXT("CNY") },
		{ POSTING_BOOK, TEXT("revenue"), 3, TEXT("CNY") },
	};
	struct entry entry = {
		.kind = ENTRY_CHARGE,
		.attempt = 1,
		.fingerprint = UINT64_C(0x1122334455667788),
		.at_ms = -2,
		.made_ms = 0x0102030405060708,
		.release = UINT64_C(0x99aabbccddeeff00),
		.scope = TEXT("077"),
		.id = TEXT("call-1"),
		.event = bytes_of_text(TEXT("EVENT")),
		.answer = bytes_of_text(TEXT("ANSWER!")),
		.effects = &effect,
		.effect_count = 1,
		.postings = postings,
		.posting_count = 2,
	};
	static const uint8_t expected[] = {
		112, 0, 0, 0, 0, 0, 0, 0, /* size; the checksum is compared apart */
		0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, /* fingerprint */
		0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* at_ms */
		0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01, /* made_ms */
		0x00, 0xff, 0xee, 0xdd, 0xcc, 0xbb, 0xaa, 0x99, /* release */
		1, 1, 3, 6, 1, 0, 2, 0,                         /* kind, attempt, sizes, counts */
		5, 0, 0, 0, 7, 0, 0, 0,                         /* event and answer */
		'0', '7', '7', 'c', 'a', 'l', 'l', '-', '1', 'E', 'V', 'E', 'N', 'T', 'A', 'N', 'S',
		'W', 'E', 'R', '!', 5, 2, 3, 0, 0xab, 0x89, 0x67, 0x45, 0x23, 0x01, 'k', '1', 'v',
		'a', 'l',                                        /* the effect */
		0, 5, 3, 'C', 'N', 'Y',                          /* the first posting */
		255, 7, 'r', 'e', 'v', 'e', 'n', 'u', 'e', 6, 0, /* the second, same unit */
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0               /* more than the padding */
	};
	uint8_t bytes[sizeof expected + 64];
	memset(bytes, 0xcc, sizeof bytes);
	size_t size = entry_size(&entry);
	assert_int_equal(size, 112);
	entry_encode(&entry, KEY, bytes);
	assert_int_equal(load_u32(bytes), size);
	assert_int_equal(load_u32(bytes + 4), crc32c(KEY, bytes + 8, size - 8));
	assert_memory_equal(bytes + 8, expected + 8, size - 8);
	assert_int_equal(bytes[size], 0xcc);
}

static void
entry_has_one_encoding(void **state)
{
	(void)state;
	struct effect effects[SAMPLE_EFFECTS_MAX];
	struct posting postings[SAMPLE_POSTINGS_MAX];
	uint64_t seed = random_seed(__func__);
	for (uint64_t i = 0; i < 1000; i++) {
		size_t size;
		uint8_t *bytes = sample_encode(seed + i, KEY, &size);
		struct entry entry = decode(bytes, size);
		struct bytes rest = entry.effect_bytes;
		for (size_t n = 0; n < entry.effect_count; n++)
			assert_true(effect_next(&rest, &effects[n]));
		rest = entry.posting_bytes;
		struct posting posting = { 0 };
		for (size_t n = 0; n < entry.posting_count; n++) {
			assert_true(posting_next(&rest, &posting));
			postings[n] = posting;
		}
		entry.effects = effects;
		entry.postings = postings;
		assert_int_equal(entry_size(&entry), size);
		uint8_t *again = malloc(size);
		entry_encode(&entry, KEY, again);
		assert_memory_equal(again, bytes, size);
		free(again);
		free(bytes);
	}
}

static void
any_flipped_bit_is_refused(void **state)
{
	(void)state;
	size_t size;
	uint8_t *bytes = sample_encode(4711, KEY, &size);
	for (size_t bit = 0; bit < size * 8; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_refused(bytes, size, "");
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	decode(bytes, size);
	free(bytes);
}

static void
any_cut_is_refused(void **state)
{
	(void)state;
	size_t size;
	uint8_t *bytes = sample_encode(4711, KEY, &size);
	for (size_t cut = 0; cut < size; cut++) {
		uint8_t *exact = malloc(cut + 1); /* the sanitizer sees a read past it */
		memcpy(exact, bytes, cut);
		assert_refused(exact, cut, "an entry can't have");
		free(exact);
	}
	free(bytes);
}

static void
entry_of_another_folder_is_refused(void **state)
{
	(void)state;
	size_t size;
	uint8_t *bytes = sample_encode(4711, KEY + 1, &size);
	assert_refused(bytes, size, "checksum");
	free(bytes);
}

/* Changes one byte of a good entry, keeps the checksum right, and expects the refusal. */
static void
assert_change_refused(const struct entry *entry, size_t at, uint8_t value, const char *because)
{
	uint8_t bytes[256] = { 0 };
	size_t size = entry_size(entry);
	assert_true(size <= sizeof bytes);
	entry_encode(entry, KEY, bytes);
	assert_int_not_equal(bytes[at], value);
	bytes[at] = value;
	reseal(bytes);
	assert_refused(bytes, size, because);
}

static void
well_sealed_nonsense_is_refused(void **state)
{
	(void)state;
	struct effect effect = { .table = 1,
		.key = bytes_of_text(TEXT("key")),
		.value = bytes_of_text(TEXT("val")),
		.previous = 8 };
	struct posting postings[] = {
		{ 0, { NULL, 0 }, 5, TEXT("CNY") },
		{ POSTING_BOOK, TEXT("b"), -5, TEXT("USD") },
	};
	struct entry entry = {
		.kind = ENTRY_PUT,
		.scope = TEXT("s"),
		.effects = &effect,
		.effect_count = 1,
		.postings = postings,
		.posting_count = 2,
	};
	/* 56 scope, 57 effect (16 bytes), 73 posting (6), 79 posting (8), 87 padding */
	size_t effect_at = ENTRY_HEADER_BYTES + 1;
	size_t posting_at = effect_at + 16;
	size_t second_at = posting_at + 6;
	assert_int_equal(entry_size(&entry), 88);
	assert_change_refused(&entry, 40, 0, "kind");
	assert_change_refused(&entry, 40, 255, "kind");
	assert_change_refused(&entry, 41, 1, "attempt");
	assert_change_refused(&entry, 42, ENTRY_SCOPE_BYTES_MAX + 1, "scope or id");
	assert_change_refused(&entry, 43, ENTRY_ID_BYTES_MAX + 1, "scope or id");
	assert_change_refused(&entry, 45, 1, "too many");
	assert_change_refused(&entry, 47, 5, "too many");
	assert_change_refused(&entry, 51, 1, "longer than the whole");
	assert_change_refused(&entry, 52, 200, "longer than the whole");
	assert_change_refused(&entry, 44, 200, "effects");
	assert_change_refused(&entry, effect_at + 1, 0, "effects");
	assert_change_refused(&entry, effect_at + 1, 200, "effects");
	assert_change_refused(&entry, effect_at + 3, 1, "effects");
	assert_change_refused(&entry, posting_at, 1, "postings");
	assert_change_refused(&entry, posting_at, POSTING_BOOK, "postings");
	assert_change_refused(&entry, posting_at + 1, 0x80, "postings");
	assert_change_refused(&entry, posting_at + 2, 0, "postings");
	assert_change_refused(&entry, posting_at + 2, 17, "postings");
	assert_change_refused(&entry, second_at + 1, 0, "postings");
	assert_change_refused(&entry, second_at + 1, 65, "postings");
	assert_change_refused(&entry, 46, 1, "bytes follow");
	assert_change_refused(&entry, 87, 1, "bytes follow");
}

static void
unit_that_is_repeated_in_full_is_refused(void **state)
{
	(void)state;
	struct posting postings[] = {
		{ POSTING_BOOK, TEXT("b"), 5, TEXT("CNY") },
		{ POSTING_BOOK, TEXT("b"), -5, TEXT("CNX") },
	};
	struct entry entry = { .kind = ENTRY_PUT, .postings = postings, .posting_count = 2 };
	uint8_t bytes[128];
	size_t size = entry_size(&entry);
	entry_encode(&entry, KEY, bytes);
	decode(bytes, size);
	assert_int_equal(bytes[ENTRY_HEADER_BYTES + 8 + 7], 'X');
	bytes[ENTRY_HEADER_BYTES + 8 + 7] = 'Y';
	reseal(bytes);
	assert_refused(bytes, size, "postings");
}

static void
size_that_lies_is_refused(void **state)
{
	(void)state;
	size_t size;
	uint8_t *bytes = sample_encode(4711, KEY, &size);
	static const uint32_t lies[] = { 0, 8, 48, 52, 60, ENTRY_BYTES_MAX + 8, UINT32_MAX };
	for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
		store_u32(bytes, lies[i]);
		assert_refused(bytes, size, "an entry can't have");
	}
	free(bytes);
}

static void
entry_at_its_bounds_is_kept(void **state)
{
	(void)state;
	static uint8_t value[200];
	static uint8_t bytes[ENTRY_BYTES_MAX];
	static struct effect effects[ENTRY_EFFECTS_MAX];
	static struct posting postings[ENTRY_POSTINGS_MAX];
	for (size_t i = 0; i < ENTRY_EFFECTS_MAX; i++)
		effects[i] = (struct effect){ .table = 1,
			.key = { value, 100 },
			.value = { value, 200 },
			.previous = (1ull << 51) - 8 };
	for (size_t i = 0; i < ENTRY_POSTINGS_MAX; i++) {
		uint8_t side = i % 2 == 0 ? ENTRY_EFFECTS_MAX - 1 : POSTING_BOOK;
		struct text book = i % 2 == 0 ? (struct text){ NULL, 0 } : TEXT("book");
		int64_t amount = i % 2 == 0 ? INT64_MAX : -INT64_MAX;
		postings[i] = (struct posting){ side, book, amount, TEXT("CNY") };
	}
	struct entry entry = {
		.kind = ENTRY_CHARGE,
		.effects = effects,
		.effect_count = ENTRY_EFFECTS_MAX,
		.postings = postings,
		.posting_count = ENTRY_POSTINGS_MAX,
	};
	entry.event = (struct bytes){ bytes, ENTRY_BYTES_MAX - entry_size(&entry) };
	static uint8_t event[ENTRY_BYTES_MAX];
	entry.event.data = event;
	assert_in_range(entry_size(&entry), ENTRY_BYTES_MAX - 8, ENTRY_BYTES_MAX);
	entry_encode(&entry, KEY, bytes);
	struct entry decoded = decode(bytes, entry_size(&entry));
	assert_int_equal(decoded.effect_count, ENTRY_EFFECTS_MAX);
	struct bytes rest = decoded.effect_bytes;
	struct effect effect;
	assert_true(effect_next(&rest, &effect));
	assert_int_equal(effect.previous, (1ull << 51) - 8);
	assert_true(entry_is_balanced(&decoded));
}

static bool
are_balanced(const struct posting *postings, size_t count)
{
	struct entry entry = { .kind = ENTRY_PUT, .postings = postings, .posting_count = count };
	uint8_t bytes[1024];
	entry_encode(&entry, KEY, bytes);
	struct entry decoded = decode(bytes, entry_size(&entry));
	return entry_is_balanced(&decoded);
}

static void
balance_is_by_unit(void **state)
{
	(void)state;
	struct text book = TEXT("b");
	struct posting postings[] = {
		{ POSTING_BOOK, book, 5, TEXT("CNY") },
		{ POSTING_BOOK, book, 7, TEXT("second") },
		{ POSTING_BOOK, book, -5, TEXT("CNY") },
		{ POSTING_BOOK, book, -7, TEXT("second") },
	};
	assert_true(are_balanced(postings, 0));
	assert_true(are_balanced(postings, 4));
	assert_false(are_balanced(postings, 1));
	assert_false(are_balanced(postings, 3));
	postings[3].unit = TEXT("minute"); /* sums to zero over all, but not by unit */
	assert_false(are_balanced(postings, 4));
}

static void
balance_that_overflows_is_none(void **state)
{
	(void)state;
	struct text book = TEXT("b");
	struct posting postings[] = {
		{ POSTING_BOOK, book, INT64_MIN, TEXT("CNY") },
		{ POSTING_BOOK, book, INT64_MIN, TEXT("CNY") },
	};
	assert_false(are_balanced(postings, 2)); /* would be 0 if it wrapped */
}

static void
kinds_have_names(void **state)
{
	(void)state;
	assert_string_equal(entry_kind_name(ENTRY_CHARGE), "charge");
	assert_string_equal(entry_kind_name(ENTRY_RELEASE), "release");
	assert_null(entry_kind_name((enum entry_kind)0));
	assert_string_equal(entry_kind_name(ENTRY_REFUND), "refund");
	assert_string_equal(entry_kind_name(ENTRY_SESSION), "session");
	assert_null(entry_kind_name((enum entry_kind)255));
	assert_string_equal(entry_kind_name(ENTRY_NOTICE), "notice");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_entry_decodes_to_what_was_encoded),
		cmocka_unit_test(entry_is_encoded_as_the_header_draws_it),
		cmocka_unit_test(entry_has_one_encoding),
		cmocka_unit_test(any_flipped_bit_is_refused),
		cmocka_unit_test(any_cut_is_refused),
		cmocka_unit_test(entry_of_another_folder_is_refused),
		cmocka_unit_test(well_sealed_nonsense_is_refused),
		cmocka_unit_test(unit_that_is_repeated_in_full_is_refused),
		cmocka_unit_test(size_that_lies_is_refused),
		cmocka_unit_test(entry_at_its_bounds_is_kept),
		cmocka_unit_test(balance_is_by_unit),
		cmocka_unit_test(balance_that_overflows_is_none),
		cmocka_unit_test(kinds_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
