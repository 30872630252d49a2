/*
 * The bare loop: the least that a charging server on libuv, msgpack-c and Lua has to do, as the
 * limit to measure against. It reads the same requests as Suanpan, checks that the id is new, makes
 * one Lua call for the price, changes the balance in an array, puts a record of 300 bytes into the
 * journal, and answers when that is on disk. It has no recovery, no releases, no explanations, no
 * bounds on what clients do: whatever those cost, they cost more than this.
 *
 *   bare FOLDER PRICE.LUA SUBSCRIPTIONS MONTH     prints "listening on 127.0.0.1:PORT"; MONTH is
 * year × 12 + month - 1
 */
#include "journal.h"

#include <lauxlib.h>
#include <lualib.h>
#include <msgpack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <uv.h>
#include <xxhash.h>

#define INPUT_BYTES (64 * 1024)
#define BATCH_BYTES_MAX (1024 * 1024)
#define RECORD_BYTES 300
#define START_FEN INT64_C(10000000000)
#define ID_SLOTS (UINT64_C(1) << 26)
#define IDS_MAX (ID_SLOTS / 4 * 3)
#define FREE_MINUTES 100

struct account {
	int64_t fen;
	uint32_t used; /* free minutes, in `month` */
	uint32_t month;
};

/* What a request asks for; texts point into the connection's input. */
struct request {
	uint64_t number;
	bool totals; /* the method "totals": for the probe that looks whether balances are right */
	msgpack_object_str id;
	uint64_t account;
	int64_t at_ms;
	int64_t seconds;
};

/* Answers gather in `held` of their batch (by its number's lowest bit) until that is durable. */
struct connection {
	uv_tcp_t tcp;
	struct server *server;
	uint8_t *input;
	size_t input_size;
	msgpack_sbuffer held[2];
	struct connection *next_dirty[2];
	struct connection *next_stalled;
	bool stalled;
};

struct server {
	uv_loop_t loop;
	uv_tcp_t listener;
	uv_async_t durable;
	uv_check_t turn_end;
	lua_State *lua;
	struct journal *journal;
	struct account *accounts;
	uint64_t account_count;
	uint64_t *ids; /* hashes of the ids that were charged; 0 is free */
	uint64_t charged;
	struct connection *dirty[2];
	struct connection *stalled; /* have input for which the batch had no room */
	uint64_t released;          /* number of the last batch whose answers have left */
	msgpack_zone zone;
};

static _Noreturn void
give_up(const char *what, const char *why)
{
	fprintf(stderr, "bare: %s: %s\n", what, why);
	exit(1);
}

static bool
key_is(const msgpack_object *key, const char *name)
{
	return key->type == MSGPACK_OBJECT_STR && key->via.str.size == strlen(name) &&
		memcmp(key->via.str.ptr, name, key->via.str.size) == 0;
}

static uint64_t
account_named(const struct server *server, const msgpack_object *name)
{
	uint64_t number = 0;
	if (name->type != MSGPACK_OBJECT_STR)
		give_up("request", "service_id is no text");
	for (uint32_t i = 1; i < name->via.str.size; i++)
		number = number * 10 + (uint64_t)(name->via.str.ptr[i] - '0');
	if (number >= server->account_count)
		give_up("request", "no such service_id");
	return number;
}

static struct request
request_of(const struct server *server, const msgpack_object *message)
{
	struct request request = { 0 };
	if (message->type != MSGPACK_OBJECT_ARRAY || message->via.array.size != 4)
		give_up("request", "not a request");
	const msgpack_object *parts = message->via.array.ptr;
	request.number = parts[1].via.u64;
	request.totals = key_is(&parts[2], "totals");
	if (request.totals)
		return request;
	if (!key_is(&parts[2], "charge") || parts[3].type != MSGPACK_OBJECT_ARRAY ||
		parts[3].via.array.size != 1 ||
		parts[3].via.array.ptr[0].type != MSGPACK_OBJECT_MAP)
		give_up("request", "not a charge");
	msgpack_object_map map = parts[3].via.array.ptr[0].via.map;
	for (uint32_t i = 0; i < map.size; i++) {
		const msgpack_object *key = &map.ptr[i].key;
		const msgpack_object *value = &map.ptr[i].val;
		if (key_is(key, "id"))
			request.id = value->via.str;
		else if (key_is(key, "service_id"))
			request.account = account_named(server, value);
		else if (key_is(key, "at"))
			request.at_ms = value->via.i64;
		else if (key_is(key, "seconds"))
			request.seconds = value->via.i64;
	}
	if (request.id.size == 0 || request.seconds == 0)
		give_up("request", "a field is missing");
	return request;
}

