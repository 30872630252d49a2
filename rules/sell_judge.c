/*
 * Judging an order (see sell.h): each wanted item by itself (sell_wanted.c), then the state that
 * results by the relations.
 */
#include "sell_judging.h"

#include "../engine/base/must.h"

const char *
sell_code_name(enum sell_code code)
{
	static const char *const names[] = { "fact", "unknown", "not_sold", "plan", "agreement",
		"effective", "parameter", "eligibility", "members", "under", "requires", "excludes",
		"recommends" };
	return names[code];
}

enum status
judging_out_of_memory(struct judging *judging)
{
	return fault_set(judging->fault, STATUS_MEMORY, "no memory to judge an order");
}

enum status
judging_find(struct judging *judging, const struct sell_finding *finding)
{
	if (judging->count == judging->room) {
		uint32_t room = judging->room == 0 ? 16 : judging->room * 2;
		struct sell_finding *wider = arena_take(
			judging->arena, (size_t)room * sizeof *wider);
		if (wider == NULL)
			return judging_out_of_memory(judging);
		if (judging->count > 0)
			memcpy(wider, judging->findings, judging->count * sizeof *wider);
		judging->findings = wider;
		judging->room = room;
	}
	judging->findings[judging->count++] = *finding;
	return STATUS_OK;
}

static const struct sell_item *
item_of(const struct sell_question *question, uint32_t item)
{
	return item < question->held_count ? &question->held[item]
					   : &question->wanted[item - question->held_count].item;
}

static struct sell_clash
clash_of(const struct judging *judging, uint32_t item)
{
	return (struct sell_clash){ .item = item,
		.package = item_of(judging->question, item)->package };
}

/* A finding against a wanted item by itself. */
struct sell_finding
judging_finding(const struct judging *judging, uint32_t wanted, enum sell_code code)
{
	const struct sell_wanted *one = &judging->question->wanted[wanted];
	uint32_t item = one->action == SELL_ADD ? judging->question->held_count + wanted
						: one->target;
	return (struct sell_finding){
		.code = code,
		.wanted = wanted,
		.clashes = { clash_of(judging, item) },
		.clash_count = 1,
		.span = { judging->starts_ms[wanted], one->item.span.till_ms },
	};
}

/* Calls `check` for each relation of a kind in which a stay takes part, as one of its parties. */
enum status
judging_each_relation(struct judging *judging, const struct stay *stay, enum relation_kind kind,
	enum status (*check)(struct judging *judging, const struct stay *stay,
		const struct relation *relation, uint32_t party))
{
	const uint32_t parties[] = { stay->package, stay->plan, stay->offering };
	enum status status = STATUS_OK;
	for (size_t i = 0; i < 3; i++) {
		if (parties[i] == NO_PARTY)
			continue;
		struct number_list list = judging->selling->relations_of[parties[i]];
		for (uint32_t j = 0; j < list.count && status == STATUS_OK; j++) {
			const struct relation *relation = &judging->selling
								   ->relations[list.numbers[j]];
			if (relation->kind == kind)
				status = check(judging, stay, relation, parties[i]);
		}
	}
	return status;
}

/* ---- what results ---- */

/* From now on: nobody judges the past. */
static struct sell_span
from_now(const struct judging *judging, struct sell_span span)
{
	if (span.from_ms < judging->question->at_ms)
		span.from_ms = judging->question->at_ms;
	return span;
}

/*
 * The first gap that the order makes: a moment at which the need is not met, and before the order
 * was met or was not there.
 */
static bool
new_gap(const struct judging *judging, const struct stay *stay, const struct need *need,
	struct sell_span *gap)
{
	struct sell_span rest = from_now(judging, stay->span);
	while (sell_state_gap(&judging->after, need, rest, gap)) {
		struct sell_span old;
		bool was_there = false;
		for (uint32_t i = 0; i < judging->before.count; i++) {
			const struct stay *earlier = &judging->before.stays[i];
			was_there = was_there ||
				(earlier->item == stay->item &&
					earlier->span.from_ms <= gap->from_ms &&
					earlier->span.till_ms >= gap->till_ms &&
					(need->line.size == 0 ||
						stay_line(judging->selling, earlier, need->line,
							(struct number_list){ NULL, 0 }) != NULL));
		}
		if (!was_there || !sell_state_gap(&judging->before, need, *gap, &old) ||
			old.from_ms > gap->from_ms || old.till_ms < gap->till_ms)
			return true;
		rest.from_ms = gap->till_ms;
	}
	return false;
}

