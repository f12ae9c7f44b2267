//! `outro doctor`: one clear line for each thing that a server needs.

use std::process::ExitCode;
use std::sync::Arc;

use outro_blobs::Versions;
use outro_media::{ToolSettings, Tools, sandbox_support};
use outro_model::{Clock as _, SystemClock};
use outro_vault::SystemRandom;
use tokio::net::TcpListener;

use crate::boot::{open_blobs, open_database, open_vault};
use crate::fail::{Fail, say};
use crate::folder::Folder;
use crate::settings::{Flags, Settings};

/// Checks everything, and says how it went.
pub(crate) async fn run(flags: Flags) -> Result<ExitCode, Fail> {
    let settings = flags.resolve()?;
    let mut healthy = tell("ffmpeg", ffmpeg().await);
    tell("jail", Ok(jail()));
    healthy &= tell("port", port(&settings).await);
    healthy &= match Folder::open(&settings.data) {
        Err(fail) => tell("folder", Err(fail)),
        Ok(folder) => {
            let fine = tell("folder", Ok(format!("{} can be written", settings.data.display())));
            fine & tell("database", database(&settings, &folder).await)
                & tell("keyring", keyring(&settings, &folder).await)
                & tell("objects", objects(&settings, &folder).await)
                & warn("copies", copies(&settings, &folder).await)
        }
    };
    tell("messages", Ok(messages(&settings).into()));
    tell("coins", Ok(settings.coins.line().into()));
    tell("contact", Ok(contact(&settings)));
    Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tell(what: &str, found: Result<String, Fail>) -> bool {
    match found {
        Ok(line) => say(format_args!("ok    {what}: {line}")),
        Err(fail) => {
            say(format_args!("FAIL  {what}: {}", fail.line()));
            return false;
        }
    }
    true
}

/// What is no reason not to serve, and must not be overlooked.
fn warn(what: &str, found: Result<Vec<String>, Fail>) -> bool {
    match found {
        Ok(lines) if lines.is_empty() => tell(what, Ok("the keyring has a copy, and there is a backup".into())),
        Ok(lines) => {
            lines.iter().for_each(|line| say(format_args!("WARN  {what}: {line}")));
            true
        }
        Err(fail) => tell(what, Err(fail)),
    }
}

/// How long before the end of the newest backup it is spoken of, in seconds: three days.
const ENDS_SOON: i64 = 3 * 86_400;

async fn copies(settings: &Settings, folder: &Folder) -> Result<Vec<String>, Fail> {
    let vault = open_vault(settings, folder, Arc::new(SystemClock), Arc::new(SystemRandom), false).await?;
    let mut lines = Vec::new();
    match vault.copy_state().await? {
        None => lines.push(
            "the keyring has no copy: if it is lost, everything is (outro keyring backup, or OUTRO_KEYRING_COPY)".into(),
        ),
        Some(copy) if !copy.opens => lines.push(format!(
            "the last copy of the keyring, of {}, opens nothing: the root key was replaced since (outro keyring backup)",
            copy.made_at.rfc3339()
        )),
        Some(_) => {}
    }
    match vault.backups().await?.last() {
        None => lines.push("there is no backup (outro backup --to DIR)".into()),
        Some(newest) if SystemClock.now().plus_seconds(ENDS_SOON) > newest.ends_at => {
            lines.push(format!(
                "the newest backup opens until {} only (outro backup --to DIR)",
                newest.ends_at.rfc3339()
            ));
        }
        Some(_) => {}
    }
    Ok(lines)
}

async fn ffmpeg() -> Result<String, Fail> {
    let tools = Tools::find(&ToolSettings::default())?;
    outro_media::self_test(&tools).await?;
    let makes = |what, it| if it { what } else { "" };
    let (avif, av1) = (makes(", makes AVIF", tools.makes_avif().await), makes(", makes AV1", tools.makes_av1()));
    Ok(format!("{}, works in its jail{avif}{av1}", tools.ffmpeg_version()))
}

fn jail() -> String {
    let support = sandbox_support();
    let landlock = support.landlock_abi.map_or("no Landlock".to_owned(), |abi| format!("Landlock {abi}"));
    format!("{landlock}, {}", if support.seccomp { "seccomp" } else { "no seccomp" })
}

async fn port(settings: &Settings) -> Result<String, Fail> {
    let free = TcpListener::bind(settings.listen).await;
    free.map_err(|error| Fail::new(format!("{} cannot be listened at: {}", settings.listen, error.kind())))?;
    Ok(format!("{} is free", settings.listen))
}

async fn database(settings: &Settings, folder: &Folder) -> Result<String, Fail> {
    let db = open_database(settings, folder).await?;
    outro_store::prepare(&db).await?;
    Ok(format!("{:?}, up to date", db.engine()))
}

async fn keyring(settings: &Settings, folder: &Folder) -> Result<String, Fail> {
    let vault = open_vault(settings, folder, Arc::new(SystemClock), Arc::new(SystemRandom), false).await?;
    vault.check().await?;
    Ok("opens".into())
}

/// Where objects are, written to and deleted from once.
async fn objects(settings: &Settings, folder: &Folder) -> Result<String, Fail> {
    if settings.bucket.is_none() {
        return Ok("in the data folder".into());
    }
    let blobs = open_blobs(settings, folder, &open_database(settings, folder).await?, Arc::new(SystemRandom)).await?;
    match blobs.versions().await? {
        Versions::None => Ok("the bucket can be written, and keeps no versions".into()),
        Versions::Suspended => Err(Fail::new(
            "the bucket has kept versions before: what was deleted then is still there until its versions are removed",
        )),
        // With these it does not open.
        Versions::Kept => Err(Fail::new("the bucket keeps versions")),
    }
}

fn contact(settings: &Settings) -> String {
    match &settings.contact {
        Some(contact) => contact.clone(),
        None => "is not set (OUTRO_CONTACT): nobody is told how to reach you, not even to object to a decision".into(),
    }
}

fn messages(settings: &Settings) -> &'static str {
    match settings.sms_url {
        Some(_) => "a gateway is set",
        None => "no gateway is set (OUTRO_SMS_URL): no phone can be linked, and leaving takes the password",
    }
}
