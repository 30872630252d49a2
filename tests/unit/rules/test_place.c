#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "../../../rules/place.h"

static const char script[] =
	"-- tariff { id = \"in a comment\" }\n"
	"package \"e6\" { kind = \"base\",\n"
	"    tariff { id = \"a\" }, tariff { id = \"b\",\n"
	"        when = function(c) if c.x then return { step = 1, 2 } end return c end, --[[ step = ]]\n"
	"        [\"step\"] = \"6 s\", price = { day = \"0.15\", -- 白天\n"
	"        ['夜间'] = \"0.08\", night = \"0.08\" }, [3] = [==[ } ]] ]==], { \"x\", deep = { 1, { two = 2 } } },\n"
	"    },\n"
	"}\n";

static struct place
find(uint32_t line, const char *word, uint32_t nth, const struct place_key *path, size_t count)
{
	struct place_query query = { line, text_of(word), nth, path, count };
	return place_find(text_of(script), &query);
}

static void
assert_place(struct place place, uint32_t line, uint32_t column)
{
	if (place.line != line || place.column != column)
		fail_msg("%u:%u, not %u:%u", place.line, place.column, line, column);
}

#define NAME(literal) ((struct place_key){ .name = TEXT(literal) })
#define NUMBER(n) ((struct place_key){ .number = (n) })

static void
a_word_is_found_on_its_line(void **state)
{
	(void)state;
	assert_place(find(2, "package", 1, NULL, 0), 2, 1);
	assert_place(find(3, "tariff", 1, NULL, 0), 3, 5);
	assert_place(find(3, "tariff", 2, NULL, 0), 3, 26);
	/* A loop says it more often than it is written. */
	assert_place(find(3, "tariff", 9, NULL, 0), 3, 26);
	/* A comment does not count. */
	assert_place(find(1, "tariff", 1, NULL, 0), 1, 0);
	assert_place(find(99, "tariff", 1, NULL, 0), 99, 0);
}

static void
fields_are_found_however_they_are_written(void **state)
{
	(void)state;
	assert_place(find(2, "package", 1, &NAME("kind"), 1), 2, 16);
	assert_place(find(3, "tariff", 2, &NAME("id"), 1), 3, 35);
	/* Not the one in the function, nor the one in the comment. */
	assert_place(find(3, "tariff", 2, &NAME("step"), 1), 5, 9);
	struct place_key night[] = { NAME("price"), NAME("night") };
	assert_place(find(3, "tariff", 2, night, 2), 6, 26);
	struct place_key chinese[] = { NAME("price"), NAME("夜间") };
	assert_place(find(3, "tariff", 2, chinese, 2), 6, 9);
	struct place_key deep[] = { NUMBER(1), NAME("deep"), NUMBER(2), NAME("two") };
	assert_place(find(3, "tariff", 2, deep, 4), 6, 87);
}

static void
what_is_not_written_gives_the_place_above_it(void **state)
{
	(void)state;
	struct place_key none[] = { NAME("price"), NAME("weekend") };
	assert_place(find(3, "tariff", 2, none, 2), 5, 27);
	assert_place(find(3, "tariff", 1, &NAME("step"), 1), 3, 5);
	struct place_key through_text[] = { NAME("id"), NUMBER(1) };
	assert_place(find(3, "tariff", 1, through_text, 2), 3, 14);
}

static void
any_text_whatever_ends(void **state)
{
	(void)state;
	static const char letters[] = "tariff{}[]=\"'\\-\n,;()end function--[[ ]]\x80";
	struct place_key path[] = { NAME("a"), NUMBER(1) };
	unsigned seed = 20260918;
	print_message("seed %u\n", seed);
	for (int round = 0; round < 20000; round++) {
		char text[64] = "tariff {";
		size_t size = strlen(text);
		size_t length = size + (size_t)rand_r(&seed) % (sizeof text - size);
		while (size < length)
			text[size++] = letters[(size_t)rand_r(&seed) % (sizeof letters - 1)];
		struct place_query query = { 1, TEXT("tariff"), 1, path, 2 };
		struct place place = place_find((struct text){ text, size }, &query);
		assert_true(place.line >= 1);
		assert_true(place.column >= 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_is_found_on_its_line),
		cmocka_unit_test(fields_are_found_however_they_are_written),
		cmocka_unit_test(what_is_not_written_gives_the_place_above_it),
		cmocka_unit_test(any_text_whatever_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