/* What takes away what met the need at the beginning of the gap; else who needs it. */
static uint32_t
who_takes(const struct judging *judging, const struct stay *stay, const struct need *need,
	const struct sell_span *gap, uint32_t *taken)
{
	const struct sell_question *question = judging->question;
	*taken = NOBODY;
	for (uint32_t i = 0; i < question->wanted_count; i++) {
		const struct sell_wanted *wanted = &question->wanted[i];
		if (wanted->dropped ||
			(wanted->action != SELL_CANCEL && wanted->action != SELL_LEAVE))
			continue;
		const struct sell_item *item = &question->held[wanted->target];
		uint32_t package = selling_party(judging->selling, PARTY_PACKAGE, item->package);
		struct stay whole = { .package = package, .plan = NO_PARTY, .offering = NO_PARTY };
		if (item->plan.size > 0)
			whole.plan = selling_party(judging->selling, PARTY_PLAN, item->plan);
		if (item->offering.size > 0)
			whole.offering = selling_party(
				judging->selling, PARTY_OFFERING, item->offering);
		if (need->parties.count > 0 && !stay_has_any_party(&whole, need->parties))
			continue;
		if (judging->starts_ms[i] <= gap->from_ms && wanted->target != stay->item) {
			*taken = wanted->target;
			return i;
		}
	}
	return stay->wanted == NOBODY ? 0 : stay->wanted;
}

static struct text
name_of_party(const struct judging *judging, uint32_t party)
{
	const struct selling *selling = judging->selling;
	static const char *const prefixes[] = { "", "plan.", "offering." };
	enum party_kind kind = selling_party_kind(selling, party);
	if (kind == PARTY_PACKAGE)
		return selling->parties[party];
	return arena_print(
		judging->arena, "%s%.*s", prefixes[kind], TEXT_ARGS(selling->parties[party]));
}

/* The finding of a gap: who needs, and what is taken away or missing. */
static enum status
find_gap(struct judging *judging, const struct stay *stay, const struct need *need,
	struct sell_finding finding)
{
	uint32_t taken;
	finding.wanted = who_takes(judging, stay, need, &finding.span, &taken);
	finding.clashes[0].item = stay->item;
	finding.clashes[0].package = item_of(judging->question, stay->item)->package;
	finding.clash_count = 1;
	if (taken != NOBODY) {
		finding.clashes[1] = clash_of(judging, taken);
		finding.clash_count = 2;
	} else if (need->parties.count > 0) {
		finding.clashes[1] = (struct sell_clash){ .item = NOBODY,
			.package = name_of_party(judging, need->parties.numbers[0]) };
		finding.clash_count = 2;
	}
	return finding.clash_count == 2 && finding.clashes[1].package.data == NULL
		? judging_out_of_memory(judging)
		: judging_find(judging, &finding);
}

static enum status
check_requires(struct judging *judging, const struct stay *stay, const struct relation *relation,
	uint32_t party)
{
	struct need need = { .parties = relation->needs, .except = stay->item };
	struct sell_finding finding = { .code = SELL_REQUIRES, .relation = relation };
	enum status status = STATUS_OK;
	(void)party;
	if (relation->only.count == 0)
		return new_gap(judging, stay, &need, &finding.span)
			? find_gap(judging, stay, &need, finding)
			: STATUS_OK;
	need.products = relation->only;
	for (uint32_t i = 0; i < stay->line_count && status == STATUS_OK; i++) {
		uint32_t product = selling_product(judging->selling, stay->lines[i].product);
		need.line = stay->lines[i].id;
		if (!number_list_has(relation->only, product) ||
			!new_gap(judging, stay, &need, &finding.span))
			continue;
		finding.clashes[0].lines = &stay->lines[i];
		finding.clashes[0].line_count = 1;
		status = find_gap(judging, stay, &need, finding);
	}
	return status;
}

/* The lines of these products that are in both; false without memory. */
static bool
shared_lines(const struct judging *judging, const struct stay *a, const struct stay *b,
	const struct relation *relation, struct sell_clash *clash)
{
	struct sell_line *lines = arena_take(
		judging->arena, (size_t)a->line_count * sizeof *lines + 1);
	if (lines == NULL)
		return false;
	for (uint32_t i = 0; i < a->line_count; i++) {
		uint32_t product = selling_product(judging->selling, a->lines[i].product);
		if (number_list_has(relation->only, product) &&
			stay_line(judging->selling, b, a->lines[i].id, relation->only) != NULL)
			lines[clash->line_count++] = a->lines[i];
	}
	clash->lines = lines;
	return true;
}

