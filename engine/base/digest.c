#include "digest.h"

#include <errno.h>
#include <isa-l/crc.h>
#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sys/random.h>

/* Compiled in here: for keys of a few bytes, the call into the shared library is as long as the
 * hash. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "must.h"

uint64_t
hash64(const void *data, size_t size, uint64_t seed)
{
	return XXH3_64bits_withSeed(data, size, seed);
}

struct hash128
hash128(const void *data, size_t size, uint64_t seed)
{
	XXH128_hash_t hash = XXH3_128bits_withSeed(data, size, seed);
	return (struct hash128){ .low = hash.low64, .high = hash.high64 };
}

/*
 * isa-l's function is the bare polynomial: the inversion before and after, which the standard asks
 * for, is ours. Undoing it first is what lets a sum be continued. It counts bytes in an int.
 */
uint32_t
crc32c(uint32_t crc, const void *data, size_t size)
{
	uint32_t sum = ~crc;
	const uint8_t *at = data;
	while (size > 0) {
		int chunk = size > INT_MAX ? INT_MAX : (int)size;
		sum = crc32_iscsi((unsigned char *)(uintptr_t)at, chunk, sum);
		at += chunk;
		size -= (size_t)chunk;
	}
	return ~sum;
}

void
sha256(struct bytes data, uint8_t digest[SHA256_BYTES])
{
	unsigned int size = 0;
	int done = EVP_Digest(data.size == 0 ? "" : (const char *)data.data, data.size, digest,
		&size, EVP_sha256(), NULL);
	must(done == 1 && size == SHA256_BYTES);
}

bool
hmac_sha256(struct bytes key, const struct bytes *parts, size_t count, uint8_t mac[SHA256_BYTES])
{
	size_t size = 0;
	char digest[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *method = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *context = method == NULL ? NULL : EVP_MAC_CTX_new(method);
	bool whole = context != NULL && EVP_MAC_init(context, key.data, key.size, params) == 1;
	for (size_t i = 0; i < count && whole; i++)
		whole = EVP_MAC_update(context, parts[i].data, parts[i].size) == 1;
	whole = whole && EVP_MAC_final(context, mac, &size, SHA256_BYTES) == 1;
	must(!whole || size == SHA256_BYTES);
	EVP_MAC_CTX_free(context);
	EVP_MAC_free(method);
	return whole;
}

void
hex_encode(const uint8_t *data, size_t size, char *text)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < size; i++) {
		text[2 * i] = digits[data[i] >> 4];
		text[2 * i + 1] = digits[data[i] & 0xf];
	}
}

bool
random_bytes(void *at, size_t size)
{
	uint8_t *next = at;
	while (size > 0) {
		ssize_t got = getrandom(next, size, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		next += got;
		size -= (size_t)got;
	}
	return true;
}
