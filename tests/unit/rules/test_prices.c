/*
 * Prices that stand in decision tables. Random calls are held against a model that walks minute by
 * minute.
 */
#include "catalogs.h"

#include "../../../rules/explain.h"

static const char source[] =
	"catalog \"shop\" {}\n"
	"service \"voice\" { unit = \"second\", zones = \"dialled\" }\n"
	"product \"line\" { services = \"voice\" }\n"
	"zones \"dialled\" { { \"near\", prefix = \"1\" }, { \"far\", rest = true } }\n"
	"calendar \"hours\" { { \"day\", hours = \"07:00-21:00\" }, { \"night\", rest = true } }\n"
	"table \"rates\" {\n"
	"    columns = { \"zone\", \"band\", \"on\", \"level\", \"plan\", \"=> note\", \"=> price\" },\n"
	"    types = { \"text\", \"text\", \"date\", \"integer\", \"text\", \"text\", \"money\" },\n"
	"    domain = { zone = \"near|far\", band = \"day|night\", level = \"0..9\", plan = \"a|b\" },\n"
	"    { \"near\", \"*\", \"*\", \"*\", \"a\", \"\", \"0.10\" },\n"
	"    { \"near\", \"day\", \"*\", \"*\", \"b\", \"\", \"0.20\" },\n"
	"    { \"near\", \"night\", \"*\", \"*\", \"b\", \"\", \"0.05\" },\n"
	"    { \"far\", \"*\", \"<2026-03-10\", \"0..4\", \"*\", \"\", \"0.30\" },\n"
	"    { \"far\", \"*\", \"<2026-03-10\", \"5..9\", \"*\", \"\", \"0.31\" },\n"
	"    { \"far\", \"day\", \">=2026-03-10\", \"*\", \"*\", \"\", \"0.40\" },\n"
	"    { \"far\", \"night\", \">=2026-03-10\", \"*\", \"*\", \"\", \"0.41\" },\n"
	"}\n"
	"package \"talk\" {\n"
	"    kind = \"base\", from = \"2020-01-01\",\n"
	"    tariff { id = \"call\", serves = { service = \"voice\" }, say = \"call\", calendar = \"hours\",\n"
	"        first = { step = \"60 s\", price = { day = \"1.00\", night = \"1.00\" } }, step = \"60 s\",\n"
	"        price = { table = \"rates\", column = \"price\", with = { plan = \"b\" } } },\n"
	"}\n"
	"local words = { catalog = { shop = \"x\" }, service = { voice = \"x\" }, product = { line = \"x\" }, package = { talk = \"x\" },\n"
	"    zone = { near = \"near\", far = \"far\" }, band = { day = \"day\", night = \"night\" }, call = \"call\" }\n"
	"texts \"zh\" (words) texts \"en\" (words)\n";

static struct arena arena;

static struct pricing
priced(const struct release *release, const struct usage *usage)
{
	static const struct holding held[] = {
		{ .package = TEXT("talk"), .from_ms = INT64_MIN, .till_ms = INT64_MAX },
	};
	const struct rate_question question = { .image = release_image(release),
		.usage = usage,
		.holdings = held,
		.holding_count = 1 };
	struct pricing pricing;
	struct fault fault;
	assert_int_equal(rate_usage(&question, &arena, &pricing, &fault), RATE_DONE);
	return pricing;
}

static struct usage
call(const char *to, const char *at, int64_t seconds, const struct attribute *level)
{
	struct usage usage = { .service = TEXT("voice"),
		.from = TEXT("5"),
		.to = text_of(to),
		.quantity = seconds,
		.unit = UNIT_SECOND,
		.attributes = level,
		.attribute_count = level != NULL };
	assert_true(instant_parse(text_of(at), &usage.at_ms));
	return usage;
}

/* What the minute costs that begins at an instant, in fen. */
static int64_t
naive_minute(bool near, int64_t level, int64_t at_ms)
{
	int64_t local_ms = at_ms + 8 * HOUR_MS;
	int64_t hour = local_ms % DAY_MS / HOUR_MS;
	bool day = hour >= 7 && hour < 21;
	if (near)
		return day ? 20 : 5;
	if (floor_divide(local_ms, DAY_MS) < day_of_date((struct date){ 2026, 3, 10 }))
		return level < 5 ? 30 : 31;
	return day ? 40 : 41;
}

