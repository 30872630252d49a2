/* Accounts and their balances. */
#include "sample_records.h"

static void
account_is_read_as_written(void **state)
{
	(void)state;
	struct account account = account_read(sample_account());
	assert_text(account.customer, "customer-1");
	assert_text(account.currency, "CNY");
	assert_text(account.zone, "Asia/Shanghai");
	assert_int_equal(account.bill_day, 5);
	assert_int_equal(account.floor.micros, -1000000);
	assert_int_equal(account.balance_count, 2);
	assert_text(field_read_text(&account.balances), "main");
	assert_text(field_read_text(&account.balances), "gift");
}

static void
amounts_at_which_an_account_is_low_fall(void **state)
{
	(void)state;
	static const struct {
		int64_t lows[LOWS_MAX + 1];
		uint8_t count;
		bool valid;
	} CASES[] = {
		{ { 0 }, 1, true },
		{ { 5, 0, -5 }, 3, true },
		{ { 5, 5 }, 2, false },
		{ { 5, 6 }, 2, false },
		{ { 8, 7, 6, 5, 4, 3, 2, 1 }, 8, true },
		{ { 9, 8, 7, 6, 5, 4, 3, 2, 1 }, 9, false },
	};
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		uint8_t copy[PLACE_BYTES], low_place[80];
		struct field_writer lows = fields_into(low_place, sizeof low_place);
		struct field_writer writer = fields_into(copy, sizeof copy);
		struct account account = account_read(sample_account());
		assert_int_equal(account.tells.low_count, 0);
		for (uint8_t low = 0; low < CASES[i].count; low++)
			field_write_i64(&lows, CASES[i].lows[low]);
		account.tells.low_count = CASES[i].count;
		account.tells.lows = fields_written(&lows).data;
		account_write(&writer, &account);
		struct bytes value = fields_written(&writer);
		assert_int_equal(value_is_valid(TABLE_ACCOUNT, value), CASES[i].valid);
		struct account again = account_read(value);
		assert_int_equal(again.tells.low_count, CASES[i].count);
		assert_int_equal(telling_low(&again.tells, 0), CASES[i].lows[0]);
		assert_int_equal(again.bill_day, 5);
		assert_text(field_read_text(&again.balances), "main");
		for (size_t size = 1; size < value.size; size++)
			assert_false(
				value_is_valid(TABLE_ACCOUNT, (struct bytes){ value.data, size }));
	}
}

/* As accounts had them before there was anything else to tell: so many amounts, and those. */
static void
amounts_of_an_old_account_are_read(void **state)
{
	(void)state;
	static const uint8_t OLD[] = "\1c\3CNY\0\x81\0\0\0\0\0\0\0\0"
				     "\2\5\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0\1\4main";
	const struct bytes value = { OLD, sizeof OLD - 1 };
	assert_true(value_is_valid(TABLE_ACCOUNT, value));
	struct account account = account_read(value);
	assert_int_equal(account.tells.low_count, 2);
	assert_int_equal(telling_low(&account.tells, 0), 5);
	assert_int_equal(telling_low(&account.tells, 1), 3);
	assert_int_equal(account.tells.percent_count, 0);
	uint8_t copy[PLACE_BYTES];
	struct field_writer writer = fields_into(copy, sizeof copy);
	account_write(&writer, &account);
	assert_true(bytes_equal(fields_written(&writer), value));
	assert_text(field_read_text(&account.balances), "main");
}

