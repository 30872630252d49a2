/* Methods, as the reference shows them (see reference.h). */
#include "reference.h"

#include "../engine/base/must.h"

#include <inttypes.h>
#include <string.h>

enum { TYPE_BYTES = 400, PATH_BYTES = 200, SENTENCE_BYTES = 1000 };
#define USAGE_EXAMPLE \
	"\"service_id\": \"07715510000\", \"service\": \"voice\", \"to\": \"02073241552\", " \
	"\"at\": \"2026-09-18T09:30:00+08:00\", \"seconds\": 95"

struct example {
	const char *method;
	const char *params;
};

/* A test calls each of them. */
static const struct example EXAMPLES[] = {
	{ "hello", "{\"language\": \"zh\", \"client\": \"billing\"}" },
	{ "ping", "" },
	{ "stats", "" },
	{ "rate", "{" USAGE_EXAMPLE "}" },
	{ "charge", "{\"id\": \"switch1:1758000002.2\", " USAGE_EXAMPLE "}" },
	{ "charge_batch", "{\"items\": [{\"id\": \"switch1:1758000003.3\", " USAGE_EXAMPLE "}]}" },
	{ "charge.check", "{" USAGE_EXAMPLE "}" },
	{ "session.reserve",
		"{\"service_id\": \"07715510000\", \"session\": \"switch1:77\", \"number\": 0, "
		"\"at\": \"2026-09-18T09:30:00+08:00\", \"validity_s\": 900, "
		"\"parts\": [{\"service\": \"voice\", \"to\": \"02073241552\", \"ask\": 300}]}" },
	{ "session.update",
		"{\"service_id\": \"07715510000\", \"session\": \"switch1:77\", \"number\": 1, "
		"\"at\": \"2026-09-18T09:34:50+08:00\", "
		"\"parts\": [{\"part\": \"voice\", \"used\": 290, \"ask\": 300}]}" },
	{ "session.commit",
		"{\"service_id\": \"07715510000\", \"session\": \"switch1:77\", \"number\": 2, "
		"\"at\": \"2026-09-18T09:36:30+08:00\", \"parts\": [{\"part\": \"voice\", \"used\": 100}]}" },
	{ "session.release",
		"{\"service_id\": \"07715510000\", \"session\": \"switch1:78\", \"number\": 1, "
		"\"at\": \"2026-09-18T09:36:30+08:00\"}" },
	{ "session.get", "[\"07715510000\", \"switch1:77\"]" },
	{ "charge.refund",
		"{\"charge\": \"0:4160:0\", \"id\": \"complaint-17\", \"at\": \"2026-09-18T10:00:00+08:00\", "
		"\"amount\": \"0.10\", \"currency\": \"CNY\", \"by\": \"li.wei\", \"why\": \"no line\"}" },
	{ "charge.cancel",
		"{\"charge\": \"0:4160:0\", \"id\": \"mistake-3\", \"at\": \"2026-09-18T10:00:00+08:00\", "
		"\"why\": \"charged to the wrong line\"}" },
	{ "charge.get", "[\"0:4096:0\"]" },
	{ "price.due",
		"{\"package\": \"e6_base\", \"from\": \"2026-03-01T00:00:00+08:00\", \"till\": \"2026-04-01T00:00:00+08:00\", "
		"\"held_from\": \"2026-03-10T18:30:00+08:00\"}" },
	{ "charge.explain", "{\"charge\": \"0:4096:0\", \"language\": \"zh\"}" },
	{ "customer.put",
		"{\"customer\": \"c1\", \"segment\": \"public\", \"facts\": {\"vip\": 1}}" },
	{ "customer.get", "[\"c1\"]" },
	{ "account.put",
		"{\"account\": \"a1\", \"customer\": \"c1\", \"currency\": \"CNY\", \"floor\": \"-100.00\", "
		"\"low_balance\": [\"10.00\", \"-80.00\"], \"low_percent\": [20]}" },
	{ "account.get", "[\"a1\"]" },
	{ "subscription.put",
		"{\"subscription\": \"s1\", \"account\": \"a1\", \"product\": \"pstn\", "
		"\"service_ids\": [\"07715510000\"], "
		"\"packages\": [{\"package\": \"fixed_line\", \"from\": \"2026-01-01T00:00:00+08:00\"}]}" },
	{ "subscription.get", "[\"s1\"]" },
	{ "group.put",
		"{\"group\": \"T17\", \"kind\": \"site\", \"home\": \"c1\", "
		"\"facts\": [{\"with\": {\"site.build_cost\": \"250000.00\", \"site.years\": 10}}]}" },
	{ "group.get", "[\"T17\"]" },
	{ "balance.put",
		"{\"account\": \"a1\", \"balance\": \"spring\", \"pays\": [\"voice.local\"], "
		"\"till\": \"2026-06-01T00:00:00+08:00\"}" },
	{ "balance.get", "[\"a1\"]" },
	{ "balance.topup",
		"{\"account\": \"a1\", \"id\": \"counter7:20260918-0042\", \"at\": \"2026-09-18T09:00:00+08:00\", "
		"\"amount\": \"50.00\", \"currency\": \"CNY\"}" },
	{ "balance.adjust",
		"{\"account\": \"a1\", \"id\": \"desk3:17\", \"at\": \"2026-09-18T17:30:00+08:00\", "
		"\"amount\": \"-5.00\", \"currency\": \"CNY\", \"why\": \"typed twice\"}" },
	{ "balance.transfer",
		"{\"account\": \"a1\", \"to\": \"a2\", \"id\": \"app:9001\", \"at\": \"2026-09-18T18:00:00+08:00\", "
		"\"amount\": \"20.00\", \"currency\": \"CNY\"}" },
	{ "agenda.get", "[\"s1\"]" },
	{ "deposit.pay",
		"{\"account\": \"a1\", \"id\": \"counter7:20260115-0007\", \"at\": \"2026-01-15T10:00:00+08:00\", "
		"\"subscription\": \"s1\", \"package\": \"deposit_600\", \"deposit\": \"stored\"}" },
	{ "history", "{\"account\": \"a1\", \"limit\": 20}" },
	{ "notice.list", "{\"after\": \"000000000000a0580000\", \"limit\": 20}" },
	{ "notice.ack", "[\"000000000000a0580000\"]" },
	{ "release.publish", "{\"bundle\": {\"$bytes\": \"U1BCVU5ETDE=\"}, \"by\": \"li.wei\"}" },
	{ "release.list", "" },
	{ "release.activate", "{\"release\": \"00ab0e9b0541\", \"audience\": \"new\"}" },
	{ "release.revert", "{\"by\": \"li.wei\", \"why\": \"night calls cost too little\"}" },
	{ "release.cancel", "[\"2026-12-01T00:00:00+08:00\"]" },
	{ "release.history", "" },
	{ "release.delete", "[\"7bed4272a7d0\"]" },
	{ "release.migrate", "{\"subscriptions\": [\"s1\", \"s2\"], \"preview\": true}" },
	{ "release.diff", "[\"00ab0e9b0541\", \"7bed4272a7d0\"]" },
};

