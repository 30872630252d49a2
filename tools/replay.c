/* Pricing once more what was charged (see replay.h). */
#include "replay.h"

#include "records_kept.h"

#include "../engine/base/memory.h"
#include "../engine/priced.h"
#include "../engine/releases.h"
#include "../engine/subject.h"
#include "../store/journal.h"

#include <msgpack.h>
#include <string.h>

#define RELEASES_MAX 4096
#define PRICING_BYTES_MAX ((size_t)64 * 1024 * 1024)
#define ZONE_BYTES 4096

/* A release that the journal says was published; loaded when a charge names it. */
struct known_release {
	char name[SHA256_HEX];
	uint64_t number;
	struct loaded_release *loaded;
};

struct replaying {
	struct replay *replay;
	struct records_kept records;
	struct known_release *releases;
	size_t release_count;
	struct arena arena; /* of one charge */
	struct buffer priced;
	msgpack_zone zone;
	enum status status; /* of what ended it */
	struct fault fault;
};

static bool
fail(struct replaying *replaying, enum status status)
{
	replaying->status = status;
	return false;
}

static bool
out_of_memory(struct replaying *replaying)
{
	return fail(
		replaying, fault_set(&replaying->fault, STATUS_MEMORY, "no memory for replaying"));
}

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
		return fail(replaying,
			fault_set(&replaying->fault, STATUS_LIMIT, "more than %d releases",
				RELEASES_MAX));
	*known = (struct known_release){ .number = number };
	memcpy(known->name, key.data, RELEASE_NAME_BYTES);
	replaying->release_count++;
	return true;
}

/* The release that priced it; NULL ends the replay. */
static const struct loaded_release *
release_of(struct replaying *replaying, uint64_t number)
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
			fail(replaying, status);
			return NULL;
		}
		replaying->replay->releases++;
		return known->loaded;
	}
	fail(replaying,
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
		return out_of_memory(replaying);
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
		return fail(replaying,
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

/* ---- what it was decided from ---- */

struct subject_then {
	struct replaying *replaying;
	struct text subscription;
};

static enum fact
counter_then(void *context, const struct counter_name *name, int64_t *used)
{
	const struct subject_then *subject = context;
	struct record_key key;
	struct bytes value;
	subject_key_of_counter(&key, subject->subscription, name);
	bool there = records_kept_get(&subject->replaying->records, TABLE_COUNTER,
		(struct bytes){ key.data, key.size }, &value);
	*used = there ? load_i64(value.data) : 0;
	return FACT_KNOWN;
}

/* The packages that the subscription held; false without memory. */
static bool
read_holdings(struct replaying *replaying, struct bytes value, struct rate_question *question)
{
	struct subscription subscription = subscription_read(value);
	struct field_reader reader = subscription.packages;
	struct holding *list = arena_take_zeroed(
		&replaying->arena, subscription.package_count, sizeof *list);
	if (list == NULL)
		return out_of_memory(replaying);
	for (unsigned i = 0; i < subscription.package_count; i++) {
		struct package_held held = package_held_read(&reader);
		list[i] = holding_of(&held);
	}
	question->holdings = list;
	question->holding_count = subscription.package_count;
	return true;
}

/* ---- a charge ---- */

/* Packs what it costs now into replaying->priced: nothing, if it has no price. */
static bool
price(struct replaying *replaying, const struct loaded_release *loaded, const struct usage *usage)
{
	struct bytes value;
	struct subject_then subject = { replaying, { NULL, 0 } };
	struct rate_question question = { .image = loaded->image,
		.usage = usage,
		.facts = { &subject, counter_then },
		.functions = host_functions(loaded->host) };
	struct pricing pricing;
	if (records_kept_get(
		    &replaying->records, TABLE_SERVICE, bytes_of_text(usage->from), &value))
		subject.subscription = service_holder(value, usage->at_ms);
	if (subject.subscription.size == 0 ||
		!records_kept_get(&replaying->records, TABLE_SUBSCRIPTION,
			bytes_of_text(subject.subscription), &value))
		return true;
	if (!read_holdings(replaying, value, &question))
		return false;
	if (rate_usage(&question, &replaying->arena, &pricing, &replaying->fault) != RATE_DONE)
		return fail(replaying, replaying->fault.status);
	if (pricing.refused != 0)
		return true;
	struct pack pack = pack_into(&replaying->priced);
	priced_pack(&pack, &pricing, loaded->image, loaded->name, &replaying->arena);
	return pack_is_whole(&pack) || out_of_memory(replaying);
}

static bool
replay_charge(struct replaying *replaying, const struct journal_visit *visit)
{
	struct replay *replay = replaying->replay;
	const struct entry *entry = visit->entry;
	struct usage usage;
	const struct loaded_release *loaded = release_of(replaying, entry->release);
	arena_clear(&replaying->arena);
	buffer_clear(&replaying->priced);
	if (loaded == NULL || !read_event(replaying, entry, &usage) ||
		!price(replaying, loaded, &usage))
		return false;
	struct bytes is = { replaying->priced.data, replaying->priced.size };
	replay->charges++;
	if (is.size > 0 && memmem(entry->answer.data, entry->answer.size, is.data, is.size) != NULL)
		return true;
	replay->different++;
	replay->differs(
		replay->context, &(struct replay_difference){ visit->position, entry->answer, is });
	return true;
}

/* ---- the journal ---- */

static bool
keep_effects(struct replaying *replaying, const struct entry *entry)
{
	struct bytes rest = entry->effect_bytes;
	struct effect effect;
	while (effect_next(&rest, &effect)) {
		bool asked = effect.table == TABLE_SERVICE || effect.table == TABLE_SUBSCRIPTION ||
			effect.table == TABLE_COUNTER;
		if (effect.table == TABLE_RELEASE && effect.value.size > 0 &&
			!learn_release(replaying, effect.key))
			return false;
		if (asked &&
			!records_kept_set(
				&replaying->records, effect.table, effect.key, effect.value))
			return out_of_memory(replaying);
	}
	return true;
}

static bool
visit(void *context, const struct journal_visit *visited)
{
	struct replaying *replaying = context;
	if (visited->entry->kind == ENTRY_CHARGE && !replay_charge(replaying, visited))
		return false;
	return keep_effects(replaying, visited->entry);
}

static enum status
walk(struct replaying *replaying, struct fault *fault)
{
	struct journal_scan scan = {
		.place = folder_journal(replaying->replay->folder),
		.from_chain = replaying->replay->folder->number,
		.visit = visit,
		.context = replaying,
	};
	struct journal_head head;
	uint64_t first;
	bool torn;
	enum status status = journal_first_segment(&scan.place, &first, fault);
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK; /* nothing was ever written */
	if (status == STATUS_OK && first > 0)
		status = fault_set(fault, STATUS_NOT_FOUND,
			"the journal does not begin with its first segment, which replaying needs");
	if (status == STATUS_OK)
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
	records_kept_release(&replaying.records);
	return status;
}
