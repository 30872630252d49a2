/* Methods: notices (see method.h). */
#include "method_parts.h"

#include "call.h"

/* Tables are laid out by hand. */
/* clang-format off */

/* What a notice is, in an answer and in a list. */
#define NOTICE_FIELDS \
	{ "kind", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, \
		"\"threshold\": what a package counts has come so far; \"low_balance\": the main balance has come down so far", \
		"threshold：优惠包的计数达到阈值；low_balance：主账本余额已降至此" }, \
		{ "package", FIELD_TEXT, 0, false, 0, 64, NULL, NULL, "that says so", "优惠包" }, \
		{ "notify", FIELD_TEXT, 0, false, 0, 64, NULL, NULL, "the id of its notify", "优惠包中的通知" }, \
		{ "threshold", FIELD_TEXT, 0, true, 0, 64, NULL, NULL, "as the catalog or the account has it: \"10%\", \"5.00\"", \
			"阈值，与目录或账户中的写法相同" }, \
		{ "say", FIELD_SAY, 0, true, 0, 0, NULL, NULL, "a sentence in both languages", "一句说明，中英文" }

static const struct field RAISED_FIELDS[] = { NOTICE_FIELDS };
const struct shape METHOD_RAISED_RESULT = { "notice", RAISED_FIELDS, COUNT(RAISED_FIELDS), 0 };

static const struct field HINT_FIELDS[] = {
	{ "low_balance", FIELD_MONEY, 0, true, 0, 0, NULL, NULL,
		"the lowest of the account's `low_balance` that its main balance is not above", "主账本余额不高于的最低一档 low_balance" },
};
const struct shape METHOD_HINT_RESULT = { "hint", HINT_FIELDS, COUNT(HINT_FIELDS), 0 };
