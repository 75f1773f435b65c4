//! Creations: never twice, and never blindly.

use super::confirm::{Proof, confirm};
use super::record::Write;
use super::sending::Sending;
use super::set_end;
use crate::api::{self, ErrorKind};
use crate::binding::{Binding, Link};
use crate::plan::{Creation, End, EndChange, Hold};
use crate::report::{Failure, Outcome, Step, Stop};

/// What became of the creations.
pub(super) struct Created {
    /// Of each, in their order.
    pub(super) outcomes: Vec<Outcome>,
    /// One that was answered as made, and that nothing shows.
    pub(super) unseen: Option<Binding>,
    /// Why no more were sent, where that is no reason to keep what is to be removed.
    pub(super) stale: Option<Stop>,
}

/// Creates all, and says what became of each, in their order.
///
/// They go out one at a time until the list shows one of them: what a pass can't see, each pass would create again.
/// After that they go out side by side.
pub(super) async fn all(sending: &Sending<'_>, creations: &[Creation]) -> Created {
    let mut created = Created { outcomes: Vec::with_capacity(creations.len()), unseen: None, stale: None };
    for creation in creations {
        if sending.stopped().is_some() {
            break;
        }
        let outcome = create(sending, creation).await;
        let proof = if let Outcome::Created(link) = &outcome { Some(confirm(sending, link).await) } else { None };
        created.outcomes.push(outcome);
        match proof {
            None => continue,
            Some(Proof::Listed) => {}
            Some(Proof::Stopped) => created.unseen = Some(creation.binding),
            Some(Proof::Stale { failure, there }) => {
                created.stale = Some(Stop::StaleList(failure));
                created.unseen = (!there).then_some(creation.binding);
            }
        }
        break;
    }
    let rest = &creations[created.outcomes.len()..];
    let rest = match created.stale {
        Some(_) => vec![Outcome::Unsent; rest.len()],
        None => sending.send_concurrently(rest, async |it| create(sending, it).await).await,
    };
    created.outcomes.extend(rest);
    look_for_lost(sending, creations, &mut created.outcomes).await;
    created
}

/// Sends one. A lost answer is not told yet, nor one that another role is in the way: what becomes of these is found out
/// at the end.
async fn create(sending: &Sending<'_>, creation: &Creation) -> Outcome {
    match send(sending, creation).await {
        outcome @ (Outcome::Unknown(_) | Outcome::Held(Hold::OneRole)) => outcome,
        outcome => sending.told(&Step::Create(creation.clone()), outcome),
    }
}

/// Sends one, on record.
pub(super) async fn send(sending: &Sending<'_>, creation: &Creation) -> Outcome {
    sending.recorded(Write::Create(creation), Box::pin(post(sending, creation))).await
}

/// Sends one; again where its answer says that it was most likely not carried out, and a look shows nothing.
async fn post(sending: &Sending<'_>, creation: &Creation) -> Outcome {
    const TRIES: u32 = 4;
    let step = Step::Create(creation.clone());
    let mut tries = 0;
    loop {
        tries += 1;
        tracing::info!(step = %step, "sending");
        match sending.client.create(&creation.binding, creation.ends.at()).await {
            Ok(api::Created::New(link)) => break Outcome::Created(link),
            Ok(api::Created::Exists) => break exists(sending, creation).await,
            Ok(api::Created::OneRole) => break Outcome::Held(Hold::OneRole),
            Err(error) if error.kind == ErrorKind::Repeatable && tries < TRIES && !error.is_throttled() => {
                tokio::time::sleep(sending.write_options.settle).await;
                match sending.rows(&creation.binding).await.as_deref() {
                    Ok([first, ..]) => break adopt(sending, creation, *first).await,
                    Ok([]) if sending.stopped().is_none() && !could_exist(sending, creation).await => {}
                    _ => return sending.lost(error).await,
                }
            }
            Err(error) if matches!(error.kind, ErrorKind::Lost | ErrorKind::Repeatable) => {
                return sending.lost(error).await;
            }
            Err(error) => break sending.failed(error).await,
        }
    }
}

/// The link of a creation whose answer was lost, if there is one.
pub(super) async fn found(sending: &Sending<'_>, creation: &Creation) -> Option<Outcome> {
    let rows = sending.rows(&creation.binding).await.ok()?;
    let outcome = adopt(sending, creation, *rows.first()?).await;
    sending.found(&creation.binding, &outcome).await;
    Some(outcome)
}

/// The server says that it exists: then it must be listed.
async fn exists(sending: &Sending<'_>, creation: &Creation) -> Outcome {
    match sending.rows(&creation.binding).await.as_deref() {
        Ok([first, ..]) => adopt(sending, creation, *first).await,
        Ok([]) => Outcome::Failed(Failure {
            message: format!("the server says that {} exists, and does not list it", creation.binding),
            help: Some("run `grantsync doctor` with this token".to_owned()),
        }),
        Err(error) => sending.failed(error.clone()).await,
    }
}

/// Takes a link for the one that was to be created. If it ends too early, it gets the end that it would have been created
/// with; if it ends too late, the next plan says so, since every gate is to see that.
async fn adopt(sending: &Sending<'_>, creation: &Creation, link: Link) -> Outcome {
    if link.managed {
        return Outcome::Failed(Failure {
            message: format!("another automation of the server gives {}, and may take it away", creation.binding),
            help: Some("nothing is made beside it: ask who runs that automation, or take the line away".to_owned()),
        });
    }
    if End::new(link.ends) >= creation.ends {
        return Outcome::Adopted(link);
    }
    match set_end::send(sending, EndChange { link, ends: creation.ends, origins: &creation.origins }).await {
        Outcome::EndSet => Outcome::Adopted(Link { ends: creation.ends.at(), ..link }),
        other => other,
    }
}

/// Whether the resource has a row that is not shown in full, and so could be this link; or cannot be read.
async fn could_exist(sending: &Sending<'_>, creation: &Creation) -> bool {
    let seen = sending.client.links_seen_on(creation.binding.resource).await;
    seen.map_or(true, |seen| seen.incomplete.iter().any(|it| it.blocks(&creation.binding)))
}

/// Looks, once, for links whose creation was not answered. Those that are not there are not sent again: the request may
/// still be on its way, and a later pass will see.
async fn look_for_lost(sending: &Sending<'_>, creations: &[Creation], outcomes: &mut [Outcome]) {
    if !outcomes.iter().any(|it| matches!(it, Outcome::Unknown(_))) {
        return;
    }
    tokio::time::sleep(sending.write_options.settle).await;
    for (creation, outcome) in creations.iter().zip(outcomes) {
        if !matches!(outcome, Outcome::Unknown(_)) {
            continue;
        }
        if !matches!(sending.stopped(), Some(Stop::Down(_)))
            && let Some(found) = found(sending, creation).await
        {
            *outcome = found;
        }
        sending.told(&Step::Create(creation.clone()), outcome.clone());
    }
}
