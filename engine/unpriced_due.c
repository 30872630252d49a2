/* What fell due, as it was stored, back to facts (see unpriced.h). */
#include "unpriced_parts.h"

#include <string.h>

static bool
day_in(const msgpack_object *map, const char *name, int64_t *day)
{
	struct date date;
	if (!date_parse(stored_text(map, name), &date))
		return false;
	*day = day_of_date(date);
	return true;
}

/* "129", or a fraction: "2838/31". */
static bool
ratio_in(const msgpack_object *map, const char *name, struct ratio *value)
{
	struct text text = stored_text(map, name);
	const char *slash = text.size == 0 ? NULL : memchr(text.data, '/', text.size);
	struct ratio below;
	if (slash == NULL)
		return ratio_parse(text, value);
	size_t size = (size_t)(slash - text.data);
	return ratio_parse((struct text){ text.data, size }, value) &&
		ratio_parse((struct text){ slash + 1, text.size - size - 1 }, &below) &&
		ratio_divide(*value, below, value);
}

static bool
read_reasons(struct unpricing *unpricing, const msgpack_object *map, struct due_part *part)
{
	const struct image *image = unpricing->image;
	const msgpack_object *list = stored_array(map, "because");
	size_t count = list == NULL ? 0 : list->via.array.size;
	struct due_reason *reasons = arena_take_zeroed(unpricing->arena, count, sizeof *reasons);
	if (reasons == NULL)
		return unpriced_no_memory(unpricing);
	for (size_t i = 0; i < count; i++) {
		const msgpack_object *one = &list->via.array.ptr[i];
		uint32_t table = image_decision(image, stored_text(one, "table"));
		int64_t line;
		reasons[i].say = stored_text(one, "say");
		if (table == NO_INDEX || !stored_integer(one, "row", &line))
			continue;
		uint32_t row = unpriced_row(image->decisions[table], line);
		reasons[i].table = row == 0 ? NULL : image->decisions[table];
		reasons[i].row = row == 0 ? 0 : row - 1;
	}
	part->reasons = reasons;
	part->reason_count = count;
	return true;
}

static bool
read_due_parts(struct unpricing *unpricing, const msgpack_object *map, struct due_line *line)
{
	const msgpack_object *list = stored_array(map, "parts");
	size_t count = list == NULL ? 0 : list->via.array.size;
	struct due_part *parts = arena_take_zeroed(unpricing->arena, count, sizeof *parts);
	if (parts == NULL)
		return unpriced_no_memory(unpricing);
	for (size_t i = 0; i < count; i++) {
		const msgpack_object *one = &list->via.array.ptr[i];
		if (!day_in(one, "from", &parts[i].from_day) ||
			!day_in(one, "till", &parts[i].till_day) ||
			!ratio_in(one, "price", &parts[i].price) ||
			!stored_integer(one, "version", &parts[i].version_ms))
			return unpriced_corrupt(unpricing, "a part of what fell due");
		stored_integer(one, "of", &parts[i].cycle_days);
		stored_integer(one, "times", &parts[i].times);
		if (!read_reasons(unpricing, one, &parts[i]))
			return false;
	}
	line->parts = parts;
	line->part_count = count;
	return true;
}

static bool
read_shares(struct unpricing *unpricing, const msgpack_object *map, struct due_line *line)
{
	const msgpack_object *list = stored_array(map, "split");
	size_t count = list == NULL ? 0 : list->via.array.size;
	struct due_share *shares = arena_take_zeroed(unpricing->arena, count, sizeof *shares);
	struct split *splits = arena_take_zeroed(unpricing->arena, count, sizeof *splits);
	if (shares == NULL || splits == NULL)
		return unpriced_no_memory(unpricing);
	for (size_t i = 0; i < count; i++) {
		const msgpack_object *one = &list->via.array.ptr[i];
		struct money percent;
		splits[i].is_partner = stored_find(one, "partner") != NULL;
		splits[i].party = stored_text(one, splits[i].is_partner ? "partner" : "product");
		if (!stored_money(one, "percent", &percent) ||
			!stored_money(one, "amount", &shares[i].amount))
			return unpriced_corrupt(unpricing, "a share");
		splits[i].parts_per_million = (uint32_t)(percent.micros / 100);
		shares[i].split = &splits[i];
	}
	line->shares = shares;
	line->share_count = count;
	return true;
}

