//! Parses the command line, runs the command, maps its error to an exit code.

fn main() -> std::process::ExitCode {
    leverlab::cli::main()
}
