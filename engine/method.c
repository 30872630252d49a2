/*
 * The method table (see method.h). It is long because it is a table: read it as the list of what
 * the server can do.
 */
#include "method.h"

#include "call.h"

#include "base/must.h"

#include <stddef.h>

/* Tables are laid out by hand. */
/* clang-format off */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SHAPE(c_name, shown, list, type) \
	static const struct shape c_name = { shown, list, COUNT(list), sizeof(type) }
#define RESULT(c_name, shown, list) static const struct shape c_name = { shown, list, COUNT(list), 0 }

#define QUANTITY_MAX INT64_C(1000000000000000)
#define MICROS_MAX INT64_C(1000000000000000000)
#define FACTS_MAX 32

/* ---- what is said of a usage: rate, charge, charge_batch ---- */

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
	{ "attempt", FIELD_INTEGER, USAGE(attempt), false, 1, 255, NULL, NULL,
		"2 and up decide a refused request anew; 1 if absent", "大于 1 表示对被拒绝的请求重新处理；缺省为 1" },
	{ "short", FIELD_CHOICE, USAGE(short_mode), false, 0, 0, SHORT_MODES, NULL,
		"if the balance is too low: refuse it all, go below the floor, or take what is there",
		"余额不足时：全部拒绝（refuse）、允许透支（debt）或按余额部分扣费（partial）" },
};
SHAPE(CHARGE_PARAMS, "charge", CHARGE_FIELDS, struct usage_params);

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
	{ "tier", FIELD_INTEGER, 0, false, 1, 64, NULL, NULL, "of the tariff's tiers, from 1", "所在阶梯，从 1 起" },
};
RESULT(PART_RESULT, "part", PART_RESULT_FIELDS);

static const struct field DISCOUNT_RESULT_FIELDS[] = {
	{ "rule", FIELD_TEXT, 0, true, 0, 130, NULL, NULL, "package.discount", "优惠包.折扣" },
	{ "percent", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "of what it is on, unless it takes an amount",
		"所减的百分比（减固定金额时省略）" },
	{ "off", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "what it took, to the nearest micro-unit", "减去的金额（精确到百万分之一）" },
};
RESULT(DISCOUNT_RESULT, "discount", DISCOUNT_RESULT_FIELDS);

static const struct field LINE_RESULT_FIELDS[] = {
	{ "rule", FIELD_TEXT, 0, true, 0, 130, NULL, NULL, "package.tariff", "优惠包.资费" },
	{ "version", FIELD_TIME, 0, false, 0, 0, NULL, NULL,
		"when the version of the package begins, if that is during the event", "优惠包版本的生效时间（仅当在使用期间生效）" },
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
	{ "parts", FIELD_LIST, 0, true, 0, 0, NULL, &PART_RESULT, "in order of time", "按时间排列的各段" },
};
RESULT(LINE_RESULT, "line", LINE_RESULT_FIELDS);

static const struct field BECAUSE_RESULT_FIELDS[] = {
	{ "condition", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "the first that failed", "首个不满足的条件" },
	{ "wanted", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "what the rule asks", "规则要求" },
	{ "got", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "what was there", "实际情况" },
};
RESULT(BECAUSE_RESULT, "because", BECAUSE_RESULT_FIELDS);

#define REFUSAL_FIELDS \
	{ "code", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "refused: the stable code", "拒绝代码" }, \
		{ "say", FIELD_SAY, 0, false, 0, 0, NULL, NULL, "refused: a sentence in both languages", \
			"拒绝原因，中英文" }, \
		{ "nearest", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "refused: the nearest rule", "最接近的规则" }, \
		{ "because", FIELD_MAP, 0, false, 0, 0, NULL, &BECAUSE_RESULT, \
			"refused: why it did not apply", "该规则不适用的原因" }

