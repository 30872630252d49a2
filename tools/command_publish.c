/* suanpan publish: a catalog folder becomes a release of a running server. */
#include "command.h"

#include "catalog_report.h"
#include "client.h"
#include "json.h"
#include "options.h"

#include "../engine/base/memory.h"

#include <string.h>

struct publication {
	const char *directory;
	const char *to;
	const char *by;
	const char *why;
	const char *language;
	bool activate;
	bool despite_tests;
	bool json;
	struct buffer bundle;
	size_t tests;   /* that passed */
	json_t *answer; /* as it came */
	char *error;    /* to be freed */
};

static struct bytes
bundle_bytes(const struct publication *publication)
{
	return (struct bytes){ publication->bundle.data, publication->bundle.size };
}

/* ---- before it is sent ---- */

/* Shows what is wrong, if anything is. */
static enum status
check(struct publication *publication, bool *sound, struct fault *fault)
{
	struct findings findings;
	findings_init(&findings);
	enum status status = catalog_check(bundle_bytes(publication), &findings, fault);
	if (status == STATUS_OK && findings.count > 0)
		findings_show(&findings, publication->language, stderr);
	*sound = !findings_have_errors(&findings);
	findings_release(&findings);
	return status;
}

static enum status
test(struct publication *publication, bool *sound, struct fault *fault)
{
	struct findings findings;
	struct test_report report;
	const struct test_options options = { TEXT(""), text_of(publication->language) };
	findings_init(&findings);
	test_report_init(&report);
	enum status status = catalog_test_run(
		bundle_bytes(publication), &options, &report, &findings, fault);
	*sound = report.failed_count == 0 || publication->despite_tests;
	publication->tests = report.result_count - report.failed_count;
	if (status == STATUS_OK && report.failed_count > 0)
		test_report_show(&report, publication->language, stderr);
	test_report_release(&report);
	findings_release(&findings);
	return status;
}

/* EXIT_DONE: it may be published. */
static int
prove(struct publication *publication)
{
	struct fault fault;
	bool sound = false;
	enum status status = bundle_of_directory(
		publication->directory, &publication->bundle, &fault);
	if (status == STATUS_OK)
		status = check(publication, &sound, &fault);
	if (status == STATUS_OK && sound)
		status = test(publication, &sound, &fault);
	if (status != STATUS_OK)
		return command_failed("can't publish", &fault);
	if (sound)
		return EXIT_DONE;
	bool zh = strcmp(publication->language, "zh") == 0;
	fprintf(stderr, zh ? "suanpan: %s 未发布\n" : "suanpan: %s is not published\n",
		publication->directory);

	return EXIT_REFUSED;
}

/* ---- sending ---- */

static enum answer_end
answered(void *context, const struct answer *answer)
{
	struct publication *publication = context;
	if (answer->error == NULL) {
		publication->answer = json_of_packed(answer->result);
		return ANSWER_TAKEN;
	}
	struct text text = answer_error_text(answer);
	publication->error = memory_new(text.size + 1);
	if (publication->error != NULL)
		snprintf(publication->error, text.size + 1, "%.*s", TEXT_ARGS(text));
	return ANSWER_TAKEN;
}

static void
pack_request(const struct publication *publication, struct pack *pack)
{
	pack_array(pack, 1);
	pack_map(pack, 3u + (publication->by != NULL) + (publication->why != NULL));
	pack_name(pack, "bundle");
	pack_bytes(pack, bundle_bytes(publication));
	if (publication->by != NULL)
		pack_name_string(pack, "by", publication->by);
	if (publication->why != NULL)
		pack_name_string(pack, "why", publication->why);
	pack_name_bool(pack, "activate", publication->activate);
	pack_name_bool(pack, "despite_tests", publication->despite_tests);
}

static int
send_bundle(struct publication *publication)
{
	struct client *client;
	struct pack pack;
	struct fault fault;
	const struct client_options options = {
		.to = publication->to,
		.connections = 1,
		.in_flight = 1,
		.answered = answered,
		.context = publication,
	};
	if (client_open(&client, &options, &fault) != STATUS_OK)
		return command_failed("can't connect", &fault);
	enum status status = STATUS_OK;
	client_begin(client, 0, TEXT("release.publish"), &pack);
	pack_request(publication, &pack);
	if (!client_end(client, &pack))
		status = fault_set(&fault, STATUS_MEMORY, "no memory for the catalog");
	while (status == STATUS_OK && client_waiting(client) > 0)
		status = client_turn(client, 1000, &fault);
	client_close(client);
	if (status != STATUS_OK)
		return command_failed("can't publish", &fault);
	if (publication->answer != NULL)
		return EXIT_DONE;
	fprintf(stderr, "suanpan: the server refused: %s\n",
		publication->error == NULL ? "it did not say why" : publication->error);
	return EXIT_REFUSED;
}

