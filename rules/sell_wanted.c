/* Judging what an order wants, one item by itself (see sell_judging.h). */
#include "sell_judging.h"

#include "../engine/base/must.h"

int64_t
effective_at(const struct image *image, struct effective mode, const struct sell_question *question,
	int64_t date_ms)
{
	int64_t since_ms = mode.kind == EFFECTIVE_COMPLETED ? question->completed_ms
							    : question->at_ms;
	switch (mode.kind) {
	case EFFECTIVE_NOW:
		break;
	case EFFECTIVE_NEXT_CYCLE:
		return image_cycle(image, CYCLE_MONTH, since_ms).till_ms;
	case EFFECTIVE_DATE:
		return date_ms;
	case EFFECTIVE_ACCEPTED:
	case EFFECTIVE_COMPLETED: {
		int64_t day = cycle_at(CYCLE_DAY, image->zone, since_ms).first_day;
		int64_t from_ms = zoneinfo_local_to_utc(image->zone, (day + mode.days) * DAY_MS);
		return from_ms > since_ms ? from_ms : since_ms;
	}
	}
	return since_ms;
}

/* How it is asked to begin; a package that nobody knows, at once. */
static struct effective
mode_of(const struct judging *judging, const struct sell_wanted *wanted)
{
	const struct image *image = judging->question->image;
	uint32_t first, count;
	if (wanted->has_mode)
		return wanted->mode;
	if (!image_package(image, wanted->item.package, &first, &count))
		return (struct effective){ EFFECTIVE_NOW, 0 };
	uint32_t package = selling_party(judging->selling, PARTY_PACKAGE, wanted->item.package);
	uint32_t version = package_version_at(image, package, judging->question->at_ms);
	return judging->selling->terms[version == NO_INDEX ? first : version].modes[0];
}

int64_t
judging_start(const struct judging *judging, const struct sell_wanted *wanted)
{
	if (wanted->action != SELL_ADD && wanted->action != SELL_CHANGE)
		return wanted->item.span.from_ms;
	return effective_at(judging->question->image, mode_of(judging, wanted), judging->question,
		wanted->item.span.from_ms);
}

static enum status
find_unknown(struct judging *judging, uint32_t wanted, struct text name)
{
	struct sell_finding finding = judging_finding(judging, wanted, SELL_UNKNOWN);
	finding.problem = name;
	return judging_find(judging, &finding);
}

/* Are all names known? A finding for each that is not. */
static enum status
check_names(struct judging *judging, uint32_t index, bool *known)
{
	const struct sell_item *item = &judging->question->wanted[index].item;
	const struct selling *selling = judging->selling;
	const struct {
		enum party_kind kind;
		struct text id;
	} named[] = { { PARTY_PACKAGE, item->package }, { PARTY_PLAN, item->plan },
		{ PARTY_OFFERING, item->offering } };
	uint32_t count_before = judging->count;
	enum status status = STATUS_OK;
	for (size_t i = 0; i < 3 && status == STATUS_OK; i++)
		if ((i == 0 || named[i].id.size > 0) &&
			selling_party(selling, named[i].kind, named[i].id) == NO_PARTY)
			status = find_unknown(judging, index, named[i].id);
	for (uint32_t i = 0; i < item->line_count && status == STATUS_OK; i++)
		if (selling_product(selling, item->lines[i].product) == NO_PARTY)
			status = find_unknown(judging, index, item->lines[i].product);
	*known = judging->count == count_before;
	return status;
}

static enum status
check_version(struct judging *judging, uint32_t index, uint32_t version)
{
	if (version != NO_INDEX)
		return STATUS_OK;
	struct sell_finding finding = judging_finding(judging, index, SELL_NOT_SOLD);
	return judging_find(judging, &finding);
}

static const struct plan_version *
plan_at(const struct selling *selling, uint32_t party, int64_t ms)
{
	for (uint32_t i = 0; i < selling->plan_version_count; i++)
		if (selling->plan_versions[i].party == party &&
			sell_span_has(selling->plan_versions[i].span, ms))
			return &selling->plan_versions[i];
	return NULL;
}

static const struct offering_version *
offering_at(const struct selling *selling, uint32_t party, int64_t ms)
{
	for (uint32_t i = 0; i < selling->offering_version_count; i++)
		if (selling->offering_versions[i].party == party &&
			sell_span_has(selling->offering_versions[i].span, ms))
			return &selling->offering_versions[i];
	return NULL;
}

static enum status
check_plan(struct judging *judging, uint32_t index, const struct stay *stay)
{
	int64_t start_ms = stay->span.from_ms;
	const struct plan_version *plan = plan_at(judging->selling, stay->plan, start_ms);
	struct sell_finding finding = judging_finding(judging, index, SELL_PLAN);
	bool fits = stay->plan == NO_PARTY ||
		(plan != NULL && number_list_has(plan->packages, stay->package));
	if (fits && stay->offering != NO_PARTY && stay->plan != NO_PARTY) {
		const struct offering_version *offering = offering_at(
			judging->selling, stay->offering, start_ms);
		fits = offering != NULL && number_list_has(offering->plans, stay->plan);
	}
	return fits ? STATUS_OK : judging_find(judging, &finding);
}

