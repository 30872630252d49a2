/* What is to be taken away (see leftover.h). */
#include "leftover.h"

#include "releases.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/must.h"

struct doomed_file {
	struct doomed_file *next;
	uint64_t after;
	char path[RELEASE_PATH_MAX];
};

struct leftovers {
	uv_loop_t *loop;
	struct store *store;
	struct loaded_release *releases;
	struct doomed_file *files;

	/* What the worker has. */
	uv_work_t work;
	bool is_working;
	struct loaded_release *taken_release;
	struct doomed_file *taken_file;
	uint64_t rounds; /* with a file: begun and ended */
};

struct leftovers *
leftovers_new(uv_loop_t *loop, struct store *store)
{
	struct leftovers *leftovers = memory_new_zeroed(1, sizeof *leftovers);
	if (leftovers == NULL)
		return NULL;
	leftovers->loop = loop;
	leftovers->store = store;
	leftovers->work.data = leftovers;
	return leftovers;
}

struct doomed_file *
doomed_file_new(const char *path)
{
	struct doomed_file *file = memory_new_zeroed(1, sizeof *file);
	must(strlen(path) < sizeof file->path);
	if (file != NULL)
		strcpy(file->path, path);
	return file;
}

void
doomed_file_free(struct doomed_file *file)
{
	memory_free(file);
}

/* ---- taking away ---- */

static void
free_releases(struct loaded_release *first)
{
	while (first != NULL) {
		struct loaded_release *next = first->next_left;
		loaded_release_free(first);
		first = next;
	}
}

static void
remove_file(struct doomed_file *file)
{
	struct fault fault;
	if (file != NULL && disk_exists(file->path) && disk_remove(file->path, &fault) != STATUS_OK)
		log_fault(LOG_WARN, "a deleted release leaves its bundle", &fault);
	memory_free(file);
}

static void
work_called(uv_work_t *work)
{
	struct leftovers *leftovers = work->data;
	free_releases(leftovers->taken_release);
	remove_file(leftovers->taken_file);
}

static void
work_done(uv_work_t *work, int status)
{
	struct leftovers *leftovers = work->data;
	must(status == 0 && leftovers->is_working);
	leftovers->rounds += leftovers->taken_file != NULL;
	leftovers->taken_release = NULL;
	leftovers->taken_file = NULL;
	leftovers->is_working = false;
}

/* The first file whose entry is durable, taken out. */
static struct doomed_file *
take_file(struct leftovers *leftovers)
{
	struct doomed_file **place = &leftovers->files;
	while (*place != NULL && (*place)->after >= store_durable(leftovers->store))
		place = &(*place)->next;
	struct doomed_file *file = *place;
	if (file != NULL)
		*place = file->next;
	return file;
}

void
leftovers_turn(struct leftovers *leftovers)
{
	if (leftovers->is_working || (leftovers->releases == NULL && leftovers->files == NULL))
		return;
	leftovers->taken_release = leftovers->releases;
	leftovers->taken_file = take_file(leftovers);
	leftovers->releases = NULL;
	if (leftovers->taken_release == NULL && leftovers->taken_file == NULL)
		return;
	int code = uv_queue_work(leftovers->loop, &leftovers->work, work_called, work_done);
	must(code == 0);
	leftovers->is_working = true;
	leftovers->rounds += leftovers->taken_file != NULL;
}

void
leftovers_free(struct leftovers *leftovers)
{
	if (leftovers == NULL)
		return;
	while (leftovers->is_working)
		uv_run(leftovers->loop, UV_RUN_ONCE);
	free_releases(leftovers->releases);
	struct doomed_file *file;
	while ((file = take_file(leftovers)) != NULL)
		remove_file(file);
	while ((file = leftovers->files) !=
		NULL) { /* what may still come to nothing keeps its file */
		leftovers->files = file->next;
		memory_free(file);
	}
	memory_free(leftovers);
}

/* ---- adding ---- */

void
leftovers_add_release(struct leftovers *leftovers, struct loaded_release *loaded)
{
	if (loaded == NULL)
		return;
	loaded->next_left = leftovers->releases;
	leftovers->releases = loaded;
}

void
leftovers_add_file(struct leftovers *leftovers, struct doomed_file *file, uint64_t after)
{
	file->after = after;
	file->next = leftovers->files;
	leftovers->files = file;
}

bool
leftovers_spare_file(struct leftovers *leftovers, const char *path, uint64_t since)
{
	for (struct doomed_file **place = &leftovers->files; *place != NULL;
		place = &(*place)->next) {
		struct doomed_file *file = *place;
		if (strcmp(file->path, path) != 0)
			continue;
		*place = file->next;
		memory_free(file);
		break;
	}
	return leftovers->rounds == since && leftovers->taken_file == NULL;
}

uint64_t
leftovers_rounds(const struct leftovers *leftovers)
{
	return leftovers->rounds;
}
