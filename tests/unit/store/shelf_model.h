/*
 * The shelf against a naive map of records, with a naive disk behind it. The law that everything
 * rests on: what was set is on the shelf or was written by a sweep, and nothing older is ever
 * written over something newer.
 */
#ifndef SUANPAN_TEST_SHELF_MODEL_H
#define SUANPAN_TEST_SHELF_MODEL_H

#include "../../../engine/base/memory.h"
#include "../../../store/shelf.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { MODEL_KEYS_MAX = 6000, COPIES_MAX = 1024, SEEN_MAX = 16 };

/* A value is made of its version: so the model keeps no bytes. */
struct state {
	uint64_t version; /* 0: there is nothing */
	size_t size;
};

struct model_record {
	struct state live;
	struct state disk;
	uint64_t due; /* the sweep under way must write this version or a later one */
	bool swept;   /* it changed before that sweep began */
};

struct copy {
	struct shelf_record *record;
	size_t key;
	struct state state;
};

struct model {
	struct shelf *shelf;
	struct model_record records[MODEL_KEYS_MAX];
	size_t key_count;
	uint64_t version;
	struct random random;
	struct shelf_sweep sweep;
	bool sweeping;
	size_t next;                    /* of the sweep's list */
	struct copy copies[COPIES_MAX]; /* in a chunk that is not written yet */
	size_t copy_count;
	bool memory_fails;
	size_t refused;
	size_t value_max;
	struct record_seen seen[SEEN_MAX]; /* of the keys from 0 on, at some time */
	size_t looks, looks_that_helped;
};

static struct model model;

static inline int
set_up(void **state)
{
	(void)state;
	memset(&model, 0, sizeof model);
	return 0;
}

static inline int
tear_down(void **state)
{
	(void)state;
	memory_fail_at(0);
	if (model.sweeping)
		shelf_sweep_abandon(model.shelf, &model.sweep);
	shelf_free(model.shelf);
	return 0;
}

static inline void
model_start(size_t bytes_max, size_t key_count, size_t value_max, uint64_t seed)
{
	model.shelf = shelf_new(bytes_max);
	assert_non_null(model.shelf);
	model.key_count = key_count;
	model.value_max = value_max;
	model.random.state = seed;
}

/* ---- keys and values ---- */

struct made_key {
	uint8_t bytes[RECORD_KEY_MAX];
	struct shelf_key key;
};

/* Keys of all lengths; the number of the key can be read back. */
static inline struct shelf_key
key_of(struct made_key *made, size_t number)
{
	size_t size = 4 + number * 7 % (RECORD_KEY_MAX - 4);
	memset(made->bytes, 'k', size);
	store_u32(made->bytes, (uint32_t)number);
	enum table table = (enum table)(1 + number % (TABLE_END - 1));
	made->key = shelf_key(table, (struct bytes){ made->bytes, size });
	return made->key;
}

static inline struct record_name
name_of(struct made_key *made, size_t number)
{
	struct shelf_key key = key_of(made, number);
	return (struct record_name){ key.table, key.bytes };
}

static inline const uint8_t *
value_of(struct state state)
{
	static uint8_t bytes[RECORD_VALUE_MAX + 8];
	for (size_t i = 0; i < state.size; i += 8)
		store_u64(bytes + i, state.version * UINT64_C(0x9e3779b97f4a7c15) + i);
	return bytes;
}

static inline bool
is_value(struct bytes value, struct state state)
{
	return value.size == state.size && memcmp(value.data, value_of(state), state.size) == 0;
}

static inline size_t
random_value_size(void)
{
	struct random *random = &model.random;
	size_t kind = random_below(random, 100);
	if (kind < 6)
		return 0;
	if (kind < 70)
		return 1 + random_below(random, 120);
	if (kind < 98)
		return 1 + random_below(random, model.value_max / 16 + 1);
	return 1 + random_below(random, model.value_max);
}

/* Lets one of the next requests for memory fail, now and then. */
static inline void
arm(void)
{
	if (model.memory_fails && random_below(&model.random, 4) == 0)
		memory_fail_at(1 + random_below(&model.random, 4));
}