const char *
reference_example(const char *method)
{
	for (size_t i = 0; i < sizeof EXAMPLES / sizeof EXAMPLES[0]; i++) {
		if (strcmp(EXAMPLES[i].method, method) == 0)
			return EXAMPLES[i].params;
	}
	return NULL;
}

/* ---- types ---- */

static const char *
type_word(enum field_type type, bool zh)
{
	switch (type) {
	case FIELD_IDENTIFIER:
		return zh ? "标识" : "identifier";
	case FIELD_TEXT:
		return zh ? "文本" : "text";
	case FIELD_INTEGER:
		return zh ? "整数" : "integer";
	case FIELD_MOMENT:
		return zh ? "时间或日期" : "time or day";
	case FIELD_TIME:
		return zh ? "时间" : "time";
	case FIELD_MONEY:
		return zh ? "金额" : "money";
	case FIELD_CURRENCY:
		return zh ? "币种" : "currency";
	case FIELD_BOOLEAN:
		return zh ? "布尔值" : "boolean";
	case FIELD_CHOICE:
		return zh ? "其一：" : "one of";
	case FIELD_LIST:
		return zh ? "数组" : "list";
	case FIELD_FACTS:
		return zh ? "属性" : "facts";
	case FIELD_BYTES:
		return zh ? "字节串" : "bytes";
	case FIELD_MAP:
		return zh ? "映射" : "map";
	case FIELD_SAY:
		return zh ? "映射 {en, zh}" : "map {en, zh}";
	case FIELD_ANY:
		return zh ? "任意" : "anything";
	}
	return "?";
}

