/* Methods: what is said of a usage, rate, charge and charge_batch (see method.h). */
#include "method_parts.h"

#include "call.h"

/* Tables are laid out by hand. */
/* clang-format off */

static const char *const SHORT_MODES[] = { "refuse", "debt", "partial", NULL };

#define USAGE(member) offsetof(struct usage_params, member)
#define USAGE_FIELDS \
	{ "service_id", FIELD_IDENTIFIER, USAGE(service_id), true, 0, 0, NULL, NULL, \
		"who used it: a phone number, an account name; its holder at the time of the event pays", \
		"使用者的业务接入号（电话号码、账号名）；由事件发生时的用户付费" }, \
		{ "service", FIELD_IDENTIFIER, USAGE(service), true, 0, 0, NULL, NULL, \
			"the service, as the catalog names it: \"voice\"", "业务，目录中的名称，如 \"voice\"" }, \
		{ "to", FIELD_TEXT, USAGE(to), false, 0, 64, NULL, NULL, \
			"where it went: the digits dialled, an address", "去向：所拨号码或地址" }, \
		{ "at", FIELD_TIME, USAGE(at_ms), true, 0, 0, NULL, NULL, "when it began", "开始时间" }, \
		{ "seconds", FIELD_INTEGER, USAGE(seconds), false, 0, QUANTITY_MAX, NULL, NULL, \
			"how long it lasted; exactly one of seconds, bytes, items", \
			"持续秒数；seconds、bytes、items 三者必须且只能给出一个" }, \
		{ "bytes", FIELD_INTEGER, USAGE(bytes), false, 0, QUANTITY_MAX, NULL, NULL, \
			"how much was carried", "流量字节数" }, \
		{ "items", FIELD_INTEGER, USAGE(items), false, 0, QUANTITY_MAX, NULL, NULL, \
			"how many: messages, events", "件数：短信条数、事件数" }, \
		{ "with", FIELD_FACTS, USAGE(with), false, 0, FACTS_MAX, NULL, NULL, \
			"other facts that rules may read", "规则可读取的其他属性" }

static const struct field RATE_FIELDS[] = {
	USAGE_FIELDS,
	{ "why", FIELD_TEXT, USAGE(why), false, 0, 130, NULL, NULL,
		"package.discount: why does it take nothing off this?", "优惠包.折扣：为什么没有减免？" },
};
SHAPE(RATE_PARAMS, "rate", RATE_FIELDS, struct usage_params);

static const struct field CHARGE_FIELDS[] = {
	{ "id", FIELD_IDENTIFIER, USAGE(id), true, 0, 0, NULL, NULL,
		"the request's own id: sent twice, it is charged once", "请求编号：重复发送只计费一次" },
	USAGE_FIELDS,
	ATTEMPT_FIELD(USAGE(attempt)),
	{ "short", FIELD_CHOICE, USAGE(short_mode), false, 0, 0, SHORT_MODES, NULL,
		"if the balance is too low: refuse it all, go below the floor, or take what is there",
		"余额不足时：全部拒绝（refuse）、允许透支（debt）或按余额部分扣费（partial）" },
};
SHAPE(CHARGE_PARAMS, "charge", CHARGE_FIELDS, struct usage_params);

static const struct field CHECK_FIELDS[] = { USAGE_FIELDS };
SHAPE(CHECK_PARAMS, "charge.check", CHECK_FIELDS, struct usage_params);

static const struct field BATCH_FIELDS[] = {
	{ "items", FIELD_LIST, offsetof(struct batch_params, items), true, 1, 1000, NULL, &CHARGE_PARAMS,
		"charges, each decided by itself", "计费请求列表，逐条处理" },
};
SHAPE(BATCH_PARAMS, "charge_batch", BATCH_FIELDS, struct batch_params);

