/*
 * notice.list and notice.ack: reading what was raised, in order, and letting go of what was read.
 *
 * A page has only what is durable: in the order of keys that is all up to some entry, so whoever
 * asks for what comes behind the last one he got misses nothing and gets nothing twice, whatever
 * happens to the server meanwhile. A cursor from ahead of that was given by no page of this folder:
 * who held on to it would be told nothing for ever, so it is refused.
 */
#include "call.h"
#include "notice_fields.h"
#include "notice_keeper.h"
#include "once.h"
#include "shard.h"

#include "base/memory.h"
#include "base/must.h"

#include <string.h>

enum { LIMIT_DEFAULT = 50, PAGE_BYTES = 1 << 20 };

static enum call_end
wrong_cursor(struct call *call, const char *field)
{
	struct text arguments[] = { text_of(field),
		BILINGUAL("the cursor of a notice that was listed", "已列出的某条通知的 cursor") };
	return call_error(call, SAY_OUT_OF_RANGE, arguments, 2);
}

/* ---- a notice as it is listed ---- */

static void
pack_field(struct pack *pack, const struct notice_field *field)
{
	switch (field->kind) {
	case NOTICE_FIELD_TEXT:
		pack_name_text(pack, field->name, field->text);
		return;
	case NOTICE_FIELD_MONEY:
		pack_name_money(pack, field->name, (struct money){ field->number });
		return;
	case NOTICE_FIELD_TIME:
	case NOTICE_FIELD_UNITS:
		pack_name_integer(pack, field->name, field->number);
		return;
	}
	must_not_come_here("a field is of one of these kinds");
}

static void
pack_listed(struct pack *pack, const struct range_record *record, uint32_t shard)
{
	const struct notice_record notice = notice_record_read(record->value);
	struct notice_field fields[NOTICE_FIELDS_MAX];
	char cursor[NOTICE_TEXT_BYTES + 1], charge[CHARGE_ID_MAX];
	struct notice_key key;
	bool is_key = key_is_of_notice(record->key, &key);
	size_t count = notice_fields(&notice, fields);
	must(is_key);
	notice_key_format(&key, cursor);
	pack_map(pack, (uint32_t)count + 5);
	pack_name_text(pack, "cursor", (struct text){ cursor, NOTICE_TEXT_BYTES });
	pack_name_text(pack, "charge",
		(struct text){ charge, charge_id_format(shard, record->version, charge) });
	pack_name_string(pack, "kind", notice_kind_name(notice.kind));
	pack_name_integer(pack, "made", notice.made_ms);
	for (size_t i = 0; i < count; i++)
		pack_field(pack, &fields[i]);
	pack_name(pack, "say");
	pack_map(pack, 2);
	pack_name_text(pack, "en", notice.en);
	pack_name_text(pack, "zh", notice.zh);
}

/* ---- notice.list ---- */

static void
page_drop(void *state)
{
	struct range *page = state;
	buffer_release(&page->bytes);
	memory_free(page);
}

/* The records of the page that are durable; *last is the key of the last of them. */
static uint32_t
count_durable(const struct call *call, const struct range *page, struct bytes *last)
{
	struct bytes rest = { page->bytes.data, page->bytes.size };
	struct range_record record;
	uint32_t count = 0;
	while (range_next(&rest, &record) && record.version < store_durable(call->shard->store)) {
		*last = record.key;
		count++;
	}
	return count;
}

