/*
 * history and charge.get: reading the ledger, which is the journal.
 *
 * Each entry that touches a balance names the entry that touched it before, so an account's history
 * is the chains of its balances, merged by position, newest first. A search for older days jumps: a
 * balance's value also names the newest entry of an earlier day. The walk runs on a worker over
 * what is durable and never changes.
 *
 * A cursor is where each chain goes on: "position,position,…" in the order of the account's
 * balances. It is checked before it is believed.
 */
#include "call.h"
#include "ledger.h"
#include "once.h"
#include "shard.h"

#include "base/instant.h"
#include "base/memory.h"
#include "base/must.h"
#include "base/utf8.h"
#include "base/zoneinfo.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	CHAINS_MAX = ACCOUNT_BALANCES_MAX,
	RESULT_BYTES_MAX = 16 << 20,
	PAGE_BYTES = 4 << 20,
	LIMIT_DEFAULT = 50,
	LOOKED_AT_MAX = 20000, /* entries a page, of which few may be wanted */
	SENTENCE_BYTES = 512
};

/* ---- an entry as it is shown ---- */

static void
pack_amount(struct pack *pack, const struct posting *posting)
{
	pack_name(pack, "amount");
	if (currency_is_valid(posting->unit))
		pack_money(pack, (struct money){ posting->amount });
	else
		pack_integer(pack, posting->amount);
}

/* "balance:A1/main", or likewise of other records. */
static void
pack_side(struct pack *pack, const struct entry *entry, uint8_t side, uint32_t shard)
{
	struct bytes rest = entry->effect_bytes;
	struct effect effect = { 0 };
	struct text account, name;
	uint64_t charge;
	char text[SENTENCE_BYTES];
	for (unsigned i = 0; i <= side; i++) {
		bool there = effect_next(&rest, &effect);
		must(there);
	}
	int size;
	if (effect.table == TABLE_BALANCE && key_is_of_balance(effect.key, &account, &name)) {
		size = snprintf(text, sizeof text, "balance:%.*s/%.*s", TEXT_ARGS(account),
			TEXT_ARGS(name));
	} else if (effect.table == TABLE_COUNTER) {
		struct counter_key counter;
		char shown[COUNTER_TEXT_MAX];
		bool is_counter = key_is_of_counter(effect.key, &counter);
		must(is_counter);
		counter_key_format(&counter, shown);
		size = snprintf(text, sizeof text, "counter:%s", shown);
	} else if (effect.table == TABLE_REFUND && key_is_of_refund(effect.key, &charge)) {
		char id[CHARGE_ID_MAX];
		size = snprintf(text, sizeof text, "refund:%.*s",
			(int)charge_id_format(shard, charge, id), id);
	} else {
		size = snprintf(text, sizeof text, "%s", table_name(effect.table));
	}
	must(size > 0 && (size_t)size < sizeof text);
	pack_name_text(pack, "book", (struct text){ text, (size_t)size });
}

static void
pack_postings(struct pack *pack, const struct entry *entry, uint32_t shard)
{
	struct bytes rest = entry->posting_bytes;
	struct posting posting = { 0 };
	pack_name(pack, "postings");
	pack_array(pack, (uint32_t)entry->posting_count);
	while (posting_next(&rest, &posting)) {
		pack_map(pack, 3);
		if (posting.side == POSTING_BOOK)
			pack_name_text(pack, "book", posting.book);
		else
			pack_side(pack, entry, posting.side, shard);
		pack_amount(pack, &posting);
		pack_name_text(pack, "unit", posting.unit);
	}
}

/* What was given back of it, and by which entry last. */
static void
pack_given_back(struct pack *pack, const struct ledger_refund *refund, uint32_t shard)
{
	char id[CHARGE_ID_MAX];
	pack_name(pack, "refunded");
	pack_map(pack, 3);
	pack_name_money(pack, "amount", refund->given.money);
	pack_name_integer(pack, "usage", refund->given.quantity);
	pack_name_text(
		pack, "last", (struct text){ id, charge_id_format(shard, refund->last, id) });
}