static inline void
disarm(void)
{
	memory_fail_at(0);
}

/* ---- what can be done to a shelf ---- */

static inline enum lookup
find_and_check(size_t number)
{
	struct made_key made;
	struct model_record *record = &model.records[number];
	struct bytes value;
	uint64_t version;
	enum lookup found = shelf_find(model.shelf, key_of(&made, number), &value, &version);
	switch (found) {
	case LOOKUP_FOUND:
		assert_true(record->live.size > 0);
		assert_int_equal(version, record->live.version);
		assert_true(is_value(value, record->live));
		break;
	case LOOKUP_ABSENT:
		assert_int_equal(record->live.size, 0);
		assert_true(version == record->live.version || version == 0);
		break;
	case LOOKUP_COLD:
		/* Nothing is lost: the disk has what was set last. */
		assert_int_equal(record->disk.size, record->live.size);
		assert_true(record->live.size == 0 || record->disk.version == record->live.version);
		break;
	}
	return found;
}

/* Looks where a record was seen some steps ago: it is what finding gives, or it is not there. */
static inline void
look_and_check(size_t number)
{
	struct made_key made;
	struct bytes value, found_value;
	uint64_t version = 0, found_version = 0;
	enum lookup looked = shelf_look(
		&model.seen[number], name_of(&made, number), &value, &version);
	enum lookup found = find_and_check(number);
	shelf_find(model.shelf, key_of(&made, number), &found_value, &found_version);
	model.looks++;
	if (looked != LOOKUP_COLD) {
		model.looks_that_helped++;
		assert_int_equal(looked, found);
		assert_int_equal(version, found_version);
		assert_true(looked == LOOKUP_ABSENT || value.data == found_value.data);
	}
	model.seen[number] = shelf_prefetch_record(model.shelf, key_of(&made, number).hash);
}

/* Brings a record in, as the store does; false if there was no memory. */
static inline bool
warm(size_t number)
{
	struct made_key made;
	struct state disk = model.records[number].disk;
	if (find_and_check(number) != LOOKUP_COLD)
		return true;
	arm();
	bool installed = shelf_install(model.shelf, key_of(&made, number),
		(struct bytes){ value_of(disk), disk.size }, disk.size == 0 ? 0 : disk.version);
	disarm();
	if (!installed) {
		model.refused++;
		assert_true(find_and_check(number) == LOOKUP_COLD);
	}
	return installed;
}

enum { CHANGED_MAX = 4 };

/*
 * Changes up to four records in one step, as an entry does. False if there was no memory: then
 * nothing has changed.
 */
static inline bool
change(const size_t *numbers, size_t count, bool only_pin)
{
	struct shelf_record *records[CHANGED_MAX];
	size_t sizes[CHANGED_MAX];
	struct made_key made;
	bool done = true;
	for (size_t i = 0; i < count; i++) {
		if (!warm(numbers[i]))
			return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (find_and_check(numbers[i]) == LOOKUP_COLD)
			return false; /* one pushed the other out: memory is that short */
		sizes[i] = random_value_size();
	}
	arm();
	for (size_t i = 0; i < count && done; i++) {
		records[i] = shelf_pin(model.shelf, key_of(&made, numbers[i]), sizes[i]);
		done = records[i] != NULL;
	}
	for (size_t i = 0; i < count && done; i++)
		done = shelf_make_room(
			model.shelf, key_of(&made, numbers[i]), &records[i], sizes[i]);
	disarm();
	model.refused += !done;
	for (size_t i = 0; i < count && done && !only_pin; i++) {
		struct state *live = &model.records[numbers[i]].live;
		assert_true(shelf_record_follows(records[i], live->version) ||
			shelf_record_follows(records[i], 0));
		*live = (struct state){ ++model.version, sizes[i] };
		shelf_set(model.shelf, records[i], (struct bytes){ value_of(*live), live->size },
			live->version);
		assert_int_equal(shelf_record_version(records[i]), live->version);
	}
	for (size_t i = 0; i < count; i++)
		assert_true(find_and_check(numbers[i]) != LOOKUP_COLD);
	return done;
}

