/*
 * Parameters and facts of a question about dues. A parameter is what the order gave it while it
 * lives, else its default, or what its function derives from others; a fact is what was given for
 * the day.
 */
#include "../engine/base/must.h"
#include "due_work.h"

/* What was given, as text that value_parse reads. */
static bool
given_text(struct due *due, const struct attribute *given, struct text *text)
{
	*text = given->text.data != NULL
		? given->text
		: arena_print(due->arena, "%lld", (long long)given->number);
	return text->data != NULL || due_out_of_memory(due);
}

static bool
refuse_value(struct due *due, enum due_refusal why, struct text name, const char *condition,
	struct text wanted, struct text got)
{
	return due_refuse(due, why,
		&(struct near_miss){
			.tariff = name, .condition = condition, .wanted = wanted, .got = got });
}

/* Facts. */

static uint32_t
find_fact(const struct image *image, struct text name)
{
	uint32_t i = 0;

	while (i < image->fact_count && !text_equal(image->facts[i].name, name))
		i++;
	return i;
}

static bool
read_fact(struct due *due, const struct due_fact *fact, struct due_given *given)
{
	struct text name = fact->value.name, text;

	given->fact = find_fact(due->image, name);
	if (given->fact == due->image->fact_count)
		return refuse_value(
			due, DUE_REFUSED_FACT, name, "fact_unknown", TEXT(""), TEXT(""));
	enum value_kind kind = due->image->facts[given->fact].kind;
	if (!given_text(due, &fact->value, &text))
		return false;
	if (!value_parse(kind, text, &given->value))
		return refuse_value(due, DUE_REFUSED_FACT, name, "fact_kind",
			text_of(value_kind_name(kind)), text);
	given->from_ms = fact->from_ms;
	given->source = fact->source;
	given->days = due_days_of(due->image, (struct due_span){ fact->from_ms, fact->till_ms });
	return due_cut_add(due, given->days);
}

/* At an instant a fact has one value by one source. */
static bool
check_alone(struct due *due, size_t index)
{
	const struct due_fact *facts = due->question->facts, *fact = &facts[index];

	for (size_t i = 0; i < index; i++)
		if (due->given[i].fact == due->given[index].fact &&
			facts[i].source == fact->source && facts[i].from_ms < fact->till_ms &&
			fact->from_ms < facts[i].till_ms)
			return refuse_value(due, DUE_REFUSED_FACT, fact->value.name, "fact_twice",
				TEXT(""), TEXT(""));
	return true;
}

bool
facts_read(struct due *due)
{
	size_t count = due->question->fact_count;

	due->given = arena_take_zeroed(due->arena, count, sizeof *due->given);
	if (due->given == NULL)
		return due_out_of_memory(due);
	for (size_t i = 0; i < count; i++)
		if (!read_fact(due, &due->question->facts[i], &due->given[i]) ||
			!check_alone(due, i))
			return false;
	return true;
}

/* Of several values on a day, that by the first source; of those, the one that begins last. */
static void
facts_on(const struct due *due, int64_t day, struct value *facts)
{
	for (uint32_t i = 0; i < due->image->fact_count; i++) {
		const struct due_given *best = NULL;

		for (size_t j = 0; j < due->question->fact_count; j++) {
			const struct due_given *given = &due->given[j];

			if (given->fact != i || !has_day(given->days, day))
				continue;
			if (best == NULL || given->source < best->source ||
				(given->source == best->source && given->from_ms >= best->from_ms))
				best = given;
		}
		facts[i] = (struct value){ .kind = VALUE_NONE };
		if (best != NULL)
			facts[i] = best->value;
	}
}

/* Parameters. */

/* What is given for a day: by the change that began last, as far as it is known, else by the order. */
static const struct attribute *
find_given(const struct due *due, struct text id, int64_t day)
{
	const struct due_question *question = due->question;
	const struct attribute *given = NULL;
	int64_t from_ms = INT64_MIN, known = earlier(day, due->fallen_due_on);

	for (size_t i = 0; i < question->param_count; i++)
		if (text_equal(question->params[i].name, id))
			given = &question->params[i];
	for (size_t i = 0; i < question->change_count; i++) {
		const struct due_change *change = &question->changes[i];

		if (text_equal(change->param.name, id) && change->from_ms >= from_ms &&
			due_day(due->image, change->from_ms) <= known) {
			given = &change->param;
			from_ms = change->from_ms;
		}
	}
	return given;
}

/* The days on which what the order gives counts. */
struct days
param_life(const struct due *due, const struct param *param)
{
	struct days life = { param->from_day, param->till_day };

	if (param->lasts > 0) {
		int64_t end = due_day_after(due->held.from, param->lasts_every, param->lasts);

		life.till = end < life.till ? end : life.till;
	}
	return life;
}

static bool
is_known(const struct due *due, struct text id)
{
	for (uint32_t i = 0; i < due->version_count; i++)
		for (uint32_t j = 0; j < due->versions[i].param_count; j++)
			if (text_equal(due->versions[i].params[j].id, id))
				return true;
	return false;
}

static bool
check_known(struct due *due, struct text name)
{
	return is_known(due, name) ||
		refuse_value(due, DUE_REFUSED_PARAMETER, name, "param_unknown", TEXT(""), TEXT(""));
}

static bool
read_params(struct due *due)
{
	const struct due_question *question = due->question;

	for (size_t i = 0; i < question->param_count; i++)
		if (!check_known(due, question->params[i].name))
			return false;
	for (size_t i = 0; i < question->change_count; i++) {
		int64_t day = due_day(due->image, question->changes[i].from_ms);

		if (!check_known(due, question->changes[i].param.name) ||
			!due_cut_add(due, (struct days){ day, day }))
			return false;
	}
	for (uint32_t i = 0; i < due->version_count; i++)
		for (uint32_t j = 0; j < due->versions[i].param_count; j++)
			if (!due_cut_add(due, param_life(due, &due->versions[i].params[j])))
				return false;
	return true;
}

