/*
 * The life cycles of orders that a catalog has, as plain data of the image. Read by life.c; made by
 * build_lives.c. States and moves are numbered as written.
 */
#ifndef SUANPAN_IMAGE_LIFE_H
#define SUANPAN_IMAGE_LIFE_H

#include "value.h"

#define NO_MOVE UINT32_MAX

/* Something that must be filled in. */
struct life_field {
	struct text name;
	enum value_kind kind;
};

/* What a move does besides; bits of life_move.effects. */
enum life_effect {
	LIFE_JOIN,   /* a group or site gets the order's subscription as a member */
	LIFE_LEAVE,  /* … or loses it */
	LIFE_PRICE,  /* its price is fixed */
	LIFE_BEGIN,  /* its packages begin */
	LIFE_FINISH, /* … or end */
	LIFE_NOTIFY, /* who may make the next move is told */
};

struct life_state {
	struct text id;
	bool final;
	int32_t within_days; /* so long it may stay; 0: for ever */
	uint32_t late;       /* the move when that is over, which needs nothing; NO_MOVE */
};

struct life_move {
	struct text id;
	const uint32_t *from; /* states */
	uint32_t from_count;
	uint32_t to;
	const struct text *roles; /* that may make it */
	uint32_t role_count;
	const struct life_field *needs;
	uint32_t need_count;
	uint32_t effects;
};

struct life_cycle {
	struct text id;
	uint32_t begins;
	const struct life_state *states;
	uint32_t state_count;
	const struct life_move *moves;
	uint32_t move_count;
};

#endif
