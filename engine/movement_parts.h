/*
 * A top-up, adjustment or transfer while it is decided: shared by movement.c, which decides, and
 * movement_entry.c, which does what was decided, only.
 */
#ifndef SUANPAN_MOVEMENT_PARTS_H
#define SUANPAN_MOVEMENT_PARTS_H

#include "notice.h"
#include "once.h"
#include "reward.h"
#include "subject.h"

enum { SIDES_MAX = 2 };

/* One balance that moves. */
struct side {
	struct subject subject; /* its account and balance */
	struct text account;
	struct text name;   /* of the balance; size 0: the main one */
	struct money floor; /* how low it may fall */
	struct money change;
	struct money after;
	struct text book;   /* from which that comes; size 0: from the other side */
	struct money bonus; /* what rules of the catalog add to a change, in `after` too */
	bool is_extended;   /* its validity ends otherwise now */
	bool has_timer;     /* for the end that it had */
	int64_t till_ms;
	int64_t soon_ms; /* when that is to be told, as a struct telling's */
};

struct movement {
	struct call *call;
	enum entry_kind kind;
	const struct movement_params *params;
	struct money amount; /* that moves, as the request says it … */
	struct text unit;    /* … of this: a currency, or … */
	bool of_units;       /* … a unit of the catalog */
	struct once once;
	struct side sides[SIDES_MAX]; /* the account that was named comes first */
	size_t side_count;
	struct raised raised;
	struct reward_question rewarded; /* of a top-up … */
	struct reward reward;            /* … and what rules give besides */
};

static inline bool
movement_gives_bonus(const struct movement_params *params)
{
	return params->bonus.balance.size > 0;
}

static inline bool
movement_extends(const struct movement_params *params)
{
	return params->extends.count > 0;
}

/* Everything was decided: makes the entry, which can only fail as a whole, and answers. */
enum call_end movement_append(struct movement *movement);

#endif
