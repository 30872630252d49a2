/* suanpan releases: which releases a server keeps, and which is in force when. */
#include "command.h"

#include "catalog_report.h"
#include "client.h"
#include "json.h"
#include "options.h"
#include "table.h"

#include "../engine/base/instant.h"

#include <string.h>
#include <time.h>

/* What is asked for: a verb, with its words and options. */
struct request {
	const struct verb *verb;
	const char *const *what; /* releases, times or subscriptions: the words behind the verb */
	size_t what_count;
	const char *at;
	const char *audience;
	const char *since;
	bool preview;
	const char *by;
	const char *why;
	int64_t limit;
	const char *to;
	const char *language;
	bool json;
};

/* What came of it. */
struct outcome {
	bool answered;
	int code;
	json_t *result;
};

/* Options that a verb takes beside --json, --language and --to. */
enum { TAKES_WHO = 1, TAKES_AT = 2, TAKES_LIMIT = 4, TAKES_PREVIEW = 8 };

/* Subscriptions that one request may name. */
enum { WHAT_MAX = 100 };

struct verb {
	const char *name;
	const char *method;
	const char *what; /* field of the method that its words become; NULL: it takes none */
	size_t what_max;  /* so many of them, a list where there may be several */
	unsigned takes;
	void (*show)(const struct request *request, json_t *result);
};

/* ---- words ---- */

static bool
in_chinese(const struct request *request)
{
	return strcmp(request->language, "zh") == 0;
}

static const char *
say(const struct request *request, const char *en, const char *zh)
{
	return in_chinese(request) ? zh : en;
}

/* A text of a map; "" if it has none. */
static const char *
text_in(const json_t *map, const char *name)
{
	const char *text = json_string_value(json_object_get(map, name));
	return text == NULL ? "" : text;
}

/* An instant of a map as this machine's clock shows it; "" if it has none. */
static const char *
instant_in(const json_t *map, const char *name, char text[INSTANT_TEXT_MAX + 1])
{
	const json_t *value = json_object_get(map, name);
	struct tm local = { 0 };
	if (!json_is_integer(value))
		return "";
	int64_t ms = json_integer_value(value);
	time_t seconds = (time_t)(ms / 1000);
	localtime_r(&seconds, &local);
	size_t size = instant_format(ms, (int32_t)(local.tm_gmtoff / 60), text);
	text[size] = '\0';
	return text;
}

/* The first digits of a release, which are enough to name it. */
#define SHORT_DIGITS 12
static const char *
short_name(const json_t *map, const char *name, char text[SHORT_DIGITS + 1])
{
	snprintf(text, SHORT_DIGITS + 1, "%s", text_in(map, name));
	return text;
}

/* ---- what is shown ---- */

static void
show_list(const struct request *request, json_t *result)
{
	const json_t *list = json_object_get(result, "releases");
	struct table table;
	table_init(&table, 6);
	table_add(&table, (const char *const[]){ "", "", "", "", "", "" });
	table_add(&table,
		(const char *const[]){ say(request, "release", "规则版本"),
			say(request, "catalog", "目录"), say(request, "published", "发布时间"),
			say(request, "in force", "生效"), say(request, "by", "发布人"),
			say(request, "why", "原因") });
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		char name[SHORT_DIGITS + 1], published[INSTANT_TEXT_MAX + 1];
		char instant[INSTANT_TEXT_MAX + 1], force[INSTANT_TEXT_MAX + 80];
		bool active = json_is_true(json_object_get(one, "active"));
		bool ahead = json_object_get(one, "scheduled") != NULL;
		const char *since = instant_in(one, ahead ? "scheduled" : "activated", instant);
		const char *word = ahead ? say(request, "from ", "排期 ")
			: active         ? say(request, "now, since ", "当前，自 ")
					 : say(request, "was, since ", "曾经，自 ");
		bool only_new = json_object_get(one, "since") != NULL;
		snprintf(force, sizeof force, "%s%s%s", since[0] == '\0' ? "" : word,
			since[0] == '\0' ? say(request, "never", "未启用") : since,
			only_new ? say(request, " (new only)", "（仅新用户）") : "");
		table_add(&table,
			(const char *const[]){ short_name(one, "release", name),
				text_in(one, "catalog"), instant_in(one, "published", published),
				force, text_in(one, "by"), text_in(one, "why") });
	}
	if (json_array_size(list) == 0)
		puts(say(request, "there are no releases; suanpan publish makes one",
			"没有规则版本；请用 suanpan publish 发布"));
	else
		table_write_left(&table, "", stdout);
	table_release(&table);
}

