/* session.get: an open session as it is (see session.c). */
#include "query.h"
#include "shard.h"

#include "../rules/image.h"
#include "../store/session_record.h"

/* ---- session.get ---- */

static int64_t
held_of(struct session_part part)
{
	int64_t held = 0;
	for (unsigned i = 0; i < part.hold_count; i++)
		held += session_hold_read(&part.holds).amount;
	return held;
}

static void
pack_parts(struct pack *pack, const struct session *session)
{
	struct field_reader parts = session->parts;
	pack_name(pack, "parts");
	pack_array(pack, session->part_count);
	for (unsigned i = 0; i < session->part_count; i++) {
		struct session_part part = session_part_read(&parts, session);
		pack_map(pack, 9);
		pack_name_text(pack, "part", part.id);
		pack_name_text(pack, "service", part.service);
		pack_name_text(pack, "to", part.to);
		pack_name_string(pack, "unit", unit_name((enum unit)part.unit));
		pack_name_integer(pack, "at", part.at_ms);
		pack_name_integer(pack, "used", part.used);
		pack_name_integer(pack, "granted", part.granted);
		pack_name_money(pack, "charged", (struct money){ part.charged });
		pack_name_money(pack, "held", (struct money){ held_of(part) });
	}
}

enum call_end
session_run_get(struct call *call, const void *params)
{
	const struct session_params *asked = params;
	struct record_key key;
	struct bytes value;
	uint64_t version;
	key_of_session(&key, asked->service_id, asked->session);
	switch (call_find(call, shelf_key_of(&key), &value, &version)) {
	case LOOKUP_COLD:
		return call_wait_record(call, shelf_key_of(&key));
	case LOOKUP_ABSENT: {
		struct text arguments[] = { SAY_SESSION, asked->session };
		return call_error(call, SAY_NOT_FOUND, arguments, 2);
	}
	case LOOKUP_FOUND:
		break;
	}
	struct session session = session_read(value);
	struct pack pack = pack_into(call_buffer(call));
	pack_map(&pack, 9);
	pack_name_text(&pack, "service_id", asked->service_id);
	pack_name_text(&pack, "session", asked->session);
	pack_name_text(&pack, "subscription", session.subscription);
	pack_name_text(&pack, "account", session.account);
	pack_name_integer(&pack, "began", session.began_ms);
	pack_name_unsigned(&pack, "number", session.number);
	pack_name_integer(&pack, "valid_till", session.expires_ms);
	pack_parts(&pack, &session);
	pack_name_unsigned(&pack, "version", version);
	return call_answer(call, pack_whole(&pack));
}
