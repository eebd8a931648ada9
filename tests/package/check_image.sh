#!/bin/bash
# A release check, not a part of ctest: the Dockerfile without Docker. Its steps run one after another in a bare Debian 12,
# then what its comment shows a user.
#
#   sudo tests/package/check_image.sh FOLDER [MIRROR]
#
# Takes the last commit of this checkout. Needs root, debootstrap, 5 GB of disk below FOLDER and a Debian mirror.
# TUTTI_CHECK_ENVIRONMENT="NAME=VALUE ..." passes variables to the steps, in place of `docker build --build-arg`.
set -euo pipefail
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=tests/package/bare_debian.sh
. "$here/bare_debian.sh"
dockerfile=$here/../../Dockerfile
make_bare_debian bookworm "$(readlink -m -- "$1")" "${2:-}"
read -r -a inside_environment <<<"${TUTTI_CHECK_ENVIRONMENT:-}"
inside_environment+=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)  # Docker's

working_folder=/
# docker_step INSTRUCTION REST: does what an instruction of the Dockerfile does in an image.
docker_step() {
  step "$1 $2"
  case $1 in
    FROM) [ "$2" = debian:bookworm-slim ] || { echo "this check has another Debian"; exit 1; } ;;
    ARG) inside_environment=("$2" "${inside_environment[@]}") ;;  # a variable that was passed comes later, and wins
    COPY) [ "$2" = '. /opt/tutti' ] || { echo "this check copies something else"; exit 1; }
      mkdir -p "$root/opt/tutti" && git -C "$here/../.." archive HEAD | tar -x -C "$root/opt/tutti" ;;
    RUN) inside "cd $working_folder; $2" ;;
    WORKDIR) working_folder=$2 && mkdir -p "$root$2" ;;
    ENTRYPOINT) [ "$2" = '["tutti"]' ] || { echo "this check starts another program"; exit 1; } ;;
    *) echo "this check does not know the instruction $1"; exit 1 ;;
  esac
}
while read -r instruction rest; do
  docker_step "$instruction" "$rest" </dev/null
done < <(grep -v '^#' "$dockerfile")

step "docker run tutti run /opt/tutti/suites/quick.toml"
inside "cd $working_folder; tutti run /opt/tutti/suites/quick.toml; test -s results/quick/report/index.html"
inside 'test ! -e /opt/tutti/build; du -sh / --exclude=/proc 2>/dev/null | sed "s/^/the image: /"'
echo 'all as expected'