/* `refund` is what was given back of it, if it is a charge and that was looked for; or NULL. */
static void
pack_entry(struct pack *pack, const struct entry *entry, uint32_t shard, uint64_t position,
	const struct ledger_refund *refund)
{
	char id[CHARGE_ID_MAX];
	struct text charge = { id, charge_id_format(shard, position, id) };
	bool refunded = refund != NULL && refund->last != 0;
	bool has_id = entry->id.size > 0;
	bool has_answer = entry->answer.size > 0;
	bool has_time = has_id || entry->at_ms != 0;
	pack_map(pack,
		4u + has_time + (has_id ? 2u : 0u) + (entry->scope.size > 0) + has_answer +
			refunded);
	pack_name_text(pack, "charge", charge);
	pack_name_string(pack, "kind", entry_kind_name(entry->kind));
	pack_name_integer(pack, "made", entry->made_ms);
	if (entry->scope.size > 0)
		pack_name_text(pack, "scope", once_scope_shown(entry->scope));
	if (has_time)
		pack_name_integer(pack, "at", entry->at_ms);
	if (has_id) {
		pack_name_text(pack, "id", entry->id);
		pack_name_unsigned(pack, "attempt", entry->attempt);
	}
	if (has_answer) {
		pack_name(pack, "answer");
		pack_raw(pack, entry->answer);
	}
	if (refunded)
		pack_given_back(pack, refund, shard);
	pack_postings(pack, entry, shard);
}

/* ---- the walk ---- */

/* One balance's entries, from `next` backwards. */
struct chain {
	struct record_key key;
	uint64_t next; /* 0: at its end */
};

struct walk {
	struct journal_place place;
	struct chain *chains;
	size_t chain_count;
	bool from_cursor;
	int64_t from_ms, till_ms;
	const char *kind; /* NULL: all */
	char user[IDENTIFIER_BYTES_MAX];
	size_t user_size; /* 0: all */
	size_t limit, looked_at;
	struct buffer entries; /* packed maps, one behind the other */
	size_t count;
	struct buffer one; /* the entry being read */
	bool cursor_is_bad;
	bool done;
	enum status status;
	struct fault fault;
};

static void
walk_drop(void *state)
{
	struct walk *walk = state;
	buffer_release(&walk->entries);
	buffer_release(&walk->one);
	memory_free(walk->chains);
	memory_free(walk);
}

/* The effect of an entry on the chain's balance, if it has one. */
static bool
effect_on(const struct entry *entry, const struct chain *chain, struct effect *effect)
{
	struct bytes rest = entry->effect_bytes;
	struct bytes key = { chain->key.data, chain->key.size };
	while (effect_next(&rest, effect)) {
		if (effect->table == chain->key.table && bytes_equal(effect->key, key))
			return true;
	}
	return false;
}

/*
 * The chain's next entry behind this one. If even the start of this entry's day is not before
 * `till`, everything of that day is too new, and the chain jumps to the day before.
 */
static uint64_t
chain_behind(const struct walk *walk, const struct effect *effect)
{
	if (effect->value.size == 0)
		return effect->previous;
	struct balance balance = balance_read(effect->value);
	if (walk->till_ms != INT64_MAX && (int64_t)balance.day * DAY_MS >= walk->till_ms)
		return balance.earlier;
	return effect->previous;
}

/* The highest position any chain stands at; 0 if all are at their ends. */
static uint64_t
newest(const struct walk *walk)
{
	uint64_t position = 0;
	for (size_t i = 0; i < walk->chain_count; i++) {
		if (walk->chains[i].next > position)
			position = walk->chains[i].next;
	}
	return position;
}

/*
 * Moves all chains that stand at this entry behind it; false if it touches none of their balances,
 * which only a made-up cursor can cause.
 */
static bool
move_chains(struct walk *walk, uint64_t position, const struct entry *entry)
{
	for (size_t i = 0; i < walk->chain_count; i++) {
		struct effect effect;
		if (walk->chains[i].next != position)
			continue;
		if (!effect_on(entry, &walk->chains[i], &effect))
			return false;
		walk->chains[i].next = chain_behind(walk, &effect);
	}
	return true;
}

static void
walk_failed(struct walk *walk, enum status status)
{
	walk->status = status;
	if (walk->from_cursor && (status == STATUS_NOT_FOUND || status == STATUS_CORRUPT))
		walk->cursor_is_bad = true;
}

/* Is it about a user? What moves money of an account is about nobody, though the account may have the same name. */
static bool
is_of(const struct entry *entry, struct text user)
{
	switch (entry->kind) {
	case ENTRY_CHARGE:
	case ENTRY_SESSION:
	case ENTRY_DUE:
	case ENTRY_STORED:
		return text_equal(once_scope_shown(entry->scope), user);
	case ENTRY_REFUSAL:
	case ENTRY_TOPUP:
	case ENTRY_PUT:
	case ENTRY_RELEASE:
	case ENTRY_ADJUSTMENT:
	case ENTRY_TRANSFER:
	case ENTRY_REFUND:
	case ENTRY_EXPIRY:
	case ENTRY_NOTICE:
		break;
	}
	return false;
}

