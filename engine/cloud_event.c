/* Notices as CloudEvents (see cloud_event.h). */
#include "cloud_event.h"

#include "base/instant.h"
#include "base/memory.h"
#include "base/money.h"
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

/* Money as decimal text, units as an integer. */
static json_t *
amount_json(int64_t amount, struct text unit)
{
	char text[MONEY_TEXT_MAX];
	if (!currency_is_valid(unit))
		return json_integer(amount);
	return json_stringn(text, money_format((struct money){ amount }, text));
}

static void
set_text(json_t *object, const char *name, struct text text)
{
	if (text.size > 0)
		json_object_set_new(object, name, text_json(text));
}

static void
set_amounts(json_t *data, const struct notice_record *notice)
{
	struct text unit = notice->unit;
	if (notice->kind == NOTICE_LOW_BALANCE) {
		json_object_set_new(data, "balance", amount_json(notice->amount, unit));
		return;
	}
	if (unit.size == 0)
		return;
	json_object_set_new(data, "used", amount_json(notice->used, unit));
	if (notice->amount > 0) {
		json_object_set_new(data, "amount", amount_json(notice->amount, unit));
		json_object_set_new(data, "left", amount_json(notice_left(notice), unit));
	}
}

static json_t *
data_json(const struct cloud_event *event)
{
	const struct notice_record *notice = &event->notice;
	char charge[CHARGE_ID_MAX];
	size_t size = charge_id_format(event->shard, event->version, charge);
	json_t *data = json_object();
	set_text(data, "charge", (struct text){ charge, size });
	json_object_set_new(data, "at", time_json(notice->at_ms));
	set_text(data, "account", notice->account);
	set_text(data, "subscription", notice->subscription);
	set_text(data, "package", notice->package);
	set_text(data, "group", notice->group);
	set_text(data, "notify", notice->id);
	set_text(data, "threshold", notice->threshold);
	set_text(data, "of", notice->of);
	set_text(data, "unit", notice->unit);
	set_amounts(data, notice);
	if (notice->till_ms != INT64_MAX)
		json_object_set_new(data, "till", time_json(notice->till_ms));
	json_object_set_new(data, "say",
		json_pack("{s:o, s:o}", "en", text_json(notice->en), "zh", text_json(notice->zh)));
	return data;
}

struct text
cloud_event_write(const struct cloud_event *event)
{
	char id[NOTICE_TEXT_BYTES + 1], type[64];
	struct text written = { NULL, 0 };
	notice_key_format(&event->key, id);
	snprintf(type, sizeof type, "suanpan.notice.%s", notice_kind_name(event->notice.kind));
	json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:o}", "specversion", "1.0",
		"id", id, "source", event->source, "type", type, "subject",
		text_json(event->notice.account), "time", time_json(event->notice.made_ms),
		"datacontenttype", "application/json", "data", data_json(event));
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
