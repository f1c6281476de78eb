//! `likeness verify <case.zip>`: is an exported archive still what it was?

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::error::{Kind, Result, ResultExt};
use crate::media::export::verify::{Fault, Verdict, verify};

/// What to examine.
#[derive(Args)]
pub struct VerifyArguments {
    /// Archive that `likeness export` or the server made
    #[arg(value_name = "FILE")]
    archive: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Examines and reports. The code is 0 when every file is what it was, 2 when anything is not.
pub(super) fn run(arguments: &VerifyArguments) -> Result<ExitCode> {
    let verdict = verify(&arguments.archive)?;
    if arguments.json {
        println!("{}", serde_json::to_string(&verdict).or_error(Kind::Internal, || "cannot write the verdict".into())?);
    } else {
        print(&verdict);
    }
    Ok(if verdict.pass { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

fn print(verdict: &Verdict) {
    for problem in &verdict.problems {
        let word = match problem.fault {
            Fault::Changed => "changed",
            Fault::Missing => "missing",
            Fault::Added => "added",
            Fault::Damaged => "damaged",
        };
        println!("{word}: {} ({})", problem.name, problem.reason);
    }
    if verdict.pass {
        println!("pass: {} files", verdict.files);
    } else {
        println!("fail: {} files are what they were, {} problems", verdict.files, verdict.problems.len());
    }
    if let Some(hash) = verdict.manifest_sha256 {
        println!("sha256 of its manifest: {hash}");
    }
}