/* True if the id is new; it is known from then on. */
static bool
remember_id(struct server *server, msgpack_object_str id)
{
	uint64_t hash = XXH3_64bits(id.ptr, id.size) | 1;
	uint64_t at = hash >> 32;
	for (;; at++) {
		uint64_t *slot = &server->ids[at & (ID_SLOTS - 1)];
		if (*slot == hash)
			return false;
		if (*slot == 0) {
			*slot = hash;
			return true;
		}
	}
}

/* Returns the fen to pay and moves the counter. */
static int64_t
price(struct server *server, const struct request *request, struct account *account)
{
	lua_State *lua = server->lua;
	lua_pushvalue(lua, 1);
	lua_pushinteger(lua, request->at_ms);
	lua_pushinteger(lua, request->seconds);
	lua_pushinteger(lua, account->used);
	lua_pushinteger(lua, account->month);
	if (lua_pcall(lua, 4, 3, 0) != LUA_OK)
		give_up("price", lua_tostring(lua, -1));
	int64_t fen = lua_tointeger(lua, -3);
	account->used = (uint32_t)lua_tointeger(lua, -2);
	account->month = (uint32_t)lua_tointeger(lua, -1);
	lua_settop(lua, 1);
	return fen;
}

static msgpack_sbuffer *
hold_answer(struct server *server, struct connection *connection)
{
	uint64_t parity = journal_batch(server->journal) & 1;
	msgpack_sbuffer *held = &connection->held[parity];
	if (held->size == 0) {
		connection->next_dirty[parity] = server->dirty[parity];
		server->dirty[parity] = connection;
	}
	return held;
}

static void
pack_text(msgpack_packer *packer, const char *text)
{
	msgpack_pack_str(packer, strlen(text));
	msgpack_pack_str_body(packer, text, strlen(text));
}

static void
pack_fen(msgpack_packer *packer, int64_t fen)
{
	char text[32];
	int size = snprintf(
		text, sizeof text, "%lld.%02lld", (long long)fen / 100, (long long)fen % 100);
	msgpack_pack_str(packer, (size_t)size);
	msgpack_pack_str_body(packer, text, (size_t)size);
}

static void
pack_head(msgpack_packer *packer, const struct request *request, size_t pairs)
{
	msgpack_pack_array(packer, 4);
	msgpack_pack_int(packer, 1);
	msgpack_pack_uint64(packer, request->number);
	msgpack_pack_nil(packer);
	msgpack_pack_map(packer, pairs);
}

static void
answer_totals(const struct server *server, const struct request *request, msgpack_packer *packer)
{
	int64_t fen = 0;
	for (uint64_t i = 0; i < server->account_count; i++)
		fen += server->accounts[i].fen;
	pack_head(packer, request, 3);
	pack_text(packer, "charged");
	msgpack_pack_uint64(packer, server->charged);
	pack_text(packer, "balances");
	pack_fen(packer, fen);
	pack_text(packer, "journal_bytes");
	msgpack_pack_uint64(packer, journal_bytes(server->journal));
}

/* The request as it came, what changed, and the answer: what a server would need to recover. */
static void
write_record(
	uint8_t *record, const struct request *request, const struct account *account, int64_t fen)
{
	memset(record, 0, RECORD_BYTES);
	memcpy(record, &request->account, 8);
	memcpy(record + 8, &request->at_ms, 8);
	memcpy(record + 16, &request->seconds, 8);
	memcpy(record + 24, account, sizeof *account);
	memcpy(record + 40, &fen, 8);
	memcpy(record + 48, request->id.ptr, request->id.size < 64 ? request->id.size : 64);
}

static void
charge(struct server *server, const struct request *request, uint8_t *record,
	msgpack_packer *packer)
{
	struct account *account = &server->accounts[request->account];
	if (server->charged == IDS_MAX)
		give_up("ids", "the table is full");
	if (!remember_id(server, request->id)) {
		pack_head(packer, request, 2);
		pack_text(packer, "outcome");
		pack_text(packer, "refused");
		pack_text(packer, "code");
		pack_text(packer, "REPEAT");
		return;
	}
	struct account changed = *account;
	int64_t fen = price(server, request, &changed);
	if (account->fen < fen)
		give_up("charge", "the balance is too low");
	changed.fen -= fen;
	*account = changed;
	server->charged++;
	write_record(record, request, account, fen);
	pack_head(packer, request, 4);
	pack_text(packer, "outcome");
	pack_text(packer, "charged");
	pack_text(packer, "amount");
	pack_fen(packer, fen);
	pack_text(packer, "free_minutes_left");
	msgpack_pack_uint32(packer, FREE_MINUTES - account->used);
	pack_text(packer, "balance");
	pack_fen(packer, account->fen);
}

