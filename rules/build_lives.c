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
	struct life_field *needs = build_sell_open(
		making, "needs", sizeof *needs, &move->need_count);
	for (uint32_t i = 0; i < move->need_count; i++) {
		reader_entry(making->lua, i);
		needs[i].name = build_sell_text(making, "name");
		must(value_kind_parse(build_sell_text(making, "kind"), &needs[i].kind));
		reader_close(making->lua);
	}
	reader_close(making->lua);
	move->needs = needs;
}

static void
read_states(const struct making *making, struct life_cycle *life)
{
	struct life_state *states = build_sell_open(
		making, "states", sizeof *states, &life->state_count);
	for (uint32_t i = 0; i < life->state_count; i++) {
		reader_entry(making->lua, i);
		states[i].id = build_sell_text(making, "id");
		states[i].final = reader_flag(making->lua, "final");
		states[i].within_days = (int32_t)reader_number(making->lua, "within");
		states[i].late = reader_has(making->lua, "late")
			? reader_number(making->lua, "late")
			: NO_MOVE;
		reader_close(making->lua);
	}
	reader_close(making->lua);
	life->states = states;
}

static void
read_moves(const struct making *making, struct life_cycle *life)
{
	struct life_move *moves = build_sell_open(
		making, "moves", sizeof *moves, &life->move_count);
	for (uint32_t i = 0; i < life->move_count; i++) {
		reader_entry(making->lua, i);
		moves[i].id = build_sell_text(making, "id");
		moves[i].from = read_numbers(making, "from", &moves[i].from_count);
		moves[i].to = reader_number(making->lua, "to");
		moves[i].roles = reader_texts(
			making->lua, making->arena, "by", &moves[i].role_count);
		read_needs(making, &moves[i]);
		moves[i].effects = read_effects(making);
		reader_close(making->lua);
	}
	reader_close(making->lua);
	life->moves = moves;
}

void
build_lives(const struct making *making, struct selling *selling)
{
	struct life_cycle *lives = build_sell_open(
		making, "lives", sizeof *lives, &selling->life_cycle_count);
	for (uint32_t i = 0; i < selling->life_cycle_count; i++) {
		reader_entry(making->lua, i);
		lives[i].id = build_sell_text(making, "id");
		lives[i].begins = reader_number(making->lua, "begins");
		read_states(making, &lives[i]);
		read_moves(making, &lives[i]);
		reader_close(making->lua);
	}
	reader_close(making->lua);
	selling->life_cycles = lives;
}
