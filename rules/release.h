/*
 * Releases. A bundle is a catalog folder as bytes: all its files, the time zone it uses and the
 * versions of Lua and of the language, in one canonical form whose SHA-256 is the release's name.
 * Building a release runs its scripts once in the sandbox, checks what they declared, and makes the
 * image. A release is immutable; it is shared by reference count and may be used by any thread,
 * each with its own host (host.h).
 *
 * A bundle, canonical: "SPBUNDL1"; then three made-up files, in this order: "@language" ("2"),
 * "@lua" ("Lua 5.4") and "@zone" (the name of the catalog's time zone, a line feed, its TZif
 * bytes); then the files of the folder in byte order of their paths. A file is varint length and
 * path, varint length and content. Paths are relative, of [a-z0-9_./-], end in ".lua" or ".csv",
 * and no part of one begins with a dot.
 */
#ifndef SUANPAN_RELEASE_H
#define SUANPAN_RELEASE_H

#include "finding.h"
#include "image.h"

#include "../engine/base/buffer.h"
#include "../engine/base/digest.h"

/*
 * Of the language. A bundle says the one it was made with; older ones are known, too. What a rule of
 * the checker refuses that is newer than the release, it only warns of where that is loaded again
 * (lib/versions.lua).
 */
#define LANGUAGE_VERSION 2

#define BUNDLE_BYTES_MAX (64u * 1024 * 1024)
#define BUNDLE_FILES_MAX 10000
#define BUNDLE_PATH_MAX 255
#define SCRIPT_BYTES_MAX (1024u * 1024) /* of one .lua file: compiling one is not interrupted */

/*
 * Of building a release, all its scripts together; past one of them there is a finding, and no
 * release.
 */
#define BUILD_INSTRUCTIONS_MAX UINT64_C(400000000)
#define BUILD_MEMORY_BYTES_MAX ((size_t)256 * 1024 * 1024)
#define BUILD_BLOCK_BYTES_MAX ((size_t)32 * 1024 * 1024)
#define BUILD_WALL_US_MAX UINT32_C(20000000)

/*
 * Reads a catalog folder (*.lua and *.csv, recursively; other files, and names that begin with a
 * dot, are ignored) into *bundle, which the caller has initialised with BUNDLE_BYTES_MAX. Runs
 * catalog.lua, in the sandbox, to learn the time zone; where that fails, the zone is Asia/Shanghai,
 * and building the release says why. STATUS_INVALID names a path that a bundle can't hold.
 */
enum status bundle_of_directory(const char *directory, struct buffer *bundle, struct fault *fault);
/* A bundle from files in memory, for tests and for drafts; the paths must be sorted. */
struct bundle_file {
	struct text path;
	struct bytes content;
};
enum status bundle_of_files(
	const struct bundle_file *files, size_t count, struct buffer *bundle, struct fault *fault);

/*
 * May a file of a bundle be called this? Parts of [a-z0-9_.-] that begin with no dot, joined by
 * single slashes.
 */
bool bundle_path_is_valid(struct text path);

/* Is it whole and canonical, of this language and this Lua (else STATUS_UNSUPPORTED)? */
enum status bundle_check(struct bytes bundle, struct fault *fault);
/* The version of the language that a bundle, which has been checked, was made with. */
unsigned bundle_language(struct bytes bundle);
/* The release's name, 64 hexadecimal digits. */
void bundle_name(struct bytes bundle, char name[SHA256_HEX]);
/* One file of a bundle; false if there is none. */
bool bundle_file(struct bytes bundle, struct text path, struct bytes *content);
/*
 * Walks the files: *rest starts as the whole bundle; false at the end or when the bytes are no
 * bundle (*sound tells which).
 */
bool bundle_next(struct bytes *rest, struct text *path, struct bytes *content, bool *sound);

struct release;

/*
 * Builds. All findings of one run go to *findings (which the caller has initialised), sorted; with
 * an error among them there is no release and the status is STATUS_INVALID. Takes milliseconds to a
 * second: never on the shard's thread. A script can't make it take more than the limits above.
 * Files named *_test.lua are not run.
 */
enum status release_build(struct bytes bundle, struct release **release, struct findings *findings,
	struct fault *fault);
/*
 * Builds what was built and found sound once, perhaps by an older version of this program: to rate
 * with it again, or to explain what it priced. Rules that are newer than the release only warn, and
 * the limits above are wider.
 */
enum status release_load(struct bytes bundle, struct release **release, struct findings *findings,
	struct fault *fault);
struct release *release_retain(struct release *release);
void release_drop(struct release *release);

const struct image *release_image(const struct release *release);
struct text release_name(const struct release *release); /* 64 hexadecimal digits */
uint64_t release_number(const struct release *release); /* the first 8 bytes, as entries carry it */
/*
 * The languages of its texts, by index from 0; empty after the last. The first is the catalog's
 * own.
 */
struct text release_language(const struct release *release, size_t index);
/* A text of the catalog in "zh" or "en"; empty if it has none. */
struct text release_text(const struct release *release, struct text language, struct text key);
size_t release_memory_bytes(const struct release *release);

#endif
