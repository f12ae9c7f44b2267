//! Objects in a bucket of S3.
//!
//! # Names
//! `PREFIX/homes/<owner>` is a home: an empty object. `PREFIX/objects/<owner>/<object>` is an object, sealed as a file would be.
//! Without folders a home cannot keep a name from coming into it, so whoever writes asks for the home **before** the first
//! byte and **again** when the object stands; where the home is gone by then, it takes its object back. An erasure removes the
//! home first and the objects after it. A bucket of S3 shows to everybody what was answered to one: so either the erasure finds the object, or its
//! writer finds no home.
//!
//! What is killed between the two leaves an object of nobody. Nobody reads it: its key is in no database, and the key of the
//! account, under which it would have been sealed, is destroyed. [`crate::Blobs::remove_home`] is called again for those who have left,
//! and finds it.
//!
//! # Writing
//! What comes in is sealed into a file without a name, which holds two parts; a part that is full is sent while the next one fills.
//! What is smaller than a part is one request. Either is made under the condition that there is no such object; where the
//! server does not know conditions, it is asked before. An upload in parts that is not brought to its end is no object; it is aborted by who began it,
//! by an erasure, or after a day by [`Bucket::sweep`].

mod address;
mod answer;
mod client;
mod upload;

use std::sync::Arc;

use outro_model::{AccountId, BlobId, Random, Timestamp, random_bytes, stop};
use rusty_s3::Method;

pub use address::{BucketAddress, BucketKeys};
pub(crate) use upload::{PART_CHUNKS, Standing, Upload};

use crate::BlobError;
use answer::{Page, Unended};
use client::{Answer, Ask, Client};
use upload::digest;

/// As many names as a server lists, or deletes, at once.
const PAGE: usize = 1000;

/// A bucket: cheap to clone.
#[derive(Clone)]
pub(crate) struct Bucket {
    client: Arc<Client>,
    /// Whether the server keeps to conditions.
    conditions: bool,
}

/// What the versions of a bucket are kept by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Versions {
    /// None were ever kept.
    None,
    /// None are kept any more; those of before are there.
    Suspended,
    /// Each is kept: what is deleted stays.
    Kept,
}

impl Bucket {
    /// The bucket at an address, which has to be there. Writes and deletes a probe: it tells whether the server keeps to conditions.
    pub(crate) fn open(address: BucketAddress, keys: BucketKeys, random: Arc<dyn Random>) -> Result<Self, BlobError> {
        let probe = hex::encode(random_bytes::<16>(&*random));
        let mut this = Self { client: Arc::new(Client::new(address, keys, random)), conditions: true };
        if this.versions()? == Versions::Kept {
            return Err(BlobError::Versioned);
        }
        this.conditions = this.keeps_to_conditions(&format!("{}probe-{probe}", this.prefix()))?;
        Ok(this)
    }

    fn keeps_to_conditions(&self, key: &str) -> Result<bool, BlobError> {
        self.ask(&Ask::new(Method::Put, key).carrying(b""))?.fine()?;
        let again = self.ask(&Ask::new(Method::Put, key).head("if-none-match", "*").carrying(b""))?;
        self.ask(&Ask::new(Method::Delete, key))?.fine()?;
        Ok(again.status == 412)
    }

    /// Whether versions of objects are kept.
    pub(crate) fn versions(&self) -> Result<Versions, BlobError> {
        let answer = self.ask(&Ask::new(Method::Get, "").with("versioning", ""))?;
        // Servers that have no versions say that they do not know the question.
        if answer.status == 501 || answer.status == 405 {
            return Ok(Versions::None);
        }
        let answer = answer.fine()?;
        if !answer::is(&answer.body, "VersioningConfiguration") {
            return Err(answer.refused());
        }
        Ok(match answer::text_of(&answer.body, "VersioningConfiguration", "Status").as_deref() {
            Some("Enabled") => Versions::Kept,
            Some(_) => Versions::Suspended,
            None => Versions::None,
        })
    }

    fn ask(&self, ask: &Ask<'_>) -> Result<Answer, BlobError> {
        self.client.ask(ask)
    }

    fn prefix(&self) -> &str {
        &self.client.address.prefix
    }

    fn homes(&self) -> String {
        format!("{}homes/", self.prefix())
    }

