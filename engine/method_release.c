/* Methods: releases (see method.h). */
#include "method_parts.h"

#include "call.h"

/* Tables are laid out by hand. */
/* clang-format off */

#define WHO_AND_WHY(type) \
	{ "by", FIELD_TEXT, offsetof(struct type, by), false, 0, 64, NULL, NULL, "who does it", "操作人" }, \
		{ "why", FIELD_TEXT, offsetof(struct type, why), false, 0, 200, NULL, NULL, "why, in a sentence", "原因" }

static const struct field PUBLISH_FIELDS[] = {
	{ "bundle", FIELD_BYTES, offsetof(struct publish_params, bundle), true, 8, 64 << 20, NULL, NULL,
		"a catalog folder as one run of bytes, as suanpan publish makes it",
		"suanpan publish 打包的目录" },
	WHO_AND_WHY(publish_params),
	{ "activate", FIELD_BOOLEAN, offsetof(struct publish_params, activate), false, 0, 0, NULL, NULL,
		"puts it in force at once", "立即启用" },
	{ "despite_tests", FIELD_BOOLEAN, offsetof(struct publish_params, despite_tests), false, 0, 0, NULL, NULL,
		"publishes it even if tests of its own fail", "即使目录自身的测试失败也发布" },
};
SHAPE(PUBLISH_PARAMS, "release.publish", PUBLISH_FIELDS, struct publish_params);
static const char *const AUDIENCES[] = { "everyone", "new", NULL };
static const struct field ACTIVATE_FIELDS[] = {
	{ "release", FIELD_TEXT, offsetof(struct activate_params, release), true, 8, 64, NULL, NULL,
		"its name, or the first 8 or more digits of it", "规则版本名称，或其前 8 位以上" },
	WHO_AND_WHY(activate_params),
	{ "at", FIELD_TIME, offsetof(struct activate_params, at_ms), false, 0, 0, NULL, NULL,
		"from when on; at once if absent or past. Another release for the same time replaces it, and at most three lie ahead",
		"生效时间；缺省或已过则立即启用。同一时间再次排期则替换；最多排期三个" },
	{ "audience", FIELD_CHOICE, offsetof(struct activate_params, audience), false, 0, 0, AUDIENCES, NULL,
		"everyone, or only new subscriptions: the others keep the release that they have until they are migrated, or "
		"another one is activated for everyone",
		"启用对象：所有用户（everyone），或仅新用户（new）：其余用户保持原规则版本，直至迁移或对所有用户启用另一版本" },
	{ "since", FIELD_TIME, offsetof(struct activate_params, since_ms), false, 0, 0, NULL, NULL,
		"subscriptions are new whose terms (subscription.get) are since then; the time of the activation if absent",
		"terms（见 subscription.get）不早于该时间的为新用户；缺省为启用时间" },
};
SHAPE(ACTIVATE_PARAMS, "release.activate", ACTIVATE_FIELDS, struct activate_params);
static const struct field REVERT_FIELDS[] = { WHO_AND_WHY(revert_params) };
SHAPE(REVERT_PARAMS, "release.revert", REVERT_FIELDS, struct revert_params);
static const struct field CANCEL_FIELDS[] = {
	{ "at", FIELD_TIME, offsetof(struct cancel_params, at_ms), true, 0, 0, NULL, NULL,
		"the time for which it is scheduled", "排期的时间" },
	WHO_AND_WHY(cancel_params),
};
SHAPE(CANCEL_PARAMS, "release.cancel", CANCEL_FIELDS, struct cancel_params);
static const struct field DELETE_FIELDS[] = {
	{ "release", FIELD_TEXT, offsetof(struct release_params, release), true, 8, 64, NULL, NULL,
		"its name, or the first 8 or more digits of it", "规则版本名称，或其前 8 位以上" },
	WHO_AND_WHY(release_params),
};
SHAPE(DELETE_PARAMS, "release.delete", DELETE_FIELDS, struct release_params);
static const struct field RELEASE_HISTORY_FIELDS[] = {
	{ "limit", FIELD_INTEGER, offsetof(struct limit_params, limit), false, 1, 10000, NULL, NULL,
		"activations shown; 100 if absent", "最多列出的次数，缺省 100" },
};
SHAPE(RELEASE_HISTORY_PARAMS, "release.history", RELEASE_HISTORY_FIELDS, struct limit_params);

