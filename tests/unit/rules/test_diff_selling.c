#include "differences.h"

/* Every word of selling and every field of theirs, once; only its form has to be sound. */
static const char selling[] =
	"catalog \"all\" { facts = { age = \"integer\", spend = \"money by month\" } }\n"
	"product \"line\" { services = {} }\n"
	"product \"tone\" { kind = \"ancillary\", under = \"line\", services = {} }\n"
	"package \"base\" { kind = \"base\", from = \"2020-01-01\",\n"
	"    effective = { default = \"now\", allow = { \"now\", \"next_cycle\" } },\n"
	"    members = { { product = \"line\", count = \"1..2\" } },\n"
	"    params = { fee = { money = \"10.00\", choices = { \"10.00\", \"20.00\" }, lasts = \"3 months\" } } }\n"
	"package \"extra\" { kind = \"plugin\", from = \"2020-01-01\", members = { same_as = \"base\" } }\n"
	"plan \"p\" { base = \"base\" }\n"
	"offering \"shop\" { kind = \"agreement\", agreements = \"acme\", plans = \"p\" }\n"
	"sell {\n"
	"    requires { \"extra\", needs = \"base\", only = { product = \"line\" }, say = \"why\" },\n"
	"    excludes { \"base\", \"offering.shop\", say = \"why\" },\n"
	"    recommends { \"base\", offer = \"extra\", say = \"why\" },\n"
	"    eligible { \"base\", say = \"why\", when = function(c) return c.customer.age > 18 end },\n"
	"    prompt { id = \"tell\", on = \"pay_bill\", show = \"popup\", offer = \"extra\", priority = 5, say = \"why\", expires = \"9 days\",\n"
	"        when = function(c) return c.holds(\"base\") end, declined = \"90 days\", accepted = \"8 days\" },\n"
	"    prompt { id = \"single\", on = \"daily\", show = \"task\", say = \"why\", expires = \"9 days\", once = true },\n"
	"    retain { \"base\", id = \"keep\", rank = 3, show = \"popup\", offer = \"extra\", say = \"why\", expires = \"7 days\" },\n"
	"    quiet { id = \"owes\", when = function(c) return c.customer.age < 9 end, except = \"tell\", say = \"why\" },\n"
	"}\n"
	"life_cycle \"order\" { begins = \"new\",\n"
	"    state { id = \"new\", within = \"30 days\", late = \"drop\" },\n"
	"    state { id = \"done\", final = true },\n"
	"    move { id = \"finish\", from = \"new\", to = \"done\", by = \"clerk\", needs = { day = \"date\" }, does = \"begin\" },\n"
	"    move { id = \"drop\", from = \"new\", to = \"done\", by = { \"clerk\", \"owner\" } } }\n"
	"texts \"zh\" { [\"package.base\"] = \"基础包\" }\n"
	"texts \"en\" { [\"package.base\"] = \"Base\" }\n";

#define BASE "package/base@2020-01-01"
#define TELL "sell/prompt/tell"
#define ORDER "life_cycle/order"

