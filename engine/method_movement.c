/* Methods: money put on, taken from or moved between balances (see method.h). */
#include "method_parts.h"

#include "call.h"

/* Tables are laid out by hand. */
/* clang-format off */

#define MOVEMENT(member) offsetof(struct movement_params, member)

/* What each of them takes. */
#define REQUEST_FIELDS(account_en, account_zh, at_en, at_zh) \
	{ "id", FIELD_IDENTIFIER, MOVEMENT(id), true, 0, 0, NULL, NULL, \
		"the request's own id: sent twice, it counts once", "请求编号：重复发送只生效一次" }, \
	{ "account", FIELD_IDENTIFIER, MOVEMENT(account), true, 0, 0, NULL, NULL, account_en, account_zh }, \
	{ "at", FIELD_TIME, MOVEMENT(at_ms), true, 0, 0, NULL, NULL, at_en, at_zh }, \
	{ "currency", FIELD_CURRENCY, MOVEMENT(currency), false, 0, 0, NULL, NULL, "of the amount; must be the account's", \
		"金额的币种，必须与账户币种一致" }, \
	ATTEMPT_FIELD(MOVEMENT(attempt))
#define BALANCE_FIELD \
	{ "balance", FIELD_IDENTIFIER, MOVEMENT(balance), false, 0, 0, NULL, NULL, \
		"one that balance.put has made; the main one if absent", "由 balance.put 建立的账本；缺省为主账本" }
#define AMOUNT_FIELDS(least, money_en, money_zh, units_en, units_zh) \
	{ "amount", FIELD_MONEY, MOVEMENT(amount), false, (least) < 0 ? -MICROS_MAX : 1, MICROS_MAX, NULL, NULL, \
		money_en "; exactly one of amount, seconds, bytes, items", money_zh "；amount、seconds、bytes、items 必须且只能给出一个" }, \
	{ "seconds", FIELD_INTEGER, MOVEMENT(seconds), false, least, QUANTITY_MAX, NULL, NULL, units_en, units_zh }, \
	{ "bytes", FIELD_INTEGER, MOVEMENT(bytes), false, least, QUANTITY_MAX, NULL, NULL, "likewise", "字节数，同上" }, \
	{ "items", FIELD_INTEGER, MOVEMENT(items), false, least, QUANTITY_MAX, NULL, NULL, "likewise", "件数，同上" }
#define POSITIVE_FIELDS \
	AMOUNT_FIELDS(1, "more than 0", "金额，大于 0", "instead of an amount: of a balance of units, which is named", "代替 amount：数量账本的秒数，须指定账本")
#define WHY_FIELD(required) \
	{ "why", FIELD_TEXT, MOVEMENT(why), required, required, 200, NULL, NULL, "why, in a sentence", "原因" }

/* What each of them answers. */
#define ANSWER_FIELDS(outcomes_en, outcomes_zh, amount_en, amount_zh) \
	{ "outcome", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, outcomes_en, outcomes_zh }, \
	REPEAT_ANSWERED, \
	{ "charge", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "where it is kept, for charge.get", "记录位置" }, \
	{ "amount", FIELD_ANY, 0, false, 0, 0, NULL, NULL, amount_en ": money as decimal text, units as an integer", amount_zh "：金额为文本，数量为整数" }, \
	{ "currency", FIELD_CURRENCY, 0, false, 0, 0, NULL, NULL, "currency, of money", "币种（金额时）" }, \
	{ "unit", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "second, byte, item: of units", "单位（数量时）" }, \
	{ "balance", FIELD_ANY, 0, false, 0, 0, NULL, NULL, "what that balance has afterwards; likewise", "操作后该账本余额" }
#define NAME_ANSWERED { "name", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "of the balance, if not the main one", "账本名称（非主账本时）" }
#define WHY_ANSWERED { "why", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "as it was given", "原因" }

/* ---- balance.topup ---- */

