/* What falls due in a period, beside what a `due` of a test file expects. */
#include "explain_due.h"
#include "test_reading.h"
#include "test_run.h"

static struct due_span
get_span(const struct reading *reading)
{
	return (struct due_span){ reading_moment_of(reading, "from", INT64_MIN),
		reading_moment_of(reading, "till", INT64_MAX) };
}

static int64_t
get_day(const struct reading *reading, const char *field)
{
	return zoneinfo_local_to_utc(reading->zone, reader_integer(reading->lua, field) * DAY_MS);
}

/* The one on the top. */
static struct holding
get_holding(const struct reading *reading)
{
	struct due_span span = get_span(reading);
	return (struct holding){ .package = reading_text(reading, "package"),
		.from_ms = span.from_ms,
		.till_ms = span.till_ms,
		.group = reading_text(reading, "group"),
		.pays = reader_flag(reading->lua, "pays") };
}

static void
read_holdings(const struct reading *reading, struct due_case *test)
{
	lua_State *lua = reading->lua;
	lua_getfield(lua, -1, "holds");
	test->holding = get_holding(reading);
	reader_close(lua);
	struct reader_list besides = reader_list(
		lua, reading->arena, "besides", sizeof(struct holding));
	for (struct holding *one; (one = reader_next(&besides)) != NULL;)
		*one = get_holding(reading);
	test->besides = besides.items;
	test->besides_count = besides.count;
}

static void
read_suspended(const struct reading *reading, struct due_case *test)
{
	struct reader_list spans = reader_list(
		reading->lua, reading->arena, "suspended", sizeof(struct due_span));
	for (struct due_span *one; (one = reader_next(&spans)) != NULL;)
		*one = get_span(reading);
	test->suspended = spans.items;
	test->suspended_count = spans.count;
}

static void
read_expectation(const struct reading *reading, struct due_case *test)
{
	lua_getfield(reading->lua, -1, "expect");
	test->has_amount = reader_money(reading->lua, "amount", &test->amount);
	test->has_tax = reader_money(reading->lua, "tax", &test->tax);
	test->lines = reading_text(reading, "lines");
	test->split = reading_text(reading, "split");
	test->replaced = reading_text(reading, "replaced");
	test->refused = reading_text(reading, "refused");
	test->nearest = reading_text(reading, "nearest");
	reader_close(reading->lua);
}

const struct due_case *
due_case_read(lua_State *lua, const struct zoneinfo *zone, struct arena *arena)
{
	const struct reading reading = { lua, zone, arena };
	if (!reader_has(lua, "due"))
		return NULL;
	struct due_case *test = reader_take(lua, arena, 1, sizeof *test);
	lua_getfield(lua, -1, "due");
	read_holdings(&reading, test);
	test->period = (struct due_span){ get_day(&reading, "from"), get_day(&reading, "till") };
	read_suspended(&reading, test);
	test->params = reading_attributes(&reading, "params", &test->param_count);
	test->facts = reading_facts(&reading, "facts", &test->fact_count);
	read_expectation(&reading, test);
	reader_close(lua);
	return test;
}

static struct due_question
question_of(const struct due_case *test, const struct image *image,
	const struct due_functions *functions)
{
	return (struct due_question){ .image = image,
		.holding = test->holding,
		.period = test->period,
		.suspended = test->suspended,
		.suspended_count = test->suspended_count,
		.params = test->params,
		.param_count = test->param_count,
		.facts = test->facts,
		.fact_count = test->fact_count,
		.functions = functions,
		.besides = test->besides,
		.besides_count = test->besides_count };
}

/* Takes the first of "fee 91.55, fee 2026-03-01 91.55" from *rest: has it a day? */
static bool
next_has_day(struct text *rest)
{
	size_t size = 0, blanks = 0;
	while (size < rest->size && rest->data[size] != ',')
		blanks += rest->data[size++] == ' ';
	size_t taken = size + 2 < rest->size ? size + 2 : rest->size;
	*rest = (struct text){ rest->data + taken, rest->size - taken };
	return blanks > 1;
}

/*
 * The lines as the test wrote its own: with the first day of the cycle where the line that it
 * expects in that place has one. False without room.
 */
