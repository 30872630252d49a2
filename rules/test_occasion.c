/* Occasions of test files: what they ask, and what must be told. */
#include "test_reading.h"
#include "test_run.h"

/* ---- reading ---- */

static const struct prompt_past *
read_past(const struct reading *reading, uint32_t *count)
{
	static const char *const answers[] = { "shown", "accepted", "declined" };
	struct reader_list past = reader_list(
		reading->lua, reading->arena, "past", sizeof(struct prompt_past));
	for (struct prompt_past *one; (one = reader_next(&past)) != NULL;) {
		one->prompt = reading_text(reading, "id");
		one->answer = (enum prompt_answer)READER_CHOICE(
			reading->lua, reading->arena, "answer", answers);
		one->at_ms = reading_moment_of(reading, "at", 0);
	}
	*count = past.count;
	return past.items;
}

static const uint32_t *
read_cancelled(const struct reading *reading, uint32_t *count)
{
	struct reader_list numbers = reader_list(
		reading->lua, reading->arena, "cancelled", sizeof(uint32_t));
	for (uint32_t *one; (one = reader_next(&numbers)) != NULL;)
		*one = (uint32_t)lua_tointeger(reading->lua, -1);
	*count = numbers.count;
	return numbers.items;
}

const struct occasion_case *
occasion_case_read(lua_State *lua, const struct zoneinfo *zone, struct arena *arena)
{
	static const char *const occasions[] = { "accept_order", "pay_bill", "cancel", "enquiry",
		"daily" };
	const struct reading reading = { lua, zone, arena };
	struct occasion_case *test = reader_take(lua, arena, 1, sizeof *test);
	struct prompt_question *question = &test->question;
	lua_getfield(lua, -1, "occasion");
	question->occasion = (enum occasion)READER_CHOICE(lua, arena, "on", occasions);
	question->at_ms = reading_moment_of(&reading, "at", 0);
	question->held = reading_items(&reading, "held", INT64_MIN, &question->held_count);
	question->cancelled = read_cancelled(&reading, &question->cancelled_count);
	question->facts = reading_attributes(&reading, "facts", &question->fact_count);
	question->past = read_past(&reading, &question->past_count);
	lua_getfield(lua, -1, "expect");
	test->prompts = reading_text(&reading, "prompts");
	test->skipped = reading_text(&reading, "skipped");
	test->expires = reading_text(&reading, "expires");
	test->refused = reading_text(&reading, "refused");
	reader_close(lua);
	reader_close(lua);
	return test;
}

/* ---- running ---- */

/* What came out is in run->text. All of these are false without memory. */
static bool
compare(struct test_run *run, const char *field, struct text wanted)
{
	struct text got = text_of_buffer(&run->text);
	if (wanted.data != NULL && wanted.size == 0)
		wanted = TEXT("-");
	return test_compare_text(run, field, wanted, got.size == 0 ? TEXT("-") : got);
}

static bool
compare_given(struct test_run *run, const struct occasion_case *test,
	const struct prompt_verdict *verdict)
{
	buffer_clear(&run->text);
	for (uint32_t i = 0; i < verdict->given_count; i++)
		if (!buffer_print(&run->text, "%s%.*s", i == 0 ? "" : ", ",
			    TEXT_ARGS(verdict->given[i].prompt->id)))
			return false;
	if (!compare(run, "prompts", test->prompts))
		return false;
	buffer_clear(&run->text);
	for (uint32_t i = 0; i < verdict->given_count; i++) {
		char day[DUE_DAY_TEXT_MAX];
		due_day_format(due_day(run->image, verdict->given[i].expires_ms), day);
		if (!buffer_print(&run->text, "%s%s", i == 0 ? "" : ", ", day))
			return false;
	}
	return compare(run, "expires", test->expires);
}

/* "offer_broadband declined", `between` each two, and what is wrong with conditions. */
static bool
write_skipped(const struct prompt_verdict *verdict, const char *between, struct buffer *out)
{
	buffer_clear(out);
	for (uint32_t i = 0; i < verdict->skipped_count; i++) {
		const struct prompt_skipped *one = &verdict->skipped[i];
		if (!buffer_print(out, "%s%.*s %s%s%.*s", i == 0 ? "" : between,
			    TEXT_ARGS(one->prompt->id), prompt_reason_name(one->reason),
			    one->problem.size > 0 ? ": " : "", TEXT_ARGS(one->problem)))
			return false;
	}
	return true;
}

static bool
compare_refused(struct test_run *run, const struct occasion_case *test,
	const struct prompt_verdict *verdict)
{
	struct text wanted = test->refused.data == NULL ? TEXT("") : test->refused;
	buffer_clear(&run->text);
	if (verdict->refused &&
		!buffer_print(&run->text, "%.*s %s%s%.*s", TEXT_ARGS(verdict->nearest.tariff),
			verdict->nearest.condition, verdict->nearest.wanted.size > 0 ? " " : "",
			TEXT_ARGS(verdict->nearest.wanted)))
		return false;
	return compare(run, "refused", wanted);
}

static bool
judge_and_compare(struct test_run *run, const struct occasion_case *test)
{
	struct prompt_question question = test->question;
	struct prompt_verdict verdict;
	struct fault fault = { 0 };
	question.image = run->image;
	question.functions = &run->calls.subject_functions;
	if (question.held_count > SELL_ITEMS_MAX)
		return test_differ(run, "fault", TEXT("-"), TEXT("too many items"));
	if (prompt_judge(&question, &run->arena, &verdict, &fault) != STATUS_OK)
		return test_differ(run, "fault", TEXT("-"), text_of(fault.text));
	coverage_note_prompts(run->report, &verdict);
	return compare_refused(run, test, &verdict) && compare_given(run, test, &verdict) &&
		write_skipped(&verdict, ", ", &run->text) &&
		compare(run, "skipped", test->skipped) && write_skipped(&verdict, "\n", &run->text);
}

bool
test_occasion_run(struct test_run *run, const struct test_case *test)
{
	struct test_result *result = test_result_add(run, test);
	test_clear(run);
	arena_clear(&run->arena);
	if (result == NULL || !judge_and_compare(run, test->occasion))
		return false;
	return run->expected.size == 0 || test_failed(run, result);
}
