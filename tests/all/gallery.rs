//! Every page in every state, in a real browser: nothing for axe-core to find, nothing to scroll sideways, on a phone in
//! light and at a desk in dark.
use crate::harness::chromium::{Chromium, Look};
use ostiary::views::{assets, gallery};
use std::fs;

#[tokio::test]
async fn every_page_is_fit_for_everybody() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("static")).unwrap();
    for name in ["ostiary.css", "ostiary.js", "ostiary.svg"] {
        fs::write(dir.path().join("static").join(name), assets::asset(name).unwrap().body).unwrap();
    }
    // The page that posts itself to the app is left before anybody could look at it.
    let stays = |name: &str| name != "form-post";
    let pages: Vec<(String, String)> = gallery::pages()
        .into_iter()
        .filter(|(name, _)| stays(name))
        .map(|(name, page)| (name, page.unwrap()))
        .collect();
    for look in [Look::PHONE, Look::DESK.dark()] {
        let Some(browser) = Chromium::start(look).await else { return };
        let mut wrong = vec![];
        for (name, page) in &pages {
            let file = dir.path().join(format!("{name}.html"));
            fs::write(&file, page.replace("\"/static/", "\"static/")).unwrap();
            browser.goto(format!("file://{}", file.display())).await.unwrap();
            if browser.overflows().await {
                wrong.push(format!("{name} at {}: can be scrolled sideways", look.width));
            }
            let faults = browser.axe().await.unwrap_or_default();
            wrong.extend(faults.into_iter().map(|fault| format!("{name} at {}: {fault}", look.width)));
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
