/* Coverage of what falls due, of what is stored and given, and of rules for top-ups. */
#include "coverage_entries.h"

static bool
add_charge(struct test_report *report, const struct package *package, const struct charge *charge)
{
	bool added = coverage_add(report, COVERAGE_CHARGE, "%.*s.%.*s", TEXT_ARGS(package->id),
			     TEXT_ARGS(charge->id)) &&
		coverage_add_text(report, charge->say);
	for (uint32_t i = 0; i < charge->reason_count && added; i++)
		added = coverage_add(report, COVERAGE_REASON, "%.*s.%.*s: %.*s",
				TEXT_ARGS(package->id), TEXT_ARGS(charge->id),
				TEXT_ARGS(charge->reasons[i])) &&
			coverage_add_text(report, charge->reasons[i]);
	return added;
}

static bool
add_param(struct test_report *report, const struct package *package, const struct param *param)
{
	return param->check == NO_FUNCTION ||
		(coverage_add_outcomes(report, param->check, "%.*s.%.*s.check",
			 TEXT_ARGS(package->id), TEXT_ARGS(param->id)) &&
			coverage_add_text(report, param->say));
}

bool
coverage_list_dues(struct test_report *report, const struct package *package)
{
	bool added = true;
	for (uint32_t i = 0; i < package->charge_count && added; i++)
		added = add_charge(report, package, &package->charges[i]);
	for (uint32_t i = 0; i < package->termination_count && added; i++)
		added = add_charge(report, package, &package->terminations[i].charge);
	for (uint32_t i = 0; i < package->param_count && added; i++)
		added = add_param(report, package, &package->params[i]);
	for (uint32_t i = 0; i < package->stored_count && added; i++)
		added = coverage_add(report, COVERAGE_STORED, "%.*s.%.*s", TEXT_ARGS(package->id),
			TEXT_ARGS(package->stored[i].id));
	return added;
}

bool
coverage_list_topups(struct test_report *report, const struct image *image)
{
	bool added = true;
	for (uint32_t i = 0; i < image->topup_count && added; i++)
		added = coverage_add(
				report, COVERAGE_TOPUP, "%.*s", TEXT_ARGS(image->topups[i].id)) &&
			coverage_add_text(report, image->topups[i].say);
	return added;
}

static void
note_reason(
	struct test_report *report, const struct due_line *line, const struct due_reason *reason)
{
	coverage_hit(report, COVERAGE_REASON, 1, "%.*s.%.*s: %.*s", TEXT_ARGS(line->package),
		TEXT_ARGS(line->charge), TEXT_ARGS(reason->say));
	coverage_hit_text(report, reason->say);
}

void
coverage_note_due(struct test_report *report, const struct due_line *line)
{
	coverage_hit(report, COVERAGE_CHARGE, 1, "%.*s.%.*s", TEXT_ARGS(line->package),
		TEXT_ARGS(line->charge));
	coverage_hit_text(report, line->say);
	for (size_t i = 0; i < line->part_count; i++)
		for (size_t j = 0; j < line->parts[i].reason_count; j++)
			note_reason(report, line, &line->parts[i].reasons[j]);
}

void
coverage_note_dues(struct test_report *report, const struct due_pricing *pricing)
{
	if (pricing->refused != 0 && pricing->nearest.say.size > 0)
		coverage_hit_text(report, pricing->nearest.say);
	for (size_t i = 0; pricing->refused == 0 && i < pricing->line_count; i++)
		coverage_note_due(report, &pricing->lines[i]);
}

void
coverage_note_bill(struct test_report *report, const struct bill_discounts *discounts)
{
	for (size_t i = 0; i < discounts->count; i++) {
		const struct price_discount *one = &discounts->list[i];
		coverage_hit(report, COVERAGE_DISCOUNT, 1, "%.*s.%.*s", TEXT_ARGS(one->package),
			TEXT_ARGS(one->discount));
		coverage_hit_text(report, one->say);
	}
}

void
coverage_note_wallet(struct test_report *report, const struct wallet *wallet)
{
	for (size_t i = 0; i < wallet->entry_count; i++) {
		const struct wallet_entry *entry = &wallet->entries[i];
		if (entry->move == MOVE_STORE || entry->move == MOVE_GIFT)
			coverage_hit(report, COVERAGE_STORED, 1, "%.*s.%.*s",
				TEXT_ARGS(entry->package), TEXT_ARGS(entry->stored->id));
	}
	for (size_t i = 0; i < wallet->given_count; i++) {
		const struct topup *topup = wallet->given[i].topup;
		coverage_hit(report, COVERAGE_TOPUP, 1, "%.*s", TEXT_ARGS(topup->id));
		coverage_hit_text(report, topup->say);
	}
}
