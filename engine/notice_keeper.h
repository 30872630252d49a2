/*
 * What becomes of notices when they are raised (notice.h): in their order, those that are durable
 * go to the webhook, if there is one, and how far it has come is written down; those that were
 * acknowledged, and delivered if there is a webhook, are removed, and so are those that are too old
 * whether or not anybody has read them.
 *
 * It works in steps at the ends of turns, one at a time, a page at most: no charge waits for it.
 * What it remembers are two records: "notices:acked" and "notices:delivered", the key of the last
 * notice that was.
 *
 * Thread: the shard's.
 */
#ifndef SUANPAN_NOTICE_KEEPER_H
#define SUANPAN_NOTICE_KEEPER_H

#include "webhook.h"

#include "../store/store.h"

struct shard;
struct notice_keeper;

enum status
notice_keeper_open(struct notice_keeper **keeper, struct shard *shard, struct fault *fault);
/* Before the store is closed: nothing more begins, and the webhook ends. NULL is fine. */
void notice_keeper_stop(struct notice_keeper *keeper);
/* After it. NULL is fine. */
void notice_keeper_free(struct notice_keeper *keeper);

/* At the end of each turn of the loop. */
void notice_keeper_turn(struct notice_keeper *keeper);

/* Which mark a record is: a name in the table of settings, and its value is a notice's key. */
#define NOTICES_ACKED TEXT("notices:acked")
#define NOTICES_DELIVERED TEXT("notices:delivered")

/* All up to this one were acknowledged, for its entry was appended. */
void notice_keeper_acked(struct notice_keeper *keeper, const struct notice_key *till);
/* False: none was. */
bool notice_keeper_last_acked(const struct notice_keeper *keeper, struct notice_key *till);

struct notice_stats {
	uint64_t raised; /* since the start, as are the others */
	uint64_t removed;
	struct webhook_progress webhook;
};
struct notice_stats notice_keeper_stats(const struct notice_keeper *keeper);

#endif
