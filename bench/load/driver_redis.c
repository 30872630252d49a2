/* Redis: EVALSHA of bench/peers/redis/charge.lua, in RESP. The server answers each connection in
 * order. */
#include "wire.h"

#include <stdio.h>

#define SHA_DIGITS 40

static char sha[SHA_DIGITS + 1];

static bool
redis_setup(const char *script)
{
	if (script == NULL || strlen(script) != SHA_DIGITS) {
		fprintf(stderr,
			"load: redis needs --script with the 40 digits that SCRIPT LOAD gave\n");
		return false;
	}
	memcpy(sha, script, sizeof sha);
	return true;
}

static bool
redis_greet(int fd)
{
	(void)fd;
	return true;
}

static size_t
redis_ask(const struct question *question, uint8_t *start)
{
	if (question->kind != QUESTION_CHARGE)
		return 0;
	uint8_t *at = put_literal(start, "*8\r\n$7\r\nEVALSHA\r\n$40\r\n");
	at = put_bytes(at, sha, SHA_DIGITS);
	at = put_literal(at, "\r\n$1\r\n2\r\n$14\r\n");
	at = put_id(at, question);
	at = put_literal(at, "\r\n$8\r\n");
	at = put_service(at, question->call.subscription);
	at = put_literal(at, "\r\n$11\r\n");
	at = put_to(at, question->call.to);
	at = put_literal(at, "\r\n$13\r\n");
	at = put_digits(at, (uint64_t)question->call.at_ms, 13);
	at = put_literal(at, "\r\n$6\r\n");
	at = put_digits(at, question->call.seconds, 6);
	at = put_literal(at, "\r\n");
	return (size_t)(at - start);
}

/* "$10\r\ncharged 45\r\n", or "-ERR what is wrong\r\n". */
static ptrdiff_t
redis_read(const uint8_t *data, size_t size, struct answer *answer)
{
	const uint8_t *line_end = memchr(data, '\r', size);
	if (line_end == NULL || line_end + 1 >= data + size)
		return 0;
	size_t head = (size_t)(line_end - data);
	if (data[0] == '-') {
		*answer = (struct answer){ OUTCOME_ERROR, 0, 0, (const char *)data + 1, head - 1 };
		return (ptrdiff_t)head + 2;
	}
	size_t length = 0;
	for (size_t i = 1; i < head; i++) {
		if (data[i] < '0' || data[i] > '9' || length > QUESTION_BYTES_MAX)
			return ANSWER_NONSENSE;
		length = length * 10 + (size_t)(data[i] - '0');
	}
	if (data[0] != '$' || head == 1)
		return ANSWER_NONSENSE;
	if (size < head + 2 + length + 2)
		return 0;
	*answer = (struct answer){ .outcome = OUTCOME_ERROR };
	read_result((const char *)data + head + 2, length, answer);
	return (ptrdiff_t)(head + 2 + length + 2);
}

const struct driver driver_redis = {
	.name = "redis",
	.answers_in_order = true,
	.setup = redis_setup,
	.greet = redis_greet,
	.ask = redis_ask,
	.read = redis_read,
};
