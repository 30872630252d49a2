/* suanpan test: the tests of a catalog folder. */
#include "command.h"

#include "against_report.h"
#include "catalog_report.h"
#include "guarding.h"
#include "json.h"
#include "options.h"

#include <errno.h>
#include <string.h>

struct test_run {
	const char *directory;
	const char *filter;
	const char *language;
	const char *junit;
	const char *data; /* NULL: held against no month */
	const char *month;
	bool json;
	bool compared; /* `against` is filled */
	struct against against;
	struct findings findings;
	struct test_report report;
};

static enum status
write_junit(const struct test_run *run, struct fault *fault)
{
	struct buffer text;
	buffer_init(&text, CATALOG_REPORT_BYTES_MAX);
	enum status status = STATUS_OK;
	FILE *file = fopen(run->junit, "w");
	if (file == NULL)
		status = fault_system(fault, errno, "%s", run->junit);
	else if (!test_report_junit(&run->report, &text))
		status = fault_set(fault, STATUS_MEMORY, "no memory for %s", run->junit);
	else if (fwrite(text.data, 1, text.size, file) != text.size)
		status = fault_system(fault, errno, "%s", run->junit);
	if (file != NULL && fclose(file) != 0 && status == STATUS_OK)
		status = fault_system(fault, errno, "%s", run->junit);
	buffer_release(&text);
	return status;
}

/* Holds a sound catalog against the month that was asked for. */
static enum status
compare(struct test_run *run, struct bytes bundle, struct fault *fault)
{
	if (run->data == NULL || findings_have_errors(&run->findings))
		return STATUS_OK;
	run->against = (struct against){
		.data = run->data, .month = run->month, .bundle = bundle, .json = run->json
	};
	enum status status = against_run(&run->against, fault);
	run->compared = status == STATUS_OK;
	if (run->compared &&
		!guarding_judge(
			&run->report, &run->against.earnings, strcmp(run->language, "zh") == 0))
		status = fault_set(fault, STATUS_MEMORY, "no memory for the report of the tests");
	return status;
}

static enum status
run_tests(struct test_run *run, struct fault *fault)
{
	struct buffer bundle;
	const struct test_options options = {
		.filter = text_of(run->filter),
		.language = text_of(run->language),
	};
	buffer_init(&bundle, BUNDLE_BYTES_MAX);
	enum status status = bundle_of_directory(run->directory, &bundle, fault);
	if (status == STATUS_OK)
		status = catalog_test_run((struct bytes){ bundle.data, bundle.size }, &options,
			&run->report, &run->findings, fault);
	/* Then the findings say why, and there is nothing else to say. */
	if (status == STATUS_INVALID && findings_have_errors(&run->findings))
		status = STATUS_OK;
	if (status == STATUS_OK)
		status = compare(run, (struct bytes){ bundle.data, bundle.size }, fault);
	buffer_release(&bundle);
	if (status == STATUS_OK && run->junit != NULL)
		status = write_junit(run, fault);
	return status;
}

static void
show(const struct test_run *run)
{
	if (run->json) {
		json_t *object = test_report_json(&run->report);
		json_t *findings = findings_json(&run->findings);
		json_object_update_new(object, findings);
		if (run->compared)
			json_object_set_new(object, "against", against_json(&run->against));
		json_show(object);
		return;
	}
	if (run->findings.count > 0)
		findings_show(&run->findings, run->language, stdout);
	if (run->compared)
		against_show(&run->against, strcmp(run->language, "zh") == 0, stdout);
	if (run->report.result_count > 0 || !findings_have_errors(&run->findings))
		test_report_show(&run->report, run->language, stdout);
}

/* A filter that nothing passes is a slip, and must not look like success. */
static bool
chose_nothing(const struct test_run *run)
{
	const struct test_report *report = &run->report;
	bool chosen = report->result_count + test_report_untried(report) > 0;
	if (run->filter[0] == '\0' || chosen || findings_have_errors(&run->findings))
		return false;
	fprintf(stderr,
		strcmp(run->language, "zh") == 0
			? "suanpan: 没有测试的名称或文件名含有“%s”\n"
			: "suanpan: no test has \"%s\" in its name or file\n",
		run->filter);
	return true;
}

