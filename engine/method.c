/*
 * The method table (see method.h): the list of what the server can do. What each method takes and
 * gives stands in method_*.c, by subject.
 */
#include "method_parts.h"

/* Tables are laid out by hand. */
/* clang-format off */

/* ---- what several methods have in common ---- */

const char *const METHOD_LANGUAGES[] = { "en", "zh", NULL };
const char *const METHOD_VALIDITY_EVERY[] = { "hour", "day", "month", "year", NULL };
const struct shape METHOD_NO_PARAMS = { BILINGUAL_STRING("this method", "该方法"), NULL, 0, 1 };
const enum say METHOD_NO_SAYS[] = { SAY_COUNT };
const enum say METHOD_GET_SAYS[] = { SAY_NOT_FOUND, SAY_COUNT };
const enum say METHOD_COMMON_ERRORS[] = { SAY_MALFORMED, SAY_FRAME_TOO_LARGE, SAY_TOO_DEEP,
	SAY_TOO_MANY_VALUES, SAY_UNKNOWN_METHOD, SAY_UNKNOWN_FIELD, SAY_DUPLICATE_FIELD,
	SAY_MISSING_FIELD, SAY_WRONG_TYPE, SAY_OUT_OF_RANGE, SAY_NOT_UTF8, SAY_OUT_OF_MEMORY,
	SAY_INTERNAL, SAY_COUNT };

static const struct field BECAUSE_RESULT_FIELDS[] = {
	{ "condition", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "the first that failed", "首个不满足的条件" },
	{ "wanted", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "what the rule asks", "规则要求" },
	{ "got", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "what was there", "实际情况" },
};
static const struct field TAX_RESULT_FIELDS[] = {
	{ "code", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "as the catalog names it", "目录中的税码" },
	{ "percent", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "the rate, of the net amount", "税率（对不含税金额）" },
	{ "net", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "what is left of the line's amount", "不含税金额" },
	{ "amount", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "the tax in the line's amount, rounded once", "行金额中的税额，取整一次" },
};
const struct shape METHOD_TAX_RESULT = { "tax", TAX_RESULT_FIELDS, COUNT(TAX_RESULT_FIELDS), 0 };

const struct shape METHOD_BECAUSE_RESULT = { "because", BECAUSE_RESULT_FIELDS, COUNT(BECAUSE_RESULT_FIELDS), 0 };

/* ---- the table ---- */

static const struct method *const METHODS[] = {
	&METHOD_HELLO,
	&METHOD_PING,
	&METHOD_RATE,
	&METHOD_CHARGE,
	&METHOD_CHARGE_BATCH,
	&METHOD_CHARGE_CHECK,
	&METHOD_SESSION_RESERVE,
	&METHOD_SESSION_UPDATE,
	&METHOD_SESSION_COMMIT,
	&METHOD_SESSION_RELEASE,
	&METHOD_SESSION_GET,
	&METHOD_PRICE_DUE,
	&METHOD_CHARGE_REFUND,
	&METHOD_CHARGE_CANCEL,
	&METHOD_CHARGE_GET,
	&METHOD_CHARGE_EXPLAIN,
	&METHOD_CUSTOMER_PUT,
	&METHOD_CUSTOMER_GET,
	&METHOD_ACCOUNT_PUT,
	&METHOD_ACCOUNT_GET,
	&METHOD_SUBSCRIPTION_PUT,
	&METHOD_SUBSCRIPTION_GET,
	&METHOD_GROUP_PUT,
	&METHOD_GROUP_GET,
	&METHOD_BALANCE_PUT,
	&METHOD_BALANCE_GET,
	&METHOD_BALANCE_TOPUP,
	&METHOD_BALANCE_ADJUST,
	&METHOD_BALANCE_TRANSFER,
	&METHOD_DEPOSIT_PAY,
	&METHOD_AGENDA_GET,
	&METHOD_HISTORY,
	&METHOD_NOTICE_LIST,
	&METHOD_NOTICE_ACK,
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
	if (text_equal(name, TEXT("session.update")))
		return &METHOD_SESSION_UPDATE;
	if (text_equal(name, TEXT("session.reserve")))
		return &METHOD_SESSION_RESERVE;
	if (text_equal(name, TEXT("session.commit")))
		return &METHOD_SESSION_COMMIT;
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
	case FIELD_MOMENT:
		return zh
			? "时间（毫秒整数、带时区的 RFC 3339 文本，或当地日期如 2026-09-01）"
			: "a time (integer milliseconds, RFC 3339 text with an offset, or a local day such as 2026-09-01)";
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
