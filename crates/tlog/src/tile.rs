//! Addresses of tiles, as `tlog-tiles` writes them: `<level>/<index>[.p/<width>]`.

use std::fmt;

use crate::tree::TILE_WIDTH;

/// What a tile holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Entries, each led by its length.
    Entries,
    /// Hashes of this level.
    Hashes(u8),
}

/// One tile, as it was when it had `width` items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// What it holds.
    pub level: Level,
    /// Its place in the level.
    pub index: u64,
    /// How many items: 1 to 256.
    pub width: u64,
}

/// The highest level there can be.
const LEVELS: u8 = 63;

impl Tile {
    /// Reads the part of an address after `tile/`. Only the one spelling that the format knows is read.
    pub fn parse(path: &str) -> Option<Self> {
        let (level, rest) = path.split_once('/')?;
        let level = match level {
            "entries" => Level::Entries,
            number => Level::Hashes(number.parse().ok().filter(|level| *level <= LEVELS)?),
        };
        let (place, width) = match rest.split_once(".p/") {
            Some((place, width)) => (place, width.parse().ok().filter(|width| (1..TILE_WIDTH).contains(width))?),
            None => (rest, TILE_WIDTH),
        };
        let digits: String = place.split('/').map(|part| part.strip_prefix('x').unwrap_or(part)).collect();
        let tile = Self { level, index: digits.parse().ok()?, width };
        (tile.to_string() == path).then_some(tile)
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level {
            Level::Entries => f.write_str("entries/")?,
            Level::Hashes(level) => write!(f, "{level}/")?,
        }
        let (mut groups, mut rest) = (vec![self.index % 1000], self.index / 1000);
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        for group in groups[1..].iter().rev() {
            write!(f, "x{group:03}/")?;
        }
        write!(f, "{:03}", groups[0])?;
        if self.width < TILE_WIDTH { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_are_those_of_the_format() {
        let tile = Tile { level: Level::Hashes(0), index: 1_234_067, width: 256 };
        assert_eq!(tile.to_string(), "0/x001/x234/067");
        let part = Tile { level: Level::Entries, index: 273, width: 112 };
        assert_eq!(part.to_string(), "entries/273.p/112");
    }

    #[test]
    fn other_spellings_are_no_addresses() {
        for path in [
            "",
            "0",
            "0/",
            "0/1",
            "0/0001",
            "00/001",
            "64/000",
            "-1/000",
            "0/000.p/0",
            "0/000.p/256",
            "0/000.p/01",
            "0/001/234",
            "0/x001",
            "x/000",
            "entries/000/",
            "0/x000/001",
            "0/000.p/",
            "0/+01",
            "1/x999/x999/x999/x999/x999/x999/x999/999",
        ] {
            assert_eq!(Tile::parse(path), None, "{path}");
        }
    }

    proptest! {
        #[test]
        fn an_address_leads_back_to_its_tile(entries: bool, level in 0..=LEVELS, index: u64, width in 1..=TILE_WIDTH) {
            let level = if entries { Level::Entries } else { Level::Hashes(level) };
            let tile = Tile { level, index, width };
            prop_assert_eq!(Tile::parse(&tile.to_string()), Some(tile));
        }
    }
}