static bool
is_other_party(const struct stay *stay, const struct relation *relation, uint32_t party)
{
	for (uint32_t i = 0; i < relation->parties.count; i++)
		if (relation->parties.numbers[i] != party &&
			stay_has_party(stay, relation->parties.numbers[i]))
			return true;
	return false;
}

static bool
is_told(const struct judging *judging, const struct sell_finding *finding)
{
	for (uint32_t i = 0; i < judging->count; i++) {
		const struct sell_finding *told = &judging->findings[i];
		if (told->relation == finding->relation && told->code == finding->code &&
			told->clash_count == 2 &&
			((told->clashes[0].item == finding->clashes[0].item &&
				 told->clashes[1].item == finding->clashes[1].item) ||
				(told->clashes[0].item == finding->clashes[1].item &&
					told->clashes[1].item == finding->clashes[0].item)))
			return true;
	}
	return false;
}

/* Were these two items in each other's way already, before the order? */
static bool
was_excluded(const struct judging *judging, const struct relation *relation,
	const struct sell_finding *finding)
{
	for (uint32_t i = 0; i < judging->before.count; i++) {
		const struct stay *a = &judging->before.stays[i];
		for (uint32_t j = 0; j < judging->before.count; j++) {
			const struct stay *b = &judging->before.stays[j];
			struct sell_clash clash = { 0 };
			if (a->item == finding->clashes[0].item &&
				b->item == finding->clashes[1].item &&
				a->span.from_ms <= finding->span.from_ms &&
				b->span.from_ms <= finding->span.from_ms &&
				a->span.till_ms >= finding->span.till_ms &&
				b->span.till_ms >= finding->span.till_ms &&
				(relation->only.count == 0 ||
					(shared_lines(judging, a, b, relation, &clash) &&
						clash.line_count >=
							finding->clashes[1].line_count)))
				return true;
		}
	}
	return false;
}

/* `stay` is of the order; everything else may be in its way. */
static enum status
check_excludes(struct judging *judging, const struct stay *stay, const struct relation *relation,
	uint32_t party)
{
	enum status status = STATUS_OK;
	for (uint32_t i = 0; i < judging->after.count && status == STATUS_OK; i++) {
		const struct stay *other = &judging->after.stays[i];
		struct sell_span both = from_now(judging, stay->span);
		if (other->span.from_ms > both.from_ms)
			both.from_ms = other->span.from_ms;
		if (other->span.till_ms < both.till_ms)
			both.till_ms = other->span.till_ms;
		if (other->item == stay->item || both.from_ms >= both.till_ms ||
			!is_other_party(other, relation, party))
			continue;
		struct sell_finding finding = {
			.code = SELL_EXCLUDES,
			.wanted = stay->wanted,
			.relation = relation,
			.clashes = { clash_of(judging, stay->item),
				clash_of(judging, other->item) },
			.clash_count = 2,
			.span = both,
		};
		if (relation->only.count > 0 &&
			!shared_lines(judging, stay, other, relation, &finding.clashes[1]))
			return judging_out_of_memory(judging);
		if (relation->only.count > 0 && finding.clashes[1].line_count == 0)
			continue;
		if (!is_told(judging, &finding) && !was_excluded(judging, relation, &finding))
			status = judging_find(judging, &finding);
	}
	return status;
}

/* Lines by product, as a package counts them. */
static bool
members_fit(const struct judging *judging, const struct terms *terms, const struct stay *stay)
{
	uint32_t counted = 0;
	for (uint32_t i = 0; i < terms->member_count; i++) {
		uint32_t count = 0;
		for (uint32_t j = 0; j < stay->line_count; j++)
			count += selling_product(judging->selling, stay->lines[j].product) ==
				terms->members[i].product;
		if (count < terms->members[i].min || count > terms->members[i].max)
			return false;
		counted += count;
	}
	return counted == stay->line_count;
}

