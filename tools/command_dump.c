/* suanpan dump: what a stopped server's data folder holds, as readable lines. */
#include "command.h"

#include "catalog_report.h"
#include "dump_json.h"
#include "json.h"
#include "options.h"

#include "../engine/base/memory.h"
#include "../store/database.h"
#include "../store/folder.h"

#include <inttypes.h>
#include <string.h>

/* Address space to map the state in; it is the largest a server may be told to use. */
#define STATE_MAP_BYTES (UINT64_C(1) << 44)

struct dump {
	const struct folder *folder;
	uint64_t from;
	bool json;
	uint64_t shown;
};

/* ---- lines ---- */

static void
print_value(const json_t *value)
{
	struct text text = json_write(value, false);
	printf("%.*s\n", TEXT_ARGS(text));
	memory_free((void *)(uintptr_t)text.data);
}

static const char *
text_in(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	return text == NULL ? "" : text;
}

static void
print_named(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);
	if (json_is_string(value))
		printf("  %s=%s", name, json_string_value(value));
	else if (json_is_integer(value))
		printf("  %s=%" JSON_INTEGER_FORMAT, name, json_integer_value(value));
}

/* One line of what and who, then a line for each thing it holds. */
static void
print_entry(const json_t *entry)
{
	static const char *const named[] = { "scope", "id", "attempt", "at", "release" };
	static const char *const packed[] = { "event", "answer" };
	size_t index;
	json_t *item;
	printf("%s  %s  %s", text_in(entry, "charge"), text_in(entry, "made"),
		text_in(entry, "kind"));
	for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
		print_named(entry, named[i]);
	printf("\n");
	for (size_t i = 0; i < sizeof packed / sizeof packed[0]; i++) {
		const json_t *value = json_object_get(entry, packed[i]);
		if (value != NULL) {
			printf("    %-8s ", packed[i]);
			print_value(value);
		}
	}
	json_array_foreach(json_object_get(entry, "effects"), index, item)
	{
		printf("    record   %s %s ", text_in(item, "table"), text_in(item, "key"));
		print_value(json_object_get(item, "value"));
	}
	json_array_foreach(json_object_get(entry, "postings"), index, item)
	{
		const json_t *amount = json_object_get(item, "amount");
		printf("    posting  %s ", text_in(item, "book"));
		if (json_is_string(amount))
			printf("%s ", json_string_value(amount));
		else
			printf("%" JSON_INTEGER_FORMAT " ", json_integer_value(amount));
		printf("%s\n", text_in(item, "unit"));
	}
}

static void
print_record(const json_t *record)
{
	printf("%s %s  version=%" JSON_INTEGER_FORMAT "  ", text_in(record, "table"),
		text_in(record, "key"), json_integer_value(json_object_get(record, "version")));
	print_value(json_object_get(record, "value"));
}

static void
print(struct dump *dump, json_t *object, void (*line)(const json_t *object))
{
	dump->shown++;
	if (dump->json) {
		json_show(object);
		return;
	}
	line(object);
	json_decref(object);
}

/* ---- the journal ---- */

static bool
visit_entry(void *context, const struct journal_visit *visit)
{
	struct dump *dump = context;
	if (visit->position >= dump->from)
		print(dump, entry_json(dump->folder->shard, visit), print_entry);
	return true;
}

/* From the segment that holds the position: a segment begins with a frame, and only a frame can be
 * scanned from. */
static enum status
dump_journal(struct dump *dump, struct fault *fault)
{
	struct journal_scan scan = {
		.place = folder_journal(dump->folder),
		.visit = visit_entry,
		.context = dump,
	};
	struct journal_head head;
	uint64_t first;
	bool torn;
	enum status status = journal_first_segment(&scan.place, &first, fault);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK; /* nothing was ever written */
	if (status != STATUS_OK)
		return status;
	uint64_t wanted = journal_segment_of(&scan.place, dump->from);
	scan.from = (wanted > first ? wanted : first) * scan.place.segment_bytes;
	if (scan.from == 0)
		scan.from_chain = dump->folder->number;
	if (scan.from >= journal_end_estimate(&scan.place))
		return fault_set(fault, STATUS_NOT_FOUND,
			"the journal ends before position %" PRIu64, dump->from);
	status = journal_scan(&scan, &head, &torn, fault);
	if (status == STATUS_OK && !dump->json)
		printf("# %" PRIu64 " entries; the journal ends at %" PRIu64 "%s\n", dump->shown,
			head.position,
			torn ? ", with a torn write behind it that was never acknowledged" : "");
	return status;
}

/* ---- records ---- */

struct table_dump {
	struct dump *dump;
	uint8_t table;
};

