/* Posting notices (see webhook.h). */
#include "webhook.h"

#include "cloud_event.h"

#include "base/buffer.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/must.h"
#include "base/thread.h"

#include "../store/disk.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

enum {
	RETRY_FIRST_MS = 1000,
	POLL_MS = 1000,
	HEADER_BYTES_MAX = 128,
	ANSWER_BYTES_MAX = 64 * 1024, /* of its body; what follows is not waited for */
	RETRY_AFTER_S_MAX = 365 * 24 * 3600,
};
#define SECRET_MARK "whsec_"

/* One that is to be posted; its value is a copy. */
struct item {
	struct notice_key key;
	uint64_t version;
	uint8_t *value;
	size_t size;
};

struct webhook {
	struct webhook_settings settings;
	struct webhook_events events;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	CURLM *multi;
	CURL *easy;
	atomic_bool stopping;

	/* under the lock */
	struct item queue[WEBHOOK_QUEUE_MAX]; /* a ring; the first stays until it is done */
	size_t first, count;
	struct webhook_progress progress;
};

/* ---- the secret and the URL ---- */

static size_t
without_blanks(const uint8_t *data, size_t size)
{
	while (size > 0 && data[size - 1] <= ' ')
		size--;
	return size;
}

/* Base64 with its padding, into as many bytes as it stands for; false if it is none. */
static bool
base64_decode(struct bytes text, uint8_t *into, size_t *size)
{
	size_t padding = 0;
	while (padding < 2 && padding < text.size && text.data[text.size - 1 - padding] == '=')
		padding++;
	if (text.size == 0 || text.size % 4 != 0)
		return false;
	int decoded = EVP_DecodeBlock(into, text.data, (int)text.size);
	if (decoded < 0)
		return false;
	*size = (size_t)decoded - padding;
	return true;
}

static enum status
check_private(const char *path, struct fault *fault)
{
	struct stat stat_buffer;
	if (stat(path, &stat_buffer) != 0 || (stat_buffer.st_mode & (S_IRWXG | S_IRWXO)) == 0)
		return STATUS_OK; /* one that is not there is told when it is read */
	return fault_set(fault, STATUS_INVALID,
		"%s holds the secret of the webhook and others may read it: chmod 600 it", path);
}

enum status
webhook_read_secret(const char *path, struct webhook_settings *settings, struct fault *fault)
{
	uint8_t decoded[2 * WEBHOOK_SECRET_BYTES_MAX];
	struct buffer content;
	const size_t mark = strlen(SECRET_MARK);
	enum status status = check_private(path, fault);
	buffer_init(&content, sizeof decoded);
	if (status == STATUS_OK)
		status = disk_read_file(path, &content, fault);
	if (status != STATUS_OK)
		goto release;
	struct bytes secret = { content.data, without_blanks(content.data, content.size) };
	bool coded = secret.size > mark && memcmp(secret.data, SECRET_MARK, mark) == 0;
	if (coded) {
		struct bytes text = { secret.data + mark, secret.size - mark };
		secret = (struct bytes){ decoded, 0 };
		if (!base64_decode(text, decoded, &secret.size)) {
			status = fault_set(fault, STATUS_INVALID,
				"%s: what stands behind %s is not base64", path, SECRET_MARK);
			goto wipe;
		}
	}
	if (secret.size < WEBHOOK_SECRET_BYTES_MIN || secret.size > WEBHOOK_SECRET_BYTES_MAX) {
		status = fault_set(fault, STATUS_INVALID,
			"%s: the secret of the webhook must have %d to %d bytes, and has %zu; make one with: openssl rand -hex 32",
			path, WEBHOOK_SECRET_BYTES_MIN, WEBHOOK_SECRET_BYTES_MAX, secret.size);
		goto wipe;
	}
	memcpy(settings->secret, secret.data, secret.size);
	settings->secret_size = secret.size;
wipe:
	explicit_bzero(decoded, sizeof decoded);
	explicit_bzero(content.data, content.size);
release:
	buffer_release(&content);
	return status;
}

static bool
is_this_machine(const char *host)
{
	int size = 0, part;
	return strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
		(sscanf(host, "127.%3d.%3d.%3d%n", &part, &part, &part, &size) == 3 &&
			host[size] == '\0');
}

