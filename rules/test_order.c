/* Orders of test files: what they ask, and what must come out. */
#include "preview.h"
#include "test_reading.h"
#include "test_run.h"

#include <stdio.h>

#include "../engine/base/must.h"

/* ---- reading ---- */

static enum effective_kind
read_mode(struct reading *reading)
{
	static const char *const names[] = { "now", "next_cycle", "date", "days_after_acceptance",
		"days_after_completion" };
	struct text name = reading_text(reading, "kind");
	enum effective_kind kind = EFFECTIVE_NOW;
	while (kind < EFFECTIVE_COMPLETED && !text_equal(name, text_of(names[kind])))
		kind++;
	must(text_equal(name, text_of(names[kind])));
	return kind;
}

static struct sell_wanted
read_one_wanted(struct reading *reading, int64_t at_ms)
{
	struct text action = reading_text(reading, "action");
	struct sell_wanted wanted = { .item = reading_item(reading, at_ms) };
	wanted.action = text_equal(action, TEXT("add")) ? SELL_ADD
		: text_equal(action, TEXT("change"))    ? SELL_CHANGE
		: text_equal(action, TEXT("cancel"))    ? SELL_CANCEL
		: text_equal(action, TEXT("leave"))     ? SELL_LEAVE
							: SELL_JOIN;
	if (wanted.action != SELL_ADD)
		wanted.target = reader_number(reading->lua, "target");
	wanted.has_mode = (wanted.action == SELL_ADD || wanted.action == SELL_CHANGE) &&
		reader_has(reading->lua, "effective");
	if (wanted.has_mode) {
		lua_getfield(reading->lua, -1, "effective");
		wanted.mode.kind = read_mode(reading);
		wanted.mode.days = reader_number(reading->lua, "days");
		reader_close(reading->lua);
	}
	return wanted;
}

static void
read_items(struct reading *reading, struct order_case *test)
{
	test->held = reading_items(reading, "held", INT64_MIN, &test->held_count);
	struct reader_list wanted = reader_list(
		reading->lua, reading->arena, "wanted", sizeof(struct sell_wanted));
	for (struct sell_wanted *one; (one = reader_next(&wanted)) != NULL;)
		*one = read_one_wanted(reading, test->at_ms);
	test->wanted = wanted.items;
	test->wanted_count = wanted.count;
}

static void
read_facts(struct reading *reading, struct order_case *test)
{
	test->facts = reading_attributes(reading, "facts", &test->fact_count);
	test->formula_facts = reading_facts(reading, "formula_facts", &test->formula_fact_count);
	test->agreements = reader_texts(
		reading->lua, reading->arena, "agreements", &test->agreement_count);
}

/* An amount in a field; NULL if there is none. */
static const struct money *
read_money(struct reading *reading, const char *field)
{
	if (!reader_has(reading->lua, field))
		return NULL;
	struct money *amount = reader_take(reading->lua, reading->arena, 1, sizeof *amount);
	amount->micros = reader_integer(reading->lua, field);
	return amount;
}

/* The list of amounts in a field; NULL if there is none. */
static const struct money *
read_amounts(struct reading *reading, const char *field, uint32_t *count)
{
	if (!reader_has(reading->lua, field))
		return NULL;
	struct reader_list amounts = reader_list(
		reading->lua, reading->arena, field, sizeof(struct money));
	for (struct money *one; (one = reader_next(&amounts)) != NULL;)
		one->micros = lua_tointeger(reading->lua, -1);
	*count = amounts.count;
	return amounts.items;
}

static void
read_expected(struct reading *reading, struct order_case *test)
{
	lua_getfield(reading->lua, -1, "expect");
	test->verdict = reading_text(reading, "verdict");
	test->because = reading_text(reading, "because");
	test->fixes = reading_text(reading, "fixes");
	test->first_bill = reading_text(reading, "first_bill");
	test->one_off = read_money(reading, "one_off");
	test->recurring = read_money(reading, "recurring");
	test->next_bills = read_amounts(reading, "next_bills", &test->next_bill_count);
	test->saves = read_amounts(reading, "saves", &test->save_count);
	if (reader_has(reading->lua, "starts")) {
		struct reader_list starts_ms = reader_list(
			reading->lua, reading->arena, "starts", sizeof(int64_t));
		for (int64_t *one; (one = reader_next(&starts_ms)) != NULL;)
			*one = reading_moment(reading);
		test->starts_ms = starts_ms.items;
		test->start_count = starts_ms.count;
	}
	reader_close(reading->lua);
}

