//! The server and the model side by side: whatever is done to one is done to the other.

use outro_db::{Param, Statement};
use outro_model::{AccountId, TakeoutId, VideoId, VideoState, Way as Planted};
use outro_store::takeouts::{self, Takeout};
use outro_testkit::{Client, World as Server};
use serde_json::json;

use crate::asking::Asker;
use crate::model::{Account, Answer, Ask, Audience, Circle, Id, Standing, State, Talk, Video, Way, World};
use crate::random::Rng;

/// How many accounts there are, and how many videos each has.
pub(crate) const PEOPLE: usize = 6;
const EACH: usize = 3;
/// The bytes of a video with the sound of another.
pub(crate) const MIX: &[u8] = b"the bytes of a mix";

pub(crate) const CIRCLES: [(Circle, &str); 4] = [
    (Circle::Everyone, "everyone"),
    (Circle::Followers, "followers"),
    (Circle::Friends, "friends"),
    (Circle::NoOne, "no_one"),
];
pub(crate) const AUDIENCES: [(Audience, &str); 4] = [
    (Audience::Everyone, "everyone"),
    (Audience::Followers, "followers"),
    (Audience::Friends, "friends"),
    (Audience::OnlyMe, "only_me"),
];

pub(crate) struct Person {
    pub(crate) handle: String,
    pub(crate) client: Client,
    pub(crate) asker: Asker,
    /// The id of the session.
    pub(crate) session: String,
    /// The id of an archive of theirs that is being made.
    pub(crate) takeout: String,
    /// One that is not at its end.
    pub(crate) upload: String,
    pub(crate) draft: String,
    /// One of their playlists, with their first video in it.
    pub(crate) playlist: String,
    id: AccountId,
}

/// What a report is about, by its place in the model.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Thing {
    Account(Id),
    Video(usize),
    Comment(usize),
}

/// A report, as moderators find it.
pub(crate) struct Filed {
    pub(crate) id: String,
    pub(crate) by: Id,
    pub(crate) thing: Thing,
    pub(crate) open: bool,
    /// Those who look at the thing by it.
    pub(crate) looking: Vec<Id>,
}

pub(crate) struct Stage {
    pub(crate) server: Server,
    pub(crate) world: World,
    pub(crate) people: Vec<Person>,
    /// Their ids, by their place in the model.
    pub(crate) videos: Vec<String>,
    /// The ids of their sounds, likewise.
    pub(crate) sounds: Vec<String>,
    /// The same of comments.
    pub(crate) comments: Vec<String>,
    /// The same of conversations, each with its last message.
    pub(crate) talks: Vec<(String, String)>,
    pub(crate) reports: Vec<Filed>,
    /// Who is a moderator: of what they look at, and of nothing else, the model is asked as of one.
    pub(crate) moderators: [bool; PEOPLE],
    /// Who is not signed in.
    pub(crate) nobody: Asker,
    joined: usize,
}

impl Stage {
    pub(crate) async fn new(server: Server, rng: &mut Rng) -> Self {
        let server = server.with_settings(|settings| settings.rate_limits = false);
        let nobody = Asker::of(&server, &server.client()).await;
        let mut stage = Self {
            server,
            world: World::default(),
            people: vec![],
            videos: vec![],
            sounds: vec![],
            comments: vec![],
            talks: vec![],
            reports: vec![],
            moderators: [false; PEOPLE],
            nobody,
            joined: 0,
        };
        for person in 0..PEOPLE {
            let new = stage.newcomer().await;
            stage.people.push(new);
            stage.world.accounts.push(stage.new_account());
            for _ in 0..EACH {
                let id = stage.server.plant_whole(&stage.people[person].client, b"the bytes of a video").await;
                stage.sounds.push(stage.server.plant_sound(&stage.people[person].client, &id).await);
                stage.videos.push(id);
                stage.world.videos.push(fresh(person));
                let last = stage.videos.len() - 1;
                stage.set_audience(last, rng).await;
                stage.put_in_list(last).await;
            }
        }
        for video in 0..stage.videos.len() {
            stage.borrow(video).await;
        }
        stage
    }

    /// The second video of each plays the sound of the first of the next, where that is there, or shows it too.
    async fn borrow(&mut self, video: usize) {
        let from = (video + 2) % self.videos.len();
        let lender = self.world.videos[from].owner;
        if video % EACH == 1 && self.world.videos[from].state == State::Ready && self.is_there(lender) {
            let client = &self.people[self.world.videos[video].owner].client;
            let (way, planted) =
                [(Way::Sound, Planted::Sound), (Way::Duet, Planted::Duet), (Way::Stitch, Planted::Stitch)]
                    [video / EACH % 3];
            self.server.plant_joined(client, (&self.videos[video], &self.sounds[from]), MIX, planted).await;
            self.world.videos[video].plays = Some((from, way));
        }
    }

