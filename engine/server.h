/*
 * The server: a shard, its sockets, and their end. It listens on a TCP address and a Unix socket,
 * stops cleanly on SIGINT and SIGTERM (answers what was asked, closes, leaves a whole checkpoint),
 * and at once if the store fails.
 */
#ifndef SUANPAN_SERVER_H
#define SUANPAN_SERVER_H

#include "settings.h"

struct server;

struct server_events {
	void *context;
	/* It accepts connections: where. Either text may be empty. */
	void (*ready)(void *context, const char *address, const char *socket);
	/*
	 * Recovery at the start: how much of the journal has been read; total 0 when it is done.
	 * May be NULL.
	 */
	void (*recovering)(void *context, uint64_t done, uint64_t total);
};

/*
 * Opens the data folder and listens. STATUS_INVALID: a setting that can't be (an address that is
 * not loopback). All others as store_open says.
 */
enum status server_open(struct server **server, const struct settings *settings,
	const struct server_events *events, struct fault *fault);

/*
 * Serves until a signal or a failure. STATUS_OK after a clean end, and the server is freed; after a
 * failure the process must end.
 */
enum status server_run(struct server *server, struct fault *fault);

#endif
