//! The style sheet, the script and the mark: compiled in, named by what is in them, so that browsers may keep them.
use rust_embed::Embed;
use std::{borrow::Cow, sync::LazyLock};

#[derive(Embed)]
#[folder = "static/"]
struct Files;

/// A file under `/static/`.
pub struct Asset {
    pub body: Cow<'static, [u8]>,
    pub content_type: &'static str,
    /// A strong validator (RFC 9110 §8.8.3), quotes included.
    pub etag: String,
    /// The value of `?v=` under which the body never changes.
    pub version: String,
}

/// The file of this name, or nothing. Names hold no path.
pub fn asset(name: &str) -> Option<Asset> {
    let file = Files::get(name)?;
    let content_type = match name.rsplit('.').next()? {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => return None,
    };
    let hash = u64::from_be_bytes(*file.metadata.sha256_hash().first_chunk()?);
    let version = format!("{hash:016x}");
    Some(Asset { body: file.data, content_type, etag: format!("\"{version}\""), version })
}

/// `/static/ostiary.css?v=…`
pub fn style_sheet() -> &'static str {
    static ADDRESS: LazyLock<String> = LazyLock::new(|| address("ostiary.css"));
    &ADDRESS
}

/// `/static/ostiary.js?v=…`
pub fn script() -> &'static str {
    static ADDRESS: LazyLock<String> = LazyLock::new(|| address("ostiary.js"));
    &ADDRESS
}

/// `/static/ostiary.svg?v=…`
pub fn mark() -> &'static str {
    static ADDRESS: LazyLock<String> = LazyLock::new(|| address("ostiary.svg"));
    &ADDRESS
}

fn address(name: &str) -> String {
    let version = asset(name).map(|asset| asset.version).unwrap_or_default();
    format!("/static/{name}?v={version}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn every_address_leads_to_a_file_whose_version_it_carries() {
        for address in [style_sheet(), script(), mark()] {
            let (name, version) = address.strip_prefix("/static/").unwrap().split_once("?v=").unwrap();
            let asset = asset(name).unwrap();
            assert_eq!(asset.version, version);
            assert_eq!(version.len(), 16);
            assert!(!asset.body.is_empty());
        }
    }

    #[test]
    fn nothing_outside_the_folder_is_served() {
        for name in ["", "../Cargo.toml", "/etc/passwd", "ostiary.css/..", "nothing.css"] {
            assert!(asset(name).is_none(), "{name}");
        }
    }
}
