//! Bytes sorted into partitions: in memory while they are few, in unnamed temporary files beyond, so that what is kept
//! of a ledger does not grow with it.

use std::fs::File;
use std::io::{Read, Result, Seek, SeekFrom, Write};

/// Bytes by partition.
pub struct Spill {
    partitions: Vec<Partition>,
    buffer_bytes: usize,
}

#[derive(Default)]
struct Partition {
    buffer: Vec<u8>,
    file: Option<File>,
}

impl Spill {
    /// Nothing yet. At most `partitions` times `buffer_bytes` stay in memory.
    #[must_use]
    pub fn new(partitions: usize, buffer_bytes: usize) -> Self {
        Self { partitions: (0..partitions).map(|_| Partition::default()).collect(), buffer_bytes }
    }

    /// How many partitions there are.
    #[must_use]
    pub fn partitions(&self) -> usize {
        self.partitions.len()
    }

    /// The partitions in so many parts, in their order; fewer parts where there are not enough partitions.
    #[must_use]
    pub fn split(mut self, parts: usize) -> Vec<Self> {
        let (each, buffer_bytes) = (self.partitions.len().div_ceil(parts.max(1)).max(1), self.buffer_bytes);
        let mut split = Vec::new();
        while !self.partitions.is_empty() {
            let rest = self.partitions.split_off(each.min(self.partitions.len()));
            split.push(Self { partitions: std::mem::replace(&mut self.partitions, rest), buffer_bytes });
        }
        split
    }

    /// Adds bytes to a partition.
    ///
    /// # Errors
    /// The temporary file cannot be written.
    pub fn push(&mut self, partition: usize, bytes: &[u8]) -> Result<()> {
        let part = &mut self.partitions[partition];
        part.buffer.extend_from_slice(bytes);
        if part.buffer.len() >= self.buffer_bytes { part.flush() } else { Ok(()) }
    }

    /// Takes a partition's bytes, in the order in which they were added, into `bytes`.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn take(&mut self, partition: usize, bytes: &mut Vec<u8>) -> Result<()> {
        bytes.clear();
        let part = &mut self.partitions[partition];
        if let Some(mut file) = part.file.take() {
            file.seek(SeekFrom::Start(0))?;
            file.read_to_end(bytes)?;
        }
        bytes.append(&mut part.buffer);
        part.buffer = Vec::new();
        Ok(())
    }
}

impl Partition {
    fn flush(&mut self) -> Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile()?),
        };
        file.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_in_order_from_memory_and_from_disk() {
        let mut spill = Spill::new(2, 64);
        let (mut expected, mut bytes) = (Vec::new(), Vec::new());
        for number in 0..1_000_u32 {
            spill.push(1, &number.to_le_bytes()).expect("a temporary file");
            expected.extend_from_slice(&number.to_le_bytes());
        }
        spill.push(0, b"few").expect("memory");
        spill.take(1, &mut bytes).expect("a temporary file");
        assert_eq!(bytes, expected);
        spill.take(0, &mut bytes).expect("memory");
        assert_eq!(bytes, b"few");
    }

    #[test]
    fn parts_have_the_partitions_in_order() {
        for parts in [1, 2, 3, 64] {
            let mut spill = Spill::new(5, 2);
            for partition in 0..5 {
                spill.push(partition, &[partition as u8; 3]).expect("a temporary file");
            }
            let mut all = Vec::new();
            let split = spill.split(parts);
            assert!(split.len() <= parts);
            for mut part in split {
                for partition in 0..part.partitions() {
                    let mut bytes = Vec::new();
                    part.take(partition, &mut bytes).expect("a temporary file");
                    all.push(bytes);
                }
            }
            assert_eq!(all, [[0; 3], [1; 3], [2; 3], [3; 3], [4; 3]]);
        }
    }
}
