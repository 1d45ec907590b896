//! Every fault and every dismissal, for tables and files, and that an honest seller is never convicted.

mod world;

use codec::{Decode, Encode, MaxEncodedLen};
use neurodata_primitives::{
    layout::CellBound, Claim, Complaint, ContentCommitment, Dismissal, Fault, FieldBytes, KeyCommitment, LayoutDigest,
    ModelDigest, OpenedChunk, PackageCommitment, RecipientKey, WrappedKey,
};
use neurodata_sealing::{judge, key_commitment, public_key, sale_context, training_use_context};
use world::{bounds, context, file_chunk, table_chunk, wrap, World, BOUND, GENESIS, KEY, LAST_CELLS, PURCHASE, SECRET};

/// Chunks of the packages: not a power of two.
const CHUNKS: u32 = 5;

/// A seller of each kind of content who follows the rules.
fn honest() -> [World; 2] {
    [World::table(CHUNKS), World::file(CHUNKS)]
}

fn table_plain() -> Vec<Vec<u8>> {
    (0..CHUNKS).map(|chunk| table_chunk(chunk, chunk + 1 == CHUNKS)).collect()
}

/// A table that is out of its schema consistently: its leaves are over the bad cells.
fn out_of_schema(cells: &[(usize, usize, u16)]) -> World {
    let mut plain = table_plain();
    for (chunk, cell, code) in cells {
        plain[*chunk][2 * cell..][..2].copy_from_slice(&code.to_le_bytes());
    }
    World::of_table(&plain, &plain)
}

/// Every claim that can be made about a chunk.
fn claims(world: &World, chunk: usize) -> [Claim; 3] {
    [Claim::WrongKey, world.bad_chunk(chunk), world.out_of_schema(chunk)]
}

#[test]
fn a_key_that_is_not_the_committed_one_is_wrong_whatever_is_claimed() {
    for mut world in honest() {
        world.wrapped = wrap(&[4; 32], &world.recipient, &context());
        for claim in claims(&world, 1) {
            assert_eq!(world.judge(claim), Ok(Fault::WrongKey));
        }
    }
}

#[test]
fn a_wrap_that_does_not_open_is_a_wrong_key() {
    for honest in honest() {
        let wraps = [
            WrappedKey { ephemeral_key: RecipientKey::default(), sealed_key: [0; 48] },
            WrappedKey { ephemeral_key: RecipientKey::new([0xff; 32]), ..honest.wrapped.clone() },
            WrappedKey { sealed_key: [1; 48], ..honest.wrapped.clone() },
            wrap(&KEY, &public_key(&[6; 32]), &context()),
            wrap(&KEY, &honest.recipient, &sale_context(&GENESIS, PURCHASE.next().unwrap())),
            wrap(&KEY, &honest.recipient, &sale_context(&[0; 32], PURCHASE)),
            wrap(&KEY, &honest.recipient, &training_use_context(&GENESIS, 7.to_string().parse().unwrap())),
            wrap(&KEY, &honest.recipient, b""),
        ];
        for wrapped in wraps {
            let world = World { wrapped, ..honest.clone() };
            for claim in claims(&world, 0) {
                assert_eq!(world.judge(claim), Ok(Fault::WrongKey));
            }
        }
    }
}

#[test]
fn a_key_that_is_committed_to_other_content_is_wrong() {
    let [table, file] = honest();
    for (mut world, other) in [(table.clone(), file.clone()), (file, table)] {
        world.package.key_commitment = key_commitment(&KEY, &other.package.content);
        assert_eq!(world.judge(Claim::WrongKey), Ok(Fault::WrongKey));
    }
}

