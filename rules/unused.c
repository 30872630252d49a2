/*
 * Why a discount took nothing off an event that has its price. Asked by people only: it looks at
 * everything again instead of making the pricing keep notes.
 */
#include "rating.h"

#include "../engine/base/must.h"

/* One question on its way to a reason. */
struct asking {
	struct rating *rating;
	const struct pricing *pricing;
	struct near_miss *miss; /* names the discount by package and tariff */
};

/* A reason; false if there was no memory for its texts. */
static bool
reason(const struct asking *asking, const char *condition, struct text wanted, struct text got)
{
	if (wanted.data == NULL || got.data == NULL)
		return rating_out_of_memory(asking->rating);
	asking->miss->condition = condition;
	asking->miss->wanted = wanted;
	asking->miss->got = got;
	return true;
}

static const struct discount *
find_discount(const struct package *package, struct text id)
{
	for (uint32_t i = 0; i < package->discount_count; i++)
		if (text_equal(package->discounts[i].id, id))
			return &package->discounts[i];
	return NULL;
}

/* Does any version of the package have it? */
static bool
is_known(const struct image *image, struct text package, struct text id)
{
	uint32_t first, count;

	if (!image_package(image, package, &first, &count))
		return false;
	for (uint32_t i = first; i < first + count; i++)
		if (find_discount(&image->packages[i], id) != NULL)
			return true;
	return false;
}

/* The version that is held when the event begins; NULL if none is. */
static const struct held *
version_held(const struct rating *rating, struct text package)
{
	for (size_t i = 0; i < rating->held_count; i++)
		if (text_equal(rating->held[i].package->id, package) && held_in_force(rating, i))
			return &rating->held[i];
	return NULL;
}

static bool
is_taken(const struct pricing *pricing, struct text package, struct text id)
{
	for (size_t i = 0; i < pricing->line_count; i++)
		for (size_t j = 0; j < pricing->lines[i].discount_count; j++) {
			const struct price_discount *one = &pricing->lines[i].discounts[j];

			if (text_equal(one->package, package) && text_equal(one->discount, id))
				return true;
		}
	return false;
}

static struct text
join(struct rating *rating, struct text list, struct text a, struct text b)
{
	return arena_print(rating->arena, "%.*s%s%.*s%s%.*s", TEXT_ARGS(list),
		list.size > 0 ? "|" : "", TEXT_ARGS(a), b.size > 0 ? "." : "", TEXT_ARGS(b));
}

static struct text
join_all(struct rating *rating, const struct text *list, uint32_t count)
{
	struct text joined = TEXT("");

	for (uint32_t i = 0; i < count && joined.data != NULL; i++)
		joined = join(rating, joined, list[i], TEXT(""));
	return joined;
}

/* What it serves, of which the event is nothing: another service, or other zones. */
static bool
reason_serves(const struct asking *asking, const struct discount *discount)
{
	struct rating *rating = asking->rating;
	struct text zones = TEXT(""), services = TEXT("");

	for (uint32_t i = 0; i < discount->serve_count; i++) {
		const struct serve *serve = &discount->serves[i];

		if (serve->service != rating->service)
			services = join(rating, services,
				rating->image->services[serve->service].id, TEXT(""));
		else
			zones = near_zone_names(rating, &serve->zones);
	}
	if (zones.size > 0)
		return reason(asking, "zone", zones, rating->zone_name);
	return reason(asking, "service", services, rating->usage->service);
}

static struct text
missing_need(const struct rating *rating, const struct discount *discount)
{
	for (uint32_t i = 0; i < discount->need_count; i++)
		if (version_held(rating, discount->needs[i]) == NULL)
			return discount->needs[i];
	return TEXT("");
}

/* Is something paid for in a band that the discount is on? */
static bool
pays_for_bands(const struct pricing *pricing, const struct discount *discount)
{
	if (discount->band_count == 0)
		return true;
	for (size_t i = 0; i < pricing->line_count; i++)
		for (size_t j = 0; j < pricing->lines[i].part_count; j++) {
			const struct price_part *part = &pricing->lines[i].parts[j];

			if (discount_is_on_band(discount, part->band) && part->price.micros > 0)
				return true;
		}
	return false;
}

/* Lines cost something before discounts and caps. */
static bool
pays(const struct pricing *pricing)
{
	for (size_t i = 0; i < pricing->line_count; i++) {
		const struct price_line *line = &pricing->lines[i];

		if (line->gross.micros > 0 || line->amount.micros > 0 || line->uncapped.micros > 0)
			return true;
	}
	return false;
}

/* All conditions are met: there was nothing to be taken, or others took more. */
static bool
reason_taken(const struct asking *asking, const struct discount *discount)
{
	static const char *const stacks[] = {
		[STACK_BEST] = "best", [STACK_ADD] = "add", [STACK_ALONE] = "alone"
	};
	struct rating *rating = asking->rating;
	struct text taken = TEXT("");

	if (!pays(asking->pricing))
		return reason(asking, "paid", TEXT(""), TEXT(""));
	if (!pays_for_bands(asking->pricing, discount))
		return reason(asking, "band",
			join_all(rating, discount->bands, discount->band_count), TEXT(""));
	for (size_t i = 0; i < asking->pricing->line_count && taken.data != NULL; i++)
		for (size_t j = 0; j < asking->pricing->lines[i].discount_count; j++) {
			const struct price_discount *one = &asking->pricing->lines[i].discounts[j];
			taken = join(rating, taken, one->package, one->discount);
		}
	if (taken.data != NULL && taken.size == 0)
		return reason(asking, "tier", TEXT(""), TEXT(""));
	return reason(asking, "stack", text_of(stacks[discount->stack]), taken);
}

static bool
reason_discount(
	const struct asking *asking, const struct held *held, const struct discount *discount)
{
	enum discount_condition unmet;

	if (!discount_check(asking->rating, held, discount, &unmet))
		return false;
	switch (unmet) {
	case DISCOUNT_SERVES:
		return reason_serves(asking, discount);
	case DISCOUNT_MEMBERS:
		return reason(asking, "members", TEXT(""), TEXT(""));
	case DISCOUNT_NEEDS:
		return reason(asking, "needs", missing_need(asking->rating, discount), TEXT(""));
	case DISCOUNT_WHEN:
		return reason(asking, "when", TEXT("true"), TEXT("false"));
	case DISCOUNT_MET:
		break;
	}
	return reason_taken(asking, discount);
}

bool
unused_find(struct rating *rating, const struct pricing *pricing, struct near_miss *miss)
{
	const struct asking asking = { rating, pricing, miss };
	struct text package_id = miss->package;
	int64_t at_ms = rating->usage->at_ms;

	if (!is_known(rating->image, package_id, miss->tariff))
		return reason(&asking, "discount", TEXT(""), TEXT(""));
	if (is_taken(pricing, package_id, miss->tariff))
		return true;
	const struct held *held = version_held(rating, package_id);
	if (held == NULL)
		return reason(&asking, "held", package_id, near_held_name(rating, at_ms));
	const struct discount *discount = find_discount(held->package, miss->tariff);
	if (discount == NULL)
		return reason(&asking, "version", near_instant(rating, "", held->package->from_ms),
			near_instant(rating, "", at_ms));
	return reason_discount(&asking, held, discount);
}
