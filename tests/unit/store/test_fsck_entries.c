/*
 * fsck finds by its name whatever an entry says that cannot be, forged with right checksums: sums,
 * chains, postings, times, ids decided twice.
 */
#include "fsck_case.h"

static struct effect
first_effect(const struct spot *spot)
{
	struct bytes rest = spot->entry.effect_bytes;
	struct effect effect = { 0 };
	effect_next(&rest, &effect);
	return effect;
}

static bool
is_charge(const struct spot *spot)
{
	return spot->entry.kind == ENTRY_CHARGE && spot->frame > 5;
}

static bool
is_chained_charge(const struct spot *spot)
{
	return is_charge(spot) && first_effect(spot).previous != 0;
}

static bool
is_posted(const struct spot *spot)
{
	return is_charge(spot) && spot->entry.posting_count > 0;
}

static bool
is_refusal(const struct spot *spot)
{
	return spot->entry.kind == ENTRY_REFUSAL;
}

static bool
is_activation(const struct spot *spot)
{
	return spot->entry.kind == ENTRY_RELEASE;
}

static struct spot
some_entry(bool (*wanted)(const struct spot *spot))
{
	struct spot spot;
	load_row();
	if (!row_find(&row, &chance, wanted, &spot))
		abort();
	return spot;
}

static void
save_forged(const struct spot *spot)
{
	row_seal(&row, spot->frame, true);
	save_row();
}

static uint8_t *
writable(const uint8_t *at)
{
	return (uint8_t *)(uintptr_t)at;
}

/* ---- entries that were changed ---- */

static void
wrong_balance(void **state)
{
	(void)state;
	struct spot spot = some_entry(is_charge);
	uint8_t *value = writable(first_effect(&spot).value.data);
	store_i64(value, load_i64(value) + 1);
	save_forged(&spot);
	assert_found("balance_sum");
}

static void
wrong_counter(void **state)
{
	(void)state;
	struct spot spot = some_entry(is_charge);
	struct bytes rest = spot.entry.effect_bytes;
	struct effect effect;
	while (effect_next(&rest, &effect) && effect.table != TABLE_COUNTER)
		;
	assert_int_equal(effect.table, TABLE_COUNTER);
	store_i64(writable(effect.value.data), load_i64(effect.value.data) + 60);
	save_forged(&spot);
	assert_found("balance_sum");
}

/* Where they lie in the value of a balance (records.h). */
enum { EARLIER_AT = 16, DAY_AT = 24 };

static void
wrong_day_of_a_balance(void **state)
{
	(void)state;
	struct spot spot = some_entry(is_charge);
	uint8_t *value = writable(first_effect(&spot).value.data);
	store_u32(value + DAY_AT, load_u32(value + DAY_AT) + 1);
	save_forged(&spot);
	assert_found("balance_day");
}

static void
wrong_entry_of_an_earlier_day(void **state)
{
	(void)state;
	struct spot spot = some_entry(is_chained_charge);
	uint8_t *value = writable(first_effect(&spot).value.data);
	store_u64(value + EARLIER_AT, load_u64(value + EARLIER_AT) + 8);
	save_forged(&spot);
	assert_found("balance_day");
}

static void
balance_that_forgot_its_days(void **state)
{
	(void)state;
	struct spot spot = some_entry(is_chained_charge);
	memset(writable(first_effect(&spot).value.data) + EARLIER_AT, 0, 8 + 4);
	save_forged(&spot);
	assert_found("balance_day");
}

static void
broken_previous(void **state)
{
	(void)state;
	struct spot spot = some_entry(is_chained_charge);
	uint8_t *effect = writable(spot.entry.effect_bytes.data);
	store_u32(effect + 4, load_u32(effect + 4) - 1);
	save_forged(&spot);
	assert_found("previous_chain");
}

static void
previous_that_is_forgotten(void **state)
{
	(void)state;
	struct spot spot = some_entry(is_chained_charge);
	memset(writable(spot.entry.effect_bytes.data) + 4, 0, 6);
	save_forged(&spot);
	assert_found("previous_chain");
}

static void
unbalanced_postings(void **state)
{
	(void)state;
	struct spot spot = some_entry(is_posted);
	/* side, then the lowest seven bits of the amount: one bit of them is no other length. */
	writable(spot.entry.posting_bytes.data)[1] ^= 2;
	save_forged(&spot);
	assert_found("postings_unbalanced");
}

static void
malformed_record(void **state)
{
	(void)state;
	struct spot spot = some_entry(is_charge);
	writable(first_effect(&spot).value.data)[28] = 99; /* the kind of the balance */
	save_forged(&spot);
	assert_found("record_malformed");
}

static void
malformed_entry(void **state)
{
	(void)state;
	struct spot spot = some_entry(is_charge);
	spot.at[40] = 77; /* its kind */
	row_seal(&row, spot.frame, true);
	save_row();
	assert_found("entry_malformed");
}