#[test]
fn a_chunk_that_is_not_what_its_leaf_commits_to_is_bad() {
    for chunk in 0..CHUNKS as usize {
        let claimed = table_plain();
        let mut sealed = claimed.clone();
        // A valid code, but another one.
        sealed[chunk][0] ^= 1;
        let world = World::of_table(&claimed, &sealed);
        assert_eq!(world.judge(world.bad_chunk(chunk)), Ok(Fault::BadChunk { chunk: chunk as u32 }));
        let claimed: Vec<_> = (0..CHUNKS).map(file_chunk).collect();
        let mut sealed = claimed.clone();
        sealed[chunk][2_047] ^= 0x80;
        let world = World::of_file(&claimed, &sealed);
        assert_eq!(world.judge(world.bad_chunk(chunk)), Ok(Fault::BadChunk { chunk: chunk as u32 }));
        let other = (chunk + 1) % CHUNKS as usize;
        assert_eq!(world.judge(world.bad_chunk(other)), Err(Dismissal::ChunkIsRight));
    }
}

#[test]
fn chunks_in_another_order_are_bad() {
    let claimed = table_plain();
    let mut sealed = claimed.clone();
    sealed.swap(1, 2);
    let world = World::of_table(&claimed, &sealed);
    assert_eq!(world.judge(world.bad_chunk(1)), Ok(Fault::BadChunk { chunk: 1 }));
    assert_eq!(world.judge(world.bad_chunk(3)), Err(Dismissal::ChunkIsRight));
}

#[test]
fn a_listed_leaf_that_is_no_field_element_is_a_bad_chunk() {
    let honest = World::table(CHUNKS);
    let mut leaves: Vec<FieldBytes> = honest.opened.iter().map(|opened| opened.leaf).collect();
    leaves[2] = FieldBytes::new([0xff; 32]);
    let world = World::new(honest.package.content, &leaves, &table_plain());
    assert_eq!(world.judge(world.bad_chunk(2)), Ok(Fault::BadChunk { chunk: 2 }));
}

#[test]
fn a_cell_above_its_bound_is_out_of_schema_and_the_first_one_is_named() {
    let world = out_of_schema(&[(1, 40, BOUND + 1), (1, 900, u16::MAX)]);
    assert_eq!(world.judge(world.out_of_schema(1)), Ok(Fault::OutOfSchema { chunk: 1, cell: 40 }));
    // The leaf is over the bad cells: nothing else is wrong with the chunk.
    assert_eq!(world.judge(world.bad_chunk(1)), Err(Dismissal::ChunkIsRight));
    assert_eq!(world.judge(world.out_of_schema(0)), Err(Dismissal::WithinSchema));
}

#[test]
fn padding_has_bounds_as_well() {
    let world = out_of_schema(&[(0, 3, 1)]);
    assert_eq!(world.judge(world.out_of_schema(0)), Ok(Fault::OutOfSchema { chunk: 0, cell: 3 }));
    let last = CHUNKS as usize - 1;
    let world = out_of_schema(&[(last, LAST_CELLS, 1)]);
    let fault = Fault::OutOfSchema { chunk: CHUNKS - 1, cell: LAST_CELLS as u32 };
    assert_eq!(world.judge(world.out_of_schema(last)), Ok(fault));
}

#[test]
fn a_code_at_its_bound_is_within_the_schema() {
    let world = out_of_schema(&[(1, 40, BOUND)]);
    assert_eq!(world.judge(world.out_of_schema(1)), Err(Dismissal::WithinSchema));
}

#[test]
fn a_chunk_can_be_out_of_schema_and_bad() {
    let claimed = table_plain();
    let mut sealed = claimed.clone();
    sealed[3][1] = 0xff;
    let world = World::of_table(&claimed, &sealed);
    assert_eq!(world.judge(world.bad_chunk(3)), Ok(Fault::BadChunk { chunk: 3 }));
    assert_eq!(world.judge(world.out_of_schema(3)), Ok(Fault::OutOfSchema { chunk: 3, cell: 0 }));
}

