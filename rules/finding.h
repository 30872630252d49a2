/*
 * Findings: what the checker has to say about a catalog, all of it in one run. Each names the file,
 * line and column, the rule of the checker, what is wrong in one sentence, and what would mend it,
 * in both languages.
 *
 * Not thread-safe. The texts of a finding live in the findings' arena and die with it.
 */
#ifndef SUANPAN_FINDING_H
#define SUANPAN_FINDING_H

#include "../engine/base/arena.h"
#include "../engine/base/buffer.h"

enum severity { FINDING_NOTE, FINDING_WARNING, FINDING_ERROR };

/* "note", "warning", "error". */
const char *severity_name(enum severity severity);
/* The other way round; false if there is no such severity. */
bool severity_of(const char *name, enum severity *severity);

struct finding {
	enum severity severity;
	struct text file;
	uint32_t line;    /* from 1; 0: the whole file */
	uint32_t column;  /* from 1, in characters; 0: the whole line */
	struct text rule; /* stable name: "unknown_name", "float_for_decimal" … */
	struct text say_en, say_zh;
	struct text mend_en, mend_zh; /* may be empty */
	struct text propose; /* lines to paste there, "…" where a value is missing; may be empty */
};

#define FINDINGS_MAX 10000

struct findings {
	struct arena arena; /* holds the texts */
	struct finding *list;
	size_t count;
	size_t room;
	size_t left_out; /* beyond FINDINGS_MAX */
};

void findings_init(struct findings *findings);
void findings_release(struct findings *findings);
/* Copies *finding and its texts. False without memory. */
bool findings_add(struct findings *findings, const struct finding *finding);
bool findings_have_errors(const struct findings *findings);
/* Is there one of this severity, or of a worse one? */
bool findings_have(const struct findings *findings, enum severity least);
/* By file, line, column, rule, sentence. */
void findings_sort(struct findings *findings);

/*
 * All findings as a person reads them, in "zh" or "en", and a last line with how many of each
 * severity there are. The second line only where there is a fix, and more where there are lines to
 * paste:
 *
 *   packages/local.lua:12:9: error: band_without_price: price has no price for the band 'night'
 *       fix: add its price
 *       + night = "…",
 *
 * False if the buffer had no room.
 */
bool findings_write(const struct findings *findings, struct text language, struct buffer *out);

#endif
