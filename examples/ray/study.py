"""Runs a comparison in shards on a Ray cluster, merges them and prints what each variant changes.

    pip install ray pandas pyarrow
    python study.py leverlab:baseline my-variant.toml -n 400 --shards 16 -o results

`leverlab` has to be on the path of every machine (or name it with --program); no disk needs to be
shared: scenarios travel as text, finished shards as bytes. On one machine Ray starts by itself; with
--address auto it joins the cluster that is there.
"""

import argparse
import pathlib
import subprocess
import tempfile

import pandas
import ray


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenarios", nargs="+", help="baseline and variants")
    parser.add_argument("-n", "--replicates", type=int, default=200, help="runs a scenario")
    parser.add_argument("--scale", type=float, default=0.01, help="share of the population")
    parser.add_argument("--shards", type=int, default=8, help="parts of the batch")
    parser.add_argument("--cpus", type=int, default=1, help="cores a part")
    parser.add_argument("--metric", default="rd_business_real", help="what to print")
    parser.add_argument("--program", default="leverlab", help="leverlab on every machine")
    parser.add_argument("--address", help="a Ray cluster (default: this machine)")
    parser.add_argument("-o", "--output", default="results", help="folder of the results")
    return parser.parse_args()


def resolved(args, scenario):
    """A scenario as text that extends nothing, so that it can be sent anywhere."""
    size = ["--set", f"run.replicates={args.replicates}", "--set", f"run.scale={args.scale}"]
    command = [args.program, "resolve", scenario, *size]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def batch(args):
    """The command of the whole batch; a shard of it has one flag more."""
    files = [f"{place}.toml" for place in range(len(args.scenarios))]
    return [args.program, "compare", *files, "--threads", str(args.cpus), "-q", "-o", "shards"]


class ToldToEnd(Exception):
    """The machine is taken away: exit 75."""


# What a worker does that dies or is told to end is done again elsewhere.
@ray.remote(max_retries=3, retry_exceptions=[ToldToEnd])
def shard(command, texts, number, count):
    """Runs one shard in a folder of its own; its name and its bytes."""
    with tempfile.TemporaryDirectory() as folder:
        for place, text in enumerate(texts):
            pathlib.Path(folder, f"{place}.toml").write_text(text, encoding="utf-8")
        done = subprocess.run([*command, "--shard", f"{number}/{count}"], cwd=folder, capture_output=True, text=True)
        if done.returncode == 75:
            raise ToldToEnd(f"shard {number}")
        if done.returncode != 0:
            raise RuntimeError(f"shard {number}: exit {done.returncode}: {done.stderr}")
        # a shard that has no draw left to run writes no file
        return [(file.name, file.read_bytes()) for file in pathlib.Path(folder).glob("shards/*.leverlab")]


def effects(results, metric):
    """What each variant changes against the baseline, from runs paired by their number."""
    runs = pandas.read_parquet(results / "runs.parquet")
    table = runs.pivot(index="run", columns="scenario", values=metric)
    base = runs["scenario"].iloc[0]
    # runs of one draw of the parameters are not independent: one mean a draw
    draws = runs.drop_duplicates("run").set_index("run")["draw"]
    by_draw = table.drop(columns=base).sub(table[base], axis=0).groupby(draws).mean()
    return pandas.DataFrame({
        "effect": by_draw.mean(),
        "se": by_draw.sem(),
        "p05": by_draw.quantile(0.05),
        "p95": by_draw.quantile(0.95),
        "baseline": table[base].mean(),
    })


def main():
    args = arguments()
    texts = [resolved(args, scenario) for scenario in args.scenarios]
    ray.init(address=args.address, include_dashboard=False, log_to_driver=False)
    command, sent = batch(args), ray.put(texts)
    parts = shard.options(num_cpus=args.cpus)
    waiting = [parts.remote(command, sent, number, args.shards) for number in range(1, args.shards + 1)]
    with tempfile.TemporaryDirectory() as folder:
        while waiting:
            (done,), waiting = ray.wait(waiting)
            for name, data in ray.get(done):
                pathlib.Path(folder, name).write_bytes(data)
            print(f"{args.shards - len(waiting)} of {args.shards} shards", flush=True)
        subprocess.run([args.program, "merge", folder, "-o", args.output, "-q"], check=True, stdout=subprocess.DEVNULL)
    results = pathlib.Path(args.output)
    print(effects(results, args.metric).to_string(float_format="{:.4g}".format))
    print(f"the whole report: {results / 'report.html'}")


if __name__ == "__main__":
    main()
