/*
 * fsck holds what groups have of their members, and how many these are, against what subscriptions
 * hold by groups: forged entries, with right checksums, behind the end of a journal.
 */
#include "fsck_case.h"

#include "../../../store/record_group.h"

/* What an entry says of the one member of a group. */
struct said {
	struct span held;   /* by the subscription */
	struct span member; /* by the group's record of it */
	uint32_t members;
	bool is_marked; /* the subscription says that its groups have it */
};

static struct bytes
subscription_value(uint8_t *place, size_t size, const struct said *said)
{
	const struct package_held held = { .package = TEXT("lease"),
		.span = said->held,
		.group = TEXT("T1"),
		.group_from_ms = said->held.from_ms };
	struct field_writer writer = fields_into(place, size);
	field_write_text(&writer, TEXT("A1"));
	field_write_text(&writer, TEXT("tower"));
	subscription_counts_write(&writer, 1, 0);
	field_write_span(&writer, SPAN_ALWAYS);
	field_write_u8(&writer, SUBSCRIPTION_ACTIVE);
	field_write_u8(&writer, 0);
	subscription_packages_write(&writer, 1, said->is_marked);
	package_held_write(&writer, &held);
	return fields_written(&writer);
}

static struct bytes
member_record(uint8_t *place, size_t size, struct span span)
{
	struct field_writer writer = fields_into(place, size);
	field_write_u8(&writer, 1);
	field_write_text(&writer, TEXT("lease"));
	field_write_span(&writer, span);
	return fields_written(&writer);
}

static struct bytes
tally_record(uint8_t *place, size_t size, uint32_t members)
{
	struct field_writer writer = fields_into(place, size);
	field_write_u8(&writer, 0);
	field_write_i64(&writer, 1000);
	field_write_u32(&writer, members);
	return fields_written(&writer);
}

static void
append_member(struct said said)
{
	struct record_key keys[3];
	uint8_t places[3][200];
	struct effect effects[3];
	struct entry entry;
	load_row();
	entry = forged_entry();
	key_of_text(&keys[0], TABLE_SUBSCRIPTION, TEXT("somebody"));
	key_of_member(&keys[1], TEXT("T1"), TEXT("somebody"));
	key_of_text(&keys[2], TABLE_TALLY, TEXT("T1"));
	const struct bytes values[] = {
		subscription_value(places[0], sizeof places[0], &said),
		member_record(places[1], sizeof places[1], said.member),
		tally_record(places[2], sizeof places[2], said.members),
	};
	for (size_t i = 0; i < 3; i++)
		effects[i] = (struct effect){ .table = keys[i].table,
			.key = { keys[i].data, keys[i].size },
			.value = values[i] };
	entry.kind = ENTRY_PUT;
	entry.effects = effects;
	entry.effect_count = said.is_marked ? 3 : 1;
	row_append(&row, &entry);
	save_row();
}

static const struct span SINCE = { 1000, INT64_MAX };

static void
member_that_holds_what_its_group_says_is_sound(void **state)
{
	(void)state;
	append_member((struct said){ SINCE, SINCE, 1, true });
	assert_clean();
}

static void
subscription_from_before_there_were_members_is_sound(void **state)
{
	(void)state;
	append_member((struct said){ SINCE, SINCE, 0, false });
	assert_clean();
}

static void
member_that_holds_it_for_another_time_is_found(void **state)
{
	(void)state;
	append_member((struct said){ { 999, INT64_MAX }, SINCE, 1, true });
	assert_found_alone("members");
}

static void
number_that_is_not_that_of_the_members_is_found(void **state)
{
	(void)state;
	append_member((struct said){ SINCE, SINCE, 2, true });
	assert_found_alone("members");
}

static void
member_that_is_said_to_leave_and_is_counted_for_ever_is_found(void **state)
{
	const struct span till = { 1000, 2000 };
	(void)state;
	append_member((struct said){ till, till, 1, true });
	assert_found_alone("members");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OF(killed, member_that_holds_what_its_group_says_is_sound),
		OF(killed, subscription_from_before_there_were_members_is_sound),
		OF(killed, member_that_holds_it_for_another_time_is_found),
		OF(killed, number_that_is_not_that_of_the_members_is_found),
		OF(killed, member_that_is_said_to_leave_and_is_counted_for_ever_is_found),
	};
	return cmocka_run_group_tests(tests, make_bases, remove_bases);
}
