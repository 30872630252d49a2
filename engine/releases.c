/* The releases of a shard (see releases.h). */
#include "releases.h"

#include "base/clock.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/must.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So many are kept for sessions, and so long after the last has asked. */
enum { FORMER_MAX = 3, FORMER_MS = 3600 * SECOND_MS };

struct releases {
	struct leftovers *leftovers;
	struct loaded_release *in_force[IN_FORCE_MAX]; /* the first is for everyone */
	size_t in_force_count;
	struct loaded_release
		*former[FORMER_MAX]; /* for sessions; that asked for last comes last */
	size_t former_count;
	uint64_t loading; /* number of one that is loaded for a session; 0: none is */
	struct kept_release *kept;
	size_t count;
	size_t room;
	struct release *recalled[RELEASES_RECALLED_MAX];
	size_t recalled_count;
	struct switch_stats switches;
	bool switched; /* in this turn; from when on: */
	uint64_t switched_cpu_ns;
	struct activation *activations; /* the earliest first */
	size_t activation_count, activation_room;
	size_t past; /* so many are history */
};

/* ---- recalled ---- */

static bool
is_named(const struct release *release, const char name[SHA256_HEX])
{
	return text_equal(release_name(release), (struct text){ name, SHA256_HEX });
}

/* Puts the recalled one at `place` first; those before it move up. */
static void
move_to_front(struct releases *releases, size_t place)
{
	struct release *front = releases->recalled[place];
	must(place < releases->recalled_count);
	memmove(&releases->recalled[1], &releases->recalled[0], place * sizeof front);
	releases->recalled[0] = front;
}

struct release *
releases_recall(struct releases *releases, const char name[SHA256_HEX])
{
	const struct loaded_release *loaded = releases_loaded(releases, name);
	if (loaded != NULL)
		return release_retain(loaded->release);
	for (size_t i = 0; i < releases->recalled_count; i++) {
		if (!is_named(releases->recalled[i], name))
			continue;
		move_to_front(releases, i);
		return release_retain(releases->recalled[0]);
	}
	return NULL;
}

struct release *
releases_remember_recalled(struct releases *releases, struct release *release)
{
	struct release *out = NULL;
	for (size_t i = 0; i < releases->recalled_count; i++) {
		if (is_named(releases->recalled[i], release_name(release).data))
			return release; /* somebody else asked for it at the same time */
	}
	if (releases->recalled_count == RELEASES_RECALLED_MAX)
		out = releases->recalled[--releases->recalled_count];
	releases->recalled[releases->recalled_count++] = release;
	move_to_front(releases, releases->recalled_count - 1);
	return out;
}

/* ---- former ---- */

static void
drop_former(struct releases *releases, size_t place)
{
	leftovers_add_release(releases->leftovers, releases->former[place]);
	releases->former_count--;
	memmove(&releases->former[place], &releases->former[place + 1],
		(releases->former_count - place) * sizeof releases->former[0]);
}

void
releases_remember_former(struct releases *releases, struct loaded_release *loaded)
{
	if (releases->former_count == FORMER_MAX)
		drop_former(releases, 0);
	releases->former[releases->former_count++] = loaded;
}

/* What is in force no more. */
static void
put_out_of_force(struct releases *releases, struct loaded_release *loaded, int64_t now_ms)
{
	loaded->asked_ms = now_ms;
	if (loaded->by_sessions)
		releases_remember_former(releases, loaded);
	else
		leftovers_add_release(releases->leftovers, loaded);
}

bool
releases_load_begins(struct releases *releases, uint64_t number)
{
	if (releases->loading != 0)
		return false;
	releases->loading = number;
	return true;
}

void
releases_load_ended(struct releases *releases, uint64_t number)
{
	must(releases->loading == number);
	releases->loading = 0;
}

/* ---- what is kept ---- */

static void
copy_text(char *into, size_t room, struct text text)
{
	size_t size = text.size < room - 1 ? text.size : room - 1;
	memcpy(into, text.data, size);
	into[size] = '\0';
}