    /// Lets others use a sound, or does not any more.
    async fn lend(&mut self, video: usize) {
        let owner = self.world.videos[video].owner;
        if self.world.videos[video].state == State::Removed {
            return;
        }
        let lent = !self.world.videos[video].lent;
        self.world.videos[video].lent = lent;
        let path = format!("/api/v1/videos/{}", self.videos[video]);
        self.people[owner].client.call("PATCH", &path, Some(json!({ "sound_reuse": lent }))).await.expect(200);
    }

    /// Every third of those who join is 17, and stays so.
    const fn is_adult(&self) -> bool {
        !self.joined.is_multiple_of(3)
    }

    /// Who joined last, as the model has them.
    fn new_account(&self) -> Account {
        Account { adult: self.is_adult(), ..Account::default() }
    }

    async fn put_in_list(&self, video: usize) {
        let person = &self.people[self.world.videos[video].owner];
        let path = format!("/api/v1/playlists/{}/videos/{}", person.playlist, self.videos[video]);
        person.client.call("PUT", &path, None).await.expect(200);
    }

    /// Lets others download a video, or has it for adults alone, or not any more.
    async fn offer(&mut self, video: usize, rng: &mut Rng) {
        let it = &mut self.world.videos[video];
        if it.state == State::Removed {
            return;
        }
        (it.kept, it.for_adults) = (rng.one_in(2), rng.one_in(3));
        (it.duets, it.stitches) = (rng.one_in(2), rng.one_in(2));
        let change = json!({
            "downloads": it.kept,
            "age_restricted": it.for_adults,
            "duets": it.duets,
            "stitches": it.stitches,
        });
        let path = format!("/api/v1/videos/{}", self.videos[video]);
        self.people[it.owner].client.call("PATCH", &path, Some(change)).await.expect(200);
    }

    async fn newcomer(&mut self) -> Person {
        self.joined += 1;
        let handle = format!("person_{}", self.joined);
        let client = match self.is_adult() {
            true => self.server.client().join(&handle).await,
            false => self.server.join_at(&handle, 17).await,
        };
        let id = self.server.id_of(&client).await;
        // Enough for all the gifts of a history.
        client.post("/api/v1/me/wallet/purchases", json!({ "pack": "1200" })).await.expect(201);
        let asker = Asker::of(&self.server, &client).await;
        let sessions = client.get("/api/v1/me/sessions").await.expect(200).json();
        let session = sessions["items"][0]["id"].as_str().unwrap().to_owned();
        let takeout = self.ask_for_archive(id).await;
        let upload = client.begin_upload(1000, &[("caption", "not whole")]).await;
        let upload = upload.rsplit('/').next().unwrap().to_owned();
        let draft = self.server.plant_draft(&client).await;
        let made = client.post("/api/v1/me/playlists", json!({ "title": "a playlist" })).await.expect(201).json();
        let playlist = made["id"].as_str().unwrap().to_owned();
        Person { handle, client, asker, session, takeout, upload, draft, playlist, id }
    }

    /// An archive that is being made, and stays so: no job is at it.
    async fn ask_for_archive(&self, account: AccountId) -> String {
        let (app, now) = (&self.server.app, self.server.app.clock.now());
        let takeout = Takeout {
            account,
            id: TakeoutId::random(&*app.random),
            state: takeouts::State::Making,
            progress: 0,
            arabic: false,
            created_at: now,
            expires_at: now.plus_seconds(1_000_000_000),
            header: None,
            length: 0,
            taken: String::new(),
        };
        let mut tx = app.db.write().await.unwrap();
        assert!(takeouts::insert(&mut tx, &takeout).await.unwrap());
        tx.commit().await.unwrap();
        takeout.id.to_string()
    }

