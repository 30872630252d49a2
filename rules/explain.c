#include "explain.h"

#include <stdio.h>

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
	struct text found =
		release_text(words->release, words->language, (struct text){ key, (size_t)size });
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
		written = written && buffer_print(out, words->chinese ? "，%.*s" : ", zone %.*s",
					     TEXT_ARGS(line->zone));
	return written && buffer_append_text(out, TEXT(")\n"));
}

static bool
write_part(const struct words *words, const struct price_part *part, struct buffer *out)
{
	char price[MONEY_TEXT_MAX];
	size_t size = money_format(part->price, price);
	bool written = buffer_append_text(out, TEXT("    "));
	if (part->band.size > 0)
		written = written && buffer_append_text(out, name_of(words, "band", part->band)) &&
			  buffer_append_text(out, TEXT("  "));
	written = written && buffer_print(out, "%lld × ", (long long)part->units);
	if (part->allowance.size == 0)
		return written && buffer_print(out, "%.*s\n", (int)size, price);
	return written && buffer_print(out, words->chinese ? "免费（%.*s）\n" : "free (%.*s)\n",
				  TEXT_ARGS(part->allowance));
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
		if (!write_part(words, &line->parts[i], out))
			return false;
	return true;
}

static const struct phrase refusals[] = {
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
};

/* The reason of a zone map that refuses the number. */
static struct text
refusal_text(const struct words *words, const struct near_miss *nearest)
{
	if (strcmp(nearest->condition, "zone") != 0)
		return (struct text){ NULL, 0 };
	struct text name = name_of(words, "refusal", nearest->got);
	return text_equal(name, nearest->got) ? (struct text){ NULL, 0 } : name;
}

static bool
write_nearest(const struct words *words, const struct near_miss *nearest, struct buffer *out)
{
	bool written = true;
	if (nearest->package.size > 0)
		written = buffer_print(out,
			words->chinese ? "；最接近的是 %.*s.%.*s" : "; nearest is %.*s.%.*s",
			TEXT_ARGS(nearest->package), TEXT_ARGS(nearest->tariff));
	written =
		written && buffer_print(out, words->chinese ? "；%s" : "; %s", nearest->condition);
	if (nearest->wanted.size > 0)
		written =
			written && buffer_print(out, words->chinese ? " 要求 %.*s" : " wants %.*s",
					   TEXT_ARGS(nearest->wanted));
	if (nearest->got.size > 0)
		written = written &&
			  buffer_print(out, words->chinese ? "，实际为 %.*s" : ", got %.*s",
				  TEXT_ARGS(nearest->got));
	return written;
}

bool
explain_refusal(const struct release *release, struct text language, const struct pricing *pricing,
	struct buffer *out)
{
	struct words words = words_of(release, language);
	const struct near_miss *nearest = &pricing->nearest;
	if (!buffer_print(out, "%s: %s", rate_refusal_code(pricing->refused),
		    pick(&words, &refusals[pricing->refused])))
		return false;
	if (nearest->condition == NULL)
		return true;
	struct text reason = refusal_text(&words, nearest);
	if (reason.size > 0)
		return buffer_print(out, words.chinese ? "：%.*s" : ": %.*s", TEXT_ARGS(reason));
	return write_nearest(&words, nearest, out);
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
