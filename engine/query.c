/* Reading: hello, ping, stats, customers, accounts, subscriptions. */
#include "query.h"

#include "agreements.h"
#include "batch.h"
#include "call.h"
#include "connection.h"
#include "shard.h"
#include "timers.h"

#include "base/log.h"
#include "base/must.h"

#include "../store/record_customer.h"

static enum call_end
answer(struct call *call, const struct pack *pack)
{
	return call_answer(call, pack_whole(pack));
}

static enum call_end
not_found(struct call *call, enum table table, struct text id)
{
	struct text kind = table == TABLE_CUSTOMER ? SAY_CUSTOMER
		: table == TABLE_SUBSCRIPTION      ? SAY_SUBSCRIPTION
						   : SAY_ACCOUNT;
	struct text arguments[] = { kind, id };
	return call_error(call, SAY_NOT_FOUND, arguments, 2);
}

bool
query_record(struct call *call, enum table table, struct text id, struct bytes *value,
	uint64_t *version, enum call_end *end)
{
	struct record_key key;
	key_of_text(&key, table, id);
	switch (call_find(call, shelf_key_of(&key), value, version)) {
	case LOOKUP_FOUND:
		return true;
	case LOOKUP_ABSENT:
		*end = not_found(call, table, id);
		return false;
	case LOOKUP_COLD:
		break;
	}
	*end = call_wait_record(call, shelf_key_of(&key));
	return false;
}

void
query_pack_span(struct pack *pack, struct span span)
{
	if (span.from_ms != INT64_MIN)
		pack_name_integer(pack, "from", span.from_ms);
	if (span.till_ms != INT64_MAX)
		pack_name_integer(pack, "till", span.till_ms);
}

uint32_t
query_span_pairs(struct span span)
{
	return (uint32_t)((span.from_ms != INT64_MIN) + (span.till_ms != INT64_MAX));
}

/* ---- the server itself ---- */

enum call_end
query_run_hello(struct call *call, const void *params)
{
	const struct hello_params *hello = params;
	const struct loaded_release *release = call_release(call);
	if (hello->client.size > 0)
		log_event(LOG_DEBUG, "hello client=%.*s", TEXT_ARGS(hello->client));
	if (call->reply.connection != NULL) {
		connection_set_language(call->reply.connection, hello->language == 1);
		connection_set_details(call->reply.connection, hello->details);
	}
	struct pack pack = pack_into(call_buffer(call));
	pack_map(&pack, 5u + (release != NULL));
	pack_name_string(&pack, "server", "suanpan");
	pack_name_string(&pack, "version", SUANPAN_VERSION);
	if (release != NULL)
		pack_name_text(&pack, "release", (struct text){ release->name, SHA256_HEX });
	pack_name_unsigned(&pack, "frame_bytes_max", call->shard->settings.frame_bytes_max);
	pack_name_unsigned(&pack, "batch_items_max", BATCH_ITEMS_MAX);
	pack_name_integer(&pack, "now", call->shard->now_ms);
	return answer(call, &pack);
}

enum call_end
query_run_ping(struct call *call, const void *params)
{
	(void)params;
	struct pack pack = pack_into(call_buffer(call));
	pack_map(&pack, 1);
	pack_name_integer(&pack, "now", call->shard->now_ms);
	return answer(call, &pack);
}

