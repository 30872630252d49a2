#include "catalogs.h"

#include "../../../engine/base/memory.h"
#include "../scratch_folder.h"

#include <sys/stat.h>
#include <unistd.h>

static struct buffer bundle;

static int
set_up(void **state)
{
	(void)state;
	buffer_init(&bundle, BUNDLE_BYTES_MAX);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	buffer_release(&bundle);
	return 0;
}

static void
bundle_directory(const char *path)
{
	struct fault fault;
	if (bundle_of_directory(path, &bundle, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
}

static void
write_file(const char *directory, const char *name, const char *content)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", directory, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(content, file);
	fclose(file);
}

static void
a_folder_and_its_files_in_memory_are_the_same_bundle(void **state)
{
	(void)state;
	char directory[SCRATCH_PATH_BYTES], path[512], name[SHA256_HEX], again[SHA256_HEX];
	struct bundle_file files[] = { file_of("catalog.lua", small_catalog),
		file_of("packages/a.lua", "-- a"), file_of("packages/b.csv", "x\n1\n") };
	struct fault fault;
	scratch_make(directory);
	snprintf(path, sizeof path, "%s/packages", directory);
	assert_int_equal(mkdir(path, 0700), 0);
	/* Written in another order than they are read in. */
	write_file(path, "b.csv", "x\n1\n");
	write_file(path, "a.lua", "-- a");
	write_file(path, "notes.txt", "not of the catalog");
	write_file(path, ".hidden.lua", "not of the catalog");
	write_file(directory, "catalog.lua", small_catalog);
	bundle_directory(directory);
	bundle_name(bytes_of(&bundle), name);
	assert_int_equal(bundle_of_files(files, 3, &bundle, &fault), STATUS_OK);
	bundle_name(bytes_of(&bundle), again);
	assert_memory_equal(name, again, SHA256_HEX);
	write_file(path, "Bad.lua", "");
	assert_int_equal(bundle_of_directory(directory, &bundle, &fault), STATUS_INVALID);
	assert_non_null(strstr(fault.text, "packages/Bad.lua"));
	scratch_remove(directory);
	assert_int_equal(bundle_of_directory(directory, &bundle, &fault), STATUS_NOT_FOUND);
}

static void
a_bundle_can_be_walked_and_looked_into(void **state)
{
	(void)state;
	static const char *const paths[] = { "@language", "@lua", "@zone", "catalog.lua" };
	struct bundle_file file = file_of("catalog.lua", small_catalog);
	struct fault fault;
	assert_int_equal(bundle_of_files(&file, 1, &bundle, &fault), STATUS_OK);
	struct bytes rest = bytes_of(&bundle), content;
	struct text path;
	bool sound;
	size_t count = 0;
	while (bundle_next(&rest, &path, &content, &sound))
		assert_true(text_equal(path, text_of(paths[count++])));
	assert_true(sound);
	assert_int_equal(count, 4);
	assert_true(bundle_file(bytes_of(&bundle), TEXT("@zone"), &content));
	assert_memory_equal(content.data, "Asia/Shanghai\nTZif", 18);
	assert_false(bundle_file(bytes_of(&bundle), TEXT("other.lua"), &content));
}

static void
the_zone_is_that_of_the_catalog(void **state)
{
	(void)state;
	struct bytes content;
	char *berlin = replace(
		small_catalog, "\"small\" {}", "\"small\" { zone = \"Europe/Berlin\" }");
	struct bundle_file file = file_of("catalog.lua", berlin);
	struct fault fault;
	assert_int_equal(bundle_of_files(&file, 1, &bundle, &fault), STATUS_OK);
	assert_true(bundle_file(bytes_of(&bundle), TEXT("@zone"), &content));
	assert_memory_equal(content.data, "Europe/Berlin\n", 14);
	struct release *release = build_files(&file, 1);
	assert_true(text_equal(zoneinfo_name(release_image(release)->zone), TEXT("Europe/Berlin")));
	release_drop(release);
	free(berlin);
}

/* Every way in which bytes are no bundle is told, none is taken for one. */
static void
a_damaged_bundle_is_refused(void **state)
{
	(void)state;
	struct bundle_file files[] = { file_of("a.lua", "-- a"), file_of("b.csv", "x") };
	struct fault fault;
	struct findings findings;
	struct release *release = NULL;
	assert_int_equal(bundle_of_files(files, 2, &bundle, &fault), STATUS_OK);
	assert_int_equal(bundle_check(bytes_of(&bundle), &fault), STATUS_OK);
	for (size_t size = 0; size < bundle.size; size++) {
		/* Cut behind a whole file, it is a bundle with fewer files. */
		bool whole = size == bundle.size - 8 || size == bundle.size - 8 - 11;
		enum status status = bundle_check((struct bytes){ bundle.data, size }, &fault);
		if (status != (whole ? STATUS_OK : STATUS_INVALID))
			fail_msg("cut at %zu of %zu: %s", size, bundle.size, status_name(status));
	}
	findings_init(&findings);
	assert_int_equal(
		release_build((struct bytes){ bundle.data, 20 }, &release, &findings, &fault),
		STATUS_INVALID);
	findings_release(&findings);
	struct bundle_file unsorted[] = { files[1], files[0] };
	assert_int_equal(bundle_of_files(unsorted, 2, &bundle, &fault), STATUS_INVALID);
	struct bundle_file twice[] = { files[0], files[0] };
	assert_int_equal(bundle_of_files(twice, 2, &bundle, &fault), STATUS_INVALID);
}

static void
paths_that_lead_elsewhere_are_refused(void **state)
{
	(void)state;
	static const char *const paths[] = { "../a.lua", "a/../b.lua", "/a.lua", "a//b.lua", "a/",
		"A.lua", "a.txt", "", ".a.lua", "a/.b.lua", "a b.lua", "@zone", "a\\b.lua",
		".lua" };
	struct fault fault;
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		struct bundle_file file = file_of(paths[i], "");
		if (bundle_of_files(&file, 1, &bundle, &fault) != STATUS_INVALID)
			fail_msg("\"%s\" was taken", paths[i]);
	}
}

