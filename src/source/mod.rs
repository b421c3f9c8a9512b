//! Where events come from: bytes of OTLP files in, events out, with an account of what could not be read.
//!
//! Everything that makes reading fast lives in here, and nothing of it shows outside: a question is a
//! [`Fold`](crate::event::Fold), and any number of threads gives the same answer.

mod account;
mod copies;
mod denial;
mod deviations;
mod follow;
mod form;
mod hearing;
mod input;
mod input_file;
mod messages;
mod opened;
mod otlp_json;
mod rotation;
mod scan;
mod turns;

pub use account::{Account, Damage, DamageKind, FileAccount, FileNote, Unopened};
pub use deviations::Deviations;
pub use follow::{FollowError, Follower};
pub use form::{Compression, Form};
pub use input::{Input, InputError};
pub use input_file::InputFile;
pub use rotation::RotatedSet;
pub use scan::{MOST_THREADS, Scan, ScanOptions, scan};
