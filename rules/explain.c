#include "explain.h"

#include <stdio.h>
#include <string.h>

#include "../engine/base/must.h"

/* What is put together here for one line of a charge. */
struct words {
	const struct release *release;
	struct text language;
	bool chinese;
	struct text currency;
};

/* A phrase in both languages. */
struct phrase {
	const char *en;
	const char *zh;
};

static const char *
pick(const struct words *words, const struct phrase *phrase)
{
	return words->chinese ? phrase->zh : phrase->en;
}

static struct words
words_of(const struct release *release, struct text language)
{
	return (struct words){ release, language, text_equal(language, TEXT("zh")),
		release_image(release)->currency };
}

static bool
is_blank_letter(char letter)
{
	return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
		letter == '_';
}

static const struct blank *
find_blank(const struct blank *blanks, size_t blank_count, struct text name)
{
	for (size_t i = 0; i < blank_count; i++)
		if (text_equal(text_of(blanks[i].name), name))
			return &blanks[i];
	return NULL;
}

bool
text_fill(struct text template, const struct blank *blanks, size_t blank_count, struct buffer *out)
{
	size_t done = 0;
	for (size_t i = 0; i < template.size; i++) {
		size_t end = i + 1;
		if (template.data[i] != '{')
			continue;
		while (end < template.size && is_blank_letter(template.data[end]))
			end++;
		if (end == template.size || template.data[end] != '}')
			continue;
		const struct blank *blank = find_blank(
			blanks, blank_count, (struct text){ template.data + i + 1, end - i - 1 });
		if (blank == NULL)
			continue;
		if (!buffer_append(out, template.data + done, i - done) ||
			!buffer_append_text(out, blank->value))
			return false;
		done = end + 1;
		i = end;
	}
	return buffer_append(out, template.data + done, template.size - done);
}

/* The text of a thing: "zone" "local" → the text "zone.local"; its id where there is none. */
static struct text
name_of(const struct words *words, const char *kind, struct text id)
{
	char key[160];
	int size = snprintf(key, sizeof key, "%s.%.*s", kind, TEXT_ARGS(id));
	if (size < 0 || (size_t)size >= sizeof key)
		return id;
	struct text found = release_text(
		words->release, words->language, (struct text){ key, (size_t)size });
	return found.size > 0 ? found : id;
}

static int64_t
count_units(const struct price_line *line)
{
	int64_t units = 0;
	for (size_t i = 0; i < line->part_count; i++)
		units += line->parts[i].units;
	return units;
}

static bool
write_title(const struct words *words, const struct price_line *line, struct buffer *out)
{
	char amount[MONEY_TEXT_MAX], units[24];
	size_t amount_size = money_format(line->amount, amount);
	int units_size = snprintf(units, sizeof units, "%lld", (long long)count_units(line));
	const struct blank blanks[] = {
		{ "amount", { amount, amount_size } },
		{ "package", name_of(words, "package", line->package) },
		{ "units", { units, (size_t)units_size } },
		{ "zone", name_of(words, "zone", line->zone) },
	};
	struct text title = release_text(words->release, words->language, line->say);
	if (!text_fill(title.size > 0 ? title : line->say, blanks, sizeof blanks / sizeof blanks[0],
		    out))
		return false;
	bool written = buffer_print(out, "  %.*s %.*s  (%.*s.%.*s", (int)amount_size, amount,
		TEXT_ARGS(words->currency), TEXT_ARGS(line->package), TEXT_ARGS(line->tariff));
	if (line->zone.size > 0)
		written = written &&
			buffer_print(out, words->chinese ? "，%.*s" : ", zone %.*s",
				TEXT_ARGS(line->zone));
	return written && buffer_append_text(out, TEXT(")\n"));
}

/* Do all members of a group use an allowance, "package.id", together? It does not change by date. */
static bool
is_shared(const struct words *words, struct text allowance)
{
	const struct image *image = release_image(words->release);
	const char *dot = memchr(allowance.data, '.', allowance.size);
	uint32_t first, count;
	must(dot != NULL);
	struct text package = { allowance.data, (size_t)(dot - allowance.data) };
	struct text id = { dot + 1, allowance.size - package.size - 1 };
	if (!image_package(image, package, &first, &count))
		return false;
	for (uint32_t i = first; i < first + count; i++)
		for (uint32_t j = 0; j < image->packages[i].allowance_count; j++)
			if (text_equal(image->packages[i].allowances[j].id, id))
				return image->packages[i].allowances[j].shared;
	return false;
}

