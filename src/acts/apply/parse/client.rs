//! `[[client]]`: RFC 7591 metadata by its own names, and ours.
use super::{presence, words};
use crate::{
    acts::apply::{
        reading::{Fields, Noted, unknown_word},
        state::ClientWanted,
    },
    protocol::registration::{PlainHttp, check},
};
use ostiary_gate::domain::{
    amr::{ACR_VALUES, Acr, Reference},
    client::{Algorithm, AuthMethod, ConnectionNeed, RequireAmr},
    ids::ClientId,
    secret::Secret,
    time::Span,
};
use std::collections::BTreeSet;

/// The grants a client can be registered for; the room `grants` has a file for each.
const GRANT_TYPES: [&str; 3] = ["authorization_code", "refresh_token", "client_credentials"];
/// A secret that a person made up would be guessed; 24 random characters of any alphabet are not.
const SHORTEST_SECRET: usize = 24;
const LONGEST_SECRET: usize = 512;

pub(super) fn read(fields: &mut Fields<'_, '_>) -> Option<ClientWanted> {
    let id = fields.parsed("client_id", ClientId::parse);
    let id = fields.need("client_id", id);
    let methods = AuthMethod::ALL.map(|method| (method.as_str(), method));
    let algorithms = Algorithm::ALL.map(|alg| (alg.as_str(), alg));
    let needs = [("none", ConnectionNeed::None), ("offline", ConnectionNeed::Offline), ("all", ConnectionNeed::All)];
    response_types(fields);
    let (place, presence, secret) = (fields.place(), presence(fields), secret(fields));
    let name = fields.parsed("client_name", words::name).map(|noted| noted.value);
    let auth_method = fields.choice("token_endpoint_auth_method", &methods).map(|noted| noted.value);
    let redirect_uris = uris(fields, "redirect_uris");
    let post_logout_redirect_uris = uris(fields, "post_logout_redirect_uris");
    let grant_types = grant_types(fields);
    let scope = fields.parsed("scope", words::scope);
    let wanted = ClientWanted {
        place,
        presence,
        id: id?.value,
        name,
        secret,
        auth_method,
        redirect_uris,
        post_logout_redirect_uris,
        grant_types,
        scope,
        default_resource: fields.text("default_resource"),
        first_party: fields.flag("first_party"),
        tenant_aware: fields.flag("tenant_aware"),
        tenant: fields.parsed("tenant", words::slug),
        keeps_suspended_grants: fields.flag("keeps_suspended_grants"),
        require_pkce: fields.flag("require_pkce"),
        require_amr: require_amr(fields),
        requires_tenant_two_factor: fields.flag("requires_tenant_two_factor"),
        connection: fields.choice("connection", &needs).map(|noted| noted.value),
        default_max_age: max_age(fields),
        default_acr_values: acr_values(fields),
        id_token_alg: fields.choice("id_token_signed_response_alg", &algorithms).map(|noted| noted.value),
        access_token_alg: fields.choice("access_token_signed_response_alg", &algorithms).map(|noted| noted.value),
    };
    Some(wanted)
}

/// `client_secret` or `client_secret_file`.
pub(super) fn secret(fields: &mut Fields<'_, '_>) -> Option<Secret> {
    let secret = fields.secret("client_secret", "client_secret_file")?;
    let text = secret.value.expose();
    if !(SHORTEST_SECRET..=LONGEST_SECRET).contains(&text.len()) || !text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        let why =
            format!("a secret is {SHORTEST_SECRET} to {LONGEST_SECRET} visible ASCII characters, drawn at random");
        fields.paper().note(Some(secret.place), why);
    }
    Some(secret.value)
}

/// The operator's word makes plain http on loopback good for anybody: whoever can listen there owns the machine.
fn uris(fields: &mut Fields<'_, '_>, key: &'static str) -> Option<Vec<String>> {
    let paper = fields.paper();
    let listed = fields.list(key)?;
    for uri in &listed {
        if let Err(why) = check(&uri.value, PlainHttp::OnLoopback) {
            paper.note(Some(uri.place), format!("\"{}\" {why}", uri.value));
        }
    }
    Some(listed.into_iter().map(|uri| uri.value).collect())
}

fn grant_types(fields: &mut Fields<'_, '_>) -> Option<BTreeSet<String>> {
    let listed = fields.list("grant_types")?;
    known_words(fields, "grant type", &listed, &GRANT_TYPES);
    Some(listed.into_iter().map(|word| word.value).collect())
}

/// RFC 7591 §2 has it, and there is one: `code`.
fn response_types(fields: &mut Fields<'_, '_>) {
    if let Some(listed) = fields.list("response_types") {
        known_words(fields, "response type", &listed, &["code"]);
    }
}

fn acr_values(fields: &mut Fields<'_, '_>) -> Option<Vec<String>> {
    let listed = fields.list("default_acr_values")?;
    for word in listed.iter().filter(|word| Acr::parse(&word.value).is_none()) {
        let why = unknown_word(&word.value, ACR_VALUES.iter().map(|(name, _)| *name));
        fields.paper().note(Some(word.place), format!("acr: {why}"));
    }
    Some(listed.into_iter().map(|word| word.value).collect())
}

fn require_amr(fields: &mut Fields<'_, '_>) -> Option<RequireAmr> {
    let wanted = fields.alternatives("require_amr")?;
    let mut alternatives = Vec::with_capacity(wanted.value.len());
    for words in &wanted.value {
        let mut all = BTreeSet::new();
        for word in words {
            if let Some(reference) = Reference::parse(word) {
                all.insert(reference);
            } else {
                let why = unknown_word(word, Reference::ALL.iter().map(|r| r.as_str()));
                fields.paper().note(Some(wanted.place), format!("`require_amr`: {why}"));
            }
        }
        if all.is_empty() {
            fields.paper().note(Some(wanted.place), "`require_amr`: an empty alternative would demand nothing");
        }
        alternatives.push(all);
    }
    Some(RequireAmr(alternatives))
}

fn max_age(fields: &mut Fields<'_, '_>) -> Option<Span> {
    let seconds = fields.integer("default_max_age")?;
    if !(0..=31_536_000).contains(&seconds.value) {
        fields.paper().note(Some(seconds.place), "`default_max_age` is in seconds, 0 to 31536000");
    }
    Some(Span::seconds(seconds.value))
}

fn known_words(fields: &Fields<'_, '_>, what: &str, listed: &[Noted<String>], known: &[&str]) {
    for word in listed.iter().filter(|word| !known.contains(&word.value.as_str())) {
        fields.paper().note(Some(word.place), format!("{what}: {}", unknown_word(&word.value, known.iter().copied())));
    }
}
