/* The values that records and entries have (see dump_parts.h). */
#include "dump_parts.h"

#include "json.h"

#include "../engine/base/instant.h"

#include <stdio.h>

json_t *
dump_time(int64_t ms)
{
	char text[INSTANT_TEXT_MAX];
	size_t size = instant_format(ms, 0, text);
	return json_stringn(text, size);
}

json_t *
dump_number(uint64_t number)
{
	return json_integer((json_int_t)number);
}

json_t *
dump_amount(int64_t amount, struct text unit)
{
	return currency_is_valid(unit) ? json_of_money((struct money){ amount })
				       : json_integer(amount);
}

void
dump_set_span(json_t *object, struct span span)
{
	if (span.from_ms != INT64_MIN)
		json_object_set_new(object, "from", dump_time(span.from_ms));
	if (span.till_ms != INT64_MAX)
		json_object_set_new(object, "till", dump_time(span.till_ms));
}

json_t *
dump_texts(struct field_reader texts, unsigned count)
{
	json_t *list = json_array();
	for (unsigned i = 0; i < count; i++)
		json_array_append_new(list, json_of_text(field_read_text(&texts)));
	return list;
}

json_t *
dump_day(int64_t day)
{
	struct date date = date_of_day(day);
	char text[40];
	snprintf(text, sizeof text, "%04d-%02d-%02d", date.year, date.month, date.day);
	return json_string(text);
}

void
dump_set_text(json_t *object, const char *name, struct text text)
{
	if (text.size > 0)
		json_object_set_new(object, name, json_of_text(text));
}

static json_t *
lows_json(const struct telling *telling, struct text unit)
{
	json_t *list = json_array();
	for (unsigned i = 0; i < telling->low_count; i++)
		json_array_append_new(list, dump_amount(telling_low(telling, i), unit));
	return list;
}

static json_t *
percents_json(const struct telling *telling)
{
	json_t *list = json_array();
	for (unsigned i = 0; i < telling->percent_count; i++)
		json_array_append_new(list, json_integer(telling->percents[i]));
	return list;
}

void
dump_set_lead(json_t *object, const char *name, struct validity lead)
{
	if (lead.count > 0)
		json_object_set_new(object, name,
			json_pack("{s:I, s:s}", "count", (json_int_t)lead.count, "every",
				validity_every_name(lead.every)));
}

void
dump_set_telling(json_t *object, const struct telling *telling, struct text unit)
{
	if (telling->low_count > 0)
		json_object_set_new(object, "low_balance", lows_json(telling, unit));
	if (telling->percent_count > 0)
		json_object_set_new(object, "low_percent", percents_json(telling));
	if (telling->full > 0)
		json_object_set_new(object, "full", dump_amount(telling->full, unit));
	dump_set_lead(object, "expires_soon", telling->before_end);
	if (telling->soon_ms != 0)
		json_object_set_new(object, "soon", dump_time(telling->soon_ms));
}
