/*
 * Coverage is a list of names, sorted by kind and name, in which what an event came by is looked
 * up: a fraction of the time that pricing it takes. Versions of a package have the same names, and
 * share them.
 */
#include "coverage.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define NAME_BYTES_MAX 256

const char *
coverage_kind_name(enum coverage_kind kind)
{
	static const char *const names[] = { "tariff", "band", "step", "tier", "allowance",
		"discount", "cap", "limit", "notice", "refund", "zone", "refusal", "row", "outcome",
		"text" };
	_Static_assert(sizeof names / sizeof names[0] == COVERAGE_KINDS, "each has a name");
	must(kind < COVERAGE_KINDS);
	return names[kind];
}

static int
compare_coverage(const void *left, const void *right)
{
	const struct coverage *a = left, *b = right;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	size_t size = a->name.size < b->name.size ? a->name.size : b->name.size;
	int order = size == 0 ? 0 : memcmp(a->name.data, b->name.data, size);
	return order != 0 ? order : (a->name.size > b->name.size) - (a->name.size < b->name.size);
}

/* What there is. */

static bool
add(struct test_report *report, enum coverage_kind kind, struct text name)
{
	if (report->coverage_count == report->coverage_room) {
		size_t room = report->coverage_room == 0 ? 256 : report->coverage_room * 2;
		struct coverage *list = memory_resize(report->coverages, room * sizeof *list);
		if (list == NULL)
			return false;
		report->coverages = list;
		report->coverage_room = room;
	}
	report->coverages[report->coverage_count++] = (struct coverage){ kind, name, 0 };
	return name.data != NULL;
}

static bool
add_text(struct test_report *report, struct text key)
{
	return add(report, COVERAGE_TEXT, arena_copy_text(&report->arena, key));
}

/* "a.b" */
static bool
add_pair(struct test_report *report, enum coverage_kind kind, struct text a, struct text b)
{
	return add(
		report, kind, arena_print(&report->arena, "%.*s.%.*s", TEXT_ARGS(a), TEXT_ARGS(b)));
}

/* Both outcomes of a `when`, where there is one. */
static bool
add_when(struct test_report *report, const struct package *package, struct text id, int32_t when)
{
	for (int yes = 0; when != NO_FUNCTION && yes < 2; yes++)
		if (!add(report, COVERAGE_OUTCOME,
			    arena_print(&report->arena, "%.*s.%.*s.when %s", TEXT_ARGS(package->id),
				    TEXT_ARGS(id), yes ? "true" : "false")))
			return false;
	return true;
}

/* "package.tariff.third" */
static bool
add_of_tariff(struct test_report *report, enum coverage_kind kind, const struct package *package,
	const struct tariff *tariff, struct text third)
{
	return add(report, kind,
		arena_print(&report->arena, "%.*s.%.*s.%.*s", TEXT_ARGS(package->id),
			TEXT_ARGS(tariff->id), TEXT_ARGS(third)));
}

static bool
add_tiers(struct test_report *report, const struct package *package, const struct tariff *tariff)
{
	for (uint32_t i = 0; tariff->tiers != NULL && i < tariff->tiers->count; i++) {
		char number[16];
		snprintf(number, sizeof number, "%u", (unsigned)i + 1);
		if (!add_of_tariff(report, COVERAGE_TIER, package, tariff, text_of(number)))
			return false;
	}
	return true;
}

static bool
add_tariff(struct test_report *report, const struct package *package, const struct tariff *tariff)
{
	if (!add_pair(report, COVERAGE_TARIFF, package->id, tariff->id) ||
		!add_text(report, tariff->say) || !add_tiers(report, package, tariff))
		return false;
	for (uint32_t i = 0; tariff->calendar != NULL && i < tariff->band_count; i++)
		if (!add_of_tariff(report, COVERAGE_BAND, package, tariff, tariff->bands[i]))
			return false;
	if (tariff->has_first &&
		(!add_of_tariff(report, COVERAGE_STEP, package, tariff, TEXT("first")) ||
			!add_of_tariff(report, COVERAGE_STEP, package, tariff, TEXT("next"))))
		return false;
	return add_when(report, package, tariff->id, tariff->when);
}

