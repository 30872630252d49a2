/* A line of what falls due, packed (see due_packed.h). */
#include "due_packed.h"

#include "priced.h"

#include "../rules/explain_due.h"

enum { SENTENCE_BYTES_MAX = 64 << 10 };

void
due_pack_day(struct pack *pack, const char *name, int64_t day)
{
	char text[DUE_DAY_TEXT_MAX];
	due_day_format(day, text);
	pack_name_string(pack, name, text);
}

/* A decimal, or a fraction where that does not end. */
static void
pack_name_exact(struct pack *pack, const char *name, struct ratio value)
{
	char text[RATIO_TEXT_MAX];
	pack_name_text(pack, name, (struct text){ text, ratio_format(value, text) });
}

static void
pack_reason(struct pack *pack, const struct due_reason *reason)
{
	bool has_row = reason->table != NULL;
	pack_map(pack, 1u + 2u * has_row);
	pack_name_text(pack, "say", reason->say);
	if (!has_row)
		return;
	pack_name_text(pack, "table", reason->table->id);
	pack_name_integer(pack, "row", reason->table->lines[reason->row]);
}

static void
pack_part(struct pack *pack, const struct due_part *part)
{
	bool by_day = part->cycle_days > 0;
	bool repeated = part->times > 1;
	pack_map(pack, 4u + by_day + repeated + (part->reason_count > 0));
	due_pack_day(pack, "from", part->from_day);
	due_pack_day(pack, "till", part->till_day);
	pack_name_exact(pack, "price", part->price);
	if (by_day)
		pack_name_integer(pack, "of", part->cycle_days);
	if (repeated)
		pack_name_integer(pack, "times", part->times);
	pack_name_integer(pack, "version", part->version_ms);
	if (part->reason_count == 0)
		return;
	pack_name(pack, "because");
	pack_array(pack, (uint32_t)part->reason_count);
	for (size_t i = 0; i < part->reason_count; i++)
		pack_reason(pack, &part->reasons[i]);
}

/* Of a line for leaving early. */
static void
pack_term(struct pack *pack, const struct due_term *term)
{
	bool shared = term->parts_per_million < DISCOUNT_WHOLE;
	bool falls = term->falls.micros > 0;
	pack_name(pack, "term");
	pack_map(pack, 2u + shared + falls);
	due_pack_day(pack, "till", term->till_day);
	pack_name_integer(pack, "months_begun", term->months_begun);
	if (shared)
		pack_name_money(
			pack, "percent", (struct money){ (int64_t)term->parts_per_million * 100 });
	if (falls)
		pack_name_money(pack, "falls", term->falls);
}

static void
pack_split(struct pack *pack, const struct due_line *line)
{
	pack_name(pack, "split");
	pack_array(pack, (uint32_t)line->share_count);
	for (size_t i = 0; i < line->share_count; i++) {
		const struct split *split = line->shares[i].split;
		pack_map(pack, 3);
		pack_name_text(pack, split->is_partner ? "partner" : "product", split->party);
		pack_name_money(
			pack, "percent", (struct money){ (int64_t)split->parts_per_million * 100 });
		pack_name_money(pack, "amount", line->shares[i].amount);
	}
}

/* "package.charge" */
void
due_pack_charge(
	struct pack *pack, const char *name, const struct charge_name *charge, struct arena *arena)
{
	struct text rule = arena_print(
		arena, "%.*s.%.*s", TEXT_ARGS(charge->package), TEXT_ARGS(charge->charge));
	pack->full |= rule.data == NULL;
	if (rule.data != NULL)
		pack_name_text(pack, name, rule);
}

void
due_pack_line(struct pack *pack, const struct due_line *line, struct arena *arena)
{
	pack_map(pack,
		7u + (line->each > 0) + (line->term != NULL) + (line->tax != NULL) +
			(line->share_count > 0));
	due_pack_charge(pack, "rule", &(struct charge_name){ line->package, line->charge }, arena);
	if (line->each > 0)
		pack_name_integer(pack, "each", line->each);
	due_pack_day(pack, "from", line->from_day);
	due_pack_day(pack, "till", line->till_day);
	due_pack_day(pack, "due", line->due_day);
	pack_name_money(pack, "amount", line->amount);
	pack_name_exact(pack, "exact", line->exact);
	if (line->tax != NULL)
		priced_pack_tax(pack, line->tax);
	if (line->share_count > 0)
		pack_split(pack, line);
	if (line->term != NULL)
		pack_term(pack, line->term);
	pack_name(pack, "parts");
	pack_array(pack, (uint32_t)line->part_count);
	for (size_t i = 0; i < line->part_count; i++)
		pack_part(pack, &line->parts[i]);
}

struct text
due_refusal_sentence(
	const struct release *release, const struct due_pricing *pricing, struct arena *arena)
{
	struct buffer buffer;
	struct text sentence = TEXT("");
	buffer_init(&buffer, SENTENCE_BYTES_MAX);
	if (explain_due_refusal(release, TEXT("en"), pricing, &buffer) &&
		buffer_append_text(&buffer, TEXT(BILINGUAL_MARK)) &&
		explain_due_refusal(release, TEXT("zh"), pricing, &buffer))
		sentence = arena_copy_text(
			arena, (struct text){ (const char *)buffer.data, buffer.size });
	buffer_release(&buffer);
	return sentence;
}
