/*
 * group.put, and what the put of a subscription does to the groups by which it holds something (see
 * group.h).
 */
#include "due_packed.h"
#include "group.h"
#include "shard.h"

#include "../rules/due.h"

#include <string.h>

/* ---- group.put ---- */

enum { GROUP_BYTES_MAX = 60 * 1024 };
_Static_assert(GROUP_BYTES_MAX <= RECORD_VALUE_MAX, "it is a record");

/* The record's value; false: *end says that there is no memory, or that a record has no room for it. */
static bool
group_value(struct call *call, const struct group_params *params, struct bytes *value,
	enum call_end *end)
{
	struct group group = { .is_site = params->kind == GROUP_SITE,
		.home = params->home.data == NULL ? TEXT("") : params->home,
		.fact_count = (uint8_t)put_count_facts(&params->facts) };
	uint8_t *place = arena_take(call->arena, GROUP_BYTES_MAX);
	if (place == NULL || !put_read_facts(&params->facts, call->arena, &group.facts)) {
		*end = call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
		return false;
	}
	struct field_writer writer = fields_into(place, GROUP_BYTES_MAX);
	group_write(&writer, &group);
	if (writer.full) {
		struct text arguments[] = { TEXT("facts"), BILINGUAL("fewer", "更少") };
		*end = call_error(call, SAY_OUT_OF_RANGE, arguments, 2);
		return false;
	}
	*value = fields_written(&writer);
	return true;
}

/* What no formula will ever ask for is a slip of the pen. Without a catalog anything may come. */
static bool
judge_facts(struct call *call, struct bytes value, enum call_end *end)
{
	const struct loaded_release *release = releases_active(call->shard->releases);
	struct group group = group_read(value);
	struct due_question question = { .fact_count = group.fact_count };
	struct due_pricing pricing;
	struct fault fault;
	if (release == NULL)
		return true;
	question.image = release->image;
	question.facts = group_facts(&group, call->arena);
	if (question.facts == NULL) {
		*end = call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
		return false;
	}
	if (due_judge_facts(&question, call->arena, &pricing, &fault) != DUE_DONE) {
		*end = call_rules_failed(call, &fault);
		return false;
	}
	if (pricing.refused == 0)
		return true;
	struct text sentence = due_refusal_sentence(release->release, &pricing, call->arena);
	*end = call_error(call, SAY_FACT, &sentence, 1);
	return false;
}

static bool
check_home(struct call *call, struct text home, enum call_end *end)
{
	struct record_key key;
	struct bytes customer;
	uint64_t version;
	if (home.size == 0)
		return true;
	key_of_text(&key, TABLE_CUSTOMER, home);
	if (!put_read(call, &key, &customer, &version, end))
		return false;
	if (customer.size == 0)
		*end = put_not_found(call, SAY_CUSTOMER, home);
	return customer.size > 0;
}

enum call_end
put_run_group(struct call *call, const void *params)
{
	const struct group_params *group = params;
	struct putting putting = { .call = call };
	struct record_key key;
	struct bytes old, value;
	enum call_end end;
	key_of_text(&key, TABLE_GROUP, group->group);
	if (!put_check_facts(call, &group->facts, &end) || !check_home(call, group->home, &end) ||
		!put_read(call, &key, &old, &putting.version, &end) ||
		!group_value(call, group, &value, &end) || !judge_facts(call, value, &end))
		return end;
	if (!put_change(&putting, &key, old, value))
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	return put_finish(&putting, SAY_GROUP, group->group, group->expect);
}

/* ---- members ---- */

static bool
out_of_memory(struct call *call, enum call_end *end)
{
	*end = call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	return false;
}

/* How many there are from when on, once one has become another member than before. */
static bool
count_member(struct putting *putting, struct text group, const struct member_change *change,
	enum call_end *end)
{
	struct call *call = putting->call;
	struct tally *tally = arena_take(call->arena, sizeof *tally);
	uint8_t *place = arena_take(call->arena, TALLY_VALUE_MAX);
	struct record_key key;
	struct bytes old;
	uint64_t version;
	key_of_text(&key, TABLE_TALLY, group);
	if (!put_read(call, &key, &old, &version, end))
		return false;
	if (tally == NULL || place == NULL)
		return out_of_memory(call, end);
	struct field_writer writer = fields_into(place, TALLY_VALUE_MAX);
	tally_read(old, tally);
	if (!tally_change(tally, change, call->shard->now_ms)) {
		struct text arguments[] = { TEXT("packages"),
			BILINGUAL("of a group whose members come and go on fewer different dates",
				"成员进出日期更少的群组") };
		*end = call_error(call, SAY_OUT_OF_RANGE, arguments, 2);
		return false;
	}
	if (tally->count > 0)
		tally_write(&writer, tally);
	return put_change(putting, &key, old, fields_written(&writer)) || out_of_memory(call, end);
}

static bool
change_member(struct putting *putting, struct text id, struct text group,
	const struct subscription *after, enum call_end *end)
{
	struct call *call = putting->call;
	uint8_t *place = arena_take(call->arena, MEMBER_VALUE_MAX);
	struct member_change change;
	struct record_key key;
	uint64_t version;
	key_of_member(&key, group, id);
	if (!put_read(call, &key, &change.before, &version, end))
		return false;
	if (place == NULL)
		return out_of_memory(call, end);
	change.after = member_value(*after, group, place);
	if (bytes_equal(change.before, change.after))
		return true;
	return count_member(putting, group, &change, end) &&
		(put_change(putting, &key, change.before, change.after) ||
			out_of_memory(call, end));
}

static bool
is_among(struct text group, const struct text *groups, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (text_equal(groups[i], group))
			return true;
	return false;
}

bool
group_change_members(struct putting *putting, struct text id, const struct agenda_change *change,
	enum call_end *end)
{
	struct subscription after = subscription_read(change->after);
	struct text groups[MEMBER_GROUPS_MAX], left[MEMBER_GROUPS_MAX];
	unsigned count = member_groups(after, groups), left_count = 0;
	if (count > MEMBER_GROUPS_MAX) {
		struct text arguments[] = { TEXT("packages"),
			arena_print(putting->call->arena,
				BILINGUAL_STRING("held by at most %d different groups",
					"至多由 %d 个不同群组持有"),
				MEMBER_GROUPS_MAX, MEMBER_GROUPS_MAX) };
		*end = call_error(putting->call, SAY_OUT_OF_RANGE, arguments, 2);
		return false;
	}
	if (change->before.size > 0 && subscription_read(change->before).is_member)
		left_count = member_groups(subscription_read(change->before), left);
	for (unsigned i = 0; i < count; i++)
		if (!change_member(putting, id, groups[i], &after, end))
			return false;
	for (unsigned i = 0; i < left_count; i++)
		if (!is_among(left[i], groups, count) &&
			!change_member(putting, id, left[i], &after, end))
			return false;
	return true;
}
