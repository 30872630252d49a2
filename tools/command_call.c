/* suanpan call: any method of the server. */
#include "command.h"

#include "client.h"
#include "json.h"
#include "lines.h"
#include "options.h"

#include "../engine/base/memory.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { INPUT_BYTES_MAX = 64 << 20 };

struct one_call {
	bool answered;
	int code;
};

static enum answer_end
show_answer(void *context, const struct answer *answer)
{
	struct one_call *call = context;
	call->answered = true;
	json_t *value = json_of_packed(answer->error == NULL ? answer->result : answer->error);
	if (answer->error != NULL && json_is_string(value)) {
		fprintf(stderr, "%s\n", json_string_value(value));
	} else {
		bool terminal = isatty(STDOUT_FILENO);
		struct text text = json_write(value, terminal);
		fprintf(answer->error == NULL ? stdout : stderr, "%.*s%s", TEXT_ARGS(text),
			terminal ? "" : "\n");
		memory_free((void *)(uintptr_t)text.data);
	}
	bool refused = text_equal(
		packed_text(packed_find(answer->result, "outcome")), TEXT("refused"));
	call->code = answer->error != NULL || refused ? EXIT_REFUSED : EXIT_DONE;
	json_decref(value);
	return ANSWER_TAKEN;
}

static int
call_with(const char *to, const char *method, struct bytes params)
{
	struct one_call call = { .code = EXIT_FAILED };
	struct client_options options = {
		.to = to,
		.connections = 1,
		.in_flight = 1,
		.answered = show_answer,
		.context = &call,
	};
	struct client *client;
	struct pack pack;
	struct fault fault;
	if (client_open(&client, &options, &fault) != STATUS_OK)
		return command_failed("can't connect", &fault);
	enum status status = STATUS_OK;
	client_begin(client, 0, text_of(method), &pack);
	pack_raw(&pack, params);
	if (!client_end(client, &pack))
		status = fault_set(&fault, STATUS_MEMORY, "no memory for the request");
	while (status == STATUS_OK && !call.answered)
		status = client_turn(client, 1000, &fault);
	client_close(client);
	return status == STATUS_OK ? call.code : command_failed("no answer", &fault);
}

/* Parameters from standard input. */
static enum status
read_input(struct buffer *input, struct fault *fault)
{
	char piece[65536];
	size_t size;
	while ((size = fread(piece, 1, sizeof piece, stdin)) > 0) {
		if (!buffer_append(input, piece, size))
			return fault_set(fault, STATUS_LIMIT, "parameters may have %d MiB at most",
				INPUT_BYTES_MAX >> 20);
	}
	return STATUS_OK;
}

static int
call_one(const char *to, const char *method, const char *parameters)
{
	struct buffer input, params;
	struct fault fault;
	buffer_init(&input, INPUT_BYTES_MAX);
	buffer_init(&params, INPUT_BYTES_MAX);
	struct pack pack = pack_into(&params);
	struct text text = text_of(parameters == NULL ? "" : parameters);
	enum status status = STATUS_OK;
	if (text_equal(text, TEXT("-"))) {
		status = read_input(&input, &fault);
		text = (struct text){ (const char *)input.data, input.size };
	}
	if (status == STATUS_OK)
		status = params_pack(text, &pack, &fault);
	int code = EXIT_USAGE;
	if (status == STATUS_OK)
		code = call_with(to, method, (struct bytes){ params.data, params.size });
	else
		command_misused(&COMMAND_CALL, "%s", fault.text);
	buffer_release(&input);
	buffer_release(&params);
	return code;
}

