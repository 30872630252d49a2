/* Groups, their members, and how many they are (see record_group.h). */
#include "record_group.h"

#include "../engine/base/must.h"

#include <string.h>

/* ---- what is known of a group ---- */

enum { GROUP_IS_SITE = 1 };

struct group
group_read(struct bytes value)
{
	struct field_reader reader = fields_of(value);
	uint8_t flags = field_read_u8(&reader);
	struct group group = { .is_site = (flags & GROUP_IS_SITE) != 0 };
	group.home = field_read_text(&reader);
	group.fact_count = field_read_u8(&reader);
	group.facts = reader;
	group.facts.bad |= (flags & ~GROUP_IS_SITE) != 0;
	return group;
}

void
group_write(struct field_writer *writer, const struct group *group)
{
	struct field_reader facts = group->facts;
	field_write_u8(writer, group->is_site ? GROUP_IS_SITE : 0);
	field_write_text(writer, group->home);
	field_write_u8(writer, group->fact_count);
	for (unsigned i = 0; i < group->fact_count; i++) {
		field_write_span(writer, field_read_span(&facts));
		struct named_value value = named_value_read(&facts);
		named_value_write(writer, &value);
	}
}

/* ---- members ---- */

unsigned
member_groups(struct subscription subscription, struct text groups[MEMBER_GROUPS_MAX])
{
	unsigned count = 0;
	for (unsigned i = 0; i < subscription.package_count; i++) {
		struct text group = package_held_read(&subscription.packages).group;
		unsigned place = 0;
		while (place < count && !text_equal(groups[place], group))
			place++;
		if (group.size == 0 || place < count)
			continue;
		if (count == MEMBER_GROUPS_MAX)
			return MEMBER_GROUPS_MAX + 1;
		groups[count++] = group;
	}
	return count;
}

enum { HOLDING_PAYS = 4 };

struct member_holding
member_holding_read(struct field_reader *holdings)
{
	uint8_t flags;
	struct member_holding holding = { .package = field_read_text(holdings) };
	holding.span = field_read_span_flags(holdings, HOLDING_PAYS, &flags);
	holding.pays = (flags & HOLDING_PAYS) != 0;
	return holding;
}

struct bytes
member_value(struct subscription subscription, struct text group, uint8_t place[MEMBER_VALUE_MAX])
{
	const struct span life = subscription_life(&subscription);
	struct field_writer writer = fields_into(place, MEMBER_VALUE_MAX);
	uint8_t count = 0;
	field_write_u8(&writer, 0);
	for (unsigned i = 0; i < subscription.package_count; i++) {
		struct package_held held = package_held_read(&subscription.packages);
		struct span span = held.span;
		span.from_ms = span.from_ms < life.from_ms ? life.from_ms : span.from_ms;
		span.till_ms = span.till_ms > life.till_ms ? life.till_ms : span.till_ms;
		if (!text_equal(held.group, group) || span.from_ms >= span.till_ms)
			continue;
		field_write_text(&writer, held.package);
		field_write_span_flags(&writer, span, held.pays ? HOLDING_PAYS : 0);
		count++;
	}
	place[0] = count;
	return count == 0 ? (struct bytes){ NULL, 0 } : fields_written(&writer);
}

/* Puts one among those that are there; what touches it becomes one with it. */
static unsigned
unite(struct span *spans, unsigned count, struct span span)
{
	unsigned kept = 0, place = 0;
	for (unsigned i = 0; i < count; i++) {
		bool touches = spans[i].from_ms <= span.till_ms && span.from_ms <= spans[i].till_ms;
		if (!touches) {
			spans[kept++] = spans[i];
			continue;
		}
		span.from_ms = spans[i].from_ms < span.from_ms ? spans[i].from_ms : span.from_ms;
		span.till_ms = spans[i].till_ms > span.till_ms ? spans[i].till_ms : span.till_ms;
	}
	while (place < kept && spans[place].from_ms < span.from_ms)
		place++;
	memmove(spans + place + 1, spans + place, (kept - place) * sizeof *spans);
	spans[place] = span;
	return kept + 1;
}

unsigned
member_spans(struct bytes value, struct span spans[MEMBER_HOLDINGS_MAX])
{
	struct field_reader reader = fields_of(value);
	unsigned left = value.size == 0 ? 0 : field_read_u8(&reader), count = 0;
	must(left <= MEMBER_HOLDINGS_MAX);
	for (; left > 0; left--)
		count = unite(spans, count, member_holding_read(&reader).span);
	return count;
}

/* ---- how many they are ---- */

