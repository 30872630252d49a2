/*
 * Who uses and who pays: from a service id at an instant to its subscription, account and main
 * balance. Everything is a view into records in memory, valid until the next store_append.
 */
#ifndef SUANPAN_SUBJECT_H
#define SUANPAN_SUBJECT_H

#include "call.h"

struct subject {
	struct text subscription_id;
	struct subscription subscription;
	struct account account; /* subscription.account is its id; its floor is that of now */
	struct record_key balance_key;
	struct balance balance;
	uint64_t balance_version;
};

enum found { SUBJECT_FOUND, SUBJECT_REFUSED, SUBJECT_COLD };

/* What there is instead of a subject. */
struct subject_lack {
	enum say say; /* SUBJECT_REFUSED: why, and of whom */
	struct text about;
	struct record_key cold; /* SUBJECT_COLD: what is to be waited for */
};

/* The subscription, its state being active, with the account and its main balance. */
enum found subject_find(struct call *call, struct text service_id, int64_t at_ms,
	struct subject *subject, struct subject_lack *lack);

/* The subscription of that id, whatever its state: subject->subscription_id and subscription. */
enum found subject_find_subscription(struct call *call, struct text subscription_id,
	struct subject *subject, struct subject_lack *lack);

/* An account by its id, with its main balance: subject->account, balance_key, balance. */
enum found subject_find_account(struct call *call, struct text account_id, struct subject *subject,
	struct subject_lack *lack);

/*
 * The packages held, in the arena, that with the standard prices of the product among them; false
 * without memory.
 */
bool subject_holdings(const struct subject *subject, const struct image *image, struct arena *arena,
	struct holding **holdings, size_t *count);

/* A holding as rules see it. */
struct holding holding_of(const struct package_held *held);
/* Where what a package counts is kept: under its group, or under the subscription. */
void subject_key_of_counter(
	struct record_key *key, struct text subscription, const struct counter_name *name);

/*
 * Fetches, in steps 0 to METHOD_WARM_STEPS - 1, what subject_find will touch. After step 4,
 * call->warm has the subscription, unless it says that it stopped.
 */
void subject_warm(struct call *call, struct text service_id, int64_t at_ms, unsigned step);
/*
 * The same, in steps 4 and 5, for the counters of what is held that usage of the service may count;
 * and finds one, where it was seen then: *seen is for its effect.
 */
void subject_warm_counters(struct call *call, struct text service, int64_t at_ms);
void subject_warm_counter_records(struct call *call);
enum lookup subject_find_counter(struct call *call, const struct record_key *key,
	struct bytes *value, struct record_seen *seen);

#endif
