//! How the picture looks: fixed filters and numbers, which the preview in the browser has as well.

use outro_model::edit::{Edit, Look};

/// What one look does: its colours mixed anew, then light and colour strengthened or weakened, then noise.
struct Recipe {
    /// What becomes of red, green and blue, each a share of red, green and blue.
    mixer: Option<[f64; 9]>,
    contrast: f64,
    brightness: f64,
    saturation: f64,
    noise: bool,
}

const PLAIN: Recipe = Recipe { mixer: None, contrast: 1.0, brightness: 0.0, saturation: 1.0, noise: false };

const fn recipe(look: Look) -> Recipe {
    match look {
        Look::None => PLAIN,
        Look::Warm => {
            Recipe { mixer: Some([1.08, 0.04, 0.0, 0.02, 1.0, 0.0, 0.0, 0.04, 0.84]), saturation: 1.08, ..PLAIN }
        }
        Look::Cool => Recipe { mixer: Some([0.9, 0.0, 0.02, 0.0, 0.99, 0.03, 0.0, 0.06, 1.08]), ..PLAIN },
        Look::Mono => Recipe { contrast: 1.08, saturation: 0.0, ..PLAIN },
        Look::Vivid => Recipe { contrast: 1.08, saturation: 1.45, ..PLAIN },
        Look::Fade => Recipe { contrast: 0.82, brightness: 0.05, saturation: 0.8, ..PLAIN },
        Look::Grain => Recipe { contrast: 1.05, saturation: 0.88, noise: true, ..PLAIN },
    }
}

/// The filters of an edit's look; none where the picture stays as it is.
pub(super) fn filters(edit: &Edit) -> Vec<String> {
    let Recipe { mixer, contrast, brightness, saturation, noise } = recipe(edit.look);
    let mut steps = Vec::new();
    if let Some(mixer) = mixer {
        let names = ["rr", "rg", "rb", "gr", "gg", "gb", "br", "bg", "bb"];
        let shares: Vec<_> = names.iter().zip(mixer).map(|(name, share)| format!("{name}={share}")).collect();
        steps.push("scale=in_color_matrix=bt709:in_range=tv:out_range=pc,format=gbrp".to_owned());
        steps.push(format!("colorchannelmixer={}", shares.join(":")));
        steps.push("scale=out_color_matrix=bt709:out_range=tv,format=yuv420p".to_owned());
    }
    let share = |value: i8| f64::from(value) / 100.0;
    let contrast = contrast * (1.0 + share(edit.contrast) / 2.0);
    let brightness = brightness + share(edit.brightness) / 4.0;
    let saturation = saturation * (1.0 + share(edit.saturation));
    if (contrast, brightness, saturation) != (1.0, 0.0, 1.0) {
        steps.push(format!("eq=contrast={contrast:.4}:brightness={brightness:.4}:saturation={saturation:.4}"));
    }
    if noise {
        steps.push("noise=c0s=13:c0f=t".to_owned());
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_changed_has_no_filter_and_each_look_has_its_own() {
        let of = |look| filters(&Edit { look, ..Edit::default() }).join(",");
        assert_eq!(of(Look::None), "");
        let all: std::collections::BTreeSet<_> = Look::ALL.iter().map(|look| of(*look)).collect();
        assert_eq!(all.len(), Look::ALL.len());
        let edit = Edit { brightness: 100, contrast: -100, saturation: -100, ..Edit::default() };
        assert_eq!(filters(&edit), ["eq=contrast=0.5000:brightness=0.2500:saturation=0.0000"]);
    }
}
