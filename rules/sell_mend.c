/*
 * What would mend a blocked order (see sell.h): changes are tried on copies of the question, first
 * one at a time, then two, then three. The second is a change that would mend what the first one
 * broke, so that few are tried. The judge itself says whether they help.
 */
#include "sell.h"

#include "../engine/base/must.h"
#include "sell_state.h"

#define CANDIDATES_MAX 12
#define TRIALS_MAX 150

struct mending {
	const struct sell_question *question;
	const struct sell_verdict *verdict; /* of the question as it is */
	const struct sell_finding *finding; /* that shall go */
	struct arena *arena;
	struct fault *fault;
	struct sell_fix *list;
	uint32_t count;
	uint32_t trials;
};

/* A question with some changes, and the verdict. */
struct trial {
	struct sell_question question;
	struct sell_verdict verdict;
	struct sell_fix fix;
};

struct candidates {
	struct sell_change list[CANDIDATES_MAX];
	uint32_t count;
};

/* ---- changes that may help ---- */

static void
propose(struct candidates *candidates, struct sell_change change)
{
	if (candidates->count < CANDIDATES_MAX)
		candidates->list[candidates->count++] = change;
}

static bool
is_held(const struct sell_question *question, uint32_t item)
{
	return item < question->held_count;
}

static const struct sell_item *
item_of(const struct sell_question *question, uint32_t item)
{
	return is_held(question, item) ? &question->held[item]
				       : &question->wanted[item - question->held_count].item;
}

static struct sell_change
change_of(const struct sell_question *question, enum sell_change_kind kind, uint32_t item)
{
	return (struct sell_change){
		.kind = kind, .item = item, .package = item_of(question, item)->package
	};
}

/* An item shall not be there from a moment on: left out of the order, or ended. */
static void
propose_without(struct candidates *candidates, const struct sell_question *question, uint32_t item,
	int64_t at_ms)
{
	bool held = is_held(question, item);
	struct sell_change change = change_of(question, held ? CHANGE_CANCEL : CHANGE_DROP, item);
	if (held) {
		int64_t from_ms = item_of(question, item)->span.from_ms;
		change.at_ms = at_ms > from_ms ? at_ms : from_ms;
		if (change.at_ms < question->at_ms)
			change.at_ms = question->at_ms;
	}
	propose(candidates, change);
}

/* Lines shall be taken out of an item, if others remain in it. */
static void
propose_leave(struct candidates *candidates, const struct sell_question *question,
	const struct sell_clash *clash, int64_t at_ms)
{
	if (clash->line_count == 0 ||
		item_of(question, clash->item)->line_count <= clash->line_count)
		return;
	struct sell_change change = change_of(question, CHANGE_LEAVE, clash->item);
	change.lines = clash->lines;
	change.line_count = clash->line_count;
	change.at_ms = at_ms > question->at_ms ? at_ms : question->at_ms;
	propose(candidates, change);
}

static void
propose_start(struct candidates *candidates, const struct sell_question *question, uint32_t item,
	int64_t at_ms)
{
	if (is_held(question, item) || at_ms == INT64_MAX || at_ms < question->at_ms ||
		at_ms >= item_of(question, item)->span.till_ms)
		return;
	struct sell_change change = change_of(question, CHANGE_START, item);
	change.at_ms = at_ms;
	propose(candidates, change);
}

static void
propose_excluded(struct candidates *candidates, const struct sell_question *question,
	const struct sell_finding *finding)
{
	const struct sell_clash *mine = &finding->clashes[0], *other = &finding->clashes[1];
	struct sell_clash lines = { mine->item, mine->package, other->lines, other->line_count };
	propose_leave(candidates, question, other, finding->span.from_ms);
	propose_without(candidates, question, other->item, finding->span.from_ms);
	propose_leave(candidates, question, &lines, finding->span.from_ms);
	propose_start(candidates, question, mine->item, finding->span.till_ms);
}

static void
propose_required(struct candidates *candidates, const struct sell_question *question,
	const struct sell_finding *finding)
{
	const struct selling *selling = question->image->selling;
	const struct sell_clash *needy = &finding->clashes[0];
	struct number_list needs = finding->relation == NULL ? (struct number_list){ NULL, 0 }
							     : finding->relation->needs;
	propose_without(candidates, question, needy->item, finding->span.from_ms);
	propose_leave(candidates, question, needy, finding->span.from_ms);
	propose_start(candidates, question, needy->item, finding->span.till_ms);
	bool missing = finding->clash_count == 2 && finding->clashes[1].item == NOBODY;
	for (uint32_t i = 0; missing && i < needs.count; i++) {
		if (selling_party_kind(selling, needs.numbers[i]) != PARTY_PACKAGE)
			continue;
		const struct sell_item *item = item_of(question, needy->item);
		propose(candidates,
			(struct sell_change){ .kind = CHANGE_ADD,
				.item = NOBODY,
				.package = selling->parties[needs.numbers[i]],
				.lines = item->lines,
				.line_count = item->line_count,
				.at_ms = finding->span.from_ms });
	}
}

