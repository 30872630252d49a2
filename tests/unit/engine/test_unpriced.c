/* Tests of engine/unpriced.c: what priced.c packed is read back as the same facts. */
#include "../rules/catalogs.h"

#include "../../../engine/base/instant.h"
#include "../../../engine/priced.h"
#include "../../../engine/unpriced.h"
#include "../../../rules/explain.h"

#include <inttypes.h>
#include <string.h>

enum { ROUNDS = 3000, DAMAGES = 20000 };

/* Two components, two versions with other words, set-up, first step, tiers, allowance, zones, bands, a function. */
static const char rich_catalog[] =
	"catalog \"rich\" { components = { \"basic\", \"toll\" } }\n"
	"table \"tolls\" { columns = { \"band\", \"=> price\" }, types = { \"text\", \"money\" },\n"
	"    { \"day\", \"0.07\" }, { \"!day\", \"0.04\" } }\n"
	"tax \"held\" { prices = \"inclusive\", { from = \"2020-01-01\", rate = \"9%\" }, { from = \"2026-01-16\", rate = \"8.5%\" } }\n"
	"tax \"added\" { prices = \"exclusive\", { from = \"2020-01-01\", rate = \"6%\" } }\n"
	"service \"voice\" { unit = \"second\", zones = \"dialled\" }\n"
	"service \"sms\" { unit = \"item\" }\n"
	"product \"line\" { services = { \"voice\", \"sms\" } }\n"
	"zones \"dialled\" { { \"far\", prefix = \"0\" }, { \"near\", rest = true } }\n"
	"calendar \"hours\" { { \"day\", hours = \"07:00-21:00\" }, { \"night\", rest = true } }\n"
	"local function version(from, say)\n"
	"    package \"talk\" {\n"
	"        kind = \"base\", from = from,\n"
	"        allowance { id = \"minutes\", serves = { service = \"voice\", zone = \"near\" }, amount = \"30 minutes\", every = \"day\" },\n"
	"        tariff { id = \"near\", serves = { service = \"voice\", zone = \"near\" }, say = say, step = \"60 s\",\n"
	"            tiers = { kind = \"volume\", every = \"month\" }, price = { { \"0.10\", up_to = 20 }, { \"0.08\" } } },\n"
	"        tariff { id = \"far\", serves = { service = \"voice\", zone = \"far\" }, say = say, setup = \"0.05\",\n"
	"            tax = \"held\",\n"
	"            first = { step = \"180 s\", price = \"0.22\" }, step = \"60 s\", price = \"0.11\" },\n"
	"        tariff { id = \"toll\", component = \"toll\", serves = { service = \"voice\", zone = \"far\" }, say = \"toll\",\n"
	"            calendar = \"hours\", step = \"6 s\", price = { table = \"tolls\" }, uses = {} },\n"
	"        tariff { id = \"sms\", serves = { service = \"sms\" }, say = say,\n"
	"            amount = function(c) return money \"0.03\" * c.items end, round = \"0.01 half_up\", tax = \"added\" },\n"
	"    }\n"
	"end\n"
	"version(\"2026-01-01\", \"old\")\n"
	"version(\"2026-02-01\", \"new\")\n"
	"package \"off\" {\n"
	"    kind = \"plugin\", from = \"2026-01-01\",\n"
	"    discount { id = \"third\", say = \"third\", on = { service = \"sms\" }, off = \"33.3333%\", stack = \"add\", per = \"event\" },\n"
	"    discount { id = \"fen\", say = \"fen\", on = { zone = \"far\" }, off = \"0.01\", stack = \"add\", per = \"event\" },\n"
	"    discount { id = \"tenth\", say = \"tenth\", on = { zone = \"far\" }, off = { { \"5%\", up_to = 2 }, { \"10%\" } },\n"
	"        tiers = { by = \"members\" }, stack = \"best\", per = \"event\" },\n"
	"}\n"
	"local texts_of = { tax = { held = \"held\", added = \"added\" }, catalog = { rich = \"rich\" }, service = { voice = \"v\", sms = \"s\" }, product = { line = \"l\" },\n"
	"    third = \"a third\", fen = \"a fen\", tenth = \"a tenth\", package = { talk = \"talk\", off = \"off\" }, zone = { near = \"near\", far = \"far\" }, band = { day = \"day\", night = \"night\" },\n"
	"    allowance = { minutes = \"m\" }, toll = \"Toll {units}\", old = \"Old {amount}\", new = \"New {zone}\" }\n"
	"texts \"zh\" (texts_of)\n"
	"texts \"en\" (texts_of)\n";