#define RELEASE_RESULT_FIELDS_ALL \
	{ "release", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "its name, 64 digits", "规则版本名称" }, \
	{ "catalog", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "the catalog's id", "目录编号" }, \
	{ "bytes", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "of the bundle", "字节数" }, \
	{ "published", FIELD_TIME, 0, true, 0, 0, NULL, NULL, "when", "发布时间" }, \
	{ "activated", FIELD_TIME, 0, false, 0, 0, NULL, NULL, "since when it is, or was last, in force", "最近启用时间" }, \
	{ "scheduled", FIELD_TIME, 0, false, 0, 0, NULL, NULL, "when it will come into force, if it is scheduled", \
		"排期启用的时间" }, \
	{ "by", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "who published it", "发布人" }, \
	{ "why", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "why it was published", "发布原因" }, \
	{ "active", FIELD_BOOLEAN, 0, true, 0, 0, NULL, NULL, "is it in force", "是否生效" }, \
	{ "since", FIELD_TIME, 0, false, 0, 0, NULL, NULL, "it is, or will be, in force only for subscriptions with terms since then", \
		"仅对 terms 不早于该时间的用户生效" }, \
	{ "memory_bytes", FIELD_INTEGER, 0, false, 0, 0, NULL, NULL, "that it takes while it is loaded: in force, or scheduled", "载入时（生效或已排期）占用的内存" }

