/* The reference pages (see reference.h). */
#include "reference.h"

#include "../engine/settings.h"

#include <stdlib.h>
#include <string.h>

/* ---- the methods ---- */

static const char API_EN[] =
	"Clients speak MessagePack-RPC over TCP or a Unix socket: a request is `[0, msgid, method, params]`, its answer "
	"`[1, msgid, error, result]`. Any number of requests may be under way on a connection; answers may come in another "
	"order and are found by their msgid. `params` is an array with one map of named fields; where a method says so, an "
	"array of values.\n"
	"\n"
	"- **A result** means that the request was decided, and that what it reports is on disk. Its `outcome` says how; a "
	"*refusal* has a `code`, a sentence in both languages (`say`), the `nearest` rule and the first condition that "
	"failed (`because`).\n"
	"- **An error** means that nothing was decided. It is a text that begins with a stable code: `\"OVERLOADED: …\"`; after "
	"`hello` with `details` it is a map `{code, say}`.\n"
	"- **A request that moves money carries an `id`**, unique for its service id or account. Sent again, it gets the first "
	"answer with `repeat: true`; with other content it is an `ID_CONFLICT`. Refusals are remembered too, but for `TOO_OLD` and `AHEAD_OF_CLOCK`, which are decided anew each time; `attempt: 2` "
	"decides a refused request anew.\n"
	"\n"
	"| type | what it is |\n"
	"|---|---|\n"
	"| identifier | text of 1 to 64 bytes of UTF-8 without control characters |\n"
	"| text | UTF-8; limits are in bytes |\n"
	"| integer | 64 bits, signed |\n"
	"| time | milliseconds since 1970 UTC, or RFC 3339 text with an offset; results have milliseconds |\n"
	"| money | decimal text with at most 6 decimals, `\"12.50\"`; never a float |\n"
	"| currency | three capital letters |\n"
	"| facts | a map of names to texts or integers |\n"
	"| bytes | MessagePack bin; `{\"$bytes\": \"base64\"}` in JSON |";

static const char API_ZH[] =
	"客户端通过 TCP 或 Unix 套接字使用 MessagePack-RPC：请求为 `[0, msgid, method, params]`，应答为 `[1, msgid, error, result]`。"
	"同一连接上可同时有任意多个请求；应答次序可能不同，以 msgid 对应。`params` 是只含一个映射的数组，部分方法也接受按顺序给值的数组。\n"
	"\n"
	"- **result**：请求已处理，且其内容已落盘。`outcome` 说明结果；*拒绝* 带有 `code`、中英文说明 `say`、最接近的规则 `nearest` 和首个不满足的条件 "
	"`because`。\n"
	"- **error**：未做任何处理。它是以固定代码开头的文本：`\"OVERLOADED: …\"`；`hello` 指定 `details` 后为映射 `{code, say}`。\n"
	"- **涉及资金的请求都带 `id`**，在其业务接入号或账户内唯一。重复发送得到首次应答并带 `repeat: true`；内容不同则为 `ID_CONFLICT`。"
	"拒绝同样被记住，但 `TOO_OLD` 和 `AHEAD_OF_CLOCK` 除外，它们每次重新判断；`attempt: 2` 表示重新处理被拒绝的请求。\n"
	"\n"
	"| 类型 | 说明 |\n"
	"|---|---|\n"
	"| 标识 | 1 至 64 字节的 UTF-8 文本，不含控制字符 |\n"
	"| 文本 | UTF-8；限制以字节计 |\n"
	"| 整数 | 64 位有符号 |\n"
	"| 时间 | 自 1970 年 UTC 起的毫秒数，或带时区的 RFC 3339 文本；结果中为毫秒 |\n"
	"| 金额 | 十进制文本，至多 6 位小数，如 `\"12.50\"`；不接受浮点数 |\n"
	"| 币种 | 三个大写字母 |\n"
	"| 属性 | 名称到文本或整数的映射 |\n"
	"| 字节串 | MessagePack bin；JSON 中写作 `{\"$bytes\": \"base64\"}` |";

static void
api_page(const struct page *page)
{
	size_t count;
	const struct method *const *methods = methods_all(&count);
	page_heading(page, 1, page_say(page, "Methods", "方法"));
	page_text(page, page_say(page, API_EN, API_ZH));
	page_heading(page, 2, page_say(page, "Errors of any method", "所有方法都可能返回的错误"));
	reference_codes(page, METHOD_COMMON_ERRORS);
	page_heading(page, 2, page_say(page, "All methods", "全部方法"));
	for (size_t i = 0; i < count; i++)
		reference_method(page, methods[i]);
}

/* ---- the commands ---- */

void
reference_command(const struct page *page, const struct command *command)
{
	char text[2000];
	const char *help = page->zh && command->help_zh != NULL ? command->help_zh : command->help;
	if (page->markdown) {
		snprintf(text, sizeof text, "suanpan %s", command->name);
		page_heading(page, 2, text);
	}
	snprintf(text, sizeof text, "%s%s", page->zh ? command->zh : command->en,
		page->zh ? "。" : ".");
	page_text(page, text);
	snprintf(text, sizeof text, "suanpan %s", command->usage);
	page_code(page, text);
	if (page->markdown)
		page_code(page, help);
	else
		page_text(page, help);
}

static void
commands_page(const struct page *page)
{
	size_t count;
	const struct command *const *commands = commands_all(&count);
	page_heading(page, 1, page_say(page, "Commands", "命令"));
	page_text(page,
		page_say(page,
			"`suanpan` is the server and its command line. Exit codes are the same for all commands: 0 done, 1 it ran and the "
			"answer is no, 2 called wrongly, 3 it could not be done.",
			"`suanpan` 既是服务器也是命令行。各命令的退出码一致：0 成功，1 已执行但结果为否，2 用法错误，3 无法完成。"));
	for (size_t i = 0; i < count; i++)
		reference_command(page, commands[i]);
}

