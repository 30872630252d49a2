/*
 * Where the server is, and a connection to it.
 *
 * A target is "HOST:PORT" ("127.0.0.1:7117", "[::1]:7117"), the path of a Unix socket, or a data
 * folder, which stands for the socket in it. Without a target it is the data folder $SUANPAN_DATA
 * if that is set; else ./suanpan-data if its socket is there, and 127.0.0.1:7117 if not.
 */
#ifndef SUANPAN_DIAL_H
#define SUANPAN_DIAL_H

#include "../engine/base/status.h"

#include <stdbool.h>
#include <stddef.h>

#define DIAL_TARGET_MAX 1024

/* What `to` (may be NULL) stands for: the path of a socket, or HOST:PORT as it was given. */
void dial_target(const char *to, char target[DIAL_TARGET_MAX]);

/* Takes "[HOST]:PORT" or "HOST:PORT" apart; false if it is neither. */
bool dial_split(const char *target, char host[256], char port[16]);

/*
 * Connects to what dial_target gave; *fd does not block and is the caller's to close. STATUS_IO,
 * STATUS_NOT_FOUND: nobody is there; STATUS_INVALID: not a target.
 */
enum status dial(const char *target, int *fd, struct fault *fault);

#endif
