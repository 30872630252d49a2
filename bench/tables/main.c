/*
 * Decision tables alone: how long a catalog with 100 tables of 1,000 rows takes to be built, with
 * all of them proved whole and free of overlaps, and how long a look-up takes. Prints one line of
 * JSON; fails if building takes longer than it may.
 */
#include "../../rules/release.h"

#include "../../engine/base/clock.h"
#include "../../engine/base/memory.h"

#include <stdio.h>
#include <stdlib.h>

#define TABLES 100
#define ROWS 1000
#define BUILD_MS_MAX 1500
#define ROUNDS 5
#define LOOK_UPS 1000000

static const char catalog_head[] =
	"catalog \"tables\" {}\n"
	"service \"voice\" { unit = \"second\" }\n"
	"product \"line\" { services = \"voice\" }\n"
	"package \"talk\" { kind = \"base\", from = \"2020-01-01\",\n"
	"    tariff { id = \"call\", serves = { service = \"voice\" }, say = \"voice.call\", step = \"60 s\", price = \"0.15\" } }\n"
	"local texts_of = { [\"catalog.tables\"] = \"t\", [\"service.voice\"] = \"v\", [\"product.line\"] = \"l\",\n"
	"    [\"package.talk\"] = \"t\", [\"voice.call\"] = \"c\" }\n"
	"texts \"zh\" (texts_of)\n"
	"texts \"en\" (texts_of)\n";

static _Noreturn void
give_up(const char *what)
{
	fprintf(stderr, "tables: %s\n", what);
	exit(1);
}

/* 1,000 rows: 5 roles × 4 years × 50 ranges of quantities, with two outputs. */
static void
write_table(struct buffer *out)
{
	static const char *const roles[] = { "anchor", "other", "owner", "sharer",
		"!anchor|other|owner|sharer" };
	bool room = buffer_append_text(
		out, TEXT("role,from,quantity,=> share,=> fee\ntext,date,integer,decimal,money\n"));
	for (int role = 0; role < 5; role++)
		for (int year = 0; year < 4; year++)
			for (int range = 0; range < 50; range++) {
				room = room && buffer_print(out, "%s,", roles[role]);
				room = room &&
					(year == 0 ? buffer_print(out, "<2018-01-01,")
							: year == 3
							? buffer_print(out, ">=2020-01-01,")
							: buffer_print(out, "%d-01-01..<%d-01-01,",
								  2017 + year, 2018 + year));
				room = room &&
					(range == 49 ? buffer_print(out, ">=490,")
						     : buffer_print(out, "%d..%d,", range * 10,
							       range * 10 + 9));
				room = room &&
					buffer_print(
						out, "%d%%,%d.%02d\n", range + role, range, year);
			}
	if (!room)
		give_up("no memory");
}

static void
make_bundle(struct buffer *bundle)
{
	static char paths[TABLES][32];
	struct bundle_file files[TABLES + 1];
	struct buffer catalog, table;
	struct fault fault;
	buffer_init(&catalog, 1 << 20);
	buffer_init(&table, 1 << 20);
	write_table(&table);
	bool room = buffer_append_text(&catalog, text_of(catalog_head));
	for (int i = 0; i < TABLES; i++) {
		room = room &&
			buffer_print(&catalog,
				"table \"t%02d\" { domain = { quantity = \">=0\" } }\n", i);
		snprintf(paths[i], sizeof paths[i], "tables/t%02d.csv", i);
		files[i + 1] = (struct bundle_file){ text_of(paths[i]),
			{ table.data, table.size } };
	}
	files[0] = (struct bundle_file){ TEXT("catalog.lua"), { catalog.data, catalog.size } };
	buffer_init(bundle, BUNDLE_BYTES_MAX);
	if (!room || bundle_of_files(files, TABLES + 1, bundle, &fault) != STATUS_OK)
		give_up(room ? fault.text : "no memory");
	buffer_release(&catalog);
	buffer_release(&table);
}

static struct release *
build(struct bytes bundle, uint64_t *took_ns)
{
	struct release *release;
	struct findings findings;
	struct fault fault;
	uint64_t from_ns = monotonic_ns();
	findings_init(&findings);
	if (release_build(bundle, &release, &findings, &fault) != STATUS_OK)
		give_up(fault.text);
	*took_ns = monotonic_ns() - from_ns;
	findings_release(&findings);
	return release;
}

static uint64_t
look_up(const struct decision *table)
{
	uint64_t sum = 0, from_ns = monotonic_ns();
	for (int i = 0; i < LOOK_UPS; i++) {
		const int64_t values[] = { i % 5, 17000 + i % 2000, i * INT64_C(7919) % 600 };
		sum += decision_find(table, values);
	}
	if (sum == 0)
		give_up("every look-up gave the first row");
	return (monotonic_ns() - from_ns) * 1000 / LOOK_UPS;
}

int
main(void)
{
	struct buffer bundle;
	uint64_t best_ns = UINT64_MAX, took_ns, find_ps = 0;
	size_t bytes = 0;
	make_bundle(&bundle);
	for (int i = 0; i < ROUNDS; i++) {
		struct release *release = build(
			(struct bytes){ bundle.data, bundle.size }, &took_ns);
		best_ns = took_ns < best_ns ? took_ns : best_ns;
		bytes = release_memory_bytes(release);
		find_ps = look_up(release_image(release)->decisions[0]);
		release_drop(release);
	}
	buffer_release(&bundle);
	printf("{\"tables\": %d, \"rows\": %d, \"build_ms\": %.1f, \"release_bytes\": %zu, "
	       "\"find_ns\": %.1f}\n",
		TABLES, ROWS, (double)best_ns / 1e6, bytes, (double)find_ps / 1e3);
	return best_ns / 1000000 <= BUILD_MS_MAX ? 0 : 1;
}
