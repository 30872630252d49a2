/*
 * A store with its loop, and a small bank that lives in it: accounts with a service, a
 * subscription, a balance and a counter, and settings of any size. What the engine does with rules
 * is done here with plain numbers, so that the store is tested without them (and linked without
 * Lua). Everything waits where the engine would: for cold records and ids, and for room.
 */
#ifndef SUANPAN_TEST_LIVING_H
#define SUANPAN_TEST_LIVING_H

#include "../../../engine/base/memory.h"
#include "../../../store/store.h"
#include "naive.h"
#include "trees.h"

#define LIVING_DAY_MS INT64_C(86400000)
#define LIVING_BEGAN_MS (INT64_C(20500) * LIVING_DAY_MS)
#define LIVING_EFFECTS_MAX 8
#define LIVING_SETTINGS 40

struct living {
	uv_loop_t loop;
	struct store *store; /* NULL: closed */
	struct store_settings settings;
	int64_t now_ms;
	bool failed;
	struct fault fault;
	unsigned durable_calls;
};

/* Small everything, so that all that can happen happens soon. */
static inline void
living_init(struct living *living, const char *directory)
{
	memset(living, 0, sizeof *living);
	living->settings = store_settings_default(directory);
	living->settings.records_bytes_max = (size_t)64 << 20;
	living->settings.map_bytes = (uint64_t)256 << 20;
	living->settings.segment_bytes = 1 << 20;
	living->settings.batch_bytes_max = 128 * 1024;
	living->settings.segment_spares = 2;
	living->settings.reserve_bytes = 1 << 20;
	living->settings.behind_bytes_max = (uint64_t)64 << 20;
	living->settings.checkpoint_ms = 50;
	living->settings.sweep_ms = 5;
	living->settings.ids_generation_max = 1 << 12;
	living->now_ms = LIVING_BEGAN_MS;
}

static inline void
living_durable(void *context)
{
	((struct living *)context)->durable_calls++;
}

static inline void
living_failed(void *context, const struct fault *fault)
{
	struct living *living = context;
	living->failed = true;
	living->fault = *fault;
}

static inline enum status
living_open(struct living *living)
{
	struct store_events events = { living, living_durable, living_failed, NULL };
	living->failed = false;
	if (uv_loop_init(&living->loop) != 0)
		abort();
	enum status status = store_open(
		&living->store, &living->settings, &events, &living->loop, &living->fault);
	if (status != STATUS_OK) {
		living->store = NULL;
		if (uv_loop_close(&living->loop) != 0)
			abort(); /* a handle was left */
		return status;
	}
	if (store_now(living->store) > living->now_ms)
		living->now_ms = store_now(living->store);
	store_set_now(living->store, living->now_ms);
	return STATUS_OK;
}

static inline enum status
living_close(struct living *living)
{
	if (living->store == NULL)
		return STATUS_OK;
	enum status status = store_close(living->store, &living->fault);
	living->store = NULL;
	if (uv_loop_close(&living->loop) != 0)
		abort(); /* a handle was left */
	return status;
}

static inline void
living_turn(struct living *living, bool wait)
{
	living->now_ms++;
	store_set_now(living->store, living->now_ms);
	store_turn(living->store, false);
	uv_run(&living->loop, wait ? UV_RUN_ONCE : UV_RUN_NOWAIT);
	store_turn(living->store, false);
}

/* Until everything decided is durable. False if the store failed instead. */
static inline bool
living_settle(struct living *living)
{
	while (store_durable(living->store) < store_decided(living->store)) {
		if (living->failed)
			return false;
		living_turn(living, true);
	}
	living_turn(living, false);
	return !living->failed;
}

/* ---- waiting ---- */

static inline void
living_want_done(struct want *want)
{
	*(bool *)want->context = true;
}

/*
 * Waits for a want; its status, and the want's bytes are the caller's. If the store fails
 * meanwhile, it is closed, since it has the want until then, and STATUS_IO returned.
 */
