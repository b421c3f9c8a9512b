//! A line of text whose parts say what they mean, not what colour they have.

use std::sync::Arc;

/// What a part of a line means to the reader. Each medium chooses its own ink for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Ordinary text.
    #[default]
    Plain,
    /// The thing a line is about.
    Strong,
    /// Said for completeness; the eye may pass over it.
    Dim,
    /// Went well.
    Good,
    /// Failed, was denied, was blocked.
    Bad,
    /// Deserves a look.
    Warn,
    /// A human being's act: a prompt, a decision made by hand.
    Person,
    /// A rule's act: configuration or an automated reviewer decided.
    Policy,
    /// What a model was asked or answered.
    Model,
    /// Something that was run.
    Call,
    /// Something that was reached over a network.
    Network,
    /// A name the reader may want to copy: an id, a path, a command to type next.
    Accent,
    /// The text that a search found.
    Match,
}

/// A run of text in one tone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The text, as it came: cleaning is the medium's duty.
    pub text: String,
    /// What it means.
    pub tone: Tone,
    /// The address of what it names, for media that can lead there.
    pub link: Option<Arc<str>>,
}

impl Span {
    /// A run of text in `tone`.
    pub fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { text: text.into(), tone, link: None }
    }
}

/// Text in one or more tones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line(pub Vec<Span>);

impl Line {
    /// An empty line.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds ordinary text.
    #[must_use]
    pub fn plain(self, text: impl Into<String>) -> Self {
        self.tone(Tone::Plain, text)
    }

    /// Adds text in `tone`.
    #[must_use]
    pub fn tone(mut self, tone: Tone, text: impl Into<String>) -> Self {
        self.push(tone, text);
        self
    }

    /// Adds text in `tone` that leads to `link`, if there is one.
    #[must_use]
    pub fn linked(mut self, tone: Tone, text: impl Into<String>, link: Option<Arc<str>>) -> Self {
        self.0.push(Span { link, ..Span::new(tone, text) });
        self
    }

    /// Adds another line's parts.
    #[must_use]
    pub fn join(mut self, other: Line) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Adds text in `tone`, in place.
    pub fn push(&mut self, tone: Tone, text: impl Into<String>) {
        self.0.push(Span::new(tone, text));
    }

    /// Whether there is no text in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|span| span.text.is_empty())
    }
}

impl From<&str> for Line {
    fn from(text: &str) -> Self {
        Self::new().plain(text)
    }
}

impl From<String> for Line {
    fn from(text: String) -> Self {
        Self::new().plain(text)
    }
}

impl From<Span> for Line {
    fn from(span: Span) -> Self {
        Self(vec![span])
    }
}
