//! The tree (RFC 6962, section 2.1), kept as tiles of 256 hashes.

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::digest;

/// A hash of the tree: SHA-256.
pub type Hash = [u8; 32];

/// How many hashes a full tile holds.
pub const TILE_WIDTH: u64 = 256;
/// The levels of the tree that one tile stands for.
const TILE_HEIGHT: u32 = 8;
/// The bytes of a hash.
const HASH: usize = 32;

/// Which tile: its level, and its place in that level.
pub type TileKey = (u8, u64);

/// Tiles of hashes, each as long as it has grown.
pub type Tiles = BTreeMap<TileKey, Vec<u8>>;

/// The hash of an entry.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    sha256(&[&[0], entry])
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1], left, right])
}

fn sha256(parts: &[&[u8]]) -> Hash {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut out = [0; HASH];
    out.copy_from_slice(context.finish().as_ref());
    out
}

/// The hash of the tree over the first `size` entries; none when a tile that it needs is missing.
pub fn root(size: u64, tiles: &Tiles) -> Option<Hash> {
    if size == 0 { Some(sha256(&[])) } else { range(0, size, &mut |key| tiles.get(&key).cloned()) }
}

/// The proof that the entry at `index` is in the tree over the first `size` entries, from its sibling up; none when it
/// is not, or when a tile that it needs is missing.
pub fn inclusion(index: u64, size: u64, tiles: &Tiles) -> Option<Vec<Hash>> {
    if index >= size { None } else { path(index, 0, size, &mut |key| tiles.get(&key).cloned()) }
}

/// The tiles that the root over `size` entries, and the proof of the one at `index` if that is asked for, are made from.
pub fn needed(size: u64, index: Option<u64>) -> BTreeSet<TileKey> {
    let mut keys = BTreeSet::new();
    let blank = vec![0; HASH * TILE_WIDTH as usize];
    let mut record = |key| {
        keys.insert(key);
        Some(blank.clone())
    };
    if size > 0 {
        range(0, size, &mut record);
    }
    if let Some(index) = index.filter(|index| *index < size) {
        path(index, 0, size, &mut record);
    }
    keys
}

/// The tiles that adding an entry to a tree of `size` entries may change: the last one of each level.
pub fn right_edge(size: u64) -> Vec<TileKey> {
    (0..u64::BITS / TILE_HEIGHT).map(|level| (level as u8, place(size, level))).collect()
}

/// Where the next hash of a level goes: in which tile.
fn place(size: u64, level: u32) -> u64 {
    size.checked_shr(TILE_HEIGHT * (level + 1)).unwrap_or(0)
}

/// Adds a leaf to a tree of `size` entries, given its right edge; the tiles that changed. A tile that is full adds its
/// own hash to the level above.
pub fn append(size: u64, leaf: Hash, tiles: &mut Tiles) -> Vec<TileKey> {
    let (mut hash, mut changed) = (leaf, Vec::new());
    for key in right_edge(size) {
        let tile = tiles.entry(key).or_default();
        tile.extend_from_slice(&hash);
        changed.push(key);
        if tile.len() < HASH * TILE_WIDTH as usize {
            break;
        }
        hash = folded(tile);
    }
    changed
}

/// Reads a tile.
type Read<'a> = &'a mut dyn FnMut(TileKey) -> Option<Vec<u8>>;

/// The hash over the entries from `low` to before `high`.
fn range(low: u64, high: u64, read: Read<'_>) -> Option<Hash> {
    let count = high - low;
    if count.is_power_of_two() {
        return subtree(count.trailing_zeros(), low / count, read);
    }
    let middle = low + split(count);
    Some(node_hash(&range(low, middle, read)?, &range(middle, high, read)?))
}

fn path(index: u64, low: u64, high: u64, read: Read<'_>) -> Option<Vec<Hash>> {
    if high - low == 1 {
        return Some(Vec::new());
    }
    let middle = low + split(high - low);
    let (mut below, sibling) = if index < middle {
        (path(index, low, middle, read)?, range(middle, high, read)?)
    } else {
        (path(index, middle, high, read)?, range(low, middle, read)?)
    };
    below.push(sibling);
    Some(below)
}

/// The largest power of two below `count`, which is at least two.
fn split(count: u64) -> u64 {
    1 << (u64::BITS - 1 - (count - 1).leading_zeros())
}

