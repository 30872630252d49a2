/* The fields that values are made of. */
#include "sample_records.h"

static void
spans_have_their_first_instant_and_not_their_last(void **state)
{
	(void)state;
	struct span span = { 10, 20 };
	assert_false(span_has(span, 9));
	assert_true(span_has(span, 10));
	assert_true(span_has(span, 19));
	assert_false(span_has(span, 20));
	assert_true(span_has(SPAN_ALWAYS, INT64_MIN));
	assert_false(span_overlaps(span, (struct span){ 20, 30 }));
	assert_true(span_overlaps(span, (struct span){ 19, 30 }));
	assert_true(span_overlaps(span, SPAN_ALWAYS));
}

static void
numbers_texts_and_spans_are_read_as_written(void **state)
{
	(void)state;
	static const struct span spans[] = { { INT64_MIN, INT64_MAX }, { -5, INT64_MAX },
		{ INT64_MIN, 5 }, { -5, 5 } };
	static const size_t sizes[] = { 1, 9, 9, 17 };
	for (size_t i = 0; i < 4; i++) {
		struct field_writer writer = start();
		field_write_span(&writer, spans[i]);
		field_write_u8(&writer, 200);
		field_write_u64(&writer, UINT64_MAX);
		field_write_text(&writer, TEXT(""));
		field_write_text(&writer, TEXT("text"));
		struct bytes value = fields_written(&writer);
		assert_int_equal(value.size, sizes[i] + 1 + 8 + 1 + 5);
		struct field_reader reader = fields_of(value);
		struct span span = field_read_span(&reader);
		assert_true(span.from_ms == spans[i].from_ms && span.till_ms == spans[i].till_ms);
		assert_int_equal(field_read_u8(&reader), 200);
		assert_true(field_read_u64(&reader) == UINT64_MAX);
		assert_int_equal(field_read_text(&reader).size, 0);
		assert_text(field_read_text(&reader), "text");
		assert_false(reader.bad);
		assert_int_equal(field_read_u8(&reader), 0);
		assert_true(reader.bad);
	}
}

static void
writing_past_the_end_is_told_and_writes_nothing_there(void **state)
{
	(void)state;
	for (size_t room = 0; room < 15; room++) {
		memset(place, 0xee, sizeof place);
		struct field_writer writer = fields_into(place, room);
		field_write_u64(&writer, 1);
		field_write_text(&writer, TEXT("six by"));
		field_write_u8(&writer, 9); /* after what did not fit nothing else is written */
		assert_true(writer.full);
		assert_int_equal(place[room], 0xee);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans_have_their_first_instant_and_not_their_last),
		cmocka_unit_test(numbers_texts_and_spans_are_read_as_written),
		cmocka_unit_test(writing_past_the_end_is_told_and_writes_nothing_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
