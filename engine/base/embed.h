/*
 * Files that the build put into the program (tools/embed.sh): a table that ends with a name of
 * NULL. The content is followed by a zero byte that is not counted.
 */
#ifndef SUANPAN_EMBED_H
#define SUANPAN_EMBED_H

#include <stddef.h>

struct embedded_file {
	const char *name; /* the path below the folder that was put in */
	const char *data;
	size_t size;
};

#endif
