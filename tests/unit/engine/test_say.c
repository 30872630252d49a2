/* Tests of engine/say.c, and of the sentences themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../../engine/base/memory.h"
#include "../../../engine/base/utf8.h"
#include "../../../engine/method.h"

#include <stdlib.h>

static struct text
filled(struct arena *arena, enum say say, bool zh, const struct text *arguments, size_t count)
{
	arena_init(arena, 1 << 20);
	return say_fill(arena, say, zh, arguments, count);
}

static void
assert_text(struct text got, const char *wanted)
{
	if (!text_equal(got, text_of(wanted)))
		fail_msg("\"%.*s\" instead of \"%s\"", TEXT_ARGS(got), wanted);
}

/* ---- filling ---- */

static void
blanks_are_filled_in_the_order_of_the_arguments(void **state)
{
	(void)state;
	struct arena arena;
	struct text arguments[] = { TEXT("12.00"), TEXT("3.00"), TEXT("CNY") };
	assert_text(filled(&arena, SAY_BALANCE_TOO_LOW, false, arguments, 3),
		"this takes 12.00 CNY, but only 3.00 CNY can be spent");
	arena_release(&arena);
	assert_text(filled(&arena, SAY_BALANCE_TOO_LOW, true, arguments, 3),
		"需要 12.00 CNY，可用余额只有 3.00 CNY");
	arena_release(&arena);
}

static void
arguments_that_are_not_there_are_empty(void **state)
{
	(void)state;
	struct arena arena;
	struct text one = TEXT("account");
	assert_text(filled(&arena, SAY_NOT_FOUND, false, &one, 1), "there is no account \"\"");
	arena_release(&arena);
	assert_text(filled(&arena, SAY_NOT_FOUND, false, NULL, 0), "there is no  \"\"");
	arena_release(&arena);
}

static void
arguments_that_look_like_blanks_are_not_filled_again(void **state)
{
	(void)state;
	struct arena arena;
	struct text arguments[] = { TEXT("{1}"), TEXT("{0}{{1}") };
	assert_text(
		filled(&arena, SAY_NOT_FOUND, false, arguments, 2), "there is no {1} \"{0}{{1}\"");
	arena_release(&arena);
}

static void
an_empty_argument_without_bytes_is_fine(void **state)
{
	(void)state;
	struct arena arena;
	struct text arguments[] = { { NULL, 0 }, { "x", 1 } };
	assert_text(filled(&arena, SAY_NOT_FOUND, false, arguments, 2), "there is no  \"x\"");
	arena_release(&arena);
}

static void
an_argument_in_both_languages_gives_each_sentence_its_half(void **state)
{
	(void)state;
	struct arena arena;
	struct text arguments[] = { SAY_CUSTOMER, TEXT("wang") };
	assert_text(filled(&arena, SAY_NOT_FOUND, false, arguments, 2),
		"there is no customer \"wang\"");
	arena_release(&arena);
	assert_text(filled(&arena, SAY_NOT_FOUND, true, arguments, 2), "没有客户 \"wang\"");
	arena_release(&arena);
}

static void
without_memory_there_is_no_sentence(void **state)
{
	(void)state;
	struct arena arena;
	memory_fail_at(1);
	struct text sentence = filled(&arena, SAY_OVERFLOW, false, NULL, 0);
	memory_fail_at(0);
	assert_null(sentence.data);
	assert_int_equal(sentence.size, 0);
	arena_release(&arena);
}

/* ---- the sentences ---- */

/* Bit n: the blank {n} is in it. */
static unsigned
blanks_of(const char *template)
{
	unsigned blanks = 0;
	for (const char *at = template; (at = strchr(at, '{')) != NULL; at++) {
		assert_true(at[1] >= '0' && at[1] < '0' + SAY_ARGUMENTS_MAX && at[2] == '}');
		blanks |= 1u << (at[1] - '0');
	}
	return blanks;
}

static void
both_languages_have_the_same_blanks(void **state)
{
	(void)state;
	for (enum say say = 0; say < SAY_COUNT; say++) {
		unsigned en = blanks_of(say_template(say, false)),
			 zh = blanks_of(say_template(say, true));
		if (en != zh)
			fail_msg("%s: blanks %x in English, %x in Chinese", say_code(say), en, zh);
	}
}

