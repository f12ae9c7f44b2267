//! Where `follow` looks: watches a file, and prints the scene, the centre of the window at steady moments and the
//! time it took, as JSON. With a third word all that becomes of an upload is made too, and the usual rendition gets
//! that name.
//!
//!     cargo run --release -p outro-media --example follow -- VIDEO [MOMENTS_A_SECOND] [RENDITION]
#![expect(clippy::print_stdout, reason = "it is what it is for")]

use outro_media::{Limits, Options, Reframe, Scratch, Size, ToolSettings, Tools};
use outro_media::{climb, cover, ladder, listen, preview, probe, sandbox_main, stills, watch};
use std::error::Error;
use std::fs::File;
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::Instant;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut args = std::env::args_os().skip(1).peekable();
    if args.next_if(|word| word == "sandbox").is_some() {
        return Ok(sandbox_main(args));
    }
    let words: Vec<String> = args.filter_map(|word| word.into_string().ok()).collect();
    tokio::runtime::Runtime::new()?.block_on(follow(&words))?;
    Ok(ExitCode::SUCCESS)
}

async fn follow(words: &[String]) -> Result<(), Box<dyn Error>> {
    let (tools, limits) = (Tools::find(&ToolSettings::default())?, Limits::default());
    let input = File::open(words.first().ok_or("give a video")?)?;
    let rate: f64 = words.get(1).map_or(Ok(25.0), |word| word.parse())?;
    let found = probe(&tools, &input, &limits).await?;
    let start = Instant::now();
    let scene = watch(&tools, &input, &found, &limits, |_| ControlFlow::Continue(())).await?;
    let watched = start.elapsed();
    let moments = (found.duration.as_secs_f64() * rate) as u32;
    let at = |path: &outro_media::Path| (0..moments).map(|i| path.at(f64::from(i) / rate)).collect::<Vec<f64>>();
    let go_on = |_| ControlFlow::Continue(());
    let level = listen(&tools, &input, &found, &limits, go_on).await?.level;
    let ladder = ladder(&found, Reframe::Follow, &scene, &Options { level, ..tools.options() });
    let usual = ladder.rungs.iter().position(|rung| rung.size == Size::Usual).ok_or("there is always one")?;
    let size = (ladder.rungs[usual].width, ladder.rungs[usual].height);
    let mut encoded = None;
    if let Some(name) = words.get(2) {
        let folder = std::env::temp_dir();
        let scratch = |hint| Scratch::new(hint, &folder).map(Scratch::into_file);
        let mut made =
            ladder.rungs.iter().map(|rung| scratch(ladder.size_hint(rung))).collect::<Result<Vec<_>, _>>()?;
        made[usual] = File::options().read(true).write(true).create(true).truncate(true).open(name)?;
        let outputs = made.iter().map(File::try_clone).collect::<Result<_, _>>()?;
        let start = Instant::now();
        let outcomes = climb(&tools, (input, Vec::new()), outputs, &ladder, &limits, go_on).await?;
        encoded = Some(start.elapsed());
        let (picture, avif, moving) = (scratch(0)?, scratch(0)?, scratch(0)?);
        cover(&tools, made[usual].try_clone()?, picture.try_clone()?, &limits).await?;
        stills(&tools, &picture, avif, size, &limits).await?;
        preview(&tools, made[0].try_clone()?, moving, &outcomes[0], &limits).await?;
    }
    let told = serde_json::json!({
        "picture": [found.display_width, found.display_height],
        "rendition": [size.0, size.1],
        "scene": scene,
        "centres": scene.path.as_ref().map(at),
        "watched_ms": watched.as_millis() as u64,
        "encoded_ms": encoded.map(|encoded| encoded.as_millis() as u64),
    });
    println!("{told}");
    Ok(())
}
