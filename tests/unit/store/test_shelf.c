/*
 * The shelf against a naive map of records, with a naive disk behind it. The law that everything
 * rests on: what was set is on the shelf or was written by a sweep, and nothing older is ever
 * written over something newer.
 */
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

static int
set_up(void **state)
{
	(void)state;
	memset(&model, 0, sizeof model);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	memory_fail_at(0);
	if (model.sweeping)
		shelf_sweep_abandon(model.shelf, &model.sweep);
	shelf_free(model.shelf);
	return 0;
}

static void
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
static struct shelf_key
key_of(struct made_key *made, size_t number)
{
	size_t size = 4 + number * 7 % (RECORD_KEY_MAX - 4);
	memset(made->bytes, 'k', size);
	store_u32(made->bytes, (uint32_t)number);
	enum table table = (enum table)(1 + number % (TABLE_END - 1));
	made->key = shelf_key(table, (struct bytes){ made->bytes, size });
	return made->key;
}

static struct record_name
name_of(struct made_key *made, size_t number)
{
	struct shelf_key key = key_of(made, number);
	return (struct record_name){ key.table, key.bytes };
}

static const uint8_t *
value_of(struct state state)
{
	static uint8_t bytes[RECORD_VALUE_MAX + 8];
	for (size_t i = 0; i < state.size; i += 8)
		store_u64(bytes + i, state.version * UINT64_C(0x9e3779b97f4a7c15) + i);
	return bytes;
}

static bool
is_value(struct bytes value, struct state state)
{
	return value.size == state.size && memcmp(value.data, value_of(state), state.size) == 0;
}

static size_t
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
static void
arm(void)
{
	if (model.memory_fails && random_below(&model.random, 4) == 0)
		memory_fail_at(1 + random_below(&model.random, 4));
}

static void
disarm(void)
{
	memory_fail_at(0);
}

/* ---- what can be done to a shelf ---- */

static enum lookup
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
static void
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
static bool
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
static bool
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

static void
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

static size_t
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
static void
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
static void
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

static void
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

static void
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

static void
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

static void
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
static void
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
static void
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

static void
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
static void
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

static void
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

/* ---- claims ---- */

static void
every_record_is_on_the_shelf_or_written_step_by_step(void **state)
{
	(void)state;
	uint64_t seed = random_seed("every_record_is_on_the_shelf_or_written_step_by_step");
	model_start(1 << 20, 120, 30000, seed);
	run_model(6000, 1);
}

static void
every_record_is_on_the_shelf_or_written_in_little_memory(void **state)
{
	(void)state;
	uint64_t seed = random_seed("every_record_is_on_the_shelf_or_written_in_little_memory");
	model_start(1 << 20, MODEL_KEYS_MAX, 9000, seed);
	run_model(150000, 4000);
	assert_true(shelf_stats(model.shelf).dropped > 1000);
}

static void
every_record_is_on_the_shelf_or_written_when_memory_fails(void **state)
{
	(void)state;
	uint64_t seed = random_seed("every_record_is_on_the_shelf_or_written_when_memory_fails");
	model_start(32 << 20, MODEL_KEYS_MAX, RECORD_VALUE_MAX, seed);
	model.memory_fails = true;
	run_model(80000, 4000);
	assert_true(model.refused > 50);
}

static void
every_record_is_on_the_shelf_or_written_in_much_memory(void **state)
{
	(void)state;
	uint64_t seed = random_seed("every_record_is_on_the_shelf_or_written_in_much_memory");
	model_start((size_t)1 << 30, MODEL_KEYS_MAX, 3000, seed);
	run_model(100000, 10000);
	assert_int_equal(shelf_stats(model.shelf).dropped, 0);
}

