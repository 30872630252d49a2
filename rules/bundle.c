/* Bundles: a folder of a catalog as one string of bytes, and its name (see release.h). */
#include "release.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "build.h"

/* The format is described in release.h. */

#define MAGIC "SPBUNDL1"
#define MAGIC_BYTES 8
#define ZONE_DEFAULT "Asia/Shanghai"
#define DEPTH_MAX 16

static const struct text made_up[] = { { "@language", 9 }, { "@lua", 4 }, { "@zone", 5 } };
#define MADE_UP_COUNT (sizeof made_up / sizeof made_up[0])
#define LANGUAGE_NAME_OF(version) #version
#define LANGUAGE_NAME(version) LANGUAGE_NAME_OF(version)
static const char language_name[] = LANGUAGE_NAME(LANGUAGE_VERSION);
static const struct text lua_name = { "Lua 5.4", 7 };

static bool
path_is_file_of_ours(struct text path)
{
	return text_ends_with(path, TEXT(".lua")) || text_ends_with(path, TEXT(".csv"));
}

bool
bundle_path_is_valid(struct text path)
{
	bool first_of_part = true;
	if (path.size == 0 || path.size > BUNDLE_PATH_MAX || !path_is_file_of_ours(path))
		return false;
	for (size_t i = 0; i < path.size; i++) {
		char letter = path.data[i];
		bool plain = (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
			letter == '_' || letter == '-';
		if (letter == '/' ? first_of_part : !plain && (letter != '.' || first_of_part))
			return false;
		first_of_part = letter == '/';
	}
	return true;
}

/* Reading a bundle. */

static bool
take_field(struct bytes *rest, struct bytes *field)
{
	uint64_t size;
	size_t used = varint_get(rest->data, rest->size, &size);
	if (used == 0 || size > rest->size - used)
		return false;
	*field = (struct bytes){ rest->data + used, (size_t)size };
	*rest = (struct bytes){ field->data + size, rest->size - used - (size_t)size };
	return true;
}

bool
bundle_next(struct bytes *rest, struct text *path, struct bytes *content, bool *sound)
{
	struct bytes name;
	*sound = true;
	/* At the beginning, and only there, stands the magic: no path is 0x53 bytes of "PBUNDL1".
	 */
	if (rest->size >= MAGIC_BYTES && memcmp(rest->data, MAGIC, MAGIC_BYTES) == 0)
		*rest = (struct bytes){ rest->data + MAGIC_BYTES, rest->size - MAGIC_BYTES };
	if (rest->size == 0)
		return false;
	struct bytes following = *rest;
	*sound = take_field(&following, &name) && take_field(&following, content);
	if (!*sound)
		return false;
	*path = text_of_bytes(name);
	*rest = following;
	return true;
}

bool
bundle_file(struct bytes bundle, struct text path, struct bytes *content)
{
	struct text found;
	struct bytes found_content;
	bool sound;
	while (bundle_next(&bundle, &found, &found_content, &sound)) {
		if (!text_equal(found, path))
			continue;
		*content = found_content;
		return true;
	}
	return false;
}

/* At most 20 bytes of what somebody else wrote. */
static struct text
shown(struct text text)
{
	return (struct text){ text.data, text.size > 20 ? 20 : text.size };
}

/* A version of the language that we know; 0: it is none. */
static unsigned
language_of(struct text text)
{
	char name[12];
	for (unsigned version = 1; version <= LANGUAGE_VERSION; version++) {
		snprintf(name, sizeof name, "%u", version);
		if (text_equal(text, text_of(name)))
			return version;
	}
	return 0;
}

unsigned
bundle_language(struct bytes bundle)
{
	struct bytes content;
	bool found = bundle_file(bundle, made_up[0], &content);
	unsigned version = found ? language_of(text_of_bytes(content)) : 0;
	must(version > 0); /* it was checked */
	return version;
}

static enum status
check_made_up(size_t index, struct text path, struct bytes content, struct fault *fault)
{
	struct text text = shown(text_of_bytes(content));
	if (!text_equal(path, made_up[index]))
		return fault_set(fault, STATUS_INVALID, "the bundle has no %s where it should be",
			made_up[index].data);
	if (index == 0 && language_of(text) == 0)
		return fault_set(fault, STATUS_UNSUPPORTED,
			"the bundle is of version \"%.*s\" of the language; this program knows %s and those before",
			TEXT_ARGS(text), language_name);
	if (index == 1 && !text_equal(text, lua_name))
		return fault_set(fault, STATUS_UNSUPPORTED,
			"the bundle is for \"%.*s\"; this program has %s", TEXT_ARGS(text),
			lua_name.data);
	return STATUS_OK;
}

static enum status
check_file(struct text before, struct text path, struct bytes content, struct fault *fault)
{
	if (!bundle_path_is_valid(path))
		return fault_set(
			fault, STATUS_INVALID, "the bundle has a file whose path is none of ours");
	if (before.data != NULL && text_compare(before, path) >= 0)
		return fault_set(fault, STATUS_INVALID,
			"the files of the bundle are not in order at %.*s", TEXT_ARGS(path));
	if (text_ends_with(path, TEXT(".lua")) && content.size > SCRIPT_BYTES_MAX)
		return fault_set(fault, STATUS_LIMIT,
			"%.*s has %zu bytes; a script may have %u: split it", TEXT_ARGS(path),
			content.size, SCRIPT_BYTES_MAX);
	return STATUS_OK;
}

enum status
bundle_check(struct bytes bundle, struct fault *fault)
{
	if (bundle.size > BUNDLE_BYTES_MAX)
		return fault_set(fault, STATUS_LIMIT, "the bundle has %zu bytes; %u are allowed",
			bundle.size, BUNDLE_BYTES_MAX);
	if (bundle.size < MAGIC_BYTES || memcmp(bundle.data, MAGIC, MAGIC_BYTES) != 0)
		return fault_set(fault, STATUS_INVALID, "these bytes are no bundle");
	struct text path, before = { NULL, 0 };
	struct bytes content;
	bool sound;
	size_t count = 0;
	while (bundle_next(&bundle, &path, &content, &sound)) {
		enum status status = count < MADE_UP_COUNT
			? check_made_up(count, path, content, fault)
			: check_file(before, path, content, fault);
		if (status != STATUS_OK)
			return status;
		if (count++ >= MADE_UP_COUNT)
			before = path;
		if (count > BUNDLE_FILES_MAX + MADE_UP_COUNT)
			return fault_set(fault, STATUS_LIMIT, "the bundle has more than %d files",
				BUNDLE_FILES_MAX);
	}
	if (!sound)
		return fault_set(fault, STATUS_INVALID, "the bundle breaks off");
	if (count < MADE_UP_COUNT)
		return fault_set(
			fault, STATUS_INVALID, "the bundle has no %s", made_up[count].data);
	return STATUS_OK;
}

void
bundle_name(struct bytes bundle, char name[SHA256_HEX])
{
	uint8_t digest[SHA256_BYTES];
	sha256(bundle, digest);
	hex_encode(digest, sizeof digest, name);
}

/* Writing one. */

static bool
append_field(struct buffer *bundle, struct bytes field)
{
	uint8_t size[10];
	return buffer_append(bundle, size, varint_put(size, field.size)) &&
		buffer_append(bundle, field.data, field.size);
}

static bool
append_file(struct buffer *bundle, struct text path, struct bytes content)
{
	return append_field(bundle, bytes_of_text(path)) && append_field(bundle, content);
}

static bool
append_zone(struct buffer *bundle, const struct zoneinfo *zone)
{
	struct text name = zoneinfo_name(zone);
	struct bytes tzif = zoneinfo_bytes(zone);
	uint8_t size[10];
	return append_field(bundle, bytes_of_text(made_up[2])) &&
		buffer_append(bundle, size, varint_put(size, name.size + 1 + tzif.size)) &&
		buffer_append_text(bundle, name) && buffer_append_text(bundle, TEXT("\n")) &&
		buffer_append(bundle, tzif.data, tzif.size);
}

/*
 * The catalog's own zone; the default where catalog.lua does not tell, or tells one that does not
 * exist.
 */
static enum status
open_zone(
	const struct bundle_file *files, size_t count, struct zoneinfo **zone, struct fault *fault)
{
	char name[ZONE_NAME_MAX] = ZONE_DEFAULT;
	for (size_t i = 0; i < count; i++)
		if (text_equal(files[i].path, TEXT("catalog.lua")))
			build_zone_name(text_of_bytes(files[i].content), name);
	if (zoneinfo_open(NULL, name, zone, fault) == STATUS_OK)
		return STATUS_OK;
	return zoneinfo_open(NULL, ZONE_DEFAULT, zone, fault);
}

enum status
bundle_of_files(
	const struct bundle_file *files, size_t count, struct buffer *bundle, struct fault *fault)
{
	struct zoneinfo *zone;
	for (size_t i = 0; i < count; i++)
		if (!bundle_path_is_valid(files[i].path))
			return fault_set(fault, STATUS_INVALID,
				"%.*s: a path in a catalog has small letters, digits, '_', '-' and "
				"'.' only: rename it",
				TEXT_ARGS(files[i].path));
	enum status status = open_zone(files, count, &zone, fault);
	if (status != STATUS_OK)
		return status;
	buffer_clear(bundle);
	bool fits = buffer_append(bundle, MAGIC, MAGIC_BYTES) &&
		append_file(bundle, made_up[0], bytes_of_text(text_of(language_name))) &&
		append_file(bundle, made_up[1], bytes_of_text(lua_name)) &&
		append_zone(bundle, zone);
	zoneinfo_free(zone);
	for (size_t i = 0; fits && i < count; i++)
		fits = append_file(bundle, files[i].path, files[i].content);
	if (!fits)
		return fault_set(fault, STATUS_LIMIT,
			"the catalog has more than %zu bytes, or memory is short",
			bundle->bytes_max);
	return bundle_check((struct bytes){ bundle->data, bundle->size }, fault);
}

/* Reading a folder. */

struct folder {
	struct arena arena; /* holds the paths and contents */
	struct bundle_file *files;
	size_t count;
	size_t room;
};

static enum status
read_content(struct folder *folder, const char *path, size_t size, struct bytes *content,
	struct fault *fault)
{
	uint8_t *data = arena_take(&folder->arena, size);
	if (data == NULL)
		return fault_set(fault, STATUS_LIMIT,
			"the catalog has more than %u bytes, or memory is short", BUNDLE_BYTES_MAX);
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return fault_system(fault, errno, "can't open %s", path);
	size_t done = 0;
	while (done < size) {
		ssize_t got = read(file, data + done, size - done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			int error = got < 0 ? errno : EIO; /* it became shorter meanwhile */
			close(file);
			return fault_system(fault, error, "can't read %s", path);
		}
		done += (size_t)got;
	}
	close(file);
	*content = (struct bytes){ data, size };
	return STATUS_OK;
}

static enum status
add_file(
	struct folder *folder, const char *root, const char *path, size_t size, struct fault *fault)
{
	if (folder->count == BUNDLE_FILES_MAX)
		return fault_set(
			fault, STATUS_LIMIT, "%s has more than %d files", root, BUNDLE_FILES_MAX);
	if (folder->count == folder->room) {
		size_t room = folder->room == 0 ? 64 : folder->room * 2;
		struct bundle_file *files = memory_resize(folder->files, room * sizeof *files);
		if (files == NULL)
			return fault_set(
				fault, STATUS_MEMORY, "no memory for the files of %s", root);
		folder->files = files;
		folder->room = room;
	}
	struct bundle_file *file = &folder->files[folder->count];
	file->path = arena_copy_text(&folder->arena, text_of(path + strlen(root) + 1));
	if (file->path.data == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for the files of %s", root);
	enum status status = read_content(folder, path, size, &file->content, fault);
	if (status == STATUS_OK)
		folder->count++;
	return status;
}

static enum status read_folder(
	struct folder *folder, const char *root, const char *path, int depth, struct fault *fault);

/* One name of a folder: a file of ours, a folder, or something to leave alone. */
static enum status
read_name(struct folder *folder, const char *root, const char *path, int depth, struct fault *fault)
{
	struct stat about;
	if (stat(path, &about) != 0)
		return fault_system(fault, errno, "can't look at %s", path);
	if (S_ISDIR(about.st_mode))
		return read_folder(folder, root, path, depth + 1, fault);
	if (!S_ISREG(about.st_mode) || !path_is_file_of_ours(text_of(path)))
		return STATUS_OK;
	return add_file(folder, root, path, (size_t)about.st_size, fault);
}

static enum status
read_folder(
	struct folder *folder, const char *root, const char *path, int depth, struct fault *fault)
{
	enum status status = STATUS_OK;
	if (depth > DEPTH_MAX)
		return fault_set(
			fault, STATUS_LIMIT, "%s is more than %d folders deep", path, DEPTH_MAX);
	DIR *opened = opendir(path);
	if (opened == NULL)
		return fault_system(fault, errno, "can't open the folder %s", path);
	for (;;) {
		errno = 0;
		const struct dirent *entry = readdir(opened);
		if (entry == NULL) {
			if (errno != 0)
				status = fault_system(
					fault, errno, "can't read the folder %s", path);
			break;
		}
		if (entry->d_name[0] == '.')
			continue;
		char inner[4096];
		int length = snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
		status = length > 0 && (size_t)length < sizeof inner
			? read_name(folder, root, inner, depth, fault)
			: fault_set(fault, STATUS_LIMIT, "a path below %s is too long", root);
		if (status != STATUS_OK)
			break;
	}
	closedir(opened);
	return status;
}

static int
compare_files(const void *left, const void *right)
{
	const struct bundle_file *a = left, *b = right;
	return text_compare(a->path, b->path);
}

enum status
bundle_of_directory(const char *directory, struct buffer *bundle, struct fault *fault)
{
	struct folder folder = { 0 };
	char root[4096];
	int length = snprintf(root, sizeof root, "%s", directory);
	if (length <= 0 || (size_t)length >= sizeof root)
		return fault_set(fault, STATUS_INVALID, "this is not the path of a folder");
	while (length > 1 && root[length - 1] == '/')
		root[--length] = '\0';
	arena_init(&folder.arena, BUNDLE_BYTES_MAX);
	enum status status = read_folder(&folder, root, root, 0, fault);
	if (status == STATUS_OK && folder.count == 0)
		status = fault_set(
			fault, STATUS_NOT_FOUND, "%s has no catalog: no *.lua in it", root);
	if (status == STATUS_OK) {
		qsort(folder.files, folder.count, sizeof *folder.files, compare_files);
		status = bundle_of_files(folder.files, folder.count, bundle, fault);
	}
	memory_free(folder.files);
	arena_release(&folder.arena);
	return status;
}
