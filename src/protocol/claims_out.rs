//! The standard claims on their way out: which claim stands behind which scope (OIDC Core §5.4), and what a person's
//! profile releases. Whether it may leave at all was the gate's answer.
use ostiary_gate::domain::{ids::PersonId, person::Role, scope::Scope, time::Instant};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// OIDC Core §5.4 and our scope `tenant`: a scope and the claims it stands for. Discovery, userinfo and consent iterate this.
pub const BY_SCOPE: [(&str, &[&str]); 5] = [
    (
        "profile",
        &[
            "name",
            "family_name",
            "given_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
    ),
    ("email", &["email", "email_verified"]),
    ("address", &["address"]),
    ("phone", &["phone_number", "phone_number_verified"]),
    ("tenant", &["tenant_slug", "tenant_name", "tenant_role", "second_factor_from"]),
];

/// Whether a claim can be asked for by name: the standard claims. The tenant's are released by scope only.
pub fn is_releasable(name: &str) -> bool {
    standard().any(|known| known == name)
}

/// Every standard claim we can release, for `claims_supported`.
pub fn standard() -> impl Iterator<Item = &'static str> {
    BY_SCOPE.iter().filter(|(scope, _)| *scope != "tenant").flat_map(|(_, names)| names.iter().copied())
}

/// OIDC Core §5.1.1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Address {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formatted: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// A person's claims (OIDC Core §5.1). An empty text is no claim.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    pub name: Option<String>,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub middle_name: Option<String>,
    pub nickname: Option<String>,
    pub preferred_username: Option<String>,
    pub profile: Option<String>,
    pub picture: Option<String>,
    pub website: Option<String>,
    pub gender: Option<String>,
    pub birthdate: Option<String>,
    pub zoneinfo: Option<String>,
    pub locale: Option<String>,
    pub address: Option<Address>,
    /// When a claim last changed; leaves as whole seconds since 1970.
    pub updated_at: Option<Instant>,
    pub email: Option<String>,
    /// Our own mail proof or the operator's word (RULES 1). Without it the address is not released at all.
    pub email_verified: bool,
    /// E.164.
    pub phone_number: Option<String>,
    pub phone_number_verified: bool,
    /// The person, or the operator's file, allowed its release (RULES 6).
    pub phone_released: bool,
}

impl Profile {
    /// `name`, or else the given and family name beside each other.
    pub fn display_name(&self) -> Option<String> {
        let kept = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        kept(&self.name).or_else(|| match (kept(&self.given_name), kept(&self.family_name)) {
            (Some(given), Some(family)) => Some(format!("{given} {family}")),
            (given, family) => given.or(family),
        })
    }

    fn claim(&self, name: &str) -> Option<Value> {
        let text = |text: &Option<String>| text.clone().filter(|text| !text.is_empty()).map(Value::String);
        match name {
            "name" => self.display_name().map(Value::String),
            "given_name" => text(&self.given_name),
            "family_name" => text(&self.family_name),
            "middle_name" => text(&self.middle_name),
            "nickname" => text(&self.nickname),
            "preferred_username" => text(&self.preferred_username),
            "profile" => text(&self.profile),
            "picture" => text(&self.picture),
            "website" => text(&self.website),
            "gender" => text(&self.gender),
            "birthdate" => text(&self.birthdate),
            "zoneinfo" => text(&self.zoneinfo),
            "locale" => text(&self.locale),
            "updated_at" => self.updated_at.map(|at| at.as_seconds().into()),
            "address" => {
                let address = self.address.as_ref().filter(|address| **address != Address::default())?;
                serde_json::to_value(address).ok()
            }
            "email" => text(&self.email).filter(|_| self.email_verified),
            "email_verified" => self.claim("email").map(|_| Value::Bool(true)),
            "phone_number" => text(&self.phone_number).filter(|_| self.phone_released),
            "phone_number_verified" => self.claim("phone_number").map(|_| Value::Bool(self.phone_number_verified)),
            _ => None,
        }
    }

    /// The claims of these names that the person has and releases; the rest is left out (OIDC Core §5.3.2).
    pub fn named<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Map<String, Value> {
        names.into_iter().filter_map(|name| Some((name.to_owned(), self.claim(name)?))).collect()
    }
}

/// What an aware client learns of the tenant that its token is for (RULES 3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantClaims {
    pub id: String,
    pub slug: String,
    pub name: String,
    pub role: Option<Role>,
    /// The start of a pending policy change (JOURNEYS 7).
    pub second_factor_from: Option<Instant>,
}

impl TenantClaims {
    /// `tenant_id` always; slug, name and role under scope `tenant`.
    pub fn claims(&self, scope: &Scope) -> Map<String, Value> {
        let mut claims = Map::from_iter([("tenant_id".to_owned(), Value::from(self.id.as_str()))]);
        if scope.has("tenant") {
            claims.insert("tenant_slug".to_owned(), self.slug.as_str().into());
            claims.insert("tenant_name".to_owned(), self.name.as_str().into());
            let role = self.role.map(|role| match role {
                Role::Member => "member",
                Role::Admin => "admin",
            });
            claims.extend(role.map(|role| ("tenant_role".to_owned(), role.into())));
            let from = self.second_factor_from.map(Instant::as_seconds);
            claims.extend(from.map(|from| ("second_factor_from".to_owned(), from.into())));
        }
        claims
    }
}

