#include "test_world.h"

#include <stdio.h>

#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "due.h"

/* Of the newest counters, so many are described. */
#define COUNTERS_SHOWN_MAX 50
#define KEPT_BYTES_MAX ((size_t)64 * 1024 * 1024)

void
world_init(struct world *world, const struct image *image, const struct rate_functions *functions)
{
	*world = (struct world){ .image = image, .functions = functions };
	wallet_init(&world->wallet, image);
	arena_init(&world->kept, KEPT_BYTES_MAX);
}

void
world_release(struct world *world)
{
	memory_free(world->holdings);
	memory_free(world->held);
	memory_free(world->own);
	memory_free(world->changes);
	memory_free(world->facts);
	memory_free(world->billed);
	memory_free(world->fees);
	memory_free(world->counters);
	memory_free(world->notices);
	memory_free(world->charges);
	arena_release(&world->kept);
	wallet_release(&world->wallet);
	world_init(world, world->image, world->functions);
}

void
world_clear(struct world *world, int64_t clock_ms)
{
	world->clock_ms = clock_ms;
	world->member = (struct text){ NULL, 0 };
	world->holding_count = 0;
	world->counter_count = 0;
	world->change_count = 0;
	world->fact_count = 0;
	world->billed_count = 0;
	world->refused = (struct due_pricing){ .line_count = 0 };
	world->fee_count = 0;
	world->fees_told = 0;
	world->charged = (struct money){ 0 };
	world->notice_count = 0;
	world->notices_told = 0;
	world->told_ms = clock_ms;
	world->charge_count = 0;
	world->session = (struct world_session){ 0 };
	arena_clear(&world->kept);
	wallet_clear(&world->wallet, clock_ms);
}

void
world_be(struct world *world, struct text member)
{
	world->member = member;
}

bool
world_hold(struct world *world, const struct holding *holding)
{
	size_t room = world->holding_room;
	struct world_held *held = memory_grow(
		world->held, world->holding_count + 1, &room, sizeof *world->held);
	if (held == NULL)
		return false;
	world->held = held;
	struct holding *list = memory_grow(world->holdings, world->holding_count + 1,
		&world->holding_room, sizeof *world->holdings);
	if (list == NULL)
		return false;
	world->holdings = list;
	if (!wallet_hold(&world->wallet, holding))
		return false;
	held[world->holding_count] = (struct world_held){ .member = world->member,
		.due_from = due_day(world->image, holding->from_ms) };
	list[world->holding_count++] = *holding;
	return true;
}

static bool
is_own(const struct world *world, size_t holding)
{
	return text_equal(world->held[holding].member, world->member);
}

void
world_give(struct world *world, const struct sell_item *item)
{
	must(world->holding_count > 0);
	world->held[world->holding_count - 1].item = *item;
}

bool
world_change(struct world *world, struct text package, const struct due_change *change, bool *held)
{
	size_t found = world->holding_count;
	for (size_t i = 0; i < world->holding_count; i++)
		if (is_own(world, i) && text_equal(world->holdings[i].package, package) &&
			change->from_ms < world->holdings[i].till_ms)
			found = i;
	*held = found < world->holding_count;
	if (!*held)
		return true;
	struct world_change *changes = memory_grow(
		world->changes, world->change_count + 1, &world->change_room, sizeof *changes);
	if (changes == NULL)
		return false;
	world->changes = changes;
	changes[world->change_count++] = (struct world_change){ found, *change };
	return true;
}

const struct due_change *
world_changes(const struct world *world, size_t holding, struct arena *arena, size_t *count)
{
	struct due_change *changes = arena_take(arena, world->change_count * sizeof *changes + 1);
	*count = 0;
	for (size_t i = 0; changes != NULL && i < world->change_count; i++)
		if (world->changes[i].holding == holding)
			changes[(*count)++] = world->changes[i].change;
	return changes;
}

