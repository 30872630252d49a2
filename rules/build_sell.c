/*
 * From the model's selling, which rules/lib/selling.lua made, to that of the image. Everything is
 * called inside of the protected call of build_image.c.
 */
#include "build_sell.h"

#include "build.h"

struct number_list
build_sell_numbers(const struct making *making, const char *field)
{
	struct number_list list = { NULL, reader_open(making->lua, field) };
	uint32_t *numbers = reader_take(
		making->lua, making->arena, list.count, sizeof *list.numbers);
	for (uint32_t i = 0; i < list.count; i++) {
		reader_entry(making->lua, i);
		numbers[i] = (uint32_t)lua_tointeger(making->lua, -1);
		reader_close(making->lua);
	}
	reader_close(making->lua);
	list.numbers = numbers;
	return list;
}

static int64_t
get_day_ms(const struct making *making, const char *field, int64_t otherwise)
{
	if (!reader_has(making->lua, field))
		return otherwise;
	return zoneinfo_local_to_utc(making->zone, reader_integer(making->lua, field) * DAY_MS);
}

static struct sell_span
get_span(const struct making *making)
{
	return (struct sell_span){ get_day_ms(making, "from", INT64_MIN),
		get_day_ms(making, "till", INT64_MAX) };
}

struct text
build_sell_text(const struct making *making, const char *field)
{
	return reader_text(making->lua, making->arena, field);
}

uint32_t
build_sell_choice(
	const struct making *making, const char *field, const char *const *names, uint32_t count)
{
	struct text name = build_sell_text(making, field);
	uint32_t choice = 0;
	while (choice < count && !text_equal(name, text_of(names[choice])))
		choice++;
	must(choice < count);
	return choice;
}

uint32_t
build_sell_bits(
	const struct making *making, const char *field, const char *const *names, uint32_t count)
{
	uint32_t bits = 0, listed = reader_open(making->lua, field);
	for (uint32_t i = 0; i < listed; i++) {
		uint32_t bit = 0;
		reader_entry(making->lua, i);
		struct text name = reader_pop_text(making->lua, making->arena);
		while (bit < count && !text_equal(name, text_of(names[bit])))
			bit++;
		must(bit < count);
		bits |= UINT32_C(1) << bit;
	}
	reader_close(making->lua);
	return bits;
}

void *
build_sell_open(const struct making *making, const char *field, size_t size, uint32_t *count)
{
	*count = reader_open(making->lua, field);
	return reader_take(making->lua, making->arena, *count, size);
}

static void
read_facts(const struct making *making, struct selling *selling)
{
	static const char *const kinds[] = { "money", "integer", "text", "boolean", "date",
		"money by month" };
	struct fact_name *facts = build_sell_open(
		making, "facts", sizeof *facts, &selling->fact_count);
	for (uint32_t i = 0; i < selling->fact_count; i++) {
		reader_entry(making->lua, i);
		facts[i].name = build_sell_text(making, "name");
		facts[i].kind = (enum fact_kind)BUILD_SELL_CHOICE(making, "kind", kinds);
		reader_close(making->lua);
	}
	reader_close(making->lua);
	selling->facts = facts;
}

static void
read_products(const struct making *making, struct selling *selling)
{
	struct product_version *versions = build_sell_open(
		making, "product_versions", sizeof *versions, &selling->product_version_count);
	for (uint32_t i = 0; i < selling->product_version_count; i++) {
		reader_entry(making->lua, i);
		versions[i].product = reader_number(making->lua, "product");
		versions[i].span = get_span(making);
		versions[i].ancillary = reader_flag(making->lua, "ancillary");
		versions[i].under = build_sell_numbers(making, "under");
		reader_close(making->lua);
	}
	reader_close(making->lua);
	selling->product_versions = versions;
}

static void
read_modes(const struct making *making, struct terms *terms)
{
	static const char *const kinds[] = { "now", "next_cycle", "date", "days_after_acceptance",
		"days_after_completion" };
	struct effective *modes = build_sell_open(
		making, "modes", sizeof *modes, &terms->mode_count);
	must(terms->mode_count > 0);
	for (uint32_t i = 0; i < terms->mode_count; i++) {
		reader_entry(making->lua, i);
		modes[i].kind = (enum effective_kind)BUILD_SELL_CHOICE(making, "kind", kinds);
		modes[i].days = reader_number(making->lua, "days");
		reader_close(making->lua);
	}
	reader_close(making->lua);
	terms->modes = modes;
}

static void
read_members(const struct making *making, struct terms *terms)
{
	struct member *members = build_sell_open(
		making, "members", sizeof *members, &terms->member_count);
	for (uint32_t i = 0; i < terms->member_count; i++) {
		reader_entry(making->lua, i);
		members[i].product = reader_number(making->lua, "product");
		members[i].min = reader_number(making->lua, "min");
		members[i].max = reader_number(making->lua, "max");
		reader_close(making->lua);
	}
	reader_close(making->lua);
	terms->members = members;
}

