/* Methods: what packages store of a customer's money, and when something falls due (see method.h). */
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

/* ---- agenda.get ---- */

GET_PARAMS(AGENDA_GET, "agenda.get", "subscription", "the subscription's id", "用户编号");

static const struct field AGENDA_STORED_FIELDS[] = {
	{ "deposit", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "its name, of a deposit", "预存款名称" },
	{ "gift", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "its name, of a gift", "赠款名称" },
	{ "amount", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "all of it", "总额" },
	{ "paid", FIELD_TIME, 0, false, 0, 0, NULL, NULL, "when the deposit was paid in", "预存款缴纳时间" },
	{ "given", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "so many instalments have come, or were skipped", "已到（含跳过）期数" },
	{ "times", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "of so many", "总期数" },
	{ "left", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "what of a deposit lies there, unreleased; what of a gift may still come",
		"预存款中尚未返还的部分，或尚可赠送的部分" },
};
RESULT(AGENDA_STORED_RESULT, "stored", AGENDA_STORED_FIELDS);
static const struct field AGENDA_HELD_FIELDS[] = {
	{ "package", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "that owes or stores something", "有收费或预存、赠送的优惠包" },
	{ "from", FIELD_TIME, 0, false, 0, 0, NULL, NULL, "since when it is held", "持有起始时间" },
	{ "stuck", FIELD_TEXT, 0, false, 0, 0, NULL, NULL,
		"why what falls due can't be done: a code, the package and the charge; tried again each midnight, and when the subscription is put",
		"到期事项无法处理的原因：代码、优惠包与收费；每日零点及重写用户时重试" },
	{ "stored", FIELD_LIST, 0, false, 0, 0, NULL, &AGENDA_STORED_RESULT, "its deposits and gifts", "预存款与赠款" },
};
RESULT(AGENDA_HELD_RESULT, "held", AGENDA_HELD_FIELDS);
static const struct field AGENDA_GET_RESULT_FIELDS[] = {
	{ "subscription", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "as it was given", "用户编号" },
	{ "next", FIELD_TIME, 0, false, 0, 0, NULL, NULL, "when something may fall due next; if that is past, it is being done", "下次可能到期的时间；已过则正在处理" },
	{ "held", FIELD_LIST, 0, true, 0, 0, NULL, &AGENDA_HELD_RESULT, "packages that owe or store something", "有收费或预存、赠送的优惠包" },
};
RESULT(AGENDA_GET_RESULT, "agenda", AGENDA_GET_RESULT_FIELDS);
const struct method METHOD_AGENDA_GET = { "agenda.get", &AGENDA_GET, AGENDA_GET_POSITIONAL, &AGENDA_GET_RESULT, METHOD_GET_SAYS,
	agenda_run_get, NULL, "when something falls due next of a subscription, and how far its deposits and gifts have come",
	"查询用户下次到期时间，以及预存款与赠款的进度", false };

/* clang-format on */