static void
a_bundle_of_another_language_is_unsupported(void **state)
{
	(void)state;
	struct bundle_file file = file_of("catalog.lua", small_catalog);
	struct fault fault;
	assert_int_equal(bundle_of_files(&file, 1, &bundle, &fault), STATUS_OK);
	uint8_t *version = memmem(bundle.data, bundle.size,
		"@language\x01"
		"2",
		11);
	assert_non_null(version);
	for (const char *other = "03x"; *other != '\0'; other++) {
		version[10] = (uint8_t)*other;
		assert_int_equal(bundle_check(bytes_of(&bundle), &fault), STATUS_UNSUPPORTED);
	}
	version[10] = '1';
	assert_int_equal(bundle_check(bytes_of(&bundle), &fault), STATUS_OK);
	assert_int_equal(bundle_language(bytes_of(&bundle)), 1);
	version[10] = '2';
	assert_int_equal(bundle_language(bytes_of(&bundle)), LANGUAGE_VERSION);
	uint8_t *lua = memmem(bundle.data, bundle.size, "Lua 5.4", 7);
	lua[6] = '5';
	assert_int_equal(bundle_check(bytes_of(&bundle), &fault), STATUS_UNSUPPORTED);
}

/*
 * The second version of "talk" gives its counter "free" to messages, which the first version of the
 * language let pass (counter_changes in lib/messages.lua is newer); and a package has no text, which
 * it did not.
 */
