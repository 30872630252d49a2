#include "test_reading.h"

struct text
reading_text(const struct reading *reading, const char *field)
{
	if (!reader_has(reading->lua, field))
		return (struct text){ NULL, 0 };
	return reader_text(reading->lua, reading->arena, field);
}

int64_t
reading_moment(const struct reading *reading)
{
	int64_t ms = reader_integer(reading->lua, "ms");
	return reader_flag(reading->lua, "is_local") ? zoneinfo_local_to_utc(reading->zone, ms)
						     : ms;
}

int64_t
reading_moment_of(const struct reading *reading, const char *field, int64_t otherwise)
{
	if (!reader_has(reading->lua, field))
		return otherwise;
	lua_getfield(reading->lua, -1, field);
	int64_t ms = reading_moment(reading);
	reader_close(reading->lua);
	return ms;
}

static struct attribute
reading_attribute(const struct reading *reading)
{
	struct attribute attribute = { .name = reading_text(reading, "name"),
		.text = reading_text(reading, "text") };
	if (attribute.text.data == NULL)
		attribute.number = reader_integer(reading->lua, "number");
	return attribute;
}

const struct attribute *
reading_attributes(const struct reading *reading, const char *field, uint32_t *count)
{
	struct reader_list attributes = reader_list(
		reading->lua, reading->arena, field, sizeof(struct attribute));
	for (struct attribute *one; (one = reader_next(&attributes)) != NULL;)
		*one = reading_attribute(reading);
	*count = attributes.count;
	return attributes.items;
}

struct due_fact
reading_fact(const struct reading *reading)
{
	return (struct due_fact){ reading_attribute(reading),
		reading_moment_of(reading, "from", INT64_MIN),
		reading_moment_of(reading, "till", INT64_MAX), FACT_OWN };
}

const struct due_fact *
reading_facts(const struct reading *reading, const char *field, uint32_t *count)
{
	struct reader_list facts = reader_list(
		reading->lua, reading->arena, field, sizeof(struct due_fact));
	for (struct due_fact *one; (one = reader_next(&facts)) != NULL;)
		*one = reading_fact(reading);
	*count = facts.count;
	return facts.items;
}

/* The list of lines in a field. */
static const struct sell_line *
read_lines(const struct reading *reading, uint32_t *count)
{
	struct reader_list lines = reader_list(
		reading->lua, reading->arena, "lines", sizeof(struct sell_line));
	for (struct sell_line *one; (one = reader_next(&lines)) != NULL;) {
		one->product = reading_text(reading, "product");
		one->id = reading_text(reading, "line");
	}
	*count = lines.count;
	return lines.items;
}

struct sell_item
reading_item_of(const struct reading *reading)
{
	struct sell_item item = { .package = reading_text(reading, "package") };
	item.params = reading_attributes(reading, "params", &item.param_count);
	if (reader_has(reading->lua, "lines"))
		item.lines = read_lines(reading, &item.line_count);
	if (reader_has(reading->lua, "facts"))
		item.facts = reading_facts(reading, "facts", &item.fact_count);
	return item;
}

struct sell_item
reading_item(const struct reading *reading, int64_t from_ms)
{
	struct sell_item item = reading_item_of(reading);
	item.plan = reading_text(reading, "plan");
	item.offering = reading_text(reading, "offering");
	item.span = (struct sell_span){ reading_moment_of(reading, "from", from_ms),
		reading_moment_of(reading, "till", INT64_MAX) };
	return item;
}

const struct sell_item *
reading_items(const struct reading *reading, const char *field, int64_t from_ms, uint32_t *count)
{
	struct reader_list items = reader_list(
		reading->lua, reading->arena, field, sizeof(struct sell_item));
	for (struct sell_item *one; (one = reader_next(&items)) != NULL;)
		*one = reading_item(reading, from_ms);
	*count = items.count;
	return items.items;
}
