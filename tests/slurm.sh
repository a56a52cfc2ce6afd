#!/usr/bin/env bash
# A Slurm cluster of this machine alone, for tests: slurm.sh start|stop FOLDER
#
# `start` prints what to put into the environment. Needs root, Debian's slurmctld, slurmd,
# slurm-client and munge, and a host name that resolves to 127.0.0.1, where alone the daemons listen.
# FOLDER holds keys, state and logs; its path must be short (a socket's has at most 107 characters).
set -euo pipefail
PATH=$PATH:/usr/sbin
action=$1 folder=$(realpath -m "$2")
host=$(hostname -s)
export SLURM_CONF=$folder/slurm.conf

settings() {
  local port=$((20000 + $$ % 10000))
  cat <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 10000))
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
CredType=cred/munge
# A job is its process group; linuxproc would lose workers that outlive their shell.
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
SchedulerType=sched/builtin
SchedulerParameters=batch_sched_delay=1
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=2
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
PlugStackConfig=$folder/plugstack.conf
NodeName=localhost NodeHostname=$host NodeAddr=127.0.0.1 CPUs=4 RealMemory=$(free -m | awk '/^Mem/ {print $2}')
PartitionName=debug Nodes=localhost Default=YES MaxTime=INFINITE State=UP
CONF
}

launch() {  # launch NAME COMMAND...: a daemon that outlives this shell
  local name=$1
  shift
  setsid "$@" </dev/null >"$folder/$name.out" 2>&1 &
  echo $! >>"$folder/daemons"
}

until_true() {  # until_true COMMAND...: 20 s at most
  local _
  for _ in $(seq 200); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.1
  done
  echo "slurm.sh: not within 20 s: $*" >&2
  tail -n 5 "$folder"/*.log >&2 || true
  exit 1
}

idle() { [ "$(sinfo -h -o %T)" = idle ]; }
queue_empty() { [ -z "$(squeue -h)" ]; }

ended() {
  local daemon
  for daemon in $(<"$folder/daemons"); do
    if kill -0 "$daemon"; then return 1; fi
  done
}

start() {
  local program
  for program in munged slurmctld slurmd; do
    command -v "$program" >/dev/null || { echo "slurm.sh: $program is not installed" >&2; exit 1; }
  done
  getent ahostsv4 "$host" | head -n 1 | grep -q '^127\.0\.0\.1 ' ||
    { echo "slurm.sh: $host does not resolve to 127.0.0.1" >&2; exit 1; }
  install -d -m 755 "$folder" "$folder/spool"
  install -d -m 700 "$folder/state"
  settings >"$SLURM_CONF"
  : >"$folder/daemons"
  : >"$folder/plugstack.conf"
  (umask 077 && head -c 128 /dev/urandom >"$folder/munge.key")
  # --force: a socket below a temporary folder of mode 0700
  launch munged munged --foreground --force --key-file="$folder/munge.key" \
    --socket="$folder/munge.socket" --pid-file="$folder/munge.pid" \
    --seed-file="$folder/munge.seed" --log-file="$folder/munge.log" --origin=127.0.0.1
  until_true test -S "$folder/munge.socket"
  launch slurmctld slurmctld -D
  until_true sinfo
  launch slurmd slurmd -D -N localhost
  until_true idle
  echo "SLURM_CONF=$SLURM_CONF"
}

stop() {
  squeue -h -o %A | xargs -r scancel || true
  until_true queue_empty
  tac "$folder/daemons" | xargs -r kill || true
  until_true ended
}

"$action"
