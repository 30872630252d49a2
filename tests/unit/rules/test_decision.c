/*
 * Decision tables, against brute force: small random tables of all types are looked at in every
 * point of their domain, one row after the other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../../rules/decision.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../../../engine/base/instant.h"

#define POINTS 6 /* values of an input: 0 to 5, or as many texts or days; booleans have 2 */
#define ROWS_MAX 14
#define INPUTS_MAX 4
#define ROUNDS 3000

struct cell {
	char text[64];
	unsigned mask; /* of the points that it takes */
};

struct sketch {
	enum decision_type types[INPUTS_MAX];
	uint32_t input_count;
	struct cell cells[ROWS_MAX][INPUTS_MAX];
	uint32_t row_count;
	bool first_wins;
};

static uint32_t
points_of(enum decision_type type)
{
	return type == DECISION_BOOLEAN ? 2 : POINTS;
}

static unsigned
below(unsigned *seed, unsigned bound)
{
	return (unsigned)rand_r(seed) % bound;
}

/* The point as an author writes it. The last text is one that no cell names. */
static const char *
point_text(enum decision_type type, uint32_t point, char text[32])
{
	static const char *const texts[POINTS] = { "anchor", "other", "原产权方", "b c", "1",
		"unnamed" };
	switch (type) {
	case DECISION_TEXT:
		return texts[point];
	case DECISION_BOOLEAN:
		return point == 1 ? "true" : "false";
	case DECISION_DATE:
		snprintf(text, 32, "2020-02-%02u", 27 + point);
		return point < 3     ? text
			: point == 3 ? "2020-03-01"
			: point == 4 ? "2020-03-02"
				     : "2020-03-03";
	case DECISION_DECIMAL:
	case DECISION_MONEY:
		snprintf(text, 32, "0.00000%u", point);
		return text;
	case DECISION_INTEGER:
		break;
	}
	snprintf(text, 32, "%u", point);
	return text;
}

static int64_t
point_value(const struct decision_column *column, uint32_t point)
{
	char text[32];
	int64_t value;
	const char *written = point_text(column->type, point, text);
	if (column->type == DECISION_TEXT)
		return decision_text_number(column, text_of(written));
	assert_true(decision_parse(column->type, text_of(written), &value));
	return value;
}

/* A cell of a few alternatives, or of all but them. */
static void
make_alternatives(enum decision_type type, unsigned *seed, struct cell *cell)
{
	char text[32];
	bool inverted = below(seed, 3) == 0;
	/* the text that is not named stays so, and an inverted cell leaves something */
	uint32_t named = type == DECISION_TEXT ? POINTS - 1 : points_of(type);
	uint32_t count = 1 + below(seed, type == DECISION_BOOLEAN ? 1 : 3);
	size_t size = 0;
	cell->mask = 0;
	size += (size_t)snprintf(cell->text, sizeof cell->text, "%s", inverted ? "!" : "");
	for (uint32_t i = 0; i < count; i++) {
		uint32_t point = below(seed, named);
		size += (size_t)snprintf(cell->text + size, sizeof cell->text - size, "%s%s",
			i == 0 ? "" : "|", point_text(type, point, text));
		cell->mask |= 1u << point;
	}
	if (inverted)
		cell->mask = ~cell->mask & ((1u << points_of(type)) - 1);
}

static void
make_range(enum decision_type type, unsigned *seed, struct cell *cell)
{
	char low_text[32], high_text[32];
	uint32_t low = below(seed, POINTS), high = low + below(seed, POINTS - low);
	unsigned all = (1u << POINTS) - 1;
	const char *from = point_text(type, low, low_text);
	const char *till = point_text(type, high, high_text);
	unsigned from_low = all & ~((1u << low) - 1), to_high = (1u << (high + 1)) - 1;
	switch (below(seed, 8)) {
	case 0:
		snprintf(cell->text, sizeof cell->text, ">=%s", from);
		cell->mask = from_low;
		return;
	case 1:
		snprintf(cell->text, sizeof cell->text, "<=%s", till);
		cell->mask = to_high;
		return;
	case 2:
		snprintf(cell->text, sizeof cell->text, ">%s", from);
		cell->mask = from_low & ~(1u << low);
		return;
	case 3:
		snprintf(cell->text, sizeof cell->text, "..<%s", till);
		cell->mask = to_high & ~(1u << high);
		return;
	case 4:
		snprintf(cell->text, sizeof cell->text, "%s..", from);
		cell->mask = from_low;
		return;
	case 5:
		if (low == high)
			break;
		snprintf(cell->text, sizeof cell->text, "%s..<%s", from, till);
		cell->mask = from_low & to_high & ~(1u << high);
		return;
	default:
		break;
	}
	snprintf(cell->text, sizeof cell->text, "%s..%s", from, till);
	cell->mask = from_low & to_high;
}