static const struct field PART_RESULT_FIELDS[] = {
	{ "band", FIELD_TEXT, 0, false, 0, 64, NULL, NULL, "time band, if the tariff has a calendar", "时段" },
	{ "units", FIELD_INTEGER, 0, true, 0, QUANTITY_MAX, NULL, NULL, "steps begun", "已开始的计费单位数" },
	{ "price", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "of one step", "每单位价格" },
	{ "allowance", FIELD_TEXT, 0, false, 0, 130, NULL, NULL, "what paid for them, if they were free",
		"抵扣的免费资源" },
	{ "balance", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "what paid for them, if it was a balance of units", "抵扣的资源账本（由数量账本抵扣时）" },
	{ "tier", FIELD_INTEGER, 0, false, 1, 64, NULL, NULL, "of the tariff's tiers, from 1", "所在阶梯，从 1 起" },
	{ "row", FIELD_INTEGER, 0, false, 1, UINT32_MAX, NULL, NULL, "of the line's table, as it stands in its file", "该行费用所用的表行" },
};
RESULT(PART_RESULT, "part", PART_RESULT_FIELDS);

static const struct field DISCOUNT_RESULT_FIELDS[] = {
	{ "rule", FIELD_TEXT, 0, true, 0, 130, NULL, NULL, "package.discount", "优惠包.折扣" },
	{ "percent", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "of what it is on, unless it takes an amount",
		"所减的百分比（减固定金额时省略）" },
	{ "members", FIELD_INTEGER, 0, false, 1, GROUP_MEMBERS_MAX, NULL, NULL, "of the group, if it goes by their number",
		"群组的成员数（按成员数减免时）" },
	{ "off", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "what it took, to the nearest micro-unit", "减去的金额（精确到百万分之一）" },
};
RESULT(DISCOUNT_RESULT, "discount", DISCOUNT_RESULT_FIELDS);

static const struct field LINE_RESULT_FIELDS[] = {
	{ "rule", FIELD_TEXT, 0, true, 0, 130, NULL, NULL, "package.tariff", "优惠包.资费" },
	{ "version", FIELD_TIME, 0, false, 0, 0, NULL, NULL,
		"when the version of the package begins, if that is during the event", "优惠包版本的生效时间（仅当在使用期间生效）" },
	{ "table", FIELD_TEXT, 0, false, 0, 64, NULL, NULL, "in which the prices of its parts stand", "价格所在的决策表" },
	{ "component", FIELD_TEXT, 0, false, 0, 64, NULL, NULL, "unless it is the first of the catalog",
		"费用成分（首个成分省略）" },
	{ "zone", FIELD_TEXT, 0, false, 0, 64, NULL, NULL, "zone, if the service has zones", "计费区，如果业务分区计费" },
	{ "amount", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "of the line", "本行金额" },
	{ "setup", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "of it, for setting up", "其中接通费" },
	{ "recount", FIELD_MONEY, 0, false, 0, 0, NULL, NULL,
		"volume tiers over a cycle: what the units before cost by the tier of now, less what was charged for them",
		"按周期累计的全量阶梯：此前用量按现阶梯应付与已收之差" },
	{ "gross", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "before discounts and rounding", "折扣与取整前的金额" },
	{ "discounts", FIELD_LIST, 0, false, 0, 0, NULL, &DISCOUNT_RESULT, "what came off", "减去的折扣" },
	{ "cap", FIELD_TEXT, 0, false, 0, 130, NULL, NULL, "package.cap that made the amount less", "起作用的封顶：优惠包.封顶" },
	{ "uncapped", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "what the amount was before", "封顶前的金额" },
	{ "tax", FIELD_MAP, 0, false, 0, 0, NULL, &METHOD_TAX_RESULT, "of a line that has a tax code", "有税码的行的税" },
	{ "parts", FIELD_LIST, 0, true, 0, 0, NULL, &PART_RESULT, "in order of time", "按时间排列的各段" },
};
const struct shape METHOD_LINE_RESULT = { "line", LINE_RESULT_FIELDS, COUNT(LINE_RESULT_FIELDS), 0 };