static void
both_languages_are_text_that_people_can_read(void **state)
{
	(void)state;
	for (enum say say = 0; say < SAY_COUNT; say++) {
		for (int zh = 0; zh < 2; zh++) {
			const char *template = say_template(say, zh);
			size_t size = strlen(template);
			assert_true(size > 0 && utf8_is_valid(text_of(template)));
			assert_true(template[0] != ' ' && template[size - 1] != ' ' &&
				template[size - 1] != '.');
			for (size_t i = 0; i < size; i++)
				assert_true((unsigned char)template[i] >= ' ');
		}
		bool only_blank = strcmp(say_template(say, false), "{0}") == 0;
		assert_int_equal(
			only_blank, strcmp(say_template(say, false), say_template(say, true)) == 0);
	}
}

static void
codes_are_capitals_and_none_is_there_twice(void **state)
{
	(void)state;
	for (enum say say = 0; say < SAY_COUNT; say++) {
		const char *code = say_code(say);
		assert_true(strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_08") == strlen(code) &&
			code[0] >= 'A');
		for (enum say other = 0; other < say; other++)
			assert_string_not_equal(code, say_code(other));
	}
}

static bool
lists(const enum say *says, enum say say)
{
	for (; *says != SAY_COUNT; says++) {
		if (*says == say)
			return true;
	}
	return false;
}

static void
every_code_is_documented_at_a_method_or_as_common(void **state)
{
	(void)state;
	size_t count;
	const struct method *const *methods = methods_all(&count);
	for (enum say say = 0; say < SAY_COUNT; say++) {
		bool found = lists(METHOD_COMMON_ERRORS, say);
		for (size_t i = 0; i < count; i++)
			found = found || lists(methods[i]->says, say);
		if (!found)
			fail_msg("no method says %s", say_code(say));
	}
}

static void
common_errors_decide_nothing_and_are_not_repeated_by_methods(void **state)
{
	(void)state;
	size_t count;
	const struct method *const *methods = methods_all(&count);
	for (const enum say *say = METHOD_COMMON_ERRORS; *say != SAY_COUNT; say++) {
		assert_int_equal(say_kind(*say), SAY_ERROR);
		for (size_t i = 0; i < count; i++)
			assert_false(lists(methods[i]->says, *say));
	}
}

static void
a_decided_result_is_a_refusal_and_the_others_are_errors(void **state)
{
	(void)state;
	static const enum say refusals[] = { SAY_TOO_OLD, SAY_AHEAD_OF_CLOCK,
		SAY_UNKNOWN_SUBSCRIPTION, SAY_UNKNOWN_ACCOUNT, SAY_UNKNOWN_BALANCE,
		SAY_UNKNOWN_DEPOSIT, SAY_DEPOSIT_PAID, SAY_BALANCE_EXPIRED, SAY_FROZEN,
		SAY_SUSPENDED, SAY_SUBSCRIPTION_ENDED, SAY_NO_PRICE, SAY_CALENDAR_NOT_COVERED,
		SAY_AMBIGUOUS_TARIFF, SAY_OVERFLOW, SAY_RULE_FAILED, SAY_LIMIT_REACHED,
		SAY_UNKNOWN_CHARGE, SAY_NOT_A_CHARGE, SAY_REPORT_OF_SESSION, SAY_OTHER_SESSION,
		SAY_SESSION_NOT_CLOSED, SAY_OTHER_ACCOUNT, SAY_ALREADY_REFUNDED,
		SAY_MORE_THAN_CHARGED, SAY_REFUND_TOO_LATE, SAY_UNITS_ONLY, SAY_WRONG_UNIT,
		SAY_TOO_FEW_UNITS, SAY_PARAMETER, SAY_FACT, SAY_WRONG_CURRENCY, SAY_OTHER_UNIT,
		SAY_SESSION_OPEN, SAY_UNKNOWN_SESSION, SAY_BALANCE_TOO_LOW, SAY_COUNT };
	for (enum say say = 0; say < SAY_COUNT; say++)
		assert_int_equal(say_kind(say) == SAY_REFUSAL, lists(refusals, say));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blanks_are_filled_in_the_order_of_the_arguments),
		cmocka_unit_test(arguments_that_are_not_there_are_empty),
		cmocka_unit_test(arguments_that_look_like_blanks_are_not_filled_again),
		cmocka_unit_test(an_empty_argument_without_bytes_is_fine),
		cmocka_unit_test(an_argument_in_both_languages_gives_each_sentence_its_half),
		cmocka_unit_test(without_memory_there_is_no_sentence),
		cmocka_unit_test(both_languages_have_the_same_blanks),
		cmocka_unit_test(both_languages_are_text_that_people_can_read),
		cmocka_unit_test(codes_are_capitals_and_none_is_there_twice),
		cmocka_unit_test(every_code_is_documented_at_a_method_or_as_common),
		cmocka_unit_test(common_errors_decide_nothing_and_are_not_repeated_by_methods),
		cmocka_unit_test(a_decided_result_is_a_refusal_and_the_others_are_errors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
