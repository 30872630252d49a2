#include "explain_due.h"

#include <stdio.h>

#include "../engine/base/must.h"
#include "explain.h"

/* In whose words. */
struct words {
	const struct release *release;
	struct text language;
	bool chinese;
};

/* "2026-03-01 to 2026-03-31": both days are in it. */
static bool
write_days(bool chinese, int64_t from_day, int64_t till_day, struct buffer *out)
{
	char from[DUE_DAY_TEXT_MAX], last[DUE_DAY_TEXT_MAX];
	due_day_format(from_day, from);
	due_day_format(till_day - 1, last);
	if (till_day - from_day == 1)
		return buffer_print(out, "%s", from);
	return buffer_print(out, chinese ? "%s 至 %s" : "%s to %s", from, last);
}

static bool
write_title(const struct release *release, struct text language, const struct due_line *line,
	struct buffer *out)
{
	bool chinese = text_equal(language, TEXT("zh"));
	struct text currency = release_image(release)->currency;
	char amount[MONEY_TEXT_MAX], from[DUE_DAY_TEXT_MAX], till[DUE_DAY_TEXT_MAX], key[80];
	size_t size = money_format(line->amount, amount);
	due_day_format(line->from_day, from);
	due_day_format(line->till_day, till);
	int key_size = snprintf(key, sizeof key, "package.%.*s", TEXT_ARGS(line->package));
	struct text name = release_text(release, language, (struct text){ key, (size_t)key_size });
	struct text title = release_text(release, language, line->say);
	const struct blank blanks[] = {
		{ "amount", { amount, size } },
		{ "from", text_of(from) },
		{ "package", name },
		{ "till", text_of(till) },
	};
	return text_fill(title, blanks, sizeof blanks / sizeof blanks[0], out) &&
		buffer_print(out, "  %.*s %.*s  (%.*s.%.*s", (int)size, amount, TEXT_ARGS(currency),
			TEXT_ARGS(line->package), TEXT_ARGS(line->charge)) &&
		(line->each == 0 ||
			buffer_print(out, chinese ? "，第 %lld 个" : ", number %lld",
				(long long)line->each)) &&
		buffer_append_text(out, chinese ? TEXT("，") : TEXT(", ")) &&
		write_days(chinese, line->from_day, line->till_day, out) &&
		buffer_append_text(out, TEXT(")\n"));
}

static bool
write_price(struct ratio price, struct buffer *out)
{
	char text[RATIO_TEXT_MAX];
	struct money amount;
	if (ratio_to_money(price, &amount))
		return buffer_print(out, "%.*s", (int)money_format(amount, text), text);
	return buffer_print(out, "%.*s", (int)ratio_format(price, text), text);
}

static bool
write_reason(const struct words *words, const struct due_reason *reason, struct buffer *out)
{
	struct text text = release_text(words->release, words->language, reason->say);
	bool written = buffer_append_text(out, TEXT("        ")) &&
		buffer_append_text(out, text.size > 0 ? text : reason->say);
	if (reason->table != NULL)
		written = written &&
			buffer_print(out, words->chinese ? "（%.*s 第 %u 行）" : "  (%.*s, row %u)",
				TEXT_ARGS(reason->table->id), reason->table->lines[reason->row]);
	return written && buffer_append_text(out, TEXT("\n"));
}

static bool
write_part(const struct words *words, const struct due_part *part, struct buffer *out)
{
	bool chinese = words->chinese;
	bool written = buffer_append_text(out, TEXT("    ")) &&
		write_days(chinese, part->from_day, part->till_day, out) &&
		buffer_append_text(out, TEXT("  ")) && write_price(part->price, out);
	if (part->cycle_days > 0)
		written = written &&
			buffer_print(out, " × %lld/%lld",
				(long long)(part->till_day - part->from_day),
				(long long)part->cycle_days);
	if (part->times > 1)
		written = written && buffer_print(out, " × %lld", (long long)part->times);
	written = written && buffer_append_text(out, TEXT("\n"));
	for (size_t i = 0; written && i < part->reason_count; i++)
		written = write_reason(words, &part->reasons[i], out);
	return written;
}

