/* suanpan rate: a file of usage, charged. */
#include "command.h"

#include "catalog_report.h"
#include "client.h"
#include "options.h"
#include "rate_report.h"

#include <string.h>

enum { IN_FLIGHT_USUAL = 4000, PATIENCE_S_USUAL = 60 };

static int
show(const struct rate_file_options *options, const struct rate_file_result *result)
{
	const struct tally *tally = &result->tally;
	if (options->json)
		json_show(rate_report_json(options, result));
	else
		rate_report_show(options, result, stdout);
	return tally->refused + tally->failed + tally->bad > 0 ? EXIT_REFUSED : EXIT_DONE;
}

/* It did not begin, or it did not end: then what was done until then is worth a report. */
static int
show_failed(const struct rate_file_options *options, const struct rate_file_result *result,
	const struct findings *findings, const struct fault *fault)
{
	if (findings->count > 0)
		findings_show(findings, options->zh ? "zh" : "en", stderr);
	if (result->elapsed_ns > 0)
		show(options, result);
	command_failed(result->elapsed_ns > 0 ? "gave up" : "can't rate", fault);
	bool called_wrong = result->elapsed_ns == 0 &&
		(fault->status == STATUS_INVALID || fault->status == STATUS_LIMIT);
	return findings_have_errors(findings) ? EXIT_REFUSED
		: called_wrong                ? EXIT_USAGE
					      : EXIT_FAILED;
}

static int
rate_with(const struct rate_file_options *options)
{
	struct rate_file_result result = { .complete = false };
	struct findings findings;
	struct fault fault;
	int code;
	tally_init(&result.tally);
	findings_init(&findings);
	if (rate_file(options, &result, &findings, &fault) == STATUS_OK)
		code = show(options, &result);
	else
		code = show_failed(options, &result, &findings, &fault);
	findings_release(&findings);
	tally_release(&result.tally);
	return code;
}

static int
rate_run(int count, char **arguments)
{
	struct rate_file_options rate = { .attempt = 1 };
	int64_t connections = 1, in_flight = IN_FLIGHT_USUAL, per_second = 0, attempt = 1;
	int64_t patience_s = PATIENCE_S_USUAL;
	const char *language = options_language();
	const struct option list[] = {
		{ "--as", OPTION_TEXT, &rate.layout, 0, 0 },
		{ "--source", OPTION_TEXT, &rate.source, 0, 0 },
		{ "--zone", OPTION_TEXT, &rate.zone, 0, 0 },
		{ "--to", OPTION_TEXT, &rate.to, 0, 0 },
		{ "--json", OPTION_FLAG, &rate.json, 0, 0 },
		{ "--price-only", OPTION_FLAG, &rate.price_only, 0, 0 },
		{ "--attempt", OPTION_COUNT, &attempt, 1, 255 },
		{ "--connections", OPTION_COUNT, &connections, 1, CLIENT_CONNECTIONS_MAX },
		{ "--in-flight", OPTION_COUNT, &in_flight, 1, CLIENT_IN_FLIGHT_MAX },
		{ "--rate", OPTION_COUNT, &per_second, 1, 100000000 },
		{ "--patience", OPTION_COUNT, &patience_s, 1, 1000000 },
		{ "--language", OPTION_LANGUAGE, &language, 0, 0 },
		{ NULL, OPTION_FLAG, NULL, 0, 0 },
	};
	const struct options options = { &COMMAND_RATE, list, 1, 1, &rate.path };
	int code = options_read(&options, count, arguments);
	if (code != EXIT_DONE)
		return code;
	if (rate.layout == NULL)
		return command_misused(&COMMAND_RATE,
			"--as says how to read the file: \"asterisk\", or the path of a layout");
	rate.connections = (unsigned)connections;
	rate.in_flight = (unsigned)in_flight;
	rate.per_second = (unsigned)per_second;
	rate.patience_s = (unsigned)patience_s;
	rate.attempt = (unsigned)attempt;
	rate.zh = strcmp(language, "zh") == 0;
	return rate_with(&rate);
}

