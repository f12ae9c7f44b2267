//! The picture of a sound that comes alone: its pitches as bars on near-black, mirrored, in the warm accent.

/// Its size: that of an upright video.
pub(crate) const SIZE: (u32, u32) = (720, 1280);

/// The colours of the pages in the dark, and of their accent.
const GROUND: &str = "0x0B0B0C";
const ACCENT: &str = "0xFF6B4A";

/// The filters from a sound, in stereo, to the picture. It is drawn small and then enlarged: thirty bars of one pixel.
pub(super) fn filters() -> String {
    let lifted = "lutrgb=r='max(val,11)':g='max(val,11)':b='max(val,12)'";
    let dimmed = "lutrgb=r='11+(val-11)*0.4':g='11+(val-11)*0.4':b='12+(val-12)*0.4'";
    format!(
        "aformat=channel_layouts=mono,showfreqs=s=30x240:rate=20:mode=bar:fscale=log:ascale=cbrt:averaging=4:\
         win_size=2048:colors={ACCENT},format=rgb24,{lifted},scale=720:360:flags=neighbor,split=2[up][down];\
         [down]vflip,{dimmed}[mirror];[up][mirror]vstack=inputs=2,drawgrid=w=24:h=721:t=8:c={GROUND},\
         pad=720:1280:0:280:color={GROUND},scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,setsar=1"
    )
}