/* A value with a version for one key, in three steps. */
static void
set_one(size_t number, size_t size)
{
	struct made_key made;
	struct state *live = &model.records[number].live;
	struct shelf_key key = key_of(&made, number);
	struct shelf_record *record = shelf_pin(model.shelf, key, size);
	assert_non_null(record);
	assert_true(shelf_make_room(model.shelf, key, &record, size));
	*live = (struct state){ ++model.version, size };
	shelf_set(model.shelf, record, (struct bytes){ value_of(*live), size }, live->version);
}

static void
record_is_cold_until_it_is_known_and_absent_until_it_is_set(void **state)
{
	(void)state;
	struct made_key made;
	struct bytes value;
	uint64_t version = 77;
	model_start(1 << 20, 10, 100, 1);
	struct shelf_key key = key_of(&made, 3);
	assert_int_equal(shelf_find(model.shelf, key, &value, &version), LOOKUP_COLD);
	assert_true(shelf_install(model.shelf, key, (struct bytes){ NULL, 0 }, 0));
	assert_int_equal(shelf_find(model.shelf, key, &value, &version), LOOKUP_ABSENT);
	assert_int_equal(version, 0);
	set_one(3, 20);
	assert_int_equal(shelf_find(model.shelf, key, &value, &version), LOOKUP_FOUND);
	assert_int_equal(version, 1);
	/* Its end has a version, too. */
	set_one(3, 0);
	assert_int_equal(shelf_find(model.shelf, key, &value, &version), LOOKUP_ABSENT);
	assert_int_equal(version, 2);
	assert_true(shelf_is_valid(model.shelf));
}

static void
key_that_was_swept_and_dropped_is_in_order_until_its_sweep_ends(void **state)
{
	(void)state;
	struct made_key made;
	struct bytes key, value;
	uint64_t version;
	size_t timer = 0;
	model_start(1 << 20, MODEL_KEYS_MAX, 100, 1);
	while (key_of(&made, timer).table != TABLE_TIMER)
		timer++;
	set_one(timer, 20);
	sweep_begin_checked();
	sweep_copy_some(SIZE_MAX);
	sweep_write_chunk();
	/* Others of its size push it out. */
	uint8_t other[RECORD_KEY_MAX] = { 0 };
	struct shelf_key timer_key = key_of(&made, timer);
	uint32_t count = 0;
	while (shelf_find(model.shelf, timer_key, &value, &version) != LOOKUP_COLD) {
		assert_true(count < 100000);
		for (uint32_t i = 0; i < 1000; i++) {
			store_u32(other, count++);
			shelf_install(model.shelf,
				shelf_key(TABLE_SETTING,
					(struct bytes){ other, timer_key.bytes.size }),
				(struct bytes){ other, 20 }, 1);
		}
	}
	assert_true(shelf_next_changed(model.shelf, TABLE_TIMER, (struct bytes){ NULL, 0 }, &key));
	assert_true(bytes_equal(key, key_of(&made, timer).bytes));
	sweep_end_checked();
	assert_false(shelf_next_changed(model.shelf, TABLE_TIMER, (struct bytes){ NULL, 0 }, &key));
}

static void
what_is_on_the_shelf_is_never_replaced_by_what_is_read(void **state)
{
	(void)state;
	struct made_key made;
	struct bytes value;
	uint64_t version;
	model_start(1 << 20, 10, 100, 1);
	set_one(4, 30);
	struct shelf_key key = key_of(&made, 4);
	assert_true(shelf_install(model.shelf, key, bytes_of_text(TEXT("old")), 1));
	assert_true(shelf_install(model.shelf, key, (struct bytes){ NULL, 0 }, 0));
	assert_int_equal(shelf_find(model.shelf, key, &value, &version), LOOKUP_FOUND);
	assert_int_equal(value.size, 30);
}

