/*
 * What was nearest to a price when there is none. It runs only for refusals, so it looks at
 * everything again instead of making the pricing keep notes.
 *
 * A tariff gets as far as the first condition that fails:
 *
 *   service   it is held, but for another service
 *   held      it is not held, but would price the event
 *   date      it is held and would price the event, but at another time
 *   zone      it is held now, but for other zones
 *   when      only its function said no
 *
 * The one that got furthest is named; among equals the first by layer, as held, as written.
 */
#include "rating.h"

#include "../engine/base/must.h"

#define NAMES_SHOWN_MAX 3
#define DIGITS_SHOWN_MAX 32

enum distance {
	NEAR_NOTHING,
	NEAR_SERVICE,
	NEAR_HELD,
	NEAR_DATE,
	NEAR_ZONE,
	NEAR_WHEN,
};

struct candidate {
	enum distance distance;
	const struct package *package;
	const struct tariff *tariff;
	const struct holding *holding;
};

static struct text
join(struct arena *arena, struct text a, const char *between, struct text b)
{
	return arena_print(arena, "%.*s%s%.*s", TEXT_ARGS(a), between, TEXT_ARGS(b));
}

/* The names of the zones in the set, three at most. */
struct text
near_zone_names(const struct rating *rating, const struct zone_set *set)
{
	struct text joined = TEXT("");
	uint32_t shown = 0;

	for (uint32_t i = 0; i < rating->map->zone_count; i++) {
		if (!zone_set_has(set, i))
			continue;
		if (shown == NAMES_SHOWN_MAX)
			return join(rating->arena, joined, "|", TEXT("…"));
		joined = join(rating->arena, joined, shown == 0 ? "" : "|", rating->map->zones[i]);
		shown++;
	}
	return joined;
}

struct text
near_instant(const struct rating *rating, const char *before, int64_t ms)
{
	char text[INSTANT_TEXT_MAX];
	int32_t offset_ms = zoneinfo_stretch(rating->image->zone, ms).offset_ms;
	size_t size = instant_format(ms, offset_ms / (int32_t)MINUTE_MS, text);

	return arena_print(rating->arena, "%s%.*s", before, (int)size, text);
}

/* The first `size_max` bytes, not cut within a character. */
static struct text
shorten(const struct rating *rating, struct text text, size_t size_max)
{
	if (text.size <= size_max)
		return text;
	while (size_max > 0 && ((uint8_t)text.data[size_max] & 0xc0) == 0x80)
		size_max--;
	return join(rating->arena, (struct text){ text.data, size_max }, "", TEXT("…"));
}

bool
refuse_service(struct rating *rating)
{
	const struct image *image = rating->image;
	struct near_miss nearest = { .condition = "service", .got = rating->usage->service };

	nearest.wanted = TEXT("");
	for (uint32_t i = 0; i < image->service_count && i < NAMES_SHOWN_MAX; i++)
		nearest.wanted = join(
			rating->arena, nearest.wanted, i == 0 ? "" : "|", image->services[i].id);
	if (image->service_count > NAMES_SHOWN_MAX)
		nearest.wanted = join(rating->arena, nearest.wanted, "|", TEXT("…"));
	if (nearest.wanted.data == NULL)
		return rating_out_of_memory(rating);
	return rating_refuse(rating, REFUSED_NO_SERVICE, &nearest);
}

bool
refuse_digits(struct rating *rating, struct text digits)
{
	struct near_miss nearest = { .condition = "digits", .wanted = TEXT("digits") };

	nearest.got = shorten(rating, digits, DIGITS_SHOWN_MAX);
	if (nearest.got.data == NULL && digits.size > 0)
		return rating_out_of_memory(rating);
	return rating_refuse(rating, REFUSED_NO_ZONE, &nearest);
}

bool
refuse_beyond(struct rating *rating, const char *what)
{
	struct near_miss nearest = { .condition = what };

	return rating_refuse(rating, REFUSED_OVERFLOW, &nearest);
}

bool
refuse_overflow(struct rating *rating, const struct draft *draft)
{
	struct near_miss nearest = { .condition = "amount" };

	if (draft != NULL) {
		nearest.package = draft->package->id;
		nearest.tariff = draft->tariff->id;
	}
	return rating_refuse(rating, REFUSED_OVERFLOW, &nearest);
}