static struct release *release;
static struct host *host;

static int
set_up(void **state)
{
	struct fault fault;
	(void)state;
	release = build_source(rich_catalog);
	return host_new(release, NULL, &host, &fault) == STATUS_OK ? 0 : 1;
}

static int
tear_down(void **state)
{
	(void)state;
	host_free(host);
	release_drop(release);
	return 0;
}

static enum fact
some_used(void *context, const struct counter_name *name, int64_t *used)
{
	(void)name;
	*used = *(const int64_t *)context;
	return FACT_KNOWN;
}

/* A random event about the start of a version or of a band. */
static struct usage
random_usage(unsigned *seed)
{
	bool call = rand_r(seed) % 4 != 0;
	int64_t start, moment = 1000 * (int64_t)(rand_r(seed) % 20000);
	bool parsed = instant_parse(rand_r(seed) % 2 == 0 ? TEXT("2026-01-31T22:00:00+08:00")
							  : TEXT("2026-01-15T19:00:00+08:00"),
		&start);
	assert_true(parsed);
	return (struct usage){
		.service = call ? TEXT("voice") : TEXT("sms"),
		.from = TEXT("07715510000"),
		.to = rand_r(seed) % 2 == 0 ? TEXT("5507882") : TEXT("02073241552"),
		.at_ms = start + moment,
		.quantity = call ? rand_r(seed) % 20000 : rand_r(seed) % 5,
		.unit = call ? UNIT_SECOND : UNIT_ITEM,
	};
}

static struct pricing
rated(const struct usage *usage, int64_t used, struct arena *arena)
{
	static const struct holding held[] = {
		{ .package = TEXT("talk"), .from_ms = INT64_MIN, .till_ms = INT64_MAX },
		{ .package = TEXT("off"),
			.from_ms = INT64_MIN,
			.till_ms = INT64_MAX,
			.group = TEXT("home"),
			.group_from_ms = INT64_MIN,
			.members = 3 },
	};
	const struct rate_question question = {
		.image = release_image(release),
		.usage = usage,
		.holdings = held,
		.holding_count = 2,
		.facts = { &used, some_used },
		.functions = host_functions(host),
	};
	struct pricing pricing;
	struct fault fault;
	assert_int_equal(rate_usage(&question, arena, &pricing, &fault), RATE_DONE);
	assert_int_equal(pricing.refused, 0);
	return pricing;
}

/* The answer of a charge: what priced.c packs, and what charge.c packs around it. */
static struct bytes
packed(const struct pricing *pricing, struct buffer *buffer, struct arena *arena)
{
	buffer_clear(buffer);
	struct pack pack = pack_into(buffer);
	pack_map(&pack, 2 + PRICED_PAIRS);
	pack_name_string(&pack, "outcome", "charged");
	priced_pack(&pack, pricing, release_image(release), release_name(release).data, arena);
	pack_name_money(&pack, "balance", (struct money){ 1230000 });
	assert_true(pack_is_whole(&pack));
	return bytes_of(buffer);
}

static void
assert_same_part(const struct price_part *a, const struct price_part *b)
{
	assert_true(text_equal(a->band, b->band));
	assert_true(text_equal(a->allowance, b->allowance));
	assert_true(a->units == b->units);
	assert_true(a->price.micros == b->price.micros);
	assert_int_equal(a->tier, b->tier);
	assert_int_equal(a->row, b->row);
}

