//! What a server of buckets says, read without minding the namespaces, which servers set as they like.

use quick_xml::Reader;
use quick_xml::events::Event;

/// An element that holds text, in order of their ends: its names from the root on, without it, and its text.
pub(super) struct Leaf {
    pub(super) path: Vec<String>,
    pub(super) text: String,
}

impl Leaf {
    /// Whether this is element `name` within an element `within`.
    pub(super) fn is(&self, within: &str, name: &str) -> bool {
        matches!(self.path.as_slice(), [.., parent, own] if parent == within && own == name)
    }
}

/// The elements of an answer that hold text; none when it is no XML.
pub(super) fn leaves(bytes: &[u8]) -> Option<Vec<Leaf>> {
    let mut reader = Reader::from_str(str::from_utf8(bytes).ok()?);
    let (mut leaves, mut path, mut text) = (Vec::new(), Vec::new(), String::new());
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                path.push(start.local_name().into_inner().to_owned());
                text.clear();
            }
            // All of an answer may be an element without anything in it.
            Event::Empty(alone) if path.is_empty() => {
                let path = vec![alone.local_name().into_inner().to_owned()];
                leaves.push(Leaf { path, text: String::new() });
            }
            Event::Text(part) => text.push_str(&part),
            Event::GeneralRef(part) => text.push(named(&part)?),
            Event::End(_) => {
                leaves.push(Leaf { path: path.clone(), text: std::mem::take(&mut text).trim().to_owned() });
                path.pop()?;
            }
            Event::Eof => return path.is_empty().then_some(leaves),
            _ => {}
        }
    }
}

/// Whether an answer is this element, whole.
pub(super) fn is(bytes: &[u8], name: &str) -> bool {
    leaves(bytes).is_some_and(|leaves| leaves.last().is_some_and(|root| root.path == [name]))
}

/// The characters that XML writes by name; what is written by number stands in nothing of ours.
fn named(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" | "#34" => '"',
        "apos" | "#39" => '\'',
        _ => return None,
    })
}

/// The text of the first element `name` in an element `within`.
pub(super) fn text_of(bytes: &[u8], within: &str, name: &str) -> Option<String> {
    leaves(bytes)?.into_iter().find(|leaf| leaf.is(within, name)).map(|leaf| leaf.text)
}

/// The code of an error, as far as it is a word: nothing else of what a server says goes into a log.
pub(super) fn code(bytes: &[u8]) -> Option<String> {
    text_of(bytes, "Error", "Code")
        .filter(|code| code.len() < 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// A page of a list.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    /// The names of objects.
    pub(super) keys: Vec<String>,
    /// What stands before a slash, once for all that stands behind it.
    pub(super) folders: Vec<String>,
    /// Whether more follows.
    pub(super) more: bool,
}

/// Reads a page of a list. What does not say whether it is all of it is none: nobody may take it for an empty one.
pub(super) fn page(bytes: &[u8]) -> Option<Page> {
    let (mut page, mut more) = (Page::default(), None);
    for leaf in leaves(bytes)? {
        if leaf.is("Contents", "Key") {
            page.keys.push(leaf.text);
        } else if leaf.is("CommonPrefixes", "Prefix") {
            page.folders.push(leaf.text);
        } else if leaf.is("ListBucketResult", "IsTruncated") {
            more = Some(leaf.text == "true");
        }
    }
    Some(Page { more: more?, ..page })
}

/// An upload in parts that has not come to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Unended {
    pub(super) key: String,
    pub(super) upload: String,
    /// When it was begun, as it is written.
    pub(super) begun: String,
}