static inline void
sweep_begin_checked(void)
{
	assert_false(model.sweeping);
	for (size_t i = 0; i < model.key_count; i++) {
		model.records[i].due = model.records[i].live.version;
		model.records[i].swept = model.records[i].live.version !=
			model.records[i].disk.version;
	}
	model.sweep = shelf_sweep_begin(model.shelf);
	model.sweeping = true;
	model.next = 0;
	/* In any order. */
	for (size_t i = model.sweep.count; i > 1; i--) {
		size_t other = random_below(&model.random, i);
		struct shelf_record *held = model.sweep.records[i - 1];
		model.sweep.records[i - 1] = model.sweep.records[other];
		model.sweep.records[other] = held;
	}
}

static inline size_t
number_of(const struct shelf_record *record)
{
	uint8_t table;
	struct bytes key = shelf_record_key(record, &table);
	size_t number = load_u32(key.data);
	struct made_key made;
	assert_true(bytes_equal(key, key_of(&made, number).bytes));
	assert_int_equal(table, made.key.table);
	return number;
}

/* What is neither here nor on the disk is as good as written. */
static inline void
note_not_copied(size_t number)
{
	struct model_record *record = &model.records[number];
	bool is_in_chunk = false;
	for (size_t i = 0; i < model.copy_count; i++)
		is_in_chunk |= model.copies[i].key == number;
	if (record->live.size == 0 && record->disk.size == 0 && !is_in_chunk)
		record->disk = record->live;
}

/* Copies up to `count` records into the chunk. */
static inline void
sweep_copy_some(size_t count)
{
	for (; count > 0 && model.next < model.sweep.count && model.copy_count < COPIES_MAX;
		count--) {
		struct shelf_record *record = model.sweep.records[model.next++];
		size_t number = number_of(record);
		struct state live = model.records[number].live;
		struct bytes value;
		uint64_t version;
		if (!shelf_sweep_copy(model.shelf, record, &value, &version)) {
			note_not_copied(number);
			continue;
		}
		assert_true(is_value(value, live));
		assert_int_equal(version, live.version);
		model.copies[model.copy_count++] = (struct copy){ record, number, live };
	}
}

static inline void
sweep_write_chunk(void)
{
	for (size_t i = 0; i < model.copy_count; i++) {
		struct copy *copy = &model.copies[i];
		struct state *disk = &model.records[copy->key].disk;
		assert_true(copy->state.version >= disk->version);
		*disk = copy->state;
	}
	for (size_t i = 0; i < model.copy_count; i++)
		shelf_sweep_copied(model.shelf, model.copies[i].record);
	model.copy_count = 0;
}

static inline void
sweep_end_checked(void)
{
	sweep_copy_some(SIZE_MAX);
	while (model.next < model.sweep.count || model.copy_count > 0) {
		sweep_write_chunk();
		sweep_copy_some(SIZE_MAX);
	}
	shelf_sweep_end(model.shelf, &model.sweep);
	model.sweeping = false;
	/* All that was set before the sweep began is written. */
	for (size_t i = 0; i < model.key_count; i++) {
		assert_true(model.records[i].disk.version >= model.records[i].due);
		model.records[i].swept = false;
	}
}

static inline void
sweep_step(void)
{
	if (!model.sweeping)
		sweep_begin_checked();
	else if (model.next == model.sweep.count && model.copy_count == 0)
		sweep_end_checked();
	else if (random_below(&model.random, 2) == 0)
		sweep_copy_some(1 + random_below(&model.random, 40));
	else
		sweep_write_chunk();
}

struct walk {
	size_t records;
	size_t absent;
};

static inline void
walk_visit(void *context, uint8_t table, struct bytes key, struct bytes value, uint64_t version)
{
	struct walk *walk = context;
	struct made_key made;
	size_t number = load_u32(key.data);
	struct state live = model.records[number].live;
	assert_true(bytes_equal(key, key_of(&made, number).bytes));
	assert_int_equal(table, made.key.table);
	assert_true(is_value(value, live));
	assert_true(version == live.version || (live.size == 0 && version == 0));
	walk->records++;
	walk->absent += live.size == 0;
}

