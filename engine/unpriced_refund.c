/* Refunds and refusals as they were stored, back to facts (see unpriced.h). */
#include "unpriced_parts.h"

/* ---- a refund ---- */

static bool
read_count(struct unpricing *unpricing, const msgpack_object *map, struct unpriced_count *count)
{
	const msgpack_object *back = stored_find(map, "back");
	bool is_balance = stored_find(map, "balance") != NULL;
	*count = (struct unpriced_count){ .counter = stored_text(
						  map, is_balance ? "balance" : "counter"),
		.is_balance = is_balance,
		.group = stored_text(map, "group"),
		.unit = stored_text(map, "unit"),
		.back = back != NULL && back->type == MSGPACK_OBJECT_BOOLEAN && back->via.boolean };
	bool is_amount = currency_is_valid(count->unit)
		? stored_money(map, "amount", &count->money)
		: stored_integer(map, "amount", &count->amount);
	return (is_amount && count->counter.data != NULL) ||
		unpriced_corrupt(unpricing, "a counter");
}

static bool
read_counts(struct unpricing *unpricing, const msgpack_object *list, struct unpriced_refund *refund)
{
	struct unpriced_count *counts = arena_take(
		unpricing->arena, (list->via.array.size + 1) * sizeof *counts);
	if (counts == NULL)
		return unpriced_no_memory(unpricing);
	for (size_t i = 0; i < list->via.array.size; i++)
		if (!read_count(unpricing, &list->via.array.ptr[i], &counts[i]))
			return false;
	refund->counts = counts;
	refund->count_count = list->via.array.size;
	return true;
}

static bool
read_refund(struct unpricing *unpricing, const msgpack_object *answer, void *read)
{
	struct unpriced_refund *refund = read;
	const msgpack_object *list = stored_array(answer, "counters");
	*refund = (struct unpriced_refund){
		.cancelled = text_equal(stored_text(answer, "outcome"), TEXT("cancelled")),
		.of = stored_text(answer, "of"),
		.currency = stored_text(answer, "currency"),
		.unit = stored_text(answer, "unit"),
		.by = stored_text(answer, "by"),
		.why = stored_text(answer, "why"),
	};
	if (refund->of.data == NULL || list == NULL ||
		!stored_money(answer, "amount", &refund->amount) ||
		!stored_money(answer, "left", &refund->left) ||
		!stored_integer(answer, "usage", &refund->usage) ||
		!stored_integer(answer, "usage_left", &refund->usage_left))
		return unpriced_corrupt(unpricing, "it is no refund");
	return read_counts(unpricing, list, refund);
}

enum status
unpriced_read_refund(struct bytes answer, struct arena *arena, struct unpriced_refund *refund,
	struct fault *fault)
{
	struct unpricing unpricing = { NULL, 0, arena, fault, STATUS_OK };
	struct unpriced_refund read;
	enum status status = unpriced_answer(&unpricing, answer, read_refund, &read);
	if (status == STATUS_OK)
		*refund = read;
	return status;
}

/* ---- a refusal ---- */

void
unpriced_why(const msgpack_object *map, struct unpriced_refusal *refusal)
{
	const msgpack_object *say = stored_find(map, "say");
	*refusal = (struct unpriced_refusal){
		.code = stored_text(map, "code"),
		.en = stored_text(say, "en"),
		.zh = stored_text(say, "zh"),
	};
}

static bool
read_refusal(struct unpricing *unpricing, const msgpack_object *answer, void *read)
{
	struct unpriced_refusal *refusal = read;
	unpriced_why(answer, refusal);
	return (refusal->code.data != NULL && refusal->en.data != NULL &&
		       refusal->zh.data != NULL) ||
		unpriced_corrupt(unpricing, "it is no refusal");
}

enum status
unpriced_read_refusal(struct bytes answer, struct unpriced_refusal *refusal, struct fault *fault)
{
	struct unpricing unpricing = { .fault = fault };
	struct unpriced_refusal read;
	enum status status = unpriced_answer(&unpricing, answer, read_refusal, &read);
	if (status == STATUS_OK)
		*refusal = read;
	return status;
}
