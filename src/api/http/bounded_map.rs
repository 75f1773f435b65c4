//! Does the same for many, a few at a time.

use std::num::NonZeroUsize;

use tokio::task::JoinSet;

use super::error::Error;

/// Does `work` for every item, at most `limit` at once, and returns the results in the order of the items.
///
/// The first failure is returned; what is under way then is dropped.
pub(in crate::api) async fn bounded_map<I, T, W>(
    limit: NonZeroUsize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> W,
) -> Result<Vec<T>, Error>
where
    T: Send + 'static,
    W: Future<Output = Result<T, Error>> + Send + 'static,
{
    let mut items = items.into_iter().enumerate();
    let mut running = JoinSet::new();
    let mut done = Vec::new();
    loop {
        while running.len() < limit.get()
            && let Some((index, item)) = items.next()
        {
            let work = work(item);
            running.spawn(async move { (index, work.await) });
        }
        let Some(joined) = running.join_next().await else { break };
        match joined {
            Ok((index, result)) => done.push((index, result?)),
            // A task of ours is never aborted, so it panicked; that is passed on.
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
    done.sort_unstable_by_key(|(index, _)| *index);
    Ok(done.into_iter().map(|(_, result)| result).collect())
}
