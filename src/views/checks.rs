//! What must be true of every page and of the catalogues, checked over the gallery: words, structure, stable names.
use super::gallery;
use scraper::{ElementRef, Html, Selector};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(dir: &Path, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

/// The keys of every language, each with its message.
fn catalogues() -> BTreeMap<String, BTreeMap<String, String>> {
    let languages = fs::read_dir(root().join("locales")).unwrap().map(|entry| entry.unwrap().path());
    languages
        .map(|language| {
            let mut messages = BTreeMap::new();
            for (path, text) in files(&language, ".ftl") {
                let mut key = None;
                for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
                    if let (false, Some((name, value))) = (line.starts_with([' ', '}']), line.split_once(" =")) {
                        let twice = messages.insert(name.to_owned(), value.trim().to_owned());
                        assert_eq!(twice, None, "{name} stands twice, again in {}", path.display());
                        key = Some(name.to_owned());
                    } else {
                        let message = messages.get_mut(key.as_ref().unwrap()).unwrap();
                        message.push('\n');
                        message.push_str(line);
                    }
                }
            }
            (language.file_name().unwrap().to_string_lossy().into_owned(), messages)
        })
        .collect()
}

/// Every key in `t("…")` and `Key("…")`, and everything that stands in quotes: code chooses between keys, too.
fn uses() -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut called, mut quoted) = (BTreeSet::new(), BTreeSet::new());
    let mut sources = files(&root().join("src/views"), ".rs");
    sources.extend(files(&root().join("templates"), ""));
    for (_, text) in sources.into_iter().filter(|(path, _)| !path.ends_with("checks.rs")) {
        for opening in ["t(\"", "Key(\""] {
            for (at, _) in text.match_indices(opening) {
                let is_whole_name = !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
                let key = text[at + opening.len()..].split('"').next().unwrap();
                if is_whole_name && key != "…" && key != "key" {
                    called.insert(key.to_owned());
                }
            }
        }
        quoted.extend(text.split('"').map(str::to_owned));
    }
    assert!(called.len() > 300, "the sources were read");
    (called, quoted)
}

#[test]
fn no_key_is_missing_and_none_is_unused() {
    let (called, quoted) = uses();
    for (language, messages) in catalogues() {
        let missing: Vec<_> = called.iter().filter(|key| !messages.contains_key(*key)).collect();
        assert!(missing.is_empty(), "{language} lacks {missing:?}");
        let unused: Vec<_> = messages.keys().filter(|key| !quoted.contains(*key)).collect();
        assert!(unused.is_empty(), "{language} has nobody for {unused:?}");
    }
}

#[test]
fn every_language_has_the_same_keys_and_values_and_no_markup() {
    let catalogues = catalogues();
    let english = &catalogues["en"];
    assert!(english.len() > 400, "the catalogue was read");
    let values = |message: &str| -> BTreeSet<String> {
        let after = message.split('$').skip(1);
        after.map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect()).collect()
    };
    for (language, messages) in &catalogues {
        assert_eq!(messages.keys().collect::<Vec<_>>(), english.keys().collect::<Vec<_>>(), "{language}");
        for (key, message) in messages {
            assert!(!message.replace("->", "").contains(['<', '>', '&']), "{language} {key} holds markup");
            assert_eq!(message.matches("**").count() % 2, 0, "{language} {key} opens and does not close");
            // Dates may leave out what a language does not say.
            if !key.starts_with("date-") {
                assert_eq!(values(message), values(&english[key]), "{language} {key}");
            }
        }
    }
}

#[test]
fn no_template_holds_words_of_its_own() {
    let ours = files(&root().join("templates"), ".html").into_iter();
    // The demo's two apps are not ours: they speak for themselves, in English.
    for (path, text) in ours.filter(|(path, _)| !path.starts_with(root().join("templates/demo"))) {
        // The body's class is a name of the style sheet.
        let classes = ["door", "wide", "desk"].map(|class| format!("{{% block body_class %}}{class}"));
        let mut left = classes.iter().fold(text, |text, class| text.replace(class, ""));
        // This macro is attributes through and through.
        let attributes = ("{% macro tied(", "{% endmacro %}");
        for (open, close) in [attributes, ("{#", "#}"), ("{%", "%}"), ("{{", "}}"), ("<", ">")] {
            while let Some(start) = left.find(open) {
                let end = left[start..].find(close).map_or(left.len(), |at| start + at + close.len());
                left.replace_range(start..end, " ");
            }
        }
        let words: Vec<_> = left.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).collect();
        assert!(words.is_empty(), "{} says {words:?}", path.display());
    }
}

fn pages() -> Vec<(String, Html, String)> {
    let drawn = gallery::pages();
    assert!(drawn.len() > 150, "{} pages were drawn", drawn.len());
    drawn
        .into_iter()
        .map(|(name, page)| {
            let text = page.unwrap();
            (name, Html::parse_document(&text), text)
        })
        .collect()
}

fn all<'a>(page: &'a Html, what: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(what).unwrap()).collect()
}

