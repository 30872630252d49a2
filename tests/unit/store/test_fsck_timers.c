/* fsck holds timers against balances that are to end: forged ones, behind the end of a journal. */
#include "fsck_case.h"

#include "../../../store/record_agenda.h"
#include "../../../store/record_customer.h"

#define END_MS (LIVING_BEGAN_MS + 30 * LIVING_DAY_MS)

/* An entry that puts money on a balance of its own, and sets or clears timers of it. */
struct forged {
	struct entry entry;
	struct record_key balance, timers[2];
	uint8_t place[128];
	struct effect effects[3];
	struct posting postings[2];
};

static void
forged_begin(struct forged *forged, int64_t amount, int64_t till_ms)
{
	memset(forged, 0, sizeof *forged);
	struct field_writer writer = fields_into(forged->place, sizeof forged->place);
	forged->entry = forged_entry();
	struct balance balance = { .amount = amount,
		.kind = BALANCE_GIFT,
		.unit = TEXT("CNY"),
		.span = { INT64_MIN, till_ms } };
	balance_touch(&balance, 0, (uint32_t)(forged->entry.made_ms / LIVING_DAY_MS));
	balance_write(&writer, &balance);
	key_of_balance(&forged->balance, TEXT("somebody"), TEXT("gift"));
	forged->effects[0] = (struct effect){ .table = TABLE_BALANCE,
		.key = { forged->balance.data, forged->balance.size },
		.value = fields_written(&writer) };
	forged->postings[0] = (struct posting){ .amount = amount, .unit = TEXT("CNY") };
	forged->postings[1] = (struct posting){
		.side = POSTING_BOOK, .book = TEXT("topup"), .amount = -amount, .unit = TEXT("CNY")
	};
	forged->entry.kind = ENTRY_TOPUP;
	forged->entry.effects = forged->effects;
	forged->entry.effect_count = 1;
	forged->entry.postings = forged->postings;
	forged->entry.posting_count = amount == 0 ? 0 : 2;
}

static void
forged_set(struct forged *forged, int64_t at_ms)
{
	size_t index = forged->entry.effect_count++;
	struct record_key *key = &forged->timers[index - 1];
	key_of_timer(key,
		&(struct timer_key){
			at_ms, TIMER_BALANCE, { forged->balance.data, forged->balance.size } });
	forged->effects[index] = (struct effect){
		.table = TABLE_TIMER, .key = { key->data, key->size }, .value = TIMER_VALUE
	};
}

static void
append(const struct forged *forged)
{
	row_append(&row, &forged->entry);
	save_row();
}

static void
balance_that_is_to_end_has_one_timer(void **state)
{
	(void)state;
	struct forged forged;
	load_row();
	forged_begin(&forged, 500, END_MS);
	forged_set(&forged, END_MS);
	append(&forged);
	assert_clean();
}

static void
balance_for_ever_or_without_money_needs_none(void **state)
{
	(void)state;
	struct forged forged;
	load_row();
	forged_begin(&forged, 500, INT64_MAX);
	row_append(&row, &forged.entry);
	forged_begin(&forged, 0, END_MS);
	forged.balance.data[0] = 'S'; /* another one */
	append(&forged);
	assert_clean();
}

static void
balance_without_its_timer_is_found(void **state)
{
	(void)state;
	struct forged forged;
	load_row();
	forged_begin(&forged, 500, END_MS);
	append(&forged);
	assert_found_alone("timer_missing");
}

static void
balance_with_two_timers_is_found(void **state)
{
	(void)state;
	struct forged forged;
	load_row();
	forged_begin(&forged, 500, END_MS);
	forged_set(&forged, END_MS);
	forged_set(&forged, END_MS + 1);
	append(&forged);
	assert_found_alone("timer_missing");
	assert_string_equal(listed.list[0].where, "balance somebody/gift");
}

static void
timer_is_named_as_people_know_it(void **state)
{
	(void)state;
	struct forged forged;
	load_row();
	forged_begin(&forged, 500, END_MS);
	forged_set(&forged, END_MS);
	forged.effects[1].value = bytes_of_text(TEXT("?"));
	append(&forged);
	assert_found_alone("record_malformed");
	assert_non_null(
		strstr(listed.list[0].what, "timer 2026-03-18T00:00:00Z balance somebody/gift"));
}

/* The entry ends the timer of a balance that keeps its money. */
static void
balance_whose_timer_is_ended_too_soon_is_found(void **state)
{
	(void)state;
	struct forged forged;
	load_row();
	forged_begin(&forged, 500, END_MS);
	forged_set(&forged, END_MS);
	uint64_t position = row_append(&row, &forged.entry)->frame.position + FRAME_HEADER_BYTES;
	struct effect ending = forged.effects[1];
	struct entry entry = forged_entry();
	ending.value.size = 0;
	ending.previous = position;
	entry.kind = ENTRY_EXPIRY;
	entry.effects = &ending;
	entry.effect_count = 1;
	row_append(&row, &entry);
	save_row();
	assert_found_alone("timer_missing");
}

