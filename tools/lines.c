/* Many calls from a file (see lines.h). */
#include "lines.h"

#include "command.h"
#include "json.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROBLEMS_SHOWN_MAX = 20, TURN_MS = 1000 };

/* An answer that has come before those of earlier lines. */
struct kept {
	bool answered;
	uint64_t line;    /* of the file */
	struct text text; /* JSON, to be freed */
};

struct run {
	const struct lines_options *options;
	FILE *file;
	char *text; /* of getline */
	size_t text_room;
	uint64_t line;     /* lines read */
	uint64_t sent;     /* requests, which are numbered from 0 */
	uint64_t written;  /* answers of requests below this are out */
	struct kept *kept; /* in_flight of them, by number modulo in_flight */
	uint64_t results, refusals, errors, malformed;
	bool file_ended;
};

void
line_split(struct text line, struct text *method, struct text *parameters)
{
	static const char blanks[] = " \t\r\n";
	while (line.size > 0 && strchr(blanks, line.data[0]) != NULL) {
		line.data++;
		line.size--;
	}
	while (line.size > 0 && strchr(blanks, line.data[line.size - 1]) != NULL)
		line.size--;
	size_t end = 0;
	while (end < line.size && strchr(blanks, line.data[end]) == NULL)
		end++;
	*method = (struct text){ line.data, end };
	while (end < line.size && strchr(blanks, line.data[end]) != NULL)
		end++;
	*parameters = (struct text){ line.data + end, line.size - end };
}

enum status
params_pack(struct text parameters, struct pack *pack, struct fault *fault)
{
	json_t *value;
	if (parameters.size == 0) {
		pack_array(pack, 0);
		return STATUS_OK;
	}
	enum status status = json_read(parameters, &value, fault);
	if (status != STATUS_OK)
		return status;
	if (json_is_object(value))
		pack_array(pack, 1);
	if (json_is_object(value) || json_is_array(value))
		status = json_pack_value(value, pack, fault);
	else
		status = fault_set(fault, STATUS_INVALID,
			"parameters are a JSON object, {\"name\": value}, or an array of values");
	json_decref(value);
	return status;
}

/* ---- answers ---- */

static void
say_problem(const struct run *run, uint64_t line, struct text text)
{
	uint64_t problems = run->refusals + run->errors + run->malformed;
	if (problems <= PROBLEMS_SHOWN_MAX)
		fprintf(stderr, "line %" PRIu64 ": %.*s\n", line, TEXT_ARGS(text));
	else if (problems == PROBLEMS_SHOWN_MAX + 1)
		fprintf(stderr, "… more of them are counted but not shown\n");
}

/* Writes what has come and whose turn it is. */
static void
write_in_order(struct run *run)
{
	for (; run->written < run->sent; run->written++) {
		struct kept *kept = &run->kept[run->written % run->options->in_flight];
		if (!kept->answered)
			return;
		if (!run->options->quiet)
			printf("%.*s\n", TEXT_ARGS(kept->text));
		memory_free((void *)(uintptr_t)kept->text.data);
		*kept = (struct kept){ .answered = false };
	}
}

static enum answer_end
answered(void *context, const struct answer *answer)
{
	struct run *run = context;
	struct kept *kept = &run->kept[answer->tag % run->options->in_flight];
	bool refused = text_equal(
		packed_text(packed_find(answer->result, "outcome")), TEXT("refused"));
	json_t *value;
	must(!kept->answered);
	if (answer->error != NULL) {
		run->errors++;
		value = json_pack("{s:o}", "error", json_of_packed(answer->error));
	} else {
		run->results += !refused;
		run->refusals += refused;
		value = json_of_packed(answer->result);
	}
	kept->text = json_write(value, false);
	json_decref(value);
	kept->answered = true;
	if (run->options->quiet && (refused || answer->error != NULL))
		say_problem(run, kept->line, kept->text);
	return ANSWER_TAKEN;
}

/* ---- requests ---- */

/* A line that can't be sent: an answer of our own, in its place. */
static void
refuse_line(struct run *run, const struct fault *why)
{
	struct kept *kept = &run->kept[run->sent % run->options->in_flight];
	json_t *value = json_pack("{s:s}", "error", why->text);
	run->malformed++;
	kept->text = json_write(value, false);
	json_decref(value);
	kept->line = run->line;
	kept->answered = true;
	if (run->options->quiet)
		say_problem(run, run->line, kept->text);
	run->sent++;
}

