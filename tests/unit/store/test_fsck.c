/*
 * fsck finds every damage by its name, and finds nothing in what a kill leaves. One folder is made
 * by a load; each test has a copy of it, damages it in one way at a random place, and says what
 * must be found.
 */
#include "damaged.h"

#include "../../../store/fsck.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>

#include <cmocka.h>

enum { ACCOUNTS = 150, TASKS = 9000, TAIL_TASKS = 300, LISTED_MAX = 400 };

static char scratch[256];
static char base_clean[300], base_killed[300];
static char data[300];
static struct living living;
static struct random chance;
static struct row row;
static struct run_ids run;
static struct state_record record;

/* ---- the folders ---- */

static void
do_task(struct task task)
{
	uint64_t position;
	if (bank_do(&living, &task, &position) != STATUS_OK) {
		fprintf(stderr, "%s\n", living.fault.text);
		abort();
	}
}

static void
load(size_t tasks, uint64_t *next_id)
{
	for (size_t i = 0; i < tasks; i++) {
		struct task task = bank_random_task(&chance, ACCOUNTS, next_id);
		task.at_ms = living.now_ms - (int64_t)random_below(&chance, 20) * LIVING_DAY_MS / 2;
		do_task(task);
		if (task.kind == TASK_REFUSE && random_below(&chance, 2) == 0) {
			task.kind = TASK_CHARGE;
			task.amount = 7;
			task.attempt = 2;
			do_task(task);
		}
		if (random_below(&chance, 8) == 0)
			living_turn(&living, false);
		if (i % 1000 == 0) {
			living.now_ms += LIVING_DAY_MS;
			living_turn(&living, false);
		}
	}
}

/* A release with its bundle, as the engine keeps it. */
static void
publish(const char *directory)
{
	static const char content[] = "a bundle";
	static struct draft draft;
	char name[SHA256_HEX + 1] = "", path[600];
	uint8_t digest[SHA256_BYTES], place[64];
	struct record_key key;
	struct bytes ignored;
	uint64_t position;
	const struct bytes bundle = { (const uint8_t *)content, sizeof content };
	struct field_writer writer = fields_into(place, sizeof place);
	const struct release_record release = {
		.size = sizeof content, .by = TEXT("me"), .catalog = TEXT("c")
	};
	sha256(bundle, digest);
	hex_encode(digest, sizeof digest, name);
	snprintf(path, sizeof path, "%s/releases", directory);
	if (disk_make_directory(path, NULL) != STATUS_OK)
		abort();
	snprintf(path, sizeof path, "%s/releases/%s.bundle", directory, name);
	if (disk_write_file(path, bundle, NULL) != STATUS_OK)
		abort();
	key_of_text(&key, TABLE_RELEASE, text_of(name));
	release_record_write(&writer, &release);
	draft_begin(&draft, &living, ENTRY_RELEASE);
	while (draft_find(&draft, &key, &ignored) == LOOKUP_COLD)
		living_wait_record(&living, &key);
	draft_effect(&draft, &key, fields_written(&writer));
	while (store_append(living.store, &draft.entry, draft.effects, &position, NULL) ==
		STATUS_BUSY)
		living_turn(&living, true);
}

/* A load whose last part no checkpoint has seen, and no end. */
static void
load_and_die(const char *directory, uint64_t next_id)
{
	pid_t child = fork();
	if (child == 0) {
		living_init(&living, directory);
		living.settings.checkpoint_ms = 3600000;
		living.settings.behind_bytes_max = (uint64_t)1 << 30;
		if (living_open(&living) != STATUS_OK) {
			fprintf(stderr, "%s\n", living.fault.text);
			_exit(1);
		}
		load(TAIL_TASKS, &next_id);
		if (!living_settle(&living))
			_exit(2);
		raise(SIGKILL);
	}
	int ended;
	if (waitpid(child, &ended, 0) != child || !WIFSIGNALED(ended))
		abort();
}

static int
make_bases(void **state)
{
	(void)state;
	uint64_t next_id = 0;
	chance.state = random_seed("fsck");
	scratch_make_fast(scratch);
	snprintf(base_clean, sizeof base_clean, "%s/clean", scratch);
	snprintf(base_killed, sizeof base_killed, "%s/killed", scratch);
	snprintf(data, sizeof data, "%s/data", scratch);
	living_init(&living, base_clean);
	if (living_open(&living) != STATUS_OK)
		fail_msg("%s", living.fault.text);
	for (uint64_t account = 0; account < ACCOUNTS; account++)
		do_task((struct task){ .kind = TASK_OPEN, .account = account, .amount = 1000000 });
	publish(base_clean);
	load(TASKS, &next_id);
	if (living_close(&living) != STATUS_OK)
		fail_msg("%s", living.fault.text);
	tree_copy(base_clean, base_killed);
	load_and_die(base_killed, next_id);
	return 0;
}

static int
remove_bases(void **state)
{
	(void)state;
	tree_remove(scratch);
	return 0;
}

/* ---- checking ---- */

struct listed {
	size_t count;
	struct {
		char name[40];
		char where[200];
		char what[200];
	} list[LISTED_MAX];
};

static struct listed listed;
static struct fsck_report report;
static uint64_t progress_last;

static void
list_finding(void *context, const struct fsck_finding *finding)
{
	(void)context;
	if (listed.count == LISTED_MAX)
		abort();
	snprintf(listed.list[listed.count].name, 40, "%s", fsck_name(finding->name));
	snprintf(listed.list[listed.count].where, 200, "%s", finding->where);
	snprintf(listed.list[listed.count++].what, 200, "%s", finding->what);
}

