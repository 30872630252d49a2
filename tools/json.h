/*
 * JSON ↔ MessagePack, exactly: integers stay 64-bit integers, and a number with a decimal point or
 * an exponent is refused, since money is sent as text. Bytes are {"$bytes": "base64"} in both
 * directions. Order of names is kept.
 */
#ifndef SUANPAN_JSON_H
#define SUANPAN_JSON_H

#include "../engine/base/money.h"
#include "../engine/base/status.h"
#include "../engine/pack.h"

#include <jansson.h>
#include <msgpack.h>

/* Bytes longer than this are shown as {"$bytes_size": n}. */
#define JSON_BYTES_SHOWN_MAX 65536

/* Reads JSON text. STATUS_INVALID says where and what is wrong. */
enum status json_read(struct text text, json_t **value, struct fault *fault);

/* Packs a value. STATUS_INVALID names the member that can't be sent and says why. */
enum status json_pack_value(const json_t *value, struct pack *pack, struct fault *fault);

/* A new value; NULL without memory. Text that is not UTF-8 becomes bytes. */
json_t *json_of_packed(const msgpack_object *object);
/* The same from one packed value; NULL also if it is none. */
json_t *json_of_bytes(struct bytes packed);

/* One line without a line feed, or indented with one. data is NULL without memory; memory_free it.
 */
struct text json_write(const json_t *value, bool indented);

/* A text as a JSON value; bytes that are not UTF-8 are shown as bytes. */
json_t *json_of_text(struct text text);
/* "0.15" */
json_t *json_of_money(struct money amount);
json_t *json_of_binary(struct bytes bytes);

#endif