/* Each part alone, and all together. */
static void
what_is_told_of_a_balance_is_read_as_written(void **state)
{
	(void)state;
	uint8_t lows[LOWS_MAX * 8], copy[PLACE_BYTES], again_copy[PLACE_BYTES];
	static const uint8_t PERCENTS[] = { 99, 20, 1 };
	for (unsigned parts = 0; parts < 32; parts++) {
		struct balance balance = {
			.unit = TEXT("CNY"), .span = { 1, 100 }, .pays_count = 0
		};
		struct telling *tells = &balance.tells;
		store_i64(lows, 500);
		store_i64(lows + 8, -3);
		*tells = (struct telling){ .lows = lows, .percents = PERCENTS };
		tells->low_count = (parts & 1) != 0 ? 2 : 0;
		tells->percent_count = (parts & 2) != 0 ? 3 : 0;
		tells->full = (parts & 4) != 0 ? 999 : 0;
		tells->before_end.count = (parts & 8) != 0 ? 7 : 0;
		tells->before_end.every = (parts & 8) != 0 ? VALID_DAYS : VALID_HOURS;
		tells->soon_ms = (parts & 16) != 0 ? 77 : 0;
		struct field_writer writer = fields_into(copy, sizeof copy);
		balance_write(&writer, &balance);
		struct bytes value = fields_written(&writer);
		assert_true(value_is_valid(TABLE_BALANCE, value));
		struct balance again = balance_read(value);
		writer = fields_into(again_copy, sizeof again_copy);
		balance_write(&writer, &again);
		assert_true(bytes_equal(fields_written(&writer), value));
		assert_int_equal(again.tells.full, tells->full);
		assert_int_equal(again.tells.soon_ms, tells->soon_ms);
		assert_int_equal(again.tells.before_end.count, tells->before_end.count);
		assert_true(again.tells.before_end.every == tells->before_end.every);
		for (unsigned i = 0; i < again.tells.percent_count; i++)
			assert_int_equal(telling_percent_low(&again.tells, i),
				again.tells.full * PERCENTS[i] / 100);
		if ((parts & 1) != 0)
			assert_int_equal(telling_low(&again.tells, 1), -3);
	}
}

static void
what_is_told_behind_the_end_is_not_valid(void **state)
{
	(void)state;
	uint8_t copy[PLACE_BYTES];
	struct balance balance = { .unit = TEXT("CNY"), .span = { 1, 100 } };
	for (int64_t soon_ms = 98; soon_ms < 102; soon_ms++) {
		struct field_writer writer = fields_into(copy, sizeof copy);
		balance.tells.soon_ms = soon_ms;
		balance_write(&writer, &balance);
		assert_int_equal(
			value_is_valid(TABLE_BALANCE, fields_written(&writer)), soon_ms < 100);
	}
}

static void
percents_that_do_not_fall_are_not_valid(void **state)
{
	(void)state;
	static const struct {
		uint8_t percents[LOWS_MAX + 1];
		uint8_t count;
		bool valid;
	} CASES[] = {
		{ { 99, 1 }, 2, true },
		{ { 100 }, 1, false },
		{ { 0 }, 1, false },
		{ { 20, 20 }, 2, false },
		{ { 9, 8, 7, 6, 5, 4, 3, 2, 1 }, 9, false },
	};
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		uint8_t copy[PLACE_BYTES];
		struct field_writer writer = fields_into(copy, sizeof copy);
		struct account account = account_read(sample_account());
		account.tells.percent_count = CASES[i].count;
		account.tells.percents = CASES[i].percents;
		account_write(&writer, &account);
		assert_int_equal(
			value_is_valid(TABLE_ACCOUNT, fields_written(&writer)), CASES[i].valid);
	}
}

static void
what_an_account_may_spend_for_a_while_is_read_as_written(void **state)
{
	(void)state;
	const struct bytes key = bytes_of_text(TEXT("account-1"));
	struct account account = account_read(sample_account());
	assert_true(!account.frozen && account.temporary_till_ms == INT64_MIN);
	assert_int_equal(account_floor(&account, 0).micros, -1000000);
	uint8_t copy[PLACE_BYTES];
	struct field_writer writer = fields_into(copy, sizeof copy);
	account_write(&writer, &account);
	assert_true(bytes_equal(fields_written(&writer), sample_account()));
	account.frozen = true;
	account.temporary_floor.micros = -5000000;
	account.temporary_till_ms = 7000;
	writer = fields_into(copy, sizeof copy);
	account_write(&writer, &account);
	assert_true(record_is_valid(TABLE_ACCOUNT, key, fields_written(&writer)));
	struct account again = account_read(fields_written(&writer));
	assert_true(again.frozen && again.bill_day == 5 && again.floor.micros == -1000000);
	assert_int_equal(account_floor(&again, 6999).micros, -5000000);
	assert_int_equal(account_floor(&again, 7000).micros, -1000000);
	assert_text(field_read_text(&again.balances), "main");
	again.temporary_floor.micros = -999999;
	assert_int_equal(account_floor(&again, 0).micros, -1000000);
	again.temporary_floor.micros = 1;
	writer = fields_into(copy, sizeof copy);
	account.temporary_floor.micros = 1;
	account_write(&writer, &account);
	assert_false(record_is_valid(TABLE_ACCOUNT, key, fields_written(&writer)));
}