static enum status
check_parts(CURLU *parts, struct fault *fault)
{
	char *scheme = NULL, *host = NULL, *user = NULL;
	enum status status = STATUS_OK;
	curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0);
	curl_url_get(parts, CURLUPART_HOST, &host, 0);
	curl_url_get(parts, CURLUPART_USER, &user, 0);
	bool http = scheme != NULL && strcmp(scheme, "http") == 0;
	bool https = scheme != NULL && strcmp(scheme, "https") == 0;
	if (host == NULL || (!http && !https))
		status = fault_set(fault, STATUS_INVALID,
			"notice.webhook must be an https URL, such as https://crm.example/notices");
	else if (http && !is_this_machine(host))
		status = fault_set(fault, STATUS_INVALID,
			"notice.webhook must be https: only to this machine notices go without TLS");
	else if (user != NULL)
		status = fault_set(fault, STATUS_INVALID,
			"notice.webhook must not hold a user or password: what is posted is signed by the secret in notice.secret_file");
	curl_free(scheme);
	curl_free(host);
	curl_free(user);
	return status;
}

enum status
webhook_check_url(const char *url, struct fault *fault)
{
	CURLU *parts = curl_url();
	if (parts == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory to read notice.webhook");
	if (curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
		curl_url_cleanup(parts);
		return fault_set(fault, STATUS_INVALID,
			"notice.webhook is not a URL; it is one such as https://crm.example/notices");
	}
	enum status status = check_parts(parts, fault);
	curl_url_cleanup(parts);
	return status;
}

/* ---- signing ---- */

bool
webhook_sign(const struct webhook_message *message, struct bytes secret,
	char signature[WEBHOOK_SIGNATURE_MAX])
{
	char head[HEADER_BYTES_MAX];
	uint8_t mac[SHA256_BYTES];
	int size = snprintf(head, sizeof head, "%.*s.%" PRId64 ".", TEXT_ARGS(message->id),
		message->timestamp_s);
	must(size > 0 && (size_t)size < sizeof head);
	struct bytes parts[] = { { (const uint8_t *)head, (size_t)size }, message->body };
	if (!hmac_sha256(secret, parts, 2, mac))
		return false;
	strcpy(signature, "v1,");
	EVP_EncodeBlock((uint8_t *)signature + 3, mac, sizeof mac);
	return true;
}

/* ---- one attempt ---- */

enum posted_how { POSTED, NOT_POSTED, STOPPED };

struct attempt {
	struct webhook *webhook;
	struct text body;
	char id[NOTICE_TEXT_BYTES + 1];
	long code; /* of the answer; 0: there was none */
	int64_t retry_after_ms;
	size_t answered; /* bytes of the answer's body */
	char problem[CURL_ERROR_SIZE];
};

/*
 * What the receiver says is not looked at, only how much it is: who never ends would keep the thread,
 * and the line, busy until the time is over. What it has said of itself, its status, stands.
 */
static size_t
swallow(char *data, size_t size, size_t count, void *context)
{
	struct attempt *attempt = context;
	(void)data;
	attempt->answered += size * count;
	return attempt->answered > ANSWER_BYTES_MAX ? CURL_WRITEFUNC_ERROR : size * count;
}

/* Has it been cut off, since it said more than anybody would listen to? */
static bool
is_cut(const struct attempt *attempt, CURLcode result)
{
	return result == CURLE_WRITE_ERROR && attempt->answered > ANSWER_BYTES_MAX;
}

static struct curl_slist *
add_header(struct curl_slist *list, bool *whole, const char *name, const char *value)
{
	char line[HEADER_BYTES_MAX];
	int size = snprintf(line, sizeof line, "%s: %s", name, value);
	must(size > 0 && (size_t)size < sizeof line);
	struct curl_slist *longer = curl_slist_append(list, line);
	*whole &= longer != NULL;
	return longer == NULL ? list : longer;
}

/* NULL without memory. */
static struct curl_slist *
headers_of(const struct attempt *attempt)
{
	const struct webhook_settings *settings = &attempt->webhook->settings;
	const struct webhook_message message = { text_of(attempt->id),
		settings->clock.now_ms(settings->clock.context) / 1000,
		bytes_of_text(attempt->body) };
	char timestamp[24], signature[WEBHOOK_SIGNATURE_MAX];
	struct curl_slist *list = NULL;
	bool whole = true;
	snprintf(timestamp, sizeof timestamp, "%" PRId64, message.timestamp_s);
	if (!webhook_sign(
		    &message, (struct bytes){ settings->secret, settings->secret_size }, signature))
		return NULL;
	list = add_header(list, &whole, "content-type", "application/cloudevents+json");
	list = add_header(list, &whole, "webhook-id", attempt->id);
	list = add_header(list, &whole, "webhook-timestamp", timestamp);
	list = add_header(list, &whole, "webhook-signature", signature);
	list = add_header(list, &whole, "expect", ""); /* don't ask before sending */
	if (whole)
		return list;
	curl_slist_free_all(list);
	return NULL;
}

/* Lets curl work until the transfer has ended, or all is to stop. */
static enum posted_how
transfer(struct attempt *attempt)
{
	struct webhook *webhook = attempt->webhook;
	int running = 1;
	while (running > 0) {
		if (atomic_load(&webhook->stopping))
			return STOPPED;
		if (curl_multi_perform(webhook->multi, &running) != CURLM_OK ||
			(running > 0 &&
				curl_multi_poll(webhook->multi, NULL, 0, POLL_MS, NULL) !=
					CURLM_OK))
			return NOT_POSTED;
	}
	int left;
	const CURLMsg *message = curl_multi_info_read(webhook->multi, &left);
	if (message == NULL ||
		(message->data.result != CURLE_OK && !is_cut(attempt, message->data.result))) {
		if (attempt->problem[0] == '\0')
			snprintf(attempt->problem, sizeof attempt->problem, "%s",
				message == NULL ? "no result"
						: curl_easy_strerror(message->data.result));
		return NOT_POSTED;
	}
	curl_off_t retry_after_s = 0;
	curl_easy_getinfo(webhook->easy, CURLINFO_RESPONSE_CODE, &attempt->code);
	curl_easy_getinfo(webhook->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
	if (retry_after_s > RETRY_AFTER_S_MAX)
		retry_after_s = RETRY_AFTER_S_MAX;
	if (retry_after_s > 0)
		attempt->retry_after_ms = retry_after_s * 1000;
	return attempt->code >= 200 && attempt->code < 300 ? POSTED : NOT_POSTED;
}

static enum posted_how
post(struct attempt *attempt)
{
	struct webhook *webhook = attempt->webhook;
	struct curl_slist *headers = headers_of(attempt);
	attempt->code = 0;
	attempt->retry_after_ms = 0;
	attempt->answered = 0;
	attempt->problem[0] = '\0';
	if (headers == NULL) {
		snprintf(attempt->problem, sizeof attempt->problem, "no memory");
		return NOT_POSTED;
	}
	curl_easy_setopt(webhook->easy, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(webhook->easy, CURLOPT_POSTFIELDS, attempt->body.data);
	curl_easy_setopt(
		webhook->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)attempt->body.size);
	curl_easy_setopt(webhook->easy, CURLOPT_ERRORBUFFER, attempt->problem);
	curl_easy_setopt(webhook->easy, CURLOPT_WRITEDATA, attempt);
	enum posted_how how = NOT_POSTED;
	if (curl_multi_add_handle(webhook->multi, webhook->easy) == CURLM_OK) {
		how = transfer(attempt);
		curl_multi_remove_handle(webhook->multi, webhook->easy);
	}
	curl_easy_setopt(webhook->easy, CURLOPT_HTTPHEADER, NULL);
	curl_easy_setopt(webhook->easy, CURLOPT_ERRORBUFFER, NULL);
	curl_easy_setopt(webhook->easy, CURLOPT_WRITEDATA, NULL);
	curl_slist_free_all(headers);
	return how;
}

/* ---- one notice ---- */

/* False: all is to stop. */
static bool
rest(struct webhook *webhook, int64_t ms)
{
	struct timespec till;
	clock_gettime(CLOCK_MONOTONIC, &till);
	till.tv_sec += ms / 1000;
	till.tv_nsec += ms % 1000 * 1000000;
	if (till.tv_nsec >= 1000000000) {
		till.tv_sec++;
		till.tv_nsec -= 1000000000;
	}
	int code = 0;
	pthread_mutex_lock(&webhook->lock);
	while (code == 0 && !atomic_load(&webhook->stopping))
		code = pthread_cond_timedwait(&webhook->changed, &webhook->lock, &till);
	pthread_mutex_unlock(&webhook->lock);
	return !atomic_load(&webhook->stopping);
}

static bool
is_too_old(const struct webhook *webhook, const struct notice_record *notice)
{
	const struct webhook_settings *settings = &webhook->settings;
	return settings->clock.now_ms(settings->clock.context) - notice->made_ms >
		settings->keep_ms;
}

static void
count_failure(struct webhook *webhook)
{
	pthread_mutex_lock(&webhook->lock);
	webhook->progress.failures++;
	pthread_mutex_unlock(&webhook->lock);
}

/* How long to rest before the next attempt. */
static int64_t
delay_after(const struct attempt *attempt, unsigned tries)
{
	int64_t max_ms = attempt->webhook->settings.retry_max_ms;
	int64_t delay_ms = tries > 20 ? max_ms : (int64_t)RETRY_FIRST_MS << (tries - 1);
	if (attempt->retry_after_ms > delay_ms)
		delay_ms = attempt->retry_after_ms;
	return delay_ms < max_ms ? delay_ms : max_ms;
}

enum outcome { DELIVERED, GIVEN_UP, INTERRUPTED };

/* Posts it until it is accepted, too old, or all is to stop. */
static enum outcome
deliver_body(struct attempt *attempt, const struct notice_record *notice)
{
	for (unsigned tries = 1;; tries++) {
		if (is_too_old(attempt->webhook, notice)) {
			log_event(
				LOG_WARN, "a notice is too old to be delivered id=%s", attempt->id);
			return GIVEN_UP;
		}
		enum posted_how how = post(attempt);
		if (how == POSTED)
			break;
		if (how == STOPPED)
			return INTERRUPTED;
		int64_t delay_ms = delay_after(attempt, tries);
		count_failure(attempt->webhook);
		log_event(LOG_WARN,
			"the webhook did not take a notice; it is posted again id=%s tries=%u status=%ld problem=\"%s\" in_ms=%" PRId64,
			attempt->id, tries, attempt->code, attempt->problem, delay_ms);
		if (!rest(attempt->webhook, delay_ms))
			return INTERRUPTED;
	}
	return DELIVERED;
}

static enum outcome
deliver(struct webhook *webhook, const struct item *item)
{
	const struct webhook_settings *settings = &webhook->settings;
	const struct cloud_event event = { .source = settings->source,
		.shard = settings->shard,
		.key = item->key,
		.version = item->version,
		.notice = notice_record_read((struct bytes){ item->value, item->size }) };
	struct attempt attempt = { .webhook = webhook };
	notice_key_format(&item->key, attempt.id);
	while ((attempt.body = cloud_event_write(&event)).data == NULL) {
		if (!rest(webhook, RETRY_FIRST_MS)) /* there may be memory then */
			return INTERRUPTED;
	}
	enum outcome outcome = deliver_body(&attempt, &event.notice);
	memory_free((void *)(uintptr_t)attempt.body.data);
	return outcome;
}

/* ---- the thread ---- */

/* The first of the queue, or NULL when all is to stop. It stays where it is. */
static const struct item *
next_item(struct webhook *webhook)
{
	pthread_mutex_lock(&webhook->lock);
	while (webhook->count == 0 && !atomic_load(&webhook->stopping))
		pthread_cond_wait(&webhook->changed, &webhook->lock);
	pthread_mutex_unlock(&webhook->lock);
	return atomic_load(&webhook->stopping) ? NULL : &webhook->queue[webhook->first];
}

static void
item_done(struct webhook *webhook, enum outcome outcome)
{
	pthread_mutex_lock(&webhook->lock);
	struct item *item = &webhook->queue[webhook->first];
	uint8_t *value = item->value;
	webhook->progress.last = item->key;
	webhook->progress.delivered += outcome == DELIVERED;
	webhook->progress.given_up += outcome == GIVEN_UP;
	webhook->first = (webhook->first + 1) % WEBHOOK_QUEUE_MAX;
	webhook->count--;
	pthread_mutex_unlock(&webhook->lock);
	memory_free(value);
	webhook->events.wake(webhook->events.context);
}

static void *
webhook_main(void *context)
{
	struct webhook *webhook = context;
	const struct item *item;
	while ((item = next_item(webhook)) != NULL) {
		enum outcome outcome = deliver(webhook, item);
		if (outcome == INTERRUPTED)
			break;
		item_done(webhook, outcome);
	}
	return NULL;
}

/* ---- life ---- */

static bool
set_options(struct webhook *webhook)
{
	CURL *easy = webhook->easy;
	bool plain = strncmp(webhook->settings.url, "http:", 5) == 0;
	return curl_easy_setopt(easy, CURLOPT_URL, webhook->settings.url) == CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, plain ? "http" : "https") ==
		CURLE_OK &&
		/* what is for this machine goes to no proxy */
		(!plain || curl_easy_setopt(easy, CURLOPT_NOPROXY, "*") == CURLE_OK) &&
		curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)webhook->settings.timeout_ms) ==
		CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_USERAGENT, "suanpan/" SUANPAN_VERSION) == CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, swallow) == CURLE_OK;
}

