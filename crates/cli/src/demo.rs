//! Demo content: accounts, and videos that ffmpeg makes, taken in as if people had uploaded them.

use std::process::{ExitCode, Stdio};
use std::time::Duration;

use outro_app::account::{Join, join};
use outro_app::feed::Place;
use outro_app::video::{NewVideo, begin_upload};
use outro_app::{App, AppRunner, Origin, Signed, authenticate};
use outro_jobs::Lane;
use outro_model::random_bytes;
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;

use crate::boot::boot;
use crate::crowd::{self, Crowd};
use crate::fail::{Fail, say};
use crate::settings::Flags;

/// The password of demo accounts on a development server. Elsewhere it is drawn.
const DEV_PASSWORD: &str = "outro-demo";

/// How many videos make a feed alive.
const ALIVE: usize = 3;
/// How long a start waits for them.
const PATIENCE: Duration = Duration::from_secs(60);

/// One demo account with one video.
struct Act {
    handle: &'static str,
    display_name: &'static str,
    bio: &'static str,
    caption: &'static str,
    reframe: &'static str,
    /// An lavfi source with its filters.
    picture: &'static str,
    /// The chord that is heard, in hertz.
    chord: [u32; 3],
}

/// What is shown, and for how many seconds each.
struct Show {
    acts: &'static [Act],
    seconds: &'static str,
}

/// Something to look at.
const WHOLE: Show = Show { acts: ACTS, seconds: "7" };
/// A few files for a crowd to share, soon made.
const BRIEF: Show = Show { acts: ACTS.split_at(3).0, seconds: "2" };

/// Those for a crowd first.
const ACTS: &[Act] = &[
    Act {
        handle: "nova.lights",
        display_name: "Nova",
        bio: "Slow light, late evenings.",
        caption: "Northern lights from my window #aurora #calm",
        reframe: "fit",
        picture: "gradients=s=720x1280:r=30:c0=0x04121f:c1=0x0f9b8e:c2=0x7b2ff7:c3=0x051937:nb_colors=4:speed=0.02:seed=7",
        chord: [220, 277, 330],
    },
    Act {
        handle: "zoom.in",
        display_name: "Zoom In",
        bio: "It never ends.",
        caption: "Falling into the set, again #fractal #math",
        reframe: "crop",
        picture: "mandelbrot=s=960x540:r=30:start_scale=1.2:end_scale=0.02:maxiter=260,hue=h=20:s=1.3",
        chord: [196, 247, 294],
    },
    Act {
        handle: "petri",
        display_name: "Petri Dish",
        bio: "Small lives, big drama.",
        caption: "Tuesday in the dish: everybody wants the corner #life",
        reframe: "fit",
        picture: "life=s=180x320:mold=12:r=24:ratio=0.18:death_color=0x2b0a3d:life_color=0xffb35c:mold_color=0x5c1a57:stitch=1:seed=11,scale=720:1280:flags=neighbor",
        chord: [262, 330, 392],
    },
    Act {
        handle: "sunset_loop",
        display_name: "Sunset Loop",
        bio: "Warm pixels only.",
        caption: "Golden hour, but it stays #sunset #ambient",
        reframe: "fit",
        picture: "gradients=s=720x1280:r=30:c0=0xff5e3a:c1=0xffb35c:c2=0x8e2de2:c3=0x2c1250:nb_colors=4:speed=0.03:seed=3:type=radial",
        chord: [175, 220, 262],
    },
    Act {
        handle: "triangle.club",
        display_name: "Triangle Club",
        bio: "Three sides to every story.",
        caption: "Panning across forever #sierpinski #geometry",
        reframe: "fit",
        picture: "sierpinski=s=960x540:r=30:seed=5:jump=40,negate,hue=h=200:s=2,eq=contrast=1.1",
        chord: [233, 294, 349],
    },
    Act {
        handle: "deepblue",
        display_name: "Deep Blue",
        bio: "Under the surface.",
        caption: "Breathing with the tide #ocean #loop",
        reframe: "fit",
        picture: "gradients=s=720x1280:r=30:c0=0x001021:c1=0x0466c8:c2=0x33bbff:c3=0x002855:nb_colors=4:speed=0.025:seed=21:type=spiral",
        chord: [147, 185, 220],
    },
];

/// What `outro demo` is given.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    flags: Flags,
    /// Adds so many accounts more, `crowd.0`, `crowd.1`, …: for measuring. The demo videos are fewer then, and shorter.
    #[arg(long, default_value_t = 0)]
    accounts: usize,
    /// How many videos each of those has. They share the files of the demo videos.
    #[arg(long, default_value_t = 10)]
    videos_per_account: usize,
    /// How many others each of the first 64 of those follows.
    #[arg(long, default_value_t = 100)]
    followed: usize,
    /// The same seed draws the same texts, moments and follows.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// `outro demo`: fills an empty server, and works on its videos until they are ready.