static void
same_key_in_two_tables_is_two_records(void **state)
{
	(void)state;
	struct bytes name = bytes_of_text(TEXT("name"));
	struct bytes value;
	uint64_t version;
	model_start(1 << 20, 0, 100, 1);
	struct shelf_key customer = shelf_key(TABLE_CUSTOMER, name);
	struct shelf_key account = shelf_key(TABLE_ACCOUNT, name);
	assert_true(shelf_install(model.shelf, customer, bytes_of_text(TEXT("a")), 1));
	assert_int_equal(shelf_find(model.shelf, account, &value, &version), LOOKUP_COLD);
	assert_true(shelf_install(model.shelf, account, bytes_of_text(TEXT("b")), 2));
	assert_int_equal(shelf_find(model.shelf, customer, &value, &version), LOOKUP_FOUND);
	assert_int_equal(version, 1);
	struct record_key made;
	key_of_text(&made, TABLE_ACCOUNT, TEXT("name"));
	assert_int_equal(
		shelf_find(model.shelf, shelf_key_of(&made), &value, &version), LOOKUP_FOUND);
	assert_int_equal(version, 2);
}

static void
largest_records_are_kept_swept_and_dropped_like_others(void **state)
{
	(void)state;
	model_start(1 << 20, 100, RECORD_VALUE_MAX, 1);
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < 100; i++) {
			assert_true(warm(i));
			set_one(i, RECORD_VALUE_MAX - i);
			if (i % 5 == 4) {
				if (!model.sweeping)
					sweep_begin_checked();
				sweep_end_checked();
			}
		}
	}
	settle();
	struct shelf_stats stats = shelf_stats(model.shelf);
	assert_true(stats.dropped > 200);
	assert_true(stats.bytes < (2 << 20));
}

/*
 * Fills the shelf with clean records of other keys, so that a clean record that nobody asks for
 * goes.
 */
static void
push_out(size_t first, size_t size)
{
	for (size_t i = first; i < model.key_count; i++) {
		struct made_key made;
		model.records[i].live = model.records[i].disk = (struct state){ 1, size };
		assert_true(shelf_install(model.shelf, key_of(&made, i),
			(struct bytes){ value_of(model.records[i].disk), size }, 1));
	}
}

static void
record_may_be_dropped_before_the_sweep_meets_the_cell_that_it_outgrew(void **state)
{
	(void)state;
	struct bytes value;
	uint64_t version, found_version;
	struct made_key made;
	model_start(1 << 20, MODEL_KEYS_MAX, 2000, 1);
	model.version = 1;
	set_one(0, 10);
	set_one(0, 900); /* moves: the old cell and the new one are both on the list */
	struct shelf_sweep sweep = shelf_sweep_begin(model.shelf);
	assert_int_equal(sweep.count, 2);
	/* Written are both, and the new one first; then it is pushed out. */
	bool copied = shelf_sweep_copy(model.shelf, sweep.records[1], &value, &version);
	assert_true(copied);
	assert_int_equal(version, 3);
	shelf_sweep_copied(model.shelf, sweep.records[1]);
	push_out(1, 900);
	assert_int_equal(
		shelf_find(model.shelf, key_of(&made, 0), &value, &found_version), LOOKUP_COLD);
	assert_false(shelf_sweep_copy(model.shelf, sweep.records[0], &value, &version));
	shelf_sweep_end(model.shelf, &sweep);
	assert_true(shelf_is_valid(model.shelf));
	assert_int_equal(shelf_stats(model.shelf).kept_bytes, 0);
}

static void
record_that_outgrew_its_cell_during_the_sweep_is_written_by_it(void **state)
{
	(void)state;
	struct bytes value;
	uint64_t version;
	model_start(1 << 20, 10, 2000, 1);
	set_one(0, 10);
	struct shelf_sweep sweep = shelf_sweep_begin(model.shelf);
	set_one(0, 900);
	assert_int_equal(sweep.count, 1);
	assert_true(shelf_sweep_copy(model.shelf, sweep.records[0], &value, &version));
	assert_int_equal(version, 2);
	assert_int_equal(value.size, 900);
	shelf_sweep_copied(model.shelf, sweep.records[0]);
	shelf_sweep_end(model.shelf, &sweep);
	/* The next sweep writes it once more; nothing else. */
	assert_int_equal(shelf_stats(model.shelf).changed, 1);
	assert_true(shelf_is_valid(model.shelf));
}