static bool
read_term(struct unpricing *unpricing, const msgpack_object *map, struct due_line *line)
{
	const msgpack_object *found = stored_find(map, "term");
	struct money percent;
	int64_t begun;
	if (found == NULL)
		return true;
	struct due_term *term = arena_take_zeroed(unpricing->arena, 1, sizeof *term);
	if (term == NULL)
		return unpriced_no_memory(unpricing);
	if (!day_in(found, "till", &term->till_day) ||
		!stored_integer(found, "months_begun", &begun) ||
		!stored_money(found, "percent", &percent) ||
		!stored_money(found, "falls", &term->falls))
		return unpriced_corrupt(unpricing, "a term");
	term->months_begun = (int32_t)begun;
	term->parts_per_million = stored_find(found, "percent") == NULL
		? DISCOUNT_WHOLE
		: (uint32_t)(percent.micros / 100);
	line->term = term;
	return true;
}

/* The text that names the lines of a charge, or of what is owed for leaving early. */
static struct text
due_say(const struct image *image, const struct due_line *line)
{
	uint32_t first, count;
	if (!image_package(image, line->package, &first, &count))
		return TEXT("");
	for (uint32_t i = first; i < first + count; i++) {
		const struct package *package = &image->packages[i];
		for (uint32_t j = 0; j < package->charge_count; j++)
			if (text_equal(package->charges[j].id, line->charge))
				return package->charges[j].say;
		for (uint32_t j = 0; j < package->termination_count; j++)
			if (text_equal(package->terminations[j].charge.id, line->charge))
				return package->terminations[j].charge.say;
	}
	return TEXT("");
}

static bool
read_due_line(struct unpricing *unpricing, const msgpack_object *map, struct due_line *line)
{
	*line = (struct due_line){ .each = 0 };
	if (!unpriced_rule(stored_text(map, "rule"), &line->package, &line->charge) ||
		!day_in(map, "from", &line->from_day) || !day_in(map, "till", &line->till_day) ||
		!day_in(map, "due", &line->due_day) ||
		!stored_money(map, "amount", &line->amount) ||
		!ratio_in(map, "exact", &line->exact))
		return unpriced_corrupt(unpricing, "a line of what fell due");
	stored_integer(map, "each", &line->each);
	line->say = due_say(unpricing->image, line);
	return read_due_parts(unpricing, map, line) && read_shares(unpricing, map, line) &&
		read_term(unpricing, map, line) && unpriced_tax(unpricing, map, &line->tax);
}

static bool
read_dues(struct unpricing *unpricing, const msgpack_object *answer, void *read)
{
	struct due_pricing *pricing = read;
	const msgpack_object *list = stored_array(answer, "lines");
	size_t count = list == NULL ? 0 : list->via.array.size;
	struct due_line *lines = arena_take_zeroed(unpricing->arena, count, sizeof *lines);
	if (lines == NULL)
		return unpriced_no_memory(unpricing);
	*pricing = (struct due_pricing){ .lines = lines, .line_count = count };
	for (size_t i = 0; i < count; i++) {
		if (!read_due_line(unpricing, &list->via.array.ptr[i], &lines[i]))
			return false;
	}
	return stored_money(answer, "amount", &pricing->amount) ||
		unpriced_corrupt(unpricing, "an amount");
}

enum status
unpriced_read_due(struct bytes answer, const struct image *image, struct arena *arena,
	struct due_pricing *pricing, struct fault *fault)
{
	struct unpricing unpricing = { image, 0, arena, fault, STATUS_OK };
	struct due_pricing read;
	enum status status = unpriced_answer(&unpricing, answer, read_dues, &read);
	if (status == STATUS_OK)
		*pricing = read;
	return status;
}
