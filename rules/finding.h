/*
 * Findings: what the checker has to say about a catalog, all of it in one run. Each names the file, line and column, the rule of the
 * checker, what is wrong in one sentence, and what would mend it, in both languages.
 */
#ifndef SUANPAN_FINDING_H
#define SUANPAN_FINDING_H

#include "../engine/base/arena.h"

enum severity { FINDING_NOTE, FINDING_WARNING, FINDING_ERROR };

struct finding {
	enum severity severity;
	struct text file;
	uint32_t line;   /* from 1; 0: the whole file */
	uint32_t column; /* from 1; 0: the whole line */
	struct text rule; /* stable name: "unknown_name", "float_for_decimal" … */
	struct text say_en, say_zh;
	struct text mend_en, mend_zh; /* may be empty */
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
/* By file, line, column, rule. */
void findings_sort(struct findings *findings);

#endif
