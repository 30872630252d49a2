/* What the tests of a catalog came by, of what falls due, is stored, sold and told. */
#include "tested.h"

static const char catalog[] =
	"catalog \"all\" { formula_facts = { site = { rent = \"money\" } }, facts = { age = \"integer\" } }\n"
	"service \"voice\" { unit = \"second\", session = { quota = \"60 s\", final = \"terminate\" } }\n"
	"product \"line\" { services = \"voice\" }\n"
	"package \"base\" { kind = \"base\", from = \"2020-01-01\",\n"
	"    params = { price = { money = \"5.00\", check = function(p) return p.price < money \"9.00\" end, say = \"dear\" } },\n"
	"    tariff { id = \"call\", serves = { service = \"voice\" }, step = \"60 s\", price = \"1.00\", say = \"call\" },\n"
	"    charge { id = \"fee\", every = \"month\", ahead = true, amount = param \"price\" },\n"
	"    charge { id = \"rent\", every = \"month\", ahead = false, amount = function(c)\n"
	"        if c.site.rent > money \"50.00\" then return c.site.rent:because(\"much\") end\n"
	"        return c.site.rent:because 'little' -- :because(\"never\")\n"
	"    end },\n"
	"    termination { id = \"left\", term = \"2 months\", remaining = \"fee\" },\n"
	"    discount { id = \"off\", off = \"10%\", stack = \"add\", per = \"bill\", round = \"0.01 half_up\", say = \"off\" },\n"
	"    deposit { id = \"paid\", amount = \"9.00\", release = { { \"9.00\", times = 1 } }, pays = { service = \"voice\" } },\n"
	"    session { id = \"calls\", serves = { service = \"voice\" }, valid = \"10 minutes\", final = \"redirect\", address = \"x:y\" },"
	"    gift { id = \"given\", amounts = \"1.00\", valid = \"2 months\", pays = { service = \"voice\" } } }\n"
	"package \"other\" { kind = \"plugin\", from = \"2020-01-01\" }\n"
	"plan \"p\" { base = \"base\", optional = \"other\" }\n"
	"offering \"o\" { plans = \"p\" }\n"
	"sell { requires { \"other\", needs = \"base\", say = \"need\" },\n"
	"    eligible { \"base\", say = \"young\", when = function(c) return c.customer.age > 18 end },\n"
	"    prompt { id = \"hello\", on = \"enquiry\", show = \"popup\", when = function(c) return c.customer.age > 30 end,\n"
	"        say = \"hello\", expires = \"1 day\" },\n"
	"    quiet { id = \"child\", when = function(c) return c.customer.age < 10 end, say = \"child\" } }\n"
	"life_cycle \"order\" { begins = \"new\", state { id = \"new\" }, state { id = \"done\", final = true },\n"
	"    move { id = \"do\", from = \"new\", to = \"done\", by = \"clerk\" } }\n"
	"local words = { catalog = { all = \"x\" }, service = { voice = \"x\" }, product = { line = \"x\" },\n"
	"    package = { base = \"x\", other = \"x\" }, plan = { p = \"x\" }, offering = { o = \"x\" },\n"
	"    charge = { fee = \"x\", rent = \"x\", left = \"x\" }, param = { price = \"x\" }, deposit = { paid = \"x\" },\n"
	"    gift = { given = \"x\" }, fact = { age = \"x\" }, life_cycle = { order = \"x\" }, state = { new = \"x\", done = \"x\" },\n"
	"    move = { [\"do\"] = \"x\" }, role = { clerk = \"x\" }, dear = \"x\", call = \"x\", much = \"x\", little = \"x\",\n"
	"    off = \"x\", need = \"x\", young = \"x\", hello = \"x\", child = \"x\" }\n"
	"texts \"zh\" (words) texts \"en\" (words)\n";

