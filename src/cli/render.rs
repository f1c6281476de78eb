//! `likeness render`: the program's own sample pictures, for a demo on a machine without any.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use rayon::prelude::*;

use crate::error::{Error, Result, io_error};
use crate::imaging::{self, render};

/// What to render.
#[derive(Args)]
pub struct RenderArguments {
    /// Folder to write to; each object gets a sub-folder
    out: PathBuf,
    /// Objects
    #[arg(long, default_value_t = 24)]
    groups: u32,
    /// Views of each object
    #[arg(long, default_value_t = 16)]
    views: u32,
    /// Seed of everything random
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Width in pixels
    #[arg(long, default_value_t = 400)]
    width: u32,
    /// Height in pixels
    #[arg(long, default_value_t = 300)]
    height: u32,
}

impl RenderArguments {
    /// The set that the demo shows.
    pub(super) fn sample(out: PathBuf) -> Self {
        Self { out, groups: 24, views: 16, seed: 1, width: 400, height: 300 }
    }
}

pub(super) fn run(arguments: &RenderArguments) -> Result<ExitCode> {
    let RenderArguments { groups, views, seed, width, height, .. } = *arguments;
    if groups == 0 || views == 0 || !(16..=4096).contains(&width) || !(16..=4096).contains(&height) {
        return Err(Error::invalid("--groups and --views must be at least 1, --width and --height 16 to 4096"));
    }
    for group in 0..groups {
        let folder = arguments.out.join(render::group_name(group));
        std::fs::create_dir_all(&folder).map_err(|error| io_error(&folder, "create", error))?;
    }
    let pairs: Vec<(u32, u32)> = (0..groups).flat_map(|group| (0..views).map(move |view| (group, view))).collect();
    pairs.par_iter().try_for_each(|&(group, view)| {
        let file = arguments.out.join(render::group_name(group)).join(format!("view-{view:03}.jpg"));
        let picture = render::render_picture(group, view, seed, width, height);
        let bytes = imaging::encode_jpeg(&picture, 90)?;
        std::fs::write(&file, bytes).map_err(|error| io_error(&file, "write", error))
    })?;
    println!("{} pictures of {groups} objects in {}", pairs.len(), arguments.out.display());
    Ok(ExitCode::SUCCESS)
}
