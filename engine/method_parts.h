/*
 * What the parts of the method table (method.h) share: how a shape is written down, and what several
 * methods have in common. Each method_*.c describes the methods of one subject; method.c lists them.
 */
#ifndef SUANPAN_METHOD_PARTS_H
#define SUANPAN_METHOD_PARTS_H

#include "method.h"

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

/* A method that takes the id of one thing, as a map or in an array. */
#define GET_PARAMS(c_name, shown, key, en, zh) \
	static const struct field c_name##_FIELDS[] = { { key, FIELD_IDENTIFIER, \
		offsetof(struct get_params, id), true, 0, 0, NULL, NULL, en, zh } }; \
	SHAPE(c_name, shown, c_name##_FIELDS, struct get_params); \
	static const char *const c_name##_POSITIONAL[] = { key, NULL }

/* The version that a put expects. */
#define METHOD_EXPECT(type) \
	{ "expect", FIELD_INTEGER, offsetof(struct type, expect), false, 0, INT64_MAX, NULL, NULL, \
		"the version you read; 0: it must not exist yet; absent: whatever is there is replaced", \
		"读到的版本；0 表示必须尚不存在；缺省则直接替换" }

/*
 * Rows that several methods have word for word. What is alike but for its words stays a row of its own:
 * the tables are what a client reads of a method.
 */
#define ATTEMPT_FIELD(place) \
	{ "attempt", FIELD_INTEGER, place, false, 1, 255, NULL, NULL, \
		"2 and up decide a refused request anew; 1 if absent", "大于 1 表示对被拒绝的请求重新处理；缺省为 1" }
#define CHARGE_FIELD(place) \
	{ "charge", FIELD_TEXT, place, true, 5, 64, NULL, NULL, \
		"shard:position:index, as a charge was answered", "计费应答中的 shard:position:index" }
#define CHARGE_ANSWERED { "charge", FIELD_TEXT, 0, true, 0, 0, NULL, NULL, "shard:position:index", "记录位置" }
/* What an answer says of the notices that its entry raised. */
#define RAISED_ANSWERED \
	{ "notices", FIELD_LIST, 0, false, 0, 0, NULL, &METHOD_RAISED_RESULT, \
		"what it made known, if anything", "由此产生的通知" }
#define HINT_ANSWERED \
	{ "hint", FIELD_MAP, 0, false, 0, 0, NULL, &METHOD_HINT_RESULT, "the balance is low", "余额偏低" }
#define REPEAT_ANSWERED \
	{ "repeat", FIELD_BOOLEAN, 0, true, 0, 0, NULL, NULL, "the answer was given before", "是否重复应答" }

/* How long, of a struct validity_params. */
#define VALIDITY_FIELDS \
	{ "count", FIELD_INTEGER, offsetof(struct validity_params, count), true, 1, 100000, NULL, NULL, \
		"so many; days, months and years end at midnight in the account's time zone, and the day of their beginning is the first of them", \
		"数量；日、月、年止于账户时区的午夜，起始当日计为第一日" }, \
		{ "every", FIELD_CHOICE, offsetof(struct validity_params, every), true, 0, 0, METHOD_VALIDITY_EVERY, NULL, \
			"of which; hours end exactly so much later", "单位；hour 按整小时精确计算" }

/* What a refusal says in a result. */
#define REFUSAL_FIELDS \
	{ "code", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "refused: the stable code", "拒绝代码" }, \
		{ "say", FIELD_SAY, 0, false, 0, 0, NULL, NULL, "refused: a sentence in both languages", \
			"拒绝原因，中英文" }, \
		{ "nearest", FIELD_TEXT, 0, false, 0, 0, NULL, NULL, "refused: the nearest rule", "最接近的规则" }, \
		{ "because", FIELD_MAP, 0, false, 0, 0, NULL, &METHOD_BECAUSE_RESULT, \
			"refused: why it did not apply", "该规则不适用的原因" }

extern const char *const METHOD_LANGUAGES[];
extern const char *const METHOD_VALIDITY_EVERY[];
extern const struct shape METHOD_NO_PARAMS;
extern const struct shape METHOD_BECAUSE_RESULT;
extern const struct shape METHOD_TAX_RESULT; /* of a line */
extern const struct shape METHOD_HELD_FACT_PARAMS;
extern const struct shape METHOD_PUT_RESULT;
extern const struct shape METHOD_RAISED_RESULT;
extern const struct shape METHOD_HINT_RESULT;
extern const struct shape METHOD_LINE_RESULT; /* of a price */
extern const struct shape METHOD_PAID_RESULT; /* what somebody paid of it */
extern const enum say METHOD_NO_SAYS[];
extern const enum say METHOD_GET_SAYS[];

extern const struct method METHOD_HELLO;
extern const struct method METHOD_PING;
extern const struct method METHOD_RATE;
extern const struct method METHOD_CHARGE;
extern const struct method METHOD_CHARGE_BATCH;
extern const struct method METHOD_CHARGE_CHECK;
extern const struct method METHOD_SESSION_RESERVE;
extern const struct method METHOD_SESSION_UPDATE;
extern const struct method METHOD_SESSION_COMMIT;
extern const struct method METHOD_SESSION_RELEASE;
extern const struct method METHOD_SESSION_GET;
extern const struct method METHOD_PRICE_DUE;
extern const struct method METHOD_CHARGE_REFUND;
extern const struct method METHOD_CHARGE_CANCEL;
extern const struct method METHOD_CHARGE_GET;
extern const struct method METHOD_CHARGE_EXPLAIN;
extern const struct method METHOD_CUSTOMER_PUT;
extern const struct method METHOD_CUSTOMER_GET;
extern const struct method METHOD_ACCOUNT_PUT;
extern const struct method METHOD_ACCOUNT_GET;
extern const struct method METHOD_SUBSCRIPTION_PUT;
extern const struct method METHOD_SUBSCRIPTION_GET;
extern const struct method METHOD_GROUP_PUT;
extern const struct method METHOD_GROUP_GET;
extern const struct method METHOD_BALANCE_PUT;
extern const struct method METHOD_BALANCE_GET;
extern const struct method METHOD_BALANCE_TOPUP;
extern const struct method METHOD_BALANCE_ADJUST;
extern const struct method METHOD_BALANCE_TRANSFER;
extern const struct method METHOD_DEPOSIT_PAY;
extern const struct method METHOD_AGENDA_GET;
extern const struct method METHOD_HISTORY;
extern const struct method METHOD_NOTICE_LIST;
extern const struct method METHOD_NOTICE_ACK;
extern const struct method METHOD_RELEASE_PUBLISH;
extern const struct method METHOD_RELEASE_LIST;
extern const struct method METHOD_RELEASE_ACTIVATE;
extern const struct method METHOD_RELEASE_REVERT;
extern const struct method METHOD_RELEASE_CANCEL;
extern const struct method METHOD_RELEASE_HISTORY;
extern const struct method METHOD_RELEASE_DELETE;
extern const struct method METHOD_RELEASE_MIGRATE;
extern const struct method METHOD_RELEASE_DIFF;
extern const struct method METHOD_STATS;

#endif
