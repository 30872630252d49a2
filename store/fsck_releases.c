/*
 * The releases that records name, as fsck looks at them (see fsck.h): those that are kept have their
 * bundles, and those that were or will be in force are kept.
 */
#include "fsck_parts.h"

#include "../engine/base/must.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool
is_of_release(const struct effect *record)
{
	int64_t at_ms;
	if (record->table == TABLE_RELEASE)
		return record->key.size == RELEASE_NAME_BYTES;
	return record->table == TABLE_SETTING && key_is_of_activation(record->key, &at_ms);
}

static struct fsck_release *
find(const struct fsck *fsck, struct hash128 key)
{
	for (size_t i = 0; i < fsck->release_count; i++) {
		struct fsck_release *one = &fsck->releases[i];
		if (one->key.low == key.low && one->key.high == key.high)
			return one;
	}
	return NULL;
}

static void
note(struct fsck_release *release, const struct effect *record)
{
	release->exists = record->value.size > 0;
	if (!release->exists)
		return;
	struct text name = text_of_bytes(record->key);
	if (record->table == TABLE_SETTING) {
		name = activation_record_read(record->value).release;
		key_is_of_activation(record->key, &release->at_ms);
	}
	must(name.size == RELEASE_NAME_BYTES);
	memcpy(release->name, name.data, RELEASE_NAME_BYTES);
}

enum status
fsck_release(struct fsck *fsck, const struct effect *record, bool is_entry, struct fault *fault)
{
	struct hash128 key = fsck_record_key(record->table, record->key);
	if (!is_of_release(record))
		return STATUS_OK;
	struct fsck_release *known = find(fsck, key);
	if (known != NULL) {
		if (is_entry)
			note(known, record);
		return STATUS_OK;
	}
	if (!fsck_list_grow((void **)&fsck->releases, &fsck->release_room, fsck->release_count,
		    sizeof *fsck->releases))
		return fault_set(fault, STATUS_MEMORY, "no memory for a list of releases");
	struct fsck_release *release = &fsck->releases[fsck->release_count++];
	*release = (struct fsck_release){ .table = record->table, .key = key };
	note(release, record);
	return STATUS_OK;
}

static void
check_bundle(struct fsck *fsck, const struct fsck_release *release)
{
	char name[64 + RELEASE_NAME_BYTES];
	char path[1000];
	struct stat stat_buffer;
	snprintf(name, sizeof name, "releases/%.64s.bundle", release->name);
	folder_path(&fsck->folder, name, path);
	if (stat(path, &stat_buffer) != 0)
		fsck_found(fsck, FSCK_RELEASE_MISSING, path,
			"A release was published, and its bundle is not there.");
}

static void
check_activation(struct fsck *fsck, const struct fsck_release *activation)
{
	char where[FSCK_WHERE_MAX];
	struct record_key key;
	struct bytes name = { (const uint8_t *)activation->name, RELEASE_NAME_BYTES };
	const struct fsck_release *release = find(fsck, fsck_record_key(TABLE_RELEASE, name));
	if (release != NULL && release->exists)
		return;
	key_of_activation(&key, activation->at_ms);
	fsck_where_record(TABLE_SETTING, (struct bytes){ key.data, key.size }, where);
	fsck_found(fsck, FSCK_RELEASE_UNKNOWN, where,
		"The release %.64s was or will be in force from then on, and is not kept.",
		activation->name);
}

void
fsck_releases(struct fsck *fsck)
{
	for (size_t i = 0; i < fsck->release_count; i++) {
		const struct fsck_release *one = &fsck->releases[i];
		if (one->exists && one->table == TABLE_RELEASE)
			check_bundle(fsck, one);
		/* What can't be read may have published it. */
		else if (one->exists && fsck->gap_count == 0)
			check_activation(fsck, one);
	}
}
