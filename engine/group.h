/*
 * Groups: a family, a company, or the site whose tenants are different customers. What is known of
 * one is a record of its own (group.put); who its members are is known from what subscriptions hold
 * by it, for each put of one changes the group's members and their number in the same entry
 * (store/record_group.h).
 *
 *   formula of a charge    asks for a fact: the subscription's own, else the group's, else the customer's; of one
 *                          that the catalog declares as "members" else how many members the group has that day
 *   discount by members    goes by the number that the holding says, else by how many the group has then
 *
 * Neither reads the list of members, so it costs the same however many there are.
 */
#ifndef SUANPAN_GROUP_H
#define SUANPAN_GROUP_H

#include "agenda.h"
#include "put.h"

#include "../rules/due.h"
#include "../store/record_group.h"

/* As the choices of group.put stand. */
enum { GROUP_PLAIN, GROUP_SITE };

/* Adds to the put of a subscription what it changes of the groups. False: *end is what to return. */
bool group_change_members(struct putting *putting, struct text id,
	const struct agenda_change *change, enum call_end *end);

/* The facts of a group, in the arena, as many as it says; NULL without memory. */
const struct due_fact *group_facts(const struct group *group, struct arena *arena);

/*
 * Fills in how many members groups have at an instant, where the holding does not say so: for an image
 * that asks (asks_members). False: *end is what to return, for it is not in memory.
 */
bool group_count_members(struct call *call, struct holding *holdings, size_t count, int64_t at_ms,
	enum call_end *end);

#endif
