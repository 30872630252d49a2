#include "wallet.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"

/* Cash is the first purse, and is always there. */
#define CASH 0
/* In place of a holding: a rule for top-ups gave it. */
#define BY_TOPUP SIZE_MAX

void
wallet_init(struct wallet *wallet, const struct image *image)
{
	*wallet = (struct wallet){ .image = image };
}

/* Under which name it stands what a holding, or a rule for top-ups, gave. */
static struct text
package_of(const struct wallet *wallet, size_t holding)
{
	return holding == BY_TOPUP ? TOPUPS_PACKAGE : wallet->schedules[holding].package->id;
}

static void
drop_schedules(struct wallet *wallet)
{
	for (size_t i = 0; i < wallet->schedule_count; i++)
		memory_free(wallet->schedules[i].progress);
	wallet->schedule_count = 0;
}

void
wallet_release(struct wallet *wallet)
{
	drop_schedules(wallet);
	memory_free(wallet->schedules);
	memory_free(wallet->purses);
	memory_free(wallet->entries);
	memory_free(wallet->given);
	memory_free(wallet->held);
	memory_free(wallet->suspended);
	wallet_init(wallet, wallet->image);
}

void
wallet_clear(struct wallet *wallet, int64_t now_ms)
{
	drop_schedules(wallet);
	wallet->used = false;
	wallet->moved_ms = now_ms;
	wallet->purse_count = 0;
	wallet->entry_count = 0;
	wallet->entries_told = 0;
	wallet->given_count = 0;
	wallet->given_told = 0;
	wallet->held_count = 0;
	wallet->suspended_count = 0;
}

static bool
note(struct wallet *wallet, int64_t at_ms, enum wallet_move move, size_t holding,
	const struct stored *stored, struct money amount)
{
	struct wallet_entry *list = memory_grow(
		wallet->entries, wallet->entry_count + 1, &wallet->entry_room, sizeof *list);
	if (list == NULL)
		return false;
	wallet->entries = list;
	struct text package = { NULL, 0 };
	if (stored != NULL)
		package = package_of(wallet, holding);
	list[wallet->entry_count++] = (struct wallet_entry){
		.at_ms = at_ms, .move = move, .package = package, .stored = stored, .amount = amount
	};
	return true;
}

/* Adds to what came of a deposit or gift and expires at the same time, or as a purse of its own. */
static bool
add_to_purse(struct wallet *wallet, const struct purse *added)
{
	for (size_t i = 0; i < wallet->purse_count; i++) {
		struct purse *purse = &wallet->purses[i];
		if (purse->stored == added->stored && purse->holding == added->holding &&
			purse->till_ms == added->till_ms)
			return money_add(purse->amount, added->amount, &purse->amount);
	}
	struct purse *list = memory_grow(
		wallet->purses, wallet->purse_count + 1, &wallet->purse_room, sizeof *list);
	if (list == NULL)
		return false;
	wallet->purses = list;
	list[wallet->purse_count++] = *added;
	return true;
}

static bool
add_cash(struct wallet *wallet, struct money amount)
{
	return add_to_purse(wallet, &(struct purse){ NULL, 0, amount, INT64_MAX });
}

bool
wallet_use(struct wallet *wallet, struct money cash)
{
	must(wallet->purse_count == CASH);
	wallet->used = true;
	return add_cash(wallet, cash);
}

