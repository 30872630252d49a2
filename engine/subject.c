/* Who uses and who pays (see subject.h). */
#include "subject.h"

#include "shard.h"

#include "base/must.h"

/* A record by its text key, and where it was seen. */
struct sought {
	enum table table;
	struct text id;
	const struct record_seen *seen;
};

/* Found, absent, or cold (then its key is in *cold). */
static enum lookup
find(struct call *call, const struct sought *sought, struct bytes *value, struct record_key *cold)
{
	const struct record_name name = { (uint8_t)sought->table, bytes_of_text(sought->id) };
	uint64_t version;
	enum lookup found = call_look(call, sought->seen, name, value, &version);
	if (found == LOOKUP_COLD)
		key_of_text(cold, sought->table, sought->id);
	return found;
}

static enum found
refused(struct subject_lack *lack, enum say say, struct text about)
{
	lack->say = say;
	lack->about = about;
	return SUBJECT_REFUSED;
}

enum found
subject_find_account(struct call *call, struct text account_id, struct subject *subject,
	struct subject_lack *lack)
{
	struct bytes value;
	const struct seen *seen = &call->warm.seen;
	const struct sought account = { TABLE_ACCOUNT, account_id, &seen->account };
	enum lookup found = find(call, &account, &value, &lack->cold);
	if (found == LOOKUP_COLD)
		return SUBJECT_COLD;
	if (found == LOOKUP_ABSENT)
		return refused(lack, SAY_UNKNOWN_ACCOUNT, account_id);
	subject->account = account_read(value);
	subject->account.floor = account_floor(&subject->account, call->shard->now_ms);
	struct field_reader names = subject->account.balances;
	key_of_balance(&subject->balance_key, account_id, field_read_text(&names));
	const struct record_name balance = { TABLE_BALANCE,
		{ subject->balance_key.data, subject->balance_key.size } };
	found = call_look(call, &seen->balance, balance, &value, &subject->balance_version);
	if (found == LOOKUP_COLD) {
		lack->cold = subject->balance_key;
		return SUBJECT_COLD;
	}
	must(found == LOOKUP_FOUND); /* made with the account, and never removed */
	subject->balance = balance_read(value);
	return SUBJECT_FOUND;
}

static enum found
check_state(const struct subject *subject, int64_t at_ms, struct subject_lack *lack)
{
	switch (subscription_state_at(&subject->subscription, at_ms)) {
	case SUBSCRIPTION_ACTIVE:
		return SUBJECT_FOUND;
	case SUBSCRIPTION_SUSPENDED:
		return refused(lack, SAY_SUSPENDED, subject->subscription_id);
	case SUBSCRIPTION_ENDED:
		break;
	}
	return refused(lack, SAY_SUBSCRIPTION_ENDED, subject->subscription_id);
}

/*
 * Is it what was read when it was fetched ahead? Until the first run nothing is brought into memory,
 * so a record that has come to lie there since is of a later version.
 */
static bool
was_fetched(const struct call *call, struct bytes value, uint64_t version)
{
	return call->waiting == NULL && value.data == call->warm.subscription_value.data &&
		version == call->warm.subscription_version;
}

enum found
subject_find_subscription(struct call *call, struct text subscription_id, struct subject *subject,
	struct subject_lack *lack)
{
	struct bytes value;
	uint64_t version;
	const struct record_name name = { TABLE_SUBSCRIPTION, bytes_of_text(subscription_id) };
	enum lookup found = call_look(call, &call->warm.seen.subscription, name, &value, &version);
	if (found == LOOKUP_COLD) {
		key_of_text(&lack->cold, TABLE_SUBSCRIPTION, subscription_id);
		return SUBJECT_COLD;
	}
	must(found ==
		LOOKUP_FOUND); /* written in one entry with its service ids, and never removed */
	subject->subscription_id = subscription_id;
	subject->subscription = was_fetched(call, value, version) ? call->warm.subscription
								  : subscription_read(value);
	return SUBJECT_FOUND;
}

enum found
subject_find(struct call *call, struct text service_id, int64_t at_ms, struct subject *subject,
	struct subject_lack *lack)
{
	struct bytes value;
	const struct seen *seen = &call->warm.seen;
	const struct sought service = { TABLE_SERVICE, service_id, &seen->service };
	enum lookup found = find(call, &service, &value, &lack->cold);
	if (found == LOOKUP_COLD)
		return SUBJECT_COLD;
	if (found == LOOKUP_FOUND)
		subject->subscription_id = service_holder(value, at_ms);
	if (found == LOOKUP_ABSENT || subject->subscription_id.size == 0)
		return refused(lack, SAY_UNKNOWN_SUBSCRIPTION, service_id);
	if (subject_find_subscription(call, subject->subscription_id, subject, lack) ==
		SUBJECT_COLD)
		return SUBJECT_COLD;
	enum found state = check_state(subject, at_ms, lack);
	if (state != SUBJECT_FOUND)
		return state;
	return subject_find_account(call, subject->subscription.account, subject, lack);
}

struct holding
holding_of(const struct package_held *held)
{
	return (struct holding){ held->package, held->span.from_ms, held->span.till_ms, held->group,
		held->group_from_ms, held->members, held->pays };
}

void
subject_key_of_counter(
	struct record_key *key, struct text subscription, const struct counter_name *name)
{
	bool by_group = name->group.size > 0;
	key_of_counter(key,
		&(struct counter_key){ by_group ? name->group : subscription, by_group,
			name->package, name->allowance, name->cycle });
}