/* Handles one message; false if there is none that is complete, or no room for its record. */
static bool
handle_one(struct server *server, struct connection *connection, size_t *at)
{
	size_t next = *at;
	msgpack_object message;
	msgpack_zone_clear(&server->zone);
	msgpack_unpack_return parsed = msgpack_unpack((const char *)connection->input,
		connection->input_size, &next, &server->zone, &message);
	if (parsed == MSGPACK_UNPACK_CONTINUE)
		return false;
	if (parsed != MSGPACK_UNPACK_SUCCESS && parsed != MSGPACK_UNPACK_EXTRA_BYTES)
		give_up("request", "not MessagePack");
	struct request request = request_of(server, &message);
	uint8_t *record = journal_reserve(server->journal, RECORD_BYTES);
	if (record == NULL) {
		connection->stalled = true;
		connection->next_stalled = server->stalled;
		server->stalled = connection;
		uv_read_stop((uv_stream_t *)&connection->tcp);
		return false;
	}
	msgpack_packer packer;
	msgpack_packer_init(&packer, hold_answer(server, connection), msgpack_sbuffer_write);
	if (request.totals)
		answer_totals(server, &request, &packer);
	else
		charge(server, &request, record, &packer);
	*at = next;
	return true;
}

static void
handle_input(struct connection *connection)
{
	size_t at = 0;
	while (at < connection->input_size && handle_one(connection->server, connection, &at))
		;
	connection->input_size -= at;
	memmove(connection->input, connection->input + at, connection->input_size);
}

static void
connection_closed(uv_handle_t *handle)
{
	/* Batches may still name it as dirty; a process that lives for one measurement can keep it.
	 */
	(void)handle;
}

static void
connection_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	struct connection *connection = handle->data;
	(void)suggested;
	*buffer = uv_buf_init((char *)connection->input + connection->input_size,
		(unsigned)(INPUT_BYTES - connection->input_size));
}

static void
connection_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
	struct connection *connection = stream->data;
	(void)buffer;
	if (size < 0) {
		uv_close((uv_handle_t *)stream, connection_closed);
		return;
	}
	connection->input_size += (size_t)size;
	handle_input(connection);
}

static void
listener_connection(uv_stream_t *listener, int status)
{
	struct server *server = listener->data;
	struct connection *connection = calloc(1, sizeof *connection);
	if (status < 0 || connection == NULL)
		give_up("accepting", "no memory or no connection");
	connection->server = server;
	connection->input = malloc(INPUT_BYTES);
	uv_tcp_init(&server->loop, &connection->tcp);
	connection->tcp.data = connection;
	if (connection->input == NULL || uv_accept(listener, (uv_stream_t *)&connection->tcp) != 0)
		give_up("accepting", "no memory or no connection");
	uv_tcp_nodelay(&connection->tcp, 1);
	uv_read_start((uv_stream_t *)&connection->tcp, connection_alloc, connection_read);
}

struct late_write {
	uv_write_t write;
	char bytes[];
};

static void
late_write_done(uv_write_t *write, int status)
{
	(void)status;
	free(write);
}

/* What the kernel does not take at once goes through libuv's queue. */
static void
connection_send(struct connection *connection, msgpack_sbuffer *held)
{
	uv_stream_t *stream = (uv_stream_t *)&connection->tcp;
	uv_buf_t buffer = uv_buf_init(held->data, (unsigned)held->size);
	if (!uv_is_closing((uv_handle_t *)stream)) {
		int sent = uv_try_write(stream, &buffer, 1);
		size_t taken = sent > 0 ? (size_t)sent : 0;
		if ((sent >= 0 || sent == UV_EAGAIN) && taken < held->size) {
			struct late_write *late = malloc(sizeof *late + held->size - taken);
			if (late == NULL)
				give_up("answering", "no memory");
			memcpy(late->bytes, held->data + taken, held->size - taken);
			buffer = uv_buf_init(late->bytes, (unsigned)(held->size - taken));
			uv_write(&late->write, stream, &buffer, 1, late_write_done);
		}
	}
	msgpack_sbuffer_clear(held);
}

