//! The index itself, over tantivy in memory.
//!
//! Scores are fixed by how a word fits (whole, beginning, with a slip) and never by how often words occur: an
//! order that came from such counts would tell something of texts that the one who asks cannot see.

use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use outro_model::{AccountId, Timestamp, VideoId};
use tantivy::collector::TopDocs;
use tantivy::collector::sort_key::{SortBySimilarityScore, SortByStaticFastValue};
use tantivy::indexer::{IndexWriterOptions, NoMergePolicy};
use tantivy::query::{BooleanQuery, ConstScoreQuery, FuzzyTermQuery, Occur, Query, RangeQuery, TermQuery};
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions, Value as _,
};
use tantivy::{DocAddress, IndexReader, IndexWriter, Order, ReloadPolicy, Searcher, TantivyDocument, Term};

use crate::wanted::{Wanted, slips};
use crate::words::{caption_words, tags, words};

/// How many small segments there may be before they become one.
const SEGMENTS: usize = 8;
/// Up to how many entries a segment is small.
const SMALL: u32 = 20_000;
/// The memory that texts are gathered in before they become a segment, in bytes: the least that is taken.
const GATHERED: usize = 15_000_000;

/// The index could not do what was asked. The words are tantivy's, and quote no text of anybody.
#[derive(Debug, thiserror::Error)]
#[error("search: {0}")]
pub struct SearchError(String);

impl From<tantivy::TantivyError> for SearchError {
    fn from(error: tantivy::TantivyError) -> Self {
        // Only the kind: the rest could name what was looked for.
        let text = format!("{error:?}");
        Self(text.split(['(', '{', ' ']).next().unwrap_or_default().to_owned())
    }
}

/// Something to be found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Entry {
    /// An account, by its handle and display name.
    Account {
        /// The account.
        id: AccountId,
        /// The handle.
        handle: String,
        /// The display name.
        name: String,
    },
    /// A video, by its caption and the hashtags in it, and not by those whom it mentions.
    Video {
        /// The video.
        id: VideoId,
        /// Whose it is.
        owner: AccountId,
        /// The caption.
        caption: String,
        /// When it could be watched first.
        published_at: Timestamp,
    },
}

/// A video under a hashtag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tagged {
    /// The video.
    pub video: VideoId,
    /// Its place in the order: the larger, the newer.
    pub place: u64,
}

struct Fields {
    key: Field,
    owner: Field,
    place: Field,
    handle: Field,
    name: Field,
    caption: Field,
    tag: Field,
}

/// The index. What is put and dropped is seen after [`Index::commit`].
pub struct Index {
    fields: Fields,
    reader: IndexReader,
    writer: Mutex<IndexWriter>,
}

fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let words = TextFieldIndexing::default()
        .set_tokenizer("whitespace")
        .set_index_option(IndexRecordOption::Basic)
        .set_fieldnorms(false);
    let text = TextOptions::default().set_indexing_options(words);
    let fields = Fields {
        key: schema.add_bytes_field("key", INDEXED | STORED),
        owner: schema.add_bytes_field("owner", INDEXED),
        place: schema.add_u64_field("place", FAST),
        handle: schema.add_text_field("handle", text.clone()),
        name: schema.add_text_field("name", text.clone()),
        caption: schema.add_text_field("caption", text.clone()),
        tag: schema.add_text_field("tag", text),
    };
    (schema.build(), fields)
}

/// The place of a video among those of its tag: by its moment, then by its id, of which so many bits are
/// taken as a number holds.
fn place(published_at: Timestamp, id: VideoId) -> u64 {
    let bytes = id.as_bytes();
    let bits = u64::from(bytes[0]) << 12 | u64::from(bytes[1]) << 4 | u64::from(bytes[2]) >> 4;
    (published_at.0.max(0) as u64) << 20 | bits
}

