#include "catalogs.h"

#include "../../../engine/base/utf8.h"
#include "../../../rules/explain.h"

static struct release *release;

static int
set_up(void **state)
{
	(void)state;
	release = build_source(small_catalog);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	release_drop(release);
	return 0;
}

#define RULE WORD("talk"), WORD("call")
#define NO_RULE NOTHING, NOTHING
#define WORD(literal) \
	{ \
		literal, sizeof(literal) - 1 \
	} /* TEXT, for a table */
#define NOTHING \
	{ \
		NULL, 0 \
	}

/* Every kind of condition, as rate.h lists them and nearest.c fills them. */
static const struct {
	struct near_miss miss;
	const char *en, *zh;
} rows[] = {
	{ { NO_RULE, "unit", WORD("second"), WORD("byte"), NOTHING },
		"the service is counted in seconds, but the usage is in bytes",
		"该业务以 second 计量，而使用量以 byte 给出" },
	{ { NO_RULE, "digits", WORD("digits"), WORD(""), NOTHING }, "the number is missing",
		"缺少号码" },
	{ { NO_RULE, "digits", WORD("digits"), WORD("ab"), NOTHING },
		"the number \"ab\" does not consist of digits", "号码 \"ab\" 不是由数字组成" },
	{ { NO_RULE, "zone", WORD("dialled"), WORD("234"), NOTHING },
		"the zone map dialled has no zone for the number: 234",
		"号段表 dialled 没有该号码的计费区：234" },
	{ { RULE, "zone", WORD("local|hmt"), WORD("domestic"), NOTHING },
		"nearest is talk.call, which is for zone local, hmt, but this is zone domestic",
		"最接近的是 talk.call，它适用于计费区 local、hmt，而本次是计费区 domestic" },
	{ { RULE, "service", WORD("voice"), WORD("data"), NOTHING },
		"nearest is talk.call, which is for service voice, but this is data",
		"最接近的是 talk.call，它适用于业务 voice，而本次是 data" },
	{ { NO_RULE, "service", WORD(""), WORD("voice"), NOTHING },
		"at that time no package of the catalog has a price for it (service voice)",
		"当时目录中没有任何优惠包给出其价格（业务 voice）" },
	{ { NO_RULE, "service", WORD("voice|data"), WORD("fax"), NOTHING },
		"the catalog has no service fax; it has voice, data",
		"目录中没有业务 fax，只有 voice、data" },
	{ { RULE, "held", WORD("talk"), WORD(""), NOTHING },
		"talk.call would price it, but no package of the catalog is held at that time",
		"talk.call 可以计费，但当时没有持有目录中的任何优惠包" },
	{ { RULE, "held", WORD("talk"), WORD("other"), NOTHING },
		"talk.call would price it, but talk is not held at that time, only other is",
		"talk.call 可以计费，但当时没有持有 talk，持有的是 other" },
	{ { RULE, "date", WORD(">= 2026-01-01T00:00:00+08:00"), WORD("2025-12-31T23:59:00+08:00"),
		  NOTHING },
		"talk.call would price it, but only from 2026-01-01T00:00:00+08:00 on, and this happened at "
		"2025-12-31T23:59:00+08:00",
		"talk.call 可以计费，但自 2026-01-01T00:00:00+08:00 起才适用，而本次发生于 2025-12-31T23:59:00+08:00" },
	{ { RULE, "date", WORD("< 2026-01-01T00:00:00+08:00"), WORD("2026-01-01T00:00:00+08:00"),
		  NOTHING },
		"talk.call would price it, but only before 2026-01-01T00:00:00+08:00, and this happened at "
		"2026-01-01T00:00:00+08:00",
		"talk.call 可以计费，但只适用于 2026-01-01T00:00:00+08:00 之前，而本次发生于 2026-01-01T00:00:00+08:00" },
	{ { RULE, "when", WORD("true"), WORD("false"), NOTHING },
		"nearest is talk.call, but what its function `when` asks for does not hold",
		"最接近的是 talk.call，但其 when 函数的条件不成立" },
	{ { RULE, "calendar", WORD("2024..2026"), WORD("2023-09-18"), NOTHING },
		"the calendar of talk.call covers 2024..2026, but not 2023-09-18",
		"talk.call 的日历覆盖 2024..2026，未覆盖 2023-09-18" },
	{ { RULE, "layer", WORD("talk"), WORD("other"), NOTHING },
		"talk and other, packages of one layer, both price this",
		"同一层的优惠包 talk 与 other 都给出了价格" },
	{ { RULE, "amount", NOTHING, NOTHING, NOTHING },
		"the amount of talk.call is larger than can be held",
		"talk.call 的金额超出可表示的范围" },
	{ { NOTHING, NOTHING, "amount", NOTHING, NOTHING, NOTHING },
		"the amount is larger than can be held", "金额超出可表示的范围" },
	{ { NOTHING, NOTHING, "parts", NOTHING, NOTHING, NOTHING },
		"it crosses more bands, prices and cycles than one event may",
		"一次使用跨越的时段、价格与周期过多" },
	{ { NOTHING, NOTHING, "units", NOTHING, NOTHING, NOTHING },
		"what is counted over the cycle is more than can be held",
		"周期内的累计用量超出可表示的范围" },
	{ { RULE, "amount", WORD(""), WORD("catalog.lua:9: no"), NOTHING },
		"talk.call: catalog.lua:9: no", "talk.call：catalog.lua:9: no" },
	{ { RULE, "when", WORD("true"), WORD("catalog.lua:8: no"), NOTHING },
		"talk.call: catalog.lua:8: no", "talk.call：catalog.lua:8: no" },
	{ { RULE, "limit", WORD("600"), WORD("612"), WORD("voice.long") }, "long call",
		"long call" },
	{ { RULE, "limit", WORD("600"), WORD("612"), NOTHING },
		"the limit talk.call of 600 was reached: 612",
		"已达到限额 talk.call（600），现为 612" },
};

static void
assert_said(struct buffer *out, const char *wanted)
{
	struct text got = { (const char *)out->data, out->size };
	if (!text_equal(got, text_of(wanted)))
		fail_msg("\"%.*s\" instead of \"%s\"", TEXT_ARGS(got), wanted);
	assert_true(utf8_is_valid(got));
	buffer_clear(out);
}

static void
every_condition_that_failed_is_a_sentence_in_both_languages(void **state)
{
	(void)state;
	struct buffer out;
	buffer_init(&out, NEAR_MISS_BYTES_MAX);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(explain_near_miss(release, TEXT("en"), &rows[i].miss, &out));
		assert_said(&out, rows[i].en);
		assert_true(explain_near_miss(release, TEXT("zh"), &rows[i].miss, &out));
		assert_said(&out, rows[i].zh);
	}
	buffer_release(&out);
}

static void
a_buffer_without_room_is_told(void **state)
{
	(void)state;
	struct buffer out;
	buffer_init(&out, 10);
	assert_false(explain_near_miss(release, TEXT("en"), &rows[0].miss, &out));
	buffer_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			every_condition_that_failed_is_a_sentence_in_both_languages, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(a_buffer_without_room_is_told, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