/* ---- the settings ---- */

static const char *
kind_text(const struct setting *setting, bool zh)
{
	switch (setting->kind) {
	case SETTING_TEXT:
		return zh ? "文本" : "text";
	case SETTING_COUNT:
		return zh ? "数量" : "count";
	case SETTING_BYTES:
		return zh ? "字节数" : "bytes";
	case SETTING_DURATION:
		return zh ? "时长" : "duration";
	case SETTING_CHOICE:
		return setting->choices;
	}
	return "?";
}

/* Bounds in the largest unit that divides them. */
static void
show_bound(const struct setting *setting, int64_t bound, char *text, size_t room)
{
	static const struct {
		const char *unit;
		int64_t size;
	} bytes[] = { { "TiB", INT64_C(1) << 40 }, { "GiB", 1 << 30 }, { "MiB", 1 << 20 },
		{ "KiB", 1 << 10 }, { "bytes", 1 } },
	  durations[] = { { "years", INT64_C(31536000000) }, { "days", 86400000 },
		  { "hours", 3600000 }, { "minutes", 60000 }, { "s", 1000 }, { "ms", 1 } };
	char count[SHOWN_COUNT_MAX];
	bool is_bytes = setting->kind == SETTING_BYTES;
	size_t kinds = is_bytes ? sizeof bytes / sizeof bytes[0]
				: sizeof durations / sizeof durations[0];
	for (size_t i = 0; i < kinds && setting->kind != SETTING_COUNT && bound != 0; i++) {
		int64_t size = is_bytes ? bytes[i].size : durations[i].size;
		if (bound % size != 0)
			continue;
		const char *unit = is_bytes ? bytes[i].unit : durations[i].unit;
		bool is_one = bound == size && strlen(unit) > 3 && unit[strlen(unit) - 1] == 's';
		snprintf(text, room, "%s %.*s", show_count((uint64_t)(bound / size), count),
			(int)strlen(unit) - is_one, unit);
		return;
	}
	snprintf(text, room, "%s", show_count((uint64_t)bound, count));
}

static void
show_bounds(const struct setting *setting, bool zh, char *text, size_t room)
{
	char min[64], max[64];
	text[0] = '\0';
	if (setting->kind == SETTING_TEXT || setting->kind == SETTING_CHOICE)
		return;
	show_bound(setting, setting->min, min, sizeof min);
	show_bound(setting, setting->max, max, sizeof max);
	snprintf(text, room, zh ? "，%s 至 %s" : ", %s to %s", min, max);
}

void
reference_settings_table(const struct page *page)
{
	size_t count;
	const struct setting *settings = settings_table(&count);
	struct table table;
	table_init(&table, 4);
	table_add(&table,
		(const char *const[]){ page_say(page, "setting", "设置"),
			page_say(page, "default", "缺省"), page_say(page, "what it may be", "取值"),
			page_say(page, "meaning", "含义") });
	for (size_t i = 0; i < count; i++) {
		const struct setting *one = &settings[i];
		char kind[200], flag[64];
		size_t size = (size_t)snprintf(kind, sizeof kind, "%s", kind_text(one, page->zh));
		show_bounds(one, page->zh, kind + size, sizeof kind - size);
		settings_flag(one, flag);
		table_add(&table,
			(const char *const[]){ page->markdown ? one->name : flag, one->standard,
				kind, page->zh ? one->zh : one->en });
	}
	page_table(page, &table);
	table_release(&table);
}

static void
settings_page(const struct page *page)
{
	page_heading(page, 1, page_say(page, "Settings", "设置"));
	page_text(page,
		page_say(page,
			"No setting is needed. `suanpan serve` takes them from, the strongest first: flags (`usage.age_max` is "
			"`--usage-age-max`), environment variables (`SUANPAN_USAGE_AGE_MAX`), the file of `--config`, defaults.",
			"所有设置都可缺省。`suanpan serve` 的取值优先级从高到低为：命令行参数（`usage.age_max` 写作 "
			"`--usage-age-max`）、环境变量（`SUANPAN_USAGE_AGE_MAX`）、`--config` 指定的文件、缺省值。"));
	page_code(page,
		"return {\n    data = \"/var/lib/suanpan\",\n    usage = { age_max = \"20 years\" },\n}\n");
	page_text(page,
		page_say(page,
			"Bytes are written with KiB, MiB, GiB or TiB; durations with ms, s, minutes, hours, days or years of 365 days.",
			"字节数单位为 KiB、MiB、GiB、TiB；时长单位为 ms、s、minutes、hours、days、years（365 天）。"));
	reference_settings_table(page);
}

static void
language_page(const struct page *page)
{
	int code = reference_language(page);
	if (code != EXIT_DONE)
		exit(code);
}

bool
reference_page(const struct page *page, const char *name)
{
	static const struct {
		const char *name;
		void (*write)(const struct page *page);
	} pages[] = { { "api", api_page }, { "commands", commands_page },
		{ "settings", settings_page }, { "language", language_page } };
	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
		if (strcmp(pages[i].name, name) != 0)
			continue;
		fprintf(page->out, "%s\n\n",
			page_say(page,
				"<!-- Written by `make docs` from the program's own tables; change those. -->",
				"<!-- 由 `make docs` 根据程序内部的表生成；请修改那些表。 -->"));
		pages[i].write(page);
		return true;
	}
	return false;
}
