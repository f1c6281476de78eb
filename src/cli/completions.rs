//! `likeness completions <shell>`: a script that lets a shell complete the commands and their options.

use std::io::Write;
use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// For which shell.
#[derive(Args)]
#[command(after_help = "\
Where the script goes:
  bash  likeness completions bash > ~/.local/share/bash-completion/completions/likeness
  zsh   likeness completions zsh > \"${fpath[1]}/_likeness\"
  fish  likeness completions fish > ~/.config/fish/completions/likeness.fish")]
pub struct CompletionsArguments {
    /// The shell that is to complete
    shell: Shell,
}

pub(super) fn run(arguments: &CompletionsArguments) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::Arguments::command(), "likeness", &mut script);
    // A reader that closes early has what it wanted.
    let _ = std::io::stdout().write_all(&script);
    ExitCode::SUCCESS
}
