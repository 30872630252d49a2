/* agenda.get: when something falls due next of a subscription, and how far that has come. */
#include "agenda_parts.h"

/* What of a gift has not been given, nor skipped; of a deposit, what was not released. */
static struct money
still_to_come(const struct schedule *schedule, uint32_t place)
{
	const struct stored *stored = &schedule->package->stored[place];
	uint32_t given = schedule->progress[place].given;
	struct money left = { 0 };
	if (stored->kind == MONEY_DEPOSIT)
		return schedule_unreleased(schedule, place);
	for (uint32_t i = 0; i < stored->instalment_count && !schedule->ended; i++) {
		const struct instalment *one = &stored->instalments[i];
		uint32_t gone = given < one->times ? given : one->times;
		given -= gone;
		left.micros += (int64_t)(one->times - gone) * one->amount.micros;
	}
	return left;
}

static void
pack_stored(struct pack *pack, const struct schedule *schedule, uint32_t place)
{
	const struct stored *stored = &schedule->package->stored[place];
	const struct stored_progress *progress = &schedule->progress[place];
	bool paid = progress->paid_ms != INT64_MAX;
	pack_map(pack, 5u + paid);
	pack_name_text(pack, money_kind_name(stored->kind), stored->id);
	pack_name_money(pack, "amount", stored->amount);
	if (paid)
		pack_name_integer(pack, "paid", progress->paid_ms);
	pack_name_unsigned(pack, "given", progress->given);
	pack_name_unsigned(pack, "times", stored->times);
	pack_name_money(pack, "left", still_to_come(schedule, place));
}

static void
pack_held(struct pack *pack, const struct settling *settling, size_t place)
{
	const struct agenda_held *item = settling->held[place].item;
	const struct schedule *schedule = &settling->schedules[place];
	uint32_t stored_count = schedule->package == NULL ? 0 : schedule->package->stored_count;
	bool since = item->from_ms != INT64_MIN, stuck = item->stuck.size > 0;
	pack_map(pack, 1u + since + stuck + (stored_count > 0));
	pack_name_text(pack, "package", item->package);
	if (since)
		pack_name_integer(pack, "from", item->from_ms);
	if (stuck)
		pack_name_text(pack, "stuck", item->stuck);
	if (stored_count == 0)
		return;
	pack_name(pack, "stored");
	pack_array(pack, stored_count);
	for (uint32_t i = 0; i < stored_count; i++)
		pack_stored(pack, schedule, i);
}

static enum call_end
answer(const struct settling *settling)
{
	bool next = settling->old.size > 0 && settling->agenda.next_ms != INT64_MAX;
	struct pack pack = pack_into(call_buffer(settling->call));
	pack_map(&pack, 2u + next);
	pack_name_text(&pack, "subscription", settling->id);
	if (next)
		pack_name_integer(&pack, "next", settling->agenda.next_ms);
	pack_name(&pack, "held");
	pack_array(&pack, settling->item_count);
	for (size_t i = 0; i < settling->held_count; i++) {
		if (settling->held[i].item != NULL)
			pack_held(&pack, settling, i);
	}
	return call_answer(settling->call, pack_whole(&pack));
}

/* One that owes nothing, and stores nothing, has no agenda. */
static enum call_end
answer_nothing(struct settling *settling)
{
	struct text arguments[] = { SAY_SUBSCRIPTION, settling->id };
	struct record_key key;
	struct bytes value;
	uint64_t version;
	key_of_text(&key, TABLE_SUBSCRIPTION, settling->id);
	if (!settling_find(settling, &key, &value, &version))
		return settling->end;
	if (value.size == 0)
		return call_error(settling->call, SAY_NOT_FOUND, arguments, 2);
	settling->held_count = 0;
	settling->item_count = 0;
	return answer(settling);
}

enum call_end
agenda_run_get(struct call *call, const void *params)
{
	const struct get_params *get = params;
	struct settling settling = { .call = call, .id = get->id };
	switch (settling_load(&settling, true)) {
	case AGENDA_MOVED:
		return answer(&settling);
	case AGENDA_CLEAR:
		return answer_nothing(&settling);
	case AGENDA_ENDED:
		break;
	}
	return settling.end;
}
