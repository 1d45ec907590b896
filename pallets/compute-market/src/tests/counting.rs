//! Externalities that count how often storage is reached.

use core::any::{Any, TypeId};
use sp_externalities::{set_and_run_with_externalities, Error, Extension, ExtensionStore, Externalities, MultiRemovalResults};
use sp_storage::{ChildInfo, StateVersion, TrackedStorageKey};

/// Accesses of storage, whether to the state or to what was changed since.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Accesses {
    /// Values that were read, or asked for.
    pub reads: u32,
    /// Keys that were sought behind another.
    pub seeks: u32,
    /// Values that were written or removed.
    pub writes: u32,
}

/// Run `work` on the state of `ext`, count its accesses and undo it.
pub fn count_undone<R>(ext: &mut sp_io::TestExternalities, work: impl FnOnce() -> R) -> (R, Accesses) {
    let mut inner = ext.ext();
    inner.storage_start_transaction();
    let mut counting = Counting { inner: &mut inner, accesses: Accesses::default() };
    let result = set_and_run_with_externalities(&mut counting, work);
    let accesses = counting.accesses;
    inner.storage_rollback_transaction().expect("the transaction was started here");
    (result, accesses)
}

struct Counting<'a> {
    inner: &'a mut dyn Externalities,
    accesses: Accesses,
}

impl ExtensionStore for Counting<'_> {
    fn extension_by_type_id(&mut self, type_id: TypeId) -> Option<&mut dyn Any> {
        self.inner.extension_by_type_id(type_id)
    }

    fn register_extension_with_type_id(&mut self, type_id: TypeId, extension: Box<dyn Extension>) -> Result<(), Error> {
        self.inner.register_extension_with_type_id(type_id, extension)
    }

    fn deregister_extension_by_type_id(&mut self, type_id: TypeId) -> Result<(), Error> {
        self.inner.deregister_extension_by_type_id(type_id)
    }
}

impl Externalities for Counting<'_> {
    fn storage(&mut self, key: &[u8]) -> Option<Vec<u8>> {
        self.accesses.reads += 1;
        self.inner.storage(key)
    }

    fn storage_hash(&mut self, key: &[u8]) -> Option<Vec<u8>> {
        self.accesses.reads += 1;
        self.inner.storage_hash(key)
    }

    fn exists_storage(&mut self, key: &[u8]) -> bool {
        self.accesses.reads += 1;
        self.inner.exists_storage(key)
    }

    fn next_storage_key(&mut self, key: &[u8]) -> Option<Vec<u8>> {
        self.accesses.seeks += 1;
        self.inner.next_storage_key(key)
    }

    fn place_storage(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) {
        self.accesses.writes += 1;
        self.inner.place_storage(key, value);
    }

    fn storage_append(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.accesses.writes += 1;
        self.inner.storage_append(key, value);
    }

    fn clear_prefix(&mut self, prefix: &[u8], limit: Option<u32>, cursor: Option<&[u8]>) -> MultiRemovalResults {
        let removed = self.inner.clear_prefix(prefix, limit, cursor);
        self.accesses.writes += removed.loops;
        removed
    }

    // Child storage, which no pallet uses, and what is no access to storage.

    fn set_offchain_storage(&mut self, key: &[u8], value: Option<&[u8]>) {
        self.inner.set_offchain_storage(key, value);
    }

    fn child_storage_hash(&mut self, child: &ChildInfo, key: &[u8]) -> Option<Vec<u8>> {
        self.inner.child_storage_hash(child, key)
    }

    fn child_storage(&mut self, child: &ChildInfo, key: &[u8]) -> Option<Vec<u8>> {
        self.inner.child_storage(child, key)
    }

    fn next_child_storage_key(&mut self, child: &ChildInfo, key: &[u8]) -> Option<Vec<u8>> {
        self.inner.next_child_storage_key(child, key)
    }

    fn kill_child_storage(
        &mut self,
        child: &ChildInfo,
        limit: Option<u32>,
        cursor: Option<&[u8]>,
    ) -> MultiRemovalResults {
        self.inner.kill_child_storage(child, limit, cursor)
    }

    fn clear_child_prefix(
        &mut self,
        child: &ChildInfo,
        prefix: &[u8],
        limit: Option<u32>,
        cursor: Option<&[u8]>,
    ) -> MultiRemovalResults {
        self.inner.clear_child_prefix(child, prefix, limit, cursor)
    }

    fn place_child_storage(&mut self, child: &ChildInfo, key: Vec<u8>, value: Option<Vec<u8>>) {
        self.inner.place_child_storage(child, key, value);
    }

    fn storage_root(&mut self, version: StateVersion) -> Vec<u8> {
        self.inner.storage_root(version)
    }

    fn child_storage_root(&mut self, child: &ChildInfo, version: StateVersion) -> Vec<u8> {
        self.inner.child_storage_root(child, version)
    }

    fn storage_start_transaction(&mut self) {
        self.inner.storage_start_transaction();
    }

    fn storage_rollback_transaction(&mut self) -> Result<(), ()> {
        self.inner.storage_rollback_transaction()
    }

    fn storage_commit_transaction(&mut self) -> Result<(), ()> {
        self.inner.storage_commit_transaction()
    }

    fn wipe(&mut self) {
        self.inner.wipe();
    }

    fn commit(&mut self) {
        self.inner.commit();
    }

    fn read_write_count(&self) -> (u32, u32, u32, u32) {
        self.inner.read_write_count()
    }

    fn reset_read_write_count(&mut self) {
        self.inner.reset_read_write_count();
    }

    fn get_whitelist(&self) -> Vec<TrackedStorageKey> {
        self.inner.get_whitelist()
    }

    fn set_whitelist(&mut self, whitelist: Vec<TrackedStorageKey>) {
        self.inner.set_whitelist(whitelist);
    }

    fn get_read_and_written_keys(&self) -> Vec<(Vec<u8>, u32, u32, bool)> {
        self.inner.get_read_and_written_keys()
    }
}
