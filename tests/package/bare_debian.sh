# What the release checks of this folder share; sourced by them. They need root, debootstrap, a Debian mirror and some
# gigabytes of disk.
#
#   make_bare_debian SUITE FOLDER [MIRROR]    FOLDER/root is a bare Debian SUITE; FOLDER/base is kept for the next check
#   inside COMMANDS                           runs shell commands there, in /home/user; the first failure ends the check
#
# Nothing but /proc of this machine is visible inside.
# shellcheck shell=bash

step() { printf '\n=== %s\n' "$*"; }
inside() { chroot "$root" /usr/bin/env -i HOME=/home/user PATH=/usr/bin:/usr/sbin:/bin:/sbin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
  "${inside_environment[@]}" /bin/sh -euc "cd /home/user; $1"; }
leave() { mountpoint -q "$root/proc" && umount "$root/proc"; }

inside_environment=()
make_bare_debian() {
  local suite=$1 folder=$2 mirror=${3:-}  # else the one that debootstrap knows
  root=$folder/root
  trap leave EXIT
  mkdir -p "$folder"
  # One that was interrupted has no such file.
  if [ ! -f "$folder/base-is-complete" ]; then
    step "a bare Debian, $suite"
    rm -rf "$folder/base"
    debootstrap --variant=minbase "$suite" "$folder/base" ${mirror:+"$mirror"} >"$folder/debootstrap.log" ||
      { tail "$folder/debootstrap.log"; exit 1; }
    touch "$folder/base-is-complete"
  fi
  leave || true
  rm -rf "$root"
  cp -a "$folder/base" "$root"
  mount -t proc proc "$root/proc"
  mkdir "$root/home/user"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  for file in /etc/apt/apt.conf.d/*roxy*; do [ ! -e "$file" ] || cp "$file" "$root/etc/apt/apt.conf.d/"; done
}
