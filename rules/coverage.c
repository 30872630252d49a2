/*
 * Coverage is a list of names, in which what an event came by is looked up: a fraction of the time
 * that pricing it takes. Versions of a package have the same names, and share them.
 */
#include "coverage_entries.h"

#include "../engine/base/must.h"

const char *
coverage_kind_name(enum coverage_kind kind)
{
	static const char *const names[] = { "tariff", "band", "step", "tier", "allowance",
		"discount", "cap", "limit", "notice", "refund", "zone", "refusal", "charge",
		"reason", "stored", "topup", "session", "rule", "prompt", "move", "row", "outcome",
		"text" };
	_Static_assert(sizeof names / sizeof names[0] == COVERAGE_KINDS, "each has a name");
	must(kind < COVERAGE_KINDS);
	return names[kind];
}

/* What there is. */

/* "package.tariff.third" */
static bool
add_of_tariff(struct test_report *report, enum coverage_kind kind, const struct package *package,
	const struct tariff *tariff, struct text third)
{
	return coverage_add(report, kind, "%.*s.%.*s.%.*s", TEXT_ARGS(package->id),
		TEXT_ARGS(tariff->id), TEXT_ARGS(third));
}

static bool
add_tiers(struct test_report *report, const struct package *package, const struct tariff *tariff)
{
	for (uint32_t i = 0; tariff->tiers != NULL && i < tariff->tiers->count; i++)
		if (!coverage_add(report, COVERAGE_TIER, "%.*s.%.*s.%u", TEXT_ARGS(package->id),
			    TEXT_ARGS(tariff->id), (unsigned)i + 1))
			return false;
	return true;
}

static bool
add_tariff(struct test_report *report, const struct package *package, const struct tariff *tariff)
{
	if (!coverage_add(report, COVERAGE_TARIFF, "%.*s.%.*s", TEXT_ARGS(package->id),
		    TEXT_ARGS(tariff->id)) ||
		(tariff->say.size > 0 && !coverage_add_text(report, tariff->say)) ||
		(tariff->refuse.size > 0 && !coverage_add_text(report, tariff->refuse)) ||
		!add_tiers(report, package, tariff))
		return false;
	for (uint32_t i = 0; tariff->calendar != NULL && i < tariff->band_count; i++)
		if (!add_of_tariff(report, COVERAGE_BAND, package, tariff, tariff->bands[i]))
			return false;
	if (tariff->has_first &&
		(!add_of_tariff(report, COVERAGE_STEP, package, tariff, TEXT("first")) ||
			!add_of_tariff(report, COVERAGE_STEP, package, tariff, TEXT("next"))))
		return false;
	return coverage_add_outcomes(report, tariff->when, "%.*s.%.*s.when", TEXT_ARGS(package->id),
		TEXT_ARGS(tariff->id));
}

static bool
add_discount(
	struct test_report *report, const struct package *package, const struct discount *discount)
{
	return coverage_add(report, COVERAGE_DISCOUNT, "%.*s.%.*s", TEXT_ARGS(package->id),
		       TEXT_ARGS(discount->id)) &&
		coverage_add_text(report, discount->say) &&
		coverage_add_outcomes(report, discount->when, "%.*s.%.*s.when",
			TEXT_ARGS(package->id), TEXT_ARGS(discount->id));
}

static bool
add_limit(struct test_report *report, const struct package *package, const struct limit *limit)
{
	return coverage_add(report, COVERAGE_LIMIT, "%.*s.%.*s", TEXT_ARGS(package->id),
		       TEXT_ARGS(limit->meter->id)) &&
		coverage_add_text(report, limit->say);
}

/* Each threshold: "package.notify 10%". */
static bool
add_notify(struct test_report *report, const struct package *package, const struct notify *notify)
{
	for (uint32_t i = 0; i < notify->threshold_count; i++)
		if (!coverage_add(report, COVERAGE_NOTICE, "%.*s.%.*s %.*s", TEXT_ARGS(package->id),
			    TEXT_ARGS(notify->id), TEXT_ARGS(notify->thresholds[i].text)))
			return false;
	return coverage_add_text(report, notify->say);
}

