//! The network of a training: built in, a prototxt, or Lua of Torch 7, which becomes a prototxt.

use std::path::Path;

use crate::error::{Result, io_error};
use crate::network::torch7::{self, Torch7Parameters};
use crate::train::supervised::{DEPLOY_FILE, Framework, Prepared, Task, lenet, write_files};

/// Name of the Lua text beside what was trained.
const LUA_FILE: &str = "model.lua";

/// A network as a prototxt, and what its own text asks for.
pub(super) struct Network {
    pub(super) framework: Framework,
    pub(super) text: String,
    pub(super) crop: Option<u32>,
    pub(super) batch_size: Option<u32>,
    pub(super) validation_batch_size: Option<u32>,
    /// What was read.
    source: String,
}

impl Network {
    /// Reads the network of this name or file for pictures of `shape` (channels, height, width).
    ///
    /// # Errors
    /// Those of the disk; what is wrong with Lua, with its line.
    pub(super) fn read(name: &str, task: &Task, shape: [usize; 3], crop: Option<u32>, fine_tune: bool) -> Result<Self> {
        let path = Path::new(name);
        let source = match name {
            "lenet" => lenet(),
            _ => std::fs::read_to_string(path).map_err(|error| io_error(path, "read", error))?,
        };
        if path.extension().is_none_or(|extension| extension != "lua") {
            let text = source.clone();
            return Ok(Self { framework: Framework::Caffe, text, crop: None, batch_size: None, validation_batch_size: None, source });
        }
        let found = torch7::definition(&source, &parameters(task, shape, crop, fine_tune))?;
        found.printed.iter().for_each(|line| println!("{name}: {line}"));
        Ok(Self {
            framework: Framework::Torch,
            text: found.prototxt,
            crop: found.crop_length,
            batch_size: found.train_batch_size,
            validation_batch_size: found.validation_batch_size,
            source,
        })
    }

    /// Writes the texts that belong to it into the folder of the training.
    ///
    /// # Errors
    /// Those of the disk.
    pub(super) fn write(&self, folder: &Path, prepared: &Prepared, solver: &str) -> Result<()> {
        if self.framework == Framework::Caffe {
            return write_files(folder, &self.source, prepared, solver);
        }
        std::fs::create_dir_all(folder).map_err(|error| io_error(folder, "make", error))?;
        for (name, text) in [(LUA_FILE, &self.source), (DEPLOY_FILE, &prepared.deploy)] {
            let file = folder.join(name);
            std::fs::write(&file, text).map_err(|error| io_error(&file, "write", error))?;
        }
        Ok(())
    }
}

fn parameters(task: &Task, shape: [usize; 3], crop: Option<u32>, fine_tune: bool) -> Torch7Parameters {
    let [channels, height, width] = shape.map(|side| side as u32);
    let (classes, label_size) = match task {
        Task::Classification { classes } => (Some(*classes), None),
        Task::Generic { label_values } => (None, Some(*label_values)),
    };
    let input_shape = [channels, crop.unwrap_or(height), crop.unwrap_or(width)];
    Torch7Parameters { gpus: 0, classes, input_shape, crop_in_form: crop.is_some(), label_size, fine_tune }
}
