/* suanpan table: a table of a catalog to a spreadsheet and back. */
#include "command.h"

#include "catalog_report.h"
#include "options.h"
#include "sheet_report.h"

#include "../rules/release.h"
#include "../rules/sheet.h"
#include "../store/disk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum verb { VERB_IMPORT, VERB_DIFF, VERB_EXPORT, VERB_PASTE, VERB_COUNT };

static const char *const verbs[VERB_COUNT] = {
	[VERB_IMPORT] = "import",
	[VERB_DIFF] = "diff",
	[VERB_EXPORT] = "export",
	[VERB_PASTE] = "paste",
};

struct table_call {
	enum verb verb;
	const char *directory;
	const char *given; /* a path, or "-" for standard input */
	const char *key_names;
	const char *language;
	bool json, yes, tabs, mark;
	char name[BUNDLE_PATH_MAX + 1]; /* "tables/days.csv" */
	char path[DISK_PATH_MAX];       /* the same in its folder */
	struct sheet table;             /* as it is; without columns if there is none yet */
	struct sheet rows;              /* as they were given */
	struct sheet next;              /* as the table would be */
	struct sheet_problems problems;
	const char *problems_in; /* the file that has them */
};

static bool
is_zh(const struct table_call *call)
{
	return strcmp(call->language, "zh") == 0;
}

/* ---- Reading ---- */

static const struct csv_form catalog_form = { .separator = ',', .guarded = false };

/* Of what goes to a spreadsheet, and comes from one. */
static struct csv_form
outside_form(const struct table_call *call)
{
	return (struct csv_form){ .separator = call->tabs ? '\t' : ',', .guarded = true };
}

static enum status
read_standard_input(struct buffer *content, struct fault *fault)
{
	char piece[65536];
	size_t size;
	while ((size = fread(piece, 1, sizeof piece, stdin)) > 0)
		if (!buffer_append(content, piece, size))
			return fault_set(fault, STATUS_LIMIT, "a table may have %zu MiB at most",
				SHEET_BYTES_MAX >> 20);
	if (ferror(stdin))
		return fault_system(fault, errno, "can't read standard input");
	return STATUS_OK;
}

static enum status
read_table(struct table_call *call, struct fault *fault)
{
	struct buffer content;
	buffer_init(&content, SHEET_BYTES_MAX);
	enum status status = disk_read_file(call->path, &content, fault);
	if (status == STATUS_OK) {
		call->problems_in = call->name;
		status = sheet_read(&call->table, (struct bytes){ content.data, content.size },
			&catalog_form, &call->problems, fault);
	}
	buffer_release(&content);
	return status;
}

static enum status
read_given(struct table_call *call, struct fault *fault)
{
	struct buffer content;
	const struct csv_form form = outside_form(call);
	buffer_init(&content, SHEET_BYTES_MAX);
	enum status status = strcmp(call->given, "-") == 0
		? read_standard_input(&content, fault)
		: disk_read_file(call->given, &content, fault);
	if (status == STATUS_OK) {
		struct bytes bytes = { content.data, content.size };
		call->problems_in = call->given;
		status = call->verb == VERB_PASTE
			? sheet_read_rows(&call->rows, bytes, &form, &call->problems, fault)
			: sheet_read(&call->rows, bytes, &form, &call->problems, fault);
	}
	buffer_release(&content);
	return status;
}

/* Where the table is, or would be. */
static enum status
find_table(struct table_call *call, const char *table, struct fault *fault)
{
	int size = snprintf(call->name, sizeof call->name, "tables/%s.csv", table);
	if (size < 0 || (size_t)size >= sizeof call->name ||
		!bundle_path_is_valid(text_of(call->name)))
		return fault_set(fault, STATUS_INVALID,
			"\"%.100s\" is no name of a table: small letters, digits, _ and -", table);
	size = snprintf(call->path, sizeof call->path, "%s/catalog.lua", call->directory);
	if (size < 0 || (size_t)size + sizeof call->name >= sizeof call->path)
		return fault_set(fault, STATUS_LIMIT, "the path of the folder is too long");
	if (!disk_exists(call->path))
		return fault_set(fault, STATUS_NOT_FOUND,
			"%s is no folder of a catalog: there is no catalog.lua in it",
			call->directory);
	snprintf(call->path, sizeof call->path, "%s/%s", call->directory, call->name);
	return STATUS_OK;
}

