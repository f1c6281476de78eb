//! List files, labels, and the pages on which servers list folders.
#![allow(clippy::unwrap_used, reason = "tests")]

use likeness::dataset::folder::listing::links;
use likeness::dataset::list::{ListEntry, can_be_listed, parse_line, read, read_labels, write, write_labels};
use proptest::prelude::*;
use url::Url;

fn entry(place: &str, class: u32) -> ListEntry {
    ListEntry { place: place.into(), class }
}

#[test]
fn lines_end_with_a_class() {
    for (line, place, class) in [
        ("/path/image.jpg 0", "/path/image.jpg", 0),
        ("image.jpg 1", "image.jpg", 1),
        ("image.jpg 2\n", "image.jpg", 2),
        ("image.jpg      3\r\n", "image.jpg", 3),
        ("spaces in filename.jpg 4", "spaces in filename.jpg", 4),
        ("tab.jpg\t5", "tab.jpg", 5),
    ] {
        assert_eq!(parse_line(line), Some(entry(place, class)), "{line:?}");
    }
    for line in ["image.jpg", "image.jpg five", "image.jpg -1", "image.jpg +1", " 7", "", "image.jpg 99999999999", "image.jpg 1.0"] {
        assert_eq!(parse_line(line), None, "{line:?}");
    }
}

proptest! {
    #[test]
    fn what_can_be_listed_comes_back(place in "[^\\s][^\\n\\r]{0,40}", class in any::<u32>()) {
        prop_assume!(can_be_listed(&place));
        prop_assert_eq!(parse_line(&format!("{place} {class}")), Some(entry(&place, class)));
    }
}

#[test]
fn lists_keep_their_order_and_count_what_is_no_entry() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("train.txt");
    let entries = [entry("/b.png", 1), entry("/a b.png", 0)];
    write(&file, &entries).unwrap();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "/b.png 1\n/a b.png 0\n");
    std::fs::write(&file, b"/b.png 1\n\nno class\n\xff\xfe 3\n/a b.png 0").unwrap();
    assert_eq!(read(&file).unwrap(), (entries.to_vec(), 3));
}

#[test]
fn a_blank_label_keeps_its_number() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("labels.txt");
    let labels = ["cat", " ", "big dog"].map(str::to_owned);
    write_labels(&file, &labels).unwrap();
    assert_eq!(read_labels(&file).unwrap(), labels);
    std::fs::write(&file, "  cat \r\n\r\ndog\n\n\n").unwrap();
    assert_eq!(read_labels(&file).unwrap(), ["cat", "", "dog"]);
}

const NGINX: &str = "<html>\n<h1>Index of /data/</h1><hr><pre><a href=\"../\">../</a>\n\
    <a href=\"cat%20one/\">cat one/</a>         01-Jan-2015 12:00       -\n\
    <a href=\"a.png\">a.png</a>     01-Jan-2015 12:00     12\n</pre>";
const APACHE: &str = "<tr><th><a href=\"?C=N;O=D\">Name</a></th><th>2015-01-31</th></tr>\n\
    <tr><td><a href=\"/\">Parent Directory</a></td><td>2015-01-31 10:00</td></tr>\n\
    <tr><td><a href=\"dog/\">dog/</a></td><td align=\"right\">2015-01-31 10:00  </td></tr>\n\
    <tr><td><A HREF=\"/data/b.PNG\">b.PNG</A></td><td>31-Jan-2015 10:00</td></tr>\n\
    <tr><td><a href=\"/elsewhere/c.png\">c.png</a></td><td>31-Jan-2015 10:00</td></tr>\n\
    <tr><td><a href=\"http://example.com/data/d.png\">d.png</a></td><td>31-Jan-2015 10:00</td></tr>\n\
    <tr><td><a href=\"%2e%2e/%2e%2e/e.png\">e.png</a></td><td>31-Jan-2015 10:00</td></tr>\n";

#[test]
fn entries_are_told_from_the_rest_of_a_page() {
    let base = Url::parse("http://example.org/data/").unwrap();
    let named = |page: &str| links(page, &base).into_iter().map(|link| (link.name, link.is_folder)).collect::<Vec<_>>();
    assert_eq!(named(NGINX), [("cat one".to_owned(), true), ("a.png".to_owned(), false)]);
    assert_eq!(named(APACHE), [("dog".to_owned(), true), ("b.PNG".to_owned(), false)]);
}
