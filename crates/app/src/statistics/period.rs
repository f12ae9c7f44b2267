//! So many days up to today.

use outro_model::Numbers;
use outro_model::Timestamp;

use super::first_day;
use crate::AppError;

/// How many days are shown, of which today is the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Period {
    /// Seven.
    Week,
    /// Four weeks.
    #[default]
    Month,
    /// All that is kept.
    Quarter,
}

/// What happened on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// The day in UTC, as in `2026-03-02`.
    pub date: String,
    /// What happened.
    pub numbers: Numbers,
}

impl Period {
    /// Every period, the shortest first.
    pub const ALL: &'static [Self] = &[Self::Week, Self::Month, Self::Quarter];

    /// How many days.
    pub const fn days(self) -> i64 {
        match self {
            Self::Week => 7,
            Self::Month => 28,
            Self::Quarter => outro_datamap::STATISTICS_DAYS,
        }
    }

    /// Reads how many days are wished for; four weeks where nothing is said.
    pub fn read(days: Option<&str>) -> Result<Self, AppError> {
        let Some(text) = days else { return Ok(Self::default()) };
        let found = Self::ALL.iter().copied().find(|period| period.days().to_string() == text);
        found.ok_or_else(|| AppError::invalid("days", "invalid_days", "Choose 7, 28 or 90 days."))
    }

    pub(super) const fn first(self, now: Timestamp) -> i64 {
        first_day(now, self.days())
    }

    /// Every day of the period in its order, also those on which nothing happened.
    pub(super) fn filled(self, now: Timestamp, found: &[(i64, Numbers)]) -> Vec<Day> {
        let days = self.first(now)..=now.day();
        days.map(|day| {
            let numbers = found.iter().find(|(one, _)| *one == day).map(|(_, numbers)| *numbers).unwrap_or_default();
            let date = Timestamp(day * 86_400_000).rfc3339().chars().take("2026-03-02".len()).collect();
            Day { date, numbers }
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_holds_each_of_its_days() {
        let now = Timestamp(1_772_442_000_000);
        let seen = Numbers { views: 3, ..Numbers::default() };
        for period in Period::ALL {
            let days = period.filled(now, &[(now.day() - 1, seen)]);
            assert_eq!(days.len() as i64, period.days());
            assert_eq!(days.last().unwrap().date, "2026-03-02");
            assert_eq!(days[days.len() - 2], Day { date: "2026-03-01".into(), numbers: seen });
            assert_eq!(days[0].numbers, Numbers::default());
            assert_eq!(Period::read(Some(&period.days().to_string())).unwrap(), *period);
        }
        assert_eq!(Period::read(None).unwrap(), Period::Month);
        for wrong in ["", "0", "8", "07", "-7", "28 ", "all"] {
            assert!(Period::read(Some(wrong)).is_err(), "{wrong}");
        }
    }
}
