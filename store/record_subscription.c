/* Subscriptions, what they hold and who pays for them, and services (see records.h). */
#include "records.h"

#include "../engine/base/must.h"

/* ---- packages that are held ---- */

/* Behind the span. */
enum {
	HELD_BY_GROUP = 4,
	HELD_SINCE = 8,
	HELD_BY_SO_MANY = 16,
	HELD_AND_PAID = 32,
	HELD_OF_GROUP = HELD_BY_GROUP | HELD_SINCE | HELD_BY_SO_MANY | HELD_AND_PAID,
	HELD_WITH_PARAMS = 64,
	HELD_WITH_FACTS = 128,
};

/* Those of a group, of one that is held by one. */
static void
read_group(struct field_reader *packages, uint8_t flags, struct package_held *held)
{
	if ((flags & HELD_BY_GROUP) == 0)
		packages->bad = true;
	held->group = field_read_text(packages);
	if ((flags & HELD_SINCE) != 0)
		held->group_from_ms = field_read_i64(packages);
	if ((flags & HELD_BY_SO_MANY) != 0)
		held->members = field_read_u32(packages);
}

/* A list that is there is not empty. */
static uint8_t
read_count(struct field_reader *packages)
{
	uint8_t count = field_read_u8(packages);
	packages->bad |= count == 0;
	return count;
}

struct package_held
package_held_read(struct field_reader *packages)
{
	struct package_held held = { .package = field_read_text(packages) };
	uint8_t flags;
	held.span = field_read_span_flags(
		packages, HELD_OF_GROUP | HELD_WITH_PARAMS | HELD_WITH_FACTS, &flags);
	held.group_from_ms = held.span.from_ms;
	held.pays = (flags & HELD_AND_PAID) != 0;
	if ((flags & HELD_OF_GROUP) != 0)
		read_group(packages, flags, &held);
	if ((flags & HELD_WITH_PARAMS) != 0)
		held.param_count = read_count(packages);
	held.params = *packages;
	for (unsigned i = 0; i < held.param_count; i++)
		named_value_read(packages);
	if ((flags & HELD_WITH_FACTS) != 0)
		held.fact_count = read_count(packages);
	held.facts = *packages;
	for (unsigned i = 0; i < held.fact_count; i++) {
		field_read_span(packages);
		named_value_read(packages);
	}
	return held;
}

/* As they stand where they were read. */
static void
write_values(struct field_writer *writer, struct package_held held)
{
	if (held.param_count > 0)
		field_write_u8(writer, held.param_count);
	for (unsigned i = 0; i < held.param_count; i++) {
		struct named_value value = named_value_read(&held.params);
		named_value_write(writer, &value);
	}
	if (held.fact_count > 0)
		field_write_u8(writer, held.fact_count);
	for (unsigned i = 0; i < held.fact_count; i++) {
		field_write_span(writer, field_read_span(&held.facts));
		struct named_value value = named_value_read(&held.facts);
		named_value_write(writer, &value);
	}
}

void
package_held_write(struct field_writer *writer, const struct package_held *held)
{
	bool grouped = held->group.size > 0;
	bool since = grouped && held->group_from_ms != held->span.from_ms;
	bool counted = grouped && held->members > 0;
	uint8_t flags = (uint8_t)((grouped ? HELD_BY_GROUP : 0) | (since ? HELD_SINCE : 0) |
		(counted ? HELD_BY_SO_MANY : 0) | (grouped && held->pays ? HELD_AND_PAID : 0) |
		(held->param_count > 0 ? HELD_WITH_PARAMS : 0) |
		(held->fact_count > 0 ? HELD_WITH_FACTS : 0));
	must(!since || held->group_from_ms < held->span.from_ms);
	must(!counted || held->members <= GROUP_MEMBERS_MAX);
	field_write_text(writer, held->package);
	field_write_span_flags(writer, held->span, flags);
	if (grouped)
		field_write_text(writer, held->group);
	if (since)
		field_write_i64(writer, held->group_from_ms);
	if (counted)
		field_write_u32(writer, held->members);
	write_values(writer, *held);
}

/* ---- payers ---- */

enum { PAYER_IS_BOUNDED = 1 };

struct payer
payer_read(struct field_reader *payers)
{
	struct payer payer = { .account = field_read_text(payers) };
	uint8_t flags = field_read_u8(payers);
	payers->bad |= (flags & ~PAYER_IS_BOUNDED) != 0;
	payer.is_bounded = (flags & PAYER_IS_BOUNDED) != 0;
	if (payer.is_bounded)
		payer.bound.micros = field_read_i64(payers);
	payer.pays_count = field_read_u8(payers);
	payer.pays = *payers;
	for (unsigned i = 0; i < payer.pays_count; i++)
		field_read_text(payers);
	return payer;
}

void
payer_write(struct field_writer *writer, const struct payer *payer)
{
	struct field_reader pays = payer->pays;
	field_write_text(writer, payer->account);
	field_write_u8(writer, payer->is_bounded ? PAYER_IS_BOUNDED : 0);
	if (payer->is_bounded)
		field_write_i64(writer, payer->bound.micros);
	field_write_u8(writer, payer->pays_count);
	for (unsigned i = 0; i < payer->pays_count; i++)
		field_write_text(writer, field_read_text(&pays));
}

