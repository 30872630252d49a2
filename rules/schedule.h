/*
 * What happens by itself to the deposits and gifts of the packages that are held, and when; and
 * what happens to them when a package ends. Pure functions of the image and of what there is:
 * tests, previews and the server ask the same ones.
 *
 * At one instant what expires comes first, then what ends, then releases, then gifts; charges come
 * after all of them. Instalments are those of the version of the package that is in force when it
 * begins to be held, whatever is published later. Days are those of the catalog's zone: an
 * instalment comes at the first instant of its day.
 */
#ifndef SUANPAN_SCHEDULE_H
#define SUANPAN_SCHEDULE_H

#include "due.h"

/* Money that lies there to be spent. */
struct purse {
	const struct stored *stored; /* what it came from; NULL: cash, which pays for everything */
	size_t holding;              /* whose it is: place in the schedules */
	struct money amount;
	int64_t till_ms; /* INT64_MAX: it stays */
};

static inline enum money_kind
purse_kind(const struct purse *purse)
{
	return purse->stored == NULL ? MONEY_CASH : purse->stored->kind;
}

/* How far one deposit or gift of a holding has come. */
struct stored_progress {
	int64_t paid_ms; /* of a deposit: when it was paid in; INT64_MAX: not yet */
	uint32_t given;  /* so many instalments have come, or were skipped */
};

/* A package that is held, and what has come of it. */
struct schedule {
	const struct image *image;
	const struct package *package;    /* NULL: it has no version then, and stores nothing */
	int64_t from_ms;                  /* held from then on … */
	int64_t till_ms;                  /* … till it ends */
	bool pays;                        /* and is due what a group gets once */
	bool ended;                       /* and what is to happen then has happened */
	bool waits;                       /* its instalments can't come today */
	struct stored_progress *progress; /* of each that the package stores */
};

/* In the order in which they happen at one instant. */
enum scheduled_kind {
	SCHEDULED_EXPIRY,  /* of a purse */
	SCHEDULED_END,     /* of a holding: schedule_end says what becomes of what is there */
	SCHEDULED_RELEASE, /* a part of the deposit may be spent from now on */
	SCHEDULED_GIFT,
	SCHEDULED_SKIP, /* a gift that is lost, its place used up: the subscription is suspended */
};

struct scheduled {
	int64_t at_ms;
	enum scheduled_kind kind;
	size_t holding; /* place in the schedules; of an expiry: of the purses */
	const struct stored *stored;
	uint32_t place;      /* of `stored` in its package */
	struct money amount; /* of the instalment, or what is left in the purse */
	int64_t till_ms;     /* when an instalment expires; INT64_MAX: never */
};

/* An account: all that is held, all that lies there, and when its subscription was suspended. */
struct stock {
	const struct schedule *schedules;
	size_t schedule_count;
	const struct purse *purses;
	size_t purse_count;
	const struct due_span *suspended;
	size_t suspended_count;
};

/* The version whose instalments a holding gets, and since when; NULL if there is none. */
const struct package *
schedule_version(const struct image *image, const struct holding *holding, int64_t *from_ms);

/*
 * When what came of a deposit or gift at an instant may no longer be spent: its day is the first of
 * those that it has. INT64_MAX: it always may.
 */
int64_t stored_till_ms(const struct image *image, const struct stored *stored, int64_t given_ms);

/*
 * What happens next in an account; false if nothing ever does. Whoever asks makes it happen, so
 * that the next question has another answer: the purse is emptied, the holding has ended, or one
 * instalment more was given.
 */
bool schedule_next(const struct stock *stock, struct scheduled *next);

/* What the end of a package does with money. */
struct ending {
	const struct stored *stored;
	size_t purse; /* NO_PURSE: a part of a deposit whose time had not come */
	struct money amount;
	bool to_cash; /* else it is forfeited */
};
#define NO_PURSE SIZE_MAX

/*
 * What happens to what a holding has at its end: in the order in which the package stores it, what
 * was not released before what was. `list` has room for one entry more for each that is stored than
 * there are purses. Returns how many there are; what may still be spent is none of them.
 */
size_t schedule_end(const struct stock *stock, size_t holding, struct ending *list);

/* What of a deposit has not been released; 0 of one that was not paid in, and of a gift. */
struct money schedule_unreleased(const struct schedule *schedule, uint32_t place);

#endif
