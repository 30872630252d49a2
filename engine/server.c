/* The server (see server.h). */
#include "server.h"

#include "connection.h"
#include "pace.h"
#include "shard.h"
#include "timers.h"

#include "base/instant.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/must.h"

#include <arpa/inet.h>
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { BACKLOG = 511, GRACE_MS = 5000, MAPPED_BYTES_MIN = 128 * 1024 };

struct server {
	struct server_events events;
	uv_loop_t loop;
	struct shard *shard;
	struct connections *connections;

	uv_tcp_t tcp;
	uv_pipe_t pipe;
	uv_prepare_t turn;
	uv_idle_t awake; /* runs while there is something to do in the next turn whatever happens */
	uv_timer_t grace;
	uv_signal_t signals[2];
	bool tcp_open, pipe_open;
	bool pipe_bound; /* the socket's file is ours */
	char address[256];
	char socket[1100];

	/* At the end of the last turn: the clock, and how long the loop had waited for events. */
	uint64_t turn_ended_ns, idle_ns;
	struct pace pace;

	bool stopping;
	bool failed;
	struct fault fault;
};

/* ---- turns ---- */

static void
durable_called(void *context)
{
	struct server *server = context;
	connections_durable(server->connections);
}

static void
recovering_called(void *context, uint64_t done, uint64_t total)
{
	struct server *server = context;
	if (server->events.recovering != NULL)
		server->events.recovering(server->events.context, done, total);
}

static void server_stop(struct server *server, bool now);

static void
failed_called(void *context, const struct fault *fault)
{
	struct server *server = context;
	server->failed = true;
	server->fault = *fault;
	server_stop(server, true);
}

static void
awake_called(uv_idle_t *idle)
{
	(void)idle;
}

/* How long this turn took, without the wait for what it had to do. */
static void
measure_turn(struct server *server)
{
	struct shard_stats *stats = &server->shard->stats;
	uint64_t now_ns = monotonic_ns(), idle_ns = uv_metrics_idle_time(&server->loop);
	uint64_t busy_ns = now_ns - server->turn_ended_ns - (idle_ns - server->idle_ns);
	if (stats->turns++ > 0 && busy_ns > stats->turn_ns_max)
		stats->turn_ns_max = busy_ns;
	server->turn_ended_ns = now_ns;
	server->idle_ns = idle_ns;
}

/*
 * With so much to come that it is worth it: a short rest, in which it gathers. (Measured on two
 * processors: at half of the top rate, p99 was 12.3 ms without rests and 8.4 ms with them; with 64
 * clients that wait for each answer, rests took a third of the rate, so there are none.)
 */
static void
rest(struct server *server)
{
	struct timespec time = { .tv_nsec = PACE_REST_NS };
	nanosleep(&time, NULL);
	server->turn_ended_ns = monotonic_ns();
}

/*
 * The end of each turn of the loop: all that is left to do before it sleeps, also after sockets
 * were closed.
 */
static void
turn_called(uv_prepare_t *prepare)
{
	struct server *server = prepare->data;
	connections_send(server->connections);
	bool lingers = store_turn(server->shard->store, false);
	connections_resume(server->connections);
	connections_send(server->connections);
	/* Last: sending may have made room for more answers. */
	bool goes_on = shard_turn(server->shard);
	/*
	 * Sending and parking may let clients go on; they do in turns, so that others are served
	 * between.
	 */
	bool resumes = connections_can_resume(server->connections) && !server->stopping;
	if (lingers || resumes || goes_on)
		uv_idle_start(&server->awake, awake_called);
	else
		uv_idle_stop(&server->awake);
	if (server->stopping && connections_count(server->connections) == 0 &&
		shard_waiting(server->shard) == 0)
		uv_stop(&server->loop);
	measure_turn(server);
	bool is_high = pace_turn(&server->pace, server->shard->stats.calls, server->turn_ended_ns);
	if (is_high && lingers && !resumes && !goes_on)
		rest(server);
}

/* ---- listening ---- */

static void
connected(uv_stream_t *listener, int status)
{
	struct server *server = listener->data;
	if (status < 0)
		log_event(LOG_WARN, "a connection failed before it was accepted: %s",
			uv_strerror(status));
	else if (!server->stopping)
		connections_accept(server->connections, listener);
}