static inline enum status
living_wait(struct living *living, struct want *want)
{
	bool done = false;
	want->context = &done;
	want->done = living_want_done;
	store_want(living->store, want);
	store_turn(living->store, false);
	while (!done) {
		if (living->failed) {
			living_close(living);
			return STATUS_IO;
		}
		living_turn(living, true);
	}
	return want->status;
}

static inline enum status
living_wait_record(struct living *living, const struct record_key *key)
{
	struct want want = { .kind = WANT_RECORD };
	want_record(&want, shelf_key_of(key));
	enum status status = living_wait(living, &want);
	buffer_release(&want.bytes);
	return status;
}

static inline enum status
living_wait_room(struct living *living)
{
	struct want want = { .kind = WANT_ROOM };
	return living_wait(living, &want);
}

/* ---- entries ---- */

/* An entry that is being decided, and all it points to. */
struct draft {
	struct living *living;
	struct entry entry;
	struct effect effects[LIVING_EFFECTS_MAX];
	struct posting postings[2 * LIVING_EFFECTS_MAX];
	uint8_t bytes[256 * 1024];
	size_t size;
	uint64_t version; /* of the record that was found last; 0: it never was */
	struct record_key cold;
};

static inline void *
draft_take(struct draft *draft, size_t size)
{
	void *taken = draft->bytes + draft->size;
	draft->size += size_round_up(size, 8);
	if (draft->size > sizeof draft->bytes)
		abort();
	return taken;
}

static inline void
draft_begin(struct draft *draft, struct living *living, enum entry_kind kind)
{
	draft->living = living;
	draft->size = 0;
	draft->entry = (struct entry){
		.kind = kind,
		.made_ms = living->now_ms,
		.at_ms = living->now_ms,
		.effects = draft->effects,
		.postings = draft->postings,
		.answer = { (const uint8_t *)"\x81\xa2ok\xc3", 5 },
		.event = { (const uint8_t *)"\x91\x01", 2 },
	};
}

static inline enum lookup
draft_find(struct draft *draft, const struct record_key *key, struct bytes *value)
{
	struct bytes found;
	draft->version = 0;
	enum lookup lookup = store_find(
		draft->living->store, shelf_key_of(key), &found, &draft->version);
	if (lookup == LOOKUP_COLD)
		draft->cold = *key;
	if (lookup == LOOKUP_FOUND) {
		uint8_t *copy = draft_take(draft, found.size);
		memcpy(copy, found.data, found.size);
		*value = (struct bytes){ copy, found.size };
	}
	return lookup;
}

static inline void
draft_effect(struct draft *draft, const struct record_key *key, struct bytes value)
{
	uint8_t *copy = draft_take(draft, key->size);
	uint8_t *value_copy = draft_take(draft, value.size);
	memcpy(copy, key->data, key->size);
	if (value.size > 0)
		memcpy(value_copy, value.data, value.size);
	draft->effects[draft->entry.effect_count++] = (struct effect){
		.table = key->table, .key = { copy, key->size }, .value = { value_copy, value.size }
	};
}

/* The newest effect moves by `amount`, and the book by as much the other way. */
static inline void
draft_post(struct draft *draft, int64_t amount, struct text unit, struct text book)
{
	struct posting *posting = &draft->postings[draft->entry.posting_count];
	uint8_t side = (uint8_t)(draft->entry.effect_count - 1);
	if (amount == 0)
		return;
	posting[0] = (struct posting){ .side = side, .amount = amount, .unit = unit };
	posting[1] = (struct posting){
		.side = POSTING_BOOK, .book = book, .amount = -amount, .unit = unit
	};
	draft->entry.posting_count += 2;
}

static inline struct text
draft_print(struct draft *draft, const char *format, unsigned long long number)
{
	char *place = draft_take(draft, 64);
	int size = snprintf(place, 64, format, number);
	return (struct text){ place, (size_t)size };
}

/* ---- the bank ---- */

enum task_kind { TASK_OPEN, TASK_TOPUP, TASK_CHARGE, TASK_REFUSE, TASK_SETTING };