static enum call_end
answer_page(struct call *call, const struct range *page)
{
	struct bytes rest = { page->bytes.data, page->bytes.size };
	struct bytes last = { page->after.data, page->after.size };
	uint32_t count = count_durable(call, page, &last);
	char cursor[NOTICE_TEXT_BYTES + 1];
	struct notice_key next = { 0 };
	struct pack pack = pack_into(call_buffer(call));
	pack_map(&pack, 2);
	pack_name(&pack, "notices");
	pack_array(&pack, count);
	for (uint32_t i = 0; i < count; i++) {
		struct range_record record;
		bool is_there = range_next(&rest, &record);
		must(is_there);
		pack_listed(&pack, &record, call->shard->settings.store.shard);
	}
	if (last.size > 0 && !key_is_of_notice(last, &next))
		must_not_come_here("a key that is not of this table");
	notice_key_format(&next, cursor);
	pack_name_text(&pack, "next", (struct text){ cursor, NOTICE_TEXT_BYTES });
	return call_answer(call, pack_whole(&pack));
}

enum call_end
notice_run_list(struct call *call, const void *params)
{
	const struct notice_list_params *list = params;
	struct range *page = call_state(call);
	struct notice_key after = { 0 };
	if (page != NULL)
		return answer_page(call, page);
	if (list->after.data != NULL &&
		(!notice_key_parse(list->after, &after) ||
			after.place >= store_durable(call->shard->store)))
		return wrong_cursor(call, "after");
	if (!call_can_work(call))
		return CALL_WAITS;
	page = memory_new_zeroed(1, sizeof *page);
	if (page == NULL)
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	page->table = TABLE_NOTICE;
	page->limit = list->limit == NOT_GIVEN ? LIMIT_DEFAULT : (unsigned)list->limit;
	if (list->after.data != NULL)
		key_of_notice(&page->after, &after);
	buffer_init(&page->bytes, PAGE_BYTES);
	return call_wait_range(call, page, page_drop);
}

/* ---- notice.ack ---- */

static enum call_end
answer_ack(struct call *call, const char *outcome, const struct notice_key *till, uint64_t version)
{
	char cursor[NOTICE_TEXT_BYTES + 1];
	struct pack pack = pack_into(call_buffer(call));
	notice_key_format(till, cursor);
	pack_map(&pack, 2);
	pack_name_string(&pack, "outcome", outcome);
	pack_name_text(&pack, "till", (struct text){ cursor, NOTICE_TEXT_BYTES });
	return call_answer_at(call, pack_whole(&pack), version);
}

static bool
is_before(const struct notice_key *a, const struct notice_key *b)
{
	return a->place < b->place || (a->place == b->place && a->index < b->index);
}

static enum call_end
append_ack(struct call *call, const struct record_key *key, const struct notice_key *till)
{
	struct record_key value;
	uint64_t position;
	struct fault fault;
	key_of_notice(&value, till);
	struct effect effect = { .table = TABLE_SETTING,
		.key = { key->data, key->size },
		.value = { value.data, value.size } };
	struct entry entry = {
		.kind = ENTRY_NOTICE,
		.made_ms = call->shard->now_ms,
		.effects = &effect,
		.effect_count = 1,
	};
	enum status status = store_append(call->shard->store, &entry, &effect, &position, &fault);
	if (status != STATUS_OK)
		return call_failed(call, status, &fault);
	notice_keeper_acked(call->shard->notices, till);
	return answer_ack(call, "acknowledged", till, position);
}

/* What was raised later than what is durable has not been listed: nobody can have read it. */
enum call_end
notice_run_ack(struct call *call, const void *params)
{
	const struct notice_ack_params *ack = params;
	struct notice_key till, acked;
	struct record_key key;
	struct bytes value;
	uint64_t version;
	if (!notice_key_parse(ack->till, &till) || till.place >= store_durable(call->shard->store))
		return wrong_cursor(call, "till");
	key_of_text(&key, TABLE_SETTING, NOTICES_ACKED);
	if (call_find(call, shelf_key_of(&key), &value, &version) == LOOKUP_COLD)
		return call_wait_record(call, shelf_key_of(&key));
	if (notice_keeper_last_acked(call->shard->notices, &acked) && !is_before(&acked, &till))
		return answer_ack(call, "unchanged", &acked, version);
	return append_ack(call, &key, &till);
}
