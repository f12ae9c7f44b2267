//! `outro receipt verify`: checks a receipt without any server.

use std::path::PathBuf;
use std::process::ExitCode;

use outro_app::erasure::note::{self, Unproved};
use serde::Deserialize;

use crate::fail::{Fail, say};

/// What can be done with receipts.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Checks that a receipt is signed, unchanged and in the log of all erasures, and with nonce, account and handle that
    /// it is yours.
    Verify(Args),
}

/// What `receipt verify` takes.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The receipt: the document of `/api/v1/receipts/…`, or its signed text alone.
    file: PathBuf,
    /// The server's key, `name+hash+key`. Without it the key that the document names is used.
    #[arg(long)]
    key: Option<String>,
    /// The nonce that was shown when you left.
    #[arg(long, requires_all = ["account", "handle"])]
    nonce: Option<String>,
    /// The id of the account.
    #[arg(long)]
    account: Option<String>,
    /// The handle.
    #[arg(long)]
    handle: Option<String>,
}

/// The document of `/api/v1/receipts/…`. Each part of it is held against the signed text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    id: String,
    state: String,
    progress: f64,
    note: Option<String>,
    proof: Option<String>,
    verifier_key: String,
}

/// A receipt that holds.
struct Checked {
    /// The text that was signed.
    signed: String,
    /// The key that it was held against.
    key: String,
    /// How many erasures the log had, where its proof came along.
    logged: Option<u64>,
}

/// Runs the command.
pub(crate) fn run(Command::Verify(args): &Command) -> Result<ExitCode, Fail> {
    let text = std::fs::read_to_string(&args.file);
    let text = text.map_err(|error| Fail::new(format!("{}: {error}", args.file.display())))?;
    let Checked { signed, key, logged } = check(&text, args.key.as_deref())?;
    if let (Some(nonce), Some(account), Some(handle)) = (&args.nonce, &args.account, &args.handle) {
        note::is_mine(&signed, nonce, account, handle)?;
        say("This receipt is yours: nonce, account and handle fit it.");
    }
    say(signed.trim_end());
    match logged {
        Some(size) => say(format_args!("Verified: it stands in the log of all erasures, which had {size} then.")),
        None => {
            say("The text alone does not prove that it stands in the log of all erasures: the whole document does.")
        }
    }
    if args.key.is_some() {
        say("Verified: the receipt is signed by this key and unchanged.");
    } else {
        say(format_args!("Verified: the receipt is unchanged and signed by the key that it names itself, {key}"));
        say("To be sure whose key that is, compare it with the one the server publishes, and give it by --key.");
    }
    Ok(ExitCode::SUCCESS)
}

/// Holds a receipt against a key, or against the one that it names itself.
fn check(text: &str, key: Option<&str>) -> Result<Checked, Fail> {
    let document = read(text)?;
    let named = document.as_ref().map(|document| document.verifier_key.as_str());
    let no_key = || Fail::new("the text names no key: give the server's by --key");
    let key = key.or(named).ok_or_else(no_key)?;
    let note = document.as_ref().map_or(Ok(text), Document::note)?;
    let signed = note::verify(note, key)?;
    let logged = document.as_ref().map(|document| document.holds(signed, key)).transpose()?;
    Ok(Checked { signed: signed.to_owned(), key: key.to_owned(), logged })
}

/// The document; none when the text is a signed receipt alone.
fn read(text: &str) -> Result<Option<Document>, Fail> {
    if !text.trim_start().starts_with('{') {
        return Ok(None);
    }
    serde_json::from_str(text).map(Some).map_err(|_| Fail::new("this is not a receipt"))
}

impl Document {
    fn note(&self) -> Result<&str, Fail> {
        let unfinished = || {
            Fail::new(format!("the erasure is not complete yet (state {}): get the receipt again later", self.state))
        };
        self.note.as_deref().ok_or_else(unfinished)
    }

    /// Holds what stands around the signed text against it; how many entries the log had.
    fn holds(&self, signed: &str, key: &str) -> Result<u64, Unproved> {
        note::verify_id(signed, &self.id)?;
        if self.state != "complete" || self.progress != 1.0 || self.verifier_key != key {
            return Err(Unproved::Document);
        }
        let proof = self.proof.as_ref().ok_or(Unproved::Unlogged)?;
        Ok(note::verify_logged(signed, proof)?.size)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

    use outro_testkit::{On, World};
    use serde_json::json;

    use super::*;

    /// The document of somebody who left, after somebody else did, as it is fetched.
    async fn document() -> String {
        let world = World::start(On::Sqlite).await;
        let mut id = String::new();
        for handle in ["bob", "ada"] {
            let who = world.client().join(handle).await;
            let begun = who.post("/api/v1/me/deletion", json!({})).await.expect(202).json();
            let proof = json!({ "challenge": begun["challenge"], "password": format!("{handle}-password") });
            let left = who.post("/api/v1/me/deletion/confirm", proof).await.expect(200).json();
            left["receipt"]["id"].as_str().unwrap().clone_into(&mut id);
            world.settle().await;
        }
        world.client().get(&format!("/api/v1/receipts/{id}")).await.expect(200).text()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn any_flipped_bit_is_refused() {
        let whole = document().await;
        let checked = check(&whole, None).unwrap();
        assert_eq!(checked.logged, Some(2));
        let key = checked.key;
        check(&whole, Some(&key)).unwrap();
        let mut seen = 0;
        for place in 0..whole.len() {
            for bit in 0..8 {
                let mut bytes = whole.as_bytes().to_vec();
                bytes[place] ^= 1 << bit;
                // The file would not even be read as a text.
                let Ok(changed) = String::from_utf8(bytes) else { continue };
                assert!(check(&changed, Some(&key)).is_err(), "bit {bit} at {place} was not seen");
                seen += 1;
            }
        }
        assert!(seen > 5_000, "{seen}");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_is_missing_or_another_s_is_refused() {
        let whole = document().await;
        let key = check(&whole, None).unwrap().key;
        let document: serde_json::Value = serde_json::from_str(&whole).unwrap();
        for field in ["proof", "note", "id", "verifier_key", "state", "progress"] {
            let mut without = document.clone();
            without[field].take();
            assert!(check(&without.to_string(), Some(&key)).is_err(), "{field}");
        }
        // The signed text alone says that it is signed, and no more.
        let note = document["note"].as_str().unwrap();
        assert_eq!(check(note, Some(&key)).unwrap().logged, None);
        assert!(check(note, None).is_err());
        let other = self::document().await;
        let foreign = check(&other, None).unwrap().key;
        assert!(check(&whole, Some(&foreign)).is_err());
        // The proof of another log, around this receipt.
        let mut mixed = document.clone();
        mixed["proof"] = serde_json::from_str::<serde_json::Value>(&other).unwrap()["proof"].clone();
        assert!(check(&mixed.to_string(), Some(&key)).is_err());
    }
}