    /// One change that is nobody else's business.
    pub(crate) async fn change(&mut self, rng: &mut Rng) {
        let (person, video) = (rng.below(PEOPLE), rng.below(self.videos.len()));
        match rng.below(34) {
            // Who has left changes nothing any more.
            0..=6 | 11 | 12 | 16 | 17 if !self.is_there(person) => {}
            0..=3 => {
                let private = !self.world.accounts[person].private;
                self.world.accounts[person].private = private;
                self.privacy(person, json!({ "private_account": private })).await;
            }
            4 | 5 => {
                let hiatus = !self.world.accounts[person].hiatus;
                self.world.accounts[person].hiatus = hiatus;
                self.privacy(person, json!({ "on_hiatus": hiatus })).await;
                self.server.run_jobs().await;
            }
            6 => self.finding(person, rng).await,
            7..=10 => self.set_audience(video, rng).await,
            11 => self.set_all(person, rng).await,
            12 => self.suspend(person).await,
            13 => self.withhold(video).await,
            14 => self.replant(video).await,
            16 => self.appoint(person).await,
            17 => self.gather(person, rng).await,
            18 | 19 => self.set_comments(video, rng).await,
            20 | 21 => self.unmake(video, rng).await,
            22 => self.lend(video).await,
            23..=27 => self.befriend(person, rng).await,
            28 | 29 => self.take_away(video).await,
            30..=33 => self.offer(video, rng).await,
            _ => self.erase(person, rng).await,
        }
    }

    async fn privacy(&self, person: Id, change: serde_json::Value) {
        self.people[person].client.call("PATCH", "/api/v1/me/privacy", Some(change)).await.expect(200);
    }

    async fn finding(&mut self, person: Id, rng: &mut Rng) {
        let ((messages, messages_word), (comments, comments_word)) = (rng.pick(&CIRCLES), rng.pick(&CIRCLES));
        let account = &mut self.world.accounts[person];
        (account.discoverable, account.searchable) = (rng.one_in(2), rng.one_in(2));
        account.comments_from = comments;
        let mut change = json!({ "discoverable": account.discoverable, "searchable": account.searchable,
            "comments_from": comments_word });
        // Messages are for everyone, friends or no one.
        if messages != Circle::Followers {
            account.messages_from = messages;
            change["messages_from"] = json!(messages_word);
        }
        self.privacy(person, change).await;
    }

    async fn set_audience(&mut self, video: usize, rng: &mut Rng) {
        let owner = self.world.videos[video].owner;
        if self.world.videos[video].state == State::Removed {
            return;
        }
        let (audience, word) = rng.pick(&AUDIENCES);
        self.world.videos[video].audience = audience;
        let path = format!("/api/v1/videos/{}", self.videos[video]);
        self.people[owner].client.call("PATCH", &path, Some(json!({ "audience": word }))).await.expect(200);
    }

    /// Two follow each other, or no more: else strangers would ask nearly all of the questions.
    async fn befriend(&mut self, person: Id, rng: &mut Rng) {
        let (other, ends) = ((person + 1 + rng.below(PEOPLE - 1)) % PEOPLE, rng.one_in(4));
        for (a, b) in [(person, other), (other, person)] {
            if !self.is_there(a) {
                continue;
            }
            let (method, expected) =
                if ends { ("DELETE", self.world.unfollow(a, b)) } else { ("PUT", self.world.follow(a, b)) };
            let path = format!("/api/v1/accounts/{}/follow", self.people[b].handle);
            let reply = self.people[a].client.call(method, &path, None).await;
            assert_eq!(reply.status.is_success(), expected == Answer::Yes, "{method} by {a} of {b}: {}", reply.status);
        }
    }

    /// A video is taken away; its files are there until a job has looked after them.
    async fn take_away(&mut self, video: usize) {
        let owner = self.world.videos[video].owner;
        if self.world.videos[video].state != State::Removed && self.is_there(owner) {
            let path = format!("/api/v1/videos/{}", self.videos[video]);
            self.people[owner].client.call("DELETE", &path, None).await.expect(204);
            self.world.remove(video);
        }
    }

    /// Who may comment, narrower than the account says or not.
    async fn set_comments(&mut self, video: usize, rng: &mut Rng) {
        let owner = self.world.videos[video].owner;
        if self.world.videos[video].state == State::Removed {
            return;
        }
        let (circle, word) = rng.pick(&CIRCLES);
        self.world.videos[video].comments_from = Some(circle);
        let path = format!("/api/v1/videos/{}", self.videos[video]);
        self.people[owner].client.call("PATCH", &path, Some(json!({ "comments_from": word }))).await.expect(200);
    }

