//! The studio: what became of one's videos, as charts.

use askama::Template;

use crate::charts::{self, Bars, Curve};
use crate::{Chrome, Text, chrome::Tab, page};

/// What happened on a day, or on several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DayNumbers {
    /// Views.
    pub views: i64,
    /// Likes.
    pub likes: i64,
    /// How often it was passed on.
    pub shares: i64,
    /// Comments.
    pub comments: i64,
    /// Of how many watchings the following is told.
    pub watchings: i64,
    /// For how long these took, in milliseconds.
    pub watched_ms: i64,
    /// How many of them were to the end.
    pub finished: i64,
}

/// A day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatisticsDay {
    /// As in `2026-03-02`.
    pub date: String,
    /// What happened on it.
    pub numbers: DayNumbers,
}

/// What both pages show.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// How many days were chosen.
    pub period: i64,
    /// What can be chosen.
    pub periods: Vec<i64>,
    /// Each day.
    pub days: Vec<StatisticsDay>,
    /// All of them together.
    pub total: DayNumbers,
    /// Where people came from, by its word, the most first; nothing where too few have come.
    pub came_from: Vec<(String, i64)>,
}

/// `GET /studio` with `days`.
#[derive(Debug, Clone, Template)]
#[template(path = "studio.html", whitespace = "minimize")]
pub struct StudioPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// The numbers of all of one's videos.
    pub figures: Figures,
    /// The videos that were seen most.
    pub top: Vec<TopVideo>,
}

page!(StudioPage, |_| Tab::Profile);

/// One of the videos that were seen most.
#[derive(Debug, Clone)]
pub struct TopVideo {
    /// Its id.
    pub id: String,
    /// Its cover; may be empty.
    pub cover_url: String,
    /// Its caption; may be empty.
    pub caption: String,
    /// How often it was seen.
    pub views: i64,
}

/// `GET /studio/videos/{id}` with `days`.
#[derive(Debug, Clone, Template)]
#[template(path = "studio_video.html", whitespace = "minimize")]
pub struct StudioVideoPage {
    /// Shared parts.
    pub chrome: Chrome,
    /// The numbers of the video.
    pub figures: Figures,
    /// Its id.
    pub id: String,
    /// Its cover; may be empty.
    pub cover_url: String,
    /// Its caption; may be empty.
    pub caption: String,
    /// Its length in milliseconds.
    pub duration_ms: i64,
    /// How many of a thousand went on, from its beginning to its end; nothing where too few have watched.
    pub retention: Vec<i64>,
}

page!(StudioVideoPage, |_| Tab::Profile);

/// A number beside its small chart.
struct Card {
    icon: &'static str,
    name: &'static str,
    number: String,
    bars: Vec<charts::Bar>,
}

/// A line of where people came from.
struct Way {
    name: &'static str,
    percent: String,
    width: i64,
    number: i64,
}

impl Figures {
    /// Whether nothing at all has happened.
    fn are_empty(&self) -> bool {
        self.total == DayNumbers::default() && self.came_from.is_empty()
    }

    fn of(&self, number: impl Fn(&DayNumbers) -> i64) -> Vec<i64> {
        self.days.iter().map(|day| number(&day.numbers)).collect()
    }

    /// The days in their words: the first and the last.
    fn edges(&self, t: &Text) -> (String, String) {
        let date = |day: Option<&StatisticsDay>| day.map(|day| crate::date(t, &day.date)).unwrap_or_default();
        (date(self.days.first()), date(self.days.last()))
    }

    fn views_chart(&self, t: &Text) -> Bars {
        let numbers = self.of(|day| day.views);
        let highest = numbers.iter().copied().max().unwrap_or_default();
        let about = self.about(t, &t.plural(&t.statistics_views_count, self.total.views), &numbers, |n| t.count(n));
        let top = charts::round(highest);
        let title = t.statistics_views_daily.to_owned();
        Bars { id: "views", title, about, bars: charts::bars(&numbers, top), top: t.count(top) }
    }

