//! Short ways to a state that a test begins from.

use std::path::PathBuf;
use std::sync::Arc;

use outro_app::{App, Settings};
use outro_db::{Row, Statement};
use outro_model::{
    AccountId, Audience, BlobId, BlobKind, ClipId, Clock as _, Mixing, Reframe, SoundId, Timestamp, VideoId, Way,
};
use outro_policy::VideoFacts;
use outro_store::blobs::{self, Blob};
use outro_store::clips::{self, Clip};
use outro_store::sounds::{self, Sound};
use outro_store::videos::{self, Draft, Video};
use outro_vault::AccountKeys;

use serde_json::{Value, json};

use crate::client::Client;
use crate::clips::clip;
use crate::rows::video_row;
use crate::world::World;

impl World {
    /// The same server with other settings.
    pub fn with_settings(&self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = (*self.app.settings).clone();
        change(&mut settings);
        let app = App { settings: Arc::new(settings), ..self.app.clone() };
        let (clock, outbox, folder) = (self.clock.clone(), self.outbox.clone(), self.folder.clone());
        Self { app, clock, outbox, folder, database: self.database.clone(), bucket: self.bucket.clone() }
    }

    /// Moves the clock to one hour after the next midnight (UTC), so that a test of daily limits does
    /// not run into the next day. Everybody's password is old then: do it before anybody joins.
    pub fn to_a_new_day(&self) {
        let into_day = self.clock.now().0.rem_euclid(86_400_000) / 1000;
        self.clock.advance_seconds(86_400 - into_day + 3600);
    }

    /// Somebody joins who has been of this age for half a year, by the clock of this world.
    pub async fn join_at(&self, handle: &str, years: i64) -> Client {
        let born = Timestamp(self.clock.now().0).plus_seconds(-(years * 31_556_952 + 15_778_476));
        let birth_date = &born.rfc3339()[..10];
        let body = json!({"handle": handle, "password": format!("{handle}-password"), "birth_date": birth_date});
        let joined = self.client().post("/api/v1/accounts", body).await.expect(201);
        self.client().with_token(&joined.json())
    }

    /// The id of the account that a client is signed in as.
    pub async fn id_of(&self, client: &Client) -> AccountId {
        client.get("/api/v1/me").await.expect(200).json()["id"].as_str().unwrap().parse().unwrap()
    }

    /// Uploads the clip and makes it ready, as people do it; the id of the video.
    pub async fn uploaded(&self, client: &Client, fields: &[(&str, &str)]) -> String {
        let reply = client.upload(clip(), fields).await.expect(202);
        self.settle().await;
        reply.json()["video"]["id"].as_str().unwrap().to_owned()
    }

    /// Plants a video that is ready, with these bytes for its rendition, sealed as an encode seals them,
    /// and nothing encoded; the id of the video.
    pub async fn plant(&self, owner: &Client, rendition: &[u8]) -> String {
        let account = self.id_of(owner).await;
        let keys = self.app.vault.account(account).await.unwrap().expect("keys");
        let (id, now) = (VideoId::random(&*self.app.random), self.clock.now());
        let original = self.seal(&keys, id, BlobKind::Original, b"the original").await;
        let cover = self.seal(&keys, id, BlobKind::Cover, b"\xff\xd8 a cover").await;
        let rendition = self.seal(&keys, id, BlobKind::Rendition, rendition).await;
        let caption = keys.seal_text(outro_datamap::VIDEO_CAPTION, id.as_bytes(), "planted");
        let mut tx = self.app.db.write().await.unwrap();
        videos::insert(&mut tx, &Video { id, caption, ..video_row(account, now) }).await.unwrap();
        for blob in [original, rendition, cover] {
            blobs::begin(&mut tx, &blob).await.unwrap();
            assert!(blobs::finish(&mut tx, &blob).await.unwrap());
        }
        assert!(videos::set_ready(&mut tx, account, id, 1000, now).await.unwrap());
        tx.commit().await.unwrap();
        id.to_string()
    }

