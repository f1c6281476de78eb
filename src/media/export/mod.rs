//! A collection as one ZIP archive: originals, reports and a manifest of hashes.
