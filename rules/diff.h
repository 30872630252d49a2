/*
 * What differs between two catalogs, in the language of packages and rows: which field of which
 * declaration says something else, which rows of which table are other ones, what is new and what
 * is gone. What is written in another way but says the same is no difference.
 *
 * A catalog is what its files are. So behind all that was found, each file whose bytes differ is
 * named too: comments, tests, what a function calls in its script, and the frozen transitions of
 * the time zone ("@zone") don't go unnoticed. Equal bundles, and only they, have no difference.
 */
#ifndef SUANPAN_DIFF_H
#define SUANPAN_DIFF_H

#include "../engine/base/arena.h"
#include "../engine/base/bytes.h"
#include "../engine/base/status.h"

struct difference {
	struct text what; /* the word that declared it: "package", "calendar" …; "table", "file" */
	struct text path;           /* "package/e6@2026-01-01/tariff/local/price/night" */
	struct text say_en, say_zh; /* the path, for people */
	/* As it was written; data is NULL where it is not there. */
	struct text from, to;
};

struct diff {
	struct arena arena; /* holds the texts */
	struct difference *list;
	size_t count;
};

void diff_init(struct diff *diff);
void diff_release(struct diff *diff);

/*
 * Fills *diff, which the caller has initialised, with all differences, by path; those of files come
 * last. Runs the scripts of both bundles: milliseconds to a second, never on the shard's thread.
 * STATUS_INVALID: one of them is no bundle or can't be read; suanpan check says more.
 */
enum status
diff_bundles(struct bytes from, struct bytes to, struct diff *diff, struct fault *fault);

#endif