static void
take_progress(void *context, uint64_t done, uint64_t total)
{
	(void)context;
	assert_true(done >= progress_last && done <= total);
	progress_last = done;
}

static enum status
check(struct fault *fault)
{
	const struct fsck_options options = { .found = list_finding, .progress = take_progress };
	listed.count = 0;
	progress_last = 0;
	return fsck_run(data, &options, &report, fault);
}

static void
show_findings(void)
{
	for (size_t i = 0; i < listed.count; i++)
		printf("             %s: %s: %s\n", listed.list[i].name, listed.list[i].where,
			listed.list[i].what);
}

static void
assert_clean(void)
{
	struct fault fault;
	if (check(&fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	if (listed.count > 0)
		show_findings();
	assert_int_equal(listed.count, 0);
	assert_int_equal(report.findings, 0);
	assert_int_equal(progress_last, report.total);
}

static void
assert_found(const char *name)
{
	struct fault fault;
	if (check(&fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	for (size_t i = 0; i < listed.count; i++) {
		if (strcmp(listed.list[i].name, name) == 0)
			return;
	}
	show_findings();
	fail_msg("%s was not found", name);
}

/* Nothing else is: the damage is not told in several ways. */
static void
assert_found_alone(const char *name)
{
	assert_found(name);
	for (size_t i = 0; i < listed.count; i++) {
		if (strcmp(listed.list[i].name, name) != 0) {
			show_findings();
			fail_msg("%s was found besides", listed.list[i].name);
		}
	}
}

/* ---- places ---- */

static struct journal_place
place_of_data(void)
{
	struct folder folder;
	if (folder_open_existing(&folder, data, NULL) != STATUS_OK)
		abort();
	struct journal_place place = folder_journal(&folder);
	folder_close(&folder);
	return place;
}

static void
load_row(void)
{
	struct journal_place place = place_of_data();
	row_load(&row, &place);
	assert_true(row.count > 30 && journal_segment_of(&place, row.end) >= 4);
}

static void
save_row(void)
{
	row_save(&row);
	row_release(&row);
}

/* A frame that is not among the last, so that the row goes on behind it. */
static size_t
some_frame(void)
{
	return 5 + random_below(&chance, row.count - 10);
}

static void
data_path(const char *name, char path[600])
{
	snprintf(path, 600, "%s/%s", data, name);
}

static void
some_run(char path[600])
{
	struct database_meta meta = state_meta(data);
	assert_true(meta.run_count > 0);
	snprintf(path, 600, "%s/ids/%016llx.ids", data, (unsigned long long)meta.runs[0].number);
}

static void
flip(const char *path, uint64_t offset)
{
	FILE *file = fopen(path, "r+b");
	assert_non_null(file);
	fseek(file, (long)offset, SEEK_SET);
	int c = fgetc(file);
	assert_true(c != EOF);
	fseek(file, (long)offset, SEEK_SET);
	fputc(c ^ (1 << random_below(&chance, 8)), file);
	fclose(file);
}

static uint64_t
size_of(const char *path)
{
	struct stat stat_buffer;
	assert_int_equal(stat(path, &stat_buffer), 0);
	return (uint64_t)stat_buffer.st_size;
}

/* ---- frames ---- */

static void
flipped_bit_in_a_frame(void **state)
{
	(void)state;
	load_row();
	const struct row_frame *one = &row.frames[some_frame()];
	size_t offset = FRAME_HEADER_BYTES +
		random_below(&chance, one->frame.size - FRAME_HEADER_BYTES);
	one->at[offset] ^= (uint8_t)(1 << random_below(&chance, 8));
	save_row();
	assert_found_alone("frame_checksum");
}

/* The first frame of a segment, so that what is free in the one before lies between. */
static const struct row_frame *
some_first_frame(void)
{
	const struct row_frame *one;
	do
		one = &row.frames[some_frame()];
	while (one->frame.position == 0 || journal_offset_of(&row.place, one->frame.position) != 0);
	return one;
}

static void
damage_at_the_start_of_a_segment_is_found_there(void **state)
{
	(void)state;
	for (int round = 0; round < 2; round++) {
		char offset[40];
		load_row();
		const struct row_frame *one = some_first_frame();
		one->at[round == 0 ? FRAME_HEADER_BYTES + 10 : 10] ^= 1;
		snprintf(offset, sizeof offset, "(position %llu)",
			(unsigned long long)one->frame.position);
		save_row();
		assert_found_alone(round == 0 ? "frame_checksum" : "frame_header");
		assert_non_null(strstr(listed.list[0].where, offset));
		tree_remove(data);
		tree_copy(base_clean, data);
	}
}

static void
flipped_bit_in_a_header(void **state)
{
	(void)state;
	load_row();
	row.frames[some_frame()].at[random_below(&chance, FRAME_HEADER_BYTES)] ^= 4;
	save_row();
	assert_found_alone("frame_header");
}

static void
frame_that_chains_to_another(void **state)
{
	(void)state;
	load_row();
	struct row_frame *one = &row.frames[some_frame()];
	one->frame.previous ^= 1;
	frame_seal(&one->frame, one->at);
	save_row();
	assert_found("frame_chain");
}

static void
zeros_in_place_of_a_frame(void **state)
{
	(void)state;
	load_row();
	const struct row_frame *one = &row.frames[some_frame()];
	memset(one->at, 0, size_round_up(one->frame.size, DISK_BLOCK));
	save_row();
	assert_found_alone("frame_missing");
}

/* Two frames side by side that take as many blocks. */
static size_t
some_pair(void)
{
	for (;;) {
		size_t index = some_frame();
		const struct row_frame *one = &row.frames[index];
		size_t size = size_round_up(one->frame.size, DISK_BLOCK);
		if (size_round_up(one[1].frame.size, DISK_BLOCK) == size &&
			one[1].at == one->at + size)
			return index;
	}
}

static void
swapped_frames(void **state)
{
	(void)state;
	load_row();
	const struct row_frame *one = &row.frames[some_pair()];
	size_t size = size_round_up(one->frame.size, DISK_BLOCK);
	uint8_t *copy = malloc(size);
	memcpy(copy, one->at, size);
	memcpy(one->at, one[1].at, size);
	memcpy(one[1].at, copy, size);
	free(copy);
	save_row();
	assert_found_alone("frame_misplaced");
}

static void
frame_that_is_there_twice(void **state)
{
	(void)state;
	load_row();
	const struct row_frame *one = &row.frames[some_pair()];
	memcpy(one[1].at, one->at, size_round_up(one->frame.size, DISK_BLOCK));
	save_row();
	assert_found_alone("frame_misplaced");
}

static void
segment_that_is_missing(void **state)
{
	(void)state;
	char path[DISK_PATH_MAX];
	struct journal_place place = place_of_data();
	segment_path(&place, 1 + random_below(&chance, 2), path);
	assert_int_equal(unlink(path), 0);
	assert_found_alone("segment_missing");
}

static void
segment_that_is_cut_short(void **state)
{
	(void)state;
	char path[DISK_PATH_MAX];
	struct journal_place place = place_of_data();
	segment_path(&place, 1 + random_below(&chance, 2), path);
	assert_int_equal(truncate(path, (off_t)(4096 + random_below(&chance, 700000))), 0);
	assert_found_alone("segment_size");
}

static void
segment_that_is_too_long(void **state)
{
	(void)state;
	char path[DISK_PATH_MAX];
	struct journal_place place = place_of_data();
	segment_path(&place, 1, path);
	assert_int_equal(truncate(path, (off_t)place.segment_bytes + 4096), 0);
	assert_found("segment_size");
}

static void
several_damages(void **state)
{
	(void)state;
	load_row();
	row.frames[6].at[FRAME_HEADER_BYTES + 9] ^= 1;
	row.frames[row.count / 2].at[3] ^= 1;
	memset(row.frames[row.count - 8].at, 0, DISK_BLOCK);
	save_row();
	assert_found("frame_checksum");
	assert_found("frame_header");
	assert_found("frame_missing");
	if (listed.count != 3)
		show_findings();
	assert_int_equal(listed.count, 3);
}

/* ---- entries, forged with right checksums ---- */

static struct effect
first_effect(const struct spot *spot)
{
	struct bytes rest = spot->entry.effect_bytes;
	struct effect effect = { 0 };
	effect_next(&rest, &effect);
	return effect;
}

static bool
is_charge(const struct spot *spot)
{
	return spot->entry.kind == ENTRY_CHARGE && spot->frame > 5;
}

static bool
is_chained_charge(const struct spot *spot)
{
	return is_charge(spot) && first_effect(spot).previous != 0;
}

static bool
is_posted(const struct spot *spot)
{
	return is_charge(spot) && spot->entry.posting_count > 0;
}

static bool
is_refusal(const struct spot *spot)
{
	return spot->entry.kind == ENTRY_REFUSAL;
}

static struct spot
some_entry(bool (*wanted)(const struct spot *spot))
{
	struct spot spot;
	load_row();
	if (!row_find(&row, &chance, wanted, &spot))
		abort();
	return spot;
}

static void
save_forged(const struct spot *spot)
{
	row_seal(&row, spot->frame, true);
	save_row();
}

static uint8_t *
writable(const uint8_t *at)
{
	return (uint8_t *)(uintptr_t)at;
}

static void
wrong_balance(void **state)
{
	(void)state;
	struct spot spot = some_entry(is_charge);
	uint8_t *value = writable(first_effect(&spot).value.data);
	store_i64(value, load_i64(value) + 1);
	save_forged(&spot);
	assert_found("balance_sum");
}

static void
wrong_counter(void **state)
{
	(void)state;
	struct spot spot = some_entry(is_charge);
	struct bytes rest = spot.entry.effect_bytes;
	struct effect effect;
	while (effect_next(&rest, &effect) && effect.table != TABLE_COUNTER)
		;
	assert_int_equal(effect.table, TABLE_COUNTER);
	store_i64(writable(effect.value.data), load_i64(effect.value.data) + 60);
	save_forged(&spot);
	assert_found("balance_sum");
}

static void
broken_previous(void **state)
{
	(void)state;
	struct spot spot = some_entry(is_chained_charge);
	uint8_t *effect = writable(spot.entry.effect_bytes.data);
	store_u32(effect + 4, load_u32(effect + 4) - 1);
	save_forged(&spot);
	assert_found("previous_chain");
}

static void
previous_that_is_forgotten(void **state)
{
	(void)state;
	struct spot spot = some_entry(is_chained_charge);
	memset(writable(spot.entry.effect_bytes.data) + 4, 0, 6);
	save_forged(&spot);
	assert_found("previous_chain");
}

static void
unbalanced_postings(void **state)
{
	(void)state;
	struct spot spot = some_entry(is_posted);
	/* side, then the lowest seven bits of the amount: one bit of them is no other length. */
	writable(spot.entry.posting_bytes.data)[1] ^= 2;
	save_forged(&spot);
	assert_found("postings_unbalanced");
}

static void
malformed_record(void **state)
{
	(void)state;
	struct spot spot = some_entry(is_charge);
	writable(first_effect(&spot).value.data)[28] = 99; /* the kind of the balance */
	save_forged(&spot);
	assert_found("record_malformed");
}

static void
malformed_entry(void **state)
{
	(void)state;
	struct spot spot = some_entry(is_charge);
	spot.at[40] = 77; /* its kind */
	row_seal(&row, spot.frame, true);
	save_row();
	assert_found("entry_malformed");
}

static void
wrong_checksum_of_an_entry(void **state)
{
	(void)state;
	struct spot spot = some_entry(is_charge);
	spot.at[60] ^= 1;
	row_seal(&row, spot.frame, false);
	save_row();
	assert_found("entry_malformed");
}

static void
refusal_that_changes_something(void **state)
{
	(void)state;
	struct spot spot = some_entry(is_charge);
	spot.at[40] = ENTRY_REFUSAL;
	save_forged(&spot);
	assert_found("entry_kind");
}

static void
entry_from_the_future(void **state)
{
	(void)state;
	struct spot spot = some_entry(is_charge);
	store_i64(spot.at + 24, load_i64(spot.at + 24) + 400 * LIVING_DAY_MS);
	save_forged(&spot);
	assert_found("entry_time");
}

static struct spot doubled;

static bool
is_charge_with_as_long_an_id(const struct spot *spot)
{
	return spot->entry.kind != ENTRY_REFUSAL &&
		spot->entry.scope.size == doubled.entry.scope.size &&
		spot->entry.id.size == doubled.entry.id.size && spot->position != doubled.position;
}

static void
id_decided_twice(void **state)
{
	(void)state;
	struct spot other;
	doubled = some_entry(is_charge);
	assert_true(row_find(&row, &chance, is_charge_with_as_long_an_id, &other));
	memcpy(writable((const uint8_t *)other.entry.scope.data), doubled.entry.scope.data,
		other.entry.scope.size);
	memcpy(writable((const uint8_t *)other.entry.id.data), doubled.entry.id.data,
		other.entry.id.size);
	save_forged(other.frame < doubled.frame ? &other : &doubled);
	/* The runs have the id once, and another that is gone. */
	assert_found("id_missing");
	assert_found("run_entry");
	/* Without a state to tell of runs, the journal alone is looked at. */
	char path[600];
	data_path("state", path);
	tree_remove(path);
	assert_found("id_twice");
}

static bool
is_in_tail(const struct spot *spot)
{
	return spot->frame + 4 > row.count && spot->entry.kind == ENTRY_CHARGE;
}

static void
id_decided_twice_behind_the_boundary(void **state)
{
	(void)state;
	struct spot old = some_entry(is_charge), spot;
	uint8_t entry_bytes[4096];
	char names[200];
	assert_true(row_find(&row, &chance, is_in_tail, &spot));
	memcpy(entry_bytes, spot.at, load_u32(spot.at));
	memcpy(names, old.entry.scope.data, old.entry.scope.size);
	memcpy(names + 100, old.entry.id.data, old.entry.id.size);
	struct entry again = { .kind = ENTRY_TOPUP,
		.attempt = 1,
		.at_ms = old.entry.at_ms,
		.made_ms = row.frames[row.count - 1].frame.time_ms,
		.scope = { names, old.entry.scope.size },
		.id = { names + 100, old.entry.id.size } };
	row_append(&row, &again);
	save_row();
	assert_found_alone("id_twice");
}

static void
refusal_decided_anew_with_the_same_attempt(void **state)
{
	(void)state;
	struct spot old = some_entry(is_refusal);
	struct entry again = old.entry;
	again.effect_count = again.posting_count = 0;
	again.made_ms = row.frames[row.count - 1].frame.time_ms;
	row_append(&row, &again);
	save_row();
	assert_found_alone("id_twice");
}

/* An entry behind the end of a folder that was killed. */
static struct entry
forged_entry(void)
{
	return (struct entry){ .kind = ENTRY_PUT,
		.made_ms = row.frames[row.count - 1].frame.time_ms };
}

static const uint8_t COUNTER_VALUE[8] = { 5 };

static struct bytes
forged_counter(struct record_key *key)
{
	key_of_counter(key, TEXT("nobody"), TEXT("p"), TEXT("a"), 3);
	return (struct bytes){ COUNTER_VALUE, sizeof COUNTER_VALUE };
}

static void
record_changed_twice(void **state)
{
	(void)state;
	struct record_key key;
	load_row();
	struct bytes value = forged_counter(&key);
	struct entry entry = forged_entry();
	const struct effect effect = {
		.table = TABLE_COUNTER, .key = { key.data, key.size }, .value = value
	};
	const struct effect effects[] = { effect, effect };
	const struct posting postings[] = {
		{ .side = 0, .amount = 5, .unit = TEXT("second") },
		{ .side = POSTING_BOOK,
			.book = TEXT("used"),
			.amount = -5,
			.unit = TEXT("second") },
	};
	entry.effects = effects;
	entry.effect_count = 2;
	entry.postings = postings;
	entry.posting_count = 2;
	row_append(&row, &entry);
	save_row();
	assert_found_alone("record_twice");
}

static void
record_that_did_not_begin_at_nothing(void **state)
{
	(void)state;
	struct record_key key;
	load_row();
	struct bytes value = forged_counter(&key);
	struct entry entry = forged_entry();
	const struct effect effect = {
		.table = TABLE_COUNTER, .key = { key.data, key.size }, .value = value
	};
	entry.effects = &effect;
	entry.effect_count = 1;
	row_append(&row, &entry);
	save_row();
	assert_found_alone("balance_sum");
}

static void
posting_on_a_record_without_an_amount(void **state)
{
	(void)state;
	load_row();
	struct entry entry = forged_entry();
	const struct effect effect = { .table = TABLE_SETTING,
		.key = { (const uint8_t *)"new", 3 },
		.value = { COUNTER_VALUE, 8 } };
	const struct posting postings[] = {
		{ .side = 0, .amount = 5, .unit = TEXT("CNY") },
		{ .side = POSTING_BOOK, .book = TEXT("used"), .amount = -5, .unit = TEXT("CNY") },
	};
	entry.effects = &effect;
	entry.effect_count = 1;
	entry.postings = postings;
	entry.posting_count = 2;
	row_append(&row, &entry);
	save_row();
	assert_found_alone("posting_side");
}

static void
posting_in_another_unit(void **state)
{
	(void)state;
	struct record_key key;
	uint8_t place[128];
	struct field_writer writer = fields_into(place, sizeof place);
	const struct balance balance = {
		.amount = 5, .kind = BALANCE_CASH, .unit = TEXT("CNY"), .span = SPAN_ALWAYS
	};
	load_row();
	key_of_balance(&key, TEXT("nobody"), TEXT("main"));
	balance_write(&writer, &balance);
	struct entry entry = forged_entry();
	const struct effect effect = { .table = TABLE_BALANCE,
		.key = { key.data, key.size },
		.value = fields_written(&writer) };
	const struct posting postings[] = {
		{ .side = 0, .amount = 5, .unit = TEXT("USD") },
		{ .side = POSTING_BOOK, .book = TEXT("used"), .amount = -5, .unit = TEXT("USD") },
	};
	entry.effects = &effect;
	entry.effect_count = 1;
	entry.postings = postings;
	entry.posting_count = 2;
	row_append(&row, &entry);
	save_row();
	assert_found_alone("posting_unit");
}

static void
frame_whose_time_fell(void **state)
{
	(void)state;
	load_row();
	struct entry entry = forged_entry();
	struct row_frame *one = row_append(&row, &entry);
	one->frame.time_ms--;
	frame_seal(&one->frame, one->at);
	save_row();
	assert_found("frame_order");
}

static void
frame_that_counts_wrong(void **state)
{
	(void)state;
	load_row();
	struct entry entry = forged_entry();
	uint8_t answer[400] = { 0 };
	entry.answer = (struct bytes){ answer, sizeof answer };
	struct row_frame *one = row_append(&row, &entry);
	one->frame.count = 2;
	frame_seal(&one->frame, one->at);
	save_row();
	assert_found("frame_entries");
}

/* ---- ids ---- */

static void
run_that_is_flipped(void **state)
{
	(void)state;
	char path[600];
	some_run(path);
	/*
	 * Its header's zeros and the padding behind the fences are covered by nothing and read by
	 * nobody.
	 */
	flip(path, 4096 * (1 + random_below(&chance, 2)) + random_below(&chance, 256));
	assert_found_alone("run_damaged");
}

static void
block_of_a_run_that_is_flipped(void **state)
{
	(void)state;
	char path[600];
	some_run(path);
	flip(path, size_of(path) - 1 - random_below(&chance, ID_BLOCK_BYTES));
	assert_found_alone("run_damaged");
}

static void
run_that_is_cut_short(void **state)
{
	(void)state;
	char path[600];
	some_run(path);
	assert_int_equal(truncate(path, (off_t)random_below(&chance, size_of(path))), 0);
	assert_found_alone("run_damaged");
}

static void
run_that_is_missing(void **state)
{
	(void)state;
	char path[600];
	some_run(path);
	assert_int_equal(unlink(path), 0);
	assert_found_alone("run_missing");
}

/* Reads a run, and writes it again after a change. */
static void
rewrite_run(void (*change)(void))
{
	struct database_meta meta = state_meta(data);
	struct journal_place place = place_of_data();
	char path[600], directory[600];
	some_run(path);
	data_path("ids", directory);
	run_read(path, place.folder, &run);
	change();
	const struct id_place ids = { .directory = directory, .folder = place.folder };
	run_write(&ids, meta.runs[0].number, &run);
}

static void
lose_one(void)
{
	size_t place = random_below(&chance, run.count);
	memmove(&run.ids[place], &run.ids[place + 1], (run.count - place - 1) * sizeof run.ids[0]);
	run.count--;
}

static void
invent_one(void)
{
	struct id_entry *last = &run.ids[run.count - 1];
	run.ids[run.count] = *last;
	run.ids[run.count++].hash.high++;
}

static void
move_one(void)
{
	run.ids[random_below(&chance, run.count)].day++;
}

static void
run_that_lacks_an_id(void **state)
{
	(void)state;
	rewrite_run(lose_one);
	assert_found_alone("id_missing");
	assert_int_equal(report.findings, 1);
}

static void
run_with_an_id_of_nobody(void **state)
{
	(void)state;
	rewrite_run(invent_one);
	assert_found_alone("run_entry");
	assert_int_equal(report.findings, 1);
}

static void
run_with_a_wrong_day(void **state)
{
	(void)state;
	rewrite_run(move_one);
	assert_found_alone("run_entry");
}

static void
list_that_lost_a_run(void **state)
{
	(void)state;
	struct database_meta meta = state_meta(data);
	meta.run_count--;
	state_put_meta(data, &meta);
	assert_found_alone("id_missing");
	assert_true(report.findings > FSCK_TOLD_MAX || report.findings == listed.count);
}

/* ---- the state ---- */

static void
flipped_value_in_the_state(void **state)
{
	(void)state;
	char path[600];
	static uint8_t pages[8 << 20];
	data_path("state/data.mdb", path);
	state_get(data, TABLE_CUSTOMER, random_below(&chance, ACCOUNTS), &record);
	FILE *file = fopen(path, "r+b");
	size_t size = fread(pages, 1, sizeof pages, file);
	unsigned flipped = 0;
	/* Old copies of the page are flipped with it. */
	for (uint8_t *at = pages;
		(at = memmem(at, size - (size_t)(at - pages), record.key, record.key_size)) != NULL;
		at++) {
		uint8_t *value = at + record.key_size + 8;
		if (memcmp(value, record.value, record.value_size) == 0) {
			value[1] ^= 1; /* the first letter of the segment: no table can tell */
			flipped++;
		}
	}
	assert_true(flipped > 0);
	rewind(file);
	fwrite(pages, 1, size, file);
	fclose(file);
	assert_found("state_digest");
	assert_found("state_value");
}

static void
pages_of_the_state_overwritten(void **state)
{
	(void)state;
	char path[600];
	data_path("state/data.mdb", path);
	uint64_t size = size_of(path);
	FILE *file = fopen(path, "r+b");
	/* The two pages at the front say where the trees begin. */
	for (uint64_t offset = 8192; offset < size; offset += 8) {
		uint64_t noise = random_next(&chance);
		fseek(file, (long)offset, SEEK_SET);
		fwrite(&noise, 1, sizeof noise, file);
	}
	fclose(file);
	assert_found_alone("state_damaged");
}

static void
state_that_is_cut_short(void **state)
{
	(void)state;
	char path[600];
	data_path("state/data.mdb", path);
	assert_int_equal(truncate(path, (off_t)(size_of(path) / 4)), 0);
	assert_found_alone("state_damaged");
}

static void
get_some(uint8_t table)
{
	state_get(data, table, random_below(&chance, ACCOUNTS), &record);
}

static void
put_changed(uint8_t table, uint64_t version)
{
	state_put(data, table, (struct bytes){ record.key, record.key_size },
		(struct bytes){ record.value, record.value_size }, version);
}

static void
other_value_in_the_state(void **state)
{
	(void)state;
	get_some(TABLE_BALANCE);
	store_i64(record.value, load_i64(record.value) + 1);
	put_changed(TABLE_BALANCE, record.version);
	assert_found_alone("state_value");
}

static void
other_version_in_the_state(void **state)
{
	(void)state;
	get_some(TABLE_BALANCE);
	put_changed(TABLE_BALANCE, record.version - 8);
	assert_found_alone("state_version");
}

static void
version_from_behind_the_end(void **state)
{
	(void)state;
	struct database_meta meta = state_meta(data);
	get_some(TABLE_BALANCE);
	put_changed(TABLE_BALANCE, meta.applied.position + 4096 + 64);
	assert_found_alone("state_version");
}

static void
record_that_the_state_lost(void **state)
{
	(void)state;
	get_some(TABLE_BALANCE);
	record.value_size = 0;
	put_changed(TABLE_BALANCE, record.version);
	assert_found_alone("state_lost");
}

static void
record_that_nobody_wrote(void **state)
{
	(void)state;
	get_some(TABLE_CUSTOMER);
	record.key[0] = 'K';
	put_changed(TABLE_CUSTOMER, record.version);
	assert_found_alone("state_extra");
}

static void
record_in_another_table(void **state)
{
	(void)state;
	get_some(TABLE_BALANCE);
	put_changed(TABLE_COUNTER, record.version);
	assert_found("state_malformed");
}

static void
applied_ahead_of_the_journal(void **state)
{
	(void)state;
	struct database_meta meta = state_meta(data);
	meta.applied.position += 4096;
	state_put_meta(data, &meta);
	assert_found_alone("applied_ahead");
}

static void
last_segments_lost(void **state)
{
	(void)state;
	char path[DISK_PATH_MAX];
	struct journal_place place = place_of_data();
	for (uint64_t number = 3; number < 40; number++) {
		segment_path(&place, number, path);
		unlink(path);
	}
	assert_found("applied_ahead");
}

static void
applied_to_another_journal(void **state)
{
	(void)state;
	struct database_meta meta = state_meta(data);
	meta.applied.chain ^= 1;
	state_put_meta(data, &meta);
	assert_found_alone("applied_chain");
}

static void
state_of_another_folder(void **state)
{
	(void)state;
	struct database_meta meta = state_meta(data);
	meta.folder ^= 1;
	state_put_meta(data, &meta);
	assert_found_alone("state_folder");
}

static void
clean_mark_on_an_unclean_end(void **state)
{
	(void)state;
	struct database_meta meta = state_meta(data);
	meta.clean = true;
	state_put_meta(data, &meta);
	assert_found_alone("clean_mark");
}

static void
epoch_of_the_past(void **state)
{
	(void)state;
	struct database_meta meta = state_meta(data);
	meta.epoch--;
	state_put_meta(data, &meta);
	assert_found_alone("epoch_behind");
}

static void
remove_first_segment(void)
{
	char path[DISK_PATH_MAX];
	struct journal_place place = place_of_data();
	segment_path(&place, 0, path);
	assert_int_equal(unlink(path), 0);
}

static void
no_state_and_no_beginning(void **state)
{
	(void)state;
	char path[600];
	remove_first_segment();
	data_path("state", path);
	tree_remove(path);
	assert_found_alone("state_missing");
}

static void
state_from_before_the_beginning(void **state)
{
	(void)state;
	struct journal_place place = place_of_data();
	struct database_meta meta = state_meta(data);
	meta.applied = (struct journal_head){ .chain = place.folder };
	state_put_meta(data, &meta);
	remove_first_segment();
	assert_found("segment_missing");
}

/* ---- files ---- */

static void
file_of_somebody_else(void **state)
{
	(void)state;
	static const char *const names[] = { "core", "journal/0000000000000000.segment.bak",
		"state/data.mdb.old", "ids/notes.txt", "releases/readme" };
	char path[600];
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		data_path(names[i], path);
		FILE *file = fopen(path, "wb");
		fclose(file);
		assert_found_alone("unknown_file");
		assert_non_null(strstr(listed.list[0].where, names[i]));
		unlink(path);
	}
	assert_clean();
}

static void
bundle_path(char path[900])
{
	char directory[600];
	data_path("releases", directory);
	DIR *stream = opendir(directory);
	struct dirent *item;
	while ((item = readdir(stream)) != NULL && item->d_name[0] == '.')
		;
	assert_non_null(item);
	snprintf(path, 900, "%s/%s", directory, item->d_name);
	closedir(stream);
}

static void
altered_release(void **state)
{
	(void)state;
	char path[900];
	bundle_path(path);
	flip(path, random_below(&chance, 8));
	assert_found_alone("release_altered");
}

static void
missing_release(void **state)
{
	(void)state;
	char path[900];
	bundle_path(path);
	assert_int_equal(unlink(path), 0);
	assert_found_alone("release_missing");
}

static void
damaged_folder_file(void **state)
{
	(void)state;
	char path[600];
	data_path("folder", path);
	flip(path, 3);
	assert_found_alone("folder_file");
	unlink(path);
	assert_found_alone("folder_file");
}

/* ---- what is no damage ---- */

static void
whole_folder_is_clean_and_counted(void **state)
{
	(void)state;
	assert_clean();
	assert_true(report.entries > TASKS && report.frames > 30 && report.segments > 4);
	assert_true(report.runs > 0 && report.ids > TASKS / 2 && report.records > ACCOUNTS * 5);
	assert_int_equal(report.releases, 1);
}

static void
folder_without_its_state_is_clean(void **state)
{
	(void)state;
	char path[600];
	data_path("state", path);
	tree_remove(path);
	assert_clean();
	data_path("ids", path);
	tree_remove(path);
	assert_clean();
}

static void
journal_that_begins_later_is_clean(void **state)
{
	(void)state;
	remove_first_segment();
	assert_clean();
}

static void
torn_writes_behind_the_end_are_clean(void **state)
{
	(void)state;
	for (int round = 0; round < 6; round++) {
		tree_remove(data);
		tree_copy(base_killed, data);
		load_row();
		struct entry entry = forged_entry();
		static uint8_t answer[20000];
		entry.answer = (struct bytes){ answer, sizeof answer };
		memset(answer, 1 + round, sizeof answer);
		struct row_frame *one = row_append(&row, &entry);
		size_t kept = random_below(&chance, one->frame.size - 1);
		memset(one->at + kept, 0, one->frame.size - kept);
		if (round == 0)
			one->at[0] = 1;
		save_row();
		assert_clean();
	}
}

static void
what_a_kill_leaves_lying_about_is_clean(void **state)
{
	(void)state;
	static const char *const names[] = {
		"ids/00000000deadbeef.ids", "ids/00000000deadbeef.new", "journal/spare-77.filling",
		"journal/spare-78.segment",
		"releases/0123456789012345678901234567890123456789012345678901234567890123.bundle.new"
	};
	char path[600];
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		data_path(names[i], path);
		FILE *file = fopen(path, "wb");
		fputs("half", file);
		fclose(file);
	}
	assert_clean();
}

static void
folder_in_use_is_refused(void **state)
{
	(void)state;
	struct fault fault;
	living_init(&living, data);
	assert_int_equal(living_open(&living), STATUS_OK);
	assert_int_equal(check(&fault), STATUS_BUSY);
	assert_non_null(strstr(fault.text, "in use"));
	assert_int_equal(living_close(&living), STATUS_OK);
	assert_clean();
}

static void
other_folders_are_refused(void **state)
{
	(void)state;
	struct fault fault;
	tree_remove(data);
	assert_int_equal(check(&fault), STATUS_NOT_FOUND);
	mkdir(data, 0700);
	assert_int_equal(check(&fault), STATUS_NOT_FOUND);
}

static uint64_t tree_sum;

static int
add_file(const char *path, const struct stat *stat_buffer, int kind, struct FTW *place)
{
	(void)place;
	tree_sum = hash64(path, strlen(path),
		tree_sum + (uint64_t)stat_buffer->st_mtim.tv_nsec + (uint64_t)stat_buffer->st_size);
	struct buffer content;
	buffer_init(&content, 1 << 30);
	if (kind == FTW_F && disk_read_file(path, &content, NULL) == STATUS_OK)
		tree_sum = hash64(content.data, content.size, tree_sum);
	buffer_release(&content);
	return 0;
}

static uint64_t
sum_of_data(void)
{
	tree_sum = 0;
	nftw(data, add_file, 16, FTW_PHYS);
	return tree_sum;
}

static void
nothing_is_ever_written(void **state)
{
	(void)state;
	struct fault fault;
	uint64_t before = sum_of_data();
	assert_clean();
	assert_true(sum_of_data() == before);
	load_row();
	row.frames[8].at[100] ^= 1;
	save_row();
	before = sum_of_data();
	assert_int_equal(check(&fault), STATUS_OK);
	assert_true(report.findings > 0);
	assert_true(sum_of_data() == before);
}

static void
without_memory_it_is_said(void **state)
{
	(void)state;
	struct fault fault;
	uint64_t number = 1;
	unsigned failed = 0;
	for (;; number++) {
		memory_fail_at(number);
		enum status status = check(&fault);
		bool reached = memory_request_count() >= number;
		memory_fail_at(0);
		/* Also in the process that reads the state. Some requests are for comfort only. */
		assert_true(status == STATUS_MEMORY || (status == STATUS_OK && listed.count == 0));
		if (status == STATUS_OK && !reached)
			break;
		failed += status == STATUS_MEMORY;
	}
	printf("             %llu requests, %u failures told\n", (unsigned long long)number - 1,
		failed);
	assert_true(failed > 5);
}

/* ---- kills ---- */

static void
child_works(uint64_t seed, int to)
{
	struct random own = { seed };
	uint64_t next_id = seed >> 8;
	chance = own;
	living_init(&living, data);
	living.settings.checkpoint_ms = 10;
	if (living_open(&living) != STATUS_OK)
		_exit(1);
	if (write(to, "", 1) != 1)
		_exit(2);
	for (;;)
		load(50, &next_id);
}

static void
kills_at_any_moment_are_clean(void **state)
{
	(void)state;
	enum { KILLS = 20 };
	for (int round = 0; round < KILLS; round++) {
		int ends[2], ended;
		char begun;
		uint64_t seed = random_next(&chance);
		unsigned us = (unsigned)random_below(&chance, 60000);
		assert_int_equal(pipe(ends), 0);
		pid_t child = fork();
		if (child == 0)
			child_works(seed, ends[1]);
		close(ends[1]);
		/* Every third is killed while it opens. */
		if (round % 3 != 0)
			assert_int_equal(read(ends[0], &begun, 1), 1);
		usleep(us);
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &ended, 0), child);
		assert_true(WIFSIGNALED(ended));
		close(ends[0]);
		assert_clean();
	}
	printf("             %d kills, %llu entries: clean\n", KILLS,
		(unsigned long long)report.entries);
}

