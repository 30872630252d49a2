/*
 * A shard with its connections, in this process: a data folder that goes away, a clock that stands
 * where the test says, a Unix socket, and peers that speak MessagePack-RPC through it by hand.
 * Everything runs on the test's thread but for the store's own workers, so a test sees each step;
 * the writer of the journal can be held before it writes.
 *
 * The catalog: usage of "voice" costs 0.10 CNY each begun minute with the package "talk", nothing
 * for the first 60 seconds of each day with "daily", and 1.00 for each "message".
 */
#ifndef SUANPAN_TEST_WORLD_H
#define SUANPAN_TEST_WORLD_H

#include "forge.h"

#include "../../../engine/base/instant.h"
#include "../../../engine/base/log.h"
#include "../../../engine/base/memory.h"
#include "../../../engine/connection.h"
#include "../../../engine/proof.h"
#include "../../../engine/timers.h"
#include "../../../rules/release.h"
#include "../../../store/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <msgpack.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#define WORLD_NOW INT64_C(1789963200000) /* 2026-09-21T04:00:00Z, a Monday */

/* A shard that proves a catalog starts this program again, with one argument. */
__attribute__((constructor)) static void
world_be_child(int count, char **arguments)
{
	if (count == 2 && strcmp(arguments[1], PROOF_ARGUMENT) == 0)
		proof_child();
}

static const char world_catalog[] UNUSED =
	"catalog \"test\" {}\n"
	"service \"voice\" { unit = \"second\" }\n"
	"service \"message\" { unit = \"item\" }\n"
	"product \"line\" { services = { \"voice\", \"message\" } }\n"
	"package \"talk\" {\n"
	"    kind = \"base\", from = \"2020-01-01\",\n"
	"    tariff { id = \"call\", serves = { service = \"voice\" }, say = \"voice.call\",\n"
	"        step = \"60 s\", price = \"0.10\" },\n"
	"    tariff { id = \"message\", serves = { service = \"message\" }, say = \"message.one\",\n"
	"        step = \"1 item\", price = \"1.00\" },\n"
	"}\n"
	"package \"daily\" {\n"
	"    kind = \"plugin\", from = \"2020-01-01\",\n"
	"    allowance { id = \"minute\", serves = { service = \"voice\" }, amount = 1, unit = \"minute\",\n"
	"        every = \"day\" },\n"
	"    tariff { id = \"call\", serves = { service = \"voice\" }, say = \"voice.call\",\n"
	"        step = \"60 s\", price = \"0.10\", uses = { \"minute\" } },\n"
	"}\n"
	"plan \"talk\" { base = \"talk\", optional = \"daily\" }\n"
	"offering \"talk\" { plans = \"talk\" }\n"
	"local texts_of = { [\"catalog.test\"] = \"test\", [\"service.voice\"] = \"voice\",\n"
	"    [\"service.message\"] = \"message\", [\"product.line\"] = \"line\", [\"package.talk\"] = \"talk\",\n"
	"    [\"package.daily\"] = \"daily\", [\"plan.talk\"] = \"talk\", [\"offering.talk\"] = \"talk\",\n"
	"    [\"allowance.minute\"] = \"minute\", [\"voice.call\"] = \"call\", [\"message.one\"] = \"message\" }\n"
	"texts \"zh\" (texts_of)\n"
	"texts \"en\" (texts_of)\n";

/* ---- holding the journal's writer ---- */

/*
 * The store writes its journal with pwrite into files that are opened with O_DSYNC. This stands
 * before it: such a write waits while the gate is shut.
 */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t opened;
	bool shut;
	unsigned waiting;
} journal_gate UNUSED = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, 0 };

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset);

ssize_t
pwrite(int fd, const void *data, size_t size, off_t offset)
{
	if ((fcntl(fd, F_GETFL) & O_DSYNC) != 0) {
		pthread_mutex_lock(&journal_gate.lock);
		journal_gate.waiting++;
		while (journal_gate.shut)
			pthread_cond_wait(&journal_gate.opened, &journal_gate.lock);
		journal_gate.waiting--;
		pthread_mutex_unlock(&journal_gate.lock);
	}
	return syscall(SYS_pwrite64, fd, data, size, offset);
}

static inline void
journal_hold(bool shut)
{
	pthread_mutex_lock(&journal_gate.lock);
	journal_gate.shut = shut;
	pthread_cond_broadcast(&journal_gate.opened);
	pthread_mutex_unlock(&journal_gate.lock);
}

/* ---- the world ---- */