static void
add_activations(struct table *table, const struct request *request, const json_t *list, bool ahead)
{
	bool current =
		!ahead; /* one for new subscriptions leaves those before it in force for the others */
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		char name[SHORT_DIGITS + 1], at[INSTANT_TEXT_MAX + 1];
		const char *state = ahead ? say(request, "scheduled", "排期")
			: current         ? say(request, "in force", "当前生效")
					  : "";
		bool only_new = json_object_get(one, "since") != NULL;
		table_add(table,
			(const char *const[]){ instant_in(one, "at", at),
				short_name(one, "release", name), state,
				only_new ? say(request, "new only", "仅新用户") : "",
				text_in(one, "by"), text_in(one, "why") });
		current = current && only_new;
	}
}

/* What lies ahead first, the furthest on top, so that time runs one way. */
static void
show_history(const struct request *request, json_t *result)
{
	const json_t *ahead = json_object_get(result, "scheduled");
	const json_t *past = json_object_get(result, "activations");
	json_t *furthest_first = json_array();
	struct table table;
	for (size_t i = json_array_size(ahead); i > 0; i--)
		json_array_append(furthest_first, json_array_get(ahead, i - 1));
	table_init(&table, 6);
	table_add(&table, (const char *const[]){ "", "", "", "", "", "" });
	table_add(&table,
		(const char *const[]){ say(request, "from", "启用时间"),
			say(request, "release", "规则版本"), "", "", say(request, "by", "操作人"),
			say(request, "why", "原因") });
	add_activations(&table, request, furthest_first, true);
	add_activations(&table, request, past, false);
	if (json_array_size(ahead) + json_array_size(past) == 0)
		puts(say(request, "no release was in force yet", "尚无规则版本生效"));
	else
		table_write_left(&table, "", stdout);
	table_release(&table);
	json_decref(furthest_first);
}

/* One release, behind a change of what is in force. */
static void
show_release(const struct request *request, json_t *result)
{
	char name[SHORT_DIGITS + 1], at[INSTANT_TEXT_MAX + 1];
	const char *scheduled = instant_in(result, "scheduled", at);
	short_name(result, "release", name);
	if (scheduled[0] != '\0')
		printf(say(request, "release %s comes into force at %s\n",
			       "规则版本 %s 将于 %s 启用\n"),
			name, scheduled);
	else if (json_is_true(json_object_get(result, "active")))
		printf(json_object_get(result, "since") == NULL
				? say(request, "release %s is in force\n", "规则版本 %s 已生效\n")
				: say(request, "release %s is in force for new subscriptions\n",
					  "规则版本 %s 已对新用户生效\n"),
			name);
	else
		printf(say(request, "release %s is not scheduled any more\n",
			       "规则版本 %s 的排期已取消\n"),
			name);
}

static void
show_deleted(const struct request *request, json_t *result)
{
	char name[SHORT_DIGITS + 1];
	printf(say(request, "release %s is deleted\n", "规则版本 %s 已删除\n"),
		short_name(result, "deleted", name));
}

/* Of a preview: each subscription with what would be different for it. */
static void
show_migrated(const struct request *request, json_t *result)
{
	const json_t *list = json_object_get(result, "subscriptions");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		const json_t *differences = json_object_get(one, "differences");
		json_int_t count = json_integer_value(json_object_get(one, "count"));
		char shown[SHOWN_COUNT_MAX];
		printf(say(request, "%s: %s\n", "%s：%s\n"), text_in(one, "subscription"),
			show_counted((uint64_t)count, say(request, "difference", "处差异"),
				say(request, "differences", "处差异"), shown));
		for (size_t j = 0; j < json_array_size(differences); j++) {
			const json_t *difference = json_array_get(differences, j);
			printf("    %s: %s → %s\n", text_in(difference, "say"),
				text_in(difference, "from"), text_in(difference, "to"));
		}
	}
	char name[SHORT_DIGITS + 1];
	printf(request->preview
			? say(request, "release %s: %lld would get it, %lld have it already\n",
				  "规则版本 %s：%lld 个用户将迁移，%lld 个已使用\n")
			: say(request, "release %s: %lld got it, %lld had it already\n",
				  "规则版本 %s：%lld 个用户已迁移，%lld 个原已使用\n"),
		short_name(result, "to", name),
		(long long)json_integer_value(json_object_get(result, "moved")),
		(long long)json_integer_value(json_object_get(result, "stayed")));
}

