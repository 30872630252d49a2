/* What is told in a scenario or by a case, beside what was expected to be. */
#include "due.h"
#include "test_run.h"

#include "../engine/base/memory.h"
#include "../engine/base/must.h"

/* Of one round of telling. */
struct telling {
	struct test_run *run;
	size_t first; /* where its notices begin */
	bool starved;
};

/* Members of a group are told the same of what they share, at the same time: it is told once. */
static bool
is_told(const struct telling *telling, const struct notice *notice)
{
	const struct world *world = &telling->run->world;

	for (size_t i = telling->first; i < world->notice_count; i++) {
		const struct notice *other = &world->notices[i];

		if (notice->counter.group.size > 0 && other->notify == notice->notify &&
			other->threshold == notice->threshold && other->at_ms == notice->at_ms &&
			other->counter.cycle == notice->counter.cycle &&
			text_equal(other->counter.group, notice->counter.group))
			return true;
	}
	return false;
}

/* Those of one round in order of time; what is told at one time stays as it came. */
static void
sort_in(struct world *world, size_t first)
{
	for (size_t i = world->notice_count - 1;
		i > first && world->notices[i - 1].at_ms > world->notices[i].at_ms; i--) {
		struct notice swapped = world->notices[i - 1];
		world->notices[i - 1] = world->notices[i];
		world->notices[i] = swapped;
	}
}

static void
tell(void *context, const struct notice *notice)
{
	struct telling *telling = context;
	struct world *world = &telling->run->world;

	if (telling->starved || is_told(telling, notice))
		return;
	struct notice *list = memory_grow(
		world->notices, world->notice_count + 1, &world->notice_room, sizeof *list);
	if (list == NULL) {
		telling->starved = true;
		return;
	}
	world->notices = list;
	list[world->notice_count++] = *notice;
	sort_in(world, telling->first);
	coverage_note_notice(telling->run->report, notice);
}

static bool
is_first_of_member(const struct world *world, size_t holding)
{
	for (size_t i = 0; i < holding; i++)
		if (text_equal(world->held[i].member, world->held[holding].member))
			return false;
	return true;
}

bool
test_notices_due(struct test_run *run)
{
	struct world *world = &run->world;
	struct telling telling = { run, world->notice_count, false };
	struct text member = world->member;

	for (size_t i = 0; i < world->holding_count && !telling.starved; i++) {
		struct rate_question question;

		if (!is_first_of_member(world, i))
			continue;
		world_be(world, world->held[i].member);
		telling.starved = !world_question(world, &question);
		if (!telling.starved)
			(void)notices_due(
				&question, world->told_ms, world->clock_ms, tell, &telling);
	}
	world_be(world, member);
	world->told_ms = world->clock_ms;
	return !telling.starved;
}

bool
test_notices_cross(struct test_run *run, const struct pricing *pricing)
{
	struct telling telling = { run, run->world.notice_count, false };
	struct rate_question question;

	if (!world_question(&run->world, &question))
		return false;
	notices_crossed(&question, pricing, tell, &telling);
	return !telling.starved;
}

/* "package.low 10%", with its day if that is wanted. */
static bool
write_notice(struct test_run *run, const struct notice *notice, bool with_day)
{
	char day[DUE_DAY_TEXT_MAX] = "";

	if (with_day)
		due_day_format(due_day(run->image, notice->at_ms), day);
	return buffer_print(&run->text, "%s%s%.*s.%.*s %.*s", day, with_day ? " " : "",
		TEXT_ARGS(notice->package->id), TEXT_ARGS(notice->notify->id),
		TEXT_ARGS(notice->threshold->text));
}

/* All that was told since notices were expected last, each with its day if the wanted one has it. */
static bool
write_told(struct test_run *run, struct text wanted)
{
	const struct world *world = &run->world;
	struct text rest = wanted;

	for (size_t i = world->notices_told; i < world->notice_count; i++) {
		bool with_day = rest.size > 0 && rest.data[0] >= '0' && rest.data[0] <= '9';

		if ((i > world->notices_told && !buffer_append_text(&run->text, TEXT(", "))) ||
			!write_notice(run, &world->notices[i], with_day))
			return false;
		const char *comma = memmem(rest.data, rest.size, ", ", 2);
		size_t taken = comma == NULL ? rest.size : (size_t)(comma - rest.data) + 2;
		rest = (struct text){ rest.data + taken, rest.size - taken };
	}
	return true;
}

/* What they say, a line each. */
static bool
write_sentences(struct test_run *run)
{
	const struct world *world = &run->world;

	for (size_t i = world->notices_told; i < world->notice_count; i++)
		if (!notice_write(
			    run->release, run->options->language, &world->notices[i], &run->text) ||
			!buffer_append_text(&run->text, TEXT("\n")))
			return false;
	return true;
}

bool
test_notices_compare(struct test_run *run, struct text wanted)
{
	if (wanted.data == NULL)
		return true;
	buffer_clear(&run->text);
	bool compared = write_told(run, wanted) &&
		test_compare_text(run, "notices", wanted, text_of_buffer(&run->text));
	buffer_clear(&run->text);
	if (compared && run->expected.size > 0)
		compared = write_sentences(run);
	run->world.notices_told = run->world.notice_count;
	return compared;
}
