#include "test_world.h"

#include <stdio.h>

#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "due.h"

/* Of the newest counters, so many are described. */
#define COUNTERS_SHOWN_MAX 50

void
world_init(struct world *world, const struct image *image, const struct rate_functions *functions)
{
	*world = (struct world){ .image = image, .functions = functions };
}

void
world_release(struct world *world)
{
	memory_free(world->holdings);
	memory_free(world->due_from);
	memory_free(world->fees);
	memory_free(world->counters);
	world_init(world, world->image, world->functions);
}

void
world_clear(struct world *world, int64_t clock_ms)
{
	world->clock_ms = clock_ms;
	world->holding_count = 0;
	world->counter_count = 0;
	world->fee_count = 0;
	world->fees_told = 0;
	world->charged = (struct money){ 0 };
}

/* The list with room for so many; NULL without memory. */
static void *
grow(void *list, size_t count, size_t *room, size_t size)
{
	if (count <= *room)
		return list;
	size_t wanted = *room * 2 > 16 ? *room * 2 : 16;
	wanted = wanted > count ? wanted : count;
	void *grown = memory_resize(list, wanted * size);
	if (grown != NULL)
		*room = wanted;
	return grown;
}

bool
world_hold(struct world *world, const struct holding *holding)
{
	size_t room = world->holding_room;
	int64_t *due_from = grow(
		world->due_from, world->holding_count + 1, &room, sizeof *world->due_from);
	if (due_from == NULL)
		return false;
	world->due_from = due_from;
	struct holding *list = grow(world->holdings, world->holding_count + 1, &world->holding_room,
		sizeof *world->holdings);
	if (list == NULL)
		return false;
	world->holdings = list;
	due_from[world->holding_count] = due_day(world->image, holding->from_ms);
	list[world->holding_count++] = *holding;
	return true;
}

bool
world_end(struct world *world, struct text package)
{
	bool held = false;
	for (size_t i = 0; i < world->holding_count; i++) {
		struct holding *holding = &world->holdings[i];
		if (!text_equal(holding->package, package) || holding->till_ms <= world->clock_ms)
			continue;
		held = true;
		holding->till_ms = world->clock_ms;
		if (holding->from_ms > world->clock_ms)
			holding->from_ms = world->clock_ms;
	}
	return held;
}

void
world_move(struct world *world, int64_t clock_ms)
{
	must(clock_ms >= world->clock_ms);
	world->clock_ms = clock_ms;
}

/* What an allowance or meter counts. */
struct counted {
	enum cycle every;
	bool money;
};

/* What has this id in a version of a package; false if nothing has. */
static bool
find_in_version(const struct package *package, struct text id, struct counted *counted)
{
	for (uint32_t i = 0; i < package->allowance_count; i++)
		if (text_equal(package->allowances[i].id, id)) {
			*counted = (struct counted){ package->allowances[i].every, false };
			return true;
		}
	for (uint32_t i = 0; i < package->meter_count; i++)
		if (text_equal(package->meters[i].id, id)) {
			*counted = (struct counted){ package->meters[i].every,
				package->meters[i].money };
			return true;
		}
	return false;
}

/* A counter counts the same in every version of its package. */
static bool
find_counted(
	const struct world *world, struct text package, struct text id, struct counted *counted)
{
	uint32_t first, count;
	if (!image_package(world->image, package, &first, &count))
		return false;
	for (uint32_t i = first; i < first + count; i++)
		if (find_in_version(&world->image->packages[i], id, counted))
			return true;
	return false;
}

bool
world_cycle(const struct world *world, struct text package, struct text counter, int64_t ms,
	struct counter_name *name)
{
	struct counted counted;
	if (!find_counted(world, package, counter, &counted))
		return false;
	struct cycle_span cycle = image_cycle(world->image, counted.every, ms);
	*name = (struct counter_name){ package, counter, (int32_t)cycle.first_day };
	return true;
}

size_t
world_format(const struct world *world, const struct counter_name *name, int64_t value,
	char text[MONEY_TEXT_MAX])
{
	struct counted counted;
	if (find_counted(world, name->package, name->allowance, &counted) && counted.money)
		return money_format((struct money){ value }, text);
	return (size_t)snprintf(text, MONEY_TEXT_MAX, "%lld", (long long)value);
}

static bool
same_counter(const struct counter_name *a, const struct counter_name *b)
{
	return a->cycle == b->cycle && text_equal(a->package, b->package) &&
		text_equal(a->allowance, b->allowance);
}

