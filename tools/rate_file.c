/* Rating a file (see rate_file.h). */
#include "rate_file.h"

#include "client.h"
#include "position_set.h"

#include "../engine/base/bilingual.h"
#include "../engine/base/clock.h"
#include "../engine/base/must.h"
#include "../engine/base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TURN_MS = 100, THROTTLE_MS = 5, ROW_ARENA_BYTES_MAX = 1 << 20 };
#define NS_PER_S UINT64_C(1000000000)
#define TAG_STATS \
	UINT64_MAX /* of the question that comes before the records; those have their line */

struct rating {
	const struct rate_file_options *options;
	struct rate_file_result *result;
	struct fault *fault;
	enum status status; /* of what went wrong inside a callback */
	struct client *client;
	struct progress progress;

	struct bytes file; /* mapped */
	struct layout *layout;
	struct csv_reader reader;
	struct csv_row row;
	struct arena arena; /* of one row */
	bool file_ended;

	uint64_t began_ns;
	uint64_t sent;
	struct position_set counted; /* charges from where the journal stood when we began */
};

/* ---- the file ---- */

static enum status
map_file(struct rating *rating)
{
	const char *path = rating->options->path;
	struct stat stat_of;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &stat_of) != 0) {
		int code = errno;
		if (fd >= 0)
			close(fd);
		return fault_system(rating->fault, code, "%s", path);
	}
	enum status status = STATUS_OK;
	if (!S_ISREG(stat_of.st_mode)) {
		status = fault_set(rating->fault, STATUS_INVALID, "%s is not a file", path);
	} else if (stat_of.st_size > 0) {
		void *mapped = mmap(NULL, (size_t)stat_of.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (mapped == MAP_FAILED)
			status = fault_system(rating->fault, errno, "%s", path);
		else
			rating->file = (struct bytes){ mapped, (size_t)stat_of.st_size };
	}
	close(fd);
	if (rating->file.size > 0)
		madvise((void *)(uintptr_t)rating->file.data, rating->file.size, MADV_SEQUENTIAL);
	return status;
}

bool
record_id(const char *source, struct text id, char text[65], struct text *made)
{
	size_t size = strlen(source);
	if (size + 1 + id.size > IDENTIFIER_BYTES_MAX)
		return false;
	memcpy(text, source, size + 1);
	text[size] = ':';
	memcpy(text + size + 1, id.data, id.size);
	*made = (struct text){ text, size + 1 + id.size };
	return true;
}

/* ---- answers ---- */

/* Whatever goes wrong while answers are counted ends the run. */
static enum answer_end
counted(struct rating *rating, enum status status)
{
	if (status != STATUS_OK && rating->status == STATUS_OK)
		rating->status = status;
	return ANSWER_TAKEN;
}

/* The position in "shard:position:index"; 0 if it is none. */
static uint64_t
position_of(struct text charge)
{
	uint64_t position = 0;
	const char *colon = charge.size == 0 ? NULL : memchr(charge.data, ':', charge.size);
	for (const char *at = colon; at != NULL && ++at < charge.data + charge.size && *at != ':';)
		position = position * 10 + (uint64_t)(*at - '0');
	return position;
}

/*
 * A repeat was charged before; but if the connection broke and the request was sent again, "before"
 * may be our first sending, whose answer was lost. Then the charge lies behind where the journal
 * stood when we began, and is counted now, unless it was: a file may have a record twice, and the
 * answers to the two come in any order.
 */
static enum status
judge(struct rating *rating, const struct answer *answer, bool *is_new)
{
	const msgpack_object *found = packed_find(answer->result, "repeat");
	bool is_repeat = found != NULL && found->type == MSGPACK_OBJECT_BOOLEAN &&
		found->via.boolean;
	*is_new = !is_repeat;
	if (rating->options->price_only || (is_repeat && !answer->sent_again))
		return STATUS_OK;
	uint64_t position = position_of(packed_text(packed_find(answer->result, "charge")));
	switch (position_set_add(&rating->counted, position)) {
	case POSITION_NEW:
		*is_new = true;
		return STATUS_OK;
	case POSITION_KNOWN:
		*is_new = false;
		return STATUS_OK;
	case POSITION_BEFORE:
		return STATUS_OK;
	case POSITION_NO_ROOM:
		break;
	}
	return fault_set(rating->fault, STATUS_MEMORY, "no memory to tell charges from repeats");
}

