#!/bin/sh
# Every public header compiles by itself, without a warning, with every compiler that is here; and a compiler that is set
# to C++17 gets one sentence.
# Usage: headers_test.sh <include folder> <folder of LibTorch's headers, or nothing>
set -eu
include=$1
torch=${2:-}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
tried=
for compiler in g++ g++-12 g++-13 g++-14 clang++ clang++-14 clang++-15 clang++-16 clang++-17 clang++-18 clang++-19; do
  command -v "$compiler" >/dev/null || continue
  real=$(readlink -f "$(command -v "$compiler")")
  case " $tried " in *" $real "*) continue ;; esac
  tried="$tried $real"
  for header in "$include"/tutti/*.hpp; do
    name=tutti/$(basename "$header")
    system=
    case $name in tutti/torch*)
      # LibTorch 1.13's own headers do not compile with clang as C++20.
      case $compiler in clang*) continue ;; esac
      [ -n "$torch" ] || continue
      system="-isystem $torch/torch/csrc/api/include"
      [ "$torch" = /usr/include ] || system="$system -isystem $torch"
      ;;
    esac
    printf '#include "%s"\n' "$name" >"$folder/one.cpp"
    # shellcheck disable=SC2086  # options or nothing
    "$compiler" -std=c++20 -fsyntax-only -Wall -Wextra -Wpedantic -Werror -I"$include" $system "$folder/one.cpp" ||
      { echo "FAILED: $compiler, $name"; exit 1; }
  done
  echo '#include "tutti/algorithm.hpp"' >"$folder/old.cpp"
  if "$compiler" -std=c++17 -fsyntax-only -I"$include" "$folder/old.cpp" 2>"$folder/errors"; then
    echo "FAILED: $compiler takes the headers as C++17"
    exit 1
  fi
  grep -q 'headers need C++20' "$folder/errors" || { cat "$folder/errors"; exit 1; }
  [ "$(grep -c 'error: ' "$folder/errors")" -le 2 ] || { echo "FAILED: $compiler says more than it has to:"; cat "$folder/errors"; exit 1; }
done
echo "tried:$tried"