static void
wrong_checksum_of_an_entry(void **state)
{
	(void)state;
	struct spot spot = some_entry(is_charge);
	spot.at[60] ^= 1;
	row_seal(&row, spot.frame, false);
	save_row();
	assert_found("entry_malformed");
}

static void
refusal_that_changes_something(void **state)
{
	(void)state;
	struct spot spot = some_entry(is_charge);
	spot.at[40] = ENTRY_REFUSAL;
	save_forged(&spot);
	assert_found("entry_kind");
}

static void
entry_from_the_future(void **state)
{
	(void)state;
	struct spot spot = some_entry(is_charge);
	store_i64(spot.at + 24, load_i64(spot.at + 24) + 400 * LIVING_DAY_MS);
	save_forged(&spot);
	assert_found("entry_time");
}

/* ---- ids ---- */

static struct spot doubled;

static bool
is_charge_with_as_long_an_id(const struct spot *spot)
{
	return spot->entry.kind != ENTRY_REFUSAL &&
		spot->entry.scope.size == doubled.entry.scope.size &&
		spot->entry.id.size == doubled.entry.id.size && spot->position != doubled.position;
}

static void
id_decided_twice(void **state)
{
	(void)state;
	struct spot other;
	doubled = some_entry(is_charge);
	assert_true(row_find(&row, &chance, is_charge_with_as_long_an_id, &other));
	memcpy(writable((const uint8_t *)other.entry.scope.data), doubled.entry.scope.data,
		other.entry.scope.size);
	memcpy(writable((const uint8_t *)other.entry.id.data), doubled.entry.id.data,
		other.entry.id.size);
	save_forged(other.frame < doubled.frame ? &other : &doubled);
	/* The runs have the id once, and another that is gone. */
	assert_found("id_missing");
	assert_found("run_entry");
	/* Without a state to tell of runs, the journal alone is looked at. */
	char path[600];
	data_path("state", path);
	tree_remove(path);
	assert_found("id_twice");
}

static bool
is_in_tail(const struct spot *spot)
{
	return spot->frame + 4 > row.count && spot->entry.kind == ENTRY_CHARGE;
}

static void
id_decided_twice_behind_the_boundary(void **state)
{
	(void)state;
	struct spot old = some_entry(is_charge), spot;
	uint8_t entry_bytes[4096];
	char names[200];
	assert_true(row_find(&row, &chance, is_in_tail, &spot));
	memcpy(entry_bytes, spot.at, load_u32(spot.at));
	memcpy(names, old.entry.scope.data, old.entry.scope.size);
	memcpy(names + 100, old.entry.id.data, old.entry.id.size);
	struct entry again = { .kind = ENTRY_TOPUP,
		.attempt = 1,
		.at_ms = old.entry.at_ms,
		.made_ms = row.frames[row.count - 1].frame.time_ms,
		.scope = { names, old.entry.scope.size },
		.id = { names + 100, old.entry.id.size } };
	row_append(&row, &again);
	save_row();
	assert_found_alone("id_twice");
}

static void
refusal_decided_anew_with_the_same_attempt(void **state)
{
	(void)state;
	struct spot old = some_entry(is_refusal);
	struct entry again = old.entry;
	again.effect_count = again.posting_count = 0;
	again.made_ms = row.frames[row.count - 1].frame.time_ms;
	row_append(&row, &again);
	save_row();
	assert_found_alone("id_twice");
}

/* ---- entries behind the end ---- */

static const uint8_t COUNTER_VALUE[8] = { 5 };

static struct bytes
forged_counter(struct record_key *key)
{
	key_of_counter(
		key, &(struct counter_key){ TEXT("nobody"), false, TEXT("p"), TEXT("a"), 3 });
	return (struct bytes){ COUNTER_VALUE, sizeof COUNTER_VALUE };
}

static void
record_changed_twice(void **state)
{
	(void)state;
	struct record_key key;
	load_row();
	struct bytes value = forged_counter(&key);
	struct entry entry = forged_entry();
	const struct effect effect = {
		.table = TABLE_COUNTER, .key = { key.data, key.size }, .value = value
	};
	const struct effect effects[] = { effect, effect };
	const struct posting postings[] = {
		{ .side = 0, .amount = 5, .unit = TEXT("second") },
		{ .side = POSTING_BOOK,
			.book = TEXT("used"),
			.amount = -5,
			.unit = TEXT("second") },
	};
	entry.effects = effects;
	entry.effect_count = 2;
	entry.postings = postings;
	entry.posting_count = 2;
	row_append(&row, &entry);
	save_row();
	assert_found_alone("record_twice");
}

