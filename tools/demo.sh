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

# Each sentence is given twice, in English and in Chinese; the terminal's locale chooses, as the program itself does.
case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in
zh*) choose() { printf '%s' "$2"; } ;;
*) choose() { printf '%s' "$1"; } ;;
esac

title() {
	step=$((step + 1))
	printf '\n%s%d  %s%s\n' "$bold" "$step" "$(choose "$@")" "$plain"
}

say() {
	printf '   %s\n' "$(choose "$@")"
}

indented() {
	sed 's/^/   /'
}

fail() {
	printf '\n%s\n' "$(choose "$@")" >&2
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
		say "The server has stopped; everything is in $data." "服务器已停止，全部数据在 $data 中。"
	else
		say "The server ended with an error; see $log." "服务器异常结束，请查看 $log。"
	fi
}

log_since_start() {
	tail -n "+$((log_lines + 1))" "$log"
}

start_server() {
	if "$program" call ping --to "$data" >/dev/null 2>&1; then
		fail "$data is in use by another server. Stop that one first (Ctrl-C where it runs)." \
			"$data 正被另一个服务器使用，请先停止它（在其终端按 Ctrl-C）。"
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
			fail "The server did not start. The whole log is in $log." "服务器未能启动，完整日志在 $log。"
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

# One call for each number: awk program that prints it, what the calls make, in both languages.
for_each_number() {
	numbers | awk "$1" >"$scratch/lines"
	"$program" call --lines "$scratch/lines" --to "$data" >"$scratch/answers" || {
		grep -m 3 -e '"error"' -e '"refused"' "$scratch/answers" | indented >&2
		fail "The $2 could not be made." "无法创建$3。"
	}
}

count_of() {
	grep -c "$1" "$scratch/answers" || true
}

# Each kind in a file of its own: an account needs its customer to be there. The $1 are awk's.
# shellcheck disable=SC2016
make_subscriptions() {
	for_each_number '{ printf "customer.put {\"customer\": \"%s\", \"segment\": \"public\"}\n", $1 }' customers 客户
	for_each_number '{
		printf "account.put {\"account\": \"%s\", \"customer\": \"%s\", \"currency\": \"CNY\"}\n", $1, $1
	}' accounts 账户
	for_each_number '{
		printf "subscription.put {\"subscription\": \"%s\", \"account\": \"%s\", \"product\": \"pstn\", ", $1, $1
		printf "\"service_ids\": [\"%s\"], \"packages\": [\"fixed_line\"]}\n", $1
	}' subscriptions 用户
	made=$(count_of '"stored"')
	for_each_number '{
		printf "balance.topup {\"account\": \"%s\", \"id\": \"first-topup\", ", $1
		printf "\"at\": \"2026-01-01T00:00:00+08:00\", \"amount\": \"5000.00\", \"currency\": \"CNY\"}\n"
	}' top-ups 充值
	again=$(count_of '"repeat": true')
	if [ "$made" = 0 ]; then
		say "500 fixed lines are there already." "500 部固定电话已经存在。"
	else
		say "$made fixed lines with an account each: 07715510000 to …299 and 07722820000 to …199." \
			"$made 部固定电话，各有一个账户：07715510000 至 …299 和 07722820000 至 …199。"
	fi
	if [ "$again" = 0 ]; then
		say "5,000.00 CNY are on each account." "每个账户有 5,000.00 CNY。"
	else
		say "Their 5,000.00 CNY were paid in before: a repeated request counts once." \
			"每个账户的 5,000.00 CNY 此前已充值：重复的请求只算一次。"
	fi
}

# ---- the story ----

scratch=$(mktemp -d)
trap 'stop_server; rm -rf "$scratch"' EXIT
trap 'printf "\n"; exit 0' INT TERM

printf '%sSuanpan 算盘%s %s\n' "$bold" "$plain" "$("$program" version | awk 'NR == 1 { print $2 }')"

title "The server" "服务器"
start_server
log_since_start | grep '^listening' | indented
say "Its data are in $data, its log in $log." "数据在 $data，日志在 $log。"

title "The price plan" "定价计划"
say "$catalog is checked, tested and put in force." "检查并测试 $catalog，然后生效。"
"$program" publish "$catalog" --activate --by demo --to "$data" | indented

title "The customers" "客户"
make_subscriptions

title "The calls" "话单"
say "$calls: 20,000 records of an Asterisk switch." "$calls：Asterisk 交换机的 20,000 条话单。"
"$program" rate "$calls" --as asterisk --to "$data" || fail "Not all calls could be charged; see above." "部分话单未能计费，见上。"

[ -z "${ONCE:-}" ] || exit 0

title "Running" "运行中"
log_since_start | grep '^listening' | indented
say "${dim}For example:$plain" "${dim}例如：$plain"
printf "     %s call balance.get '[\"07715510000\"]' --to %s\n" "$program" "$data"
printf "     %s call history '{\"account\": \"07715510000\", \"limit\": 3}' --to %s\n" "$program" "$data"
say "Ctrl-C stops it." "按 Ctrl-C 停止。"
wait "$server" || true
server=
log_since_start | tail -3 | indented >&2
fail "The server has ended by itself; see $log." "服务器自行结束，请查看 $log。"
