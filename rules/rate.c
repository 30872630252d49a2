/* Rating: from the event to its lines (see rate.h); the parts are those of rating.h. */
#include "rating.h"

#include "../engine/base/must.h"
#include "../engine/base/utf8.h"

const char *
rate_refusal_code(enum rate_refusal refusal)
{
	switch (refusal) {
	case REFUSED_NO_SERVICE:
	case REFUSED_UNIT:
	case REFUSED_NO_ZONE:
	case REFUSED_NO_TARIFF:
	case REFUSED_COUNT:
		return "NO_PRICE";
	case REFUSED_CALENDAR:
		return "CALENDAR_NOT_COVERED";
	case REFUSED_AMBIGUOUS:
		return "AMBIGUOUS_TARIFF";
	case REFUSED_OVERFLOW:
		return "OVERFLOW";
	case REFUSED_FUNCTION:
		return "RULE_FAILED";
	case REFUSED_LIMIT:
		return "LIMIT_REACHED";
	case REFUSED_UNITS:
		return "TOO_FEW_UNITS";
	}
	return "";
}

bool
rating_refuse(struct rating *rating, enum rate_refusal why, const struct near_miss *nearest)
{
	rating->outcome = RATE_DONE;
	rating->refused = why;
	rating->nearest = *nearest;
	return false;
}

bool
rating_out_of_memory(struct rating *rating)
{
	rating->outcome = RATE_FAULT;
	fault_set(rating->fault, STATUS_MEMORY,
		"rating an event took more than the %zu bytes that a request may have",
		rating->arena->bytes_max);
	return false;
}

bool
rating_function_failed(
	struct rating *rating, enum call_outcome outcome, const struct near_miss *what)
{
	struct near_miss nearest = *what;

	must(outcome != CALL_DONE);
	if (outcome == CALL_DEADLINE) {
		rating->outcome = RATE_FAULT;
		fault_set(rating->fault, STATUS_BUSY, "%.*s", TEXT_ARGS(what->got));
		return false;
	}
	nearest.got = arena_copy_text(rating->arena, what->got);
	if (nearest.got.data == NULL)
		return rating_out_of_memory(rating);
	return rating_refuse(rating, REFUSED_FUNCTION, &nearest);
}

void *
rating_move(struct rating *rating, void *list, size_t *room, size_t size)
{
	void *moved = arena_take(rating->arena, (2 * *room + 4) * size);

	if (moved == NULL) {
		rating_out_of_memory(rating);
		return NULL;
	}
	if (*room > 0)
		memcpy(moved, list, *room * size);
	*room = 2 * *room + 4;
	return moved;
}

static bool
find_service(struct rating *rating)
{
	const struct usage *usage = rating->usage;

	rating->service = image_service(rating->image, usage->service);
	if (rating->service == NO_INDEX)
		return refuse_service(rating);
	const struct service *service = &rating->image->services[rating->service];
	if (usage->unit != service->unit)
		return rating_refuse(rating, REFUSED_UNIT,
			&(struct near_miss){ .condition = "unit",
				.wanted = text_of(unit_name(service->unit)),
				.got = text_of(unit_name(usage->unit)) });
	if (service->zone_map != NO_INDEX)
		rating->map = &rating->image->zone_maps[service->zone_map];
	return true;
}

/* Does the number begin with the caller's area code, and that is no shorter than what matched? */
static bool
in_own_area(const struct zone_map *map, struct text from, struct text digits, size_t matched)
{
	size_t common = 0;
	uint32_t length;
	size_t ignored;

	if (map->area_lengths == NULL)
		return false;
	while (common < from.size && common < digits.size &&
		from.data[common] == digits.data[common])
		common++;
	if (common == 0 || common < matched)
		return false;
	return prefix_find(map->area_lengths, from, &length, &ignored) && length > 0 &&
		length <= common && length >= matched;
}

/* Where digits lie, as the values of the map's prefixes say it; NO_INDEX: nowhere. */
static uint32_t
zone_value(const struct zone_map *map, struct text from, struct text digits)
{
	uint32_t value = NO_INDEX;
	size_t matched = 0;
	bool found = prefix_find(map->prefixes, digits, &value, &matched);

	if (!found && !digits_are_valid(digits))
		return NO_INDEX;
	if (in_own_area(map, from, digits, matched))
		return map->own_area_zone;
	return found ? value : NO_INDEX;
}

