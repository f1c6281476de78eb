//! Turns the key.

fn main() -> std::process::ExitCode {
    likeness::cli::main()
}