/* How far the term was, and what that makes of the price. */
static bool
write_term(const struct words *words, const struct due_term *term, struct buffer *out)
{
	char till[DUE_DAY_TEXT_MAX], falls[MONEY_TEXT_MAX], percent[PERCENT_TEXT_MAX];
	percent_format(term->parts_per_million, percent);
	due_day_format(term->till_day, till);
	bool written = buffer_print(out,
		words->chinese ? "    约定期至 %s（不含），已开始 %d 个月"
			       : "    the term ends on %s, %d months of it had begun",
		till, (int)term->months_begun);
	if (term->falls.micros > 0)
		written = written &&
			buffer_print(out, words->chinese ? "，每月减 %.*s" : ", %.*s less for each",
				(int)money_format(term->falls, falls), falls);
	if (term->parts_per_million < DISCOUNT_WHOLE)
		written = written &&
			buffer_print(out, words->chinese ? "；收取其 %s" : "; of this %s", percent);
	return written && buffer_append_text(out, TEXT("\n"));
}

/* "    Broadband 70%  76.30" */
static bool
write_share(const struct words *words, const struct due_share *share, struct buffer *out)
{
	const struct split *split = share->split;
	char percent[PERCENT_TEXT_MAX], amount[MONEY_TEXT_MAX], key[80];
	int size = snprintf(key, sizeof key, "%s.%.*s", split->is_partner ? "partner" : "product",
		TEXT_ARGS(split->party));
	struct text name = release_text(
		words->release, words->language, (struct text){ key, (size_t)size });
	percent_format(split->parts_per_million, percent);
	money_format(share->amount, amount);
	return buffer_print(out, "    %.*s %s  %s\n", TEXT_ARGS(name), percent, amount);
}

/* "not charged: e6_base.fee, 2026-03-10 to 2026-03-31  (replaced by vip.fee)" */
static bool
write_unowed(bool chinese, const struct due_unowed *run, struct buffer *out)
{
	const struct due_reprieve *why = &run->why;
	if (!buffer_print(out, chinese ? "不收取：%.*s.%.*s，" : "not charged: %.*s.%.*s, ",
		    TEXT_ARGS(run->charge.package), TEXT_ARGS(run->charge.charge)) ||
		!write_days(chinese, run->from_day, run->till_day, out))
		return false;
	if (why->by.package.size > 0)
		return buffer_print(out,
			chinese ? "（由 %.*s.%.*s 取代）\n" : "  (replaced by %.*s.%.*s)\n",
			TEXT_ARGS(why->by.package), TEXT_ARGS(why->by.charge));
	return buffer_print(out,
		chinese ? "（群组 %.*s 只收一次，由付费成员承担）\n"
			: "  (owed once by the group %.*s, by the member that pays)\n",
		TEXT_ARGS(why->group));
}

