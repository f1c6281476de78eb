//! Fetching files from URLs that strangers give: public addresses only, bounded in size and time. The address is checked where
//! the connection is made, after the name was looked up and again for every redirect: a name that changes its mind reaches nothing.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::time::Duration;

use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use url::Url;

use crate::error::{Error, Kind, Result, io_error};

/// Longest time of one fetch.
const TIMEOUT: Duration = Duration::from_mins(10);

/// Longest time of a fetch that somebody waits for.
const SHORT_TIMEOUT: Duration = Duration::from_secs(30);

/// Longest time until a connection stands.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);

/// Redirects that are followed, each to a public address.
const REDIRECTS: u32 = 5;

/// What a fetch may do.
#[derive(Debug, Clone, Copy)]
pub struct FetchRules {
    /// Most bytes of one file.
    pub max_bytes: u64,
    /// Whether private, loopback and link-local addresses may be asked.
    pub allow_private: bool,
}

/// A URL that may be fetched: http or https, with a host and without a password. A literal private address is refused here
/// already, so that the mistake shows in the form.
///
/// # Errors
/// `Invalid` with the reason, `Forbidden` for a private address.
pub fn check_url(text: &str, rules: FetchRules) -> Result<Url> {
    let shown = shorten(text);
    let url = Url::parse(text).map_err(|error| Error::invalid(format!("`{shown}` is no URL: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Error::invalid(format!("`{shown}` is not fetched: only http and https are")));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::invalid("a URL with a user name or password is not fetched: it would be kept as the picture's source"));
    }
    let literal = match url.host() {
        Some(url::Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(url::Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        Some(url::Host::Domain(_)) => None,
        None => return Err(Error::invalid(format!("`{shown}` names no host"))),
    };
    match literal {
        Some(address) if !rules.allow_private && !is_public(address) => Err(private(&shown)),
        _ => Ok(url),
    }
}

/// Fetches a URL into a new file. What is left of a failed fetch is removed. Blocks.
///
/// # Errors
/// As [`check_url`]; `NotFound` for 404 and 410, `TooLarge`, `Forbidden` when it leads to a private address, `Unsupported` for
/// other answers that bring no file; those of the disk.
pub fn fetch(url: &Url, target: &Path, rules: FetchRules, keep_on: &dyn Fn() -> bool) -> Result<u64> {
    let received = receive(url, target, rules, keep_on);
    if received.is_err() {
        let _ = std::fs::remove_file(target);
    }
    received
}

/// Fetches what a URL leads to into memory, within half a minute. Blocks.
///
/// # Errors
/// As [`fetch`].
pub fn fetch_bytes(url: &Url, rules: FetchRules) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    transfer(url, rules, SHORT_TIMEOUT, &|| true, &mut |piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    })?;
    Ok(bytes)
}

fn receive(url: &Url, target: &Path, rules: FetchRules, keep_on: &dyn Fn() -> bool) -> Result<u64> {
    let failed = |error| io_error(target, "write", error);
    let mut file = File::create(target).map_err(failed)?;
    let received = transfer(url, rules, TIMEOUT, keep_on, &mut |piece| file.write_all(piece).map_err(failed))?;
    file.sync_all().map_err(failed)?;
    Ok(received)
}

/// Hands on what a URL leads to, piece by piece, and answers how many bytes it were.
fn transfer(
    url: &Url,
    rules: FetchRules,
    timeout: Duration,
    keep_on: &dyn Fn() -> bool,
    sink: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<u64> {
    let shown = shorten(url.as_str());
    let response = match agent(rules, timeout).get(url.as_str()).call() {
        Ok(response) => response,
        Err(error) => return Err(refused(&shown, error)),
    };
    let mut body = response.into_body().into_reader();
    let (mut buffer, mut received) = (vec![0; 1 << 18], 0_u64);
    loop {
        if !keep_on() {
            return Err(Error::new(Kind::Cancelled, "stopped"));
        }
        let count = body.read(&mut buffer).map_err(|error| Error::invalid(format!("{shown}: the transfer broke off: {error}")))?;
        if count == 0 {
            break;
        }
        received += count as u64;
        if received > rules.max_bytes {
            return Err(Error::too_large(format!("{shown} is larger than the limit of {} bytes a file", rules.max_bytes)));
        }
        sink(&buffer[..count])?;
    }
    if received == 0 { Err(Error::corrupt(format!("{shown} is empty"))) } else { Ok(received) }
}

/// No proxy: it would look up names in our place, and nobody would check the address.
fn agent(rules: FetchRules, timeout: Duration) -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(timeout))
        .timeout_connect(Some(CONNECT_TIMEOUT.min(timeout)))
        .max_redirects(REDIRECTS)
        .proxy(None)
        .user_agent(concat!("likeness/", env!("CARGO_PKG_VERSION")))
        .build();
    ureq::Agent::with_parts(config, DefaultConnector::new(), PublicResolver { inner: DefaultResolver::default(), rules })
}

/// Looks names up and passes on public addresses alone.
#[derive(Debug)]
struct PublicResolver {
    inner: DefaultResolver,
    rules: FetchRules,
}

/// Marks the refusal on its way through the HTTP library.
const PRIVATE: &str = "leads to a private address";

impl Resolver for PublicResolver {
    fn resolve(
        &self,
        uri: &ureq::http::Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> std::result::Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        let all_public = found.iter().all(|address| is_public(address.ip()));
        if all_public || self.rules.allow_private { Ok(found) } else { Err(ureq::Error::Io(std::io::Error::other(PRIVATE))) }
    }
}

fn refused(shown: &str, error: ureq::Error) -> Error {
    match &error {
        ureq::Error::StatusCode(404 | 410) => Error::not_found(format!("{shown} does not exist")),
        ureq::Error::StatusCode(status) => Error::new(Kind::Unsupported, format!("{shown} answers with status {status} instead of a file")),
        ureq::Error::Io(cause) if cause.to_string().contains(PRIVATE) => private(shown),
        _ => Error::invalid(format!("{shown} cannot be fetched: {error}")).because(error),
    }
}

fn private(shown: &str) -> Error {
    Error::new(
        Kind::Forbidden,
        format!("{shown} leads to a private, loopback or link-local address: it is not fetched (setting import.allow_private_urls)"),
    )
}

fn shorten(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(200).collect()
}

/// Whether an address belongs to the public internet.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        // This network, shared address space, protocol assignments, benchmarking, reserved and broadcast.
        || first == 0
        || (first == 100 && (64..128).contains(&second))
        || (first == 192 && second == 0 && third == 0)
        || (first == 198 && (second == 18 || second == 19))
        || first >= 240;
    !special
}

/// Global unicast without the ranges that stand for something else, some of which carry an IPv4 address inside.
fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    let parts = address.segments();
    let inside = |place: usize| Ipv4Addr::from((u32::from(parts[place]) << 16) | u32::from(parts[place + 1]));
    match (parts[0], parts[1]) {
        // Translated IPv4.
        (0x64, 0xff9b) => parts[2..6] == [0; 4] && is_public_v4(inside(6)),
        (0x2002, _) => is_public_v4(inside(1)),
        // Teredo and other protocol assignments; documentation.
        (0x2001, 0..=0x1ff | 0xdb8) | (0x3fff, 0..=0xfff) => false,
        (first, _) => first & 0xe000 == 0x2000,
    }
}
