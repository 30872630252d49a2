/* Prices that stand in decision tables: which row a unit has, and until when. */
#include "rating.h"

#include "../engine/base/must.h"

/* An attribute of the event as the input of that name has it. */
static bool
read_attribute(const struct usage *usage, const struct decision_column *column, int64_t *value)
{
	const struct attribute *given = usage_attribute(usage, column->name);

	if (given == NULL || (given->text.data != NULL) != (column->type == DECISION_TEXT))
		return false;
	*value = given->text.data != NULL ? decision_text_number(column, given->text)
					  : given->number;
	return decision_covers(column, *value);
}

/* The event does not say what an input of the table needs, or something that has no price. */
static bool
refuse_input(
	struct rating *rating, const struct choice *choice, const struct decision_column *column)
{
	const struct attribute *given = usage_attribute(rating->usage, column->name);
	struct near_miss nearest = { .package = choice->package->id,
		.tariff = choice->tariff->id,
		.condition = "input",
		.wanted = column->name,
		.got = TEXT("") };

	if (given != NULL)
		nearest.got = given->text.data != NULL
			? given->text
			: arena_print(rating->arena, "%lld", (long long)given->number);
	return nearest.got.data == NULL ? rating_out_of_memory(rating)
					: rating_refuse(rating, REFUSED_NO_TARIFF, &nearest);
}

static bool
read_input(struct rating *rating, const struct choice *choice, uint32_t place, uint32_t band,
	int64_t day, int64_t *value)
{
	const struct price_table *prices = choice->tariff->prices;
	const struct price_input *input = &prices->inputs[place];
	const struct decision_column *column = &prices->table->columns[place];

	switch (input->kind) {
	case PRICE_CONSTANT:
		*value = input->value;
		return true;
	case PRICE_ZONE:
		*value = input->values[rating->zone];
		return true;
	case PRICE_BAND:
		*value = input->values[band];
		return true;
	case PRICE_DAY:
		*value = day;
		return decision_covers(column, day) || refuse_input(rating, choice, column);
	case PRICE_ATTRIBUTE:
		break;
	}
	return read_attribute(rating->usage, column, value) || refuse_input(rating, choice, column);
}

bool
table_price_find(struct rating *rating, const struct choice *choice, int64_t ms, uint32_t band,
	struct table_price *price, int64_t *till_ms)
{
	const struct price_table *prices = choice->tariff->prices;
	const struct decision *table = prices->table;
	uint32_t outputs = table->column_count - table->input_count;
	int64_t values[DECISION_COLUMNS_MAX];
	int64_t day = 0;

	if (prices->dated) {
		struct cycle_span span = image_cycle(rating->image, CYCLE_DAY, ms);

		day = span.first_day;
		*till_ms = span.till_ms < *till_ms ? span.till_ms : *till_ms;
	}
	for (uint32_t i = 0; i < table->input_count; i++)
		if (!read_input(rating, choice, i, band, day, &values[i]))
			return false;
	uint32_t row = decision_find(table, values);
	must(row != DECISION_NO_ROW); /* a table with gaps is not released */
	const union decision_value *value = &table->values[row * outputs + prices->output];
	price->row = row + 1;
	price->amount.micros = value->number.numerator;
	must(value->number.denominator == 1 && price->amount.micros >= 0);
	return true;
}