static bool
has_signed(const struct sell_question *question, const struct offering_version *offering)
{
	for (uint32_t i = 0; i < offering->agreement_count; i++)
		for (uint32_t j = 0; j < question->agreement_count; j++)
			if (text_equal(offering->agreements[i], question->agreements[j]))
				return true;
	return false;
}

static enum status
check_offering(struct judging *judging, uint32_t index, const struct stay *stay)
{
	if (stay->offering == NO_PARTY)
		return STATUS_OK;
	const struct offering_version *offering = offering_at(
		judging->selling, stay->offering, stay->span.from_ms);
	if (offering == NULL)
		return check_version(judging, index, NO_INDEX);
	if (!offering->by_agreement || has_signed(judging->question, offering))
		return STATUS_OK;
	struct sell_finding finding = judging_finding(judging, index, SELL_AGREEMENT);
	return judging_find(judging, &finding);
}

static enum status
check_effective(struct judging *judging, uint32_t index, uint32_t version)
{
	const struct sell_wanted *wanted = &judging->question->wanted[index];
	const struct terms *terms = &judging->selling->terms[version];
	struct effective mode = mode_of(judging, wanted);
	bool allowed = false;
	for (uint32_t i = 0; i < terms->mode_count; i++)
		allowed = allowed ||
			(terms->modes[i].kind == mode.kind && terms->modes[i].days == mode.days);
	bool in_time = wanted->action == SELL_ADD ||
		judging->starts_ms[index] < judging->question->held[wanted->target].span.till_ms;
	if (allowed && in_time && judging->starts_ms[index] >= judging->question->at_ms)
		return STATUS_OK;
	struct sell_finding finding = judging_finding(judging, index, SELL_EFFECTIVE);
	finding.terms = terms;
	return judging_find(judging, &finding);
}

static bool
same_miss(const struct near_miss *a, const struct near_miss *b)
{
	return text_equal(a->tariff, b->tariff) && strcmp(a->condition, b->condition) == 0 &&
		text_equal(a->got, b->got);
}

/* What the order of an item gives its parameters, asked from a moment on. */
static enum status
judge_given(struct judging *judging, const struct sell_item *item, int64_t from_ms,
	const struct due_change *changes, size_t change_count, struct due_misses *misses)
{
	struct due_question question = {
		.image = judging->question->image,
		.holding = { .package = item->package,
			.from_ms = item->span.from_ms,
			.till_ms = item->span.till_ms },
		.period = { from_ms, from_ms },
		.params = item->params,
		.param_count = item->param_count,
		.changes = changes,
		.change_count = change_count,
		.functions = judging->question->due_functions,
	};
	return due_judge_params(&question, judging->arena, misses, judging->fault) == DUE_DONE
		? STATUS_OK
		: judging->fault->status;
}

/* A finding for each miss that was not there before. */
static enum status
find_misses(struct judging *judging, uint32_t index, uint32_t version,
	const struct due_misses *before, const struct due_misses *misses)
{
	enum status status = STATUS_OK;
	for (size_t i = 0; i < misses->count && status == STATUS_OK; i++) {
		struct sell_finding finding = judging_finding(judging, index, SELL_PARAMETER);
		bool known = false;
		for (size_t j = 0; j < before->count && !known; j++)
			known = same_miss(&before->list[j], &misses->list[i]);
		finding.terms = &judging->selling->terms[version];
		finding.miss = &misses->list[i];
		if (!known)
			status = judging_find(judging, &finding);
	}
	return status;
}

static enum status
check_params(struct judging *judging, uint32_t index, uint32_t version)
{
	struct sell_item item = judging->question->wanted[index].item;
	struct due_misses misses, none = { NULL, 0 };
	item.span.from_ms = judging->starts_ms[index];
	enum status status = judge_given(judging, &item, item.span.from_ms, NULL, 0, &misses);
	return status != STATUS_OK ? status : find_misses(judging, index, version, &none, &misses);
}

/* What is held already is not held against who changes it. */
static enum status
check_changes(struct judging *judging, uint32_t index, uint32_t version)
{
	const struct sell_wanted *wanted = &judging->question->wanted[index];
	const struct sell_item *held = &judging->question->held[wanted->target];
	int64_t from_ms = judging->starts_ms[index];
	struct due_misses before, after;
	size_t count;
	const struct due_change *changes = sell_changes(
		judging->question, judging->starts_ms, wanted->target, judging->arena, &count);
	if (changes == NULL)
		return judging_out_of_memory(judging);
	enum status status = judge_given(judging, held, from_ms, NULL, 0, &before);
	if (status == STATUS_OK)
		status = judge_given(judging, held, from_ms, changes, count, &after);
	return status != STATUS_OK ? status : find_misses(judging, index, version, &before, &after);
}

