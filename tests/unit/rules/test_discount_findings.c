#include "catalogs.h"

#include "../../../rules/catalog_test.h"

/*
 * Discounts in a catalog: a sound one is damaged in one place at a time, and each damage must be
 * named where it is, with what would mend it, in both languages.
 */

/* clang-format off: a catalog reads as it is laid out */
static const char catalog_lua[] =
	"catalog \"shop\" {}\n"
	"service \"voice\" { unit = \"second\", zones = \"dialled\" }\n"
	"service \"sms\" { unit = \"item\" }\n"
	"product \"line\" { services = { \"voice\", \"sms\" } }\n"
	"zones \"dialled\" { { \"far\", prefix = \"0\" }, { \"near\", rest = true } }\n"
	"calendar \"hours\" { { \"day\", hours = \"07:00-21:00\" }, { \"night\", rest = true } }\n"
	"package \"talk\" {\n"
	"    kind = \"base\", from = \"2020-01-01\",\n"
	"    tariff { id = \"near\", serves = { service = \"voice\", zone = \"near\" }, say = \"near\", step = \"60 s\", price = \"0.15\" },\n"
	"    tariff { id = \"far\", serves = { service = \"voice\", zone = \"far\" }, say = \"far\", calendar = \"hours\", step = \"60 s\",\n"
	"        price = { day = \"0.333333\", night = \"0.08\" }, round = \"0.01 half_up\" },\n"
	"    tariff { id = \"sms\", serves = { service = \"sms\" }, say = \"sms\", step = \"1 item\", price = \"0.10\" },\n"
	"}\n"
	"package \"off\" {\n"
	"    kind = \"plugin\", from = \"2020-01-01\",\n"
	"    discount { id = \"fifth\", say = \"fifth\", off = \"20%\", stack = \"best\", per = \"event\" },\n"
	"    discount { id = \"tiered\", say = \"tiered\", on = { service = \"voice\" }, stack = \"best\", per = \"event\",\n"
	"        off = { { \"5%\", up_to = \"100 minutes\" }, { \"10%\" } }, tiers = { by = \"use\", every = \"month\" } },\n"
	"    discount { id = \"bill\", say = \"bill\", off = \"5%\", stack = \"best\", per = \"bill\", round = \"0.01 half_up\" },\n"
	"}\n"
	"local words = { catalog = { shop = \"-\" }, service = { voice = \"-\", sms = \"-\" }, product = { line = \"-\" },\n"
	"    package = { talk = \"-\", off = \"-\" }, zone = { near = \"-\", far = \"-\" }, band = { day = \"-\", night = \"-\" },\n"
	"    near = \"-\", far = \"-\", sms = \"-\", fifth = \"-\", tiered = \"-\", bill = \"-\" }\n"
	"texts \"zh\" (words)\n"
	"texts \"en\" (words)\n";

struct damage {
	const char *rule;
	const char *from;
	const char *to;
	const char *place; /* "file:line:column" */
	const char *say;   /* part of the sentence in English */
	const char *mend;  /* part of the fix */
};

