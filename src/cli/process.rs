//! What the process asks of the system before it holds a secret: no core dumps, and no other program of this account looking into its
//! memory. What the system does not know is left out, and `doctor` says how it stands.

/// Switches core dumps off for the rest of the program. Where the system refuses, `doctor` says so.
pub fn harden() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        let _ = setrlimit(Resource::Core, none);
    }
    // The limit does not hold for dumps that are piped to a collector; this does, and keeps debuggers out as well.
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

/// How core dumps stand, for one line.
pub fn core_dumps() -> &'static str {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit};
        let limited = getrlimit(Resource::Core).current == Some(0);
        #[cfg(target_os = "linux")]
        let limited = limited
            && matches!(
                rustix::process::dumpable_behavior(),
                Ok(rustix::process::DumpableBehavior::NotDumpable)
            );
        match limited {
            true => "no core dumps",
            false => "core dumps could NOT be switched off",
        }
    }
    #[cfg(not(unix))]
    "core dumps are as the system has them"
}
