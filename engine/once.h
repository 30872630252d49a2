/*
 * Once: has this request been decided before? The three answers that do not decide anything anew (a
 * repeat, a conflict, a wait) are given here, the same way for every method that moves money
 * (contract: "Once").
 */
#ifndef SUANPAN_ONCE_H
#define SUANPAN_ONCE_H

#include "call.h"

struct once {
	struct text scope; /* service id or account; size 0: nobody is known who could ask again */
	struct text id;
	uint8_t attempt;
	uint64_t fingerprint; /* of the event */
	int64_t at_ms;
	struct bytes event;     /* the request in its one form, as it is journaled */
	uint64_t release;       /* that has decided, as far as that is known; 0: none */
	struct hash128 id_hash; /* of scope and id, once it was asked for them */
};

/* The attempt that a client names; who names none makes the first. */
static inline uint8_t
once_attempt(int64_t given)
{
	return given == NOT_GIVEN ? 1 : (uint8_t)given;
}

/*
 * The scope of an id that belongs to an account: its id behind a mark that no service id can have,
 * since accounts and service ids may be called alike. In the arena; data is NULL without memory.
 */
#define SCOPE_ACCOUNT_MARK '\x01'
struct text once_account_scope(struct arena *arena, struct text account);
/*
 * Requests of sessions are known by the session and their number: the scope is the service id
 * behind a mark, another mark, and the number in digits; the id is that of the session. Written to
 * `place`; returns its size.
 */
#define SCOPE_SESSION_MARK '\x02'
#define SCOPE_BYTES_MAX 80
size_t once_session_scope(char place[SCOPE_BYTES_MAX], struct text service_id, uint32_t number);
/* A scope as people know it: the service id or account in it. */
struct text once_scope_shown(struct text scope);

/* An entry of this turn for such a request; what it does is the caller's to fill in. */
static inline struct entry
once_entry(const struct once *once, enum entry_kind kind, int64_t made_ms)
{
	return (struct entry){
		.kind = kind,
		.attempt = once->attempt,
		.fingerprint = once->fingerprint,
		.at_ms = once->at_ms,
		.made_ms = made_ms,
		.release = once->release,
		.scope = once->scope,
		.id = once->id,
		.event = once->event,
		.id_hash = once->id_hash,
	};
}

enum once_outcome {
	ONCE_DECIDE,   /* new, or a refused one attempted anew */
	ONCE_ANSWERED, /* a repeat or a conflict: *end is what to return */
	ONCE_WAITS,    /* likewise */
};
enum once_outcome once_check(struct call *call, struct once *once, enum call_end *end);

/*
 * Is `at` within what is accepted, and are all ids of that time kept? If not, *refusal is what to
 * answer, in the stored form; it is not remembered, because only the clock has decided.
 */
bool once_in_window(struct call *call, int64_t at_ms, struct bytes *refusal);

/*
 * The first checks of every request that is decided once: its time, then its id. All of `once` is
 * filled in but the fingerprint, which is made here, of the event and what kind of entry it would
 * become; an event without bytes and a scope without data say that there was no memory for them.
 * GOES_ON: it is to be decided.
 */
enum progress
once_begin(struct call *call, struct once *once, enum entry_kind kind, enum call_end *end);
/* The time alone, for who has to find out something before the id can be looked for. */
enum progress once_check_time(struct call *call, int64_t at_ms, enum call_end *end);

/*
 * What is answered for an entry: its stored answer, with `repeat` and, unless it is a refusal, the
 * charge id. The bytes are in the call's buffer. No answer: there was no memory for it, and nothing
 * was decided.
 */
enum call_end
once_answer(struct call *call, struct bytes answer, bool refused, bool repeat, uint64_t position);

/*
 * Packs a refusal in its stored form into `into`: outcome, code, say in both languages, and nearest
 * and because if `miss` is not NULL. Without memory `into` is empty.
 */
void refusal_pack(struct buffer *into, struct arena *arena, enum say say,
	const struct text *arguments, size_t count, const struct near_miss *miss);

/* The pairs "code" and "say" of it. */
#define REFUSAL_WHY_PAIRS 2
void refusal_pack_why(struct pack *pack, struct arena *arena, enum say say,
	const struct text *arguments, size_t count);

/* "shard:position:index"; returns its length. */
#define CHARGE_ID_MAX 40
size_t charge_id_format(uint32_t shard, uint64_t position, char text[CHARGE_ID_MAX]);
bool charge_id_parse(struct text text, uint32_t *shard, uint64_t *position);

/*
 * Journals a refusal that will be repeated as such, and answers it. The answer is packed in
 * `answer`; if it is empty there was no memory for it, and nothing is decided. Nobody's request is
 * answered only.
 */
enum call_end once_refuse(struct call *call, const struct once *once, struct bytes answer);
/* The same of a refusal that is yet to be packed, and has nothing to say but why. */
enum call_end once_refuse_why(struct call *call, const struct once *once, enum say say,
	const struct text *arguments, size_t count);

#endif
