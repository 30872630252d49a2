/* Pricing once more what was charged (see replay.h). */
#include "replay.h"

#include "records_kept.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"
#include "../engine/charged.h"
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
	/*
	 * How much more the other release has counted than was counted: of counters that charges of
	 * the span changed, by whichever of the two.
	 */
	struct records_kept shifts;
	struct records_kept refunds; /* as they are in the end */
	struct known_release *releases;
	size_t release_count;
	struct arena arena; /* of one charge */
	struct buffer priced;
	msgpack_zone zone;
	enum status status; /* of what ended it */
	struct fault fault;
	uint64_t end; /* of the journal, about */
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
	struct bytes subscription; /* its record; size 0: nobody held the number */
	struct text id;
	bool shifted; /* counters are as the other release counts */
	/* Of the customer's own units, those that the charge took: another release takes no others. */
	struct own_units *own;
	size_t own_count;
};

/* As rules see it: what open sessions hold counts as used. */
static int64_t
counted(struct bytes value)
{
	struct counter counter = counter_read(value);
	return counter.used + counter.held;
}

static int64_t
number_kept(const struct records_kept *records, struct bytes key)
{
	struct bytes value;
	return records_kept_get(records, TABLE_COUNTER, key, &value) ? counted(value) : 0;
}

static enum fact
counter_then(void *context, const struct counter_name *name, int64_t *used)
{
	const struct subject_then *subject = context;
	const struct replaying *replaying = subject->replaying;
	struct record_key key;
	subject_key_of_counter(&key, subject->id, name);
	int64_t counted = number_kept(&replaying->records, (struct bytes){ key.data, key.size });
	if (subject->shifted)
		counted += number_kept(&replaying->shifts, (struct bytes){ key.data, key.size });
	*used = counted > 0 ? counted : 0;
	return FACT_KNOWN;
}

static void
find_subject(struct replaying *replaying, const struct usage *usage, struct subject_then *subject)
{
	const struct records_kept *records = &replaying->records;
	struct bytes value;
	*subject = (struct subject_then){ .replaying = replaying };
	if (records_kept_get(records, TABLE_SERVICE, bytes_of_text(usage->from), &value))
		subject->id = service_holder(value, usage->at_ms);
	if (subject->id.size > 0 &&
		records_kept_get(records, TABLE_SUBSCRIPTION, bytes_of_text(subject->id), &value))
		subject->subscription = value;
}

/* Whose subscription it was, and which segment that customer was in. */
static void
find_customer(const struct subject_then *subject, struct replayed *replayed)
{
	const struct records_kept *records = &subject->replaying->records;
	struct bytes value;
	if (subject->subscription.size == 0 ||
		!records_kept_get(records, TABLE_ACCOUNT,
			bytes_of_text(subscription_account(subject->subscription)), &value))
		return;
	replayed->customer = account_read(value).customer;
	if (!records_kept_get(records, TABLE_CUSTOMER, bytes_of_text(replayed->customer), &value))
		return;
	struct field_reader reader = fields_of(value);
	replayed->segment = field_read_text(&reader);
}

/* ---- a charge ---- */

/* What it costs by a release: refused, where nobody held the number. False with a failure. */
static bool
price(const struct subject_then *subject, const struct loaded_release *loaded,
	const struct usage *usage, struct pricing *pricing)
{
	struct replaying *replaying = subject->replaying;
	struct subject holder;
	struct holding *holdings;
	struct rate_question question = { .image = loaded->image,
		.usage = usage,
		.own = subject->own,
		.own_count = subject->own_count,
		.facts = { (void *)(uintptr_t)subject, counter_then },
		.functions = host_functions(loaded->host) };
	*pricing = (struct pricing){ .refused = REFUSED_NO_TARIFF };
	if (subject->subscription.size == 0)
		return true;
	holder.subscription = subscription_read(subject->subscription);
	if (!subject_holdings(
		    &holder, loaded->image, &replaying->arena, &holdings, &question.holding_count))
		return out_of_memory(replaying);
	question.holdings = holdings;
	return rate_usage(&question, &replaying->arena, pricing, &replaying->fault) == RATE_DONE ||
		fail(replaying, replaying->fault.status);
}

/* Is it what was answered? Tells, if not. False without memory. */
static bool
compare_with_answer(struct replaying *replaying, const struct journal_visit *visit,
	const struct loaded_release *loaded, const struct pricing *pricing)
{
	struct replay *replay = replaying->replay;
	struct bytes was = visit->entry->answer;
	buffer_clear(&replaying->priced);
	struct pack pack = pack_into(&replaying->priced);
	if (pricing->refused == 0)
		priced_pack(&pack, pricing, loaded->image, loaded->name, &replaying->arena);
	if (!pack_is_whole(&pack))
		return out_of_memory(replaying);
	struct bytes is = { replaying->priced.data, replaying->priced.size };
	replay->charges++;
	if (is.size > 0 && memmem(was.data, was.size, is.data, is.size) != NULL)
		return true;
	replay->different++;
	if (replay->differs != NULL)
		replay->differs(
			replay->context, &(struct replay_difference){ visit->position, was, is });
	return true;
}

/* False without memory. */
static bool
shift(struct replaying *replaying, struct bytes key, int64_t by)
{
	uint8_t value[sizeof by];
	store_i64(value, number_kept(&replaying->shifts, key) + by);
	return records_kept_set(&replaying->shifts, TABLE_COUNTER, key,
		       (struct bytes){ value, sizeof value }) ||
		out_of_memory(replaying);
}

