#!/bin/sh
# The launcher's own work, with stand-ins for dpkg, apt, cmake, ninja and ctest that write down how they were called.
# Usage: launcher_test.sh <launcher>
# shellcheck disable=SC2016  # the stand-ins expand their own variables
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# A name that would be a pattern of `find`.
root="$folder/root[1]"
mkdir "$root" "$root/cmake" "$root/harness" "$root/plugins" "$root/reports" "$root/tests" "$folder/bin"
cp "$1" "$root/tutti"
touch "$root/CMakeLists.txt" "$root/harness/source.cpp"
find "$root" -exec touch -d '1 hour ago' {} +
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
stand_in ninja "echo ninja \"\$@\" >>'$calls'; mkdir -p \"\$2/bin\"; printf '#!/bin/sh\\necho program \"\$@\"; echo \$TUTTI_STARTED_AS >$folder/name\\n' >\"\$2/bin/tutti\"; chmod +x \"\$2/bin/tutti\""
stand_in ctest 'echo ctest "$@"; echo "recordings: $TUTTI_GOLDEN"'
stand_in dpkg-query 'for package; do case $package in -*|*" "*) ;; *) echo "installed $package" ;; esac; done'
PATH=$folder/bin:$PATH
export PATH TUTTI_BUILD="$folder/build"

fail() { echo "FAILED: $*" >&2; cat "$calls" >&2; exit 1; }
launcher() { out=$("$root/tutti" "$@" 2>"$folder/err") && status=0 || status=$?; }
called() { grep -q -- "$1" "$calls" || fail "no call of: $1"; }
not_called() { ! grep -q -- "$1" "$calls" || fail "there was a call of: $1"; }
forget() { : >"$calls"; }

# The first start configures, builds the program and the plugins, and hands over the arguments as they are.
launcher run 'a file.toml' --jobs 2
[ "$status" = 0 ] || fail "the first start ended with $status: $(cat "$folder/err")"
[ "$out" = 'program run a file.toml --jobs 2' ] || fail "the program was called as: $out"
[ "$(cat "$folder/name")" = "$root/tutti" ] || fail "the program believes that it was started as: $(cat "$folder/name")"
called 'cmake -S .* -DTUTTI_TESTS=OFF'
called 'ninja .* harness/cli/all harness/perf/all plugins/envs/all plugins/algorithms/all'
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

# Nor does one that may not write to a build with nothing to do.
chmod a-w "$folder/build" "$folder/build/launcher.lock"
launcher status results/quick
chmod u+w "$folder/build" "$folder/build/launcher.lock"
[ "$out" = 'program status results/quick' ] || fail "a build of somebody else's: $(cat "$folder/err")"

# Help comes at once.
for command in test perf install package; do
  touch "$root/harness/source.cpp"
  launcher $command --help
  case $out in "$root/tutti $command"[:\ ]*) ;; *) fail "help of $command was: $out" ;; esac
  [ ! -s "$calls" ] || fail "help of $command built something"
  touch -d '1 hour ago' "$root/harness/source.cpp"
done

# Results and other builds beside the sources are not among them.
mkdir "$root/results" "$root/cmake-build-debug"
touch "$root/cmake-build-debug/object.o"
launcher list
[ ! -s "$calls" ] || fail 'a folder beside the sources counts as a changed source'

# A relative folder inside the tree is not among the sources, whose changes are looked for.
forget
mv "$folder/build" "$root/out"
out=$(cd "$root" && TUTTI_BUILD=out ./tutti list 2>"$folder/err") || fail "a relative TUTTI_BUILD: $(cat "$folder/err")"
[ "$out" = 'program list' ] || fail "the program was called as: $out"
touch "$root/out/later"
forget
(cd "$root" && TUTTI_BUILD=out ./tutti list >"$folder/out" 2>"$folder/err")
[ ! -s "$calls" ] || fail 'the build itself counts as a changed source'
mv "$root/out" "$folder/build"
# Files of the same tick of the clock are of the same age.
touch -d '1 minute ago' "$folder/build/built-with-tests-OFF"

# A changed source is built again, without configuring by itself.
forget
touch "$root/harness/source.cpp"
launcher list
called ninja
not_called cmake
! grep -q 'from nothing' "$folder/err" || fail "a small change was announced as: $(cat "$folder/err")"

# Tests are configured when they are first asked for; arguments go to ctest.
forget
TUTTI_GOLDEN=golden
export TUTTI_GOLDEN
launcher test -R Suite
called 'cmake -S .* -DTUTTI_TESTS=ON'
called 'ninja .* all'
case $out in *'ctest '*'-R Suite'*) ;; *) fail "ctest was called as: $out" ;; esac

case $out in *"recordings: $(pwd)/golden") ;; *) fail "tests look for recordings elsewhere: $out" ;; esac

# An installation is what has been built; its arguments go to cmake.
forget
mkdir "$folder/there"
launcher install --prefix "$folder/there"
[ "$status" = 0 ] || fail "installing ended with $status: $(cat "$folder/err")"
called "cmake --install $folder/build --prefix $folder/there"

# A build for other processors.
forget
rm -r "$folder/build"
TUTTI_NATIVE=OFF launcher list
called 'cmake -S .* -DTUTTI_NATIVE=OFF'

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

# Where nothing is to be installed, nobody is asked.
TUTTI_INSTALL=OFF launcher list
[ "$status" = 0 ] || fail "without installing, the status was $status: $(cat "$folder/err")"
not_called apt-get
called 'cmake -S .* -DTUTTI_TESTS=OFF'
echo 'all as expected'
