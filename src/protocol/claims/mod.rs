//! The `claims` parameter (OIDC Core §5.5): what the client wants to know, and what it demands of the sign-in.
//! Members nobody here understands never cause errors; members of the wrong type do. Only names that this provider can
//! release are kept, so that a long wish list does not travel through the sign-in.
mod json;

use super::claims_out;
use json::Distinct;
use ostiary_gate::domain::amr::{Acr, Reference};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The longest `claims` parameter, in bytes.
pub const MAX_BYTES: usize = 8 * 1024;
/// The most values in one list.
const MAX_VALUES: usize = 20;

/// Why a `claims` parameter is an `invalid_request`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimsError {
    #[error("claims is longer than 8 KiB")]
    TooLong,
    #[error("claims is not JSON, is nested too deeply or says a member twice")]
    NotJson,
    #[error("claims has a member of the wrong JSON type")]
    WrongType,
    #[error("claims asks for value and values of the same claim")]
    ValueAndValues,
    #[error("claims has a list of values that is empty or too long")]
    ListLength,
    #[error("claims.id_token.sub can be asked for by one value only")]
    SubjectValues,
}

/// `acr` of the ID token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcrAsk {
    /// Must be reached, or the sign-in has failed (OIDC Core §5.5.1.1). Otherwise a wish like `acr_values`.
    pub essential: bool,
    /// In order of preference, any of them. Empty: any class will do, as long as the ID token names it.
    pub values: Vec<String>,
}

impl AcrAsk {
    /// The classes that would do. Empty although [`values`](Self::values) is not: nothing can ever meet it.
    pub fn classes(&self) -> Vec<Acr> {
        self.values.iter().filter_map(|value| Acr::parse(value)).collect()
    }
}

/// Essential `amr` of the ID token, binding: our documented extension (RULES 2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmrAsk {
    /// Any of these sets, each whole. Never empty, and no set is.
    pub alternatives: Vec<BTreeSet<String>>,
}

impl AmrAsk {
    /// The alternatives we could speak. An alternative with a word that we never say is none. Empty: nothing can ever meet it.
    pub fn references(&self) -> Vec<BTreeSet<Reference>> {
        let known = |set: &BTreeSet<String>| set.iter().map(|word| Reference::parse(word)).collect();
        self.alternatives.iter().filter_map(known).collect()
    }
}

/// What of the request concerns us.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimsRequest {
    /// Releasable claims wanted in the ID token, by name.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub id_token: BTreeSet<String>,
    /// Releasable claims wanted from userinfo, by name.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub userinfo: BTreeSet<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<AcrAsk>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amr: Option<AmrAsk>,
    /// Only this person (OIDC Core §3.1.2.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
}

impl ClaimsRequest {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// OIDC Core §5.5. Errors: see [`ClaimsError`]; all are `invalid_request`.
    pub fn parse(text: &str) -> Result<Self, ClaimsError> {
        if text.len() > MAX_BYTES {
            return Err(ClaimsError::TooLong);
        }
        let Distinct(asked) = serde_json::from_str(text).map_err(|_| ClaimsError::NotJson)?;
        let Value::Object(asked) = asked else { return Err(ClaimsError::WrongType) };
        let id_token = wishes(&asked, "id_token")?;
        let userinfo = wishes(&asked, "userinfo")?;
        let mut request = Self::default();
        for (name, wish) in id_token {
            match name.as_str() {
                "acr" => request.acr = Some(wish.acr()?),
                "amr" => request.amr = wish.amr()?,
                "sub" => request.sub = wish.subject()?,
                other => request.id_token.extend(releasable(other)),
            }
        }
        request.userinfo = userinfo.iter().filter_map(|(name, _)| releasable(name)).collect();
        Ok(request)
    }
}

fn releasable(name: &str) -> Option<String> {
    claims_out::is_releasable(name).then(|| name.to_owned())
}

/// `null`, or an object with `essential`, `value`, `values` and whatever else.
#[derive(Default)]
struct Wish<'a> {
    essential: bool,
    value: Option<&'a Value>,
    values: Option<&'a [Value]>,
}

fn wishes<'a>(asked: &'a Map<String, Value>, place: &str) -> Result<Vec<(&'a String, Wish<'a>)>, ClaimsError> {
    match asked.get(place) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Object(names)) => names.iter().map(|(name, wish)| Ok((name, Wish::read(wish)?))).collect(),
        Some(_) => Err(ClaimsError::WrongType),
    }
}

impl<'a> Wish<'a> {
    fn read(wish: &'a Value) -> Result<Self, ClaimsError> {
        let members = match wish {
            Value::Null => return Ok(Self::default()),
            Value::Object(members) => members,
            _ => return Err(ClaimsError::WrongType),
        };
        let essential = match members.get("essential") {
            None => false,
            Some(Value::Bool(essential)) => *essential,
            Some(_) => return Err(ClaimsError::WrongType),
        };
        let values = match members.get("values") {
            None => None,
            Some(Value::Array(values)) => Some(values.as_slice()),
            Some(_) => return Err(ClaimsError::WrongType),
        };
        Ok(Self { essential, value: members.get("value"), values })
    }

    fn acr(&self) -> Result<AcrAsk, ClaimsError> {
        let values = match (self.value, self.values) {
            (Some(_), Some(_)) => return Err(ClaimsError::ValueAndValues),
            (Some(value), None) => vec![string(value)?],
            (None, Some(values)) => strings(values)?,
            (None, None) => Vec::new(),
        };
        Ok(AcrAsk { essential: self.essential, values })
    }

    /// `value`: a string, or a list of which all must be there; `values`: at least one of them. Not essential, or without
    /// a value, it asks for what is always said.
    fn amr(&self) -> Result<Option<AmrAsk>, ClaimsError> {
        let alternatives: Vec<BTreeSet<String>> = match (self.value, self.values) {
            (Some(_), Some(_)) => return Err(ClaimsError::ValueAndValues),
            (Some(Value::Array(all)), None) => vec![strings(all)?.into_iter().collect()],
            (Some(value), None) => vec![BTreeSet::from([string(value)?])],
            (None, Some(any)) => strings(any)?.into_iter().map(|word| BTreeSet::from([word])).collect(),
            (None, None) => return Ok(None),
        };
        Ok(self.essential.then_some(AmrAsk { alternatives }))
    }

    fn subject(&self) -> Result<Option<String>, ClaimsError> {
        match (self.value, self.values) {
            (_, Some(_)) => Err(ClaimsError::SubjectValues),
            (value, None) => value.map(string).transpose(),
        }
    }
}

fn string(value: &Value) -> Result<String, ClaimsError> {
    value.as_str().map(str::to_owned).ok_or(ClaimsError::WrongType)
}

fn strings(values: &[Value]) -> Result<Vec<String>, ClaimsError> {
    if values.is_empty() || values.len() > MAX_VALUES {
        return Err(ClaimsError::ListLength);
    }
    values.iter().map(string).collect()
}

#[cfg(test)]
mod tests;
