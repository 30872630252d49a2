/* What came out beside what was expected: the fields of an expectation, one after the other. */
#include "explain_due.h"
#include "test_run.h"

bool
test_differ(struct test_run *run, const char *field, struct text expected, struct text got)
{
	const char *between = run->expected.size == 0 ? "" : ", ";
	return buffer_print(&run->expected, "%s%s %.*s", between, field, TEXT_ARGS(expected)) &&
		buffer_print(&run->got, "%s%s %.*s", between, field, TEXT_ARGS(got));
}

bool
test_differ_due(struct test_run *run, const char *field, const struct due_pricing *refused)
{
	const char *code = due_refusal_code(refused->refused);
	buffer_clear(&run->text);
	bool differs = buffer_print(&run->text, "%s: ", code) &&
		explain_due_refusal(run->release, run->options->language, refused, &run->text) &&
		test_differ(run, field, TEXT("priced"), text_of_buffer(&run->text));
	buffer_clear(&run->text);
	return differs;
}

bool
test_compare_text(struct test_run *run, const char *field, struct text expected, struct text got)
{
	if (expected.data == NULL || text_equal(expected, got))
		return true;
	return test_differ(run, field, expected, got.size == 0 ? TEXT("-") : got);
}

bool
test_compare_money(struct test_run *run, const char *field, struct money wanted, struct money got)
{
	char wanted_text[MONEY_TEXT_MAX], got_text[MONEY_TEXT_MAX];
	if (money_compare(wanted, got) == 0)
		return true;
	size_t wanted_size = money_format(wanted, wanted_text);
	return test_differ(run, field, (struct text){ wanted_text, wanted_size },
		(struct text){ got_text, money_format(got, got_text) });
}

/* The next piece of "a, b, c"; false at the end. */
static bool
next_piece(struct text *rest, struct text *piece)
{
	if (rest->size == 0)
		return false;
	const char *comma = memchr(rest->data, ',', rest->size);
	size_t size = comma == NULL ? rest->size : (size_t)(comma - rest->data);
	*piece = (struct text){ rest->data, size };
	size_t skipped = comma == NULL ? size : size + 1;
	while (skipped < rest->size && rest->data[skipped] == ' ')
		skipped++;
	*rest = (struct text){ rest->data + skipped, rest->size - skipped };
	return true;
}

/* "local" or "fixed_line.local" for each line, in order. */
static bool
tariffs_fit(struct text expected, const struct pricing *pricing)
{
	struct text piece;
	for (size_t i = 0; i < pricing->line_count; i++) {
		const struct price_line *line = &pricing->lines[i];
		if (!next_piece(&expected, &piece))
			return false;
		size_t size = line->package.size + 1 + line->tariff.size;
		bool whole = piece.size == size && piece.data[line->package.size] == '.' &&
			memcmp(piece.data, line->package.data, line->package.size) == 0 &&
			memcmp(piece.data + line->package.size + 1, line->tariff.data,
				line->tariff.size) == 0;
		if (!whole && !text_equal(piece, line->tariff))
			return false;
	}
	return expected.size == 0;
}

static bool
compare_tariffs(struct test_run *run, struct text expected, const struct pricing *pricing)
{
	if (expected.data == NULL || tariffs_fit(expected, pricing))
		return true;
	buffer_clear(&run->text);
	for (size_t i = 0; i < pricing->line_count; i++)
		if (!buffer_print(&run->text, "%s%.*s.%.*s", i == 0 ? "" : ", ",
			    TEXT_ARGS(pricing->lines[i].package),
			    TEXT_ARGS(pricing->lines[i].tariff)))
			return false;
	return test_differ(run, "tariff", expected, text_of_buffer(&run->text));
}

/* "night 1", "day 2 free", "3 tier 2" */
static bool
write_part(struct buffer *out, const struct price_part *part)
{
	return buffer_print(out, "%s%.*s%s%lld%s", out->size == 0 ? "" : ", ",
		       TEXT_ARGS(part->band), part->band.size == 0 ? "" : " ",
		       (long long)part->units, part->allowance.size == 0 ? "" : " free") &&
		(part->tier == 0 || buffer_print(out, " tier %u", (unsigned)part->tier));
}

/* "night 1, day 2 free": the units of all lines, in order of time. */
static bool
compare_parts(struct test_run *run, struct text expected, const struct pricing *pricing)
{
	if (expected.data == NULL)
		return true;
	buffer_clear(&run->text);
	for (size_t i = 0; i < pricing->line_count; i++)
		for (size_t j = 0; j < pricing->lines[i].part_count; j++)
			if (!write_part(&run->text, &pricing->lines[i].parts[j]))
				return false;
	return test_compare_text(run, "parts", expected, text_of_buffer(&run->text));
}

/* The sum fits, for it is a part of what the lines sum to. */
static struct money
tax_of(const struct pricing *pricing)
{
	struct money sum = { 0 };
	for (size_t i = 0; i < pricing->line_count; i++)
		if (pricing->lines[i].tax != NULL)
			sum.micros += pricing->lines[i].tax->amount.micros;
	return sum;
}

bool
test_compare(struct test_run *run, const struct expectation *expect, const struct pricing *pricing)
{
	bool priced = pricing->refused == 0;
	struct text code = priced ? TEXT("") : text_of(rate_refusal_code(pricing->refused));
	if (!test_compare_text(run, "refused", expect->refused, code) ||
		!test_compare_text(
			run, "nearest", expect->nearest, text_of(pricing->nearest.condition)))
		return false;
	if (!priced && expect->refused.data == NULL)
		return test_differ(run, "refused", TEXT("-"), code);
	if (!priced)
		return true;
	if (expect->has_amount &&
		!test_compare_money(run, "amount", expect->amount, pricing->amount))
		return false;
	if (expect->has_tax && !test_compare_money(run, "tax", expect->tax, tax_of(pricing)))
		return false;
	return test_compare_text(run, "zone", expect->zone, pricing->zone) &&
		compare_tariffs(run, expect->tariff, pricing) &&
		compare_parts(run, expect->parts, pricing);
}
