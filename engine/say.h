/*
 * What the server says to people: every code it may answer with, and its sentence in English and
 * Chinese. A code is stable; its sentences may be bettered.
 *
 * Errors go into the error slot and mean that nothing was decided. Refusals are decided results.
 * Blanks {0}, {1} … are filled in order of the arguments; a sentence may use them in any order.
 * What a sentence says depends on may itself be words: such arguments are texts in both languages
 * (base/bilingual.h), and each sentence takes its half.
 */
#ifndef SUANPAN_SAY_H
#define SUANPAN_SAY_H

#include "base/arena.h"
#include "base/bilingual.h"

enum say_kind { SAY_ERROR, SAY_REFUSAL };

/* CODE(name, kind, English, Chinese) */
/* clang-format off */
#define SAY_CODES(CODE) \
	CODE(MALFORMED, SAY_ERROR, "this is not a MessagePack-RPC request: {0}", \
		"这不是 MessagePack-RPC 请求：{0}") \
	CODE(FRAME_TOO_LARGE, SAY_ERROR, \
		"the message is longer than {0} bytes; send less at a time. The connection is closed", \
		"消息超过 {0} 字节；请减少每次发送的内容。连接已关闭") \
	CODE(TOO_DEEP, SAY_ERROR, "arrays and maps are nested deeper than {0}", \
		"数组和映射的嵌套超过 {0} 层") \
	CODE(TOO_MANY_VALUES, SAY_ERROR, "the message holds more than {0} values", \
		"消息中的值超过 {0} 个") \
	CODE(UNKNOWN_METHOD, SAY_ERROR, "there is no method \"{0}\"; suanpan help lists them", \
		"没有方法 \"{0}\"；suanpan help 列出所有方法") \
	CODE(UNKNOWN_FIELD, SAY_ERROR, "{0} has no field \"{1}\"; it has {2}", \
		"{0} 没有字段 \"{1}\"；可用字段：{2}") \
	CODE(DUPLICATE_FIELD, SAY_ERROR, "field \"{0}\" is given twice", "字段 \"{0}\" 出现了两次") \
	CODE(MISSING_FIELD, SAY_ERROR, "field \"{0}\" is missing", "缺少字段 \"{0}\"") \
	CODE(FIELDS_CONFLICT, SAY_ERROR, "{0}", "{0}") \
	CODE(WRONG_TYPE, SAY_ERROR, "field \"{0}\" must be {1}, not {2}", \
		"字段 \"{0}\" 应为 {1}，而不是 {2}") \
	CODE(OUT_OF_RANGE, SAY_ERROR, "field \"{0}\" must be {1}", "字段 \"{0}\" 应为 {1}") \
	CODE(NOT_UTF8, SAY_ERROR, "field \"{0}\" is not valid UTF-8", "字段 \"{0}\" 不是有效的 UTF-8") \
	CODE(ID_CONFLICT, SAY_ERROR, \
		"id \"{0}\" was used before for another request (entry {1}); use a new id for a new request", \
		"编号 \"{0}\" 已用于另一个请求（记录 {1}）；新请求请使用新编号") \
	CODE(VERSION_CONFLICT, SAY_ERROR, \
		"{0} \"{1}\" is at version {2}, not at {3}; read it again and decide anew", \
		"{0} \"{1}\" 的版本是 {2}，不是 {3}；请重新读取后再决定") \
	CODE(NOT_FOUND, SAY_ERROR, "there is no {0} \"{1}\"", "没有{0} \"{1}\"") \
	CODE(IN_USE, SAY_ERROR, "{0}", "{0}") \
	CODE(NO_RELEASE, SAY_ERROR, \
		"no release is in force yet; publish a catalog with suanpan publish and activate it", \
		"尚无生效的规则版本；请用 suanpan publish 发布目录并启用") \
	CODE(BAD_CATALOG, SAY_ERROR, "the catalog has errors: {0}", "目录有错误：{0}") \
	CODE(TESTS_FAILED, SAY_ERROR, \
		"{0} of {1} tests of the catalog failed, so it is not published: {2}", \
		"目录的 {1} 个测试中有 {0} 个失败，未发布：{2}") \
	CODE(NOT_PROVED, SAY_ERROR, \
		"the catalog could not be worked through to its end, so nothing was done with it: {0}", \
		"目录未能处理到底，未予采用：{0}") \
	CODE(DISK_FULL, SAY_ERROR, "the disk, or the map of the state, has no room for new work; nothing was decided, try again later", \
		"磁盘空间或状态库映射空间不足，无法受理新请求；未做任何处理，请稍后重试") \
	CODE(OVERLOADED, SAY_ERROR, "{0}; nothing was decided, try again", "{0}；未做任何处理，请重试") \
	CODE(OUT_OF_MEMORY, SAY_ERROR, "the server has no memory for this; nothing was decided, try again later", \
		"服务器内存不足；未做任何处理，请稍后重试") \
	CODE(INTERNAL, SAY_ERROR, "the server could not read what it needs: {0}", "服务器无法读取所需数据：{0}") \
	CODE(TOO_OLD, SAY_REFUSAL, "the event happened more than {0} days ago; older ones are not accepted, and nothing is kept of this", \
		"事件发生在 {0} 天以前，已超过受理期限；没有保存任何内容") \
	CODE(AHEAD_OF_CLOCK, SAY_REFUSAL, "the event lies more than {0} seconds in the future; nothing is kept of this, send it again later", \
		"事件时间比服务器时钟超前 {0} 秒以上；没有保存任何内容，请稍后再发") \
	CODE(UNKNOWN_SUBSCRIPTION, SAY_REFUSAL, "nobody held service id \"{0}\" at that time", \
		"当时没有用户使用业务接入号 \"{0}\"") \
	CODE(UNKNOWN_ACCOUNT, SAY_REFUSAL, "there is no account \"{0}\"", "没有账户 \"{0}\"") \
	CODE(UNKNOWN_BALANCE, SAY_REFUSAL, "account \"{1}\" has no balance \"{0}\"; make it with balance.put first", \
		"账户 \"{1}\" 没有账本 \"{0}\"；请先用 balance.put 建立") \
	CODE(BALANCE_EXPIRED, SAY_REFUSAL, "balance \"{0}\" of account \"{1}\" has expired; make it valid again with balance.put first", \
		"账户 \"{1}\" 的账本 \"{0}\" 已到期；请先用 balance.put 延长有效期") \
	CODE(FROZEN, SAY_REFUSAL, "{0} is frozen, and nothing is taken from it; thaw it first: {1} without frozen", \
		"{0}已冻结，不能扣款；请先解冻：不带 frozen 调用 {1}") \
	CODE(SUSPENDED, SAY_REFUSAL, "subscription \"{0}\" was suspended at that time", \
		"用户 \"{0}\" 当时处于停机状态") \
	CODE(SUBSCRIPTION_ENDED, SAY_REFUSAL, "subscription \"{0}\" was not in force at that time", \
		"用户 \"{0}\" 当时未生效或已终止") \
	CODE(NO_PRICE, SAY_REFUSAL, "nothing prices this usage: {4}", "没有适用的资费：{4}") \
	CODE(CALENDAR_NOT_COVERED, SAY_REFUSAL, "the calendar of {0} does not cover {3}", \
		"{0} 的日历未覆盖 {3}") \
	CODE(AMBIGUOUS_TARIFF, SAY_REFUSAL, "two packages of one layer price this usage: {0} and {3}", \
		"同一层的两个优惠包都给出了价格：{0} 与 {3}") \
	CODE(OVERFLOW, SAY_REFUSAL, "the amount is larger than can be held", "金额超出可表示的范围") \
	CODE(RULE_FAILED, SAY_REFUSAL, "a function of {0} failed: {3}", "{0} 中的函数执行失败：{3}") \
	CODE(PARAMETER, SAY_REFUSAL, "a parameter of the package is missing, or is not allowed: {0}", \
		"优惠包的参数缺失或不允许：{0}") \
	CODE(FACT, SAY_REFUSAL, "a fact that a formula needs is missing, or is not what it must be: {0}", \
		"公式所需的事实缺失或不符：{0}") \
	CODE(LIMIT_REACHED, SAY_REFUSAL, "the limit {0} was reached: {4}", "已达到限额 {0}：{4}") \
	CODE(TOO_FEW_UNITS, SAY_REFUSAL, "{0} takes {2} units, and {3} are there: {4}", \
		"{0} 需要 {2} 个单位，只有 {3}：{4}") \
	CODE(WRONG_CURRENCY, SAY_REFUSAL, "the account is kept in {0}, this is in {1}", \
		"账户币种为 {0}，而本次为 {1}") \
	CODE(OTHER_UNIT, SAY_REFUSAL, "balance \"{0}\" of account \"{1}\" is of {2}; give {3}", \
		"账户 \"{1}\" 的账本 \"{0}\" 以 {2} 计；请给出 {3}") \
	CODE(UNKNOWN_DEPOSIT, SAY_REFUSAL, \
		"account \"{0}\" pays for no subscription \"{1}\" that holds package \"{2}\" with a deposit \"{3}\" at that time", \
		"账户 \"{0}\" 当时没有付费用户 \"{1}\" 持有含预存款 \"{3}\" 的优惠包 \"{2}\"") \
	CODE(DEPOSIT_PAID, SAY_REFUSAL, "deposit {0}.{1} of subscription \"{2}\" was paid in before", \
		"用户 \"{2}\" 的预存款 {0}.{1} 此前已缴纳") \
	CODE(UNKNOWN_CHARGE, SAY_REFUSAL, "there is no charge \"{0}\"", "没有费用 \"{0}\"") \
	CODE(NOT_A_CHARGE, SAY_REFUSAL, "\"{0}\" is {1}; only a charge can be given back", \
		"\"{0}\" 是{1}；只有费用可以退还") \
	CODE(OTHER_ACCOUNT, SAY_REFUSAL, "charge \"{0}\" was paid by another account than \"{1}\"", \
		"费用 \"{0}\" 不是由账户 \"{1}\" 支付的") \
	CODE(ALREADY_REFUNDED, SAY_REFUSAL, "all of charge \"{0}\" was given back before, last by \"{1}\"", \
		"费用 \"{0}\" 此前已全部退还，最后一次为 \"{1}\"") \
	CODE(MORE_THAN_CHARGED, SAY_REFUSAL, "of charge \"{0}\" only {1} and {2} are left to be given back", \
		"费用 \"{0}\" 只剩 {1} 和 {2} 可退") \
	CODE(REFUND_TOO_LATE, SAY_REFUSAL, "by {0}, nothing is given back so long after the usage", \
		"根据 {0}，使用后这么久不再退费") \
	CODE(UNITS_ONLY, SAY_REFUSAL, "by {0}, units are given back, and no money", "根据 {0}，只退数量，不退金额") \
	CODE(WRONG_UNIT, SAY_REFUSAL, "charge \"{0}\" counts {1}, this is in {2}", \
		"费用 \"{0}\" 按{1}计，而本次为{2}") \
	CODE(REPORT_OF_SESSION, SAY_REFUSAL, "\"{0}\" is a report of session \"{1}\", and a session is given back as one charge, with all its reports: say so by `session`", \
		"\"{0}\" 是会话 \"{1}\" 的一次上报；会话连同全部上报作为一笔费用退还：请给出 session") \
	CODE(OTHER_SESSION, SAY_REFUSAL, "\"{0}\" is no report of session \"{1}\"", \
		"\"{0}\" 不是会话 \"{1}\" 的上报") \
	CODE(SESSION_NOT_CLOSED, SAY_REFUSAL, "\"{0}\" did not close session \"{1}\", which is given back when it is closed, by the charge id of what closed it: a commit, a release, or its expiry, which history shows", \
		"会话 \"{1}\" 不是由 \"{0}\" 结束的；会话结束后，凭结束它的请求（commit、release 或到期，见 history）的编号退还") \
	CODE(SESSION_OPEN, SAY_REFUSAL, "service id \"{1}\" has a session \"{0}\" that is open; update, commit or release it, or name the new one otherwise", \
		"业务接入号 \"{1}\" 的会话 \"{0}\" 尚未结束；请更新、提交或释放它，或为新会话另取编号") \
	CODE(UNKNOWN_SESSION, SAY_REFUSAL, "service id \"{1}\" has no open session \"{0}\": it never began, or was closed, or has expired; nothing was charged", \
		"业务接入号 \"{1}\" 没有未结束的会话 \"{0}\"：从未开始、已关闭或已过期；没有扣费") \
	CODE(BALANCE_TOO_LOW, SAY_REFUSAL, "this takes {0} {2}, but only {1} {2} can be spent", \
		"需要 {0} {2}，可用余额只有 {1} {2}")
