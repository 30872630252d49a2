/*
 * release.migrate: subscriptions that kept an older release get the terms of today, and so the
 * newest one. All that are named go together, in one entry of the journal, or none. A preview
 * changes nothing: a worker compares the releases, and says of each subscription what is different
 * for what it holds.
 */
#include "release_change.h"
#include "shard.h"

#include "../rules/diff.h"

#include "base/memory.h"
#include "base/must.h"

enum { TERMS_BYTES = 8, SHOWN_MAX = 20 };
#define PREVIEW_BYTES_MAX ((size_t)16 * 1024 * 1024)
/* Below ENTRY_BYTES_MAX, with room for all that is not values. */
#define VALUES_BYTES_MAX ((size_t)192 * 1024)

/* A subscription that moves. */
struct mover {
	struct text id;
	struct bytes value; /* as it is */
	const struct loaded_release *from;
};

/* Those that move, of all that were named. */
struct movers {
	struct mover *list;
	size_t count;
	size_t staying;
	size_t bytes; /* of their values */
};

/* ---- who moves ---- */

static bool
is_named_before(const struct get_params *names, size_t place)
{
	for (size_t i = 0; i < place; i++)
		if (text_equal(names[i].id, names[place].id))
			return true;
	return false;
}

static enum call_end
answer_no_subscription(struct call *call, struct text id)
{
	struct text arguments[] = { SAY_SUBSCRIPTION, id };
	return call_error(call, SAY_NOT_FOUND, arguments, 2);
}

/* Notes one by its record; false: *end is what to return. */
static bool
find_mover(struct call *call, struct text id, struct movers *movers, enum call_end *end)
{
	struct releases *releases = call->shard->releases;
	struct record_key key;
	struct bytes value;
	uint64_t version;
	key_of_text(&key, TABLE_SUBSCRIPTION, id);
	switch (call_find(call, shelf_key_of(&key), &value, &version)) {
	case LOOKUP_COLD:
		*end = call_wait_record(call, shelf_key_of(&key));
		return false;
	case LOOKUP_ABSENT:
		*end = answer_no_subscription(call, id);
		return false;
	case LOOKUP_FOUND:
		break;
	}
	struct subscription subscription = subscription_read(value);
	const struct loaded_release *from = releases_for(releases, &subscription);
	if (from == releases_active(releases)) {
		movers->staying++;
		return true;
	}
	movers->list[movers->count++] = (struct mover){ id, value, from };
	movers->bytes += value.size + TERMS_BYTES;
	return true;
}

static bool
find_movers(struct call *call, const struct list *named, struct movers *movers, enum call_end *end)
{
	const struct get_params *names = named->items;
	movers->list = arena_take_zeroed(call->arena, named->count, sizeof *movers->list);
	if (movers->list == NULL) {
		*end = call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
		return false;
	}
	for (size_t i = 0; i < named->count; i++)
		if (!is_named_before(names, i) && !find_mover(call, names[i].id, movers, end))
			return false;
	if (movers->bytes <= VALUES_BYTES_MAX)
		return true;
	struct text arguments[] = { TEXT("subscriptions"),
		BILINGUAL("fewer: their records are too large to change together",
			"更少：这些用户的记录过大，不能一起修改") };
	*end = call_error(call, SAY_OUT_OF_RANGE, arguments, 2);
	return false;
}

/* ---- moving ---- */

static struct bytes
pack_event(struct call *call, const struct migrate_params *params)
{
	struct buffer *buffer = &call->shard->event;
	bool by = params->by.size > 0, why = params->why.size > 0;
	buffer_clear(buffer);
	struct pack pack = pack_into(buffer);
	pack_map(&pack, 1u + by + why);
	pack_name_string(&pack, "does", "migrate");
	if (by)
		pack_name_text(&pack, "by", params->by);
	if (why)
		pack_name_text(&pack, "why", params->why);
	return pack_whole(&pack);
}

/* The record with terms of today, or of when those begin for which the newest release is. */
static bool
make_effect(struct call *call, const struct mover *mover, struct effect *effect)
{
	const struct loaded_release *to = releases_active(call->shard->releases);
	int64_t now_ms = call->shard->now_ms;
	struct bytes before = subscription_before_terms(mover->value);
	uint8_t *value = arena_take(call->arena, before.size + TERMS_BYTES);
	struct text id = arena_copy_text(call->arena, mover->id);
	if (value == NULL || id.data == NULL)
		return false;
	memcpy(value, before.data, before.size);
	store_i64(value + before.size, now_ms > to->since_ms ? now_ms : to->since_ms);
	*effect = (struct effect){
		.table = TABLE_SUBSCRIPTION,
		.key = bytes_of_text(id),
		.value = { value, before.size + TERMS_BYTES },
	};
	must(value_is_valid(TABLE_SUBSCRIPTION, effect->value));
	return true;
}

