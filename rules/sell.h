/*
 * May it be sold? Judges an order against what is held and what earlier orders will still add, by
 * the relations, members, effective modes and conditions of the catalog. Reads and changes nothing:
 * the same question gives the same verdict. The rules hold at every moment of what results, so
 * everything is judged over spans of time.
 *
 * What was wrong before the order is not held against it: a finding is of something that the order
 * adds, or of a moment at which a rule held before and would not hold any more.
 */
#ifndef SUANPAN_SELL_H
#define SUANPAN_SELL_H

#include "due.h"
#include "subject.h"

#include "../engine/base/buffer.h"

/* Of items held and wanted together; a question with more is a bug of who asks. */
#define SELL_ITEMS_MAX 1000
/* Of changes in one fix, and of fixes for one finding. */
#define SELL_CHANGES_MAX 3
#define SELL_FIXES_MAX 16

/* A member: a line of a product, such as "07715510021" of "pstn". */
struct sell_line {
	struct text product;
	struct text id;
};

/* A package on some lines, from_ms ≤ t < till_ms, and how it was bought (empty: not told). */
struct sell_item {
	struct text package, plan, offering;
	const struct sell_line *lines; /* no line twice */
	uint32_t line_count;
	struct sell_span span;
	const struct attribute *params; /* that its order gives, or gave */
	uint32_t param_count;
	const struct due_fact
		*facts; /* what formulas may ask for, of this item; for previews only */
	uint32_t fact_count;
};

enum sell_action {
	SELL_ADD,
	SELL_CANCEL, /* an item that is held or pending ends */
	SELL_LEAVE,  /* lines are taken out of one */
	SELL_JOIN,   /* lines are added to one */
	SELL_CHANGE, /* parameters of one are changed */
};

struct sell_wanted {
	enum sell_action action;
	/*
	 * SELL_ADD: what is added. SELL_CHANGE: the package and what becomes of its parameters. Of both
	 * span.from_ms is asked with EFFECTIVE_DATE only. Others: the lines, and from when on.
	 */
	struct sell_item item;
	uint32_t target; /* of the others: index of the item in `held` */
	bool has_mode;   /* of SELL_ADD, SELL_CHANGE; else the package's default */
	struct effective mode;
	bool dropped; /* as if it were not there: indexes stay what they are */
};

struct sell_question {
	const struct image *image;
	const struct sell_item *held; /* what is held, and what earlier orders will add */
	uint32_t held_count;
	const struct sell_wanted *wanted;
	uint32_t wanted_count;
	const struct attribute *facts; /* of the customer, sorted by name (subject.h) */
	uint32_t fact_count;
	/* What formulas may ask for; an item's own value of the same name is instead of it. */
	const struct due_fact *formula_facts;
	uint32_t formula_fact_count;
	const struct text *agreements; /* that the customer has signed */
	uint32_t agreement_count;
	int64_t at_ms;                             /* of acceptance, INSTANT_MIN to INSTANT_MAX */
	int64_t completed_ms;                      /* of completion, or when that is expected */
	const struct subject_functions *functions; /* NULL if the catalog has no conditions */
	const struct due_functions *due_functions; /* NULL if it has no functions that price */
};

enum sell_code {
	SELL_FACT,        /* of the customer, which the catalog does not know, or of another kind */
	SELL_UNKNOWN,     /* there is no such package, plan, offering or product */
	SELL_NOT_SOLD,    /* no version of it is in force when the item begins */
	SELL_PLAN,        /* the plan does not have the package, or the offering the plan */
	SELL_AGREEMENT,   /* no agreement lists the offering */
	SELL_EFFECTIVE,   /* it can't begin so */
	SELL_PARAMETER,   /* a parameter is missing, unknown or not allowed */
	SELL_ELIGIBILITY, /* a condition says no */
	SELL_MEMBERS,     /* other lines than it takes */
	SELL_UNDER,       /* an ancillary product on a line that has none of its products */
	SELL_REQUIRES,
	SELL_EXCLUDES,
	SELL_RECOMMENDS, /* a warning; all others block */
};
const char *sell_code_name(enum sell_code code); /* "excludes" … */