    /// A video that is made again, or could not be made; and one that is ready at last, which its owner's followers are told.
    async fn unmake(&mut self, video: usize, rng: &mut Rng) {
        let it = &mut self.world.videos[video];
        let (state, code) = match it.state {
            State::Ready if rng.one_in(2) => (State::Processing, VideoState::Processing),
            State::Ready => (State::Failed, VideoState::Failed),
            State::Processing | State::Failed => (State::Ready, VideoState::Ready),
            State::Withheld | State::Removed => return,
        };
        it.state = state;
        let owner = self.people[it.owner].id;
        let id: VideoId = self.videos[video].parse().unwrap();
        let sql = Statement::new(
            "reference::unmake",
            "UPDATE videos SET state = ?1, failure = ?2 WHERE owner_id = ?3 AND id = ?4",
        );
        let failure = if state == State::Failed { Param::Text("damaged") } else { Param::Null };
        let values = [Param::Int(code.code()), failure, Param::Bytes(owner.as_bytes()), Param::Bytes(id.as_bytes())];
        self.write(&sql, &values).await;
        self.server.app.finder.account_changed(owner);
        if state == State::Ready {
            self.announce(owner, id).await;
        }
    }

    /// Tells the followers of a video that is ready, as its making does.
    async fn announce(&self, owner: AccountId, video: VideoId) {
        let mut tx = self.server.app.db.write().await.unwrap();
        outro_app::feed::announce(&self.server.app, &mut tx, owner, video).await.unwrap();
        tx.commit().await.unwrap();
        self.server.run_jobs().await;
    }

    /// Makes somebody a moderator, or ends it.
    async fn appoint(&mut self, person: Id) {
        self.moderators[person] = !self.moderators[person];
        let (app, handle) = (&self.server.app, &self.people[person].handle);
        outro_app::moderation::set_moderator(app, handle, self.moderators[person]).await.unwrap();
    }

    /// Opens a group of three in which each takes messages from each other, and all are in it at once.
    async fn gather(&mut self, person: Id, rng: &mut Rng) {
        let members = [person, (person + 1 + rng.below(2)) % PEOPLE, (person + 3 + rng.below(2)) % PEOPLE];
        let willing = |&one: &Id| {
            let to = |&other: &Id| one == other || self.world.may(Some(one), Ask::Message(other)) == Answer::Yes;
            self.is_there(one) && members.iter().all(to)
        };
        if !members.iter().all(willing) {
            return;
        }
        let to = [&self.people[members[1]].handle, &self.people[members[2]].handle];
        let body = json!({ "to": to, "text": "to all of you" });
        let opened = self.people[person].client.post("/api/v1/conversations", body).await.expect(201).json();
        let [id, said] = [&opened["id"], &opened["last_message"]["id"]].map(|id| id.as_str().unwrap().to_owned());
        for &one in &members[1..] {
            self.people[one].client.call("POST", &format!("/api/v1/conversations/{id}/accept"), None).await.expect(204);
        }
        self.talks.push((id, said));
        let people = members.map(Some).to_vec();
        self.world.talks.push(Talk { people, group: true, said_by: Some(person), forgotten: vec![false; 3] });
    }

    async fn set_all(&mut self, person: Id, rng: &mut Rng) {
        let (audience, word) = rng.pick(&AUDIENCES);
        let own = |video: &&mut Video| video.owner == person;
        self.world.videos.iter_mut().filter(own).for_each(|video| video.audience = audience);
        let all = json!({ "audience": word, "all": true });
        self.people[person].client.post("/api/v1/me/videos/audience", all).await.expect(200);
    }

    async fn suspend(&mut self, person: Id) {
        let account = &mut self.world.accounts[person];
        let suspended = account.standing == Standing::Live;
        account.standing = if suspended { Standing::Suspended } else { Standing::Live };
        let sql = Statement::new("reference::suspend", "UPDATE accounts SET suspended = ?1 WHERE id = ?2");
        self.write(&sql, &[Param::Int(i64::from(suspended)), Param::Bytes(self.people[person].id.as_bytes())]).await;
        self.server.app.finder.account_changed(self.people[person].id);
    }

    async fn withhold(&mut self, video: usize) {
        let it = &mut self.world.videos[video];
        let hidden = match it.state {
            State::Ready => true,
            State::Withheld => false,
            _ => return,
        };
        it.state = if hidden { State::Withheld } else { State::Ready };
        let owner = self.people[it.owner].id;
        let id: VideoId = self.videos[video].parse().unwrap();
        let sql =
            Statement::new("reference::withhold", "UPDATE videos SET hidden = ?1 WHERE owner_id = ?2 AND id = ?3");
        let values = [Param::Int(i64::from(hidden)), Param::Bytes(owner.as_bytes()), Param::Bytes(id.as_bytes())];
        self.write(&sql, &values).await;
        self.server.app.finder.account_changed(owner);
    }

