//! Downloads one file: resumed after a break, bounded in size, verified before it gets its name.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Duration;

use crate::error::{Error, Kind, Result, io_error};
use crate::lock::try_lock;
use crate::types::Sha256;

/// Largest file that is fetched when the descriptor tells no size, in bytes.
const LARGEST_UNKNOWN: u64 = 4 << 30;

/// Fetches `url` into `target`; a part that an earlier run left is continued.
///
/// # Errors
/// `NotFound` for 404, `Internal` for network and disk, `TooLarge`, `Corrupt` when the hash is wrong (the part is deleted).
pub(super) fn download(url: &str, target: &Path, expected: Sha256, size: u64) -> Result<()> {
    let folder = target.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| io_error(folder, "create", error))?;
    let part = target.with_extension("part");
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&part)
        .map_err(|error| io_error(&part, "open", error))?;
    if !try_lock(&file).map_err(|error| io_error(&part, "lock", error))? {
        return Err(Error::new(Kind::Busy, format!("another process is downloading {url}")));
    }
    receive(url, &mut file, &part, if size == 0 { LARGEST_UNKNOWN } else { size })?;
    file.sync_all().map_err(|error| io_error(&part, "write", error))?;
    file.seek(SeekFrom::Start(0)).map_err(|error| io_error(&part, "read", error))?;
    let found = Sha256::of_reader(&mut file).map_err(|error| io_error(&part, "read", error))?;
    if found != expected {
        let _ = std::fs::remove_file(&part);
        return Err(Error::corrupt(format!(
            "{url} has sha256 {found}, expected {expected}: it is not what the descriptor describes and was deleted"
        )));
    }
    std::fs::rename(&part, target).map_err(|error| io_error(target, "write", error))
}

fn receive(url: &str, file: &mut File, part: &Path, limit: u64) -> Result<()> {
    let present = file.seek(SeekFrom::End(0)).map_err(|error| io_error(part, "read", error))?;
    if present == limit {
        // Whole already: the kill came before the rename. The hash decides.
        return Ok(());
    }
    let agent: ureq::Agent = ureq::Agent::config_builder().timeout_connect(Some(Duration::from_secs(20))).build().into();
    let mut request = agent.get(url);
    if present > 0 {
        request = request.header("range", format!("bytes={present}-"));
    }
    let response = match request.call() {
        Ok(response) => response,
        Err(ureq::Error::StatusCode(404)) => return Err(Error::not_found(format!("{url} does not exist"))),
        Err(error) => return Err(Error::internal(format!("cannot download {url}: {error}")).because(error)),
    };
    // A server that ignores ranges answers 200 with everything: start over.
    let mut position = if response.status() == 206 { present } else { 0 };
    file.set_len(position).and_then(|()| file.seek(SeekFrom::Start(position))).map_err(|error| io_error(part, "write", error))?;
    let mut body = response.into_body().into_reader();
    let mut buffer = vec![0; 1 << 18];
    loop {
        let count = body.read(&mut buffer).map_err(|error| {
            Error::internal(format!("the download of {url} broke off after {position} bytes; run again to continue: {error}"))
                .because(error)
        })?;
        if count == 0 {
            return Ok(());
        }
        position += count as u64;
        if position > limit {
            return Err(Error::too_large(format!("{url} is larger than the {limit} bytes that model.yaml (`size`) promises")));
        }
        file.write_all(&buffer[..count]).map_err(|error| io_error(part, "write", error))?;
    }
}
