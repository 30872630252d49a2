/*
 * What differs between two catalogs in memory, for tests.
 */
#ifndef SUANPAN_TESTS_DIFFERENCES_H
#define SUANPAN_TESTS_DIFFERENCES_H

#include "catalogs.h"

#include "../../../rules/diff.h"

static struct diff differences;

static inline int
set_up(void **state)
{
	(void)state;
	diff_init(&differences);
	return 0;
}

static inline int
tear_down(void **state)
{
	(void)state;
	diff_release(&differences);
	return 0;
}

static inline struct buffer
bundle_of(const char *script, const char *table)
{
	struct bundle_file files[] = { file_of("catalog.lua", script),
		file_of("tables/codes.csv", table == NULL ? "" : table) };
	struct buffer bundle;
	make_bundle(files, table == NULL ? 1 : 2, &bundle);
	return bundle;
}

static inline void
compare_bundles(const struct buffer *from, const struct buffer *to)
{
	struct fault fault = { 0 };
	diff_release(&differences);
	diff_init(&differences);
	if (diff_bundles(bytes_of(from), bytes_of(to), &differences, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
}

/* What differs between two scripts, each with a table or without. */
static inline void
compare(const char *from, const char *from_table, const char *to, const char *to_table)
{
	struct buffer a = bundle_of(from, from_table), b = bundle_of(to, to_table);
	compare_bundles(&a, &b);
	buffer_release(&a);
	buffer_release(&b);
}

/* Those that are no file. */
static inline size_t
count_said(void)
{
	size_t count = 0;
	for (size_t i = 0; i < differences.count; i++)
		count += !text_equal(differences.list[i].what, TEXT("file"));
	return count;
}

static inline void
print_differences(void)
{
	for (size_t i = 0; i < differences.count; i++) {
		const struct difference *one = &differences.list[i];
		print_message("  %.*s: %.*s -> %.*s\n", TEXT_ARGS(one->path), TEXT_ARGS(one->from),
			TEXT_ARGS(one->to));
	}
}

/* NULL: it is not there. */
static inline bool
is_shown(struct text shown, const char *expected)
{
	if (expected == NULL)
		return shown.data == NULL;
	return shown.data != NULL && text_equal(shown, text_of(expected));
}

static inline void
expect(const char *path, const char *from, const char *to)
{
	for (size_t i = 0; i < differences.count; i++) {
		const struct difference *one = &differences.list[i];
		if (text_equal(one->path, text_of(path)) && is_shown(one->from, from) &&
			is_shown(one->to, to))
			return;
	}
	print_differences();
	fail_msg("%s: %s -> %s is not among them", path, from == NULL ? "nothing" : from,
		to == NULL ? "nothing" : to);
}

struct edit {
	const char *old, *new; /* in the script */
	const char *path, *from, *to;
};

/* Each change of a script, alone, is named, and so is its reverse. */
static inline void
check_edits(const char *script, const char *table, const struct edit *edits, size_t count)
{
	struct buffer all = bundle_of(script, table);
	for (size_t i = 0; i < count; i++) {
		const struct edit *edit = &edits[i];
		char *changed = replace(script, edit->old, edit->new);
		struct buffer edited = bundle_of(changed, table);
		compare_bundles(&all, &edited);
		expect(edit->path, edit->from, edit->to);
		compare_bundles(&edited, &all);
		expect(edit->path, edit->to, edit->from);
		buffer_release(&edited);
		free(changed);
	}
	buffer_release(&all);
}

#endif