    async fn write(&self, statement: &Statement, values: &[Param<'_>]) {
        let mut tx = self.server.app.db.write().await.unwrap();
        tx.execute(statement, values).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// A new video in the place of one that was taken away. Until then the old id is asked for.
    async fn replant(&mut self, video: usize) {
        let owner = self.world.videos[video].owner;
        if self.world.videos[video].state == State::Removed && self.is_there(owner) {
            self.server.run_jobs().await;
            self.reports.retain(|filed| filed.thing != Thing::Video(video));
            self.videos[video] = self.server.plant_whole(&self.people[owner].client, b"the bytes of a new video").await;
            self.sounds[video] = self.server.plant_sound(&self.people[owner].client, &self.videos[video]).await;
            self.world.videos[video] = fresh(owner);
            self.borrow(video).await;
            self.put_in_list(video).await;
            self.announce(self.people[owner].id, self.videos[video].parse().unwrap()).await;
        }
    }

    /// Somebody leaves for good, or a newcomer takes the place of one who left. Until then the old handle is asked for.
    async fn erase(&mut self, person: Id, rng: &mut Rng) {
        if self.world.accounts[person].standing == Standing::Erased {
            self.server.clock.advance_seconds(2);
            self.server.run_jobs().await;
            self.people[person] = self.newcomer().await;
            self.world.accounts[person] = self.new_account();
            self.moderators[person] = false;
            for video in 0..self.videos.len() {
                if self.world.videos[video].owner == person {
                    self.replant(video).await;
                }
            }
        } else if rng.one_in(12) {
            leave(&self.people[person].client, &self.people[person].handle).await;
            self.world.erase(person);
            self.moderators[person] = false;
            self.reports.retain(|filed| filed.by != person && filed.thing != Thing::Account(person));
        }
    }

    /// Whose a thing is that was reported; none of what is gone, whose reports go too.
    pub(crate) fn subject(&self, thing: Thing) -> Option<Id> {
        match thing {
            Thing::Account(one) => Some(one).filter(|&one| self.is_there(one)),
            Thing::Video(video) => {
                Some(&self.world.videos[video]).filter(|video| video.state != State::Removed).map(|video| video.owner)
            }
            Thing::Comment(comment) => {
                Some(&self.world.comments[comment]).filter(|comment| !comment.gone).map(|comment| comment.author)
            }
        }
    }

    /// Whether somebody is a moderator now: who is away is none.
    pub(crate) fn moderates(&self, person: Id) -> bool {
        self.moderators[person] && self.world.may_act(person)
    }

    /// Whether a moderator looks at a video by a report that is open.
    pub(crate) fn looks_at(&self, person: Id, video: usize) -> bool {
        let by = |filed: &Filed| filed.open && filed.thing == Thing::Video(video) && filed.looking.contains(&person);
        self.moderates(person) && self.reports.iter().any(by)
    }

    /// What somebody is answered about a video who sees what was reported where they would be refused, and does nothing there.
    pub(crate) fn looking(&self, viewer: Option<Id>, ask: Ask, video: usize) -> Answer {
        match (self.world.may(viewer, ask), viewer) {
            (Answer::Hidden, Some(me)) if self.looks_at(me, video) => {
                let mut office = self.world.clone();
                office.accounts[me].moderator = true;
                office.may(viewer, ask)
            }
            (answer, _) => answer,
        }
    }

    /// Whether somebody can sign in at all.
    pub(crate) fn is_there(&self, person: Id) -> bool {
        self.world.accounts[person].standing != Standing::Erased
    }
}

/// Leaves for good.
pub(crate) async fn leave(client: &Client, handle: &str) {
    let password = format!("{handle}-password");
    client.post("/api/v1/sessions/current/password", json!({ "password": password })).await.expect(204);
    let begun = client.post("/api/v1/me/deletion", json!({ "forfeit_coins": true })).await.expect(202).json();
    let proof = json!({ "challenge": begun["challenge"], "password": password });
    client.post("/api/v1/me/deletion/confirm", proof).await.expect(200);
}

fn fresh(owner: Id) -> Video {
    let (audience, state) = (Audience::Everyone, State::Ready);
    let (duets, stitches) = (true, true);
    let comments_from = None;
    Video {
        owner,
        audience,
        state,
        comments_from,
        lent: true,
        kept: true,
        duets,
        stitches,
        for_adults: false,
        plays: None,
    }
}
