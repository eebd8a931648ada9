#!/bin/sh
# The launcher's own work, with stand-ins for dpkg, apt, cmake, ninja and ctest that write down how they were called.
# Usage: launcher_test.sh <launcher>
# shellcheck disable=SC2016  # the stand-ins expand their own variables
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/root" "$folder/bin"
cp "$1" "$folder/root/tutti"
touch -d '1 hour ago' "$folder/root/source.cpp" "$folder/root/tutti" "$folder/root"
calls=$folder/calls
: >"$calls"

stand_in() {
  printf '#!/bin/sh\n%s\n' "$2" >"$folder/bin/$1"
  chmod +x "$folder/bin/$1"
}
stand_in apt-get "echo apt-get \"\$@\" >>'$calls'"
stand_in id 'echo "${FAKE_USER:-0}"'
stand_in sudo 'exit 1'
stand_in cmake "echo cmake \"\$@\" >>'$calls'; echo TUTTI_TESTS:BOOL=\${7#-DTUTTI_TESTS=} >\"\$4/CMakeCache.txt\"; touch \"\$4/build.ninja\""
stand_in ninja "echo ninja \"\$@\" >>'$calls'; mkdir -p \"\$2/bin\"; printf '#!/bin/sh\\necho program \"\$@\"\\n' >\"\$2/bin/tutti\"; chmod +x \"\$2/bin/tutti\""
stand_in ctest 'echo ctest "$@"; echo "recordings: $TUTTI_GOLDEN"'
stand_in dpkg-query 'for package; do case $package in -*|*" "*) ;; *) echo "installed $package" ;; esac; done'
PATH=$folder/bin:$PATH
export PATH TUTTI_BUILD="$folder/build"

fail() { echo "FAILED: $*" >&2; cat "$calls" >&2; exit 1; }
launcher() { out=$("$folder/root/tutti" "$@" 2>"$folder/err") && status=0 || status=$?; }
called() { grep -q -- "$1" "$calls" || fail "no call of: $1"; }
not_called() { ! grep -q -- "$1" "$calls" || fail "there was a call of: $1"; }
forget() { : >"$calls"; }

# The first start configures, builds the program and the plugins, and hands over the arguments as they are.
launcher run 'a file.toml' --jobs 2
[ "$status" = 0 ] || fail "the first start ended with $status: $(cat "$folder/err")"
[ "$out" = 'program run a file.toml --jobs 2' ] || fail "the program was called as: $out"
called 'cmake -S .* -DTUTTI_TESTS=OFF'
called 'ninja .* harness/cli/all plugins/envs/all plugins/algorithms/all'
not_called apt-get

# A second start does nothing but hand over, and quickly.
forget
launcher list
[ "$out" = 'program list' ] || fail "the program was called as: $out"
[ ! -s "$calls" ] || fail 'a start with nothing to do did something'
[ ! -s "$folder/err" ] || fail "a start with nothing to do said: $(cat "$folder/err")"
# Processor time, which says the same on a busy machine; the second line is that of the processes started here.
processor=$( (launcher list; times) | tail -n 1)
case $processor in 0m0.[0-4]*' '0m0.[0-4]*) ;; *) fail "a start with nothing to do took (user, system) $processor" ;; esac

# A relative folder inside the tree is not among the sources, whose changes are looked for.
forget
mv "$folder/build" "$folder/root/out"
out=$(cd "$folder/root" && TUTTI_BUILD=out ./tutti list 2>"$folder/err") || fail "a relative TUTTI_BUILD: $(cat "$folder/err")"
[ "$out" = 'program list' ] || fail "the program was called as: $out"
touch "$folder/root/out/later"
forget
(cd "$folder/root" && TUTTI_BUILD=out ./tutti list >"$folder/out" 2>"$folder/err")
[ ! -s "$calls" ] || fail 'the build itself counts as a changed source'
mv "$folder/root/out" "$folder/build"
# Files of the same tick of the clock are of the same age.
touch -d '1 minute ago' "$folder/build/built-with-tests-OFF"
touch -d '1 hour ago' "$folder/root"

# A changed source is built again, without configuring by itself.
forget
touch "$folder/root/source.cpp"
launcher list
called ninja
not_called cmake

# Tests are configured when they are first asked for; arguments go to ctest.
forget
TUTTI_GOLDEN=golden
export TUTTI_GOLDEN
launcher test -R Suite
called 'cmake -S .* -DTUTTI_TESTS=ON'
called 'ninja .* all'
case $out in *'ctest '*'-R Suite'*) ;; *) fail "ctest was called as: $out" ;; esac

case $out in *"recordings: $(pwd)/golden") ;; *) fail "tests look for recordings elsewhere: $out" ;; esac

# Missing packages are installed where that is allowed ...
forget
rm -r "$folder/build"
stand_in dpkg-query 'for package; do case $package in -*|*" "*|libfmt-dev|libtorch-dev) ;; *) echo "installed $package" ;; esac; done; exit 1'
launcher list
[ "$status" = 0 ] || fail "installing ended with $status: $(cat "$folder/err")"
called 'apt-get .* install libfmt-dev libtorch-dev$'

# ... else the one command to type is printed, and nothing is built.
forget
rm -r "$folder/build"
FAKE_USER=1000
export FAKE_USER
launcher list
[ "$status" = 2 ] || fail "without the right to install, the status was $status"
grep -q 'sudo apt-get install --no-install-recommends libfmt-dev libtorch-dev' "$folder/err" || fail "it said: $(cat "$folder/err")"
not_called ninja
echo 'all as expected'
