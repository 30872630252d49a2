/* suanpan fsck: checks the data folder of a stopped server. */
#include "command.h"

#include "catalog_report.h"
#include "json.h"
#include "options.h"
#include "progress.h"
#include "table.h"

#include "../store/fsck.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { AGE_DAYS_MAX = 100000 };
#define MEGABYTE UINT64_C(1000000)

struct checking {
	bool json;
	bool zh;
	struct progress progress;
	struct progress_state state;
	json_t *findings; /* with --json */
};

static void
show_progress(void *context, uint64_t done, uint64_t total)
{
	struct checking *run = context;
	run->state = (struct progress_state){ done, total, done / MEGABYTE, "MB" };
	progress_step(&run->progress, &run->state);
}

/* Takes the bar off its line, so that something else can stand there. */
static void
clear_bar(struct progress *progress)
{
	if (progress->drawn)
		fputs("\r\033[K", progress->out);
	progress->drawn = false;
	fflush(progress->out);
}

static void
show_finding(void *context, const struct fsck_finding *finding)
{
	struct checking *run = context;
	const char *name = fsck_name(finding->name);
	if (run->json) {
		json_array_append_new(run->findings,
			json_pack("{s:s, s:o, s:o, s:s}", "name", name, "where",
				json_of_text(text_of(finding->where)), "what",
				json_of_text(text_of(finding->what)), "remedy",
				fsck_remedy(finding->name)));
		return;
	}
	clear_bar(&run->progress);
	if (run->zh)
		printf("%s\n    %s\n    %s（%s）\n    处理：%s。\n", name, finding->where,
			fsck_what_zh(finding->name), finding->what, fsck_remedy_zh(finding->name));
	else
		printf("%s\n    %s\n    %s\n    To do: %s.\n", name, finding->where, finding->what,
			fsck_remedy(finding->name));
}

/* ---- the end ---- */

static void
print_report(const struct fsck_report *report, bool zh)
{
	char size[SHOWN_COUNT_MAX], entries[SHOWN_COUNT_MAX], records[SHOWN_COUNT_MAX],
		ids[SHOWN_COUNT_MAX];
	char runs[SHOWN_COUNT_MAX], releases[SHOWN_COUNT_MAX], findings[SHOWN_COUNT_MAX];
	bool clean = report->findings == 0;
	for (int name = 0; name < FSCK_NAMES; name++) {
		if (report->counts[name] > FSCK_TOLD_MAX)
			printf(zh ? "%s：另有 %" PRIu64 " 个\n" : "%s: %" PRIu64 " more of these\n",
				fsck_name((enum fsck_name)name),
				report->counts[name] - FSCK_TOLD_MAX);
	}
	if (zh) {
		printf("%s：日志 %s，%s 条记录；%s 条数据；编号 %s 个，在 %s 个文件中；规则版本 %s 个\n",
			clean ? "完好" : "已检查", show_size(report->journal_bytes, size),
			show_count(report->entries, entries), show_count(report->records, records),
			show_count(report->ids, ids), show_count(report->runs, runs),
			show_count(report->releases, releases));
		if (!clean)
			printf("%s 个问题\n", show_count(report->findings, findings));
		return;
	}
	printf("%s: %s in %s of journal, %s, %s in %s, %s\n", clean ? "clean" : "checked",
		show_counted(report->entries, "entry", "entries", entries),
		show_size(report->journal_bytes, size),
		show_counted(report->records, "record", "records", records),
		show_counted(report->ids, "id", "ids", ids),
		show_counted(report->runs, "run", "runs", runs),
		show_counted(report->releases, "release", "releases", releases));
	if (!clean)
		printf("%s\n", show_counted(report->findings, "finding", "findings", findings));
}

static void
show_json(const struct checking *run, const struct fsck_report *report)
{
	json_t *counts = json_object();
	for (int name = 0; name < FSCK_NAMES; name++) {
		if (report->counts[name] > 0)
			json_object_set_new(counts, fsck_name((enum fsck_name)name),
				json_integer((json_int_t)report->counts[name]));
	}
	json_show(json_pack("{s:b, s:O, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "clean",
		report->findings == 0, "findings", run->findings, "counts", counts, "segments",
		(json_int_t)report->segments, "frames", (json_int_t)report->frames, "entries",
		(json_int_t)report->entries, "journal_bytes", (json_int_t)report->journal_bytes,
		"records", (json_int_t)report->records, "runs", (json_int_t)report->runs, "ids",
		(json_int_t)report->ids, "releases", (json_int_t)report->releases));
}

/* ---- the command ---- */

