/* Methods: giving back what was charged (see method.h). */
#include "method_parts.h"

#include "call.h"

/* Tables are laid out by hand. */
/* clang-format off */

#define REFUND(member) offsetof(struct refund_params, member)
#define REFUND_HEAD_FIELDS \
	{ "charge", FIELD_TEXT, REFUND(charge), true, 5, 64, NULL, NULL, \
		"what is given back: shard:position:index, as the charge was answered", \
		"要退还的费用：计费应答中的 shard:position:index" }, \
		{ "session", FIELD_IDENTIFIER, REFUND(session), false, 0, 0, NULL, NULL, \
			"gives back a session as a whole, which `charge` closed: its name", \
			"退还由 charge 结束的整个会话：会话编号" }, \
		{ "id", FIELD_IDENTIFIER, REFUND(id), true, 0, 0, NULL, NULL, \
			"the request's own id, in the account that paid: sent twice, it counts once", \
			"请求编号，在付费账户内唯一：重复发送只生效一次" }, \
		{ "at", FIELD_TIME, REFUND(at_ms), true, 0, 0, NULL, NULL, \
			"when it is given back: what has expired by then does not come back", \
			"退还时间：届时已失效的免费资源不予退还" }, \
		{ "account", FIELD_IDENTIFIER, REFUND(account), false, 0, 0, NULL, NULL, \
			"if given, it must be the one that paid", "如给出，必须是付费账户" }, \
		{ "by", FIELD_TEXT, REFUND(by), false, 1, 64, NULL, NULL, "who gives it back", "经办人" }, \
		ATTEMPT_FIELD(REFUND(attempt))

static const struct field REFUND_FIELDS[] = {
	REFUND_HEAD_FIELDS,
	{ "amount", FIELD_MONEY, REFUND(amount), false, 1, MICROS_MAX, NULL, NULL,
		"so much money; at most one of amount, seconds, bytes, items, and without any all that is left",
		"退还的金额；amount、seconds、bytes、items 最多给出一个，都不给出则退还剩余的全部" },
	{ "currency", FIELD_CURRENCY, REFUND(currency), false, 0, 0, NULL, NULL, "of the amount", "金额的币种" },
	{ "seconds", FIELD_INTEGER, REFUND(seconds), false, 1, QUANTITY_MAX, NULL, NULL,
		"of the usage that was charged: the same part of the money, of free units and of what was counted, as the package's `refund` says",
		"所计使用量中的秒数：按优惠包的 refund 规则，按比例退还金额、免费资源和计数" },
	{ "bytes", FIELD_INTEGER, REFUND(bytes), false, 1, QUANTITY_MAX, NULL, NULL, "likewise", "字节数，同上" },
	{ "items", FIELD_INTEGER, REFUND(items), false, 1, QUANTITY_MAX, NULL, NULL, "likewise", "件数，同上" },
	{ "why", FIELD_TEXT, REFUND(why), false, 1, 200, NULL, NULL, "the reason, for the history", "原因，记入历史" },
};
SHAPE(REFUND_PARAMS, "charge.refund", REFUND_FIELDS, struct refund_params);

static const struct field CANCEL_FIELDS[] = {
	REFUND_HEAD_FIELDS,
	{ "why", FIELD_TEXT, REFUND(why), true, 1, 200, NULL, NULL, "what the mistake was, for the history", "错误原因，记入历史" },
};
SHAPE(CANCEL_PARAMS, "charge.cancel", CANCEL_FIELDS, struct refund_params);

static const struct field COUNTER_RESULT_FIELDS[] = {
	{ "counter", FIELD_TEXT, 0, false, 0, 130, NULL, NULL, "package.allowance, or what limits, caps and tiers count",
		"优惠包.免费资源，或限额、封顶、阶梯的计数" },
	{ "balance", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "instead of it: a balance of units, which had paid", "或：抵扣过的数量账本" },
	{ "group", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "whose it is, if it is shared", "共享该计数的群组" },
	{ "amount", FIELD_ANY, 0, true, 0, 0, NULL, NULL, "money as decimal text, units as an integer", "数额" },
	{ "unit", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "currency or unit", "币种或单位" },
	{ "back", FIELD_BOOLEAN, 0, true, 0, 0, NULL, NULL,
		"false: its cycle or grant was over, or the balance had expired, and nothing was given back to it", "false 表示周期、资源或账本已失效，未予退还" },
};
RESULT(COUNTER_RESULT, "counter", COUNTER_RESULT_FIELDS);