impl Index {
    /// An empty index.
    pub fn new() -> Result<Self, SearchError> {
        let (schema, fields) = schema();
        let index = tantivy::Index::create_in_ram(schema);
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .num_merge_threads(1)
            .memory_budget_per_thread(GATHERED)
            .build();
        let writer: IndexWriter = index.writer_with_options(options)?;
        // Segments are joined here alone: what is erased must not wait for a turn.
        writer.set_merge_policy(Box::new(NoMergePolicy));
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { fields, reader, writer: Mutex::new(writer) })
    }

    fn writer(&self) -> MutexGuard<'_, IndexWriter> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts entries, each in the place of its earlier one.
    pub fn put(&self, entries: &[Entry]) -> Result<(), SearchError> {
        let writer = self.writer();
        for entry in entries {
            let document = self.document(entry);
            let key = document.get_first(self.fields.key).and_then(|key| key.as_bytes().map(<[u8]>::to_vec));
            writer.delete_term(Term::from_field_bytes(self.fields.key, &key.unwrap_or_default()));
            writer.add_document(document)?;
        }
        Ok(())
    }

    fn document(&self, entry: &Entry) -> TantivyDocument {
        let (mut document, fields) = (TantivyDocument::new(), &self.fields);
        match entry {
            Entry::Account { id, handle, name } => {
                document.add_bytes(fields.key, id.as_bytes());
                document.add_bytes(fields.owner, id.as_bytes());
                document.add_u64(fields.place, 0);
                document.add_text(fields.handle, handle_words(handle).join(" "));
                document.add_text(fields.name, words(name).join(" "));
            }
            Entry::Video { id, owner, caption, published_at } => {
                document.add_bytes(fields.key, id.as_bytes());
                document.add_bytes(fields.owner, owner.as_bytes());
                document.add_u64(fields.place, place(*published_at, *id));
                document.add_text(fields.caption, caption_words(caption).join(" "));
                document.add_text(fields.tag, tags(caption).join(" "));
            }
        }
        document
    }

    /// Drops an account and all its videos.
    pub fn drop_account(&self, account: AccountId) {
        self.writer().delete_term(Term::from_field_bytes(self.fields.owner, account.as_bytes()));
    }

    /// Drops the entry of an account or of a video.
    pub fn drop_entry(&self, id: &[u8; 16]) {
        self.writer().delete_term(Term::from_field_bytes(self.fields.key, id));
    }

    /// Lets everybody see what was put and dropped. It may take as long as the small segments are large.
    pub fn commit(&self) -> Result<(), SearchError> {
        let mut writer = self.writer();
        writer.commit()?;
        let small: Vec<_> = writer.index().searchable_segment_metas()?;
        let small: Vec<_> = small.iter().filter(|one| one.max_doc() <= SMALL).map(|one| one.id()).collect();
        if small.len() >= SEGMENTS {
            writer.merge(&small).wait()?;
        }
        self.reload(&mut writer)
    }

    /// Writes every segment anew that holds something dropped: until then its words stay in the dictionary.
    /// Afterwards no word is there that stands in no entry.
    pub fn purge(&self) -> Result<(), SearchError> {
        let mut writer = self.writer();
        writer.commit()?;
        for segment in writer.index().searchable_segment_metas()? {
            if segment.has_deletes() {
                writer.merge(&[segment.id()]).wait()?;
            }
        }
        self.reload(&mut writer)
    }

    /// Whether there is so much to be found that a purge takes its time: it writes a segment that is not small.
    pub fn is_large(&self) -> bool {
        self.reader.searcher().segment_readers().iter().any(|segment| segment.max_doc() > SMALL)
    }

    fn reload(&self, writer: &mut IndexWriter) -> Result<(), SearchError> {
        self.reader.reload()?;
        writer.garbage_collect_files().wait()?;
        Ok(())
    }

    /// Accounts that fit, the best first, at most `limit`.
    pub fn accounts(&self, wanted: &Wanted, limit: usize) -> Result<Vec<AccountId>, SearchError> {
        let keys = self.best(wanted, &[self.fields.handle, self.fields.name], limit)?;
        Ok(keys.into_iter().map(AccountId::from_bytes).collect())
    }

    /// Videos whose captions fit, the best first, of equally good ones the newest, at most `limit`.
    pub fn videos(&self, wanted: &Wanted, limit: usize) -> Result<Vec<VideoId>, SearchError> {
        let keys = self.best(wanted, &[self.fields.caption], limit)?;
        Ok(keys.into_iter().map(VideoId::from_bytes).collect())
    }

    /// Videos with a hashtag that fits, the best first, at most `limit`.
    pub fn with_tags_like(&self, wanted: &Wanted, limit: usize) -> Result<Vec<VideoId>, SearchError> {
        let keys = self.best(wanted, &[self.fields.tag], limit)?;
        Ok(keys.into_iter().map(VideoId::from_bytes).collect())
    }

    /// Videos of a tag, the newest first, those before the place `before`, at most `limit`.
    pub fn tagged(&self, tag: &str, before: Option<u64>, limit: usize) -> Result<Vec<Tagged>, SearchError> {
        let term = Term::from_field_text(self.fields.tag, tag);
        let mut parts: Vec<(Occur, Box<dyn Query>)> =
            vec![(Occur::Must, Box::new(TermQuery::new(term, IndexRecordOption::Basic)))];
        if let Some(place) = before {
            let end = Term::from_field_u64(self.fields.place, place);
            parts.push((Occur::Must, Box::new(RangeQuery::new(Bound::Unbounded, Bound::Excluded(end)))));
        }
        let searcher = self.reader.searcher();
        let newest = TopDocs::with_limit(limit).order_by_fast_field::<u64>("place", Order::Desc);
        let found = searcher.search(&BooleanQuery::new(parts), &newest)?;
        let each = found.into_iter().map(|(place, at)| {
            let video = VideoId::from_bytes(self.key(&searcher, at)?);
            Ok(Tagged { video, place: place.unwrap_or_default() })
        });
        each.collect()
    }

    fn best(&self, wanted: &Wanted, fields: &[Field], limit: usize) -> Result<Vec<[u8; 16]>, SearchError> {
        let each = wanted.words().iter().map(|word| (Occur::Must, one_of(fields, word)));
        let searcher = self.reader.searcher();
        let order = (SortBySimilarityScore, SortByStaticFastValue::<u64>::for_field("place"));
        let best = TopDocs::with_limit(limit).order_by(order);
        let found = searcher.search(&BooleanQuery::new(each.collect()), &best)?;
        found.into_iter().map(|(_, at)| self.key(&searcher, at)).collect()
    }

    fn key(&self, searcher: &Searcher, at: DocAddress) -> Result<[u8; 16], SearchError> {
        let document: TantivyDocument = searcher.doc(at)?;
        let key = document.get_first(self.fields.key).and_then(|key| key.as_bytes()?.try_into().ok());
        key.ok_or_else(|| SearchError("an entry without a key".into()))
    }

    /// Every word in every dictionary, also of what was dropped: for holding it against what may be there.
    pub fn dictionary(&self) -> Result<Vec<String>, SearchError> {
        let (searcher, fields) = (self.reader.searcher(), &self.fields);
        let mut all = Vec::new();
        for segment in searcher.segment_readers() {
            for field in [fields.handle, fields.name, fields.caption, fields.tag] {
                let inverted = segment.inverted_index(field)?;
                let mut terms = inverted.terms().stream().map_err(tantivy::TantivyError::from)?;
                while terms.advance() {
                    all.push(String::from_utf8_lossy(terms.key()).into_owned());
                }
            }
        }
        Ok(all)
    }
}

