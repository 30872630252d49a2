/* Tests of engine/charged.c: what a charge took is read from its entry, and given back in parts. */
#include "../rules/catalogs.h"

#include "../../../engine/base/instant.h"
#include "../../../engine/charged.h"
#include "../../../engine/pack.h"
#include "../store/scratch.h"

enum { ROUNDS = 1500, KEY = 7, COUNTS_MAX = 6, DAY = 20523 /* 2026-03-11 */ };

/* Days that are counted as units, and as money; packages that rule of refunds in several ways. */
static const char catalog[] =
	"catalog \"c\" {}\n"
	"service \"sms\" { unit = \"item\" }\n"
	"product \"line\" { services = { \"sms\" } }\n"
	"package \"p\" {\n"
	"    kind = \"base\", from = \"2020-01-01\",\n"
	"    tariff { id = \"sms\", say = \"sms\", serves = { service = \"sms\" }, step = \"1 item\", price = \"0.10\" },\n"
	"    limit { id = \"units\", say = \"sms\", serves = { service = \"sms\" }, amount = \"100 items\", every = \"day\" },\n"
	"    cap { id = \"most\", amount = \"5.00\", every = \"day\" },\n"
	"}\n"
	"local function ruled(id, gives)\n"
	"    package(id) {\n"
	"        kind = \"plugin\", from = \"2020-01-01\",\n"
	"        refund { id = \"rule\", within = \"3 days\", gives = gives, say = \"sms\" },\n"
	"    }\n"
	"end\n"
	"ruled(\"only_units\", \"units\")\n"
	"ruled(\"only_money\", \"money\")\n"
	"local words = { catalog = { c = \"c\" }, service = { sms = \"s\" }, product = { line = \"l\" }, sms = \"s\",\n"
	"    cap = { most = \"m\" }, package = { p = \"p\", only_units = \"u\", only_money = \"m\" } }\n"
	"texts \"zh\" (words)\n"
	"texts \"en\" (words)\n";

static struct release *release;
static struct arena arena;

/* An entry under construction, and as it was decoded. */
struct made {
	struct record_key keys[8];
	uint8_t places[8][80];
	struct effect effects[8];
	struct posting postings[16];
	struct buffer event, answer;
	struct entry entry, decoded;
	uint8_t bytes[4096];
};

static struct made made;

