//! `outro receipt verify`: checks a receipt without any server.

use std::path::PathBuf;
use std::process::ExitCode;

use outro_app::erasure::note;
use serde::Deserialize;

use crate::fail::{Fail, say};

/// What can be done with receipts.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Checks that a receipt is signed and unchanged, and with nonce, account and handle that it is yours.
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

/// The parts of the document that count here.
#[derive(Deserialize)]
struct Document {
    state: String,
    note: Option<String>,
    verifier_key: String,
}

/// Runs the command.
pub(crate) fn run(Command::Verify(args): &Command) -> Result<ExitCode, Fail> {
    let text = std::fs::read_to_string(&args.file);
    let text = text.map_err(|error| Fail::new(format!("{}: {error}", args.file.display())))?;
    let (note, named) = read(&text)?;
    let no_key = || Fail::new("the text names no key: give the server's by --key");
    let key = args.key.clone().or(named).ok_or_else(no_key)?;
    let signed = note::verify(&note, &key)?;
    if let (Some(nonce), Some(account), Some(handle)) = (&args.nonce, &args.account, &args.handle) {
        note::is_mine(signed, nonce, account, handle)?;
        say("This receipt is yours: nonce, account and handle fit it.");
    }
    say(signed.trim_end());
    if args.key.is_some() {
        say("Verified: the receipt is signed by this key and unchanged.");
    } else {
        say(format_args!("Verified: the receipt is unchanged and signed by the key that it names itself, {key}"));
        say("To be sure whose key that is, compare it with the one the server publishes, and give it by --key.");
    }
    Ok(ExitCode::SUCCESS)
}

/// The signed text, and the key that came with it.
fn read(text: &str) -> Result<(String, Option<String>), Fail> {
    if !text.trim_start().starts_with('{') {
        return Ok((text.to_owned(), None));
    }
    let document: Document = serde_json::from_str(text).map_err(|_| Fail::new("this is not a receipt"))?;
    let unfinished = || {
        Fail::new(format!("the erasure is not complete yet (state {}): get the receipt again later", document.state))
    };
    let note = document.note.clone().ok_or_else(unfinished)?;
    Ok((note, Some(document.verifier_key)))
}