/* The newest are asked for most. */
static struct world_counter *
find_counter(const struct world *world, const struct counter_name *name)
{
	for (size_t i = world->counter_count; i-- > 0;)
		if (same_counter(&world->counters[i].name, name))
			return &world->counters[i];
	return NULL;
}

bool
world_count(struct world *world, const struct counter_name *name, int64_t used)
{
	struct world_counter *counter = find_counter(world, name);
	must(used >= 0);
	if (counter == NULL) {
		struct world_counter *list = grow(world->counters, world->counter_count + 1,
			&world->counter_room, sizeof *world->counters);
		if (list == NULL)
			return false;
		world->counters = list;
		counter = &list[world->counter_count++];
		counter->name = *name;
	}
	counter->used = used;
	return true;
}

int64_t
world_used(const struct world *world, const struct counter_name *name)
{
	const struct world_counter *counter = find_counter(world, name);
	return counter == NULL ? 0 : counter->used;
}

static enum fact
get_counter(void *context, const struct counter_name *name, int64_t *used)
{
	*used = world_used(context, name);
	return FACT_KNOWN;
}

int64_t
world_left(const struct world *world, struct text package, struct text allowance)
{
	const struct rate_question question = { .image = world->image,
		.holdings = world->holdings,
		.holding_count = world->holding_count,
		.facts = { (void *)(uintptr_t)world, get_counter } };
	int64_t left = 0;
	enum fact fact = rate_left(&question, package, allowance, world->clock_ms, &left);
	must(fact == FACT_KNOWN);
	return left;
}

enum rate_outcome
world_price(struct world *world, const struct usage *usage, struct arena *arena,
	struct pricing *pricing, struct fault *fault)
{
	struct rate_question question = { world->image, usage, world->holdings,
		world->holding_count, { world, get_counter }, world->functions };
	return rate_usage(&question, arena, pricing, fault);
}

bool
world_charge(struct world *world, const struct pricing *pricing)
{
	must(pricing->refused == 0);
	for (size_t i = 0; i < pricing->consumption_count; i++) {
		const struct consumption *consumption = &pricing->consumptions[i];
		must(world_used(world, &consumption->name) == consumption->used_before);
		if (!world_count(world, &consumption->name, consumption->used_after))
			return false;
	}
	return money_add(world->charged, pricing->amount, &world->charged);
}

/* An instant as the clock on the wall shows it. */
static bool
write_instant(const struct world *world, int64_t ms, struct buffer *out)
{
	char text[INSTANT_TEXT_MAX];
	int32_t offset_ms = zoneinfo_stretch(world->image->zone, ms).offset_ms;
	size_t size = instant_format(ms, offset_ms / (int32_t)MINUTE_MS, text);
	return buffer_append(out, text, size);
}

static bool
write_held(const struct world *world, struct buffer *out)
{
	const char *between = "";
	for (size_t i = 0; i < world->holding_count; i++) {
		const struct holding *holding = &world->holdings[i];
		if (world->clock_ms < holding->from_ms || world->clock_ms >= holding->till_ms)
			continue;
		if (!buffer_print(out, "%s%.*s", between, TEXT_ARGS(holding->package)))
			return false;
		between = ", ";
	}
	return *between != '\0' || buffer_append_text(out, TEXT("-"));
}

static bool
write_counter(const struct world *world, const struct world_counter *counter, bool chinese,
	struct buffer *out)
{
	char count[MONEY_TEXT_MAX];
	struct date day = date_of_day(counter->name.cycle);
	size_t size = world_format(world, &counter->name, counter->used, count);
	return buffer_print(out,
		chinese ? "已计 %.*s.%.*s（%04d-%02d-%02d 起的周期）：%.*s\n"
			: "counted %.*s.%.*s in the cycle from %04d-%02d-%02d: %.*s\n",
		TEXT_ARGS(counter->name.package), TEXT_ARGS(counter->name.allowance), (int)day.year,
		(int)day.month, (int)day.day, (int)size, count);
}

bool
world_describe(const struct world *world, struct text language, struct buffer *out)
{
	bool chinese = text_equal(language, TEXT("zh"));
	if (!write_instant(world, world->clock_ms, out) ||
		!buffer_append_text(out, chinese ? TEXT("，持有：") : TEXT(", held: ")) ||
		!write_held(world, out) || !buffer_append_text(out, TEXT("\n")))
		return false;
	size_t first = world->counter_count > COUNTERS_SHOWN_MAX
		? world->counter_count - COUNTERS_SHOWN_MAX
		: 0;
	for (size_t i = first; i < world->counter_count; i++)
		if (!write_counter(world, &world->counters[i], chinese, out))
			return false;
	return true;
}
