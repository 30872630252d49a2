/* Checking a data folder (see fsck.h): what is found, and the order of the parts. */
#include "fsck_parts.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "archive.h"
#include "segment.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define REBUILD_STATE "stop all servers, move state/ away and start: it is rebuilt from the journal"
#define REBUILD_IDS \
	"stop all servers, move state/ and ids/ away and start: both are rebuilt from the journal"
#define RESTORE \
	"keep a copy of the folder as it is, then restore it from the newest backup that fsck finds clean"
#define REPORT \
	"nothing on a disk does this by itself: keep a copy of the folder and report it as a bug"

#define REBUILD_STATE_ZH "停止所有服务器，移走 state/ 再启动：它由日志重建"
#define REBUILD_IDS_ZH "停止所有服务器，移走 state/ 和 ids/ 再启动：两者都由日志重建"
#define RESTORE_ZH "原样保留一份目录的副本，然后恢复 fsck 认为完好的最近备份"
#define REPORT_ZH "磁盘本身不会造成这种情况：原样保留一份目录的副本，并作为缺陷报告"
#define SAME_BACKUP_ZH "从同一个备份恢复 journal/ 和 state/"

struct naming {
	const char *name;
	const char *remedy;
	const char *what_zh;
	const char *remedy_zh;
};

static const struct naming NAMES[FSCK_NAMES] = {
	[FSCK_FOLDER_FILE] = { "folder_file",
		"restore the file \"folder\" from a backup; it never changes",
		"文件 folder 不是服务器所写的", "从备份恢复文件 folder；它从不改变" },
	[FSCK_UNKNOWN_FILE] = { "unknown_file",
		"move it elsewhere if it is not needed here; it does no harm",
		"数据目录中有不属于它的文件", "如果这里不需要它，请移到别处；它没有害处" },
	[FSCK_RELEASE_ALTERED] = { "release_altered",
		"publish the same catalog again, or restore this file from a backup",
		"规则版本的内容与其名称不符", "重新发布同样的目录，或从备份恢复此文件" },
	[FSCK_RELEASE_MISSING] = { "release_missing",
		"publish the same catalog again, or restore this file from a backup",
		"规则版本的文件缺失", "重新发布同样的目录，或从备份恢复此文件" },
	[FSCK_RELEASE_UNKNOWN] = { "release_unknown", REPORT, "生效或排期的规则版本没有发布记录",
		REPORT_ZH },
	[FSCK_SEGMENT_MISSING] = { "segment_missing", "put the file back; else " RESTORE,
		"日志文件缺失", "放回该文件；否则" RESTORE_ZH },
	[FSCK_SEGMENT_SIZE] = { "segment_size", RESTORE, "日志文件的大小不对", RESTORE_ZH },
	[FSCK_ARCHIVE_DAMAGED] = { "archive_damaged",
		"put the file back from a backup; else " RESTORE, "压缩的日志文件损坏",
		"从备份放回该文件；否则" RESTORE_ZH },
	[FSCK_FRAME_MISSING] = { "frame_missing", RESTORE, "日志中缺少一帧", RESTORE_ZH },
	[FSCK_FRAME_HEADER] = { "frame_header", RESTORE, "日志中一帧的帧头损坏", RESTORE_ZH },
	[FSCK_FRAME_CHECKSUM] = { "frame_checksum", RESTORE, "日志中一帧的校验和不符", RESTORE_ZH },
	[FSCK_FRAME_MISPLACED] = { "frame_misplaced", RESTORE, "日志中有一帧不在它应在的位置",
		RESTORE_ZH },
	[FSCK_FRAME_CHAIN] = { "frame_chain", RESTORE, "日志中一帧与前一帧不衔接", RESTORE_ZH },
	[FSCK_FRAME_ORDER] = { "frame_order", REPORT, "日志中各帧的时间或纪元次序颠倒", REPORT_ZH },
	[FSCK_FRAME_ENTRIES] = { "frame_entries", REPORT, "一帧的内容与其帧头不符", REPORT_ZH },
	[FSCK_ENTRY_MALFORMED] = { "entry_malformed", REPORT, "记录无法解码", REPORT_ZH },
	[FSCK_ENTRY_KIND] = { "entry_kind", REPORT, "记录的内容与其种类不符", REPORT_ZH },
	[FSCK_ENTRY_TIME] = { "entry_time", REPORT, "记录的时间不合理", REPORT_ZH },
	[FSCK_RECORD_MALFORMED] = { "record_malformed", REPORT, "记录中的数据无法解码", REPORT_ZH },
	[FSCK_RECORD_TWICE] = { "record_twice", REPORT, "一条记录两次改变同一数据", REPORT_ZH },
	[FSCK_POSTINGS_UNBALANCED] = { "postings_unbalanced", REPORT, "记录的分录合计不为零",
		REPORT_ZH },
	[FSCK_POSTING_SIDE] = { "posting_side", REPORT, "分录所指的一方不对", REPORT_ZH },
	[FSCK_POSTING_UNIT] = { "posting_unit", REPORT, "分录的单位与余额不符", REPORT_ZH },
	[FSCK_PREVIOUS_CHAIN] = { "previous_chain", REPORT, "数据的变更链中断", REPORT_ZH },
	[FSCK_BALANCE_SUM] = { "balance_sum", REPORT, "余额不等于原值加分录", REPORT_ZH },
	[FSCK_BALANCE_DAY] = { "balance_day", REPORT, "余额的日期或其前一日的记录不对", REPORT_ZH },
	[FSCK_TIMER_MISSING] = { "timer_missing",
		"put the balance again with balance.put, as it is: that sets its timer; "
		"where a server that knew timers has put it before, report it as a bug",
		"账本、会话或计划缺少定时记录，或多于一个",
		"用 balance.put 按原样重新提交该账本，即会设置；若此前已由支持定时的服务器提交过，请作为缺陷报告" },
	[FSCK_ACTIVATION_PAST] = { "activation_past", REPORT, "记录改变了此前已经生效的规则版本",
		REPORT_ZH },
	[FSCK_REFUND_CHARGE] = { "refund_charge", REPORT, "退款所指的不是一笔费用", REPORT_ZH },
	[FSCK_HELD_SUM] = { "held_sum", REPORT, "冻结的不是未结束的会话所冻结的", REPORT_ZH },
	[FSCK_MEMBERS] = { "members", REPORT, "群组的成员与成员所持的不一致", REPORT_ZH },
	[FSCK_REFUND_OVER] = { "refund_over", REPORT, "退还的多于所收取的", REPORT_ZH },
	[FSCK_ID_TWICE] = { "id_twice", REPORT, "同一编号被处理了两次", REPORT_ZH },
	[FSCK_ID_MISSING] = { "id_missing", REBUILD_IDS, "编号文件中缺少日志里的编号",
		REBUILD_IDS_ZH },
	[FSCK_RUN_MISSING] = { "run_missing", REBUILD_IDS, "编号文件缺失", REBUILD_IDS_ZH },
	[FSCK_RUN_DAMAGED] = { "run_damaged", REBUILD_IDS, "编号文件损坏", REBUILD_IDS_ZH },
	[FSCK_RUN_ENTRY] = { "run_entry", REBUILD_IDS, "编号文件所指的记录不对", REBUILD_IDS_ZH },
	[FSCK_STATE_MISSING] = { "state_missing",
		"restore state/ and ids/ from a backup: the journal does not reach back far enough",
		"没有状态，而日志不是从头开始", "从备份恢复 state/ 和 ids/：日志追溯得不够早" },
	[FSCK_STATE_DAMAGED] = { "state_damaged", REBUILD_STATE, "状态损坏", REBUILD_STATE_ZH },
	[FSCK_STATE_FOLDER] = { "state_folder", "restore state/ and journal/ from the same backup",
		"状态属于另一个数据目录", "从同一个备份恢复 state/ 和 journal/" },
	[FSCK_STATE_DIGEST] = { "state_digest", REBUILD_STATE, "状态中数据的摘要不符",
		REBUILD_STATE_ZH },
	[FSCK_STATE_MALFORMED] = { "state_malformed", REBUILD_STATE, "状态中的数据无法解码",
		REBUILD_STATE_ZH },
	[FSCK_STATE_VALUE] = { "state_value", REBUILD_STATE, "状态中的值与日志不符",
		REBUILD_STATE_ZH },
	[FSCK_STATE_VERSION] = { "state_version", REBUILD_STATE, "状态中数据的版本与日志不符",
		REBUILD_STATE_ZH },
	[FSCK_STATE_LOST] = { "state_lost", REBUILD_STATE, "状态中缺少日志里的数据",
		REBUILD_STATE_ZH },
	[FSCK_STATE_EXTRA] = { "state_extra", REBUILD_STATE, "状态中有日志里没有的数据",
		REBUILD_STATE_ZH },
	[FSCK_APPLIED_AHEAD] = { "applied_ahead",
		"segments are lost or state/ is of a later time: restore journal/ and state/ from the same backup",
		"状态比日志的末尾更新",
		"日志文件丢失，或 state/ 属于较晚的时间：从同一个备份恢复 journal/ 和 state/" },
	[FSCK_APPLIED_CHAIN] = { "applied_chain",
		"restore journal/ and state/ from the same backup", "状态与日志不衔接",
		SAME_BACKUP_ZH },
	[FSCK_CLEAN_MARK] = { "clean_mark", "restore journal/ and state/ from the same backup",
		"正常停止的标记与日志不符", SAME_BACKUP_ZH },
	[FSCK_EPOCH_BEHIND] = { "epoch_behind", "restore journal/ and state/ from the same backup",
		"状态的纪元落后于日志", SAME_BACKUP_ZH },
};

