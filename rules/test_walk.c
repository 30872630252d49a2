/* Walks of test files: each step, and what must come of it. The first that fails ends the walk. */
#include "test_reading.h"
#include "test_run.h"

/* ---- reading ---- */

static void
read_step(const struct reading *reading, struct walk_step *step)
{
	step->line = reader_number(reading->lua, "line");
	step->move = reading_text(reading, "move");
	step->role = reading_text(reading, "by");
	step->at_ms = reading_moment_of(reading, "at", 0);
	step->fill = reading_attributes(reading, "fill", &step->fill_count);
	if (!reader_has(reading->lua, "expect"))
		return;
	lua_getfield(reading->lua, -1, "expect");
	step->state = reading_text(reading, "state");
	step->refused = reading_text(reading, "refused");
	step->missing = reading_text(reading, "missing");
	step->does = reading_text(reading, "does");
	step->next = reading_text(reading, "next");
	step->till = reading_text(reading, "till");
	reader_close(reading->lua);
}

const struct walk_case *
walk_case_read(lua_State *lua, const struct zoneinfo *zone, struct arena *arena)
{
	const struct reading reading = { lua, zone, arena };
	struct walk_case *test = reader_take(lua, arena, 1, sizeof *test);
	lua_getfield(lua, -1, "walk");
	test->life_cycle = reading_text(&reading, "of");
	test->at_ms = reading_moment_of(&reading, "at", 0);
	struct reader_list steps = reader_list(lua, arena, "steps", sizeof(struct walk_step));
	for (struct walk_step *one; (one = reader_next(&steps)) != NULL;) {
		read_step(&reading, one);
		test->fill_count += one->fill_count;
	}
	reader_close(lua);
	test->steps = steps.items;
	test->step_count = steps.count;
	return test;
}

/* ---- running ---- */

/* An order on its way; all that is filled in so far, in room for all that will be. */
struct walking {
	struct test_run *run;
	struct life_place place;
	struct attribute *filled;
};

/* What came out is in run->text. All of these are false without memory. */
static bool
compare(struct walking *walking, const char *field, struct text wanted)
{
	struct text got = text_of_buffer(&walking->run->text);
	if (wanted.data != NULL && wanted.size == 0)
		wanted = TEXT("-");
	return test_compare_text(walking->run, field, wanted, got.size == 0 ? TEXT("-") : got);
}

/* Appends a name behind others. */
static bool
add_name(struct buffer *out, struct text name)
{
	return buffer_print(out, "%s%.*s", out->size == 0 ? "" : ", ", TEXT_ARGS(name));
}

static bool
compare_missing(
	struct walking *walking, const struct walk_step *step, const struct life_answer *answer)
{
	struct buffer *out = &walking->run->text;
	buffer_clear(out);
	for (uint32_t i = 0; i < answer->missing_count; i++) {
		const struct life_missing *missing = &answer->missing[i];
		if (!add_name(out, missing->field->name) ||
			(missing->wrong &&
				!buffer_print(out, " %s", value_kind_name(missing->field->kind))))
			return false;
	}
	return compare(walking, "missing", step->missing);
}

static bool
compare_effects(
	struct walking *walking, const struct walk_step *step, const struct life_answer *answer)
{
	static const char *const names[] = { "join", "leave", "price", "begin", "finish",
		"notify" };
	struct buffer *out = &walking->run->text;
	buffer_clear(out);
	for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if ((answer->effects >> i & 1) != 0 && !add_name(out, text_of(names[i])))
			return false;
	return compare(walking, "does", step->does);
}

static bool
compare_next(struct walking *walking, const struct walk_step *step)
{
	const struct life_cycle *life = walking->place.life;
	struct buffer *out = &walking->run->text;
	buffer_clear(out);
	for (uint32_t i = 0; i < life->move_count; i++)
		if (life_leads(&walking->place, i, step->at_ms) &&
			!add_name(out, life->moves[i].id))
			return false;
	return compare(walking, "next", step->next);
}

