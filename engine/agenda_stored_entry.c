/*
 * The entries of deposits and gifts: what was stored is released, a gift is given or skipped, and at
 * the end of a package the rest goes back or is forfeited (see agenda_parts.h). Money that lies there
 * is in the book "stored"; gifts come from the book "gift".
 */
#include "agenda_parts.h"
#include "expiring.h"
#include "expiry.h"
#include "gift.h"
#include "notice.h"
#include "posted.h"

#include "base/utf8.h"

#include <stdio.h>

enum {
	/* The main balance, another with its timer, the account with its name, the agenda and its timers. */
	STORED_RECORDS_MAX = 7,
	NAME_PAIR_BYTES_MAX = 2 * IDENTIFIER_BYTES_MAX + 3,
};

/* Something that happens to one deposit or gift. */
struct movement {
	struct settling *settling;
	const char *outcome;
	int64_t at_ms;
	struct text package;
	const struct stored *stored;
	struct money amount;
	struct text name; /* of the balance it is about; empty: none */
	int64_t till_ms;  /* of that; INT64_MAX: never */
	struct posted posted;
	struct money main; /* the main balance afterwards */
};

/* ---- the entry ---- */

static struct bytes
pack_answer(const struct movement *movement)
{
	const struct settling *settling = movement->settling;
	struct buffer *scratch = &settling->call->shard->scratch;
	bool named = movement->name.size > 0, ends = named && movement->till_ms != INT64_MAX;
	buffer_clear(scratch);
	struct pack pack = pack_into(scratch);
	pack_map(&pack, 7u + named + ends);
	pack_name_string(&pack, "outcome", movement->outcome);
	pack_name_text(&pack, "subscription", settling->id);
	pack_name_text(&pack, "package", movement->package);
	pack_name_text(&pack, money_kind_name(movement->stored->kind), movement->stored->id);
	pack_name_money(&pack, "amount", movement->amount);
	pack_name_text(&pack, "currency", settling->subject.account.currency);
	pack_name_money(&pack, "balance", movement->main);
	if (named)
		pack_name_text(&pack, "name", movement->name);
	if (ends)
		pack_name_integer(&pack, "till", movement->till_ms);
	return pack_whole(&pack);
}

static bool
begin(struct movement *movement, struct money to_main)
{
	struct settling *settling = movement->settling;
	struct money before = { settling->subject.balance.amount };
	if (!posted_begin(&movement->posted, settling->call->arena, STORED_RECORDS_MAX))
		return settling_out_of_memory(settling);
	if (!money_add(before, to_main, &movement->main))
		return settling_refuse(settling, TEXT("OVERFLOW"));
	return settling_add_main(settling, &movement->posted, movement->main);
}

static bool
finish(struct movement *movement)
{
	struct settling *settling = movement->settling;
	struct entry entry = {
		.kind = ENTRY_STORED,
		.at_ms = movement->at_ms,
		.answer = pack_answer(movement),
	};
	if (entry.answer.size == 0)
		return settling_out_of_memory(settling);
	return settling_add_agenda(settling, &movement->posted) &&
		settling_append(settling, &movement->posted, &entry);
}

static struct text
currency_of(const struct movement *movement)
{
	return movement->settling->subject.account.currency;
}

/* ---- what comes ---- */

/* The zones of one of its services that it pays for, or the service, if that is all of them. */
static bool
write_serve(const struct image *image, const struct serve *serve, struct field_writer *writer,
	unsigned *count)
{
	const struct service *service = &image->services[serve->service];
	char name[NAME_PAIR_BYTES_MAX];
	uint32_t zones = service->zone_map == NO_INDEX
		? 0
		: image->zone_maps[service->zone_map].zone_count;
	uint32_t served = 0;
	for (uint32_t i = 0; i < zones; i++)
		served += zone_set_has(&serve->zones, i);
	if (served == zones) {
		field_write_text(writer, service->id);
		++*count;
		return true;
	}
	for (uint32_t i = 0; i < zones; i++) {
		struct text zone = image->zone_maps[service->zone_map].zones[i];
		if (!zone_set_has(&serve->zones, i))
			continue;
		int size = snprintf(
			name, sizeof name, "%.*s.%.*s", TEXT_ARGS(service->id), TEXT_ARGS(zone));
		if (size > IDENTIFIER_BYTES_MAX || ++*count > BALANCE_PAYS_MAX)
			return false;
		field_write_text(writer, (struct text){ name, (size_t)size });
	}
	return true;
}