static void
record_changed_between_its_copy_and_the_end_of_the_chunk_is_changed_still(void **state)
{
	(void)state;
	struct bytes value;
	uint64_t version;
	model_start(1 << 20, 10, 2000, 1);
	set_one(0, 10);
	struct shelf_sweep sweep = shelf_sweep_begin(model.shelf);
	assert_true(shelf_sweep_copy(model.shelf, sweep.records[0], &value, &version));
	set_one(0, 10);
	shelf_sweep_copied(model.shelf, sweep.records[0]);
	assert_true(shelf_stats(model.shelf).kept_bytes > 0);
	shelf_sweep_end(model.shelf, &sweep);
	assert_int_equal(shelf_stats(model.shelf).changed, 1);
	sweep = shelf_sweep_begin(model.shelf);
	assert_true(shelf_sweep_copy(model.shelf, sweep.records[0], &value, &version));
	assert_int_equal(version, 2);
	shelf_sweep_copied(model.shelf, sweep.records[0]);
	shelf_sweep_end(model.shelf, &sweep);
	assert_int_equal(shelf_stats(model.shelf).kept_bytes, 0);
}

static void
record_that_was_made_and_never_set_is_not_written(void **state)
{
	(void)state;
	struct made_key made;
	struct bytes value;
	uint64_t version;
	model_start(1 << 20, 10, 2000, 1);
	struct shelf_record *record;
	static const struct record_seen nowhere;
	assert_true(shelf_pin_found(model.shelf, key_of(&made, 0), &record));
	assert_null(record);
	assert_non_null(shelf_pin(model.shelf, key_of(&made, 0), 10));
	assert_true(shelf_pin_found(model.shelf, key_of(&made, 0), &record));
	assert_non_null(record);
	const struct record_seen there = { record };
	assert_true(shelf_pin_seen(model.shelf, &there, name_of(&made, 0), &record));
	assert_ptr_equal(record, there.record);
	assert_true(shelf_pin_seen(model.shelf, &there, name_of(&made, 1), &record));
	assert_null(record);
	assert_true(shelf_pin_seen(model.shelf, &nowhere, name_of(&made, 0), &record));
	assert_null(record);
	struct shelf_sweep sweep = shelf_sweep_begin(model.shelf);
	assert_int_equal(sweep.count, 1);
	assert_false(shelf_sweep_copy(model.shelf, sweep.records[0], &value, &version));
	shelf_sweep_end(model.shelf, &sweep);
	assert_int_equal(shelf_stats(model.shelf).kept_bytes, 0);
	assert_true(shelf_is_valid(model.shelf));
}

/* Writes all that has to be; returns how many records that was. */
static size_t
sweep_and_count(void)
{
	struct shelf_sweep sweep = shelf_sweep_begin(model.shelf);
	struct bytes value;
	uint64_t version;
	size_t count = 0;
	for (size_t i = 0; i < sweep.count; i++) {
		if (!shelf_sweep_copy(model.shelf, sweep.records[i], &value, &version))
			continue;
		count++;
		shelf_sweep_copied(model.shelf, sweep.records[i]);
	}
	shelf_sweep_end(model.shelf, &sweep);
	assert_true(shelf_is_valid(model.shelf));
	assert_int_equal(shelf_stats(model.shelf).kept_bytes, 0);
	return count;
}

static void
what_came_and_went_since_the_last_sweep_is_not_written(void **state)
{
	(void)state;
	struct made_key made;
	model_start(1 << 20, 10, 2000, 1);
	assert_non_null(shelf_pin_new(model.shelf, key_of(&made, 0), 10));
	set_one(0, 10);
	set_one(0, 500); /* to another cell */
	set_one(0, 0);
	assert_int_equal(sweep_and_count(), 0);
	set_one(0, 10);
	assert_int_equal(sweep_and_count(), 1);
	set_one(0, 20);
	set_one(0, 0);
	assert_int_equal(sweep_and_count(), 1); /* it was there */
	set_one(0, 30);
	set_one(0, 0);
	assert_int_equal(sweep_and_count(), 0);
}

