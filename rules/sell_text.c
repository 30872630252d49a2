/* Findings and fixes in short, for tests and logs (see sell.h). */
#include "sell.h"

#include "../engine/base/must.h"

static bool
write_lines(const struct sell_line *lines, uint32_t count, struct buffer *out)
{
	for (uint32_t i = 0; i < count; i++)
		if (!buffer_print(out, " %.*s", TEXT_ARGS(lines[i].id)))
			return false;
	return true;
}

bool
sell_finding_write(const struct sell_finding *finding, struct buffer *out)
{
	bool room = buffer_print(out, "%s", sell_code_name(finding->code));
	for (uint32_t i = 0; room && i < finding->clash_count; i++) {
		const struct sell_clash *clash = &finding->clashes[i];
		bool lines = finding->code != SELL_MEMBERS;
		room = buffer_print(out, "%s %.*s", i == 0 ? "" : ",", TEXT_ARGS(clash->package)) &&
			write_lines(clash->lines, lines ? clash->line_count : 0, out);
	}
	if (room && finding->miss != NULL)
		room = buffer_print(out, ": %.*s %s%s%.*s", TEXT_ARGS(finding->miss->tariff),
			finding->miss->condition, finding->miss->wanted.size > 0 ? " " : "",
			TEXT_ARGS(finding->miss->wanted));
	if (room && finding->problem.size > 0)
		room = buffer_print(out, ": %.*s", TEXT_ARGS(finding->problem));
	return room;
}

static const char *
mode_name(enum effective_kind kind)
{
	static const char *const names[] = { "now", "next_cycle", "date", "after_acceptance",
		"after_completion" };
	return names[kind];
}

static bool
write_change(const struct image *image, const struct sell_change *change, struct buffer *out)
{
	static const char *const verbs[] = { "drop", "cancel", "leave", "lines", "start",
		"effective", "add", "set" };
	bool room = buffer_print(out, "%s %.*s", verbs[change->kind], TEXT_ARGS(change->package));
	if (change->kind == CHANGE_LEAVE || change->kind == CHANGE_LINES)
		room = room && write_lines(change->lines, change->line_count, out);
	if (change->kind == CHANGE_MODE) {
		room = room && buffer_print(out, " %s", mode_name(change->mode.kind));
		if (change->mode.days > 0)
			room = room && buffer_print(out, " %u", (unsigned)change->mode.days);
	}
	if (change->kind == CHANGE_PARAM)
		room = room &&
			buffer_print(out, " %.*s %.*s", TEXT_ARGS(change->param.name),
				TEXT_ARGS(change->param.text));
	if (change->kind == CHANGE_START) {
		struct date date = date_of_day(
			cycle_at(CYCLE_DAY, image->zone, change->at_ms).first_day);
		room = room &&
			buffer_print(out, " %04d-%02d-%02d", date.year, date.month, date.day);
	}
	return room;
}

bool
sell_fix_write(const struct image *image, const struct sell_fix *fix, struct buffer *out)
{
	bool room = true;
	for (uint32_t i = 0; room && i < fix->count; i++)
		room = (i == 0 || buffer_print(out, ", ")) &&
			write_change(image, &fix->changes[i], out);
	return room;
}
