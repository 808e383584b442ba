//! `[[tenant]]`.
use super::{policy, presence, words};
use crate::acts::apply::{OPERATOR_SLUG, reading::Fields, state::TenantWanted};

pub(super) fn read(fields: &mut Fields<'_, '_>) -> Option<TenantWanted> {
    let slug = fields.parsed("slug", |text| match words::slug(text) {
        Ok(slug) if slug == OPERATOR_SLUG => Err("is the operator's own tenant, which is built in"),
        read => read,
    });
    let slug = fields.need("slug", slug);
    let mut wanted = TenantWanted {
        place: fields.place(),
        presence: presence(fields),
        slug: String::new(),
        name: fields.parsed("name", words::name).map(|noted| noted.value),
        time_zone: fields.parsed("time_zone", words::time_zone).map(|noted| noted.value),
        locale: fields.parsed("locale", words::locale).map(|noted| noted.value),
        phone_country: fields.parsed("phone_country", words::country).map(|noted| noted.value),
        policy: fields.table("policy").map(policy_of).unwrap_or_default(),
        pending: fields.table("pending").and_then(policy::pending),
    };
    wanted.slug = slug?.value;
    Some(wanted)
}

fn policy_of(mut fields: Fields<'_, '_>) -> crate::acts::apply::state::PolicyWanted {
    let wanted = policy::read(&mut fields);
    fields.finish();
    wanted
}
