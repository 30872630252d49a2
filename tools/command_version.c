/* suanpan version: of the program and of what it is made with. */
#include "command.h"

#include "json.h"
#include "options.h"

#include "../engine/base/memory.h"
#include "../rules/release.h"

#include <stdio.h>
#include <string.h>
#include <uv.h>

/* LMDB's header belongs to store/database.c; of all of LMDB this needs only this. */
char *mdb_version(int *major, int *minor, int *patch);

struct versions {
	struct buffer bundle; /* of no files: it names the language and the Lua it was made with */
	char lmdb[32];
	char lua[32];
	char language[32];
};

static void
bundle_says(const struct versions *versions, struct text name, char version[32])
{
	struct bytes content = { NULL, 0 };
	if (!bundle_file(
		    (struct bytes){ versions->bundle.data, versions->bundle.size }, name, &content))
		content.size = 0;
	snprintf(version, 32, "%.*s", TEXT_ARGS(text_of_bytes(content)));
}

static enum status
learn(struct versions *versions, struct fault *fault)
{
	int major, minor, patch;
	buffer_init(&versions->bundle, BUNDLE_BYTES_MAX);
	enum status status = bundle_of_files(NULL, 0, &versions->bundle, fault);
	if (status == STATUS_OK) {
		bundle_says(versions, TEXT("@lua"), versions->lua); /* "Lua 5.4" */
		memmove(versions->lua, versions->lua + 4, sizeof versions->lua - 4);
		bundle_says(versions, TEXT("@language"), versions->language);
		mdb_version(&major, &minor, &patch);
		snprintf(versions->lmdb, sizeof versions->lmdb, "%d.%d.%d", major, minor, patch);
	}
	buffer_release(&versions->bundle);
	return status;
}

static int
version_run(int count, char **arguments)
{
	bool json = false;
	struct versions versions;
	struct fault fault;
	const struct option list[] = {
		{ "--json", OPTION_FLAG, &json, 0, 0 },
		{ NULL, OPTION_FLAG, NULL, 0, 0 },
	};
	const struct options options = { &COMMAND_VERSION, list, 0, 0, NULL };
	int code = options_read(&options, count, arguments);
	if (code != EXIT_DONE)
		return code;
	if (learn(&versions, &fault) != STATUS_OK)
		return command_failed("can't tell the version", &fault);
	const char *rows[][2] = {
		{ "suanpan", SUANPAN_VERSION },
		{ "language", versions.language },
		{ "lua", versions.lua },
		{ "libuv", uv_version_string() },
		{ "lmdb", versions.lmdb },
		{ "msgpack-c", msgpack_version() },
		{ "jansson", jansson_version_str() },
	};
	json_t *object = json_object();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		json_object_set_new(object, rows[i][0], json_string(rows[i][1]));
		if (!json)
			printf(i == 0 ? "%s %s\n" : "  %-14s %s\n", rows[i][0], rows[i][1]);
	}
	struct text text = json_write(object, false);
	if (json)
		printf("%.*s\n", TEXT_ARGS(text));
	memory_free((void *)(uintptr_t)text.data);
	json_decref(object);
	return EXIT_DONE;
}

const struct command COMMAND_VERSION = {
	.name = "version",
	.usage = "version [--json]",
	.en = "says the versions of the program and of what it is made with",
	.zh = "显示程序及其组件的版本",
	.help = "The version of the rule language is part of each release's name, as is the version of Lua.",
	.help_zh = "规则语言的版本和 Lua 的版本都是规则版本名称的一部分。",
	.run = version_run,
};