/* What it pays for, as a balance says it; false: that is more than one can say. */
static bool
write_pays(const struct image *image, const struct stored *stored, struct field_writer *writer,
	unsigned *count)
{
	char name[NAME_PAIR_BYTES_MAX];
	*count = 0;
	for (uint32_t i = 0; i < stored->serve_count; i++) {
		if (!write_serve(image, &stored->serves[i], writer, count))
			return false;
	}
	if (stored->all_charges) {
		field_write_text(writer, PURSES_ALL_CHARGES);
		++*count;
	}
	for (uint32_t i = 0; !stored->all_charges && i < stored->charge_count; i++) {
		int size = snprintf(name, sizeof name, "@%.*s.%.*s",
			TEXT_ARGS(stored->charges[i].package),
			TEXT_ARGS(stored->charges[i].charge));
		if (size > IDENTIFIER_BYTES_MAX || ++*count > BALANCE_PAYS_MAX)
			return false;
		field_write_text(writer, (struct text){ name, (size_t)size });
	}
	return *count <= BALANCE_PAYS_MAX && !writer->full;
}

/* A balance of its own for what comes, for who gets it. */
static bool
make_balance(struct movement *movement, const struct stored_names *names, struct balance *balance)
{
	struct settling *settling = movement->settling;
	uint8_t *place = arena_take(settling->call->arena, BALANCE_VALUE_MAX);
	unsigned count;
	if (place == NULL)
		return settling_out_of_memory(settling);
	struct field_writer pays = fields_into(place, BALANCE_VALUE_MAX);
	if (!write_pays(settling->release->image, movement->stored, &pays, &count))
		return settling_refuse(settling, TEXT("PAYS_TOO_MUCH"));
	*balance = (struct balance){
		.kind = movement->stored->kind == MONEY_GIFT ? BALANCE_GIFT : BALANCE_DEPOSIT,
		.unit = currency_of(movement),
		.span = { INT64_MIN, movement->till_ms },
		.user = names->user,
		.user_is_group = names->user_is_group,
		.pays_count = (uint8_t)count,
		.pays = fields_of(fields_written(&pays)),
	};
	return true;
}

/* The account with one name more. */
static bool
add_name(struct movement *movement)
{
	struct settling *settling = movement->settling;
	uint8_t *place = arena_take(settling->call->arena, ACCOUNT_VALUE_MAX);
	struct record_key key;
	struct bytes value;
	uint64_t version;
	key_of_text(&key, TABLE_ACCOUNT, settling->subject.subscription.account);
	if (place == NULL)
		return settling_out_of_memory(settling);
	return settling_find(settling, &key, &value, &version) &&
		(posted_change(&movement->posted, TABLE_ACCOUNT,
			 (struct bytes){ key.data, key.size },
			 account_with_balances(value, &movement->name, 1, place)) ||
			settling_out_of_memory(settling));
}

/* The end of the balance, if it has one, has a timer. */
static bool
set_timer(struct movement *movement, const struct record_key *key, const struct balance *balance)
{
	if (balance->span.till_ms == INT64_MAX)
		return true;
	const struct timer_key timer = expiry_timer(
		(struct bytes){ key->data, key->size }, balance);
	return posted_timer_set(&movement->posted, &timer) ||
		settling_out_of_memory(movement->settling);
}

/* The balance on which something comes. */
struct target {
	struct record_key key;
	struct balance balance;
	uint64_t version; /* 0: it is new */
	bool begins;      /* it is new, or used again */
};

/* Has it expired, with its timer, and is nothing left of it? False, too, if its timer is cold. */
static bool
is_spare(struct settling *settling, const struct stored_purse *purse, bool *spare)
{
	const struct balance *balance = &purse->balance;
	struct record_key timer;
	struct bytes value;
	uint64_t version;
	*spare = balance->span.till_ms <= settling->call->shard->now_ms && balance->amount == 0 &&
		balance->held == 0;
	if (!*spare)
		return true;
	expiry_key(&timer, &purse->key, balance);
	if (!settling_find(settling, &timer, &value, &version))
		return false;
	*spare = value.size == 0;
	return true;
}

