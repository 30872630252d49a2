/*
 * Any bytes as what a client sends: cut into messages as they arrive in pieces, heads read, and
 * params read into the struct of their method. Scanning in pieces finds what scanning at once
 * finds, msgpack-c finds the same end of each message, and what was read keeps the limits that the
 * table of methods says. What was refused has a sentence. The first byte says how long the pieces
 * are.
 */
#include "../../engine/base/instant.h"
#include "../../engine/base/memory.h"
#include "../../engine/base/must.h"
#include "../../engine/base/utf8.h"
#include "../../engine/batch.h"
#include "../../engine/params.h"
#include "../../engine/scan.h"
#include "../unit/engine/oracle.h"

enum {
	ARENA_BYTES_MAX = 64 << 20,
	MESSAGE_BYTES_MAX = 1 << 16,
	VALUES_MAX = 1000,
	PARAMS_BYTES_MAX = 512
};

static const struct scan_limits LIMITS = { MESSAGE_BYTES_MAX, VALUES_MAX };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- what was read keeps its limits ---- */

static void
check_text(const struct field *field, struct text text)
{
	if (text.data == NULL) {
		must(!field->required && text.size == 0);
		return;
	}
	must(utf8_is_valid(text));
	if (field->type == FIELD_IDENTIFIER)
		must(identifier_is_valid(text));
	else if (field->type == FIELD_CURRENCY)
		must(text.size == 3);
	else
		must((int64_t)text.size >= field->min && (int64_t)text.size <= field->max);
}

static void
check_number(const struct field *field, int64_t number, int64_t min, int64_t max)
{
	if (number == NOT_GIVEN)
		must(!field->required);
	else
		must(number >= min && number <= max);
}

static void
check_facts(const struct field *field, const struct facts *facts)
{
	must((int64_t)facts->count <= field->max);
	for (size_t i = 0; i < facts->count; i++) {
		must(utf8_is_valid(facts->items[i].name));
		must(i == 0 || !text_equal(facts->items[i - 1].name, facts->items[i].name));
	}
}

static void check_struct(const struct shape *shape, const uint8_t *params);

static void
check_list(const struct field *field, const struct list *list)
{
	must((int64_t)list->count <= field->max);
	must(!field->required || (int64_t)list->count >= field->min);
	for (size_t i = 0; i < list->count; i++)
		check_struct(field->of, (const uint8_t *)list->items + i * field->of->size);
}

/* Was the map there of which this is what was read? One without fields is as if it were not. */
static bool
is_there(const struct shape *shape, const uint8_t *params)
{
	for (size_t i = 0; i < shape->field_count; i++) {
		const uint8_t *at = params + shape->fields[i].offset;
		if (shape->fields[i].type == FIELD_IDENTIFIER
				? ((const struct text *)(const void *)at)->data != NULL
				: shape->fields[i].type == FIELD_INTEGER &&
					load_i64(at) != NOT_GIVEN)
			return true;
	}
	return false;
}

static void
check_field(const struct field *field, const void *at)
{
	switch (field->type) {
	case FIELD_IDENTIFIER:
	case FIELD_TEXT:
	case FIELD_CURRENCY:
		check_text(field, *(const struct text *)at);
		return;
	case FIELD_INTEGER:
		check_number(field, *(const int64_t *)at, field->min, field->max);
		return;
	case FIELD_TIME:
		check_number(field, *(const int64_t *)at, INSTANT_MIN, INSTANT_MAX);
		return;
	case FIELD_MOMENT:
		check_number(field, ((const struct moment *)at)->ms, INSTANT_MIN, INSTANT_MAX);
		return;
	case FIELD_MONEY:
		check_number(field, ((const struct money *)at)->micros, field->min, field->max);
		return;
	case FIELD_BOOLEAN:
		must(*(const uint8_t *)at <= 1);
		return;
	case FIELD_CHOICE:
		for (int i = 0; i <= *(const int *)at; i++)
			must(field->choices[i] != NULL);
		return;
	case FIELD_LIST:
		check_list(field, at);
		return;
	case FIELD_FACTS:
		check_facts(field, at);
		return;
	case FIELD_BYTES: {
		const struct bytes *bytes = at;
		must(bytes->data == NULL ? !field->required
					 : (int64_t)bytes->size >= field->min &&
					(int64_t)bytes->size <= field->max);
		return;
	}
	case FIELD_MAP:
		if (is_there(field->of, at))
			check_struct(field->of, at);
		return;
	case FIELD_SAY:
	case FIELD_ANY:
		break;
	}
	must_not_come_here("only a type of parameter");
}