static int
call_run(int count, char **arguments)
{
	const char *given[2], *to = NULL, *file = NULL;
	bool quiet = false;
	int64_t in_flight = 1000;
	const struct option list[] = {
		{ "--to", OPTION_TEXT, &to, 0, 0 },
		{ "--lines", OPTION_TEXT, &file, 0, 0 },
		{ "--in-flight", OPTION_COUNT, &in_flight, 1, CLIENT_IN_FLIGHT_MAX },
		{ "--quiet", OPTION_FLAG, &quiet, 0, 0 },
		{ NULL, OPTION_FLAG, NULL, 0, 0 },
	};
	const struct options options = { &COMMAND_CALL, list, 0, 2, given };
	int code = options_read(&options, count, arguments);
	if (code != EXIT_DONE)
		return code;
	if ((file == NULL) == (given[0] == NULL))
		return command_misused(&COMMAND_CALL, "give either a method or --lines");
	if (file == NULL)
		return call_one(to, given[0], given[1]);
	const struct lines_options lines = { file, to, (unsigned)in_flight, quiet };
	return lines_run(&lines);
}

const struct command COMMAND_CALL = {
	.name = "call",
	.usage = "call METHOD [JSON|-] [--to ADDRESS|PATH]\n"
		 "       suanpan call --lines FILE|- [--in-flight N] [--quiet] [--to ADDRESS|PATH]",
	.en = "calls any method of a running server",
	.zh = "调用运行中服务器的任意方法",
	.help = "Calls a method; parameters are a JSON object, an array of values, or - for standard input. The answer is JSON:\n"
		"indented on a terminal, else one line. An error, which means that nothing was decided, goes to standard error.\n"
		"suanpan help METHOD says what a method takes and gives.\n"
		"\n"
		"Money is text, \"12.50\"; a number with a decimal point is refused, since it is not exact. Bytes are\n"
		"{\"$bytes\": \"base64\"}. Times are milliseconds or RFC 3339 text.\n"
		"\n"
		"With --lines each line of the file is a call, METHOD JSON; empty lines and those that begin with # are passed\n"
		"over. Calls are sent ahead (1,000 under way, or --in-flight); answers come one a line in the order of the\n"
		"lines, and an error as {\"error\": text}. With --quiet only what was refused is shown, and the counts.\n"
		"Calls that depend on one another belong into files of their own: the server decides some side by side.\n"
		"\n"
		"Without --to it is the server of the data folder $SUANPAN_DATA, if that is set; else that of ./suanpan-data, or\n"
		"who listens on 127.0.0.1:7117.\n"
		"\n"
		"It ends with code 0 for a result, 1 for a refusal or an error, 2 if the parameters are not JSON, 3 if there is no\n"
		"server or the connection broke.\n"
		"\n"
		"  suanpan call balance.get '{\"account\": \"07715510000\"}'\n"
		"  suanpan call charge.get '[\"0:4096:0\"]' --to 127.0.0.1:7117\n"
		"  suanpan call --lines customers.txt --quiet",
	.help_zh =
		"调用一个方法；参数为 JSON 对象、值的数组，或用 - 从标准输入读取。应答为 JSON：终端上缩进显示，否则为一行。错误表示未做任何处理，\n"
		"写到标准错误。suanpan help 方法名：查看参数与结果。\n"
		"\n"
		"金额用文本，如 \"12.50\"；带小数点的数字不精确，会被拒绝。字节串写作 {\"$bytes\": \"base64\"}。时间为毫秒数或 RFC 3339 文本。\n"
		"\n"
		"使用 --lines 时，文件每行一次调用：方法名加 JSON；空行和以 # 开头的行被忽略。调用会提前发出（同时 1,000 个，或由 --in-flight\n"
		"指定）；应答按行的次序逐行输出，错误为 {\"error\": 文本}。--quiet 只显示被拒绝的调用和计数。相互依赖的调用应放在不同文件中：\n"
		"服务器会并行处理其中一部分。\n"
		"\n"
		"不带 --to 时，设置了 $SUANPAN_DATA 就连接该数据目录的服务器；否则先找 ./suanpan-data 中的套接字，再找 127.0.0.1:7117。\n"
		"\n"
		"退出码：0 有结果，1 被拒绝或出错，2 参数不是 JSON，3 无法连接或连接中断。\n"
		"\n"
		"  suanpan call balance.get '{\"account\": \"07715510000\"}'\n"
		"  suanpan call charge.get '[\"0:4096:0\"]' --to 127.0.0.1:7117\n"
		"  suanpan call --lines customers.txt --quiet",
	.run = call_run,
};