/* ---- */

static int
copy_base(const char *base)
{
	tree_remove(data);
	tree_copy(base, data);
	listed.count = 0;
	return 0;
}

static int
clean(void **state)
{
	(void)state;
	return copy_base(base_clean);
}

static int
killed(void **state)
{
	(void)state;
	return copy_base(base_killed);
}

static int
put_away(void **state)
{
	(void)state;
	memory_fail_at(0);
	row_release(&row);
	living_close(&living);
	return 0;
}

#define OF(base, name) cmocka_unit_test_setup_teardown(name, base, put_away)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OF(clean, whole_folder_is_clean_and_counted),
		OF(killed, whole_folder_is_clean_and_counted),
		OF(clean, folder_without_its_state_is_clean),
		OF(killed, folder_without_its_state_is_clean),
		OF(clean, journal_that_begins_later_is_clean),
		OF(killed, torn_writes_behind_the_end_are_clean),
		OF(killed, what_a_kill_leaves_lying_about_is_clean),
		OF(killed, folder_in_use_is_refused),
		OF(clean, other_folders_are_refused),
		OF(killed, nothing_is_ever_written),
		OF(killed, without_memory_it_is_said),
		OF(clean, flipped_bit_in_a_frame),
		OF(clean, damage_at_the_start_of_a_segment_is_found_there),
		OF(killed, flipped_bit_in_a_header),
		OF(clean, frame_that_chains_to_another),
		OF(clean, zeros_in_place_of_a_frame),
		OF(clean, swapped_frames),
		OF(clean, frame_that_is_there_twice),
		OF(clean, segment_that_is_missing),
		OF(clean, segment_that_is_cut_short),
		OF(clean, segment_that_is_too_long),
		OF(clean, several_damages),
		OF(clean, wrong_balance),
		OF(clean, wrong_counter),
		OF(clean, broken_previous),
		OF(clean, previous_that_is_forgotten),
		OF(clean, unbalanced_postings),
		OF(clean, malformed_record),
		OF(clean, malformed_entry),
		OF(clean, wrong_checksum_of_an_entry),
		OF(clean, refusal_that_changes_something),
		OF(clean, entry_from_the_future),
		OF(clean, id_decided_twice),
		OF(killed, id_decided_twice_behind_the_boundary),
		OF(killed, refusal_decided_anew_with_the_same_attempt),
		OF(killed, record_changed_twice),
		OF(killed, record_that_did_not_begin_at_nothing),
		OF(killed, posting_on_a_record_without_an_amount),
		OF(killed, posting_in_another_unit),
		OF(killed, frame_whose_time_fell),
		OF(killed, frame_that_counts_wrong),
		OF(clean, run_that_is_flipped),
		OF(clean, block_of_a_run_that_is_flipped),
		OF(clean, run_that_is_cut_short),
		OF(clean, run_that_is_missing),
		OF(clean, run_that_lacks_an_id),
		OF(clean, run_with_an_id_of_nobody),
		OF(clean, run_with_a_wrong_day),
		OF(clean, list_that_lost_a_run),
		OF(clean, flipped_value_in_the_state),
		OF(clean, pages_of_the_state_overwritten),
		OF(clean, state_that_is_cut_short),
		OF(clean, other_value_in_the_state),
		OF(clean, other_version_in_the_state),
		OF(clean, version_from_behind_the_end),
		OF(clean, record_that_the_state_lost),
		OF(clean, record_that_nobody_wrote),
		OF(clean, record_in_another_table),
		OF(clean, applied_ahead_of_the_journal),
		OF(clean, last_segments_lost),
		OF(clean, applied_to_another_journal),
		OF(clean, state_of_another_folder),
		OF(killed, clean_mark_on_an_unclean_end),
		OF(clean, epoch_of_the_past),
		OF(clean, no_state_and_no_beginning),
		OF(clean, state_from_before_the_beginning),
		OF(clean, file_of_somebody_else),
		OF(clean, altered_release),
		OF(clean, missing_release),
		OF(clean, damaged_folder_file),
		OF(killed, kills_at_any_moment_are_clean),
	};
	return cmocka_run_group_tests(tests, make_bases, remove_bases);
}
