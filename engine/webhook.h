/*
 * A webhook: a thread of its own that posts notices to a URL, one after the other in the order in
 * which they were given, each until it is accepted (any answer of 200 to 299) or too old. Nothing
 * waits for it but who gives it more, and that is told when there is no room.
 *
 * Each is a CloudEvent (cloud_event.h), posted as application/cloudevents+json and signed as
 * Standard Webhooks 1.0 says:
 *
 *   webhook-id         the event's id
 *   webhook-timestamp  when this attempt was made, in seconds since 1970
 *   webhook-signature  "v1,", and in base64: HMAC-SHA256 of id, ".", timestamp, ".", body
 *
 * What is not accepted is posted again after a second, then twice as long each time, to the
 * settings' bound; or as the answer's Retry-After asks, if that is longer and within the bound. A
 * crash between an acceptance and its being written down has it posted again: who receives it knows
 * it by source and id.
 *
 * TLS is verified; without TLS only this machine is posted to. Redirections are not followed, and of an
 * answer nothing counts but its status: one that is longer than 64 KiB is cut off. The secret is in no
 * log, nor is the URL.
 *
 * Thread: the loop's, but for `wake`.
 */
#ifndef SUANPAN_WEBHOOK_H
#define SUANPAN_WEBHOOK_H

#include "base/clock.h"
#include "base/status.h"

#include "../store/records.h"

#define WEBHOOK_URL_BYTES_MAX 1000
#define WEBHOOK_SECRET_BYTES_MAX 256
#define WEBHOOK_SECRET_BYTES_MIN 16
#define WEBHOOK_SOURCE_BYTES_MAX 64

struct webhook_settings {
	char url[WEBHOOK_URL_BYTES_MAX + 1]; /* empty: there is no webhook */
	char source[WEBHOOK_SOURCE_BYTES_MAX];
	uint32_t shard;
	uint8_t secret[WEBHOOK_SECRET_BYTES_MAX];
	size_t secret_size;
	int64_t timeout_ms;   /* of one attempt */
	int64_t retry_max_ms; /* between two attempts */
	int64_t keep_ms;      /* a notice that is older is given up */
	struct clock clock;
};

/*
 * The secret in a file: its bytes without blanks and line feeds at the end; behind "whsec_" they
 * are base64. STATUS_INVALID: it is too short or too long, or others may read the file.
 */
enum status
webhook_read_secret(const char *path, struct webhook_settings *settings, struct fault *fault);

/* STATUS_INVALID: not https, or not http to this machine; it names nobody's password. */
enum status webhook_check_url(const char *url, struct fault *fault);

/* A notice, as it stands in its record. */
struct webhook_notice {
	struct notice_key key;
	uint64_t version;
	struct bytes value;
};

struct webhook_events {
	void *context;
	void (*wake)(void *context); /* on the webhook's thread: there is progress to look at */
};

struct webhook;
enum status webhook_open(struct webhook **webhook, const struct webhook_settings *settings,
	const struct webhook_events *events, struct fault *fault);

#define WEBHOOK_QUEUE_MAX 64
/* Copies it. False: there are so many already, or there is no memory; try again after a wake. */
bool webhook_give(struct webhook *webhook, const struct webhook_notice *notice);

struct webhook_progress {
	struct notice_key last; /* that was accepted or given up */
	uint64_t delivered, given_up, failures;
	size_t queued;
};
struct webhook_progress webhook_progress(struct webhook *webhook);
/* At once, whatever is under way; *last is how far it has come. */
void webhook_close(struct webhook *webhook, struct webhook_progress *last);

/* "v1,…" with a zero behind it; false without memory. */
#define WEBHOOK_SIGNATURE_MAX 48
struct webhook_message {
	struct text id;
	int64_t timestamp_s;
	struct bytes body;
};
bool webhook_sign(const struct webhook_message *message, struct bytes secret,
	char signature[WEBHOOK_SIGNATURE_MAX]);

#endif