bool
wallet_hold(struct wallet *wallet, const struct holding *holding)
{
	struct schedule made = {
		.image = wallet->image, .till_ms = holding->till_ms, .pays = holding_pays(holding)
	};
	struct schedule *list = memory_grow(wallet->schedules, wallet->schedule_count + 1,
		&wallet->schedule_room, sizeof *list);
	if (list == NULL)
		return false;
	wallet->schedules = list;
	made.package = schedule_version(wallet->image, holding, &made.from_ms);
	size_t count = made.package == NULL ? 0 : made.package->stored_count;
	made.progress = memory_new_zeroed(count + 1, sizeof *made.progress);
	if (made.progress == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		made.progress[i].paid_ms = INT64_MAX;
	list[wallet->schedule_count++] = made;
	return true;
}

void
wallet_end(struct wallet *wallet, size_t holding, int64_t till_ms)
{
	must(holding < wallet->schedule_count);
	wallet->schedules[holding].till_ms = till_ms;
}

static struct stock
stock_of(const struct wallet *wallet)
{
	return (struct stock){ wallet->schedules, wallet->schedule_count, wallet->purses,
		wallet->purse_count, wallet->suspended, wallet->suspended_count };
}

/* What is next, if that is not later than an instant. */
static bool
next_until(const struct wallet *wallet, int64_t ms, struct scheduled *next)
{
	struct stock stock = stock_of(wallet);
	return schedule_next(&stock, next) && next->at_ms <= ms;
}

/* Counts an instalment as given, whatever became of it. */
static void
pass(struct wallet *wallet, const struct scheduled *event)
{
	struct schedule *schedule = &wallet->schedules[event->holding];
	if (event->kind == SCHEDULED_END)
		schedule->ended = true;
	else
		schedule->progress[event->place].given++;
}

void
wallet_begin(struct wallet *wallet)
{
	struct scheduled event;
	while (wallet->used && next_until(wallet, wallet->moved_ms, &event))
		pass(wallet, &event);
}

static bool
end_holding(struct wallet *wallet, const struct scheduled *event)
{
	struct stock stock = stock_of(wallet);
	size_t room = wallet->purse_count + wallet->schedules[event->holding].package->stored_count;
	struct ending *list = memory_new_zeroed(room + 1, sizeof *list);
	if (list == NULL)
		return false;
	size_t count = schedule_end(&stock, event->holding, list);
	bool ended = true;
	for (size_t i = 0; i < count && ended; i++) {
		const struct ending *ending = &list[i];
		if (ending->purse != NO_PURSE)
			wallet->purses[ending->purse].amount.micros = 0;
		ended = note(wallet, event->at_ms, ending->to_cash ? MOVE_TO_CASH : MOVE_FORFEIT,
				event->holding, ending->stored, ending->amount) &&
			(!ending->to_cash || add_cash(wallet, ending->amount));
	}
	memory_free(list);
	pass(wallet, event);
	return ended;
}

static bool
give(struct wallet *wallet, const struct scheduled *event)
{
	static const enum wallet_move moves[] = { [SCHEDULED_RELEASE] = MOVE_RELEASE,
		[SCHEDULED_GIFT] = MOVE_GIFT,
		[SCHEDULED_SKIP] = MOVE_SKIP };
	struct purse purse = { event->stored, event->holding, event->amount, event->till_ms };
	pass(wallet, event);
	return note(wallet, event->at_ms, moves[event->kind], event->holding, event->stored,
		       event->amount) &&
		(event->kind == SCHEDULED_SKIP || add_to_purse(wallet, &purse));
}

static bool
expire(struct wallet *wallet, const struct scheduled *event)
{
	struct purse *purse = &wallet->purses[event->holding];
	purse->amount.micros = 0;
	return note(
		wallet, event->at_ms, MOVE_EXPIRE, purse->holding, purse->stored, event->amount);
}

static bool
happen(struct wallet *wallet, const struct scheduled *event)
{
	switch (event->kind) {
	case SCHEDULED_EXPIRY:
		return expire(wallet, event);
	case SCHEDULED_END:
		return end_holding(wallet, event);
	case SCHEDULED_RELEASE:
	case SCHEDULED_GIFT:
	case SCHEDULED_SKIP:
		return give(wallet, event);
	}
	return false;
}

bool
wallet_move(struct wallet *wallet, int64_t now_ms)
{
	struct scheduled event;
	while (wallet->used && next_until(wallet, now_ms, &event))
		if (!happen(wallet, &event))
			return false;
	if (now_ms > wallet->moved_ms)
		wallet->moved_ms = now_ms;
	return true;
}

/* How often a rule for top-ups has given something. */
static enum fact
count_given(void *context, const struct counter_name *name, int64_t *had)
{
	const struct wallet *wallet = context;
	*had = 0;
	for (size_t i = 0; i < wallet->given_count; i++) {
		const struct counter_name *other = &wallet->given[i].counter;
		*had += text_equal(other->allowance, name->allowance) &&
			other->cycle == name->cycle;
	}
	return FACT_KNOWN;
}

/* What one rule gives. */
static bool
give_bonus(struct wallet *wallet, const struct topup_judged *judged)
{
	const struct topup *topup = judged->topup;
	struct topup_judged *list = memory_grow(
		wallet->given, wallet->given_count + 1, &wallet->given_room, sizeof *list);
	if (list == NULL)
		return false;
	wallet->given = list;
	list[wallet->given_count++] = *judged;
	if (judged->bonus.micros == 0)
		return true;
	if (topup->to_balance)
		return add_cash(wallet, judged->bonus) &&
			note(wallet, wallet->moved_ms, MOVE_BONUS, 0, NULL, judged->bonus);
	struct purse purse = { &topup->gift, BY_TOPUP, judged->bonus, judged->till_ms };
	return add_to_purse(wallet, &purse) &&
		note(wallet, wallet->moved_ms, MOVE_BONUS, BY_TOPUP, &topup->gift, judged->bonus);
}

bool
wallet_top_up(struct wallet *wallet, struct money amount)
{
	struct topup_judged list[TOPUPS_MAX];
	size_t count;
	if (amount.micros == 0)
		return true;
	const struct topup_question question = { .image = wallet->image,
		.amount = amount,
		.at_ms = wallet->moved_ms,
		.now_ms = wallet->moved_ms,
		.expires = true,
		.facts = { wallet, count_given } };
	bool added = add_cash(wallet, amount) &&
		note(wallet, wallet->moved_ms, MOVE_TOP_UP, 0, NULL, amount) &&
		topups_judge(&question, list, &count) == TOPUPS_JUDGED;
	for (size_t i = 0; added && i < count; i++)
		added = list[i].verdict != TOPUP_GIVEN || give_bonus(wallet, &list[i]);
	return added;
}

bool
wallet_store(struct wallet *wallet, struct text package, struct text deposit, bool *paid)
{
	*paid = false;
	for (size_t i = wallet->schedule_count; i-- > 0;) {
		struct schedule *schedule = &wallet->schedules[i];
		if (schedule->package == NULL || !text_equal(schedule->package->id, package) ||
			schedule->ended || wallet->moved_ms < schedule->from_ms)
			continue;
		for (uint32_t j = 0; j < schedule->package->stored_count; j++) {
			const struct stored *stored = &schedule->package->stored[j];
			if (stored->kind != MONEY_DEPOSIT || !text_equal(stored->id, deposit) ||
				schedule->progress[j].paid_ms != INT64_MAX)
				continue;
			*paid = true;
			schedule->progress[j].paid_ms = wallet->moved_ms;
			return note(wallet, wallet->moved_ms, MOVE_STORE, i, stored,
				       stored->amount) &&
				wallet_move(wallet, wallet->moved_ms);
		}
	}
	return true;
}

/* Takes what was planned, in order. */
static bool
take(struct wallet *wallet, const struct taken *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct purse *purse = &wallet->purses[list[i].purse];
		if (!money_subtract(purse->amount, list[i].amount, &purse->amount) ||
			!note(wallet, wallet->moved_ms, MOVE_PAY, purse->holding, purse->stored,
				list[i].amount))
			return false;
		wallet->entries[wallet->entry_count - 1].purse = list[i].purse;
	}
	return true;
}

