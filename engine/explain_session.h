/*
 * Why a session's request charged what it did, in words: of each part what all its units so far
 * cost, what was charged for them before, and the difference, which is what this request took.
 */
#ifndef SUANPAN_EXPLAIN_SESSION_H
#define SUANPAN_EXPLAIN_SESSION_H

#include "unpriced_session.h"

#include "../rules/release.h"

struct explained_request {
	struct text session, service_id;
	const struct unpriced_request *request;
};

/* "  gift 0.20 CNY", or of another account "  boss/main 0.40 CNY". Both are false without room. */
bool explain_payer(const struct unpriced_payer *payer, struct text currency, struct buffer *out);

bool explain_session(const struct release *release, bool zh,
	const struct explained_request *explained, struct buffer *out);

#endif
