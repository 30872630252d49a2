#include "bill.h"

#include "../engine/base/must.h"
#include "discounts.h"

/* Where a line lies in the image; a service or zone that it does not know is on nothing. */
struct line_place {
	uint32_t service;
	uint32_t zone; /* NO_INDEX: the service has none, or the image does not know it */
};

struct bill {
	const struct bill_question *question;
	const struct line_place *places;
	struct offer *offers;
	size_t offer_count;
};

static struct line_place
place_of(const struct image *image, const struct bill_line *line)
{
	uint32_t service = image_service(image, line->service);
	return (struct line_place){ service, image_zone(image, service, line->zone) };
}

static bool
is_on(const struct image *image, const struct discount *discount, const struct line_place *place)
{
	for (uint32_t i = 0; i < discount->serve_count; i++) {
		const struct serve *serve = &discount->serves[i];

		if (serve->service != place->service)
			continue;
		if (image->services[place->service].zone_map == NO_INDEX ||
			(place->zone != NO_INDEX && zone_set_has(&serve->zones, place->zone)))
			return true;
	}
	return discount->serve_count == 0;
}

static struct money
bill_base(void *context, const struct discount *discount, size_t line)
{
	const struct bill *bill = context;

	if (discount == NULL || is_on(bill->question->image, discount, &bill->places[line]))
		return bill->question->lines[line].amount;
	return (struct money){ 0 };
}

static bool
is_held_now(const struct bill_question *question, struct text package)
{
	for (size_t i = 0; i < question->holding_count; i++) {
		const struct holding *holding = &question->holdings[i];

		if (text_equal(holding->package, package) && holding->from_ms <= question->at_ms &&
			question->at_ms < holding->till_ms)
			return true;
	}
	return false;
}

/* The version of a package that is in force on the bill's day; NULL if there is none. */
static const struct package *
version_now(const struct bill_question *question, struct text id)
{
	uint32_t first, count;

	if (!is_held_now(question, id) || !image_package(question->image, id, &first, &count))
		return NULL;
	for (uint32_t i = first; i < first + count; i++) {
		const struct package *package = &question->image->packages[i];

		if (package->from_ms <= question->at_ms && question->at_ms < package->till_ms)
			return package;
	}
	return NULL;
}

/* Was the package of a holding there already, held a second time? */
static bool
is_repeated(const struct bill_question *question, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (text_equal(question->holdings[i].package, question->holdings[index].package))
			return true;
	return false;
}

static bool
needs_are_held(const struct bill_question *question, const struct discount *discount)
{
	for (uint32_t i = 0; i < discount->need_count; i++)
		if (version_now(question, discount->needs[i]) == NULL)
			return false;
	return true;
}

/* The tier that the members reach, or the sum of all lines which the discount is on. */
static const struct discount_tier *
tier_of(struct bill *bill, const struct discount *discount, uint32_t members)
{
	int128 sum = 0;

	if (discount->by_members)
		return discount_tier_at(discount, members);
	for (size_t i = 0; i < bill->question->line_count; i++)
		sum += bill_base(bill, discount, i).micros;
	must(sum <= INT64_MAX);
	return discount_tier_at(discount, (int64_t)sum);
}

static void
offer_package(struct bill *bill, const struct package *package, uint32_t members)
{
	for (uint32_t i = 0; i < package->bill_discount_count; i++) {
		const struct discount *discount = &package->bill_discounts[i];

		if (!needs_are_held(bill->question, discount) ||
			(discount->by_members && members == 0))
			continue;
		bill->offers[bill->offer_count++] = (struct offer){ .package = package,
			.discount = discount,
			.tier = tier_of(bill, discount, members),
			.members = discount->by_members ? members : 0 };
	}
}

/* All that may be taken, by layer and then as held. False without memory. */
static bool
offers_gather(struct bill *bill, struct arena *arena)
{
	const struct bill_question *question = bill->question;
	size_t room = 0;

	for (size_t i = 0; i < question->holding_count; i++) {
		const struct package *package = version_now(
			question, question->holdings[i].package);
		room += package == NULL ? 0 : package->bill_discount_count;
	}
	bill->offers = arena_take(arena, (room + 1) * sizeof *bill->offers);
	if (bill->offers == NULL)
		return false;
	for (uint32_t layer = 0; layer < question->image->layer_count; layer++)
		for (size_t i = 0; i < question->holding_count; i++) {
			const struct package *package = is_repeated(question, i)
				? NULL
				: version_now(question, question->holdings[i].package);

			if (package != NULL && package->layer == layer)
				offer_package(
					bill, package, holding_members(&question->holdings[i]));
		}
	return true;
}

/* What an offer took, rounded; never more than is left of the bill. */
static struct money
offer_off(const struct offer *offer, struct money left)
{
	struct money off = left;
	bool sound = picos_round(
		offer->taken, offer->discount->round_step, offer->discount->round_mode, &off);

	must(sound || offer->discount->round_step > 0); /* release.c refuses such a discount */
	return sound && money_compare(off, left) < 0 ? off : left;
}

static void
list_taken(const struct bill *bill, struct price_discount *list, struct bill_discounts *discounts)
{
	for (size_t i = 0; i < bill->offer_count; i++) {
		const struct offer *offer = &bill->offers[i];
		struct money left;
		bool sound = money_subtract(discounts->before, discounts->off, &left);

		if (offer->taken == 0)
			continue;
		list[discounts->count] = (struct price_discount){ .package = offer->package->id,
			.discount = offer->discount->id,
			.say = offer->discount->say,
			.parts_per_million = offer->tier->parts_per_million,
			.members = offer->members,
			.off = offer_off(offer, left) };
		sound = sound &&
			money_add(discounts->off, list[discounts->count].off, &discounts->off);
		must(sound);
		discounts->count++;
	}
	discounts->list = list;
}

enum status
bill_discount(const struct bill_question *question, struct arena *arena,
	struct bill_discounts *discounts, struct fault *fault)
{
	struct line_place *places = arena_take(arena, (question->line_count + 1) * sizeof *places);
	struct bill_discounts made = { NULL, 0, { 0 }, { 0 } };
	struct bill bill = { question, places, NULL, 0 };

	for (size_t i = 0; i < question->line_count; i++) {
		must(question->lines[i].amount.micros >= 0);
		if (!money_add(made.before, question->lines[i].amount, &made.before))
			return fault_set(fault, STATUS_INVALID,
				"the lines of the bill sum to more than money can hold");
		if (places != NULL)
			places[i] = place_of(question->image, &question->lines[i]);
	}
	if (places == NULL || !offers_gather(&bill, arena))
		return fault_set(fault, STATUS_MEMORY, "no memory for the discounts of a bill");
	struct price_discount *list = arena_take(arena, (bill.offer_count + 1) * sizeof *list);
	if (list == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for the discounts of a bill");
	discounting_take(&(struct discounting){
		bill.offers, bill.offer_count, question->line_count, &bill, bill_base, NULL });
	list_taken(&bill, list, &made);
	*discounts = made;
	return STATUS_OK;
}
