/* suanpan diff: what differs between two catalogs. */
#include "command.h"

#include "catalog_report.h"
#include "client.h"
#include "json.h"
#include "options.h"

#include "../rules/diff.h"
#include "../rules/release.h"

#include <string.h>

enum { SHOWN_MAX = 10000 };

struct comparison {
	const char *folders[2]; /* the second may be NULL: compare with a server */
	const char *to;
	const char *language;
	bool json;
	json_t *answer; /* as release.diff gives it */
	char error[512];
};

static bool
is_zh(const struct comparison *comparison)
{
	return strcmp(comparison->language, "zh") == 0;
}

/* ---- two folders ---- */

static json_t *
difference_json(const struct difference *one, bool zh)
{
	json_t *object = json_pack("{s:o, s:o, s:o}", "what", json_of_text(one->what), "path",
		json_of_text(one->path), "say", json_of_text(zh ? one->say_zh : one->say_en));
	if (object != NULL && one->from.data != NULL)
		json_object_set_new(object, "from", json_of_text(one->from));
	if (object != NULL && one->to.data != NULL)
		json_object_set_new(object, "to", json_of_text(one->to));
	return object;
}

static json_t *
name_json(const struct buffer *bundle)
{
	char name[SHA256_HEX];
	bundle_name((struct bytes){ bundle->data, bundle->size }, name);
	return json_of_text((struct text){ name, sizeof name });
}

static enum status
compare_folders(struct comparison *comparison, struct buffer bundles[2], struct fault *fault)
{
	struct diff diff;
	enum status status = bundle_of_directory(comparison->folders[0], &bundles[0], fault);
	if (status == STATUS_OK)
		status = bundle_of_directory(comparison->folders[1], &bundles[1], fault);
	if (status != STATUS_OK)
		return status;
	diff_init(&diff);
	status = diff_bundles((struct bytes){ bundles[0].data, bundles[0].size },
		(struct bytes){ bundles[1].data, bundles[1].size }, &diff, fault);
	if (status == STATUS_OK) {
		json_t *list = json_array();
		for (size_t i = 0; i < diff.count; i++)
			json_array_append_new(
				list, difference_json(&diff.list[i], is_zh(comparison)));
		comparison->answer = json_pack("{s:o, s:o, s:I, s:o}", "from",
			name_json(&bundles[0]), "to", name_json(&bundles[1]), "count",
			(json_int_t)diff.count, "differences", list);
	}
	diff_release(&diff);
	return status;
}

/* ---- a folder and a server ---- */

static enum answer_end
answered(void *context, const struct answer *answer)
{
	struct comparison *comparison = context;
	struct text error = answer_error_text(answer);
	if (answer->error == NULL)
		comparison->answer = json_of_packed(answer->result);
	else
		snprintf(comparison->error, sizeof comparison->error, "%.*s", TEXT_ARGS(error));
	return ANSWER_TAKEN;
}

static enum status
ask(struct comparison *comparison, struct client *client, struct bytes bundle, struct fault *fault)
{
	struct pack pack;
	enum status status = STATUS_OK;
	client_begin(client, 0, TEXT("release.diff"), &pack);
	pack_array(&pack, 1);
	pack_map(&pack, 3);
	pack_name(&pack, "bundle");
	pack_bytes(&pack, bundle);
	pack_name_string(&pack, "language", comparison->language);
	pack_name_integer(&pack, "limit", SHOWN_MAX);
	if (!client_end(client, &pack))
		return fault_set(fault, STATUS_MEMORY, "no memory for the catalog");
	while (status == STATUS_OK && client_waiting(client) > 0)
		status = client_turn(client, 1000, fault);
	if (status == STATUS_OK && comparison->answer == NULL)
		return fault_set(
			fault, STATUS_INVALID, "the server refused: %s", comparison->error);
	return status;
}

/* The release in force is what was, the folder is what will be. */
static enum status
compare_with_server(struct comparison *comparison, struct buffer *bundle, struct fault *fault)
{
	struct client *client;
	const struct client_options options = {
		.to = comparison->to,
		.connections = 1,
		.in_flight = 1,
		.answered = answered,
		.context = comparison,
	};
	enum status status = bundle_of_directory(comparison->folders[0], bundle, fault);
	if (status == STATUS_OK)
		status = client_open(&client, &options, fault);
	if (status != STATUS_OK)
		return status;
	status = ask(comparison, client, (struct bytes){ bundle->data, bundle->size }, fault);
	client_close(client);
	return status;
}

/* ---- for people ---- */

