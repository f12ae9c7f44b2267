//! Turns what people edit into what the crate compiles: catalogues into one checked struct, icons into
//! a sprite, static files into fingerprinted addresses. A sentence missing from one language, or an
//! asset that is linked but not there, therefore fails the build and not a reader.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Languages by file name and constant name; the first is the reference for the set of keys.
const LANGUAGES: [(&str, &str); 2] = [("en", "EN"), ("ar", "AR")];

/// Sections that are looked up by a word at run time rather than by a field.
const LOOKUPS: [&str; 10] =
    ["problem", "why", "because", "line", "question", "reach", "reason", "reasons", "archived", "came_from"];

/// How a module names another, up to its name; what else looks like one is a bundle's own affair.
const IMPORTS: [&str; 3] = ["from \"./", "import(\"./", "import \"./"];

fn main() -> Outcome<()> {
    for folder in ["locales", "icons", "static", "templates", "build.rs"] {
        println!("cargo:rerun-if-changed={folder}");
    }
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("text.rs"), catalogues(&root)?)?;
    fs::write(out.join("icons.rs"), icons(&root)?)?;
    fs::write(out.join("assets.rs"), assets(&root, &out)?)?;
    Ok(())
}

/// One struct with a field for each key, and one constant of it for each language.
fn catalogues(root: &Path) -> Outcome<String> {
    let mut code = String::new();
    let mut reference: Option<Vec<(String, String)>> = None;
    for (file, constant) in LANGUAGES {
        let path = root.join("locales").join(format!("{file}.toml"));
        let table: toml::Table = fs::read_to_string(&path)?
            .parse()
            .map_err(|error: toml::de::Error| format!("locales/{file}.toml: {error}"))?;
        let fields = flatten(&table)?;
        let shape: Vec<_> = fields.iter().map(|(k, (kind, _))| (k.clone(), kind.clone())).collect();
        match &reference {
            None => {
                code.push_str("/// Every sentence of the pages in one language; made from `locales/`.\n#[derive(Debug)]\npub struct Text {\n");
                for (key, kind) in &shape {
                    writeln!(code, "    pub(crate) {key}: {kind},")?;
                }
                code.push_str("}\n");
                reference = Some(shape);
            }
            Some(expected) => compare(file, expected, &shape)?,
        }
        writeln!(code, "pub(crate) static {constant}: Text = Text {{")?;
        for (key, (_, value)) in &fields {
            writeln!(code, "    {key}: {value},")?;
        }
        code.push_str("};\n");
    }
    Ok(code)
}

/// Says which keys differ, so that a translator sees them all at once.
fn compare(file: &str, expected: &[(String, String)], found: &[(String, String)]) -> Outcome<()> {
    let missing: Vec<_> = expected.iter().filter(|k| !found.contains(k)).collect();
    let extra: Vec<_> = found.iter().filter(|k| !expected.contains(k)).collect();
    if missing.is_empty() && extra.is_empty() {
        return Ok(());
    }
    Err(format!("locales/{file}.toml: missing {missing:?}, not in the reference {extra:?}").into())
}

/// Key → (type, expression). A section's name is the prefix of its keys.
fn flatten(table: &toml::Table) -> Outcome<BTreeMap<String, (String, String)>> {
    let mut fields = BTreeMap::new();
    for (section, value) in table {
        match value {
            toml::Value::Table(entries) if LOOKUPS.contains(&section.as_str()) => {
                let mut pairs = String::from("&[");
                for (word, sentence) in entries {
                    write!(pairs, "({word:?}, {sentence:?}), ", sentence = text(sentence)?)?;
                }
                pairs.push(']');
                let kind = "&'static [(&'static str, &'static str)]".to_owned();
                fields.insert(section.clone(), (kind, pairs));
            }
            toml::Value::Table(entries) => {
                for (key, value) in entries {
                    fields.insert(format!("{section}_{key}"), field(value)?);
                }
            }
            other => {
                fields.insert(section.clone(), field(other)?);
            }
        }
    }
    Ok(fields)
}

/// A sentence, a list of words, or a sentence that changes with a number.
fn field(value: &toml::Value) -> Outcome<(String, String)> {
    Ok(match value {
        toml::Value::Array(words) => {
            let words: Vec<&str> = words.iter().map(text).collect::<Outcome<_>>()?;
            (format!("[&'static str; {}]", words.len()), format!("{words:?}"))
        }
        toml::Value::Table(forms) => {
            let other = text(forms.get("other").ok_or("a plural needs `other`")?)?;
            let mut code = String::from("Plural { ");
            for form in ["zero", "one", "two", "few", "many"] {
                let sentence = forms.get(form).map_or(Ok(other), text)?;
                write!(code, "{form}: {sentence:?}, ")?;
            }
            write!(code, "other: {other:?} }}")?;
            ("Plural".to_owned(), code)
        }
        sentence => ("&'static str".to_owned(), format!("{:?}", text(sentence)?)),
    })
}

fn text(value: &toml::Value) -> Outcome<&str> {
    value.as_str().ok_or_else(|| format!("not a sentence: {value:?}").into())
}

/// The shapes of all icons by name. A page carries those it uses as an inline sprite, so that an icon
/// costs no request and follows the text colour.
fn icons(root: &Path) -> Outcome<String> {
    let mut code = String::from("pub(crate) static ICONS: &[(&str, &str)] = &[\n");
    for path in files(&root.join("icons"), "svg")? {
        let source = fs::read_to_string(&path)?;
        let open = source.find("<svg").ok_or("an icon without <svg>")?;
        let start = open + source[open..].find('>').ok_or("an unclosed <svg>")? + 1;
        let end = source.rfind("</svg>").ok_or("an icon without </svg>")?;
        let body: Vec<&str> = source[start..end].lines().map(str::trim).collect();
        writeln!(code, "    ({:?}, {:?}),", stem(&path)?, body.concat())?;
    }
    code.push_str("];\n");
    Ok(code)
}

