//! `outro admin`. It may be run beside a server; what it does holds from the next request on.

use std::process::ExitCode;

use clap::ValueEnum;
use outro_app::{App, AppError, moderation, wallet};

use crate::boot::beside;
use crate::fail::{Fail, say};
use crate::settings::Flags;

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
    /// Says what the law wants known of a year's payments, one line each, as CSV. They name nobody.
    Accounting {
        /// The year.
        year: i64,
        #[command(flatten)]
        flags: Flags,
    },
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
    /// What the person is told about it; needed for suspending.
    #[arg(long, default_value = "")]
    statement: String,
    #[command(flatten)]
    flags: Flags,
}

/// Runs the command. What it says names nobody.
pub(crate) async fn run(command: Command) -> Result<ExitCode, Fail> {
    let (done, line) = match command {
        Command::Accounting { year, flags } => return accounting(&beside(&flags.resolve()?).await?, year).await,
        Command::Moderator { handle, set, flags } => {
            let app = beside(&flags.resolve()?).await?;
            let on = set == Switch::On;
            let line = if on { "The account is a moderator's" } else { "The account is not a moderator's" };
            (moderation::set_moderator(&app, &handle, on).await, line)
        }
        Command::Suspend(Suspension { handle, reason, statement, flags }) => {
            let app = beside(&flags.resolve()?).await?;
            (moderation::suspend(&app, &handle, &reason, &statement).await, "The account is suspended")
        }
        Command::Unsuspend(Suspension { handle, reason, statement, flags }) => {
            let app = beside(&flags.resolve()?).await?;
            (moderation::unsuspend(&app, &handle, &reason, &statement).await, "The account is not suspended any more")
        }
    };
    done.map_err(explain)?;
    say(line);
    Ok(ExitCode::SUCCESS)
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