#[test]
fn a_package_of_one_chunk_has_the_last_layout() {
    let plain = vec![table_chunk(0, true)];
    let world = World::of_table(&plain, &plain);
    assert_eq!(world.judge(world.out_of_schema(0)), Err(Dismissal::WithinSchema));
    assert_eq!(world.judge(world.bad_chunk(0)), Err(Dismissal::ChunkIsRight));
    let mut sealed = plain.clone();
    sealed[0][0] ^= 1;
    let world = World::of_table(&plain, &sealed);
    assert_eq!(world.judge(world.bad_chunk(0)), Ok(Fault::BadChunk { chunk: 0 }));
}

#[test]
fn another_secret_is_dismissed_whatever_is_claimed() {
    for mut world in honest() {
        for claim in claims(&world, 0) {
            let complaint = Complaint { secret: [6; 32], claim };
            assert_eq!(world.judge_complaint(&complaint), Err(Dismissal::ForeignSecret));
        }
        // Even when the delivered key is wrong.
        world.wrapped.sealed_key = [0; 48];
        let complaint = Complaint { secret: [6; 32], claim: Claim::WrongKey };
        assert_eq!(world.judge_complaint(&complaint), Err(Dismissal::ForeignSecret));
    }
}

#[test]
fn a_recipient_key_in_another_encoding_helps_nobody() {
    for mut world in honest() {
        let mut bytes = *world.recipient.as_bytes();
        bytes[31] |= 0x80;
        world.recipient = RecipientKey::new(bytes);
        assert_eq!(world.judge(Claim::WrongKey), Err(Dismissal::ForeignSecret));
    }
}

#[test]
fn a_right_key_a_right_chunk_and_a_valid_chunk_are_dismissed() {
    for world in honest() {
        assert_eq!(world.judge(Claim::WrongKey), Err(Dismissal::KeyIsRight));
        let is_file = matches!(world.package.content, ContentCommitment::File { .. });
        for chunk in 0..CHUNKS as usize {
            assert_eq!(world.judge(world.bad_chunk(chunk)), Err(Dismissal::ChunkIsRight));
            let expected = if is_file { Dismissal::NotApplicable } else { Dismissal::WithinSchema };
            assert_eq!(world.judge(world.out_of_schema(chunk)), Err(expected));
        }
    }
}

/// Each way in which an opened chunk is not in the package.
fn foreign(opened: &OpenedChunk) -> Vec<(&'static str, OpenedChunk)> {
    let altered = |change: &dyn Fn(&mut OpenedChunk)| {
        let mut opened = opened.clone();
        change(&mut opened);
        opened
    };
    vec![
        ("another index", altered(&|opened| opened.index ^= 1)),
        ("an index outside the package", altered(&|opened| opened.index += 8)),
        ("the index of a padding leaf", altered(&|opened| opened.index = CHUNKS)),
        ("the largest index", altered(&|opened| opened.index = u32::MAX)),
        ("another cipher", altered(&|opened| opened.cipher.iter_mut().for_each(|byte| *byte = 0))),
        ("a short cipher", altered(&|opened| opened.cipher.truncate(2_047))),
        ("no cipher", altered(&|opened| opened.cipher.truncate(0))),
        ("another leaf", altered(&|opened| opened.leaf = FieldBytes::new([1; 32]))),
        ("a short path", altered(&|opened| opened.path.truncate(2))),
        ("a long path", altered(&|opened| opened.path.try_push(FieldBytes::default()).unwrap())),
        ("no path", altered(&|opened| opened.path.truncate(0))),
        (
            "another path",
            altered(&|opened| opened.path.iter_mut().for_each(|sibling| *sibling = FieldBytes::default())),
        ),
    ]
}