static void
balance_is_read_as_written(void **state)
{
	(void)state;
	struct balance balance = balance_read(sample_balance());
	assert_int_equal(balance.amount, -77);
	assert_int_equal(balance.held, 5);
	assert_int_equal(balance.earlier, 4096);
	assert_int_equal(balance.day, 20500);
	assert_int_equal(balance.kind, BALANCE_GIFT);
	assert_text(balance.unit, "CNY");
	assert_int_equal(balance.span.from_ms, 1);
	assert_int_equal(balance.span.till_ms, 2);
	assert_int_equal(balance.pays_count, 0);
	balance = balance_read(sample_balance_for_calls());
	assert_int_equal(balance.pays_count, 2);
	assert_text(field_read_text(&balance.pays), "voice.local");
	assert_text(field_read_text(&balance.pays), "sms");
}

static void
a_balance_may_pay_for_some_usage_only(void **state)
{
	(void)state;
	struct record_key key;
	key_of_balance(&key, TEXT("a"), TEXT("gift"));
	struct bytes value = sample_balance_for_calls();
	struct bytes name = { key.data, key.size };
	size_t list = 1 + 1 + strlen("voice.local") + 1 + strlen("sms");
	assert_true(record_is_valid(TABLE_BALANCE, name, value));
	for (size_t cut = 1; cut < list; cut++)
		assert_false(record_is_valid(
			TABLE_BALANCE, name, (struct bytes){ value.data, value.size - cut }));
	uint8_t none[PLACE_BYTES];
	memcpy(none, value.data, value.size);
	none[value.size - list] = 0;
	assert_false(record_is_valid(
		TABLE_BALANCE, name, (struct bytes){ none, value.size - list + 1 }));
	none[value.size - list] = BALANCE_PAYS_MAX + 1;
	assert_false(record_is_valid(TABLE_BALANCE, name, (struct bytes){ none, value.size }));
}

static void
whose_usage_a_balance_pays_for_is_read_as_written(void **state)
{
	(void)state;
	const struct bytes key = bytes_of_text((struct text){ KEY("account-1\0gift") });
	struct bytes value = sample_balance_of(TEXT("line-1"), false);
	assert_true(record_is_valid(TABLE_BALANCE, key, value));
	struct balance balance = balance_read(value);
	assert_text(balance.user, "line-1");
	assert_false(balance.user_is_group);
	assert_int_equal(balance.span.till_ms, 5000);
	size_t flags = value.size - strlen("line-1") - 1 - 8 - 1;
	place[flags] |= 8; /* a group, too */
	assert_false(record_is_valid(TABLE_BALANCE, key, value));
	place[flags] ^= 8 | 16; /* or it is frozen */
	assert_true(record_is_valid(TABLE_BALANCE, key, value));
	balance = balance_read(value);
	assert_true(balance.frozen && !balance.user_is_group);
	struct balance begins = { .kind = BALANCE_GIFT,
		.unit = TEXT("CNY"),
		.span = SPAN_ALWAYS,
		.first_use = { 30, VALID_DAYS } };
	struct field_writer writer = start();
	balance_write(&writer, &begins);
	value = fields_written(&writer);
	assert_true(record_is_valid(TABLE_BALANCE, key, value));
	balance = balance_read(value);
	assert_true(balance.first_use.count == 30 && balance.first_use.every == VALID_DAYS);
	place[value.size - 1] = VALID_YEARS + 1;
	assert_false(record_is_valid(TABLE_BALANCE, key, value));
	value = sample_balance_of(TEXT("family"), true);
	assert_false(balance_read(value).frozen);
	assert_true(record_is_valid(TABLE_BALANCE, key, value));
	balance = balance_read(value);
	assert_text(balance.user, "family");
	assert_true(balance.user_is_group);
	place[value.size - 1] = '\n';
	assert_false(record_is_valid(TABLE_BALANCE, key, value));
}

