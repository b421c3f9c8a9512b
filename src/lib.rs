//! What OpenAI Codex did, read from the OTLP log files that an OpenTelemetry Collector wrote.
//!
//! # The map
//!
//! Bytes become events, events become answers, answers become ink. Two pillars that do not know each other carry one
//! roof; every import goes down, and a test holds it so.
//!
//! ```text
//!  main.rs  cli.rs           the door: arguments in, exit code out
//!       │
//!  commands/                 the roof: arguments → question → what is shown of the answer
//!    │        │        │
//!  source/  query/   render/       bytes → events │ events → answers │ shapes → ink
//!  setup/                          configurations → what is wrong with them
//!    └───┬────┘        │
//!     event/        report/        what Codex did │ what is shown, without ink
//!            words/                what is said, in two languages
//! ```
//!
//! - [`event`] knows Codex and OpenTelemetry: one record with its resource and scope, the typed event inside it, the
//!   traps of every release. It opens no file, keeps no total and draws nothing.
//! - [`source`] knows files: which there are, what lies in them, what is damaged, what was read before. All that
//!   makes reading fast is in there and shows nowhere else. It knows no question.
//! - [`query`] knows questions, one file each: a [`Fold`](event::Fold) that can be asked in pieces, on every core,
//!   and gives the same answer however the input is cut. It opens no file.
//! - [`setup`] knows the configurations of Codex and the Collector, and what in them breaks the trail. It changes
//!   nothing.
//! - [`report`] knows three shapes, tables, timelines and charts, and the tones of what is said in them.
//! - [`render`] knows media: terminals, pipes, Markdown, JSON Lines, CSV, each with its own escaping. It has never
//!   heard of Codex.
//! - [`words`] know English and Chinese. What is said to people is said through them. What programs are told, too, such
//!   as why a line cannot be read, is a [`Sentence`](words::Sentence): `source` and `query` put it together, and
//!   [`commands`] say it in English or in the reader's language.
//! - [`commands`] know both pillars: one file a subcommand, which asks, draws and tells. What the world is like
//!   (terminal, clock, environment, settings) is asked once, in [`commands::World`], and handed down; what stands
//!   between the program and a terminal (pager, progress, Ctrl-C) is [`commands::Console`].
//!
//! # One record on its way
//!
//! Whichever thread is free reads the next batch of lines and hears it. Each line is read in one pass where it is as
//! the Collector writes it, comparing what comes next with what came before; and patiently where it is not: torn, glued
//! to the next, or from another writer. Either way its records reach the question as [`Event`](event::Event)s that
//! borrow from the line; those that it is not about are only checked. Records that were read before are told by a
//! fingerprint of their text and left out. The folds of the batches are joined in the order of the input, so that
//! neither threads nor batches show in any answer. At the end the question settles its answer; the subcommand writes it
//! as records for machines or draws it for people, says on standard error what could not be read, and turns that into
//! the exit code.

pub mod cli;
pub mod commands;
pub mod event;
pub mod query;
pub mod render;
pub mod report;
pub mod setup;
pub mod source;
pub mod words;
