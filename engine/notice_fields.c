/* What a notice tells (see notice_fields.h). */
#include "notice_fields.h"

#include "base/money.h"
#include "base/must.h"

struct listing {
	struct notice_field *fields;
	size_t count;
};

static void
add(struct listing *listing, struct notice_field field)
{
	must(listing->count < NOTICE_FIELDS_MAX);
	listing->fields[listing->count++] = field;
}

static void
add_text(struct listing *listing, const char *name, struct text text)
{
	if (text.size > 0)
		add(listing, (struct notice_field){ name, NOTICE_FIELD_TEXT, text, 0 });
}

static void
add_time(struct listing *listing, const char *name, int64_t ms)
{
	add(listing, (struct notice_field){ name, NOTICE_FIELD_TIME, { NULL, 0 }, ms });
}

static void
add_amount(struct listing *listing, const char *name, int64_t amount, struct text unit)
{
	enum notice_field_kind kind = currency_is_valid(unit) ? NOTICE_FIELD_MONEY
							      : NOTICE_FIELD_UNITS;
	add(listing, (struct notice_field){ name, kind, { NULL, 0 }, amount });
}

static void
add_amounts(struct listing *listing, const struct notice_record *notice)
{
	if (notice->kind == NOTICE_LOW_BALANCE || notice->kind == NOTICE_EXPIRING) {
		add_amount(listing, "balance", notice->amount, notice->unit);
		return;
	}
	if (notice->unit.size == 0)
		return;
	add_amount(listing, "used", notice->used, notice->unit);
	if (notice->amount == 0)
		return;
	add_amount(listing, "amount", notice->amount, notice->unit);
	add_amount(listing, "left", notice_left(notice), notice->unit);
}

size_t
notice_fields(const struct notice_record *notice, struct notice_field *fields)
{
	struct listing listing = { fields, 0 };
	add_time(&listing, "at", notice->at_ms);
	add_text(&listing, "customer", notice->customer);
	add_text(&listing, "account", notice->account);
	add_text(&listing, "subscription", notice->subscription);
	add_text(&listing, "package", notice->package);
	add_text(&listing, "group", notice->group);
	add_text(&listing, "notify", notice->id);
	add_text(&listing, "threshold", notice->threshold);
	add_text(&listing, "of", notice->of);
	add_text(&listing, "unit", notice->unit);
	add_amounts(&listing, notice);
	if (notice->till_ms != INT64_MAX)
		add_time(&listing, "till", notice->till_ms);
	return listing.count;
}