static bool
write_part(const struct words *words, const struct price_line *line, const struct price_part *part,
	struct buffer *out)
{
	char price[MONEY_TEXT_MAX];
	size_t size = money_format(part->price, price);
	bool written = buffer_append_text(out, TEXT("    "));
	if (part->band.size > 0)
		written = written && buffer_append_text(out, name_of(words, "band", part->band)) &&
			buffer_append_text(out, TEXT("  "));
	written = written && buffer_print(out, "%lld × ", (long long)part->units);
	if (part->tier > 0)
		return written &&
			buffer_print(out,
				words->chinese ? "%.*s（第 %u 阶梯）\n" : "%.*s (tier %u)\n",
				(int)size, price, (unsigned)part->tier);
	if (part->row > 0)
		return written &&
			buffer_print(out,
				words->chinese ? "%.*s（%.*s 第 %u 行）\n"
					       : "%.*s (%.*s, row %u)\n",
				(int)size, price, TEXT_ARGS(line->table->id),
				line->table->lines[part->row - 1]);
	if (part->allowance.size == 0)
		return written && buffer_print(out, "%.*s\n", (int)size, price);
	struct text own = own_units_name(part->allowance);
	if (own.size > 0)
		return written &&
			buffer_print(out,
				words->chinese ? "由账本 %.*s 抵扣\n" : "from balance %.*s\n",
				TEXT_ARGS(own));
	return written &&
		buffer_print(out, words->chinese ? "免费（%.*s%s）\n" : "free (%.*s%s)\n",
			TEXT_ARGS(part->allowance),
			!is_shared(words, part->allowance) ? ""
				: words->chinese           ? "，共享"
							   : ", shared");
}

/* What the units before in the cycle cost now, less what they cost then. */
static bool
write_recount(const struct words *words, struct money recount, struct buffer *out)
{
	char amount[MONEY_TEXT_MAX];
	size_t size = money_format(recount, amount);
	return buffer_print(out,
		words->chinese ? "    本周期此前用量按现阶梯重算  %.*s\n"
			       : "    units before, by this tier  %.*s\n",
		(int)size, amount);
}

void
percent_format(uint32_t parts_per_million, char text[PERCENT_TEXT_MAX])
{
	int size = snprintf(text, PERCENT_TEXT_MAX, "%u.%04u",
		(unsigned)(parts_per_million / 10000), (unsigned)(parts_per_million % 10000));
	while (text[size - 1] == '0')
		size--;
	if (text[size - 1] == '.')
		size--;
	memcpy(text + size, "%", 2);
}

/* ", 4 members" */
static bool
write_members(const struct words *words, uint32_t members, struct buffer *out)
{
	if (words->chinese)
		return buffer_print(out, "，%u 名成员", members);
	return buffer_print(out, ", %u member%s", members, members == 1 ? "" : "s");
}

/* What a discount took off the line. */
static bool
write_discount(const struct words *words, const struct price_discount *discount, struct buffer *out)
{
	static const char *const before[2][2] = { { ", ", ": " }, { "，", "：" } };
	char off[MONEY_TEXT_MAX], percent[PERCENT_TEXT_MAX];
	struct text title = release_text(words->release, words->language, discount->say);
	size_t size = money_format(discount->off, off);
	if (!buffer_append_text(out, TEXT("    ")) ||
		!buffer_append_text(out, title.size > 0 ? title : discount->say) ||
		!buffer_print(out, "  −%.*s", (int)size, off))
		return false;
	if (discount->members > 0 && !write_members(words, discount->members, out))
		return false;
	if (discount->parts_per_million > 0) {
		percent_format(discount->parts_per_million, percent);
		if (!buffer_print(
			    out, "%s%s", before[words->chinese][discount->members > 0], percent))
			return false;
	}
	return buffer_print(out, words->chinese ? "（%.*s.%.*s）\n" : "  (%.*s.%.*s)\n",
		TEXT_ARGS(discount->package), TEXT_ARGS(discount->discount));
}

