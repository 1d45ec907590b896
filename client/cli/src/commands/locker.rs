//! Where a buyer keeps what must not be lost: one folder for each purchase.
//!
//! ```text
//! <purchases>/<chain>/dataset-3.1f2e3d4c5b6a7988/    a purchase that is under way, by account
//! <purchases>/<chain>/purchase-17/                   a purchase that is over, or whose file was written
//!     one-time.key    the secret of the recipient key, made before anything is paid
//!     purchase.json   what is bought, since which block, and the purchase's id once it is known
//!     content.key     what was bought, once it is delivered
//! ```
//!
//! A folder appears complete or not at all, and its keys belong to their owner alone (mode 0600), so that a program that was
//! killed goes on where it stopped.

use super::write_file;
use anyhow::{Context as _, Result};
use neurodata_chain::{AccountId, BlockNumber};
use neurodata_dataset::{ContentKey, RecipientSecret};
use neurodata_primitives::{Asset, PurchaseId, RecipientKey};
use serde_json::{json, Value};
use std::{
    fs,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

const SECRET_FILE: &str = "one-time.key";
const NOTE_FILE: &str = "purchase.json";
const KEY_FILE: &str = "content.key";

/// The purchases of one chain.
pub struct Locker {
    root: PathBuf,
}

/// What an earlier attempt to buy something left behind.
#[derive(Debug)]
pub enum LeftBehind {
    /// Nothing; or what was begun is over and put away.
    Nothing,
    /// A one-time key of which no purchase is known.
    Begun(Drawer),
    /// A purchase that is open.
    Open(PurchaseId, Drawer),
    /// A purchase that is open, made with a key that is not here.
    Elsewhere(PurchaseId),
    /// A purchase that is no longer open, and whose end was not seen.
    Over(PurchaseId, Drawer),
}

/// What is kept about one purchase.
#[derive(Debug)]
pub struct Drawer {
    folder: PathBuf,
    /// What was bought, and by whom.
    what: String,
    /// The secret of the recipient key.
    pub secret: RecipientSecret,
    /// Best block when the purchase was about to be submitted; it is not older.
    pub since: BlockNumber,
    /// The purchase, once it is known.
    pub purchase: Option<PurchaseId>,
}

impl Locker {
    /// The purchases on the chain with this genesis, under `folder`.
    pub fn open(folder: &Path, genesis: &[u8; 32]) -> Result<Self> {
        let root = folder.join(hex::encode(&genesis[..8]));
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&root).with_context(|| format!("cannot make the folder {}", root.display()))?;
        Ok(Self { root })
    }

    fn pending_folder(&self, account: &AccountId, asset: Asset) -> PathBuf {
        self.root.join(Drawer::subject(account, asset))
    }

    /// What `account` left unfinished about `asset`.
    pub fn pending(&self, account: &AccountId, asset: Asset) -> Result<Option<Drawer>> {
        let folder = self.pending_folder(account, asset);
        let there = folder.try_exists().with_context(|| format!("cannot look at {}", folder.display()))?;
        there.then(|| Drawer::read(folder)).transpose()
    }

    /// What an earlier attempt of `account` to buy `asset` left behind, given the purchase that the chain says is open, with
    /// its recipient key.
    pub fn left_behind(
        &self,
        account: &AccountId,
        asset: Asset,
        open: Option<(PurchaseId, RecipientKey)>,
    ) -> Result<LeftBehind> {
        if let Some((purchase, key)) = open {
            let Some(mut drawer) = self.find(&key)? else { return Ok(LeftBehind::Elsewhere(purchase)) };
            drawer.note_purchase(purchase)?;
            return Ok(LeftBehind::Open(purchase, drawer));
        }
        Ok(match self.pending(account, asset)? {
            None => LeftBehind::Nothing,
            Some(drawer) => match drawer.purchase {
                None => LeftBehind::Begun(drawer),
                Some(purchase) => LeftBehind::Over(purchase, drawer),
            },
        })
    }

    /// The latest purchase of `asset` by `account` whose content key is here.
    pub fn bought(&self, account: &AccountId, asset: Asset) -> Result<Option<(Drawer, ContentKey, PurchaseId)>> {
        let what = Drawer::subject(account, asset);
        let mut latest: Option<(Drawer, ContentKey, PurchaseId)> = None;
        for drawer in self.drawers()?.into_iter().filter(|drawer| drawer.what == what) {
            let Some((purchase, key)) = drawer.purchase.zip(drawer.content_key()?) else { continue };
            if latest.as_ref().is_none_or(|(.., before)| purchase > *before) {
                latest = Some((drawer, key, purchase));
            }
        }
        Ok(latest)
    }

    /// Every folder that can be read; the others are named and left alone.
    fn drawers(&self) -> Result<Vec<Drawer>> {
        let cannot = || format!("cannot look through {}", self.root.display());
        let mut drawers = Vec::new();
        for entry in fs::read_dir(&self.root).with_context(cannot)? {
            let folder = entry.with_context(cannot)?.path();
            if folder.extension().is_some_and(|extension| extension == "new") || !folder.join(SECRET_FILE).exists() {
                continue;
            }
            match Drawer::read(folder) {
                Ok(drawer) => drawers.push(drawer),
                Err(error) => eprintln!("warning: a purchase cannot be read: {error:#}"),
            }
        }
        Ok(drawers)
    }

    /// Make a new one-time key for a purchase of `asset` by `account`, at best block `now`.
    pub fn begin(&self, account: &AccountId, asset: Asset, now: BlockNumber) -> Result<Drawer> {
        let folder = self.pending_folder(account, asset);
        let unfinished = unfinished(&folder);
        // A key in an unfinished folder was never used.
        match fs::remove_dir_all(&unfinished) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot remove {}", unfinished.display()));
            }
            _ => fs::create_dir(&unfinished).with_context(|| format!("cannot make {}", unfinished.display()))?,
        }
        let secret = RecipientSecret::generate();
        secret.save(&unfinished.join(SECRET_FILE))?;
        let what = Drawer::subject(account, asset);
        let mut drawer = Drawer { folder: unfinished.clone(), what, secret, since: now, purchase: None };
        drawer.write_note()?;
        fs::rename(&unfinished, &folder).with_context(|| format!("cannot make {}", folder.display()))?;
        drawer.folder = folder;
        Ok(drawer)
    }

    /// What is kept about the purchase that was made with this recipient key.
    pub fn find(&self, key: &RecipientKey) -> Result<Option<Drawer>> {
        Ok(self.drawers()?.into_iter().find(|drawer| drawer.secret.public() == *key))
    }
}

