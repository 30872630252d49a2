#include "zoneinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "instant.h"
#include "memory.h"
#include "must.h"
#include "zonerule.h"

#define DIRECTORY_DEFAULT "/usr/share/zoneinfo"
#define NAME_BYTES_MAX 255
/* The largest of the system's files has 3.6 KB. */
#define FILE_BYTES_MAX 65536

/* TZif (RFC 8536, 3.1): a header, then the arrays it counts, numbers big-endian. */
#define HEADER_BYTES 44
#define TYPE_BYTES 6
/* What RFC 8536 (3.2) allows as an offset: less than 25 hours to the west, 26 to the east. */
#define OFFSET_S_MIN (-89999)
#define OFFSET_S_MAX 93599
#define OFFSET_MS_MAX (26 * HOUR_MS)

/* The rule is written out for these years: the one before INSTANT_MIN to the one of INSTANT_MAX. */
#define RULE_YEAR_FIRST 1899
#define RULE_YEAR_LAST 2199
#define RULE_CHANGES_MAX (2 * (RULE_YEAR_LAST - RULE_YEAR_FIRST + 1))

struct span {
	int64_t from_ms;
	int32_t offset_ms;
};

/*
 * The spans are in ascending order, neighbours differ in their offset, the first begins at
 * INT64_MIN, and behind the last stands one that begins at INT64_MAX, so that each span has an end.
 */
struct zoneinfo {
	char *name;
	size_t name_size;
	uint8_t *tzif;
	size_t tzif_size;
	struct span *spans;
	size_t span_count;
};

/* The arrays of one data block that we read. */
struct block {
	uint8_t version;
	size_t time_bytes; /* 4 in the first block, 8 in the second */
	size_t time_count;
	size_t type_count;
	const uint8_t *times;      /* ascending seconds */
	const uint8_t *time_types; /* for each of them, which type begins */
	const uint8_t *types;      /* offset_s, is_summer, name */
};

static int64_t
load_big_endian(const uint8_t *at, size_t size)
{
	uint64_t number = (at[0] & 0x80) != 0 ? UINT64_MAX : 0;
	for (size_t i = 0; i < size; i++)
		number = number << 8 | at[i];
	return (int64_t)number;
}

/* A count in a header; no array of a file this small has more than its bytes. */
static size_t
load_count(const uint8_t *at)
{
	int64_t count = load_big_endian(at, 4);
	return count < 0 || count > FILE_BYTES_MAX ? FILE_BYTES_MAX + 1 : (size_t)count;
}

/* Takes one header and its data block from the front of *rest; NULL or what is wrong with it. */
static const char *
take_block(struct bytes *rest, size_t time_bytes, struct block *block)
{
	const uint8_t *header = rest->data;
	if (rest->size < HEADER_BYTES || memcmp(header, "TZif", 4) != 0)
		return "it does not begin as a TZif file";
	size_t utc_count = load_count(header + 20);
	size_t standard_count = load_count(header + 24);
	size_t leap_count = load_count(header + 28);
	size_t time_count = load_count(header + 32);
	size_t type_count = load_count(header + 36);
	size_t char_count = load_count(header + 40);
	size_t size = HEADER_BYTES + time_count * (time_bytes + 1) + type_count * TYPE_BYTES +
		char_count + leap_count * (time_bytes + 4) + standard_count + utc_count;
	if (size > rest->size)
		return "it is cut short";
	if (leap_count > 0)
		return "it counts leap seconds";
	if (type_count == 0 || type_count > 256)
		return "it has no offset, or too many";
	*block = (struct block){
		.version = header[4],
		.time_bytes = time_bytes,
		.time_count = time_count,
		.type_count = type_count,
		.times = header + HEADER_BYTES,
		.time_types = header + HEADER_BYTES + time_count * time_bytes,
		.types = header + HEADER_BYTES + time_count * (time_bytes + 1),
	};
	*rest = (struct bytes){ rest->data + size, rest->size - size };
	return NULL;
}