/* An item in a finding. Items are numbered: first `held`, then `wanted`. */
struct sell_clash {
	uint32_t item;       /* NO_PARTY: nothing that is there, only its name */
	struct text package; /* or "plan.x", "offering.x" where that is what the rule names */
	const struct sell_line *lines; /* that it is about; none: all or any */
	uint32_t line_count;
};

struct sell_finding {
	enum sell_code code;
	uint32_t wanted;                 /* index of what it stands against */
	const struct relation *relation; /* that is broken, or NULL */
	struct sell_clash clashes[2]; /* first who breaks it, then with whom or for want of whom */
	uint32_t clash_count;
	struct sell_span span; /* from when till when */
	struct text
		problem; /* what is unknown, or why a condition could not be asked; may be empty */
	const struct terms *terms; /* of SELL_EFFECTIVE: whose modes are allowed; of SELL_MEMBERS */
	/* Of SELL_PARAMETER and SELL_FACT: which, and why (due.h, subject.h). */
	const struct near_miss *miss;
};

struct sell_verdict {
	const struct sell_finding *findings; /* in order of what is wanted, then of relations */
	uint32_t finding_count;
	const int64_t *starts_ms; /* of each wanted: when it begins or takes place */
};

/*
 * The verdict lives in the arena, and points into the question. STATUS_MEMORY; STATUS_BUSY if a
 * condition ran past its wall deadline.
 */
enum status sell_judge(const struct sell_question *question, struct arena *arena,
	struct sell_verdict *verdict, struct fault *fault);
/*
 * What the order makes of the parameters of something that is held, in the arena; NULL without
 * memory.
 */
const struct due_change *sell_changes(const struct sell_question *question,
	const int64_t *starts_ms, uint32_t held, struct arena *arena, size_t *count);

/* Is there a finding that blocks? */
bool sell_is_blocked(const struct sell_verdict *verdict);

enum sell_change_kind {
	CHANGE_DROP,   /* leave it out of the order */
	CHANGE_CANCEL, /* end what is held or pending, at at_ms */
	CHANGE_LEAVE,  /* take the lines out of it, at at_ms */
	CHANGE_LINES,  /* order it for these lines instead */
	CHANGE_START,  /* let it begin on that day */
	CHANGE_MODE,   /* let it begin so */
	CHANGE_ADD,    /* order this package too, at at_ms */
	CHANGE_PARAM,  /* give a parameter this value */
};

struct sell_change {
	enum sell_change_kind kind;
	uint32_t item;
	struct text package;
	const struct sell_line *lines;
	uint32_t line_count;
	int64_t at_ms;
	struct effective mode;
	struct attribute param;
};

struct sell_fix {
	struct sell_change changes[SELL_CHANGES_MAX];
	uint32_t count;
};

/*
 * What would mend a finding of the verdict: small sets of changes, the smallest first, none of them
 * part of another. Each was judged: with it the finding is gone, and nothing is blocked that was not
 * before. At most SELL_FIXES_MAX of them, and no more than a bounded number is tried. Statuses as
 * sell_judge.
 */
struct sell_fixes {
	const struct sell_fix *list;
	uint32_t count;
};
struct sell_mending {
	const struct sell_question *question;
	const struct sell_verdict *verdict;
	const struct sell_finding *finding;
};
enum status sell_mend(const struct sell_mending *mending, struct arena *arena,
	struct sell_fixes *fixes, struct fault *fault);

/* When something begins that is ordered so; date_ms is of EFFECTIVE_DATE. */
int64_t effective_at(const struct image *image, struct effective mode,
	const struct sell_question *question, int64_t date_ms);

/* "excludes phs_solo, e6_base H1": a finding in short, for tests and logs. False without room. */
bool sell_finding_write(const struct sell_finding *finding, struct buffer *out);
/* "drop phs_solo", or several changes with ", " between them. */
bool sell_fix_write(const struct image *image, const struct sell_fix *fix, struct buffer *out);

#endif
