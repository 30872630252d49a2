/*
 * Any bytes are rows and refusals. Each text lies in the input or in the reader's own memory, rows
 * and lines go forward, and what was read is read again the same when it is written with quotes
 * around every field.
 */
#include "../../engine/base/csv.h"
#include "../../engine/base/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct csv_row row;
static struct csv_row row_again;

static bool
lies_within(struct text text, const void *data, size_t size)
{
	uintptr_t from = (uintptr_t)text.data;
	uintptr_t begin = (uintptr_t)data;
	return from >= begin && from + text.size <= begin + size;
}

static void
check_row(const struct csv_reader *reader)
{
	must(row.field_count >= 1 && row.field_count <= CSV_FIELDS_MAX);
	size_t total = 0;
	for (size_t i = 0; i < row.field_count; i++) {
		struct text text = row.fields[i].text;
		must(lies_within(text, reader->input.data, reader->input.size) ||
			lies_within(text, reader->unquoted.data, reader->unquoted.size));
		must(row.fields[i].column >= 1 && row.fields[i].column <= CSV_ROW_BYTES_MAX);
		must(text.size == 0 || memchr(text.data, '\0', text.size) == NULL);
		total += text.size;
	}
	must(total <= CSV_ROW_BYTES_MAX);
}

static void
write_quoted(struct buffer *buffer, char separator)
{
	buffer_clear(buffer);
	for (size_t i = 0; i < row.field_count; i++) {
		struct text text = row.fields[i].text;
		bool written = buffer_append(buffer, "\"", 1);
		for (size_t j = 0; j < text.size; j++) {
			bool is_quote = text.data[j] == '"';
			const char *source = is_quote ? "\"\"" : text.data + j;
			written = written && buffer_append(buffer, source, is_quote ? 2 : 1);
		}
		written = written && buffer_append(buffer, "\"", 1) &&
			buffer_append(buffer, i + 1 < row.field_count ? &separator : "\n", 1);
		must(written);
	}
}

static void
check_read_again(const struct buffer *written, char separator)
{
	struct csv_reader reader;
	struct csv_problem problem;
	csv_init(&reader, (struct bytes){ written->data, written->size }, separator);
	enum csv_outcome outcome = csv_next(&reader, &row_again, &problem);
	if (outcome == CSV_REFUSED) {
		must(written->size >
			CSV_ROW_BYTES_MAX); /* quotes made it longer than a row may be */
	} else {
		must(outcome == CSV_ROW && row_again.field_count == row.field_count);
		for (size_t i = 0; i < row.field_count; i++)
			must(text_equal(row_again.fields[i].text, row.fields[i].text));
		must(csv_next(&reader, &row_again, &problem) == CSV_END);
	}
	csv_release(&reader);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char separators[] = { ',', ';', '\t', '|' };
	if (size == 0)
		return 0;
	char separator = separators[data[0] % sizeof separators];
	struct bytes input = { data + 1, size - 1 };
	struct buffer written;
	buffer_init(&written, 4 * CSV_ROW_BYTES_MAX);
	struct csv_reader reader;
	csv_init(&reader, input, separator);
	uint64_t line = 0;
	for (;;) {
		struct csv_problem problem = { 0 };
		size_t from = reader.next;
		enum csv_outcome outcome = csv_next(&reader, &row, &problem);
		must(reader.next <= input.size);
		if (outcome == CSV_END)
			break;
		must(reader.next > from && row.offset >= from && row.offset < reader.next);
		must(row.line > line);
		line = row.line;
		if (outcome == CSV_REFUSED) {
			must(problem.line >= row.line && problem.column >= 1 &&
				problem.what != NULL);
			continue;
		}
		check_row(&reader);
		write_quoted(&written, separator);
		check_read_again(&written, separator);
	}
	must(reader.next == input.size);
	csv_release(&reader);
	buffer_release(&written);
	return 0;
}