static char *
catalog_of_the_first_language(bool sound)
{
	char *source = NULL;
	int size = asprintf(&source,
		"catalog \"old\" {}\n"
		"service \"voice\" { unit = \"second\" }\n"
		"service \"message\" { unit = \"item\" }\n"
		"product \"line\" { services = { \"voice\", \"message\" } }\n"
		"package \"talk\" { kind = \"base\", from = \"2020-01-01\", till = \"2021-01-01\",\n"
		"    allowance { id = \"free\", serves = { service = \"voice\" }, amount = 60,\n"
		"        unit = \"second\", every = \"month\" },\n"
		"    tariff { id = \"call\", serves = { service = \"voice\" }, say = \"call\",\n"
		"        step = \"60 s\", price = \"0.10\" } }\n"
		"package \"talk\" { kind = \"base\", from = \"2021-01-01\",\n"
		"    allowance { id = \"free\", serves = { service = \"message\" }, amount = 60,\n"
		"        unit = \"item\", every = \"month\" },\n"
		"    tariff { id = \"call\", serves = { service = \"voice\" }, say = \"call\",\n"
		"        step = \"60 s\", price = \"0.10\" },\n"
		"    tariff { id = \"write\", serves = { service = \"message\" }, say = \"call\",\n"
		"        step = \"1 item\", price = \"0.10\" } }\n"
		"plan \"talk\" { base = \"talk\" }\n"
		"offering \"talk\" { plans = \"talk\" }\n"
		"local all = { [\"catalog.old\"] = \"o\", [\"service.voice\"] = \"v\",\n"
		"    [\"service.message\"] = \"m\", [\"product.line\"] = \"l\", %s\n"
		"    [\"plan.talk\"] = \"t\", [\"offering.talk\"] = \"t\", [\"call\"] = \"c\",\n"
		"    [\"allowance.free\"] = \"f\" }\n"
		"texts \"zh\" (all)\n"
		"texts \"en\" (all)\n",
		sound ? "[\"package.talk\"] = \"t\"," : "");
	assert_true(size > 0);
	return source;
}

/* Builds it, or loads it again, as a bundle of that version of the language. */
static enum status
make_of_language(
	const char *source, char language, bool again, struct findings *findings, bool *made)
{
	struct bundle_file file = file_of("catalog.lua", source);
	struct release *release = NULL;
	struct fault fault;
	assert_int_equal(bundle_of_files(&file, 1, &bundle, &fault), STATUS_OK);
	uint8_t *version = memmem(bundle.data, bundle.size, "@language", 9);
	version[10] = (uint8_t)language;
	findings_init(findings);
	enum status status = again ? release_load(bytes_of(&bundle), &release, findings, &fault)
				   : release_build(bytes_of(&bundle), &release, findings, &fault);
	*made = release != NULL;
	release_drop(release);
	return status;
}

static const struct finding *
find_rule(const struct findings *findings, const char *rule)
{
	for (size_t i = 0; i < findings->count; i++)
		if (text_equal(findings->list[i].rule, text_of(rule)))
			return &findings->list[i];
	return NULL;
}

static void
a_rule_newer_than_a_release_only_warns_where_it_is_loaded_again(void **state)
{
	static const struct {
		char language;
		bool again;
		enum severity severity;
	} ways[] = {
		{ '1', true, FINDING_WARNING },
		{ '1', false, FINDING_ERROR }, /* publishing holds all rules against it */
		{ '2', true, FINDING_ERROR },
		{ '2', false, FINDING_ERROR },
	};
	char *source = catalog_of_the_first_language(true);
	(void)state;
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		struct findings findings;
		bool made, sound = ways[i].severity == FINDING_WARNING;
		enum status status = make_of_language(
			source, ways[i].language, ways[i].again, &findings, &made);
		assert_int_equal(status, sound ? STATUS_OK : STATUS_INVALID);
		assert_int_equal(made, sound);
		const struct finding *found = find_rule(&findings, "counter_changes");
		assert_non_null(found);
		assert_int_equal(found->severity, ways[i].severity);
		findings_release(&findings);
	}
	free(source);
}

static void
a_rule_as_old_as_a_release_refuses_it_wherever_it_is(void **state)
{
	char *source = catalog_of_the_first_language(false);
	(void)state;
	for (int again = 0; again < 2; again++) {
		struct findings findings;
		bool made;
		assert_int_equal(make_of_language(source, '1', again != 0, &findings, &made),
			STATUS_INVALID);
		assert_false(made);
		const struct finding *found = find_rule(&findings, "missing_text");
		assert_non_null(found);
		assert_int_equal(found->severity, FINDING_ERROR);
		findings_release(&findings);
	}
	free(source);
}