bool
refuse_fraction(struct rating *rating, const struct draft *draft)
{
	return rating_refuse(rating, REFUSED_FUNCTION,
		&(struct near_miss){ .package = draft->package->id,
			.tariff = draft->tariff->id,
			.condition = "fraction",
			.wanted = TEXT("round"),
			.got = TEXT("") });
}

bool
refuse_calendar(struct rating *rating, const struct choice *choice, int64_t ms)
{
	int32_t first_year = 0, last_year = 0;
	struct near_miss nearest = { .package = choice->package->id,
		.tariff = choice->tariff->id,
		.condition = "calendar" };

	calendar_years(choice->tariff->calendar, &first_year, &last_year);
	nearest.wanted = arena_print(rating->arena, "%d..%d", (int)first_year, (int)last_year);
	nearest.got = near_instant(rating, "", ms);
	if (nearest.wanted.data == NULL || nearest.got.data == NULL)
		return rating_out_of_memory(rating);
	nearest.got.size = 10; /* the date is enough */
	return rating_refuse(rating, REFUSED_CALENDAR, &nearest);
}

bool
refuse_limit(struct rating *rating, const struct package *package, const struct limit *limit,
	int64_t counted)
{
	struct near_miss nearest = { .package = package->id,
		.tariff = limit->meter->id,
		.condition = "limit",
		.say = limit->say };

	nearest.wanted = arena_print(rating->arena, "%lld", (long long)limit->amount);
	nearest.got = arena_print(rating->arena, "%lld", (long long)counted);
	if (nearest.wanted.data == NULL || nearest.got.data == NULL)
		return rating_out_of_memory(rating);
	return rating_refuse(rating, REFUSED_LIMIT, &nearest);
}

bool
refuse_count(struct rating *rating, struct text attribute, const struct attribute *got)
{
	struct near_miss nearest = { .condition = "count", .wanted = attribute, .got = TEXT("") };

	if (got != NULL && got->text.data != NULL)
		nearest.got = shorten(rating, got->text, DIGITS_SHOWN_MAX);
	else if (got != NULL)
		nearest.got = arena_print(rating->arena, "%lld", (long long)got->number);
	if (nearest.got.data == NULL)
		return rating_out_of_memory(rating);
	return rating_refuse(rating, REFUSED_COUNT, &nearest);
}

bool
refuse_units(struct rating *rating, const struct draft *draft, int64_t wanted, int64_t there)
{
	struct near_miss nearest = { .package = draft->package->id,
		.tariff = draft->tariff->id,
		.condition = "units",
		.say = draft->tariff->refuse };

	nearest.wanted = arena_print(rating->arena, "%lld", (long long)wanted);
	nearest.got = arena_print(rating->arena, "%lld", (long long)there);
	if (nearest.wanted.data == NULL || nearest.got.data == NULL)
		return rating_out_of_memory(rating);
	return rating_refuse(rating, REFUSED_UNITS, &nearest);
}

static void
candidate_offer(struct candidate *best, enum distance distance, const struct candidate *offered)
{
	if (distance < best->distance ||
		(distance == best->distance &&
			(best->package == NULL || offered->package->layer >= best->package->layer)))
		return;
	*best = *offered;
	best->distance = distance;
}

/* How far the tariffs of one version of a held package get. */
static void
consider_held(const struct rating *rating, const struct holding *holding,
	const struct package *package, int64_t ms, struct candidate *best)
{
	bool now = holding->from_ms <= ms && ms < holding->till_ms && package->from_ms <= ms &&
		ms < package->till_ms;

	for (uint32_t i = 0; i < package->tariff_count; i++) {
		const struct tariff *tariff = &package->tariffs[i];
		bool fits = rating_serves(rating, tariff->service, &tariff->zones);
		enum distance distance = NEAR_NOTHING;

		if (!now)
			distance = fits ? NEAR_DATE : NEAR_NOTHING;
		else if (tariff->service != rating->service)
			distance = NEAR_SERVICE;
		else
			distance = fits ? NEAR_WHEN : NEAR_ZONE;
		if (distance != NEAR_NOTHING)
			candidate_offer(best, distance,
				&(struct candidate){ distance, package, tariff, holding });
	}
}

