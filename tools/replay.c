/* Pricing once more what was charged (see replay.h). */
#include "replay_parts.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "../engine/charged.h"
#include "../engine/priced.h"
#include "../engine/releases.h"

#include <string.h>

#define RELEASES_MAX 4096
#define PRICING_BYTES_MAX ((size_t)64 * 1024 * 1024)
#define ZONE_BYTES 4096

/* ---- releases ---- */

/* The first 8 bytes of a name, as entries carry them (release.h). */
static uint64_t
number_of(const char *name)
{
	uint64_t number = 0;
	for (size_t i = 0; i < 16; i++)
		number = number << 4 |
			(uint64_t)(name[i] <= '9' ? name[i] - '0' : name[i] - 'a' + 10);
	return number;
}

static bool
learn_release(struct replaying *replaying, struct bytes key)
{
	struct known_release *known = &replaying->releases[replaying->release_count];
	if (key.size != RELEASE_NAME_BYTES)
		return true;
	uint64_t number = number_of((const char *)key.data);
	for (size_t i = 0; i < replaying->release_count; i++)
		if (replaying->releases[i].number == number)
			return true;
	if (replaying->release_count == RELEASES_MAX)
		return replay_fail(replaying,
			fault_set(&replaying->fault, STATUS_LIMIT, "more than %d releases",
				RELEASES_MAX));
	*known = (struct known_release){ .number = number };
	memcpy(known->name, key.data, RELEASE_NAME_BYTES);
	replaying->release_count++;
	return true;
}

const struct loaded_release *
replay_release(struct replaying *replaying, uint64_t number)
{
	char path[RELEASE_PATH_MAX];
	for (size_t i = 0; i < replaying->release_count; i++) {
		struct known_release *known = &replaying->releases[i];
		if (known->number != number)
			continue;
		if (known->loaded != NULL)
			return known->loaded;
		releases_path(replaying->replay->folder->directory, known->name, path);
		enum status status = releases_load(path, &known->loaded, &replaying->fault);
		if (status != STATUS_OK) {
			replay_fail(replaying, status);
			return NULL;
		}
		replaying->replay->releases++;
		return known->loaded;
	}
	replay_fail(replaying,
		fault_set(&replaying->fault, STATUS_CORRUPT,
			"a charge names a release that was never published"));
	return NULL;
}

/* ---- the event ---- */

static struct text
text_of_object(const msgpack_object *object)
{
	return object->type == MSGPACK_OBJECT_STR
		? (struct text){ object->via.str.ptr, object->via.str.size }
		: TEXT("");
}

static int64_t
integer_of(const msgpack_object *object)
{
	return object->type == MSGPACK_OBJECT_POSITIVE_INTEGER    ? (int64_t)object->via.u64
		: object->type == MSGPACK_OBJECT_NEGATIVE_INTEGER ? object->via.i64
								  : 0;
}

static bool
read_attributes(struct replaying *replaying, const msgpack_object *map, struct usage *usage)
{
	struct attribute *list = arena_take_zeroed(
		&replaying->arena, map->via.map.size, sizeof *list);
	if (list == NULL)
		return replay_no_memory(replaying);
	for (uint32_t i = 0; i < map->via.map.size; i++) {
		const msgpack_object_kv *pair = &map->via.map.ptr[i];
		list[i].name = text_of_object(&pair->key);
		if (pair->val.type == MSGPACK_OBJECT_STR)
			list[i].text = text_of_object(&pair->val);
		else
			list[i].number = integer_of(&pair->val);
	}
	usage->attributes = list;
	usage->attribute_count = map->via.map.size;
	return true;
}

/* [service, to, unit, quantity, short, {attributes}], the last two only as far as they are there. */
static bool
read_event(struct replaying *replaying, const struct entry *entry, struct usage *usage)
{
	msgpack_object event;
	size_t offset = 0;
	msgpack_zone_clear(&replaying->zone);
	msgpack_unpack_return read = msgpack_unpack((const char *)entry->event.data,
		entry->event.size, &offset, &replaying->zone, &event);
	const msgpack_object *parts = event.via.array.ptr;
	if (read != MSGPACK_UNPACK_SUCCESS || event.type != MSGPACK_OBJECT_ARRAY ||
		event.via.array.size < 4 || integer_of(&parts[2]) < 0 ||
		integer_of(&parts[2]) > UNIT_ITEM)
		return replay_fail(replaying,
			fault_set(&replaying->fault, STATUS_CORRUPT,
				"the event of a charge is none"));
	*usage = (struct usage){ .service = text_of_object(&parts[0]),
		.from = entry->scope,
		.to = text_of_object(&parts[1]),
		.at_ms = entry->at_ms,
		.unit = (enum unit)integer_of(&parts[2]),
		.quantity = integer_of(&parts[3]) };
	return event.via.array.size < 6 || parts[5].type != MSGPACK_OBJECT_MAP ||
		read_attributes(replaying, &parts[5], usage);
}

