/* Cells of decision tables: what authors write, as ranges of whole numbers, and back. */
#include "decision.h"

#include <stdlib.h>

#include "../engine/base/digest.h"
#include "../engine/base/instant.h"
#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "../engine/base/utf8.h"
#include "money_lua.h"

/* Far from what int64_t holds, so that a value and its successor are safe. */
#define VALUE_MAX INT64_C(1000000000000000000)
#define INTEGER_DIGITS_MAX 18
/* While rows are read it is not known yet how many texts a column has. */
#define TEXTS_MAX (INT64_C(1) << 32)
#define TEXT_BYTES_MAX 4096
#define SLOTS_AT_FIRST 16
/* Alternatives that are written out; those behind them are left to the next time. */
#define PARTS_MAX 32

/* Texts of a column. */

static void
put_slot(struct decision_texts *texts, uint32_t number)
{
	struct text text = texts->list[number - 1];
	uint32_t slot = (uint32_t)hash64(text.data, text.size, 0) & (texts->slot_count - 1);
	while (texts->slots[slot] != 0)
		slot = (slot + 1) & (texts->slot_count - 1);
	texts->slots[slot] = number;
}

/* At most half of the slots are taken. */
static bool
grow_texts(struct decision_texts *texts)
{
	if (2 * (texts->count + 1) <= texts->slot_count)
		return true;
	uint32_t slot_count = texts->slot_count == 0 ? SLOTS_AT_FIRST : 2 * texts->slot_count;
	struct text *list = memory_resize(texts->list, slot_count / 2 * sizeof *list);
	if (list == NULL)
		return false;
	texts->list = list;
	uint32_t *slots = memory_new_zeroed(slot_count, sizeof *slots);
	if (slots == NULL)
		return false;
	memory_free(texts->slots);
	texts->slots = slots;
	texts->slot_count = slot_count;
	for (uint32_t number = 1; number <= texts->count; number++)
		put_slot(texts, number);
	return true;
}

/* The number of a text, a new one if need be; 0 without memory. */
static uint32_t
number_text(struct decision *decision, struct decision_column *column, struct text text)
{
	struct decision_texts *texts = &column->texts;
	uint32_t number = decision_text_number(column, text);
	if (number != 0)
		return number;
	struct text copy = arena_copy_text(&decision->arena, text);
	if (copy.data == NULL || !grow_texts(texts))
		return 0;
	texts->list[texts->count++] = copy;
	put_slot(texts, texts->count);
	return texts->count;
}

/* Values. */

static bool
parse_integer(struct text text, int64_t *value)
{
	bool negative = text.size > 0 && text.data[0] == '-';
	size_t digits = text.size - negative;
	int64_t parsed = 0;
	if (digits == 0 || digits > INTEGER_DIGITS_MAX)
		return false;
	for (size_t i = negative; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		parsed = parsed * 10 + (text.data[i] - '0');
	}
	*value = negative ? -parsed : parsed;
	return true;
}

static bool
parse_decimal(struct text text, int64_t *micros)
{
	struct ratio value;
	struct money amount;
	if (!decimal_parse(text, &value) || !ratio_to_money(value, &amount))
		return false;
	*micros = amount.micros;
	return true;
}

static bool
parse_date(struct text text, int64_t *day)
{
	struct date date;
	if (!date_parse(text, &date) || date.year < 1900 || date.year > 2199)
		return false;
	*day = day_of_date(date);
	return true;
}

static bool
parse_boolean(struct text text, int64_t *value)
{
	*value = text_equal(text, TEXT("true"));
	return *value == 1 || text_equal(text, TEXT("false"));
}

