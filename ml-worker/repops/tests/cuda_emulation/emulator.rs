//! The kernels compiled by the host's C++ compiler, as a machine that plans run on.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    ffi::{c_char, c_int, c_void, CStr, CString},
    path::Path,
    process::Command,
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
};

use crate::plan::{Argument, Kernel, Machine, Refusal, MODULES};

/// What stands in front of the kernels.
const DEVICE: &str = include_str!("../../kernels/emulation/device.hpp");
/// Numbers in front of and behind every buffer, which no kernel may write.
const GUARD: usize = 32;

extern "C" {
    fn dlopen(path: *const c_char, mode: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
    fn dlerror() -> *const c_char;
}

/// `emulate` of the library: runs a kernel; 0, or 1 for an unknown kernel, 2 for threads that part at a barrier.
type Emulate = unsafe extern "C" fn(*const c_char, *const u32, *const u32, c_int, *mut *mut c_void) -> c_int;

/// `emulate_function` of the library: an elementary function by its index in [`FUNCTIONS`].
type EmulateFunction = unsafe extern "C" fn(c_int, f64) -> f64;

/// The elementary functions of `elementary.cuh`.
const FUNCTIONS: [&str; 4] = ["exponential", "logarithm", "hyperbolic_tangent", "logistic"];

struct Library {
    emulate: Emulate,
    function: EmulateFunction,
    kernels: BTreeSet<String>,
}

fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let folder = std::env::temp_dir().join(format!("neurodata-cuda-emulation-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        let library = build(&folder);
        // The library stays loaded.
        let _ = std::fs::remove_dir_all(&folder);
        library
    })
}

fn compile(arguments: &[&str]) -> Vec<u8> {
    let compiler = std::env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
    let output = Command::new(&compiler).args(arguments).output().unwrap_or_else(|error| {
        panic!(
            "the emulation of the CUDA kernels needs a C++ compiler; `{compiler}` cannot be started: {error}. Set CXX"
        )
    });
    assert!(output.status.success(), "{compiler} {arguments:?}:\n{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn build(folder: &Path) -> Library {
    let path = |name: &str| folder.join(name).into_os_string().into_string().expect("a path in UTF-8");
    let (written, whole, library) = (path("kernels.cpp"), path("emulation.cpp"), path("emulation.so"));
    let mut texts = vec![DEVICE];
    for text in MODULES.iter().flat_map(|module| module.texts) {
        if !texts.contains(text) {
            texts.push(text);
        }
    }
    std::fs::write(&written, texts.join("\n")).expect("a temporary file");
    // Names of kernels are made by macros, too.
    let mut source = String::from_utf8(compile(&["-std=c++20", "-E", "-P", &written])).expect("C++ in UTF-8");
    let mut kernels = BTreeSet::new();
    for part in source.split("extern \"C\"").skip(1) {
        let words = part.split(['(', ' ', '\n']).filter(|word| !word.is_empty()).take(2).collect::<Vec<_>>();
        if let ["void", name] = words[..] {
            kernels.insert(name.to_owned());
        }
    }
    source.push_str(
        "\nextern \"C\" int emulate(const char* name, const unsigned* grid, const unsigned* block, int descending, \
         void** arguments) {\n    emulation::descending = descending;\n",
    );
    for name in &kernels {
        source.push_str(&format!(
            "    if (!strcmp(name, \"{name}\")) return emulation::launch({name}, grid, block, arguments);\n"
        ));
    }
    source.push_str("    return 1;\n}\n\nextern \"C\" double emulate_function(int which, double x) {\n");
    for (index, name) in FUNCTIONS.iter().enumerate() {
        source.push_str(&format!("    if (which == {index}) return {name}(x);\n"));
    }
    source.push_str("    abort();\n}\n");
    std::fs::write(&whole, source).expect("a temporary file");
    let flags = ["-std=c++20", "-O1", "-ffp-contract=off", "-fno-fast-math", "-fno-strict-aliasing"];
    compile(&[&flags[..], &["-shared", "-fPIC", "-o", &library, &whole]].concat());

    let name = CString::new(library).expect("no zero in a path");
    // SAFETY: the library was just built from the sources above, and stays loaded.
    unsafe {
        let handle = dlopen(name.as_ptr(), 2);
        assert!(!handle.is_null(), "{}", CStr::from_ptr(dlerror()).to_string_lossy());
        let emulate = dlsym(handle, c"emulate".as_ptr());
        let function = dlsym(handle, c"emulate_function".as_ptr());
        assert!(!emulate.is_null() && !function.is_null());
        Library {
            emulate: std::mem::transmute::<*mut c_void, Emulate>(emulate),
            function: std::mem::transmute::<*mut c_void, EmulateFunction>(function),
            kernels,
        }
    }
}

/// The order in which threads of a block take their turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The first thread first.
    Ascending,
    /// The last thread first.
    Descending,
}

/// The one emulated GPU; it has one thread and global state.
pub struct Emulator {
    order: Order,
    /// Numbers that every buffer begins behind a multiple of 16 bytes.
    misaligned: usize,
    launched: RefCell<BTreeSet<String>>,
    _alone: MutexGuard<'static, ()>,
}

impl Emulator {
    /// The emulated GPU, once nobody else uses it.
    pub fn new(order: Order) -> Self {
        static ALONE: Mutex<()> = Mutex::new(());
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        Self { order, misaligned: 0, launched: RefCell::default(), _alone: alone }
    }

    /// The kernels that were started.
    pub fn launched(&self) -> BTreeSet<String> {
        self.launched.borrow().clone()
    }

