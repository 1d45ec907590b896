#!/usr/bin/env bash
# Install what a build needs on Debian. Safe to run again: it only adds what is missing.
#
#   scripts/setup.sh          what the demo needs
#   scripts/setup.sh --test   also what the tests need (Node.js and the packages of e2e/js)
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

PACKAGES=(ca-certificates clang libclang-dev libssl-dev mold pkg-config protobuf-compiler python3 python3-pip)
for argument in "$@"; do
    case "$argument" in
    --test) PACKAGES+=(nodejs) ;;
    *) fail "unknown argument '$argument'; usage: scripts/setup.sh [--test]" ;;
    esac
done

# --- Debian packages -------------------------------------------------------------------------------------------------
has() {
    case "$1" in
    clang | mold | python3) command -v "$1" >/dev/null ;;
    pkg-config) command -v pkg-config >/dev/null ;;
    protobuf-compiler) command -v protoc >/dev/null ;;
    python3-pip) python3 -m pip --version >/dev/null 2>&1 ;;
    nodejs) command -v node >/dev/null && command -v npm >/dev/null ;;
    *) dpkg -s "$1" >/dev/null 2>&1 ;;
    esac
}
missing=()
for package in "${PACKAGES[@]}"; do
    has "$package" || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    command -v apt-get >/dev/null ||
        fail "missing: ${missing[*]}. This script installs them on Debian; elsewhere install their equivalents yourself."
    [[ " ${missing[*]} " == *" nodejs "* ]] && missing+=(npm)
    say "installing Debian packages: ${missing[*]}"
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "missing: ${missing[*]}. Run as root: apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    "${as_root[@]}" apt-get update -qq || say "warning: the package lists could not be refreshed; trying with the old ones"
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
        fail "apt-get could not install: ${missing[*]}. Its message above says why."
fi

# --- Rust ------------------------------------------------------------------------------------------------------------
command -v cargo >/dev/null || fail "Rust is missing. Install rustup (https://rustup.rs), then run this again."
if [ "$(rustc --version | cut -d' ' -f2)" != "$NEURODATA_RUST" ]; then
    say "installing Rust $NEURODATA_RUST, the version this project is built with"
    command -v rustup >/dev/null && rustup toolchain install "$NEURODATA_RUST" --profile minimal ||
        fail "this project is built with Rust $NEURODATA_RUST, found $(rustc --version); install it with: rustup toolchain install $NEURODATA_RUST"
    export RUSTUP_TOOLCHAIN="$NEURODATA_RUST"
fi

# --- The runtime's target --------------------------------------------------------------------------------------------
TARGET=wasm32v1-none
SYSROOT="$(rustc --print sysroot)"
target_libraries() { compgen -G "$SYSROOT/lib/rustlib/$TARGET/lib/libcore-*.rlib" >/dev/null; }

# Build core and alloc for the target from Debian's source package of the same Rust version.
build_target_from_debian() {
    local source="" package version library
    for package in rust-web-src rust-src; do
        version="$(apt-cache madison "$package" 2>/dev/null | awk -F'|' '{gsub(/ /, "", $2); print $2}' |
            grep -m1 "^${NEURODATA_RUST}[+~-]" || true)"
        [ -n "$version" ] || continue
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package=$version" >/dev/null || continue
        source="$(dpkg -L "$package" | grep -m1 '/library/core/Cargo.toml$' || true)"
        [ -n "$source" ] && break
    done
    [ -n "$source" ] || return 1
    library="${source%/core/Cargo.toml}"
    say "building the standard library for $TARGET from $library"
    mkdir -p "$SYSROOT/lib/rustlib/src/rust" "$SYSROOT/lib/rustlib/$TARGET/lib"
    ln -sfn "$library" "$SYSROOT/lib/rustlib/src/rust/library"
    local work
    work="$(mktemp -d)"
    mkdir -p "$work/src"
    printf '[package]\nname = "seed"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n' >"$work/Cargo.toml"
    echo '#![no_std]' >"$work/src/lib.rs"
    # Bitcode lets the runtime be linked with LTO; the memory functions are what the official targets come with.
    (cd "$work" && RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Cembed-bitcode=yes CARGO_TARGET_DIR="$work/target" cargo build --release \
        --target "$TARGET" -Zbuild-std=core,alloc -Zbuild-std-features=compiler-builtins-mem) || return 1
    cp "$work/target/$TARGET/release/deps/"lib{core,alloc,compiler_builtins}-*.r* "$SYSROOT/lib/rustlib/$TARGET/lib/"
    rm -rf "$work" "$CARGO_TARGET_DIR"/*/wbuild
}

if ! target_libraries; then
    say "adding the target $TARGET"
    { command -v rustup >/dev/null && rustup target add "$TARGET" >/dev/null 2>&1 && target_libraries; } ||
        { build_target_from_debian && target_libraries; } ||
        fail "the Rust target $TARGET is missing: 'rustup target add $TARGET' failed, and Debian has no source package of Rust $NEURODATA_RUST to build it from."
fi

# --- Packages of the polkadot.js suite -------------------------------------------------------------------------------
if [[ " ${PACKAGES[*]} " == *" nodejs "* ]] && ! (cd "$ROOT/e2e/js" && npm ls --silent >/dev/null 2>&1); then
    say "installing the packages of e2e/js"
    (cd "$ROOT/e2e/js" && npm ci --no-audit --no-fund --silent) || fail "npm could not install the packages of e2e/js"
fi
