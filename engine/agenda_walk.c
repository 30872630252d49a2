/* The walk over those who hold what a release asks anew (see agenda_walk.h). */
#include "agenda_walk.h"

#include "agenda.h"
#include "put.h"
#include "shard.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/utf8.h"

#include "../rules/image.h"

#include <string.h>

enum { PAGE_RECORDS = 256, PAGE_BYTES = 4 << 20 };
/* Of an agenda: it, the timer it had, and the one it gets. Of the walk itself: its timer, and the next. */
enum { EFFECTS_OF_ONE = 3, EFFECTS_OF_WALK = 2 };

static const char BEGINS = '0', WALKS = '1';

/* ---- is it needed? ---- */

static bool
is_same_charge(const struct charge *a, const struct charge *b)
{
	return text_equal(a->id, b->id) && a->every == b->every && a->ahead == b->ahead;
}

/* Does what it asks fall due at the same times? How much it is does not matter. */
static bool
is_same_version(const struct package *a, const struct package *b)
{
	bool same = a->from_ms == b->from_ms && a->till_ms == b->till_ms &&
		a->charge_count == b->charge_count &&
		a->termination_count == b->termination_count && a->stored_count == b->stored_count;
	for (uint32_t i = 0; same && i < a->charge_count; i++)
		same = is_same_charge(&a->charges[i], &b->charges[i]);
	return same;
}

static bool
is_same_package(
	const struct image *before, const struct image *after, uint32_t first, uint32_t count)
{
	uint32_t first_before, count_before;
	if (!image_package(before, after->packages[first].id, &first_before, &count_before) ||
		count_before != count)
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (!is_same_version(
			    &before->packages[first_before + i], &after->packages[first + i]))
			return false;
	return true;
}

static bool
has_same_standards(const struct image *before, const struct image *after)
{
	bool same = before->standard_count == after->standard_count;
	for (uint32_t i = 0; same && i < after->standard_count; i++)
		same = text_equal(before->standards[i].product, after->standards[i].product) &&
			text_equal(before->standards[i].package, after->standards[i].package);
	return same;
}

static bool
differs(const struct image *before, const struct image *after)
{
	for (uint32_t i = 0; i < after->package_count;) {
		uint32_t first, count;
		image_package(after, after->packages[i].id, &first, &count);
		if (agenda_owes(after, after->packages[i].id) &&
			!is_same_package(before, after, first, count))
			return true;
		i = first + count;
	}
	return !has_same_standards(before, after);
}

bool
agenda_walk_is_needed(const struct releases *releases, const struct image *image)
{
	size_t count, past;
	const struct loaded_release *const *in_force = releases_in_force(releases, &count);
	bool needed = count == 0;
	for (size_t i = 0; i < count; i++)
		needed |= differs(in_force[i]->image, image);
	const struct activation *list = releases_activations(releases, &count, &past);
	for (size_t i = past; i < count; i++)
		needed |= differs(list[i].loaded->image, image);
	return image->owes && needed;
}

struct timer_key
agenda_walk_timer(int64_t at_ms)
{
	return (struct timer_key){ at_ms, TIMER_RELEASE,
		{ (const uint8_t *)&BEGINS, sizeof BEGINS } };
}

/* ---- the walk ---- */

static void
page_drop(void *state)
{
	struct range *page = state;
	buffer_release(&page->bytes);
	memory_free(page);
}

static enum call_end
ask_page(struct call *call, struct text after)
{
	if (!call_can_work(call))
		return CALL_WAITS;
	struct range *page = memory_new_zeroed(1, sizeof *page);
	if (page == NULL)
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	page->table = TABLE_SUBSCRIPTION;
	page->limit = PAGE_RECORDS;
	page->stored_only = true;
	if (after.size > 0)
		key_of_text(&page->after, TABLE_SUBSCRIPTION, after);
	buffer_init(&page->bytes, PAGE_BYTES);
	return call_wait_range(call, page, page_drop);
}