/* What the line was, and what came off. */
static bool
write_discounts(const struct words *words, const struct price_line *line, struct buffer *out)
{
	char gross[MONEY_TEXT_MAX];
	if (line->discount_count == 0)
		return true;
	size_t size = money_format(line->gross, gross);
	if (!buffer_print(out,
		    words->chinese ? "    折扣前  %.*s\n" : "    before discounts  %.*s\n",
		    (int)size, gross))
		return false;
	for (size_t i = 0; i < line->discount_count; i++)
		if (!write_discount(words, &line->discounts[i], out))
			return false;
	return true;
}

/* What a cap made of the line. */
static bool
write_cap(const struct words *words, const struct price_line *line, struct buffer *out)
{
	char uncapped[MONEY_TEXT_MAX];
	size_t size = money_format(line->uncapped, uncapped);
	return buffer_print(out,
		words->chinese ? "    封顶  %.*s（原为 %.*s）\n"
			       : "    capped by %.*s  (it would be %.*s)\n",
		TEXT_ARGS(line->cap), (int)size, uncapped);
}

bool
explain_tax(const struct release *release, struct text language, const struct price_tax *tax,
	struct buffer *out)
{
	struct words words = words_of(release, language);
	char percent[PERCENT_TEXT_MAX], amount[MONEY_TEXT_MAX], net[MONEY_TEXT_MAX];
	struct text name = name_of(&words, "tax", tax->tax->id);
	const char *how = tax->tax->inclusive ? (words.chinese ? "，价内" : ", included")
					      : (words.chinese ? "，价外" : ", added");
	percent_format(tax->parts_per_million, percent);
	money_format(tax->amount, amount);
	money_format(tax->net, net);
	return buffer_print(out,
		words.chinese ? "    %.*s %s%s  %s（不含税 %s）\n" : "    %.*s %s%s  %s (net %s)\n",
		TEXT_ARGS(name), percent, how, amount, net);
}

static bool
write_line(const struct words *words, const struct price_line *line, struct buffer *out)
{
	char setup[MONEY_TEXT_MAX];
	if (!write_title(words, line, out))
		return false;
	if (line->setup.micros != 0 &&
		!buffer_print(out, words->chinese ? "    起始费  %.*s\n" : "    set-up  %.*s\n",
			(int)money_format(line->setup, setup), setup))
		return false;
	for (size_t i = 0; i < line->part_count; i++)
		if (!write_part(words, line, &line->parts[i], out))
			return false;
	if (line->recount.micros != 0 && !write_recount(words, line->recount, out))
		return false;
	return write_discounts(words, line, out) &&
		(line->cap.size == 0 || write_cap(words, line, out)) &&
		(line->tax == NULL || explain_tax(words->release, words->language, line->tax, out));
}

/* Where no condition, or none with a sentence of its own, says more. */
static const struct phrase headlines[] = {
	[REFUSED_NO_SERVICE] = { "the catalog has no such service", "目录中没有该业务" },
	[REFUSED_UNIT] = { "the quantity is in another unit than the service",
		"数量单位与业务不符" },
	[REFUSED_NO_ZONE] = { "the number is in no zone that has a price",
		"号码不属于任何可计费的计费区" },
	[REFUSED_NO_TARIFF] = { "nothing that is held prices this", "所持优惠包中没有适用的资费" },
	[REFUSED_CALENDAR] = { "the calendar does not cover the day", "日历未覆盖该日" },
	[REFUSED_AMBIGUOUS] = { "two packages of one layer both price this",
		"同一层的两个优惠包都给出了价格" },
	[REFUSED_OVERFLOW] = { "the amount is larger than can be held", "金额超出可表示的范围" },
	[REFUSED_FUNCTION] = { "a function of the catalog failed", "目录中的函数执行失败" },
	[REFUSED_LIMIT] = { "a limit was reached", "已达到限额" },
	[REFUSED_COUNT] = { "what the items are counted by is not known", "缺少计数所需的信息" },
	[REFUSED_UNITS] = { "there are too few units", "剩余数量不足" },
};

/* What the first failed condition is, in a sentence. */
struct miss_phrase {
	const char *condition;
	enum { ANY, NONE, SOME } package; /* must a package be near? */
	const char *got;    /* how `got` begins; "": it is empty; NULL: whatever it is */
	const char *wanted; /* likewise */
	struct phrase phrase;
};