static void
webhook_free(struct webhook *webhook)
{
	for (size_t i = 0; i < webhook->count; i++)
		memory_free(webhook->queue[(webhook->first + i) % WEBHOOK_QUEUE_MAX].value);
	curl_easy_cleanup(webhook->easy);
	curl_multi_cleanup(webhook->multi);
	pthread_cond_destroy(&webhook->changed);
	pthread_mutex_destroy(&webhook->lock);
	explicit_bzero(webhook->settings.secret, sizeof webhook->settings.secret);
	memory_free(webhook);
	curl_global_cleanup();
}

enum status
webhook_open(struct webhook **webhook, const struct webhook_settings *settings,
	const struct webhook_events *events, struct fault *fault)
{
	pthread_condattr_t monotonic;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return fault_set(fault, STATUS_MEMORY, "no memory for the webhook");
	struct webhook *opened = memory_new_zeroed(1, sizeof *opened);
	if (opened == NULL) {
		curl_global_cleanup();
		return fault_set(fault, STATUS_MEMORY, "no memory for the webhook");
	}
	opened->settings = *settings;
	opened->events = *events;
	pthread_mutex_init(&opened->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&opened->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	opened->multi = curl_multi_init();
	opened->easy = curl_easy_init();
	int code = 0;
	if (opened->multi == NULL || opened->easy == NULL || !set_options(opened) ||
		(code = thread_start(&opened->thread, "webhook", THREAD_BACKSTAGE, webhook_main,
			 opened)) != 0) {
		webhook_free(opened);
		return code != 0 ? fault_system(fault, code, "starting the webhook's thread")
				 : fault_set(fault, STATUS_MEMORY, "no memory for the webhook");
	}
	*webhook = opened;
	return STATUS_OK;
}

bool
webhook_give(struct webhook *webhook, const struct webhook_notice *notice)
{
	struct item item = { notice->key, notice->version, NULL, notice->value.size };
	must(notice->value.size > 0);
	item.value = memory_new(item.size);
	if (item.value == NULL)
		return false;
	memcpy(item.value, notice->value.data, item.size);
	pthread_mutex_lock(&webhook->lock);
	bool has_room = webhook->count < WEBHOOK_QUEUE_MAX;
	if (has_room) {
		webhook->queue[(webhook->first + webhook->count) % WEBHOOK_QUEUE_MAX] = item;
		webhook->count++;
		pthread_cond_signal(&webhook->changed);
	}
	pthread_mutex_unlock(&webhook->lock);
	if (!has_room)
		memory_free(item.value);
	return has_room;
}

struct webhook_progress
webhook_progress(struct webhook *webhook)
{
	pthread_mutex_lock(&webhook->lock);
	struct webhook_progress progress = webhook->progress;
	progress.queued = webhook->count;
	pthread_mutex_unlock(&webhook->lock);
	return progress;
}

void
webhook_close(struct webhook *webhook, struct webhook_progress *last)
{
	pthread_mutex_lock(&webhook->lock);
	atomic_store(&webhook->stopping, true);
	pthread_cond_signal(&webhook->changed);
	pthread_mutex_unlock(&webhook->lock);
	curl_multi_wakeup(webhook->multi);
	pthread_join(webhook->thread, NULL);
	*last = webhook_progress(webhook);
	webhook_free(webhook);
}
