/* Records and journal entries as JSON (see dump_json.h). */
#include "dump_json.h"

#include "dump_parts.h"
#include "json.h"

#include "../engine/base/memory.h"
#include "../engine/notice_fields.h"
#include "../engine/once.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- keys ---- */

char *
record_key_text(uint8_t table, struct bytes key)
{
	char *text = memory_new(RECORD_TEXT_MAX);
	if (text != NULL && !record_key_format(table, key, text))
		snprintf(text, RECORD_TEXT_MAX, "%.*s", TEXT_ARGS(text_of_bytes(key)));
	return text;
}

static json_t *
key_json(uint8_t table, struct bytes key)
{
	char *text = record_key_text(table, key);
	json_t *value = text == NULL ? NULL : json_of_text(text_of(text));
	memory_free(text);
	return value;
}

/* ---- values ---- */

static json_t *
release_json(struct bytes value)
{
	struct release_record release = release_record_read(value);
	json_t *object = json_pack("{s:o, s:o, s:o}", "catalog", json_of_text(release.catalog),
		"size", dump_number(release.size), "published", dump_time(release.published_ms));
	dump_set_text(object, "by", release.by);
	dump_set_text(object, "why", release.why);
	return object;
}

/* The instant from which on a release is in force is in its key. */
static json_t *
setting_json(struct bytes key, struct bytes value)
{
	int64_t at_ms;
	if (!key_is_of_activation(key, &at_ms))
		return json_of_text(text_of_bytes(value));
	struct activation_record activation = activation_record_read(value);
	json_t *object = json_pack(
		"{s:o, s:o}", "at", dump_time(at_ms), "release", json_of_text(activation.release));
	dump_set_text(object, "by", activation.by);
	dump_set_text(object, "why", activation.why);
	if (activation.since_ms != INT64_MIN)
		json_object_set_new(object, "since", dump_time(activation.since_ms));
	return object;
}

static json_t *
notice_field_json(const struct notice_field *field)
{
	switch (field->kind) {
	case NOTICE_FIELD_TEXT:
		return json_of_text(field->text);
	case NOTICE_FIELD_TIME:
		return dump_time(field->number);
	case NOTICE_FIELD_MONEY:
		return json_of_money((struct money){ field->number });
	case NOTICE_FIELD_UNITS:
		return json_integer(field->number);
	}
	return NULL;
}

static json_t *
notice_json(struct bytes value)
{
	struct notice_record notice = notice_record_read(value);
	struct notice_field fields[NOTICE_FIELDS_MAX];
	size_t count = notice_fields(&notice, fields);
	json_t *object = json_pack("{s:s, s:o}", "kind", notice_kind_name(notice.kind), "made",
		dump_time(notice.made_ms));
	for (size_t i = 0; i < count; i++)
		json_object_set_new(object, fields[i].name, notice_field_json(&fields[i]));
	json_object_set_new(object, "say",
		json_pack("{s:o, s:o}", "en", json_of_text(notice.en), "zh",
			json_of_text(notice.zh)));
	return object;
}

json_t *
record_value_json(uint8_t table, struct bytes key, struct bytes value)
{
	if (value.size == 0)
		return json_null();
	if (!record_is_valid(table, key, value))
		return json_pack("{s:o}", "malformed", json_of_binary(value));
	switch ((enum table)table) {
	case TABLE_CUSTOMER:
		return dump_customer(value);
	case TABLE_ACCOUNT:
		return dump_account(value);
	case TABLE_SUBSCRIPTION:
		return dump_subscription(value);
	case TABLE_SERVICE:
		return dump_service(value);
	case TABLE_BALANCE:
		return dump_balance(value);
	case TABLE_COUNTER:
		return dump_counter(value);
	case TABLE_RELEASE:
		return release_json(value);
	case TABLE_SETTING:
		return setting_json(key, value);
	case TABLE_REFUND:
		return dump_refund(value);
	case TABLE_TIMER:
		return json_object(); /* all of it is in the key */
	case TABLE_NOTICE:
		return notice_json(value);
	case TABLE_SESSION:
		return dump_session(value);
	case TABLE_AGENDA:
		return dump_agenda(value);
	case TABLE_GROUP:
		return dump_group(value);
	case TABLE_MEMBER:
		return dump_member(value);
	case TABLE_TALLY:
		return dump_tally(value);
	case TABLE_END:
		break;
	}
	return json_null();
}