/// The words of a handle, and the handle as one.
fn handle_words(handle: &str) -> Vec<String> {
    let mut all = words(handle);
    let whole: String = all.concat();
    if all.len() > 1 {
        all.push(whole.chars().take(40).collect());
    }
    all
}

/// A word in one of the fields: whole, as the beginning of a longer one, or with slips.
fn one_of(fields: &[Field], word: &str) -> Box<dyn Query> {
    let mut ways: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    let mut way = |query: Box<dyn Query>, score| {
        ways.push((Occur::Should, Box::new(ConstScoreQuery::new(query, score)) as Box<dyn Query>));
    };
    for field in fields {
        let term = Term::from_field_text(*field, word);
        way(Box::new(TermQuery::new(term.clone(), IndexRecordOption::Basic)), 4.0);
        way(Box::new(FuzzyTermQuery::new_prefix(term.clone(), 0, true)), 2.0);
        if slips(word) > 0 {
            way(Box::new(FuzzyTermQuery::new(term, slips(word), true)), 1.0);
        }
    }
    Box::new(BooleanQuery::new(ways))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(number: u8, handle: &str, name: &str) -> Entry {
        Entry::Account { id: AccountId::from_bytes([number; 16]), handle: handle.into(), name: name.into() }
    }

    fn video(number: u8, owner: u8, caption: &str) -> Entry {
        Entry::Video {
            id: VideoId::from_bytes([number; 16]),
            owner: AccountId::from_bytes([owner; 16]),
            caption: caption.into(),
            published_at: Timestamp(i64::from(number)),
        }
    }

    fn index() -> Index {
        let index = Index::new().unwrap();
        let entries = [
            account(1, "nora_sings", "Nora"),
            account(2, "norah", "Élan Vital"),
            video(10, 1, "Saxophone at #night"),
            video(11, 2, "موسيقى جميلة #Night"),
            video(12, 2, "#other"),
        ];
        index.put(&entries).unwrap();
        index.commit().unwrap();
        index
    }

    fn accounts(index: &Index, typed: &str) -> Vec<u8> {
        let found = index.accounts(&Wanted::read(typed).unwrap(), 10).unwrap();
        found.iter().map(|id| id.as_bytes()[0]).collect()
    }

    fn videos(index: &Index, typed: &str) -> Vec<u8> {
        let found = index.videos(&Wanted::read(typed).unwrap(), 10).unwrap();
        found.iter().map(|id| id.as_bytes()[0]).collect()
    }

    #[test]
    fn finds_whole_words_first_then_beginnings_then_slips() {
        let index = index();
        assert_eq!(accounts(&index, "nora"), [1, 2]);
        assert_eq!(accounts(&index, "norasings"), [1]);
        assert_eq!(accounts(&index, "elan vitl"), [2]);
        assert_eq!(videos(&index, "saxophon"), [10]);
        assert_eq!(videos(&index, "saksofone"), [0; 0], "three slips");
        assert_eq!(videos(&index, "موسيقي"), [11]);
    }

    #[test]
    fn of_equally_good_videos_the_newest_is_first() {
        let index = Index::new().unwrap();
        for number in [3, 5, 4] {
            index.put(&[video(number, 1, "the same words")]).unwrap();
            index.commit().unwrap();
        }
        assert_eq!(videos(&index, "words same"), [5, 4, 3]);
    }

    #[test]
    fn tags_stand_newest_first_and_go_on_where_they_ended() {
        let index = index();
        let found = index.tagged("night", None, 1).unwrap();
        assert_eq!(found[0].video.as_bytes()[0], 11);
        let next = index.tagged("night", Some(found[0].place), 5).unwrap();
        assert_eq!(next.iter().map(|one| one.video.as_bytes()[0]).collect::<Vec<_>>(), [10]);
    }

    #[test]
    fn what_is_put_again_is_there_once() {
        let index = index();
        index.put(&[account(1, "nora_sings", "Someone else")]).unwrap();
        index.commit().unwrap();
        assert_eq!(accounts(&index, "someone"), [1]);
        assert_eq!(accounts(&index, "sings"), [1]);
    }

    #[test]
    fn dropped_words_leave_the_dictionary_with_the_purge() {
        let index = index();
        index.drop_account(AccountId::from_bytes([2; 16]));
        index.commit().unwrap();
        assert!(accounts(&index, "vital").is_empty());
        let holds = |word: &str| index.dictionary().unwrap().iter().any(|term| term == word);
        assert!(holds("norah"), "until then the dictionary keeps it: the purge is needed");
        index.purge().unwrap();
        for gone in ["norah", "elan", "vital", "جميله", "other"] {
            assert!(!holds(gone), "{gone}");
        }
        assert!(holds("sings") && holds("night"));
        assert_eq!(videos(&index, "night"), [10]);
    }

    #[test]
    fn many_small_segments_become_few() {
        let index = Index::new().unwrap();
        for number in 0..30 {
            index.put(&[account(number, &format!("person{number}"), "")]).unwrap();
            index.commit().unwrap();
        }
        let segments = index.reader.searcher().segment_readers().len();
        assert!(segments < SEGMENTS, "{segments}");
        assert_eq!(index.accounts(&Wanted::read("person").unwrap(), 50).unwrap().len(), 30);
    }
}