static bool
find_zone(struct rating *rating)
{
	const struct zone_map *map = rating->map;

	if (map == NULL)
		return true;
	struct text digits = map->of_from ? rating->usage->from : rating->usage->to;
	uint32_t value = zone_value(map, rating->usage->from, digits);
	if (value == NO_INDEX && !digits_are_valid(digits))
		return refuse_digits(rating, digits);
	if (value >= map->zone_count)
		return rating_refuse(rating, REFUSED_NO_ZONE,
			&(struct near_miss){ .condition = "zone",
				.wanted = map->id,
				.got = value == NO_INDEX
					? digits
					: map->refusals[value - map->zone_count] });
	rating->zone = value;
	rating->zone_name = map->zones[value];
	return true;
}

uint32_t
rate_zone(const struct image *image, uint32_t service, struct text from, struct text to)
{
	if (image->services[service].zone_map == NO_INDEX)
		return NO_INDEX;
	const struct zone_map *map = &image->zone_maps[image->services[service].zone_map];
	uint32_t value = zone_value(map, from, map->of_from ? from : to);

	return value < map->zone_count ? value : NO_INDEX;
}

/* What the service counts: the quantity, or, for each of its items, the blocks that begin. */
static bool
find_quantity(struct rating *rating)
{
	const struct block_count *count = rating->image->services[rating->service].count;

	rating->quantity = rating->usage->quantity;
	if (count == NULL)
		return true;
	const struct attribute *size = usage_attribute(rating->usage, count->attribute);
	if (size == NULL || size->text.data != NULL || size->number < 0)
		return refuse_count(rating, count->attribute, size);
	int64_t blocks = 1;
	if (size->number > count->whole)
		blocks = (size->number - 1) / count->block + 1;
	return !__builtin_mul_overflow(rating->quantity, blocks, &rating->quantity) ||
		refuse_beyond(rating, "units");
}

/* The extent of the event, in positions and in time. */
static bool
find_extent(struct rating *rating)
{
	const struct usage *usage = rating->usage;
	int64_t quantity = rating->quantity;

	must(quantity >= 0);
	must(usage->at_ms >= INSTANT_MIN && usage->at_ms <= INSTANT_MAX);
	rating->lasts = usage->unit == UNIT_SECOND && quantity > 0;
	rating->unit_length = rating->lasts ? SECOND_MS : 1;
	rating->end = quantity > 0 ? quantity : 1;
	rating->till_ms = usage->at_ms + 1;
	if (!rating->lasts)
		return true;
	if (quantity > (INSTANT_MAX - usage->at_ms) / SECOND_MS)
		return refuse_overflow(rating, NULL);
	rating->end = quantity * SECOND_MS;
	rating->till_ms = usage->at_ms + rating->end;
	return true;
}

/* Keeps of *open what is in *gaps too; both are in order of time. */
static bool
spans_intersect(struct rating *rating, struct span_list *open, const struct span_list *gaps)
{
	struct span_list both = { NULL, 0, 0 };
	size_t i = 0, j = 0;

	while (i < open->count && j < gaps->count) {
		const struct span *a = &open->list[i];
		const struct span *b = &gaps->list[j];
		struct span common = { a->from > b->from ? a->from : b->from,
			a->till < b->till ? a->till : b->till };

		if (common.from < common.till) {
			both.list = rating_grow(
				rating, both.list, both.count, &both.room, sizeof common);
			if (both.list == NULL)
				return false;
			both.list[both.count++] = common;
		}
		if (a->till < b->till)
			i++;
		else
			j++;
	}
	*open = both;
	return true;
}

/* Prices each component; at each instant of the event, something must price it. */
static bool
price_components(struct rating *rating)
{
	struct span whole = { 0, rating->end };
	struct span_list open = { &whole, 1, 1 };

	for (uint32_t i = 0; i < rating->image->component_count; i++) {
		struct span_list gaps = { NULL, 0, 0 };

		if (!component_price(rating, i, &gaps) || !spans_intersect(rating, &open, &gaps))
			return false;
	}
	if (open.count == 0)
		return true;
	return refuse_tariff(
		rating, rating->usage->at_ms + (rating->lasts ? open.list[0].from : 0));
}

