//! `[[person]]`: claims by their names in OIDC Core 5.1, credentials as seeds.
use super::{presence, words};
use crate::{
    acts::apply::{
        reading::Fields,
        state::{MembershipWanted, PasswordWanted, PersonWanted},
    },
    factors::{
        password::{self, MAX_BYTES, MIN_CHARACTERS},
        totp::Seed,
    },
    store::Profile,
};
use ostiary_gate::domain::person::Role;

type Checked = fn(&str) -> Result<String, &'static str>;

/// Standard claims without a column of their own.
const CLAIMS: [(&str, Checked); 11] = [
    ("middle_name", words::name),
    ("nickname", words::name),
    ("preferred_username", words::name),
    ("name", words::name),
    ("profile", words::web_address),
    ("picture", words::web_address),
    ("website", words::web_address),
    ("gender", words::name),
    ("birthdate", words::birthdate),
    ("zoneinfo", words::time_zone),
    ("locale", words::locale),
];
/// OIDC Core 5.1.1.
const ADDRESS: [&str; 6] = ["formatted", "street_address", "locality", "region", "postal_code", "country"];

pub(super) fn read(fields: &mut Fields<'_, '_>) -> Option<PersonWanted> {
    let email = fields.parsed("email", words::email);
    let email = fields.need("email", email);
    let totp = fields.secret("totp_secret", "totp_secret_file");
    let totp = totp.and_then(|text| {
        Seed::from_base32(text.value.expose())
            .map_err(|why| fields.paper().note(Some(text.place), format!("`totp_secret`: {why}")))
            .ok()
    });
    let wanted = PersonWanted {
        place: fields.place(),
        presence: presence(fields),
        email: String::new(),
        given_name: fields.parsed("given_name", words::name).map(|noted| noted.value),
        family_name: fields.parsed("family_name", words::name).map(|noted| noted.value),
        claims: claims(fields),
        password: password(fields),
        phone: fields.parsed("phone_number", words::phone).map(|noted| noted.value),
        totp,
        memberships: memberships(fields),
        email_verified: fields.flag("email_verified"),
        phone_claim: fields.flag("phone_claim"),
    };
    Some(PersonWanted { email: email?.value, ..wanted })
}

fn claims(fields: &mut Fields<'_, '_>) -> Profile {
    let mut claims = Profile::new();
    for (name, parse) in CLAIMS {
        if let Some(noted) = fields.parsed(name, parse) {
            claims.insert(name.to_owned(), noted.value.into());
        }
    }
    if let Some(mut inner) = fields.table("address") {
        let mut address = Profile::new();
        for part in ADDRESS {
            // Line ends are part of `formatted` and `street_address`.
            if let Some(noted) = inner.text(part) {
                address.insert(part.to_owned(), noted.value.into());
            }
        }
        inner.finish();
        claims.insert("address".to_owned(), address.into());
    }
    claims
}

fn password(fields: &mut Fields<'_, '_>) -> Option<PasswordWanted> {
    let (plain, hash) = (fields.secret("password", "password_file"), fields.text("password_hash"));
    match (plain, hash) {
        (Some(_), Some(hash)) => {
            fields.paper().note(Some(hash.place), "both `password` and `password_hash`: give one");
            None
        }
        (Some(plain), None) => {
            let text = plain.value.expose();
            if text.chars().count() < MIN_CHARACTERS || text.len() > MAX_BYTES {
                let why = format!("a password has at least {MIN_CHARACTERS} characters and at most {MAX_BYTES} bytes");
                fields.paper().note(Some(plain.place), why);
            }
            Some(PasswordWanted::Plain(plain.value))
        }
        (None, Some(hash)) => match password::accept_import(&hash.value) {
            Ok(phc) => Some(PasswordWanted::Hash(phc)),
            Err(why) => {
                fields.paper().note(Some(hash.place), format!("`password_hash`: {why}"));
                None
            }
        },
        (None, None) => None,
    }
}

fn memberships(fields: &mut Fields<'_, '_>) -> Vec<MembershipWanted> {
    let mut found = vec![];
    for mut inner in fields.tables("memberships") {
        let tenant = inner.parsed("tenant", words::slug);
        let tenant = inner.need("tenant", tenant);
        let role = inner.choice("role", &[("member", Role::Member), ("admin", Role::Admin)]);
        let presence = presence(&mut inner);
        inner.finish();
        found.extend(tenant.map(|tenant| MembershipWanted {
            presence,
            tenant,
            role: role.map_or(Role::Member, |noted| noted.value),
        }));
    }
    found
}