/* One thing to be done. */
struct task {
	enum task_kind kind;
	uint64_t account; /* or the number of the setting */
	uint64_t id;      /* 0: without an id */
	uint8_t attempt;
	int64_t amount; /* or the size of the setting, 0: it ends */
	int64_t at_ms;  /* 0: now */
};

static inline void
bank_balance_key(struct record_key *key, uint64_t account)
{
	char name[32];
	int size = snprintf(name, sizeof name, "account-%llu", (unsigned long long)account);
	key_of_balance(key, (struct text){ name, (size_t)size }, TEXT("main"));
}

static inline void
bank_setting_key(struct record_key *key, uint64_t number)
{
	char name[32];
	int size = snprintf(name, sizeof name, "setting-%llu", (unsigned long long)number);
	key_of_text(key, TABLE_SETTING, (struct text){ name, (size_t)size });
}

/* false: something is cold. */
static inline bool
bank_find_balance(
	struct draft *draft, uint64_t account, struct record_key *key, struct balance *balance)
{
	struct bytes value;
	bank_balance_key(key, account);
	switch (draft_find(draft, key, &value)) {
	case LOOKUP_COLD:
		return false;
	case LOOKUP_ABSENT:
		*balance = (struct balance){
			.kind = BALANCE_CASH, .unit = TEXT("CNY"), .span = SPAN_ALWAYS
		};
		break;
	case LOOKUP_FOUND:
		*balance = balance_read(value);
		break;
	}
	return true;
}

static inline bool
bank_move(struct draft *draft, uint64_t account, int64_t amount, struct text book)
{
	struct record_key key;
	struct balance balance;
	uint8_t place[128];
	struct field_writer writer = fields_into(place, sizeof place);
	if (!bank_find_balance(draft, account, &key, &balance))
		return false;
	balance.amount += amount;
	balance_touch(&balance, draft->version, (uint32_t)(draft->living->now_ms / LIVING_DAY_MS));
	balance_write(&writer, &balance);
	draft_effect(draft, &key, fields_written(&writer));
	draft_post(draft, amount, balance.unit, book);
	return true;
}

static inline bool
bank_open(struct draft *draft, const struct task *task)
{
	struct text account = draft_print(draft, "account-%llu", task->account);
	struct text customer = draft_print(draft, "customer-%llu", task->account);
	struct text subscription = draft_print(draft, "subscription-%llu", task->account);
	struct text service = draft_print(draft, "0771%07llu", task->account);
	struct record_key key;
	uint8_t place[512];
	struct bytes ignored;
	struct field_writer writer = fields_into(place, sizeof place);
	field_write_text(&writer, TEXT("gold"));
	field_write_text(&writer, TEXT("0771"));
	field_write_u8(&writer, 0);
	key_of_text(&key, TABLE_CUSTOMER, customer);
	if (draft_find(draft, &key, &ignored) == LOOKUP_COLD)
		return false;
	draft_effect(draft, &key, fields_written(&writer));

	writer = fields_into(place, sizeof place);
	field_write_text(&writer, customer);
	field_write_text(&writer, TEXT("CNY"));
	field_write_text(&writer, TEXT("Asia/Shanghai"));
	field_write_u8(&writer, 1);
	field_write_i64(&writer, 0);
	field_write_u8(&writer, 1);
	field_write_text(&writer, TEXT("main"));
	key_of_text(&key, TABLE_ACCOUNT, account);
	if (draft_find(draft, &key, &ignored) == LOOKUP_COLD)
		return false;
	draft_effect(draft, &key, fields_written(&writer));

	writer = fields_into(place, sizeof place);
	field_write_text(&writer, account);
	field_write_text(&writer, TEXT("fixed-line"));
	field_write_u8(&writer, 1);
	field_write_span(&writer, SPAN_ALWAYS);
	field_write_u8(&writer, SUBSCRIPTION_ACTIVE);
	field_write_u8(&writer, 1);
	field_write_text(&writer, service);
	field_write_span(&writer, SPAN_ALWAYS);
	field_write_u8(&writer, 0);
	key_of_text(&key, TABLE_SUBSCRIPTION, subscription);
	if (draft_find(draft, &key, &ignored) == LOOKUP_COLD)
		return false;
	draft_effect(draft, &key, fields_written(&writer));

	writer = fields_into(place, sizeof place);
	field_write_u8(&writer, 1);
	field_write_span(&writer, SPAN_ALWAYS);
	field_write_text(&writer, subscription);
	key_of_text(&key, TABLE_SERVICE, service);
	if (draft_find(draft, &key, &ignored) == LOOKUP_COLD)
		return false;
	draft_effect(draft, &key, fields_written(&writer));
	return bank_move(draft, task->account, task->amount, TEXT("opening"));
}