static int64_t
block_time(const struct block *block, size_t index)
{
	must(index < block->time_count);
	return load_big_endian(block->times + index * block->time_bytes, block->time_bytes);
}

static int64_t
block_offset(const struct block *block, size_t type)
{
	must(type < block->type_count);
	return load_big_endian(block->types + type * TYPE_BYTES, 4);
}

static const char *
check_block(const struct block *block)
{
	for (size_t i = 0; i < block->type_count; i++) {
		int64_t offset_s = block_offset(block, i);
		if (offset_s < OFFSET_S_MIN || offset_s > OFFSET_S_MAX)
			return "an offset is more than a day";
	}
	for (size_t i = 0; i < block->time_count; i++) {
		if (block->time_types[i] >= block->type_count)
			return "a transition names an offset that does not exist";
		if (i > 0 && block_time(block, i) <= block_time(block, i - 1))
			return "its transitions are not in order";
	}
	return NULL;
}

/* The text between two line ends that follows the second block; empty if the zone has no rule. */
static const char *
take_footer(struct bytes rest, struct zone_rule *rule, bool *has_rule)
{
	const uint8_t *end = NULL;
	if (rest.size >= 2 && rest.data[0] == '\n')
		end = memchr(rest.data + 1, '\n', rest.size - 1);
	if (end == NULL)
		return "its footer is cut short";
	struct text text = { (const char *)rest.data + 1, (size_t)(end - rest.data) - 1 };
	*has_rule = text.size > 0;
	if (*has_rule && !zone_rule_parse(text, rule))
		return "its rule for later years cannot be read";
	return NULL;
}

/* What a file says, checked: its best block, and the rule for what comes after it. */
struct tzif {
	struct block block;
	struct zone_rule rule;
	bool has_rule;
};

static const char *
tzif_parse(struct bytes bytes, struct tzif *tzif)
{
	if (bytes.size > FILE_BYTES_MAX)
		return "it is too large";
	struct bytes rest = bytes;
	const char *problem = take_block(&rest, 4, &tzif->block);
	if (problem != NULL)
		return problem;
	tzif->has_rule = false;
	if (tzif->block.version != '\0') {
		problem = take_block(&rest, 8, &tzif->block);
		if (problem == NULL)
			problem = take_footer(rest, &tzif->rule, &tzif->has_rule);
		if (problem != NULL)
			return problem;
	}
	return check_block(&tzif->block);
}

/*
 * From `from_ms` on, the offset is this one, whatever was said before of that time. A change from
 * an offset to the same one (of name or kind only) makes no span.
 */
static void
add_span(struct zoneinfo *zone, int64_t from_ms, int64_t offset_s)
{
	while (zone->span_count > 0 && zone->spans[zone->span_count - 1].from_ms >= from_ms)
		zone->span_count--;
	int32_t offset_ms = (int32_t)(offset_s * SECOND_MS);
	if (zone->span_count > 0 && zone->spans[zone->span_count - 1].offset_ms == offset_ms)
		return;
	zone->spans[zone->span_count++] = (struct span){ from_ms, offset_ms };
}

/* Seconds to milliseconds. What lies outside of the range begins before or after all times. */
static int64_t
clamp_to_ms(int64_t seconds)
{
	int64_t ms;
	if (__builtin_mul_overflow(seconds, SECOND_MS, &ms))
		return seconds < 0 ? INT64_MIN : INT64_MAX;
	return ms;
}

/* The rule's changes behind the last one in the table. */
static void
add_rule_spans(struct zoneinfo *zone, const struct zone_rule *rule, int64_t last_ms)
{
	int32_t year = RULE_YEAR_FIRST;
	if (last_ms > INSTANT_MIN)
		year = date_of_day(floor_divide(last_ms, DAY_MS)).year - 1;
	for (; year <= RULE_YEAR_LAST; year++) {
		struct zone_change changes[2];
		zone_rule_changes(rule, year, changes);
		for (size_t i = 0; i < 2; i++) {
			if (changes[i].at_ms > last_ms)
				add_span(zone, changes[i].at_ms, changes[i].offset_s);
		}
	}
}

