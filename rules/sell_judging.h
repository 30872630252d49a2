/*
 * Inside of judging orders: what sell_judge.c and sell_wanted.c share. Functions that give a status
 * fail without memory, and where a condition took too long.
 */
#ifndef SUANPAN_SELL_JUDGING_H
#define SUANPAN_SELL_JUDGING_H

#include "sell_state.h"

struct judging {
	const struct sell_question *question;
	const struct selling *selling;
	struct arena *arena;
	struct fault *fault;
	struct sell_state before, after;
	struct sell_finding *findings;
	uint32_t count, room;
	int64_t *starts_ms;
	bool ends; /* the order takes something away, so that what is held may lose what it needs */
};

enum status judging_out_of_memory(struct judging *judging);
/* Adds a finding. */
enum status judging_find(struct judging *judging, const struct sell_finding *finding);
/* A finding against a wanted item by itself. */
struct sell_finding
judging_finding(const struct judging *judging, uint32_t wanted, enum sell_code code);
/* Calls `check` for each relation of a kind in which a stay takes part, as one of its parties. */
enum status
judging_each_relation(struct judging *judging, const struct stay *stay, enum relation_kind kind,
	enum status (*check)(struct judging *judging, const struct stay *stay,
		const struct relation *relation, uint32_t party));

/* When a wanted item begins or takes place. */
int64_t judging_start(const struct judging *judging, const struct sell_wanted *wanted);
/*
 * What stands against an addition, against a change of the lines or the end of what is held, or of
 * its parameters, whatever else is held.
 */
enum status judging_addition(struct judging *judging, uint32_t index);
enum status judging_change(struct judging *judging, uint32_t index);
enum status judging_params(struct judging *judging, uint32_t index);

#endif
