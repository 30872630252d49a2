/* Who uses and who pays (see subject.h). */
#include "subject.h"

#include "shard.h"

#include "base/must.h"

/* A record by key: found, absent, or cold (then it is in *cold). */
static enum lookup
find(struct call *call, const struct record_key *key, struct bytes *value, uint64_t *version,
	struct record_key *cold)
{
	enum lookup found = call_find(call, shelf_key_of(key), value, version);
	if (found == LOOKUP_COLD)
		*cold = *key;
	return found;
}

static enum found
refused(enum say reason, struct text who, enum say *say, struct text *about)
{
	*say = reason;
	*about = who;
	return SUBJECT_REFUSED;
}

enum found
subject_find_account(struct call *call, struct text account_id, struct subject *subject, enum say *say,
	struct text *about, struct record_key *cold)
{
	struct record_key key = key_of_text(TABLE_ACCOUNT, account_id);
	struct bytes value;
	uint64_t version;
	enum lookup found = find(call, &key, &value, &version, cold);
	if (found == LOOKUP_COLD)
		return SUBJECT_COLD;
	if (found == LOOKUP_ABSENT)
		return refused(SAY_UNKNOWN_ACCOUNT, account_id, say, about);
	subject->account = account_read(value);
	struct field_reader names = subject->account.balances;
	subject->balance_key = key_of_balance(account_id, field_read_text(&names));
	found = find(call, &subject->balance_key, &value, &subject->balance_version, cold);
	if (found == LOOKUP_COLD)
		return SUBJECT_COLD;
	must(found == LOOKUP_FOUND); /* made with the account, and never removed */
	subject->balance = balance_read(value);
	return SUBJECT_FOUND;
}

static enum found
check_state(const struct subject *subject, int64_t at_ms, enum say *say, struct text *about)
{
	switch (subscription_state_at(&subject->subscription, at_ms)) {
	case SUBSCRIPTION_ACTIVE:
		return SUBJECT_FOUND;
	case SUBSCRIPTION_SUSPENDED:
		return refused(SAY_SUSPENDED, subject->subscription_id, say, about);
	case SUBSCRIPTION_ENDED:
		break;
	}
	return refused(SAY_SUBSCRIPTION_ENDED, subject->subscription_id, say, about);
}

enum found
subject_find(struct call *call, struct text service_id, int64_t at_ms, struct subject *subject,
	enum say *say, struct text *about, struct record_key *cold)
{
	struct record_key key = key_of_text(TABLE_SERVICE, service_id);
	struct bytes value;
	uint64_t version;
	enum lookup found = find(call, &key, &value, &version, cold);
	if (found == LOOKUP_COLD)
		return SUBJECT_COLD;
	if (found == LOOKUP_FOUND)
		subject->subscription_id = service_holder(value, at_ms);
	if (found == LOOKUP_ABSENT || subject->subscription_id.size == 0)
		return refused(SAY_UNKNOWN_SUBSCRIPTION, service_id, say, about);
	key = key_of_text(TABLE_SUBSCRIPTION, subject->subscription_id);
	found = find(call, &key, &value, &version, cold);
	if (found == LOOKUP_COLD)
		return SUBJECT_COLD;
	must(found == LOOKUP_FOUND); /* written in one entry with its service ids */
	subject->subscription = subscription_read(value);
	enum found state = check_state(subject, at_ms, say, about);
	if (state != SUBJECT_FOUND)
		return state;
	return subject_find_account(call, subject->subscription.account, subject, say, about, cold);
}

bool
subject_holdings(const struct subject *subject, struct arena *arena, struct holding **holdings, size_t *count)
{
	struct field_reader reader = subject->subscription.packages;
	struct holding *list = arena_take(arena, subject->subscription.package_count * sizeof *list);
	if (list == NULL)
		return false;
	for (unsigned i = 0; i < subject->subscription.package_count; i++) {
		list[i].package = field_read_text(&reader);
		struct span span = field_read_span(&reader);
		list[i].from_ms = span.from_ms;
		list[i].till_ms = span.till_ms;
	}
	*holdings = list;
	*count = subject->subscription.package_count;
	return true;
}

/* ---- fetching ahead: each step needs what the one before has fetched ---- */

static bool
in_memory(struct call *call, const struct record_key *key, struct bytes *value)
{
	uint64_t version;
	return store_find(call->shard->store, shelf_key_of(key), value, &version) == LOOKUP_FOUND;
}

static bool
subscription_in_memory(struct call *call, struct text service_id, int64_t at_ms,
	struct record_key *subscription_key, struct bytes *value)
{
	struct record_key key = key_of_text(TABLE_SERVICE, service_id);
	if (!in_memory(call, &key, value))
		return false;
	struct text id = service_holder(*value, at_ms);
	if (id.size == 0)
		return false;
	*subscription_key = key_of_text(TABLE_SUBSCRIPTION, id);
	return true;
}

void
subject_warm(struct call *call, struct text service_id, int64_t at_ms, unsigned step)
{
	const struct store *store = call->shard->store;
	struct record_key key = key_of_text(TABLE_SERVICE, service_id);
	struct bytes value;
	if (step == 0) {
		store_prefetch_slot(store, shelf_key_of(&key).hash);
		return;
	}
	if (step == 1) {
		store_prefetch_record(store, shelf_key_of(&key).hash);
		return;
	}
	if (!subscription_in_memory(call, service_id, at_ms, &key, &value))
		return;
	if (step == 2) {
		store_prefetch_slot(store, shelf_key_of(&key).hash);
		return;
	}
	if (step == 3) {
		store_prefetch_record(store, shelf_key_of(&key).hash);
		return;
	}
	if (!in_memory(call, &key, &value))
		return;
	struct text account_id = subscription_read(value).account;
	struct record_key account_key = key_of_text(TABLE_ACCOUNT, account_id);
	struct record_key balance_key = key_of_balance(account_id, TEXT("main"));
	if (step == 4) {
		store_prefetch_slot(store, shelf_key_of(&account_key).hash);
		store_prefetch_slot(store, shelf_key_of(&balance_key).hash);
	} else {
		store_prefetch_record(store, shelf_key_of(&account_key).hash);
		store_prefetch_record(store, shelf_key_of(&balance_key).hash);
	}
}