/* clang-format on */

#define SAY_ENUM(code, kind, en, zh) SAY_##code,
enum say { SAY_CODES(SAY_ENUM) SAY_COUNT };
#undef SAY_ENUM

/* "MALFORMED" … */
const char *say_code(enum say say);
enum say_kind say_kind(enum say say);
/* The sentence with its blanks, for the reference. */
const char *say_template(enum say say, bool zh);

/* Kinds of things, as arguments of NOT_FOUND and VERSION_CONFLICT. */
#define SAY_CUSTOMER BILINGUAL("customer", "客户")
#define SAY_GROUP BILINGUAL("group", "群组")
#define SAY_ACCOUNT BILINGUAL("account", "账户")
#define SAY_BALANCE BILINGUAL("balance", "账本")
#define SAY_SUBSCRIPTION BILINGUAL("subscription", "用户")
#define SAY_CHARGE BILINGUAL("charge", "费用")
#define SAY_SESSION BILINGUAL("open session", "未结束的会话")
#define SAY_PACKAGE BILINGUAL("package", "优惠包")
#define SAY_RELEASE BILINGUAL("release", "规则版本")
#define SAY_TIME_ZONE BILINGUAL("time zone", "时区")

#define SAY_ARGUMENTS_MAX 5
/*
 * The sentence with its blanks filled, in the arena. Arguments that are not there are empty. data
 * is NULL without memory.
 */
struct text
say_fill(struct arena *arena, enum say say, bool zh, const struct text *arguments, size_t count);

#endif