static bool
add_package(struct test_report *report, const struct package *package)
{
	bool added = true;
	for (uint32_t i = 0; i < package->tariff_count && added; i++)
		added = add_tariff(report, package, &package->tariffs[i]);
	for (uint32_t i = 0; i < package->allowance_count && added; i++)
		added = coverage_add(report, COVERAGE_ALLOWANCE, "%.*s.%.*s",
			TEXT_ARGS(package->id), TEXT_ARGS(package->allowances[i].id));
	for (uint32_t i = 0; i < package->discount_count && added; i++)
		added = add_discount(report, package, &package->discounts[i]);
	for (uint32_t i = 0; i < package->bill_discount_count && added; i++)
		added = add_discount(report, package, &package->bill_discounts[i]);
	for (uint32_t i = 0; i < package->cap_count && added; i++)
		added = coverage_add(report, COVERAGE_CAP, "%.*s.%.*s", TEXT_ARGS(package->id),
			TEXT_ARGS(package->caps[i].meter->id));
	for (uint32_t i = 0; i < package->limit_count && added; i++)
		added = add_limit(report, package, &package->limits[i]);
	for (uint32_t i = 0; i < package->notice_count && added; i++)
		added = add_notify(report, package, &package->notices[i]);
	for (uint32_t i = 0; i < package->refund_count && added; i++)
		added = coverage_add(report, COVERAGE_REFUND, "%.*s.%.*s", TEXT_ARGS(package->id),
				TEXT_ARGS(package->refunds[i].id)) &&
			coverage_add_text(report, package->refunds[i].say);
	return added && coverage_list_dues(report, package) &&
		coverage_list_sessions(report, package);
}

static bool
add_zones(struct test_report *report, const struct zone_map *map)
{
	bool added = true;
	for (uint32_t i = 0; i < map->zone_count && added; i++)
		added = coverage_add(report, COVERAGE_ZONE, "%.*s.%.*s", TEXT_ARGS(map->id),
			TEXT_ARGS(map->zones[i]));
	for (uint32_t i = 0; i < map->refusal_count && added; i++)
		added = coverage_add(report, COVERAGE_REFUSAL, "%.*s.%.*s", TEXT_ARGS(map->id),
				TEXT_ARGS(map->refusals[i])) &&
			coverage_add(
				report, COVERAGE_TEXT, "refusal.%.*s", TEXT_ARGS(map->refusals[i]));
	return added;
}

static bool
add_rows(struct test_report *report, const struct decision *table)
{
	for (uint32_t row = 0; row < table->row_count; row++)
		if (!coverage_add(report, COVERAGE_ROW, "%.*s.%u", TEXT_ARGS(table->id),
			    table->lines[row]))
			return false;
	return true;
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
	if (!coverage_list_services(report, image) || !coverage_list_topups(report, image) ||
		!coverage_list_selling(report, image))
		return false;
	coverage_sort(report);
	return true;
}

/* What was come by. */

static void
note_part(struct test_report *report, const struct price_line *line, const struct price_part *part)
{
	if (part->band.size > 0)
		coverage_hit(report, COVERAGE_BAND, 1, "%.*s.%.*s.%.*s", TEXT_ARGS(line->package),
			TEXT_ARGS(line->tariff), TEXT_ARGS(part->band));
	if (part->tier > 0)
		coverage_hit(report, COVERAGE_TIER, 1, "%.*s.%.*s.%u", TEXT_ARGS(line->package),
			TEXT_ARGS(line->tariff), (unsigned)part->tier);
	if (part->allowance.size > 0)
		coverage_hit(report, COVERAGE_ALLOWANCE, 1, "%.*s", TEXT_ARGS(part->allowance));
	if (part->row > 0)
		coverage_hit(report, COVERAGE_ROW, 1, "%.*s.%u", TEXT_ARGS(line->table->id),
			line->table->lines[part->row - 1]);
}

