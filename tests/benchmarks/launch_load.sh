#!/bin/sh
# What the launcher itself costs: a suite of many tiny runs of the fixture plugins, two at once. Prints how long all of
# them took, the least and the most memory of the host meanwhile, and how long a run takes to its first step.
# Usage: launch_load.sh [BUILD] [RUNS]
set -eu

build=$(readlink -f "${1:-build}")
runs=${2:-1000}
export TUTTI_PLUGIN_PATH="$build/fixtures/sound"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

seeds=$(seq -s ', ' "$runs")
cat >load.toml <<SUITE
seeds = [$seeds]
[run]
environment_steps = 200
[evaluation]
interval = 100
episodes = 3
[[task]]
name = "line/short"
[[algorithm]]
name = "learner"
SUITE

# Kilobytes.
resident() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status" 2>/dev/null; }

started=$(date +%s.%N)
"$build/bin/tutti" run load.toml --jobs 2 --no-report >out 2>&1 &
host=$!
while kill -0 "$host" 2>/dev/null; do
  resident "$host" >>memory || true
  sleep 0.5
done
wait "$host" || { tail -n 5 out; exit 1; }
ended=$(date +%s.%N)

finished=$(find results -name run.json -exec grep -l '"status": "finished"' {} + | wc -l)
echo "$finished of $runs runs finished in $(echo "$started $ended" | awk '{ printf "%.0f", $2 - $1 }') s, load average $(cut -d ' ' -f 1 /proc/loadavg)"
# The first and the last sample are of a host that begins or ends.
sed '1d;$d' memory | sort -n | awk '{ all[NR] = $1 } END { printf "memory of the host: %.1f to %.1f MB\n", all[1] / 1024, all[NR] / 1024 }'
find results -name run.json -exec sed -n 's/.*"startup_seconds": \([0-9.e-]*\).*/\1/p' {} + | sort -g |
  awk '{ all[NR] = $1 } END { printf "from the start of a process to its first step: median %.3f s, most %.3f s\n", all[int((NR + 1) / 2)], all[NR] }'
