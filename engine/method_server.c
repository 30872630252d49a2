/* Methods: hello, ping, stats (see method.h). */
#include "method_parts.h"

#include "call.h"

/* Tables are laid out by hand. */
/* clang-format off */

static const struct field HELLO_FIELDS[] = {
	{ "language", FIELD_CHOICE, offsetof(struct hello_params, language), false, 0, 0, METHOD_LANGUAGES, NULL,
		"of error sentences on this connection", "本连接错误信息的语言" },
	{ "details", FIELD_BOOLEAN, offsetof(struct hello_params, details), false, 0, 0, NULL, NULL,
		"errors on this connection come as a map {code, say} instead of a text",
		"本连接的错误以映射 {code, say} 返回，而不是文本" },
	{ "client", FIELD_TEXT, offsetof(struct hello_params, client), false, 0, 64, NULL, NULL,
		"who is calling, for the log", "客户端名称，用于日志" },
};
SHAPE(HELLO_PARAMS, "hello", HELLO_FIELDS, struct hello_params);

static const struct field HELLO_RESULT_FIELDS[] = {
	{ "server", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "\"suanpan\"", "\"suanpan\"" },
	{ "version", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "of the program", "程序版本" },
	{ "release", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "in force, 64 digits", "生效的规则版本" },
	{ "frame_bytes_max", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "of a message", "单条消息最大字节数" },
	{ "batch_items_max", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "of charge_batch", "批量最大条数" },
	{ "now", FIELD_TIME, 0, true, 0, 0, NULL, NULL, "the server's clock", "服务器时间" },
};
RESULT(HELLO_RESULT, "hello", HELLO_RESULT_FIELDS);

static const struct field PING_RESULT_FIELDS[] = {
	{ "now", FIELD_TIME, 0, true, 0, 0, NULL, NULL, "the server's clock", "服务器时间" },
};
RESULT(PING_RESULT, "ping", PING_RESULT_FIELDS);
static const struct field ANY_RESULT_FIELDS[] = {
	{ "…", FIELD_ANY, 0, true, 0, 0, NULL, NULL, "numbers by name, grouped", "按组给出的各项数值" },
};
RESULT(STATS_RESULT, "stats", ANY_RESULT_FIELDS);

const struct method METHOD_HELLO = { "hello", &HELLO_PARAMS, NULL, &HELLO_RESULT, METHOD_NO_SAYS, query_run_hello,
	NULL, "who is there, and how this connection wants its errors", "服务器信息与本连接选项", false };
const struct method METHOD_PING = { "ping", &METHOD_NO_PARAMS, NULL, &PING_RESULT, METHOD_NO_SAYS, query_run_ping, NULL,
	"is anybody there", "连通性检查", false };
const struct method METHOD_STATS = { "stats", &METHOD_NO_PARAMS, NULL, &STATS_RESULT, METHOD_NO_SAYS, query_run_stats, NULL,
	"counts and sizes, for people and monitoring; the longest turn of the loop is that since they were asked for last", "运行统计；事件循环的最长一轮自上次查询起计", false };
