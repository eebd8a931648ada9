#!/bin/bash
# A release check, not a part of ctest: the two commands of README.md on a system that has nothing but git and a shell.
#
#   sudo tests/package/check_system.sh SUITE FOLDER [MIRROR]     SUITE is bookworm (Debian 12) or trixie (Debian 13)
#
# Clones the last commit of this checkout into a bare Debian made by debootstrap, runs the suite, looks at its report, and
# runs every test but those that train for minutes (label "learning"). A warning of the compiler fails the check as well.
# Needs root, debootstrap, 8 GB of disk below FOLDER and a Debian mirror. TUTTI_CHECK_ENVIRONMENT="NAME=VALUE ..." passes
# variables to the commands inside.
set -euo pipefail
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=tests/package/bare_debian.sh
. "$here/bare_debian.sh"
suite=$1
folder=$(readlink -m -- "$2")
make_bare_debian "$suite" "$folder" "${3:-}"
read -r -a inside_environment <<<"${TUTTI_CHECK_ENVIRONMENT:-}"

step "git, and a clone"
inside 'apt-get -qq update; apt-get -qq -y --no-install-recommends install git >install.log 2>&1 || { tail -n 30 install.log; exit 1; }'
git clone --quiet --no-local "$here/../.." "$root/home/user/tutti"
inside 'cat /etc/os-release | sed -n "s/^PRETTY_NAME=//p"; cd tutti; git config --global --add safe.directory "*"; git log -1 --format=%H'

status=0
# run NAME COMMAND: what a user types; the output is kept, and searched for warnings.
run() {
  local log=$root/home/user/$1.log
  step "$2"
  inside "cd tutti; $2 >../$1.log 2>&1" || { status=1; tail -n 60 "$log"; }
  tail -n 4 "$log"
  ! grep -n 'warning:' "$log" || { status=1; echo "the compiler warns; see $log"; }
}
run suite './tutti run suites/quick.toml'
run tests './tutti test -LE learning'
inside 'test -s tutti/results/quick/report/index.html' || status=1

step "versions"
inside "dpkg-query -W -f '\${Package} \${Version}\n' g++ cmake libtorch-dev libdnnl-dev libmujoco-dev libboost-dev libfmt-dev libtomlplusplus-dev gnuplot-nox libc6"
[ "$status" -eq 0 ] && echo 'all as expected'
exit "$status"
