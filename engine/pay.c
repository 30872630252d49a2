/* What a balance can pay (see pay.h). */
#include "pay.h"

#include "base/must.h"

bool
pay_available(const struct balance *balance, struct money floor, struct money *available)
{
	struct money free_amount, result;
	must(floor.micros <= 0 && balance->held >= 0);
	if (!money_subtract((struct money){ balance->amount }, (struct money){ balance->held },
		    &free_amount) ||
		!money_subtract(free_amount, floor, &result))
		return false;
	*available = result;
	return true;
}

/* How much of the cost is charged, by mode. */
static bool
charged_of(struct money cost, struct money available, enum short_mode mode, struct money *charged)
{
	*charged = cost;
	if (cost.micros == 0 || money_compare(cost, available) <= 0 || mode == SHORT_DEBT)
		return true;
	if (mode == SHORT_PARTIAL) {
		charged->micros = available.micros > 0 ? available.micros : 0;
		return true;
	}
	return false;
}

enum pay_outcome
pay(const struct balance *balance, struct money floor, struct money cost, enum short_mode mode,
	struct payment *payment)
{
	struct payment made;
	must(cost.micros >= 0);
	if (!pay_available(balance, floor, &made.available))
		return PAY_OVERFLOW;
	if (!charged_of(cost, made.available, mode, &made.charged)) {
		payment->available = made.available;
		return PAY_TOO_LOW;
	}
	if (!money_subtract((struct money){ balance->amount }, made.charged, &made.after) ||
		!money_subtract(cost, made.charged, &made.unpaid))
		return PAY_OVERFLOW;
	must(made.charged.micros >= 0 && made.unpaid.micros >= 0);
	*payment = made;
	return PAY_DONE;
}

void
pay_tell_too_low(struct pay_too_low *too_low, struct money cost, struct money available,
	struct text currency)
{
	must(money_compare(cost, available) > 0);
	if (available.micros < 0)
		available.micros = 0;
	too_low->arguments[0] = (struct text){ too_low->cost, money_format(cost, too_low->cost) };
	too_low->arguments[1] = (struct text){ too_low->spendable,
		money_format(available, too_low->spendable) };
	too_low->arguments[2] = currency;
}

void
pay_tell_frozen(struct arena *arena, struct text account, struct text name,
	struct text arguments[PAY_FROZEN_ARGUMENTS])
{
	if (name.size == 0) {
		arguments[0] = arena_print(arena,
			BILINGUAL_STRING("account \"%.*s\"", "账户 \"%.*s\" "), TEXT_ARGS(account),
			TEXT_ARGS(account));
		arguments[1] = TEXT("account.put");
		return;
	}
	arguments[0] = arena_print(arena,
		BILINGUAL_STRING(
			"balance \"%.*s\" of account \"%.*s\"", "账户 \"%.*s\" 的账本 \"%.*s\" "),
		TEXT_ARGS(name), TEXT_ARGS(account), TEXT_ARGS(account), TEXT_ARGS(name));
	arguments[1] = TEXT("balance.put");
}