/* Each threshold: "package.notify 10%". */
static bool
add_notify(struct test_report *report, const struct package *package, const struct notify *notify)
{
	for (uint32_t i = 0; i < notify->threshold_count; i++)
		if (!add(report, COVERAGE_NOTICE,
			    arena_print(&report->arena, "%.*s.%.*s %.*s", TEXT_ARGS(package->id),
				    TEXT_ARGS(notify->id), TEXT_ARGS(notify->thresholds[i].text))))
			return false;
	return add_text(report, notify->say);
}

static bool
add_package(struct test_report *report, const struct package *package)
{
	bool added = true;
	for (uint32_t i = 0; i < package->tariff_count && added; i++)
		added = add_tariff(report, package, &package->tariffs[i]);
	for (uint32_t i = 0; i < package->allowance_count && added; i++)
		added = add_pair(
			report, COVERAGE_ALLOWANCE, package->id, package->allowances[i].id);
	for (uint32_t i = 0; i < package->discount_count && added; i++) {
		const struct discount *discount = &package->discounts[i];
		added = add_pair(report, COVERAGE_DISCOUNT, package->id, discount->id) &&
			add_text(report, discount->say) &&
			add_when(report, package, discount->id, discount->when);
	}
	for (uint32_t i = 0; i < package->cap_count && added; i++)
		added = add_pair(report, COVERAGE_CAP, package->id, package->caps[i].meter->id);
	for (uint32_t i = 0; i < package->limit_count && added; i++)
		added = add_pair(report, COVERAGE_LIMIT, package->id,
				package->limits[i].meter->id) &&
			add_text(report, package->limits[i].say);
	for (uint32_t i = 0; i < package->notice_count && added; i++)
		added = add_notify(report, package, &package->notices[i]);
	for (uint32_t i = 0; i < package->refund_count && added; i++)
		added = add_pair(report, COVERAGE_REFUND, package->id, package->refunds[i].id) &&
			add_text(report, package->refunds[i].say);
	return added;
}

static struct text
text_of_refusal(struct arena *arena, struct text reason)
{
	return arena_print(arena, "refusal.%.*s", TEXT_ARGS(reason));
}

static bool
add_zones(struct test_report *report, const struct zone_map *map)
{
	bool added = true;
	for (uint32_t i = 0; i < map->zone_count && added; i++)
		added = add_pair(report, COVERAGE_ZONE, map->id, map->zones[i]);
	for (uint32_t i = 0; i < map->refusal_count && added; i++)
		added = add_pair(report, COVERAGE_REFUSAL, map->id, map->refusals[i]) &&
			add(report, COVERAGE_TEXT,
				text_of_refusal(&report->arena, map->refusals[i]));
	return added;
}

static bool
add_rows(struct test_report *report, const struct decision *table)
{
	for (uint32_t row = 0; row < table->row_count; row++)
		if (!add(report, COVERAGE_ROW,
			    arena_print(&report->arena, "%.*s.%u", TEXT_ARGS(table->id),
				    table->lines[row])))
			return false;
	return true;
}

/* Versions of a package have the same names: each once. */
static void
drop_repeated(struct test_report *report)
{
	size_t kept = 0;
	for (size_t i = 0; i < report->coverage_count; i++)
		if (kept == 0 ||
			compare_coverage(&report->coverages[kept - 1], &report->coverages[i]) != 0)
			report->coverages[kept++] = report->coverages[i];
	report->coverage_count = kept;
}

bool
coverage_list(struct test_report *report, const struct image *image)
{
	must(report->coverages == NULL);
	for (uint32_t i = 0; i < image->package_count; i++)
		if (!add_package(report, &image->packages[i]))
			return false;
	for (uint32_t i = 0; i < image->zone_map_count; i++)
		if (!add_zones(report, &image->zone_maps[i]))
			return false;
	for (uint32_t i = 0; i < image->decision_count; i++)
		if (!add_rows(report, image->decisions[i]))
			return false;
	if (report->coverage_count > 0)
		qsort(report->coverages, report->coverage_count, sizeof *report->coverages,
			compare_coverage);
	drop_repeated(report);
	return true;
}

/* What was come by. */

