//! `outro admin`. It may be run beside a server; what it does holds from the next request on.

use std::process::ExitCode;

use clap::ValueEnum;
use outro_app::moderation::{self, Reasons};
use outro_app::{App, AppError, erasure, wallet};
use outro_model::{ActId, ActSource, EraseReason, Timestamp};

use crate::boot::beside;
use crate::fail::{Fail, say};
use crate::settings::Flags;

/// Lines of the log that are read at once.
const PAGE: i64 = 500;

/// What whoever runs the server can do about accounts.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Makes an account a moderator's, or not one any more.
    Moderator {
        /// The handle of the account.
        handle: String,
        /// Whether it is to be a moderator's.
        set: Switch,
        #[command(flatten)]
        flags: Flags,
    },
    /// Suspends an account: nobody else sees it, and it cannot act. The person can still sign in, take their
    /// things and leave.
    Suspend(Suspension),
    /// Ends a suspension: everything is as it was.
    Unsuspend(Suspension),
    /// Erases an account for good, on request: as if its owner had confirmed it, by the same job and with the same
    /// receipt. Coins that are left are lost. It is noted by its day and its reason, and not whose it was.
    Erase(Erasing),
    /// Says what the law wants known of a year's payments, one line each, as CSV. They name nobody.
    Accounting {
        /// The year.
        year: i64,
        #[command(flatten)]
        flags: Flags,
    },
    /// Shows what moderators and you did, the latest first, in ids alone: when, the act, what was done about (its
    /// kind, whose it is, its own id), who did it, and why.
    Log {
        /// How many lines at most.
        #[arg(long, default_value_t = 100)]
        lines: usize,
        #[command(flatten)]
        flags: Flags,
    },
}

/// Whom to erase, and why.
#[derive(clap::Args)]
pub(crate) struct Erasing {
    /// The handle of the account.
    handle: String,
    /// What kind of request it was: asked (by the person), died, under_age or ordered.
    #[arg(long)]
    reason: String,
    /// Does not ask for the handle once more.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    flags: Flags,
}

/// On or off.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    On,
    Off,
}

/// Whom, and why.
#[derive(clap::Args)]
pub(crate) struct Suspension {
    /// The handle of the account.
    handle: String,
    /// spam, harassment, hate, violence, sexual, child_safety, self_harm, private_matters, impersonation,
    /// illegal or other.
    #[arg(long)]
    reason: String,
    /// What it rests on, law or rules: the law where the reason is illegal, else the rules of the site.
    #[arg(long)]
    ground: Option<String>,
    /// The law or the rule by name; needed for suspending by the law.
    #[arg(long, default_value = "")]
    provision: String,
    /// What the person is told about it; needed for suspending.
    #[arg(long, default_value = "")]
    statement: String,
    #[command(flatten)]
    flags: Flags,
}

impl Suspension {
    fn why(&self) -> Reasons {
        let Self { reason, ground, provision, statement, .. } = self;
        let (reason, ground) = (Some(reason.clone()), ground.clone());
        Reasons { reason, ground, provision: provision.clone(), statement: statement.clone() }
    }
}

/// Runs the command. What it says names nobody.
pub(crate) async fn run(command: Command) -> Result<ExitCode, Fail> {
    let (done, line) = match command {
        Command::Accounting { year, flags } => return accounting(&beside(&flags.resolve()?).await?, year).await,
        Command::Erase(one) => return erase(one).await,
        Command::Moderator { handle, set, flags } => {
            let app = beside(&flags.resolve()?).await?;
            let on = set == Switch::On;
            let line = if on { "The account is a moderator's" } else { "The account is not a moderator's" };
            (moderation::set_moderator(&app, &handle, on).await, line)
        }
        Command::Suspend(one) => {
            let (why, app) = (one.why(), beside(&one.flags.resolve()?).await?);
            (moderation::suspend(&app, &one.handle, &why).await, "The account is suspended")
        }
        Command::Unsuspend(one) => {
            let (why, app) = (one.why(), beside(&one.flags.resolve()?).await?);
            (moderation::unsuspend(&app, &one.handle, &why).await, "The account is not suspended any more")
        }
        Command::Log { lines, flags } => {
            log(&beside(&flags.resolve()?).await?, lines).await.map_err(explain)?;
            return Ok(ExitCode::SUCCESS);
        }
    };
    done.map_err(explain)?;
    say(line);
    Ok(ExitCode::SUCCESS)
}

