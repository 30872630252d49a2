/*
 * charge.explain: why a charge is what it is, also long after. Its entry holds the answer that was
 * given, the answer holds the facts, and the release that priced it holds the words; nothing is
 * rated again.
 *
 *   worker: the entry is read ─► shard: which release was it, is it in memory? ─►
 *   worker: loads it if not, and writes the lines ─► shard: keeps it for who asks next ─► answered
 *
 * A refusal was stored with its reason in both languages, and needs no release; nor does a refund,
 * whose answer says what it gave. A charge tells at its end what was given back of it. Of a session's
 * request the entry before is read, too: it has what was used and charged before.
 */
#include "charged.h"
#include "explain_refund.h"
#include "explain_session.h"
#include "ledger.h"
#include "once.h"
#include "shard.h"

#include "../rules/explain_due.h"
#include "unpriced.h"

#include "base/memory.h"
#include "base/must.h"

#include "../rules/explain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_BYTES_MAX = 8 << 20, FACTS_BYTES_MAX = 32 << 20, NUMBER_DIGITS = 16 };

struct explaining {
	struct ledger_entry ledger;
	/* Of a session's request: the entry before, which has the session as it was. */
	struct buffer before_bytes;
	struct entry before;
	bool is_first;                             /* there is none */
	enum { READING, WRITING, DROPPING } stage; /* what the worker does, or did last */
	bool zh;
	struct refunded refunded; /* of a charge */
	char last[CHARGE_ID_MAX];
	char name[SHA256_HEX]; /* of the release that priced it */
	char path[RELEASE_PATH_MAX];
	struct release *recalled; /* was in memory; retained until the lines are written */
	struct release *loaded;   /* was not */
	struct release *dropped;
	struct buffer text;
	enum status status;
	struct fault fault;
};

static void
explaining_drop(void *state)
{
	struct explaining *explaining = state;
	release_drop(explaining->recalled);
	release_drop(explaining->loaded);
	release_drop(explaining->dropped);
	ledger_release(&explaining->ledger);
	buffer_release(&explaining->before_bytes);
	buffer_release(&explaining->text);
	memory_free(explaining);
}

/* ---- on a worker ---- */

static void
run_read(void *state)
{
	struct explaining *explaining = state;
	struct ledger_entry *ledger = &explaining->ledger;
	ledger_read(ledger);
	if (ledger->status == STATUS_OK && ledger->entry.kind == ENTRY_SESSION)
		ledger->status = charged_read_before(&ledger->place, &ledger->entry,
			&explaining->before_bytes, &explaining->before, &explaining->is_first,
			&ledger->fault);
}

static enum status
no_room(struct fault *fault)
{
	return fault_set(fault, STATUS_MEMORY, "no memory for an explanation");
}

/* Who paid how much, where it was not the main balance alone; false without memory. */
static bool
write_paid(const struct charged *charged, bool zh, struct buffer *text)
{
	bool whole = charged->payment_count == 1 ||
		buffer_print(text, "%s\n", zh ? "付款账本：" : "paid from:");
	for (size_t i = 0; charged->payment_count > 1 && i < charged->payment_count; i++) {
		const struct payment_made *payment = &charged->payments[i];
		bool other = !text_equal(payment->account, charged->account);
		const struct unpriced_payer payer = { other ? payment->account : TEXT(""),
			payment->name, payment->amount };
		if (payment->amount.micros > 0)
			whole &= explain_payer(&payer, charged->currency, text);
	}
	return whole;
}

/* What the charge made known; false without memory. */
static bool
write_told(const struct entry *entry, bool zh, struct buffer *text)
{
	struct bytes rest = entry->effect_bytes;
	struct effect effect;
	bool whole = true, any = false;
	while (effect_next(&rest, &effect)) {
		if (effect.table != TABLE_NOTICE)
			continue;
		struct notice_record notice = notice_record_read(effect.value);
		struct text say = zh ? notice.zh : notice.en;
		if (!any)
			whole &= buffer_print(text, "%s\n", zh ? "产生的通知：" : "told:");
		whole &= buffer_print(text, "  %.*s\n", TEXT_ARGS(say));
		any = true;
	}
	return whole;
}

