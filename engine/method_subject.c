/* Methods: customers, accounts, subscriptions (see method.h). */
#include "method_parts.h"

#include "call.h"

#include "../store/record_customer.h"
#include "../store/records.h"

/* Tables are laid out by hand. */
/* clang-format off */

static const struct field SOON_FIELDS[] = {
	{ "count", FIELD_INTEGER, offsetof(struct validity_params, count), true, 1, 100000, NULL, NULL,
		"so many; days, months and years are counted back from the day of the end, to its first instant, in the time zone of the account, or of the catalog",
		"数量；日、月、年自到期之日往前推算，取账户（或目录）时区当日的第一刻" },
	{ "every", FIELD_CHOICE, offsetof(struct validity_params, every), true, 0, 0, METHOD_VALIDITY_EVERY, NULL,
		"of which; hours are exactly so long before", "单位；hour 按整小时精确计算" },
};
SHAPE(SOON_PARAMS, "how long before", SOON_FIELDS, struct validity_params);
static const struct field AGREEMENT_FIELDS[] = {
	{ "agreement", FIELD_IDENTIFIER, offsetof(struct agreement_params, id), true, 0, 0, NULL, NULL,
		"its id; as the catalog names it, if it does; a text alone is enough", "协议编号；目录中有时与之相同；可只写文本" },
	{ "from", FIELD_TIME, offsetof(struct agreement_params, from_ms), false, 0, 0, NULL, NULL,
		"it holds from then on; since ever if absent", "生效时间，缺省为一直" },
	{ "till", FIELD_TIME, offsetof(struct agreement_params, till_ms), false, 0, 0, NULL, NULL,
		"the first instant at which it holds no more; never if absent", "到期时间（不含），缺省为永久" },
	{ "ends_soon", FIELD_MAP, offsetof(struct agreement_params, ends_soon), false, 0, 0, NULL, &SOON_PARAMS,
		"a notice is raised so long before it ends; none if absent", "到期前多久产生通知；缺省为无" },
};
SHAPE(AGREEMENT_PARAMS, "agreements", AGREEMENT_FIELDS, struct agreement_params);
static const struct field CUSTOMER_FIELDS[] = {
	{ "customer", FIELD_IDENTIFIER, offsetof(struct customer_params, customer), true, 0, 0, NULL, NULL,
		"the customer's id", "客户编号" },
	{ "segment", FIELD_TEXT, offsetof(struct customer_params, segment), false, 0, 64, NULL, NULL,
		"\"public\", \"business\" …", "客户群：public、business 等" },
	{ "area", FIELD_TEXT, offsetof(struct customer_params, area), false, 0, 64, NULL, NULL, "area", "地区" },
	{ "facts", FIELD_FACTS, offsetof(struct customer_params, facts), false, 0, FACTS_MAX, NULL, NULL,
		"what rules may know of the customer", "规则可读取的客户属性" },
	{ "agreements", FIELD_LIST, offsetof(struct customer_params, agreements), false, 0, CUSTOMER_AGREEMENTS_MAX, NULL, &AGREEMENT_PARAMS,
		"that the customer has signed, with dates; none if absent", "客户签订的协议及其日期；缺省为无" },
	METHOD_EXPECT(customer_params),
};
SHAPE(CUSTOMER_PARAMS, "customer.put", CUSTOMER_FIELDS, struct customer_params);

static const struct field LOW_FIELDS[] = {
	{ "amount", FIELD_MONEY, offsetof(struct amount_params, amount), true, -MICROS_MAX, MICROS_MAX, NULL, NULL,
		"when no more than this is left; a text alone is enough", "余额不高于此金额时；可只写文本" },
};
SHAPE(LOW_PARAMS, "low_balance", LOW_FIELDS, struct amount_params);
static const struct field PERCENT_FIELDS[] = {
	{ "percent", FIELD_INTEGER, offsetof(struct percent_params, percent), true, 1, PERCENT_MAX, NULL, NULL,
		"when no more than so much is left of what was there after money last came in; a number alone is enough",
		"余额不高于最近一次资金转入后余额的百分之几时；可只写数字" },
};
SHAPE(PERCENT_PARAMS, "low_percent", PERCENT_FIELDS, struct percent_params);
/* When somebody is told of the money of an account, or a balance. */
#define EXPIRES_SOON_FIELD(type, en, zh) \
	{ "expires_soon", FIELD_MAP, offsetof(struct type, tells.expires_soon), false, 0, 0, NULL, &SOON_PARAMS, en, zh }
