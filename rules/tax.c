#include "tax.h"

#include "../engine/base/must.h"
#include "../engine/base/ratio.h"

#define RATE_WHOLE 1000000 /* parts per million */

/* The rate at an instant, in parts per million; the first one before it begins. */
static uint32_t
rate_at(const struct tax *tax, int64_t ms)
{
	uint32_t rate = 0;

	must(tax->rate_count > 0);
	while (rate + 1 < tax->rate_count && ms >= tax->rates[rate + 1].from_ms)
		rate++;
	return tax->rates[rate].parts_per_million;
}

bool
tax_apply(const struct tax *tax, int64_t ms, struct money *amount, struct price_tax *split)
{
	struct price_tax made = { .tax = tax, .parts_per_million = rate_at(tax, ms) };
	struct ratio part, step, rounded;
	struct money paid = *amount;

	must(amount->micros >= 0 && tax->round_step > 0);
	if (!ratio_make(made.parts_per_million,
		    tax->inclusive ? RATE_WHOLE + made.parts_per_million : RATE_WHOLE, &part) ||
		!ratio_multiply(ratio_of_money(*amount), part, &part) ||
		!ratio_make(tax->round_step, MONEY_MICROS, &step) ||
		!ratio_round(part, step, tax->round_mode, &rounded) ||
		!ratio_to_money(rounded, &made.amount))
		return false;
	if (tax->inclusive && money_compare(made.amount, paid) > 0)
		made.amount = paid; /* rounded up past what there is */
	made.net = paid;
	if (tax->inclusive ? !money_subtract(paid, made.amount, &made.net)
			   : !money_add(paid, made.amount, &paid))
		return false;
	*amount = paid;
	*split = made;
	return true;
}