static const struct field RELEASE_RESULT_FIELDS[] = { RELEASE_RESULT_FIELDS_ALL };
RESULT(RELEASE_RESULT, "release", RELEASE_RESULT_FIELDS);
static const struct field FAILURE_RESULT_FIELDS[] = {
	{ "file", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "of the test", "测试文件" },
	{ "line", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "of the test", "行号" },
	{ "name", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "of the test", "测试名称" },
	{ "expected", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "what should have come out", "期望" },
	{ "got", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "what came out", "实际" },
};
RESULT(FAILURE_RESULT, "failure", FAILURE_RESULT_FIELDS);
static const struct field TESTS_RESULT_FIELDS[] = {
	{ "passed", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "how many", "通过数" },
	{ "failed", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "how many", "失败数" },
	{ "failures", FIELD_LIST, 0, true, 0, 0, NULL, &FAILURE_RESULT, "the first 100", "前 100 个失败" },
};
RESULT(TESTS_RESULT, "tests", TESTS_RESULT_FIELDS);
static const struct field FINDING_RESULT_FIELDS[] = {
	{ "severity", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "warning or note", "warning 警告或 note 提示" },
	{ "file", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "where", "文件" },
	{ "line", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "from 1; 0: the whole file", "行号；0 为整个文件" },
	{ "rule", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "of the checker", "检查规则" },
	{ "say", FIELD_SAY, 0, true, 0, 0, NULL, NULL, "what was found", "发现的问题" },
};
RESULT(FINDING_RESULT, "finding", FINDING_RESULT_FIELDS);
static const struct field PUBLISHED_RESULT_FIELDS[] = {
	RELEASE_RESULT_FIELDS_ALL,
	{ "tests", FIELD_MAP, 0, true, 0, 0, NULL, &TESTS_RESULT, "of the catalog's own", "目录自身的测试" },
	{ "findings", FIELD_LIST, 0, true, 0, 0, NULL, &FINDING_RESULT, "the first 100 of the checker",
		"检查程序的前 100 条提示" },
};
RESULT(PUBLISHED_RESULT, "published", PUBLISHED_RESULT_FIELDS);
static const struct field RELEASES_RESULT_FIELDS[] = {
	{ "releases", FIELD_LIST, 0, true, 0, 0, NULL, &RELEASE_RESULT, "newest first", "最新在前" },
	{ "active", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "the one in force, for new subscriptions if there are several",
		"生效版本；有多个时为新用户的版本" },
};
RESULT(RELEASES_RESULT, "releases", RELEASES_RESULT_FIELDS);
static const struct field DELETED_RESULT_FIELDS[] = {
	{ "deleted", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "its name, 64 digits", "被删除的规则版本" },
};
RESULT(DELETED_RESULT, "deleted", DELETED_RESULT_FIELDS);
static const struct field ACTIVATION_RESULT_FIELDS[] = {
	{ "at", FIELD_TIME, 0, true, 0, 0, NULL, NULL, "from when on", "启用时间" },
	{ "release", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "its name, 64 digits", "规则版本名称" },
	{ "by", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "who put it in force", "操作人" },
	{ "why", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "why", "原因" },
	{ "since", FIELD_TIME, 0, false, 0, 0, NULL, NULL, "for subscriptions with terms since then; absent: for everyone",
		"仅对 terms 不早于该时间的用户；无此项则对所有用户" },
};
RESULT(ACTIVATION_RESULT, "activation", ACTIVATION_RESULT_FIELDS);
static const struct field RELEASE_HISTORY_RESULT_FIELDS[] = {
	{ "scheduled", FIELD_LIST, 0, true, 0, 0, NULL, &ACTIVATION_RESULT, "those that lie ahead, the next first",
		"已排期的启用，最近的在前" },
	{ "activations", FIELD_LIST, 0, true, 0, 0, NULL, &ACTIVATION_RESULT,
		"those that were, newest first; the first is in force", "历次启用，最新在前，首个正在生效" },
};
RESULT(RELEASE_HISTORY_RESULT, "release.history", RELEASE_HISTORY_RESULT_FIELDS);
static const enum say PUBLISH_SAYS[] = { SAY_BAD_CATALOG, SAY_TESTS_FAILED, SAY_NOT_PROVED, SAY_DISK_FULL, SAY_OVERLOADED, SAY_COUNT };
static const enum say RELEASE_SAYS[] = { SAY_NOT_FOUND, SAY_NO_RELEASE, SAY_FIELDS_CONFLICT, SAY_IN_USE, SAY_DISK_FULL, SAY_OVERLOADED, SAY_COUNT };
static const char *const RELEASE_POSITIONAL[] = { "release", NULL };
static const char *const CANCEL_POSITIONAL[] = { "at", NULL };

const struct method METHOD_RELEASE_PUBLISH = { "release.publish", &PUBLISH_PARAMS, NULL, &PUBLISHED_RESULT,
	PUBLISH_SAYS, release_run_publish, NULL, "checks, tests and keeps a catalog under the hash of its content",
	"检查、测试并保存目录，以内容哈希命名", false };
const struct method METHOD_RELEASE_LIST = { "release.list", &METHOD_NO_PARAMS, NULL, &RELEASES_RESULT, METHOD_NO_SAYS,
	release_run_list, NULL, "all releases that are kept", "列出所有规则版本", false };
const struct method METHOD_RELEASE_ACTIVATE = { "release.activate", &ACTIVATE_PARAMS, RELEASE_POSITIONAL,
	&RELEASE_RESULT, RELEASE_SAYS, release_run_activate, NULL,
	"puts a release in force, at once or at a time; charges go on meanwhile", "启用规则版本（立即或定时），计费不中断", false };
const struct method METHOD_RELEASE_REVERT = { "release.revert", &REVERT_PARAMS, NULL, &RELEASE_RESULT,
	RELEASE_SAYS, release_run_revert, NULL, "puts the release in force again that was so before",
	"恢复前一个生效的规则版本", false };
const struct method METHOD_RELEASE_CANCEL = { "release.cancel", &CANCEL_PARAMS, CANCEL_POSITIONAL,
	&RELEASE_RESULT, RELEASE_SAYS, release_run_cancel, NULL, "takes a scheduled activation back", "取消排期的启用",
	false };
