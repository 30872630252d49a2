/* A session's request in words (see explain_session.h). */
#include "explain_session.h"

#include "../rules/explain.h"

#include <inttypes.h>

struct wording {
	const struct release *release;
	bool zh;
	struct text currency;
	struct buffer *out;
};

static struct text
money_text(struct money amount, char text[MONEY_TEXT_MAX])
{
	return (struct text){ text, money_format(amount, text) };
}

/* "session s1 of 13900000001, request 3: granted" */
static bool
write_head(const struct wording *wording, const struct explained_request *explained)
{
	const struct unpriced_request *request = explained->request;
	if (!buffer_print(wording->out, wording->zh ? "%.*s 的会话 %.*s" : "session %.*s of %.*s",
		    TEXT_ARGS(wording->zh ? explained->service_id : explained->session),
		    TEXT_ARGS(wording->zh ? explained->session : explained->service_id)))
		return false;
	if (request->request == 0)
		return buffer_print(wording->out,
			wording->zh ? "，逾时未有请求：%.*s\n"
				    : ", of which nothing was heard: %.*s\n",
			TEXT_ARGS(request->outcome));
	return buffer_print(wording->out,
		wording->zh ? "，请求 %" PRId64 "：%.*s\n" : ", request %" PRId64 ": %.*s\n",
		request->number, TEXT_ARGS(request->outcome));
}

static struct text
unit_text(const struct wording *wording, const struct unpriced_report *report)
{
	const struct image *image = release_image(wording->release);
	uint32_t service = image_service(image, report->service);
	enum unit unit = report->unit;
	if (!report->has_unit && service != NO_INDEX)
		unit = image->services[service].unit;
	return text_of(unit_name(unit));
}

/* "voice: 390 second in all, 100 of them now" */
static bool
write_used(const struct wording *wording, const struct unpriced_report *report)
{
	struct text unit = unit_text(wording, report);
	return buffer_print(wording->out,
		wording->zh ? "%.*s：累计 %" PRId64 " %.*s，本次 %" PRId64 "\n"
			    : "%.*s: %" PRId64 " %.*s in all, %" PRId64 " of them now\n",
		TEXT_ARGS(report->part), report->used, TEXT_ARGS(unit), report->used_now);
}

/* What a part costs that was used so far, what was charged before, and what is charged now. */
static bool
write_difference(const struct wording *wording, const struct unpriced_report *report)
{
	char all[MONEY_TEXT_MAX], before[MONEY_TEXT_MAX], now[MONEY_TEXT_MAX];
	const struct money difference = { report->charged.micros - report->before.micros };
	return buffer_print(wording->out,
		wording->zh ? "  至此合计 %.*s %.*s，此前已收 %.*s，本次收取 %.*s\n"
			    : "  in all so far %.*s %.*s, charged before %.*s, charged now %.*s\n",
		TEXT_ARGS(money_text(report->pricing.amount, all)), TEXT_ARGS(wording->currency),
		TEXT_ARGS(money_text(report->before, before)),
		TEXT_ARGS(money_text(difference, now)));
}

/* What is not charged of what was used, and why. */
static bool
write_missing(const struct wording *wording, const struct unpriced_report *report)
{
	char unpaid[MONEY_TEXT_MAX];
	struct text say = wording->zh ? report->why.zh : report->why.en;
	if (report->charged.micros > report->pricing.amount.micros &&
		!buffer_print(wording->out,
			wording->zh ? "  合计低于此前已收：不再收取，也不退还\n"
				    : "  which is less than was charged: nothing is charged, and "
				      "nothing given back\n"))
		return false;
	if (report->unpaid.micros > 0 &&
		!buffer_print(wording->out,
			wording->zh ? "  未收取 %.*s：余额不足；以后的上报可收取时再收取\n"
				    : "  not paid %.*s: no more could be paid; a later report "
				      "charges it if it can be\n",
			TEXT_ARGS(money_text(report->unpaid, unpaid))))
		return false;
	return report->unpriced == 0 ||
		buffer_print(wording->out,
			wording->zh ? "  其中 %" PRId64 " 无法计价：%.*s\n"
				    : "  nothing prices %" PRId64 " of it: %.*s\n",
			report->unpriced, TEXT_ARGS(say));
}

/* What may be used yet, and what is held for it. */
static bool
write_granted(const struct wording *wording, const struct unpriced_report *report)
{
	char held[MONEY_TEXT_MAX];
	struct text say = wording->zh ? report->why.zh : report->why.en;
	if (!report->is_asked)
		return true;
	bool whole = buffer_print(wording->out,
		wording->zh ? "%.*s：授予 %" PRId64 " %.*s，冻结 %.*s %.*s"
			    : "%.*s: %" PRId64 " %.*s granted, %.*s %.*s held",
		TEXT_ARGS(report->part), report->granted, TEXT_ARGS(unit_text(wording, report)),
		TEXT_ARGS(money_text(report->held, held)), TEXT_ARGS(wording->currency));
	if (say.size > 0 && report->unpriced == 0)
		whole = whole &&
			buffer_print(
				wording->out, wording->zh ? "（%.*s）" : " (%.*s)", TEXT_ARGS(say));
	return whole && buffer_print(wording->out, "\n");
}

static bool
write_report(const struct wording *wording, const struct unpriced_report *report)
{
	struct text language = wording->zh ? TEXT("zh") : TEXT("en");
	if (!report->is_priced)
		return write_granted(wording, report);
	return write_used(wording, report) &&
		explain_pricing(wording->release, language, &report->pricing, wording->out) &&
		write_difference(wording, report) && write_missing(wording, report) &&
		write_granted(wording, report);
}

bool
explain_payer(const struct unpriced_payer *payer, struct text currency, struct buffer *out)
{
	char amount[MONEY_TEXT_MAX];
	return buffer_print(out, "  %.*s%s%.*s %.*s %.*s\n", TEXT_ARGS(payer->account),
		payer->account.size > 0 ? "/" : "", TEXT_ARGS(payer->balance),
		TEXT_ARGS(money_text(payer->amount, amount)), TEXT_ARGS(currency));
}

static bool
write_payers(const struct wording *wording, const struct unpriced_request *request)
{
	bool whole = request->payer_count == 0 ||
		buffer_print(wording->out, "%s\n", wording->zh ? "付款账本：" : "paid from:");
	for (size_t i = 0; i < request->payer_count && whole; i++)
		whole = explain_payer(&request->payers[i], wording->currency, wording->out);
	return whole;
}

bool
explain_session(const struct release *release, bool zh, const struct explained_request *explained,
	struct buffer *out)
{
	const struct unpriced_request *request = explained->request;
	const struct wording wording = { release, zh, release_image(release)->currency, out };
	bool whole = write_head(&wording, explained);
	for (size_t i = 0; i < request->report_count && whole; i++)
		whole = write_report(&wording, &request->reports[i]);
	return whole && write_payers(&wording, request);
}