    fn objects(&self) -> String {
        format!("{}objects/", self.prefix())
    }

    fn home(&self, owner: AccountId) -> String {
        format!("{}{}", self.homes(), hex::encode(owner.as_bytes()))
    }

    fn objects_of(&self, owner: AccountId) -> String {
        format!("{}{}/", self.objects(), hex::encode(owner.as_bytes()))
    }

    fn object(&self, owner: AccountId, id: BlobId) -> String {
        format!("{}{}", self.objects_of(owner), hex::encode(id.as_bytes()))
    }

    pub(crate) fn create_home(&self, owner: AccountId) -> Result<(), BlobError> {
        stop::before("bucket: make a home");
        self.ask(&Ask::new(Method::Put, &self.home(owner)).carrying(b""))?.fine().map(drop)
    }

    pub(crate) fn home_exists(&self, owner: AccountId) -> Result<bool, BlobError> {
        self.is_there(&self.home(owner))
    }

    /// Whether there is an object. That the whole bucket is not there must not pass for an erasure: work would be given up.
    fn is_there(&self, key: &str) -> Result<bool, BlobError> {
        let answer = self.ask(&Ask::new(Method::Get, key).head("range", "bytes=0-0"))?;
        match answer.status {
            404 if answer.code().as_deref() == Some("NoSuchKey") => Ok(false),
            // What is empty has no first byte.
            416 => Ok(true),
            _ => answer.fine().map(|_| true),
        }
    }

    /// What is known of an object, if there is one. Whether the object or the bucket is not there, an answer without a body does not tell.
    fn head(&self, key: &str) -> Result<Option<Answer>, BlobError> {
        let answer = self.ask(&Ask::new(Method::Head, key))?;
        match answer.status {
            404 if self.is_there(key)? => Err(BlobError::Away("an object has just come to be".into())),
            404 => Ok(None),
            _ => answer.fine().map(Some),
        }
    }

    /// Whether an owner has a home, or anything in none.
    pub(crate) fn holds_any(&self, owner: AccountId) -> Result<bool, BlobError> {
        Ok(self.home_exists(owner)? || !self.page(&self.objects_of(owner), "", false, 1)?.keys.is_empty())
    }

    /// The size of an object, if there is one.
    pub(crate) fn size(&self, owner: AccountId, id: BlobId) -> Result<Option<u64>, BlobError> {
        let Some(found) = self.head(&self.object(owner, id))? else { return Ok(None) };
        found.length.map(Some).ok_or_else(|| found.refused())
    }

    /// Reads a range of an object, all of it; `None` when there is no such object, or it ends before.
    pub(crate) fn read(
        &self,
        owner: AccountId,
        id: BlobId,
        from: u64,
        into: &mut [u8],
    ) -> Result<Option<()>, BlobError> {
        self.client.read(&self.object(owner, id), from, into)
    }

    /// Gives objects a second owner: the server copies them, and each is deleted by itself.
    pub(crate) fn link(&self, from: AccountId, to: AccountId, ids: &[BlobId]) -> Result<(), BlobError> {
        if !self.home_exists(to)? {
            return Err(BlobError::HomeGone);
        }
        for (done, id) in ids.iter().enumerate() {
            if let Err(error) = self.copy(from, to, *id) {
                self.take_back(to, &ids[..done]);
                return Err(error);
            }
        }
        if self.home_exists(to)? {
            return Ok(());
        }
        self.take_back(to, ids);
        Err(BlobError::HomeGone)
    }

    fn copy(&self, from: AccountId, to: AccountId, id: BlobId) -> Result<(), BlobError> {
        let (source, target) = (self.object(from, id), self.object(to, id));
        if self.head(&target)?.is_some() {
            let is_there = self.head(&source)?.is_some();
            return Err(if is_there { BlobError::Exists } else { BlobError::HomeGone });
        }
        stop::before("bucket: copy an object");
        let source = format!("/{}/{source}", self.client.address.bucket);
        let asked = self.ask(&Ask::new(Method::Put, &target).head("x-amz-copy-source", source).carrying(b""));
        // It was not there before, and may be now.
        let answer = asked.inspect_err(|_| self.take_back(to, &[id]))?;
        match (answer.status, answer.code().as_deref()) {
            (404, Some("NoSuchKey")) => Err(BlobError::HomeGone),
            // How it ended may come behind a status that is fine.
            _ if answer.is_fine() && !answer::is(&answer.body, "CopyObjectResult") => {
                self.take_back(to, &[id]);
                Err(answer.refused())
            }
            _ => answer.fine().map(drop),
        }
    }