static bool
visit_record(void *context, struct bytes key, struct bytes value, uint64_t version)
{
	const struct table_dump *table = context;
	const struct dumped_record record = { table->table, key, value, version };
	print(table->dump, record_json(&record), print_record);
	return true;
}

static enum status
dump_tables(struct dump *dump, struct database_reader *reader, struct fault *fault)
{
	struct database_meta meta;
	enum status status = database_read_meta(reader, &meta, fault);
	for (uint8_t table = 1; table < TABLE_END && status == STATUS_OK; table++) {
		struct table_dump one = { dump, table };
		status = database_each(reader, table, visit_record, &one, fault);
	}
	if (status == STATUS_OK && !dump->json)
		printf("# %" PRIu64 " %s; %s%" PRIu64 "\n", dump->shown,
			dump->shown == 1 ? "record" : "records",
			meta.clean ? "nothing lies behind them, the journal ends at "
				   : "what the journal holds is newer, from position ",
			meta.applied.position);
	return status;
}

static enum status
dump_records(struct dump *dump, struct fault *fault)
{
	char path[1000];
	struct database *database;
	struct database_reader *reader;
	folder_path(dump->folder, "state", path);
	enum status status = database_open(path, STATE_MAP_BYTES, true, &database, fault);
	if (status != STATUS_OK)
		return status;
	status = database_read_begin(database, &reader, fault);
	if (status == STATUS_OK) {
		status = dump_tables(dump, reader, fault);
		database_read_end(reader);
	}
	database_close(database);
	return status;
}

/* ---- the command ---- */

static int
dump_run(int count, char **arguments)
{
	const char *directory;
	bool records = false, journal = false, json = false;
	int64_t from = 0;
	const struct option list[] = {
		{ "--records", OPTION_FLAG, &records, 0, 0 },
		{ "--journal", OPTION_FLAG, &journal, 0, 0 },
		{ "--from", OPTION_COUNT, &from, 0, INT64_MAX },
		{ "--json", OPTION_FLAG, &json, 0, 0 },
		{ NULL, OPTION_FLAG, NULL, 0, 0 },
	};
	const struct options options = { &COMMAND_DUMP, list, 1, 1, &directory };
	int code = options_read(&options, count, arguments);
	if (code != EXIT_DONE)
		return code;
	struct folder folder;
	struct fault fault;
	enum status status = folder_open_existing(&folder, directory, &fault);
	if (status != STATUS_OK)
		return command_failed("can't dump", &fault);
	if (records || !journal) {
		struct dump dump = { .folder = &folder, .json = json };
		status = dump_records(&dump, &fault);
	}
	if (status == STATUS_OK && (journal || !records)) {
		struct dump dump = { .folder = &folder, .json = json, .from = (uint64_t)from };
		status = dump_journal(&dump, &fault);
	}
	folder_close(&folder);
	return status == STATUS_OK ? EXIT_DONE : command_failed("can't dump", &fault);
}

const struct command COMMAND_DUMP = {
	.name = "dump",
	.usage = "dump DIRECTORY [--records] [--journal] [--from POSITION] [--json]",
	.en = "shows the records and the journal of a stopped server's data folder",
	.zh = "显示已停止服务器的数据目录中的记录与日志",
	.help = "Writes each record of the state, table by table, and each entry of the journal, in order: who asked, the event, the\n"
		"answer, the records that changed with their new values, and the postings. With --records or --journal only these.\n"
		"With --json each record and each entry is an object on a line of its own.\n"
		"\n"
		"The server must be stopped; the folder is only read. The state may be older than the journal after a crash: what\n"
		"is newer is applied when the server starts.\n"
		"\n"
		"--from begins at a position of the journal: the middle number of a charge (0:368704:0).\n"
		"\n"
		"It ends with code 0, or 3 if the folder is in use, can't be read or is damaged.\n"
		"\n"
		"  suanpan dump suanpan-data --journal --from 368704",
	.help_zh =
		"逐表输出状态中的每条记录，并按次序输出日志中的每个条目：请求方、事件、应答、变更后的记录和分录。--records 或 --journal 只输出\n"
		"其中之一。--json 时每条记录、每个条目为一行一个对象。\n"
		"\n"
		"服务器必须已停止；目录只读。崩溃后状态可能落后于日志，较新的内容在服务器启动时应用。\n"
		"\n"
		"--from 从日志的某个位置开始，即记录位置（0:368704:0）的中间一段。\n"
		"\n"
		"退出码：0 成功；3 目录正被使用、无法读取或已损坏。\n"
		"\n"
		"  suanpan dump suanpan-data --journal --from 368704",
	.run = dump_run,
};