/* ---- Writing ---- */

/* Whole or not at all; who may read the file stays as it was. */
static enum status
write_table(const struct table_call *call, struct fault *fault)
{
	struct buffer content;
	struct stat about;
	char folder[DISK_PATH_MAX];
	snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(call->path, '/') - call->path),
		call->path);
	mode_t mode = stat(call->path, &about) == 0 ? about.st_mode & 07777 : 0644;
	if (mkdir(folder, 0755) != 0 && errno != EEXIST)
		return fault_system(fault, errno, "can't make %s", folder);
	buffer_init(&content, SHEET_BYTES_MAX);
	enum status status = sheet_write(&call->next, &catalog_form, &content, fault);
	if (status == STATUS_OK)
		status = disk_write_file(
			call->path, (struct bytes){ content.data, content.size }, fault);
	if (status == STATUS_OK && chmod(call->path, mode) != 0)
		status = fault_system(fault, errno, "%s", call->path);
	buffer_release(&content);
	return status;
}

static enum status
export_table(struct table_call *call, struct fault *fault)
{
	struct buffer content;
	const struct csv_form form = outside_form(call);
	enum status status = read_table(call, fault);
	if (status != STATUS_OK)
		return status;
	buffer_init(&content, 2 * SHEET_BYTES_MAX);
	if (call->mark)
		buffer_append_text(&content, TEXT("\xef\xbb\xbf"));
	status = sheet_write(&call->table, &form, &content, fault);
	if (status == STATUS_OK &&
		(fwrite(content.data, 1, content.size, stdout) != content.size ||
			fflush(stdout) != 0))
		status = fault_system(fault, errno, "can't write to standard output");
	buffer_release(&content);
	return status;
}

/* ---- Changing ---- */

/* The table as it would be, from what was given. */
static enum status
make_next(struct table_call *call, struct sheet_key *key, struct fault *fault)
{
	enum status status = read_table(call, fault);
	if (status == STATUS_NOT_FOUND && call->verb != VERB_PASTE)
		status = STATUS_OK;
	if (status == STATUS_OK)
		status = read_given(call, fault);
	if (status == STATUS_OK && call->verb != VERB_PASTE) {
		status = sheet_arrange(
			&call->next, &call->table, &call->rows, &call->problems, fault);
	} else if (status == STATUS_OK) {
		status = sheet_key_of(&call->table, call->key_names, key, fault);
		if (status == STATUS_OK)
			status = sheet_paste(&call->next, &call->table, key, &call->rows,
				&call->problems, fault);
	}
	if (status == STATUS_OK)
		status = sheet_key_of(&call->next, call->key_names, key, fault);
	return status;
}

static void
show(const struct table_call *call, const struct sheet_report *report, bool written)
{
	bool empty = sheet_diff_is_empty(report->diff);
	if (call->json) {
		json_t *answer = sheet_report_json(report);
		json_object_set_new(answer, "written", json_boolean(written));
		json_show(answer);
		return;
	}
	sheet_report_show(report, stdout);
	if (empty || call->verb == VERB_DIFF)
		return;
	if (written)
		printf(report->zh ? "已写入；下一步：suanpan check %s\n"
				  : "Written. Next: suanpan check %s\n",
			call->directory);
	else
		fputs(report->zh ? "尚未写入；加 --yes 即写入\n"
				 : "Nothing was written; --yes writes it.\n",
			stdout);
}

static enum status
change_table(struct table_call *call, int *code, struct fault *fault)
{
	struct sheet_key key;
	struct sheet_diff diff;
	enum status status = make_next(call, &key, fault);
	if (status == STATUS_OK)
		status = sheet_compare(&diff, &call->table, &call->next, &key, fault);
	if (status != STATUS_OK)
		return status;
	bool empty = sheet_diff_is_empty(&diff), written = call->yes && !empty;
	if (written)
		status = write_table(call, fault);
	if (status == STATUS_OK) {
		const struct sheet_report report = { call->name, &call->table, &call->next, &key,
			&diff, is_zh(call) };
		show(call, &report, written);
		*code = empty || written ? EXIT_DONE : EXIT_REFUSED;
	}
	sheet_diff_release(&diff);
	return status;
}

/* ---- The command ---- */

