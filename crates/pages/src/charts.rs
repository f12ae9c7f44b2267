//! The shapes of charts: numbers in, whole numbers within the box out, whatever the numbers are. Templates draw them as
//! SVG, and give each a title, a description, and its numbers as a table.

use crate::Text;

/// The width of every chart's box.
pub(crate) const WIDTH: i64 = 1000;
/// Its height.
pub(crate) const HEIGHT: i64 = 400;
/// How low a bar is at least that stands for something.
const LEAST: i64 = 6;

/// Bars, one beside the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bars {
    /// Names its parts within the page.
    pub(crate) id: &'static str,
    /// What it shows.
    pub(crate) title: String,
    /// The same in a sentence, for who does not see it.
    pub(crate) about: String,
    /// Each bar from left to right.
    pub(crate) bars: Vec<Bar>,
    /// What the top of the box stands for.
    pub(crate) top: String,
}

/// A bar that stands on the bottom of the box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bar {
    pub(crate) x: i64,
    pub(crate) y: i64,
    pub(crate) width: i64,
    pub(crate) height: i64,
}

/// A curve, and what is below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Curve {
    /// The points of the line.
    pub(crate) line: String,
    /// The same with the corners at the bottom.
    pub(crate) area: String,
}

/// A share of `of`, in parts of `whole`: never below zero nor above the whole.
fn part(value: i64, of: i64, whole: i64) -> i64 {
    let value = i128::from(value.max(0).min(of.max(0)));
    let share = value * i128::from(whole) / i128::from(of.max(1));
    i64::try_from(share).unwrap_or(whole).clamp(0, whole)
}

/// The bars of numbers, the highest of which may be `top`.
pub(crate) fn bars(numbers: &[i64], top: i64) -> Vec<Bar> {
    let all = i64::try_from(numbers.len()).unwrap_or(i64::MAX).max(1);
    let gap = if all > 40 { 2 } else { 6 };
    let bar = |(at, number): (usize, &i64)| {
        let at = i64::try_from(at).unwrap_or_default();
        let (from, to) = (at * WIDTH / all, (at + 1) * WIDTH / all);
        let height = if *number > 0 { part(*number, top, HEIGHT).max(LEAST) } else { 0 };
        Bar { x: from + gap / 2, y: HEIGHT - height, width: (to - from - gap).max(1), height }
    };
    // More than there are places for are not drawn: a page shows a quarter at most.
    numbers.iter().take(WIDTH as usize / 8).enumerate().map(bar).collect()
}

/// The curve of shares of a thousand; none of less than two.
pub(crate) fn curve(shares: &[i64]) -> Option<Curve> {
    let last = i64::try_from(shares.len()).ok()?.checked_sub(1).filter(|last| *last > 0)?;
    let point = |(at, share): (usize, &i64)| {
        let x = i64::try_from(at).unwrap_or_default() * WIDTH / last;
        format!("{x},{}", HEIGHT - part(*share, 1000, HEIGHT))
    };
    let line = shares.iter().enumerate().map(point).collect::<Vec<_>>().join(" ");
    let area = format!("0,{HEIGHT} {line} {WIDTH},{HEIGHT}");
    Some(Curve { line, area })
}

/// The width of a bar that lies, in hundredths of its place; what is there is seen.
pub(crate) fn lying(value: i64, of: i64) -> i64 {
    if value > 0 { part(value, of, 100).max(1) } else { 0 }
}

/// The next round number from `highest` on: 1, 2 or 5 with zeros.
pub(crate) fn round(highest: i64) -> i64 {
    let mut unit: i64 = 1;
    loop {
        for step in [1, 2, 5] {
            match unit.checked_mul(step) {
                Some(round) if round >= highest => return round,
                Some(_) => {}
                None => return i64::MAX,
            }
        }
        match unit.checked_mul(10) {
            Some(next) => unit = next,
            None => return i64::MAX,
        }
    }
}

/// Milliseconds for people: the two largest units.
pub(crate) fn span(t: &Text, millis: i64) -> String {
    let seconds = millis.max(0) / 1000;
    let say = |unit: &str, number: i64| crate::fill(unit, t.digits(&number.to_string()));
    match (seconds / 3600, seconds % 3600 / 60, seconds % 60) {
        (0, 0, _) if seconds < 10 => {
            let tenths = millis.max(0) / 100;
            let number = format!("{}{}{}", tenths / 10, t.number_point, tenths % 10);
            crate::fill(t.statistics_seconds, t.digits(&number))
        }
        (0, 0, seconds) => say(t.statistics_seconds, seconds),
        (0, minutes, 0) => say(t.statistics_minutes, minutes),
        (0, minutes, seconds) => {
            format!("{} {}", say(t.statistics_minutes, minutes), say(t.statistics_seconds, seconds))
        }
        (hours, 0, _) => hours_of(t, hours),
        (100.., ..) => hours_of(t, seconds / 3600),
        (hours, minutes, _) => format!("{} {}", hours_of(t, hours), say(t.statistics_minutes, minutes)),
    }
}