static void
make_cell(enum decision_type type, unsigned *seed, struct cell *cell)
{
	bool ordered = type != DECISION_TEXT && type != DECISION_BOOLEAN;
	switch (below(seed, 4)) {
	case 0:
		snprintf(cell->text, sizeof cell->text, "*");
		cell->mask = (1u << points_of(type)) - 1;
		return;
	case 1:
		make_alternatives(type, seed, cell);
		return;
	default:
		if (ordered)
			make_range(type, seed, cell);
		else
			make_alternatives(type, seed, cell);
	}
}

static void
make_sketch(unsigned *seed, struct sketch *sketch)
{
	sketch->input_count = 1 + below(seed, INPUTS_MAX);
	sketch->row_count = 1 + below(seed, ROWS_MAX);
	sketch->first_wins = below(seed, 2) == 0;
	for (uint32_t i = 0; i < sketch->input_count; i++)
		sketch->types[i] = (enum decision_type)below(seed, DECISION_BOOLEAN + 1);
	for (uint32_t row = 0; row < sketch->row_count; row++)
		for (uint32_t i = 0; i < sketch->input_count; i++)
			make_cell(sketch->types[i], seed, &sketch->cells[row][i]);
	/* now and then a last row for all the rest, or a row that is there twice */
	if (below(seed, 4) == 0)
		for (uint32_t i = 0; i < sketch->input_count; i++)
			sketch->cells[sketch->row_count - 1][i] = (struct cell){ "*",
				(1u << points_of(sketch->types[i])) - 1 };
	if (below(seed, 8) == 0)
		memcpy(sketch->cells[sketch->row_count - 1], sketch->cells[0],
			sizeof sketch->cells[0]);
}

static struct decision *
start_table(const struct sketch *sketch)
{
	struct decision *table = decision_new(TEXT("t"), TEXT("t.csv"), sketch->first_wins);
	char first[32], last[32], name[16];
	assert_non_null(table);
	for (uint32_t i = 0; i < sketch->input_count; i++) {
		snprintf(name, sizeof name, "c%u", i);
		assert_true(decision_add_column(table, text_of(name), sketch->types[i], false));
	}
	assert_true(decision_add_column(table, TEXT("out"), DECISION_INTEGER, true));
	for (uint32_t i = 0; i < sketch->input_count; i++) {
		char domain[80];
		if (sketch->types[i] == DECISION_TEXT || sketch->types[i] == DECISION_BOOLEAN)
			continue;
		snprintf(domain, sizeof domain, "%s..%s", point_text(sketch->types[i], 0, first),
			point_text(sketch->types[i], POINTS - 1, last));
		assert_int_equal(
			decision_set_domain(table, i, text_of(domain)), DECISION_CELL_DONE);
	}
	return table;
}

static void
add_row(struct decision *table, uint32_t line, const struct text *cells)
{
	assert_true(decision_add_row(table, line));
	for (uint32_t i = 0; i < table->input_count; i++)
		if (decision_add_cell(table, cells[i]) != DECISION_CELL_DONE)
			fail_msg("'%.*s' is no cell", TEXT_ARGS(cells[i]));
	assert_int_equal(decision_add_cell(table, TEXT("7")), DECISION_CELL_DONE);
}

static void
add_rows(struct decision *table, const struct sketch *sketch)
{
	for (uint32_t row = 0; row < sketch->row_count; row++) {
		struct text cells[INPUTS_MAX];
		for (uint32_t i = 0; i < sketch->input_count; i++)
			cells[i] = text_of(sketch->cells[row][i].text);
		add_row(table, row + 3, cells);
	}
}

