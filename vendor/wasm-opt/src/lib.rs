//! The part of Binaryen's Rust bindings that the wasm builder calls, without Binaryen.
//!
//! The builder runs wasm-opt at optimisation level 0, for two passes: stripping `.debug_*` sections and lowering
//! sign-extension instructions. The target `wasm32v1-none` emits no such instructions, so removing the sections is all
//! that is left. A module is a magic number, a version and a list of sections (WebAssembly core specification 1.0,
//! section 5.5); custom sections have id 0 and begin with their name.

use std::{fmt, fs, io, path::Path};

/// What the builder can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// Remove custom sections whose name begins with `.debug_`.
    StripDwarf,
    /// Nothing to do: see the crate's documentation.
    SignextLowering,
}

/// A run of the tool.
#[derive(Clone, Debug, Default)]
pub struct OptimizationOptions {
    strip_debug: bool,
}

/// Why a module could not be rewritten.
#[derive(Debug)]
pub enum OptimizationError {
    /// Reading or writing the file failed.
    Io(io::Error),
    /// The file is no WebAssembly module, or is cut short at this byte.
    Malformed(usize),
}

impl fmt::Display for OptimizationError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(formatter, "cannot read or write the module: {error}"),
            Self::Malformed(at) => write!(formatter, "malformed WebAssembly module at byte {at}"),
        }
    }
}

impl std::error::Error for OptimizationError {}

impl From<io::Error> for OptimizationError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl OptimizationOptions {
    /// No optimisation, only the passes that are added.
    pub fn new_opt_level_0() -> Self {
        Self::default()
    }

    /// Accepted for compatibility: the target emits the minimum feature set.
    pub fn mvp_features_only(&mut self) -> &mut Self {
        self
    }

    /// Accepted for compatibility: the `name` section is always kept.
    pub fn debug_info(&mut self, _keep: bool) -> &mut Self {
        self
    }

    /// Ask for `pass`.
    pub fn add_pass(&mut self, pass: Pass) -> &mut Self {
        self.strip_debug |= pass == Pass::StripDwarf;
        self
    }

    /// Rewrite the module at `infile` to `outfile`; they may be the same.
    pub fn run(&self, infile: impl AsRef<Path>, outfile: impl AsRef<Path>) -> Result<(), OptimizationError> {
        let module = fs::read(infile)?;
        let out = if self.strip_debug { strip_debug_sections(&module)? } else { module };
        Ok(fs::write(outfile, out)?)
    }
}

fn strip_debug_sections(module: &[u8]) -> Result<Vec<u8>, OptimizationError> {
    if !module.starts_with(b"\0asm\x01\0\0\0") {
        return Err(OptimizationError::Malformed(0));
    }
    let mut out = module[..8].to_vec();
    let mut at = 8;
    while at < module.len() {
        let (length, body) = read_leb128_u32(module, at + 1)?;
        let end = body.checked_add(length).filter(|end| *end <= module.len()).ok_or(OptimizationError::Malformed(at))?;
        if !(module[at] == 0 && custom_name(&module[..end], body)?.starts_with(b".debug_")) {
            out.extend_from_slice(&module[at..end]);
        }
        at = end;
    }
    Ok(out)
}

fn custom_name(section: &[u8], body: usize) -> Result<&[u8], OptimizationError> {
    let (length, start) = read_leb128_u32(section, body)?;
    section.get(start..start.saturating_add(length)).ok_or(OptimizationError::Malformed(body))
}

/// The number at `at` and the position behind it.
fn read_leb128_u32(bytes: &[u8], at: usize) -> Result<(usize, usize), OptimizationError> {
    let mut value = 0u64;
    for (index, byte) in bytes.iter().skip(at).take(5).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Ok((value as usize, at + index + 1));
        }
    }
    Err(OptimizationError::Malformed(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn custom(name: &str) -> Vec<u8> {
        let mut section = vec![0, name.len() as u8 + 2, name.len() as u8];
        section.extend_from_slice(name.as_bytes());
        section.push(7);
        section
    }

    #[test]
    fn only_debug_sections_are_removed() {
        let header = b"\0asm\x01\0\0\0".to_vec();
        let module = [header.clone(), custom(".debug_info"), custom("runtime_version"), custom(".debug_line")].concat();
        assert_eq!(strip_debug_sections(&module).unwrap(), [header, custom("runtime_version")].concat());
    }

    #[test]
    fn a_truncated_module_is_refused() {
        let module = [b"\0asm\x01\0\0\0".to_vec(), vec![0, 9, 1]].concat();
        assert!(matches!(strip_debug_sections(&module), Err(OptimizationError::Malformed(8))));
    }
}
