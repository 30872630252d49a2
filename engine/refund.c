/*
 * charge.refund and charge.cancel: a charge is given back, whole or in part, and never more than
 * all of it.
 *
 *   worker: the charge's entry is read ─► shard: was this request decided before? what is left of
 *   the charge? what of its counters still counts? ─► one entry: balance, what was given back so
 *   far, counters ─► answered
 *
 * What the charge cost and took, and from where, is in its own entry (charged.h). What packages rule
 * of refunds, and whether a counter's cycle or grant is over, the release in force says, as it prices
 * usage that comes late: by the versions of the time of the charge. Everything that is decided is
 * journaled, so that recovery asks nothing.
 */
#include "refund_parts.h"

#include "shard.h"
#include "units.h"

#include "base/memory.h"

enum { CHARGED_BYTES_MAX = 32 << 20 };

/* ---- the entry that is named ---- */

static void
named_drop(void *state)
{
	struct named_entry *named = state;
	ledger_release(&named->ledger);
	arena_release(&named->arena);
	memory_free(named);
}

/* On a worker. */
static void
named_read(void *state)
{
	struct named_entry *named = state;
	ledger_read(&named->ledger);
	named->status = named->ledger.status;
	if (named->status != STATUS_OK || !entry_charges(&named->ledger.entry))
		named->fault = named->ledger.fault;
	else if (named->ledger.entry.kind == ENTRY_SESSION)
		named->status = charged_read_session(&named->ledger.place, &named->ledger.entry,
			&named->arena, &named->charged, &named->fault);
	else
		named->status = charged_read(
			&named->ledger.entry, &named->arena, &named->charged, &named->fault);
}

/* Has a worker read it; GOES_ON: it has, or there is nothing to read. */
static enum progress
find_entry(struct refunding *refunding, enum call_end *end)
{
	struct call *call = refunding->call;
	struct ledger_entry ledger = { 0 };
	struct named_entry *named = call_state(call);
	if (named == NULL) {
		enum lookup found = ledger_find(call, refunding->params->charge, &ledger, end);
		if (found == LOOKUP_ABSENT)
			return GOES_ON;
		if (found == LOOKUP_COLD)
			return HAS_ENDED;
		*end = CALL_WAITS;
		if (!call_can_work(call))
			return HAS_ENDED;
		named = memory_new_zeroed(1, sizeof *named);
		if (named == NULL) {
			*end = call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
			return HAS_ENDED;
		}
		named->ledger = ledger;
		arena_init(&named->arena, CHARGED_BYTES_MAX);
		*end = call_work(call, named, named_read, named_drop);
		return HAS_ENDED;
	}
	if (named->status == STATUS_NOT_FOUND)
		return GOES_ON;
	if (named->status != STATUS_OK) {
		*end = call_failed(call, named->status, &named->fault);
		return HAS_ENDED;
	}
	refunding->named = named;
	return GOES_ON;
}

/* ---- once ---- */

/*
 * The request in its one form, as it is journaled and fingerprinted: [charge, does it cancel,
 * account, what of it, by, why], and behind that the session, if one is named; what of it is nil (all
 * that is left), [amount, currency] or [quantity, unit].
 */
static struct bytes
pack_event(struct refunding *refunding)
{
	const struct refund_params *params = refunding->params;
	struct buffer *buffer = &refunding->call->shard->event;
	buffer_clear(buffer);
	struct pack pack = pack_into(buffer);
	pack_array(&pack, 6u + (params->session.size > 0));
	pack_text(&pack, params->charge);
	pack_bool(&pack, refunding->cancels);
	pack_text(&pack, params->account);
	switch (refunding->part.of) {
	case PART_REST:
		pack_nil(&pack);
		break;
	case PART_MONEY:
		pack_array(&pack, 2);
		pack_money(&pack, refunding->part.money);
		pack_text(&pack, params->currency);
		break;
	case PART_USAGE:
		pack_array(&pack, 2);
		pack_integer(&pack, refunding->part.quantity);
		pack_unsigned(&pack, (uint64_t)refunding->unit);
		break;
	}
	pack_text(&pack, params->by);
	pack_text(&pack, params->why);
	if (params->session.size > 0)
		pack_text(&pack, params->session);
	return pack_whole(&pack);
}

/*
 * Whose the request's id is: the account's that the client names, else of that which paid; what
 * changed no balance was a refused request, and has a scope of its own. None: there is no such entry.
 */
static struct text
scope_of(const struct refunding *refunding)
{
	struct text account = refunding->params->account, other = TEXT("");
	if (account.size == 0 && refunding->named != NULL) {
		other = refunding->named->ledger.entry.scope;
		account = charged_account(&refunding->named->ledger.entry);
	}
	return account.size == 0 ? other : once_account_scope(refunding->call->arena, account);
}

static enum progress
check_once(struct refunding *refunding, enum call_end *end)
{
	const struct refund_params *params = refunding->params;
	refunding->once = (struct once){
		.scope = scope_of(refunding),
		.id = params->id,
		.attempt = once_attempt(params->attempt),
		.at_ms = params->at_ms,
		.event = pack_event(refunding),
	};
	return once_begin(refunding->call, &refunding->once, ENTRY_REFUND, end);
}

/* ---- refusing ---- */

enum progress
refund_refuse(struct refunding *refunding, enum say say, const struct text *arguments, size_t count,
	enum call_end *end)
{
	refunding->once.release = refunding->release;
	*end = once_refuse_why(refunding->call, &refunding->once, say, arguments, count);
	return HAS_ENDED;
}

