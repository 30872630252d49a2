/*
 * PostgreSQL: the function `charge` (bench/peers/postgresql/charge.sql) as a prepared statement, in
 * the extended protocol by hand (libpq's pipeline mode says the same and costs more). Each question
 * ends with Sync, so each is its own transaction; the answers of a connection come in order.
 */
#include "wire.h"

#include <stdio.h>

#define PROTOCOL_3 196608
#define TYPE_TEXT 25
#define TYPE_BIGINT 20
#define TYPE_INTEGER 23

static bool
postgresql_setup(const char *script)
{
	(void)script;
	return true;
}

/* Reads messages until ReadyForQuery; the answers of a greeting are small. */
static bool
await_ready(int fd)
{
	for (;;) {
		uint8_t head[5];
		char body[4096];
		if (!receive_all(fd, head, sizeof head))
			return false;
		size_t size = get_u32(head + 1) - 4;
		if (size > sizeof body) {
			fprintf(stderr, "load: postgresql greeted with %zu bytes\n", size);
			return false;
		}
		if (!receive_all(fd, body, size))
			return false;
		if (head[0] == 'E' || (head[0] == 'R' && get_u32((uint8_t *)body) != 0)) {
			fprintf(stderr, "load: postgresql refused the greeting: %.*s\n", (int)size,
				body);
			return false;
		}
		if (head[0] == 'Z')
			return true;
	}
}

static bool
postgresql_greet(int fd)
{
	uint8_t message[256];
	uint8_t *at = put_u32(message + 4, PROTOCOL_3);
	at = put_literal(at, "user\0bench\0database\0bench\0\0");
	put_u32(message, (uint32_t)(at - message));
	if (!send_all(fd, message, (size_t)(at - message)) || !await_ready(fd))
		return false;
	at = put_literal(put_u8(message, 'P') + 4, "charge\0select charge($1, $2, $3, $4, $5)\0");
	at = put_u32(put_u32(put_u32(put_u16(at, 5), TYPE_TEXT), TYPE_TEXT), TYPE_TEXT);
	at = put_u32(put_u32(at, TYPE_BIGINT), TYPE_INTEGER);
	put_u32(message + 1, (uint32_t)(at - message) - 1);
	at = put_u32(put_u8(at, 'S'), 4);
	return send_all(fd, message, (size_t)(at - message)) && await_ready(fd);
}

static size_t
postgresql_ask(const struct question *question, uint8_t *start)
{
	if (question->kind != QUESTION_CHARGE)
		return 0;
	uint8_t *at = put_literal(put_u8(start, 'B') + 4, "\0charge\0"); /* portal "", statement */
	at = put_u16(put_u16(put_u16(at, 1), 1), 5);                     /* all binary; 5 values */
	at = put_id(put_u32(at, ID_BYTES), question);
	at = put_service(put_u32(at, SERVICE_BYTES), question->call.subscription);
	at = put_to(put_u32(at, TO_BYTES), question->call.to);
	at = put_u64(put_u32(at, 8), (uint64_t)question->call.at_ms);
	at = put_u32(put_u32(at, 4), question->call.seconds);
	at = put_u16(at, 0); /* the result as text */
	put_u32(start + 1, (uint32_t)(at - start) - 1);
	at = put_u32(put_u8(put_u32(put_u8(at, 'E'), 9), 0), 0); /* portal "", all rows */
	at = put_u32(put_u8(at, 'S'), 4);
	return (size_t)(at - start);
}

/* BindComplete, DataRow and CommandComplete, or ErrorResponse; then in any case ReadyForQuery. */
static ptrdiff_t
postgresql_read(const uint8_t *data, size_t size, struct answer *answer)
{
	size_t at = 0;
	*answer = (struct answer){ .outcome = OUTCOME_ERROR };
	while (at + 5 <= size) {
		uint8_t type = data[at];
		size_t length = get_u32(data + at + 1) + 1;
		const uint8_t *body = data + at + 5;
		if (at + length > size)
			return 0;
		if (type == 'D' && length >= 11 && 11 + get_u32(body + 2) == length) {
			read_result((const char *)body + 6, length - 11, answer);
		} else if (type == 'E') {
			answer->text = (const char *)body;
			answer->text_size = length - 5;
		}
		at += length;
		if (type == 'Z')
			return (ptrdiff_t)at;
	}
	return 0;
}

const struct driver driver_postgresql = {
	.name = "postgresql",
	.answers_in_order = true,
	.setup = postgresql_setup,
	.greet = postgresql_greet,
	.ask = postgresql_ask,
	.read = postgresql_read,
};
