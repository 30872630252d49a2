/* Tests of engine/charged.c: what a charge took is read from its entry, and given back in parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../../engine/charged.h"
#include "../../../engine/pack.h"
#include "../store/scratch.h"

enum { ROUNDS = 2000, KEY = 7, TAKEN_MAX = 6 };

/* An entry under construction, and as it was decoded. */
struct made {
	struct record_key keys[8];
	uint8_t places[8][80];
	struct effect effects[8];
	struct posting postings[16];
	struct buffer event;
	struct entry entry, decoded;
	uint8_t bytes[4096];
};

static struct made made;

static void
made_begin(int64_t quantity, enum unit unit)
{
	buffer_release(&made.event);
	memset(&made, 0, sizeof made);
	buffer_init(&made.event, 1024);
	struct pack pack = pack_into(&made.event);
	pack_array(&pack, 4);
	pack_text(&pack, TEXT("voice"));
	pack_text(&pack, TEXT("110"));
	pack_unsigned(&pack, (uint64_t)unit);
	pack_integer(&pack, quantity);
	made.entry = (struct entry){
		.kind = ENTRY_CHARGE, .effects = made.effects, .postings = made.postings
	};
}

static void
made_move(enum table table, struct bytes value, int64_t amount, struct text unit)
{
	size_t index = made.entry.effect_count++;
	made.effects[index] = (struct effect){ .table = (uint8_t)table,
		.key = { made.keys[index].data, made.keys[index].size },
		.value = value };
	if (amount == 0)
		return;
	struct posting *posting = &made.postings[made.entry.posting_count];
	posting[0] = (struct posting){ .side = (uint8_t)index, .amount = amount, .unit = unit };
	posting[1] = (struct posting){
		.side = POSTING_BOOK, .book = TEXT("x"), .amount = -amount, .unit = unit
	};
	made.entry.posting_count += 2;
}

static void
made_pay(const char *account, int64_t micros)
{
	size_t index = made.entry.effect_count;
	struct field_writer writer = fields_into(made.places[index], sizeof made.places[index]);
	const struct balance balance = {
		.amount = 100, .kind = BALANCE_CASH, .unit = TEXT("CNY"), .span = SPAN_ALWAYS
	};
	key_of_balance(&made.keys[index], (struct text){ account, strlen(account) }, TEXT("main"));
	balance_write(&writer, &balance);
	made_move(TABLE_BALANCE, fields_written(&writer), -micros, TEXT("CNY"));
}

static void
made_count(int64_t amount, struct text unit)
{
	size_t index = made.entry.effect_count;
	store_i64(made.places[index], amount + 1000);
	key_of_counter(&made.keys[index],
		&(struct counter_key){ TEXT("s"), false, TEXT("p"), TEXT("a"), (int32_t)index });
	made_move(TABLE_COUNTER, (struct bytes){ made.places[index], 8 }, amount, unit);
}

static enum status
made_read(struct charged *charged)
{
	struct fault fault;
	size_t size;
	made.entry.event = (struct bytes){ made.event.data, made.event.size };
	assert_true(entry_size(&made.entry) <= sizeof made.bytes);
	entry_encode(&made.entry, KEY, made.bytes);
	assert_int_equal(entry_decode((struct bytes){ made.bytes, entry_size(&made.entry) }, KEY,
				 &made.decoded, &size, &fault),
		STATUS_OK);
	return charged_read(&made.decoded, charged, &fault);
}

static struct charged charged;

/* ---- reading ---- */

static void
what_a_charge_took_is_in_its_entry(void **state)
{
	(void)state;
	made_begin(90, UNIT_SECOND);
	made_pay("a1", 220000);
	made_count(60, TEXT("second"));
	made_count(220000, TEXT("CNY"));
	assert_int_equal(made_read(&charged), STATUS_OK);
	assert_true(text_equal(charged.account, TEXT("a1")));
	assert_true(text_equal(charged_account(&made.decoded), TEXT("a1")));
	assert_true(text_equal(charged.currency, TEXT("CNY")));
	assert_int_equal(charged.paid.micros, 220000);
	assert_int_equal(charged.quantity, 90);
	assert_int_equal(charged.unit, UNIT_SECOND);
	assert_false(charged.was_empty);
	assert_int_equal(charged.taken_count, 2);
	assert_int_equal(charged.taken[0].amount, 60);
	assert_false(charged.taken[0].money);
	assert_true(charged.taken[1].money && charged.took_units);
}