static void
pack_store(struct pack *pack, const struct store_stats *stats)
{
	pack_name(pack, "journal");
	pack_map(pack, 14);
	pack_name_unsigned(pack, "decided", stats->decided);
	pack_name_unsigned(pack, "durable", stats->durable);
	pack_name_unsigned(pack, "applied", stats->applied);
	pack_name_unsigned(pack, "epoch", stats->epoch);
	pack_name_unsigned(pack, "room_bytes", stats->room_bytes);
	pack_name_unsigned(pack, "frames", stats->journal.frames);
	pack_name_unsigned(pack, "entries", stats->journal.entries);
	pack_name_unsigned(pack, "bytes", stats->journal.bytes);
	pack_name_unsigned(pack, "padded_bytes", stats->journal.padded_bytes);
	pack_name_unsigned(pack, "write_ns_total", stats->journal.write_ns_total);
	pack_name_unsigned(pack, "write_ns_max", stats->journal.write_ns_max);
	pack_name_unsigned(pack, "filled_bytes", stats->journal.zero_filled_bytes);
	pack_name_unsigned(pack, "archived", stats->archive.segments);
	pack_name_unsigned(pack, "archive_failures", stats->archive.failures);
	pack_name(pack, "records");
	pack_map(pack, 8);
	pack_name_unsigned(pack, "count", stats->records.records);
	pack_name_unsigned(pack, "absent", stats->records.absent);
	pack_name_unsigned(pack, "changed", stats->records.changed);
	pack_name_unsigned(pack, "bytes", stats->records.bytes);
	pack_name_unsigned(pack, "bytes_max", stats->records.bytes_max);
	pack_name_unsigned(pack, "kept_bytes", stats->records.kept_bytes);
	pack_name_unsigned(pack, "dropped", stats->records.dropped);
	pack_name_unsigned(pack, "cold_reads", stats->cold_reads);
	pack_name(pack, "ids");
	pack_map(pack, 6);
	pack_name_unsigned(pack, "in_memory", stats->ids.in_memory);
	pack_name_unsigned(pack, "in_runs", stats->ids.in_runs);
	pack_name_unsigned(pack, "runs", stats->ids.runs);
	pack_name_unsigned(pack, "memory_bytes", stats->ids.memory_bytes);
	pack_name_unsigned(pack, "mapped_bytes", stats->ids.mapped_bytes);
	pack_name_unsigned(pack, "written_bytes", stats->ids.written_bytes);
	pack_name(pack, "checkpoint");
	pack_map(pack, 8);
	pack_name_unsigned(pack, "sweeps", stats->checkpoint.sweeps);
	pack_name_unsigned(pack, "records", stats->checkpoint.records);
	pack_name_unsigned(pack, "chunks", stats->checkpoint.chunks);
	pack_name_unsigned(pack, "chunk_ns_max", stats->checkpoint.chunk_ns_max);
	pack_name_unsigned(pack, "last_records", stats->checkpoint.last_records);
	pack_name_unsigned(pack, "last_ns", stats->checkpoint.last_ns);
	pack_name_unsigned(pack, "left", stats->checkpoint.left);
	pack_name_unsigned(pack, "map_used_percent", stats->map_used_percent);
	pack_name(pack, "recovery");
	pack_map(pack, 2);
	pack_name_unsigned(pack, "entries", stats->recovered_entries);
	pack_name_unsigned(pack, "ns", stats->recovery_ns);
	pack_name_unsigned(pack, "busy", stats->busy);
}

static void
pack_loop(struct pack *pack, const struct shard_stats *stats)
{
	pack_name(pack, "loop");
	pack_map(pack, 2);
	pack_name_unsigned(pack, "turns", stats->turns);
	pack_name_unsigned(pack, "turn_ns_max", stats->turn_ns_max);
}

static void
pack_timers(struct pack *pack, const struct timers *timers)
{
	struct timers_stats stats = timers_stats(timers);
	pack_name(pack, "timers");
	pack_map(pack, 5);
	pack_name_unsigned(pack, "done", stats.done);
	pack_name_unsigned(pack, "under_way", stats.under_way);
	pack_name_unsigned(pack, "to_repeat", stats.to_repeat);
	pack_name_unsigned(pack, "due", stats.due);
	pack_name_integer(pack, "late_ms", stats.late_ms);
}

static void
pack_releases(struct pack *pack, const struct releases *releases)
{
	size_t kept, loaded;
	releases_kept(releases, &kept);
	size_t bytes = releases_memory_bytes(releases, &loaded);
	struct switch_stats switches = releases_switches(releases);
	pack_name(pack, "releases");
	pack_map(pack, 5);
	pack_name_unsigned(pack, "kept", kept);
	pack_name_unsigned(pack, "loaded", loaded);
	pack_name_unsigned(pack, "memory_bytes", bytes);
	pack_name_unsigned(pack, "switches", switches.count);
	pack_name_unsigned(pack, "switch_cpu_ns_max", switches.cpu_ns_max);
}

static void
pack_notices(struct pack *pack, struct notice_stats stats)
{
	pack_name(pack, "notices");
	pack_map(pack, 6);
	pack_name_unsigned(pack, "raised", stats.raised);
	pack_name_unsigned(pack, "removed", stats.removed);
	pack_name_unsigned(pack, "delivered", stats.webhook.delivered);
	pack_name_unsigned(pack, "given_up", stats.webhook.given_up);
	pack_name_unsigned(pack, "failures", stats.webhook.failures);
	pack_name_unsigned(pack, "queued", stats.webhook.queued);
}