    /// Deletes what must not stay. Where the server does not answer now, an erasure that is done again finds it.
    fn take_back(&self, owner: AccountId, ids: &[BlobId]) {
        for id in ids {
            if let Err(error) = self.delete(owner, *id) {
                tracing::warn!(%error, "an object could not be taken back");
            }
        }
    }

    pub(crate) fn delete(&self, owner: AccountId, id: BlobId) -> Result<(), BlobError> {
        stop::before("bucket: delete an object");
        self.delete_key(&self.object(owner, id))
    }

    fn delete_key(&self, key: &str) -> Result<(), BlobError> {
        let answer = self.ask(&Ask::new(Method::Delete, key))?;
        // That nothing is there at all must not pass for a deletion.
        let is_gone = answer.status == 404 && answer.code().as_deref() == Some("NoSuchKey");
        if is_gone { Ok(()) } else { answer.fine().map(drop) }
    }

    /// A page of the names that begin with `prefix`, after `after`; with `folders`, those behind a further slash as one.
    fn page(&self, prefix: &str, after: &str, folders: bool, limit: usize) -> Result<Page, BlobError> {
        let mut ask = Ask::new(Method::Get, "");
        if folders {
            ask = ask.with("delimiter", "/");
        }
        ask = ask.with("list-type", "2").with("max-keys", limit.to_string()).with("prefix", prefix);
        if !after.is_empty() {
            ask = ask.with("start-after", after);
        }
        let answer = self.ask(&ask)?.fine()?;
        let page = answer::page(&answer.body).ok_or_else(|| answer.refused())?;
        // Whoever asks for more goes on behind the last name.
        let has_end = !page.more || !page.keys.is_empty() || !page.folders.is_empty();
        if has_end { Ok(page) } else { Err(BlobError::Away("a list goes on behind nothing".into())) }
    }

    /// The objects of an owner, in order.
    pub(crate) fn list(&self, owner: AccountId) -> Result<Vec<BlobId>, BlobError> {
        let prefix = self.objects_of(owner);
        let (mut ids, mut after) = (Vec::new(), String::new());
        loop {
            let page = self.page(&prefix, &after, false, PAGE)?;
            ids.extend(page.keys.iter().filter_map(|key| id_behind(&prefix, key)).map(BlobId::from_bytes));
            match page.keys.into_iter().next_back() {
                Some(last) if page.more => after = last,
                _ => return Ok(ids),
            }
        }
    }

    /// Removes the home, then what is under way to it, then a page of its objects. Whether nothing was there any more.
    pub(crate) fn remove_some(&self, owner: AccountId) -> Result<bool, BlobError> {
        stop::before("bucket: delete a home");
        self.delete_key(&self.home(owner))?;
        let prefix = self.objects_of(owner);
        let unended = self.abort(&prefix, |_| true)?;
        let page = self.page(&prefix, "", false, PAGE)?;
        if page.keys.is_empty() {
            return Ok(unended == 0);
        }
        self.delete_all(&page.keys)?;
        Ok(false)
    }

    /// Deletes objects, all in one request where the server knows that one.
    fn delete_all(&self, keys: &[String]) -> Result<(), BlobError> {
        let each: String = keys.iter().map(|key| format!("<Object><Key>{key}</Key></Object>")).collect();
        let body = format!("<Delete><Quiet>true</Quiet>{each}</Delete>");
        stop::before("bucket: delete objects");
        let ask = Ask::new(Method::Post, "").with("delete", "").head("content-md5", digest(body.as_bytes()));
        let answer = self.ask(&ask.carrying(body.as_bytes()))?;
        if answer.status == 501 || answer.status == 405 {
            return keys.iter().try_for_each(|key| self.delete_key(key));
        }
        // What could not be deleted is said behind a status that is fine. What was deleted is looked for once more by whoever asked.
        if answer.is_fine() && answer.code().is_none() { Ok(()) } else { Err(answer.refused()) }
    }