/* What the catalog's function says the line costs; the same function is asked once an event. */
static bool
amount_ask(struct rating *rating, struct draft *draft)
{
	const struct rate_functions *functions = rating->question->functions;
	const struct tariff *tariff = draft->tariff;
	struct text problem = { NULL, 0 };

	must(functions != NULL && (uint32_t)tariff->amount < rating->image->function_count);
	for (const struct draft *earlier = rating->drafts; earlier < draft; earlier++)
		if (earlier->tariff->amount == tariff->amount) {
			draft->paid = earlier->paid;
			return true;
		}
	enum call_outcome outcome = functions->amount(
		functions->context, tariff->amount, rating->usage, &draft->paid, &problem);
	return outcome == CALL_DONE ||
		rating_function_failed(rating, outcome,
			&(struct near_miss){ .package = draft->package->id,
				.tariff = tariff->id,
				.condition = "amount",
				.wanted = TEXT(""),
				.got = problem });
}

/* Set-up and units, or what the function says; then minimum, maximum, and the one rounding. */
static bool
line_amount(struct rating *rating, struct draft *draft, struct money *amount)
{
	const struct tariff *tariff = draft->tariff;

	if (rating->quantity == 0) {
		draft->gross = *amount = (struct money){ 0 };
		return true;
	}
	if (tariff->amount != NO_FUNCTION && !amount_ask(rating, draft))
		return false;
	if (tariff->tiers != NULL && tariff->tiers->volume && !volume_price(rating, draft))
		return false;
	bool sound = money_add(draft->setup, draft->paid, amount);
	if (sound && tariff->minimum.micros != 0 && money_compare(*amount, tariff->minimum) < 0)
		*amount = tariff->minimum;
	if (sound && tariff->maximum.micros != 0 && money_compare(*amount, tariff->maximum) > 0)
		*amount = tariff->maximum;
	draft->gross = *amount;
	if (sound && tariff->round_step > 0)
		sound = money_round(*amount, tariff->round_step, tariff->round_mode, amount);
	if (!sound)
		return refuse_overflow(rating, draft);
	return draft->tally.charged == NO_POOL || volume_note(rating, draft, *amount);
}

/* The net amount of a line and the tax on it; a version that begins later had no rate before. */
static bool
line_tax(struct rating *rating, const struct draft *draft, struct price_line *line)
{
	struct price_tax *tax = arena_take(rating->arena, sizeof *tax);
	int64_t ms = rating->usage->at_ms;

	if (tax == NULL)
		return rating_out_of_memory(rating);
	if (ms < line->version_ms)
		ms = line->version_ms;
	if (!tax_apply(draft->tariff->tax, ms, &line->amount, tax))
		return refuse_overflow(rating, draft);
	line->tax = tax;
	return true;
}

/* What the lines cost within their caps, and in all. */
static bool
finish_amount(struct rating *rating, struct price_line *lines)
{
	for (size_t i = 0; i < rating->draft_count; i++) {
		if (rating->bounded && !caps_apply(rating, &lines[i]))
			return false;
		if (rating->drafts[i].tariff->tax != NULL &&
			!line_tax(rating, &rating->drafts[i], &lines[i]))
			return false;
		if (!money_add(rating->amount, lines[i].amount, &rating->amount))
			return refuse_overflow(rating, &rating->drafts[i]);
	}
	return true;
}

static bool
finish_lines(struct rating *rating)
{
	struct price_line *lines = arena_take(rating->arena, rating->draft_count * sizeof *lines);

	if (lines == NULL)
		return rating_out_of_memory(rating);
	for (size_t i = 0; i < rating->draft_count; i++) {
		struct draft *draft = &rating->drafts[i];
		struct price_line *line = &lines[i];

		if (!line_amount(rating, draft, &line->amount))
			return false;
		line->package = draft->package->id;
		line->version_ms = draft->package->from_ms;
		line->tariff = draft->tariff->id;
		line->component = rating->image->components[draft->tariff->component];
		line->zone = rating->zone_name;
		line->say = draft->tariff->say;
		line->table = draft->tariff->prices == NULL ? NULL : draft->tariff->prices->table;
		line->parts = draft->parts;
		line->part_count = draft->part_count;
		line->setup = draft->setup;
		line->recount = draft->recount;
		line->discounts = NULL;
		line->discount_count = 0;
		line->gross.micros = 0;
		line->cap = (struct text){ NULL, 0 };
		line->uncapped.micros = 0;
		line->tax = NULL;
	}
	rating->lines = lines;
	return (!rating->discounted || discounts_apply(rating, lines)) &&
		finish_amount(rating, lines);
}