static enum call_end
answer_moved(struct call *call, const struct movers *movers, uint64_t position)
{
	const struct loaded_release *to = releases_active(call->shard->releases);
	struct pack pack = pack_into(call_buffer(call));
	pack_map(&pack, 3);
	pack_name_text(&pack, "to", (struct text){ to->name, SHA256_HEX });
	pack_name_unsigned(&pack, "moved", movers->count);
	pack_name_unsigned(&pack, "stayed", movers->staying);
	if (movers->count == 0)
		return call_answer(call, pack_whole(&pack));
	return call_answer_at(call, pack_whole(&pack), position);
}

static enum call_end
move(struct call *call, const struct migrate_params *params, const struct movers *movers)
{
	const struct loaded_release *to = releases_active(call->shard->releases);
	struct effect *effects = arena_take_zeroed(call->arena, movers->count, sizeof *effects);
	struct bytes event = pack_event(call, params);
	uint64_t position;
	struct fault fault;
	bool made = effects != NULL && event.size > 0;
	if (movers->count == 0)
		return answer_moved(call, movers, 0);
	for (size_t i = 0; i < movers->count && made; i++)
		made = make_effect(call, &movers->list[i], &effects[i]);
	if (!made)
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	struct entry entry = {
		.kind = ENTRY_RELEASE,
		.made_ms = call->shard->now_ms,
		.release = to->number,
		.scope = { to->name, SHA256_HEX },
		.event = event,
		.effects = effects,
		.effect_count = movers->count,
	};
	enum status status = store_append(call->shard->store, &entry, effects, &position, &fault);
	if (status != STATUS_OK)
		return call_failed(call, status, &fault);
	return answer_moved(call, movers, position);
}

/* ---- a preview ---- */

struct side {
	char name[SHA256_HEX];
	char path[RELEASE_PATH_MAX];
	bool compared;
	struct diff diff; /* from this one to the newest */
};

/* What a worker says of those that would move. */
struct previewing {
	struct arena arena; /* holds the movers, and their values */
	struct mover *list;
	size_t *sides_of;
	size_t count, staying;
	struct side sides[IN_FORCE_MAX]; /* those in force; the last is the newest */
	size_t side_count;
	bool zh;
	struct buffer out; /* the list of the answer */
	bool done;
	enum status status;
	struct fault fault;
};

static void
previewing_drop(void *state)
{
	struct previewing *previewing = state;
	for (size_t i = 0; i < previewing->side_count; i++)
		diff_release(&previewing->sides[i].diff);
	arena_release(&previewing->arena);
	buffer_release(&previewing->out);
	memory_free(previewing);
}

static enum status
compare(struct previewing *previewing, struct side *from)
{
	const struct side *to = &previewing->sides[previewing->side_count - 1];
	struct buffer before, after;
	buffer_init(&before, BUNDLE_BYTES_MAX);
	buffer_init(&after, BUNDLE_BYTES_MAX);
	enum status status = disk_read_file(from->path, &before, &previewing->fault);
	if (status == STATUS_OK)
		status = disk_read_file(to->path, &after, &previewing->fault);
	if (status == STATUS_OK)
		status = diff_bundles((struct bytes){ before.data, before.size },
			(struct bytes){ after.data, after.size }, &from->diff, &previewing->fault);
	from->compared = true;
	buffer_release(&before);
	buffer_release(&after);
	return status;
}

/* Is the path "package/" and this id, and then its version or a field? */
static bool
is_of_package(struct text path, struct text package)
{
	const struct text head = TEXT("package/");
	if (path.size <= head.size + package.size || memcmp(path.data, head.data, head.size) != 0 ||
		memcmp(path.data + head.size, package.data, package.size) != 0)
		return false;
	char next = path.data[head.size + package.size];
	return next == '@' || next == '/' || next == ' ';
}

/* What a subscription pays may be another because of it: a package that it holds, or what all share. */
static bool
concerns(const struct difference *one, struct bytes value)
{
	static const char *const shared[] = { "catalog", "service", "calendar", "zones", "table" };
	if (text_equal(one->what, TEXT("package"))) {
		struct subscription subscription = subscription_read(value);
		for (unsigned i = 0; i < subscription.package_count; i++) {
			struct text package = package_held_read(&subscription.packages).package;
			if (is_of_package(one->path, package))
				return true;
		}
		return false;
	}
	for (size_t i = 0; i < sizeof shared / sizeof shared[0]; i++)
		if (text_equal(one->what, text_of(shared[i])))
			return true;
	return false;
}

static void
pack_difference(struct pack *pack, const struct difference *one, bool zh)
{
	bool from = one->from.data != NULL, to = one->to.data != NULL;
	pack_map(pack, 2u + from + to);
	pack_name_text(pack, "path", one->path);
	pack_name_text(pack, "say", zh ? one->say_zh : one->say_en);
	if (from)
		pack_name_text(pack, "from", one->from);
	if (to)
		pack_name_text(pack, "to", one->to);
}

