/* The search for how much can be granted (see quota.h). */
#include "quota.h"

#include "../engine/base/must.h"

struct quota_search
quota_search_of(int64_t asked)
{
	must(asked >= 0);
	return (struct quota_search){ .high = asked, .whole = asked > 0 };
}

bool
quota_search_next(struct quota_search *search, int64_t *quantity)
{
	int64_t between = search->high - search->low;
	if (!search->whole && between <= 1)
		return false;
	search->tried = search->whole ? search->high : search->low + between / 2;
	*quantity = search->tried;
	return true;
}

void
quota_search_tell(struct quota_search *search, bool holds)
{
	must(search->low < search->tried && search->tried <= search->high);
	if (holds)
		search->low = search->tried;
	else
		search->high = search->tried;
	search->whole = false;
}