static void
add_spans(struct zoneinfo *zone, const struct tzif *tzif)
{
	const struct block *block = &tzif->block;
	/* RFC 8536 (3.2): the first type holds before the first transition, the rule where there is
	 * none. */
	bool rule_only = tzif->has_rule && block->time_count == 0;
	int64_t last_ms = INT64_MIN;
	add_span(zone, last_ms, rule_only ? tzif->rule.standard_s : block_offset(block, 0));
	for (size_t i = 0; i < block->time_count; i++) {
		last_ms = clamp_to_ms(block_time(block, i));
		add_span(zone, last_ms, block_offset(block, block->time_types[i]));
	}
	if (tzif->has_rule && tzif->rule.has_summer)
		add_rule_spans(zone, &tzif->rule, last_ms);
	/* One that begins at the end of time would stand where the mark does; it is of no use. */
	if (zone->spans[zone->span_count - 1].from_ms == INT64_MAX)
		zone->span_count--;
	zone->spans[zone->span_count] = (struct span){ .from_ms = INT64_MAX };
}

static bool
zoneinfo_is_valid(const struct zoneinfo *zone)
{
	if (zone->span_count == 0 || zone->spans[0].from_ms != INT64_MIN ||
		zone->spans[zone->span_count].from_ms != INT64_MAX)
		return false;
	for (size_t i = 0; i < zone->span_count; i++) {
		if (zone->spans[i].from_ms >= zone->spans[i + 1].from_ms)
			return false;
	}
	return true;
}

enum status
zoneinfo_read(struct text name, struct bytes tzif, struct zoneinfo **zone, struct fault *fault)
{
	struct tzif parsed;
	const char *problem = tzif_parse(tzif, &parsed);
	if (problem != NULL)
		return fault_set(fault, STATUS_INVALID, "time zone \"%.*s\" cannot be read: %s",
			TEXT_ARGS(name), problem);

	struct zoneinfo *made = memory_new_zeroed(1, sizeof *made);
	if (made == NULL)
		goto no_memory;
	made->name = memory_new(name.size);
	made->tzif = memory_new(tzif.size);
	made->spans = memory_new_zeroed(
		1 + parsed.block.time_count + RULE_CHANGES_MAX + 1, sizeof *made->spans);
	if (made->name == NULL || made->tzif == NULL || made->spans == NULL)
		goto no_memory;
	made->name_size = name.size;
	if (name.size > 0)
		memcpy(made->name, name.data, name.size);
	made->tzif_size = tzif.size;
	memcpy(made->tzif, tzif.data, tzif.size);
	add_spans(made, &parsed);
	must(zoneinfo_is_valid(made));
	*zone = made;
	return STATUS_OK;

no_memory:
	zoneinfo_free(made);
	return fault_set(fault, STATUS_MEMORY, "no memory for time zone \"%.*s\"", TEXT_ARGS(name));
}

void
zoneinfo_free(struct zoneinfo *zone)
{
	if (zone == NULL)
		return;
	memory_free(zone->spans);
	memory_free(zone->tzif);
	memory_free(zone->name);
	memory_free(zone);
}

/* A name comes from a catalog or a request: it must not lead out of the folder. */
static bool
name_is_valid(const char *name)
{
	size_t size = strlen(name);
	if (size == 0 || size > NAME_BYTES_MAX || name[0] == '/' || strstr(name, "..") != NULL)
		return false;
	for (size_t i = 0; i < size; i++) {
		char byte = name[i];
		bool is_plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
			(byte >= '0' && byte <= '9') || strchr("/_+-.", byte) != NULL;
		if (!is_plain)
			return false;
	}
	return true;
}

