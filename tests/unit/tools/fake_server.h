/* A server that does what a test says, on a Unix socket and a thread of its own. */
#ifndef SUANPAN_TEST_FAKE_SERVER_H
#define SUANPAN_TEST_FAKE_SERVER_H

#include "../scratch_folder.h"
#include "claims.h"

#include <msgpack.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct fake_server {
	char directory[SCRATCH_PATH_BYTES];
	char path[100]; /* of the socket; there is no room for longer ones in its address */
	int listener;
	pthread_t thread;
	/* Serves one connection, the `number`th (from 0), and returns; then it is closed. */
	void (*serve)(struct fake_server *server, int fd, unsigned number);
	unsigned limit; /* for `serve` */
	msgpack_unpacker unpacker;
	unsigned connections;
};

/* The id of the next request; false when the client has gone. */
static inline bool
fake_read(struct fake_server *server, int fd, uint32_t *msgid)
{
	msgpack_unpacked unpacked;
	msgpack_unpacked_init(&unpacked);
	while (msgpack_unpacker_next(&server->unpacker, &unpacked) != MSGPACK_UNPACK_SUCCESS) {
		msgpack_unpacker_reserve_buffer(&server->unpacker, 65536);
		ssize_t size = recv(fd, msgpack_unpacker_buffer(&server->unpacker), 65536, 0);
		if (size <= 0) {
			msgpack_unpacked_destroy(&unpacked);
			return false;
		}
		msgpack_unpacker_buffer_consumed(&server->unpacker, (size_t)size);
	}
	*msgid = (uint32_t)unpacked.data.via.array.ptr[1].via.u64;
	msgpack_unpacked_destroy(&unpacked);
	return true;
}

static inline void
fake_send(int fd, const msgpack_sbuffer *bytes)
{
	ssize_t sent = send(fd, bytes->data, bytes->size, MSG_NOSIGNAL);
	(void)sent; /* the client may have gone */
}

/* [1, msgid, error, result]: with an error of NULL the result is the msgid. */
static inline void
fake_answer(int fd, uint32_t msgid, const char *error)
{
	msgpack_sbuffer bytes;
	msgpack_packer packer;
	msgpack_sbuffer_init(&bytes);
	msgpack_packer_init(&packer, &bytes, msgpack_sbuffer_write);
	msgpack_pack_array(&packer, 4);
	msgpack_pack_uint32(&packer, 1);
	msgpack_pack_uint32(&packer, msgid);
	if (error == NULL) {
		msgpack_pack_nil(&packer);
		msgpack_pack_uint32(&packer, msgid);
	} else {
		msgpack_pack_str_with_body(&packer, error, strlen(error));
		msgpack_pack_nil(&packer);
	}
	fake_send(fd, &bytes);
	msgpack_sbuffer_destroy(&bytes);
}

static inline void *
fake_run(void *context)
{
	struct fake_server *server = context;
	for (int fd; (fd = accept(server->listener, NULL, NULL)) >= 0; close(fd)) {
		msgpack_unpacker_init(&server->unpacker, 65536);
		server->serve(server, fd, server->connections++);
		msgpack_unpacker_destroy(&server->unpacker);
	}
	return NULL;
}

static inline void
fake_start(struct fake_server *server,
	void (*serve)(struct fake_server *server, int fd, unsigned number), unsigned limit)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	*server = (struct fake_server){ .serve = serve, .limit = limit };
	scratch_make(server->directory);
	int length = snprintf(server->path, sizeof server->path, "%s/socket", server->directory);
	assert_in_range(length, 1, sizeof server->path - 1);
	memcpy(address.sun_path, server->path, strlen(server->path) + 1);
	server->listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(server->listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(server->listener, 10), 0);
	assert_int_equal(pthread_create(&server->thread, NULL, fake_run, server), 0);
}

static inline void
fake_stop(struct fake_server *server)
{
	shutdown(server->listener, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->listener);
	scratch_remove(server->directory);
}

#endif
