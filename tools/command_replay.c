/* suanpan replay: the charges of a stopped server's data folder, priced once more. */
#include "command.h"

#include "catalog_report.h"
#include "json.h"
#include "options.h"
#include "replay.h"

#include "../engine/once.h"

#include <inttypes.h>

/* Of the charges that differ, so many are shown. */
#define SHOWN_MAX 20

struct showing {
	uint32_t shard;
	bool json;
	uint64_t count;
	json_t *list;
};

static void
show_difference(void *context, const struct replay_difference *difference)
{
	struct showing *showing = context;
	char charge[CHARGE_ID_MAX];
	if (++showing->count > SHOWN_MAX)
		return;
	size_t size = charge_id_format(showing->shard, difference->position, charge);
	json_array_append_new(showing->list, json_stringn(charge, size));
	if (!showing->json)
		printf("%.*s  %s\n", (int)size, charge,
			difference->is.size > 0 ? "is priced otherwise now" : "has no price now");
}

static void
show(const struct replay *replay, const struct showing *showing)
{
	if (!showing->json) {
		printf("%" PRIu64 " charges", replay->charges);
		if (replay->reports > 0)
			printf(" and %" PRIu64 " reports of sessions", replay->reports);
		printf(" by %" PRIu64 " releases priced again: %" PRIu64 " the same, %" PRIu64
		       " different\n",
			replay->releases, replay->charges + replay->reports - replay->different,
			replay->different);
		return;
	}
	json_show(json_pack("{s:I, s:I, s:I, s:I, s:O}", "charges", (json_int_t)replay->charges,
		"reports", (json_int_t)replay->reports, "releases", (json_int_t)replay->releases,
		"different", (json_int_t)replay->different, "charges_that_differ", showing->list));
}

static int
replay_command_run(int count, char **arguments)
{
	const char *directory;
	struct showing showing = { 0 };
	const struct option list[] = {
		{ "--json", OPTION_FLAG, &showing.json, 0, 0 },
		{ NULL, OPTION_FLAG, NULL, 0, 0 },
	};
	const struct options options = { &COMMAND_REPLAY, list, 1, 1, &directory };
	int code = options_read(&options, count, arguments);
	if (code != EXIT_DONE)
		return code;
	struct folder folder;
	struct fault fault;
	enum status status = folder_open_existing(&folder, directory, &fault);
	if (status != STATUS_OK)
		return command_failed("can't replay", &fault);
	struct replay replay = {
		.folder = &folder,
		.span = SPAN_ALWAYS,
		.differs = show_difference,
		.context = &showing,
	};
	showing.shard = folder.shard;
	showing.list = json_array();
	status = replay_run(&replay, &fault);
	if (status == STATUS_OK)
		show(&replay, &showing);
	json_decref(showing.list);
	folder_close(&folder);
	if (status != STATUS_OK)
		return command_failed("can't replay", &fault);
	return replay.different > 0 ? EXIT_REFUSED : EXIT_DONE;
}

const struct command COMMAND_REPLAY = {
	.name = "replay",
	.usage = "replay DIRECTORY [--json]",
	.en = "prices the charges of a stopped server's data folder once more, and compares",
	.zh = "对已停止服务器数据目录中的收费重新计价并比对",
	.help = "Reads the journal from its beginning. Each charge is priced again, by the release that priced it and from the packages\n"
		"and counters that it found then, and the priced part of the answer that was given must come out, byte for byte. So an\n"
		"auditor sees that charges can be reproduced, on any machine. So is each report of a session, with all units so far.\n"
		"\n"
		"The server must be stopped; the folder is only read. The first 20 charges that differ are listed by their ids.\n"
		"\n"
		"It ends with code 0 if all are the same, 1 if some differ, 3 if the folder is in use, can't be read or is damaged.\n"
		"\n"
		"  suanpan replay suanpan-data",
	.help_zh =
		"从头读取日志。每笔收费都由当时定价的规则版本、按当时的优惠包与计数重新计价，所得的定价部分须与当时的应答逐字节一致。\n"
		"审计人员由此可见，收费在任何机器上都能重现。会话的每次上报同样按累计用量重新计价。\n"
		"\n"
		"服务器必须已停止；目录只读。列出前 20 笔不一致的收费的编号。\n"
		"\n"
		"退出码：0 全部一致；1 有不一致；3 目录正被使用、无法读取或已损坏。\n"
		"\n"
		"  suanpan replay suanpan-data",
	.run = replay_command_run,
};
