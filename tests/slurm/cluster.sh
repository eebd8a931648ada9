#!/bin/sh
# A Slurm cluster of one node on this machine, for tests: its own munge key, ports and folders, no accounting.
# Usage: cluster.sh start FOLDER | cluster.sh stop FOLDER
# After start, `SLURM_CONF=FOLDER/slurm.conf sinfo` shows two partitions; a job in "urgent" pre-empts those in "normal".
# Needs root, slurm-wlm and munge.
set -eu

action=$1
folder=$2

write_configuration() {
  host=$(hostname -s)
  # nproc alone would believe OMP_NUM_THREADS.
  processors=$(env -u OMP_NUM_THREADS nproc)
  cat >"$folder/slurm.conf" <<CONF
ClusterName=tutti
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CryptoType=crypto/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
SchedulerParameters=bf_interval=1,sched_interval=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
KillWait=30
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
NodeName=$host NodeAddr=127.0.0.1 CPUs=$processors State=UNKNOWN
PartitionName=normal Nodes=$host Default=YES State=UP PriorityTier=1 GraceTime=30
PartitionName=urgent Nodes=$host Default=NO State=UP PriorityTier=10 PreemptMode=OFF
CONF
  # No control groups: a container may not have the right to make them.
  printf 'CgroupPlugin=cgroup/v1\nIgnoreSystemd=yes\n' >"$folder/cgroup.conf"
}

start() {
  mkdir -p "$folder/munge" "$folder/state" "$folder/spool"
  chmod 0711 "$folder/munge"
  dd if=/dev/urandom of="$folder/munge/key" bs=128 count=1 2>/dev/null
  chmod 0400 "$folder/munge/key"
  munged --force --key-file="$folder/munge/key" --socket="$folder/munge/socket" --pid-file="$folder/munge/pid" \
    --log-file="$folder/munge/log" --seed-file="$folder/munge/seed"
  write_configuration
  SLURM_CONF=$folder/slurm.conf
  export SLURM_CONF
  slurmctld -f "$SLURM_CONF"
  slurmd -f "$SLURM_CONF"
  for _ in $(seq 60); do
    if sinfo --noheader --format=%T 2>/dev/null | grep -q idle; then return; fi
    sleep 1
  done
  echo "cluster.sh: the node did not come up; see $folder/slurmctld.log and $folder/slurmd.log" >&2
  tail -n 20 "$folder/slurmctld.log" "$folder/slurmd.log" >&2
  exit 1
}

stop() {
  SLURM_CONF=$folder/slurm.conf
  export SLURM_CONF
  # Jobs outlive the daemons otherwise.
  for job in $(squeue --noheader --format=%A 2>/dev/null | sort -u); do scancel --full --signal=KILL "$job" || true; done
  for pid_file in slurmd.pid slurmctld.pid munge/pid; do
    if [ -s "$folder/$pid_file" ]; then kill "$(cat "$folder/$pid_file")" 2>/dev/null || true; fi
  done
}

case $action in
  start) start ;;
  stop) stop ;;
  *) echo "usage: cluster.sh start|stop FOLDER" >&2; exit 2 ;;
esac
