/* Where a message ends, as msgpack-c's own unpacker sees it, which knows nothing of our scanner. */
#ifndef SUANPAN_TEST_ORACLE_H
#define SUANPAN_TEST_ORACLE_H

#include "../../../engine/base/bytes.h"

#include <msgpack.h>

/* The size of the first value that lies there; 0 if there is none. */
static inline size_t
oracle_size(struct bytes bytes)
{
	msgpack_unpacked unpacked;
	size_t offset = 0;
	msgpack_unpacked_init(&unpacked);
	msgpack_unpack_return outcome = msgpack_unpack_next(
		&unpacked, (const char *)bytes.data, bytes.size, &offset);
	msgpack_unpacked_destroy(&unpacked);
	return outcome == MSGPACK_UNPACK_SUCCESS ? offset : 0;
}

#endif
