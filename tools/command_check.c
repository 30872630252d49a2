/* suanpan check: what is wrong with a catalog folder. */
#include "command.h"

#include "catalog_report.h"
#include "options.h"

static int
check_run(int count, char **arguments)
{
	const char *directory, *language = options_language(), *least = "error";
	enum severity fail_on;
	bool json = false;
	const struct option list[] = {
		{ "--fail-on", OPTION_TEXT, &least, 0, 0 },
		{ "--json", OPTION_FLAG, &json, 0, 0 },
		{ "--language", OPTION_LANGUAGE, &language, 0, 0 },
		{ NULL, OPTION_FLAG, NULL, 0, 0 },
	};
	const struct options options = { &COMMAND_CHECK, list, 1, 1, &directory };
	int code = options_read(&options, count, arguments);
	if (code != EXIT_DONE)
		return code;
	if (!severity_of(least, &fail_on))
		return command_misused(&COMMAND_CHECK, "--fail-on is error, warning or note");
	struct buffer bundle;
	struct findings findings;
	struct fault fault;
	buffer_init(&bundle, BUNDLE_BYTES_MAX);
	findings_init(&findings);
	enum status status = bundle_of_directory(directory, &bundle, &fault);
	if (status == STATUS_OK)
		status = catalog_check(
			(struct bytes){ bundle.data, bundle.size }, &findings, &fault);
	if (status != STATUS_OK)
		code = command_failed("can't check", &fault);
	else if (findings_have(&findings, fail_on))
		code = EXIT_REFUSED;
	if (status == STATUS_OK && json)
		json_show(findings_json(&findings));
	else if (status == STATUS_OK)
		findings_show(&findings, language, stdout);
	findings_release(&findings);
	buffer_release(&bundle);
	return code;
}

const struct command COMMAND_CHECK = {
	.name = "check",
	.usage = "check DIRECTORY [--fail-on error|warning|note] [--json] [--language en|zh]",
	.en = "says what is wrong with a catalog folder, and what would mend it",
	.zh = "检查目录文件夹，指出错误及改正方法",
	.help = "Reads a catalog folder as a release would be built of it, with its test files, and shows all that was found:\n"
		"\n"
		"  packages/local.lua:12:9: error: unknown_field: tariff has no field 'stp'\n"
		"      fix: write step\n"
		"\n"
		"Where something is missing, such as a row of a table, a price or a text, lines that begin with + can be pasted; what …\n"
		"stands for is left to their author. Nothing is published, and no server is needed.\n"
		"\n"
		"A script that fails hides nothing of the others: only what may stand in it is not called missing.\n"
		"\n"
		"It ends with code 0 if there is no error (there may be warnings), 1 if there is one, 3 if the folder can't be read.\n"
		"With --fail-on warning, or note, those make it 1, too.\n"
		"\n"
		"  suanpan check rules/catalogs/fixed_line --fail-on warning",
	.help_zh =
		"按发布时的方式读取目录及其测试文件，列出发现的所有问题：\n"
		"\n"
		"  packages/local.lua:12:9: 错误: unknown_field: tariff 没有“stp”这个字段\n"
		"      修正：改为 step\n"
		"\n"
		"缺少内容时（如表中的行、价格、文本），以 + 开头的行可以直接粘贴，其中的 … 由作者填写。不会发布任何内容，也不需要服务器。\n"
		"\n"
		"某个脚本出错不会掩盖其他文件中的问题：只是不把可能写在其中的内容当作缺失。\n"
		"\n"
		"退出码：0 没有错误（可能有警告），1 有错误，3 无法读取目录。--fail-on warning 或 note 时，有警告或说明也为 1。\n"
		"\n"
		"  suanpan check rules/catalogs/fixed_line --language zh",
	.run = check_run,
};
