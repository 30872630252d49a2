/* Tests of engine/unpriced_session.c: what a session's request said and was answered, from what is stored of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../engine/pack.h"
#include "../../../engine/unpriced_session.h"

#include <stdlib.h>
#include <string.h>

#define AT INT64_C(1773806400000)

static struct arena arena;
static struct buffer event, answer;
static uint8_t record[512];
static struct session before;
static struct unpriced_request request;

/* A part "voice" of so much, that began an hour ago. */
static void
make_before(int64_t used, int64_t charged)
{
	struct field_writer writer = fields_into(record, sizeof record);
	const struct session session = { .subscription = TEXT("s"),
		.account = TEXT("a"),
		.began_ms = AT - 3600000,
		.number = 1,
		.expires_ms = AT + 1000,
		.timer_ms = AT + 1000,
		.part_count = 1 };
	const struct session_part part = { .id = TEXT("voice"),
		.service = TEXT("calls"),
		.to = TEXT(""),
		.unit = UNIT_SECOND,
		.at_ms = AT - 3600000,
		.used = used,
		.charged = charged };
	session_write(&writer, &session);
	session_identity_write(&writer, &session, &part);
	session_progress_write(&writer, &part, NULL, NULL);
	before = session_read(fields_written(&writer));
}

/* [commit, 7, nil, [[voice, 100, nil], [text, 3, nil, sms, "", "", {}]]] */
static void
make_event(void)
{
	struct pack pack = pack_into(&event);
	pack_array(&pack, 4);
	pack_unsigned(&pack, 3);
	pack_integer(&pack, 7);
	pack_nil(&pack);
	pack_array(&pack, 2);
	pack_array(&pack, 3);
	pack_text(&pack, TEXT("voice"));
	pack_integer(&pack, 100);
	pack_nil(&pack);
	pack_array(&pack, 7);
	pack_text(&pack, TEXT("text"));
	pack_integer(&pack, 3);
	pack_nil(&pack);
	pack_text(&pack, TEXT("sms"));
	pack_text(&pack, TEXT(""));
	pack_text(&pack, TEXT(""));
	pack_map(&pack, 0);
}

static void
pack_one(struct pack *pack, struct text part, int64_t used, const char *charged)
{
	pack_map(pack, 5);
	pack_name_text(pack, "part", part);
	pack_name_integer(pack, "used", used);
	pack_name_text(pack, "charged", text_of(charged));
	pack_name_text(pack, "held", TEXT("0.00"));
	pack_name(pack, "lines");
	pack_array(pack, 1);
	pack_map(pack, 2);
	pack_name_text(pack, "rule", TEXT("p.t"));
	pack_name_text(pack, "amount", text_of(charged));
}

static void
make_answer(void)
{
	struct pack pack = pack_into(&answer);
	pack_map(&pack, 5);
	pack_name_text(&pack, "outcome", TEXT("charged"));
	pack_name(&pack, "parts");
	pack_array(&pack, 2);
	pack_one(&pack, TEXT("voice"), 390, "1.05");
	pack_one(&pack, TEXT("text"), 3, "0.30");
	pack_name_text(&pack, "charged", TEXT("0.60"));
	pack_name_text(&pack, "currency", TEXT("CNY"));
	pack_name(&pack, "paid");
	pack_array(&pack, 2);
	pack_map(&pack, 3);
	pack_name_text(&pack, "account", TEXT("boss"));
	pack_name_text(&pack, "balance", TEXT("main"));
	pack_name_text(&pack, "amount", TEXT("0.40"));
	pack_map(&pack, 2);
	pack_name_text(&pack, "balance", TEXT("gift"));
	pack_name_text(&pack, "amount", TEXT("0.20"));
}

static int
set_up(void **state)
{
	(void)state;
	arena_init(&arena, 1 << 20);
	buffer_init(&event, 4096);
	buffer_init(&answer, 4096);
	make_before(290, 750000);
	make_event();
	make_answer();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_release(&arena);
	buffer_release(&event);
	buffer_release(&answer);
	return 0;
}

static enum status
read_with(const struct session *session)
{
	const struct stored_request stored = { { event.data, event.size },
		{ answer.data, answer.size }, AT, session };
	struct fault fault;
	arena_clear(&arena);
	return unpriced_read_session(&stored, NULL, &arena, &request, &fault);
}

static void
what_was_before_comes_from_the_record_and_what_began_from_the_request(void **state)
{
	(void)state;
	assert_int_equal(read_with(&before), STATUS_OK);
	assert_int_equal(request.request, 3);
	assert_int_equal(request.number, 7);
	assert_int_equal(request.charged.micros, 600000);
	assert_int_equal(request.report_count, 2);
	const struct unpriced_report *voice = &request.reports[0], *text = &request.reports[1];
	assert_true(text_equal(voice->service, TEXT("calls")) && voice->has_unit);
	assert_int_equal(voice->at_ms, AT - 3600000);
	assert_int_equal(voice->used, 390);
	assert_int_equal(voice->used_now, 100);
	assert_int_equal(voice->before.micros, 750000);
	assert_int_equal(voice->charged.micros, 1050000);
	assert_int_equal(voice->pricing.amount.micros, 1050000);
	assert_int_equal(voice->pricing.line_count, 1);
	assert_true(text_equal(text->service, TEXT("sms")) && !text->has_unit);
	assert_int_equal(text->at_ms, AT);
	assert_int_equal(text->before.micros, 0);
}

static void
who_paid_is_in_the_order_of_paying(void **state)
{
	(void)state;
	assert_int_equal(read_with(&before), STATUS_OK);
	assert_int_equal(request.payer_count, 2);
	assert_true(text_equal(request.payers[0].account, TEXT("boss")));
	assert_int_equal(request.payers[0].amount.micros, 400000);
	assert_int_equal(request.payers[1].account.size, 0);
	assert_true(text_equal(request.payers[1].balance, TEXT("gift")));
}

static void
a_part_that_nobody_described_is_damage(void **state)
{
	(void)state;
	assert_int_equal(read_with(NULL), STATUS_CORRUPT);
	event.size = 0; /* its time was over: nobody said anything of parts */
	assert_int_equal(read_with(&before), STATUS_CORRUPT);
}

/* Whatever a byte is turned into: it is read, or said to be damaged, and nothing is touched. */
static void
damaged_bytes_are_read_or_said_to_be_damaged(void **state)
{
	struct buffer *buffers[] = { &event, &answer };
	unsigned damaged = 0;
	(void)state;
	for (size_t which = 0; which < 2; which++) {
		for (size_t i = 0; i < buffers[which]->size * 256; i++) {
			uint8_t *byte = &buffers[which]->data[i / 256];
			uint8_t was = *byte;
			*byte = (uint8_t)i;
			damaged += read_with(&before) == STATUS_CORRUPT;
			*byte = was;
		}
	}
	assert_int_equal(read_with(&before), STATUS_OK);
	assert_true(damaged > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_was_before_comes_from_the_record_and_what_began_from_the_request,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			who_paid_is_in_the_order_of_paying, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_part_that_nobody_described_is_damage, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			damaged_bytes_are_read_or_said_to_be_damaged, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
