#include "catalogs.h"

#include "../../../rules/sandbox.h"

/* Exact numbers in scripts. Each expression is run as a script of somebody else's. */

static struct sandbox *sandbox;

static int
set_up(void **state)
{
	(void)state;
	struct fault fault;
	const struct sandbox_limits limits = { 100000, 1000, 1000000, 1 << 24, 1 << 22, SIZE_MAX };
	return sandbox_new(&limits, &sandbox, &fault) == STATUS_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	sandbox_free(sandbox);
	return 0;
}

struct expression {
	const char *source;
	char result[256];
};

static int
evaluate(lua_State *lua)
{
	struct expression *expression = lua_touserdata(lua, 1);
	char source[512];
	snprintf(source, sizeof source, "return tostring(%s)", expression->source);
	sandbox_load(lua, TEXT("x.lua"), text_of(source));
	lua_call(lua, 0, 1);
	snprintf(expression->result, sizeof expression->result, "%s", lua_tostring(lua, -1));
	return 0;
}

/* The value of an expression, or what was wrong. */
static const char *
value_of(const char *source)
{
	static struct expression expression;
	expression.source = source;
	sandbox_rearm(sandbox);
	if (sandbox_run(sandbox, evaluate, &expression) != SANDBOX_DONE)
		return sandbox->problem.text;
	return expression.result;
}

static void
assert_value(const char *source, const char *wanted)
{
	const char *got = value_of(source);
	if (strcmp(got, wanted) != 0)
		fail_msg("%s is %s, not %s", source, got, wanted);
}

static void
assert_wrong(const char *source, const char *part)
{
	const char *got = value_of(source);
	if (strstr(got, part) == NULL)
		fail_msg("%s gives \"%s\", which says nothing of \"%s\"", source, got, part);
}

static void
arithmetic_is_exact(void **state)
{
	(void)state;
	assert_value("money \"0.10\" + money \"0.20\"", "0.30");
	assert_value("money \"0.10\" + money \"0.20\" == money \"0.30\"", "true");
	assert_value("money \"10.00\" / 3 * 3", "10.00");
	assert_value("money \"10.00\" / 3 * 3 == money \"10\"", "true");
	assert_value("money \"129.00\" * 22 / 31", "2838/31");
	assert_value("money \"12.50\" - money \"20\"", "-7.50");
	assert_value("-money \"12.50\"", "-12.50");
	assert_value("3 * money \"0.15\"", "0.45");
	assert_value("decimal \"0.1\" + decimal \"0.2\" == decimal \"0.3\"", "true");
	assert_value("decimal \"1\" / 3 + 1", "4/3");
	assert_value("money \"5\" / money \"2\"", "2.5");
	assert_value("money \"9223372036854\" * 1000000000 / 1000000000", "9223372036854.00");
}

static void
methods_take_decimals_and_per_cent_as_text(void **state)
{
	(void)state;
	assert_value("money \"129.00\":times(\"0.1\")", "12.90");
	assert_value("money \"129.00\":times(decimal \"0.1\")", "12.90");
	assert_value("money \"25000\":plus(\"2%\") + money \"2000\"", "27500.00");
	assert_value("(money \"25000\":plus(\"2%\") + money \"2000\"):plus(\"15%\")", "31625.00");
	assert_value("money \"30250\":share(\"65%\") / 12", "39325/24");
	assert_value("money \"100\":minus(\"12.5%\")", "87.50");
}

static void
money_is_compared_with_money_only(void **state)
{
	(void)state;
	assert_value("money \"1\" < money \"2\"", "true");
	assert_value("money \"2\" <= money \"1.99\"", "false");
	assert_value("decimal \"0.5\" < 1", "true");
	assert_value("money \"1\" == decimal \"1\"", "false");
	assert_value("math.max(money \"1\", money \"3\", money \"2\")", "3.00");
	assert_value("math.abs(money \"-1\")", "1.00");
	assert_wrong("money \"1\" < 2", "can't be compared");
	assert_wrong("money \"1\" < \"2\"", "wants");
}

