/* A session's stored requests back to facts (see unpriced_session.h). */
#include "unpriced_session.h"

#include "unpriced_parts.h"

/* What a request's reading needs beside the answer itself. */
struct session_reading {
	const struct stored_request *stored;
	const msgpack_object *asks; /* the parts of the event, an array; NULL: nobody's */
	struct unpriced_request *request;
};

/* ---- what the request said ---- */

/* [what it is, number, validity, [[part, used, ask, service …] …]] (session.c) */
static bool
read_event(
	struct unpricing *unpricing, const msgpack_object *event, struct session_reading *reading)
{
	const msgpack_object *list = event->via.array.ptr;
	if (event->type != MSGPACK_OBJECT_ARRAY || event->via.array.size != 4 ||
		!stored_integer_of(&list[0], &reading->request->request) ||
		!stored_integer_of(&list[1], &reading->request->number) ||
		list[3].type != MSGPACK_OBJECT_ARRAY)
		return unpriced_corrupt(unpricing, "its event is no session's request");
	reading->asks = &list[3];
	return true;
}

/* What the request said of a part: an array of 3 or more; NULL if it did not. */
static const msgpack_object *
find_ask(const struct session_reading *reading, struct text part)
{
	for (uint32_t i = 0; reading->asks != NULL && i < reading->asks->via.array.size; i++) {
		const msgpack_object *ask = &reading->asks->via.array.ptr[i];
		if (ask->type == MSGPACK_OBJECT_ARRAY && ask->via.array.size >= 3 &&
			text_equal(stored_text_of(&ask->via.array.ptr[0]), part))
			return ask;
	}
	return NULL;
}

/* ---- what the part was ---- */

static bool
find_before(const struct session *before, struct text id, struct session_part *part)
{
	if (before == NULL)
		return false;
	struct field_reader parts = before->parts;
	for (unsigned i = 0; i < before->part_count; i++) {
		*part = session_part_read(&parts, before);
		if (text_equal(part->id, id))
			return true;
	}
	return false;
}

/* What else was said of it, as the record has it. */
static bool
read_kept(struct unpricing *unpricing, const struct session_part *part,
	struct unpriced_report *report)
{
	struct field_reader rest = part->attributes;
	struct attribute *list = arena_take(
		unpricing->arena, (part->attribute_count + 1u) * sizeof *list);
	if (list == NULL)
		return unpriced_no_memory(unpricing);
	for (unsigned i = 0; i < part->attribute_count; i++) {
		struct session_attribute one = session_attribute_read(&rest);
		list[i] = (struct attribute){ one.name, one.text, one.number };
	}
	report->attributes = list;
	report->attribute_count = part->attribute_count;
	return true;
}

/* The same, as the request has it. */
static bool
read_said(struct unpricing *unpricing, const msgpack_object *ask, struct unpriced_report *report)
{
	const msgpack_object *map = &ask->via.array.ptr[6];
	if (ask->via.array.size < 7 || map->type != MSGPACK_OBJECT_MAP)
		return true;
	struct attribute *list = arena_take(
		unpricing->arena, (map->via.map.size + 1u) * sizeof *list);
	if (list == NULL)
		return unpriced_no_memory(unpricing);
	for (uint32_t i = 0; i < map->via.map.size; i++) {
		const msgpack_object_kv *pair = &map->via.map.ptr[i];
		list[i] = (struct attribute){ .name = stored_text_of(&pair->key),
			.text = stored_text_of(&pair->val) };
		if (list[i].text.data == NULL && !stored_integer_of(&pair->val, &list[i].number))
			return unpriced_corrupt(unpricing, "an attribute");
	}
	report->attributes = list;
	report->attribute_count = map->via.map.size;
	return true;
}

/* What it had been, or that it began with this request, which described it then. */
static bool
read_part(struct unpricing *unpricing, const struct session_reading *reading,
	struct unpriced_report *report)
{
	const msgpack_object *ask = find_ask(reading, report->part);
	struct session_part part;
	report->at_ms = reading->stored->at_ms;
	if (ask != NULL)
		stored_integer_of(&ask->via.array.ptr[1], &report->used_now);
	if (find_before(reading->stored->before, report->part, &part)) {
		report->service = part.service;
		report->to = part.to;
		report->unit = (enum unit)part.unit;
		report->has_unit = true;
		report->at_ms = part.at_ms;
		report->before.micros = part.charged;
		return read_kept(unpricing, &part, report);
	}
	if (ask == NULL || ask->via.array.size < 6)
		return unpriced_corrupt(unpricing, "a part that nobody described");
	report->service = stored_text_of(&ask->via.array.ptr[3]);
	report->to = stored_text_of(&ask->via.array.ptr[4]);
	report->has_unit = unit_of_name(stored_text_of(&ask->via.array.ptr[5]), &report->unit);
	return read_said(unpricing, ask, report);
}

/* ---- what was answered ---- */

