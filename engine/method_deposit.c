/* Methods: what packages store of a customer's money (see method.h). */
#include "method_parts.h"

#include "call.h"

/* Tables are laid out by hand. */
/* clang-format off */

#define DEPOSIT(member) offsetof(struct deposit_params, member)

static const struct field DEPOSIT_PAY_FIELDS[] = {
	{ "account", FIELD_IDENTIFIER, DEPOSIT(account), true, 0, 0, NULL, NULL, "who pays for the subscription", "用户的付费账户" },
	{ "id", FIELD_IDENTIFIER, DEPOSIT(id), true, 0, 0, NULL, NULL,
		"the request's own id: sent twice, it counts once", "请求编号：重复发送只生效一次" },
	{ "at", FIELD_TIME, DEPOSIT(at_ms), true, 0, 0, NULL, NULL, "when it was paid", "缴纳时间" },
	{ "subscription", FIELD_IDENTIFIER, DEPOSIT(subscription), true, 0, 0, NULL, NULL, "whose package it is", "持有优惠包的用户" },
	{ "package", FIELD_IDENTIFIER, DEPOSIT(package), true, 0, 0, NULL, NULL, "that it holds then", "当时持有的优惠包" },
	{ "deposit", FIELD_IDENTIFIER, DEPOSIT(deposit), true, 0, 0, NULL, NULL, "as the package names it; its amount is the package's",
		"优惠包中的预存款名称，金额由优惠包规定" },
	ATTEMPT_FIELD(DEPOSIT(attempt)),
};
SHAPE(DEPOSIT_PAY_PARAMS, "deposit.pay", DEPOSIT_PAY_FIELDS, struct deposit_params);

static const struct field DEPOSIT_PAY_RESULT_FIELDS[] = {
	{ "outcome", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "\"paid_in\" or \"refused\"", "paid_in 或 refused" },
	REPEAT_ANSWERED,
	{ "charge", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "where it is kept, for charge.get", "记录位置" },
	{ "subscription", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "as it was given", "用户编号" },
	{ "package", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "as it was given", "优惠包" },
	{ "deposit", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "as it was given", "预存款名称" },
	{ "amount", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "what is stored", "存入金额" },
	{ "currency", FIELD_CURRENCY, 0, false, 0, 0, NULL, NULL, "currency", "币种" },
	{ "balance", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "of the main balance, which it leaves as it is", "主账本余额，不因此变化" },
	REFUSAL_FIELDS,
};
RESULT(DEPOSIT_PAY_RESULT, "deposit", DEPOSIT_PAY_RESULT_FIELDS);

static const enum say DEPOSIT_PAY_SAYS[] = { SAY_ID_CONFLICT, SAY_NO_RELEASE, SAY_UNKNOWN_ACCOUNT, SAY_UNKNOWN_DEPOSIT,
	SAY_DEPOSIT_PAID, SAY_WRONG_CURRENCY, SAY_TOO_OLD, SAY_AHEAD_OF_CLOCK, SAY_DISK_FULL, SAY_OVERLOADED, SAY_COUNT };
const struct method METHOD_DEPOSIT_PAY = { "deposit.pay", &DEPOSIT_PAY_PARAMS, NULL, &DEPOSIT_PAY_RESULT, DEPOSIT_PAY_SAYS,
	deposit_run_pay, NULL,
	"pays in a deposit that a package of a subscription stores, once; the server releases it, and gives its gifts, on their dates",
	"缴纳用户优惠包中的预存款，且只生效一次；由系统按期返还并赠送", true };

/* clang-format on */