/* The base's members; or the lines that the base has not are taken out. */
static void
propose_members(struct candidates *candidates, const struct sell_question *question,
	const struct sell_finding *finding, struct arena *arena)
{
	const struct sell_clash *mine = &finding->clashes[0], *base = &finding->clashes[1];
	const struct sell_item *item = item_of(question, mine->item);
	if (finding->clash_count < 2) {
		propose_without(candidates, question, mine->item, finding->span.from_ms);
		return;
	}
	if (!is_held(question, mine->item)) {
		struct sell_change change = change_of(question, CHANGE_LINES, mine->item);
		change.lines = base->lines;
		change.line_count = base->line_count;
		propose(candidates, change);
		return;
	}
	struct sell_line *lines = arena_take(arena, (size_t)item->line_count * sizeof *lines + 1);
	struct sell_clash extra = { .item = mine->item, .lines = lines };
	for (uint32_t i = 0; lines != NULL && i < item->line_count; i++) {
		bool shared = false;
		for (uint32_t j = 0; j < base->line_count; j++)
			shared = shared ||
				(text_equal(base->lines[j].id, item->lines[i].id) &&
					text_equal(base->lines[j].product, item->lines[i].product));
		if (!shared)
			lines[extra.line_count++] = item->lines[i];
	}
	propose_leave(candidates, question, &extra, finding->span.from_ms);
	propose_without(candidates, question, mine->item, finding->span.from_ms);
}

/* What the order says of when it begins and of parameters. */
static struct sell_change
change_of_wanted(const struct sell_question *question, enum sell_change_kind kind,
	const struct sell_finding *finding)
{
	return change_of(question, kind, question->held_count + finding->wanted);
}

static void
propose_modes(struct candidates *candidates, const struct sell_question *question,
	const struct sell_finding *finding)
{
	enum sell_action action = question->wanted[finding->wanted].action;
	if (action != SELL_ADD && action != SELL_CHANGE)
		return;
	for (uint32_t i = 0; finding->terms != NULL && i < finding->terms->mode_count; i++) {
		if (finding->terms->modes[i].kind == EFFECTIVE_DATE)
			continue; /* which day is not ours to say */
		struct sell_change change = change_of_wanted(question, CHANGE_MODE, finding);
		change.mode = finding->terms->modes[i];
		propose(candidates, change);
	}
}

static const struct param *
find_param(const struct package *version, struct text id)
{
	for (uint32_t i = 0; i < version->param_count; i++)
		if (text_equal(version->params[i].id, id))
			return &version->params[i];
	return NULL;
}

/* Each value that is allowed, in written order. */
static void
propose_values(struct candidates *candidates, const struct sell_question *question,
	const struct sell_finding *finding, struct arena *arena)
{
	size_t version = (size_t)(finding->terms - question->image->selling->terms);
	const struct param *param = find_param(
		&question->image->packages[version], finding->miss->tariff);
	for (uint32_t i = 0; param != NULL && i < param->choice_count; i++) {
		struct sell_change change = change_of_wanted(question, CHANGE_PARAM, finding);
		change.param = (struct attribute){ .name = param->id,
			.text = value_text(&param->choices[i], arena) };
		if (change.param.text.data != NULL)
			propose(candidates, change);
	}
}

static void
propose_all(const struct mending *mending, struct candidates *candidates, const struct trial *trial,
	const struct sell_finding *finding)
{
	const struct sell_question *question = &trial->question;
	*candidates = (struct candidates){ .count = 0 };
	if (finding->wanted < mending->question->wanted_count) /* else it is a change of ours */
		propose(candidates,
			change_of(question, CHANGE_DROP, question->held_count + finding->wanted));
	switch (finding->code) {
	case SELL_FACT:
	case SELL_UNKNOWN:
	case SELL_NOT_SOLD:
	case SELL_PLAN:
	case SELL_AGREEMENT:
	case SELL_ELIGIBILITY:
	case SELL_RECOMMENDS:
		break;
	case SELL_EFFECTIVE:
		propose_modes(candidates, question, finding);
		break;
	case SELL_PARAMETER:
		propose_values(candidates, question, finding, mending->arena);
		break;
	case SELL_MEMBERS:
		propose_members(candidates, question, finding, mending->arena);
		break;
	case SELL_EXCLUDES:
		propose_excluded(candidates, question, finding);
		break;
	case SELL_UNDER:
	case SELL_REQUIRES:
		propose_required(candidates, question, finding);
		break;
	}
}

