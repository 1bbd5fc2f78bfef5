//! Names what can go wrong or be odd about a command, beside the faults of a scenario.

use crate::scenario::Code;
use crate::scenario::codes::{self as scenario_codes, codes};

codes! {
    /// The folder holds something else.
    TAKEN = "E0801", "the output folder holds something else",
        "name another folder with -o",
        "Results never go over files of another kind or of another batch. Name another folder with -o; --force writes over the results in it and keeps all other files.";
    /// Another process writes to the folder.
    BUSY = "E0802", "the output folder is in use",
        "wait for it, or name another folder with -o",
        "Another process is writing to the folder. Wait for it, or name another folder with -o.";
    /// The output cannot be written.
    UNWRITABLE = "E0803", "the output cannot be written",
        "free space, or name another folder with -o",
        "The disk is full or read-only, or the folder may not be made there. No result was left half-written, and what the folder held is as it was; finished runs stay recorded in its .work/, and the same command goes on from there. Free space, or name another folder with -o.";
    /// No results to read.
    NO_RESULTS = "E0804", "no finished results",
        "run the scenario again with -o to that folder",
        "The folder holds no manifest.json, or files that do not fit it. Run the scenario again with -o to that folder.";
    /// Nothing has that name.
    UNKNOWN_NAME = "E0805", "unknown name",
        "mend the name; `leverlab list` shows what there is",
        "Nothing has that name. `leverlab list` shows levers, instruments, metrics, facts and scenarios; --search finds them by any of their words.";
    /// A search found nothing.
    NOTHING_SELECTED = "E0806", "nothing selected",
        "try a shorter word, in English or Chinese",
        "The search fits nothing. Try a shorter word, in English or Chinese, or leave --search out.";
    /// A file is there already.
    THERE_ALREADY = "E0807", "the file is there already",
        "name another folder",
        "A scenario that is there is never written over. Name another folder, or take the file away.";
    /// A malformed value of a flag.
    BAD_FLAG = "E0808", "a flag that cannot be",
        "see `leverlab COMMAND --help`",
        "The flag, or flags together, ask for what cannot be; the message names them. `leverlab COMMAND --help` says what each takes.";
    /// No number of a task.
    NO_TASK = "E0809", "no shard for this task",
        "name it: --shard I/N, or ask the scheduler for an array of 1 to N",
        "`--shard auto/N` takes the number of the task from the first of SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX, PBS_ARRAY_INDEX, SGE_TASK_ID, AWS_BATCH_JOB_ARRAY_INDEX and HQ_TASK_ID that is set. Kubernetes and AWS Batch count from 0, so 1 is added; the others are taken as they are: ask for an array of 1 to N, as `--array=1-16` with `--shard auto/16`. The number of shards always stands in the flag.";
    /// No shards to merge.
    NO_SHARDS = "E0810", "no shards here",
        "name the folder that the shards were written to, or the files",
        "`leverlab merge` takes files that `--shard` wrote (shard-DIGEST-FIRST-LAST-of-RUNS.leverlab), or folders of them; `leverlab status` takes the folder that they are written to, the one after -o.";
    /// A shard that cannot be used.
    BAD_SHARD = "E0811", "a shard cannot be used",
        "run that shard again in its folder: it is written anew",
        "Every shard carries a hash of all its bytes. One that is cut short, changed, unreadable or of another version is never merged. Copy it again, or run the shard again: a damaged file is found and replaced; then merge.";
    /// Shards of different batches.
    MIXED_SHARDS = "E0812", "shards of different batches",
        "merge those of one batch",
        "Shards are joined only if model, evidence, seed, scale, runs a draw and every scenario are the same; the message says what is not. Name the files of one batch, or keep batches in folders of their own.";
    /// Shards wait to be merged.
    UNMERGED = "E0813", "shards that are not merged yet",
        "merge them first",
        "The folder holds shards of a batch and no results yet. `leverlab merge DIR` joins them, or says which are missing.";
    /// No scheduler here.
    NO_SCHEDULER = "E0814", "no scheduler here",
        "send the scripts where there is one",
        "--go calls `sbatch`, which is not on this machine's path. The scripts are written: send them from a login node of the cluster, in the order that `leverlab submit` without --go prints.";
    /// The scheduler refuses.
    REFUSED = "E0815", "the scheduler refuses",
        "mend what it says, then send the scripts again",
        "`sbatch` did not take a script; the message holds its words. A partition or an account that is not yours, a time or memory beyond the limit, and a munge that is not running are the usual causes. The scripts are written and can be edited and sent by hand.";
    /// Too many runs failed.
    RUNS_FAILED = "E0901", "over 5 % of the runs failed",
        "read the first cause above",
        "Runs that fail are dropped in all scenarios alike; with this many, what is left is no fair sample. The first cause is printed; a smaller change of the scenario may show what brings it about.";
    /// SIGINT.
    INTERRUPTED = "E0902", "interrupted",
        "give the same command again, it goes on from there",
        "The batch was stopped with Ctrl-C. The runs that all scenarios have were written with `complete = false` (of a shard they are recorded, and no file is written); the same command goes on from there and ends as if it had never been stopped.";
    /// SIGTERM.
    TERMINATED = "E0903", "terminated",
        "give the same command again, it goes on from there",
        "The system asked the batch to stop. The runs that all scenarios have were written with `complete = false` (of a shard they are recorded, and no file is written); the same command goes on from there and ends as if it had never been stopped.";
    /// Stored results do not fit.
    MISMATCH = "E0904", "stored results do not fit",
        "run the batch again with --fresh",
        "A file is not what was written, a table does not follow from the stored runs, or a run done again gives other numbers. The table on stdout says which. Run the batch again with --fresh; if a run differs on the same version, please report it.";
    /// Stored results are of another version.
    OTHER_VERSION = "E0905", "results of another version",
        "use the version that made them, with the same --seeds",
        "Runs can be done again only by the version that made them, under the same evidence and scenarios. Use that version, name the evidence with --seeds, or run the batch anew.";
    /// Shards that say different things.
    CONTRADICTION = "E0906", "shards say different things of a run",
        "run both shards again with --fresh on another machine, and report it",
        "A run is a function of its batch and its number, so two shards that hold the same run must hold the same numbers. Where they do not, one machine or its memory is at fault, or the program is. Run both again with --fresh; if they still differ on the same version, please report it.";
    /// Runs that no shard holds.
    GAPS = "E0907", "runs are missing",
        "run the shards that stdout names, then merge again",
        "No shard that was named holds these runs. The numbers of the missing shards are printed on stdout as a list that schedulers read, as in `--array=3,7-9`. Run them, then merge again. Nothing was written.";
    /// The model does not come to the record.
    NOT_VALID = "E0908", "the model is off the record",
        "read the patterns outside before using levels that hang on them",
        "Under four in five of the figures of 2015 to 2024 by which the model is judged lie within their tolerance of what was observed. The table on stdout says which do not, and by how much. Differences between variants may hold where levels do not; a level that is off, or a variant that acts through it, is not to be handed on without saying so.";
    /// A broken promise of the program.
    INTERNAL = "E0999", "internal fault",
        "please report it with the command and the scenario",
        "The program broke a promise of its own. Please report it with the command and the scenario.";
    /// More threads than cores.
    THREADS = "W0201", "more threads than cores",
        "no faster, and the same results; leave --threads out",
        "More threads than cores make nothing faster; the results are the same bits for any number.";
    /// Some runs failed.
    RUNS_DROPPED = "W0202", "failed runs were dropped",
        "no more is to be done unless they are many",
        "Runs that failed in one scenario are left out of all, so that the rest stay paired; up to 5 % of them only warn.";
    /// The batch is not complete.
    INCOMPLETE = "W0203", "the batch is not complete",
        "give the same command again for all of them",
        "The batch was stopped; the runs that all scenarios have were written and are marked `complete = false`. The same command goes on from there.";
    /// Records of earlier runs were damaged.
    DAMAGED = "W0204", "damaged records were run again",
        "look after the disk if it happens again",
        "Every record of a finished run carries a checksum. Where it does not fit what is read back, the run is done again, which gives the same numbers; the disk or another program has changed the file.";
    /// A shard without runs.
    EMPTY_SHARD = "W0205", "the shard holds no runs",
        "nothing is to be done; fewer shards would do",
        "Runs of one parameter draw stay together, so a batch can be split into at most as many shards as it has draws (runs over runs a draw). Further shards have nothing to do, write nothing and are not missed.";
    /// The best two cannot be told apart.
    OVERLAP = "W0301", "the best two variants overlap",
        "ask for more runs with -n",
        "The intervals of the two best variants overlap, so their order may be chance. More runs (-n) narrow them.";
    /// Too few runs.
    TOO_FEW_RUNS = "W0302", "too few runs",
        "ask for more runs with -n",
        "The Monte Carlo error is large beside the effect. The message says about how many runs would bring it to a tenth.";
    /// Nothing moved.
    NOTHING_MOVED = "W0303", "nothing moved",
        "see whether the value, its date and its bounds are meant so",
        "No metric of the variant differs from the baseline beyond noise: the lever binds nobody, the date lies too late, or the runs are too few.";
}

/// Every code there is: of scenarios, then of commands.
pub fn all() -> impl Iterator<Item = &'static Code> {
    scenario_codes::CODES.iter().chain(CODES)
}

/// Exit code that goes with a fault.
pub fn exit(code: Code) -> u8 {
    match code {
        TAKEN | THERE_ALREADY | BAD_FLAG | NO_TASK | MIXED_SHARDS | NO_SCHEDULER => 2,
        UNKNOWN_NAME | NOTHING_SELECTED => 4,
        RUNS_FAILED | MISMATCH | CONTRADICTION | GAPS | NOT_VALID | REFUSED => 5,
        UNWRITABLE => 6,
        INTERNAL => 10,
        BUSY | TERMINATED => 75,
        INTERRUPTED => 130,
        // Scenarios, evidence and stored results that cannot be read.
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_differ_are_explained_and_end_as_promised() {
        let mut ids: Vec<_> = all().map(|code| code.id).collect();
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count);
        for code in all() {
            assert!(code.explanation.len() > 20, "{}", code.id);
        }
        assert_eq!(exit(scenario_codes::SYNTAX), 3);
        assert_eq!([exit(TAKEN), exit(BUSY), exit(INTERRUPTED)], [2, 75, 130]);
    }
}
