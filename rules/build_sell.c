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

static void
read_facts(const struct making *making, struct selling *selling)
{
	static const char *const kinds[] = { "money", "integer", "text", "boolean", "date",
		"money by month" };
	struct reader_list facts = build_sell_list(making, "facts", sizeof(struct fact_name));
	for (struct fact_name *one; (one = reader_next(&facts)) != NULL;) {
		one->name = build_sell_text(making, "name");
		one->kind = (enum fact_kind)BUILD_SELL_CHOICE(making, "kind", kinds);
	}
	selling->facts = facts.items;
	selling->fact_count = facts.count;
}

static void
read_products(const struct making *making, struct selling *selling)
{
	struct reader_list versions = build_sell_list(
		making, "product_versions", sizeof(struct product_version));
	for (struct product_version *one; (one = reader_next(&versions)) != NULL;) {
		one->product = reader_number(making->lua, "product");
		one->span = get_span(making);
		one->ancillary = reader_flag(making->lua, "ancillary");
		one->under = build_sell_numbers(making, "under");
	}
	selling->product_versions = versions.items;
	selling->product_version_count = versions.count;
}

static void
read_modes(const struct making *making, struct terms *terms)
{
	static const char *const kinds[] = { "now", "next_cycle", "date", "days_after_acceptance",
		"days_after_completion" };
	struct reader_list modes = build_sell_list(making, "modes", sizeof(struct effective));
	must(modes.count > 0);
	for (struct effective *one; (one = reader_next(&modes)) != NULL;) {
		one->kind = (enum effective_kind)BUILD_SELL_CHOICE(making, "kind", kinds);
		one->days = reader_number(making->lua, "days");
	}
	terms->modes = modes.items;
	terms->mode_count = modes.count;
}

static void
read_members(const struct making *making, struct terms *terms)
{
	struct reader_list members = build_sell_list(making, "members", sizeof(struct member));
	for (struct member *one; (one = reader_next(&members)) != NULL;) {
		one->product = reader_number(making->lua, "product");
		one->min = reader_number(making->lua, "min");
		one->max = reader_number(making->lua, "max");
	}
	terms->members = members.items;
	terms->member_count = members.count;
}

static void
read_terms(const struct making *making, struct selling *selling)
{
	struct reader_list terms = build_sell_list(making, "terms", sizeof(struct terms));
	for (struct terms *one; (one = reader_next(&terms)) != NULL;) {
		one->party = reader_number(making->lua, "party");
		one->same_as = reader_has(making->lua, "same_as")
			? reader_number(making->lua, "same_as")
			: NO_PARTY;
		read_modes(making, one);
		one->has_members = reader_has(making->lua, "members");
		if (one->has_members)
			read_members(making, one);
	}
	selling->terms = terms.items;
}

static void
read_plans(const struct making *making, struct selling *selling)
{
	struct reader_list versions = build_sell_list(
		making, "plan_versions", sizeof(struct plan_version));
	for (struct plan_version *one; (one = reader_next(&versions)) != NULL;) {
		one->party = reader_number(making->lua, "party");
		one->span = get_span(making);
		one->packages = build_sell_numbers(making, "packages");
	}
	selling->plan_versions = versions.items;
	selling->plan_version_count = versions.count;
}

static void
read_offerings(const struct making *making, struct selling *selling)
{
	struct reader_list versions = build_sell_list(
		making, "offering_versions", sizeof(struct offering_version));
	for (struct offering_version *one; (one = reader_next(&versions)) != NULL;) {
		one->party = reader_number(making->lua, "party");
		one->span = get_span(making);
		one->plans = build_sell_numbers(making, "plans");
		one->by_agreement = reader_has(making->lua, "agreements");
		if (one->by_agreement)
			one->agreements = reader_texts(
				making->lua, making->arena, "agreements", &one->agreement_count);
	}
	selling->offering_versions = versions.items;
	selling->offering_version_count = versions.count;
}

static void
read_relations(const struct making *making, struct selling *selling)
{
	static const char *const kinds[] = { "requires", "excludes", "recommends", "eligible" };
	struct reader_list relations = build_sell_list(
		making, "relations", sizeof(struct relation));
	for (struct relation *one; (one = reader_next(&relations)) != NULL;) {
		one->kind = (enum relation_kind)BUILD_SELL_CHOICE(making, "kind", kinds);
		one->parties = build_sell_numbers(making, "parties");
		one->needs = build_sell_numbers(making, "needs");
		one->only = build_sell_numbers(making, "only");
		one->say = build_sell_text(making, "say");
		one->when = reader_has(making->lua, "when")
			? (int32_t)reader_number(making->lua, "when")
			: NO_FUNCTION;
		one->file = build_sell_text(making, "file");
		one->line = reader_number(making->lua, "line");
	}
	selling->relations = relations.items;
	selling->relation_count = relations.count;
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
