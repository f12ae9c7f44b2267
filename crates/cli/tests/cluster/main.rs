//! One site on several machines: three servers and two workers, each with a data folder of its own, on a real PostgreSQL and a real S3
//! server. All of it runs here, as processes of the real program; nothing is shared but what the settings name.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

#[path = "../common/listening.rs"]
mod listening;
mod load;
mod machines;
mod postgres;

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use listening::listen;
use load::{Balancer, Load};
use machines::{Client, Machine, Site, clip, wait_for};
use serde_json::{Value, json};

/// Three servers and two workers.
struct Cluster {
    servers: Vec<Machine>,
    workers: Vec<Machine>,
    site: Site,
}

impl Cluster {
    fn start() -> Self {
        let site = Site::new();
        let mut servers = vec![site.machine(None)];
        site.serve(&mut servers[0]);
        for _ in 0..2 {
            let mut machine = site.machine(Some(&servers[0]));
            site.serve(&mut machine);
            servers.push(machine);
        }
        let mut workers: Vec<_> = (0..2).map(|_| site.machine(Some(&servers[0]))).collect();
        workers.iter_mut().for_each(|machine| site.work(machine));
        Self { servers, workers, site }
    }

    fn base(&self, server: usize) -> String {
        self.servers[server].base()
    }

    fn all(&self) -> impl Iterator<Item = &Machine> {
        self.servers.iter().chain(&self.workers)
    }
}

fn get(base: &str, who: &Client, path: &str) -> (u16, Value) {
    who.call(base, "GET", path, &Value::Null)
}

fn is_ready(base: &str, who: &Client, video: &str) -> bool {
    let found = get(base, who, &format!("/api/v1/videos/{video}")).1["state"].clone();
    assert_ne!(found, "failed");
    found == "ready"
}

/// A message sent at any node reaches whoever listens at any other.
fn events_reach_everybody(cluster: &Cluster, ada: &Client, bob: &Client) {
    let (status, talk) = ada.call(&cluster.base(0), "POST", "/api/v1/conversations", &json!({"to": ["bob"]}));
    assert_eq!(status, 201, "{talk}");
    let path = format!("/api/v1/conversations/{}/messages", talk["id"].as_str().unwrap());
    let heard: Vec<_> = (0..3).map(|at| listen(&cluster.base(at), bob.token())).collect();
    for from in 0..3 {
        let (status, said) = ada.call(&cluster.base(from), "POST", &path, &json!({"text": "hello"}));
        assert_eq!(status, 201, "{said}");
        for one in &heard {
            let (kind, _) = one.recv_timeout(Duration::from_secs(10)).expect("it is told, wherever one listens");
            assert_eq!(kind, "message");
        }
    }
}

/// What is uploaded at one node, or at another each time, is made on any and plays from all.
fn an_upload_goes_on_at_another_node(cluster: &Cluster, ada: &Client) -> (String, Vec<u8>) {
    let file = clip(cluster.servers[0].data.path(), "0.5");
    let whole = ada.upload(&cluster.base(0), &file);
    let length = file.len().to_string();
    let tus = |at: usize, what: (&str, &str), headers: &[(&str, &str)], body: &[u8]| {
        ada.send(&cluster.base(at), what, &[&[("tus-resumable", "1.0.0")], headers].concat(), body).unwrap().0
    };
    assert_eq!(tus(1, ("POST", "/api/v1/uploads"), &[("upload-length", &length)], b""), 201);
    let found = get(&cluster.base(2), ada, "/api/v1/uploads").1;
    let upload = found["items"][0]["url"].as_str().unwrap().to_owned();
    let pieces: Vec<_> = file.chunks(file.len().div_ceil(5)).collect();
    let mut at = 0;
    for (number, piece) in pieces.iter().enumerate() {
        let offset = at.to_string();
        let headers = [("upload-offset", offset.as_str()), ("content-type", "application/offset+octet-stream")];
        assert_eq!(tus(number % 3, ("PATCH", &upload), &headers, piece), 204);
        at += piece.len();
    }
    let pieced = upload.rsplit('/').next().unwrap().to_owned();
    for video in [&whole, &pieced] {
        wait_for("a video", || is_ready(&cluster.base(2), ada, video));
        let plays: BTreeSet<_> = (0..3).map(|at| media(cluster, at, ada, video)).collect();
        assert_eq!(plays.len(), 1, "it is the same everywhere");
        assert!(plays.first().unwrap().len() > 1000);
    }
    (whole, file)
}

