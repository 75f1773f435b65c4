//! Connections of the admin port. Those that keep silent or are too many take nothing away from the agent's passes.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

/// Connections at a time; more wait in the system's queue. A process often may have only 1,024 open files.
const MOST: usize = 64;
/// The head of a request, also of the next one of a connection, arrives within this.
const HEAD: Duration = Duration::from_secs(10);
/// No connection is kept for longer: whoever still needs one opens the next.
const LONGEST: Duration = Duration::from_secs(300);
/// How often in a row it is tried again to accept one, and after what pause.
const TRIES: u32 = 60;
const PAUSE: Duration = Duration::from_secs(1);

/// Serves until no connection can be accepted any more.
pub(super) async fn serve(listener: TcpListener, router: Router) -> io::Result<()> {
    let free = Arc::new(Semaphore::new(MOST));
    let mut failed = 0;
    loop {
        let permit = Arc::clone(&free).acquire_owned().await.map_err(io::Error::other)?;
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) if failed == TRIES => return Err(error),
            Err(_) => {
                failed += 1;
                sleep(PAUSE).await;
                continue;
            }
        };
        failed = 0;
        let service = TowerToHyperService::new(router.clone());
        tokio::spawn(async move {
            let mut connection = Builder::new(TokioExecutor::new()).http1_only();
            connection.http1().timer(TokioTimer::new()).header_read_timeout(HEAD);
            // What goes wrong with a connection concerns nobody else.
            let _ = timeout(LONGEST, connection.serve_connection(TokioIo::new(stream), service)).await;
            drop(permit);
        });
    }
}