bool
wallet_pay(struct wallet *wallet, const struct purpose *purpose, struct money amount, bool owed,
	bool *paid)
{
	struct spending spending = { wallet->image, wallet->purses, wallet->purse_count, purpose,
		wallet->moved_ms, amount };
	size_t count;
	*paid = true;
	if (!wallet->used || amount.micros <= 0)
		return true;
	struct taken *list = memory_new_zeroed(wallet->purse_count + 1, sizeof *list);
	if (list == NULL)
		return false;
	struct money left = spend_plan(&spending, list, &count);
	if (left.micros > 0 && count > 0 && list[count - 1].purse == CASH && owed)
		must(money_add(list[count - 1].amount, left, &list[count - 1].amount));
	else if (left.micros > 0 && owed)
		list[count++] = (struct taken){ CASH, left };
	*paid = left.micros == 0 || owed;
	bool taken = !*paid || take(wallet, list, count);
	memory_free(list);
	return taken;
}

/* Who would pay, in memory that is the caller's to free; *left is what nobody pays for. */
static struct taken *
plan(const struct wallet *wallet, const struct purpose *purpose, struct money amount, size_t *count,
	struct money *left)
{
	const struct spending spending = { wallet->image, wallet->purses, wallet->purse_count,
		purpose, wallet->moved_ms, amount };
	struct taken *list = memory_new_zeroed(wallet->purse_count + 1, sizeof *list);
	if (list != NULL)
		*left = spend_plan(&spending, list, count);
	return list;
}

