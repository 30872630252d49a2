/*
 * must(): an assertion that stays on in production. It is for bugs only, never for input, and stops
 * the process: a charging server that has found its own state impossible must not answer. The
 * message names the claim, the place, and the request that was being worked on.
 */
#ifndef SUANPAN_MUST_H
#define SUANPAN_MUST_H

#define must(claim) ((claim) ? (void)0 : must_failed(#claim, __FILE__, __LINE__, __func__))

/* Where the code must never come: `what` says what would have to be so. */
#define must_not_come_here(what) must_failed("never here: " what, __FILE__, __LINE__, __func__)

_Noreturn void must_failed(const char *claim, const char *file, int line, const char *function);

/*
 * Names what this thread is working on (a static or long-lived string, or NULL), for the message of
 * a failed must(). Cheap: it stores a pointer.
 */
void must_context(const char *what);

#endif