static int
test_run(int count, char **arguments)
{
	struct test_run run = { .language = options_language(), .filter = "" };
	struct fault fault;
	const struct option list[] = {
		{ "--against", OPTION_TEXT, &run.data, 0, 0 },
		{ "--filter", OPTION_TEXT, &run.filter, 0, 0 },
		{ "--json", OPTION_FLAG, &run.json, 0, 0 },
		{ "--junit", OPTION_TEXT, &run.junit, 0, 0 },
		{ "--language", OPTION_LANGUAGE, &run.language, 0, 0 },
		{ "--month", OPTION_TEXT, &run.month, 0, 0 },
		{ NULL, OPTION_FLAG, NULL, 0, 0 },
	};
	const struct options options = { &COMMAND_TEST, list, 1, 1, &run.directory };
	int code = options_read(&options, count, arguments);
	if (code != EXIT_DONE)
		return code;
	if ((run.data == NULL) != (run.month == NULL))
		return command_misused(&COMMAND_TEST, "--against and --month go together");
	if (run.month != NULL && !against_month_is_valid(run.month))
		return command_misused(&COMMAND_TEST, "--month is a month such as 2026-03");
	findings_init(&run.findings);
	test_report_init(&run.report);
	if (run_tests(&run, &fault) != STATUS_OK) {
		code = command_failed("can't test", &fault);
	} else {
		show(&run);
		if (chose_nothing(&run) || run.report.failed_count > 0 ||
			findings_have_errors(&run.findings))
			code = EXIT_REFUSED;
	}
	if (run.compared)
		against_release(&run.against);
	test_report_release(&run.report);
	findings_release(&run.findings);
	return code;
}

const struct command COMMAND_TEST = {
	.name = "test",
	.usage =
		"test DIRECTORY [--filter TEXT] [--against DATA --month YYYY-MM] [--json] [--junit FILE] [--language en|zh]",
	.en = "runs the tests of a catalog folder and says what they cover",
	.zh = "运行目录中的测试并报告覆盖情况",
	.help = "Runs the tests in the files *_test.lua of a catalog folder: each event goes through the code that prices live ones.\n"
		"A test that fails is shown with what was expected, what came out, and why. At the end stands what no test came by.\n"
		"\n"
		"--filter runs only tests whose name or file contains the text; --junit writes the results as XML, too.\n"
		"\n"
		"--against prices the usage that was charged in a month once more, by this catalog: out of the data folder of a\n"
		"stopped server, or of a copy of one, in which nothing is changed. It shows what the month earned and would have\n"
		"earned, by package, segment and zone, and the customers who would pay most more and most less; and the guards of\n"
		"the tests are held against that. Allowances, tiers and caps count as this catalog says from the month's first\n"
		"charge on. Usage that was refused then is not asked again, fees are no part of it, and what was given back of a\n"
		"charge is not earned, whenever that was. Each service of a session that was closed is a charge of all its units,\n"
		"in the month in which the session began. The month is one of the catalog's time zone. With --json its progress is a line of JSON a second on standard error.\n"
		"\n"
		"It ends with code 0 if all passed, 1 if a test or a guard failed, the filter leaves none, or the catalog has errors,\n"
		"3 if a folder can't be read.\n"
		"\n"
		"  suanpan test rules/catalogs/fixed_line --filter night\n"
		"  suanpan test rules/catalogs/fixed_line --against /var/backup/suanpan --month 2026-03",
	.help_zh =
		"运行目录中 *_test.lua 文件里的测试：每个事件都经过与实际计费相同的代码。失败的测试会显示期望值、实际值和原因；最后列出未被\n"
		"任何测试覆盖的部分。\n"
		"\n"
		"--filter 只运行名称或文件名含有该文本的测试；--junit 另将结果写成 XML。\n"
		"\n"
		"--against 取已停止的服务器的数据目录或其副本（不作任何改动），用本目录的价格对某月已收费的使用重新计价：按优惠包、客户群与计费区\n"
		"显示当时与按新价的收入，以及多付与少付最多的客户，并据此检查测试中的 guard。免费资源、阶梯与封顶自该月首笔收费起按本目录累计。\n"
		"当时被拒绝的使用不再询问，周期费用不在其内，已退还的部分（无论何时退还）不计为收入。已结束的会话，每项业务按其全部用量\n"
		"作为一笔收费，计入会话开始的月份。月份按目录的时区。使用 --json 时，进度以每秒一行 JSON 写到标准错误。\n"
		"\n"
		"退出码：0 全部通过，1 有测试或 guard 失败、没有测试符合 --filter、或目录有错误，3 无法读取目录。\n"
		"\n"
		"  suanpan test rules/catalogs/fixed_line --filter night\n"
		"  suanpan test rules/catalogs/fixed_line --against /var/backup/suanpan --month 2026-03",
	.run = test_run,
};