#define PRICE_FIELDS \
	{ "amount", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "the price", "金额" }, \
		{ "currency", FIELD_CURRENCY, 0, false, 0, 0, NULL, NULL, "of all amounts", "币种" }, \
		{ "lines", FIELD_LIST, 0, false, 0, 0, NULL, &METHOD_LINE_RESULT, \
			"one for each tariff that priced it", "计费明细" }, \
		{ "release", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, \
			"the release that priced it, first 12 digits", "定价所用规则版本（前 12 位）" }

static const struct field UNUSED_RESULT_FIELDS[] = {
	{ "rule", FIELD_TEXT, 0, true, 0, 130, NULL, NULL, "package.discount", "优惠包.折扣" },
	{ "condition", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "the first that is not met", "首个不满足的条件" },
	{ "wanted", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "what the discount asks", "折扣的要求" },
	{ "got", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "what was there", "实际情况" },
	{ "say", FIELD_SAY, 0, true, 0, 0, NULL, NULL, "a sentence in both languages", "一句说明，中英文" },
};
RESULT(UNUSED_RESULT, "unused", UNUSED_RESULT_FIELDS);

static const struct field RATE_RESULT_FIELDS[] = {
	{ "outcome", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "\"priced\" or \"refused\"", "priced 或 refused" },
	PRICE_FIELDS,
	{ "unused", FIELD_MAP, 0, false, 0, 0, NULL, &UNUSED_RESULT,
		"asked by `why`, and it took nothing: the reason", "以 why 询问而没有减免时：原因" },
	REFUSAL_FIELDS,
};
RESULT(RATE_RESULT, "price", RATE_RESULT_FIELDS);

static const struct field PAID_RESULT_FIELDS[] = {
	{ "account", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "whose it is, if another account's that pays for the subscription", "所属账户（由其他账户代付时）" },
	{ "balance", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "its name", "账本名称" },
	{ "amount", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "what it paid", "支付金额" },
	{ "till", FIELD_TIME, 0, false, 0, 0, NULL, NULL, "when it expires, if this was its first use", "首次使用时：到期时间" },
};
const struct shape METHOD_PAID_RESULT = { "paid", PAID_RESULT_FIELDS, COUNT(PAID_RESULT_FIELDS), 0 };
static const struct field CHARGE_RESULT_FIELDS[] = {
	{ "outcome", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "\"charged\" or \"refused\"", "charged 或 refused" },
	REPEAT_ANSWERED,
	{ "charge", FIELD_TEXT, 0, false, 0, 0, NULL, NULL,
		"where it is kept, shard:position:index, for charge.get", "记录位置，用于 charge.get" },
	PRICE_FIELDS,
	{ "balance", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "of the account, afterwards", "扣费后余额" },
	{ "unpaid", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "with short \"partial\": what was not taken",
		"部分扣费时未收取的金额" },
	{ "paid", FIELD_LIST, 0, false, 0, 0, NULL, &METHOD_PAID_RESULT, "who paid how much, if it was not the main balance alone; in the order of paying, other accounts first, the main balance last",
		"各账本支付的金额（不只由主账本支付时），按支付次序，代付账户在前，主账本在最后" },
	RAISED_ANSWERED,
	HINT_ANSWERED,
	REFUSAL_FIELDS,
};
RESULT(CHARGE_RESULT, "charge", CHARGE_RESULT_FIELDS);

static const struct field CHECK_RESULT_FIELDS[] = {
	{ "outcome", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "\"enough\", \"short\" or \"refused\"", "enough（足够）、short（不足）或 refused" },
	PRICE_FIELDS,
	{ "balance", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "what the main balance would have afterwards", "扣费后主账本余额" },
	{ "missing", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "short: what nobody could pay", "不足时：无人可付的金额" },
	{ "paid", FIELD_LIST, 0, false, 0, 0, NULL, &METHOD_PAID_RESULT, "who would pay how much, in the order of paying, the main balance last",
		"各账本将支付的金额，按支付次序，主账本在最后" },
	REFUSAL_FIELDS,
};
RESULT(CHECK_RESULT, "check", CHECK_RESULT_FIELDS);