const struct order_case *
order_case_read(lua_State *lua, const struct zoneinfo *zone, struct arena *arena)
{
	struct reading reading = { lua, zone, arena };
	struct order_case *test = reader_take(lua, arena, 1, sizeof *test);
	lua_getfield(lua, -1, "order");
	test->at_ms = reading_moment_of(&reading, "at", 0);
	test->completed_ms = reading_moment_of(&reading, "completed", test->at_ms);
	read_items(&reading, test);
	read_facts(&reading, test);
	read_expected(&reading, test);
	reader_close(lua);
	return test;
}

/* ---- running ---- */

/* An order that was judged, and what is compared with what was expected. */
struct judged {
	struct test_run *run;
	const struct order_case *test;
	struct sell_question question;
	struct sell_verdict verdict;
	struct fault *fault;
};

/* What came out is in run->text, with "-" for nothing. All of these are false without memory. */
static bool
compare(struct judged *judged, const char *field, struct text wanted)
{
	struct text got = text_of_buffer(&judged->run->text);
	if (wanted.data != NULL && wanted.size == 0)
		wanted = TEXT("-");
	return test_compare_text(judged->run, field, wanted, got.size == 0 ? TEXT("-") : got);
}

const char *
test_verdict_name(const struct sell_verdict *verdict)
{
	return verdict->finding_count == 0 ? "ok" : sell_is_blocked(verdict) ? "blocked" : "warned";
}

static bool
compare_verdict(struct judged *judged)
{
	buffer_clear(&judged->run->text);
	return buffer_print(&judged->run->text, "%s", test_verdict_name(&judged->verdict)) &&
		compare(judged, "verdict", judged->test->verdict);
}

bool
test_reasons_write(const struct sell_verdict *verdict, const char *between, struct buffer *out)
{
	buffer_clear(out);
	for (uint32_t i = 0; i < verdict->finding_count; i++)
		if (!buffer_print(out, "%s", i == 0 ? "" : between) ||
			!sell_finding_write(&verdict->findings[i], out))
			return false;
	return true;
}

static bool
compare_because(struct judged *judged)
{
	return test_reasons_write(&judged->verdict, "; ", &judged->run->text) &&
		compare(judged, "because", judged->test->because);
}

static bool
compare_fixes(struct judged *judged)
{
	struct sell_fixes fixes = { NULL, 0 };
	struct sell_mending mending = { &judged->question, &judged->verdict,
		judged->verdict.findings };
	struct buffer *out = &judged->run->text;
	if (judged->test->fixes.data == NULL)
		return true;
	if (judged->verdict.finding_count > 0 &&
		sell_mend(&mending, &judged->run->arena, &fixes, judged->fault) != STATUS_OK)
		return test_differ(judged->run, "fault", TEXT("-"), text_of(judged->fault->text));
	buffer_clear(out);
	for (uint32_t i = 0; i < fixes.count; i++)
		if (!buffer_print(out, "%s", i == 0 ? "" : "; ") ||
			!sell_fix_write(judged->run->image, &fixes.list[i], out))
			return false;
	return compare(judged, "fixes", judged->test->fixes);
}

static bool
write_moments(
	const struct zoneinfo *zone, const int64_t *list_ms, uint32_t count, struct buffer *out)
{
	buffer_clear(out);
	for (uint32_t i = 0; i < count; i++) {
		char text[INSTANT_TEXT_MAX];
		int64_t offset_ms = zoneinfo_stretch(zone, list_ms[i]).offset_ms;
		instant_format(list_ms[i], (int32_t)(offset_ms / MINUTE_MS), text);
		if (!buffer_print(out, "%s%s", i == 0 ? "" : "; ", text))
			return false;
	}
	return true;
}

/* When additions begin, and changes of parameters, as texts. */
static bool
compare_starts(struct judged *judged)
{
	const struct order_case *test = judged->test;
	const struct zoneinfo *zone = judged->run->image->zone;
	struct buffer *out = &judged->run->text;
	int64_t starts_ms[SELL_ITEMS_MAX];
	uint32_t count = 0;
	must(test->wanted_count == 0 || judged->verdict.starts_ms != NULL);
	for (uint32_t i = 0; i < test->wanted_count; i++)
		if (test->wanted[i].action == SELL_ADD || test->wanted[i].action == SELL_CHANGE)
			starts_ms[count++] = judged->verdict.starts_ms[i];
	if (test->starts_ms == NULL)
		return true;
	if (!write_moments(zone, test->starts_ms, test->start_count, out))
		return false;
	struct text wanted = arena_copy_text(&judged->run->arena, text_of_buffer(out));
	return wanted.data != NULL && write_moments(zone, starts_ms, count, out) &&
		compare(judged, "starts", wanted);
}

