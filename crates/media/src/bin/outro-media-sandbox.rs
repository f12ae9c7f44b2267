//! The sandbox alone, so that this crate's tests need no `outro` program.
use std::process::ExitCode;

fn main() -> ExitCode {
    outro_media::sandbox_main(std::env::args_os().skip(1))
}