/* ---- trying ---- */

static enum status
out_of_memory(struct mending *mending)
{
	return fault_set(mending->fault, STATUS_MEMORY, "no memory to mend an order");
}

/* A package that is ordered besides begins when it is needed, if it may; else by default. */
static struct sell_wanted
addition(const struct sell_question *question, const struct sell_change *change)
{
	const struct selling *selling = question->image->selling;
	struct sell_wanted wanted = { .action = SELL_ADD,
		.item = { .package = change->package,
			.lines = change->lines,
			.line_count = change->line_count,
			.span = { change->at_ms, INT64_MAX } } };
	uint32_t package = selling_party(selling, PARTY_PACKAGE, change->package);
	uint32_t version = package_version_at(question->image, package, change->at_ms);
	for (uint32_t i = 0; version != NO_INDEX && i < selling->terms[version].mode_count; i++) {
		struct effective mode = selling->terms[version].modes[i];
		if (wanted.has_mode ||
			effective_at(question->image, mode, question, change->at_ms) !=
				change->at_ms)
			continue;
		wanted.has_mode = true;
		wanted.mode = mode;
	}
	return wanted;
}

/* The order gives a parameter another value. False without memory. */
static bool
change_param(struct sell_item *item, const struct attribute *param, struct arena *arena)
{
	struct attribute *params = arena_take(
		arena, ((size_t)item->param_count + 1) * sizeof *params);
	uint32_t count = 0;
	if (params == NULL)
		return false;
	for (uint32_t i = 0; i < item->param_count; i++)
		if (!text_equal(item->params[i].name, param->name))
			params[count++] = item->params[i];
	params[count++] = *param;
	item->params = params;
	item->param_count = count;
	return true;
}

/* What a wanted item is with a change; false if that makes no sense of it. */
static bool
change_wanted(struct sell_wanted *wanted, const struct sell_change *change, struct arena *arena)
{
	struct sell_item *item = &wanted->item;
	if (wanted->dropped)
		return false;
	wanted->dropped = change->kind == CHANGE_DROP;
	if (change->kind == CHANGE_DROP)
		return true;
	bool of_params = change->kind == CHANGE_PARAM || change->kind == CHANGE_MODE ||
		change->kind == CHANGE_START;
	if (wanted->action != SELL_ADD && !(wanted->action == SELL_CHANGE && of_params))
		return false;
	if (change->kind == CHANGE_LINES) {
		item->lines = change->lines;
		item->line_count = change->line_count;
		return true;
	}
	if (change->kind == CHANGE_PARAM)
		return change_param(item, &change->param, arena);
	if (change->kind == CHANGE_LEAVE) {
		struct sell_line *lines = arena_take(
			arena, (size_t)item->line_count * sizeof *lines + 1);
		uint32_t count = 0;
		for (uint32_t i = 0; lines != NULL && i < item->line_count; i++) {
			bool leaves = false;
			for (uint32_t j = 0; j < change->line_count; j++)
				leaves = leaves ||
					text_equal(change->lines[j].id, item->lines[i].id);
			if (!leaves)
				lines[count++] = item->lines[i];
		}
		item->lines = lines;
		item->line_count = count;
		return lines != NULL;
	}
	wanted->has_mode = true;
	wanted->mode = change->mode;
	if (change->kind == CHANGE_START) {
		wanted->mode = (struct effective){ EFFECTIVE_DATE, 0 };
		item->span.from_ms = change->at_ms;
	}
	return true;
}

/* Makes the trial with one more change; *makes_sense is false where there is nothing to try. */
static enum status
try_change(struct mending *mending, const struct trial *from, const struct sell_change *change,
	struct trial *trial, bool *makes_sense)
{
	const struct sell_question *old = &from->question;
	struct sell_wanted *wanted = arena_take(
		mending->arena, ((size_t)old->wanted_count + 1) * sizeof *wanted);
	if (wanted == NULL)
		return out_of_memory(mending);
	if (old->wanted_count > 0)
		memcpy(wanted, old->wanted, old->wanted_count * sizeof *wanted);
	*trial = *from;
	trial->question.wanted = wanted;
	trial->fix.changes[trial->fix.count++] = *change;
	*makes_sense = old->held_count + old->wanted_count < SELL_ITEMS_MAX;
	if (change->kind == CHANGE_ADD) {
		wanted[trial->question.wanted_count++] = addition(old, change);
	} else if (!is_held(old, change->item)) {
		*makes_sense = *makes_sense &&
			change_wanted(
				&wanted[change->item - old->held_count], change, mending->arena);
	} else {
		wanted[trial->question.wanted_count++] = (struct sell_wanted){
			.action = change->kind == CHANGE_LEAVE ? SELL_LEAVE : SELL_CANCEL,
			.item = { .package = change->package,
				.lines = change->lines,
				.line_count = change->line_count,
				.span = { change->at_ms, INT64_MAX } },
			.target = change->item,
		};
	}
	if (!*makes_sense)
		return STATUS_OK;
	mending->trials++;
	return sell_judge(&trial->question, mending->arena, &trial->verdict, mending->fault);
}