static const struct damage damages[] = {
	{ "wrong_type", "off = \"20%\"", "off = \"20 %\"", "catalog.lua:16:45", "20 %", "\"20%\"" },
	{ "wrong_type", "off = \"20%\"", "off = \"20.00001%\"", "catalog.lua:16:45", "20.00001",
		"\"20%\"" },
	{ "wrong_type", "off = \"20%\"", "off = {}", "catalog.lua:16:45", "table", "\"20%\"" },
	{ "wrong_type", "off = \"20%\"", "off = { \"20%\" }", "catalog.lua:16:53", "20%", "up_to" },
	{ "wrong_type", "{ \"10%\" }", "{ \"10%\", from = 3 }", "catalog.lua:18:59", "from",
		"up_to" },
	{ "float_for_decimal", "off = \"20%\"", "off = 0.2", "catalog.lua:16:45", "0.2",
		"\"0.2\"" },
	{ "negative_price", "off = \"20%\"", "off = \"-0.20\"", "catalog.lua:16:45", "-0.20",
		"0 or more" },
	{ "missing_field", ", stack = \"best\", per = \"event\" },", ", per = \"event\" },",
		"catalog.lua:16:5", "stack", "stack" },
	{ "missing_field", ", per = \"event\" },", " },", "catalog.lua:16:5", "per", "per" },
	{ "unknown_choice", "stack = \"best\"", "stack = \"bast\"", "catalog.lua:16:58", "bast",
		"\"best\"" },
	{ "missing_text_near", "say = \"fifth\"", "say = \"sixth\"", "catalog.lua:16:30", "sixth",
		"rename" },
	{ "discount_over_100", "\"20%\"", "\"120%\"", "catalog.lua:16:45", "120%", "100%" },
	{ "discount_of_zero", "\"20%\"", "\"0%\"", "catalog.lua:16:45", "nothing", "remove" },
	{ "unknown_name", "say = \"fifth\",", "say = \"fifth\", on = { service = \"voise\" },",
		"catalog.lua:16:52", "voise", "\"voice\"" },
	{ "unknown_name", "say = \"fifth\",", "say = \"fifth\", on = { zone = \"neer\" },",
		"catalog.lua:16:52", "neer", "\"near\"" },
	{ "unknown_name", "say = \"fifth\",",
		"say = \"fifth\", on = { band = { \"day\", \"nite\" } },", "catalog.lua:16:68",
		"nite", "declare" },
	{ "unknown_name", "say = \"fifth\",", "say = \"fifth\", needs = \"tolk\",",
		"catalog.lua:16:45", "tolk", "\"talk\"" },
	{ "no_zones", "say = \"fifth\",",
		"say = \"fifth\", on = { service = { \"voice\", \"sms\" }, zone = \"near\" },",
		"catalog.lua:16:73", "sms", "remove zone" },
	{ "dead_discount", "say = \"fifth\",",
		"say = \"fifth\", on = { service = \"sms\", band = \"night\" },",
		"catalog.lua:16:5", "no tariff", "on" },
	{ "dead_discount_beside",
		"on = { service = \"voice\" }, stack = \"best\", per = \"event\",\n        off = { { \"5%\", up_to = \"100 minutes\" }, { \"10%\" } }, tiers = { by = \"use\", every = \"month\" }",
		"on = { service = \"voice\" }, stack = \"best\", per = \"event\", off = \"20%\"",
		"catalog.lua:17:5", "fifth", "condition" },
	{ "discount_unrounded", "\"20%\"", "\"0.0001%\"", "catalog.lua:16:45", "talk.near",
		"round" },
	{ "discount_unrounded", "step = \"60 s\", price = \"0.15\"",
		"amount = function() return money \"1.00\" end", "catalog.lua:16:45", "talk.near",
		"round" },
	{ "discount_unrounded", ", round = \"0.01 half_up\" },\n    tariff", " },\n    tariff",
		"catalog.lua:16:45", "talk.far", "round" },
	{ "discount_unrounded", "price = \"0.15\"", "price = \"0.15\", minimum = \"0.000001\"",
		"catalog.lua:16:45", "talk.near", "round" },
	{ "discount_unrounded", "step = \"60 s\", price = \"0.15\"",
		"step = \"60 s\", tiers = { kind = \"volume\", every = \"month\" }, price = { { \"1.00\", up_to = 9 }, { \"0.50\" } }",
		"catalog.lua:16:45", "talk.near", "round" },
	{ "discount_unrounded_bill", ", round = \"0.01 half_up\" },\n}\nlocal", " },\n}\nlocal",
		"catalog.lua:19:5", "bill", "round" },
	{ "discount_round", "say = \"fifth\",", "say = \"fifth\", round = \"0.01 up\",",
		"catalog.lua:16:45", "tariff", "remove round" },
	{ "discount_on_bill", "say = \"bill\",",
		"say = \"bill\", when = function() return true end,", "catalog.lua:19:43", "when",
		"remove when" },
	{ "discount_on_bill", "say = \"bill\",", "say = \"bill\", on = { band = \"night\" },",
		"catalog.lua:19:50", "band", "remove band" },
	{ "discount_on_bill", "stack = \"best\", per = \"event\",\n",
		"stack = \"best\", per = \"bill\", round = \"0.01 up\",\n", "catalog.lua:18:63",
		"tiers", "remove tiers" },
	{ "discount_tiers_not_chosen", ", tiers = { by = \"use\", every = \"month\" }", "",
		"catalog.lua:18:9", "go by", "by = " },
	{ "discount_without_tiers", "off = \"20%\"", "off = \"20%\", tiers = { by = \"amount\" }",
		"catalog.lua:16:58", "has none", "remove tiers" },
	{ "missing_field", ", every = \"month\" }", " }", "catalog.lua:18:63", "every", "every" },
	{ "discount_tiers_alone",
		"\"100 minutes\" }, { \"10%\" } }, tiers = { by = \"use\", every = \"month\" }",
		"\"100.00\" }, { \"10%\" } }, tiers = { by = \"amount\", every = \"month\" }",
		"catalog.lua:18:83", "every", "remove every" },
	{ "wrong_type", "up_to = \"100 minutes\"", "up_to = \"100.00\"", "catalog.lua:18:25",
		"amount", "100 minutes" },
	{ "wrong_type", "by = \"use\", every = \"month\"", "by = \"amount\"", "catalog.lua:18:25",
		"quantity", "0.15" },
	{ "float_for_decimal", "up_to = \"100 minutes\"", "up_to = 100", "catalog.lua:18:25", "100",
		"\"100\"" },
	{ "wrong_unit", "up_to = \"100 minutes\"", "up_to = \"100 MB\"", "catalog.lua:18:25",
		"bytes", "seconds" },
	{ "tier_without_rest", "{ \"10%\" }", "{ \"10%\", up_to = \"200 minutes\" }",
		"catalog.lua:18:59", "beyond", "up_to" },
	{ "tier_after_rest", "{ { \"5%\", up_to = \"100 minutes\" }", "{ { \"5%\" }",
		"catalog.lua:18:17", "up_to", "up_to" },
	{ "tiers_not_rising", "{ \"10%\" }", "{ \"7%\", up_to = \"100 minutes\" }, { \"10%\" }",
		"catalog.lua:18:58", "width", "larger" },
	{ "duplicate_id", "id = \"tiered\"", "id = \"fifth\"", "catalog.lua:17:5", "fifth",
		"another" },
	{ "duplicate_id", "id = \"bill\"", "id = \"tiered\"", "catalog.lua:19:5", "tiered",
		"another" },
	{ "discounts_over_100", "off = \"20%\", stack = \"best\"", "off = \"95%\", stack = \"add\"",
		"catalog.lua:17:5", "105%", "alone" },
	{ "discounts_may_pass_100", "off = \"20%\", stack = \"best\"",
		"off = \"95%\", when = function() return true end, stack = \"add\"",
		"catalog.lua:17:5", "105%", "alone" },
	{ "discounts_may_pass_100", "step = \"1 item\", price = \"0.10\" },\n",
		"step = \"1 item\", price = \"0.10\" },\n    discount { id = \"more\", say = \"bill\", off = \"90%\", stack = \"add\", per = \"event\" },\n",
		"catalog.lua:13:5", "110%", "alone" },
};
/* clang-format on */