static bool
matches(const struct sketch *sketch, uint32_t row, const uint32_t *point)
{
	for (uint32_t i = 0; i < sketch->input_count; i++)
		if ((sketch->cells[row][i].mask >> point[i] & 1) == 0)
			return false;
	return true;
}

/* Goes on to the next point; false behind the last. */
static bool
next_point(const struct sketch *sketch, uint32_t *point)
{
	for (uint32_t i = 0; i < sketch->input_count; i++) {
		if (++point[i] < points_of(sketch->types[i]))
			return true;
		point[i] = 0;
	}
	return false;
}

/* What brute force knows of a table. */
struct truth {
	bool gap;
	bool overlap[ROWS_MAX][ROWS_MAX];
	bool any_overlap;
	bool wins[ROWS_MAX];  /* is it the first that matches somewhere? */
	bool lives[ROWS_MAX]; /* does it match anywhere? */
};

static uint32_t
find_by_hand(const struct sketch *sketch, const uint32_t *point)
{
	for (uint32_t row = 0; row < sketch->row_count; row++)
		if (matches(sketch, row, point))
			return row;
	return DECISION_NO_ROW;
}

static uint32_t
find_in_table(const struct decision *table, const uint32_t *point)
{
	int64_t values[INPUTS_MAX];
	for (uint32_t i = 0; i < table->input_count; i++) {
		values[i] = point_value(&table->columns[i], point[i]);
		assert_true(decision_covers(&table->columns[i], values[i]));
	}
	return decision_find(table, values);
}

/* Looks up every point both ways. */
static void
look_up_all(const struct sketch *sketch, const struct decision *table, struct truth *truth)
{
	uint32_t point[INPUTS_MAX] = { 0 };
	memset(truth, 0, sizeof *truth);
	do {
		uint32_t first = find_by_hand(sketch, point);
		assert_int_equal(find_in_table(table, point), first);
		truth->gap |= first == DECISION_NO_ROW;
		for (uint32_t row = first; row < sketch->row_count; row++) {
			if (!matches(sketch, row, point))
				continue;
			truth->lives[row] = true;
			truth->wins[first] = true;
			truth->overlap[row][first] |= row != first;
			truth->any_overlap |= row != first;
			for (uint32_t other = first; other < row; other++)
				truth->overlap[row][other] |= matches(sketch, other, point);
		}
	} while (next_point(sketch, point));
}

static void
check_report(const struct sketch *sketch, const struct decision_report *report,
	const struct truth *truth)
{
	uint32_t told[DECISION_PROBLEM_DEAD + 1] = { 0 };
	bool dead[ROWS_MAX] = { false };
	for (uint32_t i = 0; i < report->count; i++) {
		const struct decision_problem *problem = &report->problems[i];
		told[problem->kind]++;
		switch (problem->kind) {
		case DECISION_PROBLEM_GAP:
			break;
		case DECISION_PROBLEM_OVERLAP:
			assert_false(sketch->first_wins);
			assert_true(truth->overlap[problem->row][problem->other]);
			break;
		case DECISION_PROBLEM_DUPLICATE:
			assert_true(problem->other < problem->row);
			for (uint32_t j = 0; j < sketch->input_count; j++)
				assert_int_equal(sketch->cells[problem->row][j].mask,
					sketch->cells[problem->other][j].mask);
			dead[problem->row] = true;
			break;
		case DECISION_PROBLEM_DEAD:
			dead[problem->row] = true;
			break;
		}
	}
	assert_int_equal(told[DECISION_PROBLEM_GAP] > 0, truth->gap);
	if (!sketch->first_wins)
		assert_int_equal(
			told[DECISION_PROBLEM_OVERLAP] + told[DECISION_PROBLEM_DUPLICATE] > 0,
			truth->any_overlap || told[DECISION_PROBLEM_DUPLICATE] > 0);
	for (uint32_t row = 0; row < sketch->row_count && !report->more; row++) {
		bool is_dead = sketch->first_wins ? !truth->wins[row] : !truth->lives[row];
		if (sketch->first_wins)
			assert_int_equal(dead[row], is_dead);
		else if (is_dead)
			assert_true(dead[row]);
	}
}