static bool
same_finding(const struct sell_finding *a, const struct sell_finding *b)
{
	return a->code == b->code && a->relation == b->relation &&
		a->clash_count == b->clash_count && a->clashes[0].item == b->clashes[0].item &&
		(a->miss == NULL || text_equal(a->miss->tariff, b->miss->tariff)) &&
		(a->clash_count < 2 || a->clashes[1].item == b->clashes[1].item);
}

/* What is still in the way: the finding itself, or one that was not there before; NULL. */
static const struct sell_finding *
in_the_way(const struct mending *mending, const struct trial *trial)
{
	for (uint32_t i = 0; i < trial->verdict.finding_count; i++) {
		const struct sell_finding *finding = &trial->verdict.findings[i];
		bool known = finding->code == SELL_RECOMMENDS;
		for (uint32_t j = 0; j < mending->verdict->finding_count && !known; j++)
			known = same_finding(finding, &mending->verdict->findings[j]);
		if (!known || same_finding(finding, mending->finding))
			return finding;
	}
	return NULL;
}

static bool
same_change(const struct sell_change *a, const struct sell_change *b)
{
	return a->kind == b->kind && a->item == b->item && a->at_ms == b->at_ms &&
		a->lines == b->lines && text_equal(a->param.name, b->param.name) &&
		text_equal(a->param.text, b->param.text) && a->mode.kind == b->mode.kind &&
		a->mode.days == b->mode.days && text_equal(a->package, b->package);
}

static bool
has_change(const struct sell_fix *fix, const struct sell_change *change)
{
	for (uint32_t i = 0; i < fix->count; i++)
		if (same_change(&fix->changes[i], change))
			return true;
	return false;
}

/* Is a fix that is known part of this one? */
static bool
is_too_much(const struct mending *mending, const struct sell_fix *fix)
{
	for (uint32_t i = 0; i < mending->count; i++) {
		const struct sell_fix *known = &mending->list[i];
		uint32_t found = 0;
		for (uint32_t j = 0; j < known->count; j++)
			found += has_change(fix, &known->changes[j]);
		if (found == known->count)
			return true;
	}
	return false;
}

/* Finds the fixes with just `size` changes that begin with those of the trial. */
static enum status
search(struct mending *mending, const struct trial *trial, uint32_t size)
{
	struct candidates candidates;
	const struct sell_finding *finding = in_the_way(mending, trial);
	enum status status = STATUS_OK;
	if (finding == NULL)
		return STATUS_OK;
	propose_all(mending, &candidates, trial, finding);
	for (uint32_t i = 0; i < candidates.count && status == STATUS_OK; i++) {
		struct trial next;
		bool makes_sense = false;
		if (has_change(&trial->fix, &candidates.list[i]) || mending->trials >= TRIALS_MAX ||
			mending->count == SELL_FIXES_MAX)
			continue;
		next.fix = trial->fix;
		next.fix.changes[next.fix.count++] = candidates.list[i];
		if (is_too_much(mending, &next.fix))
			continue;
		status = try_change(mending, trial, &candidates.list[i], &next, &makes_sense);
		if (status != STATUS_OK || !makes_sense)
			continue;
		if (next.fix.count < size)
			status = search(mending, &next, size);
		else if (in_the_way(mending, &next) == NULL)
			mending->list[mending->count++] = next.fix;
	}
	return status;
}

enum status
sell_mend(const struct sell_mending *what, struct arena *arena, struct sell_fixes *fixes,
	struct fault *fault)
{
	struct mending mending = { .question = what->question,
		.verdict = what->verdict,
		.finding = what->finding,
		.arena = arena,
		.fault = fault };
	struct trial as_it_is = { .question = *what->question, .verdict = *what->verdict };
	enum status status = STATUS_OK;
	mending.list = arena_take(arena, SELL_FIXES_MAX * sizeof *mending.list);
	if (mending.list == NULL)
		return out_of_memory(&mending);
	for (uint32_t size = 1; size <= SELL_CHANGES_MAX && status == STATUS_OK; size++) {
		/* the finding comes first, whatever else is in the way */
		struct sell_verdict only = { what->finding, 1, what->verdict->starts_ms };
		as_it_is.verdict = only;
		status = search(&mending, &as_it_is, size);
	}
	*fixes = (struct sell_fixes){ mending.list, mending.count };
	return status;
}
