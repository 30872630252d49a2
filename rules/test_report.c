/* The report of a catalog's tests, as a person reads it (see catalog_test.h). */
#include "catalog_test.h"

#include "../engine/base/memory.h"

#define REPORT_BYTES_MAX ((size_t)256 * 1024 * 1024)
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
	memory_free(report->coverages);
	test_report_init(report);
}

static bool
copy(struct arena *arena, struct text *text)
{
	if (text->size > 0)
		*text = arena_copy_text(arena, *text);
	return text->size == 0 || text->data != NULL;
}

struct test_result *
test_report_add(struct test_report *report, const struct test_result *result)
{
	struct test_result added = *result;
	if (report->result_count == report->result_room) {
		size_t room = report->result_room == 0 ? 256 : report->result_room * 2;
		struct test_result *results = memory_resize(
			report->results, room * sizeof *results);
		if (results == NULL)
			return NULL;
		report->results = results;
		report->result_room = room;
	}
	if (!copy(&report->arena, &added.file) || !copy(&report->arena, &added.name) ||
		!copy(&report->arena, &added.word) || !copy(&report->arena, &added.expected) ||
		!copy(&report->arena, &added.got) || !copy(&report->arena, &added.because))
		return NULL;
	report->failed_count += !added.passed;
	report->results[report->result_count] = added;
	return &report->results[report->result_count++];
}

const char *
test_kind_name(enum test_kind kind)
{
	switch (kind) {
	case TEST_CASE:
		return "case";
	case TEST_SCENARIO:
		return "scenario";
	case TEST_ALWAYS:
		return "always";
	case TEST_DUE:
		return "due";
	case TEST_ORDER:
		return "order";
	case TEST_OCCASION:
		return "occasion";
	case TEST_GUARD:
		return "guard";
	case TEST_WALK:
		return "walk";
	}
	return "unknown";
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

/* ", step 3 (use)", of a scenario. */
static bool
write_step(const struct test_result *result, bool chinese, struct buffer *out)
{
	return result->step == 0 ||
		buffer_print(out, chinese ? "，第 %u 步（%.*s）" : ", step %u (%.*s)", result->step,
			TEXT_ARGS(result->word));
}

static bool
write_failure(const struct test_result *result, bool chinese, struct buffer *out)
{
	return buffer_print(out, "%.*s:%u: %s: %.*s", TEXT_ARGS(result->file), result->line,
		       chinese ? "失败" : "failed", TEXT_ARGS(result->name)) &&
		write_step(result, chinese, out) && buffer_append_text(out, TEXT("\n")) &&
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
	static const char *const names_zh[] = { "资费", "时段", "首个与后续计费单位", "阶梯",
		"免费资源", "优惠", "封顶", "限额", "通知", "退费规则", "计费区", "拒绝原因",
		"收费", "公式的原因", "预存金与赠款", "充值规则", "会话条款", "销售规则", "提示",
		"订单流转", "表行", "条件的两种结果", "文本" };
	static const char *const names_en[] = { "tariffs", "bands", "first and next steps", "tiers",
		"allowances", "discounts", "caps", "limits", "notices", "refunds", "zones",
		"refusals", "charges", "reasons of formulas", "deposits and gifts",
		"rules for top-ups", "terms of sessions", "rules of selling", "prompts",
		"moves of orders", "rows of tables", "outcomes of conditions", "texts" };
	_Static_assert(sizeof names_zh / sizeof names_zh[0] == COVERAGE_KINDS, "each has a name");
	_Static_assert(sizeof names_en / sizeof names_en[0] == COVERAGE_KINDS, "each has a name");
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

size_t
test_report_untried(const struct test_report *report)
{
	size_t untried = 0;
	for (const struct guard *guard = report->guards; guard != NULL; guard = guard->next)
		untried++;
	for (size_t i = 0; i < report->result_count; i++)
		untried -= report->results[i].kind == TEST_GUARD;
	return untried;
}

static bool
write_untried(const struct test_report *report, bool chinese, struct buffer *out)
{
	size_t untried = test_report_untried(report);
	return untried == 0 ||
		buffer_print(out,
			chinese ? "未检查的收入上限：%zu（以 --against 指定某月的收费）\n"
				: "limits of guards not tried: %zu; --against names a month's charges\n",
			untried);
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
	for (unsigned kind = 0; kind < COVERAGE_KINDS; kind++)
		if (!write_coverage(report, (enum coverage_kind)kind, chinese, out))
			return false;
	return write_untried(report, chinese, out) && write_totals(report, chinese, out);
}
