//! The command line: one file per subcommand; the only room that prints, shows progress,
//! reads arguments or the clock.

/// Runs the command line and gives the exit code.
pub fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