static int
compare_kept(const void *a, const void *b)
{
	const struct kept_release *left = a, *right = b;
	if (left->published_ms != right->published_ms)
		return left->published_ms > right->published_ms ? -1 : 1;
	return memcmp(left->name, right->name, SHA256_HEX);
}

/* Room for one more in a list that doubles. */
static bool
grow(void **list, size_t *room, size_t count, size_t size)
{
	if (count < *room)
		return true;
	size_t wider = *room == 0 ? 16 : *room * 2;
	void *grown = memory_resize(*list, wider * size);
	if (grown == NULL)
		return false;
	*list = grown;
	*room = wider;
	return true;
}

bool
releases_make_room(struct releases *releases)
{
	return grow((void **)&releases->kept, &releases->room, releases->count,
		       sizeof *releases->kept) &&
		grow((void **)&releases->activations, &releases->activation_room,
			releases->activation_count, sizeof *releases->activations);
}

void
releases_remember(struct releases *releases, const struct kept_release *kept)
{
	size_t place = 0;
	while (place < releases->count &&
		memcmp(releases->kept[place].name, kept->name, SHA256_HEX) != 0)
		place++;
	must(place < releases->room);
	releases->kept[place] = *kept;
	if (place == releases->count)
		releases->count++;
	qsort(releases->kept, releases->count, sizeof *releases->kept, compare_kept);
}

void
releases_forget(struct releases *releases, const char name[SHA256_HEX])
{
	size_t kept = 0;
	for (size_t i = 0; i < releases->count; i++) {
		if (memcmp(releases->kept[i].name, name, SHA256_HEX) != 0)
			releases->kept[kept++] = releases->kept[i];
	}
	must(kept + 1 == releases->count);
	releases->count = kept;
}

const struct kept_release *
releases_kept(const struct releases *releases, size_t *count)
{
	*count = releases->count;
	return releases->kept;
}

const struct kept_release *
releases_find(const struct releases *releases, struct text prefix)
{
	const struct kept_release *found = NULL;
	if (prefix.size > SHA256_HEX)
		return NULL;
	for (size_t i = 0; i < releases->count; i++) {
		if (memcmp(releases->kept[i].name, prefix.data, prefix.size) != 0)
			continue;
		if (found != NULL)
			return NULL;
		found = &releases->kept[i];
	}
	return found;
}

/* ---- activations ---- */

const struct activation *
releases_activations(const struct releases *releases, size_t *count, size_t *past)
{
	*count = releases->activation_count;
	*past = releases->past;
	return releases->activations;
}

const struct activation *
releases_activation_of(const struct releases *releases, const char name[SHA256_HEX])
{
	for (size_t i = releases->activation_count; i > 0; i--) {
		if (memcmp(releases->activations[i - 1].name, name, SHA256_HEX) == 0)
			return &releases->activations[i - 1];
	}
	return NULL;
}

void
releases_activate(struct releases *releases, const struct activation *activation,
	struct loaded_release *loaded)
{
	size_t place = releases->activation_count;
	struct activation *list = releases->activations;
	while (place > 0 && list[place - 1].at_ms >= activation->at_ms)
		place--;
	must(place >= releases->past); /* what was is not changed */
	if (place < releases->activation_count && list[place].at_ms == activation->at_ms) {
		leftovers_add_release(releases->leftovers, list[place].loaded);
	} else {
		must(releases->activation_count < releases->activation_room);
		memmove(&list[place + 1], &list[place],
			(releases->activation_count - place) * sizeof *list);
		releases->activation_count++;
	}
	list[place] = *activation;
	list[place].loaded = loaded;
	if (loaded != NULL) {
		loaded->version = activation->version;
		loaded->since_ms = activation->since_ms;
	}
}

