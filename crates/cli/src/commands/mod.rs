//! The commands, one file each.

pub(crate) mod admin;
pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod doctor;
pub(crate) mod import;
pub(crate) mod keyring;
pub(crate) mod keys;
pub(crate) mod media_plan;
pub(crate) mod migrate;
pub(crate) mod receipt;
pub(crate) mod restore;
pub(crate) mod serve;
pub(crate) mod worker;