/* ---- a charge ---- */

/* Is it what was answered? False without memory. */
static bool
compare_with_answer(struct replaying *replaying, const struct journal_visit *visit,
	const struct loaded_release *loaded, const struct pricing *pricing)
{
	buffer_clear(&replaying->priced);
	struct pack pack = pack_into(&replaying->priced);
	if (pricing->refused == 0)
		priced_pack(&pack, pricing, loaded->image, loaded->name, &replaying->arena);
	if (!pack_is_whole(&pack))
		return replay_no_memory(replaying);
	replaying->replay->charges++;
	replay_compare(replaying, visit);
	return true;
}

/* What is left of the charge after all its refunds, of its money, or of its usage if it was free. */
static bool
find_keeping(
	struct replaying *replaying, const struct journal_visit *visit, struct keeping *keeping)
{
	struct refund_record given;
	struct charged charged;
	*keeping = (struct keeping){ 1, 1 };
	if (!replay_refund(replaying, visit->position, &given))
		return true;
	enum status status = charged_read(
		visit->entry, &replaying->arena, &charged, &replaying->fault);
	if (status != STATUS_OK)
		return replay_fail(replaying, status);
	if (charged.paid.micros > 0)
		*keeping = (struct keeping){ charged.paid.micros - given.money.micros,
			charged.paid.micros };
	else
		*keeping = (struct keeping){ charged.quantity - given.quantity, charged.quantity };
	must(keeping->part >= 0 && keeping->part <= keeping->of);
	return true;
}

/* By the other release, too: `was` is what it costs by the one that priced it. */
static bool
price_otherwise(struct subject_then *subject, const struct journal_visit *visit,
	const struct usage *usage, const struct image *image, struct pricing was)
{
	struct replaying *replaying = subject->replaying;
	struct replay *replay = replaying->replay;
	struct keeping keeping;
	struct pricing is;
	struct replayed replayed = { .image = image, .was = &was, .is = &is };
	subject->shifted = true;
	replay_find_customer(subject, &replayed);
	if (!replay_price(subject, replay->other, usage, 0, &is) ||
		!find_keeping(replaying, visit, &keeping) ||
		!replay_keep(replaying, &keeping, &was) || !replay_keep(replaying, &keeping, &is))
		return false;
	enum status status = replay->priced(replay->context, &replayed, &replaying->fault);
	if (status != STATUS_OK)
		return replay_fail(replaying, status);
	return replay_count(replaying, subject->id, &is) && replay_uncount(replaying, visit->entry);
}

static bool
replay_charge(struct replaying *replaying, const struct journal_visit *visit)
{
	const struct entry *entry = visit->entry;
	struct usage usage;
	struct subject_then subject = { .replaying = replaying };
	struct bytes value;
	struct pricing was;
	const struct loaded_release *loaded = replay_release(replaying, entry->release);
	arena_clear(&replaying->arena);
	if (loaded == NULL || !read_event(replaying, entry, &usage))
		return false;
	if (records_kept_get(&replaying->records, TABLE_SERVICE, bytes_of_text(usage.from), &value))
		replay_find_subscription(&subject, service_holder(value, usage.at_ms));
	if (!charged_own_units(entry, &replaying->arena, &subject.own, &subject.own_count))
		return replay_no_memory(replaying);
	if (!replay_price(&subject, loaded, &usage, 0, &was) ||
		!compare_with_answer(replaying, visit, loaded, &was))
		return false;
	return replaying->replay->other == NULL ||
		price_otherwise(&subject, visit, &usage, loaded->image, was);
}

/* ---- the journal ---- */

