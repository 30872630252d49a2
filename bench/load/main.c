/*
 * The load generator of `make bench`: asks a target to charge calls and prints one JSON object. See
 * README.md beside this folder for how it is used, and `load --help`.
 */
#include "loop.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/un.h>

static const char usage[] =
	"usage: load --target suanpan|bare|redis|tarantool|postgresql --address HOST:PORT|unix:PATH\n"
	"            [option ...]\n"
	"\n"
	"  --connections N      64\n"
	"  --in-flight N        questions in flight on each connection, 1\n"
	"  --seconds S          measured time, 5\n"
	"  --warm-up S          asked before that and not measured, 1\n"
	"  --count N            ask exactly N times instead\n"
	"  --rate R             open loop: R questions a second, whatever the answers do\n"
	"  --method M           charge (default) or rate: only the price\n"
	"  --sessions           suanpan: sessions of three questions each: reserve, update, commit\n"
	"  --reserves           suanpan: sessions that are only begun, and stay open\n"
	"  --subscriptions N    charge one of these at random, 1000000\n"
	"  --one-account        charge always the same\n"
	"  --call-seconds N     all calls last so long (default: random, 1 to 600)\n"
	"  --day MS             when the day of the calls begins, milliseconds since 1970\n"
	"  --at MS              all calls begin then (default: spread over the day)\n"
	"  --seed N             another seed, other calls, 1\n"
	"  --run N              number in the request ids, 0 to 999: never twice on the same data, 1\n"
	"  --script TEXT        redis: what SCRIPT LOAD gave\n"
	"  --prepare            suanpan: make the subscriptions\n"
	"  --group              suanpan: from now on they share their free minutes\n"
	"  --balances           suanpan: add up the balances of the subscriptions\n";

struct options {
	struct loop_plan plan;
	const char *script;
	bool prepare;
	bool group;
	bool balances;
};

static const struct driver *const drivers[] = {
	&driver_suanpan,
	&driver_redis,
	&driver_tarantool,
	&driver_postgresql,
};

/* The bare loop speaks as Suanpan does. */
static const struct driver *
driver_named(const char *name)
{
	if (strcmp(name, "bare") == 0)
		return &driver_suanpan;
	for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++)
		if (strcmp(drivers[i]->name, name) == 0)
			return drivers[i];
	return NULL;
}

static bool
parse_address(const char *text, struct loop_plan *plan)
{
	memset(&plan->address, 0, sizeof plan->address);
	if (strncmp(text, "unix:", 5) == 0) {
		struct sockaddr_un *local = (struct sockaddr_un *)&plan->address;
		if (strlen(text + 5) >= sizeof local->sun_path)
			return false;
		local->sun_family = AF_UNIX;
		strcpy(local->sun_path, text + 5);
		plan->address_size = sizeof *local;
		return true;
	}
	struct sockaddr_in *remote = (struct sockaddr_in *)&plan->address;
	const char *colon = strrchr(text, ':');
	char host[64];
	if (colon == NULL || (size_t)(colon - text) >= sizeof host)
		return false;
	memcpy(host, text, (size_t)(colon - text));
	host[colon - text] = '\0';
	remote->sin_family = AF_INET;
	remote->sin_port = htons((uint16_t)atoi(colon + 1));
	plan->address_size = sizeof *remote;
	return inet_pton(AF_INET, host, &remote->sin_addr) == 1;
}

static _Noreturn void
refuse(const char *what, const char *value)
{
	fprintf(stderr, "load: %s: %s\n%s", what, value, usage);
	exit(2);
}

static uint64_t
whole(const char *name, const char *text, uint64_t least, uint64_t most)
{
	char *end;
	unsigned long long value = strtoull(text, &end, 10);
	if (*text == '\0' || *text == '-' || *end != '\0' || value < least || value > most)
		refuse(name, text);
	return value;
}

static double
fraction(const char *name, const char *text)
{
	char *end;
	double value = strtod(text, &end);
	if (*text == '\0' || *end != '\0' || !(value >= 0) || value > 1e9)
		refuse(name, text);
	return value;
}

static void
parse_method(const char *name, struct loop_plan *plan)
{
	if (strcmp(name, "rate") == 0)
		plan->kind = QUESTION_RATE;
	else if (strcmp(name, "charge") != 0)
		refuse("no such method", name);
}

enum option_name {
	OPTION_TARGET = 1,
	OPTION_ADDRESS,
	OPTION_CONNECTIONS,
	OPTION_IN_FLIGHT,
	OPTION_SECONDS,
	OPTION_WARM_UP,
	OPTION_COUNT,
	OPTION_RATE,
	OPTION_METHOD,
	OPTION_SESSIONS,
	OPTION_RESERVES,
	OPTION_SUBSCRIPTIONS,
	OPTION_ONE_ACCOUNT,
	OPTION_CALL_SECONDS,
	OPTION_DAY,
	OPTION_AT,
	OPTION_SEED,
	OPTION_RUN,
	OPTION_SCRIPT,
	OPTION_PREPARE,
	OPTION_GROUP,
	OPTION_BALANCES,
	OPTION_HELP,
};

