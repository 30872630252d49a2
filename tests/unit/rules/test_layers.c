#include "damages.h"

/*
 * What the checker says of packages of one layer, and of layers that hide others: a catalog with as
 * many packages as a test wants, all in one plan.
 */

static const char head[] =
	"catalog \"shop\" {}\n"
	"service \"voice\" { unit = \"second\", zones = \"dialled\" }\n"
	"product \"line\" { services = \"voice\" }\n"
	"zones \"dialled\" { { \"far\", prefix = \"0\" }, { \"near\", rest = true } }\n"
	"offering \"home\" { plans = \"all\" }\n"
	"local words = { catalog = { shop = \"-\" }, service = { voice = \"-\" },\n"
	"    product = { line = \"-\" }, zone = { near = \"-\", far = \"-\" },\n"
	"    plan = { all = \"-\" }, offering = { home = \"-\" }, voice = \"-\", package = {} }\n"
	"local names = {}\n"
	"local function priced(id, fields)\n"
	"    names[#names + 1], words.package[id] = id, \"-\"\n"
	"    package (id) { kind = fields.kind or \"base\", from = fields.from or \"2020-01-01\",\n"
	"        till = fields.till, over = fields.over, layer = fields.layer,\n"
	"        tariff { id = \"voice\", say = \"voice\", step = fields.step or \"60 s\",\n"
	"            serves = { service = \"voice\", zone = fields.zone },\n"
	"            price = fields.price or \"0.10\", setup = fields.setup } }\n"
	"end\n";
static const char foot[] = "local others = {}\n"
			   "for i = 2, #names do others[i - 1] = names[i] end\n"
			   "plan \"all\" { base = names[1], optional = others }\n"
			   "texts \"zh\" (words)\n"
			   "texts \"en\" (words)\n";

static struct buffer bundle;

static void
make(const char *packages)
{
	char *source = malloc(sizeof head + strlen(packages) + 1 + sizeof foot);

	assert_non_null(source);
	sprintf(source, "%s%s\n%s", head, packages, foot);
	struct bundle_file file = file_of("catalog.lua", source);
	make_bundle(&file, 1, &bundle);
	free(source);
}

/* Says of the bundle that it was made when there were no such checks. */
static void
make_first_language(void)
{
	uint8_t *version = memmem(bundle.data, bundle.size, "@language", 9);

	assert_non_null(version);
	version[10] = '1';
}

/* The findings of some packages: `count` of the rule, of which one says `says`; none of others. */
static void
assert_found(const char *packages, const char *rule, size_t count, const char *says)
{
	struct findings findings;
	struct fault fault = { 0 };
	size_t others = 0;
	bool said = count == 0;

	make(packages);
	findings_init(&findings);
	assert_int_equal(catalog_check(bytes_of(&bundle), &findings, &fault), STATUS_OK);
	for (size_t i = 0; i < findings.count; i++) {
		const struct finding *one = &findings.list[i];

		said |= text_equal(one->rule, text_of(rule)) && contains(one->say_en, says) &&
			one->say_zh.size > 0 && one->mend_en.size > 0 && one->mend_zh.size > 0;
		others += !text_equal(one->rule, text_of(rule)) &&
			!text_equal(one->rule, TEXT("no_tests"));
	}
	if (count_of(&findings, rule) != count || others > 0 || !said) {
		print_findings(&findings);
		fail_msg("not %zu × %s of %s", count, rule, packages);
	}
	findings_release(&findings);
	buffer_release(&bundle);
}

static void
packages_of_one_layer_that_can_be_held_together_must_not_price_the_same(void **state)
{
	(void)state;
	assert_found("priced(\"a\", {}) priced(\"b\", {})", "layer_overlap", 1,
		"a, b of the layer 'base' can be held together by the plan 'all', and more than one of "
		"them prices the service 'voice' to the zone 'far'");
	assert_found("priced(\"a\", { zone = \"near\" }) priced(\"b\", {})", "layer_overlap", 1,
		"to the zone 'near'");
	assert_found("priced(\"a\", { zone = \"near\" }) priced(\"b\", { zone = \"far\" })",
		"layer_overlap", 0, "");
	assert_found(
		"priced(\"a\", { kind = \"plugin\" }) priced(\"b\", {})", "layer_overlap", 0, "");
	assert_found(
		"priced(\"a\", { till = \"2021-01-01\" }) priced(\"b\", { from = \"2021-01-01\" })",
		"layer_overlap", 0, "");
	assert_found(
		"priced(\"a\", { till = \"2021-01-02\" }) priced(\"b\", { from = \"2021-01-01\" })",
		"layer_overlap", 1, "a, b");
	assert_found("priced(\"a\", {}) priced(\"b\", {}) names[2] = nil", "never_sold", 1, "'b'");
}