void
releases_cancel(struct releases *releases, int64_t at_ms)
{
	struct activation *list = releases->activations;
	size_t place = releases->past;
	while (place < releases->activation_count && list[place].at_ms != at_ms)
		place++;
	must(place < releases->activation_count);
	leftovers_add_release(releases->leftovers, list[place].loaded);
	releases->activation_count--;
	memmove(&list[place], &list[place + 1],
		(releases->activation_count - place) * sizeof *list);
}

/* A release comes into force: what that takes is measured to the end of the turn. */
static void
note_switch(struct releases *releases)
{
	releases->switches.count++;
	if (!releases->switched)
		releases->switched_cpu_ns = thread_cpu_ns();
	releases->switched = true;
}

void
releases_turn(struct releases *releases)
{
	leftovers_turn(releases->leftovers);
	if (!releases->switched)
		return;
	uint64_t took_ns = thread_cpu_ns() - releases->switched_cpu_ns;
	if (took_ns > releases->switches.cpu_ns_max)
		releases->switches.cpu_ns_max = took_ns;
	releases->switched = false;
}

struct switch_stats
releases_switches(const struct releases *releases)
{
	return releases->switches;
}

/* One for everyone takes the place of all. */
static void
put_in_force(struct releases *releases, struct loaded_release *loaded, int64_t now_ms)
{
	if (loaded->since_ms == INT64_MIN) {
		for (size_t i = 0; i < releases->in_force_count; i++)
			put_out_of_force(releases, releases->in_force[i], now_ms);
		releases->in_force_count = 0;
	}
	must(releases->in_force_count < IN_FORCE_MAX);
	releases->in_force[releases->in_force_count++] = loaded;
}

void
releases_settle(struct releases *releases, int64_t now_ms)
{
	while (releases->past < releases->activation_count &&
		releases->activations[releases->past].at_ms <= now_ms) {
		struct activation *due = &releases->activations[releases->past++];
		must(due->loaded != NULL);
		note_switch(releases);
		put_in_force(releases, due->loaded, now_ms);
		due->loaded = NULL;
		log_event(LOG_INFO, "release in force name=%.*s", SHA256_HEX, due->name);
	}
	if (releases->former_count > 0 && now_ms - releases->former[0]->asked_ms > FORMER_MS)
		drop_former(releases, 0);
}

struct leftovers *
releases_leftovers(struct releases *releases)
{
	return releases->leftovers;
}

/* A walk over the records. */
struct remembering {
	struct releases *releases;
	bool no_memory;
};

static bool
remember_record(void *context, struct bytes key, struct bytes value, uint64_t version)
{
	struct remembering *remembering = context;
	struct kept_release kept = { .version = version };
	if (key.size != SHA256_HEX)
		return true;
	if (!releases_make_room(remembering->releases)) {
		remembering->no_memory = true;
		return false;
	}
	struct release_record record = release_record_read(value);
	memcpy(kept.name, key.data, SHA256_HEX);
	kept.size = record.size;
	kept.published_ms = record.published_ms;
	copy_text(kept.by, sizeof kept.by, record.by);
	copy_text(kept.why, sizeof kept.why, record.why);
	copy_text(kept.catalog, sizeof kept.catalog, record.catalog);
	releases_remember(remembering->releases, &kept);
	return true;
}

static bool
remember_activation(void *context, struct bytes key, struct bytes value, uint64_t version)
{
	struct remembering *remembering = context;
	struct activation activation = { .version = version };
	if (!key_is_of_activation(key, &activation.at_ms))
		return true;
	if (!releases_make_room(remembering->releases)) {
		remembering->no_memory = true;
		return false;
	}
	struct activation_record record = activation_record_read(value);
	must(record.release.size == SHA256_HEX);
	memcpy(activation.name, record.release.data, SHA256_HEX);
	copy_text(activation.by, sizeof activation.by, record.by);
	copy_text(activation.why, sizeof activation.why, record.why);
	activation.since_ms = record.since_ms;
	releases_activate(remembering->releases, &activation, NULL);
	return true;
}