const struct method METHOD_RELEASE_HISTORY = { "release.history", &RELEASE_HISTORY_PARAMS, NULL,
	&RELEASE_HISTORY_RESULT, METHOD_NO_SAYS, release_run_history, NULL,
	"which release was in force when, by whom and why, and which are scheduled", "规则版本的启用历史与排期", false };
const struct method METHOD_RELEASE_DELETE = { "release.delete", &DELETE_PARAMS, RELEASE_POSITIONAL,
	&DELETED_RESULT, RELEASE_SAYS, release_run_delete, NULL,
	"deletes a release that never was in force and is not scheduled", "删除从未生效且未排期的规则版本", false };

static const struct field SUBSCRIPTION_NAME_FIELDS[] = {
	{ "subscription", FIELD_IDENTIFIER, offsetof(struct get_params, id), true, 0, 0, NULL, NULL, "the subscription's id", "用户编号" },
};
SHAPE(SUBSCRIPTION_NAME, "subscription", SUBSCRIPTION_NAME_FIELDS, struct get_params);
static const struct field MIGRATE_FIELDS[] = {
	{ "subscriptions", FIELD_LIST, offsetof(struct migrate_params, subscriptions), true, 1, 100, NULL, &SUBSCRIPTION_NAME,
		"those that are to get the newest release; all of them do, or none",
		"要迁移到最新规则版本的用户；全部迁移，或全部不迁移" },
	WHO_AND_WHY(migrate_params),
	{ "preview", FIELD_BOOLEAN, offsetof(struct migrate_params, preview), false, 0, 0, NULL, NULL,
		"changes nothing, and says what would be different for each", "不做修改，只列出每个用户的差异" },
	{ "language", FIELD_CHOICE, offsetof(struct migrate_params, language), false, 0, 0, METHOD_LANGUAGES, NULL,
		"of what is said of differences", "差异说明的语言" },
};
SHAPE(MIGRATE_PARAMS, "release.migrate", MIGRATE_FIELDS, struct migrate_params);
static const struct field MIGRATE_DIFFERENCE_FIELDS[] = {
	{ "path", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "what it is, down to the field or row", "所在的声明、字段或行" },
	{ "say", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "the same for people", "同上，供人阅读" },
	{ "from", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "as it is for the subscription now", "该用户目前的内容" },
	{ "to", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "as it would be", "迁移后的内容" },
};
RESULT(MIGRATE_DIFFERENCE, "difference", MIGRATE_DIFFERENCE_FIELDS);
static const struct field MOVER_RESULT_FIELDS[] = {
	{ "subscription", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "its id", "用户编号" },
	{ "release", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "that prices it now, 64 digits", "目前定价的规则版本" },
	{ "count", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL,
		"differences in packages that it holds, and in calendars, zones, services and tables, which all share",
		"差异数：所持优惠包，以及共用的日历、区、业务和表" },
	{ "differences", FIELD_LIST, 0, true, 0, 0, NULL, &MIGRATE_DIFFERENCE, "the first 20", "前 20 处差异" },
};
RESULT(MOVER_RESULT, "mover", MOVER_RESULT_FIELDS);
static const struct field MIGRATE_RESULT_FIELDS[] = {
	{ "to", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "the newest release in force, 64 digits", "最新生效的规则版本" },
	{ "moved", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "subscriptions that get it, or would", "迁移（或将迁移）的用户数" },
	{ "stayed", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "subscriptions that have it already", "已使用该版本的用户数" },
	{ "subscriptions", FIELD_LIST, 0, false, 0, 0, NULL, &MOVER_RESULT, "in a preview: those that would move", "预览时：将迁移的用户" },
};
RESULT(MIGRATE_RESULT, "release.migrate", MIGRATE_RESULT_FIELDS);
static const enum say MIGRATE_SAYS[] = { SAY_NOT_FOUND, SAY_NO_RELEASE, SAY_DISK_FULL, SAY_OVERLOADED, SAY_COUNT };
static const char *const MIGRATE_POSITIONAL[] = { "subscriptions", NULL };
const struct method METHOD_RELEASE_MIGRATE = { "release.migrate", &MIGRATE_PARAMS, MIGRATE_POSITIONAL, &MIGRATE_RESULT,
	MIGRATE_SAYS, release_run_migrate, NULL,
	"gives subscriptions that kept an older release the newest one, or says what that would change",
	"把沿用旧规则版本的用户迁移到最新版本，或预览其差异", false };

