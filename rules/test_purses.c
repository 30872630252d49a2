/* The steps of a scenario that move money, and what is expected of it. */
#include "test_purses.h"

#include "../engine/base/must.h"
#include "test_run.h"

#include <stdio.h>

void
money_step_read(lua_State *lua, struct arena *arena, struct text word, struct money_step *step)
{
	static const char *const words[] = { "top_up", "store", "suspend", "resume" };
	unsigned action = 0;
	while (!text_equal(word, text_of(words[action])))
		must(++action < sizeof words / sizeof words[0]);
	step->action = (enum money_action)action;
	if (step->action == ACT_TOP_UP)
		step->amount.micros = reader_integer(lua, "amount");
	if (step->action != ACT_STORE)
		return;
	step->package = reader_text(lua, arena, "package");
	step->deposit = reader_text(lua, arena, "deposit");
}

void
money_expected_read(lua_State *lua, struct arena *arena, struct money_step *step)
{
	if (reader_has(lua, "entries"))
		step->entries = reader_text(lua, arena, "entries");
	if (reader_has(lua, "topups"))
		step->topups = reader_text(lua, arena, "topups");
	if (!reader_has(lua, "balances"))
		return;
	struct reader_list list = reader_list(
		lua, arena, "balances", sizeof(struct wanted_balance));
	for (struct wanted_balance *one; (one = reader_next(&list)) != NULL;) {
		bool of_kind = reader_has(lua, "kind");
		if (!of_kind)
			one->package = reader_text(lua, arena, "package");
		one->name = reader_text(lua, arena, of_kind ? "kind" : "id");
		one->amount.micros = reader_integer(lua, "amount");
	}
	step->balances = list.items;
	step->balance_count = list.count;
}

void
test_money_before(const struct test_run *run, const struct usage *usage, struct text *code)
{
	bool suspended = wallet_suspended(&run->world.wallet, usage->at_ms);
	*code = suspended ? TEXT("SUSPENDED") : TEXT("");
}

bool
test_money_pay(struct test_run *run, const struct usage *usage, const struct pricing *pricing,
	struct text *code)
{
	uint32_t service = image_service(run->image, usage->service);
	bool paid = false;
	must(service != NO_INDEX && pricing->refused == 0);
	const struct purpose purpose = { .service = service,
		.zone = image_zone(run->image, service, pricing->zone) };
	if (!wallet_pay(&run->world.wallet, &purpose, pricing->amount, false, &paid))
		return false;
	*code = paid ? TEXT("") : TEXT("BALANCE_TOO_LOW");
	return true;
}

static bool
run_store(struct test_run *run, const struct money_step *step)
{
	bool paid = false;
	if (!wallet_store(&run->world.wallet, step->package, step->deposit, &paid))
		return false;
	return paid || test_differ(run, "stored", step->deposit, TEXT("-"));
}

bool
test_money_step(struct test_run *run, const struct money_step *step)
{
	switch (step->action) {
	case ACT_TOP_UP:
		return wallet_top_up(&run->world.wallet, step->amount);
	case ACT_STORE:
		return run_store(run, step);
	case ACT_SUSPEND:
		return wallet_suspend(&run->world.wallet);
	case ACT_RESUME:
		wallet_resume(&run->world.wallet);
		return true;
	}
	return false;
}

static bool
compare_balance(struct test_run *run, const struct wanted_balance *wanted)
{
	struct money got;
	char field[160];
	if (!wallet_balance(&run->world.wallet, wanted->package, wanted->name, &got))
		return false;
	snprintf(field, sizeof field, "%.*s%s%.*s", TEXT_ARGS(wanted->package),
		wanted->package.size == 0 ? "" : ".", TEXT_ARGS(wanted->name));
	return test_compare_money(run, field, wanted->amount, got);
}

/* What moved since entries were expected last, each with its day if the wanted one has it. */
static bool
compare_entries(struct test_run *run, struct text wanted)
{
	struct wallet *wallet = &run->world.wallet;
	struct text rest = wanted;
	if (wanted.data == NULL)
		return true;
	buffer_clear(&run->text);
	for (size_t i = wallet->entries_told; i < wallet->entry_count; i++) {
		bool with_day = rest.size > 0 && rest.data[0] >= '0' && rest.data[0] <= '9';
		if ((i > wallet->entries_told && !buffer_append_text(&run->text, TEXT(", "))) ||
			!wallet_entry_write(wallet, &wallet->entries[i], with_day, &run->text))
			return false;
		const char *comma = memmem(rest.data, rest.size, ", ", 2);
		size_t taken = comma == NULL ? rest.size : (size_t)(comma - rest.data) + 2;
		rest = (struct text){ rest.data + taken, rest.size - taken };
	}
	wallet->entries_told = wallet->entry_count;
	bool compared = test_compare_text(run, "entries", wanted, text_of_buffer(&run->text));
	buffer_clear(&run->text);
	return compared;
}

/* What rules gave for top-ups since that was expected last: "hundred 10.00, hundred 30 days". */
static bool
compare_topups(struct test_run *run, struct text wanted)
{
	struct wallet *wallet = &run->world.wallet;
	bool written = true;
	if (wanted.data == NULL)
		return true;
	buffer_clear(&run->text);
	for (size_t i = wallet->given_told; i < wallet->given_count && written; i++) {
		const struct topup *topup = wallet->given[i].topup;
		char bonus[MONEY_TEXT_MAX];
		size_t size = money_format(wallet->given[i].bonus, bonus);
		if (wallet->given[i].bonus.micros > 0)
			written = buffer_print(&run->text, "%s%.*s %.*s",
				run->text.size > 0 ? ", " : "", TEXT_ARGS(topup->id), (int)size,
				bonus);
		if (topup->extends.size > 0 && written)
			written = buffer_print(&run->text, "%s%.*s %.*s",
				run->text.size > 0 ? ", " : "", TEXT_ARGS(topup->id),
				TEXT_ARGS(topup->extends));
	}
	wallet->given_told = wallet->given_count;
	bool compared = written &&
		test_compare_text(run, "topups", wanted, text_of_buffer(&run->text));
	buffer_clear(&run->text);
	return compared;
}

bool
test_money_compare(struct test_run *run, const struct money_step *step)
{
	for (uint32_t i = 0; i < step->balance_count; i++)
		if (!compare_balance(run, &step->balances[i]))
			return false;
	return compare_entries(run, step->entries) && compare_topups(run, step->topups);
}