enum call_end
query_run_stats(struct call *call, const void *params)
{
	struct shard *shard = call->shard;
	struct store_stats stats;
	(void)params;
	store_stats(shard->store, &stats);
	struct pack pack = pack_into(call_buffer(call));
	pack_map(&pack, 11);
	pack_name(&pack, "calls");
	pack_map(&pack, 10);
	pack_name_unsigned(&pack, "calls", shard->stats.calls);
	pack_name_unsigned(&pack, "answers", shard->stats.answers);
	pack_name_unsigned(&pack, "errors", shard->stats.errors);
	pack_name_unsigned(&pack, "charged", shard->stats.charged);
	pack_name_unsigned(&pack, "refused", shard->stats.refused);
	pack_name_unsigned(&pack, "repeated", shard->stats.repeated);
	pack_name_unsigned(&pack, "rated", shard->stats.rated);
	pack_name_unsigned(&pack, "sessions", shard->stats.sessions);
	pack_name_unsigned(&pack, "waited", shard->stats.waited);
	pack_name_unsigned(&pack, "waiting", shard_waiting(shard));
	pack_store(&pack, &stats);
	pack_loop(&pack, &shard->stats);
	pack_timers(&pack, shard->timers);
	pack_releases(&pack, shard->releases);
	pack_notices(&pack, notice_keeper_stats(shard->notices));
	shard->stats.turn_ns_max = 0;
	return answer(call, &pack);
}

/* ---- records ---- */

enum call_end
query_run_customer(struct call *call, const void *params)
{
	const struct get_params *get = params;
	struct bytes value;
	uint64_t version;
	enum call_end end;
	if (!query_record(call, TABLE_CUSTOMER, get->id, &value, &version, &end))
		return end;
	struct field_reader reader = fields_of(value);
	struct pack pack = pack_into(call_buffer(call));
	bool has_agreements = customer_agreements(value).count > 0;
	pack_map(&pack, 5u + has_agreements);
	pack_name_text(&pack, "customer", get->id);
	pack_name_text(&pack, "segment", field_read_text(&reader));
	pack_name_text(&pack, "area", field_read_text(&reader));
	pack_name(&pack, "facts");
	unsigned count = field_read_u8(&reader);
	pack_map(&pack, count);
	for (unsigned i = 0; i < count; i++) {
		pack_text(&pack, field_read_text(&reader));
		if (field_read_u8(&reader) == 0)
			pack_text(&pack, field_read_text(&reader));
		else
			pack_integer(&pack, field_read_i64(&reader));
	}
	if (has_agreements)
		agreements_pack(&pack, value);
	pack_name_unsigned(&pack, "version", version);
	return answer(call, &pack);
}

enum call_end
query_run_account(struct call *call, const void *params)
{
	const struct get_params *get = params;
	struct bytes value;
	uint64_t version;
	enum call_end end;
	if (!query_record(call, TABLE_ACCOUNT, get->id, &value, &version, &end))
		return end;
	struct account account = account_read(value);
	bool temporary = account.temporary_till_ms != INT64_MIN;
	struct pack pack = pack_into(call_buffer(call));
	pack_map(&pack, 8u + 2u * temporary + account.frozen + query_telling_pairs(&account.tells));
	pack_name_text(&pack, "account", get->id);
	pack_name_text(&pack, "customer", account.customer);
	pack_name_text(&pack, "currency", account.currency);
	pack_name_text(&pack, "zone", account.zone);
	pack_name_unsigned(&pack, "bill_day", account.bill_day);
	pack_name_money(&pack, "floor", account.floor);
	if (temporary) {
		pack_name_money(&pack, "temporary_floor", account.temporary_floor);
		pack_name_integer(&pack, "temporary_till", account.temporary_till_ms);
	}
	if (account.frozen)
		pack_name_bool(&pack, "frozen", true);
	pack_name(&pack, "balances");
	pack_array(&pack, account.balance_count);
	for (unsigned i = 0; i < account.balance_count; i++)
		pack_text(&pack, field_read_text(&account.balances));
	query_pack_telling(&pack, &account.tells, true);
	pack_name_unsigned(&pack, "version", version);
	return answer(call, &pack);
}

static void
pack_service_ids(struct pack *pack, struct subscription subscription)
{
	pack_name(pack, "service_ids");
	pack_array(pack, subscription.service_count);
	for (unsigned i = 0; i < subscription.service_count; i++) {
		struct text id = field_read_text(&subscription.services);
		struct span span = field_read_span(&subscription.services);
		pack_map(pack, 1 + query_span_pairs(span));
		pack_name_text(pack, "service_id", id);
		query_pack_span(pack, span);
	}
}

