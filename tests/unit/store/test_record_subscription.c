/* Subscriptions: what they are, what they hold, who pays for them. */
#include "sample_records.h"

static void
subscription_tells_its_state_at_any_instant(void **state)
{
	(void)state;
	struct subscription subscription = subscription_read(sample_subscription());
	assert_text(subscription.account, "account-1");
	assert_text(subscription.product, "fixed-line");
	assert_int_equal(subscription_state_at(&subscription, 999), SUBSCRIPTION_ENDED);
	assert_int_equal(subscription_state_at(&subscription, 1000), SUBSCRIPTION_ACTIVE);
	assert_int_equal(subscription_state_at(&subscription, 1999), SUBSCRIPTION_ACTIVE);
	assert_int_equal(subscription_state_at(&subscription, 2000), SUBSCRIPTION_SUSPENDED);
	assert_int_equal(subscription.service_count, 1);
	assert_text(field_read_text(&subscription.services), "07715510000");
	assert_int_equal(subscription.package_count, 1);
	assert_text(field_read_text(&subscription.packages), "minutes-100");
	assert_int_equal(field_read_span(&subscription.packages).from_ms, 1000);
}

static void
service_tells_who_held_it_at_any_instant(void **state)
{
	(void)state;
	struct bytes value = sample_service();
	assert_text(service_holder(value, -1), "subscription-1");
	assert_text(service_holder(value, 1999), "subscription-1");
	assert_int_equal(service_holder(value, 2000).size, 0);
	assert_int_equal(service_holder(value, 2999).size, 0);
	assert_text(service_holder(value, 3000), "subscription-2");
}

/* The value with an instant behind it. */
static struct bytes
with_instant(struct bytes value, int64_t ms)
{
	static uint8_t behind[300];
	assert_true(value.size + 8 <= sizeof behind);
	memcpy(behind, value.data, value.size);
	store_i64(behind + value.size, ms);
	return (struct bytes){ behind, value.size + 8 };
}

/* A subscription that holds this package and no more. */
static struct bytes
holding_subscription(const struct package_held *held)
{
	struct field_writer writer = start();
	field_write_text(&writer, TEXT("account-1"));
	field_write_text(&writer, TEXT("phs"));
	field_write_u8(&writer, 0);
	field_write_u8(&writer, 0);
	field_write_u8(&writer, 1);
	package_held_write(&writer, held);
	return fields_written(&writer);
}

static void
a_package_may_be_held_by_a_group(void **state)
{
	(void)state;
	static const struct package_held all[] = {
		{ .package = TEXT("e6"), .span = { 1000, INT64_MAX }, .group_from_ms = 1000 },
		{ .package = TEXT("e6"),
			.span = { 1000, 2000 },
			.group = TEXT("home"),
			.group_from_ms = 1000,
			.pays = true },
		{ .package = TEXT("e6"),
			.span = { 1000, INT64_MAX },
			.group = TEXT("home"),
			.group_from_ms = 500,
			.members = 3 },
		{ .package = TEXT("e6"),
			.span = { INT64_MIN, INT64_MAX },
			.group = TEXT("home"),
			.group_from_ms = INT64_MIN,
			.members = GROUP_MEMBERS_MAX,
			.pays = true },
	};
	struct bytes key = bytes_of_text(TEXT("subscription-1"));
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		struct bytes value = with_instant(holding_subscription(&all[i]), 4711);
		assert_true(record_is_valid(TABLE_SUBSCRIPTION, key, value));
		struct subscription subscription = subscription_read(value);
		assert_int_equal(subscription_terms(&subscription), 4711);
		struct package_held held = package_held_read(&subscription.packages);
		assert_text(held.package, "e6");
		assert_true(text_equal(held.group, all[i].group));
		assert_true(held.span.from_ms == all[i].span.from_ms &&
			held.span.till_ms == all[i].span.till_ms);
		assert_true(held.group_from_ms == all[i].group_from_ms);
		assert_int_equal(held.members, all[i].members);
		assert_int_equal(held.pays, all[i].pays);
	}
}