/* The first that fits is said. */
static const struct miss_phrase misses[] = {
	{ "unit", ANY, NULL, NULL,
		{ "the service is counted in {wanted}s, but the usage is in {got}s",
			"该业务以 {wanted} 计量，而使用量以 {got} 给出" } },
	{ "digits", ANY, "", NULL, { "the number is missing", "缺少号码" } },
	{ "digits", ANY, NULL, NULL,
		{ "the number \"{got}\" does not consist of digits",
			"号码 \"{got}\" 不是由数字组成" } },
	{ "zone", NONE, NULL, NULL,
		{ "the zone map {wanted} has no zone for the number: {got}",
			"号段表 {wanted} 没有该号码的计费区：{got}" } },
	{ "zone", SOME, NULL, NULL,
		{ "nearest is {rule}, which is for zone {wanted}, but this is zone {got}",
			"最接近的是 {rule}，它适用于计费区 {wanted}，而本次是计费区 {got}" } },
	{ "service", SOME, NULL, NULL,
		{ "nearest is {rule}, which is for service {wanted}, but this is {got}",
			"最接近的是 {rule}，它适用于业务 {wanted}，而本次是 {got}" } },
	{ "service", NONE, NULL, "",
		{ "at that time no package of the catalog has a price for it (service {got})",
			"当时目录中没有任何优惠包给出其价格（业务 {got}）" } },
	{ "service", NONE, NULL, NULL,
		{ "the catalog has no service {got}; it has {wanted}",
			"目录中没有业务 {got}，只有 {wanted}" } },
	{ "held", ANY, "", NULL,
		{ "{rule} would price it, but no package of the catalog is held at that time",
			"{rule} 可以计费，但当时没有持有目录中的任何优惠包" } },
	{ "held", ANY, NULL, NULL,
		{ "{rule} would price it, but {wanted} is not held at that time, only {got} is",
			"{rule} 可以计费，但当时没有持有 {wanted}，持有的是 {got}" } },
	{ "date", ANY, NULL, ">= ",
		{ "{rule} would price it, but only from {bound} on, and this happened at {got}",
			"{rule} 可以计费，但自 {bound} 起才适用，而本次发生于 {got}" } },
	{ "date", ANY, NULL, "< ",
		{ "{rule} would price it, but only before {bound}, and this happened at {got}",
			"{rule} 可以计费，但只适用于 {bound} 之前，而本次发生于 {got}" } },
	{ "when", ANY, "false", NULL,
		{ "nearest is {rule}, but what its function `when` asks for does not hold",
			"最接近的是 {rule}，但其 when 函数的条件不成立" } },
	{ "calendar", ANY, NULL, NULL,
		{ "the calendar of {rule} covers {wanted}, but not {got}",
			"{rule} 的日历覆盖 {wanted}，未覆盖 {got}" } },
	{ "layer", ANY, NULL, NULL,
		{ "{wanted} and {got}, packages of one layer, both price this",
			"同一层的优惠包 {wanted} 与 {got} 都给出了价格" } },
	{ "limit", SOME, NULL, NULL,
		{ "the limit {rule} of {wanted} was reached: {got}",
			"已达到限额 {rule}（{wanted}），现为 {got}" } },
	{ "fraction", SOME, NULL, NULL,
		{ "discounts leave less than a micro-unit of {rule}, which does not round",
			"{rule} 折扣后不足百万分之一元，而它没有取整" } },
	{ "input", ANY, "", NULL,
		{ "the price of {rule} stands in a table by {wanted}, which the event does not say",
			"{rule} 的价格按 {wanted} 查表，而使用未给出" } },
	{ "input", ANY, NULL, NULL,
		{ "the price of {rule} stands in a table by {wanted}, which has none for \"{got}\"",
			"{rule} 的价格按 {wanted} 查表，而表中没有 \"{got}\"" } },
	{ "count", ANY, "", NULL,
		{ "the event does not say its {wanted}, by which it is counted",
			"使用未给出计数所需的 {wanted}" } },
	{ "count", ANY, NULL, NULL,
		{ "the event is counted by its {wanted}, but \"{got}\" is no whole number",
			"使用按 {wanted} 计数，而 \"{got}\" 不是整数" } },
	{ "units", SOME, NULL, NULL,
		{ "{rule} takes {wanted} units, and only {got} are there",
			"{rule} 需要 {wanted} 个单位，只剩 {got}" } },
	{ "amount", SOME, "", NULL,
		{ "the amount of {rule} is larger than can be held",
			"{rule} 的金额超出可表示的范围" } },
	{ "amount", NONE, "", NULL,
		{ "the amount is larger than can be held", "金额超出可表示的范围" } },
	{ "parts", NONE, "", NULL,
		{ "it crosses more bands, prices and cycles than one event may",
			"一次使用跨越的时段、价格与周期过多" } },
	{ "units", NONE, "", NULL,
		{ "what is counted over the cycle is more than can be held",
			"周期内的累计用量超出可表示的范围" } },
};

