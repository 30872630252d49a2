#include "csv.h"

#include "bilingual.h"
#include "must.h"

/* One row being read: places in the input, and what is told to the caller. */
struct scan {
	const char *at;
	const char *end;   /* of what a row may take: of the input, or of the row's largest size */
	bool end_is_limit; /* … the latter */
	const char *line_start; /* of the line that `at` is in */
	uint64_t line;
	char separator;
	struct buffer *unquoted;
	struct csv_problem *problem;
};

/* What came behind a field. */
enum step { STEP_FIELD, STEP_LAST_FIELD, STEP_REFUSED };

void
csv_init(struct csv_reader *reader, struct bytes input, char separator)
{
	must(separator != '"' && separator != '\r' && separator != '\n' && separator != '\0');
	*reader = (struct csv_reader){ .input = input, .line = 1, .separator = separator };
	buffer_init(&reader->unquoted, CSV_ROW_BYTES_MAX);
	if (input.size >= 3 && memcmp(input.data, "\xef\xbb\xbf", 3) == 0)
		reader->next = 3;
}

void
csv_release(struct csv_reader *reader)
{
	buffer_release(&reader->unquoted);
}

static enum step
refuse(struct scan *scan, const char *at, const char *what)
{
	*scan->problem = (struct csv_problem){
		.line = scan->line,
		.column = (uint32_t)(at - scan->line_start) + 1,
		.what = what,
	};
	return STEP_REFUSED;
}

/* Nothing more may be taken: the input ends, which ends a field, or the row has its largest size.
 */
static enum step
end_input(struct scan *scan)
{
	if (scan->end_is_limit)
		return refuse(scan, scan->at,
			BILINGUAL_STRING(
				"the row is longer than 65,536 bytes", "这一行超过 65,536 字节"));
	return STEP_LAST_FIELD;
}

/* Behind a field: a separator, a line end or the end. Anything else is refused as `otherwise`. */
static enum step
end_field(struct scan *scan, const char *otherwise)
{
	if (scan->at == scan->end)
		return end_input(scan);
	if (*scan->at == scan->separator) {
		scan->at++;
		return STEP_FIELD;
	}
	if (*scan->at == '\r') {
		if (scan->at + 1 == scan->end && scan->end_is_limit)
			return end_input(scan);
		if (scan->at + 1 == scan->end || scan->at[1] != '\n')
			return refuse(scan, scan->at,
				BILINGUAL_STRING("a carriage return stands without a line feed",
					"回车符之后没有换行符"));
		scan->at++;
	}
	if (*scan->at == '\n') {
		scan->at++;
		scan->line++;
		scan->line_start = scan->at;
		return STEP_LAST_FIELD;
	}
	if (*scan->at == '\0')
		return refuse(scan, scan->at,
			BILINGUAL_STRING("the row contains a zero byte", "这一行含有零字节"));
	return refuse(scan, scan->at, otherwise);
}

/*
 * All bytes that may end a run of text, besides the separator, are small numbers: one comparison
 * finds them. The few small ones that mean nothing (a blank, a tab) are told apart by the caller.
 */
static inline bool
is_plain(char byte)
{
	return (unsigned char)byte > '"';
}

static bool
ends_unquoted(char byte, char separator)
{
	return byte == separator || byte == '\n' || byte == '\r' || byte == '"' || byte == '\0';
}

static enum step
read_unquoted(struct scan *scan, struct csv_field *field)
{
	const char *at = scan->at;
	const char *end = scan->end;
	char separator = scan->separator;
	for (;; at++) {
		while (at < end && is_plain(*at) && *at != separator)
			at++;
		if (at == end || ends_unquoted(*at, separator))
			break;
	}
	field->text = (struct text){ scan->at, (size_t)(at - scan->at) };
	scan->at = at;
	return end_field(scan,
		BILINGUAL_STRING("a quote stands inside a field that does not begin with one",
			"不以引号开头的字段中有引号"));
}

/*
 * Moves from behind the opening quote to behind the closing one, counting lines. A field that never
 * ends is refused where it began, so that reading goes on with the line after its first.
 */
