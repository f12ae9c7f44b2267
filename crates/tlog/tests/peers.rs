//! Another author's reader of these formats (Cloudflare's `tlog_tiles` and `signed_note`) takes what is written here.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use outro_tlog::{Checkpoint, Hash, Level, Proof, Tiles, Verifier};
use signed_note::{Note, StandardVerifier, VerifierList};
use tlog_tiles::{Error, HashReader as _, TileHashReader, TileReader};

const ORIGIN: &str = "clips.example/log";
const OLDER: u64 = 300;
const SIZE: u64 = 70_123;

fn entry(number: u64) -> Hash {
    let mut entry = [7; 32];
    entry[..8].copy_from_slice(&number.to_be_bytes());
    entry
}

fn grown() -> Tiles {
    let mut tiles = Tiles::new();
    for number in 0..SIZE {
        outro_tlog::append(number, outro_tlog::leaf_hash(&entry(number)), &mut tiles);
    }
    tiles
}

/// Reads tiles by their addresses, as over HTTP.
struct ByAddress<'a>(&'a Tiles);

impl TileReader for ByAddress<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, Error> {
        let read = |tile: &tlog_tiles::Tile| {
            // Theirs names the height first, as Go's checksum database does.
            let address = tile.path();
            let address = address.strip_prefix("tile/8/").or(address.strip_prefix("tile/")).unwrap();
            let ours = outro_tlog::Tile::parse(address).unwrap_or_else(|| panic!("{address}"));
            let Level::Hashes(level) = ours.level else { panic!("{address}") };
            self.0[&(level, ours.index)][..ours.width as usize * 32].to_vec()
        };
        Ok(tiles.iter().map(read).collect())
    }

    fn save_tiles(&self, _: &[tlog_tiles::Tile], _: &[Vec<u8>]) {}
}

#[test]
fn they_verify_our_checkpoints_tiles_and_proofs() {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[3; 32]).unwrap();
    let key = Verifier { name: ORIGIN.into(), key: pair.public_key().as_ref().try_into().unwrap() };
    let tiles = grown();
    let root = outro_tlog::root(SIZE, &tiles).unwrap();
    let text = Checkpoint { origin: ORIGIN.into(), size: SIZE, root }.text();
    let signature: [u8; 64] = pair.sign(text.as_bytes()).as_ref().try_into().unwrap();
    let checkpoint = outro_tlog::signed(&text, &key, &signature);

    let note = Note::from_bytes(checkpoint.as_bytes()).unwrap();
    let theirs = VerifierList::new(vec![Box::new(StandardVerifier::new(&key.to_string()).unwrap())]);
    assert_eq!(note.verify(&theirs).unwrap().0.len(), 1);
    let read = tlog_tiles::Checkpoint::from_bytes(note.text()).unwrap();
    assert_eq!((read.origin(), read.size(), read.hash().0), (ORIGIN, SIZE, root));

    // What their reader gives out it has held against the root.
    let reader = ByAddress(&tiles);
    let reader = TileHashReader::new(SIZE, *read.hash(), &reader);
    for index in [0, 255, 256, 65_535, 65_536, SIZE - 1] {
        let leaf = reader.read_hashes(&[tlog_tiles::stored_hash_index(0, index)]).unwrap()[0];
        assert_eq!(leaf, tlog_tiles::record_hash(&entry(index)), "{index}");
        let ours = outro_tlog::inclusion(index, SIZE, &tiles).unwrap();
        let proof = ours.iter().map(|hash| tlog_tiles::Hash(*hash)).collect();
        tlog_tiles::check_record(&proof, SIZE, *read.hash(), index, leaf).unwrap();
        assert_eq!(tlog_tiles::prove_record(SIZE, index, &reader).unwrap(), proof, "{index}");
        let whole = Proof { index, hashes: ours, checkpoint: checkpoint.clone() };
        assert_eq!(Proof::parse(&whole.text()).unwrap().verify(&entry(index), &key).unwrap().size, SIZE);
    }

    // Nothing of what was there before was changed.
    let older = tlog_tiles::Hash(outro_tlog::root(OLDER, &tiles).unwrap());
    let grown = tlog_tiles::prove_tree(SIZE, OLDER, &reader).unwrap();
    tlog_tiles::check_tree(&grown, SIZE, *read.hash(), OLDER, older).unwrap();
}

#[test]
fn a_changed_checkpoint_is_refused() {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[3; 32]).unwrap();
    let key = Verifier { name: ORIGIN.into(), key: pair.public_key().as_ref().try_into().unwrap() };
    let text = Checkpoint { origin: ORIGIN.into(), size: 1, root: outro_tlog::leaf_hash(&entry(0)) }.text();
    let signature: [u8; 64] = pair.sign(text.as_bytes()).as_ref().try_into().unwrap();
    let whole = Proof { index: 0, hashes: vec![], checkpoint: outro_tlog::signed(&text, &key, &signature) }.text();
    Proof::parse(&whole).unwrap().verify(&entry(0), &key).unwrap();
    for place in 0..whole.len() {
        for bit in 0..8 {
            let mut bytes = whole.as_bytes().to_vec();
            bytes[place] ^= 1 << bit;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            let holds = Proof::parse(&changed).and_then(|proof| proof.verify(&entry(0), &key));
            assert!(holds.is_err(), "bit {bit} at {place} was not seen");
        }
    }
}