fn text(element: &ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_page_says_what_it_is() {
    for (name, page, source) in pages() {
        let has = |what| all(&page, what).len();
        assert_eq!(has("html[lang=en]"), 1, "{name}");
        assert_eq!((has("h1"), has("main"), has("header"), has("footer")), (1, 1, 1, 1), "{name}");
        assert_eq!(has("a.skip[href='#main']"), 1, "{name}");
        let title = text(&all(&page, "title")[0]);
        let heading = text(&all(&page, "h1")[0]);
        let is_wrong = has("#fault") == 1;
        assert_eq!(title.starts_with("Error: "), is_wrong, "{name}: {title}");
        assert!(title.contains(&format!("{heading} - ")), "{name}: {title} for {heading}");
        for forbidden in ["{ $", "**", "MFA", "TOTP"] {
            assert!(!text(&all(&page, "body")[0]).contains(forbidden), "{name} says {forbidden}");
        }
        assert!(source.len() < 40_000, "{name} has {} bytes", source.len());
    }
}

#[test]
fn nothing_runs_or_styles_inline_and_nothing_is_remote() {
    for (name, page, source) in pages() {
        for script in all(&page, "script") {
            assert!(script.value().attr("src").is_some_and(|src| src.starts_with("/static/")), "{name}");
            assert_eq!(text(&script), "", "{name}");
        }
        assert!(all(&page, "style, iframe, img, object, embed").is_empty(), "{name}");
        for element in all(&page, "*") {
            for (attribute, value) in element.value().attrs() {
                assert!(attribute != "style" && !attribute.starts_with("on"), "{name} has {attribute}");
                assert!(!value.starts_with("javascript:") && !value.starts_with("data:"), "{name} has {value}");
            }
        }
        assert!(!source.contains("<script>"), "{name}");
    }
}

#[test]
fn every_field_has_a_label_and_every_complaint_belongs_to_one() {
    for (name, page, _) in pages() {
        let ids: Vec<_> = all(&page, "[id]").iter().map(|e| e.value().attr("id").unwrap().to_owned()).collect();
        let once: BTreeSet<_> = ids.iter().collect();
        assert_eq!(once.len(), ids.len(), "{name} has an id twice: {ids:?}");
        let labelled: BTreeSet<_> = all(&page, "label").iter().filter_map(|l| l.value().attr("for")).collect();
        for field in all(&page, "input:not([type=hidden]):not([hidden]), select, textarea") {
            let id = field.value().attr("id").unwrap_or_default();
            assert!(labelled.contains(id), "{name}: no label for {id:?}");
        }
        for element in all(&page, "[aria-describedby], [aria-controls], a[href^='#']") {
            let value = element.value();
            let refers = value.attr("aria-describedby").or(value.attr("aria-controls")).or(value.attr("href"));
            for id in refers.unwrap().split(' ') {
                assert!(once.contains(&id.trim_start_matches('#').to_owned()), "{name} refers to {id}");
            }
        }
        for complaint in all(&page, ".wrong") {
            let id = complaint.value().attr("id").unwrap();
            let tied = all(&page, &format!("[aria-invalid=true][aria-describedby~='{id}'], fieldset #{id}"));
            assert!(!tied.is_empty(), "{name}: nothing is tied to {id}");
        }
    }
}

#[test]
fn every_form_that_changes_something_carries_the_token_and_within_a_visit_the_visit() {
    for (name, page, source) in pages() {
        for form in all(&page, "form[method=post]") {
            let values = |field: &str| -> Vec<String> {
                let hidden = Selector::parse(&format!("input[type=hidden][name={field}]")).unwrap();
                form.select(&hidden).map(|input| input.value().attr("value").unwrap().to_owned()).collect()
            };
            if form.value().attr("id") == Some("form-post") {
                assert!(values("csrf").is_empty() && values("visit").is_empty(), "{name} gives our token away");
                continue;
            }
            assert!(form.value().attr("action").unwrap().starts_with('/'), "{name}");
            assert_eq!(values("csrf"), ["csrf-of-the-gallery"], "{name}");
            let expected: &[&str] = if source.contains("?visit=vis_gallery") { &["vis_gallery"] } else { &[] };
            if !expected.is_empty() {
                assert_eq!(values("visit"), expected, "{name}");
            }
        }
    }
}

#[test]
fn the_stable_names_are_where_the_design_says() {
    let names: &[(&str, &str)] = &[
        ("login-1", "form[action='/login'] input[name=username][autocomplete=username]"),
        ("login-1", "form[action='/login'] input[name=password][autocomplete=current-password]"),
        ("login-1", "form[action='/login'] input[name=shared]"),
        ("login-1", "form[action='/login'] #login-submit"),
        ("login-1", "form #login-cancel"),
        ("login-totp-1", "form[action='/login/totp'] input[name=code][autocomplete=one-time-code][inputmode=numeric]"),
        ("login-totp-1", "#totp-submit"),
        ("login-recovery-1", "form[action='/login/recovery'] input[name=recovery_code]"),
        ("login-recovery-1", "#recovery-submit"),
        ("enrol-1", "form[action='/enrol'] #enrol-start"),
        ("enrol-2", "form[action='/enrol'] #enrol-later"),
        ("login-help-1", "form[action='/login/help'] input[name=way][value=phone-at-home]"),
        ("login-forgot-1", "form[action='/login/forgot'] input[name=email]"),
        ("login-forgot-1", "#forgot-submit"),
        ("login-reset-1", "form[action='/login/reset'] input[name=new_password][autocomplete=new-password]"),
        ("login-reset-1", "#reset-submit"),
        ("enrol-phone-1", "form[action='/enrol/phone'] select[name=country][autocomplete=country]"),
        ("enrol-phone-1", "form[action='/enrol/phone'] input[name=phone][autocomplete=tel-national]"),
        ("enrol-phone-1", "#phone-submit"),
        ("enrol-phone-known-1", "#phone-submit"),
        ("enrol-app-1", "form[action='/enrol/app'] #app-submit"),
        ("enrol-link-1", "#totp-key"),
        ("enrol-link-1", "svg#totp-qr"),
        ("enrol-link-1", "form[action='/enrol/link'] input[name=code]"),
        ("enrol-link-1", "#link-submit"),
        ("enrol-codes-1", "#backup-codes li"),
        ("enrol-codes-1", "form[action='/enrol/codes'] input[name=saved]"),
        ("enrol-codes-1", "#codes-submit"),
        ("enrol-codes-1", "#codes-later"),
        ("enrol-codes-1", "a[href^='/enrol/codes/download']"),
        ("enrol-mail-code-1", "form[action='/enrol/mail-code'] input[name=mail_code]"),
        ("enrol-mail-code-1", "#mail-code-submit"),
        ("enrol-setup-code-1", "form[action='/enrol/setup-code'] input[name=setup_code]"),
        ("enrol-setup-code-1", "#setup-code-submit"),
        ("account-apps-paused-1", "form[action='/account/apps'] input[name=grant]"),
        ("account-apps-paused-1", "#resume-submit"),
        ("account-confirm", "form[action='/account/confirm'] input[name=code]"),
        ("account-confirm", "#stepup-submit"),
        ("console-confirm", "form[action='/console/confirm'] #stepup-submit"),
        ("invite-1", "form[action='/invite'] input[name=given_name]"),
        ("invite-1", "form[action='/invite'] input[name=family_name]"),
        ("invite-1", "form[action='/invite'] input[name=new_password]"),
        ("invite-1", "#invite-submit"),
        ("setup", "form[action='/setup'] #invite-submit"),
        ("tenant-1", "form[action='/login/tenant'] input[name=tenant]"),
        ("consent", "form[action='/consent'] #consent-allow"),
        ("consent", "#consent-deny"),
        ("logout-1", "form[action='/logout'] #logout-confirm"),
        ("logout-done", "#logout-done"),
        ("op-error-1", "#op-error"),
        ("console-security-1", "form[action='/console/riverside/settings/general/security'] input[name=two_factor]"),
        ("console-security-1", "input[name=start][value=now]"),
        ("console-security-1", "input[name=start][value=date]"),
        ("console-security-1", "input[type=datetime-local][name=start_at]"),
        ("console-security-1", "#security-review"),
        ("console-review-3", "form[action='/console/riverside/settings/general/security'] input[name=reason]"),
        ("console-review-3", "input[name=code]"),
        ("console-review-3", "#security-save"),
    ];
    let pages: BTreeMap<String, Html> = pages().into_iter().map(|(name, page, _)| (name, page)).collect();
    for (name, selector) in names {
        assert!(!all(&pages[*name], selector).is_empty(), "{name} has no {selector}");
    }
}

#[test]
fn what_a_page_must_not_offer_is_not_there() {
    let pages: BTreeMap<String, Html> = pages().into_iter().map(|(name, page, _)| (name, page)).collect();
    let absent: &[(&str, &str)] = &[
        // After the deadline nobody can put it off.
        ("enrol-1", "#enrol-later"),
        // While a clinic demands it, an authenticator is replaced, never removed.
        ("account-2", "#account-authenticator-remove"),
        // A locked box cannot be sent, nor can a member or an unprepared admin send it.
        ("console-security-7", "#security-review"),
        ("console-security-4", "#security-review"),
        ("console-security-3", "#security-review"),
        // A disputed number is not to be called.
        ("console-person-3", "#checked-call"),
        ("console-person-4", "#person-reset"),
        ("enrol-codes-2", "#codes-later"),
        ("enrol-phone-known-2", "#phone-change"),
        // Outside a visit there is nothing to go back to.
        ("login-first", "#login-cancel"),
    ];
    for (name, selector) in absent {
        assert!(all(&pages[*name], selector).is_empty(), "{name} has {selector}");
    }
    assert!(!text(&all(&pages["login-help-ask-1"], "main")[0]).contains("678"), "digits on an unknown browser");
    assert!(!text(&all(&pages["login-help-ask-1"], "main")[0]).contains("Priya"), "a name on an unknown browser");
}
