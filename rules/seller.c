#include "seller.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "build.h"
#include "context.h"
#include "reload.h"
#include "subject_lua.h"
#include "tables_lua.h"

struct seller {
	struct release *release;
	struct caller caller; /* of the release's conditions, if it has any */
	struct subject_functions functions;
	const struct subject *subject; /* of the call */
	/* Whose day decision tables are asked for. */
	struct usage usage;
	struct usage_context context;
	struct tables_view tables;
};

static enum call_outcome
call_when(void *context, uint32_t function, const struct subject *subject, bool *yes,
	struct text *problem)
{
	struct seller *seller = context;
	must(function < release_image(seller->release)->selling->function_count);
	seller->subject = subject;
	seller->usage.at_ms = subject->at_ms;
	context_set(&seller->context, &seller->usage);
	enum sandbox_outcome outcome = caller_call(&seller->caller, function, 0);
	bool done = outcome == SANDBOX_DONE;
	if (done && lua_isboolean(seller->caller.sandbox->lua, -1)) {
		*yes = lua_toboolean(seller->caller.sandbox->lua, -1);
		caller_done(&seller->caller);
		return CALL_DONE;
	}
	if (done) {
		caller_blame(&seller->caller, "`when` must return true or false");
		caller_done(&seller->caller);
	}
	*problem = text_of(seller->caller.problem);
	return caller_failure(outcome);
}

/* The day for which tables are asked. */
static int64_t
day_of_call(void *context)
{
	struct seller *seller = context;
	return context_day(&seller->context);
}

static void
show_subject(lua_State *lua, void *context)
{
	struct seller *seller = context;
	tables_lua_bind(lua, &seller->tables);
	subject_push(lua, &seller->subject);
}

enum status
seller_new(struct release *release, const struct host_limits *limits, struct seller **seller,
	struct fault *fault)
{
	struct host_limits used = limits == NULL ? host_limits_default() : *limits;
	struct seller *made = memory_new_zeroed(1, sizeof *made);
	uint32_t function_count = release_image(release)->selling->function_count;
	enum status status = STATUS_OK;
	if (made == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for a seller");
	made->release = release_retain(release);
	made->functions = (struct subject_functions){ made, call_when };
	made->context.zone = release_image(release)->zone;
	made->tables = (struct tables_view){ release_image(release), day_of_call, made, NULL };
	if (function_count > 0)
		status = reload_functions(release,
			&(struct reload){
				"selling_functions", function_count, show_subject, made, &used },
			&made->caller, fault);
	if (status != STATUS_OK) {
		seller_free(made);
		return status;
	}
	*seller = made;
	return STATUS_OK;
}

void
seller_free(struct seller *seller)
{
	if (seller == NULL)
		return;
	caller_close(&seller->caller);
	release_drop(seller->release);
	memory_free(seller);
}

const struct subject_functions *
seller_functions(struct seller *seller)
{
	return &seller->functions;
}