static enum status
check_condition(struct judging *judging, uint32_t index, const struct relation *relation)
{
	struct asking asking = { { &judging->after, judging->starts_ms[index], false },
		judging->arena, judging->fault };
	struct sell_finding finding = judging_finding(judging, index, SELL_ELIGIBILITY);
	bool yes;
	enum status status = sell_ask(&asking, relation->when, &yes, &finding.problem);
	finding.relation = relation;
	return status != STATUS_OK || yes ? status : judging_find(judging, &finding);
}

static enum status
check_eligible(struct judging *judging, const struct stay *stay, const struct relation *relation,
	uint32_t party)
{
	(void)party;
	return check_condition(judging, stay->wanted, relation);
}

static enum status
check_recommended(struct judging *judging, const struct stay *stay, const struct relation *relation,
	uint32_t party)
{
	(void)party;
	for (uint32_t i = 0; i < judging->after.count; i++) {
		const struct stay *other = &judging->after.stays[i];
		if (stay_has_any_party(other, relation->needs) &&
			other->span.from_ms < stay->span.till_ms &&
			stay->span.from_ms < other->span.till_ms)
			return STATUS_OK;
	}
	struct sell_finding finding = judging_finding(judging, stay->wanted, SELL_RECOMMENDS);
	finding.relation = relation;
	return judging_find(judging, &finding);
}

/* The stay that a wanted addition makes; NULL if it has no time. */
static const struct stay *
stay_of(const struct judging *judging, uint32_t wanted)
{
	uint32_t item = judging->question->held_count + wanted;
	for (uint32_t i = 0; i < judging->after.count; i++)
		if (judging->after.stays[i].item == item)
			return &judging->after.stays[i];
	return NULL;
}

/* An addition whose end is not after its beginning can't be ordered so. */
static enum status
check_empty(struct judging *judging, uint32_t index)
{
	struct sell_finding finding = judging_finding(judging, index, SELL_EFFECTIVE);
	uint32_t first, count;
	image_package(judging->question->image, judging->question->wanted[index].item.package,
		&first, &count);
	finding.terms = &judging->selling->terms[first];
	return judging_find(judging, &finding);
}

enum status
judging_addition(struct judging *judging, uint32_t index)
{
	const struct stay *stay = stay_of(judging, index);
	bool known;
	enum status status = check_names(judging, index, &known);
	if (status != STATUS_OK || !known)
		return status;
	if (stay == NULL)
		return check_empty(judging, index);
	uint32_t version = package_version_at(
		judging->question->image, stay->package, stay->span.from_ms);
	status = check_version(judging, index, version);
	if (status == STATUS_OK)
		status = check_plan(judging, index, stay);
	if (status == STATUS_OK)
		status = check_offering(judging, index, stay);
	if (status == STATUS_OK && version != NO_INDEX)
		status = check_effective(judging, index, version);
	if (status == STATUS_OK && version != NO_INDEX)
		status = check_params(judging, index, version);
	if (status == STATUS_OK)
		status = judging_each_relation(judging, stay, RELATION_ELIGIBLE, check_eligible);
	if (status == STATUS_OK)
		status = judging_each_relation(
			judging, stay, RELATION_RECOMMENDS, check_recommended);
	return status;
}

/* A cancellation or a change of lines: not of the past, and of lines that are known. */
enum status
judging_change(struct judging *judging, uint32_t index)
{
	const struct sell_wanted *wanted = &judging->question->wanted[index];
	enum status status = STATUS_OK;
	must(wanted->target < judging->question->held_count);
	for (uint32_t i = 0; i < wanted->item.line_count && status == STATUS_OK; i++)
		if (selling_product(judging->selling, wanted->item.lines[i].product) == NO_PARTY)
			status = find_unknown(judging, index, wanted->item.lines[i].product);
	if (status != STATUS_OK || judging->starts_ms[index] >= judging->question->at_ms)
		return status;
	struct sell_finding finding = judging_finding(judging, index, SELL_EFFECTIVE);
	return judging_find(judging, &finding);
}

/* The package as it is on the day of the change says what may become of its parameters. */
enum status
judging_params(struct judging *judging, uint32_t index)
{
	const struct sell_wanted *wanted = &judging->question->wanted[index];
	must(wanted->target < judging->question->held_count);
	const struct sell_item *held = &judging->question->held[wanted->target];
	uint32_t party = selling_party(judging->selling, PARTY_PACKAGE, held->package);
	uint32_t version = package_version_at(
		judging->question->image, party, judging->starts_ms[index]);
	if (party == NO_PARTY)
		return find_unknown(judging, index, held->package);
	if (version == NO_INDEX)
		return check_version(judging, index, version);
	enum status status = check_effective(judging, index, version);
	return status == STATUS_OK ? check_changes(judging, index, version) : status;
}