json_t *
record_json(const struct dumped_record *record)
{
	return json_pack("{s:s, s:o, s:o, s:o}", "table", table_name(record->table), "key",
		key_json(record->table, record->key), "version", dump_number(record->version),
		"value", record_value_json(record->table, record->key, record->value));
}

/* ---- entries ---- */

static json_t *
charge_json(uint32_t shard, uint64_t position)
{
	char text[64];
	snprintf(text, sizeof text, "%" PRIu32 ":%" PRIu64 ":0", shard, position);
	return json_string(text);
}

static json_t *
effects_json(const struct entry *entry)
{
	struct bytes rest = entry->effect_bytes;
	struct effect effect;
	json_t *list = json_array();
	while (effect_next(&rest, &effect)) {
		const char *table = table_name(effect.table);
		json_t *item = json_pack("{s:s, s:o}", "table", table == NULL ? "?" : table, "key",
			key_json(effect.table, effect.key));
		if (effect.previous != 0)
			json_object_set_new(item, "previous", dump_number(effect.previous));
		json_object_set_new(
			item, "value", record_value_json(effect.table, effect.key, effect.value));
		json_array_append_new(list, item);
	}
	return list;
}

/* "balance:07715510000/main" of the effect whose amount is moved. */
static json_t *
side_json(const struct entry *entry, uint8_t side)
{
	struct bytes rest = entry->effect_bytes;
	struct effect effect = { 0 };
	char text[RECORD_TEXT_MAX + 40] = "?";
	for (unsigned i = 0; i <= side; i++) {
		if (!effect_next(&rest, &effect))
			return json_string(text);
	}
	char *key = record_key_text(effect.table, effect.key);
	const char *table = table_name(effect.table);
	snprintf(text, sizeof text, "%s:%s", table == NULL ? "?" : table, key == NULL ? "?" : key);
	memory_free(key);
	return json_of_text(text_of(text));
}

static json_t *
postings_json(const struct entry *entry)
{
	struct bytes rest = entry->posting_bytes;
	struct posting posting = { 0 };
	json_t *list = json_array();
	while (posting_next(&rest, &posting))
		json_array_append_new(list,
			json_pack("{s:o, s:o, s:o}", "book",
				posting.side == POSTING_BOOK ? json_of_text(posting.book)
							     : side_json(entry, posting.side),
				"amount", dump_amount(posting.amount, posting.unit), "unit",
				json_of_text(posting.unit)));
	return list;
}

/* Packed bytes as JSON; what is no MessagePack as bytes. */
static json_t *
packed_json(struct bytes bytes)
{
	json_t *value = json_of_bytes(bytes);
	return value == NULL ? json_of_binary(bytes) : value;
}

static json_t *
scope_json(struct text scope)
{
	return json_of_text(once_scope_shown(scope));
}

static void
set_request(json_t *object, const struct entry *entry)
{
	char number[20];
	if (entry->scope.size > 0)
		json_object_set_new(object, "scope", scope_json(entry->scope));
	if (entry->id.size > 0) {
		json_object_set_new(object, "id", json_of_text(entry->id));
		json_object_set_new(object, "attempt", json_integer(entry->attempt));
		snprintf(number, sizeof number, "%016" PRIx64, entry->fingerprint);
		json_object_set_new(object, "fingerprint", json_string(number));
	}
	if (entry->at_ms != 0)
		json_object_set_new(object, "at", dump_time(entry->at_ms));
	if (entry->release != 0) {
		snprintf(number, sizeof number, "%016" PRIx64,
			entry->release); /* the name's first digits */
		json_object_set_new(object, "release", json_string(number));
	}
}

json_t *
entry_json(uint32_t shard, const struct journal_visit *visit)
{
	const struct entry *entry = visit->entry;
	const char *kind = entry_kind_name(entry->kind);
	json_t *object = json_pack("{s:o, s:o, s:s}", "charge", charge_json(shard, visit->position),
		"made", dump_time(entry->made_ms), "kind", kind == NULL ? "?" : kind);
	set_request(object, entry);
	if (entry->event.size > 0)
		json_object_set_new(object, "event", packed_json(entry->event));
	if (entry->answer.size > 0)
		json_object_set_new(object, "answer", packed_json(entry->answer));
	if (entry->effect_count > 0)
		json_object_set_new(object, "effects", effects_json(entry));
	if (entry->posting_count > 0)
		json_object_set_new(object, "postings", postings_json(entry));
	json_object_set_new(object, "bytes", json_integer((json_int_t)visit->bytes.size));
	return object;
}
