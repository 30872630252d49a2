/*
 * The release that a session is rated by: the one that priced its subscription when it began. Mostly
 * that is in force still. One that is so no more stays in memory while sessions ask for it
 * (releases.h); after a restart a worker loads it for the first that does, while the others wait.
 */
#include "session_parts.h"
#include "shard.h"

#include "base/memory.h"
#include "base/must.h"

#include <inttypes.h>
#include <stdio.h>

enum { NUMBER_DIGITS = 16 };

/* On a worker. */
struct loading {
	struct releases *releases;
	uint64_t number;
	bool loads; /* else somebody else does, and this only waits its turn among the works */
	char path[RELEASE_PATH_MAX];
	struct loaded_release *loaded;
	enum status status;
	struct fault fault;
};

static void
loading_drop(void *state)
{
	struct loading *loading = state;
	if (loading->loads)
		releases_load_ended(loading->releases, loading->number);
	loaded_release_free(loading->loaded);
	memory_free(loading);
}

static void
loading_run(void *state)
{
	struct loading *loading = state;
	loading->status = loading->loads
		? releases_load(loading->path, &loading->loaded, &loading->fault)
		: STATUS_OK;
}

static enum call_end
begin_loading(struct call *call, uint64_t number)
{
	struct releases *releases = call->shard->releases;
	char digits[NUMBER_DIGITS + 1];
	if (!call_can_work(call))
		return CALL_WAITS;
	struct loading *loading = memory_new_zeroed(1, sizeof *loading);
	if (loading == NULL)
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	snprintf(digits, sizeof digits, "%0*" PRIx64, NUMBER_DIGITS, number);
	const struct kept_release *kept = releases_find(releases, text_of(digits));
	must(kept != NULL); /* what was in force is not deleted */
	releases_path(store_directory(call->shard->store), kept->name, loading->path);
	loading->releases = releases;
	loading->number = number;
	loading->loads = releases_load_begins(releases, number);
	return call_work(call, loading, loading_run, loading_drop);
}

enum progress
session_find_release(struct session_deciding *deciding, enum call_end *end)
{
	struct call *call = deciding->call;
	struct releases *releases = call->shard->releases;
	struct loading *loading = call_state(call);
	uint64_t number = deciding->session.release;
	if (loading != NULL && loading->loaded != NULL) {
		releases_remember_former(releases, loading->loaded);
		loading->loaded = NULL;
	}
	if (deciding->release == NULL)
		deciding->release = releases_numbered(releases, number, call->shard->now_ms);
	if (deciding->release != NULL)
		return GOES_ON;
	if (loading == NULL) {
		*end = begin_loading(call, number);
		return HAS_ENDED;
	}
	if (loading->status != STATUS_OK) {
		*end = call_failed(call, loading->status, &loading->fault);
		return HAS_ENDED;
	}
	loading->loads = loading->loads || releases_load_begins(releases, number);
	*end = call_work(call, loading, loading_run, loading_drop);
	return HAS_ENDED;
}
