/* Methods: what falls due besides usage (see method.h). */
#include "method_parts.h"

#include "call.h"

/* Tables are laid out by hand. */
/* clang-format off */

#define DUE(member) offsetof(struct price_due_params, member)

static const struct field DUE_SPAN_FIELDS[] = {
	{ "from", FIELD_MOMENT, offsetof(struct due_span_params, from), false, 0, 0, NULL, NULL,
		"first instant; since ever if absent", "起始时间，缺省为一直" },
	{ "till", FIELD_MOMENT, offsetof(struct due_span_params, till), false, 0, 0, NULL, NULL,
		"first instant no longer in it; for ever if absent", "终止时间（不含），缺省为永久" },
};
SHAPE(DUE_SPAN_PARAMS, "suspended", DUE_SPAN_FIELDS, struct due_span_params);

static const struct field DUE_BESIDES_FIELDS[] = {
	{ "package", FIELD_IDENTIFIER, offsetof(struct due_span_params, id), true, 0, 0, NULL, NULL,
		"as the catalog names it", "目录中的优惠包名称" },
	{ "from", FIELD_MOMENT, offsetof(struct due_span_params, from), false, 0, 0, NULL, NULL,
		"first instant; since ever if absent", "起始时间，缺省为一直" },
	{ "till", FIELD_MOMENT, offsetof(struct due_span_params, till), false, 0, 0, NULL, NULL,
		"first instant no longer in it; for ever if absent", "终止时间（不含），缺省为永久" },
};
SHAPE(DUE_BESIDES_PARAMS, "besides", DUE_BESIDES_FIELDS, struct due_span_params);

static const struct field DATED_FACT_FIELDS[] = {
	{ "with", FIELD_FACTS, offsetof(struct dated_fact_params, with), true, 0, FACTS_MAX, NULL, NULL,
		"by name, as the catalog declares them: {\"site.tenants\": 2}", "按目录声明的名称：{\"site.tenants\": 2}" },
	{ "from", FIELD_MOMENT, offsetof(struct dated_fact_params, from), false, 0, 0, NULL, NULL,
		"first instant; since ever if absent", "起始时间，缺省为一直" },
	{ "till", FIELD_MOMENT, offsetof(struct dated_fact_params, till), false, 0, 0, NULL, NULL,
		"first instant at which they do not hold any more; for ever if absent", "终止时间（不含），缺省为永久" },
};
SHAPE(DATED_FACT_PARAMS, "facts", DATED_FACT_FIELDS, struct dated_fact_params);

static const struct field PRICE_DUE_FIELDS[] = {
	{ "package", FIELD_IDENTIFIER, DUE(package), true, 0, 0, NULL, NULL, "as the catalog names it", "目录中的优惠包名称" },
	{ "from", FIELD_MOMENT, DUE(from), true, 0, 0, NULL, NULL, "in the first day of the period: \"2026-09-01\", or any time of it",
		"时段首日：\"2026-09-01\"，或该日内任一时刻" },
	{ "till", FIELD_MOMENT, DUE(till), true, 0, 0, NULL, NULL,
		"first instant after the period; a day that has begun is priced whole", "时段之后的第一时刻；已开始的一天按整天计" },
	{ "held_from", FIELD_MOMENT, DUE(held_from), false, 0, 0, NULL, NULL,
		"since when the package is held; since the period begins if absent", "优惠包从何时起持有；缺省为时段开始" },
	{ "held_till", FIELD_MOMENT, DUE(held_till), false, 0, 0, NULL, NULL,
		"first instant at which it is not held any more; for ever if absent; before a term is over, the answer says what that costs",
		"到何时止（不含）；缺省为永久；早于约定期的，答复含提前终止费" },
	{ "group", FIELD_IDENTIFIER, DUE(group), false, 0, 0, NULL, NULL, "held as a member of this group", "作为该群组的成员持有" },
	{ "pays", FIELD_BOOLEAN, DUE(pays), false, 0, 0, NULL, NULL,
		"with a group: true if this member owes what the group owes once", "群组只收一次的费用是否由该成员承担" },
	{ "suspended", FIELD_LIST, DUE(suspended), false, 0, 1000, NULL, &DUE_SPAN_PARAMS,
		"when it was suspended", "停机的时段" },
	{ "params", FIELD_FACTS, DUE(params), false, 0, FACTS_MAX, NULL, NULL, "parameters that the order gives", "订单给出的参数" },
	{ "facts", FIELD_LIST, DUE(facts), false, 0, 1000, NULL, &DATED_FACT_PARAMS,
		"what formulas may ask for, and while it holds", "公式所需的事实及其起止" },
	{ "besides", FIELD_LIST, DUE(besides), false, 0, 1000, NULL, &DUE_BESIDES_PARAMS,
		"other packages that are held; their charges may replace some of this one", "同时持有的其他优惠包，其收费可能取代本优惠包的收费" },
	{ "language", FIELD_CHOICE, DUE(language), false, 0, 0, METHOD_LANGUAGES, NULL, "of the explanation", "说明所用的语言" },
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
	{ "times", FIELD_INTEGER, 0, false, 0, 0, NULL, NULL, "so many whole cycles of that price, if several",
		"该价格的整周期数（多于一个时）" },
	{ "version", FIELD_TIME, 0, true, 0, 0, NULL, NULL, "when the version of the package begins", "优惠包版本的生效时间" },
	{ "because", FIELD_LIST, 0, false, 0, 0, NULL, &DUE_REASON_RESULT, "what a formula says of it", "公式给出的理由" },
};
RESULT(DUE_PART_RESULT, "part", DUE_PART_RESULT_FIELDS);