    /// Aborts uploads in parts to names that begin with `prefix`; how many.
    fn abort(&self, prefix: &str, which: impl Fn(&Unended) -> bool) -> Result<usize, BlobError> {
        let (mut count, mut after) = (0, (String::new(), String::new()));
        loop {
            let mut ask = Ask::new(Method::Get, "");
            if !after.0.is_empty() {
                ask = ask.with("key-marker", after.0.as_str());
            }
            ask = ask.with("max-uploads", PAGE.to_string()).with("prefix", prefix);
            if !after.1.is_empty() {
                ask = ask.with("upload-id-marker", after.1.as_str());
            }
            let answer = self.ask(&ask.with("uploads", ""))?.fine()?;
            let (found, more) = answer::unended(&answer.body).ok_or_else(|| answer.refused())?;
            for one in found.iter().filter(|one| one.key.starts_with(prefix) && which(one)) {
                stop::before("bucket: abort an upload");
                self.abort_one(&one.key, &one.upload)?;
                count += 1;
            }
            match found.into_iter().next_back() {
                Some(last) if more => after = (last.key, last.upload),
                None if more => return Err(BlobError::Away("a list goes on behind nothing".into())),
                _ => return Ok(count),
            }
        }
    }

    fn abort_one(&self, key: &str, upload: &str) -> Result<(), BlobError> {
        let answer = self.ask(&Ask::new(Method::Delete, key).with("uploadId", upload))?;
        let is_gone = answer.status == 404 && matches!(answer.code().as_deref(), Some("NoSuchUpload" | "NoSuchKey"));
        if is_gone { Ok(()) } else { answer.fine().map(drop) }
    }

    /// Aborts the uploads in parts that were begun before `before`, whoever began them; how many.
    pub(crate) fn sweep(&self, before: Timestamp) -> Result<usize, BlobError> {
        self.abort(&self.objects(), |one| Timestamp::parse(&one.begun).is_some_and(|begun| begun < before))
    }

    /// A page of all owners that have a home, or anything in none, in order.
    pub(crate) fn owners(&self, after: Option<AccountId>, limit: usize) -> Result<Vec<AccountId>, BlobError> {
        let (limit, mut after) = (limit.clamp(1, PAGE), after);
        loop {
            let (owners, until) = self.owners_until(after, limit)?;
            if until.is_none() || !owners.is_empty() {
                return Ok(owners);
            }
            after = until;
        }
    }

    /// Some owners after `after`, and up to whom these are all; none: to the end.
    fn owners_until(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<(Vec<AccountId>, Option<AccountId>), BlobError> {
        let (homes, objects) = (self.homes(), self.objects());
        let behind = after.map(|after| self.home(after)).unwrap_or_default();
        let at_home = self.page(&homes, &behind, false, limit)?;
        // Behind all that begins with the name and a slash: the character after the slash.
        let behind = after.map(|after| format!("{}{}0", objects, hex::encode(after.as_bytes()))).unwrap_or_default();
        let with_objects = self.page(&objects, &behind, true, limit)?;
        let mut owners: Vec<_> = at_home.keys.iter().filter_map(|key| owner_behind(&homes, key)).collect();
        let others = with_objects.folders.iter().filter_map(|name| owner_behind(&objects, name.trim_end_matches('/')));
        let others: Vec<_> = others.collect();
        let ends = [(at_home.more, owners.last()), (with_objects.more, others.last())];
        let until = ends.into_iter().filter_map(|(more, last)| last.copied().filter(|_| more)).min();
        for owner in others {
            // Some servers go on naming those that have no object any more.
            if let Err(place) = owners.binary_search(&owner)
                && !self.page(&self.objects_of(owner), "", false, 1)?.keys.is_empty()
            {
                owners.insert(place, owner);
            }
        }
        owners.retain(|owner| until.is_none_or(|until| *owner <= until));
        owners.truncate(limit);
        Ok((owners, until))
    }
}

fn id_behind(prefix: &str, key: &str) -> Option<[u8; 16]> {
    hex::decode(key.strip_prefix(prefix)?).ok()?.try_into().ok()
}

fn owner_behind(prefix: &str, key: &str) -> Option<AccountId> {
    id_behind(prefix, key).map(AccountId::from_bytes)
}