static void
a_package_may_have_parameters_and_facts(void **state)
{
	(void)state;
	uint8_t params[64], facts[64];
	const struct named_value fee = { TEXT("fee"), TEXT("99.00"), 0 };
	const struct named_value tenants = { TEXT("site.tenants"), { NULL, 0 }, 2 };
	struct field_writer param_writer = fields_into(params, sizeof params);
	struct field_writer fact_writer = fields_into(facts, sizeof facts);
	named_value_write(&param_writer, &fee);
	field_write_span(&fact_writer, (struct span){ 5, 9 });
	named_value_write(&fact_writer, &tenants);
	const struct package_held held = { .package = TEXT("lease"),
		.span = { 1000, INT64_MAX },
		.param_count = 1,
		.params = fields_of(fields_written(&param_writer)),
		.fact_count = 1,
		.facts = fields_of(fields_written(&fact_writer)) };
	struct bytes key = bytes_of_text(TEXT("subscription-1"));
	struct bytes value = with_instant(holding_subscription(&held), 4711);
	assert_true(record_is_valid(TABLE_SUBSCRIPTION, key, value));
	for (size_t size = 1; size < value.size - 8; size++)
		assert_false(record_is_valid(
			TABLE_SUBSCRIPTION, key, (struct bytes){ value.data, size }));
	struct subscription subscription = subscription_read(value);
	assert_int_equal(subscription_terms(&subscription), 4711);
	struct package_held found = package_held_read(&subscription.packages);
	assert_int_equal(found.param_count, 1);
	assert_int_equal(found.fact_count, 1);
	struct named_value param = named_value_read(&found.params);
	assert_text(param.name, "fee");
	assert_text(param.text, "99.00");
	assert_true(field_read_span(&found.facts).till_ms == 9);
	struct named_value fact = named_value_read(&found.facts);
	assert_text(fact.name, "site.tenants");
	assert_null(fact.text.data);
	assert_int_equal(fact.number, 2);
}

/* What stood in a folder before there were groups is the same bytes now. */
static void
a_package_without_a_group_is_written_as_ever(void **state)
{
	(void)state;
	uint8_t before[40], now[40];
	struct span span = { 1000, INT64_MAX };
	struct field_writer writer = fields_into(before, sizeof before);
	field_write_text(&writer, TEXT("e6"));
	field_write_span(&writer, span);
	struct bytes bytes = fields_written(&writer);
	writer = fields_into(now, sizeof now);
	package_held_write(&writer, &(struct package_held){ .package = TEXT("e6"), .span = span });
	assert_true(bytes_equal(bytes, fields_written(&writer)));
}

static void
a_group_that_began_after_its_member_is_damage(void **state)
{
	(void)state;
	struct bytes key = bytes_of_text(TEXT("subscription-1"));
	const struct package_held held = { .package = TEXT("e6"),
		.span = { 1000, INT64_MAX },
		.group = TEXT("home"),
		.group_from_ms = 999,
		.members = 3 };
	struct bytes value = holding_subscription(&held);
	uint8_t *end = place + value.size; /* since 8, members 4 */
	assert_true(record_is_valid(TABLE_SUBSCRIPTION, key, value));
	store_i64(end - 12, 1001);
	assert_false(record_is_valid(TABLE_SUBSCRIPTION, key, value));
	store_i64(end - 12, 999);
	end[-2] = 0xff;
	assert_false(record_is_valid(TABLE_SUBSCRIPTION, key, value));
}

/* A record of before there were terms has none; what stands behind it is an instant, or damage. */
static void
a_subscription_may_have_terms_behind_it(void **state)
{
	(void)state;
	struct bytes key = bytes_of_text(TEXT("subscription-1")), bare = sample_subscription();
	struct subscription subscription = subscription_read(bare);
	assert_true(subscription_terms(&subscription) == INT64_MIN);
	assert_int_equal(subscription_before_terms(bare).size, bare.size);
	struct bytes value = with_instant(bare, 4711);
	subscription = subscription_read(value);
	assert_int_equal(subscription_terms(&subscription), 4711);
	assert_text(subscription.account, "account-1");
	assert_int_equal(subscription_before_terms(value).size, bare.size);
	assert_true(record_is_valid(TABLE_SUBSCRIPTION, key, value));
	for (size_t cut = 1; cut < 8; cut++)
		assert_false(record_is_valid(
			TABLE_SUBSCRIPTION, key, (struct bytes){ value.data, value.size - cut }));
	assert_true(record_is_valid(TABLE_SUBSCRIPTION, key, with_instant(bare, -1)));
	assert_false(record_is_valid(TABLE_SUBSCRIPTION, key, with_instant(bare, INT64_MIN)));
}