static int
check(struct checking *run, const char *directory, int64_t age_max_days)
{
	const struct fsck_options options = {
		.age_max_days = (int32_t)age_max_days,
		.context = run,
		.found = show_finding,
		.progress = show_progress,
	};
	struct fsck_report report;
	struct fault fault;
	progress_begin(&run->progress, stderr, run->json);
	enum status status = fsck_run(directory, &options, &report, &fault);
	clear_bar(&run->progress);
	if (status != STATUS_OK)
		return command_failed("can't check", &fault);
	if (run->json)
		show_json(run, &report);
	else
		print_report(&report, run->zh);
	return report.findings == 0 ? EXIT_DONE : EXIT_REFUSED;
}

static int
fsck_command_run(int count, char **arguments)
{
	const char *directory;
	const char *language = options_language();
	int64_t age_max_days = 0;
	struct checking run = { .json = false };
	const struct option list[] = {
		{ "--age-max", OPTION_COUNT, &age_max_days, 1, AGE_DAYS_MAX },
		{ "--json", OPTION_FLAG, &run.json, 0, 0 },
		{ "--language", OPTION_LANGUAGE, &language, 0, 0 },
		{ NULL, OPTION_FLAG, NULL, 0, 0 },
	};
	const struct options options = { &COMMAND_FSCK, list, 1, 1, &directory };
	int code = options_read(&options, count, arguments);
	if (code != EXIT_DONE)
		return code;
	run.zh = strcmp(language, "zh") == 0;
	run.findings = json_array();
	code = check(&run, directory, age_max_days);
	json_decref(run.findings);
	return code;
}

const struct command COMMAND_FSCK = {
	.name = "fsck",
	.usage = "fsck DIRECTORY [--age-max DAYS] [--json] [--language en|zh]",
	.en = "checks a stopped server's data folder for damage",
	.zh = "检查已停止服务器的数据目录是否损坏",
	.help = "Reads all of a data folder and changes nothing: every frame and entry of the journal with its checksums and the\n"
		"chain that links them; that the postings of each entry sum to zero, and each balance is what it was and its\n"
		"postings; that no id was decided twice and the runs of ids have each of them; that the state is what the\n"
		"journal gives; that each release has the content it is named after.\n"
		"\n"
		"Each finding has a name, a place, what is wrong and what to do. What a kill or a power cut leaves (a torn write\n"
		"behind the last entry, unfinished files) is none: the server puts it right when it starts. Of each name at most\n"
		"20 are shown, and the rest counted.\n"
		"\n"
		"  --age-max DAYS     usage.age_max of the server in days, 400 by default: older ids may have been dropped\n"
		"  --json             ends with one object on standard output: clean, findings [{name, where, what, remedy}],\n"
		"                     counts {name: number}, segments, frames, entries, journal_bytes, records, runs, ids,\n"
		"                     releases; progress goes to standard error, a JSON object a line\n"
		"  --language zh      says it in Chinese\n"
		"\n"
		"The server must be stopped. Memory grows with the number of records that the journal changes, about 100 bytes each.\n"
		"\n"
		"It ends with code 0 if the folder is clean, 1 if something was found, 2 if it was called wrongly, and 3 if the\n"
		"folder is in use, can't be read or is none.\n"
		"\n"
		"  suanpan fsck suanpan-data\n"
		"  suanpan fsck suanpan-data --language zh",
	.help_zh =
		"只读检查整个数据目录：日志的每一帧、每个条目及其校验和与链接；每个条目的分录合计为零，每个余额等于原值加分录；没有编号被处理两\n"
		"次，编号文件齐全；状态与日志推出的一致；每个规则版本的内容与其名称相符。\n"
		"\n"
		"每个问题都有名称、位置、说明和处理办法。进程被杀或断电留下的痕迹（最后一个条目之后写了一半的数据、未完成的文件）不算问题，服务\n"
		"器启动时会自行处理。同一名称最多显示 20 个，其余只计数。\n"
		"\n"
		"  --age-max 天数     服务器的 usage.age_max（天），缺省 400；更早的编号可能已清除\n"
		"  --json             最后在标准输出给出一个对象：clean、findings [{name, where, what, remedy}]、counts {名称: 个数}、\n"
		"                     segments、frames、entries、journal_bytes、records、runs、ids、releases；\n"
		"                     进度以每行一个 JSON 对象写到标准错误\n"
		"  --language zh      以中文显示\n"
		"\n"
		"服务器必须已停止。内存随日志所改变的记录数增长，每条约 100 字节。\n"
		"\n"
		"退出码：0 完好；1 发现问题；2 用法错误；3 目录正被使用、无法读取或不是数据目录。\n"
		"\n"
		"  suanpan fsck suanpan-data\n"
		"  suanpan fsck suanpan-data --language zh",
	.run = fsck_command_run,
};