/* Its own timer ends, and another one comes, whose owner is `phase` and `after`. False: *end is what to return. */
static bool
move_timer(struct putting *putting, const struct timer_key *own, char phase, struct text after,
	enum call_end *end)
{
	uint8_t owner[1 + IDENTIFIER_BYTES_MAX];
	owner[0] = (uint8_t)phase;
	if (after.size > 0)
		memcpy(owner + 1, after.data, after.size);
	const struct timer_key next = { putting->call->shard->now_ms, TIMER_RELEASE,
		{ owner, 1 + after.size } };
	return put_timer(putting, own, false, end) && put_timer(putting, &next, true, end);
}

static enum call_end
append(struct putting *putting)
{
	struct call *call = putting->call;
	struct fault fault;
	uint64_t position;
	struct entry entry = {
		.kind = ENTRY_PUT,
		.made_ms = call->shard->now_ms,
		.effects = putting->effects,
		.effect_count = putting->effect_count,
	};
	enum status status = store_append(
		call->shard->store, &entry, putting->effects, &position, &fault);
	return status == STATUS_OK ? call_answer_nobody(call) : call_failed(call, status, &fault);
}

/*
 * Marks the agendas of those on the page who hold what owes, as many as one entry has room for; *last
 * is the last that was looked at. False: *end is what to return.
 */
static bool
mark_page(struct putting *putting, const struct range *page, struct text *last, bool *is_whole,
	enum call_end *end)
{
	struct releases *releases = putting->call->shard->releases;
	struct bytes rest = { page->bytes.data, page->bytes.size };
	struct range_record record;
	while (putting->effect_count + EFFECTS_OF_ONE + EFFECTS_OF_WALK <= PUT_EFFECTS_MAX) {
		if (!range_next(&rest, &record)) {
			*is_whole = true;
			return true;
		}
		struct subscription subscription = subscription_read(record.value);
		*last = text_of_bytes(record.key);
		if (agenda_is_owed(releases_for(releases, &subscription)->image, &subscription) &&
			!agenda_mark_now(putting, *last, end))
			return false;
	}
	*is_whole = rest.size == 0;
	return true;
}

static enum call_end
walk_page(struct call *call, const struct timer_key *own, const struct range *page)
{
	struct putting putting = { .call = call };
	struct text last = TEXT("");
	bool is_whole = false;
	enum call_end end;
	if (!mark_page(&putting, page, &last, &is_whole, &end))
		return end;
	bool goes_on = !is_whole || page->more;
	if (goes_on ? !move_timer(&putting, own, WALKS, last, &end)
		    : !put_timer(&putting, own, false, &end))
		return end;
	if (!goes_on)
		log_event(LOG_INFO, "agendas are looked at by the new release");
	return append(&putting);
}

/* Is all there that was put before the first page? If not, its timer is tried again later. */
static bool
is_stored(struct call *call, const struct timer_key *own)
{
	struct record_key key;
	struct bytes value;
	uint64_t version = UINT64_MAX;
	key_of_timer(&key, own);
	return call_find(call, shelf_key_of(&key), &value, &version) == LOOKUP_FOUND &&
		version < store_applied(call->shard->store);
}

enum call_end
agenda_walk_run(struct call *call, const struct timer_params *timer)
{
	const struct timer_key *own = &timer->key;
	const struct range *page = call_state(call);
	struct putting putting = { .call = call };
	enum call_end end;
	if (own->owner.data[0] == BEGINS)
		return move_timer(&putting, own, WALKS, TEXT(""), &end) ? append(&putting) : end;
	bool is_first = own->owner.size == 1;
	if ((is_first && !is_stored(call, own)) || releases_active(call->shard->releases) == NULL)
		return call_answer_nobody(call);
	if (page != NULL)
		return walk_page(call, own, page);
	return ask_page(
		call, (struct text){ (const char *)own->owner.data + 1, own->owner.size - 1 });
}
