/* On which terms a session runs: by hand where packages meet, and at random beside an oracle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

#include "../../../rules/session_terms.h"

#define RULES_MAX 3
#define PACKAGES_MAX 5
#define ROUNDS 20000

static struct sketch sketch;
static struct session_terms of_all;
static struct session_rule rules[PACKAGES_MAX][RULES_MAX];
static struct serve serves[PACKAGES_MAX][RULES_MAX];
static struct holding holdings[PACKAGES_MAX];
static size_t holding_count;

static void
begin(void)
{
	sketch_begin(&sketch, "UTC");
	memset(rules, 0, sizeof rules);
	holding_count = 0;
	of_all = (struct session_terms){ 0 };
	sketch.services[0].session = &of_all;
	sketch.services[0].zone_map = 0;
	sketch.image.zone_map_count = 1;
}

static struct package *
hold(const char *id, uint32_t layer)
{
	size_t place = sketch.image.package_count;
	struct package *package = sketch_package(&sketch, id, layer, ALL_TIME);
	package->sessions = rules[place];
	holdings[holding_count++] = (struct holding){
		.package = package->id, .from_ms = INT64_MIN, .till_ms = INT64_MAX
	};
	return package;
}

/* The next rule of a package: of all zones of the first service. */
static struct session_rule *
add_rule(struct package *package)
{
	size_t place = (size_t)(package - sketch.packages);
	uint32_t number = package->session_count++;
	serves[place][number] = (struct serve){ .zones = ALL_ZONES };
	rules[place][number] = (struct session_rule){ .serves = &serves[place][number],
		.serve_count = 1 };
	return &rules[place][number];
}

static struct session_terms
terms_at(uint32_t zone, int64_t at_ms)
{
	if (sketch.image.package_slots == NULL && !image_index_packages(&sketch.image))
		sketch_stop("no memory");
	const struct session_question question = { .image = &sketch.image,
		.holdings = holdings,
		.holding_count = holding_count,
		.zone = zone,
		.at_ms = at_ms };
	return session_terms_of(&question);
}

static void
where_nobody_says_anything_a_session_is_ended_at_its_last_unit(void **state)
{
	(void)state;
	begin();
	sketch.services[0].session = NULL;
	add_rule(hold("talk", 1));
	struct session_terms terms = terms_at(0, 0);
	assert_int_equal(terms.quota, 0);
	assert_int_equal(terms.valid_ms, 0);
	assert_string_equal(final_action_name(terms.final), "terminate");
	sketch_end(&sketch);
}

static void
each_term_is_of_the_first_layer_that_says_it(void **state)
{
	(void)state;
	begin();
	of_all = (struct session_terms){
		.quota = 300, .valid_ms = 60000, .final = FINAL_REDIRECT, .address = TEXT("tel:1")
	};
	add_rule(hold("base", 2))->terms = (struct session_terms){ .quota = 600,
		.valid_ms = 90000 };
	struct session_rule *plugin = add_rule(hold("plugin", 1));
	plugin->terms.quota = 30;
	struct session_terms terms = terms_at(0, 0);
	assert_int_equal(terms.quota, 30);
	assert_int_equal(terms.valid_ms, 90000);
	assert_int_equal(terms.final, FINAL_REDIRECT);
	assert_true(text_equal(terms.address, TEXT("tel:1")));
	plugin->terms = (struct session_terms){ .final = FINAL_TERMINATE };
	terms = terms_at(0, 0);
	assert_int_equal(terms.quota, 600);
	assert_int_equal(terms.final, FINAL_TERMINATE);
	assert_int_equal(terms.address.size, 0);
	sketch_end(&sketch);
}

static void
what_is_not_held_or_is_of_other_zones_says_nothing(void **state)
{
	(void)state;
	begin();
	struct package *package = hold("talk", 1);
	holdings[0].from_ms = 1000;
	holdings[0].till_ms = 2000;
	struct session_rule *rule = add_rule(package);
	rule->terms.quota = 30;
	assert_int_equal(terms_at(0, 999).quota, 0);
	assert_int_equal(terms_at(0, 1000).quota, 30);
	assert_int_equal(terms_at(0, 1999).quota, 30);
	assert_int_equal(terms_at(0, 2000).quota, 0);
	serves[0][0].zones = (struct zone_set){ { 2 } };
	assert_int_equal(terms_at(0, 1000).quota, 0);
	assert_int_equal(terms_at(1, 1000).quota, 30);
	assert_int_equal(terms_at(NO_INDEX, 1000).quota, 30);
	sketch.packages[0].from_ms = 1001;
	assert_int_equal(terms_at(1, 1000).quota, 0);
	sketch_end(&sketch);
}

/* The quota, by looking for the lowest layer first, and then for the first that says it there. */
static int64_t
oracle_quota(uint32_t zone)
{
	for (uint32_t layer = 0; layer < 3; layer++)
		for (size_t i = 0; i < holding_count; i++)
			for (uint32_t j = 0; j < sketch.packages[i].session_count; j++)
				if (sketch.packages[i].layer == layer &&
					rules[i][j].terms.quota > 0 &&
					zone_set_has(&serves[i][j].zones, zone))
					return rules[i][j].terms.quota;
	return of_all.quota;
}

static void
terms_are_those_that_an_oracle_finds(void **state)
{
	(void)state;
	static const char *const ids[] = { "a", "b", "c", "d", "e" };
	random_state = 20261123;
	print_message("seed %llu\n", (unsigned long long)random_state);
	begin();
	for (size_t i = 0; i < PACKAGES_MAX; i++)
		hold(ids[i], 0);
	for (unsigned round = 0; round < ROUNDS; round++) {
		of_all.quota = random_between(0, 1);
		for (size_t i = 0; i < PACKAGES_MAX; i++) {
			struct package *package = &sketch.packages[i];
			package->layer = (uint32_t)random_below(3);
			package->session_count = 0;
			for (uint64_t count = random_below(RULES_MAX + 1); count > 0; count--) {
				struct session_rule *rule = add_rule(package);
				rule->terms.quota = random_between(0, 50);
				rule->terms.valid_ms = random_between(0, 1);
				serves[i][package->session_count - 1].zones.bits[0] = random_below(
					4);
			}
		}
		uint32_t zone = (uint32_t)random_below(2);
		assert_int_equal(terms_at(zone, 0).quota, oracle_quota(zone));
	}
	sketch_end(&sketch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_nobody_says_anything_a_session_is_ended_at_its_last_unit),
		cmocka_unit_test(each_term_is_of_the_first_layer_that_says_it),
		cmocka_unit_test(what_is_not_held_or_is_of_other_zones_says_nothing),
		cmocka_unit_test(terms_are_those_that_an_oracle_finds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
