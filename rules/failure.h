/*
 * What went wrong in a script while it ran, for those who have never seen Lua: which name is not
 * what it is used as. What it does not know is told as Lua tells it.
 */
#ifndef SUANPAN_FAILURE_H
#define SUANPAN_FAILURE_H

#define FAILURE_BYTES_MAX 512

struct failure {
	char say_en[FAILURE_BYTES_MAX], say_zh[FAILURE_BYTES_MAX];
};

/* `message` is what Lua said. */
void failure_explain(const char *message, struct failure *failure);

#endif