#define DIFF(member) offsetof(struct diff_params, member)
static const struct field DIFF_FIELDS[] = {
	{ "from", FIELD_TEXT, DIFF(from), false, 8, 64, NULL, NULL,
		"a release, by its first 8 or more digits; the one in force if absent",
		"规则版本（前 8 位以上）；缺省为生效版本" },
	{ "to", FIELD_TEXT, DIFF(to), false, 8, 64, NULL, NULL, "the release that is compared with it",
		"与之比较的规则版本" },
	{ "bundle", FIELD_BYTES, DIFF(bundle), false, 8, 64 << 20, NULL, NULL,
		"instead of `to`: a catalog folder that is not published, as suanpan diff sends it",
		"代替 to：尚未发布的目录，由 suanpan diff 发送" },
	{ "language", FIELD_CHOICE, DIFF(language), false, 0, 0, METHOD_LANGUAGES, NULL, "of the sentences", "语句的语言" },
	{ "limit", FIELD_INTEGER, DIFF(limit), false, 1, 10000, NULL, NULL, "differences shown; 1,000 if absent",
		"最多列出的差异数，缺省 1000" },
};
SHAPE(DIFF_PARAMS, "release.diff", DIFF_FIELDS, struct diff_params);
static const struct field DIFFERENCE_RESULT_FIELDS[] = {
	{ "what", FIELD_TEXT, 0, true, 0, 0, NULL, NULL,
		"the word that declares it: \"package\", \"calendar\" …; \"table\"; \"file\": its bytes differ",
		"声明它的词：package、calendar……；table 为表；file 为内容不同的文件" },
	{ "path", FIELD_TEXT, 0, true, 0, 0, NULL, NULL,
		"where: \"package/e6@2026-01-01/tariff/local/price/night\"", "位置" },
	{ "say", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "the same for people, with the catalog's texts",
		"供人阅读的位置，含目录中的文本" },
	{ "from", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "as it was written; absent if it is new", "原来的写法；新增的没有" },
	{ "to", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "as it is written; absent if it is gone", "现在的写法；删除的没有" },
};
RESULT(DIFFERENCE_RESULT, "difference", DIFFERENCE_RESULT_FIELDS);
static const struct field DIFF_RESULT_FIELDS[] = {
	{ "from", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "name of the first, 64 digits", "前者的名称" },
	{ "to", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "name of the second, 64 digits", "后者的名称" },
	{ "count", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "of all differences", "差异总数" },
	{ "differences", FIELD_LIST, 0, true, 0, 0, NULL, &DIFFERENCE_RESULT,
		"by path, those of files last; none if both are the same", "按位置排列，文件在最后；相同则为空" },
};
RESULT(DIFF_RESULT, "differences", DIFF_RESULT_FIELDS);
static const enum say DIFF_SAYS[] = { SAY_NO_RELEASE, SAY_NOT_FOUND, SAY_FIELDS_CONFLICT, SAY_BAD_CATALOG,
	SAY_NOT_PROVED, SAY_OVERLOADED, SAY_COUNT };
static const char *const DIFF_POSITIONAL[] = { "from", "to", NULL };
const struct method METHOD_RELEASE_DIFF = { "release.diff", &DIFF_PARAMS, DIFF_POSITIONAL, &DIFF_RESULT,
	DIFF_SAYS, release_run_diff, NULL, "what differs between two releases, by packages, rows and texts",
	"比较两个规则版本：优惠包、表行与文本的差异", false };