static void
packages_that_say_which_of_them_wins_may_overlap(void **state)
{
	(void)state;
	assert_found("priced(\"a\", { over = \"b\" }) priced(\"b\", {})", "layer_overlap", 0, "");
	assert_found(
		"priced(\"a\", { over = \"b\" }) priced(\"b\", { over = \"c\" }) priced(\"c\", {})",
		"layer_overlap", 0, "");
	assert_found(
		"priced(\"a\", { over = \"b\" }) priced(\"b\", {}) priced(\"c\", { over = \"b\" })",
		"layer_overlap", 1, "a, c of");
	assert_found("priced(\"a\", { over = \"b\" }) priced(\"b\", { over = \"c\" })\n"
		     "priced(\"c\", { over = \"a\" })",
		"over_circular", 1, "'a' is over itself, by way of a, b, c");
	assert_found("priced(\"a\", { over = \"b\" }) priced(\"b\", { kind = \"promotion\" })",
		"over_other_layer", 1, "'b' is in the layer 'promotion', not in 'base'");
	assert_found(
		"priced(\"a\", { over = \"bb\", zone = \"near\" }) priced(\"b\", { zone = \"far\" })",
		"unknown_name", 1, "'bb'");
}

static void
packages_that_exclude_each_other_may_overlap(void **state)
{
	(void)state;
	assert_found("words.no = \"-\" priced(\"a\", {}) priced(\"b\", {}) priced(\"c\", {})\n"
		     "sell { excludes { \"a\", \"b\", \"c\", say = \"no\" } }",
		"layer_overlap", 0, "");
	assert_found("words.no = \"-\" priced(\"a\", {}) priced(\"b\", {}) priced(\"c\", {})\n"
		     "sell { excludes { \"a\", \"b\", say = \"no\" } }",
		"layer_overlap", 1, "a, c of");
	assert_found(
		"words.no = \"-\" priced(\"a\", {}) priced(\"b\", {})\n"
		"sell { excludes { \"a\", \"b\", only = { product = \"line\" }, say = \"no\" } }",
		"layer_overlap", 0, "");
	assert_found(
		"words.no, words.product.box = \"-\", \"-\"\n"
		"product \"box\" { services = \"voice\" } priced(\"a\", {}) priced(\"b\", {})\n"
		"sell { excludes { \"a\", \"b\", only = { product = \"line\" }, say = \"no\" } }",
		"layer_overlap", 1, "a, b of");
}

static void
standard_prices_of_a_product_stand_in_their_layer_and_are_not_sold(void **state)
{
	(void)state;
	assert_found("words.product.box = \"-\"\n"
		     "product \"box\" { services = \"voice\", standard = \"a\" }\n"
		     "priced(\"a\", {})",
		"standard_layer", 1,
		"'a' has the standard prices of the product 'box', but is in the "
		"layer 'base'");
	assert_found("words.product.box = \"-\"\n"
		     "product \"box\" { services = \"voice\", standard = \"a\" }\n"
		     "priced(\"a\", { layer = \"standard\" }) priced(\"b\", {}) names = { \"b\" }",
		"standard_layer", 0, "");
	assert_found(
		"words.product.box = \"-\"\n"
		"product \"box\" { services = \"voice\", standard = \"a\", till = \"2021-01-01\" }\n"
		"product \"box\" { services = \"voice\", standard = \"b\", from = \"2021-01-01\" }\n"
		"priced(\"a\", { layer = \"standard\" })\n"
		"priced(\"b\", { layer = \"standard\", over = \"a\" })",
		"standard_changes", 1, "in the package 'b', and in 'a'");
	assert_found("words.product.box = \"-\"\n"
		     "product \"box\" { services = \"voice\", standard = \"aa\" }\n"
		     "priced(\"a\", {})",
		"unknown_name", 1, "'aa'");
}

