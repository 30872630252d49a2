#include "host.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "build.h"
#include "caller.h"
#include "context.h"
#include "due_context.h"
#include "money_lua.h"
#include "reload.h"
#include "tables_lua.h"

struct host {
	struct release *release;
	struct caller caller; /* of the release's functions, if it has any */
	struct rate_functions functions;
	struct due_functions due_functions;
	const struct release_function *about; /* of each function */
	struct usage_context context;
	struct due_context due;
	struct tables_view tables;
	uint64_t **row_hits; /* NULL unless they are counted */
};

struct host_limits
host_limits_default(void)
{
	return (struct host_limits){
		.memory_bytes = (size_t)4 * 1024 * 1024,
		.memory_call_bytes = (size_t)256 * 1024,
		.block_bytes = (size_t)64 * 1024,
		.call_wall_us = 1000,
	};
}

/* The values of which each function gets one. */
enum shown { SHOWN_USAGE, SHOWN_PARAMS, SHOWN_DUE };

/* Calls a function with one of the values. On CALL_DONE its result is on the stack until caller_done. */
static enum call_outcome
call(struct host *host, int32_t function, enum shown shown, struct text *problem)
{
	must(function >= 0);
	must((uint32_t)function < release_image(host->release)->function_count);
	enum sandbox_outcome outcome = caller_call(&host->caller, (uint32_t)function, (int)shown);
	if (outcome == SANDBOX_DONE)
		return CALL_DONE;
	*problem = text_of(host->caller.problem);
	return caller_failure(outcome);
}

static enum call_outcome
call_with_usage(
	struct host *host, int32_t function, const struct usage *usage, struct text *problem)
{
	host->due.scope = NULL;
	context_set(&host->context, usage);
	return call(host, function, SHOWN_USAGE, problem);
}

static enum call_outcome
call_with_scope(struct host *host, int32_t function, struct due_scope *scope, enum shown shown,
	struct text *problem)
{
	host->due.scope = scope;
	enum call_outcome outcome = call(host, function, shown, problem);
	host->due.scope = NULL;
	return outcome;
}

static enum call_outcome
blame(struct host *host, const char *what, struct text *problem)
{
	caller_blame(&host->caller, what);
	*problem = text_of(host->caller.problem);
	return CALL_FAILED;
}

static enum call_outcome
call_when(
	void *context, int32_t function, const struct usage *usage, bool *yes, struct text *problem)
{
	struct host *host = context;
	must(host->about[function].kind == FUNCTION_WHEN);
	enum call_outcome outcome = call_with_usage(host, function, usage, problem);
	if (outcome != CALL_DONE)
		return outcome;
	if (lua_isboolean(host->caller.sandbox->lua, -1))
		*yes = lua_toboolean(host->caller.sandbox->lua, -1);
	else
		outcome = blame(host, "`when` must return true or false", problem);
	caller_done(&host->caller);
	return outcome;
}

/* The one rounding of the line happens here, where the exact fraction still is. */
static const char *
round_amount(const struct release_function *about, struct ratio value, struct money *amount)
{
	struct ratio step;
	if (about->round_step > 0 &&
		(!ratio_make(about->round_step, MONEY_MICROS, &step) ||
			!ratio_round(value, step, about->round_mode, &value)))
		return "OVERFLOW: the amount is beyond what money can hold";
	if (!ratio_to_money(value, amount))
		return about->round_step > 0
			? "OVERFLOW: the amount is beyond what money can hold"
			: "the amount has more than 6 decimals: say how the tariff rounds, such "
			  "as round = \"0.01 half_up\"";
	if (amount->micros < 0)
		return "the amount is negative";
	return NULL;
}

static enum call_outcome
call_amount(void *context, int32_t function, const struct usage *usage, struct money *amount,
	struct text *problem)
{
	struct host *host = context;
	enum exact_kind kind;
	struct ratio value;
	struct money rounded;
	must(host->about[function].kind == FUNCTION_AMOUNT);
	enum call_outcome outcome = call_with_usage(host, function, usage, problem);
	if (outcome != CALL_DONE)
		return outcome;
	const char *wrong = "`amount` must return money, such as money \"0.15\"";
	if (exact_get(host->caller.sandbox->lua, -1, &kind, &value) && kind == EXACT_MONEY)
		wrong = round_amount(&host->about[function], value, &rounded);
	if (wrong == NULL)
		*amount = rounded;
	else
		outcome = blame(host, wrong, problem);
	caller_done(&host->caller);
	return outcome;
}

static enum call_outcome
call_derive(void *context, int32_t function, struct due_scope *scope,
	const struct due_wanted *wanted, struct value *value, struct text *problem)
{
	struct host *host = context;
	struct value got;
	must(host->about[function].kind == FUNCTION_DERIVE);
	enum call_outcome outcome = call_with_scope(host, function, scope, SHOWN_PARAMS, problem);
	if (outcome != CALL_DONE)
		return outcome;
	if (!due_value_get(host->caller.sandbox->lua, -1, wanted->kind, &got)) {
		outcome = blame(
			host, "`derive` must return a value of the parameter's kind", problem);
	} else if (got.kind == VALUE_TEXT) {
		got.text = arena_copy_text(wanted->arena, got.text);
		if (got.text.data == NULL)
			outcome = blame(host, "there was no memory for a text", problem);
	}
	if (outcome == CALL_DONE)
		*value = got;
	caller_done(&host->caller);
	return outcome;
}

