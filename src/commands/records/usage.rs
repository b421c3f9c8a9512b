//! `record_type: "token_usage"`: one group of `codex-audit tokens`; and `"priced_response"`, one response behind it.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{LocationRecord, SCHEMA_VERSION, nano_digits};
use crate::commands::output::Record;
use crate::commands::zone::Zone;
use crate::query::price_book::{PriceBook, Usd};
use crate::query::{Response, UsageSum};

/// What a group of responses adds up to.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(title = "token_usage")]
pub struct TokenUsageRecord<'a> {
    /// 1.
    pub schema_version: u8,
    /// `token_usage`.
    pub record_type: &'static str,
    /// What the responses have in common, by the keys of `--by`; null where they do not say.
    pub group: Map<String, Value>,
    /// How many responses.
    pub responses: u64,
    /// Tokens read, cached ones included.
    pub input: Option<u128>,
    /// Read from cache, a part of input.
    pub cached_input: Option<u128>,
    /// Written to cache, a part of input.
    pub cache_write: Option<u128>,
    /// Tokens written, reasoning included.
    pub output: Option<u128>,
    /// Spent on reasoning, a part of output.
    pub reasoning: Option<u128>,
    /// Input and output.
    pub total: Option<u128>,
    /// Warm-ups of WebSocket connections, which are no responses.
    pub warmups: u64,
    /// An estimate at API list prices in US dollars; null when any response could not be priced.
    pub cost_usd: Option<f64>,
    /// The models whose responses could not be priced.
    pub unpriced_models: Vec<String>,
    /// Which prices the cost rests on: the version of the price book.
    pub price_book: &'a str,
    /// By whose clocks days are days, as `--tz` takes it; of `local` the offsets.
    pub time_zone: &'a str,
}

impl<'a> TokenUsageRecord<'a> {
    /// The record of a group.
    #[must_use]
    pub fn new(group: Map<String, Value>, sum: &UsageSum, prices: &'a PriceBook, zone: &'a str) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            record_type: "token_usage",
            group,
            responses: sum.tokens.responses,
            input: sum.tokens.input(),
            cached_input: sum.tokens.cached_input(),
            cache_write: sum.tokens.cache_write(),
            output: sum.tokens.output(),
            reasoning: sum.tokens.reasoning(),
            total: sum.tokens.total(),
            warmups: sum.warm_ups,
            cost_usd: sum.cost().map(Usd::as_f64),
            unpriced_models: sum.unpriced_models().into_iter().flatten().map(str::to_owned).collect(),
            price_book: prices.version(),
            time_zone: zone,
        }
    }
}

impl Record for TokenUsageRecord<'_> {
    fn template() -> Self {
        Self::default()
    }
}

/// One response with the products that make its cost.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(title = "priced_response")]
pub struct PricedResponseRecord<'a> {
    /// 1.
    pub schema_version: u8,
    /// `priced_response`.
    pub record_type: &'static str,
    /// When it was completed, RFC 3339 with offset.
    pub time: Option<String>,
    /// The same in nanoseconds since 1970.
    pub time_unix_nano: Option<String>,
    /// `conversation.id`.
    pub conversation_id: Option<String>,
    /// `model`.
    pub model: Option<String>,
    /// The group it is counted in, by the keys of `--by`.
    pub group: Map<String, Value>,
    /// The row of the price book, as model@date.
    pub price_row: Option<String>,
    /// `base` or `long_context`.
    pub price_tier: Option<String>,
    /// Tokens, rate and amount of each part.
    pub steps: Vec<PriceStep>,
    /// US dollars, exact to the last digit; null when it could not be priced.
    pub cost_usd: Option<String>,
    /// Why it could not be priced.
    pub unpriced_reason: Option<String>,
    /// Where the record with the counts lies.
    pub location: LocationRecord<'a>,
    /// Which prices these are: the version of the price book.
    pub price_book: &'a str,
}

/// One product: tokens × rate.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct PriceStep {
    /// Which tokens.
    pub component: String,
    /// How many.
    pub tokens: u64,
    /// US dollars per million tokens.
    pub usd_per_million: String,
    /// US dollars, exact to the last digit.
    pub amount_usd: String,
    /// What to know of it.
    pub remark: Option<String>,
}

impl<'a> PricedResponseRecord<'a> {
    /// The record of a response that lies in the file of that name.
    #[must_use]
    pub fn new(
        response: &Response,
        group: Map<String, Value>,
        prices: &'a PriceBook,
        file: &'a str,
        zone: Zone,
    ) -> Self {
        let time = response.order.time();
        let mut record = Self {
            schema_version: SCHEMA_VERSION,
            record_type: "priced_response",
            time: time.map(|time| zone.rfc3339(time)),
            time_unix_nano: nano_digits(time),
            conversation_id: response.conversation_id.clone(),
            model: response.model.clone(),
            group,
            location: LocationRecord::new(response.order.location(), file),
            price_book: prices.version(),
            ..Self::default()
        };
        match response.price(prices) {
            Ok(priced) => {
                record.price_row = Some(priced.row.id());
                record.price_tier = Some(priced.tier.to_string());
                record.steps = (priced.steps())
                    .map(|step| PriceStep {
                        component: step.component.to_string(),
                        tokens: step.tokens,
                        usd_per_million: step.rate.to_string(),
                        amount_usd: step.amount.to_decimal_string(),
                        remark: step.remark.map(|remark| remark.to_string()),
                    })
                    .collect();
                record.cost_usd = Some(priced.cost.to_decimal_string());
            }
            Err(reason) => record.unpriced_reason = Some(reason.to_string()),
        }
        record
    }
}

impl Record for PricedResponseRecord<'_> {
    const OPEN_MEMBERS: &'static [&'static str] = &["steps"];

    fn template() -> Self {
        Self::default()
    }
}
