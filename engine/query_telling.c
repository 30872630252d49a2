/* Reading: when somebody is to be told of money (see query.h). */
#include "query.h"

static void
pack_amount(struct pack *pack, int64_t amount, bool money)
{
	if (money)
		pack_money(pack, (struct money){ amount });
	else
		pack_integer(pack, amount);
}

uint32_t
query_telling_pairs(const struct telling *telling)
{
	return (uint32_t)(telling->low_count > 0) + (telling->percent_count > 0) +
		(telling->full > 0) + (telling->before_end.count > 0) + (telling->soon_ms != 0);
}

void
query_pack_lead(struct pack *pack, const char *name, struct validity lead)
{
	pack_name(pack, name);
	pack_map(pack, 2);
	pack_name_unsigned(pack, "count", lead.count);
	pack_name_string(pack, "every", validity_every_name(lead.every));
}

void
query_pack_telling(struct pack *pack, const struct telling *telling, bool money)
{
	if (telling->low_count > 0) {
		pack_name(pack, "low_balance");
		pack_array(pack, telling->low_count);
	}
	for (unsigned i = 0; i < telling->low_count; i++)
		pack_amount(pack, telling_low(telling, i), money);
	if (telling->percent_count > 0) {
		pack_name(pack, "low_percent");
		pack_array(pack, telling->percent_count);
	}
	for (unsigned i = 0; i < telling->percent_count; i++)
		pack_integer(pack, telling->percents[i]);
	if (telling->full > 0) {
		pack_name(pack, "full");
		pack_amount(pack, telling->full, money);
	}
	if (telling->before_end.count > 0)
		query_pack_lead(pack, "expires_soon", telling->before_end);
	if (telling->soon_ms != 0)
		pack_name_integer(pack, "soon", telling->soon_ms);
}