static void
show_number(const struct field *field, int64_t number, char *text, size_t room)
{
	char money[SHOWN_MONEY_MAX], count[SHOWN_COUNT_MAX];
	if (field->type == FIELD_MONEY)
		snprintf(text, room, "%s", show_money((struct money){ number }, money));
	else
		snprintf(text, room, "%s%s", number < 0 ? "-" : "",
			show_count(number < 0 ? 0 - (uint64_t)number : (uint64_t)number, count));
}

/* ", 1 to 64 bytes" */
static void
show_limits(const struct field *field, bool zh, char *text, size_t room)
{
	char min[SHOWN_MONEY_MAX], max[SHOWN_MONEY_MAX];
	const char *unit = "";
	text[0] = '\0';
	if (field->min == 0 && field->max == 0)
		return;
	if (field->type == FIELD_TEXT || field->type == FIELD_BYTES)
		unit = zh ? " 字节" : " bytes";
	else if (field->type == FIELD_LIST || field->type == FIELD_FACTS)
		unit = zh ? " 项" : " items";
	show_number(field, field->min, min, sizeof min);
	show_number(field, field->max, max, sizeof max);
	if (field->max == INT64_MAX)
		snprintf(text, room, zh ? "，不小于 %s" : ", %s or more", min);
	else if (field->min == 0 && field->type != FIELD_INTEGER)
		snprintf(text, room, zh ? "，至多 %s%s" : ", at most %s%s", max, unit);
	else
		snprintf(text, room, zh ? "，%s 至 %s%s" : ", %s to %s%s", min, max, unit);
}

void
field_type_show(const struct field *field, bool zh, char *text, size_t room)
{
	size_t size = (size_t)snprintf(text, room, "%s", type_word(field->type, zh));
	if (field->type == FIELD_CHOICE) {
		for (const char *const *choice = field->choices; *choice != NULL && size < room;
			choice++)
			size += (size_t)snprintf(text + size, room - size, "%s%s",
				choice != field->choices ? (zh ? "、" : ", ")
					: zh             ? ""
							 : " ",
				*choice);
		return;
	}
	if (size < room)
		show_limits(field, zh, text + size, room - size);
}

/* ---- shapes ---- */

/* A shape that another method has for its own: it is said once, there. */
static const char *
method_of(const struct shape *shape)
{
	const struct method *charge = method_charge();
	return shape == charge->params || shape == charge->result ? charge->name : NULL;
}

/* `required` is what stands beside a field that is always there. */
static void
add_fields(struct table *table, const struct page *page, const struct shape *shape,
	const char *prefix, const char *required)
{
	for (size_t i = 0; i < shape->field_count; i++) {
		const struct field *field = &shape->fields[i];
		const char *elsewhere = field->of == NULL ? NULL : method_of(field->of);
		char path[PATH_BYTES], type[TYPE_BYTES], say[SENTENCE_BYTES];
		snprintf(path, sizeof path, "%s%s", prefix, field->name);
		field_type_show(field, page->zh, type, sizeof type);
		snprintf(say, sizeof say, "%s", page->zh ? field->zh : field->en);
		if (elsewhere != NULL)
			snprintf(say + strlen(say), sizeof say - strlen(say),
				page->zh ? "；字段同 %s" : "; fields as of %s", elsewhere);
		table_add(table,
			(const char *const[]){ path, type, field->required ? required : "", say });
		if (field->of != NULL && elsewhere == NULL) {
			snprintf(path, sizeof path, "%s%s%s.", prefix, field->name,
				field->type == FIELD_LIST ? "[]" : "");
			add_fields(table, page, field->of, path, required);
		}
	}
}

