//! What forms an OTLP file can have, and what can compress it.

/// How messages follow each other in a file, beneath what compresses the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// One JSON object a line.
    #[default]
    JsonLines,
    /// One JSON document over many lines.
    JsonDocument,
    /// JSON objects, each behind its length in 32 bits.
    LengthPrefixedJson,
    /// Protobuf messages, each behind its length in 32 bits.
    LengthPrefixedProtobuf,
}

impl Form {
    /// The word used in machine output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::JsonLines => "json_lines",
            Self::JsonDocument => "json_document",
            Self::LengthPrefixedJson => "length_prefixed_json",
            Self::LengthPrefixedProtobuf => "length_prefixed_protobuf",
        }
    }
}

/// What compresses a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// Nothing.
    #[default]
    None,
    /// The whole file is a zstd stream.
    Zstd,
    /// The whole file is a gzip stream.
    Gzip,
    /// Each message is a zstd frame of its own, behind its length: what a Collector calls `compression: zstd`.
    ZstdFrames,
}

impl Compression {
    /// The word used in machine output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
            Self::ZstdFrames => "zstd_frames",
        }
    }
}
