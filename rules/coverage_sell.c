/* Coverage of what is sold and told: relations, prompts, and the moves of orders. */
#include "coverage_entries.h"

/* Relations have no ids: "excludes selling/relations.lua:3". */
static const char *
relation_word(enum relation_kind kind)
{
	switch (kind) {
	case RELATION_REQUIRES:
		return "requires";
	case RELATION_EXCLUDES:
		return "excludes";
	case RELATION_RECOMMENDS:
		return "recommends";
	case RELATION_ELIGIBLE:
		return "eligible";
	}
	return "";
}

static bool
add_relation(struct test_report *report, const struct relation *relation)
{
	if (!coverage_add(report, COVERAGE_RULE, "%s %.*s:%u", relation_word(relation->kind),
		    TEXT_ARGS(relation->file), relation->line) ||
		!coverage_add_text(report, relation->say))
		return false;
	return relation->kind != RELATION_ELIGIBLE ||
		coverage_add_outcomes(report, relation->when, "%.*s:%u.when",
			TEXT_ARGS(relation->file), relation->line);
}

static bool
add_prompt(struct test_report *report, struct text id, struct text say, int32_t when)
{
	return coverage_add(report, COVERAGE_PROMPT, "%.*s", TEXT_ARGS(id)) &&
		coverage_add_text(report, say) &&
		coverage_add_outcomes(report, when, "%.*s.when", TEXT_ARGS(id));
}

static bool
add_moves(struct test_report *report, const struct life_cycle *life)
{
	for (uint32_t i = 0; i < life->move_count; i++)
		if (!coverage_add(report, COVERAGE_MOVE, "%.*s.%.*s", TEXT_ARGS(life->id),
			    TEXT_ARGS(life->moves[i].id)))
			return false;
	return true;
}

bool
coverage_list_selling(struct test_report *report, const struct image *image)
{
	const struct selling *selling = image->selling;
	bool added = true;
	for (uint32_t i = 0; i < selling->relation_count && added; i++)
		added = add_relation(report, &selling->relations[i]);
	for (uint32_t i = 0; i < selling->prompt_count && added; i++)
		added = add_prompt(report, selling->prompts[i].id, selling->prompts[i].say,
			selling->prompts[i].when);
	for (uint32_t i = 0; i < selling->quiet_count && added; i++)
		added = add_prompt(report, selling->quiets[i].id, selling->quiets[i].say,
			selling->quiets[i].when);
	for (uint32_t i = 0; i < selling->life_cycle_count && added; i++)
		added = add_moves(report, &selling->life_cycles[i]);
	return added;
}

void
coverage_note_verdict(struct test_report *report, const struct sell_verdict *verdict)
{
	for (uint32_t i = 0; i < verdict->finding_count; i++) {
		const struct sell_finding *finding = &verdict->findings[i];
		const struct relation *relation = finding->relation;
		if (relation != NULL) {
			coverage_hit(report, COVERAGE_RULE, 1, "%s %.*s:%u",
				relation_word(relation->kind), TEXT_ARGS(relation->file),
				relation->line);
			coverage_hit_text(report, relation->say);
		}
		if (finding->miss != NULL && finding->miss->say.size > 0)
			coverage_hit_text(report, finding->miss->say);
	}
}

void
coverage_note_prompts(struct test_report *report, const struct prompt_verdict *verdict)
{
	for (uint32_t i = 0; i < verdict->given_count; i++) {
		const struct prompt *prompt = verdict->given[i].prompt;
		coverage_hit(report, COVERAGE_PROMPT, 1, "%.*s", TEXT_ARGS(prompt->id));
		coverage_hit_text(report, prompt->say);
	}
	for (uint32_t i = 0; i < verdict->skipped_count; i++) {
		const struct quiet *quiet = verdict->skipped[i].quiet;
		if (quiet == NULL)
			continue;
		coverage_hit(report, COVERAGE_PROMPT, 1, "%.*s", TEXT_ARGS(quiet->id));
		coverage_hit_text(report, quiet->say);
	}
}

void
coverage_note_move(
	struct test_report *report, const struct life_cycle *life, const struct life_move *move)
{
	coverage_hit(
		report, COVERAGE_MOVE, 1, "%.*s.%.*s", TEXT_ARGS(life->id), TEXT_ARGS(move->id));
}