static const struct field BONUS_FIELDS[] = {
	{ "balance", FIELD_IDENTIFIER, offsetof(struct bonus_params, balance), true, 0, 0, NULL, NULL,
		"another of the account, which is there", "该账户的另一账本，必须已存在" },
	{ "amount", FIELD_MONEY, offsetof(struct bonus_params, amount), true, 1, MICROS_MAX, NULL, NULL, "more than 0", "金额，大于 0" },
};
SHAPE(BONUS_PARAMS, "bonus", BONUS_FIELDS, struct bonus_params);
static const struct field EXTENDS_FIELDS[] = { VALIDITY_FIELDS };
SHAPE(EXTENDS_PARAMS, "extends", EXTENDS_FIELDS, struct validity_params);
static const struct field TOPUP_FIELDS[] = {
	REQUEST_FIELDS("whose balance", "账户", "when it was paid", "充值时间"),
	BALANCE_FIELD,
	POSITIVE_FIELDS,
	{ "bonus", FIELD_MAP, MOVEMENT(bonus), false, 0, 0, NULL, &BONUS_PARAMS,
		"what is given besides, from the book \"gift\", in the same entry", "同时赠送的金额，记自账目 gift，同一条记录" },
	{ "extends", FIELD_MAP, MOVEMENT(extends), false, 0, 0, NULL, &EXTENDS_PARAMS,
		"the balance, one besides the main one, expires so much later: counted from its end, or from now if it has expired; what has no end keeps none",
		"该账本（非主账本）的有效期延长：自原到期时间起，已到期则自现在起；无到期时间者不变" },
};
SHAPE(TOPUP_PARAMS, "balance.topup", TOPUP_FIELDS, struct movement_params);
static const struct field BONUS_RESULT_FIELDS[] = {
	{ "name", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "of the balance that got it", "获赠账本名称" },
	{ "amount", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "how much", "赠送金额" },
	{ "balance", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "what that balance has afterwards", "操作后该账本余额" },
};
RESULT(BONUS_RESULT, "bonus", BONUS_RESULT_FIELDS);
static const struct field TOPUP_RULE_FIELDS[] = {
	{ "rule", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "of the catalog", "目录中的充值规则" },
	{ "say", FIELD_SAY, 0, true, 0, 0, NULL, NULL, "its text", "规则的文本" },
	{ "bonus", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "what it gives", "奖励金额" },
	{ "balance", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "where that is, if not on the balance that is topped up", "所在账本（未并入所充值的账本时）" },
	{ "till", FIELD_TIME, 0, false, 0, 0, NULL, NULL, "when it expires there", "该账本的到期时间" },
	{ "extends", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "by how much the balance that is topped up expires later, as the catalog writes it", "所充值账本有效期延长多久（目录中的写法）" },
};
RESULT(TOPUP_RULE_RESULT, "rule", TOPUP_RULE_FIELDS);
static const struct field TOPUP_RESULT_FIELDS[] = {
	ANSWER_FIELDS("\"topped_up\" or \"refused\"", "topped_up 或 refused", "what was added", "充值金额"),
	NAME_ANSWERED,
	{ "till", FIELD_TIME, 0, false, 0, 0, NULL, NULL, "when that balance expires now, if it was extended", "延长后的到期时间" },
	{ "bonus", FIELD_MAP, 0, false, 0, 0, NULL, &BONUS_RESULT, "what was given besides", "同时赠送的金额" },
	{ "rules", FIELD_LIST, 0, false, 0, 0, NULL, &TOPUP_RULE_RESULT, "if rules of the catalog for top-ups give something: each, with what, from the book \"bonus\"", "目录的充值规则有赠送时：各规则及其所给，记自账目 bonus" },
	REFUSAL_FIELDS,
};
RESULT(TOPUP_RESULT, "topup", TOPUP_RESULT_FIELDS);
static const enum say TOPUP_SAYS[] = { SAY_ID_CONFLICT, SAY_FIELDS_CONFLICT, SAY_NO_RELEASE, SAY_IN_USE, SAY_UNKNOWN_ACCOUNT, SAY_UNKNOWN_BALANCE, SAY_BALANCE_EXPIRED, SAY_WRONG_CURRENCY, SAY_OTHER_UNIT, SAY_OVERFLOW,
	SAY_TOO_OLD, SAY_AHEAD_OF_CLOCK, SAY_DISK_FULL, SAY_OVERLOADED, SAY_COUNT };
const struct method METHOD_BALANCE_TOPUP = { "balance.topup", &TOPUP_PARAMS, NULL, &TOPUP_RESULT, TOPUP_SAYS,
	movement_run_topup, NULL, "puts money, or units, on a balance of an account, once", "向账户充值（金额或数量），且只生效一次", true };

/* ---- balance.adjust ---- */

static const char *const SHORT_CHOICES[] = { "refuse", "debt", NULL };