static void
pack_mover(struct pack *pack, const struct previewing *previewing, size_t place)
{
	const struct mover *mover = &previewing->list[place];
	const struct side *side = &previewing->sides[previewing->sides_of[place]];
	const struct diff *diff = &side->diff;
	size_t count = 0, shown = 0;
	for (size_t i = 0; i < diff->count; i++)
		count += concerns(&diff->list[i], mover->value);
	pack_map(pack, 4);
	pack_name_text(pack, "subscription", mover->id);
	pack_name_text(pack, "release", (struct text){ side->name, SHA256_HEX });
	pack_name_unsigned(pack, "count", count);
	pack_name(pack, "differences");
	pack_array(pack, (uint32_t)(count < SHOWN_MAX ? count : SHOWN_MAX));
	for (size_t i = 0; i < diff->count && shown < SHOWN_MAX; i++) {
		if (!concerns(&diff->list[i], mover->value))
			continue;
		pack_difference(pack, &diff->list[i], previewing->zh);
		shown++;
	}
}

/* On a worker. */
static void
previewing_run(void *state)
{
	struct previewing *previewing = state;
	struct pack pack = pack_into(&previewing->out);
	previewing->done = true;
	previewing->status = STATUS_OK;
	pack_array(&pack, (uint32_t)previewing->count);
	for (size_t i = 0; i < previewing->count && previewing->status == STATUS_OK; i++) {
		struct side *side = &previewing->sides[previewing->sides_of[i]];
		if (!side->compared)
			previewing->status = compare(previewing, side);
		if (previewing->status == STATUS_OK)
			pack_mover(&pack, previewing, i);
	}
	if (previewing->status == STATUS_OK && !pack_is_whole(&pack))
		previewing->status = fault_set(
			&previewing->fault, STATUS_MEMORY, "no memory for a preview");
}

/* The releases in force, the newest last; and of each mover a copy, and which of them it has. */
static bool
fill(struct previewing *previewing, struct call *call, const struct movers *movers)
{
	struct arena *arena = &previewing->arena;
	const char *directory = store_directory(call->shard->store);
	size_t count;
	const struct loaded_release *const *in_force = releases_in_force(
		call->shard->releases, &count);
	for (size_t i = 0; i < count; i++) {
		struct side *side = &previewing->sides[previewing->side_count++];
		memcpy(side->name, in_force[i]->name, SHA256_HEX);
		releases_path(directory, side->name, side->path);
		diff_init(&side->diff);
	}
	previewing->staying = movers->staying;
	previewing->list = arena_take_zeroed(arena, movers->count, sizeof *previewing->list);
	previewing->sides_of = arena_take_zeroed(arena, movers->count, sizeof(size_t));
	if (previewing->list == NULL || previewing->sides_of == NULL)
		return false;
	for (size_t i = 0; i < movers->count; i++) {
		struct text value = arena_copy_text(arena, text_of_bytes(movers->list[i].value));
		struct text id = arena_copy_text(arena, movers->list[i].id);
		if (value.data == NULL || id.data == NULL)
			return false;
		previewing->list[i] = (struct mover){ id, bytes_of_text(value), NULL };
		for (size_t j = 0; j < count; j++)
			if (in_force[j] == movers->list[i].from)
				previewing->sides_of[i] = j;
		previewing->count++;
	}
	return true;
}

static enum call_end
preview(struct call *call, const struct migrate_params *params, const struct movers *movers)
{
	if (!call_can_work(call))
		return CALL_WAITS;
	struct previewing *previewing = memory_new_zeroed(1, sizeof *previewing);
	if (previewing == NULL)
		return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
	previewing->zh = params->language != 0;
	arena_init(&previewing->arena, PREVIEW_BYTES_MAX);
	buffer_init(&previewing->out, PREVIEW_BYTES_MAX);
	if (fill(previewing, call, movers))
		return call_work(call, previewing, previewing_run, previewing_drop);
	previewing_drop(previewing);
	return call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
}

static enum call_end
answer_preview(struct call *call, const struct previewing *previewing)
{
	const struct side *to = &previewing->sides[previewing->side_count - 1];
	if (previewing->status != STATUS_OK)
		return call_failed(call, previewing->status, &previewing->fault);
	struct pack pack = pack_into(call_buffer(call));
	pack_map(&pack, 4);
	pack_name_text(&pack, "to", (struct text){ to->name, SHA256_HEX });
	pack_name_unsigned(&pack, "moved", previewing->count);
	pack_name_unsigned(&pack, "stayed", previewing->staying);
	pack_name(&pack, "subscriptions");
	pack_raw(&pack, (struct bytes){ previewing->out.data, previewing->out.size });
	return call_answer(call, pack_whole(&pack));
}

enum call_end
release_run_migrate(struct call *call, const void *params)
{
	const struct migrate_params *wanted = params;
	const struct previewing *previewing = call_state(call);
	struct movers movers = { .count = 0 };
	enum call_end end;
	if (previewing != NULL && previewing->done)
		return answer_preview(call, previewing);
	if (call_release(call) == NULL)
		return call_error(call, SAY_NO_RELEASE, NULL, 0);
	if (!find_movers(call, &wanted->subscriptions, &movers, &end))
		return end;
	return wanted->preview ? preview(call, wanted, &movers) : move(call, wanted, &movers);
}