/* In an account that has no room for one more: one that came of the same gift, and keeps its name. */
static bool
find_spare(struct movement *movement, struct target *target)
{
	struct settling *settling = movement->settling;
	for (size_t i = 0; i < settling->stock.purse_count; i++) {
		const struct stored_purse *purse = &settling->purse_records[i];
		bool spare = false;
		if (settling->purses[i].stored != movement->stored)
			continue;
		if (!is_spare(settling, purse, &spare))
			return false;
		if (!spare)
			continue;
		*target = (struct target){ purse->key, purse->balance, purse->version, true };
		target->balance.span.till_ms = movement->till_ms;
		target->balance.begun_ms = settling->call->shard->now_ms;
		movement->name = purse->name;
		return true;
	}
	return settling_refuse(settling, TEXT("TOO_MANY_BALANCES"));
}

/* One that is new. */
static bool
make_target(struct movement *movement, const struct stored_names *names, struct target *target)
{
	if (movement->settling->subject.account.balance_count == ACCOUNT_BALANCES_MAX)
		return find_spare(movement, target);
	target->version = 0;
	target->begins = true;
	return make_balance(movement, names, &target->balance) && add_name(movement);
}

/* The one of its name, or a new one. What is called alike may be somebody else's, or of a client's. */
static bool
find_target(struct movement *movement, const struct stored_names *names, struct target *target)
{
	struct settling *settling = movement->settling;
	for (size_t i = 0; i < STORED_STEMS; i++) {
		struct bytes value;
		*target = (struct target){ .version = 0 };
		movement->name = names->stems[i];
		key_of_balance(
			&target->key, settling->subject.subscription.account, movement->name);
		if (!settling_find(settling, &target->key, &value, &target->version))
			return false;
		if (value.size == 0)
			return make_target(movement, names, target);
		target->balance = balance_read(value);
		if (stored_is_own(names, movement->stored, &target->balance))
			return true;
	}
	return settling_refuse(settling, TEXT("BALANCE_NAME_TAKEN"));
}

/* Puts the amount on its balance. */
static bool
put_on(struct movement *movement, const struct scheduled *event, struct text book)
{
	struct settling *settling = movement->settling;
	struct stored_names names;
	struct target target;
	struct money after;
	if (!settling_name_balances(settling, event->holding, event->stored, &names) ||
		!settling_date_names(settling, event, &names) ||
		!find_target(movement, &names, &target))
		return false;
	if (!money_add((struct money){ target.balance.amount }, movement->amount, &after))
		return settling_refuse(settling, TEXT("OVERFLOW"));
	target.balance.amount = after.micros;
	notice_fill(&target.balance.tells, &target.balance);
	if (target.begins &&
		expiring_plan(settling->call, &settling->subject.account, &target.balance,
			&settling->end) == HAS_ENDED)
		return false;
	if (!posted_balance(&movement->posted, (struct bytes){ target.key.data, target.key.size },
		    target.balance, target.version, settling->call->shard->now_ms))
		return settling_out_of_memory(settling);
	posted_move(&movement->posted, movement->amount.micros, currency_of(movement), book);
	return !target.begins || set_timer(movement, &target.key, &target.balance);
}

static bool
come(struct settling *settling, const struct scheduled *event)
{
	bool gift = event->kind == SCHEDULED_GIFT, skipped = event->kind == SCHEDULED_SKIP;
	struct movement movement = {
		.settling = settling,
		.outcome = skipped ? "skipped"
			: gift     ? "given"
				   : "released",
		.at_ms = event->at_ms,
		.package = settling->held[event->holding].holding.package,
		.stored = event->stored,
		.amount = event->amount,
		.till_ms = event->till_ms,
	};
	settling->schedules[event->holding].progress[event->place].given++;
	if (!begin(&movement, (struct money){ 0 }))
		return false;
	return (skipped || put_on(&movement, event, gift ? TEXT("gift") : TEXT("stored"))) &&
		finish(&movement);
}

/* ---- the end ---- */

