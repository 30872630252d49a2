/* What was given back, in words (see explain_refund.h). */
#include "explain_refund.h"

#include "unpriced.h"

#include <inttypes.h>
#include <stdio.h>

enum { COUNTS_BYTES_MAX = 1 << 20 };

/* A counter, and what it got back, or did not. */
static bool
write_count(const struct unpriced_count *count, bool zh, struct buffer *out)
{
	char text[MONEY_TEXT_MAX];
	struct text amount = { text,
		currency_is_valid(count->unit)
			? money_format(count->money, text)
			: (size_t)snprintf(text, sizeof text, "%" PRId64, count->amount) };
	bool shared = count->group.size > 0;
	const char *mark = !shared ? "" : zh ? "，共享" : ", shared";
	const char *kind = !count->is_balance ? "" : zh ? "账本 " : "balance ";
	if (count->back)
		return buffer_print(out,
			zh ? "  退回 %s%.*s%s：%.*s %.*s\n" : "  back to %s%.*s%s: %.*s %.*s\n",
			kind, TEXT_ARGS(count->counter), mark, TEXT_ARGS(amount),
			TEXT_ARGS(count->unit));
	return buffer_print(out,
		zh ? "  不退 %s%.*s%s：%.*s %.*s，其周期或有效期已过\n"
		   : "  not back to %s%.*s%s: %.*s %.*s, whose time is over\n",
		kind, TEXT_ARGS(count->counter), mark, TEXT_ARGS(amount), TEXT_ARGS(count->unit));
}

static bool
write_sum(const struct unpriced_refund *refund, bool zh, struct buffer *out)
{
	char amount[MONEY_TEXT_MAX], left[MONEY_TEXT_MAX];
	struct text given = { amount, money_format(refund->amount, amount) };
	struct text rest = { left, money_format(refund->left, left) };
	const char *what = refund->cancelled ? (zh ? "撤销" : "cancelled")
					     : (zh ? "退还" : "refunded");
	return buffer_print(out,
		zh ? "费用 %.*s %s %.*s %.*s（%" PRId64 " %.*s）；剩余 %.*s %.*s（%" PRId64
		     " %.*s）\n"
		   : "charge %.*s %s: %.*s %.*s (of %" PRId64 " %.*s); left %.*s %.*s (of %" PRId64
		     " %.*s)\n",
		TEXT_ARGS(refund->of), what, TEXT_ARGS(given), TEXT_ARGS(refund->currency),
		refund->usage, TEXT_ARGS(refund->unit), TEXT_ARGS(rest),
		TEXT_ARGS(refund->currency), refund->usage_left, TEXT_ARGS(refund->unit));
}

static bool
write_refund(const struct unpriced_refund *refund, bool zh, struct buffer *out)
{
	bool whole = write_sum(refund, zh, out);
	for (size_t i = 0; i < refund->count_count; i++)
		whole = whole && write_count(&refund->counts[i], zh, out);
	if (whole && refund->by.size > 0)
		whole = buffer_print(
			out, zh ? "  经办人：%.*s\n" : "  by %.*s\n", TEXT_ARGS(refund->by));
	if (whole && refund->why.size > 0)
		whole = buffer_print(
			out, zh ? "  原因：%.*s\n" : "  reason: %.*s\n", TEXT_ARGS(refund->why));
	return whole;
}

enum status
explain_refund(struct bytes answer, bool zh, struct buffer *out, struct fault *fault)
{
	struct unpriced_refund refund;
	struct arena arena;
	arena_init(&arena, COUNTS_BYTES_MAX);
	enum status status = unpriced_read_refund(answer, &arena, &refund, fault);
	if (status == STATUS_OK && !write_refund(&refund, zh, out))
		status = fault_set(fault, STATUS_MEMORY, "no memory for an explanation");
	arena_release(&arena);
	return status;
}

bool
explain_refunded(const struct refunded *refunded, bool zh, struct buffer *out)
{
	char text[MONEY_TEXT_MAX];
	struct text amount = { text, money_format(refunded->refund.money, text) };
	if (refunded->last.size == 0)
		return true;
	return buffer_print(out,
		zh ? "其中已退还 %.*s（最后一次：%.*s）\n"
		   : "of this %.*s was given back, last by %.*s\n",
		TEXT_ARGS(amount), TEXT_ARGS(refunded->last));
}