static void
read_terms(const struct making *making, struct selling *selling)
{
	uint32_t count;
	struct terms *terms = build_sell_open(making, "terms", sizeof *terms, &count);
	for (uint32_t i = 0; i < count; i++) {
		reader_entry(making->lua, i);
		terms[i].party = reader_number(making->lua, "party");
		terms[i].same_as = reader_has(making->lua, "same_as")
			? reader_number(making->lua, "same_as")
			: NO_PARTY;
		read_modes(making, &terms[i]);
		terms[i].has_members = reader_has(making->lua, "members");
		if (terms[i].has_members)
			read_members(making, &terms[i]);
		reader_close(making->lua);
	}
	reader_close(making->lua);
	selling->terms = terms;
}

static void
read_plans(const struct making *making, struct selling *selling)
{
	struct plan_version *versions = build_sell_open(
		making, "plan_versions", sizeof *versions, &selling->plan_version_count);
	for (uint32_t i = 0; i < selling->plan_version_count; i++) {
		reader_entry(making->lua, i);
		versions[i].party = reader_number(making->lua, "party");
		versions[i].span = get_span(making);
		versions[i].packages = build_sell_numbers(making, "packages");
		reader_close(making->lua);
	}
	reader_close(making->lua);
	selling->plan_versions = versions;
}

static void
read_offerings(const struct making *making, struct selling *selling)
{
	struct offering_version *versions = build_sell_open(
		making, "offering_versions", sizeof *versions, &selling->offering_version_count);
	for (uint32_t i = 0; i < selling->offering_version_count; i++) {
		reader_entry(making->lua, i);
		versions[i].party = reader_number(making->lua, "party");
		versions[i].span = get_span(making);
		versions[i].plans = build_sell_numbers(making, "plans");
		versions[i].by_agreement = reader_has(making->lua, "agreements");
		if (versions[i].by_agreement)
			versions[i].agreements = reader_texts(making->lua, making->arena,
				"agreements", &versions[i].agreement_count);
		reader_close(making->lua);
	}
	reader_close(making->lua);
	selling->offering_versions = versions;
}

static void
read_relations(const struct making *making, struct selling *selling)
{
	static const char *const kinds[] = { "requires", "excludes", "recommends", "eligible" };
	struct relation *relations = build_sell_open(
		making, "relations", sizeof *relations, &selling->relation_count);
	for (uint32_t i = 0; i < selling->relation_count; i++) {
		struct relation *relation = &relations[i];
		reader_entry(making->lua, i);
		relation->kind = (enum relation_kind)BUILD_SELL_CHOICE(making, "kind", kinds);
		relation->parties = build_sell_numbers(making, "parties");
		relation->needs = build_sell_numbers(making, "needs");
		relation->only = build_sell_numbers(making, "only");
		relation->say = build_sell_text(making, "say");
		relation->when = reader_has(making->lua, "when")
			? (int32_t)reader_number(making->lua, "when")
			: NO_FUNCTION;
		relation->file = build_sell_text(making, "file");
		relation->line = reader_number(making->lua, "line");
		reader_close(making->lua);
	}
	reader_close(making->lua);
	selling->relations = relations;
}

/* Turns the relations round: by party. */
static void
index_relations(const struct making *making, struct selling *selling, uint32_t party_count)
{
	struct number_list *lists = reader_take(
		making->lua, making->arena, party_count, sizeof *lists);
	uint32_t total = 0;
	for (uint32_t i = 0; i < selling->relation_count; i++) {
		struct number_list parties = selling->relations[i].parties;
		for (uint32_t j = 0; j < parties.count; j++)
			lists[parties.numbers[j]].count++;
		total += parties.count;
	}
	uint32_t *numbers = reader_take(making->lua, making->arena, total, sizeof *numbers);
	for (uint32_t i = 0; i < party_count; i++) {
		lists[i].numbers = numbers;
		numbers += lists[i].count;
		lists[i].count = 0;
	}
	for (uint32_t i = 0; i < selling->relation_count; i++) {
		struct number_list parties = selling->relations[i].parties;
		for (uint32_t j = 0; j < parties.count; j++) {
			struct number_list *list = &lists[parties.numbers[j]];
			((uint32_t *)list->numbers)[list->count++] = i;
		}
	}
	selling->relations_of = lists;
}

void
build_selling(lua_State *lua, struct built *built)
{
	struct making making = { lua, &built->image.arena, built->zone };
	struct selling *selling = reader_take(lua, making.arena, 1, sizeof *selling);
	uint32_t party_count;
	lua_getfield(lua, -1, "selling");
	selling->package_count = reader_number(lua, "packages");
	selling->plan_count = reader_number(lua, "plans");
	selling->offering_count = reader_number(lua, "offerings");
	selling->function_count = reader_number(lua, "functions");
	selling->parties = reader_texts(lua, making.arena, "parties", &party_count);
	must(party_count == selling->package_count + selling->plan_count + selling->offering_count);
	selling->products = reader_texts(lua, making.arena, "products", &selling->product_count);
	read_facts(&making, selling);
	read_products(&making, selling);
	read_terms(&making, selling);
	read_plans(&making, selling);
	read_offerings(&making, selling);
	read_relations(&making, selling);
	build_prompts(&making, selling);
	build_lives(&making, selling);
	index_relations(&making, selling, party_count);
	reader_close(lua);
	built->image.selling = selling;
}
