/* What an entry raises (see notice.h). */
#include "notice.h"

#include "notice_say.h"
#include "shard.h"

#include "base/must.h"

#include <inttypes.h>
#include <string.h>

enum { THRESHOLD_BYTES_MAX = 64 };

/* ---- collecting ---- */

/* Room for one more; NULL without memory. */
static struct notice_record *
add(struct raised *raised, struct arena *arena)
{
	if (raised->count == raised->room) {
		size_t room = raised->room == 0 ? 4 : 2 * raised->room;
		struct notice_record *list = arena_take(arena, room * sizeof *list);
		if (list == NULL) {
			raised->no_memory = true;
			return NULL;
		}
		if (raised->count > 0)
			memcpy(list, raised->list, raised->count * sizeof *list);
		raised->list = list;
		raised->room = room;
	}
	return &raised->list[raised->count++];
}

struct notice_record *
notice_add(const struct raising *raising, enum notice_kind kind, struct raised *raised)
{
	struct notice_record *record = add(raised, raising->call->arena);
	if (record != NULL)
		*record = (struct notice_record){
			.kind = kind,
			.made_ms = raising->call->shard->now_ms,
			.at_ms = raising->at_ms,
			.account = raising->account,
			.subscription = raising->subscription,
			.till_ms = INT64_MAX,
		};
	return record;
}

/* ---- what packages tell ---- */

/*
 * The sentence in a language, or its key, if a catalog has one that is longer than can be kept; data
 * is NULL without memory.
 */
static struct text
sentence(const struct noting *noting, const char *language, const struct notice *notice)
{
	struct arena *arena = noting->raising->call->arena;
	struct text written = notice->notify->say;
	struct buffer buffer;
	buffer_init(&buffer, NOTICE_SENTENCE_BYTES_MAX);
	if (notice_write(noting->release->release, text_of(language), notice, &buffer))
		written = arena_copy_text(
			arena, (struct text){ (const char *)buffer.data, buffer.size });
	buffer_release(&buffer);
	return written;
}

/* As it is written in the catalog; of blanks without end, the first. */
static struct text
threshold_text(const struct notice *notice)
{
	struct text text = notice->threshold->text;
	if (text.size > THRESHOLD_BYTES_MAX)
		text.size = THRESHOLD_BYTES_MAX;
	return text;
}

/* The unit of what is counted; empty of the end of a package. */
static struct text
unit_of(const struct noting *noting, const struct notice *notice)
{
	struct text what = notice->counter.allowance;
	const struct allowance *allowance = package_allowance(notice->package, what);
	const struct meter *meter = package_meter(notice->package, what);
	if (notice->money)
		return noting->release->image->currency;
	if (allowance != NULL)
		return text_of(unit_name(allowance->unit));
	return meter != NULL ? text_of(unit_name(meter->unit)) : TEXT("");
}

void
notice_note(void *context, const struct notice *notice)
{
	const struct noting *noting = context;
	struct notice_record *record = notice_add(noting->raising,
		notice_is_of_used_up(notice) ? NOTICE_USED_UP : noting->kind, noting->raised);
	if (record == NULL)
		return;
	record->at_ms = notice->at_ms;
	record->package = notice->package->id;
	record->group = notice->counter.group;
	record->id = notice->notify->id;
	record->threshold = threshold_text(notice);
	record->of = notice->counter.allowance;
	record->unit = unit_of(noting, notice);
	record->amount = notice->amount;
	record->used = notice->used;
	record->till_ms = notice->till_ms;
	record->en = sentence(noting, "en", notice);
	record->zh = sentence(noting, "zh", notice);
	noting->raised->no_memory |= record->en.data == NULL || record->zh.data == NULL;
}

bool
notice_raise_crossed(const struct raising *raising, const struct loaded_release *release,
	const struct rate_question *question, const struct pricing *pricing, struct raised *raised)
{
	struct noting noting = { raising, release, NOTICE_THRESHOLD, raised };
	notices_crossed(question, pricing, notice_note, &noting);
	return !raised->no_memory;
}

/* ---- a balance that is low ---- */

/* A balance that falls, and what is to be told of it. */
struct fall {
	const struct raising *raising;
	struct text name; /* "main", or its own */
	struct text unit;
	struct telling tells;
	int64_t before;
	int64_t after;
};

static struct text
amount_text(struct arena *arena, int64_t amount, struct text unit)
{
	char text[MONEY_TEXT_MAX];
	if (!currency_is_valid(unit))
		return arena_print(arena, "%" PRId64, amount);
	return arena_copy_text(
		arena, (struct text){ text, money_format((struct money){ amount }, text) });
}

/* Was the newest raised of the same balance, and are there plenty? */
static bool
is_told_again(const struct fall *fall, const struct raised *raised)
{
	if (raised->count <= RAISED_PLENTY)
		return false;
	const struct notice_record *newest = &raised->list[raised->count - 1];
	return newest->kind == NOTICE_LOW_BALANCE &&
		text_equal(newest->account, fall->raising->account) &&
		text_equal(newest->of, fall->name);
}

