/*
 * Prices that stand in decision tables, from the model that rules/lib/table_prices.lua made to the
 * image (see build_image.c), where zones and bands become the numbers that the table has for them.
 */
#include "build.h"

#include "reader.h"

static int64_t
text_value(const struct decision_column *column, struct text text)
{
	must(column->type == DECISION_TEXT);
	return decision_text_number(column, text);
}

/* The numbers that a column of texts has for some of them. */
static const int64_t *
numbers_of(lua_State *lua, struct arena *arena, const struct decision_column *column,
	const struct text *texts, uint32_t count)
{
	int64_t *values = reader_take(lua, arena, count, sizeof *values);
	for (uint32_t i = 0; i < count; i++)
		values[i] = text_value(column, texts[i]);
	return values;
}

static int64_t
constant_value(lua_State *lua, struct arena *arena, const struct decision_column *column)
{
	struct text text = reader_text(lua, arena, "value");
	int64_t value = 0;
	if (column->type == DECISION_TEXT)
		return text_value(column, text);
	must(decision_parse(column->type, text, &value));
	return value;
}

/* The input on the top. */
static struct price_input
read_input(lua_State *lua, struct image *image, const struct tariff *tariff,
	const struct decision_column *column)
{
	struct arena *arena = &image->arena;
	struct text kind = reader_text(lua, arena, "kind");
	struct price_input input = { .kind = PRICE_ATTRIBUTE };
	if (text_equal(kind, TEXT("constant"))) {
		input.kind = PRICE_CONSTANT;
		input.value = constant_value(lua, arena, column);
	} else if (text_equal(kind, TEXT("zone"))) {
		const struct zone_map
			*map = &image->zone_maps[image->services[tariff->service].zone_map];
		input.kind = PRICE_ZONE;
		input.values = numbers_of(lua, arena, column, map->zones, map->zone_count);
	} else if (text_equal(kind, TEXT("band"))) {
		input.kind = PRICE_BAND;
		input.values = numbers_of(lua, arena, column, tariff->bands, tariff->band_count);
	} else if (text_equal(kind, TEXT("day"))) {
		input.kind = PRICE_DAY;
	}
	return input;
}

const struct price_table *
build_table_price(lua_State *lua, struct image *image, const struct tariff *tariff)
{
	if (!reader_has(lua, "prices"))
		return NULL;
	struct price_table *prices = reader_take(lua, &image->arena, 1, sizeof *prices);
	lua_getfield(lua, -1, "prices");
	uint32_t number = reader_number(lua, "table");
	must(number < image->decision_count);
	prices->table = image->decisions[number];
	prices->output = reader_number(lua, "output");
	uint32_t count = reader_open(lua, "inputs");
	must(count == prices->table->input_count);
	struct price_input *inputs = reader_take(lua, &image->arena, count, sizeof *inputs);
	for (uint32_t i = 0; i < count; i++) {
		reader_entry(lua, i);
		inputs[i] = read_input(lua, image, tariff, &prices->table->columns[i]);
		prices->dated |= inputs[i].kind == PRICE_DAY;
		reader_close(lua);
	}
	reader_close(lua);
	reader_close(lua);
	prices->inputs = inputs;
	return prices;
}