static void
assert_same_discount(const struct price_discount *a, const struct price_discount *b)
{
	assert_true(text_equal(a->package, b->package));
	assert_true(text_equal(a->discount, b->discount));
	assert_true(text_equal(a->say, b->say));
	assert_int_equal(a->parts_per_million, b->parts_per_million);
	assert_int_equal(a->members, b->members);
	assert_true(a->off.micros == b->off.micros);
}

static void
assert_same_tax(const struct price_tax *a, const struct price_tax *b)
{
	assert_true((a == NULL) == (b == NULL));
	if (a == NULL)
		return;
	assert_ptr_equal(a->tax, b->tax);
	assert_int_equal(a->parts_per_million, b->parts_per_million);
	assert_true(a->net.micros == b->net.micros);
	assert_true(a->amount.micros == b->amount.micros);
}

static void
assert_same_line(const struct price_line *a, const struct price_line *b)
{
	assert_true(text_equal(a->package, b->package));
	assert_true(a->version_ms == b->version_ms);
	assert_true(text_equal(a->tariff, b->tariff));
	assert_true(text_equal(a->component, b->component));
	assert_true(text_equal(a->zone, b->zone));
	assert_true(text_equal(a->say, b->say));
	assert_true(a->setup.micros == b->setup.micros);
	assert_true(a->recount.micros == b->recount.micros);
	assert_true(a->gross.micros == b->gross.micros);
	assert_true(a->discount_count == b->discount_count);
	for (size_t i = 0; i < a->discount_count; i++)
		assert_same_discount(&a->discounts[i], &b->discounts[i]);
	assert_true(text_equal(a->cap, b->cap));
	assert_true(a->uncapped.micros == b->uncapped.micros);
	assert_same_tax(a->tax, b->tax);
	assert_true(a->amount.micros == b->amount.micros);
	assert_true(a->part_count == b->part_count);
	for (size_t i = 0; i < a->part_count; i++)
		assert_same_part(&a->parts[i], &b->parts[i]);
}

static void
assert_same(const struct pricing *a, const struct pricing *b)
{
	assert_int_equal(a->refused, b->refused);
	assert_null(b->nearest.condition);
	assert_true(a->at_ms == b->at_ms);
	assert_true(text_equal(a->zone, b->zone));
	assert_true(a->amount.micros == b->amount.micros);
	assert_true(a->line_count == b->line_count);
	for (size_t i = 0; i < a->line_count; i++)
		assert_same_line(&a->lines[i], &b->lines[i]);
}

static void
assert_same_words(const struct pricing *a, const struct pricing *b)
{
	struct buffer left, right;
	buffer_init(&left, 1 << 20);
	buffer_init(&right, 1 << 20);
	assert_true(explain_pricing(release, TEXT("zh"), a, &left));
	assert_true(explain_pricing(release, TEXT("zh"), b, &right));
	assert_true(bytes_equal(bytes_of(&left), bytes_of(&right)));
	buffer_release(&left);
	buffer_release(&right);
}

static void
unpacking_what_was_packed_gives_the_same_facts_and_the_same_words(void **state)
{
	unsigned seed = 20261122, later = 0, lines = 0, free_parts = 0, tiers = 0, recounts = 0,
		 discounts = 0, taxes = 0, rows = 0;
	struct arena arena;
	struct buffer buffer;
	struct fault fault;
	(void)state;
	print_message("seed %u\n", seed);
	arena_init(&arena, 64 << 20);
	buffer_init(&buffer, 1 << 20);
	for (int round = 0; round < ROUNDS; round++) {
		struct usage usage = random_usage(&seed);
		struct pricing before = rated(&usage, rand_r(&seed) % 2000, &arena), after;
		struct bytes answer = packed(&before, &buffer, &arena);
		assert_int_equal(unpriced_read(answer, release_image(release), usage.at_ms, &arena,
					 &after, &fault),
			STATUS_OK);
		assert_same(&before, &after);
		assert_same_words(&before, &after);
		lines += before.line_count > 1;
		for (size_t i = 0; i < before.line_count; i++) {
			later += before.lines[i].version_ms > usage.at_ms;
			recounts += before.lines[i].recount.micros != 0;
			discounts += before.lines[i].discount_count > 1;
			taxes += before.lines[i].tax != NULL;
			for (size_t j = 0; j < before.lines[i].part_count; j++) {
				free_parts += before.lines[i].parts[j].allowance.size > 0;
				tiers += before.lines[i].parts[j].tier > 1;
				rows += before.lines[i].parts[j].row > 0;
			}
		}
		arena_clear(&arena);
	}
	/* Else it would have proved less than it says. */
	assert_true(later > 50 && lines > 500 && free_parts > 100 && tiers > 100 &&
		recounts > 100 && discounts > 100 && taxes > 100 && rows > 100);
	buffer_release(&buffer);
	arena_release(&arena);
}