static void
show(struct publication *publication)
{
	const char *name = json_string_value(json_object_get(publication->answer, "release"));
	const char *catalog = json_string_value(json_object_get(publication->answer, "catalog"));
	bool active = json_is_true(json_object_get(publication->answer, "active"));
	if (publication->json) {
		json_show(json_incref(publication->answer));
		return;
	}
	catalog = catalog == NULL ? "?" : catalog;
	name = name == NULL ? "?" : name;
	bool zh = strcmp(publication->language, "zh") == 0;
	if (zh)
		printf("%s：没有错误，%zu 个测试通过\n规则版本 %s\n", catalog, publication->tests,
			name);
	else
		printf("%s: no errors, %zu %s passed\nrelease %s\n", catalog, publication->tests,
			publication->tests == 1 ? "test" : "tests", name);
	if (active)
		printf(zh ? "已生效。\n" : "It is in force.\n");
	else
		printf("%s\n  suanpan releases activate %.12s\n",
			zh ? "已保存，尚未生效；以下命令使其生效："
			   : "It is kept and not in force yet; this puts it in force:",
			name);
}

static int
publish_run(int count, char **arguments)
{
	struct publication publication = { .language = options_language() };
	const struct option list[] = {
		{ "--activate", OPTION_FLAG, &publication.activate, 0, 0 },
		{ "--by", OPTION_TEXT, &publication.by, 0, 0 },
		{ "--why", OPTION_TEXT, &publication.why, 0, 0 },
		{ "--to", OPTION_TEXT, &publication.to, 0, 0 },
		{ "--despite-tests", OPTION_FLAG, &publication.despite_tests, 0, 0 },
		{ "--json", OPTION_FLAG, &publication.json, 0, 0 },
		{ "--language", OPTION_LANGUAGE, &publication.language, 0, 0 },
		{ NULL, OPTION_FLAG, NULL, 0, 0 },
	};
	const struct options options = { &COMMAND_PUBLISH, list, 1, 1, &publication.directory };
	int code = options_read(&options, count, arguments);
	if (code != EXIT_DONE)
		return code;
	buffer_init(&publication.bundle, BUNDLE_BYTES_MAX);
	code = prove(&publication);
	if (code == EXIT_DONE)
		code = send_bundle(&publication);
	if (code == EXIT_DONE)
		show(&publication);
	json_decref(publication.answer);
	memory_free(publication.error);
	buffer_release(&publication.bundle);
	return code;
}

const struct command COMMAND_PUBLISH = {
	.name = "publish",
	.usage =
		"publish DIRECTORY [--activate] [--by NAME] [--why TEXT] [--despite-tests] [--json] [--language en|zh] [--to ADDRESS|PATH]",
	.en = "checks and tests a catalog folder and gives it to a server as a release",
	.zh = "检查并测试目录，然后发布到服务器成为规则版本",
	.help = "Checks the catalog and runs its tests; with an error or a failed test nothing is sent, unless\n"
		"--despite-tests lets failed tests pass. The server checks and tests it too, and keeps the catalog under the hash of\n"
		"its content: publishing the same again changes nothing. With --activate it is in force at once, and charges go on\n"
		"meanwhile; without, suanpan releases activate puts it in force.\n"
		"\n"
		"It ends with code 0 if it is published, 1 if it has errors or the server refused it, 3 if there is no server.\n"
		"\n"
		"  suanpan publish rules/catalogs/fixed_line --activate --by li.wei --why \"new holidays\"",
	.help_zh =
		"先检查目录并运行其测试；有错误或测试失败则不发送（--despite-tests 允许测试失败）。服务器也会检查并测试，\n"
		"并以内容哈希为名保存目录：重复发布相同内容不会有任何变化。--activate 立即启用，计费不中断；否则用 suanpan releases activate 启用。\n"
		"\n"
		"退出码：0 已发布，1 有错误或被服务器拒绝，3 没有服务器。\n"
		"\n"
		"  suanpan publish rules/catalogs/fixed_line --activate --by li.wei --why \"new holidays\"",
	.run = publish_run,
};