/* The base at that moment whose lines are the stay's own, or any; `changed`: by the order. */
static const struct stay *
base_at(const struct judging *judging, const struct stay *stay, const struct terms *terms,
	int64_t at_ms, bool *changed)
{
	const struct stay *found = NULL;
	*changed = stay->wanted != NOBODY;
	for (uint32_t i = 0; i < judging->after.count; i++) {
		const struct stay *base = &judging->after.stays[i];
		if (base->package != terms->same_as || !sell_span_has(base->span, at_ms))
			continue;
		*changed = *changed || base->wanted != NOBODY;
		if (found == NULL || stay_same_lines(stay, base))
			found = base;
	}
	return found;
}

/*
 * From when on the lines are not those of the base, and not for what was before the order. False if
 * that never is.
 */
static bool
differs_from_base(const struct judging *judging, const struct stay *stay, const struct terms *terms,
	struct sell_finding *finding)
{
	struct sell_span span = from_now(judging, stay->span);
	bool differs = false;
	for (uint32_t i = 0; i <= judging->after.count; i++) {
		/* the moments at which something begins or ends */
		for (int end = 0; end < 2; end++) {
			bool changed;
			int64_t at_ms = i == judging->after.count ? span.from_ms
				: end == 0 ? judging->after.stays[i].span.from_ms
					   : judging->after.stays[i].span.till_ms;
			if (!sell_span_has(span, at_ms) ||
				(differs && at_ms >= finding->span.from_ms))
				continue;
			const struct stay *base = base_at(judging, stay, terms, at_ms, &changed);
			if (base == NULL || !changed || stay_same_lines(stay, base))
				continue;
			differs = true;
			finding->wanted = stay->wanted != NOBODY ? stay->wanted : base->wanted;
			finding->clashes[1] = clash_of(judging, base->item);
			finding->clashes[1].lines = base->lines;
			finding->clashes[1].line_count = base->line_count;
			finding->clash_count = 2;
			finding->span = (struct sell_span){ at_ms, span.till_ms };
		}
	}
	return differs;
}

static enum status
check_members(struct judging *judging, const struct stay *stay)
{
	int64_t from_ms = from_now(judging, stay->span).from_ms;
	uint32_t version = package_version_at(judging->question->image, stay->package, from_ms);
	if (version == NO_INDEX)
		return STATUS_OK;
	const struct terms *terms = &judging->selling->terms[version];
	struct sell_finding finding = {
		.code = SELL_MEMBERS,
		.wanted = stay->wanted,
		.clashes = { clash_of(judging, stay->item) },
		.clash_count = 1,
		.span = { from_ms, stay->span.till_ms },
		.terms = terms,
	};
	bool wrong = terms->has_members && stay->wanted != NOBODY &&
		judging->question->wanted[stay->wanted].action != SELL_CANCEL &&
		!members_fit(judging, terms, stay);
	if (terms->same_as != NO_PARTY)
		wrong = differs_from_base(judging, stay, terms, &finding);
	return wrong ? judging_find(judging, &finding) : STATUS_OK;
}

static const struct product_version *
product_at(const struct selling *selling, struct text id, int64_t ms)
{
	uint32_t product = selling_product(selling, id);
	for (uint32_t i = 0; i < selling->product_version_count; i++)
		if (selling->product_versions[i].product == product &&
			sell_span_has(selling->product_versions[i].span, ms))
			return &selling->product_versions[i];
	return NULL;
}

/* An ancillary product is on a line that has one of its products, as long as it lasts. */
static enum status
check_under(struct judging *judging, const struct stay *stay)
{
	enum status status = STATUS_OK;
	for (uint32_t i = 0; i < stay->line_count && status == STATUS_OK; i++) {
		const struct product_version *product = product_at(judging->selling,
			stay->lines[i].product, from_now(judging, stay->span).from_ms);
		if (product == NULL || product->under.count == 0)
			continue;
		struct need need = {
			.except = NOBODY, .line = stay->lines[i].id, .products = product->under
		};
		struct sell_finding finding = { .code = SELL_UNDER };
		finding.clashes[0].lines = &stay->lines[i];
		finding.clashes[0].line_count = 1;
		if (new_gap(judging, stay, &need, &finding.span))
			status = find_gap(judging, stay, &need, finding);
	}
	return status;
}

/* Only what is added can be in the way of something. */
static bool
brings_something(const struct judging *judging, const struct stay *stay)
{
	enum sell_action action;
	if (stay->wanted == NOBODY)
		return false;
	action = judging->question->wanted[stay->wanted].action;
	return action == SELL_ADD || action == SELL_JOIN;
}