bool
world_end(struct world *world, struct text package)
{
	bool held = false;
	for (size_t i = 0; i < world->holding_count; i++) {
		struct holding *holding = &world->holdings[i];
		if (!is_own(world, i) || !text_equal(holding->package, package) ||
			holding->till_ms <= world->clock_ms)
			continue;
		held = true;
		holding->till_ms = world->clock_ms;
		if (holding->from_ms > world->clock_ms)
			holding->from_ms = world->clock_ms;
		wallet_end(&world->wallet, i, world->clock_ms);
	}
	return held;
}

/* What the member holds; false without memory. */
static bool
find_own(struct world *world, struct rate_question *question)
{
	size_t count = 0;
	for (size_t i = 0; i < world->holding_count; i++)
		count += is_own(world, i);
	question->holdings = world->holdings;
	question->holding_count = count;
	if (count == world->holding_count)
		return true;
	struct holding *own = memory_grow(world->own, count, &world->own_room, sizeof *own);
	if (own == NULL)
		return count == 0;
	question->holdings = world->own = own;
	count = 0;
	for (size_t i = 0; i < world->holding_count; i++)
		if (is_own(world, i))
			own[count++] = world->holdings[i];
	return true;
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
	bool shared;
};

/* What has this id in a version of a package; false if nothing has. */
static bool
find_in_version(const struct package *package, struct text id, struct counted *counted)
{
	for (uint32_t i = 0; i < package->allowance_count; i++)
		if (text_equal(package->allowances[i].id, id)) {
			*counted = (struct counted){ package->allowances[i].every, false,
				package->allowances[i].shared };
			return true;
		}
	for (uint32_t i = 0; i < package->meter_count; i++)
		if (text_equal(package->meters[i].id, id)) {
			*counted = (struct counted){ package->meters[i].every,
				package->meters[i].money, package->meters[i].shared };
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

/* The group by which the member holds a package at an instant, or did or will; empty if by none. */
static struct text
group_of(const struct world *world, struct text package, int64_t ms)
{
	struct text group = { NULL, 0 };
	for (size_t i = 0; i < world->holding_count; i++) {
		const struct holding *holding = &world->holdings[i];
		if (!is_own(world, i) || !text_equal(holding->package, package))
			continue;
		if (holding->from_ms <= ms && ms < holding->till_ms)
			return holding->group;
		group = holding->group;
	}
	return group;
}

bool
world_counter(const struct world *world, struct text package, struct text counter, int64_t ms,
	struct counter_name *name)
{
	struct counted counted;
	if (!find_counted(world, package, counter, &counted))
		return false;
	struct cycle_span cycle = image_cycle(world->image, counted.every, ms);
	*name = (struct counter_name){ package, counter, (int32_t)cycle.first_day,
		counted.shared ? group_of(world, package, ms) : (struct text){ NULL, 0 } };
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

/* The member's, or that of a group, by which all its members find it. */
static bool
is_counter(const struct world *world, const struct world_counter *counter,
	const struct counter_name *name)
{
	return counter->name.cycle == name->cycle &&
		text_equal(counter->name.package, name->package) &&
		text_equal(counter->name.allowance, name->allowance) &&
		text_equal(counter->name.group, name->group) &&
		(name->group.size > 0 || text_equal(counter->member, world->member));
}

/* The newest are asked for most. */
static struct world_counter *
find_counter(const struct world *world, const struct counter_name *name)
{
	for (size_t i = world->counter_count; i-- > 0;)
		if (is_counter(world, &world->counters[i], name))
			return &world->counters[i];
	return NULL;
}

bool
world_count(struct world *world, const struct counter_name *name, int64_t used)
{
	struct world_counter *counter = find_counter(world, name);
	must(used >= 0);
	if (counter == NULL) {
		struct world_counter *list = memory_grow(world->counters, world->counter_count + 1,
			&world->counter_room, sizeof *world->counters);
		if (list == NULL)
			return false;
		world->counters = list;
		counter = &list[world->counter_count++];
		counter->name = *name;
		counter->member = world->member;
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

bool
world_question(struct world *world, struct rate_question *question)
{
	*question = (struct rate_question){ .image = world->image,
		.facts = { world, get_counter },
		.functions = world->functions };
	return find_own(world, question);
}

int64_t
world_left(struct world *world, struct text package, struct text allowance)
{
	struct rate_question question;
	int64_t left = 0;
	if (!world_question(world, &question))
		return -1; /* without memory nothing is as it is expected */
	enum fact fact = rate_left(&question, package, allowance, world->clock_ms, &left);
	must(fact == FACT_KNOWN);
	return left;
}

enum rate_outcome
world_price(struct world *world, const struct usage *usage, struct arena *arena,
	struct pricing *pricing, struct fault *fault)
{
	struct rate_question question;
	if (!world_question(world, &question)) {
		fault_set(fault, STATUS_MEMORY, "no memory for what is held");
		return RATE_FAULT;
	}
	question.usage = usage;
	return rate_usage(&question, arena, pricing, fault);
}

bool
world_charge(struct world *world, const struct usage *usage, const struct pricing *pricing)
{
	must(pricing->refused == 0);
	for (size_t i = 0; i < pricing->consumption_count; i++) {
		const struct consumption *consumption = &pricing->consumptions[i];
		must(world_used(world, &consumption->name) == consumption->used_before);
		if (!world_count(world, &consumption->name, consumption->used_after))
			return false;
	}
	const struct bill_line line = { usage->service, pricing->zone, pricing->amount };
	return world_bill_add(world, usage->at_ms, &line) &&
		money_add(world->charged, pricing->amount, &world->charged);
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

/* Which of several it is. */
static bool
write_member(struct text member, bool chinese, struct buffer *out)
{
	return member.size == 0 ||
		buffer_print(out, chinese ? "（成员 %.*s）" : " (member %.*s)", TEXT_ARGS(member));
}

static bool
write_owner(const struct world_counter *counter, bool chinese, struct buffer *out)
{
	struct text group = counter->name.group;
	if (group.size == 0)
		return write_member(counter->member, chinese, out);
	return buffer_print(out, chinese ? "（群组 %.*s）" : " (group %.*s)", TEXT_ARGS(group));
}

static bool
write_held(const struct world *world, bool chinese, struct buffer *out)
{
	const char *between = "";
	for (size_t i = 0; i < world->holding_count; i++) {
		const struct holding *holding = &world->holdings[i];
		if (world->clock_ms < holding->from_ms || world->clock_ms >= holding->till_ms)
			continue;
		if (!buffer_print(out, "%s%.*s", between, TEXT_ARGS(holding->package)) ||
			!write_member(world->held[i].member, chinese, out))
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
	return buffer_print(out, chinese ? "已计 %.*s.%.*s" : "counted %.*s.%.*s",
		       TEXT_ARGS(counter->name.package), TEXT_ARGS(counter->name.allowance)) &&
		write_owner(counter, chinese, out) &&
		buffer_print(out,
			chinese ? "（%04d-%02d-%02d 起的周期）：%.*s\n"
				: " in the cycle from %04d-%02d-%02d: %.*s\n",
			(int)day.year, (int)day.month, (int)day.day, (int)size, count);
}

bool
world_describe(const struct world *world, struct text language, struct buffer *out)
{
	bool chinese = text_equal(language, TEXT("zh"));
	if (!write_instant(world, world->clock_ms, out) ||
		!buffer_append_text(out, chinese ? TEXT("，持有：") : TEXT(", held: ")) ||
		!write_held(world, chinese, out) || !buffer_append_text(out, TEXT("\n")))
		return false;
	size_t first = world->counter_count > COUNTERS_SHOWN_MAX
		? world->counter_count - COUNTERS_SHOWN_MAX
		: 0;
	for (size_t i = first; i < world->counter_count; i++)
		if (!write_counter(world, &world->counters[i], chinese, out))
			return false;
	return true;
}
