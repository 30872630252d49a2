/* One change of what is kept and what is in force (see release_change.h). */
#include "release_change.h"

#include "agenda_walk.h"
#include "proof.h"
#include "shard.h"

#include "base/must.h"

#include <signal.h>
#include <stdlib.h>

static struct text
name_of(const char name[SHA256_HEX])
{
	return (struct text){ name, SHA256_HEX };
}

static void
copy_short(char *into, size_t room, struct text text)
{
	must(text.size < room);
	if (text.size > 0)
		memcpy(into, text.data, text.size);
	into[text.size] = '\0';
}

struct activation
activation_of(const char name[SHA256_HEX], int64_t at_ms, struct text by, struct text why)
{
	struct activation activation = { .at_ms = at_ms, .since_ms = INT64_MIN };
	memcpy(activation.name, name, SHA256_HEX);
	copy_short(activation.by, sizeof activation.by, by);
	copy_short(activation.why, sizeof activation.why, why);
	return activation;
}

int64_t
activation_now(const struct call *call)
{
	size_t count, past;
	int64_t now_ms = call->shard->now_ms;
	const struct activation *list = releases_activations(call->shard->releases, &count, &past);
	return past > 0 && list[past - 1].at_ms >= now_ms ? list[past - 1].at_ms + 1 : now_ms;
}

bool
release_is_active(const struct call *call, const char name[SHA256_HEX])
{
	const struct loaded_release *active = releases_active(call->shard->releases);
	return active != NULL && memcmp(active->name, name, SHA256_HEX) == 0;
}

bool
release_is_for_all(const struct call *call, const char name[SHA256_HEX])
{
	return release_is_active(call, name) && releases_are_one(call->shard->releases);
}

/* ---- the entry ---- */

void
change_begin(struct release_change *change, struct call *call, const char *does,
	const char name[SHA256_HEX])
{
	change->call = call;
	change->does = does;
	change->name = name;
	change->by = change->why = (struct text){ NULL, 0 };
	change->at_ms = NOT_GIVEN;
	change->count = 0;
}

/* An effect on the key that was just made; `value` is none where the record ceases to exist. */
static void
add_effect(struct release_change *change, struct bytes value)
{
	const struct record_key *key = &change->keys[change->count];
	change->effects[change->count] = (struct effect){
		.table = key->table,
		.key = { key->data, key->size },
		.value = value,
	};
	change->count++;
}

static struct record_key *
next_key(struct release_change *change)
{
	must(change->count < CHANGE_EFFECTS_MAX);
	return &change->keys[change->count];
}

void
change_keep(struct release_change *change, const struct kept_release *kept)
{
	struct field_writer writer = fields_into(
		change->values[change->count], CHANGE_VALUE_BYTES_MAX);
	const struct release_record record = {
		.size = kept->size,
		.published_ms = kept->published_ms,
		.by = text_of(kept->by),
		.catalog = text_of(kept->catalog),
		.why = text_of(kept->why),
	};
	key_of_text(next_key(change), TABLE_RELEASE, name_of(kept->name));
	release_record_write(&writer, &record);
	add_effect(change, fields_written(&writer));
}

void
change_delete(struct release_change *change)
{
	key_of_text(next_key(change), TABLE_RELEASE, name_of(change->name));
	add_effect(change, (struct bytes){ NULL, 0 });
}

void
change_activate(struct release_change *change, const struct activation *activation)
{
	struct field_writer writer = fields_into(
		change->values[change->count], CHANGE_VALUE_BYTES_MAX);
	const struct activation_record record = {
		.release = name_of(activation->name),
		.by = text_of(activation->by),
		.why = text_of(activation->why),
		.since_ms = activation->since_ms,
	};
	key_of_activation(next_key(change), activation->at_ms);
	activation_record_write(&writer, &record);
	add_effect(change, fields_written(&writer));
	change->at_ms = activation->at_ms;
}

void
change_look(struct release_change *change, int64_t at_ms, const struct image *image)
{
	const struct timer_key timer = agenda_walk_timer(at_ms);
	if (!agenda_walk_is_needed(change->call->shard->releases, image))
		return;
	key_of_timer(next_key(change), &timer);
	add_effect(change, TIMER_VALUE);
}

void
change_cancel(struct release_change *change, int64_t at_ms)
{
	key_of_activation(next_key(change), at_ms);
	add_effect(change, (struct bytes){ NULL, 0 });
	change->at_ms = at_ms;
}

/* What was done, for whoever reads the journal. */
static struct bytes
pack_event(const struct release_change *change)
{
	struct buffer *buffer = &change->call->shard->event;
	bool by = change->by.size > 0, why = change->why.size > 0;
	bool at = change->at_ms != NOT_GIVEN;
	buffer_clear(buffer);
	struct pack pack = pack_into(buffer);
	pack_map(&pack, 1u + by + why + at);
	pack_name_string(&pack, "does", change->does);
	if (by)
		pack_name_text(&pack, "by", change->by);
	if (why)
		pack_name_text(&pack, "why", change->why);
	if (at)
		pack_name_integer(&pack, "at", change->at_ms);
	return pack_whole(&pack);
}

/* The first 8 bytes of its name. */
static uint64_t
number_of(const char name[SHA256_HEX])
{
	char digits[17] = { 0 };
	memcpy(digits, name, 16);
	return strtoull(digits, NULL, 16);
}