    fn watched_chart(&self, t: &Text) -> Bars {
        let numbers = self.of(|day| day.watched_ms);
        let top = charts::round_span(numbers.iter().copied().max().unwrap_or_default());
        let about = self.about(t, &charts::span(t, self.total.watched_ms), &numbers, |n| charts::span(t, n));
        let (title, top_said) = (t.statistics_watched_daily.to_owned(), charts::span(t, top));
        Bars { id: "watched", title, about, bars: charts::bars(&numbers, top), top: top_said }
    }

    /// A sentence for who does not see the bars: how much in all, and the highest of them with its day.
    fn about(&self, t: &Text, all: &str, numbers: &[i64], say: impl Fn(i64) -> String) -> String {
        let best = numbers.iter().zip(&self.days).rev().max_by_key(|(number, _)| **number);
        let best = best.filter(|(number, _)| **number > 0).map(|(number, day)| {
            let of = crate::fill(t.statistics_best_day, crate::date(t, &day.date));
            format!(" {}", crate::fill(&of, say(*number)))
        });
        format!("{all}. {}", best.unwrap_or_default().trim_start()).trim_end().to_owned()
    }

    fn card(&self, icon: &'static str, name: &'static str, said: String, of: impl Fn(&DayNumbers) -> i64) -> Card {
        let numbers = self.of(of);
        let top = numbers.iter().copied().max().unwrap_or_default();
        Card { icon, name, number: said, bars: charts::bars(&numbers, top) }
    }

    fn cards(&self, t: &'static Text) -> [Card; 4] {
        let total = &self.total;
        [
            self.card("clock", t.statistics_watched, charts::span(t, total.watched_ms), |day| day.watched_ms),
            self.card("heart", t.statistics_likes, t.count(total.likes), |day| day.likes),
            self.card("message-circle", t.statistics_comments, t.count(total.comments), |day| day.comments),
            self.card("share-2", t.statistics_shares, t.count(total.shares), |day| day.shares),
        ]
    }

    fn ways(&self, t: &'static Text) -> Vec<Way> {
        let all: i64 = self.came_from.iter().fold(0, |sum, (_, count)| sum.saturating_add((*count).max(0)));
        let way = |(word, count): &(String, i64)| Way {
            name: t.came_from(word),
            percent: t.percent(charts::lying(*count, all)),
            width: charts::lying(*count, all),
            number: *count,
        };
        self.came_from.iter().map(way).collect()
    }

    fn chosen(&self, t: &Text, days: &i64) -> String {
        t.plural(&t.statistics_days, *days)
    }
}

impl DayNumbers {
    /// How long one watching took; nothing where none is told of.
    fn average(&self, t: &Text) -> Option<String> {
        (self.watchings > 0).then(|| charts::span(t, self.watched_ms / self.watchings))
    }

    /// How many of a hundred watched to the end.
    fn finished_percent(&self, t: &Text) -> Option<String> {
        (self.watchings > 0).then(|| t.percent(self.finished.saturating_mul(100) / self.watchings))
    }

    fn watched(&self, t: &Text) -> String {
        if self.watched_ms > 0 { charts::span(t, self.watched_ms) } else { t.count(0_i64) }
    }
}

impl StudioVideoPage {
    fn curve(&self) -> Option<Curve> {
        charts::curve(&self.retention)
    }

    /// A sentence for who does not see the curve.
    fn curve_about(&self, t: &Text) -> String {
        let at = |share: Option<&i64>| t.percent(share.copied().unwrap_or_default() / 10);
        let half = crate::fill(t.statistics_retention_half, at(self.retention.get(self.retention.len() / 2)));
        format!("{half} {}", crate::fill(t.statistics_retention_end, at(self.retention.last())))
    }

    /// The curve as a table: each quarter of the video, and how many went on there.
    fn quarters(&self, t: &Text) -> Vec<(String, String)> {
        let last = self.retention.len().saturating_sub(1);
        let share = |quarter: usize| self.retention.get(last * quarter / 4).copied().unwrap_or_default();
        let line = |quarter: usize| {
            let at = charts::span(t, self.duration_ms.saturating_mul(i64::try_from(quarter).unwrap_or_default()) / 4);
            (at, t.percent(share(quarter) / 10))
        };
        (0..=4).map(line).collect()
    }

