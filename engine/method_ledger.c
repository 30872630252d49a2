/* Methods: balances and the ledger (see method.h). */
#include "method_parts.h"

#include "call.h"

/* Tables are laid out by hand. */
/* clang-format off */

static const struct field BALANCE_GET_FIELDS[] = {
	{ "account", FIELD_IDENTIFIER, offsetof(struct balance_params, account), true, 0, 0, NULL, NULL,
		"the account's id", "账户编号" },
	{ "subscription", FIELD_IDENTIFIER, offsetof(struct balance_params, subscription), false, 0, 0, NULL, NULL,
		"one that it pays for: what do its allowances have left?", "由该账户付费的一个用户：查询其免费资源余量" },
};
SHAPE(BALANCE_GET, "balance.get", BALANCE_GET_FIELDS, struct balance_params);
static const char *const BALANCE_GET_POSITIONAL[] = { "account", NULL };

static const struct field BALANCE_FOR_RESULT_FIELDS[] = {
	{ "subscription", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "only for its usage", "只用于该用户的使用" },
	{ "group", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "or only for that of its members", "或只用于该群组成员的使用" },
};
RESULT(BALANCE_FOR_RESULT, "for", BALANCE_FOR_RESULT_FIELDS);
static const struct field VALID_RESULT_FIELDS[] = {
	{ "count", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "so many", "数量" },
	{ "every", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "hour, day, month, year", "hour、day、month、year" },
	{ "begins", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "\"first_use\"; it has been used when there is a `till`", "first_use；有 till 即已首次使用" },
};
RESULT(VALID_RESULT, "valid", VALID_RESULT_FIELDS);
static const struct field SOON_RESULT_FIELDS[] = {
	{ "count", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "so many", "数量" },
	{ "every", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "hour, day, month, year", "hour、day、month、year" },
};
RESULT(SOON_RESULT, "expires_soon", SOON_RESULT_FIELDS);
static const struct field BALANCE_RESULT_ITEM_FIELDS[] = {
	{ "balance", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "its name; \"main\" is the first", "账本名称" },
	{ "kind", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "cash, gift, deposit, units", "类型" },
	{ "unit", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "currency or unit", "币种或单位" },
	{ "amount", FIELD_ANY, 0, true, 0, 0, NULL, NULL, "what is there: money as decimal text, units as an integer", "余额：金额为文本，数量为整数" },
	{ "held", FIELD_ANY, 0, true, 0, 0, NULL, NULL, "of it, held for sessions; likewise", "预占的金额或数量" },
	{ "pays", FIELD_ANY, 0, false, 0, 0, NULL, NULL, "list of texts: the usage that it pays for, if not everything", "文本列表：可支付的使用；无此项表示一切" },
	{ "for", FIELD_MAP, 0, false, 0, 0, NULL, &BALANCE_FOR_RESULT, "for whose usage, if not of all that the account pays for",
		"用于谁的使用；无此项表示该账户付费的所有用户" },
	{ "frozen", FIELD_BOOLEAN, 0, false, 0, 0, NULL, NULL, "true if it is, and pays nothing", "已冻结、不支付时为 true" },
	{ "from", FIELD_TIME, 0, false, 0, 0, NULL, NULL, "pays for usage from then on", "可支付自此时起的使用" },
	{ "till", FIELD_TIME, 0, false, 0, 0, NULL, NULL, "when it expires", "到期时间" },
	{ "valid", FIELD_MAP, 0, false, 0, 0, NULL, &VALID_RESULT, "how long from its first use", "自首次使用起的有效期" },
	{ "low_balance", FIELD_ANY, 0, false, 0, 0, NULL, NULL, "list of amounts at which it is low, as it was put", "列表：余额偏低的各档金额" },
	{ "low_percent", FIELD_ANY, 0, false, 0, 0, NULL, NULL, "list of integers: the same, in percent of `full`", "整数列表：同上，相对于 full 的百分数" },
	{ "full", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "where percents are said: what was there after money last came in", "有百分数时：最近一次资金转入后的余额" },
	{ "expires_soon", FIELD_MAP, 0, false, 0, 0, NULL, &SOON_RESULT, "how long before its end that is told, if it says so itself", "到期前多久通知（自行写明时）" },
	{ "soon", FIELD_TIME, 0, false, 0, 0, NULL, NULL, "when its end is going to be told of", "将通知其到期的时间" },
	{ "version", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "position of the last entry", "最近一次变动的位置" },
};
RESULT(BALANCE_ITEM, "balance", BALANCE_RESULT_ITEM_FIELDS);
static const struct field ALLOWANCE_LEFT_FIELDS[] = {
	{ "allowance", FIELD_TEXT, 0, true, 0, 130, NULL, NULL, "package.allowance", "优惠包.免费资源" },
	{ "unit", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "second, byte, item", "单位" },
	{ "left", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "now, of all members together if it is shared",
		"当前余量；共享时为全体成员合计" },
	{ "group", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "shared by this group", "由该群组共享" },
	{ "member_left", FIELD_INTEGER, 0, false, 0, 0, NULL, NULL, "what this member may still take of it in the cycle",
		"该成员本周期还可使用的数量" },
};
RESULT(ALLOWANCE_LEFT, "allowance", ALLOWANCE_LEFT_FIELDS);
static const struct field BALANCE_RESULT_FIELDS[] = {
	{ "account", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "the account", "账户" },
	{ "floor", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "how low it may fall now", "当前余额下限" },
	{ "available", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "what the main balance may spend: amount - held - floor; 0 of a frozen account",
		"主账本可用额：余额 - 预占 - 下限；账户冻结时为 0" },
	{ "frozen", FIELD_BOOLEAN, 0, false, 0, 0, NULL, NULL, "true if the account is, and pays nothing", "账户已冻结、不支付时为 true" },
	{ "balances", FIELD_LIST, 0, true, 0, 0, NULL, &BALANCE_ITEM, "all of them", "各账本" },
	{ "allowances", FIELD_LIST, 0, false, 0, 0, NULL, &ALLOWANCE_LEFT, "of the subscription that was asked for",
		"所查询用户的免费资源" },
};
RESULT(BALANCE_RESULT, "balances", BALANCE_RESULT_FIELDS);

