#!/bin/sh
# A suite on a real Slurm cluster of one node: two runs at once, some that crash, one that is pre-empted and goes on from
# its checkpoint, one whose time runs out, one whole array that is cancelled. What the good runs leave equals what the
# local launcher makes.
# Usage: slurm_test.sh TUTTI FIXTURE_PLUGINS. Exit status 77 (skipped) without root, Slurm or munge.
set -eu

tutti=$1
export TUTTI_PLUGIN_PATH="$2"
here=$(cd "$(dirname "$0")" && pwd)
for program in slurmctld slurmd munged; do
  PATH=$PATH:/usr/sbin command -v $program >/dev/null || { echo "skipped: no $program"; exit 77; }
done
[ "$(id -u)" -eq 0 ] || { echo "skipped: not root"; exit 77; }
PATH=$PATH:/usr/sbin

folder=$(mktemp -d)
trap '"$here/cluster.sh" stop "$folder/cluster"; sleep 1; rm -rf "$folder"' EXIT
export SLURM_CONF="$folder/cluster/slurm.conf"
cd "$folder"

fail() { echo "FAILED: $*" >&2; "$tutti" status results/cluster >&2 || true; squeue >&2; exit 1; }
# wait_until SECONDS COMMAND...: until the command succeeds.
wait_until() {
  seconds=$1
  shift
  while ! "$@"; do
    seconds=$((seconds - 1))
    [ "$seconds" -gt 0 ] || fail "waited too long for: $*"
    sleep 1
  done
}
queue_is_empty() { [ -z "$(squeue --noheader)" ]; }
# Two runs have checkpoints and are in the queue's running state, as `status` shows it.
two_train() {
  runs=$(find "$1" -path '*learner/*' -name 'step-*.account' | sed 's|/checkpoint/.*||' | sort -u | wc -l)
  [ "$runs" -ge 2 ] && "$tutti" status "$1/cluster" | grep -q '^slurm: job .* 2 RUNNING'
}

suite() {
  cat <<SUITE
name = "cluster"
seeds = [1, 2]
[run]
environment_steps = $1
copies = 4
training_interval = 100_000
checkpoint_interval = 200_000
[evaluation]
interval = 1_000_000
episodes = 8
[slurm]
partition = "normal"
throttle = 2
[[task]]
name = "line/long"
[[algorithm]]
name = "learner"
[[algorithm]]
name = "learner"
label = "slow-learner"
learning_rate = 0.001
[[algorithm]]
name = "faulty"
fault = "segfault"
at_update = 1000
SUITE
}

"$here/cluster.sh" start "$folder/cluster"
suite 40_000_000 >suite.toml

echo "--- a dry run submits nothing"
"$tutti" run suite.toml --launcher slurm --dry-run | grep -q '^#SBATCH --array=0-5%2$' || fail "no array of 6, 2 at once"
[ ! -e results ] || fail "a dry run left results"

echo "--- submitted, two at once"
"$tutti" run suite.toml --launcher slurm
if "$tutti" run suite.toml --launcher slurm 2>refused; then fail "submitted twice"; fi
grep -q 'earlier job array' refused || fail "no reason given: $(cat refused)"
wait_until 60 two_train results

echo "--- pre-empted by an urgent job"
interrupted() { grep -rqs --include=run.json '"reason": "interrupted"' results; }
# The scheduler looks for somebody to pre-empt when a job comes in, and passes over jobs that have only just started.
pre_empt() {
  sbatch --parsable --partition=urgent --ntasks=1 --output=/dev/null --wrap='sleep 1'
  sleep 4
  interrupted
}
sleep 3
wait_until 5 pre_empt
# Slurm holds a job that was queued again back for a while.
release() {
  for job in $(squeue --noheader --array --states=PENDING --format=%i); do
    scontrol update JobId="$job" StartTime=now 2>/dev/null || true
  done
  queue_is_empty
}
wait_until 300 release

echo "--- the same bytes as on this machine"
"$tutti" status results/cluster | grep -q '^cluster: 4 finished, 2 failed$' || fail "not 4 finished and 2 failed"
"$tutti" run suite.toml --results local --no-report && fail "the crashing runs did not fail locally"
for run in learner/seed-1 learner/seed-2 slow-learner/seed-1 slow-learner/seed-2; do
  for file in evaluations.csv absolute.csv coverage.csv checkpoint/step-40000000.state; do
    path="cluster/line/long/$run/$file"
    cmp "results/$path" "local/$path" || fail "$path differs"
  done
done
resumed=$(grep -l '"reason": "interrupted"' results/cluster/line/long/*learner/seed-*/run.json | wc -l)
[ "$resumed" -ge 1 ] || fail "no run was pre-empted"

echo "--- told that its time is nearly over: a checkpoint, and in the queue again"
suite 400_000_000 >suite.toml
cancelled="cancelled 100%"  # a path that neither a shell nor Slurm may take apart
"$tutti" run suite.toml --results "$cancelled" --launcher slurm
wait_until 60 two_train "$cancelled"
[ -e "$cancelled/cluster/slurm/array-1-0.out" ] || fail "no output in its place"
job=$(squeue --noheader --array --states=RUNNING --format=%i | head -n 1)
# Slurm 22.05 delivers the signal, answers that the job could not be altered, and scancel tries again for a minute and a
# half, while the job waits in the queue. What counts is what became of the run.
timeout 3 scancel --signal=USR1 "$job" || true
queued_again() { scontrol --oneliner show job "$job" | grep -q ' Restarts=1 '; }
wait_until 60 queued_again
grep -rqs --include=run.json '"reason": "interrupted"' "$cancelled" || fail "no run was interrupted"

echo "--- cancelled: a checkpoint, and nothing in the queue"
"$tutti" cancel "$cancelled/cluster"
wait_until 60 queue_is_empty
"$tutti" status "$cancelled/cluster" | grep -q interrupted || fail "the cancelled run left no checkpoint"
echo "passed"
