/* A connection to the server (see dial.h). */
#include "dial.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define DEFAULT_ADDRESS "127.0.0.1:7117"
#define DEFAULT_FOLDER "suanpan-data"
enum { CONNECT_SECONDS_MAX = 5 };

static bool
is_socket(const char *path)
{
	struct stat stat_of;
	return stat(path, &stat_of) == 0 && S_ISSOCK(stat_of.st_mode);
}

/* The socket of a data folder. */
static void
socket_in(const char *folder, char path[DIAL_TARGET_MAX])
{
	snprintf(path, DIAL_TARGET_MAX, "%s/socket", folder);
}

void
dial_target(const char *to, char target[DIAL_TARGET_MAX])
{
	struct stat stat_of;
	if (to != NULL) {
		snprintf(target, DIAL_TARGET_MAX, "%s", to);
		if (stat(to, &stat_of) == 0 && S_ISDIR(stat_of.st_mode))
			socket_in(to, target);
		return;
	}
	/* Whoever names a folder means its server, and must never reach another one. */
	const char *folder = getenv("SUANPAN_DATA");
	bool named = folder != NULL && folder[0] != '\0';
	socket_in(named ? folder : DEFAULT_FOLDER, target);
	if (!named && !is_socket(target))
		snprintf(target, DIAL_TARGET_MAX, "%s", DEFAULT_ADDRESS);
}

bool
dial_split(const char *target, char host[256], char port[16])
{
	const char *colon = strrchr(target, ':');
	const char *start = target;
	if (colon == NULL || colon == target || colon[1] == '\0' || strlen(colon + 1) >= 16)
		return false;
	const char *end = colon;
	if (start[0] == '[') {
		if (end[-1] != ']')
			return false;
		start++;
		end--;
	}
	if (end <= start || end - start >= 256 ||
		colon[1 + strspn(colon + 1, "0123456789")] != '\0')
		return false;
	snprintf(host, 256, "%.*s", (int)(end - start), start);
	snprintf(port, 16, "%s", colon + 1);
	return true;
}

static enum status
dial_socket(const char *path, int *fd, struct fault *fault)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof address.sun_path)
		return fault_set(fault, STATUS_INVALID,
			"the path of a socket may have %zu bytes at most: %s",
			sizeof address.sun_path - 1, path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	int opened = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (opened < 0 || connect(opened, (struct sockaddr *)&address, sizeof address) != 0) {
		int code = errno;
		if (opened >= 0)
			close(opened);
		return fault_system(fault, code, "no server answers at %s", path);
	}
	*fd = opened;
	return STATUS_OK;
}

/* Small requests are to leave at once, and a host that does not answer is not to be waited for. */
static int
connect_address(const struct addrinfo *address)
{
	int yes = 1;
	struct timeval longest = { .tv_sec = CONNECT_SECONDS_MAX };
	int fd = socket(
		address->ai_family, address->ai_socktype | SOCK_CLOEXEC, address->ai_protocol);
	if (fd < 0)
		return -1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &longest, sizeof longest);
	if (connect(fd, address->ai_addr, address->ai_addrlen) == 0)
		return fd;
	int code = errno;
	close(fd);
	errno = code;
	return -1;
}

static enum status
dial_host(const char *target, const char *host, const char *port, int *fd, struct fault *fault)
{
	struct addrinfo wanted = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	int code = getaddrinfo(host, port, &wanted, &found);
	if (code != 0)
		return fault_set(fault, STATUS_INVALID, "%s: %s", target, gai_strerror(code));
	int opened = -1;
	for (const struct addrinfo *one = found; one != NULL && opened < 0; one = one->ai_next)
		opened = connect_address(one);
	code = errno;
	freeaddrinfo(found);
	if (opened < 0)
		return fault_system(fault, code, "no server answers at %s", target);
	*fd = opened;
	return STATUS_OK;
}

enum status
dial(const char *target, int *fd, struct fault *fault)
{
	char host[256], port[16];
	int opened = -1;
	enum status status;
	if (strchr(target, '/') == NULL && !is_socket(target) && dial_split(target, host, port))
		status = dial_host(target, host, port, &opened, fault);
	else
		status = dial_socket(target, &opened, fault);
	if (status != STATUS_OK)
		return status;
	fcntl(opened, F_SETFL, fcntl(opened, F_GETFL) | O_NONBLOCK);
	*fd = opened;
	return STATUS_OK;
}
