#!/bin/bash
# Joins the shards, or prints those that are missing, ready for sbatch --array=.
#SBATCH --job-name=leverlab-{{ batch.name }}-merge
#SBATCH --cpus-per-task={{ batch.cpus }}
#SBATCH --mem={{ batch.merging }}M
#SBATCH --time=01:00:00
#SBATCH --open-mode=append
#SBATCH --output={{ log }}
{% for line in extra %}#SBATCH {{ line }}
{% endfor %}
exec {{ command }}