static void
record_that_did_not_begin_at_nothing(void **state)
{
	(void)state;
	struct record_key key;
	load_row();
	struct bytes value = forged_counter(&key);
	struct entry entry = forged_entry();
	const struct effect effect = {
		.table = TABLE_COUNTER, .key = { key.data, key.size }, .value = value
	};
	entry.effects = &effect;
	entry.effect_count = 1;
	row_append(&row, &entry);
	save_row();
	assert_found_alone("balance_sum");
}

/* One effect, five of a unit posted to it, and nothing else. */
static void
append_posted(const struct effect *effect, const char *unit)
{
	struct entry entry = forged_entry();
	const struct text name = { unit, strlen(unit) };
	const struct posting postings[] = {
		{ .side = 0, .amount = 5, .unit = name },
		{ .side = POSTING_BOOK, .book = TEXT("used"), .amount = -5, .unit = name },
	};
	entry.effects = effect;
	entry.effect_count = 1;
	entry.postings = postings;
	entry.posting_count = 2;
	row_append(&row, &entry);
	save_row();
}

static void
posting_on_a_record_without_an_amount(void **state)
{
	(void)state;
	load_row();
	const struct effect effect = { .table = TABLE_SETTING,
		.key = { (const uint8_t *)"new", 3 },
		.value = { COUNTER_VALUE, 8 } };
	append_posted(&effect, "CNY");
	assert_found_alone("posting_side");
}

/* Puts the release of the first activation in force at another instant. */
static void
append_activation(int64_t at_ms, char last_digit)
{
	struct record_key key;
	uint8_t place[128];
	struct spot first;
	struct effect effect;
	assert_true(row_find(&row, &chance, is_activation, &first));
	struct bytes rest = first.entry.effect_bytes;
	while (effect_next(&rest, &effect) && effect.table != TABLE_SETTING)
		;
	assert_true(effect.value.size <= sizeof place);
	memcpy(place, effect.value.data, effect.value.size);
	if (last_digit != '\0')
		place[RELEASE_NAME_BYTES] = (uint8_t)last_digit; /* behind its length */
	key_of_activation(&key, at_ms);
	effect = (struct effect){ .table = TABLE_SETTING,
		.key = { key.data, key.size },
		.value = { place, effect.value.size } };
	struct entry entry = forged_entry();
	entry.kind = ENTRY_RELEASE;
	entry.effects = &effect;
	entry.effect_count = 1;
	row_append(&row, &entry);
	save_row();
}

static void
activation_in_the_past(void **state)
{
	(void)state;
	load_row();
	append_activation(forged_entry().made_ms - 1, '\0');
	assert_found_alone("activation_past");
}

static void
activation_of_what_is_not_kept(void **state)
{
	(void)state;
	load_row();
	append_activation(forged_entry().made_ms, 'x');
	assert_found_alone("release_unknown");
}

static void
activation_of_what_is_kept(void **state)
{
	(void)state;
	load_row();
	append_activation(forged_entry().made_ms, '\0');
	assert_clean();
}

static void
posting_in_another_unit(void **state)
{
	(void)state;
	struct record_key key;
	uint8_t place[128];
	struct field_writer writer = fields_into(place, sizeof place);
	const struct balance balance = {
		.amount = 5, .kind = BALANCE_CASH, .unit = TEXT("CNY"), .span = SPAN_ALWAYS
	};
	load_row();
	key_of_balance(&key, TEXT("nobody"), TEXT("main"));
	balance_write(&writer, &balance);
	const struct effect effect = { .table = TABLE_BALANCE,
		.key = { key.data, key.size },
		.value = fields_written(&writer) };
	append_posted(&effect, "USD");
	assert_found_alone("posting_unit");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OF(clean, wrong_balance),
		OF(clean, wrong_counter),
		OF(clean, wrong_day_of_a_balance),
		OF(clean, wrong_entry_of_an_earlier_day),
		OF(clean, balance_that_forgot_its_days),
		OF(clean, broken_previous),
		OF(clean, previous_that_is_forgotten),
		OF(clean, unbalanced_postings),
		OF(clean, malformed_record),
		OF(clean, malformed_entry),
		OF(clean, wrong_checksum_of_an_entry),
		OF(clean, refusal_that_changes_something),
		OF(clean, entry_from_the_future),
		OF(clean, id_decided_twice),
		OF(killed, id_decided_twice_behind_the_boundary),
		OF(killed, refusal_decided_anew_with_the_same_attempt),
		OF(killed, record_changed_twice),
		OF(killed, record_that_did_not_begin_at_nothing),
		OF(killed, posting_on_a_record_without_an_amount),
		OF(killed, posting_in_another_unit),
		OF(killed, activation_in_the_past),
		OF(killed, activation_of_what_is_not_kept),
		OF(killed, activation_of_what_is_kept),
	};
	return cmocka_run_group_tests(tests, make_bases, remove_bases);
}
