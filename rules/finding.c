#include "finding.h"

#include <stdlib.h>

#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#define ARENA_BYTES_MAX ((size_t)32 * 1024 * 1024)

const char *
severity_name(enum severity severity)
{
	switch (severity) {
	case FINDING_NOTE:
		return "note";
	case FINDING_WARNING:
		return "warning";
	case FINDING_ERROR:
		return "error";
	}
	return "unknown";
}

bool
severity_of(const char *name, enum severity *severity)
{
	for (int i = FINDING_NOTE; i <= FINDING_ERROR; i++) {
		if (strcmp(name, severity_name((enum severity)i)) == 0) {
			*severity = (enum severity)i;
			return true;
		}
	}
	return false;
}

void
findings_init(struct findings *findings)
{
	*findings = (struct findings){ 0 };
	arena_init(&findings->arena, ARENA_BYTES_MAX);
}

void
findings_release(struct findings *findings)
{
	arena_release(&findings->arena);
	memory_free(findings->list);
	findings_init(findings);
}

static bool
grow(struct findings *findings)
{
	size_t room = findings->room == 0 ? 16 : findings->room * 2;
	struct finding *list = memory_resize(findings->list, room * sizeof *list);
	if (list == NULL)
		return false;
	findings->list = list;
	findings->room = room;
	return true;
}

bool
findings_add(struct findings *findings, const struct finding *finding)
{
	must(findings->count <= FINDINGS_MAX);
	if (findings->count == FINDINGS_MAX) {
		findings->left_out++;
		return true;
	}
	if (findings->count == findings->room && !grow(findings))
		return false;
	struct finding copy = *finding;
	struct text *texts[] = { &copy.file, &copy.rule, &copy.say_en, &copy.say_zh, &copy.mend_en,
		&copy.mend_zh, &copy.propose };
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		*texts[i] = arena_copy_text(&findings->arena, *texts[i]);
		if (texts[i]->data == NULL)
			return false;
	}
	findings->list[findings->count++] = copy;
	return true;
}

/* How many there are of each severity. */
static void
count_severities(const struct findings *findings, size_t counts[FINDING_ERROR + 1])
{
	for (size_t i = 0; i < findings->count; i++)
		counts[findings->list[i].severity]++;
}

bool
findings_have(const struct findings *findings, enum severity least)
{
	size_t counts[FINDING_ERROR + 1] = { 0 }, found = 0;
	count_severities(findings, counts);
	for (int i = (int)least; i <= FINDING_ERROR; i++)
		found += counts[i];
	/* What was left out is not known: nobody may take such a catalog for sound. */
	return found > 0 || findings->left_out > 0;
}

bool
findings_have_errors(const struct findings *findings)
{
	return findings_have(findings, FINDING_ERROR);
}

static int
compare_findings(const void *left, const void *right)
{
	const struct finding *a = left, *b = right;
	int order = text_compare(a->file, b->file);
	if (order == 0)
		order = (a->line > b->line) - (a->line < b->line);
	if (order == 0)
		order = (a->column > b->column) - (a->column < b->column);
	if (order == 0)
		order = text_compare(a->rule, b->rule);
	return order != 0 ? order : text_compare(a->say_en, b->say_en);
}

void
findings_sort(struct findings *findings)
{
	if (findings->count > 1)
		qsort(findings->list, findings->count, sizeof *findings->list, compare_findings);
}

static bool
is_chinese(struct text language)
{
	return text_equal(language, TEXT("zh"));
}

static const char *
severity_word(enum severity severity, bool chinese)
{
	static const char *const words[] = { "说明", "警告", "错误" };
	return chinese ? words[severity] : severity_name(severity);
}

static bool
write_proposed(struct text lines, struct buffer *out)
{
	bool written = true;
	while (written && lines.size > 0) {
		const char *feed = memchr(lines.data, '\n', lines.size);
		size_t size = feed == NULL ? lines.size : (size_t)(feed - lines.data);
		written = buffer_append_text(out, TEXT("    + ")) &&
			buffer_append(out, lines.data, size) && buffer_append_text(out, TEXT("\n"));
		size += feed != NULL;
		lines = (struct text){ lines.data + size, lines.size - size };
	}
	return written;
}

static bool
finding_write(const struct finding *finding, struct text language, struct buffer *out)
{
	bool chinese = is_chinese(language);
	struct text say = chinese ? finding->say_zh : finding->say_en;
	struct text mend = chinese ? finding->mend_zh : finding->mend_en;
	bool written = buffer_append_text(out, finding->file);
	if (finding->line > 0)
		written = written && buffer_print(out, ":%u", finding->line);
	if (finding->line > 0 && finding->column > 0)
		written = written && buffer_print(out, ":%u", finding->column);
	written = written &&
		buffer_print(out, ": %s: %.*s: ", severity_word(finding->severity, chinese),
			TEXT_ARGS(finding->rule));
	written = written && buffer_append_text(out, say) && buffer_append_text(out, TEXT("\n"));
	if (mend.size > 0)
		written = written &&
			buffer_append_text(out, chinese ? TEXT("    修正：") : TEXT("    fix: ")) &&
			buffer_append_text(out, mend) && buffer_append_text(out, TEXT("\n"));
	return written && write_proposed(finding->propose, out);
}

static bool
write_totals(const struct findings *findings, bool chinese, struct buffer *out)
{
	size_t counts[FINDING_ERROR + 1] = { 0 };
	count_severities(findings, counts);
	bool written = true;
	if (findings->left_out > 0)
		written = buffer_print(out,
			chinese ? "另有 %zu 条未列出\n" : "%zu more are not shown\n",
			findings->left_out);
	return written &&
		buffer_print(out,
			chinese ? "%zu 个错误，%zu 个警告，%zu 条说明\n"
				: "errors: %zu, warnings: %zu, notes: %zu\n",
			counts[FINDING_ERROR], counts[FINDING_WARNING], counts[FINDING_NOTE]);
}

bool
findings_write(const struct findings *findings, struct text language, struct buffer *out)
{
	for (size_t i = 0; i < findings->count; i++)
		if (!finding_write(&findings->list[i], language, out))
			return false;
	return write_totals(findings, is_chinese(language), out);
}