static bool
is_wanted(const struct walk *walk, const struct entry *entry)
{
	struct text user = { walk->user, walk->user_size };
	return entry->made_ms < walk->till_ms && entry->kind != ENTRY_PUT &&
		(walk->kind == NULL || strcmp(entry_kind_name(entry->kind), walk->kind) == 0) &&
		(user.size == 0 || is_of(entry, user));
}

/*
 * On a worker. A page of long entries ends early, but never without an entry; one for which too many
 * were looked at, also without.
 */
static void
walk_run(void *state)
{
	struct walk *walk = state;
	struct pack pack = pack_into(&walk->entries);
	uint64_t position;
	walk->done = true;
	for (size_t i = 0; walk->from_cursor && i < walk->chain_count; i++) {
		if (walk->chains[i].next == 0)
			continue;
		enum status status = journal_prove(
			&walk->place, walk->chains[i].next, &walk->fault);
		if (status != STATUS_OK) {
			walk_failed(walk, status);
			return;
		}
	}
	while (walk->count < walk->limit && walk->entries.size < PAGE_BYTES &&
		walk->looked_at++ < LOOKED_AT_MAX && (position = newest(walk)) != 0) {
		struct entry entry;
		enum status status = journal_read(
			&walk->place, position, &walk->one, &entry, &walk->fault);
		if (status == STATUS_OK && !move_chains(walk, position, &entry))
			status = fault_set(&walk->fault, STATUS_CORRUPT, "no such chain");
		if (status != STATUS_OK) {
			walk_failed(walk, status);
			return;
		}
		if (entry.made_ms < walk->from_ms) {
			for (size_t i = 0; i < walk->chain_count; i++)
				walk->chains[i].next = 0;
			return;
		}
		if (!is_wanted(walk, &entry))
			continue;
		pack_entry(&pack, &entry, walk->place.shard, position, NULL);
		walk->count++;
	}
	if (!pack_is_whole(&pack))
		walk->status = fault_set(&walk->fault, STATUS_MEMORY, "no memory for the entries");
}

/* ---- history ---- */

/* A balance that was made since the page before has nothing that is older: it is at its end. */
static bool
read_cursor(struct walk *walk, struct text cursor, uint64_t durable)
{
	char copy[HISTORY_CURSOR_BYTES_MAX + 1];
	char *at = copy;
	if (cursor.size >= sizeof copy)
		return false;
	memcpy(copy, cursor.data, cursor.size);
	copy[cursor.size] = '\0';
	for (size_t i = 0; i < walk->chain_count; i++) {
		uint64_t position;
		int size = 0;
		if (i > 0 && *at == '\0') {
			walk->chains[i].next = 0;
			continue;
		}
		if (sscanf(at, "%20" SCNu64 "%n", &position, &size) != 1 || position % 8 != 0 ||
			position >= durable || position > walk->chains[i].next)
			return false;
		walk->chains[i].next = position;
		at += size;
		if (*at == ',')
			at++;
	}
	walk->from_cursor = true;
	return *at == '\0';
}

static void
pack_cursor(struct pack *pack, const struct walk *walk)
{
	char text[HISTORY_CURSOR_BYTES_MAX + 1];
	size_t size = 0;
	for (size_t i = 0; i < walk->chain_count; i++)
		size += (size_t)snprintf(text + size, sizeof text - size, "%s%" PRIu64,
			i > 0 ? "," : "", walk->chains[i].next);
	pack_name_text(pack, "next", (struct text){ text, size });
}

static enum call_end
answer_walk(struct call *call, struct walk *walk)
{
	if (walk->cursor_is_bad) {
		struct text arguments[] = { TEXT("cursor"),
			BILINGUAL(
				"the `next` of a page of this account", "该账户某一页的 `next`") };
		return call_error(call, SAY_OUT_OF_RANGE, arguments, 2);
	}
	if (walk->status != STATUS_OK)
		return call_failed(call, walk->status, &walk->fault);
	bool more = newest(walk) != 0;
	struct pack pack = pack_into(call_buffer(call));
	pack_map(&pack, 1u + more);
	pack_name(&pack, "entries");
	pack_array(&pack, (uint32_t)walk->count);
	pack_raw(&pack, (struct bytes){ walk->entries.data, walk->entries.size });
	if (more)
		pack_cursor(&pack, walk);
	return call_answer(call, pack_whole(&pack));
}

