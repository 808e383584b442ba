//! `[[tenant]]`: made, described, its policy joined, taken out of service.
use super::hand::{About, Hand, differing};
use crate::{
    acts::{
        apply::{
            doing::NotApplied,
            report::{Sign, Stops, local},
            state::{Age, Moment, PolicyWanted, Presence, TenantWanted},
        },
        policy::{self, Change, Move, PolicyError, Refused, TheBox, Wish, impact},
    },
    store::{End, NewTenant, Which},
};
use ostiary_gate::domain::{
    audit::Event,
    ids::TenantId,
    tenant::{FirstBinding, Policy, Standing, Tenant, TwoFactor},
    time::{Instant, Span},
};

/// Where a clinic says nothing of its language or its country.
const LOCALE: &str = "en";

impl Hand<'_> {
    pub(super) async fn tenant(&mut self, wanted: &TenantWanted) -> Result<(), NotApplied> {
        let of = format!("tenant {}", wanted.slug);
        let found = self.find(&wanted.slug).await?;
        match (found, wanted.presence) {
            (None, Presence::Absent) => Ok(()),
            (None, Presence::Unsaid | Presence::Present) => self.make_tenant(&of, wanted).await,
            (Some(id), presence) => {
                let tenant = self.read(&id).await?;
                if presence == Presence::Absent {
                    return self.close_tenant(&of, &tenant).await;
                }
                if tenant.standing == Standing::Disabled {
                    if presence == Presence::Unsaid {
                        self.kept(&of, "disabled", "`state = \"present\"` brings it back");
                    } else {
                        self.tx.set_tenant_standing(&id, Standing::Active).await?;
                        self.log(About { tenant: Some(&id), ..About::default() }, Event::TenantChanged, "enabled")
                            .await?;
                        self.did(Sign::Changed, &of, "enabled");
                    }
                }
                self.describe(&of, &tenant, wanted).await?;
                self.join_policy(&of, &id, wanted).await
            }
        }
    }

    async fn read(&mut self, id: &TenantId) -> Result<Tenant, NotApplied> {
        self.tx.tenant(id).await?.ok_or(NotApplied::Overtaken)
    }

    async fn make_tenant(&mut self, of: &str, wanted: &TenantWanted) -> Result<(), NotApplied> {
        let (Some(name), Some(time_zone)) = (&wanted.name, &wanted.time_zone) else {
            self.fault(wanted.place, format!("{of} is new: it needs `name` and `time_zone`"));
            return Ok(());
        };
        let id = self.draw(TenantId::from_tail)?;
        let locale = wanted.locale.as_deref().unwrap_or(LOCALE);
        let country = wanted.phone_country.clone().unwrap_or_else(|| country_of(locale, time_zone).to_owned());
        let policy = overlay(&Policy::default(), &wanted.policy);
        let new = NewTenant {
            id: &id,
            slug: &wanted.slug,
            name,
            time_zone,
            locale,
            phone_country: &country,
            policy: &policy,
        };
        self.tx.insert_tenant(&new, self.now).await?;
        self.made(&wanted.slug, &id);
        let about = About { tenant: Some(&id), ..About::default() };
        self.log(about, Event::TenantChanged, "made").await?;
        if policy.two_factor == TwoFactor::Required {
            self.log(about, Event::TwoFactorRequired, "").await?;
        }
        self.did(Sign::Made, of, "");
        if wanted.pending.is_some() { self.join_policy(of, &id, wanted).await } else { Ok(()) }
    }

    async fn close_tenant(&mut self, of: &str, tenant: &Tenant) -> Result<(), NotApplied> {
        if tenant.standing == Standing::Disabled {
            return Ok(());
        }
        self.tx.set_tenant_standing(&tenant.id, Standing::Disabled).await?;
        self.tx.end_grants(Which::OfTenant(&tenant.id), End::All, "tenant_disabled", self.now).await?;
        let about = About { tenant: Some(&tenant.id), ..About::default() };
        self.log(about, Event::TenantChanged, "disabled").await?;
        self.did(Sign::Ended, of, "disabled: nobody signs in there, what was granted there has ended");
        Ok(())
    }

    async fn describe(&mut self, of: &str, tenant: &Tenant, wanted: &TenantWanted) -> Result<(), NotApplied> {
        let or = |new: &Option<String>, old: &String| new.clone().unwrap_or_else(|| old.clone());
        let described = Tenant {
            name: or(&wanted.name, &tenant.name),
            time_zone: or(&wanted.time_zone, &tenant.time_zone),
            locale: or(&wanted.locale, &tenant.locale),
            phone_country: or(&wanted.phone_country, &tenant.phone_country),
            ..tenant.clone()
        };
        let changed = differing(&[
            ("name", described.name != tenant.name),
            ("time_zone", described.time_zone != tenant.time_zone),
            ("locale", described.locale != tenant.locale),
            ("phone_country", described.phone_country != tenant.phone_country),
        ]);
        if changed.is_empty() {
            return Ok(());
        }
        self.tx.set_tenant_details(&described).await?;
        self.log(About { tenant: Some(&tenant.id), ..About::default() }, Event::TenantChanged, &changed).await?;
        self.did(Sign::Changed, of, changed);
        Ok(())
    }

    /// Joins what the file says to what is stored; weaker parts are kept, or weakened where that was asked for.
    async fn join_policy(&mut self, of: &str, id: &TenantId, wanted: &TenantWanted) -> Result<(), NotApplied> {
        let tenant = self.read(id).await?;
        let weakens = self.may_weaken(&wanted.slug);
        let asked = overlay(&tenant.policy, &wanted.policy);
        let rest = if weakens { asked.clone() } else { tenant.policy.joined(&asked) };
        self.keep_the_rest(of, &asked, &rest);
        let the_box = self.the_box(of, &tenant, wanted, weakens);
        let will_stop = match the_box {
            TheBox::On if !tenant.box_is_ticked(self.now) => Some(None),
            TheBox::From(at) => Some(Some(at)),
            TheBox::On | TheBox::Off | TheBox::Stays => None,
        };
        let impact = match will_stop {
            Some(from) => Some((from, impact(self.tx, &tenant, self.now).await?)),
            None => None,
        };
        let change = Change { tenant: id, wish: Wish { the_box, rest }, reason: &self.options.reason, revision: None };
        let weighed = match policy::change(self.desk, self.tx, &change, &self.actor, self.now).await {
            Ok(weighed) => weighed,
            Err(PolicyError::Refused(Refused::NothingChanged)) => return Ok(()),
            Err(PolicyError::Stop(crate::acts::guard::Stop::Store(fault))) => return Err(fault.into()),
            Err(why) => {
                self.fault(wanted.place, refusal(of, &why));
                return Ok(());
            }
        };
        if let Some((from, impact)) = impact
            && weighed.moved != Move::Stays
        {
            self.report.impact.push(Stops {
                tenant: wanted.slug.clone(),
                from: from.map(|at| local(at, &tenant.time_zone)),
                people: impact.people,
                signed_in_now: impact.signed_in(),
                not_ready: impact.affected.into_iter().map(|one| one.name).collect(),
                grants_suspended: impact.suspended,
            });
        }
        let old = said(&tenant.policy);
        for ((key, before), (_, after)) in old.iter().zip(said(&weighed.policy)) {
            if *before != after {
                self.did(Sign::Changed, of, format!("{key} {before} → {after}"));
            }
        }
        if weighed.policy.two_factor == TwoFactor::Off && weighed.starts_at != tenant.pending.map(|p| p.starts_at) {
            let when = weighed.starts_at.map_or("never".to_owned(), |at| local(at, &tenant.time_zone));
            self.did(Sign::Changed, of, format!("two_factor will be required from {when}"));
        }
        Ok(())
    }

    fn keep_the_rest(&mut self, of: &str, asked: &Policy, rest: &Policy) {
        for ((key, asked), (_, stays)) in said(asked).into_iter().zip(said(rest)) {
            if asked != stays && key != "two_factor" {
                self.kept(of, format!("{key} {stays}"), format!("{asked} would be weaker; {WEAKEN}"));
            }
        }
    }

    /// What becomes of the box. A start that has passed means now; a later start than the one that is set is weaker.
    fn the_box(&mut self, of: &str, tenant: &Tenant, wanted: &TenantWanted, weakens: bool) -> TheBox {
        let coming = tenant.pending.map(|p| p.starts_at);
        if wanted.policy.two_factor == Some(TwoFactor::Required) {
            return TheBox::On;
        }
        let is_ticked = tenant.box_is_ticked(self.now);
        if let Some(pending) = &wanted.pending
            && !(is_ticked && weakens)
        {
            if is_ticked {
                return TheBox::Stays;
            }
            let zone = wanted.time_zone.as_ref().unwrap_or(&tenant.time_zone);
            let at = match pending.starts_at.value {
                Moment::Exact(at) => Instant(at.as_microsecond()),
                Moment::Local(date) => match policy::local(&date.to_string(), zone) {
                    Ok(at) => at,
                    Err(why) => {
                        self.fault(pending.starts_at.place, format!("`starts_at`: {why}"));
                        return TheBox::Stays;
                    }
                },
            };
            return match coming {
                _ if at <= self.now => TheBox::On,
                Some(was) if was < at && !weakens => {
                    self.kept(
                        of,
                        format!("start {}", local(was, zone)),
                        format!("{} would be later; {WEAKEN}", local(at, zone)),
                    );
                    TheBox::Stays
                }
                Some(was) if was == at => TheBox::Stays,
                Some(_) | None => TheBox::From(at),
            };
        }
        match wanted.policy.two_factor {
            Some(TwoFactor::Off) if (is_ticked || coming.is_some()) && weakens => TheBox::Off,
            Some(TwoFactor::Off) if is_ticked => {
                self.kept(of, "two_factor required", format!("off would be weaker; {WEAKEN}"));
                TheBox::Stays
            }
            Some(TwoFactor::Off | TwoFactor::Required) | None => TheBox::Stays,
        }
    }
}

