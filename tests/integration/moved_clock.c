/*
 * The system's clock, moved: preloaded before a server, it adds to the time of day as many
 * milliseconds as the file says that MOVED_CLOCK names, whenever that is asked. The file's second
 * number says, unless it is 0, that time stands still then.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static const volatile int64_t *
moved_ms(void)
{
	static const volatile int64_t *place;
	if (place == NULL) {
		int file = open(getenv("MOVED_CLOCK"), O_RDONLY | O_CLOEXEC);
		place = mmap(NULL, 2 * sizeof *place, PROT_READ, MAP_SHARED, file, 0);
		close(file);
	}
	return place;
}

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	long outcome = syscall(SYS_clock_gettime, clock, now);
	if (outcome != 0 || clock != CLOCK_REALTIME)
		return (int)outcome;
	const volatile int64_t *moved = moved_ms();
	int64_t ms = moved[0], still_ms = moved[1];
	if (still_ms != 0) {
		now->tv_sec = still_ms / 1000;
		now->tv_nsec = still_ms % 1000 * 1000000;
		return 0;
	}
	int64_t ns = now->tv_nsec + ms % 1000 * 1000000;
	now->tv_sec += ms / 1000 + (ns >= 1000000000) - (ns < 0);
	now->tv_nsec = ns >= 1000000000 ? ns - 1000000000 : ns < 0 ? ns + 1000000000 : ns;
	return 0;
}