static enum answer_end
take_result(struct rating *rating, const struct answer *answer)
{
	struct tally *tally = &rating->result->tally;
	struct text outcome = packed_text(packed_find(answer->result, "outcome"));
	if (text_equal(outcome, TEXT("refused")))
		return counted(rating,
			tally_add_refused(tally, packed_text(packed_find(answer->result, "code")),
				packed_text(packed_find(packed_find(answer->result, "say"),
					rating->options->zh ? "zh" : "en")),
				answer->tag, rating->fault));
	const msgpack_object *lines = packed_find(answer->result, "lines");
	bool has_line = lines != NULL && lines->type == MSGPACK_OBJECT_ARRAY &&
		lines->via.array.size > 0;
	struct tally_charge charge = {
		.currency = packed_text(packed_find(answer->result, "currency")),
		.zone = has_line ? packed_text(packed_find(&lines->via.array.ptr[0], "zone"))
				 : TEXT(""),
	};
	if (!money_parse(packed_text(packed_find(answer->result, "amount")), &charge.amount))
		return counted(rating,
			fault_set(rating->fault, STATUS_INVALID,
				"the server's answer to the record on line %" PRIu64
				" has no amount",
				answer->tag));
	enum status status = judge(rating, answer, &charge.is_new);
	if (status != STATUS_OK)
		return counted(rating, status);
	return counted(rating, tally_add_charge(tally, &charge, rating->fault));
}

/* Errors that pass: the same request may be decided a moment later. */
static bool
passes(struct text code)
{
	return text_equal(code, TEXT("OVERLOADED")) || text_equal(code, TEXT("DISK_FULL")) ||
		text_equal(code, TEXT("OUT_OF_MEMORY"));
}

static enum answer_end
take_stats(struct rating *rating, const struct answer *answer)
{
	const msgpack_object *decided = packed_find(
		packed_find(answer->result, "journal"), "decided");
	if (decided != NULL && decided->type == MSGPACK_OBJECT_POSITIVE_INTEGER)
		rating->counted.first = decided->via.u64;
	return ANSWER_TAKEN;
}

static enum answer_end
answered(void *context, const struct answer *answer)
{
	struct rating *rating = context;
	if (answer->error != NULL && passes(answer_error_code(answer)))
		return ANSWER_AGAIN;
	if (answer->tag == TAG_STATS)
		return take_stats(rating, answer);
	if (answer->error == NULL)
		return take_result(rating, answer);
	return counted(rating,
		tally_add_failed(&rating->result->tally, answer_error_code(answer),
			answer_error_text(answer), answer->tag, rating->fault));
}

static void
trouble(void *context, const char *sentence)
{
	struct rating *rating = context;
	progress_say(&rating->progress, sentence);
}

/* ---- requests ---- */

static const char *
quantity_name(enum unit unit)
{
	switch (unit) {
	case UNIT_SECOND:
		return "seconds";
	case UNIT_BYTE:
		return "bytes";
	case UNIT_ITEM:
		return "items";
	}
	return "items";
}

static void
pack_facts(struct pack *pack, const struct usage *usage)
{
	pack_name(pack, "with");
	pack_map(pack, (uint32_t)usage->attribute_count);
	for (size_t i = 0; i < usage->attribute_count; i++) {
		pack_text(pack, usage->attributes[i].name);
		if (usage->attributes[i].text.data != NULL)
			pack_text(pack, usage->attributes[i].text);
		else
			pack_integer(pack, usage->attributes[i].number);
	}
}