static enum call_outcome
call_check(
	void *context, int32_t function, struct due_scope *scope, bool *yes, struct text *problem)
{
	struct host *host = context;
	must(host->about[function].kind == FUNCTION_CHECK);
	enum call_outcome outcome = call_with_scope(host, function, scope, SHOWN_PARAMS, problem);
	if (outcome != CALL_DONE)
		return outcome;
	if (lua_isboolean(host->caller.sandbox->lua, -1))
		*yes = lua_toboolean(host->caller.sandbox->lua, -1);
	else
		outcome = blame(host, "`check` must return true or false", problem);
	caller_done(&host->caller);
	return outcome;
}

static enum call_outcome
call_due(void *context, int32_t function, struct due_scope *scope, struct ratio *amount,
	struct text *problem)
{
	struct host *host = context;
	enum exact_kind kind;
	struct ratio value;
	must(host->about[function].kind == FUNCTION_DUE);
	enum call_outcome outcome = call_with_scope(host, function, scope, SHOWN_DUE, problem);
	if (outcome != CALL_DONE)
		return outcome;
	if (!exact_get(host->caller.sandbox->lua, -1, &kind, &value) || kind != EXACT_MONEY)
		outcome = blame(
			host, "`amount` must return money, such as money \"0.15\"", problem);
	else if (value.numerator < 0)
		outcome = blame(host, "the amount is negative", problem);
	else
		*amount = value;
	caller_done(&host->caller);
	return outcome;
}

/* The day for which tables are asked. */
static int64_t
day_of_call(void *context)
{
	struct host *host = context;
	return host->due.scope != NULL ? host->due.scope->day : context_day(&host->context);
}

static void
show_values(lua_State *lua, void *context)
{
	struct host *host = context;
	tables_lua_bind(lua, &host->tables);
	context_push(lua, &host->context);
	due_context_push_params(lua, &host->due);
	due_context_push(lua, &host->due);
}

enum status
host_new(struct release *release, const struct host_limits *limits, struct host **host,
	struct fault *fault)
{
	struct host_limits used = limits == NULL ? host_limits_default() : *limits;
	struct host *made = memory_new_zeroed(1, sizeof *made);
	if (made == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for a host");
	made->release = release_retain(release);
	made->functions = (struct rate_functions){ made, call_when, call_amount };
	made->about = release_functions(release);
	made->context.zone = release_image(release)->zone;
	made->due_functions = (struct due_functions){ made, call_derive, call_check, call_due };
	made->due.image = release_image(release);
	made->tables = (struct tables_view){ release_image(release), day_of_call, made, NULL };
	enum status status = STATUS_OK;
	if (release_image(release)->function_count > 0)
		status = reload_functions(release,
			&(struct reload){ "functions", release_image(release)->function_count,
				show_values, made, &used },
			&made->caller, fault);
	if (status != STATUS_OK) {
		host_free(made);
		return status;
	}
	*host = made;
	return STATUS_OK;
}

static void
free_hits(struct host *host)
{
	const struct image *image = release_image(host->release);
	for (uint32_t i = 0; host->row_hits != NULL && i < image->decision_count; i++)
		memory_free(host->row_hits[i]);
	memory_free(host->row_hits);
	host->row_hits = NULL;
}

bool
host_count_rows(struct host *host)
{
	const struct image *image = release_image(host->release);
	must(host->row_hits == NULL);
	host->row_hits = memory_new_zeroed(
		(size_t)image->decision_count + 1, sizeof *host->row_hits);
	bool room = host->row_hits != NULL;
	for (uint32_t i = 0; room && i < image->decision_count; i++) {
		host->row_hits[i] = memory_new_zeroed(
			image->decisions[i]->row_count, sizeof(uint64_t));
		room = host->row_hits[i] != NULL;
	}
	if (room)
		host->tables.hits = host->row_hits;
	else
		free_hits(host);
	return room;
}

void
host_pause_rows(struct host *host, bool paused)
{
	host->tables.hits = paused ? NULL : host->row_hits;
}

uint64_t *const *
host_row_hits(const struct host *host)
{
	return host->row_hits;
}

void
host_free(struct host *host)
{
	if (host == NULL)
		return;
	caller_close(&host->caller);
	free_hits(host);
	release_drop(host->release);
	memory_free(host);
}

const struct rate_functions *
host_functions(struct host *host)
{
	return &host->functions;
}

const struct due_functions *
host_due_functions(struct host *host)
{
	return &host->due_functions;
}

size_t
host_memory_bytes(const struct host *host)
{
	return sizeof *host +
		(host->caller.sandbox == NULL ? 0 : host->caller.sandbox->memory_used);
}
