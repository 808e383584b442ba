//! One person, two clinics: one with the box on, one with it off.
use super::hand::Person;
use crate::harness::{chromium::Look, demo::Demo};

const MEI: &str = "MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK";

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_for_one_clinic_and_switching_is_another_sign_in() {
    for look in [Look::DESK, Look::PHONE.without_javascript()] {
        let demo = Demo::start();
        let Some(mei) = Person::at(&demo, "mei@harbour.example", look).await else { return };
        let mei = mei.with_authenticator(MEI);
        mei.go(&format!("{}/sign-in", demo.clinic())).await;
        mei.password().await;
        mei.see("#tenant-submit, #totp-submit").await;
        if mei.sees("#totp-submit").await {
            mei.show_code("#totp-submit").await;
        }
        chooses(&mei, "Harbour Street Clinic").await;
        mei.see("#totp-submit, #notes").await;
        if mei.sees("#totp-submit").await {
            mei.show_code("#totp-submit").await;
        }
        mei.arrives("/notes").await;
        assert_eq!(mei.text("#clinic").await, "Harbour Street Clinic");
        assert_eq!(mei.amr().await, ["pwd", "otp", "mfa"]);
        let harbour = mei.text("#notes").await;

        mei.click("#switch").await;
        chooses(&mei, "Hilltop Clinic").await;
        mei.reads("#clinic", |text| text == "Hilltop Clinic").await;
        mei.arrives("/notes").await;
        assert_ne!(mei.text("#notes").await, harbour, "another clinic has other patients");
    }
}

async fn chooses(mei: &Person<'_>, clinic: &str) {
    mei.see("#tenant-submit").await;
    mei.sound("which-clinic").await;
    let labels = mei.browser.find_all(thirtyfour::By::Css("label.tick")).await.unwrap();
    for (label, at) in labels.into_iter().zip(1..) {
        if label.text().await.unwrap().contains(clinic) {
            mei.click(&format!("#tenant-{at}")).await;
        }
    }
    mei.click("#tenant-submit").await;
}