bool
decision_parse(enum decision_type type, struct text text, int64_t *value)
{
	struct money amount;
	int64_t parsed = 0;
	bool sound = false;
	switch (type) {
	case DECISION_INTEGER:
		sound = parse_integer(text, &parsed);
		break;
	case DECISION_DECIMAL:
		sound = parse_decimal(text, &parsed);
		break;
	case DECISION_MONEY:
		sound = money_parse(text, &amount);
		parsed = sound ? amount.micros : 0;
		break;
	case DECISION_DATE:
		sound = parse_date(text, &parsed);
		break;
	case DECISION_BOOLEAN:
		sound = parse_boolean(text, &parsed);
		break;
	case DECISION_TEXT:
		break;
	}
	if (!sound || parsed > VALUE_MAX || parsed < -VALUE_MAX)
		return false;
	*value = parsed;
	return true;
}

struct decision_span
decision_everything(const struct decision_column *column)
{
	switch (column->type) {
	case DECISION_TEXT:
		return (struct decision_span){ 0, (int64_t)column->texts.count + 1 };
	case DECISION_BOOLEAN:
		return (struct decision_span){ 0, 2 };
	case DECISION_DATE:
		return (struct decision_span){ day_of_date((struct date){ 1900, 1, 1 }),
			day_of_date((struct date){ 2199, 12, 31 }) + 1 };
	case DECISION_INTEGER:
	case DECISION_DECIMAL:
	case DECISION_MONEY:
		break;
	}
	return (struct decision_span){ -VALUE_MAX, VALUE_MAX + 1 };
}

/* The same, of texts those that are still to turn up too. */
static struct decision_span
open_everything(const struct decision_column *column)
{
	if (column->type == DECISION_TEXT)
		return (struct decision_span){ 0, TEXTS_MAX };
	return decision_everything(column);
}

/* Cells of inputs. */

static bool
starts_with(struct text text, const char *start)
{
	size_t size = strlen(start);
	return text.size >= size && memcmp(text.data, start, size) == 0;
}

static struct text
behind(struct text text, size_t size)
{
	return (struct text){ text.data + size, text.size - size };
}

/* ">=5" and so on. */
static bool
parse_bound(enum decision_type type, struct text text, struct decision_span *span)
{
	int64_t value;
	bool equal = text.size > 1 && text.data[1] == '=';
	if (!decision_parse(type, behind(text, equal ? 2 : 1), &value))
		return false;
	if (text.data[0] == '>')
		span->from = equal ? value : value + 1;
	else
		span->till = equal ? value + 1 : value;
	return true;
}

/* "3..8", "3..<8", "3..", "..8", "..<8". */
static bool
parse_range(enum decision_type type, struct text low, struct text high, struct decision_span *span)
{
	bool without_last = high.size > 0 && high.data[0] == '<';
	int64_t value;
	if (low.size == 0 && high.size == 0)
		return false;
	if (low.size > 0 && !decision_parse(type, low, &span->from))
		return false;
	if (high.size == 0)
		return true;
	if (!decision_parse(type, behind(high, without_last), &value))
		return false;
	span->till = without_last ? value : value + 1;
	return true;
}

static bool
parse_ordered(enum decision_type type, struct text text, struct decision_span *span)
{
	int64_t value;
	if (decision_parse(type, text, &value)) {
		*span = (struct decision_span){ value, value + 1 };
		return true;
	}
	if (type == DECISION_BOOLEAN)
		return false;
	if (starts_with(text, ">") || starts_with(text, "<"))
		return parse_bound(type, text, span);
	const char *dots = text.size == 0 ? NULL : memmem(text.data, text.size, "..", 2);
	if (dots == NULL)
		return false;
	size_t size = (size_t)(dots - text.data);
	return parse_range(type, (struct text){ text.data, size }, behind(text, size + 2), span);
}

static enum decision_cell
parse_part(struct decision *decision, struct decision_column *column, struct text text,
	struct decision_span *span)
{
	*span = open_everything(column);
	if (text_equal(text, TEXT("*")))
		return DECISION_CELL_DONE;
	if (column->type != DECISION_TEXT) {
		if (!parse_ordered(column->type, text, span))
			return DECISION_CELL_WRONG;
		return span->from < span->till ? DECISION_CELL_DONE : DECISION_CELL_EMPTY;
	}
	if (text.size == 0 || text.size > TEXT_BYTES_MAX || text.data[0] == '!' ||
		!utf8_is_valid(text))
		return DECISION_CELL_WRONG;
	uint32_t number = number_text(decision, column, text);
	*span = (struct decision_span){ number, (int64_t)number + 1 };
	return number == 0 ? DECISION_CELL_MEMORY : DECISION_CELL_DONE;
}

