/* Tests of engine/webhook.c and cloud_event.c: what is posted, by whom it is signed, and to whom it may go. */
#include "../../../engine/base/log.h"
#include "../../../engine/base/memory.h"
#include "../../../engine/cloud_event.h"
#include "../../../engine/webhook.h"
#include "../../../store/disk.h"
#include "../store/notice_sample.h"
#include "../store/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>

#include <cmocka.h>

static struct fault fault;

/* ---- signing ---- */

/* The example of the standard (standardwebhooks.com). */
static const char SECRET[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
static const char BODY[] = "{\"test\": 2432232314}";
static const char SIGNATURE[] = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

static void
write_secret(const char *folder, const char *text, mode_t mode, char path[300])
{
	struct bytes content = bytes_of_text(text_of(text));
	snprintf(path, 300, "%s/secret", folder);
	assert_int_equal(disk_write_file(path, content, &fault), STATUS_OK);
	assert_int_equal(chmod(path, mode), 0);
}

static void
a_message_is_signed_as_the_standard_shows(void **state)
{
	(void)state;
	char folder[256], path[300], signature[WEBHOOK_SIGNATURE_MAX];
	struct webhook_settings settings = { .secret_size = 0 };
	scratch_make(folder);
	write_secret(folder, SECRET, 0600, path);
	assert_int_equal(webhook_read_secret(path, &settings, &fault), STATUS_OK);
	assert_int_equal(settings.secret_size, 24);
	const struct webhook_message message = { TEXT("msg_p5jXN8AQM9LWM0D4loKWxJek"), 1614265330,
		bytes_of_text(text_of(BODY)) };
	struct bytes secret = { settings.secret, settings.secret_size };
	assert_true(webhook_sign(&message, secret, signature));
	assert_string_equal(signature, SIGNATURE);
	scratch_remove(folder);
}

static void
another_id_time_body_or_secret_is_another_signature(void **state)
{
	(void)state;
	const struct webhook_message messages[] = {
		{ TEXT("1"), 1000, bytes_of_text(TEXT("{}")) },
		{ TEXT("2"), 1000, bytes_of_text(TEXT("{}")) },
		{ TEXT("1"), 1001, bytes_of_text(TEXT("{}")) },
		{ TEXT("1"), 1000, bytes_of_text(TEXT("{ }")) },
		{ TEXT("1"), 1000, bytes_of_text(TEXT("{}")) },
	};
	char signatures[5][WEBHOOK_SIGNATURE_MAX];
	for (size_t i = 0; i < 5; i++) {
		struct bytes secret = bytes_of_text(
			i < 4 ? TEXT("0123456789abcdef") : TEXT("0123456789abcdeF"));
		assert_true(webhook_sign(&messages[i], secret, signatures[i]));
		for (size_t other = 0; other < i; other++)
			assert_string_not_equal(signatures[i], signatures[other]);
	}
}

static void
a_secret_is_long_enough_and_for_its_owner_only(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		mode_t mode;
		enum status status;
		size_t size;
	} CASES[] = {
		{ "0123456789abcdef", 0600, STATUS_OK, 16 },
		{ "0123456789abcdef \r\n", 0400, STATUS_OK, 16 },
		{ "0123456789 abcdef", 0600, STATUS_OK, 17 },
		{ "0123456789abcde\n", 0600, STATUS_INVALID, 0 },
		{ "", 0600, STATUS_INVALID, 0 },
		{ "0123456789abcdef", 0640, STATUS_INVALID, 0 },
		{ "0123456789abcdef", 0604, STATUS_INVALID, 0 },
		{ "whsec_MDEyMzQ1Njc4OWFiY2RlZg==", 0600, STATUS_OK, 16 },
		{ "whsec_MDEyMzQ1Njc4OWFiY2Rl", 0600, STATUS_INVALID, 0 },
		{ "whsec_MDEyMzQ1Njc4OWFiY2RlZg=", 0600, STATUS_INVALID, 0 },
		{ "whsec_****************************", 0600, STATUS_INVALID, 0 },
	};
	char folder[256], path[300];
	scratch_make(folder);
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct webhook_settings settings = { .secret_size = 0 };
		write_secret(folder, CASES[i].text, CASES[i].mode, path);
		assert_int_equal(webhook_read_secret(path, &settings, &fault), CASES[i].status);
		assert_int_equal(settings.secret_size, CASES[i].size);
		if (CASES[i].size > 0 && CASES[i].size == 16)
			assert_memory_equal(settings.secret, "0123456789abcdef", 16);
		unlink(path);
	}
	assert_int_equal(
		webhook_read_secret(path, &(struct webhook_settings){ .keep_ms = 0 }, &fault),
		STATUS_NOT_FOUND);
	scratch_remove(folder);
}

