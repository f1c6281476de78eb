//! Which device networks run on. One binary serves both: the CUDA part of libtorch is loaded at run time where it exists.

use std::path::Path;

use tch::Device;

use crate::config::DeviceChoice;
use crate::error::{Error, Result};

/// Loads the CUDA part of libtorch if it is there and tunes the allocator. Must be the first act of `main`: once
/// libtorch has been asked about CUDA, a library loaded later is ignored for good.
pub fn prepare_process(libtorch_cuda: Option<&Path>) {
    tune_allocator();
    let name = libtorch_cuda.map_or_else(|| "libtorch_cuda.so".into(), Path::to_path_buf);
    load_globally(&name);
}

/// Keeps large buffers in the process: libtorch asks for the same ones again and again (1.1-1.7x on ResNet-50, batch 32).
#[expect(unsafe_code, reason = "mallopt has no safe wrapper")]
fn tune_allocator() {
    // SAFETY: mallopt only sets allocator parameters; called before other threads exist.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 1 << 30);
        libc::mallopt(libc::M_TRIM_THRESHOLD, i32::MAX);
    }
}

#[expect(unsafe_code, reason = "loading a library runs its initialisers")]
fn load_globally(name: &Path) {
    use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};
    // SAFETY: libtorch_cuda.so is the sibling of the libtorch_cpu.so this program is linked to; its initialisers
    // register the CUDA kernels and touch nothing of ours.
    if let Ok(library) = unsafe { Library::open(Some(name), RTLD_NOW | RTLD_GLOBAL) } {
        // Kernels are registered for the life of the process.
        std::mem::forget(library);
    }
}

/// Lets the calling thread compute without the help of others, from now on: for one of several that compute side by side.
pub fn compute_alone() {
    tch::set_num_threads(1);
}

/// The device to run on.
///
/// # Errors
/// `NotReady` when CUDA is demanded and not there.
pub fn choose(choice: DeviceChoice) -> Result<Device> {
    match choice {
        DeviceChoice::Cpu => Ok(Device::Cpu),
        DeviceChoice::Auto => Ok(Device::cuda_if_available()),
        DeviceChoice::Cuda if tch::Cuda::is_available() => Ok(Device::Cuda(0)),
        DeviceChoice::Cuda => Err(Error::not_ready(
            "device cuda is asked for, but libtorch sees no CUDA device: install the CUDA build of libtorch and name its \
             libtorch_cuda.so with --libtorch-cuda, or use --device auto",
        )),
    }
}

/// The device in words, for the log and the API.
pub fn describe(device: Device, threads: usize) -> String {
    match device {
        Device::Cuda(number) => format!("CUDA device {number}"),
        Device::Cpu => format!("CPU, {threads} threads"),
        other => format!("{other:?}"),
    }
}

/// Settings of the whole process that make forward passes faster: freed memory is kept for the next batch (big buffers would
/// be fetched from the system page by page each time), and the compiler of TorchScript does not try to be clever, because
/// plans are fused already and its profiling costs the first calls. Plain functions of the C library and libtorch.
pub(super) fn tune() {
    if tch::jit::f_set_profiling_mode(false).and_then(|()| tch::jit::f_set_graph_executor_optimize(false)).is_err() {
        tracing::warn!("libtorch does not let its optimiser be switched off: the first forward passes will be slow");
    }
    keep_freed_memory();
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "the C library's allocator is tuned by a call")]
fn keep_freed_memory() {
    // SAFETY: mallopt only sets numbers of the allocator and may be called at any time.
    let done = unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, 1 << 30) + libc::mallopt(libc::M_TRIM_THRESHOLD, i32::MAX) };
    if done != 2 {
        tracing::warn!("the allocator does not take its settings: large batches will be slower");
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn keep_freed_memory() {}
