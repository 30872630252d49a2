#include "catalog_test.h"

#include <stdio.h>
#include <stdlib.h>

#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "coverage.h"

#define REPORT_BYTES_MAX ((size_t)256 * 1024 * 1024)
#define NAME_BYTES_MAX 256
/* Of what is not covered, so many names are written. */
#define SHOWN_MAX 50

void
test_report_init(struct test_report *report)
{
	*report = (struct test_report){ 0 };
	arena_init(&report->arena, REPORT_BYTES_MAX);
}

void
test_report_release(struct test_report *report)
{
	arena_release(&report->arena);
	memory_free(report->results);
	test_report_init(report);
}

const char *
coverage_kind_name(enum coverage_kind kind)
{
	switch (kind) {
	case COVERAGE_TARIFF:
		return "tariff";
	case COVERAGE_BAND:
		return "band";
	case COVERAGE_ZONE:
		return "zone";
	case COVERAGE_ROW:
		return "row";
	}
	return "unknown";
}

/* Coverage: a list sorted by kind and name, in which each event's names are looked up. */

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

/* At most so many of everything in the image. */
static size_t
count_all(const struct image *image)
{
	size_t count = 0;
	for (uint32_t i = 0; i < image->package_count; i++)
		for (uint32_t j = 0; j < image->packages[i].tariff_count; j++)
			count += 1 + image->packages[i].tariffs[j].band_count;
	for (uint32_t i = 0; i < image->zone_map_count; i++)
		count += image->zone_maps[i].zone_count;
	for (uint32_t i = 0; i < image->decision_count; i++)
		count += image->decisions[i]->row_count;
	return count;
}

static bool
add(struct test_report *report, enum coverage_kind kind, struct text name)
{
	if (name.data == NULL)
		return false;
	report->coverages[report->coverage_count++] = (struct coverage){ kind, name, 0 };
	return true;
}

static bool
add_package(struct test_report *report, const struct package *package)
{
	struct arena *arena = &report->arena;
	for (uint32_t i = 0; i < package->tariff_count; i++) {
		const struct tariff *tariff = &package->tariffs[i];
		if (!add(report, COVERAGE_TARIFF,
			    arena_print(arena, "%.*s.%.*s", TEXT_ARGS(package->id),
				    TEXT_ARGS(tariff->id))))
			return false;
		for (uint32_t j = 0; tariff->calendar != NULL && j < tariff->band_count; j++)
			if (!add(report, COVERAGE_BAND,
				    arena_print(arena, "%.*s.%.*s.%.*s", TEXT_ARGS(package->id),
					    TEXT_ARGS(tariff->id), TEXT_ARGS(tariff->bands[j]))))
				return false;
	}
	return true;
}

static bool
add_zones(struct test_report *report, const struct zone_map *map)
{
	for (uint32_t i = 0; i < map->zone_count; i++)
		if (!add(report, COVERAGE_ZONE,
			    arena_print(&report->arena, "%.*s.%.*s", TEXT_ARGS(map->id),
				    TEXT_ARGS(map->zones[i]))))
			return false;
	return true;
}

static struct text
row_name(struct arena *arena, const struct decision *table, uint32_t row)
{
	return arena_print(arena, "%.*s.%u", TEXT_ARGS(table->id), table->lines[row]);
}

static bool
add_rows(struct test_report *report, const struct decision *table)
{
	for (uint32_t row = 0; row < table->row_count; row++)
		if (!add(report, COVERAGE_ROW, row_name(&report->arena, table, row)))
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
	size_t room = count_all(image);
	must(report->coverages == NULL);
	report->coverages = arena_take_zeroed(&report->arena, room, sizeof *report->coverages);
	if (report->coverages == NULL)
		return false;
	for (uint32_t i = 0; i < image->package_count; i++)
		if (!add_package(report, &image->packages[i]))
			return false;
	for (uint32_t i = 0; i < image->zone_map_count; i++)
		if (!add_zones(report, &image->zone_maps[i]))
			return false;
	for (uint32_t i = 0; i < image->decision_count; i++)
		if (!add_rows(report, image->decisions[i]))
			return false;
	must(report->coverage_count <= room);
	if (report->coverage_count > 0)
		qsort(report->coverages, report->coverage_count, sizeof *report->coverages,
			compare_coverage);
	drop_repeated(report);
	return true;
}

static void
hit(struct test_report *report, enum coverage_kind kind, const char *name, int size, uint64_t times)
{
	struct coverage key = { .kind = kind, .name = { name, (size_t)size } };
	if (size < 0 || size >= NAME_BYTES_MAX)
		return;
	struct coverage *found = report->coverage_count == 0
		? NULL
		: bsearch(&key, report->coverages, report->coverage_count, sizeof key,
			  compare_coverage);
	if (found != NULL)
		found->hits += times;
}

static void
note_line(struct test_report *report, const struct price_line *line)
{
	char name[NAME_BYTES_MAX];
	int size = snprintf(
		name, sizeof name, "%.*s.%.*s", TEXT_ARGS(line->package), TEXT_ARGS(line->tariff));
	hit(report, COVERAGE_TARIFF, name, size, 1);
	for (size_t i = 0; i < line->part_count; i++) {
		if (line->parts[i].band.size == 0)
			continue;
		int longer = snprintf(name, sizeof name, "%.*s.%.*s.%.*s", TEXT_ARGS(line->package),
			TEXT_ARGS(line->tariff), TEXT_ARGS(line->parts[i].band));
		hit(report, COVERAGE_BAND, name, longer, 1);
	}
}

