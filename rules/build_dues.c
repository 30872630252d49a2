/*
 * Charges, parameters and facts, from the model that rules/lib/dues.lua and params.lua made to the
 * image (see build_image.h).
 */
#include "build.h"

#include <stdlib.h>

#include "reader.h"

static enum charge_every
get_every(lua_State *lua, struct arena *arena, const char *field)
{
	static const char *const names[] = { "day", "month", "year", "once" };
	return (enum charge_every)READER_CHOICE(lua, arena, field, names);
}

static void
read_splits(lua_State *lua, struct arena *arena, struct charge *charge)
{
	struct reader_list splits = reader_list(lua, arena, "splits", sizeof(struct split));
	for (struct split *one; (one = reader_next(&splits)) != NULL;) {
		one->party = reader_text(lua, arena, "party");
		one->is_partner = reader_flag(lua, "is_partner");
		one->parts_per_million = reader_number(lua, "parts");
	}
	charge->splits = splits.items;
	charge->split_count = splits.count;
}

static enum value_kind
get_kind(lua_State *lua, struct arena *arena)
{
	enum value_kind kind = VALUE_NONE;
	must(value_kind_parse(reader_text(lua, arena, "kind"), &kind));
	return kind;
}

static void
read_charge(lua_State *lua, struct image *image, struct charge *charge)
{
	struct arena *arena = &image->arena;
	charge->tax = build_tax_of(lua, image);
	if (reader_has(lua, "replaces")) {
		lua_getfield(lua, -1, "replaces");
		charge->replaces.package = reader_text(lua, arena, "package");
		charge->replaces.charge = reader_text(lua, arena, "charge");
		reader_close(lua);
	}
	read_splits(lua, arena, charge);
	charge->reasons = reader_texts(lua, arena, "reasons", &charge->reason_count);
	charge->id = reader_text(lua, arena, "id");
	charge->say = reader_text(lua, arena, "say");
	charge->every = get_every(lua, arena, "every");
	charge->ahead = reader_flag(lua, "ahead");
	charge->by_day = reader_flag(lua, "by_day");
	charge->free_suspended = reader_flag(lua, "free_suspended");
	charge->by_package = reader_flag(lua, "by_package");
	charge->amount.micros = reader_integer(lua, "amount");
	charge->amount_param = reader_index(lua, "amount_param");
	charge->each_param = reader_index(lua, "each_param");
	charge->each_fact = reader_index(lua, "each_fact");
	charge->amount_function = reader_function(lua, "amount_function");
	charge->numerator = (int32_t)reader_integer(lua, "numerator");
	charge->denominator = (int32_t)reader_integer(lua, "denominator");
	charge->round_step = reader_integer(lua, "round_step");
	charge->round_mode = reader_rounding(lua, arena, "round_mode");
	must(charge->round_step > 0 && charge->numerator > 0 && charge->denominator > 0);
	charge->line = reader_number(lua, "line");
}

static void
read_termination(lua_State *lua, struct image *image, struct termination *termination)
{
	struct arena *arena = &image->arena;
	lua_getfield(lua, -1, "charge");
	read_charge(lua, image, &termination->charge);
	reader_close(lua);
	termination->term = (int32_t)reader_integer(lua, "term");
	termination->term_every = get_every(lua, arena, "term_every");
	termination->term_param = reader_index(lua, "term_param");
	termination->remaining = reader_text(lua, arena, "remaining");
	termination->parts_per_million = reader_number(lua, "parts");
	termination->each_month = reader_flag(lua, "each_month");
	termination->falls.micros = reader_integer(lua, "falls");
	must(termination->parts_per_million > 0);
}

static struct value
parse_value(enum value_kind kind, struct text text)
{
	struct value value = { .kind = VALUE_NONE };
	must(value_parse(kind, text, &value));
	return value;
}

static void
read_choices(lua_State *lua, struct arena *arena, struct param *param)
{
	const struct text *texts = reader_texts(lua, arena, "choices", &param->choice_count);
	struct value *choices = reader_take(lua, arena, param->choice_count, sizeof *choices);
	for (uint32_t i = 0; i < param->choice_count; i++)
		choices[i] = parse_value(param->kind, texts[i]);
	param->choices = choices;
}

