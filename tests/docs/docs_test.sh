#!/bin/sh
# What the documents show is true: every fenced block is checked by its language, every relative link leads to a file.
#
#   ```toml    `tutti check` takes it as a suite. A fragment is completed: seeds, budget, evaluation, task, algorithm.
#   ```sh      runs in a scratch folder with ./tutti, suites/ and results/smoke, a finished run of suites/smoke.toml.
#   ```cpp     compiles against SDK and kit. One without #include gets fragment.hpp; one with `override` becomes part of a
#              class.
#   ```python  runs in the scratch folder, where Python has what it imports.
#
# A comment before a block changes what is done with it; both forms end in " -->":
#   <!-- not run: REASON       for what needs the network, root or minutes
#   <!-- file: NAME            becomes that file of the scratch folder, for later blocks of the same document
#
# Usage: docs_test.sh SOURCES PROGRAM [INCLUDE_FOLDER_OF_LIBTORCH...]
set -eu
sources=$1 program=$2
shift 2
here=$sources/tests/docs
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
documents='README.md docs/*.md suites/README.md plugins/*/*/README.md harness/scaffold/templates/*/README.md'
python=${TUTTI_PYTHON:-python3}

# Blocks that carry no comment of their own: "document language".
not_run='docs/watch.md sh
harness/scaffold/templates/algorithm/README.md sh
harness/scaffold/templates/environment/README.md sh'

failures=0
fail() { failures=$((failures + 1)); printf 'FAILED: %s\n' "$*"; [ ! -s "$folder/out" ] || sed 's/^/    /' "$folder/out"; }

# Writes each block to <number>.block; its first line is document, line, language and comment, with tabs between them.
extract() {
  awk -v out="$folder/blocks" -v document="$1" -v first="$2" '
    /^```/ && !inside { inside = 1; name = sprintf("%s/%04d.block", out, ++count + first)
                        printf "%s\t%d\t%s\t%s\n", document, NR, substr($0, 4), comment >name; next }
    /^```/ { inside = 0; comment = ""; close(name); next }
    inside { print >name; next }
    /^<!-- / { comment = $0; sub(/^<!-- /, "", comment); sub(/ -->$/, "", comment); next }
    NF { comment = "" }' "$sources/$1"
}

check_links() {
  grep -o '](\([^)]*\))' "$sources/$1" | sed 's/^](//; s/)$//; s/#.*//' | while read -r link; do
    case $link in '' | *://*) continue ;; esac
    [ -e "$sources/$(dirname "$1")/$link" ] || echo "$1: no such file: $link"
  done >"$folder/out"
  [ ! -s "$folder/out" ] || fail 'links'
}

# Completes a fragment to a suite; keys before the first table belong to the suite.
completed() {
  grep -q '^seeds' "$1" || echo 'seeds = [1]'
  cat "$1"
  grep -q '^\[run\]' "$1" || printf '[run]\nenvironment_steps = 1000\n'
  grep -q '^\[evaluation\]' "$1" || printf '[evaluation]\ninterval = 500\nepisodes = 2\n'
  grep -q '^\[\[task\]\]' "$1" || printf '[[task]]\nname = "mpe/coop-nav-n3"\n'
  grep -q '^\[\[algorithm\]\]' "$1" || printf '[[algorithm]]\nname = "hatd3"\n'
}

# A fragment with `override` is part of a class; any other stands in a namespace.
compile() {
  if grep -q '#include' "$1"; then
    cat "$1"
  elif grep -q ' override' "$1"; then
    printf '#include "fragment.hpp"\nclass Part : public Fragment {\n public:\n'; cat "$1"; echo '};'
  else
    printf '#include "fragment.hpp"\n'; cat "$1"
  fi >"$folder/block.cpp"
  libtorch=
  if grep -q -e 'torch' -e '"nn/' -e 'replay_buffer' "$1"; then
    [ $# -gt 1 ] || { echo 'skipped: this build has no LibTorch'; return 0; }
    libtorch="-I$sources/plugins/algorithms/common"
  fi
  shift
  for include in "$@"; do [ -z "$libtorch" ] || libtorch="$libtorch -isystem $include"; done
  # shellcheck disable=SC2086  # options or nothing
  "${CXX:-g++}" -std=c++20 -fsyntax-only -Wall -Wextra -Wno-overloaded-virtual -Werror -I"$here" -I"$sources/harness/sdk/include" \
    $libtorch "$folder/block.cpp"
}

python_has() { "$python" -c "$(sed -n 's/^\(import\|from\) \([a-z]*\).*/import \2/p' "$1")" 2>/dev/null; }

mkdir "$folder/blocks" "$folder/scratch"
cd "$folder/scratch"
ln -s "$sources/suites" suites
printf '#!/bin/sh\nexec "%s" "$@"\n' "$program" >tutti
chmod +x tutti
PATH=$folder/scratch:$PATH
unset TUTTI_PLUGIN_PATH
tutti run suites/smoke.toml >"$folder/out" 2>&1 || { fail 'the suite that the documents read'; exit 1; }

count=0
for document in $(cd "$sources" && eval "ls $documents"); do
  check_links "$document"
  extract "$document" "$count"
  count=$(find "$folder/blocks" -name '*.block' | wc -l)
done

checked=0
for block in "$folder"/blocks/*.block; do
  IFS='	' read -r document line language comment <"$block"
  sed 1d "$block" >"$folder/text"
  : >"$folder/out"
  case $comment in
    'not run: '?*) continue ;;
    'file: '?*) cp "$folder/text" "${comment#file: }"; continue ;;
  esac
  case $not_run in *"$document $language"*) continue ;; esac
  case $language in
    toml) completed "$folder/text" >suite.toml; tutti check suite.toml >"$folder/out" 2>&1 || fail "$document:$line: suite" ;;
    sh) (sh -eu "$folder/text") >"$folder/out" 2>&1 </dev/null || fail "$document:$line: commands" ;;
    cpp) compile "$folder/text" "$@" >"$folder/out" 2>&1 || fail "$document:$line: C++" ;;
    python)
      if python_has "$folder/text"; then
        "$python" "$folder/text" >"$folder/out" 2>&1 || fail "$document:$line: Python"
      else
        echo "skipped: $document:$line: $python lacks what it imports"
      fi
      ;;
    '' | text | json) continue ;;
    *) fail "$document:$line: nothing checks a block of \"$language\"" ;;
  esac
  checked=$((checked + 1))
done

tutti describe --markdown >"$folder/reference" 2>"$folder/out"
diff "$sources/docs/plugin-reference.md" "$folder/reference" >"$folder/out" ||
  fail 'docs/plugin-reference.md is not what plugins declare; write it again: ./tutti describe --markdown >docs/plugin-reference.md'

echo "$checked blocks checked, $failures failed"
[ "$failures" -eq 0 ] && [ "$checked" -gt 0 ]