bool
wallet_pay_most(struct wallet *wallet, const struct purpose *purpose, struct money amount,
	struct money *paid)
{
	size_t count;
	struct money left;
	*paid = amount;
	if (!wallet->used || amount.micros <= 0)
		return true;
	struct taken *list = plan(wallet, purpose, amount, &count, &left);
	if (list == NULL)
		return false;
	bool taken = take(wallet, list, count) && money_subtract(amount, left, paid);
	memory_free(list);
	return taken;
}

bool
wallet_could_pay(
	struct wallet *wallet, const struct purpose *purpose, struct money amount, bool *could)
{
	size_t count;
	struct money left = { 0 };
	*could = true;
	if (!wallet->used || amount.micros <= 0)
		return true;
	struct taken *list = plan(wallet, purpose, amount, &count, &left);
	*could = left.micros == 0;
	memory_free(list);
	return list != NULL;
}

bool
wallet_hold_back(struct wallet *wallet, const struct purpose *purpose, struct money amount)
{
	size_t count;
	struct money left;
	must(wallet->held_count == 0);
	if (!wallet->used || amount.micros <= 0)
		return true;
	struct wallet_held *held = memory_grow(
		wallet->held, wallet->purse_count, &wallet->held_room, sizeof *held);
	struct taken *list = held == NULL ? NULL : plan(wallet, purpose, amount, &count, &left);
	if (held != NULL)
		wallet->held = held;
	if (list == NULL)
		return false;
	must(left.micros == 0);
	for (size_t i = 0; i < count; i++) {
		struct purse *purse = &wallet->purses[list[i].purse];
		must(money_subtract(purse->amount, list[i].amount, &purse->amount));
		held[wallet->held_count++] = (struct wallet_held){ list[i].purse, list[i].amount };
	}
	memory_free(list);
	return true;
}

bool
wallet_let_go(struct wallet *wallet)
{
	bool whole = true;
	while (wallet->held_count > 0 && whole) {
		const struct wallet_held *held = &wallet->held[--wallet->held_count];
		struct purse *purse = &wallet->purses[held->purse];
		whole = money_add(purse->amount, held->amount, &purse->amount);
	}
	return whole && wallet_move(wallet, wallet->moved_ms);
}

/* Its package has ended, and what became of what was there is not to be kept. */
static bool
is_emptied(const struct wallet *wallet, const struct purse *purse)
{
	return purse->stored != NULL && purse->holding != BY_TOPUP &&
		wallet->schedules[purse->holding].ended && purse->stored->cancel != CANCEL_KEEP;
}

int64_t
wallet_till_ms(const struct wallet *wallet, size_t purse)
{
	const struct purse *paid = &wallet->purses[purse];
	bool lost = is_emptied(wallet, paid) && paid->stored->cancel == CANCEL_FORFEIT;
	return lost ? INT64_MIN : paid->till_ms;
}

