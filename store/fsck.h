/*
 * Checks a data folder that no server has open: everything that the other headers of the store
 * promise about what lies on the disk. It only reads, and never changes a byte. What it finds is
 * damage or a bug; what a kill or a power cut may leave is neither: a torn write behind the last
 * good frame, a run that no list has, a spare that was not finished.
 *
 * Four things are held against each other:
 *
 *   folder, names    is it a data folder, is anything in it that is not ours, has each release the content it is named after,
 *                    is each release that was or will be in force among those that are kept
 *   journal          every frame and the chain of frames, every entry and what it says of the records it changes
 *   state            LMDB: what the journal gives, replayed up to the applied boundary, and the digest of each table
 *   ids              every id of the journal is in the runs, nothing else is, and none was decided twice
 *
 * The journal is the truth. Where it is damaged, checking goes on at the next good frame, and
 * nothing is concluded from what may have lain between.
 *
 * Postings of an entry sum to zero for each unit; a balance or counter that an entry changes
 * becomes what it was and the postings on it. The day of a balance is that of the entry, and its
 * entry of an earlier day the newest one of before that day: histories are read by both. As the chain of every record is followed from the
 * first entry in the oldest segment, the newest value is the one before that segment and the sum of
 * all postings since. (That an entry decodes means that it is canonical: see entry.h.) A refund names
 * a charge, and gives back no more than that took, from where it took it. What balances and counters hold
 * is what the open sessions say they hold of them. What groups have of their members is what these hold
 * by them. A balance that is to end and has money, a session, and an agenda with something on it have
 * one timer each.
 *
 * Memory, whatever the size of the folder: for each record that the journal on the disk changes 72
 * bytes in a table that is between 3/8 and 3/4 full, three times as much while it grows; for each
 * id behind the applied boundary 32 bytes; for each day on which something happened 40; a few
 * megabytes besides. Values, keys and older ids are not held: ids are compared in their order as
 * the runs are walked, and by a sum over each day; only if two sums differ is each id of that day
 * looked up.
 *
 * LMDB has no checksums and may crash on damaged pages, so a child process reads all of it first.
 * Call this where a fork is harmless: in a process of one thread.
 */
#ifndef SUANPAN_FSCK_H
#define SUANPAN_FSCK_H

#include "../engine/base/bytes.h"
#include "../engine/base/status.h"

enum fsck_name {
	/* the folder */
	FSCK_FOLDER_FILE,
	FSCK_UNKNOWN_FILE,
	FSCK_RELEASE_ALTERED,
	FSCK_RELEASE_MISSING,
	FSCK_RELEASE_UNKNOWN,
	/* segments and frames */
	FSCK_SEGMENT_MISSING,
	FSCK_SEGMENT_SIZE,
	FSCK_ARCHIVE_DAMAGED,
	FSCK_FRAME_MISSING,
	FSCK_FRAME_HEADER,
	FSCK_FRAME_CHECKSUM,
	FSCK_FRAME_MISPLACED,
	FSCK_FRAME_CHAIN,
	FSCK_FRAME_ORDER,
	FSCK_FRAME_ENTRIES,
	/* entries */
	FSCK_ENTRY_MALFORMED,
	FSCK_ENTRY_KIND,
	FSCK_ENTRY_TIME,
	FSCK_RECORD_MALFORMED,
	FSCK_RECORD_TWICE,
	FSCK_POSTINGS_UNBALANCED,
	FSCK_POSTING_SIDE,
	FSCK_POSTING_UNIT,
	FSCK_PREVIOUS_CHAIN,
	FSCK_BALANCE_SUM,
	FSCK_BALANCE_DAY,
	FSCK_TIMER_MISSING,
	FSCK_ACTIVATION_PAST,
	FSCK_REFUND_CHARGE,
	FSCK_REFUND_OVER,
	FSCK_HELD_SUM,
	FSCK_MEMBERS,
	/* ids */
	FSCK_ID_TWICE,
	FSCK_ID_MISSING,
	FSCK_RUN_MISSING,
	FSCK_RUN_DAMAGED,
	FSCK_RUN_ENTRY,
	/* the state */
	FSCK_STATE_MISSING,
	FSCK_STATE_DAMAGED,
	FSCK_STATE_FOLDER,
	FSCK_STATE_DIGEST,
	FSCK_STATE_MALFORMED,
	FSCK_STATE_VALUE,
	FSCK_STATE_VERSION,
	FSCK_STATE_LOST,
	FSCK_STATE_EXTRA,
	FSCK_APPLIED_AHEAD,
	FSCK_APPLIED_CHAIN,
	FSCK_CLEAN_MARK,
	FSCK_EPOCH_BEHIND,
	FSCK_NAMES,
};
const char *fsck_name(enum fsck_name name);   /* "folder_file", …: stable, for programs */
const char *fsck_remedy(enum fsck_name name); /* what to do: a sentence */
/* The same in Chinese, and what is wrong, without the particulars. */
const char *fsck_remedy_zh(enum fsck_name name);
const char *fsck_what_zh(enum fsck_name name);

/* Of each name so many findings are told; all are counted. */
#define FSCK_TOLD_MAX 20

struct fsck_finding {
	enum fsck_name name;
	const char *where; /* a file with an offset, or a table with a key */
	const char *what;  /* what is wrong there: a sentence */
};

struct fsck_options {
	/*
	 * Ids of days longer ago than this need not be there: usage.age_max of the server; 0 stands
	 * for 400.
	 */
	int32_t age_max_days;
	void *context;
	void (*found)(
		void *context, const struct fsck_finding *finding); /* views, for the call only */
	void (*progress)(
		void *context, uint64_t done, uint64_t total); /* bytes read; may be NULL */
};

/* What was looked at. */
struct fsck_report {
	uint64_t segments, frames, entries, effects;
	uint64_t journal_bytes; /* from the first frame to the end of the row */
	uint64_t records;       /* in LMDB */
	uint64_t runs, ids;
	uint64_t releases;
	uint64_t total; /* bytes, as told by progress */
	uint64_t findings;
	uint64_t counts[FSCK_NAMES];
};

/*
 * STATUS_OK: all of it was looked at that can be; *report tells whether anything was found.
 * STATUS_BUSY: a process has the folder open. STATUS_NOT_FOUND: it is no data folder.
 * STATUS_UNSUPPORTED: of a later build. Others: it could not be read.
 */
enum status fsck_run(const char *directory, const struct fsck_options *options,
	struct fsck_report *report, struct fault *fault);

#endif