/* Its lines, of usage or of what fell due. */
static enum status
write_lines(struct explaining *explaining, const struct release *release, struct arena *arena)
{
	const struct entry *entry = &explaining->ledger.entry;
	const struct image *image = release_image(release);
	struct text language = explaining->zh ? TEXT("zh") : TEXT("en");
	struct due_pricing dues;
	struct pricing pricing;
	bool due = entry->kind == ENTRY_DUE;
	enum status status = due
		? unpriced_read_due(entry->answer, image, arena, &dues, &explaining->fault)
		: unpriced_read(
			  entry->answer, image, entry->at_ms, arena, &pricing, &explaining->fault);
	if (status != STATUS_OK)
		return status;
	bool whole = due ? explain_due(release, language, &dues, &explaining->text)
			 : explain_pricing(release, language, &pricing, &explaining->text);
	return whole ? STATUS_OK : no_room(&explaining->fault);
}

/* A session's request: what its parts cost so far, what they had cost, and who paid the difference. */
static enum status
write_session(struct explaining *explaining, const struct release *release, struct arena *arena)
{
	const struct entry *entry = &explaining->ledger.entry;
	struct explained_request explained;
	struct unpriced_request request;
	struct session session;
	struct effect effect;
	if (!explaining->is_first && charged_session_effect(&explaining->before, &effect))
		session = session_read(effect.value);
	const struct stored_request stored = { entry->event, entry->answer, entry->at_ms,
		explaining->is_first ? NULL : &session };
	if (!charged_session_effect(entry, &effect) ||
		!key_is_of_session(effect.key, &explained.service_id, &explained.session))
		return fault_set(&explaining->fault, STATUS_CORRUPT,
			"the entry of a session's request changes no session");
	enum status status = unpriced_read_session(
		&stored, release_image(release), arena, &request, &explaining->fault);
	if (status != STATUS_OK)
		return status;
	explained.request = &request;
	return explain_session(release, explaining->zh, &explained, &explaining->text)
		? STATUS_OK
		: no_room(&explaining->fault);
}

/* A charge of usage, or of what fell due, and who paid it. */
static enum status
write_priced(struct explaining *explaining, const struct release *release, struct arena *arena)
{
	struct charged charged;
	enum status status = write_lines(explaining, release, arena);
	if (status == STATUS_OK)
		status = charged_read(
			&explaining->ledger.entry, arena, &charged, &explaining->fault);
	if (status == STATUS_OK && !write_paid(&charged, explaining->zh, &explaining->text))
		status = no_room(&explaining->fault);
	return status;
}

static enum status
write_charge(struct explaining *explaining, const struct release *release)
{
	const struct entry *entry = &explaining->ledger.entry;
	struct arena arena;
	arena_init(&arena, FACTS_BYTES_MAX);
	enum status status = entry->kind == ENTRY_SESSION
		? write_session(explaining, release, &arena)
		: write_priced(explaining, release, &arena);
	if (status == STATUS_OK &&
		(!write_told(entry, explaining->zh, &explaining->text) ||
			!explain_refunded(
				&explaining->refunded, explaining->zh, &explaining->text)))
		status = no_room(&explaining->fault);
	arena_release(&arena);
	return status;
}

static enum status
write_refusal(struct explaining *explaining)
{
	struct unpriced_refusal refusal;
	enum status status = unpriced_read_refusal(
		explaining->ledger.entry.answer, &refusal, &explaining->fault);
	if (status != STATUS_OK)
		return status;
	struct text say = explaining->zh ? refusal.zh : refusal.en;
	if (!buffer_print(
		    &explaining->text, "%.*s: %.*s\n", TEXT_ARGS(refusal.code), TEXT_ARGS(say)))
		return no_room(&explaining->fault);
	return STATUS_OK;
}

static void
run_write(void *state)
{
	struct explaining *explaining = state;
	explaining->status = STATUS_OK;
	if (explaining->ledger.entry.kind == ENTRY_REFUSAL) {
		explaining->status = write_refusal(explaining);
		return;
	}
	if (explaining->ledger.entry.kind == ENTRY_REFUND) {
		explaining->status = explain_refund(explaining->ledger.entry.answer, explaining->zh,
			&explaining->text, &explaining->fault);
		return;
	}
	if (explaining->recalled == NULL)
		explaining->status = releases_load_texts(
			explaining->path, &explaining->loaded, &explaining->fault);
	if (explaining->status == STATUS_OK)
		explaining->status = write_charge(explaining,
			explaining->recalled != NULL ? explaining->recalled : explaining->loaded);
	release_drop(explaining->recalled);
	explaining->recalled = NULL;
}

static void
run_drop(void *state)
{
	struct explaining *explaining = state;
	release_drop(explaining->dropped);
	explaining->dropped = NULL;
}