/// What a server plays of a video; in two ranges.
fn media(cluster: &Cluster, at: usize, who: &Client, video: &str) -> Vec<u8> {
    let base = cluster.base(at);
    let shown = get(&base, who, &format!("/api/v1/videos/{video}")).1;
    let path = shown["renditions"][0]["url"].as_str().unwrap();
    let first = who.send(&base, ("GET", path), &[("range", "bytes=0-999")], b"").unwrap();
    let rest = who.send(&cluster.base((at + 1) % 3), ("GET", path), &[("range", "bytes=1000-")], b"").unwrap();
    assert_eq!((first.0, rest.0), (206, 206));
    [first.1, rest.1].concat()
}

fn a_takeout_is_made_anywhere_and_fetched_from_all(cluster: &Cluster, ada: &Client) {
    let (status, asked) = ada.call(&cluster.base(1), "POST", "/api/v1/me/takeouts", &Value::Null);
    assert_eq!(status, 202, "{asked}");
    let path = format!("/api/v1/me/takeouts/{}", asked["id"].as_str().unwrap());
    wait_for("the archive", || get(&cluster.base(2), ada, &path).1["state"] == "ready");
    let fetch = |at: usize| ada.send(&cluster.base(at), ("GET", &format!("{path}/download")), &[], b"").unwrap();
    let archives: BTreeSet<_> = (0..3).map(fetch).collect();
    assert!(archives.len() == 1 && archives.first().unwrap().0 == 200);
}

/// The root key is replaced on one machine; all others follow, and none keeps the old one.
fn the_root_key_of_all_is_replaced(cluster: &Cluster, bob: &Client) {
    let before = fs::read(cluster.servers[0].root_key()).unwrap();
    let mut late = cluster.site.machine(Some(&cluster.servers[0]));
    let (well, said) = cluster.site.run(&cluster.servers[1], &["keys", "rotate"]);
    assert!(well, "{said}");
    for at in 0..3 {
        assert_eq!(get(&cluster.base(at), bob, "/api/v1/me").0, 200);
    }
    // Again, from another machine.
    let (well, said) = cluster.site.run(&cluster.workers[0], &["keys", "rotate"]);
    assert!(well, "{said}");
    let held = || cluster.all().map(|machine| fs::read(machine.root_key()).unwrap()).collect::<BTreeSet<_>>();
    wait_for("one root key on all machines", || held().len() == 1 && held().first().unwrap().len() == before.len());
    assert!(!held().contains(&before));
    // One that was off meanwhile finds its way.
    cluster.site.serve(&mut late);
    assert_eq!(get(&late.base(), bob, "/api/v1/me").0, 200);
    wait_for("its root key", || held().contains(&fs::read(late.root_key()).unwrap()));
    // One with a root key of its own does not.
    let strange = cluster.site.machine(None);
    let (well, said) = cluster.site.run(&strange, &["doctor"]);
    assert!(!well && said.contains("root"), "{said}");
}

/// A moment that a receipt names, in milliseconds.
fn moment(note: &str, name: &str) -> i64 {
    let line = note.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("no {name} in {note}"));
    line.trim_start_matches(':').trim().parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

/// Who leaves at one node is gone from all of them at once, and from the bucket when the receipt says so.
fn who_leaves_is_gone_everywhere(cluster: &Cluster, ada: &Client, bob: &Client, video: &str) {
    let path = get(&cluster.base(0), bob, &format!("/api/v1/videos/{video}")).1["renditions"][0]["url"].clone();
    let (status, begun) = ada.call(&cluster.base(0), "POST", "/api/v1/me/deletion", &json!({}));
    assert!(status < 300, "{begun}");
    let proof = json!({"challenge": begun["challenge"], "password": "password"});
    let (status, left) = ada.call(&cluster.base(1), "POST", "/api/v1/me/deletion/confirm", &proof);
    assert_eq!(status, 200, "{left}");
    for at in 0..3 {
        for path in ["/api/v1/accounts/ada", path.as_str().unwrap()] {
            assert_eq!(bob.send(&cluster.base(at), ("GET", path), &[], b"").unwrap().0, 404, "{path} at {at}");
        }
        assert_eq!(get(&cluster.base(at), ada, "/api/v1/me").0, 401);
    }
    let receipt = format!("/api/v1/receipts/{}", left["receipt"]["id"].as_str().unwrap());
    let mut found = Value::Null;
    wait_for("the receipt", || {
        found = get(&cluster.base(2), &Client::new(), &receipt).1;
        found["state"] == "complete"
    });
    let note = found["note"].as_str().unwrap();
    let waited = moment(note, "completed_at") - moment(note, "key_destroyed_at");
    assert!(waited >= 5_000, "keys are cached for five seconds elsewhere: {waited} ms");
    assert_eq!(objects(cluster), 0);
}