/* ---- life ---- */

static enum status
load(const struct store *store, const char name[SHA256_HEX], struct loaded_release **loaded,
	struct fault *fault)
{
	char path[RELEASE_PATH_MAX];
	releases_path(store_directory(store), name, path);
	enum status status = releases_load(path, loaded, fault);
	if (status == STATUS_INVALID)
		return fault_set(fault, STATUS_INVALID,
			"%s, a release in force or scheduled, can't be built by this version of the program",
			path);
	return status;
}

/* The last that is for everyone, of those that are history, or the first of as many as there may be. */
static size_t
first_in_force(const struct releases *releases)
{
	size_t past = releases->past, first = past > 0 ? past - 1 : 0;
	while (first > 0 && releases->activations[first].since_ms != INT64_MIN &&
		past - first < IN_FORCE_MAX)
		first--;
	return first;
}

/* Those in force, and those that lie ahead. */
static enum status
load_all(struct releases *releases, const struct store *store, int64_t now_ms, struct fault *fault)
{
	enum status status = STATUS_OK;
	struct activation *list = releases->activations;
	size_t count = releases->activation_count;
	while (releases->past < count && list[releases->past].at_ms <= now_ms)
		releases->past++;
	for (size_t i = first_in_force(releases); i < count && status == STATUS_OK; i++) {
		struct loaded_release *loaded;
		status = load(store, list[i].name, &loaded, fault);
		if (status != STATUS_OK)
			break;
		loaded->since_ms = list[i].since_ms;
		if (i < releases->past) {
			releases->in_force[releases->in_force_count++] = loaded;
			continue;
		}
		loaded->version = list[i].version;
		list[i].loaded = loaded;
	}
	return status;
}

static enum status
read_records(struct releases *releases, struct store *store, struct fault *fault)
{
	struct remembering remembering = { releases, false };
	enum status status = store_each(store, TABLE_RELEASE, remember_record, &remembering, fault);
	if (status == STATUS_OK)
		status = store_each(store, TABLE_SETTING, remember_activation, &remembering, fault);
	if (status == STATUS_OK && remembering.no_memory)
		return fault_set(fault, STATUS_MEMORY, "no memory for the list of releases");
	return status;
}

enum status
releases_open(struct releases **releases, uv_loop_t *loop, struct store *store, int64_t now_ms,
	struct fault *fault)
{
	char directory[RELEASE_PATH_MAX];
	struct releases *opened = memory_new_zeroed(1, sizeof *opened);
	if (opened != NULL)
		opened->leftovers = leftovers_new(loop, store);
	if (opened == NULL || opened->leftovers == NULL) {
		releases_close(opened);
		return fault_set(fault, STATUS_MEMORY, "no memory for releases");
	}
	snprintf(directory, sizeof directory, "%s/releases", store_directory(store));
	enum status status = disk_make_directory(directory, fault);
	if (status == STATUS_OK)
		status = read_records(opened, store, fault);
	if (status == STATUS_OK)
		status = load_all(opened, store, now_ms, fault);
	if (status != STATUS_OK) {
		releases_close(opened);
		return status;
	}
	*releases = opened;
	return STATUS_OK;
}

void
releases_close(struct releases *releases)
{
	if (releases == NULL)
		return;
	leftovers_free(releases->leftovers);
	for (size_t i = 0; i < releases->in_force_count; i++)
		loaded_release_free(releases->in_force[i]);
	for (size_t i = 0; i < releases->former_count; i++)
		loaded_release_free(releases->former[i]);
	for (size_t i = 0; i < releases->recalled_count; i++)
		release_drop(releases->recalled[i]);
	for (size_t i = releases->past; i < releases->activation_count; i++)
		loaded_release_free(releases->activations[i].loaded);
	memory_free(releases->activations);
	memory_free(releases->kept);
	memory_free(releases);
}

const struct loaded_release *
releases_active(const struct releases *releases)
{
	size_t count = releases->in_force_count;
	return count == 0 ? NULL : releases->in_force[count - 1];
}