static bool
raise_low(const struct fall *fall, struct text threshold, struct raised *raised)
{
	if (is_told_again(fall, raised))
		raised->count--;
	struct notice_record *record = notice_add(fall->raising, NOTICE_LOW_BALANCE, raised);
	if (record == NULL)
		return false;
	record->threshold = threshold;
	record->of = fall->name;
	record->unit = fall->unit;
	record->amount = fall->after;
	notice_say_low(record, fall->tells.full, fall->raising->call->arena);
	raised->no_memory |= record->threshold.data == NULL || record->en.data == NULL ||
		record->zh.data == NULL;
	return !raised->no_memory;
}

/* Does it come down to an amount, from above? */
static bool
crosses(const struct fall *fall, int64_t low)
{
	return fall->before > low && fall->after <= low;
}

static bool
raise_fall(const struct fall *fall, struct raised *raised)
{
	const struct telling *tells = &fall->tells;
	struct arena *arena = fall->raising->call->arena;
	for (unsigned i = 0; i < tells->low_count; i++) {
		int64_t low = telling_low(tells, i);
		if (crosses(fall, low) &&
			!raise_low(fall, amount_text(arena, low, fall->unit), raised))
			return false;
	}
	for (unsigned i = 0; i < tells->percent_count && tells->full > 0; i++) {
		if (crosses(fall, telling_percent_low(tells, i)) &&
			!raise_low(fall, arena_print(arena, "%u%%", tells->percents[i]), raised))
			return false;
	}
	return true;
}

/* What an account says, of its main balance, which knows what it was full with. */
static struct telling
telling_of_main(const struct account *account, const struct balance *main)
{
	struct telling tells = account->tells;
	tells.full = main->tells.full;
	return tells;
}

bool
notice_raise_main(const struct raising *raising, const struct account *account,
	const struct balance *before, int64_t after, struct raised *raised)
{
	if (!telling_has_lows(&account->tells))
		return true;
	const struct fall fall = { raising, TEXT("main"), before->unit,
		telling_of_main(account, before), before->amount, after };
	return raise_fall(&fall, raised);
}

bool
notice_raise_other(const struct raising *raising, struct text name, const struct balance *before,
	int64_t after, struct raised *raised)
{
	if (!telling_has_lows(&before->tells))
		return true;
	const struct fall fall = { raising, name, before->unit, before->tells, before->amount,
		after };
	return raise_fall(&fall, raised);
}

/* One more that a balance is perhaps not above: is it, and the lowest so far? */
static void
consider(int64_t amount, int64_t one, bool *is_low, struct money *low)
{
	if (amount > one || (*is_low && one >= low->micros))
		return;
	low->micros = one;
	*is_low = true;
}

bool
notice_is_low(const struct account *account, const struct balance *main, int64_t amount,
	struct money *low)
{
	bool is_low = false;
	if (!telling_has_lows(&account->tells))
		return false;
	const struct telling tells = telling_of_main(account, main);
	for (unsigned i = 0; i < tells.low_count; i++)
		consider(amount, telling_low(&tells, i), &is_low, low);
	for (unsigned i = 0; i < tells.percent_count && tells.full > 0; i++)
		consider(amount, telling_percent_low(&tells, i), &is_low, low);
	return is_low;
}

/* ---- answer and entry ---- */

void
notice_pack(struct pack *pack, const struct raised *raised)
{
	pack_name(pack, "notices");
	pack_array(pack, (uint32_t)raised->count);
	for (size_t i = 0; i < raised->count; i++) {
		const struct notice_record *notice = &raised->list[i];
		bool packaged = notice->package.size > 0;
		pack_map(pack, 3u + 2u * packaged);
		pack_name_text(pack, "kind", text_of(notice_kind_name(notice->kind)));
		if (packaged) {
			pack_name_text(pack, "package", notice->package);
			pack_name_text(pack, "notify", notice->id);
		}
		pack_name_text(pack, "threshold", notice->threshold);
		pack_name(pack, "say");
		pack_map(pack, 2);
		pack_name_text(pack, "en", notice->en);
		pack_name_text(pack, "zh", notice->zh);
	}
}

void
notice_pack_hint(struct pack *pack, struct money low)
{
	pack_name(pack, "hint");
	pack_map(pack, 1);
	pack_name_money(pack, "low_balance", low);
}

/*
 * Nothing is appended between here and the entry: so what is decided by now is a number that no
 * entry before had, nor any later one.
 */
bool
notice_post(const struct raised *raised, struct call *call, struct posted *posted)
{
	uint64_t place = store_decided(call->shard->store);
	call->shard->notices_raised += raised->count;
	for (size_t i = 0; i < raised->count; i++) {
		const struct notice_key name = { place, (uint16_t)i };
		struct record_key key;
		uint8_t value[NOTICE_VALUE_MAX];
		struct field_writer writer = fields_into(value, sizeof value);
		key_of_notice(&key, &name);
		notice_record_write(&writer, &raised->list[i]);
		if (!posted_change(posted, TABLE_NOTICE, (struct bytes){ key.data, key.size },
			    fields_written(&writer)))
			return false;
		posted->effects[posted->effect_count - 1].is_new = true;
	}
	return true;
}