const char *
fsck_name(enum fsck_name name)
{
	must(name < FSCK_NAMES);
	return NAMES[name].name;
}

const char *
fsck_remedy(enum fsck_name name)
{
	must(name < FSCK_NAMES);
	return NAMES[name].remedy;
}

const char *
fsck_what_zh(enum fsck_name name)
{
	must(name < FSCK_NAMES);
	return NAMES[name].what_zh;
}

const char *
fsck_remedy_zh(enum fsck_name name)
{
	must(name < FSCK_NAMES);
	return NAMES[name].remedy_zh;
}

/* ---- telling ---- */

bool
fsck_tells(const struct fsck *fsck, enum fsck_name name)
{
	return fsck->report.counts[name] < FSCK_TOLD_MAX;
}

void
fsck_found(struct fsck *fsck, enum fsck_name name, const char *where, const char *format, ...)
{
	char what[1024];
	va_list list;
	bool told = fsck_tells(fsck, name);
	fsck->report.findings++;
	fsck->report.counts[name]++;
	if (!told || fsck->options.found == NULL)
		return;
	va_start(list, format);
	vsnprintf(what, sizeof what, format, list);
	va_end(list);
	const struct fsck_finding finding = { name, where, what };
	fsck->options.found(fsck->options.context, &finding);
}

