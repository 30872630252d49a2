/* Groups, their members, and how many there are when: against a count of each member at each instant. */
#include "../../../store/record_group.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { NOW = 1000 };

static struct bytes
key_bytes(const struct record_key *key)
{
	return (struct bytes){ key->data, key->size };
}

/* ---- a subscription that holds packages ---- */

struct held {
	const char *package;
	const char *group;
	int64_t from_ms;
	int64_t till_ms;
};

static struct bytes
subscription_value(uint8_t place[4096], const struct held *list, size_t count, struct span life)
{
	struct field_writer writer = fields_into(place, 4096);
	field_write_text(&writer, TEXT("account"));
	field_write_text(&writer, TEXT("product"));
	subscription_counts_write(&writer, 1, 0);
	field_write_span(&writer, life);
	field_write_u8(&writer, SUBSCRIPTION_ACTIVE);
	field_write_u8(&writer, 0);
	subscription_packages_write(&writer, (unsigned)count, true);
	for (size_t i = 0; i < count; i++) {
		const struct package_held held = { .package = text_of(list[i].package),
			.span = { list[i].from_ms, list[i].till_ms },
			.group = text_of(list[i].group),
			.group_from_ms = list[i].from_ms };
		package_held_write(&writer, &held);
	}
	assert_false(writer.full);
	return fields_written(&writer);
}

static struct bytes
member_of(const struct held *list, size_t count, uint8_t place[MEMBER_VALUE_MAX])
{
	uint8_t bytes[4096];
	struct bytes value = subscription_value(bytes, list, count, SPAN_ALWAYS);
	return member_value(subscription_read(value), TEXT("g"), place);
}

static void
a_member_is_who_holds_something_by_the_group_as_long_as_it_lives(void **state)
{
	static const struct held held[] = {
		{ "a", "g", 10, 20 },
		{ "b", "other", 0, 100 },
		{ "c", "g", INT64_MIN, INT64_MAX },
		{ "d", "g", 70, 90 },
		{ "e", "", 0, 1 },
	};
	uint8_t bytes[4096], place[MEMBER_VALUE_MAX];
	struct text groups[MEMBER_GROUPS_MAX];
	(void)state;
	struct bytes value = subscription_value(bytes, held, 5, (struct span){ 15, 70 });
	assert_true(value_is_valid(TABLE_SUBSCRIPTION, value));
	struct subscription subscription = subscription_read(value);
	assert_true(subscription.is_member);
	assert_int_equal(subscription.package_count, 5);
	assert_int_equal(member_groups(subscription, groups), 2);
	assert_true(text_equal(groups[0], TEXT("g")) && text_equal(groups[1], TEXT("other")));

	struct bytes member = member_value(subscription, TEXT("g"), place);
	assert_true(value_is_valid(TABLE_MEMBER, member));
	struct field_reader reader = fields_of(member);
	assert_int_equal(field_read_u8(&reader), 2);
	struct member_holding a = member_holding_read(&reader), c = member_holding_read(&reader);
	assert_true(text_equal(a.package, TEXT("a")) && text_equal(c.package, TEXT("c")));
	assert_true(a.span.from_ms == 15 && a.span.till_ms == 20);
	assert_true(c.span.from_ms == 15 && c.span.till_ms == 70);
	assert_int_equal(member_value(subscription, TEXT("nobody"), place).size, 0);
}

static void
what_it_holds_at_once_or_one_after_the_other_is_one_membership(void **state)
{
	static const struct held held[] = {
		{ "a", "g", 50, 60 },
		{ "b", "g", 10, 20 },
		{ "c", "g", 20, 30 },
		{ "d", "g", 55, 58 },
		{ "e", "g", 31, 40 },
	};
	uint8_t place[MEMBER_VALUE_MAX];
	struct span spans[MEMBER_HOLDINGS_MAX];
	(void)state;
	assert_int_equal(member_spans(member_of(held, 5, place), spans), 3);
	assert_true(spans[0].from_ms == 10 && spans[0].till_ms == 30);
	assert_true(spans[1].from_ms == 31 && spans[1].till_ms == 40);
	assert_true(spans[2].from_ms == 50 && spans[2].till_ms == 60);
	assert_int_equal(member_spans((struct bytes){ NULL, 0 }, spans), 0);
}