static void
what_was_free_has_its_currency_and_what_was_nothing_counts_as_one(void **state)
{
	(void)state;
	made_begin(0, UNIT_ITEM);
	made_pay("a1", 0);
	assert_int_equal(made_read(&charged), STATUS_OK);
	assert_int_equal(charged.paid.micros, 0);
	assert_true(text_equal(charged.currency, TEXT("CNY")));
	assert_true(charged.was_empty && !charged.took_units);
	assert_int_equal(charged.quantity, 1);
}

static void
what_no_charge_writes_is_said_to_be_damaged(void **state)
{
	(void)state;
	made_begin(1, UNIT_ITEM);
	assert_int_equal(made_read(&charged), STATUS_CORRUPT); /* nobody paid */
	made_pay("a1", 5);
	made_pay("a2", 5);
	assert_int_equal(made_read(&charged), STATUS_CORRUPT);
	made_begin(1, UNIT_ITEM);
	made_pay("a1", -5);
	assert_int_equal(made_read(&charged), STATUS_CORRUPT);
	made_begin(1, UNIT_ITEM);
	made_pay("a1", 5);
	made_count(0, TEXT("item"));
	assert_int_equal(made_read(&charged), STATUS_CORRUPT);
	made_begin(-1, UNIT_ITEM);
	made_pay("a1", 5);
	assert_int_equal(made_read(&charged), STATUS_CORRUPT);
	made_begin(1, (enum unit)(UNIT_ITEM + 1));
	made_pay("a1", 5);
	assert_int_equal(made_read(&charged), STATUS_CORRUPT);
	made_begin(1, UNIT_ITEM);
	made_pay("a1", 5);
	made.event.size--;
	assert_int_equal(made_read(&charged), STATUS_CORRUPT);
}

/* ---- giving back ---- */

static enum part_outcome
give(struct refund_record *given, enum part_of of, int64_t amount)
{
	const struct part part = { of, { amount }, amount };
	struct refund_record after = { { -1 }, -1 };
	enum part_outcome outcome = charged_give(&charged, given, &part, &after);
	if (outcome == PART_FINE)
		*given = after;
	else
		assert_true(after.money.micros == -1 && after.quantity == -1);
	return outcome;
}

static void
parts_of_three_come_to_the_whole(void **state)
{
	(void)state;
	struct refund_record given = { .quantity = 0 };
	made_begin(3, UNIT_ITEM);
	made_pay("a1", 100000);
	assert_int_equal(made_read(&charged), STATUS_OK);
	assert_int_equal(give(&given, PART_USAGE, 1), PART_FINE);
	assert_int_equal(given.money.micros, 33333);
	assert_int_equal(give(&given, PART_USAGE, 1), PART_FINE);
	assert_int_equal(given.money.micros, 66666);
	assert_int_equal(give(&given, PART_USAGE, 2), PART_TOO_MUCH);
	assert_int_equal(give(&given, PART_MONEY, 33335), PART_TOO_MUCH);
	assert_int_equal(give(&given, PART_MONEY, 33334), PART_FINE); /* and no units are left */
	assert_int_equal(given.quantity, 3);
	assert_int_equal(give(&given, PART_USAGE, 1), PART_NOTHING_LEFT);
	assert_int_equal(give(&given, PART_REST, 0), PART_NOTHING_LEFT);
}

static void
usage_whose_money_came_back_before_is_too_much(void **state)
{
	(void)state;
	struct refund_record given = { .quantity = 0 };
	made_begin(2, UNIT_ITEM);
	made_pay("a1", 100);
	made_count(2, TEXT("item"));
	made_count(100, TEXT("CNY"));
	assert_int_equal(made_read(&charged), STATUS_OK);
	assert_int_equal(give(&given, PART_MONEY, 60), PART_FINE);
	assert_int_equal(charged_given(&charged, &charged.taken[0], &given), 0);
	assert_int_equal(charged_given(&charged, &charged.taken[1], &given), 60);
	assert_int_equal(give(&given, PART_USAGE, 1), PART_TOO_MUCH);
	assert_int_equal(give(&given, PART_REST, 0), PART_FINE);
	assert_int_equal(charged_given(&charged, &charged.taken[0], &given), 2);
	assert_int_equal(given.money.micros, 100);
}

