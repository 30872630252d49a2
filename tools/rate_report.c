/* What became of a file (see rate_report.h). */
#include "rate_report.h"

#include "json.h"
#include "table.h"

#include "../engine/base/bilingual.h"

#include <inttypes.h>

#define NS_PER_US UINT64_C(1000)
#define NS_PER_MS UINT64_C(1000000)
#define US_PER_S UINT64_C(1000000)

/* ---- words ---- */

enum word {
	WORD_ZONE,
	WORD_CALLS,
	WORD_TOTAL,
	WORD_NO_ZONE,
	WORD_CHARGED,
	WORD_PRICED,
	WORD_DUPLICATES,
	WORD_SKIPPED,
	WORD_REFUSED,
	WORD_FAILED,
	WORD_BAD,
	WORD_OUTCOME,
	WORD_COUNT,
};

static const char *const WORDS[WORD_COUNT][2] = {
	[WORD_ZONE] = { "zone", "计费区" },
	[WORD_CALLS] = { "records", "条数" },
	[WORD_TOTAL] = { "total", "合计" },
	[WORD_NO_ZONE] = { "(no zone)", "（无计费区）" },
	[WORD_CHARGED] = { "charged", "已计费" },
	[WORD_PRICED] = { "priced, not charged", "仅查询价格" },
	[WORD_DUPLICATES] = { "charged before", "此前已计费" },
	[WORD_SKIPPED] = { "skipped by the layout", "按格式跳过" },
	[WORD_REFUSED] = { "refused", "被拒绝" },
	[WORD_FAILED] = { "failed", "失败" },
	[WORD_BAD] = { "bad rows", "无法读取的行" },
	[WORD_OUTCOME] = { "outcome", "结果" },
};

static uint64_t
per_second(const struct rate_file_result *result)
{
	uint64_t us = result->elapsed_ns / NS_PER_US;
	return us == 0 ? 0 : tally_records(&result->tally) * US_PER_S / us;
}

/* ---- the table ---- */

static void
show_zones(const struct tally *tally, bool zh, FILE *out)
{
	struct table table;
	char count[SHOWN_COUNT_MAX], amount[SHOWN_MONEY_MAX], currency[16];
	if (tally->charged == 0)
		return;
	snprintf(currency, sizeof currency, "%.*s", TEXT_ARGS(tally->currency));
	table_init(&table, 3);
	table_add(&table,
		(const char *const[]){ WORDS[WORD_ZONE][zh], WORDS[WORD_CALLS][zh], currency });
	for (size_t i = 0; i < tally->zones.count; i++) {
		const struct tally_row *row = &tally->zones.rows[i];
		char name[100];
		snprintf(name, sizeof name, "%.*s", TEXT_ARGS(row->name));
		table_add(&table,
			(const char *const[]){ row->name.size == 0 ? WORDS[WORD_NO_ZONE][zh] : name,
				show_count(row->count, count), show_money(row->amount, amount) });
	}
	table_add(&table,
		(const char *const[]){ WORDS[WORD_TOTAL][zh], show_count(tally->charged, count),
			show_money(tally->amount, amount) });
	table_write(&table, "  ", true, out);
	table_release(&table);
	fprintf(out, "\n");
}

static void
show_outcomes(const struct tally *tally, bool price_only, bool zh, FILE *out)
{
	const struct {
		enum word word;
		uint64_t count;
		bool always;
	} rows[] = {
		{ price_only ? WORD_PRICED : WORD_CHARGED, tally->charged, true },
		{ WORD_DUPLICATES, tally->duplicates, !price_only },
		{ WORD_SKIPPED, tally->skipped, true },
		{ WORD_REFUSED, tally->refused, true },
		{ WORD_FAILED, tally->failed, false },
		{ WORD_BAD, tally->bad, false },
	};
	struct table table;
	char count[SHOWN_COUNT_MAX];
	table_init(&table, 2);
	table_add(&table, (const char *const[]){ WORDS[WORD_OUTCOME][zh], WORDS[WORD_CALLS][zh] });
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].always || rows[i].count > 0)
			table_add(&table,
				(const char *const[]){ WORDS[rows[i].word][zh],
					show_count(rows[i].count, count) });
	}
	table_add(&table,
		(const char *const[]){
			WORDS[WORD_TOTAL][zh], show_count(tally_records(tally), count) });
	table_write(&table, "  ", true, out);
	table_release(&table);
	fprintf(out, "\n");
}