/* Where the account's chains begin; false: *end is what to return. */
static bool
find_chains(struct call *call, struct text account_id, struct walk *walk, enum call_end *end)
{
	struct record_key key;
	key_of_text(&key, TABLE_ACCOUNT, account_id);
	struct bytes value;
	uint64_t version;
	enum lookup found = call_find(call, shelf_key_of(&key), &value, &version);
	if (found == LOOKUP_ABSENT) {
		struct text arguments[] = { SAY_ACCOUNT, account_id };
		*end = call_error(call, SAY_NOT_FOUND, arguments, 2);
		return false;
	}
	if (found == LOOKUP_COLD) {
		*end = call_wait_record(call, shelf_key_of(&key));
		return false;
	}
	struct account account = account_read(value);
	size_t count = account.balance_count < CHAINS_MAX ? account.balance_count : CHAINS_MAX;
	walk->chains = memory_new_zeroed(count, sizeof *walk->chains);
	if (walk->chains == NULL) {
		*end = call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		struct chain *chain = &walk->chains[walk->chain_count++];
		key_of_balance(&chain->key, account_id, field_read_text(&account.balances));
		if (call_find(call, shelf_key_of(&chain->key), &value, &chain->next) ==
			LOOKUP_COLD) {
			*end = call_wait_record(call, shelf_key_of(&chain->key));
			return false;
		}
	}
	if (newest(walk) < store_durable(call->shard->store))
		return true;
	*end = call_wait_durable(call, newest(walk));
	return false;
}

enum call_end
history_run(struct call *call, const void *params)
{
	const struct history_params *history = params;
	struct walk *walk = call_state(call);
	enum call_end end;
	if (walk != NULL && walk->done)
		return answer_walk(call, walk);
	if (!call_can_work(call))
		return CALL_WAITS;
	walk = memory_new_zeroed(1, sizeof *walk);
	if (walk == NULL)
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	walk->place = store_place(call->shard->store);
	walk->limit = history->limit == NOT_GIVEN ? LIMIT_DEFAULT : (size_t)history->limit;
	walk->from_ms = history->from_ms == NOT_GIVEN ? INT64_MIN : history->from_ms;
	walk->till_ms = history->till_ms == NOT_GIVEN ? INT64_MAX : history->till_ms;
	walk->kind = history->kind == 0 ? NULL : HISTORY_KINDS[history->kind];
	walk->user_size = history->user.size;
	if (walk->user_size > 0)
		memcpy(walk->user, history->user.data, walk->user_size);
	buffer_init(&walk->entries, RESULT_BYTES_MAX);
	buffer_init(&walk->one, ENTRY_BYTES_MAX);
	if (!find_chains(call, history->account, walk, &end)) {
		walk_drop(walk);
		return end;
	}
	if (history->cursor.data != NULL &&
		!read_cursor(walk, history->cursor, store_durable(call->shard->store))) {
		walk->cursor_is_bad = true;
		end = answer_walk(call, walk);
		walk_drop(walk);
		return end;
	}
	return call_work(call, walk, walk_run, walk_drop);
}

/* ---- charge.get ---- */

static void
shown_drop(void *state)
{
	ledger_release(state);
	memory_free(state);
}

static void
shown_run(void *state)
{
	ledger_read(state);
}

static enum call_end
answer_entry(struct call *call, const struct ledger_entry *shown, struct text charge)
{
	struct ledger_refund refund;
	enum call_end end;
	if (shown->status != STATUS_OK)
		return ledger_failed(call, shown, charge);
	if (!ledger_find_refund(call, shown, &refund, &end))
		return end;
	struct pack pack = pack_into(call_buffer(call));
	pack_entry(&pack, &shown->entry, shown->place.shard, shown->position, &refund);
	return call_answer(call, pack_whole(&pack));
}

enum call_end
history_run_charge(struct call *call, const void *params)
{
	const struct charge_get_params *get = params;
	struct ledger_entry *shown = call_state(call), found = { 0 };
	enum call_end end;
	if (shown != NULL)
		return answer_entry(call, shown, get->charge);
	if (!ledger_begin(call, get->charge, &found, &end))
		return end;
	if (!call_can_work(call))
		return CALL_WAITS;
	shown = memory_new_zeroed(1, sizeof *shown);
	if (shown == NULL)
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	*shown = found;
	return call_work(call, shown, shown_run, shown_drop);
}