static void
show_problems(const struct table_call *call)
{
	if (call->json)
		json_show(json_pack("{s:s, s:o, s:b}", "table", call->name, "problems",
			sheet_problems_json(&call->problems, call->problems_in), "written", false));
	else
		sheet_problems_show(&call->problems, call->problems_in, is_zh(call), stdout);
}

static int
run_call(struct table_call *call, const char *table)
{
	struct fault fault;
	int code = EXIT_DONE;
	sheet_init(&call->table);
	sheet_init(&call->rows);
	sheet_init(&call->next);
	enum status status = find_table(call, table, &fault);
	if (status == STATUS_OK)
		status = call->verb == VERB_EXPORT ? export_table(call, &fault)
						   : change_table(call, &code, &fault);
	if (call->problems.count > 0) {
		show_problems(call);
		code = EXIT_REFUSED;
	} else if (status != STATUS_OK) {
		code = command_failed("can't do that to the table", &fault);
	}
	sheet_release(&call->next);
	sheet_release(&call->rows);
	sheet_release(&call->table);
	return code;
}

/* What the verb takes, and what only another one does. */
static int
check_call(struct table_call *call, const char *const positional[4])
{
	int verb = 0;
	while (verb < VERB_COUNT && strcmp(verbs[verb], positional[0]) != 0)
		verb++;
	if (verb == VERB_COUNT)
		return command_misused(&COMMAND_TABLE, "there is no \"%s\"", positional[0]);
	call->verb = (enum verb)verb;
	call->directory = positional[1];
	call->given = positional[3];
	if (call->verb == VERB_PASTE)
		call->tabs = true;
	if (call->given == NULL && call->verb == VERB_PASTE)
		call->given = "-";
	if (call->given == NULL && call->verb != VERB_EXPORT)
		return command_misused(&COMMAND_TABLE, "the file is missing");
	if (call->given != NULL && call->verb == VERB_EXPORT)
		return command_misused(
			&COMMAND_TABLE, "export writes to standard output: > %s", call->given);
	if (call->yes && (call->verb == VERB_EXPORT || call->verb == VERB_DIFF))
		return command_misused(
			&COMMAND_TABLE, "%s changes nothing: it takes no --yes", positional[0]);
	if (call->verb == VERB_EXPORT && (call->json || call->key_names != NULL))
		return command_misused(
			&COMMAND_TABLE, "--json and --key are for import, diff and paste");
	if (call->verb != VERB_EXPORT && call->mark)
		return command_misused(&COMMAND_TABLE, "--mark is for export");
	return EXIT_DONE;
}

static int
table_run(int count, char **arguments)
{
	struct table_call call = { .language = options_language() };
	const char *positional[4];
	const struct option list[] = {
		{ "--json", OPTION_FLAG, &call.json, 0, 0 },
		{ "--key", OPTION_TEXT, &call.key_names, 0, 0 },
		{ "--language", OPTION_LANGUAGE, &call.language, 0, 0 },
		{ "--mark", OPTION_FLAG, &call.mark, 0, 0 },
		{ "--tabs", OPTION_FLAG, &call.tabs, 0, 0 },
		{ "--yes", OPTION_FLAG, &call.yes, 0, 0 },
		{ NULL, OPTION_FLAG, NULL, 0, 0 },
	};
	const struct options options = { &COMMAND_TABLE, list, 3, 4, positional };
	int code = options_read(&options, count, arguments);
	if (code == EXIT_DONE)
		code = check_call(&call, positional);
	return code == EXIT_DONE ? run_call(&call, positional[2]) : code;
}

