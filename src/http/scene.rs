//! A page and what must stand around it: the frame, and the headers that depend on where its forms may lead.
use super::{Ask, Handled, Visit};
use crate::{
    protocol::redirect,
    views::{frame::Frame, when::Zone, words::Locale},
};
use askama::Template;
use axum::response::IntoResponse;
use http::{HeaderValue, StatusCode, header};
use ostiary_gate::domain::tenant::Tenant;

/// A frame, and where the forms on the page may lead besides here.
pub struct Scene {
    pub frame: Frame,
    leads_to: Vec<String>,
}

impl Ask {
    /// Around a page of a visit, or of our own. Add `clinic` and `zone` to the frame where they are known.
    pub fn scene(&self, visit: Option<&Visit>) -> Scene {
        let request = visit.and_then(|visit| visit.purpose.request());
        let asked = request.map(|request| request.ui_locales.as_slice()).unwrap_or_default();
        let clinic = visit.and_then(|visit| visit.clinic.as_ref());
        let wishes = asked.iter().map(String::as_str).chain(self.languages());
        let frame = Frame {
            locale: Locale::choose(wishes.chain(clinic.map(|clinic| clinic.locale.as_str()))),
            zone: clinic.and_then(|clinic| Zone::named(&clinic.time_zone)).unwrap_or_else(Zone::utc),
            clinic: clinic.map(|clinic| clinic.name.clone()),
            client: visit.and_then(|visit| visit.client.as_ref()).map(|client| client.name.clone()),
            issuer: self.issuer().to_owned(),
            csrf: self.csrf(visit.map(|visit| visit.text.as_str())),
            visit: visit.map(|visit| visit.text.clone()),
        };
        let mut scene = Scene { frame, leads_to: vec![] };
        if let Some(request) = request {
            scene.may_lead_to(&request.redirect_uri);
        }
        scene
    }
}

impl Scene {
    /// A form here may end in a redirect to `uri`, which was validated: Chromium applies `form-action` to redirects too.
    pub fn may_lead_to(&mut self, uri: &str) {
        // What has no source was never registered; then the browser stays here.
        self.leads_to.extend(redirect::csp_source(uri));
    }

    /// Whose house it is, once that is known.
    pub fn at_clinic(&mut self, clinic: &Tenant) {
        self.frame.clinic = Some(clinic.name.clone());
        self.frame.zone = Zone::named(&clinic.time_zone).unwrap_or_else(Zone::utc);
    }

    /// Draws the page.
    pub fn draw<P: Template>(self, status: StatusCode, page: impl FnOnce(Frame) -> P) -> Handled {
        let policy = self.policy("'self'");
        answer(status, &policy, &page(self.frame))
    }

    /// Draws a page whose only form goes to another house.
    pub fn draw_leaving<P: Template>(self, page: impl FnOnce(Frame) -> P) -> Handled {
        let policy = self.policy("");
        answer(StatusCode::OK, &policy, &page(self.frame))
    }

    /// SECURITY: nothing from elsewhere, no frame, forms only to us and to where this visit may end.
    fn policy(&self, ourselves: &str) -> String {
        let to = if self.leads_to.is_empty() && ourselves.is_empty() {
            "'none'".to_owned()
        } else {
            [ourselves].into_iter().chain(self.leads_to.iter().map(String::as_str)).collect::<Vec<_>>().join(" ")
        };
        format!(
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action {}; \
             base-uri 'none'; frame-ancestors 'none'",
            to.trim()
        )
    }
}

fn answer(status: StatusCode, policy: &str, page: &impl Template) -> Handled {
    let html = page.render()?;
    let policy = HeaderValue::from_str(policy).map_err(super::Failure::ours)?;
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    Ok((status, [(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, policy)], html).into_response())
}