static bool
compare_till(struct walking *walking, const struct walk_step *step)
{
	int64_t till_ms = life_till(&walking->place);
	char day[DUE_DAY_TEXT_MAX];
	buffer_clear(&walking->run->text);
	due_day_format(due_day(walking->run->image, till_ms), day);
	return (till_ms == INT64_MAX || buffer_print(&walking->run->text, "%s", day)) &&
		compare(walking, "till", step->till);
}

static bool
compare_all(struct walking *walking, const struct walk_step *step, const struct life_answer *answer)
{
	struct buffer *out = &walking->run->text;
	struct text refused = step->refused.data == NULL ? TEXT("") : step->refused;
	buffer_clear(out);
	if (!buffer_print(out, "%s", life_refusal_name(answer->refused)) ||
		!compare(walking, "refused", refused))
		return false;
	buffer_clear(out);
	return add_name(out, walking->place.life->states[walking->place.state].id) &&
		compare(walking, "state", step->state) && compare_missing(walking, step, answer) &&
		compare_effects(walking, step, answer) && compare_next(walking, step) &&
		compare_till(walking, step);
}

/* What is filled in again replaces what was. */
static void
fill(struct walking *walking, const struct walk_step *step)
{
	for (uint32_t i = 0; i < step->fill_count; i++) {
		uint32_t to = 0;
		while (to < walking->place.filled_count &&
			!text_equal(walking->filled[to].name, step->fill[i].name))
			to++;
		walking->filled[to] = step->fill[i];
		if (to == walking->place.filled_count)
			walking->place.filled_count++;
	}
}

/* A step that is refused leaves everything as it was. */
static bool
run_step(struct walking *walking, const struct walk_step *step)
{
	struct life_asking asking = { .role = step->role, .at_ms = step->at_ms };
	struct life_answer answer;
	struct fault fault = { 0 };
	uint32_t filled_before = walking->place.filled_count;
	struct attribute *before = arena_take(
		&walking->run->arena, ((size_t)filled_before + 1) * sizeof *before);
	asking.move = life_move_number(walking->place.life, step->move);
	if (before == NULL)
		return false;
	if (asking.move == NO_INDEX)
		return test_differ(walking->run, "move", step->move, TEXT("-"));
	memcpy(before, walking->filled, filled_before * sizeof *before);
	fill(walking, step);
	asking.place = walking->place;
	if (life_ask(&asking, &walking->run->arena, &answer, &fault) != STATUS_OK)
		return test_differ(walking->run, "fault", TEXT("-"), text_of(fault.text));
	if (answer.refused == LIFE_MADE) {
		coverage_note_move(walking->run->report, walking->place.life,
			&walking->place.life->moves[asking.move]);
		walking->place.state = answer.state;
		walking->place.since_ms = step->at_ms;
	} else {
		memcpy(walking->filled, before, filled_before * sizeof *before);
		walking->place.filled_count = filled_before;
	}
	bool compared = compare_all(walking, step, &answer);
	buffer_clear(&walking->run->text);
	return compared;
}

static bool
fail_at(struct test_run *run, struct test_result *result, const struct walk_step *step,
	uint32_t number)
{
	result->step = number;
	result->line = step->line;
	result->word = TEXT("step");
	return test_failed(run, result);
}

bool
test_walk_run(struct test_run *run, const struct test_case *test)
{
	const struct walk_case *walk = test->walk;
	struct test_result *result = test_result_add(run, test);
	struct walking walking = { .run = run };
	test_clear(run);
	arena_clear(&run->arena);
	walking.filled = arena_take(
		&run->arena, ((size_t)walk->fill_count + 1) * sizeof *walking.filled);
	if (result == NULL || walking.filled == NULL)
		return false;
	const struct life_cycle *life = life_find(run->image, walk->life_cycle);
	if (life == NULL)
		return test_differ(run, "life_cycle", walk->life_cycle, TEXT("-")) &&
			test_failed(run, result);
	walking.place = (struct life_place){ .image = run->image,
		.life = life,
		.state = life->begins,
		.since_ms = walk->at_ms,
		.filled = walking.filled };
	for (uint32_t i = 0; i < walk->step_count; i++) {
		if (!run_step(&walking, &walk->steps[i]))
			return false;
		if (run->expected.size > 0)
			return fail_at(run, result, &walk->steps[i], i + 1);
	}
	return true;
}