static void
floats_and_mixed_units_are_refused(void **state)
{
	(void)state;
	assert_wrong("money \"1\" * 0.1", "0.1 is a float: write decimal \"0.1\"");
	assert_wrong("money \"1\":times(0.1)", "decimal \"0.1\"");
	assert_wrong("money(0.15)", "write money \"0.15\"");
	assert_wrong("money(1)", "write money \"1\"");
	assert_wrong("decimal(0.15)", "write decimal \"0.15\"");
	assert_wrong("money \"0.1234567\"", "at most 6 decimals");
	assert_wrong("money \"1,5\"", "not an amount");
	assert_wrong("money \"1\" + 1", "can't be added");
	assert_wrong("money \"1\" * money \"1\"", "nothing that exists");
	assert_wrong("1 / money \"1\"", "can't be divided by money");
	assert_wrong("money \"1\" / 0", "divided by zero");
	assert_wrong("money \"1\":plus(\"2\")", "per cent");
	assert_wrong("money \"1\":times(\"much\")", "not a decimal");
	assert_wrong("money \"1\":times(money \"1\")", "wants a number");
	assert_wrong("(money \"1\").plus(1, \"2%\")", "colon");
	assert_wrong("money \"1\" .. \"\"", "concatenate");
	assert_wrong("#money \"1\"", "length");
}

static void
overflow_has_a_name(void **state)
{
	(void)state;
	assert_wrong(
		"money \"9223372036854\" * 9223372036854775807 * 9223372036854775807", "OVERFLOW");
	assert_wrong("money \"0.000001\" / 9223372036854775807 / 9223372036854775807", "OVERFLOW");
}

static void
text_of_numbers_is_the_same_everywhere(void **state)
{
	(void)state;
	assert_value("decimal \"0.150\"", "0.15");
	assert_value("decimal \"2%\"", "0.02");
	assert_value("money \"7\"", "7.00");
	assert_value("type(money \"7\") .. type(decimal \"7\")", "moneydecimal");
	assert_value("tonumber(\"-9223372036854775808\")", "-9223372036854775808");
	assert_value("tonumber(\"9223372036854775808\")", "nil");
	assert_value("tonumber(\"1.5\")", "nil");
	assert_value("tonumber(\"\")", "nil");
	assert_value("tonumber(\"0x10\")", "nil");
}

static void
texts_have_methods_without_patterns(void **state)
{
	(void)state;
	assert_value("(\"0771\"):starts(\"07\")", "true");
	assert_value("(\"0771\"):starts(\"071\")", "false");
	assert_value("(\"0771\"):ends(\"71\")", "true");
	assert_value("(\"0771\"):contains(\"77\")", "true");
	assert_value("(\"0771\"):sub(2, 3)", "77");
	assert_value("(\"0771\"):sub(-2)", "71");
	assert_value("(\"0771\"):sub(3, 2)", "");
	assert_value("(\"0771\"):sub(-99, 99)", "0771");
	assert_value("(\"aZ9é\"):upper() .. (\"aZ9É\"):lower()", "AZ9éaz9É");
	assert_value("(\"0771\"):len()", "4");
}

static void
sorted_goes_by_key_and_not_by_hash(void **state)
{
	(void)state;
	assert_value(
		"(function() local s = \"\" for k, v in sorted({ b = 1, a = 2, [10] = 3, [9] = 4 }) do "
		"s = s .. k .. v end return s end)()",
		"94103a2b1");
	assert_wrong("(function() for k in sorted({ [true] = 1 }) do end end)()",
		"texts or whole numbers");
	assert_value("select(\"#\", 1, nil, 3)", "3");
	assert_value("(select(2, \"a\", \"b\", \"c\"))", "b");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arithmetic_is_exact),
		cmocka_unit_test(methods_take_decimals_and_per_cent_as_text),
		cmocka_unit_test(money_is_compared_with_money_only),
		cmocka_unit_test(floats_and_mixed_units_are_refused),
		cmocka_unit_test(overflow_has_a_name),
		cmocka_unit_test(text_of_numbers_is_the_same_everywhere),
		cmocka_unit_test(texts_have_methods_without_patterns),
		cmocka_unit_test(sorted_goes_by_key_and_not_by_hash),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