static enum status
send_line(struct run *run, struct client *client, struct text line, struct fault *fault)
{
	struct text method, parameters;
	struct buffer params;
	struct pack request;
	struct fault why;
	line_split(line, &method, &parameters);
	if (method.size == 0 || method.data[0] == '#')
		return STATUS_OK;
	buffer_init(&params, 256u << 20);
	struct pack pack = pack_into(&params);
	if (params_pack(parameters, &pack, &why) != STATUS_OK) {
		buffer_release(&params);
		refuse_line(run, &why);
		return STATUS_OK;
	}
	run->kept[run->sent % run->options->in_flight] = (struct kept){ .line = run->line };
	bool began = client_begin(client, run->sent, method, &request);
	must(began);
	pack_raw(&request, (struct bytes){ params.data, params.size });
	buffer_release(&params);
	if (!client_end(client, &request))
		return fault_set(fault, STATUS_MEMORY, "no memory for line %" PRIu64, run->line);
	run->sent++;
	return STATUS_OK;
}

/* Sends lines as long as there is room for their answers. */
static enum status
send_lines(struct run *run, struct client *client, struct fault *fault)
{
	while (!run->file_ended && run->sent - run->written < run->options->in_flight) {
		ssize_t size = getline(&run->text, &run->text_room, run->file);
		if (size < 0) {
			run->file_ended = true;
			return ferror(run->file)
				? fault_system(fault, errno, "reading %s", run->options->path)
				: STATUS_OK;
		}
		run->line++;
		enum status status = send_line(
			run, client, (struct text){ run->text, (size_t)size }, fault);
		if (status != STATUS_OK)
			return status;
		write_in_order(run);
	}
	return STATUS_OK;
}

static enum status
run_all(struct run *run, struct client *client, struct fault *fault)
{
	enum status status = STATUS_OK;
	while (status == STATUS_OK && (!run->file_ended || client_waiting(client) > 0)) {
		status = send_lines(run, client, fault);
		if (status == STATUS_OK && client_waiting(client) > 0)
			status = client_turn(client, TURN_MS, fault);
		write_in_order(run);
	}
	return status;
}

static int
report(const struct run *run)
{
	bool all = run->refusals + run->errors + run->malformed == 0;
	if (run->options->quiet)
		printf("%" PRIu64 " calls: %" PRIu64 " done, %" PRIu64 " refused, %" PRIu64
		       " errors\n",
			run->sent, run->results, run->refusals, run->errors + run->malformed);
	return all ? EXIT_DONE : EXIT_REFUSED;
}

static int
run_with(struct run *run)
{
	struct client *client;
	struct fault fault;
	struct client_options options = {
		.to = run->options->to,
		.connections = 1,
		.in_flight = run->options->in_flight,
		.answered = answered,
		.context = run,
	};
	if (client_open(&client, &options, &fault) != STATUS_OK)
		return command_failed("can't connect", &fault);
	enum status status = run_all(run, client, &fault);
	client_close(client);
	fflush(stdout);
	if (status == STATUS_OK)
		return report(run);
	fprintf(stderr, "%" PRIu64 " of %" PRIu64 " lines were answered\n",
		run->results + run->refusals + run->errors + run->malformed, run->line);
	return command_failed("stopped", &fault);
}

int
lines_run(const struct lines_options *options)
{
	struct run run = { .options = options };
	struct fault fault;
	run.file = strcmp(options->path, "-") == 0 ? stdin : fopen(options->path, "r");
	if (run.file == NULL) {
		fault_system(&fault, errno, "%s", options->path);
		return command_failed("can't read", &fault);
	}
	run.kept = memory_new_zeroed(options->in_flight, sizeof run.kept[0]);
	int code = EXIT_FAILED;
	if (run.kept != NULL)
		code = run_with(&run);
	for (unsigned i = 0; run.kept != NULL && i < options->in_flight; i++)
		memory_free((void *)(uintptr_t)run.kept[i].text.data);
	memory_free(run.kept);
	free(run.text);
	if (run.file != stdin)
		fclose(run.file);
	return code;
}
