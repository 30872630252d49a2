/*
 * Sessions, priced once more (see replay_parts.h). A report prices all units of a part so far as one
 * event, which sees nothing of what the part itself has counted and holds: so what each report was
 * answered must come out again. By another release a session costs what its last units do: its last
 * report of each part is priced by that, and only once it was closed.
 */
#include "replay_parts.h"

#include "../engine/base/must.h"
#include "../engine/charged.h"
#include "../engine/once.h"
#include "../engine/priced.h"
#include "../engine/unpriced_session.h"

#include <string.h>

enum { KEY_BYTES_MAX = 2 * RECORD_KEY_MAX, LAST_BYTES = 16 };

/* A request of a session, with that as it was before and is afterwards. */
struct replayed_request {
	struct replaying *replaying;
	const struct journal_visit *visit;
	struct bytes key;
	bool is_first, is_closed;
	struct session before, after; /* unless it is the first; unless it is closed */
	const struct loaded_release *loaded;
	struct unpriced_request said;
	struct subject_then subject;
	struct replay_units units;
	struct counter_shift
		*seen; /* what the parts before have counted otherwise, in this request */
};

/* ---- reading ---- */

/* `image` is that of its release, or NULL: then lines are only what they cost. */
static bool
read_request(struct replayed_request *request, const struct image *image)
{
	struct replaying *replaying = request->replaying;
	const struct entry *entry = request->visit->entry;
	struct effect effect;
	struct bytes value;
	bool is_session = charged_session_effect(entry, &effect);
	must(is_session);
	request->key = effect.key;
	request->is_closed = effect.value.size == 0;
	request->is_first = !records_kept_get(
		&replaying->records, TABLE_SESSION, effect.key, &value);
	if (!request->is_first)
		request->before = session_read(value);
	if (!request->is_closed)
		request->after = session_read(effect.value);
	const struct stored_request stored = { entry->event, entry->answer, entry->at_ms,
		request->is_first ? NULL : &request->before };
	enum status status = unpriced_read_session(
		&stored, image, &replaying->arena, &request->said, &replaying->fault);
	return status == STATUS_OK || replay_fail(replaying, status);
}

static bool
has_part(const struct session *session, struct text id, struct session_part *part)
{
	struct field_reader parts = session->parts;
	for (unsigned i = 0; i < session->part_count; i++) {
		*part = session_part_read(&parts, session);
		if (text_equal(part->id, id))
			return true;
	}
	return false;
}

/* ---- ahead ---- */

/* Of a part of a session, or of all of it: a key that no record has. */
static struct bytes
key_of_part(uint8_t place[KEY_BYTES_MAX], struct bytes session, struct text part)
{
	size_t size = session.size;
	memcpy(place, session.data, size);
	place[size++] = SCOPE_SESSION_MARK; /* no session's name has it */
	if (part.size > 0)
		memcpy(place + size, part.data, part.size);
	return (struct bytes){ place, size + part.size };
}

/* "position of the report and place in it" → position of what closed the session, what it paid. */
static struct bytes
key_of_last(uint8_t place[sizeof(uint64_t)], uint64_t position, size_t index)
{
	store_u64(
		place, position + index); /* positions are multiples of 8, and no more are parts */
	return (struct bytes){ place, sizeof(uint64_t) };
}

enum { OPEN = TABLE_SESSION, CLOSED = TABLE_REFUND }; /* what is kept of them in `lasts` */

static bool
keep_last(struct replaying *replaying, uint8_t kind, struct bytes key, const uint64_t pair[2])
{
	uint8_t value[LAST_BYTES];
	store_u64(value, pair[0]);
	store_u64(value + sizeof(uint64_t), pair[1]);
	return records_kept_set(&replaying->lasts, kind, key,
		       pair[0] == 0 && pair[1] == 0 ? (struct bytes){ NULL, 0 }
						    : (struct bytes){ value, sizeof value }) ||
		replay_no_memory(replaying);
}

static void
get_last(const struct replaying *replaying, uint8_t kind, struct bytes key, uint64_t pair[2])
{
	struct bytes value;
	pair[0] = pair[1] = 0;
	if (!records_kept_get(&replaying->lasts, kind, key, &value))
		return;
	pair[0] = load_u64(value.data);
	pair[1] = load_u64(value.data + sizeof(uint64_t));
}

/* The session is closed: a part's last report is known now. */
static bool
close_part(const struct replayed_request *request, struct text part, uint64_t paid)
{
	static const uint64_t none[2] = { 0, 0 };
	struct replaying *replaying = request->replaying;
	uint8_t open[KEY_BYTES_MAX], closed[sizeof(uint64_t)];
	struct bytes key = key_of_part(open, request->key, part);
	uint64_t last[2];
	get_last(replaying, OPEN, key, last);
	if (last[0] == 0)
		return true;
	const uint64_t pair[2] = { request->visit->position, paid };
	return keep_last(replaying, OPEN, key, none) &&
		keep_last(replaying, CLOSED, key_of_last(closed, last[0], last[1]), pair);
}