/* Why a discount took nothing, as rate_unused tells it; the first that fits is said. */
static const struct miss_phrase unused[] = {
	{ "discount", ANY, NULL, NULL,
		{ "the catalog has no discount {rule}", "目录中没有折扣 {rule}" } },
	{ "held", ANY, NULL, NULL,
		{ "{wanted}, whose discount {rule} is, was not held at that time",
			"当时没有持有折扣 {rule} 所在的 {wanted}" } },
	{ "version", ANY, NULL, NULL,
		{ "the version of its package that is in force from {wanted} on has no discount {rule}",
			"其优惠包自 {wanted} 起的版本没有折扣 {rule}" } },
	{ "service", ANY, NULL, NULL,
		{ "{rule} is on service {wanted}, but this is {got}",
			"{rule} 适用于业务 {wanted}，而本次是 {got}" } },
	{ "zone", ANY, NULL, NULL,
		{ "{rule} is on zone {wanted}, but this is zone {got}",
			"{rule} 适用于计费区 {wanted}，而本次是计费区 {got}" } },
	{ "members", ANY, NULL, NULL,
		{ "{rule} goes by the number of members, and nobody said how many the group has",
			"{rule} 按成员数减免，而群组的成员数未知" } },
	{ "needs", ANY, NULL, NULL,
		{ "{rule} needs {wanted}, too, which was not held at that time",
			"{rule} 还须同时持有 {wanted}，而当时没有持有" } },
	{ "when", ANY, NULL, NULL,
		{ "what the function `when` of {rule} asks for does not hold",
			"{rule} 的 when 函数的条件不成立" } },
	{ "paid", ANY, NULL, NULL,
		{ "nothing was to be paid, of which {rule} could take something",
			"本次无须付费，{rule} 无可减免" } },
	{ "band", ANY, NULL, NULL,
		{ "nothing was to be paid in {wanted}, which {rule} is on",
			"在 {rule} 适用的 {wanted} 时段没有付费" } },
	{ "tier", ANY, NULL, NULL,
		{ "{rule} takes nothing off in the tier that was reached",
			"在所达的阶梯，{rule} 不减免" } },
	{ "stack", ANY, NULL, "alone",
		{ "{rule} stands alone, and others take more together: {got}",
			"{rule} 不与其他折扣同享，而其他折扣合计减得更多：{got}" } },
	{ "stack", ANY, NULL, "best",
		{ "of {rule} and others only the best is taken: {got}",
			"{rule} 与其他折扣只取最优：{got}" } },
	{ "stack", ANY, NULL, NULL,
		{ "{rule} adds to others, and what was taken stands alone or left nothing: {got}",
			"{rule} 可叠加，而所取的折扣不与其他同享，或已减完：{got}" } },
};

static bool
begins_with(struct text text, const char *start)
{
	size_t size = start == NULL ? 0 : strlen(start);
	if (start == NULL)
		return true;
	return size == 0 ? text.size == 0
			 : text.size >= size && memcmp(text.data, start, size) == 0;
}

static const struct miss_phrase *
find_phrase(const struct miss_phrase *phrases, size_t count, const struct near_miss *miss)
{
	for (size_t i = 0; i < count; i++) {
		const struct miss_phrase *one = &phrases[i];
		if (strcmp(one->condition, miss->condition) == 0 &&
			(one->package == ANY ||
				(one->package == SOME) == (miss->package.size > 0)) &&
			begins_with(miss->got, one->got) && begins_with(miss->wanted, one->wanted))
			return one;
	}
	return NULL;
}

static const struct miss_phrase *
find_miss(const struct near_miss *miss)
{
	return find_phrase(misses, sizeof misses / sizeof misses[0], miss);
}

