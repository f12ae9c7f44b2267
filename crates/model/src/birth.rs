//! Birth dates, and what age decides.

use std::{fmt, str::FromStr};

use crate::Timestamp;

/// A calendar date of birth, `YYYY-MM-DD`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BirthDate(jiff::civil::Date);

/// The text is not a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidBirthDate;

/// What somebody's age allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgeRule {
    /// Under 13 (or a date that cannot be one's birth): may not join.
    Refused,
    /// 13 to 15: starts private.
    StartsPrivate,
    /// 16 or older.
    Open,
}

impl BirthDate {
    /// What the age reached at `now` (UTC) allows.
    pub fn rule_at(self, now: Timestamp) -> AgeRule {
        match self.years_at(now) {
            13..=15 => AgeRule::StartsPrivate,
            16..=130 => AgeRule::Open,
            _ => AgeRule::Refused,
        }
    }

    /// Whether 18 years are reached at `now` (UTC).
    pub fn is_adult_at(self, now: Timestamp) -> bool {
        (18..=130).contains(&self.years_at(now))
    }

    fn years_at(self, now: Timestamp) -> i32 {
        let moment = jiff::Timestamp::from_millisecond(now.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let today = moment.to_zoned(jiff::tz::TimeZone::UTC).date();
        let had_birthday = (today.month(), today.day()) >= (self.0.month(), self.0.day());
        i32::from(today.year()) - i32::from(self.0.year()) - i32::from(!had_birthday)
    }
}

impl FromStr for BirthDate {
    type Err = InvalidBirthDate;

    fn from_str(text: &str) -> Result<Self, InvalidBirthDate> {
        if text.len() != 10 {
            return Err(InvalidBirthDate);
        }
        text.parse().map(Self).map_err(|_| InvalidBirthDate)
    }
}

impl BirthDate {
    /// The date as `YYYY-MM-DD`.
    pub fn to_text(self) -> String {
        self.0.to_string()
    }
}

impl fmt::Debug for BirthDate {
    /// Says nothing: a birth date must not reach a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BirthDate(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_turns_on_the_birthday() {
        let noon =
            |text: &str| Timestamp(format!("{text}T12:00:00Z").parse::<jiff::Timestamp>().unwrap().as_millisecond());
        let born: BirthDate = "2010-06-15".parse().unwrap();
        assert_eq!(born.rule_at(noon("2023-06-14")), AgeRule::Refused);
        assert_eq!(born.rule_at(noon("2023-06-15")), AgeRule::StartsPrivate);
        assert_eq!(born.rule_at(noon("2026-06-14")), AgeRule::StartsPrivate);
        assert_eq!(born.rule_at(noon("2026-06-15")), AgeRule::Open);
        assert_eq!(born.rule_at(noon("2009-01-01")), AgeRule::Refused);
        assert!(!born.is_adult_at(noon("2028-06-14")) && born.is_adult_at(noon("2028-06-15")));
        assert!(!born.is_adult_at(noon("2009-01-01")));
        assert!("2010-02-30".parse::<BirthDate>().is_err());
        assert!("2010-2-3".parse::<BirthDate>().is_err());
    }
}
