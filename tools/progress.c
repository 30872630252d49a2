/* Progress (see progress.h). */
#include "progress.h"

#include "table.h"

#include "../engine/base/clock.h"

#include <inttypes.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BAR_COLUMNS_MAX = 40, COLUMNS_USUAL = 80, LINE_BYTES = 512 };
#define NS_PER_S UINT64_C(1000000000)
static const uint64_t INTERVAL_NS[] = {
	[PROGRESS_BAR] = NS_PER_S / 10,
	[PROGRESS_LINES] = 3 * NS_PER_S,
	[PROGRESS_JSON] = NS_PER_S,
};

void
progress_begin(struct progress *progress, FILE *out, bool json)
{
	*progress = (struct progress){ .out = out, .began_ns = monotonic_ns() };
	progress->style = json        ? PROGRESS_JSON
		: isatty(fileno(out)) ? PROGRESS_BAR
				      : PROGRESS_LINES;
	/* A short task in a pipe has nothing to say on its way; a bar shows at once that something
	 * happens. */
	progress->next_ns = progress->style == PROGRESS_BAR
		? 0
		: progress->began_ns + INTERVAL_NS[progress->style];
}

static size_t
columns_of(FILE *out)
{
	struct winsize size;
	if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return COLUMNS_USUAL;
	return size.ws_col;
}

static unsigned
percent_of(const struct progress_state *state)
{
	if (state->total == 0)
		return 100;
	return (unsigned)((double)state->done / (double)state->total * 100);
}

size_t
progress_bar(const struct progress_state *state, uint64_t per_second, size_t columns, char *text,
	size_t room)
{
	char count[SHOWN_COUNT_MAX], speed[SHOWN_COUNT_MAX], words[128],
		bar[4 * BAR_COLUMNS_MAX + 1] = "";
	unsigned percent = percent_of(state);
	int used = snprintf(words, sizeof words, "%3u %%  %s %s  %s/s", percent,
		show_count(state->count, count), state->unit, show_count(per_second, speed));
	size_t width = columns > (size_t)used + 6 ? columns - (size_t)used - 6 : 0;
	if (width > BAR_COLUMNS_MAX)
		width = BAR_COLUMNS_MAX;
	size_t full = width * percent / 100;
	for (size_t i = 0; i < width; i++)
		strcat(bar, i < full ? "█" : "░");
	int size = snprintf(text, room, "  %s%s%s", bar, width > 0 ? "  " : "", words);
	return size < 0 ? 0 : (size_t)size < room ? (size_t)size : room - 1;
}

static void
show(struct progress *progress, const struct progress_state *state, uint64_t now_ns)
{
	char line[LINE_BYTES], count[SHOWN_COUNT_MAX], speed[SHOWN_COUNT_MAX];
	uint64_t elapsed_ns = now_ns - progress->began_ns;
	uint64_t per_second = elapsed_ns == 0
		? 0
		: (uint64_t)((double)state->count * (double)NS_PER_S / (double)elapsed_ns);
	switch (progress->style) {
	case PROGRESS_BAR:
		progress_bar(state, per_second, columns_of(progress->out), line, sizeof line);
		fprintf(progress->out, "\r%s\033[K", line);
		progress->drawn = true;
		break;
	case PROGRESS_LINES:
		fprintf(progress->out, "  %3u %%  %s %s  %s/s\n", percent_of(state),
			show_count(state->count, count), state->unit,
			show_count(per_second, speed));
		break;
	case PROGRESS_JSON:
		fprintf(progress->out,
			"{\"progress\": {\"done\": %" PRIu64 ", \"total\": %" PRIu64
			", \"count\": %" PRIu64 ", \"per_second\": %" PRIu64 "}}\n",
			state->done, state->total, state->count, per_second);
		break;
	}
	fflush(progress->out);
}

void
progress_step(struct progress *progress, const struct progress_state *state)
{
	uint64_t now_ns = monotonic_ns();
	if (now_ns < progress->next_ns)
		return;
	progress->next_ns = now_ns + INTERVAL_NS[progress->style];
	show(progress, state, now_ns);
}

void
progress_say(struct progress *progress, const char *sentence)
{
	if (progress->style == PROGRESS_JSON) {
		fprintf(progress->out, "{\"message\": \"");
		for (const char *at = sentence; *at != '\0'; at++)
			fprintf(progress->out,
				*at == '"' || *at == '\\'          ? "\\%c"
					: (unsigned char)*at < ' ' ? " "
								   : "%c",
				*at);
		fprintf(progress->out, "\"}\n");
	} else {
		fprintf(progress->out, "%s  %s\n", progress->drawn ? "\r\033[K" : "", sentence);
	}
	progress->drawn = false;
	fflush(progress->out);
}

void
progress_end(struct progress *progress, const struct progress_state *state)
{
	if (progress->style != PROGRESS_LINES)
		show(progress, state, monotonic_ns());
	if (progress->drawn)
		fprintf(progress->out, "\n");
	progress->drawn = false;
	fflush(progress->out);
}