static void
since_when_a_balance_stands_for_what_was_given_last_is_read_as_written(void **state)
{
	(void)state;
	const struct bytes key = bytes_of_text((struct text){ KEY("account-1\0gift") });
	struct balance balance = balance_read(sample_balance_for_calls());
	assert_int_equal(balance.begun_ms, 0);
	uint8_t copy[PLACE_BYTES];
	struct field_writer writer = fields_into(copy, sizeof copy);
	balance.begun_ms = 4711;
	balance_write(&writer, &balance);
	struct bytes value = fields_written(&writer);
	assert_true(record_is_valid(TABLE_BALANCE, key, value));
	balance = balance_read(value);
	assert_int_equal(balance.begun_ms, 4711);
	assert_int_equal(balance.pays_count, 2);
	assert_text(field_read_text(&balance.pays), "voice.local");
	store_i64(copy + value.size - 1 - 8 - 1 - strlen("voice.local") - 1 - strlen("sms"), 0);
	assert_false(record_is_valid(TABLE_BALANCE, key, value));
}

static void
first_entry_of_a_day_remembers_the_one_before_and_later_ones_keep_it(void **state)
{
	(void)state;
	struct balance balance = { .day = 0 };
	balance_touch(&balance, 0, 100);
	assert_int_equal(balance.earlier, 0);
	assert_int_equal(balance.day, 100);
	balance_touch(&balance, 4160, 100);
	assert_int_equal(balance.earlier, 0);
	balance_touch(&balance, 8256, 103);
	assert_int_equal(balance.earlier, 8256);
	assert_int_equal(balance.day, 103);
	balance_touch(&balance, 9000, 103);
	assert_int_equal(balance.earlier, 8256);
}

static void
names_of_kinds_of_balances(void **state)
{
	(void)state;
	assert_string_equal(balance_kind_name(BALANCE_CASH), "cash");
	assert_string_equal(balance_kind_name(BALANCE_GIFT), "gift");
	assert_string_equal(balance_kind_name(BALANCE_DEPOSIT), "deposit");
	assert_string_equal(balance_kind_name(BALANCE_UNITS), "units");
}

static void
an_account_notes_that_it_has_units_beside_the_count_of_its_balances(void **state)
{
	(void)state;
	const struct bytes key = bytes_of_text(TEXT("account-1"));
	struct account account = account_read(sample_account());
	uint8_t copy[PLACE_BYTES];
	struct field_writer writer = fields_into(copy, sizeof copy);
	assert_false(account.has_units);
	account.has_units = true;
	account_write(&writer, &account);
	struct bytes value = fields_written(&writer);
	assert_int_equal(value.size, sample_account().size);
	assert_true(record_is_valid(TABLE_ACCOUNT, key, value));
	struct account again = account_read(value);
	assert_true(again.has_units);
	assert_int_equal(again.balance_count, 2);
	assert_text(field_read_text(&again.balances), "main");
	/* more than an account may have, however many names follow */
	copy[(size_t)(account.balances.at - sample_account().data) - 1] = ACCOUNT_BALANCES_MAX + 1;
	assert_false(record_is_valid(TABLE_ACCOUNT, key, value));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(account_is_read_as_written),
		cmocka_unit_test(
			an_account_notes_that_it_has_units_beside_the_count_of_its_balances),
		cmocka_unit_test(amounts_at_which_an_account_is_low_fall),
		cmocka_unit_test(amounts_of_an_old_account_are_read),
		cmocka_unit_test(what_is_told_of_a_balance_is_read_as_written),
		cmocka_unit_test(what_is_told_behind_the_end_is_not_valid),
		cmocka_unit_test(percents_that_do_not_fall_are_not_valid),
		cmocka_unit_test(what_an_account_may_spend_for_a_while_is_read_as_written),
		cmocka_unit_test(balance_is_read_as_written),
		cmocka_unit_test(a_balance_may_pay_for_some_usage_only),
		cmocka_unit_test(whose_usage_a_balance_pays_for_is_read_as_written),
		cmocka_unit_test(
			since_when_a_balance_stands_for_what_was_given_last_is_read_as_written),
		cmocka_unit_test(
			first_entry_of_a_day_remembers_the_one_before_and_later_ones_keep_it),
		cmocka_unit_test(names_of_kinds_of_balances),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
