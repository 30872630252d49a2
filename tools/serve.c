/* suanpan serve: the server. */
#include "command.h"
#include "progress.h"

#include "../engine/base/must.h"
#include "../engine/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct shown {
	bool quiet;
	bool recovering; /* and how far it is: */
	struct progress progress;
	struct progress_state recovered;
};

static void
ready(void *context, const char *address, const char *socket)
{
	const struct shown *shown = context;
	if (shown->quiet)
		return;
	if (address[0] != '\0')
		printf("listening on %s (MessagePack-RPC over TCP)\n", address);
	if (socket[0] != '\0')
		printf("listening on %s (the same over a Unix socket)\n", socket);
	printf("ready; Ctrl-C stops it\n");
	fflush(stdout);
}

static void
recovering(void *context, uint64_t done, uint64_t total)
{
	struct shown *shown = context;
	struct progress_state state = { done, total, done >> 20, "MiB of journal recovered" };
	if (total == 0 && shown->recovering)
		progress_end(&shown->progress, &shown->recovered);
	if (total == 0)
		return;
	if (!shown->recovering)
		progress_begin(&shown->progress, stderr, false);
	shown->recovering = true;
	shown->recovered = state;
	progress_step(&shown->progress, &state);
}

static enum status
read_arguments(
	struct settings *settings, int count, char **arguments, bool *quiet, struct fault *fault)
{
	const char *file = NULL;
	*quiet = false;
	for (int i = 1; i + 1 < count; i++) {
		if (strcmp(arguments[i], "--config") == 0)
			file = arguments[i + 1];
	}
	settings_init(settings);
	enum status status = file == NULL ? STATUS_OK : settings_read_file(settings, file, fault);
	if (status == STATUS_OK)
		status = settings_read_environment(settings, fault);
	for (int i = 1; i < count && status == STATUS_OK;) {
		bool taken;
		must(arguments[i] != NULL);
		if (strcmp(arguments[i], "--config") == 0) {
			if (i + 1 == count)
				return fault_set(fault, STATUS_INVALID, "--config needs a file");
			i += 2;
			continue;
		}
		if (strcmp(arguments[i], "--quiet") == 0) {
			*quiet = true;
			i++;
			continue;
		}
		status = settings_take_flag(settings, count, arguments, &i, &taken, fault);
		if (status == STATUS_OK && !taken)
			status = fault_set(fault, STATUS_INVALID, "what is \"%s\"?", arguments[i]);
	}
	return status;
}

static int
serve_run(int count, char **arguments)
{
	struct settings settings;
	struct server *server;
	struct fault fault = { 0 };
	struct shown shown = { .quiet = false };
	struct server_events events = { &shown, ready, recovering };
	if (read_arguments(&settings, count, arguments, &shown.quiet, &fault) != STATUS_OK)
		return command_misused(&COMMAND_SERVE, "%s", fault.text);
	enum status status = server_open(&server, &settings, &events, &fault);
	if (status == STATUS_INVALID)
		return command_misused(&COMMAND_SERVE, "%s", fault.text);
	if (status != STATUS_OK)
		return command_failed("can't start", &fault);
	if (server_run(server, &fault) != STATUS_OK) {
		/*
		 * Threads are still at work on what failed: libraries must not be taken down around
		 * them, as an ordinary exit does.
		 */
		int code = command_failed("stopped", &fault);
		fflush(NULL);
		quick_exit(code);
	}
	if (!shown.quiet)
		printf("stopped; everything is in %s\n", settings.data.text);
	return EXIT_DONE;
}

const struct command COMMAND_SERVE = {
	.name = "serve",
	.usage = "serve [--config FILE] [--quiet] [--SETTING VALUE ...]",
	.en = "starts the server",
	.zh = "启动服务器",
	.help = "Serves a data folder until Ctrl-C or SIGTERM. Without any setting it keeps its data in ./suanpan-data and\n"
		"listens on 127.0.0.1:7117 and on the Unix socket \"socket\" in the data folder.\n"
		"\n"
		"Settings come from, the strongest first: flags, environment variables (SUANPAN_USAGE_AGE_MAX), the file of\n"
		"--config (Lua: return { usage = { age_max = \"20 years\" } }), defaults.\n"
		"\n"
		"It ends with code 0 after a clean stop, 2 if a setting can't be, 3 if the disk or the data folder fail it.",
	.help_zh =
		"在一个数据目录上提供服务，直到 Ctrl-C 或 SIGTERM。不带任何设置时，数据在 ./suanpan-data，监听 127.0.0.1:7117 和数据目录中的\n"
		"Unix 套接字 \"socket\"。\n"
		"\n"
		"设置的优先级从高到低：命令行参数、环境变量（SUANPAN_USAGE_AGE_MAX）、--config 指定的文件（Lua：return { usage = { age_max =\n"
		"\"20 years\" } }）、缺省值。\n"
		"\n"
		"退出码：0 正常停止，2 设置不合法，3 磁盘或数据目录出错。",
	.run = serve_run,
};