#define LOW_BALANCE_FIELDS(type, en, zh) \
	{ "low_balance", FIELD_LIST, offsetof(struct type, tells.low_balance), false, 0, LOWS_MAX, NULL, &LOW_PARAMS, \
		"amounts of money: a notice is raised when " en " comes down to one of them; none if absent", \
		"若干金额：" zh "降到其中之一时产生通知；缺省为无" }, \
	{ "low_percent", FIELD_LIST, offsetof(struct type, tells.low_percent), false, 0, LOWS_MAX, NULL, &PERCENT_PARAMS, \
		"percents: the same, of what was there after something last came in by a top-up, a gift or a transfer; of what is there now, " \
		"until some does", \
		"若干百分数：同上，相对于最近一次充值、赠送或转入后的余额；此前以当前余额为准" }
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
	{ "temporary_floor", FIELD_MONEY, offsetof(struct account_params, temporary_floor), false, -MICROS_MAX, 0, NULL, NULL,
		"how low it may fall for a while: the lower of both floors holds until `temporary_till`",
		"临时余额下限（临时信用额度）：至 temporary_till 为止，取两个下限中较低者" },
	{ "temporary_till", FIELD_TIME, offsetof(struct account_params, temporary_till_ms), false, 0, 0, NULL, NULL,
		"with a temporary_floor: the first instant at which it holds no more, by the server's clock", "临时下限失效的时间（不含），按服务器时钟" },
	{ "frozen", FIELD_BOOLEAN, offsetof(struct account_params, frozen), false, 0, 0, NULL, NULL,
		"true: its balances pay nothing, FROZEN; what costs nothing is still charged, and money may come in; put without it to thaw",
		"true：各账本不再支付，应答 FROZEN；零元的使用仍可计费，资金仍可转入；不带此项再次 put 即解冻" },
	LOW_BALANCE_FIELDS(account_params, "the main balance", "主账本余额"),
	EXPIRES_SOON_FIELD(account_params,
		"a notice is raised so long before any other of its balances ends on which something is left, unless that says another time itself; none if absent",
		"其他账本到期前多久（尚有余额时）产生通知，账本自行写明的除外；缺省为无"),
	METHOD_EXPECT(account_params),
};
SHAPE(ACCOUNT_PARAMS, "account.put", ACCOUNT_FIELDS, struct account_params);

