/*
 * What the tests of a journal share: one in a folder of its own for each test, entries put into it,
 * and a look at all that must be there then.
 */
#ifndef SUANPAN_TEST_JOURNAL_CASE_H
#define SUANPAN_TEST_JOURNAL_CASE_H

#include "../../../store/journal.h"
#include "writing.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static char folder[256];
static struct writing *writing;

static inline int
set_up_in(bool fast)
{
	if (fast)
		scratch_make_fast(folder);
	else
		scratch_make(folder);
	writing = malloc(sizeof *writing);
	writing_init(writing, folder);
	return 0;
}

static inline int
set_up(void **state)
{
	(void)state;
	return set_up_in(true);
}

/* On a disk, where O_DIRECT is the real one. */
static inline int
set_up_on_disk(void **state)
{
	(void)state;
	return set_up_in(false);
}

static inline int
tear_down(void **state)
{
	(void)state;
	failures_end();
	free(writing);
	scratch_remove(folder);
	return 0;
}

static inline void
open_at(const struct journal_head *head)
{
	struct fault fault;
	if (journal_open(&writing->journal, &writing->options, head, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
}

static inline void
open_new(void)
{
	struct journal_head head = writing_empty_head();
	open_at(&head);
}

static inline void
close_well(void)
{
	struct fault fault;
	if (journal_close(writing->journal, NULL, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	writing->journal = NULL;
}

/* What a scan finds, held against everything that was put: it is the same as far as it goes. */
static inline struct comparison
scan_and_compare(struct journal_head *head, bool *torn)
{
	struct comparison comparison;
	struct fault fault;
	if (compare_with_scan(&writing->options.place, writing->known, writing->known_count,
		    &comparison, head, torn, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	assert_false(comparison.differs);
	return comparison;
}

/* Everything that was put must be there; returns the head. */
static inline struct journal_head
assert_all_there(void)
{
	struct journal_head head;
	bool torn;
	struct comparison comparison = scan_and_compare(&head, &torn);
	assert_int_equal(comparison.seen, writing->known_count);
	assert_false(torn);
	return head;
}

static inline void
put_many(uint64_t from, size_t count, size_t batch)
{
	for (size_t i = 0; i < count; i++) {
		assert_true(writing_put_patiently(writing, from + i));
		if ((i + 1) % batch == 0)
			writing_flush(writing);
	}
	assert_true(writing_settle(writing));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define DISK_TEST(name) cmocka_unit_test_setup_teardown(name, set_up_on_disk, tear_down)

#endif