static void
a_line_names_its_version_only_if_that_began_during_the_event(void **state)
{
	struct arena arena;
	struct buffer buffer;
	(void)state;
	arena_init(&arena, 1 << 20);
	buffer_init(&buffer, 1 << 20);
	struct usage usage = { .service = TEXT("voice"),
		.from = TEXT("07715510000"),
		.to = TEXT("5507882"),
		.quantity = 120,
		.unit = UNIT_SECOND };
	assert_true(instant_parse(TEXT("2026-01-31T23:59:00+08:00"), &usage.at_ms));
	struct pricing pricing = rated(&usage, 1800, &arena);
	assert_int_equal(pricing.line_count, 2);
	struct bytes answer = packed(&pricing, &buffer, &arena);
	const uint8_t *first = memmem(answer.data, answer.size, "version", 7);
	assert_non_null(first);
	assert_null(
		memmem(first + 1, (size_t)(answer.data + answer.size - first) - 1, "version", 7));
	usage.at_ms += 60000;
	pricing = rated(&usage, 1800, &arena);
	answer = packed(&pricing, &buffer, &arena);
	assert_null(memmem(answer.data, answer.size, "version", 7));
	buffer_release(&buffer);
	arena_release(&arena);
}

static void
a_damaged_answer_is_read_or_said_to_be_damaged_and_touches_nothing(void **state)
{
	unsigned seed = 20261123, damaged = 0;
	struct arena arena;
	struct buffer buffer;
	struct fault fault;
	(void)state;
	print_message("seed %u\n", seed);
	arena_init(&arena, 64 << 20);
	buffer_init(&buffer, 1 << 20);
	for (int round = 0; round < DAMAGES; round++) {
		struct usage usage = random_usage(&seed);
		usage.quantity %= 3600;
		struct pricing pricing = rated(&usage, 0, &arena), after = { .zone = TEXT("mine") };
		struct bytes answer = packed(&pricing, &buffer, &arena);
		buffer.data[(unsigned)rand_r(&seed) % buffer.size] = (uint8_t)rand_r(&seed);
		if (rand_r(&seed) % 4 == 0)
			answer.size = (unsigned)rand_r(&seed) % answer.size;
		enum status status = unpriced_read(
			answer, release_image(release), usage.at_ms, &arena, &after, &fault);
		if (status != STATUS_OK) {
			assert_true(status == STATUS_CORRUPT || status == STATUS_MEMORY);
			assert_true(text_equal(after.zone, TEXT("mine")));
			damaged++;
		}
		arena_clear(&arena);
	}
	assert_true(damaged > DAMAGES / 10);
	buffer_release(&buffer);
	arena_release(&arena);
}

static void
a_refusal_gives_back_its_code_and_both_sentences_and_a_charge_is_none(void **state)
{
	struct buffer buffer;
	struct unpriced_refusal refusal;
	struct fault fault;
	(void)state;
	buffer_init(&buffer, 4096);
	struct pack pack = pack_into(&buffer);
	pack_map(&pack, 3);
	pack_name_string(&pack, "outcome", "refused");
	pack_name_string(&pack, "code", "NO_PRICE");
	pack_name(&pack, "say");
	pack_map(&pack, 2);
	pack_name_string(&pack, "en", "nothing");
	pack_name_string(&pack, "zh", "没有");
	assert_int_equal(unpriced_read_refusal(bytes_of(&buffer), &refusal, &fault), STATUS_OK);
	assert_true(text_equal(refusal.code, TEXT("NO_PRICE")));
	assert_true(text_equal(refusal.en, TEXT("nothing")));
	assert_true(text_equal(refusal.zh, TEXT("没有")));
	buffer_clear(&buffer);
	pack_map(&pack, 1);
	pack_name_string(&pack, "outcome", "charged");
	assert_int_equal(
		unpriced_read_refusal(bytes_of(&buffer), &refusal, &fault), STATUS_CORRUPT);
	buffer_clear(&buffer);
	assert_int_equal(
		unpriced_read_refusal(bytes_of(&buffer), &refusal, &fault), STATUS_CORRUPT);
	buffer_release(&buffer);
}