static void
what_was_free_comes_back_by_its_usage(void **state)
{
	(void)state;
	struct refund_record given = { .quantity = 0 };
	made_begin(4, UNIT_ITEM);
	made_pay("a1", 0);
	made_count(12, TEXT("item"));
	assert_int_equal(made_read(&charged), STATUS_OK);
	assert_int_equal(give(&given, PART_MONEY, 1), PART_TOO_MUCH);
	assert_int_equal(give(&given, PART_USAGE, 3), PART_FINE);
	assert_int_equal(charged_given(&charged, &charged.taken[0], &given), 9);
	assert_int_equal(give(&given, PART_REST, 0), PART_FINE);
	assert_int_equal(charged_given(&charged, &charged.taken[0], &given), 12);
	assert_int_equal(give(&given, PART_REST, 0), PART_NOTHING_LEFT);
}

/* A random charge; some of what it took is as large as can be. */
static void
random_charge(struct random *random)
{
	bool large = random_below(random, 8) == 0;
	int64_t most = large ? INT64_MAX : 1000;
	made_begin((int64_t)random_below(random, (uint64_t)most), UNIT_BYTE);
	made_pay("a1",
		(int64_t)random_below(random, 3) == 0
			? 0
			: (int64_t)random_below(random, (uint64_t)most));
	for (size_t i = random_below(random, TAKEN_MAX); i > 0; i--)
		made_count(1 + (int64_t)random_below(random, (uint64_t)most),
			random_below(random, 2) == 0 ? TEXT("byte") : TEXT("CNY"));
	assert_int_equal(made_read(&charged), STATUS_OK);
}

/* What was given back only rises, and is never more than was taken. */
static void
assert_rises(const struct refund_record *before, const struct refund_record *after)
{
	assert_true(before->money.micros <= after->money.micros);
	assert_true(after->money.micros <= charged.paid.micros);
	assert_true(before->quantity <= after->quantity && after->quantity <= charged.quantity);
	for (size_t i = 0; i < charged.taken_count; i++) {
		const struct taken *taken = &charged.taken[i];
		int64_t given = charged_given(&charged, taken, after);
		assert_true(charged_given(&charged, taken, before) <= given);
		assert_true(given <= taken->amount);
	}
}

static void
random_parts_never_pass_the_whole_and_the_rest_is_all_of_it(void **state)
{
	(void)state;
	struct random random = { random_seed(__func__) };
	size_t fine = 0;
	for (int round = 0; round < ROUNDS; round++) {
		struct refund_record given = { .quantity = 0 };
		random_charge(&random);
		for (size_t i = random_below(&random, 12); i > 0; i--) {
			struct refund_record before = given;
			bool money = random_below(&random, 2) == 0;
			int64_t all = money ? charged.paid.micros : charged.quantity;
			int64_t part = 1 + (int64_t)random_below(&random, (uint64_t)all / 4 + 1);
			fine += give(&given, money ? PART_MONEY : PART_USAGE, part) == PART_FINE;
			assert_rises(&before, &given);
		}
		if (given.quantity < charged.quantity)
			assert_int_equal(give(&given, PART_REST, 0), PART_FINE);
		assert_int_equal(give(&given, PART_REST, 0), PART_NOTHING_LEFT);
		assert_true(given.money.micros == charged.paid.micros);
		for (size_t i = 0; i < charged.taken_count; i++)
			assert_true(charged_given(&charged, &charged.taken[i], &given) ==
				charged.taken[i].amount);
	}
	assert_true(fine > ROUNDS / 2);
}

static int
tear_down(void **state)
{
	(void)state;
	buffer_release(&made.event);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_charge_took_is_in_its_entry),
		cmocka_unit_test(what_was_free_has_its_currency_and_what_was_nothing_counts_as_one),
		cmocka_unit_test(what_no_charge_writes_is_said_to_be_damaged),
		cmocka_unit_test(parts_of_three_come_to_the_whole),
		cmocka_unit_test(usage_whose_money_came_back_before_is_too_much),
		cmocka_unit_test(what_was_free_comes_back_by_its_usage),
		cmocka_unit_test(random_parts_never_pass_the_whole_and_the_rest_is_all_of_it),
	};
	return cmocka_run_group_tests(tests, NULL, tear_down);
}
