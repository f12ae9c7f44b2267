//! Landlock: no file by name but what the loader and the tool need, no TCP, no foreign signals.

use super::args::{Handed, Use};
use crate::sandbox::FIRST;
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, LandlockStatus, PathBeneath, PathFd, Ruleset,
    RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetError, Scope,
};
use std::os::fd::AsFd;
use std::path::Path;

/// The newest rights that this code has been read against; older kernels give what they have.
const KNOWN: ABI = ABI::V6;

/// Where libraries live. The tool maps them from here; only the loader itself is executed.
const LIBRARIES: [&str; 6] = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store"];
/// What is read besides: the loader's cache and shared data of the libraries.
const READABLE: [&str; 4] = ["/etc/ld.so.cache", "/usr/share", "/dev/null", "/dev/urandom"];

/// What the tool may reach besides.
pub(super) struct Meant<'a> {
    /// The tool itself.
    pub(super) program: &'a Path,
    /// The files that it is given beside its input and its output.
    pub(super) handed: &'a [Handed],
}

/// Restricts the calling thread, and all it executes. Gives the version in force.
pub(super) fn restrict(meant: Option<Meant<'_>>) -> Result<Option<u32>, RulesetError> {
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(KNOWN))?
        .handle_access(AccessNet::from_all(KNOWN))?
        .scope(Scope::from_all(KNOWN))?
        .create()?;
    for path in LIBRARIES {
        allow(&mut rules, Path::new(path), AccessFs::ReadFile | AccessFs::ReadDir | AccessFs::Execute)?;
    }
    for path in READABLE {
        allow(&mut rules, Path::new(path), AccessFs::ReadFile | AccessFs::ReadDir)?;
    }
    if let Some(Meant { program, handed }) = meant {
        allow(&mut rules, program, AccessFs::ReadFile | AccessFs::Execute)?;
        allow_handed_over(&mut rules, handed);
    }
    let status = rules.restrict_self()?;
    Ok(match status.landlock {
        LandlockStatus::Available { effective_abi, .. } => Some(effective_abi as u32),
        _ => None,
    })
}

fn allow(rules: &mut RulesetCreated, path: &Path, access: BitFlags<AccessFs>) -> Result<(), RulesetError> {
    // What this system does not have needs no rule.
    if let Ok(fd) = PathFd::new(path) {
        rules.add_rule(PathBeneath::new(fd, access))?;
    }
    Ok(())
}

/// The tool opens its input and output anew through `/proc/self/fd`. An unnamed file on a disk
/// needs a rule of its own for that; one in memory is outside Landlock, and a rule on it fails.
fn allow_handed_over(rules: &mut RulesetCreated, handed: &[Handed]) {
    let read: BitFlags<AccessFs> = AccessFs::ReadFile.into();
    let write = AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::Truncate;
    let _ = rules.add_rule(PathBeneath::new(std::io::stdin().as_fd(), read));
    let _ = rules.add_rule(PathBeneath::new(std::io::stdout().as_fd(), write));
    for (one, number) in handed.iter().zip(FIRST..) {
        let access = if one.meant == Use::Write { write } else { read };
        if let Ok(fd) = PathFd::new(format!("/proc/self/fd/{number}")) {
            let _ = rules.add_rule(PathBeneath::new(fd, access));
        }
    }
}