static void
random_calls_agree_with_a_walk_minute_by_minute(void **state)
{
	struct release *release = build_source(source);
	unsigned seed = 20261123;
	(void)state;
	print_message("seed %u\n", seed);
	for (int round = 0; round < 1000; round++) {
		const struct attribute level = { TEXT("level"), { NULL, 0 }, rand_r(&seed) % 10 };
		bool near = rand_r(&seed) % 2 == 0;
		struct usage usage = call(near ? "1" : "2", "2026-03-08T00:00:00+08:00",
			1 + rand_r(&seed) % 100000, &level);
		usage.at_ms += (int64_t)(rand_r(&seed) % (4 * 86400)) * 1000;
		int64_t fen = 100; /* the first minute has a price of its own */
		for (int64_t second = 60; second < usage.quantity; second += 60)
			fen += naive_minute(near, level.number, usage.at_ms + second * 1000);
		struct pricing pricing = priced(release, &usage);
		assert_int_equal(pricing.refused, 0);
		assert_int_equal(pricing.amount.micros, fen * 10000);
		for (size_t i = 0; i < pricing.lines[0].part_count; i++)
			assert_int_equal(pricing.lines[0].parts[i].row > 0,
				pricing.lines[0].parts[i].price.micros != 1000000);
		arena_clear(&arena);
	}
	release_drop(release);
}

static void
assert_refused_for(const struct release *release, const struct attribute *level, const char *got)
{
	struct usage usage = call("2", "2026-03-09T12:00:00+08:00", 60, level);
	usage.quantity = 120;
	struct pricing pricing = priced(release, &usage);
	assert_string_equal(rate_refusal_code(pricing.refused), "NO_PRICE");
	assert_string_equal(pricing.nearest.condition, "input");
	assert_text(pricing.nearest.wanted, "level");
	assert_text(pricing.nearest.got, got);
}

static void
what_the_event_must_say_is_named(void **state)
{
	struct release *release = build_source(source);
	static const struct attribute ten = { TEXT("level"), { NULL, 0 }, 10 },
				      high = { TEXT("level"), TEXT("high"), 0 },
				      other = { TEXT("other"), TEXT("x"), 0 };
	(void)state;
	assert_refused_for(release, NULL, "");
	assert_refused_for(release, &other, "");
	assert_refused_for(release, &ten, "10");
	assert_refused_for(release, &high, "high");
	release_drop(release);
}

static void
the_row_is_explained(void **state)
{
	struct release *release = build_source(source);
	static const struct attribute three = { TEXT("level"), { NULL, 0 }, 3 };
	struct usage usage = call("2", "2026-03-09T23:58:00+08:00", 240, &three);
	struct pricing pricing = priced(release, &usage);
	struct buffer out;
	(void)state;
	buffer_init(&out, 1 << 16);
	assert_true(explain_pricing(release, TEXT("en"), &pricing, &out));
	assert_text((struct text){ (const char *)out.data, out.size },
		"call  2.12 CNY  (talk.call, zone far)\n"
		"    night  1 × 1.00\n"
		"    night  1 × 0.30 (rates, row 4)\n"
		"    night  2 × 0.41 (rates, row 7)\n");
	buffer_clear(&out);
	assert_true(explain_pricing(release, TEXT("zh"), &pricing, &out));
	assert_text((struct text){ (const char *)out.data, out.size },
		"call  2.12 CNY  (talk.call，far)\n"
		"    night  1 × 1.00\n"
		"    night  1 × 0.30（rates 第 4 行）\n"
		"    night  2 × 0.41（rates 第 7 行）\n");
	buffer_release(&out);
	release_drop(release);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_calls_agree_with_a_walk_minute_by_minute),
		cmocka_unit_test(what_the_event_must_say_is_named),
		cmocka_unit_test(the_row_is_explained),
	};
	arena_init(&arena, (size_t)64 << 20);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_release(&arena);
	return failed;
}
