/*
 * Catalogs in memory, for tests: a small sound one, in one file, and what becomes of it.
 */
#ifndef SUANPAN_TESTS_CATALOGS_H
#define SUANPAN_TESTS_CATALOGS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../../rules/host.h"
#include "../../../rules/release.h"

#include <stdio.h>
#include <stdlib.h>

#define UNUSED __attribute__((unused))

/* One service, one package, two bands, one function of each sort. */
static const char small_catalog[] UNUSED =
	"catalog \"small\" {}\n"
	"service \"voice\" { unit = \"second\" }\n"
	"product \"line\" { services = \"voice\" }\n"
	"calendar \"hours\" { { \"day\", hours = \"07:00-21:00\" }, { \"night\", rest = true } }\n"
	"package \"talk\" {\n"
	"    kind = \"base\", from = \"2020-01-01\",\n"
	"    tariff { id = \"long\", serves = { service = \"voice\" }, say = \"voice.long\",\n"
	"        when = function(c) return c.seconds > 3600 end,\n"
	"        amount = function(c) return money \"0.01\" * c.seconds / 60 end, round = \"0.01 half_up\" },\n"
	"    tariff { id = \"call\", serves = { service = \"voice\" }, say = \"voice.call\",\n"
	"        calendar = \"hours\", step = \"60 s\", price = { day = \"0.15\", night = \"0.08\" } },\n"
	"}\n"
	"local texts_of = { [\"catalog.small\"] = \"small\", [\"service.voice\"] = \"voice\", [\"product.line\"] = \"line\",\n"
	"    [\"package.talk\"] = \"talk\", [\"voice.call\"] = \"call\", [\"voice.long\"] = \"long call\",\n"
	"    [\"band.day\"] = \"day\", [\"band.night\"] = \"night\" }\n"
	"texts \"zh\" (texts_of)\n"
	"texts \"en\" (texts_of)\n";

static inline void
assert_text(struct text text, const char *wanted)
{
	if (!text_equal(text, text_of(wanted)))
		fail_msg("\"%.*s\", not \"%s\"", TEXT_ARGS(text), wanted);
}

/* The bundle of files; the caller releases the buffer. */
static inline void
make_bundle(const struct bundle_file *files, size_t count, struct buffer *bundle)
{
	struct fault fault = { 0 };
	buffer_init(bundle, BUNDLE_BYTES_MAX);
	if (bundle_of_files(files, count, bundle, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
}

static inline struct bytes
bytes_of(const struct buffer *buffer)
{
	return (struct bytes){ buffer->data, buffer->size };
}

static inline void
print_findings(const struct findings *findings)
{
	struct buffer out;
	buffer_init(&out, 1 << 20);
	findings_write(findings, TEXT("en"), &out);
	print_message("%.*s", (int)out.size, (const char *)out.data);
	buffer_release(&out);
}

/* A release of files that must be sound. */
static inline struct release *
build_files(const struct bundle_file *files, size_t count)
{
	struct buffer bundle;
	struct findings findings;
	struct release *release = NULL;
	struct fault fault = { 0 };
	make_bundle(files, count, &bundle);
	findings_init(&findings);
	if (release_build(bytes_of(&bundle), &release, &findings, &fault) != STATUS_OK) {
		print_findings(&findings);
		fail_msg("%s", fault.text);
	}
	findings_release(&findings);
	buffer_release(&bundle);
	return release;
}

static inline struct bundle_file
file_of(const char *path, const char *content)
{
	return (struct bundle_file){ text_of(path), bytes_of_text(text_of(content)) };
}

static inline struct release *
build_source(const char *source)
{
	struct bundle_file file = file_of("catalog.lua", source);
	return build_files(&file, 1);
}

/* The text of a file of the repository; the caller frees it. Tests run at its root. */
static inline char *
read_whole(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		fail_msg("can't open %s: run the tests at the root of the repository", path);
	fseek(file, 0, SEEK_END);
	long length = ftell(file);
	rewind(file);
	char *content = malloc((size_t)length + 1);
	assert_non_null(content);
	assert_int_equal(fread(content, 1, (size_t)length, file), length);
	content[length] = '\0';
	fclose(file);
	if (size != NULL)
		*size = (size_t)length;
	return content;
}

/* `text` with the first `from` replaced; the caller frees it. */
static inline char *
replace(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	if (at == NULL)
		fail_msg("there is no \"%s\" to replace", from);
	size_t size = strlen(text) - strlen(from) + strlen(to) + 1;
	char *replaced = malloc(size);
	assert_non_null(replaced);
	snprintf(replaced, size, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	return replaced;
}

/*
 * The script with one of its words or texts, chosen by the seed, replaced by something that does
 * not belong there; the caller frees it.
 */
static inline char *
damage_a_word(const char *source, unsigned *seed)
{
	static const char *const pieces[] = { "0", "1", "-1", "0.5", "\"\"", "\"x\"", "\"110\"",
		"{}", "{ 1 }", "{ x = 1 }", "nil", "true", "function() end", "money \"1.00\"",
		"decimal \"1\"", "column \"codes.prefix\"", "column \"x\"", "tariff {}",
		"nothing.at.all", "\"2026-01-01\"", "\"60 s\"", "\"e6\"", "\"near\"", "" };
	static const char *const separators = " =,{}()\n";
	size_t count = 0;
	for (const char *at = source; *at != '\0';
		at += strcspn(at, separators), at += strspn(at, separators))
		count++;
	const char *word = source;
	for (size_t n = (unsigned)rand_r(seed) % count; n > 0; n--) {
		word += strcspn(word, separators);
		word += strspn(word, separators);
	}
	const char *piece = pieces[(unsigned)rand_r(seed) % (sizeof pieces / sizeof pieces[0])];
	size_t room = strlen(source) + strlen(piece) + 1;
	char *damaged = malloc(room);
	assert_non_null(damaged);
	snprintf(damaged, room, "%.*s%s%s", (int)(word - source), source, piece,
		word + strcspn(word, separators));
	return damaged;
}

#endif