static void
check(const char *content, struct findings *findings)
{
	struct bundle_file file = file_of("catalog.lua", content);
	struct buffer bundle;
	struct fault fault = { 0 };
	make_bundle(&file, 1, &bundle);
	findings_init(findings);
	assert_int_equal(catalog_check(bytes_of(&bundle), findings, &fault), STATUS_OK);
	buffer_release(&bundle);
}

static bool
contains(struct text text, const char *part)
{
	return memmem(text.data, text.size, part, strlen(part)) != NULL;
}

static bool
has_chinese(struct text text)
{
	for (size_t i = 0; i < text.size; i++)
		if ((uint8_t)text.data[i] >= 0xe4 && (uint8_t)text.data[i] <= 0xe9)
			return true;
	return false;
}

static bool
is_told(const struct finding *finding, const struct damage *damage)
{
	char place[300];
	snprintf(place, sizeof place, "%.*s:%u:%u", TEXT_ARGS(finding->file), finding->line,
		finding->column);
	return text_equal(finding->rule, text_of(damage->rule)) &&
		strcmp(place, damage->place) == 0 && contains(finding->say_en, damage->say) &&
		contains(finding->mend_en, damage->mend) && has_chinese(finding->say_zh) &&
		has_chinese(finding->mend_zh);
}

static void
each_damage_to_a_discount_is_named(void **state)
{
	bool all = true;
	(void)state;
	for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
		const struct damage *damage = &damages[i];
		struct findings findings;
		bool found = false;
		char *damaged = replace(catalog_lua, damage->from, damage->to);
		check(damaged, &findings);
		for (size_t j = 0; j < findings.count; j++)
			found |= is_told(&findings.list[j], damage);
		if (!found) {
			print_findings(&findings);
			print_message("^ not told: %s at %s\n", damage->rule, damage->place);
		}
		all &= found;
		findings_release(&findings);
		free(damaged);
	}
	assert_true(all);
}

static void
sound_discounts_have_nothing_to_tell(void **state)
{
	struct findings findings;
	(void)state;
	check(catalog_lua, &findings);
	for (size_t i = 0; i < findings.count; i++)
		assert_true(text_equal(findings.list[i].rule, TEXT("no_tests")));
	findings_release(&findings);
}

static void
any_damage_to_words_is_told_or_harmless(void **state)
{
	unsigned seed = 20261122;
	(void)state;
	for (int round = 0; round < 400; round++) {
		struct findings findings;
		char *damaged = damage_a_word(catalog_lua, &seed);
		check(damaged, &findings);
		for (size_t i = 0; i < findings.count; i++)
			assert_false(text_equal(findings.list[i].rule, TEXT("unbuildable")));
		findings_release(&findings);
		free(damaged);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_damage_to_a_discount_is_named),
		cmocka_unit_test(sound_discounts_have_nothing_to_tell),
		cmocka_unit_test(any_damage_to_words_is_told_or_harmless),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