static bool
find_closing_quote(struct scan *scan, bool *has_doubled)
{
	const struct scan begin = *scan;
	const char *at = scan->at;
	*has_doubled = false;
	for (;; at++) {
		while (at < scan->end && is_plain(*at))
			at++;
		if (at == scan->end) {
			*scan = begin;
			refuse(scan, begin.at - 1,
				begin.end_is_limit
					? BILINGUAL_STRING(
						  "a quoted field does not end within 65,536 bytes",
						  "带引号的字段在 65,536 字节内没有结束")
					: BILINGUAL_STRING("a quoted field does not end",
						  "带引号的字段没有结束"));
			return false;
		}
		if (*at == '"') {
			at++;
			if (at == scan->end || *at != '"')
				break;
			*has_doubled = true;
		} else if (*at == '\n') {
			scan->line++;
			scan->line_start = at + 1;
		} else if (*at == '\0') {
			scan->at = at;
			refuse(scan, at,
				BILINGUAL_STRING(
					"the row contains a zero byte", "这一行含有零字节"));
			return false;
		}
	}
	scan->at = at;
	return true;
}

/* Copies a text with one quote for each two. */
static bool
unquote(struct buffer *buffer, struct text *text)
{
	/* All that a row may need at once: the texts of fields before this one must not move. */
	char *to = (char *)buffer_reserve(buffer, CSV_ROW_BYTES_MAX - buffer->size);
	if (to == NULL)
		return false;
	size_t size = 0;
	for (size_t i = 0; i < text->size; i++) {
		to[size++] = text->data[i];
		if (text->data[i] == '"')
			i++;
	}
	buffer_grew(buffer, size);
	*text = (struct text){ to, size };
	return true;
}

static enum step
read_quoted(struct scan *scan, struct csv_field *field)
{
	scan->at++;
	const char *from = scan->at;
	bool has_doubled;
	if (!find_closing_quote(scan, &has_doubled))
		return STEP_REFUSED;
	field->quoted = true;
	field->text = (struct text){ from, (size_t)(scan->at - 1 - from) };
	if (has_doubled && !unquote(scan->unquoted, &field->text))
		return refuse(scan, from,
			BILINGUAL_STRING("there is no memory to read a field with doubled quotes",
				"没有内存读取含双写引号的字段"));
	return end_field(scan,
		BILINGUAL_STRING(
			"text follows the closing quote of a field", "字段的结束引号之后还有文字"));
}

static enum step
read_field(struct scan *scan, struct csv_field *field)
{
	*field = (struct csv_field){ .column = (uint32_t)(scan->at - scan->line_start) + 1 };
	if (scan->at < scan->end && *scan->at == '"')
		return read_quoted(scan, field);
	return read_unquoted(scan, field);
}

static enum step
read_fields(struct scan *scan, struct csv_row *row)
{
	enum step step;
	do {
		if (row->field_count == CSV_FIELDS_MAX)
			return refuse(scan, scan->at,
				BILINGUAL_STRING("the row has more than 256 fields",
					"这一行超过 256 个字段"));
		step = read_field(scan, &row->fields[row->field_count]);
		row->field_count++;
	} while (step == STEP_FIELD);
	return step;
}

static void
skip_empty_lines(struct csv_reader *reader)
{
	const uint8_t *data = reader->input.data;
	size_t size = reader->input.size;
	while (reader->next < size) {
		size_t next = reader->next;
		if (data[next] == '\r' && next + 1 < size)
			next++;
		if (data[next] != '\n')
			break;
		reader->next = next + 1;
		reader->line++;
	}
}

static void
skip_line(struct scan *scan, const char *input_end)
{
	const char *line_end = memchr(scan->at, '\n', (size_t)(input_end - scan->at));
	scan->at = line_end == NULL ? input_end : line_end + 1;
	scan->line += line_end != NULL;
}

enum csv_outcome
csv_next(struct csv_reader *reader, struct csv_row *row, struct csv_problem *problem)
{
	must(reader->next <= reader->input.size);
	skip_empty_lines(reader);
	if (reader->next == reader->input.size)
		return CSV_END;

	const char *input = (const char *)reader->input.data;
	size_t rest = reader->input.size - reader->next;
	struct scan scan = {
		.at = input + reader->next,
		.end = input + reader->next + (rest > CSV_ROW_BYTES_MAX ? CSV_ROW_BYTES_MAX : rest),
		.end_is_limit = rest > CSV_ROW_BYTES_MAX,
		.line_start = input + reader->next,
		.line = reader->line,
		.separator = reader->separator,
		.unquoted = &reader->unquoted,
		.problem = problem,
	};
	row->line = reader->line;
	row->offset = reader->next;
	row->field_count = 0;
	buffer_clear(&reader->unquoted);
	enum step step = read_fields(&scan, row);
	if (step == STEP_REFUSED)
		skip_line(&scan, input + reader->input.size);
	must(scan.at > input + reader->next);
	reader->next = (size_t)(scan.at - input);
	reader->line = scan.line;
	return step == STEP_REFUSED ? CSV_REFUSED : CSV_ROW;
}