static const char *
member(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

/* A text of several lines, each behind a mark. */
static void
show_lines(const char *text, char mark)
{
	for (const char *line = text; line != NULL && *line != '\0';) {
		size_t size = strcspn(line, "\n");
		printf("    %c %.*s\n", mark, (int)size, line);
		line += size + (line[size] == '\n');
	}
}

static void
show_difference(const json_t *one)
{
	const char *say = member(one, "say"), *from = member(one, "from"), *to = member(one, "to");
	char mark = from == NULL ? '+' : to == NULL ? '-' : '~';
	say = say == NULL ? "?" : say;
	if ((from != NULL && strchr(from, '\n') != NULL) ||
		(to != NULL && strchr(to, '\n') != NULL)) {
		printf("%c %s\n", mark, say);
		show_lines(from, '-');
		show_lines(to, '+');
	} else if (from != NULL && to != NULL) {
		printf("%c %s: %s → %s\n", mark, say, from, to);
	} else {
		printf("%c %s: %s\n", mark, say, from != NULL ? from : to != NULL ? to : "?");
	}
}

static void
show(const struct comparison *comparison)
{
	const json_t *list = json_object_get(comparison->answer, "differences");
	json_int_t count = json_integer_value(json_object_get(comparison->answer, "count"));
	size_t shown = json_array_size(list);
	bool zh = is_zh(comparison);
	for (size_t i = 0; i < shown; i++)
		show_difference(json_array_get(list, i));
	if (count == 0)
		printf(zh ? "没有差异\n" : "no differences\n");
	else
		printf(zh ? "%lld 处差异\n" : "%lld differences\n", (long long)count);
	if ((json_int_t)shown < count)
		printf(zh ? "只列出前 %zu 处\n" : "only the first %zu are shown\n", shown);
}

static int
diff_run(int count, char **arguments)
{
	struct comparison comparison = { .language = options_language() };
	const struct option list[] = {
		{ "--json", OPTION_FLAG, &comparison.json, 0, 0 },
		{ "--language", OPTION_LANGUAGE, &comparison.language, 0, 0 },
		{ "--to", OPTION_TEXT, &comparison.to, 0, 0 },
		{ NULL, OPTION_FLAG, NULL, 0, 0 },
	};
	const struct options options = { &COMMAND_DIFF, list, 1, 2, comparison.folders };
	int code = options_read(&options, count, arguments);
	if (code != EXIT_DONE)
		return code;
	if (comparison.folders[1] != NULL && comparison.to != NULL)
		return command_misused(&COMMAND_DIFF, "--to is for one folder and a server");
	struct buffer bundles[2];
	struct fault fault;
	buffer_init(&bundles[0], BUNDLE_BYTES_MAX);
	buffer_init(&bundles[1], BUNDLE_BYTES_MAX);
	enum status status = comparison.folders[1] != NULL
		? compare_folders(&comparison, bundles, &fault)
		: compare_with_server(&comparison, &bundles[0], &fault);
	if (status != STATUS_OK) {
		code = command_failed("can't compare", &fault);
	} else {
		const json_t *differences = json_object_get(comparison.answer, "differences");
		code = json_array_size(differences) > 0 ? EXIT_REFUSED : EXIT_DONE;
		if (comparison.json)
			json_show(json_incref(comparison.answer));
		else
			show(&comparison);
	}
	json_decref(comparison.answer);
	buffer_release(&bundles[0]);
	buffer_release(&bundles[1]);
	return code;
}

const struct command COMMAND_DIFF = {
	.name = "diff",
	.usage = "diff FOLDER FOLDER [--json] [--language en|zh]\n"
		 "       suanpan diff FOLDER [--json] [--language en|zh] [--to ADDRESS|PATH]",
	.en = "says what differs between two catalogs, by packages, rows and texts",
	.zh = "比较两个目录：优惠包、表行与文本的差异",
	.help = "Compares two catalog folders; one folder alone is compared with the release in force of a running server.\n"
		"What changed is shown as its author wrote it:\n"
		"\n"
		"  ~ package e6 (Family) from 2026-01-01, tariff local (local voice), price, night: 0.08 → 0.07\n"
		"  + table holidays-cn, 2027-01-01/kind: holiday\n"
		"  - plan night_owl, optional: world\n"
		"\n"
		"What is written in another way but says the same is no difference. Behind all that, each file whose bytes differ\n"
		"is named, so that nothing goes unnoticed: a remark, a test, a function that another one calls.\n"
		"\n"
		"It ends with code 0 if there is no difference, 1 if there is one, 3 if a catalog can't be read (suanpan check says\n"
		"why) or there is no server.\n"
		"\n"
		"  suanpan diff catalogs/spring catalogs/summer\n"
		"  suanpan diff rules/catalogs/fixed_line --language zh",
	.help_zh =
		"比较两个目录文件夹；只给一个时，与运行中服务器的生效版本比较。差异按作者的写法列出：\n"
		"\n"
		"  ~ 优惠包 e6 (家庭套餐)（2026-01-01 起），资费 local (本地语音)，价格，night: 0.08 → 0.07\n"
		"  + 表 holidays-cn，2027-01-01/kind: holiday\n"
		"  - 定价计划 night_owl，可选包: world\n"
		"\n"
		"写法不同而含义相同的不算差异。最后列出内容不同的每个文件，因此不会有任何遗漏：注释、测试、被其他函数调用的函数。\n"
		"\n"
		"退出码：0 没有差异，1 有差异，3 目录无法读取（suanpan check 说明原因）或没有服务器。\n"
		"\n"
		"  suanpan diff catalogs/spring catalogs/summer\n"
		"  suanpan diff rules/catalogs/fixed_line --language zh",
	.run = diff_run,
};