#[test]
fn a_chunk_that_is_not_in_the_package_is_dismissed() {
    for world in honest() {
        let is_table = matches!(world.package.content, ContentCommitment::Table { .. });
        for (what, opened) in foreign(&world.opened[2]) {
            assert_eq!(world.judge(Claim::BadChunk(opened.clone())), Err(Dismissal::ForeignChunk), "{what}");
            let claim = Claim::OutOfSchema { chunk: opened, bounds: bounds(false).try_into().unwrap() };
            let expected = if is_table { Dismissal::ForeignChunk } else { Dismissal::NotApplicable };
            assert_eq!(world.judge(claim), Err(expected), "{what}");
        }
    }
}

#[test]
fn a_chunk_of_another_length_is_dismissed_even_if_it_is_in_the_package() {
    let [table, file] = honest();
    for (content, length) in [(table.package.content, 2_046), (file.package.content, 2_047), (file.package.content, 0)]
    {
        let plain = vec![vec![1; length]; 2];
        let leaves = [FieldBytes::new([1; 32]); 2];
        let world = World::new(content, &leaves, &plain);
        assert_eq!(world.judge(world.bad_chunk(0)), Err(Dismissal::ForeignChunk), "{length} bytes");
    }
}

#[test]
fn an_impossible_number_of_chunks_convicts_nobody() {
    for honest in honest() {
        for chunks in [0, 1, (1 << 20) + 1, u32::MAX] {
            let package = PackageCommitment { chunks, ..honest.package };
            let world = World { package, ..honest.clone() };
            assert_eq!(world.judge(world.bad_chunk(0)), Err(Dismissal::ForeignChunk), "{chunks} chunks");
        }
    }
}

#[test]
fn bounds_that_the_layout_does_not_commit_to_are_dismissed() {
    let world = World::table(CHUNKS);
    let last = CHUNKS as usize - 1;
    let judged = |chunk: usize, bounds: Vec<CellBound>| {
        world.judge(Claim::OutOfSchema { chunk: world.opened[chunk].clone(), bounds: bounds.try_into().unwrap() })
    };
    let mut tighter = bounds(false);
    tighter[0].bound = 0;
    let mut other = bounds(false);
    other[0].nullable = !other[0].nullable;
    for forged in [tighter, other, bounds(true), bounds(false)[..1_023].to_vec(), Vec::new()] {
        assert_eq!(judged(0, forged), Err(Dismissal::ForeignBounds));
    }
    // The last chunk has a layout of its own.
    assert_eq!(judged(last, bounds(false)), Err(Dismissal::ForeignBounds));
    assert_eq!(judged(last, bounds(true)), Err(Dismissal::WithinSchema));
}

/// The parts of the complaint are the buyer's choice; the rest is on chain.
#[test]
fn no_altered_byte_of_the_evidence_convicts_an_honest_seller() {
    for world in honest() {
        for claim in claims(&world, 4) {
            let encoded = Complaint { secret: SECRET, claim }.encode();
            for at in 0..encoded.len() {
                let mut altered = encoded.clone();
                altered[at] ^= 1 << (at % 8);
                let Ok(complaint) = Complaint::decode(&mut &altered[..]) else { continue };
                assert!(world.judge_complaint(&complaint).is_err(), "byte {at}");
            }
        }
    }
}

#[test]
fn parts_of_other_evidence_do_not_convict_an_honest_seller() {
    for world in honest() {
        let [a, b] = [&world.opened[1], &world.opened[3]];
        let mixed = [
            OpenedChunk { index: b.index, ..a.clone() },
            OpenedChunk { cipher: b.cipher.clone(), ..a.clone() },
            OpenedChunk { leaf: b.leaf, ..a.clone() },
            OpenedChunk { path: b.path.clone(), ..a.clone() },
            OpenedChunk { cipher: b.cipher.clone(), leaf: b.leaf, ..a.clone() },
            OpenedChunk { index: b.index, path: b.path.clone(), ..a.clone() },
        ];
        for opened in mixed {
            assert_eq!(world.judge(Claim::BadChunk(opened)), Err(Dismissal::ForeignChunk));
        }
    }
    // Evidence about a dishonest package of the same content.
    let claimed = table_plain();
    let mut sealed = claimed.clone();
    sealed[0][0] ^= 1;
    let (dishonest, honest) = (World::of_table(&claimed, &sealed), World::table(CHUNKS));
    assert_eq!(honest.judge(dishonest.bad_chunk(0)), Err(Dismissal::ForeignChunk));
}

