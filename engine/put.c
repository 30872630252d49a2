/* customer.put, and what all puts have in common (see put.h). */
#include "put.h"

#include "agreements.h"
#include "purses.h"
#include "shard.h"

#include "base/must.h"

#include <string.h>

/* ---- common steps ---- */

static enum call_end
answer_put(struct call *call, const char *outcome, uint64_t version)
{
	struct pack pack = pack_into(call_buffer(call));
	pack_map(&pack, 2);
	pack_name_string(&pack, "outcome", outcome);
	pack_name_unsigned(&pack, "version", version);
	return call_answer_at(call, pack_whole(&pack), version);
}

static enum call_end
answer_conflict(struct putting *putting, struct text what, struct text id, int64_t expect)
{
	struct arena *arena = putting->call->arena;
	struct text arguments[] = { what, id,
		arena_print(arena, "%llu", (unsigned long long)putting->version),
		arena_print(arena, "%lld", (long long)expect) };
	return call_error(putting->call, SAY_VERSION_CONFLICT, arguments, 4);
}

enum call_end
put_not_found(struct call *call, struct text what, struct text id)
{
	struct text arguments[] = { what, id };
	return call_error(call, SAY_NOT_FOUND, arguments, 2);
}

bool
put_change(
	struct putting *putting, const struct record_key *key, struct bytes old, struct bytes value)
{
	if (bytes_equal(old, value))
		return true;
	must(putting->effect_count < PUT_EFFECTS_MAX);
	uint8_t *bytes = arena_take(putting->call->arena, key->size + value.size);
	if (bytes == NULL)
		return false;
	memcpy(bytes, key->data, key->size);
	if (value.size > 0)
		memcpy(bytes + key->size, value.data, value.size);
	putting->effects[putting->effect_count++] = (struct effect){
		.table = key->table,
		.key = { bytes, key->size },
		.value = { bytes + key->size, value.size },
	};
	return true;
}

bool
put_timer(struct putting *putting, const struct timer_key *timer, bool is_set, enum call_end *end)
{
	static const struct bytes nothing = { NULL, 0 };
	struct record_key key;
	struct bytes old;
	uint64_t version;
	key_of_timer(&key, timer);
	if (!put_read(putting->call, &key, &old, &version, end))
		return false;
	if (put_change(putting, &key, old, is_set ? TIMER_VALUE : nothing))
		return true;
	*end = call_error(putting->call, SAY_OUT_OF_MEMORY, NULL, 0);
	return false;
}

/* The entry of all changes; who did what is in the answer and the event. */
static enum call_end
append(struct putting *putting, struct text subject)
{
	struct call *call = putting->call;
	uint64_t position;
	struct fault fault;
	if (putting->effect_count == 0)
		return answer_put(call, "unchanged", putting->version);
	struct entry entry = {
		.kind = ENTRY_PUT,
		.made_ms = call->shard->now_ms,
		.scope = subject,
		.effects = putting->effects,
		.effect_count = putting->effect_count,
	};
	enum status status = store_append(
		call->shard->store, &entry, putting->effects, &position, &fault);
	if (status != STATUS_OK)
		return call_failed(call, status, &fault);
	return answer_put(call, "stored", position);
}

bool
put_read(struct call *call, const struct record_key *key, struct bytes *value, uint64_t *version,
	enum call_end *end)
{
	*value = (struct bytes){ NULL, 0 };
	if (call_find(call, shelf_key_of(key), value, version) != LOOKUP_COLD)
		return true;
	*end = call_wait_record(call, shelf_key_of(key));
	return false;
}

/* Does the catalog in force know "voice", or "voice.local"? */
static bool
is_usage(const struct image *image, struct text usage)
{
	const char *dot = memchr(usage.data, '.', usage.size);
	if (dot == NULL)
		return image_service(image, usage) != NO_INDEX;
	size_t size = (size_t)(dot - usage.data);
	uint32_t service = image_service(image, (struct text){ usage.data, size });
	struct text zone = { dot + 1, usage.size - size - 1 };
	return image_zone(image, service, zone) != NO_INDEX;
}

/* Does it know "@charges", or the charge of "@package.charge"? */
static bool
is_charges(const struct image *image, struct text paid)
{
	const char *dot = memchr(paid.data, '.', paid.size);
	uint32_t first, count;
	if (dot == NULL)
		return text_equal(paid, PURSES_ALL_CHARGES);
	struct text package = { paid.data + 1, (size_t)(dot - paid.data) - 1 };
	struct text charge = { dot + 1, paid.size - package.size - 2 };
	if (!image_package(image, package, &first, &count))
		return false;
	for (uint32_t i = first; i < first + count; i++)
		for (uint32_t j = 0; j < image->packages[i].charge_count; j++)
			if (text_equal(image->packages[i].charges[j].id, charge))
				return true;
	return false;
}

static bool
refuse_usage(struct call *call, struct text usage, enum call_end *end)
{
	*end = put_not_found(
		call, BILINGUAL("service, or zone of a service,", "业务或业务的区域"), usage);
	return false;
}

bool
put_check_paid(struct call *call, const struct list *paid, enum call_end *end)
{
	const struct loaded_release *release = releases_active(call->shard->releases);
	const struct get_params *items = paid->items;
	for (size_t i = 0; release != NULL && i < paid->count; i++) {
		if (items[i].id.data[0] != '@') {
			if (!is_usage(release->image, items[i].id))
				return refuse_usage(call, items[i].id, end);
		} else if (!is_charges(release->image, items[i].id)) {
			*end = put_not_found(call, BILINGUAL("charge of a package", "优惠包的收费"),
				items[i].id);
			return false;
		}
	}
	return true;
}

static bool
expected(const struct putting *putting, int64_t expect)
{
	return expect == NOT_GIVEN || (uint64_t)expect == putting->version;
}

enum call_end
put_finish(struct putting *putting, struct text what, struct text id, int64_t expect)
{
	if (putting->effect_count > 0 && !expected(putting, expect))
		return answer_conflict(putting, what, id, expect);
	return append(putting, id);
}

/* ---- customer ---- */

static void
write_customer(const struct customer_params *params, struct field_writer *writer)
{
	field_write_text(writer, params->segment);
	field_write_text(writer, params->area);
	field_write_u8(writer, (uint8_t)params->facts.count);
	for (size_t i = 0; i < params->facts.count; i++) {
		const struct attribute *fact = &params->facts.items[i];
		field_write_text(writer, fact->name);
		field_write_u8(writer, fact->text.data == NULL);
		if (fact->text.data != NULL)
			field_write_text(writer, fact->text);
		else
			field_write_i64(writer, fact->number);
	}
}

enum call_end
put_run_customer(struct call *call, const void *params)
{
	const struct customer_params *customer = params;
	struct putting putting = { .call = call };
	struct record_key key;
	key_of_text(&key, TABLE_CUSTOMER, customer->customer);
	struct bytes old;
	uint8_t place[PUT_VALUE_BYTES_MAX];
	struct field_writer writer = fields_into(place, sizeof place);
	enum call_end end;
	if (!put_read(call, &key, &old, &putting.version, &end))
		return end;
	write_customer(customer, &writer);
	if (!agreements_put(call, &customer->agreements, old, &writer, &end))
		return end;
	struct bytes value = fields_written(&writer);
	if (!put_change(&putting, &key, old, value))
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	if (!agreements_put_timer(&putting, customer->customer, old, value, &end))
		return end;
	return put_finish(&putting, SAY_CUSTOMER, customer->customer, customer->expect);
}
