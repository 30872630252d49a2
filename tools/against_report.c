/* What a month would have earned (see against_report.h). */
#include "against_report.h"

#include "json.h"
#include "table.h"

#include <inttypes.h>

/* Of the customers who would pay more, and of those who would pay less, so many are shown. */
#define CUSTOMERS_SHOWN_MAX 5
/* Of all others in a table for people. */
#define ROWS_SHOWN_MAX 30

/* ---- customers ---- */

/* Customers stand in order, those first who would pay most more: how many of those who pay more, or
 * of those who pay less, are shown. */
static size_t
shown_of(const struct earnings_list *list, bool more)
{
	size_t shown = 0;
	while (shown < list->count && shown < CUSTOMERS_SHOWN_MAX) {
		const struct earning *row = &list->rows[more ? shown : list->count - 1 - shown];
		int64_t rise = earning_rise(row).micros;
		if (more ? rise <= 0 : rise >= 0)
			break;
		shown++;
	}
	return shown;
}

static const struct earning *
shown_at(const struct earnings_list *list, bool more, size_t index)
{
	return &list->rows[more ? index : list->count - 1 - index];
}

/* ---- for people ---- */

/* "+3.40", "-0.50", "0.00" */
static const char *
show_change(struct money change, char text[SHOWN_MONEY_MAX])
{
	text[0] = '+';
	show_money(change, text + (change.micros > 0));
	return text;
}

static void
add_row(struct table *table, const char *name, const struct earning *row)
{
	char count[SHOWN_COUNT_MAX], was[SHOWN_MONEY_MAX], is[SHOWN_MONEY_MAX];
	char change[SHOWN_MONEY_MAX + 1];
	table_add(table,
		(const char *const[]){ name, show_count(row->count, count),
			show_money(row->was, was), show_money(row->is, is),
			show_change(earning_rise(row), change) });
}

static void
add_named(struct table *table, const struct earning *row)
{
	char name[100];
	snprintf(name, sizeof name, "%.*s", TEXT_ARGS(row->name));
	add_row(table, row->name.size == 0 ? "-" : name, row);
}

static void
begin_table(struct table *table, const char *what, bool zh)
{
	table_init(table, 5);
	table_add(table,
		(const char *const[]){ what, zh ? "笔数" : "charges", zh ? "当时" : "was",
			zh ? "按新价" : "would be", zh ? "差额" : "change" });
}

static void
show_list(const struct against *against, enum earnings_by by, bool zh, FILE *out)
{
	const struct earnings_list *list = &against->earnings.by[by];
	struct table table;
	begin_table(&table, earnings_by_name(by, zh), zh);
	for (size_t i = 0; i < list->count && i < ROWS_SHOWN_MAX; i++)
		add_named(&table, &list->rows[i]);
	if (list->count > ROWS_SHOWN_MAX)
		table_add(&table, (const char *const[]){ "…", NULL, NULL, NULL, NULL });
	add_row(&table, zh ? "合计" : "total", &against->earnings.total);
	table_write(&table, "  ", true, out);
	table_release(&table);
	fprintf(out, "\n");
}

static void
show_customers(const struct earnings_list *list, bool more, bool zh, FILE *out)
{
	struct table table;
	size_t shown = shown_of(list, more);
	if (shown == 0)
		return;
	begin_table(&table,
		more         ? zh ? "多付最多" : "pays most more"
			: zh ? "少付最多"
			     : "pays most less",
		zh);
	for (size_t i = 0; i < shown; i++)
		add_named(&table, shown_at(list, more, i));
	table_write(&table, "  ", false, out);
	table_release(&table);
	fprintf(out, "\n");
}

static void
show_refused(const struct earnings *earnings, bool zh, FILE *out)
{
	char count[SHOWN_COUNT_MAX], lost[SHOWN_MONEY_MAX];
	if (earnings->refused == 0)
		return;
	fprintf(out,
		zh ? "  不再能计价：%s 笔，原收 %s：" : "  without a price: %s, which were %s: ",
		show_count(earnings->refused, count), show_money(earnings->lost, lost));
	for (size_t i = 0; i < earnings->refusals.count; i++)
		fprintf(out, "%s%.*s %s", i > 0 ? ", " : "",
			TEXT_ARGS(earnings->refusals.rows[i].name),
			show_count(earnings->refusals.rows[i].count, count));
	fprintf(out, "\n\n");
}

