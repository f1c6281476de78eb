//! A TorchScript module made in memory: the archive is a zip of a few files, the text is the program.

use std::io::{Cursor, Write};

use tch::{CModule, Device, IValue, Tensor};
use zip::write::SimpleFileOptions;

use crate::error::{Error, Result};
use crate::network::layers::TorchResult;

/// A pickle of an object of the class `__torch__.Plan` without attributes.
const OBJECT: &[u8] = b"\x80\x02c__torch__\nPlan\nq\x00)\x81}q\x01b.";
/// A pickle of an empty tuple.
const NO_CONSTANTS: &[u8] = b"\x80\x02).";

/// Compiles a module that has these methods, each indented by two.
///
/// # Errors
/// `Internal` when libtorch does not accept the text.
pub(crate) fn compile(methods: &str, device: Device) -> Result<CModule> {
    let code = format!("class Plan(Module):\n  __parameters__ = []\n  __buffers__ = []\n{methods}");
    let archive = archive(&code).map_err(|error| Error::internal("cannot pack the plan").because(error))?;
    CModule::load_data_on_device(&mut Cursor::new(archive), device).torch()
}

fn archive(code: &str) -> std::result::Result<Vec<u8>, zip::result::ZipError> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let files: [(&str, &[u8]); 4] =
        [("version", b"3\n"), ("data.pkl", OBJECT), ("constants.pkl", NO_CONSTANTS), ("code/__torch__.py", code.as_bytes())];
    for (name, bytes) in files {
        writer.start_file(format!("plan/{name}"), options)?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}

/// Calls a method that answers one tensor.
///
/// # Errors
/// `Internal` with libtorch's text.
pub(crate) fn call(module: &CModule, method: &str, arguments: &[IValue]) -> Result<Tensor> {
    match module.method_is(method, arguments).torch()? {
        IValue::Tensor(tensor) => Ok(tensor),
        _ => Err(Error::internal("the plan gave no tensor")),
    }
}