/* "e6_base.fee 91.55, …" */
static bool
write_bill(const struct preview_bill *bill, struct buffer *out)
{
	buffer_clear(out);
	for (uint32_t i = 0; i < bill->line_count; i++) {
		const struct due_line *line = bill->lines[i].line;
		char amount[MONEY_TEXT_MAX];
		size_t size = money_format(line->amount, amount);
		if (!buffer_print(out, "%s%.*s.%.*s %.*s", i == 0 ? "" : ", ",
			    TEXT_ARGS(line->package), TEXT_ARGS(line->charge), (int)size, amount))
			return false;
	}
	return true;
}

/* An amount of the bill with that number, from 1. */
static bool
compare_amount(struct judged *judged, const char *what, uint32_t number, struct money wanted,
	struct money got)
{
	char field[40];
	snprintf(field, sizeof field, "%s %u", what, (unsigned)number);
	return test_compare_money(judged->run, field, wanted, got);
}

static bool
compare_bills(struct judged *judged, const struct preview *preview)
{
	const struct order_case *test = judged->test;
	const struct preview_bill *first = preview->bills;
	if (!write_bill(first, &judged->run->text) ||
		!compare(judged, "first_bill", test->first_bill))
		return false;
	if (test->one_off != NULL &&
		!test_compare_money(judged->run, "one_off", *test->one_off, first->one_off))
		return false;
	if (test->recurring != NULL &&
		!test_compare_money(judged->run, "recurring", *test->recurring, first->recurring))
		return false;
	for (uint32_t i = 0; i < test->next_bill_count; i++)
		if (!compare_amount(
			    judged, "next bill", i + 1, test->next_bills[i], first[i + 1].amount))
			return false;
	for (uint32_t i = 0; i < test->save_count; i++) {
		struct money saved;
		must(money_subtract(first[i].held_before, first[i].held_after, &saved));
		if (!compare_amount(judged, "saved", i + 1, test->saves[i], saved))
			return false;
	}
	return true;
}

/* The bills that follow, where the test asks for any of them. */
static bool
compare_preview(struct judged *judged)
{
	const struct order_case *test = judged->test;
	uint32_t count = test->next_bill_count + 1 > test->save_count ? test->next_bill_count + 1
								      : test->save_count;
	struct previewing previewing = { &judged->question, &judged->verdict, count };
	struct preview preview;
	if (test->first_bill.data == NULL && test->one_off == NULL && test->recurring == NULL &&
		test->next_bills == NULL && test->saves == NULL)
		return true;
	if (sell_preview(&previewing, &judged->run->arena, &preview, judged->fault) != STATUS_OK)
		return test_differ(judged->run, "fault", TEXT("-"), text_of(judged->fault->text));
	if (preview.refused != 0)
		return test_differ_due(judged->run, "preview",
			&(struct due_pricing){
				.refused = preview.refused, .nearest = preview.nearest });
	for (uint32_t i = 0; i < preview.bill_count; i++)
		for (uint32_t j = 0; j < preview.bills[i].line_count; j++)
			coverage_note_due(judged->run->report, preview.bills[i].lines[j].line);
	return compare_bills(judged, &preview);
}

static struct sell_question
question_of(const struct order_case *test, struct test_run *run)
{
	return (struct sell_question){
		.image = run->image,
		.held = test->held,
		.held_count = test->held_count,
		.wanted = test->wanted,
		.wanted_count = test->wanted_count,
		.facts = test->facts,
		.fact_count = test->fact_count,
		.formula_facts = test->formula_facts,
		.formula_fact_count = test->formula_fact_count,
		.agreements = test->agreements,
		.agreement_count = test->agreement_count,
		.at_ms = test->at_ms,
		.completed_ms = test->completed_ms,
		.functions = &run->calls.subject_functions,
		.due_functions = &run->calls.due_functions,
	};
}

static bool
judge_and_compare(struct judged *judged)
{
	const struct order_case *test = judged->test;
	if (test->held_count + test->wanted_count > SELL_ITEMS_MAX)
		return test_differ(judged->run, "fault", TEXT("-"), TEXT("too many items"));
	if (sell_judge(&judged->question, &judged->run->arena, &judged->verdict, judged->fault) !=
		STATUS_OK)
		return test_differ(judged->run, "fault", TEXT("-"), text_of(judged->fault->text));
	coverage_note_verdict(judged->run->report, &judged->verdict);
	return compare_verdict(judged) && compare_because(judged) && compare_fixes(judged) &&
		compare_starts(judged) && compare_preview(judged) &&
		test_reasons_write(&judged->verdict, "\n", &judged->run->text);
}

bool
test_order_run(struct test_run *run, const struct test_case *test)
{
	struct fault fault = { 0 };
	struct judged judged = { .run = run,
		.test = test->order,
		.question = question_of(test->order, run),
		.fault = &fault };
	struct test_result *result = test_result_add(run, test);
	test_clear(run);
	arena_clear(&run->arena);
	if (result == NULL || !judge_and_compare(&judged))
		return false;
	return run->expected.size == 0 || test_failed(run, result);
}
