#!/bin/sh
# Every relative link of the documents below a folder leads to a file or a folder there: of the sources, and of an
# installed tree.
#
# Usage: links_test.sh FOLDER [PART...]     documents of these parts of it; all if left out
set -eu
cd "$1"
shift
[ $# -gt 0 ] || set -- .
find "$@" -name '*.md' | while read -r document; do
  grep -oE '\]\([^)]*\)|(src|href)="[^"]*"' "$document" | sed -E 's/^(\]\(|[a-z]*=")//; s/[)"]$//; s/#.*//' |
    while read -r link; do
      case $link in '' | *://*) continue ;; esac
      echo checked
      [ -e "$(dirname "$document")/$link" ] || echo "$document: leads nowhere: $link"
    done
done | sort | uniq -c | awk '$2 == "checked" { checked = $1; next } { $1 = ""; print; ++wrong }
  END { printf "%d links checked, %d lead nowhere\n", checked, wrong; exit wrong > 0 || checked == 0 }'