static void
made_begin(int64_t quantity, enum unit unit)
{
	buffer_release(&made.event);
	buffer_release(&made.answer);
	memset(&made, 0, sizeof made);
	buffer_init(&made.event, 1024);
	buffer_init(&made.answer, 1024);
	struct pack pack = pack_into(&made.event);
	pack_array(&pack, 4);
	pack_text(&pack, TEXT("sms"));
	pack_text(&pack, TEXT("110"));
	pack_unsigned(&pack, (uint64_t)unit);
	pack_integer(&pack, quantity);
	made.entry = (struct entry){
		.kind = ENTRY_CHARGE,
		.at_ms = DAY * DAY_MS,
		.effects = made.effects,
		.postings = made.postings,
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
made_answer(int64_t micros)
{
	buffer_clear(&made.answer);
	struct pack pack = pack_into(&made.answer);
	pack_map(&pack, 1);
	pack_name(&pack, "lines");
	pack_array(&pack, 1);
	pack_map(&pack, 2);
	pack_name_string(&pack, "rule", "p.sms");
	pack_name_money(&pack, "amount", (struct money){ micros });
}

static void
made_pay_from(const char *account, const char *name, int64_t micros)
{
	size_t index = made.entry.effect_count;
	struct field_writer writer = fields_into(made.places[index], sizeof made.places[index]);
	const struct balance balance = {
		.amount = 100, .kind = BALANCE_CASH, .unit = TEXT("CNY"), .span = SPAN_ALWAYS
	};
	key_of_balance(&made.keys[index], text_of(account), text_of(name));
	balance_write(&writer, &balance);
	made_move(TABLE_BALANCE, fields_written(&writer), -micros, TEXT("CNY"));
	made_answer(micros > 0 ? micros : 0);
}

static void
made_pay(const char *account, int64_t micros)
{
	made_pay_from(account, "main", micros);
}

/* Each in a cycle of its own, which runs. */
static void
made_count(int64_t amount, struct text unit)
{
	size_t index = made.entry.effect_count;
	bool money = currency_is_valid(unit);
	store_i64(made.places[index], amount);
	key_of_counter(&made.keys[index],
		&(struct counter_key){ TEXT("s"), false, TEXT("p"),
			money ? TEXT("most") : TEXT("units"), DAY + (int32_t)index });
	made_move(TABLE_COUNTER, (struct bytes){ made.places[index], 8 }, amount, unit);
}

static void
made_count_payer(const char *payer, int64_t amount)
{
	size_t index = made.entry.effect_count;
	store_i64(made.places[index], amount);
	key_of_counter(&made.keys[index],
		&(struct counter_key){
			TEXT("s"), false, TEXT("@payer"), text_of(payer), DAY - DAY % 30 });
	made_move(TABLE_COUNTER, (struct bytes){ made.places[index], 8 }, amount, TEXT("CNY"));
}

static enum status
made_read(struct charged *charged)
{
	struct fault fault;
	size_t size;
	made.entry.event = (struct bytes){ made.event.data, made.event.size };
	made.entry.answer = (struct bytes){ made.answer.data, made.answer.size };
	assert_true(entry_size(&made.entry) <= sizeof made.bytes);
	entry_encode(&made.entry, KEY, made.bytes);
	assert_int_equal(entry_decode((struct bytes){ made.bytes, entry_size(&made.entry) }, KEY,
				 &made.decoded, &size, &fault),
		STATUS_OK);
	arena_clear(&arena);
	return charged_read(&made.decoded, &arena, charged, &fault);
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
	assert_int_equal(charged.cost.unit, UNIT_SECOND);
	assert_true(text_equal(charged.cost.service, TEXT("sms")));
	assert_int_equal(charged.cost.line_count, 1);
	assert_true(text_equal(charged.cost.lines[0].tariff, TEXT("sms")));
	assert_int_equal(charged.cost.lines[0].amount.micros, 220000);
	assert_int_equal(charged.count_count, 2);
	assert_int_equal(charged.counts[0].moved, 60);
	assert_false(charged.counts[0].money);
	assert_true(charged.counts[1].money && charged.counts_units);
}

static void
what_paid_last_gets_its_money_back_first(void **state)
{
	(void)state;
	made_begin(1, UNIT_ITEM);
	made_pay_from("a1", "main", 5);
	made_pay_from("a1", "first", 10);
	made_pay_from("a1", "second", 7);
	assert_int_equal(made_read(&charged), STATUS_OK);
	assert_int_equal(charged.payment_count, 3);
	assert_int_equal(charged.paid.micros, 22);
	for (int64_t given = 0; given <= 22; given++) {
		struct money money = { given };
		int64_t second = given < 5 ? 0 : given < 12 ? given - 5 : 7;
		int64_t first = given < 12 ? 0 : given - 12;
		assert_int_equal(
			charged_returned(&charged, 0, money).micros, given < 5 ? given : 5);
		assert_int_equal(charged_returned(&charged, 1, money).micros, first);
		assert_int_equal(charged_returned(&charged, 2, money).micros, second);
	}
}

static void
what_another_account_paid_goes_back_last_with_what_counts_it(void **state)
{
	(void)state;
	made_begin(1, UNIT_ITEM);
	made_pay("a1", 5);
	made_pay("boss", 10);
	made_count_payer("boss", 10);
	made_pay_from("a1", "gift", 7);
	assert_int_equal(made_read(&charged), STATUS_OK);
	assert_true(text_equal(charged.account, TEXT("a1")));
	assert_int_equal(charged.paid.micros, 22);
	assert_int_equal(charged.count_count, 0); /* no package rules of that counter */
	assert_int_equal(charged.payments[0].counter.size, 0);
	assert_true(charged.payments[1].counter.size > 0);
	assert_true(text_equal(charged.payments[1].account, TEXT("boss")));
	assert_true(charged_is_of(&charged, TEXT("boss")) && charged_is_of(&charged, TEXT("a1")));
	assert_false(charged_is_of(&charged, TEXT("a2")));
	assert_int_equal(charged_returned(&charged, 1, (struct money){ 12 }).micros, 0);
	assert_int_equal(charged_returned(&charged, 1, (struct money){ 15 }).micros, 3);
	assert_int_equal(charged_returned(&charged, 2, (struct money){ 12 }).micros, 7);
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
	assert_int_equal(charged.cost.quantity, 0);
	assert_int_equal(charged.quantity, 1);
}

static void
what_a_charge_made_known_took_nothing(void **state)
{
	(void)state;
	made_begin(1, UNIT_ITEM);
	made_pay("a1", 5);
	key_of_notice(&made.keys[1], &(struct notice_key){ 4160, 0 });
	made_move(TABLE_NOTICE, bytes_of_text(TEXT("any")), 0, TEXT("CNY"));
	assert_int_equal(made_read(&charged), STATUS_OK);
	assert_int_equal(charged.paid.micros, 5);
	assert_int_equal(charged.count_count, 0);
	made_begin(1, UNIT_ITEM);
	made_pay("a1", 5);
	key_of_notice(&made.keys[1], &(struct notice_key){ 4160, 0 });
	made_move(TABLE_NOTICE, bytes_of_text(TEXT("any")), 5, TEXT("CNY"));
	assert_int_equal(made_read(&charged), STATUS_CORRUPT);
}

static void
what_no_charge_writes_is_said_to_be_damaged(void **state)
{
	(void)state;
	made_begin(1, UNIT_ITEM);
	made_answer(5);
	assert_int_equal(made_read(&charged), STATUS_CORRUPT); /* nobody paid */
	made_begin(1, UNIT_ITEM);
	made_count_payer("a2", 5);
	made_pay("a2", 5);
	assert_int_equal(made_read(&charged), STATUS_CORRUPT); /* counted before it paid */
	made_begin(1, UNIT_ITEM);
	made_pay("a1", 0);
	made_pay("a2", 5);
	made_count_payer("a3", 5);
	assert_int_equal(made_read(&charged), STATUS_CORRUPT);
	made_begin(1, UNIT_ITEM);
	made_pay("a1", 0);
	made_pay("a2", 5);
	made_count_payer("a2", 4);
	assert_int_equal(made_read(&charged), STATUS_CORRUPT);
	made_begin(1, UNIT_ITEM);
	made_pay("a1", -5);
	assert_int_equal(made_read(&charged), STATUS_CORRUPT);
	made_begin(1, UNIT_ITEM);
	made_pay("a1", 5);
	made_count(0, TEXT("item"));
	assert_int_equal(made_read(&charged), STATUS_CORRUPT);
	made_begin(1, UNIT_ITEM);
	made_pay("a1", 5);
	made_count(1, TEXT("bucket"));
	assert_int_equal(made_read(&charged), STATUS_CORRUPT);
	made_begin(-1, UNIT_ITEM);
	made_pay("a1", 5);
	assert_int_equal(made_read(&charged), STATUS_CORRUPT);
	made_begin(1, (enum unit)(UNIT_ITEM + 1));
	made_pay("a1", 5);
	assert_int_equal(made_read(&charged), STATUS_CORRUPT);
	made_begin(1, UNIT_ITEM);
	made_pay("a1", 5);
	made.answer.size--;
	assert_int_equal(made_read(&charged), STATUS_CORRUPT);
	made.answer.size++;
	made.event.size--;
	assert_int_equal(made_read(&charged), STATUS_CORRUPT);
}

/* ---- giving back ---- */

/* What is given next of a charge, to a holder of p and perhaps of one more. */
static struct given last;
static const char *also_held;
static int64_t days_later;

static enum give_outcome
give(struct refund_record *given, enum part_of of, int64_t amount)
{
	const struct part part = { .of = of, .money = { amount }, .quantity = amount };
	struct holding holdings[] = {
		{ .package = TEXT("p"), .from_ms = INT64_MIN, .till_ms = INT64_MAX },
		{ .from_ms = INT64_MIN, .till_ms = INT64_MAX },
	};
	if (also_held != NULL)
		holdings[1].package = text_of(also_held);
	const struct give_question question = { .charged = &charged,
		.image = release_image(release),
		.holdings = holdings,
		.holding_count = also_held == NULL ? 1 : 2,
		.at_ms = DAY * DAY_MS,
		.now_ms = (DAY + days_later) * DAY_MS,
		.before = given,
		.part = &part };
	enum give_outcome outcome;
	assert_true(charged_give(&question, &arena, &last, &outcome));
	if (outcome == GIVE_FINE)
		*given = last.after;
	else
		last.count_count = 0;
	return outcome;
}

/* What the last part has given to a counter. */
static int64_t
given_to(size_t place)
{
	for (size_t i = 0; i < last.count_count; i++)
		if (last.counts[i].place == place)
			return last.counts[i].amount;
	return 0;
}

static void
parts_of_three_come_to_the_whole(void **state)
{
	(void)state;
	struct refund_record given = { .quantity = 0 };
	made_begin(3, UNIT_ITEM);
	made_pay("a1", 100000);
	assert_int_equal(made_read(&charged), STATUS_OK);
	assert_int_equal(give(&given, PART_USAGE, 1), GIVE_FINE);
	assert_int_equal(given.money.micros, 33333);
	assert_int_equal(give(&given, PART_USAGE, 1), GIVE_FINE);
	assert_int_equal(given.money.micros, 66667);
	assert_int_equal(give(&given, PART_USAGE, 2), GIVE_TOO_MUCH);
	assert_int_equal(give(&given, PART_MONEY, 33334), GIVE_TOO_MUCH);
	assert_int_equal(give(&given, PART_MONEY, 33333), GIVE_FINE); /* and no units are left */
	assert_int_equal(given.quantity, 3);
	assert_int_equal(give(&given, PART_USAGE, 1), GIVE_NOTHING_LEFT);
	assert_int_equal(give(&given, PART_REST, 0), GIVE_NOTHING_LEFT);
}

static void
an_amount_is_money_and_what_is_counted_in_it(void **state)
{
	(void)state;
	struct refund_record given = { .quantity = 0 };
	made_begin(2, UNIT_ITEM);
	made_pay("a1", 100);
	made_count(2, TEXT("item"));
	made_count(50, TEXT("CNY"));
	assert_int_equal(made_read(&charged), STATUS_OK);
	assert_int_equal(give(&given, PART_MONEY, 60), GIVE_FINE);
	assert_int_equal(given_to(0), 0);
	assert_int_equal(given_to(1), 30);
	assert_int_equal(give(&given, PART_USAGE, 1), GIVE_TOO_MUCH); /* 50, of which 40 are left */
	assert_int_equal(give(&given, PART_REST, 0), GIVE_FINE);
	assert_int_equal(given_to(0), 2);
	assert_int_equal(given_to(1), 20);
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
	assert_int_equal(give(&given, PART_MONEY, 1), GIVE_TOO_MUCH);
	assert_int_equal(give(&given, PART_USAGE, 3), GIVE_FINE);
	assert_int_equal(given_to(0), 9);
	assert_int_equal(give(&given, PART_REST, 0), GIVE_FINE);
	assert_int_equal(given_to(0), 3);
	assert_int_equal(give(&given, PART_REST, 0), GIVE_NOTHING_LEFT);
}

static void
what_is_over_gets_nothing_and_is_said(void **state)
{
	(void)state;
	struct refund_record given = { .quantity = 0 };
	made_begin(4, UNIT_ITEM);
	made_pay("a1", 0);
	made_count(4, TEXT("item"));
	assert_int_equal(made_read(&charged), STATUS_OK);
	days_later = 1;
	assert_int_equal(give(&given, PART_REST, 0), GIVE_FINE);
	assert_true(last.count_count == 1 && last.counts[0].back); /* it is that of the next day */
	given = (struct refund_record){ .quantity = 0 };
	days_later = 2;
	assert_int_equal(give(&given, PART_REST, 0), GIVE_FINE);
	assert_true(last.count_count == 1 && !last.counts[0].back);
	days_later = 0;
}

static void
a_package_may_give_units_alone_or_money_alone_and_not_for_ever(void **state)
{
	(void)state;
	struct refund_record given = { .quantity = 0 };
	made_begin(2, UNIT_ITEM);
	made_pay("a1", 100);
	made_count(2, TEXT("item"));
	made_count(100, TEXT("CNY"));
	assert_int_equal(made_read(&charged), STATUS_OK);
	also_held = "only_units";
	assert_int_equal(give(&given, PART_MONEY, 1), GIVE_NO_MONEY);
	assert_true(text_equal(last.package->id, TEXT("only_units")));
	assert_int_equal(give(&given, PART_USAGE, 1), GIVE_FINE);
	assert_true(given_to(0) == 1 && given_to(1) == 0 && given.money.micros == 0);
	assert_int_equal(give(&given, PART_REST, 0), GIVE_FINE);
	assert_true(given_to(0) == 1 && given_to(1) == 0 && given.money.micros == 0);
	assert_int_equal(give(&given, PART_REST, 0), GIVE_NOTHING_LEFT);
	given = (struct refund_record){ .quantity = 0 };
	also_held = "only_money";
	assert_int_equal(give(&given, PART_REST, 0), GIVE_FINE);
	assert_true(given_to(0) == 0 && given_to(1) == 100 && given.money.micros == 100);
	given = (struct refund_record){ .quantity = 0 };
	days_later = 3;
	assert_int_equal(give(&given, PART_REST, 0), GIVE_TOO_LATE);
	also_held = NULL;
	days_later = 0;
}

/* A random charge; some of what it took is as large as can be. */
static void
random_charge(struct random *random)
{
	bool large = random_below(random, 8) == 0;
	int64_t most = large ? INT64_MAX / COUNTS_MAX : 1000;
	bool free = random_below(random, 3) == 0;
	made_begin((int64_t)random_below(random, (uint64_t)most), UNIT_ITEM);
	made_pay("a1", free ? 0 : (int64_t)random_below(random, (uint64_t)most));
	for (size_t i = random_below(random, COUNTS_MAX); i > 0; i--)
		made_count(1 + (int64_t)random_below(random, (uint64_t)most),
			random_below(random, 2) == 0 ? TEXT("item") : TEXT("CNY"));
	assert_int_equal(made_read(&charged), STATUS_OK);
}

/* What was given back only rises, and is never more than was taken. */
static void
assert_rises(const struct refund_record *before, const struct refund_record *after, int64_t *sums)
{
	assert_true(before->money.micros <= after->money.micros);
	assert_true(after->money.micros <= charged.paid.micros);
	assert_true(after->amounts.micros <= after->money.micros);
	assert_true(before->quantity <= after->quantity && after->quantity <= charged.quantity);
	for (size_t i = 0; i < last.count_count; i++) {
		size_t place = last.counts[i].place;
		assert_true(last.counts[i].amount > 0 && last.counts[i].back);
		sums[place] += last.counts[i].amount;
		assert_true(sums[place] <= charged.counts[place].moved);
	}
}

static void
random_parts_never_pass_the_whole_and_the_rest_is_all_of_it(void **state)
{
	(void)state;
	struct random random = { random_seed(__func__) };
	size_t fine = 0;
	for (int round = 0; round < ROUNDS; round++) {
		struct refund_record given = { .quantity = 0 }, before;
		int64_t sums[COUNTS_MAX] = { 0 };
		random_charge(&random);
		for (size_t i = random_below(&random, 12); i > 0; i--) {
			bool money = random_below(&random, 2) == 0;
			int64_t all = money ? charged.paid.micros : charged.quantity;
			int64_t part = 1 + (int64_t)random_below(&random, (uint64_t)all / 4 + 1);
			before = given;
			fine += give(&given, money ? PART_MONEY : PART_USAGE, part) == GIVE_FINE;
			assert_rises(&before, &given, sums);
		}
		before = given;
		last.count_count = 0;
		if (given.quantity < charged.quantity)
			assert_int_equal(give(&given, PART_REST, 0), GIVE_FINE);
		assert_rises(&before, &given, sums);
		assert_int_equal(give(&given, PART_REST, 0), GIVE_NOTHING_LEFT);
		assert_true(given.money.micros == charged.paid.micros);
		for (size_t i = 0; i < charged.count_count; i++)
			assert_true(sums[i] == charged.counts[i].moved);
	}
	assert_true(fine > ROUNDS / 2);
}

static int
set_up(void **state)
{
	(void)state;
	release = build_source(catalog);
	arena_init(&arena, 64 << 20);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	buffer_release(&made.event);
	buffer_release(&made.answer);
	arena_release(&arena);
	release_drop(release);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_charge_took_is_in_its_entry),
		cmocka_unit_test(what_paid_last_gets_its_money_back_first),
		cmocka_unit_test(what_another_account_paid_goes_back_last_with_what_counts_it),
		cmocka_unit_test(what_was_free_has_its_currency_and_what_was_nothing_counts_as_one),
		cmocka_unit_test(what_a_charge_made_known_took_nothing),
		cmocka_unit_test(what_no_charge_writes_is_said_to_be_damaged),
		cmocka_unit_test(parts_of_three_come_to_the_whole),
		cmocka_unit_test(an_amount_is_money_and_what_is_counted_in_it),
		cmocka_unit_test(what_was_free_comes_back_by_its_usage),
		cmocka_unit_test(what_is_over_gets_nothing_and_is_said),
		cmocka_unit_test(a_package_may_give_units_alone_or_money_alone_and_not_for_ever),
		cmocka_unit_test(random_parts_never_pass_the_whole_and_the_rest_is_all_of_it),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