void
against_show(const struct against *against, bool zh, FILE *out)
{
	const struct earnings *earnings = &against->earnings;
	const struct earnings_list *customers = &earnings->by[EARNINGS_CUSTOMER];
	char count[SHOWN_COUNT_MAX];
	fprintf(out, zh ? "%s 月，%.*s，%s 笔收费：\n\n" : "%s in %.*s, charges: %s\n\n",
		against->month, TEXT_ARGS(earnings->currency),
		show_count(earnings->total.count, count));
	if (earnings->total.count > 0) {
		show_list(against, EARNINGS_PACKAGE, zh, out);
		show_list(against, EARNINGS_SEGMENT, zh, out);
		show_list(against, EARNINGS_ZONE, zh, out);
	}
	show_customers(customers, true, zh, out);
	show_customers(customers, false, zh, out);
	show_refused(earnings, zh, out);
	if (against->different > 0)
		fprintf(out,
			zh ? "  有 %s 笔按当时的价格也得不到当时的结果；suanpan replay 会列出它们。\n\n"
			   : "  not priced as it was by its own release, either: %s; suanpan replay names them.\n\n",
			show_count(against->different, count));
}

/* ---- JSON ---- */

static json_t *
earning_json(const struct earning *row)
{
	return json_pack("{s:o, s:I, s:o, s:o}", "name", json_of_text(row->name), "charges",
		(json_int_t)row->count, "was", json_of_money(row->was), "is",
		json_of_money(row->is));
}

static json_t *
list_json(const struct earnings_list *list)
{
	json_t *array = json_array();
	for (size_t i = 0; i < list->count; i++)
		json_array_append_new(array, earning_json(&list->rows[i]));
	return array;
}

static json_t *
customers_json(const struct earnings_list *list, bool more)
{
	json_t *array = json_array();
	size_t shown = shown_of(list, more);
	for (size_t i = 0; i < shown; i++)
		json_array_append_new(array, earning_json(shown_at(list, more, i)));
	return array;
}

static json_t *
refused_json(const struct earnings *earnings)
{
	json_t *codes = json_array();
	for (size_t i = 0; i < earnings->refusals.count; i++) {
		const struct earning *row = &earnings->refusals.rows[i];
		json_array_append_new(codes,
			json_pack("{s:o, s:I, s:o}", "name", json_of_text(row->name), "charges",
				(json_int_t)row->count, "was", json_of_money(row->was)));
	}
	return json_pack("{s:I, s:o, s:o}", "charges", (json_int_t)earnings->refused, "was",
		json_of_money(earnings->lost), "by_code", codes);
}

json_t *
against_json(const struct against *against)
{
	const struct earnings *earnings = &against->earnings;
	const struct earnings_list *customers = &earnings->by[EARNINGS_CUSTOMER];
	json_t *object = json_pack("{s:s, s:o, s:I, s:o, s:o, s:I, s:o}", "month", against->month,
		"currency", json_of_text(earnings->currency), "charges",
		(json_int_t)earnings->total.count, "was", json_of_money(earnings->total.was), "is",
		json_of_money(earnings->total.is), "priced_otherwise_then",
		(json_int_t)against->different, "lost", refused_json(earnings));
	json_object_set_new(object, "packages", list_json(&earnings->by[EARNINGS_PACKAGE]));
	json_object_set_new(object, "segments", list_json(&earnings->by[EARNINGS_SEGMENT]));
	json_object_set_new(object, "zones", list_json(&earnings->by[EARNINGS_ZONE]));
	json_object_set_new(object, "pay_more", customers_json(customers, true));
	json_object_set_new(object, "pay_less", customers_json(customers, false));
	return object;
}
