/* What differs between two catalogs (see diff.h): two outlines merged, then the files. */
#include "diff.h"

#include "../engine/base/digest.h"
#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "outline.h"
#include "release.h"

#include <stdlib.h>

enum { DIFF_BYTES_MAX = 1 << 30, DIGEST_SHOWN = 12 };

/* The arena keeps the outlines too: what is found points into them. */
struct work {
	struct diff *diff;
	struct outline from, to;
	size_t room;
};

void
diff_init(struct diff *diff)
{
	*diff = (struct diff){ .list = NULL };
	arena_init(&diff->arena, DIFF_BYTES_MAX);
}

void
diff_release(struct diff *diff)
{
	memory_free(diff->list);
	arena_release(&diff->arena);
	*diff = (struct diff){ .list = NULL };
}

static enum status
no_memory(struct fault *fault)
{
	return fault_set(fault, STATUS_MEMORY, "no memory to compare two catalogs");
}

static struct difference *
add(struct work *work)
{
	struct diff *diff = work->diff;
	if (diff->count == work->room) {
		size_t room = work->room == 0 ? 64 : work->room * 2;
		struct difference *wider = memory_resize(diff->list, room * sizeof *wider);
		if (wider == NULL)
			return NULL;
		diff->list = wider;
		work->room = room;
	}
	return &diff->list[diff->count++];
}

/* ---- orders ---- */

struct name_place {
	struct text name;
	size_t place;
};

static int
name_compare(const void *left, const void *right)
{
	const struct name_place *a = left, *b = right;
	return text_compare(a->name, b->name);
}

/* The next name of a list with a line feed between two; false at its end. */
static bool
next_name(struct text *rest, struct text *name)
{
	if (rest->size == 0)
		return false;
	const char *end = memchr(rest->data, '\n', rest->size);
	size_t size = end == NULL ? rest->size : (size_t)(end - rest->data);
	size_t taken = end == NULL ? size : size + 1;
	*name = (struct text){ rest->data, size };
	*rest = (struct text){ rest->data + taken, rest->size - taken };
	return true;
}

/* The names of a list by name, with their places; NULL without memory. */
static struct name_place *
sorted_names(struct text list, size_t *count)
{
	struct text rest = list, name;
	size_t size = 0;
	while (next_name(&rest, &name))
		size++;
	struct name_place *names = memory_new_zeroed(size + 1, sizeof *names);
	if (names == NULL)
		return NULL;
	rest = list;
	for (size_t i = 0; next_name(&rest, &name); i++)
		names[i] = (struct name_place){ name, i };
	qsort(names, size, sizeof *names, name_compare);
	*count = size;
	return names;
}

/* Do the names that stand in both lists stand in the same order? */
static bool
same_order(struct text from, struct text to, bool *same)
{
	size_t count, last = 0;
	bool first = true;
	struct name_place *names = sorted_names(to, &count);
	struct name_place wanted = { { NULL, 0 }, 0 };
	*same = true;
	if (names == NULL)
		return false;
	while (*same && next_name(&from, &wanted.name)) {
		const struct name_place *found = bsearch(
			&wanted, names, count, sizeof *names, name_compare);
		if (found == NULL)
			continue;
		*same = first || found->place > last;
		last = found->place;
		first = false;
	}
	memory_free(names);
	return true;
}

/* ---- lines ---- */

static const struct text NOT_THERE = { NULL, 0 };

static bool
add_line(struct work *work, const struct outline_line *from, const struct outline_line *to)
{
	const struct outline_line *any = from != NULL ? from : to;
	struct difference *made = add(work);
	must(any != NULL);
	if (made == NULL)
		return false;
	*made = (struct difference){
		.what = any->what,
		.path = any->path,
		.say_en = any->say_en,
		.say_zh = any->say_zh,
		.from = from == NULL ? NOT_THERE : from->shown,
		.to = to == NULL ? NOT_THERE : to->shown,
	};
	return true;
}

/* What stands on one side only. The order of what is new or gone says nothing. */
static bool
compare_one(struct work *work, const struct outline_line *from, const struct outline_line *to)
{
	const struct outline_line *any = from != NULL ? from : to;
	must(any != NULL);
	return any->is_order || add_line(work, from, to);
}

static bool
compare_both(struct work *work, const struct outline_line *from, const struct outline_line *to)
{
	bool same = text_equal(from->value, to->value);
	if (!same && from->is_order && to->is_order && !same_order(from->value, to->value, &same))
		return false;
	return same || add_line(work, from, to);
}

