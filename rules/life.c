#include "life.h"

#include "../engine/base/must.h"

const struct life_cycle *
life_find(const struct image *image, struct text id)
{
	const struct selling *selling = image->selling;
	for (uint32_t i = 0; i < selling->life_cycle_count; i++)
		if (text_equal(selling->life_cycles[i].id, id))
			return &selling->life_cycles[i];
	return NULL;
}

uint32_t
life_state_number(const struct life_cycle *life, struct text id)
{
	for (uint32_t i = 0; i < life->state_count; i++)
		if (text_equal(life->states[i].id, id))
			return i;
	return NO_INDEX;
}

uint32_t
life_move_number(const struct life_cycle *life, struct text id)
{
	for (uint32_t i = 0; i < life->move_count; i++)
		if (text_equal(life->moves[i].id, id))
			return i;
	return NO_INDEX;
}

const char *
life_refusal_name(enum life_refusal refusal)
{
	static const char *const names[] = { "", "state", "late", "role", "field" };
	return names[refusal];
}

static const struct life_state *
state_of(const struct life_place *place)
{
	must(place->state < place->life->state_count);
	return &place->life->states[place->state];
}

int64_t
life_till(const struct life_place *place)
{
	const struct life_state *state = state_of(place);
	if (state->within_days == 0)
		return INT64_MAX;
	int64_t day = image_cycle(place->image, CYCLE_DAY, place->since_ms).first_day;
	return zoneinfo_local_to_utc(place->image->zone, (day + state->within_days) * DAY_MS);
}

static bool
is_from(const struct life_move *move, uint32_t state)
{
	for (uint32_t i = 0; i < move->from_count; i++)
		if (move->from[i] == state)
			return true;
	return false;
}

static bool
is_for(const struct life_move *move, struct text role)
{
	for (uint32_t i = 0; i < move->role_count; i++)
		if (text_equal(move->roles[i], role))
			return true;
	return false;
}

static const struct attribute *
find_filled(const struct life_place *place, struct text name)
{
	for (uint32_t i = 0; i < place->filled_count; i++)
		if (text_equal(place->filled[i].name, name))
			return &place->filled[i];
	return NULL;
}

/* Is it of the kind? A whole number is an amount or a decimal as well. */
static bool
fits(const struct attribute *filled, enum value_kind kind)
{
	struct value value;
	if (filled->text.data == NULL)
		return kind == VALUE_INTEGER || kind == VALUE_NUMBER || kind == VALUE_MONEY;
	return filled->text.size > 0 && value_parse(kind, filled->text, &value);
}

/* All that is not filled in as it should be; false without memory. */
static bool
find_missing(const struct life_place *place, const struct life_move *move, struct arena *arena,
	struct life_answer *answer)
{
	struct life_missing *missing = arena_take(
		arena, ((size_t)move->need_count + 1) * sizeof *missing);
	for (uint32_t i = 0; missing != NULL && i < move->need_count; i++) {
		const struct attribute *filled = find_filled(place, move->needs[i].name);
		if (filled == NULL || !fits(filled, move->needs[i].kind))
			missing[answer->missing_count++] = (struct life_missing){ &move->needs[i],
				filled != NULL };
	}
	answer->missing = missing;
	return missing != NULL;
}

bool
life_leads(const struct life_place *place, uint32_t move, int64_t at_ms)
{
	must(move < place->life->move_count);
	if (at_ms >= life_till(place))
		return state_of(place)->late == move;
	return is_from(&place->life->moves[move], place->state);
}

enum status
life_ask(const struct life_asking *asking, struct arena *arena, struct life_answer *answer,
	struct fault *fault)
{
	const struct life_place *place = &asking->place;
	must(asking->move < place->life->move_count && asking->at_ms >= place->since_ms);
	const struct life_move *move = &place->life->moves[asking->move];
	bool late = asking->at_ms >= life_till(place);
	*answer = (struct life_answer){ .state = place->state };
	if (!is_from(move, place->state))
		answer->refused = LIFE_REFUSED_STATE;
	else if (late && state_of(place)->late != asking->move)
		answer->refused = LIFE_REFUSED_LATE;
	else if (!late && !is_for(move, asking->role))
		answer->refused = LIFE_REFUSED_ROLE;
	else if (!find_missing(place, move, arena, answer))
		return fault_set(fault, STATUS_MEMORY, "no memory to move an order");
	else if (answer->missing_count > 0)
		answer->refused = LIFE_REFUSED_FIELD;
	if (answer->refused == LIFE_MADE) {
		answer->state = move->to;
		answer->effects = move->effects;
	}
	return STATUS_OK;
}
