/* A notice that has every field: what its record, its event and its place in a page are tested with. */
#ifndef SUANPAN_TEST_NOTICE_SAMPLE_H
#define SUANPAN_TEST_NOTICE_SAMPLE_H

#include "../../../store/records.h"

static inline struct notice_record
notice_sample(void)
{
	return (struct notice_record){
		.kind = NOTICE_THRESHOLD,
		.made_ms = 2000,
		.at_ms = 1000,
		.account = TEXT("account \"1\""),
		.subscription = TEXT("subscription-1"),
		.package = TEXT("sms_10000"),
		.group = TEXT("acme"),
		.id = TEXT("low"),
		.threshold = TEXT("10%"),
		.of = TEXT("units"),
		.unit = TEXT("item"),
		.amount = 10000,
		.used = 9001,
		.till_ms = 3000,
		.en = TEXT("999 of 10000 are left"),
		.zh = TEXT("10000 条还剩 999 条"),
	};
}

#endif
