#!/bin/bash
# {{ batch.shards }} shards of {{ batch.runs }} runs; send it with sbatch, then merge.sh behind it.
#SBATCH --job-name=leverlab-{{ batch.name }}
#SBATCH --array=1-{{ batch.shards }}{% if batch.parallel < batch.shards %}%{{ batch.parallel }}{% endif %}
#SBATCH --cpus-per-task={{ batch.cpus }}
#SBATCH --mem={{ batch.mebibytes }}M
#SBATCH --time={{ batch.time }}
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:TERM@60
#SBATCH --output={{ log }}
{% for line in extra %}#SBATCH {{ line }}
{% endfor %}
# Told to end, a task records its runs and ends with 75: back to the queue, from where it goes on.
{{ command }} &
child=$!
trap 'kill -TERM "$child"' TERM
wait "$child"
code=$?
while kill -0 "$child" 2>/dev/null; do # the first signal ends a wait, not the child
  wait "$child"
  code=$?
done
task="${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"
# what was cancelled stays cancelled
if [ "$code" -eq 75 ] && [ "$(squeue -h -j "$task" -o %T)" = RUNNING ]; then
  scontrol requeue "$task"
fi
exit "$code"