static const struct verb VERBS[] = {
	{ "list", "release.list", NULL, 0, 0, show_list },
	{ "history", "release.history", NULL, 0, TAKES_LIMIT, show_history },
	{ "activate", "release.activate", "release", 1, TAKES_WHO | TAKES_AT, show_release },
	{ "migrate", "release.migrate", "subscriptions", WHAT_MAX, TAKES_WHO | TAKES_PREVIEW,
		show_migrated },
	{ "revert", "release.revert", NULL, 0, TAKES_WHO, show_release },
	{ "cancel", "release.cancel", "at", 1, TAKES_WHO, show_release },
	{ "delete", "release.delete", "release", 1, TAKES_WHO, show_deleted },
};

/* ---- asking ---- */

enum { HELLO, ASKED }; /* errors come in the connection's language, which is told first */

static enum answer_end
answered(void *context, const struct answer *answer)
{
	struct outcome *outcome = context;
	if (answer->tag == HELLO)
		return ANSWER_TAKEN;
	outcome->answered = true;
	if (answer->error != NULL) {
		struct text text = answer_error_text(answer);
		fprintf(stderr, "%.*s\n", TEXT_ARGS(text));
		outcome->code = EXIT_REFUSED;
		return ANSWER_TAKEN;
	}
	outcome->result = json_of_packed(answer->result);
	outcome->code = outcome->result == NULL ? EXIT_FAILED : EXIT_DONE;
	return ANSWER_TAKEN;
}

static void
pack_given(struct pack *pack, const char *name, const char *value)
{
	if (value != NULL)
		pack_name_string(pack, name, value);
}

/* The words behind the verb: one text, or a list of them. */
static void
pack_what(struct pack *pack, const struct request *request)
{
	if (request->what_count == 0)
		return;
	pack_name(pack, request->verb->what);
	if (request->verb->what_max > 1)
		pack_array(pack, (uint32_t)request->what_count);
	for (size_t i = 0; i < request->what_count; i++)
		pack_text(pack, text_of(request->what[i]));
}

static bool
ask(struct client *client, const struct request *request)
{
	struct pack pack;
	bool limit = request->limit > 0;
	client_begin(client, HELLO, TEXT("hello"), &pack);
	pack_array(&pack, 1);
	pack_map(&pack, 1);
	pack_name_string(&pack, "language", request->language);
	if (!client_end(client, &pack))
		return false;
	client_begin(client, ASKED, text_of(request->verb->method), &pack);
	pack_array(&pack, 1);
	pack_map(&pack,
		0u + (request->what_count > 0) + (request->at != NULL) + (request->by != NULL) +
			(request->why != NULL) + limit + (request->audience != NULL) +
			(request->since != NULL) + 2 * request->preview);
	pack_what(&pack, request);
	pack_given(&pack, "at", request->at);
	pack_given(&pack, "audience", request->audience);
	pack_given(&pack, "since", request->since);
	if (request->preview) {
		pack_name_bool(&pack, "preview", true);
		pack_name_string(&pack, "language", request->language);
	}
	pack_given(&pack, "by", request->by);
	pack_given(&pack, "why", request->why);
	if (limit)
		pack_name_integer(&pack, "limit", request->limit);
	return client_end(client, &pack);
}

static int
carry_out(const struct request *request)
{
	struct outcome outcome = { .code = EXIT_FAILED };
	struct client *client;
	struct fault fault;
	const struct client_options options = {
		.to = request->to,
		.connections = 1,
		.in_flight = 2,
		.answered = answered,
		.context = &outcome,
	};
	if (client_open(&client, &options, &fault) != STATUS_OK)
		return command_failed("can't connect", &fault);
	enum status status = STATUS_OK;
	if (!ask(client, request))
		status = fault_set(&fault, STATUS_MEMORY, "no memory for the request");
	while (status == STATUS_OK && !outcome.answered)
		status = client_turn(client, 1000, &fault);
	client_close(client);
	if (status != STATUS_OK)
		return command_failed("no answer", &fault);
	if (outcome.code == EXIT_DONE && request->json)
		json_show(json_incref(outcome.result));
	else if (outcome.code == EXIT_DONE)
		request->verb->show(request, outcome.result);
	json_decref(outcome.result);
	return outcome.code;
}

