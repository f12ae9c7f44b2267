//! Renders every page in every state and language into a folder, to be looked at in a browser:
//! `cargo run -p outro-pages --example gallery -- FOLDER`. Media are expected at `/media/c1.jpg`,
//! `/media/v1.mp4` and so on; whoever serves the folder puts them there.

mod pages;

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use outro_pages::Lang;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).ok_or("usage: gallery FOLDER")?;
    let folder = Path::new(&folder);
    let mut wanted = vec!["/manifest.webmanifest".to_owned(), "/favicon.ico".to_owned()];
    for (lang, name) in [(Lang::En, "en"), (Lang::Ar, "ar")] {
        fs::create_dir_all(folder.join(name))?;
        for (page, html) in pages::all(lang) {
            wanted.extend(pages::links(&html, "/assets/"));
            fs::write(folder.join(name).join(format!("{page}.html")), html)?;
        }
    }
    fs::create_dir_all(folder.join("assets"))?;
    while let Some(path) = wanted.pop() {
        let asset = outro_pages::asset(&path).ok_or(format!("no such asset: {path}"))?;
        if path.ends_with(".js") {
            // Modules import each other by relative address.
            let source = std::str::from_utf8(asset.bytes)?;
            let imports = source.split("from \"./").skip(1).filter_map(|s| s.split('"').next());
            wanted.extend(imports.map(|name| format!("/assets/{name}")));
        }
        fs::write(folder.join(&path[1..]), asset.bytes)?;
    }
    Ok(())
}