/* "skipped by the layout: BUSY 1,243, NO ANSWER 1,195" */
static void
show_reasons(const struct tally_list *list, bool zh, FILE *out)
{
	char count[SHOWN_COUNT_MAX];
	for (size_t i = 0; i < list->count; i++)
		fprintf(out, "%s%s%.*s %s",
			i == 0       ? "  "
				: zh ? "，"
				     : ", ",
			i > 0        ? ""
				: zh ? "按格式跳过："
				     : "skipped by the layout: ",
			TEXT_ARGS(list->rows[i].name), show_count(list->rows[i].count, count));
	if (list->count > 0)
		fprintf(out, "\n");
}

/* Codes, and the first sentence that came with each. */
static void
show_codes(const char *title, const struct tally_list *list, bool zh, FILE *out)
{
	char count[SHOWN_COUNT_MAX];
	if (list->count == 0)
		return;
	fprintf(out, zh ? "  %s：\n" : "  %s:\n", title);
	for (size_t i = 0; i < list->count; i++) {
		const struct tally_row *row = &list->rows[i];
		fprintf(out, "    %.*s  %s", TEXT_ARGS(row->name), show_count(row->count, count));
		if (row->sample.size > 0)
			fprintf(out,
				zh ? "，如第 %" PRIu64 " 行：%.*s"
				   : "  first on line %" PRIu64 ": %.*s",
				row->sample_line, TEXT_ARGS(row->sample));
		fprintf(out, "\n");
	}
}

static void
show_problems(
	const struct rate_file_options *options, const struct tally *tally, bool zh, FILE *out)
{
	if (tally->problem_count == 0)
		return;
	fprintf(out, zh ? "  %s：\n" : "  %s:\n", WORDS[WORD_BAD][zh]);
	for (size_t i = 0; i < tally->problem_count; i++) {
		const struct tally_problem *problem = &tally->problems[i];
		fprintf(out, "    %s:%" PRIu64, options->path, problem->line);
		if (problem->column > 0)
			fprintf(out, ":%" PRIu32, problem->column);
		fprintf(out, ": ");
		if (problem->name.size > 0)
			fprintf(out, "%.*s: ", TEXT_ARGS(problem->name));
		fprintf(out, "%.*s\n", TEXT_ARGS(bilingual_pick(problem->what, zh)));
	}
	if (tally->bad > tally->problem_count)
		fprintf(out, zh ? "    另有 %" PRIu64 " 行\n" : "    and %" PRIu64 " more\n",
			tally->bad - tally->problem_count);
}

static void
show_end(const struct rate_file_result *result, bool zh, FILE *out)
{
	const struct tally *tally = &result->tally;
	char count[SHOWN_COUNT_MAX], amount[SHOWN_MONEY_MAX], speed[SHOWN_COUNT_MAX];
	if (tally->duplicates > 0)
		fprintf(out,
			zh ? "  %s 条此前已计费（%s %.*s）：没有重复计费。\n"
			   : "  %s had been charged before (%s %.*s): nothing was charged twice.\n",
			show_count(tally->duplicates, count),
			show_money(tally->duplicate_amount, amount), TEXT_ARGS(tally->currency));
	uint64_t ms = result->elapsed_ns / NS_PER_MS;
	fprintf(out,
		zh ? "  %s 条记录，用时 %" PRIu64 ".%02" PRIu64 " 秒，每秒 %s 条。\n"
		   : "  %s in %" PRIu64 ".%02" PRIu64 " s: %s a second.\n",
		zh ? show_count(tally_records(tally), count)
		   : show_counted(tally_records(tally), "record", "records", count),
		ms / 1000, ms % 1000 / 10, show_count(per_second(result), speed));
	if (!result->complete)
		fprintf(out, "%s",
			zh ? "  未全部完成；再次运行即可继续，不会重复计费。\n"
			   : "  Not all records have their answer; run it again to go on: nothing is charged twice.\n");
}