static const struct option names[] = {
	{ "target", required_argument, NULL, OPTION_TARGET },
	{ "address", required_argument, NULL, OPTION_ADDRESS },
	{ "connections", required_argument, NULL, OPTION_CONNECTIONS },
	{ "in-flight", required_argument, NULL, OPTION_IN_FLIGHT },
	{ "seconds", required_argument, NULL, OPTION_SECONDS },
	{ "warm-up", required_argument, NULL, OPTION_WARM_UP },
	{ "count", required_argument, NULL, OPTION_COUNT },
	{ "rate", required_argument, NULL, OPTION_RATE },
	{ "method", required_argument, NULL, OPTION_METHOD },
	{ "sessions", no_argument, NULL, OPTION_SESSIONS },
	{ "reserves", no_argument, NULL, OPTION_RESERVES },
	{ "subscriptions", required_argument, NULL, OPTION_SUBSCRIPTIONS },
	{ "one-account", no_argument, NULL, OPTION_ONE_ACCOUNT },
	{ "call-seconds", required_argument, NULL, OPTION_CALL_SECONDS },
	{ "day", required_argument, NULL, OPTION_DAY },
	{ "at", required_argument, NULL, OPTION_AT },
	{ "seed", required_argument, NULL, OPTION_SEED },
	{ "run", required_argument, NULL, OPTION_RUN },
	{ "script", required_argument, NULL, OPTION_SCRIPT },
	{ "prepare", no_argument, NULL, OPTION_PREPARE },
	{ "group", no_argument, NULL, OPTION_GROUP },
	{ "balances", no_argument, NULL, OPTION_BALANCES },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ NULL, 0, NULL, 0 },
};

/* The options that say what the load is like. */
static void
take_number(struct loop_plan *plan, int option, const char *value)
{
	const char *name = names[option - 1].name;
	switch (option) {
	case OPTION_CONNECTIONS:
		plan->connections = (uint32_t)whole(name, value, 1, 10000);
		break;
	case OPTION_IN_FLIGHT:
		plan->in_flight = (uint32_t)whole(name, value, 1, 100000);
		break;
	case OPTION_SECONDS:
		plan->measured_ns = (uint64_t)(fraction(name, value) * 1e9);
		break;
	case OPTION_WARM_UP:
		plan->warm_up_ns = (uint64_t)(fraction(name, value) * 1e9);
		break;
	case OPTION_COUNT:
		plan->count = whole(name, value, 1, 999999999);
		break;
	case OPTION_RATE:
		plan->rate = fraction(name, value);
		break;
	case OPTION_SUBSCRIPTIONS:
		plan->calls.subscriptions = (uint32_t)whole(name, value, 1, 9999999);
		break;
	case OPTION_CALL_SECONDS:
		plan->calls.seconds = (uint32_t)whole(name, value, 1, 999999);
		break;
	case OPTION_DAY:
		plan->calls.day_ms = (int64_t)whole(name, value, 1, INT64_MAX);
		break;
	case OPTION_AT:
		plan->calls.at_ms = (int64_t)whole(name, value, 1, INT64_MAX);
		break;
	case OPTION_SEED:
		plan->calls.seed = whole(name, value, 0, UINT64_MAX);
		break;
	default:
		plan->run = (uint32_t)whole(name, value, 0, 999);
		break;
	}
}

static void
parse_options(int count, char **arguments, struct options *options)
{
	struct loop_plan *plan = &options->plan;
	int option;
	while ((option = getopt_long(count, arguments, "", names, NULL)) != -1) {
		switch (option) {
		case OPTION_TARGET:
			plan->driver = driver_named(optarg);
			if (plan->driver == NULL)
				refuse("no such target", optarg);
			break;
		case OPTION_ADDRESS:
			if (!parse_address(optarg, plan))
				refuse("not an address", optarg);
			break;
		case OPTION_METHOD:
			parse_method(optarg, plan);
			break;
		case OPTION_RESERVES:
			plan->reserves_only = true;
			plan->kind = QUESTION_SESSION;
			break;
		case OPTION_SESSIONS:
			plan->kind = QUESTION_SESSION;
			break;
		case OPTION_ONE_ACCOUNT:
			plan->calls.subscriptions = 1;
			break;
		case OPTION_SCRIPT:
			options->script = optarg;
			break;
		case OPTION_PREPARE:
			options->prepare = true;
			break;
		case OPTION_GROUP:
			options->group = true;
			break;
		case OPTION_BALANCES:
			options->balances = true;
			break;
		case OPTION_HELP:
			fputs(usage, stdout);
			exit(0);
		case '?':
			exit(2);
		default:
			take_number(plan, option, optarg);
			break;
		}
	}
	if (plan->driver == NULL || plan->address_size == 0 || optind != count)
		refuse("needed", "--target and --address, and nothing but options");
}