/// The userinfo answer (OIDC Core §5.3.2): `sub`, what the granted scope stands for and what was asked by name. A claim
/// asked by name needs no scope (§5.5). `tenant` is given for aware clients only.
pub fn userinfo(
    sub: &PersonId,
    profile: &Profile,
    scope: &Scope,
    asked: &BTreeSet<String>,
    tenant: Option<&TenantClaims>,
) -> Map<String, Value> {
    let by_scope = BY_SCOPE.iter().filter(|(word, _)| scope.has(word)).flat_map(|(_, names)| names.iter().copied());
    let mut claims = profile.named(by_scope.chain(asked.iter().map(String::as_str)));
    claims.extend(tenant.map(|tenant| tenant.claims(scope)).unwrap_or_default());
    claims.insert("sub".to_owned(), sub.as_str().into());
    claims
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use serde_json::json;

    fn alice() -> Profile {
        let text = |text: &str| Some(text.to_owned());
        Profile {
            name: None,
            given_name: text("Alice"),
            family_name: text("Ng"),
            middle_name: text("Mei"),
            nickname: text("Al"),
            preferred_username: text("alice"),
            profile: text("https://a.example"),
            picture: text("https://a.example/p"),
            website: text("https://a.example/w"),
            gender: text("female"),
            birthdate: text("1987-04-12"),
            zoneinfo: text("Australia/Sydney"),
            locale: text("en-AU"),
            address: Some(Address { country: text("AU"), ..Address::default() }),
            updated_at: Some(Instant::from_seconds(1_700_000_000)),
            email: text("alice@riverside.example"),
            email_verified: true,
            phone_number: text("+61491570006"),
            phone_number_verified: false,
            phone_released: true,
        }
    }

    fn told(profile: &Profile, scope: &str, asked: &[&str]) -> Map<String, Value> {
        let sub = PersonId::from_tail(&"a".repeat(26)).unwrap();
        let asked = asked.iter().map(|name| (*name).to_owned()).collect();
        userinfo(&sub, profile, &Scope::parse(scope).unwrap(), &asked, None)
    }

    #[test]
    fn every_claim_of_a_scope_is_there_and_none_of_another() {
        for (scope, names) in BY_SCOPE.iter().filter(|(scope, _)| *scope != "tenant") {
            let claims = told(&alice(), &format!("openid {scope}"), &[]);
            let mut expected: Vec<&str> = names.iter().copied().chain(["sub"]).collect();
            expected.sort_unstable();
            let mut found: Vec<&str> = claims.keys().map(String::as_str).collect();
            found.sort_unstable();
            assert_eq!(found, expected, "{scope}");
        }
        assert_eq!(told(&alice(), "openid", &[]).len(), 1);
    }

    #[test]
    fn types_are_those_of_the_specification() {
        let claims = told(&alice(), "openid profile address phone email", &[]);
        assert_eq!(claims["updated_at"], json!(1_700_000_000));
        assert_eq!(claims["address"], json!({"country": "AU"}));
        assert_eq!(claims["name"], "Alice Ng");
        assert_eq!(
            (claims["email_verified"].clone(), claims["phone_number_verified"].clone()),
            (json!(true), json!(false))
        );
    }

    #[test]
    fn a_claim_asked_by_name_needs_no_scope_and_an_unknown_one_is_left_out() {
        let claims = told(&alice(), "openid", &["name", "zodiac", "tenant_role"]);
        assert_eq!(claims.keys().map(String::as_str).collect::<BTreeSet<_>>(), BTreeSet::from(["name", "sub"]));
    }

    #[test]
    fn an_address_nobody_proved_and_a_number_nobody_released_stay_here() {
        let shy = Profile { email_verified: false, phone_released: false, nickname: Some(String::new()), ..alice() };
        let claims = told(&shy, "openid email phone profile", &["email", "phone_number"]);
        for name in ["email", "email_verified", "phone_number", "phone_number_verified", "nickname"] {
            assert!(!claims.contains_key(name), "{name}");
        }
    }

    #[test]
    fn an_aware_client_learns_the_tenant_and_under_its_scope_the_role() {
        let tenant = TenantClaims {
            id: "ten_1".to_owned(),
            slug: "riverside".to_owned(),
            name: "Riverside Physio".to_owned(),
            role: Some(Role::Admin),
            second_factor_from: Some(Instant::from_seconds(1_772_528_400)),
        };
        let said = |scope: &str| Value::Object(tenant.claims(&Scope::parse(scope).unwrap()));
        assert_eq!(said("openid"), json!({"tenant_id": "ten_1"}));
        let full = json!({"tenant_id": "ten_1", "tenant_slug": "riverside", "tenant_name": "Riverside Physio",
            "tenant_role": "admin", "second_factor_from": 1_772_528_400});
        assert_eq!(said("openid tenant"), full);
    }

    #[test]
    fn every_releasable_claim_can_be_released() {
        for name in standard() {
            assert!(is_releasable(name) && alice().claim(name).is_some(), "{name}");
        }
    }
}