void
fsck_where(const struct fsck *fsck, uint64_t position, char where[FSCK_WHERE_MAX])
{
	char path[DISK_PATH_MAX];
	archive_path(&fsck->place, journal_segment_of(&fsck->place, position), path);
	if (!disk_exists(path))
		segment_path(&fsck->place, journal_segment_of(&fsck->place, position), path);
	snprintf(where, FSCK_WHERE_MAX, "%s at byte %" PRIu64 " (position %" PRIu64 ")", path,
		journal_offset_of(&fsck->place, position), position);
}

void
fsck_where_record(uint8_t table, struct bytes key, char where[FSCK_WHERE_MAX])
{
	const char *name = table_name(table);
	char text[RECORD_TEXT_MAX];
	if (record_key_format(table, key, text)) {
		snprintf(where, FSCK_WHERE_MAX, "%s %s", name, text);
		return;
	}
	int used = snprintf(where, FSCK_WHERE_MAX, "%s ", name == NULL ? "no table" : name);
	must(used > 0 && key.size <= FSCK_WHERE_MAX / 2);
	char *at = where + used;
	for (size_t i = 0; i < key.size; i++)
		*at++ = key.data[i] == 0                            ? '/'
			: key.data[i] < 0x20 || key.data[i] == 0x7f ? '.'
								    : (char)key.data[i];
	*at = '\0';
}

