//! Where our programs keep their files unless they are told otherwise, in one place for all of them.
//!
//! | folder | variable | otherwise |
//! |---|---|---|
//! | [`store`]: the blob store | `NEURODATA_STORE` | `store` in the data folder |
//! | [`purchases`]: one-time keys and bought content keys | `NEURODATA_PURCHASES` | `purchases` in the data folder |
//! | [`proving_keys`]: cached proving keys | `NEURODATA_PROVING_KEYS` | `proving-keys` in the cache folder |
//!
//! The data folder is `$XDG_DATA_HOME/neurodata`, or `~/.local/share/neurodata`; the cache folder `$XDG_CACHE_HOME/neurodata`,
//! or `~/.cache/neurodata`. A variable of the XDG base directories counts only if it is absolute, as their specification
//! says.

use std::{env, ffi::OsString, path::PathBuf};

/// There is no home folder, and nothing else names the folder.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("there is no home folder ($HOME is not set); set {variable}, or name the folder on the command line")]
pub struct NoHome {
    /// The variable that would name the folder.
    pub variable: &'static str,
}

/// Folder of the blob store.
pub fn store() -> Result<PathBuf, NoHome> {
    find(&env_var, "NEURODATA_STORE", Base::DATA, "store")
}

/// Folder of what a buyer must not lose: one-time keys of purchases, and the content keys that were bought.
pub fn purchases() -> Result<PathBuf, NoHome> {
    find(&env_var, "NEURODATA_PURCHASES", Base::DATA, "purchases")
}

/// Folder of cached proving keys.
pub fn proving_keys() -> Result<PathBuf, NoHome> {
    find(&env_var, "NEURODATA_PROVING_KEYS", Base::CACHE, "proving-keys")
}

/// Folder for whatever can be made again.
pub fn cache() -> Result<PathBuf, NoHome> {
    find(&env_var, "NEURODATA_CACHE", Base::CACHE, "")
}

/// A folder of the user in which programs have theirs.
struct Base {
    variable: &'static str,
    fallback: &'static str,
}

impl Base {
    const DATA: Self = Self { variable: "XDG_DATA_HOME", fallback: ".local/share" };
    const CACHE: Self = Self { variable: "XDG_CACHE_HOME", fallback: ".cache" };
}

fn env_var(name: &str) -> Option<OsString> {
    env::var_os(name)
}

fn find(
    environment: &dyn Fn(&str) -> Option<OsString>,
    variable: &'static str,
    base: Base,
    name: &str,
) -> Result<PathBuf, NoHome> {
    let given = |name: &str| environment(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = given(variable) {
        return Ok(folder);
    }
    let folder = given(base.variable).filter(|folder| folder.is_absolute());
    let folder = folder.or_else(|| given("HOME").map(|home| home.join(base.fallback)));
    let folder = folder.ok_or(NoHome { variable })?.join("neurodata");
    Ok(if name.is_empty() { folder } else { folder.join(name) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn store_in(variables: &[(&str, &str)]) -> Result<PathBuf, NoHome> {
        let of = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value));
        find(&of, "NEURODATA_STORE", Base::DATA, "store")
    }

    #[test]
    fn the_nearest_word_wins() {
        let all = [("NEURODATA_STORE", "s"), ("XDG_DATA_HOME", "/data"), ("HOME", "/home/a")];
        assert_eq!(store_in(&all).unwrap(), Path::new("s"));
        assert_eq!(store_in(&all[1..]).unwrap(), Path::new("/data/neurodata/store"));
        assert_eq!(store_in(&all[2..]).unwrap(), Path::new("/home/a/.local/share/neurodata/store"));
        assert_eq!(store_in(&[]), Err(NoHome { variable: "NEURODATA_STORE" }));
    }

    #[test]
    fn empty_and_relative_variables_do_not_count() {
        let variables = [("NEURODATA_STORE", ""), ("XDG_DATA_HOME", "data"), ("HOME", "/home/a")];
        assert_eq!(store_in(&variables).unwrap(), Path::new("/home/a/.local/share/neurodata/store"));
    }
}
