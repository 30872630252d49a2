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
			text_equal(other->counter.package, notice->counter.package) &&
			text_equal(other->counter.allowance, notice->counter.allowance) &&
			text_equal(other->counter.group, notice->counter.group))
			return true;
	}
	return false;
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

/* Something that is done for each member that holds anything; false without memory. */
typedef void with_member(const struct rate_question *question, void *context);

static bool
each_member(struct world *world, with_member *act, void *context)
{
	struct text member = world->member;
	bool asked = true;

	for (size_t i = 0; i < world->holding_count && asked; i++) {
		struct rate_question question;

		if (!is_first_of_member(world, i))
			continue;
		world_be(world, world->held[i].member);
		asked = world_question(world, &question);
		if (asked)
			act(&question, context);
	}
	world_be(world, member);
	return asked;
}

/* From one instant at which something is due to the next. */
struct going {
	struct telling telling;
	int64_t now_ms;
	int64_t next_ms;
};

static void
look_ahead(const struct rate_question *question, void *context)
{
	struct going *going = context;
	int64_t next_ms = notices_next_ms(question, going->now_ms);

	if (next_ms < going->next_ms)
		going->next_ms = next_ms;
}

static void
tell_due(const struct rate_question *question, void *context)
{
	struct going *going = context;
	enum fact fact = notices_due(
		question, going->now_ms, going->next_ms, tell, &going->telling);

	must(fact == FACT_KNOWN);
}

bool
test_notices_due(struct test_run *run)
{
	struct world *world = &run->world;

	for (;;) {
		struct going going = { { run, world->notice_count, false }, world->told_ms,
			INT64_MAX };

		if (!each_member(world, look_ahead, &going))
			return false;
		if (going.next_ms > world->clock_ms)
			break;
		if (!each_member(world, tell_due, &going) || going.telling.starved)
			return false;
		world->told_ms = going.next_ms;
	}
	world->told_ms = world->clock_ms;
	return true;
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
