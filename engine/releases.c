/* The releases of a shard (see releases.h). */
#include "releases.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/must.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct releases {
	struct loaded_release *active;
	struct kept_release *kept;
	size_t count;
	size_t room;
	struct release *recalled[RELEASES_RECALLED_MAX];
	size_t recalled_count;
};

void
loaded_release_free(struct loaded_release *loaded)
{
	if (loaded == NULL)
		return;
	host_free(loaded->host);
	release_drop(loaded->release);
	memory_free(loaded);
}

void
releases_path(const char *data_directory, const char name[SHA256_HEX], char path[RELEASE_PATH_MAX])
{
	snprintf(path, RELEASE_PATH_MAX, "%s/releases/%.*s.bundle", data_directory, SHA256_HEX,
		name);
}

/* ---- building ---- */

enum status
releases_build(struct bytes bundle, struct loaded_release **loaded, struct findings *findings,
	struct fault *fault)
{
	struct loaded_release *made = memory_new_zeroed(1, sizeof *made);
	if (made == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for a release");
	enum status status = release_build(bundle, &made->release, findings, fault);
	if (status == STATUS_OK)
		status = host_new(made->release, NULL, &made->host, fault);
	if (status != STATUS_OK) {
		loaded_release_free(made);
		return status;
	}
	struct text name = release_name(made->release);
	must(name.size == SHA256_HEX);
	memcpy(made->name, name.data, SHA256_HEX);
	made->image = release_image(made->release);
	made->number = release_number(made->release);
	*loaded = made;
	return STATUS_OK;
}

enum status
releases_load(const char *path, struct loaded_release **loaded, struct fault *fault)
{
	struct buffer bundle;
	struct findings findings;
	buffer_init(&bundle, BUNDLE_BYTES_MAX);
	findings_init(&findings);
	enum status status = disk_read_file(path, &bundle, fault);
	if (status == STATUS_OK)
		status = releases_build(
			(struct bytes){ bundle.data, bundle.size }, loaded, &findings, fault);
	findings_release(&findings);
	buffer_release(&bundle);
	return status;
}

enum status
releases_load_texts(const char *path, struct release **release, struct fault *fault)
{
	struct buffer bundle;
	struct findings findings;
	buffer_init(&bundle, BUNDLE_BYTES_MAX);
	findings_init(&findings);
	enum status status = disk_read_file(path, &bundle, fault);
	if (status == STATUS_OK)
		status = release_build(
			(struct bytes){ bundle.data, bundle.size }, release, &findings, fault);
	findings_release(&findings);
	buffer_release(&bundle);
	return status;
}

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
	if (releases->active != NULL && is_named(releases->active->release, name))
		return release_retain(releases->active->release);
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

bool
releases_make_room(struct releases *releases)
{
	if (releases->count < releases->room)
		return true;
	size_t room = releases->room == 0 ? 16 : releases->room * 2;
	struct kept_release *wider = memory_resize(releases->kept, room * sizeof *wider);
	if (wider == NULL)
		return false;
	releases->kept = wider;
	releases->room = room;
	return true;
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
	kept.activated_ms = record.activated_ms;
	copy_text(kept.by, sizeof kept.by, record.by);
	copy_text(kept.catalog, sizeof kept.catalog, record.catalog);
	releases_remember(remembering->releases, &kept);
	return true;
}

struct active_name {
	bool found;
	char name[SHA256_HEX];
};

static bool
read_active(void *context, struct bytes key, struct bytes value, uint64_t version)
{
	struct active_name *active = context;
	(void)version;
	if (text_equal(text_of_bytes(key), TEXT("active")) && value.size == SHA256_HEX) {
		active->found = true;
		memcpy(active->name, value.data, SHA256_HEX);
	}
	return true;
}

/* ---- life ---- */

static enum status
load_active(struct releases *releases, struct store *store, struct fault *fault)
{
	struct active_name active = { .found = false };
	char path[RELEASE_PATH_MAX];
	enum status status = store_each(store, TABLE_SETTING, read_active, &active, fault);
	if (status != STATUS_OK || !active.found)
		return status;
	releases_path(store_directory(store), active.name, path);
	status = releases_load(path, &releases->active, fault);
	if (status == STATUS_INVALID)
		return fault_set(fault, STATUS_INVALID,
			"%s, the release in force, can't be built by this version of the program",
			path);
	return status;
}

enum status
releases_open(struct releases **releases, struct store *store, struct fault *fault)
{
	char directory[RELEASE_PATH_MAX];
	struct releases *opened = memory_new_zeroed(1, sizeof *opened);
	if (opened == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for releases");
	snprintf(directory, sizeof directory, "%s/releases", store_directory(store));
	enum status status = disk_make_directory(directory, fault);
	struct remembering remembering = { opened, false };
	if (status == STATUS_OK)
		status = store_each(store, TABLE_RELEASE, remember_record, &remembering, fault);
	if (status == STATUS_OK && remembering.no_memory)
		status = fault_set(fault, STATUS_MEMORY, "no memory for the list of releases");
	if (status == STATUS_OK)
		status = load_active(opened, store, fault);
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
	loaded_release_free(releases->active);
	for (size_t i = 0; i < releases->recalled_count; i++)
		release_drop(releases->recalled[i]);
	memory_free(releases->kept);
	memory_free(releases);
}

const struct loaded_release *
releases_active(const struct releases *releases)
{
	return releases->active;
}

void
releases_switch(struct releases *releases, struct loaded_release *loaded, uint64_t version)
{
	must(loaded != NULL);
	loaded->version = version;
	loaded_release_free(releases->active);
	releases->active = loaded;
}
