#include "coverage_entries.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define NAME_BYTES_MAX 256

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

/* A name that has no room is cut, whoever prints it. */
__attribute__((format(printf, 2, 0))) static struct text
print_name(char name[NAME_BYTES_MAX], const char *format, va_list arguments)
{
	int size = vsnprintf(name, NAME_BYTES_MAX, format, arguments);
	must(size >= 0);
	return (struct text){ name, size < NAME_BYTES_MAX ? (size_t)size : NAME_BYTES_MAX - 1 };
}

/* ---- what there is ---- */

static bool
add(struct test_report *report, enum coverage_kind kind, struct text name)
{
	struct coverage *list = memory_grow(report->coverages, report->coverage_count + 1,
		&report->coverage_room, sizeof *list);
	if (list == NULL)
		return false;
	report->coverages = list;
	name = arena_copy_text(&report->arena, name);
	list[report->coverage_count++] = (struct coverage){ kind, name, 0 };
	return name.data != NULL;
}

bool
coverage_add(struct test_report *report, enum coverage_kind kind, const char *format, ...)
{
	char name[NAME_BYTES_MAX];
	va_list arguments;
	va_start(arguments, format);
	struct text text = print_name(name, format, arguments);
	va_end(arguments);
	return add(report, kind, text);
}

bool
coverage_add_text(struct test_report *report, struct text key)
{
	return add(report, COVERAGE_TEXT, key);
}

bool
coverage_add_outcomes(struct test_report *report, int32_t function, const char *format, ...)
{
	char name[NAME_BYTES_MAX];
	va_list arguments;
	va_start(arguments, format);
	struct text text = print_name(name, format, arguments);
	va_end(arguments);
	return function == NO_FUNCTION ||
		(coverage_add(report, COVERAGE_OUTCOME, "%.*s true", TEXT_ARGS(text)) &&
			coverage_add(report, COVERAGE_OUTCOME, "%.*s false", TEXT_ARGS(text)));
}

void
coverage_sort(struct test_report *report)
{
	size_t kept = 0;
	if (report->coverage_count > 0)
		qsort(report->coverages, report->coverage_count, sizeof *report->coverages,
			compare_coverage);
	for (size_t i = 0; i < report->coverage_count; i++)
		if (kept == 0 ||
			compare_coverage(&report->coverages[kept - 1], &report->coverages[i]) != 0)
			report->coverages[kept++] = report->coverages[i];
	report->coverage_count = kept;
}

/* ---- what was come by ---- */

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

void
coverage_hit(struct test_report *report, enum coverage_kind kind, uint64_t times,
	const char *format, ...)
{
	char name[NAME_BYTES_MAX];
	va_list arguments;
	va_start(arguments, format);
	struct text text = print_name(name, format, arguments);
	va_end(arguments);
	hit(report, kind, text, times);
}

void
coverage_hit_text(struct test_report *report, struct text key)
{
	hit(report, COVERAGE_TEXT, key, 1);
}

void
coverage_hit_outcomes(struct test_report *report, const uint64_t hits[2], const char *format, ...)
{
	char name[NAME_BYTES_MAX];
	va_list arguments;
	va_start(arguments, format);
	struct text text = print_name(name, format, arguments);
	va_end(arguments);
	coverage_hit(report, COVERAGE_OUTCOME, hits[true], "%.*s true", TEXT_ARGS(text));
	coverage_hit(report, COVERAGE_OUTCOME, hits[false], "%.*s false", TEXT_ARGS(text));
}
