//! What `submit` and `status` say where they cannot do what they are asked; shown in `messages`.

use std::fs;
use std::path::Path;

use crate::messages::Case;

const SLURM: [&str; 4] = ["submit", "eight.toml", "--engine", "slurm"];
const SENT: &[&str] = &[
    "submit",
    "eight.toml",
    "--engine",
    "slurm",
    "--scale",
    "0.0005",
    "--jobs",
    "jobs",
    "--go",
];

/// Command lines round schedulers; `sbatch` is not on the path of any of them but the last.
pub(crate) const CASES: &[Case] = &[
    Case(
        "submit-partition",
        2,
        &[SLURM[0], SLURM[1], SLURM[2], SLURM[3], "--partition", "a b"],
    ),
    Case(
        "submit-time",
        2,
        &[SLURM[0], SLURM[1], SLURM[2], SLURM[3], "--time", "1h"],
    ),
    Case(
        "submit-option",
        2,
        &[
            SLURM[0],
            SLURM[1],
            SLURM[2],
            SLURM[3],
            "--option=account=lab",
        ],
    ),
    Case(
        "submit-shards",
        2,
        &[SLURM[0], SLURM[1], SLURM[2], SLURM[3], "--shards", "0"],
    ),
    Case(
        "submit-minutes",
        2,
        &[SLURM[0], SLURM[1], SLURM[2], SLURM[3], "--minutes", "0"],
    ),
    Case(
        "submit-engine",
        2,
        &["submit", "eight.toml", "--engine", "pbs"],
    ),
    Case(
        "submit-image-to-slurm",
        2,
        &[SLURM[0], SLURM[1], SLURM[2], SLURM[3], "--image", "x:1"],
    ),
    Case(
        "submit-kubernetes-go",
        2,
        &["submit", "eight.toml", "--engine", "kubernetes", "--go"],
    ),
    Case(
        "submit-kubernetes-seeds",
        2,
        &[
            "submit",
            "eight.toml",
            "--engine",
            "kubernetes",
            "--seeds",
            "faulty-seeds",
        ],
    ),
    Case("status-none", 3, &["status", "a-directory"]),
    Case("status-no-folder", 3, &["status", "no-such-folder"]),
    Case("status-a-file", 3, &["status", "a-file"]),
    Case("status-half", 0, &["status", "shards"]),
    Case("submit-no-scheduler", 2, SENT),
];

/// A scheduler that refuses, as one whose munge is not running does.
pub(crate) const REFUSED: Case = Case("submit-refused", 5, SENT);

/// Puts a scheduler on the path that refuses all.
pub(crate) fn refusing(home: &Path) {
    let file = home.join("bin/sbatch");
    fs::create_dir_all(home.join("bin")).unwrap();
    let says = "sbatch: error: If munged is up, restart with --num-threads=10\n\
                sbatch: error: Munge encode failed: Failed to access \"/run/munge/munge.socket.2\"";
    fs::write(&file, format!("#!/bin/sh\necho '{says}' >&2\nexit 1\n")).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
    }
}
