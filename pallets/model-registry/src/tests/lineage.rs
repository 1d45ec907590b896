use crate::{mock::*, *};

#[test]
fn ancestors_come_nearest_first_and_each_once() {
    ExtBuilder::build_and_execute(|| {
        let root = model();
        let (left, right) = (child_of(root), child_of(root));
        let far = child_of(right);
        let last = child_of_all(&[left, far]);
        assert_eq!(ModelRegistry::lineage(last, 1_000), [left, far, root, right]);
        assert_eq!(ModelRegistry::lineage(last, 3), [left, far, root]);
        assert_eq!(ModelRegistry::lineage(last, 0), []);
        assert_eq!(ModelRegistry::lineage(root, 1_000), []);
        assert_eq!(ModelRegistry::lineage(ModelId::new(99), 1_000), []);
    });
}

#[test]
fn a_thousand_ancestors_are_listed_and_no_more_are_looked_for() {
    ExtBuilder::build_and_execute(|| {
        let last = with_ancestors(1_000);
        let mut ancestors = ModelRegistry::lineage(last, u32::MAX);
        ancestors.sort();
        ancestors.dedup();
        assert_eq!(ancestors.len(), 1_000);
        assert_eq!(ModelRegistry::lineage(last, 10).len(), 10);
    });
}