struct world {
	char folder[256];
	struct shard_settings settings;
	unsigned connections_max;
	int64_t now_ms;
	uv_loop_t loop;
	uv_pipe_t listener;
	uv_prepare_t turn;
	struct shard *shard;
	struct connections *connections;
	bool failed; /* the store */
	struct fault fault;
};

static inline void
world_init(struct world *world)
{
	memset(world, 0, sizeof *world);
	scratch_make_fast(world->folder);
	struct store_settings store = store_settings_default(world->folder);
	store.records_bytes_max = (size_t)64 << 20;
	store.map_bytes = (uint64_t)256 << 20;
	store.segment_bytes = 1 << 20;
	store.batch_bytes_max = 128 * 1024;
	store.segment_spares = 2;
	store.reserve_bytes = 1 << 20;
	store.behind_bytes_max = (uint64_t)64 << 20;
	store.checkpoint_ms = 50;
	store.sweep_ms = 5;
	store.ids_generation_max = 1 << 12;
	world->settings = (struct shard_settings){
		.store = store,
		.age_max_ms = 400 * DAY_MS,
		.validity_max_ms = 3600 * SECOND_MS,
		.ahead_max_ms = 10 * MINUTE_MS,
		.frame_bytes_max = 1 << 20,
		.waiting_max = 1000,
		.notices_keep_ms = 30 * DAY_MS,
		.clock = clock_fixed(&world->now_ms),
	};
	world->connections_max = 100;
	world->now_ms = WORLD_NOW;
	log_set_level(LOG_ERROR);
}

static inline void
world_durable(void *context)
{
	struct world *world = context;
	if (world->connections != NULL)
		connections_durable(world->connections);
}

/* As the server does: everything is let go at once. */
static inline void
world_store_failed(void *context, const struct fault *fault)
{
	struct world *world = context;
	world->failed = true;
	world->fault = *fault;
	connections_close(world->connections, true);
}

static inline void
world_turn(uv_prepare_t *prepare)
{
	struct world *world = prepare->data;
	connections_send(world->connections);
	store_turn(world->shard->store, false);
	connections_resume(world->connections);
	connections_send(world->connections);
	shard_turn(world->shard);
}

static inline void
world_connected(uv_stream_t *listener, int status)
{
	struct world *world = listener->data;
	assert_int_equal(status, 0);
	connections_accept(world->connections, listener);
}

static inline void
world_socket_path(const struct world *world, char path[108])
{
	int size = snprintf(path, 108, "%s/socket", world->folder);
	assert_true(size > 0 && size < 108);
}

static inline enum status
world_try_open(struct world *world)
{
	struct store_events events = { world, world_durable, world_store_failed, NULL };
	char path[108];
	assert_int_equal(uv_loop_init(&world->loop), 0);
	enum status status = shard_open(
		&world->shard, &world->settings, &world->loop, &events, &world->fault);
	if (status != STATUS_OK) {
		world->shard = NULL;
		uv_run(&world->loop, UV_RUN_DEFAULT);
		assert_int_equal(uv_loop_close(&world->loop), 0);
		return status;
	}
	const struct connection_limits limits = { world->settings.frame_bytes_max,
		world->connections_max };
	assert_int_equal(connections_open(&world->connections, world->shard, &world->loop, &limits,
				 &world->fault),
		STATUS_OK);
	world_socket_path(world, path);
	unlink(path);
	uv_pipe_init(&world->loop, &world->listener, 0);
	world->listener.data = world;
	assert_int_equal(uv_pipe_bind(&world->listener, path), 0);
	assert_int_equal(uv_listen((uv_stream_t *)&world->listener, 100, world_connected), 0);
	uv_prepare_init(&world->loop, &world->turn);
	world->turn.data = world;
	uv_prepare_start(&world->turn, world_turn);
	return STATUS_OK;
}

static inline void
world_open(struct world *world)
{
	if (world_try_open(world) != STATUS_OK)
		fail_msg("%s", world->fault.text);
}

/* One round of the loop; waits a little if there is nothing to do. */
static inline void
world_step(struct world *world)
{
	uv_run(&world->loop, UV_RUN_NOWAIT);
	struct pollfd poll_fd = { uv_backend_fd(&world->loop), POLLIN, 0 };
	poll(&poll_fd, 1, 1);
}

static inline void
world_steps(struct world *world, int count)
{
	for (int i = 0; i < count; i++)
		world_step(world);
}

