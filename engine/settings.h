/*
 * Settings: one table says name, kind, unit, default, bounds and what each is for. From it come the
 * settings file (Lua, read in the sandbox), the environment variables (SUANPAN_USAGE_AGE_MAX), the
 * flags (--usage-age-max) and the reference page. A flag beats the environment, which beats the
 * file, which beats the default.
 */
#ifndef SUANPAN_SETTINGS_H
#define SUANPAN_SETTINGS_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum setting_kind {
	SETTING_TEXT,
	SETTING_COUNT,
	SETTING_BYTES, /* "64 MiB"; KiB, MiB, GiB, TiB */
	SETTING_DURATION, /* "400 days", "6 s"; ms, s, minutes, hours, days, years of 365 days; kept as milliseconds */
	SETTING_CHOICE,
};

struct setting {
	const char *name; /* "usage.age_max" */
	enum setting_kind kind;
	const char *standard; /* the default, as it would be written */
	int64_t min, max;     /* of counts, bytes, milliseconds; of a text's length */
	const char *choices;  /* "debug|info|warn|error" */
	const char *en, *zh;
};

/* SETTING(member, name, kind, default, min, max, choices, English, Chinese) */
/* clang-format off */
#define SETTINGS(SETTING) \
	SETTING(data, "data", SETTING_TEXT, "suanpan-data", 1, 800, NULL, \
		"the data folder; made if it does not exist", "数据目录，不存在时自动创建") \
	SETTING(listen, "listen", SETTING_TEXT, "127.0.0.1:7117", 0, 200, NULL, \
		"address and port for MessagePack-RPC over TCP; port 0 takes a free one, empty listens nowhere; only " \
		"loopback addresses, since there is no TLS yet", \
		"MessagePack-RPC 的 TCP 监听地址；端口 0 表示任选空闲端口，空表示不监听；尚无 TLS，仅限本机回环地址") \
	SETTING(socket, "socket", SETTING_TEXT, "", 0, 107, NULL, \
		"path of the Unix socket; empty: \"socket\" in the data folder; \"none\": no socket", \
		"Unix 套接字路径；空表示数据目录下的 socket；none 表示不使用") \
	SETTING(connections_max, "connections.max", SETTING_COUNT, "1024", 1, 60000, NULL, \
		"connections at a time; one more is answered OVERLOADED and closed", "最大并发连接数") \
	SETTING(frame_max, "frame.max", SETTING_BYTES, "16 MiB", 65536, 1 << 28, NULL, \
		"size of one message; a longer one is answered FRAME_TOO_LARGE and its connection closed", \
		"单条消息的最大长度") \
	SETTING(waiting_max, "waiting.max", SETTING_COUNT, "20000", 100, 10000000, NULL, \
		"requests that may wait for something that is not in memory before reading stops", \
		"等待冷数据的请求数上限，超过后暂停读取") \
	SETTING(usage_age_max, "usage.age_max", SETTING_DURATION, "400 days", 86400000, INT64_C(3153600000000), NULL, \
		"how old an event may be; request ids are kept as long", "事件最长受理期限；请求编号保留同样长时间") \
	SETTING(usage_ahead_max, "usage.ahead_max", SETTING_DURATION, "10 minutes", 0, 86400000, NULL, \
		"how far ahead of the server's clock an event may lie", "事件时间可超前服务器时钟的最大值") \
	SETTING(session_validity_max, "session.validity_max", SETTING_DURATION, "1 hour", 1000, INT64_C(31536000000), NULL, \
		"a session of which nothing is heard for so long ends, and what it held is let go; a client may ask for less", \
		"会话在此时长内没有请求则结束并解除冻结；客户端可要求更短") \
	SETTING(memory_records, "memory.records", SETTING_BYTES, "1 GiB", 1 << 20, INT64_C(1) << 40, NULL, \
		"records in memory; all others are read from disk when they are needed", "内存中记录的上限，其余按需从磁盘读取") \
	SETTING(memory_ids, "memory.ids", SETTING_COUNT, "1048576", 4096, 4194304, NULL, \
		"request ids in memory before they are written as a run; 5 tables of this many at 48 to 64 bytes each", \
		"内存中请求编号的数量，超过后写入磁盘") \
	SETTING(journal_segment, "journal.segment", SETTING_BYTES, "64 MiB", 1 << 20, 1 << 30, NULL, \
		"size of a journal file; fixed when the data folder is made", "日志文件大小，创建数据目录时确定") \
	SETTING(journal_batch, "journal.batch", SETTING_BYTES, "1 MiB", 65536, 1 << 26, NULL, \
		"most that is written and synced at once", "一次写入并同步的最大字节数") \
	SETTING(journal_spares, "journal.spares", SETTING_COUNT, "3", 1, 8, NULL, \
		"journal files kept ready ahead of need", "预先准备的日志文件数") \
	SETTING(journal_archive_after, "journal.archive_after", SETTING_DURATION, "7 days", 0, INT64_C(3153600000000), NULL, \
		"after which a segment of the journal is compressed, to about a sixth; it stays readable", \
		"日志段在此时长后压缩至约六分之一，仍可读取") \
	SETTING(disk_reserve, "disk.reserve", SETTING_BYTES, "512 MiB", 1 << 20, INT64_C(1) << 40, NULL, \
		"of the disk, left for checkpoints: new work is refused DISK_FULL before it is touched", \
		"为检查点保留的磁盘空间，触及之前拒绝新请求") \
	SETTING(state_map, "state.map", SETTING_BYTES, "64 GiB", 1 << 24, INT64_C(1) << 44, NULL, \
		"address space of the state's file, which grows only as it is used", "状态文件的映射空间，文件按需增长") \
	SETTING(checkpoint_every, "checkpoint.every", SETTING_DURATION, "60 s", 10, 3600000, NULL, \
		"between the beginnings of two checkpoints under light load; one begins earlier when nothing came for a twelfth of it", \
		"轻负载时两次检查点的间隔；若其十二分之一的时间内没有请求，则提前开始") \
	SETTING(checkpoint_spread, "checkpoint.spread", SETTING_DURATION, "20 s", 0, 3600000, NULL, \
		"over which a checkpoint spreads its work at most; under load it takes as long as the journal takes to grow by three tenths of checkpoint.behind", \
		"一次检查点的工作最长分摊时间；有负载时，为日志增长 checkpoint.behind 的十分之三所需的时间") \
	SETTING(checkpoint_behind, "checkpoint.behind", SETTING_BYTES, "3 GiB", 1 << 20, INT64_C(1) << 40, NULL, \
		"of journal that no checkpoint covers yet: at a third of it one begins, at all of it requests have to wait; bounds the time a restart takes", \
		"尚未被检查点覆盖的日志量：达到三分之一时开始检查点，达到全部时请求须等待；决定重启耗时") \
	SETTING(notices_keep, "notices.keep", SETTING_DURATION, "30 days", 1000, INT64_C(315360000000), NULL, \
		"how long a notice is kept that was not acknowledged; then it is removed, whether or not it was read or delivered", \
		"未确认的通知的保留时长，超过后删除，无论是否已读取或投递") \
	SETTING(notice_webhook, "notice.webhook", SETTING_TEXT, "", 0, 1000, NULL, \
		"URL to which notices are posted as CloudEvents, in order, each until it is accepted; https, or http to this machine; " \
		"empty: they are only listed by notice.list", \
		"以 CloudEvents 格式按次序投递通知的 URL，直至对方接受；须为 https，本机可用 http；空表示不投递，只由 notice.list 读取") \
	SETTING(notice_secret_file, "notice.secret_file", SETTING_TEXT, "", 0, 800, NULL, \
		"a file with the secret by which what is posted is signed, 16 to 256 bytes, readable by its owner only; needed with notice.webhook", \
		"签名密钥文件，16 至 256 字节，仅限所有者可读；设置 notice.webhook 时必需") \
	SETTING(notice_timeout, "notice.timeout", SETTING_DURATION, "10 s", 100, 600000, NULL, \
		"of one attempt to deliver a notice", "单次投递的超时时间") \
	SETTING(notice_retry_max, "notice.retry_max", SETTING_DURATION, "5 minutes", 10, 86400000, NULL, \
		"between two attempts to deliver a notice; the first rest is 1 s, each is twice as long as the one before", \
		"两次投递之间的最长间隔；首次间隔 1 s，其后逐次加倍") \
	SETTING(log_level, "log.level", SETTING_CHOICE, "info", 0, 0, "debug|info|warn|error", \
		"what the log says", "日志级别")