/* The rows that are proposed for gaps close them, and take nothing from the others. */
static void
close_gaps(const struct sketch *sketch, const struct decision_report *report)
{
	struct decision *table = start_table(sketch);
	struct decision_report again;
	uint32_t point[INPUTS_MAX] = { 0 };
	add_rows(table, sketch);
	for (uint32_t i = 0; i < report->count; i++)
		if (report->problems[i].kind == DECISION_PROBLEM_GAP)
			add_row(table, 0, report->problems[i].cells);
	assert_int_equal(decision_build(table, &again, NULL), STATUS_OK);
	for (uint32_t i = 0; i < again.count; i++) {
		assert_int_not_equal(again.problems[i].kind, DECISION_PROBLEM_GAP);
		if (again.problems[i].kind == DECISION_PROBLEM_OVERLAP)
			assert_true(again.problems[i].row < sketch->row_count);
		if (again.problems[i].kind == DECISION_PROBLEM_DEAD)
			assert_true(again.problems[i].row < sketch->row_count);
	}
	do {
		uint32_t row = find_by_hand(sketch, point), found = find_in_table(table, point);
		if (row == DECISION_NO_ROW)
			assert_true(found >= sketch->row_count && found < table->row_count);
		else
			assert_int_equal(found, row);
	} while (next_point(sketch, point));
	decision_free(table);
}

static void
random_tables_are_what_brute_force_finds(void **state)
{
	unsigned seed = (unsigned)time(NULL), used;
	int closed = 0;
	(void)state;
	print_message("seed %u\n", seed);
	for (int round = 0; round < ROUNDS; round++) {
		struct sketch sketch;
		struct decision_report report;
		struct truth truth;
		used = seed + (unsigned)round;
		make_sketch(&used, &sketch);
		struct decision *table = start_table(&sketch);
		add_rows(table, &sketch);
		assert_int_equal(decision_build(table, &report, NULL), STATUS_OK);
		look_up_all(&sketch, table, &truth);
		check_report(&sketch, &report, &truth);
		if (!report.more) {
			close_gaps(&sketch, &report);
			closed++;
		}
		decision_finish(table);
		look_up_all(&sketch, table, &truth);
		decision_free(table);
	}
	print_message("%d of %d told whole\n", closed, ROUNDS);
	assert_true(closed > ROUNDS / 2);
}

static void
wrong_cells_are_refused(void **state)
{
	static const struct {
		enum decision_type type;
		const char *cell;
		enum decision_cell outcome;
	} cells[] = {
		{ DECISION_INTEGER, "", DECISION_CELL_WRONG },
		{ DECISION_INTEGER, "x", DECISION_CELL_WRONG },
		{ DECISION_INTEGER, "1.5", DECISION_CELL_WRONG },
		{ DECISION_INTEGER, " 1", DECISION_CELL_WRONG },
		{ DECISION_INTEGER, "..", DECISION_CELL_WRONG },
		{ DECISION_INTEGER, "1..<", DECISION_CELL_WRONG },
		{ DECISION_INTEGER, ">", DECISION_CELL_WRONG },
		{ DECISION_INTEGER, "1|", DECISION_CELL_WRONG },
		{ DECISION_INTEGER, "1234567890123456789", DECISION_CELL_WRONG },
		{ DECISION_INTEGER, "8..3", DECISION_CELL_EMPTY },
		{ DECISION_INTEGER, "3..<3", DECISION_CELL_EMPTY },
		{ DECISION_INTEGER, "!*", DECISION_CELL_EMPTY },
		{ DECISION_INTEGER, "-5..-3|7", DECISION_CELL_DONE },
		{ DECISION_DECIMAL, "0.0000001", DECISION_CELL_WRONG },
		{ DECISION_DECIMAL, "<10%", DECISION_CELL_DONE },
		{ DECISION_MONEY, "0.5..<1.50", DECISION_CELL_DONE },
		{ DECISION_DATE, "2026-02-29", DECISION_CELL_WRONG },
		{ DECISION_DATE, "2026-02-28..", DECISION_CELL_DONE },
		{ DECISION_BOOLEAN, "yes", DECISION_CELL_WRONG },
		{ DECISION_BOOLEAN, "true..false", DECISION_CELL_WRONG },
		{ DECISION_TEXT, "", DECISION_CELL_WRONG },
		{ DECISION_TEXT, "a||b", DECISION_CELL_WRONG },
		{ DECISION_TEXT, "!!a", DECISION_CELL_WRONG },
		{ DECISION_TEXT, "3..8", DECISION_CELL_DONE }, /* a text like any other */
		{ DECISION_TEXT, "\xff", DECISION_CELL_WRONG },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
		struct decision *table = decision_new(TEXT("t"), TEXT("t.csv"), false);
		assert_true(decision_add_column(table, TEXT("c"), cells[i].type, false));
		assert_true(decision_add_row(table, 1));
		if (decision_add_cell(table, text_of(cells[i].cell)) != cells[i].outcome)
			fail_msg("'%s' of type %d", cells[i].cell, cells[i].type);
		decision_free(table);
	}
}

