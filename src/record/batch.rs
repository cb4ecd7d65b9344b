use super::error::{RecordError, Result};
use super::header::{BatchHeader, at};

/// One whole batch, where it lies.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    header: BatchHeader,
    bytes: &'a [u8],
}

impl<'a> Batch<'a> {
    /// The batch at the front of `bytes`; what follows it is left alone.
    ///
    /// Errors: those of [`BatchHeader::read`], and [`RecordError::Truncated`] when the batch is not all there.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let header = BatchHeader::read(bytes)?;
        match bytes.get(..header.size_bytes) {
            Some(bytes) => Ok(Self { header, bytes }),
            None => {
                Err(RecordError::Truncated { needed_bytes: header.size_bytes, present_bytes: bytes.len() })
            }
        }
    }

    pub fn header(&self) -> &BatchHeader {
        &self.header
    }

    /// The whole batch as stored and sent.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// What follows the header of magic 2.
    pub(super) fn body_v2(&self) -> &'a [u8] {
        self.bytes.get(BatchHeader::BYTES..).unwrap_or(&[])
    }

    pub fn crc_is_valid(&self) -> bool {
        self.crc_computed() == self.header.crc
    }

    /// Errors: [`RecordError::Checksum`].
    pub fn check_crc(&self) -> Result<()> {
        match self.crc_computed() {
            computed if computed == self.header.crc => Ok(()),
            computed => Err(RecordError::Checksum { stored: self.header.crc, computed }),
        }
    }

    /// The checksum the header should carry: CRC-32C of magic 2, CRC-32 of older message sets.
    pub fn crc_computed(&self) -> u32 {
        if self.header.magic >= 2 {
            crc32c::crc32c(&self.bytes[at::ATTRIBUTES..])
        } else {
            let mut crc = flate2::Crc::new();
            crc.update(&self.bytes[BatchHeader::OVERHEAD_BYTES + 4..]);
            crc.sum()
        }
    }
}

/// The batches that lie one after another in `bytes`.
///
/// Ends without an error at a batch that is cut short, as the last one of a fetch or of a file after a crash may be:
/// [`Batches::position`] tells where. An error is the last item.
pub fn batches(bytes: &[u8]) -> Batches<'_> {
    Batches { bytes, position: 0, failed: false }
}

/// See [`batches`].
#[derive(Debug, Clone)]
pub struct Batches<'a> {
    bytes: &'a [u8],
    position: usize,
    failed: bool,
}

impl Batches<'_> {
    /// Bytes of the whole batches given so far.
    pub fn position(&self) -> usize {
        self.position
    }
}

impl<'a> Iterator for Batches<'a> {
    type Item = Result<Batch<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        match Batch::parse(&self.bytes[self.position..]) {
            Ok(batch) => {
                self.position += batch.bytes.len();
                Some(Ok(batch))
            }
            Err(RecordError::Truncated { .. }) => None,
            Err(error) => {
                self.failed = true;
                Some(Err(error))
            }
        }
    }
}