const struct loaded_release *const *
releases_in_force(const struct releases *releases, size_t *count)
{
	*count = releases->in_force_count;
	return (const struct loaded_release *const *)releases->in_force;
}

static const struct loaded_release *
for_terms(const struct releases *releases, int64_t terms_ms)
{
	size_t place = releases->in_force_count;
	must(place > 0);
	while (place > 1 && releases->in_force[place - 1]->since_ms > terms_ms)
		place--;
	return releases->in_force[place - 1];
}

const struct loaded_release *
releases_for(const struct releases *releases, const struct subscription *subscription)
{
	if (releases->in_force_count == 1)
		return releases->in_force[0];
	return for_terms(releases, subscription_terms(subscription));
}

const struct loaded_release *
releases_for_session(struct releases *releases, const struct subscription *subscription)
{
	const struct loaded_release *found = releases_for(releases, subscription);
	for (size_t i = 0; !found->by_sessions && i < releases->in_force_count; i++)
		releases->in_force[i]->by_sessions |= releases->in_force[i] == found;
	return found;
}

/* One that is asked for goes behind those that were asked for before. */
static const struct loaded_release *
find_former(struct releases *releases, uint64_t number, int64_t now_ms)
{
	for (size_t i = 0; i < releases->former_count; i++) {
		struct loaded_release *former = releases->former[i];
		if (former->number != number)
			continue;
		memmove(&releases->former[i], &releases->former[i + 1],
			(releases->former_count - 1 - i) * sizeof releases->former[0]);
		releases->former[releases->former_count - 1] = former;
		former->asked_ms = now_ms;
		return former;
	}
	return NULL;
}

const struct loaded_release *
releases_numbered(struct releases *releases, uint64_t number, int64_t now_ms)
{
	for (size_t i = releases->in_force_count; i > 0; i--) {
		struct loaded_release *loaded = releases->in_force[i - 1];
		if (loaded->number != number)
			continue;
		loaded->by_sessions = true;
		return loaded;
	}
	return find_former(releases, number, now_ms);
}

bool
releases_are_one(const struct releases *releases)
{
	return releases->in_force_count == 1;
}

bool
releases_have_room(const struct releases *releases)
{
	size_t ahead = 0;
	for (size_t i = releases->past; i < releases->activation_count; i++)
		ahead += releases->activations[i].since_ms != INT64_MIN;
	return releases->in_force_count + ahead < IN_FORCE_MAX;
}

const struct loaded_release *
releases_loaded(const struct releases *releases, const char name[SHA256_HEX])
{
	for (size_t i = releases->in_force_count; i > 0; i--) {
		if (memcmp(releases->in_force[i - 1]->name, name, SHA256_HEX) == 0)
			return releases->in_force[i - 1];
	}
	const struct activation *activation = releases_activation_of(releases, name);
	return activation == NULL ? NULL : activation->loaded;
}

/* ---- memory ---- */

size_t
loaded_release_memory_bytes(const struct loaded_release *loaded)
{
	return release_memory_bytes(loaded->release) + host_memory_bytes(loaded->host);
}

size_t
releases_memory_bytes(const struct releases *releases, size_t *count)
{
	size_t bytes = 0;
	*count = releases->recalled_count;
	for (size_t i = 0; i < releases->recalled_count; i++)
		bytes += release_memory_bytes(releases->recalled[i]);
	for (size_t i = 0; i < releases->former_count; i++) {
		bytes += loaded_release_memory_bytes(releases->former[i]);
		(*count)++;
	}
	for (size_t i = 0; i < releases->in_force_count; i++) {
		bytes += loaded_release_memory_bytes(releases->in_force[i]);
		(*count)++;
	}
	for (size_t i = releases->past; i < releases->activation_count; i++) {
		bytes += loaded_release_memory_bytes(releases->activations[i].loaded);
		(*count)++;
	}
	return bytes;
}