fn hours_of(t: &Text, hours: i64) -> String {
    crate::fill(t.statistics_hours, t.count(hours))
}

/// The next round time from `highest` on, in milliseconds.
pub(crate) fn round_span(highest: i64) -> i64 {
    let unit = match highest {
        7_200_000.. => 3_600_000,
        120_000.. => 60_000,
        _ => 1000,
    };
    round(highest / unit + i64::from(highest % unit != 0)).saturating_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;
    use proptest::prelude::*;

    fn any_numbers() -> impl Strategy<Value = Vec<i64>> {
        prop::collection::vec(prop_oneof![any::<i64>(), 0_i64..1000, Just(0), Just(i64::MAX), Just(i64::MIN)], 0..200)
    }

    proptest! {
        #[test]
        fn bars_stand_in_the_box_and_beside_each_other(numbers in any_numbers(), top in any::<i64>()) {
            let bars = bars(&numbers, top);
            for bar in &bars {
                prop_assert!(bar.x >= 0 && bar.width >= 1 && bar.x + bar.width <= WIDTH, "{bar:?}");
                prop_assert!(bar.y >= 0 && bar.height >= 0 && bar.y + bar.height == HEIGHT, "{bar:?}");
            }
            prop_assert!(bars.windows(2).all(|pair| pair[0].x + pair[0].width <= pair[1].x));
            for (bar, number) in bars.iter().zip(&numbers) {
                prop_assert_eq!(bar.height > 0, *number > 0);
            }
        }

        #[test]
        fn the_higher_number_has_the_higher_bar(one in 0_i64..i64::MAX, other in 0_i64..i64::MAX) {
            let bars = bars(&[one, other], one.max(other));
            prop_assert!(one < other || bars[0].height >= bars[1].height);
            prop_assert!(other < one || bars[1].height >= bars[0].height);
        }

        #[test]
        fn a_curve_stays_in_the_box(shares in any_numbers()) {
            let Some(curve) = curve(&shares) else { return Ok(()) };
            let points: Vec<(i64, i64)> = curve.area.split(' ').map(|point| {
                let (x, y) = point.split_once(',').unwrap();
                (x.parse().unwrap(), y.parse().unwrap())
            }).collect();
            prop_assert_eq!(points.len(), shares.len() + 2);
            prop_assert!(points.iter().all(|(x, y)| (0..=WIDTH).contains(x) && (0..=HEIGHT).contains(y)));
            prop_assert!(curve.line.split(' ').count() == shares.len());
        }

        #[test]
        fn round_numbers_are_high_enough(highest in any::<i64>()) {
            let round = round(highest);
            prop_assert!(round >= highest && round >= 1);
            prop_assert!(highest < 1 || round / 3 <= highest);
            prop_assert!(round_span(highest) >= highest.min(i64::MAX / 2));
            prop_assert!((0..=100).contains(&lying(highest, round)));
        }

        #[test]
        fn a_time_is_words(millis in any::<i64>()) {
            for lang in Lang::ALL {
                let text = span(lang.text(), millis);
                prop_assert!(!text.is_empty() && !text.contains('{') && !text.contains('-'), "{}", text);
            }
        }
    }

    #[test]
    fn times_are_short() {
        let t = Lang::En.text();
        for (millis, text) in [
            (0, "0.0 s"),
            (7_450, "7.4 s"),
            (12_999, "12 s"),
            (60_000, "1 min"),
            (72_000, "1 min 12 s"),
            (3_600_000, "1 h"),
            (11_520_000, "3 h 12 min"),
            (4_000_000_000, "1.1K h"),
        ] {
            assert_eq!(span(t, millis), text);
        }
        assert_eq!(span(Lang::Ar.text(), 72_000), "١ د ١٢ ث");
        assert_eq!((round(0), round(3), round(10), round(51)), (1, 5, 10, 100));
        assert_eq!((round_span(0), round_span(121_000), round_span(7_300_000)), (1000, 300_000, 18_000_000));
    }
}