    fn length(&self, t: &Text) -> String {
        charts::span(t, self.duration_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;
    use proptest::prelude::*;

    fn any_day() -> impl Strategy<Value = DayNumbers> {
        (any::<i64>(), any::<i64>(), 0_i64..50, any::<i64>(), -1_i64..20).prop_map(
            |(views, likes, shares, millis, n)| DayNumbers {
                views,
                likes,
                shares,
                comments: n,
                watchings: n,
                watched_ms: millis,
                finished: shares,
            },
        )
    }

    fn page(numbers: &[DayNumbers], retention: Vec<i64>, word: String) -> StudioVideoPage {
        let day = |(at, numbers): (usize, &DayNumbers)| StatisticsDay {
            date: format!("2026-03-{:02}", at + 1),
            numbers: *numbers,
        };
        StudioVideoPage {
            chrome: Chrome::default(),
            figures: Figures {
                period: 28,
                periods: vec![7, 28, 90],
                days: numbers.iter().enumerate().map(day).collect(),
                total: numbers.first().copied().unwrap_or_default(),
                came_from: vec![(word.clone(), 3), ("link".into(), i64::MAX)],
            },
            id: "v1".into(),
            cover_url: String::new(),
            caption: word,
            duration_ms: 12_000,
            retention,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whatever the numbers and the words are: each shape is of whole numbers within its box, and words end no tag.
        #[test]
        fn what_is_drawn_is_drawn_in_its_box(
            numbers in prop::collection::vec(any_day(), 0..28),
            retention in prop::collection::vec(any::<i64>(), 0..25),
            word in "[a-z<>\"'&]{0,12}",
        ) {
            for lang in Lang::ALL {
                let mut page = page(&numbers, retention.clone(), format!("<svg/onload=\"{word}\">"));
                page.chrome.lang = lang;
                let html = page.render();
                prop_assert!(!html.contains("NaN") && !html.contains("inf") && !html.contains("<svg/onload"));
                for rect in html.split("<rect ").skip(1) {
                    let of = |name: &str| -> i64 {
                        let from = rect.split(&format!("{name}=\"")).nth(1).unwrap();
                        from.split('"').next().unwrap().parse().unwrap()
                    };
                    let (x, y, width, height) = (of("x"), of("y"), of("width"), of("height"));
                    prop_assert!(x >= 0 && y >= 0 && width >= 0 && height >= 0, "{}", rect);
                    prop_assert!(x + width <= charts::WIDTH && y + height <= charts::HEIGHT);
                }
                for points in html.split(" points=\"").skip(1) {
                    for point in points.split('"').next().unwrap().split(' ') {
                        let (x, y) = point.split_once(',').unwrap();
                        let (x, y): (i64, i64) = (x.parse().unwrap(), y.parse().unwrap());
                        prop_assert!((0..=charts::WIDTH).contains(&x) && (0..=charts::HEIGHT).contains(&y));
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_seen_is_also_said() {
        let days =
            [DayNumbers { views: 40, watchings: 30, watched_ms: 240_000, finished: 12, ..DayNumbers::default() }];
        let retention = (0..=20).map(|at| 1000 - at * 30).collect();
        let page = page(&days, retention, "link".into());
        let t = Lang::En.text();
        assert_eq!(page.figures.views_chart(t).about, "40 views. The most on 1 March 2026: 40.");
        assert_eq!(page.figures.total.average(t).unwrap(), "8.0 s");
        assert_eq!(page.figures.total.finished_percent(t).unwrap(), "40%");
        assert_eq!(page.quarters(t)[2], ("6.0 s".to_owned(), "70%".to_owned()));
        let html = page.render();
        for part in ["<title", "<desc", "aria-labelledby", "<details", "<caption", "viewBox=\"0 0 1000 400\""] {
            assert!(html.contains(part), "{part}");
        }
    }
}
