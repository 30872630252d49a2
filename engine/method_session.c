/* Methods: sessions (see method.h, session.c). */
#include "method_parts.h"

#include "call.h"

#include "../store/session_record.h"

/* Tables are laid out by hand. */
/* clang-format off */

#define PART(member) offsetof(struct session_part_params, member)
#define SESSION(member) offsetof(struct session_params, member)

/* ---- what is said of a part ---- */

#define PART_NAME_FIELD \
	{ "part", FIELD_IDENTIFIER, PART(part), false, 0, 0, NULL, NULL, \
		"its name in the session; the service's if absent", "该部分在会话中的名称；缺省为业务名" }
#define SERVICE_FIELD(required) \
	{ "service", FIELD_IDENTIFIER, PART(service), required, 0, 0, NULL, NULL, \
		"of a new part: the service, as the catalog names it", "新的部分：业务，目录中的名称" }
#define DESCRIPTION_FIELDS \
	{ "to", FIELD_TEXT, PART(to), false, 0, 64, NULL, NULL, \
		"of a new part: the digits dialled, an address", "新的部分：所拨号码或地址" }, \
		{ "with", FIELD_FACTS, PART(with), false, 0, FACTS_MAX, NULL, NULL, \
			"of a new part: other facts that rules may read", "新的部分：规则可读取的其他属性" }, \
		{ "unit", FIELD_TEXT, PART(unit), false, 4, 6, NULL, NULL, \
			"of a new part: second, byte or item; the service's own if absent", \
			"新的部分：second、byte 或 item；缺省为业务的单位" }
#define USED_FIELD(required) \
	{ "used", FIELD_INTEGER, PART(used), required, 0, QUANTITY_MAX, NULL, NULL, \
		"so many units since the last report", "自上次上报以来的使用量" }
#define ASK_FIELD(en, zh) \
	{ "ask", FIELD_INTEGER, PART(ask), false, 0, QUANTITY_MAX, NULL, NULL, en, zh }

/* ---- what is said of a session ---- */

#define SESSION_FIELDS \
	{ "service_id", FIELD_IDENTIFIER, SESSION(service_id), true, 0, 0, NULL, NULL, \
		"who uses: a phone number, an account name", "使用者的业务接入号（电话号码、账号名）" }, \
		{ "session", FIELD_IDENTIFIER, SESSION(session), true, 0, 0, NULL, NULL, \
			"the session's own id, never used again", "会话编号，不得重复使用" }
#define REQUEST_FIELDS \
	SESSION_FIELDS, \
	{ "number", FIELD_INTEGER, SESSION(number), true, 0, UINT32_MAX, NULL, NULL, \
		"of this request in the session: sent twice, it counts once; higher ones come later", \
		"请求在会话中的序号：重复发送只生效一次；序号递增" }, \
	{ "at", FIELD_TIME, SESSION(at_ms), true, 0, 0, NULL, NULL, \
		"when this was; usage of a part begins at the first", "发生时间；各部分的使用从其首个请求的时间开始" }
#define VALIDITY_FIELD \
	{ "validity_s", FIELD_INTEGER, SESSION(validity_s), false, 1, 31536000, NULL, NULL, \
		"so many seconds without a request end the session; if absent, as the catalog says; session.validity_max at most, and if nobody says it", \
		"多少秒内没有请求则会话结束；缺省按目录规定；最大值与未规定时的值为 session.validity_max" }
#define PARTS_FIELD(required, shape, en, zh) \
	{ "parts", FIELD_LIST, SESSION(parts), required, required, SESSION_PARTS_MAX, NULL, &(shape), en, zh }

