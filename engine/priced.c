/* The priced part of an answer (see priced.h). */
#include "priced.h"

#include "base/must.h"

#include "../rules/explain.h"

#include <string.h>

static void
pack_part(struct pack *pack, const struct price_line *line, const struct price_part *part)
{
	pack_map(pack,
		2u + (part->band.size > 0) + (part->allowance.size > 0) + (part->tier > 0) +
			(part->row > 0));
	if (part->band.size > 0)
		pack_name_text(pack, "band", part->band);
	pack_name_integer(pack, "units", part->units);
	pack_name_money(pack, "price", part->price);
	struct text own = own_units_name(part->allowance);
	if (own.size > 0)
		pack_name_text(pack, "balance", own);
	else if (part->allowance.size > 0)
		pack_name_text(pack, "allowance", part->allowance);
	if (part->tier > 0)
		pack_name_unsigned(pack, "tier", part->tier);
	if (part->row > 0) {
		must(line->table != NULL);
		pack_name_unsigned(pack, "row", line->table->lines[part->row - 1]);
	}
}

/* "package.tariff", or the name of a discount; data is NULL without memory. */
static struct text
rule_name(struct text package, struct text rule, struct arena *arena)
{
	size_t size = package.size + 1 + rule.size;
	char *name = arena_take(arena, size);
	if (name == NULL)
		return (struct text){ NULL, 0 };
	memcpy(name, package.data, package.size);
	name[package.size] = '.';
	memcpy(name + package.size + 1, rule.data, rule.size);
	return (struct text){ name, size };
}

static void
pack_discounts(struct pack *pack, const struct price_line *line, struct arena *arena)
{
	pack_name_money(pack, "gross", line->gross);
	pack_name(pack, "discounts");
	pack_array(pack, (uint32_t)line->discount_count);
	for (size_t i = 0; i < line->discount_count; i++) {
		const struct price_discount *discount = &line->discounts[i];
		bool percentage = discount->parts_per_million > 0;
		struct text rule = rule_name(discount->package, discount->discount, arena);
		pack->full |= rule.data == NULL;
		pack_map(pack, 2u + percentage + (discount->members > 0));
		pack_name_text(pack, "rule", rule);
		if (percentage)
			pack_name_money(pack, "percent",
				(struct money){ (int64_t)discount->parts_per_million * 100 });
		if (discount->members > 0)
			pack_name_unsigned(pack, "members", discount->members);
		pack_name_money(pack, "off", discount->off);
	}
}

void
priced_pack_tax(struct pack *pack, const struct price_tax *tax)
{
	pack_name(pack, "tax");
	pack_map(pack, 4);
	pack_name_text(pack, "code", tax->tax->id);
	pack_name_money(pack, "percent", (struct money){ (int64_t)tax->parts_per_million * 100 });
	pack_name_money(pack, "net", tax->net);
	pack_name_money(pack, "amount", tax->amount);
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
	bool discounted = line->discount_count > 0;
	bool capped = line->cap.size > 0;
	bool taxed = line->tax != NULL;
	bool tabled = line->table != NULL;
	struct text rule = rule_name(line->package, line->tariff, arena);
	pack->full |= rule.data == NULL;
	pack_map(pack,
		3u + version + component + zone + setup + recount + 2u * discounted + 2u * capped +
			taxed + tabled);
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
	if (discounted)
		pack_discounts(pack, line, arena);
	if (capped) {
		pack_name_text(pack, "cap", line->cap);
		pack_name_money(pack, "uncapped", line->uncapped);
	}
	if (taxed)
		priced_pack_tax(pack, line->tax);
	if (tabled)
		pack_name_text(pack, "table", line->table->id);
	pack_name(pack, "parts");
	pack_array(pack, (uint32_t)line->part_count);
	for (size_t i = 0; i < line->part_count; i++)
		pack_part(pack, line, &line->parts[i]);
}

void
priced_pack_lines(struct pack *pack, const struct pricing *pricing, const struct image *image,
	struct arena *arena)
{
	pack_name(pack, "lines");
	pack_array(pack, (uint32_t)pricing->line_count);
	for (size_t i = 0; i < pricing->line_count; i++)
		pack_line(pack, &pricing->lines[i], pricing, image, arena);
}

void
priced_pack(struct pack *pack, const struct pricing *pricing, const struct image *image,
	const char release_name[64], struct arena *arena)
{
	must(pricing->refused == 0);
	pack_name_money(pack, "amount", pricing->amount);
	pack_name_text(pack, "currency", image->currency);
	priced_pack_lines(pack, pricing, image, arena);
	pack_name_text(pack, "release", (struct text){ release_name, RELEASE_SHORT });
}

typedef bool miss_explain(const struct release *release, struct text language,
	const struct near_miss *miss, struct buffer *out);

/* A sentence in one language; empty without memory. */
static struct text
miss_in(const struct release *release, const char *language, const struct near_miss *miss,
	miss_explain *explain, struct arena *arena)
{
	struct buffer buffer;
	struct text sentence = TEXT("");
	buffer_init(&buffer, NEAR_MISS_BYTES_MAX);
	if (explain(release, text_of(language), miss, &buffer))
		sentence = arena_copy_text(
			arena, (struct text){ (const char *)buffer.data, buffer.size });
	buffer_release(&buffer);
	return sentence;
}

/* Why, in both languages; empty without memory. */
static struct text
miss_sentence(const struct near_miss *miss, const struct release *release, struct arena *arena)
{
	struct text en = miss_in(release, "en", miss, explain_near_miss, arena);
	struct text zh = miss_in(release, "zh", miss, explain_near_miss, arena);
	return arena_print(arena, "%.*s" BILINGUAL_MARK "%.*s", TEXT_ARGS(en), TEXT_ARGS(zh));
}

void
priced_pack_unused(struct pack *pack, const struct near_miss *miss, const struct release *release,
	struct arena *arena)
{
	struct text rule = rule_name(miss->package, miss->tariff, arena);
	pack->full |= rule.data == NULL;
	pack_name(pack, "unused");
	pack_map(pack, 5);
	pack_name_text(pack, "rule", rule);
	pack_name_string(pack, "condition", miss->condition);
	pack_name_text(pack, "wanted", miss->wanted);
	pack_name_text(pack, "got", miss->got);
	pack_name(pack, "say");
	pack_map(pack, 2);
	pack_name_text(pack, "en", miss_in(release, "en", miss, explain_unused, arena));
	pack_name_text(pack, "zh", miss_in(release, "zh", miss, explain_unused, arena));
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
		{ "TOO_FEW_UNITS", SAY_TOO_FEW_UNITS },
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