/* Answers of batches that are durable leave; only then may the next batch, with the same parity, be
 * opened. */
static void
release_and_flush(struct server *server)
{
	for (; server->released < journal_durable(server->journal); server->released++) {
		uint64_t parity = (server->released + 1) & 1;
		struct connection *connection = server->dirty[parity];
		server->dirty[parity] = NULL;
		for (; connection != NULL; connection = connection->next_dirty[parity])
			connection_send(connection, &connection->held[parity]);
	}
	journal_flush(server->journal);
}

static void
server_durable(uv_async_t *async)
{
	struct server *server = async->data;
	release_and_flush(server);
	struct connection *connection = server->stalled;
	server->stalled = NULL;
	while (connection != NULL) {
		struct connection *next = connection->next_stalled;
		connection->stalled = false;
		handle_input(connection);
		if (!connection->stalled && !uv_is_closing((uv_handle_t *)&connection->tcp))
			uv_read_start(
				(uv_stream_t *)&connection->tcp, connection_alloc, connection_read);
		connection = next;
	}
}

static void
server_turn_end(uv_check_t *check)
{
	release_and_flush(check->data);
}

/* Writer thread. */
static void
journal_durable_now(void *context)
{
	struct server *server = context;
	uv_async_send(&server->durable);
}

static void
server_state(struct server *server, const char *script, uint64_t count)
{
	server->lua = luaL_newstate();
	if (server->lua == NULL)
		give_up("lua", "no memory");
	luaL_openlibs(server->lua);
	if (luaL_loadfile(server->lua, script) != LUA_OK ||
		lua_pcall(server->lua, 0, 1, 0) != LUA_OK)
		give_up(script, lua_tostring(server->lua, -1));
	server->accounts = calloc(count, sizeof server->accounts[0]);
	server->account_count = count;
	server->ids = mmap(NULL, ID_SLOTS * sizeof server->ids[0], PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (server->accounts == NULL || server->ids == MAP_FAILED ||
		!msgpack_zone_init(&server->zone, 8192))
		give_up("state", "no memory");
}

/* As calls_minutes_used_before() has it, in the month of the given day. */
static void
server_accounts(struct server *server, uint32_t month)
{
	for (uint64_t i = 0; i < server->account_count; i++) {
		uint64_t spread = i * 7919 % (2 * FREE_MINUTES + 1);
		server->accounts[i].fen = START_FEN;
		server->accounts[i].used = (uint32_t)(spread < FREE_MINUTES ? spread
									    : FREE_MINUTES);
		server->accounts[i].month = month;
	}
}

static void
server_listen(struct server *server)
{
	struct sockaddr_in address;
	int size = sizeof address;
	uv_ip4_addr("127.0.0.1", 0, &address);
	uv_tcp_init(&server->loop, &server->listener);
	server->listener.data = server;
	if (uv_tcp_bind(&server->listener, (struct sockaddr *)&address, 0) != 0 ||
		uv_listen((uv_stream_t *)&server->listener, 1024, listener_connection) != 0 ||
		uv_tcp_getsockname(&server->listener, (struct sockaddr *)&address, &size) != 0)
		give_up("listening", "failed");
	printf("listening on 127.0.0.1:%u\n", (unsigned)ntohs(address.sin_port));
	fflush(stdout);
}

int
main(int count, char **arguments)
{
	static struct server server;
	char path[4096];
	if (count != 5)
		give_up("usage", "bare FOLDER PRICE.LUA SUBSCRIPTIONS MONTH");
	snprintf(path, sizeof path, "%s/journal", arguments[1]);
	server_state(&server, arguments[2], strtoull(arguments[3], NULL, 10));
	server_accounts(&server, (uint32_t)strtoul(arguments[4], NULL, 10));
	uv_loop_init(&server.loop);
	uv_async_init(&server.loop, &server.durable, server_durable);
	uv_check_init(&server.loop, &server.turn_end);
	server.durable.data = &server;
	server.turn_end.data = &server;
	server.journal = journal_open(path, BATCH_BYTES_MAX, journal_durable_now, &server);
	if (server.journal == NULL)
		return 1;
	uv_check_start(&server.turn_end, server_turn_end);
	server_listen(&server);
	uv_run(&server.loop, UV_RUN_DEFAULT);
	return 0;
}