/* From here on the other release has counted what it says, and not what was counted then. */
static bool
count_otherwise(struct replaying *replaying, const struct entry *entry, struct text subscription,
	const struct pricing *is)
{
	struct bytes rest = entry->effect_bytes;
	struct effect effect;
	for (size_t i = 0; is->refused == 0 && i < is->consumption_count; i++) {
		const struct consumption *one = &is->consumptions[i];
		struct record_key key;
		if (counter_is_own(one->name.package))
			continue;
		subject_key_of_counter(&key, subscription, &one->name);
		if (!shift(replaying, (struct bytes){ key.data, key.size },
			    one->used_after - one->used_before))
			return false;
	}
	while (effect_next(&rest, &effect)) {
		if (effect.table == TABLE_COUNTER && effect.value.size > 0 &&
			!shift(replaying, effect.key,
				number_kept(&replaying->records, effect.key) -
					counted(effect.value)))
			return false;
	}
	return true;
}

/* How much of it a charge keeps, of so much. */
struct keeping {
	int64_t part;
	int64_t of;
};

/* What is left of the charge after all its refunds, of its money, or of its usage if it was free. */
static bool
find_keeping(
	struct replaying *replaying, const struct journal_visit *visit, struct keeping *keeping)
{
	struct record_key key;
	struct charged charged;
	struct bytes value;
	*keeping = (struct keeping){ 1, 1 };
	key_of_refund(&key, visit->position);
	if (!records_kept_get(&replaying->refunds, TABLE_REFUND,
		    (struct bytes){ key.data, key.size }, &value))
		return true;
	enum status status = charged_read(
		visit->entry, &replaying->arena, &charged, &replaying->fault);
	if (status != STATUS_OK)
		return fail(replaying, status);
	struct refund_record given = refund_record_read(value);
	if (charged.paid.micros > 0)
		*keeping = (struct keeping){ charged.paid.micros - given.money.micros,
			charged.paid.micros };
	else
		*keeping = (struct keeping){ charged.quantity - given.quantity, charged.quantity };
	must(keeping->part >= 0 && keeping->part <= keeping->of);
	return true;
}

/* The lines cost what the charge keeps of them, rounded down as a sum. */
static bool
keep_earned(struct replaying *replaying, const struct keeping *keeping, struct pricing *pricing)
{
	int64_t sum = 0, kept = 0;
	if (keeping->part == keeping->of || pricing->refused != 0 || pricing->line_count == 0)
		return true;
	struct price_line *lines = arena_take(
		&replaying->arena, pricing->line_count * sizeof *lines);
	if (lines == NULL)
		return out_of_memory(replaying);
	for (size_t i = 0; i < pricing->line_count; i++) {
		lines[i] = pricing->lines[i];
		sum += lines[i].amount.micros; /* no more than the charge, which is held */
		int64_t share = (int64_t)((__int128)sum * keeping->part / keeping->of);
		lines[i].amount.micros = share - kept;
		kept = share;
	}
	pricing->lines = lines;
	pricing->amount.micros = kept;
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
	find_customer(subject, &replayed);
	if (!price(subject, replay->other, usage, &is) ||
		!find_keeping(replaying, visit, &keeping) ||
		!keep_earned(replaying, &keeping, &was) || !keep_earned(replaying, &keeping, &is))
		return false;
	enum status status = replay->priced(replay->context, &replayed, &replaying->fault);
	if (status != STATUS_OK)
		return fail(replaying, status);
	return count_otherwise(replaying, visit->entry, subject->id, &is);
}

static bool
replay_charge(struct replaying *replaying, const struct journal_visit *visit)
{
	const struct entry *entry = visit->entry;
	struct usage usage;
	struct subject_then subject;
	struct pricing was;
	const struct loaded_release *loaded = release_of(replaying, entry->release);
	arena_clear(&replaying->arena);
	if (loaded == NULL || !read_event(replaying, entry, &usage))
		return false;
	find_subject(replaying, &usage, &subject);
	if (!charged_own_units(entry, &replaying->arena, &subject.own, &subject.own_count))
		return out_of_memory(replaying);
	if (!price(&subject, loaded, &usage, &was) ||
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
			effect.table == TABLE_COUNTER ||
			(replaying->replay->other != NULL &&
				(effect.table == TABLE_CUSTOMER || effect.table == TABLE_ACCOUNT));
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
	const struct replay *replay = replaying->replay;
	const struct entry *entry = visited->entry;
	if (replay->progress != NULL)
		replay->progress(replay->context, visited->position, replaying->end);
	if (entry->kind == ENTRY_CHARGE && span_has(replay->span, entry->at_ms) &&
		!replay_charge(replaying, visited))
		return false;
	return keep_effects(replaying, visited->entry);
}

/* What was given back in the end: asked when the charge is replayed, which was before. */
static bool
visit_refund(void *context, const struct journal_visit *visited)
{
	struct replaying *replaying = context;
	struct bytes rest = visited->entry->effect_bytes;
	struct effect effect;
	while (visited->entry->kind == ENTRY_REFUND && effect_next(&rest, &effect)) {
		if (effect.table == TABLE_REFUND &&
			!records_kept_set(
				&replaying->refunds, TABLE_REFUND, effect.key, effect.value))
			return out_of_memory(replaying);
	}
	return true;
}

static enum status
walk(struct replaying *replaying, struct fault *fault)
{
	struct journal_scan scan = {
		.place = folder_journal(replaying->replay->folder),
		.from_chain = replaying->replay->folder->number,
		.visit = visit_refund,
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
	records_kept_release(&replaying.refunds);
	records_kept_release(&replaying.shifts);
	records_kept_release(&replaying.records);
	return status;
}
