//! Video: what a file is, what it should become, and the child process that makes it so.
//!
//! Descriptors in, descriptors out. A caller hands over an unnamed [`Scratch`] with the upload,
//! asks [`probe`] what it is and [`watch`] where to look, lets the pure [`plan()`] decide the geometry and the arguments, and
//! gives [`transcode`] another scratch for the result; [`cover`] then takes a still from it.
//! Every ffmpeg runs behind [`sandbox_main`], the program itself run again as a jail.
//!
//! This room never imports the store, the blobs or the vault: it knows neither accounts nor keys,
//! and what it is given has no name.
#![cfg(target_os = "linux")]

mod child;
mod cover;
mod dress;
mod error;
mod limits;
mod listen;
pub mod plan;
mod probe;
mod run;
mod sandbox;
mod scratch;
mod selftest;
mod sniff;
mod stderr;
mod thumbhash;
mod tools;
mod watch;

pub use cover::{cover, cover_at};
pub use dress::{Stills, preview, stills};
pub use error::{Refusal, RunError, Spent};
pub use limits::Limits;
pub use listen::{PEAKS, Sounding, listen, listen_to_mix};
pub use plan::{
    BadPath, Bars, Blend, Joins, Key, Level, Loudness, MOST_KEYS, Options, Path, Plan, Reframe, Scene, mix_plan, plan,
};
pub use plan::{Footage, Ladder, NothingLeft, Rung, Size, av1_plan, edit_ladder, ladder};
pub use probe::{Probe, Rotation, Transfer, probe};
pub use run::{Outcome, Progress, climb, mix, transcode, transcode_idle};
pub use sandbox::{SandboxSupport, sandbox_main, sandbox_support};
pub use scratch::Scratch;
pub use selftest::self_test;
pub use tools::{MissingTool, SandboxProgram, ToolSettings, Tools};
pub use watch::{bars, watch};
