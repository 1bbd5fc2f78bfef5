//! Memory that is asked for ahead, so that a list which fills later asks for none.

/// Room for `n` in all. Memory that is never written to costs nothing but addresses.
///
/// ```
/// use leverlab::base::room::have_room;
/// let mut list = vec![1, 2];
/// have_room(&mut list, 100);
/// assert!(list.capacity() >= 100);
/// ```
pub fn have_room<T>(list: &mut Vec<T>, n: usize) {
    list.reserve(n.saturating_sub(list.len()));
}
