/*
 * Releases. A bundle is a catalog folder as bytes: all its files, the time zone it uses and the versions of Lua and of the
 * language, in one canonical form whose SHA-256 is the release's name. Building a release runs its scripts
 * once in the sandbox, checks what they declared, and makes the image. A release is immutable; it is
 * shared by reference count and may be used by any thread, each with its own host (host.h).
 *
 * A bundle, canonical: "SPBUNDL1", then for each file in byte order of its path: varint length and path,
 * varint length and content; first two made-up files, "@lua" ("Lua 5.4") and "@language" ("1"), and "@zone" (the TZif
 * bytes of the catalog's zone), which sort before all others. Paths are relative, of [a-z0-9_./-], without "..".
 */
#ifndef SUANPAN_RELEASE_H
#define SUANPAN_RELEASE_H

#include "finding.h"
#include "image.h"

#include "../engine/base/buffer.h"
#include "../engine/base/digest.h"

#define BUNDLE_BYTES_MAX (64u * 1024 * 1024)
#define BUNDLE_FILES_MAX 10000

/* Reads a catalog folder (*.lua and *.csv, recursively; other files are ignored) into *bundle. */
enum status bundle_of_directory(const char *directory, struct buffer *bundle, struct fault *fault);
/* The release's name, 64 hexadecimal digits. */
void bundle_name(struct bytes bundle, char name[SHA256_HEX]);
/* One file of a bundle; false if there is none. */
bool bundle_file(struct bytes bundle, struct text path, struct bytes *content);
/* Walks the files: *rest starts as the whole bundle; false at the end or when the bytes are no bundle (*sound tells which). */
bool bundle_next(struct bytes *rest, struct text *path, struct bytes *content, bool *sound);

struct release;

/*
 * Builds. All findings of one run go to *findings (which the caller has initialised); with an error among them there is no
 * release and the status is STATUS_INVALID. Takes milliseconds to a second: never on the shard's thread. A script can't make it
 * take more than its limits (rules.md, "The sandbox").
 */
enum status release_build(struct bytes bundle, struct release **release, struct findings *findings,
	struct fault *fault);
struct release *release_retain(struct release *release);
void release_drop(struct release *release);

const struct image *release_image(const struct release *release);
struct text release_name(const struct release *release); /* 64 hexadecimal digits */
uint64_t release_number(const struct release *release);  /* the first 8 bytes, as entries carry it */
/* A text of the catalog in "zh" or "en"; empty if it has none. */
struct text release_text(const struct release *release, struct text language, struct text key);
size_t release_memory_bytes(const struct release *release);

#endif
