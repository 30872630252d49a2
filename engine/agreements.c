/* Agreements that end (see agreements.h). */
#include "agreements.h"

#include "notice.h"
#include "notice_say.h"
#include "query.h"
#include "shard.h"
#include "validity.h"

#include "base/must.h"
#include "base/zoneinfo.h"

#include "../store/record_customer.h"

enum {
	OTHER_EFFECTS =
		3, /* beside the notices: the customer, the timer that was and that which is */
	RECORD_BYTES_MAX = 16 * 1024,
};

/* ---- when ---- */

/* What was planned for the same end stands, also that it was told. */
static bool
keep_plan(struct bytes old, struct agreement *agreement)
{
	if (old.size == 0)
		return false;
	struct customer_agreements before = customer_agreements(old);
	for (unsigned i = 0; i < before.count; i++) {
		struct agreement one = agreement_read(&before.reader);
		if (!text_equal(one.id, agreement->id) ||
			one.span.till_ms != agreement->span.till_ms ||
			!validity_equal(one.before_end, agreement->before_end))
			continue;
		agreement->soon_ms = one.soon_ms;
		return true;
	}
	return false;
}

static bool
plan(struct call *call, struct bytes old, struct agreement *agreement, enum call_end *end)
{
	int64_t soon_ms = agreement->span.till_ms;
	if (agreement->before_end.count == 0 || soon_ms == INT64_MAX || keep_plan(old, agreement))
		return true;
	if (validity_before(call, TEXT(""), agreement->before_end, &soon_ms, end) == HAS_ENDED)
		return false;
	if (soon_ms > call->shard->now_ms)
		agreement->soon_ms = soon_ms;
	return true;
}

/* ---- puts ---- */

static bool
check(struct call *call, const struct list *asked, size_t place, enum call_end *end)
{
	const struct agreement_params *items = asked->items, *one = &items[place];
	for (size_t i = 0; i < place; i++) {
		struct text why = BILINGUAL("an agreement stands there twice; give it once",
			"同一协议出现两次；请只写一次");
		if (!text_equal(items[i].id, one->id))
			continue;
		*end = call_error(call, SAY_FIELDS_CONFLICT, &why, 1);
		return false;
	}
	if (one->till_ms == NOT_GIVEN || one->from_ms == NOT_GIVEN || one->from_ms < one->till_ms)
		return true;
	struct text arguments[] = { TEXT("till"), BILINGUAL("later than `from`", "晚于 from") };
	*end = call_error(call, SAY_OUT_OF_RANGE, arguments, 2);
	return false;
}

bool
agreements_put(struct call *call, const struct list *asked, struct bytes old,
	struct field_writer *writer, enum call_end *end)
{
	const struct agreement_params *items = asked->items;
	if (asked->count > 0)
		field_write_u8(writer, (uint8_t)asked->count);
	for (size_t i = 0; i < asked->count; i++) {
		const struct validity_params *lead = &items[i].ends_soon;
		struct agreement agreement = {
			.id = items[i].id,
			.span = { items[i].from_ms == NOT_GIVEN ? INT64_MIN : items[i].from_ms,
				items[i].till_ms == NOT_GIVEN ? INT64_MAX : items[i].till_ms },
		};
		if (lead->count != NOT_GIVEN)
			agreement.before_end = (struct validity){ (uint32_t)lead->count,
				(enum validity_every)lead->every };
		if (!check(call, asked, i, end) || !plan(call, old, &agreement, end))
			return false;
		agreement_write(writer, &agreement);
	}
	return true;
}

static struct timer_key
timer_of(struct text customer, int64_t at_ms)
{
	return (struct timer_key){
		.at_ms = at_ms, .kind = TIMER_AGREEMENT, .owner = bytes_of_text(customer)
	};
}

bool
agreements_put_timer(struct putting *putting, struct text customer, struct bytes old,
	struct bytes value, enum call_end *end)
{
	int64_t was_ms = old.size == 0 ? INT64_MAX : customer_soon_ms(old);
	int64_t is_ms = customer_soon_ms(value);
	const struct timer_key was = timer_of(customer, was_ms), is = timer_of(customer, is_ms);
	if (was_ms != INT64_MAX && was_ms != is_ms && !put_timer(putting, &was, false, end))
		return false;
	return is_ms == INT64_MAX || put_timer(putting, &is, true, end);
}

/* ---- the timer ---- */

/* A customer of whom something is to be told. */
struct telling_agreements {
	struct call *call;
	struct timer_key timer;
	struct text customer;
	struct bytes value; /* its record */
	struct raised raised;
};

/* As the catalog in force calls it, or else its id. */
static struct text
name_of(const struct loaded_release *release, const char *language, struct text id,
	struct arena *arena)
{
	struct text key = arena_print(arena, "agreement.%.*s", TEXT_ARGS(id)), name = TEXT("");
	if (release != NULL && key.data != NULL)
		name = release_text(release->release, text_of(language), key);
	return name.size > 0 ? name : id;
}

