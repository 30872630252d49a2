/* One entry of the ledger (see ledger.h). */
#include "ledger.h"

#include "once.h"
#include "shard.h"

#include "base/must.h"

enum call_end
ledger_not_found(struct call *call, struct text charge)
{
	struct text arguments[] = { SAY_CHARGE, charge };
	return call_error(call, SAY_NOT_FOUND, arguments, 2);
}

enum lookup
ledger_find(struct call *call, struct text charge, struct ledger_entry *ledger, enum call_end *end)
{
	struct store *store = call->shard->store;
	uint32_t shard;
	uint64_t position;
	if (!charge_id_parse(charge, &shard, &position) || position >= store_decided(store) ||
		shard != call->shard->settings.store.shard)
		return LOOKUP_ABSENT;
	if (position >= store_durable(store)) {
		*end = call_wait_durable(call, position);
		return LOOKUP_COLD;
	}
	ledger->place = store_place(store);
	ledger->position = position;
	buffer_init(&ledger->bytes, ENTRY_BYTES_MAX);
	return LOOKUP_FOUND;
}

bool
ledger_begin(struct call *call, struct text charge, struct ledger_entry *ledger, enum call_end *end)
{
	enum lookup found = ledger_find(call, charge, ledger, end);
	if (found == LOOKUP_ABSENT)
		*end = ledger_not_found(call, charge);
	return found == LOOKUP_FOUND;
}

void
ledger_release(struct ledger_entry *ledger)
{
	buffer_release(&ledger->bytes);
}

void
ledger_read(struct ledger_entry *ledger)
{
	ledger->status = journal_prove(&ledger->place, ledger->position, &ledger->fault);
	if (ledger->status == STATUS_OK)
		ledger->status = journal_read(&ledger->place, ledger->position, &ledger->bytes,
			&ledger->entry, &ledger->fault);
}

bool
ledger_find_refund(struct call *call, const struct ledger_entry *ledger,
	struct ledger_refund *refund, enum call_end *end)
{
	struct record_key key;
	struct bytes value;
	uint64_t version;
	*refund = (struct ledger_refund){ .last = 0 };
	if (ledger->status != STATUS_OK || !entry_charges(&ledger->entry))
		return true;
	key_of_refund(&key, ledger->position);
	switch (call_find(call, shelf_key_of(&key), &value, &version)) {
	case LOOKUP_FOUND:
		*refund = (struct ledger_refund){ refund_record_read(value), version };
		return true;
	case LOOKUP_ABSENT:
		return true;
	case LOOKUP_COLD:
		break;
	}
	*end = call_wait_record(call, shelf_key_of(&key));
	return false;
}

enum call_end
ledger_failed(struct call *call, const struct ledger_entry *ledger, struct text charge)
{
	must(ledger->status != STATUS_OK);
	if (ledger->status == STATUS_NOT_FOUND)
		return ledger_not_found(call, charge);
	return call_failed(call, ledger->status, &ledger->fault);
}
