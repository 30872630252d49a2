/* Once (see once.h). */
#include "once.h"

#include "shard.h"

#include "base/digest.h"
#include "base/instant.h"
#include "base/must.h"

#include <inttypes.h>
#include <string.h>

/* ---- charge ids ---- */

size_t
charge_id_format(uint32_t shard, uint64_t position, char text[CHARGE_ID_MAX])
{
	size_t size = decimal_put(text, shard);
	text[size++] = ':';
	size += decimal_put(text + size, position);
	text[size++] = ':';
	text[size++] = '0';
	must(size < CHARGE_ID_MAX);
	return size;
}

/* Digits without leading zeros, up to the character `end`. */
static bool
take_number(struct text *rest, char end, uint64_t *number)
{
	uint64_t value = 0;
	size_t digits = 0;
	while (digits < rest->size && rest->data[digits] >= '0' && rest->data[digits] <= '9') {
		uint64_t digit = (uint64_t)(rest->data[digits++] - '0');
		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	if (digits == 0 || (digits > 1 && rest->data[0] == '0'))
		return false;
	rest->data += digits;
	rest->size -= digits;
	*number = value;
	if (end == '\0')
		return rest->size == 0;
	if (rest->size == 0 || rest->data[0] != end)
		return false;
	rest->data++;
	rest->size--;
	return true;
}

bool
charge_id_parse(struct text text, uint32_t *shard, uint64_t *position)
{
	uint64_t shard_number, place, index;
	if (!take_number(&text, ':', &shard_number) || !take_number(&text, ':', &place) ||
		!take_number(&text, '\0', &index))
		return false;
	if (shard_number > UINT32_MAX || index != 0 || place == 0 || place % 8 != 0)
		return false;
	*shard = (uint32_t)shard_number;
	*position = place;
	return true;
}

/* ---- answers ---- */

/* A text that is made: nothing at all, if there was no memory to make it. */
static void
pack_made(struct pack *pack, const char *name, struct text made)
{
	pack_name_text(pack, name, made);
	pack->full |= made.data == NULL;
}

void
refusal_pack_why(struct pack *pack, struct arena *arena, enum say say, const struct text *arguments,
	size_t count)
{
	pack_name_string(pack, "code", say_code(say));
	pack_name(pack, "say");
	pack_map(pack, 2);
	pack_made(pack, "en", say_fill(arena, say, false, arguments, count));
	pack_made(pack, "zh", say_fill(arena, say, true, arguments, count));
}

void
refusal_pack(struct buffer *into, struct arena *arena, enum say say, const struct text *arguments,
	size_t count, const struct near_miss *miss)
{
	struct pack pack = pack_into(into);
	bool nearest = miss != NULL && miss->package.size > 0;
	bool because = miss != NULL && miss->condition != NULL;
	pack_map(&pack, 1u + REFUSAL_WHY_PAIRS + nearest + because);
	pack_name_string(&pack, "outcome", "refused");
	refusal_pack_why(&pack, arena, say, arguments, count);
	if (nearest)
		pack_made(&pack, "nearest",
			arena_print(arena, "%.*s.%.*s", TEXT_ARGS(miss->package),
				TEXT_ARGS(miss->tariff)));
	if (because) {
		pack_name(&pack, "because");
		pack_map(&pack, 3);
		pack_name_string(&pack, "condition", miss->condition);
		pack_name_text(&pack, "wanted", miss->wanted);
		pack_name_text(&pack, "got", miss->got);
	}
	if (!pack_is_whole(&pack))
		buffer_clear(into);
}

/* The number of pairs of a packed map of ours, and the size of its head. */
static uint32_t
map_head(struct bytes map, size_t *head)
{
	must(map.size > 0);
	if ((map.data[0] & 0xf0) == 0x80) {
		*head = 1;
		return map.data[0] & 0x0fu;
	}
	must(map.size >= 3 && map.data[0] == 0xde);
	*head = 3;
	return (uint32_t)map.data[1] << 8 | map.data[2];
}

enum call_end
once_answer(struct call *call, struct bytes answer, bool refused, bool repeat, uint64_t position)
{
	size_t head;
	if (answer.size == 0)
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	uint32_t pairs = map_head(answer, &head);
	struct pack pack = pack_into(call_buffer(call));
	pack_map(&pack, pairs + (refused ? 1 : 2));
	pack_raw(&pack, (struct bytes){ answer.data + head, answer.size - head });
	pack_name_bool(&pack, "repeat", repeat);
	if (!refused) {
		char id[CHARGE_ID_MAX];
		uint32_t shard = call->shard->settings.store.shard;
		pack_name_text(&pack, "charge",
			(struct text){ id, charge_id_format(shard, position, id) });
	}
	return call_answer_at(call, pack_whole(&pack), position);
}

/* ---- checks ---- */

struct text
once_account_scope(struct arena *arena, struct text account)
{
	char *scope = arena_take(arena, 1 + account.size);
	if (scope == NULL)
		return (struct text){ NULL, 0 };
	scope[0] = SCOPE_ACCOUNT_MARK;
	memcpy(scope + 1, account.data, account.size);
	return (struct text){ scope, 1 + account.size };
}

size_t
once_session_scope(char place[SCOPE_BYTES_MAX], struct text service_id, uint32_t number)
{
	size_t size = 0;
	place[size++] = SCOPE_SESSION_MARK;
	put_bytes((uint8_t *)place + size, service_id.data, service_id.size);
	size += service_id.size;
	place[size++] = SCOPE_SESSION_MARK;
	size += decimal_put(place + size, number);
	must(size <= SCOPE_BYTES_MAX);
	return size;
}

struct text
once_scope_shown(struct text scope)
{
	if (scope.size == 0 ||
		(scope.data[0] != SCOPE_ACCOUNT_MARK && scope.data[0] != SCOPE_SESSION_MARK))
		return scope;
	struct text shown = { scope.data + 1, scope.size - 1 };
	const char *number = memchr(shown.data, SCOPE_SESSION_MARK, shown.size);
	if (number != NULL)
		shown.size = (size_t)(number - shown.data);
	return shown;
}

/* 600000 as "600", 500 as "0.500". */
static struct text
seconds_text(struct arena *arena, int64_t ms)
{
	int64_t seconds = ms / SECOND_MS, rest_ms = ms % SECOND_MS;
	return rest_ms == 0 ? arena_print(arena, "%" PRId64, seconds)
			    : arena_print(arena, "%" PRId64 ".%03" PRId64, seconds, rest_ms);
}

bool
once_in_window(struct call *call, int64_t at_ms, struct bytes *refusal)
{
	const struct shard *shard = call->shard;
	int64_t oldest_ms = shard->now_ms - shard->settings.age_max_ms;
	int64_t kept_from_ms = store_ids_kept_from(shard->store);
	enum say say;
	struct text bound;
	if (kept_from_ms > oldest_ms)
		oldest_ms = kept_from_ms; /* what is older may have been decided: nobody knows */
	if (at_ms < oldest_ms) {
		say = SAY_TOO_OLD;
		bound = arena_print(call->arena, "%" PRId64, (shard->now_ms - oldest_ms) / DAY_MS);
	} else if (at_ms > shard->now_ms + shard->settings.ahead_max_ms) {
		say = SAY_AHEAD_OF_CLOCK;
		bound = seconds_text(call->arena, shard->settings.ahead_max_ms);
	} else {
		return true;
	}
	buffer_clear(&call->shard->scratch);
	refusal_pack(&call->shard->scratch, call->arena, say, &bound, 1, NULL);
	*refusal = (struct bytes){ call->shard->scratch.data, call->shard->scratch.size };
	call->shard->stats.refused++;
	return false;
}

enum once_outcome
once_check(struct call *call, struct once *once, enum call_end *end)
{
	struct entry entry;
	uint64_t position;
	enum lookup found = store_find_id(
		call->shard->store, once->scope, once->id, call->memo, &entry, &position);
	once->id_hash = call->memo->hash;
	switch (found) {
	case LOOKUP_ABSENT:
		return ONCE_DECIDE;
	case LOOKUP_COLD:
		*end = call_wait_id(call, once->scope, once->id);
		return ONCE_WAITS;
	case LOOKUP_FOUND:
		break;
	}
	if (position > call->seen)
		call->seen = position;
	if (entry.fingerprint != once->fingerprint || entry.at_ms != once->at_ms) {
		char id[CHARGE_ID_MAX];
		size_t size = charge_id_format(call->shard->settings.store.shard, position, id);
		struct text arguments[] = { once->id, { id, size } };
		*end = call_error(call, SAY_ID_CONFLICT, arguments, 2);
		return ONCE_ANSWERED;
	}
	bool refused = entry.kind == ENTRY_REFUSAL;
	if (refused && once->attempt > entry.attempt)
		return ONCE_DECIDE;
	call->shard->stats.repeated++;
	*end = once_answer(call, entry.answer, refused, true, position);
	return ONCE_ANSWERED;
}

enum progress
once_check_time(struct call *call, int64_t at_ms, enum call_end *end)
{
	struct bytes refusal;
	if (once_in_window(call, at_ms, &refusal))
		return GOES_ON;
	*end = once_answer(call, refusal, true, false, 0);
	return HAS_ENDED;
}

enum progress
once_begin(struct call *call, struct once *once, enum entry_kind kind, enum call_end *end)
{
	if (once_check_time(call, once->at_ms, end) == HAS_ENDED)
		return HAS_ENDED;
	if (once->event.size == 0 || once->scope.data == NULL) {
		*end = call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
		return HAS_ENDED;
	}
	once->fingerprint = hash64(once->event.data, once->event.size, (uint64_t)kind);
	if (once->scope.size == 0 || once_check(call, once, end) == ONCE_DECIDE)
		return GOES_ON;
	return HAS_ENDED;
}

/* ---- refusing ---- */

enum call_end
once_refuse(struct call *call, const struct once *once, struct bytes answer)
{
	uint64_t position = 0;
	struct fault fault;
	if (answer.size == 0)
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	if (once->scope.size > 0) {
		struct entry entry = once_entry(once, ENTRY_REFUSAL, call->shard->now_ms);
		entry.answer = answer;
		enum status status = store_append(
			call->shard->store, &entry, NULL, &position, &fault);
		if (status != STATUS_OK)
			return call_failed(call, status, &fault);
	}
	call->shard->stats.refused++;
	return once_answer(call, answer, true, false, position);
}

enum call_end
once_refuse_why(struct call *call, const struct once *once, enum say say,
	const struct text *arguments, size_t count)
{
	struct buffer *scratch = &call->shard->scratch;
	buffer_clear(scratch);
	refusal_pack(scratch, call->arena, say, arguments, count, NULL);
	return once_refuse(call, once, (struct bytes){ scratch->data, scratch->size });
}