const struct command COMMAND_RATE = {
	.name = "rate",
	.usage =
		"rate FILE --as LAYOUT [--source NAME] [--zone ZONE] [--price-only] [--attempt N] [--json] [--language en|zh]\n"
		"       [--in-flight N] [--connections N] [--rate N] [--patience SECONDS] [--to ADDRESS|PATH]",
	.en = "charges the records of a file of usage",
	.zh = "对话单文件逐条计费",
	.help = "Reads a CSV file with a layout and charges each record, thousands under way at a time. A layout is built in\n"
		"(\"asterisk\", \"freeswitch\"), or the path of a small Lua file that says which column is what.\n"
		"\n"
		"Nothing is charged twice: a record's id is NAME:ID, NAME being the file's name or --source, and ID the record's\n"
		"own; the server charges an id once. If the connection breaks it is made again, and what was not answered is sent\n"
		"again; so is what the server had no room for. A file that was rated half way is simply rated again.\n"
		"\n"
		"  --zone ZONE        time zone of the file's local times, if not the layout's\n"
		"  --price-only       asks what the records would cost, and charges nothing\n"
		"  --attempt N        2 and up: decides anew what was refused before, after a subscription was mended, say\n"
		"  --in-flight N      requests under way, 4,000 by default\n"
		"  --connections N    to spread them over, 1 by default\n"
		"  --rate N           sends at most so many a second\n"
		"  --patience SECONDS how long to try without any answer, 60 by default\n"
		"  --json             ends with one object on standard output: source, complete, records, charged (or priced),\n"
		"                     skipped, duplicates, refused, failed, bad_rows, amount, duplicate_amount, currency,\n"
		"                     by_zone {zone: {count, amount}}, skipped_by_reason, refused_by_code, failed_by_code,\n"
		"                     problems, seconds, per_second; progress goes to standard error, a JSON object a line\n"
		"\n"
		"Amounts and zones count what is charged now; what had been charged before is counted as duplicates.\n"
		"\n"
		"It ends with code 0 if all records were charged, skipped or duplicates; 1 if some were refused, failed or\n"
		"could not be read; 2 if it was called wrongly; 3 if there is no server or it gave up.\n"
		"\n"
		"  suanpan rate Master.csv --as asterisk --source switch1-2026-09-18",
	.help_zh =
		"按格式读取 CSV 话单文件并逐条计费，同时处理数千条。格式可以是内置的（\"asterisk\"、\"freeswitch\"），也可以是一个说明各列含义的小\n"
		"Lua 文件的路径。\n"
		"\n"
		"不会重复计费：记录编号为 名称:编号，名称是文件名或 --source，编号是记录自身的；服务器对每个编号只计费一次。连接中断会自动重连\n"
		"并重发未得到应答的记录；服务器暂时无法受理的也会重发。处理到一半的文件，重新运行即可。\n"
		"\n"
		"  --zone 时区        文件中本地时间的时区，缺省同格式\n"
		"  --price-only       只查询价格，不计费\n"
		"  --attempt N        大于 1 时重新处理此前被拒绝的记录，例如补建用户之后\n"
		"  --in-flight N      同时处理的请求数，缺省 4,000\n"
		"  --connections N    连接数，缺省 1\n"
		"  --rate N           每秒最多发送条数\n"
		"  --patience 秒      没有任何应答时最多重试多久，缺省 60\n"
		"  --json             最后在标准输出给出一个对象：source、complete、records、charged（或 priced）、skipped、duplicates、\n"
		"                     refused、failed、bad_rows、amount、duplicate_amount、currency、by_zone {计费区: {count, amount}}、\n"
		"                     skipped_by_reason、refused_by_code、failed_by_code、problems、seconds、per_second；\n"
		"                     进度以每行一个 JSON 对象写到标准错误\n"
		"\n"
		"金额和计费区只统计本次计费的记录；此前已计费的计入 duplicates。\n"
		"\n"
		"退出码：0 全部已计费、跳过或此前已计费；1 有被拒绝、失败或无法读取的记录；2 用法错误；3 没有服务器或中途放弃。\n"
		"\n"
		"  suanpan rate Master.csv --as asterisk --source switch1-2026-09-18",
	.run = rate_run,
};
