/* What an entry raises (see notice.h). */
#include "notice.h"

#include "shard.h"

#include "base/must.h"

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

static struct notice_record
begin(const struct raising *raising, enum notice_kind kind)
{
	return (struct notice_record){
		.kind = kind,
		.made_ms = raising->call->shard->now_ms,
		.at_ms = raising->at_ms,
		.account = raising->account,
		.subscription = raising->subscription,
	};
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
	struct notice_record *record = add(noting->raised, noting->raising->call->arena);
	if (record == NULL)
		return;
	*record = begin(noting->raising, noting->kind);
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

static bool
raise_low(const struct raising *raising, const struct account *account, int64_t low,
	struct fall fall, struct raised *raised)
{
	struct arena *arena = raising->call->arena;
	struct notice_record *record = add(raised, arena);
	char left[MONEY_TEXT_MAX], threshold[MONEY_TEXT_MAX];
	if (record == NULL)
		return false;
	int left_size = (int)money_format((struct money){ fall.after }, left);
	int size = (int)money_format((struct money){ low }, threshold);
	*record = begin(raising, NOTICE_LOW_BALANCE);
	record->threshold = arena_copy_text(arena, (struct text){ threshold, (size_t)size });
	record->of = TEXT("main");
	record->unit = account->currency;
	record->amount = fall.after;
	record->till_ms = INT64_MAX;
	record->en = arena_print(arena, "%.*s %.*s are left, which is not above %.*s", left_size,
		left, TEXT_ARGS(account->currency), size, threshold);
	record->zh = arena_print(arena, "余额剩余 %.*s %.*s，已不高于 %.*s", left_size, left,
		TEXT_ARGS(account->currency), size, threshold);
	raised->no_memory |= record->threshold.data == NULL || record->en.data == NULL ||
		record->zh.data == NULL;
	return !raised->no_memory;
}

bool
notice_raise_fall(const struct raising *raising, const struct account *account, struct fall fall,
	struct raised *raised)
{
	struct field_reader lows = account->lows;
	for (unsigned i = 0; i < account->low_count; i++) {
		int64_t low = field_read_i64(&lows);
		if (fall.before > low && fall.after <= low &&
			!raise_low(raising, account, low, fall, raised))
			return false;
	}
	return true;
}

bool
notice_is_low(const struct account *account, int64_t balance, struct money *low)
{
	struct field_reader lows = account->lows;
	bool is_low = false;
	for (unsigned i = 0; i < account->low_count; i++) {
		int64_t one = field_read_i64(&lows);
		if (balance > one)
			break; /* and above all that follow */
		low->micros = one;
		is_low = true;
	}
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
