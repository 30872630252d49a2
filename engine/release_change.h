/*
 * One change of what is kept and what is in force: its records, and one entry of the journal that
 * says what was done, by whom and why. release_calls.c and release_switch.c make them.
 */
#ifndef SUANPAN_RELEASE_CHANGE_H
#define SUANPAN_RELEASE_CHANGE_H

#include "call.h"
#include "child.h"
#include "releases.h"

enum { CHANGE_EFFECTS_MAX = 4, CHANGE_VALUE_BYTES_MAX = 512 };

struct release_change {
	struct call *call;
	const char *does; /* "publish", "activate", "revert", "cancel", "delete", "migrate" */
	const char *name; /* of the release, SHA256_HEX digits */
	struct text by, why;
	int64_t at_ms; /* from when on; NOT_GIVEN: not a matter of that */
	struct effect effects[CHANGE_EFFECTS_MAX];
	struct record_key keys[CHANGE_EFFECTS_MAX];
	uint8_t values[CHANGE_EFFECTS_MAX][CHANGE_VALUE_BYTES_MAX];
	size_t count;
};

void change_begin(struct release_change *change, struct call *call, const char *does,
	const char name[SHA256_HEX]);
void change_keep(struct release_change *change, const struct kept_release *kept);
void change_delete(struct release_change *change);
void change_activate(struct release_change *change, const struct activation *activation);
/* Sees to it that what this one asks anew is looked for when it comes into force (agenda_walk.h). */
void change_look(struct release_change *change, int64_t at_ms, const struct image *image);
void change_cancel(struct release_change *change, int64_t at_ms);
/*
 * Appends the entry; *position is where it stands. There is room for one more in the releases then.
 * False: nothing happened, and *end is what to return.
 */
bool change_append(struct release_change *change, uint64_t *position, enum call_end *end);

/* An activation of a release by somebody from `at_ms` on. */
struct activation
activation_of(const char name[SHA256_HEX], int64_t at_ms, struct text by, struct text why);
/*
 * The instant of an activation that is to be in force at once: now, but behind that of the one that
 * is in force, since there is one an instant.
 */
int64_t activation_now(const struct call *call);

/* Is it the newest in force? Is it the only one, and so for everyone? */
bool release_is_active(const struct call *call, const char name[SHA256_HEX]);
bool release_is_for_all(const struct call *call, const char name[SHA256_HEX]);

/* A release's map, as release.list and most others answer it; the caller packs `more` pairs. */
void
pack_release(struct pack *pack, struct call *call, const struct kept_release *kept, unsigned more);
enum call_end answer_release(struct call *call, const struct kept_release *kept);
enum call_end answer_no_release(struct call *call, struct text name);

/* The machine was too slow for a script, and no room for entries would mend that. */
enum call_end answer_too_slow(struct call *call, const char *text);
/* A child that ran a catalog did not come to say what it found; or said that it had no memory. */
enum call_end answer_child_end(struct call *call, const struct child_end *end);
enum call_end answer_child_memory(struct call *call);

#endif