/// Copies each static file under a name that holds its fingerprint. Order matters: a module's text must hold the final
/// names of those it imports before it is fingerprinted itself.
fn assets(root: &Path, out: &Path) -> Outcome<String> {
    let folder = root.join("static");
    let mut names: Vec<PathBuf> = Vec::new();
    for kind in ["png", "svg", "ttf", "css", "js"] {
        names.extend(files(&folder, kind)?);
    }
    let names = imported_first(names)?;
    let mut renamed: Vec<(String, String)> = Vec::new();
    let mut code = String::from("pub(crate) static TABLE: &[Entry] = &[\n");
    for path in names {
        let name = path.file_name().and_then(|n| n.to_str()).ok_or("file name")?.to_owned();
        let kind = path.extension().and_then(|e| e.to_str()).ok_or("extension")?;
        let mut bytes = fs::read(&path)?;
        if kind == "js" || kind == "css" {
            let mut source = trim(&String::from_utf8(bytes)?);
            if kind == "css" {
                source = tighten(source);
                // The one thing that a style names: a font.
                for (old, new) in renamed.iter().filter(|(old, _)| old.ends_with(".ttf")) {
                    source = source.replace(&format!("url({old})"), &format!("url(/assets/{new})"));
                }
            }
            for ((old, new), import) in renamed.iter().flat_map(|names| IMPORTS.map(|import| (names, import))) {
                source = source.replace(&format!("{import}{old}\""), &format!("{import}{new}\""));
            }
            bytes = source.into_bytes();
        }
        let hashed = format!("{}.{:016x}.{kind}", stem(&path)?, fingerprint(&bytes));
        fs::write(out.join(&hashed), &bytes)?;
        let packed = match kind {
            "js" | "css" => {
                fs::write(out.join(format!("{hashed}.gz")), gzip(&bytes)?)?;
                format!("Some(include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{hashed}.gz\")))")
            }
            _ => "None".to_owned(),
        };
        writeln!(
            code,
            "    Entry {{ name: {name:?}, address: \"/assets/{hashed}\", bytes: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{hashed}\")), gzip: {packed}, content_type: {:?} }},",
            content_type(kind)
        )?;
        renamed.push((name, hashed));
    }
    code.push_str("];\n");
    Ok(code)
}

/// The files in an order in which each comes after those that it names.
fn imported_first(names: Vec<PathBuf>) -> Outcome<Vec<PathBuf>> {
    let mut waiting = Vec::new();
    for path in names {
        let source =
            if path.extension().is_some_and(|e| e == "js") { fs::read_to_string(&path)? } else { String::new() };
        let imports: Vec<String> = IMPORTS
            .iter()
            .flat_map(|import| source.split(import).skip(1).filter_map(|part| part.split('"').next()))
            .map(str::to_owned)
            .collect();
        waiting.push((path, imports));
    }
    let mut ordered: Vec<PathBuf> = Vec::new();
    while !waiting.is_empty() {
        let (blocked, free): (Vec<_>, Vec<_>) = waiting
            .iter()
            .cloned()
            .partition(|(_, imports)| waiting.iter().any(|(path, _)| imports.iter().any(|name| path.ends_with(name))));
        if free.is_empty() {
            return Err(format!("modules that import each other in a circle: {blocked:?}").into());
        }
        ordered.extend(free.into_iter().map(|(path, _)| path));
        waiting = blocked;
    }
    Ok(ordered)
}

/// Packed once, here: static files are the same for everybody and hold no secret that their size could tell of.
fn gzip(bytes: &[u8]) -> Outcome<Vec<u8>> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(bytes)?;
    Ok(packed.finish()?)
}

/// Drops indentation, empty lines and whole-line comments: a third of the bytes, and nothing that could change the meaning.
fn trim(source: &str) -> String {
    let mut kept = String::with_capacity(source.len());
    let mut in_comment = false;
    for line in source.lines().map(str::trim) {
        in_comment |= line.starts_with("/*");
        if !(in_comment || line.is_empty() || line.starts_with("//")) {
            kept.push_str(line);
            kept.push('\n');
        }
        in_comment &= !line.ends_with("*/");
    }
    kept
}

/// Spaces that mean nothing in a style sheet (before a colon they do: `ul :is(…)`), and the zero before a point.
fn tighten(source: String) -> String {
    let spaces = [(": ", ":"), ("; ", ";"), (", ", ","), (" {", "{"), ("{ ", "{"), (" }", "}"), (";}", "}")];
    let zeros = [(" 0.", " ."), (":0.", ":."), (",0.", ",."), ("(0.", "(."), ("-0.", "-.")];
    [spaces.as_slice(), &zeros].concat().into_iter().fold(source, |text, (loose, tight)| text.replace(loose, tight))
}

/// FNV-1a: names a version of a file; nothing trusts it as proof of anything.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

fn content_type(kind: &str) -> &'static str {
    match kind {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "ttf" => "font/ttf",
        _ => "image/png",
    }
}

fn stem(path: &Path) -> Outcome<&str> {
    path.file_stem().and_then(|s| s.to_str()).ok_or_else(|| "file name".into())
}

fn files(folder: &Path, extension: &str) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
