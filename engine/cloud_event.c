/* Notices as CloudEvents (see cloud_event.h). */
#include "cloud_event.h"

#include "base/instant.h"
#include "base/memory.h"
#include "base/money.h"
#include "notice_fields.h"
#include "once.h"

#include <jansson.h>
#include <stdlib.h>

static json_t *
text_json(struct text text)
{
	return json_stringn(text.data, text.size);
}

static json_t *
time_json(int64_t ms)
{
	char text[INSTANT_TEXT_MAX];
	return json_stringn(text, instant_format(ms, 0, text));
}

static json_t *
money_json(struct money money)
{
	char text[MONEY_TEXT_MAX];
	return json_stringn(text, money_format(money, text));
}

static json_t *
field_json(const struct notice_field *field)
{
	switch (field->kind) {
	case NOTICE_FIELD_TEXT:
		return text_json(field->text);
	case NOTICE_FIELD_TIME:
		return time_json(field->number);
	case NOTICE_FIELD_MONEY:
		return money_json((struct money){ field->number });
	case NOTICE_FIELD_UNITS:
		return json_integer(field->number);
	}
	return NULL;
}

static json_t *
data_json(const struct cloud_event *event)
{
	const struct notice_record *notice = &event->notice;
	struct notice_field fields[NOTICE_FIELDS_MAX];
	size_t count = notice_fields(notice, fields);
	char charge[CHARGE_ID_MAX];
	size_t size = charge_id_format(event->shard, event->version, charge);
	json_t *data = json_object();
	json_object_set_new(data, "charge", json_stringn(charge, size));
	for (size_t i = 0; i < count; i++)
		json_object_set_new(data, fields[i].name, field_json(&fields[i]));
	json_object_set_new(data, "say",
		json_pack("{s:o, s:o}", "en", text_json(notice->en), "zh", text_json(notice->zh)));
	return data;
}

struct text
cloud_event_write(const struct cloud_event *event)
{
	char id[NOTICE_TEXT_BYTES + 1], type[64];
	struct text written = { NULL, 0 };
	struct text subject = event->notice.account.size > 0 ? event->notice.account
							     : event->notice.customer;
	notice_key_format(&event->key, id);
	snprintf(type, sizeof type, "suanpan.notice.%s", notice_kind_name(event->notice.kind));
	json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:o}", "specversion", "1.0",
		"id", id, "source", event->source, "type", type, "subject", text_json(subject),
		"time", time_json(event->notice.made_ms), "datacontenttype", "application/json",
		"data", data_json(event));
	char *line = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);
	json_decref(object);
	if (line == NULL)
		return written;
	size_t size = strlen(line);
	char *copy = memory_new(size + 1);
	if (copy != NULL) {
		memcpy(copy, line, size + 1);
		written = (struct text){ copy, size };
	}
	free(line);
	return written;
}