static void
print_total(const char *name, total value)
{
	char digits[48];
	size_t at = sizeof digits;
	bool negative = value < 0;
	digits[--at] = '\0';
	do {
		digits[--at] = (char)('0' + (int)(negative ? -(value % 10) : value % 10));
		value /= 10;
	} while (value != 0);
	printf(" \"%s\": %s%s,", name, negative ? "-" : "", digits + at);
}

static void
print_report(const struct loop_plan *plan, const struct loop_report *report)
{
	static const struct {
		const char *name;
		uint32_t per_million;
	} quantiles[] = { { "p50", 500000 }, { "p90", 900000 }, { "p99", 990000 },
		{ "p999", 999000 }, { "max", 1000000 } };
	struct rusage used;
	getrusage(RUSAGE_SELF, &used);
	double seconds = (double)report->measured_ns / 1e9;
	double client = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
		(double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
	printf("{\"target\": \"%s\", \"loop\": \"%s\", \"connections\": %u, \"in_flight\": %u,",
		plan->driver->name, plan->rate > 0 ? "open" : "closed", plan->connections,
		plan->in_flight);
	printf(" \"charged\": %llu, \"repeats\": %llu, \"refused\": %llu, \"errors\": %llu,",
		(unsigned long long)report->charged, (unsigned long long)report->repeats,
		(unsigned long long)report->refused, (unsigned long long)report->errors);
	print_total("amount_micros", report->amount_micros);
	print_total("repeat_amount_micros", report->repeat_amount_micros);
	printf(" \"measured\": %llu, \"seconds\": %.3f, \"per_second\": %.1f, \"behind_max\": %llu,",
		(unsigned long long)report->measured, seconds, (double)report->measured / seconds,
		(unsigned long long)report->behind_max);
	printf(" \"client_cpu_seconds\": %.3f, \"latency_us\": {", client);
	for (size_t i = 0; i < sizeof quantiles / sizeof quantiles[0]; i++)
		printf("%s\"%s\": %.1f", i == 0 ? "" : ", ", quantiles[i].name,
			(double)histogram_quantile(&report->latency, quantiles[i].per_million) /
				1e3);
	const struct histogram *latency = &report->latency;
	printf(", \"mean\": %.1f}}\n",
		latency->count == 0 ? 0.0
				    : (double)latency->total_ns / (double)latency->count / 1e3);
}

/* A target that refuses or errs is reported and ends the program with 1: such a run does not count.
 */
static bool
run_and_print(const struct loop_plan *plan)
{
	static struct loop_report report;
	if (!loop_run(plan, &report))
		return false;
	print_report(plan, &report);
	if (report.refused + report.errors == 0)
		return true;
	fprintf(stderr, "load: %llu refused, %llu errors; the first: %s\n",
		(unsigned long long)report.refused, (unsigned long long)report.errors,
		report.complaint);
	return false;
}

/* Each step needs all of the one before it. */
static bool
prepare(struct loop_plan *plan)
{
	static const enum question_kind steps[] = { QUESTION_CUSTOMER, QUESTION_ACCOUNT,
		QUESTION_SUBSCRIPTION, QUESTION_TOPUP, QUESTION_USE };
	plan->count = plan->calls.subscriptions;
	plan->run = 0;
	plan->rate = 0;
	plan->warm_up_ns = 0;
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		plan->kind = steps[i];
		if (!run_and_print(plan))
			return false;
	}
	return true;
}

int
main(int count, char **arguments)
{
	struct options options = {
		.plan = {
			.connections = 64,
			.in_flight = 1,
			.kind = QUESTION_CHARGE,
			.calls = {
				.seed = 1,
				.subscriptions = 1000000,
				.day_ms = INT64_C(1768924800000), /* 2026-01-21 in Shanghai */
			},
			.run = 1,
			.warm_up_ns = UINT64_C(1000000000),
			.measured_ns = UINT64_C(5000000000),
		},
	};
	parse_options(count, arguments, &options);
	struct loop_plan *plan = &options.plan;
	if (!plan->driver->setup(options.script))
		return 2;
	if (options.prepare)
		return prepare(plan) ? 0 : 1;
	if (plan->count > 0)
		plan->warm_up_ns = 0;
	if (options.balances || options.group) {
		plan->kind = options.group ? QUESTION_GROUP : QUESTION_BALANCE;
		plan->count = plan->calls.subscriptions;
		plan->warm_up_ns = 0;
	}
	return run_and_print(plan) ? 0 : 1;
}
