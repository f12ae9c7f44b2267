//! The filter graph. Its numbers come from the plan, never from text in the file.

use super::geometry::{Geometry, Shape};
use super::{Bars, Options, Path, wave};
use crate::probe::{Probe, Transfer};

/// Frames nearer than this to the one before are dropped: 60 a second at most, with room for
/// containers that count in milliseconds.
const NEAREST: &str = "0.0155";

/// The picture without its bars, and where a window in it goes.
pub(super) struct Shown<'a> {
    /// The size at which it is shown.
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) bars: Option<&'a Bars>,
    pub(super) path: Option<&'a Path>,
}

/// The whole graph: `[v]`, and `[a]` where there is sound.
pub(super) fn graph(probe: &Probe, shown: &Shown<'_>, geometry: &Geometry, options: &Options) -> String {
    if let (true, Some(sound)) = (probe.sound_alone, probe.sound) {
        let heard = format!("[0:{sound}]{SOUND}{}", options.level.filters());
        return format!("{heard},asplit=2[a][drawn];[drawn]{}[v]", wave::filters());
    }
    let from = format!("[0:{}]{},", probe.picture, cut_out(probe, shown, geometry, options));
    let picture = fitted(&from, "v", probe, geometry, options);
    match probe.sound {
        Some(sound) => format!("{picture};[0:{sound}]{SOUND}{}[a]", options.level.filters()),
        None => picture,
    }
}

/// What is shown of each frame, in the source's own pixels.
pub(super) fn cut_out(probe: &Probe, shown: &Shown<'_>, geometry: &Geometry, options: &Options) -> String {
    let mut steps = vec![format!("select='isnan(prev_selected_t)+gte(t-prev_selected_t,{NEAREST})'")];
    if probe.interlaced && options.deinterlace {
        steps.push("yadif=mode=send_frame:deint=interlaced".to_owned());
    }
    steps.extend(shown.bars.map(without_bars));
    if geometry.shape == Shape::Window {
        steps.push(window(shown, geometry));
    }
    steps.join(",")
}

/// What was cut out, made to fit: what `from` begins becomes `[name]`.
pub(super) fn fitted(from: &str, name: &str, probe: &Probe, geometry: &Geometry, options: &Options) -> String {
    let (width, height) = match geometry.shape {
        Shape::OnBackground { width, height } | Shape::Between { width, height } => (width, height),
        Shape::Whole | Shape::Window => (geometry.width, geometry.height),
    };
    let mut steps = scale(probe, options, width, height);
    // Captions, camera data and light levels ride beside the frames: they are left behind.
    steps.push("sidedata=mode=delete".to_owned());
    let picture = format!("{from}{}", steps.join(","));
    match geometry.shape {
        Shape::OnBackground { width, height } => on_background(&picture, name, geometry, width, height),
        Shape::Between { width, height } => between(&picture, name, geometry, (width, height)),
        Shape::Whole | Shape::Window => format!("{picture}[{name}]"),
    }
}

/// Gaps become silence and a late start too, so that sound and picture stay together.
pub(crate) const SOUND: &str = "aresample=48000:async=1:first_pts=0,aformat=sample_rates=48000:channel_layouts=stereo";

/// What is between the bars. By expression, as the size of a stream may change on its way.
fn without_bars(bars: &Bars) -> String {
    let [left, top, right, bottom] = bars.sides();
    let (width, height) = (1000 - left - right, 1000 - top - bottom);
    format!(
        "crop=w='max(2,2*floor(iw*{width}/2000))':h='max(2,2*floor(ih*{height}/2000))'\
         :x='iw*{left}/1000':y='ih*{top}/1000'"
    )
}

/// The window, in the source's own pixels, which need not be square: in the middle, or where the path has it at
/// each frame's time. That goes by single pixels of the source (`exact`), which are no larger than the output's.
fn window(shown: &Shown<'_>, geometry: &Geometry) -> String {
    let over = u64::from(geometry.width) * u64::from(shown.height);
    let under = u64::from(geometry.height) * u64::from(shown.width);
    let side = |side: &str, over: u64, under: u64| format!("max(2,2*floor(min({side},{side}*{over}/{under})/2))");
    // As in `Window`: the part of a side that is over one is all of it.
    let (width, height) = (side("iw", over, under), side("ih", under, over));
    match shown.path.map(Path::expression) {
        None => format!("crop=w='{width}':h='{height}'"),
        Some(centre) if over <= under => {
            format!("crop=w='{width}':h='{height}':x='iw*({centre})-ow/2':y='(ih-oh)/2':exact=1")
        }
        Some(centre) => format!("crop=w='{width}':h='{height}':x='(iw-ow)/2':y='ih*({centre})-oh/2':exact=1"),
    }
}