static bool
close_session(const struct replayed_request *request, uint64_t paid)
{
	static const uint64_t none[2] = { 0, 0 };
	uint8_t place[KEY_BYTES_MAX];
	struct field_reader parts = request->before.parts;
	bool noted = keep_last(
		request->replaying, OPEN, key_of_part(place, request->key, TEXT("")), none);
	for (unsigned i = 0; noted && i < request->before.part_count; i++)
		noted = close_part(request, session_part_read(&parts, &request->before).id, paid);
	for (size_t i = 0; noted && i < request->said.report_count; i++)
		noted = close_part(request, request->said.reports[i].part, paid);
	return noted;
}

static bool
note_reports(const struct replayed_request *request, uint64_t paid)
{
	struct replaying *replaying = request->replaying;
	uint8_t place[KEY_BYTES_MAX];
	const uint64_t sum[2] = { 0, paid };
	bool noted = keep_last(replaying, OPEN, key_of_part(place, request->key, TEXT("")), sum);
	for (size_t i = 0; noted && i < request->said.report_count; i++) {
		const struct unpriced_report *report = &request->said.reports[i];
		const uint64_t last[2] = { request->visit->position, i };
		if (report->is_priced)
			noted = keep_last(replaying, OPEN,
				key_of_part(place, request->key, report->part), last);
	}
	return noted;
}

bool
replay_note_session(struct replaying *replaying, const struct journal_visit *visit)
{
	struct replayed_request request = { .replaying = replaying, .visit = visit };
	uint8_t place[KEY_BYTES_MAX];
	uint64_t sum[2];
	struct effect effect;
	arena_clear(&replaying->arena);
	bool noted = read_request(&request, NULL);
	get_last(replaying, OPEN, key_of_part(place, request.key, TEXT("")), sum);
	uint64_t paid = sum[1] + (uint64_t)request.said.charged.micros;
	noted = noted && note_reports(&request, paid) &&
		(!request.is_closed || request.is_first || close_session(&request, paid));
	bool is_session = charged_session_effect(visit->entry, &effect);
	must(is_session);
	return noted &&
		(records_kept_set(&replaying->records, TABLE_SESSION, effect.key, effect.value) ||
			replay_no_memory(replaying));
}

/* ---- counters ---- */

/* Room for so many more. */
static bool
make_room(struct replayed_request *request, size_t count)
{
	size_t room = request->subject.seen_count + count;
	struct counter_shift *seen = arena_take(
		&request->replaying->arena, (room + 1) * sizeof *seen);
	if (seen == NULL)
		return replay_no_memory(request->replaying);
	if (request->subject.seen_count > 0)
		memcpy(seen, request->seen, request->subject.seen_count * sizeof *seen);
	request->subject.seen = request->seen = seen;
	return true;
}

/* A counter is seen so much otherwise by the parts that come now. */
static void
see(struct replayed_request *request, const struct counter_name *name, int64_t by)
{
	struct counter_shift *one = &request->seen[request->subject.seen_count++];
	subject_key_of_counter(&one->key, request->subject.id, name);
	one->by = by;
}

/* What a part of the session has counted, and what it holds. */
static bool
see_part(struct replayed_request *request, const struct session_part *part, int used, int held)
{
	struct field_reader counters = part->counters;
	if (!make_room(request, part->counter_count))
		return false;
	for (unsigned i = 0; i < part->counter_count; i++) {
		struct session_counter one = session_counter_read(&counters);
		const struct counter_name name = { one.package, one.allowance, one.cycle,
			one.group };
		see(request, &name, used * one.used + held * one.held);
	}
	return true;
}

/* ---- pricing ---- */

static struct usage
usage_of(const struct replayed_request *request, const struct unpriced_report *report,
	struct text service_id)
{
	const struct image *image = request->loaded->image;
	uint32_t service = image_service(image, report->service);
	return (struct usage){
		.service = report->service,
		.from = service_id,
		.to = report->to,
		.at_ms = report->at_ms,
		.quantity = report->used - report->unpriced,
		.unit = report->has_unit || service == NO_INDEX ? report->unit
								: image->services[service].unit,
		.attributes = report->attributes,
		.attribute_count = report->attribute_count,
	};
}

/* Are the lines those that were answered? False without memory. */
static bool
compare(struct replayed_request *request, const struct pricing *pricing)
{
	struct replaying *replaying = request->replaying;
	buffer_clear(&replaying->priced);
	struct pack pack = pack_into(&replaying->priced);
	if (pricing->refused == 0)
		priced_pack_lines(&pack, pricing, request->loaded->image, &replaying->arena);
	if (!pack_is_whole(&pack))
		return replay_no_memory(replaying);
	replaying->replay->reports++;
	replay_compare(replaying, request->visit);
	return true;
}