/// Where a folder is made before it gets its name.
fn unfinished(folder: &Path) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(".new");
    name.into()
}

impl Drawer {
    /// What is bought, and by whom.
    fn subject(account: &AccountId, asset: Asset) -> String {
        let asset = match asset {
            Asset::Dataset(id) => format!("dataset-{id}"),
            Asset::Model(id) => format!("model-{id}"),
        };
        format!("{asset}.{}", hex::encode(&account.0[..8]))
    }

    fn read(folder: PathBuf) -> Result<Self> {
        let secret = RecipientSecret::load(&folder.join(SECRET_FILE))?;
        let path = folder.join(NOTE_FILE);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let read = || {
            let note: Value = serde_json::from_str(&text).ok()?;
            let since = note.get("since")?.as_u64()?.try_into().ok()?;
            let what = note.get("what")?.as_str()?.to_owned();
            Some((what, since, note.get("purchase")?.as_u64().map(PurchaseId::new)))
        };
        let (what, since, purchase) =
            read().with_context(|| format!("{} is not what this program writes", path.display()))?;
        Ok(Self { folder, what, secret, since, purchase })
    }

    fn write_note(&self) -> Result<()> {
        let note = json!({ "what": self.what, "since": self.since, "purchase": self.purchase });
        write_file(&self.folder.join(NOTE_FILE), |file| writeln!(file, "{note}"))
    }