#define PRICE_FIELDS \
	{ "amount", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "the price", "金额" }, \
		{ "currency", FIELD_CURRENCY, 0, false, 0, 0, NULL, NULL, "of all amounts", "币种" }, \
		{ "lines", FIELD_LIST, 0, false, 0, 0, NULL, &LINE_RESULT, \
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

static const struct field CHARGE_RESULT_FIELDS[] = {
	{ "outcome", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "\"charged\" or \"refused\"", "charged 或 refused" },
	{ "repeat", FIELD_BOOLEAN, 0, true, 0, 0, NULL, NULL, "the answer was given before", "是否重复应答" },
	{ "charge", FIELD_TEXT, 0, false, 0, 0, NULL, NULL,
		"where it is kept, shard:position:index, for charge.get", "记录位置，用于 charge.get" },
	PRICE_FIELDS,
	{ "balance", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "of the account, afterwards", "扣费后余额" },
	{ "unpaid", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "with short \"partial\": what was not taken",
		"部分扣费时未收取的金额" },
	REFUSAL_FIELDS,
};
RESULT(CHARGE_RESULT, "charge", CHARGE_RESULT_FIELDS);

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
static const enum say CHARGE_SAYS[] = { SAY_ID_CONFLICT, SAY_NO_RELEASE, SAY_FIELDS_CONFLICT,
	SAY_UNKNOWN_SUBSCRIPTION, SAY_SUSPENDED, SAY_SUBSCRIPTION_ENDED, SAY_NO_PRICE,
	SAY_CALENDAR_NOT_COVERED, SAY_AMBIGUOUS_TARIFF, SAY_OVERFLOW, SAY_RULE_FAILED,
	SAY_LIMIT_REACHED, SAY_TOO_FEW_UNITS, SAY_WRONG_CURRENCY, SAY_BALANCE_TOO_LOW, SAY_TOO_OLD, SAY_AHEAD_OF_CLOCK, SAY_DISK_FULL,
	SAY_OVERLOADED, SAY_COUNT };

static const struct method METHOD_RATE = { "rate", &RATE_PARAMS, NULL, &RATE_RESULT, RATE_SAYS, charge_run_rate,
	charge_warm, "what an event would cost now; changes nothing", "查询一次使用的价格，不做任何更改", true };
static const struct method METHOD_CHARGE = { "charge", &CHARGE_PARAMS, NULL, &CHARGE_RESULT, CHARGE_SAYS,
	charge_run, charge_warm, "prices a finished event and takes the money, once",
	"对已发生的使用计费并扣款，且只扣一次", true };
static const struct method METHOD_CHARGE_BATCH = { "charge_batch", &BATCH_PARAMS, NULL, &BATCH_RESULT, CHARGE_SAYS,
	NULL, NULL, "up to 1,000 charges in one request, each with its own id and answer; not atomic",
	"一次请求最多 1,000 条计费，各有编号与应答；非原子操作", false };

/* ---- hello, ping, stats ---- */

static const char *const LANGUAGES[] = { "en", "zh", NULL };

static const struct field HELLO_FIELDS[] = {
	{ "language", FIELD_CHOICE, offsetof(struct hello_params, language), false, 0, 0, LANGUAGES, NULL,
		"of error sentences on this connection", "本连接错误信息的语言" },
	{ "details", FIELD_BOOLEAN, offsetof(struct hello_params, details), false, 0, 0, NULL, NULL,
		"errors on this connection come as a map {code, say} instead of a text",
		"本连接的错误以映射 {code, say} 返回，而不是文本" },
	{ "client", FIELD_TEXT, offsetof(struct hello_params, client), false, 0, 64, NULL, NULL,
		"who is calling, for the log", "客户端名称，用于日志" },
};
SHAPE(HELLO_PARAMS, "hello", HELLO_FIELDS, struct hello_params);

static const struct field HELLO_RESULT_FIELDS[] = {
	{ "server", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "\"suanpan\"", "\"suanpan\"" },
	{ "version", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "of the program", "程序版本" },
	{ "release", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "in force, 64 digits", "生效的规则版本" },
	{ "frame_bytes_max", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "of a message", "单条消息最大字节数" },
	{ "batch_items_max", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "of charge_batch", "批量最大条数" },
	{ "now", FIELD_TIME, 0, true, 0, 0, NULL, NULL, "the server's clock", "服务器时间" },
};
RESULT(HELLO_RESULT, "hello", HELLO_RESULT_FIELDS);

static const struct shape NO_PARAMS = { BILINGUAL_STRING("this method", "该方法"), NULL, 0, 1 };
static const struct field PING_RESULT_FIELDS[] = {
	{ "now", FIELD_TIME, 0, true, 0, 0, NULL, NULL, "the server's clock", "服务器时间" },
};
RESULT(PING_RESULT, "ping", PING_RESULT_FIELDS);
static const struct field ANY_RESULT_FIELDS[] = {
	{ "…", FIELD_ANY, 0, true, 0, 0, NULL, NULL, "numbers by name, grouped", "按组给出的各项数值" },
};
RESULT(STATS_RESULT, "stats", ANY_RESULT_FIELDS);

static const enum say NO_SAYS[] = { SAY_COUNT };
static const struct method METHOD_HELLO = { "hello", &HELLO_PARAMS, NULL, &HELLO_RESULT, NO_SAYS, query_run_hello,
	NULL, "who is there, and how this connection wants its errors", "服务器信息与本连接选项", false };
static const struct method METHOD_PING = { "ping", &NO_PARAMS, NULL, &PING_RESULT, NO_SAYS, query_run_ping, NULL,
	"is anybody there", "连通性检查", false };
static const struct method METHOD_STATS = { "stats", &NO_PARAMS, NULL, &STATS_RESULT, NO_SAYS, query_run_stats, NULL,
	"counts and sizes, for people and monitoring; the longest turn of the loop is that since they were asked for last", "运行统计；事件循环的最长一轮自上次查询起计", false };

/* ---- customer, account, subscription ---- */

#define EXPECT(type) \
	{ "expect", FIELD_INTEGER, offsetof(struct type, expect), false, 0, INT64_MAX, NULL, NULL, \
		"the version you read; 0: it must not exist yet; absent: whatever is there is replaced", \
		"读到的版本；0 表示必须尚不存在；缺省则直接替换" }

static const struct field CUSTOMER_FIELDS[] = {
	{ "customer", FIELD_IDENTIFIER, offsetof(struct customer_params, customer), true, 0, 0, NULL, NULL,
		"the customer's id", "客户编号" },
	{ "segment", FIELD_TEXT, offsetof(struct customer_params, segment), false, 0, 64, NULL, NULL,
		"\"public\", \"business\" …", "客户群：public、business 等" },
	{ "area", FIELD_TEXT, offsetof(struct customer_params, area), false, 0, 64, NULL, NULL, "area", "地区" },
	{ "facts", FIELD_FACTS, offsetof(struct customer_params, facts), false, 0, FACTS_MAX, NULL, NULL,
		"what rules may know of the customer", "规则可读取的客户属性" },
	EXPECT(customer_params),
};
SHAPE(CUSTOMER_PARAMS, "customer.put", CUSTOMER_FIELDS, struct customer_params);

static const struct field ACCOUNT_FIELDS[] = {
	{ "account", FIELD_IDENTIFIER, offsetof(struct account_params, account), true, 0, 0, NULL, NULL,
		"the account's id", "账户编号" },
	{ "customer", FIELD_IDENTIFIER, offsetof(struct account_params, customer), true, 0, 0, NULL, NULL,
		"whose it is; must exist", "所属客户，必须已存在" },
	{ "currency", FIELD_CURRENCY, offsetof(struct account_params, currency), false, 0, 0, NULL, NULL,
		"CNY if absent; never changes", "缺省为 CNY；不可更改" },
	{ "zone", FIELD_TEXT, offsetof(struct account_params, zone), false, 0, 64, NULL, NULL,
		"time zone of its bills, if not the catalog's", "账单时区，缺省同目录" },
	{ "bill_day", FIELD_INTEGER, offsetof(struct account_params, bill_day), false, 1, 28, NULL, NULL,
		"day of the month on which a cycle begins; 1 if absent", "账期起始日，缺省为 1" },
	{ "floor", FIELD_MONEY, offsetof(struct account_params, floor), false, -MICROS_MAX, 0, NULL, NULL,
		"how low the balance may fall: \"0\" if absent, \"-100.00\" for a credit of 100",
		"余额下限：缺省 \"0\"；\"-100.00\" 表示信用额度 100" },
	EXPECT(account_params),
};
SHAPE(ACCOUNT_PARAMS, "account.put", ACCOUNT_FIELDS, struct account_params);

static const char *const STATES[] = { "active", "suspended", "ended", NULL };

#define SPAN_FIELDS(name, en, zh) \
	{ name, FIELD_IDENTIFIER, offsetof(struct span_params, id), true, 0, 0, NULL, NULL, en, zh }, \
		{ "from", FIELD_TIME, offsetof(struct span_params, from_ms), false, 0, 0, NULL, NULL, \
			"first instant; since ever if absent", "起始时间，缺省为一直" }, \
		{ "till", FIELD_TIME, offsetof(struct span_params, till_ms), false, 0, 0, NULL, NULL, \
			"first instant no longer in force; for ever if absent", "终止时间（不含），缺省为永久" }

static const struct field SERVICE_ID_FIELDS[] = { SPAN_FIELDS("service_id", "phone number, account name",
	"电话号码、账号名") };
SHAPE(SERVICE_ID_PARAMS, "service_ids", SERVICE_ID_FIELDS, struct span_params);
static const struct field PACKAGE_FIELDS[] = { SPAN_FIELDS("package", "as the catalog names it",
	"目录中的优惠包名称") };
SHAPE(PACKAGE_PARAMS, "packages", PACKAGE_FIELDS, struct span_params);
static const struct field STATE_FIELDS[] = {
	{ "state", FIELD_CHOICE, offsetof(struct span_params, state), true, 0, 0, STATES, NULL,
		"in which usage is priced, refused as suspended, or refused as ended", "状态" },
	{ "from", FIELD_TIME, offsetof(struct span_params, from_ms), false, 0, 0, NULL, NULL,
		"first instant; since ever if absent", "起始时间，缺省为一直" },
	{ "till", FIELD_TIME, offsetof(struct span_params, till_ms), false, 0, 0, NULL, NULL,
		"first instant no longer in force; for ever if absent", "终止时间（不含），缺省为永久" },
};
SHAPE(STATE_PARAMS, "states", STATE_FIELDS, struct span_params);

static const struct field SUBSCRIPTION_FIELDS[] = {
	{ "subscription", FIELD_IDENTIFIER, offsetof(struct subscription_params, subscription), true, 0, 0, NULL,
		NULL, "the subscription's id", "用户编号" },
	{ "account", FIELD_IDENTIFIER, offsetof(struct subscription_params, account), true, 0, 0, NULL, NULL,
		"who pays; must exist", "付费账户，必须已存在" },
	{ "product", FIELD_IDENTIFIER, offsetof(struct subscription_params, product), true, 0, 0, NULL, NULL,
		"as the catalog names it", "产品，目录中的名称" },
	{ "service_ids", FIELD_LIST, offsetof(struct subscription_params, service_ids), false, 0, 16, NULL,
		&SERVICE_ID_PARAMS, "by which its usage is known, with dates; a text alone is held for ever",
		"业务接入号及其日期；仅写文本表示永久" },
	{ "packages", FIELD_LIST, offsetof(struct subscription_params, packages), false, 0, 100, NULL,
		&PACKAGE_PARAMS, "what it holds, with dates; a text alone is held for ever",
		"所持优惠包及其日期；仅写文本表示永久" },
	{ "states", FIELD_LIST, offsetof(struct subscription_params, states), false, 0, 100, NULL,
		&STATE_PARAMS, "active for ever if absent; outside all of them it is ended",
		"状态及其日期；缺省为一直正常，范围之外视为终止" },
	EXPECT(subscription_params),
};
SHAPE(SUBSCRIPTION_PARAMS, "subscription.put", SUBSCRIPTION_FIELDS, struct subscription_params);

#define GET_PARAMS(c_name, shown, key, en, zh) \
	static const struct field c_name##_FIELDS[] = { { key, FIELD_IDENTIFIER, \
		offsetof(struct get_params, id), true, 0, 0, NULL, NULL, en, zh } }; \
	SHAPE(c_name, shown, c_name##_FIELDS, struct get_params); \
	static const char *const c_name##_POSITIONAL[] = { key, NULL }

GET_PARAMS(CUSTOMER_GET, "customer.get", "customer", "the customer's id", "客户编号");
GET_PARAMS(ACCOUNT_GET, "account.get", "account", "the account's id", "账户编号");
GET_PARAMS(SUBSCRIPTION_GET, "subscription.get", "subscription", "the subscription's id", "用户编号");
GET_PARAMS(BALANCE_GET, "balance.get", "account", "the account's id", "账户编号");

static const struct field PUT_RESULT_FIELDS[] = {
	{ "outcome", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "\"stored\", or \"unchanged\" if it was so already",
		"stored；若内容未变则为 unchanged" },
	{ "version", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "for `expect` next time", "版本，供下次 expect 使用" },
};
RESULT(PUT_RESULT, "put", PUT_RESULT_FIELDS);
static const struct field GET_RESULT_FIELDS[] = {
	{ "version", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "for `expect`", "版本，供 expect 使用" },
	{ "terms", FIELD_TIME, 0, false, 0, 0, NULL, NULL,
		"of a subscription: since when it has the terms it has, for releases that are for new subscriptions only; a new one has "
		"those of its earliest date, or of today",
		"用户的签约时间，用于仅对新用户生效的规则版本；新建时取其最早日期，没有日期则为当天" },
	{ "…", FIELD_ANY, 0, true, 0, 0, NULL, NULL, "the fields of the put", "与 put 相同的字段" },
};
RESULT(GET_RESULT, "get", GET_RESULT_FIELDS);
static const enum say PUT_SAYS[] = { SAY_VERSION_CONFLICT, SAY_NOT_FOUND, SAY_IN_USE, SAY_DISK_FULL,
	SAY_OVERLOADED, SAY_COUNT };
static const enum say GET_SAYS[] = { SAY_NOT_FOUND, SAY_COUNT };

static const struct method METHOD_CUSTOMER_PUT = { "customer.put", &CUSTOMER_PARAMS, NULL, &PUT_RESULT, PUT_SAYS,
	put_run_customer, NULL, "makes or changes a customer", "新建或修改客户", true };
static const struct method METHOD_CUSTOMER_GET = { "customer.get", &CUSTOMER_GET, CUSTOMER_GET_POSITIONAL, &GET_RESULT,
	GET_SAYS, query_run_customer, NULL, "reads a customer", "查询客户", false };
static const struct method METHOD_ACCOUNT_PUT = { "account.put", &ACCOUNT_PARAMS, NULL, &PUT_RESULT, PUT_SAYS,
	put_run_account, NULL, "makes or changes an account; a new one has a balance of 0; never touches money",
	"新建或修改账户；新账户余额为 0；不涉及资金", true };
static const struct method METHOD_ACCOUNT_GET = { "account.get", &ACCOUNT_GET, ACCOUNT_GET_POSITIONAL, &GET_RESULT,
	GET_SAYS, query_run_account, NULL, "reads an account", "查询账户", false };
static const struct method METHOD_SUBSCRIPTION_PUT = { "subscription.put", &SUBSCRIPTION_PARAMS, NULL, &PUT_RESULT,
	PUT_SAYS, put_run_subscription, NULL,
	"makes or changes a subscription with its service ids, packages and states, in one step",
	"新建或修改用户及其接入号、优惠包和状态，一步完成", true };
static const struct method METHOD_SUBSCRIPTION_GET = { "subscription.get", &SUBSCRIPTION_GET,
	SUBSCRIPTION_GET_POSITIONAL, &GET_RESULT, GET_SAYS, query_run_subscription, NULL,
	"reads a subscription", "查询用户", false };

/* ---- balances and the ledger ---- */

static const struct field BALANCE_RESULT_ITEM_FIELDS[] = {
	{ "balance", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "its name; \"main\" is the first", "账本名称" },
	{ "kind", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "cash, gift, deposit, units", "类型" },
	{ "unit", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "currency or unit", "币种或单位" },
	{ "amount", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "what is there", "余额" },
	{ "held", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "of it, held for sessions", "预占金额" },
	{ "version", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "position of the last entry", "最近一次变动的位置" },
};
RESULT(BALANCE_ITEM, "balance", BALANCE_RESULT_ITEM_FIELDS);
static const struct field BALANCE_RESULT_FIELDS[] = {
	{ "account", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "the account", "账户" },
	{ "floor", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "how low it may fall", "余额下限" },
	{ "available", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "what may be spent: amount - held - floor",
		"可用额：余额 - 预占 - 下限" },
	{ "balances", FIELD_LIST, 0, true, 0, 0, NULL, &BALANCE_ITEM, "all of them", "各账本" },
};
RESULT(BALANCE_RESULT, "balances", BALANCE_RESULT_FIELDS);

#define TOPUP(member) offsetof(struct topup_params, member)
static const struct field TOPUP_FIELDS[] = {
	{ "id", FIELD_IDENTIFIER, TOPUP(id), true, 0, 0, NULL, NULL,
		"the request's own id: sent twice, it counts once", "请求编号：重复发送只生效一次" },
	{ "account", FIELD_IDENTIFIER, TOPUP(account), true, 0, 0, NULL, NULL, "whose balance", "账户" },
	{ "at", FIELD_TIME, TOPUP(at_ms), true, 0, 0, NULL, NULL, "when it was paid", "充值时间" },
	{ "amount", FIELD_MONEY, TOPUP(amount), true, 1, MICROS_MAX, NULL, NULL, "more than 0", "金额，大于 0" },
	{ "currency", FIELD_CURRENCY, TOPUP(currency), true, 0, 0, NULL, NULL, "must be the account's",
		"必须与账户币种一致" },
	{ "attempt", FIELD_INTEGER, TOPUP(attempt), false, 1, 255, NULL, NULL,
		"2 and up decide a refused request anew; 1 if absent", "大于 1 表示重新处理；缺省为 1" },
};
SHAPE(TOPUP_PARAMS, "balance.topup", TOPUP_FIELDS, struct topup_params);
static const struct field TOPUP_RESULT_FIELDS[] = {
	{ "outcome", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "\"topped_up\" or \"refused\"", "topped_up 或 refused" },
	{ "repeat", FIELD_BOOLEAN, 0, true, 0, 0, NULL, NULL, "the answer was given before", "是否重复应答" },
	{ "charge", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "where it is kept, for charge.get", "记录位置" },
	{ "amount", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "what was added", "充值金额" },
	{ "currency", FIELD_CURRENCY, 0, false, 0, 0, NULL, NULL, "currency", "币种" },
	{ "balance", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "afterwards", "充值后余额" },
	REFUSAL_FIELDS,
};
RESULT(TOPUP_RESULT, "topup", TOPUP_RESULT_FIELDS);
static const enum say TOPUP_SAYS[] = { SAY_ID_CONFLICT, SAY_UNKNOWN_ACCOUNT, SAY_WRONG_CURRENCY, SAY_OVERFLOW,
	SAY_TOO_OLD, SAY_AHEAD_OF_CLOCK, SAY_DISK_FULL, SAY_OVERLOADED, SAY_COUNT };

#define HISTORY(member) offsetof(struct history_params, member)
static const struct field HISTORY_FIELDS[] = {
	{ "account", FIELD_IDENTIFIER, HISTORY(account), true, 0, 0, NULL, NULL, "the account's id", "账户编号" },
	{ "limit", FIELD_INTEGER, HISTORY(limit), false, 1, 500, NULL, NULL, "entries a page; 50 if absent; a page of long entries has fewer",
		"每页条数，缺省 50；条目很长时会更少" },
	{ "cursor", FIELD_TEXT, HISTORY(cursor), false, 1, 1024, NULL, NULL, "`next` of the page before",
		"上一页返回的 next" },
	{ "from", FIELD_TIME, HISTORY(from_ms), false, 0, 0, NULL, NULL, "only entries made at or after this",
		"起始时间（含），按入账时间" },
	{ "till", FIELD_TIME, HISTORY(till_ms), false, 0, 0, NULL, NULL, "only entries made before this",
		"终止时间（不含），按入账时间" },
};
SHAPE(HISTORY_PARAMS, "history", HISTORY_FIELDS, struct history_params);

static const struct field POSTING_RESULT_FIELDS[] = {
	{ "book", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "a balance, a counter, or a named book", "账目" },
	{ "amount", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "money as decimal text, units as an integer", "数额" },
	{ "unit", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "currency or unit", "币种或单位" },
};
RESULT(POSTING_RESULT, "posting", POSTING_RESULT_FIELDS);
static const struct field ENTRY_RESULT_FIELDS[] = {
	{ "charge", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "shard:position:index", "记录位置" },
	{ "kind", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "charge, refusal, topup, put, release", "类型" },
	{ "made", FIELD_TIME, 0, true, 0, 0, NULL, NULL, "when it was decided", "入账时间" },
	{ "at", FIELD_TIME, 0, false, 0, 0, NULL, NULL, "when it happened", "发生时间" },
	{ "scope", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "service id or account", "业务接入号或账户" },
	{ "id", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "the request's id", "请求编号" },
	{ "attempt", FIELD_INTEGER, 0, false, 0, 0, NULL, NULL, "of the request", "第几次处理" },
	{ "answer", FIELD_ANY, 0, false, 0, 0, NULL, NULL, "what was answered", "当时的应答" },
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
	{ "charge", FIELD_TEXT, offsetof(struct charge_get_params, charge), true, 5, 64, NULL, NULL,
		"shard:position:index, as a charge was answered", "计费应答中的 shard:position:index" },
};
SHAPE(CHARGE_GET_PARAMS, "charge.get", CHARGE_GET_FIELDS, struct charge_get_params);
static const char *const CHARGE_GET_POSITIONAL[] = { "charge", NULL };

static const struct method METHOD_CHARGE_GET = { "charge.get", &CHARGE_GET_PARAMS, CHARGE_GET_POSITIONAL, &ENTRY_RESULT,
	GET_SAYS, history_run_charge, NULL, "one entry of the ledger, with its postings", "查询一条账目及其分录", false };
static const struct field CHARGE_EXPLAIN_FIELDS[] = {
	{ "charge", FIELD_TEXT, offsetof(struct charge_explain_params, charge), true, 5, 64, NULL, NULL,
		"shard:position:index, as a charge was answered", "计费应答中的 shard:position:index" },
	{ "language", FIELD_CHOICE, offsetof(struct charge_explain_params, language), false, 0, 0, LANGUAGES, NULL,
		"of the explanation", "说明所用的语言" },
};
SHAPE(CHARGE_EXPLAIN_PARAMS, "charge.explain", CHARGE_EXPLAIN_FIELDS, struct charge_explain_params);
static const char *const CHARGE_EXPLAIN_POSITIONAL[] = { "charge", "language", NULL };
static const struct field EXPLAIN_RESULT_FIELDS[] = {
	{ "charge", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "shard:position:index", "记录位置" },
	{ "kind", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "charge or refusal", "charge 或 refusal" },
	{ "at", FIELD_TIME, 0, true, 0, 0, NULL, NULL, "when it happened", "发生时间" },
	{ "release", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "the release that priced it, 64 digits", "定价所用规则版本" },
	{ "text", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "why, in lines for people: each line of the charge, and its parts",
		"供人阅读的说明：费用的每一行及其各段" },
};
RESULT(EXPLAIN_RESULT, "explanation", EXPLAIN_RESULT_FIELDS);

static const struct method METHOD_CHARGE_EXPLAIN = { "charge.explain", &CHARGE_EXPLAIN_PARAMS, CHARGE_EXPLAIN_POSITIONAL,
	&EXPLAIN_RESULT, GET_SAYS, explain_run, NULL,
	"why a charge is what it is, in the words of the release that priced it; nothing is rated again",
	"按当时定价的规则版本说明一笔费用的由来，不重新计价", false };
static const struct method METHOD_HISTORY = { "history", &HISTORY_PARAMS, NULL, &HISTORY_RESULT, GET_SAYS, history_run,
	NULL, "an account's entries, newest first, a page at a time", "账户明细，最新在前，分页返回", false };
static const struct method METHOD_BALANCE_GET = { "balance.get", &BALANCE_GET, BALANCE_GET_POSITIONAL, &BALANCE_RESULT,
	GET_SAYS, query_run_balance, NULL, "an account's balances", "查询账户余额", true };
static const struct method METHOD_BALANCE_TOPUP = { "balance.topup", &TOPUP_PARAMS, NULL, &TOPUP_RESULT, TOPUP_SAYS,
	topup_run, NULL, "puts money on an account's main balance, once", "向账户充值，且只生效一次", true };

/* ---- what falls due besides usage ---- */

#define DUE(member) offsetof(struct price_due_params, member)

static const struct field DUE_SPAN_FIELDS[] = {
	{ "from", FIELD_TIME, offsetof(struct span_params, from_ms), false, 0, 0, NULL, NULL,
		"first instant; since ever if absent", "起始时间，缺省为一直" },
	{ "till", FIELD_TIME, offsetof(struct span_params, till_ms), false, 0, 0, NULL, NULL,
		"first instant no longer in it; for ever if absent", "终止时间（不含），缺省为永久" },
};
SHAPE(DUE_SPAN_PARAMS, "suspended", DUE_SPAN_FIELDS, struct span_params);

static const struct field DATED_FACT_FIELDS[] = {
	{ "with", FIELD_FACTS, offsetof(struct dated_fact_params, with), true, 0, FACTS_MAX, NULL, NULL,
		"by name, as the catalog declares them: {\"site.tenants\": 2}", "按目录声明的名称：{\"site.tenants\": 2}" },
	{ "from", FIELD_TIME, offsetof(struct dated_fact_params, from_ms), false, 0, 0, NULL, NULL,
		"first instant; since ever if absent", "起始时间，缺省为一直" },
	{ "till", FIELD_TIME, offsetof(struct dated_fact_params, till_ms), false, 0, 0, NULL, NULL,
		"first instant at which they do not hold any more; for ever if absent", "终止时间（不含），缺省为永久" },
};
SHAPE(DATED_FACT_PARAMS, "facts", DATED_FACT_FIELDS, struct dated_fact_params);

static const struct field PRICE_DUE_FIELDS[] = {
	{ "package", FIELD_IDENTIFIER, DUE(package), true, 0, 0, NULL, NULL, "as the catalog names it", "目录中的优惠包名称" },
	{ "from", FIELD_TIME, DUE(from_ms), true, 0, 0, NULL, NULL, "in the first day of the period",
		"时段首日（该日内任一时刻）" },
	{ "till", FIELD_TIME, DUE(till_ms), true, 0, 0, NULL, NULL,
		"first instant after the period; a day that has begun is priced whole", "时段之后的第一时刻；已开始的一天按整天计" },
	{ "held_from", FIELD_TIME, DUE(held_from_ms), false, 0, 0, NULL, NULL,
		"since when the package is held; since the period begins if absent", "优惠包从何时起持有；缺省为时段开始" },
	{ "held_till", FIELD_TIME, DUE(held_till_ms), false, 0, 0, NULL, NULL,
		"first instant at which it is not held any more; for ever if absent", "到何时止（不含）；缺省为永久" },
	{ "suspended", FIELD_LIST, DUE(suspended), false, 0, 1000, NULL, &DUE_SPAN_PARAMS,
		"when it was suspended", "停机的时段" },
	{ "params", FIELD_FACTS, DUE(params), false, 0, FACTS_MAX, NULL, NULL, "parameters that the order gives", "订单给出的参数" },
	{ "facts", FIELD_LIST, DUE(facts), false, 0, 1000, NULL, &DATED_FACT_PARAMS,
		"what formulas may ask for, and while it holds", "公式所需的事实及其起止" },
	{ "language", FIELD_CHOICE, DUE(language), false, 0, 0, LANGUAGES, NULL, "of the explanation", "说明所用的语言" },
};
SHAPE(PRICE_DUE_PARAMS, "price.due", PRICE_DUE_FIELDS, struct price_due_params);

static const struct field DUE_REASON_RESULT_FIELDS[] = {
	{ "say", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "key of its text", "文本的键" },
	{ "table", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "the table that was asked", "所查的表" },
	{ "row", FIELD_INTEGER, 0, false, 0, 0, NULL, NULL, "the row that answered, as it stands in its file", "所用的表行" },
};
RESULT(DUE_REASON_RESULT, "reason", DUE_REASON_RESULT_FIELDS);
static const struct field DUE_PART_RESULT_FIELDS[] = {
	{ "from", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "first day: \"2026-03-10\"", "首日，如 \"2026-03-10\"" },
	{ "till", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "first day after it", "之后的第一日" },
	{ "price", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "of a whole cycle, exact: \"129\", \"1/3\"",
		"整个周期的价格，精确值，如 \"129\"、\"1/3\"" },
	{ "of", FIELD_INTEGER, 0, false, 0, 0, NULL, NULL, "days of the cycle, of which it costs its part",
		"周期的天数，按份额收取" },
	{ "version", FIELD_TIME, 0, true, 0, 0, NULL, NULL, "when the version of the package begins", "优惠包版本的生效时间" },
	{ "because", FIELD_LIST, 0, false, 0, 0, NULL, &DUE_REASON_RESULT, "what a formula says of it", "公式给出的理由" },
};
RESULT(DUE_PART_RESULT, "part", DUE_PART_RESULT_FIELDS);

static const struct field DUE_LINE_RESULT_FIELDS[] = {
	{ "rule", FIELD_TEXT, 0, true, 0, 130, NULL, NULL, "package.charge", "优惠包.收费" },
	{ "from", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "first day of its cycle", "周期首日" },
	{ "till", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "first day after its cycle", "周期之后的第一日" },
	{ "due", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "the day on which it falls due", "应付日" },
	{ "amount", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "of the line, rounded once", "本行金额，取整一次" },
	{ "exact", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "the sum of its parts before rounding", "取整前各段之和" },
	{ "parts", FIELD_LIST, 0, true, 0, 0, NULL, &DUE_PART_RESULT, "runs of days in which nothing changed",
		"没有变化的各段日子" },
};
RESULT(DUE_LINE_RESULT, "line", DUE_LINE_RESULT_FIELDS);

static const struct field PRICE_DUE_RESULT_FIELDS[] = {
	{ "outcome", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "\"priced\" or \"refused\"", "priced 或 refused" },
	{ "amount", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "the sum of all lines", "各行之和" },
	{ "currency", FIELD_CURRENCY, 0, false, 0, 0, NULL, NULL, "of all amounts", "币种" },
	{ "lines", FIELD_LIST, 0, false, 0, 0, NULL, &DUE_LINE_RESULT, "one for each cycle of each charge",
		"每项收费的每个周期一行" },
	{ "release", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "the release that priced it, first 12 digits",
		"定价所用规则版本（前 12 位）" },
	{ "text", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "why, in lines for people", "供人阅读的说明" },
	{ "code", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "refused: the stable code", "拒绝代码" },
	{ "say", FIELD_SAY, 0, false, 0, 0, NULL, NULL, "refused: a sentence in both languages", "拒绝原因，中英文" },
	{ "nearest", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "refused: the charge that can't be priced", "无法计价的收费" },
	{ "because", FIELD_MAP, 0, false, 0, 0, NULL, &BECAUSE_RESULT, "refused: why", "拒绝的依据" },
};
RESULT(PRICE_DUE_RESULT, "dues", PRICE_DUE_RESULT_FIELDS);

static const enum say PRICE_DUE_SAYS[] = { SAY_NO_RELEASE, SAY_NOT_FOUND, SAY_FIELDS_CONFLICT, SAY_OVERFLOW,
	SAY_PARAMETER, SAY_FACT, SAY_RULE_FAILED, SAY_OVERLOADED, SAY_COUNT };
static const struct method METHOD_PRICE_DUE = { "price.due", &PRICE_DUE_PARAMS, NULL, &PRICE_DUE_RESULT, PRICE_DUE_SAYS,
	due_run_price, NULL, "what a package costs besides usage in a period: its fees, line by line; changes nothing",
	"查询优惠包在一段时间内使用费以外的费用，不做任何更改", false };

/* ---- releases ---- */

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

static const struct method METHOD_RELEASE_PUBLISH = { "release.publish", &PUBLISH_PARAMS, NULL, &PUBLISHED_RESULT,
	PUBLISH_SAYS, release_run_publish, NULL, "checks, tests and keeps a catalog under the hash of its content",
	"检查、测试并保存目录，以内容哈希命名", false };
static const struct method METHOD_RELEASE_LIST = { "release.list", &NO_PARAMS, NULL, &RELEASES_RESULT, NO_SAYS,
	release_run_list, NULL, "all releases that are kept", "列出所有规则版本", false };
static const struct method METHOD_RELEASE_ACTIVATE = { "release.activate", &ACTIVATE_PARAMS, RELEASE_POSITIONAL,
	&RELEASE_RESULT, RELEASE_SAYS, release_run_activate, NULL,
	"puts a release in force, at once or at a time; charges go on meanwhile", "启用规则版本（立即或定时），计费不中断", false };
static const struct method METHOD_RELEASE_REVERT = { "release.revert", &REVERT_PARAMS, NULL, &RELEASE_RESULT,
	RELEASE_SAYS, release_run_revert, NULL, "puts the release in force again that was so before",
	"恢复前一个生效的规则版本", false };
static const struct method METHOD_RELEASE_CANCEL = { "release.cancel", &CANCEL_PARAMS, CANCEL_POSITIONAL,
	&RELEASE_RESULT, RELEASE_SAYS, release_run_cancel, NULL, "takes a scheduled activation back", "取消排期的启用",
	false };
static const struct method METHOD_RELEASE_HISTORY = { "release.history", &RELEASE_HISTORY_PARAMS, NULL,
	&RELEASE_HISTORY_RESULT, NO_SAYS, release_run_history, NULL,
	"which release was in force when, by whom and why, and which are scheduled", "规则版本的启用历史与排期", false };
static const struct method METHOD_RELEASE_DELETE = { "release.delete", &DELETE_PARAMS, RELEASE_POSITIONAL,
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
	{ "language", FIELD_CHOICE, offsetof(struct migrate_params, language), false, 0, 0, LANGUAGES, NULL,
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
static const struct method METHOD_RELEASE_MIGRATE = { "release.migrate", &MIGRATE_PARAMS, MIGRATE_POSITIONAL, &MIGRATE_RESULT,
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
	{ "language", FIELD_CHOICE, DIFF(language), false, 0, 0, LANGUAGES, NULL, "of the sentences", "语句的语言" },
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
	SAY_OVERLOADED, SAY_COUNT };
static const char *const DIFF_POSITIONAL[] = { "from", "to", NULL };
static const struct method METHOD_RELEASE_DIFF = { "release.diff", &DIFF_PARAMS, DIFF_POSITIONAL, &DIFF_RESULT,
	DIFF_SAYS, release_run_diff, NULL, "what differs between two releases, by packages, rows and texts",
	"比较两个规则版本：优惠包、表行与文本的差异", false };

/* ---- the table ---- */

static const struct method *const METHODS[] = {
	&METHOD_HELLO,
	&METHOD_PING,
	&METHOD_RATE,
	&METHOD_CHARGE,
	&METHOD_CHARGE_BATCH,
	&METHOD_PRICE_DUE,
	&METHOD_CHARGE_GET,
	&METHOD_CHARGE_EXPLAIN,
	&METHOD_CUSTOMER_PUT,
	&METHOD_CUSTOMER_GET,
	&METHOD_ACCOUNT_PUT,
	&METHOD_ACCOUNT_GET,
	&METHOD_SUBSCRIPTION_PUT,
	&METHOD_SUBSCRIPTION_GET,
	&METHOD_BALANCE_GET,
	&METHOD_BALANCE_TOPUP,
	&METHOD_HISTORY,
	&METHOD_RELEASE_PUBLISH,
	&METHOD_RELEASE_LIST,
	&METHOD_RELEASE_ACTIVATE,
	&METHOD_RELEASE_REVERT,
	&METHOD_RELEASE_CANCEL,
	&METHOD_RELEASE_HISTORY,
	&METHOD_RELEASE_DELETE,
	&METHOD_RELEASE_MIGRATE,
	&METHOD_RELEASE_DIFF,
	&METHOD_STATS,
};

const enum say METHOD_COMMON_ERRORS[] = { SAY_MALFORMED, SAY_FRAME_TOO_LARGE, SAY_TOO_DEEP,
	SAY_TOO_MANY_VALUES, SAY_UNKNOWN_METHOD, SAY_UNKNOWN_FIELD, SAY_DUPLICATE_FIELD,
	SAY_MISSING_FIELD, SAY_WRONG_TYPE, SAY_OUT_OF_RANGE, SAY_NOT_UTF8, SAY_OUT_OF_MEMORY,
	SAY_INTERNAL, SAY_COUNT };

const struct method *const *
methods_all(size_t *count)
{
	*count = COUNT(METHODS);
	return METHODS;
}

/* clang-format on */

const struct method *
method_charge(void)
{
	return &METHOD_CHARGE;
}

bool
method_is_batch(const struct method *method)
{
	return method == &METHOD_CHARGE_BATCH;
}

const struct method *
method_find(struct text name)
{
	/* What is asked a hundred thousand times a second comes first. */
	if (text_equal(name, TEXT("charge")))
		return &METHOD_CHARGE;
	if (text_equal(name, TEXT("rate")))
		return &METHOD_RATE;
	for (size_t i = 0; i < COUNT(METHODS); i++) {
		if (text_equal(name, text_of(METHODS[i]->name)))
			return METHODS[i];
	}
	return NULL;
}

const char *
field_type_name(enum field_type type, bool zh)
{
	switch (type) {
	case FIELD_IDENTIFIER:
		return zh ? "标识（1 至 64 字节文本）" : "an identifier (text of 1 to 64 bytes)";
	case FIELD_TEXT:
		return zh ? "文本（字节数）" : "a text (bytes)";
	case FIELD_INTEGER:
		return zh ? "整数" : "an integer";
	case FIELD_TIME:
		return zh ? "时间（毫秒整数或带时区的 RFC 3339 文本）"
			  : "a time (integer milliseconds, or RFC 3339 text with an offset)";
	case FIELD_MONEY:
		return zh ? "金额（十进制文本）" : "money (a decimal text)";
	case FIELD_CURRENCY:
		return zh ? "币种（三个大写字母）" : "a currency (three capital letters)";
	case FIELD_BOOLEAN:
		return zh ? "布尔值" : "a boolean";
	case FIELD_CHOICE:
		return zh ? "枚举文本" : "one of some texts";
	case FIELD_LIST:
		return zh ? "数组（条数）" : "an array (items)";
	case FIELD_FACTS:
		return zh ? "名称到文本或整数的映射"
			  : "a map of names to texts or integers (pairs)";
	case FIELD_BYTES:
		return zh ? "字节串" : "bytes";
	case FIELD_MAP:
		return zh ? "映射" : "a map";
	case FIELD_SAY:
		return zh ? "映射 {en, zh}" : "a map {en, zh}";
	case FIELD_ANY:
		return zh ? "任意" : "anything";
	}
	return "?";
}