/* "127.0.0.1:7117" or "[::1]:7117" to an address, which must be loopback. */
static enum status
parse_address(const char *text, struct sockaddr_storage *address, struct fault *fault)
{
	char host[128];
	const char *colon = strrchr(text, ':');
	char *end = NULL;
	long port = colon == NULL ? -1 : strtol(colon + 1, &end, 10);
	size_t size = colon == NULL ? 0 : (size_t)(colon - text);
	if (colon == NULL || end == colon + 1 || *end != '\0' || port < 0 || port > 65535 ||
		size == 0 || size >= sizeof host)
		return fault_set(fault, STATUS_INVALID,
			"listen must be ADDRESS:PORT, such as 127.0.0.1:7117 or [::1]:7117, not \"%s\"",
			text);
	memcpy(host, text, size);
	host[size] = '\0';
	struct sockaddr_in *v4 = (struct sockaddr_in *)address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
	bool loopback = false;
	if (host[0] == '[' && host[size - 1] == ']') {
		host[size - 1] = '\0';
		if (uv_ip6_addr(host + 1, (int)port, v6) == 0)
			loopback = IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
	} else if (uv_ip4_addr(strcmp(host, "localhost") == 0 ? "127.0.0.1" : host, (int)port,
			   v4) == 0) {
		loopback = (ntohl(v4->sin_addr.s_addr) >> 24) == 127;
	}
	if (!loopback)
		return fault_set(fault, STATUS_INVALID,
			"listen \"%s\" is not a loopback address; there is no TLS and there are no tokens yet, so the server "
			"listens on this machine only",
			text);
	return STATUS_OK;
}

static enum status
listen_failed(int code, const char *where, struct fault *fault)
{
	return fault_system(fault, -code, "listening on %s", where);
}

static void
name_address(struct server *server)
{
	struct sockaddr_storage bound;
	int size = sizeof bound;
	char host[INET6_ADDRSTRLEN] = "";
	if (uv_tcp_getsockname(&server->tcp, (struct sockaddr *)&bound, &size) != 0)
		return;
	if (bound.ss_family == AF_INET6) {
		struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&bound;
		uv_ip6_name(v6, host, sizeof host);
		snprintf(server->address, sizeof server->address, "[%s]:%u", host,
			ntohs(v6->sin6_port));
	} else {
		struct sockaddr_in *v4 = (struct sockaddr_in *)&bound;
		uv_ip4_name(v4, host, sizeof host);
		snprintf(server->address, sizeof server->address, "%s:%u", host,
			ntohs(v4->sin_port));
	}
}

static enum status
listen_tcp(struct server *server, const char *text, struct fault *fault)
{
	struct sockaddr_storage address = { 0 };
	if (text[0] == '\0')
		return STATUS_OK;
	enum status status = parse_address(text, &address, fault);
	if (status != STATUS_OK)
		return status;
	uv_tcp_init(&server->loop, &server->tcp);
	server->tcp.data = server;
	server->tcp_open = true;
	int code = uv_tcp_bind(&server->tcp, (struct sockaddr *)&address, 0);
	if (code == 0)
		code = uv_listen((uv_stream_t *)&server->tcp, BACKLOG, connected);
	if (code != 0)
		return listen_failed(code, text, fault);
	name_address(server);
	return STATUS_OK;
}

/* A socket's file outlives its process: is there one behind it? */
static bool
somebody_listens(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int size = snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	int probe = size < (int)sizeof address.sun_path
		? socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0)
		: -1;
	if (probe < 0)
		return false;
	/* A queue that is full is somebody, too. */
	bool listens = connect(probe, (struct sockaddr *)&address, sizeof address) == 0 ||
		errno == EAGAIN;
	close(probe);
	return listens;
}

static enum status
listen_pipe(struct server *server, const char *text, struct fault *fault)
{
	if (strcmp(text, "none") == 0)
		return STATUS_OK;
	if (text[0] != '\0')
		snprintf(server->socket, sizeof server->socket, "%s", text);
	else
		snprintf(server->socket, sizeof server->socket, "%s/socket",
			store_directory(server->shard->store));
	struct sockaddr_un longest;
	if (strlen(server->socket) >= sizeof longest.sun_path)
		return fault_set(fault, STATUS_INVALID,
			"the Unix socket %s would have a path of %zu bytes, and the system takes %zu at most; give it another one "
			"with --socket PATH (--socket none: no socket), or take a data folder with a shorter name",
			server->socket, strlen(server->socket), sizeof longest.sun_path - 1);
	if (somebody_listens(server->socket))
		return fault_set(
			fault, STATUS_BUSY, "another process listens on %s", server->socket);
	struct stat stat_buffer;
	if (stat(server->socket, &stat_buffer) == 0 && S_ISSOCK(stat_buffer.st_mode))
		unlink(server->socket);
	uv_pipe_init(&server->loop, &server->pipe, 0);
	server->pipe.data = server;
	server->pipe_open = true;
	mode_t before = umask(0177); /* for this user only */
	int code = uv_pipe_bind(&server->pipe, server->socket);
	umask(before);
	server->pipe_bound = code == 0;
	if (code == 0)
		code = uv_listen((uv_stream_t *)&server->pipe, BACKLOG, connected);
	return code == 0 ? STATUS_OK : listen_failed(code, server->socket, fault);
}

