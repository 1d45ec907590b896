//! How rows of a table are looked up on a GPU, and how their gradients come together without atomics.

use super::plan::{ensure_below, for_each, small, Argument::*, Kernel, Machine, Refusal, EMBEDDINGS, THREADS};

/// Ids in rows of `length`, into a table of `vocabulary` rows of `width` numbers.
#[derive(Clone, Copy, Debug)]
pub struct Lookup {
    /// Rows of the table.
    pub vocabulary: usize,
    /// Numbers in a row of the table.
    pub width: usize,
    /// Rows of ids.
    pub rows: usize,
    /// Ids in a row.
    pub length: usize,
}

/// The rows that `ids` name. Fails for an id beyond the table.
pub fn embedding<M: Machine>(
    machine: &M,
    table: &M::Singles,
    ids: &M::Indices,
    lookup: &Lookup,
) -> Result<M::Singles, M::Error> {
    let found = machine.download(ids)?;
    ensure_below(&found, lookup.vocabulary)?;
    let length = found.len() * lookup.width;
    let mut rows = machine.singles(length)?;
    let arguments =
        &mut [Singles(table), Indices(ids), IntoSingles(&mut rows), Long(length as u64), Small(small(lookup.width)?)];
    for_each(machine, Kernel(&EMBEDDINGS, "embedding"), length, THREADS, arguments)?;
    Ok(rows)
}

/// For each row of ids the mean of the rows of the table that they name, 0 counting as none.
pub fn embedding_mean<M: Machine>(
    machine: &M,
    table: &M::Singles,
    ids: &M::Indices,
    lookup: &Lookup,
) -> Result<M::Singles, M::Error> {
    ensure_below(&machine.download(ids)?, lookup.vocabulary)?;
    let length = lookup.rows * lookup.width;
    let mut means = machine.singles(length)?;
    let arguments = &mut [
        Singles(table),
        Indices(ids),
        IntoSingles(&mut means),
        Long(length as u64),
        Small(small(lookup.width)?),
        Small(small(lookup.length)?),
    ];
    for_each(machine, Kernel(&EMBEDDINGS, "embedding_mean"), length, THREADS, arguments)?;
    Ok(means)
}

/// The positions that hold each id, in ascending order, by a counting sort.
struct Holders {
    /// Where the positions of each id begin; one more at the end.
    starts: Vec<u32>,
    positions: Vec<u32>,
}

impl Holders {
    /// Of the ids that `counts` accepts.
    fn new(ids: &[u32], vocabulary: usize, counts: impl Fn(u32) -> bool) -> Result<Self, Refusal> {
        small(ids.len())?;
        ensure_below(ids, vocabulary)?;
        let mut starts = vec![0u32; vocabulary + 1];
        for id in ids.iter().filter(|id| counts(**id)) {
            starts[*id as usize + 1] += 1;
        }
        for id in 0..vocabulary {
            starts[id + 1] += starts[id];
        }
        let mut next = starts.clone();
        let mut positions = vec![0u32; starts[vocabulary] as usize];
        for (position, id) in ids.iter().enumerate().filter(|(_, id)| counts(**id)) {
            let place = &mut next[*id as usize];
            positions[*place as usize] = position as u32;
            *place += 1;
        }
        Ok(Self { starts, positions })
    }
}

/// The gradient of [`embedding`]'s table.
pub fn embedding_grad<M: Machine>(
    machine: &M,
    ids: &M::Indices,
    g: &M::Singles,
    lookup: &Lookup,
) -> Result<M::Singles, M::Error> {
    let Holders { starts, positions } = Holders::new(&machine.download(ids)?, lookup.vocabulary, |_| true)?;
    let length = lookup.vocabulary * lookup.width;
    let mut gradient = machine.singles(length)?;
    let (starts, positions) = (machine.upload(&starts)?, machine.upload(&positions)?);
    let arguments = &mut [
        Indices(&starts),
        Indices(&positions),
        Singles(g),
        IntoSingles(&mut gradient),
        Long(length as u64),
        Small(small(lookup.width)?),
    ];
    for_each(machine, Kernel(&EMBEDDINGS, "embedding_grad"), length, THREADS, arguments)?;
    Ok(gradient)
}

/// The gradient of [`embedding_mean`]'s table; that of row 0 is +0.
pub fn embedding_mean_grad<M: Machine>(
    machine: &M,
    ids: &M::Indices,
    g: &M::Singles,
    lookup: &Lookup,
) -> Result<M::Singles, M::Error> {
    let ids = machine.download(ids)?;
    let Holders { starts, positions } = Holders::new(&ids, lookup.vocabulary, |id| id != 0)?;
    let counts: Vec<u32> =
        ids.chunks(lookup.length.max(1)).map(|row| row.iter().filter(|id| **id != 0).count() as u32).collect();
    let length = lookup.vocabulary * lookup.width;
    let mut gradient = machine.singles(length)?;
    let (starts, positions, counts) = (machine.upload(&starts)?, machine.upload(&positions)?, machine.upload(&counts)?);
    let arguments = &mut [
        Indices(&starts),
        Indices(&positions),
        Indices(&counts),
        Singles(g),
        IntoSingles(&mut gradient),
        Long(length as u64),
        Small(small(lookup.width)?),
        Small(small(lookup.length)?),
    ];
    for_each(machine, Kernel(&EMBEDDINGS, "embedding_mean_grad"), length, THREADS, arguments)?;
    Ok(gradient)
}