static void
many_packages_that_clash_are_one_finding(void **state)
{
	(void)state;
	assert_found(
		"for i, id in ipairs { \"b1\", \"b2\", \"b3\", \"b4\", \"b5\", \"b6\", \"b7\", \"b8\", \"b9\" } do\n"
		"    priced(id, { from = i < 9 and \"2020-01-01\" or \"2020-06-01\" })\n"
		"end",
		"layer_overlap", 1, "b1, b2, b3, b4, b5, … of");
	assert_found(
		"priced(\"a\", { till = \"2021-01-01\" }) priced(\"b\", { till = \"2021-01-01\" })\n"
		"priced(\"c\", { from = \"2021-01-01\" }) priced(\"d\", { from = \"2021-01-01\" })",
		"layer_overlap", 2, "c, d of");
}

static void
a_layer_that_is_dearer_than_what_it_hides_is_told(void **state)
{
	(void)state;
	assert_found("priced(\"a\", { kind = \"plugin\", price = \"0.11\" }) priced(\"b\", {})",
		"layer_dearer", 1, "'b.voice'");
	assert_found("priced(\"a\", { kind = \"plugin\", price = \"0.10\" }) priced(\"b\", {})",
		"layer_dearer", 0, "");
	assert_found("priced(\"a\", { kind = \"plugin\", step = \"1 s\", price = \"0.002\" })\n"
		     "priced(\"b\", {})",
		"layer_dearer", 1, "'b.voice'");
	assert_found("priced(\"a\", { kind = \"plugin\", price = \"0.11\" })\n"
		     "priced(\"b\", { setup = \"0.01\" })",
		"layer_dearer", 0, "");
	assert_found("priced(\"a\", { kind = \"plugin\", price = \"0.11\", zone = \"far\" })\n"
		     "priced(\"b\", { zone = \"near\" })",
		"layer_dearer", 0, "");
	assert_found(
		"priced(\"a\", { kind = \"plugin\", price = \"0.11\", from = \"2021-01-01\" })\n"
		"priced(\"b\", { till = \"2021-01-01\" })",
		"layer_dearer", 0, "");
	assert_found("priced(\"a\", { price = \"0.11\" }) priced(\"b\", { kind = \"plugin\" })",
		"layer_dearer", 0, "");
}

static void
a_release_that_was_published_before_is_built_all_the_same(void **state)
{
	struct findings findings;
	struct release *release = NULL;
	struct fault fault = { 0 };

	(void)state;
	make("priced(\"a\", {}) priced(\"b\", {})");
	findings_init(&findings);
	assert_int_equal(
		release_build(bytes_of(&bundle), &release, &findings, &fault), STATUS_INVALID);
	assert_null(release);
	findings_release(&findings);
	findings_init(&findings);
	make_first_language();
	assert_int_equal(release_load(bytes_of(&bundle), &release, &findings, &fault), STATUS_OK);
	assert_int_equal(count_of(&findings, "layer_overlap"), 1);
	assert_false(findings_have_errors(&findings));
	assert_int_equal(release_image(release)->package_count, 2);
	release_drop(release);
	findings_release(&findings);
	buffer_release(&bundle);
}

static void
what_a_package_is_over_is_whole_in_the_image(void **state)
{
	struct findings findings;
	struct release *release;
	struct fault fault = { 0 };

	(void)state;
	make("priced(\"a\", { over = \"b\" }) priced(\"b\", { over = \"c\" }) priced(\"c\", {})");
	findings_init(&findings);
	assert_int_equal(release_build(bytes_of(&bundle), &release, &findings, &fault), STATUS_OK);
	const struct package *packages = release_image(release)->packages;
	assert_int_equal(packages[0].over_count, 2);
	assert_true(text_equal(packages[0].over[0], TEXT("b")));
	assert_true(text_equal(packages[0].over[1], TEXT("c")));
	assert_int_equal(packages[1].over_count, 1);
	assert_int_equal(packages[2].over_count, 0);
	release_drop(release);
	findings_release(&findings);
	buffer_release(&bundle);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			packages_of_one_layer_that_can_be_held_together_must_not_price_the_same),
		cmocka_unit_test(packages_that_say_which_of_them_wins_may_overlap),
		cmocka_unit_test(packages_that_exclude_each_other_may_overlap),
		cmocka_unit_test(
			standard_prices_of_a_product_stand_in_their_layer_and_are_not_sold),
		cmocka_unit_test(many_packages_that_clash_are_one_finding),
		cmocka_unit_test(a_layer_that_is_dearer_than_what_it_hides_is_told),
		cmocka_unit_test(a_release_that_was_published_before_is_built_all_the_same),
		cmocka_unit_test(what_a_package_is_over_is_whole_in_the_image),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