static void
show_shape(
	const struct page *page, const char *title, const struct shape *shape, const char *required)
{
	struct table table;
	page_heading(page, 4, title);
	if (shape->field_count == 0) {
		page_text(page,
			page_say(page, page->markdown ? "None." : "  none",
				page->markdown ? "无。" : "  无"));
		return;
	}
	table_init(&table, 4);
	table_add(&table,
		(const char *const[]){ page_say(page, "field", "字段"),
			page_say(page, "type", "类型"), "", page_say(page, "meaning", "含义") });
	add_fields(&table, page, shape, "", required);
	page_table(page, &table);
	table_release(&table);
}

/* ---- codes ---- */

/* A sentence with its blanks as dots: what stands in them depends on the case. */
static void
show_sentence(enum say say, bool zh, char *text, size_t room)
{
	size_t size = 0;
	const char *at = say_template(say, zh);
	while (*at != '\0' && size + 4 < room) {
		if (at[0] == '{' && at[1] >= '0' && at[1] <= '9' && at[2] == '}') {
			memcpy(text + size, "…", strlen("…"));
			size += strlen("…");
			at += 3;
		} else {
			text[size++] = *at++;
		}
	}
	text[size] = '\0';
}

static void
add_code(struct table *table, const struct page *page, enum say say)
{
	char sentence[SENTENCE_BYTES];
	show_sentence(say, page->zh, sentence, sizeof sentence);
	table_add(table,
		(const char *const[]){ say_code(say),
			say_kind(say) == SAY_ERROR ? page_say(page, "error", "错误")
						   : page_say(page, "refusal", "拒绝"),
			sentence });
}

void
reference_codes(const struct page *page, const enum say *says)
{
	struct table table;
	table_init(&table, 3);
	table_add(&table,
		(const char *const[]){ page_say(page, "code", "代码"),
			page_say(page, "kind", "类别"), page_say(page, "sentence", "说明") });
	for (; *says != SAY_COUNT; says++)
		add_code(&table, page, *says);
	page_table(page, &table);
	table_release(&table);
}

/* ---- a method ---- */

static void
show_example(const struct page *page, const struct method *method)
{
	char text[SENTENCE_BYTES];
	const char *params = reference_example(method->name);
	must(params != NULL);
	page_heading(page, 4, page_say(page, "Example", "示例"));
	if (params[0] == '\0')
		snprintf(text, sizeof text, "suanpan call %s", method->name);
	else
		snprintf(text, sizeof text, "suanpan call %s '%s'", method->name, params);
	page_code(page, text);
}

void
reference_method(const struct page *page, const struct method *method)
{
	char text[SENTENCE_BYTES];
	if (page->markdown) {
		page_heading(page, 3, method->name);
		snprintf(text, sizeof text, "%s%s", page->zh ? method->zh : method->en,
			page->zh ? "。" : ".");
		page_text(page, text);
	} else {
		snprintf(text, sizeof text, page->zh ? "方法 %s：%s" : "method %s: %s",
			method->name, page->zh ? method->zh : method->en);
		page_text(page, text);
	}
	show_shape(page, page_say(page, "Parameters", "参数"), method->params,
		page_say(page, "required", "必填"));
	if (method->positional != NULL)
		page_text(page,
			page_say(page, "They may also be an array, in this order.",
				"也可按此顺序以数组给出。"));
	show_shape(page, page_say(page, "Result", "结果"), method->result,
		page_say(page, "always", "必有"));
	if (*method->says != SAY_COUNT) {
		page_heading(page, 4,
			page_say(page, "Errors and refusals of its own", "特有的错误与拒绝"));
		reference_codes(page, method->says);
	}
	show_example(page, method);
}
