#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../rules/image.h"

#include <stdio.h>

#define IDS 500

static struct image
image_of(const char *zone_name)
{
	struct image image = { .currency = TEXT("CNY") };
	struct zoneinfo *zone = NULL;
	struct fault fault;

	arena_init(&image.arena, 1 << 20);
	if (zoneinfo_open(NULL, zone_name, &zone, &fault) != STATUS_OK)
		fail_msg("%s", fault.text);
	image.zone = zone;
	return image;
}

static void
image_drop(struct image *image)
{
	zoneinfo_free((struct zoneinfo *)(uintptr_t)image->zone);
	arena_release(&image->arena);
}

static void
versions_of_a_package_are_found_together(void **state)
{
	static char ids[IDS][8];
	static struct package packages[IDS * 3];
	struct image image = image_of("Asia/Shanghai");
	uint32_t first = 4711, count = 4712, expected = 0;

	(void)state;
	image.packages = packages;
	for (uint32_t i = 0; i < IDS; i++) {
		snprintf(ids[i], sizeof ids[i], "p%04u", (unsigned)i);
		for (uint32_t version = 0; version <= i % 3; version++)
			packages[image.package_count++].id = text_of(ids[i]);
	}
	assert_true(image_index_packages(&image));
	assert_int_equal(image.package_slot_count & (image.package_slot_count - 1), 0);
	for (uint32_t i = 0; i < IDS; i++) {
		assert_true(image_package(&image, text_of(ids[i]), &first, &count));
		assert_int_equal(first, expected);
		assert_int_equal(count, i % 3 + 1);
		expected += count;
	}
	first = 4711;
	count = 4712;
	assert_false(image_package(&image, TEXT("p0500"), &first, &count));
	assert_false(image_package(&image, TEXT(""), &first, &count));
	assert_int_equal(first, 4711);
	assert_int_equal(count, 4712);
	image_drop(&image);
}

static void
an_image_without_packages_has_none(void **state)
{
	struct image image = image_of("Asia/Shanghai");
	uint32_t first, count;

	(void)state;
	assert_false(image_package(&image, TEXT("p"), &first, &count));
	assert_true(image_index_packages(&image));
	assert_false(image_package(&image, TEXT("p"), &first, &count));
	image_drop(&image);
}

static void
an_index_needs_memory(void **state)
{
	struct image image = image_of("Asia/Shanghai");

	(void)state;
	arena_release(&image.arena);
	arena_init(&image.arena, 1024);
	assert_false(image_index_packages(&image));
	image_drop(&image);
}

static void
services_are_found_by_id(void **state)
{
	const struct service services[] = {
		{ .id = TEXT("voice"), .unit = UNIT_SECOND, .zone_map = NO_INDEX },
		{ .id = TEXT("sms"), .unit = UNIT_ITEM, .zone_map = NO_INDEX },
	};
	const struct image image = { .services = services, .service_count = 2 };

	(void)state;
	assert_int_equal(image_service(&image, TEXT("voice")), 0);
	assert_int_equal(image_service(&image, TEXT("sms")), 1);
	assert_int_equal(image_service(&image, TEXT("sm")), NO_INDEX);
	assert_string_equal(unit_name(UNIT_SECOND), "second");
	assert_string_equal(unit_name(UNIT_BYTE), "byte");
	assert_string_equal(unit_name(UNIT_ITEM), "item");
}

static void
zone_sets_reach_all_zones(void **state)
{
	const struct zone_set set = { { 1, 0, 0, UINT64_C(1) << 63 } };

	(void)state;
	for (uint32_t i = 0; i < IMAGE_ZONES_MAX; i++)
		assert_int_equal(zone_set_has(&set, i), i == 0 || i == IMAGE_ZONES_MAX - 1);
}

static void
assert_same_cycle(const struct image *image, enum cycle every, int64_t ms)
{
	struct cycle_span found = image_cycle(image, every, ms);
	struct cycle_span expected = cycle_at(every, image->zone, ms);

	assert_memory_equal(&found, &expected, sizeof found);
}

static void
months_that_are_looked_up_are_those_that_are_calculated(void **state)
{
	static const char *const zones[] = { "Asia/Shanghai", "America/St_Johns", "Pacific/Apia",
		"Pacific/Kiritimati", "Etc/GMT+12" };
	uint64_t seed = 0x5eed0006;

	(void)state;
	print_message("seed %#llx\n", (unsigned long long)seed);
	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
		struct image image = image_of(zones[i]);

		assert_true(image_index_packages(&image));
		assert_same_cycle(&image, CYCLE_MONTH, INSTANT_MIN);
		assert_same_cycle(&image, CYCLE_MONTH, INSTANT_MAX);
		for (uint32_t month = 1; month < image.month_count; month++) {
			assert_int_equal(
				image.months[month].from_ms, image.months[month - 1].till_ms);
			if (month + 1 == image.month_count)
				continue;
			assert_same_cycle(&image, CYCLE_MONTH, image.months[month].from_ms);
			assert_same_cycle(&image, CYCLE_MONTH, image.months[month].till_ms - 1);
		}
		for (int probe = 0; probe < 3000; probe++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			int64_t ms = INSTANT_MIN +
				(int64_t)(seed % (uint64_t)(INSTANT_MAX - INSTANT_MIN));
			assert_same_cycle(&image, (enum cycle)(probe % 3), ms);
		}
		image_drop(&image);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_of_a_package_are_found_together),
		cmocka_unit_test(an_image_without_packages_has_none),
		cmocka_unit_test(an_index_needs_memory),
		cmocka_unit_test(services_are_found_by_id),
		cmocka_unit_test(zone_sets_reach_all_zones),
		cmocka_unit_test(months_that_are_looked_up_are_those_that_are_calculated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