void
fsck_where_changed(const struct fsck *fsck, uint64_t position, struct hash128 wanted,
	char where[FSCK_WHERE_MAX])
{
	struct buffer bytes;
	struct entry entry;
	struct effect effect;
	buffer_init(&bytes, ENTRY_BYTES_MAX);
	fsck_where(fsck, position, where);
	bool is_read = journal_read(&fsck->place, position, &bytes, &entry, NULL) == STATUS_OK;
	struct bytes rest = is_read ? entry.effect_bytes : (struct bytes){ NULL, 0 };
	while (effect_next(&rest, &effect)) {
		struct hash128 key = fsck_record_key(effect.table, effect.key);
		if (key.low == wanted.low && key.high == wanted.high)
			fsck_where_record(effect.table, effect.key, where);
	}
	buffer_release(&bytes);
}

void
fsck_read(struct fsck *fsck, uint64_t bytes)
{
	fsck->done += bytes;
	if (fsck->done > fsck->report.total)
		fsck->done = fsck->report.total;
	if (fsck->options.progress != NULL)
		fsck->options.progress(fsck->options.context, fsck->done, fsck->report.total);
}

/* ---- what is held ---- */

bool
fsck_list_grow(void **list, size_t *room, size_t count, size_t size)
{
	if (count < *room)
		return true;
	size_t wider = *room == 0 ? 64 : *room * 2;
	void *grown = memory_resize(*list, wider * size);
	if (grown == NULL)
		return false;
	*list = grown;
	*room = wider;
	return true;
}

enum status
fsck_gap_add(struct fsck *fsck, uint64_t from, uint64_t till, struct fault *fault)
{
	must(from <= till);
	must(fsck->gap_count == 0 || fsck->gaps[fsck->gap_count - 1].till <= from);
	if (from == till)
		return STATUS_OK;
	if (!fsck_list_grow(
		    (void **)&fsck->gaps, &fsck->gap_room, fsck->gap_count, sizeof *fsck->gaps))
		return fault_set(fault, STATUS_MEMORY, "no memory for a list of damages");
	fsck->gaps[fsck->gap_count++] = (struct fsck_gap){ from, till };
	return STATUS_OK;
}

bool
fsck_in_gap(const struct fsck *fsck, uint64_t position)
{
	size_t low = 0;
	size_t high = fsck->gap_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (fsck->gaps[middle].till <= position)
			low = middle + 1;
		else
			high = middle;
	}
	return low < fsck->gap_count && fsck->gaps[low].from <= position;
}

bool
fsck_is_on_disk(const struct fsck *fsck, uint64_t position)
{
	return position >= fsck->first && !fsck_in_gap(fsck, position);
}

struct hash128
fsck_record_key(uint8_t table, struct bytes key)
{
	return hash128(key.data, key.size, table);
}

/* The slot of the key, or the free one where it belongs. There is always a free one. */
static struct fsck_record *
slot_of(struct fsck_record *slots, size_t room, struct hash128 key)
{
	size_t place = (size_t)key.low & (room - 1);
	while (slots[place].newest != 0 &&
		(slots[place].key.low != key.low || slots[place].key.high != key.high))
		place = (place + 1) & (room - 1);
	return &slots[place];
}