static enum status
check_state(struct judging *judging)
{
	enum status status = STATUS_OK;
	for (uint32_t i = 0; i < judging->after.count && status == STATUS_OK; i++) {
		const struct stay *stay = &judging->after.stays[i];
		if (stay->span.till_ms <= judging->question->at_ms)
			continue;
		status = check_members(judging, stay);
		if (status != STATUS_OK || (stay->wanted == NOBODY && !judging->ends))
			continue;
		status = check_under(judging, stay);
		if (status == STATUS_OK)
			status = judging_each_relation(
				judging, stay, RELATION_REQUIRES, check_requires);
		if (status == STATUS_OK && brings_something(judging, stay))
			status = judging_each_relation(
				judging, stay, RELATION_EXCLUDES, check_excludes);
	}
	return status;
}

static void
sort_findings(struct judging *judging)
{
	for (uint32_t i = 1; i < judging->count; i++) {
		struct sell_finding finding = judging->findings[i];
		uint32_t to = i;
		for (; to > 0 && judging->findings[to - 1].wanted > finding.wanted; to--)
			judging->findings[to] = judging->findings[to - 1];
		judging->findings[to] = finding;
	}
}

/* Facts are of the whole order: a finding against the first that it wants. */
static enum status
judge_facts(struct judging *judging)
{
	const struct sell_question *question = judging->question;
	struct near_miss *miss = arena_take(judging->arena, sizeof *miss);
	struct sell_finding finding = { .code = SELL_FACT, .miss = miss };
	if (miss == NULL)
		return judging_out_of_memory(judging);
	if (question->wanted_count == 0 ||
		subject_facts_fit(question->image, question->facts, question->fact_count, miss))
		return STATUS_OK;
	return judging_find(judging, &finding);
}

static enum status
judge_wanted(struct judging *judging)
{
	const struct sell_question *question = judging->question;
	enum status status = STATUS_OK;
	for (uint32_t i = 0; i < question->wanted_count && status == STATUS_OK; i++) {
		if (question->wanted[i].dropped)
			continue;
		switch (question->wanted[i].action) {
		case SELL_ADD:
			status = judging_addition(judging, i);
			break;
		case SELL_CHANGE:
			status = judging_params(judging, i);
			break;
		case SELL_CANCEL:
		case SELL_LEAVE:
		case SELL_JOIN:
			status = judging_change(judging, i);
			break;
		}
	}
	return status;
}

enum status
sell_judge(const struct sell_question *question, struct arena *arena, struct sell_verdict *verdict,
	struct fault *fault)
{
	struct judging judging = { .question = question,
		.selling = question->image->selling,
		.arena = arena,
		.fault = fault };
	must(judging.selling != NULL);
	must(question->at_ms >= INSTANT_MIN && question->at_ms <= INSTANT_MAX);
	judging.starts_ms = arena_take(
		arena, ((size_t)question->wanted_count + 1) * sizeof *judging.starts_ms);
	if (judging.starts_ms == NULL)
		return judging_out_of_memory(&judging);
	for (uint32_t i = 0; i < question->wanted_count; i++) {
		const struct sell_wanted *wanted = &question->wanted[i];
		judging.starts_ms[i] = judging_start(&judging, wanted);
		judging.ends = judging.ends ||
			(!wanted->dropped && wanted->action != SELL_ADD &&
				wanted->action != SELL_CHANGE);
	}
	if (!sell_state_make(question, judging.starts_ms, 0, arena, &judging.before) ||
		!sell_state_make(
			question, judging.starts_ms, question->wanted_count, arena, &judging.after))
		return judging_out_of_memory(&judging);
	enum status status = judge_facts(&judging);
	if (status == STATUS_OK)
		status = judge_wanted(&judging);
	if (status == STATUS_OK)
		status = check_state(&judging);
	if (status != STATUS_OK)
		return status;
	sort_findings(&judging);
	*verdict = (struct sell_verdict){ judging.findings, judging.count, judging.starts_ms };
	return STATUS_OK;
}

bool
sell_is_blocked(const struct sell_verdict *verdict)
{
	for (uint32_t i = 0; i < verdict->finding_count; i++)
		if (verdict->findings[i].code != SELL_RECOMMENDS)
			return true;
	return false;
}