static bool
read_costs(struct unpricing *unpricing, const msgpack_object *map, struct pricing *pricing)
{
	struct unpriced_charge charge;
	if (!unpriced_costs(unpricing, map, &charge))
		return false;
	*pricing = (struct pricing){
		.at_ms = unpricing->at_ms, .lines = charge.lines, .line_count = charge.line_count
	};
	return true;
}

/* Of each line all, or without an image what it cost and by which rule. */
static bool
read_lines(struct unpricing *unpricing, const msgpack_object *map, struct unpriced_report *report)
{
	struct pricing *pricing = &report->pricing;
	if (stored_array(map, "lines") == NULL)
		return true;
	report->is_priced = true;
	unpricing->at_ms = report->at_ms;
	bool whole = unpricing->image == NULL ? read_costs(unpricing, map, pricing)
					      : unpriced_lines(unpricing, map, pricing);
	for (size_t i = 0; whole && i < pricing->line_count; i++)
		whole = money_add(pricing->amount, pricing->lines[i].amount, &pricing->amount) ||
			unpriced_corrupt(unpricing, "a sum");
	return whole;
}

static bool
read_report(struct unpricing *unpricing, const struct session_reading *reading,
	const msgpack_object *map, struct unpriced_report *report)
{
	*report = (struct unpriced_report){ .part = stored_text(map, "part") };
	report->is_asked = stored_integer(map, "granted", &report->granted);
	stored_integer(map, "unpriced", &report->unpriced);
	if (report->part.data == NULL || !stored_integer(map, "used", &report->used) ||
		!stored_money(map, "charged", &report->charged) ||
		!stored_money(map, "held", &report->held) ||
		!stored_money(map, "unpaid", &report->unpaid))
		return unpriced_corrupt(unpricing, "a part of a session");
	unpriced_why(map, &report->why);
	return read_part(unpricing, reading, report) && read_lines(unpricing, map, report);
}

static bool
read_reports(struct unpricing *unpricing, const struct session_reading *reading,
	const msgpack_object *answer)
{
	const msgpack_object *list = stored_array(answer, "parts");
	size_t count = list == NULL ? 0 : list->via.array.size;
	struct unpriced_report *reports = arena_take(
		unpricing->arena, (count + 1) * sizeof *reports);
	if (reports == NULL)
		return unpriced_no_memory(unpricing);
	for (size_t i = 0; i < count; i++) {
		if (!read_report(unpricing, reading, &list->via.array.ptr[i], &reports[i]))
			return false;
	}
	reading->request->reports = reports;
	reading->request->report_count = count;
	return true;
}

static bool
read_payers(struct unpricing *unpricing, const struct session_reading *reading,
	const msgpack_object *answer)
{
	const msgpack_object *list = stored_array(answer, "paid");
	size_t count = list == NULL ? 0 : list->via.array.size;
	struct unpriced_payer *payers = arena_take(unpricing->arena, (count + 1) * sizeof *payers);
	if (payers == NULL)
		return unpriced_no_memory(unpricing);
	for (size_t i = 0; i < count; i++) {
		const msgpack_object *map = &list->via.array.ptr[i];
		payers[i] = (struct unpriced_payer){ stored_text(map, "account"),
			stored_text(map, "balance"), { 0 } };
		if (payers[i].balance.data == NULL ||
			!stored_money(map, "amount", &payers[i].amount))
			return unpriced_corrupt(unpricing, "who paid");
	}
	reading->request->payers = payers;
	reading->request->payer_count = count;
	return true;
}

static bool
read_answer(struct unpricing *unpricing, const msgpack_object *answer, void *read)
{
	const struct session_reading *reading = read;
	struct unpriced_request *request = reading->request;
	request->outcome = stored_text(answer, "outcome");
	request->currency = stored_text(answer, "currency");
	if (request->outcome.data == NULL || !stored_money(answer, "charged", &request->charged))
		return unpriced_corrupt(unpricing, "it is no session's");
	return read_reports(unpricing, reading, answer) && read_payers(unpricing, reading, answer);
}

enum status
unpriced_read_session(const struct stored_request *stored, const struct image *image,
	struct arena *arena, struct unpriced_request *request, struct fault *fault)
{
	struct unpricing unpricing = { image, stored->at_ms, arena, fault, STATUS_OK };
	struct session_reading reading = { .stored = stored, .request = request };
	msgpack_object event;
	msgpack_zone zone;
	*request = (struct unpriced_request){ .request = 0 };
	if (!msgpack_zone_init(&zone, UNPRICED_ZONE_BYTES))
		return fault_set(fault, STATUS_MEMORY, "no memory for a session's request");
	enum status status = STATUS_OK;
	if (stored->event.size > 0)
		status = stored_unpack(stored->event, &zone, &event, fault);
	if (status == STATUS_OK && stored->event.size > 0 &&
		!read_event(&unpricing, &event, &reading))
		status = unpricing.status;
	if (status == STATUS_OK)
		status = unpriced_answer(&unpricing, stored->answer, read_answer, &reading);
	msgpack_zone_destroy(&zone);
	return status;
}