static void
end_of_a_record_that_nobody_looked_for_is_written(void **state)
{
	(void)state;
	model_start(1 << 20, 10, 2000, 1);
	set_one(0, 10);
	set_one(0, 0);
	assert_int_equal(sweep_and_count(), 1);
}

static void
end_of_what_was_read_is_written(void **state)
{
	(void)state;
	struct made_key made;
	model_start(1 << 20, 10, 2000, 1);
	model.version = 5;
	const struct state before = { 5, 10 };
	const struct bytes value = { value_of(before), before.size };
	assert_true(shelf_install(model.shelf, key_of(&made, 0), value, before.version));
	set_one(0, 0);
	assert_int_equal(sweep_and_count(), 1);
}

static void
entry_follows_the_version_it_names_and_nothing_or_an_end_that_was_forgotten(void **state)
{
	(void)state;
	struct made_key made;
	model_start(1 << 20, 10, 100, 1);
	struct shelf_record *record = shelf_pin(model.shelf, key_of(&made, 0), 10);
	assert_true(shelf_record_follows(record, 0));
	assert_true(shelf_record_follows(record, 4160)); /* not known yet */
	set_one(0, 5);
	assert_true(shelf_record_follows(record, 1));
	assert_false(shelf_record_follows(record, 0));
	assert_false(shelf_record_follows(record, 2));
	set_one(0, 0);
	assert_true(shelf_record_follows(record, 2));
	assert_true(shelf_record_follows(record, 0));
	assert_false(shelf_record_follows(record, 1));
}

static void
install_or_fail(size_t number, size_t size)
{
	struct made_key made;
	assert_true(shelf_install(model.shelf, key_of(&made, number),
		(struct bytes){ value_of((struct state){ 1, size }), size }, 1));
}

static void
records_that_are_asked_for_stay_longer(void **state)
{
	(void)state;
	struct made_key made;
	struct bytes value;
	uint64_t version;
	size_t cold = 0;
	model_start(1 << 20, MODEL_KEYS_MAX, 2000, 1);
	for (size_t i = 0; i < MODEL_KEYS_MAX; i++) {
		install_or_fail(i, 700);
		for (size_t hot = 0; hot < 100 && hot <= i; hot++) {
			if (shelf_find(model.shelf, key_of(&made, hot), &value, &version) ==
				LOOKUP_FOUND)
				continue;
			install_or_fail(hot, 700);
			cold++;
		}
	}
	assert_true(shelf_stats(model.shelf).dropped > 4000);
	/* If all were alike, each would have been dropped some five times. */
	assert_in_range(cold, 0, 100);
}

static void
memory_is_found_where_all_records_were_used_lately(void **state)
{
	(void)state;
	model_start(4 << 20, MODEL_KEYS_MAX, 100, 1);
	for (size_t i = 0; i < 300000; i++)
		install_or_fail(i * (RECORD_KEY_MAX - 4), 8); /* all of one size */
	assert_true(shelf_stats(model.shelf).records < 200000);
	assert_true(shelf_is_valid(model.shelf));
}

static void
size_that_comes_late_finds_memory(void **state)
{
	(void)state;
	struct made_key made;
	model_start(1 << 20, MODEL_KEYS_MAX, 2000, 1);
	for (size_t i = 0; i < 3000; i++)
		install_or_fail(i, 400);
	size_t before = shelf_stats(model.shelf).bytes;
	for (size_t size = 1; size <= RECORD_VALUE_MAX; size += 1 + size / 3) {
		for (size_t i = 0; i < 3; i++) {
			struct shelf_key key = key_of(&made, 3000 + size % 3000);
			shelf_install(model.shelf, key,
				(struct bytes){ value_of((struct state){ 1, size }), size }, 1);
			struct bytes value;
			uint64_t version;
			assert_int_equal(
				shelf_find(model.shelf, key, &value, &version), LOOKUP_FOUND);
		}
	}
	assert_true(shelf_stats(model.shelf).bytes < before + (6 << 20));
	assert_true(shelf_is_valid(model.shelf));
}

