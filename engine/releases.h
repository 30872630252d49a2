/*
 * The releases of a shard: which are kept (a bundle each below releases/ in the data folder, and a
 * record in the store), which is in force, and the host that runs its functions.
 *
 * An *activation* says from which instant on a release is in force, who said so, and why. Those up
 * to now are the history, the newest of them is in force; those that lie ahead are loaded already
 * and come into force by the shard's clock alone: nothing is written then, since the activation was
 * journaled when it was made. So what is in force at an instant is the same after any restart.
 *
 * An activation is for everyone, or only for subscriptions with terms since an instant
 * (store/records.h). So several releases may be in force side by side: one for everyone, and later
 * ones each for some; of these the newest that is for a subscription prices it.
 *
 * Switching is one pointer; what was in force before is taken away by a worker (leftover.h).
 *
 * Thread: the shard's, but for releases_load and releases_build.
 */
#ifndef SUANPAN_RELEASES_H
#define SUANPAN_RELEASES_H

#include "../rules/host.h"
#include "leftover.h"

struct releases;

/* A release in memory, ready to price. */
struct loaded_release {
	struct release *release;
	struct host *host;
	const struct image *image;
	uint64_t number;
	uint64_t
		version; /* position of the entry that put it in force; 0: it was so at the start */
	int64_t since_ms; /* as in its activation */
	char name[SHA256_HEX];
	bool by_sessions;                 /* some began by it */
	int64_t asked_ms;                 /* when one asked for it last, if it is a former one */
	struct loaded_release *next_left; /* among what is to be taken away */
};
void loaded_release_free(struct loaded_release *loaded); /* NULL is fine */

#define RELEASE_BY_BYTES_MAX 64
#define RELEASE_WHY_BYTES_MAX 200

/* What is known of a release that is kept. */
struct kept_release {
	char name[SHA256_HEX];
	uint64_t version; /* of its record */
	uint64_t size;
	int64_t published_ms;
	char by[RELEASE_BY_BYTES_MAX + 1];
	char why[RELEASE_WHY_BYTES_MAX + 1];
	char catalog[65];
};

struct activation {
	int64_t at_ms;
	int64_t since_ms; /* for subscriptions with terms since then; INT64_MIN: for everyone */
	uint64_t version; /* of its record */
	char name[SHA256_HEX];
	char by[RELEASE_BY_BYTES_MAX + 1];
	char why[RELEASE_WHY_BYTES_MAX + 1];
	struct loaded_release *loaded; /* while it lies ahead */
};

/* So many may lie ahead, since each is loaded; and so many may be in force side by side. */
#define SCHEDULED_MAX 3
#define IN_FORCE_MAX 4

/* Loads the one in force, if there is one, and those that lie ahead: may take some seconds. */
enum status releases_open(struct releases **releases, uv_loop_t *loop, struct store *store,
	int64_t now_ms, struct fault *fault);
/* Before the store is closed. */
void releases_close(struct releases *releases);

/* The newest in force, which is for new subscriptions; NULL if there is none yet. */
const struct loaded_release *releases_active(const struct releases *releases);
/* All in force, *count of them: the one for everyone first, the newest last. */
const struct loaded_release *const *
releases_in_force(const struct releases *releases, size_t *count);
/* The one that prices a subscription; there must be one. */
const struct loaded_release *
releases_for(const struct releases *releases, const struct subscription *subscription);
/* The same for a session that begins, which goes on by it whatever comes into force. */
const struct loaded_release *
releases_for_session(struct releases *releases, const struct subscription *subscription);
/*
 * The one of that number for a session that goes on: in force, or former. A former one was in force
 * when sessions began, and stays in memory until none has asked for it for an hour. NULL: it is not
 * in memory.
 */
const struct loaded_release *
releases_numbered(struct releases *releases, uint64_t number, int64_t now_ms);
/* Takes over one that was loaded for that. */
void releases_remember_former(struct releases *releases, struct loaded_release *loaded);
/* Is it to be loaded by who asks? False: somebody loads one already. Each true has its end. */
bool releases_load_begins(struct releases *releases, uint64_t number);
void releases_load_ended(struct releases *releases, uint64_t number);
/* Is one in force for everyone, and no other? Is there room for one more that is not for everyone? */
bool releases_are_one(const struct releases *releases);
bool releases_have_room(const struct releases *releases);
/* One that is loaded, being in force or ahead; NULL if it is not. */
const struct loaded_release *
releases_loaded(const struct releases *releases, const char name[SHA256_HEX]);
size_t loaded_release_memory_bytes(const struct loaded_release *loaded);
/* Of all in memory, those recalled included; *count is how many. */
size_t releases_memory_bytes(const struct releases *releases, size_t *count);
/* Puts in force what is due. Once a turn: a comparison where nothing is. */
void releases_settle(struct releases *releases, int64_t now_ms);
struct leftovers *releases_leftovers(struct releases *releases);
/* At the end of each turn of the loop: gives a worker what is to be taken away. */
void releases_turn(struct releases *releases);

/* Releases that came into force since the start, and the most that the turns in which one did took of a processor. */
struct switch_stats {
	uint64_t count;
	uint64_t cpu_ns_max;
};
struct switch_stats releases_switches(const struct releases *releases);

/* All activations, the earliest first; *past of *count are history, the last of which is in force. */
const struct activation *
releases_activations(const struct releases *releases, size_t *count, size_t *past);
/* The newest activation of that release, ahead or not; NULL if there is none. */
const struct activation *
releases_activation_of(const struct releases *releases, const char name[SHA256_HEX]);
/* Adds one, or replaces that of the same instant, and takes `loaded` over. There must be room. */
void releases_activate(struct releases *releases, const struct activation *activation,
	struct loaded_release *loaded);
/* Takes back one that lies ahead. */
void releases_cancel(struct releases *releases, int64_t at_ms);

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
/* Sees to it that one more can be remembered and activated. False without memory. */
bool releases_make_room(struct releases *releases);
/* Remembers one that was published or whose record changed. There must be room. */
void releases_remember(struct releases *releases, const struct kept_release *kept);
/* One that was deleted. */
void releases_forget(struct releases *releases, const char name[SHA256_HEX]);

/* ---- on any thread ---- */

/* Where the bundle of that name is kept. */
#define RELEASE_PATH_MAX 1200
void
releases_path(const char *data_directory, const char name[SHA256_HEX], char path[RELEASE_PATH_MAX]);
/* Builds a bundle, with its host. STATUS_INVALID: the findings say why. Takes up to a second. */
enum status releases_build(struct bytes bundle, struct loaded_release **loaded,
	struct findings *findings, struct fault *fault);
/*
 * Reads and builds a bundle that is kept, as it was built when it was published: rules of the
 * checker that are newer than it only warn, in the log.
 */
enum status releases_load(const char *path, struct loaded_release **loaded, struct fault *fault);
/* The same without a host, for its texts. */
enum status releases_load_texts(const char *path, struct release **release, struct fault *fault);

#endif