static const struct field BATCH_RESULT_FIELDS[] = {
	{ "items", FIELD_LIST, 0, true, 0, 0, NULL, &CHARGE_RESULT,
		"answers in the order of the requests; an item that was not decided is {error: text}",
		"按请求顺序排列的应答；未处理的条目为 {error: 文本}" },
};
RESULT(BATCH_RESULT, "charges", BATCH_RESULT_FIELDS);

static const enum say RATE_SAYS[] = { SAY_NO_RELEASE, SAY_FIELDS_CONFLICT, SAY_UNKNOWN_SUBSCRIPTION,
	SAY_SUSPENDED, SAY_SUBSCRIPTION_ENDED, SAY_NO_PRICE, SAY_CALENDAR_NOT_COVERED,
	SAY_AMBIGUOUS_TARIFF, SAY_OVERFLOW, SAY_RULE_FAILED, SAY_LIMIT_REACHED, SAY_TOO_FEW_UNITS, SAY_WRONG_CURRENCY,
	SAY_TOO_OLD, SAY_AHEAD_OF_CLOCK, SAY_OVERLOADED, SAY_COUNT };
static const enum say CHECK_SAYS[] = { SAY_NO_RELEASE, SAY_FIELDS_CONFLICT, SAY_UNKNOWN_SUBSCRIPTION,
	SAY_SUSPENDED, SAY_SUBSCRIPTION_ENDED, SAY_NO_PRICE, SAY_CALENDAR_NOT_COVERED,
	SAY_AMBIGUOUS_TARIFF, SAY_OVERFLOW, SAY_RULE_FAILED, SAY_LIMIT_REACHED, SAY_TOO_FEW_UNITS, SAY_WRONG_CURRENCY,
	SAY_FROZEN, SAY_TOO_OLD, SAY_AHEAD_OF_CLOCK, SAY_OVERLOADED, SAY_COUNT };
static const enum say CHARGE_SAYS[] = { SAY_ID_CONFLICT, SAY_NO_RELEASE, SAY_FIELDS_CONFLICT,
	SAY_UNKNOWN_SUBSCRIPTION, SAY_SUSPENDED, SAY_SUBSCRIPTION_ENDED, SAY_NO_PRICE,
	SAY_CALENDAR_NOT_COVERED, SAY_AMBIGUOUS_TARIFF, SAY_OVERFLOW, SAY_RULE_FAILED,
	SAY_LIMIT_REACHED, SAY_TOO_FEW_UNITS, SAY_WRONG_CURRENCY, SAY_FROZEN, SAY_BALANCE_TOO_LOW, SAY_TOO_OLD, SAY_AHEAD_OF_CLOCK, SAY_DISK_FULL,
	SAY_OVERLOADED, SAY_COUNT };

const struct method METHOD_RATE = { "rate", &RATE_PARAMS, NULL, &RATE_RESULT, RATE_SAYS, charge_run_rate,
	charge_warm, "what an event would cost now; changes nothing", "查询一次使用的价格，不做任何更改", true };
const struct method METHOD_CHARGE = { "charge", &CHARGE_PARAMS, NULL, &CHARGE_RESULT, CHARGE_SAYS,
	charge_run, charge_warm, "prices a finished event and takes the money, once",
	"对已发生的使用计费并扣款，且只扣一次", true };
const struct method METHOD_CHARGE_CHECK = { "charge.check", &CHECK_PARAMS, NULL, &CHECK_RESULT, CHECK_SAYS, charge_run_check,
	charge_warm, "can this usage be paid now, and by whom? decides as charge does, and changes nothing",
	"查询一次使用现在能否支付、由谁支付；判定同 charge，不做任何更改", true };
const struct method METHOD_CHARGE_BATCH = { "charge_batch", &BATCH_PARAMS, NULL, &BATCH_RESULT, CHARGE_SAYS,
	NULL, NULL, "up to 1,000 charges in one request, each with its own id and answer; not atomic",
	"一次请求最多 1,000 条计费，各有编号与应答；非原子操作", false };
