/* What groups say to those who price for their members (see group.h). */
#include "group.h"

#include "shard.h"

const struct due_fact *
group_facts(const struct group *group, struct arena *arena)
{
	struct field_reader reader = group->facts;
	struct due_fact *facts = arena_take(arena, (group->fact_count + 1u) * sizeof *facts);
	for (unsigned i = 0; facts != NULL && i < group->fact_count; i++) {
		struct span span = field_read_span(&reader);
		struct named_value value = named_value_read(&reader);
		facts[i] = (struct due_fact){
			.value = { value.name, value.text, value.number },
			.from_ms = span.from_ms,
			.till_ms = span.till_ms,
			.source = FACT_OF_GROUP,
		};
	}
	return facts;
}

bool
group_count_members(struct call *call, struct holding *holdings, size_t count, int64_t at_ms,
	enum call_end *end)
{
	for (size_t i = 0; i < count; i++) {
		struct holding *holding = &holdings[i];
		struct record_key key;
		struct bytes tally;
		uint64_t version;
		if (holding->group.size == 0 || holding->members > 0)
			continue;
		key_of_text(&key, TABLE_TALLY, holding->group);
		if (!put_read(call, &key, &tally, &version, end))
			return false;
		holding->members = tally_at(tally, at_ms);
	}
	return true;
}
