#!/bin/sh
# On a machine with a GPU: the device tests, then updates per second of OMAD (preset paper), HATD3 and HASAC (preset harl)
# on HalfCheetah 2x3, on the CPU and on the GPU, with 1, 4 and 16 runs at once. Minutes on a quiet machine.
#
# Usage: measure.sh BUILD FOLDER     BUILD has bin/tutti and bin/device_test; results go to FOLDER
#   DEVICES="cpu cuda"  JOBS="1 4 16"  UPDATES=300 (of each run)  limit what is measured
set -eu
[ $# -eq 2 ] || { sed -n 's/^# Usage: /usage: /p' "$0" >&2; exit 2; }
build=$(cd "$1" && pwd) folder=$2
devices=${DEVICES:-cpu cuda} jobs=${JOBS:-1 4 16} updates=${UPDATES:-300}
mkdir -p "$folder"

"$build/bin/device_test" --gtest_brief=1 | tee "$folder/device_test.txt"

# suite ALGORITHM PRESET STEPS WARM_UP DEVICE: one run for each job, nothing but training to speak of.
suite() {
  cat <<TOML
name = "$1-$5"
seeds = [1]
[run]
environment_steps = $3
checkpoint_interval = $3
training_interval = $3
device = "$5"
[evaluation]
interval = $3
episodes = 1
absolute = false
[[task]]
name = "mamujoco/half-cheetah-2x3"
[[algorithm]]
name = "$1"
preset = "$2"
copies = 10
warm_up_steps = $4
updates_per_step = 1
TOML
}

# number KEY FILE: a number of a run.json.
number() { sed -n "s/^ *\"$1\": \([0-9.e+-]*\),*\$/\1/p" "$2" | head -n 1; }

printf '%-8s %-6s %5s %18s %18s\n' algorithm device runs 'updates/s each' 'updates/s together'
for algorithm in omad hatd3 hasac; do
  preset=harl
  [ $algorithm = omad ] && preset=paper
  # n-step targets of HARL's presets need that many steps of each copy first.
  warm_up=1500
  for device in $devices; do
    for count in $jobs; do
      results=$folder/$algorithm-$device-$count
      suite $algorithm $preset $((warm_up + updates)) $warm_up "$device" >"$results.toml"
      [ $algorithm = omad ] || echo 'update_interval = 1' >>"$results.toml"  # omad has no such parameter
      seeds=$(seq -s, 1 "$count")
      if ! "$build/bin/tutti" run "$results.toml" --seeds "$seeds" --jobs "$count" --results "$results" --no-report --fresh \
        >"$results.txt" 2>&1; then
        printf '%-8s %-6s %5s  ' $algorithm "$device" "$count"
        tail -n 1 "$results.txt"
        continue
      fi
      find "$results" -name run.json | while read -r record; do
        echo "$(number updates "$record") $(number update_seconds "$record")"
      done | awk -v row="$(printf '%-8s %-6s %5s' $algorithm "$device" "$count")" \
        '{ sum += $1 / $2; ++n } END { printf "%s %18.2f %18.2f\n", row, sum / n, sum }'
    done
  done
done | tee "$folder/updates.txt"
