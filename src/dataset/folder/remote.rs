//! Class folders behind an address whose server lists its folders.

use url::Url;

use super::listing::{Link, links};
use super::{ClassFolder, Found, Parse, is_picture, label};
use crate::dataset::list::can_be_listed;
use crate::dataset::source::Sources;
use crate::error::{Error, Kind, Result};

/// How deep a class's folders may lie in each other.
const DEEPEST: usize = 8;
/// Most pages read of one class.
const MOST_PAGES: usize = 10_000;
/// Most bytes of a page.
const MOST_PAGE_BYTES: u64 = 16 << 20;

/// Whether an address answers, in DIGITS' words. Blocks for some seconds.
///
/// # Errors
/// `Invalid` with the message for the form.
pub fn check(sources: &Sources, url: &str, scratch: &std::path::Path) -> Result<()> {
    match page(sources, url, scratch, &|| true) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == Kind::NotFound => Err(Error::invalid("URL not found")),
        Err(error) => Err(Error::invalid(format!("Caught {:?} while checking URL: {}", error.kind(), error.message()))),
    }
}

/// The folders of a page.
pub(super) fn classes(parse: &Parse<'_>, url: &str) -> Result<Vec<ClassFolder>> {
    let base = folder_url(url)?;
    let page = read(parse, base.as_str())?;
    let folders = links(&page, &base).into_iter().filter(|link| link.is_folder);
    Ok(folders.map(|Link { name, url, .. }| ClassFolder { label: label(&name), place: url.to_string() }).collect())
}

/// The pictures of a class, page by page.
pub(super) fn pictures(parse: &Parse<'_>, url: &str, most: usize) -> Result<Found> {
    let mut found = Found { places: Vec::new(), is_cut: false, skipped: 0 };
    let (mut waiting, mut pages) = (vec![(folder_url(url)?, 0)], 0);
    while let Some((base, depth)) = waiting.pop() {
        pages += 1;
        if pages > MOST_PAGES {
            return Err(Error::too_large(format!("{url} has more than {MOST_PAGES} folders")));
        }
        let page = read(parse, base.as_str())?;
        let mut inside = links(&page, &base);
        inside.sort_by(|one, other| one.url.as_str().cmp(other.url.as_str()));
        for link in inside {
            if link.is_folder {
                if depth < DEEPEST {
                    waiting.push((link.url, depth + 1));
                }
            } else if is_picture(&link.name) {
                if found.places.len() >= most {
                    found.is_cut = true;
                    return Ok(found);
                }
                if can_be_listed(link.url.as_str()) {
                    found.places.push(link.url.into());
                } else {
                    found.skipped += 1;
                }
            }
        }
    }
    Ok(found)
}

fn read(parse: &Parse<'_>, url: &str) -> Result<String> {
    let check = &parse.watch.check;
    check()?;
    page(parse.sources, url, parse.scratch, &|| check().is_ok())
}

fn page(sources: &Sources, url: &str, scratch: &std::path::Path, keep_on: &dyn Fn() -> bool) -> Result<String> {
    let mut bounded = sources.clone();
    bounded.limits.max_file_bytes = MOST_PAGE_BYTES;
    let bytes = bounded.fetched(url, scratch, keep_on)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// An address that names a folder, so that what is joined to it lies inside.
fn folder_url(url: &str) -> Result<Url> {
    let with_end = if url.ends_with('/') { url.to_owned() } else { format!("{url}/") };
    Url::parse(&with_end).map_err(|error| Error::invalid(format!("`{url}` is no URL: {error}")))
}
