/* Tax codes, from the model that rules/lib/taxes.lua made to the image (see build_image.c). */
#include "build.h"

#include "../engine/base/must.h"
#include "reader.h"

static void
read_rates(lua_State *lua, struct image *image, struct tax *tax)
{
	tax->rate_count = reader_open(lua, "rates");
	struct tax_rate *rates = reader_take(lua, &image->arena, tax->rate_count, sizeof *rates);
	must(tax->rate_count > 0);
	for (uint32_t i = 0; i < tax->rate_count; i++) {
		reader_entry(lua, i);
		rates[i].from_ms = zoneinfo_local_to_utc(
			image->zone, reader_integer(lua, "from") * DAY_MS);
		rates[i].parts_per_million = reader_number(lua, "parts");
		must(i == 0 || rates[i - 1].from_ms < rates[i].from_ms);
		must(rates[i].parts_per_million <= DISCOUNT_WHOLE);
		reader_close(lua);
	}
	reader_close(lua);
	tax->rates = rates;
}

void
build_taxes(lua_State *lua, struct image *image)
{
	image->tax_count = reader_open(lua, "taxes");
	struct tax *taxes = reader_take(lua, &image->arena, image->tax_count, sizeof *taxes);
	for (uint32_t i = 0; i < image->tax_count; i++) {
		reader_entry(lua, i);
		taxes[i].id = reader_text(lua, &image->arena, "id");
		taxes[i].inclusive = reader_flag(lua, "inclusive");
		taxes[i].round_step = reader_integer(lua, "round_step");
		must(rounding_parse(
			reader_text(lua, &image->arena, "round_mode"), &taxes[i].round_mode));
		read_rates(lua, image, &taxes[i]);
		reader_close(lua);
	}
	reader_close(lua);
	image->taxes = taxes;
}

const struct tax *
build_tax_of(lua_State *lua, const struct image *image)
{
	if (!reader_has(lua, "tax"))
		return NULL;
	uint32_t index = reader_number(lua, "tax");
	must(index < image->tax_count);
	return &image->taxes[index];
}
