//! The studio: numbers of one's videos.

use outro_pages::*;

use super::{HOSTILE, card};

/// Days with weekends, and one video that went round.
fn days(many: i64) -> Vec<StatisticsDay> {
    let day = |at: i64| {
        let (wave, peak) = ((at * 37 + 11) % 23, if at % 19 == 15 { 260 } else { 0 });
        let views = 40 + wave * 5 + peak + at * 2;
        let numbers = DayNumbers {
            views,
            likes: views / 9,
            shares: views / 41,
            comments: wave / 4,
            watchings: views / 10 * 10,
            watched_ms: views / 10 * 10 * (6_200 + wave * 90),
            finished: views / 4,
        };
        let (month, of_month) = if at < 28 { (2, at + 1) } else { (3, at - 27) };
        StatisticsDay { date: format!("2026-{month:02}-{:02}", of_month.min(28)), numbers }
    };
    (0..many).map(day).collect()
}

fn figures(many: i64) -> Figures {
    let days = days(many);
    let sum = |of: fn(&DayNumbers) -> i64| days.iter().map(|day| of(&day.numbers)).sum();
    Figures {
        period: many,
        periods: vec![7, 28, 90],
        total: DayNumbers {
            views: sum(|day| day.views),
            likes: sum(|day| day.likes),
            shares: sum(|day| day.shares),
            comments: sum(|day| day.comments),
            watchings: sum(|day| day.watchings),
            watched_ms: sum(|day| day.watched_ms),
            finished: sum(|day| day.finished),
        },
        days,
        came_from: [("for_you", 1480), ("following", 610), ("sound", 240), ("link", 130), ("tag", 60), ("other", 10)]
            .map(|(word, count)| (word.to_owned(), count))
            .to_vec(),
    }
}

fn empty() -> Figures {
    let days = days(28).into_iter().map(|day| StatisticsDay { date: day.date, ..StatisticsDay::default() });
    Figures { days: days.collect(), total: DayNumbers::default(), came_from: vec![], ..figures(28) }
}

pub(crate) fn pages(me: &Chrome) -> Vec<(&'static str, String)> {
    let top = |at: usize, views| TopVideo {
        id: format!("v{at}"),
        cover_url: card(me, at).cover_url,
        caption: card(me, at).caption,
        views,
    };
    let studio = |figures: Figures, top| StudioPage { chrome: me.clone(), figures, top }.render();
    let hostile = TopVideo { id: "v9".into(), cover_url: String::new(), caption: HOSTILE.into(), views: 1 };
    let video = |figures: Figures, retention: Vec<i64>, caption: String| {
        StudioVideoPage {
            chrome: me.clone(),
            figures,
            id: "v1".into(),
            cover_url: card(me, 1).cover_url,
            caption,
            duration_ms: 14_600,
            retention,
        }
        .render()
    };
    let curve =
        vec![1000, 930, 860, 815, 780, 752, 730, 712, 698, 680, 655, 640, 628, 610, 597, 580, 566, 548, 531, 507, 462];
    let caption = card(me, 1).caption;
    vec![
        ("statistics", studio(figures(28), vec![top(0, 2140), top(1, 870), top(2, 96), hostile])),
        ("statistics-week", studio(figures(7), vec![top(2, 96)])),
        ("statistics-quarter", studio(figures(90), vec![top(1, 12_400)])),
        ("statistics-empty", studio(empty(), vec![])),
        ("statistics-video", video(figures(28), curve, caption.clone())),
        ("statistics-video-few", video(Figures { came_from: vec![], ..figures(7) }, vec![], HOSTILE.into())),
        ("statistics-video-empty", video(empty(), vec![], caption)),
    ]
}