/* One thing that the end of a package does with money; the last ends the holding. */
static bool
end_one(struct settling *settling, const struct scheduled *event, const struct ending *ending,
	bool is_last)
{
	struct schedule *schedule = &settling->schedules[event->holding];
	const struct stored_purse *purse = ending->purse == NO_PURSE
		? NULL
		: &settling->purse_records[ending->purse];
	struct movement movement = {
		.settling = settling,
		.outcome = ending->to_cash ? "returned" : "forfeited",
		.at_ms = event->at_ms,
		.package = schedule->package->id,
		.stored = ending->stored,
		.amount = ending->amount,
		.name = purse == NULL ? TEXT("") : purse->name,
		.till_ms = INT64_MAX,
	};
	struct money to_main = { ending->to_cash ? ending->amount.micros : 0 };
	struct text from = TEXT("stored"), lost = TEXT("forfeited");
	schedule->ended = is_last;
	if (!begin(&movement, to_main))
		return false;
	posted_move(&movement.posted, to_main.micros, currency_of(&movement),
		purse == NULL ? from : TEXT("returned"));
	if (purse == NULL) {
		schedule->progress[ending->stored - schedule->package->stored]
			.given = ending->stored->times;
		if (!ending->to_cash)
			posted_move_books(&movement.posted, ending->amount.micros,
				currency_of(&movement), from, lost);
		return finish(&movement);
	}
	struct balance balance = purse->balance;
	balance.amount -= ending->amount.micros;
	settling->purses[ending->purse].amount.micros = 0;
	if (!posted_balance(&movement.posted, (struct bytes){ purse->key.data, purse->key.size },
		    balance, purse->version, settling->call->shard->now_ms))
		return settling_out_of_memory(settling);
	posted_move(&movement.posted, -ending->amount.micros, currency_of(&movement),
		ending->to_cash ? TEXT("returned") : lost);
	return finish(&movement);
}

static bool
end_holding(struct settling *settling, const struct scheduled *event)
{
	struct schedule *schedule = &settling->schedules[event->holding];
	size_t room = settling->stock.purse_count + schedule->package->stored_count;
	struct ending *list = arena_take_zeroed(settling->call->arena, room, sizeof *list);
	if (list == NULL)
		return settling_out_of_memory(settling);
	size_t count = schedule_end(&settling->stock, event->holding, list);
	if (count > 0)
		return end_one(settling, event, &list[0], count == 1);
	schedule->ended = true;
	return settling_move_on(settling);
}

/* Its timer would do the same; but what comes at that instant comes behind it. */
static bool
expire(struct settling *settling, const struct scheduled *event)
{
	bool has_expired;
	if (expiry_settle(settling->call, &settling->purse_records[event->holding].key,
		    &has_expired, &settling->end) == HAS_ENDED)
		return false;
	return has_expired || settling_refuse(settling, TEXT("NO_TIMER"));
}

bool
settling_make_happen(struct settling *settling, const struct scheduled *event)
{
	switch (event->kind) {
	case SCHEDULED_EXPIRY:
		return expire(settling, event);
	case SCHEDULED_END:
		return end_holding(settling, event);
	case SCHEDULED_RELEASE:
	case SCHEDULED_GIFT:
	case SCHEDULED_SKIP:
		break;
	}
	return come(settling, event);
}

/* ---- paying in ---- */

bool
settling_pay_in(struct settling *settling, const struct deposit_paid *paid)
{
	struct schedule *schedule = &settling->schedules[paid->holding];
	struct movement movement = {
		.settling = settling,
		.outcome = "paid_in",
		.at_ms = paid->once->at_ms,
		.package = schedule->package->id,
		.stored = &schedule->package->stored[paid->place],
		.amount = schedule->package->stored[paid->place].amount,
	};
	schedule->progress[paid->place].paid_ms = paid->once->at_ms;
	if (!begin(&movement, (struct money){ 0 }))
		return false;
	posted_move_books(&movement.posted, movement.amount.micros, currency_of(&movement),
		TEXT("deposit_paid"), TEXT("stored"));
	struct entry entry = once_entry(paid->once, ENTRY_STORED, settling->call->shard->now_ms);
	entry.release = settling->release->number;
	entry.answer = pack_answer(&movement);
	if (entry.answer.size == 0)
		return settling_out_of_memory(settling);
	if (!settling_add_agenda(settling, &movement.posted))
		return false;
	return posted_append(&movement.posted, settling->call, &entry, &settling->end) == STATUS_OK;
}
