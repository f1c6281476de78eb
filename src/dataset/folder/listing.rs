//! The page on which a web server lists a folder (Apache, nginx): a line with a link and a date is an entry.

use url::Url;

/// An entry of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its name, decoded, without a slash at its end.
    pub name: String,
    /// Where it is: always below the page's own address.
    pub url: Url,
    /// Whether it is a folder.
    pub is_folder: bool,
}

/// Entries of the page at `base`, which ends with a slash. Links to parents, to sortings of the page and to elsewhere are none.
pub fn links(page: &str, base: &Url) -> Vec<Link> {
    let lines = page.lines().filter(|line| has_date(line));
    lines.filter_map(href).filter_map(|href| link(href, base)).collect()
}

fn link(href: &str, base: &Url) -> Option<Link> {
    let mut url = base.join(href).ok()?;
    url.set_query(None);
    url.set_fragment(None);
    let inside = url.as_str().strip_prefix(base.as_str())?;
    let name = inside.trim_end_matches('/');
    // One step down, and no tricks.
    if name.is_empty() || name.contains('/') || href.starts_with('?') {
        return None;
    }
    let is_folder = inside.ends_with('/');
    Some(Link { name: decoded(name), is_folder, url })
}

/// What the first link of a line leads to.
fn href(line: &str) -> Option<&str> {
    let lower = line.to_ascii_lowercase();
    let start = lower.find("href=\"")? + "href=\"".len();
    // Lower case of ASCII keeps every place.
    let rest = line.get(start..)?;
    rest.split_once('"').map(|(href, _)| href)
}

/// True for a line with a date like `01-Jan-2015` or `2015-01-31`.
fn has_date(line: &str) -> bool {
    let words = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    words.filter(|word| word.matches('-').count() == 2).any(|word| {
        let mut parts = word.split('-');
        let (Some(first), Some(month), Some(last)) = (parts.next(), parts.next(), parts.next()) else { return false };
        let is_number = |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        let is_month = is_number(month, 2) || (month.len() == 3 && month.bytes().all(|byte| byte.is_ascii_alphabetic()));
        is_number(first, 4) && is_month && is_number(last, 4)
    })
}

/// A name without `%20` and the like; what is no text stays as it is.
fn decoded(name: &str) -> String {
    let (mut bytes, mut rest) = (Vec::with_capacity(name.len()), name.as_bytes());
    while let [first, after @ ..] = rest {
        let hexadecimal = after.get(..2).and_then(|pair| std::str::from_utf8(pair).ok()).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        if let Some(byte) = hexadecimal.filter(|_| *first == b'%') {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| name.to_owned())
}