/* What a condition says in sentences. */
static const struct {
	const char *condition;
	const char *en, *zh;
} phrases[] = {
	{ "package", "the catalog has no package {got}", "目录中没有优惠包 {got}" },
	{ "amount", "the amount, or the lines, of {rule} are more than can be held",
		"{rule} 的金额或行数超出可表示的范围" },
	{ "function", "a function of {rule} failed: {got}", "{rule} 的函数执行失败：{got}" },
	{ "param_missing", "the parameter {rule} is not given (source: {wanted})",
		"没有给出参数 {rule}（来源：{wanted}）" },
	{ "param_unknown", "there is no parameter {rule}", "没有参数 {rule}" },
	{ "param_kind", "the parameter {rule} must be {wanted}, and is \"{got}\"",
		"参数 {rule} 的种类应为 {wanted}，而给出的是 \"{got}\"" },
	{ "param_choice", "the parameter {rule} can't be {got}; it can be {wanted}",
		"参数 {rule} 不能为 {got}，可选值为 {wanted}" },
	{ "param_fixed", "the parameter {rule} can't be given: it is a constant, or derived",
		"参数 {rule} 是常量或由函数推导，不能给出" },
	{ "param_check", "the parameter {rule} can't be {got}", "参数 {rule} 不能为 {got}" },
	{ "param_negative", "the parameter {rule} is below 0, and {wanted} can't be",
		"参数 {rule} 小于 0，而 {wanted} 不能为负" },
	{ "param_term", "the parameter {rule} is no term of 0 to 1200 months: {got}",
		"参数 {rule} 不是 0 至 1200 个月的约定期：{got}" },
	{ "fact_missing", "the charge {wanted} needs the fact {rule}, which is not given on {got}",
		"收费 {wanted} 需要事实 {rule}，而 {got} 没有给出" },
	{ "fact_unknown", "the catalog declares no fact {rule}", "目录没有声明事实 {rule}" },
	{ "fact_kind", "the fact {rule} must be {wanted}, and is \"{got}\"",
		"事实 {rule} 的种类应为 {wanted}，而给出的是 \"{got}\"" },
	{ "fact_negative", "the fact {rule} is below 0 on {got}, and {wanted} is owed for each",
		"事实 {rule} 在 {got} 小于 0，而 {wanted} 按其数目逐个收取" },
	{ "fact_twice", "the fact {rule} has two values at one time",
		"事实 {rule} 在同一时间有两个值" },
};

bool
explain_due_refusal(const struct release *release, struct text language,
	const struct due_pricing *pricing, struct buffer *out)
{
	const struct near_miss *nearest = &pricing->nearest;
	char rule[200];
	bool fact = pricing->refused == DUE_REFUSED_FACT;
	if (nearest->say.size > 0)
		return buffer_append_text(out, release_text(release, language, nearest->say));
	snprintf(rule, sizeof rule, "%.*s%s%.*s", fact ? 0 : (int)nearest->package.size,
		nearest->package.data, fact ? "" : ".", TEXT_ARGS(nearest->tariff));
	const struct blank blanks[] = {
		{ "rule", text_of(rule) },
		{ "wanted", nearest->wanted },
		{ "got", nearest->got },
	};
	for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++)
		if (strcmp(phrases[i].condition, nearest->condition) == 0)
			return text_fill(text_of(text_equal(language, TEXT("zh")) ? phrases[i].zh
										  : phrases[i].en),
				blanks, sizeof blanks / sizeof blanks[0], out);
	must_not_come_here("a condition that this knows");
}

bool
explain_due(const struct release *release, struct text language, const struct due_pricing *pricing,
	struct buffer *out)
{
	const struct words words = { release, language, text_equal(language, TEXT("zh")) };
	if (pricing->refused != 0)
		return buffer_print(out, "%s: ", due_refusal_code(pricing->refused)) &&
			explain_due_refusal(release, language, pricing, out) &&
			buffer_append_text(out, TEXT("\n"));
	for (size_t i = 0; i < pricing->line_count; i++) {
		const struct due_line *line = &pricing->lines[i];
		if (!write_title(release, language, line, out))
			return false;
		for (size_t j = 0; j < line->part_count; j++)
			if (!write_part(&words, &line->parts[j], out))
				return false;
		if (line->term != NULL && !write_term(&words, line->term, out))
			return false;
		if (line->tax != NULL && !explain_tax(release, language, line->tax, out))
			return false;
		for (size_t j = 0; j < line->share_count; j++)
			if (!write_share(&words, &line->shares[j], out))
				return false;
	}
	for (size_t i = 0; i < pricing->unowed_count; i++)
		if (!write_unowed(words.chinese, &pricing->unowed[i], out))
			return false;
	return true;
}