static bool
write_lines(const struct due_case *test, const struct due_pricing *pricing, struct buffer *out)
{
	struct text rest = test->lines;
	for (size_t i = 0; i < pricing->line_count; i++) {
		const struct due_line *line = &pricing->lines[i];
		char amount[MONEY_TEXT_MAX], day[DUE_DAY_TEXT_MAX];
		bool with_day = next_has_day(&rest);
		size_t size = money_format(line->amount, amount);
		due_day_format(line->from_day, day);
		if (!buffer_print(out, "%s%.*s %s%s%.*s", i == 0 ? "" : ", ",
			    TEXT_ARGS(line->charge), with_day ? day : "", with_day ? " " : "",
			    (int)size, amount))
			return false;
	}
	return true;
}

/* "fee broadband 76.30, …". False without room. */
static bool
write_split(const struct due_pricing *pricing, struct buffer *out)
{
	const char *between = "";
	buffer_clear(out);
	for (size_t i = 0; i < pricing->line_count; i++)
		for (size_t j = 0; j < pricing->lines[i].share_count; j++) {
			const struct due_share *share = &pricing->lines[i].shares[j];
			char amount[MONEY_TEXT_MAX];
			money_format(share->amount, amount);
			if (!buffer_print(out, "%s%.*s %.*s %s", between,
				    TEXT_ARGS(pricing->lines[i].charge),
				    TEXT_ARGS(share->split->party), amount))
				return false;
			between = ", ";
		}
	return true;
}

/* "fee 2026-04-01 vip.fee, …", of what others replaced. False without room. */
static bool
write_replaced(const struct due_pricing *pricing, struct buffer *out)
{
	const char *between = "";
	buffer_clear(out);
	for (size_t i = 0; i < pricing->unowed_count; i++) {
		const struct due_unowed *run = &pricing->unowed[i];
		char day[DUE_DAY_TEXT_MAX];
		if (run->why.by.package.size == 0)
			continue;
		due_day_format(run->from_day, day);
		if (!buffer_print(out, "%s%.*s %s %.*s.%.*s", between,
			    TEXT_ARGS(run->charge.charge), day, TEXT_ARGS(run->why.by.package),
			    TEXT_ARGS(run->why.by.charge)))
			return false;
		between = ", ";
	}
	return true;
}

/* The sum fits, for it is a part of what the lines sum to. */
static struct money
tax_of(const struct due_pricing *pricing)
{
	struct money sum = { 0 };
	for (size_t i = 0; i < pricing->line_count; i++)
		if (pricing->lines[i].tax != NULL)
			sum.micros += pricing->lines[i].tax->amount.micros;
	return sum;
}

/* False without memory; what differs is in run->expected and run->got, why in run->text. */
static bool
compare(struct test_run *run, const struct due_case *test, const struct due_pricing *pricing)
{
	bool priced = pricing->refused == 0;
	coverage_note_dues(run->report, pricing);
	struct text code = priced ? TEXT("") : text_of(due_refusal_code(pricing->refused));
	if (!test_compare_text(run, "refused", test->refused, code) ||
		!test_compare_text(
			run, "nearest", test->nearest, text_of(pricing->nearest.condition)) ||
		(!priced && test->refused.data == NULL &&
			!test_differ(run, "refused", TEXT("-"), code)))
		return false;
	if (priced && test->has_amount &&
		!test_compare_money(run, "amount", test->amount, pricing->amount))
		return false;
	if (priced && test->has_tax && !test_compare_money(run, "tax", test->tax, tax_of(pricing)))
		return false;
	if (priced &&
		(!write_lines(test, pricing, &run->text) ||
			!test_compare_text(run, "lines", test->lines, text_of_buffer(&run->text))))
		return false;
	if (priced &&
		(!write_split(pricing, &run->text) ||
			!test_compare_text(run, "split", test->split, text_of_buffer(&run->text))))
		return false;
	if (priced &&
		(!write_replaced(pricing, &run->text) ||
			!test_compare_text(
				run, "replaced", test->replaced, text_of_buffer(&run->text))))
		return false;
	buffer_clear(&run->text);
	return run->expected.size == 0 ||
		explain_due(run->release, run->options->language, pricing, &run->text);
}

bool
test_due_run(struct test_run *run, const struct test_case *test)
{
	struct due_question question = question_of(
		test->due, run->image, &run->calls.due_functions);
	struct due_pricing pricing;
	struct fault fault = { 0 };
	struct test_result *result = test_result_add(run, test);
	test_clear(run);
	arena_clear(&run->arena);
	if (result == NULL)
		return false;
	bool compared = due_price(&question, &run->arena, &pricing, &fault) == DUE_DONE
		? compare(run, test->due, &pricing)
		: test_differ(run, "fault", TEXT("-"), text_of(fault.text));
	return compared && (run->expected.size == 0 || test_failed(run, result));
}