void
coverage_note(struct test_report *report, const struct image *image, const struct usage *usage,
	const struct pricing *pricing)
{
	char name[NAME_BYTES_MAX];
	uint32_t service = image_service(image, usage->service);
	if (pricing->refused != 0 || service == NO_INDEX)
		return;
	uint32_t map = image->services[service].zone_map;
	if (map != NO_INDEX) {
		int size = snprintf(name, sizeof name, "%.*s.%.*s",
			TEXT_ARGS(image->zone_maps[map].id), TEXT_ARGS(pricing->zone));
		hit(report, COVERAGE_ZONE, name, size, 1);
	}
	for (size_t i = 0; i < pricing->line_count; i++)
		note_line(report, &pricing->lines[i]);
}

void
coverage_note_rows(struct test_report *report, const struct image *image, uint64_t *const *hits)
{
	char name[NAME_BYTES_MAX];
	for (uint32_t i = 0; i < image->decision_count; i++) {
		const struct decision *table = image->decisions[i];
		for (uint32_t row = 0; row < table->row_count; row++) {
			if (hits[i][row] == 0)
				continue;
			int size = snprintf(name, sizeof name, "%.*s.%u", TEXT_ARGS(table->id),
				table->lines[row]);
			hit(report, COVERAGE_ROW, name, size, hits[i][row]);
		}
	}
}

/* The report for people. */

static bool
write_because(struct text because, struct buffer *out)
{
	while (because.size > 0) {
		const char *end = memchr(because.data, '\n', because.size);
		size_t size = end == NULL ? because.size : (size_t)(end - because.data);
		if (!buffer_append_text(out, TEXT("        ")) ||
			!buffer_append(out, because.data, size) ||
			!buffer_append_text(out, TEXT("\n")))
			return false;
		size += end == NULL ? 0 : 1;
		because = (struct text){ because.data + size, because.size - size };
	}
	return true;
}

static bool
write_failure(const struct test_result *result, bool chinese, struct buffer *out)
{
	return buffer_print(out, "%.*s:%u: %s: %.*s\n", TEXT_ARGS(result->file), result->line,
		       chinese ? "失败" : "failed", TEXT_ARGS(result->name)) &&
		buffer_print(out, chinese ? "    应为：%.*s\n" : "    expected: %.*s\n",
			TEXT_ARGS(result->expected)) &&
		buffer_print(out, chinese ? "    实为：%.*s\n" : "    got:      %.*s\n",
			TEXT_ARGS(result->got)) &&
		write_because(result->because, out);
}

static bool
write_coverage(
	const struct test_report *report, enum coverage_kind kind, bool chinese, struct buffer *out)
{
	static const char *const names_zh[] = { "资费", "时段", "计费区", "表行" };
	static const char *const names_en[] = { "tariffs", "bands", "zones", "rows of tables" };
	size_t count = 0, covered = 0, shown = 0;
	for (size_t i = 0; i < report->coverage_count; i++) {
		count += report->coverages[i].kind == kind;
		covered += report->coverages[i].kind == kind && report->coverages[i].hits > 0;
	}
	if (count == 0)
		return true;
	if (!buffer_print(out, chinese ? "已测%s：%zu/%zu" : "%s covered: %zu of %zu",
		    chinese ? names_zh[kind] : names_en[kind], covered, count))
		return false;
	const char *before = covered == count ? "" : chinese ? "，未测：" : "; not: ";
	for (size_t i = 0; i < report->coverage_count; i++) {
		const struct coverage *coverage = &report->coverages[i];
		if (coverage->kind != kind || coverage->hits > 0 || ++shown > SHOWN_MAX)
			continue;
		if (!buffer_print(out, "%s%.*s", before, TEXT_ARGS(coverage->name)))
			return false;
		before = ", ";
	}
	if (shown > SHOWN_MAX && !buffer_print(out, " … (+%zu)", shown - SHOWN_MAX))
		return false;
	return buffer_append_text(out, TEXT("\n"));
}

static bool
write_totals(const struct test_report *report, bool chinese, struct buffer *out)
{
	size_t passed = report->result_count - report->failed_count;
	uint64_t elapsed_us = report->elapsed_ns / 1000;
	return buffer_print(out,
		chinese ? "通过 %zu，失败 %zu，未选 %zu，用时 %llu.%03llu 毫秒\n"
			: "passed: %zu, failed: %zu, left out: %zu, in %llu.%03llu ms\n",
		passed, report->failed_count, report->left_out_count,
		(unsigned long long)(elapsed_us / 1000), (unsigned long long)(elapsed_us % 1000));
}

bool
test_report_write(const struct test_report *report, struct text language, struct buffer *out)
{
	bool chinese = text_equal(language, TEXT("zh"));
	for (size_t i = 0; i < report->result_count; i++)
		if (!report->results[i].passed && !write_failure(&report->results[i], chinese, out))
			return false;
	return write_coverage(report, COVERAGE_TARIFF, chinese, out) &&
		write_coverage(report, COVERAGE_BAND, chinese, out) &&
		write_coverage(report, COVERAGE_ZONE, chinese, out) &&
		write_coverage(report, COVERAGE_ROW, chinese, out) &&
		write_totals(report, chinese, out);
}
