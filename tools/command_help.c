/* suanpan help: the commands, one command, one method, and the reference pages. */
#include "command.h"

#include "options.h"
#include "reference.h"

#include <stdlib.h>
#include <string.h>

static void
list_commands(const struct page *page)
{
	size_t count;
	const struct command *const *commands = commands_all(&count);
	struct table table;
	page_text(page,
		page_say(page,
			"suanpan is a pricing and charging server, and its own command line.",
			"suanpan（算盘）：计价与计费服务器，同时也是命令行工具。"));
	page_heading(page, 3, page_say(page, "Commands", "命令"));
	table_init(&table, 2);
	table_add(&table, (const char *const[]){ "", "" });
	for (size_t i = 0; i < count; i++)
		table_add(&table,
			(const char *const[]){
				commands[i]->name, page->zh ? commands[i]->zh : commands[i]->en });
	page_table(page, &table);
	table_release(&table);
}

static void
list_methods(const struct page *page)
{
	size_t count;
	const struct method *const *methods = methods_all(&count);
	struct table table;
	page_heading(page, 3,
		page_say(page, "Methods of a running server, for suanpan call and for clients",
			"服务器方法，供 suanpan call 和客户端使用"));
	table_init(&table, 2);
	table_add(&table, (const char *const[]){ "", "" });
	for (size_t i = 0; i < count; i++)
		table_add(&table,
			(const char *const[]){
				methods[i]->name, page->zh ? methods[i]->zh : methods[i]->en });
	page_table(page, &table);
	table_release(&table);
	page_text(page,
		page_say(page,
			"suanpan help NAME says more of a command or a method, suanpan help language of the words of\n"
			"the rule language. All of it is in Chinese where the terminal's locale is (LC_ALL, LC_MESSAGES,\n"
			"LANG), else in English; --language zh or --language en chooses.",
			"suanpan help 名称：查看命令或方法的详细说明；suanpan help language：规则语言的词。\n"
			"终端的区域设置（LC_ALL、LC_MESSAGES、LANG）为中文时用中文显示，否则用英文；也可用 --language zh 或 --language en 指定。"));
}

/* A name may be both: `rate` is a command that rates a file and a method that prices an event. */
static int
help_of(const struct page *page, const char *const names[2])
{
	const char *name = names[0];
	if (strcmp(name, "language") == 0)
		return names[1] == NULL ? reference_words(page) : reference_word(page, names[1]);
	if (names[1] != NULL)
		return command_misused(&COMMAND_HELP, "\"%s\" is one too many", names[1]);
	const struct command *command = command_find(name);
	const struct method *method = method_find(text_of(name));
	if (command == NULL && method == NULL)
		return command_misused(
			&COMMAND_HELP, "there is no command and no method \"%s\"", name);
	if (command != NULL)
		reference_command(page, command);
	if (command == &COMMAND_SERVE) {
		page_heading(page, 3, page_say(page, "Settings", "设置"));
		reference_settings_table(page);
	}
	if (method != NULL)
		reference_method(page, method);
	return EXIT_DONE;
}

static int
help_run(int count, char **arguments)
{
	const char *names[2], *language = options_language(), *reference = NULL, *form = NULL;
	const struct option list[] = {
		{ "--as", OPTION_TEXT, &form, 0, 0 },
		{ "--reference", OPTION_TEXT, &reference, 0, 0 },
		{ "--language", OPTION_LANGUAGE, &language, 0, 0 },
		{ NULL, OPTION_FLAG, NULL, 0, 0 },
	};
	const struct options options = { &COMMAND_HELP, list, 0, 2, names };
	int code = options_read(&options, count, arguments);
	if (code != EXIT_DONE)
		return code;
	const struct page page = { stdout, reference != NULL, strcmp(language, "zh") == 0 };
	if (reference != NULL && !reference_page(&page, reference))
		return command_misused(&COMMAND_HELP,
			"the reference has the pages api, commands, settings and language");
	if (reference != NULL)
		return EXIT_DONE;
	if (form != NULL &&
		(names[0] == NULL || strcmp(names[0], "language") != 0 || names[1] != NULL))
		return command_misused(&COMMAND_HELP, "--as belongs to: suanpan help language");
	if (form != NULL)
		return reference_language_as(&page, form);
	if (names[0] != NULL)
		return help_of(&page, names);
	list_commands(&page);
	list_methods(&page);
	return EXIT_DONE;
}

const struct command COMMAND_HELP = {
	.name = "help",
	.usage =
		"help [COMMAND|METHOD|language [WORD]] [--language en|zh]\n"
		"       suanpan help language --as annotations|luacheck|json [--language en|zh]\n"
		"       suanpan help --reference api|commands|settings|language [--language en|zh]",
	.en = "says what the commands and methods are",
	.zh = "显示命令和方法的说明",
	.help = "Without a name it lists all commands and methods. Of a method it says the parameters with their types and limits,\n"
		"the result, the errors and refusals, and an example. `language` lists the words of the rule language; of a word it\n"
		"says the fields, and an example. With --reference it writes a page of the reference as Markdown.\n"
		"\n"
		"Without --language this and every other command speaks the language of the terminal's locale: Chinese where\n"
		"LC_ALL, LC_MESSAGES or LANG, the first of them that is set, begins with zh, else English.\n"
		"\n"
		"--as writes the whole rule language for other programs: as annotations for editors (LuaCATS), as a configuration\n"
		"of luacheck, or as JSON. suanpan init puts the first two where an author needs them.\n"
		"\n"
		"  suanpan help charge\n"
		"  suanpan help language tariff\n"
		"  suanpan help language --as json\n"
		"  suanpan help serve --language zh\n",
	.help_zh =
		"不带名称时列出全部命令和方法。对方法显示参数的类型与限制、结果、错误与拒绝以及示例。language 列出规则语言的词，后接一个词时\n"
		"显示其字段和示例。--reference 以 Markdown 输出参考手册页。\n"
		"\n"
		"不写 --language 时，本命令和其他命令使用终端区域设置的语言：依次查看 LC_ALL、LC_MESSAGES、LANG，第一个已设置的以 zh 开头则为\n"
		"中文，否则为英文。\n"
		"\n"
		"--as 将整个规则语言输出给其他程序使用：编辑器注解（annotations，LuaCATS 格式）、luacheck 配置或 JSON。suanpan init 会把\n"
		"前两者放到作者需要的位置。\n"
		"\n"
		"  suanpan help charge\n"
		"  suanpan help language tariff\n"
		"  suanpan help language --as json\n"
		"  suanpan help serve --language zh\n",
	.run = help_run,
};