/* An agenda, with the timer of what is next or without one. */
static void
append_agenda(int64_t next_ms, bool has_timer)
{
	uint8_t place[64];
	struct field_writer writer = fields_into(place, sizeof place);
	struct agenda_held held = { .package = TEXT("deposit"), .from_ms = 1000 };
	const struct agenda agenda = { next_ms, &held, 1 };
	struct entry entry;
	struct record_key key, timer_key;
	key_of_text(&key, TABLE_AGENDA, TEXT("somebody"));
	const struct timer_key timer = { END_MS, TIMER_SUBSCRIPTION, { key.data, key.size } };
	key_of_timer(&timer_key, &timer);
	agenda_write(&writer, &agenda);
	const struct effect effects[] = {
		{ .table = TABLE_AGENDA,
			.key = { key.data, key.size },
			.value = fields_written(&writer) },
		{ .table = TABLE_TIMER,
			.key = { timer_key.data, timer_key.size },
			.value = TIMER_VALUE },
	};
	load_row();
	entry = forged_entry();
	entry.kind = ENTRY_DUE;
	entry.effects = effects;
	entry.effect_count = has_timer ? 2 : 1;
	row_append(&row, &entry);
	save_row();
}

static void
agenda_with_something_on_it_has_a_timer(void **state)
{
	(void)state;
	append_agenda(END_MS, true);
	assert_clean();
}

static void
agenda_with_nothing_on_it_needs_none(void **state)
{
	(void)state;
	append_agenda(INT64_MAX, false);
	assert_clean();
}

static void
agenda_without_its_timer_is_found(void **state)
{
	(void)state;
	append_agenda(END_MS, false);
	assert_found_alone("timer_missing");
}

/* Of a customer with an agreement that is going to be told of, and so many timers of that. */
static void
append_customer(int timers)
{
	uint8_t place[128];
	struct field_writer writer = fields_into(place, sizeof place);
	load_row();
	struct entry entry = forged_entry();
	struct record_key customer, timer_keys[2];
	struct effect effects[3];
	for (int text = 0; text < 2; text++)
		field_write_text(&writer, TEXT(""));
	field_write_u8(&writer, 0);
	field_write_u8(&writer, 1);
	agreement_write(&writer,
		&(struct agreement){ .id = TEXT("acme_2026"),
			.span = { INT64_MIN, END_MS },
			.before_end = { 30, VALID_DAYS },
			.soon_ms = END_MS - 1 });
	key_of_text(&customer, TABLE_CUSTOMER, TEXT("acme"));
	effects[0] = (struct effect){ .table = TABLE_CUSTOMER,
		.key = { customer.data, customer.size },
		.value = fields_written(&writer) };
	for (int i = 0; i < timers; i++) {
		key_of_timer(&timer_keys[i],
			&(struct timer_key){ END_MS - 1 + i, TIMER_AGREEMENT,
				{ customer.data, customer.size } });
		effects[i + 1] = (struct effect){ .table = TABLE_TIMER,
			.key = { timer_keys[i].data, timer_keys[i].size },
			.value = TIMER_VALUE };
	}
	entry.kind = ENTRY_PUT;
	entry.effects = effects;
	entry.effect_count = 1 + (size_t)timers;
	row_append(&row, &entry);
	save_row();
}

static void
customer_whose_agreement_ends_has_one_timer(void **state)
{
	(void)state;
	append_customer(1);
	assert_clean();
}

static void
customer_without_it_is_found(void **state)
{
	(void)state;
	append_customer(0);
	assert_found_alone("timer_missing");
}

static void
customer_with_two_is_found(void **state)
{
	(void)state;
	append_customer(2);
	assert_found_alone("timer_missing");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OF(killed, balance_that_is_to_end_has_one_timer),
		OF(killed, balance_for_ever_or_without_money_needs_none),
		OF(killed, balance_without_its_timer_is_found),
		OF(killed, balance_with_two_timers_is_found),
		OF(killed, timer_is_named_as_people_know_it),
		OF(killed, balance_whose_timer_is_ended_too_soon_is_found),
		OF(killed, agenda_with_something_on_it_has_a_timer),
		OF(killed, agenda_with_nothing_on_it_needs_none),
		OF(killed, agenda_without_its_timer_is_found),
		OF(killed, customer_whose_agreement_ends_has_one_timer),
		OF(killed, customer_without_it_is_found),
		OF(killed, customer_with_two_is_found),
	};
	return cmocka_run_group_tests(tests, make_bases, remove_bases);
}
