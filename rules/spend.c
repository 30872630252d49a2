#include "spend.h"

#include "../engine/base/must.h"

bool
stored_pays(const struct stored *stored, const struct purpose *purpose)
{
	if (purpose->service != NO_INDEX)
		return image_serves(
			stored->serves, stored->serve_count, purpose->service, purpose->zone);
	for (uint32_t i = 0; i < stored->charge_count; i++)
		if (text_equal(stored->charges[i].package, purpose->charge.package) &&
			text_equal(stored->charges[i].charge, purpose->charge.charge))
			return true;
	return stored->all_charges;
}

static bool
pays(const struct spending *spending, const struct purse *purse)
{
	return purse->amount.micros > 0 && spending->at_ms < purse->till_ms &&
		(purse->stored == NULL || spending->purpose == NULL ||
			stored_pays(purse->stored, spending->purpose));
}

/* Is a purse to pay before another? Of two that are alike the first that lies there. */
static bool
pays_before(const struct spending *spending, size_t a, size_t b)
{
	const struct pay_order *order = &spending->image->pay_order;
	const struct purse *first = &spending->purses[a], *second = &spending->purses[b];
	int expiry = (first->till_ms > second->till_ms) - (first->till_ms < second->till_ms);
	int kind = order->rank[purse_kind(first)] - order->rank[purse_kind(second)];
	int by = order->expiry_first ? expiry : kind;
	if (by == 0)
		by = order->expiry_first ? kind : expiry;
	return by != 0 ? by < 0 : a < b;
}

/* The purse that pays next behind one; purse_count if none does. */
static size_t
next_purse(const struct spending *spending, size_t behind)
{
	size_t none = spending->purse_count, best = none;
	for (size_t i = 0; i < none; i++) {
		if (!pays(spending, &spending->purses[i]) ||
			(behind != none && !pays_before(spending, behind, i)))
			continue;
		if (best == none || pays_before(spending, i, best))
			best = i;
	}
	return best;
}

struct money
spend_plan(const struct spending *spending, struct taken *list, size_t *count)
{
	struct money left = spending->amount;
	size_t purse = spending->purse_count;
	must(left.micros >= 0);
	*count = 0;
	while (left.micros > 0 && (purse = next_purse(spending, purse)) < spending->purse_count) {
		struct money amount = spending->purses[purse].amount;
		if (money_compare(amount, left) > 0)
			amount = left;
		list[(*count)++] = (struct taken){ purse, amount };
		must(money_subtract(left, amount, &left));
	}
	return left;
}