static void
a_script_that_is_too_large_is_refused(void **state)
{
	(void)state;
	struct fault fault;
	char *large = malloc(SCRIPT_BYTES_MAX + 2);
	memset(large, ' ', SCRIPT_BYTES_MAX + 1);
	large[SCRIPT_BYTES_MAX + 1] = '\0';
	struct bundle_file file = file_of("catalog.lua", large);
	assert_int_equal(bundle_of_files(&file, 1, &bundle, &fault), STATUS_LIMIT);
	assert_non_null(strstr(fault.text, "split it"));
	free(large);
}

static void
a_release_is_named_by_its_bundle(void **state)
{
	(void)state;
	uint8_t digest[SHA256_BYTES];
	char name[SHA256_HEX];
	struct bundle_file file = file_of("catalog.lua", small_catalog);
	struct fault fault;
	struct release *release = build_files(&file, 1);
	assert_int_equal(bundle_of_files(&file, 1, &bundle, &fault), STATUS_OK);
	sha256(bytes_of(&bundle), digest);
	bundle_name(bytes_of(&bundle), name);
	assert_true(text_equal(release_name(release), (struct text){ name, SHA256_HEX }));
	assert_int_equal(release_number(release) >> 56, digest[0]);
	assert_int_equal(release_number(release) & 0xff, digest[7]);
	release_drop(release);
}

static void
an_image_holds_what_was_declared(void **state)
{
	(void)state;
	struct release *release = build_source(small_catalog);
	const struct image *image = release_image(release);
	assert_true(text_equal(image->catalog, TEXT("small")));
	assert_true(text_equal(image->currency, TEXT("CNY")));
	assert_int_equal(image->service_count, 1);
	assert_int_equal(image->services[0].zone_map, NO_INDEX);
	assert_int_equal(image->layer_count, 6);
	assert_int_equal(image->package_count, 1);
	assert_int_equal(image->function_count, 2);
	const struct package *package = &image->packages[0];
	assert_int_equal(package->layer, 4); /* "base" of those that there are by default */
	assert_int_equal(package->from_ms, INT64_C(1577808000000)); /* 2020-01-01 in Shanghai */
	assert_true(package->till_ms == INT64_MAX);
	assert_int_equal(package->tariff_count, 2);
	assert_int_equal(package->tariffs[0].when, 0);
	assert_int_equal(package->tariffs[0].amount, 1);
	assert_int_equal(package->tariffs[0].round_step, 10000);
	const struct tariff *call = &package->tariffs[1];
	assert_int_equal(call->when, NO_FUNCTION);
	assert_int_equal(call->band_count, 2);
	assert_int_equal(call->next.size, 60);
	assert_int_equal(call->next.prices[0].micros, 150000);
	assert_true(call->uses_any);
	assert_int_equal(call->line, 10);
	assert_true(
		text_equal(release_text(release, TEXT("en"), TEXT("voice.call")), TEXT("call")));
	assert_int_equal(release_text(release, TEXT("en"), TEXT("voice.none")).size, 0);
	assert_int_equal(release_text(release, TEXT("fr"), TEXT("voice.call")).size, 0);
	assert_true(text_equal(release_language(release, 0), TEXT("zh")));
	assert_int_equal(release_language(release, 2).size, 0);
	release_drop(release);
}

static void
versions_follow_each_other(void **state)
{
	(void)state;
	char *source = replace(small_catalog, "texts \"zh\"",
		"package \"talk\" { kind = \"base\", from = \"2026-07-01\", till = \"2027-01-01\",\n"
		"    tariff { id = \"call\", serves = { service = \"voice\" }, say = \"voice.call\", step = \"60 s\", price = \"0.10\" } }\n"
		"texts \"zh\"");
	struct release *release = build_source(source);
	uint32_t first, count;
	assert_true(image_package(release_image(release), TEXT("talk"), &first, &count));
	assert_int_equal(count, 2);
	const struct package *versions = &release_image(release)->packages[first];
	assert_true(versions[0].till_ms == versions[1].from_ms);
	assert_int_equal(versions[1].till_ms, INT64_C(1798732800000));
	release_drop(release);
	free(source);
}

