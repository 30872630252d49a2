/*
 * The agreements of customers, and that one of them ends soon. How long before its end that is told,
 * each says itself; at which instant, is planned when the customer is put, and stands in its record
 * (store/record_customer.h). A customer has one timer, at the first of these instants; its entry tells
 * what is to be told then, and sets the next. So each end is told once, and one that was put off, at its
 * own time. As with balances (expiring.h), what is past when it is planned is not told.
 */
#ifndef SUANPAN_AGREEMENTS_H
#define SUANPAN_AGREEMENTS_H

#include "put.h"
#include "timers.h"

/*
 * Adds them to a customer's record that is being written; `old` is its record before, if there is one.
 * False: *end is what to return.
 */
bool agreements_put(struct call *call, const struct list *asked, struct bytes old,
	struct field_writer *writer, enum call_end *end);

/* Moves the customer's timer to when its record says. False: *end is what to return. */
bool agreements_put_timer(struct putting *putting, struct text customer, struct bytes old,
	struct bytes value, enum call_end *end);

/* The run of such a timer. */
enum call_end agreements_run(struct call *call, const struct timer_params *timer);

/* The pair "agreements" of a customer's answer, of a record that has any. */
void agreements_pack(struct pack *pack, struct bytes value);

#endif