/// Reads a page of a list of uploads in parts, and whether more follow.
pub(super) fn unended(bytes: &[u8]) -> Option<(Vec<Unended>, bool)> {
    let (mut all, mut one, mut more) = (Vec::new(), Unended::default(), None);
    for leaf in leaves(bytes)? {
        if leaf.is("Upload", "Key") {
            one.key = leaf.text;
        } else if leaf.is("Upload", "UploadId") {
            one.upload = leaf.text;
        } else if leaf.is("Upload", "Initiated") {
            one.begun = leaf.text;
        } else if leaf.is("ListMultipartUploadsResult", "Upload") {
            all.push(std::mem::take(&mut one));
        } else if leaf.is("ListMultipartUploadsResult", "IsTruncated") {
            more = Some(leaf.text == "true");
        }
    }
    Some((all, more?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_with_and_without_namespaces() {
        for head in ["<ListBucketResult>", "<s:ListBucketResult xmlns:s=\"http://s3.amazonaws.com/doc/2006-03-01/\">"] {
            let tail = head.split([' ', '>']).next().unwrap().replace('<', "</");
            let text = format!(
                "<?xml version=\"1.0\"?>\n{head}<Name>b</Name><Prefix>p/</Prefix>\n <IsTruncated>true</IsTruncated>\
                 <Contents><Key>p/a</Key><Size>1</Size><Owner><ID>Key</ID></Owner></Contents>\
                 <Contents><Key>p/b&amp;c</Key></Contents>\
                 <CommonPrefixes><Prefix>p/d/</Prefix></CommonPrefixes>{tail}>"
            );
            let page = page(text.as_bytes()).unwrap();
            assert_eq!(page.keys, ["p/a", "p/b&c"]);
            assert_eq!(page.folders, ["p/d/"]);
            assert!(page.more);
        }
        assert!(page(b"<ListBucketResult><Contents>").is_none());
        let empty = b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
        assert_eq!(page(empty).unwrap(), Page::default());
    }

    #[test]
    fn what_says_nothing_is_no_empty_list() {
        let error = b"<Error><Code>SlowDown</Code></Error>";
        for nothing in
            [&b""[..], b"<ListBucketResult></ListBucketResult>", b"<html></html>", error, b"<?xml version=\"1.0\"?>"]
        {
            assert!(page(nothing).is_none() && unended(nothing).is_none());
        }
    }

    #[test]
    fn an_answer_is_what_its_root_says_to_its_end() {
        assert!(is(
            b"<?xml version=\"1.0\"?>\n<CopyObjectResult><ETag>1</ETag></CopyObjectResult>",
            "CopyObjectResult"
        ));
        assert!(is(b"<VersioningConfiguration xmlns=\"s3\"/>", "VersioningConfiguration"));
        assert!(!is(b"<CopyObjectResult><ETag>1</ETag>", "CopyObjectResult"), "cut off");
        assert!(!is(b"", "CopyObjectResult") && !is(b"<Error><Code>no word</Code></Error>", "CopyObjectResult"));
    }

    #[test]
    fn uploads_are_read_with_their_beginning() {
        let text =
            b"<ListMultipartUploadsResult><IsTruncated>false</IsTruncated><Upload><Key>k</Key><UploadId>u1</UploadId>\
            <Initiator><ID>x</ID></Initiator><Initiated>2026-01-02T03:04:05.000Z</Initiated></Upload>\
            <Upload><Key>l</Key><UploadId>u2</UploadId></Upload></ListMultipartUploadsResult>";
        let (all, more) = unended(text).unwrap();
        assert!(!more);
        assert_eq!((all[0].key.as_str(), all[0].upload.as_str()), ("k", "u1"));
        assert!(all[0].begun.starts_with("2026") && all[1].begun.is_empty() && all[1].upload == "u2");
    }

    #[test]
    fn of_an_error_its_code_alone_is_taken() {
        assert_eq!(code(b"<Error><Code>NoSuchKey</Code><Key>secret</Key></Error>").as_deref(), Some("NoSuchKey"));
        assert_eq!(code(b"<Error><Code>no word</Code></Error>"), None);
        assert_eq!(code(b"<html>"), None);
    }
}