/* ---- subscriptions ---- */

const char *
subscription_state_name(enum subscription_state state)
{
	switch (state) {
	case SUBSCRIPTION_ACTIVE:
		return "active";
	case SUBSCRIPTION_SUSPENDED:
		return "suspended";
	case SUBSCRIPTION_ENDED:
		return "ended";
	}
	return NULL;
}

enum { STATES_BEHIND_PAYERS = 128 };

void
subscription_counts_write(struct field_writer *writer, unsigned state_count, unsigned payer_count)
{
	must(state_count < STATES_BEHIND_PAYERS && payer_count <= SUBSCRIPTION_PAYERS_MAX);
	field_write_u8(
		writer, (uint8_t)(state_count | (payer_count > 0 ? STATES_BEHIND_PAYERS : 0)));
	if (payer_count > 0)
		field_write_u8(writer, (uint8_t)payer_count);
}

enum { PACKAGES_OF_MEMBER = 128 };

void
subscription_packages_write(struct field_writer *writer, unsigned package_count, bool is_member)
{
	must(package_count < PACKAGES_OF_MEMBER);
	field_write_u8(writer, (uint8_t)(package_count | (is_member ? PACKAGES_OF_MEMBER : 0)));
}

static void
skip_service_ids(struct field_reader *reader, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		field_read_text(reader);
		field_read_span(reader);
	}
}

static void
skip_packages(struct field_reader *reader, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		package_held_read(reader);
}

struct subscription
subscription_read(struct bytes value)
{
	struct field_reader reader = fields_of(value);
	struct subscription subscription;
	subscription.account = field_read_text(&reader);
	subscription.product = field_read_text(&reader);
	subscription.state_count = field_read_u8(&reader);
	subscription.payer_count = 0;
	if ((subscription.state_count & STATES_BEHIND_PAYERS) != 0) {
		subscription.state_count &= (uint8_t)~STATES_BEHIND_PAYERS;
		subscription.payer_count = field_read_u8(&reader);
		reader.bad |= subscription.payer_count == 0;
	}
	subscription.payers = reader;
	for (unsigned i = 0; i < subscription.payer_count; i++)
		payer_read(&reader);
	subscription.states = reader;
	for (unsigned i = 0; i < subscription.state_count; i++) {
		field_read_span(&reader);
		field_read_u8(&reader);
	}
	subscription.service_count = field_read_u8(&reader);
	subscription.services = reader;
	skip_service_ids(&reader, subscription.service_count);
	subscription.package_count = field_read_u8(&reader);
	subscription.is_member = (subscription.package_count & PACKAGES_OF_MEMBER) != 0;
	subscription.package_count &= (uint8_t)~PACKAGES_OF_MEMBER;
	subscription.packages = reader;
	return subscription;
}

int64_t
subscription_terms(const struct subscription *subscription)
{
	struct field_reader reader = subscription->packages;
	skip_packages(&reader, subscription->package_count);
	return reader.at == reader.end ? INT64_MIN : field_read_i64(&reader);
}

struct bytes
subscription_before_terms(struct bytes value)
{
	struct subscription subscription = subscription_read(value);
	struct field_reader reader = subscription.packages;
	skip_packages(&reader, subscription.package_count);
	return (struct bytes){ value.data, (size_t)(reader.at - value.data) };
}

struct text
subscription_account(struct bytes value)
{
	struct field_reader reader = fields_of(value);
	return field_read_text(&reader);
}

struct span
subscription_life(const struct subscription *subscription)
{
	struct span life = { INT64_MAX, INT64_MIN };
	struct field_reader states = subscription->states;
	for (unsigned i = 0; i < subscription->state_count; i++) {
		struct span span = field_read_span(&states);
		if (field_read_u8(&states) == SUBSCRIPTION_ENDED)
			continue;
		life.from_ms = span.from_ms < life.from_ms ? span.from_ms : life.from_ms;
		life.till_ms = span.till_ms > life.till_ms ? span.till_ms : life.till_ms;
	}
	return life;
}

enum subscription_state
subscription_state_at(const struct subscription *subscription, int64_t ms)
{
	struct field_reader reader = subscription->states;
	for (unsigned i = 0; i < subscription->state_count; i++) {
		struct span span = field_read_span(&reader);
		uint8_t state = field_read_u8(&reader);
		if (span_has(span, ms))
			return (enum subscription_state)state;
	}
	return SUBSCRIPTION_ENDED;
}

/* ---- services ---- */

struct text
service_holder(struct bytes value, int64_t ms)
{
	struct field_reader reader = fields_of(value);
	unsigned count = field_read_u8(&reader);
	for (unsigned i = 0; i < count; i++) {
		struct span span = field_read_span(&reader);
		struct text subscription = field_read_text(&reader);
		if (span_has(span, ms))
			return subscription;
	}
	return (struct text){ "", 0 };
}