pub(crate) async fn run(args: Args) -> Result<ExitCode, Fail> {
    let settings = args.flags.resolve()?;
    let booted = boot(&settings, false).await?;
    let show = if args.accounts == 0 { WHOLE } else { BRIEF };
    let Some(password) = fill(&booted.app, &show, false).await? else {
        say("There are accounts already: nothing was added");
        return Ok(ExitCode::SUCCESS);
    };
    let runner = AppRunner(booted.app.clone());
    while booted.app.queue.work_once(Lane::Encode, &runner).await? {}
    let Args { accounts, videos_per_account, followed, seed, .. } = args;
    if accounts > 0 {
        let crowd = Crowd { accounts, videos_each: videos_per_account, followed, seed };
        crowd::fill(&booted.app, &crowd, |made| tracing::info!(made, "of the crowd are there")).await?;
    }
    say(format_args!("{} accounts are there; their password is {password}", show.acts.len() + accounts));
    Ok(ExitCode::SUCCESS)
}

/// The same while a server starts: its workers make the videos. Returns when the feed is alive, so that
/// nobody's first sight of it is an empty page; what is left is made while people look at it.
pub(crate) async fn begin(app: &App, dev: bool) {
    if !fill_and_log(app, dev).await {
        return;
    }
    let alive = async {
        while !is_alive(app).await {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    if tokio::time::timeout(PATIENCE, alive).await.is_err() {
        tracing::warn!("the demo videos are not ready yet");
    }
}

/// Whether there is enough to swipe through.
async fn is_alive(app: &App) -> bool {
    let page = outro_app::feed::for_you(app, &None, &Place::start(false), ALIVE).await;
    page.is_ok_and(|page| page.items.len() == ALIVE)
}

/// Fills an empty server; whether it did.
async fn fill_and_log(app: &App, dev: bool) -> bool {
    match fill(app, &WHOLE, dev).await {
        Ok(Some(password)) => {
            if dev {
                say(format_args!("Demo accounts: {}, … with the password {password}", ACTS[0].handle));
            }
            true
        }
        Ok(None) => false,
        Err(fail) => {
            tracing::error!(reason = fail.line(), "the demo content could not be made");
            false
        }
    }
}

/// Fills a server that has no account; the password of the accounts, or nothing when there are some.
async fn fill(app: &App, show: &Show, dev: bool) -> Result<Option<String>, Fail> {
    if outro_app::account::any(app).await? {
        return Ok(None);
    }
    say("Making demo videos, one moment");
    let drawn: [u8; 12] = random_bytes(&*app.random);
    let password = if dev { DEV_PASSWORD.to_owned() } else { drawn.iter().map(|byte| format!("{byte:02x}")).collect() };
    for act in show.acts {
        let signed = open_account(app, act, &password).await?;
        upload(app, act, show.seconds, &signed).await?;
    }
    Ok(Some(password))
}

async fn open_account(app: &App, act: &Act, password: &str) -> Result<Signed, Fail> {
    let with = Join {
        handle: act.handle.into(),
        password: password.into(),
        birth_date: "1990-01-01".into(),
        device: "demo".into(),
    };
    let origin = Origin { address: std::net::Ipv4Addr::LOCALHOST.into() };
    let joined = join(app, &with, &origin).await?;
    let signed = authenticate(app, &joined.token).await?.ok_or_else(|| Fail::new("a demo account cannot sign in"))?;
    let change =
        outro_app::account::ProfileChange { display_name: Some(act.display_name.into()), bio: Some(act.bio.into()) };
    outro_app::account::change_profile(app, &signed, change).await?;
    Ok(signed)
}

async fn upload(app: &App, act: &Act, seconds: &str, signed: &Signed) -> Result<(), Fail> {
    let mut child = ffmpeg(act, seconds)?;
    let mut made = child.stdout.take().ok_or_else(|| Fail::new("ffmpeg has no output"))?;
    let mut upload = begin_upload(app, signed, None).await?;
    let mut buffer = vec![0; 64 << 10];
    loop {
        match made.read(&mut buffer).await? {
            0 => break,
            count => upload.write(&buffer[..count]).await?,
        }
    }
    let ended = tokio::time::timeout(Duration::from_secs(60), child.wait()).await??;
    if !ended.success() {
        return Err(Fail::new(format!("ffmpeg could not make the video of {}", act.handle)));
    }
    let (caption, reframe) = (Some(act.caption.into()), Some(act.reframe.into()));
    let new = NewVideo { caption, reframe, ..NewVideo::default() };
    upload.finish(signed, new).await?;
    Ok(())
}

fn ffmpeg(act: &Act, seconds: &str) -> Result<tokio::process::Child, Fail> {
    let [low, middle, high] = act.chord;
    let voice = |hertz: u32, beat: f32| format!("sin(2*PI*{hertz}*t)*(0.6+0.4*sin(2*PI*{beat}*t))");
    let sum = [voice(low, 0.5), voice(middle, 0.35), voice(high, 0.25)].join("+");
    let sound = format!("aevalsrc='0.12*({sum})':s=44100,aecho=0.8:0.7:60|180:0.3|0.2");
    let child = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", act.picture, "-f", "lavfi", "-i", &sound, "-t", seconds])
        .args(["-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-pix_fmt", "yuv420p", "-c:a", "aac"])
        // Fragments, so that it can be written to a pipe.
        .args(["-movflags", "frag_keyframe+empty_moov", "-f", "mp4", "pipe:1"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn();
    child.map_err(|_| Fail::new("ffmpeg cannot be run"))
}