static void
without_tls_only_this_machine_is_posted_to(void **state)
{
	(void)state;
	static const char *const SAFE[] = { "https://crm.example/notices", "https://10.0.0.1:8443/",
		"http://127.0.0.1:8080/x", "http://127.9.9.9/", "http://localhost/",
		"http://[::1]:80/", "https://crm.example/x?y=z" };
	static const char *const UNSAFE[] = { "http://crm.example/", "http://10.0.0.1/",
		"http://127.0.0.1.example/", "http://localhost.example/", "http://[::2]/",
		"http://128.0.0.1/", "https://a:b@crm.example/", "http://a@127.0.0.1/",
		"ftp://127.0.0.1/", "file:///etc/passwd", "crm.example", "", "https://" };
	for (size_t i = 0; i < sizeof SAFE / sizeof SAFE[0]; i++)
		if (webhook_check_url(SAFE[i], &fault) != STATUS_OK)
			fail_msg("%s: %s", SAFE[i], fault.text);
	for (size_t i = 0; i < sizeof UNSAFE / sizeof UNSAFE[0]; i++)
		if (webhook_check_url(UNSAFE[i], &fault) != STATUS_INVALID)
			fail_msg("%s is safe", UNSAFE[i]);
}

/* ---- events ---- */

static void
an_event_has_what_the_notice_has(void **state)
{
	(void)state;
	const struct cloud_event event = {
		.source = "/suanpan/00000000000000ff/0",
		.shard = 0,
		.key = { 4160, 1 },
		.version = 4168,
		.notice = notice_sample(),
	};
	struct text written = cloud_event_write(&event);
	assert_string_equal(written.data,
		"{\"specversion\":\"1.0\",\"id\":\"00000000000010400001\","
		"\"source\":\"/suanpan/00000000000000ff/0\",\"type\":\"suanpan.notice.threshold\","
		"\"subject\":\"account \\\"1\\\"\",\"time\":\"1970-01-01T00:00:02Z\","
		"\"datacontenttype\":\"application/json\",\"data\":{\"charge\":\"0:4168:0\","
		"\"at\":\"1970-01-01T00:00:01Z\",\"account\":\"account \\\"1\\\"\","
		"\"subscription\":\"subscription-1\",\"package\":\"sms_10000\",\"group\":\"acme\","
		"\"notify\":\"low\",\"threshold\":\"10%\",\"of\":\"units\",\"unit\":\"item\","
		"\"used\":9001,\"amount\":10000,\"left\":999,\"till\":\"1970-01-01T00:00:03Z\","
		"\"say\":{\"en\":\"999 of 10000 are left\",\"zh\":\"10000 条还剩 999 条\"}}}");
	assert_int_equal(written.size, strlen(written.data));
	memory_free((void *)(uintptr_t)written.data);
}

/* ---- the thread ---- */

static void
nothing_woken(void *context)
{
	(void)context;
}

static void
a_webhook_takes_so_many_and_ends_at_once_with_nobody_there(void **state)
{
	(void)state;
	struct webhook_settings settings = {
		.url = "http://127.0.0.1:1/", /* where nobody listens */
		.source = "/suanpan/0/0",
		.secret_size = 16,
		.timeout_ms = 60000,
		.retry_max_ms = 60000,
		.keep_ms = INT64_MAX,
		.clock = clock_system(),
	};
	const struct webhook_events events = { NULL, nothing_woken };
	uint8_t value[NOTICE_VALUE_MAX];
	struct field_writer writer = fields_into(value, sizeof value);
	const struct notice_record record = { .kind = NOTICE_LOW_BALANCE,
		.account = TEXT("a"),
		.threshold = TEXT("1.00"),
		.unit = TEXT("CNY"),
		.till_ms = INT64_MAX };
	notice_record_write(&writer, &record);
	struct webhook *webhook;
	struct webhook_progress last;
	assert_int_equal(webhook_open(&webhook, &settings, &events, &fault), STATUS_OK);
	struct webhook_notice notice = { { 8, 0 }, 8, fields_written(&writer) };
	for (uint16_t i = 0; i < WEBHOOK_QUEUE_MAX; i++) {
		notice.key.index = i;
		assert_true(webhook_give(webhook, &notice));
	}
	assert_false(webhook_give(webhook, &notice));
	assert_int_equal(webhook_progress(webhook).queued, WEBHOOK_QUEUE_MAX);
	webhook_close(webhook, &last);
	assert_int_equal(last.delivered + last.given_up, 0);
}

int
main(void)
{
	log_set_level(LOG_ERROR);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_signed_as_the_standard_shows),
		cmocka_unit_test(another_id_time_body_or_secret_is_another_signature),
		cmocka_unit_test(a_secret_is_long_enough_and_for_its_owner_only),
		cmocka_unit_test(without_tls_only_this_machine_is_posted_to),
		cmocka_unit_test(an_event_has_what_the_notice_has),
		cmocka_unit_test(a_webhook_takes_so_many_and_ends_at_once_with_nobody_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