static bool
finish_consumptions(struct rating *rating)
{
	struct consumption *list;

	if (rating->pool_count == 0)
		return true;
	list = arena_take(rating->arena, rating->pool_count * sizeof *list);
	if (list == NULL)
		return rating_out_of_memory(rating);
	for (size_t i = 0; i < rating->pool_count; i++) {
		const struct pool *pool = &rating->pools[i];

		if (pool->used != pool->used_before)
			list[rating->consumption_count++] = (struct consumption){ pool->name,
				pool->used_before, pool->used, pool->money, pool->unit };
	}
	if (rating->question->own_count > 0)
		own_sort(rating, list);
	rating->consumptions = list;
	return true;
}

/* Sets what must be set: clearing all of it would take a tenth of the time of rating. */
static void
rating_begin(struct rating *rating, const struct rate_question *question, struct arena *arena,
	struct scratch *scratch, struct fault *fault)
{
	rating->question = question;
	rating->image = question->image;
	rating->usage = question->usage;
	rating->arena = arena;
	rating->fault = fault;
	rating->map = NULL;
	rating->zone = 0;
	rating->zone_name = (struct text){ NULL, 0 };
	rating->held = scratch->held;
	rating->held_count = 0;
	rating->held_room = sizeof scratch->held / sizeof *scratch->held;
	rating->bounded = false;
	rating->discounted = false;
	rating->answers = NULL;
	rating->pools = scratch->pools;
	rating->pool_count = 0;
	rating->pool_room = sizeof scratch->pools / sizeof *scratch->pools;
	rating->turns = 0;
	rating->uses = scratch->uses;
	rating->use_count = 0;
	rating->use_room = sizeof scratch->uses / sizeof *scratch->uses;
	rating->drafts = scratch->drafts;
	rating->draft_count = 0;
	rating->draft_room = sizeof scratch->drafts / sizeof *scratch->drafts;
	rating->runs = 0;
	rating->amount = (struct money){ 0 };
	rating->consumptions = NULL;
	rating->consumption_count = 0;
}

/* All that must be known of the event before it is priced. */
static bool
find_event(struct rating *rating)
{
	return find_service(rating) && find_zone(rating) && find_quantity(rating) &&
		find_extent(rating) && held_gather(rating);
}

enum rate_outcome
rate_usage(const struct rate_question *question, struct arena *arena, struct pricing *pricing,
	struct fault *fault)
{
	struct scratch scratch;
	struct rating rating;

	rating_begin(&rating, question, arena, &scratch, fault);
	if (find_event(&rating) && (!rating.bounded || limits_check(&rating)) &&
		price_components(&rating) && finish_lines(&rating) &&
		(!rating.bounded || limits_note(&rating)) && finish_consumptions(&rating)) {
		pricing->refused = 0;
		pricing->nearest.condition = NULL;
		pricing->at_ms = question->usage->at_ms;
		pricing->zone = rating.zone_name;
		pricing->amount = rating.amount;
		pricing->lines = rating.lines;
		pricing->line_count = rating.draft_count;
		pricing->consumptions = rating.consumptions;
		pricing->consumption_count = rating.consumption_count;
		return RATE_DONE;
	}
	if (rating.outcome == RATE_DONE)
		*pricing = (struct pricing){ .refused = rating.refused,
			.nearest = rating.nearest,
			.at_ms = question->usage->at_ms,
			.zone = rating.zone_name };
	return rating.outcome;
}

enum rate_outcome
rate_unused(const struct rate_question *question, const struct pricing *pricing,
	struct arena *arena, struct near_miss *miss, struct fault *fault)
{
	struct scratch scratch;
	struct rating rating;

	must(pricing->refused == 0);
	miss->condition = NULL;
	rating_begin(&rating, question, arena, &scratch, fault);
	if (find_event(&rating) && unused_find(&rating, pricing, miss))
		return RATE_DONE;
	must(rating.outcome != RATE_COLD);
	return rating.outcome;
}

enum rate_outcome
rate_change(const struct rate_question *question, struct arena *arena, int64_t *change_ms,
	struct fault *fault)
{
	struct scratch scratch;
	struct rating rating;

	rating_begin(&rating, question, arena, &scratch, fault);
	if (find_event(&rating) && change_find(&rating, change_ms))
		return RATE_DONE;
	*change_ms = INT64_MAX;
	return rating.outcome;
}