/* ---- stopping ---- */

static void
close_listeners(struct server *server)
{
	if (server->tcp_open)
		uv_close((uv_handle_t *)&server->tcp, NULL);
	if (server->pipe_open) {
		uv_close((uv_handle_t *)&server->pipe, NULL);
		if (server->pipe_bound)
			unlink(server->socket);
	}
	server->tcp_open = server->pipe_open = server->pipe_bound = false;
}

static void
grace_called(uv_timer_t *timer)
{
	struct server *server = timer->data;
	connections_close(server->connections, true);
	uv_stop(&server->loop);
}

/*
 * `now`: what was asked is not answered any more. Else answers leave first, for GRACE_MS at most.
 */
static void
server_stop(struct server *server, bool now)
{
	close_listeners(server);
	if (server->connections != NULL)
		connections_close(server->connections, now);
	if (now)
		uv_stop(&server->loop);
	else if (!server->stopping)
		uv_timer_start(&server->grace, grace_called, GRACE_MS, 0);
	server->stopping = true;
	if (server->shard != NULL)
		timers_stop(server->shard->timers);
}

static void
signalled(uv_signal_t *handle, int number)
{
	struct server *server = handle->data;
	log_event(LOG_INFO, "stopping signal=%d", number);
	server_stop(server, server->stopping); /* asked twice: at once */
}

/* ---- life ---- */

static struct shard_settings
shard_settings_of(const struct settings *settings)
{
	struct store_settings store = store_settings_default(settings->data.text);
	store.records_bytes_max = (size_t)settings->memory_records.number;
	store.map_bytes = (uint64_t)settings->state_map.number;
	store.segment_bytes = (uint64_t)settings->journal_segment.number;
	store.batch_bytes_max = (size_t)settings->journal_batch.number;
	store.segment_spares = (unsigned)settings->journal_spares.number;
	store.reserve_bytes = (uint64_t)settings->disk_reserve.number;
	store.behind_bytes_max = (uint64_t)settings->checkpoint_behind.number;
	store.checkpoint_ms = (uint32_t)settings->checkpoint_every.number;
	store.archive_after_ms = settings->journal_archive_after.number;
	store.sweep_ms = (uint32_t)settings->checkpoint_spread.number;
	store.ids_generation_max = (size_t)settings->memory_ids.number;
	store.ids_days = (int32_t)(settings->usage_age_max.number / DAY_MS) + 2;
	return (struct shard_settings){
		.store = store,
		.age_max_ms = settings->usage_age_max.number,
		.validity_max_ms = settings->session_validity_max.number,
		.ahead_max_ms = settings->usage_ahead_max.number,
		.frame_bytes_max = (size_t)settings->frame_max.number,
		.waiting_max = (size_t)settings->waiting_max.number,
		.notices_keep_ms = settings->notices_keep.number,
		.clock = clock_system(),
	};
}

/* A webhook is checked, and its secret read, before anything is opened. */
static enum status
read_webhook(const struct settings *settings, struct webhook_settings *webhook, struct fault *fault)
{
	const char *secret = settings->notice_secret_file.text;
	*webhook = (struct webhook_settings){
		.timeout_ms = settings->notice_timeout.number,
		.retry_max_ms = settings->notice_retry_max.number,
		.keep_ms = settings->notices_keep.number,
		.clock = clock_system(),
	};
	must(strlen(settings->notice_webhook.text) < sizeof webhook->url);
	strcpy(webhook->url, settings->notice_webhook.text);
	if (webhook->url[0] == '\0')
		return STATUS_OK;
	if (secret[0] == '\0')
		return fault_set(fault, STATUS_INVALID,
			"notice.webhook needs notice.secret_file, by which what is posted is signed; make one with: "
			"(umask 077; openssl rand -hex 32 > FILE)");
	enum status status = webhook_check_url(webhook->url, fault);
	return status == STATUS_OK ? webhook_read_secret(secret, webhook, fault) : status;
}