/* Nothing of the service is held: which package has what would price it? The most general layer is
 * named. */
static void
consider_image(const struct rating *rating, int64_t ms, struct candidate *best)
{
	for (uint32_t i = 0; i < rating->image->package_count; i++) {
		const struct package *package = &rating->image->packages[i];

		if (ms < package->from_ms || ms >= package->till_ms)
			continue;
		if (best->distance == NEAR_HELD && package->layer <= best->package->layer)
			continue;
		for (uint32_t j = 0; j < package->tariff_count; j++)
			if (rating_serves(rating, package->tariffs[j].service,
				    &package->tariffs[j].zones)) {
				*best = (struct candidate){ NEAR_HELD, package,
					&package->tariffs[j], NULL };
				break;
			}
	}
}

static struct candidate
find_nearest(const struct rating *rating, int64_t ms)
{
	const struct rate_question *question = rating->question;
	struct candidate best = { .distance = NEAR_NOTHING };
	uint32_t first, count;

	for (size_t i = 0; i < question->holding_count; i++) {
		const struct holding *holding = &question->holdings[i];

		if (!image_package(rating->image, holding->package, &first, &count))
			continue;
		for (uint32_t version = first; version < first + count; version++)
			consider_held(
				rating, holding, &rating->image->packages[version], ms, &best);
	}
	if (best.distance < NEAR_HELD)
		consider_image(rating, ms, &best);
	return best;
}

/* The bound of time that the usage missed. */
static struct text
missed_bound(const struct rating *rating, const struct candidate *candidate, int64_t ms)
{
	const struct holding *holding = candidate->holding;
	const struct package *package = candidate->package;
	must(holding != NULL && package != NULL);

	if (ms < holding->from_ms)
		return near_instant(rating, ">= ", holding->from_ms);
	if (ms >= holding->till_ms)
		return near_instant(rating, "< ", holding->till_ms);
	if (ms < package->from_ms)
		return near_instant(rating, ">= ", package->from_ms);
	return near_instant(rating, "< ", package->till_ms);
}

/* The first package that is held at the instant, for "wants e6_base, got …". */
struct text
near_held_name(const struct rating *rating, int64_t ms)
{
	for (size_t i = 0; i < rating->held_count; i++)
		if (rating->held[i].from_ms <= ms && ms < rating->held[i].till_ms)
			return rating->held[i].package->id;
	return TEXT("");
}

static struct near_miss
describe(const struct rating *rating, const struct candidate *candidate, int64_t ms)
{
	struct near_miss nearest = {
		.condition = "service", .wanted = TEXT(""), .got = rating->usage->service
	};

	if (candidate->package != NULL) {
		nearest.package = candidate->package->id;
		nearest.tariff = candidate->tariff->id;
	}
	switch (candidate->distance) {
	case NEAR_NOTHING:
		break;
	case NEAR_SERVICE:
		nearest.wanted = rating->image->services[candidate->tariff->service].id;
		break;
	case NEAR_HELD:
		must(candidate->package != NULL);
		nearest.condition = "held";
		nearest.wanted = candidate->package->id;
		nearest.got = near_held_name(rating, ms);
		break;
	case NEAR_DATE:
		nearest.condition = "date";
		nearest.wanted = missed_bound(rating, candidate, ms);
		nearest.got = near_instant(rating, "", ms);
		break;
	case NEAR_ZONE:
		nearest.condition = "zone";
		nearest.wanted = near_zone_names(rating, &candidate->tariff->zones);
		nearest.got = rating->zone_name;
		break;
	case NEAR_WHEN:
		nearest.condition = "when";
		nearest.wanted = TEXT("true");
		nearest.got = TEXT("false");
		break;
	}
	return nearest;
}

bool
refuse_tariff(struct rating *rating, int64_t ms)
{
	struct candidate candidate = find_nearest(rating, ms);
	struct near_miss nearest = describe(rating, &candidate, ms);

	if (nearest.wanted.data == NULL || nearest.got.data == NULL)
		return rating_out_of_memory(rating);
	return rating_refuse(rating, REFUSED_NO_TARIFF, &nearest);
}
