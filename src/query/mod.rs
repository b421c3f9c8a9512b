//! Questions about events, one file each. A question never opens a file and never draws.

mod conversation_index;
mod conversation_kind;
mod conversation_story;
mod earliest;
mod in_time_order;
mod network_requests;
pub mod price_book;
mod token_totals;
mod tool_calls;

pub use conversation_index::{ConversationIndex, ConversationSummary, Conversations};
pub use conversation_kind::{ConversationKind, KindBasis};
pub use conversation_story::{CallStep, ModelRequest, ModelStep, Remark, Step, Story, StoryCollector};
pub use earliest::Earliest;
pub use in_time_order::InTimeOrder;
pub use network_requests::{NetworkRequest, NetworkVerdict, fold_verdicts};
pub use token_totals::{ResponseLedger, TokenTotals};
pub use tool_calls::{CallDecision, CallResult, CallReview, ToolCall, ToolCallLedger, call_during};
