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

struct attribute
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
	*count = reader_open(reading->lua, field);
	struct attribute *attributes = reader_take(
		reading->lua, reading->arena, *count, sizeof *attributes);
	for (uint32_t i = 0; i < *count; i++) {
		reader_entry(reading->lua, i);
		attributes[i] = reading_attribute(reading);
		reader_close(reading->lua);
	}
	reader_close(reading->lua);
	return attributes;
}

struct sell_item
reading_item(const struct reading *reading, int64_t from_ms)
{
	struct sell_item item = {
		.package = reading_text(reading, "package"),
		.plan = reading_text(reading, "plan"),
		.offering = reading_text(reading, "offering"),
		.span = { reading_moment_of(reading, "from", from_ms),
			reading_moment_of(reading, "till", INT64_MAX) },
	};
	item.params = reading_attributes(reading, "params", &item.param_count);
	item.line_count = reader_open(reading->lua, "lines");
	struct sell_line *lines = reader_take(
		reading->lua, reading->arena, item.line_count, sizeof *lines);
	for (uint32_t i = 0; i < item.line_count; i++) {
		reader_entry(reading->lua, i);
		lines[i].product = reading_text(reading, "product");
		lines[i].id = reading_text(reading, "line");
		reader_close(reading->lua);
	}
	reader_close(reading->lua);
	item.lines = lines;
	return item;
}

const struct sell_item *
reading_items(const struct reading *reading, const char *field, int64_t from_ms, uint32_t *count)
{
	*count = reader_open(reading->lua, field);
	struct sell_item *items = reader_take(reading->lua, reading->arena, *count, sizeof *items);
	for (uint32_t i = 0; i < *count; i++) {
		reader_entry(reading->lua, i);
		items[i] = reading_item(reading, from_ms);
		reader_close(reading->lua);
	}
	reader_close(reading->lua);
	return items;
}