struct fsck_record *
fsck_records_find(const struct fsck_records *records, struct hash128 key)
{
	if (records->count == 0)
		return NULL;
	struct fsck_record *found = slot_of(records->slots, records->room, key);
	return found->newest == 0 ? NULL : found;
}

static bool
records_grow(struct fsck_records *records)
{
	size_t room = records->room == 0 ? 1024 : records->room * 2;
	struct fsck_record *slots = memory_new_zeroed(room, sizeof *slots);
	if (slots == NULL)
		return false;
	for (size_t i = 0; i < records->room; i++) {
		const struct fsck_record *old = &records->slots[i];
		if (old->newest != 0)
			*slot_of(slots, room, old->key) = *old;
	}
	memory_free(records->slots);
	records->slots = slots;
	records->room = room;
	return true;
}

struct fsck_record *
fsck_records_take(struct fsck_records *records, struct hash128 key)
{
	if (records->count >= records->room / 4 * 3 && !records_grow(records))
		return NULL;
	struct fsck_record *slot = slot_of(records->slots, records->room, key);
	if (slot->newest == 0) {
		*slot = (struct fsck_record){ .key = key };
		records->count++;
	}
	must(records->count < records->room);
	return slot;
}

/* ---- all of it ---- */

static enum status
check_parts(struct fsck *fsck, struct fault *fault)
{
	enum status status = fsck_files(fsck, fault);
	if (status == STATUS_OK)
		status = fsck_state_open(fsck, fault);
	if (status == STATUS_OK)
		status = fsck_row(fsck, fault);
	if (status == STATUS_OK)
		status = fsck_state(fsck, fault);
	if (status == STATUS_OK) {
		fsck_releases(fsck);
		fsck_timers(fsck);
	}
	if (status == STATUS_OK)
		status = fsck_ids(fsck, fault);
	if (status == STATUS_OK)
		fsck_read(fsck, fsck->report.total); /* what is unused was not read */
	return status;
}

/* Without the file "folder" nothing else can be read. */
static enum status
tell_folder(struct fsck *fsck, const char *directory, enum status status, const struct fault *why)
{
	char where[FSCK_WHERE_MAX];
	char journal[1100];
	snprintf(where, sizeof where, "%.1000s/folder", directory);
	snprintf(journal, sizeof journal, "%.1000s/journal", directory);
	bool is_one = status == STATUS_CORRUPT ||
		(status == STATUS_NOT_FOUND && disk_exists(journal));
	if (!is_one)
		return status;
	fsck_found(fsck, FSCK_FOLDER_FILE, where, "%s", why->text);
	return STATUS_OK;
}

enum status
fsck_run(const char *directory, const struct fsck_options *options, struct fsck_report *report,
	struct fault *fault)
{
	struct fault why;
	struct fsck *fsck = memory_new_zeroed(1, sizeof *fsck);
	if (fsck == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory to check %s", directory);
	fsck->options = *options;
	enum status status = folder_open_existing(&fsck->folder, directory, &why);
	if (status == STATUS_OK) {
		fsck->place = folder_journal(&fsck->folder);
		buffer_init(&fsck->charge, ENTRY_BYTES_MAX);
		status = check_parts(fsck, &why);
		folder_close(&fsck->folder);
	} else {
		status = tell_folder(fsck, directory, status, &why);
	}
	if (status == STATUS_OK)
		*report = fsck->report;
	else if (fault != NULL)
		*fault = why;
	database_read_end(fsck->reader);
	database_close(fsck->database);
	buffer_release(&fsck->charge);
	memory_free(fsck->records.slots);
	memory_free(fsck->gaps);
	memory_free(fsck->releases);
	memory_free(fsck->tail);
	memory_free(fsck->days);
	memory_free(fsck);
	return status;
}
