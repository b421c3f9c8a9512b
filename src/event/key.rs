//! The attribute keys that Codex and its resource are known to write, as numbers: looking one up costs no comparison.

macro_rules! keys {
    ($($name:ident = $text:literal,)*) => {
        /// A key that is known. Any other key is kept by its text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "each is its text, which the list in `Key::text` has")]
        #[repr(u8)]
        pub enum Key {
            $($name,)*
        }

        impl Key {
            /// Every key.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The key as it is written.
            #[must_use]
            pub const fn text(self) -> &'static str {
                const TEXTS: &[&str] = &[$($text,)*];
                TEXTS[self as usize]
            }

            /// The key that is written so, if it is a known one.
            #[must_use]
            pub fn of(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

keys! {
    EventName = "event.name",
    EventKind = "event.kind",
    EventTimestamp = "event.timestamp",
    ConversationId = "conversation.id",
    AppVersion = "app.version",
    AuthMode = "auth_mode",
    Originator = "originator",
    TerminalType = "terminal.type",
    UserEmail = "user.email",
    UserAccountId = "user.account_id",
    Model = "model",
    Slug = "slug",
    CallId = "call_id",
    ItemId = "item.id",
    ToolName = "tool_name",
    ToolNamespace = "tool_namespace",
    McpServer = "mcp_server",
    McpServerOrigin = "mcp_server_origin",
    Arguments = "arguments",
    Output = "output",
    OutputTruncated = "output_truncated",
    Success = "success",
    DurationMs = "duration_ms",
    AgentName = "agent_name",
    ToolResultSeq = "tool_result_seq",
    Decision = "decision",
    Source = "source",
    Outcome = "outcome",
    InitialDurationMs = "initial_duration_ms",
    EscalatedDurationMs = "escalated_duration_ms",
    InputTokenCount = "input_token_count",
    OutputTokenCount = "output_token_count",
    CachedTokenCount = "cached_token_count",
    CacheWriteTokenCount = "cache_write_token_count",
    ReasoningTokenCount = "reasoning_token_count",
    ToolTokenCount = "tool_token_count",
    TtftMs = "ttft_ms",
    ServiceTier = "service_tier",
    ModelReasoningEffort = "model_reasoning_effort",
    ErrorMessage = "error.message",
    Prompt = "prompt",
    PromptLength = "prompt_length",
    ProviderName = "provider_name",
    ReasoningEffort = "reasoning_effort",
    ReasoningSummary = "reasoning_summary",
    ApprovalPolicy = "approval_policy",
    SandboxPolicy = "sandbox_policy",
    McpServers = "mcp_servers",
    ContextWindow = "context_window",
    Endpoint = "endpoint",
    HttpResponseStatusCode = "http.response.status_code",
    Attempt = "attempt",
    AuthHeaderAttached = "auth.header_attached",
    AuthRetryAfterUnauthorized = "auth.retry_after_unauthorized",
    AuthConnectionReused = "auth.connection_reused",
    AuthEnvOpenaiApiKeyPresent = "auth.env_openai_api_key_present",
    AuthEnvCodexApiKeyPresent = "auth.env_codex_api_key_present",
    AuthEnvCodexApiKeyEnabled = "auth.env_codex_api_key_enabled",
    AuthEnvRefreshTokenUrlOverridePresent = "auth.env_refresh_token_url_override_present",
    AuthStep = "auth.step",
    AuthOutcome = "auth.outcome",
    AuthError = "auth.error",
    StartupPhase = "startup.phase",
    StartupStatus = "startup.status",
    UsageEstimatedUsd = "usage.estimated_usd",
    TurnId = "turn.id",
    TurnInterrupted = "turn.interrupted",
    NetworkPolicyScope = "network.policy.scope",
    NetworkPolicyDecision = "network.policy.decision",
    NetworkPolicySource = "network.policy.source",
    NetworkPolicyReason = "network.policy.reason",
    NetworkPolicyOverride = "network.policy.override",
    NetworkTransportProtocol = "network.transport.protocol",
    ServerAddress = "server.address",
    ServerPort = "server.port",
    HttpRequestMethod = "http.request.method",
    ClientAddress = "client.address",
    ExecutionId = "execution.id",
    Status = "status",
    RiskLevel = "risk_level",
    UserAuthorization = "user_authorization",
    Rationale = "rationale",
    RationaleTruncated = "rationale_truncated",
    RationaleLength = "rationale_length",
    ReviewId = "review.id",
    StartedAtMs = "started_at_ms",
    CompletedAtMs = "completed_at_ms",
    AgentType = "agent.type",
    ParentConversationId = "parent.conversation.id",
    Response = "response",
    ResponseLength = "response_length",
    ResponseTruncated = "response_truncated",
    Kind = "kind",
    State = "state",
    SenderThreadId = "sender_thread_id",
    ReceiverThreadId = "receiver_thread_id",
    SkillName = "skill.name",
    SkillScope = "skill.scope",
    SkillInvocationType = "skill.invocation_type",
    PluginInstallToolName = "plugin_install.tool_name",
    PluginInstallResponseAction = "plugin_install.response_action",
    PluginInstallCompleted = "plugin_install.completed",
    ServiceName = "service.name",
    ServiceVersion = "service.version",
    HostName = "host.name",
    Env = "env",
    TelemetrySdkName = "telemetry.sdk.name",
    TelemetrySdkLanguage = "telemetry.sdk.language",
    TelemetrySdkVersion = "telemetry.sdk.version",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_by_its_text() {
        for key in Key::ALL {
            assert_eq!(Key::of(key.text()), Some(*key));
        }
        assert_eq!(Key::of("new.key"), None);
    }
}