static bool
tell(struct telling_agreements *telling, const struct agreement *agreement)
{
	struct call *call = telling->call;
	const struct loaded_release *release = releases_active(call->shard->releases);
	const struct raising raising = { .call = call, .at_ms = agreement->soon_ms };
	struct notice_record *record = notice_add(
		&raising, NOTICE_AGREEMENT_ENDING, &telling->raised);
	if (record == NULL)
		return false;
	record->account = TEXT("");
	record->subscription = TEXT("");
	record->customer = telling->customer;
	record->threshold = notice_lead_text(agreement->before_end, call->arena);
	record->of = agreement->id;
	record->till_ms = agreement->span.till_ms;
	notice_say_agreement(record, name_of(release, "en", agreement->id, call->arena),
		name_of(release, "zh", agreement->id, call->arena),
		notice_offset_ms(release, record->till_ms), call->arena);
	return record->threshold.data != NULL && record->en.data != NULL && record->zh.data != NULL;
}

/* Tells what is to be told by then, and has not ended yet; the record as it is afterwards. */
static bool
tell_all(struct telling_agreements *telling, struct field_writer *writer)
{
	struct customer_agreements all = customer_agreements(telling->value);
	int64_t now_ms = telling->call->shard->now_ms;
	field_write_bytes(writer, customer_before_agreements(telling->value));
	field_write_u8(writer, (uint8_t)all.count);
	for (unsigned i = 0; i < all.count; i++) {
		struct agreement agreement = agreement_read(&all.reader);
		bool is_due = agreement.soon_ms != 0 && agreement.soon_ms <= telling->timer.at_ms;
		if (is_due && agreement.span.till_ms > now_ms && !tell(telling, &agreement))
			return false;
		if (is_due)
			agreement.soon_ms = 0;
		agreement_write(writer, &agreement);
	}
	return true;
}

static enum call_end
append(struct telling_agreements *telling, struct bytes value)
{
	struct call *call = telling->call;
	int64_t next_ms = customer_soon_ms(value);
	const struct timer_key next = timer_of(telling->customer, next_ms);
	struct posted posted;
	struct fault fault;
	uint64_t position;
	if (!posted_begin(&posted, call->arena, telling->raised.count + OTHER_EFFECTS) ||
		!posted_change(&posted, TABLE_CUSTOMER, bytes_of_text(telling->customer), value) ||
		!posted_timer_clear(&posted, &telling->timer) ||
		(next_ms != INT64_MAX && !posted_timer_set(&posted, &next)) ||
		!notice_post(&telling->raised, call, &posted))
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	struct entry entry = {
		.kind = ENTRY_NOTICE,
		.at_ms = telling->timer.at_ms,
		.made_ms = call->shard->now_ms,
		.scope = telling->customer,
	};
	enum status status = posted_store(&posted, call, &entry, &position, &fault);
	return status == STATUS_OK ? call_answer_nobody(call) : call_failed(call, status, &fault);
}

enum call_end
agreements_run(struct call *call, const struct timer_params *timer)
{
	struct telling_agreements telling = {
		.call = call, .timer = timer->key, .customer = text_of_bytes(timer->key.owner)
	};
	uint8_t place[RECORD_BYTES_MAX];
	struct field_writer writer = fields_into(place, sizeof place);
	struct record_key key;
	uint64_t version;
	key_of_text(&key, TABLE_CUSTOMER, telling.customer);
	enum lookup found = call_find(call, shelf_key_of(&key), &telling.value, &version);
	if (found == LOOKUP_COLD)
		return call_wait_record(call, shelf_key_of(&key));
	must(found == LOOKUP_FOUND && customer_soon_ms(telling.value) == timer->key.at_ms);
	if (!tell_all(&telling, &writer))
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	return append(&telling, fields_written(&writer));
}

/* ---- reading ---- */

void
agreements_pack(struct pack *pack, struct bytes value)
{
	struct customer_agreements all = customer_agreements(value);
	pack_name(pack, "agreements");
	pack_array(pack, all.count);
	for (unsigned i = 0; i < all.count; i++) {
		struct agreement agreement = agreement_read(&all.reader);
		bool has_lead = agreement.before_end.count > 0, has_soon = agreement.soon_ms != 0;
		pack_map(pack, 1u + query_span_pairs(agreement.span) + has_lead + has_soon);
		pack_name_text(pack, "agreement", agreement.id);
		query_pack_span(pack, agreement.span);
		if (has_lead)
			query_pack_lead(pack, "ends_soon", agreement.before_end);
		if (has_soon)
			pack_name_integer(pack, "soon", agreement.soon_ms);
	}
}