static inline bool
bank_charge(struct draft *draft, const struct task *task)
{
	struct text subscription = draft_print(draft, "subscription-%llu", task->account);
	struct record_key key;
	struct bytes value;
	int64_t used = 0;
	uint8_t place[8];
	if (!bank_move(draft, task->account, -task->amount, TEXT("revenue")))
		return false;
	const struct counter_key counter = { subscription, false, TEXT("package"), TEXT("minutes"),
		(int32_t)(draft->living->now_ms / (30 * LIVING_DAY_MS)) };
	key_of_counter(&key, &counter);
	enum lookup found = draft_find(draft, &key, &value);
	if (found == LOOKUP_COLD)
		return false;
	if (found == LOOKUP_FOUND)
		used = load_i64(value.data);
	store_i64(place, used + 60);
	draft_effect(draft, &key, (struct bytes){ place, sizeof place });
	draft_post(draft, 60, TEXT("second"), TEXT("used"));
	return true;
}

static inline bool
bank_set(struct draft *draft, const struct task *task)
{
	static uint8_t value[RECORD_VALUE_MAX];
	struct record_key key;
	struct bytes ignored;
	bank_setting_key(&key, task->account);
	if (draft_find(draft, &key, &ignored) == LOOKUP_COLD)
		return false;
	memset(value, (int)(1 + task->amount % 255), (size_t)task->amount);
	draft_effect(draft, &key, (struct bytes){ value, (size_t)task->amount });
	return true;
}

/* Decides a task into *draft; false: draft->cold is cold. */
static inline bool
bank_decide(struct living *living, const struct task *task, struct draft *draft)
{
	static const enum entry_kind kinds[] = { ENTRY_PUT, ENTRY_TOPUP, ENTRY_CHARGE,
		ENTRY_REFUSAL, ENTRY_PUT };
	draft_begin(draft, living, kinds[task->kind]);
	struct entry *entry = &draft->entry;
	if (task->id != 0) {
		entry->scope = draft_print(draft, "0771%07llu", task->account);
		entry->id = draft_print(draft, "call-%llu", task->id);
		entry->attempt = task->attempt == 0 ? 1 : task->attempt;
		entry->fingerprint = task->id;
	}
	if (task->at_ms != 0)
		entry->at_ms = task->at_ms;
	switch (task->kind) {
	case TASK_OPEN:
		return bank_open(draft, task);
	case TASK_TOPUP:
		return bank_move(draft, task->account, task->amount, TEXT("topup"));
	case TASK_CHARGE:
		return bank_charge(draft, task);
	case TASK_REFUSE:
		return true;
	case TASK_SETTING:
		return bank_set(draft, task);
	}
	return false;
}

/* One attempt: STATUS_BUSY also when something is cold and now asked for. */
static inline enum status
bank_try(struct living *living, const struct task *task, uint64_t *position)
{
	static struct draft draft;
	while (!bank_decide(living, task, &draft)) {
		enum status status = living_wait_record(living, &draft.cold);
		if (status != STATUS_OK)
			return status;
	}
	return store_append(living->store, &draft.entry, draft.effects, position, &living->fault);
}

/* Does a task, waiting for all that has to be waited for. */
static inline enum status
bank_do(struct living *living, const struct task *task, uint64_t *position)
{
	for (;;) {
		enum status status = bank_try(living, task, position);
		if (status != STATUS_BUSY || living->failed)
			return living->failed ? STATUS_IO : status;
		status = living_wait_room(living);
		if (status != STATUS_OK)
			return status;
	}
}

