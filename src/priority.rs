//! Which threads go first when the cores are busy: work in bulk steps back, so that somebody who waits for an answer does not
//! notice it.

/// How far a thread steps back at most; it then gets what the others leave.
pub const FURTHEST: u8 = 19;

/// Lets all other work go before the calling thread, from 0 (as everybody) to [`FURTHEST`]. Cannot be taken back. A system that does
/// not know priorities of threads goes on without.
pub fn step_back(niceness: u8) {
    if niceness == 0 {
        return;
    }
    // Only Linux gives each thread a priority of its own; elsewhere this would slow down the whole program.
    #[cfg(target_os = "linux")]
    #[expect(unsafe_code, reason = "the standard library knows no priorities")]
    // SAFETY: a plain system call without pointers; 0 means the calling thread.
    let refused = unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, i32::from(niceness.min(FURTHEST))) } != 0;
    #[cfg(not(target_os = "linux"))]
    let refused = true;
    if refused {
        tracing::debug!("this system does not let a thread step back");
    }
}