/// What it prints is for the person who asked: it is shown this once.
async fn erase(Erasing { handle, reason, yes, flags }: Erasing) -> Result<ExitCode, Fail> {
    let why = "give --reason asked, died, under_age or ordered";
    let reason: EraseReason = reason.parse().map_err(|_| Fail::new(why))?;
    let settings = flags.resolve()?;
    if !yes && !typed_again(&handle)? {
        return Err(Fail::new("that is not the same handle: nothing was erased"));
    }
    let app = beside(&settings).await?;
    let left = erasure::erase(&app, &handle, reason).await.map_err(explain)?;
    let line = if left.key_destroyed {
        "The account is gone, and its key is destroyed. What is left of it goes while the server runs."
    } else {
        "The account is hidden. The keyring does not answer: its key is destroyed as soon as it does."
    };
    say(line);
    say(format_args!("receipt: {}/receipts/{}", settings.public_url, left.receipt_id));
    say(format_args!("nonce: {}", left.nonce));
    say(format_args!("account: {}", left.account_id));
    Ok(ExitCode::SUCCESS)
}

/// Whether the handle is typed once more.
fn typed_again(handle: &str) -> Result<bool, Fail> {
    say("This cannot be undone. Type the handle once more to erase its account:");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim() == handle)
}

/// Payments for which nobody got coins are to be paid back.
async fn accounting(app: &App, year: i64) -> Result<ExitCode, Fail> {
    say("at,session,amount,currency,tax,country,coins,pay_back");
    for record in wallet::records(app, year).await.map_err(explain)? {
        let wallet::Record { at, session, amount, currency, tax, country, coins } = record;
        let (back, coins) = (coins.is_none(), coins.unwrap_or_default());
        say(format_args!("{at},{session},{amount},{currency},{tax},{country},{coins},{back}"));
    }
    Ok(ExitCode::SUCCESS)
}

/// One line an act, those of moderators before the erasures on request, of which the day alone is known. Whoever runs
/// the site did what no moderator did; of a moderator who has left nothing is kept.
async fn log(app: &App, most: usize) -> Result<(), AppError> {
    let (mut before, mut left) = (None, most);
    while left > 0 {
        let (rows, next) = moderation::log_of_ids(app, before, PAGE.min(left as i64)).await?;
        left -= rows.len().min(left);
        for row in rows {
            let by = match (row.moderator, row.source) {
                (Some(moderator), _) => moderator.to_string(),
                (None, ActSource::Notice) => "left".into(),
                (None, ActSource::OwnInitiative) => "operator".into(),
            };
            let (at, act, kind, reason) =
                (row.created_at.rfc3339(), row.act.word(), row.kind.word(), row.reason.word());
            let thing = ActId::from_bytes(row.thing);
            say(format_args!("{at}\t{act}\t{kind}\t{}\t{thing}\t{by}\t{reason}", row.subject));
        }
        before = next;
        if before.is_none() {
            break;
        }
    }
    for erasure::OperatorErasure { reason, day } in erasure::erasures_on_request(app, most as i64).await? {
        let at = Timestamp(day * 86_400_000).rfc3339();
        say(format_args!("{}\terase\taccount\t-\t-\toperator\t{}", &at[..10], reason.word()));
    }
    Ok(())
}

fn explain(error: AppError) -> Fail {
    Fail::new(match error {
        AppError::NotFound => "there is no account of this handle".to_owned(),
        AppError::Invalid(fields) => {
            let each = fields.iter().map(|field| format!("--{}: {}", field.field, field.message));
            each.collect::<Vec<_>>().join(" ")
        }
        AppError::Refused(refusal) => refusal.detail,
        error => error.to_string(),
    })
}
