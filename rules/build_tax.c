/* Tax codes, from the model that rules/lib/taxes.lua made to the image (see build_image.h). */
#include "build.h"

#include "../engine/base/must.h"
#include "reader.h"

static void
read_rates(lua_State *lua, struct image *image, struct tax *tax)
{
	struct reader_list rates = reader_list(
		lua, &image->arena, "rates", sizeof(struct tax_rate));
	must(rates.count > 0);
	for (struct tax_rate *one; (one = reader_next(&rates)) != NULL;) {
		one->from_ms = zoneinfo_local_to_utc(
			image->zone, reader_integer(lua, "from") * DAY_MS);
		one->parts_per_million = reader_number(lua, "parts");
		must(one == rates.items || one[-1].from_ms < one->from_ms);
		must(one->parts_per_million <= DISCOUNT_WHOLE);
	}
	tax->rates = rates.items;
	tax->rate_count = rates.count;
}

void
build_taxes(lua_State *lua, struct image *image)
{
	struct reader_list taxes = reader_list(lua, &image->arena, "taxes", sizeof(struct tax));
	for (struct tax *one; (one = reader_next(&taxes)) != NULL;) {
		one->id = reader_text(lua, &image->arena, "id");
		one->inclusive = reader_flag(lua, "inclusive");
		one->round_step = reader_integer(lua, "round_step");
		one->round_mode = reader_rounding(lua, &image->arena, "round_mode");
		read_rates(lua, image, one);
	}
	image->taxes = taxes.items;
	image->tax_count = taxes.count;
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