static const struct field RETURNED_RESULT_FIELDS[] = {
	{ "account", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "whose it is, if another account's that paid for the subscription", "所属账户（由其他账户代付时）" },
	{ "balance", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "its name", "账本名称" },
	{ "amount", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "of what it had paid", "退还其所支付的金额" },
	{ "back", FIELD_BOOLEAN, 0, true, 0, 0, NULL, NULL, "false: it had expired, and got nothing back", "false 表示账本已到期，未予退还" },
};
RESULT(RETURNED_RESULT, "returned", RETURNED_RESULT_FIELDS);

static const struct field REFUND_RESULT_FIELDS[] = {
	{ "outcome", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "\"refunded\", \"cancelled\" or \"refused\"",
		"refunded、cancelled 或 refused" },
	REPEAT_ANSWERED,
	{ "charge", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "where the refund is kept, for charge.get", "退款的记录位置" },
	{ "of", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "the charge that is given back", "所退的费用" },
	{ "session", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "the session that was given back, all its reports together", "所退的会话（含全部上报）" },
	{ "amount", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "what was given back, or would be, had no balance expired", "退还的金额（含账本已到期而未退的部分，见 balances）" },
	{ "currency", FIELD_CURRENCY, 0, false, 0, 0, NULL, NULL, "of all amounts", "币种" },
	{ "usage", FIELD_INTEGER, 0, false, 0, 0, NULL, NULL, "for so much of the usage", "对应的使用量" },
	{ "unit", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "of the usage", "使用量的单位" },
	{ "left", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "of the charge, that can still be given back", "该费用尚可退还的金额" },
	{ "usage_left", FIELD_INTEGER, 0, false, 0, 0, NULL, NULL, "likewise", "尚可退还的使用量" },
	{ "balance", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "of the account, afterwards", "退还后余额" },
	{ "balances", FIELD_LIST, 0, false, 0, 0, NULL, &RETURNED_RESULT,
		"who got how much, if it was not the main balance alone: what paid last gets its money first",
		"各账本退还的金额（不只退回主账本时）：后支付的先退" },
	{ "counters", FIELD_LIST, 0, false, 0, 0, NULL, &COUNTER_RESULT, "what else the charge had taken",
		"该费用所占用的免费资源与计数" },
	{ "by", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "as it was given", "经办人" },
	{ "why", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "as it was given", "原因" },
	REFUSAL_FIELDS,
};
RESULT(REFUND_RESULT, "refund", REFUND_RESULT_FIELDS);

static const enum say REFUND_SAYS[] = { SAY_ID_CONFLICT, SAY_NO_RELEASE, SAY_FIELDS_CONFLICT, SAY_UNKNOWN_CHARGE,
	SAY_NOT_A_CHARGE, SAY_REPORT_OF_SESSION, SAY_OTHER_SESSION, SAY_SESSION_NOT_CLOSED, SAY_OTHER_ACCOUNT, SAY_ALREADY_REFUNDED, SAY_MORE_THAN_CHARGED, SAY_REFUND_TOO_LATE,
	SAY_UNITS_ONLY, SAY_WRONG_CURRENCY, SAY_WRONG_UNIT, SAY_OVERFLOW, SAY_TOO_OLD, SAY_AHEAD_OF_CLOCK, SAY_DISK_FULL, SAY_OVERLOADED, SAY_COUNT };
static const enum say CANCEL_SAYS[] = { SAY_ID_CONFLICT, SAY_NO_RELEASE, SAY_UNKNOWN_CHARGE, SAY_NOT_A_CHARGE,
	SAY_REPORT_OF_SESSION, SAY_OTHER_SESSION, SAY_SESSION_NOT_CLOSED, SAY_OTHER_ACCOUNT, SAY_ALREADY_REFUNDED, SAY_OVERFLOW, SAY_TOO_OLD, SAY_AHEAD_OF_CLOCK, SAY_DISK_FULL,
	SAY_OVERLOADED, SAY_COUNT };

const struct method METHOD_CHARGE_REFUND = { "charge.refund", &REFUND_PARAMS, NULL, &REFUND_RESULT, REFUND_SAYS,
	refund_run, NULL, "gives a charge back, whole or in parts, once: money to its balance, free units and counts "
	"to where they were taken, unless their time is over; a `refund` of a package may say less, or until when",
	"退还一笔费用的全部或部分，且只退一次：金额退回余额，免费资源与计数退回原处（已失效的除外）；优惠包的 refund 可限定内容与期限", false };
const struct method METHOD_CHARGE_CANCEL = { "charge.cancel", &CANCEL_PARAMS, NULL, &REFUND_RESULT, CANCEL_SAYS,
	refund_run_cancel, NULL, "takes back a charge that was made by mistake: all that is left of it, "
	"whatever packages say of refunds, with the reason",
	"撤销一笔错误的费用：退还剩余的全部（不受优惠包 refund 规则限制），并注明原因", false };