/* A refund as it is stored, without one of its names. */
static void
pack_refund(struct buffer *buffer, const char *without)
{
	static const char *const texts[][2] = { { "outcome", "cancelled" }, { "of", "0:4160:0" },
		{ "amount", "0.22" }, { "currency", "CNY" }, { "left", "0.00" }, { "unit", "item" },
		{ "why", "twice" } };
	struct pack pack = pack_into(buffer);
	buffer_clear(buffer);
	pack_map(&pack, without == NULL ? 10 : 9);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		if (without != NULL && strcmp(texts[i][0], without) == 0)
			continue;
		pack_text(&pack, text_of(texts[i][0]));
		pack_text(&pack, text_of(texts[i][1]));
	}
	if (without == NULL || strcmp(without, "usage") != 0)
		pack_name_integer(&pack, "usage", 3);
	pack_name_integer(&pack, "usage_left", 0);
	if (without != NULL && strcmp(without, "counters") == 0)
		return;
	pack_name(&pack, "counters");
	pack_array(&pack, 1);
	pack_map(&pack, 4);
	pack_name_string(&pack, "counter", "p.units");
	pack_name_integer(&pack, "amount", 6);
	pack_name_string(&pack, "unit", "item");
	pack_name_bool(&pack, "back", true);
}

static void
a_refund_gives_back_what_it_gave_and_to_which_counters(void **state)
{
	(void)state;
	static const char *const needed[] = { "of", "usage", "counters" };
	struct unpriced_refund refund;
	struct buffer buffer;
	struct arena arena;
	struct fault fault;
	buffer_init(&buffer, 4096);
	arena_init(&arena, 1 << 20);
	pack_refund(&buffer, NULL);
	assert_int_equal(
		unpriced_read_refund(bytes_of(&buffer), &arena, &refund, &fault), STATUS_OK);
	assert_true(refund.cancelled && text_equal(refund.of, TEXT("0:4160:0")));
	assert_true(refund.amount.micros == 220000 && refund.left.micros == 0 && refund.usage == 3);
	assert_true(text_equal(refund.why, TEXT("twice")) && refund.by.size == 0);
	assert_int_equal(refund.count_count, 1);
	assert_true(refund.counts[0].back && refund.counts[0].amount == 6);
	assert_true(text_equal(refund.counts[0].counter, TEXT("p.units")));
	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
		pack_refund(&buffer, needed[i]);
		assert_int_equal(unpriced_read_refund(bytes_of(&buffer), &arena, &refund, &fault),
			STATUS_CORRUPT);
	}
	pack_refund(&buffer, NULL);
	for (size_t size = 0; size < buffer.size; size++)
		assert_int_equal(unpriced_read_refund((struct bytes){ buffer.data, size }, &arena,
					 &refund, &fault),
			STATUS_CORRUPT);
	arena_release(&arena);
	buffer_release(&buffer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unpacking_what_was_packed_gives_the_same_facts_and_the_same_words),
		cmocka_unit_test(a_line_names_its_version_only_if_that_began_during_the_event),
		cmocka_unit_test(
			a_damaged_answer_is_read_or_said_to_be_damaged_and_touches_nothing),
		cmocka_unit_test(
			a_refusal_gives_back_its_code_and_both_sentences_and_a_charge_is_none),
		cmocka_unit_test(a_refund_gives_back_what_it_gave_and_to_which_counters),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
