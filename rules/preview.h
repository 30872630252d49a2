/*
 * What an order will cost: the bills that follow it, priced by what prices the bills (due.h). A bill
 * is that of a local month, and has what falls due in it. What formulas ask for comes with the order
 * and with its items (sell.h). Reads and changes nothing.
 */
#ifndef SUANPAN_PREVIEW_H
#define SUANPAN_PREVIEW_H

#include "sell.h"

#define PREVIEW_BILLS_MAX 24

struct preview_line {
	uint32_t wanted; /* index of what the order adds */
	bool once;       /* falls due once, else it recurs */
	const struct due_line *line;
};

struct preview_bill {
	int64_t from_day; /* the month */
	int64_t till_day;
	const struct preview_line *lines; /* of what the order adds, as they fall due */
	uint32_t line_count;
	struct money amount;    /* their sum … */
	struct money one_off;   /* … of which what falls due once, */
	struct money recurring; /* and the others */
	/* What falls due for what is held, without the order and with it. */
	struct money held_before;
	struct money held_after;
};

struct preview {
	enum due_refusal refused; /* 0: priced */
	struct near_miss nearest; /* of a refusal (due.h) */
	const struct preview_bill *bills;
	uint32_t bill_count;
};

struct previewing {
	const struct sell_question *question;
	const struct sell_verdict *verdict; /* whether it is blocked does not matter */
	uint32_t bill_count;                /* 1 … PREVIEW_BILLS_MAX */
};

/*
 * The first bill is that of the month in which the first addition begins, or in which it is ordered
 * if nothing is added. The preview lives in the arena. STATUS_MEMORY; STATUS_BUSY if a function ran
 * past its wall deadline.
 */
enum status sell_preview(const struct previewing *previewing, struct arena *arena,
	struct preview *preview, struct fault *fault);

#endif
