#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../engine/base/digest.h"

/* 1,024 bytes that are not all alike, as the known answers below were computed over them. */
static uint8_t sample[1024];

static int
fill_sample(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof sample; i++)
		sample[i] = (uint8_t)(i * 37 + (i >> 3));
	return 0;
}

/* The definition, a bit at a time. */
static uint32_t
crc32c_by_bits(const uint8_t *data, size_t size)
{
	uint32_t sum = UINT32_MAX;
	for (size_t i = 0; i < size; i++) {
		sum ^= data[i];
		for (int bit = 0; bit < 8; bit++)
			sum = sum >> 1 ^ (sum & 1 ? UINT32_C(0x82f63b78) : 0);
	}
	return ~sum;
}

static void
crc32c_is_the_standard_one(void **state)
{
	(void)state;
	assert_int_equal(crc32c(0, "123456789", 9), 0xe3069283);
	assert_int_equal(crc32c(0, NULL, 0), 0);
	uint8_t block[32] = { 0 };
	assert_int_equal(crc32c(0, block, 32), 0x8a9136aa); /* RFC 3720, B.4 */
	memset(block, 0xff, sizeof block);
	assert_int_equal(crc32c(0, block, 32), 0x62a8ab43);
	for (size_t size = 0; size <= sizeof sample; size++)
		assert_int_equal(crc32c(0, sample, size), crc32c_by_bits(sample, size));
}

static void
crc32c_of_parts_composes(void **state)
{
	(void)state;
	uint32_t whole = crc32c(0, sample, sizeof sample);
	for (size_t cut = 0; cut <= sizeof sample; cut++) {
		uint32_t first = crc32c(0, sample, cut);
		assert_int_equal(crc32c(first, sample + cut, sizeof sample - cut), whole);
	}
	assert_int_equal(crc32c(whole, NULL, 0), whole);
}

/* Known answers of XXH3 as another binding of it gave them: our data must stay readable. */
static void
hashes_are_xxh3(void **state)
{
	(void)state;
	assert_int_equal(hash64(sample, 0, 0), UINT64_C(0x2d06800538d394c2));
	assert_int_equal(hash64(sample, 11, 0), UINT64_C(0x2dd9591dc6c99124));
	assert_int_equal(hash64(sample, 11, 42), UINT64_C(0x66e43571bc864296));
	assert_int_equal(hash64(sample, 1024, 42), UINT64_C(0x68ac5128b7cd93b7));
	struct hash128 hash = hash128(sample, 1024, 42);
	assert_int_equal(hash.low, UINT64_C(0x68ac5128b7cd93b7));
	assert_int_equal(hash.high, UINT64_C(0x726bc05884610d4f));
}

static void
sha256_is_the_standard_one(void **state)
{
	(void)state;
	static const struct {
		const char *data;
		const char *hex;
	} cases[] = {
		/* FIPS 180-2, appendix B, and of nothing */
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
			"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint8_t digest[SHA256_BYTES];
		char hex[SHA256_HEX];
		sha256(bytes_of_text(text_of(cases[i].data)), digest);
		hex_encode(digest, sizeof digest, hex);
		assert_memory_equal(hex, cases[i].hex, SHA256_HEX);
	}
	uint8_t digest[SHA256_BYTES];
	sha256((struct bytes){ NULL, 0 }, digest);
	assert_int_equal(digest[0], 0xe3);
}

static void
hex_is_lower_case_and_ends_where_it_ends(void **state)
{
	(void)state;
	static const uint8_t bytes[] = { 0x00, 0x0f, 0xa5, 0xff };
	char text[9] = { [8] = '!' };
	hex_encode(bytes, sizeof bytes, text);
	assert_memory_equal(text, "000fa5ff!", 9);
}

static void
random_bytes_differ_and_fill_any_size(void **state)
{
	(void)state;
	static uint8_t first[70000];
	static uint8_t second[70000];
	assert_true(random_bytes(first, sizeof first));
	assert_true(random_bytes(second, sizeof second));
	assert_memory_not_equal(first, second, 32);
	assert_memory_not_equal(first + sizeof first - 32, second + sizeof second - 32, 32);
	assert_true(random_bytes(NULL, 0));
}

/* RFC 4231, test cases 1, 2 and 6; in parts, too. */
static void
hmac_is_the_standard_one(void **state)
{
	(void)state;
	uint8_t ones[20], long_key[131];
	memset(ones, 0x0b, sizeof ones);
	memset(long_key, 0xaa, sizeof long_key);
	const struct {
		struct bytes key;
		const char *data, *mac;
	} cases[] = {
		{ { ones, 20 }, "Hi There",
			"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
		{ { (const uint8_t *)"Jefe", 4 }, "what do ya want for nothing?",
			"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
		{ { long_key, 131 }, "Test Using Larger Than Block-Size Key - Hash Key First",
			"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct bytes data = bytes_of_text(text_of(cases[i].data));
		for (size_t cut = 0; cut <= data.size; cut++) {
			struct bytes parts[] = { { data.data, cut },
				{ data.data + cut, data.size - cut } };
			uint8_t mac[SHA256_BYTES];
			char hex[SHA256_HEX];
			assert_true(hmac_sha256(cases[i].key, parts, 2, mac));
			hex_encode(mac, sizeof mac, hex);
			assert_memory_equal(hex, cases[i].mac, sizeof hex);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crc32c_is_the_standard_one),
		cmocka_unit_test(crc32c_of_parts_composes),
		cmocka_unit_test(hashes_are_xxh3),
		cmocka_unit_test(sha256_is_the_standard_one),
		cmocka_unit_test(hmac_is_the_standard_one),
		cmocka_unit_test(hex_is_lower_case_and_ends_where_it_ends),
		cmocka_unit_test(random_bytes_differ_and_fill_any_size),
	};
	return cmocka_run_group_tests(tests, fill_sample, NULL);
}