#[test]
fn a_leaf_of_one_kind_of_content_is_none_of_the_other() {
    let [table, file] = honest();
    let swapped = [(&table, file.package.content), (&file, table.package.content)];
    for (world, content) in swapped {
        let key_commitment = key_commitment(&KEY, &content);
        let package = PackageCommitment { content, key_commitment, ..world.package };
        let world = World { package, ..world.clone() };
        assert_eq!(world.judge(world.bad_chunk(0)), Ok(Fault::BadChunk { chunk: 0 }));
    }
}

#[test]
fn the_commitment_of_the_key_covers_the_content() {
    let world = World::file(CHUNKS);
    let content = ContentCommitment::File { model: ModelDigest::new([9; 32]) };
    let package = PackageCommitment { content, ..world.package };
    let fault = judge(
        &package,
        &world.recipient,
        &world.wrapped,
        &context(),
        &Complaint { secret: SECRET, claim: Claim::WrongKey },
    );
    assert_eq!(fault, Ok(Fault::WrongKey));
    let package = PackageCommitment { key_commitment: KeyCommitment::default(), ..world.package };
    assert_eq!(World { package, ..world }.judge(Claim::WrongKey), Ok(Fault::WrongKey));
    // The layouts are no part of what the key is committed to; the data root is.
    let world = World::table(CHUNKS);
    let ContentCommitment::Table { data_root, .. } = world.package.content else { panic!() };
    let other = LayoutDigest::default();
    let content = ContentCommitment::Table { data_root, layout: other, last_layout: other };
    let package = PackageCommitment { content, ..world.package };
    assert_eq!(World { package, ..world }.judge(Claim::WrongKey), Err(Dismissal::KeyIsRight));
}

#[test]
fn the_largest_package_is_judged_as_any_other() {
    for is_last in [false, true] {
        for (is_table, right) in [(true, table_chunk(9, is_last)), (false, file_chunk(9))] {
            let mut wrong = right.clone();
            wrong[1] = 0x7f;
            let honest = World::deepest(is_table, &right, &right, is_last);
            assert_eq!(honest.judge(honest.bad_chunk(0)), Err(Dismissal::ChunkIsRight));
            let index = honest.opened[0].index;
            let dishonest = World::deepest(is_table, &right, &wrong, is_last);
            assert_eq!(dishonest.judge(dishonest.bad_chunk(0)), Ok(Fault::BadChunk { chunk: index }));
            if is_table {
                assert_eq!(honest.judge(honest.out_of_schema(0)), Err(Dismissal::WithinSchema));
                let dishonest = World::deepest(true, &wrong, &wrong, is_last);
                let fault = Fault::OutOfSchema { chunk: index, cell: 0 };
                assert_eq!(dishonest.judge(dishonest.out_of_schema(0)), Ok(fault));
            }
        }
    }
}

#[test]
fn a_complaint_has_at_most_ten_kilobytes() {
    assert!(Complaint::max_encoded_len() <= 10_000, "{} bytes", Complaint::max_encoded_len());
    let world = World::deepest(true, &table_chunk(0, false), &table_chunk(0, false), false);
    let length = |claim| Complaint { secret: SECRET, claim }.encode().len();
    assert_eq!(length(Claim::WrongKey), 33);
    assert_eq!(length(world.bad_chunk(0)), 33 + 4 + 2 + 2_048 + 32 + 1 + 20 * 32);
    assert_eq!(length(world.out_of_schema(0)), length(world.bad_chunk(0)) + 2 + 3 * 1_024);
}