/* The end as the server makes it. */
static inline enum status
world_close(struct world *world)
{
	if (world->shard == NULL)
		return STATUS_OK;
	uv_close((uv_handle_t *)&world->listener, NULL);
	uv_prepare_stop(&world->turn);
	connections_close(world->connections, true);
	timers_stop(world->shard->timers);
	for (;;) {
		store_turn(world->shard->store, false);
		shard_turn(world->shard);
		if (connections_count(world->connections) == 0 &&
			(shard_waiting(world->shard) == 0 || world->failed))
			break;
		uv_run(&world->loop, UV_RUN_ONCE);
	}
	enum status status = shard_close(world->shard, &world->fault);
	world->shard = NULL;
	connections_free(world->connections);
	world->connections = NULL;
	uv_close((uv_handle_t *)&world->turn, NULL);
	uv_run(&world->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&world->loop), 0);
	return status;
}

static inline void
world_free(struct world *world)
{
	if (world->shard != NULL)
		assert_int_equal(world_close(world), STATUS_OK);
	scratch_remove(world->folder);
}

/* ---- peers ---- */

struct peer {
	struct world *world;
	int fd;
	uint32_t msgid; /* of the last request */
	struct buffer in;
	bool ended; /* the server has closed */
};

struct answer {
	msgpack_unpacked unpacked;
	uint32_t msgid;
	const msgpack_object *error, *result; /* one of them is NULL */
};

