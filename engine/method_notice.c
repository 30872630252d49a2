/* Methods: notices (see method.h). */
#include "method_parts.h"

#include "call.h"

/* Tables are laid out by hand. */
/* clang-format off */

/* What a notice is, in an answer and in a list. */
#define NOTICE_FIELDS \
	{ "kind", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, \
		"\"threshold\": what a package counts has come so far; \"low_balance\": a balance has come down so far; " \
		"\"ending\": what a package gave, or the package, ends so long from now; \"used_up\": an allowance has nothing left; " \
		"\"expiring\": a balance ends so long from now; \"agreement_ending\": an agreement of a customer does", \
		"threshold：优惠包的计数达到阈值；low_balance：账本余额已降至此；ending：优惠包所赠或优惠包本身将在此时间后到期；used_up：免费资源已用完；expiring：账本将在此时间后到期；agreement_ending：客户的协议将在此时间后到期" }, \
		{ "package", FIELD_TEXT, 0, false, 0, 64, NULL, NULL, "that says so", "优惠包" }, \
		{ "notify", FIELD_TEXT, 0, false, 0, 64, NULL, NULL, "the id of its notify", "优惠包中的通知" }, \
		{ "threshold", FIELD_TEXT, 0, true, 0, 64, NULL, NULL, "as the catalog, the account or the balance has it: \"10%\", \"5.00\"", \
			"阈值，与目录、账户或账本中的写法相同" }, \
		{ "say", FIELD_SAY, 0, true, 0, 0, NULL, NULL, "a sentence in both languages", "一句说明，中英文" }

static const struct field RAISED_FIELDS[] = { NOTICE_FIELDS };
const struct shape METHOD_RAISED_RESULT = { "notice", RAISED_FIELDS, COUNT(RAISED_FIELDS), 0 };

static const struct field LIST_FIELDS[] = {
	{ "after", FIELD_TEXT, offsetof(struct notice_list_params, after), false, 1, 64, NULL, NULL,
		"a cursor, mostly the `next` of the page before: what was raised behind it; from the first if absent",
		"游标，通常为上一页的 next：列出其后的通知；缺省从第一条开始" },
	{ "limit", FIELD_INTEGER, offsetof(struct notice_list_params, limit), false, 1, RANGE_RECORDS_MAX, NULL, NULL,
		"how many at most; 50 if absent", "最多条数，缺省 50" },
};
SHAPE(LIST_PARAMS, "notice.list", LIST_FIELDS, struct notice_list_params);
static const struct field LISTED_FIELDS[] = {
	{ "cursor", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "its place in the order of notices", "在通知次序中的位置" },
	{ "charge", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "the entry that raised it, for charge.get", "产生该通知的记录，用于 charge.get" },
	{ "made", FIELD_TIME, 0, true, 0, 0, NULL, NULL, "when, by the server's clock", "产生时间（服务器时钟）" },
	{ "at", FIELD_TIME, 0, true, 0, 0, NULL, NULL, "of the usage, or what else crossed it", "使用（或其他原因）发生的时间" },
	{ "customer", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "agreement_ending: whose it is; then there is no account", "agreement_ending：所属客户，此时无账户" },
	{ "account", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "whose balance it is, or who pays for the subscription", "账户" },
	{ "subscription", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "whose usage crossed it", "用户" },
	NOTICE_FIELDS,
	{ "group", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "for whose members it counts", "按群组合并计数时的群组" },
	{ "of", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "what the package counts, the balance or the agreement", "计数项、账本或协议" },
	{ "unit", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "of the amounts: a currency, second, byte or item", "单位" },
	{ "balance", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "low_balance, expiring: what is left of it; of units an integer", "low_balance 与 expiring：剩余余额；数量账本为整数" },
	{ "used", FIELD_ANY, 0, false, 0, 0, NULL, NULL, "threshold: of what is counted; money as decimal text", "threshold：已用量；金额为十进制文本" },
	{ "amount", FIELD_ANY, 0, false, 0, 0, NULL, NULL, "all there is of it, unless it only counts", "总量（仅计数者省略）" },
	{ "left", FIELD_ANY, 0, false, 0, 0, NULL, NULL, "of that", "剩余量" },
	{ "till", FIELD_TIME, 0, false, 0, 0, NULL, NULL, "when what is counted, the balance or the agreement ends", "到期时间" },
};
RESULT(LISTED_RESULT, "notice", LISTED_FIELDS);
static const struct field LIST_RESULT_FIELDS[] = {
	{ "notices", FIELD_LIST, 0, true, 0, 0, NULL, &LISTED_RESULT, "in the order in which they were raised", "按产生次序" },
	{ "next", FIELD_TEXT, 0, true, 0, 0, NULL, NULL,
		"for `after`, now or later: each notice is listed behind it once, none is left out", "供下次 after 使用：其后的通知不重不漏" },
};
RESULT(LIST_RESULT, "notices", LIST_RESULT_FIELDS);
static const enum say LIST_SAYS[] = { SAY_OVERLOADED, SAY_COUNT };
const struct method METHOD_NOTICE_LIST = { "notice.list", &LIST_PARAMS, NULL, &LIST_RESULT, LIST_SAYS,
	notice_run_list, NULL, "what somebody is to be told, in order; only what is durable", "按次序列出通知；只列出已持久化的", false };

static const struct field ACK_FIELDS[] = {
	{ "till", FIELD_TEXT, offsetof(struct notice_ack_params, till), true, 1, 64, NULL, NULL,
		"a cursor: this one and all before it were read, and may be removed", "游标：该条及其之前的通知已读，可以删除" },
};
SHAPE(ACK_PARAMS, "notice.ack", ACK_FIELDS, struct notice_ack_params);
static const char *const ACK_POSITIONAL[] = { "till", NULL };
static const struct field ACK_RESULT_FIELDS[] = {
	{ "outcome", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "\"acknowledged\", or \"unchanged\" if later ones were before",
		"acknowledged；若此前已确认到更后，则为 unchanged" },
	{ "till", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "up to which they are acknowledged now", "现已确认到的游标" },
};
RESULT(ACK_RESULT, "acknowledged", ACK_RESULT_FIELDS);
static const enum say ACK_SAYS[] = { SAY_DISK_FULL, SAY_OVERLOADED, SAY_COUNT };
const struct method METHOD_NOTICE_ACK = { "notice.ack", &ACK_PARAMS, ACK_POSITIONAL, &ACK_RESULT, ACK_SAYS,
	notice_run_ack, NULL,
	"lets notices go that were read; those that a webhook has still to deliver stay until it has",
	"已读的通知可以删除；webhook 尚未投递的保留至投递完成", false };

static const struct field HINT_FIELDS[] = {
	{ "low_balance", FIELD_MONEY, 0, true, 0, 0, NULL, NULL,
		"the lowest amount at which the account's main balance is low, `low_percent` counted out, that it is not above", "主账本余额不高于的最低一档金额（low_percent 折算为金额）" },
};
const struct shape METHOD_HINT_RESULT = { "hint", HINT_FIELDS, COUNT(HINT_FIELDS), 0 };

/* clang-format on */
