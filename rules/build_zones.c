/* Zone maps and services, from the model to the image (see build_image.h). */
#include "build_image.h"

/* Rows of prefixes while a table is made: they are many, and not kept. */
struct prefix_rows {
	struct prefix_row *rows;
	size_t count;
};

static struct prefix_rows
new_rows(lua_State *lua, size_t count)
{
	/* A block of Lua's is given back whatever happens; it lies on the stack below the list. */
	struct prefix_rows rows = { lua_newuserdatauv(lua, count * sizeof *rows.rows + 1, 0), 0 };
	lua_insert(lua, -2);
	return rows;
}

static struct prefix_table *
make_table(lua_State *lua, const struct prefix_rows *rows)
{
	struct image_work *work = image_work(lua);
	struct prefix_table *table;
	enum status status = prefix_table_new(rows->rows, rows->count, &table, work->fault);
	if (status != STATUS_OK)
		image_raise(lua, status);
	work->built->prefix_bytes += prefix_table_bytes(table);
	return table;
}

/* The row of the zone map on the top. Its prefixes stay in the model while the rows are used. */
static void
add_rows(lua_State *lua, struct prefix_rows *rows)
{
	bool exact = reader_flag(lua, "exact");
	struct prefix_row row = {
		.digits_min = (uint8_t)reader_number(lua, "digits_min"),
		.digits_max = (uint8_t)reader_number(lua, "digits_max"),
		.value = reader_number(lua, "value"),
	};
	uint32_t count = reader_open(lua, "prefixes");
	for (uint32_t i = 0; i < count; i++) {
		reader_entry(lua, i);
		row.prefix.data = lua_tolstring(lua, -1, &row.prefix.size);
		if (exact)
			row.digits_min = row.digits_max = (uint8_t)row.prefix.size;
		row.order = (uint32_t)rows->count;
		rows->rows[rows->count++] = row;
		reader_close(lua);
	}
	reader_close(lua);
}

static size_t
count_prefixes(lua_State *lua, uint32_t row_count)
{
	size_t count = 0;
	for (uint32_t i = 0; i < row_count; i++) {
		reader_entry(lua, i);
		count += reader_open(lua, "prefixes");
		reader_close(lua);
		reader_close(lua);
	}
	return count;
}

static struct prefix_table *
read_prefixes(lua_State *lua)
{
	uint32_t count = reader_open(lua, "rows");
	struct prefix_rows rows = new_rows(lua, count_prefixes(lua, count));
	for (uint32_t i = 0; i < count; i++) {
		reader_entry(lua, i);
		add_rows(lua, &rows);
		reader_close(lua);
	}
	struct prefix_table *table = make_table(lua, &rows);
	reader_close(lua);
	reader_close(lua);
	return table;
}

/* How long the area code of a caller is, by the beginning of the number. */
static struct prefix_table *
read_areas(lua_State *lua)
{
	uint32_t count = reader_open(lua, "areas");
	struct prefix_rows rows = new_rows(lua, count);
	for (uint32_t i = 0; i < count; i++) {
		reader_entry(lua, i);
		struct prefix_row *row = &rows.rows[rows.count++];
		*row = (struct prefix_row){ .order = i, .value = reader_number(lua, "digits") };
		lua_getfield(lua, -1, "prefix");
		row->prefix.data = lua_tolstring(lua, -1, &row->prefix.size);
		reader_close(lua);
		reader_close(lua);
	}
	struct prefix_table *table = make_table(lua, &rows);
	reader_close(lua);
	reader_close(lua);
	return table;
}

static void
read_zone_map(lua_State *lua, struct zone_map *map)
{
	struct arena *arena = image_arena(lua);
	map->id = reader_text(lua, arena, "id");
	map->of_from = reader_flag(lua, "of_from");
	map->zones = reader_texts(lua, arena, "zones", &map->zone_count);
	map->refusals = reader_texts(lua, arena, "refusals", &map->refusal_count);
	map->prefixes = read_prefixes(lua);
	if (reader_has(lua, "own_area")) {
		map->own_area_zone = reader_number(lua, "own_area");
		map->area_lengths = read_areas(lua);
	}
}

void
build_zone_maps(lua_State *lua, struct image *image)
{
	struct reader_list maps = reader_list(
		lua, image_arena(lua), "zone_maps", sizeof(struct zone_map));
	image->zone_maps = maps.items;
	for (struct zone_map *one; (one = reader_next(&maps)) != NULL;) {
		image->zone_map_count++; /* so that what it has by now is freed with it */
		read_zone_map(lua, one);
	}
}

static const struct block_count *
get_count(lua_State *lua)
{
	if (!reader_has(lua, "count"))
		return NULL;
	struct block_count *count = reader_take(lua, image_arena(lua), 1, sizeof *count);
	lua_getfield(lua, -1, "count");
	count->attribute = reader_text(lua, image_arena(lua), "of");
	count->whole = reader_integer(lua, "whole");
	count->block = reader_integer(lua, "block");
	must(count->whole > 0 && count->block > 0);
	reader_close(lua);
	return count;
}

void
build_services(lua_State *lua, struct image *image)
{
	struct arena *arena = image_arena(lua);
	struct reader_list services = reader_list(lua, arena, "services", sizeof(struct service));
	for (struct service *one; (one = reader_next(&services)) != NULL;) {
		one->id = reader_text(lua, arena, "id");
		one->unit = reader_unit(lua, arena);
		one->zone_map = reader_index(lua, "zone_map");
		one->count = get_count(lua);
		one->session = build_session_terms(lua);
	}
	image->services = services.items;
	image->service_count = services.count;
}