bool
subject_holdings(const struct subject *subject, const struct image *image, struct arena *arena,
	struct holding **holdings, size_t *count)
{
	struct field_reader reader = subject->subscription.packages;
	struct text standard = image->standard_count == 0
		? (struct text){ NULL, 0 }
		: image_standard(image, subject->subscription.product);
	struct holding *list = arena_take(
		arena, (subject->subscription.package_count + 1u) * sizeof *list);
	if (list == NULL)
		return false;
	for (unsigned i = 0; i < subject->subscription.package_count; i++) {
		struct package_held held = package_held_read(&reader);
		list[i] = holding_of(&held);
	}
	*holdings = list;
	*count = subject->subscription.package_count;
	if (standard.size > 0)
		list[(*count)++] = (struct holding){
			.package = standard, .from_ms = INT64_MIN, .till_ms = INT64_MAX
		};
	return true;
}

/* ---- fetching ahead ---- */

/* A record that was fetched, if it is the one that is wanted. */
static bool
in_memory(const struct sought *sought, struct bytes *value, uint64_t *version)
{
	const struct record_name name = { (uint8_t)sought->table, bytes_of_text(sought->id) };
	return shelf_look(sought->seen, name, value, version) == LOOKUP_FOUND;
}

/* The service id's record is there by now: where is its subscription's? */
static bool
warm_subscription(struct call *call, struct text service_id, int64_t at_ms)
{
	const struct sought service = { TABLE_SERVICE, service_id, &call->warm.seen.service };
	struct bytes value;
	uint64_t version;
	if (!in_memory(&service, &value, &version))
		return false;
	struct text subscription = service_holder(value, at_ms);
	if (subscription.size == 0)
		return false;
	call->warm.first = shelf_key(TABLE_SUBSCRIPTION, bytes_of_text(subscription));
	return true;
}

/* The subscription's record is there by now: where are its account and main balance? */
static bool
warm_account(struct call *call)
{
	struct warm *warm = &call->warm;
	const struct sought subscription = { TABLE_SUBSCRIPTION, text_of_bytes(warm->first.bytes),
		&warm->seen.subscription };
	struct record_key balance;
	if (!in_memory(&subscription, &warm->subscription_value, &warm->subscription_version))
		return false;
	warm->subscription_id = subscription.id;
	warm->subscription = subscription_read(warm->subscription_value);
	struct text account = warm->subscription.account;
	key_of_balance(&balance, account, TEXT("main"));
	warm->first = shelf_key(TABLE_ACCOUNT, bytes_of_text(account));
	warm->second = shelf_key_of(&balance).hash;
	return true;
}

static void
fetch_records(const struct store *store, struct warm *warm, unsigned step)
{
	struct record_seen first = store_prefetch_record(store, warm->first.hash);
	if (step == 1)
		warm->seen.service = first;
	if (step == 3)
		warm->seen.subscription = first;
	if (step != 5)
		return;
	warm->seen.account = first;
	warm->seen.balance = store_prefetch_record(store, warm->second);
}

void
subject_warm(struct call *call, struct text service_id, int64_t at_ms, unsigned step)
{
	const struct store *store = call->shard->store;
	struct warm *warm = &call->warm;
	switch (step) {
	case 0:
		warm->first = shelf_key(TABLE_SERVICE, bytes_of_text(service_id));
		warm->stopped = false;
		break;
	case 2:
		warm->stopped = !warm_subscription(call, service_id, at_ms);
		break;
	case 4:
		warm->stopped = warm->stopped || !warm_account(call);
		break;
	default: /* what the step before has found the place of */
		if (!warm->stopped)
			fetch_records(store, warm, step);
		return;
	}
	if (warm->stopped)
		return;
	store_prefetch_slot(store, warm->first.hash);
	if (step == 4)
		store_prefetch_slot(store, warm->second);
}

static void
warm_counter(void *context, const struct counter_name *name)
{
	struct call *call = context;
	struct warm *warm = &call->warm;
	struct record_key key;
	if (warm->counter_count == WARM_COUNTERS_MAX)
		return;
	subject_key_of_counter(&key, warm->subscription_id, name);
	uint64_t hash = shelf_key_of(&key).hash;
	warm->counters[warm->counter_count++] = hash;
	store_prefetch_slot(call->shard->store, hash);
}

void
subject_warm_counters(struct call *call, struct text service, int64_t at_ms)
{
	if (call->warm.stopped || releases_active(call->shard->releases) == NULL)
		return;
	struct subscription subscription = call->warm.subscription;
	const struct loaded_release *release = releases_for(call->shard->releases, &subscription);
	uint32_t index = image_service(release->image, service);
	for (unsigned i = 0; i < subscription.package_count; i++) {
		struct package_held held = package_held_read(&subscription.packages);
		struct holding holding = holding_of(&held);
		if (span_has(held.span, at_ms))
			rate_counters(release->image, index, &holding, at_ms, warm_counter, call);
	}
}

void
subject_warm_counter_records(struct call *call)
{
	struct warm *warm = &call->warm;
	for (unsigned i = 0; i < warm->counter_count; i++)
		warm->seen.counters[i] = store_prefetch_record(
			call->shard->store, warm->counters[i]);
}

enum lookup
subject_find_counter(struct call *call, const struct record_key *key, struct bytes *value,
	struct record_seen *seen)
{
	const struct record_name name = { key->table, { key->data, key->size } };
	uint64_t version;
	for (unsigned i = 0; i < call->warm.counter_count; i++) {
		*seen = call->warm.seen.counters[i];
		enum lookup found = shelf_look(seen, name, value, &version);
		if (found == LOOKUP_COLD)
			continue;
		call_saw(call, version);
		return found;
	}
	*seen = (struct record_seen){ NULL };
	return call_find(call, shelf_key_of(key), value, &version);
}
