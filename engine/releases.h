/*
 * The releases of a shard: which are kept (a bundle each below releases/ in the data folder, and a
 * record in the store), which is in force, and the host that runs its functions. What is in force
 * stays so until another one is loaded whole; switching is one pointer.
 *
 * Thread: the shard's, but for releases_load and releases_keep.
 */
#ifndef SUANPAN_RELEASES_H
#define SUANPAN_RELEASES_H

#include "../rules/host.h"
#include "../store/store.h"

struct releases;

/* A release in memory, ready to price. */
struct loaded_release {
	struct release *release;
	struct host *host;
	const struct image *image;
	uint64_t number;
	uint64_t
		version; /* position of the entry that put it in force; 0: it was so at the start */
	char name[SHA256_HEX];
};
void loaded_release_free(struct loaded_release *loaded); /* NULL is fine */

/* What is known of a release that is kept. */
struct kept_release {
	char name[SHA256_HEX];
	uint64_t version; /* of its record */
	uint64_t size;
	int64_t published_ms;
	int64_t activated_ms; /* 0: never */
	char by[65];
	char catalog[65];
};

/* Loads the one in force, if there is one: may take a second. */
enum status releases_open(struct releases **releases, struct store *store, struct fault *fault);
void releases_close(struct releases *releases);

/* The one in force; NULL if there is none yet. */
const struct loaded_release *releases_active(const struct releases *releases);
/* From now on this one is in force, by the entry at `version`; takes it over. */
void releases_switch(struct releases *releases, struct loaded_release *loaded, uint64_t version);

/*
 * Releases that were asked for because of what they priced, the last asked for first: they stay in
 * memory for whoever asks next. One is retained for the caller; NULL: it must be loaded.
 */
#define RELEASES_RECALLED_MAX 4
struct release *releases_recall(struct releases *releases, const char name[SHA256_HEX]);
/*
 * Remembers one that was loaded, and takes it over. What has to make room for it is given back for
 * the caller to drop, on a worker, since taking an image apart lasts; NULL: nothing had to.
 */
struct release *releases_remember_recalled(struct releases *releases, struct release *release);

/* All that are kept, newest first. */
const struct kept_release *releases_kept(const struct releases *releases, size_t *count);
/* The one whose name begins with `prefix`; NULL if there is none or more than one. */
const struct kept_release *releases_find(const struct releases *releases, struct text prefix);
/* Sees to it that the next releases_remember can't fail. False without memory. */
bool releases_make_room(struct releases *releases);
/* Remembers one that was published or whose record changed. There must be room. */
void releases_remember(struct releases *releases, const struct kept_release *kept);

/* ---- on any thread ---- */

/* Where the bundle of that name is kept. */
#define RELEASE_PATH_MAX 1200
void
releases_path(const char *data_directory, const char name[SHA256_HEX], char path[RELEASE_PATH_MAX]);
/* Builds a bundle, with its host. STATUS_INVALID: the findings say why. Takes up to a second. */
enum status releases_build(struct bytes bundle, struct loaded_release **loaded,
	struct findings *findings, struct fault *fault);
/* Reads and builds a bundle that is kept. */
enum status releases_load(const char *path, struct loaded_release **loaded, struct fault *fault);
/* The same without a host, for its texts. */
enum status releases_load_texts(const char *path, struct release **release, struct fault *fault);

#endif