static void
hit(struct test_report *report, enum coverage_kind kind, struct text name, uint64_t times)
{
	struct coverage key = { .kind = kind, .name = name };
	struct coverage *found = report->coverage_count == 0
		? NULL
		: bsearch(&key, report->coverages, report->coverage_count, sizeof key,
			  compare_coverage);
	if (found != NULL)
		found->hits += times;
}

__attribute__((format(printf, 4, 5))) static void
hit_printed(struct test_report *report, enum coverage_kind kind, uint64_t times, const char *format,
	...)
{
	char name[NAME_BYTES_MAX];
	va_list arguments;
	va_start(arguments, format);
	int size = vsnprintf(name, sizeof name, format, arguments);
	va_end(arguments);
	if (size >= 0 && size < NAME_BYTES_MAX)
		hit(report, kind, (struct text){ name, (size_t)size }, times);
}

static void
note_part(struct test_report *report, const struct price_line *line, const struct price_part *part)
{
	if (part->band.size > 0)
		hit_printed(report, COVERAGE_BAND, 1, "%.*s.%.*s.%.*s", TEXT_ARGS(line->package),
			TEXT_ARGS(line->tariff), TEXT_ARGS(part->band));
	if (part->tier > 0)
		hit_printed(report, COVERAGE_TIER, 1, "%.*s.%.*s.%u", TEXT_ARGS(line->package),
			TEXT_ARGS(line->tariff), (unsigned)part->tier);
	if (part->allowance.size > 0)
		hit(report, COVERAGE_ALLOWANCE, part->allowance, 1);
}

/* The first unit of a component has the first step; names of tariffs without one are not listed. */
static void
note_steps(struct test_report *report, const struct price_line *line, bool begins)
{
	int64_t units = 0;
	for (size_t i = 0; i < line->part_count; i++)
		units += line->parts[i].units;
	if (begins && units > 0)
		hit_printed(report, COVERAGE_STEP, 1, "%.*s.%.*s.first", TEXT_ARGS(line->package),
			TEXT_ARGS(line->tariff));
	if (units > (begins ? 1 : 0))
		hit_printed(report, COVERAGE_STEP, 1, "%.*s.%.*s.next", TEXT_ARGS(line->package),
			TEXT_ARGS(line->tariff));
}

static void
note_line(struct test_report *report, const struct pricing *pricing, size_t index)
{
	const struct price_line *line = &pricing->lines[index];
	bool begins = true;
	for (size_t i = 0; i < index; i++)
		begins = begins && !text_equal(pricing->lines[i].component, line->component);
	hit_printed(report, COVERAGE_TARIFF, 1, "%.*s.%.*s", TEXT_ARGS(line->package),
		TEXT_ARGS(line->tariff));
	hit(report, COVERAGE_TEXT, line->say, 1);
	note_steps(report, line, begins);
	for (size_t i = 0; i < line->part_count; i++)
		note_part(report, line, &line->parts[i]);
	for (size_t i = 0; i < line->discount_count; i++) {
		const struct price_discount *discount = &line->discounts[i];
		hit_printed(report, COVERAGE_DISCOUNT, 1, "%.*s.%.*s", TEXT_ARGS(discount->package),
			TEXT_ARGS(discount->discount));
		hit(report, COVERAGE_TEXT, discount->say, 1);
	}
	if (line->cap.size > 0)
		hit(report, COVERAGE_CAP, line->cap, 1);
}

static void
note_refusal(struct test_report *report, const struct pricing *pricing)
{
	const struct near_miss *nearest = &pricing->nearest;
	if (pricing->refused == REFUSED_LIMIT) {
		hit_printed(report, COVERAGE_LIMIT, 1, "%.*s.%.*s", TEXT_ARGS(nearest->package),
			TEXT_ARGS(nearest->tariff));
		hit(report, COVERAGE_TEXT, nearest->say, 1);
	} else if (pricing->refused == REFUSED_NO_ZONE) {
		hit_printed(report, COVERAGE_REFUSAL, 1, "%.*s.%.*s", TEXT_ARGS(nearest->wanted),
			TEXT_ARGS(nearest->got));
		hit_printed(report, COVERAGE_TEXT, 1, "refusal.%.*s", TEXT_ARGS(nearest->got));
	}
}