static inline void
peer_open(struct peer *peer, struct world *world)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	*peer = (struct peer){ .world = world };
	buffer_init(&peer->in, (size_t)1 << 28);
	world_socket_path(world, address.sun_path);
	peer->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_true(peer->fd >= 0);
	assert_int_equal(connect(peer->fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(fcntl(peer->fd, F_SETFL, O_NONBLOCK), 0);
}

static inline void
peer_close(struct peer *peer)
{
	if (peer->fd >= 0)
		close(peer->fd);
	peer->fd = -1;
	buffer_release(&peer->in);
}

/* All bytes, while the world turns; false if the server has closed. */
static inline bool
peer_send(struct peer *peer, struct bytes bytes)
{
	while (bytes.size > 0) {
		ssize_t sent = send(peer->fd, bytes.data, bytes.size, MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN)
			return false;
		if (sent > 0)
			bytes = (struct bytes){ bytes.data + sent, bytes.size - (size_t)sent };
		if (bytes.size > 0)
			world_step(peer->world);
	}
	return true;
}

/* What the notation of forge.h says, as one message. */
static inline void
peer_say(struct peer *peer, const char *notation)
{
	struct buffer message;
	buffer_init(&message, 1 << 26);
	forge(&message, notation);
	peer_send(peer, (struct bytes){ message.data, message.size });
	buffer_release(&message);
}

/* A request; `params` is its params array in the notation. Returns its msgid. */
static inline uint32_t
peer_ask(struct peer *peer, const char *method, const char *params)
{
	struct buffer message;
	buffer_init(&message, 1 << 26);
	forge_array(&message, 4);
	forge_unsigned(&message, 0);
	forge_unsigned(&message, ++peer->msgid);
	forge_string(&message, method);
	forge(&message, params);
	peer_send(peer, (struct bytes){ message.data, message.size });
	buffer_release(&message);
	return peer->msgid;
}

/* Takes in what has come. */
static inline void
peer_receive(struct peer *peer)
{
	for (;;) {
		uint8_t *at = buffer_reserve(&peer->in, 65536);
		assert_non_null(at);
		ssize_t got = recv(peer->fd, at, 65536, 0);
		if (got > 0) {
			buffer_grew(&peer->in, (size_t)got);
			continue;
		}
		peer->ended = peer->ended || got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
		return;
	}
}

/*
 * The first answer of those that have come; false if none is whole. To be destroyed with
 * answer_free.
 */
static inline bool
peer_take(struct peer *peer, struct answer *answer)
{
	size_t offset = 0;
	peer_receive(peer);
	msgpack_unpacked_init(&answer->unpacked);
	msgpack_unpack_return outcome = msgpack_unpack_next(
		&answer->unpacked, (const char *)peer->in.data, peer->in.size, &offset);
	if (outcome != MSGPACK_UNPACK_SUCCESS) {
		assert_int_equal(outcome, MSGPACK_UNPACK_CONTINUE);
		msgpack_unpacked_destroy(&answer->unpacked);
		return false;
	}
	const msgpack_object *response = &answer->unpacked.data;
	assert_int_equal(response->type, MSGPACK_OBJECT_ARRAY);
	assert_int_equal(response->via.array.size, 4);
	const msgpack_object *parts = response->via.array.ptr;
	assert_true(parts[0].via.u64 == 1);
	answer->msgid = (uint32_t)parts[1].via.u64;
	answer->error = parts[2].type == MSGPACK_OBJECT_NIL ? NULL : &parts[2];
	answer->result = answer->error != NULL ? NULL : &parts[3];
	/* The bytes stay where they are until the answer is freed. */
	struct buffer rest;
	buffer_init(&rest, peer->in.bytes_max);
	assert_true(buffer_append(&rest, peer->in.data + offset, peer->in.size - offset));
	msgpack_zone_push_finalizer(answer->unpacked.zone, memory_free, peer->in.data);
	peer->in = rest;
	return true;
}

static inline void
answer_free(struct answer *answer)
{
	msgpack_unpacked_destroy(&answer->unpacked);
}

/*
 * The next answer, while the world turns; false if the server has closed instead, or after a while.
 */
static inline bool
peer_wait(struct peer *peer, struct answer *answer)
{
	for (int i = 0; i < 20000; i++) {
		if (peer_take(peer, answer))
			return true;
		if (peer->ended)
			return false;
		world_step(peer->world);
	}
	return false;
}

/* Asks and waits for that answer, which must come. */
static inline void
peer_call(struct peer *peer, const char *method, const char *params, struct answer *answer)
{
	uint32_t msgid = peer_ask(peer, method, params);
	if (!peer_wait(peer, answer))
		fail_msg("%s %s: no answer%s", method, params, peer->ended ? ", closed" : "");
	assert_int_equal(answer->msgid, msgid);
}

/* Is the connection closed by the server, now or soon? */
static inline bool
peer_is_ended(struct peer *peer)
{
	for (int i = 0; i < 2000 && !peer->ended; i++) {
		world_step(peer->world);
		peer_receive(peer);
	}
	return peer->ended;
}

/* ---- looking at answers ---- */

static inline const char *
answer_print(const struct answer *answer)
{
	static char text[4096];
	msgpack_object_print_buffer(text, sizeof text, answer->unpacked.data);
	return text;
}

/* The field of a map, or the item of an array by its number; NULL if there is none. */
static inline const msgpack_object *
object_at(const msgpack_object *object, struct text name)
{
	if (object->type == MSGPACK_OBJECT_ARRAY) {
		size_t index = strtoul(name.data, NULL, 10);
		return index < object->via.array.size ? &object->via.array.ptr[index] : NULL;
	}
	if (object->type != MSGPACK_OBJECT_MAP)
		return NULL;
	for (uint32_t i = 0; i < object->via.map.size; i++) {
		const msgpack_object_str *key = &object->via.map.ptr[i].key.via.str;
		if (text_equal((struct text){ key->ptr, key->size }, name))
			return &object->via.map.ptr[i].val;
	}
	return NULL;
}

/*
 * The value at a path, "lines.0.amount", as text: "" if it is not there. Good until the fourth next
 * call.
 */
static inline const char *
answer_text(const struct answer *answer, const char *path)
{
	static char texts[4][1024];
	static unsigned next;
	char *text = texts[next++ % 4];
	const msgpack_object *object = answer->result;
	text[0] = '\0';
	while (object != NULL && *path != '\0') {
		size_t size = strcspn(path, ".");
		object = object_at(object, (struct text){ path, size });
		path += size + (path[size] == '.');
	}
	if (object == NULL)
		return text;
	switch (object->type) {
	case MSGPACK_OBJECT_STR:
		snprintf(text, 1024, "%.*s", (int)object->via.str.size, object->via.str.ptr);
		break;
	case MSGPACK_OBJECT_POSITIVE_INTEGER:
	case MSGPACK_OBJECT_NEGATIVE_INTEGER:
		snprintf(text, 1024, "%" PRId64, object->via.i64);
		break;
	case MSGPACK_OBJECT_BOOLEAN:
		snprintf(text, 1024, "%s", object->via.boolean ? "true" : "false");
		break;
	case MSGPACK_OBJECT_ARRAY:
		snprintf(text, 1024, "array of %u", object->via.array.size);
		break;
	case MSGPACK_OBJECT_MAP:
		snprintf(text, 1024, "map of %u", object->via.map.size);
		break;
	case MSGPACK_OBJECT_NIL:
	case MSGPACK_OBJECT_FLOAT32:
	case MSGPACK_OBJECT_FLOAT64:
	case MSGPACK_OBJECT_BIN:
	case MSGPACK_OBJECT_EXT:
		snprintf(text, 1024, "?");
		break;
	}
	return text;
}

static inline void
assert_field(const struct answer *answer, const char *path, const char *wanted)
{
	if (answer->result == NULL || strcmp(answer_text(answer, path), wanted) != 0)
		fail_msg("%s is not \"%s\" in %s", path, wanted, answer_print(answer));
}

/* Does the error begin with this code? */
static inline bool
answer_is_error(const struct answer *answer, const char *code)
{
	size_t size = strlen(code);
	return answer->error != NULL && answer->error->type == MSGPACK_OBJECT_STR &&
		answer->error->via.str.size > size &&
		memcmp(answer->error->via.str.ptr, code, size) == 0 &&
		answer->error->via.str.ptr[size] == ':';
}

static inline void
assert_error(const struct answer *answer, const char *code)
{
	if (!answer_is_error(answer, code))
		fail_msg("%s instead of an error %s", answer_print(answer), code);
}

/* Asks, and the answer must have that field so. */
static inline void
check_field(struct peer *peer, const char *method, const char *params, const char *path,
	const char *wanted)
{
	struct answer answer;
	peer_call(peer, method, params, &answer);
	assert_field(&answer, path, wanted);
	answer_free(&answer);
}

static inline void
check_error(struct peer *peer, const char *method, const char *params, const char *code)
{
	struct answer answer;
	peer_call(peer, method, params, &answer);
	assert_error(&answer, code);
	answer_free(&answer);
}

static inline void
check_outcome(struct peer *peer, const char *method, const char *params, const char *outcome)
{
	check_field(peer, method, params, "outcome", outcome);
}

/* ---- people ---- */

/* Publishes a catalog of one file and puts it in force. */
static inline void
world_publish(struct peer *peer, const char *source, bool activate)
{
	struct bundle_file file = { TEXT("catalog.lua"), bytes_of_text(text_of(source)) };
	struct buffer bundle, message;
	struct fault fault;
	struct answer answer;
	buffer_init(&bundle, BUNDLE_BYTES_MAX);
	buffer_init(&message, BUNDLE_BYTES_MAX);
	assert_int_equal(bundle_of_files(&file, 1, &bundle, &fault), STATUS_OK);
	forge(&message, "<94 00>");
	message.size = 2;
	forge_unsigned(&message, ++peer->msgid);
	forge_string(&message, "release.publish");
	forge_array(&message, 1);
	forge_map(&message, 2);
	forge_string(&message, "bundle");
	forge_bin(&message, (struct bytes){ bundle.data, bundle.size });
	forge_string(&message, "activate");
	forge_bool(&message, activate);
	assert_true(peer_send(peer, (struct bytes){ message.data, message.size }));
	if (!peer_wait(peer, &answer))
		fail_msg("release.publish: no answer");
	assert_field(&answer, "active", activate ? "true" : "false");
	answer_free(&answer);
	buffer_release(&bundle);
	buffer_release(&message);
}

/* Account aN with a subscription sN, known as N, holding the package, and money. */
static inline void
world_subscribe(struct peer *peer, int number, const char *package, const char *money)
{
	char params[400];
	snprintf(params, sizeof params, "[{customer: c%d}]", number);
	check_outcome(peer, "customer.put", params, "stored");
	snprintf(params, sizeof params, "[{account: a%d, customer: c%d}]", number, number);
	check_outcome(peer, "account.put", params, "stored");
	snprintf(params, sizeof params,
		"[{subscription: s%d, account: a%d, product: line, service_ids: [\"%d\"], packages: [%s]}]",
		number, number, number, package);
	check_outcome(peer, "subscription.put", params, "stored");
	snprintf(params, sizeof params,
		"[{id: start, account: a%d, at: %" PRId64 ", amount: \"%s\", currency: \"CNY\"}]",
		number, peer->world->now_ms, money);
	check_outcome(peer, "balance.topup", params, "topped_up");
}

/* The params of a charge of voice that began now. */
static inline const char *
voice(const struct world *world, int number, const char *id, int64_t seconds)
{
	static char params[4][300];
	static unsigned next;
	char *text = params[next++ % 4];
	snprintf(text, 300,
		"[{id: \"%s\", service_id: \"%d\", service: voice, at: %" PRId64
		", seconds: %" PRId64 "}]",
		id, number, world->now_ms, seconds);
	return text;
}

static inline void
check_balance(struct peer *peer, int number, const char *amount)
{
	char params[40];
	snprintf(params, sizeof params, "[a%d]", number);
	check_field(peer, "balance.get", params, "balances.0.amount", amount);
}

#endif
