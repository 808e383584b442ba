//! `[[resource]]`: a registered API (RFC 8707).
use super::{client, presence, words};
use crate::acts::apply::{reading::Fields, state::ResourceWanted};
use ostiary_gate::domain::{
    client::Algorithm,
    ids::ClientId,
    scope::{STANDARD, Scope},
};
use url::Url;

const FORMATS: [(&str, &str); 2] = [("jwt", "jwt"), ("opaque", "opaque")];

pub(super) fn read(fields: &mut Fields<'_, '_>) -> Option<ResourceWanted> {
    let identifier = fields.parsed("identifier", identifier);
    let identifier = fields.need("identifier", identifier);
    let algorithms = Algorithm::ALL.map(|alg| (alg.as_str(), alg));
    let secret = client::secret(fields);
    let wanted = ResourceWanted {
        place: fields.place(),
        presence: presence(fields),
        identifier: String::new(),
        scopes: scopes(fields),
        format: fields.choice("token_format", &FORMATS).map(|noted| noted.value),
        algorithm: fields.choice("token_signed_response_alg", &algorithms).map(|noted| noted.value),
        client_id: fields.parsed("client_id", ClientId::parse),
        secret,
    };
    Some(ResourceWanted { identifier: identifier?.value, ..wanted })
}

/// RFC 8707 §2: an absolute URI without fragment.
fn identifier(text: &str) -> Result<String, &'static str> {
    let fits = Url::parse(text).is_ok() && !text.contains('#') && text.bytes().all(|b| b.is_ascii_graphic());
    if fits && text.len() <= 500 { Ok(text.to_owned()) } else { Err("must be an absolute URI without fragment") }
}

fn scopes(fields: &mut Fields<'_, '_>) -> Option<Scope> {
    let paper = fields.paper();
    let listed = fields.list("scopes")?;
    for word in &listed {
        let fault = match words::scope(&word.value) {
            Err(why) => Some(why),
            Ok(one) if one.words().count() != 1 => Some("one scope in each text".to_owned()),
            Ok(_) if STANDARD.contains(&word.value.as_str()) => Some("is OpenID Connect's own".to_owned()),
            Ok(_) if word.value.starts_with("tenant:") => Some("begins like the choice of a tenant".to_owned()),
            Ok(_) => None,
        };
        if let Some(why) = fault {
            paper.note(Some(word.place), format!("scope \"{}\": {why}", word.value));
        }
    }
    let joined = listed.iter().map(|word| word.value.as_str()).collect::<Vec<_>>().join(" ");
    words::scope(&joined).ok()
}
