#include "image_sell.h"

/* Where `id` stands among `count` sorted ids, `stride` bytes apart; NO_PARTY if it does not. */
static uint32_t
find_id(const struct text *ids, size_t stride, uint32_t count, struct text id)
{
	uint32_t from = 0, till = count;
	while (from < till) {
		uint32_t middle = from + (till - from) / 2;
		const struct text *here = (const void *)((const char *)ids + middle * stride);
		int order = text_compare(id, *here);
		if (order == 0)
			return middle;
		if (order < 0)
			till = middle;
		else
			from = middle + 1;
	}
	return NO_PARTY;
}

uint32_t
selling_party(const struct selling *selling, enum party_kind kind, struct text id)
{
	uint32_t first = 0, count = selling->package_count;
	if (kind == PARTY_PLAN) {
		first = selling->package_count;
		count = selling->plan_count;
	} else if (kind == PARTY_OFFERING) {
		first = selling->package_count + selling->plan_count;
		count = selling->offering_count;
	}
	uint32_t place = find_id(selling->parties + first, sizeof id, count, id);
	return place == NO_PARTY ? NO_PARTY : first + place;
}

uint32_t
selling_product(const struct selling *selling, struct text id)
{
	return find_id(selling->products, sizeof id, selling->product_count, id);
}

uint32_t
selling_fact(const struct selling *selling, struct text name)
{
	if (selling->fact_count == 0)
		return NO_PARTY;
	return find_id(&selling->facts->name, sizeof *selling->facts, selling->fact_count, name);
}