    /// Has every buffer made from now on begin a number behind a multiple of 16 bytes, or at one.
    pub fn misalign(&mut self, misaligned: bool) {
        self.misaligned = usize::from(misaligned);
    }

    /// These numbers in the emulated memory.
    pub fn buffer<T: Copy + Poison>(&self, values: &[T]) -> Buffer<T> {
        let mut buffer = self.room(values.len());
        let start = buffer.start;
        buffer.numbers[start..start + values.len()].copy_from_slice(values);
        buffer
    }

    fn room<T: Copy + Poison>(&self, length: usize) -> Buffer<T> {
        let numbers = vec![T::POISON; length + 2 * GUARD + 4];
        let to_line = (16 - numbers.as_ptr() as usize % 16) % 16 / size_of::<T>();
        Buffer { numbers, start: GUARD + to_line % 4 + self.misaligned, length }
    }
}

/// Every kernel of the sources.
pub fn kernels() -> BTreeSet<String> {
    library().kernels.clone()
}

/// The elementary function of this name in `elementary.cuh`, of a binary64 number.
pub fn elementary(name: &str, x: f64) -> f64 {
    let index = FUNCTIONS.iter().position(|function| *function == name).expect("a function of the kernels");
    // SAFETY: the function computes from its arguments alone.
    unsafe { (library().function)(index as c_int, x) }
}

/// A type of numbers in the emulated memory.
pub trait Poison {
    /// What memory holds before it is written: a NaN, or a large index.
    const POISON: Self;
}

impl Poison for f32 {
    const POISON: Self = f32::from_bits(0x7fc0_dead);
}

impl Poison for f64 {
    const POISON: Self = f64::from_bits(0x7ff8_dead_dead_dead);
}

impl Poison for u32 {
    const POISON: Self = 0xdead_beef;
}

/// Numbers in the emulated memory, between guards.
#[derive(Debug)]
pub struct Buffer<T> {
    numbers: Vec<T>,
    start: usize,
    length: usize,
}

impl<T: Copy + Poison> Buffer<T> {
    /// The numbers, after a check that nothing was written beyond them.
    pub fn values(&self) -> &[T] {
        let (before, rest) = self.numbers.split_at(self.start);
        let (values, behind) = rest.split_at(self.length);
        let bytes = |value: &T| {
            // SAFETY: the types with a poison are plain numbers without padding.
            unsafe { std::slice::from_raw_parts(std::ptr::from_ref(value).cast::<u8>(), size_of::<T>()) }.to_vec()
        };
        let poison = bytes(&T::POISON);
        assert!(before.iter().chain(behind).all(|value| bytes(value) == poison), "a kernel wrote beyond a buffer");
        values
    }

    fn address(&self) -> u64 {
        self.numbers[self.start..].as_ptr() as u64
    }

    fn address_mut(&mut self) -> u64 {
        self.numbers[self.start..].as_mut_ptr() as u64
    }
}

impl Machine for Emulator {
    type Error = Refusal;
    type Singles = Buffer<f32>;
    type Doubles = Buffer<f64>;
    type Indices = Buffer<u32>;

    fn singles(&self, length: usize) -> Result<Buffer<f32>, Refusal> {
        Ok(self.room(length))
    }

    fn doubles(&self, length: usize) -> Result<Buffer<f64>, Refusal> {
        Ok(self.room(length))
    }

    fn indices(&self, length: usize) -> Result<Buffer<u32>, Refusal> {
        Ok(self.room(length))
    }

    fn upload(&self, values: &[u32]) -> Result<Buffer<u32>, Refusal> {
        Ok(self.buffer(values))
    }

    fn download(&self, indices: &Buffer<u32>) -> Result<Vec<u32>, Refusal> {
        Ok(indices.values().to_vec())
    }

    fn processors(&self) -> usize {
        1
    }

    fn launch(
        &self,
        Kernel(module, name): Kernel<'_>,
        grid: (u32, u32),
        block: (u32, u32),
        arguments: &mut [Argument<'_, Self>],
    ) -> Result<(), Refusal> {
        assert!(MODULES.contains(module), "{} is not among the modules", module.name);
        let mut numbers: Vec<u64> = arguments
            .iter_mut()
            .map(|argument| match argument {
                Argument::Singles(buffer) => buffer.address(),
                Argument::Doubles(buffer) => buffer.address(),
                Argument::Indices(buffer) => buffer.address(),
                Argument::IntoSingles(buffer) => buffer.address_mut(),
                Argument::IntoDoubles(buffer) => buffer.address_mut(),
                Argument::IntoIndices(buffer) => buffer.address_mut(),
                Argument::Small(number) => u64::from(*number),
                Argument::Long(number) => *number,
                Argument::Single(number) => u64::from(number.to_bits()),
            })
            .collect();
        // The low bytes of a number come first, so that a u32 is found at its address.
        assert!(cfg!(target_endian = "little"));
        let mut addresses: Vec<*mut c_void> =
            numbers.iter_mut().map(|number| std::ptr::from_mut(number).cast()).collect();
        let c_name = CString::new(name).expect("no zero in a name");
        let descending = c_int::from(self.order == Order::Descending);
        // SAFETY: the plans pass what the kernels take, on buffers of the sizes they index, and nobody else is in the
        // library.
        let result = unsafe {
            let (grid, block) = ([grid.0, grid.1], [block.0, block.1]);
            (library().emulate)(c_name.as_ptr(), grid.as_ptr(), block.as_ptr(), descending, addresses.as_mut_ptr())
        };
        assert_eq!(result, 0, "{name}: 1 for an unknown kernel, 2 for threads that part at a barrier");
        self.launched.borrow_mut().insert(name.to_owned());
        Ok(())
    }
}
