//! A world in which a history is played: a whole server, whose clock and ids are those of the history, so that the
//! same step gives the same thing in both worlds.

use std::sync::{Arc, Mutex};

use axum::Router;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use outro_app::{App, finding, moderation};
use outro_datamap::{
    ACCOUNT_BIO, ACCOUNT_BIRTH_DATE, ACCOUNT_DISPLAY_NAME, ACCOUNT_HANDLE, ACCOUNT_HANDLE_TAG, ACCOUNT_PASSWORD_HASH,
    SESSION_DEVICE, VIDEO_CAPTION,
};
use outro_db::Statement;
use outro_model::{
    AccountId, BlobId, BlobKind, ClipId, Clock as _, Handle, Random, SessionId, SoundId, Timestamp, VideoId,
    random_bytes,
};
use outro_store::accounts::{self, Account, HandleEntry};
use outro_store::blobs::{self, Blob};
use outro_store::clips::{self, Clip};
use outro_store::sessions::{self, Session};
use outro_store::sounds::{self, Sound};
use outro_store::videos::{self, Video};
use outro_testkit::rows::video_row;
use outro_testkit::{Client, On, World};
use outro_vault::{AccountKeys, sha256};
use serde_json::json;

use crate::acts::{Act, History, Made, Rng, Was, Who};

/// How far the clock goes on with each step, in seconds: no two things happen at one moment.
pub(crate) const STEP_SECONDS: i64 = 7;
/// How long all is left alone at the end, in seconds: longer than anything that is done later on.
const END_SECONDS: i64 = 63;
/// When every world begins: 2026-03-02, 9:00 UTC.
const BEGINNING: i64 = 1_772_442_000_000;
const BYTES: &[u8] = b"the bytes of a video";

/// Ids as they are drawn: from a number that is set at each step, whatever was drawn before.
pub(crate) struct Drawn(Mutex<Rng>);

impl Drawn {
    fn begin(&self, seed: u64) {
        *self.0.lock().unwrap() = Rng::new(seed);
    }
}

impl Random for Drawn {
    fn fill(&self, bytes: &mut [u8]) {
        let mut rng = self.0.lock().unwrap();
        for chunk in bytes.chunks_mut(8) {
            let next = rng.next().to_le_bytes();
            chunk.copy_from_slice(&next[..chunk.len()]);
        }
    }
}

/// Somebody in it.
pub(crate) struct Person {
    pub(crate) id: AccountId,
    pub(crate) client: Client,
    devices: Vec<Client>,
    phone: bool,
}

/// The server, and what the history has made of it.
pub(crate) struct Stage {
    pub(crate) world: World,
    drawn: Arc<Drawn>,
    router: Router,
    /// The slow hashes of one who has joined as people do: every other joins with the same.
    hash: Vec<u8>,
    pub(crate) people: Vec<Option<Person>>,
    /// What came of the steps so far.
    pub(crate) was: Was,
    began: Timestamp,
    seed: u64,
}

impl Stage {
    /// An empty server.
    pub(crate) async fn new(on: On) -> Self {
        let world =
            World::start_at(on, Timestamp(BEGINNING)).await.with_settings(|settings| settings.rate_limits = false);
        let client = world.client().join("blueprint").await;
        let id = world.id_of(&client).await;
        let keys = world.app.vault.account(id).await.unwrap().unwrap();
        let row = accounts::by_id(&mut world.app.db.read().await.unwrap(), id).await.unwrap().unwrap();
        let hash = keys.open(ACCOUNT_PASSWORD_HASH, id.as_bytes(), &row.password_hash).unwrap().to_vec();
        let drawn = Arc::new(Drawn(Mutex::new(Rng::new(0))));
        let mut stage = Self {
            router: world.router(),
            world,
            drawn,
            hash,
            people: vec![],
            was: Was::default(),
            began: Timestamp(0),
            seed: 0,
        };
        stage.world.app.random = stage.drawn.clone();
        stage.router = stage.world.router();
        stage
    }

    /// Puts another plan of erasures in the place of the map's.
    pub(crate) fn with_plan(&mut self, plan: &'static outro_store::erasure::Plan) {
        self.world.app.plan = plan;
        self.router = self.world.router();
    }

    fn app(&self) -> &App {
        &self.world.app
    }