static void
more_groups_than_there_may_be_are_told(void **state)
{
	struct held held[MEMBER_GROUPS_MAX + 1];
	char names[MEMBER_GROUPS_MAX + 1][16];
	uint8_t bytes[4096];
	struct text groups[MEMBER_GROUPS_MAX];
	(void)state;
	for (int i = 0; i <= MEMBER_GROUPS_MAX; i++) {
		snprintf(names[i], sizeof names[i], "g%d", i);
		held[i] = (struct held){ "p", names[i], i, i + 1 };
	}
	struct bytes all = subscription_value(bytes, held, MEMBER_GROUPS_MAX, SPAN_ALWAYS);
	assert_int_equal(member_groups(subscription_read(all), groups), MEMBER_GROUPS_MAX);
	all = subscription_value(bytes, held, MEMBER_GROUPS_MAX + 1, SPAN_ALWAYS);
	assert_int_equal(member_groups(subscription_read(all), groups), MEMBER_GROUPS_MAX + 1);
}

static void
members_of_a_group_lie_between_those_of_the_groups_beside_it(void **state)
{
	struct record_key keys[5];
	struct text group, subscription;
	(void)state;
	key_of_member(&keys[0], TEXT("g"), TEXT("z"));
	key_before_members(&keys[1], TEXT("g1"));
	key_of_member(&keys[2], TEXT("g1"), TEXT("a"));
	key_of_member(&keys[3], TEXT("g1"), TEXT("b"));
	key_of_member(&keys[4], TEXT("g10"), TEXT("a"));
	for (int i = 0; i < 4; i++)
		assert_true(bytes_compare(key_bytes(&keys[i]), key_bytes(&keys[i + 1])) < 0);
	assert_true(key_is_of_member(key_bytes(&keys[2]), &group, &subscription));
	assert_true(text_equal(group, TEXT("g1")) && text_equal(subscription, TEXT("a")));
	assert_false(key_is_of_member(key_bytes(&keys[1]), &group, &subscription));
}

/* ---- how many they are ---- */

enum { MEMBERS = 12, STEPS = 300, INSTANTS = 40 };

/* What each member holds: up to three packages, of instants 0 to INSTANTS, or without an end. */
struct crowd {
	struct held held[MEMBERS][3];
	size_t counts[MEMBERS];
};

static uint32_t
counted(const struct crowd *crowd, int64_t ms)
{
	uint32_t count = 0;
	for (int i = 0; i < MEMBERS; i++) {
		bool is = false;
		for (size_t j = 0; j < crowd->counts[i]; j++)
			is |= crowd->held[i][j].from_ms <= ms && ms < crowd->held[i][j].till_ms;
		count += is;
	}
	return count;
}

static void
change_one(struct crowd *crowd, struct tally *tally, int member)
{
	uint8_t before[MEMBER_VALUE_MAX], after[MEMBER_VALUE_MAX];
	struct member_change change;
	change.before = member_of(crowd->held[member], crowd->counts[member], before);
	crowd->counts[member] = (size_t)rand() % 4;
	for (size_t i = 0; i < crowd->counts[member]; i++) {
		int64_t from_ms = rand() % INSTANTS;
		crowd->held[member][i] = (struct held){ "p", "g",
			rand() % 5 == 0 ? INT64_MIN : from_ms,
			rand() % 3 == 0 ? INT64_MAX : from_ms + 1 + rand() % 10 };
	}
	change.after = member_of(crowd->held[member], crowd->counts[member], after);
	assert_true(tally_change(tally, &change, NOW));
}

static void
the_tally_is_what_counting_all_members_gives(void **state)
{
	static struct tally tally;
	static uint8_t place[TALLY_VALUE_MAX];
	unsigned seed = (unsigned)time(NULL);
	(void)state;
	printf("seed %u\n", seed);
	srand(seed);
	for (int run = 0; run < 30; run++) {
		struct crowd crowd = { .counts = { 0 } };
		tally = (struct tally){ .count = 0 };
		for (int step = 0; step < STEPS; step++) {
			struct field_writer writer = fields_into(place, sizeof place);
			change_one(&crowd, &tally, rand() % MEMBERS);
			tally_write(&writer, &tally);
			struct bytes value = tally.count == 0 ? (struct bytes){ NULL, 0 }
							      : fields_written(&writer);
			assert_true(value_is_valid(TABLE_TALLY, value));
			for (int64_t ms = -1; ms <= INSTANTS + 11; ms++)
				assert_int_equal(tally_at(value, ms), counted(&crowd, ms));
			assert_int_equal(tally_at(value, INT64_MIN), counted(&crowd, INT64_MIN));
			tally_read(value, &tally);
		}
		for (int member = 0; member < MEMBERS; member++) {
			uint8_t before[MEMBER_VALUE_MAX];
			const struct member_change leaves = { member_of(crowd.held[member],
								      crowd.counts[member], before),
				{ NULL, 0 } };
			assert_true(tally_change(&tally, &leaves, NOW));
		}
		assert_int_equal(tally.count, 0);
	}
}