static bool
keep_effects(struct replaying *replaying, const struct entry *entry)
{
	struct bytes rest = entry->effect_bytes;
	struct effect effect;
	while (effect_next(&rest, &effect)) {
		bool asked = effect.table == TABLE_SERVICE || effect.table == TABLE_SUBSCRIPTION ||
			effect.table == TABLE_COUNTER || effect.table == TABLE_SESSION ||
			(replaying->replay->other != NULL &&
				(effect.table == TABLE_CUSTOMER || effect.table == TABLE_ACCOUNT));
		if (effect.table == TABLE_RELEASE && effect.value.size > 0 &&
			!learn_release(replaying, effect.key))
			return false;
		if (asked &&
			!records_kept_set(
				&replaying->records, effect.table, effect.key, effect.value))
			return replay_no_memory(replaying);
	}
	return true;
}

static bool
visit(void *context, const struct journal_visit *visited)
{
	struct replaying *replaying = context;
	const struct replay *replay = replaying->replay;
	const struct entry *entry = visited->entry;
	if (replay->progress != NULL)
		replay->progress(replay->context, visited->position, replaying->end);
	if (entry->kind == ENTRY_CHARGE && span_has(replay->span, entry->at_ms) &&
		!replay_charge(replaying, visited))
		return false;
	if (entry->kind == ENTRY_SESSION && !replay_session(replaying, visited))
		return false;
	return keep_effects(replaying, visited->entry);
}

/*
 * What was given back in the end, and what sessions ended with: asked when the charge or report is
 * replayed, which was before.
 */
static bool
visit_ahead(void *context, const struct journal_visit *visited)
{
	struct replaying *replaying = context;
	struct bytes rest = visited->entry->effect_bytes;
	struct effect effect;
	while (visited->entry->kind == ENTRY_REFUND && effect_next(&rest, &effect)) {
		if (effect.table == TABLE_REFUND &&
			!records_kept_set(
				&replaying->refunds, TABLE_REFUND, effect.key, effect.value))
			return replay_no_memory(replaying);
	}
	return visited->entry->kind != ENTRY_SESSION || replay_note_session(replaying, visited);
}

static enum status
walk(struct replaying *replaying, struct fault *fault)
{
	struct journal_scan scan = {
		.place = folder_journal(replaying->replay->folder),
		.from_chain = replaying->replay->folder->number,
		.visit = visit_ahead,
		.context = replaying,
	};
	struct journal_head head;
	uint64_t first;
	replaying->end = journal_end_estimate(&scan.place);
	bool torn;
	enum status status = journal_first_segment(&scan.place, &first, fault);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK; /* nothing was ever written */
	if (status == STATUS_OK && first > 0)
		status = fault_set(fault, STATUS_NOT_FOUND,
			"the journal does not begin with its first segment, which replaying needs");
	if (status == STATUS_OK && replaying->replay->other != NULL)
		status = journal_scan(&scan, &head, &torn, fault);
	records_kept_release(&replaying->records); /* from the beginning again */
	scan.visit = visit;
	if (status == STATUS_OK && replaying->status == STATUS_OK)
		status = journal_scan(&scan, &head, &torn, fault);
	if (replaying->status != STATUS_OK) {
		*fault = replaying->fault;
		return replaying->status;
	}
	return status;
}

enum status
replay_run(struct replay *replay, struct fault *fault)
{
	struct replaying replaying = { .replay = replay };
	replaying.releases = memory_new_zeroed(RELEASES_MAX, sizeof *replaying.releases);
	if (replaying.releases == NULL || !msgpack_zone_init(&replaying.zone, ZONE_BYTES)) {
		memory_free(replaying.releases);
		return fault_set(fault, STATUS_MEMORY, "no memory for replaying");
	}
	arena_init(&replaying.arena, PRICING_BYTES_MAX);
	buffer_init(&replaying.priced, ENTRY_BYTES_MAX);
	enum status status = walk(&replaying, fault);
	for (size_t i = 0; i < replaying.release_count; i++)
		loaded_release_free(replaying.releases[i].loaded);
	memory_free(replaying.releases);
	buffer_release(&replaying.priced);
	arena_release(&replaying.arena);
	msgpack_zone_destroy(&replaying.zone);
	records_kept_release(&replaying.lasts);
	records_kept_release(&replaying.refunds);
	records_kept_release(&replaying.shifts);
	records_kept_release(&replaying.records);
	return status;
}