/* The content of a regular file of bounded size, read at once. *size is what fits in `bytes`. */
static enum status
read_file(const char *path, uint8_t *bytes, size_t *size, struct fault *fault)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return fault_system(fault, errno, "cannot open time zone file %s", path);
	enum status status = STATUS_OK;
	size_t used = 0;
	while (used < *size) {
		ssize_t got = read(file, bytes + used, *size - used);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EISDIR)
			status = fault_set(
				fault, STATUS_NOT_FOUND, "%s is a folder, no time zone", path);
		else if (got < 0)
			status = fault_system(fault, errno, "cannot read time zone file %s", path);
		if (got <= 0)
			break;
		used += (size_t)got;
	}
	close(file);
	if (status == STATUS_OK)
		*size = used;
	return status;
}

enum status
zoneinfo_open(const char *directory, const char *name, struct zoneinfo **zone, struct fault *fault)
{
	if (!name_is_valid(name))
		return fault_set(fault, STATUS_INVALID,
			"this is no name of a time zone: \"%.64s\"; write one such as \"Asia/Shanghai\"",
			name);
	char path[4096];
	int length = snprintf(path, sizeof path, "%s/%s",
		directory == NULL ? DIRECTORY_DEFAULT : directory, name);
	if (length < 0 || (size_t)length >= sizeof path)
		return fault_set(fault, STATUS_LIMIT, "the path of time zone %s is too long", name);

	size_t size = FILE_BYTES_MAX + 1; /* so that a file past the bound is seen to be */
	uint8_t *bytes = memory_new(size);
	if (bytes == NULL)
		return fault_set(fault, STATUS_MEMORY, "no memory for time zone %s", name);
	enum status status = read_file(path, bytes, &size, fault);
	if (status == STATUS_OK)
		status = zoneinfo_read(text_of(name), (struct bytes){ bytes, size }, zone, fault);
	memory_free(bytes);
	return status;
}

struct text
zoneinfo_name(const struct zoneinfo *zone)
{
	return (struct text){ zone->name, zone->name_size };
}

struct bytes
zoneinfo_bytes(const struct zoneinfo *zone)
{
	return (struct bytes){ zone->tzif, zone->tzif_size };
}

/* The last span that begins at or before `ms`; the first begins before all times. */
static size_t
find_span(const struct zoneinfo *zone, int64_t ms)
{
	const struct span *spans = zone->spans;
	/* A zone that has given up summer time, as China has, is asked for its last span only. */
	if (ms >= spans[zone->span_count - 1].from_ms)
		return zone->span_count - 1;
	size_t low = 0;
	size_t count = zone->span_count;
	while (count > 1) { /* the one we look for is in low to low + count - 1 */
		size_t half = count / 2;
		low = spans[low + half].from_ms <= ms ? low + half : low;
		count -= half;
	}
	return low;
}

struct zone_stretch
zoneinfo_stretch(const struct zoneinfo *zone, int64_t ms)
{
	size_t index = find_span(zone, ms);
	return (struct zone_stretch){
		.from_ms = zone->spans[index].from_ms,
		.till_ms = zone->spans[index + 1].from_ms,
		.offset_ms = zone->spans[index].offset_ms,
	};
}

/* a - b, held within the range. */
static int64_t
subtract_clamped(int64_t a, int64_t b)
{
	int64_t difference;
	if (__builtin_sub_overflow(a, b, &difference))
		return b > 0 ? INT64_MIN : INT64_MAX;
	return difference;
}

int64_t
zoneinfo_local_to_utc(const struct zoneinfo *zone, int64_t local_ms)
{
	/*
	 * The first span in which local time gets past this one. No offset is larger than
	 * OFFSET_MS_MAX, so the spans before the one that we begin with end too early.
	 */
	size_t index = find_span(zone, subtract_clamped(local_ms, OFFSET_MS_MAX));
	const struct span *spans = zone->spans;
	while (index + 1 < zone->span_count &&
		subtract_clamped(local_ms, spans[index].offset_ms) >= spans[index + 1].from_ms)
		index++;
	int64_t ms = subtract_clamped(local_ms, spans[index].offset_ms);
	/* Before its beginning: that local time was jumped over. */
	return ms < spans[index].from_ms ? spans[index].from_ms : ms;
}
