/* subscription.put: the other accounts that pay for its usage (see put.h). */
#include "put.h"

#include "shard.h"

#include "base/must.h"

enum { PAYS_BYTES_MAX = BALANCE_PAYS_MAX * 65 };

void
put_write_payers(struct field_writer *writer, const struct list *payers)
{
	const struct payer_params *items = payers->items;
	for (size_t i = 0; i < payers->count; i++) {
		uint8_t place[PAYS_BYTES_MAX];
		struct field_writer pays = fields_into(place, sizeof place);
		const struct get_params *services = items[i].services.items;
		for (size_t j = 0; j < items[i].services.count; j++)
			field_write_text(&pays, services[j].id);
		bool is_bounded = items[i].up_to.micros != NOT_GIVEN;
		payer_write(writer,
			&(struct payer){
				.account = items[i].account,
				.is_bounded = is_bounded,
				.bound = is_bounded ? items[i].up_to : (struct money){ 0 },
				.pays_count = (uint8_t)items[i].services.count,
				.pays = fields_of(fields_written(&pays)),
			});
	}
}

static bool
refuse(struct call *call, struct text why, enum call_end *end)
{
	*end = call_error(call, SAY_FIELDS_CONFLICT, &why, 1);
	return false;
}

/* Each is another account, and stands there once: what it pays in a month is counted for it. */
static bool
check_names(struct call *call, const struct subscription_params *params, enum call_end *end)
{
	const struct payer_params *items = params->payers.items;
	for (size_t i = 0; i < params->payers.count; i++) {
		if (text_equal(items[i].account, params->account))
			return refuse(call,
				BILINGUAL("the account pays anyway; payers are other accounts",
					"该账户本来就付费；payers 为其他账户"),
				end);
		for (size_t j = 0; j < i; j++)
			if (text_equal(items[i].account, items[j].account))
				return refuse(call,
					BILINGUAL("an account is among the payers once",
						"同一账户在 payers 中只能出现一次"),
					end);
	}
	return true;
}

bool
put_check_payers(struct call *call, const struct subscription_params *params, struct text currency,
	enum call_end *end)
{
	const struct payer_params *items = params->payers.items;
	if (!check_names(call, params, end))
		return false;
	for (size_t i = 0; i < params->payers.count; i++) {
		struct record_key key;
		struct bytes value;
		uint64_t version;
		key_of_text(&key, TABLE_ACCOUNT, items[i].account);
		if (!put_read(call, &key, &value, &version, end) ||
			!put_check_paid(call, &items[i].services, end))
			return false;
		if (value.size == 0) {
			*end = put_not_found(call, SAY_ACCOUNT, items[i].account);
			return false;
		}
		if (!text_equal(account_read(value).currency, currency))
			return refuse(call,
				BILINGUAL("a payer is kept in the same currency as the account",
					"payers 的账户币种须与付费账户相同"),
				end);
	}
	return true;
}
