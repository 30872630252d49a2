/* The keys of records: how they are made, and read again (see records.h). */
#include "records.h"

#include "../engine/base/instant.h"
#include "../engine/base/must.h"
#include "../engine/base/utf8.h"

#include "record_group.h"
#include "session_record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void
key_of_text(struct record_key *key, enum table table, struct text id)
{
	must(id.size >= 1 && id.size <= IDENTIFIER_BYTES_MAX);
	key->table = (uint8_t)table;
	key->size = (uint8_t)id.size;
	put_bytes(key->data, id.data, id.size);
}

static void
key_append(struct record_key *key, struct text part)
{
	must(key->size + part.size < RECORD_KEY_MAX);
	put_bytes(key->data + key->size, part.data, part.size);
	key->size = (uint8_t)(key->size + part.size);
}

/* A thing of somebody's: two ids with a zero byte between them. */
static void
key_of_pair(struct record_key *key, enum table table, struct text owner, struct text name)
{
	key_of_text(key, table, owner);
	key_append(key, (struct text){ "\0", 1 });
	key_append(key, name);
}

static bool
key_is_of_pair(struct bytes key, struct text *owner, struct text *name)
{
	const uint8_t *zero = memchr(key.data, 0, key.size);
	if (zero == NULL)
		return false;
	size_t owner_size = (size_t)(zero - key.data);
	*owner = (struct text){ (const char *)key.data, owner_size };
	*name = (struct text){ (const char *)zero + 1, key.size - owner_size - 1 };
	return identifier_is_valid(*owner) && identifier_is_valid(*name);
}

void
key_of_balance(struct record_key *key, struct text account, struct text name)
{
	key_of_pair(key, TABLE_BALANCE, account, name);
}

bool
key_is_of_balance(struct bytes key, struct text *account, struct text *name)
{
	return key_is_of_pair(key, account, name);
}

void
key_of_session(struct record_key *key, struct text service_id, struct text session)
{
	key_of_pair(key, TABLE_SESSION, service_id, session);
}

bool
key_is_of_session(struct bytes key, struct text *service_id, struct text *session)
{
	return key_is_of_pair(key, service_id, session);
}

void
key_of_member(struct record_key *key, struct text group, struct text subscription)
{
	key_of_pair(key, TABLE_MEMBER, group, subscription);
}

bool
key_is_of_member(struct bytes key, struct text *group, struct text *subscription)
{
	return key_is_of_pair(key, group, subscription);
}

void
key_before_members(struct record_key *key, struct text group)
{
	key_of_text(key, TABLE_MEMBER, group);
	key_append(key, (struct text){ "\0", 1 });
}

enum { COUNTER_CYCLE_BYTES = 4 };
/* Before a group, so that it is never taken for a subscription: no id begins so. */
static const char GROUP_MARK = '\1';

void
key_of_counter(struct record_key *key, const struct counter_key *counter)
{
	/* Big-endian with the sign turned, so that byte order is the order of time. */
	uint32_t ordered = __builtin_bswap32((uint32_t)counter->cycle ^ UINT32_C(0x80000000));
	key->table = TABLE_COUNTER;
	key->size = COUNTER_CYCLE_BYTES;
	memcpy(key->data, &ordered, COUNTER_CYCLE_BYTES);
	if (counter->by_group)
		key_append(key, (struct text){ &GROUP_MARK, 1 });
	key_append(key, counter->owner);
	key_append(key, (struct text){ "\0", 1 });
	key_append(key, counter->package);
	key_append(key, (struct text){ "\0", 1 });
	key_append(key, counter->allowance);
}

/* The text up to the next zero byte, which is taken too, or to the end. */
static struct text
key_part(struct bytes *rest)
{
	const uint8_t *zero = memchr(rest->data, 0, rest->size);
	size_t size = zero == NULL ? rest->size : (size_t)(zero - rest->data);
	struct text part = { (const char *)rest->data, size };
	size_t taken = zero == NULL ? size : size + 1;
	*rest = (struct bytes){ rest->data + taken, rest->size - taken };
	return part;
}

bool
key_is_of_counter(struct bytes key, struct counter_key *counter)
{
	if (key.size <= COUNTER_CYCLE_BYTES)
		return false;
	uint32_t ordered = __builtin_bswap32(load_u32(key.data));
	struct bytes rest = { key.data + COUNTER_CYCLE_BYTES, key.size - COUNTER_CYCLE_BYTES };
	counter->cycle = (int32_t)(ordered ^ UINT32_C(0x80000000));
	counter->by_group = rest.data[0] == (uint8_t)GROUP_MARK;
	rest.data += counter->by_group;
	rest.size -= counter->by_group;
	counter->owner = key_part(&rest);
	counter->package = key_part(&rest);
	counter->allowance = key_part(&rest);
	return rest.size == 0 && identifier_is_valid(counter->owner) &&
		identifier_is_valid(counter->package) && identifier_is_valid(counter->allowance);
}