#define HISTORY(member) offsetof(struct history_params, member)
const char *const HISTORY_KINDS[] = { "all", "charge", "session", "due", "stored", "topup", "adjustment",
	"transfer", "refund", "expiry", NULL };
static const struct field HISTORY_FIELDS[] = {
	{ "account", FIELD_IDENTIFIER, HISTORY(account), true, 0, 0, NULL, NULL, "the account's id", "账户编号" },
	{ "limit", FIELD_INTEGER, HISTORY(limit), false, 1, 500, NULL, NULL, "entries a page; 50 if absent; a page of long entries has fewer",
		"每页条数，缺省 50；条目很长时会更少" },
	{ "cursor", FIELD_TEXT, HISTORY(cursor), false, 1, HISTORY_CURSOR_BYTES_MAX, NULL, NULL, "`next` of the page before",
		"上一页返回的 next" },
	{ "from", FIELD_TIME, HISTORY(from_ms), false, 0, 0, NULL, NULL, "only entries made at or after this",
		"起始时间（含），按入账时间" },
	{ "till", FIELD_TIME, HISTORY(till_ms), false, 0, 0, NULL, NULL, "only entries made before this",
		"终止时间（不含），按入账时间" },
	{ "kind", FIELD_CHOICE, HISTORY(kind), false, 0, 0, HISTORY_KINDS, NULL, "only entries of this kind; all if absent",
		"只列出此类账目，缺省为全部" },
	{ "user", FIELD_IDENTIFIER, HISTORY(user), false, 0, 0, NULL, NULL,
		"only what was charged for this: a service id, of fees and gifts a subscription; a page may then have no entries and yet a `next`",
		"只列出为其发生的扣费：业务接入号；费用和赠款为用户编号。此时某页可能没有账目，却仍有 next" },
};
SHAPE(HISTORY_PARAMS, "history", HISTORY_FIELDS, struct history_params);