static void
join(struct tally *tally, int64_t from_ms, int64_t till_ms, int64_t now_ms, bool fits)
{
	uint8_t place[MEMBER_VALUE_MAX];
	const struct held held = { "p", "g", from_ms, till_ms };
	const struct member_change change = { { NULL, 0 }, member_of(&held, 1, place) };
	assert_int_equal(tally_change(tally, &change, now_ms), fits);
}

static void
of_what_is_past_the_newest_steps_are_kept_and_stay_right(void **state)
{
	static struct tally tally;
	static uint8_t place[TALLY_VALUE_MAX];
	struct field_writer writer = fields_into(place, sizeof place);
	(void)state;
	tally = (struct tally){ .count = 0 };
	for (int i = 0; i < 1000; i++)
		join(&tally, i, INT64_MAX, 500, true);
	assert_true(tally.is_cut);
	assert_int_equal(tally.count, TALLY_PAST_MAX + 499);
	join(&tally, 3, 250, 500, true); /* since before what is known */
	join(&tally, 2, 5, 500, true);
	tally_write(&writer, &tally);
	struct bytes value = fields_written(&writer);
	assert_true(value_is_valid(TABLE_TALLY, value) && tally_is_cut(value));
	assert_int_equal(tally_at(value, 249), 251);
	assert_int_equal(tally_at(value, 250), 251);
	assert_int_equal(tally_at(value, 251), 252);
	assert_int_equal(tally_at(value, 500), 501);
	assert_int_equal(tally_at(value, 2000), 1000);
	/* before it, the earliest number that is known */
	assert_int_equal(tally_at(value, 0), tally_at(value, tally.steps[0].from_ms));
}

static void
more_steps_ahead_than_can_be_held_do_not_fit(void **state)
{
	static struct tally tally;
	(void)state;
	tally = (struct tally){ .count = 0 };
	for (int i = 0; i < TALLY_STEPS_MAX; i++)
		join(&tally, i + 1, INT64_MAX, 0, true);
	assert_false(tally.is_cut);
	join(&tally, TALLY_STEPS_MAX, INT64_MAX, 0, true);
	join(&tally, TALLY_STEPS_MAX + 1, INT64_MAX, 0, false);
}

static bool
tally_is_valid(uint8_t flags, const struct tally_step *steps, size_t count)
{
	uint8_t place[64];
	struct field_writer writer = fields_into(place, sizeof place);
	field_write_u8(&writer, flags);
	for (size_t i = 0; i < count; i++) {
		field_write_i64(&writer, steps[i].from_ms);
		field_write_u32(&writer, steps[i].members);
	}
	return value_is_valid(TABLE_TALLY, fields_written(&writer));
}

static void
a_tally_that_no_counting_gives_is_not_valid(void **state)
{
	(void)state;
	assert_true(tally_is_valid(0, (struct tally_step[]){ { 1, 1 }, { 2, 2 }, { 5, 0 } }, 3));
	assert_true(tally_is_valid(1, (struct tally_step[]){ { 1, 0 }, { 2, 2 } }, 2));
	assert_false(tally_is_valid(0, (struct tally_step[]){ { 1, 0 }, { 2, 2 } }, 2));
	assert_false(tally_is_valid(2, (struct tally_step[]){ { 1, 1 } }, 1));
	assert_false(tally_is_valid(0, (struct tally_step[]){ { 1, 1 }, { 1, 2 } }, 2));
	assert_false(tally_is_valid(0, (struct tally_step[]){ { 1, 1 }, { 2, 1 } }, 2));
	assert_false(tally_is_valid(0, NULL, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_member_is_who_holds_something_by_the_group_as_long_as_it_lives),
		cmocka_unit_test(what_it_holds_at_once_or_one_after_the_other_is_one_membership),
		cmocka_unit_test(more_groups_than_there_may_be_are_told),
		cmocka_unit_test(members_of_a_group_lie_between_those_of_the_groups_beside_it),
		cmocka_unit_test(the_tally_is_what_counting_all_members_gives),
		cmocka_unit_test(of_what_is_past_the_newest_steps_are_kept_and_stay_right),
		cmocka_unit_test(more_steps_ahead_than_can_be_held_do_not_fit),
		cmocka_unit_test(a_tally_that_no_counting_gives_is_not_valid),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