    /// The same with all that may be made of a video besides, the renditions with the same bytes, and with a clip whose id
    /// is that of the video.
    pub async fn plant_whole(&self, owner: &Client, rendition: &[u8]) -> String {
        let id = self.plant(owner, rendition).await;
        let (keys, video) =
            (self.app.vault.account(self.id_of(owner).await).await.unwrap().expect("keys"), id.parse().unwrap());
        for (kind, bytes) in [
            (BlobKind::Small, rendition),
            (BlobKind::Large, rendition),
            (BlobKind::Av1, rendition),
            (BlobKind::Avif, b"ftypavif a cover"),
            (BlobKind::Preview, b"ftyp a preview"),
        ] {
            let blob = self.seal(&keys, video, kind, bytes).await;
            let mut tx = self.app.db.write().await.unwrap();
            blobs::begin(&mut tx, &blob).await.unwrap();
            assert!(blobs::finish(&mut tx, &blob).await.unwrap());
            tx.commit().await.unwrap();
        }
        self.plant_clip(&keys, video, ClipId::from_bytes(*video.as_bytes())).await;
        id
    }

    async fn plant_clip(&self, keys: &AccountKeys, video: VideoId, id: ClipId) {
        let (object, kind) = (clips::object(id), BlobKind::Clip);
        let mut writer = self.app.blobs.writer(keys, object, kind).await.unwrap();
        writer.write(b"a clip").await.unwrap();
        let sealed = writer.finish(keys).await.unwrap();
        let (owner, created_at, length) = (keys.account(), self.clock.now(), sealed.length as i64);
        let (header, width, height) = (Some(sealed.header), 180, 320);
        let blob = Blob { owner, id: object, video, kind, header, length, width: 0, height: 0, created_at };
        let mut tx = self.app.db.write().await.unwrap();
        blobs::begin(&mut tx, &blob).await.unwrap();
        assert!(blobs::finish(&mut tx, &blob).await.unwrap());
        clips::insert(&mut tx, &Clip { owner, video, id, duration_ms: 1000, width, height, created_at }).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// A draft for everyone that waits to be made, and goes on waiting: no job is at it. Its id.
    pub async fn plant_draft(&self, owner: &Client) -> String {
        let (account, id, now) = (self.id_of(owner).await, VideoId::random(&*self.app.random), self.clock.now());
        let keys = self.app.vault.account(account).await.unwrap().expect("the owner is there");
        let facts = VideoFacts { audience: Audience::OnlyMe, ..VideoFacts::OPEN };
        let row = Video {
            caption: keys.seal_text(outro_datamap::VIDEO_CAPTION, id.as_bytes(), "A draft"),
            draft: Some(Draft { audience: Audience::Everyone, publish_at: Timestamp(0) }),
            ..Video::processing(account, id, facts, Reframe::Fit, now)
        };
        let mut tx = self.app.db.write().await.unwrap();
        videos::insert(&mut tx, &row).await.unwrap();
        tx.commit().await.unwrap();
        id.to_string()
    }

    /// Makes the sound of a planted video one that others can see, as an encode does; the id of the sound.
    pub async fn plant_sound(&self, owner: &Client, video: &str) -> String {
        let (id, video, now) = (SoundId::random(&*self.app.random), video.parse().unwrap(), self.clock.now());
        let sound = Sound { owner: self.id_of(owner).await, id, video, created_at: now };
        let mut tx = self.app.db.write().await.unwrap();
        sounds::insert(&mut tx, &sound).await.unwrap();
        tx.commit().await.unwrap();
        id.to_string()
    }

    /// Lets a planted video play a sound, with these bytes for the mix in every size, sealed as an encode seals them.
    pub async fn plant_mix(&self, owner: &Client, video: &str, sound: &str, mix: &[u8]) {
        self.plant_joined(owner, (video, sound), mix, Way::Sound).await;
    }

    /// The same of what has the video of the sound in it in some way.
    pub async fn plant_joined(&self, owner: &Client, (video, sound): (&str, &str), mix: &[u8], way: Way) {
        let (account, video, now) = (self.id_of(owner).await, video.parse().unwrap(), self.clock.now());
        let sound = sounds::by_id(&mut self.app.db.read().await.unwrap(), sound.parse().unwrap()).await.unwrap();
        let sound = sound.expect("a sound");
        let all = self.app.vault.accounts(&[account, sound.owner]).await.unwrap();
        let (own, lent) = (&all[&account], &all[&sound.owner]);
        let mut mixes = Vec::new();
        for kind in [BlobKind::SmallMix, BlobKind::Mix, BlobKind::LargeMix] {
            let (id, mut source) = (BlobId::random(&*self.app.random), tempfile::tempfile().unwrap());
            std::io::Write::write_all(&mut source, mix).unwrap();
            let sealed = self.app.blobs.copy_in_with(own, lent, id, kind, source).await.unwrap();
            let (header, length, width, height) = (Some(sealed.header), sealed.length as i64, 180, 320);
            mixes.push(Blob { owner: account, id, video, kind, header, length, width, height, created_at: now });
        }
        let mut tx = self.app.db.write().await.unwrap();
        sounds::borrow(&mut tx, (account, video), (&sound, Mixing::of(way)), now).await.unwrap();
        for blob in &mixes {
            blobs::begin(&mut tx, blob).await.unwrap();
            assert!(blobs::finish(&mut tx, blob).await.unwrap());
        }
        assert!(sounds::set_mixed(&mut tx, (account, video), (true, 0)).await.unwrap());
        tx.commit().await.unwrap();
    }

    async fn seal(&self, keys: &AccountKeys, video: VideoId, kind: BlobKind, bytes: &[u8]) -> Blob {
        let id = BlobId::random(&*self.app.random);
        let mut writer = self.app.blobs.writer(keys, id, kind).await.unwrap();
        writer.write(bytes).await.unwrap();
        let sealed = writer.finish(keys).await.unwrap();
        let (owner, header, length) = (keys.account(), Some(sealed.header), sealed.length as i64);
        Blob { owner, id, video, kind, header, length, width: 180, height: 320, created_at: self.clock.now() }
    }
}

impl World {
    /// Every row of a table of the data map, each as text: for holding what is stored against what it was.
    pub async fn rows(&self, table: &str) -> Vec<String> {
        self.rows_but(table, &[]).await
    }