bool
wallet_give_back(struct wallet *wallet, size_t purse, struct money amount)
{
	struct purse
		*to = &wallet->purses[is_emptied(wallet, &wallet->purses[purse]) ? CASH : purse];
	return money_add(to->amount, amount, &to->amount) &&
		note(wallet, wallet->moved_ms, MOVE_REFUND, to->holding, to->stored, amount);
}

bool
wallet_suspend(struct wallet *wallet)
{
	struct due_span *list = memory_grow(wallet->suspended, wallet->suspended_count + 1,
		&wallet->suspended_room, sizeof *list);
	if (list == NULL)
		return false;
	wallet->suspended = list;
	list[wallet->suspended_count++] = (struct due_span){ wallet->moved_ms, INT64_MAX };
	return true;
}

void
wallet_resume(struct wallet *wallet)
{
	must(wallet->suspended_count > 0);
	wallet->suspended[wallet->suspended_count - 1].till_ms = wallet->moved_ms;
}

bool
wallet_suspended(const struct wallet *wallet, int64_t ms)
{
	for (size_t i = 0; i < wallet->suspended_count; i++)
		if (wallet->suspended[i].from_ms <= ms && ms < wallet->suspended[i].till_ms)
			return true;
	return false;
}

/* Is money of a deposit or gift asked for? */
static bool
is_of(const struct wallet *wallet, size_t holding, const struct stored *stored, struct text package,
	struct text name)
{
	if (package.size == 0 || stored == NULL)
		return package.size == 0 &&
			text_equal(name,
				text_of(money_kind_name(
					stored == NULL ? MONEY_CASH : stored->kind)));
	return text_equal(stored->id, name) && text_equal(package_of(wallet, holding), package);
}

static bool
add_unreleased(const struct wallet *wallet, struct money *balance)
{
	for (size_t i = 0; i < wallet->schedule_count; i++) {
		const struct schedule *schedule = &wallet->schedules[i];
		uint32_t count = schedule->package == NULL ? 0 : schedule->package->stored_count;
		for (uint32_t j = 0; j < count; j++)
			if (!money_add(*balance, schedule_unreleased(schedule, j), balance))
				return false;
	}
	return true;
}

bool
wallet_balance(
	const struct wallet *wallet, struct text package, struct text name, struct money *balance)
{
	*balance = (struct money){ 0 };
	if (package.size == 0 && text_equal(name, TEXT("unreleased")))
		return add_unreleased(wallet, balance);
	for (size_t i = 0; i < wallet->purse_count; i++) {
		const struct purse *purse = &wallet->purses[i];
		if (is_of(wallet, purse->holding, purse->stored, package, name) &&
			!money_add(*balance, purse->amount, balance))
			return false;
	}
	return true;
}

/* "package.gift 20.00", or "cash 20.00" */
static bool
write_money(
	struct text package, const struct stored *stored, struct money amount, struct buffer *out)
{
	char text[MONEY_TEXT_MAX];
	size_t size = money_format(amount, text);
	if (stored == NULL)
		return buffer_print(out, "cash %.*s", (int)size, text);
	return buffer_print(
		out, "%.*s.%.*s %.*s", TEXT_ARGS(package), TEXT_ARGS(stored->id), (int)size, text);
}

bool
wallet_purse_write(
	const struct wallet *wallet, size_t purse, struct money amount, struct buffer *out)
{
	const struct purse *paid = &wallet->purses[purse];
	struct text package = { NULL, 0 };
	if (paid->stored != NULL)
		package = package_of(wallet, paid->holding);
	return write_money(package, paid->stored, amount, out);
}

bool
wallet_entry_write(const struct wallet *wallet, const struct wallet_entry *entry, bool with_day,
	struct buffer *out)
{
	static const char *const names[] = { "top_up", "bonus", "store", "release", "gift", "skip",
		"expire", "pay", "to_cash", "forfeit", "refund" };
	char day[DUE_DAY_TEXT_MAX] = "";
	if (with_day)
		due_day_format(due_day(wallet->image, entry->at_ms), day);
	return buffer_print(out, "%s%s%s ", day, with_day ? " " : "", names[entry->move]) &&
		write_money(entry->package, entry->stored, entry->amount, out);
}
