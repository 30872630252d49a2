/* The sentences of notices (see notice_say.h). */
#include "notice_say.h"

#include "base/instant.h"
#include "base/zoneinfo.h"

#include <inttypes.h>
#include <stdio.h>

/* "5.00 CNY", "90 second" */
#define AMOUNT_TEXT_MAX (MONEY_TEXT_MAX + 20)
static struct text
write_amount(int64_t amount, struct text unit, char text[AMOUNT_TEXT_MAX])
{
	char money[MONEY_TEXT_MAX];
	int size = (int)money_format((struct money){ amount }, money);
	size = currency_is_valid(unit)
		? snprintf(text, AMOUNT_TEXT_MAX, "%.*s %.*s", size, money, TEXT_ARGS(unit))
		: snprintf(text, AMOUNT_TEXT_MAX, "%" PRId64 " %.*s", amount, TEXT_ARGS(unit));
	return (struct text){ text, (size_t)size };
}

void
notice_say_low(struct notice_record *notice, int64_t full, struct arena *arena)
{
	char left_text[AMOUNT_TEXT_MAX], full_text[AMOUNT_TEXT_MAX];
	struct text left = write_amount(notice->amount, notice->unit, left_text);
	struct text all = write_amount(full, notice->unit, full_text);
	struct text threshold = notice->threshold;
	bool is_main = text_equal(notice->of, TEXT("main"));
	bool is_part = threshold.size > 0 && threshold.data[threshold.size - 1] == '%';
	struct text of_en = is_main ? TEXT("")
				    : arena_print(arena, " on \"%.*s\"", TEXT_ARGS(notice->of));
	struct text of_zh = is_main ? TEXT("余额")
				    : arena_print(arena, "账本“%.*s”", TEXT_ARGS(notice->of));
	if (is_part) {
		notice->en = arena_print(arena,
			"%.*s are left%.*s, which is not above %.*s of the %.*s there after money last came in",
			TEXT_ARGS(left), TEXT_ARGS(of_en), TEXT_ARGS(threshold), TEXT_ARGS(all));
		notice->zh = arena_print(arena,
			"%.*s剩余 %.*s，已不高于最近一次资金转入后 %.*s 的 %.*s", TEXT_ARGS(of_zh),
			TEXT_ARGS(left), TEXT_ARGS(all), TEXT_ARGS(threshold));
		return;
	}
	notice->en = arena_print(arena, "%.*s are left%.*s, which is not above %.*s",
		TEXT_ARGS(left), TEXT_ARGS(of_en), TEXT_ARGS(threshold));
	notice->zh = arena_print(arena, "%.*s剩余 %.*s，已不高于 %.*s", TEXT_ARGS(of_zh),
		TEXT_ARGS(left), TEXT_ARGS(threshold));
}

struct text
notice_lead_text(struct validity lead, struct arena *arena)
{
	return arena_print(arena, "%u %s%s", lead.count, validity_every_name(lead.every),
		lead.count == 1 ? "" : "s");
}

int64_t
notice_offset_ms(const struct loaded_release *release, int64_t ms)
{
	return release == NULL ? 0 : zoneinfo_stretch(release->image->zone, ms).offset_ms;
}

static struct text
write_till(const struct notice_record *notice, int64_t offset_ms, char text[INSTANT_TEXT_MAX])
{
	int32_t minutes = (int32_t)(offset_ms / MINUTE_MS);
	return (struct text){ text, instant_format(notice->till_ms, minutes, text) };
}

void
notice_say_expiring(struct notice_record *notice, int64_t offset_ms, struct arena *arena)
{
	char amount_text[AMOUNT_TEXT_MAX], till_text[INSTANT_TEXT_MAX];
	struct text left = write_amount(notice->amount, notice->unit, amount_text);
	struct text till = write_till(notice, offset_ms, till_text);
	notice->en = arena_print(arena, "%.*s on \"%.*s\" expire at %.*s", TEXT_ARGS(left),
		TEXT_ARGS(notice->of), TEXT_ARGS(till));
	notice->zh = arena_print(arena, "账本“%.*s”的 %.*s 将于 %.*s 到期", TEXT_ARGS(notice->of),
		TEXT_ARGS(left), TEXT_ARGS(till));
}

void
notice_say_agreement(struct notice_record *notice, struct text name_en, struct text name_zh,
	int64_t offset_ms, struct arena *arena)
{
	char till_text[INSTANT_TEXT_MAX];
	struct text till = write_till(notice, offset_ms, till_text);
	notice->en = arena_print(
		arena, "The agreement \"%.*s\" ends at %.*s", TEXT_ARGS(name_en), TEXT_ARGS(till));
	notice->zh = arena_print(
		arena, "协议“%.*s”将于 %.*s 到期", TEXT_ARGS(name_zh), TEXT_ARGS(till));
}