const WEAKEN: &str = "--weaken and --reason lower it";

fn refusal(of: &str, why: &PolicyError) -> String {
    match why {
        PolicyError::Refused(Refused::Locked(apps)) => {
            format!("{of}: two-factor is demanded by connected apps ({}); end the connection first", apps.join(", "))
        }
        PolicyError::Refused(Refused::NoReason) => format!("{of}: weakening needs --reason"),
        other => format!("{of}: {other}"),
    }
}

fn overlay(policy: &Policy, wanted: &PolicyWanted) -> Policy {
    Policy {
        two_factor: wanted.two_factor.unwrap_or(policy.two_factor),
        passkey_counts: wanted.passkey_counts.unwrap_or(policy.passkey_counts),
        phone_required: wanted.phone_required.unwrap_or(policy.phone_required),
        second_factor_max_age: match wanted.second_factor_max_age {
            Some(Age::OfSession) => None,
            Some(Age::At(span)) => Some(span),
            None => policy.second_factor_max_age,
        },
        session_idle: wanted.session_idle.unwrap_or(policy.session_idle),
        session_absolute: wanted.session_absolute.unwrap_or(policy.session_absolute),
        offline_max_age: wanted.offline_max_age.unwrap_or(policy.offline_max_age),
        first_binding: wanted.first_binding.unwrap_or(policy.first_binding),
    }
}