/* One test, and what it comes by besides what others in the list do. */
static const struct {
	const char *test;
	const char *covered; /* "kind name", with "; " between two */
} tests[] = {
	{ "due \"fee\" { holds = \"base\", from = \"2026-03-01\", till = \"2026-04-01\", facts = { { \"site.rent\", \"60.00\" } },\n"
	  "    expect = { lines = { \"fee 5.00\", \"rent 60.00\" } } }\n",
		"charge base.fee; charge base.rent; reason base.rent: much; outcome base.price.check true; "
		"text charge.fee; text charge.rent; text much" },
	{ "due \"left\" { holds = { package = \"base\", from = \"2026-03-01\", till = \"2026-04-01\" }, from = \"2026-03-01\",\n"
	  "    till = \"2026-04-02\", facts = { { \"site.rent\", \"40.00\" } },\n"
	  "    expect = { lines = { \"fee 5.00\", \"rent 40.00\", \"left 5.00\" } } }\n",
		"charge base.fee; charge base.left; charge base.rent; reason base.rent: little; outcome base.price.check true; "
		"text charge.fee; text charge.left; text charge.rent; text little" },
	{ "due \"dear\" { holds = \"base\", from = \"2026-03-01\", till = \"2026-04-01\", params = { price = \"9.00\" },\n"
	  "    expect = { refused = \"PARAMETER\" } }\n",
		"outcome base.price.check false; text dear" },
	{ "scenario \"bill\" { from = \"2026-03-02 00:00:00\", holds = \"base\", cash = \"50.00\",\n"
	  "    use { service = \"voice\", seconds = 300 }, expect { bill = { \"base.off 0.50\" } },\n"
	  "    store { \"base.paid\" } }\n",
		"tariff base.call; discount base.off; stored base.paid; text call; text off" },
	{ "scenario \"gift\" { from = \"2026-03-02 00:00:00\", cash = \"50.00\", facts = { { \"site.rent\", \"60.00\" } },\n"
	  "    buy { \"base\" }, advance \"1 month\", expect { balances = { gift = \"1.00\" } } }\n",
		"charge base.fee; charge base.rent; reason base.rent: much; stored base.given; outcome base.price.check true; "
		"text charge.fee; text charge.rent; text much" },
	{ "order \"other\" { at = \"2026-03-02\", customer = { facts = { age = 3 } },\n"
	  "    add = { { package = \"base\" }, { package = \"other\", from = \"2026-02-01\" } },\n"
	  "    expect = { verdict = \"blocked\" } }\n",
		"rule eligible catalog.lua:20; outcome base.price.check true; outcome catalog.lua:20.when false; text young" },
	{ "order \"alone\" { at = \"2026-03-02\", add = { package = \"other\" }, expect = { verdict = \"blocked\" } }\n",
		"rule requires catalog.lua:19; text need" },
	{ "occasion \"hello\" { on = \"enquiry\", at = \"2026-03-02\", customer = { facts = { age = 31 } }, expect = { prompts = \"hello\" } }\n",
		"prompt hello; outcome child.when false; outcome hello.when true; text hello" },
	{ "occasion \"child\" { on = \"enquiry\", at = \"2026-03-02\", customer = { facts = { age = 9 } }, expect = { prompts = {} } }\n",
		"prompt child; outcome child.when true; text child" },
	{ "scenario \"granted\" { from = \"2026-03-02 00:00:00\", holds = \"base\", cash = \"1.00\",\n"
	  "    reserve { service = \"voice\", expect = { granted = 60 } }, commit { used = 0 } }\n",
		"session base.calls.valid; session voice.quota" },
	{ "scenario \"short\" { from = \"2026-03-02 00:00:00\", holds = \"base\", cash = \"1.00\",\n"
	  "    reserve { service = \"voice\", ask = 120, expect = { granted = 60, final = \"redirect x:y\" } } }\n",
		"session base.calls.final; session base.calls.valid" },
	{ "scenario \"without\" { from = \"2026-03-02 00:00:00\", cash = \"0.00\",\n"
	  "    reserve { service = \"voice\", ask = 120, expect = { granted = 0, final = \"terminate\" } } }\n",
		"session voice.final" },
	{ "walk \"do\" { of = \"order\", at = \"2026-03-02\", step { \"do\", by = \"clerk\", at = \"2026-03-03\" } }\n",
		"move order.do" },
};

static void
each_test_covers_what_it_comes_by_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
		struct buffer got;
		buffer_init(&got, 4096);
		last_run(catalog, tests[i].test);
		print_findings(&last_tested.findings);
		assert_int_equal(last_tested.findings.count, 0);
		assert_int_equal(last_tested.report.failed_count, 0);
		for (size_t j = 0; j < last_tested.report.coverage_count; j++) {
			const struct coverage *one = &last_tested.report.coverages[j];
			if (one->hits > 0)
				assert_true(buffer_print(&got, "%s%s %.*s",
					got.size == 0 ? "" : "; ", coverage_kind_name(one->kind),
					TEXT_ARGS(one->name)));
		}
		assert_true(buffer_append(&got, "", 1));
		assert_string_equal((const char *)got.data, tests[i].covered);
		buffer_release(&got);
	}
}

/* What no test can come by is not listed, and all that is listed some test comes by. */
static void
all_tests_together_cover_all(void **state)
{
	struct buffer all;

	(void)state;
	buffer_init(&all, 1 << 16);
	for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
		assert_true(buffer_print(&all, "%s", tests[i].test));
	assert_true(buffer_print(&all, "%s",
		"occasion \"young\" { on = \"enquiry\", at = \"2026-03-02\", customer = { facts = { age = 20 } },\n"
		"    expect = { prompts = {} } }\n"
		"order \"ok\" { at = \"2026-03-02\", customer = { facts = { age = 20 } }, add = { package = \"base\" },\n"
		"    expect = { verdict = \"ok\" } }\n"));
	assert_true(buffer_append(&all, "", 1));
	last_run(catalog, (const char *)all.data);
	for (size_t i = 0; i < last_tested.report.coverage_count; i++) {
		const struct coverage *one = &last_tested.report.coverages[i];
		if (one->hits == 0)
			fail_msg("%s %.*s", coverage_kind_name(one->kind), TEXT_ARGS(one->name));
	}
	buffer_release(&all);
}

int
main(void)
{
	const struct CMUnitTest cases[] = {
		cmocka_unit_test_teardown(
			each_test_covers_what_it_comes_by_and_nothing_else, last_end),
		cmocka_unit_test_teardown(all_tests_together_cover_all, last_end),
	};
	return cmocka_run_group_tests(cases, NULL, NULL);
}
