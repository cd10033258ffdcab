//! Work over many items on all processors, with results that do not tell how many there were.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Fewer items than this are not worth a thread.
const ITEMS_PER_THREAD_MIN: usize = 4_096;

/// Works on items by their numbers from 0, in as many parts as there are processors, and gives what came of each part,
/// in the order of the items. A caller whose result depends on where the parts begin breaks the promise of the same
/// bytes.
pub fn parts<R: Send>(items: usize, work: impl Fn(Range<usize>) -> R + Sync) -> Vec<R> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = processors.min(items / ITEMS_PER_THREAD_MIN).max(1);
    let size = items.div_ceil(threads).max(1);
    let part = |number: usize| number * size..(number * size + size).min(items);
    std::thread::scope(|scope| {
        let work = &work;
        let others: Vec<_> = (1..threads).map(part).map(|part| scope.spawn(move || work(part))).collect();
        let mut results = vec![work(part(0))];
        results.extend(others.into_iter().map(joined));
        results
    })
}

/// Works on each item by its number from 0; the results stand in the order of the items.
pub fn map<R: Send>(items: usize, each: impl Fn(usize) -> R + Sync) -> Vec<R> {
    let mut parts = parts(items, |part| part.map(&each).collect::<Vec<R>>()).into_iter();
    let mut all = parts.next().unwrap_or_default();
    parts.for_each(|part| all.extend(part));
    all
}

/// Works on a few heavy tasks, each begun in its turn as a processor is free; the results stand in the order of the
/// tasks.
pub fn each<T: Sync, R: Send>(tasks: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let turns = || {
        let mut done = Vec::new();
        loop {
            let turn = next.fetch_add(1, Ordering::Relaxed);
            match tasks.get(turn) {
                Some(task) => done.push((turn, work(task))),
                None => return done,
            }
        }
    };
    let mut done = std::thread::scope(|scope| {
        let others: Vec<_> = (1..processors.min(tasks.len())).map(|_| scope.spawn(turns)).collect();
        let mut done = turns();
        done.extend(others.into_iter().flat_map(joined));
        done
    });
    done.sort_by_key(|(turn, _)| *turn);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Does two things at once.
pub fn both<A: Send, B>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (joined(one), other)
    })
}

/// What a thread found; its panic is the caller's.
pub fn joined<R>(thread: std::thread::ScopedJoinHandle<'_, R>) -> R {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_in_the_order_of_the_items() {
        for length in [0, 1, ITEMS_PER_THREAD_MIN, 3 * ITEMS_PER_THREAD_MIN + 1] {
            assert!(map(length, |at| at).into_iter().eq(0..length), "{length}");
        }
        assert_eq!(each(&[3, 1, 2], |task| task * 10), [30, 10, 20]);
        assert_eq!(each(&[0; 0], |task| *task), [0; 0]);
        assert_eq!(both(|| 1, || 2), (1, 2));
    }
}
