/*
 * Notices: what somebody is to be told, raised by the entry that made it true. They are effects of
 * that entry: so each is raised once, and none without what it tells of. Whoever decides an entry
 * collects what it raises, says it in its answer, and gives it to the entry.
 *
 * What a package tells is in the catalog (rules/notices.h); at which amounts the main balance of an
 * account is low, in the account, and of another balance in its own record: each is told when the
 * balance comes down to it. A percent is of what was there after money last came in (`full` in the
 * balance's record), so the amount that it is moves with that. Whoever uses none of these pays a
 * comparison for each.
 *
 * What is told so long before an end has a timer: a put of the subscription sets that of the next
 * instant at which something may be due, by the release in force, and each sets the one behind it.
 * One that turns out to be of nothing, since something else is held by then, tells nothing. What a
 * new release tells of packages that are held already is told from the next put, or timer, on.
 */
#ifndef SUANPAN_NOTICE_H
#define SUANPAN_NOTICE_H

#include "posted.h"
#include "releases.h"
#include "subject.h"

#include "../rules/notices.h"

/*
 * What one entry raises, in the arena of the call. Of an entry that makes very many balances low, what
 * comes behind the first RAISED_PLENTY tells of each balance the last amount to which it falls only:
 * so there is room for all that a charge of 64 balances and 8 payers changes besides.
 */
#define RAISED_PLENTY 32
struct raised {
	struct notice_record *list;
	size_t count;
	size_t room;
	bool no_memory;
};

/* Who is told, and of what instant. */
struct raising {
	struct call *call;
	struct text account;
	struct text subscription; /* empty: nobody's usage */
	int64_t at_ms;
};

/* Who notes what a package tells; a notice_told of rules/notices.h, whose context this is. */
struct noting {
	const struct raising *raising;
	const struct loaded_release *release;
	enum notice_kind kind;
	struct raised *raised;
};
void notice_note(void *context, const struct notice *notice);

/* One more, with who is told, of what instant; NULL without memory, which *raised notes. */
struct notice_record *
notice_add(const struct raising *raising, enum notice_kind kind, struct raised *raised);

/*
 * What a charge crosses that has this pricing; `question` is that by which it was priced. The
 * functions that return bool are false without memory.
 */
bool notice_raise_crossed(const struct raising *raising, const struct loaded_release *release,
	const struct rate_question *question, const struct pricing *pricing, struct raised *raised);

/*
 * An account's main balance, as it was, comes down to an amount; or another balance of it does, which
 * has a name. Nothing is raised of one that rises.
 */
bool notice_raise_main(const struct raising *raising, const struct account *account,
	const struct balance *before, int64_t after, struct raised *raised);
bool notice_raise_other(const struct raising *raising, struct text name,
	const struct balance *before, int64_t after, struct raised *raised);

/*
 * Money has come onto a balance, by a top-up, a gift or a transfer: percents are of what it has now. Of
 * a main balance, its account has the percents.
 */
static inline void
notice_fill(const struct telling *percents, struct balance *balance)
{
	if (percents->percent_count > 0)
		balance->tells.full = balance->amount > 0 ? balance->amount : 0;
}

/*
 * The lowest of the amounts at which a main balance is low, percents counted out, that it is not
 * above; false: it is above all.
 */
bool notice_is_low(const struct account *account, const struct balance *main, int64_t amount,
	struct money *low);
/* The pair "hint" of an answer: the balance is low. */
void notice_pack_hint(struct pack *pack, struct money low);

/* The pair "notices" of an answer: what the entry raises. */
void notice_pack(struct pack *pack, const struct raised *raised);

/* Adds them to the entry that is about to be appended; there must be room for so many records. */
bool notice_post(const struct raised *raised, struct call *call, struct posted *posted);

#endif