/* The first unit of a component has the first step; names of tariffs without one are not listed. */
static void
note_steps(struct test_report *report, const struct price_line *line, bool begins)
{
	int64_t units = 0;
	for (size_t i = 0; i < line->part_count; i++)
		units += line->parts[i].units;
	if (begins && units > 0)
		coverage_hit(report, COVERAGE_STEP, 1, "%.*s.%.*s.first", TEXT_ARGS(line->package),
			TEXT_ARGS(line->tariff));
	if (units > (begins ? 1 : 0))
		coverage_hit(report, COVERAGE_STEP, 1, "%.*s.%.*s.next", TEXT_ARGS(line->package),
			TEXT_ARGS(line->tariff));
}

static void
note_line(struct test_report *report, const struct pricing *pricing, size_t index)
{
	const struct price_line *line = &pricing->lines[index];
	bool begins = true;
	for (size_t i = 0; i < index; i++)
		begins = begins && !text_equal(pricing->lines[i].component, line->component);
	coverage_hit(report, COVERAGE_TARIFF, 1, "%.*s.%.*s", TEXT_ARGS(line->package),
		TEXT_ARGS(line->tariff));
	coverage_hit_text(report, line->say);
	note_steps(report, line, begins);
	for (size_t i = 0; i < line->part_count; i++)
		note_part(report, line, &line->parts[i]);
	for (size_t i = 0; i < line->discount_count; i++) {
		const struct price_discount *discount = &line->discounts[i];
		coverage_hit(report, COVERAGE_DISCOUNT, 1, "%.*s.%.*s",
			TEXT_ARGS(discount->package), TEXT_ARGS(discount->discount));
		coverage_hit_text(report, discount->say);
	}
	if (line->cap.size > 0)
		coverage_hit(report, COVERAGE_CAP, 1, "%.*s", TEXT_ARGS(line->cap));
}

static void
note_refusal(struct test_report *report, const struct pricing *pricing)
{
	const struct near_miss *nearest = &pricing->nearest;
	if (nearest->say.size > 0)
		coverage_hit_text(report, nearest->say);
	if (pricing->refused == REFUSED_LIMIT) {
		coverage_hit(report, COVERAGE_LIMIT, 1, "%.*s.%.*s", TEXT_ARGS(nearest->package),
			TEXT_ARGS(nearest->tariff));
	} else if (pricing->refused == REFUSED_NO_ZONE) {
		coverage_hit(report, COVERAGE_REFUSAL, 1, "%.*s.%.*s", TEXT_ARGS(nearest->wanted),
			TEXT_ARGS(nearest->got));
		coverage_hit(report, COVERAGE_TEXT, 1, "refusal.%.*s", TEXT_ARGS(nearest->got));
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
		coverage_hit(report, COVERAGE_ZONE, 1, "%.*s.%.*s",
			TEXT_ARGS(image->zone_maps[map].id), TEXT_ARGS(pricing->zone));
	for (size_t i = 0; i < pricing->line_count; i++)
		note_line(report, pricing, i);
}

void
coverage_note_notice(struct test_report *report, const struct notice *notice)
{
	if (notice_is_of_used_up(notice))
		return; /* no package wrote it, so no test need provoke it */
	coverage_hit(report, COVERAGE_NOTICE, 1, "%.*s.%.*s %.*s", TEXT_ARGS(notice->package->id),
		TEXT_ARGS(notice->notify->id), TEXT_ARGS(notice->threshold->text));
	coverage_hit_text(report, notice->notify->say);
}

void
coverage_note_refund(
	struct test_report *report, const struct package *package, const struct refund *refund)
{
	coverage_hit(report, COVERAGE_REFUND, 1, "%.*s.%.*s", TEXT_ARGS(package->id),
		TEXT_ARGS(refund->id));
	coverage_hit_text(report, refund->say);
}

void
coverage_note_rows(struct test_report *report, const struct image *image, uint64_t *const *hits)
{
	for (uint32_t i = 0; i < image->decision_count; i++) {
		const struct decision *table = image->decisions[i];
		for (uint32_t row = 0; row < table->row_count; row++)
			if (hits[i][row] > 0)
				coverage_hit(report, COVERAGE_ROW, hits[i][row], "%.*s.%u",
					TEXT_ARGS(table->id), table->lines[row]);
	}
}
