#!/bin/bash
# A release check, not a part of ctest: installs the Debian package into a bare Debian 12 and works with it there, as a
# user without the sources would.
#
#   ./tutti package
#   sudo tests/package/check_package.sh build-package/tutti_0.2.0_amd64.deb FOLDER [MIRROR]
#
# Needs root, debootstrap, 3 GB of disk below FOLDER and a Debian mirror. FOLDER/base is kept for the next check.
# shellcheck disable=SC2016  # what stands in quotes is expanded inside
set -euo pipefail
# shellcheck source=tests/package/bare_debian.sh
. "$(dirname -- "$0")/bare_debian.sh"
package=$(readlink -f -- "$1")
links_test=$(dirname -- "$(readlink -f -- "$0")")/../docs/links_test.sh
folder=$(readlink -m -- "$2")
make_bare_debian bookworm "$folder" "${3:-}"
cp "$package" "$root/home/user/tutti.deb"

step "the package and what it depends on"
inside 'apt-get -qq update; apt-get -qq -y --no-install-recommends install ./tutti.deb >install.log 2>&1 || { tail -n 30 install.log; exit 1; }'
inside 'dpkg-query -W tutti; dpkg-query -W -f "\${Depends}\n" tutti; du -sh /usr/lib/tutti /usr/bin/tutti'
inside 'for file in /usr/bin/tutti /usr/lib/tutti/plugins/*.so /usr/lib/libtutti*.so; do ! ldd "$file" | grep "not found" || { echo "$file"; exit 1; }; done'

step "the program"
inside 'tutti --version; tutti list'
inside 'test -z "$(tutti list 2>&1 >/dev/null)" || { tutti list >/dev/null; exit 1; }'
inside 'tutti run /usr/share/tutti/suites/smoke.toml; test -s results/smoke/report/index.html; ls results/smoke/report/figures | grep -c svg'
inside 'tutti status results/smoke; tutti report results/smoke --out again; cmp again/tables/main.csv results/smoke/report/tables/main.csv'
inside 'tutti verify hatd3 | tail -n 1; tutti verify mpe | tail -n 1'
inside 'test -s /usr/share/doc/tutti/README.md; test -s /usr/share/doc/tutti/docs/install.md; test -s /usr/share/doc/tutti/LICENSE'
"$links_test" "$root/usr/share/doc/tutti"

step "a plugin of one's own, with the packages that tutti recommends for it"
inside 'apt-get -qq -y --no-install-recommends install g++ cmake ninja-build libtorch-dev libdnnl-dev >install.log 2>&1 || { tail -n 30 install.log; exit 1; }'
for kind in algorithm environment; do
  inside "tutti new $kind my_$kind; cmake -S my_$kind -B my_$kind/build -G Ninja >cmake.log 2>&1 || { cat cmake.log; exit 1; }
    ninja -C my_$kind/build; tutti verify my_$kind/build/my_$kind.so
    TUTTI_PLUGIN_PATH=my_$kind/build tutti run my_$kind/suite.toml --steps 2000 --seeds 1 --set evaluation.interval=1000 --set evaluation.episodes=5
    test -s results/my_$kind/report/index.html"
done

step "removal leaves nothing"
inside 'apt-get -qq -y purge tutti >/dev/null 2>&1; test ! -e /usr/bin/tutti; test ! -e /usr/lib/tutti; test ! -e /usr/share/tutti; test ! -e /usr/lib/cmake/tutti'
echo 'all as expected'
