//! Files of sealed pieces: `length, 4 bytes ‖ sealed piece`, one after the other, the last one marked. They
//! are written and read once, from the front to the back.

use std::fs::File;
use std::io::{self, Read, Write};

use outro_model::stop;
use zeroize::Zeroizing;

use crate::{Tampered, VaultError};

/// A piece is sealed when it has grown to this.
const PIECE: usize = 256 * 1024;
/// No sealed piece is longer: one record may be a long one.
const LONGEST: usize = 64 << 20;

type Seal = Box<dyn Fn(u64, bool, &[u8]) -> Result<Vec<u8>, VaultError> + Send>;
type Open = Box<dyn Fn(u64, bool, &[u8]) -> Result<Zeroizing<Vec<u8>>, Tampered> + Send>;

/// A file of pieces that is being written.
pub struct PieceWriter {
    file: Option<File>,
    seal: Seal,
    number: u64,
    piece: Zeroizing<Vec<u8>>,
    length: u64,
}

impl PieceWriter {
    /// Writes to `file`, from where its cursor stands.
    pub fn new(file: File, seal: impl Fn(u64, bool, &[u8]) -> Result<Vec<u8>, VaultError> + Send + 'static) -> Self {
        Self { file: Some(file), seal: Box::new(seal), number: 0, piece: Zeroizing::default(), length: 0 }
    }

    /// Adds whole records: a piece ends after one.
    pub async fn put(&mut self, records: &[u8]) -> Result<(), VaultError> {
        self.piece.extend_from_slice(records);
        if self.piece.len() >= PIECE { self.send(false).await } else { Ok(()) }
    }

    /// Ends the file and makes it durable; how long it is.
    pub async fn finish(mut self) -> Result<u64, VaultError> {
        self.send(true).await?;
        let file = self.file.take().ok_or(VaultError::Stopped)?;
        stop::before("pieces: sync");
        tokio::task::spawn_blocking(move || file.sync_all()).await.map_err(|_| VaultError::Stopped)??;
        Ok(self.length)
    }

    async fn send(&mut self, last: bool) -> Result<(), VaultError> {
        let sealed = (self.seal)(self.number, last, &self.piece)?;
        self.number += 1;
        self.length += 4 + sealed.len() as u64;
        self.piece.clear();
        let mut file = self.file.take().ok_or(VaultError::Stopped)?;
        let written = tokio::task::spawn_blocking(move || {
            stop::before("pieces: write");
            file.write_all(&(sealed.len() as u32).to_be_bytes())?;
            file.write_all(&sealed)?;
            Ok::<_, io::Error>(file)
        });
        self.file = Some(written.await.map_err(|_| VaultError::Stopped)??);
        Ok(())
    }
}

/// A file of pieces that is being read.
pub struct PieceReader {
    file: Option<File>,
    open: Open,
    number: u64,
    left: u64,
}

impl PieceReader {
    /// Reads `file` from where its cursor stands; `left` bytes are to come.
    pub fn new(
        file: File,
        left: u64,
        open: impl Fn(u64, bool, &[u8]) -> Result<Zeroizing<Vec<u8>>, Tampered> + Send + 'static,
    ) -> Self {
        Self { file: Some(file), open: Box::new(open), number: 0, left }
    }

    /// The next piece, opened; `None` after the last. A file that is cut, or goes on after it, is tampered.
    pub async fn next(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        if self.left == 0 {
            return if self.number > 0 { Ok(None) } else { Err(Tampered.into()) };
        }
        let (mut file, left) = (self.file.take().ok_or(VaultError::Stopped)?, self.left);
        let read = tokio::task::spawn_blocking(move || {
            let mut length = [0; 4];
            file.read_exact(&mut length)?;
            let length = u32::from_be_bytes(length) as usize;
            if length > LONGEST || length as u64 + 4 > left {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let mut sealed = vec![0; length];
            file.read_exact(&mut sealed)?;
            Ok::<_, io::Error>((file, sealed))
        });
        let (file, sealed) = match read.await.map_err(|_| VaultError::Stopped)? {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(Tampered.into()),
            read => read?,
        };
        self.file = Some(file);
        self.left -= 4 + sealed.len() as u64;
        let piece = (self.open)(self.number, self.left == 0, &sealed)?;
        self.number += 1;
        Ok(Some(piece))
    }
}
