//! The `outro` program. It reads settings, wires the rooms together, and runs one command; nobody
//! imports it.

mod boot;
mod coins;
mod commands;
mod crowd;
mod demo;
mod fail;
mod folder;
mod process;
mod settings;
mod spans;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use commands::{
    admin, audit, backup, doctor, import, keyring, keys, media_plan, migrate, receipt, restore, serve, worker,
};
use fail::Fail;
use settings::Flags;

/// A page is some hundred small texts, opened and let go again: a sixth of its time with the allocator of the system.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A short-video server that people can really leave.
#[derive(Parser)]
#[command(name = "outro", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the site, and works on its jobs.
    Serve(serve::Args),
    /// Works on the jobs of servers on one PostgreSQL, and answers no visitor.
    Worker(Flags),
    /// Checks that this machine and these settings can serve.
    Doctor(Flags),
    /// Brings the database's schema up to date.
    Migrate(Flags),
    /// Makes a backup of the database and the sealed objects, beside a running server; lists, checks and removes backups.
    Backup(Box<backup::Args>),
    /// Puts a backup back, into an empty data folder and an empty database.
    Restore(restore::Args),
    /// Copies the keyring, which is never part of a backup, and puts a copy back.
    #[command(subcommand)]
    Keyring(keyring::Command),
    /// Looks after the keyring.
    #[command(subcommand)]
    Keys(keys::Command),
    /// Makes moderators, and suspends accounts.
    #[command(subcommand)]
    Admin(admin::Command),
    /// Brings an archive in that was taken along elsewhere.
    Import(import::Args),
    /// Looks for what must not be there any more, in every byte that this server keeps.
    Audit(Box<audit::Args>),
    /// Works with receipts of erasures.
    #[command(subcommand)]
    Receipt(receipt::Command),
    /// Fills an empty server with accounts and videos made by ffmpeg.
    Demo(demo::Args),
    /// Prints the arguments that ffmpeg would be given for a file.
    MediaPlan(media_plan::Args),
}

/// The name of the command that runs a tool in its jail. It is not one for people.
const SANDBOX: &str = "sandbox";
/// The name of the command by which an audit has its positives held in the memory of another process.
const HOLD: &str = "audit-hold";

fn main() -> ExitCode {
    let mut args = std::env::args_os();
    // Before anything else is set up: the jail starts from a bare process.
    if args.nth(1).is_some_and(|first| first == SANDBOX) {
        return outro_media::sandbox_main(args);
    }
    if std::env::args_os().nth(1).is_some_and(|first| first == HOLD) {
        return audit::hold();
    }
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(fail) => fail.say(),
    }
}

fn run(command: Command) -> Result<ExitCode, Fail> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            Command::Serve(args) => serve::run(args).await,
            Command::Worker(flags) => worker::run(flags).await,
            Command::Doctor(flags) => doctor::run(flags).await,
            Command::Migrate(flags) => migrate::run(flags).await,
            Command::Backup(args) => backup::run(*args).await,
            Command::Restore(args) => restore::run(args).await,
            Command::Keyring(command) => keyring::run(command).await,
            Command::Keys(command) => keys::run(command).await,
            Command::Admin(command) => admin::run(command).await,
            Command::Import(args) => import::run(args).await,
            Command::Audit(args) => Ok(audit::run(*args).await),
            Command::Receipt(command) => receipt::run(&command),
            Command::Demo(args) => demo::run(args).await,
            Command::MediaPlan(args) => media_plan::run(args).await,
        }
    })
}
