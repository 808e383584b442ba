//! Bodies: `application/x-www-form-urlencoded`, UTF-8, at most 64 KiB, and read in time or not at all.
use super::Failure;
use crate::protocol::form::{self, Duplicated, FormError, MAX_BYTES, Params};
use axum::{
    body::{Body as Stream, HttpBody},
    extract::{FromRequest, Request},
};
use http::{HeaderMap, StatusCode, header};
use ostiary_gate::domain::secret::Secret;
use std::{future::poll_fn, pin::pin, time::Duration};

/// Forms are small: who has not sent one by then will not.
const PATIENCE: Duration = Duration::from_secs(10);

/// A decoded body of a request that is not one of our pages (token endpoint and its kin).
pub struct Body(Vec<(String, String)>);

/// A decoded form of one of our own pages. There is no other way to one than past the guard.
pub struct Form(pub(super) Vec<(String, String)>);

/// Why there is no decoded body. The texts are fit for `error_description`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoBody {
    #[error("the content type must be application/x-www-form-urlencoded")]
    NotAForm,
    #[error("the body did not arrive in time")]
    TooSlow,
    #[error("the body broke off")]
    BrokenOff,
    #[error(transparent)]
    Form(#[from] FormError),
}

impl NoBody {
    pub fn status(self) -> StatusCode {
        match self {
            Self::NotAForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Form(cause) if cause.is_size() => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BrokenOff | Self::Form(_) => StatusCode::BAD_REQUEST,
        }
    }
}

impl From<NoBody> for Failure {
    fn from(cause: NoBody) -> Self {
        match cause {
            NoBody::NotAForm => Self::form_refused(),
            other => Self::malformed(other.status()),
        }
    }
}

impl Body {
    pub fn params(&self) -> Params<'_> {
        Params::new(&self.0)
    }

    /// What was sent, in its order, to be sent on.
    pub fn pairs(&self) -> Vec<(&str, String)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.clone())).collect()
    }

    pub(super) fn of(form: Form) -> Self {
        Self(form.0)
    }

    pub(super) fn into_pairs(self) -> Vec<(String, String)> {
        self.0
    }
}

/// Take it as `Result<Body, NoBody>` to answer in the words of the endpoint.
impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = NoBody;

    async fn from_request(request: Request, _: &S) -> Result<Self, NoBody> {
        let (parts, body) = request.into_parts();
        if !is_form(&parts.headers) {
            return Err(NoBody::NotAForm);
        }
        // Said before it is sent, so that nobody waits for it.
        if announced(&parts.headers).is_some_and(|length| length > MAX_BYTES as u64) {
            return Err(FormError::TooLarge.into());
        }
        let bytes = tokio::time::timeout(PATIENCE, collect(body)).await.map_err(|_| NoBody::TooSlow)??;
        Ok(Self(form::parse(&bytes)?))
    }
}

impl axum::response::IntoResponse for NoBody {
    fn into_response(self) -> axum::response::Response {
        (self.status(), self.to_string()).into_response()
    }
}

impl Form {
    pub fn params(&self) -> Params<'_> {
        Params::new(&self.0)
    }

    /// A field's value; none if it is missing or empty. Twice is refused.
    pub fn one(&self, name: &'static str) -> Result<Option<&str>, Duplicated> {
        self.params().one(name)
    }

    /// A field's value, empty if it is missing. Twice is refused.
    pub fn text(&self, name: &'static str) -> Result<&str, Duplicated> {
        Ok(self.one(name)?.unwrap_or_default())
    }

    /// A field that must not end in a log.
    pub fn secret(&self, name: &'static str) -> Result<Secret, Duplicated> {
        Ok(Secret::new(self.text(name)?))
    }

    /// Whether a box was ticked, or a button of this name pressed.
    pub fn has(&self, name: &'static str) -> Result<bool, Duplicated> {
        Ok(self.one(name)?.is_some())
    }
}

/// RFC 9110 §8.3: the type is read without regard to letter case; the only charset a form may have is UTF-8. A body that
/// is packed is not unpacked.
fn is_form(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(one), None) = (types.next().and_then(|value| value.to_str().ok()), types.next()) else { return false };
    let mut parts = one.split(';').map(str::trim);
    let is_type = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/x-www-form-urlencoded"));
    let is_utf8 = parts.filter(|parameter| !parameter.is_empty()).all(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        !name.eq_ignore_ascii_case("charset") || value.trim_matches('"').eq_ignore_ascii_case("utf-8")
    });
    is_type && is_utf8 && !headers.contains_key(header::CONTENT_ENCODING)
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn collect(body: Stream) -> Result<Vec<u8>, NoBody> {
    let mut body = pin!(body);
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|context| body.as_mut().poll_frame(context)).await {
        let Ok(data) = frame.map_err(|_| NoBody::BrokenOff)?.into_data() else { continue };
        if bytes.len() + data.len() > MAX_BYTES {
            return Err(FormError::TooLarge.into());
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    async fn read(kind: &str, body: impl Into<Stream>) -> Result<Vec<(String, String)>, NoBody> {
        let request = Request::builder().header("content-type", kind).body(body.into()).unwrap();
        Body::from_request(request, &()).await.map(Body::into_pairs)
    }

    const FORM: &str = "application/x-www-form-urlencoded";

    #[tokio::test]
    async fn only_a_form_is_a_form() {
        for kind in [FORM, "Application/X-WWW-Form-URLEncoded; charset=UTF-8", "application/x-www-form-urlencoded;"] {
            assert_eq!(read(kind, "a=1").await, Ok(vec![("a".into(), "1".into())]), "{kind}");
        }
        for kind in ["", "text/plain", "multipart/form-data", "application/json", &format!("{FORM}; charset=latin1")] {
            assert_eq!(read(kind, "a=1").await, Err(NoBody::NotAForm), "{kind}");
        }
        let packed = Request::builder().header("content-type", FORM).header("content-encoding", "gzip");
        let packed = packed.body(Stream::from("a=1")).unwrap();
        assert!(matches!(Body::from_request(packed, &()).await, Err(NoBody::NotAForm)));
    }

    #[tokio::test]
    async fn a_body_that_is_too_large_is_not_read_to_its_end() {
        assert!(read(FORM, format!("a={}", "b".repeat(16_000))).await.is_ok());
        let large = Err(NoBody::Form(FormError::TooLarge));
        assert_eq!(read(FORM, "a".repeat(MAX_BYTES + 1)).await, large);
        assert_eq!(NoBody::Form(FormError::TooLarge).status(), StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(NoBody::Form(FormError::NotUtf8).status(), StatusCode::BAD_REQUEST);
    }
}
