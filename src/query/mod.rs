//! Questions about events, one file each. A question never opens a file and never draws.

mod by_conversation;
mod call_log;
mod changed_records;
mod conversation_index;
mod conversation_kind;
mod conversation_story;
mod earliest;
mod few;
mod in_time_order;
mod input_audit;
mod network_requests;
mod packed;
mod prefixed_conversations;
pub mod price_book;
mod shared_text;
mod sightings;
mod story_plan;
mod text_search;
mod token_totals;
mod token_usage;
mod tool_calls;
mod unmet_conditions;

pub use call_log::{CallLog, NetworkRow, Policies, ToolDecisionRow};
pub use changed_records::ChangedFacts;
pub use conversation_index::{
    ConversationIndex, ConversationSummary, Conversations, IndexedConversation, NetworkCounts,
};
pub use conversation_kind::{ConversationKind, KindBasis};
pub use conversation_story::{
    CallStep, ModelRequest, ModelStep, Pass, Remark, Step, Story, StoryCollector, StoryEvents, Word,
};
pub use earliest::Earliest;
pub use in_time_order::InTimeOrder;
pub use input_audit::{AuditQuestion, Distance, Gap, InputAudit, InputFacts, TimeSpan};
pub use network_requests::{NetworkRequest, NetworkVerdict, fold_verdicts};
pub use prefixed_conversations::{Candidate, Meant, PrefixedConversations};
pub use sightings::Sightings;
pub use story_plan::StoryPlan;
pub use text_search::{BODY, PatternOptions, TextMatches, TextSearch};
pub use token_totals::{TokenCount, TokenTotals};
pub use token_usage::{Group, GroupKey, Response, TimeSpanOf, TokenUsage, Usage, UsageQuestion, UsageSum};
pub use tool_calls::{CallDecision, CallDetail, CallResult, CallReview, CallTimes, ToolCall};
pub use unmet_conditions::{Admitted, Condition, Unmet, UnmetConditions};
