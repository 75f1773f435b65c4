//! Requests and their answers: addresses, tokens, tries, errors. Knows nothing of what is in them.

mod address;
mod answer;
mod bounded_map;
mod connection;
mod counters;
mod error;
mod excerpt;
mod failure;
mod in_flight;
mod method;
mod post;
pub mod retry;
mod settings;
mod throttle;
mod token;

pub use address::Address;
pub use counters::Counters;
pub use error::{Error, ErrorKind};
pub use in_flight::InFlightCall;
pub use method::Method;
pub use settings::ConnectionSettings;
pub use token::TokenSource;

pub(super) use answer::{Answer, clean};
pub(super) use bounded_map::bounded_map;
pub(super) use connection::{Http, Request};