static const char *const BALANCE_KINDS[] = { "gift", "deposit", "units", NULL };
static const struct field PAYS_FIELDS[] = {
	{ "usage", FIELD_IDENTIFIER, offsetof(struct get_params, id), true, 0, 0, NULL, NULL,
		"a service, or a service, a dot and one of its zones: \"voice\", \"voice.local\"; or what falls due: \"@charges\" for all "
		"of it, \"@package.charge\" for one charge",
		"业务，或业务加点加区域：\"voice\"、\"voice.local\"；或到期收费：\"@charges\" 为全部，\"@优惠包.收费\" 为某一项" },
};
SHAPE(PAYS_PARAMS, "pays", PAYS_FIELDS, struct get_params);
static const struct field BALANCE_FOR_FIELDS[] = {
	{ "subscription", FIELD_IDENTIFIER, offsetof(struct balance_for_params, subscription), false, 0, 0, NULL, NULL,
		"only for usage of this one, which the account pays for; a text alone is enough",
		"只用于该用户的使用，须由该账户付费；可只写文本" },
	{ "group", FIELD_IDENTIFIER, offsetof(struct balance_for_params, group), false, 0, 0, NULL, NULL,
		"only for usage of those who hold a package as members of this group then",
		"只用于当时作为该群组成员持有优惠包的用户的使用" },
};
SHAPE(BALANCE_FOR_PARAMS, "for", BALANCE_FOR_FIELDS, struct balance_for_params);
static const char *const VALIDITY_BEGINS[] = { "now", "first_use", NULL };
static const struct field VALID_FIELDS[] = {
	VALIDITY_FIELDS,
	{ "begins", FIELD_CHOICE, offsetof(struct validity_params, begins), false, 0, 0, VALIDITY_BEGINS, NULL,
		"now, by the server's clock and anew with each put (if absent), or with the first charge that takes from it: then `till` is there",
		"now：自本次 put 起，按服务器时钟（缺省，每次 put 重新计算）；first_use：自首次支付起，届时出现 till" },
};
SHAPE(VALID_PARAMS, "valid", VALID_FIELDS, struct validity_params);
static const struct field BALANCE_PUT_FIELDS[] = {
	{ "account", FIELD_IDENTIFIER, offsetof(struct balance_put_params, account), true, 0, 0, NULL, NULL,
		"whose it is; must exist", "所属账户，必须已存在" },
	{ "balance", FIELD_IDENTIFIER, offsetof(struct balance_put_params, balance), true, 0, 0, NULL, NULL,
		"its name, any but \"main\"", "账本名称，不能是 main" },
	{ "kind", FIELD_CHOICE, offsetof(struct balance_put_params, kind), false, 0, 0, BALANCE_KINDS, NULL,
		"of money: gift if absent; the catalog's `pay_order` says which kind pays first. With a `unit`: units, if absent too",
		"金额账本：缺省为 gift；先用哪一类由目录的 pay_order 决定。给出 unit 时为 units，可不写" },
	{ "unit", FIELD_TEXT, offsetof(struct balance_put_params, unit), false, 1, 16, NULL, NULL,
		"\"second\", \"byte\" or \"item\": a balance of units, which pay for usage before money does, as allowances do; the account's "
		"currency if absent: money; never changes",
		"\"second\"、\"byte\" 或 \"item\"：数量账本，与免费资源一样先于金额抵扣使用；缺省为账户币种，即金额账本；不可更改" },
	{ "pays", FIELD_LIST, offsetof(struct balance_put_params, pays), false, 0, BALANCE_PAYS_MAX, NULL, &PAYS_PARAMS,
		"for which usage; for everything if absent, of units all that is counted in them; a text alone is enough",
		"可支付的使用，缺省为一切（数量账本为所有以该单位计量的使用）；可只写文本" },
	{ "for", FIELD_MAP, offsetof(struct balance_put_params, user), false, 0, 0, NULL, &BALANCE_FOR_PARAMS,
		"for whose usage: of one subscription, or of a group; of all that the account pays for if absent",
		"用于谁的使用：一个用户，或一个群组；缺省为该账户付费的所有用户" },
	{ "frozen", FIELD_BOOLEAN, offsetof(struct balance_put_params, frozen), false, 0, 0, NULL, NULL,
		"true: it pays nothing, and nothing is taken from it; money may come in, and it expires as ever; put without it to thaw",
		"true：不再支付，也不能扣减；资金仍可转入，到期照常；不带此项再次 put 即解冻" },
	{ "from", FIELD_TIME, offsetof(struct balance_put_params, from_ms), false, 0, 0, NULL, NULL,
		"usage from then on; since ever if absent", "可支付自此时起的使用，缺省为一直" },
	{ "till", FIELD_TIME, offsetof(struct balance_put_params, till_ms), false, 0, 0, NULL, NULL,
		"when what is left has expired and pays no more, whenever the usage was; never if absent",
		"到期时间（不含）：届时剩余金额失效，不再支付任何时间的使用；缺省为永久" },
	{ "valid", FIELD_MAP, offsetof(struct balance_put_params, valid), false, 0, 0, NULL, &VALID_PARAMS,
		"instead of `till`: how long", "代替 till：有效期长短" },
	LOW_BALANCE_FIELDS(balance_put_params, "it", "该账本余额"),
	EXPIRES_SOON_FIELD(balance_put_params,
		"a notice is raised so long before it ends, if something is left on it; as the account says if absent",
		"到期前多久（尚有余额时）产生通知；缺省按账户的设定"),
	METHOD_EXPECT(balance_put_params),
};
SHAPE(BALANCE_PUT_PARAMS, "balance.put", BALANCE_PUT_FIELDS, struct balance_put_params);

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
static const struct field HELD_FACT_FIELDS[] = {
	{ "with", FIELD_FACTS, offsetof(struct held_fact_params, with), true, 0, FACTS_MAX, NULL, NULL,
		"by name, as the catalog declares them: {\"site.tenants\": 2}", "按目录声明的名称：{\"site.tenants\": 2}" },
	{ "from", FIELD_TIME, offsetof(struct held_fact_params, from_ms), false, 0, 0, NULL, NULL,
		"first instant; since ever if absent", "起始时间，缺省为一直" },
	{ "till", FIELD_TIME, offsetof(struct held_fact_params, till_ms), false, 0, 0, NULL, NULL,
		"first instant at which they do not hold any more; for ever if absent", "终止时间（不含），缺省为永久" },
};
const struct shape METHOD_HELD_FACT_PARAMS = { "facts", HELD_FACT_FIELDS, COUNT(HELD_FACT_FIELDS), sizeof(struct held_fact_params) };
static const struct field PACKAGE_FIELDS[] = {
	SPAN_FIELDS("package", "as the catalog names it", "目录中的优惠包名称"),
	{ "group", FIELD_IDENTIFIER, offsetof(struct span_params, group), false, 0, 0, NULL, NULL,
		"held as a member of this group: what the package shares is counted for all who hold it with the same group",
		"作为该群组的成员持有：优惠包中共享的部分由同组成员合并计数" },
	{ "group_from", FIELD_TIME, offsetof(struct span_params, group_from_ms), false, 0, 0, NULL, NULL,
		"with a group: since when the group holds it; `from` if absent; the same for all members",
		"群组自何时起持有；缺省同 from；各成员须一致" },
	{ "members", FIELD_INTEGER, offsetof(struct span_params, members), false, 1, GROUP_MEMBERS_MAX, NULL, NULL,
		"with a group: how many members it has, where a rule asks; as many as hold something by it then if absent",
		"群组的成员数，供规则使用；缺省取当时由该群组持有优惠包的用户数" },
	{ "pays", FIELD_BOOLEAN, offsetof(struct span_params, pays), false, 0, 0, NULL, NULL,
		"with a group: true for the member that owes, and gets, what the group does once", "群组只收（或只给）一次的，是否由该成员承担" },
	{ "params", FIELD_FACTS, offsetof(struct span_params, params), false, 0, FACTS_MAX, NULL, NULL,
		"parameters that the order gives; money as text: {\"monthly_fee\": \"99.00\"}",
		"订单给出的参数，金额用文本：{\"monthly_fee\": \"99.00\"}" },
	{ "facts", FIELD_LIST, offsetof(struct span_params, facts), false, 0, PACKAGE_VALUES_MAX, NULL, &METHOD_HELD_FACT_PARAMS,
		"what the formulas of its charges may ask for, and while it holds; {\"params.monthly_fee\": \"99.00\"} with a from: what a "
		"parameter is from then on", "其收费公式所需的事实及其起止；{\"params.monthly_fee\": \"99.00\"} 并写 from：参数自该时起的值" },
};
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