/* ---- the command ---- */

static const struct verb *
find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof VERBS / sizeof VERBS[0]; i++)
		if (strcmp(VERBS[i].name, name) == 0)
			return &VERBS[i];
	return NULL;
}

/* Is everything there that the verb needs, and nothing that it does not take? */
static int
check(const struct request *request)
{
	const struct verb *verb = request->verb;
	bool who = request->by != NULL || request->why != NULL;
	if (request->what_count > verb->what_max)
		return verb->what_max == 0
			? command_misused(&COMMAND_RELEASES, "%s takes no more words", verb->name)
			: command_misused(&COMMAND_RELEASES, "%s takes %zu more words at most",
				  verb->name, verb->what_max);
	if (verb->what != NULL && request->what_count == 0)
		return command_misused(&COMMAND_RELEASES,
			strcmp(verb->what, "at") == 0
				? "%s needs the time for which a release is scheduled"
				: strcmp(verb->what, "subscriptions") == 0
				? "%s needs the subscriptions that are to get the newest release"
				: "%s needs a release, or the first 8 or more digits of one",
			verb->name);
	if (who && (verb->takes & TAKES_WHO) == 0)
		return command_misused(
			&COMMAND_RELEASES, "%s changes nothing: no --by, no --why", verb->name);
	bool when = request->at != NULL || request->audience != NULL || request->since != NULL;
	if (when && (verb->takes & TAKES_AT) == 0)
		return command_misused(
			&COMMAND_RELEASES, "only activate takes --at, --audience and --since");
	if (request->preview && (verb->takes & TAKES_PREVIEW) == 0)
		return command_misused(&COMMAND_RELEASES, "only migrate takes --preview");
	if (request->limit > 0 && (verb->takes & TAKES_LIMIT) == 0)
		return command_misused(&COMMAND_RELEASES, "only history takes --limit");
	return EXIT_DONE;
}

static int
releases_run(int count, char **arguments)
{
	struct request request = { .language = options_language() };
	const char *words[1 + WHAT_MAX] = { NULL };
	const struct option list[] = {
		{ "--at", OPTION_TEXT, &request.at, 0, 0 },
		{ "--audience", OPTION_TEXT, &request.audience, 0, 0 },
		{ "--since", OPTION_TEXT, &request.since, 0, 0 },
		{ "--preview", OPTION_FLAG, &request.preview, 0, 0 },
		{ "--by", OPTION_TEXT, &request.by, 0, 0 },
		{ "--why", OPTION_TEXT, &request.why, 0, 0 },
		{ "--limit", OPTION_COUNT, &request.limit, 1, 10000 },
		{ "--json", OPTION_FLAG, &request.json, 0, 0 },
		{ "--language", OPTION_LANGUAGE, &request.language, 0, 0 },
		{ "--to", OPTION_TEXT, &request.to, 0, 0 },
		{ NULL, OPTION_FLAG, NULL, 0, 0 },
	};
	const struct options options = { &COMMAND_RELEASES, list, 0, 1 + WHAT_MAX, words };
	int code = options_read(&options, count, arguments);
	if (code != EXIT_DONE)
		return code;
	request.verb = find_verb(words[0] == NULL ? "list" : words[0]);
	request.what = words + 1;
	while (request.what_count < WHAT_MAX && request.what[request.what_count] != NULL)
		request.what_count++;
	if (request.verb == NULL)
		return command_misused(&COMMAND_RELEASES, "what is \"%s\"?", words[0]);
	code = check(&request);
	return code == EXIT_DONE ? carry_out(&request) : code;
}

