/*
 * From the model's life cycles, which rules/lib/lives.lua made, to those of the image. Everything is
 * called inside of the protected call of build_image.c.
 */
#include "build_sell.h"

static const uint32_t *
read_numbers(const struct making *making, const char *field, uint32_t *count)
{
	struct number_list list = build_sell_numbers(making, field);
	*count = list.count;
	return list.numbers;
}

static uint32_t
read_effects(const struct making *making)
{
	static const char *const names[] = { "join", "leave", "price", "begin", "finish",
		"notify" };
	return BUILD_SELL_BITS(making, "does", names);
}

static void
read_needs(const struct making *making, struct life_move *move)
{
	struct reader_list needs = build_sell_list(making, "needs", sizeof(struct life_field));
	for (struct life_field *one; (one = reader_next(&needs)) != NULL;) {
		one->name = build_sell_text(making, "name");
		must(value_kind_parse(build_sell_text(making, "kind"), &one->kind));
	}
	move->needs = needs.items;
	move->need_count = needs.count;
}

static void
read_states(const struct making *making, struct life_cycle *life)
{
	struct reader_list states = build_sell_list(making, "states", sizeof(struct life_state));
	for (struct life_state *one; (one = reader_next(&states)) != NULL;) {
		one->id = build_sell_text(making, "id");
		one->final = reader_flag(making->lua, "final");
		one->within_days = (int32_t)reader_number(making->lua, "within");
		one->late = reader_has(making->lua, "late") ? reader_number(making->lua, "late")
							    : NO_MOVE;
	}
	life->states = states.items;
	life->state_count = states.count;
}

static void
read_moves(const struct making *making, struct life_cycle *life)
{
	struct reader_list moves = build_sell_list(making, "moves", sizeof(struct life_move));
	for (struct life_move *one; (one = reader_next(&moves)) != NULL;) {
		one->id = build_sell_text(making, "id");
		one->from = read_numbers(making, "from", &one->from_count);
		one->to = reader_number(making->lua, "to");
		one->roles = reader_texts(making->lua, making->arena, "by", &one->role_count);
		read_needs(making, one);
		one->effects = read_effects(making);
	}
	life->moves = moves.items;
	life->move_count = moves.count;
}

void
build_lives(const struct making *making, struct selling *selling)
{
	struct reader_list lives = build_sell_list(making, "lives", sizeof(struct life_cycle));
	for (struct life_cycle *one; (one = reader_next(&lives)) != NULL;) {
		one->id = build_sell_text(making, "id");
		one->begins = reader_number(making->lua, "begins");
		read_states(making, one);
		read_moves(making, one);
	}
	selling->life_cycles = lives.items;
	selling->life_cycle_count = lives.count;
}
