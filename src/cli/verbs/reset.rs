//! `ostiary user reset-2fa`: when the phone is gone and no admin can help.
use super::{Failure, config::layers::Layers, now, person_named, say, tenant_named, work};
use crate::{
    acts::people::{PeopleError, ResetBy, reset_by},
    store::Lock,
};
use clap::Args;
use ostiary_gate::domain::{ids::TenantId, person::MembershipState};

#[derive(Args)]
pub struct ResetArgs {
    /// Whose authenticator
    #[arg(value_name = "EMAIL")]
    user: String,
    /// In which tenant; elsewhere it goes on counting
    #[arg(long, value_name = "SLUG")]
    tenant: Option<String>,
    /// You know who is asking: a set-up code from an admin is all they will need next
    #[arg(long, required = true)]
    yes: bool,
}

pub fn run(args: &ResetArgs, layers: &Layers) -> Result<(), Failure> {
    let (slug, email) = work::with(layers, None, async |work| {
        let mut unit = work.desk.store.look().await?;
        let tx = unit.tx();
        let person = person_named(tx, &args.user).await?;
        let tenant = match &args.tenant {
            Some(slug) => tenant_named(tx, slug).await?,
            None => only_tenant(tx, &person).await?,
        };
        let slug = tx.tenant(&tenant).await?.map(|tenant| tenant.slug).unwrap_or_default();
        drop(unit);
        let mut unit = work.desk.store.begin().await?;
        let tx = unit.tx();
        tx.alone(&[Lock::Tenant(tenant.clone())]).await?;
        let now = now(tx, &work.desk).await?;
        let operator = work::operator();
        let done = reset_by(&work.desk, tx, ResetBy::Operator(&operator), (&tenant, &person), now).await;
        match unit.settle(done).await {
            Ok(()) => Ok((slug, args.user.clone())),
            Err(PeopleError::NotHere) => Err(Failure::refused(format!("{} is no live member of {slug}", args.user))),
            Err(why) => Err(Failure::refused(why.to_string())),
        }
    })?;
    say(format_args!(
        "{email}: the authenticator does not count in {slug} any more, and what was granted there has ended. At the next \
         sign-in an admin of {slug} reads out a set-up code. They and the admins were told by mail"
    ));
    Ok(())
}

async fn only_tenant(
    tx: &mut crate::store::Tx,
    person: &ostiary_gate::domain::ids::PersonId,
) -> Result<TenantId, Failure> {
    let mut slugs = vec![];
    let mut found = vec![];
    for membership in tx.memberships(person).await? {
        if membership.state == MembershipState::Live {
            slugs.extend(tx.tenant(&membership.tenant).await?.map(|tenant| tenant.slug));
            found.push(membership.tenant);
        }
    }
    slugs.sort();
    match found.pop() {
        Some(only) if found.is_empty() => Ok(only),
        Some(_) => Err(Failure::usage(format!("they belong to several tenants; say --tenant: {}", slugs.join(", ")))),
        None => Err(Failure::refused("they belong to no tenant")),
    }
}