static const struct edit edits[] = {
	{ "age = \"integer\"", "age = \"text\"", "catalog/all/facts",
		"age = integer, spend = money by month", "age = text, spend = money by month" },
	{ "under = \"line\", ", "", "product/tone/under", "line", NULL },
	{ "default = \"now\"", "default = \"next_cycle\"", BASE "/effective/default", "now",
		"next_cycle" },
	{ "{ \"now\", \"next_cycle\" }", "\"now\"", BASE "/effective/allow", "now, next_cycle",
		"now" },
	{ "\"20.00\" }", "\"30.00\" }", BASE "/params/fee/choices", "10.00, 20.00",
		"10.00, 30.00" },
	{ "lasts = \"3 months\"", "lasts = \"4 months\"", BASE "/params/fee/lasts", "3 months",
		"4 months" },
	{ "agreements = \"acme\"", "agreements = \"globex\"", "offering/shop/agreements", "acme",
		"globex" },
	{ "needs = \"base\"", "needs = { \"base\", \"offering.shop\" }",
		"sell/requires/extra/needs", "base", "base, offering.shop" },
	{ ", only = { product = \"line\" }", "", "sell/requires/extra/only/product", "line", NULL },
	{ "excludes { \"base\", \"offering.shop\"", "excludes { \"base\", \"extra\"",
		"sell/excludes/base + offering.shop", "excludes", NULL },
	{ "offer = \"extra\", say = \"why\" },\n    eligible",
		"offer = \"offering.shop\", say = \"why\" },\n    eligible",
		"sell/recommends/base/offer", "extra", "offering.shop" },
	{ "c.customer.age > 18", "c.customer.age > 16", "sell/eligible/base/when",
		"function(c) return c.customer.age > 18 end",
		"function(c) return c.customer.age > 16 end" },
	{ "on = \"pay_bill\"", "on = { \"pay_bill\", \"enquiry\" }", TELL "/on", "pay_bill",
		"pay_bill, enquiry" },
	{ "show = \"popup\", offer = \"extra\", priority",
		"show = \"message\", offer = \"extra\", priority", TELL "/show", "popup",
		"message" },
	{ "offer = \"extra\", priority", "priority", TELL "/offer", "extra", NULL },
	{ "priority = 5", "priority = 6", TELL "/priority", "5", "6" },
	{ "expires = \"9 days\",\n", "expires = \"10 days\",\n", TELL "/expires", "9 days",
		"10 days" },
	{ "c.holds(\"base\")", "c.holds(\"extra\")", TELL "/when",
		"function(c) return c.holds(\"base\") end",
		"function(c) return c.holds(\"extra\") end" },
	{ "declined = \"90 days\"", "declined = \"60 days\"", TELL "/declined", "90 days",
		"60 days" },
	{ ", accepted = \"8 days\"", "", TELL "/accepted", "8 days", NULL },
	{ "once = true", "priority = 1", "sell/prompt/single/once", "true", NULL },
	{ "id = \"single\"", "id = \"double\"", "sell/prompt/double", NULL, "prompt \"double\"" },
	{ "rank = 3", "rank = 4", "sell/retain/keep/rank", "3", "4" },
	{ "expires = \"7 days\"", "expires = \"5 days\"", "sell/retain/keep/expires", "7 days",
		"5 days" },
	{ "except = \"tell\"", "except = \"single\"", "sell/quiet/owes/except", "tell", "single" },
	{ "age < 9", "age < 8", "sell/quiet/owes/when", "function(c) return c.customer.age < 9 end",
		"function(c) return c.customer.age < 8 end" },
	{ "within = \"30 days\"", "within = \"20 days\"", ORDER "/state/new/within", "30 days",
		"20 days" },
	{ ", late = \"drop\"", "", ORDER "/state/new/late", "drop", NULL },
	{ "final = true", "within = \"1 day\"", ORDER "/state/done/final", "true", NULL },
	{ "begins = \"new\"", "begins = \"done\"", ORDER "/begins", "new", "done" },
	{ "by = \"clerk\"", "by = \"owner\"", ORDER "/move/finish/by", "clerk", "owner" },
	{ "day = \"date\"", "day = \"text\"", ORDER "/move/finish/needs", "day = date",
		"day = text" },
	{ "does = \"begin\"", "does = { \"begin\", \"notify\" }", ORDER "/move/finish/does",
		"begin", "begin, notify" },
	{ "from = \"new\", to = \"done\", by = {", "from = \"done\", to = \"done\", by = {",
		ORDER "/move/drop/from", "new", "done" },
	{ "to = \"done\", by = {", "to = \"new\", by = {", ORDER "/move/drop/to", "done", "new" },
	{ "id = \"drop\"", "id = \"forget\"", ORDER "/move/forget", NULL, "move \"forget\"" },
};

static void
each_field_of_selling_that_changes_is_named(void **state)
{
	(void)state;
	check_edits(selling, NULL, edits, sizeof edits / sizeof edits[0]);
}

static void
assert_said(const char *old, const char *new, const char *en, const char *zh)
{
	char *edited = replace(selling, old, new);
	compare(selling, NULL, edited, NULL);
	assert_int_equal(count_said(), 1);
	const struct difference *one = &differences.list[0];
	if (!text_equal(one->say_en, text_of(en)) || !text_equal(one->say_zh, text_of(zh)))
		fail_msg("%.*s / %.*s", TEXT_ARGS(one->say_en), TEXT_ARGS(one->say_zh));
	free(edited);
}

static void
it_is_said_in_the_language_of_packages(void **state)
{
	(void)state;
	assert_said("\"20.00\" }", "\"30.00\" }",
		"package base (Base) from 2020-01-01, params, fee, choices",
		"优惠包 base (基础包)（2020-01-01 起），参数，fee，可选值");
	assert_said("priority = 5", "priority = 6", "sell, prompt tell, priority",
		"销售规则，提示 tell，优先级");
	assert_said("rank = 3", "rank = 4", "sell, retain keep, rank", "销售规则，挽留 keep，等级");
	assert_said("within = \"30 days\"", "within = \"20 days\"",
		"life_cycle order, state new, within", "生命周期 order，状态 new，期限");
}

/* In whichever braces a rule of selling stands, and in which order, it is the same. */
static void
where_a_rule_stands_makes_no_difference(void **state)
{
	(void)state;
	char *moved = replace(selling, "    quiet {", "}\nsell {\n    quiet {");
	compare(selling, NULL, moved, NULL);
	assert_int_equal(count_said(), 0);
	free(moved);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			each_field_of_selling_that_changes_is_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			it_is_said_in_the_language_of_packages, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			where_a_rule_stands_makes_no_difference, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