static const struct field DUE_TERM_RESULT_FIELDS[] = {
	{ "till", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "first day after the term", "约定期之后的第一日" },
	{ "months_begun", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "months of it that had begun", "其中已开始的月数" },
	{ "percent", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "of what remains, if not all of it is owed", "收取剩余部分的百分比（不足全部时）" },
	{ "falls", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "what the amount is less for each of them", "每过一月减少的金额" },
};
RESULT(DUE_TERM_RESULT, "term", DUE_TERM_RESULT_FIELDS);

static const struct field DUE_SHARE_RESULT_FIELDS[] = {
	{ "product", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "whose share it is", "所属产品" },
	{ "partner", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "or whose", "或所属合作方" },
	{ "percent", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "as it was declared", "声明的百分比" },
	{ "amount", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "the last takes what rounding leaves", "金额，最后一份承担取整差额" },
};
RESULT(DUE_SHARE_RESULT, "share", DUE_SHARE_RESULT_FIELDS);

static const struct field DUE_LINE_RESULT_FIELDS[] = {
	{ "rule", FIELD_TEXT, 0, true, 0, 130, NULL, NULL, "package.charge", "优惠包.收费" },
	{ "each", FIELD_INTEGER, 0, false, 0, 0, NULL, NULL, "which of those that it is owed for, from 1",
		"按个收取时为第几个，从 1 起" },
	{ "from", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "first day of its cycle", "周期首日" },
	{ "till", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "first day after its cycle", "周期之后的第一日" },
	{ "due", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "the day on which it falls due", "应付日" },
	{ "amount", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "of the line, rounded once", "本行金额，取整一次" },
	{ "exact", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "the sum of its parts before rounding", "取整前各段之和" },
	{ "tax", FIELD_MAP, 0, false, 0, 0, NULL, &METHOD_TAX_RESULT, "of a line that has a tax code", "有税码的行的税" },
	{ "split", FIELD_LIST, 0, false, 0, 0, NULL, &DUE_SHARE_RESULT, "how it is divided, without its tax", "拆账（不含税）" },
	{ "term", FIELD_MAP, 0, false, 0, 0, NULL, &DUE_TERM_RESULT, "of a line for leaving early: the term", "提前终止费所依据的约定期" },
	{ "parts", FIELD_LIST, 0, true, 0, 0, NULL, &DUE_PART_RESULT, "runs of days in which nothing changed",
		"没有变化的各段日子" },
};
RESULT(DUE_LINE_RESULT, "line", DUE_LINE_RESULT_FIELDS);

static const struct field DUE_UNOWED_RESULT_FIELDS[] = {
	{ "rule", FIELD_TEXT, 0, true, 0, 130, NULL, NULL, "package.charge that is not owed", "不收取的“优惠包.收费”" },
	{ "from", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "first day", "首日" },
	{ "till", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "first day after it", "之后的第一日" },
	{ "by", FIELD_TEXT, 0, false, 0, 130, NULL, NULL, "package.charge that takes its place", "取代它的“优惠包.收费”" },
	{ "group", FIELD_TEXT, 0, false, 0, 64, NULL, NULL, "or the group of which another member owes it", "或由其他成员承担的群组" },
};
RESULT(DUE_UNOWED_RESULT, "unowed", DUE_UNOWED_RESULT_FIELDS);

static const struct field PRICE_DUE_RESULT_FIELDS[] = {
	{ "outcome", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "\"priced\" or \"refused\"", "priced 或 refused" },
	{ "amount", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "the sum of all lines", "各行之和" },
	{ "currency", FIELD_CURRENCY, 0, false, 0, 0, NULL, NULL, "of all amounts", "币种" },
	{ "lines", FIELD_LIST, 0, false, 0, 0, NULL, &DUE_LINE_RESULT, "one for each cycle of each charge",
		"每项收费的每个周期一行" },
	{ "unowed", FIELD_LIST, 0, false, 0, 0, NULL, &DUE_UNOWED_RESULT,
		"days on which a charge is not owed, since another takes its place, or another member owes it",
		"由其他收费取代，或由其他成员承担而不收取的日子" },
	{ "release", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "the release that priced it, first 12 digits",
		"定价所用规则版本（前 12 位）" },
	{ "text", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "why, in lines for people", "供人阅读的说明" },
	{ "code", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "refused: the stable code", "拒绝代码" },
	{ "say", FIELD_SAY, 0, false, 0, 0, NULL, NULL, "refused: a sentence in both languages", "拒绝原因，中英文" },
	{ "nearest", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "refused: the charge that can't be priced", "无法计价的收费" },
	{ "because", FIELD_MAP, 0, false, 0, 0, NULL, &METHOD_BECAUSE_RESULT, "refused: why", "拒绝的依据" },
};
RESULT(PRICE_DUE_RESULT, "dues", PRICE_DUE_RESULT_FIELDS);

static const enum say PRICE_DUE_SAYS[] = { SAY_NO_RELEASE, SAY_NOT_FOUND, SAY_FIELDS_CONFLICT, SAY_OVERFLOW,
	SAY_PARAMETER, SAY_FACT, SAY_RULE_FAILED, SAY_OVERLOADED, SAY_COUNT };
const struct method METHOD_PRICE_DUE = { "price.due", &PRICE_DUE_PARAMS, NULL, &PRICE_DUE_RESULT, PRICE_DUE_SAYS,
	due_run_price, NULL, "what a package costs besides usage in a period: its fees, line by line; changes nothing",
	"查询优惠包在一段时间内使用费以外的费用，不做任何更改", false };
