/*
 * The head of a message, and that of a batch, read by hand (see params.h): it is a few bytes, and
 * says whether the rest is worth reading.
 */
#include "params_parts.h"

#include "scan.h"

#include "base/must.h"

/* The number of items of the array (or pairs of the map) at *at, moving past its head. */
static bool
head_container(struct bytes *rest, uint8_t fix, uint8_t head16, uint32_t *count)
{
	const uint8_t *at = rest->data;
	size_t size;
	if (rest->size == 0)
		return false;
	if ((at[0] & 0xf0) == fix) {
		*count = at[0] & 0x0fu;
		size = 1;
	} else if (at[0] == head16 && rest->size >= 3) {
		*count = (uint32_t)at[1] << 8 | at[2];
		size = 3;
	} else if (at[0] == head16 + 1 && rest->size >= 5) {
		*count = (uint32_t)at[1] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 8 |
			at[4];
		size = 5;
	} else {
		return false;
	}
	*rest = (struct bytes){ at + size, rest->size - size };
	return true;
}

bool
head_array(struct bytes *rest, uint32_t *count)
{
	return head_container(rest, 0x90, 0xdc, count);
}

bool
head_map(struct bytes *rest, uint32_t *count)
{
	return head_container(rest, 0x80, 0xde, count);
}

/* An unsigned number of at most 32 bits. */
static bool
head_u32(struct bytes *rest, uint32_t *value)
{
	const uint8_t *at = rest->data;
	if (rest->size == 0)
		return false;
	size_t length = at[0] == 0xcc ? 1
		: at[0] == 0xcd       ? 2
		: at[0] == 0xce       ? 4
		: at[0] == 0xcf       ? 8
				      : 0;
	uint64_t read = 0;
	if (at[0] <= 0x7f)
		read = at[0];
	else if (length == 0 || rest->size < 1 + length)
		return false;
	for (size_t i = 1; i <= length; i++)
		read = read << 8 | at[i];
	if (read > UINT32_MAX)
		return false;
	*value = (uint32_t)read;
	*rest = (struct bytes){ at + 1 + length, rest->size - 1 - length };
	return true;
}

/* A str or bin. */
static bool
head_text(struct bytes *rest, struct text *text)
{
	const uint8_t *at = rest->data;
	if (rest->size == 0)
		return false;
	size_t head, size;
	if ((at[0] & 0xe0) == 0xa0) {
		head = 1;
		size = at[0] & 0x1fu;
	} else if ((at[0] == 0xd9 || at[0] == 0xc4) && rest->size >= 2) {
		head = 2;
		size = at[1];
	} else if ((at[0] == 0xda || at[0] == 0xc5) && rest->size >= 3) {
		head = 3;
		size = (size_t)at[1] << 8 | at[2];
	} else {
		return false; /* no name is longer */
	}
	if (rest->size < head + size)
		return false;
	*text = (struct text){ (const char *)at + head, size };
	*rest = (struct bytes){ at + head + size, rest->size - head - size };
	return true;
}

void
message_read(struct bytes bytes, struct message *message)
{
	uint32_t count, type;
	*message = (struct message){ .kind = MESSAGE_BAD };
	message->why = BILINGUAL_STRING("it is not an array of [0, msgid, method, params]",
		"它不是 [0, msgid, method, params] 数组");
	if (!head_array(&bytes, &count) || count < 3 || count > 4 || !head_u32(&bytes, &type))
		return;
	bool request = type == 0 && count == 4;
	if (!request && (type != 2 || count != 3)) {
		message->why = BILINGUAL_STRING(
			"only requests (type 0) and notifications (type 2) are understood",
			"只支持请求（类型 0）和通知（类型 2）");
		return;
	}
	if (request && !head_u32(&bytes, &message->msgid)) {
		message->why = BILINGUAL_STRING(
			"msgid is not an unsigned number of 32 bits", "msgid 不是 32 位无符号整数");
		return;
	}
	if (!head_text(&bytes, &message->method)) {
		message->why = BILINGUAL_STRING(
			"the method's name is not a text", "方法名不是文本");
		return;
	}
	message->params = bytes;
	if (!head_array(&bytes, &count)) {
		message->why = BILINGUAL_STRING("params is not an array", "params 不是数组");
		return;
	}
	message->kind = request ? MESSAGE_REQUEST : MESSAGE_NOTIFICATION;
}

bool
params_split(struct reading *reading, struct bytes params, const char *name, size_t items_max,
	struct packed_items *items)
{
	uint32_t outer, pairs, count;
	struct text key, none = TEXT("");
	bool is_array = head_array(&params, &outer);
	must(is_array);
	if (outer != 1 || !head_map(&params, &pairs) || pairs == 0)
		return reading_refuse(reading, SAY_MISSING_FIELD, text_of(name), none, none);
	if (pairs > 1 || !head_text(&params, &key) || !text_equal(key, text_of(name))) {
		struct text form = arena_print(reading->arena,
			BILINGUAL_STRING("params must be [{\"%s\": [...]}]",
				"params 应为 [{\"%s\": [...]}]"),
			name, name);
		return reading_refuse(reading, SAY_MALFORMED, form, none, none);
	}
	if (!head_array(&params, &count))
		return reading_refuse(reading, SAY_WRONG_TYPE, text_of(name),
			BILINGUAL("an array of maps", "映射的数组"), none);
	if (count == 0 || count > items_max) {
		struct text range = arena_print(reading->arena,
			BILINGUAL_STRING("an array of 1 to %zu items", "1 至 %zu 项的数组"),
			items_max, items_max);
		return reading_refuse(reading, SAY_OUT_OF_RANGE, text_of(name), range, none);
	}
	struct bytes *list = arena_take(reading->arena, count * sizeof *list);
	if (list == NULL)
		return reading_refuse_memory(reading);
	for (uint32_t i = 0; i < count; i++) {
		list[i] = (struct bytes){ params.data, scan_value_size(params) };
		params.data += list[i].size;
		params.size -= list[i].size;
	}
	*items = (struct packed_items){ list, count };
	return true;
}