static const struct field POSTING_RESULT_FIELDS[] = {
	{ "book", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "a balance, a counter, or a named book", "账目" },
	{ "amount", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "money as decimal text, units as an integer", "数额" },
	{ "unit", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "currency or unit", "币种或单位" },
};
RESULT(POSTING_RESULT, "posting", POSTING_RESULT_FIELDS);
static const struct field REFUNDED_RESULT_FIELDS[] = {
	{ "amount", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "money, in all", "已退金额合计" },
	{ "usage", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "of so much of the usage, in all; 1 of what was of none", "对应的使用量合计；使用量为零时为 1" },
	{ "last", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "the last refund", "最近一次退款" },
};
RESULT(REFUNDED_RESULT, "refunded", REFUNDED_RESULT_FIELDS);
static const struct field ENTRY_RESULT_FIELDS[] = {
	CHARGE_ANSWERED,
	{ "kind", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "charge, refusal, topup, adjustment, transfer, refund, expiry, put, release", "类型" },
	{ "made", FIELD_TIME, 0, true, 0, 0, NULL, NULL, "when it was decided", "入账时间" },
	{ "at", FIELD_TIME, 0, false, 0, 0, NULL, NULL, "when it happened", "发生时间" },
	{ "scope", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "service id or account", "业务接入号或账户" },
	{ "id", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "the request's id", "请求编号" },
	{ "attempt", FIELD_INTEGER, 0, false, 0, 0, NULL, NULL, "of the request", "第几次处理" },
	{ "answer", FIELD_ANY, 0, false, 0, 0, NULL, NULL, "what was answered", "当时的应答" },
	{ "refunded", FIELD_MAP, 0, false, 0, 0, NULL, &REFUNDED_RESULT,
		"of a charge that charge.get shows: what was given back of it", "charge.get 所查费用已退还的部分" },
	{ "postings", FIELD_LIST, 0, true, 0, 0, NULL, &POSTING_RESULT, "they sum to zero", "分录，合计为零" },
};
RESULT(ENTRY_RESULT, "entry", ENTRY_RESULT_FIELDS);
static const struct field HISTORY_RESULT_FIELDS[] = {
	{ "entries", FIELD_LIST, 0, true, 0, 0, NULL, &ENTRY_RESULT, "newest first", "记录，最新在前" },
	{ "next", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "cursor of the next page; absent on the last",
		"下一页的 cursor；最后一页没有" },
};
RESULT(HISTORY_RESULT, "history", HISTORY_RESULT_FIELDS);

static const struct field CHARGE_GET_FIELDS[] = {
	CHARGE_FIELD(offsetof(struct charge_get_params, charge)),
};
SHAPE(CHARGE_GET_PARAMS, "charge.get", CHARGE_GET_FIELDS, struct charge_get_params);
static const char *const CHARGE_GET_POSITIONAL[] = { "charge", NULL };

const struct method METHOD_CHARGE_GET = { "charge.get", &CHARGE_GET_PARAMS, CHARGE_GET_POSITIONAL, &ENTRY_RESULT,
	METHOD_GET_SAYS, history_run_charge, NULL, "one entry of the ledger, with its postings", "查询一条账目及其分录", false };
static const struct field CHARGE_EXPLAIN_FIELDS[] = {
	CHARGE_FIELD(offsetof(struct charge_explain_params, charge)),
	{ "language", FIELD_CHOICE, offsetof(struct charge_explain_params, language), false, 0, 0, METHOD_LANGUAGES, NULL,
		"of the explanation", "说明所用的语言" },
};
SHAPE(CHARGE_EXPLAIN_PARAMS, "charge.explain", CHARGE_EXPLAIN_FIELDS, struct charge_explain_params);
static const char *const CHARGE_EXPLAIN_POSITIONAL[] = { "charge", "language", NULL };
static const struct field EXPLAIN_RESULT_FIELDS[] = {
	CHARGE_ANSWERED,
	{ "kind", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "charge, refusal or refund", "charge、refusal 或 refund" },
	{ "at", FIELD_TIME, 0, true, 0, 0, NULL, NULL, "when it happened", "发生时间" },
	{ "release", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "the release that priced it, 64 digits", "定价所用规则版本" },
	{ "text", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "why, in lines for people: each line of the charge, and its parts",
		"供人阅读的说明：费用的每一行及其各段" },
};
RESULT(EXPLAIN_RESULT, "explanation", EXPLAIN_RESULT_FIELDS);

const struct method METHOD_CHARGE_EXPLAIN = { "charge.explain", &CHARGE_EXPLAIN_PARAMS, CHARGE_EXPLAIN_POSITIONAL,
	&EXPLAIN_RESULT, METHOD_GET_SAYS, explain_run, NULL,
	"why a charge is what it is, in the words of the release that priced it; nothing is rated again",
	"按当时定价的规则版本说明一笔费用的由来，不重新计价", false };
const struct method METHOD_HISTORY = { "history", &HISTORY_PARAMS, NULL, &HISTORY_RESULT, METHOD_GET_SAYS, history_run,
	NULL, "an account's entries, newest first, a page at a time", "账户明细，最新在前，分页返回", false };
static const enum say BALANCE_GET_SAYS[] = { SAY_NOT_FOUND, SAY_FIELDS_CONFLICT, SAY_COUNT };
const struct method METHOD_BALANCE_GET = { "balance.get", &BALANCE_GET, BALANCE_GET_POSITIONAL, &BALANCE_RESULT,
	BALANCE_GET_SAYS, query_run_balance, NULL, "an account's balances", "查询账户余额", true };
