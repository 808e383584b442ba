//! The registered names of errors, one enum per surface, and what may stand in an `error_description`.

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident { $($(#[$row:meta])* $variant:ident = $text:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$row])* #[serde(rename = $text)] $variant,)+ }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The registered name.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )+};
}

codes! {
    /// Answers of the authorization endpoint (RFC 6749 §4.1.2.1, OIDC Core §3.1.2.6, RFC 8707 §2).
    AuthorizationCode {
        InvalidRequest = "invalid_request",
        UnauthorizedClient = "unauthorized_client",
        AccessDenied = "access_denied",
        UnsupportedResponseType = "unsupported_response_type",
        InvalidScope = "invalid_scope",
        InvalidTarget = "invalid_target",
        ServerError = "server_error",
        TemporarilyUnavailable = "temporarily_unavailable",
        LoginRequired = "login_required",
        InteractionRequired = "interaction_required",
        AccountSelectionRequired = "account_selection_required",
        ConsentRequired = "consent_required",
        /// Never to `prompt=none` while the person could still meet it (RULES 2).
        UnmetAuthenticationRequirements = "unmet_authentication_requirements",
        RequestNotSupported = "request_not_supported",
        RequestUriNotSupported = "request_uri_not_supported",
        RegistrationNotSupported = "registration_not_supported",
    }

    /// Answers of the token endpoint (RFC 6749 §5.2, RFC 8707 §2) and of revocation and introspection beside it.
    TokenCode {
        InvalidRequest = "invalid_request",
        InvalidClient = "invalid_client",
        InvalidGrant = "invalid_grant",
        UnauthorizedClient = "unauthorized_client",
        UnsupportedGrantType = "unsupported_grant_type",
        InvalidScope = "invalid_scope",
        InvalidTarget = "invalid_target",
        /// RFC 7009 §2.2.1.
        UnsupportedTokenType = "unsupported_token_type",
        ServerError = "server_error",
        TemporarilyUnavailable = "temporarily_unavailable",
    }

    /// Answers of a resource (RFC 6750 §3.1, RFC 9470 §3).
    BearerCode {
        InvalidRequest = "invalid_request",
        InvalidToken = "invalid_token",
        InsufficientScope = "insufficient_scope",
        InsufficientUserAuthentication = "insufficient_user_authentication",
        ServerError = "server_error",
        TemporarilyUnavailable = "temporarily_unavailable",
    }
}

/// The longest description that leaves, in characters.
const LONGEST: usize = 500;

/// `text` in the characters that RFC 6749 allows in `error_description`: `%x20-21 / %x23-5B / %x5D-7E`. Quotation marks
/// become apostrophes, a backslash a slash, white space a space, the rest question marks; so it is also safe inside a quoted string.
pub fn description(text: &str) -> String {
    text.chars()
        .take(LONGEST)
        .map(|c| match c {
            '"' | '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' => '\'',
            '\\' => '/',
            '\u{2013}' | '\u{2014}' => '-',
            ' '..='~' => c,
            other if other.is_whitespace() => ' ',
            _ => '?',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_code_has_one_spelling_in_text_and_in_documents() {
        for code in AuthorizationCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
        for code in TokenCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
        for code in BearerCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }

    #[test]
    fn a_description_cannot_break_out_of_quotes_or_lines() {
        assert_eq!(description("a \"b\" \\ c\r\nd — e’s é"), "a 'b' / c  d - e's ?");
    }

    proptest! {
        #[test]
        fn a_description_has_only_characters_of_rfc_6749(text in any::<String>()) {
            prop_assert!(description(&text).bytes().all(|b| matches!(b, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e)));
        }
    }
}
