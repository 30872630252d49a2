/*
 * What the checker says: a sound catalog is damaged in one place at a time, and each damage must be
 * named where it is, with what would mend it, in both languages.
 */
#ifndef SUANPAN_TESTS_DAMAGES_H
#define SUANPAN_TESTS_DAMAGES_H

#include "catalogs.h"

#include "../../../rules/catalog_test.h"

/* A catalog in memory: its files in order of their paths. */
struct sound {
	const char *const *paths;
	const char *const *contents;
	size_t count;
};

enum { SOUND_FILES_MAX = 16 };

struct damage {
	const char *rule;
	size_t file;           /* of the catalog, in which … */
	const char *from, *to; /* … the first of these is replaced */
	const char *place;     /* "file:line:column", as far as it is known */
	/* Parts of what is said in English; NULL: whatever it is. */
	const char *mend;
	const char *say;
	const char *propose;
};

/* All findings of the catalog with one file replaced; of none if there is no such file. */
static inline void
check_with(
	const struct sound *sound, size_t replaced, const char *content, struct findings *findings)
{
	struct bundle_file files[SOUND_FILES_MAX];
	struct buffer bundle;
	struct fault fault = { 0 };
	assert_true(sound->count <= SOUND_FILES_MAX);
	for (size_t i = 0; i < sound->count; i++)
		files[i] = file_of(sound->paths[i], i == replaced ? content : sound->contents[i]);
	make_bundle(files, sound->count, &bundle);
	findings_init(findings);
	if (catalog_check(bytes_of(&bundle), findings, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	buffer_release(&bundle);
}

/* All findings of a catalog of one file. */
static inline void
check_source(const char *content, struct findings *findings)
{
	static const char *const path = "catalog.lua";
	check_with(&(struct sound){ &path, &content, 1 }, 1, NULL, findings);
}

static inline bool
contains(struct text text, const char *part)
{
	return part == NULL || memmem(text.data, text.size, part, strlen(part)) != NULL;
}

static inline bool
has_chinese(struct text text)
{
	for (size_t i = 0; i < text.size; i++)
		if ((uint8_t)text.data[i] >= 0xe4 && (uint8_t)text.data[i] <= 0xe9)
			return true;
	return false;
}

static inline size_t
count_of(const struct findings *findings, const char *rule)
{
	size_t count = 0;
	for (size_t i = 0; i < findings->count; i++)
		count += text_equal(findings->list[i].rule, text_of(rule));
	return count;
}

/* Nothing is found, but that there are no tests where there are none. */
static inline void
assert_sound(const struct sound *sound)
{
	struct findings findings;
	bool tested = false;
	check_with(sound, sound->count, NULL, &findings);
	for (size_t i = 0; i < sound->count; i++)
		tested |= strstr(sound->paths[i], "_test.lua") != NULL;
	if (findings.count != !tested || count_of(&findings, "no_tests") != !tested) {
		print_findings(&findings);
		fail_msg("the catalog is not sound");
	}
	findings_release(&findings);
}

static inline void
place_text(const struct finding *finding, char *text, size_t room)
{
	int size = snprintf(text, room, "%.*s", TEXT_ARGS(finding->file));
	if (finding->line > 0)
		size += snprintf(text + size, room - (size_t)size, ":%u", finding->line);
	if (finding->column > 0)
		snprintf(text + size, room - (size_t)size, ":%u", finding->column);
}

static inline bool
is_told(const struct finding *finding, const struct damage *damage)
{
	char place[300];
	place_text(finding, place, sizeof place);
	return text_equal(finding->rule, text_of(damage->rule)) &&
		strcmp(place, damage->place) == 0 && contains(finding->say_en, damage->say) &&
		contains(finding->mend_en, damage->mend) &&
		contains(finding->propose, damage->propose);
}

static inline bool
is_whole_in_both_languages(const struct finding *finding)
{
	return finding->say_en.size > 0 && has_chinese(finding->say_zh) &&
		finding->mend_en.size > 0 && has_chinese(finding->mend_zh);
}

static inline bool
check_damage(const struct sound *sound, const struct damage *damage)
{
	struct findings findings;
	bool told = false, whole = true;
	char *damaged = replace(sound->contents[damage->file], damage->from, damage->to);
	check_with(sound, damage->file, damaged, &findings);
	for (size_t i = 0; i < findings.count; i++) {
		told |= is_told(&findings.list[i], damage);
		whole &= is_whole_in_both_languages(&findings.list[i]);
	}
	if (!told || !whole) {
		print_findings(&findings);
		print_message("^ %s: %s at %s after \"%s\" → \"%s\"\n",
			told ? "not in both languages" : "not told", damage->rule, damage->place,
			damage->from, damage->to);
	}
	findings_release(&findings);
	free(damaged);
	return told && whole;
}

/* Each is told; all that are not are printed. */
static inline void
check_damages(const struct sound *sound, const struct damage *damages, size_t count)
{
	size_t missed = 0;
	for (size_t i = 0; i < count; i++)
		missed += !check_damage(sound, &damages[i]);
	assert_int_equal(missed, 0);
	print_message("%zu damages\n", count);
}

/* A finding that blames none of the catalog's files, or our own: the checker lost its way. */
static inline void
assert_checker_is_not_lost(const struct findings *findings, const char *damaged)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->list[i];
		bool lost = finding->file.size == 0 || contains(finding->say_en, "lib/") ||
			text_equal(finding->rule, TEXT("unbuildable")) ||
			(text_equal(finding->rule, TEXT("script_failed")) && finding->line == 0);
		if (lost) {
			print_findings(findings);
			fail_msg("%s", damaged);
		}
	}
}

/* Damages of words that nobody thought of. */
static inline void
check_random_damages(const struct sound *sound, unsigned seed, int rounds)
{
	size_t scripts[SOUND_FILES_MAX], count = 0;
	for (size_t i = 0; i < sound->count; i++)
		if (strstr(sound->paths[i], ".lua") != NULL)
			scripts[count++] = i;
	assert_true(count > 0);
	print_message("seed %u\n", seed);
	for (int round = 0; round < rounds; round++) {
		struct findings findings;
		size_t script = scripts[(size_t)rand_r(&seed) % count];
		char *damaged = damage_a_word(sound->contents[script], &seed);
		check_with(sound, script, damaged, &findings);
		assert_checker_is_not_lost(&findings, damaged);
		findings_release(&findings);
		free(damaged);
	}
}

/* ---- the tests of a catalog that is damaged, where there are no others ---- */

struct damaged {
	const struct sound *sound;
	const struct damage *damages;
	size_t count;
	int random_rounds;
};

static inline void
sound_catalog_has_no_findings(void **state)
{
	const struct damaged *damaged = *state;
	assert_sound(damaged->sound);
}

static inline void
each_damage_is_named_with_its_place_and_its_fix(void **state)
{
	const struct damaged *damaged = *state;
	check_damages(damaged->sound, damaged->damages, damaged->count);
}

static inline void
random_damage_does_not_confuse_the_checker(void **state)
{
	const struct damaged *damaged = *state;
	check_random_damages(damaged->sound, 20261122, damaged->random_rounds);
}

static inline int
run_damaged(struct damaged damaged)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(sound_catalog_has_no_findings, &damaged),
		cmocka_unit_test_prestate(
			each_damage_is_named_with_its_place_and_its_fix, &damaged),
		cmocka_unit_test_prestate(random_damage_does_not_confuse_the_checker, &damaged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
