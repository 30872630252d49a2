#!/bin/sh
# Installs the Debian packages that a target needs and that are missing; says what it does, does nothing when all are there.
#   tools/install.sh build | test | bench ...
set -eu

build="gcc make pkg-config libc6-dev liblua5.4-dev libuv1-dev liblmdb-dev libmsgpack-dev libxxhash-dev libssl-dev libisal-dev libjansson-dev libcurl4-openssl-dev libzstd-dev tzdata"
test="$build libcmocka-dev python3 python3-pytest python3-msgpack python3-hypothesis clang libclang-rt-14-dev clang-tidy clang-format cppcheck shellcheck lua-check lua5.4 strace neovim"
bench="$build strace redis-server tarantool postgresql libpq-dev python3 python3-msgpack python3-matplotlib"

wanted=""
for group in "$@"; do
	case $group in
	build) wanted="$wanted $build" ;;
	test) wanted="$wanted $test" ;;
	bench) wanted="$wanted $bench" ;;
	*)
		echo "install.sh: no group '$group'; there are build, test, bench" >&2
		exit 2
		;;
	esac
done

missing=""
for package in $wanted; do
	case " $missing " in *" $package "*) continue ;; esac
	state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
	[ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

echo "Installing Debian packages:$missing"
as_root=""
if [ "$(id -u)" != 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "install.sh: not root, and no sudo here. As root, run: apt-get install$missing" >&2
		exit 1
	fi
	as_root=sudo
fi
export DEBIAN_FRONTEND=noninteractive
# A server that a package brings is for the bench, which starts its own: don't start it now.
# shellcheck disable=SC2086
$as_root apt-get -qq update && $as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -qq -y --no-install-recommends install $missing >/dev/null
