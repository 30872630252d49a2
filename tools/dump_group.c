/* Groups, their members, and how many they are, as JSON (see dump_parts.h). */
#include "dump_parts.h"

#include "json.h"

#include "../store/record_group.h"

json_t *
dump_group(struct bytes value)
{
	struct group group = group_read(value);
	json_t *object = json_pack("{s:s, s:o}", "kind", group.is_site ? "site" : "group", "facts",
		dump_facts(group.facts, group.fact_count));
	dump_set_text(object, "home", group.home);
	return object;
}

json_t *
dump_member(struct bytes value)
{
	struct field_reader reader = fields_of(value);
	json_t *list = json_array();
	for (unsigned left = field_read_u8(&reader); left > 0; left--) {
		struct member_holding holding = member_holding_read(&reader);
		json_t *item = json_pack("{s:o}", "package", json_of_text(holding.package));
		dump_set_span(item, holding.span);
		if (holding.pays)
			json_object_set_new(item, "pays", json_true());
		json_array_append_new(list, item);
	}
	return list;
}

json_t *
dump_tally(struct bytes value)
{
	struct field_reader reader = tally_steps(value);
	struct tally_step step;
	json_t *list = json_array();
	while (tally_next(&reader, &step)) {
		json_t *item = json_pack("{s:i}", "members", (int)step.members);
		dump_set_span(item, (struct span){ step.from_ms, INT64_MAX });
		json_array_append_new(list, item);
	}
	return list;
}