static enum param_source
get_source(lua_State *lua, struct arena *arena)
{
	static const char *const names[] = { "order", "external", "constant", "derived" };
	return (enum param_source)READER_CHOICE(lua, arena, "source", names);
}

static void
read_param(lua_State *lua, struct arena *arena, struct param *param)
{
	param->id = reader_text(lua, arena, "id");
	param->kind = get_kind(lua, arena);
	param->source = get_source(lua, arena);
	if (reader_has(lua, "default"))
		param->fallback = parse_value(param->kind, reader_text(lua, arena, "default"));
	read_choices(lua, arena, param);
	param->derive = reader_function(lua, "derive");
	param->check = reader_function(lua, "check");
	param->say = reader_text(lua, arena, "say");
	param->from_day = reader_has(lua, "from") ? reader_integer(lua, "from") : INT64_MIN;
	param->till_day = reader_has(lua, "till") ? reader_integer(lua, "till") : INT64_MAX;
	param->lasts = (int32_t)reader_integer(lua, "lasts");
	param->lasts_every = get_every(lua, arena, "lasts_every");
}

void
build_charges(lua_State *lua, struct image *image, struct package *package)
{
	struct arena *arena = &image->arena;
	struct reader_list params = reader_list(lua, arena, "params", sizeof(struct param));
	for (struct param *one; (one = reader_next(&params)) != NULL;)
		read_param(lua, arena, one);
	package->params = params.items;
	package->param_count = params.count;
	struct reader_list charges = reader_list(lua, arena, "charges", sizeof(struct charge));
	for (struct charge *one; (one = reader_next(&charges)) != NULL;)
		read_charge(lua, image, one);
	package->charges = charges.items;
	package->charge_count = charges.count;
}

void
build_terminations(lua_State *lua, struct image *image, struct package *package)
{
	struct arena *arena = &image->arena;
	struct reader_list list = reader_list(
		lua, arena, "terminations", sizeof(struct termination));
	for (struct termination *one; (one = reader_next(&list)) != NULL;)
		read_termination(lua, image, one);
	package->terminations = list.items;
	package->termination_count = list.count;
}

void
build_facts(lua_State *lua, struct image *image)
{
	struct reader_list facts = reader_list(
		lua, &image->arena, "formula_facts", sizeof(struct formula_fact));
	for (struct formula_fact *one; (one = reader_next(&facts)) != NULL;) {
		one->name = reader_text(lua, &image->arena, "name");
		one->kind = get_kind(lua, &image->arena);
		one->counts_members = reader_flag(lua, "counts_members");
	}
	image->facts = facts.items;
	image->fact_count = facts.count;
}

/* The days on which some table asked by date may give another row, for formulas. */

static int
compare_days(const void *left, const void *right)
{
	const int64_t *a = left, *b = right;
	return (*a > *b) - (*a < *b);
}

static bool
is_dated(const struct decision *table, const struct decision_node *node)
{
	return table->columns[node->column].type == DECISION_DATE;
}

/* Writes the days of one table to `days`, if that is not NULL; how many there are. */
static size_t
table_days(const struct decision *table, int64_t *days)
{
	size_t count = 0;
	for (uint32_t i = 0; i < table->node_count; i++) {
		const struct decision_node *node = &table->nodes[i];
		for (uint32_t j = 0; is_dated(table, node) && j < node->count; j++) {
			if (days != NULL)
				days[count] = table->edges[node->first + j].till;
			count++;
		}
	}
	return count;
}

void
build_table_days(lua_State *lua, struct image *image)
{
	size_t room = 0, count = 0, kept = 0;
	for (uint32_t i = 0; i < image->decision_count; i++)
		room += table_days(image->decisions[i], NULL);
	int64_t *days = reader_take(lua, &image->arena, room, sizeof *days);
	for (uint32_t i = 0; i < image->decision_count; i++)
		count += table_days(image->decisions[i], days + count);
	if (count > 0)
		qsort(days, count, sizeof *days, compare_days);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || days[kept - 1] != days[i])
			days[kept++] = days[i];
	image->table_days = days;
	image->table_day_count = kept;
}