void
rate_report_show(
	const struct rate_file_options *options, const struct rate_file_result *result, FILE *out)
{
	const struct tally *tally = &result->tally;
	bool zh = options->zh;
	fprintf(out, "\n");
	show_zones(tally, zh, out);
	show_outcomes(tally, options->price_only, zh, out);
	show_reasons(&tally->reasons, zh, out);
	show_codes(WORDS[WORD_REFUSED][zh], &tally->refusals, zh, out);
	show_codes(WORDS[WORD_FAILED][zh], &tally->failures, zh, out);
	show_problems(options, tally, zh, out);
	if (tally->reasons.count + tally->refusals.count + tally->failures.count +
			tally->problem_count >
		0)
		fprintf(out, "\n");
	show_end(result, zh, out);
}

/* ---- JSON ---- */

static void
set_named(json_t *object, struct text name, json_t *value)
{
	json_object_setn_new_nocheck(object, name.data, name.size, value);
}

static json_t *
zones_json(const struct tally_list *list)
{
	json_t *object = json_object();
	for (size_t i = 0; i < list->count; i++)
		set_named(object, list->rows[i].name,
			json_pack("{s:I, s:o}", "count", (json_int_t)list->rows[i].count, "amount",
				json_of_money(list->rows[i].amount)));
	return object;
}

static json_t *
counts_json(const struct tally_list *list)
{
	json_t *object = json_object();
	for (size_t i = 0; i < list->count; i++)
		set_named(
			object, list->rows[i].name, json_integer((json_int_t)list->rows[i].count));
	return object;
}

static json_t *
codes_json(const struct tally_list *list)
{
	json_t *object = json_object();
	for (size_t i = 0; i < list->count; i++)
		set_named(object, list->rows[i].name,
			json_pack("{s:I, s:I, s:o}", "count", (json_int_t)list->rows[i].count,
				"line", (json_int_t)list->rows[i].sample_line, "say",
				json_of_text(list->rows[i].sample)));
	return object;
}

static json_t *
problems_json(const struct tally *tally, const struct rate_file_options *options)
{
	json_t *list = json_array();
	for (size_t i = 0; i < tally->problem_count; i++) {
		const struct tally_problem *problem = &tally->problems[i];
		json_array_append_new(list,
			json_pack("{s:I, s:I, s:o, s:o}", "line", (json_int_t)problem->line,
				"column", (json_int_t)problem->column, "name",
				json_of_text(problem->name), "say",
				json_of_text(bilingual_pick(problem->what, options->zh))));
	}
	return list;
}

json_t *
rate_report_json(const struct rate_file_options *options, const struct rate_file_result *result)
{
	const struct tally *tally = &result->tally;
	json_t *object = json_pack("{s:o, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "source",
		json_of_text(text_of(result->source)), "complete", result->complete, "records",
		(json_int_t)tally_records(tally), options->price_only ? "priced" : "charged",
		(json_int_t)tally->charged, "skipped", (json_int_t)tally->skipped, "duplicates",
		(json_int_t)tally->duplicates, "refused", (json_int_t)tally->refused, "failed",
		(json_int_t)tally->failed, "bad_rows", (json_int_t)tally->bad);
	json_object_set_new(object, "amount", json_of_money(tally->amount));
	json_object_set_new(object, "duplicate_amount", json_of_money(tally->duplicate_amount));
	json_object_set_new(object, "currency", json_of_text(tally->currency));
	json_object_set_new(object, "by_zone", zones_json(&tally->zones));
	json_object_set_new(object, "skipped_by_reason", counts_json(&tally->reasons));
	json_object_set_new(object, "refused_by_code", codes_json(&tally->refusals));
	json_object_set_new(object, "failed_by_code", codes_json(&tally->failures));
	json_object_set_new(object, "problems", problems_json(tally, options));
	json_object_set_new(object, "seconds", json_real((double)result->elapsed_ns / 1e9));
	json_object_set_new(object, "per_second", json_integer((json_int_t)per_second(result)));
	return object;
}
