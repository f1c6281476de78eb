//! Training databases as Caffe reads and writes them: LMDB files of `Datum` messages in the order of their keys.
//! A database is written by one writer and never changes once its dataset is done; readers share one mapping of it.
//!
//! Only databases below the allowed roots are opened. Their files are checked for being whole; beyond that LMDB trusts them, as it
//! trusts its own.

mod check;
mod environment;
mod reader;
mod writer;

pub use reader::{Analysis, Reader, analyse};
pub use writer::{Entry, Writer};

use crate::error::{Error, Kind};

/// The file of a database, inside its folder.
pub const DATA_FILE: &str = "data.mdb";

/// Key of an entry of a classification database: `%08d_%d`, its number and its class.
pub fn class_key(number: u64, class: u32) -> Vec<u8> {
    format!("{number:08}_{class}").into_bytes()
}

/// Where the entries from this number on begin, whatever their class.
pub fn class_key_from(number: u64) -> Vec<u8> {
    format!("{number:08}_").into_bytes()
}

/// Key of an entry of a database made by an extension: `%09d`.
pub fn plain_key(number: u64) -> Vec<u8> {
    format!("{number:09}").into_bytes()
}

/// A failure of LMDB on a named folder, with the remedy where the cause is known.
fn lmdb_error(folder: &std::path::Path, doing: &str, source: heed::Error) -> Error {
    if let heed::Error::Io(cause) = &source {
        let copy =
            cause.raw_os_error().map_or_else(|| std::io::Error::new(cause.kind(), cause.to_string()), std::io::Error::from_raw_os_error);
        return crate::error::io_error(folder, doing, copy);
    }
    Error::new(Kind::Corrupt, format!("cannot {doing} the database {}: {source}", folder.display())).because(source)
}