size_t
counter_key_format(const struct counter_key *counter, char text[COUNTER_TEXT_MAX])
{
	struct date date = date_of_day(counter->cycle);
	int size = snprintf(text, COUNTER_TEXT_MAX, "%s%.*s/%.*s.%.*s/%04d-%02d-%02d",
		counter->by_group ? "group:" : "", TEXT_ARGS(counter->owner),
		TEXT_ARGS(counter->package), TEXT_ARGS(counter->allowance), (int)date.year,
		(int)date.month, (int)date.day);
	must(size > 0 && size < COUNTER_TEXT_MAX);
	return (size_t)size;
}

/* In so many digits that the order of keys is that of numbers. */
enum { NUMBER_DIGITS = 20 };

/* Nothing but that many digits, of a number that is not negative? */
static bool
digits_read(struct bytes digits, int64_t *number)
{
	int64_t read = 0;
	if (digits.size != NUMBER_DIGITS)
		return false;
	for (size_t i = 0; i < digits.size; i++) {
		int digit = digits.data[i] - '0';
		if (digit < 0 || digit > 9 || read > (INT64_MAX - digit) / 10)
			return false;
		read = read * 10 + digit;
	}
	*number = read;
	return true;
}

#define ACTIVATION_PREFIX "activation:"
enum { ACTIVATION_PREFIX_BYTES = sizeof ACTIVATION_PREFIX - 1 };

void
key_of_activation(struct record_key *key, int64_t at_ms)
{
	char text[ACTIVATION_PREFIX_BYTES + NUMBER_DIGITS + 1];
	must(at_ms >= 0);
	snprintf(text, sizeof text, ACTIVATION_PREFIX "%0*" PRId64, NUMBER_DIGITS, at_ms);
	key_of_text(key, TABLE_SETTING, text_of(text));
}

bool
key_is_of_activation(struct bytes key, int64_t *at_ms)
{
	if (key.size < ACTIVATION_PREFIX_BYTES ||
		memcmp(key.data, ACTIVATION_PREFIX, ACTIVATION_PREFIX_BYTES) != 0)
		return false;
	return digits_read((struct bytes){ key.data + ACTIVATION_PREFIX_BYTES,
				   key.size - ACTIVATION_PREFIX_BYTES },
		at_ms);
}

void
key_of_refund(struct record_key *key, uint64_t charge)
{
	char text[NUMBER_DIGITS + 1];
	must(charge > 0 && charge % 8 == 0);
	snprintf(text, sizeof text, "%0*" PRIu64, NUMBER_DIGITS, charge);
	key_of_text(key, TABLE_REFUND, text_of(text));
}

bool
key_is_of_refund(struct bytes key, uint64_t *charge)
{
	int64_t position;
	if (!digits_read(key, &position) || position == 0 || position % 8 != 0)
		return false;
	*charge = (uint64_t)position;
	return true;
}

enum { TIMER_HEAD_BYTES = TIMER_KEY_MAX - TIMER_OWNER_MAX };

/* Is it what a timer of that kind can be about? */
static bool
owner_is_valid(enum timer_kind kind, struct bytes owner)
{
	struct text whose, what;
	switch (kind) {
	case TIMER_BALANCE:
	case TIMER_SESSION:
		return key_is_of_balance(owner, &whose, &what);
	case TIMER_SUBSCRIPTION:
	case TIMER_NOTICE:
	case TIMER_AGREEMENT:
		return identifier_is_valid(text_of_bytes(owner));
	case TIMER_RELEASE:
		return owner.size > 0 && (owner.data[0] == '0' || owner.data[0] == '1') &&
			(owner.size == 1 ||
				identifier_is_valid((struct text){
					(const char *)owner.data + 1, owner.size - 1 }));
	}
	return false;
}

void
key_of_timer(struct record_key *key, const struct timer_key *timer)
{
	must(timer->at_ms >= 0 && timer_kind_name(timer->kind) != NULL);
	must(timer->owner.size > 0 && timer->owner.size <= TIMER_OWNER_MAX);
	key->table = TABLE_TIMER;
	key->size = (uint8_t)(TIMER_HEAD_BYTES + timer->owner.size);
	store_u64(key->data, __builtin_bswap64((uint64_t)timer->at_ms));
	key->data[TIMER_HEAD_BYTES - 1] = (uint8_t)timer->kind;
	put_bytes(key->data + TIMER_HEAD_BYTES, timer->owner.data, timer->owner.size);
}