/* The reason of a zone map that refuses the number. */
static struct text
refusal_text(const struct words *words, const struct near_miss *nearest)
{
	if (strcmp(nearest->condition, "zone") != 0 || nearest->package.size > 0)
		return (struct text){ NULL, 0 };
	struct text name = name_of(words, "refusal", nearest->got);
	return text_equal(name, nearest->got) ? (struct text){ NULL, 0 } : name;
}

/* "a|b" as people list things. */
static bool
write_list(const struct words *words, struct text list, struct buffer *out)
{
	size_t done = 0;
	for (size_t i = 0; i <= list.size; i++) {
		if (i < list.size && list.data[i] != '|')
			continue;
		if ((done > 0 &&
			    !buffer_append_text(out, words->chinese ? TEXT("、") : TEXT(", "))) ||
			!buffer_append(out, list.data + done, i - done))
			return false;
		done = i + 1;
	}
	return true;
}

/* Without a phrase of its own: "package.tariff: what it got". */
static bool
write_got(const struct words *words, const struct near_miss *miss, struct buffer *out)
{
	return buffer_print(out, words->chinese ? "%.*s.%.*s：%.*s" : "%.*s.%.*s: %.*s",
		TEXT_ARGS(miss->package), TEXT_ARGS(miss->tariff), TEXT_ARGS(miss->got));
}

static bool
write_phrase(const struct words *words, const struct miss_phrase *found,
	const struct near_miss *miss, struct buffer *out)
{
	char rule[160];
	struct buffer wanted;
	snprintf(rule, sizeof rule, "%.*s.%.*s", TEXT_ARGS(miss->package), TEXT_ARGS(miss->tariff));
	buffer_init(&wanted, NEAR_MISS_BYTES_MAX);
	bool written = write_list(words, miss->wanted, &wanted);
	struct text list = { (const char *)wanted.data, wanted.size };
	size_t operator= found->wanted == NULL ? 0 : strlen(found->wanted);
	const struct blank blanks[] = {
		{ "rule", text_of(rule) },
		{ "wanted", list },
		{ "bound", operator < list.size
				? (struct text){ list.data + operator, list.size - operator }
				: list },
		{ "got", miss->got },
	};
	written = written &&
		text_fill(text_of(pick(words, &found->phrase)), blanks,
			sizeof blanks / sizeof blanks[0], out);
	buffer_release(&wanted);
	return written;
}

static bool
write_miss(const struct words *words, const struct near_miss *miss, struct buffer *out)
{
	struct text reason = miss->say.size > 0
		? release_text(words->release, words->language, miss->say)
		: refusal_text(words, miss);
	const struct miss_phrase *found = find_miss(miss);
	if (reason.size > 0)
		return buffer_append_text(out, reason);
	return found == NULL ? write_got(words, miss, out) : write_phrase(words, found, miss, out);
}

bool
explain_unused(const struct release *release, struct text language, const struct near_miss *miss,
	struct buffer *out)
{
	struct words words = words_of(release, language);
	const struct miss_phrase *found = find_phrase(
		unused, sizeof unused / sizeof unused[0], miss);
	must(found != NULL);
	return write_phrase(&words, found, miss, out);
}

bool
explain_near_miss(const struct release *release, struct text language, const struct near_miss *miss,
	struct buffer *out)
{
	struct words words = words_of(release, language);
	must(miss->condition != NULL);
	return write_miss(&words, miss, out);
}

bool
explain_refusal(const struct release *release, struct text language, const struct pricing *pricing,
	struct buffer *out)
{
	struct words words = words_of(release, language);
	const struct near_miss *nearest = &pricing->nearest;
	bool written = buffer_print(out, "%s: ", rate_refusal_code(pricing->refused));
	if (nearest->condition == NULL)
		return written &&
			buffer_append_text(
				out, text_of(pick(&words, &headlines[pricing->refused])));
	if (find_miss(nearest) == NULL)
		written = written &&
			buffer_print(out, words.chinese ? "%s：" : "%s: ",
				pick(&words, &headlines[pricing->refused]));
	return written && write_miss(&words, nearest, out);
}

bool
explain_pricing(const struct release *release, struct text language, const struct pricing *pricing,
	struct buffer *out)
{
	struct words words = words_of(release, language);
	if (pricing->refused != 0)
		return explain_refusal(release, language, pricing, out) &&
			buffer_append_text(out, TEXT("\n"));
	for (size_t i = 0; i < pricing->line_count; i++)
		if (!write_line(&words, &pricing->lines[i], out))
			return false;
	return true;
}
