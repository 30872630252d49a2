#include "reload.h"

#include "build.h"

enum status
reload_functions(struct release *release, const struct reload *reload, struct caller *caller,
	struct fault *fault)
{
	const struct host_limits *limits = reload->limits;
	struct build build;
	struct call_limits call_limits = {
		.instructions = limits->instructions_call > 0 ? limits->instructions_call
							      : release_instructions(release),
		.wall_us = limits->call_wall_us,
		.memory_bytes = limits->memory_bytes,
		.memory_call_bytes = limits->memory_call_bytes,
		.block_bytes = limits->block_bytes,
	};
	enum status status = build_begin(&build, release_bundle(release), "catalog", NULL, fault);
	if (status != STATUS_OK)
		return status;
	status = build_run_scripts(&build, false, fault);
	if (status == STATUS_OK)
		status = build_finish(&build, "catalog", reload->list, fault);
	if (status == STATUS_OK && lua_rawlen(build.sandbox->lua, -1) != reload->count)
		status = fault_set(fault, STATUS_CORRUPT,
			"the scripts of the release gave other functions than when it was built");
	if (status != STATUS_OK) {
		build_end(&build);
		return status;
	}
	return caller_open(
		caller, build.sandbox, reload->show, reload->context, &call_limits, fault);
}