static bool
merge_lines(struct work *work)
{
	const struct outline_line *from = work->from.lines, *to = work->to.lines;
	size_t i = 0, j = 0;
	bool whole = true;
	while (whole && (i < work->from.count || j < work->to.count)) {
		int order = i == work->from.count ? 1
			: j == work->to.count     ? -1
						  : text_compare(from[i].path, to[j].path);
		if (order < 0)
			whole = compare_one(work, &from[i++], NULL);
		else if (order > 0)
			whole = compare_one(work, NULL, &to[j++]);
		else
			whole = compare_both(work, &from[i++], &to[j++]);
	}
	return whole;
}

/* ---- files ---- */

static bool
is_table(struct text path)
{
	return text_ends_with(path, TEXT(".csv"));
}

/* "3f2a91c04b7d, 1204 B" */
static struct text
describe_file(struct work *work, const struct bytes *content)
{
	uint8_t digest[SHA256_BYTES];
	char hex[SHA256_HEX];
	if (content == NULL)
		return NOT_THERE;
	sha256(*content, digest);
	hex_encode(digest, sizeof digest, hex);
	return arena_print(&work->diff->arena, "%.*s, %zu B", DIGEST_SHOWN, hex, content->size);
}

static bool
add_file(struct work *work, struct text path, const struct bytes *from, const struct bytes *to)
{
	struct arena *arena = &work->diff->arena;
	struct difference *made = add(work);
	if (made == NULL)
		return false;
	*made = (struct difference){
		.what = TEXT("file"),
		.path = arena_print(arena, "file/%.*s", TEXT_ARGS(path)),
		.say_en = arena_print(arena, "file %.*s", TEXT_ARGS(path)),
		.say_zh = arena_print(arena, "文件 %.*s", TEXT_ARGS(path)),
		.from = describe_file(work, from),
		.to = describe_file(work, to),
	};
	return made->path.data != NULL && made->say_en.data != NULL && made->say_zh.data != NULL &&
		(from == NULL || made->from.data != NULL) && (to == NULL || made->to.data != NULL);
}

/* Does something with a file that differs; NULL where it is not there. */
typedef bool (*with_file)(
	struct work *work, struct text path, const struct bytes *from, const struct bytes *to);

static bool
add_tables(struct work *work, struct text path, const struct bytes *from, const struct bytes *to)
{
	if (!is_table(path))
		return true;
	struct text name = { path.data, path.size - 4 };
	if (name.size > 7 && memcmp(name.data, "tables/", 7) == 0)
		name = (struct text){ name.data + 7, name.size - 7 };
	return (from == NULL || outline_add_table(&work->from, name, *from)) &&
		(to == NULL || outline_add_table(&work->to, name, *to));
}

/* A file of a bundle; the made-up ones, which come first, sort before all others anyway. */
struct file {
	struct bytes rest;
	struct text path;
	struct bytes content;
	bool there;
};

static void
next_file(struct file *file)
{
	bool sound;
	file->there = bundle_next(&file->rest, &file->path, &file->content, &sound);
	must(file->there || sound);
}

static bool
each_file(struct work *work, struct bytes from, struct bytes to, with_file act)
{
	struct file a = { .rest = from }, b = { .rest = to };
	bool whole = true;
	next_file(&a);
	next_file(&b);
	while (whole && (a.there || b.there)) {
		int order = !a.there ? 1 : !b.there ? -1 : text_compare(a.path, b.path);
		if (order != 0)
			whole = order < 0 ? act(work, a.path, &a.content, NULL)
					  : act(work, b.path, NULL, &b.content);
		else if (!bytes_equal(a.content, b.content))
			whole = act(work, a.path, &a.content, &b.content);
		if (order <= 0)
			next_file(&a);
		if (order >= 0)
			next_file(&b);
	}
	return whole;
}

enum status
diff_bundles(struct bytes from, struct bytes to, struct diff *diff, struct fault *fault)
{
	struct work work = { .diff = diff };
	enum status status = outline_of_scripts(from, &diff->arena, &work.from, fault);
	if (status == STATUS_OK)
		status = outline_of_scripts(to, &diff->arena, &work.to, fault);
	if (status != STATUS_OK)
		return status;
	if (!each_file(&work, from, to, add_tables))
		return no_memory(fault);
	outline_sort(&work.from);
	outline_sort(&work.to);
	if (!merge_lines(&work) || !each_file(&work, from, to, add_file))
		return no_memory(fault);
	return STATUS_OK;
}
