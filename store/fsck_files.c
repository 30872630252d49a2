/*
 * The names in a data folder, and the bundles of its releases, as fsck looks at them (see fsck.h).
 */
#include "fsck_parts.h"

#include "../engine/base/must.h"
#include "segment.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define BUNDLE_BYTES_MAX ((size_t)1 << 30)

/* Is the name so many hexadecimal digits and one of these two ends? */
static bool
is_numbered(const char *name, size_t digits, const char *end, const char *other)
{
	if (strspn(name, "0123456789abcdef") < digits)
		return false;
	return strcmp(name + digits, end) == 0 || strcmp(name + digits, other) == 0;
}

static bool
is_of_folder(const char *name)
{
	static const char *const known[] = { "folder", "folder.new", "lock", "journal", "state",
		"ids", "releases", "socket" };
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (strcmp(name, known[i]) == 0)
			return true;
	}
	return false;
}

static bool
is_of_journal(const char *name)
{
	if (strncmp(name, "spare-", 6) != 0)
		return is_numbered(name, 16, ".segment", ".segment") ||
			is_numbered(name, 16, ".archive", ".archiving");
	size_t digits = strspn(name + 6, "0123456789");
	return digits > 0 &&
		(strcmp(name + 6 + digits, ".segment") == 0 ||
			strcmp(name + 6 + digits, ".filling") == 0);
}

static bool
is_of_state(const char *name)
{
	return strcmp(name, "data.mdb") == 0 || strcmp(name, "lock.mdb") == 0;
}

static bool
is_of_ids(const char *name)
{
	return is_numbered(name, 16, ".ids", ".new");
}

static bool
is_of_releases(const char *name)
{
	return is_numbered(name, SHA256_HEX, ".bundle", ".bundle.new");
}

/* ---- bundles ---- */

/* The file's name must be the hash of what it holds. */
static enum status
check_bundle(struct fsck *fsck, const char *path, const char *name, struct fault *fault)
{
	struct buffer content;
	uint8_t digest[SHA256_BYTES];
	char hex[SHA256_HEX];
	if (strcmp(name + SHA256_HEX, ".bundle") != 0)
		return STATUS_OK; /* unfinished: a kill left it */
	buffer_init(&content, BUNDLE_BYTES_MAX);
	enum status status = disk_read_file(path, &content, fault);
	if (status == STATUS_OK) {
		sha256((struct bytes){ content.data, content.size }, digest);
		hex_encode(digest, sizeof digest, hex);
		if (memcmp(hex, name, SHA256_HEX) != 0)
			fsck_found(fsck, FSCK_RELEASE_ALTERED, path,
				"The SHA-256 of the file is %.64s, not its name.", hex);
		fsck->report.releases++;
		fsck_read(fsck, content.size);
	}
	buffer_release(&content);
	return status;
}

/* ---- names ---- */

struct part {
	const char *name; /* in the folder; "": the folder itself */
	bool (*is_known)(const char *name);
};

static const struct part PARTS[] = {
	{ "", is_of_folder },
	{ "journal", is_of_journal },
	{ "state", is_of_state },
	{ "ids", is_of_ids },
	{ "releases", is_of_releases },
};

static enum status
check_name(struct fsck *fsck, const struct part *part, const char *directory, const char *name,
	struct fault *fault)
{
	char path[1300];
	struct stat stat_buffer;
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return STATUS_OK;
	snprintf(path, sizeof path, "%s/%s", directory, name);
	if (!part->is_known(name))
		fsck_found(fsck, FSCK_UNKNOWN_FILE, path, "Suanpan makes no file of this name.");
	else if (stat(path, &stat_buffer) == 0 && S_ISREG(stat_buffer.st_mode))
		fsck->report.total += (uint64_t)stat_buffer.st_size;
	if (part->is_known == is_of_releases && is_of_releases(name))
		return check_bundle(fsck, path, name, fault);
	return STATUS_OK;
}

static enum status
check_part(struct fsck *fsck, const struct part *part, struct fault *fault)
{
	char path[1000];
	struct dirent **names;
	enum status status = STATUS_OK;
	folder_path(&fsck->folder, part->name, path);
	int count = scandir(path, &names, NULL, alphasort);
	if (count < 0 && errno == ENOENT)
		return STATUS_OK;
	if (count < 0)
		return fault_system(fault, errno, "can't read the directory %s", path);
	for (int i = 0; i < count; i++) {
		if (status == STATUS_OK)
			status = check_name(fsck, part, path, names[i]->d_name, fault);
		free(names[i]);
	}
	free(names);
	return status;
}

enum status
fsck_files(struct fsck *fsck, struct fault *fault)
{
	enum status status = STATUS_OK;
	for (size_t i = 0; i < sizeof PARTS / sizeof PARTS[0] && status == STATUS_OK; i++)
		status = check_part(fsck, &PARTS[i], fault);
	return status;
}
