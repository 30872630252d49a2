/*
 * What a package stores of a customer's money, as plain data of the image. A deposit is paid in,
 * and released in instalments; a gift is given in instalments. Made by build_stored.c; schedule.h
 * says what happens to them and when, spend.h what they pay for.
 */
#ifndef SUANPAN_IMAGE_STORED_H
#define SUANPAN_IMAGE_STORED_H

#include "calendar.h"
#include "image_dues.h"

#include "../engine/base/bytes.h"
#include "../engine/base/money.h"

enum money_kind { MONEY_CASH, MONEY_DEPOSIT, MONEY_GIFT };
#define MONEY_KINDS 3
const char *money_kind_name(enum money_kind kind); /* "cash", "deposit", "gift" */

/* When the first instalment comes; the others follow a cycle apart. */
enum stored_first {
	FIRST_NEXT_CYCLE, /* when the cycle after that begins in which the deposit is paid in */
	FIRST_AT_ONCE,    /* then and there; the next one when the next cycle begins */
	FIRST_SAME_DAY,   /* on the same day a cycle later, or the last day of a shorter month */
};

/* What becomes of it when the package ends before its time. */
enum on_cancel {
	CANCEL_TO_CASH,
	CANCEL_FORFEIT,
	CANCEL_KEEP, /* what is there can still be spent; nothing more comes */
};

/* So much, so many times. */
struct instalment {
	struct money amount; /* > 0 */
	uint32_t times;      /* > 0 */
};

/* At most so many instalments altogether; lib/deposits.lua holds catalogs to it. */
#define STORED_TIMES_MAX 1200

struct serve;

struct stored {
	enum money_kind kind; /* deposit or gift */
	struct text id;
	uint32_t
		with; /* place of the deposit with which a gift begins; NO_INDEX: with the package */
	const struct instalment *instalments;
	uint32_t instalment_count;
	uint32_t times;      /* of all of them */
	struct money amount; /* their sum */
	enum cycle every;
	enum stored_first first;
	uint32_t valid_count; /* each may be spent for so many days, months, years; 0: always */
	enum cycle valid_every;
	const struct serve *serves; /* the usage that it pays for */
	uint32_t serve_count;
	bool all_charges; /* it pays for all of them, or for these */
	const struct charge_name *charges;
	uint32_t charge_count;
	bool by_package; /* a gift that a group gets once, by the member that pays */
	bool skipped;    /* an instalment that falls in a suspension is lost */
	enum on_cancel cancel;
};

/* In which order money is taken: by kind, ranks from 0; expiry before that, or among those alike. */
struct pay_order {
	bool expiry_first;
	uint8_t rank[MONEY_KINDS];
};

#endif
