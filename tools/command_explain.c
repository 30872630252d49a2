/* suanpan explain: why a charge is what it is. */
#include "command.h"

#include "client.h"
#include "options.h"

#include <stdio.h>

/* Tags of the two requests: errors come in the connection's language, which is told first. */
enum { HELLO, EXPLAIN };

struct explanation {
	bool answered;
	int code;
};

static enum answer_end
show(void *context, const struct answer *answer)
{
	struct explanation *explanation = context;
	if (answer->tag == HELLO)
		return ANSWER_TAKEN;
	bool failed = answer->error != NULL;
	struct text text = failed ? answer_error_text(answer)
				  : packed_text(packed_find(answer->result, "text"));
	fprintf(failed ? stderr : stdout, "%.*s%s", TEXT_ARGS(text), failed ? "\n" : "");
	*explanation = (struct explanation){ true, failed ? EXIT_REFUSED : EXIT_DONE };
	return ANSWER_TAKEN;
}

static bool
ask(struct client *client, const char *charge, const char *language)
{
	struct pack pack;
	client_begin(client, HELLO, TEXT("hello"), &pack);
	pack_array(&pack, 1);
	pack_map(&pack, 1);
	pack_name_string(&pack, "language", language);
	if (!client_end(client, &pack))
		return false;
	client_begin(client, EXPLAIN, TEXT("charge.explain"), &pack);
	pack_array(&pack, 1);
	pack_map(&pack, 2);
	pack_name_string(&pack, "charge", charge);
	pack_name_string(&pack, "language", language);
	return client_end(client, &pack);
}

static int
explain_with(const char *to, const char *charge, const char *language)
{
	struct explanation explanation = { false, EXIT_FAILED };
	const struct client_options options = {
		.to = to,
		.connections = 1,
		.in_flight = 2,
		.answered = show,
		.context = &explanation,
	};
	struct client *client;
	struct fault fault;
	if (client_open(&client, &options, &fault) != STATUS_OK)
		return command_failed("can't connect", &fault);
	enum status status = STATUS_OK;
	if (!ask(client, charge, language))
		status = fault_set(&fault, STATUS_MEMORY, "no memory for the request");
	while (status == STATUS_OK && !explanation.answered)
		status = client_turn(client, 1000, &fault);
	client_close(client);
	return status == STATUS_OK ? explanation.code : command_failed("no answer", &fault);
}

static int
explain_run_command(int count, char **arguments)
{
	const char *charge, *to = NULL, *language = options_language();
	const struct option list[] = {
		{ "--to", OPTION_TEXT, &to, 0, 0 },
		{ "--language", OPTION_LANGUAGE, &language, 0, 0 },
		{ NULL, OPTION_FLAG, NULL, 0, 0 },
	};
	const struct options options = { &COMMAND_EXPLAIN, list, 1, 1, &charge };
	int code = options_read(&options, count, arguments);
	return code == EXIT_DONE ? explain_with(to, charge, language) : code;
}

const struct command COMMAND_EXPLAIN = {
	.name = "explain",
	.usage = "explain CHARGE [--language en|zh] [--to ADDRESS|PATH]",
	.en = "says why a charge is what it is, in the words of the release that priced it",
	.zh = "用当时定价的规则版本说明一笔费用的由来",
	.help = "Shows each line of a charge with its tariff and zone, and below it the units, by band, with their price or what paid\n"
		"for them; of a refusal its reason. CHARGE is what a charge was answered, and what history lists. Nothing is rated\n"
		"again: the facts were kept with the charge, and the words are those of the release that priced it, whatever is in\n"
		"force now.\n"
		"\n"
		"It ends with code 0 if it is explained, 1 if there is no such charge, 3 if there is no server.\n"
		"\n"
		"  suanpan explain 0:4096:0 --language zh",
	.help_zh =
		"显示一笔费用的每一行及其资费与计费区，其下是各时段的单位数、单价或抵扣来源；若是拒绝，则显示原因。CHARGE 是计费应答中给出的\n"
		"编号，history 也会列出。不会重新计价：依据随费用保存，用词取自当时定价的规则版本，与现在生效的版本无关。\n"
		"\n"
		"退出码：0 已说明，1 没有这笔费用，3 没有服务器。\n"
		"\n"
		"  suanpan explain 0:4096:0 --language zh",
	.run = explain_run_command,
};
