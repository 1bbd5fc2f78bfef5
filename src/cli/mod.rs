//! The command line: one file per subcommand; the only room that prints, shows progress,
//! reads arguments or the clock.

pub mod compare;
pub mod output;
pub mod progress;
pub mod run;

/// Runs the command line and gives the exit code.
pub fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