static const struct field ADJUST_FIELDS[] = {
	REQUEST_FIELDS("whose balance", "账户", "when it is good for", "调账时间"),
	BALANCE_FIELD,
	AMOUNT_FIELDS(-QUANTITY_MAX, "what is added; less than 0 takes, 0 is refused", "调增金额；为负表示调减，不能为 0",
		"instead of an amount: of a balance of units, which is named; less than 0 takes", "代替 amount：数量账本的秒数，须指定账本；为负表示调减"),
	{ "short", FIELD_CHOICE, MOVEMENT(short_mode), false, 0, 0, SHORT_CHOICES, NULL,
		"if there is less than is taken: \"refuse\" (if absent), or go below the floor: \"debt\"",
		"余额不足调减时：refuse 拒绝（缺省）；debt 允许透支" },
	WHY_FIELD(true),
};
SHAPE(ADJUST_PARAMS, "balance.adjust", ADJUST_FIELDS, struct movement_params);
static const struct field ADJUST_RESULT_FIELDS[] = {
	ANSWER_FIELDS("\"adjusted\" or \"refused\"", "adjusted 或 refused", "what was added", "调增金额"),
	NAME_ANSWERED,
	WHY_ANSWERED,
	RAISED_ANSWERED,
	REFUSAL_FIELDS,
};
RESULT(ADJUST_RESULT, "adjustment", ADJUST_RESULT_FIELDS);
static const enum say TAKING_SAYS[] = { SAY_ID_CONFLICT, SAY_FIELDS_CONFLICT, SAY_UNKNOWN_ACCOUNT, SAY_UNKNOWN_BALANCE,
	SAY_BALANCE_EXPIRED, SAY_WRONG_CURRENCY, SAY_OTHER_UNIT, SAY_FROZEN,
	SAY_BALANCE_TOO_LOW, SAY_OVERFLOW, SAY_TOO_OLD, SAY_AHEAD_OF_CLOCK, SAY_DISK_FULL, SAY_OVERLOADED, SAY_COUNT };
const struct method METHOD_BALANCE_ADJUST = { "balance.adjust", &ADJUST_PARAMS, NULL, &ADJUST_RESULT, TAKING_SAYS,
	movement_run_adjust, NULL, "sets a balance of an account right, up or down, once, and says why",
	"调整账户余额（调增或调减）并注明原因，且只生效一次", true };

/* ---- balance.transfer ---- */

static const struct field TRANSFER_FIELDS[] = {
	REQUEST_FIELDS("who pays", "转出账户", "when it is good for", "转账时间"),
	{ "to", FIELD_IDENTIFIER, MOVEMENT(to), true, 0, 0, NULL, NULL, "the account that gets it, kept in the same currency",
		"转入账户，币种须相同" },
	{ "balance", FIELD_IDENTIFIER, MOVEMENT(balance), false, 0, 0, NULL, NULL,
		"with units: from which balance; money moves between main balances", "转移数量时：转出账本；金额只在主账本之间转移" },
	{ "to_balance", FIELD_IDENTIFIER, MOVEMENT(to_balance), false, 0, 0, NULL, NULL,
		"with units: to which balance, of the same unit, which is there; the one of the same name if absent",
		"转移数量时：转入账本，单位须相同且已存在；缺省为同名账本" },
	POSITIVE_FIELDS,
	WHY_FIELD(false),
};
SHAPE(TRANSFER_PARAMS, "balance.transfer", TRANSFER_FIELDS, struct movement_params);
static const struct field TRANSFER_RESULT_FIELDS[] = {
	ANSWER_FIELDS("\"transferred\" or \"refused\"", "transferred 或 refused", "what was moved", "转账金额"),
	NAME_ANSWERED,
	{ "to", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "who got it", "转入账户" },
	{ "to_balance", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "of units: in which balance", "转入账本（数量时）" },
	WHY_ANSWERED,
	RAISED_ANSWERED,
	REFUSAL_FIELDS,
};
RESULT(TRANSFER_RESULT, "transfer", TRANSFER_RESULT_FIELDS);
const struct method METHOD_BALANCE_TRANSFER = { "balance.transfer", &TRANSFER_PARAMS, NULL, &TRANSFER_RESULT, TAKING_SAYS,
	movement_run_transfer, NULL, "moves money from one account's main balance to another's, or units between balances, once: both sides or neither",
	"账户间转账（金额或数量）：两侧同时生效或都不生效，且只生效一次", true };

/* clang-format on */
