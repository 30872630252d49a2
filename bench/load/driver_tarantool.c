/* Tarantool: CALL of the stored procedure `charge` (bench/peers/tarantool/charge.lua), in IPROTO.
 */
#include "wire.h"

#include <stdio.h>

/* Keys and numbers of the IPROTO protocol. */
#define IPROTO_TYPE 0x00
#define IPROTO_SYNC 0x01
#define IPROTO_TUPLE 0x21
#define IPROTO_FUNCTION 0x22
#define IPROTO_DATA 0x30
#define IPROTO_ERROR 0x31
#define IPROTO_CALL 0x0a
#define IPROTO_TYPE_ERROR 0x8000
#define GREETING_BYTES 128
#define SIZE_BYTES 5 /* of every message: a MessagePack u32 */

static bool
tarantool_setup(const char *script)
{
	(void)script;
	return true;
}

/* The server speaks first; the guest user needs no login. */
static bool
tarantool_greet(int fd)
{
	char greeting[GREETING_BYTES];
	return receive_all(fd, greeting, sizeof greeting);
}

static size_t
tarantool_ask(const struct question *question, uint8_t *start)
{
	if (question->kind != QUESTION_CHARGE)
		return 0;
	uint8_t *at = put_u8(start + SIZE_BYTES, 0x82);
	at = put_u8(put_u8(at, IPROTO_TYPE), IPROTO_CALL);
	at = put_u32(put_u8(put_u8(at, IPROTO_SYNC), 0xce), question->slot);
	at = put_u8(put_u8(at, 0x82), IPROTO_FUNCTION);
	at = put_word(at, "charge");
	at = put_u8(put_u8(at, IPROTO_TUPLE), 0x95);
	at = put_id(put_u8(at, 0xa0 | ID_BYTES), question);
	at = put_service(put_u8(at, 0xa0 | SERVICE_BYTES), question->call.subscription);
	at = put_to(put_u8(at, 0xa0 | TO_BYTES), question->call.to);
	at = put_u64(put_u8(at, 0xcf), (uint64_t)question->call.at_ms);
	at = put_u32(put_u8(at, 0xce), question->call.seconds);
	size_t size = (size_t)(at - start);
	put_u32(put_u8(start, 0xce), (uint32_t)(size - SIZE_BYTES));
	return size;
}

/* The procedure returns a word and a number; an error is a text. */
static void
read_body(struct pack *pack, struct answer *answer)
{
	int64_t pairs = pack_next(pack).integer;
	for (int64_t i = 0; i < pairs && pack->at != NULL; i++) {
		int64_t key = pack_next(pack).integer;
		if (key == IPROTO_ERROR) {
			struct pack_value text = pack_next(pack);
			answer->text = text.text;
			answer->text_size = text.size;
		} else if (key == IPROTO_DATA) {
			int64_t count = pack_next(pack).integer;
			struct pack_value word = count > 0 ? pack_next(pack)
							   : (struct pack_value){ 0 };
			struct pack_value fen = count > 1 ? pack_next(pack)
							  : (struct pack_value){ 0 };
			answer->text = word.text;
			answer->text_size = word.size;
			answer->outcome = pack_is(&word, "charged") ? OUTCOME_CHARGED
				: pack_is(&word, "repeat")          ? OUTCOME_REPEAT
								    : OUTCOME_REFUSED;
			answer->amount_micros = fen.integer * 10000;
		} else {
			pack_skip(pack);
		}
	}
}

static ptrdiff_t
tarantool_read(const uint8_t *data, size_t size, struct answer *answer)
{
	if (size < SIZE_BYTES)
		return 0;
	if (data[0] != 0xce)
		return ANSWER_NONSENSE;
	size_t length = SIZE_BYTES + get_u32(data + 1);
	if (size < length)
		return 0;
	struct pack pack = { data + SIZE_BYTES, data + length };
	int64_t type = IPROTO_TYPE_ERROR;
	*answer = (struct answer){ .outcome = OUTCOME_ERROR };
	int64_t pairs = pack_next(&pack).integer;
	for (int64_t i = 0; i < pairs && pack.at != NULL; i++) {
		int64_t key = pack_next(&pack).integer;
		struct pack_value value = pack_next(&pack);
		if (key == IPROTO_TYPE)
			type = value.integer;
		else if (key == IPROTO_SYNC)
			answer->slot = (uint32_t)value.integer;
	}
	read_body(&pack, answer);
	if (type & IPROTO_TYPE_ERROR)
		answer->outcome = OUTCOME_ERROR;
	return pack.at == NULL ? ANSWER_NONSENSE : (ptrdiff_t)length;
}

const struct driver driver_tarantool = {
	.name = "tarantool",
	.answers_in_order = false,
	.setup = tarantool_setup,
	.greet = tarantool_greet,
	.ask = tarantool_ask,
	.read = tarantool_read,
};
