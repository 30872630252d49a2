/*
 * Checksums and hashes, from libraries that do them well: XXH3 for tables and chains, CRC32C
 * (isa-l) for what lies on disks, SHA-256 (OpenSSL) for what is named by its content.
 */
#ifndef SUANPAN_DIGEST_H
#define SUANPAN_DIGEST_H

#include "bytes.h"

struct hash128 {
	uint64_t low;
	uint64_t high;
};

uint64_t hash64(const void *data, size_t size, uint64_t seed);
struct hash128 hash128(const void *data, size_t size, uint64_t seed);

/* CRC32C (Castagnoli), continued from `crc` (0 to begin). */
uint32_t crc32c(uint32_t crc, const void *data, size_t size);

#define SHA256_BYTES 32
#define SHA256_HEX 64
void sha256(struct bytes data, uint8_t digest[SHA256_BYTES]);
/* Of parts that stand one behind the other; RFC 2104. False without memory. */
bool
hmac_sha256(struct bytes key, const struct bytes *parts, size_t count, uint8_t mac[SHA256_BYTES]);
/* Lower-case hexadecimal digits, without a zero at the end. */
void hex_encode(const uint8_t *data, size_t size, char *text);

/* Bytes that nobody can guess, from the system. False if the system has none. */
bool random_bytes(void *at, size_t size);

#endif