/// Each part by its key in the file, as the file would say it.
pub(in crate::acts::apply) fn said(policy: &Policy) -> [(&'static str, String); 8] {
    let binding = match policy.first_binding {
        FirstBinding::Password => "password",
        FirstBinding::Mail => "mail",
        FirstBinding::SetupCode => "setup-code",
    };
    let two_factor = match policy.two_factor {
        TwoFactor::Off => "off",
        TwoFactor::Required => "required",
    };
    [
        ("two_factor", two_factor.to_owned()),
        ("second_factors", if policy.passkey_counts { "totp, passkey" } else { "totp" }.to_owned()),
        ("phone_required", policy.phone_required.to_string()),
        ("second_factor_max_age", policy.second_factor_max_age.map_or("session".to_owned(), span)),
        ("session_idle", span(policy.session_idle)),
        ("session_absolute", span(policy.session_absolute)),
        ("offline_max_age", span(policy.offline_max_age)),
        ("first_binding", binding.to_owned()),
    ]
}

/// In the largest unit that fits.
pub fn span(span: Span) -> String {
    let seconds = span.as_seconds();
    // People say 24 hours, and 2 days.
    let days = seconds % 86_400 == 0 && seconds > 86_400;
    let fits = [("d", 86_400), ("h", 3600), ("m", 60)]
        .into_iter()
        .skip(usize::from(!days))
        .find(|(_, unit)| seconds % unit == 0);
    fits.map_or_else(|| format!("{seconds}s"), |(letter, unit)| format!("{}{letter}", seconds / unit))
}

/// From the language tag's region, else from the zone, for the clinics we know of; else nobody's.
pub fn country_of<'a>(locale: &'a str, zone: &str) -> &'a str {
    let region = locale.split('-').skip(1).find(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_uppercase()));
    region.unwrap_or(match zone {
        "Pacific/Auckland" | "Pacific/Chatham" => "NZ",
        "Europe/London" => "GB",
        "Europe/Dublin" => "IE",
        "Europe/Berlin" => "DE",
        zone if zone.starts_with("Australia/") => "AU",
        zone if zone.starts_with("America/") => "US",
        _ => "GB",
    })
}
