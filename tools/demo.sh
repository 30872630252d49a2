#!/bin/sh
# What `make run` shows: a real server on an embedded store rates a real switch's call file.
#   PROGRAM=build/release/suanpan [ONCE=1] [SUANPAN_DATA=var] [SUANPAN_LISTEN=127.0.0.1:7117] tools/demo.sh
# With ONCE it stops the server after the table. Run again, it charges nothing twice.
set -eu
cd "$(dirname "$0")/.."

program=${PROGRAM:-build/release/suanpan}
data=${SUANPAN_DATA:-var}
catalog=rules/catalogs/fixed_line
calls=tests/data/calls-asterisk.csv
log=$data/server.log
server=

# ---- how it looks ----

bold='' dim='' plain=''
if [ -t 1 ]; then
	bold=$(printf '\033[1m') dim=$(printf '\033[2m') plain=$(printf '\033[0m')
fi
step=0

title() {
	step=$((step + 1))
	printf '\n%s%d  %s%s\n' "$bold" "$step" "$1" "$plain"
}

say() {
	printf '   %s\n' "$1"
}

indented() {
	sed 's/^/   /'
}

fail() {
	printf '\n%s\n' "$1" >&2
	exit 1
}

# ---- the server ----

# Stops what was started, however this script ends: the trap calls it.
# shellcheck disable=SC2317
stop_server() {
	[ -n "$server" ] || return 0
	stopping=$server
	server=
	kill -TERM "$stopping" 2>/dev/null || true
	if wait "$stopping"; then
		say "The server has stopped; everything is in $data."
	else
		say "The server ended with an error; see $log."
	fi
}

log_since_start() {
	tail -n "+$((log_lines + 1))" "$log"
}

start_server() {
	if "$program" call ping --to "$data" >/dev/null 2>&1; then
		fail "$data is in use by another server. Stop that one first (Ctrl-C where it runs)."
	fi
	mkdir -p "$data"
	log_lines=0
	[ ! -f "$log" ] || log_lines=$(wc -l <"$log")
	"$program" serve --data "$data" --usage-age-max "20 years" >>"$log" 2>&1 &
	server=$!
	until "$program" call ping --to "$data" >/dev/null 2>&1; do
		if ! kill -0 "$server" 2>/dev/null; then
			server=
			log_since_start | indented >&2
			fail "The server did not start. The whole log is in $log."
		fi
		sleep 0.1
	done
}

# ---- the subscriptions ----

numbers() {
	awk 'BEGIN {
		for (i = 0; i < 300; i++) printf "07715510%03d\n", i
		for (i = 0; i < 200; i++) printf "07722820%03d\n", i
	}'
}

# One call for each number: awk program that prints it, what the calls do.
for_each_number() {
	numbers | awk "$1" >"$scratch/lines"
	"$program" call --lines "$scratch/lines" --to "$data" >"$scratch/answers" || {
		grep -m 3 -e '"error"' -e '"refused"' "$scratch/answers" | indented >&2
		fail "The $2 could not be made."
	}
}

count_of() {
	grep -c "$1" "$scratch/answers" || true
}

# Each kind in a file of its own: an account needs its customer to be there. The $1 are awk's.
# shellcheck disable=SC2016
make_subscriptions() {
	for_each_number '{ printf "customer.put {\"customer\": \"%s\", \"segment\": \"public\"}\n", $1 }' customers
	for_each_number '{
		printf "account.put {\"account\": \"%s\", \"customer\": \"%s\", \"currency\": \"CNY\"}\n", $1, $1
	}' accounts
	for_each_number '{
		printf "subscription.put {\"subscription\": \"%s\", \"account\": \"%s\", \"product\": \"pstn\", ", $1, $1
		printf "\"service_ids\": [\"%s\"], \"packages\": [\"fixed_line\"]}\n", $1
	}' subscriptions
	made=$(count_of '"stored"')
	for_each_number '{
		printf "balance.topup {\"account\": \"%s\", \"id\": \"first-topup\", ", $1
		printf "\"at\": \"2026-01-01T00:00:00+08:00\", \"amount\": \"5000.00\", \"currency\": \"CNY\"}\n"
	}' top-ups
	again=$(count_of '"repeat": true')
	if [ "$made" = 0 ]; then
		say "500 fixed lines are there already."
	else
		say "$made fixed lines with an account each: 07715510000 to …299 and 07722820000 to …199."
	fi
	if [ "$again" = 0 ]; then
		say "5,000.00 CNY are on each account."
	else
		say "Their 5,000.00 CNY were paid in before: a repeated request counts once."
	fi
}

# ---- the story ----

scratch=$(mktemp -d)
trap 'stop_server; rm -rf "$scratch"' EXIT
trap 'printf "\n"; exit 0' INT TERM

printf '%sSuanpan 算盘%s %s\n' "$bold" "$plain" "$("$program" version | awk 'NR == 1 { print $2 }')"

title "The server"
start_server
log_since_start | grep '^listening' | indented
say "Its data are in $data, its log in $log."

title "The price plan"
say "$catalog is checked, tested and put in force."
"$program" publish "$catalog" --activate --by demo --to "$data" | indented

title "The customers"
make_subscriptions

title "The calls"
say "$calls: 20,000 records of an Asterisk switch."
"$program" rate "$calls" --as asterisk --to "$data" || fail "Not all calls could be charged; see above."

[ -z "${ONCE:-}" ] || exit 0

title "Running"
log_since_start | grep '^listening' | indented
say "${dim}For example:$plain"
say "  $program call balance.get '[\"07715510000\"]' --to $data"
say "  $program call history '{\"account\": \"07715510000\", \"limit\": 3}' --to $data"
say "Ctrl-C stops it."
wait "$server" || true
server=
log_since_start | tail -3 | indented >&2
fail "The server has ended by itself; see $log."