bool
key_is_of_timer(struct bytes key, struct timer_key *timer)
{
	if (key.size <= TIMER_HEAD_BYTES || key.size > TIMER_KEY_MAX)
		return false;
	timer->at_ms = (int64_t)__builtin_bswap64(load_u64(key.data));
	timer->kind = (enum timer_kind)key.data[TIMER_HEAD_BYTES - 1];
	timer->owner = (struct bytes){ key.data + TIMER_HEAD_BYTES, key.size - TIMER_HEAD_BYTES };
	return timer->at_ms >= 0 && owner_is_valid(timer->kind, timer->owner);
}

/* Big-endian, so that byte order is the order of numbers. */
void
key_of_notice(struct record_key *key, const struct notice_key *notice)
{
	uint64_t place = __builtin_bswap64(notice->place);
	uint16_t index = __builtin_bswap16(notice->index);
	key->table = TABLE_NOTICE;
	key->size = NOTICE_KEY_BYTES;
	memcpy(key->data, &place, sizeof place);
	memcpy(key->data + sizeof place, &index, sizeof index);
}

bool
key_is_of_notice(struct bytes key, struct notice_key *notice)
{
	uint16_t index;
	if (key.size != NOTICE_KEY_BYTES)
		return false;
	memcpy(&index, key.data + sizeof(uint64_t), sizeof index);
	notice->place = __builtin_bswap64(load_u64(key.data));
	notice->index = __builtin_bswap16(index);
	return true;
}

void
notice_key_format(const struct notice_key *notice, char text[NOTICE_TEXT_BYTES + 1])
{
	snprintf(text, NOTICE_TEXT_BYTES + 1, "%016" PRIx64 "%04" PRIx16, notice->place,
		notice->index);
}

bool
notice_key_parse(struct text text, struct notice_key *notice)
{
	char copy[NOTICE_TEXT_BYTES + 1], again[NOTICE_TEXT_BYTES + 1];
	struct notice_key read;
	if (text.size != NOTICE_TEXT_BYTES)
		return false;
	memcpy(copy, text.data, text.size);
	copy[text.size] = '\0';
	if (sscanf(copy, "%16" SCNx64 "%4" SCNx16, &read.place, &read.index) != 2)
		return false;
	notice_key_format(&read, again);
	if (strcmp(copy, again) != 0)
		return false; /* signs, blanks and capitals are read, too */
	*notice = read;
	return true;
}

/* ---- as people know them ---- */

static void
format_timer(const struct timer_key *timer, char text[RECORD_TEXT_MAX])
{
	struct text whose, what;
	char at[INSTANT_TEXT_MAX];
	int at_size = (int)instant_format(timer->at_ms, 0, at);
	const char *kind = timer_kind_name(timer->kind);
	if (key_is_of_balance(timer->owner, &whose, &what))
		snprintf(text, RECORD_TEXT_MAX, "%.*s %s %.*s/%.*s", at_size, at, kind,
			TEXT_ARGS(whose), TEXT_ARGS(what));
	else
		snprintf(text, RECORD_TEXT_MAX, "%.*s %s %.*s", at_size, at, kind,
			TEXT_ARGS(text_of_bytes(timer->owner)));
}

bool
record_key_format(uint8_t table, struct bytes key, char text[RECORD_TEXT_MAX])
{
	struct text whose, what;
	struct counter_key counter;
	struct timer_key timer;
	struct notice_key notice;
	if (!record_is_valid(table, key, (struct bytes){ NULL, 0 }))
		return false;
	if ((table == TABLE_BALANCE && key_is_of_balance(key, &whose, &what)) ||
		(table == TABLE_SESSION && key_is_of_session(key, &whose, &what)) ||
		(table == TABLE_MEMBER && key_is_of_member(key, &whose, &what)))
		snprintf(text, RECORD_TEXT_MAX, "%.*s/%.*s", TEXT_ARGS(whose), TEXT_ARGS(what));
	else if (table == TABLE_COUNTER && key_is_of_counter(key, &counter))
		counter_key_format(&counter, text);
	else if (table == TABLE_TIMER && key_is_of_timer(key, &timer))
		format_timer(&timer, text);
	else if (table == TABLE_NOTICE && key_is_of_notice(key, &notice))
		notice_key_format(&notice, text);
	else
		snprintf(text, RECORD_TEXT_MAX, "%.*s", TEXT_ARGS(text_of_bytes(key)));
	return true;
}