static void
check_struct(const struct shape *shape, const uint8_t *params)
{
	for (size_t i = 0; i < shape->field_count; i++)
		check_field(&shape->fields[i], params + shape->fields[i].offset);
}

/* ---- reading, as a shard does ---- */

static struct params_reader *reader;
static struct arena arena;

static void
check_problem(const struct problem *problem)
{
	must(problem->say < SAY_COUNT && problem->count <= SAY_ARGUMENTS_MAX);
	for (int zh = 0; zh < 2; zh++) {
		struct text sentence = say_fill(
			&arena, problem->say, zh, problem->arguments, problem->count);
		must(sentence.size > 0 && utf8_is_valid(sentence));
	}
}

static void
read_batch(struct bytes params)
{
	struct problem problem;
	struct reading reading = { reader, &arena, &problem };
	struct packed_items items;
	const struct shape *shape = method_charge()->params;
	if (!params_split(&reading, params, "items", BATCH_ITEMS_MAX, &items)) {
		check_problem(&problem);
		return;
	}
	must(items.count > 0 && items.count <= BATCH_ITEMS_MAX);
	for (size_t i = 0; i < items.count; i++) {
		_Alignas(16) uint8_t into[PARAMS_BYTES_MAX];
		struct bytes item = items.list[i];
		must(item.data >= params.data &&
			item.data + item.size <= params.data + params.size);
		if (params_read_map(&reading, shape, item, into))
			check_struct(shape, into);
		else
			check_problem(&problem);
	}
}

static void
read_message(struct bytes bytes)
{
	_Alignas(16) uint8_t into[PARAMS_BYTES_MAX];
	struct problem problem;
	struct reading reading = { reader, &arena, &problem };
	struct message message;
	message_read(bytes, &message);
	if (message.kind == MESSAGE_BAD) {
		must(message.why != NULL);
		return;
	}
	const struct method *method = method_find(message.method);
	if (method == NULL)
		return;
	must(method->params->size <= PARAMS_BYTES_MAX);
	if (method_is_batch(method))
		read_batch(message.params);
	else if (params_read(&reading, method, message.params, into))
		check_struct(method->params, into);
	else
		check_problem(&problem);
	arena_clear(&arena);
	params_reader_clear(reader);
}

/* In memory of exactly its size, so that the sanitizer sees a read past it. msgpack-c finds it as
 * long. */
static void
take_message(struct bytes bytes)
{
	uint8_t *copy = memory_new(bytes.size);
	must(copy != NULL);
	memcpy(copy, bytes.data, bytes.size);
	must(oracle_size((struct bytes){ copy, bytes.size }) == bytes.size);
	read_message((struct bytes){ copy, bytes.size });
	memory_free(copy);
}

/* Scans one message in pieces; the result must be that of `whole`, which has seen all at once. */
static void
check_pieces(struct bytes rest, size_t piece, const struct scan *whole, enum scan_outcome wanted,
	size_t wanted_size)
{
	struct scan scan;
	size_t size = 0;
	enum scan_outcome outcome = SCAN_MORE;
	scan_init(&scan);
	for (size_t there = 0; outcome == SCAN_MORE && there < rest.size;) {
		there = rest.size - there < piece ? rest.size : there + piece;
		outcome = scan_message(&scan, (struct bytes){ rest.data, there }, &LIMITS, &size);
	}
	must(outcome == wanted);
	must(outcome != SCAN_MESSAGE || (size == wanted_size && scan.problem == whole->problem));
	must(outcome != SCAN_LOST || scan.problem == whole->problem);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (reader == NULL) {
		reader = params_reader_new();
		must(reader != NULL);
		arena_init(&arena, ARENA_BYTES_MAX);
	}
	if (size < 1)
		return 0;
	size_t piece = 1 + data[0];
	struct bytes rest = { data + 1, size - 1 };
	while (rest.size > 0) {
		struct scan scan;
		size_t length = 0;
		scan_init(&scan);
		enum scan_outcome outcome = scan_message(&scan, rest, &LIMITS, &length);
		check_pieces(rest, piece, &scan, outcome, length);
		if (outcome != SCAN_MESSAGE)
			break;
		must(length > 0 && length <= rest.size && length <= MESSAGE_BYTES_MAX);
		if (scan.problem == SCAN_FINE)
			take_message((struct bytes){ rest.data, length });
		rest = (struct bytes){ rest.data + length, rest.size - length };
	}
	return 0;
}
