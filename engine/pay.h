/*
 * What a balance can pay. All amounts are money of the balance's currency; nothing here changes a
 * record.
 */
#ifndef SUANPAN_PAY_H
#define SUANPAN_PAY_H

#include "method.h"

#include "../store/records.h"

/* amount - held - floor: what may be spent; may be below 0. False on overflow. */
bool pay_available(const struct balance *balance, struct money floor, struct money *available);

enum pay_outcome { PAY_DONE, PAY_TOO_LOW, PAY_OVERFLOW };

struct payment {
	struct money available; /* before */
	struct money charged;
	struct money unpaid; /* of the cost; more than 0 only with SHORT_PARTIAL */
	struct money after;  /* of the balance */
};

/*
 * Pays `cost` (0 or more) from the balance. A cost of 0 is always paid, also by a balance below its
 * floor. PAY_TOO_LOW fills only `available`.
 */
enum pay_outcome pay(const struct balance *balance, struct money floor, struct money cost,
	enum short_mode mode, struct payment *payment);

/* What BALANCE_TOO_LOW says: the cost, what can be spent, the currency. */
#define PAY_TOO_LOW_ARGUMENTS 3
struct pay_too_low {
	char cost[MONEY_TEXT_MAX];
	char spendable[MONEY_TEXT_MAX];
	struct text arguments[PAY_TOO_LOW_ARGUMENTS]; /* views into the above */
};
void pay_tell_too_low(struct pay_too_low *too_low, struct money cost, struct money available,
	struct text currency);

/*
 * What FROZEN says: who is frozen, a balance of the account or, if no name is given, the account
 * itself; and what thaws it. In the arena; without memory it is empty.
 */
#define PAY_FROZEN_ARGUMENTS 2
void pay_tell_frozen(struct arena *arena, struct text account, struct text name,
	struct text arguments[PAY_FROZEN_ARGUMENTS]);

#endif
