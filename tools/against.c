/* A catalog held against a month (see against.h). */
#include "against.h"

#include "progress.h"
#include "replay.h"

#include "../engine/base/must.h"

#include <stdio.h>
#include <string.h>

struct watching {
	struct against *against;
	struct replay *replay;
	struct progress progress;
	struct progress_state state;
};

/* The first day of the month; false if it is none. */
static bool
month_parse(const char *month, struct date *date)
{
	char day[sizeof "YYYY-MM-01"];
	if (strlen(month) != strlen("YYYY-MM"))
		return false;
	snprintf(day, sizeof day, "%s-01", month);
	return date_parse(text_of(day), date);
}

bool
against_month_is_valid(const char *month)
{
	struct date date;
	return month_parse(month, &date);
}

/* From the first midnight of the month to that of the next. */
static struct span
span_of(const char *month, const struct zoneinfo *zone)
{
	struct date date;
	bool valid = month_parse(month, &date);
	must(valid);
	int64_t first = day_of_date(date);
	int64_t next = first + month_days(date.year, date.month);
	return (struct span){ zoneinfo_local_to_utc(zone, first * DAY_MS),
		zoneinfo_local_to_utc(zone, next * DAY_MS) };
}

static enum status
priced(void *context, const struct replayed *replayed, struct fault *fault)
{
	struct watching *watching = context;
	return earnings_add(&watching->against->earnings, replayed, fault);
}

static void
show_progress(void *context, uint64_t done, uint64_t total)
{
	struct watching *watching = context;
	watching->state = (struct progress_state){ done, total, watching->replay->charges,
		"charges" };
	progress_step(&watching->progress, &watching->state);
}

static enum status
replay_month(struct against *against, const struct folder *folder, struct fault *fault)
{
	struct watching watching = { .against = against };
	struct replay replay = {
		.folder = folder,
		.span = span_of(against->month, against->loaded->image->zone),
		.other = against->loaded,
		.priced = priced,
		.progress = show_progress,
		.context = &watching,
	};
	watching.replay = &replay;
	progress_begin(&watching.progress, stderr, against->json);
	enum status status = replay_run(&replay, fault);
	watching.state.done = watching.state.total;
	watching.state.count = replay.charges;
	progress_end(&watching.progress, &watching.state);
	against->different = replay.different;
	return status;
}

enum status
against_run(struct against *against, struct fault *fault)
{
	struct folder folder;
	struct findings findings;
	findings_init(&findings);
	enum status status = releases_build(against->bundle, &against->loaded, &findings, fault);
	findings_release(&findings);
	if (status != STATUS_OK)
		return status;
	earnings_init(&against->earnings, against->loaded->image->currency);
	status = folder_open_existing(&folder, against->data, fault);
	if (status == STATUS_OK) {
		status = replay_month(against, &folder, fault);
		folder_close(&folder);
	}
	if (status == STATUS_OK)
		earnings_sort(&against->earnings);
	else
		against_release(against);
	return status;
}

void
against_release(struct against *against)
{
	earnings_release(&against->earnings);
	loaded_release_free(against->loaded);
}
