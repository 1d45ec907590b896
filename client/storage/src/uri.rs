//! Locations as they are written on chain: `ipfs://<CID of a manifest>`.

use crate::{Cid, InvalidCid};

/// What a location begins with.
const SCHEME: &str = "ipfs://";

/// Why a text is not a location.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InvalidUri {
    /// It begins with something else.
    #[error("{text:?} is not a location that this program can read; expected `ipfs://<CID>`")]
    Scheme {
        /// The text, shortened.
        text: String,
    },
    /// What follows the scheme is no address of a blob; paths and queries are not part of a location.
    #[error(transparent)]
    Cid(#[from] InvalidCid),
}

/// The location of the file whose manifest is at `cid`.
pub fn format(cid: &Cid) -> String {
    format!("{SCHEME}{cid}")
}

/// The CID of the manifest that `text` locates.
pub fn parse(text: &str) -> Result<Cid, InvalidUri> {
    let cid = text.strip_prefix(SCHEME).ok_or_else(|| InvalidUri::Scheme { text: text.chars().take(100).collect() })?;
    Ok(cid.parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_leads_back_to_its_cid() {
        let cid = Cid::of(b"manifest");
        assert_eq!(parse(&format(&cid)), Ok(cid));
    }

    #[test]
    fn paths_queries_and_other_schemes_are_refused() {
        let cid = Cid::of(b"manifest");
        let refused = [
            cid.to_string(),
            format!("file:///{cid}"),
            format!("IPFS://{cid}"),
            format!("ipfs://{cid}/../other"),
            format!("ipfs://../{cid}"),
            format!("ipfs://{cid}?x"),
            format!("ipfs://{cid}\0"),
            format!(" ipfs://{cid}"),
            "ipfs://".into(),
        ];
        for text in refused {
            assert!(parse(&text).is_err(), "{text} was accepted");
        }
    }
}
