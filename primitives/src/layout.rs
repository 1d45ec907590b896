//! How rows and columns become chunks of cells. Source: DESIGN section 5.

/// Cells in a chunk.
pub const CELLS_PER_CHUNK: u32 = 1_024;

/// Bytes of an encrypted chunk: two for each cell.
pub const CHUNK_BYTES: u32 = 2 * CELLS_PER_CHUNK;

/// Fewest padded columns of a chunk.
pub const MIN_PADDED_COLUMNS: u32 = 4;

/// Most columns of a dataset.
pub const MAX_COLUMNS: u32 = CELLS_PER_CHUNK;

/// Chunks that an audit draws at most; a smaller dataset proves all of its chunks.
pub const MAX_AUDITED_CHUNKS: u32 = 32;

scale! {
    /// What one cell may hold.
    #[derive(Copy, Default)]
    pub struct CellBound {
        /// Largest valid code, inclusive. 0 for padding.
        pub bound: u16,
        /// Whether code 0 means that the value is missing.
        pub nullable: bool,
    }
}

/// Columns after padding to a power of two; `None` outside `1..=1_024`.
pub fn padded_columns(columns: u32) -> Option<u32> {
    (1..=MAX_COLUMNS).contains(&columns).then(|| columns.next_power_of_two().max(MIN_PADDED_COLUMNS))
}

/// Whole rows in a chunk; `None` for a column count outside `1..=1_024`.
pub fn rows_per_chunk(columns: u32) -> Option<u32> {
    padded_columns(columns).map(|padded| CELLS_PER_CHUNK / padded)
}

/// Chunks of a table; `None` without rows, without columns or with too many of either.
pub fn chunk_count(rows: u32, columns: u32) -> Option<u32> {
    (rows > 0).then_some(())?;
    rows_per_chunk(columns).map(|per_chunk| rows.div_ceil(per_chunk))
}

/// Depth of the binary tree over `leaves` leaves, padded to a power of two; 0 for one leaf or none.
pub fn tree_depth(leaves: u32) -> u32 {
    // More leaves than the largest power of two are padded to 2^32.
    leaves.max(1).checked_next_power_of_two().map_or(u32::BITS, u32::trailing_zeros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heart_disease_has_five_chunks_and_digits_225() {
        assert_eq!(chunk_count(303, 14), Some(5));
        assert_eq!(chunk_count(1_797, 65), Some(225));
    }

    #[test]
    fn ends_of_the_column_range() {
        assert_eq!(padded_columns(0), None);
        assert_eq!(padded_columns(1), Some(4));
        assert_eq!(padded_columns(1_024), Some(1_024));
        assert_eq!(padded_columns(1_025), None);
        assert_eq!(chunk_count(0, 14), None);
        assert_eq!((tree_depth(1), tree_depth(2), tree_depth(5)), (0, 1, 3));
        assert_eq!((tree_depth(1 << 31), tree_depth((1 << 31) + 1), tree_depth(u32::MAX)), (31, 32, 32));
    }
}
