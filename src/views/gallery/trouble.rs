//! What is wrong, consent and the way out.
use super::{Album, CLOSING, frame, own};
use crate::views::{
    frame::Frame,
    leave::{Asked, Consent, LoggedOut, Logout},
    trouble::{
        AccountDisabledExplained, BrokenRequest, Cause, Explanation, FormPost, Kind, Reference, SecondFactorExplained,
        Trouble, Unmet,
    },
};

fn reference() -> Reference {
    Reference { code: "E-7Q2M".to_owned(), at: CLOSING }
}

pub(super) fn draw(album: &mut Album) {
    requests(album);
    let again = || Some("/authorize?client_id=bluegum".to_owned());
    let kinds = [
        Kind::NotFound,
        Kind::Forbidden,
        Kind::FormRefused,
        Kind::Busy,
        Kind::Fault,
        Kind::Expired { again: again() },
        Kind::Expired { again: None },
        Kind::OtherTab { on: Some("https://bluegum.example/".to_owned()) },
        Kind::OtherTab { on: None },
        Kind::CookiesBlocked { again: "/login?visit=vis_gallery".to_owned() },
        Kind::LinkGone,
        Kind::NotLikeThis,
    ];
    album.each("trouble", kinds, |kind| {
        let reference = (kind == Kind::Fault).then(reference);
        Trouble { frame: frame(), kind, reference }
    });
    album.each("unmet", [true, false], |can_set_up| Unmet { frame: frame(), can_set_up });
    album.add("errors-account", &AccountDisabledExplained { frame: own() });
    album.add("errors-second-factor", &SecondFactorExplained { frame: own() });
    let fields = [("code", "c\"<o>de"), ("state", "st&te"), ("iss", "https://id.bluegum.example")];
    album.add(
        "form-post",
        &FormPost {
            frame: frame(),
            action: "https://bluegum.example/callback".to_owned(),
            fields: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        },
    );
    let words = "openid profile email phone address tenant offline_access";
    let mut asked: Vec<Asked> = words.split(' ').map(Asked::from_scope).collect();
    asked.push(Asked::Resource("read invoices".to_owned()));
    album.add("consent", &Consent { frame: frame(), account: "sam@riverside.example".to_owned(), asked });
    album.each("logout", [true, false], |is_known| Logout {
        frame: Frame { visit: None, ..frame() },
        account: is_known.then(|| "sam@riverside.example".to_owned()),
        request: is_known.then(|| "sealed-request".to_owned()),
    });
    album.add("logout-done", &LoggedOut { frame: own() });
}

fn requests(album: &mut Album) {
    let causes = [
        Cause::UnknownClient,
        Cause::ClientDisabled,
        Cause::RedirectNotRegistered,
        Cause::RedirectMissing,
        Cause::Malformed,
        Cause::RequestGone,
    ];
    album.each("op-error", causes, |cause| {
        let is_known = cause != Cause::UnknownClient;
        BrokenRequest {
            frame: Frame { clinic: None, visit: None, client: frame().client.filter(|_| is_known), ..frame() },
            cause,
            reference: reference(),
            explanation: (cause == Cause::RedirectNotRegistered).then(|| Explanation {
                parameter: "redirect_uri".to_owned(),
                sent: "http://localhost:3000/callback/".to_owned(),
                registered: vec!["http://localhost:3000/callback".to_owned()],
                nearest: Some("http://localhost:3000/callback".to_owned()),
            }),
        }
    });
}