/*
 * Of an ordered table, a walk in key order meets all that changed and is not written, or that the
 * sweep under way has taken, also when that has written it and it was dropped since.
 */
static inline void
check_order(void)
{
	static bool met[MODEL_KEYS_MAX];
	struct bytes after = { NULL, 0 }, key;
	struct made_key made;
	memset(met, 0, sizeof met);
	while (shelf_next_changed(model.shelf, TABLE_TIMER, after, &key)) {
		assert_true(bytes_compare(after, key) < 0);
		size_t number = load_u32(key.data);
		assert_true(bytes_equal(key, key_of(&made, number).bytes));
		met[number] = true;
		after = key;
	}
	for (size_t i = 0; i < model.key_count; i++) {
		const struct model_record *record = &model.records[i];
		bool changed = record->swept || record->live.version != record->disk.version;
		if (key_of(&made, i).table == TABLE_TIMER && changed)
			assert_true(met[i]);
	}
}

/* Everything there is to be said of a shelf at rest or in a sweep. */
static inline void
check_all(void)
{
	struct walk walk = { 0, 0 };
	size_t here = 0;
	assert_true(shelf_is_valid(model.shelf));
	check_order();
	shelf_each(model.shelf, walk_visit, &walk);
	struct shelf_stats stats = shelf_stats(model.shelf);
	assert_int_equal(stats.records, walk.records);
	assert_int_equal(stats.absent, walk.absent);
	for (size_t i = 0; i < model.key_count; i++)
		here += find_and_check(i) != LOOKUP_COLD;
	assert_int_equal(here, walk.records);
	if (stats.changed == 0 && !model.sweeping)
		assert_int_equal(stats.kept_bytes, 0);
}

static inline void
random_step(void)
{
	struct random *random = &model.random;
	size_t numbers[CHANGED_MAX];
	size_t count = 1 + random_below(random, CHANGED_MAX);
	size_t kind = random_below(random, 100);
	/* Some keys are asked for much more than others. */
	size_t among = random_below(random, 3) == 0 ? model.key_count
						    : model.key_count / 8 + CHANGED_MAX;
	for (size_t i = 0; i < count; i++)
		numbers[i] = (random_below(random, among) / CHANGED_MAX * CHANGED_MAX + i) %
			model.key_count;
	if (kind < 30)
		find_and_check(numbers[0]);
	else if (kind < 45)
		warm(numbers[0]);
	else if (kind < 75)
		change(numbers, count, false);
	else if (kind < 78)
		change(numbers, count, true);
	else
		sweep_step();
	/*
	 * As the store does it: when changed records take the half, they are swept before anything
	 * else.
	 */
	struct shelf_stats stats = shelf_stats(model.shelf);
	if (stats.kept_bytes > stats.bytes_max / 2) {
		if (!model.sweeping)
			sweep_begin_checked();
		sweep_end_checked();
	}
}

/* Ends with everything written, and then the disk has all. */
static inline void
settle(void)
{
	for (int round = 0; round < 2; round++) {
		if (!model.sweeping)
			sweep_begin_checked();
		sweep_end_checked();
	}
	check_all();
	assert_int_equal(shelf_stats(model.shelf).kept_bytes, 0);
	for (size_t i = 0; i < model.key_count; i++) {
		assert_int_equal(model.records[i].disk.size, model.records[i].live.size);
		assert_int_equal(model.records[i].disk.version, model.records[i].live.version);
	}
}

static inline void
run_model(size_t steps, size_t check_every)
{
	for (size_t i = 0; i < steps; i++) {
		random_step();
		look_and_check(random_below(&model.random, SEEN_MAX));
		if (i % check_every == 0)
			check_all();
	}
	check_all();
	settle();
	assert_true(model.looks_that_helped > model.looks / 100);
	assert_true(model.looks_that_helped < model.looks);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