static int
compare_spans(const void *left, const void *right)
{
	const struct decision_span *a = left, *b = right;
	return (a->from > b->from) - (a->from < b->from);
}

/* Sorts the spans, and makes one of those that touch. */
static uint32_t
merge(struct decision_span *spans, uint32_t count)
{
	uint32_t kept = 0;
	if (count > 1)
		qsort(spans, count, sizeof *spans, compare_spans);
	for (uint32_t i = 1; i < count; i++) {
		if (spans[i].from > spans[kept].till)
			spans[++kept] = spans[i];
		else if (spans[i].till > spans[kept].till)
			spans[kept].till = spans[i].till;
	}
	return kept + 1;
}

/* What the merged spans leave of everything; there is room for one more than there are. */
static uint32_t
invert(struct decision_span *spans, uint32_t count, struct decision_span everything)
{
	int64_t from = everything.from;
	uint32_t kept = 0;
	for (uint32_t i = 0; i < count; i++) {
		struct decision_span span = spans[i];
		if (span.from > from)
			spans[kept++] = (struct decision_span){ from, span.from };
		from = span.till;
	}
	if (from < everything.till)
		spans[kept++] = (struct decision_span){ from, everything.till };
	return kept;
}

static size_t
count_parts(struct text text)
{
	size_t count = 1;
	for (size_t i = 0; i < text.size; i++)
		count += text.data[i] == '|';
	return count;
}

/* The text up to the next "|", and what follows it. */
static struct text
next_part(struct text *rest)
{
	const char *end = rest->size == 0 ? NULL : memchr(rest->data, '|', rest->size);
	size_t size = end == NULL ? rest->size : (size_t)(end - rest->data);
	struct text part = { rest->data, size };
	*rest = behind(*rest, end == NULL ? size : size + 1);
	return part;
}

enum decision_cell
decision_cell_spans(struct decision *decision, struct decision_column *column, struct text cell,
	const struct decision_span **spans, uint32_t *count)
{
	bool inverted = cell.size > 0 && cell.data[0] == '!';
	struct text rest = behind(cell, inverted);
	size_t parts = count_parts(rest);
	struct decision_span *list = arena_take(
		&decision->draft->arena, (parts + 1) * sizeof *list);
	if (list == NULL)
		return DECISION_CELL_MEMORY;
	for (size_t i = 0; i < parts; i++) {
		enum decision_cell outcome = parse_part(
			decision, column, next_part(&rest), &list[i]);
		if (outcome != DECISION_CELL_DONE)
			return outcome;
	}
	uint32_t kept = merge(list, (uint32_t)parts);
	if (inverted)
		kept = invert(list, kept, open_everything(column));
	if (kept == 0)
		return DECISION_CELL_EMPTY;
	*spans = list;
	*count = kept;
	return DECISION_CELL_DONE;
}

/* Cells of outputs. */

static bool
fits(int128 number)
{
	return number <= INT64_MAX && number >= INT64_MIN;
}

enum decision_cell
decision_cell_value(struct decision *decision, const struct decision_column *column,
	struct text cell, union decision_value *value)
{
	struct ratio ratio;
	int64_t number;
	if (column->type == DECISION_TEXT) {
		if (cell.size > TEXT_BYTES_MAX || !utf8_is_valid(cell))
			return DECISION_CELL_WRONG;
		value->text = arena_copy_text(&decision->arena, cell);
		return value->text.data == NULL ? DECISION_CELL_MEMORY : DECISION_CELL_DONE;
	}
	if (column->type == DECISION_DECIMAL) {
		if (!decimal_parse(cell, &ratio) || !fits(ratio.numerator) ||
			!fits(ratio.denominator))
			return DECISION_CELL_WRONG;
		value->number.numerator = (int64_t)ratio.numerator;
		value->number.denominator = (int64_t)ratio.denominator;
		return DECISION_CELL_DONE;
	}
	if (!decision_parse(column->type, cell, &number))
		return DECISION_CELL_WRONG;
	value->number.numerator = number;
	value->number.denominator = 1;
	return DECISION_CELL_DONE;
}