/// The hash of a whole subtree of 2^height entries, the `index`-th from the left.
fn subtree(height: u32, index: u64, read: Read<'_>) -> Option<Hash> {
    let (level, below) = (height / TILE_HEIGHT, height % TILE_HEIGHT);
    let first = index << below;
    let tile = read((level as u8, first / TILE_WIDTH))?;
    let start = (first % TILE_WIDTH) as usize * HASH;
    tile.get(start..start + (HASH << below)).map(folded)
}

/// The hash over a power of two of hashes.
fn folded(hashes: &[u8]) -> Hash {
    let (left, right) = hashes.split_at(hashes.len() / 2);
    match <&Hash>::try_from(hashes) {
        Ok(hash) => *hash,
        Err(_) => node_hash(&folded(left), &folded(right)),
    }
}

/// What the root must be if `leaf` stands at `index` of a tree of `size` entries (RFC 9162, section 2.1.3.2); none when
/// the proof has not the length that it must have.
pub(crate) fn root_of_inclusion(index: u64, size: u64, leaf: Hash, proof: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let (mut place, mut last, mut hash) = (index, size - 1, leaf);
    for sibling in proof {
        if last == 0 {
            return None;
        }
        if place & 1 == 1 || place == last {
            hash = node_hash(sibling, &hash);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(number: u64) -> Vec<u8> {
        number.to_string().into_bytes()
    }

    /// RFC 6962's definition, word for word.
    fn by_definition(entries: &[Vec<u8>]) -> Hash {
        match entries {
            [] => sha256(&[]),
            [one] => leaf_hash(one),
            many => {
                let (left, right) = many.split_at(split(many.len() as u64) as usize);
                node_hash(&by_definition(left), &by_definition(right))
            }
        }
    }

    fn grown(size: u64) -> Tiles {
        let mut tiles = Tiles::new();
        for number in 0..size {
            append(number, leaf_hash(&entry(number)), &mut tiles);
        }
        tiles
    }

    #[test]
    fn the_root_is_that_of_the_definition() {
        let entries: Vec<_> = (0..=1100).map(entry).collect();
        for size in [0, 1, 2, 3, 4, 5, 7, 8, 255, 256, 257, 511, 512, 513, 1000, 1100] {
            assert_eq!(root(size, &grown(size)), Some(by_definition(&entries[..size as usize])), "{size}");
        }
    }

    /// A tile never loses what it had, and levels fill up as `tlog-tiles` says.
    #[test]
    fn tiles_have_the_widths_that_the_size_gives() {
        let size = 70_000;
        let tiles = grown(size);
        let width = |level, index| tiles.get(&(level, index)).map_or(0, |tile| tile.len() / HASH);
        let full = tiles.keys().filter(|(level, index)| *level == 0 && width(0, *index) == 256).count();
        assert_eq!((full, width(0, 273), width(1, 0), width(1, 1), width(2, 0)), (273, 112, 256, 17, 1));
    }

    #[test]
    fn a_grown_tree_still_gives_the_roots_of_before() {
        let tiles = grown(600);
        for size in [1, 255, 256, 300, 599] {
            assert_eq!(root(size, &tiles), root(size, &grown(size)), "{size}");
        }
    }

    proptest! {
        #[test]
        fn every_entry_is_proved_from_the_tiles_named_and_nothing_else_is(size in 1_u64..1500, at: u64, flipped: u16) {
            let (index, all) = (at % size, grown(size));
            let keys = needed(size, Some(index));
            let tiles: Tiles = all.into_iter().filter(|(key, _)| keys.contains(key)).collect();
            let proof = inclusion(index, size, &tiles).unwrap();
            let (leaf, top) = (leaf_hash(&entry(index)), root(size, &tiles));
            prop_assert_eq!(root_of_inclusion(index, size, leaf, &proof), top);
            prop_assert_ne!(root_of_inclusion(index, size, leaf_hash(&entry(size)), &proof), top);
            let mut longer = proof.clone();
            longer.push(leaf);
            prop_assert_eq!(root_of_inclusion(index, size, leaf, &longer), None);
            prop_assert_eq!(inclusion(size, size, &tiles), None);
            if let Some(hash) = proof.first() {
                let mut other = proof.clone();
                other[0] = *hash;
                other[0][usize::from(flipped) / 8 % HASH] ^= 1 << (flipped % 8);
                prop_assert_ne!(root_of_inclusion(index, size, leaf, &other), top);
                prop_assert_eq!(root_of_inclusion(index, size, leaf, &proof[1..]).filter(|root| Some(*root) == top), None);
            }
        }
    }
}