static void
pack_usage(struct pack *pack, const struct rate_file_options *options, const struct usage *usage,
	struct text id)
{
	bool charges = !options->price_only;
	bool attempt = charges && options->attempt > 1;
	pack_array(pack, 1);
	pack_map(
		pack, 4u + charges + attempt + (usage->to.size > 0) + (usage->attribute_count > 0));
	if (charges)
		pack_name_text(pack, "id", id);
	if (attempt)
		pack_name_unsigned(pack, "attempt", options->attempt);
	pack_name_text(pack, "service_id", usage->from);
	pack_name_text(pack, "service", usage->service);
	if (usage->to.size > 0)
		pack_name_text(pack, "to", usage->to);
	pack_name_integer(pack, "at", usage->at_ms);
	pack_name_integer(pack, quantity_name(usage->unit), usage->quantity);
	if (usage->attribute_count > 0)
		pack_facts(pack, usage);
}

static enum status
add_bad(struct rating *rating, const struct tally_problem *problem)
{
	return tally_add_bad(&rating->result->tally, problem, rating->fault);
}

/* The caller has seen that there is room for one more request. */
static enum status
send_event(struct rating *rating, const struct mapped_row *mapped)
{
	char place[IDENTIFIER_BYTES_MAX + 1];
	struct text id = { NULL, 0 };
	struct pack pack;
	if (!record_id(rating->result->source, mapped->id, place, &id)) {
		const struct tally_problem problem = {
			.line = rating->row.line,
			.what = BILINGUAL(
				"the name of the source and the record's id have more than 64 bytes together; "
				"--source gives a shorter name",
				"来源名称与记录编号合计超过 64 字节；请用 --source 指定较短的名称"),
		};
		return add_bad(rating, &problem);
	}
	bool began = client_begin(rating->client, rating->row.line,
		rating->options->price_only ? TEXT("rate") : TEXT("charge"), &pack);
	must(began);
	pack_usage(&pack, rating->options, &mapped->usage, id);
	if (!client_end(rating->client, &pack))
		return fault_set(rating->fault, STATUS_MEMORY, "no memory for a request");
	rating->sent++;
	return STATUS_OK;
}

static enum status
take_row(struct rating *rating)
{
	struct mapped_row mapped;
	struct layout_problem problem;
	arena_clear(&rating->arena);
	switch (layout_row(rating->layout, &rating->row, &rating->arena, &mapped, &problem)) {
	case LAYOUT_EVENT:
		return send_event(rating, &mapped);
	case LAYOUT_SKIPPED:
		return tally_add_skipped(&rating->result->tally, mapped.reason, rating->fault);
	case LAYOUT_HEADER:
		return STATUS_OK;
	case LAYOUT_REFUSED:
		break;
	}
	const struct tally_problem bad = { problem.line, problem.column, problem.name,
		problem.what };
	return add_bad(rating, &bad);
}

/* The next row, whatever it is. */
static enum status
read_row(struct rating *rating)
{
	struct csv_problem problem;
	switch (csv_next(&rating->reader, &rating->row, &problem)) {
	case CSV_ROW:
		return take_row(rating);
	case CSV_END:
		rating->file_ended = true;
		return STATUS_OK;
	case CSV_REFUSED:
		break;
	}
	const struct tally_problem bad = { problem.line, problem.column, TEXT(""),
		text_of(problem.what) };
	return add_bad(rating, &bad);
}

/* ---- the run ---- */

/* May another request be sent now, as --rate has it? */
static bool
is_time(const struct rating *rating)
{
	if (rating->options->per_second == 0)
		return true;
	uint64_t elapsed_ns = monotonic_ns() - rating->began_ns;
	uint64_t due = elapsed_ns / NS_PER_S * rating->options->per_second +
		elapsed_ns % NS_PER_S * rating->options->per_second / NS_PER_S;
	return rating->sent < due;
}

static enum status
read_rows(struct rating *rating)
{
	enum status status = STATUS_OK;
	while (status == STATUS_OK && !rating->file_ended &&
		client_waiting(rating->client) < rating->options->in_flight && is_time(rating))
		status = read_row(rating);
	return status;
}