static const struct field PAYER_FIELDS[] = {
	{ "account", FIELD_IDENTIFIER, offsetof(struct payer_params, account), true, 0, 0, NULL, NULL,
		"another account, kept in the same currency; must exist", "另一个账户，币种须相同，必须已存在" },
	{ "services", FIELD_LIST, offsetof(struct payer_params, services), false, 0, BALANCE_PAYS_MAX, NULL, &PAYS_PARAMS,
		"for which usage, and what falls due, it pays; for everything if absent; a text alone is enough", "为哪些使用与到期收费付费，缺省为一切；可只写文本" },
	{ "up_to", FIELD_MONEY, offsetof(struct payer_params, up_to), false, 0, MICROS_MAX, NULL, NULL,
		"how much it pays in a calendar month, by the time of the usage, or of what falls due, and the catalog's clock; without bound if absent",
		"每个自然月最多支付的金额，按使用或到期时间与目录时区计；缺省不限" },
};
SHAPE(PAYER_PARAMS, "payers", PAYER_FIELDS, struct payer_params);

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
		&PACKAGE_PARAMS, "what it holds, with dates, by at most 16 different groups; a text alone is held for ever",
		"所持优惠包及其日期，至多涉及 16 个群组；仅写文本表示永久" },
	{ "states", FIELD_LIST, offsetof(struct subscription_params, states), false, 0, 100, NULL,
		&STATE_PARAMS, "active for ever if absent; outside all of them it is ended",
		"状态及其日期；缺省为一直正常，范围之外视为终止" },
	{ "payers", FIELD_LIST, offsetof(struct subscription_params, payers), false, 0, SUBSCRIPTION_PAYERS_MAX, NULL,
		&PAYER_PARAMS, "other accounts whose main balances pay for its usage and what falls due of it, in this order and as far as they can; "
		"the rest is the account's own", "其他账户：按此次序由其主账本先支付该用户的使用与到期收费，不足部分由本账户支付" },
	METHOD_EXPECT(subscription_params),
};
SHAPE(SUBSCRIPTION_PARAMS, "subscription.put", SUBSCRIPTION_FIELDS, struct subscription_params);

