/*
 * Members of groups (see fsck.h): an entry changes what a subscription holds by groups as much as it
 * changes what these groups have of it, and how many of their members have no end as much as the last
 * number of their tallies. As all begin with nothing, they agree at the end.
 *
 * Of each record only a sum is remembered, in which what has to be equal stands on both sides.
 */
#include "fsck_parts.h"

#include "record_group.h"

static uint64_t
weight(const struct record_key *key)
{
	return fsck_record_key(key->table, (struct bytes){ key->data, key->size }).low;
}

static uint64_t
membership(const struct record_key *member, struct bytes value)
{
	return value.size == 0 ? 0 : hash64(value.data, value.size, weight(member));
}

static uint64_t
of_subscription(const struct effect *effect)
{
	const struct subscription subscription = subscription_read(effect->value);
	struct text groups[MEMBER_GROUPS_MAX];
	uint8_t place[MEMBER_VALUE_MAX];
	uint64_t sum = 0;
	if (!subscription.is_member)
		return 0;
	unsigned count = member_groups(subscription, groups);
	for (unsigned i = 0; count <= MEMBER_GROUPS_MAX && i < count; i++) {
		struct record_key key;
		key_of_member(&key, groups[i], text_of_bytes(effect->key));
		sum += membership(&key, member_value(subscription, groups[i], place));
	}
	return sum;
}

static uint64_t
tally_weight(struct text group)
{
	struct record_key key;
	key_of_text(&key, TABLE_TALLY, group);
	return weight(&key);
}

static uint64_t
of_member(const struct effect *effect)
{
	struct span spans[MEMBER_HOLDINGS_MAX];
	unsigned count = member_spans(effect->value, spans);
	struct text group, subscription;
	struct record_key key;
	if (!key_is_of_member(effect->key, &group, &subscription))
		return 0;
	key_of_member(&key, group, subscription);
	bool stays = count > 0 && spans[count - 1].till_ms == INT64_MAX;
	return (stays ? tally_weight(group) : 0) - membership(&key, effect->value);
}

static uint64_t
of_tally(const struct effect *effect)
{
	return -(tally_at(effect->value, INT64_MAX) * tally_weight(text_of_bytes(effect->key)));
}

uint64_t
fsck_members(const struct effect *effect)
{
	if (effect->value.size == 0)
		return 0;
	if (effect->table == TABLE_SUBSCRIPTION)
		return of_subscription(effect);
	if (effect->table == TABLE_MEMBER)
		return of_member(effect);
	return effect->table == TABLE_TALLY ? of_tally(effect) : 0;
}
