/*
 * The conditions of a release that are asked when something is sold (subject.h), in a sandbox of
 * their own, under the same bounds as the functions that price (host.h): whoever charges does not
 * hold them, and whoever judges orders does it beside the charging.
 *
 * A seller belongs to one release, which it retains, and to one thread.
 */
#ifndef SUANPAN_SELLER_H
#define SUANPAN_SELLER_H

#include "host.h"
#include "subject.h"

struct seller;

/* `limits` NULL: the default. */
enum status seller_new(struct release *release, const struct host_limits *limits,
	struct seller **seller, struct fault *fault);
void seller_free(struct seller *seller);

/* What sell_judge needs; valid as long as the seller. */
const struct subject_functions *seller_functions(struct seller *seller);

#endif