GET_PARAMS(CUSTOMER_GET, "customer.get", "customer", "the customer's id", "客户编号");
GET_PARAMS(ACCOUNT_GET, "account.get", "account", "the account's id", "账户编号");
GET_PARAMS(SUBSCRIPTION_GET, "subscription.get", "subscription", "the subscription's id", "用户编号");
static const struct field PUT_RESULT_FIELDS[] = {
	{ "outcome", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "\"stored\", or \"unchanged\" if it was so already",
		"stored；若内容未变则为 unchanged" },
	{ "version", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "for `expect` next time", "版本，供下次 expect 使用" },
};
const struct shape METHOD_PUT_RESULT = { "put", PUT_RESULT_FIELDS, COUNT(PUT_RESULT_FIELDS), 0 };
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
static const enum say SUBSCRIPTION_PUT_SAYS[] = { SAY_FIELDS_CONFLICT, SAY_PARAMETER, SAY_VERSION_CONFLICT, SAY_NOT_FOUND, SAY_IN_USE,
	SAY_DISK_FULL, SAY_OVERLOADED, SAY_COUNT };
const struct method METHOD_CUSTOMER_PUT = { "customer.put", &CUSTOMER_PARAMS, NULL, &METHOD_PUT_RESULT, PUT_SAYS,
	put_run_customer, NULL, "makes or changes a customer", "新建或修改客户", true };
const struct method METHOD_CUSTOMER_GET = { "customer.get", &CUSTOMER_GET, CUSTOMER_GET_POSITIONAL, &GET_RESULT,
	METHOD_GET_SAYS, query_run_customer, NULL, "reads a customer", "查询客户", false };
const struct method METHOD_ACCOUNT_PUT = { "account.put", &ACCOUNT_PARAMS, NULL, &METHOD_PUT_RESULT, PUT_SAYS,
	put_run_account, NULL, "makes or changes an account; a new one has a balance of 0; never touches money",
	"新建或修改账户；新账户余额为 0；不涉及资金", true };
const struct method METHOD_ACCOUNT_GET = { "account.get", &ACCOUNT_GET, ACCOUNT_GET_POSITIONAL, &GET_RESULT,
	METHOD_GET_SAYS, query_run_account, NULL, "reads an account", "查询账户", false };
static const enum say BALANCE_PUT_SAYS[] = { SAY_FIELDS_CONFLICT, SAY_VERSION_CONFLICT, SAY_NOT_FOUND, SAY_IN_USE,
	SAY_DISK_FULL, SAY_OVERLOADED, SAY_COUNT };
const struct method METHOD_BALANCE_PUT = { "balance.put", &BALANCE_PUT_PARAMS, NULL, &METHOD_PUT_RESULT, BALANCE_PUT_SAYS,
	put_run_balance, NULL,
	"makes or changes a balance besides the main one: what it may pay, and when; never touches money",
	"新建或修改主账本以外的账本：可支付什么、何时有效；不涉及资金", true };
const struct method METHOD_SUBSCRIPTION_PUT = { "subscription.put", &SUBSCRIPTION_PARAMS, NULL, &METHOD_PUT_RESULT,
	SUBSCRIPTION_PUT_SAYS, put_run_subscription, NULL,
	"makes or changes a subscription with its service ids, packages and states, in one step",
	"新建或修改用户及其接入号、优惠包和状态，一步完成", true };
const struct method METHOD_SUBSCRIPTION_GET = { "subscription.get", &SUBSCRIPTION_GET,
	SUBSCRIPTION_GET_POSITIONAL, &GET_RESULT, METHOD_GET_SAYS, query_run_subscription, NULL,
	"reads a subscription", "查询用户", false };