/// How many objects there are of anybody.
fn objects(cluster: &Cluster) -> usize {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let db = outro_db::Db::open(&cluster.site.postgres.url("site")).await.unwrap();
        let blobs = cluster.site.bucket.open(cluster.servers[0].data.path(), &db).await;
        let mut count = 0;
        for owner in blobs.owners(None, 1000).await.unwrap() {
            count += blobs.list(owner).await.unwrap().len();
        }
        count
    })
}

#[test]
fn several_machines_are_one_site() {
    let cluster = Cluster::start();
    let (ada, bob) = (Client::join(&cluster.base(0), "ada"), Client::join(&cluster.base(1), "bob"));
    events_reach_everybody(&cluster, &ada, &bob);
    let (video, _) = an_upload_goes_on_at_another_node(&cluster, &ada);
    a_takeout_is_made_anywhere_and_fetched_from_all(&cluster, &ada);
    the_root_key_of_all_is_replaced(&cluster, &bob);
    who_leaves_is_gone_everywhere(&cluster, &ada, &bob, &video);
    cluster.all().for_each(Machine::keeps_nothing);
}

/// One server after the other is taken out, stopped, started and put back: nobody sees an error.
fn rolling_restart(cluster: &mut Cluster, balancer: &Balancer, load: &Load) {
    for at in 0..3 {
        balancer.remove(&cluster.base(at));
        cluster.servers[at].stop();
        load.goes_on(20);
        let machine = &mut cluster.servers[at];
        cluster.site.serve(machine);
        balancer.add(machine.base());
    }
    for worker in &mut cluster.workers {
        worker.stop();
        cluster.site.work(worker);
    }
    load.goes_on(30);
    assert!(load.troubles().is_empty(), "a restart is seen");
}

/// SIGKILL in the middle of everything: what was on its way there breaks; what was acknowledged is there.
fn a_node_is_killed(cluster: &mut Cluster, balancer: &Balancer, load: &Load, ada: &Client, file: &[u8]) {
    let uploaded = ada.upload(&cluster.base(1), file);
    let victim = cluster.base(1);
    cluster.servers[1].kill();
    cluster.workers[0].kill();
    let killed = Instant::now();
    balancer.remove(&victim);
    load.goes_on(30);
    for (when, base, what) in load.troubles() {
        assert!(base == victim && when < killed + Duration::from_secs(5), "{what} at {base}");
    }
    load.all_is_there(&cluster.base(0));
    wait_for("the video", || is_ready(&cluster.base(2), ada, &uploaded));
    let machine = &mut cluster.servers[1];
    cluster.site.serve(machine);
    balancer.add(machine.base());
    cluster.site.work(&mut cluster.workers[0]);
}

/// The database crashes and comes back: requests fail meanwhile, and no process ends by it.
fn the_database_is_restarted(cluster: &mut Cluster, load: &Load) {
    cluster.site.postgres.down("immediate");
    thread::sleep(Duration::from_secs(1));
    cluster.site.postgres.up();
    wait_for("all servers", || {
        cluster.servers.iter().all(|server| get(&server.base(), &Client::new(), "/readyz").0 == 200)
    });
    load.goes_on(10);
    load.troubles();
    load.goes_on(60);
    assert!(load.troubles().is_empty(), "it goes on as before");
    assert!(cluster.servers.iter_mut().chain(&mut cluster.workers).all(Machine::is_alive));
}

#[test]
fn under_load_nothing_acknowledged_is_lost() {
    let mut cluster = Cluster::start();
    let ada = Client::join(&cluster.base(0), "ada");
    let file = clip(cluster.servers[0].data.path(), "0.5");
    let video = ada.upload(&cluster.base(0), &file);
    wait_for("a video", || is_ready(&cluster.base(0), &ada, &video));
    let balancer = Arc::new(Balancer::default());
    (0..3).for_each(|at| balancer.add(cluster.base(at)));
    let load = Load::begin(&balancer, &video);
    load.goes_on(20);
    assert!(load.troubles().is_empty());
    rolling_restart(&mut cluster, &balancer, &load);
    a_node_is_killed(&mut cluster, &balancer, &load, &ada, &file);
    the_database_is_restarted(&mut cluster, &load);
    let later = ada.upload(&cluster.base(2), &file);
    wait_for("the last video", || is_ready(&cluster.base(1), &ada, &later));
    for at in 0..3 {
        assert!(load.all_is_there(&cluster.base(at)) > 50, "too little was done to say anything");
    }
    load.end();
}
