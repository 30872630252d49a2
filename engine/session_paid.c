/*
 * Who pays for a session's request, and of whom its parts hold what they may cost yet: said in the
 * answer where it is not the main balance alone, in the shape in which a charge's answer says it.
 */
#include "session_parts.h"

#include "base/must.h"

void
session_note_paid(struct session_deciding *deciding, struct purse_held *other, struct money amount)
{
	if (amount.micros > 0 && other->charged.micros == 0)
		other->turn = ++deciding->paying_count;
	other->charged.micros += amount.micros;
}

/* Whose a balance is, if it is another account's. */
static bool
is_of_payer(const struct session_deciding *deciding, const struct purse_held *other,
	struct text *account)
{
	struct text name;
	bool is_balance = key_is_of_balance(
		(struct bytes){ other->key.data, other->key.size }, account, &name);
	must(is_balance);
	return !text_equal(*account, deciding->session.account);
}

static void
pack_paid_one(
	const struct session_deciding *deciding, const struct purse_held *other, struct pack *pack)
{
	struct text account;
	if (is_of_payer(deciding, other, &account))
		payers_pack_one(pack,
			&(struct payer_held){ .account_id = account, .charged = other->charged });
	else
		purses_pack_one(pack, other);
}

void
session_pack_paid(const struct session_deciding *deciding, struct pack *pack)
{
	const struct purse_held by_main = { .name = TEXT("main"),
		.charged = { deciding->main_before - deciding->subject.balance.amount } };
	pack_name(pack, "paid");
	pack_array(pack, (uint32_t)deciding->paying_count + (by_main.charged.micros > 0));
	for (size_t turn = 1; turn <= deciding->paying_count; turn++) {
		for (size_t i = 0; i < deciding->other_count; i++) {
			const struct purse_held *other = &deciding->others[i];
			if (other->charged.micros > 0 && other->turn == turn)
				pack_paid_one(deciding, other, pack);
		}
	}
	purses_pack_one(pack, &by_main);
}

bool
session_holds_others(const struct part_work *work)
{
	return work->part.hold_count > 1 ||
		(work->part.hold_count == 1 &&
			(work->holds[0].by_payer ||
				!text_equal(work->holds[0].balance, TEXT("main"))));
}

void
session_pack_holds(const struct part_work *work, struct pack *pack)
{
	pack_name(pack, "held_of");
	pack_array(pack, work->part.hold_count);
	for (unsigned i = 0; i < work->part.hold_count; i++) {
		const struct session_hold *hold = &work->holds[i];
		const struct money amount = { hold->amount };
		if (hold->by_payer)
			payers_pack_one(pack,
				&(struct payer_held){
					.account_id = hold->balance, .charged = amount });
		else
			purses_pack_one(pack,
				&(struct purse_held){ .name = hold->balance, .charged = amount });
	}
}
