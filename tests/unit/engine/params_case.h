/*
 * What the tests of engine/params*.c share: what a client sends, against the shapes of the methods.
 * Every message is handed over in memory of exactly its size, and after it the scan has passed, as a
 * connection does it.
 */
#ifndef SUANPAN_TEST_PARAMS_CASE_H
#define SUANPAN_TEST_PARAMS_CASE_H

#include "../../../engine/params.h"
#include "../../../engine/scan.h"
#include "forge.h"

/* Room for the params of any method. */
#define PARAMS_BYTES 512

struct bench {
	struct params_reader *reader;
	struct arena arena;
	struct problem problem;
	struct reading reading; /* of these three */
	uint8_t *bytes;         /* of the message, exactly as long */
	union {
		uint8_t room[PARAMS_BYTES];
		struct usage_params usage;
		struct hello_params hello;
		struct customer_params customer;
		struct account_params account;
		struct subscription_params subscription;
		struct balance_put_params balance;
		struct movement_params movement;
		struct history_params history;
		struct publish_params publish;
		struct get_params get;
	} params;
};

static inline int
make_bench(void **state)
{
	struct bench *bench = calloc(1, sizeof *bench);
	assert_non_null(bench);
	bench->reader = params_reader_new();
	assert_non_null(bench->reader);
	arena_init(&bench->arena, 1 << 24);
	bench->reading = (struct reading){ bench->reader, &bench->arena, &bench->problem };
	*state = bench;
	return 0;
}

static inline int
free_bench(void **state)
{
	struct bench *bench = *state;
	params_reader_free(bench->reader);
	arena_release(&bench->arena);
	free(bench->bytes);
	free(bench);
	return 0;
}

/* The params' bytes: a copy in memory of their own, scanned. */
static inline struct bytes
take_bytes(struct bench *bench, const struct buffer *packed)
{
	struct scan_limits limits = { 1 << 24, 100000 };
	struct scan scan;
	size_t size;
	free(bench->bytes);
	bench->bytes = malloc(packed->size);
	assert_non_null(bench->bytes);
	memcpy(bench->bytes, packed->data, packed->size);
	struct bytes bytes = { bench->bytes, packed->size };
	scan_init(&scan);
	assert_int_equal(scan_message(&scan, bytes, &limits, &size), SCAN_MESSAGE);
	assert_int_equal(scan.problem, SCAN_FINE);
	assert_int_equal(size, packed->size);
	arena_clear(&bench->arena);
	params_reader_clear(bench->reader);
	memset(&bench->params, 0x5a, sizeof bench->params);
	return bytes;
}

/* Reads a params array, written in the notation of forge.h. */
static inline bool
reading(struct bench *bench, const char *name, const char *notation)
{
	const struct method *method = method_find(text_of(name));
	struct buffer packed;
	assert_non_null(method);
	assert_true(method->params->size <= PARAMS_BYTES);
	buffer_init(&packed, 1 << 24);
	forge(&packed, notation);
	struct bytes bytes = take_bytes(bench, &packed);
	buffer_release(&packed);
	return params_read(&bench->reading, method, bytes, &bench->params);
}

static inline void
read_well(struct bench *bench, const char *name, const char *notation)
{
	if (!reading(bench, name, notation)) {
		struct arena arena;
		arena_init(&arena, 1 << 20);
		struct text text = say_fill(&arena, bench->problem.say, false,
			bench->problem.arguments, bench->problem.count);
		fail_msg("%s %s: %s %.*s", name, notation, say_code(bench->problem.say),
			TEXT_ARGS(text));
	}
}

/* The English, where there is Chinese, too. */
static inline void
assert_text(struct text got, const char *wanted)
{
	got = bilingual_pick(got, false);
	if (!text_equal(got, text_of(wanted)))
		fail_msg("\"%.*s\" instead of \"%s\"", TEXT_ARGS(got), wanted);
}

static inline void
read_badly(struct bench *bench, const char *name, const char *notation, enum say say,
	const char *first)
{
	if (reading(bench, name, notation))
		fail_msg("%s %s was read", name, notation);
	if (bench->problem.say != say)
		fail_msg("%s %s: %s instead of %s", name, notation, say_code(bench->problem.say),
			say_code(say));
	assert_true(bench->problem.count <= SAY_ARGUMENTS_MAX);
	if (first != NULL)
		assert_text(bench->problem.arguments[0], first);
}

#define CHARGE "id: i, service_id: s, service: voice, at: 1700000000000, seconds: 60"

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_bench, free_bench)

#endif
