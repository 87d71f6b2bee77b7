//! Memory for secrets: a page of its own that is kept out of the swap where the system allows it, and wiped when it is given back.
//! Owns the page. Must not know: what is in it.
//!
//! What is moved in has been on the stack for a moment, and what is computed with a key passes through registers and stack as well:
//! the page keeps what lives long off the disk, no more. Document keys are many and live in caches; they are wiped, not locked.

use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use zeroize::ZeroizeOnDrop;

/// Nothing else lies in the pages of this one, or unlocking it would unlock the neighbour. Where pages are larger, it is never unlocked.
#[cfg_attr(target_arch = "x86_64", repr(C, align(4096)))]
#[cfg_attr(not(target_arch = "x86_64"), repr(C, align(16384)))]
struct Page<T>(ManuallyDrop<T>);

/// A value in memory that is not swapped out, where the system allows that.
pub struct Locked<T> {
    page: Box<Page<T>>,
    locked: bool,
}

impl<T: ZeroizeOnDrop> Locked<T> {
    /// Moves a value that wipes itself into a locked page.
    pub fn new(value: T) -> Self {
        let page = Box::new(Page(ManuallyDrop::new(value)));
        let locked = lock(&page);
        Self { page, locked }
    }
}

impl<T> Locked<T> {
    /// Whether the system locked the page.
    pub fn is_locked(&self) -> bool {
        self.locked
    }
}

impl<T> Deref for Locked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.page.0
    }
}

impl<T> DerefMut for Locked<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.page.0
    }
}

impl<T> Drop for Locked<T> {
    fn drop(&mut self) {
        // SAFETY: the value was put there by `new`, is dropped here only, and nothing can reach it afterwards.
        unsafe { ManuallyDrop::drop(&mut self.page.0) };
        if self.locked {
            unlock(&self.page);
        }
    }
}

#[cfg(unix)]
fn lock<T>(page: &Page<T>) -> bool {
    let at = std::ptr::from_ref(page).cast_mut().cast();
    // SAFETY: the range is one live allocation; locking changes neither its contents nor its address.
    unsafe { rustix::mm::mlock(at, size_of::<Page<T>>()) }.is_ok()
}

#[cfg(unix)]
fn unlock<T>(page: &Page<T>) {
    if rustix::param::page_size() > align_of::<Page<T>>() {
        return;
    }
    let at = std::ptr::from_ref(page).cast_mut().cast();
    // SAFETY: as for locking; the pages hold nothing but this value, which has been wiped.
    // What cannot be unlocked stays locked until the program ends, which harms nobody.
    let _ = unsafe { rustix::mm::munlock(at, size_of::<Page<T>>()) };
}

/// Elsewhere nothing is locked, and `doctor` says so.
#[cfg(not(unix))]
fn lock<T>(_: &Page<T>) -> bool {
    false
}

#[cfg(not(unix))]
fn unlock<T>(_: &Page<T>) {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn a_value_has_pages_of_its_own_and_is_dropped_once() {
        static DROPS: AtomicUsize = AtomicUsize::new(0);
        struct Counted([u8; 32]);
        impl Drop for Counted {
            fn drop(&mut self) {
                DROPS.fetch_add(1, Ordering::SeqCst);
            }
        }
        impl ZeroizeOnDrop for Counted {}
        let mut one = Locked::new(Counted([7; 32]));
        let two = Locked::new(Counted([8; 32]));
        one.0[0] = 9;
        assert_eq!((one.0[0], one.0[31], two.0[0]), (9, 7, 8));
        let size = size_of::<Page<Counted>>();
        assert_eq!(size % align_of::<Page<Counted>>(), 0);
        assert_eq!(std::ptr::from_ref(&*one.page).addr() % 4096, 0);
        drop(one);
        assert_eq!(two.0, [8; 32]);
        drop(two);
        assert_eq!(DROPS.load(Ordering::SeqCst), 2);
    }

    /// The kernel's own figure: the page is locked while the value lives, where the limit allows one page.
    #[cfg(target_os = "linux")]
    #[test]
    fn the_kernel_locks_the_page_that_says_so() {
        let value = Locked::new(zeroize::Zeroizing::new([1_u8; 32]));
        let at = std::ptr::from_ref(&*value.page).addr();
        let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let mut inside = false;
        let mut locked = None;
        for line in maps.lines() {
            let first = line.split_whitespace().next().unwrap_or_default();
            if let Some((from, to)) = first.split_once('-')
                && let (Ok(from), Ok(to)) = (
                    usize::from_str_radix(from, 16),
                    usize::from_str_radix(to, 16),
                )
            {
                inside = (from..to).contains(&at);
            } else if inside && first == "VmFlags:" {
                locked = Some(line.split_whitespace().any(|flag| flag == "lo"));
            }
        }
        assert_eq!(locked, Some(value.is_locked()));
    }
}