/* Sets of values as cells. */

static struct text
value_text(enum decision_type type, int64_t value, struct arena *arena)
{
	char text[RATIO_TEXT_MAX];
	struct date date;
	switch (type) {
	case DECISION_DATE:
		date = date_of_day(value);
		return arena_print(arena, "%04d-%02d-%02d", date.year, date.month, date.day);
	case DECISION_BOOLEAN:
		return arena_copy_text(arena, value == 1 ? TEXT("true") : TEXT("false"));
	case DECISION_DECIMAL:
	case DECISION_MONEY:
		ratio_format(ratio_of_money((struct money){ value }), text);
		return arena_print(arena, "%s", text);
	case DECISION_INTEGER:
	case DECISION_TEXT:
		break;
	}
	return arena_print(arena, "%lld", (long long)value);
}

static struct text
span_text(const struct decision_column *column, struct decision_span span, struct arena *arena)
{
	struct decision_span all = decision_everything(column);
	bool whole = column->type == DECISION_INTEGER; /* then the last value can be written */
	struct text from = value_text(column->type, span.from, arena);
	struct text till = value_text(column->type, span.till - whole, arena);
	if (span.from <= all.from && span.till >= all.till)
		return arena_print(arena, "*");
	if (from.data == NULL || till.data == NULL || span.till - span.from == 1)
		return from;
	if (span.from <= all.from)
		return arena_print(arena, "<%s%.*s", whole ? "=" : "", TEXT_ARGS(till));
	if (span.till >= all.till)
		return arena_print(arena, ">=%.*s", TEXT_ARGS(from));
	return arena_print(
		arena, "%.*s..%s%.*s", TEXT_ARGS(from), whole ? "" : "<", TEXT_ARGS(till));
}

static bool
spans_have(const struct decision_span *spans, uint32_t count, int64_t value)
{
	for (uint32_t i = 0; i < count; i++)
		if (value >= spans[i].from && value < spans[i].till)
			return true;
	return false;
}

static struct text
join(struct text text, struct text part, struct arena *arena)
{
	bool first = text.size == 0 || text_equal(text, TEXT("!"));
	if (text.data == NULL || part.data == NULL)
		return (struct text){ NULL, 0 };
	return arena_print(arena, "%.*s%s%.*s", TEXT_ARGS(text), first ? "" : "|", TEXT_ARGS(part));
}

/* Any other text is among them: then those that are not are written. */
static struct text
texts_text(const struct decision_column *column, const struct decision_span *spans, uint32_t count,
	struct arena *arena)
{
	bool inverted = spans_have(spans, count, 0);
	struct text text = inverted ? TEXT("!") : TEXT("");
	uint32_t parts = 0;
	for (uint32_t number = 1; number <= column->texts.count && parts < PARTS_MAX; number++) {
		if (spans_have(spans, count, number) == inverted)
			continue;
		text = join(text, column->texts.list[number - 1], arena);
		parts++;
	}
	return text_equal(text, TEXT("!")) ? TEXT("*") : text;
}

struct text
decision_cell_text(const struct decision_column *column, const struct decision_span *spans,
	uint32_t count, struct arena *arena)
{
	must(count > 0);
	if (count == column->domain_count &&
		memcmp(spans, column->domain, count * sizeof *spans) == 0)
		return TEXT("*");
	if (column->type == DECISION_TEXT)
		return texts_text(column, spans, count, arena);
	struct text text = TEXT("");
	for (uint32_t i = 0; i < count && i < PARTS_MAX; i++)
		text = join(text, span_text(column, spans[i], arena), arena);
	return text;
}
