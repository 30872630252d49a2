/*
 * From the model that rules/lib/image.lua made to the image. The model is ours and sound, so that a
 * wrong type is a bug; only memory can be short. Everything that can raise an error of Lua happens
 * inside of one protected call.
 */
#include "build_image.h"

#include "../engine/base/memory.h"

#define IMAGE_BYTES_MAX ((size_t)512 * 1024 * 1024)

void
image_raise(lua_State *lua, enum status status)
{
	image_work(lua)->status = status;
	luaL_error(lua, "the image can't be made");
}

static void
read_standards(lua_State *lua, struct image *image)
{
	struct reader_list standards = reader_list(
		lua, image_arena(lua), "standards", sizeof(struct standard));
	for (struct standard *one; (one = reader_next(&standards)) != NULL;) {
		one->product = reader_text(lua, image_arena(lua), "id");
		one->package = reader_text(lua, image_arena(lua), "standard");
	}
	image->standards = standards.items;
	image->standard_count = standards.count;
}

/* Texts and functions. */

static void
read_language(lua_State *lua, struct release_language *language)
{
	language->id = reader_text(lua, image_arena(lua), "language");
	uint32_t count = reader_open(lua, "list") / 2;
	struct release_text *texts = reader_take(lua, image_arena(lua), count, sizeof *texts);
	for (uint32_t i = 0; i < count; i++) {
		reader_entry(lua, 2 * i);
		texts[i].key = reader_pop_text(lua, image_arena(lua));
		reader_entry(lua, 2 * i + 1);
		texts[i].text = reader_pop_text(lua, image_arena(lua));
	}
	reader_close(lua);
	language->texts = texts;
	language->text_count = count;
}

static void
read_languages(lua_State *lua, struct built *built)
{
	struct reader_list languages = reader_list(
		lua, image_arena(lua), "texts", sizeof(struct release_language));
	for (struct release_language *one; (one = reader_next(&languages)) != NULL;)
		read_language(lua, one);
	built->languages = languages.items;
	built->language_count = languages.count;
}

static void
read_functions(lua_State *lua, struct built *built)
{
	static const char *const kinds[] = { "when", "amount", "derive", "check", "due" };
	struct arena *arena = image_arena(lua);
	struct reader_list list = reader_list(
		lua, arena, "functions", sizeof(struct release_function));
	for (struct release_function *one; (one = reader_next(&list)) != NULL;) {
		one->kind = (enum function_kind)READER_CHOICE(lua, arena, "kind", kinds);
		one->round_step = reader_integer(lua, "round_step");
		one->round_mode = reader_rounding(lua, arena, "round_mode");
	}
	built->functions = list.items;
	built->image.function_count = list.count;
}

/* Stack: where the work is, the model. */
static int
work_image(lua_State *lua)
{
	struct image_work *work = image_work(lua);
	struct built *built = work->built;
	struct image *image = &built->image;
	luaL_checkstack(lua, 40, NULL);
	image->catalog = reader_text(lua, image_arena(lua), "id");
	image->currency = reader_text(lua, image_arena(lua), "currency");
	image->zone = built->zone;
	image->components = reader_texts(
		lua, image_arena(lua), "components", &image->component_count);
	image->layer_count = reader_open(lua, "layers");
	reader_close(lua);
	built->instructions_call = reader_number(lua, "instructions");
	build_pay_order(lua, image);
	image->tells_used_up = reader_flag(lua, "used_up");
	build_zone_maps(lua, image);
	build_services(lua, image);
	const struct band_list *bands = build_calendars(lua, built);
	build_taxes(lua, image);
	build_tables(lua, built);
	build_packages(lua, image, bands);
	read_standards(lua, image);
	build_topups(lua, image);
	build_selling(lua, built);
	build_facts(lua, image);
	build_table_days(lua, image);
	read_languages(lua, built);
	read_functions(lua, built);
	return 0;
}

enum status
build_image(struct build *build, struct built **built, struct fault *fault)
{
	lua_State *lua = build->sandbox->lua;
	struct built *made = memory_new_zeroed(1, sizeof *made);
	struct image_work work = { .build = build, .built = made, .fault = fault };
	if (made == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for a release");
	arena_init(&made->image.arena, IMAGE_BYTES_MAX);
	enum status status = zoneinfo_read(build->zone_name, build->zone_tzif, &made->zone, fault);
	if (status != STATUS_OK) {
		built_free(made);
		return status;
	}
	lua_pushcfunction(lua, work_image);
	lua_insert(lua, -2);
	lua_pushlightuserdata(lua, &work);
	lua_insert(lua, -2);
	enum sandbox_outcome outcome = sandbox_call(build->sandbox, 2, 0);
	if (outcome == SANDBOX_DONE) {
		*built = made;
		return STATUS_OK;
	}
	status = work.status != STATUS_OK ? work.status : build_stopped(build, outcome, fault);
	built_free(made);
	return status;
}

void
built_free(struct built *built)
{
	if (built == NULL)
		return;
	struct image *image = &built->image;
	for (uint32_t i = 0; i < image->zone_map_count; i++) {
		prefix_table_free(image->zone_maps[i].prefixes);
		prefix_table_free(image->zone_maps[i].area_lengths);
	}
	for (size_t i = 0; i < built->calendar_count; i++)
		calendar_free(built->calendars[i]);
	for (uint32_t i = 0; i < image->decision_count; i++)
		decision_free(built->decisions[i]);
	zoneinfo_free(built->zone);
	arena_release(&image->arena);
	memory_free(built);
}