const struct command COMMAND_TABLE = {
	.name = "table",
	.usage =
		"table export DIRECTORY TABLE [--tabs] [--mark] > FILE\n"
		"       suanpan table diff DIRECTORY TABLE FILE|- [--key NAMES] [--tabs] [--json] [--language en|zh]\n"
		"       suanpan table import DIRECTORY TABLE FILE|- [--yes] [--key NAMES] [--tabs] [--json] [--language en|zh]\n"
		"       suanpan table paste DIRECTORY TABLE [FILE|-] [--yes] [--key NAMES] [--json] [--language en|zh]",
	.en = "takes a table of a catalog to a spreadsheet and back, and shows which rows change",
	.zh = "把目录中的表导出到电子表格并导回，写入前逐行显示变化",
	.help = "TABLE is the name of a file in the folder tables of a catalog: days is tables/days.csv. It may be a decision table,\n"
		"prefixes of zones, or any other.\n"
		"\n"
		"  export   writes the table to standard output, for a spreadsheet\n"
		"  diff     shows what differs between the table and a file, row by row\n"
		"  import   makes the table what the file says: rows that the file lacks are removed\n"
		"  paste    puts rows into the table that were copied from a spreadsheet: cells with tabs between them, from\n"
		"           standard input. A row replaces the one with its key, or is added at the end; no row is removed. The\n"
		"           columns are those of the table; if the first row names them, they may stand in another order\n"
		"\n"
		"import and paste show the rows that would be added (+), changed (~) and removed (-), and write nothing without\n"
		"--yes:\n"
		"\n"
		"  + date 2027-01-01: kind holiday, name New Year's Day\n"
		"  ~ date 2026-02-14: kind holiday → workday\n"
		"  tables/holidays-cn.csv: 1 added, 1 changed, 0 removed\n"
		"  Nothing was written; --yes writes it.\n"
		"\n"
		"Rows are told apart by their key: the inputs of a decision table, else the first column, or with --key the columns\n"
		"that it names (--key tenants,role). The table keeps the order of its columns; the order of rows is the file's.\n"
		"\n"
		"A cell is text, and no cell is ever taken for a number or a date: 0086 stays 0086. Spreadsheets calculate cells\n"
		"that begin with =, +, -, @, a tab or a carriage return; export puts an apostrophe before them ('=>rent), and\n"
		"import, diff and paste take it off again. So a table that was exported and is imported has no differences, and\n"
		"nothing is written. --tabs writes and reads tabs instead of commas; --mark begins the file with a byte-order\n"
		"mark, by which Excel knows that it is UTF-8.\n"
		"\n"
		"It ends with code 0 if there is no difference or it was written, 1 if there are differences that were not written\n"
		"or rows that can't be read (each is named), 3 if there is no such table or file.\n"
		"\n"
		"  suanpan table export prices days > days.csv\n"
		"  suanpan table import prices days days.csv\n"
		"  suanpan table import prices days days.csv --yes",
	.help_zh =
		"TABLE 是目录的 tables 文件夹中的文件名：days 即 tables/days.csv。可以是决策表、地区前缀表或其他表。\n"
		"\n"
		"  export   把表写到标准输出，供电子表格使用\n"
		"  diff     逐行显示表与文件的差异\n"
		"  import   使表与文件一致：文件中没有的行会被删除\n"
		"  paste    把从电子表格复制的行放入表中：单元格之间为制表符，从标准输入读取。键相同的行被替换，其余加在末尾；不删除任何行。\n"
		"           各列与表相同；若第一行写出所有列名，则列的次序可以不同\n"
		"\n"
		"import 与 paste 先显示将新增 (+)、修改 (~)、删除 (-) 的行，不加 --yes 不写入：\n"
		"\n"
		"  + date 2027-01-01: kind holiday, name New Year's Day\n"
		"  ~ date 2026-02-14: kind holiday → workday\n"
		"  tables/holidays-cn.csv：新增 1 行，修改 1 行，删除 0 行\n"
		"  尚未写入；加 --yes 即写入\n"
		"\n"
		"行按键区分：决策表的输入列，其他表的第一列，或 --key 指定的列（--key tenants,role）。表的列次序不变；行的次序与文件相同。\n"
		"\n"
		"单元格一律是文本，绝不当作数字或日期：0086 仍是 0086。电子表格会计算以 =、+、-、@、制表符或回车符开头的单元格；export 在其前\n"
		"加一个撇号（'=>rent），import、diff 和 paste 再把它去掉。因此导出后原样导入没有差异，也不写入任何内容。--tabs 用制表符代替逗号；\n"
		"--mark 在文件开头写字节顺序标记，使 Excel 识别 UTF-8。\n"
		"\n"
		"退出码：0 没有差异或已写入，1 有差异但未写入，或有无法读取的行（逐一指出），3 没有这个表或文件。\n"
		"\n"
		"  suanpan table export prices days > days.csv\n"
		"  suanpan table import prices days days.csv\n"
		"  suanpan table import prices days days.csv --yes",
	.run = table_run,
};
