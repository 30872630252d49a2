/* The priced part of an answer (see priced.h). */
#include "priced.h"

#include "base/must.h"

#include "../rules/explain.h"

#include <string.h>

static void
pack_part(struct pack *pack, const struct price_part *part)
{
	pack_map(pack, 2u + (part->band.size > 0) + (part->allowance.size > 0) + (part->tier > 0));
	if (part->band.size > 0)
		pack_name_text(pack, "band", part->band);
	pack_name_integer(pack, "units", part->units);
	pack_name_money(pack, "price", part->price);
	if (part->allowance.size > 0)
		pack_name_text(pack, "allowance", part->allowance);
	if (part->tier > 0)
		pack_name_unsigned(pack, "tier", part->tier);
}

/* "package.tariff"; data is NULL without memory. */
static struct text
rule_name(const struct price_line *line, struct arena *arena)
{
	size_t size = line->package.size + 1 + line->tariff.size;
	char *name = arena_take(arena, size);
	if (name == NULL)
		return (struct text){ NULL, 0 };
	memcpy(name, line->package.data, line->package.size);
	name[line->package.size] = '.';
	memcpy(name + line->package.size + 1, line->tariff.data, line->tariff.size);
	return (struct text){ name, size };
}

static void
pack_line(struct pack *pack, const struct price_line *line, const struct pricing *pricing,
	const struct image *image, struct arena *arena)
{
	bool version = line->version_ms > pricing->at_ms; /* else it is the one in force then */
	bool component = !text_equal(line->component, image->components[0]);
	bool zone = line->zone.size > 0;
	bool setup = line->setup.micros != 0;
	bool recount = line->recount.micros != 0;
	bool capped = line->cap.size > 0;
	struct text rule = rule_name(line, arena);
	pack->full |= rule.data == NULL;
	pack_map(pack, 3u + version + component + zone + setup + recount + 2u * capped);
	pack_name_text(pack, "rule", rule);
	if (version)
		pack_name_integer(pack, "version", line->version_ms);
	if (component)
		pack_name_text(pack, "component", line->component);
	if (zone)
		pack_name_text(pack, "zone", line->zone);
	pack_name_money(pack, "amount", line->amount);
	if (setup)
		pack_name_money(pack, "setup", line->setup);
	if (recount)
		pack_name_money(pack, "recount", line->recount);
	if (capped) {
		pack_name_text(pack, "cap", line->cap);
		pack_name_money(pack, "uncapped", line->uncapped);
	}
	pack_name(pack, "parts");
	pack_array(pack, (uint32_t)line->part_count);
	for (size_t i = 0; i < line->part_count; i++)
		pack_part(pack, &line->parts[i]);
}

void
priced_pack(struct pack *pack, const struct pricing *pricing, const struct image *image,
	const char release_name[64], struct arena *arena)
{
	must(pricing->refused == 0);
	pack_name_money(pack, "amount", pricing->amount);
	pack_name_text(pack, "currency", image->currency);
	pack_name(pack, "lines");
	pack_array(pack, (uint32_t)pricing->line_count);
	for (size_t i = 0; i < pricing->line_count; i++)
		pack_line(pack, &pricing->lines[i], pricing, image, arena);
	pack_name_text(pack, "release", (struct text){ release_name, RELEASE_SHORT });
}

/* Why, in both languages; empty without memory. */
static struct text
miss_sentence(const struct near_miss *miss, const struct release *release, struct arena *arena)
{
	struct buffer buffer;
	struct text sentence = TEXT("");
	buffer_init(&buffer, 2 * NEAR_MISS_BYTES_MAX);
	if (explain_near_miss(release, TEXT("en"), miss, &buffer) &&
		buffer_append_text(&buffer, TEXT(BILINGUAL_MARK)) &&
		explain_near_miss(release, TEXT("zh"), miss, &buffer))
		sentence = arena_copy_text(
			arena, (struct text){ (const char *)buffer.data, buffer.size });
	buffer_release(&buffer);
	return sentence;
}

enum say
priced_refusal(const struct pricing *pricing, const struct release *release, struct arena *arena,
	struct text arguments[SAY_ARGUMENTS_MAX])
{
	static const struct {
		const char *code;
		enum say say;
	} CODES[] = {
		{ "NO_PRICE", SAY_NO_PRICE },
		{ "CALENDAR_NOT_COVERED", SAY_CALENDAR_NOT_COVERED },
		{ "AMBIGUOUS_TARIFF", SAY_AMBIGUOUS_TARIFF },
		{ "OVERFLOW", SAY_OVERFLOW },
		{ "RULE_FAILED", SAY_RULE_FAILED },
		{ "LIMIT_REACHED", SAY_LIMIT_REACHED },
	};
	const struct near_miss *miss = &pricing->nearest;
	const char *code = rate_refusal_code(pricing->refused);
	arguments[0] = miss->package.size == 0
		? TEXT("-")
		: arena_print(
			  arena, "%.*s.%.*s", TEXT_ARGS(miss->package), TEXT_ARGS(miss->tariff));
	arguments[1] = miss->condition == NULL ? TEXT("-") : text_of(miss->condition);
	arguments[2] = miss->wanted;
	arguments[3] = miss->got;
	arguments[4] = miss->condition == NULL ? TEXT("") : miss_sentence(miss, release, arena);
	for (size_t i = 0; i < sizeof CODES / sizeof CODES[0]; i++) {
		if (strcmp(code, CODES[i].code) == 0)
			return CODES[i].say;
	}
	must_not_come_here("a code that this knows");
}
