#!/bin/sh
# What the documents show is true: every fenced block is checked by its language. links_test.sh follows the links.
#
#   ```toml    `tutti check` takes it as a suite. A fragment is completed: seeds, budget, evaluation, task, algorithm.
#   ```sh      runs in a scratch folder with ./tutti, suites/, reports/ and results/smoke, a finished run of suites/smoke.toml.
#   ```cpp     compiles against the SDK. One without #include gets fragment.hpp; one with `override` becomes part of a
#              class.
#   ```python  runs in the scratch folder, where Python has what it imports.
#
# A comment before a block changes what is done with it; both forms end in " -->":
#   <!-- not run: REASON       for what needs the network, root or minutes
#   <!-- file: NAME            becomes that file of the scratch folder, for later blocks of the same document
#
# Usage: docs_test.sh SOURCES PROGRAM
set -eu
sources=$1 program=$2
here=$sources/tests/docs
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
first='README.md docs/*.md suites/README.md'
second='plugins/*/*/README.md harness/scaffold/templates/*/README.md'
python=${TUTTI_PYTHON:-python3}

# Blocks that carry no comment of their own: "document language".
not_run='
docs/watch.md sh
harness/scaffold/templates/algorithm/README.md sh
harness/scaffold/templates/environment/README.md sh
'

own=$folder
fail() { echo x >>"$folder/failures"; printf 'FAILED: %s\n' "$*"; [ ! -s "$own/out" ] || sed 's/^/    /' "$own/out"; }

# Writes each block to <number>.block; its first line is document, line, language and comment, with tabs between them.
extract() {
  awk -v out="$own/blocks" -v document="$1" -v first="$2" '
    /^```/ && !inside { inside = 1; name = sprintf("%s/%04d.block", out, ++count + first)
                        printf "%s\t%d\t%s\t%s\n", document, NR, substr($0, 4), comment >name; next }
    /^```/ { inside = 0; comment = ""; close(name); next }
    inside { print >name; next }
    /^<!-- / { comment = $0; sub(/^<!-- /, "", comment); sub(/ -->$/, "", comment); next }
    NF { comment = "" }' "$sources/$1"
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
  fi >"$own/block.cpp"
  "${CXX:-g++}" -std=c++20 -fsyntax-only -Wall -Wextra -Wno-overloaded-virtual -Werror -I"$here" \
    -I"$sources/harness/sdk/include" "$own/block.cpp"
}

python_has() { "$python" -c "$(sed -n 's/^\(import\|from\) \([a-z]*\).*/import \2/p' "$1")" 2>/dev/null; }

check_block() {
  IFS='	' read -r document line language comment <"$1"
  sed 1d "$1" >"$own/text"
  : >"$own/out"
  case $comment in
    'not run: '?*) return ;;
    'file: '?*) cp "$own/text" "${comment#file: }"; return ;;
  esac
  case $not_run in *"
$document $language
"*) return ;; esac
  case $language in
    toml) completed "$own/text" >suite.toml; tutti check suite.toml >"$own/out" 2>&1 || fail "$document:$line: suite" ;;
    sh) (sh -eu "$own/text") >"$own/out" 2>&1 </dev/null || fail "$document:$line: commands" ;;
    cpp) compile "$own/text" >"$own/out" 2>&1 || fail "$document:$line: C++" ;;
    python)
      if python_has "$own/text"; then
        "$python" "$own/text" >"$own/out" 2>&1 || fail "$document:$line: Python"
      else
        echo "skipped: $document:$line: $python lacks what it imports"
      fi
      ;;
    '' | text | json) return ;;
    *) fail "$document:$line: nothing checks a block of \"$language\"" ;;
  esac
  echo x >>"$folder/checked"
}

# Checks documents, given as patterns, in a folder of its own.
check_documents() {
  own=$folder/$1 documents=$2
  mkdir "$own" "$own/blocks"
  cp -r "$folder/scratch" "$own/scratch"
  cd "$own/scratch"
  PATH=$own/scratch:$PATH
  for document in $(cd "$sources" && eval "ls $documents"); do
    extract "$document" "$(find "$own/blocks" -name '*.block' | wc -l)"
  done
  for block in "$own"/blocks/*.block; do check_block "$block"; done
}

mkdir "$folder/scratch"
cd "$folder/scratch"
ln -s "$sources/suites" "$sources/reports" .
printf '#!/bin/sh\nexec "%s" "$@"\n' "$program" >tutti
chmod +x tutti
unset TUTTI_PLUGIN_PATH
touch "$folder/failures" "$folder/checked"
./tutti run suites/smoke.toml >"$folder/out" 2>&1 || { fail 'the suite that the documents read'; exit 1; }
check_documents first "$first" &
one=$!
check_documents second "$second" &
two=$!
for half in $one $two; do wait "$half" || fail 'a half of the documents was not checked to its end'; done

./tutti describe --markdown >"$folder/reference" 2>"$folder/out"
diff "$sources/docs/plugin-reference.md" "$folder/reference" >"$folder/out" ||
  fail 'docs/plugin-reference.md is not what plugins declare; write it again: ./tutti describe --markdown >docs/plugin-reference.md'

echo "$(wc -l <"$folder/checked") blocks checked, $(wc -l <"$folder/failures") failures"
[ ! -s "$folder/failures" ] && [ -s "$folder/checked" ]
