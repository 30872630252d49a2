/* group.get: what is known of a group, how many members it has, and a page of them in the order of their ids. */
#include "group.h"
#include "query.h"
#include "shard.h"

#include "base/memory.h"
#include "base/must.h"

enum { LIMIT_DEFAULT = 50, PAGE_BYTES = 1 << 20 };

/* What is there of a group besides its members. */
struct group_found {
	struct group group;
	bool is_put; /* it has a record */
	uint64_t version;
	uint32_t members; /* now */
};

/* False: *end is what to return. */
static bool
find_group(struct call *call, struct text id, struct group_found *found, enum call_end *end)
{
	struct record_key key, tally_key;
	struct bytes value, tally;
	uint64_t tally_version;
	key_of_text(&key, TABLE_GROUP, id);
	key_of_text(&tally_key, TABLE_TALLY, id);
	*found = (struct group_found){ .version = 0 };
	if (!put_read(call, &key, &value, &found->version, end) ||
		!put_read(call, &tally_key, &tally, &tally_version, end))
		return false;
	found->is_put = value.size > 0;
	if (found->is_put)
		found->group = group_read(value);
	else
		found->version = 0;
	found->members = tally_at(tally, call->shard->now_ms);
	if (found->is_put || tally.size > 0)
		return true;
	*end = put_not_found(call, SAY_GROUP, id);
	return false;
}

static void
page_drop(void *state)
{
	struct range *page = state;
	buffer_release(&page->bytes);
	memory_free(page);
}

static enum call_end
ask_page(struct call *call, const struct group_get_params *get)
{
	struct range *page;
	if (!call_can_work(call))
		return CALL_WAITS;
	page = memory_new_zeroed(1, sizeof *page);
	if (page == NULL)
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	page->table = TABLE_MEMBER;
	page->limit = get->limit == NOT_GIVEN ? LIMIT_DEFAULT : (unsigned)get->limit;
	if (get->after.size > 0)
		key_of_member(&page->after, get->group, get->after);
	else
		key_before_members(&page->after, get->group);
	buffer_init(&page->bytes, PAGE_BYTES);
	return call_wait_range(call, page, page_drop);
}

/* Those of the page that are of the group: behind them come those of the next one. */
static uint32_t
count_members(struct call *call, const struct range *page, struct text id, struct text *last)
{
	struct bytes rest = { page->bytes.data, page->bytes.size };
	struct range_record record;
	struct text group, subscription;
	uint32_t count = 0;
	while (range_next(&rest, &record)) {
		bool is_key = key_is_of_member(record.key, &group, &subscription);
		must(is_key);
		if (!text_equal(group, id))
			break;
		call_saw(call, record.version);
		*last = subscription;
		count++;
	}
	return count;
}

static void
pack_member(struct pack *pack, const struct range_record *record)
{
	struct field_reader holdings = fields_of(record->value);
	unsigned count = field_read_u8(&holdings);
	struct text group, subscription;
	bool is_key = key_is_of_member(record->key, &group, &subscription);
	must(is_key);
	pack_map(pack, 2);
	pack_name_text(pack, "subscription", subscription);
	pack_name(pack, "packages");
	pack_array(pack, count);
	for (; count > 0; count--) {
		struct member_holding holding = member_holding_read(&holdings);
		pack_map(pack, 1 + query_span_pairs(holding.span) + holding.pays);
		pack_name_text(pack, "package", holding.package);
		query_pack_span(pack, holding.span);
		if (holding.pays)
			pack_name_bool(pack, "pays", true);
	}
}

static void
pack_members(struct pack *pack, const struct range *page, uint32_t count)
{
	struct bytes rest = { page->bytes.data, page->bytes.size };
	pack_name(pack, "list");
	pack_array(pack, count);
	for (uint32_t i = 0; i < count; i++) {
		struct range_record record;
		bool is_there = range_next(&rest, &record);
		must(is_there);
		pack_member(pack, &record);
	}
}

static enum call_end
answer_group(struct call *call, struct text id, const struct group_found *found,
	const struct range *page)
{
	const struct group *group = &found->group;
	struct text last = { NULL, 0 };
	uint32_t count = count_members(call, page, id, &last);
	bool more = count == page->count && page->more && count > 0;
	bool home = group->home.size > 0, facts = group->fact_count > 0;
	struct pack pack = pack_into(call_buffer(call));
	pack_map(&pack, 4u + found->is_put + home + facts + more);
	pack_name_text(&pack, "group", id);
	if (found->is_put)
		pack_name_string(&pack, "kind", group->is_site ? "site" : "group");
	if (home)
		pack_name_text(&pack, "home", group->home);
	if (facts)
		query_pack_facts(&pack, group->facts, group->fact_count);
	pack_name_unsigned(&pack, "members", found->members);
	pack_members(&pack, page, count);
	if (more)
		pack_name_text(&pack, "next", last);
	pack_name_unsigned(&pack, "version", found->version);
	return call_answer(call, pack_whole(&pack));
}

enum call_end
query_run_group(struct call *call, const void *params)
{
	const struct group_get_params *get = params;
	const struct range *page = call_state(call);
	struct group_found found;
	enum call_end end;
	if (!find_group(call, get->group, &found, &end))
		return end;
	return page == NULL ? ask_page(call, get) : answer_group(call, get->group, &found, page);
}