static struct progress_state
progress_of(const struct rating *rating)
{
	return (struct progress_state){
		.done = rating->file_ended ? rating->file.size : rating->reader.next,
		.total = rating->file.size,
		.count = tally_records(&rating->result->tally),
		.unit = "records",
	};
}

static enum status
turn(struct rating *rating)
{
	bool throttled = !rating->file_ended && rating->options->per_second > 0;
	enum status status = client_turn(
		rating->client, throttled ? THROTTLE_MS : TURN_MS, rating->fault);
	struct progress_state state = progress_of(rating);
	progress_step(&rating->progress, &state);
	return status == STATUS_OK ? rating->status : status;
}

/* Where the journal stands before anything of ours is in it. */
static enum status
ask_position(struct rating *rating)
{
	struct pack pack;
	enum status status = STATUS_OK;
	client_begin(rating->client, TAG_STATS, TEXT("stats"), &pack);
	pack_array(&pack, 0);
	if (!client_end(rating->client, &pack))
		return fault_set(rating->fault, STATUS_MEMORY, "no memory for a request");
	while (status == STATUS_OK && client_waiting(rating->client) > 0)
		status = client_turn(rating->client, TURN_MS, rating->fault);
	return status;
}

static enum status
run(struct rating *rating)
{
	enum status status = ask_position(rating);
	while (status == STATUS_OK && (!rating->file_ended || client_waiting(rating->client) > 0)) {
		status = read_rows(rating);
		if (status == STATUS_OK)
			status = turn(rating);
	}
	rating->result->complete = status == STATUS_OK;
	return status;
}

static enum status
connect_and_run(struct rating *rating)
{
	const struct rate_file_options *options = rating->options;
	const struct client_options client_options = {
		.to = options->to,
		.connections = options->connections,
		.in_flight = options->in_flight,
		.patience_ms = options->patience_s * 1000,
		.answered = answered,
		.trouble = trouble,
		.context = rating,
	};
	enum status status = client_open(&rating->client, &client_options, rating->fault);
	if (status != STATUS_OK)
		return status;
	csv_init(&rating->reader, rating->file, layout_separator(rating->layout));
	arena_init(&rating->arena, ROW_ARENA_BYTES_MAX);
	position_set_init(&rating->counted, 0);
	layout_begin(rating->layout);
	progress_begin(&rating->progress, stderr, options->json);
	rating->began_ns = monotonic_ns();
	status = run(rating);
	rating->result->elapsed_ns = monotonic_ns() - rating->began_ns;
	struct progress_state state = progress_of(rating);
	progress_end(&rating->progress, &state);
	position_set_release(&rating->counted);
	arena_release(&rating->arena);
	csv_release(&rating->reader);
	client_close(rating->client);
	return status;
}

/* The file's name without its folders. */
static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash == NULL ? path : slash + 1;
}

enum status
rate_file(const struct rate_file_options *options, struct rate_file_result *result,
	struct findings *findings, struct fault *fault)
{
	struct rating rating = { .options = options, .result = result, .fault = fault };
	result->source = options->source != NULL ? options->source : base_name(options->path);
	if (strlen(result->source) + 2 > IDENTIFIER_BYTES_MAX ||
		!identifier_is_valid(text_of(result->source)))
		return fault_set(fault, STATUS_INVALID,
			"the name of the source, %s, must be at most 62 bytes of UTF-8 without control characters, since it "
			"begins each record's id; --source gives another name",
			result->source);
	enum status status = map_file(&rating);
	if (status == STATUS_OK)
		status = layout_open(
			options->layout, options->zone, &rating.layout, findings, fault);
	if (status == STATUS_OK)
		status = connect_and_run(&rating);
	layout_free(rating.layout);
	if (rating.file.size > 0)
		munmap((void *)(uintptr_t)rating.file.data, rating.file.size);
	return status;
}
