#include "notices.h"

#include "due.h"
#include "explain.h"
#include "rating.h"

#include "../engine/base/must.h"

#include <stdio.h>

/* A percentage is so many of as many. */
#define WHOLE 1000000

/* Counters. */

/* All there is of what a counter counts. */
struct total {
	bool money;
	int64_t amount;      /* 0: it only counts */
	int64_t till_ms;     /* when it ends */
	int64_t own_till_ms; /* when the cycle ends in which it is given; later it is carried over */
};

/* Is it that of a counter, and not over by then? */
static bool
holds_counter(const struct holding *holding, const struct counter_name *name, int64_t ms)
{
	return text_equal(holding->package, name->package) && holding->till_ms > ms &&
		(name->group.size == 0 || text_equal(holding->group, name->group));
}

/* The end of what an allowance gives in a cycle: so many cycles later, if it is carried over. */
static int64_t
carried_till_ms(
	const struct image *image, const struct allowance *allowance, struct cycle_span cycle)
{
	for (unsigned i = 0; i < allowance->carry_cycles && cycle.till_ms <= INSTANT_MAX; i++)
		cycle = image_cycle(image, allowance->every, cycle.till_ms);
	return cycle.till_ms;
}

/* The cycle that has this first day. */
static struct cycle_span
cycle_of_day(const struct image *image, enum cycle every, int64_t first_day)
{
	int64_t ms = zoneinfo_local_to_utc(image->zone, first_day * DAY_MS);

	return image_cycle(image, every, ms < INSTANT_MIN ? INSTANT_MIN : ms);
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Of purchases of one day the sum; what a group bought, it bought once. */
static void
total_given(const struct rate_question *question, const struct package *package,
	const struct allowance *allowance, const struct counter_name *name, int64_t ms,
	struct total *total)
{
	for (size_t i = 0; i < question->holding_count; i++) {
		struct owner owner = { package, &question->holdings[i] };

		if (!holds_counter(owner.holding, name, ms))
			continue;
		const struct allowance *given = grant_given(question->image, &owner, allowance);
		if (given == NULL)
			continue;
		struct cycle_span span = grant_validity(question->image, &owner, given);
		if (span.first_day != name->cycle || (name->group.size > 0 && total->amount > 0))
			continue;
		total->amount += given->amount;
		int64_t till_ms = sooner(span.till_ms, owner.holding->till_ms);
		if (till_ms > total->till_ms)
			total->till_ms = total->own_till_ms = till_ms;
	}
}

static void
total_of_cycle(const struct rate_question *question, const struct package *package,
	const struct allowance *allowance, const struct counter_name *name, int64_t ms,
	struct total *total)
{
	const struct image *image = question->image;
	struct cycle_span cycle = cycle_of_day(image, allowance->every, name->cycle);

	for (size_t i = 0; i < question->holding_count && total->amount == 0; i++) {
		struct owner owner = { package, &question->holdings[i] };

		if (!holds_counter(owner.holding, name, ms))
			continue;
		total->amount = grant_amount(image, &owner, allowance, &cycle);
		total->own_till_ms = cycle.till_ms;
		total->till_ms = sooner(
			owner.holding->till_ms, carried_till_ms(image, allowance, cycle));
	}
}

/* The amount of the cap or limit that counts by a meter; 0 if none does. */
static int64_t
bound_of(const struct package *package, const struct meter *meter)
{
	for (uint32_t i = 0; i < package->cap_count; i++)
		if (package->caps[i].meter == meter)
			return package->caps[i].amount.micros;
	for (uint32_t i = 0; i < package->limit_count; i++)
		if (package->limits[i].meter == meter)
			return package->limits[i].amount;
	return 0;
}

/* False if the version has no such counter. */
static bool
total_of(const struct rate_question *question, const struct package *package,
	const struct counter_name *name, int64_t ms, struct total *total)
{
	const struct allowance *allowance = package_allowance(package, name->allowance);

	*total = (struct total){ 0 };
	if (allowance != NULL && allowance->valid_count > 0) {
		total_given(question, package, allowance, name, ms, total);
		return true;
	} else if (allowance != NULL) {
		total_of_cycle(question, package, allowance, name, ms, total);
		return true;
	}
	const struct meter *meter = package_meter(package, name->allowance);
	if (meter == NULL)
		return false;
	total->money = meter->money;
	total->amount = bound_of(package, meter);
	total->own_till_ms = total->till_ms =
		cycle_of_day(question->image, meter->every, name->cycle).till_ms;
	return true;
}

/* What is crossed. */

static bool
is_reached(const struct notify *notify, const struct threshold *threshold, int64_t amount,
	int64_t used)
{
	int128 wanted = threshold->is_part ? (int128)amount * threshold->amount
					   : (int128)threshold->amount * WHOLE;

	return notify->way == NOTICE_LEFT ? ((int128)amount - used) * WHOLE <= wanted
					  : (int128)used * WHOLE >= wanted;
}

static void
tell_crossed(const struct package *package, const struct notify *notify,
	const struct consumption *consumption, const struct notice *told, notice_told *tell,
	void *context)
{
	for (uint32_t i = 0; i < notify->threshold_count; i++) {
		const struct threshold *threshold = &notify->thresholds[i];
		struct notice notice = *told;

		if (is_reached(notify, threshold, told->amount, consumption->used_before) ||
			!is_reached(notify, threshold, told->amount, consumption->used_after))
			continue;
		notice.package = package;
		notice.notify = notify;
		notice.threshold = threshold;
		tell(context, &notice);
	}
}

/* What the catalog has told of every allowance, as if each package had this notify of each. */
static const struct threshold NOTHING_LEFT = { .text = TEXT("0"), .is_part = false, .amount = 0 };
static const struct notify USED_UP = { .id = TEXT("used_up"),
	.way = NOTICE_LEFT,
	.thresholds = &NOTHING_LEFT,
	.threshold_count = 1,
	.say = TEXT("") };

bool
notice_is_of_used_up(const struct notice *notice)
{
	return notice->notify == &USED_UP;
}

static bool
tells_nothing_left(const struct notify *notify)
{
	for (uint32_t i = 0; i < notify->threshold_count; i++)
		if (notify->thresholds[i].amount == 0)
			return true;
	return false;
}

/* What the package tells in its own words is not told in the server's. */
static void
tell_used_up(const struct package *package, const struct consumption *consumption,
	const struct notice *told, notice_told *tell, void *context)
{
	struct text allowance = consumption->name.allowance;

	if (told->amount == 0 || package_allowance(package, allowance) == NULL)
		return;
	for (uint32_t i = 0; i < package->notice_count; i++) {
		const struct notify *notify = &package->notices[i];

		if (notify->way == NOTICE_LEFT && text_equal(notify->of, allowance) &&
			tells_nothing_left(notify))
			return;
	}
	tell_crossed(package, &USED_UP, consumption, told, tell, context);
}

void
notices_crossed(const struct rate_question *question, const struct pricing *pricing,
	notice_told *told, void *context)
{
	for (size_t i = 0; i < pricing->consumption_count; i++) {
		const struct consumption *consumption = &pricing->consumptions[i];
		const struct counter_name *name = &consumption->name;
		const struct package *package = package_version(
			question->image, name->package, pricing->at_ms);
		struct total total;

		if (package == NULL ||
			(package->notice_count == 0 && !question->image->tells_used_up) ||
			!total_of(question, package, name, pricing->at_ms, &total) ||
			total.own_till_ms <= pricing->at_ms)
			continue;
		const struct notice notice = { .at_ms = pricing->at_ms,
			.counter = *name,
			.money = total.money,
			.amount = total.amount,
			.used = consumption->used_after,
			.till_ms = total.till_ms };
		for (uint32_t j = 0; j < package->notice_count; j++) {
			const struct notify *notify = &package->notices[j];

			if (notify->way != NOTICE_BEFORE && text_equal(notify->of, name->allowance))
				tell_crossed(package, notify, consumption, &notice, told, context);
		}
		if (question->image->tells_used_up)
			tell_used_up(package, consumption, &notice, told, context);
	}
}

/* What is due. */

struct search {
	const struct rate_question *question;
	int64_t after_ms;
	int64_t till_ms;
	notice_told *told; /* NULL: only when something may be due is asked */
	void *context;
	int64_t next_ms;
	enum fact fact;
};

/* Something that ends, of a holding and a version of its package. */
struct lapse {
	const struct package *package;
	const struct holding *holding;
	const struct notify *notify;
	const struct threshold *threshold;
	struct counter_name counter;
	int64_t from_ms;
	int64_t till_ms;
};

/* INT64_MAX of what ends beyond all instants. */
static int64_t
due_ms_of(const struct image *image, const struct lapse *lapse)
{
	if (lapse->till_ms > INSTANT_MAX)
		return INT64_MAX;
	int64_t day = image_cycle(image, CYCLE_DAY, lapse->till_ms).first_day;
	const struct threshold *lead = lapse->threshold;
	return zoneinfo_local_to_utc(
		image->zone, day_later(day, lead->every, -lead->amount) * DAY_MS);
}

/* Is it told then at all: in what is asked, while it is held and in force, and not before it began? */
static bool
is_in_time(const struct search *search, const struct lapse *lapse, int64_t due_ms)
{
	return search->after_ms < due_ms && due_ms <= search->till_ms && lapse->from_ms <= due_ms &&
		lapse->package->from_ms <= due_ms && due_ms < lapse->package->till_ms &&
		lapse->holding->from_ms <= due_ms && due_ms < lapse->holding->till_ms;
}

static void
search_tell(struct search *search, const struct lapse *lapse, int64_t due_ms)
{
	const struct rate_question *question = search->question;
	struct notice notice = { .package = lapse->package,
		.notify = lapse->notify,
		.threshold = lapse->threshold,
		.at_ms = due_ms,
		.counter = lapse->counter,
		.till_ms = lapse->till_ms };
	struct total total;

	if (lapse->notify->of.size > 0) {
		bool counted = total_of(question, lapse->package, &lapse->counter, due_ms, &total);
		must(counted);
		notice.amount = total.amount;
		if (question->facts.counter(
			    question->facts.context, &lapse->counter, &notice.used) == FACT_COLD) {
			search->fact = FACT_COLD;
			return;
		}
		if (notice.used >= notice.amount)
			return;
	}
	search->told(search->context, &notice);
}

static void
search_offer(struct search *search, const struct lapse *lapse)
{
	int64_t due_ms = due_ms_of(search->question->image, lapse);

	if (!is_in_time(search, lapse, due_ms))
		return;
	if (search->told != NULL)
		search_tell(search, lapse, due_ms);
	else if (due_ms < search->next_ms)
		search->next_ms = due_ms;
}

/*
 * Of several holdings whose grants one counter counts, that tells it which ends last, or the first of
 * these; those are no others that begin after it would be told.
 */
static bool
is_told_by_other(const struct search *search, const struct lapse *lapse,
	const struct allowance *allowance, int64_t grant_till_ms)
{
	const struct rate_question *question = search->question;
	int64_t due_ms = due_ms_of(question->image, lapse);

	for (size_t i = 0; i < question->holding_count; i++) {
		const struct holding *holding = &question->holdings[i];
		struct owner other = { lapse->package, holding };
		int64_t till_ms = sooner(grant_till_ms, holding->till_ms);

		if (holding == lapse->holding || holding->from_ms > due_ms ||
			!holds_counter(holding, &lapse->counter, due_ms))
			continue;
		if (allowance->valid_count > 0 &&
			grant_validity(question->image, &other, allowance).first_day !=
				lapse->counter.cycle)
			continue;
		if (till_ms > lapse->till_ms ||
			(till_ms == lapse->till_ms && holding < lapse->holding))
			return true;
	}
	return false;
}

/* What was given as long as its span lasts, or the holding does. */
static void
search_grant(struct search *search, struct lapse *lapse, const struct allowance *allowance,
	const struct cycle_span *span)
{
	lapse->counter.cycle = (int32_t)span->first_day;
	lapse->from_ms = span->from_ms;
	lapse->till_ms = sooner(span->till_ms, lapse->holding->till_ms);
	if (!is_told_by_other(search, lapse, allowance, span->till_ms))
		search_offer(search, lapse);
}

static void
search_given(struct search *search, struct lapse *lapse, const struct allowance *allowance)
{
	const struct image *image = search->question->image;
	struct owner owner = { lapse->package, lapse->holding };
	const struct allowance *given = grant_given(image, &owner, allowance);

	if (given == NULL)
		return;
	struct cycle_span span = grant_validity(image, &owner, given);
	search_grant(search, lapse, given, &span);
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Of what is given in each cycle: cycle by cycle, as far as there may be something due. */
static void
search_cycles(struct search *search, struct lapse *lapse, const struct allowance *allowance)
{
	const struct image *image = search->question->image;
	struct owner owner = { lapse->package, lapse->holding };
	int64_t first_ms = later(later(lapse->package->from_ms, lapse->holding->from_ms),
		later(search->after_ms, INSTANT_MIN));
	int64_t last_ms = sooner(sooner(lapse->package->till_ms, lapse->holding->till_ms),
		sooner(search->till_ms, INSTANT_MAX));

	if (first_ms > last_ms)
		return;
	struct cycle_span cycle = image_cycle(image, allowance->every, first_ms);
	for (unsigned back = 0; back < allowance->carry_cycles; back++)
		if (!cycle_step_back(image, allowance->every, &cycle))
			break;
	for (; cycle.till_ms <= INSTANT_MAX && cycle.from_ms <= last_ms;
		cycle = image_cycle(image, allowance->every, cycle.till_ms)) {
		struct cycle_span span = { cycle.first_day, cycle.from_ms,
			carried_till_ms(image, allowance, cycle) };

		if (grant_amount(image, &owner, allowance, &cycle) == 0)
			continue; /* it was not held yet */
		search_grant(search, lapse, allowance, &span);
		if (search->told == NULL && due_ms_of(image, lapse) >= search->next_ms)
			return;
	}
}

static void
search_notify(struct search *search, const struct package *package, const struct notify *notify,
	const struct holding *holding)
{
	const struct allowance *allowance = package_allowance(package, notify->of);

	for (uint32_t i = 0; i < notify->threshold_count; i++) {
		struct owner owner = { package, holding };
		struct lapse lapse = { .package = package,
			.holding = holding,
			.notify = notify,
			.threshold = &notify->thresholds[i],
			.counter = { .package = package->id, .allowance = notify->of },
			.from_ms = holding->from_ms,
			.till_ms = holding->till_ms };

		if (notify->of.size == 0) {
			search_offer(search, &lapse);
			continue;
		}
		must(allowance != NULL);
		lapse.counter.group = owner_group(&owner, allowance->shared);
		if (allowance->valid_count > 0)
			search_given(search, &lapse, allowance);
		else
			search_cycles(search, &lapse, allowance);
	}
}

static void
search_holding(struct search *search, const struct holding *holding)
{
	const struct image *image = search->question->image;
	uint32_t first, count;

	if (!image_package(image, holding->package, &first, &count))
		return;
	for (uint32_t i = first; i < first + count; i++)
		for (uint32_t j = 0; j < image->packages[i].notice_count; j++) {
			const struct notify *notify = &image->packages[i].notices[j];

			if (notify->way == NOTICE_BEFORE)
				search_notify(search, &image->packages[i], notify, holding);
		}
}

enum fact
notices_due(const struct rate_question *question, int64_t after_ms, int64_t till_ms,
	notice_told *told, void *context)
{
	struct search search = { question, after_ms, till_ms, told, context, INT64_MAX,
		FACT_KNOWN };

	for (size_t i = 0; i < question->holding_count; i++)
		search_holding(&search, &question->holdings[i]);
	return search.fact;
}

int64_t
notices_next_ms(const struct rate_question *question, int64_t after_ms)
{
	int64_t next_ms = INT64_MAX;

	for (size_t i = 0; i < question->holding_count; i++) {
		struct search search = { question, after_ms, INT64_MAX, NULL, NULL, INT64_MAX,
			FACT_KNOWN };

		search_holding(&search, &question->holdings[i]);
		next_ms = sooner(next_ms, search.next_ms);
	}
	return next_ms;
}

/* Sentences. */

static struct text
write_count(const struct notice *notice, int64_t count, char text[MONEY_TEXT_MAX])
{
	if (notice->money)
		return (struct text){ text, money_format((struct money){ count }, text) };
	return (struct text){ text,
		(size_t)snprintf(text, MONEY_TEXT_MAX, "%lld", (long long)count) };
}

/* In the server's own words; another language than Chinese gets English. */
static struct text
used_up_template(struct text language)
{
	return text_equal(language, TEXT("zh"))
		? TEXT("{package}：{allowance}已用完（{used}/{amount}）")
		: TEXT("{package}: nothing is left of {allowance} ({used} of {amount} used)");
}

/* What a thing of the catalog is called, or its id, where a catalog does not speak the language. */
static struct text
name_of(const struct release *release, struct text language, const char *word, struct text id)
{
	char key[160];
	snprintf(key, sizeof key, "%s.%.*s", word, TEXT_ARGS(id));
	struct text name = release_text(release, language, text_of(key));
	return name.size > 0 ? name : id;
}

bool
notice_write(const struct release *release, struct text language, const struct notice *notice,
	struct buffer *out)
{
	char amount[MONEY_TEXT_MAX], left[MONEY_TEXT_MAX], used[MONEY_TEXT_MAX];
	char last[DUE_DAY_TEXT_MAX];
	int64_t rest = notice->amount > notice->used ? notice->amount - notice->used : 0;
	bool own = !notice_is_of_used_up(notice);
	due_day_format(due_day(release_image(release), notice->till_ms - 1), last);
	struct text template = own ? release_text(release, language, notice->notify->say)
				   : used_up_template(language);
	const struct blank blanks[] = {
		{ "allowance", name_of(release, language, "allowance", notice->counter.allowance) },
		{ "amount", write_count(notice, notice->amount, amount) },
		{ "last", text_of(last) },
		{ "left", write_count(notice, rest, left) },
		{ "package", name_of(release, language, "package", notice->package->id) },
		{ "threshold", notice->threshold->text },
		{ "used", write_count(notice, notice->used, used) },
	};
	return text_fill(template, blanks, sizeof blanks / sizeof blanks[0], out);
}
