/* Releases from bundles, on any thread (see releases.h). */
#include "releases.h"

#include "base/log.h"
#include "base/memory.h"
#include "base/must.h"

#include <stdio.h>

/* Warnings of a release that are logged when it is loaded; a catalog may have thousands. */
enum { WARNINGS_LOGGED_MAX = 10 };

void
loaded_release_free(struct loaded_release *loaded)
{
	if (loaded == NULL)
		return;
	host_free(loaded->host);
	release_drop(loaded->release);
	memory_free(loaded);
}

void
releases_path(const char *data_directory, const char name[SHA256_HEX], char path[RELEASE_PATH_MAX])
{
	snprintf(path, RELEASE_PATH_MAX, "%s/releases/%.*s.bundle", data_directory, SHA256_HEX,
		name);
}

/* Makes the host, and takes over the release. */
static enum status
host(struct release *release, struct loaded_release **loaded, struct fault *fault)
{
	struct loaded_release *made = memory_new_zeroed(1, sizeof *made);
	if (made == NULL) {
		release_drop(release);
		return fault_set(fault, STATUS_MEMORY, "no memory for a release");
	}
	made->release = release;
	enum status status = host_new(release, NULL, &made->host, fault);
	if (status != STATUS_OK) {
		loaded_release_free(made);
		return status;
	}
	struct text name = release_name(release);
	must(name.size == SHA256_HEX);
	memcpy(made->name, name.data, SHA256_HEX);
	made->image = release_image(release);
	made->number = release_number(release);
	*loaded = made;
	return STATUS_OK;
}

enum status
releases_build(struct bytes bundle, struct loaded_release **loaded, struct findings *findings,
	struct fault *fault)
{
	struct release *release;
	enum status status = release_build(bundle, &release, findings, fault);
	return status == STATUS_OK ? host(release, loaded, fault) : status;
}

static struct bytes
bytes_of(const struct buffer *buffer)
{
	return (struct bytes){ buffer->data, buffer->size };
}

/* What is said of an older release, since the checker of this program may not let it pass any more. */
static void
log_warnings(struct bytes bundle, const struct release *release, const struct findings *findings)
{
	size_t left = bundle_language(bundle) < LANGUAGE_VERSION ? WARNINGS_LOGGED_MAX : 0;
	for (size_t i = 0; i < findings->count && left > 0; i++) {
		const struct finding *one = &findings->list[i];
		if (one->severity != FINDING_WARNING)
			continue;
		log_event(LOG_WARN, "release %.12s: %.*s:%u: %.*s: %.*s",
			release_name(release).data, TEXT_ARGS(one->file), one->line,
			TEXT_ARGS(one->rule), TEXT_ARGS(one->say_en));
		left--;
	}
}

enum status
releases_load_texts(const char *path, struct release **release, struct fault *fault)
{
	struct buffer bundle;
	struct findings findings;
	buffer_init(&bundle, BUNDLE_BYTES_MAX);
	findings_init(&findings);
	enum status status = disk_read_file(path, &bundle, fault);
	if (status == STATUS_OK)
		status = release_load(bytes_of(&bundle), release, &findings, fault);
	if (status == STATUS_OK)
		log_warnings(bytes_of(&bundle), *release, &findings);
	findings_release(&findings);
	buffer_release(&bundle);
	return status;
}

enum status
releases_load(const char *path, struct loaded_release **loaded, struct fault *fault)
{
	struct release *release;
	enum status status = releases_load_texts(path, &release, fault);
	return status == STATUS_OK ? host(release, loaded, fault) : status;
}