    /// Note that the purchase is about to be submitted, at best block `now`.
    pub fn renew(&mut self, now: BlockNumber) -> Result<()> {
        if self.since != now {
            self.since = now;
            self.write_note()?;
        }
        Ok(())
    }

    /// Note the purchase that was made with the secret.
    pub fn note_purchase(&mut self, purchase: PurchaseId) -> Result<()> {
        if self.purchase != Some(purchase) {
            self.purchase = Some(purchase);
            self.write_note()?;
        }
        Ok(())
    }

    /// Where the content key is kept.
    pub fn key_file(&self) -> PathBuf {
        self.folder.join(KEY_FILE)
    }

    /// The content key, if it was kept.
    pub fn content_key(&self) -> Result<Option<ContentKey>> {
        let path = self.key_file();
        let there = path.try_exists().with_context(|| format!("cannot look at {}", path.display()))?;
        Ok(there.then(|| ContentKey::load(&path)).transpose()?)
    }

    /// Keep the content key.
    pub fn keep(&self, key: &ContentKey) -> Result<()> {
        if self.content_key()?.as_ref() == Some(key) {
            return Ok(());
        }
        let (path, unfinished) = (self.key_file(), self.folder.join("content.key.new"));
        let _ = fs::remove_file(&unfinished);
        key.save(&unfinished)?;
        fs::rename(&unfinished, &path).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Make room for the next purchase of the same asset: this one keeps its folder under the purchase's name.
    pub fn put_away(&mut self, purchase: PurchaseId) -> Result<()> {
        self.note_purchase(purchase)?;
        let target = self.folder.with_file_name(format!("purchase-{purchase}"));
        if target != self.folder {
            fs::rename(&self.folder, &target).with_context(|| format!("cannot make {}", target.display()))?;
            self.folder = target;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use neurodata_primitives::{DatasetId, ModelId};

    const BUYER: AccountId = AccountId([1; 32]);
    const DATASET: Asset = Asset::Dataset(DatasetId::new(3));

    fn locker() -> (tempfile::TempDir, Locker) {
        let folder = tempfile::tempdir().unwrap();
        let locker = Locker::open(folder.path(), &[7; 32]).unwrap();
        (folder, locker)
    }

    #[test]
    fn a_killed_purchase_is_found_again_with_its_key() {
        let (folder, locker) = locker();
        assert!(locker.pending(&BUYER, DATASET).unwrap().is_none());
        let mut drawer = locker.begin(&BUYER, DATASET, 40).unwrap();
        let key = drawer.secret.public();
        let again = Locker::open(folder.path(), &[7; 32]).unwrap().pending(&BUYER, DATASET).unwrap().unwrap();
        assert_eq!((again.secret.public(), again.since, again.purchase), (key, 40, None));
        drawer.renew(45).unwrap();
        assert_eq!(locker.pending(&BUYER, DATASET).unwrap().unwrap().since, 45);
        drawer.note_purchase(PurchaseId::new(17)).unwrap();
        assert_eq!(locker.pending(&BUYER, DATASET).unwrap().unwrap().purchase, Some(PurchaseId::new(17)));
        assert!(locker.pending(&AccountId([2; 32]), DATASET).unwrap().is_none(), "another buyer");
        assert!(locker.pending(&BUYER, Asset::Model(ModelId::new(3))).unwrap().is_none(), "another asset");
        let other = Locker::open(folder.path(), &[8; 32]).unwrap();
        assert!(other.pending(&BUYER, DATASET).unwrap().is_none(), "another chain");
    }

    #[test]
    fn a_half_made_key_is_made_anew() {
        let (_folder, locker) = locker();
        let unfinished = unfinished(&locker.pending_folder(&BUYER, DATASET));
        fs::create_dir(&unfinished).unwrap();
        fs::write(unfinished.join(SECRET_FILE), "half").unwrap();
        assert!(locker.pending(&BUYER, DATASET).unwrap().is_none());
        assert!(locker.find(&RecipientKey::new([9; 32])).unwrap().is_none());
        locker.begin(&BUYER, DATASET, 1).unwrap();
        assert!(locker.pending(&BUYER, DATASET).unwrap().is_some());
        assert!(!unfinished.exists());
    }

    #[test]
    fn what_is_over_makes_room_and_is_found_by_its_key() {
        let (_folder, locker) = locker();
        let mut drawer = locker.begin(&BUYER, DATASET, 1).unwrap();
        let key = ContentKey::generate();
        drawer.keep(&key).unwrap();
        drawer.keep(&key).unwrap();
        drawer.put_away(PurchaseId::new(17)).unwrap();
        drawer.put_away(PurchaseId::new(17)).unwrap();
        assert!(locker.pending(&BUYER, DATASET).unwrap().is_none());
        let found = locker.find(&drawer.secret.public()).unwrap().unwrap();
        assert_eq!((found.content_key().unwrap(), found.purchase), (Some(key), Some(PurchaseId::new(17))));
        locker.begin(&BUYER, DATASET, 2).unwrap();
    }

    #[test]
    fn an_attempt_goes_on_from_what_chain_and_folder_know() {
        let (_folder, locker) = locker();
        let left = |open| locker.left_behind(&BUYER, DATASET, open).unwrap();
        let id = PurchaseId::new(17);
        assert!(matches!(left(None), LeftBehind::Nothing));
        // Killed before or while the purchase was submitted: the same key serves again.
        let key = locker.begin(&BUYER, DATASET, 40).unwrap().secret.public();
        assert!(matches!(left(None), LeftBehind::Begun(drawer) if drawer.secret.public() == key));
        // Killed after it, before the id was noted.
        assert!(matches!(left(Some((id, key))), LeftBehind::Open(found, _) if found == id));
        // Ended meanwhile.
        assert!(matches!(left(None), LeftBehind::Over(found, _) if found == id));
        // Written but not confirmed: put away, and open still.
        locker.pending(&BUYER, DATASET).unwrap().unwrap().put_away(id).unwrap();
        assert!(matches!(left(Some((id, key))), LeftBehind::Open(..)));
        assert!(matches!(left(None), LeftBehind::Nothing));
        // Begun on another machine.
        let foreign = RecipientSecret::generate().public();
        assert!(matches!(left(Some((PurchaseId::new(18), foreign))), LeftBehind::Elsewhere(_)));
    }

    #[test]
    fn what_was_bought_is_found_again_the_latest_first() {
        let (_folder, locker) = locker();
        assert!(locker.bought(&BUYER, DATASET).unwrap().is_none());
        for id in [3, 12, 5] {
            let mut drawer = locker.begin(&BUYER, DATASET, 1).unwrap();
            drawer.keep(&ContentKey::new([id; 32])).unwrap();
            drawer.put_away(PurchaseId::new(id.into())).unwrap();
        }
        // Without a key, or of another asset.
        locker.begin(&BUYER, DATASET, 1).unwrap().put_away(PurchaseId::new(20)).unwrap();
        let mut other = locker.begin(&BUYER, Asset::Model(ModelId::new(3)), 1).unwrap();
        other.keep(&ContentKey::new([30; 32])).unwrap();
        other.put_away(PurchaseId::new(30)).unwrap();
        fs::create_dir(locker.root.join("purchase-40")).unwrap();
        fs::write(locker.root.join("purchase-40").join(SECRET_FILE), "broken").unwrap();
        let (_, key, purchase) = locker.bought(&BUYER, DATASET).unwrap().unwrap();
        assert_eq!((key, purchase), (ContentKey::new([12; 32]), PurchaseId::new(12)));
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_the_keys() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, locker) = locker();
        let drawer = locker.begin(&BUYER, DATASET, 1).unwrap();
        drawer.keep(&ContentKey::generate()).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&drawer.folder.join(SECRET_FILE)), 0o600);
        assert_eq!(mode(&drawer.key_file()), 0o600);
        assert_eq!(mode(&locker.root), 0o700);
    }
}