static struct text
kind_text(enum entry_kind kind)
{
	switch (kind) {
	case ENTRY_REFUND:
		return BILINGUAL("a refund", "一笔退款");
	case ENTRY_TOPUP:
		return BILINGUAL("a top-up", "一笔充值");
	case ENTRY_ADJUSTMENT:
		return BILINGUAL("an adjustment", "一笔调账");
	case ENTRY_TRANSFER:
		return BILINGUAL("a transfer", "一笔转账");
	case ENTRY_REFUSAL:
		return BILINGUAL("a request that was refused", "一个被拒绝的请求");
	case ENTRY_EXPIRY:
		return BILINGUAL("the end of a balance", "账本到期");
	case ENTRY_STORED:
		return BILINGUAL("a movement of a deposit or gift", "一笔预存款或赠款的变动");
	case ENTRY_CHARGE:
	case ENTRY_DUE:
	case ENTRY_SESSION:
	case ENTRY_PUT:
	case ENTRY_RELEASE:
	case ENTRY_NOTICE:
		break;
	}
	return BILINGUAL("no movement of money", "没有资金变动的记录");
}

/* A session is given back whole, by what closed it: is it that, if any is named, and closed? */
static enum progress
check_session(struct refunding *refunding, enum call_end *end)
{
	const struct refund_params *params = refunding->params;
	const struct charged *charged = &refunding->named->charged;
	bool is_session = refunding->named->ledger.entry.kind == ENTRY_SESSION;
	struct text arguments[] = { params->charge, params->session };
	if (is_session && params->session.size == 0) {
		arguments[1] = charged->session;
		return refund_refuse(refunding, SAY_REPORT_OF_SESSION, arguments, 2, end);
	}
	if (params->session.size > 0 &&
		(!is_session || !text_equal(params->session, charged->session)))
		return refund_refuse(refunding, SAY_OTHER_SESSION, arguments, 2, end);
	if (is_session && !charged->is_closed)
		return refund_refuse(refunding, SAY_SESSION_NOT_CLOSED, arguments, 2, end);
	/* Of each payer its balance and its month, counters, and what is given back of the charge. */
	if (2 * charged->payment_count + charged->count_count + 1 > ENTRY_EFFECTS_MAX)
		return refund_refuse(refunding, SAY_OVERFLOW, NULL, 0, end);
	return GOES_ON;
}

/* Is it a charge, and that of the account that was named? */
static enum progress
check_entry(struct refunding *refunding, enum call_end *end)
{
	const struct refund_params *params = refunding->params;
	const struct named_entry *named = refunding->named;
	if (named == NULL)
		return refund_refuse(refunding, SAY_UNKNOWN_CHARGE, &params->charge, 1, end);
	if (!entry_charges(&named->ledger.entry)) {
		struct text arguments[] = { params->charge, kind_text(named->ledger.entry.kind) };
		return refund_refuse(refunding, SAY_NOT_A_CHARGE, arguments, 2, end);
	}
	if (check_session(refunding, end) == HAS_ENDED)
		return HAS_ENDED;
	if (params->account.size > 0 && !charged_is_of(&named->charged, params->account)) {
		struct text arguments[] = { params->charge, params->account };
		return refund_refuse(refunding, SAY_OTHER_ACCOUNT, arguments, 2, end);
	}
	return GOES_ON;
}

/* ---- the calls ---- */

/* What of the charge is meant: one of amount, seconds, bytes, items, or all that is left. */
static enum progress
read_part(struct refunding *refunding, enum call_end *end)
{
	const struct refund_params *params = refunding->params;
	const struct units_given units = units_given(params->seconds, params->bytes, params->items);
	bool money = params->amount.micros != NOT_GIVEN;
	unsigned count = money + units.count;
	refunding->part = (struct part){ .of = PART_REST };
	if (money)
		refunding->part = (struct part){ .of = PART_MONEY, .money = params->amount };
	if (units.count > 0) {
		refunding->unit = units.unit;
		refunding->part = (struct part){ .of = PART_USAGE, .quantity = units.quantity };
	}
	if (count <= 1 && money == (params->currency.size > 0))
		return GOES_ON;
	struct text why = count > 1
		? BILINGUAL("at most one of amount, seconds, bytes, items may be given",
			  "amount、seconds、bytes、items 最多只能给出一个")
		: BILINGUAL("amount and currency go together", "amount 与 currency 必须同时给出");
	*end = call_error(refunding->call, SAY_FIELDS_CONFLICT, &why, 1);
	return HAS_ENDED;
}

/* Time, existence, id; then what is left, and what of that still counts. */
static enum call_end
decide(struct refunding *refunding)
{
	enum call_end end;
	if (once_check_time(refunding->call, refunding->params->at_ms, &end) == HAS_ENDED ||
		find_entry(refunding, &end) == HAS_ENDED ||
		check_once(refunding, &end) == HAS_ENDED ||
		check_entry(refunding, &end) == HAS_ENDED ||
		refund_find(refunding, &end) == HAS_ENDED)
		return end;
	return refund_give_back(refunding);
}

enum call_end
refund_run(struct call *call, const void *params)
{
	struct refunding refunding = { .call = call, .params = params };
	enum call_end end;
	return read_part(&refunding, &end) == HAS_ENDED ? end : decide(&refunding);
}

enum call_end
refund_run_cancel(struct call *call, const void *params)
{
	struct refunding refunding = {
		.call = call, .params = params, .cancels = true, .part = { .is_mistake = true }
	};
	return decide(&refunding);
}