static void
open_handles(struct server *server)
{
	static const int SIGNALS[2] = { SIGINT, SIGTERM };
	uv_prepare_init(&server->loop, &server->turn);
	server->turn.data = server;
	uv_idle_init(&server->loop, &server->awake);
	uv_timer_init(&server->loop, &server->grace);
	server->grace.data = server;
	for (int i = 0; i < 2; i++) {
		uv_signal_init(&server->loop, &server->signals[i]);
		server->signals[i].data = server;
		uv_signal_start(&server->signals[i], signalled, SIGNALS[i]);
	}
}

static void
close_handle(uv_handle_t *handle, void *context)
{
	(void)context;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

/* Everything away: sockets first, then the shard with its last checkpoint, then the loop. */
static enum status
server_free(struct server *server, struct fault *fault)
{
	close_listeners(server);
	if (server->connections != NULL) {
		uv_prepare_stop(&server->turn);
		uv_idle_stop(&server->awake);
		connections_close(server->connections, true);
		shard_hurry(server->shard);
		timers_stop(server->shard->timers);
		for (;;) {
			store_turn(server->shard->store, false);
			shard_turn(server->shard);
			if (connections_count(server->connections) == 0 &&
				shard_waiting(server->shard) == 0)
				break;
			uv_run(&server->loop, UV_RUN_ONCE);
		}
	}
	enum status status = shard_close(server->shard, fault);
	if (server->connections != NULL)
		connections_free(server->connections);
	uv_walk(&server->loop, close_handle, NULL);
	uv_run(&server->loop, UV_RUN_DEFAULT);
	uv_loop_close(&server->loop);
	memory_free(server);
	return status;
}

/* Before anything is opened: an address that can't be, or no way to be reached. */
static enum status
check_listening(const struct settings *settings, struct fault *fault)
{
	struct sockaddr_storage address;
	if (settings->listen.text[0] != '\0')
		return parse_address(settings->listen.text, &address, fault);
	if (strcmp(settings->socket.text, "none") == 0)
		return fault_set(fault, STATUS_INVALID,
			"listen is empty and socket is \"none\": nobody could reach the server");
	return STATUS_OK;
}

enum status
server_open(struct server **server, const struct settings *settings,
	const struct server_events *events, struct fault *fault)
{
	struct server *opened = memory_new_zeroed(1, sizeof *opened);
	if (opened == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for the server");
	opened->events = *events;
	signal(SIGPIPE, SIG_IGN);
	/*
	 * Fixed, since the C library would raise it: what was much must go back to the system when
	 * it is freed.
	 */
	mallopt(M_MMAP_THRESHOLD, MAPPED_BYTES_MIN);
	log_set_level((enum log_level)settings->log_level.number);
	uv_loop_init(&opened->loop);
	uv_loop_configure(&opened->loop, UV_METRICS_IDLE_TIME);
	open_handles(opened);
	enum status status = check_listening(settings, fault);
	struct shard_settings shard = shard_settings_of(settings);
	struct store_events store_events = { opened, durable_called, failed_called,
		recovering_called };
	if (status == STATUS_OK)
		status = read_webhook(settings, &shard.webhook, fault);
	if (status == STATUS_OK)
		status = shard_open(&opened->shard, &shard, &opened->loop, &store_events, fault);
	if (status == STATUS_OK) {
		recovering_called(opened, 0, 0);
		const struct connection_limits limits = { shard.frame_bytes_max,
			(unsigned)settings->connections_max.number };
		status = connections_open(
			&opened->connections, opened->shard, &opened->loop, &limits, fault);
	}
	if (status == STATUS_OK)
		uv_prepare_start(&opened->turn, turn_called); /* opening has run the loop, too */
	if (status == STATUS_OK)
		status = listen_tcp(opened, settings->listen.text, fault);
	if (status == STATUS_OK)
		status = listen_pipe(opened, settings->socket.text, fault);
	if (status != STATUS_OK) {
		server_free(opened, NULL);
		return status;
	}
	*server = opened;
	return STATUS_OK;
}

enum status
server_run(struct server *server, struct fault *fault)
{
	log_event(LOG_INFO, "serving data=%s address=%s socket=%s",
		store_directory(server->shard->store), server->address, server->socket);
	server->events.ready(server->events.context, server->address, server->socket);
	uv_run(&server->loop, UV_RUN_DEFAULT);
	if (server->failed) {
		/*
		 * Nothing more can become durable, and requests that wait will never be answered:
		 * the process is to end as it stands.
		 */
		static struct server *left_behind;
		left_behind = server;
		if (fault != NULL)
			*fault = left_behind->fault;
		return left_behind->fault.status;
	}
	return server_free(server, fault);
}