static void
hundreds_of_thousands_of_prefixes_come_from_a_table(void **state)
{
	(void)state;
	enum { COUNT = 300000 };
	char *table = malloc(COUNT * 16 + 16);
	size_t size = (size_t)sprintf(table, "prefix\n");
	for (int i = 0; i < COUNT; i++)
		size += (size_t)sprintf(table + size, "%d\n", 1000000 + i * 7);
	char *source = replace(small_catalog, "{ unit = \"second\" }",
		"{ unit = \"second\", zones = \"map\" }\n"
		"zones \"map\" { { \"far\", prefix = \"00\", followed_by = column \"far.prefix\" }, { \"near\", rest = true } }");
	char *whole = replace(source, "[\"band.day\"]",
		"[\"zone.far\"] = \"far\", [\"zone.near\"] = \"near\", [\"band.day\"]");
	struct bundle_file files[] = { file_of("catalog.lua", whole),
		{ TEXT("tables/far.csv"), { (uint8_t *)table, size } } };
	struct release *release = build_files(files, 2);
	const struct zone_map *map = &release_image(release)->zone_maps[0];
	uint32_t value;
	size_t matched;
	assert_true(prefix_find(map->prefixes, TEXT("00100000712345"), &value, &matched));
	assert_int_equal(matched, 9);
	assert_true(text_equal(map->zones[value], TEXT("far")));
	assert_true(prefix_find(map->prefixes, TEXT("00100000812345"), &value, &matched));
	assert_true(text_equal(map->zones[value], TEXT("near")));
	print_message("%zu bytes\n", release_memory_bytes(release));
	release_drop(release);
	free(source);
	free(whole);
	free(table);
}

static void
no_memory_for_a_release_is_a_status_and_nothing_leaks(void **state)
{
	(void)state;
	struct bundle_file file = file_of("catalog.lua", small_catalog);
	struct fault fault;
	assert_int_equal(bundle_of_files(&file, 1, &bundle, &fault), STATUS_OK);
	for (uint64_t n = 1; n < 30000; n += 1 + n / 12) {
		struct release *release = NULL;
		struct findings findings;
		findings_init(&findings);
		memory_fail_at(n);
		enum status status = release_build(bytes_of(&bundle), &release, &findings, &fault);
		memory_fail_at(0);
		if (status == STATUS_OK)
			release_drop(release);
		else
			assert_null(release);
		/* The catalog is not to blame. */
		assert_true(status == STATUS_OK || status == STATUS_MEMORY);
		assert_int_equal(findings.count, 0);
		findings_release(&findings);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_folder_and_its_files_in_memory_are_the_same_bundle),
		cmocka_unit_test(a_bundle_can_be_walked_and_looked_into),
		cmocka_unit_test(the_zone_is_that_of_the_catalog),
		cmocka_unit_test(a_damaged_bundle_is_refused),
		cmocka_unit_test(paths_that_lead_elsewhere_are_refused),
		cmocka_unit_test(a_bundle_of_another_language_is_unsupported),
		cmocka_unit_test(a_rule_newer_than_a_release_only_warns_where_it_is_loaded_again),
		cmocka_unit_test(a_rule_as_old_as_a_release_refuses_it_wherever_it_is),
		cmocka_unit_test(a_script_that_is_too_large_is_refused),
		cmocka_unit_test(a_release_is_named_by_its_bundle),
		cmocka_unit_test(an_image_holds_what_was_declared),
		cmocka_unit_test(versions_follow_each_other),
		cmocka_unit_test(hundreds_of_thousands_of_prefixes_come_from_a_table),
		cmocka_unit_test(no_memory_for_a_release_is_a_status_and_nothing_leaks),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