const struct command COMMAND_RELEASES = {
	.name = "releases",
	.usage =
		"releases [list|history [--limit N]] [--json] [--language en|zh] [--to ADDRESS|PATH]\n"
		"       suanpan releases activate RELEASE [--at TIME] [--audience everyone|new [--since TIME]] [--by NAME] [--why TEXT]\n"
		"       suanpan releases migrate SUBSCRIPTION ... [--preview] [--by NAME] [--why TEXT]\n"
		"       suanpan releases revert [--by NAME] [--why TEXT]\n"
		"       suanpan releases cancel TIME [--by NAME] [--why TEXT]\n"
		"       suanpan releases delete RELEASE [--by NAME] [--why TEXT]",
	.en = "shows which releases a server keeps, and says which is in force when",
	.zh = "查看服务器保存的规则版本，并决定何时启用哪一个",
	.help = "list      all releases that are kept, newest first, and which is in force; the same without a word\n"
		"history   which was in force when, by whom and why, and which are scheduled\n"
		"activate  puts a release in force, at once or at a time; charges go on meanwhile\n"
		"migrate   gives subscriptions that kept an older release the newest one; with --preview it only says what that changes\n"
		"revert    puts the release in force again that was so before\n"
		"cancel    takes a scheduled activation back, by its time\n"
		"delete    deletes a release that never was in force and is not scheduled\n"
		"\n"
		"RELEASE is a release's name, or the first 8 or more digits of it; TIME is RFC 3339 text with an offset, as history\n"
		"shows it. Who does it (--by) and why (--why) are kept in the journal and shown by history.\n"
		"suanpan publish makes a release, suanpan diff says what differs between two.\n"
		"\n"
		"With --audience new a release is in force for new subscriptions only: those with terms (subscription.get) since it is\n"
		"activated, or since the time of --since. All others keep the release that they have until they are migrated, or until\n"
		"one is activated for everyone. migrate takes 100 at a time: xargs -n 100 suanpan releases migrate < FILE.\n"
		"\n"
		"It ends with code 0 if it is done, 1 if the server refused it, 2 if it was not called so, 3 if there is no server.\n"
		"\n"
		"  suanpan releases\n"
		"  suanpan releases activate 5cf5e8a1b2c3 --at 2026-10-01T00:00:00+08:00 --by li.wei --why \"autumn prices\"\n"
		"  suanpan releases activate 5cf5e8a1b2c3 --audience new\n"
		"  suanpan releases migrate s1 s2 --preview\n"
		"  suanpan releases cancel 2026-10-01T00:00:00+08:00\n"
		"  suanpan releases revert --by li.wei --why \"too early\"",
	.help_zh =
		"list      列出保存的全部规则版本（最新在前）及其是否生效；不写动词时亦同\n"
		"history   何时由何人因何启用了哪个规则版本，以及已排期的启用\n"
		"activate  启用规则版本（立即或定时），计费不中断\n"
		"migrate   把沿用旧规则版本的用户迁移到最新版本；--preview 只列出差异\n"
		"revert    恢复前一个生效的规则版本\n"
		"cancel    按时间取消已排期的启用\n"
		"delete    删除从未生效且未排期的规则版本\n"
		"\n"
		"RELEASE 为规则版本名称，或其前 8 位以上；TIME 为带时区的 RFC 3339 时间（history 所显示的）。\n"
		"操作人（--by）和原因（--why）记入日志，由 history 显示。suanpan publish 发布规则版本，suanpan diff 比较两个规则版本。\n"
		"\n"
		"--audience new 表示仅对新用户启用：签约时间（subscription.get 的 terms）不早于启用时间或 --since 的用户。其余用户保持原规则版本，\n"
		"直至迁移或对所有用户启用另一版本。migrate 每次最多 100 个用户：xargs -n 100 suanpan releases migrate < 文件。\n"
		"\n"
		"退出码：0 已完成，1 被服务器拒绝，2 用法不对，3 没有服务器。\n"
		"\n"
		"  suanpan releases\n"
		"  suanpan releases activate 5cf5e8a1b2c3 --at 2026-10-01T00:00:00+08:00 --by li.wei --why \"autumn prices\"\n"
		"  suanpan releases activate 5cf5e8a1b2c3 --audience new\n"
		"  suanpan releases migrate s1 s2 --preview\n"
		"  suanpan releases cancel 2026-10-01T00:00:00+08:00\n"
		"  suanpan releases revert --by li.wei --why \"too early\"",
	.run = releases_run,
};
