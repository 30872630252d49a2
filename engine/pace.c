/* When the loop may rest (see pace.h). */
#include "pace.h"

bool
pace_turn(struct pace *pace, uint64_t calls, uint64_t now_ns)
{
	uint64_t span_ns = now_ns - pace->span_began_ns;
	if (span_ns >= PACE_SPAN_NS) {
		pace->is_high = (calls - pace->span_calls) * PACE_REST_NS >= span_ns * PACE_COMPANY;
		pace->span_began_ns = now_ns;
		pace->span_calls = calls;
	}
	return pace->is_high;
}