/// To the size, to square pixels, to ordinary 8-bit colour.
fn scale(probe: &Probe, options: &Options, width: u32, height: u32) -> Vec<String> {
    let size = format!("scale={width}:{height}:flags=bicubic");
    match probe.transfer {
        Transfer::Sdr => vec![
            format!("{size}{}:out_color_matrix=bt709:out_range=tv", matrix(probe)),
            "format=yuv420p,setsar=1".to_owned(),
        ],
        Transfer::Pq | Transfer::Hlg if options.tonemap => {
            vec![size, tonemap(probe), "format=yuv420p,setsar=1".to_owned()]
        }
        Transfer::Pq | Transfer::Hlg => vec![
            format!("{size}:in_color_matrix=bt2020:out_color_matrix=bt709:out_range=tv"),
            "format=yuv420p,setsar=1".to_owned(),
        ],
    }
}

/// What does not say its matrix is taken as players take it: the older one below high definition.
fn matrix(probe: &Probe) -> &'static str {
    match (probe.colour_declared, probe.width.max(probe.height) >= 1280) {
        (true, _) => "",
        (false, true) => ":in_color_matrix=bt709",
        (false, false) => ":in_color_matrix=bt601",
    }
}

/// Brings HDR to ordinary light, after scaling, where there are fewer pixels to bring.
fn tonemap(probe: &Probe) -> String {
    let transfer = if probe.transfer == Transfer::Pq { "smpte2084" } else { "arib-std-b67" };
    let range = if probe.full_range { "pc" } else { "tv" };
    format!(
        "format=yuv420p10,zscale=tin={transfer}:min=bt2020nc:pin=bt2020:rin={range}:t=linear:npl=100,\
         format=gbrpf32le,zscale=p=bt709,tonemap=tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv"
    )
}

/// The sharp picture between the ends of its own centre, blurred. The blur is made tiny and then
/// enlarged, and only where it is seen: it looks the same and costs next to nothing.
fn on_background(picture: &str, name: &str, geometry: &Geometry, width: u32, height: u32) -> String {
    let canvas = geometry.width;
    let tiny = (canvas / 180).max(1);
    let (tiny_width, tiny_height) = (18 * tiny, 32 * tiny);
    let slice = (height * 9 / 16).clamp(2, width);
    let over = (geometry.height - height) / 4 * 2;
    let under = geometry.height - height - over;
    let rows = (tiny_height * over / geometry.height / 2 * 2).max(2);
    let lowest = tiny_height - rows;
    format!(
        "{picture},split=2[{name}_whole][{name}_copy];[{name}_whole]pad={canvas}:{height}:-1:0[{name}_sharp];\
         [{name}_copy]crop={slice}:{height},scale={tiny_width}:{tiny_height}:flags=area,\
         boxblur=luma_radius={luma}:luma_power=2:chroma_radius={tiny}:chroma_power=2,\
         lutyuv=y='16+(val-16)*0.7',split=2[{name}_upper][{name}_lower];\
         [{name}_upper]crop={tiny_width}:{rows}:0:0,scale={canvas}:{over}:flags=bilinear,setsar=1[{name}_over];\
         [{name}_lower]crop={tiny_width}:{rows}:0:{lowest},scale={canvas}:{under}:flags=bilinear,setsar=1[{name}_under];\
         [{name}_over][{name}_sharp][{name}_under]vstack=inputs=3[{name}]",
        luma = 2 * tiny,
    )
}

/// The sharp picture between the sides of its own middle, blurred in the same way.
fn between(picture: &str, name: &str, geometry: &Geometry, (width, height): (u32, u32)) -> String {
    let Geometry { width: wide, height: high, .. } = *geometry;
    let (tiny, slice) = ((wide / 180).max(1), (width * 16 / 9).clamp(2, height));
    format!(
        "{picture},split=2[{name}_sharp][{name}_copy];\
         [{name}_copy]crop={width}:{slice},scale={}:{}:flags=area,\
         boxblur=luma_radius={luma}:luma_power=2:chroma_radius={tiny}:chroma_power=2,\
         lutyuv=y='16+(val-16)*0.7',scale={wide}:{high}:flags=bilinear,setsar=1[{name}_back];\
         [{name}_back][{name}_sharp]overlay=x=(W-w)/2:y=0:shortest=1,format=yuv420p,setsar=1[{name}]",
        18 * tiny,
        32 * tiny,
        luma = 2 * tiny,
    )
}