/* With two payers: one for everything, up to 7; one for two things. */
static struct bytes
sample_subscription_with_payers(void)
{
	uint8_t usage[64];
	struct field_writer pays = fields_into(usage, sizeof usage);
	field_write_text(&pays, TEXT("voice.local"));
	field_write_text(&pays, TEXT("sms"));
	const struct payer payers[] = {
		{ .account = TEXT("boss"), .is_bounded = true, .bound = { 7 } },
		{ .account = TEXT("parent"),
			.pays_count = 2,
			.pays = fields_of(fields_written(&pays)) },
	};
	struct bytes plain = sample_subscription();
	uint8_t copy[PLACE_BYTES];
	memcpy(copy, plain.data, plain.size);
	struct field_reader rest = fields_of((struct bytes){ copy, plain.size });
	struct field_writer writer = start();
	field_write_text(&writer, field_read_text(&rest));
	field_write_text(&writer, field_read_text(&rest));
	subscription_counts_write(&writer, field_read_u8(&rest), 2);
	for (size_t i = 0; i < 2; i++)
		payer_write(&writer, &payers[i]);
	for (size_t left = (size_t)(rest.end - rest.at); left > 0; left--)
		field_write_u8(&writer, field_read_u8(&rest));
	return fields_written(&writer);
}

static void
who_pays_for_a_subscription_is_read_as_written(void **state)
{
	(void)state;
	const struct bytes key = bytes_of_text(TEXT("line-1"));
	struct subscription plain = subscription_read(sample_subscription());
	assert_int_equal(plain.payer_count, 0);
	struct bytes value = sample_subscription_with_payers();
	assert_true(record_is_valid(TABLE_SUBSCRIPTION, key, value));
	struct subscription subscription = subscription_read(value);
	assert_int_equal(subscription.payer_count, 2);
	assert_int_equal(subscription.state_count, 2);
	assert_int_equal(subscription.package_count, 1);
	assert_int_equal(subscription_state_at(&subscription, 2500), SUBSCRIPTION_SUSPENDED);
	struct payer payer = payer_read(&subscription.payers);
	assert_text(payer.account, "boss");
	assert_true(payer.is_bounded && payer.bound.micros == 7 && payer.pays_count == 0);
	payer = payer_read(&subscription.payers);
	assert_text(payer.account, "parent");
	assert_true(!payer.is_bounded && payer.pays_count == 2);
	assert_text(field_read_text(&payer.pays), "voice.local");
	assert_text(field_read_text(&payer.pays), "sms");
	for (size_t size = 1; size < value.size; size++)
		assert_false(record_is_valid(
			TABLE_SUBSCRIPTION, key, (struct bytes){ value.data, size }));
	/* A list of none stands nowhere. */
	size_t count_at = 1 + strlen("account-1") + 1 + strlen("fixed-line") + 1;
	value = sample_subscription_with_payers();
	place[count_at] = 0;
	assert_false(record_is_valid(TABLE_SUBSCRIPTION, key, value));
	value = sample_subscription_with_payers();
	place[count_at + 1] = 0; /* an account without a name */
	assert_false(record_is_valid(TABLE_SUBSCRIPTION, key, value));
}

static void
names_of_states(void **state)
{
	(void)state;
	assert_string_equal(subscription_state_name(SUBSCRIPTION_ACTIVE), "active");
	assert_string_equal(subscription_state_name(SUBSCRIPTION_SUSPENDED), "suspended");
	assert_string_equal(subscription_state_name(SUBSCRIPTION_ENDED), "ended");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(subscription_tells_its_state_at_any_instant),
		cmocka_unit_test(service_tells_who_held_it_at_any_instant),
		cmocka_unit_test(a_package_may_be_held_by_a_group),
		cmocka_unit_test(a_package_may_have_parameters_and_facts),
		cmocka_unit_test(a_package_without_a_group_is_written_as_ever),
		cmocka_unit_test(a_group_that_began_after_its_member_is_damage),
		cmocka_unit_test(a_subscription_may_have_terms_behind_it),
		cmocka_unit_test(who_pays_for_a_subscription_is_read_as_written),
		cmocka_unit_test(names_of_states),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