bool
change_append(struct release_change *change, uint64_t *position, enum call_end *end)
{
	struct call *call = change->call;
	struct fault fault;
	struct entry entry = {
		.kind = ENTRY_RELEASE,
		.made_ms = call->shard->now_ms,
		.release = number_of(change->name),
		.scope = name_of(change->name),
		.event = pack_event(change),
		.effects = change->effects,
		.effect_count = change->count,
	};
	/* All records that it touches must be in memory. */
	for (size_t i = 0; i < change->count; i++) {
		struct bytes value;
		uint64_t version;
		struct shelf_key key = shelf_key_of(&change->keys[i]);
		if (call_find(call, key, &value, &version) == LOOKUP_COLD) {
			*end = call_wait_record(call, key);
			return false;
		}
	}
	if (entry.event.size == 0 || !releases_make_room(call->shard->releases)) {
		*end = call_error(call, SAY_OUT_OF_MEMORY, NULL, 0);
		return false;
	}
	enum status status = store_append(
		call->shard->store, &entry, change->effects, position, &fault);
	if (status == STATUS_OK)
		return true;
	*end = call_failed(call, status, &fault);
	return false;
}

/* ---- answers ---- */

/* Of one that lies ahead. */
static const struct loaded_release *
activation_loaded(const struct activation *activation)
{
	return activation == NULL ? NULL : activation->loaded;
}

void
pack_release(struct pack *pack, struct call *call, const struct kept_release *kept, unsigned more)
{
	const struct activation *activation = releases_activation_of(
		call->shard->releases, kept->name);
	const struct loaded_release *loaded = releases_loaded(call->shard->releases, kept->name);
	bool ahead = activation != NULL && activation->loaded != NULL;
	bool in_force = loaded != NULL && loaded != activation_loaded(activation);
	bool since = loaded != NULL && loaded->since_ms != INT64_MIN;
	bool by = kept->by[0] != '\0', why = kept->why[0] != '\0';
	call_saw(call, kept->version);
	if (activation != NULL)
		call_saw(call, activation->version);
	pack_map(pack, 5u + (activation != NULL) + by + why + since + (loaded != NULL) + more);
	pack_name_text(pack, "release", name_of(kept->name));
	pack_name_string(pack, "catalog", kept->catalog);
	pack_name_unsigned(pack, "bytes", kept->size);
	pack_name_integer(pack, "published", kept->published_ms);
	if (activation != NULL && ahead)
		pack_name_integer(pack, "scheduled", activation->at_ms);
	else if (activation != NULL)
		pack_name_integer(pack, "activated", activation->at_ms);
	if (by)
		pack_name_string(pack, "by", kept->by);
	if (why)
		pack_name_string(pack, "why", kept->why);
	pack_name_bool(pack, "active", in_force);
	if (since)
		pack_name_integer(pack, "since", loaded->since_ms);
	if (loaded != NULL)
		pack_name_unsigned(pack, "memory_bytes", loaded_release_memory_bytes(loaded));
}

enum call_end
answer_release(struct call *call, const struct kept_release *kept)
{
	struct pack pack = pack_into(call_buffer(call));
	pack_release(&pack, call, kept, 0);
	return call_answer_at(call, pack_whole(&pack), call->seen);
}

enum call_end
answer_no_release(struct call *call, struct text name)
{
	struct text arguments[] = { SAY_RELEASE, name };
	return call_error(call, SAY_NOT_FOUND, arguments, 2);
}

enum call_end
answer_too_slow(struct call *call, const char *text)
{
	struct text why = arena_print(call->arena,
		BILINGUAL_STRING("the catalog had no time to be built: %s", "目录未能及时构建：%s"),
		text, text);
	return call_error(call, SAY_OVERLOADED, &why, 1);
}

/* How a child ended that did not come to say what it found. */
static struct text
words_of_end(struct call *call, const struct child_end *end)
{
	struct arena *arena = call->arena;
	switch (end->kind) {
	case CHILD_NOT_STARTED:
		return arena_print(arena,
			BILINGUAL_STRING("its process could not be started (error %d)",
				"检查进程无法启动（错误 %d）"),
			end->number, end->number);
	case CHILD_KILLED:
		if (end->number == SIGXCPU)
			return arena_print(arena,
				BILINGUAL_STRING("it took more than %u s of a processor",
					"占用处理器超过 %u 秒"),
				PROOF_CPU_SECONDS_MAX, PROOF_CPU_SECONDS_MAX);
		return arena_print(arena,
			BILINGUAL_STRING(
				"its process was ended by signal %d", "检查进程被信号 %d 终止"),
			end->number, end->number);
	case CHILD_LATE:
		return arena_print(arena,
			BILINGUAL_STRING("it was not done after %u s", "%u 秒后仍未完成"),
			PROOF_DEADLINE_MS / 1000, PROOF_DEADLINE_MS / 1000);
	case CHILD_STOPPED:
		return BILINGUAL("the server stops", "服务器正在停止");
	case CHILD_DONE:
	case CHILD_FAILED:
	case CHILD_FLOODED:
	case CHILD_NO_MEMORY:
		break;
	}
	return BILINGUAL("its process did not say what it found", "检查进程没有给出结果");
}

enum call_end
answer_child_end(struct call *call, const struct child_end *end)
{
	struct text why = words_of_end(call, end);
	return call_error(call, SAY_NOT_PROVED, &why, 1);
}

enum call_end
answer_child_memory(struct call *call)
{
	unsigned mebibytes = (unsigned)(PROOF_MEMORY_BYTES_MAX >> 20);
	struct text why = arena_print(call->arena,
		BILINGUAL_STRING("it takes more than %u MiB of memory", "占用内存超过 %u MiB"),
		mebibytes, mebibytes);
	return call_error(call, SAY_NOT_PROVED, &why, 1);
}