#define PART_SHAPE(c_name, ...) \
	static const struct field c_name##_FIELDS[] = { __VA_ARGS__ }; \
	SHAPE(c_name, "part", c_name##_FIELDS, struct session_part_params)
#define REQUEST_SHAPE(c_name, method, ...) \
	static const struct field c_name##_FIELDS[] = { REQUEST_FIELDS, __VA_ARGS__ }; \
	SHAPE(c_name, method, c_name##_FIELDS, struct session_params)

/* ---- what is answered ---- */

static const struct field FINAL_RESULT_FIELDS[] = {
	{ "action", FIELD_TEXT, 0, true, 0, 0, NULL, NULL,
		"when these units are used: \"terminate\", end the service; \"redirect\", lead the user to an address; \"restrict\", allow some services only",
		"用完后：terminate 终止服务；redirect 引导到某地址；restrict 仅允许某些业务" },
	{ "to", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "of redirect: the address", "用于 redirect：地址" },
	{ "services", FIELD_ANY, 0, false, 0, 0, NULL, NULL, "list of texts, of restrict: the services that are still allowed", "文本列表，用于 restrict：仍允许的业务" },
};
RESULT(FINAL_RESULT, "final", FINAL_RESULT_FIELDS);

static const struct field PART_RESULT_FIELDS[] = {
	{ "part", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "its name", "名称" },
	{ "granted", FIELD_INTEGER, 0, false, 0, 0, NULL, NULL, "if it asked: so many units may be used now; what is paid for already counts", "已请求时：现在可使用的数量（含已付费的部分）" },
	{ "used", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "in all", "累计使用量" },
	{ "charged", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "in all", "累计扣费" },
	{ "held", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "for what is granted", "为已授予部分冻结的金额" },
	{ "held_of", FIELD_LIST, 0, false, 0, 0, NULL, &METHOD_PAID_RESULT, "of whom that is held, if not of the main balance alone; in the order of paying", "冻结所在的账本（不只冻结主账本时），按支付次序" },
	{ "final", FIELD_MAP, 0, false, 0, 0, NULL, &FINAL_RESULT, "if less is granted than was asked for: what to do then", "授予少于请求时：用完后的处理" },
	{ "code", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "why less is granted, or not all could be priced: the stable code", "授予不足或无法全部计价的原因代码" },
	{ "say", FIELD_SAY, 0, false, 0, 0, NULL, NULL, "the same in both languages", "原因，中英文" },
	{ "change_at", FIELD_TIME, 0, false, 0, 0, NULL, NULL, "the tariff changes then, within what is granted: report at that instant", "已授予部分中资费变更的时间：届时请上报" },
	{ "unpaid", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "what its usage cost beyond what could be paid; a later report charges it if it can be", "余额不足而未收取的金额；以后的上报可收取时再收取" },
	{ "unpriced", FIELD_INTEGER, 0, false, 0, 0, NULL, NULL, "so much of its usage nothing prices", "无法计价的使用量" },
	{ "lines", FIELD_LIST, 0, false, 0, 0, NULL, &METHOD_LINE_RESULT, "if it told what was used: the price of all that, as of one event", "已上报使用量时：全部使用量作为一次使用的计费明细" },
};
RESULT(PART_RESULT, "part", PART_RESULT_FIELDS);

static const struct field SESSION_RESULT_FIELDS[] = {
	{ "outcome", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "\"granted\", \"charged\", \"released\" or \"refused\"", "granted、charged、released 或 refused" },
	REPEAT_ANSWERED,
	{ "charge", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "where it is kept, shard:position:index, for charge.get and charge.explain; that of what closed the session, for charge.refund", "记录位置，用于 charge.get 与 charge.explain；结束会话的请求的记录位置用于 charge.refund" },
	{ "parts", FIELD_LIST, 0, false, 0, 0, NULL, &PART_RESULT, "those that the request names", "请求中提到的各部分" },
	{ "charged", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "by this request", "本次扣费" },
	{ "paid", FIELD_LIST, 0, false, 0, 0, NULL, &METHOD_PAID_RESULT, "who paid how much of that, if it was not the main balance alone; in the order of paying, other accounts first, the main balance last",
		"本次扣费中各账本支付的金额（不只由主账本支付时），按支付次序，代付账户在前，主账本在最后" },
	{ "held", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "for all parts of the session", "会话全部部分冻结的金额" },
	{ "balance", FIELD_MONEY, 0, false, 0, 0, NULL, NULL, "of the account, afterwards, with what is held", "之后的余额（含冻结金额）" },
	{ "currency", FIELD_CURRENCY, 0, false, 0, 0, NULL, NULL, "of all amounts", "币种" },
	{ "release", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "the release that prices the session, first 12 digits", "会话定价所用规则版本（前 12 位）" },
	{ "valid_till", FIELD_TIME, 0, false, 0, 0, NULL, NULL, "the session ends by itself then, unless something is heard of it", "若无后续请求，会话在此时自动结束" },
	RAISED_ANSWERED,
	HINT_ANSWERED,
	REFUSAL_FIELDS,
};
RESULT(SESSION_RESULT, "session", SESSION_RESULT_FIELDS);

#define COMMON_SAYS SAY_ID_CONFLICT, SAY_NO_RELEASE, SAY_FIELDS_CONFLICT, SAY_OVERFLOW, SAY_RULE_FAILED, \
	SAY_TOO_OLD, SAY_AHEAD_OF_CLOCK, SAY_DISK_FULL, SAY_OVERLOADED
#define GRANT_SAYS SAY_SUSPENDED, SAY_SUBSCRIPTION_ENDED, SAY_NO_PRICE, SAY_CALENDAR_NOT_COVERED, SAY_AMBIGUOUS_TARIFF, \
	SAY_LIMIT_REACHED, SAY_TOO_FEW_UNITS, SAY_FROZEN, SAY_BALANCE_TOO_LOW

/* ---- session.reserve ---- */

PART_SHAPE(RESERVE_PART,
	SERVICE_FIELD(true),
	PART_NAME_FIELD,
	DESCRIPTION_FIELDS,
	ASK_FIELD("so many units are asked for; 0, or absent: the quota that the catalog says", "请求的数量；0 或缺省为目录规定的配额"));
REQUEST_SHAPE(RESERVE_PARAMS, "session.reserve",
	PARTS_FIELD(true, RESERVE_PART, "what is to be used, 8 at most; money goes to them in this order", "将要使用的各部分，最多 8 个；按此顺序分配余额"),
	VALIDITY_FIELD);
static const enum say RESERVE_SAYS[] = { COMMON_SAYS, SAY_SESSION_OPEN, SAY_UNKNOWN_SUBSCRIPTION, SAY_WRONG_CURRENCY, GRANT_SAYS, SAY_COUNT };

/* ---- session.update ---- */

PART_SHAPE(UPDATE_PART,
	PART_NAME_FIELD,
	SERVICE_FIELD(false),
	DESCRIPTION_FIELDS,
	USED_FIELD(false),
	ASK_FIELD("so many units more are asked for; 0: the quota that the catalog says; if absent, nothing is held for it any more", "再请求的数量；0 为目录规定的配额；缺省则不再为其冻结"));
REQUEST_SHAPE(UPDATE_PARAMS, "session.update",
	PARTS_FIELD(false, UPDATE_PART, "what was used, and what is asked for; a part that is not named stays as it is", "已使用的与再请求的；未提到的部分保持不变"),
	VALIDITY_FIELD);
static const enum say UPDATE_SAYS[] = { COMMON_SAYS, SAY_UNKNOWN_SESSION, GRANT_SAYS, SAY_COUNT };

/* ---- session.commit ---- */

PART_SHAPE(COMMIT_PART,
	PART_NAME_FIELD,
	SERVICE_FIELD(false),
	DESCRIPTION_FIELDS,
	USED_FIELD(true));
REQUEST_SHAPE(COMMIT_PARAMS, "session.commit",
	PARTS_FIELD(false, COMMIT_PART, "what was used", "已使用的各部分"));
static const enum say COMMIT_SAYS[] = { COMMON_SAYS, SAY_UNKNOWN_SESSION, SAY_COUNT };

/* ---- session.release ---- */

static const struct field RELEASE_FIELDS[] = { REQUEST_FIELDS };
SHAPE(RELEASE_PARAMS, "session.release", RELEASE_FIELDS, struct session_params);
static const enum say RELEASE_SAYS[] = { COMMON_SAYS, SAY_UNKNOWN_SESSION, SAY_COUNT };

/* ---- session.get ---- */

static const struct field GET_FIELDS[] = { SESSION_FIELDS };
SHAPE(GET_PARAMS_OF_SESSION, "session.get", GET_FIELDS, struct session_params);
static const char *const GET_POSITIONAL[] = { "service_id", "session", NULL };

static const struct field GET_PART_RESULT_FIELDS[] = {
	{ "part", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "its name", "名称" },
	{ "service", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "the service", "业务" },
	{ "to", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "where it goes; empty: nothing was said", "去向；空表示未给出" },
	{ "unit", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "second, byte or item", "单位" },
	{ "at", FIELD_TIME, 0, true, 0, 0, NULL, NULL, "when it began", "开始时间" },
	{ "used", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "in all", "累计使用量" },
	{ "granted", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "beyond that", "此外已授予的数量" },
	{ "charged", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "in all", "累计扣费" },
	{ "held", FIELD_MONEY, 0, true, 0, 0, NULL, NULL, "for what is granted", "为已授予部分冻结的金额" },
	{ "held_of", FIELD_LIST, 0, false, 0, 0, NULL, &METHOD_PAID_RESULT, "of whom that is held, if not of the main balance alone; in the order of paying", "冻结所在的账本（不只冻结主账本时），按支付次序" },
};
RESULT(GET_PART_RESULT, "part", GET_PART_RESULT_FIELDS);
static const struct field GET_RESULT_FIELDS[] = {
	{ "service_id", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "as asked", "业务接入号" },
	{ "session", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "as asked", "会话编号" },
	{ "subscription", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "whose it is", "用户" },
	{ "account", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "that pays", "付费账户" },
	{ "began", FIELD_TIME, 0, true, 0, 0, NULL, NULL, "when it was reserved first", "开始时间" },
	{ "number", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "the highest of its requests", "已受理的最大请求序号" },
	{ "valid_till", FIELD_TIME, 0, true, 0, 0, NULL, NULL, "it ends by itself then", "届时自动结束" },
	{ "parts", FIELD_LIST, 0, true, 0, 0, NULL, &GET_PART_RESULT, "what it consists of", "各部分" },
	{ "version", FIELD_INTEGER, 0, true, 0, 0, NULL, NULL, "of the record", "版本" },
};
RESULT(GET_RESULT, "open session", GET_RESULT_FIELDS);

const struct method METHOD_SESSION_RESERVE = { "session.reserve", &RESERVE_PARAMS, NULL, &SESSION_RESULT, RESERVE_SAYS,
	session_run_reserve, session_warm, "begins a session: grants as much of what is asked for as can be paid, and holds the money for it",
	"开始会话：按可支付的数量授予，并冻结相应金额", true };
const struct method METHOD_SESSION_UPDATE = { "session.update", &UPDATE_PARAMS, NULL, &SESSION_RESULT, UPDATE_SAYS,
	session_run_update, session_warm, "reports what was used, charges it, and asks for more; one that was overtaken by a later one is charged and granted nothing",
	"上报使用量并扣费，再请求授予；晚到的请求只扣费不授予", true };
const struct method METHOD_SESSION_COMMIT = { "session.commit", &COMMIT_PARAMS, NULL, &SESSION_RESULT, COMMIT_SAYS,
	session_run_commit, session_warm, "reports what was used last, charges it, and closes the session", "上报最后的使用量，扣费并关闭会话", true };
const struct method METHOD_SESSION_RELEASE = { "session.release", &RELEASE_PARAMS, NULL, &SESSION_RESULT, RELEASE_SAYS,
	session_run_release, session_warm, "closes the session without charging more", "关闭会话，不再扣费", true };
const struct method METHOD_SESSION_GET = { "session.get", &GET_PARAMS_OF_SESSION, GET_POSITIONAL, &GET_RESULT, METHOD_GET_SAYS,
	session_run_get, NULL, "reads an open session", "查询未结束的会话", true };