    /// Empties everything, and lets everybody join. `at` is when.
    pub(crate) async fn begin(&mut self, history: &History, at: Timestamp, without: Option<Who>) {
        self.empty().await;
        let now = self.world.clock.now();
        self.world.clock.advance_seconds(at.millis_since(now) / 1000);
        self.began = self.world.clock.now();
        // What is played again is played by others: whose key is destroyed never comes back.
        self.seed = history.seed ^ (self.began.0 as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for who in 0..history.people {
            self.drawn.begin(self.seed.wrapping_mul(31).wrapping_add(1_000_003 + who as u64));
            let person = if without == Some(who) { None } else { Some(self.join(who).await) };
            self.people.push(person);
        }
        self.drawn.begin(self.seed ^ 0x5eed);
        moderation::set_moderator(self.app(), &handle(0), true).await.unwrap();
        self.world.run_jobs().await;
    }

    async fn empty(&mut self) {
        let (database, app) = (&self.world.app.db, &self.world.app);
        let mut tx = database.write().await.unwrap();
        let ids = Statement::built("people".into(), "SELECT id FROM accounts".into());
        let left: Vec<AccountId> = tx.query(&ids, &[]).await.unwrap().iter().map(|row| row.get(0).unwrap()).collect();
        for table in outro_datamap::TABLES.iter().filter(|table| !matches!(table.name, "migrations" | "restores")) {
            let clear = Statement::built(format!("clear::{}", table.name), format!("DELETE FROM {}", table.name));
            tx.execute(&clear, &[]).await.unwrap();
        }
        tx.commit().await.unwrap();
        for id in left {
            app.blobs.remove_home(id).await.unwrap();
        }
        // Nobody is there: whoever the index holds goes out of it.
        finding::go_over(&self.world.app, 1_000).await.unwrap();
        (self.people, self.was) = (vec![], Was::default());
    }

    /// Joins, as `app/account/join.rs` does it, but for the slow hashes.
    async fn join(&self, who: Who) -> Person {
        let (app, id) = (self.app(), AccountId::random(&*self.drawn));
        let keys = app.vault.create_account(id).await.unwrap();
        app.blobs.create_home(id).await.unwrap();
        let name = handle(who);
        let entry = app.vault.seal_index(&keys, &app.vault.handle_index(&name.parse::<Handle>().unwrap()));
        let entry =
            HandleEntry { idx: entry.index, key_id: *entry.key_id.as_bytes(), sealed_account: entry.sealed_account };
        let (row, now) = (id.as_bytes(), self.world.clock.now());
        let tag = u64::from_be_bytes(sha256(&[name.as_bytes()])[..8].try_into().unwrap());
        let account = Account {
            id,
            facts: outro_policy::OwnerFacts::OPEN,
            created_at: now,
            handle: keys.seal_text(ACCOUNT_HANDLE, row, &name),
            display_name: keys.seal_text(ACCOUNT_DISPLAY_NAME, row, ""),
            bio: keys.seal_text(ACCOUNT_BIO, row, ""),
            birth_date: keys.seal_text(ACCOUNT_BIRTH_DATE, row, "1990-05-05"),
            password_hash: keys.seal(ACCOUNT_PASSWORD_HASH, row, &self.hash),
            phone: None,
            handle_tag: keys.seal(ACCOUNT_HANDLE_TAG, row, &tag.to_be_bytes()),
            adult: true,
        };
        let (client, session) = self.session(&keys);
        let mut tx = app.db.write().await.unwrap();
        assert!(accounts::claim_handle(&mut tx, &entry).await.unwrap());
        accounts::insert(&mut tx, &account).await.unwrap();
        sessions::insert(&mut tx, &session).await.unwrap();
        tx.commit().await.unwrap();
        app.vault.joined(id).await.unwrap();
        app.finder.account_changed(id);
        Person { id, client, devices: vec![], phone: false }
    }

    fn session(&self, keys: &AccountKeys) -> (Client, Session) {
        let (account, now, id) = (keys.account(), self.world.clock.now(), SessionId::random(&*self.drawn));
        let secret: [u8; 32] = random_bytes(&*self.drawn);
        let token = URL_SAFE_NO_PAD.encode([account.as_bytes().as_slice(), &secret].concat());
        let session = Session {
            account,
            token_hash: sha256(&[&secret]),
            id,
            created_at: now,
            seen_at: now,
            expires_at: now.plus_seconds(90 * 86_400),
            password_at: now,
            device: keys.seal_text(SESSION_DEVICE, id.as_bytes(), "a device"),
        };
        (Client::of(self.router.clone(), Some(token)), session)
    }

    /// Somebody who is not signed in.
    pub(crate) fn nobody(&self) -> Client {
        Client::of(self.router.clone(), None)
    }

    pub(crate) fn person(&self, who: Who) -> Option<&Person> {
        self.people.get(who).and_then(Option::as_ref)
    }

    /// The moment of a step.
    pub(crate) fn moment(&self, at: Made) -> Timestamp {
        self.began.plus_seconds((at as i64 + 1) * STEP_SECONDS)
    }

    /// The moments at which all that is due is done at the end.
    pub(crate) fn ends(&self, history: &History) -> impl Iterator<Item = Timestamp> + use<> {
        let last = self.began.plus_seconds(history.steps.len() as i64 * STEP_SECONDS);
        [0, 2, END_SECONDS].into_iter().map(move |seconds| last.plus_seconds(seconds))
    }

    /// Does a step, or lets its time pass.
    pub(crate) async fn step(&mut self, history: &History, at: Made, act: Option<&Act>) {
        self.world.clock.advance_seconds(STEP_SECONDS);
        self.drawn.begin(self.seed.wrapping_add(at as u64 * 7_919));
        let by = history.steps[at].by;
        let gone = self.person(history.gone).map(|person| person.id);
        let mut lent = false;
        let (done, made) = match act {
            None | Some(Act::Rest) => (false, None),
            Some(Act::Post(from)) => {
                let (made, lender) = self.post(by, *from).await;
                lent = lender.is_some() && lender == gone;
                (made.is_some(), made)
            }
            Some(Act::Work) => {
                self.world.run_jobs().await;
                (true, None)
            }
            Some(Act::Watch(video, _)) if by == history.gone => {
                let before = self.count_views(*video).await;
                let done = self.act(by, at, act.unwrap()).await;
                if self.count_views(*video).await > before {
                    self.was.views.push((at, *video));
                }
                done
            }
            Some(act) => self.act(by, at, act).await,
        };
        self.was.done.push(done);
        self.was.lent.push(lent);
        self.was.made.push(made);
    }

    /// Counts a view that stays when who saw the video is gone.
    pub(crate) async fn view(&self, history: &History, video: Made) {
        let (Some(id), Some(owner)) = (self.id(video), self.person(history.steps[video].by)) else { return };
        let mut tx = self.app().db.write().await.unwrap();
        videos::add_view(&mut tx, owner.id, id.parse().unwrap()).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn count_views(&self, video: Made) -> i64 {
        let Some(id) = self.id(video) else { return 0 };
        let id: VideoId = id.parse().unwrap();
        let found = videos::by_id(&mut self.app().db.read().await.unwrap(), id).await.unwrap();
        found.map_or(0, |found| found.view_count)
    }

    /// What a step has made, by its id.
    pub(crate) fn id(&self, made: Made) -> Option<&str> {
        self.was.made.get(made).and_then(Option::as_deref)
    }

    async fn act(&mut self, by: Who, at: Made, act: &Act) -> (bool, Option<String>) {
        match act {
            Act::Phone => return (self.link_phone(by).await, None),
            Act::Device => return self.device(by).await,
            Act::SignOut => {
                let Some(device) = self.people[by].as_mut().and_then(|one| one.devices.pop()) else {
                    return (false, None);
                };
                let reply = device.call("DELETE", "/api/v1/sessions/current", None).await;
                return (reply.status.is_success(), None);
            }
            Act::Look => {
                for path in ["/api/v1/feed/for-you", "/api/v1/feed/following", "/api/v1/me/notifications"] {
                    self.people[by].as_ref().unwrap().client.get(path).await;
                }
                return (true, None);
            }
            _ => {}
        }
        let Some((method, path, body)) = self.asked(at, act) else { return (false, None) };
        let reply = self.people[by].as_ref().unwrap().client.call(method, &path, body).await;
        assert!(!reply.status.is_server_error(), "{act:?} by {by}: {}", reply.text());
        let made = (reply.status.is_success()
            && matches!(act, Act::Comment { .. } | Act::Talk(_) | Act::Say(_) | Act::Share(..) | Act::Report(_)))
        .then(|| reply.json()["id"].as_str().map(str::to_owned))
        .flatten();
        (reply.status.is_success(), made)
    }

    async fn seal(&self, keys: &AccountKeys, video: VideoId, kind: BlobKind) -> Blob {
        let id = BlobId::random(&*self.drawn);
        let mut writer = self.app().blobs.writer(keys, id, kind).await.unwrap();
        writer.write(BYTES).await.unwrap();
        let sealed = writer.finish(keys).await.unwrap();
        let (owner, header, length) = (keys.account(), Some(sealed.header), sealed.length as i64);
        Blob { owner, id, video, kind, header, length, width: 180, height: 320, created_at: self.world.clock.now() }
    }

    /// A video that is ready, as an upload and its encode leave it: its id, and whose sound it plays if it is
    /// another's.
    async fn post(&self, by: Who, lent: Option<Made>) -> (Option<String>, Option<AccountId>) {
        let (app, owner, now) = (self.app(), self.person(by).unwrap(), self.world.clock.now());
        let account = accounts::by_id(&mut app.db.read().await.unwrap(), owner.id).await.unwrap().unwrap();
        if account.is_away() {
            return (None, None);
        }
        let keys = app.vault.account(owner.id).await.unwrap().unwrap();
        let id = VideoId::random(&*self.drawn);
        let (original, rendition) =
            (self.seal(&keys, id, BlobKind::Original).await, self.seal(&keys, id, BlobKind::Rendition).await);
        let clip = self.seal(&keys, id, BlobKind::Clip).await;
        let caption = keys.seal_text(VIDEO_CAPTION, id.as_bytes(), &format!("planted {}", now.0 % 100));
        let own = SoundId::random(&*self.drawn);
        let lent = self.lent(owner, lent).await;
        let mut tx = app.db.write().await.unwrap();
        videos::insert(&mut tx, &Video { id, caption, ..video_row(owner.id, now) }).await.unwrap();
        for blob in [&original, &rendition, &clip] {
            blobs::begin(&mut tx, blob).await.unwrap();
            assert!(blobs::finish(&mut tx, blob).await.unwrap());
        }
        let row = Clip {
            owner: owner.id,
            video: id,
            id: ClipId::from_bytes(*clip.id.as_bytes()),
            duration_ms: 1000,
            width: 180,
            height: 320,
            created_at: now,
        };
        clips::insert(&mut tx, &row).await.unwrap();
        assert!(videos::set_ready(&mut tx, owner.id, id, 1000, now).await.unwrap());
        match &lent {
            None => {
                sounds::insert(&mut tx, &Sound { owner: owner.id, id: own, video: id, created_at: now }).await.unwrap()
            }
            Some((sound, _)) => {
                sounds::borrow(&mut tx, (owner.id, id), (sound, outro_model::Mixing::default()), now).await.unwrap()
            }
        }
        outro_app::feed::announce(app, &mut tx, owner.id, id).await.unwrap();
        tx.commit().await.unwrap();
        let lender = lent.as_ref().map(|(sound, _)| sound.owner);
        if let Some((sound, keys_of_lender)) = lent {
            self.mix(&keys, &keys_of_lender, &sound, id).await;
        }
        app.finder.account_changed(owner.id);
        (Some(id.to_string()), lender)
    }

    /// The sound of a video, where this person may use it, and the keys of whose it is.
    async fn lent(&self, owner: &Person, video: Option<Made>) -> Option<(Sound, AccountKeys)> {
        let shown = owner.client.get(&format!("/api/v1/videos/{}", self.id(video?)?)).await;
        let sound =
            if shown.status.is_success() { shown.json()["sound"]["id"].as_str()?.to_owned() } else { return None };
        let row = sounds::by_id(&mut self.app().db.read().await.unwrap(), sound.parse().unwrap()).await.unwrap()?;
        Some((row, self.app().vault.account(row.owner).await.unwrap()?))
    }

    async fn mix(&self, own: &AccountKeys, lent: &AccountKeys, sound: &Sound, video: VideoId) {
        let (app, id, mut source) = (self.app(), BlobId::random(&*self.drawn), tempfile::tempfile().unwrap());
        std::io::Write::write_all(&mut source, BYTES).unwrap();
        assert_eq!(sound.owner, lent.account());
        let sealed = app.blobs.copy_in_with(own, lent, id, BlobKind::Mix, source).await.unwrap();
        let (owner, header, length, created_at) =
            (own.account(), Some(sealed.header), sealed.length as i64, self.world.clock.now());
        let blob = Blob { owner, id, video, kind: BlobKind::Mix, header, length, width: 180, height: 320, created_at };
        let mut tx = app.db.write().await.unwrap();
        blobs::begin(&mut tx, &blob).await.unwrap();
        assert!(blobs::finish(&mut tx, &blob).await.unwrap());
        assert!(sounds::set_mixed(&mut tx, (owner, video), (true, 0)).await.unwrap());
        tx.commit().await.unwrap();
    }

    async fn link_phone(&mut self, by: Who) -> bool {
        let person = self.people[by].as_mut().unwrap();
        let number = format!("+4915112345{:03}", 100 + by);
        let sent = person.client.post("/api/v1/me/phone", json!({ "number": number })).await;
        if sent.status != 202 {
            return false;
        }
        let proof = json!({"challenge": sent.json()["challenge"], "code": self.world.last_code()});
        let linked = person.client.post("/api/v1/me/phone/verify", proof).await.status.is_success();
        person.phone |= linked;
        linked
    }

    async fn device(&mut self, by: Who) -> (bool, Option<String>) {
        let keys = self.app().vault.account(self.people[by].as_ref().unwrap().id).await.unwrap().unwrap();
        let (client, session) = self.session(&keys);
        let mut tx = self.app().db.write().await.unwrap();
        sessions::insert(&mut tx, &session).await.unwrap();
        tx.commit().await.unwrap();
        self.people[by].as_mut().unwrap().devices.push(client);
        (true, None)
    }

    /// Leaves for good: by a code where a phone can be linked, and by the password where none can.
    pub(crate) async fn leave(&mut self, who: Who) -> String {
        let linked = self.people[who].as_ref().unwrap().phone || self.link_phone(who).await;
        let client = self.people[who].take().unwrap().client;
        let begun = client.post("/api/v1/me/deletion", json!({ "forfeit_coins": true })).await.expect(202).json();
        let proof = if linked {
            json!({"challenge": begun["challenge"], "code": self.world.last_code()})
        } else {
            json!({"challenge": begun["challenge"], "password": "blueprint-password"})
        };
        let left = client.post("/api/v1/me/deletion/confirm", proof).await.expect(200).json();
        left["receipt"]["id"].as_str().unwrap().to_owned()
    }

    /// Lets all that is due be done, and some time pass; whether nothing is left to do.
    pub(crate) async fn settle(&self) -> bool {
        self.drawn.begin(self.seed ^ 0xe4d);
        let until = self.world.clock.now().plus_seconds(END_SECONDS);
        for seconds in [2, END_SECONDS - 2] {
            self.world.run_jobs().await;
            self.world.clock.advance_seconds(seconds);
        }
        self.world.run_jobs().await;
        assert_eq!(self.world.clock.now(), until);
        // Popularity follows within the hour.
        let mut tx = self.app().db.write().await.unwrap();
        videos::settle_heat(&mut tx, 500).await.unwrap();
        tx.commit().await.unwrap();
        outro_jobs::waiting(&mut self.app().db.read().await.unwrap()).await.unwrap() == 0
    }

    /// The sealed objects of those who are there, by whose they are and their id.
    pub(crate) async fn objects(&self) -> Vec<String> {
        let mut all = Vec::new();
        for person in self.people.iter().flatten() {
            for id in self.app().blobs.list(person.id).await.unwrap() {
                all.push(format!("{} {id}", person.id));
            }
        }
        all.sort();
        all
    }
}

/// What somebody is called.
pub(crate) fn handle(who: Who) -> String {
    const NAMES: [&str; 8] = ["mona", "adam", "berta", "carl", "dora", "emil", "frida", "gustav"];
    NAMES[who].to_owned()
}
