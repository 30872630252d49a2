/* What formulas may ask for, with dates, as puts take it and records have it (see put.h). */
#include "put.h"

#include <string.h>

static struct span
span_of(const struct held_fact_params *facts)
{
	return (struct span){
		facts->from_ms == NOT_GIVEN ? INT64_MIN : facts->from_ms,
		facts->till_ms == NOT_GIVEN ? INT64_MAX : facts->till_ms,
	};
}

bool
put_names_param(struct text fact, struct text *param)
{
	const struct text group = TEXT("params.");
	if (fact.size <= group.size || memcmp(fact.data, group.data, group.size) != 0)
		return false;
	*param = (struct text){ fact.data + group.size, fact.size - group.size };
	return true;
}

/* A parameter is another from an instant on, until it is changed again. */
static bool
is_sound(const struct held_fact_params *facts)
{
	struct span span = span_of(facts);
	struct text param;
	bool open = span.from_ms != INT64_MIN && span.till_ms == INT64_MAX;
	for (size_t i = 0; i < facts->with.count; i++)
		if (put_names_param(facts->with.items[i].name, &param) && !open)
			return false;
	return span.from_ms < span.till_ms && facts->with.count > 0;
}

size_t
put_count_facts(const struct list *list)
{
	const struct held_fact_params *facts = list->items;
	size_t count = 0;
	for (size_t i = 0; i < list->count; i++)
		count += facts[i].with.count;
	return count;
}

bool
put_check_facts(struct call *call, const struct list *list, enum call_end *end)
{
	const struct held_fact_params *facts = list->items;
	bool sound = put_count_facts(list) <= PACKAGE_VALUES_MAX;
	for (size_t i = 0; i < list->count; i++)
		sound = sound && is_sound(&facts[i]);
	if (sound)
		return true;
	struct text arguments[] = { TEXT("facts"),
		arena_print(call->arena,
			BILINGUAL_STRING(
				"at most %d in all, each span's from before its till; of a parameter a from, and no till",
				"合计至多 %d 个，且每段 from 早于 till；参数须有 from 而无 till"),
			PACKAGE_VALUES_MAX, PACKAGE_VALUES_MAX) };
	*end = call_error(call, SAY_OUT_OF_RANGE, arguments, 2);
	return false;
}

struct named_value
put_named_value(const struct attribute *attribute)
{
	return (struct named_value){ attribute->name, attribute->text, attribute->number };
}

bool
put_read_facts(const struct list *list, struct arena *arena, struct field_reader *read)
{
	const struct held_fact_params *facts = list->items;
	size_t room = put_count_facts(list) * NAMED_BYTES_MAX;
	uint8_t *place = arena_take(arena, room);
	if (place == NULL)
		return false;
	struct field_writer writer = fields_into(place, room);
	for (size_t i = 0; i < list->count; i++)
		for (size_t j = 0; j < facts[i].with.count; j++) {
			struct named_value value = put_named_value(&facts[i].with.items[j]);
			field_write_span(&writer, span_of(&facts[i]));
			named_value_write(&writer, &value);
		}
	*read = fields_of(fields_written(&writer));
	return true;
}
