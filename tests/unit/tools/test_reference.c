#include "claims.h"

#include "../../../engine/params.h"
#include "../../../engine/settings.h"
#include "../../../tools/lines.h"
#include "../../../tools/reference.h"

static void
every_method_has_an_example_that_its_own_checks_accept(void **state)
{
	(void)state;
	size_t count;
	const struct method *const *methods = methods_all(&count);
	struct params_reader *reader = params_reader_new();
	for (size_t i = 0; i < count; i++) {
		const char *example = reference_example(methods[i]->name);
		struct buffer packed;
		struct arena arena;
		struct problem problem;
		struct fault fault;
		assert_non_null(example);
		buffer_init(&packed, 65536);
		arena_init(&arena, 65536);
		struct pack pack = pack_into(&packed);
		assert_int_equal(params_pack(text_of(example), &pack, &fault), STATUS_OK);
		void *into = arena_take(&arena, methods[i]->params->size);
		struct reading reading = { reader, &arena, &problem };
		bool accepted = params_read(
			&reading, methods[i], (struct bytes){ packed.data, packed.size }, into);
		if (!accepted)
			print_error("%s: %s\n", methods[i]->name, say_code(problem.say));
		assert_true(accepted);
		params_reader_clear(reader);
		arena_release(&arena);
		buffer_release(&packed);
	}
	params_reader_free(reader);
	assert_null(reference_example("no.such.method"));
}

static void
types_show_their_limits(void **state)
{
	(void)state;
	static const char *const choices[] = { "refuse", "debt", NULL };
	static const struct {
		struct field field;
		const char *en, *zh;
	} cases[] = {
		{ { .type = FIELD_IDENTIFIER }, "identifier", "标识" },
		{ { .type = FIELD_TEXT }, "text", "文本" },
		{ { .type = FIELD_TEXT, .max = 64 }, "text, at most 64 bytes",
			"文本，至多 64 字节" },
		{ { .type = FIELD_TEXT, .min = 5, .max = 64 }, "text, 5 to 64 bytes",
			"文本，5 至 64 字节" },
		{ { .type = FIELD_INTEGER, .min = 0, .max = 1000 }, "integer, 0 to 1,000",
			"整数，0 至 1,000" },
		{ { .type = FIELD_INTEGER, .min = 0, .max = INT64_MAX }, "integer, 0 or more",
			"整数，不小于 0" },
		{ { .type = FIELD_INTEGER, .min = -7, .max = -1 }, "integer, -7 to -1",
			"整数，-7 至 -1" },
		{ { .type = FIELD_MONEY, .min = -1500000, .max = 0 }, "money, -1.50 to 0.00",
			"金额，-1.50 至 0.00" },
		{ { .type = FIELD_LIST, .min = 1, .max = 1000 }, "list, 1 to 1,000 items",
			"数组，1 至 1,000 项" },
		{ { .type = FIELD_CHOICE, .choices = choices }, "one of refuse, debt",
			"其一：refuse、debt" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[200];
		field_type_show(&cases[i].field, false, text, sizeof text);
		assert_string_equal(text, cases[i].en);
		field_type_show(&cases[i].field, true, text, sizeof text);
		assert_string_equal(text, cases[i].zh);
	}
}

static char *
page_text_of(const char *name, bool zh)
{
	struct written stream;
	const struct page page = { written_begin(&stream), true, zh };
	assert_true(reference_page(&page, name));
	return written_end(&stream);
}

static void
the_pages_have_every_method_command_setting_and_code(void **state)
{
	(void)state;
	size_t count;
	char wanted[200];
	for (int zh = 0; zh < 2; zh++) {
		char *api = page_text_of("api", zh), *commands = page_text_of("commands", zh);
		char *settings = page_text_of("settings", zh);
		const struct method *const *methods = methods_all(&count);
		for (size_t i = 0; i < count; i++) {
			snprintf(wanted, sizeof wanted, "### %s\n", methods[i]->name);
			assert_non_null(strstr(api, wanted));
		}
		const struct command *const *all = commands_all(&count);
		for (size_t i = 0; i < count; i++) {
			snprintf(wanted, sizeof wanted, "## suanpan %s\n", all[i]->name);
			assert_non_null(strstr(commands, wanted));
		}
		const struct setting *table = settings_table(&count);
		for (size_t i = 0; i < count; i++) {
			snprintf(wanted, sizeof wanted, "| `%s` |", table[i].name);
			assert_non_null(strstr(settings, wanted));
		}
		free(api);
		free(commands);
		free(settings);
	}
}

static void
every_command_is_explained_in_both_languages(void **state)
{
	(void)state;
	size_t count;
	const struct command *const *all = commands_all(&count);
	for (size_t i = 0; i < count; i++) {
		assert_ptr_equal(command_find(all[i]->name), all[i]);
		assert_int_equal(strncmp(all[i]->usage, all[i]->name, strlen(all[i]->name)), 0);
		assert_non_null(all[i]->en);
		assert_non_null(all[i]->zh);
		assert_non_null(all[i]->help);
		assert_non_null(all[i]->help_zh);
		assert_non_null(all[i]->run);
	}
	assert_null(command_find("nothing"));
}

static void
an_unknown_page_is_none(void **state)
{
	(void)state;
	struct written stream;
	const struct page page = { written_begin(&stream), true, false };
	assert_false(reference_page(&page, "nothing"));
	char *text = written_end(&stream);
	assert_string_equal(text, "");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_method_has_an_example_that_its_own_checks_accept),
		cmocka_unit_test(types_show_their_limits),
		cmocka_unit_test(the_pages_have_every_method_command_setting_and_code),
		cmocka_unit_test(every_command_is_explained_in_both_languages),
		cmocka_unit_test(an_unknown_page_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
