/* Child processes (see child.h). */
#include "child.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/must.h"
#include "base/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM "/proc/self/exe"

/* How often a parent looks whether it is to stop; and whether a child that said all has ended. */
enum { TURN_MS = 50, ENDING_NS = 1000000, CHUNK_BYTES = 64 * 1024 };

/* ---- the parent ---- */

/* Its log is ours. All signals are as at the start. */
static int
start(const char *argument, int input, int output, pid_t *pid)
{
	char *arguments[] = { "suanpan", (char *)(size_t)argument, NULL };
	char *environment[] = { NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t all, none;
	sigfillset(&all);
	sigemptyset(&none);
	int error = posix_spawn_file_actions_init(&actions);
	if (error != 0)
		return error;
	error = posix_spawnattr_init(&attributes);
	if (error != 0) {
		posix_spawn_file_actions_destroy(&actions);
		return error;
	}
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setsigmask(&attributes, &none);
	error = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	if (error == 0)
		error = posix_spawn(pid, PROGRAM, &actions, &attributes, arguments, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* A file in memory with these bytes, to be read from its beginning; -1: errno says why not. */
static int
file_of(struct bytes bytes)
{
	int file = memfd_create("input", MFD_CLOEXEC);
	while (file >= 0 && bytes.size > 0) {
		ssize_t size = write(file, bytes.data, bytes.size);
		if (size < 0 && errno != EINTR) {
			close(file);
			return -1;
		}
		if (size > 0)
			bytes = (struct bytes){ bytes.data + size, bytes.size - (size_t)size };
	}
	if (file >= 0)
		lseek(file, 0, SEEK_SET);
	return file;
}

/* False at the end of what it writes; *kind says of which kind that is. */
static bool
receive_some(int pipe, struct buffer *output, enum child_end_kind *kind)
{
	uint8_t chunk[CHUNK_BYTES];
	ssize_t size = read(pipe, chunk, sizeof chunk);
	if (size < 0 && errno == EINTR)
		return true;
	*kind = CHILD_DONE;
	if (size <= 0)
		return false;
	if (buffer_append(output, chunk, (size_t)size))
		return true;
	*kind = (size_t)size > output->bytes_max - output->size ? CHILD_FLOODED : CHILD_NO_MEMORY;
	return false;
}

/* Must it end now? *kind says why, if so. */
static bool
is_over(const struct child_job *job, uint64_t until_ns, enum child_end_kind *kind)
{
	if (job->stop != NULL && atomic_load(job->stop))
		*kind = CHILD_STOPPED;
	else if (monotonic_ns() >= until_ns)
		*kind = CHILD_LATE;
	else
		return false;
	return true;
}

/* Takes its output, to the end of that. */
static enum child_end_kind
listen_to(const struct child_job *job, int pipe, uint64_t until_ns)
{
	enum child_end_kind kind;
	while (!is_over(job, until_ns, &kind)) {
		struct pollfd polled = { pipe, POLLIN, 0 };
		if (poll(&polled, 1, TURN_MS) > 0 && !receive_some(pipe, job->output, &kind))
			break;
	}
	return kind;
}

/* Waits for the end of one that has said all; it is killed where it is over before. */
static struct child_end
collect(const struct child_job *job, pid_t pid, uint64_t until_ns, enum child_end_kind kind)
{
	int status = 0;
	if (kind == CHILD_DONE) {
		while (waitpid(pid, &status, WNOHANG) == 0 && !is_over(job, until_ns, &kind))
			thread_rest(ENDING_NS);
	}
	if (kind != CHILD_DONE) {
		kill(pid, SIGKILL);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		return (struct child_end){ kind, 0 };
	}
	if (WIFSIGNALED(status))
		return (struct child_end){ CHILD_KILLED, WTERMSIG(status) };
	if (WEXITSTATUS(status) != 0)
		return (struct child_end){ CHILD_FAILED, WEXITSTATUS(status) };
	return (struct child_end){ CHILD_DONE, 0 };
}

/* Starts it between the two files, and waits for its end. */
static struct child_end
run_between(const struct child_job *job, int input, int ends[2])
{
	pid_t pid;
	uint64_t until_ns = monotonic_ns() + (uint64_t)job->deadline_ms * 1000000;
	int error = start(job->argument, input, ends[1], &pid);
	close(ends[1]);
	if (error != 0)
		return (struct child_end){ CHILD_NOT_STARTED, error };
	return collect(job, pid, until_ns, listen_to(job, ends[0], until_ns));
}

struct child_end
child_run(const struct child_job *job)
{
	int ends[2];
	int input = file_of(job->input);
	if (input < 0)
		return (struct child_end){ CHILD_NOT_STARTED, errno };
	struct child_end end = { CHILD_NOT_STARTED, 0 };
	if (pipe2(ends, O_CLOEXEC) == 0) {
		end = run_between(job, input, ends);
		close(ends[0]);
	} else {
		end.number = errno;
	}
	close(input);
	return end;
}

/* ---- the child ---- */

/* Who it is when it must not be root: "nobody" on all systems. */
enum { NOBODY = 65534 };

static bool
limit(__rlimit_resource_t resource, rlim_t value)
{
	const struct rlimit limit = { value, value };
	return setrlimit(resource, &limit) == 0;
}

/* A warning before the end: so it is told from other ends. */
static bool
limit_processor(rlim_t seconds)
{
	const struct rlimit limit = { seconds, seconds + 1 };
	return setrlimit(RLIMIT_CPU, &limit) == 0;
}

/*
 * Where the system does not let root do that, as in some containers, the limits hold all the same
 * but for that of processes, which root is above.
 */
static void
become_nobody(void)
{
	if (geteuid() == 0 && setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
		setresuid(NOBODY, NOBODY, NOBODY) == 0)
		must(getuid() == NOBODY);
}

static bool
limit_memory(size_t bytes)
{
#ifdef ARENA_SANITIZED
	(void)bytes;
	return true;
#else
	return limit(RLIMIT_AS, bytes);
#endif
}

enum status
child_confine(const struct confines *confines, struct fault *fault)
{
	close_range(STDERR_FILENO + 1, ~0u, 0);
	if (chdir("/") != 0)
		return fault_system(fault, errno, "going to /");
	become_nobody();
	/* Behind the change of the user, which takes it back. */
	bool confined = prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
	confined = confined && limit_memory(confines->memory_bytes);
	confined = confined && limit_processor(confines->cpu_seconds);
	confined = confined && limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, 0);
	confined = confined && limit(RLIMIT_NPROC, 0) && limit(RLIMIT_NOFILE, 0);
	if (!confined)
		return fault_system(fault, errno, "limiting a child process");
	return STATUS_OK;
}

enum status
child_read(struct buffer *input, struct fault *fault)
{
	for (;;) {
		uint8_t *into = buffer_reserve(input, CHUNK_BYTES);
		if (into == NULL)
			return fault_set(fault, STATUS_MEMORY, "no memory for the input");
		ssize_t size = read(STDIN_FILENO, into, CHUNK_BYTES);
		if (size < 0 && errno != EINTR)
			return fault_system(fault, errno, "reading the input");
		if (size == 0)
			return STATUS_OK;
		if (size > 0)
			buffer_grew(input, (size_t)size);
	}
}

void
child_finish(struct bytes output)
{
	while (output.size > 0) {
		ssize_t size = write(STDOUT_FILENO, output.data, output.size);
		if (size < 0 && errno != EINTR)
			_exit(1);
		if (size > 0) {
			output.data += size;
			output.size -= (size_t)size;
		}
	}
	_exit(0);
}