/* What a session keeps of what it was charged, after all its refunds. */
static struct keeping
find_keeping(const struct replaying *replaying, const uint64_t closed[2])
{
	struct refund_record given;
	int64_t paid = (int64_t)closed[1];
	if (paid == 0 || !replay_refund(replaying, closed[0], &given))
		return (struct keeping){ 1, 1 };
	must(given.money.micros <= paid);
	return (struct keeping){ paid - given.money.micros, paid };
}

/* By the other release, too, if it is the part's last report. */
static bool
price_otherwise(const struct replayed_request *request, const struct usage *usage, size_t index,
	struct pricing was)
{
	struct replaying *replaying = request->replaying;
	struct replay *replay = replaying->replay;
	uint8_t place[sizeof(uint64_t)];
	uint64_t closed[2];
	struct pricing is;
	struct replayed replayed = { .image = request->loaded->image, .was = &was, .is = &is };
	get_last(replaying, CLOSED, key_of_last(place, request->visit->position, index), closed);
	if (closed[0] == 0)
		return true;
	struct subject_then subject = request->subject;
	struct keeping keeping = find_keeping(replaying, closed);
	subject.shifted = true; /* without all that the session has counted */
	subject.seen_count = 0;
	replay_find_customer(&subject, &replayed);
	if (!replay_price(&subject, replay->other, usage, usage->quantity, &is) ||
		!replay_keep(replaying, &keeping, &was) || !replay_keep(replaying, &keeping, &is))
		return false;
	enum status status = replay->priced(replay->context, &replayed, &replaying->fault);
	return status == STATUS_OK ? replay_count(replaying, subject.id, &is)
				   : replay_fail(replaying, status);
}

/* What the part has counted and holds by now: what is kept of it, or else what it was priced for. */
static bool
see_afterwards(struct replayed_request *request, const struct unpriced_report *report,
	const struct pricing *pricing)
{
	struct session_part part;
	if (!request->is_closed)
		return !has_part(&request->after, report->part, &part) ||
			see_part(request, &part, 1, 1);
	if (!report->is_priced)
		return request->is_first || !has_part(&request->before, report->part, &part) ||
			see_part(request, &part, 1, 0);
	if (!make_room(request, pricing->consumption_count))
		return false;
	for (size_t i = 0; i < pricing->consumption_count; i++) {
		const struct consumption *one = &pricing->consumptions[i];
		see(request, &one->name, one->used_after - one->used_before);
	}
	return true;
}

static bool
replay_report(struct replayed_request *request, struct text service_id, size_t index)
{
	struct replaying *replaying = request->replaying;
	const struct unpriced_report *report = &request->said.reports[index];
	const struct usage usage = usage_of(request, report, service_id);
	struct pricing pricing = { .at_ms = usage.at_ms };
	struct session_part part;
	bool is_priced = report->is_priced && usage.quantity > 0;
	bool is_old = !request->is_first && has_part(&request->before, report->part, &part);
	if (!replay_units_find(
		    &request->units, &usage, request->loaded->image, is_old ? &part : NULL) ||
		(is_old && !see_part(request, &part, -1, -1)))
		return false;
	if (is_priced &&
		!replay_price(&request->subject, request->loaded, &usage, usage.quantity, &pricing))
		return false;
	if (!see_afterwards(request, report, &pricing))
		return false;
	replay_units_take(&request->units, &pricing);
	return !is_priced ||
		(compare(request, &pricing) &&
			(replaying->replay->other == NULL ||
				price_otherwise(request, &usage, index, pricing)));
}

/* Those that begin in the span: all their requests. */
static bool
is_in_span(const struct replayed_request *request)
{
	return span_has(request->replaying->replay->span,
		request->is_first ? request->visit->entry->at_ms : request->before.began_ms);
}

bool
replay_session(struct replaying *replaying, const struct journal_visit *visit)
{
	struct replayed_request request = {
		.replaying = replaying, .visit = visit, .subject = { .replaying = replaying }
	};
	struct text service_id, session;
	arena_clear(&replaying->arena);
	request.loaded = replay_release(replaying, visit->entry->release);
	if (request.loaded == NULL || !read_request(&request, request.loaded->image))
		return false;
	if (!is_in_span(&request))
		return true;
	bool is_key = key_is_of_session(request.key, &service_id, &session);
	must(is_key);
	replay_find_subscription(&request.subject,
		request.is_first ? request.after.subscription : request.before.subscription);
	bool replayed = replay_units_begin(&request.units, &request.subject, visit->entry);
	for (size_t i = 0; replayed && i < request.said.report_count; i++)
		replayed = replay_report(&request, service_id, i);
	return replayed &&
		(replaying->replay->other == NULL || replay_uncount(replaying, visit->entry));
}