void
coverage_note(struct test_report *report, const struct image *image, const struct usage *usage,
	const struct pricing *pricing)
{
	uint32_t service = image_service(image, usage->service);
	if (pricing->refused != 0) {
		note_refusal(report, pricing);
		return;
	}
	must(service != NO_INDEX);
	uint32_t map = image->services[service].zone_map;
	if (map != NO_INDEX)
		hit_printed(report, COVERAGE_ZONE, 1, "%.*s.%.*s",
			TEXT_ARGS(image->zone_maps[map].id), TEXT_ARGS(pricing->zone));
	for (size_t i = 0; i < pricing->line_count; i++)
		note_line(report, pricing, i);
}

void
coverage_note_notice(struct test_report *report, const struct notice *notice)
{
	hit_printed(report, COVERAGE_NOTICE, 1, "%.*s.%.*s %.*s", TEXT_ARGS(notice->package->id),
		TEXT_ARGS(notice->notify->id), TEXT_ARGS(notice->threshold->text));
	hit(report, COVERAGE_TEXT, notice->notify->say, 1);
}

void
coverage_note_refund(
	struct test_report *report, const struct package *package, const struct refund *refund)
{
	hit_printed(report, COVERAGE_REFUND, 1, "%.*s.%.*s", TEXT_ARGS(package->id),
		TEXT_ARGS(refund->id));
	hit(report, COVERAGE_TEXT, refund->say, 1);
}

void
coverage_note_rows(struct test_report *report, const struct image *image, uint64_t *const *hits)
{
	for (uint32_t i = 0; i < image->decision_count; i++) {
		const struct decision *table = image->decisions[i];
		for (uint32_t row = 0; row < table->row_count; row++)
			if (hits[i][row] > 0)
				hit_printed(report, COVERAGE_ROW, hits[i][row], "%.*s.%u",
					TEXT_ARGS(table->id), table->lines[row]);
	}
}

/* Outcomes of conditions: the calls pass by here. */

static enum call_outcome
call_when(
	void *context, int32_t function, const struct usage *usage, bool *yes, struct text *problem)
{
	struct coverage_calls *calls = context;
	enum call_outcome outcome = calls->called->when(
		calls->called->context, function, usage, yes, problem);
	if (outcome == CALL_DONE && !calls->paused)
		calls->hits[function][*yes]++;
	return outcome;
}

static enum call_outcome
call_amount(void *context, int32_t function, const struct usage *usage, struct money *amount,
	struct text *problem)
{
	struct coverage_calls *calls = context;
	return calls->called->amount(calls->called->context, function, usage, amount, problem);
}

bool
coverage_calls_init(struct coverage_calls *calls, const struct image *image,
	const struct rate_functions *called)
{
	*calls = (struct coverage_calls){ .called = called };
	calls->functions = (struct rate_functions){ calls, call_when, call_amount };
	calls->hits = memory_new_zeroed((size_t)image->function_count + 1, sizeof *calls->hits);
	return calls->hits != NULL;
}

void
coverage_calls_release(struct coverage_calls *calls)
{
	memory_free(calls->hits);
	calls->hits = NULL;
}

static void
note_when(struct test_report *report, const struct coverage_calls *calls, struct text package,
	struct text id, int32_t when)
{
	for (int yes = 0; when != NO_FUNCTION && yes < 2; yes++)
		hit_printed(report, COVERAGE_OUTCOME, calls->hits[when][yes], "%.*s.%.*s.when %s",
			TEXT_ARGS(package), TEXT_ARGS(id), yes ? "true" : "false");
}

void
coverage_note_calls(
	struct test_report *report, const struct image *image, const struct coverage_calls *calls)
{
	for (uint32_t i = 0; i < image->package_count; i++) {
		const struct package *package = &image->packages[i];
		for (uint32_t j = 0; j < package->tariff_count; j++)
			note_when(report, calls, package->id, package->tariffs[j].id,
				package->tariffs[j].when);
		for (uint32_t j = 0; j < package->discount_count; j++)
			note_when(report, calls, package->id, package->discounts[j].id,
				package->discounts[j].when);
	}
}