static void
pack_named_value(struct pack *pack, const struct named_value *value)
{
	pack_text(pack, value->name);
	if (value->text.data != NULL)
		pack_text(pack, value->text);
	else
		pack_integer(pack, value->number);
}

void
query_pack_facts(struct pack *pack, struct field_reader facts, unsigned count)
{
	pack_name(pack, "facts");
	pack_array(pack, count);
	for (; count > 0; count--) {
		struct span span = field_read_span(&facts);
		struct named_value value = named_value_read(&facts);
		pack_map(pack, 1 + query_span_pairs(span));
		pack_name(pack, "with");
		pack_map(pack, 1);
		pack_named_value(pack, &value);
		query_pack_span(pack, span);
	}
}

/* What the order gave, and each fact by itself. */
static void
pack_values(struct pack *pack, struct package_held held)
{
	if (held.param_count > 0) {
		pack_name(pack, "params");
		pack_map(pack, held.param_count);
	}
	for (unsigned i = 0; i < held.param_count; i++) {
		struct named_value value = named_value_read(&held.params);
		pack_named_value(pack, &value);
	}
	if (held.fact_count > 0)
		query_pack_facts(pack, held.facts, held.fact_count);
}

static void
pack_packages(struct pack *pack, struct subscription subscription)
{
	pack_name(pack, "packages");
	pack_array(pack, subscription.package_count);
	for (unsigned i = 0; i < subscription.package_count; i++) {
		struct package_held held = package_held_read(&subscription.packages);
		bool grouped = held.group.size > 0;
		bool since = grouped && held.group_from_ms != held.span.from_ms;
		bool counted = grouped && held.members > 0;
		pack_map(pack,
			1 + query_span_pairs(held.span) + grouped + since + counted + held.pays +
				(held.param_count > 0) + (held.fact_count > 0));
		pack_name_text(pack, "package", held.package);
		query_pack_span(pack, held.span);
		if (grouped)
			pack_name_text(pack, "group", held.group);
		if (since)
			pack_name_integer(pack, "group_from", held.group_from_ms);
		if (counted)
			pack_name_unsigned(pack, "members", held.members);
		if (held.pays)
			pack_name_bool(pack, "pays", true);
		pack_values(pack, held);
	}
}

static void
pack_payers(struct pack *pack, struct subscription subscription)
{
	pack_name(pack, "payers");
	pack_array(pack, subscription.payer_count);
	for (unsigned i = 0; i < subscription.payer_count; i++) {
		struct payer payer = payer_read(&subscription.payers);
		pack_map(pack, 1u + payer.is_bounded + (payer.pays_count > 0));
		pack_name_text(pack, "account", payer.account);
		if (payer.pays_count > 0) {
			pack_name(pack, "services");
			pack_array(pack, payer.pays_count);
		}
		for (unsigned j = 0; j < payer.pays_count; j++)
			pack_text(pack, field_read_text(&payer.pays));
		if (payer.is_bounded)
			pack_name_money(pack, "up_to", payer.bound);
	}
}

enum call_end
query_run_subscription(struct call *call, const void *params)
{
	const struct get_params *get = params;
	struct bytes value;
	uint64_t version;
	enum call_end end;
	if (!query_record(call, TABLE_SUBSCRIPTION, get->id, &value, &version, &end))
		return end;
	struct subscription subscription = subscription_read(value);
	int64_t terms_ms = subscription_terms(&subscription);
	bool payers = subscription.payer_count > 0;
	struct pack pack = pack_into(call_buffer(call));
	pack_map(&pack, 7u + (terms_ms != INT64_MIN) + payers);
	pack_name_text(&pack, "subscription", get->id);
	pack_name_text(&pack, "account", subscription.account);
	pack_name_text(&pack, "product", subscription.product);
	pack_service_ids(&pack, subscription);
	pack_packages(&pack, subscription);
	pack_name(&pack, "states");
	pack_array(&pack, subscription.state_count);
	struct field_reader states = subscription.states;
	for (unsigned i = 0; i < subscription.state_count; i++) {
		struct span span = field_read_span(&states);
		pack_map(&pack, 1 + query_span_pairs(span));
		pack_name_string(&pack, "state",
			subscription_state_name((enum subscription_state)field_read_u8(&states)));
		query_pack_span(&pack, span);
	}
	if (payers)
		pack_payers(&pack, subscription);
	if (terms_ms != INT64_MIN)
		pack_name_integer(&pack, "terms", terms_ms);
	pack_name_unsigned(&pack, "version", version);
	return answer(call, &pack);
}