/* clang-format on */

/* Texts of up to 1,023 bytes; counts, bytes and milliseconds as integers; a choice as its index. */
struct setting_value {
	char text[1024];
	int64_t number;
};

#define SETTING_MEMBER(member, name, kind, standard, min, max, choices, en, zh) \
	struct setting_value member;
struct settings {
	SETTINGS(SETTING_MEMBER)
};
#undef SETTING_MEMBER

/* The table, for help and the reference; *count how many. */
const struct setting *settings_table(size_t *count);

/* Fills in all defaults. */
void settings_init(struct settings *settings);

/*
 * Sets one by its name; STATUS_NOT_FOUND: no such setting (the nearest is named); STATUS_INVALID:
 * not a value it may have.
 */
enum status
settings_set(struct settings *settings, const char *name, const char *value, struct fault *fault);

/* All SUANPAN_… variables of the environment; an unknown one is an error. */
enum status settings_read_environment(struct settings *settings, struct fault *fault);

/* A settings file: Lua that returns a table, as rules/settings_file.h shows. */
enum status settings_read_file(struct settings *settings, const char *path, struct fault *fault);

/* The flag of a setting: "usage.age_max" → "--usage-age-max". */
void settings_flag(const struct setting *setting, char flag[64]);
/* The same for its environment variable, "SUANPAN_USAGE_AGE_MAX". */
void settings_variable(const struct setting *setting, char variable[64]);
/*
 * Takes `--name value` or `--name=value` from the arguments at *index; *taken false if it is no
 * setting's flag.
 */
enum status settings_take_flag(struct settings *settings, int count, char **arguments, int *index,
	bool *taken, struct fault *fault);

#endif