static void
proposed_rows_are_written_as_an_author_would(void **state)
{
	struct decision *table = decision_new(TEXT("sharing"), TEXT("t.csv"), false);
	struct decision_report report;
	(void)state;
	assert_true(decision_add_column(table, TEXT("tenants"), DECISION_INTEGER, false));
	assert_true(decision_add_column(table, TEXT("role"), DECISION_TEXT, false));
	assert_true(decision_add_column(table, TEXT("from"), DECISION_DATE, false));
	assert_int_equal(decision_set_domain(table, 0, TEXT("1..3")), DECISION_CELL_DONE);
	assert_int_equal(decision_set_domain(table, 1, TEXT("anchor|other")), DECISION_CELL_DONE);
	static const char *const rows[][3] = { { "1", "*", "*" }, { "2", "anchor", "<2018-01-01" },
		{ "2", "other", "*" }, { "3", "*", "*" } };
	for (uint32_t row = 0; row < 4; row++) {
		assert_true(decision_add_row(table, row + 3));
		for (uint32_t i = 0; i < 3; i++)
			assert_int_equal(decision_add_cell(table, text_of(rows[row][i])),
				DECISION_CELL_DONE);
	}
	assert_int_equal(decision_build(table, &report, NULL), STATUS_OK);
	assert_int_equal(report.count, 1);
	assert_int_equal(report.problems[0].kind, DECISION_PROBLEM_GAP);
	assert_true(text_equal(report.problems[0].cells[0], TEXT("2")));
	assert_true(text_equal(report.problems[0].cells[1], TEXT("anchor")));
	assert_true(text_equal(report.problems[0].cells[2], TEXT(">=2018-01-01")));
	decision_free(table);
}

/* Ranges in every direction at once: more combinations than anybody could look at. */
static void
a_table_past_the_bound_is_refused_by_name(void **state)
{
	struct decision *table = decision_new(TEXT("knot"), TEXT("t.csv"), true);
	struct decision_report report;
	struct fault fault;
	unsigned seed = 1;
	char name[16], cell[64];
	(void)state;
	for (uint32_t i = 0; i < 8; i++) {
		snprintf(name, sizeof name, "c%u", i);
		assert_true(decision_add_column(table, text_of(name), DECISION_INTEGER, false));
	}
	for (uint32_t row = 0; row < 400; row++) {
		assert_true(decision_add_row(table, row));
		for (uint32_t i = 0; i < 8; i++) {
			unsigned low = below(&seed, 1000);
			snprintf(cell, sizeof cell, "%u..%u", low, low + below(&seed, 1000));
			assert_int_equal(
				decision_add_cell(table, text_of(cell)), DECISION_CELL_DONE);
		}
	}
	assert_int_equal(decision_build(table, &report, &fault), STATUS_LIMIT);
	assert_non_null(strstr(fault.text, "knot"));
	assert_true(report.steps < 2 * (uint64_t)DECISION_STEPS_MAX);
	decision_free(table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_tables_are_what_brute_force_finds),
		cmocka_unit_test(wrong_cells_are_refused),
		cmocka_unit_test(proposed_rows_are_written_as_an_author_would),
		cmocka_unit_test(a_table_past_the_bound_is_refused_by_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