/* A random task for a bank of `accounts` accounts; ids count up in *next_id. */
static inline struct task
bank_random_task(struct random *random, uint64_t accounts, uint64_t *next_id)
{
	struct task task = { .account = random_below(random, accounts), .attempt = 1 };
	size_t kind = random_below(random, 100);
	if (kind < 70) {
		task.kind = TASK_CHARGE;
		task.amount = (int64_t)random_below(random, 1000000);
		task.id = ++*next_id;
	} else if (kind < 80) {
		task.kind = TASK_TOPUP;
		task.amount = (int64_t)random_below(random, 100000000);
		task.id = ++*next_id;
	} else if (kind < 90) {
		task.kind = TASK_REFUSE;
		task.id = ++*next_id;
	} else if (kind < 95) {
		task.kind = TASK_OPEN;
		task.amount = 1000;
	} else {
		task.kind = TASK_SETTING;
		task.account = random_below(random, LIVING_SETTINGS);
		task.amount = (int64_t)(random_below(random, 4) == 0 ? 0
				: random_below(random, 10) == 0      ? random_below(random, 60000)
								     : random_below(random, 2000));
	}
	return task;
}

/* ---- comparing ---- */

struct comparing {
	const struct naive *naive;
	uint8_t table;
	size_t seen;
	bool differs;
};

static inline void
comparing_shelf(
	void *context, uint8_t table, struct bytes key, struct bytes value, uint64_t version)
{
	struct comparing *comparing = context;
	if (!naive_agrees(comparing->naive, table, key, value, version))
		comparing->differs = true;
	comparing->seen += value.size > 0;
}

static inline bool
comparing_table(void *context, struct bytes key, struct bytes value, uint64_t version)
{
	struct comparing *comparing = context;
	comparing_shelf(comparing, comparing->table, key, value, version);
	return true;
}

/* Is everything that is in memory as a replay of the journal gives it? */
static inline bool
living_memory_agrees(struct living *living, const struct naive *naive)
{
	struct comparing comparing = { .naive = naive };
	shelf_each(store_shelf(living->store), comparing_shelf, &comparing);
	return !comparing.differs && shelf_is_valid(store_shelf(living->store));
}

/* Is every record, wherever it is, as a replay of the journal gives it, and is none missing? */
static inline bool
living_agrees(struct living *living, const struct naive *naive)
{
	struct comparing comparing = { .naive = naive };
	for (uint8_t table = 1; table < TABLE_END; table++) {
		comparing.table = table;
		if (store_each(living->store, (enum table)table, comparing_table, &comparing,
			    &living->fault) != STATUS_OK)
			return false;
	}
	return !comparing.differs && comparing.seen == naive_living_count(naive) && !naive->wrong;
}

/* The same for LMDB of a closed store; digests are recounted. */
static inline bool
database_agrees(const char *directory, const struct naive *naive, struct database_meta *meta)
{
	char path[1000];
	struct database *database;
	struct database_reader *reader;
	struct comparing comparing = { .naive = naive };
	snprintf(path, sizeof path, "%s/state", directory);
	if (database_open(path, (uint64_t)256 << 20, true, &database, NULL) != STATUS_OK)
		return false;
	if (database_read_begin(database, &reader, NULL) != STATUS_OK)
		abort();
	bool agrees = database_read_meta(reader, meta, NULL) == STATUS_OK;
	for (uint8_t table = 1; table < TABLE_END; table++) {
		struct database_digest digest;
		size_t before = comparing.seen;
		comparing.table = table;
		agrees = agrees &&
			database_each(reader, table, comparing_table, &comparing, NULL) ==
				STATUS_OK &&
			database_read_digest(reader, table, &digest, NULL) == STATUS_OK &&
			digest.count == comparing.seen - before;
	}
	database_read_end(reader);
	database_close(database);
	return agrees && !comparing.differs && comparing.seen == naive_living_count(naive);
}

#endif
