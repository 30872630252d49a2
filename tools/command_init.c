/* suanpan init: a folder that an author of prices can begin with. */
#include "command.h"

#include "options.h"

#include "../engine/base/embed.h"
#include "../rules/language.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_BYTES_MAX = 4096, FORM_BYTES_MAX = 1 << 20 };

/* rules/sample: a small catalog with its tests and texts, and what editors read. */
extern const struct embedded_file tools_sample[];

/* What is made of the language itself. */
static const struct {
	const char *path;
	enum language_form form;
} generated[] = {
	{ ".luacheckrc", LANGUAGE_LUACHECK },
	{ ".suanpan/language.lua", LANGUAGE_ANNOTATIONS },
};

/* STATUS_CONFLICT if there is anything in the folder; it need not exist. */
static enum status
check_empty(const char *directory, struct fault *fault)
{
	enum status status = STATUS_OK;
	const struct dirent *one;
	DIR *open = opendir(directory);
	if (open == NULL && errno == ENOENT)
		return STATUS_OK;
	if (open == NULL)
		return fault_system(fault, errno, "%s", directory);
	while (status == STATUS_OK && (one = readdir(open)) != NULL) {
		if (strcmp(one->d_name, ".") != 0 && strcmp(one->d_name, "..") != 0)
			status = fault_set(fault, STATUS_CONFLICT, "%s is not empty", directory);
	}
	closedir(open);
	return status;
}

/* Makes the folders that a path lies in. */
static enum status
make_parents(char *path, struct fault *fault)
{
	for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		bool made = mkdir(path, 0777) == 0 || errno == EEXIST;
		if (!made)
			fault_system(fault, errno, "%s", path);
		*slash = '/';
		if (!made)
			return STATUS_IO;
	}
	return STATUS_OK;
}

static enum status
write_file(const char *directory, const char *name, struct text content, struct fault *fault)
{
	char path[PATH_BYTES_MAX];
	int size = snprintf(path, sizeof path, "%s/%s", directory, name);
	if (size < 0 || (size_t)size >= sizeof path)
		return fault_set(fault, STATUS_LIMIT, "the path of the folder is too long");
	enum status status = make_parents(path, fault);
	if (status != STATUS_OK)
		return status;
	FILE *file = fopen(path, "wx");
	if (file == NULL)
		return fault_system(fault, errno, "%s", path);
	if (fwrite(content.data, 1, content.size, file) != content.size)
		status = fault_system(fault, errno, "%s", path);
	if (fclose(file) != 0 && status == STATUS_OK)
		status = fault_system(fault, errno, "%s", path);
	return status;
}

static enum status
write_folder(const char *directory, const char *language, struct fault *fault)
{
	enum status status = check_empty(directory, fault);
	for (const struct embedded_file *file = tools_sample;
		file->name != NULL && status == STATUS_OK; file++)
		status = write_file(
			directory, file->name, (struct text){ file->data, file->size }, fault);
	for (size_t i = 0; i < sizeof generated / sizeof generated[0] && status == STATUS_OK; i++) {
		struct buffer text;
		buffer_init(&text, FORM_BYTES_MAX);
		status = language_write_form(generated[i].form, language, &text, fault);
		if (status == STATUS_OK)
			status = write_file(directory, generated[i].path,
				(struct text){ (const char *)text.data, text.size }, fault);
		buffer_release(&text);
	}
	return status;
}

static void
say_what_next(const char *directory, bool zh)
{
	if (zh)
		printf("%s 中已有一个小目录：一个优惠包及其测试和中英文文本。接下来：\n"
		       "  suanpan check %s    指出错误及改法\n"
		       "  suanpan test %s     运行规则旁边的测试\n"
		       "  suanpan help language   规则语言的词\n"
		       "编辑器（lua-language-server）读取 .luarc.json；在该文件夹中运行 luacheck . 会读取 .luacheckrc。\n",
			directory, directory, directory);
	else
		printf("%s holds a small catalog now: a package with its tests, and its texts in Chinese and English. Next:\n"
		       "  suanpan check %s    says what is wrong, and what mends it\n"
		       "  suanpan test %s     runs the tests that stand beside the rules\n"
		       "  suanpan help language   lists the words of the language\n"
		       "Editors (lua-language-server) read .luarc.json; luacheck . in the folder reads .luacheckrc.\n",
			directory, directory, directory);
}

static int
init_run(int count, char **arguments)
{
	const char *directory, *language = options_language();
	const struct option list[] = {
		{ "--language", OPTION_LANGUAGE, &language, 0, 0 },
		{ NULL, OPTION_FLAG, NULL, 0, 0 },
	};
	const struct options options = { &COMMAND_INIT, list, 1, 1, &directory };
	struct fault fault;
	int code = options_read(&options, count, arguments);
	if (code != EXIT_DONE)
		return code;
	enum status status = write_folder(directory, language, &fault);
	if (status == STATUS_OK)
		say_what_next(directory, strcmp(language, "zh") == 0);
	else
		code = command_failed("can't begin a catalog", &fault);
	return status == STATUS_CONFLICT ? EXIT_REFUSED : code;
}

const struct command COMMAND_INIT = {
	.name = "init",
	.usage = "init DIRECTORY [--language en|zh]",
	.en = "makes a catalog folder to begin with: a package, its tests, its texts, and what editors need",
	.zh = "新建目录文件夹：一个优惠包及其测试和文本，以及编辑器所需的文件",
	.help = "Makes the folder, or fills one that is empty, with a small catalog that passes suanpan check and suanpan test, and\n"
		"with what helps to write on:\n"
		"\n"
		"  .suanpan/language.lua   the words of the language for editors (LuaCATS), with their fields and what they mean\n"
		"  .luarc.json             tells lua-language-server of them\n"
		"  .luacheckrc             the words for luacheck\n"
		"\n"
		"All three are made of the language of this program. After an update, suanpan help language --as annotations and\n"
		"--as luacheck write them anew. Names that begin with a dot are no part of a catalog.\n"
		"\n"
		"It ends with code 0 if the folder is there, 1 if it holds something already, 3 if it can't be written.\n"
		"\n"
		"  suanpan init prices",
	.help_zh =
		"新建文件夹（或使用空文件夹），放入一个能通过 suanpan check 和 suanpan test 的小目录，以及有助于继续编写的文件：\n"
		"\n"
		"  .suanpan/language.lua   供编辑器使用的语言说明（LuaCATS）：词、字段及含义\n"
		"  .luarc.json             使 lua-language-server 读取上述说明\n"
		"  .luacheckrc             供 luacheck 使用的词\n"
		"\n"
		"三者都由本程序的规则语言生成；程序更新后，可用 suanpan help language --as annotations 与 --as luacheck 重新生成。以点开头的\n"
		"名称不属于目录。\n"
		"\n"
		"退出码：0 已建好，1 文件夹不为空，3 无法写入。\n"
		"\n"
		"  suanpan init prices",
	.run = init_run,
};
