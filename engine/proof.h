/*
 * The proof of a catalog: it is built, checked and tested in a child process (child.h), since what
 * was not checked may be anything. What the child found comes back as one MessagePack value (told.h):
 * it only decides whether the server builds the catalog, too, and what is told to whoever sent it.
 *
 *   [status, why, passed, failed, failures, findings]
 *
 * with a failure [file, line, name, expected, got] for each of the first tests that failed, and a
 * finding [severity, file, line, rule, English, Chinese] for each of the first, errors before others.
 */
#ifndef SUANPAN_PROOF_H
#define SUANPAN_PROOF_H

#include "child.h"

#include "../rules/catalog_test.h"

/* What such a child may use, also one that compares catalogs (comparison.h). A catalog that builds within its own limits (release.h) stays below. */
#define PROOF_MEMORY_BYTES_MAX ((size_t)1024 * 1024 * 1024)
#define PROOF_CPU_SECONDS_MAX 60u
#define PROOF_DEADLINE_MS 120000u

/* So many failures, and so many findings, are told. */
#define PROOF_ITEMS_MAX 100

/* The argument that makes this program the child. */
#define PROOF_ARGUMENT "prove-release"
_Noreturn void proof_child(void);

struct proof {
	struct child_end end; /* what is below is there only if it is CHILD_DONE */
	enum status status;   /* STATUS_OK: it was built and its tests ran; else why not */
	char why[sizeof(((struct fault *)NULL)->text)];
	uint64_t passed, failed; /* tests */
	struct test_result *failures;
	size_t failure_count;
	struct findings findings;
	struct arena arena; /* holds the failures */
};

void proof_init(struct proof *proof);
void proof_release(struct proof *proof);
/*
 * Proves a bundle, on a worker. STATUS_OK: there is a proof, or the end of the child; *stop ends it
 * early. STATUS_MEMORY: there was none of ours. STATUS_CORRUPT: what the child said is no proof.
 */
enum status
proof_make(struct bytes bundle, const atomic_bool *stop, struct proof *proof, struct fault *fault);

/* The two sides of the value, for tests: what a child found, as it is written; and read. */
bool proof_write(const struct test_report *report, const struct findings *findings,
	const struct fault *fault, struct buffer *out);
enum status proof_read(struct bytes packed, struct proof *proof, struct fault *fault);

#endif