/* ---- on the shard's thread ---- */

static enum call_end
work(struct call *call, struct explaining *explaining, void (*run)(void *state))
{
	return call_work(call, explaining, run, explaining_drop);
}

static enum call_end
begin(struct call *call, const struct charge_explain_params *params)
{
	struct ledger_entry ledger = { 0 };
	enum call_end end;
	if (!ledger_begin(call, params->charge, &ledger, &end))
		return end;
	if (!call_can_work(call))
		return CALL_WAITS;
	struct explaining *explaining = memory_new_zeroed(1, sizeof *explaining);
	if (explaining == NULL)
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	explaining->ledger = ledger;
	explaining->zh = params->language == 1;
	buffer_init(&explaining->before_bytes, ENTRY_BYTES_MAX);
	buffer_init(&explaining->text, TEXT_BYTES_MAX);
	return work(call, explaining, run_read);
}

/* What is to be said of it at the end. */
static void
note_refund(struct call *call, struct explaining *explaining, const struct ledger_refund *refund)
{
	uint32_t shard = call->shard->settings.store.shard;
	size_t size = refund->last == 0 ? 0
					: charge_id_format(shard, refund->last, explaining->last);
	explaining->refunded = (struct refunded){ refund->given, { explaining->last, size } };
}

/* The entry is there: finds the release that priced it. */
static enum call_end
was_read(struct call *call, struct explaining *explaining, struct text charge)
{
	struct releases *releases = call->shard->releases;
	const struct entry *entry = &explaining->ledger.entry;
	if (explaining->ledger.status != STATUS_OK)
		return ledger_failed(call, &explaining->ledger, charge);
	if (!entry_charges(entry) && entry->kind != ENTRY_REFUSAL && entry->kind != ENTRY_REFUND)
		return ledger_not_found(call, charge);
	struct ledger_refund refund;
	enum call_end end;
	if (!ledger_find_refund(call, &explaining->ledger, &refund, &end))
		return end;
	explaining->stage = WRITING;
	if (!entry_charges(entry))
		return work(call, explaining, run_write);
	note_refund(call, explaining, &refund);
	char number[NUMBER_DIGITS + 1];
	snprintf(number, sizeof number, "%016" PRIx64, entry->release);
	const struct kept_release *kept = releases_find(releases, text_of(number));
	if (kept == NULL) {
		struct text arguments[] = { SAY_RELEASE, text_of(number) };
		return call_error(call, SAY_NOT_FOUND, arguments, 2);
	}
	memcpy(explaining->name, kept->name, SHA256_HEX);
	releases_path(store_directory(call->shard->store), kept->name, explaining->path);
	explaining->recalled = releases_recall(releases, kept->name);
	return work(call, explaining, run_write);
}

static enum call_end
answer(struct call *call, struct explaining *explaining, struct text charge)
{
	const struct entry *entry = &explaining->ledger.entry;
	bool priced = entry_charges(entry);
	struct pack pack = pack_into(call_buffer(call));
	pack_map(&pack, 4u + priced);
	pack_name_text(&pack, "charge", charge);
	pack_name_string(&pack, "kind", entry_kind_name(entry->kind));
	pack_name_integer(&pack, "at", entry->at_ms);
	if (priced)
		pack_name_text(&pack, "release", (struct text){ explaining->name, SHA256_HEX });
	pack_name_text(&pack, "text",
		(struct text){ (const char *)explaining->text.data, explaining->text.size });
	return call_answer(call, pack_whole(&pack));
}

/* The lines are written, or not: keeps what was loaded for who asks next. */
static enum call_end
was_written(struct call *call, struct explaining *explaining, struct text charge)
{
	if (explaining->loaded != NULL) {
		explaining->dropped = releases_remember_recalled(
			call->shard->releases, explaining->loaded);
		explaining->loaded = NULL;
	}
	if (explaining->dropped != NULL) {
		explaining->stage = DROPPING;
		return work(call, explaining, run_drop);
	}
	if (explaining->status != STATUS_OK)
		return call_failed(call, explaining->status, &explaining->fault);
	return answer(call, explaining, charge);
}

enum call_end
explain_run(struct call *call, const void *params)
{
	const struct charge_explain_params *explain = params;
	struct explaining *explaining = call_state(call);
	if (explaining == NULL)
		return begin(call, explain);
	if (explaining->stage == READING)
		return was_read(call, explaining, explain->charge);
	return was_written(call, explaining, explain->charge);
}
