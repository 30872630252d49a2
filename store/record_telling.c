/* When somebody is to be told of money (see record_telling.h). */
#include "record_telling.h"

#include "../engine/base/bytes.h"
#include "../engine/base/must.h"

enum {
	LOW_COUNT = 15,
	HAS_PERCENTS = 16,
	HAS_BEFORE_END = 32,
	HAS_FULL = 64,
	HAS_SOON = 128,
};

const char *
validity_every_name(enum validity_every every)
{
	switch (every) {
	case VALID_HOURS:
		return "hour";
	case VALID_DAYS:
		return "day";
	case VALID_MONTHS:
		return "month";
	case VALID_YEARS:
		return "year";
	}
	return NULL;
}

bool
telling_is_any(const struct telling *telling)
{
	return telling_has_lows(telling) || telling->before_end.count > 0 || telling->full != 0 ||
		telling->soon_ms != 0;
}

int64_t
telling_low(const struct telling *telling, unsigned place)
{
	must(place < telling->low_count);
	return load_i64(telling->lows + place * sizeof(int64_t));
}

int64_t
telling_percent_low(const struct telling *telling, unsigned place)
{
	must(place < telling->percent_count);
	return telling->full / 100 * telling->percents[place] +
		telling->full % 100 * telling->percents[place] / 100;
}

/* Skips so many bytes, which are all there or none. */
static const uint8_t *
skip(struct field_reader *reader, size_t size)
{
	const uint8_t *start = reader->at;
	for (size_t i = 0; i < size; i++)
		field_read_u8(reader);
	return start;
}

struct telling
telling_read(struct field_reader *reader)
{
	struct telling telling = { .low_count = 0 };
	uint8_t flags = field_read_u8(reader);
	telling.low_count = flags & LOW_COUNT;
	telling.lows = skip(reader, telling.low_count * sizeof(int64_t));
	if ((flags & HAS_PERCENTS) != 0)
		telling.percent_count = field_read_u8(reader);
	telling.percents = skip(reader, telling.percent_count);
	if ((flags & HAS_BEFORE_END) != 0) {
		telling.before_end.count = field_read_u32(reader);
		telling.before_end.every = (enum validity_every)field_read_u8(reader);
	}
	if ((flags & HAS_FULL) != 0)
		telling.full = field_read_i64(reader);
	if ((flags & HAS_SOON) != 0)
		telling.soon_ms = field_read_i64(reader);
	if (reader->bad)
		telling.low_count = telling.percent_count = 0;
	return telling;
}

void
telling_write(struct field_writer *writer, const struct telling *telling)
{
	must(telling->low_count <= LOW_COUNT);
	field_write_u8(writer,
		(uint8_t)(telling->low_count | (telling->percent_count > 0 ? HAS_PERCENTS : 0) |
			(telling->before_end.count > 0 ? HAS_BEFORE_END : 0) |
			(telling->full != 0 ? HAS_FULL : 0) |
			(telling->soon_ms != 0 ? HAS_SOON : 0)));
	for (unsigned i = 0; i < telling->low_count; i++)
		field_write_i64(writer, telling_low(telling, i));
	if (telling->percent_count > 0)
		field_write_u8(writer, telling->percent_count);
	for (unsigned i = 0; i < telling->percent_count; i++)
		field_write_u8(writer, telling->percents[i]);
	if (telling->before_end.count > 0) {
		field_write_u32(writer, telling->before_end.count);
		field_write_u8(writer, (uint8_t)telling->before_end.every);
	}
	if (telling->full != 0)
		field_write_i64(writer, telling->full);
	if (telling->soon_ms != 0)
		field_write_i64(writer, telling->soon_ms);
}

static bool
lows_are_valid(const struct telling *telling)
{
	for (unsigned i = 1; i < telling->low_count; i++) {
		if (telling_low(telling, i) >= telling_low(telling, i - 1))
			return false;
	}
	return telling->low_count <= LOWS_MAX;
}

static bool
percents_are_valid(const struct telling *telling)
{
	for (unsigned i = 0; i < telling->percent_count; i++) {
		unsigned percent = telling->percents[i];
		unsigned before = i == 0 ? PERCENT_MAX + 1 : telling->percents[i - 1];
		if (percent >= before || percent == 0)
			return false;
	}
	return telling->percent_count <= LOWS_MAX;
}

bool
telling_is_valid(const struct telling *telling)
{
	return lows_are_valid(telling) && percents_are_valid(telling) &&
		validity_every_name(telling->before_end.every) != NULL && telling->full >= 0 &&
		telling->soon_ms >= 0;
}
