//! Static files under addresses that hold their fingerprint, so that browsers may keep them for ever.

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The content security policy every page is written for. `blob:` lets the upload page show the clip
/// that was picked before anything is sent.
pub const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
     media-src 'self' blob:; connect-src 'self'; font-src 'self'; form-action 'self'; manifest-src 'self'; \
     base-uri 'none'; frame-ancestors 'none'";

/// A static file of the program.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    /// The content.
    pub bytes: &'static [u8],
    /// The content packed by gzip (RFC 1952), where that makes it smaller.
    pub gzip: Option<&'static [u8]>,
    /// Value of `Content-Type`.
    pub content_type: &'static str,
    /// Whether the address holds a fingerprint: then it may be cached for ever.
    pub immutable: bool,
}

/// One file as the build script listed it.
pub(crate) struct Entry {
    name: &'static str,
    address: &'static str,
    bytes: &'static [u8],
    gzip: Option<&'static [u8]>,
    content_type: &'static str,
}

/// The file at an address path (`/assets/base.0123456789abcdef.css`, `/manifest.webmanifest`,
/// `/favicon.ico`), if there is one.
#[must_use]
pub fn asset(path: &str) -> Option<Asset> {
    if path == "/manifest.webmanifest" {
        return Some(Asset {
            bytes: manifest().as_bytes(),
            gzip: None,
            content_type: "application/manifest+json",
            immutable: false,
        });
    }
    let (entry, immutable) = if path == "/favicon.ico" {
        // Browsers ask for it unbidden; all current ones take a PNG under this name.
        (TABLE.iter().find(|e| e.name == "icon-192.png")?, false)
    } else {
        (TABLE.iter().find(|e| e.address == path)?, true)
    };
    Some(Asset { bytes: entry.bytes, gzip: entry.gzip, content_type: entry.content_type, immutable })
}

/// The address of a static file by its plain name. Unknown names give an address that answers 404;
/// a test follows every link of every page.
pub(crate) fn link(name: &str) -> &'static str {
    TABLE.iter().find(|entry| entry.name == name).map_or("/assets/missing", |entry| entry.address)
}

/// The web app manifest, with fingerprinted icons.
fn manifest() -> &'static str {
    static TEXT: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
        format!(
            concat!(
                r##"{{"id":"/","name":"Outro","short_name":"Outro","start_url":"/","scope":"/","display":"standalone","##,
                r##""background_color":"#0b0b0c","theme_color":"#0b0b0c","icons":["##,
                r##"{{"src":"{}","type":"image/svg+xml","sizes":"any"}},"##,
                r##"{{"src":"{}","type":"image/png","sizes":"192x192"}},"##,
                r##"{{"src":"{}","type":"image/png","sizes":"512x512"}},"##,
                r##"{{"src":"{}","type":"image/png","sizes":"512x512","purpose":"maskable"}}],"##,
                r##""shortcuts":[{{"name":"Upload","url":"/upload"}}]}}"##
            ),
            link("icon.svg"),
            link("icon-192.png"),
            link("icon-512.png"),
            link("maskable-512.png"),
        )
    });
    &TEXT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprinted_addresses_are_found_and_others_are_not() {
        for entry in TABLE {
            let found = asset(entry.address).unwrap();
            assert!(found.immutable && !found.bytes.is_empty(), "{}", entry.name);
        }
        assert!(asset("/assets/base.css").is_none());
        assert!(asset("/assets/../Cargo.toml").is_none());
        assert!(!asset("/manifest.webmanifest").unwrap().immutable);
        assert!(!asset("/favicon.ico").unwrap().immutable);
    }

    #[test]
    fn what_is_packed_is_smaller_and_begins_as_gzip_does() {
        let packed = TABLE.iter().filter_map(|entry| Some((entry, entry.gzip?)));
        let seen = packed.inspect(|(entry, gzip)| {
            assert!(gzip.len() < entry.bytes.len() && gzip.starts_with(&[0x1f, 0x8b, 8]), "{}", entry.name);
        });
        assert!(seen.count() >= 15);
    }

    #[test]
    fn the_manifest_names_only_files_that_exist() {
        for part in manifest().split('"').filter(|p| p.starts_with("/assets/")) {
            assert!(asset(part).is_some(), "{part}");
        }
    }

    #[test]
    fn modules_import_by_fingerprint() {
        for entry in TABLE.iter().filter(|e| e.name.ends_with(".js")) {
            let source = std::str::from_utf8(entry.bytes).unwrap();
            for name in source
                .split("from \"./")
                .skip(1)
                .chain(source.split("import(\"./").skip(1))
                .filter_map(|part| part.split('"').next())
            {
                assert!(asset(&format!("/assets/{name}")).is_some(), "{}: {name}", entry.name);
            }
        }
    }
}
