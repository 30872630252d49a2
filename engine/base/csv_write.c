#include "csv_write.h"

#include "csv.h"
#include "must.h"

/* Would it be taken for a formula, if the apostrophes before it were away? */
static bool
is_formula(struct text cell)
{
	static const char begins[] = { '=', '+', '-', '@', '\t', '\r' };
	size_t i = 0;
	while (i < cell.size && cell.data[i] == '\'')
		i++;
	return i < cell.size && memchr(begins, cell.data[i], sizeof begins) != NULL;
}

struct text
csv_unguarded(struct text cell)
{
	if (cell.size > 0 && cell.data[0] == '\'' && is_formula(cell))
		return (struct text){ cell.data + 1, cell.size - 1 };
	return cell;
}

/* A row that is nothing but an empty field would be an empty line, which is no row; and what looks
 * like a byte-order mark would be skipped. */
static bool
must_quote(struct text field, char separator, bool is_only)
{
	if (field.size == 0)
		return is_only;
	if (field.size >= 3 && memcmp(field.data, "\xef\xbb\xbf", 3) == 0)
		return true;
	for (size_t i = 0; i < field.size; i++) {
		char one = field.data[i];
		if (one == separator || one == '"' || one == '\n' || one == '\r')
			return true;
	}
	return false;
}

/* With two quotes for each. */
static bool
append_doubled(struct buffer *buffer, struct text field)
{
	bool written = true;
	while (written && field.size > 0) {
		const char *quote = memchr(field.data, '"', field.size);
		size_t size = quote == NULL ? field.size : (size_t)(quote - field.data) + 1;
		written = buffer_append(buffer, field.data, size) &&
			(quote == NULL || buffer_append(buffer, "\"", 1));
		field = (struct text){ field.data + size, field.size - size };
	}
	return written;
}

static bool
append_field(struct buffer *buffer, const struct csv_form *form, struct text field, bool is_only)
{
	struct text guard = { "'", form->guarded && is_formula(field) };
	if (!must_quote(field, form->separator, is_only))
		return buffer_append_text(buffer, guard) && buffer_append_text(buffer, field);
	return buffer_append_text(buffer, TEXT("\"")) && buffer_append_text(buffer, guard) &&
		append_doubled(buffer, field) && buffer_append_text(buffer, TEXT("\""));
}

static enum status
check_fields(const struct text *fields, size_t count, struct fault *fault)
{
	if (count > CSV_FIELDS_MAX)
		return fault_set(fault, STATUS_LIMIT, "a row has %zu cells; %d are allowed", count,
			CSV_FIELDS_MAX);
	for (size_t i = 0; i < count; i++) {
		if (fields[i].size > 0 && memchr(fields[i].data, '\0', fields[i].size) != NULL)
			return fault_set(fault, STATUS_INVALID, "a cell contains a zero byte");
	}
	return STATUS_OK;
}

enum status
csv_write_row(struct buffer *buffer, const struct csv_form *form, const struct text *fields,
	size_t count, struct fault *fault)
{
	must(count > 0);
	must(form->separator != '"' && form->separator != '\r' && form->separator != '\n' &&
		form->separator != '\0');
	enum status status = check_fields(fields, count, fault);
	if (status != STATUS_OK)
		return status;
	size_t begin = buffer->size;
	bool written = true;
	for (size_t i = 0; written && i < count; i++)
		written = (i == 0 || buffer_append(buffer, &form->separator, 1)) &&
			append_field(buffer, form, fields[i], count == 1);
	written = written && buffer_append(buffer, "\n", 1);
	if (!written)
		status = fault_set(
			fault, STATUS_MEMORY, "no room to write a row of %zu cells", count);
	else if (buffer->size - begin > CSV_ROW_BYTES_MAX)
		status = fault_set(fault, STATUS_LIMIT, "a row has %zu bytes; %d are allowed",
			buffer->size - begin, CSV_ROW_BYTES_MAX);
	if (status != STATUS_OK)
		buffer->size = begin;
	return status;
}