bool
values_read(struct due *due)
{
	return read_params(due) && facts_read(due);
}

/* "99.00|129.00" */
static struct text
list_choices(struct due *due, const struct param *param)
{
	struct text list = TEXT("");

	for (uint32_t i = 0; i < param->choice_count; i++) {
		struct text one = value_text(&param->choices[i], due->arena);

		list = arena_print(due->arena, "%.*s%s%.*s", TEXT_ARGS(list), i == 0 ? "" : "|",
			TEXT_ARGS(one));
	}
	return list;
}

static bool
is_chosen(const struct param *param, const struct value *value)
{
	for (uint32_t i = 0; i < param->choice_count; i++)
		if (value_equal(&param->choices[i], value))
			return true;
	return param->choice_count == 0;
}

/* What the order gave. */
static bool
param_given(struct due *due, const struct param *param, const struct attribute *given,
	struct value *value)
{
	struct text text;

	if (!given_text(due, given, &text))
		return false;
	if (param->source == PARAM_CONSTANT || param->source == PARAM_DERIVED)
		return refuse_value(
			due, DUE_REFUSED_PARAMETER, param->id, "param_fixed", TEXT(""), text);
	if (!value_parse(param->kind, text, value))
		return refuse_value(due, DUE_REFUSED_PARAMETER, param->id, "param_kind",
			text_of(value_kind_name(param->kind)), text);
	return is_chosen(param, value) ||
		refuse_value(due, DUE_REFUSED_PARAMETER, param->id, "param_choice",
			list_choices(due, param), text);
}

/* What its function derives; nothing if something that it reads is not there. */
static bool
param_derive(
	struct due *due, const struct param *param, struct due_scope *scope, struct value *value)
{
	const struct due_functions *functions = due->question->functions;
	struct text problem = { NULL, 0 };

	must(functions != NULL);
	if (!due_call(due, param->id))
		return false;
	scope->missing = NULL;
	enum call_outcome outcome = functions->derive(functions->context, param->derive, scope,
		&(struct due_wanted){ param->kind, due->arena }, value, &problem);
	if (outcome == CALL_FAILED && scope->missing != NULL) {
		value->kind = VALUE_NONE;
		return true;
	}
	return outcome == CALL_DONE || due_call_failed(due, outcome, param->id, scope, problem);
}

bool
param_check(struct due *due, const struct param *param, struct due_scope *scope,
	const struct value *value)
{
	const struct due_functions *functions = due->question->functions;
	struct text problem = { NULL, 0 };
	bool yes = false;

	must(functions != NULL);
	if (!due_call(due, param->id))
		return false;
	enum call_outcome outcome = functions->check(
		functions->context, param->check, scope, &yes, &problem);
	if (outcome != CALL_DONE)
		return due_call_failed(due, outcome, param->id, scope, problem);
	return yes ||
		due_refuse(due, DUE_REFUSED_PARAMETER,
			&(struct near_miss){ .tariff = param->id,
				.condition = "param_check",
				.wanted = TEXT("true"),
				.got = value_text(value, due->arena),
				.say = param->say });
}

bool
param_on(struct due *due, const struct param *param, struct due_scope *scope, struct value *value)
{
	const struct attribute *given = find_given(due, param->id, scope->day);

	*value = param->fallback;
	if (given != NULL && !has_day(param_life(due, param), scope->day))
		given = NULL;
	if (given != NULL && !param_given(due, param, given, value))
		return false;
	return param->derive == NO_FUNCTION || param_derive(due, param, scope, value);
}

static bool
params_on(struct due *due, struct due_scope *scope, struct value *values)
{
	const struct package *version = scope->version;

	for (uint32_t i = 0; i < version->param_count; i++)
		if (!param_on(due, &version->params[i], scope, &values[i]))
			return false;
	for (uint32_t i = 0; i < version->param_count; i++)
		if (version->params[i].check != NO_FUNCTION && values[i].kind != VALUE_NONE &&
			!param_check(due, &version->params[i], scope, &values[i]))
			return false;
	return true;
}

bool
values_on(struct due *due, const struct package *version, struct days run, struct due_scope *scope)
{
	struct due_state *state = &due->state;
	bool known = state->version == version && has_day(state->days, run.from) &&
		state->fallen_due_on == due->fallen_due_on;

	if (!known) {
		state->version = NULL;
		state->params = arena_take_zeroed(
			due->arena, version->param_count, sizeof *state->params);
		state->facts = arena_take_zeroed(
			due->arena, due->image->fact_count, sizeof *state->facts);
		if (state->params == NULL || state->facts == NULL)
			return due_out_of_memory(due);
	}
	*scope = (struct due_scope){
		.version = version, .params = state->params, .facts = state->facts, .day = run.from
	};
	if (known)
		return true;
	facts_on(due, run.from, state->facts);
	if (!params_on(due, scope, state->params))
		return false;
	state->version = version;
	state->days = run;
	state->fallen_due_on = due->fallen_due_on;
	return true;
}

bool
values_missing(struct due *due, const struct package *version, struct text id)
{
	static const char *const sources[] = { "order", "external", "constant", "derived" };
	uint32_t i = 0;

	while (!text_equal(version->params[i].id, id)) {
		i++;
		must(i < version->param_count);
	}
	return refuse_value(due, DUE_REFUSED_PARAMETER, id, "param_missing",
		text_of(sources[version->params[i].source]), TEXT(""));
}