static void
memory_stays_within_its_bound_whatever_comes_and_goes(void **state)
{
	(void)state;
	uint64_t seed = random_seed("memory_stays_within_its_bound_whatever_comes_and_goes");
	model_start(8 << 20, MODEL_KEYS_MAX, 12000, seed);
	for (size_t i = 0; i < 60000; i++) {
		warm(random_below(&model.random, model.key_count));
		random_step();
	}
	settle();
	/* An eighth beyond, and large pages that are not full yet: of cells, and of the index. */
	assert_true(shelf_stats(model.shelf).bytes <= (9 << 20) + (4 << 20));
}

static void
shelf_without_memory_is_none(void **state)
{
	(void)state;
	for (uint64_t n = 1;; n++) {
		memory_fail_at(n);
		model.shelf = shelf_new(1 << 20);
		bool reached = memory_request_count() >= n;
		memory_fail_at(0);
		assert_int_equal(model.shelf == NULL, reached);
		if (!reached)
			break;
	}
	assert_int_equal(shelf_stats(model.shelf).bytes_max, 1 << 20);
	shelf_free(model.shelf);
	model.shelf = shelf_new(0);
	assert_int_equal(shelf_stats(model.shelf).bytes_max, 1 << 20);
}

static void
prefetching_changes_nothing(void **state)
{
	(void)state;
	struct made_key made;
	model_start(1 << 20, 10, 100, 1);
	set_one(1, 50);
	for (size_t i = 0; i < 10; i++) {
		uint64_t hash = key_of(&made, i).hash;
		shelf_prefetch_slot(model.shelf, hash);
		shelf_prefetch_record(model.shelf, hash);
	}
	assert_true(shelf_is_valid(model.shelf));
	assert_int_equal(find_and_check(1), LOOKUP_FOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(record_is_cold_until_it_is_known_and_absent_until_it_is_set),
		TEST(key_that_was_swept_and_dropped_is_in_order_until_its_sweep_ends),
		TEST(what_is_on_the_shelf_is_never_replaced_by_what_is_read),
		TEST(same_key_in_two_tables_is_two_records),
		TEST(largest_records_are_kept_swept_and_dropped_like_others),
		TEST(record_may_be_dropped_before_the_sweep_meets_the_cell_that_it_outgrew),
		TEST(record_that_outgrew_its_cell_during_the_sweep_is_written_by_it),
		TEST(record_changed_between_its_copy_and_the_end_of_the_chunk_is_changed_still),
		TEST(record_that_was_made_and_never_set_is_not_written),
		TEST(what_came_and_went_since_the_last_sweep_is_not_written),
		TEST(end_of_a_record_that_nobody_looked_for_is_written),
		TEST(end_of_what_was_read_is_written),
		TEST(entry_follows_the_version_it_names_and_nothing_or_an_end_that_was_forgotten),
		TEST(records_that_are_asked_for_stay_longer),
		TEST(memory_is_found_where_all_records_were_used_lately),
		TEST(size_that_comes_late_finds_memory),
		TEST(memory_stays_within_its_bound_whatever_comes_and_goes),
		TEST(shelf_without_memory_is_none),
		TEST(prefetching_changes_nothing),
		TEST(every_record_is_on_the_shelf_or_written_step_by_step),
		TEST(every_record_is_on_the_shelf_or_written_in_little_memory),
		TEST(every_record_is_on_the_shelf_or_written_when_memory_fails),
		TEST(every_record_is_on_the_shelf_or_written_in_much_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