enum { TALLY_IS_CUT = 1, STEP_BYTES = 8 + 4 };

struct field_reader
tally_steps(struct bytes value)
{
	struct field_reader reader = fields_of(value);
	if (value.size > 0)
		reader.bad |= (field_read_u8(&reader) & ~TALLY_IS_CUT) != 0;
	return reader;
}

bool
tally_next(struct field_reader *steps, struct tally_step *step)
{
	if (steps->at == steps->end || steps->bad)
		return false;
	step->from_ms = field_read_i64(steps);
	step->members = field_read_u32(steps);
	return true;
}

bool
tally_is_cut(struct bytes value)
{
	return value.size > 0 && (value.data[0] & TALLY_IS_CUT) != 0;
}

void
tally_read(struct bytes value, struct tally *tally)
{
	struct field_reader reader = tally_steps(value);
	struct tally_step step;
	tally->is_cut = tally_is_cut(value);
	tally->count = 0;
	while (tally_next(&reader, &step)) {
		must(tally->count < TALLY_STEPS_MAX);
		tally->steps[tally->count++] = step;
	}
}

void
tally_write(struct field_writer *writer, const struct tally *tally)
{
	field_write_u8(writer, tally->is_cut ? TALLY_IS_CUT : 0);
	for (size_t i = 0; i < tally->count; i++) {
		field_write_i64(writer, tally->steps[i].from_ms);
		field_write_u32(writer, tally->steps[i].members);
	}
}

uint32_t
tally_at(struct bytes value, int64_t ms)
{
	if (value.size < 1 + STEP_BYTES)
		return 0;
	const uint8_t *steps = value.data + 1;
	size_t low = 0, high = (value.size - 1) / STEP_BYTES; /* the first that begins later */
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (load_i64(steps + middle * STEP_BYTES) <= ms)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 && !tally_is_cut(value))
		return 0;
	return load_u32(steps + (low == 0 ? 0 : low - 1) * STEP_BYTES + sizeof(int64_t));
}

/* The step that begins at an instant, made if there is none. */
static size_t
step_at(struct tally *tally, int64_t ms)
{
	size_t place = 0;
	while (place < tally->count && tally->steps[place].from_ms < ms)
		place++;
	if (place < tally->count && tally->steps[place].from_ms == ms)
		return place;
	must(tally->count < sizeof tally->steps / sizeof tally->steps[0]);
	memmove(tally->steps + place + 1, tally->steps + place,
		(tally->count - place) * sizeof *tally->steps);
	tally->count++;
	tally->steps[place] = (struct tally_step){ ms,
		place == 0 ? 0 : tally->steps[place - 1].members };
	return place;
}

static void
count_spans(struct tally *tally, struct bytes member, int change)
{
	struct span spans[MEMBER_HOLDINGS_MAX];
	unsigned count = member_spans(member, spans);
	for (unsigned i = 0; i < count; i++) {
		int64_t from_ms = spans[i].from_ms, till_ms = spans[i].till_ms;
		if (tally->is_cut && from_ms < tally->steps[0].from_ms)
			from_ms = tally->steps[0].from_ms;
		if (from_ms >= till_ms)
			continue;
		size_t first = step_at(tally, from_ms);
		size_t end = till_ms == INT64_MAX ? tally->count : step_at(tally, till_ms);
		for (size_t j = first; j < end; j++) {
			must(change > 0 || tally->steps[j].members > 0);
			tally->steps[j].members += (uint32_t)change;
		}
	}
}

/* Steps that change nothing go; and the oldest, beyond those that are kept of the past. */
static void
tidy(struct tally *tally, int64_t now_ms)
{
	size_t kept = 0, past = 0;
	for (size_t i = 0; i < tally->count; i++) {
		struct tally_step step = tally->steps[i];
		bool is_first = kept == 0;
		if (is_first ? step.members == 0 && !tally->is_cut
			     : step.members == tally->steps[kept - 1].members)
			continue;
		tally->steps[kept++] = step;
		past += step.from_ms <= now_ms;
	}
	size_t gone = past > TALLY_PAST_MAX ? past - TALLY_PAST_MAX : 0;
	tally->count = kept - gone;
	tally->is_cut |= gone > 0;
	memmove(tally->steps, tally->steps + gone, tally->count * sizeof *tally->steps);
}

bool
tally_change(struct tally *tally, const struct member_change *change, int64_t now_ms)
{
	must(tally->count <= TALLY_STEPS_MAX);
	count_spans(tally, change->after, 1);
	count_spans(tally, change->before, -1);
	tidy(tally, now_ms);
	return tally->count <= TALLY_STEPS_MAX;
}