    /// The same without some of its columns.
    pub async fn rows_but(&self, table: &str, without: &[&str]) -> Vec<String> {
        let table = outro_datamap::table(table).expect("a declared table");
        let columns = table.columns.iter().map(|column| column.name).filter(|name| !without.contains(name));
        let columns: Vec<&str> = columns.collect();
        let sql = format!("SELECT {} FROM {} ORDER BY {}", columns.join(", "), table.name, table.key.join(", "));
        let statement = Statement::built(format!("rows::{}", table.name), sql);
        let rows = self.app.db.read().await.unwrap().query(&statement, &[]).await.unwrap();
        let text = |row: &Row| -> String {
            let each = columns.iter().enumerate().map(|(at, name)| format!("{name}={}", shown(row, at)));
            each.collect::<Vec<_>>().join(" ")
        };
        rows.iter().map(text).collect()
    }

    /// All that is stored, table by table, but for counts of tries.
    pub async fn everything(&self) -> Vec<String> {
        let mut all = Vec::new();
        for table in outro_datamap::TABLES.iter().filter(|table| table.name != "budgets") {
            all.extend(self.rows(table.name).await.into_iter().map(|row| format!("{}: {row}", table.name)));
        }
        all
    }

    /// Every file under the data folder, by its path.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.folder.path().to_owned()];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        files.sort();
        files
    }
}

/// A column whatever it holds: bytes that are text as text, so that what was not sealed can be read.
fn shown(row: &Row, at: usize) -> String {
    if let Ok(number) = row.get::<Option<i64>>(at) {
        return number.map_or_else(|| "null".to_owned(), |number| number.to_string());
    }
    row.get::<String>(at).unwrap_or_else(|_| String::from_utf8_lossy(&row.get::<Vec<u8>>(at).unwrap()).into_owned())
}

impl Client {
    /// The same client with the token that an answer holds, or this one.
    pub fn with_token(&self, token: &Value) -> Self {
        Self { token: token["token"].as_str().or(token.as_str()).map(str::to_owned), ..self.clone() }
    }
}
